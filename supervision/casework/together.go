package casework

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// mergedInto are the matters merged into one, at most the first hundred.
func mergedInto(tx *db.Tx, m *Matter) ([]Matter, error) {
	return db.List(tx, scanMatter, "select "+matterCols+" from casework m where m.province = $1 and m.merged_into = $2 order by m.id limit 100", m.Province, m.ID)
}

// Merge makes a matter part of another about the same thing (并案). Both people
// hear the reply; both contacts count (件次), as one matter (件).
func (c *Casework) Merge(ctx context.Context, province int, id, into int64, reason string) (err error) {
	defer fault.Wrap(&err, "casework.Merge(%d)", id)
	reason = strings.TrimSpace(reason)
	k := checker{}
	k.length("reason", reason, 2, maxNote)
	k.when(into == id, "into", "casework.need_into")
	if err := k.err(); err != nil {
		return err
	}
	return c.act(ctx, province, id, "merge", func(tx *db.Tx, s *step) error {
		main, _, err := c.reach(tx, province, into, Accepting)
		if err != nil {
			return fault.Fields(fault.Field{Name: "into", Key: "casework.need_into"})
		}
		k.when(!main.Open() || main.Agency != s.m.Agency, "into", "casework.need_into")
		k.when(main.Hidden != s.m.Hidden || main.Hidden && main.About != s.m.About, "into", "casework.other_protection")
		with, err := mergedInto(tx, s.m)
		if err != nil {
			return err
		}
		k.when(len(with) > 0, "into", "casework.has_merged")
		if err := k.err(); err != nil {
			return err
		}
		s.m.Was, s.m.MergedInto = s.m.State, main.ID
		if err := c.endHops(tx, s.m, "done"); err != nil {
			return err
		}
		if err := c.move(tx, s, Event{Kind: "merge", Ref: main.ID}, reason, true); err != nil {
			return err
		}
		before := *main
		return c.record(tx, &before, main, Event{Kind: "merged_in", Ref: s.m.ID, Unit: s.unit}, s.a, "", false, "merge_in")
	})
}

// Unmerge takes a matter out again: it stands where it stood.
func (c *Casework) Unmerge(ctx context.Context, province int, id int64, reason string) (err error) {
	defer fault.Wrap(&err, "casework.Unmerge(%d)", id)
	reason = strings.TrimSpace(reason)
	k := checker{}
	k.length("reason", reason, 2, maxNote)
	if err := k.err(); err != nil {
		return err
	}
	return c.act(ctx, province, id, "unmerge", func(tx *db.Tx, s *step) error {
		s.to = s.m.Was
		if s.to == Dispatched || s.to == InHand && s.m.Holder != s.m.Agency { // its hops ended with the merger
			s.to = Accepted
			s.m.Holder, s.m.HolderRegion, s.m.Handler = s.m.Agency, s.m.Region, 0
		}
		s.m.MergedInto, s.m.Was = 0, ""
		return c.move(tx, s, Event{Kind: "unmerge"}, reason, true)
	})
}

// Like is a matter that may be about the same thing.
type Like struct {
	Matter
	Alike int // per cent of the pairs of characters they share
}

// Alike suggests open matters of the same unit about the same thing, most
// alike first; it never merges by itself.
func (c *Casework) Alike(ctx context.Context, province int, id int64) (out []Like, err error) {
	defer fault.Wrap(&err, "casework.Alike(%d)", id)
	err = c.DB.Read(ctx, func(tx *db.Tx) error {
		m, err := matterByID(tx, province, id)
		if err != nil {
			return err
		}
		a := account.From(ctx)
		if err := mayRead(tx, a, m); err != nil {
			return err
		}
		told, err := c.toldOf(m)
		if err != nil {
			return err
		}
		out, err = c.alike(tx, m, told.Subject+" "+told.Text, a)
		return err
	})
	return out, err
}

// perAlike is how many of the newest matters of a unit are compared.
const perAlike = 300

// alikeAt is how alike two matters must be to be suggested, in per cent.
const alikeAt = 35

func (c *Casework) alike(tx *db.Tx, m *Matter, text string, a *account.Actor) ([]Like, error) {
	rows, err := db.List(tx, scanMatter, "select "+matterCols+" from casework m where m.province = $1 and m.agency = $2 and m.topic = $3 and m.filed_at >= $4 and m.id <> $5 order by m.filed_at desc, m.id desc limit $6",
		m.Province, m.Agency, m.Topic, clock.Millis(tx.Now.AddDate(0, 0, -60)), m.ID, perAlike)
	if err != nil {
		return nil, err
	}
	own := pairs(text)
	var out []Like
	for _, x := range rows {
		if x.State == Merged || a != nil && mayRead(tx, a, &x) != nil {
			continue
		}
		told, err := c.toldOf(&x)
		if err != nil {
			return nil, err
		}
		score := shared(own, pairs(told.Subject+" "+told.Text))
		if len(x.who) > 0 && string(x.who) == string(m.who) {
			score += 20
		}
		if score >= alikeAt {
			out = append(out, Like{x, min(score, 100)})
		}
	}
	slices.SortStableFunc(out, func(a, b Like) int { return cmp.Compare(b.Alike, a.Alike) })
	return out[:min(len(out), 5)], nil
}

