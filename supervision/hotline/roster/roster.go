// Package roster keeps clause 3.1.5, 领导班子成员带头上线: which leader sits at the
// hotline when, published ahead, where his calls go, and what he took over.
//
// What is stored about people: a leader's name and post, which are public; the
// telephone he may be reached at, sealed, which only the routing of a call
// opens. A change after publication stays in sight with its reason.
//
// Who may do what: roster.write draws a month up and writes the record of a slot,
// roster.publish lets the public see it and is not who wrote it, roster.duty
// marks the leaders who may be put on it. A leader is reminded of his slot the day
// before and an hour before; the calls he answered in it, and the matters they
// became, are counted after it from the hotline's own rows.
package roster

import (
	"context"
	"embed"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/fresh"
	"yangguang/internal/notify"
	"yangguang/internal/secret"
	"yangguang/supervision/casework"
	"yangguang/supervision/hotline"
)

// Migrations is the room's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS

// Rosters is the room; a phone process needs DB and Keys alone.
type Rosters struct {
	DB        *db.DB
	Keys      *secret.Keys
	Calendars *calendar.Keeper
	Front     *front.Front
	Cases     *casework.Casework // of serve: how far the matters are
	Outbox    *notify.Outbox     // of serve: reminders
	Line      func(ctx context.Context, line hotline.Ref) (hotline.Line, error)
	Lines     func(ctx context.Context) ([]hotline.Line, error) // those a roster may be drawn up for
}

// The grant verbs of the room.
const (
	Writing    = "roster.write"
	Publishing = "roster.publish"
	OnDutyVerb = "roster.duty"
)

// Verbs lists the room's grant verbs, for the register of accounts.
func Verbs() []string { return []string{Writing, Publishing, OnDutyVerb} }

// Where a leader takes calls.
const (
	AtDesk  = "desk"
	AtPhone = "phone"
)

const (
	draft     = "draft"
	published = "published"
	planned   = "planned"
	cancelled = "cancelled"

	phonePurpose = "roster.phone"
	publicTag    = "roster"
	maxPost      = 40
	maxReason    = 200
	maxNote      = 1000
)

// Roster is one month of one line.
type Roster struct {
	Province  int
	ID        int64
	Agency    int64
	Region    agency.Code
	Line      int64
	Month     string // 2026-12
	State     string
	Author    int64
	AuthorFor int64
	Published time.Time
}

func (x *Roster) target() account.Target {
	return account.Target{Agency: x.Agency, Division: int64(x.Region)}
}

// Slot is one leader's time.
type Slot struct {
	Province    int
	ID          int64
	Agency      int64
	Region      agency.Code
	Roster      int64
	Line        int64
	Begins      time.Time
	Ends        time.Time
	Person      int64
	Name        string
	Post        string
	Place       string
	Phone       string // as typed; sealed in the row
	Deputy      int64  // AB 角
	DeputyPhone string
	Published   bool
	State       string
	Was         string
	Reason      string // of the last change after publication
	Changed     time.Time
	Held        bool
	Calls       int
	Note        string
	phone       []byte
	deputyPhone []byte
}

// may lets through who holds verb at the roster's unit; for strangers there is
// no roster.
func may(a *account.Actor, x *Roster, verb string) error {
	switch {
	case a == nil || !a.May(Writing, x.target()) && !a.May(Publishing, x.target()):
		return fault.Say(fault.NotFound, "fault.not_found")
	case !a.May(verb, x.target()):
		return fault.Say(fault.Forbidden, "roster.no_grant")
	}
	return nil
}

// Begin opens the month of a line, or gives the one there is.
func (s *Rosters) Begin(ctx context.Context, line hotline.Ref, month string) (x *Roster, err error) {
	defer fault.Wrap(&err, "roster.Begin")
	if _, err := clock.ParseDate(month + "-01"); err != nil {
		return nil, fault.Fields(fault.Field{Name: "month", Key: "roster.need_month"})
	}
	l, err := s.Line(ctx, line)
	if err != nil {
		return nil, err
	}
	a := account.From(ctx)
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		made := &Roster{Province: line.Province, ID: tx.ID(line.Province), Agency: l.Agency, Region: l.Region, Line: line.ID, Month: month, State: draft, Author: a.Person, AuthorFor: a.PrincipalID()}
		if err := may(a, made, Writing); err != nil {
			return err
		}
		if err := insertRoster(tx, made); err != nil {
			return err
		}
		x, err = rosterOf(tx, line, month)
		if err != nil || x.ID != made.ID {
			return err
		}
		return s.note(tx, x, "begin")
	})
	return x, err
}

