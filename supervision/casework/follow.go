package casework

import (
	"context"
	"slices"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/secret"
)

// triesAnHour is how often a wrong code may be tried for one number, whoever tries.
const triesAnHour = 10

// byCode does f with the matter a number and a code lead to, locked when f is
// to write. An unknown number and a wrong code are told alike and
// cost the same work; a wrong try is written in a transaction of its own.
func (c *Casework) byCode(ctx context.Context, write bool, number, code string, f func(tx *db.Tx, m *Matter) error) error {
	wrong := fault.Fields(fault.Field{Name: "number", Key: "casework.unknown"})
	n, ok1 := secret.ParseNumber(number)
	cd, ok2 := secret.ParseCode(code)
	if !ok1 || !ok2 {
		return wrong
	}
	key := c.Keys.Index("casework.try", n)
	var near *Matter
	err := c.DB.Read(ctx, func(tx *db.Tx) (err error) {
		times := 0
		if err := tx.Row("select coalesce(sum(times), 0) from casework_try where number = $1 and hour >= $2", key, hourOf(tx)).Scan(&times); err != nil {
			return err
		}
		if times >= triesAnHour {
			return fault.Fields(fault.Field{Name: "number", Key: "casework.tried_often", Args: []any{triesAnHour}})
		}
		near, err = nearNumber(tx, n)
		return err
	})
	if err != nil {
		return err
	}
	same := secret.Equal([]byte(near.Number), []byte(n))
	if !secret.Equal(near.code, c.codeIndex(n, cd)) || !same {
		if err := c.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec("insert into casework_try (number, hour, times) values ($1, $2, 1) on conflict (number, hour) do update set times = casework_try.times + 1", key, hourOf(tx))
			return err
		}); err != nil {
			return err
		}
		return wrong
	}
	in, find := c.DB.Read, matterByID
	if write {
		in, find = c.DB.Write, lockMatter
	}
	return in(ctx, func(tx *db.Tx) error {
		m, err := find(tx, near.Province, near.ID)
		if err != nil {
			return err
		}
		return f(tx, m)
	})
}

func hourOf(tx *db.Tx) int64 { return tx.Now.Unix() / 3600 }

// Case is a matter with all that whoever reads it sees of it.
type Case struct {
	Matter
	Kind     string // its type's id, for templates; the type itself is in the norm
	Told     Told
	Unit     agency.Agency // answers for it
	At       agency.Agency // has it
	AboutIt  agency.Agency // is complained of; empty without
	Entries  []Entry
	Hops     []Hop
	Replies  []Reply
	Files    []File
	Ratings  []Rating
	Release  *Release
	Merged   []Matter // those merged into it
	Verbs    []string // what the person acting may do now
	People   map[int64]string
	Units    map[int64]string
	Remedy   string // the stage the person may ask for
	Until    clock.Date
	Conflict bool  // the helper works for the unit complained of
	Main     *Case // for the person: the matter his was merged into, its state and replies only
}

// Open reads a matter for whoever may.
func (c *Casework) Open(ctx context.Context, province int, id int64) (k *Case, err error) {
	defer fault.Wrap(&err, "casework.Open(%d)", id)
	err = c.DB.Read(ctx, func(tx *db.Tx) error {
		m, err := matterByID(tx, province, id)
		if err != nil {
			return err
		}
		a := account.From(ctx)
		if err := mayRead(tx, a, m); err != nil {
			return err
		}
		if k, err = c.caseOf(tx, m); err != nil {
			return err
		}
		return c.verbs(tx, a, k)
	})
	return k, err
}

// verbs fills in what the person acting may do in the matter's state.
func (c *Casework) verbs(tx *db.Tx, a *account.Actor, k *Case) error {
	for _, rule := range Flow.Verbs(k.State) {
		ok := false
		var err error
		switch {
		case rule.Who == "":
			continue
		case rule.Verb == "uphold" || rule.Verb == "overrule":
			from, ferr := sender(tx, &k.Matter)
			if ferr != nil {
				return ferr
			}
			ok, err = rules(tx, a, &k.Matter, from)
		default:
			_, ok, err = c.may(tx, a, &k.Matter, rule.Verb, rule.Who)
		}
		if err != nil {
			return err
		}
		if rule.Verb == "answer" && !c.Kind(&k.Matter).Instant || rule.Verb == "ask" && k.Asked > 0 || rule.Verb == "recall" && k.Holder == k.Agency {
			ok = false
		}
		if r := k.LastReply(); rule.Verb == "approve" && r != nil && (a.Is(r.Author) || a.Is(r.AuthorFor)) {
			ok = false
		}
		if ok && !slices.Contains(k.Verbs, rule.Verb) {
			k.Verbs = append(k.Verbs, rule.Verb)
		}
	}
	return nil
}

