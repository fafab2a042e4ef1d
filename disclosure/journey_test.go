package disclosure_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yangguang/disclosure"
	"yangguang/internal/audit"
	"yangguang/internal/db"
	"yangguang/internal/search"
)

func TestFromDraftToThePublic(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		v, err := d.Start(h.As(h.Author), h.County.ID, "county.2", "")
		check(t, err)
		text := h.Plain("关于印发计划生育服务管理办法的通知")
		text.DocNumber = "永演〔2026〕1号"
		v, err = d.Save(h.As(h.Author), v.Province, v.ID, text)
		check(t, err)
		check(t, d.Submit(h.As(h.Author), v.Province, v.ID))
		check(t, d.Pass(h.As(h.Reviewer), v.Province, v.ID, opinion()))
		check(t, d.Pass(h.As(h.Reviewer), v.Province, v.ID, opinion())) // secrecy and privacy may be one person
		check(t, d.Approve(h.As(h.Approver), v.Province, v.ID, opinion(), never))

		it := h.Item(t, v)
		if want := "350525-bureau/2026-00001"; it.Number != want || it.State != disclosure.ItemPublished || it.Timely == nil || !*it.Timely {
			t.Errorf("published as %q %s, timely %v; want %q", it.Number, it.State, it.Timely, want)
		}
		p, err := public(t, h, h.County, it)
		check(t, err)
		if p.Version.Title != text.Title || !strings.Contains(p.Version.Body, "现将有关事项") {
			t.Errorf("the public reads %q: %q", p.Version.Title, p.Version.Body)
		}
		var signed []string
		for _, s := range p.Signatures {
			signed = append(signed, s.Step+" "+s.Verb)
			if s.Person != 0 || s.Note != "" {
				t.Error("a signature names its person")
			}
		}
		if diff := cmp.Diff([]string{"submit submit", "secrecy pass", "privacy pass", "approve approve"}, signed); diff != "" {
			t.Errorf("signatures (-want +got):\n%s", diff)
		}
		if got := list(t, h, disclosure.Query{Within: h.County.Division}); len(got) != 1 || got[0].Href() != it.Path(h.County) {
			t.Errorf("listed %v", got)
		}
		found(t, h, "服务管理", 1)
		verbs := audited(t, h)
		if diff := cmp.Diff([]string{"start", "submit", "pass", "pass", "approve", "published"}, verbs); diff != "" {
			t.Errorf("audit (-want +got):\n%s", diff)
		}
	})
}

func found(t *testing.T, h *house, words string, want int) {
	t.Helper()
	h.Read(t, func(tx *db.Tx) error {
		hits, err := search.Find(tx, search.Q{Text: words})
		if len(hits) != want {
			t.Errorf("the search for %q finds %d, want %d", words, len(hits), want)
		}
		return err
	})
}

func audited(t *testing.T, h *house) (verbs []string) {
	t.Helper()
	h.Read(t, func(tx *db.Tx) error {
		ls, err := audit.List(tx, audit.Filter{Province: 35, Limit: 100})
		for _, l := range ls {
			if v, ok := strings.CutPrefix(l.Verb, "disclosure."); ok {
				verbs = append([]string{v}, verbs...)
			}
		}
		return err
	})
	return verbs
}

func TestACorrectionKeepsTheOldTextUntilItIsApproved(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		it := h.Publish(t, h.County, "county.2", h.Plain("旧题目"))
		v, err := d.Correct(h.As(h.Author), it.Province, it.ID)
		check(t, err)
		_, err = d.Correct(h.As(h.Colleague), it.Province, it.ID)
		refused(t, err, conflict, "disclosure.correction_open")
		text := h.Plain("新题目")
		_, err = d.Save(h.As(h.Author), v.Province, v.ID, text)
		check(t, err)
		refused(t, d.Submit(h.As(h.Author), v.Province, v.ID), invalid, "reason:disclosure.need_reason")
		text.Reason = "题目有误"
		_, err = d.Save(h.As(h.Author), v.Province, v.ID, text)
		check(t, err)
		check(t, d.Submit(h.As(h.Author), v.Province, v.ID))
		h.Review(t, h.County, v)
		p, err := public(t, h, h.County, it)
		check(t, err)
		if p.Version.Title != "旧题目" || len(p.Versions) != 1 {
			t.Errorf("before approval the public reads %q of %d versions", p.Version.Title, len(p.Versions))
		}
		check(t, d.Approve(h.As(h.Approver), v.Province, v.ID, opinion(), never))
		p, err = public(t, h, h.County, it)
		check(t, err)
		var states []string
		for _, x := range p.Versions {
			states = append(states, x.State)
		}
		if diff := cmp.Diff([]string{"published", "superseded"}, states); diff != "" {
			t.Errorf("versions (-want +got):\n%s", diff)
		}
		if p.Version.Title != "新题目" || !p.Item.Corrected || p.Item.Number != it.Number || p.Item.Serial != it.Serial {
			t.Errorf("after approval: %q %+v", p.Version.Title, p.Item)
		}
		var events []string
		for _, e := range p.Events {
			events = append(events, e.Verb+" "+e.Reason)
		}
		if diff := cmp.Diff([]string{"published ", "corrected 题目有误"}, events); diff != "" {
			t.Errorf("history (-want +got):\n%s", diff)
		}
		found(t, h, "旧题目", 0)
		found(t, h, "新题目", 1)
	})
}

