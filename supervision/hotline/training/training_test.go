package training_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"log/slog"
	"mime/multipart"
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
	"yangguang/supervision/casework/caseworktest"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/training"
)

var (
	check   = disclosuretest.Check
	refused = disclosuretest.Refused
	on      = clock.MustDate
)

func TestMain(m *testing.M) {
	caseworktest.LoadLocales()
	i18n.MustLoad(front.Locale, ui.Locale, web.Locale, training.Locale)
	os.Exit(m.Run())
}

func TestLocale(t *testing.T) {
	for _, p := range i18n.Check(training.Locale) {
		t.Error(p)
	}
}

type house struct {
	*caseworktest.House
	s                     *training.Trainings
	app                   *web.App
	manager, agent, other caseworktest.Person
}

func each(t *testing.T, f func(t *testing.T, h house)) {
	for name, open := range map[string]func(testing.TB, clock.Clock, ...fs.FS) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(disclosuretest.Now)
			h := house{House: caseworktest.Over(t, open(t, c, append(slices.Clone(caseworktest.Migrations), training.Migrations)...), c)}
			fr := &front.Front{Site: front.Site{Home: agencytest.County, Name: i18n.Text{Zh: "示例站", En: "Example"}, Organiser: i18n.Text{Zh: "办公室", En: "Office"}, Demo: true}}
			h.s = &training.Trainings{DB: h.DB, Front: fr}
			h.app = web.New(web.Options{DB: h.DB, Clock: h.Clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: func(w http.ResponseWriter, _ *http.Request, err error) {
				http.Error(w, err.Error(), fault.KindOf(err).Status())
			}}, h.s.Routes())
			h.manager = h.Hire(t, "培训员甲", h.County, training.Managing, hotline.Answering)
			h.agent = h.Hire(t, "接话员乙", h.County, hotline.Answering)
			h.other = h.Hire(t, "接话员丙", h.County, hotline.Answering)
			f(t, h)
		})
	}
}

func (h house) send(ctx context.Context, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.app.ServeHTTP(w, r.WithContext(ctx))
	return w
}

func (h house) get(ctx context.Context, path string) *httptest.ResponseRecorder {
	return h.send(ctx, httptest.NewRequest(http.MethodGet, path, nil))
}

func (h house) post(ctx context.Context, path string, pairs ...string) *httptest.ResponseRecorder {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return h.send(ctx, r)
}

func (h house) result(p caseworktest.Person, day string, score int) training.Result {
	return training.Result{Person: p.ID, Subject: "接听规范", Day: on(day), Score: score, Pass: 60}
}

func (h house) qualification(p caseworktest.Person) training.Qualification {
	return training.Qualification{Person: p.ID, From: on("2026-11-24"), To: on("2026-12-20"), Review: on("2026-12-10")}
}

func field(err error) string {
	if f := fault.FieldsOf(err); len(f) == 1 {
		return f[0].Name + " " + f[0].Key
	}
	return "other"
}

// 3.1.2: only who passed an examination may answer, for a time, until it is
// withdrawn; nobody qualifies himself.
func TestWhoMayAnswer(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := h.As(h.manager)
		if got := field(h.s.Qualify(ctx, h.qualification(h.agent))); got != "person training.not_passed" {
			t.Errorf("nobody examined him: %s", got)
		}
		check(t, h.s.Examine(ctx, h.result(h.agent, "2026-11-20", 59)))
		if got := field(h.s.Qualify(ctx, h.qualification(h.agent))); got != "person training.not_passed" {
			t.Errorf("he failed: %s", got)
		}
		check(t, h.s.Examine(ctx, h.result(h.agent, "2026-11-22", 60)))
		if got := field(h.s.Examine(ctx, h.result(h.manager, "2026-11-22", 99))); got != "person training.own" {
			t.Errorf("his own result: %s", got)
		}
		if got := field(h.s.Examine(ctx, h.result(h.Handler, "2026-11-22", 99))); got != "person training.no_agent" {
			t.Errorf("somebody who does not answer: %s", got)
		}
		refused(t, h.s.Qualify(h.As(h.agent), h.qualification(h.agent)), fault.Forbidden, "training.no_grant")
		check(t, h.s.Qualify(ctx, h.qualification(h.agent)))
		for day, want := range map[string]bool{"2026-11-23": false, "2026-11-24": true, "2026-12-20": true, "2026-12-21": false} {
			ok, until, err := h.s.Qualified(t.Context(), h.agent.ID, on(day))
			check(t, err)
			if ok != want || ok && until != on("2026-12-20") {
				t.Errorf("on %s: %v until %v", day, ok, until)
			}
		}
		page := h.get(ctx, "/desk/hotline/training").Body.String()
		at := strings.Index(page, "/qualifications/")
		id, err := strconv.ParseInt(page[at+len("/qualifications/"):strings.Index(page, "/withdraw")], 10, 64)
		check(t, err)
		if got := field(h.s.Withdraw(ctx, id, "")); got != "why training.need_why" {
			t.Errorf("no reason: %s", got)
		}
		wrong := h.post(ctx, "/desk/hotline/training/qualifications/"+strconv.FormatInt(id, 10)+"/withdraw", "why", "")
		if n := strings.Count(wrong.Body.String(), "<details open>"); wrong.Code != http.StatusUnprocessableEntity || n != 2 {
			t.Errorf("what is wrong is folded away: %d, %d open", wrong.Code, n)
		}
		check(t, h.s.Withdraw(ctx, id, "多次泄露来电内容"))
		refused(t, h.s.Withdraw(ctx, id, "多次泄露来电内容"), fault.NotFound, "fault.not_found")
		if ok, _, err := h.s.Qualified(t.Context(), h.agent.ID, on("2026-12-01")); ok || err != nil {
			t.Errorf("withdrawn and still qualified: %v", err)
		}
	})
}

