package gallery_test

import (
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"yangguang/internal/ui/gallery"
)

func open(t *testing.T, ctx context.Context, url string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(url)); err != nil {
		t.Fatal(err)
	}
}

func eval[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%v\n%s", err, script)
	}
	return v
}

func TestKeysWalkTheInboxAndRestWhileTyping(t *testing.T) {
	ctx, base := browser(t), pages(t)
	open(t, ctx, base+"/desk")
	press := func(key string) string {
		return eval[string](t, ctx, `(document.activeElement || document.body).dispatchEvent(new KeyboardEvent("keydown", {key: "`+key+`", bubbles: true})), document.activeElement.getAttribute("href") || ""`)
	}
	for i, want := range []string{"#1", "#2", "#3"} {
		if got := press("j"); got != want {
			t.Errorf("J number %d focused %q, want %q", i+1, got, want)
		}
	}
	if got := press("k"); got != "#2" {
		t.Errorf("K focused %q, want #2", got)
	}
	eval[chromedp.Void](t, ctx, `document.querySelector("[data-keys-toggle]").click()`)
	if got := press("j"); got == "#3" {
		t.Error("keys still act after they were turned off")
	}
}

// TestTheMenuNeverLiesOverWhatHasTheFocus opens it as a keyboard does, walks
// out of it, and leaves it by Escape.
func TestTheMenuNeverLiesOverWhatHasTheFocus(t *testing.T) {
	ctx, base := browser(t), pages(t)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(320, 640), chromedp.Navigate(base+"/desk")); err != nil {
		t.Fatal(err)
	}
	if y := eval[float64](t, ctx, `document.querySelector("h1").getBoundingClientRect().bottom`); y > 640 {
		t.Errorf("on a telephone the heading ends at %v, below the first screen", y)
	}
	if !eval[bool](t, ctx, `getComputedStyle(document.querySelector(".nav")).display === "none" && getComputedStyle(document.querySelector(".subnav")).display === "none"`) {
		t.Error("on a telephone the menu is not the only way around")
	}
	walk := func(keys string) bool {
		if err := chromedp.Do(ctx, chromedp.Focus(".menu summary"), chromedp.KeyEvent(keys)); err != nil {
			t.Fatal(err)
		}
		return eval[bool](t, ctx, `document.querySelector(".menu").open`)
	}
	if !walk("\r") || !walk("\t") {
		t.Fatal("Enter does not open the menu, or Tab does not lead into it")
	}
	if got := eval[string](t, ctx, `document.activeElement.getAttribute("href")`); got != "/desk" {
		t.Errorf("the first thing in the menu is %q", got)
	}
	eval[chromedp.Void](t, ctx, `document.querySelector("main a").focus()`)
	if eval[bool](t, ctx, `document.querySelector(".menu").open`) {
		t.Error("the menu is open while something under it has the focus")
	}
	if !walk("\r") || walk("\x1b") {
		t.Error("Escape does not close the menu")
	}
}

func TestRowsAreAddedAndRemoved(t *testing.T) {
	ctx, base := browser(t), pages(t)
	open(t, ctx, base+"/form")
	got := eval[[]string](t, ctx, `document.querySelector("[data-add]").click(),
	  document.querySelectorAll("[data-rows] tbody tr")[1].querySelector("button").click(),
	  Array.from(document.querySelectorAll("[data-rows] input")).filter(i => i.name.endsWith("-name")).map(i => i.name + "=" + i.value + "/" + i.id)`)
	want := []string{"fee-0-name=档案复制/f-fee-0-name", "fee-2-name=/f-fee-2-name", "fee-3-name=/f-fee-3-name"}
	if len(got) != len(want) {
		t.Fatalf("rows %q, want %q", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("row %d is %q, want %q", i, got[i], want[i])
		}
	}
}

