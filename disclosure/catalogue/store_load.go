package catalogue

import (
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/norm"
)

// Opening is the obligation an agency begins with in a category, as Sync would
// give it; false while its first period is still to come.
func (c *Catalogue) Opening(tx *db.Tx, u agency.Agency, cat norm.Category) (Due, bool, error) {
	return c.first(tx, u, cat, clock.DateOf(tx.Now))
}

// Load writes the obligations of new agencies in bulk, all those of an agency
// in one call, and counts them; for trials with a whole nation.
func Load(tx *db.Tx, xs []Due) error {
	const cols = 17
	change := newCounts()
	change.add(toPlaced(xs), 1)
	batch := 8 // what SQLite likes; see agency
	if tx.Postgres() {
		batch = 250
	}
	for len(xs) > 0 {
		n := min(len(xs), batch)
		args := make([]any, 0, n*cols)
		var b strings.Builder
		b.WriteString(`insert into due (province, agency, category, prefecture, county, region, kind, period, opens_on, due_on, rolls_on, met_on, item,
 on_time, late, missed, since) values `)
		for i := range xs[:n] {
			x := &xs[i]
			args = append(args, x.Province, x.Agency, x.Category, x.Region.Prefecture(), x.Region.County(), x.Region, x.Kind, x.Period, x.OpensOn,
				x.DueOn, x.RollsOn, x.MetOn, db.OrNull(x.Item), x.OnTime, x.Late, x.Missed, x.Since)
			if i > 0 {
				b.WriteByte(',')
			}
			for j := range cols {
				b.WriteString([]string{",", "("}[max(0, 1-j)] + "$" + strconv.Itoa(i*cols+j+1))
			}
			b.WriteByte(')')
		}
		if _, err := tx.Exec(b.String(), args...); err != nil {
			return err
		}
		xs = xs[n:]
	}
	return change.write(tx)
}

func toPlaced(xs []Due) []placed {
	out := make([]placed, len(xs))
	for i := range xs {
		x := &xs[i]
		out[i] = placed{Province: x.Province, Agency: x.Agency, Region: x.Region, Kind: x.Kind, Category: x.Category, DueOn: x.DueOn, MetOn: x.MetOn,
			Prefecture: x.Region.Prefecture(), Base: baseOf(x.Region)}
	}
	return out
}
