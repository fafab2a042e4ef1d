package notify

import (
	"net/mail"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"yangguang/internal/fault"
)

var (
	phoneShape   = regexp.MustCompile(`^1[3-9]\d{9}$`)
	phonePrefix  = regexp.MustCompile(`^(\+86|0086)`)
	phoneFilling = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "")
)

// tidy brings an address into its one spelling and gives its masked form.
func tidy(c Channel, typed string) (address, masked string, err error) {
	s := strings.TrimSpace(norm.NFKC.String(typed))
	if c == SMS {
		s = phonePrefix.ReplaceAllString(phoneFilling.Replace(s), "")
		if !phoneShape.MatchString(s) {
			return "", "", fault.Fields(fault.Field{Name: "address", Key: "notify.bad_phone"})
		}
		return s, s[:3] + "****" + s[7:], nil
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 || strings.ContainsAny(s, "\r\n<>\"") {
		return "", "", fault.Fields(fault.Field{Name: "address", Key: "notify.bad_email"})
	}
	_, size := utf8.DecodeRuneInString(s)
	return s, s[:size] + "***" + s[strings.LastIndexByte(s, '@'):], nil
}
