package main

import (
	"context"
	"net/http"
	"strconv"
	"testing"
	"time"

	"yangguang/disclosure"
	"yangguang/disclosure/disclosuretest"
	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/letter"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/norm"
	"yangguang/supervision/casework"
)

// filled is the whole product over one county's year: entries published,
// corrected, taken down, waiting for review, missing and overdue.
type filled struct {
	*house
	world *disclosuretest.House
	clock *clock.Fake
	names map[string]string // what @name stands for in a script
}

// fillHouse lives the year on a store with every migration.
func fillHouse(t *testing.T, d *db.DB, clk *clock.Fake) *filled {
	t.Helper()
	h := houseOn(t, d, norm.Builtin())
	f := &filled{house: h, world: disclosuretest.Found(t, d, clk), clock: clk, names: map[string]string{}}
	f.world.Disclosure = h.disclosure
	f.publish(t)
	f.change(t)
	clk.Set(disclosuretest.Now)
	f.roll(t)
	f.leave(t)
	h.app.Cache().Empty()
	return f
}

// publish is what the units open in the spring, each as its first entry.
func (f *filled) publish(t *testing.T) {
	t.Helper()
	w := f.world
	law := w.Text("county.1", "", "福建省人口与计划生育条例")
	law.Body = "第一条 为了实现人口与经济、社会协调发展，制定本条例。"
	f.note("law", w.Publish(t, w.Province, "county.1", law).Path(w.Province))
	rule := w.Text("county.2", "", "永春县奖励扶助办法")
	f.note("rule", w.Publish(t, w.County, "county.2", rule).Path(w.County))
	f.note("fees", w.Publish(t, w.County, "county.8", w.Text("county.8", "", "行政事业性收费目录")).Path(w.County))
	f.note("licence", w.Publish(t, w.County, "county.9", w.Text("county.9", "", "行政许可事项目录")).Path(w.County))
	f.note("guide", w.Publish(t, w.Institution, "institution.2", w.Text("institution.2", "", "生育登记服务指南")).Path(w.Institution))
	f.note("covenant", w.Publish(t, w.Village, "village.6", w.Text("village.6", "", "演示村村规民约")).Path(w.Village))
}

// change corrects one entry and takes another down.
func (f *filled) change(t *testing.T) {
	t.Helper()
	w := f.world
	it := w.Publish(t, w.County, "county.10", w.Plain("突发公共事件应急预案"))
	f.clock.Advance(72 * time.Hour)
	text := w.Plain("突发公共事件应急预案")
	text.Body, text.Reason = "现将修改后的预案公布如下。", "第二章的联系电话有误"
	f.note("corrected", w.Correct(t, w.County, it, text).Path(w.County))
	gone := w.Publish(t, w.County, "county.11", w.Plain("信访工作纪律"))
	f.clock.Advance(24 * time.Hour)
	w.TakeDown(t, gone, "error", "发布单位有误")
	f.note("gone", gone.Path(w.County))
}

// leave lets versions wait in each state of review.
func (f *filled) leave(t *testing.T) {
	t.Helper()
	w := f.world
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	keep := func(name string, v *disclosure.Version) {
		f.names[name] = strconv.Itoa(v.Province) + "/" + number(v.ID)
	}
	births, _, _ := w.Owed(t, w.Village, "village.3")
	f.note("births", w.Publish(t, w.Village, "village.3", w.Text("village.3", births, "本村生育情况")).Path(w.Village))
	rewards, _, _ := w.Owed(t, w.Township, "township.2")
	f.note("rewards", w.Publish(t, w.Township, "township.2", w.Text("township.2", rewards, "奖励优惠政策落实情况")).Path(w.Township))
	keep("draft", w.Draft(t, w.County, "county.12", w.Plain("尚未送审的草稿")))
	numbers := w.Plain("救助名单")
	numbers.Body = "救助对象证件号码11010519491231002X。"
	keep("numbers", w.Draft(t, w.County, "county.12", numbers))
	f.ask(t)
	keep("review", w.Submitted(t, w.County, "county.12", w.Plain("关于开展优生服务月活动的通告")))
}