// pairs are the neighbouring characters of a text, letters and digits only.
func pairs(s string) map[[2]rune]bool {
	out := map[[2]rune]bool{}
	last := rune(0)
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			last = 0
			continue
		}
		r = unicode.ToLower(r)
		if last != 0 {
			out[[2]rune{last, r}] = true
		}
		last = r
	}
	return out
}

// shared is how much of the smaller of two sets the other holds, in per cent.
func shared(a, b map[[2]rune]bool) int {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) < 4 {
		return 0
	}
	n := 0
	for p := range a {
		if b[p] {
			n++
		}
	}
	return n * 100 / len(a)
}

// Common is a cause several matters share.
type Common struct {
	Province int
	ID       int64
	Agency   int64
	Title    string
	Note     string
	OpenedAt int64
	ClosedAt int64
	Matters  int
}

// OpenCommon begins a group of matters with one cause (共性问题).
func (c *Casework) OpenCommon(ctx context.Context, unit int64, title, note string) (id int64, err error) {
	defer fault.Wrap(&err, "casework.OpenCommon(%d)", unit)
	title, note = strings.TrimSpace(title), strings.TrimSpace(note)
	k := checker{}
	k.length("title", title, 4, MaxSubject)
	k.length("note", note, 0, maxNote)
	if err := k.err(); err != nil {
		return 0, err
	}
	err = c.DB.Write(ctx, func(tx *db.Tx) error {
		u, a, err := c.officer(tx, unit, Accepting)
		if err != nil {
			return err
		}
		id = tx.ID(u.Province())
		_, err = tx.Exec("insert into casework_common (province, id, agency, region, title, note, opened_by, opened_at) values ($1, $2, $3, $4, $5, $6, $7, $8)", u.Province(), id, u.ID, u.Division, title, note, a.Person, clock.Millis(tx.Now))
		return err
	})
	return id, err
}

// Group puts a matter into a group, or out of one with 0.
func (c *Casework) Group(ctx context.Context, province int, id, common int64) (err error) {
	defer fault.Wrap(&err, "casework.Group(%d)", id)
	return c.DB.Write(ctx, func(tx *db.Tx) error {
		m, a, err := c.reach(tx, province, id, Accepting)
		if err != nil {
			return err
		}
		if common != 0 {
			n := 0
			if err := tx.Row("select count(*) from casework_common where province = $1 and id = $2 and agency = $3", province, common, m.Agency).Scan(&n); err != nil {
				return err
			}
			if n == 0 {
				return fault.Fields(fault.Field{Name: "common", Key: "casework.need_common"})
			}
		}
		before := *m
		m.Common = common
		return c.record(tx, &before, m, Event{Kind: "group", Ref: common}, a, "", false, "group")
	})
}

// Commons lists the groups of a unit, newest first.
func (c *Casework) Commons(ctx context.Context, unit int64) (out []Common, err error) {
	defer fault.Wrap(&err, "casework.Commons(%d)", unit)
	err = c.DB.Read(ctx, func(tx *db.Tx) error {
		if _, _, err := c.officer(tx, unit, ""); err != nil {
			return err
		}
		out, err = db.List(tx, func(r *db.Rows, x *Common) error {
			return r.Scan(&x.Province, &x.ID, &x.Agency, &x.Title, &x.Note, &x.OpenedAt, db.OrZero(&x.ClosedAt), &x.Matters)
		}, `select g.province, g.id, g.agency, g.title, g.note, g.opened_at, g.closed_at, (select count(*) from casework m where m.province = g.province and m.common = g.id)
 from casework_common g where g.agency = $1 order by g.opened_at desc, g.id desc limit 200`, unit)
		return err
	})
	return out, err
}

// officer finds an agency for whoever may do verb there; "" is any verb of the room.
func (c *Casework) officer(tx *db.Tx, unit int64, verb string) (agency.Agency, *account.Actor, error) {
	u, err := agency.Find(tx, unit)
	if err != nil {
		return u, nil, err
	}
	a, t := account.From(tx.Ctx), account.Target{Agency: u.ID, Division: int64(u.Division)}
	switch {
	case a == nil || !mayOne(a, Verbs(), t):
		return u, nil, fault.Say(fault.NotFound, "fault.not_found")
	case verb != "" && !a.May(verb, t):
		return u, nil, fault.Say(fault.Forbidden, "casework.no_grant_"+strings.TrimPrefix(verb, "casework."))
	}
	return u, a, nil
}
