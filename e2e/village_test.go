package e2e

import (
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestAVillageClerkPublishesByTelephone drafts on a telephone of 360 px, and
// lets the supervision committee and the head sign, with scripts off.
func TestAVillageClerkPublishesByTelephone(t *testing.T) {
	langs := map[string]string{"zh": ""}
	if os.Getenv("YANGGUANG_MANUAL") != "" {
		langs["en"] = "/en"
	}
	for lang, first := range langs {
		t.Run(lang, func(t *testing.T) {
			w := newTab(t)
			w.window(360, 720, chromedp.EmulateMobile)
			w.withoutScripts()
			w.signIn("cun.wenshu")
			sheet := w.publishesQuickly(lang, first)
			for _, step := range []struct{ login, act string }{{"cun.jiandu", "/pass"}, {"cun.zhuren", "/approve"}} {
				w.signOut()
				w.signIn(step.login)
				w.open(sheet)
				w.do(chromedp.SendKeys(`#sign input[name=basis]`, "《村民委员会组织法》第三十条"))
				for n := range eval[int](w, `document.querySelectorAll("#sign input[name=checks]").length`) {
					w.do(chromedp.Click(chromedp.JSPath(`document.querySelectorAll("#sign input[name=checks]")[` + strconv.Itoa(n) + `]`)))
				}
				w.press(`#sign button[formaction$="`+step.act+`"]`, http.StatusOK)
			}
			w.follow(`main a[href*="/desk/published/"]`)
			w.picture("village-published."+lang, 900)
		})
	}
}

// publishesQuickly is the short way of a telephone: what, photograph, send.
func (w *tab) publishesQuickly(lang, first string) string {
	w.t.Helper()
	w.open(first + "/desk")
	w.picture("village-desk."+lang, 720)
	w.open(first + "/desk/quick")
	w.picture("village-choose."+lang, 900)
	w.press(`main form:has(input[value="village.8"]) button`, http.StatusOK)
	w.picture("village-photo."+lang, 900)
	w.follow(`main a[href*="/send"]`)
	w.do(chromedp.SetValue(chromedp.CSS(`input[name=title]`), "居民活动室开放时间调整"), chromedp.SendKeys(`textarea[name=body]`, "自下周一起，居民活动室开放时间为每日8:00至20:00。"))
	today := time.Now()
	for part, n := range map[string]int{"year": today.Year(), "month": int(today.Month()), "day": today.Day()} {
		w.do(chromedp.SetValue(chromedp.CSS(`input[name="formed_on-`+part+`"]`), strconv.Itoa(n)))
	}
	w.picture("village-send."+lang, 1100)
	w.press(`main form button[value=submit]`, http.StatusOK)
	path, _, _ := strings.Cut(w.at(), "?")
	return path
}

// TestAnAdministratorsPages takes the administrator's manual's pictures on the
// way to a new colleague.
func TestAnAdministratorsPages(t *testing.T) {
	for lang, first := range map[string]string{"zh": "", "en": "/en"} {
		w := newTab(t)
		w.signIn("xian.guanli")
		for _, p := range []struct{ name, path string }{{"people", "/desk/people"}, {"enrol", "/desk/people/new"}, {"below", "/desk/below"}, {"account", "/account"}} {
			if got := w.open(first + p.path); got != http.StatusOK {
				t.Errorf("%s: %d", p.path, got)
			}
			w.picture("administrator-"+p.name+"."+lang, 900)
		}
	}
}
