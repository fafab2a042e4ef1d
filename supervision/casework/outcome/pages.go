package outcome

import (
	"context"
	"net/http"
	"net/url"
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
	"yangguang/norm"
	"yangguang/supervision/casework"
)

const (
	publicRoot = "/matters/outcomes"
	deskRoot   = "/desk/outcomes"
	deskNew    = "/desk/write-outcome/{province}/{matter}"
	deskOne    = deskRoot + "/{province}/{outcome}"
)

// perPage is how many cases a page lists.
const perPage = 30

// Join adds the desk's page to the staff navigation.
func (o *Outcomes) Join(f *front.Front) {
	f.DeskNav(front.Casework, "outcome.desk_nav", deskRoot, casework.Handling, casework.Reviewing)
}

// Routes are the room's pages, the permission beside each; what a person may do
// to the case behind one is asked again by the use case.
func (o *Outcomes) Routes() []web.Route {
	handle, review := web.May(casework.Handling), web.May(casework.Reviewing)
	return []web.Route{
		{Pattern: "GET " + publicRoot, Access: web.Public, Handler: o.list, Cached: true},
		{Pattern: "GET " + publicRoot + "/{province}/{outcome}", Access: web.Public, Handler: o.show, Cached: true},
		{Pattern: "GET " + deskRoot, Access: web.SignedIn, Handler: o.desk},
		{Pattern: "GET " + deskNew, Access: handle, Handler: o.write},
		{Pattern: "POST " + deskNew, Access: handle, Handler: o.propose},
		{Pattern: "GET " + deskOne, Access: web.SignedIn, Handler: o.one},
		{Pattern: "POST " + deskOne + "/rewrite", Access: handle, Handler: o.do(func(r *http.Request, p int, id int64) error { return o.Rewrite(r.Context(), p, id, textOf(r)) })},
		{Pattern: "POST " + deskOne + "/publish", Access: review, Handler: o.do(func(r *http.Request, p int, id int64) error { return o.Publish(r.Context(), p, id) })},
		{Pattern: "POST " + deskOne + "/return", Access: review, Handler: o.do(func(r *http.Request, p int, id int64) error {
			return o.Return(r.Context(), p, id, r.PostFormValue("why"))
		})},
		{Pattern: "POST " + deskOne + "/take-down", Access: review, Handler: o.do(func(r *http.Request, p int, id int64) error {
			return o.TakeDown(r.Context(), p, id, r.PostFormValue("why"))
		})},
	}
}

func word(ctx context.Context, key string, args ...any) string {
	return i18n.T(ctx, "outcome."+key, args...)
}

func href(ctx context.Context, parts ...string) string { return web.URL(ctx, strings.Join(parts, "")) }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func pathOf(root string, province int, id int64) string {
	return root + "/" + strconv.Itoa(province) + "/" + itoa(id)
}

func lines(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
}

// ids reads the province and an id of an address.
func ids(r *http.Request, name string) (province int, id int64, err error) {
	p, err := web.PathID(r, "province")
	if err != nil || p > 99 {
		return 0, 0, fault.Say(fault.NotFound, "fault.not_found")
	}
	id, err = web.PathID(r, name)
	return int(p), id, err
}

func (o *Outcomes) topic(ctx context.Context, id string) string {
	if t := o.Cases.Norm.Casework.Topic(id); t != nil {
		return t.Title.In(ctx)
	}
	return word(ctx, "no_topic")
}

func (o *Outcomes) kind(ctx context.Context, id string) string {
	if t := o.Cases.Norm.Casework.Type(id); t != nil {
		return t.Title.In(ctx)
	}
	return id
}

func (o *Outcomes) result(ctx context.Context, id string) string {
	i := slices.IndexFunc(o.Cases.Norm.Casework.Results, func(c norm.Choice) bool { return c.ID == id })
	if i < 0 {
		return id
	}
	return o.Cases.Norm.Casework.Results[i].Title.In(ctx)
}

// month shows 2026-11.
func month(ctx context.Context, m string) string {
	year, mm, _ := strings.Cut(m, "-")
	return word(ctx, "month", year, strings.TrimPrefix(mm, "0"))
}

// listPage is the public list.
type listPage struct {
	Filter  ui.Filter
	Topic   ui.Input
	Entries []ui.Entry
	Pages   ui.Pages
	Bring   string
}

