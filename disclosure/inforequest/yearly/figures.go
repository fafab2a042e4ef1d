package yearly

import (
	"slices"

	"yangguang/norm"
)

// Total is the id of the column, and in table 4 of the row's cell, that sums
// the others.
const Total = "total"

// The rows of table 3 around the decisions.
const (
	New     = "new"     // 一、本年新收
	Carried = "carried" // 二、上年结转
	Done    = "done"    // 三（七）总计
	Forward = "forward" // 四、结转下年度
)

// count is the one column of table 2.
const count = "count"

// Entered are the cells of table 2, in its order. The fees are kept in fen and
// shown in ten thousand yuan, as the format asks.
var Entered = []string{"rules_made", "rules_repealed", "rules_in_force", "normative_made", "normative_repealed", "normative_in_force",
	"licences", "penalties", "coercions", fees}

const fees = "fees"

// The ways of table 4 and what they came to.
var (
	Ways    = []string{"review", "direct", "after_review"}
	Results = []string{"upheld", "corrected", "other", "pending"}
)

// Figures are the numbers of one report: tables 2, 3 and 4.
type Figures struct {
	Two   Table `json:"two"`
	Three Table `json:"three"`
	Four  Table `json:"four"`
}

// Form is the layout of the tables: the decisions are the leaves of table 3,
// the kinds of applicants its columns.
type Form struct{ rules norm.Requests }

// FormOf is the layout the norm's rules on requests give.
func FormOf(q norm.Requests) Form { return Form{q} }

// Empty are the figures of a year in which nothing happened.
func (f Form) Empty() Figures {
	rows := []string{New, Carried}
	for _, d := range f.rules.Decisions {
		rows = append(rows, d.ID)
	}
	var columns []string
	for _, c := range f.rules.Applicants {
		columns = append(columns, c.ID)
	}
	return Figures{Two: newTable(Entered, []string{count}), Three: newTable(append(rows, Done, Forward), append(columns, Total)), Four: newTable(Ways, append(slices.Clone(Results), Total))}
}

// leaf answers whether a row of table 3 is one of the decisions.
func leaf(row string) bool { return !slices.Contains([]string{New, Carried, Done, Forward}, row) }

// Sum computes every total from what is counted; whatever stood there is
// replaced.
func (x Figures) Sum() {
	for j, c := range x.Three.Columns {
		if c == Total {
			continue
		}
		var n int64
		for i, row := range x.Three.Rows {
			if leaf(row) {
				n += x.Three.Cells[i][j]
			}
		}
		x.Three.set(Done, c, n)
	}
	for _, t := range []Table{x.Three, x.Four} {
		for i, row := range t.Rows {
			t.set(row, Total, t.others(i))
		}
	}
}

// others is the sum of a row without its total.
func (t Table) others(i int) (n int64) {
	for j, c := range t.Columns {
		if c != Total {
			n += t.Cells[i][j]
		}
	}
	return n
}

// Roll is the report of a unit together with those below it.
func Roll(own Figures, children ...Figures) Figures {
	for _, c := range children {
		own = Figures{own.Two.plus(c.Two, 1), own.Three.plus(c.Three, 1), own.Four.plus(c.Four, 1)}
	}
	return own
}

// Compare is how much more there is of everything than the year before.
func Compare(this, last Figures) Figures {
	return Figures{this.Two.plus(last.Two, -1), this.Three.plus(last.Three, -1), this.Four.plus(last.Four, -1)}
}
