package casework_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db/dbtest"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/caseworktest"
)

// Each list is read in the order of the index of its own place, so that it ends
// when the page is full, however many matters there are elsewhere; none sorts.
func TestListsTakeTheIndexOfTheirPlace(t *testing.T) {
	t.Parallel()
	h := caseworktest.New(t)
	within := func(c agency.Code) context.Context {
		lo, hi := c.Range()
		return account.With(t.Context(), &account.Actor{Person: h.Above.ID, Rights: []account.Right{{Verb: casework.Overseeing, Range: account.Range{Lo: int64(lo), Hi: int64(hi)}}}})
	}
	county := h.County.Division
	after := casework.Key{At: 1, ID: 7}
	for _, x := range []struct {
		name  string
		ctx   context.Context
		f     casework.Filter
		index string
	}{
		{"a county's", within(county), casework.Filter{View: casework.All}, "casework_county_open (province=? AND county=?)"},
		{"a county's next page", within(county), casework.Filter{View: casework.All, After: after}, "casework_county_open (province=? AND county=?)"},
		{"a county's late", within(county), casework.Filter{View: casework.Late}, "casework_county_open (province=? AND county=? AND <expr><?)"},
		{"a county's complaints", within(county), casework.Filter{View: casework.All, Type: "complaint", Topic: "fee", States: []string{casework.InHand}}, "casework_county_open"},
		{"a township's", within(h.Township.Division), casework.Filter{View: casework.All}, "casework_county_open"},
		{"a prefecture's", within(county.At(agency.LevelPrefecture)), casework.Filter{View: casework.All}, "casework_prefecture_open (province=? AND prefecture=?)"},
		{"a province's", within(county.At(agency.LevelProvince)), casework.Filter{View: casework.All}, "casework_province_open (province=?)"},
		{"a county's done", within(county), casework.Filter{View: casework.Done}, "casework_done_county (province=? AND county=?)"},
		{"a prefecture's done", within(county.At(agency.LevelPrefecture)), casework.Filter{View: casework.Done}, "casework_done_prefecture (province=? AND prefecture=?)"},
		{"a province's done", within(county.At(agency.LevelProvince)), casework.Filter{View: casework.Done}, "casework_done_province (province=?)"},
		{"a unit's, that answers", h.As(h.Front), casework.Filter{View: casework.All}, "casework_agency (agency=?)"},
		{"a unit's, that has it", h.As(h.Front), casework.Filter{View: casework.Unit}, "casework_holder (holder=?)"},
		{"a unit's done", h.As(h.Front), casework.Filter{View: casework.Done}, "casework_done (agency=?)"},
		{"a handler's", h.As(h.Handler), casework.Filter{View: casework.Mine}, "casework_handler (handler=?)"},
	} {
		x.f.Limit = 30
		plan := dbtest.PlanIn(t, h.DB, x.ctx, func(ctx context.Context) error {
			_, err := h.Cases.List(ctx, x.f)
			return err
		})
		var lines []string
		for _, p := range plan {
			if strings.Contains(p.Query, "from casework m") {
				lines = append(lines, p.Line)
			}
		}
		if !slices.ContainsFunc(lines, func(l string) bool { return strings.HasSuffix(l, x.index) || strings.Contains(l, x.index+" ") }) {
			t.Errorf("%s list: %q, want %s", x.name, lines, x.index)
		}
		if x.f.View != casework.Unit && slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, "TEMP B-TREE") }) {
			t.Errorf("%s list is sorted: %q", x.name, lines)
		}
	}
}
