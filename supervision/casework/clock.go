package casework

import (
	"cmp"
	"slices"
	"time"

	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/norm"
)

// The events that move a clock. Others only tell what happened.
const (
	evFiled     = "filed"
	evAsked     = "ask"
	evSupplied  = "supplement"
	evUnasked   = "unasked" // the time to supplement passed: accepted or not on what is known
	evAccepted  = "accept"
	evSent      = "dispatch"
	evSigned    = "sign"
	evObjected  = "object"
	evUpheld    = "uphold"
	evOverruled = "overrule"
	evRecalled  = "recall"
	evExtended  = "extend" // N in the unit of the extension clock
	evSuspended = "suspend"
	evResumed   = "resume"
	evReplied   = "replied"
	evDelivered = "deliver"
	evPromised  = "promise"
	evKept      = "keep"
	evReopened  = "reopen"
	evEnded     = "ended"
)

// clockKinds are the events Reckon reads.
var clockKinds = []string{evFiled, evAsked, evSupplied, evUnasked, evAccepted, evSent, evSigned, evObjected, evUpheld, evOverruled, evRecalled, evExtended,
	evSuspended, evResumed, evReplied, evDelivered, evPromised, evKept, evReopened, evEnded}

// recounted are the acts after which the clocks are counted anew though they
// are no event of a clock: another type counts otherwise, and what was merged
// stands where it stood. The statistics hear of it with the new moments.
var recounted = []string{"reclassify", "unmerge"}

// Event is one thing that happened to a matter.
type Event struct {
	ID   int64
	Kind string
	At   time.Time
	Unit int64
	Ref  int64
	N    int
	Code string // of the norm's lists: a reason, a result, a way of delivery; for a promise its day
}

// Rules are the spans a matter's clocks count with.
type Rules struct {
	Accept, Supplement, Sign, Rule, Handle, Extension, Deliver, Callback calendar.Span
	Calls                                                                bool // the person is called back
}

// RulesFor are the spans the norm has for a matter of an agency at a level.
func RulesFor(c *norm.Casework, caseType, class, stage, level string) Rules {
	of := func(name string) calendar.Span { return spanOf(c.Clock(name, caseType, class, stage, level).Span) }
	t := c.Type(caseType)
	return Rules{of("accept"), of("supplement"), of("sign"), of("rule"), of("handle"), of("extension"), of("deliver"), of("callback"), t != nil && t.Callback}
}

func spanOf(s norm.Span) calendar.Span { return calendar.Span{N: s.N, Unit: calendar.Unit(s.Unit)} }

// Reckoning is a matter's clocks: the outer one, and the step that runs beside it.
type Reckoning struct {
	Start     time.Time // of the outer clock; zero: it does not run
	First     time.Time // its first due moment
	Due       time.Time
	Uncertain bool
	Extended  int
	Stops     []calendar.Interval
	Step      string
	StepFrom  time.Time
	StepDue   time.Time
}

// workday is what an extension in days adds to a clock of business time, and
// the other way round.
const workday = 480

// Reckon computes a matter's clocks from its events. It is a pure function: the
// same events under a new calendar give the new moments. Hops appear in it as
// steps only; nothing they do touches the outer clock.
func Reckon(cal *calendar.Calendar, r Rules, events []Event) Reckoning {
	k := &reckoner{cal: cal, rules: r}
	for _, e := range inOrder(events) {
		k.take(e)
	}
	return k.end()
}

type reckoner struct {
	cal     *calendar.Calendar
	rules   Rules
	out     Reckoning
	begun   time.Time // acceptance began
	more    []calendar.Span
	waits   []calendar.Interval // of the acceptance clock
	promise time.Time           // the end of the day something was promised by
	ended   bool
	redone  bool
}

