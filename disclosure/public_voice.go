package disclosure

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/account"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/fresh"
)

// ReportKinds are what a reader may say is wrong with an item.
var ReportKinds = []string{"wrong", "outdated", "broken", "privacy", "other"}

// ReportSpan is how long a unit has to answer an error report.
var ReportSpan = calendar.Span{N: 5, Unit: calendar.WorkingDays}

// MaxReport is the most characters of a report.
const MaxReport = 1000

// Report is a reader's word about an item, as the unit reads it.
type Report struct {
	ID         int64
	Item       int64
	Agency     int64
	Superior   int64
	Kind       string
	Text       string // opened only by OpenReport
	Contact    string
	State      string
	At         time.Time
	DueOn      clock.Date
	Answer     string
	AnsweredAt time.Time
	Title      string // of the item
}

// Nudge counts 催公开: one more reader asks for an entry that is missing. The
// unit and its superior see the count; nothing is kept of who asked. 1.1.d
func (d *Disclosure) Nudge(ctx context.Context, unit int64, category string) (times int, err error) {
	defer fault.Wrap(&err, "disclosure.Nudge(%d, %s)", unit, category)
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		u, err := agency.Find(tx, unit)
		if err != nil {
			return err
		}
		owed, err := d.Catalogue.Of(tx, u)
		if err != nil {
			return err
		}
		for _, x := range owed {
			if x.Category == category && x.Overdue(clock.DateOf(tx.Now)) {
				if times, err = addNudge(tx, x.Province, unit, category, x.Period); err != nil {
					return err
				}
				return fresh.Change(tx, x.Province, nudgeTag(unit)) // the count stands on the unit's page
			}
		}
		return fault.Say(fault.Conflict, "disclosure.nothing_missing")
	})
	return times, err
}

func addNudge(tx *db.Tx, province int, unit int64, category, period string) (n int, err error) {
	if _, err := tx.Exec(`insert into nudge (province, agency, category, period, times, first_at, last_at) values ($1, $2, $3, $4, 1, $5, $5)
 on conflict (province, agency, category, period) do update set times = nudge.times + 1, last_at = excluded.last_at`,
		province, unit, category, period, clock.Millis(tx.Now)); err != nil {
		return 0, err
	}
	err = tx.Row("select times from nudge where province = $1 and agency = $2 and category = $3 and period = $4", province, unit, category, period).Scan(&n)
	return n, err
}

func nudgeTag(unit int64) string { return catalogue.UnitTag(unit) + "/asked" }

// Nudges counts the requests for each missing category of an agency.
func Nudges(tx *db.Tx, u agency.Agency) (map[string]int, error) {
	type row struct {
		key   string
		times int
	}
	rows, err := db.List(tx.Of(nudgeTag(u.ID)), func(r *db.Rows, x *row) error {
		var category, period string
		err := r.Scan(&category, &period, &x.times)
		x.key = category + "/" + period
		return err
	}, "select category, period, times from nudge where province = $1 and agency = $2 order by category, period limit 1000", u.Division.Province(), u.ID)
	out := map[string]int{}
	for _, x := range rows {
		out[x.key] = x.times
	}
	return out, err
}

// CheckReport refuses a report that says nothing, or too much.
func CheckReport(kind, text, contact string) error {
	var bad []fault.Field
	if !slices.Contains(ReportKinds, kind) {
		bad = append(bad, fault.Field{Name: "kind", Key: "disclosure.need_report_kind"})
	}
	if n := utf8.RuneCountInString(text); n < 5 || n > MaxReport {
		bad = append(bad, fault.Field{Name: "text", Key: "disclosure.need_report_text", Args: []any{MaxReport}})
	}
	if utf8.RuneCountInString(contact) > 100 {
		bad = append(bad, fault.Field{Name: "contact", Key: "disclosure.too_long", Args: []any{100}})
	}
	return fault.Fields(bad...)
}

// ReportError takes a reader's report about a published item, sealed, to the
// unit and its superior.
func (d *Disclosure) ReportError(ctx context.Context, u agency.Agency, year, serial int, kind, text, contact string) (err error) {
	defer fault.Wrap(&err, "disclosure.ReportError(%d-%05d)", year, serial)
	text, contact = strings.TrimSpace(text), strings.TrimSpace(contact)
	if err := CheckReport(kind, text, contact); err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		it, err := itemBySerial(tx, u, year, serial)
		if err != nil {
			return err
		}
		if it.State != ItemPublished {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		cal, err := d.Calendars.In(tx, int64(u.Division))
		if err != nil {
			return err
		}
		r := Report{ID: tx.ID(it.Province), Item: it.ID, Agency: u.ID, Superior: u.Superior, Kind: kind, Text: text, Contact: contact,
			DueOn: cal.Deadline(clock.DateOf(tx.Now), ReportSpan, nil).Due}
		return d.insertReport(tx, it.Province, r)
	})
}

const reportPurpose = "disclosure.report"

