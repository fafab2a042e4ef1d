package office

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// managed is the person a page is about; whoever is not administered by the
// actor does not exist for him.
func (o *Office) managed(r *http.Request) (p account.Person, err error) {
	n, err := web.PathID(r, "id")
	if err != nil {
		return p, err
	}
	err = o.DB.Read(r.Context(), func(tx *db.Tx) error {
		p, err = account.Find(tx, n)
		return err
	})
	if err == nil && !account.From(r.Context()).May(account.Managing, p.Home) {
		err = fault.Say(fault.NotFound, "account.person_not_found")
	}
	return p, err
}

func (o *Office) person(w http.ResponseWriter, r *http.Request) error {
	p, err := o.managed(r)
	if err != nil {
		return err
	}
	return o.showPerson(w, r, p, nil, nil)
}

func (o *Office) showPerson(w http.ResponseWriter, r *http.Request, p account.Person, vals url.Values, err error) error {
	ctx := r.Context()
	status, errs, top, ok := refusal(ctx, err)
	if !ok {
		return err
	}
	parts := []templ.Component{top, o.flash(r)}
	a := ask{ctx, vals, errs}
	for _, part := range []func(context.Context, account.Person, ask) (templ.Component, error){o.personFacts, o.personLogins, o.personGrants, o.personLent, o.personSubstitutes, o.personHandovers, o.personHistory} {
		c, err := part(ctx, p, a)
		if err != nil {
			return err
		}
		parts = append(parts, c)
	}
	return o.desk(w, r, status, o.frame(r, p.Name, up(ctx, "nav_people", "/desk/people")), parts...)
}

func (o *Office) personFacts(ctx context.Context, p account.Person, a ask) (templ.Component, error) {
	g := ui.Grid{Caption: say(ctx, "memberships_table"), Cards: true, Columns: columns(ctx, "unit", "post", "period"), Nothing: say(ctx, "memberships_none")}
	home := ""
	err := o.DB.Read(ctx, func(tx *db.Tx) error {
		n := newNames(tx)
		home = n.unit(p.Home.Agency)
		ms, err := agency.Memberships(tx, p.ID, 50)
		if err != nil {
			return err
		}
		titles := map[int64]string{}
		for _, m := range ms {
			if m.Post != 0 && titles[m.Post] == "" {
				ps, err := agency.Posts(tx, m.Agency)
				if err != nil {
					return err
				}
				for _, x := range ps {
					titles[x.ID] = x.Title
				}
			}
			g.Rows = append(g.Rows, []ui.Cell{{Text: n.unit(m.Agency)}, {Text: titles[m.Post]}, {Text: say(ctx, "from_to", i18n.Date(ctx, m.Since), endWords(ctx, m.Until))}})
		}
		return nil
	})
	state := ui.Pair{Term: say(ctx, "c_state"), Of: ui.Tag(ui.TagPublished, say(ctx, "person_active"))}
	acts := buttons(ui.Action{Text: say(ctx, "hand_over"), Kind: "secondary", Href: web.URL(ctx, "/desk/people/"+id(p.ID)+"/hand-over")})
	if p.State != account.PersonActive {
		state.Of, acts = ui.Tag(ui.TagWithdrawn, say(ctx, "person_left")), nothing
	}
	if err != nil {
		return nil, err
	}
	take := nothing
	if p.State == account.PersonActive && p.Home.Agency != 0 {
		if take, err = o.postForm(ctx, p, a); err != nil {
			return nil, err
		}
	}
	return many(ui.DescriptionList([]ui.Pair{{Term: say(ctx, "home"), Text: home}, {Term: say(ctx, "f_staff_no"), Text: orNone(ctx, p.StaffNo)}, state}), acts, section(say(ctx, "memberships"), ui.Table(g), take)), nil
}

func endWords(ctx context.Context, d clock.Date) string {
	if d.IsZero() {
		return say(ctx, "open_end")
	}
	return i18n.Date(ctx, d)
}

