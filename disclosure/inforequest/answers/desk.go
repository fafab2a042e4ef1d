package answers

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/disclosure/inforequest"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// deskShown is how many answers a page of the desk lists.
const deskShown = 50

var allStates = []string{Draft, InReview, Published, TakenDown}

// scope is where a person handles or decides requests.
func scope(a *account.Actor) []account.Range {
	out := slices.Clone(a.Scope(inforequest.Handling))
	for _, x := range a.Scope(inforequest.Deciding) {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// deskList is the log as the office sees it.
type deskList struct {
	Filter ui.Filter
	State  ui.Input
	Grid   ui.Grid
	Pages  ui.Pages
	Often  string
}

func (s *Answers) desk(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := deskList{Filter: ui.Filter{Action: href(ctx, deskRoot)}, Often: href(ctx, oftenRoot)}
	state := r.URL.Query().Get("state")
	states := allStates
	if slices.Contains(allStates, state) {
		states, p.Filter.Reset = []string{state}, p.Filter.Action
	}
	p.State = ui.Input{Name: "state", Label: word(ctx, "state"), Value: state, Free: true, Options: []ui.Option{{Text: word(ctx, "all")}}}
	for _, x := range allStates {
		p.State.Options = append(p.State.Options, ui.Option{Value: x, Text: word(ctx, "state_"+x)})
	}
	after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	p.Grid = ui.Grid{Caption: word(ctx, "desk_nav"), Cards: true, Nothing: word(ctx, "desk_none"), Columns: []ui.Column{{Title: word(ctx, "f_title")}, {Title: word(ctx, "unit")}, {Title: word(ctx, "decision")}, {Title: word(ctx, "answered")}, {Title: word(ctx, "state")}}}
	err := s.read(ctx, func(tx *db.Tx) error {
		all, err := within(tx, scope(account.From(ctx)), states, after, deskShown+1)
		if err != nil {
			return err
		}
		if len(all) > deskShown {
			all = all[:deskShown]
			p.Pages.Older = p.Filter.Action + "?" + url.Values{"state": {state}, "after": {itoa(all[deskShown-1].ID)}}.Encode()
		}
		for _, x := range all {
			u, err := agency.Find(tx, x.Agency)
			if err != nil {
				return err
			}
			p.Grid.Rows = append(p.Grid.Rows, []ui.Cell{{Text: x.Text.Title, Href: href(ctx, deskPath(x.Province, x.ID))}, {Text: u.Name}, {Text: s.decision(ctx, x.Decision)},
				{Text: monthWords(ctx, x.Month)}, {Text: word(ctx, "state_"+x.State), Tag: tagKind(x.State)}})
		}
		return nil
	})
	if err != nil {
		return err
	}
	f := s.deskFrame(r, word(ctx, "desk_nav"))
	f.Lead = word(ctx, "desk_lead")
	return web.Render(w, r, http.StatusOK, deskView(f, p))
}

func tagKind(state string) ui.TagKind {
	return map[string]ui.TagKind{Draft: ui.TagWithdrawn, InReview: ui.TagReview, Published: ui.TagPublished, TakenDown: ui.TagDanger}[state]
}

// reviewPage is one answer at the desk.
type reviewPage struct {
	Answer  *Answer
	Asked   []string
	Summary []string
	Facts   []ui.Pair
	Files   []ui.File
	Base    string
	Public  string
	Errors  ui.Errors
	Refused string
	MayEdit bool
	MayPass bool
	MayDown bool
	Own     bool // the person acting wrote at it
	Fields  [3]ui.Input
	Why     ui.Input
	Reason  ui.Input
}

func (s *Answers) review(w http.ResponseWriter, r *http.Request) error {
	return s.showReview(w, r, http.StatusOK, nil, "")
}

func (s *Answers) showReview(rw http.ResponseWriter, r *http.Request, status int, bad ui.Errors, refused string) error {
	ctx := r.Context()
	province, id, err := numbers(r, "answer")
	if err != nil {
		return err
	}
	a := account.From(ctx)
	p := reviewPage{Errors: bad, Refused: refused, Base: href(ctx, deskPath(province, id))}
	err = s.read(ctx, func(tx *db.Tx) error {
		x, err := answerByID(tx, province, id, "")
		if err != nil {
			return err
		}
		if err := mayAt(a, x.target(), ""); err != nil {
			return err
		}
		u, err := agency.Find(tx, x.Agency)
		if err != nil {
			return err
		}
		hands, err := handsOf(tx, x)
		if err != nil {
			return err
		}
		names, err := account.Names(tx, slices.DeleteFunc([]int64{x.Author, x.Approver}, func(id int64) bool { return id == 0 }))
		p.Answer, p.Own, p.Facts = x, slices.ContainsFunc(hands, a.Is), s.facts(ctx, x, u)
		p.Facts = append(p.Facts, ui.Pair{Term: word(ctx, "state"), Of: ui.Tag(tagKind(x.State), word(ctx, "state_"+x.State))}, ui.Pair{Term: word(ctx, "author"), Text: names[x.Author]})
		if x.Approver != 0 {
			p.Facts = append(p.Facts, ui.Pair{Term: word(ctx, "approver"), Text: names[x.Approver]})
		}
		if x.Reason != "" {
			p.Facts = append(p.Facts, ui.Pair{Term: word(ctx, "f_reason"), Text: x.Reason})
		}
		if x.State == Published {
			p.Public = href(ctx, pathOf(u, x.ID))
		}
		return err
	})
	if err != nil {
		return err
	}
	s.fillReview(r, a, &p)
	f := s.deskFrame(r, p.Answer.Text.Title, ui.Link{Text: p.Answer.Text.Title})
	f.Lead, f.Narrow = word(ctx, "lead_"+p.Answer.State), true
	return web.Render(rw, r, status, reviewView(f, p))
}

func (s *Answers) fillReview(r *http.Request, a *account.Actor, p *reviewPage) {
	ctx, x := r.Context(), p.Answer
	p.Asked, p.Summary = lines(x.Text.Asked), lines(x.Text.Summary)
	for _, f := range x.Files {
		p.Files = append(p.Files, ui.File{Name: f.Name, Kind: f.Kind, Size: f.Size, Href: p.Base + "/files/" + itoa(f.ID)})
	}
	decides := a.May(inforequest.Deciding, x.target())
	p.MayEdit = x.State == Draft && a.May(inforequest.Handling, x.target())
	p.MayPass, p.MayDown = x.State == InReview && decides, x.State == Published && decides
	in := func(name, key, value string, most, rows int) ui.Input {
		if v, sent := r.PostForm[name]; sent {
			value = v[0]
		}
		i := ui.Input{Name: name, Label: word(ctx, "f_"+key), Value: value, MaxLen: most, Rows: rows, Error: p.Errors.Of(ctx, name)}
		if i18n.Has(i18n.ZH, "answers.f_"+key+"_help") {
			i.Help = word(ctx, "f_"+key+"_help")
		}
		return i
	}
	p.Fields = [3]ui.Input{in("answer_title", "title", x.Text.Title, MaxTitle, 0), in("answer_asked", "asked", x.Text.Asked, MaxAsked, 4), in("answer_summary", "summary", x.Text.Summary, MaxSummary, 8)}
	p.Why, p.Reason = in("why", "why", "", maxReason, 3), in("reason", "reason", "", maxReason, 3)
}

// step is what a form of an answer's page asks for.
type step func(ctx context.Context, r *http.Request, province int, id int64) error

// act does one step and shows the answer again, or the list when it is gone.
func (s *Answers) act(do step, gone bool) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		province, id, err := numbers(r, "answer")
		if err != nil {
			return err
		}
		ctx := r.Context()
		err = do(ctx, r, province, id)
		if bad := ui.ErrorsOf(err); len(bad) > 0 {
			return s.showReview(w, r, http.StatusUnprocessableEntity, bad, "")
		}
		if fault.Is(err, fault.Conflict) {
			key, args, _ := fault.Sentence(err)
			return s.showReview(w, r, http.StatusConflict, nil, i18n.T(ctx, key, args...))
		}
		if err != nil {
			return err
		}
		if gone {
			return web.See(w, r, deskRoot)
		}
		return web.See(w, r, deskPath(province, id))
	}
}

