package casework

import (
	"strings"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
)

const matterCols = `m.province, m.id, m.agency, m.region, m.holder, m.holder_region, m.handler, m.section, m.number, m.channel, m.type, m.class, m.topic, m.stage, m.state, m.subject,
 m.has_contact, m.ack, m.lang, m.helped, m.about, m.hidden, m.item, m.outside, m.filed_at, m.accepted_at, m.first_due, m.due_at, m.step, m.step_from, m.step_due, m.next_at,
 m.warned, m.step_warned, m.provisional, m.extended, m.asked, m.reopened, m.hops, m.refusal, m.result, m.promise_on, m.replied_at, m.delivered_at, m.delivery, m.rated, m.discontent,
 m.closed_at, m.late, m.merged_into, m.was, m.common, m.remedy_of, m.archived_at, m.destroyed_at, m.who, m.calendar, m.code, m.told, m.contact, m.worded`

func scanMatter(r *db.Rows, m *Matter) error {
	var gone int64
	err := r.Scan(&m.Province, &m.ID, &m.Agency, &m.Region, &m.Holder, &m.HolderRegion, db.OrZero(&m.Handler), &m.Section, &m.Number, &m.Channel, &m.Type, &m.Class, &m.Topic, &m.Stage, &m.State, &m.Subject,
		&m.HasContact, &m.Ack, &m.Lang, &m.Helped, db.OrZero(&m.About), &m.Hidden, &m.Item, &m.Outside, db.OrZero(&m.FiledAt), db.OrZero(&m.AcceptedAt), db.OrZero(&m.FirstDue), db.OrZero(&m.DueAt), &m.Step, db.OrZero(&m.StepFrom), db.OrZero(&m.StepDue), db.OrZero(&m.NextAt),
		&m.Warned, &m.StepWarned, &m.Uncertain, &m.Extended, &m.Asked, &m.Reopened, &m.Hops, &m.Refusal, &m.Result, &m.PromiseOn, db.OrZero(&m.RepliedAt), db.OrZero(&m.DeliveredAt), &m.Delivery, &m.Rated, &m.Discontent,
		db.OrZero(&m.ClosedAt), &m.Late, db.OrZero(&m.MergedInto), &m.Was, db.OrZero(&m.Common), db.OrZero(&m.RemedyOf), db.OrZero(&m.ArchivedAt), db.OrZero(&gone), &m.who, &m.calendar, &m.code, &m.told, &m.contact, &m.worded.as)
	m.Destroyed = gone != 0
	m.worded.subject, m.worded.region = m.Subject, m.Region
	return err
}

func matterByID(tx *db.Tx, province int, id int64) (*Matter, error) {
	return db.Only(db.List(tx, scanMatter, "select "+matterCols+" from casework m where m.province = $1 and m.id = $2", province, id))
}

func lockMatter(tx *db.Tx, province int, id int64) (*Matter, error) {
	return db.Only(db.List(tx, scanMatter, "select "+matterCols+" from casework m where m.province = $1 and m.id = $2"+tx.ForUpdate(), province, id))
}

func matterByNumber(tx *db.Tx, number string) (*Matter, error) {
	return db.Only(db.List(tx, scanMatter, "select "+matterCols+" from casework m where m.number = $1", number))
}

// nearNumber is the matter with a number or, where there is none, the next one:
// an unknown number costs the same work as a known one.
func nearNumber(tx *db.Tx, number string) (*Matter, error) {
	near, err := db.List(tx, func(r *db.Rows, m *Matter) error { return r.Scan(&m.Province, &m.ID, &m.Number, &m.code) },
		"select province, id, number, code from casework where number >= $1 order by number limit 1", number)
	if err != nil || len(near) == 0 {
		return &Matter{}, err
	}
	return &near[0], nil
}

func matterByToken(tx *db.Tx, province int, token []byte) (*Matter, error) {
	return db.Only(db.List(tx, scanMatter, "select "+matterCols+" from casework m where m.province = $1 and m.token = $2", province, token))
}

func numberTaken(tx *db.Tx, province int, number string) (bool, error) {
	n := 0
	err := tx.Row("select count(*) from casework where province = $1 and number = $2", province, number).Scan(&n)
	return n > 0, err
}

func millis(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return clock.Millis(t)
}

