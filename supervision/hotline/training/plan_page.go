package training

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

const planPath = root + "/plan"

// planPage is what a unit means to train in a year, and what became of it.
type planPage struct {
	Errors ui.Errors
	Facts  []ui.Pair
	Years  []ui.Link
	Grid   ui.Grid
	Action string
	Add    []ui.Input
	Ends   []end
}

func (s *Trainings) plan(w http.ResponseWriter, r *http.Request) error {
	return s.showPlan(w, r, http.StatusOK, nil)
}

func (s *Trainings) showPlan(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx := r.Context()
	p := planPage{Errors: bad, Action: href(ctx, planPath)}
	year := 0
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		u, _, err := unit(tx)
		if err != nil {
			return err
		}
		today := clock.DateOf(tx.Now)
		year = today.Year()
		if y, err := strconv.Atoi(r.FormValue("year")); err == nil && y >= 2000 && y <= year+2 {
			year = y
		}
		for y := today.Year() - 1; y <= today.Year()+1; y++ {
			p.Years = append(p.Years, ui.Link{Text: strconv.Itoa(y), Href: href(ctx, planPath+"?year="+strconv.Itoa(y)), Current: y == year})
		}
		all, err := agents(tx, u)
		if err != nil {
			return err
		}
		there, err := attended(tx, u.ID, year, all)
		if err != nil {
			return err
		}
		found, err := plannedOf(tx, u.ID, year)
		if err != nil {
			return err
		}
		p.fill(ctx, found, today)
		p.Facts = append(p.Facts, ui.Pair{Term: word(ctx, "unit"), Text: u.Name}, ui.Pair{Term: word(ctx, "coverage"), Text: word(ctx, "coverage_of", there, len(all))})
		p.ask(r, year, found, bad)
		return nil
	})
	if err != nil {
		return err
	}
	f := s.frame(r, word(ctx, "plan_of", strconv.Itoa(year)), ui.Link{Text: word(ctx, "plan")})
	f.Lead = word(ctx, "plan_lead")
	return web.Render(w, r, status, planView(f, p))
}

// fill shows the sessions of the plan and how many were held.
func (p *planPage) fill(ctx context.Context, found []Planned, today clock.Date) {
	p.Grid = ui.Grid{Caption: word(ctx, "plan"), Cards: true, Nothing: word(ctx, "plan_none"), Columns: []ui.Column{{Title: word(ctx, "subject")}, {Title: word(ctx, "month")}, {Title: word(ctx, "minutes"), Number: true}, {Title: word(ctx, "note")}, {Title: word(ctx, "state")}}}
	held, dropped := 0, 0
	for i := range found {
		x := &found[i]
		state := ui.Cell{Text: word(ctx, "is_planned"), Tag: ui.TagWaiting}
		switch {
		case x.Session != 0:
			held++
			state = ui.Cell{Text: word(ctx, "is_held", i18n.Date(ctx, x.Held)), Tag: ui.TagPublished}
		case !x.Dropped.IsZero():
			dropped++
			state = ui.Cell{Text: word(ctx, "is_dropped", x.Why), Tag: ui.TagWithdrawn}
		case x.late(today):
			state = ui.Cell{Text: word(ctx, "is_late"), Tag: ui.TagDanger}
		}
		p.Grid.Rows = append(p.Grid.Rows, append(ui.Text(x.Subject, word(ctx, "month_no", x.Month), strconv.Itoa(x.Minutes), x.Note), state))
	}
	p.Facts = append(p.Facts, ui.Pair{Term: word(ctx, "progress"), Text: word(ctx, "progress_of", len(found)-dropped, held)})
}

func (p *planPage) ask(r *http.Request, year int, found []Planned, bad ui.Errors) {
	ctx := r.Context()
	adds := strings.HasSuffix(r.URL.Path, "/plan")
	for _, name := range []string{"year", "month", "subject", "minutes", "note"} {
		in := ui.Input{Name: name, Label: word(ctx, "f_plan_"+name), Short: name != "subject" && name != "note", Optional: name == "note"}
		if name == "year" {
			in.Value = strconv.Itoa(year)
		}
		if adds && r.Method == http.MethodPost {
			in.Value, in.Error = r.PostFormValue(name), bad.Of(ctx, name)
		}
		p.Add = append(p.Add, in)
	}
	for _, x := range found {
		if x.Session != 0 || !x.Dropped.IsZero() {
			continue
		}
		id := strconv.FormatInt(x.ID, 10)
		why := ui.Input{Name: "why", Of: id, Label: word(ctx, "f_why"), MaxLen: maxReason}
		if strings.HasSuffix(r.URL.Path, "/plan/"+id+"/drop") {
			why.Of, why.Value, why.Error = "", r.PostFormValue("why"), bad.Of(ctx, "why")
		}
		p.Ends = append(p.Ends, end{word(ctx, "drop_of", x.Subject), p.Action + "/" + id + "/drop", why})
	}
}

// doPlan takes a step with the plan and shows its year again.
func (s *Trainings) doPlan(step func(r *http.Request) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := step(r)
		if bad := ui.ErrorsOf(err); len(bad) > 0 {
			return s.showPlan(w, r, http.StatusUnprocessableEntity, bad)
		}
		if err != nil {
			return err
		}
		to := planPath
		if y := number(r, "year"); y > 0 {
			to += "?year=" + strconv.Itoa(y)
		}
		return web.See(w, r, to)
	}
}

func (s *Trainings) addPlanned(r *http.Request) error {
	return s.Plan(r.Context(), Planned{Year: number(r, "year"), Month: number(r, "month"), Subject: r.PostFormValue("subject"), Minutes: number(r, "minutes"), Note: r.PostFormValue("note")})
}

func (s *Trainings) dropOne(r *http.Request) error {
	id, err := web.PathID(r, "planned")
	if err != nil {
		return err
	}
	return s.Drop(r.Context(), id, r.PostFormValue("why"))
}

func (s *Trainings) require(r *http.Request) error {
	switch r.PostFormValue("required") {
	case "yes":
		return s.Require(r.Context(), true)
	case "no":
		return s.Require(r.Context(), false)
	}
	return fault.Fields(fault.Field{Name: "required", Key: "training.need_required"})
}
