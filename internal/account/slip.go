package account

import (
	"context"
	"strconv"
	"strings"
	"time"

	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/secret"
)

// SlipKind is what a slip is for.
type SlipKind string

// The kinds of slips, and how long the printed code is good.
const (
	Activation SlipKind = "activation"
	Recovery   SlipKind = "recovery"

	ActivationLasts = 14 * 24 * time.Hour
	RecoveryLasts   = 24 * time.Hour
)

// Slip is a one-time code on paper, given to its owner in person; the code is shown once, here.
type Slip struct {
	Kind    SlipKind
	Person  int64
	Login   int64
	Name    string // the person's
	Sign    string // the login name
	Code    string // grouped for reading
	Expires time.Time
}

// slipCode is the length of a printed code: about 68 random bits and a check character.
const slipCode = 15

// errSlip is the one answer to a wrong, used, replaced or expired code.
var errSlip = fault.Fields(fault.Field{Name: "slip", Key: "account.slip_refused"})

// issue prints a slip for a login; an earlier one that was not used is void.
func (a *Accounts) issue(tx *db.Tx, by int64, p Person, l Login, kind SlipKind, reason string) (Slip, error) {
	code := secret.Code(slipCode)
	lasts := ActivationLasts
	if kind == Recovery {
		lasts = RecoveryLasts
	}
	s := Slip{Kind: kind, Person: p.ID, Login: l.ID, Name: p.Name, Sign: l.Name, Code: secret.Group(code), Expires: tx.Now.Add(lasts)}
	if err := voidSlips(tx, l.ID); err != nil {
		return Slip{}, err
	}
	return s, insertSlip(tx, tx.ID(provinceOf(p.Home.Division)), s, a.slipHash(code), by, reason)
}

func (a *Accounts) slipHash(code string) []byte { return a.keys.Index("account.slip", code) }

// Setup is what the page behind a slip shows: whose account it is and the second factor to scan.
type Setup struct {
	Kind      SlipKind
	Name      string // the person's
	Login     string // the login name
	TOTP      []byte // the shared secret
	TOTPURL   string // what the QR code holds
	Expires   time.Time
	NeedsTOTP bool
}

// OpenSlip begins an activation or a recovery. Opened again, it shows the same secret, so that a page reloaded does not
// spoil what the telephone scanned.
func (a *Accounts) OpenSlip(ctx context.Context, code, remote string) (st Setup, err error) {
	defer fault.Wrap(&err, "account.OpenSlip")
	if strings.TrimSpace(code) == "" { // no try, so it counts against nobody
		return st, fault.Fields(fault.Field{Name: "slip", Key: "account.slip_blank"})
	}
	_, err = a.guarded("", remote, func() (string, error) {
		return "", a.db.Write(ctx, func(tx *db.Tx) error {
			st, err = a.setup(tx, code)
			return err
		})
	})
	return st, err
}

func (a *Accounts) setup(tx *db.Tx, typed string) (st Setup, err error) {
	s, l, p, err := a.findSlip(tx, typed)
	if err != nil {
		return st, err
	}
	shared := []byte(nil)
	if len(s.totp) == 0 {
		shared = secret.NewTOTP()
		err = setSlipTOTP(tx, s.id, a.keys.Seal("account.slip_totp", place(s.id), shared))
	} else {
		shared, err = a.keys.Open("account.slip_totp", place(s.id), s.totp)
	}
	return Setup{Kind: s.kind, Name: p.Name, Login: l.Name, TOTP: shared, TOTPURL: secret.TOTPURL(shared, a.o.Issuer, l.Name),
		Expires: s.expires, NeedsTOTP: !a.o.Demo}, err
}

// findSlip finds what a typed code opens, and refuses one that is over.
func (a *Accounts) findSlip(tx *db.Tx, typed string) (s slipRow, l Login, p Person, err error) {
	code, ok := secret.ParseCode(typed)
	if !ok {
		return s, l, p, errSlip
	}
	s, err = findSlip(tx, a.slipHash(code))
	if fault.Is(err, fault.NotFound) || err == nil && (!s.used.IsZero() || !tx.Now.Before(s.expires)) {
		return s, l, p, errSlip
	}
	if err != nil {
		return s, l, p, err
	}
	if l, err = lockLogin(tx, s.login); err != nil {
		return s, l, p, err
	}
	if p, err = findPerson(tx, l.Person); err == nil && (l.State != Pending || p.State != PersonActive) {
		err = errSlip
	}
	return s, l, p, err
}

// UseSlip finishes: the owner has chosen a password and typed the code his telephone shows. The login is active then;
// after a recovery its passkeys are gone, since what was lost may have held one.
func (a *Accounts) UseSlip(ctx context.Context, code, password, totp, remote string) (err error) {
	defer fault.Wrap(&err, "account.UseSlip")
	_, err = a.guarded("", remote, func() (string, error) { return "", a.useSlip(ctx, code, password, totp) })
	return err
}

