package account_test

import (
	"context"
	"io/fs"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/secret"
)

func TestMain(m *testing.M) {
	i18n.MustLoad(account.Locale, fault.Locale)
	m.Run()
}

func TestLocaleIsWhole(t *testing.T) {
	for _, wrong := range i18n.Check(account.Locale) {
		t.Error(wrong)
	}
}

// The invented places of the tests: a county, a township and a village in it, and another county.
const (
	county   = 350525000000
	countyHi = 350525999999
	township = 350525100000
	townHi   = 350525100999
	other    = 350526000000
	otherHi  = 350526999999

	health = 7001 // the county's authority
	office = 7002 // the township's office

	draft, review, approve = "room.draft", "room.review", "room.approve"
	good                   = "correct-horse-battery-21"
	here                   = "192.0.2.1"
)

var (
	migrations = []fs.FS{audit.Migrations, account.Migrations}
	start      = clock.MustDate("2026-11-23").Start().Add(9 * time.Hour)
	inCounty   = account.Target{Agency: health, Division: county}
	inTown     = account.Target{Agency: office, Division: township}
	elsewhere  = account.Target{Agency: 9001, Division: other}
)

// house is a register with a county administrator in it.
type house struct {
	*testing.T
	*account.Accounts
	d     *db.DB
	clock *clock.Fake
	keys  *secret.Keys
	root  context.Context // the operator at the machine
	admin int64           // the county's administrator, who signs in as "admin1"
	totp  map[string][]byte
}

// each runs f in a fresh house on every engine, each with a clock of its own.
func each(t *testing.T, o account.Options, f func(h *house)) {
	t.Helper()
	t.Parallel()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		c := clock.NewFake(start)
		f(newHouse(t, dbtest.SQLite(t, c, migrations...), c, o))
	})
	if os.Getenv("YANGGUANG_TEST_PG") == "" {
		return
	}
	c := clock.NewFake(start)
	dbtest.EachAt(t, c, migrations, func(t *testing.T, d *db.DB) {
		if d.Postgres() {
			f(newHouse(t, d, c, o))
		}
	})
}

func newHouse(t *testing.T, d *db.DB, c *clock.Fake, o account.Options) *house {
	t.Helper()
	o.DB, o.Cost, o.Keys = d, secret.Cheap, secret.NewKeys()
	h := &house{T: t, Accounts: account.New(o), d: d, clock: c, keys: o.Keys, totp: map[string][]byte{}, root: account.AsSystem(context.Background())}
	h.Register(draft, review, approve)
	h.admin = h.enrol(h.root, "管理员", "admin1", inCounty,
		account.Grant{Verb: account.Managing, Lo: county, Hi: countyHi}, account.Grant{Verb: account.Recovering, Lo: county, Hi: countyHi})
	return h
}

// enrol makes an active person with a login and gives his number.
func (h *house) enrol(by context.Context, name, login string, home account.Target, gs ...account.Grant) int64 {
	h.Helper()
	slips, err := h.Onboard(by, []account.NewMember{{Name: name, Login: login, Home: home, Grants: gs}})
	if err != nil {
		h.Fatal(err)
	}
	h.activate(slips[0])
	return slips[0].Person
}

// activate opens an account by its slip.
func (h *house) activate(s account.Slip) {
	h.Helper()
	ctx := context.Background()
	st, err := h.OpenSlip(ctx, s.Code, "counter")
	if err != nil {
		h.Fatal(err)
	}
	h.totp[s.Sign] = st.TOTP
	if err := h.UseSlip(ctx, s.Code, good, h.code(s.Sign), "counter"); err != nil {
		h.Fatal(err)
	}
}

// code is the next code of a login's telephone; one is burnt with each use, so the clock moves on first.
func (h *house) code(login string) string {
	h.clock.Advance(30 * time.Second)
	return secret.TOTP(h.totp[login], h.clock.Now())
}

// token signs in.
func (h *house) token(login string) string {
	h.Helper()
	token, err := h.SignIn(context.Background(), login, good, h.code(login), here)
	if err != nil {
		h.Fatalf("%s cannot sign in: %v", login, err)
	}
	return token
}

// request is what a request with the token acts as, now.
func (h *house) request(token string) context.Context {
	h.Helper()
	who, err := h.ActorOf(context.Background(), token)
	if err != nil {
		h.Fatal(err)
	}
	return account.With(context.Background(), who)
}

// as signs in and is the first request after.
func (h *house) as(login string) context.Context {
	h.Helper()
	return h.request(h.token(login))
}

// login is the number of a person's first login.
func (h *house) login(person int64) int64 {
	h.Helper()
	ls, err := h.Logins(h.root, person)
	if err != nil || len(ls) == 0 {
		h.Fatal(ls, err)
	}
	return ls[0].ID
}

// refused checks that an act was refused with a sentence, or beside a field with it.
func refused(t *testing.T, what string, err error, kind fault.Kind, key string) {
	t.Helper()
	got, _, _ := fault.Sentence(err)
	if fs := fault.FieldsOf(err); len(fs) > 0 {
		got = fs[0].Key
	}
	if !fault.Is(err, kind) || got != key {
		t.Errorf("%s: %v, want %v %s", what, err, kind, key)
	}
	if err != nil && !i18n.Has(i18n.EN, key) {
		t.Errorf("%s has no sentence", key)
	}
}

// audited counts the lines of a verb in the county's book.
func (h *house) audited(verb string) int {
	h.Helper()
	n := 0
	if err := h.d.Read(context.Background(), func(tx *db.Tx) error {
		ls, err := audit.List(tx, audit.Filter{Province: 35, Verb: verb, Limit: 500})
		n = len(ls)
		return err
	}); err != nil {
		h.Fatal(err)
	}
	return n
}

func countStatements() (context.Context, *atomic.Int64) {
	return db.CountStatements(context.Background())
}
