package yearly

import (
	"io"
	"net/http"

	"yangguang/internal/account"
	"yangguang/internal/fault"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

type checkPage struct {
	File, Before, Paste ui.Input
	Errors              ui.Errors
	Done                bool
	Sound               bool
	Violations          ui.Grid
	Findings            []string
	Tables              []printed
}

func (y *Yearly) checkForm(w http.ResponseWriter, r *http.Request) error {
	return y.showCheck(w, r, http.StatusOK, checkPage{})
}

func (y *Yearly) showCheck(w http.ResponseWriter, r *http.Request, status int, p checkPage) error {
	ctx := r.Context()
	if a := account.From(ctx); !a.Holds(Writing) && !a.Holds(Approving) {
		return fault.Say(fault.Forbidden, "yearly.no_grant_write")
	}
	in := func(name string) ui.Input {
		return ui.Input{Name: name, Label: word(ctx, "check_"+name), Help: word(ctx, "check_"+name+"_help"), Error: p.Errors.Of(ctx, name), Optional: true}
	}
	p.File, p.Before, p.Paste = in("file"), in("before"), in("paste")
	p.File.Accept, p.Before.Accept = ".html,.htm,.xlsx", ".html,.htm,.xlsx"
	p.Paste.Rows, p.Paste.Value = 6, r.PostFormValue("paste")
	f := y.desk(r, word(ctx, "check_title"), ui.Link{Text: word(ctx, "check")})
	f.Lead = word(ctx, "check_lead")
	return web.Render(w, r, status, checkView(f, p))
}

func (y *Yearly) check(w http.ResponseWriter, r *http.Request) error {
	ctx, form := r.Context(), y.Form()
	v, err := y.judge(r)
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return y.showCheck(w, r, http.StatusUnprocessableEntity, checkPage{Errors: bad})
	}
	if err != nil {
		return err
	}
	p := checkPage{Done: true, Sound: v.Sound(), Tables: form.printed(ctx, v.Figures)}
	p.Violations = ui.Grid{Caption: word(ctx, "violations"), Cards: true, Nothing: word(ctx, "no_violations"), Columns: []ui.Column{{Title: word(ctx, "identity")}, {Title: word(ctx, "table")}, {Title: word(ctx, "row")}, {Title: word(ctx, "column")}, {Title: word(ctx, "found"), Number: true}, {Title: word(ctx, "expected"), Number: true}}}
	for _, x := range v.Violations {
		p.Violations.Rows = append(p.Violations.Rows, ui.Text(form.Words(ctx, x), word(ctx, "table_n", x.Table), form.RowTitle(ctx, x.Row), form.columnOf(ctx, x.Table, x.Column), form.shown(ctx, x.Row, x.Found), form.shown(ctx, x.Row, x.Want)))
	}
	for _, x := range v.Findings {
		p.Findings = append(p.Findings, form.FindingWords(ctx, x))
	}
	return y.showCheck(w, r, http.StatusOK, p)
}

// judge reads what was handed in: a file, or a page pasted into the field.
func (y *Yearly) judge(r *http.Request) (*Verdict, error) {
	if a := account.From(r.Context()); !a.Holds(Writing) && !a.Holds(Approving) {
		return nil, fault.Say(fault.Forbidden, "yearly.no_grant_write")
	}
	report, err := uploaded(r, "file")
	if err != nil {
		return nil, err
	}
	if len(report) == 0 {
		report = []byte(r.PostForm.Get("paste"))
	}
	if len(report) == 0 {
		return nil, fault.Fields(fault.Field{Name: "file", Key: "yearly.need_file"})
	}
	before, err := uploaded(r, "before")
	if err != nil {
		return nil, err
	}
	return y.Form().Judge(report, before)
}

func uploaded(r *http.Request, name string) ([]byte, error) {
	if r.MultipartForm == nil || len(r.MultipartForm.File[name]) == 0 {
		return nil, nil
	}
	f, err := r.MultipartForm.File[name][0].Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, MaxReport+1))
}
