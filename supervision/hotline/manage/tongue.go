package manage

import (
	"context"
	"strings"

	"yangguang/internal/ui"
	"yangguang/supervision/hotline"
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

// skillWords are skills as people read them: those a queue speaks of in words,
// what a unit made up as it wrote it.
func skillWords(ctx context.Context, ks []hotline.Skill) string {
	var out []string
	for _, k := range ks {
		text := formatSkills([]hotline.Skill{{Kind: k.Kind, Code: k.Code, Level: 1}})
		switch k.Kind {
		case "leader", "report":
			text = word(ctx, "skill_"+k.Kind)
		case "dialect":
			for _, t := range studio.Tongues() {
				if t.Code == k.Code {
					text = t.Name.In(ctx)
				}
			}
		}
		if k.Level != 1 {
			text = word(ctx, "skill_level", text, k.Level)
		}
		out = append(out, text)
	}
	return strings.Join(out, word(ctx, "skill_and"))
}
