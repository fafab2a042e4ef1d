package desk

import (
	"context"
	"net/http"

	"yangguang/disclosure"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// maxWords bounds the error reports one page lists.
const maxWords = 100

// reportsPage lists what readers said is wrong; texts stay sealed.
type reportsPage struct{ Works []ui.Work }

func (d *Desk) reports(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var rows []word
	err := d.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
		rows, err = words(tx, reach(account.From(ctx), verbs...), "", maxWords)
		return err
	})
	if err != nil {
		return err
	}
	var p reportsPage
	for _, x := range rows {
		p.Works = append(p.Works, d.wordWork(ctx, x))
	}
	f := d.frame(r, i18n.T(ctx, "desk.reports"), ui.Link{Text: i18n.T(ctx, "desk.reports")})
	f.Lead = i18n.T(ctx, "desk.reports_lead")
	return d.show(w, r, http.StatusOK, f, reportsView(p))
}

func (d *Desk) wordWork(ctx context.Context, x word) ui.Work {
	w := ui.Work{Href: web.URL(ctx, pathOf("reports", x.Province, x.ID, "")), Title: x.Title, Spent: -1, Tag: ui.TagWaiting,
		Meta: []string{x.Unit, i18n.T(ctx, "disclosure.report_"+x.Kind), i18n.Time(ctx, x.At)}, TagWords: i18n.T(ctx, "desk.report_open"), Next: i18n.T(ctx, "desk.report_next")}
	if x.State == "answered" {
		w.Tag, w.TagWords, w.Next = ui.TagPublished, i18n.T(ctx, "desk.report_answered"), x.Answer
		return w
	}
	d.dueWords(ctx, &w, x.DueOn)
	if w.Late {
		w.Tag, w.TagWords = ui.TagDanger, i18n.T(ctx, "desk.overdue")
	}
	return w
}

// reportPage is one error report: closed until its reader opens it, which is
// recorded and said so before.
type reportPage struct {
	Pairs         []ui.Pair
	Open          string // address that opens it
	Text, Contact string
	Opened        bool
	Answer        ui.Input
	Action        string
	Answered      string
	Item          string
	Bad           ui.Errors
	MayAnswer     bool
}

// cover is a report in reach without its text.
func (d *Desk) cover(r *http.Request) (*word, error) {
	ctx := r.Context()
	province, id, err := target(r, "report")
	if err != nil {
		return nil, err
	}
	var rows []word
	err = d.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
		rows, err = oneWord(tx, reach(account.From(ctx), verbs...), province, id)
		return err
	})
	if err == nil && len(rows) == 0 {
		err = fault.Say(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return nil, err
	}
	return &rows[0], nil
}

func (d *Desk) reportCover(w http.ResponseWriter, r *http.Request) error {
	x, err := d.cover(r)
	if err != nil {
		return err
	}
	return d.showReport(w, r, http.StatusOK, x, reportPage{})
}

func (d *Desk) showReport(w http.ResponseWriter, r *http.Request, status int, x *word, p reportPage) error {
	ctx := r.Context()
	path := func(more string) string { return web.URL(ctx, pathOf("reports", x.Province, x.ID, more)) }
	p.Open, p.Action, p.Item = path("/open"), path("/answer"), web.URL(ctx, pathOf("published", x.Province, x.Item, ""))
	p.Pairs = []ui.Pair{{Term: i18n.T(ctx, "desk.item"), Text: x.Title, Href: p.Item}, {Term: i18n.T(ctx, "desk.unit"), Text: x.Unit},
		{Term: i18n.T(ctx, "desk.report_kind"), Text: i18n.T(ctx, "disclosure.report_"+x.Kind)}, {Term: i18n.T(ctx, "desk.received"), Text: i18n.Time(ctx, x.At)}}
	if !x.DueOn.IsZero() {
		p.Pairs = append(p.Pairs, ui.Pair{Term: i18n.T(ctx, "desk.answer_by"), Text: i18n.DateWeekday(ctx, x.DueOn)})
	}
	p.MayAnswer = x.State == "open" && (p.Opened || len(p.Bad) > 0)
	if x.State == "answered" {
		p.Answered = x.Answer
	}
	p.Answer = ui.Input{Name: "answer", Label: i18n.T(ctx, "desk.answer"), Help: i18n.T(ctx, "desk.answer_help"), Value: r.PostForm.Get("answer"),
		MaxLen: disclosure.MaxReport, Error: p.Bad.Of(ctx, "answer")}
	f := d.frame(r, i18n.T(ctx, "desk.report"), ui.Link{Text: i18n.T(ctx, "desk.reports"), Href: web.URL(ctx, "/desk/reports")}, ui.Link{Text: x.Title})
	f.Side, f.Narrow = nil, true
	return d.show(w, r, status, f, reportView(p))
}

// openReport reads the text: the answer to a POST, since reading is recorded.
func (d *Desk) openReport(w http.ResponseWriter, r *http.Request) error {
	x, err := d.cover(r)
	if err != nil {
		return err
	}
	full, err := d.Disclosure.OpenReport(r.Context(), x.Province, x.ID)
	if err != nil {
		return err
	}
	return d.showReport(w, r, http.StatusOK, x, reportPage{Opened: true, Text: full.Text, Contact: full.Contact})
}

func (d *Desk) answerReport(w http.ResponseWriter, r *http.Request) error {
	x, err := d.cover(r)
	if err != nil {
		return err
	}
	err = d.Disclosure.AnswerReport(r.Context(), x.Province, x.ID, r.PostForm.Get("answer"))
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return d.showReport(w, r, http.StatusUnprocessableEntity, x, reportPage{Bad: bad})
	}
	if err != nil {
		return err
	}
	return web.See(w, r, pathOf("reports", x.Province, x.ID, "?did=answered"))
}
