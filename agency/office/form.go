package office

import (
	"context"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// say is a sentence of this package.
func say(ctx context.Context, key string, args ...any) string {
	return i18n.T(ctx, "office."+key, args...)
}

// form is one form of the office: what it asks and where it goes.
type form struct {
	Action string
	Files  bool
	Get    bool
	Hidden []ui.Pair
	Fields []templ.Component
	Send   string
	Danger bool
	Back   string
}

// ask builds the questions of one form, with what was typed and what is wrong.
type ask struct {
	ctx  context.Context
	vals url.Values
	errs ui.Errors
}

func (a ask) in(name string, mods ...func(*ui.Input)) ui.Input {
	in := ui.Input{Name: name, Label: say(a.ctx, "f_"+name), Value: a.vals.Get(name), Values: a.vals[name], Error: a.errs.Of(a.ctx, name)}
	if i18n.Has(i18n.ZH, "office.h_"+name) {
		in.Help = say(a.ctx, "h_"+name)
	}
	for _, m := range mods {
		m(&in)
	}
	return in
}

func (a ask) text(name string, mods ...func(*ui.Input)) templ.Component {
	return ui.TextField(a.in(name, mods...))
}

func (a ask) date(name string, mods ...func(*ui.Input)) templ.Component {
	in := a.in(name, mods...)
	if v := ui.JoinDate(a.vals.Get, name); v != "" {
		in.Value = v
	}
	return ui.DateField(in)
}

func (a ask) choose(name string, os []ui.Option, mods ...func(*ui.Input)) templ.Component {
	return ui.Select(a.in(name, append(mods, func(in *ui.Input) { in.Options = os })...))
}

func (a ask) ticks(name string, os []ui.Option, mods ...func(*ui.Input)) templ.Component {
	return ui.Checkboxes(a.in(name, append(mods, func(in *ui.Input) { in.Options, in.Value = os, "" })...))
}

func (a ask) file(name, accept string, mods ...func(*ui.Input)) templ.Component {
	return ui.FileField(a.in(name, append(mods, func(in *ui.Input) { in.Accept = accept })...))
}

func optional(in *ui.Input) { in.Optional = true }
func free(in *ui.Input)     { in.Free = true }
func short(in *ui.Input)    { in.Short = true }

func typed(kind, complete string) func(*ui.Input) {
	return func(in *ui.Input) { in.Type, in.Autocomplete = kind, complete }
}

func label(words string) func(*ui.Input) { return func(in *ui.Input) { in.Label = words } }

// has answers whether any of the fields was refused.
func has(a ask, names ...string) bool {
	for _, n := range names {
		if a.errs.Of(a.ctx, n) != "" {
			return true
		}
	}
	return false
}

// day reads a DateField; ok is false for what is no date. Nothing typed is the
// zero date.
func day(vals url.Values, name string) (clock.Date, bool) {
	s := ui.JoinDate(vals.Get, name)
	if s == "" {
		s = vals.Get(name)
	}
	if s == "" {
		return clock.Date{}, true
	}
	d, err := clock.ParseDate(s)
	return d, err == nil
}

// wrong is a refusal beside one field.
func wrong(name, key string, args ...any) error {
	return fault.Fields(fault.Field{Name: name, Key: "office." + key, Args: args})
}

// refusal turns what a use case refused into the top of the form shown again;
// ok is false for what is no refusal a form can answer.
func refusal(ctx context.Context, err error) (status int, errs ui.Errors, top templ.Component, ok bool) {
	kind := fault.KindOf(err)
	key, args, said := fault.Sentence(err)
	switch {
	case err == nil:
		return http.StatusOK, nil, nothing, true
	case key == "account.step_up_needed":
		return 0, nil, nil, false
	case len(ui.ErrorsOf(err)) > 0:
		errs = ui.ErrorsOf(err)
		return kind.Status(), errs, ui.ErrorSummary(errs), true
	case said && (kind == fault.Invalid || kind == fault.Conflict || kind == fault.Forbidden || kind == fault.TooLarge || kind == fault.TooMany):
		return kind.Status(), nil, notice("danger", i18n.T(ctx, key, args...)), true
	}
	return 0, nil, nil, false
}

// desk answers with a page of the desk.
func (o *Office) desk(w http.ResponseWriter, r *http.Request, status int, f ui.Frame, parts ...templ.Component) error {
	return web.Render(w, r, status, deskView(f, parts))
}

// open answers with a page for everybody that nothing keeps.
func (o *Office) open(w http.ResponseWriter, r *http.Request, status int, f ui.Frame, parts ...templ.Component) error {
	return web.Render(w, r, status, pageView(f, parts))
}

// frame is a desk page below another, whose title is a sentence of this package.
func (o *Office) frame(r *http.Request, title string, above ...ui.Link) ui.Frame {
	ctx := r.Context()
	crumbs := []ui.Link{{Text: say(ctx, "desk"), Href: web.URL(ctx, "/desk")}}
	return o.Front.Desk(r, title, append(append(crumbs, above...), ui.Link{Text: title})...)
}

// up is a crumb.
func up(ctx context.Context, key, path string) ui.Link {
	return ui.Link{Text: say(ctx, key), Href: web.URL(ctx, path)}
}

// now is the present day.
func (o *Office) today() clock.Date { return clock.DateOf(o.Clock.Now()) }

// person is who acts; the routes let nobody else in.
func person(r *http.Request) int64 {
	if who := account.From(r.Context()); who != nil {
		return who.Person
	}
	return 0
}

// nothing stands where a page has no such part.
var nothing templ.Component = templ.NopComponent
