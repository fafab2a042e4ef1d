package office

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// unitActs are what changes an agency. All but the amendment are decided
// elsewhere first: they need its basis and are confirmed on a page that says
// what follows.
var unitActs = []string{"amend", "rename", "merge", "move", "abolish"}

// contactFields are what an amendment and a founding ask alike.
var contactFields = []string{"credit_code", "address", "hours", "phone", "fax", "email", "website"}

func (o *Office) unitForm(w http.ResponseWriter, r *http.Request) error {
	u, err := o.unitOf(r)
	if err != nil {
		return err
	}
	vals := url.Values{"on": {o.today().String()}, "name": {u.Name}, "short_name": {u.ShortName}, "credit_code": {u.CreditCode}, "address": {u.Address}, "hours": {u.Hours},
		"phone": {u.Phone}, "fax": {u.Fax}, "email": {u.Email}, "website": {u.Website}, "superior": {id(u.Superior)}}
	for k, v := range r.URL.Query() { // back from the confirmation
		vals[k] = v
	}
	return o.askUnit(w, r, u, vals, nil)
}

func (o *Office) askUnit(w http.ResponseWriter, r *http.Request, u agency.Agency, vals url.Values, err error) error {
	ctx, act := r.Context(), r.PathValue("act")
	if !slices.Contains(unitActs, act) {
		return fault.Say(fault.NotFound, "fault.not_found")
	}
	status, errs, top, ok := refusal(ctx, err)
	if !ok {
		return err
	}
	a, here := ask{ctx, vals, errs}, "/desk/agencies/"+id(u.ID)
	fields, err := o.unitFields(ctx, act, u, a)
	if err != nil {
		return err
	}
	f := o.frame(r, say(ctx, "unit_"+act), up(ctx, "nav_agencies", "/desk/agencies"), ui.Link{Text: u.Name, Href: web.URL(ctx, here)})
	f.Narrow = true
	return o.desk(w, r, status, f, top, formView(form{Action: here + "/" + act, Send: say(ctx, "go_on"), Back: here, Fields: fields}))
}

func (o *Office) unitFields(ctx context.Context, act string, u agency.Agency, a ask) (fs []templ.Component, err error) {
	basis := a.text("basis", func(in *ui.Input) { in.MaxLen = 500 })
	var others []ui.Option
	if act == "merge" || act == "amend" {
		if others, err = o.otherUnits(ctx, u, act); err != nil {
			return nil, err
		}
	}
	switch act {
	case "amend":
		for _, k := range contactFields {
			fs = append(fs, a.text(k, optional, label(i18n.T(ctx, "agency.col_"+k))))
		}
		return append(fs, a.choose("superior", append([]ui.Option{{Value: "0", Text: say(ctx, "none")}}, others...), optional, label(i18n.T(ctx, "agency.col_superior"))), a.text("basis", optional)), nil
	case "rename":
		fs = []templ.Component{a.text("name", label(i18n.T(ctx, "agency.col_name"))), a.text("short_name", optional, label(i18n.T(ctx, "agency.col_short_name")))}
	case "merge":
		fs = []templ.Component{a.choose("into", others)}
	case "move":
		fs = []templ.Component{a.text("to"), a.text("slug", optional, label(i18n.T(ctx, "agency.col_slug")))}
	}
	return append(fs, a.date("on"), basis), nil
}

// otherUnits are the units a merger can go into, or those that can stand above.
func (o *Office) otherUnits(ctx context.Context, u agency.Agency, act string) (os []ui.Option, err error) {
	err = o.DB.Read(ctx, func(tx *db.Tx) error {
		us, err := unitsOf(tx, account.From(ctx).Scope(Units), 300)
		if act == "amend" && u.Superior != 0 {
			above, e := agency.Superior(tx, u.ID)
			us, err = append([]agency.Agency{above}, us...), firstErr(err, e)
		}
		seen := map[int64]bool{u.ID: true}
		for _, x := range us {
			fits := act == "merge" || x.Division.Contains(u.Division)
			if fits && !seen[x.ID] {
				os = append(os, ui.Option{Value: id(x.ID), Text: x.Name})
			}
			seen[x.ID] = true
		}
		return err
	})
	return os, err
}

func firstErr(errs ...error) error {
	for _, e := range errs {
		if e != nil {
			return e
		}
	}
	return nil
}