func (o *Outcomes) list(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), r.URL.Query()
	p := listPage{Filter: ui.Filter{Action: href(ctx, publicRoot)}, Bring: href(ctx, "/matters")}
	q := query{within: o.Front.Home, topic: v.Get("topic"), limit: perPage + 1}
	month, id, _ := strings.Cut(v.Get("after"), "_")
	if n, err := strconv.ParseInt(id, 10, 64); err == nil && len(month) == 7 {
		q.after = key{month, n}
	}
	if q.topic != "" {
		p.Filter.Reset = p.Filter.Action
	}
	p.Topic = ui.Input{Name: "topic", Label: word(ctx, "topic"), Value: q.topic, Free: true, Options: []ui.Option{{Text: word(ctx, "all")}}}
	for _, t := range o.Cases.Norm.Casework.Topics {
		p.Topic.Options = append(p.Topic.Options, ui.Option{Value: t.ID, Text: t.Title.In(ctx)})
	}
	f := o.Front.Page(r, word(ctx, "title"), append(o.Front.Crumbs(r, nil, nil), ui.Link{Text: word(ctx, "matters"), Href: href(ctx, "/matters")}, ui.Link{Text: word(ctx, "title")})...)
	err := o.Cases.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := published(tx, q)
		if err != nil {
			return err
		}
		if len(found) > perPage {
			found = found[:perPage]
			last := found[perPage-1]
			p.Pages.Older = p.Filter.Action + "?" + url.Values{"topic": {q.topic}, "after": {last.Published + "_" + itoa(last.ID)}}.Encode()
		}
		p.Entries, err = o.entries(tx, found)
		return err
	})
	if err != nil {
		return err
	}
	f.Lead, f.Description, f.NoIndex = word(ctx, "lead"), word(ctx, "lead"), q.topic != "" || q.after.id != 0
	return web.Render(w, r, http.StatusOK, listView(f, p))
}

func (o *Outcomes) entries(tx *db.Tx, found []Outcome) (out []ui.Entry, err error) {
	ctx := tx.Ctx
	for _, x := range found {
		u, err := agency.Find(tx, x.Agency)
		if err != nil {
			return nil, err
		}
		out = append(out, ui.Entry{Title: x.Text.Title, Href: href(ctx, pathOf(publicRoot, x.Province, x.ID)), Meta: strings.Join([]string{u.Name, o.topic(ctx, x.Topic), o.result(ctx, x.Result)}, " · "), When: month(ctx, x.Month), WhenISO: x.Month})
	}
	return out, nil
}

// casePage is one case for everybody.
type casePage struct {
	Facts []ui.Pair
	Asked []string
	Reply []string
	Gone  string
	All   string
	Bring string
}

func (o *Outcomes) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	province, id, err := ids(r, "outcome")
	if err != nil {
		return err
	}
	p := casePage{All: href(ctx, publicRoot), Bring: href(ctx, "/matters")}
	var x *Outcome
	err = o.Cases.DB.Read(ctx, func(tx *db.Tx) error {
		if x, err = outcomeByID(tx.Of(allTag), province, id, ""); err != nil {
			return err
		}
		if x.State != Published && x.State != TakenDown {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		u, err := agency.Find(tx, x.Agency)
		p.Facts = []ui.Pair{{Term: word(ctx, "unit"), Text: u.Name}, {Term: word(ctx, "kind"), Text: o.kind(ctx, x.Type)}, {Term: word(ctx, "topic"), Text: o.topic(ctx, x.Topic)},
			{Term: word(ctx, "result"), Text: o.result(ctx, x.Result)}, {Term: word(ctx, "closed"), Text: month(ctx, x.Month)}}
		return err
	})
	if err != nil {
		return err
	}
	title, status := x.Text.Title, http.StatusOK
	if x.State == TakenDown {
		title, status, p.Gone, p.Facts = word(ctx, "gone_title"), http.StatusGone, x.Reason, nil
	} else {
		p.Asked, p.Reply = lines(x.Text.Asked), lines(x.Text.Reply)
	}
	f := o.Front.Page(r, title, append(o.Front.Crumbs(r, nil, nil), ui.Link{Text: word(ctx, "matters"), Href: href(ctx, "/matters")}, ui.Link{Text: word(ctx, "title"), Href: href(ctx, publicRoot)}, ui.Link{Text: title})...)
	f.Narrow = true
	return web.Render(w, r, status, caseView(f, p))
}

// deskPage is the list at the desk.
type deskPage struct{ Grid ui.Grid }

