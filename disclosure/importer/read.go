package importer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// patience is how long one try of a job works before it asks to be called
// again: a lease lasts five minutes.
const patience = 3 * time.Minute

// read reads what was handed in, entry by entry. It goes on where an earlier
// try stopped: entries come in a fixed order, and each is written once.
func (m *Importer) read(ctx context.Context, province int, id int64) error {
	r := reading{m: m, began: m.Disclosure.DB.Clock().Now(), seen: map[string]bool{}}
	err := r.begin(ctx, province, id)
	if err != nil || r.b.State != Reading {
		return err
	}
	err = r.all(ctx)
	var later *again
	switch {
	case errors.As(err, &later):
		return m.Disclosure.DB.Write(ctx, func(tx *db.Tx) error { return addJob(tx, readKind, r.b) })
	case err == nil:
		return r.finish(ctx, Checking, nil)
	case ctx.Err() != nil || fault.KindOf(err) == fault.Internal || fault.KindOf(err) == fault.Unavailable:
		return err
	}
	return r.finish(ctx, Failed, problemOf(err))
}

type again struct{}

func (*again) Error() string { return "to be continued" }

// problemOf is what is kept of a refusal: its key and the numbers in it.
func problemOf(err error) *Problem {
	key, args, _ := fault.Sentence(err)
	if fs := fault.FieldsOf(err); len(fs) > 0 {
		key, args = fs[0].Key, fs[0].Args
	}
	p := &Problem{Key: key}
	for _, a := range args {
		p.Args = append(p.Args, fmt.Sprint(a))
	}
	return p
}

// reading is one try at reading a batch.
type reading struct {
	m     *Importer
	b     *Batch
	u     agency.Agency
	began time.Time
	last  int             // position of the last entry that is written
	seen  map[string]bool // numbers, and titles with their days, of this batch
	files *archive
	wait  []Row // entries read and not yet written
}

func (r *reading) begin(ctx context.Context, province int, id int64) error {
	return r.m.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if r.b, err = batchByID(tx, province, id); err != nil {
			return err
		}
		if r.u, err = agency.Find(tx, r.b.Agency); err != nil {
			return err
		}
		rows, err := rowKeys(tx, r.b)
		for _, x := range rows {
			r.last = x.Position
			r.note(&x)
		}
		return err
	})
}

// note remembers an entry and answers whether the batch had it before.
func (r *reading) note(x *Row) (what string) {
	if x.Number != "" && r.seen["n"+x.Number] {
		what = "importer.twin_number"
	} else if k := "t" + x.Title + "\x00" + x.Published.String(); x.Title != "" && r.seen[k] {
		what = "importer.twin_title"
	}
	r.seen["n"+x.Number], r.seen["t"+x.Title+"\x00"+x.Published.String()] = true, true
	return what
}

func (r *reading) all(ctx context.Context) error {
	in, err := r.m.Disclosure.Blobs.Open(ctx, r.b.Hash)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	at, ok := in.(io.ReaderAt)
	if !ok {
		b, err := io.ReadAll(io.LimitReader(in, MaxUpload+1))
		if err != nil {
			return err
		}
		at = bytes.NewReader(b)
	}
	if r.files, err = openArchive(r.b.Name, at, r.b.Size); err != nil {
		return err
	}
	kind, main := r.files.kindOf()
	r.b.Kind = kind
	switch kind {
	case "sheet", "feed":
		err = r.listed(ctx, kind, main)
	case "site":
		err = r.pages(ctx)
	default:
		return fault.Fields(fault.Field{Name: "file", Key: "importer.nothing_found"})
	}
	if err != nil {
		return err
	}
	if err := r.flush(ctx); err != nil {
		return err
	}
	if r.last == 0 {
		return fault.Fields(fault.Field{Name: "file", Key: "importer.nothing_found"})
	}
	return nil
}

