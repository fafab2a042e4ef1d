package e2e

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestACitizenNeedsNoScripts goes the citizen's way with scripts turned off:
// home, search, item, download, report an error, receipt; then what is overdue
// and 催公开.
func TestACitizenNeedsNoScripts(t *testing.T) {
	for lang, first := range map[string]string{"zh": "", "en": "/en"} {
		t.Run(lang, func(t *testing.T) {
			w := newTab(t)
			w.withoutScripts()
			w.findsAndReports(lang, first)
			w.asksForWhatIsOverdue(lang, first)
		})
	}
}

func (w *tab) findsAndReports(lang, first string) {
	w.t.Helper()
	w.open(first + "/")
	w.picture("citizen-home."+lang, 900)
	w.do(chromedp.SendKeys(`input[name=q]`, "奖励扶助"))
	w.loads("search", chromedp.SendKeys(`input[name=q]`, "\r"))
	w.picture("citizen-search."+lang, 900)
	w.follow(`main .list a[href*="/20"]`)
	item := w.at()
	w.picture("citizen-item."+lang, 1100)
	w.downloads()
	w.follow(`main a[href$="/report"]`)

	w.press(`main form button[type=submit]`, http.StatusUnprocessableEntity)
	if n := eval[int](w, `document.querySelectorAll("[role=alert] a, .summary a, .error-summary a").length`); n == 0 {
		w.t.Errorf("%s: an empty report is not told which fields are wrong", w.at())
	}
	w.do(chromedp.Click(`main input[type=radio]`), chromedp.SendKeys(`main textarea`, "第二行的单位应当是元，写成了万元。"))
	w.picture("citizen-report."+lang, 1000)
	w.press(`main form button[type=submit]`, http.StatusOK)
	if eval[int](w, `document.querySelectorAll(".receipt").length`) != 1 {
		w.t.Errorf("%s: no receipt after a report", w.at())
	}
	w.picture("citizen-receipt."+lang, 700)
	w.follow(`main a[href="` + item + `"]`)
}

// downloads holds that the item's spreadsheets and pages are there, as files,
// and that pages say that the data are invented. A CSV file is a bare table for
// machines; its name and the page it comes from carry the mark.
func (w *tab) downloads() {
	w.t.Helper()
	paths := eval[[]string](w, `Array.from(document.querySelectorAll("main a[href*='/item.']")).map(a => a.getAttribute("href"))`)
	if len(paths) == 0 {
		w.t.Fatalf("%s offers nothing to download", w.at())
	}
	r := newReader(w.t)
	for _, path := range paths {
		p := r.get(path)
		if p.status != http.StatusOK || len(p.body) == 0 || !strings.HasPrefix(p.header.Get("Content-Disposition"), "attachment") {
			w.t.Errorf("%s: %d, %d bytes, %q", path, p.status, len(p.body), p.header.Get("Content-Disposition"))
		}
		if strings.HasPrefix(p.header.Get("Content-Type"), "text/html") && !bytes.Contains(p.body, []byte("演示数据")) && !bytes.Contains(p.body, []byte("emonstration data")) {
			w.t.Errorf("%s does not say that the data are invented", path)
		}
	}
}

func (w *tab) asksForWhatIsOverdue(lang, first string) {
	w.t.Helper()
	w.follow(`header a[href="` + first + `/overdue"]`)
	w.picture("citizen-overdue."+lang, 900)
	w.follow(`main a[href*="/c/"]`)
	w.picture("citizen-missing."+lang, 900)
	w.follow(`main a[href$="/nudge"]`)
	w.press(`main form button[type=submit]`, http.StatusOK)
	if eval[int](w, `document.querySelectorAll(".receipt").length`) != 1 {
		w.t.Errorf("%s: no receipt after asking", w.at())
	}
	w.picture("citizen-asked."+lang, 700)
}

// follow clicks the first link that fits and expects a page.
func (w *tab) follow(sel string) {
	w.t.Helper()
	if got := w.loads("follow "+sel, chromedp.Click(chromedp.CSS(sel))); got != http.StatusOK {
		w.t.Fatalf("%s leads to %s: %d", sel, w.at(), got)
	}
}

// press clicks a button that sends a form, and expects the answer after any
// redirect to have the status.
func (w *tab) press(sel string, want int) {
	w.t.Helper()
	before := w.at()
	if got := w.loads("press "+sel, chromedp.Click(chromedp.CSS(sel))); got != want {
		w.t.Fatalf("%s on %s leads to %s: %d, want %d\n%s", sel, before, w.at(), got, want, eval[string](w, `document.querySelector("main").innerText.slice(0, 800)`))
	}
}