// changeUnit first shows what follows, then does it.
func (o *Office) changeUnit(w http.ResponseWriter, r *http.Request) error {
	ctx, act, v := r.Context(), r.PathValue("act"), r.PostForm
	u, err := o.unitOf(r)
	if err != nil {
		return err
	}
	for k := range v { // what a DateField sends becomes one value
		if k == "on-year" {
			v.Set("on", ui.JoinDate(v.Get, "on"))
		}
	}
	if act != "amend" && v.Get("sure") == "" {
		if err := o.unitReady(r, act); err != nil {
			return o.askUnit(w, r, u, v, err)
		}
		return o.confirmUnit(w, r, u, act)
	}
	if err := o.doUnit(ctx, act, u, v); err != nil {
		return o.askUnit(w, r, u, v, err)
	}
	return web.See(w, r, "/desk/agencies/"+id(u.ID)+"?done=unit_"+act)
}

// unitReady checks what the confirmation would otherwise show in vain.
func (o *Office) unitReady(r *http.Request, act string) error {
	on, ok := day(r.PostForm, "on")
	switch {
	case !ok || on.IsZero():
		return wrong("on", "date_wrong")
	case r.PostForm.Get("basis") == "":
		return wrong("basis", "basis_missing")
	case act == "merge" && r.PostForm.Get("into") == "":
		return wrong("into", "choose_unit")
	case act == "rename" && r.PostForm.Get("name") == "":
		return wrong("name", "name_missing")
	}
	return nil
}

func (o *Office) confirmUnit(w http.ResponseWriter, r *http.Request, u agency.Agency, act string) error {
	ctx, here := r.Context(), "/desk/agencies/"+id(u.ID)
	c := ui.Check{Action: web.URL(ctx, here+"/"+act), Send: say(ctx, "unit_"+act), Danger: act != "rename", Hidden: []ui.Pair{{Term: "sure", Text: "1"}}}
	back := url.Values{}
	c.Pairs = append(c.Pairs, ui.Pair{Term: say(ctx, "c_unit"), Text: u.Name})
	for _, k := range []string{"name", "short_name", "into", "to", "slug", "on", "basis"} {
		v := r.PostForm.Get(k)
		if v == "" {
			continue
		}
		c.Hidden = append(c.Hidden, ui.Pair{Term: k, Text: v})
		back.Set(k, v)
		shown := v
		if d, ok := day(r.PostForm, k); k == "on" && ok {
			shown = i18n.DateWeekday(ctx, d)
		}
		if k == "into" {
			if err := o.DB.Read(ctx, func(tx *db.Tx) error { n, _ := web.Int64(v); shown = newNames(tx).unit(n); return nil }); err != nil {
				return err
			}
		}
		c.Pairs = append(c.Pairs, ui.Pair{Term: fieldName(ctx, k), Text: shown})
	}
	f := o.frame(r, say(ctx, "unit_"+act), up(ctx, "nav_agencies", "/desk/agencies"), ui.Link{Text: u.Name, Href: web.URL(ctx, here)})
	f.Narrow, f.Lead = true, say(ctx, "confirm_lead")
	c.Back = web.URL(ctx, here+"/"+act+"?"+back.Encode())
	return o.desk(w, r, http.StatusOK, f, notice("waiting", say(ctx, "unit_follows_"+act)), ui.Confirm(c))
}

func (o *Office) doUnit(ctx context.Context, act string, u agency.Agency, v url.Values) error {
	who := account.From(ctx)
	on, _ := day(v, "on")
	basis, other := v.Get("basis"), int64(0)
	if s := v.Get("into") + v.Get("superior"); s != "" {
		n, err := web.Int64(s)
		if err != nil {
			return wrong("into", "choose_unit")
		}
		other = n
	}
	if other != 0 && other != u.Superior {
		if err := o.inRange(ctx, other); err != nil {
			return err
		}
	}
	switch act {
	case "amend":
		return o.Agencies.Amend(ctx, agency.Amendment{By: who.Person, Agency: u.ID, CreditCode: v.Get("credit_code"), Contact: contactOf(v), Superior: other, Basis: basis})
	case "rename":
		return o.Agencies.Rename(ctx, agency.Renaming{By: who.Person, Agency: u.ID, Name: v.Get("name"), ShortName: v.Get("short_name"), On: on, Basis: basis})
	case "merge":
		return o.Agencies.Merge(ctx, agency.Merger{By: who.Person, Agency: u.ID, Into: other, On: on, Basis: basis})
	case "move":
		to, err := agency.ParseCode(v.Get("to"))
		if err != nil || !who.May(Units, account.Target{Agency: u.ID, Division: int64(to)}) {
			return fault.Fields(fault.Field{Name: "to", Key: "agency.outside_scope"})
		}
		return o.Agencies.Move(ctx, agency.Relocation{By: who.Person, Agency: u.ID, To: to, Slug: v.Get("slug"), On: on, Basis: basis})
	case "abolish":
		return o.Agencies.Abolish(ctx, agency.Abolition{By: who.Person, Agency: u.ID, On: on, Basis: basis})
	}
	return fault.Say(fault.NotFound, "fault.not_found")
}

