package disclosure

import (
	"context"
	"slices"
	"strings"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/norm"
)

// Page is everything the public page of an item shows.
type Page struct {
	Unit        agency.Agency
	Item        *Item
	Version     *Version // nil once taken down
	Files       []File
	Events      []Event
	Versions    []Version // published and superseded, the newest first
	Explains    *Item     // the document this one interprets
	ExplainedBy []Row
	Signatures  []Step // by role and day, never by name
}

// Public reads an item for everybody. What was never published is Not Found.
func (d *Disclosure) Public(ctx context.Context, u agency.Agency, year, serial int) (p *Page, err error) {
	defer fault.Wrap(&err, "disclosure.Public(%d, %d-%05d)", u.ID, year, serial)
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		it, err := itemBySerial(tx, u, year, serial)
		if err != nil {
			return err
		}
		if it.State == ItemUnpublished {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		p = &Page{Unit: u, Item: it}
		if p.Events, err = eventsOf(tx, it); err != nil {
			return err
		}
		if it.State == ItemTakenDown {
			return nil
		}
		return d.fillPage(tx, p)
	})
	return p, err
}

// PublishedTitle is the title of the published item with a number of a unit.
func PublishedTitle(tx *db.Tx, u agency.Agency, year, serial int) (string, error) {
	it, err := itemBySerial(tx, u, year, serial)
	if err != nil {
		return "", err
	}
	if it.State != ItemPublished {
		return "", fault.Say(fault.NotFound, "fault.not_found")
	}
	return it.Title, nil
}

// fillPage reads what is published of an item; versions only as Projected.
func (d *Disclosure) fillPage(tx *db.Tx, p *Page) (err error) {
	it := p.Item
	all, err := versionsOf(tx, it.Province, it.ID)
	if err != nil {
		return err
	}
	for i := range all {
		if all[i].State == Published || all[i].State == Superseded {
			p.Versions = append(p.Versions, *d.Projected(&all[i]))
		}
		if all[i].ID == it.Current {
			p.Version = d.Projected(&all[i])
		}
	}
	of := tx.Of(itemTag(it))
	if p.Files, err = filesOf(of, it.Province, it.Current); err != nil {
		return err
	}
	if p.Signatures, err = stepsOf(of, it.Province, it.Current); err != nil {
		return err
	}
	p.Signatures = slices.DeleteFunc(p.Signatures, func(s Step) bool {
		return !slices.Contains([]string{"submit", "pass", "approve", "emergency", "pass_after", "approve_after"}, s.Verb)
	})
	for i := range p.Signatures { // roles and days are public, persons are not
		p.Signatures[i].Person, p.Signatures[i].Principal, p.Signatures[i].Note = 0, 0, ""
	}
	if it.Explains != 0 {
		if other, err := itemByID(tx, it.Province, it.Explains); err == nil && other.State == ItemPublished {
			p.Explains = other
		}
	}
	p.ExplainedBy, err = explainedBy(tx, it)
	return err
}

// Sheet is everything the desk shows of a version.
type Sheet struct {
	Unit     agency.Agency
	Item     *Item
	Version  *Version
	Before   *Version // what the public reads now, when this corrects it
	Rule     *norm.ReviewRule
	Category *norm.Category
	Steps    []Step
	Files    []File
	Findings []Finding
	Verbs    []string         // what the person acting can do now
	Blocked  map[string]error // why a verb the state allows is not for this person
	Hidden   []Hidden         // what the public does not read of it; of a draft: would not, as things stand
	People   int              // figures of people in it
	Lost     []string         // small figures (form.Figure) of which what is public tells more than it should
}

// Open reads a version for whoever works on it or oversees it.
func (d *Disclosure) Open(ctx context.Context, province int, version int64) (s *Sheet, err error) {
	defer fault.Wrap(&err, "disclosure.Open(%d)", version)
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		v, err := versionByID(tx, province, version)
		if err != nil {
			return err
		}
		it, err := itemByID(tx, province, v.Item)
		if err != nil {
			return err
		}
		u, err := agency.Find(tx, it.Agency)
		if err != nil {
			return err
		}
		if !MayRead(ctx, u) {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		s = &Sheet{Unit: u, Item: it, Version: v, Rule: d.Norm.Review(v.Rule), Category: d.Norm.Category(it.Category)}
		return d.fillSheet(tx, s)
	})
	return s, err
}

