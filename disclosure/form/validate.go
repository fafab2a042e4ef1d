package form

import (
	"maps"
	"math/big"
	"slices"
	"unicode/utf8"

	"yangguang/internal/fault"
	"yangguang/norm"
)

// Whole is the name under which Validate reports what belongs to no one cell.
const Whole = "form"

// Validate lists what is wrong, each beside its input (FieldName, CellName) or
// under Whole. Rows are counted as Normalize orders them. Totals left blank
// are not missing: FillSums computes them.
func Validate(f norm.Form, d Data) []fault.Field {
	d = Normalize(f, d)
	var c checker
	if d.Blank() {
		return []fault.Field{{Name: Whole, Key: "form.blank"}}
	}
	if len(d.Rows) > MaxRows {
		c.add(Whole, bad("form.too_many_rows", MaxRows))
		return c.out
	}
	full := FillSums(f, d)
	c.answers(f.Fields, d.Fields, full.Fields, MaxField, FieldName)
	for i, r := range d.Rows {
		if len(f.Rows) > 0 && i >= len(f.Rows) {
			c.add(Whole, bad("form.unknown_row"))
			continue
		}
		c.answers(f.Columns, r.Cells, full.Rows[i].Cells, MaxCell, func(id string) string { return CellName(i, id) })
	}
	c.sums(f, full)
	return c.out
}

type checker struct{ out []fault.Field }

func (c *checker) add(name string, p *problem) {
	c.out = append(c.out, fault.Field{Name: name, Key: p.key, Args: p.args})
}

// answers checks the answers of one row, or the fields above the table.
func (c *checker) answers(fields []norm.Field, given, full map[string]string, chars int, name func(string) string) {
	for _, f := range fields {
		s := given[f.ID]
		switch _, p := canon(f, s); {
		case p != nil:
			c.add(name(f.ID), p)
		case s == "" && f.Required && full[f.ID] == "":
			c.add(name(f.ID), bad("form.required"))
		case len(s) > chars && utf8.RuneCountInString(s) > chars:
			c.add(name(f.ID), bad("form.too_long", chars, utf8.RuneCountInString(s)))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(given)) {
		if _, ok := fieldOf(fields, id); !ok {
			c.add(Whole, bad("form.unknown_column"))
		}
	}
}

// sums checks every identity exactly and says what the total should be.
func (c *checker) sums(f norm.Form, full Data) {
	wrong := map[string]bool{}
	for _, e := range c.out {
		wrong[e.Name] = true
	}
	for _, s := range identities(f, full) {
		want, ok := s.value()
		if !ok || s.total == "" || wrong[s.name] {
			continue
		}
		got, p := parseNumber(s.field, s.total)
		switch {
		case p != nil: // only a computed total gets here: too large, or with more places than its type
			c.add(s.name, p)
		case want.Cmp(big.NewInt(got)) != 0:
			diff := new(big.Int).Sub(big.NewInt(got), want)
			c.add(s.name, bad("form.sum_is", Group(spell(s.field, want)), Group(s.total), Group(spell(s.field, diff))))
		default:
			continue
		}
		wrong[s.name] = true
	}
}
