package knowledge

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
	"strings"
	"testing"

	"yangguang/agency"
	"yangguang/agency/agencytest"
	"yangguang/agency/front"
	"yangguang/disclosure/disclosuretest"
	"yangguang/disclosure/portal"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"
)

func TestMain(m *testing.M) {
	disclosuretest.LoadLocales()
	i18n.MustLoad(Locale, portal.Locale, front.Locale, ui.Locale, web.Locale)
	os.Exit(m.Run())
}

var (
	check   = disclosuretest.Check
	refused = disclosuretest.Refused
)

// house is a county whose staff keep a knowledge base.
type house struct {
	*disclosuretest.House
	k *Knowledge
	// Writer and Second write for the county, Checker reviews there, Both may do
	// either; Village writes for the village; Stranger works at the institution
	// and holds nothing.
	Writer, Second, Checker, Both, Village, Stranger disclosuretest.Person
}

func each(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB, clock.Clock, ...fs.FS) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(disclosuretest.Now)
			f(t, over(t, open(t, c, append(slices.Clone(disclosuretest.Migrations), Migrations)...), c))
		})
	}
}

func over(t *testing.T, d *db.DB, c *clock.Fake) *house {
	t.Helper()
	h := &house{House: disclosuretest.Found(t, d, c)}
	h.k = &Knowledge{DB: d, Calendars: h.Disclosure.Calendars, Topics: norm.Builtin().Casework.TopicChoices(),
		Front: &front.Front{Site: front.Site{Home: agencytest.County, Name: i18n.Text{Zh: "示例站", En: "Example"}, Organiser: i18n.Text{Zh: "办公室", En: "Office"}, Demo: true}}}
	hire := func(name string, at agency.Agency, verbs ...string) (p disclosuretest.Person) {
		check(t, d.Write(t.Context(), func(tx *db.Tx) error {
			id, err := account.CreatePerson(tx, account.Person{Name: name, State: account.PersonActive, Home: account.Target{Agency: at.ID, Division: int64(at.Division)}})
			p = disclosuretest.Person{ID: id, Name: name}.Of(at).With(at, verbs...)
			return err
		}))
		return p
	}
	h.Writer, h.Second = hire("编写甲", h.County, Writing), hire("编写乙", h.County, Writing)
	h.Checker, h.Both = hire("审核丙", h.County, Reviewing), hire("两样丁", h.County, Writing, Reviewing)
	h.Other = hire("村里戊", h.House.Village, Writing, Reviewing)
	h.Village, h.Stranger = h.Other, hire("外单位己", h.Institution)
	return h
}

// text is an article about births, valid for a year.
func (h *house) text(title string) Text {
	on := clock.DateOf(h.Clock.Now())
	return Text{Title: title, Questions: []string{"生三个孩子可以吗"}, Answer: "一对夫妻可以生育三个子女。\n办理生育登记即可。", Topic: "registration", Law: "中华人民共和国人口与计划生育法", LawArticle: "第十八条", LawURL: "https://www.example.gov.cn/law",
		From: on.AddDays(-30), To: on.AddDays(335), Review: on.AddDays(180), Audience: ForPublic, Lang: "zh"}
}

// passed is an article of the county that passed review.
func (h *house) passed(t *testing.T, change func(*Text)) *Article {
	t.Helper()
	x := h.text("三孩生育政策是什么")
	if change != nil {
		change(&x)
	}
	return h.passedAt(t, h.Writer, h.Checker, h.County, h.County.Division, x)
}

func (h *house) passedAt(t *testing.T, writer, checker disclosuretest.Person, u agency.Agency, holds agency.Code, text Text) *Article {
	t.Helper()
	x, err := h.k.Start(h.As(writer), u.ID, holds, text)
	check(t, err)
	check(t, h.k.Submit(h.As(writer), x.Province, x.ID, 1, text))
	check(t, h.k.Approve(h.As(checker), x.Province, x.ID, 2))
	return h.read(t, x)
}

func (h *house) read(t *testing.T, x *Article) (out *Article) {
	t.Helper()
	h.Read(t, func(tx *db.Tx) (err error) {
		out, err = articleByID(tx, x.Province, x.ID, "")
		return err
	})
	return out
}

// app gives the house its pages, with the portal's beside them.
func (h *house) app() *web.App {
	p := &portal.Portal{Front: h.k.Front, Disclosure: h.Disclosure}
	return web.New(web.Options{DB: h.DB, Clock: h.Clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: func(w http.ResponseWriter, _ *http.Request, err error) {
		http.Error(w, err.Error(), fault.KindOf(err).Status())
	}}, h.k.Routes(), p.Routes())
}

// ask asks as somebody, posting where fields are given.
func ask(app *web.App, ctx context.Context, path string, v url.Values) (int, string) {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if v != nil {
		r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	app.ServeHTTP(w, r.WithContext(ctx))
	return w.Code, w.Body.String() + w.Header().Get("Location")
}
