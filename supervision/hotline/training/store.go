package training

import (
	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
)

const qualificationCols = `q.id, q.province, q.agency, q.region, q.person, q.valid_from, q.valid_to, q.review_on, q.withdrawn_at, q.why`

func scanQualification(r *db.Rows, x *Qualification) error {
	return r.Scan(&x.ID, &x.Province, &x.Agency, &x.Region, &x.Person, &x.From, &x.To, &x.Review, db.OrZero(&x.Withdrawn), &x.Why)
}

func valid(tx *db.Tx, person int64, day clock.Date) ([]Qualification, error) {
	return db.List(tx, scanQualification, "select "+qualificationCols+" from training_qualification q where q.person = $1 and q.valid_to >= $2 and q.valid_from <= $2 and q.withdrawn_at is null order by q.valid_to desc, q.id limit 1", person, day)
}

func qualificationsOf(tx *db.Tx, person int64) ([]Qualification, error) {
	return db.List(tx, scanQualification, "select "+qualificationCols+" from training_qualification q where q.person = $1 order by q.valid_to desc, q.id desc limit 50", person)
}

func qualificationsAt(tx *db.Tx, unit int64) ([]Qualification, error) {
	return db.List(tx, scanQualification, "select "+qualificationCols+" from training_qualification q where q.agency = $1 order by q.valid_to desc, q.id desc limit 500", unit)
}

func insertQualification(tx *db.Tx, u agency.Agency, by int64, x *Qualification) error {
	c := u.Division
	_, err := tx.Exec(`insert into training_qualification (province, id, prefecture, county, region, agency, person, valid_from, valid_to, review_on, by_person, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		c.Province(), x.ID, c.Prefecture(), c.County(), c, u.ID, x.Person, x.From, x.To, x.Review, by, clock.Millis(tx.Now))
	return err
}

func withdraw(tx *db.Tx, u agency.Agency, id int64, why string) (int64, error) {
	return tx.Exec("update training_qualification set withdrawn_at = $4, why = $5 where province = $1 and id = $2 and agency = $3 and withdrawn_at is null", u.Division.Province(), id, u.ID, clock.Millis(tx.Now), why)
}

func insertSession(tx *db.Tx, u agency.Agency, by int64, x *Session) error {
	c := u.Division
	if _, err := tx.Exec(`insert into training_session (province, id, prefecture, county, region, agency, subject, day, minutes, material, by_person, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		c.Province(), x.ID, c.Prefecture(), c.County(), c, u.ID, x.Subject, x.Day, x.Minutes, x.Material, by, clock.Millis(tx.Now)); err != nil {
		return err
	}
	for _, p := range x.Persons {
		if _, err := tx.Exec("insert into training_attendance (province, session, person) values ($1, $2, $3) on conflict (province, session, person) do nothing", c.Province(), x.ID, p); err != nil {
			return err
		}
	}
	return nil
}

func scanSession(r *db.Rows, x *Session) error {
	return r.Scan(&x.ID, &x.Subject, &x.Day, &x.Minutes, &x.Material)
}

func sessionsAt(tx *db.Tx, unit int64) ([]Session, error) {
	return db.List(tx, scanSession, "select s.id, s.subject, s.day, s.minutes, s.material from training_session s where s.agency = $1 order by s.day desc, s.id desc limit 200", unit)
}

func sessionsOf(tx *db.Tx, person int64) ([]Session, error) {
	return db.List(tx, scanSession, "select s.id, s.subject, s.day, s.minutes, s.material from training_session s join training_attendance a on a.province = s.province and a.session = s.id where a.person = $1 order by s.day desc, s.id desc limit 200", person)
}

func insertResult(tx *db.Tx, u agency.Agency, by int64, x *Result) error {
	c := u.Division
	_, err := tx.Exec(`insert into training_result (province, id, prefecture, county, region, agency, person, subject, day, score, pass, by_person, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
 on conflict (province, agency, person, subject, day) do update set score = excluded.score, pass = excluded.pass, by_person = excluded.by_person, at = excluded.at`,
		c.Province(), x.ID, c.Prefecture(), c.County(), c, u.ID, x.Person, x.Subject, x.Day, x.Score, x.Pass, by, clock.Millis(tx.Now))
	return err
}

const resultCols = `r.id, r.person, r.subject, r.day, r.score, r.pass`

func scanResult(r *db.Rows, x *Result) error {
	return r.Scan(&x.ID, &x.Person, &x.Subject, &x.Day, &x.Score, &x.Pass)
}

func resultsOf(tx *db.Tx, person int64, limit int) ([]Result, error) {
	return db.List(tx, scanResult, "select "+resultCols+" from training_result r where r.person = $1 order by r.day desc, r.id desc limit $2", person, limit)
}

func resultsAt(tx *db.Tx, unit int64) ([]Result, error) {
	return db.List(tx, scanResult, "select "+resultCols+" from training_result r where r.agency = $1 order by r.day desc, r.id desc limit 2000", unit)
}
