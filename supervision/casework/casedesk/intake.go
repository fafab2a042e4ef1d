package casedesk

import (
	"context"
	"crypto/rand"
	"net/http"
	"slices"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/secret"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
)

// takenIn are the channels staff take matters in by.
var takenIn = []string{"phone", "counter", "letter", "email", "sms", "superior", "hotline12345", "observer", "media"}

// Intake is the form an agent fills in for whoever calls, comes or writes. The
// hotline shows it beside a call; the desk on a page of its own.
type Intake struct {
	Errors ui.Errors
	Parts  []IntakePart
	Token  string
	Action string
	None   string // the person may take matters in nowhere
	Alike  []nearLink
	Asked  bool // it was looked for matters that are alike
}

// IntakePart is a part of the form under a heading.
type IntakePart struct {
	Title  string
	Fields []field
	Open   bool // the rest is behind its heading until it is wanted
}

// Drop leaves questions out that have one answer where the form stands.
func (p *Intake) Drop(names ...string) {
	for i := range p.Parts {
		x := &p.Parts[i]
		x.Fields = slices.DeleteFunc(x.Fields, func(f field) bool { return slices.Contains(names, f.Name) })
	}
}

func (d *Desk) newForm(w http.ResponseWriter, r *http.Request) error {
	return d.showNew(w, r, http.StatusOK, nil)
}

func (d *Desk) showNew(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	p, err := d.Form(r, bad)
	if err != nil {
		return err
	}
	ctx := r.Context()
	f := d.frame(r, t(ctx, "new"), ui.Link{Text: t(ctx, "new")})
	f.Lead = t(ctx, "new_lead")
	return web.Render(w, r, status, newView(f, p))
}

// Form is the form as it stands: empty, or with what was typed and refused.
func (d *Desk) Form(r *http.Request, bad ui.Errors) (p Intake, err error) {
	ctx := r.Context()
	p = Intake{Errors: bad, Token: r.PostFormValue("token"), Action: web.URL(ctx, root+"/new")}
	if p.Token == "" {
		p.Token = rand.Text()
	}
	var us, about []agency.Agency
	if err := d.Cases.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if us, err = unitsFor(tx, account.From(ctx), casework.Registering); err != nil {
			return err
		}
		for _, u := range us[:min(len(us), 5)] {
			more, err := around(tx, u)
			if err != nil {
				return err
			}
			about = append(about, more...)
		}
		return nil
	}); err != nil {
		return p, err
	}
	if len(us) == 0 {
		p.None = t(ctx, "takes_nowhere")
		return p, nil
	}
	slices.SortFunc(about, func(a, b agency.Agency) int { return int(a.ID - b.ID) })
	about = slices.CompactFunc(about, func(a, b agency.Agency) bool { return a.ID == b.ID })
	d.parts(r, &p, us, about, bad)
	return p, nil
}

