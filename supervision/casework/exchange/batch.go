package exchange

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"
	"time"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/jobs"
	"yangguang/supervision/casework"
)

// The states of a file.
const (
	Mapping = "mapping" // its columns are to be told
	Running = "running"
	Done    = "done"
	Dropped = "dropped"
)

const (
	importKind  = "exchange.import"
	filePurpose = "exchange.file"
)

// Batch is one file handed in.
type Batch struct {
	Province                        int
	ID                              int64
	Agency                          int64
	Region                          agency.Code
	Kind                            string
	Format                          string
	State                           string
	Total, Done, Filed, Seen, Wrong int
	Person                          int64
	At, EndedAt                     time.Time

	hash, heads, columns string
}

// Row is what became of one row of a file.
type Row struct {
	N        int
	Outcome  string // filed seen wrong
	Number   string
	Problems []Problem
}

// rightFor is who may hand in a file of a kind.
func rightFor(kind string) string {
	return map[string]string{Orders: casework.Registering, Superior: casework.Accepting, History: Managing}[kind]
}

// Heads are the headings of the file.
func (b *Batch) Heads() (out []string) {
	_ = json.Unmarshal([]byte(b.heads), &out) // written by Upload
	return out
}

// Columns are the headings chosen for each field.
func (b *Batch) Columns() (out map[string]string) {
	if b.columns != "" {
		_ = json.Unmarshal([]byte(b.columns), &out) // written by toJSON
	}
	return out
}

func toJSON(v any) string {
	b, _ := json.Marshal(v) // strings: never fails
	return string(b)
}

