package yearly

import (
	"encoding/json"
	"time"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fresh"
)

// report is the row of an agency's year.
type report struct {
	province int
	id       int64
	agency   int64
	year     int
	current  int64 // revision; 0 until the first is published
	last     int   // number of the newest revision
}

const reportCols = "r.province, r.id, r.agency, r.year, r.current, r.last"

func scanReport(rows *db.Rows, r *report) error {
	return rows.Scan(&r.province, &r.id, &r.agency, &r.year, db.OrZero(&r.current), &r.last)
}

// findReport reads a report; lock is tx.ForUpdate() where it will be changed.
func findReport(tx *db.Tx, province int, id int64, lock string) (*report, error) {
	return db.Only(db.List(tx, scanReport, "select "+reportCols+" from yearly_report r where r.province = $1 and r.id = $2"+lock, province, id))
}

func reportOf(tx *db.Tx, u agency.Agency, year int) (*report, error) {
	return db.Only(db.List(tx.Of(tagOf(u.ID)), scanReport, "select "+reportCols+" from yearly_report r where r.province = $1 and r.agency = $2 and r.year = $3",
		u.Province(), u.ID, year))
}

// reportsOf lists a unit's reports, the newest year first.
func reportsOf(tx *db.Tx, u agency.Agency, publicOnly bool) ([]report, error) {
	only := ""
	if publicOnly {
		only = " and r.current is not null"
	}
	return db.List(tx.Of(tagOf(u.ID)), scanReport, "select "+reportCols+" from yearly_report r where r.province = $1 and r.agency = $2"+only+" order by r.year desc limit 200", u.Province(), u.ID)
}

func insertReport(tx *db.Tx, u agency.Agency, r *report) error {
	d := u.Division
	_, err := tx.Exec(`insert into yearly_report (province, id, prefecture, county, region, agency, year, last, begun_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		r.province, r.id, d.Prefecture(), d.County(), d, r.agency, r.year, r.last, clock.Millis(tx.Now))
	return err
}

// updateReport writes a report; first is when it became public, zero when it did
// not now.
func updateReport(tx *db.Tx, r *report, first time.Time) error {
	_, err := tx.Exec("update yearly_report set current = $3, last = $4, first_at = coalesce(first_at, $5) where province = $1 and id = $2",
		r.province, r.id, db.OrNull(r.current), r.last, db.OrNull(first))
	return err
}

const revisionCols = `v.province, v.id, v.report, r.agency, r.year, v.number, v.state, v.reason, v.note, v.written, v.figures, v.saved,
 v.author, v.submitter, v.approver, v.saved_at, v.submitted_at, v.published_at`

const revisionFrom = " from yearly_revision v join yearly_report r on r.province = v.province and r.id = v.report"

func scanRevision(rows *db.Rows, v *Revision) error {
	var text, figures string
	if err := rows.Scan(&v.Province, &v.ID, &v.Report, &v.Agency, &v.Year, &v.Number, &v.State, &v.Reason, &v.Note, &text, &figures, &v.Saved,
		&v.Author, db.OrZero(&v.Submitter), db.OrZero(&v.Approver), db.OrZero(&v.SavedAt), db.OrZero(&v.SubmittedAt), db.OrZero(&v.PublishedAt)); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(text), &v.Text); err != nil {
		return err
	}
	return json.Unmarshal([]byte(figures), &v.Figures)
}

func findRevision(tx *db.Tx, province int, id int64) (*Revision, error) {
	return db.Only(db.List(tx, scanRevision, "select "+revisionCols+revisionFrom+" where v.province = $1 and v.id = $2", province, id))
}

// revisionsOf lists the revisions of a report, the newest first.
func revisionsOf(tx *db.Tx, r *report, publicOnly bool) ([]Revision, error) {
	w := (&db.Where{}).And("v.province = ?", r.province).And("v.report = ?", r.id).If(publicOnly, "v.state in ('published', 'superseded')")
	sql, args := w.SQL()
	return db.List(tx.Of(tagOf(r.agency)), scanRevision, "select "+revisionCols+revisionFrom+sql+" order by v.number desc limit 100", args...)
}

// currentOf lists the public figures of some agencies of a province and year.
func currentOf(tx *db.Tx, province, year int, agencies []int64) ([]Revision, error) {
	if len(agencies) == 0 {
		return nil, nil
	}
	w := (&db.Where{}).And("r.province = ?", province).And("v.province = ?", province).And("r.year = ?", year).And("v.state = 'published'")
	sql, args := db.In(w, "r.agency", agencies).SQL()
	return db.List(tx, scanRevision, "select "+revisionCols+revisionFrom+sql+" order by r.agency limit 1000", args...)
}

func insertRevision(tx *db.Tx, v *Revision) error {
	text, figures, err := written(v)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`insert into yearly_revision (province, id, report, number, state, reason, written, figures, saved, author, saved_at)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, v.Province, v.ID, v.Report, v.Number, v.State, v.Reason, text, figures, v.Saved, v.Author, clock.Millis(v.SavedAt))
	return err
}

