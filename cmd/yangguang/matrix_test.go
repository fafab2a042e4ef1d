package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/clock"
)

// TestEveryRoleSeesWhatTheReviewedMatrixSays asks each page about one object,
// as each role, in each state the object can be in, and compares the answers
// with a table a person reviewed. A new route adds lines and so fails until
// they have been read.
func TestEveryRoleSeesWhatTheReviewedMatrixSays(t *testing.T) {
	clk := clock.NewFake(disclosuretest.Now)
	h := houseIn(t, t.TempDir(), clk)
	world := disclosuretest.Found(t, h.db, clk)
	roles := rolesOf(t, world)
	var lines []string
	for _, o := range objectsOf(t, h, world) {
		for _, route := range h.app.Routes() {
			path, about := o.fill(route.Pattern)
			if !about {
				continue
			}
			for _, name := range sortedKeys(roles) {
				code := answer(h, roles[name], path)
				if code >= 500 {
					t.Errorf("%s as %s, %s: %d", route.Pattern, name, o.name, code)
				}
				lines = append(lines, fmt.Sprintf("%-11s %-8s %d  %s", o.name, name, code, route.Pattern))
			}
		}
	}
	got := strings.Join(lines, "\n") + "\n"
	const file = "testdata/matrix.txt"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the answers differ from the reviewed matrix; read each, then go test ./cmd/yangguang -update (-want +got):\n%s", diff)
	}
}

// TestStrangersChangeNothing posts to every route about an object as people
// who have no business with it: no post is taken.
func TestStrangersChangeNothing(t *testing.T) {
	clk := clock.NewFake(disclosuretest.Now)
	h := houseIn(t, t.TempDir(), clk)
	world := disclosuretest.Found(t, h.db, clk)
	strangers := map[string]context.Context{"nobody": t.Context(), "other": world.As(world.Other), "clerk": world.As(world.Clerk)}
	for _, o := range objectsOf(t, h, world) {
		for _, route := range h.app.Routes() {
			path, about := o.fillPost(route.Pattern)
			if !about {
				continue
			}
			for name, ctx := range strangers {
				r := httptest.NewRequestWithContext(ctx, http.MethodPost, path, strings.NewReader("note=x&basis=x&reason=x&kind=error&confirm=1&do=submit"))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				w := httptest.NewRecorder()
				h.app.ServeHTTP(w, r)
				switch w.Code {
				case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
				default:
					t.Errorf("%s as %s on %s: %d", route.Pattern, name, o.name, w.Code)
				}
			}
		}
	}
}

func rolesOf(t *testing.T, w *disclosuretest.House) map[string]context.Context {
	t.Helper()
	return map[string]context.Context{"nobody": t.Context(), "author": w.As(w.Author), "helper": w.As(w.Colleague), "review": w.As(w.Reviewer),
		"approve": w.As(w.Approver), "clerk": w.As(w.Clerk), "oversee": w.As(w.Overseer), "other": w.As(w.Other), "delegate": w.For(w.Colleague, w.Approver)}
}

// object is one version in one state.
type object struct {
	name                    string
	province, version, item string
}

func objectsOf(t *testing.T, h *house, w *disclosuretest.House) []object {
	t.Helper()
	u, c := w.County, plainCategory(h, "authority")
	draft := w.Draft(t, u, c, w.Plain("草稿"))
	review := w.Submitted(t, u, c, w.Plain("送审"))
	approval := w.Reviewed(t, u, c, w.Plain("待批准"))
	published := w.Publish(t, u, c, w.Plain("已公开"))
	id := func(n int64) string { return strconv.FormatInt(n, 10) }
	p := strconv.Itoa(draft.Province)
	return []object{{"draft", p, id(draft.ID), id(draft.Item)}, {"review", p, id(review.ID), id(review.Item)},
		{"approval", p, id(approval.ID), id(approval.Item)}, {"published", p, id(published.Current), id(published.ID)}}
}

func (o object) fill(pattern string) (string, bool) { return o.path(pattern, "GET ") }

func (o object) fillPost(pattern string) (string, bool) { return o.path(pattern, "POST ") }

func (o object) path(pattern, method string) (string, bool) {
	path, ok := strings.CutPrefix(pattern, method)
	if !ok || !strings.HasPrefix(path, "/desk/") || !strings.Contains(path, "{province}") || strings.Contains(path, "{report}") || strings.Contains(path, "{batch}") {
		return "", false
	}
	return strings.NewReplacer("{province}", o.province, "{version}", o.version, "{item}", o.item, "{file}", "1").Replace(path), true
}

func answer(h *house, ctx context.Context, path string) int {
	w := httptest.NewRecorder()
	h.app.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil))
	return w.Code
}

func sortedKeys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
