// Package hotlinetest founds one county with a hotline, its seats and their
// people, for tests of the room and of what grows on it. It stores nothing but
// what a test's own store holds.
package hotlinetest

import (
	"io/fs"
	"slices"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/i18n"
	"yangguang/supervision/casework/caseworktest"
	"yangguang/supervision/hotline"
)

// Migrations are what the room needs.
var Migrations = slices.Concat(caseworktest.Migrations, []fs.FS{hotline.Migrations})

// LoadLocales loads the sentences of the room and of what it stands on.
func LoadLocales() {
	caseworktest.LoadLocales()
	i18n.MustLoad(hotline.Locale)
}

// House is the county with its hotline.
type House struct {
	*caseworktest.House
	Hotline *hotline.Hotline
	Manager caseworktest.Person // manages at the county
	Lead    caseworktest.Person // leads the shift at the county
	n       int
}

// Each runs f with a fresh house on every engine to be had.
func Each(t *testing.T, f func(t *testing.T, h *House)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB, clock.Clock, ...fs.FS) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(disclosuretest.Now)
			f(t, Over(t, open(t, c, Migrations...), c))
		})
	}
}

// New founds a house on the embedded store.
func New(t testing.TB) *House {
	t.Helper()
	c := clock.NewFake(disclosuretest.Now)
	return Over(t, dbtest.SQLite(t, c, Migrations...), c)
}

// Over founds a house on a store that has Migrations and the clock.
func Over(t testing.TB, d *db.DB, c *clock.Fake) *House {
	t.Helper()
	h := &House{House: caseworktest.Over(t, d, c)}
	h.Hotline = h.Process("a")
	h.Manager = h.Hire(t, "热线管理甲", h.County, hotline.Managing, hotline.Leading)
	h.Lead = h.Hire(t, "班长乙", h.County, hotline.Leading, hotline.Answering)
	return h
}

// Process is one more process over the same store.
func (h *House) Process(node string) *hotline.Hotline {
	return &hotline.Hotline{DB: h.Disclosure.DB, Norm: h.Cases.Norm, Calendars: h.Cases.Calendars, Keys: h.Cases.Keys, Outbox: h.Cases.Outbox, Cases: h.Cases, Node: node}
}

// Line makes a line of the county with a number plainly invented.
func (h *House) Line(t testing.TB, change func(l *hotline.Line)) hotline.Line {
	t.Helper()
	h.n++
	l := hotline.Line{Agency: h.County.ID, Number: "0000888800" + string(rune('0'+h.n/10)) + string(rune('0'+h.n%10)), Name: "示例热线", Mode: hotline.Own, Hours: "always", OverflowAfter: 30 * time.Second, WrapUp: 30 * time.Second, Ring: 20 * time.Second, Open: true}
	if change != nil {
		change(&l)
	}
	m := h.Manager.With(h.Township, hotline.Managing).With(h.Superior, hotline.Managing)
	l, err := h.Hotline.SaveLine(h.As(m), l)
	disclosuretest.Check(t, err)
	return l
}

// Seat hires somebody at a unit and makes his seat, ready in a browser.
func (h *House) Seat(t testing.TB, at agency.Agency, skills ...hotline.Skill) (hotline.Ref, caseworktest.Person) {
	t.Helper()
	p := h.Hire(t, "话务员", at, hotline.Answering)
	m := h.Manager.With(h.Township, hotline.Managing).With(h.Superior, hotline.Managing)
	s, err := h.Hotline.SaveSeat(h.As(m), hotline.Seat{Agency: at.ID, Person: p.ID, Label: "8016", Skills: skills, Active: true})
	disclosuretest.Check(t, err)
	_, err = h.Hotline.SignOn(h.As(p), p.ID, "browser")
	disclosuretest.Check(t, err)
	disclosuretest.Check(t, h.Hotline.AtNode(t.Context(), s.Ref(), h.Hotline.Node))
	disclosuretest.Check(t, h.Hotline.Ready(h.As(p), s.Ref()))
	return s.Ref(), p
}

// Call has somebody call a line and wait.
func (h *House) Call(t testing.TB, l hotline.Line, caller string, skills ...hotline.Skill) hotline.Ref {
	t.Helper()
	c, err := h.Hotline.Arrive(t.Context(), hotline.Arrival{Line: l, Caller: caller})
	disclosuretest.Check(t, err)
	disclosuretest.Check(t, h.Hotline.Queue(t.Context(), c.Ref(), hotline.Want{Skills: skills}))
	return c.Ref()
}

// Assign makes the offers that can be made.
func (h *House) Assign(t testing.TB) []hotline.Offer {
	t.Helper()
	os, err := h.Hotline.Assign(t.Context())
	disclosuretest.Check(t, err)
	return os
}

// Talk takes an offer and connects the two.
func (h *House) Talk(t testing.TB, o hotline.Offer) {
	t.Helper()
	disclosuretest.Check(t, h.Hotline.Take(t.Context(), o.Ref()))
	disclosuretest.Check(t, h.Hotline.Bridged(t.Context(), o.Call, o.Seat))
}

// End has the caller hang up.
func (h *House) End(t testing.TB, call hotline.Ref) {
	t.Helper()
	disclosuretest.Check(t, h.Hotline.Ended(t.Context(), call, hotline.Ending{By: "caller", Why: "hangup"}))
}

// Found reads a call anew.
func (h *House) Found(t testing.TB, call hotline.Ref) *hotline.Call {
	t.Helper()
	c, err := h.Hotline.Find(t.Context(), call)
	disclosuretest.Check(t, err)
	return c
}

// State is the state of a seat.
func (h *House) State(t testing.TB, seat hotline.Ref) string {
	t.Helper()
	s, err := h.Hotline.Seat(t.Context(), seat)
	disclosuretest.Check(t, err)
	return s.State
}
