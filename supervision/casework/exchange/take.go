package exchange

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/jobs"
	"yangguang/supervision/casework"
)

// reader reads the rows of one file.
type reader struct {
	e     *Exchange
	tx    *db.Tx
	b     *Batch
	u     agency.Agency
	at    columns
	known map[string]string
	units map[string]agency.Agency
}

func (e *Exchange) reader(tx *db.Tx, b *Batch, at columns) (*reader, error) {
	u, err := agency.Find(tx, b.Agency)
	return &reader{e: e, tx: tx, b: b, u: u, at: at, known: map[string]string{}, units: map[string]agency.Agency{}}, err
}

func (r *reader) line(row []string) *line {
	return &line{kind: r.b.Kind, at: r.at, row: row, known: r.known}
}

// check looks for what is wrong in a line without writing anything. Its only
// error is a failure of ours.
func (r *reader) check(l *line) error {
	l.need()
	switch l.kind {
	case History:
		h := r.historic(l)
		_, err := r.unit(l, h.Agency)
		return err
	case Superior:
		r.order(l)
		_, err := r.unit(l, 0)
		return err
	}
	r.order(l)
	return nil
}

// order reads an order or a task.
func (r *reader) order(l *line) *Order {
	c := &r.e.Cases.Norm.Casework
	o := &Order{Order: l.get("order"), Type: l.code("type", typesOf(c), ""), Class: l.code("class", c.Classes, ""), Topic: l.code("topic", topicsOf(c), ""),
		Title: l.get("title"), Text: l.get("text"), Place: l.get("place"), When: l.get("when"), About: l.get("about")}
	o.Secret = l.code("secret", plain("yes", "no"), "no") == "yes"
	o.Contact.Name, o.Contact.Phone, o.Contact.Email, o.Contact.Address = l.get("name"), l.get("phone"), l.get("email"), l.get("address")
	for f, most := range map[string]int{"order": 100, "title": casework.MaxSubject, "text": casework.MaxText, "place": 200, "when": 200, "about": 200, "name": 60, "address": 200} {
		if utf8.RuneCountInString(l.get(f)) > most {
			l.wrong(f, "casework.too_long", strconv.Itoa(most))
		}
	}
	if n := utf8.RuneCountInString(o.Text); n > 0 && n < 4 {
		l.wrong("text", "casework.need_text", strconv.Itoa(casework.MaxText))
	}
	if p := strings.NewReplacer(" ", "", "-", "").Replace(o.Contact.Phone); p != "" && (len(p) < 7 || len(p) > 20 || strings.Trim(p, "0123456789+") != "") {
		l.wrong("phone", "casework.bad_phone")
	}
	return o
}

// historic reads a closed order.
func (r *reader) historic(l *line) casework.Historic {
	c := &r.e.Cases.Norm.Casework
	at := func(field string) time.Time {
		s := l.get(field)
		if s == "" {
			return time.Time{}
		}
		t, ok := moment(s)
		if !ok {
			l.wrong(field, "exchange.bad_moment")
		}
		return t
	}
	h := casework.Historic{Agency: r.u.ID, Outside: l.get("order"), Type: l.code("type", typesOf(c), ""), Class: l.code("class", c.Classes, ""), Topic: l.code("topic", topicsOf(c), ""),
		Subject: l.get("title"), Text: l.get("text"), Note: l.get("reply"),
		FiledAt: at("filed"), AcceptedAt: at("accepted"), FirstDue: at("due"), RepliedAt: at("replied"), DeliveredAt: at("delivered"), ClosedAt: at("closed"),
		Refusal: l.code("refusal", refusalsOf(c), ""), Delivery: l.code("delivery", plain("web", "sms", "email", "post", "counter", "phone", "oral"), ""),
		Rated: l.code("rated", plain("yes", "partly", "no", "unreached"), ""), Satisfied: l.code("satisfied", plain("yes", "fair", "no"), ""), Discontent: l.code("discontent", c.Discontents, "")}
	h.Result = l.code("result", append(plain("withdrawn"), c.Results...), "")
	if h.Result == "" && h.Refusal == "" && l.get("result") == "" {
		l.wrong("result", "exchange.empty_cell")
	}
	for _, x := range []struct {
		field  string
		a, b   time.Time
		before string
	}{{"closed", h.FiledAt, h.ClosedAt, "filed"}, {"replied", h.FiledAt, h.RepliedAt, "filed"}, {"accepted", h.FiledAt, h.AcceptedAt, "filed"}, {"closed", h.RepliedAt, h.ClosedAt, "replied"}} {
		if !x.a.IsZero() && !x.b.IsZero() && x.b.Before(x.a) {
			l.wrong(x.field, "casework.before_"+x.before)
		}
	}
	return h
}

// unit is the unit a line names, by path or by name: below the one that handed
// the file in. A line that names none is that one's, where that may be.
func (r *reader) unit(l *line, otherwise int64) (u agency.Agency, err error) {
	s := l.get("unit")
	if s == "" {
		if otherwise == 0 {
			return u, nil // told as an empty cell
		}
		return r.u, nil
	}
	if u, ok := r.units[s]; ok {
		return u, nil
	}
	u, err = unitByPath(r.tx, s)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
		u, err = r.unitNamed(s)
	}
	if err != nil {
		return u, err
	}
	below := u.ID != 0
	if below && u.ID != r.u.ID {
		if below, err = agency.InSubtree(r.tx, r.u.ID, u.ID); err != nil {
			return u, err
		}
	}
	if !below || l.kind == Superior && u.ID == r.u.ID {
		l.wrong("unit", "exchange.need_unit_below")
		return agency.Agency{}, nil
	}
	r.units[s] = u
	return u, nil
}

