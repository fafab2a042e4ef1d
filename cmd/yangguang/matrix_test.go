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
	"time"

	"github.com/google/go-cmp/cmp"

	"yangguang/disclosure"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/clock"
)

// matrixHead explains the table to its reviewer.
const matrixHead = `# What each role is answered on each staff page about one object, in each state the object can be in.
# 200 sees it; 303 is sent to sign in; 403 knows of it and may not; 404 may not even know; 409 may, but not in this state; 410 is gone.
# author, helper and review draft for the unit (review also reviews), approve approves, delegate is helper acting for approve,
# clerk and other belong elsewhere, oversee is the superior.
`

// TestEveryRoleSeesWhatTheReviewedMatrixSays asks each page about one object,
// as each role, in each state the object can be in, and compares the answers
// with a table a person reviewed. A new route adds lines and so fails until
// they have been read.
func TestEveryRoleSeesWhatTheReviewedMatrixSays(t *testing.T) {
	clk := clock.NewFake(disclosuretest.Now)
	h := houseIn(t, t.TempDir(), clk)
	world := disclosuretest.Found(t, h.db, clk)
	roles := rolesOf(t, world)
	names := sortedKeys(roles)
	lines := []string{matrixHead + fmt.Sprintf("%-10s", "state")}
	for _, name := range names {
		lines[0] += fmt.Sprintf(" %-8s", name)
	}
	for _, o := range objectsOf(t, h, world) {
		lines = append(lines, "")
		for _, route := range h.app.Routes() {
			path, about := o.fill(route.Pattern)
			if !about {
				continue
			}
			line := fmt.Sprintf("%-10s", o.name)
			for _, name := range names {
				code := answer(h, roles[name], path)
				if code >= 500 {
					t.Errorf("%s as %s, %s: %d", route.Pattern, name, o.name, code)
				}
				line += fmt.Sprintf(" %-8d", code)
			}
			lines = append(lines, line+" "+route.Pattern)
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

// object is one version in one state; file is an attachment of it.
type object struct {
	name                          string
	province, version, item, file string
}

func objectsOf(t *testing.T, h *house, w *disclosuretest.House) []object {
	t.Helper()
	u, c := w.County, plainCategory(h, "authority")
	of := func(name string, v *disclosure.Version) object {
		return object{name, strconv.Itoa(v.Province), strconv.FormatInt(v.ID, 10), strconv.FormatInt(v.Item, 10), "1"}
	}
	current := func(name string, it *disclosure.Item) object {
		return of(name, &disclosure.Version{Province: it.Province, ID: it.Current, Item: it.ID})
	}
	table := of("table", w.Draft(t, u, formCategory(h, "authority"), w.Text(formCategory(h, "authority"), "", "表")))
	f, err := h.disclosure.Attach(w.As(w.Author), u.Division.Province(), num(t, table.version), "数字.csv", "", strings.NewReader("镇,件数\n东镇,12\n"))
	disclosuretest.Check(t, err)
	table.file = strconv.FormatInt(f.ID, 10)
	scheduled := w.Reviewed(t, u, c, w.Plain("定时公开"))
	disclosuretest.Check(t, w.Disclosure.Approve(w.As(w.Approver), scheduled.Province, scheduled.ID, disclosuretest.Opinion(), w.Clock.Now().Add(time.Hour)))
	corrected := w.Publish(t, u, c, w.Plain("更正前"))
	superseded := current("superseded", corrected)
	w.Correct(t, u, corrected, w.Plain("更正后"))
	down := w.Publish(t, u, c, w.Plain("已撤下"))
	w.TakeDown(t, down, "error", "内容有误")
	return []object{of("draft", w.Draft(t, u, c, w.Plain("草稿"))), table, of("review", w.Submitted(t, u, c, w.Plain("送审"))),
		of("approval", w.Reviewed(t, u, c, w.Plain("待批准"))), of("scheduled", scheduled),
		current("published", w.Publish(t, u, c, w.Plain("已公开"))), superseded, current("taken down", down)}
}

// formCategory is a category with a form an agency of the kind owes.
func formCategory(h *house, kind string) string {
	for _, c := range h.norm.Catalogue(kind).Categories {
		if c.Form != "" && !c.Periodic() {
			return c.ID
		}
	}
	return ""
}

func num(t *testing.T, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s, 10, 64)
	disclosuretest.Check(t, err)
	return n
}

func (o object) fill(pattern string) (string, bool) { return o.path(pattern, "GET ") }

func (o object) fillPost(pattern string) (string, bool) { return o.path(pattern, "POST ") }

func (o object) path(pattern, method string) (string, bool) {
	path, ok := strings.CutPrefix(pattern, method)
	if !ok || !strings.HasPrefix(path, "/desk/") || !strings.Contains(path, "{province}") || strings.Contains(path, "{report}") || strings.Contains(path, "{batch}") {
		return "", false
	}
	return strings.NewReplacer("{province}", o.province, "{version}", o.version, "{item}", o.item, "{file}", o.file).Replace(path), true
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
