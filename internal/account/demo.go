package account

import (
	"unicode"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// CreatePerson adds a natural person, for the command line and for filling the demo; the acts of administrators go through
// Onboard.
func CreatePerson(tx *db.Tx, p Person) (int64, error) {
	p.ID = tx.ID(provinceOf(p.Home.Division))
	return p.ID, insertPerson(tx, p, nil)
}

// CreateLogin adds an active login of the demo, with the hash of a known password and without a second factor.
// Elsewhere it is refused: accounts are opened by a slip.
func (a *Accounts) CreateLogin(tx *db.Tx, person int64, name, phc string, mustChange bool) (int64, error) {
	if !a.o.Demo {
		return 0, fault.Say(fault.Forbidden, "account.demo_only")
	}
	p, err := findPerson(tx, person)
	if err != nil {
		return 0, err
	}
	l := Login{Person: person, Name: name, State: Active, Demo: true, PasswordAt: clock.FromMillis(clock.Millis(tx.Now)), MustChange: mustChange, passwordHash: phc}
	l, err = a.addLogin(tx, l, p)
	return l.ID, err
}

// GiveGrant adds a grant without asking who gives it, for the command line and for filling the demo.
func GiveGrant(tx *db.Tx, g Grant) error {
	g.ID = tx.ID(provinceOf(g.Lo))
	if g.Since.IsZero() {
		g.Since = tx.Now
	}
	return insertGrant(tx, g)
}

func isLetterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
