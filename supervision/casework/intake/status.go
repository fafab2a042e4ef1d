package intake

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"yangguang/agency"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
)

// key is number and code as they were typed; the forms of the page carry it on.
type key struct{ Number, Code string }

func keyOf(r *http.Request) key {
	return key{strings.TrimSpace(r.PostFormValue("number")), strings.TrimSpace(r.PostFormValue("code"))}
}

// loginPage asks for number and code.
type loginPage struct {
	Number, Code ui.Input
	Errors       ui.Errors
}

func (i *Intake) statusForm(rw http.ResponseWriter, r *http.Request) error {
	return i.login(rw, r, http.StatusOK, r.URL.Query().Get("number"), nil)
}

func (i *Intake) login(rw http.ResponseWriter, r *http.Request, status int, number string, bad ui.Errors) error {
	ctx := r.Context()
	p := loginPage{Errors: bad,
		Number: ui.Input{Name: "number", Label: t(ctx, "number"), Help: t(ctx, "number_help"), Value: number, Error: bad.Of(ctx, "number"), MaxLen: 40, Autocomplete: "off"},
		Code:   ui.Input{Name: "code", Label: t(ctx, "code"), Help: t(ctx, "code_help"), Error: bad.Of(ctx, "code"), MaxLen: 20, Autocomplete: "off"}}
	f := i.page(r, t(ctx, "status"))
	f.Lead = t(ctx, "status_lead")
	private(rw, &f)
	at(ctx, &f, statusPath)
	return web.Render(rw, r, status, loginView(f, p))
}

// status shows a matter to whoever has number and code.
func (i *Intake) status(rw http.ResponseWriter, r *http.Request) error {
	return i.after(rw, r, nil, "")
}

// after shows the matter once an act on it went well or was refused: what was
// typed stays, and a matter that has moved on meanwhile says so.
func (i *Intake) after(rw http.ResponseWriter, r *http.Request, acted error, done string) error {
	ctx, k := r.Context(), keyOf(r)
	bad := ui.ErrorsOf(acted)
	if bad.Of(ctx, "number") != "" {
		return i.login(rw, r, http.StatusUnprocessableEntity, k.Number, bad)
	}
	if acted != nil && len(bad) == 0 && !fault.Is(acted, fault.Conflict) {
		return acted
	}
	c, err := i.Cases.Follow(ctx, k.Number, k.Code)
	if wrong := ui.ErrorsOf(err); len(wrong) > 0 {
		return i.login(rw, r, http.StatusUnprocessableEntity, k.Number, wrong)
	}
	if err != nil {
		return err
	}
	status, refused := http.StatusOK, ""
	switch {
	case len(bad) > 0:
		status = http.StatusUnprocessableEntity
	case acted != nil:
		status = http.StatusConflict
		sentence, args, _ := fault.Sentence(acted)
		refused = i18n.T(ctx, sentence, args...)
	}
	p, err := i.casePage(ctx, c, k, bad, r)
	if err != nil {
		return err
	}
	p.Done, p.Refused = done, refused
	p.QR = i.whole(r, href(ctx, statusPath)+"?number="+c.Number)
	f := i.page(r, t(ctx, "status_of", c.Number))
	private(rw, &f)
	at(ctx, &f, statusPath+"?number="+c.Number)
	return web.Render(rw, r, status, caseView(f, p))
}

// casePage is a matter as whoever brought it sees it.
type casePage struct {
	Key      key
	Where    string // one sentence: where it is, who has it, until when
	Steps    []ui.Step
	Facts    []ui.Pair
	Told     []ui.Pair
	Asked    string // what the unit wants to know, where it waits for him
	AskedBy  string
	Text     ui.Input
	Adding   bool
	AddFile  ui.Input
	Replies  []replyPart
	Rate     *ratePart
	Release  *releasePart
	Remedy   *remedyPart
	NoRemedy string
	Files    []filePart
	Sent     []string
	Events   []ui.Event
	Days     ui.Grid
	DaysNote string
	Withdraw bool
	Conflict string
	Errors   ui.Errors
	Done     string
	Refused  string
	QR       string
}

// replyPart is one answer the person got.
type replyPart struct {
	Title, Unit, Text, Note string
}

