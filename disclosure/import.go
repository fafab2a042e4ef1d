package disclosure

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Past is one entry of what an agency published before it used this system, as
// an accepted batch brings it. Three natural persons stand behind it: who
// prepared the batch and the two who accepted it, one after the other.
type Past struct {
	Unit        agency.Agency
	Batch       int64
	BatchNumber string // the batch's public number, shown in the item's history
	Category    string
	Period      string
	Number      string // the old 索引号; "" gives a new one
	DocNumber   string
	Title       string
	Body        string // HTML as it was found
	FormedOn    clock.Date
	PublishedOn clock.Date // when the public first read it
	Old         []string   // old addresses, see OldAddress
	Files       []Stowed
	Prepared    int64
	First       int64
	Second      int64
	Released    string // the first acceptor's reason for what a second person may release
}

// Stowed is a file kept in the store and read by the privacy gate, but not yet
// an attachment of anything.
type Stowed struct {
	File     File
	Findings []Finding
}

// Stow reads a file with the privacy gate and keeps it, as Attach does, before
// there is a version to attach it to.
func (d *Disclosure) Stow(ctx context.Context, name string, r io.Reader) (s Stowed, err error) {
	defer fault.Wrap(&err, "disclosure.Stow")
	if name = strings.TrimSpace(name); name == "" || utf8.RuneCountInString(name) > 150 {
		return s, fault.Fields(fault.Field{Name: "file", Key: "disclosure.file_name"})
	}
	b, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	switch {
	case err != nil:
		return s, err
	case len(b) > MaxFile:
		return s, fault.Fields(fault.Field{Name: "file", Key: "disclosure.file_too_large", Args: []any{MaxFile >> 20}})
	case len(b) == 0:
		return s, fault.Fields(fault.Field{Name: "file", Key: "disclosure.file_empty"})
	}
	rep, b, err := d.inspect(ctx, name, b)
	if err != nil {
		return s, err
	}
	hash, size, err := d.Blobs.Put(ctx, bytes.NewReader(b), MaxFile)
	if err != nil {
		return s, err
	}
	s.File = File{Name: name, Kind: mediaType(rep.Type), Size: size, Hash: hash}
	s.Findings = s.File.judge(rep)
	return s, nil
}

// Screen is what the privacy gate sees in a title and a text, before there is
// a draft.
func (d *Disclosure) Screen(title, body string) []Finding {
	clean := CleanHTML(body)
	return d.textFindings(&Version{Title: title, Body: clean, BodyText: PlainText(clean)})
}

// ImportPast publishes an entry of the past within the caller's transaction,
// marked as imported. Everything that can be refused is refused before the
// first row is written, so the caller may go on with the next entry.
func (d *Disclosure) ImportPast(tx *db.Tx, p Past) (it *Item, err error) {
	defer fault.Wrap(&err, "disclosure.ImportPast(%d)", p.Unit.ID)
	v, err := d.pastVersion(tx, p)
	if err != nil {
		return nil, err
	}
	it = &Item{Province: v.Province, ID: v.Item, Agency: p.Unit.ID, Category: p.Category, Period: p.Period, Prefecture: p.Unit.Division.Prefecture(),
		County: p.Unit.Division.County(), Region: p.Unit.Division, State: ItemUnpublished, ChangedAt: tx.Now, Imported: p.Batch, Title: v.Title}
	found, err := d.pastFits(tx, p, it, v)
	if err != nil {
		return nil, err
	}
	if err := d.numberPast(tx, p, it); err != nil {
		return nil, err
	}
	if err := writePast(tx, p, it, v, found); err != nil {
		return nil, err
	}
	if err := d.Catalogue.Met(tx, p.Unit, p.Category, p.Period, it.ID, p.PublishedOn, p.FormedOn); err != nil {
		return nil, err
	}
	if err := d.index(tx, it, v); err != nil {
		return nil, err
	}
	if err := appeared(tx, p.Unit, it); err != nil {
		return nil, err
	}
	if err := audit.Append(tx, audit.Entry{Province: int64(it.Province), Person: p.Second, Agency: it.Agency, Verb: "disclosure.imported", Object: objectName(it), Reason: p.BatchNumber}); err != nil {
		return nil, err
	}
	return it, d.logVersion(tx, it, v, "imported")
}

