package norm

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"yangguang/internal/clock"
)

func TestPeriods(t *testing.T) {
	p := Builtin()
	for _, c := range []struct {
		name, from, to string
		category       Category
		want           []string // key start end base title
	}{
		{"months across the new year", "2025-12-31", "2026-02-01", Category{Period: "monthly"}, []string{
			"2025-12 2025-12-01 2025-12-31 2025-12-31 2025年12月 December 2025",
			"2026-01 2026-01-01 2026-01-31 2026-01-31 2026年1月 January 2026",
			"2026-02 2026-02-01 2026-02-28 2026-02-28 2026年2月 February 2026"}},
		{"a leap February", "2028-02-10", "2028-02-10", Category{Period: "monthly"}, []string{
			"2028-02 2028-02-01 2028-02-29 2028-02-29 2028年2月 February 2028"}},
		{"the quarter of a day", "2026-08-15", "2026-08-15", Category{Period: "quarterly"}, []string{
			"2026Q3 2026-07-01 2026-09-30 2026-09-30 2026年第3季度 Quarter 3 of 2026"}},
		{"first and last day of quarters", "2026-03-31", "2026-04-01", Category{Period: "quarterly"}, []string{
			"2026Q1 2026-01-01 2026-03-31 2026-03-31 2026年第1季度 Quarter 1 of 2026",
			"2026Q2 2026-04-01 2026-06-30 2026-06-30 2026年第2季度 Quarter 2 of 2026"}},
		{"halves", "2026-06-30", "2026-07-01", Category{Period: "half_yearly"}, []string{
			"2026H1 2026-01-01 2026-06-30 2026-06-30 2026年第1个半年 Half-year 1 of 2026",
			"2026H2 2026-07-01 2026-12-31 2026-12-31 2026年第2个半年 Half-year 2 of 2026"}},
		{"years counted from their start", "2025-11-23", "2026-11-23", Category{Period: "yearly", Since: "start"}, []string{
			"2025 2025-01-01 2025-12-31 2025-01-01 2025年 2025",
			"2026 2026-01-01 2026-12-31 2026-01-01 2026年 2026"}},
		{"not before the category is owed", "2026-01-01", "2026-12-31",
			Category{Period: "quarterly", ValidFrom: clock.MustDate("2026-09-30")}, []string{
				"2026Q3 2026-07-01 2026-09-30 2026-09-30 2026年第3季度 Quarter 3 of 2026",
				"2026Q4 2026-10-01 2026-12-31 2026-12-31 2026年第4季度 Quarter 4 of 2026"}},
		{"not for a quarter at whose end it has retired", "2021-01-01", "2021-12-31",
			*p.Retired().Category("village.5"), []string{
				"2021Q1 2021-01-01 2021-03-31 2021-03-31 2021年第1季度 Quarter 1 of 2021",
				"2021Q2 2021-04-01 2021-06-30 2021-06-30 2021年第2季度 Quarter 2 of 2021"}},
		{"none on change", "2026-01-01", "2026-12-31", Category{Period: "on_change"}, nil},
		{"none backwards", "2026-12-31", "2026-01-01", Category{Period: "monthly"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, w := range p.Periods(c.category, clock.MustDate(c.from), clock.MustDate(c.to)) {
				got = append(got, w.Key+" "+w.Start.String()+" "+w.End.String()+" "+w.Base.String()+" "+w.Title.Zh+" "+w.Title.En)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("windows (-want +got):\n%s", diff)
			}
		})
	}
	if got := p.Periods(Category{Period: "monthly"}, clock.Date{}, clock.MustDate("2026-01-01")); got != nil {
		t.Errorf("without a first day: %v", got)
	}
}

func TestWindowsFollowEachOtherWithoutGap(t *testing.T) {
	for period := range periodMonths {
		ws := Builtin().Periods(Category{Period: period}, clock.MustDate("1999-05-05"), clock.MustDate("2040-05-05"))
		for i := 1; i < len(ws); i++ {
			if ws[i].Start != ws[i-1].End.AddDays(1) || ws[i].Key <= ws[i-1].Key {
				t.Fatalf("%s: %s ends %s, %s starts %s", period, ws[i-1].Key, ws[i-1].End, ws[i].Key, ws[i].Start)
			}
		}
	}
}