func textOf(r *http.Request) Text {
	get := r.PostForm.Get
	return Text{Title: get("answer_title"), Asked: get("answer_asked"), Summary: get("answer_summary")}
}

func (s *Answers) doSave(ctx context.Context, r *http.Request, province int, id int64) error {
	return s.Save(ctx, province, id, textOf(r))
}

func (s *Answers) doSubmit(ctx context.Context, r *http.Request, province int, id int64) error {
	return s.Submit(ctx, province, id, textOf(r))
}

func (s *Answers) doDiscard(ctx context.Context, _ *http.Request, province int, id int64) error {
	return s.Discard(ctx, province, id)
}

func (s *Answers) doReturn(ctx context.Context, r *http.Request, province int, id int64) error {
	return s.Return(ctx, province, id, r.PostForm.Get("why"))
}

func (s *Answers) doPublish(ctx context.Context, _ *http.Request, province int, id int64) error {
	return s.Approve(ctx, province, id)
}

func (s *Answers) doTakeDown(ctx context.Context, r *http.Request, province int, id int64) error {
	return s.TakeDown(ctx, province, id, r.PostForm.Get("reason"))
}

// deskFile gives a file of an answer to those who write and review it.
func (s *Answers) deskFile(rw http.ResponseWriter, r *http.Request) error {
	province, id, err := numbers(r, "answer")
	if err != nil {
		return err
	}
	var w *Answer
	if err := s.read(r.Context(), func(tx *db.Tx) (err error) {
		if w, err = answerByID(tx, province, id, ""); err != nil {
			return err
		}
		return mayAt(account.From(r.Context()), w.target(), "")
	}); err != nil {
		return err
	}
	return s.send(rw, r, w)
}

// Waiting is what the room has for the inbox of the person acting: drafts to be
// finished, answers to be published, proposals to be taken up.
func (s *Answers) Waiting(ctx context.Context) (out []front.Waiting, err error) {
	defer fault.Wrap(&err, "answers.Waiting")
	a := account.From(ctx)
	err = s.read(ctx, func(tx *db.Tx) error {
		for _, g := range []struct{ state, verb string }{{Draft, inforequest.Handling}, {InReview, inforequest.Deciding}} {
			if !a.Holds(g.verb) {
				continue
			}
			all, err := within(tx, a.Scope(g.verb), []string{g.state}, 0, deskShown)
			if err != nil {
				return err
			}
			group := front.Waiting{Kind: "answers.wait_" + g.state, Mine: true}
			for _, x := range all {
				if g.state == Draft && !a.Is(x.Author) {
					continue
				}
				group.Works = append(group.Works, ui.Work{Href: href(ctx, deskPath(x.Province, x.ID)), Title: x.Text.Title, Meta: []string{word(ctx, "title")},
					Tag: tagKind(x.State), TagWords: word(ctx, "state_"+x.State), Next: word(ctx, "next_"+x.State), Spent: -1})
			}
			if len(group.Works) > 0 {
				out = append(out, group)
			}
		}
		proposals, err := s.waitingOften(tx, a)
		if err == nil && len(proposals.Works) > 0 {
			out = append(out, proposals)
		}
		return err
	})
	return out, err
}
