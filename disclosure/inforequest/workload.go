package inforequest

import (
	"context"
	"slices"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Load is how much one handler of one agency has before him.
type Load struct {
	Agency  int64
	Handler int64 // 0: not assigned
	Open    int   // filed, open, waiting, in review, decided and not delivered
	Soon    int   // to be answered within a week
	Late    int   // the last day has passed
}

// Loads counts open requests within the reach of the person acting, by agency
// and handler.
func (r *Requests) Loads(ctx context.Context) (out []Load, err error) {
	defer fault.Wrap(&err, "inforequest.Loads")
	a := account.From(ctx)
	if a == nil {
		return nil, fault.Say(fault.Unauthenticated, "fault.unauthenticated")
	}
	err = r.DB.Read(ctx, func(tx *db.Tx) error {
		today := clock.DateOf(tx.Now)
		w := &db.Where{}
		soon, now := w.Next(today.AddDays(7)), w.Next(today)
		account.In(w, reachOf(a), "k.agency", "k.region")
		sql, args := w.SQL()
		out, err = db.List(tx, func(r *db.Rows, l *Load) error {
			return r.Scan(&l.Agency, db.OrZero(&l.Handler), &l.Open, &l.Soon, &l.Late)
		},
			`select k.agency, k.handler, count(*), count(case when k.state in ('open', 'review') and k.due_on <= `+soon+` and k.due_on >= `+now+` then 1 end),
 count(case when k.state in ('open', 'review') and k.due_on < `+now+` then 1 end) from inforequest_clock k`+sql+` group by k.agency, k.handler order by k.agency, k.handler limit 1000`, args...)
		return err
	})
	return out, err
}

// Year is how an agency answered in one year.
type Year struct {
	Tally   Tally
	Decided int
	InTime  int
	Days    []int // working days from receipt to decision, sorted
}

// YearOf counts a year for whoever may see the agency's requests.
func (r *Requests) YearOf(ctx context.Context, unit int64, year int) (y Year, u agency.Agency, err error) {
	defer fault.Wrap(&err, "inforequest.YearOf(%d)", unit)
	err = r.DB.Read(ctx, func(tx *db.Tx) error {
		if u, err = agency.Find(tx, unit); err != nil {
			return err
		}
		if !MayRead(account.From(ctx), account.Target{Agency: u.ID, Division: int64(u.Division)}) {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		if y.Tally, err = TallyOf(tx, u, year); err != nil {
			return err
		}
		cal, err := r.Calendars.In(tx, int64(u.Division))
		if err != nil {
			return err
		}
		type row struct {
			from, to clock.Date
			late     bool
		}
		first, last := clock.NewDate(year, 1, 1), clock.NewDate(year, 12, 31)
		rows, err := db.List(tx, func(r *db.Rows, x *row) error { return r.Scan(&x.from, &x.to, &x.late) },
			"select received_on, decided_on, late from inforequest where province = $1 and agency = $2 and decided_on >= $3 and decided_on <= $4 order by id limit 100000", u.Province(), u.ID, first, last)
		for _, x := range rows {
			y.Decided++
			if !x.late {
				y.InTime++
			}
			if !x.from.IsZero() {
				y.Days = append(y.Days, cal.WorkingDaysBetween(x.from, x.to))
			}
		}
		slices.Sort(y.Days)
		return err
	})
	return y, u, err
}
