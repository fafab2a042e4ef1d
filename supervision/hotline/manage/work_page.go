package manage

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/fault"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/hotline"
)

// callbacksPage lists whom to call back.
type callbacksPage struct {
	Refused string
	Tabs    []ui.Link
	Rows    []callbackRow
	Nothing string
	Results ui.Input
	Live    string
}

// callbackTabs are the words of the three lists.
var callbackTabs = map[string]string{"open": "callback_open", "taken": "callback_taken_tab", "done": "callback_done"}

type callbackRow struct {
	Title, Meta  string
	Tag          ui.TagKind
	TagWords     string
	Take, Settle string
}

func (p *Pages) callbacks(w http.ResponseWriter, r *http.Request) error {
	return p.showCallbacks(w, r, http.StatusOK, "")
}

func (p *Pages) showCallbacks(w http.ResponseWriter, r *http.Request, status int, refused string) error {
	ctx, a := r.Context(), account.From(r.Context())
	if err := needs(ctx, hotline.Verbs()...); err != nil {
		return err
	}
	state := backsOf(r)
	all, err := p.Hotline.CallBacks(ctx, state)
	if err != nil {
		return err
	}
	v := callbacksPage{Refused: refused, Nothing: word(ctx, "callbacks_none_"+state), Live: href(ctx, callbacks, "/events?state=", state, "&seen=", stampOfBacks(all))}
	for _, s := range []string{"open", "taken", "done"} {
		v.Tabs = append(v.Tabs, ui.Link{Text: word(ctx, callbackTabs[s]), Href: href(ctx, callbacks, "?state=", s), Current: s == state})
	}
	v.Results = ui.Input{Name: "result", Label: word(ctx, "f_result"), Free: true, Options: []ui.Option{{Text: word(ctx, "result_later")}}}
	for _, x := range hotline.Results {
		v.Results.Options = append(v.Results.Options, ui.Option{Value: x, Text: word(ctx, "result_"+x)})
	}
	var units, persons []int64
	for _, b := range all {
		units, persons = append(units, b.Agency), append(persons, b.Person)
	}
	names, who, err := p.names(ctx, units, persons)
	if err != nil {
		return err
	}
	for i := range all {
		b := &all[i]
		row := callbackRow{Title: p.caller(r, b.Sealed, p.Hotline.MaskedOf(b)), Tag: ui.TagWaiting, TagWords: word(ctx, "reason_"+b.Reason),
			Meta: word(ctx, "callback_meta", names[b.Agency], moment(ctx, b.QueuedAt))}
		if b.Tries > 0 {
			row.Meta += " · " + word(ctx, "callback_tries", b.Tries)
		}
		if b.First {
			row.Tag = ui.TagDanger
		}
		if who[b.Person] != "" {
			row.Meta += " · " + who[b.Person]
		}
		switch b.State {
		case "open":
			row.Take = href(ctx, pathOf(callbacks, b.Ref(), "/take"))
		case "taken":
			if b.Person == a.Person || a.May(hotline.Leading, account.Target{Agency: b.Agency, Division: int64(b.Region)}) {
				row.Settle = href(ctx, pathOf(callbacks, b.Ref(), "/settle"))
			}
		case "done":
			row.Tag, row.TagWords = ui.TagPublished, word(ctx, "result_"+b.Result)
		}
		v.Rows = append(v.Rows, row)
	}
	f := p.Frame(r, word(ctx, "callbacks"))
	f.Lead = word(ctx, "callbacks_lead")
	return web.Render(w, r, status, callbacksView(f, v))
}

// backsOf is which call-backs a list is asked for.
func backsOf(r *http.Request) string {
	if s := r.URL.Query().Get("state"); s == "taken" || s == "done" {
		return s
	}
	return "open"
}

