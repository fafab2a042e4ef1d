package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"yangguang/internal/calendar"
	"yangguang/internal/clock"
)

func TestDeadline(t *testing.T) {
	t.Parallel()
	wd := func(n int) calendar.Span { return calendar.Span{N: n, Unit: calendar.WorkingDays} }
	cd := func(n int) calendar.Span { return calendar.Span{N: n, Unit: calendar.CalendarDays, Roll: true} }
	tests := []struct {
		name  string
		start string
		span  calendar.Span
		stops []calendar.Interval
		ext   []calendar.Span
		want  string // "" while suspended
	}{
		{"twenty working days over the Spring Festival of 2025", "2025-01-15", wd(20), nil, nil, "2025-02-18"},
		{"over Labour Day, 27 April being worked", "2025-04-18", wd(20), nil, nil, "2025-05-20"},
		{"over National Day and Mid-Autumn, 28 September and 11 October being worked", "2025-09-10", wd(20), nil, nil, "2025-10-14"},
		{"over the long Spring Festival of 2026", "2026-01-20", wd(20), nil, nil, "2026-02-24"},
		{"no days at all end on the day they begin", "2026-01-20", wd(0), nil, nil, "2026-01-20"},
		{"a period that begins on a rest day", "2025-10-01", wd(1), nil, nil, "2025-10-09"},
		{"an extension is counted after the last day", "2025-09-10", wd(20), nil, []calendar.Span{wd(20)}, "2025-11-11"},
		{"stopped days never count", "2025-03-03", wd(7), []calendar.Interval{{From: day("2025-03-05"), To: day("2025-03-11")}}, nil, "2025-03-19"},
		{"stops that overlap count once", "2025-03-03", wd(7), []calendar.Interval{{From: day("2025-03-05"), To: day("2025-03-11")}, {From: day("2025-03-04"), To: day("2025-03-07")}}, nil, "2025-03-20"},
		{"a stop after the last day changes nothing", "2025-03-03", wd(2), []calendar.Interval{{From: day("2025-03-06"), To: day("2025-03-11")}}, nil, "2025-03-05"},
		{"an open stop suspends the period", "2025-03-03", wd(7), []calendar.Interval{{From: day("2025-03-05")}}, nil, ""},
		{"an open stop after the last day does not", "2025-03-03", wd(2), []calendar.Interval{{From: day("2025-03-06")}}, nil, "2025-03-05"},
		{"calendar days count rest days", "2025-03-03", cd(15), nil, nil, "2025-03-18"},
		{"a last day on a Saturday moves to Monday (art. 203)", "2025-03-07", cd(15), nil, nil, "2025-03-24"},
		{"a last day in National Day moves past it", "2025-09-19", cd(15), nil, nil, "2025-10-09"},
		{"a last day on a worked Saturday stays", "2025-09-26", cd(15), nil, nil, "2025-10-11"},
		{"without the option a last day on a Saturday stays", "2025-03-07", calendar.Span{N: 15, Unit: calendar.CalendarDays}, nil, nil, "2025-03-22"},
		{"months end on the corresponding day", "2025-03-07", calendar.Span{N: 2, Unit: calendar.Months}, nil, nil, "2025-05-07"},
		{"or on the month's last day (art. 202)", "2025-01-31", calendar.Span{N: 1, Unit: calendar.Months}, nil, nil, "2025-02-28"},
		{"and move from a rest day", "2024-12-31", calendar.Span{N: 1, Unit: calendar.Months, Roll: true}, nil, nil, "2025-02-05"},
		{"the extended Spring Festival of 2020", "2020-01-22", wd(3), nil, nil, "2020-02-04"},
		{"days moved in December for the next New Year", "2018-12-27", wd(3), nil, nil, "2019-01-02"},
		{"the worked last day of 2005", "2005-12-30", wd(1), nil, nil, "2005-12-31"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := calendar.Builtin().Deadline(day(tt.start), tt.span, tt.stops, tt.ext...)
			if r.Due != day(tt.want) || r.Suspended != (tt.want == "") || r.Provisional {
				t.Errorf("due %v, suspended %v, provisional %v; want %v", r.Due, r.Suspended, r.Provisional, tt.want)
			}
			rows := calendar.Builtin().Explain(day(tt.start), tt.span, tt.stops, tt.ext...)
			if last := rows[len(rows)-1]; last.Due != (tt.want != "") || last.Due && last.Date != r.Due {
				t.Errorf("the explanation ends on %v, due %v", last.Date, last.Due)
			}
		})
	}
}

