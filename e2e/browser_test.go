package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// tab is the window of one person.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string // of the program it looks at
}

// newTab starts a Chromium of its own, and fails where there is none: a proof left out is no proof.
// More flags are of that browser alone.
func newTab(t *testing.T, more ...chromedp.ExecAllocatorOption) *tab {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("no chromium on this machine, so nothing was proved: apt-get install chromium fonts-noto-cjk, or leave the browser out by -short")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("no-first-run", true), chromedp.Flag("hide-scrollbars", true),
		// A microphone that beeps, and nobody to ask for it.
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true), chromedp.Flag("autoplay-policy", "no-user-gesture-required"),
		// Voice over the loopback, which may be all the machine has.
		chromedp.Flag("allow-loopback-in-peer-connection", true))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), append(opts, more...)...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, browserTime())
	t.Cleanup(cancel)
	// The context of the first step owns the browser, so it must outlive the step.
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900)); err != nil {
		t.Fatalf("start chromium: %v", err)
	}
	w := &tab{t: t, ctx: ctx, base: base}
	t.Cleanup(w.pictureOfFailure)
	return w
}

// browserTime is how long one Chromium may take: minutes, or an hour for the
// whole grid.
func browserTime() time.Duration {
	if os.Getenv("YANGGUANG_AXE_REPORT") != "" {
		return time.Hour
	}
	return 4 * time.Minute
}

// on is the same window used by a subtest.
func (w *tab) on(t *testing.T) *tab {
	on := &tab{t: t, ctx: w.ctx, base: w.base}
	t.Cleanup(on.pictureOfFailure)
	return on
}

func (w *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 20*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		w.t.Fatalf("%v (at %s)", err, w.at())
	}
}

func (w *tab) window(width, height int64, opts ...chromedp.EmulateViewportOption) {
	w.t.Helper()
	w.do(chromedp.EmulateViewport(width, height, opts...))
}

// withoutScripts turns scripts off in the window, as some offices do.
func (w *tab) withoutScripts() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 20*time.Second)
	defer cancel()
	_, err := chromedp.Run(ctx, func(ctx context.Context, t *chromedp.Target) (cdp.Empty, error) {
		return cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// open shows a page of the site and returns the status it was answered with.
func (w *tab) open(path string) int {
	w.t.Helper()
	return w.loads(path, chromedp.Navigate(w.base+path))
}

// loads does something that leads to another page and waits until it is there.
func (w *tab) loads(what string, steps ...chromedp.Action[chromedp.Void]) int {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 30*time.Second)
	defer cancel()
	res, err := chromedp.RunResponse(ctx, steps...)
	if err != nil {
		w.t.Fatalf("%s: %v (at %s)", what, err, w.at())
	}
	return status(res)
}

func status(r *network.Response) int {
	if r == nil {
		return 0
	}
	return int(r.Status)
}

// at is the path of the page shown.
func (w *tab) at() string {
	ctx, cancel := context.WithTimeout(w.ctx, 10*time.Second)
	defer cancel()
	url, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		return err.Error()
	}
	return strings.TrimPrefix(url, w.base)
}

// arrives waits until the window has come to a page of the site by itself and
// the page is whole.
func (w *tab) arrives(path string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 30*time.Second)
	defer cancel()
	there := fmt.Sprintf(`location.pathname === %q && document.readyState === "complete"`, path)
	for {
		// A poll ends with an error when its page makes way for the next one.
		if _, err := chromedp.Run(ctx, chromedp.Poll[bool](there)); err == nil {
			return
		} else if ctx.Err() != nil {
			w.t.Fatalf("waiting for %s: %v (at %s)", path, err, w.at())
		}
	}
}

// shows fails unless the page's main part contains the words.
func (w *tab) shows(words ...string) {
	w.t.Helper()
	got := eval[string](w, `document.querySelector("main").innerText`)
	for _, s := range words {
		if !strings.Contains(got, s) {
			w.t.Fatalf("%s does not show %q:\n%s", w.at(), s, got[:min(len(got), 1500)])
		}
	}
}

func eval[T any](w *tab, script string) T {
	w.t.Helper()
	v, err := chromedp.Run(w.ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		w.t.Fatalf("%v\n%s", err, script)
	}
	return v
}

// pictureOfFailure keeps what a failing test last saw.
func (w *tab) pictureOfFailure() {
	if !w.t.Failed() || w.ctx.Err() != nil {
		return
	}
	dir := os.Getenv("YANGGUANG_SHOTS")
	if dir == "" {
		dir = filepath.Join(os.TempDir(), "yangguang-shots")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		w.t.Log(err)
		return
	}
	ctx, cancel := context.WithTimeout(w.ctx, 20*time.Second)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		w.t.Log(err)
		return
	}
	name := filepath.Join(dir, strings.NewReplacer("/", "-", "?", "-", " ", "-", "&", "-").Replace(w.t.Name())+".png")
	if err := os.WriteFile(name, png, 0o644); err != nil {
		w.t.Log(err)
		return
	}
	w.t.Logf("picture of %s: %s", w.at(), name)
}

// beforeEveryPage runs a script in each page of the window before its own.
func (w *tab) beforeEveryPage(script string) {
	w.t.Helper()
	_, err := chromedp.Run(w.ctx, func(ctx context.Context, t *chromedp.Target) (page.AddScriptToEvaluateOnNewDocumentResult, error) {
		return cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	})
	if err != nil {
		w.t.Fatal(err)
	}
}
