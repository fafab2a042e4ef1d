package portal

import (
	"context"

	"yangguang/internal/calendar"
	"yangguang/internal/ui"
)

// DaysGrid is a due date, of an obligation or of a request, explained day by day.
func DaysGrid(ctx context.Context, days []calendar.ExplainedDay) ui.Grid {
	g := ui.Grid{Caption: t(ctx, "portal.days"), Cards: true, Long: len(days) > 40,
		Columns: []ui.Column{{Title: t(ctx, "portal.day")}, {Title: t(ctx, "portal.counted")}}}
	for _, d := range days {
		row := []ui.Cell{{Of: whole(d.Day)}, {Text: d.Text}}
		if d.Due {
			row[1] = ui.Cell{Of: marked(ui.TagReview, t(ctx, "portal.due_day"), d.Text)}
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}
