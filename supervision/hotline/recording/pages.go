package recording

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/hotline"
)

const (
	root    = "/desk/hotline/recordings"
	one     = root + "/{province}/{recording}"
	perPage = 50
)

// Join adds the page to the staff navigation.
func (s *Recordings) Join(f *front.Front) {
	f.DeskNav(front.Hotline, "recording.nav", root, Listening, hotline.Answering)
}

// Routes are the room's pages; which recording a person may see is asked again
// by the use case.
func (s *Recordings) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + root, Access: web.SignedIn, Handler: s.list},
		{Pattern: "GET " + one, Access: web.SignedIn, Handler: s.one},
		{Pattern: "POST " + one + "/listen", Access: web.May(Listening), Handler: s.ask},
		{Pattern: "GET " + one + "/sound/{access}", Access: web.May(Listening), Handler: s.sound},
	}
}

func word(ctx context.Context, key string) string {
	return i18n.T(ctx, "recording."+key)
}

func href(ctx context.Context, parts ...string) string { return web.URL(ctx, strings.Join(parts, "")) }

func pathOf(province int, id int64) string {
	return root + "/" + strconv.Itoa(province) + "/" + strconv.FormatInt(id, 10)
}

func ids(r *http.Request) (province int, id int64, err error) {
	p, err := web.PathID(r, "province")
	if err != nil {
		return 0, 0, err
	}
	id, err = web.PathID(r, "recording")
	return int(p), id, err
}

func (s *Recordings) frame(r *http.Request, title string, more ...ui.Link) ui.Frame {
	return s.Front.Desk(r, title, s.Front.Way(r, front.Hotline, "recording.nav", root, more...)...)
}

// listPage is the list of recordings.
type listPage struct {
	Filter ui.Filter
	Day    ui.Input
	Agent  ui.Input
	Line   ui.Input
	Grid   ui.Grid
	Pages  ui.Pages
}

// asked is what the reader narrows the list to.
func asked(a *account.Actor, v url.Values) (query, error) {
	q := query{ranges: a.Scope(Listening), limit: perPage + 1}
	if len(q.ranges) == 0 {
		q.ranges, q.person = nil, a.Person // an agent sees what is kept of himself
	}
	if d := v.Get("day"); d != "" {
		day, err := clock.ParseDate(d)
		if err != nil {
			return query{}, fault.Say(fault.NotFound, "fault.not_found")
		}
		q.day = day.String()
	}
	number := func(name string) int64 {
		n, _ := strconv.ParseInt(v.Get(name), 10, 64)
		return n
	}
	if q.ranges != nil {
		q.person = number("agent")
	}
	q.line = number("line")
	at, id, _ := strings.Cut(v.Get("after"), "_")
	q.after, _ = strconv.ParseInt(at, 10, 64)
	q.id, _ = strconv.ParseInt(id, 10, 64)
	return q, nil
}

func (s *Recordings) list(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), r.URL.Query()
	q, err := asked(account.From(ctx), v)
	if err != nil {
		return err
	}
	p := listPage{Filter: ui.Filter{Action: href(ctx, root)}}
	if v.Get("day")+v.Get("agent")+v.Get("line") != "" {
		p.Filter.Reset = p.Filter.Action
	}
	var lines []hotline.Ref
	p.Day = ui.Input{Name: "day", Label: word(ctx, "day"), Value: v.Get("day"), Type: "date", Free: true, Short: true}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := list(tx, q)
		if err != nil {
			return err
		}
		if len(found) > perPage {
			found = found[:perPage]
			last := found[perPage-1]
			v.Set("after", strconv.FormatInt(clock.Millis(last.At), 10)+"_"+strconv.FormatInt(last.ID, 10))
			p.Pages.Older = p.Filter.Action + "?" + v.Encode()
		}
		lines, err = s.fill(tx, &p, v, found)
		return err
	})
	if err != nil {
		return err
	}
	if err := s.nameLines(ctx, &p, lines); err != nil {
		return err
	}
	f := s.frame(r, word(ctx, "nav"))
	f.Lead = word(ctx, "lead")
	return web.Render(w, r, http.StatusOK, listView(f, p))
}

