package review

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/hotline"
)

func (s *Reviews) sheet(w http.ResponseWriter, r *http.Request) error {
	return s.showSheet(w, r, http.StatusOK, nil)
}

func (s *Reviews) showSheet(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx := r.Context()
	a := account.From(ctx)
	at := a.Behalf()
	if !a.May(Scoring, at) && !a.May(Ruling, at) && !a.May(hotline.Answering, at) {
		return fault.Say(fault.Forbidden, "review.no_grant")
	}
	p := sheetPage{Errors: bad, Action: href(ctx, root, "/sheet"), May: a.May(Ruling, at)}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		u, err := agency.Find(tx, at.Agency)
		if err != nil {
			return err
		}
		x, err := sheetOf(tx, u, inForce)
		if err != nil {
			return err
		}
		version := word(ctx, "usual")
		if x.Version > 0 {
			version = word(ctx, "version_of", x.Version)
		}
		p.Facts = []ui.Pair{{Term: word(ctx, "unit"), Text: u.Name}, {Term: word(ctx, "version"), Text: version}, {Term: word(ctx, "f_pass"), Text: strconv.Itoa(x.Pass)}, {Term: word(ctx, "f_per_month"), Text: strconv.Itoa(x.PerMonth)}}
		p.Grid = ui.Grid{Caption: word(ctx, "sheet"), Columns: []ui.Column{{Title: word(ctx, "item")}, {Title: word(ctx, "most"), Number: true}}}
		var items, fatal []string
		for _, i := range x.Items {
			most := word(ctx, "fatal_word")
			if i.Fatal {
				fatal = append(fatal, i.Title.In(ctx))
			} else {
				most = strconv.Itoa(i.Weight)
				items = append(items, most+" "+i.Title.In(ctx))
			}
			p.Grid.Rows = append(p.Grid.Rows, ui.Text(i.Title.In(ctx), most))
		}
		in := func(name, value string) ui.Input {
			if r.Method == http.MethodPost {
				value = r.PostFormValue(name)
			}
			return ui.Input{Name: name, Label: word(ctx, "f_"+name), Value: value, Error: bad.Of(ctx, name)}
		}
		p.Items, p.Fatal = in("items", strings.Join(items, "\n")), in("fatal", strings.Join(fatal, "\n"))
		p.Items.Rows, p.Items.Help, p.Fatal.Rows, p.Fatal.Help, p.Fatal.Optional = 10, word(ctx, "items_help"), 4, word(ctx, "fatal_lines"), true
		p.Pass, p.Month = in("pass", strconv.Itoa(x.Pass)), in("per_month", strconv.Itoa(x.PerMonth))
		p.Pass.Short, p.Pass.Type, p.Month.Short, p.Month.Type = true, "number", true, "number"
		return nil
	})
	if err != nil {
		return err
	}
	f := s.frame(r, "sheet", word(ctx, "sheet"), ui.Link{Text: word(ctx, "sheet")})
	f.Lead = word(ctx, "sheet_lead")
	return web.Render(w, r, status, sheetView(f, p))
}

func (s *Reviews) saveSheet(w http.ResponseWriter, r *http.Request) error {
	n := func(name string) int {
		v, _ := strconv.Atoi(strings.TrimSpace(r.PostFormValue(name))) // 0 is refused
		return v
	}
	err := s.SaveSheet(r.Context(), r.PostFormValue("items"), r.PostFormValue("fatal"), n("pass"), n("per_month"))
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return s.showSheet(w, r, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, root+"/sheet")
}

// figuresPage adds the reviews up.
type figuresPage struct {
	Chart  ui.Series
	Months ui.Grid
	Agents *ui.Grid
	Draws  ui.Grid
}

func (s *Reviews) figures(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a := account.From(ctx)
	if !a.Holds(Scoring) && !a.Holds(Ruling) {
		return fault.Say(fault.Forbidden, "review.no_grant")
	}
	month := r.URL.Query().Get("month")
	if _, _, err := monthOf(month); err != nil {
		month = ""
	}
	var p figuresPage
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := sums(tx, ranges(a), "")
		if err != nil {
			return err
		}
		p.Chart = ui.Series{Title: word(ctx, "chart"), Says: word(ctx, "chart_says"), What: word(ctx, "month")}
		p.Months = sumsGrid(ctx, word(ctx, "by_month"), word(ctx, "month"))
		for _, x := range slices.Backward(all[max(0, len(all)-24):]) {
			p.Months.Rows = append(p.Months.Rows, append([]ui.Cell{{Text: x.month, Href: href(ctx, root, "/figures?month=", x.month)}}, x.cells()...))
		}
		for _, x := range all[max(0, len(all)-12):] {
			if x.scored > 0 {
				p.Chart.Data = append(p.Chart.Data, ui.Point{Label: x.month, N: float64(x.points) / float64(x.scored), Kind: "main"})
			}
		}
		if month != "" {
			if p.Agents, err = byAgent(tx, ranges(a), month); err != nil {
				return err
			}
		}
		p.Draws, err = drawsGrid(tx, ranges(a))
		return err
	})
	if err != nil {
		return err
	}
	f := s.frame(r, "figures", word(ctx, "figures"), ui.Link{Text: word(ctx, "figures")})
	f.Lead = word(ctx, "figures_lead")
	return web.Render(w, r, http.StatusOK, figuresView(f, p))
}

