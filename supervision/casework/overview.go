package casework

import (
	"context"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/norm"
)

// perPerson bounds how many other matters of one person are shown.
const perPerson = 20

// SamePerson lists other matters of whoever brought one, recognised by a keyed
// hash and never named, as far as the person acting may read them.
func (c *Casework) SamePerson(ctx context.Context, province int, id int64) (out []Matter, err error) {
	defer fault.Wrap(&err, "casework.SamePerson(%d)", id)
	err = c.DB.Read(ctx, func(tx *db.Tx) error {
		m, err := matterByID(tx, province, id)
		if err != nil {
			return err
		}
		a := account.From(ctx)
		if err := mayRead(tx, a, m); err != nil || len(m.who) == 0 {
			return err
		}
		rows, err := db.List(tx, scanMatter, "select "+matterCols+" from casework m where m.province = $1 and m.who = $2 and m.id <> $3 order by m.id desc limit $4", province, m.who, m.ID, perPerson)
		if err != nil {
			return err
		}
		out, err = readable(tx, a, rows)
		return err
	})
	return out, err
}

// readable leaves out what the person acting may not read.
func readable(tx *db.Tx, a *account.Actor, rows []Matter) (out []Matter, err error) {
	for i := range rows {
		err := mayRead(tx, a, &rows[i])
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, rows[i])
	}
	return out, nil
}

// Near is what lies around a matter: those a remedy or a merger ties to it, as
// far as the person acting may read them.
func (c *Casework) Near(ctx context.Context, m *Matter) (out []Matter, err error) {
	defer fault.Wrap(&err, "casework.Near(%d)", m.ID)
	err = c.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := db.List(tx, scanMatter, "select "+matterCols+" from casework m where m.province = $1 and (m.id in ($2, $3) or m.remedy_of = $4) order by m.id limit 20", m.Province, m.RemedyOf, m.MergedInto, m.ID)
		if err != nil {
			return err
		}
		out, err = readable(tx, account.From(ctx), rows)
		return err
	})
	return out, err
}

// AlikeTo suggests open matters of a unit that may be about the same thing as
// what somebody is about to tell.
func (c *Casework) AlikeTo(ctx context.Context, unit int64, topic, text string) (out []Like, err error) {
	defer fault.Wrap(&err, "casework.AlikeTo(%d)", unit)
	err = c.DB.Read(ctx, func(tx *db.Tx) error {
		u, a, err := c.officer(tx, unit, "")
		if err != nil {
			return err
		}
		if topic == "" {
			topic = c.SuggestTopic(text)
		}
		out, err = c.alike(tx, &Matter{Province: u.Province(), Agency: u.ID, Topic: topic}, text, a)
		return err
	})
	return out, err
}

// Gathered tells how many were merged into each of a list of matters, so that a
// list can say 件次 beside 件.
func Gathered(tx *db.Tx, ms []Matter) (out map[int64]int, err error) {
	out = map[int64]int{}
	ids := map[int][]any{}
	for i := range ms {
		ids[ms[i].Province] = append(ids[ms[i].Province], ms[i].ID)
	}
	for province, list := range ids {
		marks := make([]string, len(list))
		for i := range list {
			marks[i] = "$" + strconv.Itoa(i+2)
		}
		type row struct {
			id int64
			n  int
		}
		rows, err := db.List(tx, func(r *db.Rows, x *row) error { return r.Scan(&x.id, &x.n) },
			"select merged_into, count(*) from casework where province = $1 and merged_into in ("+strings.Join(marks, ", ")+") group by merged_into order by merged_into", append([]any{province}, list...)...)
		if err != nil {
			return nil, err
		}
		for _, x := range rows {
			out[x.id] = x.n
		}
	}
	return out, nil
}

// Load is how much one handler of one unit has before him.
type Load struct {
	Unit    int64
	Handler int64 // 0: nobody yet
	Open    int
	Week    int // due within seven days
	Late    int
	Oldest  time.Time // when the oldest came in
}

// Loads counts what is open at each unit the person acting leads, by handler.
// What he may not know of is left out.
func (c *Casework) Loads(ctx context.Context) (out []Load, err error) {
	defer fault.Wrap(&err, "casework.Loads")
	a := account.From(ctx)
	if a == nil {
		return nil, account.ErrNobody
	}
	err = c.DB.Read(ctx, func(tx *db.Tx) error {
		units, err := memberOf(tx, a)
		if err != nil {
			return err
		}
		w := &db.Where{}
		now, week := w.Next(clock.Millis(tx.Now)), w.Next(clock.Millis(tx.Now.AddDate(0, 0, 7)))
		account.In(w, leads(a), "m.holder", "m.holder_region")
		w.And(isOpen)
		hide(w, a, units)
		cond, args := w.SQL()
		out, err = db.List(tx, func(r *db.Rows, x *Load) error {
			return r.Scan(&x.Unit, db.OrZero(&x.Handler), &x.Open, &x.Week, &x.Late, db.OrZero(&x.Oldest))
		}, "select m.holder, m.handler, count(*), count(case when "+dueKey+" > "+now+" and "+dueKey+" <= "+week+" then 1 end), count(case when "+dueKey+" <= "+now+" and m.state not in ('callback', 'supplementing') then 1 end), min(m.filed_at) from casework m"+cond+
			" group by m.holder, m.handler order by m.holder, m.handler limit 2000", args...)
		return err
	})
	return out, err
}

