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
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/recording"
)

const (
	root = "/desk/hotline/review"
	one  = root + "/{province}/{review}"
)

// Join adds the page to the staff navigation.
func (s *Reviews) Join(f *front.Front) {
	f.DeskNav(front.Hotline, "review.nav", root, Scoring, Ruling, hotline.Answering)
}

// Routes are the room's pages; which review a person may see is asked again by
// the use case.
func (s *Reviews) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + root, Access: web.SignedIn, Handler: s.list},
		{Pattern: "GET " + root + "/sheet", Access: web.SignedIn, Handler: s.sheet},
		{Pattern: "POST " + root + "/sheet", Access: web.May(Ruling), Handler: s.saveSheet},
		{Pattern: "GET " + root + "/figures", Access: web.SignedIn, Handler: s.figures},
		{Pattern: "GET " + one, Access: web.SignedIn, Handler: s.one},
		{Pattern: "POST " + one + "/listen", Access: web.May(Scoring), Handler: s.listen},
		{Pattern: "POST " + one + "/score", Access: web.May(Scoring), Handler: s.score},
		{Pattern: "POST " + one + "/object", Access: web.SignedIn, Handler: s.object},
		{Pattern: "POST " + one + "/rule", Access: web.May(Ruling), Handler: s.rule},
	}
}

func word(ctx context.Context, key string, args ...any) string {
	return i18n.T(ctx, "review."+key, args...)
}

func href(ctx context.Context, parts ...string) string { return web.URL(ctx, strings.Join(parts, "")) }

func pathOf(x *Review) string {
	return root + "/" + strconv.Itoa(x.Province) + "/" + strconv.FormatInt(x.ID, 10)
}

func ids(r *http.Request) (province int, id int64, err error) {
	p, err := web.PathID(r, "province")
	if err != nil {
		return 0, 0, err
	}
	id, err = web.PathID(r, "review")
	return int(p), id, err
}

func (s *Reviews) frame(r *http.Request, at, title string, more ...ui.Link) ui.Frame {
	ctx, a := r.Context(), account.From(r.Context())
	f := s.Front.Desk(r, title, s.Front.Way(r, front.Hotline, "review.nav", root, more...)...)
	if a.Holds(Scoring) || a.Holds(Ruling) {
		g := ui.SideGroup{Title: word(ctx, "nav")}
		for _, x := range [][2]string{{"list", ""}, {"figures", "/figures"}, {"sheet", "/sheet"}} {
			g.Links = append(g.Links, ui.Link{Text: word(ctx, x[0]), Href: href(ctx, root, x[1]), Current: x[0] == at})
		}
		f.Side = append([]ui.SideGroup{g}, f.Side...)
	}
	return f
}

// ranges are where the actor scores or rules.
func ranges(a *account.Actor) []account.Range {
	return append(append([]account.Range(nil), a.Scope(Scoring)...), a.Scope(Ruling)...)
}

var tags = map[string]ui.TagKind{Open: ui.TagWaiting, Scored: ui.TagPublished, Objected: ui.TagReview, Ruled: ui.TagPublished, Void: ui.TagWithdrawn}

// listPage is what is to be scored, and one's own results.
type listPage struct {
	Filter ui.Filter
	State  ui.Input
	Month  ui.Input
	Staff  bool
	Grid   ui.Grid
	Mine   *ui.Grid
}

