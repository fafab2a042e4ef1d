package outcome_test

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"yangguang/agency/agencytest"
	"yangguang/agency/front"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/caseworktest"
	"yangguang/supervision/casework/outcome"
)

var (
	check   = disclosuretest.Check
	refused = disclosuretest.Refused
)

func TestMain(m *testing.M) {
	caseworktest.LoadLocales()
	i18n.MustLoad(front.Locale, ui.Locale, web.Locale, outcome.Locale)
	os.Exit(m.Run())
}

func TestLocale(t *testing.T) {
	for _, wrong := range slices.Concat(i18n.Check(outcome.Locale), i18n.Check(casework.Locale)) {
		t.Error(wrong)
	}
}

type house struct {
	*caseworktest.House
	out *outcome.Outcomes
	app *web.App
}

func each(t *testing.T, f func(t *testing.T, h house)) {
	for name, open := range map[string]func(testing.TB, clock.Clock, ...fs.FS) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(disclosuretest.Now)
			h := house{House: caseworktest.Over(t, open(t, c, append(slices.Clone(caseworktest.Migrations), outcome.Migrations)...), c)}
			fr := &front.Front{Site: front.Site{Home: agencytest.County, Name: i18n.Text{Zh: "示例站", En: "Example"}, Organiser: i18n.Text{Zh: "办公室", En: "Office"}, Demo: true}}
			h.out = &outcome.Outcomes{Cases: h.Cases, Front: fr}
			h.app = web.New(web.Options{DB: h.DB, Clock: h.Clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: func(w http.ResponseWriter, _ *http.Request, err error) {
				http.Error(w, err.Error(), fault.KindOf(err).Status())
			}}, h.out.Routes())
			f(t, h)
		})
	}
}

// at asks as somebody; with pairs it posts a form.
func (h house) at(ctx context.Context, path string, pairs ...string) (int, string) {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if len(pairs) > 0 {
		v := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	h.app.ServeHTTP(w, r.WithContext(ctx))
	return w.Code, w.Body.String()
}

var told = outcome.Text{Title: "扶助金因账号有误未到账", Asked: "有群众反映扶助金迟迟没有到账。", Reply: "经查因账号少录一位，已更正并补发。"}

// closed is a matter that was handled to its end.
func (h house) closed(t *testing.T, caseType string) *casework.Matter {
	t.Helper()
	m, code := h.Answered(t, caseType, casework.Reply{Result: "solved", Text: "经查因账号少录一位，已更正并补发。"})
	check(t, h.Cases.Rate(h.Anyone(), m.Number, code, casework.Rating{Solved: "yes", Satisfied: "yes"}))
	return m
}

// 3.1.3: a closed matter becomes a case everybody reads, written by one person
// and approved by another, with nothing of whoever brought it.
func TestACaseIsPublishedWithoutWhoBroughtIt(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		m := h.closed(t, "complaint")
		write := "/desk/write-outcome/" + strconv.Itoa(m.Province) + "/" + strconv.FormatInt(m.ID, 10)
		both := h.Hire(t, "起草又审核辛", h.County, casework.Handling, casework.Reviewing)
		for field, text := range map[string]string{"asked": "张三反映扶助金没有到账。", "reply": "已电话13800000000告知。"} {
			pairs := []string{"title", told.Title, "asked", told.Asked, "reply", told.Reply}
			pairs[slices.Index(pairs, field)+1] = text
			if code, body := h.at(h.As(both), write, pairs...); code != http.StatusUnprocessableEntity || !strings.Contains(body, text) {
				t.Errorf("a case that names the person in %s: %d", field, code)
			}
		}
		if code, _ := h.at(h.As(h.Stranger), write, "title", told.Title, "asked", told.Asked, "reply", told.Reply); code != http.StatusNotFound {
			t.Errorf("somebody of another unit writes a case: %d", code)
		}
		x, err := h.out.Propose(h.As(both), m.Province, m.ID, told)
		check(t, err)
		_, err = h.out.Propose(h.As(both), m.Province, m.ID, told)
		refused(t, err, fault.Conflict, "outcome.already")
		refused(t, h.out.Publish(h.As(both), x.Province, x.ID), fault.Forbidden, "outcome.own")
		public := "/matters/outcomes/" + strconv.Itoa(x.Province) + "/" + strconv.FormatInt(x.ID, 10)
		if code, _ := h.at(h.Anyone(), public); code != http.StatusNotFound {
			t.Errorf("before its review it is %d", code)
		}
		check(t, h.out.Return(h.As(h.Head), x.Province, x.ID, "标题再短一些"))
		check(t, h.out.Rewrite(h.As(both), x.Province, x.ID, told))
		check(t, h.out.Publish(h.As(h.Head), x.Province, x.ID))
		code, body := h.at(h.Anyone(), public)
		if code != http.StatusOK || !strings.Contains(body, told.Reply) || strings.Contains(body, m.Number) {
			t.Errorf("published it is %d", code)
		}
		if code, body := h.at(h.Anyone(), "/en/matters/outcomes"); code != http.StatusOK || !strings.Contains(body, told.Title) {
			t.Errorf("the list is %d", code)
		}
		check(t, h.out.TakeDown(h.As(h.Head), x.Province, x.ID, "内容有误，重新核实"))
		if code, body := h.at(h.Anyone(), public); code != http.StatusGone || strings.Contains(body, told.Reply) {
			t.Errorf("taken down it is %d", code)
		}
	})
}

// TestProtectedMattersAreNeverCases: neither tip-offs nor what is hidden from a unit.
func TestProtectedMattersAreNeverCases(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		m := h.closed(t, "tipoff")
		_, err := h.out.Propose(h.As(h.Handler), m.Province, m.ID, told)
		refused(t, err, fault.Conflict, "casework.outcome_protected")
		open, _ := h.File(t, h.Filing("complaint"))
		_, err = h.out.Propose(h.As(h.Front), open.Province, open.ID, told)
		refused(t, err, fault.Conflict, "flow.not_now")
	})
}
