package office

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// shownGrants bounds the rights one page lists; a person has far fewer.
const shownGrants = 100

// grantTable says each right in words, with its range. With about, an
// administrator's page, those that hold can be revoked.
func (o *Office) grantTable(ctx context.Context, gs []account.Grant, about int64) (ui.Grid, error) {
	g := ui.Grid{Caption: say(ctx, "grants_table"), Cards: true, Columns: columns(ctx, "right", "range", "period", "state"), Nothing: say(ctx, "grants_none")}
	who, now := account.From(ctx), o.Clock.Now()
	err := o.DB.Read(ctx, func(tx *db.Tx) error {
		n := newNames(tx)
		for _, x := range gs[:min(len(gs), shownGrants)] {
			state := ui.Cell{Tag: ui.TagPublished, Text: say(ctx, "holds")}
			switch {
			case !x.Until.IsZero() && !now.Before(x.Until):
				state = ui.Cell{Tag: ui.TagWithdrawn, Text: say(ctx, "over")}
			case now.Before(x.Since):
				state = ui.Cell{Tag: ui.TagWaiting, Text: say(ctx, "not_yet")}
			}
			if about != 0 && state.Tag != ui.TagWithdrawn && mayGive(who, account.Managing, x.Range()) {
				state = ui.Cell{Of: press("/desk/people/"+id(about)+"/revoke", say(ctx, "revoke"), verbWords(ctx, x.Verb), "secondary", ui.Pair{Term: "grant", Text: id(x.ID)})}
			}
			until := say(ctx, "open_end")
			if !x.Until.IsZero() {
				until = i18n.Date(ctx, lastDay(x.Until))
			}
			g.Rows = append(g.Rows, []ui.Cell{{Text: verbWords(ctx, x.Verb)}, {Text: n.rangeWords(ctx, x.Range())},
				{Text: say(ctx, "from_to", i18n.Date(ctx, clock.DateOf(x.Since)), until)}, state})
		}
		return nil
	})
	return g, err
}

// lastDay is the last day a right holds that is over at an instant.
func lastDay(end time.Time) clock.Date { return clock.DateOf(end.Add(-time.Millisecond)) }

// rangeWords says where a right holds.
func (n *names) rangeWords(ctx context.Context, r account.Range) string {
	c := within(r)
	switch {
	case r.Agency != 0:
		return say(ctx, "range_unit", n.unit(r.Agency))
	case c == agency.Nation:
		return say(ctx, "range_nation")
	case r.Lo == r.Hi:
		return say(ctx, "range_here", n.place(c))
	}
	if lo, _ := c.Range(); r.Lo > int64(lo) {
		return say(ctx, "range_below", n.place(c))
	}
	return say(ctx, "range_all", n.place(c))
}

// within is the smallest division that holds all of a range.
func within(r account.Range) agency.Code {
	if r.Lo == r.Hi {
		return agency.Code(r.Lo)
	}
	for l := agency.LevelVillage; l > agency.LevelNation; l-- {
		if c := agency.Code(r.Lo).At(l); c.Valid() && c.Contains(agency.Code(r.Hi)) {
			return c
		}
	}
	return agency.Nation
}

// mayGive answers whether somebody may give verb over the whole range.
func mayGive(who *account.Actor, verb string, r account.Range) bool {
	return slices.ContainsFunc(who.Scope(verb), func(own account.Range) bool { return own.Covers(r) })
}

// ranges are the places an administrator may give rights for: the person's own
// unit, his own ranges, and the divisions directly below them and at the
// person's home.
func (o *Office) ranges(ctx context.Context, tx *db.Tx, p account.Person) (os []ui.Option, err error) {
	who, n := account.From(ctx), newNames(tx)
	offer := func(value string, r account.Range) {
		if mayGive(who, account.Managing, r) && !slices.ContainsFunc(os, func(x ui.Option) bool { return x.Value == value }) {
			os = append(os, ui.Option{Value: value, Text: n.rangeWords(ctx, r)})
		}
	}
	if p.Home.Agency != 0 {
		offer("u"+id(p.Home.Agency), account.Range{Agency: p.Home.Agency, Lo: p.Home.Division, Hi: p.Home.Division})
	}
	places := []agency.Code{agency.Code(p.Home.Division)}
	for _, r := range who.Scope(account.Managing) {
		places = append(places, within(r))
	}
	for _, c := range places {
		offer("d"+c.Short(), wholeOf(c))
		below, err := agency.Children(tx, c, 0, 200)
		if err != nil {
			return nil, err
		}
		for _, d := range below {
			n.places[d.Code] = d.Name
			offer("d"+d.Code.Short(), wholeOf(d.Code))
		}
	}
	return os, nil
}