// parts are the questions, in the order somebody on the telephone asks them.
func (d *Desk) parts(r *http.Request, p *Intake, us, about []agency.Agency, bad ui.Errors) {
	ctx := r.Context()
	var types, topics, channels []ui.Option
	for _, x := range d.norm().Types {
		if !x.Inner {
			types = append(types, ui.Option{Value: x.ID, Text: x.Title.In(ctx)})
		}
	}
	topics = append(topics, ui.Option{Text: t(ctx, "topic_suggested")})
	for _, x := range d.norm().Topics {
		topics = append(topics, ui.Option{Value: x.ID, Text: x.Title.In(ctx)})
	}
	for _, c := range takenIn {
		channels = append(channels, ui.Option{Value: c, Text: words(ctx, "channel_"+c)})
	}
	channel := "phone"
	if c := r.URL.Query().Get("channel"); slices.Contains(takenIn, c) {
		channel = c
	}
	nobody := []ui.Option{{Value: "0", Text: t(ctx, "about_nobody")}}
	part := func(key string, open bool, fs ...field) {
		p.Parts = append(p.Parts, IntakePart{t(ctx, key), filled(r, fs, bad), open || slices.ContainsFunc(fs, func(f field) bool {
			return bad.Of(ctx, f.Name) != "" || r.PostFormValue(f.Name) != "" && r.PostFormValue(f.Name) != "0"
		})})
	}
	text := of("area", "text")
	text.Rows, text.MaxLen = 7, casework.MaxText
	unit := named("select", "agency", unitOptions(us))
	unit.Value = num(us[0].ID)
	if home := account.From(ctx).Behalf().Agency; slices.ContainsFunc(us, func(u agency.Agency) bool { return u.ID == home }) {
		unit.Value = num(home)
	}
	part("part_what", true, preset(named("select", "channel", channels), channel), preset(named("radios", "type", types), "enquiry"), text, optional(of("text", "subject")))
	part("part_who", true, optional(of("tel", "phone")), optional(of("text", "name")), preset(choose("ack", "ack_", "sms", "email", "none"), "none"), optional(of("text", "email")), optional(of("text", "address")))
	part("part_class", true, unit, preset(named("select", "topic", topics), ""), preset(named("radios", "class", choices(ctx, d.norm().Classes)), d.norm().Classes[0].ID))
	part("part_about", false, named("select", "about", append(nobody, unitOptions(about)...)), optional(of("text", "about_whom")), optional(of("text", "place")), optional(of("text", "when")), optional(of("text", "wanted")))
	files := optional(of("file", "file"))
	files.Multiple = true
	part("part_evidence", false, optional(of("text", "evidence")), optional(of("text", "outside")), files)
	part("part_help", false, optional(of("text", "helper")), optional(of("text", "helper_tie")), named("select", "helper_unit", append([]ui.Option{{Value: "0", Text: t(ctx, "helper_none")}}, unitOptions(about)...)))
}

// Filed is what the form brings.
func (d *Desk) Filed(r *http.Request) (f casework.Filing, err error) {
	in := input{r}
	f = casework.Filing{Agency: in.id("agency"), Channel: in.text("channel"), Type: in.text("type"), Class: in.text("class"), Topic: in.text("topic"),
		Told: casework.Told{Subject: in.text("subject"), Text: in.text("text"), Place: in.text("place"), When: in.text("when"), Wanted: in.text("wanted"), About: in.text("about_whom")},
		Who: casework.Contact{Name: in.text("name"), Phone: in.text("phone"), Email: in.text("email"), Address: in.text("address"), Helper: in.text("helper"), HelperTie: in.text("helper_tie"),
			HelperUnit: in.id("helper_unit")},
		Ack: in.text("ack"), About: in.id("about"), Outside: in.text("outside"), Evidence: in.text("evidence"), Token: in.text("token"), Lang: i18n.LangOf(r.Context())}
	if f.Ack == "none" {
		f.Ack = ""
	}
	if !slices.Contains(takenIn, f.Channel) {
		f.Channel = ""
	}
	f.Files, err = in.files("file")
	return f, err
}

