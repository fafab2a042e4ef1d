package inforequest

import (
	"flag"
	"math/rand/v2"
	"testing"

	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/norm"
)

var sequences = flag.Int("sequences", 1_000_000, "how many random sequences of events the clock is tried with")

func day(s string) clock.Date { return clock.MustDate(s) }

func TestTheClockOfArticles30To35(t *testing.T) {
	t.Parallel()
	rules := RulesOf(&norm.Builtin().Requests)
	for _, tt := range []struct {
		name    string
		events  []Event
		due     string
		replyBy string
		latest  bool
	}{
		{"twenty working days over Spring Festival", []Event{{Kind: Received, On: day("2025-01-15")}}, "2025-02-18", "", false},
		{"nothing before it is received", nil, "", "", false},
		{"it waits while the applicant is asked", []Event{{Kind: Received, On: day("2025-03-03")}, {Kind: Clarified, On: day("2025-03-05")}}, "", "2025-03-26", false},
		{"a term of the officer's own", []Event{{Kind: Received, On: day("2025-03-03")}, {Kind: Clarified, On: day("2025-03-05"), N: 10}}, "", "2025-03-19", false},
		{"and begins anew with his answer", []Event{{Kind: Received, On: day("2025-03-03")}, {Kind: Clarified, On: day("2025-03-05")}, {Kind: Supplied, On: day("2025-03-10")}}, "2025-04-08", "", false},
		{"extended by ten", []Event{{Kind: Received, On: day("2025-09-10")}, {Kind: Extended, On: day("2025-10-10"), N: 10}}, "2025-10-28", "", false},
		{"never by more than twenty in all", []Event{{Kind: Received, On: day("2025-09-10")}, {Kind: Extended, On: day("2025-10-10"), N: 15}, {Kind: Extended, On: day("2025-10-11"), N: 15}}, "2025-11-11", "", false},
		{"a third party answers on the fifth day", []Event{{Kind: Received, On: day("2025-03-03")}, {Kind: Consulted, On: day("2025-03-04"), Ref: 1}, {Kind: Replied, On: day("2025-03-11"), Ref: 1}}, "2025-04-08", "", false},
		{"a third party that is silent stops it for fifteen working days", []Event{{Kind: Received, On: day("2025-03-03")}, {Kind: Consulted, On: day("2025-03-04"), Ref: 1}}, "2025-04-22", "", true},
		{"a late reply changes nothing", []Event{{Kind: Received, On: day("2025-03-03")}, {Kind: Consulted, On: day("2025-03-04"), Ref: 1}, {Kind: Replied, On: day("2025-04-10"), Ref: 1}}, "2025-04-22", "", false},
		{"answered on the same day it never stopped", []Event{{Kind: Received, On: day("2025-03-03")}, {Kind: Consulted, On: day("2025-03-04"), Ref: 1}, {Kind: Replied, On: day("2025-03-04"), Ref: 1}}, "2025-03-31", "", false},
		{"a fee asked and paid", []Event{{Kind: Received, On: day("2025-03-03")}, {Kind: Charged, On: day("2025-03-05")}, {ID: 2, Kind: Paid, On: day("2025-03-10")}}, "2025-04-08", "", false},
		{"a fee not yet paid", []Event{{Kind: Received, On: day("2025-03-03")}, {Kind: Charged, On: day("2025-03-05")}}, "", "2025-04-02", false},
		{"a longer term set under article 35", []Event{{Kind: Received, On: day("2025-03-03")}, {Kind: Deferred, On: day("2025-03-10"), N: 60}}, "2025-05-29", "", false},
		{"which is never shorter than the law's", []Event{{Kind: Received, On: day("2025-03-03")}, {Kind: Deferred, On: day("2025-03-10"), N: 5}}, "2025-03-31", "", false},
	} {
		r := Reckon(calendar.Builtin(), rules, tt.events)
		if r.Due != day0(tt.due) || r.ReplyBy != day0(tt.replyBy) || r.AtLatest != tt.latest {
			t.Errorf("%s: due %v, reply by %v, at latest %v; want %q, %q, %v", tt.name, r.Due, r.ReplyBy, r.AtLatest, tt.due, tt.replyBy, tt.latest)
		}
		rows := r.Explain(calendar.Builtin())
		if (len(rows) > 0) != (tt.due != "") || len(rows) > 0 && rows[len(rows)-1].Date != r.Due {
			t.Errorf("%s: the explanation does not end on the day", tt.name)
		}
	}
}

