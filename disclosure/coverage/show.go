package coverage

import (
	"context"

	"yangguang/disclosure/catalogue"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/norm"
)

// Share tells a part of a whole: a percentage, or of a small whole the two
// counts, since one of four more or less would be 25 percent.
func (r Rule) Share(ctx context.Context, num, den int64) string {
	if den > 0 && den < int64(r.Small) {
		return t(ctx, "coverage.of", num, den)
	}
	return i18n.Percent(ctx, num, den)
}

// Rule is the norm's rule on how figures are shown.
type Rule struct{ norm.Coverage }

// RuleOf is the rule of a profile.
func RuleOf(p *norm.Profile) Rule { return Rule{p.Coverage} }

// The bands a place can be in.
const (
	bandNone  = "none"
	bandSmall = "small"
	bandGood  = "good"
	bandFair  = "late"
	bandPoor  = "bad"
)

// band is where a place stands by its share in time. Too few for a percentage
// are in no band, unless nothing is overdue or late.
func (r Rule) band(f catalogue.Figures) string {
	den := f.Fallen()
	switch {
	case den == 0:
		return bandNone
	case den < int64(r.Small):
		return bandSmall
	case f.OnTime*100 >= den*int64(r.Good):
		return bandGood
	case f.OnTime*100 >= den*int64(r.Fair):
		return bandFair
	}
	return bandPoor
}

// Tile is one division with its share of obligations met in time. A division
// without any that fell due says so: none is not nought.
func (r Rule) Tile(ctx context.Context, name, link string, f catalogue.Figures) ui.Tile {
	tile := ui.Tile{Name: name, Href: link, Num: f.OnTime, Den: f.Fallen(), Shown: r.Share(ctx, f.OnTime, f.Fallen()), Word: t(ctx, "coverage.on_time"), Kind: r.band(f)}
	switch {
	case f.Owed == 0:
		tile.Word = t(ctx, "coverage.tile_none")
	case tile.Den == 0:
		tile.Word = t(ctx, "coverage.tile_pending")
	}
	if tile.Kind == bandSmall {
		tile.Kind = bandNone
	}
	return tile
}

// Bar is the picture of how obligations stand, with its table.
func Bar(ctx context.Context, title string, f catalogue.Figures) ui.Share {
	return ui.Share{Title: title, Unit: t(ctx, "coverage.items"), Parts: []ui.Part{
		{Label: t(ctx, "coverage.on_time"), N: f.OnTime, Kind: "good"}, {Label: t(ctx, "coverage.late"), N: f.Late, Kind: "late"},
		{Label: t(ctx, "coverage.overdue"), N: f.Overdue, Kind: "bad"}, {Label: t(ctx, "coverage.pending"), N: f.Pending, Kind: "none"}}}
}

// OnTime is the figure the share is headed by.
func (r Rule) OnTime(ctx context.Context, f catalogue.Figures) ui.Figure {
	return ui.Figure{Label: t(ctx, "coverage.ind_timeliness"), Value: r.Share(ctx, f.OnTime, f.Fallen()),
		Note: t(ctx, "coverage.on_time_note", f.Fallen(), f.OnTime), Definition: href(ctx, "/coverage/definitions#timeliness")}
}
