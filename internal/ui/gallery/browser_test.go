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

// browser starts a real Chromium, or skips where there is none.
func browser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium on this machine: apt-get install chromium fonts-noto-cjk")
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
			shot{page, "zh", "contrast", 1280}, shot{page, "en", "dark", 1280})
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
const small = `Array.from(document.querySelectorAll(".button, .input, .nav a, .tools a, .tools button, .foot-links a, .choice, summary, .side a, .pager a"))
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