func (o *Outcomes) desk(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a := account.From(ctx)
	ranges := append(slices.Clone(a.Scope(casework.Handling)), a.Scope(casework.Reviewing)...)
	p := deskPage{ui.Grid{Caption: word(ctx, "desk_nav"), Cards: true, Nothing: word(ctx, "desk_none"), Columns: []ui.Column{{Title: word(ctx, "f_title")}, {Title: word(ctx, "unit")}, {Title: word(ctx, "topic")}, {Title: word(ctx, "closed")}, {Title: word(ctx, "state")}}}}
	err := o.Cases.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := atDesk(tx, ranges, 100)
		if err != nil {
			return err
		}
		for _, x := range found {
			u, err := agency.Find(tx, x.Agency)
			if err != nil {
				return err
			}
			p.Grid.Rows = append(p.Grid.Rows, []ui.Cell{{Text: x.Text.Title, Href: href(ctx, pathOf(deskRoot, x.Province, x.ID))}, {Text: u.Name}, {Text: o.topic(ctx, x.Topic)}, {Text: month(ctx, x.Month)}, {Text: word(ctx, "state_"+x.State), Tag: tagKind(x.State)}})
		}
		return nil
	})
	if err != nil {
		return err
	}
	f := o.frame(r, word(ctx, "desk_nav"))
	f.Lead = word(ctx, "desk_lead")
	return web.Render(w, r, http.StatusOK, deskView(f, p))
}

func tagKind(state string) ui.TagKind {
	return map[string]ui.TagKind{InReview: ui.TagReview, Returned: ui.TagWithdrawn, Published: ui.TagPublished, TakenDown: ui.TagDanger}[state]
}

func (o *Outcomes) frame(r *http.Request, title string, crumbs ...ui.Link) ui.Frame {
	ctx := r.Context()
	way := []ui.Link{{Text: word(ctx, "desk"), Href: href(ctx, "/desk")}, {Text: word(ctx, "desk_nav"), Href: href(ctx, deskRoot)}}
	return o.Front.Desk(r, title, append(way, crumbs...)...)
}

// formPage writes a case, or shows one with what may be done to it.
type formPage struct {
	Errors  ui.Errors
	Refused string
	Action  string
	Fields  [3]ui.Input
	Facts   []ui.Pair
	Asked   []string
	Reply   []string
	Note    string
	Base    string
	Public  string
	Why     ui.Input
	Edit    bool
	Pass    bool
	Down    bool
	Own     bool
}

func textOf(r *http.Request) Text {
	return Text{Title: r.PostFormValue("title"), Asked: r.PostFormValue("asked"), Reply: r.PostFormValue("reply")}
}

func fields(ctx context.Context, t Text, bad ui.Errors) [3]ui.Input {
	in := func(name, value string, most, rows int) ui.Input {
		return ui.Input{Name: name, Label: word(ctx, "f_"+name), Help: word(ctx, "f_"+name+"_help"), Value: value, MaxLen: most, Rows: rows, Error: bad.Of(ctx, name)}
	}
	return [3]ui.Input{in("title", t.Title, maxTitle, 0), in("asked", t.Asked, maxText, 5), in("reply", t.Reply, maxText, 6)}
}

func (o *Outcomes) write(w http.ResponseWriter, r *http.Request) error {
	return o.writing(w, r, http.StatusOK, Text{}, nil, "")
}

func (o *Outcomes) writing(w http.ResponseWriter, r *http.Request, status int, t Text, bad ui.Errors, refused string) error {
	ctx := r.Context()
	province, id, err := ids(r, "matter")
	if err != nil {
		return err
	}
	k, err := o.Cases.Open(ctx, province, id)
	if err != nil {
		return err
	}
	p := formPage{Errors: bad, Refused: refused, Action: href(ctx, "/desk/write-outcome/", strconv.Itoa(province), "/", itoa(id)), Fields: fields(ctx, t, bad), Edit: true,
		Facts: []ui.Pair{{Term: word(ctx, "kind"), Text: o.kind(ctx, k.Type)}, {Term: word(ctx, "topic"), Text: o.topic(ctx, k.Topic)}, {Term: word(ctx, "result"), Text: o.result(ctx, k.Result)}}}
	f := o.frame(r, word(ctx, "write"), ui.Link{Text: word(ctx, "write")})
	f.Lead, f.Narrow = word(ctx, "write_lead"), true
	return web.Render(w, r, status, formView(f, p))
}

func (o *Outcomes) propose(w http.ResponseWriter, r *http.Request) error {
	province, id, err := ids(r, "matter")
	if err != nil {
		return err
	}
	made, err := o.Propose(r.Context(), province, id, textOf(r))
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return o.writing(w, r, http.StatusUnprocessableEntity, textOf(r), bad, "")
	}
	if fault.Is(err, fault.Conflict) {
		return o.writing(w, r, http.StatusConflict, textOf(r), nil, sentence(r.Context(), err))
	}
	if err != nil {
		return err
	}
	return web.See(w, r, pathOf(deskRoot, made.Province, made.ID))
}

