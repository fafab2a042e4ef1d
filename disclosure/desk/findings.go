package desk

import (
	"context"
	"encoding/json"
	"strings"

	"yangguang/disclosure"
	"yangguang/disclosure/form"
	"yangguang/internal/i18n"
	"yangguang/internal/privacy"
)

// spot is something personal the gate saw: where, what, masked, what to do.
type spot struct {
	ID       int64
	Where    string
	Anchor   string // the field it stands in, in the editor
	Kind     string
	Masked   string
	Never    bool
	Released bool
	Reason   string // of its release
	By       string
}

// part is one piece of a version's text, as its author knows it.
type part struct{ anchor, label, text string }

// parts are all texts of a draft that will be public.
func (d *Desk) parts(ctx context.Context, t typed) []part {
	say := func(name string) string { return i18n.T(ctx, "desk."+name) }
	out := []part{{"title", say("title"), strings.TrimSpace(t.Title)}, {"summary", say("summary"), strings.TrimSpace(t.Summary)},
		{"keywords", say("keywords"), strings.TrimSpace(t.Keywords)}, {"reason", say("reason"), strings.TrimSpace(t.Reason)},
		{"openness_ground", say("openness_ground"), strings.TrimSpace(t.Ground)}, {"body", say("body"), disclosure.PlainText(disclosure.CleanHTML(t.Body))}}
	f := d.normForm(t.Form)
	if f == nil {
		return out
	}
	view := form.Table(ctx, *f, t.Data)
	for _, x := range view.Fields {
		out = append(out, part{form.FieldName(x.ID), x.Label, t.Data.Fields[x.ID]})
	}
	for i, row := range form.Normalize(*f, t.Data).Rows {
		for _, c := range f.Columns {
			if s := row.Cells[c.ID]; s != "" {
				out = append(out, part{form.CellName(i, c.ID), i18n.T(ctx, "desk.cell", i+1, c.Title.In(ctx)), s})
			}
		}
	}
	return out
}

// spots is what the gate sees in what was typed, beside its field.
func (d *Desk) spots(ctx context.Context, t typed) []spot {
	var out []spot
	for _, p := range d.parts(ctx, t) {
		for _, f := range privacy.Scan(p.text) {
			out = append(out, spot{Where: whereIn(ctx, p, f.Place), Anchor: p.anchor, Kind: f.Kind.In(ctx), Masked: f.Masked, Never: f.Class == privacy.Never})
		}
		if p.anchor == "body" {
			out = append(out, tableSpots(ctx, p)...)
		}
	}
	return out
}

// tableSpots reads the body's tables as tables: a column of names is a list of
// people though no single name can be told from other words.
func tableSpots(ctx context.Context, p part) []spot {
	var rows [][]string
	for line := range strings.SplitSeq(p.text, "\n") {
		if strings.Contains(line, "\t") {
			rows = append(rows, strings.Split(line, "\t"))
		}
	}
	if len(rows) < 2 {
		return nil
	}
	var out []spot
	for _, f := range privacy.ScanTable(rows) {
		out = append(out, spot{Where: whereIn(ctx, p, f.Place), Anchor: p.anchor, Kind: f.Kind.In(ctx), Masked: f.Masked, Never: f.Class == privacy.Never})
	}
	return out
}

func whereIn(ctx context.Context, p part, place privacy.Place) string {
	if s := place.In(ctx); s != "" && p.anchor == "body" {
		return p.label + i18n.T(ctx, "desk.between") + s
	}
	return p.label
}

// stored turns the version's recorded findings into spots. A finding in the
// text keeps only its masked form, so its field is found by scanning again.
func (d *Desk) stored(ctx context.Context, s *disclosure.Sheet, t typed, names map[int64]string) []spot {
	at := map[string]spot{}
	for _, p := range d.spots(ctx, t) {
		if _, ok := at[p.Kind+p.Masked]; !ok {
			at[p.Kind+p.Masked] = p
		}
	}
	files := map[int64]string{}
	for _, f := range s.Files {
		files[f.ID] = f.Name
	}
	var out []spot
	for _, f := range s.Findings {
		var place privacy.Place
		_ = json.Unmarshal([]byte(f.Place), &place) // written by disclosure; an unknown place is shown without words
		x := spot{ID: f.ID, Kind: privacy.Kind(f.Kind).In(ctx), Masked: f.Masked, Never: f.Class == string(privacy.Never),
			Released: f.State == "released", Reason: f.Reason, By: names[f.Person]}
		if f.File != 0 {
			x.Where, x.Anchor = i18n.T(ctx, "desk.in_file", files[f.File], place.In(ctx)), "files"
		} else {
			x.Where = first(at[x.Kind+x.Masked].Where, place.In(ctx), i18n.T(ctx, "desk.body"))
			x.Anchor = at[x.Kind+x.Masked].Anchor
		}
		out = append(out, x)
	}
	return out
}

// uncertain says why a file must be looked at by a person.
func uncertain(ctx context.Context, reason string) string {
	if i18n.Has(i18n.LangOf(ctx), reason) {
		return i18n.T(ctx, reason)
	}
	return i18n.T(ctx, "desk.file_"+reason)
}
