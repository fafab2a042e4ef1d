package main

import (
	"context"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yangguang/internal/account"
	"yangguang/internal/blob"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/search"
	"yangguang/internal/secret"
	"yangguang/norm"
)

var update = flag.Bool("update", false, "write testdata/routes.txt anew; then read the difference")

// TestEveryRightHasWords holds that whoever grants a right reads what it is.
func TestEveryRightHasWords(t *testing.T) {
	h := emptyHouse(t)
	for _, v := range h.accounts.Verbs() {
		if !i18n.Has(i18n.ZH, "office.right_"+strings.ReplaceAll(v, ".", "_")) && !i18n.Has(i18n.ZH, account.VerbKey(v)) {
			t.Errorf("the right %s has no words", v)
		}
	}
}

// emptyHouse is the whole product over an empty store, without the divisions.
func emptyHouse(t *testing.T) *house {
	t.Helper()
	return houseIn(t, t.TempDir(), clock.NewFake(clock.MustDate("2026-11-23").Start()))
}

// houseIn is the whole product over a new store in a folder.
func houseIn(t *testing.T, dir string, clk clock.Clock) *house {
	t.Helper()
	return houseWith(t, dir, clk, norm.Builtin())
}

func houseWith(t *testing.T, dir string, clk clock.Clock, p *norm.Profile) *house {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, db.Options{Dir: dir, Clock: clk})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if err := d.Migrate(ctx, migrations()...); err != nil {
		t.Fatal(err)
	}
	return houseOn(t, d, p)
}

// houseOn is the whole product over a store that has every migration.
func houseOn(t *testing.T, d *db.DB, p *norm.Profile) *house {
	t.Helper()
	ctx := context.Background()
	if err := i18n.Load(locales()...); err != nil {
		t.Fatal(err)
	}
	if err := search.Setup(ctx, d); err != nil {
		t.Fatal(err)
	}
	var err error
	h := &house{c: &config{Data: t.TempDir()}, log: slog.New(slog.NewTextHandler(io.Discard, nil)), db: d, keys: secret.NewKeys(), norm: p}
	if h.blobs, err = blob.Open(ctx, t.TempDir(), ""); err != nil {
		t.Fatal(err)
	}
	if err := h.openLedger(); err != nil {
		t.Fatal(err)
	}
	if err := h.openCalendars(ctx); err != nil {
		t.Fatal(err)
	}
	h.wire(false)
	return h
}

// TestRoutesAreTheReviewedOnes compares every route and its permission with
// the table a person reviewed. A new route fails until somebody has decided
// who may use it and written it down.
func TestRoutesAreTheReviewedOnes(t *testing.T) {
	var lines []string
	for _, r := range emptyHouse(t).app.Routes() {
		line := r.Pattern + " | " + r.Access.String()
		if r.Cached {
			line += " | same for everybody"
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	got := strings.Join(lines, "\n") + "\n"
	const file = "testdata/routes.txt"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("routes differ from the reviewed table; decide who may use each, then go test ./cmd/yangguang -update (-want +got):\n%s", diff)
	}
}

// TestNoRouteLetsAStrangerIn asks every route as nobody, and as somebody
// signed in without any grant.
func TestNoRouteLetsAStrangerIn(t *testing.T) {
	h := emptyHouse(t)
	for _, route := range h.app.Routes() {
		method, path, _ := strings.Cut(route.Pattern, " ")
		path = fillPath(path)
		for who, actor := range map[string]*account.Actor{"nobody": nil, "no grants": {Person: 7, Name: "张三"}} {
			r := httptest.NewRequest(method, path, strings.NewReader(""))
			if method != http.MethodGet {
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			if actor != nil {
				r = r.WithContext(account.With(r.Context(), actor))
			}
			w := httptest.NewRecorder()
			h.app.ServeHTTP(w, r)
			switch {
			case w.Code >= 500:
				t.Errorf("%s as %s: %d", route.Pattern, who, w.Code)
			case route.Access.Signed && actor == nil && w.Code != http.StatusSeeOther && w.Code != http.StatusUnauthorized:
				t.Errorf("%s as nobody: %d, want to be asked to sign in", route.Pattern, w.Code)
			case route.Access.Verb != "" && actor != nil && w.Code != http.StatusForbidden:
				t.Errorf("%s without the grant: %d, want 403", route.Pattern, w.Code)
			case route.Access.Signed && w.Header().Get("Cache-Control") != "no-store":
				t.Errorf("%s may be kept by a browser", route.Pattern)
			}
		}
	}
}

func fillPath(pattern string) string {
	parts := strings.Split(strings.TrimSuffix(pattern, "{$}"), "/")
	for i, p := range parts {
		switch {
		case p == "{division}":
			parts[i] = "350525"
		case strings.HasPrefix(p, "{"):
			parts[i] = "1"
		}
	}
	return strings.Join(parts, "/")
}

func TestLocalesAreWhole(t *testing.T) {
	for i, l := range locales() {
		for _, s := range i18n.Check(l) {
			t.Errorf("locale %d: %s", i, s)
		}
	}
}

func TestCommandsExplainThemselves(t *testing.T) {
	var b strings.Builder
	if err := run(t.Context(), nil, &b); err != nil {
		t.Fatal(err)
	}
	for _, c := range commands() {
		if !strings.Contains(b.String(), c.name) || !strings.Contains(b.String(), c.about) {
			t.Errorf("the usage lacks %s", c.name)
		}
	}
	if err := run(t.Context(), []string{"nonsense"}, &b); err == nil {
		t.Error("an unknown command was accepted")
	}
	if err := run(t.Context(), []string{"norm", "check", "/does/not/exist"}, &b); err == nil {
		t.Error("a missing profile was accepted")
	}
}
