package account

import (
	"context"
	"strconv"
	"strings"
	"time"

	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/secret"
)

// Limits of sign-in (quality goals S7, S8): a growing delay, never a lock-out,
// which would let anybody keep a leader out.
const (
	triesPerCaller = 10
	triesWindow    = time.Hour
	longestDelay   = 15 * time.Minute
)

// FoldName makes a login name comparable.
func FoldName(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

var refused = fault.Say(fault.Invalid, "account.sign_in_refused")

// SignIn opens a session. Whatever is wrong, the answer is the same and takes
// as long, so that nobody learns which names exist.
func (a *Accounts) SignIn(ctx context.Context, name, password, code, caller string) (token string, err error) {
	defer fault.Wrap(&err, "account.SignIn")
	if !a.mayTry(caller) {
		return "", fault.Say(fault.TooMany, "account.too_many_tries")
	}
	var l *Login
	err = a.o.DB.Read(ctx, func(tx *db.Tx) (err error) {
		l, err = loginByName(tx, FoldName(name))
		return err
	})
	if err != nil && !fault.Is(err, fault.NotFound) {
		return "", err
	}
	ok := false
	if l != nil && l.State == "active" && !l.nextTry.After(a.clock.Now()) {
		ok = secret.CheckPassword(l.password, password)
	} else {
		a.o.Cost.Spend(password)
	}
	counter := int64(0)
	if ok {
		counter, ok = a.secondFactor(l, code)
	}
	if !ok {
		a.noteTry(caller)
		if l != nil {
			return "", errorsOr(a.failed(ctx, l), refused)
		}
		return "", refused
	}
	err = a.o.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec("update login set failed = 0, next_try_at = 0, totp_last = $2 where id = $1", l.ID, max(counter, l.totpLast)); err != nil {
			return err
		}
		if token, err = a.openSession(tx, l.ID); err != nil {
			return err
		}
		return audit.Append(tx, audit.Entry{Person: l.Person, Login: l.ID, Verb: "account.sign_in", Object: "login " + id(l.ID)})
	})
	return token, err
}

func errorsOr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// secondFactor checks the code of the moment; the demonstration has none.
func (a *Accounts) secondFactor(l *Login, code string) (int64, bool) {
	if l.totp == nil {
		return 0, a.o.Demo
	}
	shared, err := a.o.Keys.Open("account.totp", []byte(id(l.ID)), l.totp)
	if err != nil {
		return 0, false
	}
	return secret.CheckTOTP(shared, code, a.clock.Now(), l.totpLast)
}

// failed makes the next try wait: 1, 2, 4 … seconds after the third failure.
func (a *Accounts) failed(ctx context.Context, l *Login) error {
	n := l.failed + 1
	next := a.clock.Now()
	if n >= 3 {
		next = next.Add(min(time.Second<<min(n-3, 10), longestDelay))
	}
	return a.o.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec("update login set failed = $2, next_try_at = $3 where id = $1", l.ID, n, clock.Millis(next)); err != nil {
			return err
		}
		return audit.Append(tx, audit.Entry{Person: l.Person, Login: l.ID, Verb: "account.sign_in_refused", Object: "login " + id(l.ID)})
	})
}

func (a *Accounts) mayTry(caller string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	now, kept := a.clock.Now(), a.tries[caller][:0]
	for _, t := range a.tries[caller] {
		if now.Sub(t) < triesWindow {
			kept = append(kept, t)
		}
	}
	if len(kept) == 0 {
		delete(a.tries, caller)
		return true
	}
	a.tries[caller] = kept
	return len(kept) < triesPerCaller
}

func (a *Accounts) noteTry(caller string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tries[caller] = append(a.tries[caller], a.clock.Now())
}

func id(n int64) string { return strconv.FormatInt(n, 10) }
