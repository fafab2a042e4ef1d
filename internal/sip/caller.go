package sip

import (
	"net/url"
	"strings"

	sipgo "github.com/emiago/sipgo/sip"
)

// A Caller is who calls, as the network says. Number is empty where it does not
// say. Where Private is true the caller asked not to be named: the number, if
// the trunk told it, is for the sealed store and for no screen.
type Caller struct {
	Number  string
	Name    string
	Private bool
}

// callerOf reads the caller. What the network asserts (P-Asserted-Identity) is
// believed of trunks alone; a phone's name is its registration's.
func callerOf(req *sipgo.Request, trusted bool) Caller {
	from := req.From()
	c := Caller{Number: number(&from.Address), Name: clean(from.DisplayName)}
	if anonymous(&from.Address) {
		c = Caller{Private: true}
	}
	for _, h := range req.GetHeaders("Privacy") {
		for word := range strings.FieldsFuncSeq(strings.ToLower(h.Value()), func(r rune) bool { return r == ';' || r == ',' || r == ' ' }) {
			c.Private = c.Private || word == "id" || word == "user" || word == "header"
		}
	}
	if h := req.GetHeader("P-Asserted-Identity"); trusted && h != nil {
		var uri sipgo.Uri
		var params sipgo.HeaderParams
		if _, err := sipgo.ParseAddressValue(firstOf(h.Value()), &uri, &params); err == nil {
			if n := number(&uri); n != "" {
				c.Number = n
			}
		}
	}
	if c.Private {
		c.Name = ""
	}
	return c
}

// firstOf is the first of several addresses; a comma within quotes or brackets
// is none between them.
func firstOf(value string) string {
	quoted, angle := false, false
	for i, r := range value {
		switch {
		case r == '"':
			quoted = !quoted
		case r == '<' && !quoted:
			angle = true
		case r == '>' && !quoted:
			angle = false
		case r == ',' && !quoted && !angle:
			return value[:i]
		}
	}
	return value
}

func anonymous(u *sipgo.Uri) bool {
	user := strings.ToLower(u.User)
	return user == "anonymous" || user == "unknown" || user == "restricted" || strings.HasSuffix(strings.ToLower(u.Host), "anonymous.invalid")
}

// number is the user of a URI as a number is dialled: without parameters and
// separators. What is no number (a phone's name) is kept as it is.
func number(u *sipgo.Uri) string {
	user := u.User
	if strings.EqualFold(u.Scheme, "tel") {
		user = u.Raw()
	}
	user, _, _ = strings.Cut(user, ";")
	if plain, err := url.PathUnescape(user); err == nil {
		user = plain
	}
	if strings.Trim(user, "+0123456789*#-.() ") != "" {
		return clean(user)
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("-.() ", r) {
			return -1
		}
		return r
	}, user)
}

// clean keeps signs out that would end a header or a line of a log elsewhere.
func clean(s string) string {
	if len(s) > 64 {
		s = s[:64]
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '<' || r == '>' || r == '"' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// calledOf is the number called. A carrier we registered at calls our name
// there, and says the number in To.
func calledOf(req *sipgo.Request, t *trunk) string {
	called := number(&req.Recipient)
	if t != nil && t.Register != nil && (called == "" || called == t.Register.User) {
		if to := number(&req.To().Address); to != "" {
			called = to
		}
	}
	return called
}