// inRange refuses another unit that lies outside the actor's range.
func (o *Office) inRange(ctx context.Context, unit int64) error {
	return o.DB.Read(ctx, func(tx *db.Tx) error {
		u, err := agency.Find(tx, unit)
		if err == nil && !account.From(ctx).May(Units, targetOf(u)) {
			err = fault.Say(fault.NotFound, "agency.unknown")
		}
		return err
	})
}

func (o *Office) foundForm(w http.ResponseWriter, r *http.Request) error {
	return o.askFound(w, r, url.Values{"division": {r.URL.Query().Get("in")}}, nil)
}

func (o *Office) askFound(w http.ResponseWriter, r *http.Request, vals url.Values, err error) error {
	ctx := r.Context()
	status, errs, top, ok := refusal(ctx, err)
	if !ok {
		return err
	}
	a := ask{ctx, vals, errs}
	col := func(k string) func(*ui.Input) { return label(i18n.T(ctx, "agency.col_"+k)) }
	var kinds []ui.Option
	for _, k := range agency.Kinds {
		kinds = append(kinds, ui.Option{Value: string(k), Text: i18n.T(ctx, k.Key())})
	}
	others, err := o.otherUnits(ctx, agency.Agency{}, "merge")
	if err != nil {
		return err
	}
	fields := []templ.Component{a.text("division", col("division"), short), a.choose("kind", kinds, col("kind")), a.text("name", col("name")), a.text("short_name", col("short_name"), optional),
		a.text("slug", col("slug"), short), a.choose("superior", append([]ui.Option{{Value: "0", Text: say(ctx, "none")}}, others...), col("superior"), optional)}
	for _, k := range contactFields {
		fields = append(fields, a.text(k, optional, col(k)))
	}
	fields = append(fields, a.date("founded_on", optional, col("founded_on")), a.text("basis"))
	f := o.frame(r, say(ctx, "found"), up(ctx, "nav_agencies", "/desk/agencies"))
	f.Narrow = true
	return o.desk(w, r, status, f, top, formView(form{Action: "/desk/agencies/found", Send: say(ctx, "found"), Back: "/desk/agencies", Fields: fields}))
}

func (o *Office) found(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), r.PostForm
	c, err := agency.ParseCode(v.Get("division"))
	on, ok := day(v, "founded_on")
	superior, _ := web.Int64(v.Get("superior"))
	switch {
	case err != nil:
		err = fault.Fields(fault.Field{Name: "division", Key: "agency.code_malformed"})
	case !account.From(ctx).May(Units, account.Target{Division: int64(c)}):
		err = fault.Fields(fault.Field{Name: "division", Key: "agency.outside_scope"})
	case !ok:
		err = wrong("founded_on", "date_wrong")
	case v.Get("basis") == "":
		err = wrong("basis", "basis_missing")
	case superior != 0:
		err = o.inRange(ctx, superior)
	}
	var a agency.Agency
	if err == nil {
		a, err = o.Agencies.Found(ctx, agency.Founding{By: person(r), Division: c, Kind: agency.Kind(v.Get("kind")), Slug: v.Get("slug"), Name: v.Get("name"), ShortName: v.Get("short_name"),
			CreditCode: v.Get("credit_code"), Contact: contactOf(v), Superior: superior, FoundedOn: on, Basis: v.Get("basis"), Demo: o.Front.Demo})
	}
	if err != nil {
		return o.askFound(w, r, v, err)
	}
	return web.See(w, r, "/desk/agencies/"+id(a.ID)+"?done=unit_found")
}
