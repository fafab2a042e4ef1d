package intake

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/i18n"
	"yangguang/internal/secret"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
)

// checkPage is the page before a matter is sent: what was written, where it
// goes, what may already answer it.
type checkPage struct {
	Errors   ui.Errors
	Away     string // it goes to the unit above the one it is about
	Conflict string // the helper works for the unit complained of
	Answers  []Answer
	Pairs    []ui.Pair
	Kept     url.Values // carried on, unseen
	Names    []string   // of Kept, in their order
	Topic    ui.Input
	Files    ui.Input
	Again    bool // files of a refused form must be chosen again
	Action   string
	Kind     string
}

func (i *Intake) check(rw http.ResponseWriter, r *http.Request, status int, u, to agency.Agency, f casework.Filing, v url.Values, bad ui.Errors) (err error) {
	ctx := r.Context()
	k := i.kind(f.Type)
	p := checkPage{Errors: bad, Kept: v, Action: href(ctx, "/", u.Path(), "/matter"), Kind: k.ID, Pairs: i.written(ctx, u, to, f, v)}
	for _, name := range asked {
		if name != "topic" && v.Get(name) != "" {
			p.Names = append(p.Names, name)
		}
	}
	if p.Away, err = i.away(ctx, u, to, f.About); err != nil {
		return err
	}
	if f.About != 0 && f.Who.HelperUnit == f.About {
		p.Conflict = t(ctx, "conflict", f.Who.Helper)
	}
	if i.Answers != nil {
		if p.Answers, err = i.Answers(ctx, u.Division, f.Told.Text); err != nil {
			return err
		}
	}
	p.Topic = ui.Input{Name: "topic", Label: t(ctx, "f_topic"), Help: t(ctx, "f_topic_help"), Value: f.Topic, Error: bad.Of(ctx, "topic")}
	if p.Topic.Value == "" {
		p.Topic.Value = i.Cases.SuggestTopic(f.Told.Text)
	}
	if p.Topic.Value == "" {
		p.Topic.Value = "other"
	}
	for _, x := range i.norm().Topics {
		p.Topic.Options = append(p.Topic.Options, ui.Option{Value: x.ID, Text: x.Title.In(ctx)})
	}
	p.Files = fileInput(ctx, bad)
	p.Again = len(bad) > 0 && r.MultipartForm != nil && len(r.MultipartForm.File) > 0
	page := i.page(r, t(ctx, "check"))
	page.Lead = t(ctx, "check_lead")
	private(rw, &page)
	return web.Render(rw, r, status, checkView(page, p))
}

func fileInput(ctx context.Context, bad ui.Errors) ui.Input {
	return ui.Input{Name: "file", Label: t(ctx, "f_file"), Help: t(ctx, "f_file_help", casework.MaxFiledFiles, casework.MaxFiledFile>>20, uploadMB-1), Error: bad.Of(ctx, "file"), Optional: true, Multiple: true}
}

// written is a form once more, in words.
func (i *Intake) written(ctx context.Context, u, to agency.Agency, f casework.Filing, v url.Values) (out []ui.Pair) {
	add := func(key, text string) {
		if text = strings.TrimSpace(text); text != "" {
			out = append(out, ui.Pair{Term: t(ctx, key), Of: lines(text)})
		}
	}
	add("type", i.norm().Type(f.Type).Title.In(ctx))
	add("goes_to", to.Name)
	switch v.Get("about") {
	case "this":
		add("f_about", t(ctx, "f_about_this", u.Name))
	case "other":
		add("f_about", v.Get("about_unit"))
	}
	add("f_about_whom", f.Told.About)
	add("f_text", f.Told.Text)
	add("f_place", f.Told.Place)
	add("f_when", f.Told.When)
	add("f_wanted", f.Told.Wanted)
	add("f_name", f.Who.Name)
	add("f_phone", f.Who.Phone)
	add("f_email", f.Who.Email)
	add("f_address", f.Who.Address)
	if f.Who == (casework.Contact{}) {
		add("contact", t(ctx, "contact_none"))
	}
	ack := f.Ack
	if ack == "" {
		ack = "none"
	}
	add("f_ack", t(ctx, "f_ack_"+ack))
	if f.Who.Helper != "" {
		add("f_helper", strings.Join([]string{f.Who.Helper, f.Who.HelperTie, v.Get("helper_unit")}, " "))
	}
	return out
}

