package office

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// own is the account holder's page: who he is here, where he is signed in, what
// he may do, who stands in for whom.
func (o *Office) own(w http.ResponseWriter, r *http.Request) error { return o.showOwn(w, r, nil, nil) }

func (o *Office) showOwn(w http.ResponseWriter, r *http.Request, vals url.Values, err error) error {
	ctx := r.Context()
	if answered, err := o.forcedPage(w, r); answered || err != nil {
		return err
	}
	status, errs, top, ok := refusal(ctx, err)
	if !ok {
		return err
	}
	who := account.From(ctx)
	parts := []templ.Component{top, o.flash(r)}
	for _, part := range []func(context.Context) (templ.Component, error){o.ownFacts, o.ownSessions, o.ownKeys, o.ownGrants} {
		c, err := part(ctx)
		if err != nil {
			return err
		}
		parts = append(parts, c)
	}
	subs, err := o.substitutes(ctx, who.Person)
	if err != nil {
		return err
	}
	lend, err := o.lendForm(ctx, who.Person, "/account/substitutes", ask{ctx, vals, errs})
	if err != nil {
		return err
	}
	lists, err := o.handovers(ctx, who.Person)
	if err != nil {
		return err
	}
	parts = append(parts, section(say(ctx, "substitutes"), words(say(ctx, "substitutes_lead")), subs, lend), lists)
	f := o.frame(r, say(ctx, "account"))
	if o.Passkeys {
		f.Scripts = append(f.Scripts, "passkey.js")
	}
	return o.desk(w, r, status, f, parts...)
}

// flash says what was just done, named by a key of the locale in the address.
func (o *Office) flash(r *http.Request) templ.Component {
	key := r.URL.Query().Get("done")
	if key == "" || len(key) > 40 || !i18n.Has(i18n.ZH, "office.done_"+key) {
		return nothing
	}
	return notice("good", say(r.Context(), "done_"+key))
}

func (o *Office) ownFacts(ctx context.Context) (templ.Component, error) {
	who := account.From(ctx)
	ls, err := o.Accounts.Logins(ctx, who.Person)
	if err != nil {
		return nil, err
	}
	second := say(ctx, "factor_none")
	for _, l := range ls {
		if l.ID == who.Login && l.HasTOTP() {
			second = say(ctx, "factor_totp")
		}
	}
	home := ""
	if err := o.DB.Read(ctx, func(tx *db.Tx) error { home = newNames(tx).unit(who.Home.Agency); return nil }); err != nil {
		return nil, err
	}
	return many(ui.DescriptionList([]ui.Pair{{Term: say(ctx, "f_name"), Text: who.Name}, {Term: say(ctx, "f_login"), Text: who.LoginName},
		{Term: say(ctx, "home"), Text: home}, {Term: say(ctx, "second_factor"), Text: second}}), words(say(ctx, "factor_lost")),
		buttons(ui.Action{Text: say(ctx, "change_password"), Href: web.URL(ctx, "/account/password"), Kind: "secondary"})), nil
}

func (o *Office) ownSessions(ctx context.Context) (templ.Component, error) {
	ss, err := o.Accounts.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	who := account.From(ctx)
	g := ui.Grid{Caption: say(ctx, "sessions"), Cards: true, Columns: columns(ctx, "signed_in", "last_seen", "means", "act")}
	for _, s := range ss {
		act := ui.Cell{Tag: ui.TagPublished, Text: say(ctx, "this_one")}
		if s.ID != who.Session {
			act = ui.Cell{Of: press("/account/sessions/"+id(s.ID)+"/end", say(ctx, "end"), i18n.Time(ctx, s.Created), "secondary")}
		}
		g.Rows = append(g.Rows, []ui.Cell{{Text: i18n.Time(ctx, s.Created)}, {Text: i18n.Time(ctx, s.Seen)}, {Text: say(ctx, "means_"+s.Means)}, act})
	}
	return section(say(ctx, "sessions_title"), words(say(ctx, "sessions_lead")), ui.Table(g)), nil
}

func (o *Office) ownGrants(ctx context.Context) (templ.Component, error) {
	gs, err := o.Accounts.GrantsOf(ctx, account.From(ctx).Person)
	if err != nil {
		return nil, err
	}
	g, err := o.grantTable(ctx, gs, 0)
	if err != nil {
		return nil, err
	}
	return section(say(ctx, "my_grants"), ui.Table(g)), nil
}

func (o *Office) endSession(w http.ResponseWriter, r *http.Request) error {
	n, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	if err := o.Accounts.EndSession(r.Context(), n); err != nil {
		return err
	}
	return web.See(w, r, "/account?done=session")
}

