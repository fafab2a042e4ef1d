package yearly

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

type editPage struct {
	Sections []ui.Input // overview, problems, other
	Two      []entryInput
	Saved    int
	Base     string
	Note     string
	Errors   ui.Errors
	Message  string
	Hint     string // what the platform has published, to compare
}

// entryInput asks for one cell of table 2 and the document it is taken from.
type entryInput struct{ Number, Source ui.Input }

func (y *Yearly) edit(w http.ResponseWriter, r *http.Request) error {
	o, err := y.openEdit(r)
	if err != nil {
		return err
	}
	var bad ui.Errors
	if r.URL.Query().Get("check") != "" {
		bad = ui.ErrorsOf(fault.Fields(o.v.Text.wrong(true)...))
	}
	return y.showEdit(w, r, http.StatusOK, o, o.v.Text, o.v.Saved, bad, "")
}

func (y *Yearly) openEdit(r *http.Request) (opened, error) {
	province, id, err := numbers(r)
	if err != nil {
		return opened{}, err
	}
	o, err := y.openDesk(r.Context(), province, id)
	switch {
	case err != nil:
		return o, err
	case !account.From(r.Context()).May(Writing, target(o.u)):
		return o, fault.Say(fault.Forbidden, "yearly.no_grant_write")
	case o.v.State != Draft:
		return o, fault.Say(fault.Conflict, "yearly.not_draft")
	}
	return o, nil
}

func (y *Yearly) showEdit(w http.ResponseWriter, r *http.Request, status int, o opened, text Text, saved int, bad ui.Errors, message string) (err error) {
	ctx, form := r.Context(), y.Form()
	p := editPage{Saved: saved, Base: web.URL(ctx, deskPath(o.v, "")), Note: o.v.Note, Errors: bad, Message: message}
	for _, s := range []struct{ name, value string }{{"overview", text.Overview}, {"problems", text.Problems}, {"other", text.Other}} {
		p.Sections = append(p.Sections, ui.Input{Name: s.name, Label: word(ctx, "section_"+s.name), Help: word(ctx, "help_"+s.name), Value: s.value, Rows: 10, MaxLen: maxText, Error: bad.Of(ctx, s.name)})
	}
	for _, id := range Entered {
		e := text.Two[id]
		in := entryInput{
			Number: ui.Input{Name: "n-" + id, Label: form.RowTitle(ctx, id), Value: e.Number, Short: true, Unit: word(ctx, "unit_"+unitKey(id)), Error: bad.Of(ctx, "n-"+id), Autocomplete: "off", MaxLen: 20},
			Source: ui.Input{Name: "s-" + id, Label: word(ctx, "source_of", form.RowTitle(ctx, id)), Value: e.Source, Error: bad.Of(ctx, "s-"+id), MaxLen: maxSource, Autocomplete: "off"},
		}
		p.Two = append(p.Two, in)
	}
	if p.Hint, err = y.hint(ctx, o); err != nil {
		return err
	}
	f := y.desk(r, word(ctx, "edit_title", strconv.Itoa(o.v.Year), o.u.Name), ui.Link{Text: word(ctx, "year_n", strconv.Itoa(o.v.Year)), Href: web.URL(ctx, deskPath(o.v, ""))}, ui.Link{Text: word(ctx, "edit")})
	f.Lead = word(ctx, "edit_lead")
	return web.Render(w, r, status, editView(f, p))
}

// hint tells how many normative documents the unit has published here. It is no
// more than that: documents of other places are not among them, so the number
// in the report stays one a person answers for.
func (y *Yearly) hint(ctx context.Context, o opened) (words string, err error) {
	cg := y.Norm.Catalogue(string(o.u.Kind))
	if cg == nil {
		return "", nil
	}
	c := cg.BySlug("documents")
	if c == nil || c.Inherited {
		return "", nil
	}
	err = y.DB.Read(ctx, func(tx *db.Tx) error {
		formed, valid, repealed, err := documents(tx, o.u, c.ID, o.v.Year)
		words = word(ctx, "published_here", formed, valid, repealed)
		return err
	})
	return words, err
}

func unitKey(id string) string {
	if id == fees {
		return "amount"
	}
	return "count"
}

// typed reads the form as it was sent, so that nothing typed is lost.
func typed(r *http.Request) (t Text, saved int) {
	get := func(name string) string {
		return strings.TrimSpace(strings.ReplaceAll(r.PostForm.Get(name), "\r\n", "\n"))
	}
	t = Text{Overview: get("overview"), Problems: get("problems"), Other: get("other"), Two: map[string]Entry{}}
	for _, id := range Entered {
		if e := (Entry{Number: get("n-" + id), Source: get("s-" + id)}); e != (Entry{}) {
			t.Two[id] = e
		}
	}
	saved, err := strconv.Atoi(get("saved"))
	if err != nil {
		saved = -1
	}
	return t, saved
}

func (y *Yearly) save(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	province, id, err := numbers(r)
	if err != nil {
		return err
	}
	text, saved := typed(r)
	err = y.Save(ctx, province, id, saved, text)
	bad := ui.ErrorsOf(err)
	if len(bad) == 0 && !fault.Is(err, fault.Conflict) {
		if err != nil {
			return err
		}
		return web.See(w, r, deskPath(&Revision{Province: province, ID: id}, ""))
	}
	o, failed := y.openEdit(r)
	if failed != nil {
		return failed
	}
	if len(bad) > 0 {
		return y.showEdit(w, r, http.StatusUnprocessableEntity, o, text, saved, bad, "")
	}
	// Saved by another: what was typed stays on the page, and may be sent again.
	key, args, _ := fault.Sentence(err)
	return y.showEdit(w, r, http.StatusConflict, o, text, o.v.Saved, nil, i18n.T(ctx, key, args...))
}
