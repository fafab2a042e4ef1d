package training

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/hotline"
)

const root = "/desk/hotline/training"

// Join adds the page to the staff navigation.
func (s *Trainings) Join(f *front.Front) {
	f.DeskNav(front.Hotline, "training.nav", root, Managing, hotline.Answering)
}

// Routes are the room's pages.
func (s *Trainings) Routes() []web.Route {
	manage := web.May(Managing)
	return []web.Route{
		{Pattern: "GET " + root, Access: web.SignedIn, Handler: s.home},
		{Pattern: "GET " + root + "/mine", Access: web.SignedIn, Handler: s.mine},
		{Pattern: "GET " + root + "/results.xlsx", Access: manage, Handler: s.export},
		{Pattern: "POST " + root + "/results.xlsx", Access: manage, Handler: s.doImport, Upload: maxSheet + 1<<20},
		{Pattern: "GET " + planPath, Access: manage, Handler: s.plan},
		{Pattern: "POST " + planPath, Access: manage, Handler: s.doPlan(s.addPlanned)},
		{Pattern: "POST " + planPath + "/{planned}/drop", Access: manage, Handler: s.doPlan(s.dropOne)},
		{Pattern: "POST " + root + "/rule", Access: manage, Handler: s.do(s.require)},
		{Pattern: "POST " + root + "/sessions", Access: manage, Handler: s.do(s.hold)},
		{Pattern: "POST " + root + "/results", Access: manage, Handler: s.do(s.examine)},
		{Pattern: "POST " + root + "/qualifications", Access: manage, Handler: s.do(s.qualify)},
		{Pattern: "POST " + root + "/qualifications/{qualification}/withdraw", Access: manage, Handler: s.do(s.withdraw)},
	}
}

func word(ctx context.Context, key string, args ...any) string {
	return i18n.T(ctx, "training."+key, args...)
}

func href(ctx context.Context, path string) string { return web.URL(ctx, path) }

func (s *Trainings) frame(r *http.Request, title string, more ...ui.Link) ui.Frame {
	return s.Front.Desk(r, title, s.Front.Way(r, front.Hotline, "training.nav", root, more...)...)
}

// homePage is a unit's training.
type homePage struct {
	Errors   ui.Errors
	Problems []string
	Root     string
	Held     ui.Grid
	Sessions ui.Grid
	Results  ui.Grid
	Session  []ui.Input
	Persons  ui.Input
	Result   []ui.Input
	Give     []ui.Input
	Planned  ui.Input
	Rule     ui.Input
	Who      [2]ui.Input // of a result, of a qualification
	Ends     []end
	File     ui.Input
}

// end is the form that withdraws a qualification.
type end struct {
	Words, Action string
	Why           ui.Input
}

func (e end) wrong() bool { return e.Why.Error != "" }

// minePage is one person's record.
type minePage struct{ Held, Sessions, Results ui.Grid }

func (s *Trainings) home(w http.ResponseWriter, r *http.Request) error {
	a := account.From(r.Context())
	if !a.May(Managing, a.Behalf()) {
		return s.mine(w, r)
	}
	return s.show(w, r, http.StatusOK, nil, nil)
}

func (s *Trainings) mine(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	me := account.From(ctx).Person
	var p minePage
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		q, err := qualificationsOf(tx, me)
		if err != nil {
			return err
		}
		sessions, err := sessionsOf(tx, me)
		if err != nil {
			return err
		}
		results, err := resultsOf(tx, me, 200)
		p = minePage{heldGrid(tx, q, nil), sessionGrid(ctx, sessions), resultGrid(ctx, results, nil)}
		return err
	})
	if err != nil {
		return err
	}
	f := s.frame(r, word(ctx, "mine"), ui.Link{Text: word(ctx, "mine")})
	f.Lead = word(ctx, "mine_lead")
	return web.Render(w, r, http.StatusOK, mineView(f, p))
}

