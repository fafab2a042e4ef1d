package disclosure

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/disclosure/form"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/norm"
)

// Text is what an author types; everything is kept as typed until submitted.
type Text struct {
	Revision       int // of the version as the author last saw it
	Title          string
	Summary        string
	Form           string
	Data           form.Data
	Body           string // HTML as pasted
	Openness       string
	OpennessGround string
	FormedOn       clock.Date
	EndsOn         clock.Date
	DocNumber      string
	Keywords       string
	Period         string
	Explains       int64
	Reason         string // of a correction
}

// Limits of a draft, in characters.
const (
	MaxTitle   = 200
	MaxSummary = 500
	MaxBody    = 200_000
)

// Opennesses are the kinds of 公开属性: 主动公开, 依申请公开, 不予公开. Only the
// first is published; the others are kept as drafts with their ground.
var Opennesses = []string{"proactive", "on_request", "withheld"}

func objectName(it *Item) string {
	if it.Number != "" {
		return "item " + it.Number
	}
	return "item #" + objectID(it.ID)
}

// Start opens a draft for a category the agency owes.
func (d *Disclosure) Start(ctx context.Context, unit int64, category, period string) (v *Version, err error) {
	defer fault.Wrap(&err, "disclosure.Start(%d, %s)", unit, category)
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		v, err = d.start(tx, unit, category, period)
		return err
	})
	return v, err
}

func (d *Disclosure) start(tx *db.Tx, unit int64, category, period string) (*Version, error) {
	u, err := agency.Find(tx, unit)
	if err != nil {
		return nil, err
	}
	a, err := d.actor(tx, Drafting, u)
	if err != nil {
		return nil, err
	}
	cat, cg := d.Norm.Category(category), d.Norm.Catalogue(string(u.Kind))
	if cat == nil || cg == nil || d.Norm.CatalogueOf(category) != cg || !cat.ActiveOn(clock.DateOf(tx.Now)) {
		return nil, fault.Say(fault.Invalid, "disclosure.category_not_owed")
	}
	if u.State != agency.Active {
		return nil, fault.Say(fault.Conflict, "disclosure.agency_closed")
	}
	if period, err = d.period(cat, period, clock.DateOf(tx.Now)); err != nil {
		return nil, err
	}
	it := &Item{Province: u.Division.Province(), ID: tx.ID(u.Division.Province()), Agency: u.ID, Category: category, Period: period,
		Prefecture: u.Division.Prefecture(), County: u.Division.County(), Region: u.Division, State: ItemUnpublished, ChangedAt: tx.Now}
	if err := insertItem(tx, it); err != nil {
		return nil, err
	}
	v := &Version{Province: it.Province, ID: tx.ID(it.Province), Item: it.ID, Number: 1, State: Drafted, Rule: cg.Review, Form: cat.Form,
		Openness: "proactive", Revision: 1, Author: a.Person, CreatedAt: tx.Now, SavedAt: tx.Now}
	if err := insertVersion(tx, v); err != nil {
		return nil, err
	}
	return v, record(tx, a, it, "start", "")
}

// Save keeps a draft as typed. It refuses only what cannot be kept; what is
// still missing is said when the draft is submitted.
func (d *Disclosure) Save(ctx context.Context, province int, version int64, dr Text) (v *Version, err error) {
	defer fault.Wrap(&err, "disclosure.Save(%d)", version)
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		w, err := d.open(tx, province, version, "save")
		if err != nil {
			return err
		}
		if err := d.takeDraft(w.v, w.it, dr, tx.Now); err != nil {
			return err
		}
		if w.it.State == ItemUnpublished {
			if err := updateItem(tx, w.it); err != nil {
				return err
			}
		}
		if err := d.noteHelper(tx, w); err != nil {
			return err
		}
		v = w.v
		return saveVersion(tx, w.v)
	})
	return v, err
}

// work is a version opened for one step: everything the step looks at.
type work struct {
	u     agency.Agency
	it    *Item
	v     *Version
	steps []Step
	by    signer
	lent  int64  // the superior that lent him for the step he signs; 0 for the unit's own
	next  string // the state that follows
}

// open locks a version, and checks the state table and the actor's grant.
func (d *Disclosure) open(tx *db.Tx, province int, version int64, verb string) (*work, error) {
	v, err := lockVersion(tx, province, version)
	if err != nil {
		return nil, err
	}
	it, err := lockItem(tx, province, v.Item)
	if err != nil {
		return nil, err
	}
	u, err := agency.Find(tx, it.Agency)
	if err != nil {
		return nil, err
	}
	a, err := d.actor(tx, d.grantFor(v, verb), u)
	if verb == "withdraw" && account.From(tx.Ctx).May(account.Managing, target(u)) { // for an author who is gone
		a, err = account.From(tx.Ctx), nil
	}
	if err != nil {
		return nil, err
	}
	rule, err := Flow.Next(v.State, verb)
	if err != nil {
		return nil, err
	}
	steps, err := stepsOf(tx, province, version)
	if err != nil {
		return nil, err
	}
	return &work{u: u, it: it, v: v, steps: steps, by: signer{a}, next: rule.To}, nil
}

