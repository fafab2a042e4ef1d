package norm

import "fmt"

var tieKinds = []string{"running", "rolling", "carried", "units"}

// allTies checks the sums between tables, once forms and catalogues are known.
func (r *reader) allTies(p *Profile) {
	for i := range p.Forms {
		f := &p.Forms[i]
		for j, t := range f.Ties {
			at := fmt.Sprintf("forms[%d].ties[%d]", i, j)
			r.oneOf(at+".kind", t.Kind, tieKinds)
			if !f.CountsPeople() {
				r.wrong(at, "no field or column of this form counts people, so nothing of it is hidden; remove the tie")
			}
			if t.Kind == "units" {
				r.unitsTie(p, at, f, t)
				continue
			}
			r.oneOf(at+".axis", t.Axis, sumAxes)
			known, what := summable(f, t.Axis)
			r.reference(at+".total", t.Total, what, known)
			r.reference(at+".part", t.Part, what, known)
			if (t.Periods > 0) != (t.Kind == "rolling") || t.Kind == "rolling" && (t.Periods < 2 || t.Periods > 12) {
				r.wrong(at+".periods", "a rolling tie, and no other, says how many periods it sums: 2 to 12")
			}
			if t.Category != "" {
				r.wrong(at+".category", "only a tie of units names a category")
			}
		}
	}
}

func (r *reader) unitsTie(p *Profile, at string, f *Form, t Tie) {
	var below *Form
	found := false
	for _, cg := range p.Catalogues {
		for _, c := range cg.Categories {
			if c.ID == t.Category {
				found, below = true, formOf(p, c.Form)
			}
		}
	}
	if !found {
		r.wrong(at+".category", "there is no category %q; define it or correct this", t.Category)
		return
	}
	switch {
	case below == nil:
		r.wrong(at+".category", "the category %q has no form whose figures could be summed", t.Category)
	case t.Total == "" && t.Part == "":
		if below.ID != f.ID {
			r.wrong(at, "the category %q has the form %q; write which figure (total) is the sum of which (part), as row/column", t.Category, below.ID)
		}
	default:
		r.figure(at+".total", f, t.Total)
		r.figure(at+".part", below, t.Part)
	}
	if t.Axis != "" || t.Periods != 0 {
		r.wrong(at, "a tie of units has no axis and no periods")
	}
}

func (r *reader) figure(at string, f *Form, figure string) {
	if x := f.FigureField(figure); x == nil || !x.People {
		r.wrong(at, "the form %q has no figure %q that counts people; write row/column, or f/field", f.ID, figure)
	}
}

func formOf(p *Profile, id string) *Form {
	for i := range p.Forms {
		if p.Forms[i].ID == id {
			return &p.Forms[i]
		}
	}
	return nil
}
