package yearly

import (
	"context"
	"slices"
	"strconv"

	"yangguang/internal/i18n"
)

// printed is one of the three tables as the format lays it out; the page, the
// workbook and the document are all made of it.
type printed struct {
	ID     string
	Title  string
	Note   string // above the table on a page
	Width  int    // columns
	Titles int    // of them for the titles of rows, where titles stand beside titles
	Corner string // over the titles of rows on a page
	Head   [][]box
	Body   [][]box
}

// box is a cell with what it spans. A head names what stands below it or beside
// it, as its scope says.
type box struct {
	Text       string
	Rows, Cols int
	Scope      string // col, colgroup, row, rowgroup; "" for a number
	Number     bool   // a head over numbers
}

// part is the scope of a title across a whole page's table: it heads no cell by
// itself.
const part = "part"

func (b box) rows() string { return strconv.Itoa(max(b.Rows, 1)) }
func (b box) cols() string { return strconv.Itoa(max(b.Cols, 1)) }

// heads is the head of a table on a page: the titles of rows are one column, and
// a head that the format sets over several rows stands in the lowest of them,
// right above its numbers.
func (t printed) heads() [][]box {
	head := make([][]box, len(t.Head))
	for i := range t.Head {
		head[i] = slices.Clone(t.Head[i])
	}
	if t.Titles > 0 {
		head[0][0].Cols, head[0][0].Text = 1, t.Corner
	}
	for i := range head {
		col := 0
		for j := 0; j < len(head[i]); j++ {
			c := head[i][j]
			if c.Rows > 1 {
				head[i][j] = box{Cols: c.Cols}
				c.Rows--
				below := placeOf(head[i+1], col)
				head[i+1] = slices.Insert(head[i+1], below, c)
			}
			col += max(c.Cols, 1)
		}
	}
	return head
}

// placeOf is where in a row the cell of a column stands, or would.
func placeOf(row []box, col int) int {
	at := 0
	for j, c := range row {
		if at >= col {
			return j
		}
		at += max(c.Cols, 1)
	}
	return len(row)
}

// parts is the body of a table on a page. A title that the format sets beside
// several rows becomes a row above them, with them in a part of its own: three
// columns of titles leave a telephone nothing for the numbers, and a screen
// reader is told once to what a row belongs.
func (t printed) parts() (out [][][]box) {
	if t.Titles == 0 {
		return [][][]box{t.Body}
	}
	wide, left := t.Width-t.Titles+1, 0
	out = [][][]box{nil}
	for _, row := range t.Body {
		for ; len(row) > 0 && row[0].Rows > 1; row = row[1:] {
			out = append(out, [][]box{{{Text: row[0].Text, Cols: wide, Scope: part}}})
			left = row[0].Rows
		}
		if left == 0 {
			out = append(out, nil)
		}
		first := row[0]
		first.Cols = 1
		last := len(out) - 1
		out[last] = append(out[last], append([]box{first}, row[1:]...))
		left--
	}
	return slices.DeleteFunc(out, func(p [][]box) bool { return len(p) == 0 })
}

// printed are the three tables of a report.
func (f Form) printed(ctx context.Context, x Figures) []printed {
	return []printed{f.two(ctx, x), f.three(ctx, x), f.four(ctx, x)}
}

func word(ctx context.Context, key string, args ...any) string {
	return i18n.T(ctx, "yearly."+key, args...)
}

// two is table 2: what was proactively disclosed under article 20.
func (f Form) two(ctx context.Context, x Figures) printed {
	t := printed{ID: "two", Title: word(ctx, "table_2"), Width: 4}
	n := func(id string, cols int) box { return box{Text: f.shown(ctx, id, x.Two.At(id, count)), Cols: cols} }
	part := func(item string) {
		t.Body = append(t.Body, []box{{Text: word(ctx, "two_"+item), Cols: 4, Scope: "colgroup"}})
	}
	heads := func(keys ...string) {
		row := []box{{Text: word(ctx, "two_what"), Scope: "col"}}
		for _, k := range keys {
			row = append(row, box{Text: word(ctx, "two_"+k), Cols: 4 - len(keys), Scope: "col", Number: true})
		}
		t.Body = append(t.Body, row)
	}
	line := func(what string, numbers ...box) {
		t.Body = append(t.Body, append([]box{{Text: word(ctx, "two_"+what), Scope: "row"}}, numbers...))
	}
	part("item_1")
	heads("made", "repealed", "in_force")
	line("rules", n("rules_made", 1), n("rules_repealed", 1), n("rules_in_force", 1))
	line("normative", n("normative_made", 1), n("normative_repealed", 1), n("normative_in_force", 1))
	part("item_5")
	heads("decided")
	line("licences", n("licences", 3))
	part("item_6")
	heads("decided")
	line("penalties", n("penalties", 3))
	line("coercions", n("coercions", 3))
	part("item_8")
	heads("collected")
	line("fees", n(fees, 3))
	return t
}

