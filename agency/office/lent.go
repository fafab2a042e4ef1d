package office

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"
)

// maxBelow bounds the units one superior is offered to lend a person to.
const maxBelow = 200

// reviewOf is the review a unit's kind is under; nil where the norm has none.
func (o *Office) reviewOf(u agency.Agency) *norm.ReviewRule {
	if o.Norm == nil {
		return nil
	}
	if c := o.Norm.Catalogue(string(u.Kind)); c != nil {
		return o.Norm.Review(c.Review)
	}
	return nil
}

// reviewVerbs are the rights a review's steps ask for, in their order.
func reviewVerbs(rule *norm.ReviewRule) (out []string) {
	for _, s := range rule.Steps {
		if !slices.Contains(out, s.Verb) {
			out = append(out, s.Verb)
		}
	}
	return out
}

// lendable are the units directly below a person's own that the norm lets it
// lend people to (1.1.c) and whose rights the actor may give.
func (o *Office) lendable(tx *db.Tx, p account.Person) (us []agency.Agency, err error) {
	if o.Norm == nil || p.Home.Agency == 0 {
		return nil, nil
	}
	below, err := agency.Subordinates(tx, p.Home.Agency, 0, maxBelow)
	who := account.From(tx.Ctx)
	for _, u := range below {
		if rule := o.reviewOf(u); rule != nil && rule.LendBySuperior && mayGive(who, account.Managing, at(u)) {
			us = append(us, u)
		}
	}
	return us, err
}

// at is one unit as a range.
func at(u agency.Agency) account.Range {
	return account.Range{Agency: u.ID, Lo: int64(u.Division), Hi: int64(u.Division)}
}

// personLent is where a person is lent to now, and the form that lends him.
// Nothing stands here for people of units that have nobody below them.
func (o *Office) personLent(ctx context.Context, p account.Person, a ask) (templ.Component, error) {
	gs, err := o.Accounts.GrantsOf(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	g := ui.Grid{Caption: say(ctx, "lent_table"), Cards: true, Columns: columns(ctx, "unit", "right", "period", "act"), Nothing: say(ctx, "lent_none")}
	var us []agency.Agency
	err = o.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if us, err = o.lendable(tx, p); err != nil || len(us) == 0 {
			return err
		}
		for _, u := range us {
			for _, x := range gs {
				if x.Agency == u.ID && slices.Contains(reviewVerbs(o.reviewOf(u)), x.Verb) && (x.Until.IsZero() || tx.Now.Before(x.Until)) {
					g.Rows = append(g.Rows, lentRow(ctx, p, u, x))
				}
			}
		}
		return nil
	})
	if err != nil || len(us) == 0 {
		return nothing, err
	}
	parts := []templ.Component{words(say(ctx, "lent_lead")), ui.Table(g)}
	if !account.From(ctx).Is(p.ID) && p.State == account.PersonActive {
		parts = append(parts, o.lendOutForm(ctx, p, us, a))
	}
	return section(say(ctx, "lent"), parts...), nil
}

func lentRow(ctx context.Context, p account.Person, u agency.Agency, x account.Grant) []ui.Cell {
	until := say(ctx, "open_end")
	if !x.Until.IsZero() {
		until = i18n.Date(ctx, lastDay(x.Until))
	}
	return []ui.Cell{{Text: u.Name}, {Text: verbWords(ctx, x.Verb)}, {Text: say(ctx, "from_to", i18n.Date(ctx, clock.DateOf(x.Since)), until)},
		{Of: press("/desk/people/"+id(p.ID)+"/revoke", say(ctx, "lent_end"), u.Name, "secondary", ui.Pair{Term: "grant", Text: id(x.ID)})}}
}

// lendOutForm asks to which unit, for which step, until when and why.
func (o *Office) lendOutForm(ctx context.Context, p account.Person, us []agency.Agency, a ask) templ.Component {
	units, verbs := []ui.Option{{Text: say(ctx, "choose_one")}}, []ui.Option(nil)
	for _, u := range us {
		units = append(units, ui.Option{Value: id(u.ID), Text: u.Name})
		for _, v := range reviewVerbs(o.reviewOf(u)) {
			if !slices.ContainsFunc(verbs, func(x ui.Option) bool { return x.Value == v }) {
				verbs = append(verbs, ui.Option{Value: v, Text: verbWords(ctx, v)})
			}
		}
	}
	return fold(say(ctx, "lent_new", p.Name), has(a, "lend_unit", "lend_verb", "lend_until", "lend_reason"), formView(form{Action: "/desk/people/" + id(p.ID) + "/lend", Send: say(ctx, "lent_do"), Fields: []templ.Component{
		a.choose("lend_unit", units), ui.Radios(a.in("lend_verb", func(in *ui.Input) { in.Options = verbs })), a.date("lend_until"),
		a.text("lend_reason", func(in *ui.Input) { in.MaxLen = 200 })}}))
}

