package main

import (
	"testing"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/norm"
)

// TestAPublishedNoticeIsFollowedByTheDeadlines publishes a notice of holidays:
// the job that counts the open deadlines anew comes with it.
func TestAPublishedNoticeIsFollowedByTheDeadlines(t *testing.T) {
	clk := clock.NewFake(disclosuretest.Now)
	h := houseWith(t, t.TempDir(), clk, norm.Builtin())
	w := disclosuretest.Found(t, h.db, clk)
	w.Sync(t)
	due := func() (on clock.Date) {
		t.Helper()
		if err := h.db.Read(t.Context(), func(tx *db.Tx) error {
			return tx.Row("select due_on from due where agency = $1 and category = 'village.3'", w.Village.ID).Scan(&on)
		}); err != nil {
			t.Fatal(err)
		}
		return on
	}
	before := due()
	if _, err := h.calendars.Import(t.Context(), calendar.File{Division: int64(w.Village.Division.County()), Name: "local.csv", By: 1, Source: "通知",
		Body: []byte("date,kind,name\n2026-10-20,rest,三月三\n")}); err != nil {
		t.Fatal(err)
	}
	if got := due(); got != before {
		t.Errorf("the publication itself moved the day to %s: a nation would wait for it", got)
	}
	if _, err := h.jobs.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := due(); got != before.AddDays(1) {
		t.Errorf("due on %s before the notice, on %s after the job", before, got)
	}
}
