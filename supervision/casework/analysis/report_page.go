package analysis

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

func itoa(n int) string { return strconv.Itoa(n) }

func (r *Report) path(more string) string {
	return "/desk/analysis/reports/" + itoa(r.Province) + "/" + strconv.FormatInt(r.ID, 10) + more
}

// scope is where somebody has a part in reports.
func scope(a *account.Actor) []account.Range {
	return slices.Concat(a.Scope(Reading), a.Scope(Instructing))
}

type reportsPage struct {
	Grid   ui.Grid
	Owed   ui.Grid
	May    bool
	Period ui.Input
	Place  ui.Input
	Errors ui.Errors
}

func (s *Analysis) reports(w http.ResponseWriter, r *http.Request) error {
	return s.showReports(w, r, http.StatusOK, nil)
}

func (s *Analysis) showReports(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx := r.Context()
	a := account.From(ctx)
	pg := reportsPage{May: a.Holds(Reading), Errors: bad}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		rs, err := reportsIn(tx, scope(a), nil, 100)
		if err != nil {
			return err
		}
		pg.Grid = ui.Grid{Caption: word(ctx, "reports"), Cards: true, Nothing: word(ctx, "reports_none"), Columns: []ui.Column{{Title: word(ctx, "report")}, {Title: word(ctx, "unit")}, {Title: word(ctx, "col_state")}, {Title: word(ctx, "begun")}}}
		for i := range rs {
			x, err := findReport(tx, rs[i].Province, rs[i].ID, "")
			if err != nil {
				return err
			}
			u, err := agency.Find(tx, x.Agency)
			if err != nil {
				return err
			}
			if x.State == Draft && x.Last == 1 && !a.May(Reading, x.target()) {
				continue // a leader reads what is submitted
			}
			pg.Grid.Rows = append(pg.Grid.Rows, []ui.Cell{{Text: word(ctx, "report_title", x.at.name, x.Period.said(ctx)), Href: web.URL(ctx, x.path(""))}, {Text: u.Name}, {Text: word(ctx, "report_"+x.State), Tag: reportTag[x.State]}, {Text: i18n.Date(ctx, clock.DateOf(x.BegunAt))}})
		}
		if err := s.fillOwed(tx, a, &pg); err != nil {
			return err
		}
		return s.fillStart(tx, r, &pg)
	})
	if err != nil {
		return err
	}
	if len(scope(a)) == 0 && len(pg.Owed.Rows) == 0 {
		return fault.Say(fault.Forbidden, "analysis.no_grant")
	}
	f := s.desk(r, word(ctx, "reports"), ui.Link{Text: word(ctx, "reports")})
	f.Lead = word(ctx, "reports_lead")
	return web.Render(w, r, status, reportsView(f, pg))
}

var reportTag = map[string]ui.TagKind{Draft: ui.TagWithdrawn, Submitted: ui.TagReview, Instructed: ui.TagWaiting, Closed: ui.TagPublished}

func (s *Analysis) fillOwed(tx *db.Tx, a *account.Actor, pg *reportsPage) error {
	ctx := tx.Ctx
	xs, err := owedBy(tx, a.Person, 50)
	if err != nil {
		return err
	}
	pg.Owed = ui.Grid{Caption: word(ctx, "owed"), Cards: true, Columns: []ui.Column{{Title: word(ctx, "instruction")}, {Title: word(ctx, "due_on")}}}
	for _, x := range xs {
		r := Report{Province: x.province, ID: x.report}
		due := ui.Cell{Text: i18n.Date(ctx, x.DueOn)}
		if x.DueOn.Before(clock.DateOf(tx.Now)) {
			due.Text, due.Tag = word(ctx, "overdue", due.Text), ui.TagDanger
		}
		pg.Owed.Rows = append(pg.Owed.Rows, []ui.Cell{{Text: x.Content, Href: web.URL(ctx, r.path(""))}, due})
	}
	return nil
}