func day0(s string) clock.Date {
	if s == "" {
		return clock.Date{}
	}
	return day(s)
}

// C2: the clock against a simulator that lives through the days one by one and
// knows nothing of intervals. A million sequences, fifty thousand with -short.
func TestTheClockAgreesWithADayByDayLife(t *testing.T) {
	t.Parallel()
	rules, cal := RulesOf(&norm.Builtin().Requests), calendar.Builtin()
	rnd := rand.New(rand.NewPCG(4, 2026))
	n := *sequences
	if testing.Short() {
		n = min(n, 50_000)
	}
	for i := range n {
		events := randomLife(rnd)
		want := live(cal, events)
		got := Reckon(cal, rules, events)
		if got.Due != want.due || got.ReplyBy != want.replyBy || got.Extra != want.extra {
			t.Fatalf("sequence %d %+v: due %v, reply by %v, %d extra; lived through: %v, %v, %d", i, events, got.Due, got.ReplyBy, got.Extra, want.due, want.replyBy, want.extra)
		}
	}
}

// randomLife is any order of events an office could produce, sensible or not.
func randomLife(rnd *rand.Rand) []Event {
	d := day("2018-06-01").AddDays(rnd.IntN(2600))
	out := []Event{{ID: 1, Kind: Received, On: d}}
	kinds := []string{Clarified, Supplied, Consulted, Consulted, Replied, Replied, Extended, Deferred, Charged, Paid}
	refs := int64(0)
	for i := range rnd.IntN(9) {
		d = d.AddDays(rnd.IntN(12))
		e := Event{ID: int64(i + 2), Kind: kinds[rnd.IntN(len(kinds))], On: d}
		switch e.Kind {
		case Clarified:
			e.N = rnd.IntN(3) * 7
		case Consulted:
			refs++
			e.Ref, e.N = refs, rnd.IntN(2)
		case Replied:
			if refs == 0 {
				continue
			}
			e.Ref = 1 + rnd.Int64N(refs)
		case Extended:
			e.N = 1 + rnd.IntN(20)
		case Deferred:
			e.N = rnd.IntN(60)
		}
		out = append(out, e)
	}
	return out
}

type lived struct {
	due, replyBy clock.Date
	extra        int
}

// live is the law read literally. First which events stand, then one day after
// another: is it a working day, does somebody else hold the matter, is it one
// of the days the agency has.
func live(cal *calendar.Calendar, events []Event) (out lived) {
	nth := func(from clock.Date, n int) clock.Date { // the nth working day after
		for n > 0 {
			from = from.AddDays(1)
			if ok, _ := cal.Workday(from); ok {
				n--
			}
		}
		return from
	}
	type held struct{ from, last clock.Date } // days after from, up to last
	talks := map[int64]*held{}
	answered := map[int64]bool{}
	var start clock.Date
	days, running := 0, false
	for _, e := range events {
		switch e.Kind {
		case Received, Supplied, Paid:
			start, days, running, out.replyBy = e.On, 20, true, clock.Date{}
		case Clarified, Charged:
			n := map[string]int{Clarified: 15, Charged: 20}[e.Kind]
			if e.Kind == Clarified && e.N > 0 {
				n = e.N
			}
			running, out.replyBy = false, nth(e.On, n)
		case Extended:
			for range e.N {
				if out.extra < 20 {
					out.extra++
					days++
				}
			}
		case Deferred:
			if days = e.N; days < 20 {
				days = 20
			}
		case Consulted:
			talks[e.Ref] = &held{e.On, nth(e.On, 15)}
		case Replied:
			if t := talks[e.Ref]; t != nil && !answered[e.Ref] {
				answered[e.Ref] = true
				if e.On.Before(t.last) {
					t.last = e.On
				}
			}
		}
	}
	if !running {
		return out
	}
	d := start
	for days > 0 {
		d = d.AddDays(1)
		stopped := false
		for _, t := range talks {
			if t.from.Before(d) && !d.After(t.last) {
				stopped = true
			}
		}
		if worked, _ := cal.Workday(d); worked && !stopped {
			days--
		}
	}
	out.due = d
	return out
}