func insertMatter(tx *db.Tx, m *Matter, token []byte) error {
	var who any
	if len(m.who) > 0 {
		who = m.who
	}
	if err := m.reword(tx); err != nil {
		return err
	}
	_, err := tx.Exec(`insert into casework (province, id, prefecture, county, region, agency, holder, holder_region, number, code, token, channel, type, class, topic, stage, state, subject, told, contact,
 has_contact, ack, lang, helped, about, hidden, item, outside, who, filed_at, remedy_of, step, step_from, step_due, next_at, calendar, worded)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37)`,
		m.Province, m.ID, m.Region.Prefecture(), m.Region.County(), m.Region, m.Agency, m.Holder, m.HolderRegion, m.Number, m.code, token, m.Channel, m.Type, m.Class, m.Topic, m.Stage, m.State, m.Subject, m.told, m.contact,
		m.HasContact, m.Ack, m.Lang, m.Helped, db.OrNull(m.About), m.Hidden, m.Item, m.Outside, who, clock.Millis(m.FiledAt), db.OrNull(m.RemedyOf), m.Step, millis(m.StepFrom), millis(m.StepDue), millis(m.NextAt), m.calendar, m.worded.as)
	return err
}

// updateMatter writes what steps change.
func updateMatter(tx *db.Tx, m *Matter) error {
	if err := m.reword(tx); err != nil {
		return err
	}
	_, err := tx.Exec(`update casework set agency = $3, region = $4, prefecture = $5, county = $6, holder = $7, holder_region = $8, handler = $9, section = $10, type = $11, class = $12, topic = $13, state = $14,
 subject = $15, told = $16, contact = $17, has_contact = $18, ack = $19, about = $20, hidden = $21, accepted_at = $22, first_due = $23, due_at = $24, step = $25, step_from = $26, step_due = $27, next_at = $28,
 warned = $29, step_warned = $30, provisional = $31, calendar = $32, extended = $33, asked = $34, reopened = $35, hops = $36, refusal = $37, result = $38, promise_on = $39, replied_at = $40, delivered_at = $41,
 delivery = $42, rated = $43, discontent = $44, closed_at = $45, late = $46, merged_into = $47, was = $48, common = $49, archived_at = $50, code = $51, outside = $52, worded = $53 where province = $1 and id = $2`,
		m.Province, m.ID, m.Agency, m.Region, m.Region.Prefecture(), m.Region.County(), m.Holder, m.HolderRegion, db.OrNull(m.Handler), m.Section, m.Type, m.Class, m.Topic, m.State,
		m.Subject, m.told, m.contact, m.HasContact, m.Ack, db.OrNull(m.About), m.Hidden, millis(m.AcceptedAt), millis(m.FirstDue), millis(m.DueAt), m.Step, millis(m.StepFrom), millis(m.StepDue), millis(m.NextAt),
		m.Warned, m.StepWarned, m.Uncertain, m.calendar, m.Extended, m.Asked, m.Reopened, m.Hops, m.Refusal, m.Result, m.PromiseOn, millis(m.RepliedAt), millis(m.DeliveredAt),
		m.Delivery, m.Rated, m.Discontent, millis(m.ClosedAt), m.Late, db.OrNull(m.MergedInto), m.Was, db.OrNull(m.Common), millis(m.ArchivedAt), m.code, m.Outside, m.worded.as)
	return err
}

// Entry is an event as pages tell it.
type Entry struct {
	Event
	Person int64
	Public bool
	Note   string // empty until unsealed
	note   []byte
}

func scanEntry(r *db.Rows, s *Entry) error {
	return r.Scan(&s.ID, &s.Kind, db.OrZero(&s.At), db.OrZero(&s.Unit), db.OrZero(&s.Person), db.OrZero(&s.Ref), db.OrZero(&s.N), &s.Code, &s.note, &s.Public)
}

// maxEntries is more than any matter has.
const maxEntries = 2000

func entriesOf(tx *db.Tx, province int, matter int64) ([]Entry, error) {
	return db.List(tx, scanEntry, "select id, kind, at, unit, person, ref, n, code, note, public from casework_event where province = $1 and matter = $2 order by at, id limit $3", province, matter, maxEntries)
}

func clockEvents(tx *db.Tx, province int, matter int64) ([]Event, error) {
	return db.List(tx, func(r *db.Rows, e *Event) error {
		return r.Scan(&e.ID, &e.Kind, db.OrZero(&e.At), db.OrZero(&e.Unit), db.OrZero(&e.Ref), db.OrZero(&e.N), &e.Code)
	}, "select id, kind, at, unit, ref, n, code from casework_event where province = $1 and matter = $2 and kind in ('"+strings.Join(clockKinds, "', '")+"') order by at, id limit $3", province, matter, maxEntries)
}

func insertEvent(tx *db.Tx, m *Matter, e Event, person int64, note []byte, public bool) error {
	var sealed any
	if len(note) > 0 {
		sealed = note
	}
	_, err := tx.Exec(`insert into casework_event (province, matter, id, kind, at, unit, person, ref, n, code, note, public) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		m.Province, m.ID, e.ID, e.Kind, clock.Millis(e.At), db.OrNull(e.Unit), db.OrNull(person), db.OrNull(e.Ref), e.N, e.Code, sealed, public)
	return err
}
