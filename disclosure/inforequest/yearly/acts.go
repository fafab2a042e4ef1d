package yearly

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/fresh"
)

// firstYear is the first a report may be of: the Regulations are in force since
// 1 May 2008.
const firstYear = 2008

// Start begins a unit's report of a year, with a first text made of the
// figures; one that is begun already is given back.
func (y *Yearly) Start(ctx context.Context, unit int64, year int) (v *Revision, err error) {
	defer fault.Wrap(&err, "yearly.Start(%d, %d)", unit, year)
	err = y.DB.Write(ctx, func(tx *db.Tx) error {
		u, err := agency.Find(tx, unit)
		if err != nil {
			return err
		}
		a, err := may(tx, Writing, u)
		if err != nil {
			return err
		}
		if year < firstYear || year > today(tx).Year() {
			return fault.Fields(fault.Field{Name: "year", Key: "yearly.bad_year", Args: []any{strconv.Itoa(firstYear), strconv.Itoa(today(tx).Year())}})
		}
		if r, err := reportOf(tx, u, year); err == nil {
			return y.newest(tx, r, &v)
		} else if !fault.Is(err, fault.NotFound) {
			return err
		}
		r := &report{province: u.Province(), id: tx.ID(u.Province()), agency: u.ID, year: year}
		if err := insertReport(tx, u, r); db.Broken(err, "yearly_of_unit", "yearly_report.agency") {
			return fault.Say(fault.Conflict, "yearly.begun_by_other")
		} else if err != nil {
			return err
		}
		v, err = y.begin(tx, a, u, r, Text{Two: map[string]Entry{}}, "")
		return err
	})
	return v, err
}

// newest gives the newest revision that was not discarded.
func (y *Yearly) newest(tx *db.Tx, r *report, v **Revision) error {
	vs, err := revisionsOf(tx, r, false)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(vs, func(v Revision) bool { return v.State != Discarded })
	if i < 0 {
		return fault.Say(fault.NotFound, "fault.not_found")
	}
	*v = &vs[i]
	return nil
}

// begin writes the next revision of a report.
func (y *Yearly) begin(tx *db.Tx, a *account.Actor, u agency.Agency, r *report, text Text, reason string) (*Revision, error) {
	r.last++
	v := &Revision{Province: r.province, ID: tx.ID(r.province), Report: r.id, Agency: r.agency, Year: r.year, Number: r.last, State: Draft, Reason: reason,
		Text: text, Author: a.Person, SavedAt: tx.Now}
	if err := y.count(tx, v); err != nil {
		return nil, err
	}
	if v.Number == 1 {
		last, err := y.lastYear(tx, u, r.year)
		if err != nil {
			return nil, err
		}
		v.Text.Overview = y.Overview(u, v.Year, v.Figures, last)
	}
	if err := insertRevision(tx, v); err != nil {
		return nil, err
	}
	if err := updateReport(tx, r, time.Time{}); err != nil {
		return nil, err
	}
	if err := addHand(tx, v, a, "start"); err != nil {
		return nil, err
	}
	return v, record(tx, a, v, "start", reason)
}

// count takes the figures of a revision anew: what was entered, and what the
// platform knows.
func (y *Yearly) count(tx *db.Tx, v *Revision) error {
	v.Figures = y.Form().Empty()
	v.Figures.fill(v.Text.Two)
	if y.Facts != nil {
		if err := y.Facts(tx, v.Agency, v.Year, v.Figures); err != nil {
			return err
		}
	}
	v.Figures.Sum()
	return nil
}

// recount takes a revision's next text and counts its figures anew. A first
// section nobody has touched is still the one made of the figures, and follows
// them; what a person wrote stays.
func (y *Yearly) recount(tx *db.Tx, u agency.Agency, v *Revision, text Text) error {
	last, err := y.lastYear(tx, u, v.Year)
	if err != nil {
		return err
	}
	made := text.Overview == y.Overview(u, v.Year, v.Figures, last)
	v.Text = text
	if err := y.count(tx, v); err != nil || !made {
		return err
	}
	v.Text.Overview = y.Overview(u, v.Year, v.Figures, last)
	return nil
}

