package exchange

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"yangguang/agency/front"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/jobs"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework/caseworktest"
)

func TestMain(m *testing.M) {
	caseworktest.LoadLocales()
	i18n.MustLoad(Locale, ui.Locale, web.Locale, front.Locale)
	os.Exit(m.Run())
}

func TestLocalesAgree(t *testing.T) {
	for _, p := range i18n.Check(Locale) {
		t.Error(p)
	}
}

var check = disclosuretest.Check

// canary is what no interface may ever give out.
const canary = "金丝雀九七三一"

// room is a county's casework with its exchange.
type room struct {
	*caseworktest.House
	X       *Exchange
	Manager caseworktest.Person
	jobs    *jobs.Runner
	app     *web.App
}

// each runs f with a fresh room on every engine to be had.
func each(t *testing.T, f func(t *testing.T, r *room)) {
	t.Helper()
	all := slices.Concat(caseworktest.Migrations, []fs.FS{Migrations})
	for name, open := range map[string]func(testing.TB, clock.Clock, ...fs.FS) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(disclosuretest.Now)
			f(t, over(t, open(t, c, all...), c))
		})
	}
}

func newRoom(t *testing.T) *room {
	t.Helper()
	c := clock.NewFake(disclosuretest.Now)
	return over(t, dbtest.SQLite(t, c, slices.Concat(caseworktest.Migrations, []fs.FS{Migrations})...), c)
}

func over(t *testing.T, d *db.DB, c *clock.Fake) *room {
	t.Helper()
	r := &room{House: caseworktest.Over(t, d, c)}
	r.X = &Exchange{Cases: r.Cases, Front: &front.Front{Site: front.Site{Home: r.County.Division, Domain: "https://example.gov.cn"}}}
	r.Cases.Changed = r.X.Changed
	r.Manager = r.Hire(t, "交换管理员辛", r.County, Managing)
	r.jobs = &jobs.Runner{DB: d, Log: slog.New(slog.DiscardHandler)}
	r.X.Register(r.jobs)
	r.Cases.Outbox.Register(r.jobs)
	r.app = web.New(web.Options{DB: d, Clock: c, Log: slog.New(slog.DiscardHandler), ShowError: showError}, r.X.Routes())
	return r
}

// showError answers as the site does.
func showError(w http.ResponseWriter, r *http.Request, err error) {
	key, args, _ := fault.Sentence(err)
	_ = web.JSON(w, fault.KindOf(err).Status(), map[string]string{"error": fault.KindOf(err).String(), "message": i18n.T(r.Context(), key, args...)})
}

// work does what is due; the clock stays.
func (r *room) work(t *testing.T) {
	t.Helper()
	for range 50 {
		n, err := r.jobs.RunDue(t.Context())
		check(t, err)
		if n == 0 {
			return
		}
	}
	t.Fatal("the jobs do not end")
}

// settle lets what happened become old enough to be told.
func (r *room) settle() { r.Clock.Advance(settled + time.Second) }

// key makes a key, as the county's manager does.
func (r *room) key(t *testing.T, kind string, perMinute int) string {
	t.Helper()
	_, told, err := r.X.MakeKey(r.As(r.Manager), r.County.ID, kind, "测试平台", perMinute)
	check(t, err)
	return told
}

// ask sends a request; body "" is a GET.
func (r *room) ask(t *testing.T, path, key, kind, body string) *httptest.ResponseRecorder {
	t.Helper()
	method := http.MethodGet
	if body != "" {
		method = http.MethodPost
	}
	q := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	if key != "" {
		q.Header.Set("Authorization", "Bearer "+key)
	}
	if kind != "" {
		q.Header.Set("Content-Type", kind)
	}
	w := httptest.NewRecorder()
	r.app.ServeHTTP(w, q)
	if s := w.Body.String(); strings.Contains(s, canary) {
		t.Errorf("%s %s gives out what nobody may know: %.300s", method, path, s)
	}
	return w
}

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
)

func form(pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

// count is a number the store has.
func (r *room) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	r.Read(t, func(tx *db.Tx) error { return tx.Row(query, args...).Scan(&n) })
	return n
}

func nobody(ctx context.Context) context.Context { return account.With(ctx, nil) }