type filePart struct {
	ID   int64
	Name string
	Note string
}

func (i *Intake) casePage(ctx context.Context, c *casework.Case, k key, bad ui.Errors, r *http.Request) (p casePage, err error) {
	p = casePage{Key: k, Errors: bad, Where: i.where(ctx, c), Steps: i.steps(ctx, c), Facts: i.facts(ctx, c), Told: told(ctx, c), Events: i.events(ctx, c)}
	if c.Conflict {
		p.Conflict = t(ctx, "conflict_case")
	}
	p.Replies = i.replies(ctx, c)
	i.asks(ctx, &p, c, r)
	p.Withdraw = slices.ContainsFunc(casework.Flow.Verbs(c.State), isWithdraw)
	for _, f := range c.Files {
		switch {
		case f.Purpose == casework.ToldFile:
			p.Sent = append(p.Sent, f.Name)
		case !f.Gone:
			p.Files = append(p.Files, filePart{f.ID, f.Name, t(ctx, "file_note", strings.ToUpper(f.Kind), (f.Size+1023)>>10)})
		}
	}
	k2, days, err := i.Cases.Clock(ctx, c)
	if err != nil {
		return p, err
	}
	if len(days) > 0 && c.Running() {
		p.Days = daysGrid(ctx, days)
		if k2.Uncertain {
			p.DaysNote = t(ctx, "uncertain")
		}
	}
	return p, nil
}

// where is the one sentence that says where a matter is, who has it and until when.
func (i *Intake) where(ctx context.Context, c *casework.Case) string {
	due, step := i18n.DateWeekday(ctx, last(c.DueAt)), i18n.DateWeekday(ctx, last(c.StepDue))
	has, by := c.At.Name, c.Unit.Name
	switch c.State {
	case casework.Registered:
		return t(ctx, "where_registered", by, step)
	case casework.Supplementing:
		return t(ctx, "where_supplementing", step)
	case casework.Accepted, casework.Dispatched, casework.Objected, casework.InHand, casework.InReview:
		if c.Overdue(i.Cases.DB.Clock().Now()) {
			return t(ctx, "where_late", has, due)
		}
		return t(ctx, "where_"+c.State, has, due)
	case casework.Suspended:
		return t(ctx, "where_suspended", i.ground(ctx, c))
	case casework.Replied:
		return t(ctx, "where_replied", by, step)
	case casework.Callback:
		return t(ctx, "where_callback", step)
	case casework.Promised:
		return t(ctx, "where_promised", i18n.DateWeekday(ctx, c.PromiseOn))
	case casework.Merged:
		return t(ctx, "where_merged", by)
	}
	closed := i18n.DateWeekday(ctx, last(c.ClosedAt))
	switch {
	case c.Result == "withdrawn":
		return t(ctx, "where_withdrawn", closed)
	case c.Refusal != "":
		return t(ctx, "where_refused", closed)
	}
	return t(ctx, "where_closed", closed, choice(ctx, i.norm().Results, c.Result))
}

// ground is why a matter stands still.
func (i *Intake) ground(ctx context.Context, c *casework.Case) string {
	for _, e := range slices.Backward(c.Entries) {
		if e.Kind == "suspend" {
			return choice(ctx, i.norm().Grounds, e.Code)
		}
	}
	return ""
}

// mostSteps is how many steps stand in one line.
const mostSteps = 6

