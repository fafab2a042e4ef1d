package exchange

import (
	"context"
	"math"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/secret"
)

// The interfaces a key opens.
const (
	ForOpen311 = "open311"
	ForOrders  = "orders"
)

// Key lets one program use one interface for one unit.
type Key struct {
	ID        int64
	Agency    int64
	Region    agency.Code
	Kind      string
	Name      string // of the program and whoever runs it
	PerMinute int
	At        time.Time
	RevokedAt time.Time
	UsedOn    string // the last day it was used; "" never
}

// Works answers whether the key still opens anything.
func (k *Key) Works() bool { return k.RevokedAt.IsZero() }

const (
	keyMark      = "yg_"
	maxKeyName   = 60
	maxPerMinute = 6000
)

// MakeKey makes a key; it is told once, and only its hash is kept.
func (e *Exchange) MakeKey(ctx context.Context, unit int64, kind, name string, perMinute int) (k *Key, told string, err error) {
	defer fault.Wrap(&err, "exchange.MakeKey")
	name = strings.TrimSpace(name)
	var bad []fault.Field
	if kind != ForOpen311 && kind != ForOrders {
		bad = append(bad, fault.Field{Name: "kind", Key: "exchange.need_kind"})
	}
	if n := utf8.RuneCountInString(name); n < 2 || n > maxKeyName {
		bad = append(bad, fault.Field{Name: "name", Key: "exchange.need_name", Args: []any{maxKeyName}})
	}
	if perMinute < 1 || perMinute > maxPerMinute {
		bad = append(bad, fault.Field{Name: "per_minute", Key: "exchange.need_rate", Args: []any{maxPerMinute}})
	}
	if len(bad) > 0 {
		return nil, "", fault.Fields(bad...)
	}
	token, _ := secret.NewToken()
	told = keyMark + token
	err = e.db().Write(ctx, func(tx *db.Tx) error {
		u, a, err := unitFor(tx, unit, Managing)
		if err != nil {
			return err
		}
		k = &Key{ID: tx.ID(u.Province()), Agency: u.ID, Region: u.Division, Kind: kind, Name: name, PerMinute: perMinute, At: tx.Now}
		if err := insertKey(tx, k, secret.HashToken(told), a.Person); err != nil {
			return err
		}
		return record(tx, u, "key_made", "key "+itoa(k.ID), kind)
	})
	if err != nil {
		return nil, "", err
	}
	return k, told, nil
}

// Revoke ends a key at once.
func (e *Exchange) Revoke(ctx context.Context, id int64) (err error) {
	defer fault.Wrap(&err, "exchange.Revoke(%d)", id)
	return e.db().Write(ctx, func(tx *db.Tx) error {
		k, err := keyByID(tx, id)
		if err != nil {
			return err
		}
		u, a, err := unitFor(tx, k.Agency, Managing)
		if err != nil || !k.Works() {
			return err
		}
		if err := revokeKey(tx, id, a.Person); err != nil {
			return err
		}
		return record(tx, u, "key_revoked", "key "+itoa(id), k.Kind)
	})
}

// Keys lists the keys of the units the person acting manages.
func (e *Exchange) Keys(ctx context.Context) (ks []Key, units []agency.Agency, err error) {
	defer fault.Wrap(&err, "exchange.Keys")
	err = e.db().Read(ctx, func(tx *db.Tx) error {
		if units, err = unitsFor(tx, Managing); err != nil {
			return err
		}
		ks, err = keysOf(tx, idsOf(units))
		return err
	})
	return ks, units, err
}

func idsOf(us []agency.Agency) []int64 {
	out := make([]int64, len(us))
	for i, u := range us {
		out[i] = u.ID
	}
	return out
}

// errKey is what a program without a key that works is told.
var errKey = fault.Say(fault.Unauthenticated, "exchange.bad_key")

// admit finds the key a program shows and takes one of its requests of this minute.
func (e *Exchange) admit(ctx context.Context, kind, shown string) (k *Key, err error) {
	if !strings.HasPrefix(shown, keyMark) || len(shown) > 100 {
		return nil, errKey
	}
	if err := e.db().Read(ctx, func(tx *db.Tx) error {
		k, err = keyByHash(tx, secret.HashToken(shown))
		return err
	}); fault.Is(err, fault.NotFound) {
		return nil, errKey
	} else if err != nil {
		return nil, err
	}
	if k.Kind != kind || !k.Works() {
		return nil, errKey
	}
	now := e.db().Clock().Now()
	if !e.rates.take(k.ID, k.PerMinute, now) {
		return nil, fault.Say(fault.TooMany, "exchange.too_many", k.PerMinute)
	}
	if day := clock.DateOf(now).String(); day != k.UsedOn {
		err = e.db().Write(ctx, func(tx *db.Tx) error { return usedKey(tx, k.ID, day) })
	}
	return k, err
}

// caller is the context of what a key does: nobody of the staff.
func caller(ctx context.Context) context.Context { return account.With(ctx, nil) }

// rates counts the requests of each key, in this process.
type rates struct {
	mu   sync.Mutex
	left map[int64]allowance // guarded by mu
}

type allowance struct {
	n  float64
	at time.Time
}

func (r *rates) take(key int64, perMinute int, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left == nil {
		r.left = map[int64]allowance{}
	}
	most := float64(perMinute)
	a, known := r.left[key]
	if !known {
		a = allowance{most, now}
	}
	a = allowance{math.Min(most, a.n+now.Sub(a.at).Minutes()*most), now}
	ok := a.n >= 1
	if ok {
		a.n--
	}
	r.left[key] = a
	return ok
}
