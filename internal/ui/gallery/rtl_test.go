package gallery_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"yangguang/internal/i18n"
)

// sideways names the page's own overflow and what reaches beyond the window.
const sideways = `(() => { const d = document.documentElement, out = [];
  if (d.scrollWidth > d.clientWidth) out.push("the page is " + d.scrollWidth + " wide in " + d.clientWidth);
  for (const e of document.querySelectorAll("body *")) { const b = e.getBoundingClientRect();
    if ((b.left < -1 || b.right > innerWidth + 1) && b.width && !e.closest(".scroll, .chart-scroll, .skip, .hide, .hero-rays, svg")) out.push(e.tagName + "." + (e.getAttribute("class") || "") + " " + b.left + ".." + b.right); }
  return out.slice(0, 5); })()`

// TestARightToLeftLanguageIsData loads a language of another direction from a
// file alone and holds that the frame turns round and nothing scrolls sideways.
// Its sentences are the Chinese ones in Arabic letters, as long as a real
// translation would be: it proves layout, not language.
func TestARightToLeftLanguageIsData(t *testing.T) {
	b, err := os.ReadFile("../locale/en.json")
	if err != nil {
		t.Fatal(err)
	}
	m, err := i18n.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	for k, s := range m {
		m[k] = strings.Map(arabic, s)
	}
	m["ui.direction"] = "rtl"
	file, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := i18n.Add("ug", file); err != nil {
		t.Fatal(err)
	}
	ctx, base := browser(t), pages(t)
	for _, page := range []string{"home", "parts", "item", "form", "desk"} {
		for _, width := range []int64{320, 1366} {
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(fmt.Sprintf("%s/%s?lang=ug", base, page))); err != nil {
				t.Fatal(err)
			}
			if got := eval[string](t, ctx, `document.documentElement.dir + " " + document.documentElement.lang + " " + getComputedStyle(document.body).direction`); got != "rtl ug rtl" {
				t.Errorf("%s: %s", page, got)
			}
			for _, f := range eval[[]string](t, ctx, sideways) {
				t.Errorf("%s at %d: %s", page, width, f)
			}
			if got := eval[bool](t, ctx, `document.querySelector(".brand").getBoundingClientRect().left > innerWidth / 3`); width == 1366 && !got {
				t.Errorf("%s: the site's name does not stand on the right", page)
			}
			if dir := os.Getenv("YANGGUANG_PICTURES"); dir != "" {
				png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
				if err == nil {
					err = os.WriteFile(fmt.Sprintf("%s/rtl-%s-%d.png", dir, page, width), png, 0o644)
				}
				if err != nil {
					t.Error(err)
				}
			}
		}
	}
}

// arabic puts a letter of that script in the place of each Latin one; what
// stands in braces is kept.
func arabic(r rune) rune {
	if r >= 'a' && r <= 'z' {
		return []rune("ابتثجحخدذرزسشصضطظعغفقكلمنه")[r-'a']
	}
	return r
}