// stampOfBacks is all that a list shows of call-backs, in one word.
func stampOfBacks(all []hotline.CallBack) string {
	h := fnv.New64a()
	for i := range all {
		b := &all[i]
		_, _ = fmt.Fprintln(h, b.ID, b.State, b.Person, b.Tries, b.First, b.Result)
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// callbackEvents tells a list of call-backs to ask for itself again.
func (p *Pages) callbackEvents(w http.ResponseWriter, r *http.Request) error {
	if err := needs(r.Context(), hotline.Verbs()...); err != nil {
		return err
	}
	bell, silence := p.Hotline.Bell.Listen()
	defer silence()
	p.streams.Follow(w, r, bell, lookEvery, r.URL.Query().Get("seen"), func(ctx context.Context) (string, error) {
		all, err := p.Hotline.CallBacks(ctx, backsOf(r))
		return stampOfBacks(all), err
	})
	return nil
}

// caller is how a page names a caller it may not show.
func (p *Pages) caller(r *http.Request, sealed bool, masked string) string {
	switch {
	case sealed:
		return word(r.Context(), "caller_sealed")
	case masked == "":
		return word(r.Context(), "caller_private")
	}
	return masked
}

func (p *Pages) callbackAct(w http.ResponseWriter, r *http.Request, to string, f func(ref hotline.Ref) error) error {
	ref, err := refOf(r, "callback")
	if err != nil {
		return err
	}
	if err := f(ref); fault.Is(err, fault.Conflict) {
		key, args, _ := fault.Sentence(err)
		return p.showCallbacks(w, r, http.StatusConflict, word(r.Context(), key[len("hotline."):], args...))
	} else if err != nil {
		return err
	}
	return web.See(w, r, callbacks+"?state="+to)
}

func (p *Pages) takeCallBack(w http.ResponseWriter, r *http.Request) error {
	return p.callbackAct(w, r, "taken", func(ref hotline.Ref) error { return p.Hotline.TakeCallBack(r.Context(), ref) })
}

func (p *Pages) settleCallBack(w http.ResponseWriter, r *http.Request) error {
	return p.callbackAct(w, r, "taken", func(ref hotline.Ref) error {
		return p.Hotline.SettleCallBack(r.Context(), ref, r.PostFormValue("result"))
	})
}

// callsPage is the log of calls.
type callsPage struct {
	Filter ui.Filter
	Fields []ui.Input
	From   ui.Input
	To     ui.Input
	Grid   ui.Grid
	Pages  ui.Pages
}

func (p *Pages) calls(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	f := hotline.CallFilter{Result: q.Get("result")}
	f.Line, _ = strconv.ParseInt(q.Get("line"), 10, 64)
	f.Before, _ = strconv.ParseInt(q.Get("before"), 10, 64)
	f.From, _ = clock.ParseDate(ui.JoinDate(q.Get, "from"))
	f.To, _ = clock.ParseDate(ui.JoinDate(q.Get, "to"))
	if !slices.Contains(hotline.CallResults, f.Result) {
		f.Result = ""
	}
	all, older, err := p.Hotline.Calls(ctx, f)
	if err != nil {
		return err
	}
	mine, err := p.Hotline.Lines(ctx)
	if err != nil {
		return err
	}
	lineNames := map[int64]string{}
	lineOpts, resultOpts := []ui.Option{{Text: word(ctx, "all")}}, []ui.Option{{Text: word(ctx, "all")}}
	for _, l := range mine {
		lineNames[l.ID] = l.Name
		lineOpts = append(lineOpts, ui.Option{Value: num(l.ID), Text: l.Name})
	}
	for _, x := range hotline.CallResults {
		resultOpts = append(resultOpts, ui.Option{Value: x, Text: word(ctx, "call_"+x)})
	}
	v := callsPage{Filter: ui.Filter{Action: href(ctx, calls)}, Fields: []ui.Input{{Name: "line", Label: word(ctx, "f_line"), Value: q.Get("line"), Options: lineOpts, Free: true}, {Name: "result", Label: word(ctx, "f_call_result"), Value: f.Result, Options: resultOpts, Free: true}},
		From: ui.Input{Name: "from", Label: word(ctx, "f_from"), Value: day(f.From), Free: true}, To: ui.Input{Name: "to", Label: word(ctx, "f_to"), Value: day(f.To), Free: true},
		Grid: ui.Grid{Caption: word(ctx, "calls"), Columns: columns(r, "f_arrived", "f_line", "f_caller", "f_call_result", "f_wait", "f_talk", "f_person"), Cards: true, Nothing: word(ctx, "calls_none")}}
	v.Grid.Columns[4].Number, v.Grid.Columns[5].Number = true, true
	if r.URL.RawQuery != "" {
		v.Filter.Reset = href(ctx, calls)
	}
	var persons []int64
	for _, c := range all {
		persons = append(persons, c.Person)
	}
	_, who, err := p.names(ctx, nil, persons)
	if err != nil {
		return err
	}
	for i := range all {
		c := &all[i]
		kind, result := resultOf(c)
		v.Grid.Rows = append(v.Grid.Rows, []ui.Cell{{Text: moment(ctx, c.ArrivedAt), Href: href(ctx, pathOf(calls, c.Ref(), ""))}, {Text: lineNames[c.Line]}, {Text: p.caller(r, c.Sealed, p.Hotline.Masked(c))},
			{Text: word(ctx, "call_"+result), Tag: kind}, {Text: waited(c)}, {Text: talked(c)}, {Text: who[c.Person]}})
	}
	if older != 0 {
		q.Set("before", num(older))
		v.Pages.Older = href(ctx, calls, "?", q.Encode())
	}
	fr := p.Frame(r, word(ctx, "calls"))
	fr.Lead = word(ctx, "calls_lead")
	return web.Render(w, r, http.StatusOK, callsView(fr, v))
}

func day(d clock.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// resultOf is what a call came to, as the filter names it.
func resultOf(c *hotline.Call) (ui.TagKind, string) {
	switch {
	case c.State != hotline.Ended:
		return ui.TagWaiting, "live"
	case !c.AnsweredAt.IsZero():
		return ui.TagPublished, "answered"
	case c.Chosen:
		return ui.TagWithdrawn, "self"
	case c.QueuedAt.IsZero():
		return ui.TagWithdrawn, "outside"
	}
	return ui.TagDanger, "abandoned"
}

func waited(c *hotline.Call) string {
	to := c.AnsweredAt
	if to.IsZero() {
		to = c.EndedAt
	}
	if c.QueuedAt.IsZero() || to.IsZero() {
		return ""
	}
	return span(to.Sub(c.QueuedAt))
}

func talked(c *hotline.Call) string {
	if c.Took() == 0 {
		return ""
	}
	return span(c.Took())
}

// callPage is one call: what happened, in order.
type callPage struct {
	Facts  []ui.Pair
	Events []ui.Event
}

func (p *Pages) call(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	ref, err := refOf(r, "call")
	if err != nil {
		return err
	}
	c, events, err := p.Hotline.History(ctx, ref)
	if err != nil {
		return err
	}
	persons := []int64{c.Person}
	for _, e := range events {
		persons = append(persons, e.Person)
	}
	units, who, err := p.names(ctx, []int64{c.Agency}, persons)
	if err != nil {
		return err
	}
	_, result := resultOf(c)
	v := callPage{Facts: []ui.Pair{{Term: word(ctx, "f_caller"), Text: p.caller(r, c.Sealed, p.Hotline.Masked(c))}, {Term: word(ctx, "f_unit"), Text: units[c.Agency]}, {Term: word(ctx, "f_call_result"), Text: word(ctx, "call_"+result)}}}
	for _, x := range [][2]string{{"f_wait", waited(c)}, {"f_talk", talked(c)}, {"f_person", who[c.Person]}, {"f_matter", c.Number}} {
		if x[1] != "" {
			v.Facts = append(v.Facts, ui.Pair{Term: word(ctx, x[0]), Text: x[1]})
		}
	}
	if c.Rating != 0 {
		v.Facts = append(v.Facts, ui.Pair{Term: word(ctx, "f_rating"), Text: word(ctx, "stars", c.Rating)})
	}
	for _, e := range events {
		at := clock.FromMillis(e.At)
		v.Events = append(v.Events, ui.Event{When: moment(ctx, at) + at.In(clock.Shanghai).Format(":05"), WhenISO: at.UTC().Format(time.RFC3339), Title: word(ctx, "ev_"+e.Kind), Text: who[e.Person]})
	}
	f := p.Frame(r, word(ctx, "call_at", moment(ctx, c.ArrivedAt)), ui.Link{Text: word(ctx, "calls"), Href: href(ctx, calls)})
	return web.Render(w, r, http.StatusOK, callView(f, v))
}