// heldGrid shows qualifications, with whose they are when names are given.
func heldGrid(tx *db.Tx, found []Qualification, names map[int64]string) ui.Grid {
	ctx := tx.Ctx
	g := ui.Grid{Caption: word(ctx, "held"), Cards: true, Nothing: word(ctx, "held_none"), Columns: []ui.Column{{Title: word(ctx, "from")}, {Title: word(ctx, "to")}, {Title: word(ctx, "review")}, {Title: word(ctx, "state")}}}
	if names != nil {
		g.Columns = append([]ui.Column{{Title: word(ctx, "person")}}, g.Columns...)
	}
	today := clock.DateOf(tx.Now)
	for i := range found {
		x := &found[i]
		kind, words := x.state(ctx, today)
		row := append(ui.Text(i18n.Date(ctx, x.From), i18n.Date(ctx, x.To), i18n.Date(ctx, x.Review)), ui.Cell{Text: words, Tag: kind})
		if names != nil {
			row = append(ui.Text(names[x.Person]), row...)
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

func (x *Qualification) state(ctx context.Context, today clock.Date) (ui.TagKind, string) {
	switch {
	case !x.Withdrawn.IsZero():
		return ui.TagWithdrawn, word(ctx, "is_withdrawn", x.Why)
	case x.To.Before(today):
		return ui.TagDanger, word(ctx, "is_over")
	case today.Before(x.From):
		return ui.TagReview, word(ctx, "is_to_come")
	case x.To.Sub(today) <= soon:
		return ui.TagReview, word(ctx, "is_soon")
	}
	return ui.TagPublished, word(ctx, "is_valid")
}

func sessionGrid(ctx context.Context, found []Session) ui.Grid {
	g := ui.Grid{Caption: word(ctx, "sessions"), Cards: true, Nothing: word(ctx, "sessions_none"), Columns: []ui.Column{{Title: word(ctx, "subject")}, {Title: word(ctx, "day")}, {Title: word(ctx, "minutes"), Number: true}, {Title: word(ctx, "material")}}}
	for _, x := range found {
		link := ui.Cell{}
		if x.Material != "" {
			link = ui.Cell{Text: word(ctx, "open"), Href: x.Material}
		}
		g.Rows = append(g.Rows, append(ui.Text(x.Subject, i18n.Date(ctx, x.Day), strconv.Itoa(x.Minutes)), link))
	}
	return g
}

func resultGrid(ctx context.Context, found []Result, names map[int64]string) ui.Grid {
	g := ui.Grid{Caption: word(ctx, "results"), Cards: true, Nothing: word(ctx, "results_none"), Columns: []ui.Column{{Title: word(ctx, "subject")}, {Title: word(ctx, "day")}, {Title: word(ctx, "score"), Number: true}, {Title: word(ctx, "pass"), Number: true}, {Title: word(ctx, "state")}}}
	if names != nil {
		g.Columns = append([]ui.Column{{Title: word(ctx, "person")}}, g.Columns...)
	}
	for _, x := range found {
		last := ui.Cell{Text: word(ctx, "failed"), Tag: ui.TagDanger}
		if x.Passed() {
			last = ui.Cell{Text: word(ctx, "passed"), Tag: ui.TagPublished}
		}
		row := append(ui.Text(x.Subject, i18n.Date(ctx, x.Day), strconv.Itoa(x.Score), strconv.Itoa(x.Pass)), last)
		if names != nil {
			row = append(ui.Text(names[x.Person]), row...)
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

func (s *Trainings) show(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors, problems []Problem) error {
	ctx := r.Context()
	p := homePage{Errors: bad, Root: href(ctx, root)}
	for _, x := range problems {
		p.Problems = append(p.Problems, word(ctx, "row", x.Row, i18n.T(ctx, x.Key, maxSubject)))
	}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		u, _, err := unit(tx)
		if err != nil {
			return err
		}
		all, err := agents(tx, u)
		if err != nil {
			return err
		}
		held, err := qualificationsAt(tx, u.ID)
		if err != nil {
			return err
		}
		results, err := resultsAt(tx, u.ID)
		if err != nil {
			return err
		}
		var persons []int64
		for _, x := range held {
			persons = append(persons, x.Person)
		}
		for _, x := range results {
			persons = append(persons, x.Person)
		}
		names, err := account.Names(tx, persons)
		if err != nil {
			return err
		}
		sessions, err := sessionsAt(tx, u.ID)
		if err != nil {
			return err
		}
		must, err := required(tx, u.ID)
		if err != nil {
			return err
		}
		p.Rule = ui.Input{Name: "required", Label: word(ctx, "f_required"), Help: word(ctx, "required_help"), Value: map[bool]string{true: "yes", false: "no"}[must], Error: bad.Of(ctx, "required"),
			Options: []ui.Option{{Value: "yes", Text: word(ctx, "required_yes")}, {Value: "no", Text: word(ctx, "required_no")}}}
		p.Planned = ui.Input{Name: "planned", Of: "sessions", Label: word(ctx, "f_planned"), Value: r.PostFormValue("planned"), Optional: true, Options: []ui.Option{{Text: word(ctx, "unplanned")}}}
		planned, err := plannedOf(tx, u.ID, clock.DateOf(tx.Now).Year())
		if err != nil {
			return err
		}
		for _, x := range planned {
			if x.Session == 0 && x.Dropped.IsZero() {
				p.Planned.Options = append(p.Planned.Options, ui.Option{Value: strconv.FormatInt(x.ID, 10), Text: word(ctx, "month_no", x.Month) + " " + x.Subject})
			}
		}
		if bad.Of(ctx, "planned") != "" {
			p.Planned.Of, p.Planned.Error = "", bad.Of(ctx, "planned")
		}
		p.Held, p.Sessions, p.Results = heldGrid(tx, held, names), sessionGrid(ctx, sessions), resultGrid(ctx, results, names)
		for _, x := range held {
			if x.Withdrawn.IsZero() && !x.To.Before(clock.DateOf(tx.Now)) {
				id := strconv.FormatInt(x.ID, 10)
				why := ui.Input{Name: "why", Of: id, Label: word(ctx, "f_why"), MaxLen: maxReason}
				if strings.HasSuffix(r.URL.Path, "/qualifications/"+id+"/withdraw") {
					why.Of, why.Value, why.Error = "", r.PostFormValue("why"), bad.Of(ctx, "why")
				}
				p.Ends = append(p.Ends, end{word(ctx, "withdraw_of", names[x.Person]), p.Root + "/qualifications/" + id + "/withdraw", why})
			}
		}
		p.ask(ctx, r, all, bad)
		return nil
	})
	if err != nil {
		return err
	}
	f := s.frame(r, word(ctx, "nav"))
	f.Lead = word(ctx, "lead")
	return web.Render(w, r, status, homeView(f, p))
}

// ask makes the questions of the page's forms. What was typed, and what is wrong
// with it, stand in the form that was sent.
func (p *homePage) ask(ctx context.Context, r *http.Request, all []account.Person, bad ui.Errors) {
	in := func(form, name string, short bool) ui.Input {
		i := ui.Input{Name: name, Of: form, Label: word(ctx, "f_"+name), Short: short}
		if strings.HasSuffix(r.URL.Path, "/"+form) {
			i.Of, i.Value, i.Error = "", r.PostFormValue(name), bad.Of(ctx, name)
		}
		return i
	}
	material := in("sessions", "material", false)
	material.Optional, material.Type = true, "url"
	p.Session = []ui.Input{in("sessions", "subject", false), in("sessions", "day", true), in("sessions", "minutes", true), material}
	p.Result = []ui.Input{in("results", "subject", false), in("results", "day", true), in("results", "score", true), in("results", "pass", true)}
	p.Give = []ui.Input{in("qualifications", "from", true), in("qualifications", "to", true), in("qualifications", "review", true)}
	p.Persons = ui.Input{Name: "persons", Label: word(ctx, "f_persons"), Values: r.PostForm["persons"], Optional: true, Error: bad.Of(ctx, "persons")}
	p.Who = [2]ui.Input{in("results", "person", false), in("qualifications", "person", false)}
	for i := range p.Who {
		p.Who[i].Options = []ui.Option{{Text: word(ctx, "choose")}}
	}
	for _, x := range all {
		o := ui.Option{Value: strconv.FormatInt(x.ID, 10), Text: x.Name}
		p.Persons.Options = append(p.Persons.Options, o)
		for i := range p.Who {
			p.Who[i].Options = append(p.Who[i].Options, o)
		}
	}
	p.File = ui.Input{Name: "file", Label: word(ctx, "f_file"), Help: word(ctx, "file_help"), Accept: ".xlsx", Error: bad.Of(ctx, "file")}
}

// do takes one step and shows the page again.
func (s *Trainings) do(step func(r *http.Request) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := step(r)
		if bad := ui.ErrorsOf(err); len(bad) > 0 {
			return s.show(w, r, http.StatusUnprocessableEntity, bad, nil)
		}
		if err != nil {
			return err
		}
		return web.See(w, r, root)
	}
}

// number reads a number; what is none is -1, which the use case refuses.
func number(r *http.Request, name string) int {
	n, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue(name)))
	if err != nil {
		return -1
	}
	return n
}

// person reads whom a form is about; nobody is 0.
func person(r *http.Request) int64 {
	n, _ := strconv.ParseInt(r.PostFormValue("person"), 10, 64)
	return n
}

// date reads a day; what is none is the zero date, which the use case refuses.
func date(r *http.Request, name string) clock.Date {
	d, _ := clock.ParseDate(strings.TrimSpace(r.PostFormValue(name)))
	return d
}

func (s *Trainings) hold(r *http.Request) error {
	in := Session{Subject: r.PostFormValue("subject"), Day: date(r, "day"), Minutes: number(r, "minutes"), Material: r.PostFormValue("material")}
	in.Planned, _ = strconv.ParseInt(r.PostFormValue("planned"), 10, 64) // 0: nothing of the plan
	for _, v := range r.PostForm["persons"] {
		n, _ := strconv.ParseInt(v, 10, 64) // 0 is nobody, and refused
		in.Persons = append(in.Persons, n)
	}
	return s.Hold(r.Context(), in)
}

func (s *Trainings) examine(r *http.Request) error {
	return s.Examine(r.Context(), Result{Person: person(r), Subject: r.PostFormValue("subject"), Day: date(r, "day"), Score: number(r, "score"), Pass: number(r, "pass")})
}

func (s *Trainings) qualify(r *http.Request) error {
	return s.Qualify(r.Context(), Qualification{Person: person(r), From: date(r, "from"), To: date(r, "to"), Review: date(r, "review")})
}

func (s *Trainings) withdraw(r *http.Request) error {
	id, err := web.PathID(r, "qualification")
	if err != nil {
		return err
	}
	return s.Withdraw(r.Context(), id, r.PostFormValue("why"))
}

func (s *Trainings) export(w http.ResponseWriter, r *http.Request) error {
	b, err := s.Export(r.Context())
	if err != nil {
		return err
	}
	return web.Download(w, word(r.Context(), "results")+".xlsx", xlsx, b)
}

func (s *Trainings) doImport(w http.ResponseWriter, r *http.Request) error {
	f, _, err := r.FormFile("file")
	if err != nil {
		return s.show(w, r, http.StatusUnprocessableEntity, ui.Errors{{Name: "file", Key: "training.need_file"}}, nil)
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, maxSheet+1))
	if err != nil {
		return err
	}
	_, problems, err := s.Import(r.Context(), b)
	if bad := ui.ErrorsOf(err); len(bad) > 0 || len(problems) > 0 {
		return s.show(w, r, http.StatusUnprocessableEntity, bad, problems)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, root)
}

