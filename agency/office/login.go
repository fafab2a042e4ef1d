package office

import (
	"context"
	"net/http"
	"regexp"
	"slices"

	"github.com/a-h/templ"

	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// loginActs are what an administrator does to a login, each on a page of its
// own that says what follows; freezing and recovery need a reason.
var loginActs = []string{"freeze", "unfreeze", "recover", "reissue", "link", "unlink"}

// loginOf is the login a page is about, of a person the actor administers.
func (o *Office) loginOf(r *http.Request) (p account.Person, l account.Login, act string, err error) {
	act = r.PathValue("act")
	if p, err = o.managed(r); err != nil {
		return p, l, act, err
	}
	n, err := web.PathID(r, "login")
	if err != nil {
		return p, l, act, err
	}
	ls, err := o.Accounts.Logins(r.Context(), p.ID)
	if err != nil {
		return p, l, act, err
	}
	i := slices.IndexFunc(ls, func(l account.Login) bool { return l.ID == n })
	if i < 0 || !slices.Contains(loginActs, act) || (act == "link" || act == "unlink") && !o.OIDC {
		return p, l, act, fault.Say(fault.NotFound, "fault.not_found")
	}
	return p, ls[i], act, nil
}

func (o *Office) loginForm(w http.ResponseWriter, r *http.Request) error {
	p, l, act, err := o.loginOf(r)
	if err != nil {
		return err
	}
	return o.askLogin(w, r, p, l, act, nil)
}

func (o *Office) askLogin(w http.ResponseWriter, r *http.Request, p account.Person, l account.Login, act string, err error) error {
	ctx := r.Context()
	status, errs, top, ok := refusal(ctx, err)
	if !ok {
		return err
	}
	a := ask{ctx, r.PostForm, errs}
	here := "/desk/people/" + id(p.ID)
	fm := form{Action: here + "/logins/" + id(l.ID) + "/" + act, Send: say(ctx, "login_"+act), Danger: act == "freeze" || act == "recover", Back: here}
	switch act {
	case "reissue", "unlink":
	case "link":
		fm.Fields = []templ.Component{a.text("subject", func(in *ui.Input) { in.MaxLen = 255 })}
	default:
		fm.Fields = []templ.Component{a.text("reason", func(in *ui.Input) { in.MaxLen = 200 })}
	}
	f := o.frame(r, say(ctx, "login_"+act), up(ctx, "nav_people", "/desk/people"), ui.Link{Text: p.Name, Href: web.URL(ctx, here)})
	f.Narrow = true
	return o.desk(w, r, status, f, top, ui.DescriptionList([]ui.Pair{{Term: say(ctx, "f_name"), Text: p.Name}, {Term: say(ctx, "f_login"), Text: l.Name}}),
		notice("waiting", say(ctx, "follows_"+act)), formView(fm))
}

func (o *Office) loginAct(w http.ResponseWriter, r *http.Request) error {
	p, l, act, err := o.loginOf(r)
	if err != nil {
		return err
	}
	ctx, reason, here := r.Context(), r.PostForm.Get("reason"), "/desk/people/"+id(p.ID)
	var slip account.Slip
	switch act {
	case "freeze":
		err = o.Accounts.Freeze(ctx, l.ID, reason)
	case "unfreeze":
		err = o.Accounts.Unfreeze(ctx, l.ID, reason)
	case "recover":
		slip, err = o.Accounts.RecoverAtCounter(ctx, l.ID, reason)
	case "reissue":
		slip, err = o.Accounts.Reissue(ctx, l.ID)
	case "link":
		err = o.Accounts.LinkOIDC(ctx, l.ID, r.PostForm.Get("subject"))
	case "unlink":
		err = o.Accounts.UnlinkOIDC(ctx, l.ID)
	}
	if err != nil {
		return o.askLogin(w, r, p, l, act, err)
	}
	if slip.Code != "" {
		return o.showSlips(w, r, []account.Slip{slip}, here)
	}
	return web.See(w, r, here+"?done="+act)
}

// handOverForm asks who takes over from a leaver.
func (o *Office) handOverForm(w http.ResponseWriter, r *http.Request) error {
	p, err := o.managed(r)
	if err != nil {
		return err
	}
	return o.askHandOver(w, r, p, nil)
}

func (o *Office) askHandOver(w http.ResponseWriter, r *http.Request, p account.Person, err error) error {
	ctx := r.Context()
	status, errs, top, ok := refusal(ctx, err)
	if !ok {
		return err
	}
	var os []ui.Option
	if err := o.DB.Read(ctx, func(tx *db.Tx) (err error) { os, err = colleagues(tx, p); return err }); err != nil {
		return err
	}
	os = append(os, ui.Option{Value: nobody, Text: say(ctx, "hand_over_nobody")})
	a, here := ask{ctx, r.PostForm, errs}, "/desk/people/"+id(p.ID)
	f := o.frame(r, say(ctx, "hand_over"), up(ctx, "nav_people", "/desk/people"), ui.Link{Text: p.Name, Href: web.URL(ctx, here)})
	f.Narrow, f.Lead = true, say(ctx, "hand_over_lead", p.Name)
	return o.desk(w, r, status, f, top, notice("waiting", say(ctx, "hand_over_follows"), say(ctx, "hand_over_without"), say(ctx, "hand_over_signs")),
		formView(form{Action: here + "/hand-over", Send: say(ctx, "hand_over_do"), Danger: true, Back: here,
			Fields: []templ.Component{a.choose("successor", os), a.text("reason", func(in *ui.Input) { in.MaxLen = 200 })}}))
}

// nobody is the answer of a form when a leaver has no successor.
const nobody = "nobody"

func (o *Office) handOver(w http.ResponseWriter, r *http.Request) error {
	p, err := o.managed(r)
	if err != nil {
		return err
	}
	to, err := web.Int64(r.PostForm.Get("successor"))
	if r.PostForm.Get("successor") == nobody {
		to, err = 0, nil
	}
	if err != nil {
		return o.askHandOver(w, r, p, wrong("successor", "choose_person"))
	}
	h, err := o.Accounts.HandOver(r.Context(), p.ID, to, r.PostForm.Get("reason"))
	if err != nil {
		return o.askHandOver(w, r, p, err)
	}
	return web.See(w, r, "/desk/handovers/"+id(h.ID))
}

// handoverList is the list both sign, on paper and here.
func (o *Office) handoverList(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	n, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	h, err := o.Accounts.FindHandover(ctx, n)
	if err != nil {
		return err
	}
	names, who := map[int64]string{}, account.From(ctx)
	above := []ui.Link{up(ctx, "account", "/account")}
	if err := o.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if names, err = account.Names(tx, []int64{h.Leaver, h.Successor, h.MadeBy}); err != nil {
			return err
		}
		leaver, err := account.Find(tx, h.Leaver)
		if err == nil && who.May(account.Managing, leaver.Home) {
			above = []ui.Link{up(ctx, "nav_people", "/desk/people"), {Text: leaver.Name, Href: web.URL(ctx, "/desk/people/"+id(leaver.ID))}}
		}
		return err
	}); err != nil {
		return err
	}
	g := ui.Grid{Caption: say(ctx, "handover_items"), Columns: columns(ctx, "number", "item"), Nothing: say(ctx, "handover_none")}
	if err := o.DB.Read(ctx, func(tx *db.Tx) error {
		n := newNames(tx)
		for i, line := range h.Lines {
			g.Rows = append(g.Rows, ui.Text(id(int64(i+1)), n.grantLine(ctx, line)))
		}
		return nil
	}); err != nil {
		return err
	}
	receiver, top := "f_successor", nothing
	if h.ToUnit() {
		receiver, top = "receiver_unit", notice("waiting", say(ctx, "handover_to_unit"), say(ctx, "handover_to_unit_how"))
	}
	sign := nothing
	switch {
	case who.Person == h.Successor && h.SuccessorSigned.IsZero():
		sign = press("/desk/handovers/"+id(h.ID)+"/sign", say(ctx, "sign_successor"), "", "")
	case who.Person != h.Successor && h.LeaverSigned.IsZero():
		sign = press("/desk/handovers/"+id(h.ID)+"/sign", say(ctx, "sign_leaver"), "", "")
	}
	return o.desk(w, r, http.StatusOK, o.frame(r, say(ctx, "handover_title"), above...), printButton(), top, ui.DescriptionList([]ui.Pair{
		{Term: say(ctx, "leaver"), Text: names[h.Leaver] + signedWords(ctx, h.LeaverSigned.IsZero())}, {Term: say(ctx, receiver), Text: names[h.Successor] + signedWords(ctx, h.SuccessorSigned.IsZero())},
		{Term: say(ctx, "made_by"), Text: names[h.MadeBy]}, {Term: say(ctx, "c_when"), Text: i18n.Time(ctx, h.At)}, {Term: say(ctx, "f_reason"), Text: h.Reason}}),
		ui.Table(g), signatures(say(ctx, "leaver"), say(ctx, receiver), say(ctx, "witness")), sign)
}

