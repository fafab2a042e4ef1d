package review

import (
	"encoding/json"
	"strings"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
)

const cols = `v.province, v.id, v.agency, v.region, v.draw, v.month, v.recording, v.seat, v.agent, v.state, v.sheet, v.reviewer, v.marks, v.fatal, v.score, v.passed, v.note, v.scored_at,
 v.objection, v.objected_at, v.ruler, v.ruling, v.ruling_note, v.ruled_at`

func scan(r *db.Rows, x *Review) error {
	var marks, fatal string
	err := r.Scan(&x.Province, &x.ID, &x.Agency, &x.Region, &x.Draw, &x.Month, &x.Recording, &x.Seat, &x.Agent, &x.State, &x.Sheet, db.OrZero(&x.Reviewer), &marks, &fatal, db.OrZero(&x.Score), &x.Passed, &x.Note, db.OrZero(&x.Scored),
		&x.Objection, db.OrZero(&x.Objected), db.OrZero(&x.Ruler), &x.Ruling, &x.RulingNote, db.OrZero(&x.Ruled))
	x.Marks, x.Fatal = marksOf(marks), strings.Fields(fatal)
	return err
}

func reviewByID(tx *db.Tx, province int, id int64) (*Review, error) {
	return db.Only(db.List(tx, scan, "select "+cols+" from review v where v.province = $1 and v.id = $2", province, id))
}

func lockReview(tx *db.Tx, province int, id int64) (*Review, error) {
	return db.Only(db.List(tx, scan, "select "+cols+" from review v where v.province = $1 and v.id = $2"+tx.ForUpdate(), province, id))
}

func insertReview(tx *db.Tx, x *Review) error {
	c := x.Region
	_, err := tx.Exec("insert into review (province, id, prefecture, county, region, agency, draw, month, recording, seat, agent, sheet) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (province, recording) do nothing",
		x.Province, x.ID, c.Prefecture(), c.County(), c, x.Agency, x.Draw, x.Month, x.Recording, x.Seat, x.Agent, x.Sheet)
	return err
}

func updateReview(tx *db.Tx, x *Review) error {
	marks := ""
	if x.Marks != nil {
		b, err := json.Marshal(x.Marks)
		if err != nil {
			return err
		}
		marks = string(b)
	}
	var score any
	if x.Reviewer != 0 {
		score = x.Score
	}
	_, err := tx.Exec(`update review set state = $3, reviewer = $4, marks = $5, fatal = $6, score = $7, passed = $8, note = $9, scored_at = $10, objection = $11, objected_at = $12, ruler = $13, ruling = $14, ruling_note = $15, ruled_at = $16
 where province = $1 and id = $2`, x.Province, x.ID, x.State, db.OrNull(x.Reviewer), marks, strings.Join(x.Fatal, " "), score, x.Passed, x.Note, db.OrNull(x.Scored), x.Objection, db.OrNull(x.Objected), db.OrNull(x.Ruler), x.Ruling, x.RulingNote, db.OrNull(x.Ruled))
	return err
}

const perPage = 100

// listed are the reviews in some ranges, or of one agent, in a state.
func listed(tx *db.Tx, ranges []account.Range, agent int64, state, month string) ([]Review, error) {
	w := &db.Where{}
	if agent != 0 {
		w.And("v.agent = ?", agent).And("v.state in ('scored', 'objected', 'ruled')")
	} else {
		account.In(w, ranges, "v.agency", "v.region")
		w.And("v.agent <> ?", account.From(tx.Ctx).Person)
	}
	w.If(state != "", "v.state = ?", state).If(month != "", "v.month = ?", month)
	n := w.Next(perPage)
	where, args := w.SQL()
	return db.List(tx, scan, "select "+cols+" from review v"+where+" order by v.month desc, v.id desc limit "+n, args...)
}

// silent lists those to be scored whose recording is no longer there.
func silent(tx *db.Tx) ([]Review, error) {
	return db.List(tx, scan, "select "+cols+" from review v where v.state = 'open' and not exists (select 1 from recording r where r.province = v.province and r.id = v.recording and r.place <> 'none') order by v.id limit 500")
}

const drawCols = `d.province, d.id, d.agency, d.region, d.month, d.seed, d.per_seat, d.pool, d.drawn, d.at`

func scanDraw(r *db.Rows, d *Draw) error {
	return r.Scan(&d.Province, &d.ID, &d.Agency, &d.Region, &d.Month, &d.Seed, &d.PerSeat, &d.Pool, &d.Drawn, db.OrZero(&d.At))
}

func drawOf(tx *db.Tx, u agency.Agency, month string) (*Draw, error) {
	return db.Only(db.List(tx, scanDraw, "select "+drawCols+" from review_draw d where d.province = $1 and d.agency = $2 and d.month = $3", u.Province(), u.ID, month))
}

func draws(tx *db.Tx, ranges []account.Range) ([]Draw, error) {
	w := &db.Where{}
	account.In(w, ranges, "d.agency", "d.region")
	n := w.Next(perPage)
	where, args := w.SQL()
	return db.List(tx, scanDraw, "select "+drawCols+" from review_draw d"+where+" order by d.month desc, d.id desc limit "+n, args...)
}

func insertDraw(tx *db.Tx, d *Draw) error {
	c := d.Region
	_, err := tx.Exec("insert into review_draw (province, id, prefecture, county, region, agency, month, seed, per_seat, pool, drawn, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
		d.Province, d.ID, c.Prefecture(), c.County(), c, d.Agency, d.Month, d.Seed, d.PerSeat, d.Pool, d.Drawn, clock.Millis(d.At))
	return err
}

// sum is what reviews add up to.
type sum struct {
	month                                              string
	agent                                              int64
	n, scored, points, passed, fatal, objected, amends int64
}

// sums add up the reviews in some ranges by month, or of one month by agent.
func sums(tx *db.Tx, ranges []account.Range, month string) ([]sum, error) {
	w := (&db.Where{}).And("v.state <> 'void'")
	account.In(w, ranges, "v.agency", "v.region")
	by := "v.month, cast(0 as bigint)"
	group := "v.month"
	if month != "" {
		w.And("v.month = ?", month)
		by, group = "v.month, v.agent", "v.month, v.agent"
	}
	where, args := w.SQL()
	return db.List(tx, func(r *db.Rows, s *sum) error {
		return r.Scan(&s.month, &s.agent, &s.n, &s.scored, &s.points, &s.passed, &s.fatal, &s.objected, &s.amends)
	}, "select "+by+`, count(*), sum(case when v.score is not null then 1 else 0 end), coalesce(sum(v.score), 0), sum(case when v.passed then 1 else 0 end), sum(case when v.fatal <> '' then 1 else 0 end),
 sum(case when v.objected_at is not null then 1 else 0 end), sum(case when v.ruling = 'changed' then 1 else 0 end) from review v`+where+" group by "+group+" order by "+group+" limit 1000", args...)
}