func TestATakeDownLeavesATombstone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		it := h.Publish(t, h.County, "county.7", h.Text("county.7", "2026", "年度工作计划"))
		if _, met, n := h.Owed(t, h.County, "county.7"); !met || n != [3]int{0, 1, 0} {
			t.Errorf("published: met %v, counted %v", met, n)
		}
		// A correction approved for tomorrow must not bring the item back.
		v, err := d.Correct(h.As(h.Author), it.Province, it.ID)
		check(t, err)
		text := h.Plain("更正后的计划")
		text.Reason = "补充内容"
		_, err = d.Save(h.As(h.Author), v.Province, v.ID, text)
		check(t, err)
		check(t, d.Submit(h.As(h.Author), v.Province, v.ID))
		h.Review(t, h.County, v)
		check(t, d.Approve(h.As(h.Approver), v.Province, v.ID, opinion(), h.Clock.Now().Add(time.Hour)))

		take := func(kind, reason string) error {
			return d.TakeDown(h.As(h.Approver), it.Province, it.ID, kind, reason)
		}
		refused(t, take("whim", "x"), invalid, "kind:disclosure.need_end_kind")
		refused(t, take("error", " "), invalid, "reason:disclosure.need_reason")
		refused(t, take("error", "误登了身份证号 "+resident), invalid, "reason:disclosure.reason_personal")
		refused(t, d.TakeDown(h.As(h.Reviewer), it.Province, it.ID, "error", "内容有误"), forbidden, "disclosure.no_grant_takedown")
		check(t, take("error", "内容有误，正在核实"))
		refused(t, take("error", "内容有误"), conflict, "disclosure.not_published")

		h.Clock.Advance(2 * time.Hour)
		if n, err := d.PublishDue(h.Anyone()); n != 0 || err != nil {
			t.Errorf("after the take-down %d were published: %v", n, err)
		}
		p, err := public(t, h, h.County, it)
		check(t, err)
		if p.Item.State != disclosure.ItemTakenDown || p.Version != nil || len(p.Files) != 0 || p.Item.EndReason != "内容有误，正在核实" || p.Item.Number != it.Number {
			t.Errorf("the tombstone is %+v with %v", p.Item, p.Version)
		}
		found(t, h, "工作计划", 0)
		if got := list(t, h, disclosure.Query{Agency: h.County.ID}); len(got) != 0 {
			t.Errorf("still listed: %v", got)
		}
		if got := list(t, h, disclosure.Query{Agency: h.County.ID, Ended: true}); len(got) != 1 {
			t.Errorf("the tombstone is listed %d times", len(got))
		}
		if _, met, n := h.Owed(t, h.County, "county.7"); met || n != [3]int{0, 0, 0} {
			t.Errorf("taken down: met %v, counted %v", met, n)
		}
		if got := h.Version(t, v).State; got != disclosure.Discarded {
			t.Errorf("the correction under way is %s", got)
		}
		next := h.Publish(t, h.County, "county.7", h.Text("county.7", "2026", "年度工作计划"))
		if next.Serial != it.Serial+1 {
			t.Errorf("the number after %d is %d", it.Serial, next.Serial)
		}
	})
}

func TestValidityIsSaidBesideTheTitle(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		it := h.Publish(t, h.County, "county.2", h.Plain("管理办法"))
		set := func(validity, reason string) error {
			return d.SetValidity(h.As(h.Approver), it.Province, it.ID, validity, reason)
		}
		refused(t, set("valid", "x"), invalid, "validity:disclosure.need_validity")
		refused(t, set("gone", "x"), invalid, "validity:disclosure.need_validity")
		refused(t, set("expired", ""), invalid, "reason:disclosure.need_reason")
		refused(t, d.SetValidity(h.As(h.Author), it.Province, it.ID, "expired", "x"), forbidden, "disclosure.no_grant_takedown")
		for _, v := range []string{"amended", "expired", "valid", "abolished"} {
			check(t, set(v, "依据新的规定"))
		}
		p, err := public(t, h, h.County, it)
		check(t, err)
		if p.Item.Validity != "abolished" || p.Version == nil || len(p.Events) != 5 {
			t.Errorf("validity %q, %d events", p.Item.Validity, len(p.Events))
		}
		h.TakeDown(t, it, "error", "内容有误")
		refused(t, set("valid", "x"), conflict, "disclosure.not_published")
	})
}
