package main

import (
	"strings"
	"testing"
	"time"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/norm"
)

// TestTheSelfCheckIsMeasuredByTheJobs lets the house's own jobs run over a
// night: the page then tells of links and of how often the site was there.
func TestTheSelfCheckIsMeasuredByTheJobs(t *testing.T) {
	clk := clock.NewFake(disclosuretest.Now)
	h := houseWith(t, t.TempDir(), clk, norm.Builtin())
	w := disclosuretest.Found(t, h.db, clk)
	w.Disclosure = h.disclosure
	text := w.Plain("带链接的公告")
	text.Body = `<p><a href="/">首页</a> <a href="/overdue">逾期</a> <a href="/no/such/page">没有</a> <a href="https://www.example.org/">外站</a></p>`
	w.Publish(t, w.County, "county.10", text)
	run := func() {
		t.Helper()
		if _, err := h.jobs.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	run()
	for range 2 {
		clk.Advance(5 * time.Minute)
		run()
	}
	clk.Set(clock.DateOf(clk.Now()).AddDays(1).Start().Add(2 * time.Hour))
	run()
	clk.Advance(24 * time.Hour)
	run()
	a, err := h.app.Ask(t.Context(), "/350525/self-check", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2026年11月25日检查链接3个，打不开1个。站外链接未检查（1个）", "2026年11月23日以来打开"} {
		if !strings.Contains(string(a.Body), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	var marks int
	if err := h.db.Read(t.Context(), func(tx *db.Tx) error {
		return tx.Row("select marks from served_day where day = '2026-11-23'").Scan(&marks)
	}); err != nil || marks != 2 {
		t.Errorf("%d marks of the first day, want 2 (%v)", marks, err)
	}
}
