package disclosure

import (
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

const itemCols = `i.province, i.id, i.prefecture, i.county, i.region, i.agency, i.category, i.period, i.number, i.year, i.serial,
 i.state, i.current, i.title, i.formed_on, i.ends_on, i.validity, i.emergency, i.corrected, i.timely,
 i.published_at, i.changed_at, i.ended_at, i.end_kind, i.end_reason, i.imported, i.explains`

func scanItem(r *db.Rows, it *Item) error {
	return r.Scan(&it.Province, &it.ID, &it.Prefecture, &it.County, &it.Region, &it.Agency, &it.Category, &it.Period,
		db.OrZero(&it.Number), db.OrZero(&it.Year), db.OrZero(&it.Serial), &it.State, db.OrZero(&it.Current), &it.Title,
		&it.FormedOn, &it.EndsOn, &it.Validity, &it.Emergency, &it.Corrected, &it.Timely,
		db.OrZero(&it.PublishedAt), db.OrZero(&it.ChangedAt), db.OrZero(&it.EndedAt), db.OrZero(&it.EndKind), db.OrZero(&it.EndReason),
		db.OrZero(&it.Imported), db.OrZero(&it.Explains))
}

func itemByID(tx *db.Tx, province int, id int64) (*Item, error) {
	return db.Only(db.List(tx.Of(itemTagOf(id)), scanItem, "select "+itemCols+" from item i where i.province = $1 and i.id = $2", province, id))
}

func lockItem(tx *db.Tx, province int, id int64) (*Item, error) {
	return db.Only(db.List(tx, scanItem, "select "+itemCols+" from item i where i.province = $1 and i.id = $2"+tx.ForUpdate(), province, id))
}

func insertItem(tx *db.Tx, it *Item) error {
	_, err := tx.Exec(`insert into item (province, id, prefecture, county, region, agency, category, period, state, title, changed_at, imported)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		it.Province, it.ID, it.Prefecture, it.County, it.Region, it.Agency, it.Category, it.Period, it.State, it.Title,
		clock.Millis(it.ChangedAt), db.OrNull(it.Imported))
	return err
}

func updateItem(tx *db.Tx, it *Item) error {
	_, err := tx.Exec(`update item set number = $3, year = $4, serial = $5, state = $6, current = $7, title = $8, formed_on = $9, ends_on = $10,
 validity = $11, emergency = $12, corrected = $13, timely = $14, published_at = $15, changed_at = $16, ended_at = $17, end_kind = $18,
 end_reason = $19, explains = $20, period = $21 where province = $1 and id = $2`,
		it.Province, it.ID, db.OrNull(it.Number), db.OrNull(it.Year), db.OrNull(it.Serial), it.State, db.OrNull(it.Current), it.Title,
		it.FormedOn, it.EndsOn, it.Validity, it.Emergency, it.Corrected, it.Timely, db.OrNull(it.PublishedAt), clock.Millis(it.ChangedAt),
		db.OrNull(it.EndedAt), db.OrNull(it.EndKind), db.OrNull(it.EndReason), db.OrNull(it.Explains), it.Period)
	return err
}

const versionCols = `v.province, v.id, v.item, v.number, v.state, v.step, v.rule, v.title, v.summary, v.form, v.data, v.body, v.body_text,
 v.openness, v.openness_ground, v.formed_on, v.ends_on, v.doc_number, v.keywords, v.explains, v.reason, v.emergency, v.review_owed,
 v.publish_at, v.revision, v.author, v.reviewer, v.reviewer2, v.approver, v.created_at, v.saved_at, v.submitted_at, v.approved_at, v.published_at, v.closed, v.hidden`

func scanVersion(r *db.Rows, v *Version) error {
	return r.Scan(&v.Province, &v.ID, &v.Item, &v.Number, &v.State, &v.Step, &v.Rule, &v.Title, &v.Summary, &v.Form, &v.Data, &v.Body, &v.BodyText,
		&v.Openness, &v.OpennessGround, &v.FormedOn, &v.EndsOn, db.OrZero(&v.DocNumber), &v.Keywords, db.OrZero(&v.Explains), &v.Reason,
		&v.Emergency, &v.ReviewOwed, db.OrZero(&v.PublishAt), &v.Revision, &v.Author, db.OrZero(&v.Reviewer), db.OrZero(&v.Reviewer2),
		db.OrZero(&v.Approver), db.OrZero(&v.CreatedAt), db.OrZero(&v.SavedAt), db.OrZero(&v.SubmittedAt), db.OrZero(&v.ApprovedAt), db.OrZero(&v.PublishedAt), &v.Closed, &v.Hidden)
}

func versionByID(tx *db.Tx, province int, id int64) (*Version, error) {
	return db.Only(db.List(tx, scanVersion, "select "+versionCols+" from item_version v where v.province = $1 and v.id = $2", province, id))
}

func lockVersion(tx *db.Tx, province int, id int64) (*Version, error) {
	return db.Only(db.List(tx, scanVersion, "select "+versionCols+" from item_version v where v.province = $1 and v.id = $2"+tx.ForUpdate(), province, id))
}

// versionsOf lists an item's versions, the newest first.
func versionsOf(tx *db.Tx, province int, item int64) ([]Version, error) {
	return db.List(tx.Of(itemTagOf(item)), scanVersion, "select "+versionCols+" from item_version v where v.province = $1 and v.item = $2 order by v.number desc limit 200", province, item)
}

func insertVersion(tx *db.Tx, v *Version) error {
	_, err := tx.Exec(`insert into item_version (province, id, item, number, state, step, rule, title, summary, form, data, body, body_text,
 openness, openness_ground, formed_on, ends_on, doc_number, keywords, explains, reason, emergency, review_owed, publish_at, revision,
 author, reviewer, reviewer2, approver, created_at, saved_at, submitted_at, approved_at, published_at, hidden)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35)`,
		v.Province, v.ID, v.Item, v.Number, v.State, v.Step, v.Rule, v.Title, v.Summary, v.Form, v.Data, v.Body, v.BodyText,
		v.Openness, v.OpennessGround, v.FormedOn, v.EndsOn, db.OrNull(v.DocNumber), v.Keywords, db.OrNull(v.Explains), v.Reason, v.Emergency, v.ReviewOwed,
		db.OrNull(v.PublishAt), v.Revision, v.Author, db.OrNull(v.Reviewer), db.OrNull(v.Reviewer2), db.OrNull(v.Approver),
		clock.Millis(v.CreatedAt), clock.Millis(v.SavedAt), db.OrNull(v.SubmittedAt), db.OrNull(v.ApprovedAt), db.OrNull(v.PublishedAt), v.Hidden)
	return err
}

// saveVersion writes a version back and counts its revision up, so that a
// second writer with the old revision is told.
func saveVersion(tx *db.Tx, v *Version) error {
	v.Revision++
	_, err := tx.Exec(`update item_version set state = $3, step = $4, title = $5, summary = $6, form = $7, data = $8, body = $9, body_text = $10,
 openness = $11, openness_ground = $12, formed_on = $13, ends_on = $14, doc_number = $15, keywords = $16, explains = $17, reason = $18,
 emergency = $19, review_owed = $20, publish_at = $21, revision = $22, reviewer = $23, reviewer2 = $24, approver = $25, saved_at = $26,
 submitted_at = $27, approved_at = $28, published_at = $29, hidden = $30 where province = $1 and id = $2`,
		v.Province, v.ID, v.State, v.Step, v.Title, v.Summary, v.Form, v.Data, v.Body, v.BodyText,
		v.Openness, v.OpennessGround, v.FormedOn, v.EndsOn, db.OrNull(v.DocNumber), v.Keywords, db.OrNull(v.Explains), v.Reason,
		v.Emergency, v.ReviewOwed, db.OrNull(v.PublishAt), v.Revision, db.OrNull(v.Reviewer), db.OrNull(v.Reviewer2), db.OrNull(v.Approver),
		clock.Millis(v.SavedAt), db.OrNull(v.SubmittedAt), db.OrNull(v.ApprovedAt), db.OrNull(v.PublishedAt), v.Hidden)
	return err
}

// setAuthor gives a draft to another author, at a hand-over.
func setAuthor(tx *db.Tx, v *Version, author int64) error {
	_, err := tx.Exec("update item_version set author = $3 where province = $1 and id = $2 and state = 'draft'", v.Province, v.ID, author)
	return err
}

// closeSuperseded closes the superseded texts of an item that are still open.
func closeSuperseded(tx *db.Tx, it *Item, reason string) error {
	_, err := tx.Exec("update item_version set closed = $3 where province = $1 and item = $2 and state = 'superseded' and closed = ''", it.Province, it.ID, reason)
	return err
}

// openSuperseded lists the numbers of the superseded texts that can be read.
func openSuperseded(tx *db.Tx, it *Item) ([]int, error) {
	return db.List(tx, db.One[int], "select number from item_version where province = $1 and item = $2 and state = 'superseded' and closed = '' order by number limit 200", it.Province, it.ID)
}

// nextSerial gives the agency's next serial of the year: without gaps, never
// twice, since it is taken in the transaction that publishes.
func nextSerial(tx *db.Tx, province int, agency int64, year int) (int, error) {
	if _, err := tx.Exec(`insert into item_serial (province, agency, year, last) values ($1, $2, $3, 1)
 on conflict (province, agency, year) do update set last = item_serial.last + 1`, province, agency, year); err != nil {
		return 0, err
	}
	var n int
	err := tx.Row("select last from item_serial where province = $1 and agency = $2 and year = $3", province, agency, year).Scan(&n)
	return n, err
}

func insertEvent(tx *db.Tx, it *Item, verb string, version int, reason string) error {
	_, err := tx.Exec("insert into item_event (province, id, item, at, verb, version, reason) values ($1, $2, $3, $4, $5, $6, $7)",
		it.Province, tx.ID(it.Province), it.ID, clock.Millis(tx.Now), verb, db.OrNull(version), reason)
	return err
}

func eventsOf(tx *db.Tx, it *Item) ([]Event, error) {
	return db.List(tx.Of(itemTag(it)), func(r *db.Rows, e *Event) error {
		return r.Scan(db.OrZero(&e.At), &e.Verb, db.OrZero(&e.Version), &e.Reason)
	}, "select at, verb, version, reason from item_event where province = $1 and item = $2 order by id limit 500", it.Province, it.ID)
}

func insertStep(tx *db.Tx, v *Version, s Step) error {
	_, err := tx.Exec(`insert into item_step (province, id, version, step, verb, person, principal, at, checks, basis, note, lent_by)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		v.Province, tx.ID(v.Province), v.ID, s.Step, s.Verb, s.Person, db.OrNull(s.Principal), clock.Millis(tx.Now), s.Checks, s.Basis, s.Note, db.OrNull(s.LentBy))
	return err
}

