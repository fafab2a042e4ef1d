package main

import (
	"net/http"
	"strings"
	"testing"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/norm"
)

// TestAnotherNormNeedsNoOtherProgram takes one item of the second shipped
// profile, with its own catalogues, periods, forms, review rule and words, from
// draft to the public page.
func TestAnotherNormNeedsNoOtherProgram(t *testing.T) {
	housing, err := norm.Shipped("example-housing")
	if err != nil {
		t.Fatal(err)
	}
	clk := clock.NewFake(disclosuretest.Now)
	h := houseWith(t, t.TempDir(), clk, housing)
	world := disclosuretest.Found(t, h.db, clk)
	world.Disclosure.Norm, world.Disclosure.Catalogue.Norm = housing, housing
	world.Sync(t)
	u := world.County
	cg := housing.Catalogue(string(u.Kind))
	if builtin := norm.Builtin().Catalogue(string(u.Kind)); cg.Review == builtin.Review || cg.Title == builtin.Title {
		t.Fatal("the second profile does not differ")
	}
	var cat norm.Category
	for _, c := range cg.ActiveOn(clock.DateOf(clk.Now())) {
		if c.Form != "" && !c.Inherited {
			cat = c
			break
		}
	}
	period := ""
	if ws := housing.Periods(cat, clock.MustDate("2026-01-01"), clock.MustDate("2026-09-30")); len(ws) > 0 {
		period = ws[len(ws)-1].Key
	}
	it := world.Publish(t, u, cat.ID, world.Text(cat.ID, period, "住房保障信息"))

	var steps int
	if err := h.db.Read(t.Context(), func(tx *db.Tx) error {
		return tx.Row("select count(*) from item_step where verb in ('pass', 'approve')").Scan(&steps)
	}); err != nil {
		t.Fatal(err)
	}
	if want := len(housing.Review(cg.Review).Steps); steps != want {
		t.Errorf("%d signatures, want the rule's %d", steps, want)
	}
	countsInTheNormsCalendar(t, h)
	w := read(h, it.Path(u))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "住房保障信息") {
		t.Errorf("the public page: %d", w.Code)
	}
	unit := read(h, "/"+u.Path())
	for _, c := range cg.ActiveOn(clock.DateOf(clk.Now())) {
		if !strings.Contains(unit.Body.String(), c.Title.Zh) {
			t.Errorf("the unit's page lacks %s", c.Title.Zh)
		}
	}
}

// countsInTheNormsCalendar holds that the profile's own days are not worked,
// or worked, where its deadlines are counted, and that the reader is told why.
func countsInTheNormsCalendar(t *testing.T, h *house) {
	t.Helper()
	cal, err := h.calendars.For(t.Context(), int64(h.c.Home))
	if err != nil {
		t.Fatal(err)
	}
	friday, sunday := clock.MustDate("2026-07-03"), clock.MustDate("2026-07-05")
	for day, want := range map[clock.Date]calendar.Kind{friday: calendar.NormHoliday, sunday: calendar.NormWorkday} {
		if worked, why := cal.Workday(day); worked != (want == calendar.NormWorkday) || why.Kind != want || why.Provisional {
			t.Errorf("%s is worked: %v, because %+v", day, worked, why)
		}
	}
	start := clock.MustDate("2026-06-22")
	if own, nation := cal.AddWorkingDays(start, 9).Date, calendar.Builtin().AddWorkingDays(start, 9).Date; own != sunday || nation != friday {
		t.Errorf("nine working days end on %s, the nation's on %s", own, nation)
	}
	if page := read(h, "/calendar?year=2026").Body.String(); !strings.Contains(page, "按本规范建设者日放假") || !strings.Contains(page, housingTitle) {
		t.Error("the calendar page does not tell of the norm's own day")
	}
}

const housingTitle = "住房和城乡建设信息公开办法（示例）"
