package analysis

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/supervision/casework"
)

// seen is one thing a matter counts as, on a day, with the code of the norm.
type seen struct {
	m    measure
	on   clock.Date
	code string
}

// facts are what one matter counts as. They are a function of the matter and
// its events alone, so that counting it anew gives the same.
type facts struct {
	agency               int64
	region               agency.Code
	kind, channel, topic string
	about                int64 // the unit it is hidden from
	took                 int   // days until the first reply, a begun day counting whole; -1 while there is none
	seen                 []seen
}

// happened is an event of a matter, as far as it is counted.
type happened struct {
	kind, code string
	at         time.Time
}

// lastWord is what the person said last.
type lastWord struct {
	solved, satisfied, discontent string
	at                            time.Time
}

// countedKinds are the events that are counted.
var countedKinds = []string{"dispatch", "object", "uphold", "replied", "reopen", "promise", "keep", "lapse", "rate"}

// factsOf counts one matter.
func factsOf(m *casework.Matter, events []happened, said *lastWord) facts {
	f := facts{agency: m.Agency, region: m.Region, kind: m.Type, channel: m.Channel, topic: m.Topic, took: -1}
	if m.Hidden {
		f.about = m.About
	}
	filed := clock.DateOf(m.FiledAt)
	f.add(contacts, filed, "")
	if m.State == casework.Merged {
		return f // 并案: one more contact of another matter
	}
	f.add(matters, filed, "")
	if m.Stage != "" {
		f.add(remedies, filed, "")
	}
	h := history{events}
	reply := h.first("replied")
	f.handled(m, h, reply)
	f.clocks(m, reply)
	f.promises(h)
	f.heard(h, said)
	return f
}

func (f *facts) add(m measure, on clock.Date, code string) {
	if !on.IsZero() {
		f.seen = append(f.seen, seen{m, on, code})
	}
}

func (f *facts) handled(m *casework.Matter, h history, reply time.Time) {
	f.add(accepted, dateOf(m.AcceptedAt), "")
	if m.Refusal != "" {
		f.add(refused, dateOf(reply), m.Refusal)
	} else {
		f.add(replied, dateOf(reply), "")
	}
	f.add(dispatched, dateOf(h.first("dispatch")), "")
	if at := h.first("object"); !at.IsZero() {
		f.add(objected, dateOf(at), h.code("object"))
	}
	f.add(upheld, dateOf(h.first("uphold")), "")
	f.add(reopened, dateOf(h.first("reopen")), "")
	if m.State == casework.Closed {
		f.add(ended, dateOf(m.ClosedAt), resultOf(m))
	}
}

// resultOf is how a matter ended: a result of the norm, or that it was not
// accepted or withdrawn.
func resultOf(m *casework.Matter) string {
	switch {
	case m.Refusal != "":
		return "refused"
	case m.Result == "":
		return "none"
	}
	return m.Result
}

// clocks counts what fell due and how long it took. What was withdrawn or not
// accepted owed nobody a reply in time.
func (f *facts) clocks(m *casework.Matter, reply time.Time) {
	if m.Result == "withdrawn" || m.Refusal != "" || m.AcceptedAt.IsZero() {
		return
	}
	if !m.FirstDue.IsZero() {
		on := clock.DateOf(m.FirstDue.Add(-time.Millisecond)) // a day ends with the moment after it
		f.add(due, on, "")
		if !reply.IsZero() && reply.Before(m.FirstDue) {
			f.add(ontime, on, "")
		}
	}
	start := clock.DateOf(m.AcceptedAt)
	f.add(cohort, start, "")
	if !reply.IsZero() {
		f.took = max(0, int((reply.Sub(m.AcceptedAt)+24*time.Hour-1)/(24*time.Hour)))
		f.add(finished, start, "")
	}
}

func (f *facts) promises(h history) {
	made := h.last("promise")
	if made == nil {
		return
	}
	f.add(promised, clock.DateOf(made.at), "")
	until, err := clock.ParseDate(made.code)
	if err != nil {
		return
	}
	f.add(promiseDue, until, "")
	if kept := h.last("keep"); kept != nil && !kept.at.Before(made.at) && kept.at.Before(until.End()) {
		f.add(promiseKept, until, "")
	}
}

// heard counts what the person said when he was asked.
func (f *facts) heard(h history, said *lastWord) {
	if said == nil {
		if end := h.last("lapse"); end != nil {
			f.add(asked, clock.DateOf(end.at), "")
		}
		return
	}
	on := clock.DateOf(said.at)
	f.add(asked, on, "")
	f.add(reached, on, "")
	f.choose(on, said.solved, map[string]measure{"yes": solved, "partly": partly, "no": unsolved})
	f.choose(on, said.satisfied, map[string]measure{"yes": satisfied, "fair": fair, "no": dissatisfied})
	if said.discontent != "" {
		f.add(discontent, on, said.discontent)
	}
}

func (f *facts) choose(on clock.Date, answer string, of map[string]measure) {
	if m, ok := of[answer]; ok {
		f.add(m, on, "")
	}
}

// history is the counted events of one matter in their order.
type history struct{ events []happened }

func (h history) first(kind string) time.Time {
	for _, e := range h.events {
		if e.kind == kind {
			return e.at
		}
	}
	return time.Time{}
}

func (h history) code(kind string) string {
	i := slices.IndexFunc(h.events, func(e happened) bool { return e.kind == kind })
	return h.events[i].code
}

func (h history) last(kind string) *happened {
	for i := len(h.events) - 1; i >= 0; i-- {
		if h.events[i].kind == kind {
			return &h.events[i]
		}
	}
	return nil
}

func dateOf(t time.Time) (d clock.Date) {
	if t.IsZero() {
		return d
	}
	return clock.DateOf(t)
}

// since is from when a matter counts: when it was filed, or the first day it
// counts for where that is earlier. An order of another platform may come when
// its reply was due already.
func (f facts) since(filed time.Time) time.Time {
	for _, s := range f.seen {
		if s.on.Before(clock.DateOf(filed)) {
			filed = s.on.Start()
		}
	}
	return filed
}

// marks writes facts as the memo keeps them: what the list behind a figure is
// found by, and what is taken back when the matter changes.
func (f facts) marks() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s;%s;%s;%d;%d|", f.kind, f.channel, f.topic, f.about, f.took)
	for _, s := range f.seen {
		b.WriteString(string(s.m) + ":" + s.on.String())
		if s.code != "" {
			b.WriteString("=" + s.code)
		}
		b.WriteByte('|')
	}
	return b.String()
}

// readMarks is marks read back.
func readMarks(unit int64, region agency.Code, text string) (f facts, err error) {
	parts := strings.Split(strings.TrimSuffix(text, "|"), "|")
	head := strings.Split(parts[0], ";")
	if len(head) != 5 {
		return f, fmt.Errorf("a memo of what was counted cannot be read: %d fields", len(head))
	}
	f = facts{agency: unit, region: region, kind: head[0], channel: head[1], topic: head[2]}
	if f.about, err = strconv.ParseInt(head[3], 10, 64); err != nil {
		return f, err
	}
	if f.took, err = strconv.Atoi(head[4]); err != nil {
		return f, err
	}
	for _, p := range parts[1:] {
		name, rest, _ := strings.Cut(p, ":")
		day, code, _ := strings.Cut(rest, "=")
		on, err := clock.ParseDate(day)
		if err != nil {
			return f, err
		}
		f.seen = append(f.seen, seen{measure(name), on, code})
	}
	return f, nil
}