func (d *Disclosure) insertReport(tx *db.Tx, province int, r Report) error {
	aad := []byte(objectID(r.ID))
	var contact any
	if r.Contact != "" {
		contact = d.Keys.Seal(reportPurpose, aad, []byte(r.Contact))
	}
	_, err := tx.Exec(`insert into error_report (province, id, item, agency, superior, kind, text, contact, at, due_on) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		province, r.ID, r.Item, r.Agency, db.OrNull(r.Superior), r.Kind, d.Keys.Seal(reportPurpose, aad, []byte(r.Text)), contact, clock.Millis(tx.Now), r.DueOn)
	return err
}

// mayHear answers whether the person acting handles readers' reports: those who
// write, sign or oversee the unit's items, not whoever only imports.
func mayHear(ctx context.Context, u agency.Agency) bool {
	a := account.From(ctx)
	return a != nil && slices.ContainsFunc(allVerbs, func(v string) bool { return v != Importing && a.May(v, target(u)) })
}

// Reports lists the error reports of an agency, open ones first; texts stay
// sealed until one is opened.
func (d *Disclosure) Reports(ctx context.Context, unit int64) (out []Report, err error) {
	defer fault.Wrap(&err, "disclosure.Reports(%d)", unit)
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		u, err := agency.Find(tx, unit)
		if err != nil {
			return err
		}
		if !mayHear(ctx, u) {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		out, err = listReports(tx, unit)
		return err
	})
	return out, err
}

const reportCols = `r.id, r.item, r.agency, coalesce(r.superior, 0), r.kind, r.state, r.at, r.due_on, r.answer, r.answered_at, i.title`

func scanReport(r *db.Rows, x *Report) error {
	return r.Scan(&x.ID, &x.Item, &x.Agency, &x.Superior, &x.Kind, &x.State, db.OrZero(&x.At), &x.DueOn, &x.Answer, db.OrZero(&x.AnsweredAt), &x.Title)
}

func listReports(tx *db.Tx, unit int64) ([]Report, error) {
	return db.List(tx, scanReport, "select "+reportCols+` from error_report r join item i on i.province = r.province and i.id = r.item
 where r.agency = $1 order by case r.state when 'open' then 0 else 1 end, r.at desc, r.id desc limit 200`, unit)
}

// OpenReport reads a report's text and contact; each reading is recorded.
func (d *Disclosure) OpenReport(ctx context.Context, province int, id int64) (r *Report, err error) {
	defer fault.Wrap(&err, "disclosure.OpenReport(%d)", id)
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		x, it, a, err := d.reportFor(tx, province, id)
		if err != nil {
			return err
		}
		var text, contact []byte
		if err := tx.Row("select text, contact from error_report where province = $1 and id = $2", province, id).Scan(&text, &contact); err != nil {
			return err
		}
		aad := []byte(objectID(id))
		plain, err := d.Keys.Open(reportPurpose, aad, text)
		if err != nil {
			return err
		}
		x.Text = string(plain)
		if contact != nil {
			if plain, err = d.Keys.Open(reportPurpose, aad, contact); err != nil {
				return err
			}
			x.Contact = string(plain)
		}
		r = x
		return record(tx, a, it, "open_report", "")
	})
	return r, err
}

func (d *Disclosure) reportFor(tx *db.Tx, province int, id int64) (*Report, *Item, *account.Actor, error) {
	x, err := db.Only(db.List(tx, scanReport, "select "+reportCols+` from error_report r join item i on i.province = r.province and i.id = r.item where r.province = $1 and r.id = $2`, province, id))
	if err != nil {
		return nil, nil, nil, err
	}
	it, err := itemByID(tx, province, x.Item)
	if err != nil {
		return nil, nil, nil, err
	}
	u, err := agency.Find(tx, x.Agency)
	if err != nil {
		return nil, nil, nil, err
	}
	a := account.From(tx.Ctx)
	if !mayHear(tx.Ctx, u) {
		return nil, nil, nil, fault.Say(fault.NotFound, "fault.not_found")
	}
	return x, it, a, nil
}

// AnswerReport records what was done about a report. The answer is public
// beside the item when it led to a correction; the reporter is not named.
func (d *Disclosure) AnswerReport(ctx context.Context, province int, id int64, answer string) (err error) {
	defer fault.Wrap(&err, "disclosure.AnswerReport(%d)", id)
	answer = strings.TrimSpace(answer)
	if n := utf8.RuneCountInString(answer); n < 2 || n > MaxReport {
		return fault.Fields(fault.Field{Name: "answer", Key: "disclosure.need_answer", Args: []any{MaxReport}})
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		_, it, a, err := d.reportFor(tx, province, id)
		if err != nil {
			return err
		}
		n, err := tx.Exec(`update error_report set state = 'answered', answer = $3, answered_by = $4, answered_at = $5 where province = $1 and id = $2 and state = 'open'`,
			province, id, answer, a.Person, clock.Millis(tx.Now))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		return record(tx, a, it, "answer_report", "")
	})
}

func objectID(id int64) string { return strconv.FormatInt(id, 10) }