func (o *Outcomes) one(w http.ResponseWriter, r *http.Request) error {
	return o.showOne(w, r, http.StatusOK, nil, "")
}

func (o *Outcomes) showOne(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors, refused string) error {
	ctx := r.Context()
	province, id, err := ids(r, "outcome")
	if err != nil {
		return err
	}
	a := account.From(ctx)
	p := formPage{Errors: bad, Refused: refused, Base: href(ctx, pathOf(deskRoot, province, id))}
	var x *Outcome
	err = o.Cases.DB.Read(ctx, func(tx *db.Tx) error {
		if x, err = outcomeByID(tx, province, id, ""); err != nil {
			return err
		}
		if err := casework.MayShow(a, x.target(), ""); err != nil {
			return err
		}
		u, err := agency.Find(tx, x.Agency)
		if err != nil {
			return err
		}
		names, err := account.Names(tx, []int64{x.Author})
		p.Facts = []ui.Pair{{Term: word(ctx, "state"), Of: ui.Tag(tagKind(x.State), word(ctx, "state_"+x.State))}, {Term: word(ctx, "unit"), Text: u.Name}, {Term: word(ctx, "kind"), Text: o.kind(ctx, x.Type)},
			{Term: word(ctx, "topic"), Text: o.topic(ctx, x.Topic)}, {Term: word(ctx, "result"), Text: o.result(ctx, x.Result)}, {Term: word(ctx, "author"), Text: names[x.Author]}}
		return err
	})
	if err != nil {
		return err
	}
	t := x.Text
	if _, sent := r.PostForm["title"]; sent {
		t = textOf(r)
	}
	p.Action, p.Fields, p.Asked, p.Reply, p.Note = p.Base+"/rewrite", fields(ctx, t, bad), lines(x.Text.Asked), lines(x.Text.Reply), x.Note
	p.Why = ui.Input{Name: "why", Label: word(ctx, "f_why"), Value: r.PostFormValue("why"), MaxLen: maxReason, Rows: 3, Error: bad.Of(ctx, "why")}
	reviews := a.May(casework.Reviewing, x.target())
	p.Edit, p.Own = x.State == Returned && a.May(casework.Handling, x.target()), a.Is(x.Author) || a.Is(x.AuthorFor)
	p.Pass, p.Down = x.State == InReview && reviews, x.State == Published && reviews
	if x.State == Published {
		p.Public = href(ctx, pathOf(publicRoot, province, id))
	}
	f := o.frame(r, x.Text.Title, ui.Link{Text: x.Text.Title})
	f.Narrow = true
	return web.Render(w, r, status, formView(f, p))
}

// do takes one step and shows the case again.
func (o *Outcomes) do(step func(r *http.Request, province int, id int64) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		province, id, err := ids(r, "outcome")
		if err != nil {
			return err
		}
		err = step(r, province, id)
		if bad := ui.ErrorsOf(err); len(bad) > 0 {
			return o.showOne(w, r, http.StatusUnprocessableEntity, bad, "")
		}
		if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Forbidden) {
			return o.showOne(w, r, http.StatusConflict, nil, sentence(r.Context(), err))
		}
		if err != nil {
			return err
		}
		return web.See(w, r, pathOf(deskRoot, province, id))
	}
}

func sentence(ctx context.Context, err error) string {
	key, args, _ := fault.Sentence(err)
	return i18n.T(ctx, key, args...)
}

// Waiting are the cases that wait for a second person, or were sent back, for
// the staff's inbox.
func (o *Outcomes) Waiting(ctx context.Context) (out []front.Waiting, err error) {
	defer fault.Wrap(&err, "outcome.Waiting")
	a := account.From(ctx)
	err = o.Cases.DB.Read(ctx, func(tx *db.Tx) error {
		for state, verb := range map[string]string{InReview: casework.Reviewing, Returned: casework.Handling} {
			found, err := atDesk(tx, a.Scope(verb), 50)
			if err != nil {
				return err
			}
			group := front.Waiting{Kind: "outcome.wait_" + state, Mine: true}
			for _, x := range found {
				if x.State == state && a.Is(x.Author) == (state == Returned) {
					group.Works = append(group.Works, ui.Work{Href: href(ctx, pathOf(deskRoot, x.Province, x.ID)), Title: x.Text.Title, Meta: []string{word(ctx, "title")},
						Tag: tagKind(x.State), TagWords: word(ctx, "state_"+x.State), Next: word(ctx, "next_"+x.State), Spent: -1})
				}
			}
			if len(group.Works) > 0 {
				out = append(out, group)
			}
		}
		return nil
	})
	slices.SortFunc(out, func(a, b front.Waiting) int { return strings.Compare(a.Kind, b.Kind) })
	return out, err
}
