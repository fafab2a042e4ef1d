package manage

import (
	"context"

	"yangguang/internal/ui"
	"yangguang/supervision/hotline/studio"
)

// tongues are the languages and dialects a line may speak.
func tongues(ctx context.Context) (out []ui.Option) {
	for i, t := range studio.Tongues() {
		o := ui.Option{Value: t.Code, Text: t.Name.In(ctx)}
		if i == 0 {
			o.Value = "" // the usual one
		}
		out = append(out, o)
	}
	return out
}

// tongue is one of them, or the usual one.
func tongue(code string) string {
	for _, t := range studio.Tongues()[1:] {
		if t.Code == code {
			return code
		}
	}
	return ""
}