// receiptPage is shown once.
type receiptPage struct {
	Slip ui.Slip
	Away string
	Next []string
	QR   string
	Href string
}

// receipt shows number and code, once, and what happens next by when. to is the
// unit that has the matter, u the one it was brought to.
func (i *Intake) receipt(rw http.ResponseWriter, r *http.Request, u, to agency.Agency, m *casework.Matter, code, kind string) error {
	ctx := r.Context()
	p := receiptPage{Href: href(ctx, statusPath) + "?" + url.Values{"number": {m.Number}}.Encode()}
	p.Slip = ui.Slip{Title: t(ctx, kind+"_title"), Text: t(ctx, "filed_text", to.Name), Pairs: slipPairs(ctx, m.Number, code)}
	next, err := i.next(ctx, m, to)
	if err != nil {
		return err
	}
	if p.Away, err = i.away(ctx, u, to, m.About); err != nil {
		return err
	}
	p.Next, p.QR = next, i.whole(r, p.Href)
	f := i.page(r, t(ctx, "filed"))
	private(rw, &f)
	at(ctx, &f, statusPath+"?number="+m.Number)
	return web.Render(rw, r, http.StatusOK, receiptView(f, p))
}

// away says that a matter does not stay where it was brought: it goes to the
// unit above the one it is about.
func (i *Intake) away(ctx context.Context, u, to agency.Agency, about int64) (string, error) {
	if to.ID == u.ID || about == 0 {
		return "", nil
	}
	of, err := i.unitOf(ctx, about)
	return t(ctx, "away", of.Name, to.Name), err
}

func slipPairs(ctx context.Context, number, code string) []ui.Pair {
	return []ui.Pair{{Term: t(ctx, "number"), Text: number}, {Term: t(ctx, "code"), Text: secret.Group(code)}}
}

// next is what happens to a new matter, with its days.
func (i *Intake) next(ctx context.Context, m *casework.Matter, to agency.Agency) (out []string, err error) {
	if m.State == casework.Registered {
		cal, err := i.Cases.Calendars.For(ctx, int64(m.Region))
		if err != nil {
			return nil, err
		}
		rules := i.Cases.RulesOf(m)
		latest := cal.DeadlineAt(m.StepDue.Add(-time.Second), rules.Handle, nil)
		out = append(out, t(ctx, "next_accept", to.Name, i18n.DateWeekday(ctx, last(m.StepDue))), t(ctx, "next_answer", i18n.DateWeekday(ctx, last(latest.Instant))))
		if rules.Calls {
			out = append(out, t(ctx, "next_rate"))
		}
	}
	if m.Ack != "" {
		out = append(out, t(ctx, "next_ack_"+m.Ack))
	} else {
		out = append(out, t(ctx, "next_look"))
	}
	if to.Phone != "" || to.Address != "" {
		out = append(out, t(ctx, "next_contact", to.Name, strings.TrimSpace(to.Phone+" "+to.Address)))
	}
	return out, nil
}

// last is the last day of a term that ends with a moment.
func last(end time.Time) clock.Date {
	if end.IsZero() {
		return clock.Date{}
	}
	return clock.DateOf(end.Add(-time.Nanosecond))
}

// whole is an address with its site: as configured, or as the reader wrote it.
func (i *Intake) whole(r *http.Request, path string) string {
	if i.Front.Domain != "" {
		return i.Front.Domain + path
	}
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	return scheme + r.Host + path
}
