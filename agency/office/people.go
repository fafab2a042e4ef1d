package office

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// peoplePage is how many persons a page lists.
const peoplePage = 50

// people lists those whose accounts the actor administers.
func (o *Office) people(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	f := account.PersonFilter{Name: strings.TrimSpace(q.Get("name")), Limit: peoplePage + 1}
	for _, x := range []struct {
		to   *int64
		name string
	}{{&f.Agency, "unit"}, {&f.After, "after"}} {
		if v := q.Get(x.name); v != "" {
			n, err := web.Int64(v)
			if err != nil {
				return err
			}
			*x.to = n
		}
	}
	ps, err := o.Accounts.Persons(ctx, f)
	if err != nil {
		return err
	}
	pager := ui.Pages{}
	if len(ps) > peoplePage {
		ps = ps[:peoplePage]
		next := url.Values{"name": {f.Name}, "unit": {q.Get("unit")}, "after": {id(ps[peoplePage-1].ID)}}
		pager.Older = web.URL(ctx, "/desk/people?"+next.Encode())
	}
	g := ui.Grid{Caption: say(ctx, "people_table"), Cards: true, Columns: columns(ctx, "name", "unit", "staff_no", "state"), Nothing: say(ctx, "people_none")}
	var os []ui.Option
	err = o.DB.Read(ctx, func(tx *db.Tx) error {
		us, err := unitsOf(tx, account.From(ctx).Scope(account.Managing), 300)
		n := newNames(tx)
		os = append([]ui.Option{{Text: say(ctx, "all_units")}}, unitOptions(n, us)...)
		for _, p := range ps {
			g.Rows = append(g.Rows, personRow(ctx, n, p))
		}
		return err
	})
	if err != nil {
		return err
	}
	a := ask{ctx, q, nil}
	fr := o.frame(r, say(ctx, "nav_people"))
	fr.Lead = say(ctx, "people_lead")
	return o.desk(w, r, http.StatusOK, fr,
		buttons(ui.Action{Text: say(ctx, "enrol"), Href: web.URL(ctx, "/desk/people/new")}, ui.Action{Text: say(ctx, "onboard"), Kind: "secondary", Href: web.URL(ctx, "/desk/people/import")}),
		filterForm(ui.Filter{Action: web.URL(ctx, "/desk/people"), Reset: resetOf(ctx, r)}, a.text("name", free), a.choose("unit", os, free)),
		ui.Table(g), ui.Pager(pager))
}

func personRow(ctx context.Context, n *names, p account.Person) []ui.Cell {
	state := ui.Cell{Tag: ui.TagPublished, Text: say(ctx, "person_active")}
	if p.State != account.PersonActive {
		state = ui.Cell{Tag: ui.TagWithdrawn, Text: say(ctx, "person_left")}
	}
	return []ui.Cell{{Text: p.Name, Href: web.URL(ctx, "/desk/people/"+id(p.ID))}, {Text: n.unit(p.Home.Agency)}, {Text: p.StaffNo}, state}
}

func resetOf(ctx context.Context, r *http.Request) string {
	if r.URL.RawQuery == "" {
		return ""
	}
	return web.URL(ctx, r.URL.Path)
}

// unitsOf are the active agencies within ranges.
func unitsOf(tx *db.Tx, ranges []account.Range, limit int) (out []agency.Agency, err error) {
	seen := map[int64]bool{}
	for _, r := range ranges {
		us := []agency.Agency(nil)
		if r.Agency != 0 {
			u, err := agency.Find(tx, r.Agency)
			if err != nil {
				return nil, err
			}
			us = append(us, u)
		} else if us, err = agency.List(tx, agency.Filter{Within: within(r), Limit: limit}); err != nil {
			return nil, err
		}
		for _, u := range us {
			if !seen[u.ID] && len(out) < limit && r.Contains(targetOf(u)) {
				out = append(out, u)
			}
			seen[u.ID] = true
		}
	}
	return out, nil
}

func targetOf(u agency.Agency) account.Target {
	return account.Target{Agency: u.ID, Division: int64(u.Division)}
}