func (r *reading) listed(ctx context.Context, kind, main string) error {
	b, err := r.files.read(main, maxSheet)
	if err != nil {
		return err
	}
	read := ReadSheet
	if kind == "feed" {
		read = ReadFeed
	}
	es, err := read(main, b)
	if err != nil {
		return err
	}
	r.b.Total = len(es)
	for i, e := range es {
		if err := r.take(ctx, i+1, e); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) pages(ctx context.Context) error {
	names := slices.DeleteFunc(slices.Clone(r.files.names), func(n string) bool {
		return !slices.Contains([]string{".html", ".htm", ".shtml"}, strings.ToLower(path.Ext(n)))
	})
	if len(names) > MaxEntries {
		return fault.Fields(fault.Field{Name: "file", Key: "importer.too_many_entries", Args: []any{MaxEntries}})
	}
	r.b.Total = len(names)
	for i, n := range names {
		if i+1 <= r.last {
			continue
		}
		b, err := r.files.read(n, maxPage)
		if err != nil {
			return err
		}
		if e, ok := ReadPage(n, b); ok {
			if err := r.take(ctx, i+1, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// chunk is how many entries one transaction writes.
const chunk = 20

// take makes an entry of the source a row of the batch.
func (r *reading) take(ctx context.Context, position int, e Entry) error {
	if position <= r.last {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	x := Row{Province: r.b.Province, Batch: r.b.ID, Position: position, Source: cut(e.Source, 200), Title: cut(e.Title, disclosure.MaxTitle+1), Number: cut(e.Number, 80),
		DocNumber: cut(e.DocNumber, 80), Period: cut(e.Period, 20), Formed: e.Formed, Published: e.Published, Body: cut(e.Body, disclosure.MaxBody+1), Old: oldOf(e.Old)}
	x.Category, x.Guessed = "", true
	var certain bool
	x.Category, certain = guess(r.m.Disclosure.Norm.Catalogue(string(r.u.Kind)), e)
	x.Guessed = !certain
	x.Period = r.m.periodKey(x.Category, x.Period)
	more := e.Problems
	for _, f := range e.Files {
		s, p, err := r.attachment(ctx, f)
		if err != nil {
			return err
		}
		if p != nil {
			more = append(more, *p)
		} else {
			x.Files = append(x.Files, s)
		}
	}
	if what := r.note(&x); what != "" {
		more = append(more, Problem{Field: "title", Key: what})
	}
	x.Problems = more
	r.wait = append(r.wait, x)
	if len(r.wait) < chunk {
		return nil
	}
	if err := r.flush(ctx); err != nil {
		return err
	}
	if r.m.Disclosure.DB.Clock().Now().Sub(r.began) > patience {
		return &again{}
	}
	return nil
}

// attachment keeps one file an entry names; a refusal is a problem of the
// entry, not the end of the reading.
func (r *reading) attachment(ctx context.Context, name string) (s disclosure.Stowed, p *Problem, err error) {
	found, ok := r.files.named(name)
	if !ok {
		return s, &Problem{Field: "files", Key: "importer.file_missing", Args: []string{cut(path.Base(name), 80)}}, nil
	}
	b, err := r.files.read(found, disclosure.MaxFile)
	if err == nil {
		s, err = r.m.Disclosure.Stow(ctx, path.Base(found), bytes.NewReader(b))
	}
	switch {
	case err == nil:
		return s, nil, nil
	case ctx.Err() != nil || fault.KindOf(err) == fault.Internal || fault.KindOf(err) == fault.Unavailable:
		return s, nil, err
	}
	p = problemOf(err)
	p.Field, p.Args = "files", append([]string{cut(path.Base(name), 80)}, p.Key)
	p.Key = "importer.file_refused"
	return s, p, nil
}

// flush checks the entries that wait and writes them in one transaction.
func (r *reading) flush(ctx context.Context) error {
	if len(r.wait) == 0 {
		return nil
	}
	err := r.m.Disclosure.DB.Write(ctx, func(tx *db.Tx) error {
		b, err := lockBatch(tx, r.b.Province, r.b.ID)
		if err != nil || b.State != Reading {
			return err
		}
		for i := range r.wait {
			x := &r.wait[i]
			x.ID = tx.ID(r.b.Province)
			if err := r.m.check(tx, r.u, x, x.Problems); err != nil {
				return err
			}
			if err := insertRow(tx, x); err != nil {
				return err
			}
		}
		b.Kind, b.Total, b.Read = r.b.Kind, r.b.Total, r.wait[len(r.wait)-1].Position
		return updateBatch(tx, b)
	})
	if err == nil {
		r.last = r.wait[len(r.wait)-1].Position
		r.wait = r.wait[:0]
	}
	return err
}

func (r *reading) finish(ctx context.Context, state string, p *Problem) error {
	return r.m.Disclosure.DB.Write(ctx, func(tx *db.Tx) error {
		b, err := lockBatch(tx, r.b.Province, r.b.ID)
		if err != nil || b.State != Reading {
			return err
		}
		b.State, b.Fault, b.Kind = state, p, r.b.Kind
		if state == Checking {
			c, err := countRows(tx, b)
			if err != nil {
				return err
			}
			b.Read, b.Total = c.All, c.All
		}
		if err := updateBatch(tx, b); err != nil {
			return err
		}
		return record(tx, nil, b, "read", "")
	})
}

var hostFolder = regexp.MustCompile(`^/?([a-z0-9-]+(?:\.[a-z0-9-]+)+\.?(?:cn|com|net|org))(/.+)$`)

// oldOf is an entry's old address; a mirror of a site keeps its pages below a
// folder named after the host.
func oldOf(raw string) string {
	if m := hostFolder.FindStringSubmatch(strings.ToLower(raw)); m != nil && !strings.Contains(raw, "://") {
		return disclosure.OldAddress("http://" + strings.TrimPrefix(raw, "/"))
	}
	return disclosure.OldAddress(raw)
}
