package inforequest

import (
	"cmp"
	"slices"

	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/norm"
)

// The events that move the clock. Others only tell what happened.
const (
	Received    = "received"   // day 0 of the answer: article 31
	Clarified   = "clarify"    // clarification asked: article 30
	Supplied    = "supplement" // clarification received: the clock begins anew
	Consulted   = "consult"    // a third party or another agency asked: the clock stands still
	Replied     = "consulted"  // its reply
	Extended    = "extend"     // article 33: at most 20 working days in all
	Deferred    = "defer"      // article 35: a reasonable longer term
	Charged     = "charge"     // a fee asked
	Paid        = "pay"        // the clock begins anew
	ThirdParty  = 0            // Event.N of Consulted: silence leaves the decision to the agency (article 32)
	OtherAgency = 1            // silence is consent (article 34)
)

// Event is one thing that happened to a request.
type Event struct {
	ID   int64
	Kind string
	On   clock.Date
	Ref  int64 // of Consulted and Replied: which consultation
	N    int   // working days, or whom
}

// Reckoning is a request's clock: from when it runs, what stopped it, until when.
type Reckoning struct {
	Start       clock.Date // none: it has not begun, or waits
	Span        calendar.Span
	Stops       []calendar.Interval
	More        []calendar.Span
	Due         clock.Date           // the last day to answer
	Provisional bool                 // a calendar notice still to come may move it
	AtLatest    bool                 // a consultation is open: its answer may bring the day forward
	ReplyBy     clock.Date           // while it waits for the applicant: his last day
	Extra       int                  // working days of extension granted so far
	Consults    map[int64]clock.Date // the last day of each consultation
}

// Rules are the spans the clock counts with.
type Rules struct{ Answer, Extension, Supplement, ThirdParty, OtherAgency, Payment calendar.Span }

// RulesOf reads the spans of a norm.
func RulesOf(q *norm.Requests) Rules {
	of := func(id string) calendar.Span { return spanOf(q.Spans[id]) }
	return Rules{of("answer"), of("extension"), of("supplement"), of("third_party"), of("other_agency"), of("payment")}
}

// Reckon computes a request's clock from its events. It is a pure function: the
// same events under a new calendar give the new day.
func Reckon(cal *calendar.Calendar, rules Rules, events []Event) Reckoning {
	r := Reckoning{Consults: map[int64]clock.Date{}}
	asked := map[int64]int{} // consultation -> index in r.Stops
	begin := func(on clock.Date) { r.Start, r.Span, r.More, r.ReplyBy = on, rules.Answer, nil, clock.Date{} }
	wait := func(by calendar.Span, on clock.Date) {
		r.Start, r.ReplyBy = clock.Date{}, cal.Deadline(on, by, nil).Due
	}
	for _, e := range sorted(events) {
		switch e.Kind {
		case Received, Supplied, Paid:
			begin(e.On)
		case Clarified:
			by := rules.Supplement
			if e.N > 0 {
				by.N = e.N
			}
			wait(by, e.On)
		case Charged:
			wait(rules.Payment, e.On)
		case Extended:
			n := min(e.N, rules.Extension.N-r.Extra)
			r.Extra += n
			r.More = append(r.More, calendar.Span{N: n, Unit: rules.Extension.Unit})
		case Deferred:
			r.Span, r.More = calendar.Span{N: max(e.N, rules.Answer.N), Unit: calendar.WorkingDays}, nil
		case Consulted:
			by := rules.ThirdParty
			if e.N == OtherAgency {
				by = rules.OtherAgency
			}
			due := cal.Deadline(e.On, by, nil).Due
			r.Consults[e.Ref], asked[e.Ref] = due, len(r.Stops)
			r.Stops = append(r.Stops, calendar.Interval{From: e.On.AddDays(1), To: due, Why: stopKeys[e.N]})
		case Replied:
			// The day of the reply is still the consultation's; one that comes
			// after its last day changes nothing: silence had its effect.
			if i, ok := asked[e.Ref]; ok {
				if e.On.Before(r.Stops[i].To) {
					r.Stops[i].To = e.On
				}
				delete(asked, e.Ref)
			}
		}
	}
	r.AtLatest = len(asked) > 0
	r.Stops = slices.DeleteFunc(r.Stops, func(s calendar.Interval) bool { return s.To.Before(s.From) })
	if r.Start.IsZero() {
		return r
	}
	d := cal.Deadline(r.Start, r.Span, r.Stops, r.More...)
	r.Due, r.Provisional = d.Due, d.Provisional
	return r
}

// stopKeys are the sentences of a day on which the clock stood still.
var stopKeys = map[int]string{ThirdParty: "inforequest.stop_third_party", OtherAgency: "inforequest.stop_other_agency"}

func sorted(events []Event) []Event {
	out := slices.Clone(events)
	slices.SortStableFunc(out, func(a, b Event) int { return cmp.Or(a.On.Compare(b.On), cmp.Compare(a.ID, b.ID)) })
	return out
}

// Explain lists every day of a running clock, with why it counts or does not.
func (r Reckoning) Explain(cal *calendar.Calendar) []calendar.Row {
	if r.Start.IsZero() {
		return nil
	}
	return cal.Explain(r.Start, r.Span, r.Stops, r.More...)
}