// Upload keeps a file, sealed, until its columns are told.
func (e *Exchange) Upload(ctx context.Context, unit int64, kind, name string, r io.Reader) (b *Batch, err error) {
	defer fault.Wrap(&err, "exchange.Upload(%s)", kind)
	if !slices.Contains(Kinds, kind) {
		return nil, fault.Fields(fault.Field{Name: "kind", Key: "exchange.need_kind"})
	}
	raw, err := io.ReadAll(io.LimitReader(r, maxUpload+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > maxUpload {
		return nil, badFile("exchange.file_large", maxUpload>>20)
	}
	g, err := readGrid(formatOf(name), raw)
	if err != nil {
		return nil, err
	}
	err = e.db().Write(ctx, func(tx *db.Tx) error {
		u, a, err := unitFor(tx, unit, rightFor(kind))
		if err != nil {
			return err
		}
		b = &Batch{Province: u.Province(), ID: tx.ID(u.Province()), Agency: u.ID, Region: u.Division, Kind: kind, Format: formatOf(name), State: Mapping, Total: len(g.rows), Person: a.Person, heads: toJSON(g.heads)}
		last, err := mappingOf(tx, u, kind)
		if err != nil {
			return err
		}
		b.columns = last
		b.columns = toJSON(named(guess(kind, g.heads, b.Columns()), g.heads))
		sealed := e.Cases.Keys.Seal(filePurpose, []byte(itoa(b.ID)), raw)
		if b.hash, _, err = e.Cases.Blobs.Put(ctx, bytes.NewReader(sealed), int64(len(sealed))); err != nil {
			return err
		}
		if err := insertBatch(tx, b); err != nil {
			return err
		}
		return record(tx, u, "file_taken", "batch "+itoa(b.ID), kind)
	})
	return b, err
}

// named says the columns by their headings, as a unit's next file will have them.
func named(c columns, heads []string) map[string]string {
	out := map[string]string{}
	for f, i := range c {
		out[f] = heads[i]
	}
	return out
}

// chosen are the columns a batch's headings stand at.
func (b *Batch) chosen() columns {
	out, heads, want := columns{}, b.Heads(), b.Columns()
	for _, f := range fields[b.Kind] {
		if i := slices.Index(heads, want[f]); want[f] != "" && i >= 0 {
			out[f] = i
		}
	}
	return out
}

// find reads a batch for whoever may hand in such a one.
func (e *Exchange) find(tx *db.Tx, province int, id int64, lock bool) (*Batch, agency.Agency, error) {
	get := batchByID
	if lock {
		get = lockBatch
	}
	b, err := get(tx, province, id)
	if err != nil {
		return nil, agency.Agency{}, err
	}
	u, _, err := unitFor(tx, b.Agency, rightFor(b.Kind))
	return b, u, err
}

// Batch reads a file's state and what became of its rows.
func (e *Exchange) Batch(ctx context.Context, province int, id int64, after int) (b *Batch, rows []Row, err error) {
	defer fault.Wrap(&err, "exchange.Batch(%d)", id)
	err = e.db().Read(ctx, func(tx *db.Tx) error {
		if b, _, err = e.find(tx, province, id, false); err != nil {
			return err
		}
		rows, err = rowsOf(tx, b, after, 200)
		return err
	})
	return b, rows, err
}

// Batches lists the files of the units the person acting works for.
func (e *Exchange) Batches(ctx context.Context) (bs []Batch, err error) {
	defer fault.Wrap(&err, "exchange.Batches")
	err = e.db().Read(ctx, func(tx *db.Tx) error {
		units, err := unitsFor(tx, Managing, casework.Registering, casework.Accepting)
		if err != nil {
			return err
		}
		all, err := batchesOf(tx, units)
		for _, b := range all {
			if account.From(ctx).May(rightFor(b.Kind), account.Target{Agency: b.Agency, Division: int64(b.Region)}) {
				bs = append(bs, b)
			}
		}
		return err
	})
	return bs, err
}

// Preview is what a file would bring.
type Preview struct {
	Sample [][]string // the first rows, by the fields that have a column
	Fields []string
	Wrong  int   // rows with problems
	Rows   []Row // the first of them
}

const maxShown = 100

// Choose tells the columns and looks through the file.
func (e *Exchange) Choose(ctx context.Context, province int, id int64, chosen map[string]string) (p *Preview, err error) {
	defer fault.Wrap(&err, "exchange.Choose(%d)", id)
	var b *Batch
	if err := e.db().Write(ctx, func(tx *db.Tx) error {
		var u agency.Agency
		if b, u, err = e.find(tx, province, id, true); err != nil {
			return err
		}
		if b.State != Mapping {
			return fault.Say(fault.Conflict, "exchange.not_now")
		}
		for f := range chosen {
			if !slices.Contains(fields[b.Kind], f) {
				delete(chosen, f)
			}
		}
		b.columns = toJSON(chosen)
		if bad := b.chosen().missing(b.Kind); len(bad) > 0 {
			return fault.Fields(bad...)
		}
		if err := keepMapping(tx, b); err != nil {
			return err
		}
		if err := updateBatch(tx, b); err != nil {
			return err
		}
		return record(tx, u, "columns", "batch "+itoa(b.ID), b.Kind)
	}); err != nil {
		return nil, err
	}
	return e.preview(ctx, b)
}

// Look is the preview of the columns as they are chosen; nil while some are missing.
func (e *Exchange) Look(ctx context.Context, b *Batch) (*Preview, error) {
	if b.State != Mapping || len(b.chosen().missing(b.Kind)) > 0 {
		return nil, nil
	}
	return e.preview(ctx, b)
}

func (e *Exchange) preview(ctx context.Context, b *Batch) (*Preview, error) {
	g, err := e.gridOf(ctx, b)
	if err != nil {
		return nil, err
	}
	p := &Preview{}
	at := b.chosen()
	for _, f := range fields[b.Kind] {
		if _, ok := at[f]; ok {
			p.Fields = append(p.Fields, f)
		}
	}
	err = e.db().Read(ctx, func(tx *db.Tx) error {
		r, err := e.reader(tx, b, at)
		if err != nil {
			return err
		}
		for i, row := range g.rows {
			l := r.line(row)
			if i < 5 {
				var cells []string
				for _, f := range p.Fields {
					cells = append(cells, l.get(f))
				}
				p.Sample = append(p.Sample, cells)
			}
			if filled(row) == 0 {
				continue
			}
			if err := r.check(l); err != nil {
				return err
			}
			if len(l.bad) > 0 {
				if p.Wrong++; len(p.Rows) < maxShown {
					p.Rows = append(p.Rows, Row{N: g.first + i, Outcome: "wrong", Problems: l.bad})
				}
			}
		}
		return nil
	})
	return p, err
}

// gridOf opens a batch's file.
func (e *Exchange) gridOf(ctx context.Context, b *Batch) (g grid, err error) {
	if b.hash == "" {
		return g, fault.Say(fault.NotFound, "exchange.file_gone")
	}
	rc, err := e.Cases.Blobs.Open(ctx, b.hash)
	if err != nil {
		return g, err
	}
	sealed, err := io.ReadAll(io.LimitReader(rc, maxUpload+1<<16))
	if cerr := rc.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return g, err
	}
	raw, err := e.Cases.Keys.Open(filePurpose, []byte(itoa(b.ID)), sealed)
	if err != nil {
		return g, err
	}
	return readGrid(b.Format, raw)
}

// Start imports a file; what is wrong in it is left out and told row by row.
func (e *Exchange) Start(ctx context.Context, province int, id int64) (err error) {
	defer fault.Wrap(&err, "exchange.Start(%d)", id)
	return e.db().Write(ctx, func(tx *db.Tx) error {
		b, u, err := e.find(tx, province, id, true)
		if err != nil {
			return err
		}
		if b.State != Mapping || len(b.chosen().missing(b.Kind)) > 0 {
			return fault.Say(fault.Conflict, "exchange.not_now")
		}
		b.State, b.Person = Running, account.From(ctx).Person
		if err := updateBatch(tx, b); err != nil {
			return err
		}
		if err := jobs.Add(tx, jobs.Job{Province: int64(b.Province), Kind: importKind, Key: itoa(b.ID), Payload: itoa(b.ID)}); err != nil {
			return err
		}
		return record(tx, u, "import_begun", "batch "+itoa(b.ID), b.Kind)
	})
}

// Drop destroys a file that is not to be imported.
func (e *Exchange) Drop(ctx context.Context, province int, id int64) (err error) {
	defer fault.Wrap(&err, "exchange.Drop(%d)", id)
	return e.db().Write(ctx, func(tx *db.Tx) error {
		b, u, err := e.find(tx, province, id, true)
		if err != nil {
			return err
		}
		if b.State != Mapping {
			return fault.Say(fault.Conflict, "exchange.not_now")
		}
		b.State, b.EndedAt = Dropped, tx.Now
		if err := updateBatch(tx, b); err != nil { // Forget destroys the bytes
			return err
		}
		return record(tx, u, "file_dropped", "batch "+itoa(b.ID), b.Kind)
	})
}

// ForgetFiles destroys files that were read, dropped or left before a time.
func (e *Exchange) ForgetFiles(ctx context.Context, before time.Time) (n int64, err error) {
	defer fault.Wrap(&err, "exchange.ForgetFiles")
	var stale []Batch
	if err := e.db().Read(ctx, func(tx *db.Tx) error {
		stale, err = staleBatches(tx, before)
		return err
	}); err != nil {
		return 0, err
	}
	for i := range stale {
		if err := e.destroy(ctx, &stale[i]); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// ForgetMails forgets which letters from before a time brought which matters.
func (e *Exchange) ForgetMails(ctx context.Context, before time.Time) (n int64, err error) {
	defer fault.Wrap(&err, "exchange.ForgetMails")
	for {
		var some int64
		if err := e.db().Write(ctx, func(tx *db.Tx) error {
			some, err = forgetMails(tx, before)
			return err
		}); err != nil || some == 0 {
			return n, err
		}
		n += some
	}
}

// destroy deletes a batch's file; the bytes go first, so that none stays unnamed.
func (e *Exchange) destroy(ctx context.Context, b *Batch) error {
	if err := e.Cases.Blobs.Delete(ctx, b.hash); err != nil {
		return err
	}
	return e.db().Write(ctx, func(tx *db.Tx) error {
		x, err := lockBatch(tx, b.Province, b.ID)
		if err != nil {
			return err
		}
		if x.hash = ""; x.State == Mapping {
			x.State, x.EndedAt = Dropped, tx.Now
		}
		return updateBatch(tx, x)
	})
}
