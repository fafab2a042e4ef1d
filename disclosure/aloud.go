package disclosure

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/disclosure/form"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/norm"
)

// Aloud is something published as a voice reads it (3.1.1).
type Aloud struct {
	Title      string
	Paragraphs []string
}

// How much of a division is read aloud, and how much of one text.
const (
	aloudUnits     = 100
	aloudSentences = 3
	aloudMost      = 200
)

// GuidesAloud are the service guides 办事指南 the units of a division publish, whole.
func (d *Disclosure) GuidesAloud(ctx context.Context, division agency.Code, limit int) (out []Aloud, err error) {
	defer fault.Wrap(&err, "disclosure.GuidesAloud(%s)", division)
	return d.aloud(ctx, division, limit, func(c *norm.Category) bool {
		return slices.ContainsFunc(append([]string{c.Form}, c.MoreForms...), d.isGuide)
	}, func(v *Version) []string {
		if !d.isGuide(v.Form) {
			return nil
		}
		return d.guideAloud(ctx, v)
	})
}

// ItemsAloud are what the units of a division published last, the guides left
// out: who published it and when, and how it begins.
func (d *Disclosure) ItemsAloud(ctx context.Context, division agency.Code, limit int) (out []Aloud, err error) {
	defer fault.Wrap(&err, "disclosure.ItemsAloud(%s)", division)
	return d.aloud(ctx, division, limit, func(*norm.Category) bool { return true }, func(v *Version) []string {
		if d.isGuide(v.Form) {
			return nil
		}
		if v.Summary != "" {
			return []string{v.Summary}
		}
		if d.Norm.Form(v.Form) != nil {
			return []string{d.summaryOf(ctx, v)}
		}
		return []string{firstSentences(v.BodyText)}
	})
}

func (d *Disclosure) isGuide(id string) bool {
	f := d.Norm.Form(id)
	return f != nil && f.Shape == "guide"
}

// aloud reads what is published and in force of some categories; a version text
// has nothing to say of is left out.
func (d *Disclosure) aloud(ctx context.Context, division agency.Code, limit int, of func(*norm.Category) bool, text func(*Version) []string) (out []Aloud, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		units, err := agency.List(tx, agency.Filter{Within: division, Here: true, Limit: aloudUnits})
		if err != nil {
			return err
		}
		var ids []int64
		categories := map[string]bool{}
		for _, u := range units {
			ids = append(ids, u.ID)
			cg := d.Norm.Catalogue(string(u.Kind))
			for i := 0; cg != nil && i < len(cg.Categories); i++ {
				if c := &cg.Categories[i]; of(c) {
					categories[c.ID] = true
				}
			}
		}
		var names []string
		for id := range categories {
			names = append(names, id)
		}
		slices.Sort(names)
		rows, err := ListAmong(tx, ids, names, Cursor{}, MaxList)
		if err != nil {
			return err
		}
		texts, err := d.versionsAloud(tx, rows)
		if err != nil {
			return err
		}
		today := clock.DateOf(tx.Now)
		for i := range rows {
			r, v := &rows[i], texts[rows[i].Current]
			if v == nil || r.Validity == Validities[2] || r.Validity == Validities[3] || r.NoticeOver(today) || len(out) == limit {
				continue
			}
			if said := text(v); len(said) > 0 {
				from := i18n.T(ctx, "disclosure.aloud_from", r.Unit, i18n.Date(ctx, clock.DateOf(r.PublishedAt)))
				out = append(out, Aloud{r.Title, append([]string{from}, said...)})
			}
		}
		return nil
	})
	return out, err
}

// versionsAloud are the texts of rows as the public reads them, by version.
func (d *Disclosure) versionsAloud(tx *db.Tx, rows []Row) (map[int64]*Version, error) {
	byProvince, out := map[int][]int64{}, map[int64]*Version{}
	for _, r := range rows {
		byProvince[r.Province] = append(byProvince[r.Province], r.Current)
	}
	for province, ids := range byProvince {
		w := (&db.Where{}).And("v.province = ?", province).And("v.state = 'published'")
		db.In(w, "v.id", ids)
		sql, args := w.SQL()
		vs, err := db.List(tx.Of(), func(r *db.Rows, v *Version) error {
			return r.Scan(&v.ID, &v.Summary, &v.Form, &v.Data, &v.Hidden, &v.BodyText)
		}, "select v.id, v.summary, v.form, v.data, v.hidden, v.body_text from item_version v"+sql+" order by v.id limit 500", args...)
		if err != nil {
			return nil, err
		}
		for i := range vs {
			out[vs[i].ID] = d.Projected(&vs[i])
		}
	}
	return out, nil
}

// guideAloud is a guide as sentences: what it says of itself, then step by step.
func (d *Disclosure) guideAloud(ctx context.Context, v *Version) (out []string) {
	data, err := form.Decode([]byte(v.Data))
	if err != nil {
		return nil
	}
	view := form.Table(ctx, *d.Norm.Form(v.Form), data)
	add := func(items []form.Item) {
		for _, x := range items {
			if x.Text != "" && !x.Hidden {
				out = append(out, i18n.T(ctx, "disclosure.aloud_field", x.Label, strings.TrimRight(x.Text, "\u3002. \n")))
			}
		}
	}
	add(view.Fields)
	for _, s := range view.Steps {
		out = append(out, i18n.T(ctx, "disclosure.aloud_step", s.Number, s.Title))
		add(s.Items)
	}
	return out
}

// firstSentences is how a text begins, to the end of a sentence where one ends
// soon enough.
func firstSentences(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	n, sentences, end := 0, 0, 0
	for i, r := range s {
		if n++; n > aloudMost {
			break
		}
		if strings.ContainsRune("\u3002\uff01\uff1f.!?", r) {
			end = i + utf8.RuneLen(r)
			if sentences++; sentences == aloudSentences {
				break
			}
		}
	}
	if end == 0 {
		return firstWords(s, aloudMost)
	}
	return s[:end]
}
