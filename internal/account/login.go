package account

import (
	"context"
	"errors"
	"strconv"
	"time"

	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/secret"
)

// LoginState is whether one can sign in by a login.
type LoginState string

// The states of a login.
const (
	Pending LoginState = "pending" // waits for its slip
	Active  LoginState = "active"
	Frozen  LoginState = "frozen"
)

// Login is an account by which a person signs in.
type Login struct {
	ID          int64
	Person      int64
	Name        string
	State       LoginState
	FailedTries int64
	NextTry     time.Time // wrong tries from places unknown so far wait until then
	MustChange  bool
	Demo        bool // an invented account without a second factor
	PasswordAt  time.Time
	Created     time.Time

	passwordHash string
	totp         []byte // sealed
	totpCounter  int64
}

// HasTOTP answers whether a second factor is set up.
func (l Login) HasTOTP() bool { return len(l.totp) > 0 }

// Limits of wrong tries in an hour, and the growing delay of an account: from the tenth wrong try in a row,
// places that never signed in to it before wait, doubling up to a quarter of an hour. Known places never wait for the
// tries of others, so nobody can lock a leader out.
const (
	triesPerRemote = 10
	triesPerPair   = 5
	freeTries      = 10
	firstDelay     = 30 * time.Second
	longestDelay   = 15 * time.Minute
	knownFor       = 30 * 24 * time.Hour
)

// errRefused is the one answer to a wrong name, password or code and to a pending or delayed account.
var errRefused = fault.Say(fault.Invalid, "account.sign_in_refused")

// errWrongCode answers a wrong second factor of somebody who is signed in.
var errWrongCode = fault.Fields(fault.Field{Name: "code", Key: "account.code_wrong"})

// errWrongPassword answers a wrong present password of somebody who is signed in.
var errWrongPassword = fault.Fields(fault.Field{Name: "old", Key: "account.old_password_wrong"})

// SignIn opens a session and gives its token. Name, password and code come in one step, and an unknown name takes
// as long as a wrong password and gets the same answer, so that nobody learns which part was wrong. The remote is
// the address tried from; only its keyed hash is stored.
func (a *Accounts) SignIn(ctx context.Context, name, password, code, remote string) (token string, err error) {
	defer fault.Wrap(&err, "account.SignIn")
	if err := blanks(name, password); err != nil {
		return "", err
	}
	return a.guarded(name, remote, func() (string, error) {
		var found candidate
		err := a.db.Read(ctx, func(tx *db.Tx) (err error) {
			found, err = a.candidate(tx, name, remote)
			return err
		})
		if err != nil {
			return "", err
		}
		if !a.checkPassword(found, password) {
			return "", a.refuse(ctx, found, "password")
		}
		return a.secondFactor(ctx, found, password, code)
	})
}

// blanks refuses what is no try: a form sent too early counts against nobody.
func blanks(name, password string) error {
	var fs []fault.Field
	if FoldName(name) == "" {
		fs = append(fs, fault.Field{Name: "name", Key: "account.name_blank"})
	}
	if password == "" {
		fs = append(fs, fault.Field{Name: "password", Key: "account.password_blank"})
	}
	if fs == nil {
		return nil
	}
	return fault.Fields(fs...)
}

// candidate is the login a name may belong to; zero for an unknown name.
type candidate struct {
	Login
	person Person
	known  bool // this place signed in to it before
	remote []byte
}

func (a *Accounts) candidate(tx *db.Tx, name, remote string) (c candidate, err error) {
	c.remote = a.keys.Index("account.remote", remote)
	c.Login, err = findLoginNamed(tx, FoldName(name))
	if fault.Is(err, fault.NotFound) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	if c.person, err = findPerson(tx, c.Person); err != nil {
		return c, err
	}
	c.known, err = isKnown(tx, c.ID, c.remote, tx.Now.Add(-knownFor))
	return c, err
}

// checkPassword does the same work whatever the login is.
func (a *Accounts) checkPassword(c candidate, password string) bool {
	if c.ID == 0 || c.passwordHash == "" {
		a.o.Cost.Spend(password)
		return false
	}
	return secret.CheckPassword(c.passwordHash, password)
}

