package yearly

import (
	"context"
	"slices"

	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/privacy"
)

// personal refuses what must never be published about a person: the gate every
// published text passes.
func personal(field, text string) []fault.Field {
	fs := privacy.Scan(text)
	i := slices.IndexFunc(fs, func(f privacy.Finding) bool { return f.Class == privacy.Never })
	if i < 0 {
		return nil
	}
	return []fault.Field{{Name: field, Key: "yearly.personal", Args: []any{fs[i].Masked}}}
}

// doubtful lists what may be about a person, such as a telephone that may be an
// office's, for whoever approves to look at.
func doubtful(ctx context.Context, t Text) (out []string) {
	texts := []string{t.Overview, t.Problems, t.Other}
	for _, id := range Entered {
		texts = append(texts, t.Two[id].Source)
	}
	for _, s := range texts {
		for _, f := range privacy.Scan(s) {
			out = append(out, i18n.T(ctx, "yearly.doubtful", f.Kind.In(ctx), f.Masked))
		}
	}
	return out
}
