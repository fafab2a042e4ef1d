package casework

import (
	"context"
	"encoding/binary"
	"strings"

	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Known is the matter a token filed already; nil when it filed none.
func (c *Casework) Known(tx *db.Tx, province int, token string) (*Matter, error) {
	m, err := matterByToken(tx, province, c.Keys.Index("casework.token", token))
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return m, err
}

// Back is what the platform a matter came from learns of it: codes, moments
// and, once it was delivered, the reply. Nothing of the person is in it.
type Back struct {
	Matter
	Objection string // why the unit it was passed to objects; "" when none is open
	Reply     string
}

// BackOf are the matters of a province as the platform they came from learns
// of them, in the order asked for. Who may ask is the caller's to decide.
func (c *Casework) BackOf(tx *db.Tx, province int, ids []int64) (out []Back, err error) {
	defer fault.Wrap(&err, "casework.BackOf")
	for _, id := range ids {
		m, err := matterByID(tx, province, id)
		if err != nil {
			return nil, err
		}
		b := Back{Matter: *m}
		if m.State == Objected {
			codes, err := db.List(tx, db.One[string], "select code from casework_event where province = $1 and matter = $2 and kind = $3 order by at desc, id desc limit 1", m.Province, m.ID, evObjected)
			if err != nil {
				return nil, err
			}
			b.Objection = strings.Join(codes, "")
		}
		if !m.DeliveredAt.IsZero() {
			rs, err := c.repliesOf(tx, m)
			if err != nil {
				return nil, err
			}
			b.Reply = lastOut(rs)
		}
		out = append(out, b)
	}
	return out, nil
}

// Matters are those of a province with these ids, in no order. Who may read
// them is the caller's to decide.
func (c *Casework) Matters(tx *db.Tx, province int, ids []int64) ([]Matter, error) {
	w := &db.Where{}
	w.And("m.province = ?", province)
	db.In(w, "m.id", ids)
	n := w.Next(len(ids))
	cond, args := w.SQL()
	return db.List(tx, scanMatter, "select "+matterCols+" from casework m"+cond+" order by m.id limit "+n, args...)
}

// lastOut is the text of the reply that went out last: one that was approved, or
// the only one there is, given at once.
func lastOut(rs []Reply) (text string) {
	for _, r := range rs {
		if r.State == "approved" || len(rs) == 1 && r.State == "draft" {
			text = r.Text
		}
	}
	return text
}

// Public answers whether a matter may be shown, in codes, to whoever asks by an
// open interface: its type is neither confidential nor protected, and it is
// hidden from nobody.
func (c *Casework) Public(m *Matter) bool {
	t := c.Norm.Casework.Type(m.Type)
	return t != nil && !t.Confidential && !t.Protected && !m.Hidden
}

// walkPage is how many matters one transaction of Walk reads.
const walkPage = 500

// Walk reads the worklist the person acting sees to its end, or to most
// matters, a page at a time: what is exported.
func (c *Casework) Walk(ctx context.Context, f Filter, most int, each func(m *Matter) error) (n int, err error) {
	defer fault.Wrap(&err, "casework.Walk(%s)", f.View)
	for f.Limit = walkPage; n < most; {
		var page []Matter
		if err := c.DB.Read(ctx, func(tx *db.Tx) (err error) {
			page, err = c.list(tx, account.From(ctx), f)
			return err
		}); err != nil {
			return n, err
		}
		for i := range page {
			if n == most {
				return n, nil
			}
			if err := each(&page[i]); err != nil {
				return n, err
			}
			n++
		}
		if len(page) < walkPage {
			return n, nil
		}
		last := &page[len(page)-1]
		if f.After = last.Key(); f.View == Done {
			f.After = last.DoneKey()
		}
	}
	return n, nil
}

// Post is what the person sends in writing: the answer to what he was asked
// when he was asked something, else an addition. Sent twice under one token it
// is kept once.
func (c *Casework) Post(ctx context.Context, number, code, token, text string, files []FiledFile) (err error) {
	defer fault.Wrap(&err, "casework.Post")
	text = strings.TrimSpace(text)
	k := checker{}
	k.length("text", text, 2, MaxText)
	in, wrong, err := c.inspect(ctx, files)
	if err != nil {
		return err
	}
	if err := withFields(k.err(), wrong); err != nil {
		return err
	}
	// A keyed hash of the token stands in the event, where others have the row
	// they are about.
	ref := int64(binary.BigEndian.Uint64(c.Keys.Index("casework.posted", token)) >> 1)
	return c.byCode(ctx, true, number, code, func(tx *db.Tx, m *Matter) error {
		n := 0
		if err := tx.Row("select count(*) from casework_event where province = $1 and matter = $2 and kind in ('added', 'supplement') and ref = $3", m.Province, m.ID, ref).Scan(&n); err != nil || n > 0 {
			return err
		}
		if m.State == Closed {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		if err := c.keep(tx, m, ToldFile, in); err != nil {
			return err
		}
		before := *m
		if m.State == Supplementing {
			s := &step{m: m, before: before, verb: "supplement", to: Registered}
			return c.move(tx, s, Event{Kind: evSupplied, Ref: ref}, text, true)
		}
		return c.record(tx, &before, m, Event{Kind: "added", Ref: ref}, nil, text, true, "add")
	})
}
