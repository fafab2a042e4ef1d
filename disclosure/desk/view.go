package desk

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func webURL(ctx context.Context, path string) string { return web.URL(ctx, path) }

func lines(s string) []string { return strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") }

func has(all []string, s string) bool { return slices.Contains(all, s) }

// fileMeta is what kind of file and how large.
func fileMeta(ctx context.Context, f fileRow) string {
	kb := (f.Size + 1023) / 1024
	size := i18n.T(ctx, "desk.kb", i18n.Number(ctx, kb))
	if kb >= 1024 {
		size = i18n.T(ctx, "desk.mb", strconv.FormatFloat(float64(kb)/1024, 'f', 1, 64))
	}
	if f.Note != "" {
		return size + i18n.T(ctx, "desk.between") + f.Note
	}
	return size
}

// spotDo says what to do about a finding.
func spotDo(ctx context.Context, s spot) string {
	if s.Never {
		return i18n.T(ctx, "desk.do_never")
	}
	return i18n.T(ctx, "desk.do_doubt")
}

func opennessInput(ctx context.Context, t typed, bad ui.Errors) ui.Input {
	in := ui.Input{Name: "openness", Label: i18n.T(ctx, "desk.openness"), Value: first(t.Openness, "proactive"), Error: bad.Of(ctx, "openness")}
	for _, o := range []string{"proactive", "on_request", "withheld"} {
		in.Options = append(in.Options, ui.Option{Value: o, Text: i18n.T(ctx, "disclosure.openness_"+o), Help: i18n.T(ctx, "desk.openness_"+o+"_help")})
	}
	return in
}

// signTo is where the form goes when Enter is pressed.
func signTo(p sheetPage) string {
	for _, verb := range []string{"approve", "approve_after", "pass_after"} {
		if p.S.May(verb) {
			return "/" + strings.ReplaceAll(verb, "_", "-")
		}
	}
	return "/pass"
}

func checkAttrs(ctx context.Context, bad ui.Errors, check string) templ.Attributes {
	if bad.Of(ctx, "check_"+check) == "" {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": "f-check_" + check + "-error"}
}

func whenOf(o opinion) string {
	if o.PublishOn != "" {
		return "later"
	}
	return "now"
}

func timeOf(o opinion) string { return first(o.PublishAt, "09:00") }

// nothing answers whether the person has nothing to do with a version now, and
// no reason is worth saying.
func nothing(p sheetPage) bool { return len(p.S.Verbs) == 0 && len(p.Blocked) == 0 }

func quickSteps(ctx context.Context, at string) []ui.Step {
	var out []ui.Step
	for _, n := range []string{"1", "2", "3"} {
		s := ui.Step{Title: i18n.T(ctx, "desk.quick_step_"+n)}
		switch {
		case n < at:
			s.State = "done"
		case n == at:
			s.State = "current"
		}
		out = append(out, s)
	}
	return out
}

// quickHidden are the answers the short form does not ask and must not lose.
func quickHidden(t typed) []ui.Pair {
	out := []ui.Pair{{Term: "summary", Text: t.Summary}, {Term: "keywords", Text: t.Keywords}, {Term: "doc_number", Text: t.DocNumber},
		{Term: "explains", Text: t.Explains}, {Term: "reason", Text: t.Reason}, {Term: "openness", Text: first(t.Openness, "proactive")},
		{Term: "openness_ground", Text: t.Ground}, {Term: "form", Text: t.Form}}
	if p := strings.SplitN(t.EndsOn, "-", 3); len(p) == 3 {
		out = append(out, ui.Pair{Term: "ends_on-year", Text: p[0]}, ui.Pair{Term: "ends_on-month", Text: p[1]}, ui.Pair{Term: "ends_on-day", Text: p[2]})
	}
	return out
}

// quickKind makes what is owed stand out among the categories.
func quickKind(c newCategory) string {
	if c.late || c.open {
		return ""
	}
	return "secondary"
}
