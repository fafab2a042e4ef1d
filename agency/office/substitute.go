package office

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// actPage is what the switch on every desk page shows.
type actPage struct {
	Kind, Principal, Next string
	Options               []ui.Option
}

// actingFor puts the switch on a desk page: whose desk this is, and whose it
// could be. It costs one statement.
func (o *Office) actingFor(r *http.Request, f *ui.Frame) {
	ctx := r.Context()
	who := account.From(ctx)
	if who == nil || who.MustChange || who.Login == 0 {
		return
	}
	p := actPage{Kind: "waiting", Principal: who.PrincipalName, Next: "/desk"}
	if who.Principal == 0 {
		ps, err := o.Accounts.MayStandInFor(ctx)
		if err != nil || len(ps) == 0 {
			return // the page itself matters more than the switch
		}
		p.Kind = ""
		for _, x := range ps {
			p.Options = append(p.Options, ui.Option{Value: id(x.ID), Text: x.Name})
		}
	} else {
		f.User.Name = say(ctx, "name_for", who.Name, who.PrincipalName)
	}
	if f.Notice != nil {
		f.Notice = many(actBox(p), f.Notice)
		return
	}
	f.Notice = actBox(p)
}

func (o *Office) actFor(w http.ResponseWriter, r *http.Request) error {
	principal, err := web.Int64(r.PostForm.Get("principal"))
	if err != nil {
		return err
	}
	if err := o.Accounts.ActFor(r.Context(), principal); err != nil {
		return err
	}
	return web.See(w, r, web.LocalPath(r.PostForm.Get("next")))
}

// substitutes lists the arrangements of a person, those that run with a button
// to end them.
func (o *Office) substitutes(ctx context.Context, person int64) (templ.Component, error) {
	ss, err := o.Accounts.Substitutes(ctx, person)
	if err != nil {
		return nil, err
	}
	g := ui.Grid{Caption: say(ctx, "substitutes_table"), Cards: true, Columns: columns(ctx, "who_for_whom", "period", "verbs", "reason", "act"), Nothing: say(ctx, "substitutes_none")}
	now := o.Clock.Now()
	err = o.DB.Read(ctx, func(tx *db.Tx) error {
		n := newNames(tx)
		var ids []int64
		for _, s := range ss {
			ids = append(ids, s.Principal, s.Delegate)
		}
		if err := n.learn(ids...); err != nil {
			return err
		}
		for _, s := range ss {
			act := ui.Cell{Tag: ui.TagWithdrawn, Text: say(ctx, "over")}
			if s.Ended.IsZero() && now.Before(s.Until) {
				act = ui.Cell{Of: press("/account/substitutes/"+id(s.ID)+"/end", say(ctx, "end"), "", "secondary", ui.Pair{Term: "person", Text: id(person)})}
			}
			verbs := say(ctx, "all_lendable")
			if len(s.Verbs) > 0 {
				verbs = verbList(ctx, s.Verbs)
			}
			g.Rows = append(g.Rows, []ui.Cell{{Text: say(ctx, "stands_in", n.persons[s.Delegate], n.persons[s.Principal])},
				{Text: say(ctx, "from_to", i18n.Date(ctx, clock.DateOf(s.Since)), i18n.Date(ctx, clock.DateOf(s.Until).AddDays(-1)))}, {Text: verbs}, {Text: s.Reason}, act})
		}
		return nil
	})
	return ui.Table(g), err
}

// lendForm asks who stands in for a person, and for how long. The delegates
// offered are the members of his agency.
func (o *Office) lendForm(ctx context.Context, principal int64, action string, a ask) (templ.Component, error) {
	var os []ui.Option
	err := o.DB.Read(ctx, func(tx *db.Tx) error {
		p, err := account.Find(tx, principal)
		if err != nil {
			return err
		}
		os, err = colleagues(tx, p)
		return err
	})
	if err != nil || len(os) == 0 {
		return words(say(ctx, "no_colleagues")), err
	}
	var verbs []ui.Option
	for _, v := range o.Accounts.Verbs() {
		if !strings.HasPrefix(v, "account.") {
			verbs = append(verbs, ui.Option{Value: v, Text: verbWords(ctx, v)})
		}
	}
	if a.vals == nil {
		a.vals = url.Values{"since": {o.today().String()}}
	}
	return fold(say(ctx, "lend"), has(a, "delegate", "since", "until", "reason"), formView(form{Action: action, Send: say(ctx, "lend_do"), Fields: []templ.Component{
		a.choose("delegate", os), a.date("since"), a.date("until"), a.ticks("verbs", verbs, optional), a.text("reason", func(in *ui.Input) { in.MaxLen = 200 })}})), nil
}

// colleagues are the people of a person's agency but himself.
func colleagues(tx *db.Tx, p account.Person) ([]ui.Option, error) {
	ms, err := agency.Members(tx, p.Home.Agency, clock.DateOf(tx.Now), 0, 200)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, m := range ms {
		if m.Person != p.ID {
			ids = append(ids, m.Person)
		}
	}
	n := newNames(tx)
	if err := n.learn(ids...); err != nil {
		return nil, err
	}
	var os []ui.Option
	seen := map[int64]bool{}
	for _, x := range ids {
		if !seen[x] && n.persons[x] != "" {
			os = append(os, ui.Option{Value: id(x), Text: n.persons[x]})
		}
		seen[x] = true
	}
	return os, nil
}

// lend reads the form and arranges; Until is the end of the last day.
func (o *Office) lend(r *http.Request, principal int64) error {
	delegate, err := web.Int64(r.PostForm.Get("delegate"))
	if err != nil {
		return wrong("delegate", "choose_person")
	}
	since, ok1 := day(r.PostForm, "since")
	until, ok2 := day(r.PostForm, "until")
	switch {
	case !ok1 || since.IsZero():
		return wrong("since", "date_wrong")
	case !ok2 || until.IsZero():
		return wrong("until", "date_wrong")
	}
	_, err = o.Accounts.Substitute(r.Context(), account.Substitute{Principal: principal, Delegate: delegate, Since: since.Start(),
		Until: until.AddDays(1).Start(), Verbs: r.PostForm["verbs"], Reason: r.PostForm.Get("reason")})
	return err
}

func (o *Office) lendOwn(w http.ResponseWriter, r *http.Request) error {
	if err := o.lend(r, person(r)); err != nil {
		return o.showOwn(w, r, r.PostForm, err)
	}
	return web.See(w, r, "/account?done=lent")
}

func (o *Office) endSubstitute(w http.ResponseWriter, r *http.Request) error {
	n, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	if err := o.Accounts.EndSubstitute(r.Context(), n); err != nil {
		return err
	}
	if about := r.PostForm.Get("person"); about != "" && about != id(person(r)) {
		return web.See(w, r, "/desk/people/"+url.PathEscape(about)+"?done=substitute_ended")
	}
	return web.See(w, r, "/account?done=substitute_ended")
}

// verbWords says a right in plain words.
func verbWords(ctx context.Context, verb string) string {
	for _, key := range []string{"office.right_" + strings.ReplaceAll(verb, ".", "_"), account.VerbKey(verb)} {
		if i18n.Has(i18n.ZH, key) {
			return i18n.T(ctx, key)
		}
	}
	return verb
}

func verbList(ctx context.Context, verbs []string) string {
	var out []string
	for _, v := range verbs {
		out = append(out, verbWords(ctx, v))
	}
	return strings.Join(out, say(ctx, "list_join"))
}
