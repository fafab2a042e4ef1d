package studio

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/ivr"
)

// Studio is the room.
type Studio struct {
	DB     *db.DB
	Front  *front.Front
	Dir    string      // the folder of sounds, beside what is recorded here
	Script *ivr.Script // what callers are led through; nil: the usual one
}

// The grant verbs of the room.
const (
	Writing   = "studio.write"  // word and record prompts
	Reviewing = "studio.review" // pass them, and take them out of use
)

// Migrations is the room's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS

// Verbs lists them, for the register of accounts.
func Verbs() []string { return []string{Writing, Reviewing} }

// The states of a version.
const (
	Draft     = "draft"
	Sent      = "sent" // waits for another person
	Used      = "used"
	Past      = "past" // a newer one is in use
	Withdrawn = "withdrawn"
)

// A Name is which prompt, in which language or dialect.
type Name struct{ Lang, Key string }

// A Version is one wording of a prompt with what was recorded of it.
type Version struct {
	Province int
	ID       int64
	Agency   int64
	Region   agency.Code
	Name
	Number   int
	State    string
	Text     string
	Pinyin   string
	basis    string
	said     string
	Sound    string // hash; "" not recorded
	Length   time.Duration
	hands    string
	Author   int64
	Written  time.Time
	Speaker  int64
	Recorded time.Time
	SentAt   time.Time
	Reviewer int64
	Decided  time.Time
	Remark   string
	Ended    time.Time
}

// Outdated answers whether a recording says something else than it should: its
// wording changed since, or the built-in one it keeps to did.
func (v *Version) Outdated() bool {
	return v.Sound != "" && (v.said != v.Text || v.basis != "" && v.basis != basisOf(v.Name, builtIn(v.Name)))
}

// builtIn is the wording the program has for a prompt.
func builtIn(n Name) string {
	t, _ := tongueOf(n.Lang)
	text, _ := t.wording(ivr.Catalogue()[n.Key])
	return text
}

// basisOf is kept with a version that says the built-in wording; "" for one
// whose words are the agency's.
func basisOf(n Name, text string) string {
	if text != builtIn(n) {
		return ""
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// touch counts the acting persons among those whose work the version is.
func (v *Version) touch(a *account.Actor) {
	all := strings.Fields(v.hands)
	for _, p := range a.Persons() {
		if s := strconv.FormatInt(p, 10); !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	v.hands = strings.Join(all, " ")
}

// ofHand answers whether the version is the work of an acting person.
func (v *Version) ofHand(a *account.Actor) bool {
	all := strings.Fields(v.hands)
	return slices.ContainsFunc(a.Persons(), func(p int64) bool { return slices.Contains(all, strconv.FormatInt(p, 10)) })
}

// seen is what a reviewer saw, so that nothing else is passed.
func (v *Version) seen() string {
	return strconv.FormatInt(v.ID, 36) + "-" + strconv.FormatInt(v.SentAt.UnixMilli(), 36)
}
