package account

import (
	"context"
	"strconv"
	"time"

	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/secret"
)

// Profile is the set of rules a deployment keeps for passwords.
type Profile string

// The profiles: the default asks for length and against common passwords; 等保三级 asks for a mix of characters
// and a change every 90 days as well. The two standards contradict each other, so the deployment chooses.
const ProfileDengbao3 Profile = "dengbao3" // "" is the default

// Options of New.
type Options struct {
	DB      *db.DB
	Keys    *secret.Keys
	Cost    secret.Cost // zero = secret.Standard
	Profile Profile
	Demo    bool         // invented people: accounts without a second factor are allowed
	Secure  bool         // served over TLS: cookies carry the __Host- prefix
	Issuer  string       // the name shown in authenticator apps
	Passkey PasskeyRP    // zero = no passkeys
	OIDC    OIDCProvider // zero = no OpenID Connect
}

// Accounts is the register of persons, logins, grants and sessions.
type Accounts struct {
	db      *db.DB
	keys    *secret.Keys
	clock   clock.Clock
	o       Options
	verbs   []string
	remotes *limiter // wrong tries by remote
	pairs   *limiter // wrong tries by account and remote
	hooks   []HandoverHook
	oidc    oidcClient
}

// New opens the register over its store.
func New(o Options) *Accounts {
	if o.Cost == (secret.Cost{}) {
		o.Cost = secret.Standard
	}
	if o.Issuer == "" {
		o.Issuer = "Yangguang"
	}
	a := &Accounts{db: o.DB, keys: o.Keys, clock: o.DB.Clock(), o: o}
	a.remotes, a.pairs = newLimiter(a.clock, triesPerRemote, time.Hour), newLimiter(a.clock, triesPerPair, time.Hour)
	a.Register(Managing, Recovering)
	return a
}

// act is one use case of whoever is signed in.
func (a *Accounts) act(ctx context.Context, f func(tx *db.Tx, who *Actor) error) error {
	who, err := must(ctx)
	if err != nil {
		return err
	}
	return a.db.Write(ctx, func(tx *db.Tx) error { return f(tx, who) })
}

// record writes the audit row about a person, in the use case's transaction and last in it.
func record(tx *db.Tx, who *Actor, about Person, verb, reason, detail string) error {
	e := audit.Entry{
		Province: int64(provinceOf(about.Home.Division)), Agency: about.Home.Agency,
		Verb: "account." + verb, Object: "person " + strconv.FormatInt(about.ID, 10), Reason: reason, Detail: detail,
	}
	if who != nil {
		e.Person, e.Login = who.Person, who.Login
		if p := who.PrincipalID(); p != 0 {
			e.Detail += " for person " + strconv.FormatInt(p, 10)
		}
	}
	return audit.Append(tx, e)
}
