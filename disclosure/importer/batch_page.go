package importer

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/xuri/excelize/v2"

	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

type batchPage struct {
	*Sheet
	Facts    []ui.Pair
	Progress *progress
	Refresh  string
	Failure  string
	Figures  []ui.Figure
	Filters  []ui.Link
	Entries  ui.Grid
	Next     string
	Report   string
	Errors   ui.Errors
	Base     string // address of the batch
	Released ui.Input
	Reason   ui.Input
}

type progress struct {
	Words    string
	Done, Of int64
}

func (m *Importer) batch(w http.ResponseWriter, r *http.Request) error {
	return m.showBatch(w, r, http.StatusOK, nil)
}

func (m *Importer) showBatch(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx := r.Context()
	province, id, err := numbers(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	l := Look{State: q.Get("state"), Guessed: q.Has("guessed")}
	l.After, _ = strconv.Atoi(q.Get("after"))
	s, err := m.Open(ctx, province, id, l)
	if err != nil {
		return err
	}
	b := s.Batch
	p := batchPage{Sheet: s, Errors: bad, Base: web.URL(ctx, pathOf(b, "")), Report: web.URL(ctx, pathOf(b, "/report.xlsx")), Facts: m.facts(ctx, s), Entries: m.entries(ctx, s)}
	t := func(key string, args ...any) string { return i18n.T(ctx, "importer."+key, args...) }
	switch b.State {
	case Reading:
		p.Progress = &progress{Words: t("reading_now"), Done: int64(b.Read), Of: int64(max(b.Total, 1))}
	case Writing, Undoing:
		p.Progress = &progress{Words: t(b.State + "_now"), Done: int64(b.Done + b.Failed), Of: int64(max(b.Total, 1))}
	case Failed:
		if b.Fault != nil {
			p.Failure = b.Fault.sentence(ctx)
		}
	}
	p.Figures, p.Filters = figures(ctx, s), filters(ctx, s, l, p.Base)
	if s.More {
		q.Set("after", strconv.Itoa(s.Rows[len(s.Rows)-1].Position))
		p.Next = p.Base + "?" + q.Encode()
	}
	p.Released = ui.Input{Name: "released", Label: t("released"), Help: t("released_help", s.Doubtful), Rows: 3, MaxLen: maxReason, Value: r.PostFormValue("released"), Error: bad.Of(ctx, "released")}
	p.Reason = ui.Input{Name: "reason", Label: t("reason"), Help: t("reason_help"), Rows: 3, MaxLen: maxReason, Value: r.PostFormValue("reason"), Error: bad.Of(ctx, "reason")}
	f := m.frame(r, t("batch_title", b.Number), ui.Link{Text: b.Number})
	f.Lead = t("next_" + b.State)
	return web.Render(w, r, status, batchView(f, p))
}

func (m *Importer) facts(ctx context.Context, s *Sheet) []ui.Pair {
	b := s.Batch
	t := func(key string) string { return i18n.T(ctx, "importer."+key) }
	name := func(id int64) string {
		if id == 0 {
			return t("operator")
		}
		return s.Names[id]
	}
	out := []ui.Pair{{Term: t("state"), Of: ui.Tag(tagOf(b.State), t("state_"+b.State))}, {Term: t("unit"), Text: s.Unit.Name}, {Term: t("file"), Text: b.Name},
		{Term: t("prepared_by"), Text: name(b.Preparer) + " " + i18n.Time(ctx, b.Created)}}
	if b.Kind != "" {
		out = append(out, ui.Pair{Term: t("kind"), Text: t("kind_" + b.Kind)})
	}
	if b.First != 0 {
		out = append(out, ui.Pair{Term: t("first_by"), Text: name(b.First)})
	}
	if b.Released != "" {
		out = append(out, ui.Pair{Term: t("released"), Text: b.Released})
	}
	if b.Second != 0 {
		out = append(out, ui.Pair{Term: t("second_by"), Text: name(b.Second)})
	}
	if b.Note != "" {
		out = append(out, ui.Pair{Term: t("returned"), Text: b.Note})
	}
	if b.UndoReason != "" {
		out = append(out, ui.Pair{Term: t("undone_by"), Text: name(b.UndoneBy)}, ui.Pair{Term: t("reason"), Text: b.UndoReason})
	}
	return out
}

func figures(ctx context.Context, s *Sheet) []ui.Figure {
	n := func(key string, v int) ui.Figure {
		return ui.Figure{Label: i18n.T(ctx, "importer.row_"+key), Value: i18n.Number(ctx, int64(v))}
	}
	var out []ui.Figure
	for _, st := range []string{RowReady, RowWrong, RowDropped, RowWritten, RowFailed, RowUndone, RowKept} {
		if s.Counts.By[st] > 0 || st == RowReady && s.Batch.State == Checking || st == RowWrong && s.Batch.State == Checking {
			out = append(out, n(st, s.Counts.By[st]))
		}
	}
	if s.Batch.State == Checking {
		out = append(out, n("guessed", s.Counts.Guessed))
	}
	return out
}

func filters(ctx context.Context, s *Sheet, l Look, base string) []ui.Link {
	out := []ui.Link{{Text: i18n.T(ctx, "importer.row_all"), Href: base, Current: l.State == "" && !l.Guessed, Count: int64(s.Counts.All), ShowCount: true}}
	for _, st := range []string{RowWrong, RowReady, RowDropped, RowWritten, RowFailed, RowUndone, RowKept} {
		if n := s.Counts.By[st]; n > 0 {
			out = append(out, ui.Link{Text: i18n.T(ctx, "importer.row_"+st), Href: base + "?state=" + url.QueryEscape(st), Current: l.State == st, Count: int64(n), ShowCount: true})
		}
	}
	if s.Counts.Guessed > 0 {
		out = append(out, ui.Link{Text: i18n.T(ctx, "importer.row_guessed"), Href: base + "?guessed", Current: l.Guessed, Count: int64(s.Counts.Guessed), ShowCount: true})
	}
	return out
}

func (m *Importer) entries(ctx context.Context, s *Sheet) ui.Grid {
	t := func(key string) string { return i18n.T(ctx, "importer."+key) }
	g := ui.Grid{Caption: t("entries"), Cards: true, Nothing: t("no_entries"), Columns: []ui.Column{{Title: t("col_title")}, {Title: t("source")}, {Title: t("col_category")},
		{Title: t("col_published")}, {Title: t("col_number")}, {Title: t("state")}, {Title: t("to_mend")}}}
	mend := false // nothing to mend needs no column
	for i := range s.Rows {
		mend = mend || len(rowNotes(ctx, &s.Rows[i])) > 0
	}
	if !mend {
		g.Columns = g.Columns[:len(g.Columns)-1]
	}
	for i := range s.Rows {
		x := &s.Rows[i]
		title := ui.Cell{Text: x.Title}
		if title.Text == "" {
			title.Text = t("untitled")
		}
		if s.Mine && s.Batch.State == Checking || x.Item == 0 && s.Batch.State != Done {
			title.Href = web.URL(ctx, pathOf(s.Batch, "/rows/"+strconv.FormatInt(x.ID, 10)))
		} else if href := s.Paths[x.Item]; href != "" {
			title.Href = web.URL(ctx, href)
		}
		category := m.categoryTitle(ctx, x.Category)
		if x.Guessed && x.Category != "" {
			category += t("guess_mark")
		}
		when := ""
		if !x.Published.IsZero() {
			when = i18n.Date(ctx, x.Published)
		}
		row := []ui.Cell{title, {Text: x.Source}, {Text: category}, {Text: when}, {Text: x.Number}, {Text: t("row_" + x.State), Tag: rowTag(x.State)}, {}}
		if all := rowNotes(ctx, x); len(all) > 0 { // a card has no line for what is not there
			row[6].Of = notes(all)
		}
		g.Rows = append(g.Rows, row[:len(g.Columns)])
	}
	return g
}

// rowNotes are what stands beside an entry: what is wrong, and what a second
// person must look at.
func rowNotes(ctx context.Context, x *Row) []string {
	out := problemWords(ctx, x.Problems)
	if n := x.Doubtful(); n > 0 && x.State != RowWrong {
		out = append(out, i18n.T(ctx, "importer.doubtful", n))
	}
	return out
}

type rowPage struct {
	*Sheet
	Row      *Row
	Inputs   map[string]ui.Input
	Errors   ui.Errors
	Findings []string
	Files    []ui.File
	Text     string // cleaned HTML, as it would be published
	Action   string
	Back     string
	Edit     bool
	Twin     bool
	Missing  bool
}

func (m *Importer) row(w http.ResponseWriter, r *http.Request) error {
	return m.showRow(w, r, http.StatusOK, nil, nil)
}

// fix takes what the preparer changed in an entry.
func (m *Importer) fix(w http.ResponseWriter, r *http.Request) error {
	province, id, err := numbers(r)
	if err != nil {
		return err
	}
	row, err := web.PathID(r, "row")
	if err != nil {
		return err
	}
	ctx, back := r.Context(), pathOf(&Batch{Province: province, ID: id}, "")
	switch r.PostForm.Get("do") {
	case "drop", "keep":
		if err := m.DropRow(ctx, province, id, row, r.PostForm.Get("do") == "drop"); err != nil {
			return err
		}
		return web.See(w, r, back)
	}
	f, bad := fixOf(r)
	if len(bad) > 0 {
		return m.showRow(w, r, http.StatusUnprocessableEntity, &f, bad)
	}
	x, err := m.FixRow(ctx, province, id, row, f)
	if err != nil {
		return err
	}
	if x.State == RowWrong || f.Mask {
		return web.See(w, r, back+"/rows/"+strconv.FormatInt(row, 10))
	}
	return web.See(w, r, back)
}

func fixOf(r *http.Request) (f Fix, bad ui.Errors) {
	get := r.PostForm.Get
	f = Fix{Title: get("title"), Category: get("category"), Period: get("period"), Number: get("number"), DocNumber: get("doc_number"), Old: get("old"), Body: get("body"),
		Mask: get("do") == "mask", WithoutFiles: get("without_files") != "", Twice: get("twice") != ""}
	for _, d := range []struct {
		name string
		to   any
	}{{"formed", &f.Formed}, {"published", &f.Published}} {
		e := Entry{}
		day := e.date(d.name, get(d.name))
		if len(e.Problems) > 0 {
			bad = append(bad, faultField(e.Problems[0]))
		}
		if d.name == "formed" {
			f.Formed = day
		} else {
			f.Published = day
		}
	}
	return f, bad
}

func faultField(p Problem) fault.Field {
	args := make([]any, len(p.Args))
	for i, a := range p.Args {
		args[i] = a
	}
	return fault.Field{Name: p.Field, Key: p.Key, Args: args}
}

// report is every entry of a batch as a sheet, what is wrong beside it.
func (m *Importer) report(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	province, id, err := numbers(r)
	if err != nil {
		return err
	}
	s, err := m.Open(ctx, province, id, Look{After: MaxEntries + 1})
	if err != nil {
		return err
	}
	rows, err := m.all(ctx, s.Batch)
	if err != nil {
		return err
	}
	b, err := m.reportSheet(ctx, rows)
	if err != nil {
		return err
	}
	return web.Download(w, i18n.T(ctx, "importer.report_name")+" "+s.Batch.Number+".xlsx", xlsxType, b)
}

func (m *Importer) reportSheet(ctx context.Context, rows []Row) (out []byte, err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	sw, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return nil, err
	}
	t := func(key string) string { return i18n.T(ctx, "importer."+key) }
	if err := errors.Join(sw.SetColWidth(1, 2, 16), sw.SetColWidth(3, 3, 40), sw.SetColWidth(4, 8, 18), sw.SetColWidth(9, 9, 60)); err != nil {
		return nil, err
	}
	lines := [][]any{{t("source"), t("state"), t("col_title"), t("col_category"), t("col_published"), t("col_number"), t("col_doc_number"), t("col_old"), t("to_mend")}}
	for i := range rows {
		x := &rows[i]
		notes := ""
		for _, n := range rowNotes(ctx, x) {
			notes += n + "\n"
		}
		when := ""
		if !x.Published.IsZero() {
			when = x.Published.String()
		}
		lines = append(lines, []any{x.Source, t("row_" + x.State), x.Title, m.categoryTitle(ctx, x.Category), when, x.Number, x.DocNumber, x.Old, notes})
	}
	for i, line := range lines {
		if err := sw.SetRow("A"+strconv.Itoa(i+1), line); err != nil {
			return nil, err
		}
	}
	if err := sw.Flush(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = f.Write(&b)
	return b.Bytes(), err
}
