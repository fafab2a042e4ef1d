package casedesk

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
)

// loadPage is how much each handler and unit has before it.
type loadPage struct {
	Errors ui.Errors
	Share  ui.Share
	Grid   ui.Grid
	Action string
	From   ui.Input
	To     ui.Input
}

func (d *Desk) load(w http.ResponseWriter, r *http.Request) error {
	return d.showLoad(w, r, http.StatusOK, nil)
}

func (d *Desk) showLoad(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx := r.Context()
	if !holdsAny(ctx, casework.Accepting, casework.Reviewing, casework.Overseeing) {
		return fault.Say(fault.Forbidden, "fault.forbidden")
	}
	loads, err := d.Cases.Loads(ctx)
	if err != nil {
		return err
	}
	p := loadPage{Errors: bad, Action: web.URL(ctx, root+"/load")}
	if err := d.loadGrid(ctx, &p, loads); err != nil {
		return err
	}
	p.From.Error, p.To.Error = bad.Of(ctx, "from"), bad.Of(ctx, "to")
	if r.Method == http.MethodPost {
		p.From.Value, p.To.Value = r.PostFormValue("from"), r.PostFormValue("to")
	}
	f := d.frame(r, t(ctx, "load"), ui.Link{Text: t(ctx, "load")})
	f.Lead = t(ctx, "load_lead")
	return web.Render(w, r, status, loadView(f, p))
}

// loadGrid is the table, a row for each handler of each unit, with its bar.
func (d *Desk) loadGrid(ctx context.Context, p *loadPage, loads []casework.Load) error {
	p.Grid = ui.Grid{Caption: t(ctx, "load"), Cards: true, Nothing: t(ctx, "load_none"),
		Columns: []ui.Column{{Title: t(ctx, "handler")}, {Title: t(ctx, "unit")}, {Title: t(ctx, "load_bar")}, {Title: t(ctx, "load_open"), Number: true}, {Title: t(ctx, "load_week"), Number: true}, {Title: t(ctx, "load_late"), Number: true}, {Title: t(ctx, "load_oldest")}}}
	p.From = ui.Input{Name: "from", Label: t(ctx, "f_from"), Free: true, Options: []ui.Option{{Text: t(ctx, "choose")}}}
	p.To = ui.Input{Name: "to", Label: t(ctx, "f_to"), Help: t(ctx, "f_to_help"), Free: true, Options: []ui.Option{{Text: t(ctx, "choose")}}}
	most, open, week, late := 1, 0, 0, 0
	var people []int64
	for _, l := range loads {
		most = max(most, l.Open)
		open, week, late = open+l.Open, week+l.Week, late+l.Late
		if l.Handler != 0 {
			people = append(people, l.Handler)
		}
	}
	p.Share = ui.Share{Title: t(ctx, "load_all"), Unit: t(ctx, "matters_unit"), Parts: []ui.Part{{Label: t(ctx, "load_late"), N: int64(late), Kind: "bad"}, {Label: t(ctx, "load_week"), N: int64(week), Kind: "late"},
		{Label: t(ctx, "load_later"), N: int64(open - week - late), Kind: "good"}}}
	return d.Cases.DB.Read(ctx, func(tx *db.Tx) error {
		names, err := account.Names(tx, people)
		if err != nil {
			return err
		}
		units := map[int64]agency.Agency{}
		for _, l := range loads {
			if _, ok := units[l.Unit]; !ok {
				if units[l.Unit], err = agency.Find(tx, l.Unit); err != nil {
					return err
				}
			}
			u := units[l.Unit]
			name, href := names[l.Handler], web.URL(ctx, root)+"?view=all&unit="+num(l.Unit)+"&handler="+num(l.Handler)
			if l.Handler == 0 {
				name, href = t(ctx, "unassigned"), web.URL(ctx, root)+"?view=all&unit="+num(l.Unit)
			} else {
				p.From.Options = append(p.From.Options, ui.Option{Value: num(l.Unit) + "-" + num(l.Handler), Text: t(ctx, "at", name, u.Name)})
			}
			p.Grid.Rows = append(p.Grid.Rows, []ui.Cell{{Text: name, Href: href}, {Text: u.Name}, {Of: loadBar(l.Open, l.Week, l.Late, most)}, {Text: strconv.Itoa(l.Open)}, {Text: strconv.Itoa(l.Week)}, lateCell(l.Late),
				{Text: i18n.Date(ctx, clock.DateOf(l.Oldest))}})
		}
		return d.takers(ctx, tx, p, units)
	})
}

func lateCell(n int) ui.Cell {
	if n == 0 {
		return ui.Cell{Text: "0"}
	}
	return ui.Cell{Text: strconv.Itoa(n), Tag: ui.TagDanger}
}

// takers are who may be given the matters of another.
func (d *Desk) takers(ctx context.Context, tx *db.Tx, p *loadPage, units map[int64]agency.Agency) error {
	ids := make([]int64, 0, len(units))
	for id := range units {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids[:min(len(ids), 20)] {
		u := units[id]
		ps, err := account.Holders(tx, casework.Handling, account.Target{Agency: u.ID, Division: int64(u.Division)}, 50)
		if err != nil {
			return err
		}
		for _, x := range ps {
			p.To.Options = append(p.To.Options, ui.Option{Value: num(u.ID) + "-" + num(x.ID), Text: t(ctx, "at", x.Name, u.Name)})
		}
	}
	return nil
}

// reassign gives what one handler has in hand at a unit to another.
func (d *Desk) reassign(w http.ResponseWriter, r *http.Request) error {
	ctx, in := r.Context(), input{r}
	unit, from, ok := unitAndPerson(in.text("from"))
	there, to, ok2 := unitAndPerson(in.text("to"))
	var bad ui.Errors
	if !ok {
		bad = append(bad, fault.Field{Name: "from", Key: "casedesk.need_from"})
	}
	if !ok2 || ok && (unit != there || from == to) {
		bad = append(bad, fault.Field{Name: "to", Key: "casedesk.need_to"})
	}
	if len(bad) > 0 {
		return d.showLoad(w, r, http.StatusUnprocessableEntity, bad)
	}
	ms, err := d.Cases.List(ctx, casework.Filter{View: casework.All, Agency: unit, Handler: from, States: []string{casework.InHand}, Limit: most})
	if err != nil {
		return err
	}
	var refs []ref
	for _, m := range ms {
		refs = append(refs, ref{m.Province, m.ID})
	}
	return d.each(w, r, t(ctx, "bulk_assign"), refs, func(x ref) error { return d.Cases.Assign(ctx, x.Province, x.ID, to, "") }, root+"/load")
}

func unitAndPerson(s string) (unit, person int64, ok bool) {
	u, p, _ := strings.Cut(s, "-")
	unit, err1 := strconv.ParseInt(u, 10, 64)
	person, err2 := strconv.ParseInt(p, 10, 64)
	return unit, person, err1 == nil && err2 == nil
}
