package window

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/letter"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/secret"
	"yangguang/internal/ui"
	"yangguang/internal/web"
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
	Lost         string
}

func (w *Window) statusForm(rw http.ResponseWriter, r *http.Request) error {
	return w.login(rw, r, http.StatusOK, r.URL.Query().Get("number"), nil)
}

func (w *Window) login(rw http.ResponseWriter, r *http.Request, status int, number string, bad ui.Errors) error {
	ctx := r.Context()
	p := loginPage{Errors: bad, Lost: t(ctx, "lost"),
		Number: ui.Input{Name: "number", Label: t(ctx, "number"), Help: t(ctx, "number_help"), Value: number, Error: bad.Of(ctx, "number"), MaxLen: 40, Autocomplete: "off"},
		Code:   ui.Input{Name: "code", Label: t(ctx, "code"), Help: t(ctx, "code_help"), Error: bad.Of(ctx, "code"), MaxLen: 20, Autocomplete: "off"}}
	f := w.page(r, t(ctx, "status"))
	f.Lead = t(ctx, "status_lead")
	private(rw, &f)
	return web.Render(rw, r, status, loginView(f, p))
}

// status shows a request to whoever has number and code.
func (w *Window) status(rw http.ResponseWriter, r *http.Request) error {
	return w.after(rw, r, nil, "")
}