func (s *Rosters) note(tx *db.Tx, x *Roster, act string) error {
	a := account.From(tx.Ctx)
	return audit.Append(tx, audit.Entry{Province: int64(x.Province), Person: a.Person, Login: a.Login, Agency: x.Agency, Verb: "roster." + act, Object: "roster " + strconv.FormatInt(x.ID, 10)})
}

// Put adds a slot to a month, or changes one (ID). After publication a change
// needs a reason, which the public sees.
func (s *Rosters) Put(ctx context.Context, province int, roster int64, in Slot) (id int64, err error) {
	defer fault.Wrap(&err, "roster.Put(%d)", roster)
	in.Post, in.Reason, in.Phone, in.DeputyPhone = strings.TrimSpace(in.Post), strings.TrimSpace(in.Reason), strings.TrimSpace(in.Phone), strings.TrimSpace(in.DeputyPhone)
	a := account.From(ctx)
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		x, err := rosterByID(tx, province, roster)
		if err != nil {
			return err
		}
		if err := may(a, x, Writing); err != nil {
			return err
		}
		before := &Slot{}
		if in.ID != 0 {
			if before, err = slotByID(tx, province, in.ID); err != nil {
				return err
			}
			if before.Roster != x.ID {
				return fault.Say(fault.NotFound, "fault.not_found")
			}
		}
		if err := s.check(tx, x, before, &in); err != nil {
			return err
		}
		s.join(tx, x, before, &in)
		if id = in.ID; before.ID == 0 {
			err = insertSlot(tx, &in)
		} else {
			err = updateSlot(tx, &in)
		}
		if err != nil {
			return err
		}
		return s.changed(tx, x, "slot")
	})
	if db.Broken(err, "roster_slot_start") {
		return 0, fault.Fields(fault.Field{Name: "begins", Key: "roster.taken"})
	}
	return id, err
}

// changed books an act, and lets the public page be drawn anew.
func (s *Rosters) changed(tx *db.Tx, x *Roster, act string) error {
	if x.State == published {
		if err := fresh.Change(tx, x.Province, publicTag); err != nil {
			return err
		}
	}
	return s.note(tx, x, act)
}

// join fills in what the writer does not type.
func (s *Rosters) join(tx *db.Tx, x *Roster, before, in *Slot) {
	in.Province, in.Agency, in.Region, in.Roster, in.Line, in.State = x.Province, x.Agency, x.Region, x.ID, x.Line, planned
	in.Published, in.Was, in.phone, in.deputyPhone = x.State == published, before.Was, before.phone, before.deputyPhone
	if in.ID == 0 {
		in.ID = tx.ID(x.Province)
	}
	if x.State == published {
		in.Changed = tx.Now
		if in.Was == "" && before.ID != 0 && before.Name != in.Name {
			in.Was = before.Name
		}
	}
	if in.Phone != "" {
		in.phone = s.Keys.Seal(phonePurpose, placeOf(in.ID, "phone"), []byte(in.Phone))
	}
	if in.DeputyPhone != "" {
		in.deputyPhone = s.Keys.Seal(phonePurpose, placeOf(in.ID, "deputy"), []byte(in.DeputyPhone))
	}
}

func placeOf(id int64, column string) []byte { return []byte(column + " " + strconv.FormatInt(id, 10)) }

// dialled answers whether a telephone number could be called.
func dialled(s string) bool {
	if len(s) < 3 || len(s) > 24 {
		return false
	}
	return strings.Trim(s, "0123456789+-# *") == ""
}

