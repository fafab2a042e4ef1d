package e2e

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestAnItemGoesThroughFourHands takes a document from a clerk's draft past two
// reviewers and the approver to the public, in plain forms with scripts off.
func TestAnItemGoesThroughFourHands(t *testing.T) {
	langs := map[string]string{"zh": ""}
	if os.Getenv("YANGGUANG_MANUAL") != "" {
		langs["en"] = "/en"
	}
	for lang, first := range langs {
		t.Run(lang, func(t *testing.T) {
			title := fmt.Sprintf("关于做好%d月生育服务工作的通知（演示%d）", time.Now().Month(), time.Now().UnixMilli()%1_000_000)
			w := newTab(t)
			w.withoutScripts()
			w.signIn("xian.qicao")
			sheet := w.drafts(lang, first, title)
			for _, step := range []struct{ login, act string }{{"xian.baomi", "/pass"}, {"xian.yinsi", "/pass"}, {"xian.pizhun", "/approve"}} {
				w.signOut()
				w.signIn(step.login)
				w.signs(lang, sheet, title, step.login, step.act)
			}
			w.follow(`main a[href*="/desk/published/"]`)
			w.picture("officer-published."+lang, 1000)
			w.follow(`main .card-foot a[href*="/20"]`)
			w.publiclyShown(first, title)
		})
	}
}

// drafts writes the document and hands it in; the sheet's path comes back.
func (w *tab) drafts(lang, first, title string) string {
	w.t.Helper()
	w.open(first + "/desk")
	w.picture("officer-desk."+lang, 900)
	w.follow(`nav a[href="` + first + `/desk/items"]`)
	w.follow(`main a[href="` + first + `/desk/items/new"]`)
	w.picture("officer-category."+lang, 900)
	w.follow(`main a[href*="category=county.2&"]`)
	w.press(`main form button[type=submit]`, http.StatusOK)
	w.do(chromedp.SendKeys(`input[name=title]`, title), chromedp.SendKeys(`textarea[name=body]`, "各乡镇人民政府：\n请于月底前完成生育登记回访，结果按季度汇总公开，只公开人数。"))
	w.press(`main form button[value=submit]`, http.StatusUnprocessableEntity) // the day it was formed is missing
	if got := eval[string](w, `document.querySelector("input[name=title]").value`); got != title {
		w.t.Errorf("after an error the title is %q", got)
	}
	today := time.Now()
	for part, n := range map[string]int{"year": today.Year(), "month": int(today.Month()), "day": today.Day()} {
		w.do(chromedp.SendKeys(`input[name="formed_on-`+part+`"]`, strconv.Itoa(n)))
	}
	w.picture("officer-edit."+lang, 1100)
	w.press(`main form button[value=submit]`, http.StatusOK)
	w.shows(title)
	path, _, _ := strings.Cut(w.at(), "?")
	return path
}

// signs is what a reviewer or the approver does on the sheet. The first
// forgets the checks, which is refused and keeps what was typed.
func (w *tab) signs(lang, sheet, title, login, act string) {
	w.t.Helper()
	w.open(sheet)
	w.shows(title)
	w.do(chromedp.SendKeys(`#sign input[name=basis]`, "《政府信息公开条例》第十七条"))
	if act == "/pass" {
		if login == "xian.baomi" {
			w.press(`#sign button[formaction$="`+act+`"]`, http.StatusUnprocessableEntity)
		}
		for n := range eval[int](w, `document.querySelectorAll("#sign input[name=checks]").length`) {
			w.do(chromedp.Click(chromedp.JSPath(fmt.Sprintf(`document.querySelectorAll("#sign input[name=checks]")[%d]`, n))))
		}
	}
	if login != "xian.baomi" { // whose page shows the refusal
		w.picture("officer-"+strings.TrimPrefix(act, "/")+"."+lang, 1400)
	}
	w.press(`#sign button[formaction$="`+act+`"]`, http.StatusOK)
}

// publiclyShown holds that everybody sees the item, and what came of it.
func (w *tab) publiclyShown(first, title string) {
	w.t.Helper()
	path := strings.TrimPrefix(w.at(), "/en")
	p := newReader(w.t).get(first + path)
	if p.status != http.StatusOK || !strings.Contains(string(p.body), title) {
		w.t.Errorf("%s does not show the published item to the public: %d", path, p.status)
	}
	if got, _ := p.meta("ArticleTitle"); got != title {
		w.t.Errorf("ArticleTitle is %q", got)
	}
}

// TestTheSameHandMayNotSignTwice tries the clerk's own draft at the reviewer's
// address, as someone would who found the path.
func TestTheSameHandMayNotSignTwice(t *testing.T) {
	t.Parallel()
	clerk, reviewer := signedIn(t, "xian.qicao"), signedIn(t, "xian.baomi")
	sheet := reviewer.some("/desk", `/desk/items/[0-9]+/[0-9]+$`)
	if sheet == "" {
		t.Skip("nothing waits for the reviewer")
	}
	before := clerk.get(sheet)
	for _, act := range []string{"/pass", "/approve"} {
		p := clerk.post(sheet+act, map[string][]string{"checks": {"secrecy"}, "basis": {"x"}})
		if p.status != http.StatusForbidden && p.status != http.StatusNotFound && p.status != http.StatusConflict {
			t.Errorf("the clerk at %s: %d", act, p.status)
		}
	}
	if after := clerk.get(sheet); before.status != after.status {
		t.Errorf("the sheet answered %d before and %d after", before.status, after.status)
	}
}
