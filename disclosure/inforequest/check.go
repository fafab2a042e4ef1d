package inforequest

import (
	"strings"

	"yangguang/agency"
	"yangguang/internal/calendar"
	"yangguang/internal/fault"
	"yangguang/internal/privacy"
	"yangguang/norm"
)

type choice = norm.Choice

// checker gathers refusals, each beside its field.
type checker struct{ bad []fault.Field }

func (c *checker) when(wrong bool, name, key string, args ...any) {
	if wrong {
		c.bad = append(c.bad, fault.Field{Name: name, Key: key, Args: args})
	}
}

// length asks for so many characters; an empty text may be missing when least is 0.
func (c *checker) length(name, s string, least, most int) {
	switch n := runes(s); {
	case n < least:
		c.when(true, name, "inforequest.need_"+name, most)
	case n > most:
		c.when(true, name, "inforequest.too_long", most)
	}
}

// identity asks for the proof article 29 asks for: a natural person's document,
// an organisation's credit code and who speaks for it.
func (c *checker) identity(f Filing) {
	w := f.Who
	if f.Applicant != "natural" {
		c.when(!agency.ValidCredit(agency.NormalCredit(w.IDNumber)), "id_number", "inforequest.need_credit")
		c.length("representative", w.Representative, 2, maxName)
		return
	}
	switch w.IDKind {
	case "resident":
		c.when(!resident(w.IDNumber), "id_number", "inforequest.need_resident")
	case "passport", "other":
		c.length("id_number", w.IDNumber, 4, 30)
	default:
		c.when(true, "id_kind", "inforequest.need_id_kind")
	}
}

func resident(s string) bool {
	return len(s) == 18 && strings.Trim(s[:17], "0123456789") == "" && privacy.CheckDigit(s[:17]) == s[17]
}

// contact asks for a way to reach the applicant, and for the one the answer goes by.
func (c *checker) contact(f Filing) {
	w := f.Who
	c.when(w.Phone == "" && w.Email == "" && w.Address == "", "phone", "inforequest.need_contact")
	c.when(w.Phone != "" && (len(w.Phone) < 7 || len(w.Phone) > 20 || strings.Trim(w.Phone, "0123456789-+ ") != ""), "phone", "inforequest.bad_phone")
	c.when(w.Email != "" && (!strings.Contains(w.Email, "@") || runes(w.Email) > 100 || strings.ContainsAny(w.Email, " \r\n,;<>")), "email", "inforequest.bad_email")
	c.length("address", w.Address, 0, maxLine)
	c.when(f.Delivery == "email" && w.Email == "", "email", "inforequest.need_email")
	c.when(f.Delivery == "post" && w.Address == "", "address", "inforequest.need_address")
}

func spanOf(s norm.Span) calendar.Span {
	return calendar.Span{N: s.N, Unit: calendar.Unit(s.Unit), Roll: true}
}