// Waiting brings qualifications to mind that end within thirty days: to whoever
// manages his unit's, and to each person his own.
func (s *Trainings) Waiting(ctx context.Context) (out []front.Waiting, err error) {
	a := account.From(ctx)
	if a == nil || !a.Holds(Managing) && !a.Holds(hotline.Answering) {
		return nil, nil
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		today := clock.DateOf(tx.Now)
		found, err := qualificationsOf(tx, a.Person)
		if err != nil {
			return err
		}
		if a.May(Managing, a.Behalf()) {
			unit, err := qualificationsAt(tx, a.Behalf().Agency)
			if err != nil {
				return err
			}
			found = append(found, unit...)
		}
		group := front.Waiting{Kind: "training.wait"}
		seen := map[int64]bool{}
		for _, x := range found {
			// The one that ends last counts: who holds a newer one is not reminded.
			if seen[x.Person] || !x.Withdrawn.IsZero() {
				continue
			}
			seen[x.Person] = true
			if left := x.To.Sub(today); left < 0 || left > soon {
				continue
			}
			names, err := account.Names(tx, []int64{x.Person})
			if err != nil {
				return err
			}
			group.Works = append(group.Works, ui.Work{Href: href(ctx, root), Title: word(ctx, "ends", names[x.Person]), Tag: ui.TagReview, TagWords: word(ctx, "is_soon"), Next: word(ctx, "next"), Due: i18n.Date(ctx, x.To), DueISO: x.To.String(), Spent: -1})
		}
		if a.May(Managing, a.Behalf()) {
			planned, err := plannedOf(tx, a.Behalf().Agency, today.Year())
			if err != nil {
				return err
			}
			for _, x := range planned {
				late := x.late(today)
				if x.Session != 0 || !x.Dropped.IsZero() || !late && x.Month != int(today.Month()) {
					continue
				}
				last := clock.NewDate(x.Year, time.Month(x.Month), 1).AddMonths(1).AddDays(-1)
				group.Works = append(group.Works, ui.Work{Href: href(ctx, planPath), Title: word(ctx, "plan_due", x.Subject), Tag: ui.TagWaiting, TagWords: word(ctx, "is_planned"), Next: word(ctx, "plan_next"), Due: i18n.Date(ctx, last), DueISO: last.String(), Late: late, Spent: -1})
			}
		}
		if len(group.Works) > 0 {
			out = append(out, group)
		}
		return nil
	})
	return out, err
}
