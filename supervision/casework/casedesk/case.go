package casedesk

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
)

// casePage is one matter on one screen.
type casePage struct {
	Case      *casework.Case
	Where     string
	Steps     []ui.Step
	Overtaken *overtaken
	Notices   []notice
	Who       []ui.Pair // opened just now
	Primary   []ui.Action
	More      []ui.Action
	Macros    []ui.Link
	Told      []string
	About     []ui.Pair
	Replies   []replyShown
	Files     ui.Grid
	Note      string // where a remark is written; "" where none may be
	NoteError string
	Timeline  []ui.Event
	Left      left
	Tag       ui.TagKind
	TagWords  string
	Clock     []ui.Pair
	ClockURL  string
	Facts     []ui.Pair
	Hops      []ui.Event
	Near      []nearGroup
	Order     string
	Keys      []ui.Key
	List      string
	Live      string
}

type notice struct{ Kind, Text string }

// overtaken says that somebody else was quicker, and gives back what was typed.
type overtaken struct {
	Title, Text string
	Typed       []ui.Pair
}

type replyShown struct {
	Title    string
	Facts    []ui.Pair
	Text     []string
	Returned bool // behind its heading: what follows it counts
}

// nearGroup are matters that belong together with this one.
type nearGroup struct {
	Title string
	Links []nearLink
}

type nearLink struct{ Href, Subject, Meta string }

// shown is what a matter's page shows beyond the matter.
type shown struct {
	status    int
	overtaken *overtaken
	who       *casework.Contact
}

func (d *Desk) show(w http.ResponseWriter, r *http.Request) error {
	k, err := d.caseOf(r)
	if err != nil {
		return err
	}
	return d.showCase(w, r, k, shown{})
}

func (d *Desk) showCase(w http.ResponseWriter, r *http.Request, k *casework.Case, s shown) error {
	ctx := r.Context()
	here := func(rest string) string { return web.URL(ctx, pathOf(&k.Matter, rest)) }
	p := casePage{Case: k, Overtaken: s.overtaken, Told: paragraphs(k.Told.Text), About: toldFacts(ctx, k), Clock: d.clockFacts(ctx, k), ClockURL: here("/clock"), Left: d.leftOf(ctx, &k.Matter),
		Facts: d.facts(ctx, k), Hops: hopEvents(ctx, k), Timeline: d.timeline(ctx, k), Order: here("/order"), List: web.URL(ctx, root), Notices: notices(ctx, k),
		Live: web.URL(ctx, root+"/events") + "?matter=" + keyOf(&k.Matter)}
	p.Tag, p.TagWords = tagOf(ctx, &k.Matter)
	p.Where, p.Steps = d.steps(ctx, k)
	if s.who != nil {
		p.Who = contactPairs(ctx, *s.who)
	}
	d.actions(ctx, k, &p)
	macros, err := d.macros(ctx, k)
	if err != nil {
		return err
	}
	for _, c := range macros {
		p.Macros = append(p.Macros, ui.Link{Text: c.Name, Href: here("/macros/" + c.ID)})
	}
	for i := range k.Replies {
		x := &k.Replies[i]
		p.Replies = append(p.Replies, replyShown{t(ctx, "reply_"+x.State), d.replyFacts(ctx, k, x), paragraphs(x.Text), x.State == "returned"})
	}
	p.Files = filesGrid(ctx, k)
	if err := d.near(ctx, k, &p); err != nil {
		return err
	}
	f := d.frame(r, k.Told.Subject, ui.Link{Text: k.Number})
	f.Lead = t(ctx, "lead_"+k.State)
	status := s.status
	if status == 0 {
		status = http.StatusOK
	}
	return web.Render(w, r, status, caseView(f, p))
}