// check refuses, each beside its field, what cannot stand in a roster.
func (s *Rosters) check(tx *db.Tx, x *Roster, before, in *Slot) error {
	var bad []fault.Field
	wrong := func(name, key string, args ...any) {
		bad = append(bad, fault.Field{Name: name, Key: "roster." + key, Args: args})
	}
	if in.Begins.IsZero() || in.Begins.In(clock.Shanghai).Format("2006-01") != x.Month {
		wrong("begins", "not_this_month")
	} else if d := in.Ends.Sub(in.Begins); d <= 0 || d > 12*time.Hour {
		wrong("ends", "bad_end")
	}
	leader, err := holder(tx, x, in.Person)
	if err != nil {
		return err
	}
	if in.Name = leader; leader == "" {
		wrong("person", "no_leader")
	}
	if n := utf8.RuneCountInString(in.Post); n < 2 || n > maxPost {
		wrong("post", "need_post", maxPost)
	}
	switch {
	case in.Place != AtDesk && in.Place != AtPhone:
		wrong("place", "need_place")
	case in.Place == AtPhone && in.Phone == "" && before.phone == nil, in.Phone != "" && !dialled(in.Phone):
		wrong("phone", "need_phone")
	}
	if in.DeputyPhone != "" && !dialled(in.DeputyPhone) {
		wrong("deputy_phone", "need_phone")
	}
	if in.Deputy != 0 && in.Deputy == in.Person {
		wrong("deputy", "deputy_same")
	} else if in.Deputy != 0 {
		name, err := holder(tx, x, in.Deputy)
		if err != nil {
			return err
		}
		if name == "" {
			wrong("deputy", "no_leader")
		}
	}
	if n := utf8.RuneCountInString(in.Reason); x.State == published && (n < 4 || n > maxReason) {
		wrong("reason", "need_reason", maxReason)
	}
	if len(bad) == 0 {
		if bad, err = clashes(tx, x, in); err != nil {
			return err
		}
	}
	return fault.Fields(bad...)
}

// holder is the name of a leader who may be put on duty, "" of anybody else.
func holder(tx *db.Tx, x *Roster, person int64) (string, error) {
	all, err := account.Holders(tx, OnDutyVerb, x.target(), 200)
	if err != nil {
		return "", err
	}
	for _, p := range all {
		if p.ID == person {
			return p.Name, nil
		}
	}
	return "", nil
}

// clashes tells where the slot meets another: of the line, of the leader or of
// his substitute.
func clashes(tx *db.Tx, x *Roster, in *Slot) (bad []fault.Field, err error) {
	others, err := meeting(tx, x.Province, in)
	if err != nil {
		return nil, err
	}
	for _, o := range others {
		at := o.Begins.In(clock.Shanghai).Format("01-02 15:04")
		switch {
		case o.Line == x.Line:
			bad = append(bad, fault.Field{Name: "begins", Key: "roster.taken"})
		case o.Person == in.Person || o.Deputy == in.Person:
			bad = append(bad, fault.Field{Name: "person", Key: "roster.elsewhere", Args: []any{at}})
		case in.Deputy != 0 && (o.Person == in.Deputy || o.Deputy == in.Deputy):
			bad = append(bad, fault.Field{Name: "deputy", Key: "roster.elsewhere", Args: []any{at}})
		}
		if len(bad) > 0 {
			break
		}
	}
	return bad, nil
}

// Publish lets everybody see a month; whoever publishes has not written it.
func (s *Rosters) Publish(ctx context.Context, province int, id int64) (err error) {
	defer fault.Wrap(&err, "roster.Publish(%d)", id)
	a := account.From(ctx)
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		x, err := rosterByID(tx, province, id)
		if err != nil {
			return err
		}
		if err := may(a, x, Publishing); err != nil {
			return err
		}
		if a.Is(x.Author) || a.Is(x.AuthorFor) {
			return fault.Say(fault.Forbidden, "roster.own")
		}
		slots, err := slotsOf(tx, province, id)
		if err != nil {
			return err
		}
		if len(slots) == 0 || x.State == published {
			return fault.Say(fault.Conflict, "roster.not_now")
		}
		if err := publish(tx, x, a); err != nil {
			return err
		}
		x.State = published
		return s.changed(tx, x, "publish")
	})
}