func TestDaysLeft(t *testing.T) {
	t.Parallel()
	c := calendar.Builtin()
	r := c.Deadline(day("2025-09-10"), calendar.Span{N: 20, Unit: calendar.WorkingDays}, nil) // 2025-10-14
	stopped := c.Deadline(day("2025-03-03"), calendar.Span{N: 7, Unit: calendar.WorkingDays},
		[]calendar.Interval{{From: day("2025-03-05"), To: day("2025-03-11")}}) // 2025-03-19
	open := c.Deadline(day("2025-03-03"), calendar.Span{N: 7, Unit: calendar.WorkingDays}, []calendar.Interval{{From: day("2025-03-05")}})
	for _, tt := range []struct {
		name    string
		r       calendar.Result
		now     string
		want    int
		overdue bool
	}{
		{"on the day of receipt", r, "2025-09-10", 20, false},
		{"before a holiday", r, "2025-09-30", 5, false},
		{"within a holiday", r, "2025-10-05", 5, false},
		{"on the last day", r, "2025-10-14", 0, false},
		{"the day after", r, "2025-10-15", -1, true},
		{"a Sunday after counts only working days", r, "2025-10-19", -3, true},
		{"stopped days ahead are not left", stopped, "2025-03-04", 6, false},
		{"within the stop", stopped, "2025-03-07", 6, false},
		{"suspended: what remains", open, "2025-06-01", 6, false},
	} {
		now := day(tt.now).Start().Add(10 * time.Hour)
		if got := tt.r.DaysLeft(now); got != tt.want || tt.r.Overdue(now) != tt.overdue {
			t.Errorf("%s: %d days left, overdue %v; want %d, %v", tt.name, got, tt.r.Overdue(now), tt.want, tt.overdue)
		}
	}
	if want := day("2025-10-15").Start(); !r.Instant.Equal(want) {
		t.Errorf("the deadline passes at %v, want %v", r.Instant, want)
	}
}

func TestBeyondTheDataADeadlineIsProvisional(t *testing.T) {
	t.Parallel()
	c := calendar.Builtin()
	r := c.Deadline(day("2026-12-25"), calendar.Span{N: 20, Unit: calendar.WorkingDays}, nil)
	if !r.Provisional || r.Due != day("2027-01-25") { // 1 January is a Friday
		t.Errorf("due %v, provisional %v", r.Due, r.Provisional)
	}
	for _, tt := range []struct {
		date string
		want bool
		kind calendar.Kind
	}{
		{"2027-01-01", false, calendar.Holiday}, {"2027-01-04", true, calendar.Weekday}, {"2027-02-06", false, calendar.Weekend},
		{"2027-02-08", true, calendar.Weekday}, {"2030-10-02", false, calendar.Holiday}, {"2030-10-04", true, calendar.Weekday},
		{"2003-10-03", false, calendar.Holiday}, {"2199-05-01", false, calendar.Holiday},
	} {
		worked, reason := c.Workday(day(tt.date))
		if worked != tt.want || reason.Kind != tt.kind || !reason.Provisional {
			t.Errorf("%s: worked %v, %+v", tt.date, worked, reason)
		}
	}
	if r := c.Deadline(day("2026-11-23"), calendar.Span{N: 20, Unit: calendar.WorkingDays}, nil); r.Provisional {
		t.Errorf("a deadline within 2026 (%v) is provisional", r.Due)
	}
}

func TestLocalHolidaysOverrideTheNation(t *testing.T) {
	t.Parallel()
	local, problems := calendar.Parse("guangxi.csv", []byte("date,kind,name\n2026-04-20,rest,三月三\n2026-04-21,rest,三月三\n2026-04-25,work,三月三\n"), 45)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	county := []calendar.Edition{{Division: 450102, Year: 2026, Work: []calendar.Moved{{Date: day("2026-04-20")}}}}
	nation, guangxi := calendar.Builtin(), calendar.New(calendar.Seed(), local)
	nearest := calendar.New(calendar.Seed(), local, county)
	start, span := day("2026-04-17"), calendar.Span{N: 3, Unit: calendar.WorkingDays}
	for _, tt := range []struct {
		name string
		c    *calendar.Calendar
		want string
	}{{"nation", nation, "2026-04-22"}, {"region", guangxi, "2026-04-24"}, {"county that works on the first day", nearest, "2026-04-23"}} {
		if got := tt.c.Deadline(start, span, nil); got.Due != day(tt.want) {
			t.Errorf("%s: due %v, want %s", tt.name, got.Due, tt.want)
		}
	}
	if worked, r := guangxi.Workday(day("2026-04-20")); worked || r.Kind != calendar.LocalHoliday || r.Name.Zh != "三月三" || r.Division != 45 {
		t.Errorf("worked %v, %+v", worked, r)
	}
	if worked, r := guangxi.Workday(day("2026-04-25")); !worked || r.Kind != calendar.LocalWorkday {
		t.Errorf("worked %v, %+v", worked, r)
	}
	if nation.Version() == guangxi.Version() || nation.Version() != calendar.New(calendar.Seed()).Version() {
		t.Error("the version must tell calendars apart, and only those")
	}
}