func (o *Office) personLogins(ctx context.Context, p account.Person, _ ask) (templ.Component, error) {
	ls, err := o.Accounts.Logins(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	g := ui.Grid{Caption: say(ctx, "logins_table"), Cards: true, Columns: columns(ctx, "login", "state", "factor", "created", "act"), Nothing: say(ctx, "logins_none")}
	who := account.From(ctx)
	for _, l := range ls {
		factor := say(ctx, "factor_none")
		if l.HasTOTP() {
			factor = say(ctx, "factor_totp")
		}
		kind := map[account.LoginState]ui.TagKind{account.Pending: ui.TagWaiting, account.Active: ui.TagPublished, account.Frozen: ui.TagDanger}[l.State]
		var acts []templ.Component
		if !who.Is(p.ID) && p.State == account.PersonActive {
			known := actsOn(l, who.May(account.Recovering, p.Home))
			if o.OIDC && l.State == account.Active {
				known = append(known, "link", "unlink")
			}
			for _, act := range known {
				acts = append(acts, linkTo("/desk/people/"+id(p.ID)+"/logins/"+id(l.ID)+"/"+act, say(ctx, "login_"+act)))
			}
		}
		g.Rows = append(g.Rows, []ui.Cell{{Text: l.Name}, {Tag: kind, Text: say(ctx, "login_state_"+string(l.State))}, {Text: factor}, {Text: i18n.Date(ctx, clock.DateOf(l.Created))}, {Of: spaced(acts)}})
	}
	return section(say(ctx, "logins"), ui.Table(g)), nil
}

// actsOn are the acts a login's state allows.
func actsOn(l account.Login, recover bool) (acts []string) {
	switch {
	case l.State == account.Frozen:
		return []string{"unfreeze"}
	case l.State == account.Pending && l.PasswordAt.IsZero():
		acts = append(acts, "reissue")
	case recover:
		acts = append(acts, "recover")
	}
	return append(acts, "freeze")
}

func (o *Office) personGrants(ctx context.Context, p account.Person, a ask) (templ.Component, error) {
	gs, err := o.Accounts.GrantsOf(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	who, about := account.From(ctx), p.ID
	g, err := o.grantTable(ctx, gs, about)
	if err != nil {
		return nil, err
	}
	parts := []templ.Component{ui.Table(g)}
	switch {
	case who.Is(p.ID):
		parts = append(parts, words(say(ctx, "grant_not_self")))
	case p.State == account.PersonActive:
		f, err := o.grantForm(ctx, p, a)
		if err != nil {
			return nil, err
		}
		parts = append(parts, f)
	}
	return section(say(ctx, "grants"), parts...), nil
}

func (o *Office) personSubstitutes(ctx context.Context, p account.Person, a ask) (templ.Component, error) {
	subs, err := o.substitutes(ctx, p.ID)
	if err != nil || p.State != account.PersonActive {
		return section(say(ctx, "substitutes"), subs), err
	}
	lend, err := o.lendForm(ctx, p.ID, "/desk/people/"+id(p.ID)+"/substitutes", a)
	return section(say(ctx, "substitutes"), subs, lend), err
}

func (o *Office) personHandovers(ctx context.Context, p account.Person, _ ask) (templ.Component, error) {
	return o.handovers(ctx, p.ID)
}

// personHistory is what the audit book says of the account.
func (o *Office) personHistory(ctx context.Context, p account.Person, _ ask) (templ.Component, error) {
	var events []ui.Event
	err := o.DB.Read(ctx, func(tx *db.Tx) error {
		ls, err := audit.List(tx, audit.Filter{Province: int64(agency.Code(p.Home.Division).Province()), Object: "person " + id(p.ID), Limit: 50})
		if err != nil {
			return err
		}
		n := newNames(tx)
		var ids []int64
		for _, l := range ls {
			ids = append(ids, l.Person)
		}
		if err := n.learn(ids...); err != nil {
			return err
		}
		for _, l := range ls {
			by := n.persons[l.Person]
			if l.Person == 0 {
				by = say(ctx, "system")
			}
			events = append(events, ui.Event{When: i18n.Time(ctx, l.At), WhenISO: l.At.Format("2006-01-02T15:04:05Z07:00"), Title: did(ctx, l.Verb), Text: strings.TrimSpace(say(ctx, "by", by) + " " + l.Reason)})
		}
		return nil
	})
	if len(events) == 0 {
		return nothing, err
	}
	return section(say(ctx, "history"), ui.Timeline(events)), err
}

// did says an act of the audit book in words, or gives its name.
func did(ctx context.Context, verb string) string {
	if key := "office.did_" + strings.ReplaceAll(verb, ".", "_"); i18n.Has(i18n.ZH, key) {
		return i18n.T(ctx, key)
	}
	return verb
}

func (o *Office) lendFor(w http.ResponseWriter, r *http.Request) error {
	p, err := o.managed(r)
	if err != nil {
		return err
	}
	if err := o.lend(r, p.ID); err != nil {
		return o.showPerson(w, r, p, r.PostForm, err)
	}
	return web.See(w, r, "/desk/people/"+id(p.ID)+"?done=lent")
}