func (d *Disclosure) fillSheet(tx *db.Tx, s *Sheet) (err error) {
	v := s.Version
	if s.Steps, err = stepsOf(tx, v.Province, v.ID); err != nil {
		return err
	}
	if s.Files, err = filesOf(tx, v.Province, v.ID); err != nil {
		return err
	}
	if s.Findings, err = findingsOf(tx, v.Province, v.ID); err != nil {
		return err
	}
	if v.State == Drafted {
		s.Findings = append(slices.DeleteFunc(s.Findings, func(f Finding) bool { return f.File == 0 && f.State == "open" }), d.textFindings(v)...)
	}
	if s.Item.Current != 0 && s.Item.Current != v.ID {
		if s.Before, err = versionByID(tx, v.Province, s.Item.Current); err != nil {
			return err
		}
	}
	if s.Verbs, s.Blocked, err = d.verbs(tx, s); err != nil {
		return err
	}
	if s.Hidden = HiddenOf(v); v.State == Published || v.State == Superseded || v.State == Discarded {
		return nil
	}
	c, err := d.conceal(tx, s.Unit, s.Item, v)
	s.Hidden, s.Lost, s.People = c.Hidden, c.Lost, c.People
	return err
}

// verbs lists what the person acting can do with a version now, and for what
// the state allows but not this person, why not.
func (d *Disclosure) verbs(tx *db.Tx, s *Sheet) (may []string, blocked map[string]error, err error) {
	a := account.From(tx.Ctx)
	blocked = map[string]error{}
	if a == nil {
		return nil, blocked, nil
	}
	for _, r := range Flow.Verbs(s.Version.State) {
		if slices.Contains(ours, r.Verb) || strings.HasSuffix(r.Verb, "_after") && !s.Version.ReviewOwed ||
			!a.May(d.grantFor(s.Version, r.Verb), target(s.Unit)) && (!r.Own || !a.May(account.Managing, target(s.Unit))) {
			continue
		}
		err := d.fits(tx, signer{a}, s, r.Verb)
		if r.Own {
			if err = mayWithdraw(tx, signer{a}, s.Version, s.Unit); fault.Is(err, fault.Forbidden) {
				continue // another's: nothing this person was about to do
			}
		}
		switch {
		case err != nil && fault.KindOf(err) == fault.Internal:
			return nil, nil, err
		case err != nil:
			blocked[r.Verb] = err
		default:
			may = append(may, r.Verb)
		}
	}
	return may, blocked, nil
}

// fits checks what the state table cannot say: which review step it is, and
// that the signer is a further person, of the unit or lent by one above it.
func (d *Disclosure) fits(tx *db.Tx, by signer, s *Sheet, verb string) error {
	if s.Rule == nil {
		return fault.Say(fault.Conflict, "flow.not_now")
	}
	switch verb {
	case "emergency":
		if s.Category == nil || !s.Category.Emergency || len(s.Rule.Emergency) == 0 {
			return fault.Say(fault.Forbidden, "disclosure.no_emergency")
		}
		return d.maySignHere(tx, by, "approver", s)
	case "rule", "refuse":
		return mayRule(by, s.Version, s.Rule, s.Steps)
	}
	if !slices.Contains(ofStep, verb) {
		return nil
	}
	step := s.Rule.Step(s.Version.Step)
	last := verb == "approve" || verb == "approve_after"
	if step == nil || last != (step.Slot == "approver") && verb != "return" && verb != "refer" {
		return fault.Say(fault.Conflict, "flow.not_now")
	}
	return d.maySignHere(tx, by, step.Slot, s)
}

func (d *Disclosure) maySignHere(tx *db.Tx, by signer, slot string, s *Sheet) error {
	if err := maySign(by, slot, s.Version, s.Rule, s.Steps); err != nil {
		return err
	}
	_, err := lentBy(tx, by, s.Unit, s.Rule)
	return err
}

// May answers whether a verb is among those the person acting can do.
func (s *Sheet) May(verb string) bool { return slices.Contains(s.Verbs, verb) }
