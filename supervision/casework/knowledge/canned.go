package knowledge

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/privacy"
)

// placeholders are what a canned reply may leave open, to be filled from the
// matter it is used in.
var placeholders = []string{"number", "unit", "date", "due", "topic"}

// suits are the states of a matter a canned reply may be made for.
var suits = []string{"receipt", "triage", "not_accepted", "supplement", "handling", "reply", "transfer", "callback", "closing"}

// Canned is a reply kept for use again (常用答复), of a unit or of one person.
// With a topic, a note or a step it is a macro: what it does besides.
type Canned struct {
	Province int
	ID       int64
	Agency   int64
	Seat     agency.Code
	Person   int64 // whose own it is; 0: the unit's
	Name     string
	Body     string
	Suits    []string // states of a matter; none: any
	Topic    string   // macro: the topic the matter is given
	Note     string   // macro: the note that is added
	Does     string   // macro: the step it takes, one of does; "": its text becomes the draft of a reply
	Lead     int64    // macro: the unit it passes on to; 0: the one the dispatch catalogue names
	Saves    int
	Changed  time.Time
	By       int64
}

// The steps a macro may take: its text goes with them.
const (
	Accept         = "accept"
	Dispatch       = "dispatch"
	AcceptDispatch = "accept_dispatch"
)

var does = []string{Accept, Dispatch, AcceptDispatch}

// Macro answers whether using it does more than begin a reply.
func (c *Canned) Macro() bool { return c.Does != "" || c.Topic != "" || c.Note != "" }

// passes answers whether it passes a matter on.
func (c *Canned) passes() bool { return c.Does == Dispatch || c.Does == AcceptDispatch }

// Step is one thing a macro does, as data: the desk of the matters does it.
type Step struct {
	Verb string `json:"verb"` // reply, accept, dispatch, accept_dispatch, set_topic, note
	With string `json:"with"`
}

// Steps are what using the reply does, in order.
func (c *Canned) Steps() (out []Step) {
	for _, s := range []Step{{cmp.Or(c.Does, "reply"), c.Body}, {"set_topic", c.Topic}, {"note", c.Note}} {
		if s.With != "" {
			out = append(out, s)
		}
	}
	return out
}

func (c *Canned) target() account.Target {
	return account.Target{Agency: c.Agency, Division: int64(c.Seat)}
}

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

// unknownPlaceholder is the first one in a text that nothing fills.
func unknownPlaceholder(text string) (name string, found bool) {
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(placeholders, m[1]) {
			return m[1], true
		}
	}
	return "", false
}

// Fill puts values into the placeholders of a canned reply. One without a value
// is refused with its name, so that no reply goes out with a hole.
func Fill(text string, values map[string]string) (out string, err error) {
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if values[m[1]] == "" {
			return "", fault.Say(fault.Conflict, "knowledge.unknown_placeholder", "{"+m[1]+"}")
		}
	}
	return placeholder.ReplaceAllStringFunc(text, func(s string) string { return values[strings.Trim(s, "{}")] }), nil
}

// Limits of canned replies, in characters.
const (
	maxName   = 40
	maxCanned = 2000
)

func (k *Knowledge) wrongCanned(c *Canned) []fault.Field {
	var bad []fault.Field
	say := func(name, key string, args ...any) {
		bad = append(bad, fault.Field{Name: name, Key: "knowledge." + key, Args: args})
	}
	if n := utf8.RuneCountInString(c.Name); n < 2 || n > maxName {
		say("name", "need_name", maxName)
	}
	name, unknown := unknownPlaceholder(c.Body)
	switch n := utf8.RuneCountInString(c.Body); {
	case n < 4 || n > maxCanned:
		say("body", "need_body", maxCanned)
	case unknown:
		say("body", "unknown_placeholder", "{"+name+"}")
	case privacy.Blocks(privacy.Scan(c.Body)):
		say("body", "personal")
	}
	if c.Topic != "" && !k.hasTopic(c.Topic) {
		say("topic", "unfit_topic")
	}
	switch {
	case utf8.RuneCountInString(c.Note) > maxReason:
		say("note", "too_long", maxReason)
	case privacy.Blocks(privacy.Scan(c.Note)):
		say("note", "personal")
	}
	if c.Does != "" && !slices.Contains(does, c.Does) {
		say("does", "unfit_does")
	}
	if slices.ContainsFunc(c.Suits, func(s string) bool { return !slices.Contains(suits, s) }) {
		say("suits", "unfit_suits")
	}
	return bad
}