func byAgent(tx *db.Tx, rs []account.Range, month string) (*ui.Grid, error) {
	ctx := tx.Ctx
	found, err := sums(tx, rs, month)
	if err != nil {
		return nil, err
	}
	var persons []int64
	for _, x := range found {
		persons = append(persons, x.agent)
	}
	names, err := account.Names(tx, persons)
	g := sumsGrid(ctx, word(ctx, "by_agent", month), word(ctx, "agent"))
	for _, x := range found {
		g.Rows = append(g.Rows, append(ui.Text(names[x.agent]), x.cells()...))
	}
	return &g, err
}

func sumsGrid(ctx context.Context, caption, first string) ui.Grid {
	g := ui.Grid{Caption: caption, Cards: true, Nothing: word(ctx, "figures_none"), Columns: []ui.Column{{Title: first}}}
	for _, k := range []string{"drawn", "scored", "mean", "pass_rate", "with_fatal", "objections", "amended"} {
		g.Columns = append(g.Columns, ui.Column{Title: word(ctx, k), Number: true})
	}
	return g
}

// cells are the figures of a row; a mean of nothing is none.
func (x sum) cells() []ui.Cell {
	mean, rate := "", ""
	if x.scored > 0 {
		mean, rate = strconv.FormatFloat(float64(x.points)/float64(x.scored), 'f', 1, 64), strconv.FormatInt(x.passed*100/x.scored, 10)+"%"
	}
	n := func(v int64) string { return strconv.FormatInt(v, 10) }
	return ui.Text(n(x.n), n(x.scored), mean, rate, n(x.fatal), n(x.objected), n(x.amends))
}

func drawsGrid(tx *db.Tx, rs []account.Range) (ui.Grid, error) {
	ctx := tx.Ctx
	g := ui.Grid{Caption: word(ctx, "draws"), Cards: true, Nothing: word(ctx, "draws_none"), Columns: []ui.Column{{Title: word(ctx, "month")}, {Title: word(ctx, "unit")}, {Title: word(ctx, "seed")}, {Title: word(ctx, "pool"), Number: true}, {Title: word(ctx, "f_per_month"), Number: true}, {Title: word(ctx, "drawn"), Number: true}}}
	all, err := draws(tx, rs)
	for _, d := range all {
		u, err := agency.Find(tx, d.Agency)
		if err != nil {
			return g, err
		}
		g.Rows = append(g.Rows, ui.Text(d.Month, u.Name, d.Seed, strconv.Itoa(d.Pool), strconv.Itoa(d.PerSeat), strconv.Itoa(d.Drawn)))
	}
	return g, err
}

// Waiting brings to mind what is to be scored or ruled on, and the agent's own
// new results.
func (s *Reviews) Waiting(ctx context.Context) (out []front.Waiting, err error) {
	a := account.From(ctx)
	if a == nil || !a.Holds(Scoring) && !a.Holds(Ruling) && !a.Holds(hotline.Answering) {
		return nil, nil
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		group := front.Waiting{Kind: "review.wait"}
		add := func(found []Review, next string, which func(x *Review) bool) {
			for i := range found {
				if x := &found[i]; which(x) {
					group.Works = append(group.Works, ui.Work{Href: href(ctx, pathOf(x)), Title: word(ctx, "wait_title", x.Month), Tag: tags[x.State], TagWords: word(ctx, "is_"+x.State), Next: word(ctx, next), Spent: -1})
				}
			}
		}
		if rs := a.Scope(Scoring); len(rs) > 0 {
			found, err := listed(tx, rs, 0, Open, "")
			if err != nil {
				return err
			}
			add(found[:min(len(found), 20)], "next_score", func(*Review) bool { return true })
		}
		if rs := a.Scope(Ruling); len(rs) > 0 {
			found, err := listed(tx, rs, 0, Objected, "")
			if err != nil {
				return err
			}
			add(found, "next_rule", func(x *Review) bool { return !a.Is(x.Reviewer) })
		}
		mine, err := listed(tx, nil, a.Person, Scored, "")
		if err != nil {
			return err
		}
		add(mine, "next_read", func(x *Review) bool { return !tx.Now.After(x.Scored.Add(objecting)) })
		if len(group.Works) > 0 {
			out = append(out, group)
		}
		return nil
	})
	return out, err
}
