package analysis

import (
	"context"
	"fmt"

	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/supervision/casework"
)

// Difference is a sum that was not what the matters come to.
type Difference struct {
	Province  int
	Scope     int64
	Month     int
	Dim       string
	Value     string
	Measure   string
	Kept, Are int64
}

// Recounted is what a recount found.
type Recounted struct {
	Matters     int
	Stale       int // matters counted as something they are not, or not at all
	Differences []Difference
}

// perRecount is how many matters are read at a time.
const perRecount = 500

// Recount works out every sum from the matters themselves, reports what
// differs, and puts it right. The differences are added to the sums, not
// written over them, so that what changes meanwhile stays counted. It holds the
// sums of one province in memory.
func (s *Analysis) Recount(ctx context.Context) (out Recounted, err error) {
	defer fault.Wrap(&err, "analysis.Recount")
	var provinces []int
	if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		provinces, err = provincesCounted(tx)
		return err
	}); err != nil {
		return out, err
	}
	for _, p := range provinces {
		if err := s.recountSums(ctx, p, &out); err != nil {
			return out, err
		}
		if err := s.recountMatters(ctx, p, &out); err != nil {
			return out, err
		}
	}
	return out, nil
}

// recountSums holds the sums of a province against the memos they were made from.
func (s *Analysis) recountSums(ctx context.Context, province int, out *Recounted) error {
	change := tally{}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		want := tally{}
		for after := int64(0); ; {
			xs, err := countedAfter(tx, province, after, perRecount)
			if err != nil {
				return err
			}
			for _, x := range xs {
				f, err := readMarks(x.agency, x.region, x.marks)
				if err != nil {
					return err
				}
				want.take(f, 1)
				after = x.matter
			}
			if len(xs) < perRecount {
				break
			}
		}
		kept, err := wholeTally(tx, province)
		if err != nil {
			return err
		}
		change = out.compare(province, want, kept)
		return nil
	})
	if err != nil || len(change) == 0 {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error { return apply(tx, province, change) })
}

func (out *Recounted) compare(province int, want, kept tally) tally {
	change := tally{}
	for _, t := range []tally{want, kept} {
		for k := range t {
			for _, m := range measures {
				if d := want[k][m] - kept[k][m]; d != 0 && change[k][m] == 0 {
					if change[k] == nil {
						change[k] = row{}
					}
					change[k][m] = d
					out.Differences = append(out.Differences, Difference{province, k.scope, k.month, k.dim, k.value, string(m), kept[k][m], want[k][m]})
				}
			}
		}
	}
	return change
}

// recountMatters holds each matter's memo against the matter.
func (s *Analysis) recountMatters(ctx context.Context, province int, out *Recounted) error {
	for after := int64(0); ; {
		n := 0
		var stale []casework.Matter
		err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			n, after, stale, err = staleAfter(tx, province, after)
			return err
		})
		if err != nil {
			return err
		}
		out.Matters, out.Stale = out.Matters+n, out.Stale+len(stale)
		for i := range stale {
			id := stale[i].ID
			if err := s.DB.Write(ctx, func(tx *db.Tx) error {
				now, err := casework.Everything(tx, province, id-1, 1)
				if err != nil || len(now) == 0 || now[0].ID != id {
					return err
				}
				return count(tx, &now[0], false)
			}); err != nil {
				return err
			}
		}
		if n < perRecount {
			return nil
		}
	}
}

// staleAfter reads the next matters and gives those whose memo is not what they are.
func staleAfter(tx *db.Tx, province int, after int64) (n int, last int64, stale []casework.Matter, err error) {
	ms, err := casework.Everything(tx, province, after, perRecount)
	if err != nil || len(ms) == 0 {
		return 0, after, nil, err
	}
	last = ms[len(ms)-1].ID
	events, err := eventsBetween(tx, province, ms[0].ID, last)
	if err != nil {
		return 0, last, nil, err
	}
	words, err := wordsBetween(tx, province, ms[0].ID, last)
	if err != nil {
		return 0, last, nil, err
	}
	memos, err := countedAfter(tx, province, after, perRecount)
	if err != nil {
		return 0, last, nil, err
	}
	kept := map[int64]counted{}
	for _, x := range memos {
		kept[x.matter] = x
	}
	for i := range ms {
		m := &ms[i]
		x := kept[m.ID]
		if f := factsOf(m, events[m.ID], words[m.ID]); x.marks != f.marks() || x.agency != f.agency || x.region != f.region {
			stale = append(stale, *m)
		}
	}
	return len(ms), last, stale, nil
}

// String is a line for the operator.
func (d Difference) String() string {
	return fmt.Sprintf("province %d scope %d month %d %s %s: %s is kept as %d, the matters come to %d", d.Province, d.Scope, d.Month, d.Dim, d.Value, d.Measure, d.Kept, d.Are)
}
