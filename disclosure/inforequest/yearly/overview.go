package yearly

import (
	"context"
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/internal/i18n"
	"yangguang/norm"
)

// Overview is a first text of section one, in plain words from the figures. The
// report is a Chinese document whatever language its writer reads.
func (y *Yearly) Overview(u agency.Agency, year int, x Figures, last *Figures) string {
	ctx := i18n.With(context.Background(), i18n.ZH)
	f := y.Form()
	t := func(key string, args ...any) string { return i18n.T(ctx, "yearly.draft_"+key, args...) }
	n := func(row string) string { return i18n.Number(ctx, x.Three.At(row, Total)) }
	two := func(id string) string { return f.shown(ctx, id, x.Two.At(id, count)) }
	parts := []string{t("law", strconv.Itoa(year), u.Name),
		t("proactive", two("rules_made"), two("normative_made"), two("normative_in_force"), two("licences"), two("penalties"), two("coercions"), two(fees)),
		t("requests", n(New), n(Carried), n(Done), n(Forward)) + outcomeWords(ctx, f, x, t)}
	if last != nil {
		d := x.Three.At(New, Total) - last.Three.At(New, Total)
		switch {
		case d > 0:
			parts = append(parts, t("more", i18n.Number(ctx, d)))
		case d < 0:
			parts = append(parts, t("fewer", i18n.Number(ctx, -d)))
		default:
			parts = append(parts, t("same"))
		}
	}
	way := func(w string) string { return i18n.Number(ctx, x.Four.At(w, Total)) }
	parts = append(parts, t("disputes", way("review"), i18n.Number(ctx, x.Four.At("review", "corrected")), i18n.Number(ctx, x.Four.At("direct", Total)+x.Four.At("after_review", Total)),
		i18n.Number(ctx, x.Four.At("direct", "corrected")+x.Four.At("after_review", "corrected"))))
	return strings.Join(parts, "\n")
}

// outcomeWords says what became of the requests, group by group.
func outcomeWords(ctx context.Context, f Form, x Figures, t func(string, ...any) string) string {
	if x.Three.At(Done, Total) == 0 {
		return ""
	}
	var words []string
	for _, g := range f.Outcomes(x) {
		words = append(words, t("outcome", g.Title.In(ctx), i18n.Number(ctx, g.N)))
	}
	return t("of_them", strings.Join(words, t("and")))
}

// Outcome is a group of decisions with how many requests ended so.
type Outcome struct {
	norm.Choice
	N int64
}

// Outcomes are the groups of decisions in the order of the report.
func (f Form) Outcomes(x Figures) []Outcome {
	var out []Outcome
	for _, g := range f.rules.Groups {
		o := Outcome{Choice: g}
		for _, d := range f.rules.Decisions {
			if d.Group == g.ID {
				o.N += x.Three.At(d.ID, Total)
			}
		}
		out = append(out, o)
	}
	return out
}
