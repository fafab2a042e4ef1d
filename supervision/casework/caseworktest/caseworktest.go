// Package caseworktest founds one county whose offices handle matters of the
// public, with the people of those offices, for tests of the room and of its
// pages. It stores nothing but what a test's own store holds.
package caseworktest

import (
	"context"
	"io/fs"
	"slices"
	"strconv"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/i18n"
	"yangguang/internal/notify"
	"yangguang/supervision/casework"
)

// Migrations are what the room needs.
var Migrations = slices.Concat(disclosuretest.Migrations, []fs.FS{notify.Migrations, casework.Migrations})

// LoadLocales loads the sentences of the room and of what it stands on.
func LoadLocales() {
	i18n.MustLoad(slices.Concat(disclosuretest.Locales, []fs.FS{notify.Locale, casework.Locale})...)
}

// Person is one of the people of an office.
type Person = disclosuretest.Person

// House is the county with its room.
type House struct {
	*disclosuretest.House
	Cases *casework.Casework
	// Front registers, accepts and dispatches at the county; Handler drafts there,
	// Head reviews; Town handles and accepts at the township, TownHead reviews
	// there; Above is of the superior; Stranger is of the institution.
	Front, Handler, Head, Town, TownHead, Above, Stranger Person
	Superior                                              agency.Agency
	n                                                     int
}

// New founds a house on the embedded store.
func New(t testing.TB) *House {
	t.Helper()
	c := clock.NewFake(disclosuretest.Now)
	return Over(t, dbtest.SQLite(t, c, Migrations...), c)
}

// Each runs f with a fresh house on every engine to be had.
func Each(t *testing.T, f func(t *testing.T, h *House)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB, clock.Clock, ...fs.FS) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(disclosuretest.Now)
			f(t, Over(t, open(t, c, Migrations...), c))
		})
	}
}

// Over founds a house on a store that has Migrations and the clock.
func Over(t testing.TB, d *db.DB, c *clock.Fake) *House {
	t.Helper()
	h := &House{House: disclosuretest.Found(t, d, c)}
	x := h.Disclosure
	h.Cases = &casework.Casework{DB: d, Norm: x.Norm, Calendars: x.Calendars, Keys: x.Keys, Blobs: x.Blobs,
		Outbox: &notify.Outbox{DB: d, Keys: x.Keys, Senders: map[notify.Channel]notify.Sender{notify.SMS: nowhere{}, notify.Email: nowhere{}}}}
	h.Read(t, func(tx *db.Tx) (err error) {
		h.Superior, err = agency.Superior(tx, h.County.ID)
		return err
	})
	all := []string{casework.Registering, casework.Accepting, casework.Handling, casework.Reviewing}
	h.Front = h.Hire(t, "受理员甲", h.County, casework.Registering, casework.Accepting)
	h.Handler = h.Hire(t, "承办人乙", h.County, casework.Handling)
	h.Head = h.Hire(t, "负责人丙", h.County, casework.Reviewing, casework.Accepting)
	h.Town = h.Hire(t, "乡镇承办丁", h.Township, casework.Handling, casework.Accepting, casework.Registering)
	h.TownHead = h.Hire(t, "乡镇负责戊", h.Township, casework.Reviewing)
	h.Above = h.Hire(t, "市级督办己", h.Superior, append(all, casework.Overseeing)...)
	h.Stranger = h.Hire(t, "机构人员庚", h.Institution, all...)
	return h
}

// Hire gives a unit one more person, with grants for exactly that unit.
func (h *House) Hire(t testing.TB, name string, at agency.Agency, verbs ...string) (p Person) {
	t.Helper()
	disclosuretest.Check(t, h.Disclosure.DB.Write(t.Context(), func(tx *db.Tx) error {
		id, err := account.CreatePerson(tx, account.Person{Name: name, State: account.PersonActive, Home: account.Target{Agency: at.ID, Division: int64(at.Division)}})
		p = Person{ID: id, Name: name}.Of(at).With(at, verbs...)
		for _, v := range verbs {
			if err == nil {
				err = account.GiveGrant(tx, account.Grant{Person: id, Verb: v, Agency: at.ID, Lo: int64(at.Division), Hi: int64(at.Division)})
			}
		}
		return err
	}))
	return p
}

// Filing is a matter a person of the county could bring.
func (h *House) Filing(caseType string) casework.Filing {
	h.n++
	return casework.Filing{Agency: h.County.ID, Channel: "web", Type: caseType, Token: "t" + strconv.Itoa(h.n),
		Told: casework.Told{Subject: "奖励扶助金没有发到", Text: "我符合奖励扶助条件，去年的奖励扶助金一直没有发到账上。", Place: "示例村"},
		Who:  casework.Contact{Name: "张三", Phone: "13800000000"}, Ack: "sms"}
}

// File brings a matter.
func (h *House) File(t testing.TB, f casework.Filing) (*casework.Matter, string) {
	t.Helper()
	m, code, err := h.Cases.File(h.Anyone(), f)
	disclosuretest.Check(t, err)
	return m, code
}

// Matter reads a matter anew, as the operator sees it.
func (h *House) Matter(t testing.TB, m *casework.Matter) *casework.Case {
	t.Helper()
	k, err := h.Cases.Open(account.AsSystem(t.Context()), m.Province, m.ID)
	disclosuretest.Check(t, err)
	return k
}

// Advance lets time pass and does what is due.
func (h *House) Advance(t testing.TB, d time.Duration) {
	t.Helper()
	h.Clock.Advance(d)
	for {
		n, err := h.Cases.Due(t.Context())
		disclosuretest.Check(t, err)
		if n == 0 {
			return
		}
	}
}

type nowhere struct{}

// Send implements notify.Sender.
func (nowhere) Send(context.Context, notify.Letter) error { return nil }

// Answered brings a matter, has it handled at the county, replied to and delivered.
func (h *House) Answered(t testing.TB, caseType string, r casework.Reply) (*casework.Matter, string) {
	t.Helper()
	m, code := h.File(t, h.Filing(caseType))
	disclosuretest.Check(t, h.Cases.Accept(h.As(h.Front), m.Province, m.ID, ""))
	disclosuretest.Check(t, h.Cases.Take(h.As(h.Handler), m.Province, m.ID))
	h.Answer(t, m, r)
	return m, code
}

// Answer replies to a matter the county handles, and delivers the reply.
func (h *House) Answer(t testing.TB, m *casework.Matter, r casework.Reply) {
	t.Helper()
	disclosuretest.Check(t, h.Cases.SubmitReply(h.As(h.Handler), m.Province, m.ID, r))
	disclosuretest.Check(t, h.Cases.Approve(h.As(h.Head), m.Province, m.ID))
	disclosuretest.Check(t, h.Cases.Deliver(h.As(h.Front), m.Province, m.ID, "phone", "电话告知，通话三分钟"))
}