// handovers lists the lists a person is on, so that both who are to sign find
// them again; nothing for whoever is on none.
func (o *Office) handovers(ctx context.Context, person int64) (templ.Component, error) {
	hs, err := o.Accounts.Handovers(ctx, person)
	if err != nil || len(hs) == 0 {
		return nothing, err
	}
	g := ui.Grid{Caption: say(ctx, "handovers"), Cards: true, Columns: columns(ctx, "when", "from_to", "reason", "state")}
	err = o.DB.Read(ctx, func(tx *db.Tx) error {
		n := newNames(tx)
		for _, h := range hs {
			if err := n.learn(h.Leaver, h.Successor); err != nil {
				return err
			}
		}
		for _, h := range hs {
			state := ui.Cell{Tag: ui.TagPublished, Text: say(ctx, "handover_signed")}
			if h.LeaverSigned.IsZero() || h.SuccessorSigned.IsZero() {
				state = ui.Cell{Tag: ui.TagWaiting, Text: say(ctx, "handover_unsigned")}
			}
			g.Rows = append(g.Rows, []ui.Cell{{Text: i18n.Time(ctx, h.At), Href: web.URL(ctx, "/desk/handovers/"+id(h.ID))}, {Text: say(ctx, "hands_to", n.persons[h.Leaver], n.persons[h.Successor])},
				{Text: h.Reason}, state})
		}
		return nil
	})
	return section(say(ctx, "handovers"), ui.Table(g)), err
}

// grantLine is how internal/account lists a right that passed on.
var grantLine = regexp.MustCompile(`^([a-z_.]+) agency (\d+) divisions (\d+)-(\d+)$`)

// grantLine says such a line in words; other rooms' lines stand as they are.
func (n *names) grantLine(ctx context.Context, line string) string {
	m := grantLine.FindStringSubmatch(line)
	if m == nil {
		return line
	}
	var v [3]int64
	for i := range v {
		v[i], _ = web.Int64(m[i+2])
	}
	return say(ctx, "right_in", verbWords(ctx, m[1]), n.rangeWords(ctx, account.Range{Agency: v[0], Lo: v[1], Hi: v[2]}))
}

func signedWords(ctx context.Context, waiting bool) string {
	if waiting {
		return say(ctx, "not_signed")
	}
	return say(ctx, "signed")
}

func (o *Office) signHandover(w http.ResponseWriter, r *http.Request) error {
	n, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	if err := o.Accounts.SignHandover(r.Context(), n); err != nil {
		return err
	}
	return web.See(w, r, "/desk/handovers/"+id(n))
}
