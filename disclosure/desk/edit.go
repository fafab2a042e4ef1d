package desk

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"yangguang/disclosure"
	"yangguang/disclosure/form"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// editPage is the editor: one form, whose every button saves first, so that
// nothing typed is lost without scripts either.
type editPage struct {
	Hidden     *hiddenPart
	S          *disclosure.Sheet
	T          typed
	Bad        ui.Errors
	Message    string // a refusal that belongs to no field
	Conflict   []ui.DiffLine
	Action     string
	Autosave   string
	Period     ui.Input
	Forms      ui.Input // when the category leaves a choice
	Editor     *form.Editor
	Upload     []string // what was wrong in an uploaded spreadsheet
	Spots      []spot
	Files      []fileRow
	Path       func(more string) string
	Returned   string // why it was sent back
	Content    string // what the norm asks to disclose here
	Correction bool
}

// firstSpots are shown at once below an attachment; a list of people has hundreds.
const firstSpots = 6

// fileRow is an attachment in the editor and on the review screen.
type fileRow struct {
	disclosure.File
	Href, Open string
	Doubt      string
	Cleared    string
	Picture    bool
	Safe       string // where a safe copy can be made of it
	Spots      []spot
	Line       string // where this line is asked for again while the file is being read; "" otherwise
}

func (d *Desk) editForm(w http.ResponseWriter, r *http.Request) error {
	s, err := d.openDraft(r)
	if err != nil {
		return err
	}
	t, err := d.typedOf(r.Context(), s)
	if err != nil {
		return err
	}
	if s.Version.Revision == 1 && t.Title == "" && s.Item.Period != "" { // a beginning, to be written over
		t.Title = d.periodTitle(r.Context(), s.Item.Category, s.Item.Period) + d.categoryTitle(r.Context(), s.Item.Category)
	}
	return d.showEditor(w, r, http.StatusOK, editPage{S: s, T: t})
}

// openDraft reads the version for whoever may edit it now.
func (d *Desk) openDraft(r *http.Request) (*disclosure.Sheet, error) {
	s, err := d.open(r)
	if err != nil {
		return nil, err
	}
	if s.Version.State != disclosure.Drafted {
		return nil, fault.Say(fault.Conflict, "desk.not_a_draft")
	}
	if !s.May("save") {
		return nil, fault.Say(fault.Forbidden, "disclosure.no_grant_draft")
	}
	return s, nil
}

func (d *Desk) showEditor(w http.ResponseWriter, r *http.Request, status int, p editPage) error {
	ctx, v := r.Context(), p.S.Version
	p.Path = func(more string) string { return web.URL(ctx, versionPath(v.Province, v.ID, more)) }
	p.Action, p.Autosave = p.Path("/edit"), p.Path("/autosave")
	if r.URL.Query().Get("did") == "filled" { // a copy kept in the browser is older than the spreadsheet
		p.Autosave += "?filled=" + strconv.Itoa(v.Revision)
	}
	p.Period, p.Forms = d.periodInput(ctx, p.S.Item.Category, p.T.Period, p.Bad), d.formInput(ctx, p)
	if p.S.Item.State != disclosure.ItemUnpublished {
		p.Period.Options = nil // the period of what is public does not change
	}
	if f := d.normForm(p.T.Form); f != nil {
		e := form.NewEditor(ctx, *f, p.T.Data, p.Bad, form.Blanks(r.PostForm))
		p.Editor, p.Bad = &e, form.Labelled(ctx, *f, p.Bad)
	}
	p.Spots = d.spots(ctx, p.T)
	p.Hidden = d.hidden(ctx, p.S)
	p.Files = d.fileRows(ctx, p.S, nil)
	p.Correction = v.Correction()
	for _, st := range p.S.Steps {
		switch st.Verb {
		case "return", "refuse", "recall", "gate":
			p.Returned = st.Note
		case "submit":
			p.Returned = ""
		}
	}
	if c := p.S.Category; c != nil {
		p.Content = c.Content.In(ctx)
	}
	title := first(strings.TrimSpace(p.T.Title), d.categoryTitle(ctx, p.S.Item.Category))
	f := d.frame(r, i18n.T(ctx, "desk.edit_title", title), ui.Link{Text: i18n.T(ctx, "desk.items"), Href: web.URL(ctx, "/desk/items")}, ui.Link{Text: i18n.T(ctx, "desk.edit")})
	f.Side, f.Narrow = nil, p.Editor == nil
	f.Lead = p.S.Unit.Name + i18n.T(ctx, "desk.between") + d.categoryTitle(ctx, p.S.Item.Category)
	return d.show(w, r, status, f, editView(p))
}

func (d *Desk) formInput(ctx context.Context, p editPage) ui.Input {
	in := ui.Input{Name: "form", Label: i18n.T(ctx, "desk.form"), Help: i18n.T(ctx, "desk.form_help"), Value: p.T.Form}
	if p.S.Category == nil || len(p.S.Category.FormIDs()) < 2 {
		return in
	}
	for _, id := range p.S.Category.FormIDs() {
		text := i18n.T(ctx, "desk.rich_text")
		if f := d.normForm(id); f != nil {
			text = f.Title.In(ctx)
		}
		in.Options = append(in.Options, ui.Option{Value: id, Text: text})
	}
	return in
}