// fillStart offers the places and periods a report may be begun of.
func (s *Analysis) fillStart(tx *db.Tx, r *http.Request, pg *reportsPage) error {
	ctx := tx.Ctx
	if !pg.May {
		return nil
	}
	at, err := ownPlace(tx, ctx, s.Front.Home)
	if err != nil {
		return err
	}
	pg.Place = ui.Input{Name: "at", Label: word(ctx, "place"), Value: r.PostFormValue("at"), Options: []ui.Option{{Value: at.query(), Text: at.name}}}
	if u := account.From(ctx).Behalf().Agency; u != 0 && at.unit != u {
		if own, err := findPlace(tx, "", strconv.FormatInt(u, 10), at.code); err == nil && own.may(account.From(ctx), Reading) {
			pg.Place.Options = append(pg.Place.Options, ui.Option{Value: own.query(), Text: own.name})
		}
	}
	pg.Period = ui.Input{Name: "period", Label: word(ctx, "period"), Value: r.PostFormValue("period"), Short: true, Error: pg.Errors.Of(ctx, "period")}
	today := clock.DateOf(tx.Now)
	for _, p := range choices(today, !at.exact(account.From(ctx))) {
		pg.Period.Options = append(pg.Period.Options, ui.Option{Value: p.key(), Text: p.said(ctx)})
	}
	return nil
}

func (s *Analysis) startReport(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var at place
	var p period
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		code, unit := "", ""
		switch v := r.PostForm.Get("at"); {
		case len(v) > 5 && v[:5] == "unit=":
			unit = v[5:]
		case len(v) > 6 && v[:6] == "place=":
			code = v[6:]
		default:
			return fault.Fields(fault.Field{Name: "at", Key: "analysis.need_place"})
		}
		if at, err = findPlace(tx, code, unit, s.Front.Home); err != nil {
			return err
		}
		var ok bool
		if p, ok = parsePeriod(r.PostForm.Get("period"), clock.DateOf(tx.Now)); !ok {
			return fault.Fields(fault.Field{Name: "period", Key: "analysis.need_period"})
		}
		return nil
	})
	var x *Report
	if err == nil {
		x, err = s.Begin(ctx, at, p)
	}
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return s.showReports(w, r, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, x.path("/edit"))
}

// opened is a report as one reader may see it.
type opened struct {
	*Report
	v         *Revision
	unit      string
	all       []Instruction
	names     map[int64]string
	followers []account.Person
	whole     bool // not only what he is to follow
}

// number reads a part of an address that must be a number.
func ids(r *http.Request) (province int, id int64, err error) {
	p, err := web.PathID(r, "province")
	if err != nil || p > 99 {
		return 0, 0, fault.Say(fault.NotFound, "fault.not_found")
	}
	id, err = web.PathID(r, "report")
	return int(p), id, err
}

func (s *Analysis) open(r *http.Request) (o opened, err error) {
	province, id, err := ids(r)
	if err != nil {
		return o, err
	}
	ctx := r.Context()
	a := account.From(ctx)
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		no := fault.Say(fault.NotFound, "fault.not_found")
		if o.Report, err = findReport(tx, province, id, ""); err != nil {
			return err
		}
		if o.all, err = instructionsOf(tx, o.Report); err != nil {
			return err
		}
		follows := slices.ContainsFunc(o.all, func(x Instruction) bool { return a.Is(x.Follower) })
		writes := a.May(Reading, o.target())
		o.whole = writes || a.May(Instructing, o.target())
		if !o.whole && !follows {
			return no
		}
		if !o.whole {
			o.all = slices.DeleteFunc(o.all, func(x Instruction) bool { return !a.Is(x.Follower) })
		}
		n := o.Last
		if v := r.PathValue("number"); v != "" {
			if n, err = strconv.Atoi(v); err != nil || n < 1 || n > o.Last {
				return no
			}
		} else if o.State == Draft && !writes {
			n-- // the draft is not the leaders' yet
		}
		if n < 1 || n == o.Last && o.State == Draft && !writes {
			return no
		}
		if o.v, err = revisionOf(tx, o.Report, n); err != nil {
			return err
		}
		u, err := agency.Find(tx, o.Agency)
		if err != nil {
			return err
		}
		o.unit = u.Name
		if o.followers, err = followers(tx, o.Report); err != nil {
			return err
		}
		people := []int64{o.v.Author}
		for _, x := range o.all {
			people = append(people, x.Leader, x.Follower)
		}
		o.names, err = account.Names(tx, people)
		return err
	})
	return o, err
}

// instructionItem is an instruction with what the reader may do about it.
type instructionItem struct {
	Line, Answer, State string
	Tag                 ui.TagKind
	AnswerTo, SettleTo  string
	Field               ui.Input
}

