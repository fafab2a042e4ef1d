package calendar

import (
	"embed"
	"fmt"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fresh"
)

// Migrations make the tables of this package.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// maxEditions is far above one edition a year of every division that keeps one.
const maxEditions = 100000

const editionColumns = "e.division, e.year, e.version, e.source, e.body, e.published_at, e.published_by"

// loadMark reads the mark of the newest publication.
func loadMark(tx *db.Tx, lock string) (mark int64, err error) {
	err = tx.Of(fresh.Everything).Row("select mark from calendar_head where id = 1" + lock).Scan(&mark)
	return mark, err
}

// loadLatest reads the newest version of every year of every division.
func loadLatest(tx *db.Tx) ([]Published, error) {
	return db.List(tx.Of(fresh.Everything), scanPublished, "select "+editionColumns+` from calendar_edition e
		where e.version = (select max(v.version) from calendar_edition v where v.division = e.division and v.year = e.year)
		order by e.division, e.year limit $1`, maxEditions)
}

// loadHistory reads the versions of one division, newest year and version first.
func loadHistory(tx *db.Tx, division int64, limit int) ([]Published, error) {
	return db.List(tx, scanPublished, "select "+editionColumns+` from calendar_edition e
		where e.division = $1 order by e.year desc, e.version desc limit $2`, division, limit)
}

func scanPublished(r *db.Rows, p *Published) error {
	var body string
	var at int64
	e := &p.Edition
	if err := r.Scan(&e.Division, &e.Year, &e.Version, &e.Source, &body, &at, &p.By); err != nil {
		return err
	}
	es, problems := Parse("stored.json", []byte(body), e.Division)
	if len(problems) > 0 || len(es) != 1 || es[0].Year != e.Year {
		return fmt.Errorf("calendar of division %d for %d, version %d, does not read: %v", e.Division, e.Year, e.Version, problems)
	}
	e.Notice, e.URL, e.Rest, e.Work, e.Hours = es[0].Notice, es[0].URL, es[0].Rest, es[0].Work, es[0].Hours
	p.At = clock.FromMillis(at)
	return nil
}

// insertEdition publishes one version and moves the mark.
func insertEdition(tx *db.Tx, e Edition, by int64) error {
	_, err := tx.Exec(`insert into calendar_edition (division, year, version, source, body, published_at, published_by)
		values ($1, $2, $3, $4, $5, $6, $7)`, e.Division, e.Year, e.Version, e.Source, string(e.Encode()), clock.Millis(tx.Now), by)
	return err
}

// moveMark gives the head a mark that was never used before, so that a cache
// filled from a commit that then failed can never be taken for a later one.
func moveMark(tx *db.Tx) (int64, error) {
	mark := tx.ID(0)
	_, err := tx.Exec("update calendar_head set mark = $1 where id = 1", mark)
	return mark, err
}
