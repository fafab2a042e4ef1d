package norm

import (
	"fmt"
	"slices"
)

var (
	fieldTypes  = []string{"text", "longtext", "integer", "decimal", "money", "date", "month", "url", "choice", "phone"}
	formShapes  = []string{"table", "record", "guide"}
	sumAxes     = []string{"columns", "rows"}
	reviewSlots = []string{"reviewer", "reviewer2", "approver"}
	reviewVerbs = []string{"disclosure.review", "disclosure.supervise", "disclosure.approve"}
)

func (r *reader) forms(forms []Form) {
	seen := map[string]string{}
	for i := range forms {
		f, at := &forms[i], fmt.Sprintf("forms[%d]", i)
		r.word(at+".id", f.ID)
		r.unique(seen, at+".id", f.ID)
		r.text(at+".title", f.Title, true)
		r.text(at+".note", f.Note, false)
		r.oneOf(at+".shape", f.Shape, formShapes)
		r.fields(at+".fields", f.Fields)
		r.fields(at+".columns", f.Columns)
		if f.Shape == "record" {
			if len(f.Columns) > 0 || len(f.Rows) > 0 {
				r.wrong(at+".columns", "a record has fields only; make it a table or remove its columns and rows")
			}
			if len(f.Fields) == 0 {
				r.wrong(at+".fields", "a record needs at least one field")
			}
		} else if len(f.Columns) == 0 {
			r.wrong(at+".columns", "a %s needs at least one column", f.Shape)
		}
		rows := map[string]string{}
		for j, row := range f.Rows {
			here := fmt.Sprintf("%s.rows[%d]", at, j)
			r.word(here+".id", row.ID)
			if row.ID == "f" {
				r.wrong(here+".id", "f stands for the fields above the table in row/column; choose another")
			}
			r.unique(rows, here+".id", row.ID)
			r.text(here+".title", row.Title, true)
		}
		r.sums(at, f)
		if f.Below != 0 && (f.Below < leastBelow || f.Below > mostBelow) {
			r.wrong(at+".below", "%d must lie between %d and %d: of fewer, a reader knows the number", f.Below, leastBelow, mostBelow)
		}
		r.window(at+".window", f)
		if f.Below != 0 && !f.CountsPeople() {
			r.wrong(at+".below", "no field or column of this form counts people; mark one with people: true")
		}
	}
}

// window checks that a choice between times names columns of people.
func (r *reader) window(at string, f *Form) {
	if f.Window == "" {
		return
	}
	x := f.Field(f.Window)
	if x == nil || x.Type != "choice" {
		r.wrong(at, "there is no field %q of type choice above the table", f.Window)
		return
	}
	columns := 0
	for _, c := range x.Choices {
		if col := f.Column(c.ID); col != nil && col.People {
			columns++
		} else if col != nil {
			r.wrong(at, "the column %q does not count people, so it has no longer time to be published for", c.ID)
		}
	}
	if columns < 2 {
		r.wrong(at, "%d of the choices of %q are ids of columns; a choice between times needs at least two", columns, f.Window)
	}
}

func (r *reader) fields(at string, fields []Field) {
	seen := map[string]string{}
	for i, f := range fields {
		here := fmt.Sprintf("%s[%d]", at, i)
		r.word(here+".id", f.ID)
		r.unique(seen, here+".id", f.ID)
		r.text(here+".title", f.Title, true)
		r.text(here+".help", f.Help, false)
		r.text(here+".unit", f.Unit, false)
		r.oneOf(here+".type", f.Type, fieldTypes)
		if f.People && f.Type != "integer" {
			r.wrong(here+".people", "only an integer can count people")
		}
		if f.Follows != "" {
			if at := slices.IndexFunc(fields, func(x Field) bool { return x.ID == f.Follows }); at < 0 || !fields[at].People {
				r.wrong(here+".follows", "%q is not a field beside it that counts people", f.Follows)
			}
			if !f.Numeric() || f.People {
				r.wrong(here+".follows", "only a figure that does not count people itself can follow one that does")
			}
		}
		if (f.Min != nil || f.Max != nil) && !f.Numeric() {
			r.wrong(here+".type", "min and max apply to integer, decimal and money only")
		}
		if f.Min != nil && f.Max != nil && *f.Min > *f.Max {
			r.wrong(here+".max", "the greatest value %g is below the least %g", *f.Max, *f.Min)
		}
		if f.MaxLen < 0 || f.MaxLen > 20000 {
			r.wrong(here+".max_len", "%d must lie between 0 and 20000 characters", f.MaxLen)
		}
		if (f.Type == "choice") != (len(f.Choices) > 0) {
			r.wrong(here+".choices", "a field of type choice, and no other, lists its choices")
		}
		r.choices(here+".choices", f.Choices)
	}
}