func (d *Disclosure) pastVersion(tx *db.Tx, p Past) (*Version, error) {
	cat, cg := d.Norm.Category(p.Category), d.Norm.Catalogue(string(p.Unit.Kind))
	switch {
	case cat == nil || cg == nil || d.Norm.CatalogueOf(p.Category) != cg:
		return nil, fault.Say(fault.Invalid, "disclosure.category_not_owed")
	case p.Prepared == p.First || p.First == p.Second || p.Prepared == p.Second:
		return nil, fault.Say(fault.Conflict, "disclosure.same_person_signed")
	case p.PublishedOn.IsZero() || p.PublishedOn.After(clock.DateOf(tx.Now)):
		return nil, fault.Say(fault.Invalid, "disclosure.past_date")
	}
	province := p.Unit.Division.Province()
	v := &Version{Province: province, ID: tx.ID(province), Item: tx.ID(province), Number: 1, State: Published, Rule: cg.Review,
		Title: strings.TrimSpace(p.Title), Body: CleanHTML(p.Body), Openness: Opennesses[0], FormedOn: p.FormedOn, DocNumber: strings.TrimSpace(p.DocNumber),
		Revision: 1, Author: p.Prepared, Reviewer: p.First, Approver: p.Second,
		CreatedAt: tx.Now, SavedAt: tx.Now, SubmittedAt: tx.Now, ApprovedAt: tx.Now, PublishedAt: p.PublishedOn.Start()}
	v.BodyText = PlainText(v.Body)
	return v, nil
}

// pastFits refuses what must not be published, and gives the findings that a
// second person released.
func (d *Disclosure) pastFits(tx *db.Tx, p Past, it *Item, v *Version) ([]Finding, error) {
	if v.Title == "" || utf8.RuneCountInString(v.Title) > MaxTitle || utf8.RuneCountInString(v.Body) > MaxBody || len(p.Files) > MaxFiles {
		return nil, fault.Say(fault.Invalid, "disclosure.past_size")
	}
	found := d.textFindings(v)
	doubt := len(found) > 0
	all := found
	for _, s := range p.Files {
		all = append(all, s.Findings...)
		doubt = doubt || s.File.Uncertain != "" || len(s.Findings) > 0
	}
	if err := gateForSubmit(all); err != nil {
		return nil, err
	}
	if doubt && strings.TrimSpace(p.Released) == "" {
		return nil, fault.Say(fault.Conflict, "disclosure.personal_open")
	}
	if v.DocNumber != "" {
		if other, err := docNumberOf(tx, it, v.DocNumber); err != nil || other != 0 {
			return nil, orElse(err, fault.Say(fault.Conflict, "disclosure.doc_number_taken"))
		}
	}
	return found, nil
}

func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// numberPast keeps the old number or gives the next free one of the year in
// which the public first read the entry.
func (d *Disclosure) numberPast(tx *db.Tx, p Past, it *Item) error {
	it.Year = p.PublishedOn.Year()
	if it.Number = strings.TrimSpace(p.Number); it.Number != "" {
		if taken, err := numberTaken(tx, it.Province, it.Number); err != nil || taken {
			return orElse(err, fault.Say(fault.Conflict, "disclosure.number_taken"))
		}
		if serial, ok := ownSerial(p.Unit, it.Number, it.Year); ok {
			it.Serial = serial
			return claimSerial(tx, it)
		}
		return freeSerial(tx, it)
	}
	for {
		if err := freeSerial(tx, it); err != nil {
			return err
		}
		it.Number = DefaultNumber(p.Unit, it.Year, it.Serial)
		if d.NumberFormat != nil {
			it.Number = d.NumberFormat(p.Unit, it.Year, it.Serial)
		}
		if taken, err := numberTaken(tx, it.Province, it.Number); err != nil || !taken {
			return err
		}
	}
}

