package account

import (
	"context"
	"strconv"
	"time"

	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/secret"
)

// How long a session lasts.
const (
	IdleLasts    = 30 * time.Minute // without a request
	SessionLasts = 12 * time.Hour   // in all
	touchEvery   = time.Minute      // how exactly the last request is noted
)

// errEnded says that a session is unknown or over.
var errEnded = fault.Say(fault.Unauthenticated, "account.session_ended")

// Session is one sign-in, as its owner's list shows it.
type Session struct {
	ID      int64
	Means   string // password, passkey or oidc
	Created time.Time
	Seen    time.Time

	login     int64
	actingFor int64
	steppedUp time.Time
}

func (s Session) alive(now time.Time) bool {
	return now.Sub(s.Seen) < IdleLasts && now.Sub(s.Created) < SessionLasts
}

// openSession begins a session and writes it down; the last step of every way to sign in.
func openSession(tx *db.Tx, l Login, p Person, means string) (token string, err error) {
	if err := dropStale(tx, l.ID, tx.Now.Add(-SessionLasts)); err != nil {
		return "", err
	}
	token, hash := secret.NewToken()
	s := Session{ID: tx.ID(provinceOf(p.Home.Division)), Means: means, Created: tx.Now, Seen: tx.Now, steppedUp: tx.Now, login: l.ID}
	if err := insertSession(tx, s, hash); err != nil {
		return "", err
	}
	who := &Actor{Person: p.ID, Login: l.ID}
	return token, record(tx, who, p, "sign_in", "", means)
}

// ActorOf is who holds a session's token, with the rights that hold now. A session that is unknown, over, or whose
// login is no longer active is Unauthenticated.
func (a *Accounts) ActorOf(ctx context.Context, token string) (who *Actor, err error) {
	defer fault.Wrap(&err, "account.ActorOf")
	var s Session
	err = a.db.Read(ctx, func(tx *db.Tx) error {
		s, who, err = a.actor(tx, secret.HashToken(token))
		return err
	})
	if err != nil {
		return nil, err
	}
	if now := a.clock.Now(); now.Sub(s.Seen) >= touchEvery {
		err := a.db.Write(ctx, func(tx *db.Tx) error { return touch(tx, s.ID, tx.Now) })
		// A store that cannot be written still lets the signed-in read; the session only ends sooner.
		if err != nil && !fault.Is(err, fault.Unavailable) {
			return nil, err
		}
	}
	return who, nil
}

func (a *Accounts) actor(tx *db.Tx, hash []byte) (Session, *Actor, error) {
	s, l, p, err := findSession(tx, hash)
	if fault.Is(err, fault.NotFound) {
		return s, nil, errEnded
	}
	if err != nil {
		return s, nil, err
	}
	if !s.alive(tx.Now) || l.State != Active || p.State != PersonActive || l.Demo && !a.o.Demo && !l.HasTOTP() {
		return s, nil, errEnded
	}
	who := &Actor{Person: p.ID, Name: p.Name, Home: p.Home, Login: l.ID, LoginName: l.Name, Session: s.ID,
		SteppedUp: s.steppedUp, MustChange: a.mustChange(l, tx.Now)}
	if who.MustChange {
		return s, who, nil
	}
	if s.actingFor == 0 {
		gs, err := liveGrants(tx, p.ID, tx.Now)
		for _, g := range gs {
			who.Rights = append(who.Rights, Right{Verb: g.Verb, Range: g.Range()})
		}
		return s, who, err
	}
	return s, who, a.standIn(tx, who, s.actingFor)
}

// SignOut ends the session of a token; an unknown one is over already.
func (a *Accounts) SignOut(ctx context.Context, token string) (err error) {
	defer fault.Wrap(&err, "account.SignOut")
	return a.db.Write(ctx, func(tx *db.Tx) error {
		s, l, p, err := findSession(tx, secret.HashToken(token))
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := deleteSession(tx, s.ID); err != nil {
			return err
		}
		return record(tx, &Actor{Person: p.ID, Login: l.ID}, p, "sign_out", "", "")
	})
}

// StepUp shows the second factor again and changes the session's token, so that one seen before is worth nothing
// after. Whoever has no code (a demo account) shows the password.
func (a *Accounts) StepUp(ctx context.Context, token, proof, remote string) (next string, err error) {
	defer fault.Wrap(&err, "account.StepUp")
	who, err := a.ActorOf(ctx, token)
	if err != nil {
		return "", err
	}
	return a.guarded(who.LoginName, remote, func() (next string, err error) {
		ok := false
		err = a.db.Write(ctx, func(tx *db.Tx) error {
			l, err := lockLogin(tx, who.Login)
			if err != nil {
				return err
			}
			if l.HasTOTP() {
				ok, err = a.takeCode(tx, l, proof)
			} else {
				ok = l.Demo && a.o.Demo && secret.CheckPassword(l.passwordHash, proof)
			}
			if err != nil || !ok {
				return err
			}
			next, err = a.renew(tx, who)
			return err
		})
		if err == nil && !ok {
			return "", errWrongCode
		}
		return next, err
	})
}

func (a *Accounts) renew(tx *db.Tx, who *Actor) (token string, err error) {
	token, hash := secret.NewToken()
	if err := renewSession(tx, who.Session, hash, tx.Now); err != nil {
		return "", err
	}
	return token, record(tx, who, Person{ID: who.Person, Home: who.Home}, "step_up", "", "")
}

// Sessions lists the sessions of the actor's own login that are not over, the newest first.
func (a *Accounts) Sessions(ctx context.Context) (ss []Session, err error) {
	defer fault.Wrap(&err, "account.Sessions")
	who := From(ctx)
	if who == nil {
		return nil, ErrNobody
	}
	err = a.db.Read(ctx, func(tx *db.Tx) error {
		ss, err = listSessions(tx, who.Login, tx.Now)
		return err
	})
	return ss, err
}

// EndSession ends one of the actor's own sessions, such as one left open on another computer.
func (a *Accounts) EndSession(ctx context.Context, id int64) (err error) {
	defer fault.Wrap(&err, "account.EndSession(%d)", id)
	return a.act(ctx, func(tx *db.Tx, who *Actor) error {
		n, err := deleteOwnSession(tx, who.Login, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Say(fault.NotFound, "account.session_not_found")
		}
		return record(tx, who, Person{ID: who.Person, Home: who.Home}, "end_session", "", strconv.FormatInt(id, 10))
	})
}