func written(v *Revision) (text, figures string, err error) {
	t, err := json.Marshal(v.Text)
	if err != nil {
		return "", "", err
	}
	f, err := json.Marshal(v.Figures)
	return string(t), string(f), err
}

// updateRevision writes a revision that was read with Saved as was; 0 rows when
// another person saved it in between.
func updateRevision(tx *db.Tx, v *Revision, was int) (int64, error) {
	text, figures, err := written(v)
	if err != nil {
		return 0, err
	}
	return tx.Exec(`update yearly_revision set state = $3, note = $4, written = $5, figures = $6, saved = $7, submitter = $8, approver = $9, saved_at = $10,
 submitted_at = $11, published_at = $12 where province = $1 and id = $2 and saved = $13`, v.Province, v.ID, v.State, v.Note, text, figures, v.Saved,
		db.OrNull(v.Submitter), db.OrNull(v.Approver), clock.Millis(v.SavedAt), db.OrNull(v.SubmittedAt), db.OrNull(v.PublishedAt), was)
}

// addHand notes who did something to a revision.
func addHand(tx *db.Tx, v *Revision, a *account.Actor, verb string) error {
	_, err := tx.Exec("insert into yearly_hand (province, id, revision, verb, person, principal, at) values ($1, $2, $3, $4, $5, $6, $7)",
		v.Province, tx.ID(v.Province), v.ID, verb, a.Person, db.OrNull(a.PrincipalID()), clock.Millis(tx.Now))
	return err
}

type hand struct{ person, principal int64 }

// writers lists everybody who had a hand in the text of a revision.
func writers(tx *db.Tx, v *Revision) (out []int64, err error) {
	hs, err := db.List(tx, func(r *db.Rows, h *hand) error { return r.Scan(&h.person, db.OrZero(&h.principal)) },
		"select distinct h.person, h.principal from yearly_hand h where h.province = $1 and h.revision = $2 and h.verb in ('start', 'save', 'submit') order by h.person, h.principal limit 1000",
		v.Province, v.ID)
	for _, h := range hs {
		out = append(out, h.person)
		if h.principal != 0 {
			out = append(out, h.principal)
		}
	}
	return out, err
}

// openIn lists the drafts and submitted revisions where the ranges allow, those
// that wait longest first.
func openIn(tx *db.Tx, ranges []account.Range, state string, limit int) ([]Revision, error) {
	w := (&db.Where{}).And("v.state = ?", state)
	account.In(w, ranges, "r.agency", "r.region")
	sql, _ := w.SQL()
	n := w.Next(limit)
	return db.List(tx, scanRevision, "select "+revisionCols+revisionFrom+sql+" order by v.saved_at, v.id limit "+n, w.Args()...)
}

// unitsIn lists the active agencies where the ranges allow, without the
// villages, which owe no report.
func unitsIn(tx *db.Tx, ranges []account.Range, limit int) ([]agency.Agency, error) {
	w := (&db.Where{}).And("a.state = 'active'").And("a.kind <> 'village'")
	account.In(w, ranges, "a.id", "a.region")
	sql, _ := w.SQL()
	n := w.Next(limit)
	return db.List(tx.Of(fresh.Everything), func(r *db.Rows, u *agency.Agency) error {
		return r.Scan(&u.ID, &u.Division, &u.Kind, &u.Slug, &u.Name)
	}, "select a.id, a.region, a.kind, a.slug, a.name from agency a"+sql+" order by a.region, a.id limit "+n, w.Args()...)
}

// documents counts the published items of a unit's category of normative
// documents: formed in a year, in force and repealed now. What only explains a
// document is none.
func documents(tx *db.Tx, u agency.Agency, category string, year int) (formed, valid, repealed int64, err error) {
	from, to := clock.NewDate(year, time.January, 1), clock.NewDate(year, time.December, 31)
	err = tx.Row(`select coalesce(sum(case when i.formed_on between $4 and $5 then 1 else 0 end), 0), coalesce(sum(case when i.validity in ('valid', 'amended') then 1 else 0 end), 0),
 coalesce(sum(case when i.validity = 'abolished' then 1 else 0 end), 0) from item i
 where i.province = $1 and i.agency = $2 and i.category = $3 and i.state = 'published' and i.explains is null`, u.Province(), u.ID, category, from, to).Scan(&formed, &valid, &repealed)
	return formed, valid, repealed, err
}
