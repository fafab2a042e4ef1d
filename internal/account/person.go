package account

import (
	"context"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// PersonState is whether a person still works here.
type PersonState string

// The states of a person.
const (
	PersonActive PersonState = "active"
	PersonLeft   PersonState = "left"
)

// Person is a natural person of the staff. Two logins may belong to one.
type Person struct {
	ID      int64
	Name    string
	NameEn  string
	StaffNo string // the number at the home agency, unique there
	Home    Target // the agency that administers the person's logins
	State   PersonState
	Created time.Time
	Left    time.Time // zero while he works here
}

// Find reads one person.
func Find(tx *db.Tx, id int64) (p Person, err error) {
	defer fault.Wrap(&err, "account.Find(%d)", id)
	return findPerson(tx, id)
}

// Names gives the names of persons by number, for the pages that show who signed.
func Names(tx *db.Tx, ids []int64) (m map[int64]string, err error) {
	defer fault.Wrap(&err, "account.Names(%d)", len(ids))
	return personNames(tx, ids)
}

// PersonFilter chooses persons; zero fields do not filter.
type PersonFilter struct {
	Agency int64
	Name   string // the beginning of the name
	After  int64  // the page's key: persons numbered higher
	Limit  int    // 50 when zero, at most 100
}

// Persons lists those whose accounts the actor administers, by number.
func (a *Accounts) Persons(ctx context.Context, f PersonFilter) (ps []Person, err error) {
	defer fault.Wrap(&err, "account.Persons")
	who, err := must(ctx)
	if err != nil {
		return nil, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 100)
	err = a.db.Read(ctx, func(tx *db.Tx) error {
		ps, err = listPersons(tx, f, who.Scope(Managing))
		return err
	})
	return ps, err
}

// managed finds a person whose account the actor may administer by verb; others are not found, because who
// works elsewhere is not his business.
func managed(tx *db.Tx, who *Actor, verb string, person int64) (Person, error) {
	p, err := findPerson(tx, person)
	if err != nil {
		return Person{}, err
	}
	if !who.May(verb, p.Home) {
		return Person{}, fault.Say(fault.NotFound, "account.person_not_found")
	}
	return p, nil
}

// Rehome gives a person's account to another agency's administrators, when he is posted there. The actor
// administers both.
func (a *Accounts) Rehome(ctx context.Context, person int64, home Target) (err error) {
	defer fault.Wrap(&err, "account.Rehome(%d)", person)
	return a.act(ctx, func(tx *db.Tx, who *Actor) error {
		p, err := managed(tx, who, Managing, person)
		if err != nil {
			return err
		}
		if !who.May(Managing, home) {
			return fault.Say(fault.Forbidden, "account.home_beyond")
		}
		if err := setHome(tx, person, home); err != nil {
			if db.Broken(err, "person_staff_no", "person.home_agency") {
				return fault.Say(fault.Conflict, "account.staff_no_taken")
			}
			return err
		}
		return record(tx, who, p, "rehome", "", "to agency "+strconv.FormatInt(home.Agency, 10))
	})
}

// FoldName is the one spelling of a login name: no case, no full-width letters, no blanks around.
func FoldName(name string) string { return strings.ToLower(strings.TrimSpace(norm.NFKC.String(name))) }

// residentNumber brings an 18-digit resident number into its one spelling; ok is false when its check digit
// (GB 11643-1999) does not fit.
func residentNumber(typed string) (number string, ok bool) {
	s := strings.ToUpper(strings.TrimSpace(norm.NFKC.String(typed)))
	if len(s) != 18 {
		return "", false
	}
	sum, weight := 0, 1
	for i := 17; i >= 0; i-- {
		v := strings.IndexByte("0123456789X", s[i])
		if v < 0 || v == 10 && i != 17 {
			return "", false
		}
		sum = (sum + v*weight) % 11
		weight = weight * 2 % 11
	}
	return s, sum == 1
}

// provinceOf is the key a division's rows are spread by: its first two digits.
func provinceOf(division int64) int { return int(division / 10_000_000_000) }

// maxDivision is the highest number a division can have.
const maxDivision = 999_999_999_999