// May answers whether the person acting may do a verb of the flow now.
func (k *Case) May(verb string) bool { return slices.Contains(k.Verbs, verb) }

// LastReply is the reply written last; nil without one.
func (k *Case) LastReply() *Reply {
	if len(k.Replies) == 0 {
		return nil
	}
	return &k.Replies[len(k.Replies)-1]
}

// caseOf reads everything about a matter.
func (c *Casework) caseOf(tx *db.Tx, m *Matter) (k *Case, err error) {
	k = &Case{Matter: *m, Kind: m.Type}
	read := func(f func() error) {
		if err == nil {
			err = f()
		}
	}
	read(func() error { k.Told, err = c.toldOf(m); return err })
	read(func() error { k.Unit, err = agency.Find(tx, m.Agency); return err })
	read(func() error { k.At, err = agency.Find(tx, m.Holder); return err })
	if m.About != 0 {
		read(func() error { k.AboutIt, err = agency.Find(tx, m.About); return err })
	}
	read(func() error { k.Entries, err = c.entries(tx, m); return err })
	read(func() error { k.Hops, err = c.hops(tx, m); return err })
	read(func() error { k.Replies, err = c.repliesOf(tx, m); return err })
	read(func() error { k.Files, err = c.files(tx, m); return err })
	read(func() error { k.Ratings, err = c.ratingsOf(tx, m); return err })
	read(func() error { k.Release, err = c.releaseOf(tx, m); return err })
	read(func() error { k.Merged, err = mergedInto(tx, m); return err })
	read(func() error { return c.nameAll(tx, k) })
	read(func() error {
		who, err := c.contactOf(m)
		k.Conflict = m.About != 0 && who.HelperUnit == m.About
		return err
	})
	read(func() error {
		stage, until, err := c.NextRemedy(tx, m)
		if k.Remedy = stage; stage != "" {
			k.Until = clock.DateOf(until).AddDays(-1)
		}
		return err
	})
	return k, err
}

// entries are a matter's events with what was written in them.
func (c *Casework) entries(tx *db.Tx, m *Matter) ([]Entry, error) {
	out, err := entriesOf(tx, m.Province, m.ID)
	for i := range out {
		if err == nil && len(out[i].note) > 0 {
			var b []byte
			b, err = c.Keys.Open(purposeNote, placeOf(out[i].ID), out[i].note)
			out[i].Note = string(b)
		}
	}
	return out, err
}

func (c *Casework) hops(tx *db.Tx, m *Matter) ([]Hop, error) {
	out, err := hopsOf(tx, m)
	for i := range out {
		if err == nil && len(out[i].contribution) > 0 {
			var b []byte
			b, err = c.Keys.Open(purposeNote, placeOf(out[i].ID), out[i].contribution)
			out[i].Contribution = string(b)
		}
	}
	return out, err
}

func (c *Casework) ratingsOf(tx *db.Tx, m *Matter) ([]Rating, error) {
	type row struct {
		id int64
		Rating
		note []byte
	}
	rows, err := db.List(tx, func(r *db.Rows, x *row) error {
		return r.Scan(&x.id, &x.At, &x.Channel, &x.Reached, &x.Contacted, &x.Solved, &x.Satisfied, &x.Discontent, &x.note)
	}, "select id, at, channel, reached, contacted, solved, satisfied, discontent, note from casework_rating where province = $1 and matter = $2 order by id limit 100", m.Province, m.ID)
	out := make([]Rating, len(rows))
	for i, x := range rows {
		out[i] = x.Rating
		if err == nil && len(x.note) > 0 {
			var b []byte
			b, err = c.Keys.Open(purposeNote, placeOf(x.id), x.note)
			out[i].Note = string(b)
		}
	}
	return out, err
}

// nameAll looks up the staff and the units that took part.
func (c *Casework) nameAll(tx *db.Tx, k *Case) (err error) {
	people := []int64{k.Handler}
	units := []int64{k.Agency, k.Holder}
	for _, e := range k.Entries {
		people, units = append(people, e.Person), append(units, e.Unit)
		if e.Kind == evSent {
			units = append(units, e.Ref)
		}
		if e.Kind == "assign" {
			people = append(people, e.Ref)
		}
	}
	for _, h := range k.Hops {
		people, units = append(people, h.SentBy, h.SignedBy), append(units, h.From, h.Unit)
	}
	for _, r := range k.Replies {
		people, units = append(people, r.Author, r.Approver), append(units, r.Unit)
	}
	if k.People, err = account.Names(tx, some(people)); err != nil {
		return err
	}
	k.Units = map[int64]string{}
	for _, id := range some(units) {
		u, err := agency.Find(tx, id)
		if err != nil {
			return err
		}
		k.Units[id] = u.Name
	}
	return nil
}