type reportPage struct {
	Composed
	Text         Text
	Whole        bool
	State        []ui.Pair
	Revisions    []ui.Link
	Instructions []instructionItem
	Edit         string
	Docx, PDF    string
	Submit       string
	Revise       string
	Instruct     string
	Close        string
	Content      ui.Input
	Follower     ui.Input
	DueOn        ui.Input
	Errors       ui.Errors
	Message      string
}

func (s *Analysis) showReport(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, http.StatusOK, nil)
}

func (s *Analysis) render(w http.ResponseWriter, r *http.Request, status int, failed error) error {
	o, err := s.open(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	a := account.From(ctx)
	pg := reportPage{Composed: o.v.Figures.In(ctx), Text: o.v.Text, Whole: o.whole, Errors: ui.ErrorsOf(failed)}
	if failed != nil && len(pg.Errors) == 0 {
		key, args, _ := fault.Sentence(failed)
		pg.Message = i18n.T(ctx, key, args...)
	}
	pg.State = []ui.Pair{{Term: word(ctx, "unit"), Text: o.unit}, {Term: word(ctx, "period"), Text: o.Period.said(ctx)}, {Term: word(ctx, "col_state"), Text: word(ctx, "report_"+o.State)}, {Term: word(ctx, "author"), Text: o.names[o.v.Author]}, {Term: word(ctx, "revision"), Text: itoa(o.v.Number)}}
	if !o.v.SubmittedAt.IsZero() {
		pg.State = append(pg.State, ui.Pair{Term: word(ctx, "submitted_at"), Text: i18n.Time(ctx, o.v.SubmittedAt)})
	}
	o.fill(ctx, a, r, &pg)
	f := s.desk(r, pg.Title, ui.Link{Text: word(ctx, "reports"), Href: web.URL(ctx, "/desk/analysis/reports")}, ui.Link{Text: pg.Title})
	if o.v.Number < o.Last {
		f.Of = []string{word(ctx, "revision_n", o.v.Number)}
	}
	return web.Render(w, r, status, reportView(f, pg))
}

// fill adds what the reader may do.
func (o opened) fill(ctx context.Context, a *account.Actor, r *http.Request, pg *reportPage) {
	url := func(more string) string { return web.URL(ctx, o.path(more)) }
	can := func(verb string) bool {
		rule, err := Flow.Next(o.State, verb)
		return err == nil && o.v.Number == o.Last && a.May(rule.Who, o.target())
	}
	set := func(to *string, verb, more string) {
		if can(verb) {
			*to = url(more)
		}
	}
	if o.whole {
		pg.Docx, pg.PDF = url("/report.docx"), url("/report.pdf")
		for n := 1; n <= o.Last; n++ {
			if o.Last > 1 && (n < o.Last || o.State != Draft || a.May(Reading, o.target())) {
				pg.Revisions = append(pg.Revisions, ui.Link{Text: word(ctx, "revision_n", n), Href: url("/revisions/" + itoa(n)), Current: n == o.v.Number})
			}
		}
	}
	set(&pg.Edit, "save", "/edit")
	set(&pg.Submit, "submit", "/submit")
	set(&pg.Revise, "revise", "/revise")
	set(&pg.Instruct, "instruct", "/instruct")
	set(&pg.Close, "close", "/close")
	pg.Content = ui.Input{Name: "content", Label: word(ctx, "content"), Rows: 4, MaxLen: 2000, Value: r.PostFormValue("content"), Error: pg.Errors.Of(ctx, "content")}
	pg.Follower = ui.Input{Name: "follower", Label: word(ctx, "follower"), Value: r.PostFormValue("follower"), Error: pg.Errors.Of(ctx, "follower")}
	for _, p := range o.followers {
		pg.Follower.Options = append(pg.Follower.Options, ui.Option{Value: strconv.FormatInt(p.ID, 10), Text: p.Name})
	}
	pg.DueOn = ui.Input{Name: "due_on", Label: word(ctx, "due_on"), Value: ui.JoinDate(r.PostFormValue, "due_on"), Error: pg.Errors.Of(ctx, "due_on")}
	for _, x := range o.all {
		at := "/instructions/" + strconv.FormatInt(x.ID, 10)
		i := instructionItem{Line: word(ctx, "instruction_line", o.names[x.Leader], i18n.Time(ctx, x.At), x.Content, o.names[x.Follower], i18n.Date(ctx, x.DueOn)), Answer: x.Answer, State: word(ctx, "instruction_"+x.State), Tag: map[string]ui.TagKind{"open": ui.TagWaiting, "answered": ui.TagReview, "settled": ui.TagPublished}[x.State]}
		if a.Is(x.Follower) && x.State != "settled" && o.State != Closed {
			i.AnswerTo = url(at + "/answer")
			i.Field = ui.Input{Name: "answer", Label: word(ctx, "answer"), Rows: 4, MaxLen: 4000, Value: x.Answer, Error: pg.Errors.Of(ctx, "answer")}
		}
		if x.State == "answered" && a.May(Instructing, o.target()) && o.State != Closed {
			i.SettleTo = url(at + "/settle")
		}
		pg.Instructions = append(pg.Instructions, i)
	}
}

type editPage struct {
	Action string
	Saved  int
	Fields []ui.Input
	Errors ui.Errors
	Says   []string
	Back   string
}

func (s *Analysis) editReport(w http.ResponseWriter, r *http.Request) error {
	o, err := s.open(r)
	if err != nil {
		return err
	}
	if o.State != Draft {
		return fault.Say(fault.Conflict, "flow.not_now")
	}
	return s.showEdit(w, r, http.StatusOK, o, o.v.Text, o.v.Saved, nil)
}

func (s *Analysis) showEdit(w http.ResponseWriter, r *http.Request, status int, o opened, t Text, saved int, bad ui.Errors) error {
	ctx := r.Context()
	c := o.v.Figures.In(ctx)
	pg := editPage{Action: web.URL(ctx, o.path("/edit")), Saved: saved, Errors: bad, Says: c.Says, Back: web.URL(ctx, o.path(""))}
	for _, p := range t.parts() {
		pg.Fields = append(pg.Fields, ui.Input{Name: p.name, Label: word(ctx, "part_"+p.name), Help: word(ctx, "help_"+p.name), Value: *p.text, Rows: 6, MaxLen: mostText, Optional: p.name == "cases", Error: bad.Of(ctx, p.name)})
	}
	f := s.desk(r, word(ctx, "edit", c.Title), ui.Link{Text: word(ctx, "reports"), Href: web.URL(ctx, "/desk/analysis/reports")}, ui.Link{Text: c.Title, Href: pg.Back}, ui.Link{Text: word(ctx, "edit_short")})
	return web.Render(w, r, status, editView(f, pg))
}

func (s *Analysis) saveReport(w http.ResponseWriter, r *http.Request) error {
	province, id, err := ids(r)
	if err != nil {
		return err
	}
	var t Text
	for _, p := range t.parts() {
		*p.text = r.PostForm.Get(p.name)
	}
	saved, _ := strconv.Atoi(r.PostForm.Get("saved"))
	err = s.Save(r.Context(), province, id, saved, t)
	if bad := ui.ErrorsOf(err); len(bad) > 0 || fault.Is(err, fault.Conflict) {
		o, e := s.open(r)
		if e != nil || o.State != Draft {
			return err
		}
		if len(bad) == 0 { // another saved meanwhile: nothing typed is lost
			bad = ui.Errors{{Name: "summary", Key: "analysis.saved_meanwhile"}}
			return s.showEdit(w, r, http.StatusConflict, o, t, o.v.Saved, bad)
		}
		return s.showEdit(w, r, http.StatusUnprocessableEntity, o, t, saved, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, (&Report{Province: province, ID: id}).path(""))
}

// act does one thing to a report and shows it again.
func (s *Analysis) act(w http.ResponseWriter, r *http.Request, do func(ctx context.Context, province int, id int64) error) error {
	province, id, err := ids(r)
	if err != nil {
		return err
	}
	err = do(r.Context(), province, id)
	if len(ui.ErrorsOf(err)) > 0 {
		return s.render(w, r, http.StatusUnprocessableEntity, err)
	}
	if fault.Is(err, fault.Conflict) {
		return s.render(w, r, http.StatusConflict, err)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, (&Report{Province: province, ID: id}).path(""))
}

func (s *Analysis) doSubmit(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, s.Submit)
}

func (s *Analysis) doRevise(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, s.Revise)
}