func (d *Desk) file(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := d.Filed(r)
	if err != nil {
		return err
	}
	if err := d.MayRegister(ctx, f.Agency); err != nil {
		return err
	}
	if r.PostFormValue("do") == "alike" {
		return d.showAlike(w, r, f)
	}
	m, code, err := d.Cases.File(ctx, f)
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return d.showNew(w, r, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	s := slipPage{Slip: ui.Slip{Title: t(ctx, "registered")}}
	if k, err := d.Cases.Open(ctx, m.Province, m.ID); err == nil {
		s.Open = web.URL(ctx, pathOf(m, ""))
		if k.Conflict {
			s.Warn = t(ctx, "notice_helper")
		}
	} else if !fault.Is(err, fault.NotFound) {
		return err
	} else {
		s.Warn = t(ctx, "went_up") // about this unit: it lies with the superior now
	}
	return d.slip(w, r, s, m.Number, code)
}

// showAlike shows the form again, with open matters that may be about the same thing.
func (d *Desk) showAlike(w http.ResponseWriter, r *http.Request, f casework.Filing) error {
	ctx := r.Context()
	p, err := d.Form(r, nil)
	if err != nil {
		return err
	}
	if err := d.Likes(ctx, f, &p); err != nil {
		return err
	}
	fr := d.frame(r, t(ctx, "new"), ui.Link{Text: t(ctx, "new")})
	return web.Render(w, r, http.StatusOK, newView(fr, p))
}

// Likes puts open matters that may be about the same thing as a filing to its form.
func (d *Desk) Likes(ctx context.Context, f casework.Filing, p *Intake) error {
	likes, err := d.Cases.AlikeTo(ctx, f.Agency, f.Topic, f.Told.Subject+" "+f.Told.Text)
	p.Asked = true
	for i := range likes {
		m := &likes[i].Matter
		p.Alike = append(p.Alike, nearLink{web.URL(ctx, pathOf(m, "")), d.Cases.Title(ctx, m), m.Number + " · " + words(ctx, "state_"+m.State) + " · " + t(ctx, "alike", likes[i].Alike)})
	}
	return err
}

// MayRegister refuses to take matters in for a unit the person has no business with.
func (d *Desk) MayRegister(ctx context.Context, unit int64) error {
	return d.Cases.DB.Read(ctx, func(tx *db.Tx) error {
		u, err := agency.Find(tx, unit)
		if err != nil {
			return err
		}
		if !account.From(ctx).May(casework.Registering, account.Target{Agency: u.ID, Division: int64(u.Division)}) {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		return nil
	})
}

// slipPage is what the person takes away; the code is told once.
type slipPage struct {
	Slip    ui.Slip
	Warn    string
	Open    string
	Address string
	Again   string
	List    string
}

func (d *Desk) slip(w http.ResponseWriter, r *http.Request, s slipPage, number, code string) error {
	ctx := r.Context()
	s.Slip.Text = t(ctx, "slip_text")
	s.Slip.Pairs = []ui.Pair{{Term: t(ctx, "number"), Text: number}, {Term: t(ctx, "code"), Text: secret.Group(code)}}
	s.Address, s.Again, s.List = d.Front.Domain+web.URL(ctx, "/matters/status"), web.URL(ctx, root+"/new"), web.URL(ctx, root)
	f := d.frame(r, s.Slip.Title, ui.Link{Text: number})
	f.Narrow = true
	w.Header().Set("Cache-Control", "no-store")
	return web.Render(w, r, http.StatusOK, slipView(f, s))
}

// renewPage gives a lost code anew at a counter, by the number alone: the
// matter itself need not be this unit's.
type renewPage struct {
	Errors ui.Errors
	Fields []field
	Action string
}

func (d *Desk) renewForm(w http.ResponseWriter, r *http.Request) error {
	return d.showRenew(w, r, http.StatusOK, nil)
}

func (d *Desk) showRenew(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx := r.Context()
	p := renewPage{Errors: bad, Action: web.URL(ctx, root+"/renew"), Fields: filled(r, []field{of("text", "number"), of("text", "reason")}, bad)}
	f := d.frame(r, t(ctx, "renew"), ui.Link{Text: t(ctx, "renew")})
	f.Lead, f.Narrow = t(ctx, "renew_lead"), true
	return web.Render(w, r, status, renewView(f, p))
}

func (d *Desk) renew(w http.ResponseWriter, r *http.Request) error {
	ctx, in := r.Context(), input{r}
	code, err := d.Cases.RenewCode(ctx, in.text("number"), in.text("reason"))
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return d.showRenew(w, r, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	return d.slip(w, r, slipPage{Slip: ui.Slip{Title: t(ctx, "renewed")}}, in.text("number"), code)
}
