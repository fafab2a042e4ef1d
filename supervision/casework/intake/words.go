package intake

import (
	"context"
	"strconv"

	"yangguang/internal/secret"
	"yangguang/internal/ui"
)

// formSteps are the steps on the way to a receipt.
func formSteps(ctx context.Context, here int) []ui.Step {
	out := []ui.Step{{Title: t(ctx, "step_type")}, {Title: t(ctx, "step_unit")}, {Title: t(ctx, "step_form")}, {Title: t(ctx, "step_check")}, {Title: t(ctx, "step_receipt")}}
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

// group writes a code as it is read out; what is no code stays as it was typed.
func group(code string) string {
	if tidy, ok := secret.ParseCode(code); ok {
		return secret.Group(tidy)
	}
	return code
}

func strconvID(id int64) string { return strconv.FormatInt(id, 10) }