// TestTypedTextOutlivesAFailedSave types, lets the server refuse, loads the
// page again and finds the text; then lets it succeed.
func TestTypedTextOutlivesAFailedSave(t *testing.T) {
	var refuse atomic.Bool
	refuse.Store(true)
	posted := make(chan string, 10)
	mux := http.NewServeMux()
	mux.Handle("/", gallery.Handler())
	mux.HandleFunc("POST /form/draft", func(w http.ResponseWriter, r *http.Request) {
		if refuse.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		} else {
			w.WriteHeader(http.StatusNoContent)
		}
		posted <- r.FormValue("title")
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()
	ctx := browser(t)
	open(t, ctx, srv.URL+"/form")
	eval[chromedp.Void](t, ctx, `{ const f = document.getElementById("f-title"); f.value = "县级收费目录"; f.dispatchEvent(new Event("input", {bubbles: true})); }`)
	if got := <-posted; got != "县级收费目录" {
		t.Errorf("posted %q", got)
	}
	if got := waitWord(t, ctx, "failed"); got != "未能保存，将重试" {
		t.Errorf("after a refusal the page says %q", got)
	}
	refuse.Store(false)
	eval[chromedp.Void](t, ctx, `window.onbeforeunload = null`)
	open(t, ctx, srv.URL+"/form?again")
	if got := eval[string](t, ctx, `document.getElementById("f-title").value`); got != "县级收费目录" {
		t.Errorf("after loading again the field holds %q", got)
	}
	<-posted
	if got := eval[string](t, ctx, `new Promise(done => { const s = document.querySelector(".saved"); const look = () => s.textContent.startsWith("已保存") ? done(s.textContent) : setTimeout(look, 20); look(); })`); got == "" {
		t.Error("the page does not say that it saved")
	}
	if got := eval[int](t, ctx, `sessionStorage.length`); got != 0 {
		t.Error("the copy in the tab outlived the acknowledgement")
	}
}

func waitWord(t *testing.T, ctx context.Context, class string) string {
	t.Helper()
	return eval[string](t, ctx, `new Promise(done => { const s = document.querySelector(".saved"); const look = () => s.classList.contains("`+class+`") ? done(s.textContent) : setTimeout(look, 20); look(); })`)
}

// TestThePhotographAsTakenNeverLeaves puts a photograph with a place inside
// into the field, covers a white square, and reads what would be sent.
func TestThePhotographAsTakenNeverLeaves(t *testing.T) {
	ctx, base := browser(t), pages(t)
	open(t, ctx, base+"/form")
	path := photograph(t)
	if err := chromedp.Do(ctx, chromedp.SetUploadFiles(`#f-photo`, []string{path})); err != nil {
		t.Fatal(err)
	}
	state := eval[map[string]any](t, ctx, `(async () => {
	  const input = document.getElementById("f-photo"), canvas = document.querySelector(".blur canvas");
	  const until = async ok => { while (!ok()) await new Promise(r => setTimeout(r, 20)); };
	  await until(() => input.files.length && input.files[0].name === "photo.jpg");
	  const key = k => canvas.dispatchEvent(new KeyboardEvent("keydown", {key: k, bubbles: true}));
	  key("Enter");
	  await until(() => document.querySelector("[data-blur-status]").textContent.includes("1"));
	  const bytes = new Uint8Array(await input.files[0].arrayBuffer());
	  const text = Array.from(bytes, b => String.fromCharCode(b)).join("");
	  const bitmap = await createImageBitmap(input.files[0]);
	  const c = document.createElement("canvas"); c.width = bitmap.width; c.height = bitmap.height;
	  const x = c.getContext("2d"); x.drawImage(bitmap, 0, 0);
	  const spread = (px, py, n) => { const d = x.getImageData(px, py, n, n).data; let lo = 255, hi = 0; for (let i = 0; i < d.length; i += 4) { lo = Math.min(lo, d[i]); hi = Math.max(hi, d[i]); } return hi - lo; };
	  return {w: bitmap.width, h: bitmap.height, secret: text.includes("GPS-SECRET"), covered: spread(390, 290, 16), open: spread(40, 40, 16), type: input.files[0].type};
	})()`)
	if state["secret"] != false {
		t.Error("what the camera wrote into the file is still inside")
	}
	if state["w"] != 800.0 || state["h"] != 600.0 || state["type"] != "image/jpeg" {
		t.Errorf("the redrawn picture is %v × %v, %v; want 800 × 600 image/jpeg", state["w"], state["h"], state["type"])
	}
	if state["covered"].(float64) > 60 || state["open"].(float64) < 150 {
		t.Errorf("spread of brightness: covered %v (want little), open %v (want much)", state["covered"], state["open"])
	}
}

// photograph writes a JPEG of a fine check pattern with a comment inside, as
// cameras write place and time.
func photograph(t *testing.T) string {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 800, 600))
	for y := range 600 {
		for x := range 800 {
			if (x/4+y/4)%2 == 0 {
				img.SetGray(x, y, color.Gray{Y: 255})
			}
		}
	}
	path := filepath.Join(t.TempDir(), "taken.jpg")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	r, w := io.Pipe()
	go func() { w.CloseWithError(jpeg.Encode(w, img, nil)) }()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	comment := append([]byte{0xff, 0xfe, 0, 12}, "GPS-SECRET"...)
	for _, part := range [][]byte{b[:2], comment, b[2:]} {
		if _, err := f.Write(part); err != nil {
			t.Fatal(err)
		}
	}
	return path
}
