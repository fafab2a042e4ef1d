package ui

import (
	"context"
	"strconv"

	"github.com/a-h/templ"

	"yangguang/internal/i18n"
)

// common are the attributes every single control carries. The attribute
// "required" is left to the server: a browser's own bubble says it in the
// browser's language, shows one error at a time and goes away.
func (in Input) common() templ.Attributes {
	a := templ.Attributes{}
	for k, v := range in.Attrs {
		a[k] = v
	}
	set := func(k, v string) {
		if v != "" {
			a[k] = v
		}
	}
	set("aria-describedby", in.describedBy())
	set("placeholder", in.Placeholder)
	set("autocomplete", in.Autocomplete)
	set("inputmode", in.mode())
	if in.MaxLen > 0 {
		a["data-most"] = strconv.Itoa(in.MaxLen)
	}
	if in.Error != "" {
		a["aria-invalid"] = "true"
	}
	if !in.Optional && !in.Free {
		a["aria-required"] = "true"
	}
	return a
}

// group are the attributes of a fieldset. The id belongs to the first control,
// where the error summary leads and a keyboard can go on.
func (in Input) group() templ.Attributes {
	a := templ.Attributes{}
	if d := in.describedBy(); d != "" {
		a["aria-describedby"] = d
	}
	return a
}

func choiceID(in Input, i int) string {
	if i == 0 {
		return in.ID()
	}
	return in.ID() + "-" + strconv.Itoa(i)
}

func datePartName(ctx context.Context, part string) string {
	return i18n.T(ctx, "ui.date_"+part)
}