func (r *reader) unitNamed(name string) (u agency.Agency, err error) {
	if utf8.RuneCountInString(name) > 60 {
		return u, nil
	}
	all, err := agency.Search(r.tx, r.u.Division, name, 50)
	for _, m := range all {
		if m.Name == name {
			if u.ID != 0 && u.ID != m.ID {
				return agency.Agency{}, err // two of one name: neither
			}
			u = m.Agency
		}
	}
	return u, err
}

// take writes one line; what it refuses is in the row.
func (r *reader) take(row []string, n int) (out Row, err error) {
	l := r.line(row)
	out = Row{N: n, Outcome: "wrong"}
	if err := r.check(l); err != nil || len(l.bad) > 0 {
		out.Problems = l.bad
		return out, err
	}
	m, seen, err := r.file(l)
	switch kind := fault.KindOf(err); {
	case err == nil:
		out.Outcome, out.Number = "filed", m.Number
		if seen {
			out.Outcome = "seen"
		}
	case kind == fault.Invalid || kind == fault.Conflict || kind == fault.NotFound:
		out.Problems, err = problemsOf(err), nil
	}
	return out, err
}

func (r *reader) file(l *line) (m *casework.Matter, seen bool, err error) {
	u, err := r.unit(l, r.u.ID)
	if err != nil {
		return nil, false, err
	}
	switch l.kind {
	case Orders:
		return r.e.takeOrder(r.tx, r.u, r.order(l), "file", 0)
	case Superior:
		return r.task(l, u)
	}
	h := r.historic(l)
	h.Agency, h.Token = u.ID, "history:"+itoa(r.u.ID)+":"+h.Outside
	if m, err = r.e.Cases.Known(r.tx, u.Province(), h.Token); err != nil || m != nil {
		return m, true, err
	}
	m, err = r.e.Cases.Import(r.tx, h)
	return m, false, err
}

// task registers for a unit below what its superior hands down.
func (r *reader) task(l *line, u agency.Agency) (m *casework.Matter, seen bool, err error) {
	o := r.order(l)
	f := o.filing(u.ID)
	f.Channel, f.Evidence, f.Silent = "superior", o.Order, false
	// A list handed in twice, with or without numbers, files once.
	id := o.Order
	if id == "" {
		sum := sha256.Sum256([]byte(strings.Join(l.row, "\x00")))
		id = hex.EncodeToString(sum[:])
	}
	f.Token = "superior:" + itoa(r.u.ID) + ":" + itoa(u.ID) + ":" + id
	if m, err = r.e.Cases.Known(r.tx, u.Province(), f.Token); err != nil || m != nil {
		return m, true, err
	}
	if m, _, err = r.e.Cases.FileIn(r.tx, f); err != nil {
		return nil, false, err
	}
	return m, false, insertArrival(r.tx, arrival{Province: m.Province, Matter: m.ID, Agency: r.u.ID, Source: "superior", Outside: o.Order, token: r.e.index(0, f.Token)})
}

const (
	chunk    = 50
	patience = 2 * time.Minute
)

// runImport goes on with a file where an earlier try stopped: each row is
// written with what became of it, in one transaction.
func (e *Exchange) runImport(ctx context.Context, j jobs.Job) error {
	id, err := strconv.ParseInt(j.Payload, 10, 64)
	if err != nil {
		return jobs.GiveUp(err)
	}
	var b *Batch
	if err := e.db().Read(ctx, func(tx *db.Tx) error {
		b, err = batchByID(tx, int(j.Province), id)
		return err
	}); err != nil || b.State != Running {
		return err
	}
	g, err := e.gridOf(ctx, b)
	if err != nil {
		return err
	}
	began := e.db().Clock().Now()
	as := account.With(ctx, &account.Actor{Person: b.Person})
	for b.State == Running {
		if e.db().Clock().Now().Sub(began) > patience {
			return e.db().Write(ctx, func(tx *db.Tx) error {
				return jobs.Add(tx, jobs.Job{Province: j.Province, Kind: importKind, Key: j.Key, Payload: j.Payload})
			})
		}
		if err := e.db().Write(as, func(tx *db.Tx) error { b, err = e.some(tx, b, g); return err }); err != nil {
			return err
		}
	}
	return e.destroy(ctx, b)
}

// some takes the next rows of a file.
func (e *Exchange) some(tx *db.Tx, old *Batch, g grid) (*Batch, error) {
	b, err := lockBatch(tx, old.Province, old.ID)
	if err != nil || b.State != Running {
		return b, err
	}
	r, err := e.reader(tx, b, b.chosen())
	if err != nil {
		return b, err
	}
	for n := 0; n < chunk && b.Done < len(g.rows); n++ {
		i := b.Done
		if b.Done++; filled(g.rows[i]) == 0 {
			continue
		}
		row, err := r.take(g.rows[i], g.first+i)
		if err != nil {
			return b, err
		}
		switch row.Outcome {
		case "filed":
			b.Filed++
		case "seen":
			b.Seen++
		default:
			b.Wrong++
		}
		if err := insertRow(tx, b, row); err != nil {
			return b, err
		}
	}
	if b.Done >= len(g.rows) {
		b.State, b.EndedAt = Done, tx.Now
		if err := record(tx, r.u, "imported", "batch "+itoa(b.ID), b.Kind+" filed "+strconv.Itoa(b.Filed)+" seen "+strconv.Itoa(b.Seen)+" wrong "+strconv.Itoa(b.Wrong)); err != nil {
			return b, err
		}
	}
	return b, updateBatch(tx, b)
}