func unitOptions(n *names, us []agency.Agency) (os []ui.Option) {
	for _, u := range us {
		n.units[u.ID] = u.Name
		os = append(os, ui.Option{Value: id(u.ID), Text: u.Name})
	}
	return os
}

// enrolForm asks for one new colleague.
func (o *Office) enrolForm(w http.ResponseWriter, r *http.Request) error {
	return o.askEnrol(w, r, nil, nil)
}

func (o *Office) askEnrol(w http.ResponseWriter, r *http.Request, vals url.Values, err error) error {
	ctx := r.Context()
	err = renamed(err)
	status, errs, top, ok := refusal(ctx, err)
	if !ok {
		return err
	}
	var os []ui.Option
	if err := o.DB.Read(ctx, func(tx *db.Tx) error {
		us, err := unitsOf(tx, account.From(ctx).Scope(account.Managing), 500)
		os = unitOptions(newNames(tx), us)
		return err
	}); err != nil {
		return err
	}
	a := ask{ctx, vals, errs}
	f := o.frame(r, say(ctx, "enrol"), up(ctx, "nav_people", "/desk/people"))
	f.Narrow, f.Lead = true, say(ctx, "enrol_lead")
	return o.desk(w, r, status, f, top, formView(form{Action: "/desk/people/new", Send: say(ctx, "enrol_do"), Back: "/desk/people", Fields: []templ.Component{
		a.choose("home", os), a.text("name"), a.text("name_en", optional), a.text("login"), a.text("staff_no", optional), a.text("resident_number", optional)}}))
}

// renamed takes the row number from the fields of an enrolment of one.
func renamed(err error) error {
	fs := fault.FieldsOf(err)
	if len(fs) == 0 {
		return err
	}
	for i := range fs {
		fs[i].Name = strings.TrimPrefix(fs[i].Name, "1.")
	}
	return fault.Fields(fs...)
}

// enrol adds one colleague, makes him a member of the unit and answers with his
// slip, which is shown this once.
func (o *Office) enrol(w http.ResponseWriter, r *http.Request) error {
	ctx, f := r.Context(), r.PostForm
	unit, err := web.Int64(f.Get("home"))
	if err != nil {
		return o.askEnrol(w, r, f, wrong("home", "choose_unit"))
	}
	var slip account.Slip
	err = o.DB.Write(ctx, func(tx *db.Tx) error {
		u, err := agency.Find(tx, unit)
		if err != nil {
			return err
		}
		if slip, err = o.Accounts.Enrol(tx, account.NewMember{Name: f.Get("name"), NameEn: f.Get("name_en"), StaffNo: strings.TrimSpace(f.Get("staff_no")),
			ResidentNumber: f.Get("resident_number"), Login: strings.TrimSpace(f.Get("login")), Home: targetOf(u)}); err != nil {
			return err
		}
		if is, err := agency.IsMember(tx, u.ID, slip.Person); err != nil || is {
			return err
		}
		_, err = o.Agencies.JoinIn(tx, person(r), agency.Member{Agency: u.ID, Person: slip.Person})
		return err
	})
	if err != nil {
		return o.askEnrol(w, r, f, err)
	}
	return o.showSlips(w, r, []account.Slip{slip}, "/desk/people/"+id(slip.Person))
}

// showSlips answers with slips to print and cut apart. They are in this answer
// only; nothing keeps a code.
func (o *Office) showSlips(w http.ResponseWriter, r *http.Request, slips []account.Slip, next string) error {
	ctx := r.Context()
	address := o.Front.Domain
	if address == "" {
		address = r.Host
	}
	f := o.frame(r, say(ctx, "slips", len(slips)), up(ctx, "nav_people", "/desk/people"))
	return o.desk(w, r, http.StatusOK, f, noPrint(notice("waiting", say(ctx, "slips_once"), say(ctx, "slips_how"))), printButton(),
		slipsView(slips, address+web.URL(ctx, "/activate")), buttons(ui.Action{Text: say(ctx, "slips_done"), Kind: "secondary", Href: web.URL(ctx, next)}))
}
