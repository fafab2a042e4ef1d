package account

import (
	"context"
	"net/http"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/secret"
)

// How long sessions live (quality goals S6).
const (
	IdleTime    = 30 * time.Minute
	SessionTime = 12 * time.Hour
	StepUpTime  = 5 * time.Minute
)

const (
	secureCookie = "__Host-yg"
	plainCookie  = "yg" // plain HTTP on loopback only
)

// TokenFrom is the session token a request carries, "" for none.
func TokenFrom(r *http.Request) string {
	for _, name := range []string{secureCookie, plainCookie} {
		if c, err := r.Cookie(name); err == nil {
			return c.Value
		}
	}
	return ""
}

// Cookie is the cookie that carries a token; an empty token removes it.
func (a *Accounts) Cookie(token string) *http.Cookie {
	c := &http.Cookie{Name: plainCookie, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: int(SessionTime.Seconds())}
	if a.o.Secure {
		c.Name, c.Secure = secureCookie, true
	}
	if token == "" {
		c.MaxAge = -1
	}
	return c
}

func (a *Accounts) openSession(tx *db.Tx, login int64) (token string, err error) {
	token, hash := secret.NewToken()
	now := clock.Millis(tx.Now)
	_, err = tx.Exec("insert into session (id, login, hash, created_at, seen_at, stepped_up_at) values ($1, $2, $3, $4, $4, $4)", tx.ID(0), login, hash, now)
	return token, err
}

// seenEvery bounds how often being active is written down.
const seenEvery = time.Minute

// ActorOf is who acts with a token, with the rights he has at this moment. An
// ended, idle or unknown session is Unauthenticated.
func (a *Accounts) ActorOf(ctx context.Context, token string) (*Actor, error) {
	var act *Actor
	var stale bool
	err := a.o.DB.Read(ctx, func(tx *db.Tx) error {
		s, err := sessionByHash(tx, secret.HashToken(token))
		if err != nil {
			return err
		}
		if s.state != "active" || tx.Now.Sub(s.created) > SessionTime || tx.Now.Sub(s.seen) > IdleTime {
			return fault.Say(fault.Unauthenticated, "account.session_ended")
		}
		stale = tx.Now.Sub(s.seen) >= seenEvery
		act = &Actor{Person: s.person, Name: s.name, Login: s.login, Session: s.id, Principal: s.actingFor, SteppedUp: s.steppedUp}
		act.Rights, err = rightsOf(tx, s.person)
		if err == nil && act.Principal != 0 && !holdsFor(act.Rights, act.Principal) {
			act.Principal = 0 // the substitution has ended
		}
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return nil, fault.Say(fault.Unauthenticated, "account.session_ended")
	}
	if err != nil {
		return nil, err
	}
	if stale {
		// Only idleness depends on it: a store that cannot write now does not
		// sign anybody out.
		_ = a.o.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec("update session set seen_at = $2 where id = $1", act.Session, clock.Millis(tx.Now))
			return err
		})
	}
	return act, nil
}

func holdsFor(rights []Right, principal int64) bool {
	for _, r := range rights {
		if r.Principal == principal {
			return true
		}
	}
	return false
}

// SignOut ends a session.
func (a *Accounts) SignOut(ctx context.Context, token string) error {
	return a.o.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec("delete from session where hash = $1", secret.HashToken(token))
		return err
	})
}

// ActFor makes the session act for a principal, or for oneself (0).
func (a *Accounts) ActFor(ctx context.Context, principal int64) (err error) {
	defer fault.Wrap(&err, "account.ActFor")
	act := From(ctx)
	if act == nil {
		return fault.Say(fault.Unauthenticated, "fault.unauthenticated")
	}
	if principal != 0 && !holdsFor(act.Rights, principal) {
		return fault.Say(fault.Forbidden, "account.not_substitute")
	}
	return a.o.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec("update session set acting_for = $2 where id = $1", act.Session, db.OrNull(principal))
		return err
	})
}