// nameLines puts the lines' names in place of their units', outside of the
// transaction that listed them.
func (s *Recordings) nameLines(ctx context.Context, p *listPage, lines []hotline.Ref) error {
	if s.Line == nil {
		return nil
	}
	for i, ref := range lines {
		l, err := s.Line(ctx, ref)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		p.Line.Options[i+1].Text = l.Name // after "all"
	}
	return nil
}

func (s *Recordings) fill(tx *db.Tx, p *listPage, v url.Values, found []Recording) (lines []hotline.Ref, err error) {
	ctx := tx.Ctx
	var persons []int64
	for _, x := range found {
		persons = append(persons, x.Person)
	}
	names, err := account.Names(tx, persons)
	if err != nil {
		return nil, err
	}
	p.Grid = ui.Grid{Caption: word(ctx, "nav"), Cards: true, Nothing: word(ctx, "none"), Columns: []ui.Column{{Title: word(ctx, "began")}, {Title: word(ctx, "unit")}, {Title: word(ctx, "agent")}, {Title: word(ctx, "length"), Number: true}, {Title: word(ctx, "state")}}}
	all := ui.Option{Text: word(ctx, "all")}
	p.Agent = ui.Input{Name: "agent", Label: word(ctx, "agent"), Value: v.Get("agent"), Free: true, Options: []ui.Option{all}}
	p.Line = ui.Input{Name: "line", Label: word(ctx, "line"), Value: v.Get("line"), Free: true, Options: []ui.Option{all}}
	seen := map[int64]bool{}
	for _, x := range found {
		u, err := agency.Find(tx, x.Agency)
		if err != nil {
			return nil, err
		}
		if !seen[x.Person] && x.Person != 0 {
			p.Agent.Options = append(p.Agent.Options, ui.Option{Value: strconv.FormatInt(x.Person, 10), Text: names[x.Person]})
		}
		if !seen[x.Line] {
			p.Line.Options = append(p.Line.Options, ui.Option{Value: strconv.FormatInt(x.Line, 10), Text: u.Name})
			lines = append(lines, hotline.Ref{Province: x.Province, ID: x.Line})
		}
		seen[x.Person], seen[x.Line] = true, true
		kind, words := state(ctx, &x)
		p.Grid.Rows = append(p.Grid.Rows, []ui.Cell{{Text: i18n.Time(ctx, x.At), Href: href(ctx, pathOf(x.Province, x.ID))}, {Text: u.Name}, {Text: names[x.Person]}, {Text: length(x.Seconds)}, {Text: words, Tag: kind}})
	}
	return lines, nil
}

// state says in a word what there is to hear.
func state(ctx context.Context, x *Recording) (ui.TagKind, string) {
	switch {
	case x.Absent != "":
		return ui.TagWithdrawn, word(ctx, "absent_"+x.Absent)
	case !x.Destroyed.IsZero():
		return ui.TagWithdrawn, word(ctx, "is_destroyed")
	case x.Place == Spool:
		return ui.TagReview, word(ctx, "is_spool")
	case !x.Complete:
		return ui.TagDanger, word(ctx, "is_cut")
	}
	return ui.TagPublished, word(ctx, "is_kept")
}

// onePage is one recording.
type onePage struct {
	Errors   ui.Errors
	Facts    []ui.Pair
	Accesses ui.Grid
	Action   string
	Reason   ui.Input
	May      bool
	Sound    string
}

func (s *Recordings) one(w http.ResponseWriter, r *http.Request) error {
	return s.show(w, r, http.StatusOK, nil)
}

func (s *Recordings) show(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx := r.Context()
	province, id, err := ids(r)
	if err != nil {
		return err
	}
	a := account.From(ctx)
	p := onePage{Errors: bad, Action: href(ctx, pathOf(province, id), "/listen"), Reason: ui.Input{Name: "reason", Label: word(ctx, "reason"), Help: word(ctx, "reason_help"), Value: r.PostFormValue("reason"), MaxLen: maxReason, Error: bad.Of(ctx, "reason")}}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		x, err := byID(tx, province, id)
		if err != nil {
			return err
		}
		if err := maySee(a, x); err != nil {
			return err
		}
		p.May = x.Place == Kept && a.May(Listening, x.target())
		if err := facts(tx, &p, x); err != nil {
			return err
		}
		return s.heard(tx, &p, x, a)
	})
	if err != nil {
		return err
	}
	f := s.frame(r, word(ctx, "one"), ui.Link{Text: word(ctx, "one")})
	f.Narrow = true
	return web.Render(w, r, status, oneView(f, p))
}

