package casedesk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"yangguang/internal/account"
	"yangguang/internal/fault"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"
	"yangguang/supervision/casework"
)

// actPage is one step.
type actPage struct {
	Errors  ui.Errors
	Facts   []ui.Pair
	Subject string
	Told    []string
	Source  ui.Pair // the rule a clock rests on
	Fields  []field
	Send    string
	Save    bool // a draft may be kept
	Danger  bool
	Upload  bool
	Back    string
	Help    *beside
	Reply   []ui.Pair // what is to be approved
	Text    []string
	Changed []ui.DiffLine
	Seen    string // what of the unit complained of is told
}

func (d *Desk) actForm(a act) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		k, err := d.caseOf(r)
		if err != nil {
			return err
		}
		if !a.offered(r.Context(), k) {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		return d.showAct(w, r, a, k, http.StatusOK, nil)
	}
}

func (d *Desk) showAct(w http.ResponseWriter, r *http.Request, a act, k *casework.Case, status int, bad ui.Errors) error {
	ctx := r.Context()
	fs, err := a.fields(ctx, d, k)
	if err != nil {
		return err
	}
	p := actPage{Errors: bad, Facts: d.clockFacts(ctx, k), Subject: k.Told.Subject, Told: paragraphs(k.Told.Text), Send: t(ctx, "do_"+a.name), Danger: a.danger, Upload: a.upload,
		Back: web.URL(ctx, pathOf(&k.Matter, "")), Fields: filled(r, fs, bad), Save: a.name == "reply"}
	if a.writes() {
		if p.Help, err = d.helpOf(r, k); err != nil {
			return err
		}
	}
	if a.name == "approve" || a.name == "return" {
		p.Help = &beside{Base: baseOf(k)}
		if last := k.LastReply(); last != nil {
			p.Reply, p.Text, p.Changed = d.replyFacts(ctx, k, last), paragraphs(last.Text), changes(k)
		}
	}
	p.Source = d.source(ctx, a, k)
	f := d.frame(r, t(ctx, "do_"+a.name), ui.Link{Text: k.Number, Href: p.Back}, ui.Link{Text: t(ctx, "do_"+a.name)})
	f.Lead, f.Narrow = t(ctx, "do_"+a.name+"_lead"), true
	return web.Render(w, r, status, actView(f, p))
}

// clocksOf are the clocks the steps set or end.
var clocksOf = map[string]string{"accept": "handle", "refuse": "accept", "ask": "supplement", "dispatch": "sign", "sign": "sign", "object": "rule", "rule": "rule", "reply": "handle",
	"approve": "deliver", "deliver": "callback", "call": "callback", "extend": "extension", "reopen": "reopen"}

// source says how long a clock of the step is, and by what rule.
func (d *Desk) source(ctx context.Context, a act, k *casework.Case) ui.Pair {
	name := clocksOf[a.name]
	if name == "" {
		return ui.Pair{}
	}
	c := d.Cases.ClockOf(&k.Matter, name)
	if c.Span.N == 0 {
		return ui.Pair{}
	}
	b := d.norm().Source(c)
	law := b.Title.In(ctx)
	if b.Article != "" {
		law = t(ctx, "article", law, b.Article)
	}
	return ui.Pair{Term: t(ctx, "clock_"+name), Text: t(ctx, "span_by", span(ctx, c.Span), law)}
}

func span(ctx context.Context, s norm.Span) string {
	if s.Unit == "working_minutes" && s.N%60 == 0 {
		return t(ctx, "span_working_hours", s.N/60)
	}
	return t(ctx, "span_"+s.Unit, s.N)
}

