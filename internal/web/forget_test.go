package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fresh"
	"yangguang/internal/web"
)

// made is an app of pages that are made of the part their address names, and
// how often each was made.
type made struct {
	*web.App
	runs   map[string]int
	during func(part string) // called while a page is made
}

func makeOf(d *db.DB) *made {
	m := &made{runs: map[string]int{}, during: func(string) {}}
	page := func(read func(tx *db.Tx, part string) error) web.Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			part := r.PathValue("part")
			m.runs[part]++
			if err := d.Read(r.Context(), func(tx *db.Tx) error { return read(tx, part) }); err != nil {
				return err
			}
			m.during(part)
			return web.Write(w, http.StatusOK, "text/plain; charset=utf-8", []byte(strings.Repeat("公开", 2000)))
		}
	}
	var n int
	m.App = web.New(web.Options{DB: d, Clock: d.Clock()}, []web.Route{
		{Pattern: "GET /of/{part}", Cached: true, Handler: page(func(tx *db.Tx, part string) error {
			return tx.Of(part, "all").Row("select count(*) from page_change").Scan(&n)
		})},
		{Pattern: "GET /unsaid/{part}", Cached: true, Handler: page(func(tx *db.Tx, _ string) error {
			return tx.Row("select count(*) from page_change").Scan(&n)
		})}})
	return m
}

func (m *made) get(paths ...string) {
	for _, p := range paths {
		m.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, p, nil))
	}
}

func (m *made) wants(t *testing.T, when, want string) {
	t.Helper()
	m.get("/of/a", "/of/b", "/unsaid/c")
	if got := fmt.Sprint(m.runs); got != want {
		t.Errorf("%s: made %s, want %s", when, got, want)
	}
}

func TestAChangeForgetsThePagesMadeOfIt(t *testing.T) {
	d := dbtest.SQLite(t, clock.System(), fresh.Migrations)
	m := makeOf(d)
	change := func(tags ...string) {
		t.Helper()
		if err := d.Write(context.Background(), func(tx *db.Tx) error { return fresh.Change(tx, 35, tags...) }); err != nil {
			t.Fatal(err)
		}
	}
	m.wants(t, "at first", "map[a:1 b:1 c:1]")
	m.wants(t, "read again", "map[a:1 b:1 c:1]")
	change("a")
	m.wants(t, "a changed", "map[a:2 b:1 c:2]")
	change("of nothing here")
	m.wants(t, "something else changed", "map[a:2 b:1 c:3]")
	change("b", "all")
	m.wants(t, "a part of both changed", "map[a:3 b:2 c:4]")
	change(fresh.Everything)
	m.wants(t, "everything changed", "map[a:4 b:3 c:5]")
	m.wants(t, "read again", "map[a:4 b:3 c:5]")

	w := httptest.NewRecorder()
	m.Metrics().Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, line := range []string{`yangguang_http_pages_made_total 12`, `yangguang_http_pages_forgotten_total{why="all"} 3`, `yangguang_http_pages_forgotten_total{why="changed"} 6`} {
		if !strings.Contains("\n"+w.Body.String(), "\n"+line+"\n") {
			t.Errorf("the metrics do not say %s", line)
		}
	}
}

// TestAPageMadeOfWhatChangedMeanwhileIsNotKept: what it read may be old.
func TestAPageMadeOfWhatChangedMeanwhileIsNotKept(t *testing.T) {
	for _, c := range []struct {
		change []string
		want   string
	}{
		{[]string{"b"}, "map[a:1]"},
		{[]string{"a"}, "map[a:2]"},
		{[]string{"x", "all"}, "map[a:2]"},
		{[]string{fresh.Everything}, "map[a:2]"},
	} {
		m := makeOf(dbtest.SQLite(t, clock.System(), fresh.Migrations))
		once := true
		m.during = func(string) {
			if once {
				m.Cache().Forget(c.change)
			}
			once = false
		}
		m.get("/of/a", "/of/a", "/of/a")
		if got := fmt.Sprint(m.runs); got != c.want {
			t.Errorf("%v changed meanwhile: made %s, want %s", c.change, got, c.want)
		}
	}
	m := makeOf(dbtest.SQLite(t, clock.System(), fresh.Migrations))
	m.during = func(string) { // longer ago than is remembered
		m.Cache().Forget([]string{"a"})
		for i := range 3000 {
			m.Cache().Forget([]string{fmt.Sprint(i)})
		}
	}
	m.get("/of/a", "/of/a")
	if m.runs["a"] != 2 {
		t.Error("a page was kept although nobody knows any more what changed while it was made")
	}
}

func TestMemoryStaysWithinItsLimit(t *testing.T) {
	d := dbtest.SQLite(t, clock.System(), fresh.Migrations)
	m := makeOf(d)
	for i := range 40 { // the same pages over and over do not fill it
		m.Cache().Forget([]string{fmt.Sprint("p", i%4)})
		m.get("/of/p0", "/of/p1", "/of/p2", "/of/p3")
	}
	if n := m.Cache().Size(); n < 4*12000 || n > 4*13000 {
		t.Errorf("four pages of 12 kB take %d bytes", n)
	}
	m.Cache().Empty()
	if n := m.Cache().Size(); n != 0 {
		t.Errorf("an empty memory holds %d bytes", n)
	}
}

// BenchmarkFromMemory is a page answered from memory, without the network.
func BenchmarkFromMemory(b *testing.B) {
	a := web.New(web.Options{}, []web.Route{{Pattern: "GET /page", Cached: true, Handler: func(w http.ResponseWriter, _ *http.Request) error {
		return web.Write(w, http.StatusOK, "text/html; charset=utf-8", []byte(strings.Repeat("公开", 4000)))
	}}})
	r := httptest.NewRequest(http.MethodGet, "/page", nil)
	r.Header.Set("Accept-Encoding", "br")
	for b.Loop() {
		a.ServeHTTP(httptest.NewRecorder(), r)
	}
}
