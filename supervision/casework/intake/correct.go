package intake

import (
	"context"
	"slices"
	"strings"

	"yangguang/disclosure/portal"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/secret"
	"yangguang/norm"
	"yangguang/supervision/casework"
)

// urgent is the class of a report that something personal is public.
const urgent = "urgent"

// Correct takes a reader's report about a published item as a matter of the
// unit that published it. The unit sees it: that something is wrong with a text
// is no complaint about people.
func (i *Intake) Correct(ctx context.Context, x portal.Correction) (portal.Corrected, error) {
	f := casework.Filing{Agency: x.Unit.ID, Channel: "web", Type: "error", Item: "/" + strings.TrimPrefix(x.Path, "/"), Topic: "openness", Lang: i18n.LangOf(ctx),
		Told: casework.Told{Subject: cut(x.Title, casework.MaxSubject), Text: i18n.T(ctx, "disclosure.report_"+x.Kind) + "\n" + x.Text}, Who: reach(x.Contact)}
	if i.norm().Topic(f.Topic) == nil {
		f.Topic = ""
	}
	if x.Kind == "privacy" && slices.ContainsFunc(i.norm().Classes, func(c norm.Choice) bool { return c.ID == urgent }) {
		f.Class = urgent // what harms somebody while it is public does not wait its turn
	}
	if !tokenFits(x.Token) {
		x.Token, _ = secret.NewToken() // a page from before there were tokens
	}
	f.Token = strings.Join([]string{x.Token, x.Kind, x.Text}, "\x00")
	m, code, err := i.Cases.File(ctx, f)
	if fields := fault.FieldsOf(err); len(fields) > 0 {
		for n := range fields { // the form has one field for contact
			if name := fields[n].Name; name != "text" {
				fields[n].Name = "contact"
			}
		}
		return portal.Corrected{}, fault.Fields(fields...)
	}
	if err != nil {
		return portal.Corrected{}, err
	}
	return portal.Corrected{Number: m.Number, Code: code, Status: href(ctx, statusPath, "?number=", m.Number)}, nil
}

// reach puts what somebody left to be reached by where it belongs.
func reach(s string) (c casework.Contact) {
	digits := strings.NewReplacer(" ", "", "-", "").Replace(s)
	switch {
	case strings.Contains(s, "@") && !strings.ContainsAny(s, " \r\n,;<>"):
		c.Email = s
	case len(digits) >= 7 && len(digits) <= 20 && strings.Trim(digits, "0123456789+") == "":
		c.Phone = digits
	default:
		c.Address = s
	}
	return c
}

// cut shortens a title to so many characters.
func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
