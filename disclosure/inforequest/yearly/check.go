package yearly

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"yangguang/internal/i18n"
)

// Violation is one place where a report contradicts itself, the report of the
// year before, or those it sums up.
type Violation struct {
	Table       int
	Row, Column string
	Rule        string // the identity that does not hold; its sentence is yearly.rule_…
	Found, Want int64
}

// The identities.
const (
	ruleBalance  = "balance"  // 一 + 二 = 三（七） + 四
	ruleDone     = "done"     // 三（七） = the decisions together
	ruleKinds    = "kinds"    // 总计 = the kinds of applicants together
	ruleResults  = "results"  // table 4: 总计 = the four results together
	ruleLastYear = "lastyear" // 二 = 四 of the year before
	ruleRolled   = "rolled"   // the parent's cell = its own and the children's together
	ruleNegative = "negative" // nothing is counted below nought
)

// Check lists where the figures contradict themselves; with the figures of the
// year before, also where the two do not join.
func (x Figures) Check(last *Figures) []Violation {
	out := x.negative()
	out = append(out, x.columns()...)
	out = append(out, sums(3, ruleKinds, x.Three)...)
	out = append(out, sums(4, ruleResults, x.Four)...)
	if last != nil {
		out = append(out, joins(x.Three, last.Three)...)
	}
	return out
}

func (x Figures) negative() (out []Violation) {
	for i, t := range []Table{x.Two, x.Three, x.Four} {
		t.each(func(row, column string, n int64) {
			if n < 0 {
				out = append(out, Violation{i + 2, row, column, ruleNegative, n, 0})
			}
		})
	}
	return out
}

// columns are the identities of table 3 that hold in each column.
func (x Figures) columns() (out []Violation) {
	t := x.Three
	for j, c := range t.Columns {
		var decided int64
		for i, row := range t.Rows {
			if leaf(row) {
				decided += t.Cells[i][j]
			}
		}
		if n := t.At(Done, c); n != decided {
			out = append(out, Violation{3, Done, c, ruleDone, n, decided})
		}
		had, left := t.At(New, c)+t.At(Carried, c), t.At(Done, c)+t.At(Forward, c)
		if had != left {
			out = append(out, Violation{3, Forward, c, ruleBalance, left, had})
		}
	}
	return out
}

func sums(number int, rule string, t Table) (out []Violation) {
	for i, row := range t.Rows {
		if n, want := t.At(row, Total), t.others(i); n != want {
			out = append(out, Violation{number, row, Total, rule, n, want})
		}
	}
	return out
}

// joins holds that what one year carried forward the next one took over.
func joins(this, last Table) (out []Violation) {
	for _, c := range this.Columns {
		if !slices.Contains(last.Columns, c) {
			continue
		}
		if n, want := this.At(Carried, c), last.At(Forward, c); n != want {
			out = append(out, Violation{3, Carried, c, ruleLastYear, n, want})
		}
	}
	return out
}

// CheckRoll lists where a report is not its unit's own and the children's
// together.
func CheckRoll(rolled, own Figures, children ...Figures) (out []Violation) {
	want := Roll(own, children...)
	for i, p := range [][2]Table{{rolled.Two, want.Two}, {rolled.Three, want.Three}, {rolled.Four, want.Four}} {
		p[1].each(func(row, column string, n int64) {
			if got := p[0].At(row, column); got != n {
				out = append(out, Violation{i + 2, row, column, ruleRolled, got, n})
			}
		})
	}
	return out
}

// Words is the sentence: which table, row and column, what is there and what
// should be.
func (f Form) Words(ctx context.Context, v Violation) string {
	return i18n.T(ctx, "yearly.rule_"+v.Rule, strconv.Itoa(v.Table), f.RowTitle(ctx, v.Row), f.columnOf(ctx, v.Table, v.Column),
		f.shown(ctx, v.Row, v.Found), f.shown(ctx, v.Row, v.Want))
}

// RowTitle is a row's title as a sentence names it.
func (f Form) RowTitle(ctx context.Context, row string) string {
	if d := f.rules.Decision(row); d != nil {
		return d.Title.In(ctx)
	}
	return orID(ctx, "yearly.row_", row)
}

// ColumnTitle is a column's title.
func (f Form) ColumnTitle(ctx context.Context, column string) string {
	for _, c := range f.rules.Applicants {
		if c.ID == column && !i18n.Has(i18n.ZH, "yearly.col_"+column) {
			return c.Title.In(ctx)
		}
	}
	return orID(ctx, "yearly.col_", column)
}

// orID is a sentence, or the id where an old report has a row no norm knows.
func orID(ctx context.Context, prefix, id string) string {
	if !i18n.Has(i18n.ZH, prefix+id) {
		return id
	}
	return i18n.T(ctx, prefix+id)
}

// shown is a number as its table shows it.
func (f Form) shown(ctx context.Context, row string, n int64) string {
	if row == fees {
		return tenThousands(n)
	}
	return i18n.Number(ctx, n)
}

// byPlace orders violations as the report is read.
func byPlace(form Figures) func(a, b Violation) int {
	row := func(v Violation) int {
		return slices.Index(slices.Concat(form.Two.Rows, form.Three.Rows, form.Four.Rows), v.Row)
	}
	return func(a, b Violation) int {
		return cmp.Or(cmp.Compare(a.Table, b.Table), cmp.Compare(row(a), row(b)), cmp.Compare(slices.Index(form.Three.Columns, a.Column), slices.Index(form.Three.Columns, b.Column)))
	}
}
