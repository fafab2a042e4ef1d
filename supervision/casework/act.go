package casework

import (
	"context"
	"slices"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

var shanghai = clock.Shanghai

// step is one act on a matter while its transaction is open.
type step struct {
	m      *Matter
	before Matter
	a      *account.Actor // nil: the person by his code, or the clock
	verb   string
	to     string // the state that follows
	unit   int64  // the unit it is done for
}

// where says at which unit a verb's grant is needed; a verb that is not named
// needs it at the unit that answers for the matter or at the one that has it.
var where = map[string]int{
	"accept": atAgency, "refuse": atAgency, "ask": atAgency, "answer": atAgency, "merge": atAgency, "unmerge": atAgency, "reclassify": atAgency,
	"dispatch": atHolder, "take": atHolder, "sign": atHolder, "object": atHolder, "assign": atHolder, "save": atHolder, "submit": atHolder,
	"return": atHolder, "approve": atHolder, "keep": atHolder, "resume": atHolder, "suspend": atHolder, "contribute": atAnyHop, "recall": atAnyone,
}

const (
	atEither = iota
	atAgency
	atHolder
	atAnyHop // a unit with an open hop: the co-handlers
	atAnyone // decided by the act itself
)

// may answers whether the person acting may do a verb of a grant now.
func (c *Casework) may(tx *db.Tx, a *account.Actor, m *Matter, verb, who string) (unit int64, ok bool, err error) {
	t := m.targets()
	switch where[verb] {
	case atAgency:
		t = t[:1]
	case atHolder:
		t = t[1:]
	case atAnyHop, atAnyone:
		hops, err := hopsOf(tx, m)
		if err != nil {
			return 0, false, err
		}
		for _, h := range hops {
			if h.EndedAt.IsZero() {
				t = append(t, account.Target{Agency: h.Unit, Division: int64(h.Region)})
			}
			if where[verb] == atAnyone { // whoever sent it
				if u, err := agency.Find(tx, h.From); err == nil {
					t = append(t, account.Target{Agency: u.ID, Division: int64(u.Division)})
				}
			}
		}
	}
	for _, x := range t {
		if a.May(who, x) || also[verb] != "" && a.May(also[verb], x) {
			return x.Agency, true, nil
		}
	}
	return 0, false, nil
}

// also is a second grant that is enough for a verb: whoever answers for the
// work of a unit divides it, too.
var also = map[string]string{"assign": Reviewing}

// act does what the verb of the flow allows in the matter's state: lock, check,
// change, record.
func (c *Casework) act(ctx context.Context, province int, id int64, verb string, f func(tx *db.Tx, s *step) error) error {
	return c.DB.Write(ctx, func(tx *db.Tx) error { return c.actIn(tx, province, id, verb, f) })
}

func (c *Casework) actIn(tx *db.Tx, province int, id int64, verb string, f func(tx *db.Tx, s *step) error) error {
	m, err := lockMatter(tx, province, id)
	if err != nil {
		return err
	}
	a := account.From(tx.Ctx)
	if err := mayRead(tx, a, m); err != nil {
		return err
	}
	rule, err := Flow.Next(m.State, verb)
	if err != nil {
		return err
	}
	unit, ok, err := c.may(tx, a, m, verb, rule.Who)
	if err != nil {
		return err
	}
	if rule.Who == "" || !ok {
		return fault.Say(fault.Forbidden, "casework.no_grant_"+strings.TrimPrefix(rule.Who, "casework."))
	}
	return f(tx, &step{m: m, before: *m, a: a, verb: verb, to: rule.To, unit: unit})
}

// own does what the person himself may do, by number and code.
func (c *Casework) own(ctx context.Context, number, code, verb string, f func(tx *db.Tx, s *step) error) error {
	return c.byCode(ctx, true, number, code, func(tx *db.Tx, m *Matter) error {
		rule, err := Flow.Next(m.State, verb)
		if err != nil {
			return err
		}
		if rule.Who != "" {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		return f(tx, &step{m: m, before: *m, verb: verb, to: rule.To})
	})
}

// move takes the matter into the state that follows, with the event that moves it.
func (c *Casework) move(tx *db.Tx, s *step, e Event, note string, public bool) error {
	s.m.State = s.to
	if s.to == Closed && s.m.ClosedAt.IsZero() {
		s.m.ClosedAt = tx.Now
	}
	if s.to != Closed {
		s.m.ClosedAt = time.Time{}
	}
	if e.Unit == 0 {
		e.Unit = s.unit
	}
	return c.record(tx, &s.before, s.m, e, s.a, note, public, s.verb)
}

// record writes what changed: the event, the clocks that follow it, the row,
// the statistics, the audit row.
func (c *Casework) record(tx *db.Tx, before, m *Matter, e Event, a *account.Actor, note string, public bool, verb string) error {
	if err := c.note(tx, m, e, a, note, public); err != nil {
		return err
	}
	if m.State == Closed && before.State != Closed && e.Kind != evEnded {
		if err := c.note(tx, m, Event{Kind: evEnded}, a, "", false); err != nil {
			return err
		}
	}
	if slices.Contains(clockKinds, e.Kind) || slices.Contains(recounted, e.Kind) || m.State == Closed {
		if err := c.reckon(tx, m); err != nil {
			return err
		}
	}
	if err := updateMatter(tx, m); err != nil {
		return err
	}
	if err := c.changed(tx, before, m); err != nil {
		return err
	}
	return c.audit(tx, a, m, verb, e.Code)
}

// note records an event; what people wrote in it is sealed.
func (c *Casework) note(tx *db.Tx, m *Matter, e Event, a *account.Actor, text string, public bool) error {
	e.ID = tx.ID(m.Province)
	if e.At.IsZero() {
		e.At = tx.Now
	}
	person := int64(0)
	if a != nil {
		person = a.Person
	}
	var sealed []byte
	if text != "" {
		sealed = c.Keys.Seal(purposeNote, placeOf(e.ID), []byte(text))
	}
	return insertEvent(tx, m, e, person, sealed, public)
}

// changed tells the statistics, and rings for pages that follow live.
func (c *Casework) changed(tx *db.Tx, before, after *Matter) error {
	tx.After(c.Bell.Ring)
	if c.Changed == nil {
		return nil
	}
	return c.Changed(tx, before, after)
}

// rules are the spans of the norm for a matter.
func (c *Casework) rules(m *Matter) Rules {
	return RulesFor(&c.Norm.Casework, m.Type, m.Class, m.Stage, levelName(m.Region))
}

// RulesOf are the spans of the norm for a matter, for pages that say what comes next.
func (c *Casework) RulesOf(m *Matter) Rules { return c.rules(m) }

func levelName(code agency.Code) string {
	return map[agency.Level]string{agency.LevelNation: "nation", agency.LevelProvince: "province", agency.LevelPrefecture: "prefecture", agency.LevelCounty: "county",
		agency.LevelTownship: "township", agency.LevelVillage: "village"}[code.Level()]
}

// reckon computes the clocks from the events written so far.
func (c *Casework) reckon(tx *db.Tx, m *Matter) error {
	cal, err := c.Calendars.In(tx, int64(m.Region))
	if err != nil {
		return err
	}
	evs, err := clockEvents(tx, m.Province, m.ID)
	if err != nil {
		return err
	}
	c.follow(m, Reckon(cal, c.rules(m), evs), cal.Version())
	return nil
}

// follow takes a reckoning over. A clock that moved warns anew.
func (c *Casework) follow(m *Matter, k Reckoning, version string) {
	if !k.Due.Equal(m.DueAt) {
		m.Warned = 0
	}
	if k.Step != m.Step || !k.StepDue.Equal(m.StepDue) {
		m.StepWarned = 0
	}
	m.FirstDue, m.DueAt, m.Uncertain, m.Extended = k.First, k.Due, k.Uncertain, k.Extended
	m.Step, m.StepFrom, m.StepDue, m.calendar = k.Step, k.StepFrom, k.StepDue, version
	m.NextAt = c.next(m, k.Start)
}

// next is when the timer looks at a matter: the next alarm of either clock, or
// the moment that lets a step lapse.
func (c *Casework) next(m *Matter, start time.Time) time.Time {
	if !m.Open() {
		return time.Time{}
	}
	var out time.Time
	soonest := func(t time.Time) {
		if !t.IsZero() && (out.IsZero() || t.Before(out)) {
			out = t
		}
	}
	switch m.Step {
	case "supplement", "callback":
		soonest(m.StepDue)
	default:
		soonest(alarm(c.Norm.Casework.Warn, m.StepFrom, m.StepDue, m.StepWarned))
	}
	if m.Running() {
		soonest(alarm(c.Norm.Casework.Warn, start, m.DueAt, m.Warned))
	}
	return out
}
