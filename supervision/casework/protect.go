package casework

import (
	"context"
	"slices"
	"strings"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// maxUnits bounds how many units one person is a member of.
const maxUnits = 50

// memberOf lists the units a person acting belongs to, his own and those of
// whoever he stands in for.
func memberOf(tx *db.Tx, a *account.Actor) (units []int64, err error) {
	today := clock.DateOf(tx.Now)
	for _, p := range a.Persons() {
		ms, err := agency.Memberships(tx, p, maxUnits)
		if err != nil {
			return nil, err
		}
		for _, x := range ms {
			if x.Current(today) {
				units = append(units, x.Agency)
			}
		}
	}
	for _, t := range []account.Target{a.Home, a.Behalf()} {
		if t.Agency != 0 {
			units = append(units, t.Agency)
		}
	}
	slices.Sort(units)
	return slices.Compact(units), nil
}

// barred answers whether the person acting may not know of a matter: he belongs
// to the unit it complains of, or keeps out of it.
func barred(tx *db.Tx, a *account.Actor, m *Matter) (bool, error) {
	if m.Hidden && m.About != 0 {
		units, err := memberOf(tx, a)
		if err != nil || slices.Contains(units, m.About) {
			return true, err
		}
		heir, err := agency.Resolve(tx, m.About) // its people went there with it
		if err != nil || slices.Contains(units, heir.ID) {
			return true, err
		}
	}
	for _, p := range a.Persons() {
		n := 0
		if err := tx.Row("select count(*) from casework_recusal where province = $1 and matter = $2 and person = $3", m.Province, m.ID, p).Scan(&n); err != nil || n > 0 {
			return true, err
		}
	}
	return false, nil
}

// mayAnywhere answers whether the person acting may do one of the verbs at a
// unit that takes part in a matter.
func mayAnywhere(tx *db.Tx, a *account.Actor, m *Matter, verbs ...string) (bool, error) {
	at := m.targets()
	if slices.ContainsFunc(at, func(t account.Target) bool { return mayOne(a, verbs, t) }) {
		return true, nil
	}
	hops, err := hopsOf(tx, m)
	return slices.ContainsFunc(hops, func(h Hop) bool {
		return h.inChain() && mayOne(a, verbs, account.Target{Agency: h.Unit, Division: int64(h.Region)})
	}), err
}

// inChain answers whether a unit still takes part by a hop: it has the matter
// or helps with it, passed it on and follows it, or led it to the reply.
func (h Hop) inChain() bool {
	return h.EndedAt.IsZero() || h.Lead && (h.Outcome == "passed_on" || h.Outcome == "done")
}

func mayOne(a *account.Actor, verbs []string, t account.Target) bool {
	return slices.ContainsFunc(verbs, func(v string) bool { return a.May(v, t) })
}

// targets are the unit that answers for a matter and the one that has it.
func (m *Matter) targets() []account.Target {
	return []account.Target{{Agency: m.Agency, Division: int64(m.Region)}, {Agency: m.Holder, Division: int64(m.HolderRegion)}}
}

// mayRead refuses with Not Found whoever may not know of a matter.
func mayRead(tx *db.Tx, a *account.Actor, m *Matter) error {
	no := fault.Say(fault.NotFound, "fault.not_found")
	if a == nil {
		return no
	}
	may, err := mayAnywhere(tx, a, m, Verbs()...)
	if err != nil {
		return err
	}
	if !may && m.State == Objected { // a superior of both may rule
		from, err := sender(tx, m)
		if err != nil {
			return err
		}
		if may, err = rules(tx, a, m, from); err != nil {
			return err
		}
	}
	out, err := barred(tx, a, m)
	if err != nil {
		return err
	}
	if !may || out {
		return no
	}
	return nil
}

// reach locks a matter for whoever may do one of the verbs to it; without
// verbs, for whoever may read it.
func (c *Casework) reach(tx *db.Tx, province int, id int64, verbs ...string) (*Matter, *account.Actor, error) {
	m, err := lockMatter(tx, province, id)
	if err != nil {
		return nil, nil, err
	}
	a := account.From(tx.Ctx)
	if err := mayRead(tx, a, m); err != nil {
		return nil, nil, err
	}
	if len(verbs) > 0 {
		if may, err := mayAnywhere(tx, a, m, verbs...); err != nil {
			return nil, nil, err
		} else if !may {
			return nil, nil, fault.Say(fault.Forbidden, "casework.no_grant_"+strings.TrimPrefix(verbs[0], "casework."))
		}
	}
	return m, a, nil
}

// OpenContact reads how to reach the person, with a reason; he sees each opening.
func (c *Casework) OpenContact(ctx context.Context, province int, id int64, reason string) (w Contact, err error) {
	defer fault.Wrap(&err, "casework.OpenContact(%d)", id)
	reason = strings.TrimSpace(reason)
	k := checker{}
	k.length("reason", reason, 4, maxLine)
	if err := k.err(); err != nil {
		return w, err
	}
	err = c.DB.Write(ctx, func(tx *db.Tx) error {
		m, a, err := c.reach(tx, province, id, Registering, Accepting, Handling)
		if err != nil {
			return err
		}
		if w, err = c.contactOf(m); err != nil {
			return err
		}
		return c.opened(tx, a, m, reason)
	})
	return w, err
}

// opened records a reading of what is sealed, where the person sees it.
func (c *Casework) opened(tx *db.Tx, a *account.Actor, m *Matter, reason string) error {
	if err := c.note(tx, m, Event{Kind: "opened", Unit: a.Behalf().Agency}, a, reason, true); err != nil {
		return err
	}
	return c.audit(tx, a, m, "open_contact", "")
}

// Recuse keeps an official out of a matter: himself, or one who has an interest
// in it, named by whoever accepts or reviews there. From then on he does not find it.
func (c *Casework) Recuse(ctx context.Context, province int, id, person int64, reason string) (err error) {
	defer fault.Wrap(&err, "casework.Recuse(%d)", id)
	reason = strings.TrimSpace(reason)
	k := checker{}
	k.length("reason", reason, 4, maxLine)
	if err := k.err(); err != nil {
		return err
	}
	return c.DB.Write(ctx, func(tx *db.Tx) error {
		m, a, err := c.reach(tx, province, id)
		if err != nil {
			return err
		}
		if !a.Is(person) {
			if m, a, err = c.reach(tx, province, id, Accepting, Reviewing); err != nil {
				return err
			}
		}
		if _, err := account.Find(tx, person); err != nil {
			return err
		}
		if _, err := tx.Exec(`insert into casework_recusal (province, matter, person, reason, by_person, at) values ($1, $2, $3, $4, $5, $6) on conflict (province, matter, person) do nothing`,
			m.Province, m.ID, person, c.Keys.Seal(purposeNote, placeOf(m.ID), []byte(reason)), a.Person, clock.Millis(tx.Now)); err != nil {
			return err
		}
		before := *m
		if m.Handler == person {
			m.Handler = 0
		}
		return c.record(tx, &before, m, Event{Kind: "recuse"}, a, "", false, "recuse")
	})
}

// Release is a text the unit complained of may see, in place of what was told.
type Release struct {
	ID       int64
	Unit     int64
	Text     string
	State    string // proposed released refused withdrawn
	By       int64
	Proposed int64
	Decided  int64

	content []byte
}

const purposeRelease = "casework.release"

// ProposeRelease drafts what the unit complained of may see; the person decides.
func (c *Casework) ProposeRelease(ctx context.Context, province int, id int64, text string) (err error) {
	defer fault.Wrap(&err, "casework.ProposeRelease(%d)", id)
	text = strings.TrimSpace(text)
	k := checker{}
	k.length("release", text, 10, MaxText)
	if err := k.err(); err != nil {
		return err
	}
	return c.DB.Write(ctx, func(tx *db.Tx) error {
		m, a, err := c.reach(tx, province, id, Accepting, Handling)
		if err != nil {
			return err
		}
		last, err := c.releaseOf(tx, m)
		switch {
		case err != nil:
			return err
		case !m.Hidden || m.About == 0 || !m.Open():
			return fault.Say(fault.Conflict, "flow.not_now")
		case last != nil && (last.State == "proposed" || last.State == "released"):
			return fault.Say(fault.Conflict, "casework.release_open")
		}
		rid := tx.ID(m.Province)
		if _, err := tx.Exec(`insert into casework_release (province, matter, id, unit, content, proposed_by, proposed_at, state) values ($1, $2, $3, $4, $5, $6, $7, 'proposed')`,
			m.Province, m.ID, rid, m.About, c.Keys.Seal(purposeRelease, placeOf(rid), []byte(text)), a.Person, clock.Millis(tx.Now)); err != nil {
			return err
		}
		before := *m
		if err := c.record(tx, &before, m, Event{Kind: "release_proposed", Ref: rid}, a, "", true, "propose_release"); err != nil {
			return err
		}
		return c.tellStep(tx, m, "notify.step_asked")
	})
}

// DecideRelease is the person's word on it: released, as proposed or in his own
// words; refused; or withdrawn later.
func (c *Casework) DecideRelease(ctx context.Context, number, code, decision, text string) (err error) {
	defer fault.Wrap(&err, "casework.DecideRelease")
	text = strings.TrimSpace(text)
	k := checker{}
	k.when(!slices.Contains([]string{"released", "refused", "withdrawn"}, decision), "decision", "casework.need_decision")
	if decision == "released" {
		k.length("release", text, 10, MaxText)
	}
	if err := k.err(); err != nil {
		return err
	}
	return c.byCode(ctx, true, number, code, func(tx *db.Tx, m *Matter) error {
		last, err := c.releaseOf(tx, m)
		if err != nil {
			return err
		}
		from := map[string]string{"released": "proposed", "refused": "proposed", "withdrawn": "released"}[decision]
		if last == nil || last.State != from {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		content := last.content
		if decision == "released" {
			content = c.Keys.Seal(purposeRelease, placeOf(last.ID), []byte(text))
		}
		if _, err := tx.Exec("update casework_release set state = $4, content = $5, decided_at = $6 where province = $1 and matter = $2 and id = $3", m.Province, m.ID, last.ID, decision, content, clock.Millis(tx.Now)); err != nil {
			return err
		}
		before := *m
		return c.record(tx, &before, m, Event{Kind: "release_" + decision, Ref: last.ID}, nil, "", true, "release_"+decision)
	})
}

// releaseOf is the last text proposed for the unit complained of; nil without one.
func (c *Casework) releaseOf(tx *db.Tx, m *Matter) (*Release, error) {
	rows, err := db.List(tx, func(r *db.Rows, x *Release) error {
		return r.Scan(&x.ID, &x.Unit, &x.content, &x.By, &x.Proposed, &x.State, db.OrZero(&x.Decided))
	}, "select id, unit, content, proposed_by, proposed_at, state, decided_at from casework_release where province = $1 and matter = $2 order by id desc limit 1", m.Province, m.ID)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	b, err := c.Keys.Open(purposeRelease, placeOf(rows[0].ID), rows[0].content)
	rows[0].Text = string(b)
	return &rows[0], err
}

// Seen is what the unit complained of sees of a matter once a text is released:
// no number a code would belong to, nothing of who brought it.
type Seen struct {
	ID       int64
	Province int
	Unit     int64
	Type     string
	Topic    string
	Text     string
	Released int64
	Answers  []string // what the unit said to it so far
}

// Released lists the texts released to a unit, for its handlers.
func (c *Casework) Released(ctx context.Context, unit int64) (out []Seen, err error) {
	defer fault.Wrap(&err, "casework.Released(%d)", unit)
	err = c.DB.Read(ctx, func(tx *db.Tx) error {
		u, err := agency.Find(tx, unit)
		if err != nil {
			return err
		}
		if a := account.From(ctx); a == nil || !mayOne(a, []string{Handling, Reviewing}, account.Target{Agency: u.ID, Division: int64(u.Division)}) {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		out, err = c.seen(tx, u.Province(), "x.unit", unit)
		return err
	})
	return out, err
}

func (c *Casework) seen(tx *db.Tx, province int, column string, of int64) ([]Seen, error) {
	type row struct {
		Seen
		release int64
		content []byte
	}
	rows, err := db.List(tx, func(r *db.Rows, x *row) error {
		return r.Scan(&x.release, &x.Province, &x.ID, &x.Unit, &x.content, &x.Released, &x.Type, &x.Topic)
	}, "select x.id, x.province, x.matter, x.unit, x.content, x.decided_at, m.type, m.topic from casework_release x join casework m on m.province = x.province and m.id = x.matter where x.province = $1 and x.state = 'released' and "+column+" = $2 order by x.id desc limit 100", province, of)
	if err != nil {
		return nil, err
	}
	out := make([]Seen, len(rows))
	for i, x := range rows {
		b, err := c.Keys.Open(purposeRelease, placeOf(x.release), x.content)
		if err != nil {
			return nil, err
		}
		out[i] = x.Seen
		out[i].Text = string(b)
		entries, err := entriesOf(tx, x.Province, x.ID)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if e.Kind == "statement" && e.Unit == x.Unit {
				note, err := c.Keys.Open(purposeNote, placeOf(e.ID), e.note)
				if err != nil {
					return nil, err
				}
				out[i].Answers = append(out[i].Answers, string(note))
			}
		}
	}
	return out, nil
}

// State is the word of a unit complained of about a text released to it.
func (c *Casework) State(ctx context.Context, province int, id int64, text string) (err error) {
	defer fault.Wrap(&err, "casework.State(%d)", id)
	text = strings.TrimSpace(text)
	k := checker{}
	k.length("statement", text, 4, maxNote)
	if err := k.err(); err != nil {
		return err
	}
	return c.DB.Write(ctx, func(tx *db.Tx) error {
		m, err := lockMatter(tx, province, id)
		if err != nil {
			return err
		}
		no := fault.Say(fault.NotFound, "fault.not_found")
		seen, err := c.seen(tx, m.Province, "x.matter", m.ID)
		if err != nil {
			return err
		}
		u, err := agency.Find(tx, m.About)
		if err != nil || len(seen) == 0 {
			return no
		}
		a := account.From(ctx)
		if a == nil || !mayOne(a, []string{Handling, Reviewing}, account.Target{Agency: u.ID, Division: int64(u.Division)}) {
			return no
		}
		before := *m
		return c.record(tx, &before, m, Event{Kind: "statement", Unit: u.ID}, a, text, false, "state")
	})
}
