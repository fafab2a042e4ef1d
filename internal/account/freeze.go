package account

import (
	"context"
	"strconv"
	"strings"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Logins lists a person's logins, for himself and for whoever administers his account.
func (a *Accounts) Logins(ctx context.Context, person int64) (ls []Login, err error) {
	defer fault.Wrap(&err, "account.Logins(%d)", person)
	err = a.readOf(ctx, person, func(tx *db.Tx) error {
		ls, err = listLogins(tx, person)
		return err
	})
	return ls, err
}

// readOf reads what concerns a person, for himself and for whoever administers his account.
func (a *Accounts) readOf(ctx context.Context, person int64, read func(*db.Tx) error) error {
	who, err := must(ctx)
	if err != nil {
		return err
	}
	return a.db.Read(ctx, func(tx *db.Tx) error {
		if who.Person != person {
			if _, err := managed(tx, who, Managing, person); err != nil {
				return err
			}
		}
		return read(tx)
	})
}

// Freeze stops a login and ends its sessions at once.
func (a *Accounts) Freeze(ctx context.Context, login int64, reason string) (err error) {
	defer fault.Wrap(&err, "account.Freeze(%d)", login)
	return a.changeState(ctx, login, reason, "freeze", func(tx *db.Tx, l Login) error {
		if l.State == Frozen {
			return fault.Say(fault.Conflict, "account.login_frozen")
		}
		return a.freeze(tx, l)
	})
}

func (a *Accounts) freeze(tx *db.Tx, l Login) error {
	if err := setLoginState(tx, l.ID, Frozen); err != nil {
		return err
	}
	if err := voidSlips(tx, l.ID); err != nil {
		return err
	}
	return deleteSessions(tx, l.ID)
}

// Unfreeze lets a login be used again. One that was never activated needs a new slip.
func (a *Accounts) Unfreeze(ctx context.Context, login int64, reason string) (err error) {
	defer fault.Wrap(&err, "account.Unfreeze(%d)", login)
	return a.changeState(ctx, login, reason, "unfreeze", func(tx *db.Tx, l Login) error {
		if l.State != Frozen {
			return fault.Say(fault.Conflict, "account.not_frozen")
		}
		if l.passwordHash == "" || !l.HasTOTP() && !l.Demo {
			return setLoginState(tx, l.ID, Pending)
		}
		return setLoginState(tx, l.ID, Active)
	})
}

// changeState: another person than the owner, who administers the account, gives a reason.
func (a *Accounts) changeState(ctx context.Context, login int64, reason, verb string, change func(*db.Tx, Login) error) error {
	return a.act(ctx, func(tx *db.Tx, who *Actor) error {
		l, p, err := lockAnothers(tx, who, Managing, login, reason)
		if err != nil {
			return err
		}
		if err := change(tx, l); err != nil {
			return err
		}
		return record(tx, who, p, verb, reason, "login "+strconv.FormatInt(l.ID, 10))
	})
}

// lockAnothers locks the login of another person in office, whose account the actor may administer by verb, for a
// reason he gives.
func lockAnothers(tx *db.Tx, who *Actor, verb string, login int64, reason string) (Login, Person, error) {
	l, err := lockLogin(tx, login)
	if err != nil {
		return l, Person{}, err
	}
	p, err := managed(tx, who, verb, l.Person)
	if err != nil {
		return l, p, err
	}
	switch {
	case who.Is(p.ID):
		err = fault.Say(fault.Forbidden, "account.not_to_oneself")
	case p.State != PersonActive:
		err = fault.Say(fault.Conflict, "account.person_left")
	case strings.TrimSpace(reason) == "":
		err = errReason
	}
	return l, p, err
}

// FreezeNamed is Freeze by login name, for the command line.
func (a *Accounts) FreezeNamed(ctx context.Context, name, reason string) (err error) {
	defer fault.Wrap(&err, "account.FreezeNamed")
	var l Login
	err = a.db.Read(ctx, func(tx *db.Tx) error {
		l, err = findLoginNamed(tx, FoldName(name))
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return fault.Say(fault.NotFound, "account.login_not_found")
	}
	if err != nil {
		return err
	}
	return a.Freeze(ctx, l.ID, reason)
}