// some are the ids there are, each once.
func some(ids []int64) []int64 {
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(id int64) bool { return id == 0 })
}

// Follow reads a matter for whoever has its number and code: what is the
// office's own is left out.
func (c *Casework) Follow(ctx context.Context, number, code string) (k *Case, err error) {
	defer fault.Wrap(&err, "casework.Follow")
	err = c.byCode(ctx, false, number, code, func(tx *db.Tx, m *Matter) error {
		if k, err = c.caseOf(tx, m); err != nil {
			return err
		}
		k.hideWithin()
		return c.asMerged(tx, k)
	})
	return k, err
}

// asMerged lets a person whose matter was merged into another see how far that
// is and what was replied, and nothing of whoever else brought it.
func (c *Casework) asMerged(tx *db.Tx, k *Case) error {
	if k.MergedInto == 0 {
		return nil
	}
	main, err := matterByID(tx, k.Province, k.MergedInto)
	if err != nil {
		return err
	}
	replies, err := c.repliesOf(tx, main)
	if err != nil {
		return err
	}
	k.Main = &Case{Matter: Matter{State: main.State, DueAt: main.DueAt, Result: main.Result, PromiseOn: main.PromiseOn, RepliedAt: main.RepliedAt, DeliveredAt: main.DeliveredAt}}
	if k.Main.At, err = agency.Find(tx, main.Holder); err != nil {
		return err
	}
	for _, r := range replies {
		if r.State == "approved" {
			k.Main.Replies = append(k.Main.Replies, Reply{ID: r.ID, Unit: r.Unit, Result: r.Result, PromiseOn: r.PromiseOn, Text: r.Text, State: r.State, Approved: r.Approved})
		}
	}
	if !main.RepliedAt.IsZero() { // it was written for both
		k.Replies = k.Main.Replies
	}
	return nil
}

// hideWithin takes out of a case what is the office's own.
func (k *Case) hideWithin() {
	k.Merged = nil
	k.Entries = slices.DeleteFunc(k.Entries, func(e Entry) bool { return !e.Public })
	for i := range k.Entries {
		k.Entries[i].Person = 0
	}
	for i := range k.Hops {
		k.Hops[i].Contribution, k.Hops[i].SentBy, k.Hops[i].SignedBy = "", 0, 0
	}
	out := k.RepliedAt.IsZero()
	k.Replies = slices.DeleteFunc(k.Replies, func(r Reply) bool {
		return r.State != "approved" && (r.State != "draft" || r.Approver != 0 || out || !k.instant(r))
	})
	k.Files = slices.DeleteFunc(k.Files, func(f File) bool { return f.Purpose != ToldFile && (f.Purpose != ReplyFile || out) })
}

// instant answers whether a reply was given at once, with nobody to approve it.
func (k *Case) instant(r Reply) bool {
	return slices.ContainsFunc(k.Entries, func(e Entry) bool { return e.Kind == "answer" }) && r.ID == k.Replies[len(k.Replies)-1].ID
}

// OwnFile gives a person a file of his matter.
func (c *Casework) OwnFile(ctx context.Context, number, code string, file int64) (f *File, b []byte, err error) {
	defer fault.Wrap(&err, "casework.OwnFile(%d)", file)
	k, err := c.Follow(ctx, number, code)
	if err != nil {
		return nil, nil, err
	}
	for i := range k.Files {
		if k.Files[i].ID == file {
			b, err = c.bytesOf(ctx, &k.Files[i])
			return &k.Files[i], b, err
		}
	}
	return nil, nil, fault.Say(fault.NotFound, "fault.not_found")
}

// Clock is a matter's reckoning now, with the days of its outer clock, for the
// page that explains it.
func (c *Casework) Clock(ctx context.Context, k *Case) (r Reckoning, days []calendar.Row, err error) {
	cal, err := c.Calendars.For(ctx, int64(k.Region))
	if err != nil {
		return r, nil, err
	}
	evs := make([]Event, len(k.Entries))
	for i, e := range k.Entries {
		evs[i] = e.Event
	}
	rules := c.rules(&k.Matter)
	r = Reckon(cal, rules, evs)
	if r.Start.IsZero() {
		return r, nil, nil
	}
	var more []calendar.Span
	if r.Extended > 0 {
		more = append(more, (&reckoner{rules: rules}).fit(calendar.Span{N: r.Extended, Unit: rules.Extension.Unit}))
	}
	return r, cal.Explain(clock.DateOf(r.Start), rules.Handle, sound(r.Stops), more...), nil
}
