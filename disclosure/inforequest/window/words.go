package window

import (
	"context"
	"strconv"

	"yangguang/internal/ui"
)

// askSteps are the steps on the way to a request.
func askSteps(ctx context.Context, here int) []ui.Step {
	out := []ui.Step{{Title: t(ctx, "ask_look")}, {Title: t(ctx, "ask_public")}, {Title: t(ctx, "ask_form")}, {Title: t(ctx, "ask_receipt")}}
	for i := range out {
		switch {
		case i < here:
			out[i].State = "done"
		case i == here:
			out[i].State = "current"
		}
	}
	return out
}

func strconvID(id int64) string { return strconv.FormatInt(id, 10) }
