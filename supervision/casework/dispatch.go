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

// Hop is one step of a matter through the tree: to a lead (主办) or a co-handler (协办).
type Hop struct {
	ID           int64
	N            int // which dispatch of the matter
	From         int64
	Unit         int64
	Region       agency.Code
	Lead         bool
	SentAt       time.Time
	SentBy       int64
	SignBy       time.Time
	SignedAt     time.Time
	SignedBy     int64
	EndedAt      time.Time
	Outcome      string // passed_on objected recalled done
	Contribution string // what a co-handler brought

	contribution []byte
}

func hopsOf(tx *db.Tx, m *Matter) ([]Hop, error) {
	return db.List(tx, func(r *db.Rows, h *Hop) error {
		return r.Scan(&h.ID, &h.N, &h.From, &h.Unit, &h.Region, &h.Lead, db.OrZero(&h.SentAt), db.OrZero(&h.SentBy), db.OrZero(&h.SignBy), db.OrZero(&h.SignedAt), db.OrZero(&h.SignedBy), db.OrZero(&h.EndedAt), &h.Outcome, &h.contribution)
	}, "select id, n, from_unit, unit, region, lead, sent_at, sent_by, sign_by, signed_at, signed_by, ended_at, outcome, contribution from casework_hop where province = $1 and matter = $2 order by id limit 500", m.Province, m.ID)
}

// maxHops bounds how often one matter is passed on: a chain longer than the
// tree is deep, twice over, is a matter nobody wants.
const maxHops = 24

// maxCo bounds how many units help with one matter.
const maxCo = 10

// Dispatch passes a matter down the tree: to a lead, and others who help. The
// outer clock goes on.
func (c *Casework) Dispatch(ctx context.Context, province int, id, lead int64, co []int64, note string) (err error) {
	defer fault.Wrap(&err, "casework.Dispatch(%d)", id)
	return c.DB.Write(ctx, func(tx *db.Tx) error { return c.dispatchIn(tx, province, id, lead, co, note) })
}

func (c *Casework) dispatchIn(tx *db.Tx, province int, id, lead int64, co []int64, note string) error {
	note = strings.TrimSpace(note)
	k := checker{}
	k.length("note", note, 0, maxNote)
	k.when(len(co) > maxCo, "co", "casework.co_many", maxCo)
	if err := k.err(); err != nil {
		return err
	}
	return c.actIn(tx, province, id, "dispatch", func(tx *db.Tx, s *step) error {
		units, err := c.receivers(tx, s.m, lead, co)
		if err != nil {
			return err
		}
		if s.m.Hops >= maxHops {
			return fault.Say(fault.Conflict, "casework.hops_many")
		}
		if err := c.endHops(tx, s.m, "passed_on"); err != nil {
			return err
		}
		from := s.m.Holder
		s.m.Holder, s.m.HolderRegion, s.m.Handler, s.m.Section = units[0].ID, units[0].Division, 0, ""
		s.m.Hops++
		if err := c.move(tx, s, Event{Kind: evSent, Ref: units[0].ID, N: s.m.Hops, Unit: from}, note, true); err != nil {
			return err
		}
		for i, u := range units {
			if err := insertHop(tx, s.m, Hop{N: s.m.Hops, From: from, Unit: u.ID, Region: u.Division, Lead: i == 0, SentBy: s.a.Person, SignBy: s.m.StepDue}); err != nil {
				return err
			}
		}
		return nil
	})
}

// receivers are the units a matter goes to, the lead first: below the unit that
// has it, working, and not the one it complains of.
func (c *Casework) receivers(tx *db.Tx, m *Matter, lead int64, co []int64) (out []agency.Agency, err error) {
	k := checker{}
	for i, id := range append([]int64{lead}, co...) {
		field := "co"
		if i == 0 {
			field = "lead"
		}
		u, err := agency.Find(tx, id)
		if fault.Is(err, fault.NotFound) {
			k.when(true, field, "casework.need_unit")
			continue
		}
		if err != nil {
			return nil, err
		}
		below, err := agency.InSubtree(tx, m.Holder, u.ID)
		if err != nil {
			return nil, err
		}
		k.when(u.State != agency.Active, field, "casework.unit_closed")
		k.when(!below || u.ID == m.Holder || u.Province() != m.Province && m.Province != 0, field, "casework.not_below")
		k.when(m.Hidden && u.ID == m.About, field, "casework.about_itself")
		k.when(slices.ContainsFunc(out, func(x agency.Agency) bool { return x.ID == u.ID }), field, "casework.twice")
		out = append(out, u)
	}
	return out, k.err()
}