// seesCanned answers whether a person may use a canned reply: his own, or that of
// a unit he works at or writes for.
func seesCanned(a *account.Actor, c *Canned) bool {
	if c.Person != 0 {
		return a != nil && a.Person == c.Person
	}
	return a != nil && a.Behalf().Agency == c.Agency || writes(a, c.target())
}

// keepsCanned answers whether he may change it: his own, or, writing for the
// unit, the unit's.
func keepsCanned(a *account.Actor, c *Canned) bool {
	return seesCanned(a, c) && (c.Person != 0 || a.May(Writing, c.target()))
}

// KeepCanned writes a canned reply, a new one without an id. Whose it is does not
// change later.
func (k *Knowledge) KeepCanned(ctx context.Context, c *Canned) (err error) {
	defer fault.Wrap(&err, "knowledge.KeepCanned(%d)", c.ID)
	c.Name, c.Body, c.Note = strings.TrimSpace(c.Name), strings.TrimSpace(strings.ReplaceAll(c.Body, "\r\n", "\n")), strings.TrimSpace(c.Note)
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		a := account.From(ctx)
		verb := "keep_canned"
		if c.ID == 0 {
			u, err := agency.Find(tx, c.Agency)
			if err != nil {
				return err
			}
			c.Province, c.Seat = u.Province(), u.Division
		} else {
			old, err := cannedByID(tx, c.Province, c.ID, tx.ForUpdate())
			if err != nil {
				return err
			}
			if !seesCanned(a, old) {
				return notFound()
			}
			if old.Saves != c.Saves {
				return fault.Say(fault.Conflict, "knowledge.saved_meanwhile")
			}
			c.Agency, c.Seat, c.Person = old.Agency, old.Seat, old.Person
		}
		switch {
		case !seesCanned(a, c):
			return notFound()
		case !keepsCanned(a, c):
			return fault.Say(fault.Forbidden, "knowledge.no_grant_write")
		}
		if !c.passes() {
			c.Lead = 0
		}
		bad := k.wrongCanned(c)
		if c.Lead != 0 {
			if below, err := agency.InSubtree(tx, c.Agency, c.Lead); err != nil || !below || c.Lead == c.Agency {
				bad = append(bad, fault.Field{Name: "lead", Key: "knowledge.unfit_lead"})
			}
		}
		if err := fault.Fields(bad...); err != nil {
			return err
		}
		c.Saves, c.Changed, c.By = c.Saves+1, tx.Now, a.Person
		write := updateCanned
		if c.ID == 0 {
			c.ID, write = tx.ID(c.Province), insertCanned
		}
		if err := write(tx, c); err != nil {
			return err
		}
		return recordCanned(tx, a, c, verb)
	})
}

// DropCanned deletes a canned reply.
func (k *Knowledge) DropCanned(ctx context.Context, province int, id int64) (err error) {
	defer fault.Wrap(&err, "knowledge.DropCanned(%d)", id)
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := cannedByID(tx, province, id, tx.ForUpdate())
		if err != nil {
			return err
		}
		a := account.From(ctx)
		switch {
		case !seesCanned(a, c):
			return notFound()
		case !keepsCanned(a, c):
			return fault.Say(fault.Forbidden, "knowledge.no_grant_write")
		}
		if err := deleteCanned(tx, c); err != nil {
			return err
		}
		return recordCanned(tx, a, c, "drop_canned")
	})
}

func recordCanned(tx *db.Tx, a *account.Actor, c *Canned, verb string) error {
	return audit.Append(tx, audit.Entry{Province: int64(c.Province), Person: a.Person, Login: a.Login, Agency: c.Agency, Verb: "knowledge." + verb, Object: "canned " + itoa(c.ID)})
}

// Usable lists the canned replies a person may use for a unit, made for one of
// some moments of a matter; for any when none is named.
func (k *Knowledge) Usable(tx *db.Tx, a *account.Actor, u agency.Agency, moments ...string) (out []Canned, err error) {
	all, err := cannedFor(tx, u, a.Person)
	for _, c := range all {
		fits := len(moments) == 0 || len(c.Suits) == 0 || slices.ContainsFunc(moments, func(s string) bool { return slices.Contains(c.Suits, s) })
		if seesCanned(a, &c) && fits {
			out = append(out, c)
		}
	}
	return out, err
}
