package studio

import (
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

const versionCols = `v.province, v.id, v.agency, v.region, v.prompt, v.lang, v.number, v.state, v.text, v.pinyin, v.basis, v.said, v.sound, v.millis, v.hands, v.author, v.written_at, v.speaker, v.recorded_at, v.sent_at, v.reviewer, v.decided_at, v.remark, v.ended_at`

func scanVersion(r *db.Rows, v *Version) error {
	var millis int64
	err := r.Scan(&v.Province, &v.ID, &v.Agency, &v.Region, &v.Key, &v.Lang, &v.Number, &v.State, &v.Text, &v.Pinyin, &v.basis, &v.said, &v.Sound, &millis, &v.hands, &v.Author, db.OrZero(&v.Written),
		db.OrZero(&v.Speaker), db.OrZero(&v.Recorded), db.OrZero(&v.SentAt), db.OrZero(&v.Reviewer), db.OrZero(&v.Decided), &v.Remark, db.OrZero(&v.Ended))
	v.Length = time.Duration(millis) * time.Millisecond
	return err
}

// How many rows a list reads.
const (
	mostUsed     = 5000
	mostVersions = 100
)

// openOf is the version somebody works on or that waits; absent is NotFound.
func openOf(tx *db.Tx, province int, unit int64, n Name) (*Version, error) {
	return db.Only(db.List(tx, scanVersion, "select "+versionCols+" from studio_version v where v.province = $1 and v.agency = $2 and v.lang = $3 and v.prompt = $4 and v.state in ('draft', 'sent') order by v.id limit 1"+tx.ForUpdate(), province, unit, n.Lang, n.Key))
}

// usedOf is the version of a unit callers hear; absent is NotFound.
func usedOf(tx *db.Tx, province int, unit int64, n Name) (*Version, error) {
	return db.Only(db.List(tx, scanVersion, "select "+versionCols+" from studio_version v where v.province = $1 and v.agency = $2 and v.lang = $3 and v.prompt = $4 and v.state = 'used' order by v.id limit 1"+tx.ForUpdate(), province, unit, n.Lang, n.Key))
}

func byID(tx *db.Tx, province int, id int64) (*Version, error) {
	return db.Only(db.List(tx, scanVersion, "select "+versionCols+" from studio_version v where v.province = $1 and v.id = $2 order by v.id limit 1", province, id))
}

// versionsOf is the history of a unit's prompt, the newest first.
func versionsOf(tx *db.Tx, province int, unit int64, n Name) ([]Version, error) {
	return db.List(tx, scanVersion, "select "+versionCols+" from studio_version v where v.province = $1 and v.agency = $2 and v.lang = $3 and v.prompt = $4 order by v.number desc, v.id desc limit $5", province, unit, n.Lang, n.Key, mostVersions)
}

// standing lists what units use, work on or wait for; lang "" is every one.
func standing(tx *db.Tx, province int, units []int64, lang string) ([]Version, error) {
	w := (&db.Where{}).And("v.province = ?", province).And("v.state in ('draft', 'sent', 'used')").If(lang != "", "v.lang = ?", lang)
	db.In(w, "v.agency", units)
	cond, _ := w.SQL()
	limit := w.Next(mostUsed)
	return db.List(tx, scanVersion, "select "+versionCols+" from studio_version v"+cond+" order by v.agency, v.lang, v.prompt, v.id limit "+limit, w.Args()...)
}

// nextNumber is the number of the next version of a unit's prompt.
func nextNumber(tx *db.Tx, province int, unit int64, n Name) (number int, err error) {
	err = tx.Row("select coalesce(max(v.number), 0) + 1 from studio_version v where v.province = $1 and v.agency = $2 and v.lang = $3 and v.prompt = $4", province, unit, n.Lang, n.Key).Scan(&number)
	return number, err
}

func insertVersion(tx *db.Tx, v *Version) error {
	c := v.Region
	_, err := tx.Exec(`insert into studio_version (province, id, prefecture, county, region, agency, prompt, lang, number, state, text, pinyin, basis, hands, author, written_at)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		v.Province, v.ID, c.Prefecture(), c.County(), c, v.Agency, v.Key, v.Lang, v.Number, v.State, v.Text, v.Pinyin, v.basis, v.hands, v.Author, clock.Millis(v.Written))
	if err != nil {
		return err
	}
	return updateVersion(tx, v)
}

func updateVersion(tx *db.Tx, v *Version) error {
	n, err := tx.Exec(`update studio_version set state = $3, text = $4, pinyin = $5, basis = $6, said = $7, sound = $8, millis = $9, hands = $10, author = $11, written_at = $12, speaker = $13, recorded_at = $14,
 sent_at = $15, reviewer = $16, decided_at = $17, remark = $18, ended_at = $19 where province = $1 and id = $2`,
		v.Province, v.ID, v.State, v.Text, v.Pinyin, v.basis, v.said, v.Sound, v.Length.Milliseconds(), v.hands, v.Author, clock.Millis(v.Written), db.OrNull(v.Speaker), db.OrNull(v.Recorded),
		db.OrNull(v.SentAt), db.OrNull(v.Reviewer), db.OrNull(v.Decided), v.Remark, db.OrNull(v.Ended))
	if err == nil && n == 0 {
		err = fault.Say(fault.NotFound, "fault.not_found")
	}
	return err
}

func deleteVersion(tx *db.Tx, v *Version) error {
	_, err := tx.Exec("delete from studio_version where province = $1 and id = $2 and state = 'draft'", v.Province, v.ID)
	return err
}

func putSound(tx *db.Tx, province int, hash string, octets []byte) error {
	_, err := tx.Exec("insert into studio_sound (province, hash, octets, at) values ($1, $2, $3, $4) on conflict (province, hash) do nothing", province, hash, octets, clock.Millis(tx.Now))
	return err
}

func soundOf(tx *db.Tx, province int, hash string) (octets []byte, err error) {
	found, err := db.List(tx, func(r *db.Rows, b *[]byte) error { return r.Scan(b) }, "select octets from studio_sound where province = $1 and hash = $2 order by hash limit 1", province, hash)
	b, err := db.Only(found, err)
	if err != nil {
		return nil, err
	}
	return *b, nil
}

// dropSound deletes a recording no version is left of.
func dropSound(tx *db.Tx, province int, hash string) error {
	if hash == "" {
		return nil
	}
	_, err := tx.Exec("delete from studio_sound where province = $1 and hash = $2 and not exists (select 1 from studio_version v where v.province = $1 and v.sound = $2)", province, hash)
	return err
}