// ownSerial reads the serial out of an old number that has our own form.
func ownSerial(u agency.Agency, number string, year int) (serial int, ok bool) {
	rest, ok := strings.CutPrefix(number, fmt.Sprintf("%s/%d-", u.CreditCode, year))
	if !ok || u.CreditCode == "" || len(rest) != 5 {
		return 0, false
	}
	_, err := fmt.Sscanf(rest, "%05d", &serial)
	return serial, err == nil && serial > 0 && DefaultNumber(u, year, serial) == number
}

func writePast(tx *db.Tx, p Past, it *Item, v *Version, found []Finding) error {
	if err := insertItem(tx, it); err != nil {
		return err
	}
	if err := insertVersion(tx, v); err != nil {
		return err
	}
	it.State, it.Current, it.Title, it.FormedOn, it.PublishedAt, it.Validity = ItemPublished, v.ID, v.Title, v.FormedOn, v.PublishedAt, Validities[0]
	if err := updateItem(tx, it); err != nil {
		return err
	}
	if v.DocNumber != "" {
		if err := registerDocNumber(tx, it, v.DocNumber); err != nil {
			return err
		}
	}
	for _, path := range p.Old {
		if err := insertOldAddress(tx, it, path); err != nil {
			return err
		}
	}
	if err := writePastFiles(tx, p, v, found); err != nil {
		return err
	}
	for _, s := range []Step{{Verb: "submit", Person: p.Prepared}, {Verb: "pass", Person: p.First, Note: p.Released}, {Verb: "approve", Person: p.Second}} {
		s.Step, s.Basis = "import", p.BatchNumber
		if err := insertStep(tx, v, s); err != nil {
			return err
		}
	}
	return insertEvent(tx, it, "imported", v.Number, p.BatchNumber)
}

func writePastFiles(tx *db.Tx, p Past, v *Version, found []Finding) error {
	release := func(f Finding) error {
		f.ID, f.Version, f.State, f.Person, f.Reason = tx.ID(v.Province), v.ID, "released", p.First, p.Released
		return insertFinding(tx, v.Province, f)
	}
	for i, s := range p.Files {
		f := s.File
		f.ID, f.Version, f.Position = tx.ID(v.Province), v.ID, i+1
		if f.Uncertain != "" {
			f.ClearedBy, f.ClearedReason = p.First, p.Released
		}
		if err := insertFile(tx, v.Province, f); err != nil {
			return err
		}
		for _, x := range s.Findings {
			x.File = f.ID
			if err := release(x); err != nil {
				return err
			}
		}
	}
	for i, x := range found {
		if i >= maxFindings {
			break
		}
		if err := release(x); err != nil {
			return err
		}
	}
	return nil
}

// EndImported takes an imported item down when its batch is undone. One that
// somebody corrected since, or that is down already, is left as it is.
func (d *Disclosure) EndImported(tx *db.Tx, u agency.Agency, item, batch, person int64, reason string) (ended bool, err error) {
	defer fault.Wrap(&err, "disclosure.EndImported(%d)", item)
	it, err := lockItem(tx, u.Division.Province(), item)
	if err != nil {
		return false, err
	}
	versions, err := versionsOf(tx, it.Province, it.ID)
	if err != nil || it.Imported != batch || it.State != ItemPublished || len(versions) > 1 {
		return false, err
	}
	if err := d.known(tx, it); err != nil {
		return false, err
	}
	it.State, it.EndKind, it.EndReason, it.EndedAt, it.ChangedAt = ItemTakenDown, "error", reason, tx.Now, tx.Now
	if err := d.afterEnd(tx, it, u); err != nil {
		return false, err
	}
	if err := audit.Append(tx, audit.Entry{Province: int64(it.Province), Person: person, Agency: it.Agency, Verb: "disclosure.take_down", Object: objectName(it), Reason: reason}); err != nil {
		return false, err
	}
	return true, d.logEnd(tx, it)
}
