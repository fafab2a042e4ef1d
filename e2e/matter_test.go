package e2e

import (
	"context"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestWhoeverBringsAMatterNeedsNoScripts goes the way of a resident with scripts
// turned off, on a telephone and in large type: the type, the unit, the form
// with an error, the check, the receipt, the status, something added, and the
// matter withdrawn.
func TestWhoeverBringsAMatterNeedsNoScripts(t *testing.T) {
	for _, d := range []dress{{false, "", 1366}, {false, "elder", 320}, {true, "", 320}} {
		t.Run(d.String(), func(t *testing.T) {
			w := newTab(t)
			w.wear(d)
			w.withoutScripts()
			w.bringsAMatter(d, "")
		})
	}
}

// TestAxeOnWhatFollowsAMattersForm has axe look at the answers to posts, which
// no address shows again.
func TestAxeOnWhatFollowsAMattersForm(t *testing.T) {
	script, err := os.ReadFile(axeScript())
	if err != nil {
		t.Fatal("no axe-core, so nothing was proved: cd e2e && npm ci")
	}
	for _, d := range dresses() {
		t.Run(d.String(), func(t *testing.T) {
			w := newTab(t)
			w.wear(d)
			w.bringsAMatter(d, string(script))
		})
	}
}

// bringsAMatter goes the way once; with the script of axe it is looked at on
// every page.
func (w *tab) bringsAMatter(d dress, axe string) {
	w.t.Helper()
	first := ""
	if d.english {
		first = "/en"
	}
	look := func(name string) {
		w.t.Helper()
		w.shot("matter-" + name + "-" + d.String())
		if axe != "" {
			w.axe(axe, view{name: "matter-" + name}, d)
		} else if bad := eval[[]string](w, wide); len(bad) > 0 {
			w.t.Errorf("%s: %s", name, strings.Join(bad, "; "))
		}
	}
	w.open(first + "/")
	w.follow(`header a[href="` + first + `/matters"]`)
	look("home")
	w.follow(`main .list a[href*="type=tipoff"]`)
	look("unit")
	w.follow(`main .list a[href*="/matter?type=tipoff"]`)
	w.press(`main form button[value=check]`, http.StatusUnprocessableEntity)
	look("form-wrong")
	w.do(chromedp.SendKeys(`main textarea[name=text]`, "窗口工作人员收费不给票据，问了还骂人。"), chromedp.Click(`main input[name=about][value=this]`),
		chromedp.SendKeys(`main input[name=name]`, "张三"), chromedp.SendKeys(`main input[name=phone]`, "13800000000"))
	look("form")
	w.press(`main form button[value=keep]`, http.StatusOK)
	look("kept")
	w.press(`main form[action$="/draft/open"] button`, http.StatusOK)
	w.press(`main form button[value=check]`, http.StatusOK)
	look("check")
	w.press(`main form button[value=send]`, http.StatusOK)
	if n := eval[int](w, `document.querySelectorAll(".receipt").length`); n != 1 {
		w.t.Fatalf("%s: no receipt", w.at())
	}
	look("receipt")
	code := eval[string](w, `document.querySelectorAll(".receipt dd")[1].innerText`)
	w.follow(`main a[href*="/matters/status?number="]`)
	w.do(chromedp.SendKeys(`main input[name=code]`, code))
	w.press(`main form button[type=submit]`, http.StatusOK)
	if strings.Contains(w.at(), code) || !strings.HasSuffix(w.at(), "/matters/status") {
		w.t.Errorf("the code stands in the address: %s", w.at())
	}
	look("status")
	w.do(chromedp.Click(`main details summary`), chromedp.SendKeys(`main form[action$="/add"] textarea`, "今天又去了一次，还是没有票据。"))
	w.press(`main form[action$="/add"] button`, http.StatusOK)
	look("added")
	w.press(`main form[action$="/withdraw"] button`, http.StatusOK)
	look("withdraw")
	w.press(`main form[action$="/withdraw"] button`, http.StatusOK)
	look("withdrawn")
}

// TestAFormIsKeptWhileItIsTyped has a script keep what is typed under a code,
// leaves the page without sending, finds nothing of it on the device, and goes
// on with the code.
func TestAFormIsKeptWhileItIsTyped(t *testing.T) {
	w := newTab(t)
	r := newReader(t)
	w.open(r.unitOf(homeCounty(r)) + "/matter?type=complaint")
	w.do(chromedp.SendKeys(`main textarea[name=text]`, "没有写完的事情经过"))
	ctx, cancel := context.WithTimeout(w.ctx, 20*time.Second)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](`/[0-9A-Z]{4}-/.test(document.querySelector(".saved").textContent)`)); err != nil {
		t.Fatal("nothing was kept: ", err)
	}
	code := eval[string](w, `document.querySelector(".saved").textContent.match(/[0-9A-Z]{4}(-[0-9A-Z]{1,4})+/)[0]`)
	if left := eval[int](w, `localStorage.length + sessionStorage.length + document.cookie.length`); left != 0 {
		t.Errorf("%d things are left on the device", left)
	}
	w.open("/matters/draft")
	w.do(chromedp.SendKeys(`main input[name=draft]`, code))
	w.press(`main form button`, http.StatusOK)
	if got := eval[string](w, `document.querySelector("textarea[name=text]").value`); got != "没有写完的事情经过" {
		t.Errorf("the draft came back as %q", got)
	}
}
