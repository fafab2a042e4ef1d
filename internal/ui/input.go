package ui

import (
	"context"
	"strings"

	"github.com/a-h/templ"

	"yangguang/internal/fault"
	"yangguang/internal/i18n"
)

// Option is one choice of a Select, Radios or Checkboxes.
type Option struct {
	Value, Text, Help string
}

// Input is one question of a form, whatever control asks it.
type Input struct {
	Name         string // also makes the id: "f-" + Name
	Of           string // form it stands in, where a page has others with the same names; the one with errors leaves it out
	Label        string
	Help         string
	Error        string // the sentence beside the field; Errors.Of gives it
	Value        string
	Values       []string // chosen values of Checkboxes
	Options      []Option
	Type         string // text when empty; number, tel, email, url, month, password, search
	Unit         string // shown after the control
	Placeholder  string
	Optional     bool // says so; every other question is required
	Free         bool // of a filter: neither required nor marked
	MaxLen       int  // counted in characters
	Rows         int  // of a TextArea
	Short        bool // a control as wide as a number or a date
	Accept       string
	Multiple     bool
	Autocomplete string
	Attrs        templ.Attributes // data-… for scripts; never style or on…
}

// ID is the id of the control, where the error summary leads.
func (in Input) ID() string {
	if in.Of != "" {
		return "f-" + in.Of + "-" + in.Name
	}
	return "f-" + in.Name
}

func (in Input) describedBy() string {
	var ids []string
	if in.Help != "" {
		ids = append(ids, in.ID()+"-help")
	}
	if in.Error != "" {
		ids = append(ids, in.ID()+"-error")
	}
	return strings.Join(ids, " ")
}

func (in Input) kind() string {
	if in.Type == "" {
		return "text"
	}
	return in.Type
}

// mode asks telephones for the right keyboard. Numbers are text fields: a
// number field loses what was typed wrongly and changes under a mouse wheel.
func (in Input) mode() string {
	return map[string]string{"number": "numeric", "decimal": "decimal", "tel": "tel", "email": "email", "url": "url"}[in.Type]
}

func (in Input) htmlType() string {
	switch in.Type {
	case "number", "decimal":
		return "text"
	}
	return in.kind()
}

func (in Input) rows() int {
	if in.Rows == 0 {
		return 6
	}
	return in.Rows
}

func (in Input) has(value string) bool {
	for _, v := range in.Values {
		if v == value {
			return true
		}
	}
	return in.Value != "" && in.Value == value
}

func (in Input) fieldClass() string {
	if in.Error != "" {
		return "field bad"
	}
	return "field"
}

func (in Input) inputClass() string {
	c := "input"
	if in.Short || in.Type == "number" || in.Type == "decimal" {
		c += " short"
	}
	if in.Type == "number" || in.Type == "decimal" {
		c += " number"
	}
	return c
}

// dateParts splits YYYY-MM-DD; what is not a date stays in the first box, so
// that nothing typed is lost.
func (in Input) dateParts() [3]string {
	parts := strings.SplitN(in.Value, "-", 3)
	var out [3]string
	copy(out[:], parts)
	return out
}

// JoinDate puts the three boxes of a DateField back together:
// JoinDate(r.PostForm.Get, "formed"). It accepts one digit for month and day.
func JoinDate(get func(string) string, name string) string {
	y, m, d := strings.TrimSpace(get(name+"-year")), strings.TrimSpace(get(name+"-month")), strings.TrimSpace(get(name+"-day"))
	if y == "" && m == "" && d == "" {
		return ""
	}
	return y + "-" + pad(m) + "-" + pad(d)
}

func pad(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

// Errors are the refusals of a form, field by field.
type Errors []fault.Field

// ErrorsOf takes the fields out of what a use case returned.
func ErrorsOf(err error) Errors { return fault.FieldsOf(err) }

// Of is the sentence beside one field; empty when it was accepted.
func (es Errors) Of(ctx context.Context, name string) string {
	for _, e := range es {
		if e.Name == name {
			return i18n.T(ctx, e.Key, e.Args...)
		}
	}
	return ""
}