// after shows the request once an act on it went well or was refused: what was
// typed stays, and a request that has moved on meanwhile says so.
func (w *Window) after(rw http.ResponseWriter, r *http.Request, acted error, done string) error {
	ctx, k := r.Context(), keyOf(r)
	bad := ui.ErrorsOf(acted)
	if bad.Of(ctx, "number") != "" {
		return w.login(rw, r, http.StatusUnprocessableEntity, k.Number, bad)
	}
	if acted != nil && len(bad) == 0 && !fault.Is(acted, fault.Conflict) {
		return acted
	}
	c, err := w.Requests.Follow(ctx, k.Number, k.Code)
	if wrong := ui.ErrorsOf(err); len(wrong) > 0 {
		return w.login(rw, r, http.StatusUnprocessableEntity, k.Number, wrong)
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
	p, err := w.casePage(ctx, c, k, bad)
	if err != nil {
		return err
	}
	p.Done, p.Refused = done, refused
	p.Text.Value = r.PostFormValue("text")
	if done != "" {
		p.Text.Value = ""
	}
	p.QR = w.whole(r, href(ctx, statusPath)+"?number="+c.Number)
	f := w.page(r, t(ctx, "status_of", c.Number))
	private(rw, &f)
	return web.Render(rw, r, status, caseView(f, p))
}

// casePage is a request as its applicant sees it.
type casePage struct {
	Key      key
	Unit     ui.Link
	Where    string // one sentence: where it is, until when
	Late     bool
	Steps    []ui.Step
	Facts    []ui.Pair
	Asked    string // what the agency wants to know, where it waits for the applicant
	AskedHow string
	Act      string // clarify or reasons
	Text     ui.Input
	Pay      []ui.Pair
	PayNow   bool // it waits for the payment
	Remedy   []string
	Online   string // where reconsideration is asked for online
	Letters  []letterPart
	Files    []filePart
	Sent     []string // files the applicant sent along
	Events   []ui.Event
	Days     ui.Grid
	DaysNote string
	Withdraw bool
	HandOn   bool // a petition in truth: the applicant may make it one
	Open     publicity
	Errors   ui.Errors
	Done     string
	Refused  string
	Rules    string
	QR       string
}

type letterPart struct {
	letter.Letter
	ID  int64
	Sum string // what stands on the closed sheet
}

type filePart struct {
	ID   int64
	Name string
	Note string
}

func (w *Window) casePage(ctx context.Context, c *inforequest.Case, k key, bad ui.Errors) (p casePage, err error) {
	p = casePage{Key: k, Errors: bad, Rules: href(ctx, "/requests/rules"), Unit: ui.Link{Text: c.Unit.Name, Href: href(ctx, "/", c.Unit.Path())}, Late: c.Overdue(w.today())}
	p.Where, p.Steps, p.Facts = w.where(ctx, c), w.steps(ctx, c), w.facts(ctx, c)
	w.asks(ctx, &p, c)
	p.Events = events(ctx, c)
	p.Withdraw = slices.Contains([]string{inforequest.Filed, inforequest.Open, inforequest.Clarifying, inforequest.Paying, inforequest.InReview}, c.State)
	p.HandOn = w.Requests.AsMatter != nil && c.MayHandOn(c.Steps)
	for _, f := range c.Files {
		switch {
		case f.Purpose == inforequest.AskedFile:
			p.Sent = append(p.Sent, f.Name)
		case !f.Gone:
			p.Files = append(p.Files, filePart{f.ID, f.Name, t(ctx, "file_note", strings.ToUpper(f.Kind), (f.Size+1023)>>10)})
		}
	}
	if err := w.read(ctx, func(tx *db.Tx) error {
		if err := w.fillOpen(tx, &p.Open, c); err != nil {
			return err
		}
		return w.fillCase(tx, &p, c)
	}); err != nil {
		return p, err
	}
	rk, days, err := w.Requests.Clock(ctx, c)
	if err != nil {
		return p, err
	}
	if len(days) > 0 && c.State != inforequest.Closed {
		p.Days = daysGrid(ctx, days)
		if rk.Provisional {
			p.DaysNote = t(ctx, "provisional")
		}
	}
	return p, nil
}

// fillCase reads what the office says of itself, and the letters.
func (w *Window) fillCase(tx *db.Tx, p *casePage, c *inforequest.Case) error {
	ctx := tx.Ctx
	o, err := inforequest.OfficeOf(tx, c.Unit)
	if err != nil {
		return err
	}
	p.PayNow = c.State == inforequest.Paying
	for _, x := range c.Fees {
		p.Pay = append(p.Pay, ui.Pair{Term: t(ctx, "fee"), Text: t(ctx, "fee_yuan", x.Yuan)}, ui.Pair{Term: t(ctx, "fee_reckoned"), Of: lines(w.reckoned(ctx, x))},
			ui.Pair{Term: t(ctx, "fee_by"), Text: i18n.DateWeekday(ctx, x.PayBy)})
		if x.PaidOn.IsZero() {
			p.Pay = append(p.Pay, ui.Pair{Term: t(ctx, "fee_how"), Text: o.PayHow})
		} else {
			p.Pay = append(p.Pay, ui.Pair{Term: t(ctx, "fee_paid"), Text: t(ctx, "fee_receipt", i18n.Date(ctx, x.PaidOn), x.Receipt)})
		}
	}
	p.Remedy = w.remedy(ctx, c, o)
	if len(p.Remedy) > 0 {
		p.Online = o.ReviewOnline
	}
	for i := len(c.Letters) - 1; i >= 0; i-- { // the newest first
		l := c.Letters[i].Content.Merged
		p.Letters = append(p.Letters, letterPart{Letter: l, ID: c.Letters[i].ID, Sum: t(ctx, "letter_sum", l.Title, l.Number, i18n.Date(ctx, c.Letters[i].MadeOn))})
	}
	return nil
}

// reckoned says how a fee came about: of pages, band by band.
func (w *Window) reckoned(ctx context.Context, f inforequest.Fee) string {
	out := []string{i18n.T(ctx, "inforequest.fee_by_"+f.Ladder, f.Units)}
	from := 0
	for _, b := range w.Requests.Norm.Requests.Fees.Page {
		if f.Ladder != "page" || from >= f.Units {
			break
		}
		upto := min(f.Units, b.Upto)
		if b.Upto == 0 {
			upto = f.Units
		}
		if b.Yuan == 0 {
			out = append(out, t(ctx, "fee_part_free", from+1, upto))
		} else {
			out = append(out, t(ctx, "fee_part", from+1, upto, upto-from, b.Yuan))
		}
		from = upto
	}
	return strings.Join(out, "\n")
}

// where is the one sentence that says where a request is and until when.
func (w *Window) where(ctx context.Context, c *inforequest.Case) string {
	switch c.State {
	case inforequest.Filed:
		return t(ctx, "where_filed", i18n.DateWeekday(ctx, c.ReplyBy))
	case inforequest.Clarifying, inforequest.Paying:
		return t(ctx, "where_"+c.State, i18n.DateWeekday(ctx, c.ReplyBy))
	case inforequest.Decided:
		return t(ctx, "where_decided", i18n.Date(ctx, c.DecidedOn))
	case inforequest.Closed:
		if c.Delivered.IsZero() {
			return t(ctx, "where_ended", i18n.Date(ctx, c.ClosedOn), w.decision(ctx, c))
		}
		return t(ctx, "where_closed", i18n.Date(ctx, clock.DateOf(c.Delivered)), w.decision(ctx, c))
	}
	due := i18n.DateWeekday(ctx, c.DueOn)
	switch {
	case c.Overdue(w.today()):
		return t(ctx, "where_late", due, w.today().Sub(c.DueOn))
	case c.AtLatest:
		return t(ctx, "where_consulting", due)
	}
	return t(ctx, "where_"+c.State, due)
}

func (w *Window) decision(ctx context.Context, c *inforequest.Case) string {
	for _, s := range c.Steps {
		if s.Kind == "withdraw" || s.Kind == "merge" {
			return s.Words(ctx)
		}
	}
	d := w.Requests.Norm.Requests.Decision(c.Decision)
	if d == nil {
		return c.Decision
	}
	return d.Title.In(ctx)
}

// steps are the line under that sentence.
func (w *Window) steps(ctx context.Context, c *inforequest.Case) []ui.Step {
	names := []string{"filed", "confirmed", "handled", "reviewed", "delivered"}
	has := func(kind string) bool {
		return slices.ContainsFunc(c.Steps, func(s inforequest.Step) bool { return s.Kind == kind })
	}
	if has(inforequest.Charged) {
		names = slices.Insert(names, 2, "paid")
	}
	if has(inforequest.Clarified) {
		names = slices.Insert(names, 2, "clarified")
	}
	if c.State == inforequest.Closed && c.Delivered.IsZero() {
		names = []string{"filed", "ended"}
	}
	at := map[string]string{inforequest.Filed: "confirmed", inforequest.Open: "handled", inforequest.Clarifying: "clarified", inforequest.Paying: "paid",
		inforequest.InReview: "reviewed", inforequest.Decided: "delivered", inforequest.Closed: ""}[c.State]
	here := slices.Index(names, at)
	if here < 0 {
		here = len(names)
	}
	out := make([]ui.Step, len(names))
	for i, n := range names {
		out[i] = ui.Step{Title: t(ctx, "step_"+n)}
		switch {
		case i < here:
			out[i].State = "done"
		case i == here && c.Overdue(w.today()):
			out[i].State = "late"
		case i == here:
			out[i].State = "current"
		}
	}
	return out
}

func (w *Window) facts(ctx context.Context, c *inforequest.Case) []ui.Pair {
	out := []ui.Pair{{Term: t(ctx, "number"), Text: c.Number}, {Term: t(ctx, "unit"), Text: c.Unit.Name, Href: href(ctx, "/", c.Unit.Path())}, {Term: t(ctx, "asked_for"), Text: c.Asked.Subject}}
	if c.Asked.Detail != "" {
		out = append(out, ui.Pair{Term: t(ctx, "asked_more"), Of: lines(c.Asked.Detail)})
	}
	day := func(key string, d clock.Date, f func(context.Context, clock.Date) string) {
		if !d.IsZero() {
			out = append(out, ui.Pair{Term: t(ctx, key), Text: f(ctx, d)})
		}
	}
	day("filed_on", clock.DateOf(c.FiledAt), i18n.Date)
	day("received_on", c.ReceivedOn, i18n.Date)
	if c.State == inforequest.Open || c.State == inforequest.InReview {
		day("due_on", c.DueOn, i18n.DateWeekday)
	}
	day("decided_on", c.DecidedOn, i18n.Date)
	if c.State == inforequest.Closed && c.Decision != "" {
		out = append(out, ui.Pair{Term: t(ctx, "decision"), Text: w.decision(ctx, c)})
	}
	day("reassess_on", c.ReassessOn, i18n.Date)
	out = append(out, ui.Pair{Term: t(ctx, "f_delivery"), Text: t(ctx, "f_delivery_"+c.Delivery)})
	if c.Unit.Phone != "" {
		out = append(out, ui.Pair{Term: t(ctx, "unit_phone"), Text: c.Unit.Phone})
	}
	return out
}

// asks says what the agency waits for, in its own words.
func (w *Window) asks(ctx context.Context, p *casePage, c *inforequest.Case) {
	note := func(kind string) string {
		for _, s := range slices.Backward(c.Steps) {
			if s.Kind == kind {
				return s.Note
			}
		}
		return ""
	}
	told := slices.ContainsFunc(c.Steps, func(s inforequest.Step) bool { return s.Kind == "reasons" })
	switch {
	case c.State == inforequest.Clarifying:
		p.Act, p.Asked = "clarify", note(inforequest.Clarified)
	case c.State == inforequest.Open && note("ask_reasons") != "" && !told:
		p.Act, p.Asked = "reasons", note("ask_reasons")
	default:
		return
	}
	p.AskedHow = t(ctx, p.Act+"_how")
	p.Text = ui.Input{Name: "text", Label: t(ctx, p.Act+"_label"), Help: t(ctx, p.Act+"_help"), Error: p.Errors.Of(ctx, "text"), MaxLen: inforequest.MaxDetail, Rows: 6}
}

// remedy says what one may do against a decision, or against silence.
func (w *Window) remedy(ctx context.Context, c *inforequest.Case, o inforequest.Office) []string {
	s := w.Requests.Norm.Requests.Spans
	if c.Overdue(w.today()) {
		return []string{t(ctx, "remedy_late", o.ReviewBody, s["review"].N)}
	}
	d := w.Requests.Norm.Requests.Decision(c.Decision)
	if c.State != inforequest.Closed || c.Delivered.IsZero() || d == nil || d.Remedy == "none" {
		return nil
	}
	if d.Remedy == "review_first" {
		return []string{t(ctx, "remedy_first", o.ReviewBody, s["review"].N), t(ctx, "remedy_then", o.Court)}
	}
	return []string{t(ctx, "remedy_either", o.ReviewBody, s["review"].N, o.Court, s["lawsuit"].N)}
}

// told are the steps whose note is the applicant's to read; others say only
// that they happened.
var told = []string{inforequest.HandedOn, "confirmed", "clarify", "supplement", "ask_reasons", "reasons", "extend", "defer", "opened", "reopen", "split", "split_from", "merge", "merged_from", "deliver"}

// events is the record, the newest first.
func events(ctx context.Context, c *inforequest.Case) (out []ui.Event) {
	for _, s := range slices.Backward(c.Steps) {
		e := ui.Event{When: i18n.Date(ctx, s.On), WhenISO: s.On.String(), Title: s.Words(ctx)}
		if slices.Contains(told, s.Kind) && s.Note != "" {
			e.Text = s.Note
		}
		out = append(out, e)
	}
	return out
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

// letter gives a letter to its reader as a file.
func (w *Window) letter(rw http.ResponseWriter, r *http.Request) error {
	ctx, k := r.Context(), keyOf(r)
	c, err := w.Requests.Follow(ctx, k.Number, k.Code)
	if err != nil {
		return w.after(rw, r, err, "")
	}
	id, err := web.Int64(r.PostForm.Get("letter"))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(c.Letters, func(l inforequest.Letter) bool { return l.ID == id })
	if i < 0 {
		return fault.Say(fault.NotFound, "fault.not_found")
	}
	l := c.Letters[i]
	b, kind, err := l.Content.Merged.As(r.PostForm.Get("form"), l.MadeOn.Start())
	if err != nil {
		return err
	}
	rw.Header().Set("Cache-Control", "no-store")
	return web.Download(rw, strings.TrimSpace(l.Content.Merged.Title+" "+l.Number)+"."+r.PostForm.Get("form"), kind, b)
}

// released gives a released file to its applicant.
func (w *Window) released(rw http.ResponseWriter, r *http.Request) error {
	k := keyOf(r)
	id, err := web.Int64(r.PostForm.Get("file"))
	if err != nil {
		return err
	}
	f, b, err := w.Requests.Received(r.Context(), k.Number, k.Code, id)
	if ui.ErrorsOf(err) != nil {
		return w.after(rw, r, err, "")
	}
	if err != nil {
		return err
	}
	rw.Header().Set("Cache-Control", "no-store")
	return web.Download(rw, f.Name, "application/octet-stream", b)
}

func (w *Window) clarify(rw http.ResponseWriter, r *http.Request) error {
	k := keyOf(r)
	err := w.Requests.Supplement(r.Context(), k.Number, k.Code, r.PostForm.Get("text"))
	return w.after(rw, r, err, done(r, err, "clarify_done"))
}

func (w *Window) reasons(rw http.ResponseWriter, r *http.Request) error {
	k := keyOf(r)
	err := w.Requests.Explain(r.Context(), k.Number, k.Code, r.PostForm.Get("text"))
	return w.after(rw, r, err, done(r, err, "reasons_done"))
}

func done(r *http.Request, err error, key string) string {
	if err != nil {
		return ""
	}
	return t(r.Context(), key)
}

// handOn makes a matter of a request that is a petition in truth, and shows its
// number and code, once.
func (w *Window) handOn(rw http.ResponseWriter, r *http.Request) error {
	ctx, k := r.Context(), keyOf(r)
	number, code, err := w.Requests.HandOn(ctx, k.Number, k.Code)
	if err != nil {
		return w.after(rw, r, err, "")
	}
	f := w.page(r, t(ctx, "handed_on"))
	f.Lead = t(ctx, "handed_on_lead")
	private(rw, &f)
	return web.Render(rw, r, http.StatusOK, handedOnView(f, number, secret.Group(code)))
}

// withdraw asks once more before it ends the request.
func (w *Window) withdraw(rw http.ResponseWriter, r *http.Request) error {
	ctx, k := r.Context(), keyOf(r)
	if r.PostForm.Get("sure") == "yes" {
		err := w.Requests.Withdraw(ctx, k.Number, k.Code)
		return w.after(rw, r, err, done(r, err, "withdraw_done"))
	}
	c, err := w.Requests.Follow(ctx, k.Number, k.Code)
	if err != nil {
		return w.after(rw, r, err, "")
	}
	f := w.page(r, t(ctx, "withdraw_sure"))
	f.Lead = t(ctx, "withdraw_lead")
	private(rw, &f)
	return web.Render(rw, r, http.StatusOK, sureView(f, k, []ui.Pair{{Term: t(ctx, "number"), Text: c.Number}, {Term: t(ctx, "unit"), Text: c.Unit.Name}, {Term: t(ctx, "asked_for"), Text: c.Asked.Subject}}))
}
