// Package inforequesttest founds one county whose office answers requests for
// information, with the people of that office, for tests of the room and of its
// pages. It stores nothing but what a test's own store holds.
package inforequesttest

import (
	"context"
	"io/fs"
	"slices"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/disclosure/disclosuretest"
	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/answers"
	"yangguang/disclosure/inforequest/letter"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/i18n"
	"yangguang/internal/notify"
)

// Migrations are what the room needs.
var Migrations = slices.Concat(disclosuretest.Migrations, []fs.FS{notify.Migrations, inforequest.Migrations, answers.Migrations})

// LoadLocales loads the sentences of the room and of what it stands on.
func LoadLocales() {
	i18n.MustLoad(slices.Concat(disclosuretest.Locales, []fs.FS{notify.Locale, letter.Locale, inforequest.Locale, answers.Locale})...)
}

// Person is one of the office's people.
type Person = disclosuretest.Person

// House is the county with its room.
type House struct {
	*disclosuretest.House
	Requests *inforequest.Requests
	Answers  *answers.Answers // without pages, until a test gives it Front and Portal
	// Desk registers and delivers, Handler drafts, Second drafts too, Head
	// approves, Above oversees from the prefecture, Stranger is of the institution.
	Desk, Handler, Second, Head, Above, Stranger Person
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
	h.Requests = &inforequest.Requests{DB: d, Norm: x.Norm, Calendars: x.Calendars, Keys: x.Keys, Blobs: x.Blobs, Outbox: &notify.Outbox{DB: d, Keys: x.Keys, Senders: map[notify.Channel]notify.Sender{notify.SMS: nowhere{}, notify.Email: nowhere{}}}}
	h.Answers = &answers.Answers{Requests: h.Requests, Disclosure: h.Disclosure}
	h.Requests.DropAnswer, h.Requests.AnswerOf = h.Answers.ConsentBack, h.Answers.State
	hire := func(name string, at agency.Agency, verbs ...string) (p Person) {
		disclosuretest.Check(t, d.Write(t.Context(), func(tx *db.Tx) error {
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
	h.Desk = hire("登记员甲", h.County, inforequest.Registering)
	h.Handler = hire("承办人乙", h.County, inforequest.Handling)
	h.Second = hire("承办人丙", h.County, inforequest.Handling, inforequest.Deciding)
	h.Head = hire("负责人丁", h.County, inforequest.Deciding, inforequest.Handling)
	h.Stranger = hire("外单位戊", h.Institution, inforequest.Verbs()...)
	h.Above = Person{ID: 402, Name: "督办己"}.Of(h.Prefecture).Within(h.Prefecture.Division, inforequest.Overseeing)
	return h
}

// Resident is an invented identity number whose check character fits.
const Resident = "350525199001011234"

// Filing is a request as a resident sends it by the web form.
func (h *House) Filing(token string) inforequest.Filing {
	return inforequest.Filing{Agency: h.County.ID, Channel: "web", Applicant: "natural",
		Asked:    inforequest.Asked{Subject: "2025年度农村改厕补助资金的分配方案", Detail: "包括各乡（镇）的数额。"},
		Who:      inforequest.Identity{Name: "王小明", IDKind: "resident", IDNumber: Resident, Phone: "13800000000", Address: "桃城镇演示路1号"},
		Delivery: "web", Medium: "electronic", Token: token, Lang: i18n.ZH}
}

// File files a request and gives it with its code.
func (h *House) File(t testing.TB, change func(*inforequest.Filing)) (*inforequest.Request, string) {
	t.Helper()
	f := h.Filing(t.Name() + h.Clock.Now().String())
	if change != nil {
		change(&f)
	}
	q, code, err := h.Requests.File(h.Anyone(), f)
	disclosuretest.Check(t, err)
	return q, code
}

// Open files a request at the counter and assigns it: it is with the handler.
func (h *House) Open(t testing.TB) (*inforequest.Request, string) {
	t.Helper()
	f := h.Filing(t.Name())
	f.Channel, f.Verified = "counter", true
	q, code, err := h.Requests.File(h.As(h.Desk), f)
	disclosuretest.Check(t, err)
	disclosuretest.Check(t, h.Requests.Assign(h.As(h.Desk), q.Province, q.ID, h.Handler.ID, "规划股"))
	return q, code
}

// Answered files a request whose applicant agrees that the answer is published,
// and answers it with a released file.
func (h *House) Answered(t testing.TB, change func(*inforequest.Filing)) (*inforequest.Request, string) {
	t.Helper()
	f := h.Filing(t.Name() + h.Clock.Now().String())
	f.Channel, f.Verified, f.OpenAnswer = "counter", true, true
	if change != nil {
		change(&f)
	}
	q, code, err := h.Requests.File(h.As(h.Desk), f)
	disclosuretest.Check(t, err)
	disclosuretest.Check(t, h.Requests.Assign(h.As(h.Desk), q.Province, q.ID, h.Handler.ID, "规划股"))
	_, err = h.Requests.Attach(h.As(h.Handler), q.Province, q.ID, inforequest.Release, "分配表.txt", []byte("全县分配补助资金三百万元，按户数计算。\n"))
	disclosuretest.Check(t, err)
	d := inforequest.Draft{Decision: "granted", Reviewed: "不涉及国家秘密、个人隐私和第三方权益。", Values: letter.Values{"provided": "分配表", "reason": "属于应当公开的政府信息。"}}
	disclosuretest.Check(t, h.Requests.Submit(h.As(h.Handler), q.Province, q.ID, d))
	disclosuretest.Check(t, h.Requests.Approve(h.As(h.Head), q.Province, q.ID))
	disclosuretest.Check(t, h.Requests.Deliver(h.As(h.Desk), q.Province, q.ID, "web", "", clock.DateOf(h.Clock.Now())))
	return q, code
}

// Decided is a request that was answered with the information and waits for
// its delivery.
func (h *House) Decided(t testing.TB, change func(*inforequest.Filing)) (*inforequest.Request, string) {
	t.Helper()
	h.Clock.Advance(time.Second) // no two forms of one moment: they would be one
	f := h.Filing(t.Name() + h.Clock.Now().String())
	f.Channel, f.Verified = "counter", true
	if change != nil {
		change(&f)
	}
	q, code, err := h.Requests.File(h.As(h.Desk), f)
	disclosuretest.Check(t, err)
	disclosuretest.Check(t, h.Requests.Submit(h.As(h.Handler), q.Province, q.ID, inforequest.Draft{Decision: "granted", Reviewed: "不涉及国家秘密、个人隐私和第三方权益。",
		Values: letter.Values{"provided": "2025年度农村改厕补助资金分配表", "reason": "属于应当公开的政府信息。"}}))
	disclosuretest.Check(t, h.Requests.Approve(h.As(h.Head), q.Province, q.ID))
	return q, code
}

// nowhere is a way to send that is never taken: no test runs the job.
type nowhere struct{}

// Send implements notify.Sender.
func (nowhere) Send(context.Context, notify.Letter) error { return nil }

// Person is somebody who may take every step at the county's office.
func (h *House) Person(testing.TB) Person {
	return Person{ID: 990, Name: "全权庚"}.With(h.County, inforequest.Verbs()...)
}