// Cancel takes a slot off: one of a draft is gone, one the public has seen stays
// with the reason.
func (s *Rosters) Cancel(ctx context.Context, province int, slot int64, reason string) (roster int64, err error) {
	defer fault.Wrap(&err, "roster.Cancel(%d)", slot)
	reason = strings.TrimSpace(reason)
	err = s.onSlot(ctx, province, slot, Writing, "cancel", func(tx *db.Tx, x *Roster, y *Slot) error {
		roster = x.ID
		if x.State == draft {
			return dropSlot(tx, y)
		}
		if n := utf8.RuneCountInString(reason); n < 4 || n > maxReason {
			return fault.Fields(fault.Field{Name: "reason", Key: "roster.need_reason", Args: []any{maxReason}})
		}
		y.State, y.Reason, y.Changed = cancelled, reason, tx.Now
		return updateSlot(tx, y)
	})
	return roster, err
}

func (s *Rosters) onSlot(ctx context.Context, province int, slot int64, verb, act string, f func(tx *db.Tx, x *Roster, y *Slot) error) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		y, err := slotByID(tx, province, slot)
		if err != nil {
			return err
		}
		x, err := rosterByID(tx, province, y.Roster)
		if err != nil {
			return err
		}
		if err := may(account.From(ctx), x, verb); err != nil {
			return err
		}
		if err := f(tx, x, y); err != nil {
			return err
		}
		return s.changed(tx, x, act)
	})
}

// Record is what the office notes after a slot.
type Record struct {
	Held    bool
	Calls   int
	Note    string
	Matters []string // their numbers
}

// Keep writes the record of a slot once it has begun.
func (s *Rosters) Keep(ctx context.Context, province int, slot int64, in Record) (roster int64, err error) {
	defer fault.Wrap(&err, "roster.Keep(%d)", slot)
	in.Note = strings.TrimSpace(in.Note)
	err = s.onSlot(ctx, province, slot, Writing, "record", func(tx *db.Tx, x *Roster, y *Slot) error {
		roster = x.ID
		switch {
		case x.State != published || y.State != planned || tx.Now.Before(y.Begins):
			return fault.Say(fault.Conflict, "roster.not_now")
		case in.Calls < 0 || in.Calls > 999 || in.Calls > 0 && !in.Held:
			return fault.Fields(fault.Field{Name: "calls", Key: "roster.bad_calls"})
		case utf8.RuneCountInString(in.Note) > maxNote:
			return fault.Fields(fault.Field{Name: "note", Key: "roster.long_note", Args: []any{maxNote}})
		case len(in.Matters) > 50:
			return fault.Fields(fault.Field{Name: "matters", Key: "roster.many_matters"})
		}
		y.Held, y.Calls, y.Note = in.Held, in.Calls, in.Note
		if err := setMatters(tx, y, in.Matters); err != nil {
			return err
		}
		return updateSlot(tx, y)
	})
	return roster, err
}

// Duty is the leader a call for a leader goes to.
type Duty struct {
	Slot        int64
	Until       time.Time
	Person      int64 // whose seat rings when Place is desk
	Place       string
	Phone       string // never logged
	Deputy      int64  // 0: nobody stands in
	DeputyPhone string
	Fallback    string // the line's duty phone; "" when there is none
}

// OnDuty is who of the leaders is at a line at a time; ok is false when nobody
// is. Only published slots count: what the public was not told rings nobody.
func (s *Rosters) OnDuty(ctx context.Context, line hotline.Ref, at time.Time) (d Duty, ok bool, err error) {
	defer fault.Wrap(&err, "roster.OnDuty")
	var found []Slot
	if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		found, err = slotAt(tx, line, at)
		return err
	}); err != nil || len(found) == 0 {
		return Duty{}, false, err
	}
	x := found[0]
	d = Duty{Slot: x.ID, Until: x.Ends, Person: x.Person, Place: x.Place, Deputy: x.Deputy}
	if d.Phone, err = s.number(x.phone, x.ID, "phone"); err != nil {
		return Duty{}, false, err
	}
	if d.DeputyPhone, err = s.number(x.deputyPhone, x.ID, "deputy"); err != nil {
		return Duty{}, false, err
	}
	if s.Line != nil {
		l, err := s.Line(ctx, line)
		if err != nil {
			return Duty{}, false, err
		}
		d.Fallback = l.Fallback
	}
	return d, true, nil
}

func (s *Rosters) number(sealed []byte, id int64, column string) (string, error) {
	if sealed == nil {
		return "", nil
	}
	b, err := s.Keys.Open(phonePurpose, placeOf(id, column), sealed)
	return string(b), err
}