func insertHop(tx *db.Tx, m *Matter, h Hop) error {
	_, err := tx.Exec(`insert into casework_hop (province, matter, id, n, from_unit, unit, region, lead, sent_at, sent_by, sign_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		m.Province, m.ID, tx.ID(m.Province), h.N, h.From, h.Unit, h.Region, h.Lead, clock.Millis(tx.Now), db.OrNull(h.SentBy), clock.Millis(h.SignBy))
	return err
}

// endHops ends what is open of a matter's hops.
func (c *Casework) endHops(tx *db.Tx, m *Matter, outcome string) error {
	_, err := tx.Exec("update casework_hop set ended_at = $3, outcome = $4 where province = $1 and matter = $2 and ended_at is null", m.Province, m.ID, clock.Millis(tx.Now), outcome)
	return err
}

// Sign takes over what was dispatched: 签收. A co-handler signs for his own part.
func (c *Casework) Sign(ctx context.Context, province int, id int64) (err error) {
	defer fault.Wrap(&err, "casework.Sign(%d)", id)
	return c.act(ctx, province, id, "sign", func(tx *db.Tx, s *step) error {
		if err := signHop(tx, s.m, s.m.Holder, s.a.Person); err != nil {
			return err
		}
		return c.move(tx, s, Event{Kind: evSigned}, "", true)
	})
}

func signHop(tx *db.Tx, m *Matter, unit, person int64) error {
	_, err := tx.Exec("update casework_hop set signed_at = $4, signed_by = $5 where province = $1 and matter = $2 and unit = $3 and ended_at is null and signed_at is null", m.Province, m.ID, unit, clock.Millis(tx.Now), person)
	return err
}

// Take handles a matter in the unit that answers for it, without a hop.
func (c *Casework) Take(ctx context.Context, province int, id int64) (err error) {
	defer fault.Wrap(&err, "casework.Take(%d)", id)
	return c.act(ctx, province, id, "take", func(tx *db.Tx, s *step) error {
		s.m.Handler = s.a.Person
		return c.move(tx, s, Event{Kind: evSigned}, "", true)
	})
}

// Object says why a dispatch is wrong; whoever sent it, or a superior of both,
// rules. The outer clock goes on meanwhile.
func (c *Casework) Object(ctx context.Context, province int, id int64, reason, text string) (err error) {
	defer fault.Wrap(&err, "casework.Object(%d)", id)
	text = strings.TrimSpace(text)
	k := checker{}
	k.code("reason", reason, c.Norm.Casework.Objections)
	k.length("explain", text, 4, maxNote)
	if err := k.err(); err != nil {
		return err
	}
	return c.act(ctx, province, id, "object", func(tx *db.Tx, s *step) error {
		return c.move(tx, s, Event{Kind: evObjected, Code: reason}, text, false)
	})
}

// Rule decides on an objection: upheld, the matter goes back to whoever sent it;
// overruled, it is to be signed for. A unit never rules on its own objection.
func (c *Casework) Rule(ctx context.Context, province int, id int64, upheld bool, text string) (err error) {
	defer fault.Wrap(&err, "casework.Rule(%d)", id)
	text = strings.TrimSpace(text)
	k := checker{}
	k.length("explain", text, 4, maxNote)
	if err := k.err(); err != nil {
		return err
	}
	verb := "overrule"
	if upheld {
		verb = "uphold"
	}
	return c.DB.Write(ctx, func(tx *db.Tx) error {
		m, a, err := c.reach(tx, province, id)
		if err != nil {
			return err
		}
		rule, err := Flow.Next(m.State, verb)
		if err != nil {
			return err
		}
		from, err := sender(tx, m)
		if err != nil {
			return err
		}
		if ok, err := rules(tx, a, m, from); err != nil || !ok {
			if err != nil {
				return err
			}
			return fault.Say(fault.Forbidden, "casework.no_ruling")
		}
		s := &step{m: m, before: *m, a: a, verb: verb, to: rule.To, unit: a.Behalf().Agency}
		if !upheld {
			return c.move(tx, s, Event{Kind: evOverruled}, text, true)
		}
		if err := c.endHops(tx, m, "objected"); err != nil {
			return err
		}
		m.Holder, m.HolderRegion, m.Handler = from.ID, from.Division, 0
		return c.move(tx, s, Event{Kind: evUpheld}, text, true)
	})
}

// sender is the unit the last dispatch came from.
func sender(tx *db.Tx, m *Matter) (agency.Agency, error) {
	hops, err := hopsOf(tx, m)
	if err != nil {
		return agency.Agency{}, err
	}
	for _, h := range slices.Backward(hops) {
		if h.Lead && h.Unit == m.Holder {
			return agency.Find(tx, h.From)
		}
	}
	return agency.Find(tx, m.Agency)
}

// rules answers whether the person acting may rule on an objection against a
// dispatch from a unit: at that unit or above it, and not at the one that objects.
func rules(tx *db.Tx, a *account.Actor, m *Matter, from agency.Agency) (bool, error) {
	above, err := agency.Superiors(tx, from.ID)
	if err != nil {
		return false, err
	}
	units, err := memberOf(tx, a)
	if err != nil || slices.Contains(units, m.Holder) && !slices.Contains(units, from.ID) {
		return false, err
	}
	for _, u := range append([]agency.Agency{from}, above...) {
		if u.ID != m.Holder && a.May(Accepting, account.Target{Agency: u.ID, Division: int64(u.Division)}) {
			return true, nil
		}
	}
	return false, nil
}

// Recall takes back what was dispatched, to whoever sent it.
func (c *Casework) Recall(ctx context.Context, province int, id int64, text string) (err error) {
	defer fault.Wrap(&err, "casework.Recall(%d)", id)
	text = strings.TrimSpace(text)
	k := checker{}
	k.length("explain", text, 4, maxNote)
	if err := k.err(); err != nil {
		return err
	}
	return c.act(ctx, province, id, "recall", func(tx *db.Tx, s *step) error {
		if s.m.Holder == s.m.Agency {
			return fault.Say(fault.Conflict, "casework.nothing_to_recall")
		}
		from, err := sender(tx, s.m)
		if err != nil {
			return err
		}
		if !s.a.May(Accepting, account.Target{Agency: from.ID, Division: int64(from.Division)}) {
			return fault.Say(fault.Forbidden, "casework.no_grant_accept")
		}
		if err := c.endHops(tx, s.m, "recalled"); err != nil {
			return err
		}
		s.m.Holder, s.m.HolderRegion, s.m.Handler = from.ID, from.Division, 0
		return c.move(tx, s, Event{Kind: evRecalled}, text, true)
	})
}

// Contribute is what a unit that helps brings to the matter; signing for it is part of it.
func (c *Casework) Contribute(ctx context.Context, province int, id int64, text string) (err error) {
	defer fault.Wrap(&err, "casework.Contribute(%d)", id)
	text = strings.TrimSpace(text)
	k := checker{}
	k.length("contribution", text, 4, maxNote)
	if err := k.err(); err != nil {
		return err
	}
	return c.act(ctx, province, id, "contribute", func(tx *db.Tx, s *step) error {
		hops, err := hopsOf(tx, s.m)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(hops, func(h Hop) bool {
			return !h.Lead && h.EndedAt.IsZero() && s.a.May(Handling, account.Target{Agency: h.Unit, Division: int64(h.Region)})
		})
		if i < 0 {
			return fault.Say(fault.Forbidden, "casework.not_co")
		}
		h := hops[i]
		if err := signHop(tx, s.m, h.Unit, s.a.Person); err != nil {
			return err
		}
		if _, err := tx.Exec("update casework_hop set contribution = $4 where province = $1 and matter = $2 and id = $3", s.m.Province, s.m.ID, h.ID, c.Keys.Seal(purposeNote, placeOf(h.ID), []byte(text))); err != nil {
			return err
		}
		return c.move(tx, s, Event{Kind: "contribute", Unit: h.Unit}, "", false)
	})
}
