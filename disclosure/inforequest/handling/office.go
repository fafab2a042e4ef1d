package handling

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"yangguang/agency"
	"yangguang/disclosure/inforequest"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

func (d *Desk) showOffice(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx := r.Context()
	p := officePage{Errors: bad, Action: web.URL(ctx, root+"/office")}
	var o inforequest.Office
	err := d.Requests.DB.Read(ctx, func(tx *db.Tx) error {
		u, in, err := d.unitOf(tx, r)
		if err != nil {
			return err
		}
		p.Units = in
		o, err = inforequest.OfficeOf(tx, u)
		return err
	})
	if err != nil {
		return err
	}
	p.Own = o.Own
	p.Fields = filled(r, []field{preset(of("text", "mark"), o.Mark), preset(of("text", "review_body"), o.ReviewBody), preset(of("text", "review_online"), o.ReviewOnline), preset(of("text", "court"), o.Court),
		preset(of("text", "reply_to"), o.ReplyTo), preset(of("text", "pay_how"), o.PayHow)}, bad)
	f := d.frame(r, t(ctx, "office"), ui.Link{Text: t(ctx, "office")})
	f.Lead, f.Narrow = t(ctx, "office_lead"), true
	return web.Render(w, r, status, officeView(f, p))
}

func (d *Desk) setOffice(w http.ResponseWriter, r *http.Request) error {
	in := input{r}
	err := d.Requests.SetOffice(r.Context(), in.id("agency"), inforequest.Office{Mark: in.text("mark"), ReviewBody: in.text("review_body"), ReviewOnline: in.text("review_online"),
		Court: in.text("court"), ReplyTo: in.text("reply_to"), PayHow: in.text("pay_how")})
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return d.showOffice(w, r, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, root+"/office?agency="+in.text("agency"))
}

// unitOf is the agency an office's page is about, of those the person acting
// decides for, and the question that changes it.
func (d *Desk) unitOf(tx *db.Tx, r *http.Request) (u agency.Agency, in ui.Input, err error) {
	ctx := r.Context()
	us, err := units(tx, account.From(ctx), inforequest.Deciding)
	if err != nil {
		return u, in, err
	}
	us = slices.DeleteFunc(us, func(u agency.Agency) bool { return !d.Requests.Takes(u) })
	if len(us) == 0 {
		return u, in, fault.Say(fault.NotFound, "fault.not_found")
	}
	u = us[0]
	for _, x := range us {
		id := strconv.FormatInt(x.ID, 10)
		if id == r.FormValue("agency") {
			u = x
		}
		in.Options = append(in.Options, ui.Option{Value: id, Text: x.Name})
	}
	in.Name, in.Label, in.Value = "agency", t(ctx, "unit"), strconv.FormatInt(u.ID, 10)
	return u, in, nil
}

// statisticsPage is how much there is and how it went.
type statisticsPage struct {
	Filter   ui.Filter
	Unit     ui.Input
	Year     ui.Input
	Figures  []ui.Figure
	Load     ui.Grid
	Outcomes ui.Share
	Table    ui.Grid
	Defs     []ui.Pair
}

func (d *Desk) statistics(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	loads, err := d.Requests.Loads(ctx)
	if err != nil {
		return err
	}
	p := statisticsPage{Filter: ui.Filter{Action: web.URL(ctx, root+"/statistics")}}
	if p.Load, err = d.loadGrid(ctx, loads, &p.Unit); err != nil {
		return err
	}
	year := d.today().Year()
	if n, err := strconv.Atoi(r.URL.Query().Get("year")); err == nil && n > 2000 && n <= year {
		year = n
	}
	p.Unit.Name, p.Unit.Label, p.Unit.Free = "unit", t(ctx, "unit"), true
	p.Year = ui.Input{Name: "year", Label: t(ctx, "year"), Value: strconv.Itoa(year), Free: true}
	for y := d.today().Year(); y > d.today().Year()-5; y-- {
		p.Year.Options = append(p.Year.Options, ui.Option{Value: strconv.Itoa(y), Text: strconv.Itoa(y)})
	}
	if v := r.URL.Query().Get("unit"); v != "" {
		p.Unit.Value = v
	} else if len(p.Unit.Options) > 0 {
		p.Unit.Value = p.Unit.Options[0].Value
	}
	if unit, err := strconv.ParseInt(p.Unit.Value, 10, 64); err == nil {
		y, _, err := d.Requests.YearOf(ctx, unit, year)
		if err != nil {
			return err
		}
		d.year(ctx, &p, y)
	}
	f := d.frame(r, t(ctx, "statistics"), ui.Link{Text: t(ctx, "statistics")})
	f.Lead = t(ctx, "statistics_lead")
	return web.Render(w, r, http.StatusOK, statisticsView(f, p))
}

