package intake

import (
	"net/http"
	"net/url"
	"strings"

	"yangguang/agency"
	"yangguang/internal/fault"
	"yangguang/internal/secret"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
)

// draftPage gives a kept form back, or tells its code.
type draftPage struct {
	Errors ui.Errors
	Code   ui.Input
	Slip   ui.Slip
	Key    string // the code just kept under
	Days   int
	Done   string
}

// draftCode is the length of a draft's code.
const draftCode = 12

const draftDays = int(casework.KeepDraft / (24 * 60 * 60 * 1e9))

func (i *Intake) draftForm(rw http.ResponseWriter, r *http.Request) error {
	return i.askDraft(rw, r, http.StatusOK, nil, "")
}

func (i *Intake) askDraft(rw http.ResponseWriter, r *http.Request, status int, bad ui.Errors, done string) error {
	ctx := r.Context()
	p := draftPage{Errors: bad, Days: draftDays, Done: done,
		Code: ui.Input{Name: "draft", Label: t(ctx, "draft_code"), Help: t(ctx, "draft_code_help"), Error: bad.Of(ctx, "draft"), MaxLen: 20, Autocomplete: "off"}}
	f := i.page(r, t(ctx, "draft"))
	f.Lead = t(ctx, "draft_lead", draftDays)
	private(rw, &f)
	at(ctx, &f, draftPath)
	return web.Render(rw, r, status, draftView(f, p))
}

// keepDraft keeps the form as it stands. A script that saves while somebody
// types is answered with the code alone; the button without scripts, with a
// page that shows it.
func (i *Intake) keepDraft(rw http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), typed(r)
	code := v.Get("draft")
	v.Del("draft")
	v.Set("unit", r.PostFormValue("unit"))
	code, err := i.Cases.SaveDraft(ctx, code, []byte(v.Encode()))
	rw.Header().Set("Cache-Control", "no-store")
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return i.askDraft(rw, r, http.StatusUnprocessableEntity, bad, "")
	}
	if err != nil {
		return err
	}
	if r.PostFormValue("do") != "keep" {
		return web.Write(rw, http.StatusOK, "text/plain; charset=utf-8", []byte(secret.Group(code)))
	}
	f := i.page(r, t(ctx, "draft_kept"))
	private(rw, &f)
	return web.Render(rw, r, http.StatusOK, keptView(f, draftPage{Key: code, Days: draftDays,
		Slip: ui.Slip{Title: t(ctx, "draft_kept"), Text: t(ctx, "draft_kept_text", draftDays), Pairs: []ui.Pair{{Term: t(ctx, "draft_code"), Text: secret.Group(code)}}}}))
}

// openDraft shows a kept form as it was left.
func (i *Intake) openDraft(rw http.ResponseWriter, r *http.Request) error {
	code := strings.TrimSpace(r.PostFormValue("draft"))
	b, err := i.Cases.Draft(r.Context(), code)
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return i.askDraft(rw, r, http.StatusUnprocessableEntity, bad, "")
	}
	if err != nil {
		return err
	}
	v, err := url.ParseQuery(string(b))
	if err != nil {
		return fault.As(fault.Invalid, err)
	}
	division, slug, _ := strings.Cut(v.Get("unit"), "/")
	if _, err := agency.ParseCode(division); err != nil || slug == "" {
		return fault.Say(fault.NotFound, "fault.not_found")
	}
	r.SetPathValue("division", division)
	r.SetPathValue("agency", slug)
	v.Del("unit")
	v.Set("draft", code)
	v.Set("kept", "yes")
	return i.showForm(rw, r, http.StatusOK, v, nil)
}

// dropDraft destroys a kept form.
func (i *Intake) dropDraft(rw http.ResponseWriter, r *http.Request) error {
	if err := i.Cases.DropDraft(r.Context(), r.PostFormValue("draft")); err != nil {
		return err
	}
	return i.askDraft(rw, r, http.StatusOK, nil, t(r.Context(), "draft_dropped"))
}
