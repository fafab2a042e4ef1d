package norm

import "strings"

// Bounds of what counts as few people. Below 3, "fewer than" names the number.
const (
	leastBelow   = 3
	defaultBelow = 5
	mostBelow    = 100
)

// CountsPeople reports whether any figure of the form counts natural persons.
func (f *Form) CountsPeople() bool {
	for _, x := range f.Fields {
		if x.People {
			return true
		}
	}
	for _, x := range f.Columns {
		if x.People {
			return true
		}
	}
	return false
}

// Withheld lists the columns that are not published because the unit chose to
// publish the same figures over another time alone (Window).
func (f *Form) Withheld(answers map[string]string) (columns []string) {
	chosen := answers[f.Window]
	if f.Window == "" || f.Column(chosen) == nil {
		return nil
	}
	for _, c := range f.Field(f.Window).Choices {
		if c.ID != chosen && f.Column(c.ID) != nil {
			columns = append(columns, c.ID)
		}
	}
	return columns
}

// FigureField is the field of a figure written row/column or f/field, if the form has it; of free rows it has none.
func (f *Form) FigureField(figure string) *Field {
	row, id, ok := strings.Cut(figure, "/")
	if !ok {
		return nil
	}
	if row == "f" {
		return f.Field(id)
	}
	for _, r := range f.Rows {
		if r.ID == row {
			return f.Column(id)
		}
	}
	return nil
}

// Above lists the categories whose tables are the sums of this category's, with the tie that says so.
func (p *Profile) Above(category string) (out []TieOf) {
	for _, cg := range p.Catalogues {
		for _, c := range cg.Categories {
			for _, id := range c.FormIDs() {
				f := p.Form(id)
				if f == nil {
					continue
				}
				for _, t := range f.Ties {
					if t.Kind == "units" && t.Category == category {
						out = append(out, TieOf{Category: c.ID, Form: f, Tie: t})
					}
				}
			}
		}
	}
	return out
}

// TieOf is a tie with the category and form it stands in.
type TieOf struct {
	Category string
	Form     *Form
	Tie      Tie
}
