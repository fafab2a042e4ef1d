package training

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/supervision/hotline"
)

// Planned is a session of a year's plan.
type Planned struct {
	ID      int64
	Year    int
	Month   int
	Subject string
	Minutes int
	Note    string // for whom, by whom
	Session int64  // what was held of it; 0: not yet
	Held    clock.Date
	Dropped time.Time
	Why     string
}

// Late answers whether it was to be held in a month that is over.
func (x *Planned) late(today clock.Date) bool {
	return x.Session == 0 && x.Dropped.IsZero() && !today.Before(clock.NewDate(x.Year, time.Month(x.Month), 1).AddMonths(1))
}

// Plan adds a session to the plan of a year.
func (s *Trainings) Plan(ctx context.Context, in Planned) (err error) {
	defer fault.Wrap(&err, "training.Plan")
	in.Subject, in.Note = strings.TrimSpace(in.Subject), strings.TrimSpace(in.Note)
	err = s.write(ctx, "plan", func(tx *db.Tx, u agency.Agency, a *account.Actor, _ []account.Person) (int64, error) {
		bad := subject(in.Subject)
		if now := clock.DateOf(tx.Now).Year(); in.Year < now || in.Year > now+2 {
			bad = append(bad, fault.Field{Name: "year", Key: "training.bad_year", Args: []any{strconv.Itoa(now), strconv.Itoa(now + 2)}})
		}
		if in.Month < 1 || in.Month > 12 {
			bad = append(bad, fault.Field{Name: "month", Key: "training.bad_month"})
		}
		if in.Minutes < 1 || in.Minutes > 6000 {
			bad = append(bad, fault.Field{Name: "minutes", Key: "training.bad_minutes"})
		}
		if utf8.RuneCountInString(in.Note) > maxReason {
			bad = append(bad, fault.Field{Name: "note", Key: "training.long_note", Args: []any{maxReason}})
		}
		if len(bad) > 0 {
			return 0, fault.Fields(bad...)
		}
		in.ID = tx.ID(u.Division.Province())
		return in.ID, insertPlanned(tx, u, a.Person, &in)
	})
	if db.Broken(err, "training_planned_once", "training_planned.province, training_planned.agency, training_planned.year, training_planned.month, training_planned.subject") {
		return fault.Fields(fault.Field{Name: "subject", Key: "training.planned_twice"})
	}
	return err
}

// Drop gives up a planned session; it stays in the plan with the reason.
func (s *Trainings) Drop(ctx context.Context, id int64, why string) (err error) {
	defer fault.Wrap(&err, "training.Drop(%d)", id)
	why = strings.TrimSpace(why)
	if n := utf8.RuneCountInString(why); n < 4 || n > maxReason {
		return fault.Fields(fault.Field{Name: "why", Key: "training.need_why", Args: []any{maxReason}})
	}
	return s.write(ctx, "drop", func(tx *db.Tx, u agency.Agency, _ *account.Actor, _ []account.Person) (int64, error) {
		n, err := dropPlanned(tx, u, id, why)
		if err == nil && n == 0 {
			err = fault.Say(fault.NotFound, "fault.not_found")
		}
		return id, err
	})
}

// Require says whether the unit lets nobody answer without a qualification.
func (s *Trainings) Require(ctx context.Context, required bool) (err error) {
	defer fault.Wrap(&err, "training.Require")
	return s.write(ctx, "require", func(tx *db.Tx, u agency.Agency, a *account.Actor, _ []account.Person) (int64, error) {
		_, err := tx.Exec("insert into training_rule (province, agency, required, by_person, at) values ($1, $2, $3, $4, $5) on conflict (province, agency) do update set required = excluded.required, by_person = excluded.by_person, at = excluded.at",
			u.Province(), u.ID, required, a.Person, clock.Millis(tx.Now))
		return u.ID, err
	})
}

// required answers whether a unit insists on a qualification: as it said, or else
// once it has given any.
func required(tx *db.Tx, unit int64) (bool, error) {
	said, err := db.List(tx, db.One[bool], "select required from training_rule where province = $1 and agency = $2", db.ProvinceOf(unit), unit)
	if err != nil || len(said) > 0 {
		return len(said) > 0 && said[0], err
	}
	n := 0
	err = tx.Row("select count(*) from (select 1 from training_qualification where province = $1 and agency = $2 limit 1) q", db.ProvinceOf(unit), unit).Scan(&n)
	return n > 0, err
}

// MayAnswer is what the hotline asks when a seat signs on: whether the person is
// qualified on a day, until when, and whether his unit insists on it.
func (s *Trainings) MayAnswer(ctx context.Context, person, unit int64, day clock.Date) (q hotline.Qualified, err error) {
	defer fault.Wrap(&err, "training.MayAnswer")
	if q.OK, q.Until, err = s.Qualified(ctx, person, day); err != nil {
		return q, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		q.Required, err = required(tx, unit)
		return err
	})
	return q, err
}

func insertPlanned(tx *db.Tx, u agency.Agency, by int64, x *Planned) error {
	c := u.Division
	_, err := tx.Exec("insert into training_planned (province, id, prefecture, county, region, agency, year, month, subject, minutes, note, by_person, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
		c.Province(), x.ID, c.Prefecture(), c.County(), c, u.ID, x.Year, x.Month, x.Subject, x.Minutes, x.Note, by, clock.Millis(tx.Now))
	return err
}

func dropPlanned(tx *db.Tx, u agency.Agency, id int64, why string) (int64, error) {
	return tx.Exec("update training_planned set dropped_at = $4, why = $5 where province = $1 and id = $2 and agency = $3 and session is null and dropped_at is null", u.Province(), id, u.ID, clock.Millis(tx.Now), why)
}

// fulfil ties a session that was held to what was planned.
func fulfil(tx *db.Tx, u agency.Agency, planned, session int64) error {
	n, err := tx.Exec("update training_planned set session = $4 where province = $1 and id = $2 and agency = $3 and session is null and dropped_at is null", u.Province(), planned, u.ID, session)
	if err == nil && n == 0 {
		err = fault.Fields(fault.Field{Name: "planned", Key: "training.no_planned"})
	}
	return err
}

func plannedOf(tx *db.Tx, unit int64, year int) ([]Planned, error) {
	return db.List(tx, func(r *db.Rows, x *Planned) error {
		return r.Scan(&x.ID, &x.Year, &x.Month, &x.Subject, &x.Minutes, &x.Note, db.OrZero(&x.Session), &x.Held, db.OrZero(&x.Dropped), &x.Why)
	}, `select p.id, p.year, p.month, p.subject, p.minutes, p.note, p.session, s.day, p.dropped_at, p.why from training_planned p left join training_session s on s.province = p.province and s.id = p.session
 where p.province = $1 and p.agency = $2 and p.year = $3 order by p.month, p.id limit 400`, db.ProvinceOf(unit), unit, year)
}

// attended counts those of some persons who were at a session in a year.
func attended(tx *db.Tx, unit int64, year int, persons []account.Person) (n int, err error) {
	ids := make([]int64, len(persons))
	for i, p := range persons {
		ids[i] = p.ID
	}
	w := (&db.Where{}).And("s.province = ?", db.ProvinceOf(unit)).And("s.agency = ?", unit).And("s.day >= ?", clock.NewDate(year, 1, 1)).And("s.day <= ?", clock.NewDate(year, 12, 31))
	where, args := db.In(w, "a.person", ids).SQL()
	err = tx.Row("select count(distinct a.person) from training_session s join training_attendance a on a.province = s.province and a.session = s.id"+where, args...).Scan(&n)
	return n, err
}
