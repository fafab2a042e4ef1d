package casework

import (
	"cmp"
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

// The views of the worklist.
const (
	Mine    = "mine"    // handled by the person acting
	Unit    = "unit"    // a unit has it that he works for
	Waiting = "waiting" // his unit answers for it, another has it
	Late    = "late"    // overdue, of all he may see
	All     = "all"     // all he may see, below his units too
	Done    = "done"    // closed or merged
)

// Views lists them.
var Views = []string{Mine, Unit, Waiting, Late, All, Done}

// Filter narrows a listing of matters.
type Filter struct {
	View    string
	Agency  int64 // of one unit
	Handler int64
	States  []string
	Type    string
	Topic   string
	Class   string
	Channel string
	Level   int    // warned at least so far
	Text    string // of the masked subject, or a number
	Common  int64
	After   Key
	Limit   int
}

// Key is where a page of a listing ends: by due moment, then by id; of what is
// done by the moment it was closed, newest first.
type Key struct {
	At int64
	ID int64
}

// dueKey is what the indexes of the open are over.
const dueKey = "coalesce(m.due_at, m.step_due, 9223372036854775807)"

const isOpen = "m.state not in ('closed', 'merged')"

// Key is the place of a matter in a listing of the open.
func (m *Matter) Key() Key {
	for _, t := range []time.Time{m.DueAt, m.StepDue} {
		if !t.IsZero() {
			return Key{clock.Millis(t), m.ID}
		}
	}
	return Key{1<<63 - 1, m.ID}
}

// DoneKey is the place of a matter in a listing of what is done.
func (m *Matter) DoneKey() Key {
	if m.ClosedAt.IsZero() {
		return Key{0, m.ID}
	}
	return Key{clock.Millis(m.ClosedAt), m.ID}
}

// List lists matters the person acting may see, by what is due first.
func (c *Casework) List(ctx context.Context, f Filter) (out []Matter, err error) {
	defer fault.Wrap(&err, "casework.List(%s)", f.View)
	f.Limit = min(max(f.Limit, 1), 100)
	err = c.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = c.list(tx, account.From(ctx), f)
		return err
	})
	return out, err
}