// C2: the engine against a simulator that walks day by day and knows nothing of
// counts, with random calendars, stops and extensions.
func TestDeadlineAgreesWithADayByDayWalk(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := randomCalendar(t)
		start := drawDate(t, "start")
		unit := rapid.SampledFrom([]calendar.Unit{calendar.WorkingDays, calendar.CalendarDays, calendar.Months}).Draw(t, "unit")
		longest := map[calendar.Unit]int{calendar.WorkingDays: 80, calendar.CalendarDays: 120, calendar.Months: 4}[unit]
		spans := []calendar.Span{{N: rapid.IntRange(0, longest).Draw(t, "n"), Unit: unit, Roll: rapid.Bool().Draw(t, "roll")}}
		for range rapid.IntRange(0, 2).Draw(t, "extensions") {
			spans = append(spans, calendar.Span{N: rapid.IntRange(0, 20).Draw(t, "ext"), Unit: rapid.SampledFrom([]calendar.Unit{calendar.WorkingDays, calendar.CalendarDays}).Draw(t, "ext unit"), Roll: spans[0].Roll})
		}
		var stops []calendar.Interval
		for range rapid.IntRange(0, 4).Draw(t, "stops") {
			s := calendar.Interval{From: start.AddDays(rapid.IntRange(-20, 90).Draw(t, "from"))}
			if rapid.IntRange(0, 9).Draw(t, "open") > 0 {
				s.To = s.From.AddDays(rapid.IntRange(-2, 30).Draw(t, "length"))
			}
			stops = append(stops, s)
		}
		got := c.Deadline(start, spans[0], stops, spans[1:]...)
		due, counted := simulate(c, start, spans, stops)
		if got.Due != due || got.Suspended != due.IsZero() {
			t.Fatalf("due %v, suspended %v; the walk says %v", got.Due, got.Suspended, due)
		}
		checkExplanation(t, c.Explain(start, spans[0], stops, spans[1:]...), counted, stops)
		now := start.AddDays(rapid.IntRange(0, 200).Draw(t, "now"))
		if !got.Suspended && (got.DaysLeft(now.Start()) < 0) && !got.Overdue(now.Start()) {
			t.Fatalf("%d days left but not overdue", got.DaysLeft(now.Start()))
		}
	})
}

func drawDate(t *rapid.T, name string) clock.Date {
	return clock.MustDate("2018-06-01").AddDays(rapid.IntRange(0, 3650).Draw(t, name))
}

// randomCalendar is the nation's, sometimes with random local days over it.
func randomCalendar(t *rapid.T) *calendar.Calendar {
	n := rapid.IntRange(0, 3).Draw(t, "local days")
	if n == 0 {
		return calendar.Builtin()
	}
	local := calendar.Edition{Division: 1, Year: 2024}
	for range n {
		d := drawDate(t, "local")
		if rapid.Bool().Draw(t, "works") {
			local.Work = append(local.Work, calendar.Moved{Date: d})
		} else {
			local.Rest = append(local.Rest, calendar.Period{From: d, To: d.AddDays(rapid.IntRange(0, 9).Draw(t, "days"))})
		}
	}
	return calendar.New(calendar.Seed(), []calendar.Edition{local})
}

// simulate is the law read literally, one day at a time. An open stop never
// ends, so a walk that meets one has no due day.
func simulate(c *calendar.Calendar, start clock.Date, spans []calendar.Span, stops []calendar.Interval) (due clock.Date, counted map[clock.Date]bool) {
	const forever = 2000
	d, counted := start, map[clock.Date]bool{}
	next := func(working bool) bool {
		for range forever {
			d = d.AddDays(1)
			if worked, _ := c.Workday(d); !stoppedOn(stops, d) && (worked || !working) {
				return true
			}
		}
		return false
	}
	for _, s := range spans {
		n := s.N
		if s.Unit == calendar.Months {
			n = d.AddMonths(n).Sub(d)
		}
		for range n {
			if !next(s.Unit == calendar.WorkingDays) {
				return clock.Date{}, counted
			}
			counted[d] = true
		}
	}
	if worked, _ := c.Workday(d); !worked && rolls(spans) && !next(true) {
		return clock.Date{}, counted
	}
	return d, counted
}

// rolls: the option of the last stretch counted in one unit decides.
func rolls(spans []calendar.Span) bool { return spans[len(spans)-1].Roll }

func stoppedOn(stops []calendar.Interval, d clock.Date) bool {
	for _, s := range stops {
		if !d.Before(s.From) && (s.To.IsZero() || !d.After(s.To)) {
			return true
		}
	}
	return false
}

func checkExplanation(t *rapid.T, rows []calendar.Row, counted map[clock.Date]bool, stops []calendar.Interval) {
	for i, r := range rows {
		switch {
		case i > 0 && r.Date != rows[i-1].Date.AddDays(1):
			t.Fatalf("%v does not follow %v", r.Date, rows[i-1].Date)
		case r.Counted != counted[r.Date]:
			t.Fatalf("%v: explained as counted %v, the walk says %v", r.Date, r.Counted, counted[r.Date])
		case !r.Start && r.Stopped != stoppedOn(stops, r.Date):
			t.Fatalf("%v: explained as stopped %v", r.Date, r.Stopped)
		}
	}
}

func BenchmarkRecompute(b *testing.B) {
	c := calendar.Builtin()
	start := day("2019-01-01")
	stops := []calendar.Interval{{From: day("2024-03-05"), To: day("2024-03-20")}}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c.Deadline(start.AddDays(i%2500), calendar.Span{N: 20, Unit: calendar.WorkingDays}, stops, calendar.Span{N: 20, Unit: calendar.WorkingDays})
	}
}