func (s *Reviews) list(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	a := account.From(ctx)
	p := listPage{Filter: ui.Filter{Action: href(ctx, root)}, Staff: a.Holds(Scoring) || a.Holds(Ruling)}
	p.State = ui.Input{Name: "state", Label: word(ctx, "state"), Value: q.Get("state"), Free: true, Options: []ui.Option{{Text: word(ctx, "all")}}}
	for _, x := range States {
		p.State.Options = append(p.State.Options, ui.Option{Value: x, Text: word(ctx, "is_"+x)})
	}
	if !slices.Contains(States, p.State.Value) {
		p.State.Value = ""
	}
	p.Month = ui.Input{Name: "month", Label: word(ctx, "month"), Value: q.Get("month"), Free: true, Short: true, MaxLen: 7, Placeholder: "2026-11"}
	if r.URL.RawQuery != "" {
		p.Filter.Reset = p.Filter.Action
	}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		if p.Staff {
			found, err := listed(tx, ranges(a), 0, p.State.Value, p.Month.Value)
			if err != nil {
				return err
			}
			if p.Grid, err = grid(tx, found, true); err != nil {
				return err
			}
		}
		mine, err := listed(tx, nil, a.Person, "", "")
		if err != nil || len(mine) == 0 && p.Staff {
			return err
		}
		g, err := grid(tx, mine, false)
		g.Caption, p.Mine = word(ctx, "mine"), &g
		return err
	})
	if err != nil {
		return err
	}
	f := s.frame(r, "list", word(ctx, "nav"))
	f.Lead = word(ctx, "lead")
	return web.Render(w, r, http.StatusOK, listView(f, p))
}

func grid(tx *db.Tx, found []Review, named bool) (ui.Grid, error) {
	ctx := tx.Ctx
	g := ui.Grid{Caption: word(ctx, "list"), Cards: true, Nothing: word(ctx, "none"), Columns: []ui.Column{{Title: word(ctx, "call")}, {Title: word(ctx, "state")}, {Title: word(ctx, "points"), Number: true}}}
	if named {
		g.Columns = append(g.Columns, ui.Column{Title: word(ctx, "agent")}, ui.Column{Title: word(ctx, "reviewer")})
	}
	var persons []int64
	for _, x := range found {
		persons = append(persons, x.Agent, x.Reviewer)
	}
	names, err := account.Names(tx, persons)
	if err != nil {
		return g, err
	}
	for i := range found {
		x := &found[i]
		points := ""
		if x.Reviewer != 0 {
			points = strconv.Itoa(x.Score)
		}
		row := []ui.Cell{{Text: word(ctx, "call_of", x.Month, strconv.FormatInt(x.ID%10000, 10)), Href: href(ctx, pathOf(x))}, {Text: word(ctx, "is_"+x.State), Tag: tags[x.State]}, {Text: points}}
		if named {
			row = append(row, ui.Text(names[x.Agent], names[x.Reviewer])...)
		}
		g.Rows = append(g.Rows, row)
	}
	return g, nil
}

// onePage is one call under review.
type onePage struct {
	Errors    ui.Errors
	Refused   string
	Facts     []ui.Pair
	Base      string
	Sound     string
	Ask       bool
	Silent    string // why there is nothing to hear
	Marks     []ui.Input
	Fatal     ui.Input
	Note      ui.Input
	Score     bool
	Result    ui.Grid
	Told      []ui.Pair
	Objection ui.Input
	Object    bool
	Rule      bool
	Why       ui.Input
}

func (s *Reviews) one(w http.ResponseWriter, r *http.Request) error {
	return s.show(w, r, http.StatusOK, nil, "")
}

func (s *Reviews) show(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors, refused string) error {
	ctx := r.Context()
	province, id, err := ids(r)
	if err != nil {
		return err
	}
	a := account.From(ctx)
	p := onePage{Errors: bad, Refused: refused}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		x, err := reviewByID(tx, province, id)
		if err != nil {
			return err
		}
		if err := maySee(a, x); err != nil {
			return err
		}
		u, err := agency.Find(tx, x.Agency)
		if err != nil {
			return err
		}
		sheet, err := sheetOf(tx, u, x.Sheet)
		if err != nil {
			return err
		}
		p.Base = href(ctx, pathOf(x))
		if err := p.facts(tx, x, u); err != nil {
			return err
		}
		if err := p.hear(tx, x, a); err != nil {
			return err
		}
		p.Score = x.State == Open && mayScore(a, x) == nil
		p.Object = a.Person == x.Agent && x.State == Scored && !tx.Now.After(x.Scored.Add(objecting))
		p.Rule = x.State == Objected && a.May(Ruling, x.target()) && !a.Is(x.Agent) && !a.Is(x.Reviewer)
		p.ask(r, x, sheet, bad)
		return nil
	})
	if err != nil {
		return err
	}
	f := s.frame(r, "list", word(ctx, "one"), ui.Link{Text: word(ctx, "one")})
	f.Narrow = true
	return web.Render(w, r, status, oneView(f, p))
}

