package agency

import (
	"context"
	"slices"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Edition is the day up to which the divisions in the binary count changes; data/gen writes it into the file too.
const Edition = "2023-06-30"

// importStep is how many divisions one transaction writes. At the measured rates of both
// engines that is well under the 100 ms other writers may be kept waiting.
const importStep = 5000

// nationName is the name of code 0, which the source does not have.
const nationName = "全国"

// ImportDivisions brings every division the binary carries into the store and
// tells progress after each transaction. A marker row moves with the rows, so it may be
// stopped anywhere and called again, also by two processes at once; once finished it does nothing.
// A division that is there already stays as it is.
func ImportDivisions(ctx context.Context, d *db.DB, progress func(done, total int)) (err error) {
	defer fault.Wrap(&err, "agency.ImportDivisions")
	if done, err := divisionsImported(ctx, d); done || err != nil {
		return err // a server that starts again is spared the unpacking
	}
	p, err := unpack(packedDivisions)
	if err != nil {
		return err
	}
	codes, names := []Code{Nation}, []string{nationName}
	for c, n := range p.all() {
		codes, names = append(codes, c), append(names, n)
	}
	if p.edition != Edition {
		return errPacked
	}
	for finished := false; !finished; {
		if err := ctx.Err(); err != nil {
			return fault.As(fault.Unavailable, err)
		}
		var done int
		err := d.Write(ctx, func(tx *db.Tx) (err error) {
			done, finished, err = importNext(tx, Edition, codes, names)
			return err
		})
		if err != nil {
			return err
		}
		if progress != nil {
			progress(done, len(codes))
		}
	}
	return nil
}

// importNext writes the step after the one the marker names.
func importNext(tx *db.Tx, edition string, codes []Code, names []string) (done int, finished bool, err error) {
	m, err := beginImport(tx, edition, len(codes))
	if err != nil || m.finished {
		return m.done, m.finished, err
	}
	from, found := slices.BinarySearch(codes, m.last)
	if found {
		from++
	}
	to := min(from+importStep, len(codes))
	if err := insertDivisions(tx, codes[from:to], names[from:to]); err != nil {
		return 0, false, err
	}
	m = importMark{last: codes[to-1], done: to, finished: to == len(codes)}
	if m.finished {
		if err := indexDivisionNames(tx); err != nil {
			return 0, false, err
		}
	}
	return m.done, m.finished, advanceImport(tx, edition, m)
}

func divisionsImported(ctx context.Context, d *db.DB) (done bool, err error) {
	err = d.Read(ctx, func(tx *db.Tx) error {
		done, err = importFinished(tx, Edition)
		return err
	})
	return done, err
}

// ImportSubset brings in only the named divisions with all that is inside and above
// them. It is for tests and trials and leaves no marker: ImportDivisions completes it later.
func ImportSubset(ctx context.Context, d *db.DB, within ...Code) (err error) {
	defer fault.Wrap(&err, "agency.ImportSubset")
	p, err := unpack(packedDivisions)
	if err != nil {
		return err
	}
	wanted := func(c Code) bool {
		return slices.ContainsFunc(within, func(w Code) bool { return w.Contains(c) || c.Contains(w) })
	}
	codes, names := []Code{Nation}, []string{nationName}
	for c, n := range p.all() {
		if wanted(c) {
			codes, names = append(codes, c), append(names, n)
		}
	}
	return d.Write(ctx, func(tx *db.Tx) error {
		if err := insertDivisions(tx, codes, names); err != nil {
			return err
		}
		return indexDivisionNames(tx)
	})
}