func (d *Desk) act(a act) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		k, err := d.caseOf(r)
		if err != nil {
			return err
		}
		ctx := r.Context()
		if a.writes() {
			if again, err := d.insert(r, k); again || err != nil {
				if err != nil {
					return err
				}
				return d.showAct(w, r, a, k, http.StatusOK, nil)
			}
		}
		switch a.name { // these answer with what is told once, not with a redirect
		case "contact":
			return d.openContact(w, r, a, k)
		case "renew":
			return d.renewHere(w, r, a, k)
		case "archive":
			return d.archive(w, r, a, k)
		}
		err = a.do(ctx, d, k, input{r})
		if bad := ui.ErrorsOf(err); len(bad) > 0 {
			return d.showAct(w, r, a, k, http.StatusUnprocessableEntity, bad)
		}
		if fault.Is(err, fault.Conflict) {
			return d.overtaken(w, r, a, err)
		}
		if err != nil {
			return err
		}
		if a.name == "dial" { // he calls from there
			return web.See(w, r, "/desk/hotline")
		}
		return d.afterAct(w, r, k)
	}
}

// afterAct leads on: to the matter, or to the list when the person acting may
// no longer see it.
func (d *Desk) afterAct(w http.ResponseWriter, r *http.Request, k *casework.Case) error {
	_, err := d.Cases.Open(r.Context(), k.Province, k.ID)
	if fault.Is(err, fault.NotFound) {
		return web.See(w, r, root)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, pathOf(&k.Matter, ""))
}

// overtaken shows the matter as it stands now, with what refused the step and
// what was typed: somebody else was quicker.
func (d *Desk) overtaken(w http.ResponseWriter, r *http.Request, a act, why error) error {
	ctx := r.Context()
	k, err := d.caseOf(r)
	if err != nil {
		return err
	}
	o := &overtaken{Title: t(ctx, "overtaken", t(ctx, "do_"+a.name)), Text: refusal(ctx, why)}
	for _, name := range typedOrder(r.PostForm) {
		o.Typed = append(o.Typed, ui.Pair{Term: t(ctx, "f_"+name), Text: strings.Join(r.PostForm[name], "\n")})
	}
	return d.showCase(w, r, k, shown{status: http.StatusConflict, overtaken: o})
}

// typedOrder are the fields somebody wrote words in.
func typedOrder(v url.Values) (out []string) {
	for name := range v {
		if slices.Contains([]string{"note", "explain", "question", "reply", "contribution", "reason", "evidence", "proof", "release"}, name) && strings.TrimSpace(v.Get(name)) != "" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// openContact shows how to reach the person, once, on the answer itself: it
// stands in no address.
func (d *Desk) openContact(w http.ResponseWriter, r *http.Request, a act, k *casework.Case) error {
	who, err := d.Cases.OpenContact(r.Context(), k.Province, k.ID, input{r}.text("reason"))
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return d.showAct(w, r, a, k, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	if k, err = d.caseOf(r); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return d.showCase(w, r, k, shown{who: &who})
}

func contactPairs(ctx context.Context, w casework.Contact) []ui.Pair {
	var out []ui.Pair
	for _, x := range []struct{ key, text, href string }{{"who_name", w.Name, ""}, {"who_phone", w.Phone, "tel:" + w.Phone}, {"who_email", w.Email, "mailto:" + w.Email},
		{"who_address", w.Address, ""}, {"who_helper", w.Helper, ""}, {"who_helper_tie", w.HelperTie, ""}} {
		if x.text != "" {
			out = append(out, ui.Pair{Term: t(ctx, x.key), Text: x.text, Href: x.href})
		}
	}
	if len(out) == 0 {
		out = append(out, ui.Pair{Term: t(ctx, "who"), Text: t(ctx, "who_none")})
	}
	return out
}

func (d *Desk) renewHere(w http.ResponseWriter, r *http.Request, a act, k *casework.Case) error {
	ctx := r.Context()
	code, err := d.Cases.RenewCode(ctx, k.Number, input{r}.text("reason"))
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return d.showAct(w, r, a, k, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	return d.slip(w, r, slipPage{Slip: ui.Slip{Title: t(ctx, "renewed")}}, k.Number, code)
}

// mayAtUnit answers whether the person acting handles for the unit of a hop.
func mayAtUnit(ctx context.Context, h casework.Hop) bool {
	return account.From(ctx).May(casework.Handling, account.Target{Agency: h.Unit, Division: int64(h.Region)})
}