func (p *onePage) facts(tx *db.Tx, x *Review, u agency.Agency) error {
	ctx := tx.Ctx
	names, err := account.Names(tx, []int64{x.Agent, x.Reviewer, x.Ruler})
	if err != nil {
		return err
	}
	p.Facts = []ui.Pair{{Term: word(ctx, "state"), Of: ui.Tag(tags[x.State], word(ctx, "is_"+x.State))}, {Term: word(ctx, "unit"), Text: u.Name}, {Term: word(ctx, "month"), Text: x.Month}, {Term: word(ctx, "agent"), Text: names[x.Agent]}}
	if x.Reviewer == 0 {
		return nil
	}
	verdict := word(ctx, "not_passed")
	if x.Passed {
		verdict = word(ctx, "passed")
	}
	p.Facts = append(p.Facts, ui.Pair{Term: word(ctx, "points"), Text: word(ctx, "points_of", x.Score, verdict)}, ui.Pair{Term: word(ctx, "reviewer"), Text: names[x.Reviewer]}, ui.Pair{Term: word(ctx, "scored_at"), Text: i18n.Time(ctx, x.Scored)})
	for _, y := range []ui.Pair{{Term: word(ctx, "f_note"), Text: x.Note}, {Term: word(ctx, "f_objection"), Text: x.Objection}, {Term: word(ctx, "f_ruling_note"), Text: x.RulingNote}} {
		if y.Text != "" {
			p.Told = append(p.Told, y)
		}
	}
	if x.Ruling != "" {
		p.Told = append(p.Told, ui.Pair{Term: word(ctx, "ruling"), Text: word(ctx, "ruling_"+x.Ruling)}, ui.Pair{Term: word(ctx, "ruler"), Text: names[x.Ruler]})
	}
	return nil
}

// hear says where the sound is, for who may listen.
func (p *onePage) hear(tx *db.Tx, x *Review, a *account.Actor) error {
	ctx := tx.Ctx
	rec, sound, err := recording.About(tx, x.Province, x.Recording, a.Person)
	if fault.Is(err, fault.NotFound) {
		p.Silent = word(ctx, "gone")
		return nil
	}
	if err != nil {
		return err
	}
	p.Facts = append(p.Facts, ui.Pair{Term: word(ctx, "began"), Text: i18n.Time(ctx, rec.At)}, ui.Pair{Term: word(ctx, "seconds"), Text: strconv.Itoa(rec.Seconds)})
	may := a.May(Scoring, x.target()) && !a.Is(x.Agent)
	switch {
	case !may:
	case rec.Place != recording.Kept:
		p.Silent = word(ctx, "gone")
	case !a.May(recording.Listening, x.target()):
		p.Silent = word(ctx, "no_listening")
	case sound != "":
		p.Sound = href(ctx, sound)
	default:
		p.Ask = true
	}
	return nil
}

