package disclosure

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"yangguang/agency"
	"yangguang/disclosure/catalogue"
	"yangguang/disclosure/form"
	"yangguang/internal/db"
)

// LatestOf is the newest published item of each category of an agency.
func LatestOf(tx *db.Tx, u agency.Agency) (map[string]Row, error) {
	rows, err := db.List(tx.Of(catalogue.UnitTag(u.ID)), scanRow, "select "+itemCols+`, a.name, a.slug from
 (select x.province as p, x.id as n, row_number() over (partition by x.category order by x.published_at desc, x.id desc) as k
  from item x where x.agency = $1 and x.state = 'published') t
 join item i on i.province = t.p and i.id = t.n join agency a on a.id = i.agency
 where t.k = 1 order by i.category limit 200`, u.ID)
	out := map[string]Row{}
	for _, r := range shown(tx.Ctx, rows) {
		out[r.Category] = r
	}
	return out, err
}

// ListAmong lists what any of some agencies published in any of some
// categories, the newest first: how a unit shows what it has from above.
func ListAmong(tx *db.Tx, agencies []int64, categories []string, before Cursor, limit int) ([]Row, error) {
	if len(agencies) == 0 || len(categories) == 0 {
		return nil, nil
	}
	var of []string
	for _, a := range agencies {
		for _, c := range categories {
			of = append(of, catalogue.CategoryTag(a, c))
		}
	}
	w := (&db.Where{}).And("i.state = 'published'")
	db.In(w, "i.agency", agencies)
	db.In(w, "i.category", categories)
	w.If(before.ID != 0, "(i.published_at, i.id) < (?, ?)", before.At, before.ID)
	sql, _ := w.SQL()
	top := w.Next(min(max(limit, 1), MaxList))
	rows, err := db.List(tx.Of(of...), scanRow, "select "+itemCols+", a.name, a.slug"+rowFrom+sql+" order by i.published_at desc, i.id desc limit "+top, w.Args()...)
	return shown(tx.Ctx, rows), err
}

// Entry is a row of the catalogue 公开目录: an item with its summary.
type Entry struct {
	Row
	Summary string
	Text    string // what is shown of it where it was found, in the reader's language
}

// WithTexts adds to rows of one province the words of what is published now.
func (d *Disclosure) WithTexts(tx *db.Tx, rows []Row) ([]Entry, error) {
	byProvince := map[int][]int64{}
	for _, r := range rows {
		byProvince[r.Province] = append(byProvince[r.Province], r.Current)
	}
	texts := map[int64]Version{}
	shown(tx.Ctx, rows)
	for province, ids := range byProvince {
		w := (&db.Where{}).And("v.province = ?", province).And("v.state = 'published'")
		db.In(w, "v.id", ids)
		sql, args := w.SQL()
		vs, err := db.List(tx.Of(), func(r *db.Rows, v *Version) error {
			return r.Scan(&v.ID, &v.Summary, db.OrZero(&v.DocNumber), &v.Keywords, &v.Form, &v.Data, &v.Hidden, &v.BodyText)
		}, "select v.id, v.summary, v.doc_number, v.keywords, v.form, v.data, v.hidden, v.body_text from item_version v"+sql+" order by v.id limit 500", args...)
		if err != nil {
			return nil, err
		}
		for _, v := range vs {
			texts[v.ID] = *d.Projected(&v)
		}
	}
	out := make([]Entry, len(rows))
	for i, r := range rows {
		v := texts[r.Current]
		out[i] = Entry{Row: r, Summary: v.Summary, Text: d.shownText(tx.Ctx, &v)}
		if out[i].Summary == "" {
			out[i].Summary = d.summaryOf(tx.Ctx, &v)
		}
	}
	return out, nil
}

// shownText is a version's words as a reader of one language sees them.
func (d *Disclosure) shownText(ctx context.Context, v *Version) string {
	parts := []string{v.Summary, v.BodyText}
	if f := d.Norm.Form(v.Form); f != nil {
		if data, err := form.Decode([]byte(v.Data)); err == nil {
			parts = append(parts, viewWords(form.Table(ctx, *f, data)))
		}
	}
	return strings.TrimSpace(strings.Join(append(parts, v.DocNumber), "\n"))
}

func viewWords(v form.View) string {
	var out []string
	for _, x := range v.Fields {
		out = append(out, x.Label, x.Text)
	}
	for _, r := range v.Rows {
		out = append(out, r.Title)
		for _, c := range r.Cells {
			if strings.ContainsFunc(c.Text, unicode.IsLetter) { // figures alone tell a searcher nothing
				out = append(out, c.Text)
			}
		}
	}
	for _, s := range v.Steps {
		out = append(out, s.Title)
		for _, x := range s.Items {
			out = append(out, x.Label, x.Text)
		}
	}
	return v.Caption + " " + strings.Join(slices.DeleteFunc(out, func(s string) bool { return s == "" }), " ")
}

// summaryOf says in a sentence what an item holds when its author did not.
func (d *Disclosure) summaryOf(ctx context.Context, v *Version) string {
	if f := d.Norm.Form(v.Form); f != nil {
		if data, err := form.Decode([]byte(v.Data)); err == nil {
			return form.Summary(ctx, *f, data)
		}
	}
	return firstWords(v.BodyText, 80)
}

// firstWords is the beginning of a text as one line.
func firstWords(s string, most int) string {
	n := 0
	for i, r := range s {
		if n++; r == '\n' && n > 20 || n > most {
			return s[:i]
		}
	}
	return s
}

// ChangesOf lists what became public, was corrected or was taken down at an
// agency, in the order it happened, for sites that follow it.
func ChangesOf(tx *db.Tx, u agency.Agency, after Cursor, limit int) ([]Row, error) {
	return db.List(tx, scanRow, "select "+itemCols+", a.name, a.slug"+rowFrom+` where i.agency = $1 and i.state <> 'unpublished' and (i.changed_at, i.id) > ($2, $3)
 order by i.changed_at, i.id limit $4`, u.ID, after.At, after.ID, min(max(limit, 1), MaxList))
}
