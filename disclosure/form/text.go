package form

import (
	"context"
	"slices"
	"strings"

	"yangguang/internal/i18n"
	"yangguang/norm"
)

// SearchText is the words of a filled-in form for the index: titles in both
// languages, then every text; bare figures are left out, nobody looks for them.
func SearchText(f norm.Form, d Data) string {
	d = Normalize(f, d)
	var b strings.Builder
	add := func(s string) {
		if s != "" {
			b.WriteString(s)
			b.WriteByte('\n')
		}
	}
	add(f.Title.Zh)
	add(f.Title.En)
	texts(f.Fields, d.Fields, add)
	for _, r := range d.Rows {
		i := slices.IndexFunc(f.Rows, func(x norm.FixedRow) bool { return x.ID == r.ID })
		if i >= 0 && !r.blank() {
			add(f.Rows[i].Title.Zh)
		}
		texts(f.Columns, r.Cells, add)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func texts(fields []norm.Field, answers map[string]string, add func(string)) {
	for _, f := range fields {
		s := answers[f.ID]
		switch {
		case s == "" || numeric(f):
		case f.Type == "choice":
			for _, c := range f.Choices {
				if c.ID == s {
					add(c.Title.Zh)
					add(c.Title.En)
				}
			}
		default:
			add(s)
		}
	}
}

// Summary is one sentence about what was filled in, for lists and previews.
func Summary(ctx context.Context, f norm.Form, d Data) string {
	d = Normalize(f, d)
	title := f.Title.In(ctx)
	switch {
	case d.Blank():
		return i18n.T(ctx, "form.summary_blank", title)
	case f.Shape == "guide":
		return i18n.T(ctx, "form.summary_guide", len(d.Rows), title)
	case len(f.Columns) == 0:
		return i18n.T(ctx, "form.summary_record", title, head(ctx, f, d))
	case len(f.Rows) == 0:
		return i18n.T(ctx, "form.summary_rows", len(d.Rows), title)
	}
	for i := len(d.Rows) - 1; i >= 0; i-- {
		if r := d.Rows[i]; isTotal(f, "rows", r.ID) {
			if s := figures(ctx, f, r); s != "" {
				return i18n.T(ctx, "form.summary_total", title, rowTitle(ctx, f, r.ID), s)
			}
		}
	}
	return i18n.T(ctx, "form.summary_fixed", title)
}

// head is the first two answers of a record.
func head(ctx context.Context, f norm.Form, d Data) string {
	all := items(ctx, f.Fields, d.Fields)
	return pairUp(ctx, all[:min(2, len(all))])
}

// figures are the first two figures of a total row.
func figures(ctx context.Context, f norm.Form, r Row) string {
	var all []Item
	for _, c := range f.Columns {
		if s := r.Cells[c.ID]; s != "" && numeric(c) && len(all) < 2 {
			all = append(all, Item{ID: c.ID, Label: heading(ctx, c), Cell: show(ctx, c, s)})
		}
	}
	return pairUp(ctx, all)
}

func pairUp(ctx context.Context, all []Item) string {
	var out []string
	for _, it := range all {
		out = append(out, i18n.T(ctx, "form.pair", it.Label, excerpt(it.Text)))
	}
	return strings.Join(out, i18n.T(ctx, "form.between"))
}

// excerpt keeps a summary to one line.
func excerpt(s string) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return string(r)
}
