package main

import (
	"net/http"
	"strings"
	"testing"

	"yangguang/disclosure/disclosuretest"
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
