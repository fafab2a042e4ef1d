package gallery_test

import (
	"os"
	"testing"

	"github.com/chromedp/chromedp"

	"yangguang/internal/ui/gallery"
)

// runAxe lists violations and what axe could not decide. Contrast of text
// inside SVG is never decided by axe; contrast_test.go computes those pairs
// (ink and muted on card) from the style sheet instead.
const runAxe = `axe.run(document, {resultTypes: ["violations", "incomplete"]}).then(r =>
  r.violations.map(v => "violation " + v.id + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ")).join(" | "))
  .concat(r.incomplete
    .map(v => v.id === "color-contrast" ? {id: v.id, nodes: v.nodes.filter(n => !n.html.startsWith("<text"))} : v).filter(v => v.nodes.length > 0)
    .map(v => "incomplete " + v.id + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + ((n.any[0] || {}).message || "")).join(" | "))))`

// TestAxe runs axe-core over the gallery in every language and mode. AXE names
// the file axe.min.js (npm axe-core); the test is skipped without it.
func TestAxe(t *testing.T) {
	script, err := os.ReadFile(os.Getenv("AXE"))
	if err != nil {
		t.Skip("AXE does not name axe.min.js: npm i axe-core@4.14.1")
	}
	ctx, base := browser(t), pages(t)
	for page := range gallery.Pages {
		for _, query := range []string{"lang=zh", "lang=en&mode=elder", "lang=zh&mode=contrast", "lang=en&mode=dark"} {
			for _, width := range []int64{320, 1366} {
				t.Run(page+"?"+query, func(t *testing.T) {
					err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 800), chromedp.Navigate(base+"/"+page+"?"+query))
					if err != nil {
						t.Fatal(err)
					}
					if _, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](string(script))); err != nil {
						t.Fatal(err)
					}
					found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](runAxe, chromedp.EvalAwaitPromise))
					if err != nil {
						t.Fatal(err)
					}
					for _, f := range found {
						t.Errorf("%d px: %s", width, f)
					}
				})
			}
		}
	}
}