func stepsOf(tx *db.Tx, province int, version int64) ([]Step, error) {
	return db.List(tx, func(r *db.Rows, s *Step) error {
		return r.Scan(&s.ID, &s.Step, &s.Verb, &s.Person, db.OrZero(&s.Principal), db.OrZero(&s.At), &s.Checks, &s.Basis, &s.Note, db.OrZero(&s.LentBy), db.OrZero(&s.Lender))
	}, `select s.id, s.step, s.verb, s.person, s.principal, s.at, s.checks, s.basis, s.note, s.lent_by, a.name
 from item_step s left join agency a on a.id = s.lent_by where s.province = $1 and s.version = $2 order by s.id limit 500`, province, version)
}

// docNumberOf is the item of the agency a document number names; 0 when free.
func docNumberOf(tx *db.Tx, it *Item, number string) (item int64, err error) {
	err = tx.Row("select item from doc_number where province = $1 and agency = $2 and number = $3", it.Province, it.Agency, number).Scan(&item)
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	return item, err
}

// registerDocNumber notes that a document number names an item of the agency;
// one that already names another is refused.
func registerDocNumber(tx *db.Tx, it *Item, number string) error {
	other, err := docNumberOf(tx, it, number)
	switch {
	case err != nil || other == it.ID:
		return err
	case other != 0:
		return fault.Fields(fault.Field{Name: "doc_number", Key: "disclosure.doc_number_taken"})
	}
	_, err = tx.Exec("insert into doc_number (province, agency, number, item) values ($1, $2, $3, $4)", it.Province, it.Agency, number, it.ID)
	return err
}
