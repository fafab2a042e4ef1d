package knowledge

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
)

// columns of the sheet; the last two are written by an export and not read.
var columns = append(slices.Concat([]string{"holds"}, fields), "state", "address")

const (
	maxSheet = 4 << 20
	maxRows  = 500
	xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// Problem is what is wrong in a cell of a sheet.
type Problem struct {
	Row    int    // as the person sees it
	Column string // id
	Key    string
	Args   []any
}

// workbook writes articles as a sheet, with a second one that explains each
// column; without articles it is the form to fill in. A demonstration's says so.
func (k *Knowledge) workbook(ctx context.Context, rows [][]string) (out []byte, err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	data, help := word(ctx, "sheet_data"), word(ctx, "sheet_help")
	bold, e1 := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	text, e2 := f.NewStyle(&excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}) // "@": what is typed stays as it is
	_, e3 := f.NewSheet(help)
	if err := errors.Join(e1, e2, e3, f.SetSheetName("Sheet1", data), f.SetColWidth(help, "A", "A", 18), f.SetColWidth(help, "B", "B", 90), f.SetColStyle(help, "B", text)); err != nil {
		return nil, err
	}
	for i, id := range columns {
		col, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return nil, err
		}
		row, title := strconv.Itoa(i+1), word(ctx, "f_"+id)
		if err := errors.Join(f.SetColWidth(data, col, col, 24), f.SetColStyle(data, col, text), f.SetCellStr(data, col+"1", title), f.SetCellStyle(data, col+"1", col+"1", bold),
			f.SetCellStr(help, "A"+row, title), f.SetCellStr(help, "B"+row, k.columnHelp(ctx, id)), f.SetCellStyle(help, "A"+row, "A"+row, bold)); err != nil {
			return nil, err
		}
		for j, cells := range rows {
			if err := f.SetCellStr(data, col+strconv.Itoa(j+2), cells[i]); err != nil {
				return nil, err
			}
		}
	}
	if k.Front.Demo {
		if err := f.SetCellStr(help, "A"+strconv.Itoa(len(columns)+2), i18n.T(ctx, "ui.demo")); err != nil {
			return nil, err
		}
	}
	if err := f.SetPanes(data, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = f.Write(&b)
	return b.Bytes(), err
}

// columnHelp explains a column; the topics name what may stand there.
func (k *Knowledge) columnHelp(ctx context.Context, id string) string {
	help := word(ctx, "col_"+id)
	if id == "topic" {
		for _, t := range k.Topics {
			help += "\n" + t.Title.In(ctx)
		}
	}
	return help
}

// cells are an article as a row of the sheet.
func (k *Knowledge) cells(ctx context.Context, x *standingArticle) []string {
	v := &x.Version
	return []string{x.Region.Short(), v.Title, strings.Join(v.Questions, "\n"), v.Answer, k.topic(ctx, v.Topic), v.Audience, v.Lang, v.Law, v.LawArticle, v.LawURL, v.From.String(), v.To.String(), v.Review.String(), v.Link,
		word(ctx, "state_"+x.State), k.Front.Domain + "/knowledge/" + itoa(x.ID)}
}

// readSheet reads a filled-in sheet: every row a text, with where it is to hold.
func (k *Knowledge) readSheet(b []byte) (texts []Text, holds []string, numbers []int, bad []Problem, err error) {
	rows, err := grid(b)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	at := headings(rows)
	if at == nil {
		return nil, nil, nil, nil, fault.Fields(fault.Field{Name: "file", Key: "knowledge.no_headings"})
	}
	for i, row := range rows[1:] {
		if strings.TrimSpace(strings.Join(row, "")) == "" {
			continue
		}
		get := func(id string) string {
			if j, ok := at[id]; ok && j < len(row) {
				return plain(id, row[j])
			}
			return ""
		}
		t, wrong := k.readText(get)
		for _, f := range append(wrong, k.wrong(t)...) {
			bad = append(bad, Problem{Row: i + 2, Column: f.Name, Key: f.Key, Args: f.Args})
		}
		texts, holds, numbers = append(texts, t), append(holds, strings.TrimSpace(get("holds"))), append(numbers, i+2)
	}
	switch {
	case len(texts) == 0:
		err = fault.Fields(fault.Field{Name: "file", Key: "knowledge.nothing_found"})
	case len(texts) > maxRows:
		err = fault.Fields(fault.Field{Name: "file", Key: "knowledge.too_many_rows", Args: []any{maxRows}})
	}
	return texts, holds, numbers, bad, err
}

