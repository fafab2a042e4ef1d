package catalogue

import (
	"context"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Roll moves every row whose period has ended to the next one, counting what
// was never published; it runs each day and may run twice.
func (c *Catalogue) Roll(ctx context.Context, d *db.DB) (n int, err error) {
	defer fault.Wrap(&err, "catalogue.Roll")
	for {
		done := 0
		err := d.Write(ctx, func(tx *db.Tx) error {
			rows, err := rolling(tx, clock.DateOf(tx.Now))
			if err != nil {
				return err
			}
			done = len(rows)
			return c.rollAll(tx, rows)
		})
		n += done
		if err != nil || done == 0 {
			return n, err
		}
	}
}

// rollAll rolls rows that stand agency by agency.
func (c *Catalogue) rollAll(tx *db.Tx, rows []Due) error {
	change := newCounts()
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].Agency == rows[0].Agency {
			n++
		}
		err := change.around(tx, rows[0].Province, rows[0].Agency, func() error {
			for _, x := range rows[:n] {
				if err := c.roll(tx, x); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		rows = rows[n:]
	}
	return change.write(tx)
}

func (c *Catalogue) roll(tx *db.Tx, x Due) error {
	u, err := agency.Find(tx, x.Agency)
	if err != nil {
		return err
	}
	if x, err = find(tx, u, x.Category); err != nil || x.RollsOn.After(clock.DateOf(tx.Now)) {
		return err // another run rolled it meanwhile
	}
	cat := c.Norm.Category(x.Category)
	if cat == nil || !cat.Periodic() {
		x.RollsOn = clock.Date{}
		return updateDue(tx, x)
	}
	ws := c.Norm.Periods(*cat, x.OpensOn, x.OpensOn.AddMonths(30))
	next := -1
	for i, w := range ws {
		if w.Start.After(x.OpensOn) && next < 0 {
			next = i
		}
	}
	if next < 0 { // the category ends with this period
		x.RollsOn = clock.Date{}
		return updateDue(tx, x)
	}
	if x, err = c.fill(tx, u, *cat, x, ws, next); err != nil {
		return err
	}
	if x, err = c.state(tx, u, x); err != nil {
		return err
	}
	return updateDue(tx, x)
}

// SyncAll gives every active agency the rows its catalogue asks for today; it
// runs each day, since categories begin and retire by date.
func (c *Catalogue) SyncAll(ctx context.Context, d *db.DB) (n int, err error) {
	defer fault.Wrap(&err, "catalogue.SyncAll")
	var after agency.Agency
	for {
		done := 0
		err := d.Write(ctx, func(tx *db.Tx) error {
			us, err := agency.List(tx, agency.Filter{State: agency.Active, After: after, Limit: 50})
			if err != nil {
				return err
			}
			for _, u := range us {
				if err := c.Sync(tx, u); err != nil {
					return err
				}
				after = u
			}
			done = len(us)
			return nil
		})
		n += done
		if err != nil || done == 0 {
			return n, err
		}
	}
}
