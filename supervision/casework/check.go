package casework

import (
	"slices"
	"strings"
	"unicode/utf8"

	"yangguang/internal/fault"
	"yangguang/norm"
)

// checker gathers refusals, each beside its field.
type checker struct{ bad []fault.Field }

func (c *checker) when(wrong bool, name, key string, args ...any) {
	if wrong {
		c.bad = append(c.bad, fault.Field{Name: name, Key: key, Args: args})
	}
}

// length asks for so many characters; an empty text may be missing when least is 0.
func (c *checker) length(name, s string, least, most int) {
	switch n := utf8.RuneCountInString(s); {
	case n < least:
		c.when(true, name, "casework.need_"+name, most)
	case n > most:
		c.when(true, name, "casework.too_long", most)
	}
}

// code asks for one of the norm's codes.
func (c *checker) code(name, id string, list []norm.Choice) {
	c.when(!slices.ContainsFunc(list, func(x norm.Choice) bool { return x.ID == id }), name, "casework.need_"+name)
}

func (c *checker) err() error { return fault.Fields(c.bad...) }

// phone, mailbox: plausible, or empty.
func (c *checker) reachable(w Contact) {
	c.when(w.Phone != "" && (len(w.Phone) < 7 || len(w.Phone) > 20 || strings.Trim(w.Phone, "0123456789-+ ") != ""), "phone", "casework.bad_phone")
	c.when(w.Email != "" && (!strings.Contains(w.Email, "@") || len(w.Email) > 100 || strings.ContainsAny(w.Email, " \r\n,;<>")), "email", "casework.bad_email")
	c.length("name", w.Name, 0, maxName)
	c.length("address", w.Address, 0, maxLine)
	c.length("helper", w.Helper, 0, maxName)
	c.length("helper_tie", w.HelperTie, 0, maxLine)
	c.when(w.Helper != "" && w.HelperTie == "", "helper_tie", "casework.need_helper_tie")
}

// Mobile answers whether a number is one a text message can go to.
func Mobile(s string) bool {
	return len(s) == 11 && s[0] == '1' && strings.Trim(s, "0123456789") == ""
}