// grantFor is the grant a verb needs on a version: for a signature the one
// the norm's rule names for the step, otherwise the state table's.
func (d *Disclosure) grantFor(v *Version, verb string) string {
	rule := d.Norm.Review(v.Rule)
	if rule != nil && slices.Contains(ofStep, verb) {
		if s := rule.Step(v.Step); s != nil {
			return s.Verb
		}
	}
	for _, r := range Flow.Rules {
		if r.Verb == verb && r.Who != "" {
			return r.Who
		}
	}
	return Reviewing
}

// ofStep are the verbs of whoever the review waits for.
var ofStep = []string{"pass", "approve", "return", "refer", "pass_after", "approve_after"}

func (d *Disclosure) takeDraft(v *Version, it *Item, dr Text, now time.Time) error {
	if dr.Revision != 0 && dr.Revision != v.Revision {
		return fault.Say(fault.Conflict, "disclosure.saved_elsewhere")
	}
	if err := checkLengths(dr); err != nil {
		return err
	}
	cat := d.Norm.Category(it.Category)
	v.Title, v.Summary = strings.TrimSpace(dr.Title), strings.TrimSpace(dr.Summary)
	v.Form = dr.Form
	if cat != nil && !slices.Contains(cat.FormIDs(), dr.Form) {
		v.Form = cat.Form
	}
	v.Data = ""
	if v.Form != "" {
		b, err := form.Encode(dr.Data)
		if err != nil {
			return err
		}
		v.Data = string(b)
	}
	v.Body = CleanHTML(dr.Body)
	v.BodyText = PlainText(v.Body)
	if v.Openness, v.OpennessGround = dr.Openness, strings.TrimSpace(dr.OpennessGround); v.Openness == "" {
		v.Openness = Opennesses[0]
	}
	v.FormedOn, v.EndsOn, v.DocNumber = dr.FormedOn, dr.EndsOn, strings.TrimSpace(dr.DocNumber)
	v.Keywords, v.Explains, v.Reason = strings.TrimSpace(dr.Keywords), dr.Explains, strings.TrimSpace(dr.Reason)
	v.SavedAt = now
	if it.State == ItemUnpublished && cat != nil {
		period, err := d.period(cat, dr.Period, clock.DateOf(now))
		if err != nil {
			return err
		}
		it.Period = period
	}
	return nil
}

// period checks the key of a period: what is owed on change has none, and of
// the others only one that has begun can be written about.
func (d *Disclosure) period(cat *norm.Category, key string, today clock.Date) (string, error) {
	if key == "" || !cat.Periodic() {
		return "", nil
	}
	if w, ok := d.Catalogue.Window(cat.ID, key, today); !ok || w.Start.After(today.AddMonths(12)) {
		return "", fault.Fields(fault.Field{Name: "period", Key: "disclosure.period_unknown"})
	}
	return key, nil
}

func checkLengths(dr Text) error {
	var bad []fault.Field
	for _, f := range []struct {
		name, text string
		most       int
	}{{"title", dr.Title, MaxTitle}, {"summary", dr.Summary, MaxSummary}, {"body", dr.Body, MaxBody}, {"reason", dr.Reason, MaxSummary},
		{"keywords", dr.Keywords, MaxTitle}, {"doc_number", dr.DocNumber, 80}, {"openness_ground", dr.OpennessGround, MaxSummary}} {
		if utf8.RuneCountInString(f.text) > f.most {
			bad = append(bad, fault.Field{Name: f.name, Key: "disclosure.too_long", Args: []any{f.most}})
		}
	}
	if dr.Openness != "" && !slices.Contains(Opennesses, dr.Openness) {
		bad = append(bad, fault.Field{Name: "openness", Key: "disclosure.need_openness"})
	} else if dr.Openness != "" && dr.Openness != Opennesses[0] && strings.TrimSpace(dr.OpennessGround) == "" {
		bad = append(bad, fault.Field{Name: "openness_ground", Key: "disclosure.need_openness_ground"})
	}
	return fault.Fields(bad...)
}

// noteHelper remembers a colleague who wrote into another's draft: whoever
// wrote cannot review.
func (d *Disclosure) noteHelper(tx *db.Tx, w *work) error {
	if w.by.is(w.v.Author) && w.by.principal() == 0 {
		return nil
	}
	for _, s := range w.steps {
		if s.Verb == "save" && s.Person == w.by.person() && s.Principal == w.by.principal() {
			return nil
		}
	}
	return insertStep(tx, w.v, Step{Verb: "save", Person: w.by.person(), Principal: w.by.principal()})
}

// Discard ends a draft that will not be published.
func (d *Disclosure) Discard(ctx context.Context, province int, version int64) (err error) {
	defer fault.Wrap(&err, "disclosure.Discard(%d)", version)
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		w, err := d.open(tx, province, version, "discard")
		if err != nil {
			return err
		}
		w.v.State, w.v.SavedAt = w.next, tx.Now
		if err := saveVersion(tx, w.v); err != nil {
			return err
		}
		return record(tx, w.by.Actor, w.it, "discard", "")
	})
}
