package account

import (
	"embed"
	"sync"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/secret"
)

// Migrations is the package's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the package's sentences.
//
//go:embed locale/*.json
var Locale embed.FS

// Person is a natural person. Two logins may be one person: rules compare
// persons, never logins.
type Person struct {
	ID      int64
	Name    string
	StaffNo string
	State   string // active, left
}

// Login is a way for a person to sign in.
type Login struct {
	ID         int64
	Person     int64
	Name       string
	State      string // pending, active, frozen
	HasTOTP    bool
	MustChange bool
	ChangedAt  time.Time

	password string
	totp     []byte // sealed
	totpLast int64
	failed   int
	nextTry  time.Time
}

// Grant gives a person a verb within a range of divisions.
type Grant struct {
	ID        int64
	Person    int64
	Verb      string
	Agency    int64 // 0: every agency in the range
	Lo, Hi    int64
	Since     time.Time
	Until     time.Time // none: without end
	GrantedBy int64
}

// Options of Accounts.
type Options struct {
	DB     *db.DB
	Keys   *secret.Keys
	Cost   secret.Cost // of a password check; secret.Standard
	Demo   bool        // accounts of the demonstration sign in without a second factor
	Secure bool        // cookies carry the __Host- prefix and Secure
}

// Accounts is who may do what.
type Accounts struct {
	o     Options
	clock clock.Clock

	mu    sync.Mutex
	tries map[string][]time.Time // failed sign-ins by caller; guarded by mu, never stored
}

// New makes Accounts over a store.
func New(o Options) *Accounts {
	if o.Cost == (secret.Cost{}) {
		o.Cost = secret.Standard
	}
	return &Accounts{o: o, clock: o.DB.Clock(), tries: map[string][]time.Time{}}
}