func facts(tx *db.Tx, p *onePage, x *Recording) error {
	ctx := tx.Ctx
	u, err := agency.Find(tx, x.Agency)
	if err != nil {
		return err
	}
	names, err := account.Names(tx, []int64{x.Person})
	if err != nil {
		return err
	}
	kind, words := state(ctx, x)
	p.Facts = []ui.Pair{{Term: word(ctx, "state"), Of: ui.Tag(kind, words)}, {Term: word(ctx, "began"), Text: i18n.Time(ctx, x.At)}, {Term: word(ctx, "unit"), Text: u.Name}, {Term: word(ctx, "agent"), Text: names[x.Person]}, {Term: word(ctx, "length"), Text: length(x.Seconds)}}
	if x.Gaps > 0 {
		p.Facts = append(p.Facts, ui.Pair{Term: word(ctx, "gaps"), Text: length(x.Gaps)})
	}
	if x.Hash != "" {
		p.Facts = append(p.Facts, ui.Pair{Term: word(ctx, "hash"), Text: x.Hash})
	}
	if !x.Destroyed.IsZero() {
		p.Facts = append(p.Facts, ui.Pair{Term: word(ctx, "destroyed_at"), Text: i18n.Time(ctx, x.Destroyed)})
	}
	return nil
}

// heard lists who listened, and lets go on who has a reason that still holds.
func (s *Recordings) heard(tx *db.Tx, p *onePage, x *Recording, a *account.Actor) error {
	ctx := tx.Ctx
	all, err := accesses(tx, x.Province, x.ID)
	if err != nil {
		return err
	}
	var persons []int64
	for _, y := range all {
		persons = append(persons, y.Person)
	}
	names, err := account.Names(tx, persons)
	if err != nil {
		return err
	}
	p.Accesses = ui.Grid{Caption: word(ctx, "accesses"), Cards: true, Nothing: word(ctx, "accesses_none"), Columns: []ui.Column{{Title: word(ctx, "when")}, {Title: word(ctx, "who")}, {Title: word(ctx, "reason")}, {Title: word(ctx, "from")}}}
	for _, y := range all {
		p.Accesses.Rows = append(p.Accesses.Rows, ui.Text(i18n.Time(ctx, y.At), names[y.Person], y.Reason, y.Remote))
		if p.May && p.Sound == "" && y.Person == a.Person && tx.Now.Before(y.Until) {
			p.Sound = href(ctx, pathOf(x.Province, x.ID), "/sound/", strconv.FormatInt(y.ID, 10))
		}
	}
	return nil
}

func (s *Recordings) ask(w http.ResponseWriter, r *http.Request) error {
	province, id, err := ids(r)
	if err != nil {
		return err
	}
	_, err = s.Ask(r.Context(), province, id, r.PostFormValue("reason"), s.remote(r))
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return s.show(w, r, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, pathOf(province, id))
}

// remote is where the listener sits, in the words of the sign-in record.
func (s *Recordings) remote(r *http.Request) string {
	if s.Remote == nil {
		return ""
	}
	return s.Remote(r)
}

// sound sends the opened sound, whole or the part asked for.
func (s *Recordings) sound(w http.ResponseWriter, r *http.Request) error {
	province, id, err := ids(r)
	if err != nil {
		return err
	}
	which, err := web.PathID(r, "access")
	if err != nil {
		return err
	}
	x, err := s.admitted(r.Context(), province, id, which)
	if err != nil {
		return err
	}
	sound, c, err := s.open(r.Context(), x)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	w.Header().Set("Content-Type", "audio/wav")
	w.Header().Set("Cache-Control", "no-store")
	http.ServeContent(w, r, "", x.At, sound)
	return nil
}