func paragraphs(s string) []string {
	var out []string
	for l := range strings.Lines(s) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// notices are what somebody must know before he does anything.
func notices(ctx context.Context, k *casework.Case) (out []notice) {
	add := func(when bool, kind, key string, args ...any) {
		if when {
			out = append(out, notice{kind, t(ctx, key, args...)})
		}
	}
	add(k.Hidden, "waiting", "notice_hidden", k.AboutIt.Name)
	add(k.Conflict, "danger", "notice_helper")
	add(k.Reopened > 0 && k.Open(), "waiting", "notice_reopened")
	add(k.RemedyOf != 0, "", "notice_remedy")
	add(k.Destroyed, "", "notice_destroyed")
	add(k.Uncertain && k.Running(), "", "notice_uncertain")
	return out
}

// way are the steps every matter goes through.
var way = []struct {
	key    string
	states []string
}{{"register", []string{casework.Registered, casework.Supplementing}}, {"dispatch", []string{casework.Accepted, casework.Dispatched, casework.Objected}},
	{"handle", []string{casework.InHand, casework.Suspended}}, {"review", []string{casework.InReview}}, {"deliver", []string{casework.Replied}},
	{"callback", []string{casework.Callback, casework.Promised}}, {"closed", []string{casework.Closed, casework.Merged}}}

func (d *Desk) steps(ctx context.Context, k *casework.Case) (where string, out []ui.Step) {
	at := 0
	for i, x := range way {
		if slices.Contains(x.states, k.State) {
			at = i
		}
	}
	late := d.leftOf(ctx, &k.Matter).Late
	for i, x := range way {
		s := ui.Step{Title: t(ctx, "way_"+x.key)}
		switch {
		case i < at || k.State == casework.Closed:
			s.State = "done"
		case i == at && late:
			s.State = "late"
		case i == at:
			s.State = "current"
		}
		out = append(out, s)
	}
	return t(ctx, "where", k.At.Name, words(ctx, "state_"+k.State)), out
}

func toldFacts(ctx context.Context, k *casework.Case) (out []ui.Pair) {
	for _, x := range []struct{ key, text string }{{"place", k.Told.Place}, {"when", k.Told.When}, {"wanted", k.Told.Wanted}, {"about_whom", k.Told.About}, {"about_unit", k.AboutIt.Name}} {
		if x.text != "" {
			out = append(out, ui.Pair{Term: t(ctx, x.key), Text: x.text})
		}
	}
	if k.Item != "" {
		out = append(out, ui.Pair{Term: t(ctx, "item"), Text: k.Item, Href: web.URL(ctx, k.Item)})
	}
	return out
}

func (d *Desk) facts(ctx context.Context, k *casework.Case) []ui.Pair {
	out := []ui.Pair{{Term: t(ctx, "number"), Text: k.Number}, {Term: t(ctx, "type"), Text: d.typeName(ctx, &k.Matter)}, {Term: t(ctx, "class"), Text: choice(ctx, d.norm().Classes, k.Class)}}
	add := func(key, text string) {
		if text != "" {
			out = append(out, ui.Pair{Term: t(ctx, key), Text: text})
		}
	}
	add("topic", d.topicName(ctx, k.Topic))
	add("channel", words(ctx, "channel_"+k.Channel))
	add("unit", k.Unit.Name)
	add("holder", k.At.Name)
	add("handler", k.People[k.Handler])
	add("section", k.Section)
	add("outside", k.Outside)
	if n := len(k.Merged); n > 0 {
		add("times", t(ctx, "times_of", n+1))
	}
	add("contact", t(ctx, map[bool]string{true: "contact_left", false: "contact_none"}[k.HasContact]))
	if k.Ack != "" {
		add("ack", t(ctx, "ack_"+k.Ack))
	}
	if k.Helped {
		add("helped", t(ctx, "yes"))
	}
	if k.Result != "" {
		add("result", d.resultName(ctx, k.Result))
	}
	if x := d.norm().Refusal(k.Refusal); x != nil {
		add("refusal", x.Title.In(ctx))
	}
	if !k.PromiseOn.IsZero() {
		add("promise_on", i18n.DateWeekday(ctx, k.PromiseOn))
	}
	if k.Rated != "" {
		add("rated", t(ctx, "rated_"+k.Rated))
	}
	if k.Discontent != "" {
		add("discontent", choice(ctx, d.norm().Discontents, k.Discontent))
	}
	if k.Remedy != "" {
		add("remedy", t(ctx, "remedy_until", words(ctx, "stage_"+k.Remedy), i18n.Date(ctx, k.Until)))
	}
	if k.Release != nil {
		add("release", t(ctx, "release_"+k.Release.State))
	}
	if !k.ArchivedAt.IsZero() {
		add("archived", i18n.Time(ctx, k.ArchivedAt))
	}
	return out
}

func (d *Desk) resultName(ctx context.Context, id string) string {
	if id == "withdrawn" {
		return t(ctx, "result_withdrawn")
	}
	return choice(ctx, d.norm().Results, id)
}

// clockFacts say since when, until when, and which clock runs beside.
func (d *Desk) clockFacts(ctx context.Context, k *casework.Case) []ui.Pair {
	out := []ui.Pair{{Term: t(ctx, "filed"), Text: i18n.Time(ctx, k.FiledAt)}}
	l := d.leftOf(ctx, &k.Matter)
	if l.Words != "" {
		out = append([]ui.Pair{{Term: t(ctx, "left"), Of: ui.Tag(l.Kind, l.Words)}}, out...)
	}
	add := func(key, text string) {
		if text != "" {
			out = append(out, ui.Pair{Term: t(ctx, key), Text: text})
		}
	}
	if k.Step != "" && !k.StepDue.IsZero() {
		add("due_"+k.Step, dueWords(ctx, k.StepDue))
	}
	if !k.AcceptedAt.IsZero() {
		add("accepted", i18n.Time(ctx, k.AcceptedAt))
	}
	if !k.DueAt.IsZero() {
		add("due_handle", dueWords(ctx, k.DueAt))
	}
	if !k.FirstDue.IsZero() && !k.FirstDue.Equal(k.DueAt) {
		add("first_due", dueWords(ctx, k.FirstDue))
	}
	if k.Extended > 0 {
		unit, _ := d.extension(ctx, k)
		add("extended", unit)
	}
	if !k.RepliedAt.IsZero() {
		add("replied", i18n.Time(ctx, k.RepliedAt))
		if k.Late {
			add("in_time", t(ctx, "replied_late"))
		}
	}
	if !k.DeliveredAt.IsZero() {
		add("delivered", t(ctx, "delivered_by", i18n.Time(ctx, k.DeliveredAt), d.delivery(ctx, k.Delivery)))
	}
	if !k.ClosedAt.IsZero() {
		add("closed", i18n.Time(ctx, k.ClosedAt))
	}
	return out
}

// extension is how much time was added, in words, and how much more there is.
func (d *Desk) extension(ctx context.Context, k *casework.Case) (added string, left int) {
	s := d.Cases.ClockOf(&k.Matter, "extension").Span
	left = s.N - k.Extended
	s.N = k.Extended
	return span(ctx, s), left
}

func (d *Desk) delivery(ctx context.Context, id string) string {
	if slices.Contains(casework.Ways, id) || id == casework.Elsewhere {
		return t(ctx, "way_by_"+id)
	}
	return choice(ctx, d.norm().Undelivered, id)
}

// clock explains the outer due moment, day by day, and by what rule.
func (d *Desk) clock(w http.ResponseWriter, r *http.Request) error {
	k, err := d.caseOf(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	_, days, err := d.Cases.Clock(ctx, k)
	if err != nil {
		return err
	}
	facts := d.clockFacts(ctx, k)
	for _, name := range []string{"accept", "sign", "handle", "extension", "deliver", "callback", "reopen"} {
		x := d.Cases.ClockOf(&k.Matter, name)
		b := d.norm().Source(x)
		law := b.Title.In(ctx)
		if b.Article != "" {
			law = t(ctx, "article", law, b.Article)
		}
		facts = append(facts, ui.Pair{Term: t(ctx, "clock_"+name), Text: t(ctx, "span_by", span(ctx, x.Span), law)})
	}
	f := d.frame(r, t(ctx, "clock"), ui.Link{Text: k.Number, Href: web.URL(ctx, pathOf(&k.Matter, ""))}, ui.Link{Text: t(ctx, "clock")})
	f.Lead = t(ctx, "clock_lead")
	return web.Render(w, r, http.StatusOK, clockView(f, facts, calendar.ExplainRows(ctx, days)))
}

// primary are the steps a state asks for first.
var primary = map[string][]string{
	casework.Registered: {"accept", "answer", "ask", "refuse"}, casework.Accepted: {"dispatch", "take"}, casework.Dispatched: {"sign", "object"}, casework.Objected: {"rule"},
	casework.InHand: {"reply", "assign", "dispatch", "contribute"}, casework.Suspended: {"resume"}, casework.InReview: {"approve", "return"}, casework.Replied: {"deliver"},
	casework.Callback: {"call", "dial"}, casework.Promised: {"keep"}, casework.Merged: {"unmerge"}, casework.Closed: {"archive"},
}

// actions are what the person acting may do now, the next step first.
func (d *Desk) actions(ctx context.Context, k *casework.Case, p *casePage) {
	used := map[string]bool{}
	order := primary[k.State]
	for _, x := range acts {
		if !x.offered(ctx, k) || x.name == "dial" && d.Dial == nil {
			continue
		}
		a := ui.Action{Text: t(ctx, "do_"+x.name), Href: web.URL(ctx, pathOf(&k.Matter, "/"+x.name)), Kind: "secondary", Name: "", Attrs: map[string]any{}}
		if x.key != "" && !used[x.key] {
			used[x.key] = true
			a.Attrs["data-key"] = x.key
			p.Keys = append(p.Keys, ui.Key{Keys: []string{strings.ToUpper(x.key)}, Words: a.Text})
		}
		if x.name == "note" {
			p.Note = a.Href
			continue
		}
		if slices.Contains(order, x.name) || x.name == "contact" && (k.State == casework.InHand || k.State == casework.Callback || k.State == casework.Replied) {
			p.Primary = append(p.Primary, a)
			continue
		}
		p.More = append(p.More, a)
	}
	slices.SortStableFunc(p.Primary, func(a, b ui.Action) int { return rank(order, a.Href) - rank(order, b.Href) })
	if len(p.Primary) > 0 {
		p.Primary[0].Kind = ""
	}
	p.Keys = append(p.Keys, ui.Key{Keys: []string{"U"}, Words: t(ctx, "key_back")})
}

func rank(order []string, href string) int {
	if i := slices.Index(order, href[strings.LastIndexByte(href, '/')+1:]); i >= 0 {
		return i
	}
	return len(order)
}

func (d *Desk) replyFacts(ctx context.Context, k *casework.Case, x *casework.Reply) []ui.Pair {
	var out []ui.Pair
	add := func(key, text string) {
		if text != "" {
			out = append(out, ui.Pair{Term: t(ctx, key), Text: text})
		}
	}
	add("result", d.resultName(ctx, x.Result))
	if !x.PromiseOn.IsZero() {
		add("promise_on", i18n.DateWeekday(ctx, x.PromiseOn))
	}
	add("author", k.People[x.Author])
	if x.Submitted != 0 {
		add("written", i18n.Time(ctx, clock.FromMillis(x.Submitted)))
	}
	add("approver", k.People[x.Approver])
	if x.Approved != 0 {
		add("approved", i18n.Time(ctx, clock.FromMillis(x.Approved)))
	}
	add("quotes", strings.Join(x.Quotes, " "))
	return out
}

func filesGrid(ctx context.Context, k *casework.Case) ui.Grid {
	g := ui.Grid{Caption: t(ctx, "files"), Cards: true, Nothing: t(ctx, "no_files"), Columns: cols(ctx, "file", "purpose", "found", "size")}
	for _, f := range k.Files {
		name := ui.Cell{Text: f.Name, Href: web.URL(ctx, pathOf(&k.Matter, "/files/"+num(f.ID)))}
		found := t(ctx, "found_none")
		switch {
		case f.Gone:
			name.Href, found = "", t(ctx, "file_gone")
		case f.Blocked:
			found = t(ctx, "found_never")
		case f.Uncertain != "":
			found = t(ctx, "found_unsure")
		case f.Found > 0:
			found = t(ctx, "found_some", f.Found)
		}
		g.Rows = append(g.Rows, []ui.Cell{name, {Text: t(ctx, "purpose_"+f.Purpose)}, {Text: found}, {Text: i18n.T(ctx, "ui.file_meta", f.Kind, size(f.Size))}})
	}
	return g
}

func size(n int64) string {
	if n < 1<<20 {
		return num(max(1, n>>10)) + " KB"
	}
	return num(n>>20) + " MB"
}

// hopEvents are the chain of units a matter went through.
func hopEvents(ctx context.Context, k *casework.Case) []ui.Event {
	out := []ui.Event{{When: i18n.Time(ctx, k.FiledAt), WhenISO: iso(k.FiledAt), Title: t(ctx, "hop_first", k.Unit.Name)}}
	for _, h := range k.Hops {
		key := map[bool]string{true: "hop_lead", false: "hop_co"}[h.Lead]
		e := ui.Event{When: i18n.Time(ctx, h.SentAt), WhenISO: iso(h.SentAt), Title: t(ctx, key, k.Units[h.Unit], k.Units[h.From])}
		switch {
		case h.Outcome != "":
			e.Text = t(ctx, "hop_"+h.Outcome, i18n.Time(ctx, h.EndedAt))
		case !h.SignedAt.IsZero():
			e.Text, e.Kind = t(ctx, "hop_signed", i18n.Time(ctx, h.SignedAt), k.People[h.SignedBy]), ui.TagPublished
		default:
			e.Text, e.Kind = t(ctx, "hop_waits", dueWords(ctx, h.SignBy)), ui.TagWaiting
		}
		if h.Contribution != "" {
			e.Text += "\n" + h.Contribution
		}
		out = append(out, e)
	}
	return out
}

// near gathers what belongs together with a matter.
func (d *Desk) near(ctx context.Context, k *casework.Case, p *casePage) error {
	add := func(key string, ms []casework.Matter, meta func(m *casework.Matter) string) {
		g := nearGroup{Title: t(ctx, key)}
		for i := range ms {
			m := &ms[i]
			if m.ID == k.ID {
				continue
			}
			text := m.Number + " · " + words(ctx, "state_"+m.State)
			if meta != nil {
				text += " · " + meta(m)
			}
			g.Links = append(g.Links, nearLink{web.URL(ctx, pathOf(m, "")), d.Cases.Title(ctx, m), text})
		}
		if len(g.Links) > 0 {
			p.Near = append(p.Near, g)
		}
	}
	add("near_merged", k.Merged, nil)
	tied, err := d.Cases.Near(ctx, &k.Matter)
	if err != nil {
		return err
	}
	add("near_tied", tied, func(m *casework.Matter) string {
		switch m.ID {
		case k.MergedInto:
			return t(ctx, "near_into")
		case k.RemedyOf:
			return t(ctx, "near_first")
		}
		return words(ctx, "stage_"+m.Stage)
	})
	same, err := d.Cases.SamePerson(ctx, k.Province, k.ID)
	if err != nil {
		return err
	}
	add("near_person", same, nil)
	var likes []casework.Like
	if k.May("merge") { // it reads many to find a few: only for whoever can do something about it
		if likes, err = d.Cases.Alike(ctx, k.Province, k.ID); err != nil {
			return err
		}
	}
	alike, share := []casework.Matter{}, map[int64]int{}
	for _, x := range likes {
		if !slices.ContainsFunc(k.Merged, func(m casework.Matter) bool { return m.ID == x.ID }) {
			alike = append(alike, x.Matter)
			share[x.ID] = x.Alike
		}
	}
	add("near_alike", alike, func(m *casework.Matter) string { return t(ctx, "alike", share[m.ID]) })
	if k.Common != 0 {
		ms, err := d.Cases.List(ctx, casework.Filter{View: casework.All, Common: k.Common, Limit: 20})
		if err != nil {
			return err
		}
		add("near_common", ms, nil)
	}
	return nil
}

// download gives a file to whoever may read the matter; each reading is recorded.
func (d *Desk) download(w http.ResponseWriter, r *http.Request) error {
	province, id, err := numbers(r)
	if err != nil {
		return err
	}
	file, err := web.PathID(r, "file")
	if err != nil {
		return err
	}
	f, b, err := d.Cases.FileOf(r.Context(), province, id, file)
	if err != nil {
		return err
	}
	return web.Download(w, f.Name, "application/octet-stream", b)
}