func (a *Accounts) useSlip(ctx context.Context, code, password, totp string) error {
	var l Login
	err := a.db.Read(ctx, func(tx *db.Tx) (err error) {
		l, err = a.loginOfSlip(tx, code)
		return err
	})
	if err == nil {
		err = a.CheckPasswordRules(l.Name, password)
	}
	if err != nil {
		return err
	}
	hash := a.o.Cost.Hash(password) // slow, so not inside the transaction
	return a.db.Write(ctx, func(tx *db.Tx) error {
		s, l, p, err := a.findSlip(tx, code)
		if err != nil {
			return err
		}
		if err := a.acceptTOTP(tx, s, l, totp); err != nil {
			return err
		}
		if err := setPassword(tx, l.ID, hash); err != nil {
			return err
		}
		if err := spendSlip(tx, s.id); err != nil {
			return err
		}
		if err := clearTraces(tx, l.ID); err != nil {
			return err
		}
		if err := setLoginState(tx, l.ID, Active); err != nil {
			return err
		}
		return record(tx, &Actor{Person: p.ID, Login: l.ID}, p, string(s.kind), "", "login "+strconv.FormatInt(l.ID, 10))
	})
}

// loginOfSlip is whose password is being chosen; it reads only.
func (a *Accounts) loginOfSlip(tx *db.Tx, typed string) (Login, error) {
	code, ok := secret.ParseCode(typed)
	if !ok {
		return Login{}, errSlip
	}
	s, err := findSlip(tx, a.slipHash(code))
	if fault.Is(err, fault.NotFound) {
		return Login{}, errSlip
	}
	if err != nil {
		return Login{}, err
	}
	return findLogin(tx, s.login)
}

// acceptTOTP makes the shown secret the login's second factor once its first code fits. Only the demo may leave it out.
func (a *Accounts) acceptTOTP(tx *db.Tx, s slipRow, l Login, typed string) error {
	if typed == "" && a.o.Demo {
		return setDemo(tx, l.ID)
	}
	if len(s.totp) == 0 {
		return errSlip
	}
	shared, err := a.keys.Open("account.slip_totp", place(s.id), s.totp)
	if err != nil {
		return err
	}
	counter, ok := secret.CheckTOTP(shared, typed, tx.Now, 0)
	if !ok {
		return errWrongCode
	}
	return setTOTP(tx, l.ID, a.keys.Seal("account.totp", place(l.ID), shared), counter)
}

// RecoverAtCounter issues a recovery slip to a person who stands at the counter without his second factor or password.
// The old ones stop working at once. The administrator is another person, has the right there and gives a reason.
func (a *Accounts) RecoverAtCounter(ctx context.Context, login int64, reason string) (s Slip, err error) {
	defer fault.Wrap(&err, "account.RecoverAtCounter(%d)", login)
	err = a.act(ctx, func(tx *db.Tx, who *Actor) error {
		l, p, err := lockAnothers(tx, who, Recovering, login, reason)
		if err != nil {
			return err
		}
		if l.State == Frozen {
			return fault.Say(fault.Conflict, "account.login_frozen")
		}
		if err := setLoginState(tx, l.ID, Pending); err != nil {
			return err
		}
		if err := deleteSessions(tx, l.ID); err != nil {
			return err
		}
		if s, err = a.issue(tx, who.Person, p, l, Recovery, reason); err != nil {
			return err
		}
		return record(tx, who, p, "issue_recovery", reason, "login "+strconv.FormatInt(l.ID, 10))
	})
	return s, err
}

// Reissue prints a new activation slip for a login that was never activated; the old code is void.
func (a *Accounts) Reissue(ctx context.Context, login int64) (s Slip, err error) {
	defer fault.Wrap(&err, "account.Reissue(%d)", login)
	err = a.act(ctx, func(tx *db.Tx, who *Actor) error {
		l, err := lockLogin(tx, login)
		if err != nil {
			return err
		}
		p, err := managed(tx, who, Managing, l.Person)
		if err != nil {
			return err
		}
		if l.State != Pending || l.passwordHash != "" || p.State != PersonActive {
			return fault.Say(fault.Conflict, "account.already_activated")
		}
		if who.Is(p.ID) {
			return fault.Say(fault.Forbidden, "account.not_to_oneself")
		}
		if s, err = a.issue(tx, who.Person, p, l, Activation, ""); err != nil {
			return err
		}
		return record(tx, who, p, "issue_activation", "", "login "+strconv.FormatInt(l.ID, 10))
	})
	return s, err
}
