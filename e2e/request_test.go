package e2e

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestAnApplicantNeedsNoScripts goes the way of whoever asks for information,
// with scripts turned off, on a telephone and in large type: whom to ask, what is
// public already, the form with an error, the receipt, the status by number and
// code, and the request taken back.
func TestAnApplicantNeedsNoScripts(t *testing.T) {
	for _, d := range []dress{{false, "", 1280}, {false, "elder", 320}, {true, "", 320}, {true, "", 1280}} {
		t.Run(d.String(), func(t *testing.T) {
			w := newTab(t)
			w.wear(d)
			w.withoutScripts()
			w.asksForInformation(d, "")
		})
	}
}

// TestAxeOnWhatFollowsTheForm has axe look at the receipt, the status and the
// question before withdrawing: answers to posts, which no address shows again.
func TestAxeOnWhatFollowsTheForm(t *testing.T) {
	script, err := os.ReadFile(axeScript())
	if err != nil {
		t.Fatal("no axe-core, so nothing was proved: cd e2e && npm ci")
	}
	for _, d := range dresses() {
		t.Run(d.String(), func(t *testing.T) {
			w := newTab(t)
			w.wear(d)
			w.asksForInformation(d, string(script))
		})
	}
}

// asksForInformation goes the way once; with the script of axe it is looked at
// on every page.
func (w *tab) asksForInformation(d dress, axe string) {
	w.t.Helper()
	first := ""
	if d.english {
		first = "/en"
	}
	look := func(name string) {
		w.t.Helper()
		w.shot("request-" + name + "-" + d.String())
		if axe != "" {
			w.axe(axe, view{name: "request-" + name}, d)
		} else if bad := eval[[]string](w, wide); len(bad) > 0 {
			w.t.Errorf("%s: %s", name, strings.Join(bad, "; "))
		}
	}
	w.open(first + "/")
	w.follow(`header a[href="` + first + `/requests"]`)
	look("home")
	w.follow(`main .list a[href$="/request"]`)
	look("look")
	w.do(chromedp.SendKeys(`main input[name=q]`, "奖励扶助"))
	w.loads("look", chromedp.SendKeys(`main input[name=q]`, "\r"))
	look("public")
	lang := map[bool]string{false: "zh", true: "en"}[d.english]
	photograph := func(name string, height float64) {
		if d.width > 1000 {
			w.picture("applicant-"+name+"."+lang, height)
		}
	}
	photograph("public", 1000)
	w.follow(`main a[href*="as=person"]`)
	w.press(`main form button[type=submit]`, http.StatusUnprocessableEntity)
	look("form-wrong")
	w.do(chromedp.SendKeys(`main input[name=name]`, "张三"), chromedp.SendKeys(`main input[name=id_number]`, "350525199001011234"), chromedp.SendKeys(`main input[name=phone]`, "13800000000"))
	look("form")
	w.press(`main form button[type=submit]`, http.StatusOK)
	if n := eval[int](w, `document.querySelectorAll(".receipt").length`); n != 1 {
		w.t.Fatalf("%s: no receipt", w.at())
	}
	look("receipt")
	photograph("receipt", 1000)
	code := eval[string](w, `document.querySelectorAll(".receipt dd")[1].innerText`)
	w.follow(`main a[href*="/requests/status?number="]`)
	w.do(chromedp.SendKeys(`main input[name=code]`, code))
	look("status-form")
	w.press(`main form button[type=submit]`, http.StatusOK)
	if strings.Contains(w.at(), code) || !strings.HasSuffix(w.at(), "/requests/status") {
		w.t.Errorf("the code stands in the address: %s", w.at())
	}
	look("status")
	photograph("status", 900)
	w.press(`main form[action$="/withdraw"] button`, http.StatusOK)
	look("withdraw")
	w.press(`main form[action$="/withdraw"] button`, http.StatusOK)
	look("withdrawn")
	w.open(first + "/requests/rules?ladder=page&n=101")
	look("rules")
}