// three is table 3: requests received and handled.
func (f Form) three(ctx context.Context, x Figures) printed {
	kinds := len(f.rules.Applicants)
	t := printed{ID: "three", Title: word(ctx, "table_3"), Note: word(ctx, "three_note"), Width: 3 + kinds + 1, Titles: 3, Corner: word(ctx, "what")}
	top := []box{{Text: word(ctx, "three_note"), Rows: 3, Cols: 3, Scope: "col"}, {Text: word(ctx, "three_applicants"), Cols: kinds + 1, Scope: "colgroup"}}
	var middle, low []box
	for i, c := range f.rules.Applicants {
		switch i {
		case 0: // the natural person stands alone, the organisations together
			middle = append(middle, box{Text: f.ColumnTitle(ctx, c.ID), Rows: 2, Scope: "col", Number: true}, box{Text: word(ctx, "three_organisations"), Cols: kinds - 1, Scope: "colgroup"})
		default:
			low = append(low, box{Text: f.ColumnTitle(ctx, c.ID), Scope: "col", Number: true})
		}
	}
	t.Head = [][]box{top, append(middle, box{Text: f.ColumnTitle(ctx, Total), Rows: 2, Scope: "col", Number: true}), low}
	numbers := func(row string) (out []box) {
		for _, c := range x.Three.Columns {
			out = append(out, box{Text: i18n.Number(ctx, x.Three.At(row, c))})
		}
		return out
	}
	outer := func(row string) {
		t.Body = append(t.Body, append([]box{{Text: word(ctx, "long_"+row), Cols: 3, Scope: "row"}}, numbers(row)...))
	}
	outer(New)
	outer(Carried)
	t.Body = append(t.Body, f.results(ctx, numbers)...)
	outer(Forward)
	return t
}

// results are the rows of table 3 between what came and what is left: the
// decisions by group, and their total.
func (f Form) results(ctx context.Context, numbers func(row string) []box) (out [][]box) {
	number := 0
	for _, g := range f.rules.Groups {
		var ids []string
		for _, d := range f.rules.Decisions {
			if d.Group == g.ID {
				ids = append(ids, d.ID)
			}
		}
		if len(ids) == 0 {
			continue
		}
		number++
		for i, id := range ids {
			title, row := f.RowTitle(ctx, id), []box(nil)
			switch {
			case len(ids) == 1:
				row = []box{{Text: ordinal(ctx, number) + f.longTitle(ctx, id, title), Cols: 2, Scope: "row"}}
			case i == 0:
				row = []box{{Text: ordinal(ctx, number) + g.Title.In(ctx), Rows: len(ids), Scope: "rowgroup"}, {Text: strconv.Itoa(i+1) + ". " + title, Scope: "row"}}
			default:
				row = []box{{Text: strconv.Itoa(i+1) + ". " + title, Scope: "row"}}
			}
			out = append(out, append(row, numbers(id)...))
		}
	}
	out = append(out, append([]box{{Text: ordinal(ctx, number+1) + word(ctx, "row_"+Done), Cols: 2, Scope: "row"}}, numbers(Done)...))
	out[0] = append([]box{{Text: word(ctx, "three_results"), Rows: len(out), Scope: "rowgroup"}}, out[0]...)
	return out
}

// longTitle is a decision as the format spells it, where that says more.
func (f Form) longTitle(ctx context.Context, id, title string) string {
	if i18n.Has(i18n.ZH, "yearly.long_"+id) {
		return word(ctx, "long_"+id)
	}
	return title
}

// ordinal is （一）, （二） … as the format counts its groups.
func ordinal(ctx context.Context, n int) string {
	if i18n.Has(i18n.ZH, "yearly.ordinal_"+strconv.Itoa(n)) {
		return word(ctx, "ordinal_"+strconv.Itoa(n))
	}
	return "(" + strconv.Itoa(n) + ") "
}

// four is table 4: reviews and lawsuits.
func (f Form) four(ctx context.Context, x Figures) printed {
	columns := x.Four.Columns
	k := len(columns)
	t := printed{ID: "four", Title: word(ctx, "table_4"), Width: 3 * k}
	t.Head = [][]box{
		{{Text: word(ctx, "four_review"), Rows: 2, Cols: k, Scope: "colgroup"}, {Text: word(ctx, "four_lawsuit"), Cols: 2 * k, Scope: "colgroup"}},
		{{Text: word(ctx, "four_direct"), Cols: k, Scope: "colgroup"}, {Text: word(ctx, "four_after_review"), Cols: k, Scope: "colgroup"}},
		nil,
	}
	var row []box
	for _, way := range Ways {
		for _, c := range columns {
			title := word(ctx, "result_"+c)
			if c == Total {
				title = word(ctx, "col_total")
			}
			t.Head[2] = append(t.Head[2], box{Text: title, Scope: "col", Number: true})
			row = append(row, box{Text: i18n.Number(ctx, x.Four.At(way, c))})
		}
	}
	t.Body = [][]box{row}
	return t
}
