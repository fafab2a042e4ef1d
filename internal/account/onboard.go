package account

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// NewMember is a person to enrol: a row of an agency's list.
type NewMember struct {
	Name           string
	NameEn         string
	StaffNo        string
	ResidentNumber string // shown at the counter; only its keyed hash is kept
	Login          string // the login name
	Home           Target
	Grants         []Grant
}

// maxOnboard is how many are enrolled in one act.
const maxOnboard = 500

// Onboard enrols people and prints their activation slips: all of them, or none when any row is wrong; what is wrong stands
// beside "<row>.<field>", rows counted from 1. A natural person who is here already gets a second login.
func (a *Accounts) Onboard(ctx context.Context, ms []NewMember) (slips []Slip, err error) {
	defer fault.Wrap(&err, "account.Onboard(%d)", len(ms))
	if len(ms) > maxOnboard {
		return nil, fault.Say(fault.TooLarge, "account.too_many_rows", maxOnboard)
	}
	err = a.act(ctx, func(tx *db.Tx, who *Actor) error {
		slips = slips[:0]
		var wrong []fault.Field
		for i, m := range ms {
			s, err := a.enrol(tx, who, m)
			if fs := rowFaults(i+1, err); len(fs) > 0 {
				wrong = append(wrong, fs...)
				continue
			}
			if err != nil {
				return err
			}
			slips = append(slips, s)
		}
		return fault.Fields(wrong...)
	})
	if err != nil {
		return nil, err
	}
	return slips, nil
}

// Enrol is Onboard for one person within another room's transaction.
func (a *Accounts) Enrol(tx *db.Tx, m NewMember) (s Slip, err error) {
	defer fault.Wrap(&err, "account.Enrol")
	who, err := must(tx.Ctx)
	if err != nil {
		return Slip{}, err
	}
	return a.enrol(tx, who, m)
}

// rowFaults puts a refusal beside its row; nil for failures that are ours.
func rowFaults(row int, err error) []fault.Field {
	if err == nil || fault.Is(err, fault.Internal) || fault.Is(err, fault.Unavailable) {
		return nil
	}
	prefix := strconv.Itoa(row) + "."
	var out []fault.Field
	for _, f := range fault.FieldsOf(err) {
		f.Name = prefix + f.Name
		out = append(out, f)
	}
	if len(out) == 0 {
		key, args, _ := fault.Sentence(err)
		out = []fault.Field{{Name: prefix + "row", Key: key, Args: args}}
	}
	return out
}

func (a *Accounts) enrol(tx *db.Tx, who *Actor, m NewMember) (Slip, error) {
	if err := checkMember(who, m); err != nil {
		return Slip{}, err
	}
	p, err := a.naturalPerson(tx, m)
	if err != nil {
		return Slip{}, err
	}
	if who.Is(p.ID) {
		return Slip{}, fault.Say(fault.Forbidden, "account.not_to_oneself")
	}
	l, err := a.addLogin(tx, Login{Person: p.ID, Name: m.Login, State: Pending}, p)
	if err != nil {
		return Slip{}, err
	}
	for _, g := range m.Grants {
		if _, err := a.grant(tx, who, p, g); err != nil {
			return Slip{}, err
		}
	}
	s, err := a.issue(tx, who.Person, p, l, Activation, "")
	if err != nil {
		return Slip{}, err
	}
	detail := "login " + strconv.FormatInt(l.ID, 10)
	for _, g := range m.Grants {
		detail += "; " + grantDetail(g)
	}
	return s, record(tx, who, p, "enrol", "", detail)
}

func (a *Accounts) addLogin(tx *db.Tx, l Login, p Person) (Login, error) {
	l.ID = tx.ID(provinceOf(p.Home.Division))
	taken, err := findLoginNamed(tx, FoldName(l.Name))
	switch {
	case err == nil:
		return taken, fault.Fields(fault.Field{Name: "login", Key: "account.name_taken"})
	case !fault.Is(err, fault.NotFound):
		return l, err
	}
	return l, insertLogin(tx, l)
}

// naturalPerson finds the person a row speaks of, by resident number or by staff number, or adds him. One natural person is
// one row, whatever he is called by in a list.
func (a *Accounts) naturalPerson(tx *db.Tx, m NewMember) (p Person, err error) {
	var ref []byte
	if m.ResidentNumber != "" {
		number, _ := residentNumber(m.ResidentNumber)
		ref = a.keys.Index("account.national", number)
		if p, err = findPersonByNational(tx, ref); !fault.Is(err, fault.NotFound) {
			return a.sameOne(p, m, err, "resident_number", "account.number_of_another")
		}
	}
	if m.StaffNo != "" {
		if p, err = findPersonByStaffNo(tx, m.Home.Agency, m.StaffNo); !fault.Is(err, fault.NotFound) {
			if err == nil && ref != nil {
				err = setNational(tx, p.ID, ref)
			}
			return a.sameOne(p, m, err, "staff_no", "account.staff_no_taken")
		}
	}
	p = Person{ID: tx.ID(provinceOf(m.Home.Division)), Name: strings.TrimSpace(m.Name), NameEn: strings.TrimSpace(m.NameEn), StaffNo: m.StaffNo, Home: m.Home, State: PersonActive, Created: clock.FromMillis(clock.Millis(tx.Now))}
	return p, insertPerson(tx, p, ref)
}

func (a *Accounts) sameOne(p Person, m NewMember, err error, field, key string) (Person, error) {
	switch {
	case err != nil:
		return p, err
	case p.Name != strings.TrimSpace(m.Name):
		return p, fault.Fields(fault.Field{Name: field, Key: key})
	case p.State != PersonActive:
		return p, fault.Say(fault.Conflict, "account.person_left")
	}
	return p, nil
}

const (
	maxName  = 60
	minLogin = 2
	maxLogin = 40
)

func checkMember(who *Actor, m NewMember) error {
	var fs []fault.Field
	say := func(name, key string, args ...any) { fs = append(fs, fault.Field{Name: name, Key: key, Args: args}) }
	if n := utf8.RuneCountInString(strings.TrimSpace(m.Name)); n == 0 || n > maxName {
		say("name", "account.name_length", maxName)
	}
	if !loginNameFits(m.Login) {
		say("login", "account.login_form", minLogin, maxLogin)
	}
	if m.ResidentNumber != "" {
		if _, ok := residentNumber(m.ResidentNumber); !ok {
			say("resident_number", "account.number_wrong")
		}
	}
	if utf8.RuneCountInString(m.StaffNo) > maxName {
		say("staff_no", "account.name_length", maxName)
	}
	if !who.May(Managing, m.Home) {
		say("home", "account.home_beyond")
	}
	return fault.Fields(fs...)
}

// loginNameFits: letters and digits of any script, and . - _ between them.
func loginNameFits(name string) bool {
	key := FoldName(name)
	if n := utf8.RuneCountInString(key); n < minLogin || n > maxLogin {
		return false
	}
	for _, r := range key {
		if !strings.ContainsRune(".-_", r) && !isLetterOrDigit(r) {
			return false
		}
	}
	return true
}
