package portal

import (
	"context"

	"yangguang/disclosure"
	"yangguang/internal/clock"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
)

// Entries are items as lines of a list, each with its unit.
func Entries(ctx context.Context, today clock.Date, rows []disclosure.Row, withUnit bool) []ui.Entry {
	out := make([]ui.Entry, 0, len(rows))
	for i := range rows {
		row := &rows[i]
		day := clock.DateOf(row.PublishedAt)
		e := ui.Entry{Title: row.Title, Href: href(ctx, row.Href()), When: i18n.Date(ctx, day), WhenISO: day.String()}
		if withUnit {
			e.Meta = row.Unit
		}
		e.Tag, e.TagWords = tagOf(ctx, &row.Item, today)
		out = append(out, e)
	}
	return out
}

// tagOf is the one word a reader must not miss about an item.
func tagOf(ctx context.Context, it *disclosure.Item, today clock.Date) (ui.TagKind, string) {
	switch {
	case it.State == disclosure.ItemTakenDown:
		return ui.TagWithdrawn, t(ctx, "disclosure.state_taken_down")
	case it.Emergency:
		return ui.TagWaiting, t(ctx, "portal.tag_emergency")
	case it.Validity != "valid":
		return ui.TagWithdrawn, t(ctx, "disclosure.validity_"+it.Validity)
	case it.NoticeOver(today):
		return ui.TagWithdrawn, it.NoticeWords(ctx, today)
	case it.Corrected:
		return ui.TagWaiting, t(ctx, "portal.tag_corrected")
	case it.NoticeRuns(today):
		return ui.TagPublished, it.NoticeWords(ctx, today)
	}
	return "", ""
}
