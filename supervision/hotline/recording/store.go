package recording

import (
	"strconv"
	"time"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/supervision/hotline"
)

// Where the sound of a recording is.
const (
	Spool = "spool" // with the process that wrote it
	Kept  = "kept"  // in the store of files
	None  = "none"  // there is none, or no more
)

// Recording is one row.
type Recording struct {
	Province  int
	ID        int64
	Region    agency.Code
	Agency    int64
	Call      int64
	Line      int64
	Seat      int64
	Person    int64
	At        time.Time
	Day       string
	File      string
	Hash      string
	Place     string
	Node      string
	Seconds   int
	Gaps      int // seconds that are silence or missing
	Complete  bool
	Absent    string
	Destroyed time.Time
	key       []byte
}

const cols = `r.province, r.id, r.region, r.agency, r.call, r.line, r.seat, r.person, r.started_at, r.day, r.file, r.hash, r.key, r.place, r.node, r.seconds, r.gaps, r.complete, r.absent, r.destroyed_at`

func scan(r *db.Rows, x *Recording) error {
	return r.Scan(&x.Province, &x.ID, &x.Region, &x.Agency, &x.Call, &x.Line, db.OrZero(&x.Seat), db.OrZero(&x.Person), db.OrZero(&x.At), &x.Day, &x.File, &x.Hash, &x.key, &x.Place, &x.Node, &x.Seconds, &x.Gaps, &x.Complete, &x.Absent, db.OrZero(&x.Destroyed))
}

func byID(tx *db.Tx, province int, id int64) (*Recording, error) {
	return db.Only(db.List(tx, scan, "select "+cols+" from recording r where r.province = $1 and r.id = $2", province, id))
}

// insertRecording makes a row, once for each file.
func insertRecording(tx *db.Tx, x *Recording) error {
	x.ID = tx.RandomID(x.Province)
	_, err := tx.Exec(`insert into recording (province, id, prefecture, county, region, agency, call, line, seat, person, started_at, day, file, hash, key, place, node, seconds, gaps, complete, absent)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) on conflict (province, file) do nothing`,
		x.Province, x.ID, x.Region.Prefecture(), x.Region.County(), x.Region, x.Agency, x.Call, x.Line, db.OrNull(x.Seat), db.OrNull(x.Person), clock.Millis(x.At), x.Day, x.File, x.Hash, x.key, x.Place, x.Node, x.Seconds, x.Gaps, x.Complete, x.Absent)
	return err
}

func kept(tx *db.Tx, province int, file, hash string) error {
	_, err := tx.Exec("update recording set place = 'kept', hash = $3 where province = $1 and file = $2 and place = 'spool'", province, file, hash)
	return err
}

func olderThan(tx *db.Tx, before time.Time, limit int) ([]Recording, error) {
	return db.List(tx, scan, "select "+cols+" from recording r where r.started_at <= $1 and r.destroyed_at is null and r.absent = '' and r.place = 'kept' order by r.started_at, r.id limit $2", clock.Millis(before), limit)
}

func destroyed(tx *db.Tx, x *Recording) error {
	_, err := tx.Exec("update recording set place = 'none', key = null, destroyed_at = $3 where province = $1 and id = $2", x.Province, x.ID, clock.Millis(tx.Now))
	return err
}

func ofCall(tx *db.Tx, call hotline.Ref) ([]Recording, error) {
	return db.List(tx, scan, "select "+cols+" from recording r where r.province = $1 and r.call = $2 order by r.id limit 100", call.Province, call.ID)
}

func forgotten(tx *db.Tx, x *Recording) error {
	if _, err := tx.Exec("delete from recording_access where province = $1 and recording = $2", x.Province, x.ID); err != nil {
		return err
	}
	_, err := tx.Exec("delete from recording where province = $1 and id = $2", x.Province, x.ID)
	return err
}

// query narrows the list.
type query struct {
	ranges []account.Range
	person int64 // the agent; alone when the reader is he
	line   int64
	day    string
	after  int64 // milliseconds
	id     int64
	limit  int
}

func list(tx *db.Tx, q query) ([]Recording, error) {
	w := &db.Where{}
	if q.ranges != nil {
		account.In(w, q.ranges, "r.agency", "r.region")
	}
	w.If(q.person != 0, "r.person = ?", q.person).If(q.line != 0, "r.line = ?", q.line).If(q.day != "", "r.day = ?", q.day)
	w.If(q.id != 0, "(r.started_at < ? or r.started_at = ? and r.id < ?)", q.after, q.after, q.id)
	n := w.Next(q.limit)
	cond, args := w.SQL()
	return db.List(tx, scan, "select "+cols+" from recording r"+cond+" order by r.started_at desc, r.id desc limit "+n, args...)
}

// Between lists the recordings of a unit's lines begun in a time that last so many
// seconds and that somebody answered: what a sample is drawn of. A destroyed
// sound is among them, so that the same sample can be drawn again; a sealed call
// never is.
func Between(tx *db.Tx, unit int64, from, to time.Time, seconds int) ([]Recording, error) {
	return db.List(tx, scan, "select "+cols+` from recording r join hotline_call c on c.province = r.province and c.id = r.call
 where r.province = $1 and r.agency = $2 and r.started_at >= $3 and r.started_at < $4 and r.absent = '' and r.seat is not null and r.person is not null and r.seconds >= $5 and not c.sealed order by r.started_at, r.id limit 100000`,
		db.ProvinceOf(unit), unit, clock.Millis(from), clock.Millis(to), seconds)
}

// Units lists the units whose lines were recorded in a time.
func Units(tx *db.Tx, from, to time.Time) ([]int64, error) {
	return db.List(tx, db.One[int64], "select distinct agency from recording where started_at >= $1 and started_at < $2 and absent = '' and seat is not null order by agency limit 5000", clock.Millis(from), clock.Millis(to))
}

// Heard answers whether somebody asked to listen to a recording.
func Heard(tx *db.Tx, province int, id, person int64) (bool, error) {
	n := 0
	err := tx.Row("select count(*) from recording_access where province = $1 and recording = $2 and person = $3", province, id, person).Scan(&n)
	return n > 0, err
}

// About is a recording for who reviews it, and where its sound is while his
// reason holds; "" when he has to ask first.
func About(tx *db.Tx, province int, id, person int64) (x *Recording, sound string, err error) {
	if x, err = byID(tx, province, id); err != nil {
		return nil, "", err
	}
	all, err := accesses(tx, province, id)
	for _, y := range all {
		if x.Place == Kept && y.Person == person && tx.Now.Before(y.Until) {
			return x, pathOf(province, id) + "/sound/" + strconv.FormatInt(y.ID, 10), nil
		}
	}
	return x, "", err
}