// leads are the ranges in which somebody divides the work of others.
func leads(a *account.Actor) (out []account.Range) {
	for _, v := range []string{Accepting, Reviewing, Overseeing} {
		for _, r := range a.Scope(v) {
			if !slices.ContainsFunc(out, func(o account.Range) bool { return o.Covers(r) }) {
				out = append(out, r)
			}
		}
	}
	return out
}

// Stamp changes when something changes that the person acting sees: his lists,
// or, with an id, one matter. It tells nothing else.
func (c *Casework) Stamp(ctx context.Context, province int, id int64) (_ uint64, err error) {
	defer fault.Wrap(&err, "casework.Stamp(%d)", id)
	h := fnv.New64a()
	put := func(n ...int64) {
		for _, x := range n {
			_, _ = h.Write(strconv.AppendInt(nil, x, 10))
			_, _ = h.Write([]byte{'|'})
		}
	}
	err = c.DB.Read(ctx, func(tx *db.Tx) error {
		a := account.From(ctx)
		if id != 0 {
			m, err := matterByID(tx, province, id)
			if err != nil {
				return err
			}
			if err := mayRead(tx, a, m); err != nil {
				return err
			}
			last := int64(0)
			err = tx.Row("select coalesce(max(id), 0) from casework_event where province = $1 and matter = $2", province, id).Scan(&last)
			put(last)
			return err
		}
		for _, v := range []string{Mine, Unit, Waiting} {
			rows, err := c.list(tx, a, Filter{View: v, Limit: 100})
			if err != nil {
				return err
			}
			for i := range rows {
				m := &rows[i]
				put(m.ID, m.Holder, m.Handler, int64(m.Level()), m.Key().At)
				_, _ = h.Write([]byte(m.State))
			}
		}
		return nil
	})
	return h.Sum64(), err
}

// Archive gives a closed matter whole, contact included, for its package 归档;
// the person sees that it was read.
func (c *Casework) Archive(ctx context.Context, province int, id int64, reason string) (k *Case, who Contact, err error) {
	defer fault.Wrap(&err, "casework.Archive(%d)", id)
	reason = strings.TrimSpace(reason)
	ck := checker{}
	ck.length("reason", reason, 4, maxLine)
	if err := ck.err(); err != nil {
		return nil, who, err
	}
	err = c.DB.Write(ctx, func(tx *db.Tx) error {
		m, a, err := c.reach(tx, province, id, Registering, Handling)
		if err != nil {
			return err
		}
		if m.State != Closed || m.Destroyed {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		if k, err = c.caseOf(tx, m); err != nil {
			return err
		}
		if who, err = c.contactOf(m); err != nil {
			return err
		}
		before := *m
		m.ArchivedAt = tx.Now
		if err := c.note(tx, m, Event{Kind: "opened", Unit: a.Behalf().Agency}, a, reason, true); err != nil {
			return err
		}
		return c.record(tx, &before, m, Event{Kind: "archive", Unit: a.Behalf().Agency}, a, "", false, "archive")
	})
	return k, who, err
}

// ClockOf is the norm's entry for one of a matter's clocks.
func (c *Casework) ClockOf(m *Matter, clock string) norm.CaseClock {
	return c.Norm.Casework.Clock(clock, m.Type, m.Class, m.Stage, levelName(m.Region))
}

// maxBelow bounds the list a unit is chosen from.
const maxBelow = 200

// Below lists the active units below one, the nearest first: to whom a matter
// can be dispatched.
func Below(tx *db.Tx, unit int64) (out []agency.Agency, err error) {
	for at := []int64{unit}; len(at) > 0 && len(out) < maxBelow; {
		var next []int64
		for _, u := range at {
			subs, err := agency.Subordinates(tx, u, 0, maxBelow-len(out))
			if err != nil {
				return nil, err
			}
			for _, s := range subs {
				out, next = append(out, s), append(next, s.ID)
			}
			if len(out) >= maxBelow {
				break
			}
		}
		at = next
	}
	return out, nil
}
