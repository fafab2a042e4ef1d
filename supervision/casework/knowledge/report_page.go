package knowledge

import (
	"net/http"
	"strconv"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// reportsPage lists what was reported to a person's units.
type reportsPage struct {
	Open, Closed ui.Grid
	Pages        ui.Pages
}

func (k *Knowledge) reportList(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), account.From(r.Context())
	var p reportsPage
	after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	err := k.DB.Read(ctx, func(tx *db.Tx) error {
		for state, g := range map[string]*ui.Grid{open: &p.Open, closed: &p.Closed} {
			found, err := reports(tx, ranges(a), state, after, deskShown+1)
			if err != nil {
				return err
			}
			if state == closed && len(found) > deskShown {
				found = found[:deskShown]
				p.Pages.Older = href(ctx, reportsRoot, "?after=", itoa(found[deskShown-1].ID))
			}
			*g = ui.Grid{Caption: word(ctx, "reports_"+state), Cards: true, Nothing: word(ctx, "no_reports_"+state), Columns: []ui.Column{{Title: word(ctx, "f_title")}, {Title: word(ctx, "f_kind")}, {Title: word(ctx, "source")}, {Title: word(ctx, "due")}, {Title: word(ctx, "f_state")}}}
			for i := range found {
				rep := &found[i]
				kind, words := ui.TagWaiting, word(ctx, "report_open")
				if rep.State == closed {
					kind, words = ui.TagPublished, word(ctx, "outcome_"+rep.Outcome)
				} else if rep.Late(today(tx)) {
					kind, words = ui.TagDanger, word(ctx, "overdue")
				}
				g.Rows = append(g.Rows, []ui.Cell{{Text: rep.Title, Href: href(ctx, reportPath(rep))}, {Text: word(ctx, "kind_"+rep.Kind)}, {Text: word(ctx, "report_meta", word(ctx, "source_"+rep.Source), rep.Times)},
					{Text: i18n.DateWeekday(ctx, rep.DueOn)}, {Text: words, Tag: kind}})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	f := k.deskFrame(r, word(ctx, "show_reports"), ui.Link{Text: word(ctx, "show_reports")})
	f.Lead = word(ctx, "reports_lead")
	f.Side = k.deskSide(r, a, "reports")
	return web.Render(w, r, http.StatusOK, reportsView(f, p))
}

// reportPage is one report.
type reportPage struct {
	Report   *Report
	Facts    []ui.Pair
	Article  ui.Link
	Action   string
	Errors   ui.Errors
	Refused  string
	May      bool
	Outcome  ui.Input
	WordsFor ui.Input
}

func (k *Knowledge) report(w http.ResponseWriter, r *http.Request) error {
	return k.showReport(w, r, http.StatusOK, nil, "")
}

func (k *Knowledge) showReport(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors, refused string) error {
	ctx, a := r.Context(), account.From(r.Context())
	province, id, err := numbers(r, "report")
	if err != nil {
		return err
	}
	p := reportPage{Errors: bad, Refused: refused}
	err = k.DB.Read(ctx, func(tx *db.Tx) error {
		rep, err := reportByID(tx, province, id, "")
		if err != nil {
			return err
		}
		t := account.Target{Agency: rep.Agency, Division: int64(rep.Seat)}
		if !writes(a, t) {
			return notFound()
		}
		who, err := account.Names(tx, []int64{rep.Person})
		p.Report, p.May, p.Action = rep, rep.State == open && a.May(Writing, t), href(ctx, reportPath(rep))
		p.Article = ui.Link{Text: rep.Title, Href: href(ctx, deskPath(rep.Province, rep.Article))}
		p.Facts = []ui.Pair{{Term: word(ctx, "f_kind"), Text: word(ctx, "kind_"+rep.Kind)}, {Term: word(ctx, "source"), Text: word(ctx, "report_meta", word(ctx, "source_"+rep.Source), rep.Times)},
			{Term: word(ctx, "version"), Text: word(ctx, "version_n", rep.Number)}, {Term: word(ctx, "at"), Text: i18n.Date(ctx, clock.DateOf(rep.At))}, {Term: word(ctx, "due"), Text: i18n.DateWeekday(ctx, rep.DueOn)}}
		if rep.Person != 0 {
			p.Facts = append(p.Facts, ui.Pair{Term: word(ctx, "by"), Text: who[rep.Person]})
		}
		if rep.State == closed {
			p.Facts = append(p.Facts, ui.Pair{Term: word(ctx, "f_outcome"), Text: word(ctx, "outcome_"+rep.Outcome)})
		}
		return err
	})
	if err != nil {
		return err
	}
	p.Outcome = ui.Input{Name: "outcome", Label: word(ctx, "f_outcome"), Value: r.PostFormValue("outcome"), Options: options(ctx, "", "outcome_", outcomes...), Error: bad.Of(ctx, "outcome")}
	p.WordsFor = ui.Input{Name: "words", Label: word(ctx, "f_words"), Value: r.PostFormValue("words"), MaxLen: maxReason, Rows: 3, Error: bad.Of(ctx, "words")}
	f := k.deskFrame(r, word(ctx, "report_title", p.Report.Title), ui.Link{Text: word(ctx, "show_reports"), Href: href(ctx, reportsRoot)}, ui.Link{Text: p.Report.Title})
	f.Narrow = true
	return web.Render(w, r, status, reportView(f, p))
}

func (k *Knowledge) closeReport(w http.ResponseWriter, r *http.Request) error {
	province, id, err := numbers(r, "report")
	if err != nil {
		return err
	}
	err = k.Close(r.Context(), province, id, r.PostForm.Get("outcome"), r.PostForm.Get("words"))
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return k.showReport(w, r, http.StatusUnprocessableEntity, bad, "")
	}
	if fault.Is(err, fault.Conflict) {
		key, args, _ := fault.Sentence(err)
		return k.showReport(w, r, http.StatusConflict, nil, i18n.T(r.Context(), key, args...))
	}
	if err != nil {
		return err
	}
	return web.See(w, r, reportsRoot)
}