// lendOut lends a person to a unit below his own for one step of its review.
func (o *Office) lendOut(w http.ResponseWriter, r *http.Request) error {
	p, err := o.managed(r)
	if err != nil {
		return err
	}
	if err := o.lendTo(r, p); err != nil {
		return o.showPerson(w, r, p, r.PostForm, err)
	}
	return web.See(w, r, "/desk/people/"+id(p.ID)+"?done=lent_out")
}

func (o *Office) lendTo(r *http.Request, p account.Person) error {
	ctx, f := r.Context(), r.PostForm
	n, err := web.Int64(f.Get("lend_unit"))
	until, ok := day(f, "lend_until")
	today := o.today()
	var bad []fault.Field
	need := func(missing bool, name, key string) {
		if missing {
			bad = append(bad, fault.Field{Name: name, Key: "office." + key})
		}
	}
	need(err != nil, "lend_unit", "choose_unit")
	need(f.Get("lend_verb") == "", "lend_verb", "lent_choose_step")
	need(!ok || until.IsZero() || until.Before(today) || until.After(today.AddDays(365)), "lend_until", "lent_until_wrong")
	need(strings.TrimSpace(f.Get("lend_reason")) == "", "lend_reason", "reason_missing")
	if len(bad) > 0 {
		return fault.Fields(bad...)
	}
	var u agency.Agency
	if err := o.DB.Read(ctx, func(tx *db.Tx) error {
		u, err = agency.Find(tx, n)
		return err
	}); err != nil {
		return wrong("lend_unit", "choose_unit")
	}
	g := account.Grant{Person: p.ID, Verb: f.Get("lend_verb"), Agency: u.ID, Lo: int64(u.Division), Hi: int64(u.Division), Until: until.AddDays(1).Start()}
	_, err = o.Accounts.Lend(ctx, g, strings.TrimSpace(f.Get("lend_reason")), func(tx *db.Tx, p account.Person) error { return o.mayLend(tx, p, n, g.Verb) })
	return err
}

// mayLend answers whether the norm lets a person's unit lend him to another
// for a step of its review.
func (o *Office) mayLend(tx *db.Tx, p account.Person, unit int64, verb string) error {
	u, err := agency.Find(tx, unit)
	if err != nil {
		return err
	}
	rule := o.reviewOf(u)
	switch {
	case u.State != agency.Active:
		return fault.Say(fault.Conflict, "agency.not_active")
	case rule == nil || !rule.LendBySuperior:
		return fault.Say(fault.Forbidden, "office.lent_never", u.Name)
	case !slices.Contains(reviewVerbs(rule), verb):
		return wrong("lend_verb", "lent_no_step", u.Name)
	}
	above, err := agency.Superiors(tx, unit)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(above, func(s agency.Agency) bool { return s.ID == p.Home.Agency }) {
		return fault.Say(fault.Forbidden, "office.lent_not_superior", u.Name)
	}
	return nil
}

// unitReview is who can sign each step of a unit's review now: its own people
// and those a unit above lends.
func (o *Office) unitReview(tx *db.Tx, n *names, u agency.Agency) (templ.Component, error) {
	rule := o.reviewOf(u)
	if rule == nil || u.State != agency.Active {
		return nothing, nil
	}
	above, err := agency.Superiors(tx, u.ID)
	if err != nil {
		return nil, err
	}
	ctx := tx.Ctx
	g := ui.Grid{Caption: say(ctx, "review_table"), Cards: true, Columns: columns(ctx, "right", "name", "unit", "state")}
	for _, v := range reviewVerbs(rule) {
		ps, err := account.Holders(tx, v, targetOf(u), 20)
		if err != nil {
			return nil, err
		}
		found := false
		for _, p := range ps {
			state := ui.Cell{Tag: ui.TagPublished, Text: say(ctx, "review_own")}
			if p.Home.Agency != u.ID {
				own, err := agency.IsMember(tx, u.ID, p.ID)
				switch {
				case err != nil:
					return nil, err
				case own:
				case rule.LendBySuperior && slices.ContainsFunc(above, func(s agency.Agency) bool { return s.ID == p.Home.Agency }):
					state = ui.Cell{Tag: ui.TagReview, Text: say(ctx, "review_lent")}
				default:
					continue // a right alone lets nobody of another unit sign
				}
			}
			found = true
			g.Rows = append(g.Rows, []ui.Cell{{Text: verbWords(ctx, v)}, {Text: p.Name}, {Text: n.unit(p.Home.Agency)}, state})
		}
		if !found {
			none := "review_nobody"
			if rule.LendBySuperior {
				none = "review_nobody_lend"
			}
			g.Rows = append(g.Rows, []ui.Cell{{Text: verbWords(ctx, v)}, {Text: say(ctx, none)}, {}, {Tag: ui.TagDanger, Text: say(ctx, "review_empty")}})
		}
	}
	return section(say(ctx, "review"), ui.Table(g)), nil
}