func (s *Analysis) doClose(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, s.Close)
}

func (s *Analysis) doInstruct(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, func(ctx context.Context, province int, id int64) error {
		x := Instruction{Content: r.PostForm.Get("content")}
		x.Follower, _ = strconv.ParseInt(r.PostForm.Get("follower"), 10, 64)
		x.DueOn, _ = clock.ParseDate(ui.JoinDate(r.PostForm.Get, "due_on"))
		return s.Instruct(ctx, province, id, x)
	})
}

func (s *Analysis) doAnswer(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, func(ctx context.Context, province int, id int64) error {
		x, err := web.PathID(r, "instruction")
		if err != nil {
			return err
		}
		return s.Answer(ctx, province, id, x, r.PostForm.Get("answer"))
	})
}

func (s *Analysis) doSettle(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, func(ctx context.Context, province int, id int64) error {
		x, err := web.PathID(r, "instruction")
		if err != nil {
			return err
		}
		return s.Settle(ctx, province, id, x, r.PostForm.Get("decision") != "return")
	})
}

func (s *Analysis) reportDocument(w http.ResponseWriter, r *http.Request) error {
	return s.file(w, r, "docx", docxType, printed.docx)
}

func (s *Analysis) reportPDF(w http.ResponseWriter, r *http.Request) error {
	return s.file(w, r, "pdf", pdfType, printed.pdf)
}