// ask makes the questions: to score, to object, to rule.
func (p *onePage) ask(r *http.Request, x *Review, sheet *Sheet, bad ui.Errors) {
	ctx := r.Context()
	p.Fatal = ui.Input{Name: "fatal", Label: word(ctx, "f_fatal"), Help: word(ctx, "fatal_help"), Optional: true, Values: x.Fatal}
	if r.Method == http.MethodPost {
		p.Fatal.Values = r.PostForm["fatal"]
	}
	p.Result = ui.Grid{Caption: word(ctx, "result"), Columns: []ui.Column{{Title: word(ctx, "item")}, {Title: word(ctx, "points"), Number: true}, {Title: word(ctx, "most"), Number: true}}}
	for _, i := range sheet.Items {
		if i.Fatal {
			p.Fatal.Options = append(p.Fatal.Options, ui.Option{Value: i.ID, Text: i.Title.In(ctx)})
			if slices.Contains(x.Fatal, i.ID) {
				p.Result.Rows = append(p.Result.Rows, ui.Text(i.Title.In(ctx), word(ctx, "found"), ""))
			}
			continue
		}
		name := "mark_" + i.ID
		in := ui.Input{Name: name, Label: i.Title.In(ctx), Type: "number", Short: true, Unit: word(ctx, "of", i.Weight), Value: r.PostFormValue(name), Error: bad.Of(ctx, name)}
		if in.Value == "" && x.Marks != nil {
			in.Value = strconv.Itoa(x.Marks[i.ID])
		}
		p.Marks = append(p.Marks, in)
		if x.Reviewer != 0 {
			p.Result.Rows = append(p.Result.Rows, ui.Text(i.Title.In(ctx), strconv.Itoa(x.Marks[i.ID]), strconv.Itoa(i.Weight)))
		}
	}
	area := func(name string) ui.Input {
		return ui.Input{Name: name, Label: word(ctx, "f_"+name), Help: word(ctx, name+"_help"), Value: r.PostFormValue(name), Rows: 4, MaxLen: maxNote, Error: bad.Of(ctx, name)}
	}
	p.Note, p.Objection, p.Why = area("note"), area("objection"), area("ruling_note")
	p.Note.Optional = true
}

// do takes a step with a review and shows it again.
func (s *Reviews) do(w http.ResponseWriter, r *http.Request, step func(province int, id int64) error) error {
	province, id, err := ids(r)
	if err != nil {
		return err
	}
	err = step(province, id)
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return s.show(w, r, http.StatusUnprocessableEntity, bad, "")
	}
	if fault.Is(err, fault.Conflict) {
		key, args, _ := fault.Sentence(err)
		return s.show(w, r, http.StatusConflict, nil, i18n.T(r.Context(), key, args...))
	}
	if err != nil {
		return err
	}
	return web.See(w, r, pathOf(&Review{Province: province, ID: id}))
}

// judgement reads the points of a form; what is no number is -1, which the use
// case refuses.
func judgement(r *http.Request) Judgement {
	in := Judgement{Marks: map[string]int{}, Note: r.PostFormValue("note"), Fatal: r.PostForm["fatal"]}
	for name := range r.PostForm {
		id, ok := strings.CutPrefix(name, "mark_")
		if !ok {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue(name)))
		if err != nil {
			n = -1
		}
		in.Marks[id] = n
	}
	return in
}

func (s *Reviews) listen(w http.ResponseWriter, r *http.Request) error {
	return s.do(w, r, func(province int, id int64) error {
		ctx, a := r.Context(), account.From(r.Context())
		var x *Review
		if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			if x, err = reviewByID(tx, province, id); err == nil {
				err = mayScore(a, x)
			}
			return err
		}); err != nil {
			return err
		}
		remote := ""
		if s.Recordings.Remote != nil {
			remote = s.Recordings.Remote(r)
		}
		_, err := s.Recordings.Ask(ctx, province, x.Recording, word(ctx, "reason", x.Month), remote)
		return err
	})
}

func (s *Reviews) score(w http.ResponseWriter, r *http.Request) error {
	return s.do(w, r, func(province int, id int64) error { return s.Score(r.Context(), province, id, judgement(r)) })
}

func (s *Reviews) object(w http.ResponseWriter, r *http.Request) error {
	return s.do(w, r, func(province int, id int64) error {
		return s.Object(r.Context(), province, id, r.PostFormValue("objection"))
	})
}

func (s *Reviews) rule(w http.ResponseWriter, r *http.Request) error {
	return s.do(w, r, func(province int, id int64) error {
		var anew *Judgement
		if r.PostFormValue("do") == changed {
			j := judgement(r)
			anew = &j
		}
		return s.Rule(r.Context(), province, id, anew, r.PostFormValue("ruling_note"))
	})
}

// sheetPage is the score sheet of one's unit.
type sheetPage struct {
	Errors ui.Errors
	Facts  []ui.Pair
	Grid   ui.Grid
	May    bool
	Action string
	Items  ui.Input
	Fatal  ui.Input
	Pass   ui.Input
	Month  ui.Input
}