func (r *reader) choices(at string, choices []Choice) {
	seen := map[string]string{}
	for i, c := range choices {
		here := fmt.Sprintf("%s[%d]", at, i)
		r.word(here+".id", c.ID)
		r.unique(seen, here+".id", c.ID)
		r.text(here+".title", c.Title, true)
	}
}

// sums checks that each identity names what exists and can be added up.
func (r *reader) sums(at string, f *Form) {
	for i, s := range f.Sums {
		here := fmt.Sprintf("%s.sums[%d]", at, i)
		r.oneOf(here+".axis", s.Axis, sumAxes)
		known, what := summable(f, s.Axis)
		if len(s.Parts) == 0 {
			r.wrong(here+".parts", "a sum needs at least one part")
		}
		r.reference(here+".total", s.Total, what, known)
		for j, p := range s.Parts {
			r.reference(fmt.Sprintf("%s.parts[%d]", here, j), p, what, known)
		}
		for j, p := range s.Minus {
			r.reference(fmt.Sprintf("%s.minus[%d]", here, j), p, what, known)
		}
		if slices.Contains(s.Parts, s.Total) || slices.Contains(s.Minus, s.Total) {
			r.wrong(here+".total", "%q cannot be part of its own sum", s.Total)
		}
	}
}

func summable(f *Form, axis string) (ids []string, what string) {
	if axis == "rows" {
		return idsOf(f.Rows, func(x FixedRow) string { return x.ID }), "fixed row"
	}
	fields, what := f.Columns, "column of numbers"
	if f.Shape == "record" {
		fields, what = f.Fields, "field of numbers"
	}
	for _, x := range fields {
		if x.Numeric() {
			ids = append(ids, x.ID)
		}
	}
	return ids, what
}

func (r *reader) reviews(p *Profile) {
	if len(p.Reviews) == 0 {
		r.wrong("reviews", "a profile needs at least one review rule")
	}
	seen := map[string]string{}
	for i := range p.Reviews {
		rule, at := &p.Reviews[i], fmt.Sprintf("reviews[%d]", i)
		r.slug(at+".id", rule.ID)
		r.unique(seen, at+".id", rule.ID)
		r.text(at+".title", rule.Title, true)
		if rule.Persons < 3 {
			r.wrong(at+".persons", "at least three natural persons must take part: author, reviewer and approver; it says %d", rule.Persons)
		}
		if n := least(rule.Steps); n < rule.Persons {
			r.wrong(at+".steps", "%d natural persons are required, yet author and steps need only %d; add a step or remove a may_share", rule.Persons, n)
		}
		r.steps(p, at+".steps", rule.Steps)
		if len(rule.Emergency) == 0 {
			continue
		}
		if least(rule.Emergency) < 3 {
			r.wrong(at+".emergency", "the emergency path needs two different on-call persons; give it two steps in different slots")
		}
		r.steps(p, at+".emergency", rule.Emergency)
	}
}

// steps checks one path of a review: its slots, and that secrecy and privacy are both looked at on the way (1.1.a).
func (r *reader) steps(p *Profile, at string, steps []ReviewStep) {
	ids, slots := map[string]string{}, map[string]string{}
	var checks []string
	for i, s := range steps {
		here := fmt.Sprintf("%s[%d]", at, i)
		r.word(here+".id", s.ID)
		r.unique(ids, here+".id", s.ID)
		r.text(here+".title", s.Title, true)
		r.oneOf(here+".slot", s.Slot, reviewSlots)
		if s.MayShare != "" && slots[s.MayShare] == "" {
			r.wrong(here+".may_share", "%q is not the slot of an earlier step", s.MayShare)
		}
		if s.MayShare != "" && s.Slot == "approver" {
			r.wrong(here+".may_share", "whoever approves has not reviewed; remove may_share")
		}
		r.unique(slots, here+".slot", s.Slot)
		r.oneOf(here+".verb", s.Verb, reviewVerbs)
		for j, c := range s.Checks {
			if _, ok := p.Labels["check."+c]; !ok {
				r.wrong(fmt.Sprintf("%s.checks[%d]", here, j), "the label %q is missing; say what the reviewer confirms", "check."+c)
			}
		}
		checks = append(checks, s.Checks...)
	}
	if len(steps) == 0 || steps[len(steps)-1].Slot != "approver" {
		r.wrong(at, "the last step must be the approval, in the slot approver")
	}
	for _, c := range []string{"secrecy", "privacy"} {
		if !slices.Contains(checks, c) {
			r.wrong(at, "no step checks %s; add it to the checks of one", c)
		}
	}
}