// ask lets two requests for information come in: one waits to be confirmed, the
// other was answered.
func (f *filled) ask(t *testing.T) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	w, r := f.world, f.requests
	of := func(subject string) *inforequest.Request {
		q, code, err := r.File(w.Anyone(), inforequest.Filing{Agency: w.County.ID, Channel: "web", Applicant: "natural", Asked: inforequest.Asked{Subject: subject}, Token: subject,
			Who: inforequest.Identity{Name: "王小明", IDKind: "passport", IDNumber: "E00000000", Phone: "13800000000"}, Delivery: "web", Medium: "electronic"})
		must(err)
		f.note("asked", q.Number)
		f.note("secret", code)
		return q
	}
	must(f.disclosure.ReportError(w.Anyone(), w.County, 2026, 2, "wrong", "旧的纠错，收费标准不一致", "")) // from before reports were matters
	m, code, err := f.casework.File(w.Anyone(), casework.Filing{Agency: w.County.ID, Channel: "web", Type: "complaint", Token: "filled", Told: casework.Told{Text: "卫生院收费没有给票据"}, Who: casework.Contact{Name: "王小明", Phone: "13800000000"}})
	must(err)
	f.note("matter", m.Number)
	f.note("passcode", code)
	q := of("2025年公共卫生经费的分配方案")
	person := func(id int64, verb string) context.Context {
		return w.As(disclosuretest.Person{ID: id}.With(w.County, verb))
	}
	must(r.Confirm(person(9001, inforequest.Registering), q.Province, q.ID, "电话确认"))
	must(r.Submit(person(9002, inforequest.Handling), q.Province, q.ID, inforequest.Draft{Decision: "granted", Reviewed: "不涉及国家秘密和个人隐私。",
		Values: letter.Values{"provided": "2025年公共卫生经费分配表", "reason": "属于应当公开的政府信息。"}}))
	must(r.Approve(person(9003, inforequest.Deciding), q.Province, q.ID))
	must(r.Deliver(person(9001, inforequest.Registering), q.Province, q.ID, "web", "", clock.DateOf(f.clock.Now())))
	of("2026年村卫生室建设计划")
}

func (f *filled) note(name, path string) { f.names[name] = path }

// roll is the nightly job, run once for the day it is now.
func (f *filled) roll(t *testing.T) {
	t.Helper()
	if _, err := f.catalogue.Roll(t.Context(), f.db); err != nil {
		t.Fatal(err)
	}
	if _, err := f.catalogue.SyncAll(t.Context(), f.db); err != nil {
		t.Fatal(err)
	}
}

// ServeHTTP answers as a browser would see it, with one help for scripts that
// exists in tests only: X-Test-As names who of the cast is signed in.
func (f *filled) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	people := map[string]disclosuretest.Person{"author": f.world.Author, "reviewer": f.world.Reviewer, "second": f.world.Second,
		"approver": f.world.Approver, "clerk": f.world.Clerk, "overseer": f.world.Overseer, "other": f.world.Other}
	if p, ok := people[r.Header.Get("X-Test-As")]; ok {
		r = r.WithContext(account.With(r.Context(), account.From(f.world.As(p))))
	}
	f.app.ServeHTTP(w, r)
}

// eachFilled runs f over a filled house on every engine to be had.
func eachFilled(t *testing.T, run func(t *testing.T, f *filled)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		clk := clock.NewFake(spring)
		run(t, fillHouse(t, dbtest.SQLite(t, clk, migrations()...), clk))
	})
	t.Run("postgres", func(t *testing.T) {
		clk := clock.NewFake(spring)
		run(t, fillHouse(t, dbtest.Postgres(t, clk, migrations()...), clk))
	})
}

// spring is when the year of a filled house begins.
var spring = time.Date(2026, 3, 2, 10, 0, 0, 0, clock.Shanghai)