func (k *reckoner) take(e Event) {
	switch e.Kind {
	case evFiled:
		k.begun = e.At
		k.step("accept", e.At, k.rules.Accept, k.waits)
	case evAsked:
		k.waits = append(k.waits, calendar.Interval{From: clock.DateOf(e.At).AddDays(1), Why: "casework.stop_asked"})
		k.step("supplement", e.At, k.rules.Supplement, nil)
	case evSupplied, evUnasked:
		closeStop(k.waits, e.At)
		k.step("accept", k.begun, k.rules.Accept, k.waits)
	case evAccepted:
		k.out.Start, k.more = e.At, nil
		k.still()
	case evSent, evOverruled:
		k.step("sign", e.At, k.rules.Sign, nil)
	case evObjected:
		k.step("rule", e.At, k.rules.Rule, nil)
	case evSigned, evUpheld, evRecalled, evKept:
		k.still()
	case evExtended:
		k.more = append(k.more, k.fit(calendar.Span{N: e.N, Unit: k.rules.Extension.Unit}))
		k.out.Extended += e.N
	case evSuspended:
		k.out.Stops = append(k.out.Stops, calendar.Interval{From: clock.DateOf(e.At).AddDays(1), Why: "casework.stop_" + e.Code})
	case evResumed:
		closeStop(k.out.Stops, e.At)
	case evReplied:
		k.step("deliver", e.At, k.rules.Deliver, nil)
	case evDelivered:
		k.still()
		if k.rules.Calls && e.N == 0 {
			k.step("callback", e.At, k.rules.Callback, nil)
		}
	case evPromised:
		k.still()
		if on, err := clock.ParseDate(e.Code); err == nil {
			k.out.Step, k.out.StepFrom, k.out.StepDue = "promise", e.At, on.End()
			k.promise = on.End()
		}
	case evReopened:
		k.settleFirst()
		k.out.Start, k.more, k.out.Stops, k.redone, k.promise = e.At, nil, nil, true, time.Time{}
		k.ended = false
		k.still()
	case evEnded:
		k.ended = true
		k.still()
	}
}

func (k *reckoner) still() { k.out.Step, k.out.StepFrom, k.out.StepDue = "", time.Time{}, time.Time{} }

func (k *reckoner) step(name string, from time.Time, span calendar.Span, stops []calendar.Interval) {
	k.out.Step, k.out.StepFrom = name, from
	k.out.StepDue = k.cal.DeadlineAt(from, span, sound(stops)).Instant
}

// fit turns an extension into the unit of the clock it prolongs.
func (k *reckoner) fit(s calendar.Span) calendar.Span {
	switch base := k.rules.Handle.Unit; {
	case base == calendar.WorkingMinutes && s.Unit != calendar.WorkingMinutes:
		return calendar.Span{N: s.N * workday, Unit: calendar.WorkingMinutes}
	case base != calendar.WorkingMinutes && s.Unit == calendar.WorkingMinutes:
		return calendar.Span{N: (s.N + workday - 1) / workday, Unit: calendar.WorkingDays}
	}
	return s
}

// settleFirst keeps the due moment of the first handling when a matter is taken
// up again: what it was measured by stays.
func (k *reckoner) settleFirst() {
	if k.out.First.IsZero() && !k.out.Start.IsZero() {
		k.out.First = k.cal.DeadlineAt(k.out.Start, k.rules.Handle, sound(k.out.Stops), k.more...).Instant
	}
}

func (k *reckoner) end() Reckoning {
	if !k.out.Start.IsZero() {
		d := k.cal.DeadlineAt(k.out.Start, k.rules.Handle, sound(k.out.Stops), k.more...)
		if !d.Suspended {
			k.out.Due, k.out.Uncertain = d.Instant, d.Provisional
		}
		k.settleFirstFrom(d)
		if k.promise.After(k.out.Due) { // what is promised is owed by its day
			k.out.Due = k.promise
		}
	}
	if k.ended {
		k.still()
	}
	return k.out
}

func (k *reckoner) settleFirstFrom(d calendar.Result) {
	if !k.redone && !d.Suspended {
		k.out.First = d.Instant
	}
}

func closeStop(stops []calendar.Interval, at time.Time) {
	if n := len(stops) - 1; n >= 0 && stops[n].To.IsZero() {
		stops[n].To = clock.DateOf(at)
	}
}

// sound leaves out stops that ended before their first whole day.
func sound(stops []calendar.Interval) []calendar.Interval {
	return slices.DeleteFunc(slices.Clone(stops), func(s calendar.Interval) bool { return !s.To.IsZero() && s.To.Before(s.From) })
}

func inOrder(events []Event) []Event {
	out := slices.Clone(events)
	slices.SortStableFunc(out, func(a, b Event) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return out
}

// maxAlarms bounds how far a warning goes: from handler and unit up to the nation.
const maxAlarms = 9

// alarm is the moment of the nth warning of a clock; zero when it has no more.
func alarm(warn []int, from, due time.Time, n int) time.Time {
	if from.IsZero() || due.IsZero() || n >= maxAlarms {
		return time.Time{}
	}
	span := due.Sub(from)
	if n < len(warn) {
		return from.Add(span / 100 * time.Duration(warn[n]))
	}
	return due.Add(span / 5 * time.Duration(n-len(warn)+1))
}
