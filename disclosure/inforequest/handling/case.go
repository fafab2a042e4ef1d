package handling

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"yangguang/disclosure/inforequest"
	"yangguang/internal/account"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// caseView is one request as the desk shows it.
type casePage struct {
	Case     *inforequest.Case
	Lead     string
	Steps    []ui.Step
	Where    string
	Asked    []string
	Facts    []ui.Pair
	Clock    []ui.Pair
	ClockURL string
	Who      []ui.Pair // opened just now
	Primary  []ui.Action
	More     []ui.Action
	Files    ui.Grid
	Letters  ui.Grid
	Consults ui.Grid
	Others   ui.Grid
	Remedies ui.Grid
	Timeline []ui.Event
	Repeat   string // the same applicant asked before
}

func (d *Desk) show(w http.ResponseWriter, r *http.Request) error { return d.showCase(w, r, nil) }

func (d *Desk) showCase(w http.ResponseWriter, r *http.Request, who *inforequest.Identity) error {
	province, id, err := numbers(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	c, err := d.Requests.Open(ctx, province, id)
	if err != nil {
		return err
	}
	p := casePage{Case: c, Facts: d.facts(ctx, c), Clock: d.clockFacts(ctx, c), Asked: paragraphs(c.Asked.Detail), ClockURL: web.URL(ctx, pathOf(province, id, "/clock"))}
	p.Where, p.Steps = d.steps(ctx, c)
	if c.Answer != "" {
		path, err := d.Answers.DeskOf(ctx, province, id)
		if err != nil {
			return err
		}
		p.Facts = append(p.Facts, ui.Pair{Term: t(ctx, "answer"), Text: t(ctx, "answer_open"), Href: web.URL(ctx, path)})
	}
	if who != nil {
		p.Who = identityPairs(ctx, *who)
	}
	d.actions(ctx, c, &p)
	d.tables(ctx, c, &p)
	p.Timeline = d.timeline(ctx, c)
	if c.Month > 1 {
		p.Repeat = t(ctx, "repeat", c.Month)
	}
	f := d.frame(r, c.Asked.Subject, ui.Link{Text: c.Number})
	f.Lead = t(ctx, "lead_"+c.State)
	if c.Overdue(d.today()) {
		f.Lead = t(ctx, "lead_late")
	}
	return web.Render(w, r, http.StatusOK, caseView(f, p))
}

func paragraphs(s string) []string {
	var out []string
	for _, l := range splitLines(s) {
		if l != "" {
			out = append(out, l)
		}
	}
	return out
}

// way are the steps every request goes through.
var way = []struct {
	key    string
	states []string
}{{"register", []string{inforequest.Filed}}, {"handle", []string{inforequest.Open, inforequest.Clarifying, inforequest.Paying}}, {"review", []string{inforequest.InReview}}, {"deliver", []string{inforequest.Decided}}, {"closed", []string{inforequest.Closed}}}

func (d *Desk) steps(ctx context.Context, c *inforequest.Case) (where string, out []ui.Step) {
	at := slices.IndexFunc(way, func(x struct {
		key    string
		states []string
	}) bool {
		return slices.Contains(x.states, c.State)
	})
	for i, x := range way {
		s := ui.Step{Title: t(ctx, "way_"+x.key)}
		switch {
		case i < at || c.State == inforequest.Closed:
			s.State = "done"
		case i == at && c.Overdue(d.today()):
			s.State = "late"
		case i == at:
			s.State = "current"
		}
		out = append(out, s)
	}
	return t(ctx, "where_"+c.State), out
}

func (d *Desk) facts(ctx context.Context, c *inforequest.Case) []ui.Pair {
	tag, words := d.tagOf(ctx, &c.Request)
	out := []ui.Pair{{Term: t(ctx, "number"), Text: c.Number}, {Term: t(ctx, "state"), Of: ui.Tag(tag, words)}, {Term: t(ctx, "unit"), Text: c.Unit.Name},
		{Term: t(ctx, "applicant"), Text: d.applicant(ctx, c.Applicant)}, {Term: t(ctx, "channel"), Text: i18n.T(ctx, "inforequest.channel_"+c.Channel)},
		{Term: t(ctx, "delivery"), Text: i18n.T(ctx, "inforequest.means_"+c.Delivery)}, {Term: t(ctx, "medium"), Text: i18n.T(ctx, "inforequest.medium_"+c.Medium)}}
	add := func(key, text string) {
		if text != "" {
			out = append(out, ui.Pair{Term: t(ctx, key), Text: text})
		}
	}
	add("handler", c.People[c.Handler])
	add("section", c.Section)
	add("needs", c.Needs)
	if c.OwnRecord {
		add("own_record", t(ctx, "yes"))
	}
	if c.Helped {
		add("helped", t(ctx, "yes"))
	}
	if c.VerifiedBy != 0 {
		add("verified", t(ctx, "verified_by", c.People[c.VerifiedBy], i18n.Time(ctx, c.VerifiedAt)))
	} else {
		add("verified", t(ctx, "not_verified"))
	}
	add("decision", d.decisionTitle(ctx, c.Decision))
	if !c.ReassessOn.IsZero() {
		add("reassess", i18n.Date(ctx, c.ReassessOn))
	}
	if !c.ArchivedAt.IsZero() {
		add("archived", i18n.Time(ctx, c.ArchivedAt))
	}
	return out
}

func (d *Desk) applicant(ctx context.Context, id string) string {
	for _, a := range d.Requests.Norm.Requests.Applicants {
		if a.ID == id {
			return a.Title.In(ctx)
		}
	}
	return id
}

// clockFacts say since when, until when and what stands still.
func (d *Desk) clockFacts(ctx context.Context, c *inforequest.Case) []ui.Pair {
	var out []ui.Pair
	add := func(key string, on clock.Date) {
		if !on.IsZero() {
			out = append(out, ui.Pair{Term: t(ctx, key), Text: i18n.DateWeekday(ctx, on)})
		}
	}
	add("received", c.ReceivedOn)
	add("due", c.DueOn)
	add("reply_by", c.ReplyBy)
	if c.AtLatest {
		out = append(out, ui.Pair{Term: t(ctx, "note"), Text: t(ctx, "at_latest")})
	}
	if c.Uncertain {
		out = append(out, ui.Pair{Term: t(ctx, "note"), Text: i18n.T(ctx, "calendar.provisional")})
	}
	if c.Extra > 0 {
		out = append(out, ui.Pair{Term: t(ctx, "extended"), Text: t(ctx, "days", c.Extra)})
	}
	add("decided", c.DecidedOn)
	add("closed", c.ClosedOn)
	return out
}

// clock explains the last day, day by day.
func (d *Desk) clock(w http.ResponseWriter, r *http.Request) error {
	province, id, err := numbers(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	c, err := d.Requests.Open(ctx, province, id)
	if err != nil {
		return err
	}
	_, days, err := d.Requests.Clock(ctx, c)
	if err != nil {
		return err
	}
	f := d.frame(r, t(ctx, "clock"), ui.Link{Text: c.Number, Href: web.URL(ctx, pathOf(province, id, ""))}, ui.Link{Text: t(ctx, "clock")})
	f.Lead = t(ctx, "clock_lead")
	return web.Render(w, r, http.StatusOK, clockView(f, d.clockFacts(ctx, c), calendar.ExplainRows(ctx, days)))
}

// primary are the steps a state asks for first.
var primary = map[string][]string{
	inforequest.Filed: {"confirm"}, inforequest.Open: {"decision", "assign", "clarify"}, inforequest.Clarifying: {"supplement"}, inforequest.Paying: {"pay"},
	inforequest.InReview: {"approve", "return"}, inforequest.Decided: {"deliver"}, inforequest.Closed: {"answer", "remedy"},
}

// actions are what the person acting may do now, the next step first.
func (d *Desk) actions(ctx context.Context, c *inforequest.Case, p *casePage) {
	a := account.From(ctx)
	target := account.Target{Agency: c.Agency, Division: int64(c.Region)}
	offer := func(name string) {
		x := ui.Action{Text: t(ctx, "do_"+name), Href: web.URL(ctx, pathOf(c.Province, c.ID, "/"+name)), Kind: "secondary"}
		if i := slices.Index(primary[c.State], name); i >= 0 {
			if i == 0 {
				x.Kind = ""
			}
			p.Primary = append(p.Primary, x)
			return
		}
		x.Small = true
		p.More = append(p.More, x)
	}
	if c.May("save") {
		offer("decision")
	}
	for _, x := range acts {
		if (x.verb == "" || a.May(x.verb, target)) && x.offered(c) {
			offer(x.name)
		}
	}
	slices.SortStableFunc(p.Primary, func(a, b ui.Action) int { return len(a.Kind) - len(b.Kind) })
}

// tables are the lists that belong to a request.
func (d *Desk) tables(ctx context.Context, c *inforequest.Case, p *casePage) {
	here := func(rest string) string { return web.URL(ctx, pathOf(c.Province, c.ID, rest)) }
	num := func(n int64) string { return strconv.FormatInt(n, 10) }
	p.Files = ui.Grid{Caption: t(ctx, "files"), Cards: true, Nothing: t(ctx, "no_files"), Columns: cols(ctx, "file", "purpose", "found", "size")}
	for _, f := range c.Files {
		name := ui.Cell{Text: f.Name, Href: here("/files/" + num(f.ID))}
		found := t(ctx, "found_none")
		switch {
		case f.Gone:
			name.Href, found = "", t(ctx, "file_gone")
		case f.Blocked:
			found = t(ctx, "found_never", f.Found)
		case f.Uncertain != "":
			found = t(ctx, "found_unsure")
		case f.Found > 0:
			found = t(ctx, "found_some", f.Found)
		}
		p.Files.Rows = append(p.Files.Rows, []ui.Cell{name, {Text: t(ctx, "purpose_"+f.Purpose)}, {Text: found}, {Text: i18n.T(ctx, "ui.file_meta", f.Kind, size(f.Size))}})
	}
	send := func(base string) string {
		if account.From(ctx).May(inforequest.Registering, account.Target{Agency: c.Agency, Division: int64(c.Region)}) {
			return base
		}
		return ""
	}
	p.Letters = ui.Grid{Caption: t(ctx, "letters"), Cards: true, Nothing: t(ctx, "no_letters"), Columns: cols(ctx, "letter_number", "letter_kind", "made", "sealed", "sent", "print")}
	for _, l := range c.Letters {
		base := here("/letters/" + num(l.ID))
		p.Letters.Rows = append(p.Letters.Rows, []ui.Cell{{Text: l.Number}, {Text: l.Kind.Title().In(ctx)}, {Text: i18n.Date(ctx, l.MadeOn)}, {Text: dateOr(ctx, l.SealedOn)}, {Text: sentWords(ctx, l)},
			{Of: printLinks(base+"/pdf", base+"/docx", send(base))}})
	}
	p.Consults = ui.Grid{Caption: t(ctx, "consults"), Cards: true, Columns: cols(ctx, "whom", "consult_kind", "asked_on", "reply_due", "consult_answer", "told")}
	for _, x := range c.Consults {
		answer := t(ctx, "waiting_answer")
		if x.Answer != "" {
			answer = t(ctx, "answer_"+x.Answer)
		}
		p.Consults.Rows = append(p.Consults.Rows, []ui.Cell{{Text: x.Whom}, {Text: t(ctx, "consult_"+x.Kind)}, {Text: i18n.Date(ctx, x.AskedOn)}, {Text: i18n.Date(ctx, x.DueOn)}, {Text: answer}, {Text: dateOr(ctx, x.ToldOn)}})
	}
	p.Others = ui.Grid{Caption: t(ctx, "others"), Cards: true, Columns: cols(ctx, "number", "subject", "state")}
	for i := range c.Others {
		q := &c.Others[i]
		tag, words := d.tagOf(ctx, q)
		p.Others.Rows = append(p.Others.Rows, []ui.Cell{{Text: q.Number, Href: web.URL(ctx, pathOf(q.Province, q.ID, ""))}, {Text: q.Subject}, {Text: words, Tag: tag}})
	}
	p.Remedies = ui.Grid{Caption: t(ctx, "remedies"), Cards: true, Columns: cols(ctx, "remedy_kind", "filed_on", "outcome", "ended_on")}
	for _, x := range c.Remedies {
		outcome := t(ctx, "outcome_open")
		if x.Outcome != "" {
			outcome = t(ctx, "outcome_"+x.Outcome)
		}
		p.Remedies.Rows = append(p.Remedies.Rows, []ui.Cell{{Text: t(ctx, "remedy_"+x.Kind)}, {Text: i18n.Date(ctx, x.FiledOn)}, {Text: outcome}, {Text: dateOr(ctx, x.EndedOn)}})
	}
}

func cols(ctx context.Context, keys ...string) []ui.Column {
	out := make([]ui.Column, len(keys))
	for i, k := range keys {
		out[i].Title = t(ctx, k)
	}
	return out
}

func dateOr(ctx context.Context, d clock.Date) string {
	if d.IsZero() {
		return t(ctx, "not_yet")
	}
	return i18n.Date(ctx, d)
}

func sentWords(ctx context.Context, l inforequest.Letter) string {
	if l.SentOn.IsZero() {
		return t(ctx, "not_yet")
	}
	return i18n.Date(ctx, l.SentOn) + " " + i18n.T(ctx, "inforequest.means_"+l.SentBy) + " " + l.Proof
}

func size(n int64) string {
	if n < 1<<20 {
		return strconv.FormatInt(max(1, n>>10), 10) + " KB"
	}
	return strconv.FormatInt(n>>20, 10) + " MB"
}

// timeline is what happened, newest first.
func (d *Desk) timeline(ctx context.Context, c *inforequest.Case) []ui.Event {
	var out []ui.Event
	for _, s := range slices.Backward(c.Steps) {
		e := ui.Event{When: i18n.Date(ctx, s.On), WhenISO: s.On.String(), Title: s.Words(ctx), Text: s.Note}
		if name := c.People[s.Person]; name != "" {
			e.Title += " · " + name
		}
		out = append(out, e)
	}
	return out
}

// download gives a file to whoever handles the request; each reading is recorded.
func (d *Desk) download(w http.ResponseWriter, r *http.Request) error {
	province, id, err := numbers(r)
	if err != nil {
		return err
	}
	file, err := web.PathID(r, "file")
	if err != nil {
		return err
	}
	f, b, err := d.Requests.FileOf(r.Context(), province, id, file)
	if err != nil {
		return err
	}
	return web.Download(w, f.Name, "application/octet-stream", b)
}

// letter prints one letter.
func (d *Desk) letter(w http.ResponseWriter, r *http.Request) error {
	province, id, err := numbers(r)
	if err != nil {
		return err
	}
	n, err := web.PathID(r, "letter")
	if err != nil {
		return err
	}
	l, name, err := d.Requests.LetterOf(r.Context(), province, id, n)
	if err != nil {
		return err
	}
	if lacks := l.Lacks(); r.PathValue("form") == "pdf" && len(lacks) > 0 {
		return fault.Say(fault.Conflict, "handling.pdf_lacks", string(lacks))
	}
	b, kind, err := l.As(r.PathValue("form"), d.today().Start())
	if err != nil {
		return err
	}
	return web.Download(w, name+"."+r.PathValue("form"), kind, b)
}