func TestEachReadsHisOwnRecordAndIsReminded(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := h.As(h.manager)
		check(t, h.s.Examine(ctx, h.result(h.agent, "2026-11-20", 88)))
		check(t, h.s.Qualify(ctx, h.qualification(h.agent)))
		if w := h.post(ctx, "/desk/hotline/training/sessions", "subject", "保密教育", "day", "2026-11-21", "minutes", "90", "material", "javascript:alert(1)", "persons", strconv.FormatInt(h.agent.ID, 10)); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("a link that runs: %d", w.Code)
		}
		if w := h.post(ctx, "/desk/hotline/training/sessions", "subject", "保密教育", "day", "2026-11-21", "minutes", "90", "persons", strconv.FormatInt(h.agent.ID, 10)); w.Code != http.StatusSeeOther {
			t.Fatalf("a session: %d %s", w.Code, w.Body)
		}
		own, others := h.get(h.As(h.agent), "/desk/hotline/training").Body.String(), h.get(h.As(h.other), "/desk/hotline/training").Body.String()
		for _, x := range []string{"保密教育", "接听规范", "即将到期"} {
			if x == "即将到期" {
				h.Clock.Set(disclosuretest.Now.AddDate(0, 0, 3))
				own = h.get(h.As(h.agent), "/desk/hotline/training/mine").Body.String()
			}
			if !strings.Contains(own, x) || strings.Contains(others, x) {
				t.Errorf("%s: own %v, another's %v", x, strings.Contains(own, x), strings.Contains(others, x))
			}
		}
		for p, want := range map[string]int{"agent": 1, "manager": 1, "other": 0} {
			who := map[string]caseworktest.Person{"agent": h.agent, "manager": h.manager, "other": h.other}[p]
			got, err := h.s.Waiting(h.As(who))
			check(t, err)
			n := 0
			for _, g := range got {
				n += len(g.Works)
			}
			if n != want {
				t.Errorf("%s is reminded of %d", p, n)
			}
		}
	})
}

// What is exported is imported again as it was; one bad row keeps all out.
func TestResultsGoOutAndComeBack(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := h.As(h.manager)
		check(t, h.s.Examine(ctx, h.result(h.agent, "2026-11-20", 88)))
		check(t, h.s.Examine(ctx, h.result(h.other, "2026-11-20", 71)))
		book, err := h.s.Export(ctx)
		check(t, err)
		n, bad, err := h.s.Import(ctx, book)
		if n != 2 || len(bad) != 0 || err != nil {
			t.Fatalf("Import = %d, %v, %v", n, bad, err)
		}
		again, err := h.s.Export(ctx)
		check(t, err)
		if n, _, err := h.s.Import(ctx, again); n != 2 || err != nil {
			t.Errorf("the same once more: %d, %v", n, err)
		}
		// Rows of himself are refused, and the others with them.
		_, bad, err = h.s.Import(h.As(h.other.With(h.County, training.Managing)), book)
		if err != nil || len(bad) != 1 || bad[0].Key != "training.own" {
			t.Errorf("his own row: %v, %v", bad, err)
		}
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		f, err := m.CreateFormFile("file", "a.xlsx")
		check(t, err)
		_, _ = f.Write([]byte("no workbook"))
		check(t, m.Close())
		r := httptest.NewRequest(http.MethodPost, "/desk/hotline/training/results.xlsx", &b)
		r.Header.Set("Content-Type", m.FormDataContentType())
		if w := h.send(ctx, r); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("a file that is none: %d", w.Code)
		}
	})
}

func FuzzImport(f *testing.F) {
	h := house{House: caseworktest.Over(f, dbtest.SQLite(f, clock.NewFake(disclosuretest.Now), append(slices.Clone(caseworktest.Migrations), training.Migrations)...), clock.NewFake(disclosuretest.Now))}
	s := &training.Trainings{DB: h.DB}
	ctx := h.As(h.Hire(f, "培训员甲", h.County, training.Managing, hotline.Answering))
	book, err := s.Export(ctx)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(book)
	f.Add([]byte("PK"))
	f.Fuzz(func(t *testing.T, b []byte) {
		n, bad, err := s.Import(ctx, b)
		if n > 0 && (len(bad) > 0 || err != nil) {
			t.Fatalf("kept %d with %v, %v", n, bad, err)
		}
	})
}