// steps are the line under that sentence.
func (i *Intake) steps(ctx context.Context, c *casework.Case) []ui.Step {
	names := []string{"filed", "accepted", "handled", "reviewed", "replied", "rated"}
	at := map[string]string{casework.Registered: "accepted", casework.Supplementing: "supplemented", casework.Accepted: "handled", casework.Dispatched: "handled", casework.Objected: "handled",
		casework.InHand: "handled", casework.Suspended: "handled", casework.InReview: "reviewed", casework.Replied: "replied", casework.Callback: "rated", casework.Promised: "kept"}[c.State]
	if c.Asked > 0 {
		names = slices.Insert(names, 1, "supplemented")
	}
	switch {
	case c.Refusal != "" || c.Result == "referred" || c.State == casework.Closed && c.AcceptedAt.IsZero() && c.Result != "withdrawn":
		names = []string{"filed", "decided", "replied"}
	case c.Result == "withdrawn":
		names = []string{"filed", "ended"}
	case c.State == casework.Merged:
		names, at = []string{"filed", "merged"}, "merged"
	case !i.Cases.Kind(&c.Matter).Callback:
		names = names[:len(names)-1]
	}
	if c.State == casework.Promised {
		names = append(names, "kept")
	}
	for _, less := range []string{"reviewed", "supplemented"} {
		if len(names) > mostSteps {
			names = slices.DeleteFunc(names, func(s string) bool { return s == less })
		}
	}
	if at == "reviewed" && !slices.Contains(names, at) {
		at = "handled"
	}
	here := slices.Index(names, at)
	if here < 0 {
		here = len(names)
	}
	out := make([]ui.Step, len(names))
	for n, name := range names {
		out[n] = ui.Step{Title: t(ctx, "at_"+name)}
		switch {
		case n < here:
			out[n].State = "done"
		case n == here && c.Overdue(i.Cases.DB.Clock().Now()):
			out[n].State = "late"
		case n == here:
			out[n].State = "current"
		}
	}
	return out
}

func (i *Intake) facts(ctx context.Context, c *casework.Case) []ui.Pair {
	kind := i.Cases.Kind(&c.Matter)
	words := kind.Title.In(ctx)
	if c.Stage != "" {
		words = t(ctx, "stage_of", words, i18n.T(ctx, "casework.stage_"+c.Stage))
	}
	out := []ui.Pair{{Term: t(ctx, "number"), Text: c.Number}, {Term: t(ctx, "type"), Text: words}}
	if x := i.norm().Topic(c.Topic); x != nil {
		out = append(out, ui.Pair{Term: t(ctx, "f_topic"), Text: x.Title.In(ctx)})
	}
	out = append(out, ui.Pair{Term: t(ctx, "unit"), Text: c.Unit.Name, Href: href(ctx, "/", c.Unit.Path())})
	if c.At.ID != c.Unit.ID {
		out = append(out, ui.Pair{Term: t(ctx, "holder"), Text: c.At.Name, Href: href(ctx, "/", c.At.Path())})
	}
	if c.Item != "" {
		out = append(out, ui.Pair{Term: t(ctx, "item"), Text: c.Subject, Href: href(ctx, c.Item)})
	}
	if c.AboutIt.ID != 0 {
		out = append(out, ui.Pair{Term: t(ctx, "f_about"), Text: c.AboutIt.Name})
		if c.Hidden {
			out = append(out, ui.Pair{Term: t(ctx, "hidden"), Text: t(ctx, "hidden_from", c.AboutIt.Name)})
		}
	}
	out = append(out, ui.Pair{Term: t(ctx, "filed_at"), Text: i18n.Time(ctx, c.FiledAt)})
	if !c.AcceptedAt.IsZero() {
		out = append(out, ui.Pair{Term: t(ctx, "accepted_at"), Text: i18n.Time(ctx, c.AcceptedAt)})
	}
	if c.Running() {
		out = append(out, ui.Pair{Term: t(ctx, "due_on"), Text: i18n.DateWeekday(ctx, last(c.DueAt))})
	}
	if c.Unit.Phone != "" {
		out = append(out, ui.Pair{Term: t(ctx, "unit_phone"), Text: c.Unit.Phone})
	}
	return out
}

// told is what the person wrote.
func told(ctx context.Context, c *casework.Case) (out []ui.Pair) {
	for _, x := range [][2]string{{"f_text", c.Told.Text}, {"f_place", c.Told.Place}, {"f_when", c.Told.When}, {"f_wanted", c.Told.Wanted}, {"f_about_whom", c.Told.About}} {
		if x[1] != "" {
			out = append(out, ui.Pair{Term: t(ctx, x[0]), Of: lines(x[1])})
		}
	}
	return out
}