// secondFactor checks the code and the state, and opens the session, in one transaction with the row locked.
func (a *Accounts) secondFactor(ctx context.Context, c candidate, password, code string) (token string, err error) {
	rehash := ""
	if a.o.Cost.Outdated(c.passwordHash) {
		rehash = a.o.Cost.Hash(password)
	}
	refused := ""
	err = a.db.Write(ctx, func(tx *db.Tx) error {
		l, err := lockLogin(tx, c.ID)
		if err != nil {
			return err
		}
		if refused, err = a.whyNot(tx, l, c, code); err != nil {
			return err
		}
		if refused != "" { // counted here, so that a wrong code costs the same one commit as a wrong password
			return countRefusal(tx, c, refused)
		}
		if rehash != "" {
			if err := setPasswordHash(tx, l.ID, rehash); err != nil {
				return err
			}
		}
		if err := welcome(tx, l.ID, c.remote); err != nil {
			return err
		}
		token, err = openSession(tx, l, c.person, "password")
		return err
	})
	switch {
	case err != nil:
		return "", err
	case refused == "frozen":
		return "", fault.Say(fault.Invalid, "account.frozen")
	case refused != "":
		return "", errRefused
	}
	return token, nil
}

// whyNot names what is still wrong once the password fits. The code is taken even from a frozen account, so that
// only its owner learns that it is frozen.
func (a *Accounts) whyNot(tx *db.Tx, l Login, c candidate, code string) (string, error) {
	switch {
	case l.passwordHash != c.passwordHash || l.State == Pending || c.person.State != PersonActive && l.State != Frozen:
		return "state", nil
	case tx.Now.Before(l.NextTry) && !c.known:
		return "delay", nil
	}
	ok, err := a.takeCode(tx, l, code)
	switch {
	case err != nil:
		return "", err
	case !ok:
		return "code", nil
	case l.State != Active:
		return "frozen", nil
	}
	return "", nil
}

// takeCode checks the second factor and burns the code. Only an invented account of the demo has none.
func (a *Accounts) takeCode(tx *db.Tx, l Login, code string) (bool, error) {
	if !l.HasTOTP() {
		return l.Demo && a.o.Demo, nil
	}
	shared, err := a.keys.Open("account.totp", place(l.ID), l.totp)
	if err != nil {
		return false, err
	}
	counter, ok := secret.CheckTOTP(shared, code, tx.Now, l.totpCounter)
	if !ok {
		return false, nil
	}
	return true, setTOTPCounter(tx, l.ID, counter)
}

// refuse counts a wrong try and gives the refusal.
func (a *Accounts) refuse(ctx context.Context, c candidate, why string) error {
	if err := a.db.Write(ctx, func(tx *db.Tx) error { return countRefusal(tx, c, why) }); err != nil {
		return err
	}
	return errRefused
}

// countRefusal writes a wrong try down; that of an unknown name too, so that both cost one commit.
func countRefusal(tx *db.Tx, c candidate, why string) error {
	if c.ID != 0 {
		l, err := lockLogin(tx, c.ID)
		if err != nil {
			return err
		}
		// While the delay runs, tries do not lengthen it: others must not be able to keep it up for ever.
		if !tx.Now.Before(l.NextTry) {
			n := l.FailedTries + 1
			if err := setTries(tx, l.ID, n, clock.Millis(tx.Now.Add(delayAfter(n)))); err != nil {
				return err
			}
		}
	}
	return audit.Append(tx, audit.Entry{
		Province: int64(provinceOf(c.person.Home.Division)), Agency: c.person.Home.Agency,
		Verb: "account.sign_in_refused", Object: "login " + strconv.FormatInt(c.ID, 10), Detail: why,
	})
}

func delayAfter(tries int64) time.Duration {
	if tries < freeTries {
		return 0
	}
	return min(firstDelay<<min(tries-freeTries, 10), longestDelay)
}

// guarded counts a try against the remote's and the pair's limits before it begins, so that many at once do not slip
// through, and takes the count back when it succeeds: an office of two hundred shares one address.
func (a *Accounts) guarded(name, remote string, try func() (string, error)) (string, error) {
	pair := FoldName(name) + "\x00" + remote
	if !a.remotes.take(remote) || !a.pairs.take(pair) {
		return "", fault.Say(fault.TooMany, "account.too_many_tries")
	}
	token, err := try()
	if err == nil || !wrongGuess(err) {
		a.remotes.giveBack(remote)
		a.pairs.giveBack(pair)
	}
	return token, err
}

// wrongGuess answers whether an error is a guess that counts.
func wrongGuess(err error) bool {
	return errors.Is(err, errRefused) || errors.Is(err, errWrongCode) || errors.Is(err, errWrongPassword) || errors.Is(err, errSlip)
}

// place binds a sealed field to its row.
func place(id int64) []byte { return []byte(strconv.FormatInt(id, 10)) }