// lastYear are the public figures of the year before; nil without them.
func (y *Yearly) lastYear(tx *db.Tx, u agency.Agency, year int) (*Figures, error) {
	r, err := reportOf(tx, u, year-1)
	if fault.Is(err, fault.NotFound) || err == nil && r.current == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	v, err := findRevision(tx.Of(tagOf(u.ID)), r.province, r.current)
	if err != nil {
		return nil, err
	}
	return &v.Figures, nil
}

// Save keeps a draft. saved is the count the writer began from: when somebody
// else saved since, nothing is overwritten.
func (y *Yearly) Save(ctx context.Context, province int, revision int64, saved int, text Text) (err error) {
	defer fault.Wrap(&err, "yearly.Save(%d)", revision)
	if err := fault.Fields(text.wrong(false)...); err != nil {
		return err
	}
	return y.change(ctx, province, revision, Writing, "save", func(tx *db.Tx, a *account.Actor, u agency.Agency, v *Revision) error {
		if v.State != Draft || v.Saved != saved {
			return fault.Say(fault.Conflict, "yearly.saved_by_other")
		}
		return y.recount(tx, u, v, text)
	})
}

// Submit hands a draft to whoever approves. It must be whole, its year over,
// and its figures without a contradiction.
func (y *Yearly) Submit(ctx context.Context, province int, revision int64) (err error) {
	defer fault.Wrap(&err, "yearly.Submit(%d)", revision)
	return y.change(ctx, province, revision, Writing, "submit", func(tx *db.Tx, a *account.Actor, u agency.Agency, v *Revision) error {
		if v.State != Draft {
			return fault.Say(fault.Conflict, "yearly.not_draft")
		}
		if today(tx).Year() <= v.Year {
			return fault.Say(fault.Conflict, "yearly.year_not_over", strconv.Itoa(v.Year))
		}
		if err := fault.Fields(v.Text.wrong(true)...); err != nil {
			return err
		}
		if err := y.recount(tx, u, v, v.Text); err != nil {
			return err
		}
		last, err := y.lastYear(tx, u, v.Year)
		if err != nil {
			return err
		}
		if n := len(v.Figures.Check(last)); n > 0 {
			return fault.Say(fault.Conflict, "yearly.contradicts", n)
		}
		v.State, v.Submitter, v.SubmittedAt, v.Note = Submitted, a.Person, tx.Now, ""
		return nil
	})
}

// Return sends a submitted report back with what is wrong with it.
func (y *Yearly) Return(ctx context.Context, province int, revision int64, note string) (err error) {
	defer fault.Wrap(&err, "yearly.Return(%d)", revision)
	if note, err = reason("note", note); err != nil {
		return err
	}
	return y.change(ctx, province, revision, Approving, "return", func(tx *db.Tx, a *account.Actor, u agency.Agency, v *Revision) error {
		if v.State != Submitted {
			return fault.Say(fault.Conflict, "yearly.not_submitted")
		}
		v.State, v.Note = Draft, note
		return nil
	})
}

// Approve publishes a submitted report. Whoever wrote at it, under whatever
// login and for whomever he stood in, is not the one to approve.
func (y *Yearly) Approve(ctx context.Context, province int, revision int64) (err error) {
	defer fault.Wrap(&err, "yearly.Approve(%d)", revision)
	return y.change(ctx, province, revision, Approving, "approve", func(tx *db.Tx, a *account.Actor, u agency.Agency, v *Revision) error {
		if v.State != Submitted {
			return fault.Say(fault.Conflict, "yearly.not_submitted")
		}
		wrote, err := writers(tx, v)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(a.Persons(), func(p int64) bool { return slices.Contains(wrote, p) }) {
			return fault.Say(fault.Conflict, "yearly.same_person")
		}
		v.State, v.Approver, v.PublishedAt = Published, a.Person, tx.Now
		return y.replace(tx, v)
	})
}

