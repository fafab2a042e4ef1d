package e2e

import (
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// wide names the elements that reach beyond the page, outside the regions that
// are meant to scroll by themselves.
const wide = `Array.from(document.querySelectorAll("body *")).filter(e =>
  e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, .chart-scroll, .skip, .hide, .hero-rays"))
  .map(e => "reaches beyond the window: " + e.tagName + "." + (e.getAttribute("class") || "")).slice(0, 5).concat(
  document.documentElement.scrollWidth > innerWidth ? ["the page is " + document.documentElement.scrollWidth + " wide"] : [])`

// small names controls under 44 px; words inside a sentence or a list line are
// exempt (WCAG 2.5.8), as is the checkbox whose label is the target.
const small = `Array.from(document.querySelectorAll(".button, .input, .nav a, .tools a, .tools button, .foot-links a, .choice, summary, .side a, .pager a"))
  .filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5)
  .map(e => "too small for a finger: " + e.tagName + "." + (e.getAttribute("class") || "") + " " + e.getBoundingClientRect().height).slice(0, 5)`

// cut names text that is cut off or overlaid once all text is twice as large.
const cut = `Array.from(document.querySelectorAll("body *")).filter(e => {
  if (!e.offsetParent || e.closest(".hide, .skip, .scroll, .chart-scroll") || !Array.from(e.childNodes).some(n => n.nodeType === 3 && n.data.trim())) return false;
  const s = getComputedStyle(e);
  return (s.overflow === "hidden" || s.overflowX === "clip" || s.textOverflow === "ellipsis") && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
}).map(e => "cut off: " + e.tagName + "." + (e.getAttribute("class") || "") + " " + e.textContent.trim().slice(0, 20)).slice(0, 5)`

// TestNarrowTelephonesAndLargeText shows each kind of page on a telephone of
// 320 px, then with all text twice as large, as a browser's setting makes it.
func TestNarrowTelephonesAndLargeText(t *testing.T) {
	byPerson := map[string][]view{}
	for _, v := range slices.Concat(citizenViews(t), staffViews(t)) {
		byPerson[v.as] = append(byPerson[v.as], v)
	}
	for person, views := range byPerson {
		w := newTab(t)
		if person != "" {
			w.signIn(person)
		}
		w.window(320, 700, chromedp.EmulateMobile, chromedp.EmulateTouch)
		for _, v := range views {
			t.Run(v.name, func(t *testing.T) {
				w := w.on(t)
				w.shown(v, false)
				found := slices.Concat(eval[[]string](w, wide), eval[[]string](w, small))
				eval[chromedp.Void](w, `document.documentElement.style.fontSize = parseFloat(getComputedStyle(document.documentElement).fontSize) * 2 + "px"`)
				found = slices.Concat(found, eval[[]string](w, wide), eval[[]string](w, cut))
				for _, f := range found {
					t.Errorf("%s: %s", w.at(), f)
				}
			})
		}
	}
}
