package disclosure

import (
	"yangguang/agency"
	"yangguang/disclosure/form"
	"yangguang/internal/db"
	"yangguang/norm"
)

// Linked is a published item with what it leads its readers to.
type Linked struct {
	Province               int
	Item, Version, Agency  int64
	Region                 agency.Code
	Path                   string   // where the public reads it
	Addresses              []string // of its text and its form, as the public reads them
	Files                  []File   // id, name and hash alone
	form, data, hide, body string
}

// LinkedAfter walks the published items of a province in the order of their
// numbers, each with the addresses and attachments of its current version.
func (d *Disclosure) LinkedAfter(tx *db.Tx, province int, after int64, most int) ([]Linked, error) {
	all, err := linkedAfter(tx, province, after, most)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	files, err := filesOfAll(tx, province, all)
	if err != nil {
		return nil, err
	}
	for i := range all {
		l := &all[i]
		l.Addresses, l.Files = d.addresses(l), files[l.Version]
	}
	return all, nil
}

// addresses are what a version's text and form lead to.
func (d *Disclosure) addresses(l *Linked) []string {
	out := hrefs(l.body)
	f := d.Norm.Form(l.form)
	if f == nil || l.data == "" {
		return out
	}
	data, err := form.Decode([]byte(d.Projected(&Version{Form: l.form, Data: l.data, Hidden: l.hide}).Data))
	if err != nil { // nothing of it is shown, so nothing leads on
		return out
	}
	out = append(out, typed(f.Fields, data.Fields)...)
	for _, r := range data.Rows {
		out = append(out, typed(f.Columns, r.Cells)...)
	}
	return out
}

// typed are the answers to those questions of a form that ask for an address.
func typed(fs []norm.Field, answers map[string]string) (out []string) {
	for _, f := range fs {
		if f.Type == "url" && answers[f.ID] != "" {
			out = append(out, answers[f.ID])
		}
	}
	return out
}