func (c *Casework) list(tx *db.Tx, a *account.Actor, f Filter) (out []Matter, err error) {
	if a == nil {
		return nil, account.ErrNobody
	}
	units, err := memberOf(tx, a)
	if err != nil {
		return nil, err
	}
	for _, r := range wheres(a, units, f) {
		hide(&r.Where, a, units)
		if err := f.seek(tx, r); err != nil {
			return nil, err
		}
		f.narrow(r, tx.Now)
		rows, err := listMatters(tx, r, f)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	slices.SortFunc(out, f.order)
	out = slices.CompactFunc(out, func(a, b Matter) bool { return a.ID == b.ID })
	return out[:min(len(out), f.Limit)], nil
}

func (f Filter) order(a, b Matter) int {
	if f.View == Done {
		x, y := a.DoneKey(), b.DoneKey()
		return cmp.Or(cmp.Compare(y.At, x.At), cmp.Compare(y.ID, x.ID))
	}
	x, y := a.Key(), b.Key()
	return cmp.Or(cmp.Compare(x.At, y.At), cmp.Compare(x.ID, y.ID))
}

// wheres are the ranges a view asks, one by one, since an index answers one
// range in the order of the list.
func wheres(a *account.Actor, units []int64, f Filter) (out []*reach) {
	add := func() *reach {
		w := &reach{}
		out = append(out, w)
		return w
	}
	switch f.View {
	case Mine:
		for _, p := range a.Persons() {
			add().And("m.handler = ?", p)
		}
	case Unit:
		for _, u := range some(units) {
			if mayAt(a, u) {
				add().And("m.holder = ?", u)
				add().And("m.id in (select h.matter from casework_hop h where h.unit = ? and h.ended_at is null and not h.lead)", u)
			}
		}
	case Waiting:
		for _, u := range some(units) {
			if mayAt(a, u) {
				add().And("m.agency = ?", u).And("m.holder <> m.agency")
				add().And("m.id in (select h.matter from casework_hop h where h.from_unit = ? and h.ended_at is null and h.lead)", u)
			}
		}
	default:
		for _, r := range scopes(a) {
			w := add()
			if r.Agency != 0 {
				w.And("m.agency = ?", r.Agency)
				w.ofUnit(r)
				w = add()
				w.And("m.holder = ?", r.Agency)
				w.ofUnit(r)
				continue
			}
			if code, ok := (agency.Scope{Lo: agency.Code(r.Lo), Hi: agency.Code(r.Hi)}).Division(); ok {
				agency.WithinAs(&w.Where, "m.", code)
				w.at(code, r.Lo, r.Hi)
			}
			w.And("m.region between ? and ?", r.Lo, r.Hi)
		}
	}
	return out
}

// mayAt answers whether any verb of the room is held for exactly this unit or
// more: a member without a grant has no worklist.
func mayAt(a *account.Actor, unit int64) bool {
	return slices.ContainsFunc(scopes(a), func(r account.Range) bool { return r.Agency == 0 || r.Agency == unit })
}

// scopes are the ranges of all verbs of the room, each once.
func scopes(a *account.Actor) (out []account.Range) {
	for _, v := range Verbs() {
		for _, r := range a.Scope(v) {
			if !slices.ContainsFunc(out, func(o account.Range) bool { return o.Covers(r) }) {
				out = append(slices.DeleteFunc(out, r.Covers), r)
			}
		}
	}
	return out
}

// hide leaves out what the person acting may not know of.
func hide(w *db.Where, a *account.Actor, units []int64) {
	if len(units) > 0 {
		marks, args := strings.Repeat("?, ", len(units)-1)+"?", make([]any, len(units))
		for i, u := range units {
			args[i] = u
		}
		w.And("not (m.hidden and m.about is not null and m.about in ("+marks+"))", args...)
	}
	for _, p := range a.Persons() {
		w.And("not exists (select 1 from casework_recusal x where x.province = m.province and x.matter = m.id and x.person = ?)", p)
	}
}

func (f Filter) narrow(r *reach, now time.Time) {
	w, key := &r.Where, f.key(r)
	if f.View == Done {
		w.And("m.state in ('closed', 'merged')")
	} else {
		w.And(isOpen)
	}
	if f.View == Late {
		w.And(key+" <= ?", clock.Millis(now)).And("m.state not in ('callback', 'supplementing')")
	}
	if len(f.States) > 0 {
		db.In(w, "m.state || ''", f.States) // an expression: the list's own index is the one to take
	}
	w.If(f.Agency != 0, "m.holder + 0 = ?", f.Agency).If(f.Handler != 0, "m.handler = ?", f.Handler).If(f.Type != "", "m.type = ?", f.Type).If(f.Topic != "", "m.topic || '' = ?", f.Topic).If(f.Class != "", "m.class = ?", f.Class)
	w.If(f.Channel != "", "m.channel = ?", f.Channel).If(f.Common != 0, "m.common = ?", f.Common).If(f.Level > 0, "(m.warned >= ? or m.step_warned >= ?)", f.Level, f.Level)
	if f.Text != "" {
		w.And("(m.number = ? or m.outside = ? or m.subject like ? escape '!')", strings.ReplaceAll(f.Text, " ", ""), f.Text, "%"+strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(f.Text)+"%")
	}
	switch {
	case f.After == Key{}:
	case f.View == Done:
		w.And("("+key+" < ? or "+key+" = ? and m.id < ?)", f.After.At, f.After.At, f.After.ID)
	default:
		w.And("("+key+" > ? or "+key+" = ? and m.id > ?)", f.After.At, f.After.At, f.After.ID)
	}
}

// key is what a list is in the order of. Of what was sought out by its words it
// is a sum, which keeps an engine from walking in the order of an index.
func (f Filter) key(r *reach) string {
	key := dueKey
	if f.View == Done {
		key = "m.closed_at"
	}
	if r.sought {
		key += " + 0"
	}
	return key
}

// listMatters reads a page in the order of an index, or of what was sought out.
func listMatters(tx *db.Tx, r *reach, f Filter) ([]Matter, error) {
	way := ""
	if f.View == Done {
		way = " desc"
	}
	order := " order by " + f.key(r) + way + ", m.id" + way
	limit := r.Next(f.Limit)
	cond, args := r.SQL()
	if r.sought { // the ids first: whole rows are long to sort
		cond = " where m.province = " + r.Next(r.province) + " and m.id in (select m.id from casework m" + cond + order + " limit " + limit + ")"
		args = r.Args()
	}
	return db.List(tx, scanMatter, "select "+matterCols+" from casework m"+cond+order+" limit "+limit, args...)
}

// Counts are how many open matters each view has, up to a bound; the desk shows
// "99+" beyond it.
func (c *Casework) Counts(ctx context.Context, most int) (out map[string]int, err error) {
	defer fault.Wrap(&err, "casework.Counts")
	out = map[string]int{}
	err = c.DB.Read(ctx, func(tx *db.Tx) error {
		a := account.From(ctx)
		if a == nil {
			return account.ErrNobody
		}
		units, err := memberOf(tx, a)
		if err != nil {
			return err
		}
		for _, v := range []string{Mine, Unit, Waiting, Late} {
			if out[v], err = count(tx, a, units, Filter{View: v, Limit: most}); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// Errors counts the reports of errors in published items within a division that
// have no answer, and those of them that came before a moment.
func Errors(tx *db.Tx, c agency.Code, before time.Time) (waiting, old int64, err error) {
	w := (&db.Where{}).And("m.type = 'error' and m.replied_at is null and m.state not in ('closed', 'merged')")
	agency.WithinAs(w, "m.", c)
	cond, _ := w.SQL()
	at := w.Next(clock.Millis(before))
	err = tx.Row("select count(*), coalesce(sum(case when m.filed_at < "+at+" then 1 else 0 end), 0) from casework m"+cond, w.Args()...).Scan(&waiting, &old)
	return waiting, old, err
}

// count is how many a view has, up to its limit. It reads the ids alone, by the
// index the view is listed by.
func count(tx *db.Tx, a *account.Actor, units []int64, f Filter) (int, error) {
	seen := map[int64]bool{}
	for _, r := range wheres(a, units, f) {
		hide(&r.Where, a, units)
		f.narrow(r, tx.Now)
		limit := r.Next(f.Limit)
		cond, args := r.SQL()
		ids, err := db.List(tx, db.One[int64], "select m.id from casework m"+cond+" order by "+dueKey+", m.id limit "+limit, args...)
		if err != nil {
			return 0, err
		}
		for _, id := range ids {
			seen[id] = true
		}
	}
	return min(len(seen), f.Limit), nil
}
