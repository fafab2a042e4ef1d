package handling

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/letter"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

const templates = root + "/templates"

// maxText is how many characters a wording has at most; letter.Parse counts bytes.
const maxText = 13_000

// templatesPage lists the letters of an agency.
type templatesPage struct {
	Units  ui.Input
	Action string
	Grid   ui.Grid
}

// templatePage is the wording of one kind of letter.
type templatePage struct {
	Errors     ui.Errors
	Unit       string
	Own        string // since when
	Text       ui.Input
	Delivery   ui.Input
	Action     string
	Try, House string
	Back       string
	Words      ui.Grid // placeholders
	Conditions ui.Grid
	Marks      []ui.Pair
}

func (d *Desk) templateList(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := templatesPage{Action: web.URL(ctx, templates)}
	var unit int64
	if err := d.Requests.DB.Read(ctx, func(tx *db.Tx) error {
		u, in, err := d.unitOf(tx, r)
		unit, p.Units = u.ID, in
		return err
	}); err != nil {
		return err
	}
	all, err := d.Requests.Templates(ctx, unit)
	if err != nil {
		return err
	}
	p.Grid = ui.Grid{Caption: t(ctx, "templates"), Cards: true, Columns: cols(ctx, "letter_kind", "wording", "since")}
	for _, x := range all {
		row := []ui.Cell{{Text: x.Kind.Title().In(ctx), Href: templateURL(ctx, unit, x.Kind)}, {Text: t(ctx, "wording_house")}, {Text: t(ctx, "not_own")}}
		if x.Own {
			row[1], row[2] = ui.Cell{Text: t(ctx, "wording_own"), Tag: ui.TagPublished}, ui.Cell{Text: i18n.Date(ctx, x.Since)}
		}
		if len(x.Wrong) > 0 {
			row[1] = ui.Cell{Text: t(ctx, "wording_wrong"), Tag: ui.TagDanger}
		}
		p.Grid.Rows = append(p.Grid.Rows, row)
	}
	f := d.frame(r, t(ctx, "templates"), ui.Link{Text: t(ctx, "templates")})
	f.Lead = t(ctx, "templates_lead")
	return web.Render(w, r, http.StatusOK, templatesView(f, p))
}

// templateURL is the address of a wording; the agency stands in it since a
// person may decide for several.
func templateURL(ctx context.Context, unit int64, k letter.Kind) string {
	return web.URL(ctx, templates+"/"+string(k)) + "?agency=" + strconv.FormatInt(unit, 10)
}

func (d *Desk) templateForm(w http.ResponseWriter, r *http.Request) error {
	return d.showTemplate(w, r, http.StatusOK, nil)
}

func (d *Desk) showTemplate(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx, kind := r.Context(), letter.Kind(r.PathValue("kind"))
	var unit int64
	p := templatePage{Errors: bad, Action: web.URL(ctx, templates+"/"+string(kind)), Try: web.URL(ctx, templates+"/"+string(kind)+"/try"), House: web.URL(ctx, templates+"/"+string(kind)+"/house")}
	if err := d.Requests.DB.Read(ctx, func(tx *db.Tx) error {
		u, in, err := d.unitOf(tx, r)
		unit, p.Unit = u.ID, in.Value
		return err
	}); err != nil {
		return err
	}
	all, err := d.Requests.Templates(ctx, unit)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(x inforequest.Template) bool { return x.Kind == kind })
	if i < 0 {
		return fault.Say(fault.NotFound, "fault.not_found")
	}
	x := all[i]
	if x.Own {
		p.Own = t(ctx, "wording_since", i18n.Date(ctx, x.Since))
	}
	if r.Method != http.MethodPost {
		p.Errors = x.Wrong
	}
	p.Text = ui.Input{Name: "text", Label: t(ctx, "f_wording"), Help: t(ctx, "f_wording_help"), Value: x.Text, Rows: 24, MaxLen: maxText, Error: p.Errors.Of(ctx, "text")}
	if r.Method == http.MethodPost {
		p.Text.Value = r.PostFormValue("text")
	}
	p.Delivery = ui.Input{Name: "delivery", Label: t(ctx, "f_try_delivery"), Value: r.FormValue("delivery"), Free: true}
	for _, c := range inforequest.Deliveries {
		p.Delivery.Options = append(p.Delivery.Options, ui.Option{Value: c, Text: i18n.T(ctx, "inforequest.means_"+c)})
	}
	p.Back = web.URL(ctx, templates) + "?agency=" + p.Unit
	p.book(ctx)
	f := d.frame(r, kind.Title().In(ctx), ui.Link{Text: t(ctx, "templates"), Href: p.Back}, ui.Link{Text: kind.Title().In(ctx)})
	f.Lead = t(ctx, "template_lead")
	return web.Render(w, r, status, templateView(f, p))
}

// book is what may stand in a wording.
func (p *templatePage) book(ctx context.Context) {
	p.Words = ui.Grid{Caption: t(ctx, "placeholders"), Long: true, Columns: cols(ctx, "write_so", "stands_for")}
	for _, x := range letter.Placeholders() {
		p.Words.Rows = append(p.Words.Rows, ui.Text("{{"+x.Title.Zh+"}} {{"+x.ID+"}}", x.Title.In(ctx)))
	}
	p.Conditions = ui.Grid{Caption: t(ctx, "conditions"), Columns: cols(ctx, "write_so", "stands_when")}
	for _, x := range letter.Conditions() {
		p.Conditions.Rows = append(p.Conditions.Rows, ui.Text("["+x.Title.Zh+"] ["+x.ID+"]", t(ctx, "condition_"+x.ID)))
	}
	for _, m := range []struct{ sign, key string }{{"#", "title"}, {"@", "addressee"}, {"##", "heading"}, {"*", "attachment"}, {"~", "note"}, {"|", "row"}, {"|=", "widths"}, {"===", "part"}} {
		p.Marks = append(p.Marks, ui.Pair{Term: m.sign, Text: t(ctx, "mark_"+m.key)})
	}
}

func (d *Desk) setTemplate(w http.ResponseWriter, r *http.Request) error {
	in, kind := input{r}, letter.Kind(r.PathValue("kind"))
	return d.afterTemplate(w, r, d.Requests.SetTemplate(r.Context(), in.id("agency"), kind, r.PostFormValue("text")))
}

func (d *Desk) dropTemplate(w http.ResponseWriter, r *http.Request) error {
	in, kind := input{r}, letter.Kind(r.PathValue("kind"))
	return d.afterTemplate(w, r, d.Requests.DropTemplate(r.Context(), in.id("agency"), kind))
}

func (d *Desk) afterTemplate(w http.ResponseWriter, r *http.Request, err error) error {
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return d.showTemplate(w, r, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, templates+"/"+r.PathValue("kind")+"?agency="+input{r}.text("agency"))
}

// tryTemplate prints what stands in the form, kept or not.
func (d *Desk) tryTemplate(w http.ResponseWriter, r *http.Request) error {
	in, kind := input{r}, letter.Kind(r.PathValue("kind"))
	l, err := d.Requests.TryTemplate(r.Context(), in.id("agency"), kind, r.PostFormValue("text"), in.text("delivery"))
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return d.showTemplate(w, r, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	b, kindOf, err := l.As("pdf", d.today().Start())
	if err != nil {
		return err
	}
	return web.Download(w, kind.Title().Zh+".pdf", kindOf, b)
}
