package gallery_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"yangguang/internal/ui/gallery"
)

// browser starts a real Chromium, and fails where there is none: a proof left out is no proof.
func browser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil && testing.Short() {
		t.Skip("short: no chromium on this machine")
	}
	if err != nil {
		t.Fatal("no chromium on this machine, so nothing was proved: apt-get install chromium fonts-noto-cjk, or leave the browser out by -short")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func pages(t *testing.T) string {
	t.Helper()
	srv := httptest.NewServer(gallery.Handler())
	t.Cleanup(srv.Close)
	return srv.URL
}

// TestPictures photographs the gallery for people to look at:
//
//	YANGGUANG_PICTURES=/tmp/pictures go test -run Pictures ./internal/ui/gallery
func TestPictures(t *testing.T) {
	dir := os.Getenv("YANGGUANG_PICTURES")
	if dir == "" {
		t.Skip("YANGGUANG_PICTURES names no folder")
	}
	ctx, base := browser(t), pages(t)
	want := os.Getenv("YANGGUANG_PICTURE")
	for _, s := range shots() {
		name := fmt.Sprintf("%s-%s-%s-%d.png", s.page, s.lang, s.mode, s.width)
		if ok, _ := filepath.Match(want, name); !ok && want != "" {
			continue
		}
		err := chromedp.Do(ctx, chromedp.EmulateViewport(s.width, 800),
			chromedp.Navigate(fmt.Sprintf("%s/%s?lang=%s&mode=%s", base, s.page, s.lang, s.mode)))
		if err != nil {
			t.Fatal(err)
		}
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), png, 0o644); err != nil {
			t.Fatal(err)
		}
		if s.mode != "standard" || s.width != 1280 {
			continue
		}
		pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4)))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".pdf"), pdf, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

type shot struct {
	page, lang, mode string
	width            int64
}

func shots() []shot {
	var out []shot
	for page := range gallery.Pages {
		out = append(out, shot{page, "zh", "standard", 1280}, shot{page, "zh", "standard", 320}, shot{page, "en", "standard", 1280},
			shot{page, "en", "standard", 320}, shot{page, "zh", "elder", 1280}, shot{page, "zh", "elder", 320},
			shot{page, "zh", "contrast", 1280}, shot{page, "en", "standard", 768}, shot{page, "en", "dark", 1280})
	}
	return out
}

// wide names the elements that reach beyond the page, outside the regions that
// are meant to scroll by themselves.
const wide = `Array.from(document.querySelectorAll("body *")).filter(e =>
  e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, .chart-scroll, .skip, .hide, .hero-rays"))
  .map(e => e.tagName + "." + (e.getAttribute("class") || "")).slice(0, 5).concat(
  document.documentElement.scrollWidth > innerWidth ? ["page is " + document.documentElement.scrollWidth] : [])`

// small names controls under 44 px; words inside a sentence or a list line are
// exempt (WCAG 2.5.8), as is the checkbox whose label is the target.
const small = `Array.from(document.querySelectorAll(".button, .input, .nav a, .subnav a, .menu-all a, .tools a, .tools button, .foot-links a, .choice, summary, .side a, .pager a"))
  .filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5)
  .map(e => e.tagName + "." + (e.getAttribute("class") || "") + " " + e.getBoundingClientRect().height).slice(0, 5)`

func TestTelephonesNeedNoSidewaysScrollAndNoSmallFingers(t *testing.T) {
	ctx, base := browser(t), pages(t)
	for page := range gallery.Pages {
		for _, query := range []string{"lang=zh", "lang=en", "lang=zh&mode=elder", "lang=en&mode=elder.dark"} {
			t.Run(page+"?"+query, func(t *testing.T) {
				err := chromedp.Do(ctx, chromedp.EmulateViewport(320, 700, chromedp.EmulateMobile, chromedp.EmulateTouch),
					chromedp.Navigate(base+"/"+page+"?"+query))
				if err != nil {
					t.Fatal(err)
				}
				for what, script := range map[string]string{"reaches beyond 320 px": wide, "too small for a finger": small} {
					found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](script))
					if err != nil {
						t.Fatal(err)
					}
					if len(found) > 0 {
						t.Errorf("%s: %v", what, found)
					}
				}
			})
		}
	}
}

// focused tells where the focus is and whether it can be seen: an outline, a
// shadow or the yellow ground, and not covered by anything else.
const focused = `(() => {
  const e = document.activeElement;
  if (!e || e === document.body) return ["", ""];
  const seen = [e, "::after"].some(w => { const s = w === e ? getComputedStyle(e) : getComputedStyle(e, w);
    return s.boxShadow !== "none" || (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2); });
  const b = e.getBoundingClientRect(), top = document.elementFromPoint(b.left + b.width / 2, b.top + Math.min(b.height / 2, 10));
  const name = e.tagName + " " + (e.id || e.getAttribute("href") || e.textContent.trim().slice(0, 20));
  let fault = seen ? "" : "no visible focus";
  if (b.bottom < 0 || b.top > innerHeight) fault = "outside the window";
  else if (top && !e.contains(top) && !top.contains(e)) fault = "covered by " + top.tagName + "." + top.className;
  if (window.before !== e) e.dataset.walked = (Number(e.dataset.walked) || 0) + 1; // a month field has several stops
  window.before = e;
  return [name, fault];
})()`

// TestTheKeyboardReachesEverything walks each page with Tab: the skip link
// first, every stop visible, no trap, everything that can be focused reached.
func TestTheKeyboardReachesEverything(t *testing.T) {
	ctx, base := browser(t), pages(t)
	for page := range gallery.Pages {
		t.Run(page, func(t *testing.T) {
			open(t, ctx, base+"/"+page)
			eval[chromedp.Void](t, ctx, `document.activeElement.blur(), window.getSelection().removeAllRanges()`)
			for range 300 { // past the end of the page Tab begins again at the skip link
				if err := chromedp.Do(ctx, chromedp.KeyEvent("\t")); err != nil {
					t.Fatal(err)
				}
				at := eval[[]string](t, ctx, focused)
				if at[0] != "" && eval[int](t, ctx, `Number(document.activeElement.dataset.walked)`) > 1 {
					break
				}
				if at[1] != "" {
					t.Errorf("%s: %s", at[0], at[1])
				}
			}
			missed := eval[[]string](t, ctx, `Array.from(document.querySelectorAll("a[href], button, input:not([type=hidden]):not([type=radio]), select, textarea, summary, [tabindex='0']"))
			  .filter(e => e.offsetParent && !e.dataset.walked && (e.tagName === "SUMMARY" || !e.closest("details:not([open])"))).map(e => e.outerHTML.slice(0, 80)).slice(0, 5)`)
			if len(missed) > 0 {
				t.Errorf("the keyboard does not reach %v", missed)
			}
		})
	}
}