// replace makes a revision the one the public reads.
func (y *Yearly) replace(tx *db.Tx, v *Revision) error {
	r, err := findReport(tx, v.Province, v.Report, tx.ForUpdate())
	if err != nil {
		return err
	}
	if r.current != 0 {
		if _, err := tx.Exec("update yearly_revision set state = 'superseded' where province = $1 and id = $2", r.province, r.current); err != nil {
			return err
		}
	}
	r.current = v.ID
	if err := updateReport(tx, r, tx.Now); err != nil {
		return err
	}
	return fresh.Change(tx, v.Province, tagOf(v.Agency))
}

// Correct begins a further revision of a published report; the public reads why.
func (y *Yearly) Correct(ctx context.Context, province int, revision int64, why string) (v *Revision, err error) {
	defer fault.Wrap(&err, "yearly.Correct(%d)", revision)
	if why, err = reason("reason", why); err != nil {
		return nil, err
	}
	err = y.DB.Write(ctx, func(tx *db.Tx) error {
		was, err := findRevision(tx, province, revision)
		if err != nil {
			return err
		}
		r, err := findReport(tx, province, was.Report, tx.ForUpdate())
		if err != nil {
			return err
		}
		u, err := agency.Find(tx, r.agency)
		if err != nil {
			return err
		}
		a, err := may(tx, Writing, u)
		if err != nil {
			return err
		}
		var newest *Revision
		if err := y.newest(tx, r, &newest); err != nil {
			return err
		}
		if newest.State != Published {
			return fault.Say(fault.Conflict, "yearly.not_published")
		}
		v, err = y.begin(tx, a, u, r, newest.Text, why)
		return err
	})
	return v, err
}

// Discard ends a correction that is not needed.
func (y *Yearly) Discard(ctx context.Context, province int, revision int64) (err error) {
	defer fault.Wrap(&err, "yearly.Discard(%d)", revision)
	return y.change(ctx, province, revision, Writing, "discard", func(tx *db.Tx, a *account.Actor, u agency.Agency, v *Revision) error {
		if v.State != Draft || v.Number == 1 {
			return fault.Say(fault.Conflict, "yearly.not_discardable")
		}
		v.State = Discarded
		return nil
	})
}

// reason is a reason people will read, trimmed.
func reason(field, s string) (string, error) {
	s = strings.TrimSpace(s)
	if n := utf8.RuneCountInString(s); n < 4 || n > maxReason {
		return "", fault.Fields(fault.Field{Name: field, Key: "yearly.need_reason", Args: []any{maxReason}})
	}
	return s, fault.Fields(personal(field, s)...)
}

// change is one act on a revision: find, ask the grant, change, write, record.
func (y *Yearly) change(ctx context.Context, province int, revision int64, verb, word string, f func(tx *db.Tx, a *account.Actor, u agency.Agency, v *Revision) error) error {
	return y.DB.Write(ctx, func(tx *db.Tx) error {
		v, err := findRevision(tx, province, revision)
		if err != nil {
			return err
		}
		u, err := agency.Find(tx, v.Agency)
		if err != nil {
			return err
		}
		a, err := may(tx, verb, u)
		if err != nil {
			return err
		}
		was := v.Saved
		if err := f(tx, a, u, v); err != nil {
			return err
		}
		v.Saved, v.SavedAt = was+1, clock.FromMillis(clock.Millis(tx.Now))
		n, err := updateRevision(tx, v, was)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Say(fault.Conflict, "yearly.saved_by_other")
		}
		if err := addHand(tx, v, a, word); err != nil {
			return err
		}
		why := ""
		if word == "return" {
			why = v.Note
		}
		return record(tx, a, v, word, why)
	})
}
