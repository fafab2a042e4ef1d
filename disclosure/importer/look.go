package importer

import (
	"context"
	"slices"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Sheet is everything the desk shows of a batch.
type Sheet struct {
	Batch    *Batch
	Unit     agency.Agency
	Counts   Counts
	Rows     []Row
	More     bool             // further entries follow the last row
	Paths    map[int64]string // public addresses of items
	Names    map[int64]string // of the persons who signed
	Mine     bool             // the person acting prepared it
	MayAdopt bool             // nobody prepares it now, and the person acting may
	MayTake  bool             // the person acting is a further person who may accept
	MayUndo  bool
	Doubtful int // entries that wait for a release
}

// Look says which entries of a batch to show.
type Look struct {
	State   string // "" for all
	Guessed bool
	After   int
}

const perPage = 50

// Open reads a batch for whoever may import or take down for its agency.
func (m *Importer) Open(ctx context.Context, province int, id int64, l Look) (s *Sheet, err error) {
	defer fault.Wrap(&err, "importer.Open(%d)", id)
	err = m.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
		s = &Sheet{}
		if s.Batch, err = batchByID(tx, province, id); err != nil {
			return err
		}
		if s.Unit, err = agency.Find(tx, s.Batch.Agency); err != nil {
			return err
		}
		a := account.From(ctx)
		if a == nil || !mayRead(a, s.Unit) {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		if s.Rows, err = rowsOf(tx, s.Batch, l.State, l.Guessed, l.After, perPage+1); err != nil {
			return err
		}
		if s.More = len(s.Rows) > perPage; s.More {
			s.Rows = s.Rows[:perPage]
		}
		return s.fill(tx, a)
	})
	return s, err
}

func (s *Sheet) fill(tx *db.Tx, a *account.Actor) (err error) {
	b := s.Batch
	if s.Counts, err = countRows(tx, b); err != nil {
		return err
	}
	if s.Paths, err = pathsOf(tx, b, s.Rows); err != nil {
		return err
	}
	if s.Names, err = account.Names(tx, []int64{b.Preparer, b.First, b.Second, b.UndoneBy}); err != nil {
		return err
	}
	hands, err := handsOf(tx, b)
	if err != nil {
		return err
	}
	s.Mine = a.Person == b.Preparer || a.Is(b.Preparer)
	may := a.May(disclosure.Importing, target(s.Unit))
	s.MayTake = may && a.Person != 0 && !slices.ContainsFunc(hands, a.Is) && (b.State == Submitted || b.State == Accepted)
	if orphan, err := orphaned(tx, b); err != nil {
		return err
	} else if orphan {
		s.MayAdopt = may && a.Person != 0 && !s.Mine && (b.State == Checking || b.State == Failed)
	}
	s.MayUndo = b.State == Done && a.May(disclosure.TakingDown, target(s.Unit))
	if b.State == Submitted {
		s.Doubtful, err = doubtfulRows(tx, b)
	}
	return err
}

// Standing is where a batch stands, for the command line that handed it in.
func (m *Importer) Standing(ctx context.Context, of *Batch) (state string, c Counts, why string, err error) {
	defer fault.Wrap(&err, "importer.Standing(%d)", of.ID)
	err = m.Disclosure.DB.Read(ctx, func(tx *db.Tx) error {
		b, err := batchByID(tx, of.Province, of.ID)
		if err != nil {
			return err
		}
		if state = b.State; b.Fault != nil {
			why = b.Fault.sentence(ctx)
		}
		c, err = countRows(tx, b)
		return err
	})
	return state, c, why, err
}

// OpenRow reads one entry of a batch.
func (m *Importer) OpenRow(ctx context.Context, province int, batch, row int64) (s *Sheet, x *Row, err error) {
	defer fault.Wrap(&err, "importer.OpenRow(%d)", row)
	if s, err = m.Open(ctx, province, batch, Look{After: MaxEntries + 1}); err != nil {
		return nil, nil, err
	}
	err = m.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
		x, err = rowByID(tx, s.Batch, row)
		return err
	})
	return s, x, err
}

// all reads every entry of a batch, for the report.
func (m *Importer) all(ctx context.Context, b *Batch) (out []Row, err error) {
	err = m.Disclosure.DB.Read(ctx, func(tx *db.Tx) error {
		for after := 0; ; {
			rows, err := rowsOf(tx, b, "", false, after, 500)
			if err != nil {
				return err
			}
			for i := range rows {
				after, rows[i].Body = rows[i].Position, ""
			}
			if out = append(out, rows...); len(rows) < 500 {
				return nil
			}
		}
	})
	return out, err
}

// Batches lists the batches the person acting may read, the newest first.
func (m *Importer) Batches(ctx context.Context, before int64, limit int) (out []Batch, units map[int64]agency.Agency, err error) {
	defer fault.Wrap(&err, "importer.Batches")
	a := account.From(ctx)
	units = map[int64]agency.Agency{}
	err = m.Disclosure.DB.Read(ctx, func(tx *db.Tx) error {
		if out, err = batchesOf(tx, append(a.Scope(disclosure.Importing), a.Scope(disclosure.TakingDown)...), before, limit); err != nil {
			return err
		}
		for _, b := range out {
			if _, ok := units[b.Agency]; !ok {
				if units[b.Agency], err = agency.Find(tx, b.Agency); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return out, units, err
}
