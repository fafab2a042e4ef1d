package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// stop is where the focus is after a press of Tab.
type stop struct {
	Name, Fault string
	Order       int // of the element in the document
	Again       bool
}

// focused tells where the focus is and whether it can be seen: an outline, a
// shadow or the yellow ground, and not covered by anything else.
const focused = `(() => {
  const e = document.activeElement;
  if (!e || e === document.body) return {Name: "", Fault: "", Order: -1, Again: false};
  const seen = [e, "::after"].some(w => { const s = w === e ? getComputedStyle(e) : getComputedStyle(e, w);
    return s.boxShadow !== "none" || (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2); });
  const b = e.getBoundingClientRect(), top = document.elementFromPoint(b.left + b.width / 2, b.top + Math.min(b.height / 2, 10));
  let fault = seen ? "" : "no visible focus";
  if (b.bottom < 0 || b.top > innerHeight) fault = "outside the window";
  else if (top && !e.contains(top) && !top.contains(e)) fault = "covered by " + top.tagName + "." + top.className;
  if (window.before !== e) e.dataset.walked = (Number(e.dataset.walked) || 0) + 1; // a date has several stops
  window.before = e;
  return {Name: e.tagName + " " + (e.id || e.getAttribute("href") || e.textContent.trim().slice(0, 20)), Fault: fault,
    Order: Array.prototype.indexOf.call(document.getElementsByTagName("*"), e), Again: Number(e.dataset.walked) > 1};
})()`

// missed are the controls the walk did not come to; of radio buttons only one
// of a group is a stop, and of a bar of tools one, from which arrows go on.
const missed = `Array.from(document.querySelectorAll("a[href], button, input:not([type=hidden]):not([type=radio]), select, textarea, summary, [tabindex='0']"))
  .filter(e => e.offsetParent && !e.disabled && !e.dataset.walked && !e.closest("[role=toolbar]") && (e.tagName === "SUMMARY" || !e.closest("details:not([open])"))).map(e => e.outerHTML.slice(0, 90)).slice(0, 5)`

// TestTheKeyboardReachesEverything walks key pages with Tab: the skip link
// first, in the order of reading, every stop visible, no trap, all reached.
func TestTheKeyboardReachesEverything(t *testing.T) {
	walked := map[string]bool{"home": true, "search": true, "overdue": true, "unit-catalogue": true, "item": true, "item-report-wrong": true, "nudge": true, "request-look": true, "request-person-wrong": true, "sign-in": true,
		"desk": true, "desk-edit": true, "desk-review": true, "desk-approve": true, "desk-quick": true}
	for person, views := range everyView(t) {
		w := newTab(t)
		if person != "" {
			w.signIn(person)
		}
		for _, v := range views {
			if !walked[v.name] {
				continue
			}
			t.Run(v.name, func(t *testing.T) {
				w := w.on(t)
				w.shown(v, false)
				w.walk()
			})
		}
	}
}

func (w *tab) walk() {
	w.t.Helper()
	const most = 400
	last, focus := -1, eval[bool](w, `(() => { const had = document.activeElement !== document.body; document.activeElement.blur(); window.getSelection().removeAllRanges(); scrollTo(0, 0); return had; })()`)
	for n := range most { // past the end of the page Tab begins again at the skip link
		w.do(chromedp.KeyEvent("\t"))
		at := eval[stop](w, focused)
		switch {
		case n == 0 && !focus && !strings.HasSuffix(at.Name, "#main"):
			w.t.Errorf("the first stop is %q, not the link to the content", at.Name)
		case at.Fault != "" && at.Name != "":
			w.t.Errorf("%s: %s", at.Name, at.Fault)
		}
		if at.Name != "" && at.Again || at.Name == "" && n > 0 {
			break
		}
		if at.Order < last && !focus {
			w.t.Errorf("%s is reached after something that stands below it", at.Name)
		}
		last = at.Order
		if n == most-1 {
			w.t.Errorf("%d presses of Tab do not lead around the page", most)
		}
	}
	if focus { // the page moved the focus itself, to the summary of errors
		return
	}
	if left := eval[[]string](w, missed); len(left) > 0 {
		w.t.Errorf("the keyboard does not reach %v", left)
	}
}
