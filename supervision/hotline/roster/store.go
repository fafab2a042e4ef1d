package roster

import (
	"time"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/supervision/hotline"
)

const rosterCols = `r.province, r.id, r.agency, r.region, r.line, r.month, r.state, r.author, r.author_for, r.published_at`

func scanRoster(r *db.Rows, x *Roster) error {
	return r.Scan(&x.Province, &x.ID, &x.Agency, &x.Region, &x.Line, &x.Month, &x.State, &x.Author, db.OrZero(&x.AuthorFor), db.OrZero(&x.Published))
}

func rosterByID(tx *db.Tx, province int, id int64) (*Roster, error) {
	return db.Only(db.List(tx, scanRoster, "select "+rosterCols+" from roster r where r.province = $1 and r.id = $2", province, id))
}

func rosterOf(tx *db.Tx, line hotline.Ref, month string) (*Roster, error) {
	return db.Only(db.List(tx, scanRoster, "select "+rosterCols+" from roster r where r.province = $1 and r.line = $2 and r.month = $3", line.Province, line.ID, month))
}

func insertRoster(tx *db.Tx, x *Roster) error {
	_, err := tx.Exec(`insert into roster (province, id, prefecture, county, region, agency, line, month, state, author, author_for) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
 on conflict (province, line, month) do nothing`, x.Province, x.ID, x.Region.Prefecture(), x.Region.County(), x.Region, x.Agency, x.Line, x.Month, x.State, x.Author, db.OrNull(x.AuthorFor))
	return err
}

func publish(tx *db.Tx, x *Roster, a *account.Actor) error {
	if _, err := tx.Exec("update roster set state = 'published', approver = $3, approver_for = $4, published_at = $5 where province = $1 and id = $2", x.Province, x.ID, a.Person, db.OrNull(a.PrincipalID()), clock.Millis(tx.Now)); err != nil {
		return err
	}
	_, err := tx.Exec("update roster_slot set published = true where province = $1 and roster = $2", x.Province, x.ID)
	return err
}

// mine lists the months of the units a person works at, newest first.
func mine(tx *db.Tx, ranges []account.Range, limit int) ([]Roster, error) {
	w := &db.Where{}
	account.In(w, ranges, "r.agency", "r.region")
	n := w.Next(limit)
	cond, args := w.SQL()
	return db.List(tx, scanRoster, "select "+rosterCols+" from roster r"+cond+" order by r.month desc, r.id desc limit "+n, args...)
}

const slotCols = `s.province, s.id, s.agency, s.region, s.roster, s.line, s.begins_at, s.ends_at, s.person, s.name, s.post, s.place, s.phone, s.deputy, s.deputy_phone, s.published, s.state, s.was, s.reason, s.changed_at, s.held, s.calls, s.note`

func scanSlot(r *db.Rows, x *Slot) error {
	return r.Scan(&x.Province, &x.ID, &x.Agency, &x.Region, &x.Roster, &x.Line, db.OrZero(&x.Begins), db.OrZero(&x.Ends), &x.Person, &x.Name, &x.Post, &x.Place, &x.phone, db.OrZero(&x.Deputy), &x.deputyPhone, &x.Published, &x.State, &x.Was, &x.Reason, db.OrZero(&x.Changed), &x.Held, &x.Calls, &x.Note)
}

func slotByID(tx *db.Tx, province int, id int64) (*Slot, error) {
	return db.Only(db.List(tx, scanSlot, "select "+slotCols+" from roster_slot s where s.province = $1 and s.id = $2", province, id))
}

func slotsOf(tx *db.Tx, province int, roster int64) ([]Slot, error) {
	return db.List(tx, scanSlot, "select "+slotCols+" from roster_slot s where s.province = $1 and s.roster = $2 order by s.begins_at, s.id limit 400", province, roster)
}

// slotAt is the published slot of a line at a time.
func slotAt(tx *db.Tx, line hotline.Ref, at time.Time) ([]Slot, error) {
	return db.List(tx, scanSlot, "select "+slotCols+" from roster_slot s where s.province = $1 and s.line = $2 and s.begins_at <= $3 and s.begins_at > $4 and s.ends_at > $3 and s.published and s.state = 'planned' order by s.begins_at desc, s.id limit 1",
		line.Province, line.ID, clock.Millis(at), clock.Millis(at.Add(-24*time.Hour)))
}

// meeting lists the slots of a province that overlap one and share its line or a
// person.
func meeting(tx *db.Tx, province int, x *Slot) ([]Slot, error) {
	return db.List(tx, scanSlot, "select "+slotCols+` from roster_slot s where s.province = $1 and s.begins_at < $2 and s.begins_at > $3 and s.ends_at > $4 and s.id <> $5 and s.state = 'planned'
 and (s.line = $6 or s.person in ($7, $8) or s.deputy in ($7, $8)) order by s.begins_at, s.id limit 20`,
		province, clock.Millis(x.Ends), clock.Millis(x.Begins.Add(-24*time.Hour)), clock.Millis(x.Begins), x.ID, x.Line, x.Person, x.Deputy)
}