// loadGrid is the work of each handler, by agency.
func (d *Desk) loadGrid(ctx context.Context, loads []inforequest.Load, unit *ui.Input) (g ui.Grid, err error) {
	g = ui.Grid{Caption: t(ctx, "workload"), Cards: true, Nothing: t(ctx, "workload_none"), Columns: []ui.Column{{Title: t(ctx, "handler")}, {Title: t(ctx, "unit")}, {Title: t(ctx, "load_open"), Number: true}, {Title: t(ctx, "load_soon"), Number: true}, {Title: t(ctx, "load_late"), Number: true}}}
	err = d.Requests.DB.Read(ctx, func(tx *db.Tx) error {
		var people []int64
		for _, l := range loads {
			if l.Handler != 0 {
				people = append(people, l.Handler)
			}
		}
		names, err := account.Names(tx, people)
		if err != nil {
			return err
		}
		a := account.From(ctx)
		seen := map[int64]string{}
		for _, verb := range inforequest.Verbs() {
			us, err := units(tx, a, verb)
			if err != nil {
				return err
			}
			for _, u := range us {
				if seen[u.ID] == "" && d.Requests.Takes(u) {
					seen[u.ID] = u.Name
					unit.Options = append(unit.Options, ui.Option{Value: strconv.FormatInt(u.ID, 10), Text: u.Name})
				}
			}
		}
		for _, l := range loads {
			name := names[l.Handler]
			if name == "" {
				name = t(ctx, "unassigned")
			}
			if seen[l.Agency] == "" {
				u, err := agency.Find(tx, l.Agency)
				if err != nil {
					return err
				}
				seen[l.Agency] = u.Name
			}
			g.Rows = append(g.Rows, ui.Text(name, seen[l.Agency], strconv.Itoa(l.Open), strconv.Itoa(l.Soon), strconv.Itoa(l.Late)))
		}
		return nil
	})
	return g, err
}

// year fills the figures of a year, each with its definition.
func (d *Desk) year(ctx context.Context, p *statisticsPage, y inforequest.Year) {
	sum := func(m map[string]int) (n int) {
		for _, x := range m {
			n += x
		}
		return n
	}
	median := "—"
	if n := len(y.Days); n > 0 {
		median = strconv.Itoa(y.Days[n/2])
	}
	p.Figures = []ui.Figure{{Label: t(ctx, "fig_new"), Value: strconv.Itoa(sum(y.Tally.New))}, {Label: t(ctx, "fig_decided"), Value: strconv.Itoa(y.Decided)},
		{Label: t(ctx, "fig_in_time"), Value: i18n.Percent(ctx, int64(y.InTime), int64(y.Decided))}, {Label: t(ctx, "fig_median"), Value: median}, {Label: t(ctx, "fig_forward"), Value: strconv.Itoa(sum(y.Tally.Forward))}}
	p.Defs = []ui.Pair{{Term: t(ctx, "fig_new"), Text: t(ctx, "def_new")}, {Term: t(ctx, "fig_in_time"), Text: t(ctx, "def_in_time")}, {Term: t(ctx, "fig_median"), Text: t(ctx, "def_median")}, {Term: t(ctx, "fig_forward"), Text: t(ctx, "def_forward")}}
	q := &d.Requests.Norm.Requests
	p.Table = ui.Grid{Caption: t(ctx, "outcomes_each"), Cards: true, Columns: []ui.Column{{Title: t(ctx, "decision")}, {Title: t(ctx, "count"), Number: true}}}
	colours := map[string]string{"granted": "good", "partial": "main", "refused": "bad", "unavailable": "late", "not_processed": "none", "closed": "rest"}
	for _, g := range q.Groups {
		part := ui.Part{Label: g.Title.In(ctx), Kind: colours[g.ID]}
		for _, x := range q.Decisions {
			if n := sum(y.Tally.Ended[x.ID]); x.Group == g.ID && n > 0 {
				part.N += int64(n)
				p.Table.Rows = append(p.Table.Rows, ui.Text(x.Title.In(ctx), strconv.Itoa(n)))
			}
		}
		p.Outcomes.Parts = append(p.Outcomes.Parts, part)
	}
	p.Outcomes.Title, p.Outcomes.Unit = t(ctx, "outcomes"), t(ctx, "requests_unit")
}