func wholeOf(c agency.Code) account.Range {
	lo, hi := c.Range()
	return account.Range{Lo: int64(lo), Hi: int64(hi)}
}

// readRange reads what ranges offered.
func readRange(tx *db.Tx, value string) (account.Range, error) {
	if n, ok := strings.CutPrefix(value, "u"); ok {
		unit, err := web.Int64(n)
		if err != nil {
			return account.Range{}, wrong("range", "choose_range")
		}
		u, err := agency.Find(tx, unit)
		return account.Range{Agency: unit, Lo: int64(u.Division), Hi: int64(u.Division)}, err
	}
	c, err := agency.ParseCode(strings.TrimPrefix(value, "d"))
	if err != nil || !strings.HasPrefix(value, "d") {
		return account.Range{}, wrong("range", "choose_range")
	}
	return wholeOf(c), nil
}

func (o *Office) grantForm(ctx context.Context, p account.Person, a ask) (templ.Component, error) {
	var os []ui.Option
	err := o.DB.Read(ctx, func(tx *db.Tx) (err error) {
		os, err = o.ranges(ctx, tx, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	who := account.From(ctx)
	var verbs []ui.Option
	for _, v := range o.Accounts.Verbs() {
		if !strings.HasPrefix(v, "account.") || who.Holds(v) {
			verbs = append(verbs, ui.Option{Value: v, Text: verbWords(ctx, v)})
		}
	}
	return fold(say(ctx, "grant_new"), has(a, "verb", "range", "ends"), formView(form{Action: "/desk/people/" + id(p.ID) + "/grants", Send: say(ctx, "grant_do"), Fields: []templ.Component{
		a.ticks("verb", verbs), a.choose("range", os), a.date("ends", optional)}})), nil
}

// grant gives each right that was ticked; when one is refused, those before it
// stand and are seen in the list.
func (o *Office) grant(w http.ResponseWriter, r *http.Request) error {
	p, err := o.managed(r)
	if err != nil {
		return err
	}
	if err := o.giveAll(r, p); err != nil {
		return o.showPerson(w, r, p, r.PostForm, err)
	}
	return web.See(w, r, "/desk/people/"+id(p.ID)+"?done=granted")
}

func (o *Office) giveAll(r *http.Request, p account.Person) error {
	ctx := r.Context()
	var where account.Range
	err := o.DB.Read(ctx, func(tx *db.Tx) (err error) {
		where, err = readRange(tx, r.PostForm.Get("range"))
		return err
	})
	until, ok := day(r.PostForm, "ends")
	switch {
	case err != nil:
		return err
	case !ok:
		return wrong("ends", "date_wrong")
	case len(r.PostForm["verb"]) == 0:
		return wrong("verb", "choose_verb")
	}
	for _, v := range r.PostForm["verb"] {
		g := account.Grant{Person: p.ID, Verb: v, Agency: where.Agency, Lo: where.Lo, Hi: where.Hi}
		if !until.IsZero() {
			g.Until = until.AddDays(1).Start()
		}
		if _, err := o.Accounts.Grant(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

func (o *Office) revoke(w http.ResponseWriter, r *http.Request) error {
	p, err := o.managed(r)
	if err != nil {
		return err
	}
	n, err := web.Int64(r.PostForm.Get("grant"))
	if err == nil {
		err = o.Accounts.Revoke(r.Context(), n)
	}
	if err != nil {
		return o.showPerson(w, r, p, url.Values{}, err)
	}
	return web.See(w, r, "/desk/people/"+id(p.ID)+"?done=revoked")
}
