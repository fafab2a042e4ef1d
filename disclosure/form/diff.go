package form

import (
	"context"
	"strconv"
	"strings"

	"yangguang/internal/i18n"
	"yangguang/norm"
)

// Change is one difference between two versions, in the reader's language.
type Change struct {
	Kind     string // changed, or row_added, row_removed
	Name     string // input name in the new version; in the old one for a removed row
	Label    string // where: row and column as people call them
	Old, New string
}

// Diff lists what changed from one version to the next, cell by cell. Free
// rows are matched by what they say, so that a row put in at the top is one
// addition and not a change of every row below it.
func Diff(ctx context.Context, f norm.Form, before, after Data) []Change {
	before, after = Normalize(f, before), Normalize(f, after)
	out := diffAnswers(ctx, f.Fields, before.Fields, after.Fields, FieldName, "")
	for _, p := range matchRows(f, before.Rows, after.Rows) {
		out = append(out, diffRow(ctx, f, before.Rows, after.Rows, p)...)
	}
	return out
}

func diffAnswers(ctx context.Context, fields []norm.Field, before, after map[string]string, name func(string) string, row string) (out []Change) {
	for _, f := range fields {
		a, b := before[f.ID], after[f.ID]
		if a == b {
			continue
		}
		label := heading(ctx, f)
		if row != "" {
			label = i18n.T(ctx, "form.place", row, label)
		}
		out = append(out, Change{Kind: "changed", Name: name(f.ID), Label: label, Old: show(ctx, f, a).Text, New: show(ctx, f, b).Text})
	}
	return out
}

// pair joins a row of the old version with one of the new; -1 is none.
type pair struct{ old, new int }

func diffRow(ctx context.Context, f norm.Form, before, after []Row, p pair) []Change {
	switch {
	case p.old < 0:
		r := after[p.new]
		return []Change{{Kind: "row_added", Name: "r." + strconv.Itoa(p.new), Label: rowLabel(ctx, f, p.new, r.ID), New: rowText(ctx, f, r)}}
	case p.new < 0:
		r := before[p.old]
		return []Change{{Kind: "row_removed", Name: "r." + strconv.Itoa(p.old), Label: rowLabel(ctx, f, p.old, r.ID), Old: rowText(ctx, f, r)}}
	}
	name := func(id string) string { return CellName(p.new, id) }
	return diffAnswers(ctx, f.Columns, before[p.old].Cells, after[p.new].Cells, name, rowLabel(ctx, f, p.new, after[p.new].ID))
}

func rowLabel(ctx context.Context, f norm.Form, i int, id string) string {
	if t := rowTitle(ctx, f, id); t != "" {
		return t
	}
	if f.Shape == "guide" {
		return i18n.T(ctx, "form.step_n", i+1)
	}
	return i18n.T(ctx, "form.row_n", i+1)
}

func rowText(ctx context.Context, f norm.Form, r Row) string {
	return pairUp(ctx, items(ctx, f.Columns, r.Cells))
}

// matchRows pairs the rows of two versions, in the order of the new one; rows
// that went follow. Fixed rows are matched by id; free ones where they are
// equal, then by their first column, then where most of their cells agree.
func matchRows(f norm.Form, before, after []Row) []pair {
	m := matcher{before: before, after: after, oldOf: make([]int, len(after)), taken: make([]bool, len(before))}
	for i := range m.oldOf {
		m.oldOf[i] = -1
	}
	if len(f.Rows) > 0 {
		m.by(func(r Row) string { return r.ID })
		return m.pairs()
	}
	m.by(func(r Row) string { return rowKey(f, r) })
	if len(f.Columns) > 0 {
		m.by(func(r Row) string { return r.Cells[f.Columns[0].ID] })
	}
	m.alike()
	return m.pairs()
}

type matcher struct {
	before, after []Row
	oldOf         []int // of each new row; -1 is none yet
	taken         []bool
}

// by pairs what is left by a key, first come first; blank keys pair nothing.
func (m *matcher) by(key func(Row) string) {
	left := map[string][]int{}
	for i, r := range m.before {
		if k := key(r); k != "" && !m.taken[i] {
			left[k] = append(left[k], i)
		}
	}
	for j, r := range m.after {
		k := key(r)
		if m.oldOf[j] >= 0 || len(left[k]) == 0 {
			continue
		}
		m.take(left[k][0], j)
		left[k] = left[k][1:]
	}
}

func (m *matcher) take(i, j int) { m.oldOf[j], m.taken[i] = i, true }

// alike pairs rows of which more than half the cells agree. It compares each
// with each, so it stands back from versions that have little in common.
func (m *matcher) alike() {
	var left []int
	for i := range m.before {
		if !m.taken[i] {
			left = append(left, i)
		}
	}
	if len(left) > 300 {
		return
	}
	for j, r := range m.after {
		if m.oldOf[j] >= 0 {
			continue
		}
		for _, i := range left {
			if !m.taken[i] && mostlySame(m.before[i].Cells, r.Cells) {
				m.take(i, j)
				break
			}
		}
	}
}

func mostlySame(a, b map[string]string) bool {
	same := 0
	for k, v := range a {
		if b[k] == v {
			same++
		}
	}
	return 2*same > max(len(a), len(b))
}

func (m *matcher) pairs() (out []pair) {
	for j, i := range m.oldOf {
		out = append(out, pair{i, j})
	}
	for i, taken := range m.taken {
		if !taken {
			out = append(out, pair{i, -1})
		}
	}
	return out
}

// rowKey is all a row says, as one string.
func rowKey(f norm.Form, r Row) string {
	var b strings.Builder
	for _, c := range f.Columns {
		b.WriteString(r.Cells[c.ID])
		b.WriteByte(0)
	}
	return b.String()
}
