package form

import (
	"math/big"
	"slices"
	"strings"

	"yangguang/norm"
)

// identity is one sum to hold: a total, the answers added and those taken off.
type identity struct {
	name         string // the input of the total
	field        norm.Field
	total        string // the answer given for the total; may be blank
	parts, minus []operand
	set          func(Data, string) // writes the total
}

type operand struct {
	field  norm.Field
	answer string
}

// identities lists every sum of the form over this data.
func identities(f norm.Form, d Data) []identity {
	var out []identity
	for _, s := range f.Sums {
		switch {
		case s.Axis == "rows":
			out = append(out, rowSums(f, d, s)...)
		case f.Shape == "record":
			out = append(out, columnSum(f.Fields, s, d.Fields, FieldName(s.Total), func(d Data, v string) { d.Fields[s.Total] = v })...)
		default:
			for i, r := range d.Rows {
				out = append(out, columnSum(f.Columns, s, r.Cells, CellName(i, s.Total), func(d Data, v string) { d.Rows[i].Cells[s.Total] = v })...)
			}
		}
	}
	return out
}

// columnSum is one sum among the answers of one row, or of a record.
func columnSum(fields []norm.Field, s norm.Sum, answers map[string]string, name string, set func(Data, string)) []identity {
	total, ok := fieldOf(fields, s.Total)
	if !ok || !numeric(total) {
		return nil
	}
	pick := func(ids []string) (out []operand) {
		for _, id := range ids {
			if f, ok := fieldOf(fields, id); ok && numeric(f) {
				out = append(out, operand{f, answers[id]})
			}
		}
		return out
	}
	return []identity{{name: name, field: total, total: answers[s.Total], parts: pick(s.Parts), minus: pick(s.Minus), set: set}}
}

// rowSums is one sum down every column of figures that can be added up.
func rowSums(f norm.Form, d Data, s norm.Sum) (out []identity) {
	at := slices.IndexFunc(d.Rows, func(r Row) bool { return r.ID == s.Total })
	if at < 0 {
		return nil
	}
	for _, c := range f.Columns {
		if !addable(c) {
			continue
		}
		pick := func(ids []string) (ops []operand) {
			for _, r := range d.Rows {
				if slices.Contains(ids, r.ID) {
					ops = append(ops, operand{c, r.Cells[c.ID]})
				}
			}
			return ops
		}
		out = append(out, identity{name: CellName(at, c.ID), field: c, total: d.Rows[at].Cells[c.ID],
			parts: pick(s.Parts), minus: pick(s.Minus), set: func(d Data, v string) { d.Rows[at].Cells[c.ID] = v }})
	}
	return out
}

// addable leaves out rates: the sum of percentages means nothing.
func addable(f norm.Field) bool {
	return numeric(f) && !strings.ContainsAny(f.Unit.Zh+f.Unit.En, "%‰‱％")
}

// value is what the total must be. It is false when no operand was given, or
// one of them is not a figure and has its own message.
func (i identity) value() (*big.Int, bool) {
	sum, given := new(big.Int), false
	add := func(ops []operand, sign int64) bool {
		for _, o := range ops {
			if o.answer == "" {
				continue
			}
			micro, p := parseNumber(o.field, o.answer)
			if p != nil {
				return false
			}
			given = true
			sum.Add(sum, new(big.Int).Mul(big.NewInt(micro), big.NewInt(sign)))
		}
		return true
	}
	if !add(i.parts, 1) || !add(i.minus, -1) {
		return nil, false
	}
	return sum, given
}

// FillSums computes the totals left blank. A total that was typed stays, right
// or wrong; Validate says what it should be.
func FillSums(f norm.Form, d Data) Data {
	out := Normalize(f, d).clone()
	if out.Fields == nil {
		out.Fields = map[string]string{}
	}
	for i := range out.Rows {
		if out.Rows[i].Cells == nil {
			out.Rows[i].Cells = map[string]string{}
		}
	}
	for range f.Sums { // a total may be part of another
		changed := false
		for _, s := range identities(f, out) {
			if s.total != "" {
				continue
			}
			if v, ok := s.value(); ok {
				s.set(out, spell(s.field, v))
				changed = true
			}
		}
		if !changed {
			break
		}
	}
	return out.compact()
}

func fieldOf(fields []norm.Field, id string) (norm.Field, bool) {
	i := slices.IndexFunc(fields, func(f norm.Field) bool { return f.ID == id })
	if i < 0 {
		return norm.Field{}, false
	}
	return fields[i], true
}

// isTotal answers whether a field or column is the total of a sum.
func isTotal(f norm.Form, axis, id string) bool {
	return slices.ContainsFunc(f.Sums, func(s norm.Sum) bool { return s.Axis == axis && s.Total == id })
}
