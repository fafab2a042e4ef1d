package importer

import (
	"net/http"
	"slices"

	"yangguang/disclosure"
	"yangguang/internal/i18n"
	"yangguang/internal/privacy"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

func (m *Importer) showRow(w http.ResponseWriter, r *http.Request, status int, typed *Fix, bad ui.Errors) error {
	ctx := r.Context()
	province, id, err := numbers(r)
	if err != nil {
		return err
	}
	row, err := web.PathID(r, "row")
	if err != nil {
		return err
	}
	s, x, err := m.OpenRow(ctx, province, id, row)
	if err != nil {
		return err
	}
	p := rowPage{Sheet: s, Row: x, Action: web.URL(ctx, web.PathOf(ctx)), Back: web.URL(ctx, pathOf(s.Batch, "")), Edit: s.Mine && s.Batch.State == Checking && x.State != RowDropped,
		Text: disclosure.CleanHTML(x.Body), Errors: bad}
	for _, q := range x.Problems {
		p.Errors = append(p.Errors, faultField(q))
		p.Twin = p.Twin || q.Key == "importer.here_title" || q.Key == "importer.twin_title"
		p.Missing = p.Missing || q.Field == "files"
	}
	for i := range p.Errors {
		if p.Errors[i].Key == "importer.file_refused" { // its second argument is a sentence of its own
			p.Errors[i].Args = []any{p.Errors[i].Args[0], i18n.T(ctx, p.Errors[i].Args[1].(string))}
		}
	}
	p.Findings = m.findingWords(r, x)
	for _, f := range x.Files {
		p.Files = append(p.Files, ui.File{Name: f.File.Name, Size: f.File.Size, Kind: f.File.Kind})
	}
	p.Inputs = m.inputs(r, s, x, typed, p.Errors)
	f := m.frame(r, x.Title, ui.Link{Text: s.Batch.Number, Href: p.Back}, ui.Link{Text: x.Source})
	if x.Title == "" {
		f.Title = i18n.T(ctx, "importer.untitled")
	}
	return web.Render(w, r, status, rowView(f, p))
}

func (m *Importer) findingWords(r *http.Request, x *Row) (out []string) {
	ctx := r.Context()
	all := slices.Clone(x.Findings)
	for _, f := range x.Files {
		for _, y := range f.Findings {
			y.Masked = f.File.Name + " " + y.Masked
			all = append(all, y)
		}
	}
	for _, f := range all {
		out = append(out, privacy.Kind(f.Kind).In(ctx)+" "+f.Masked+" — "+privacy.Class(f.Class).In(ctx))
	}
	return out
}

func (m *Importer) inputs(r *http.Request, s *Sheet, x *Row, typed *Fix, bad ui.Errors) map[string]ui.Input {
	ctx := r.Context()
	day := func(zero bool, s string) string {
		if zero {
			return ""
		}
		return s
	}
	v := map[string]string{"title": x.Title, "category": x.Category, "period": x.Period, "number": x.Number, "doc_number": x.DocNumber, "body": x.Body, "old": x.Old,
		"formed": day(x.Formed.IsZero(), x.Formed.String()), "published": day(x.Published.IsZero(), x.Published.String())}
	if typed != nil {
		for k := range v {
			v[k] = r.PostForm.Get(k)
		}
	}
	out := map[string]ui.Input{}
	for _, c := range columns {
		in := ui.Input{Name: c, Label: i18n.T(ctx, "importer.col_"+c), Help: i18n.T(ctx, "importer.help_"+c), Value: v[c], Error: bad.Of(ctx, c), MaxLen: 200,
			Optional: !slices.Contains([]string{"title", "published", "category", "body"}, c)}
		switch c {
		case "category":
			in = m.categoryInput(ctx, s.Unit, v[c])
			in.Error = bad.Of(ctx, c)
			if x.Guessed && x.Category != "" {
				in.Help = i18n.T(ctx, "importer.guessed_help")
			}
		case "formed", "published", "period":
			in.Short, in.MaxLen = true, 40
		case "body":
			in.Rows, in.MaxLen = 12, disclosure.MaxBody
		case "old":
			in.MaxLen = 500
		}
		out[c] = in
	}
	return out
}
