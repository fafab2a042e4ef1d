package agency

import (
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

const (
	maxSlug    = 40
	maxContact = 200
	maxBasis   = 500
)

var (
	slugForm  = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	phoneForm = regexp.MustCompile(`^\+?[0-9][0-9 \-()()]{2,28}[0-9)]$|^[0-9]{3,}$`)
)

// checker gathers what is wrong with a form, beside its fields, so that a person learns it all at once.
type checker struct {
	tx     *db.Tx
	fields []fault.Field
	err    error // a failure of ours, which hides the rest
}

func (c *checker) say(name, key string, args ...any) {
	c.fields = append(c.fields, fault.Field{Name: name, Key: key, Args: args})
}

// saw tells whether the question was answered yes.
func (c *checker) saw(yes bool, err error) bool {
	if err != nil && c.err == nil {
		c.err = err
	}
	return yes && err == nil
}

func (c *checker) done() error {
	if c.err != nil {
		return c.err
	}
	return fault.Fields(c.fields...)
}

func (c *checker) text(name, s string, least, most int) {
	switch n := utf8.RuneCountInString(s); {
	case n == 0 && least > 0:
		c.say(name, "agency.required")
	case n > most:
		c.say(name, "agency.too_long", most)
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl):
		c.say(name, "agency.control_characters")
	}
}

// division checks that the agency can sit where it shall.
func (c *checker) division(code Code, kind Kind) {
	if _, ok := levels[kind]; !ok {
		c.say("kind", "agency.kind_unknown")
		return
	}
	d, err := FindDivision(c.tx, code)
	switch {
	case fault.Is(err, fault.NotFound):
		c.say("division", "agency.division_unknown", code.Short())
	case err != nil:
		c.saw(false, err)
	case !d.ValidTo.IsZero() && !today(c.tx).Before(d.ValidTo):
		c.say("division", "agency.division_ceased", code.Short())
	case d.Grouping():
		c.say("division", "agency.division_grouping", code.Short())
	case !kind.Fits(d.Level):
		c.say("division", "agency.level_unfit_"+string(kind))
	}
}

func (c *checker) names(a Agency) {
	c.text("name", a.Name, 1, maxName)
	c.text("short_name", a.ShortName, 0, maxName)
	if a.Name != "" && c.saw(nameTaken(c.tx, a.Division, a.Name, a.ID)) {
		c.say("name", "agency.name_taken")
	}
}

func (c *checker) slug(a Agency) {
	switch {
	case a.Slug == "":
		c.say("slug", "agency.required")
	case len(a.Slug) > maxSlug || !slugForm.MatchString(a.Slug):
		c.say("slug", "agency.slug_malformed", maxSlug)
	case c.saw(pathTaken(c.tx, a.Division, a.Slug, a.ID)):
		c.say("slug", "agency.slug_taken")
	}
}

func (c *checker) credit(a Agency) {
	switch {
	case a.CreditCode == "":
	case !ValidCredit(a.CreditCode):
		c.say("credit_code", "agency.credit_malformed")
	case c.saw(creditTaken(c.tx, a.CreditCode, a.ID)):
		c.say("credit_code", "agency.credit_taken")
	}
}

func (c *checker) contact(a Agency) {
	c.text("address", a.Address, 0, maxContact)
	c.text("hours", a.Hours, 0, maxContact)
	if a.Phone != "" && !phoneForm.MatchString(a.Phone) {
		c.say("phone", "agency.phone_malformed")
	}
	if a.Fax != "" && !phoneForm.MatchString(a.Fax) {
		c.say("fax", "agency.phone_malformed")
	}
	if m, err := mail.ParseAddress(a.Email); a.Email != "" && (err != nil || m.Address != a.Email || len(a.Email) > maxContact) {
		c.say("email", "agency.email_malformed")
	}
	if a.Website != "" {
		u, err := url.Parse(a.Website)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(a.Website) > maxContact {
			c.say("website", "agency.website_malformed")
		}
	}
}

// superior checks that the agency above is there, reaches so far down, and is not itself below.
func (c *checker) superior(a Agency) {
	if a.Superior == 0 {
		return
	}
	s, err := Find(c.tx, a.Superior)
	switch {
	case fault.Is(err, fault.NotFound):
		c.say("superior", "agency.superior_unknown")
	case err != nil:
		c.saw(false, err)
	case s.State != Active:
		c.say("superior", "agency.superior_inactive")
	case !s.Division.Contains(a.Division):
		c.say("superior", "agency.superior_elsewhere")
	case a.ID != 0 && c.saw(InSubtree(c.tx, a.ID, s.ID)):
		c.say("superior", "agency.superior_below")
	}
}

func (c *checker) basis(s string, least int) { c.text("basis", s, least, maxBasis) }

// on checks the day of a change: not ahead, since a change acts at once, and not before the agency was.
func (c *checker) on(day, from clock.Date) {
	switch {
	case day.IsZero():
		c.say("on", "agency.required")
	case day.After(today(c.tx)):
		c.say("on", "agency.date_ahead")
	case !from.IsZero() && day.Before(from):
		c.say("on", "agency.date_before_founding", from.String())
	}
}

// tidy trims what people type around their answers.
func tidy(fields ...*string) {
	for _, f := range fields {
		*f = strings.TrimSpace(*f)
	}
}