func insertSlot(tx *db.Tx, x *Slot) error {
	_, err := tx.Exec(`insert into roster_slot (province, id, prefecture, county, region, agency, roster, line, begins_at, ends_at, person, name, post, place, phone, deputy, deputy_phone, published, state, reason, changed_at)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
		x.Province, x.ID, x.Region.Prefecture(), x.Region.County(), x.Region, x.Agency, x.Roster, x.Line, clock.Millis(x.Begins), clock.Millis(x.Ends), x.Person, x.Name, x.Post, x.Place, x.phone, db.OrNull(x.Deputy), x.deputyPhone, x.Published, x.State, x.Reason, millisOrNull(x.Changed))
	return err
}

func updateSlot(tx *db.Tx, x *Slot) error {
	_, err := tx.Exec(`update roster_slot set begins_at = $3, ends_at = $4, person = $5, name = $6, post = $7, place = $8, phone = $9, deputy = $10, deputy_phone = $11, state = $12, was = $13, reason = $14, changed_at = $15, held = $16, calls = $17, note = $18
 where province = $1 and id = $2`, x.Province, x.ID, clock.Millis(x.Begins), clock.Millis(x.Ends), x.Person, x.Name, x.Post, x.Place, x.phone, db.OrNull(x.Deputy), x.deputyPhone, x.State, x.Was, x.Reason, millisOrNull(x.Changed), x.Held, x.Calls, x.Note)
	return err
}

func millisOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return clock.Millis(t)
}

func dropSlot(tx *db.Tx, x *Slot) error {
	_, err := tx.Exec("delete from roster_slot where province = $1 and id = $2 and not published", x.Province, x.ID)
	return err
}

func setMatters(tx *db.Tx, x *Slot, numbers []string) error {
	if _, err := tx.Exec("delete from roster_matter where province = $1 and slot = $2", x.Province, x.ID); err != nil {
		return err
	}
	return addMatters(tx, x, numbers)
}

func matters(tx *db.Tx, province int, slot int64) (out []string, err error) {
	return db.List(tx, db.One[string], "select number from roster_matter where province = $1 and slot = $2 order by number limit 50", province, slot)
}

// shown lists the published slots within a division between two times.
func shown(tx *db.Tx, within agency.Code, from, to time.Time) ([]Slot, error) {
	w := (&db.Where{}).And("s.published")
	agency.WithinAs(w, "s.", within)
	w.And("s.begins_at >= ?", clock.Millis(from)).And("s.begins_at < ?", clock.Millis(to))
	n := w.Next(1000)
	cond, args := w.SQL()
	return db.List(tx.Of(publicTag), scanSlot, "select "+slotCols+" from roster_slot s"+cond+" order by s.begins_at, s.id limit "+n, args...)
}

// soonSlots lists published slots that begin within a day whose leader was not
// told the day before, or within an hour and not told then.
func soonSlots(tx *db.Tx, day, hour time.Duration) ([]Slot, error) {
	return db.List(tx, scanSlot, "select "+slotCols+" from roster_slot s where s.published and s.state = 'planned' and s.begins_at > $1 and (s.begins_at <= $2 and s.told_at is null or s.begins_at <= $3 and s.soon_at is null) order by s.begins_at, s.id limit $4",
		clock.Millis(tx.Now), clock.Millis(tx.Now.Add(day)), clock.Millis(tx.Now.Add(hour)), perTurn)
}

// markTold writes down that a leader is told now; false when he was. Whoever is
// told an hour before need not be told the day before.
func markTold(tx *db.Tx, x *Slot, soon bool) (bool, error) {
	set, was := "told_at = $3", "told_at is null"
	if soon {
		set, was = "told_at = coalesce(told_at, $3), soon_at = $3", "soon_at is null"
	}
	n, err := tx.Exec("update roster_slot set "+set+" where province = $1 and id = $2 and "+was+" and state = 'planned'", x.Province, x.ID, clock.Millis(tx.Now))
	return n == 1, err
}

// overSlots lists published slots that ended in a time and were not counted.
func overSlots(tx *db.Tx, from, to time.Time) ([]Slot, error) {
	return db.List(tx, scanSlot, "select "+slotCols+" from roster_slot s where s.published and s.state = 'planned' and s.settled_at is null and s.ends_at > $1 and s.ends_at <= $2 order by s.ends_at, s.id limit $3",
		clock.Millis(from), clock.Millis(to), perTurn)
}

func settled(tx *db.Tx, x *Slot) error {
	_, err := tx.Exec("update roster_slot set settled_at = $3, held = $4, calls = $5 where province = $1 and id = $2 and settled_at is null", x.Province, x.ID, clock.Millis(tx.Now), x.Held, x.Calls)
	return err
}

func addMatters(tx *db.Tx, x *Slot, numbers []string) error {
	for _, n := range numbers {
		if _, err := tx.Exec("insert into roster_matter (province, slot, number) values ($1, $2, $3) on conflict (province, slot, number) do nothing", x.Province, x.ID, n); err != nil {
			return err
		}
	}
	return nil
}

// slotsOfPerson lists the published slots somebody leads or stands in at.
func slotsOfPerson(tx *db.Tx, person int64, from, to time.Time) ([]Slot, error) {
	return db.List(tx, scanSlot, "select "+slotCols+" from roster_slot s where (s.person = $1 or s.deputy = $1) and s.published and s.state = 'planned' and s.ends_at > $2 and s.begins_at < $3 order by s.begins_at, s.id limit 20",
		person, clock.Millis(from), clock.Millis(to))
}

// leaderMatter is a matter a leader took over in a slot.
type leaderMatter struct {
	person   int64
	province int
	number   string
}

// mattersOf lists the matters of the published slots that have begun.
func mattersOf(tx *db.Tx, ranges []account.Range, from, to time.Time) ([]leaderMatter, error) {
	w := (&db.Where{}).And("s.published").And("s.state = 'planned'").And("s.begins_at >= ?", clock.Millis(from)).And("s.begins_at <= ?", clock.Millis(to))
	account.In(w, ranges, "s.agency", "s.region")
	cond, args := w.SQL()
	return db.List(tx, func(r *db.Rows, m *leaderMatter) error { return r.Scan(&m.person, &m.province, &m.number) },
		"select s.person, s.province, m.number from roster_slot s join roster_matter m on m.province = s.province and m.slot = s.id"+cond+" order by s.province, m.number, s.person limit 5000", args...)
}
