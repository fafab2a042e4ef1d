package handling

import (
	"crypto/rand"
	"net/http"
	"strconv"

	"yangguang/agency"
	"yangguang/disclosure/inforequest"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/secret"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// intakePage is the counter's form: the officer fills in what the applicant
// brings, says, sends or faxes.
type intakePage struct {
	Errors ui.Errors
	Parts  []intakePart
	Token  string
	Action string
	None   string // the person may take requests in nowhere
}

type intakePart struct {
	Title  string
	Fields []field
}

func (d *Desk) newForm(w http.ResponseWriter, r *http.Request) error {
	return d.showNew(w, r, http.StatusOK, rand.Text(), nil)
}

func (d *Desk) showNew(w http.ResponseWriter, r *http.Request, status int, token string, bad ui.Errors) error {
	ctx := r.Context()
	p := intakePage{Errors: bad, Token: token, Action: web.URL(ctx, root+"/new")}
	var us []agency.Agency
	if err := d.Requests.DB.Read(ctx, func(tx *db.Tx) (err error) {
		us, err = units(tx, account.From(ctx), inforequest.Registering)
		return err
	}); err != nil {
		return err
	}
	var options []ui.Option
	for _, u := range us {
		if d.Requests.Takes(u) {
			options = append(options, ui.Option{Value: strconv.FormatInt(u.ID, 10), Text: u.Name})
		}
	}
	if len(options) == 0 {
		p.None = i18n.T(ctx, "inforequest.takes_none")
	}
	unit := named("select", "agency", options)
	var kinds []ui.Option
	for _, a := range d.Requests.Norm.Requests.Applicants {
		kinds = append(kinds, ui.Option{Value: a.ID, Text: a.Title.In(ctx)})
	}
	part := func(key string, fs ...field) {
		p.Parts = append(p.Parts, intakePart{t(ctx, key), filled(r, fs, bad)})
	}
	part("part_how", unit, choose("channel", "channel_", "counter", "oral", "post", "letter", "fax"), optional(of("date", "signed_on")), optional(of("text", "evidence")), of("check", "confirmed"))
	part("part_what", of("text", "subject"), optional(of("area", "detail")), of("check", "own_record"))
	part("part_who", preset(named("select", "applicant", kinds), "natural"), of("text", "name"), preset(choose("id_kind", "id_", "resident", "passport", "other"), "resident"), of("text", "id_number"),
		optional(of("text", "representative")), of("check", "verified"))
	part("part_reach", optional(of("text", "phone")), optional(of("text", "email")), optional(of("text", "address")))
	part("part_answer", choose("delivery", "by_", inforequest.Deliveries...), choose("medium", "medium_", inforequest.Media...), of("check", "open_answer"))
	part("part_help", optional(of("text", "needs")), optional(of("text", "helper")), optional(of("text", "helper_tie")))
	f := d.frame(r, t(ctx, "new"), ui.Link{Text: t(ctx, "new")})
	f.Lead, f.Narrow = t(ctx, "new_lead"), true
	return web.Render(w, r, status, intakeView(f, p))
}

func (d *Desk) file(w http.ResponseWriter, r *http.Request) error {
	ctx, in := r.Context(), input{r}
	unit := in.id("agency")
	if err := d.mayRegister(r, unit); err != nil {
		return err
	}
	q, code, err := d.Requests.File(ctx, inforequest.Filing{Agency: unit, Channel: in.text("channel"), Applicant: in.text("applicant"),
		Asked: inforequest.Asked{Subject: in.text("subject"), Detail: in.text("detail")},
		Who: inforequest.Identity{Name: in.text("name"), IDKind: in.text("id_kind"), IDNumber: in.text("id_number"), Representative: in.text("representative"), Phone: in.text("phone"),
			Email: in.text("email"), Address: in.text("address"), Helper: in.text("helper"), HelperTie: in.text("helper_tie")},
		Delivery: in.text("delivery"), Medium: in.text("medium"), OwnRecord: in.yes("own_record"), OpenAnswer: in.yes("open_answer"), Needs: in.text("needs"),
		SignedOn: in.date("signed_on"), Evidence: in.text("evidence"), Confirmed: in.yes("confirmed"), Verified: in.yes("verified"), Token: in.text("token"), Lang: i18n.LangOf(ctx)})
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return d.showNew(w, r, http.StatusUnprocessableEntity, in.text("token"), bad)
	}
	if err != nil {
		return err
	}
	return d.slip(w, r, q.Number, code, t(ctx, "filed"))
}

// mayRegister refuses to take requests in for an agency the person has no
// business with.
func (d *Desk) mayRegister(r *http.Request, unit int64) error {
	ctx := r.Context()
	return d.Requests.DB.Read(ctx, func(tx *db.Tx) error {
		u, err := agency.Find(tx, unit)
		if err != nil {
			return err
		}
		if !account.From(ctx).May(inforequest.Registering, account.Target{Agency: u.ID, Division: int64(u.Division)}) {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		return nil
	})
}

// slip is what the applicant takes away; the code is told once.
func (d *Desk) slip(w http.ResponseWriter, r *http.Request, number, code, title string) error {
	ctx := r.Context()
	f := d.frame(r, title, ui.Link{Text: number})
	f.Narrow = true
	w.Header().Set("Cache-Control", "no-store")
	address := d.Front.Domain + web.URL(ctx, "/requests/status")
	return web.Render(w, r, http.StatusOK, slipView(f, ui.Slip{Title: title, Text: t(ctx, "slip_text"),
		Pairs: []ui.Pair{{Term: t(ctx, "number"), Text: number}, {Term: t(ctx, "code"), Text: secret.Group(code)}}}, address, web.URL(ctx, root+"/new"), web.URL(ctx, root)))
}