// edit takes the editor's form. Every button saves; then it does its own.
func (d *Desk) edit(w http.ResponseWriter, r *http.Request) error {
	s, err := d.openDraft(r)
	if err != nil {
		return err
	}
	t, text, bad, err := d.read(r, s)
	if err != nil {
		return err
	}
	p := editPage{S: s, T: t, Bad: bad}
	do := r.PostForm.Get("do")
	if r.PostForm.Has(form.MoreRows) && do == "" {
		return d.showEditor(w, r, http.StatusOK, p)
	}
	if len(bad) > 0 {
		return d.showEditor(w, r, http.StatusUnprocessableEntity, p)
	}
	if do == "fill" {
		if p.Upload, text.Data, err = d.readSheet(r, t.Form); err != nil {
			return d.refused(w, r, p, err)
		}
		if p.Upload != nil && text.Data.Blank() {
			return d.showEditor(w, r, http.StatusUnprocessableEntity, p)
		}
		p.T.Data = text.Data
	}
	v, err := d.Disclosure.Save(r.Context(), s.Version.Province, s.Version.ID, text)
	if err != nil {
		return d.refused(w, r, p, err)
	}
	p.S.Version, p.T.Revision = v, v.Revision
	if len(p.Upload) > 0 {
		return d.showEditor(w, r, http.StatusUnprocessableEntity, p)
	}
	return d.afterSave(w, r, p, do)
}

func (d *Desk) afterSave(w http.ResponseWriter, r *http.Request, p editPage, do string) error {
	ctx, v := r.Context(), p.S.Version
	here := func(more string) error { return web.See(w, r, versionPath(v.Province, v.ID, more)) }
	what, arg, _ := strings.Cut(do, ":")
	if what == "attach" || what != "discard" && hasFile(r) { // a chosen file goes along whatever button is pressed
		if err := d.attach(r, v); err != nil {
			return d.refused(w, r, p, err)
		}
	}
	switch what {
	case "preview":
		return here("/preview")
	case "fill":
		return here("/edit?did=filled")
	case "submit":
		if err := d.Disclosure.Submit(ctx, v.Province, v.ID); err != nil {
			return d.refused(w, r, p, err)
		}
		return here("?did=submitted")
	case "attach":
		return here("/edit?did=attached#files")
	case "detach":
		file, err := web.Int64(arg)
		if err != nil {
			return err
		}
		if err := d.Disclosure.Detach(ctx, v.Province, v.ID, file); err != nil {
			return err
		}
		return here("/edit?did=detached#files")
	case "discard":
		return here("/discard")
	}
	return here("/edit?did=saved")
}

// refused shows the editor again with everything typed and what is wrong.
func (d *Desk) refused(w http.ResponseWriter, r *http.Request, p editPage, err error) error {
	switch {
	case len(fault.FieldsOf(err)) > 0:
		p.Bad = ui.ErrorsOf(err)
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.TooLarge):
		p.Message = sentence(r.Context(), err)
	case fault.Is(err, fault.Conflict) && isKey(err, "disclosure.saved_elsewhere"):
		return d.conflict(w, r, p, err)
	default:
		return err
	}
	return d.showEditor(w, r, fault.KindOf(err).Status(), p)
}

func isKey(err error, key string) bool {
	k, _, _ := fault.Sentence(err)
	return k == key
}

// conflict shows what was typed here beside what was saved elsewhere; saving
// again keeps what is typed.
func (d *Desk) conflict(w http.ResponseWriter, r *http.Request, p editPage, err error) error {
	ctx := r.Context()
	s, e := d.open(r)
	if e != nil {
		return e
	}
	theirs, e := d.typedOf(ctx, s)
	if e != nil {
		return e
	}
	p.S, p.T.Revision = s, s.Version.Revision
	p.Message = sentence(ctx, err)
	p.Conflict = ui.Compare(d.asText(ctx, theirs), d.asText(ctx, p.T))
	return d.showEditor(w, r, http.StatusConflict, p)
}

// asText is a draft as lines, a part a line, to be compared.
func (d *Desk) asText(ctx context.Context, t typed) string {
	var b strings.Builder
	for _, p := range append(d.parts(ctx, t), part{"", i18n.T(ctx, "desk.formed_on"), t.FormedOn}, part{"", i18n.T(ctx, "desk.doc_number"), t.DocNumber}) {
		if p.text != "" {
			b.WriteString(i18n.T(ctx, "desk.pair", p.label, p.text) + "\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// autosave saves what is on the page and says nothing but the new revision;
// what cannot be saved is said by the status.
func (d *Desk) autosave(w http.ResponseWriter, r *http.Request) error {
	s, err := d.openDraft(r)
	if err != nil {
		return status(w, err)
	}
	_, text, bad, err := d.read(r, s)
	if err == nil {
		err = fault.Fields(bad...)
	}
	if err != nil {
		return status(w, err)
	}
	v, err := d.Disclosure.Save(r.Context(), s.Version.Province, s.Version.ID, text)
	if err != nil {
		return status(w, err)
	}
	w.Header().Set("Draft-Version", strconv.Itoa(v.Revision))
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// status answers a script: the status alone tells it that nothing was saved.
func status(w http.ResponseWriter, err error) error {
	k := fault.KindOf(err)
	if k == fault.Internal || k == fault.Unavailable {
		return err // logged by the edge
	}
	w.WriteHeader(k.Status())
	return nil
}