// replies are what was said to the person, the newest first: replies, and the
// notice of a matter that is not accepted or goes elsewhere.
func (i *Intake) replies(ctx context.Context, c *casework.Case) (out []replyPart) {
	for _, e := range slices.Backward(c.Entries) {
		switch e.Kind {
		case "refuse":
			x := replyPart{Title: t(ctx, "refused"), Unit: c.Units[e.Unit], Text: e.Note}
			if why := i.norm().Refusal(e.Code); why != nil {
				x.Title, x.Note = t(ctx, "refused_for", why.Title.In(ctx)), why.Remedy.In(ctx)
			}
			out = append(out, x)
		case "refer":
			out = append(out, replyPart{Title: t(ctx, "referred_to", choice(ctx, i.norm().Targets, e.Code)), Unit: c.Units[e.Unit], Text: e.Note})
		}
	}
	for _, r := range slices.Backward(c.Replies) {
		x := replyPart{Title: choice(ctx, i.norm().Results, r.Result), Unit: c.Units[r.Unit], Text: r.Text}
		if r.Result == "promised" {
			x.Note = t(ctx, "promise_by", i18n.DateWeekday(ctx, r.PromiseOn))
		}
		out = append(out, x)
	}
	return out
}

// noteOf is the note of an event that is for the person: what the office asks,
// says or did, and why sealed contact was read. Of a filing it is the office's.
func noteOf(e casework.Entry) string {
	if e.Kind == "filed" || e.Kind == "refuse" || e.Kind == "refer" {
		return "" // told above, or the office's own
	}
	return e.Note
}

// events is the record, the newest first.
func (i *Intake) events(ctx context.Context, c *casework.Case) (out []ui.Event) {
	for _, e := range slices.Backward(c.Entries) {
		out = append(out, ui.Event{When: i18n.Time(ctx, e.At), WhenISO: e.At.Format("2006-01-02T15:04:05Z07:00"), Title: i.eventWords(ctx, c, e), Text: noteOf(e)})
	}
	return out
}

func (i *Intake) eventWords(ctx context.Context, c *casework.Case, e casework.Entry) string {
	words := t(ctx, "ev_"+e.Kind)
	switch e.Kind {
	case "dispatch":
		words = t(ctx, "ev_dispatch_to", c.Units[e.Ref])
	case "suspend":
		words = t(ctx, "ev_suspend_for", choice(ctx, i.norm().Grounds, e.Code))
	case "extend":
		words = t(ctx, "ev_extend_by", i.extension(ctx, c, e.N))
	case "rate":
		words = t(ctx, "ev_rate_as", t(ctx, "solved_"+e.Code))
	case "promise":
		if on, err := clock.ParseDate(e.Code); err == nil {
			words = t(ctx, "ev_promise_by", i18n.Date(ctx, on))
		}
	}
	if u := c.Units[e.Unit]; u != "" {
		return t(ctx, "ev_by", u, words)
	}
	return words
}

func (i *Intake) extension(ctx context.Context, c *casework.Case, n int) string {
	return t(ctx, "span_"+string(i.Cases.RulesOf(&c.Matter).Extension.Unit), n)
}

func daysGrid(ctx context.Context, rows []calendar.Row) ui.Grid {
	g := ui.Grid{Caption: t(ctx, "days"), Cards: true, Columns: []ui.Column{{Title: t(ctx, "day")}, {Title: t(ctx, "counted")}}}
	for _, d := range calendar.ExplainRows(ctx, rows) {
		row := []ui.Cell{{Of: whole(d.Day)}, {Text: d.Text}}
		if d.Due {
			row[1] = ui.Cell{Of: marked(t(ctx, "due_day"), d.Text)}
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// file gives the person a file of his matter.
func (i *Intake) file(rw http.ResponseWriter, r *http.Request) error {
	k := keyOf(r)
	id, err := web.Int64(r.PostForm.Get("file"))
	if err != nil {
		return err
	}
	f, b, err := i.Cases.OwnFile(r.Context(), k.Number, k.Code, id)
	if ui.ErrorsOf(err) != nil {
		return i.after(rw, r, err, "")
	}
	if err != nil {
		return err
	}
	rw.Header().Set("Cache-Control", "no-store")
	return web.Download(rw, f.Name, "application/octet-stream", b)
}

// unitOf is a unit by its id, for the receipt of a review.
func (i *Intake) unitOf(ctx context.Context, id int64) (u agency.Agency, err error) {
	err = i.read(ctx, func(tx *db.Tx) error {
		u, err = agency.Find(tx, id)
		return err
	})
	return u, err
}