func (s *Analysis) file(w http.ResponseWriter, r *http.Request, ending, kind string, write func(p printed, ctx context.Context, at time.Time) ([]byte, error)) error {
	o, err := s.open(r)
	if err != nil {
		return err
	}
	if !o.whole {
		return fault.Say(fault.NotFound, "fault.not_found")
	}
	ctx := r.Context()
	p := printOf(ctx, o.unit, o.v, o.all, o.names, s.Front.Demo)
	b, err := write(p, ctx, s.DB.Clock().Now())
	if err != nil {
		return err
	}
	return web.Download(w, p.title+"."+ending, kind, b)
}

// waitingReports are the reports and instructions that wait for somebody.
func (s *Analysis) waitingReports(tx *db.Tx, a *account.Actor) (out []front.Waiting, err error) {
	ctx := tx.Ctx
	if a.Holds(Instructing) {
		rs, err := reportsIn(tx, a.Scope(Instructing), []string{Submitted}, 50)
		if err != nil {
			return nil, err
		}
		g := front.Waiting{Kind: "analysis.wait_reports", Mine: true}
		for i := range rs {
			x, err := findReport(tx, rs[i].Province, rs[i].ID, "")
			if err != nil {
				return nil, err
			}
			g.Works = append(g.Works, ui.Work{Href: web.URL(ctx, x.path("")), Title: word(ctx, "report_title", x.at.name, x.Period.said(ctx)), Tag: ui.TagReview, TagWords: word(ctx, "report_submitted"), Next: word(ctx, "instruct"), Spent: -1})
		}
		if len(g.Works) > 0 {
			out = append(out, g)
		}
	}
	xs, err := owedBy(tx, a.Person, 50)
	g := front.Waiting{Kind: "analysis.wait_owed", Mine: true}
	for _, x := range xs {
		late := x.DueOn.Before(clock.DateOf(tx.Now))
		g.Works = append(g.Works, ui.Work{Href: web.URL(ctx, (&Report{Province: x.province, ID: x.report}).path("")), Title: x.Content, Tag: ui.TagWaiting, TagWords: word(ctx, "instruction"), Next: word(ctx, "answer"), Due: i18n.Date(ctx, x.DueOn), DueISO: x.DueOn.String(), Late: late, Spent: -1})
	}
	if len(g.Works) > 0 {
		out = append(out, g)
	}
	return out, err
}

// grid is a table of a report for the page.
func (t Table) grid() ui.Grid {
	g := ui.Grid{Caption: t.Title}
	for i, h := range t.Heads {
		g.Columns = append(g.Columns, ui.Column{Title: h, Number: i > 0})
	}
	for _, r := range t.Rows {
		g.Rows = append(g.Rows, ui.Text(r...))
	}
	return g
}

// lines are the paragraphs of a text.
func lines(text string) []string {
	return slices.DeleteFunc(strings.Split(text, "\n"), func(s string) bool { return strings.TrimSpace(s) == "" })
}

func address(ctx context.Context, path string) string { return web.URL(ctx, path) }