// id is a number as it stands in addresses and forms.
func id(n int64) string { return strconv.FormatInt(n, 10) }

// columns are the heads of a table, by their keys.
func columns(ctx context.Context, keys ...string) (out []ui.Column) {
	for _, k := range keys {
		out = append(out, ui.Column{Title: say(ctx, "c_"+k)})
	}
	return out
}

// names looks up what numbers are called, each once a page.
type names struct {
	tx      *db.Tx
	units   map[int64]string
	places  map[agency.Code]string
	persons map[int64]string
}

func newNames(tx *db.Tx) *names {
	return &names{tx: tx, units: map[int64]string{}, places: map[agency.Code]string{}, persons: map[int64]string{}}
}

func (n *names) unit(a int64) string {
	if _, ok := n.units[a]; !ok && a != 0 {
		u, err := agency.Find(n.tx, a)
		n.units[a] = u.Name
		if err != nil {
			n.units[a] = id(a)
		}
	}
	return n.units[a]
}

func (n *names) place(c agency.Code) string {
	if _, ok := n.places[c]; !ok {
		d, err := agency.FindDivision(n.tx, c)
		n.places[c] = d.Name
		if err != nil {
			n.places[c] = c.Short()
		}
	}
	return n.places[c]
}

// learn reads the names of many persons at once.
func (n *names) learn(ids ...int64) error {
	m, err := account.Names(n.tx, ids)
	for k, v := range m {
		n.persons[k] = v
	}
	return err
}

// passwordForm shows the rules and asks for the old and the new password.
func (o *Office) passwordForm(w http.ResponseWriter, r *http.Request) error {
	return o.askPassword(w, r, nil)
}

func (o *Office) askPassword(w http.ResponseWriter, r *http.Request, err error) error {
	ctx := r.Context()
	status, errs, top, ok := refusal(ctx, err)
	if !ok {
		return err
	}
	a := ask{ctx, nil, errs}
	if account.From(ctx).MustChange {
		top = many(notice("waiting", say(ctx, "must_change")), top)
	}
	f := o.frame(r, say(ctx, "change_password"), up(ctx, "account", "/account"))
	f.Narrow = true
	return o.desk(w, r, status, f, top, bullets(say(ctx, "rules"), o.rules(r)), formView(form{Action: "/account/password", Send: say(ctx, "change_password"),
		Fields: []templ.Component{a.text("old", typed("password", "current-password")), a.text("password", typed("password", "new-password")), a.text("again", typed("password", "new-password"))}}))
}

func (o *Office) changePassword(w http.ResponseWriter, r *http.Request) error {
	err := error(nil)
	if p := r.PostForm.Get("password"); p != r.PostForm.Get("again") {
		err = wrong("again", "again_differs")
	} else {
		err = o.Accounts.ChangePassword(r.Context(), r.PostForm.Get("old"), p, o.Remote(r))
	}
	if err != nil {
		return o.askPassword(w, r, err)
	}
	return web.See(w, r, "/account?done=password")
}

// forcedPage sends who must change his password there.
func (o *Office) forcedPage(w http.ResponseWriter, r *http.Request) (bool, error) {
	if who := account.From(r.Context()); who != nil && who.MustChange {
		return true, web.See(w, r, "/account/password")
	}
	return false, nil
}

// Guard lets who must change his password nowhere else: every route for the
// signed in leads him to the form. Whoever wires the house passes all its routes
// through here.
func (o *Office) Guard(routes []web.Route) []web.Route {
	out := make([]web.Route, len(routes))
	for i, route := range routes {
		out[i] = route
		if h := route.Handler; route.Access.Signed && !strings.HasSuffix(route.Pattern, " /account/password") {
			out[i].Handler = func(w http.ResponseWriter, r *http.Request) error {
				if answered, err := o.forcedPage(w, r); answered {
					return err
				}
				return h(w, r)
			}
		}
	}
	return out
}

// Answer answers two failures better than an error page can: who must change
// his password is led there, and who must show the second factor again is asked
// for it, with everything typed kept. The page of failures calls it first.
func (o *Office) Answer(w http.ResponseWriter, r *http.Request, err error) bool {
	who := account.From(r.Context())
	if who == nil {
		return false
	}
	if who.MustChange {
		return web.See(w, r, "/account/password") == nil
	}
	if key, _, _ := fault.Sentence(err); key != "account.step_up_needed" {
		return false
	}
	return o.askStepUp(w, r, nil) == nil
}
