package privacy

import (
	"context"
	"fmt"
	"sort"

	"yangguang/internal/i18n"
)

// Kind is what was found; its sentence is "privacy.kind." + Kind.
type Kind string

// The kinds of personal information the gate knows.
const (
	Resident  Kind = "resident"  // 公民身份号码, 18 or 15 digits
	Mobile    Kind = "mobile"    // 手机号码
	Telephone Kind = "telephone" // 固定电话
	Card      Kind = "card"      // 银行卡号
	Account   Kind = "account"   // a number called an account that is no card
	Passport  Kind = "passport"  // 护照 and travel permits
	Household Kind = "household" // 户口簿号
	Name      Kind = "name"      // a name in a column of names
	Address   Kind = "address"   // a home address below the township
	Sensitive Kind = "sensitive" // health, disability, birth or family data of one person
)

// Class says whether a finding may ever be published.
type Class string

// The two classes. Never blocks until it is masked; Releasable may go out with
// the reason of a second person.
const (
	Never      Class = "never"
	Releasable Class = "releasable"
)

// Finding is one place that tells about a person. It never holds the value.
type Finding struct {
	Kind   Kind
	Class  Class
	Start  int    // byte offset in the scanned text, or in the cell's text
	End    int    // byte offset after the last byte
	Masked string // what may be shown: 35*************123
	Place  Place
}

// String is the masked form, so that a finding can be printed safely.
func (f Finding) String() string {
	return fmt.Sprintf("%s (%s) %s", f.Kind, f.Class, f.Masked)
}

// In is the kind in the reader's language.
func (k Kind) In(ctx context.Context) string { return i18n.T(ctx, "privacy.kind."+string(k)) }

// In is the class in the reader's language.
func (c Class) In(ctx context.Context) string { return i18n.T(ctx, "privacy.class."+string(c)) }

// Blocks answers whether any finding may never be released.
func Blocks(fs []Finding) bool {
	for _, f := range fs {
		if f.Class == Never {
			return true
		}
	}
	return false
}

// Mask writes the masked form in place of each finding in the text. Findings
// that overlap are masked together; offsets beyond the text are ignored.
func Mask(text string, findings []Finding) string {
	fs := make([]Finding, 0, len(findings))
	for _, f := range findings {
		if f.Start >= 0 && f.Start < f.End && f.End <= len(text) {
			fs = append(fs, f)
		}
	}
	if len(fs) == 0 {
		return text
	}
	sort.SliceStable(fs, func(i, j int) bool { return fs[i].Start < fs[j].Start })
	out := make([]byte, 0, len(text))
	at := 0
	for _, f := range fs {
		switch {
		case f.Start >= at:
			out = append(append(out, text[at:f.Start]...), f.Masked...)
		case f.End > at:
			out = append(out, '*')
		default:
			continue
		}
		at = f.End
	}
	return string(append(out, text[at:]...))
}
