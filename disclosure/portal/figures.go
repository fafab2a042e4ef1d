package portal

import (
	"context"

	"yangguang/disclosure"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/clock"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
)

// Entries are items as lines of a list, each with its unit.
func Entries(ctx context.Context, rows []disclosure.Row, withUnit bool) []ui.Entry {
	out := make([]ui.Entry, 0, len(rows))
	for i := range rows {
		row := &rows[i]
		day := clock.DateOf(row.PublishedAt)
		e := ui.Entry{Title: row.Title, Href: href(ctx, row.Href()), When: i18n.Date(ctx, day), WhenISO: day.String()}
		if withUnit {
			e.Meta = row.Unit
		}
		e.Tag, e.TagWords = tagOf(ctx, &row.Item)
		out = append(out, e)
	}
	return out
}

// tagOf is the one word a reader must not miss about an item.
func tagOf(ctx context.Context, it *disclosure.Item) (ui.TagKind, string) {
	switch {
	case it.State == disclosure.ItemTakenDown:
		return ui.TagWithdrawn, t(ctx, "disclosure.state_taken_down")
	case it.Emergency:
		return ui.TagWaiting, t(ctx, "portal.tag_emergency")
	case it.Validity != "valid":
		return ui.TagWithdrawn, t(ctx, "disclosure.validity_"+it.Validity)
	case it.Corrected:
		return ui.TagWaiting, t(ctx, "portal.tag_corrected")
	}
	return "", ""
}

// Tile is one division with its share of obligations met in time. A division
// without any that fell due says so: none is not nought.
func Tile(ctx context.Context, name, link string, f catalogue.Figures) ui.Tile {
	tile := ui.Tile{Name: name, Href: link, Num: f.OnTime, Den: f.Fallen(), Word: t(ctx, "portal.on_time"), Kind: "good"}
	switch {
	case f.Owed == 0:
		tile.Kind, tile.Word = "none", t(ctx, "portal.tile_none")
	case tile.Den == 0:
		tile.Kind, tile.Word = "none", t(ctx, "portal.tile_pending")
	case tile.Num*100 < tile.Den*80:
		tile.Kind = "bad"
	case tile.Num*100 < tile.Den*95:
		tile.Kind = "late"
	}
	return tile
}

// Share is the picture of how obligations stand, with its table.
func Share(ctx context.Context, title string, f catalogue.Figures) ui.Share {
	return ui.Share{Title: title, Unit: t(ctx, "portal.share_unit"), Parts: []ui.Part{
		{Label: t(ctx, "portal.on_time"), N: f.OnTime, Kind: "good"}, {Label: t(ctx, "portal.late"), N: f.Late, Kind: "late"},
		{Label: t(ctx, "portal.overdue"), N: f.Overdue, Kind: "bad"}, {Label: t(ctx, "portal.pending"), N: f.Pending, Kind: "none"}}}
}

// OnTime is the figure the share is headed by.
func OnTime(ctx context.Context, f catalogue.Figures) ui.Figure {
	return ui.Figure{Label: t(ctx, "portal.on_time"), Value: i18n.Percent(ctx, f.OnTime, f.Fallen()),
		Note: t(ctx, "portal.on_time_note", f.Fallen(), f.OnTime), Definition: href(ctx, "/clauses") + "#c1.1.d"}
}