// plain reads a cell: whom it is for and the language by their words too, a day
// also from a spreadsheet's number.
func plain(id, s string) string {
	s = strings.TrimSpace(s)
	switch id {
	case "audience", "lang":
		for _, v := range []string{ForPublic, ForStaff, "zh", "en"} {
			for _, l := range []i18n.Lang{i18n.ZH, i18n.EN} {
				if strings.EqualFold(s, i18n.T(i18n.With(context.Background(), l), "knowledge."+id+"_"+v)) {
					return v
				}
			}
		}
	case "from", "to", "review":
		if n, err := strconv.ParseFloat(s, 64); err == nil && n > 20_000 && n < 80_000 {
			return clock.DateOf(time.Date(1899, 12, 30, 12, 0, 0, 0, clock.Shanghai).AddDate(0, 0, int(n))).String()
		}
	}
	return s
}

// headings tells where the columns stand, by their titles in either language; nil
// when title and answer are not among them.
func headings(rows [][]string) map[string]int {
	at := map[string]int{}
	if len(rows) == 0 {
		return nil
	}
	for i, cell := range rows[0] {
		for _, id := range columns {
			for _, l := range []i18n.Lang{i18n.ZH, i18n.EN} {
				if _, have := at[id]; !have && strings.EqualFold(strings.TrimSpace(cell), i18n.T(i18n.With(context.Background(), l), "knowledge.f_"+id)) {
					at[id] = i
				}
			}
		}
	}
	_, title := at["title"]
	_, answer := at["answer"]
	if !title || !answer {
		return nil
	}
	return at
}

// grid streams the first sheet, so that a million blank rows cost nothing.
func grid(b []byte) (out [][]string, err error) {
	bad := fault.Fields(fault.Field{Name: "file", Key: "knowledge.bad_sheet"})
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{RawCellValue: true, UnzipSizeLimit: 64 << 20, UnzipXMLSizeLimit: 32 << 20})
	if err != nil {
		return nil, bad
	}
	defer func() { _ = f.Close() }()
	rows, err := f.Rows(f.GetSheetList()[0])
	if err != nil {
		return nil, bad
	}
	defer func() { _ = rows.Close() }()
	for len(out) < maxRows+100 && rows.Next() {
		row, err := rows.Columns()
		if err != nil {
			return nil, bad
		}
		out = append(out, row[:min(len(row), 100)])
	}
	if rows.Error() != nil {
		return nil, bad
	}
	return out, nil
}

// Import makes a draft of a unit from every row of a sheet. With one problem
// nothing is kept, and every problem is told by row and column.
func (k *Knowledge) Import(ctx context.Context, unit int64, b []byte) (n int, bad []Problem, err error) {
	defer fault.Wrap(&err, "knowledge.Import(%d)", unit)
	texts, holds, numbers, wrong, err := k.readSheet(b)
	if err != nil {
		return 0, nil, err
	}
	err = k.DB.Write(ctx, func(tx *db.Tx) error {
		bad = slices.Clone(wrong)
		u, err := agency.Find(tx, unit)
		if err != nil {
			return err
		}
		if _, err := k.owner(tx, unit, u.Division); err != nil {
			return err
		}
		places := make([]agency.Code, len(texts))
		for i, s := range holds {
			if places[i] = u.Division; s != "" {
				c, err := agency.ParseCode(s)
				if err == nil {
					places[i] = c
					_, err = k.owner(tx, unit, c)
				}
				if f := fault.FieldsOf(err); len(f) > 0 {
					bad = append(bad, Problem{Row: numbers[i], Column: "holds", Key: f[0].Key, Args: f[0].Args})
				} else if err != nil {
					bad = append(bad, Problem{Row: numbers[i], Column: "holds", Key: "knowledge.no_division"})
				}
			}
		}
		for i, t := range texts {
			err := leads(tx, t)
			if f := fault.FieldsOf(err); len(f) > 0 {
				bad = append(bad, Problem{Row: numbers[i], Column: "link", Key: f[0].Key})
			} else if err != nil {
				return err
			}
		}
		if len(bad) > 0 {
			return nil
		}
		for i, t := range texts {
			if _, err := k.start(tx, unit, places[i], t); err != nil {
				return err
			}
		}
		n = len(texts)
		return nil
	})
	slices.SortStableFunc(bad, func(a, b Problem) int { return a.Row - b.Row })
	return n, bad, err
}
