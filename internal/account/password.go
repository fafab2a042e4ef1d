package account

import (
	"context"
	_ "embed"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/secret"
)

const (
	minPassword = 12
	maxPassword = 128
	// 等保三级: a regular change.
	dengbaoRotation = 90 * 24 * time.Hour
)

//go:embed data/common.txt
var commonText string

// common are passwords everybody tries first, without case; the list is our own, of the patterns seen in leaked ones.
var common = func() map[string]bool {
	m := map[string]bool{}
	for line := range strings.Lines(commonText) {
		if line = strings.TrimSpace(line); line != "" {
			m[line] = true
		}
	}
	return m
}()

// CheckPasswordRules refuses a password the deployment's profile does not allow, beside the field "password".
func (a *Accounts) CheckPasswordRules(loginName, password string) error {
	p := strings.ToLower(norm.NFKC.String(password))
	n := utf8.RuneCountInString(p)
	key, args := "", []any(nil)
	switch {
	case n < minPassword:
		key, args = "account.password_short", []any{minPassword}
	case n > maxPassword:
		key, args = "account.password_long", []any{maxPassword}
	case loginName != "" && strings.Contains(p, FoldName(loginName)):
		key = "account.password_is_name"
	case isCommon(p):
		key = "account.password_common"
	case a.o.Profile == ProfileDengbao3 && kinds(password) < 3:
		key = "account.password_simple"
	}
	if key == "" {
		return nil
	}
	return fault.Fields(fault.Field{Name: "password", Key: key, Args: args})
}

// isCommon answers whether p is on the list, is one listed word repeated or followed by digits, or is a run of few
// different characters.
func isCommon(p string) bool {
	if common[p] || common[strings.TrimRight(p, "0123456789!@#.")] {
		return true
	}
	different := map[rune]bool{}
	for _, r := range p {
		different[r] = true
	}
	if len(different) < 5 {
		return true
	}
	for size := 1; size <= len(p)/2; size++ {
		if len(p)%size == 0 && strings.Repeat(p[:size], len(p)/size) == p {
			return true
		}
	}
	return isRun(p)
}

// isRun answers whether each character follows the one before: abcdefghijkl, 987654321098.
func isRun(p string) bool {
	for _, keys := range []string{"01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba", "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn"} {
		if strings.Contains(keys, p) {
			return true
		}
	}
	return false
}

func kinds(p string) int {
	var upper, lower, digit, other int
	for _, r := range p {
		switch {
		case unicode.IsUpper(r):
			upper = 1
		case unicode.IsLower(r):
			lower = 1
		case unicode.IsDigit(r):
			digit = 1
		default:
			other = 1
		}
	}
	return upper + lower + digit + other
}

// mustChange answers whether nothing but a new password is allowed.
func (a *Accounts) mustChange(l Login, now time.Time) bool {
	return l.MustChange || a.o.Profile == ProfileDengbao3 && !l.Demo && now.Sub(l.PasswordAt) >= dengbaoRotation
}

// ChangePassword sets the actor's own new password and ends the login's other sessions. It is the one act of an actor
// who must change it.
func (a *Accounts) ChangePassword(ctx context.Context, old, password, remote string) (err error) {
	defer fault.Wrap(&err, "account.ChangePassword")
	who := From(ctx)
	if who == nil || who.Login == 0 {
		return ErrNobody
	}
	if err := a.CheckPasswordRules(who.LoginName, password); err != nil {
		return err
	}
	_, err = a.guarded(who.LoginName, remote, func() (string, error) { return "", a.changePassword(ctx, who, old, password) })
	return err
}

func (a *Accounts) changePassword(ctx context.Context, who *Actor, old, password string) error {
	var l Login
	err := a.db.Read(ctx, func(tx *db.Tx) (err error) {
		l, err = findLogin(tx, who.Login)
		return err
	})
	if err != nil {
		return err
	}
	if !secret.CheckPassword(l.passwordHash, old) {
		return errWrongPassword
	}
	if secret.CheckPassword(l.passwordHash, password) {
		return fault.Fields(fault.Field{Name: "password", Key: "account.password_same"})
	}
	hash := a.o.Cost.Hash(password)
	return a.db.Write(ctx, func(tx *db.Tx) error {
		again, err := lockLogin(tx, who.Login)
		if err != nil {
			return err
		}
		if again.passwordHash != l.passwordHash {
			return fault.Say(fault.Conflict, "account.changed_meanwhile")
		}
		if err := setPassword(tx, l.ID, hash); err != nil {
			return err
		}
		if err := deleteOtherSessions(tx, l.ID, who.Session); err != nil {
			return err
		}
		return record(tx, who, Person{ID: who.Person, Home: who.Home}, "change_password", "", "")
	})
}
