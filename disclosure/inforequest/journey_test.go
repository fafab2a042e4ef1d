package inforequest_test

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"yangguang/disclosure/disclosuretest"
	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/inforequesttest"
	"yangguang/disclosure/inforequest/letter"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/sandbox"
	"yangguang/internal/secret"
)

type house = inforequesttest.House

var (
	check   = disclosuretest.Check
	refused = disclosuretest.Refused
	each    = inforequesttest.Each
	update  = flag.Bool("update", false, "write testdata anew; read the difference before committing it")
)

func TestMain(m *testing.M) {
	sandbox.Enter()
	inforequesttest.LoadLocales()
	os.Exit(m.Run())
}

func TestLocale(t *testing.T) {
	t.Parallel()
	for _, wrong := range i18n.Check(inforequest.Locale) {
		t.Error(wrong)
	}
}

// TestEveryPairOfStateAndVerbIsReviewed holds the flow to the table a person read.
func TestEveryPairOfStateAndVerbIsReviewed(t *testing.T) {
	t.Parallel()
	got := inforequest.Flow.Dump()
	if *update {
		check(t, os.WriteFile("testdata/flow.txt", []byte(got), 0o644))
	}
	want, err := os.ReadFile("testdata/flow.txt")
	check(t, err)
	if got != string(want) {
		t.Error("the flow differs from testdata/flow.txt; if it should, run go test ./disclosure/inforequest -update and read the difference")
	}
}

// answer is a draft that discloses.
func answer() inforequest.Draft {
	return inforequest.Draft{Decision: "granted", Reviewed: "不涉及国家秘密、个人隐私和第三方权益。",
		Values: letter.Values{"provided": "2025年度农村改厕补助资金分配表", "reason": "属于应当公开的政府信息。"}}
}

func state(t *testing.T, h *house, q *inforequest.Request) *inforequest.Case {
	t.Helper()
	c, err := h.Requests.Open(h.As(h.Handler), q.Province, q.ID)
	check(t, err)
	return c
}

func day(s string) clock.Date { return clock.MustDate(s) }

// 1.1.b 依申请公开: from the web form to the answer in the applicant's hands.
func TestARequestGoesFromTheFormToItsAnswer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		r := h.Requests
		q, code := h.File(t, nil)
		c := state(t, h, q)
		if c.State != inforequest.Filed || !c.ReceivedOn.IsZero() || !c.DueOn.IsZero() {
			t.Fatalf("filed: %+v", c.Request)
		}
		refused(t, r.Confirm(h.As(h.Handler), q.Province, q.ID, "电话确认"), fault.Forbidden, "inforequest.no_grant_register")
		check(t, r.Confirm(h.As(h.Desk), q.Province, q.ID, "电话确认"))
		check(t, r.Assign(h.As(h.Desk), q.Province, q.ID, h.Handler.ID, "规划股"))
		if c = state(t, h, q); c.DueOn != day("2026-12-21") || c.ReceivedOn != day("2026-11-23") {
			t.Errorf("received %v, due %v", c.ReceivedOn, c.DueOn)
		}
		d := answer()
		delete(d.Values, "provided")
		refused(t, r.Submit(h.As(h.Handler), q.Province, q.ID, d), fault.Invalid, "provided:letter.no_value")
		check(t, r.Submit(h.As(h.Handler), q.Province, q.ID, answer()))
		refused(t, r.Approve(h.As(h.Handler), q.Province, q.ID), fault.Forbidden, "inforequest.no_grant_decide")
		check(t, r.Approve(h.As(h.Head), q.Province, q.ID))
		if c, err := r.Follow(h.Anyone(), q.Number, code); err != nil || len(c.Letters) != 0 {
			t.Fatalf("before delivery the applicant reads %v %v", c.Letters, err)
		}
		check(t, r.Deliver(h.As(h.Desk), q.Province, q.ID, "web", "", day("2026-11-23")))
		c, err := r.Follow(h.Anyone(), q.Number, strings.ToLower(code))
		check(t, err)
		if c.State != inforequest.Closed || c.Decision != "granted" || c.Late || len(c.Letters) != 1 || !strings.HasSuffix(c.Letters[0].Number, "〔2026〕1号") {
			t.Errorf("the applicant reads %+v, letters %+v", c.Request, c.Letters)
		}
		if l := c.Letters[0].Content.Merged; !strings.Contains(l.Title, "答复") || l.Addressee != "王小明" {
			t.Errorf("the letter: %+v", l)
		}
	})
}

func TestWhoeverWroteDoesNotApprove(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		r := h.Requests
		q, _ := h.Open(t)
		check(t, r.Save(h.As(h.Second), q.Province, q.ID, answer()))
		check(t, r.Submit(h.As(h.Handler), q.Province, q.ID, answer()))
		refused(t, r.Approve(h.As(h.Second), q.Province, q.ID), fault.Conflict, "inforequest.same_person")
		refused(t, r.Approve(h.For(h.Second, h.Head), q.Province, q.ID), fault.Conflict, "inforequest.same_person")
		check(t, r.Return(h.As(h.Head), q.Province, q.ID, "请写明数额。"))
		check(t, r.Submit(h.As(h.Head), q.Province, q.ID, answer()))
		refused(t, r.Approve(h.As(h.Head), q.Province, q.ID), fault.Conflict, "inforequest.same_person")
		refused(t, r.Approve(h.As(h.Second), q.Province, q.ID), fault.Conflict, "inforequest.same_person")
	})
}

func TestTheSameFormSentTwiceFilesOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		f := h.Filing("one form")
		q, code, err := h.Requests.File(h.Anyone(), f)
		check(t, err)
		again, same, err := h.Requests.File(h.Anyone(), f)
		check(t, err)
		if again.ID != q.ID || same != code {
			t.Error("the second sending made another request or another code")
		}
		other, _, err := h.Requests.File(h.Anyone(), h.Filing("another form"))
		check(t, err)
		if other.ID == q.ID {
			t.Error("two forms made one request")
		}
	})
}

func TestAFormWithoutWhatTheLawAsksIsRefusedFieldByField(t *testing.T) {
	t.Parallel()
	h := inforequesttest.New(t)
	for name, tt := range map[string]struct {
		change func(*inforequest.Filing)
		want   string
	}{
		"nothing asked":               {func(f *inforequest.Filing) { f.Asked.Subject = "补助" }, "subject:inforequest.need_subject"},
		"no name":                     {func(f *inforequest.Filing) { f.Who.Name = "" }, "name:inforequest.need_name"},
		"a number that cannot be":     {func(f *inforequest.Filing) { f.Who.IDNumber = "350525199001011235" }, "id_number:inforequest.need_resident"},
		"an organisation by no code":  {func(f *inforequest.Filing) { f.Applicant = "business" }, "id_number:inforequest.need_credit"},
		"no way to reach":             {func(f *inforequest.Filing) { f.Who.Phone, f.Who.Address = "", "" }, "phone:inforequest.need_contact"},
		"by e-mail without one":       {func(f *inforequest.Filing) { f.Delivery = "email" }, "email:inforequest.need_email"},
		"orally and not read back":    {func(f *inforequest.Filing) { f.Channel = "oral" }, "confirmed:inforequest.need_read_back"},
		"by post and not signed for":  {func(f *inforequest.Filing) { f.Channel = "post" }, "signed_on:inforequest.need_signed_on"},
		"a helper who is nothing":     {func(f *inforequest.Filing) { f.Who.Helper = "李大" }, "helper_tie:inforequest.need_helper_tie"},
		"a village that takes none":   {func(f *inforequest.Filing) { f.Agency = h.Village.ID }, "inforequest.takes_none"},
		"a kind of applicant unknown": {func(f *inforequest.Filing) { f.Applicant = "ghost" }, "applicant:inforequest.need_applicant"},
	} {
		f := h.Filing(name)
		tt.change(&f)
		_, _, err := h.Requests.File(h.Anyone(), f)
		kind := fault.Invalid
		if !strings.Contains(tt.want, ":") {
			kind = fault.Conflict
		}
		t.Run(name, func(t *testing.T) { refused(t, err, kind, tt.want) })
	}
}

// Article 31: by each channel the day of receipt is another event's.
func TestTheDayOfReceiptFollowsTheChannel(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		for channel, want := range map[string]string{"counter": "2026-11-23", "oral": "2026-11-23", "post": "2026-11-20", "web": "", "letter": "", "fax": ""} {
			f := h.Filing(channel)
			f.Channel, f.Confirmed, f.SignedOn = channel, true, day("2026-11-20")
			q, _, err := h.Requests.File(h.As(h.Desk), f)
			check(t, err)
			if got := state(t, h, q).ReceivedOn.String(); got != want {
				t.Errorf("by %s it is received on %q, want %q", channel, got, want)
			}
		}
		// Silence does not keep the clock from beginning.
		h.Clock.Set(day("2026-11-26").Start().Add(9 * time.Hour))
		check(t, h.Requests.Tick(h.Anyone()))
		check(t, h.Requests.Tick(h.Anyone()))
		list, err := h.Requests.List(h.As(h.Desk), inforequest.Filter{Limit: 50})
		check(t, err)
		for _, q := range list {
			if q.ReceivedOn.IsZero() || q.Channel == "web" && q.ReceivedOn != day("2026-11-25") {
				t.Errorf("%s is received on %v", q.Channel, q.ReceivedOn)
			}
		}
	})
}

func TestClarificationIsAskedOnceAndLapses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		r := h.Requests
		q, code := h.Open(t)
		check(t, r.Clarify(h.As(h.Handler), q.Province, q.ID, "请写明是哪一个乡（镇）。", 10))
		if c := state(t, h, q); c.State != inforequest.Clarifying || c.ReplyBy != day("2026-12-07") || !c.DueOn.IsZero() {
			t.Fatalf("%s, reply by %v, due %v", c.State, c.ReplyBy, c.DueOn)
		}
		h.Clock.Set(day("2026-12-01").Start().Add(9 * time.Hour))
		check(t, r.Supplement(h.Anyone(), q.Number, code, "我要桃城镇的。"))
		c := state(t, h, q)
		if c.State != inforequest.Open || c.DueOn != day("2026-12-29") || !strings.Contains(c.Asked.Detail, "桃城镇") {
			t.Errorf("%s, due %v, %q", c.State, c.DueOn, c.Asked.Detail)
		}
		refused(t, r.Clarify(h.As(h.Handler), q.Province, q.ID, "请再写明年度。", 10), fault.Conflict, "inforequest.clarified_once")

		late, _ := h.File(t, func(f *inforequest.Filing) { f.Channel, f.Token = "counter", "late" })
		check(t, r.Clarify(h.As(h.Handler), late.Province, late.ID, "请写明是哪一年。", 5))
		h.Clock.Set(day("2026-12-09").Start().Add(9 * time.Hour))
		check(t, r.Tick(h.Anyone()))
		check(t, r.Tick(h.Anyone()))
		if c := state(t, h, late); c.State != inforequest.Closed || c.Decision != "closed_unclarified" || c.ClosedOn != day("2026-12-09") {
			t.Errorf("not clarified: %s %s %v", c.State, c.Decision, c.ClosedOn)
		}
		check(t, r.Reopen(h.As(h.Head), late.Province, late.ID, "申请人住院，有正当理由。"))
		if c := state(t, h, late); c.State != inforequest.Open || c.Decision != "" || c.DueOn.IsZero() {
			t.Errorf("taken up again: %+v", c.Request)
		}
		other, _ := h.File(t, func(f *inforequest.Filing) { f.Channel, f.Token = "counter", "other" })
		h.Clock.Set(day("2026-12-21").Start().Add(9 * time.Hour))
		refused(t, r.Clarify(h.As(h.Handler), other.Province, other.ID, "请写明是哪一年。", 5), fault.Conflict, "inforequest.clarify_late")
	})
}

func TestAThirdPartyIsHeardAndToldBeforehand(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		r := h.Requests
		q, code := h.Open(t)
		check(t, r.Ask(h.As(h.Handler), q.Province, q.ID, "third_party", "演示建筑公司", "桃城镇演示路2号"))
		c := state(t, h, q)
		if !c.AtLatest || c.DueOn != day("2027-01-12") || c.Consults[0].DueOn != day("2026-12-14") || c.Consults[0].Whom != "演示建筑公司" {
			t.Errorf("asked: due %v at latest %v, %+v", c.DueOn, c.AtLatest, c.Consults)
		}
		refused(t, r.Submit(h.As(h.Handler), q.Province, q.ID, answer()), fault.Invalid, "decision:inforequest.consult_open")
		h.Clock.Set(day("2026-11-30").Start().Add(9 * time.Hour))
		check(t, r.Heard(h.As(h.Handler), q.Province, q.ID, c.Consults[0].ID, "refuses", "含有商业秘密。", day("2026-11-30")))
		if c = state(t, h, q); c.AtLatest || c.DueOn != day("2026-12-28") {
			t.Errorf("heard: due %v", c.DueOn)
		}
		refused(t, r.Submit(h.As(h.Handler), q.Province, q.ID, answer()), fault.Invalid, "decision:inforequest.third_untold")
		check(t, r.TellThird(h.As(h.Handler), q.Province, q.ID, c.Consults[0].ID, "资金分配表", "不公开会对公共利益造成重大影响。", day("2026-12-15")))
		check(t, r.Submit(h.As(h.Handler), q.Province, q.ID, answer()))
		seen, err := r.Follow(h.Anyone(), q.Number, code)
		check(t, err)
		if seen.Consults[0].Whom != "" || slices.ContainsFunc(seen.Letters, func(l inforequest.Letter) bool { return l.Kind == "third_party" }) {
			t.Error("the applicant reads who was consulted")
		}

		silent, _ := h.File(t, func(f *inforequest.Filing) { f.Channel, f.Token = "counter", "silent" })
		check(t, r.Ask(h.As(h.Handler), silent.Province, silent.ID, "other_agency", "演示财政局", "桃城镇"))
		h.Clock.Set(day("2026-12-28").Start().Add(9 * time.Hour))
		check(t, r.Tick(h.Anyone()))
		if c := state(t, h, silent); c.Consults[0].Answer != "silent" || c.Consults[0].AnsweredOn != day("2026-12-21") || c.AtLatest {
			t.Errorf("silence: %+v", c.Consults[0])
		}
	})
}

func TestAnExtensionNeedsTheHeadAndEndsAtTwenty(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		r := h.Requests
		q, _ := h.Open(t)
		refused(t, r.Extend(h.As(h.Handler), q.Province, q.ID, 5, "需要查找历史档案。"), fault.Forbidden, "inforequest.no_grant_decide")
		check(t, r.Extend(h.As(h.Head), q.Province, q.ID, 15, "需要查找历史档案。"))
		refused(t, r.Extend(h.As(h.Head), q.Province, q.ID, 6, "还要查找历史档案。"), fault.Invalid, "days:inforequest.need_extension")
		c := state(t, h, q)
		if c.Extra != 15 || c.Letters[0].Content.Values["new_due_on"] != "2027年1月12日" {
			t.Errorf("%d extra, letter %v", c.Extra, c.Letters[0].Content.Values)
		}
		mine, _ := h.File(t, func(f *inforequest.Filing) { f.Channel, f.Token = "counter", "mine" })
		check(t, r.Assign(h.As(h.Desk), mine.Province, mine.ID, h.Head.ID, ""))
		refused(t, r.Extend(h.As(h.Head), mine.Province, mine.ID, 5, "需要查找历史档案。"), fault.Conflict, "inforequest.same_person")
	})
}

func TestAFeeWaitsAndItsPaymentBeginsTheClockAnew(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		r := h.Requests
		q, _ := h.Open(t)
		refused(t, r.Charge(h.As(h.Handler), q.Province, q.ID, "case", 0), fault.Invalid, "ladder:inforequest.fee_free")
		check(t, r.Charge(h.As(h.Handler), q.Province, q.ID, "page", 101))
		if c := state(t, h, q); c.State != inforequest.Paying || c.Fees[0].Yuan != 720 || c.Fees[0].PayBy != day("2026-12-21") {
			t.Errorf("%s %+v", c.State, c.Fees)
		}
		h.Clock.Set(day("2026-12-01").Start().Add(9 * time.Hour))
		check(t, r.Pay(h.As(h.Desk), q.Province, q.ID, "闽A0001", day("2026-11-30")))
		if c := state(t, h, q); c.State != inforequest.Open || c.DueOn != day("2026-12-28") || c.Fees[0].Receipt != "闽A0001" {
			t.Errorf("%s due %v %+v", c.State, c.DueOn, c.Fees)
		}
		refused(t, r.Charge(h.As(h.Handler), q.Province, q.ID, "page", 500), fault.Conflict, "inforequest.charged_once")
	})
}

func TestSplitAndMerge(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		r := h.Requests
		q, _ := h.Open(t)
		h.Clock.Advance(24 * time.Hour)
		two, code, err := r.Split(h.As(h.Desk), q.Province, q.ID, inforequest.Asked{Subject: "资金分配方案"}, inforequest.Asked{Subject: "项目验收结果"})
		check(t, err)
		seen, err := r.Follow(h.Anyone(), two.Number, code)
		check(t, err)
		if seen.Asked.Subject != "项目验收结果" || seen.ReceivedOn != day("2026-11-23") || seen.DueOn != day("2026-12-21") {
			t.Errorf("the second: %+v", seen.Request)
		}
		if c := state(t, h, two); c.Month != 2 || len(c.Others) != 1 || c.Others[0].ID != q.ID {
			t.Errorf("the same applicant is not recognised: %d, %v", c.Month, c.Others)
		}
		stranger, _ := h.File(t, func(f *inforequest.Filing) {
			f.Channel, f.Token, f.Who.IDNumber = "counter", "stranger", "350525199001011090"
			f.Who.IDKind = "other"
		})
		refused(t, r.Merge(h.As(h.Desk), two.Province, two.ID, stranger.Number), fault.Invalid, "into:inforequest.need_into")
		check(t, r.Merge(h.As(h.Desk), two.Province, two.ID, q.Number))
		if c := state(t, h, two); c.State != inforequest.Closed || c.MergedInto != q.ID {
			t.Errorf("merged: %+v", c.Request)
		}
	})
}

func TestStrangersFindNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		r := h.Requests
		q, _ := h.Open(t)
		_, err := r.Open(h.As(h.Stranger), q.Province, q.ID)
		refused(t, err, fault.NotFound, "fault.not_found")
		refused(t, r.Confirm(h.As(h.Stranger), q.Province, q.ID, "电话"), fault.NotFound, "fault.not_found")
		_, err = r.OpenIdentity(h.As(h.Stranger), q.Province, q.ID, "核对身份")
		refused(t, err, fault.NotFound, "fault.not_found")
		list, err := r.List(h.As(h.Stranger), inforequest.Filter{Limit: 10})
		check(t, err)
		if len(list) != 0 {
			t.Error("a stranger's list is not empty")
		}
		if list, err = r.List(h.As(h.Above), inforequest.Filter{Limit: 10}); err != nil || len(list) != 1 {
			t.Errorf("the superior sees %d requests, %v", len(list), err)
		}
	})
}

func TestOpeningTheIdentityIsSeenByTheApplicant(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		r := h.Requests
		q, code := h.Open(t)
		_, err := r.OpenIdentity(h.As(h.Handler), q.Province, q.ID, "")
		refused(t, err, fault.Invalid, "reason:inforequest.need_reason")
		w, err := r.OpenIdentity(h.As(h.Handler), q.Province, q.ID, "核对通信地址")
		check(t, err)
		seen, err := r.Follow(h.Anyone(), q.Number, code)
		check(t, err)
		if w.Name != "王小明" || !slices.ContainsFunc(seen.Steps, func(s inforequest.Step) bool { return s.Kind == "opened" && s.Note == "核对通信地址" }) {
			t.Errorf("opened %+v; the applicant sees %+v", w, seen.Steps)
		}
	})
}

func TestWrongCodesEndAtTenAnHour(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		r := h.Requests
		q, code := h.Open(t)
		for range 10 {
			_, err := r.Follow(h.Anyone(), q.Number, wrongCode(code))
			refused(t, err, fault.Invalid, "number:inforequest.unknown")
		}
		_, err := r.Follow(h.Anyone(), q.Number, code)
		refused(t, err, fault.Invalid, "number:inforequest.tried_often")
		h.Clock.Advance(2 * time.Hour)
		if _, err := r.Follow(h.Anyone(), q.Number, code); err != nil {
			t.Errorf("after the hour: %v", err)
		}
		_, err = r.Renew(h.As(h.Desk), q.Province, q.ID, "350525199001011090")
		refused(t, err, fault.Invalid, "id_number:inforequest.other_person")
		fresh, err := r.Renew(h.As(h.Desk), q.Province, q.ID, inforequesttest.Resident)
		check(t, err)
		if _, err := r.Follow(h.Anyone(), q.Number, fresh); err != nil {
			t.Errorf("the new code: %v", err)
		}
		if _, err := r.Follow(h.Anyone(), q.Number, code); err == nil {
			t.Error("the lost code still opens")
		}
	})
}

// wrongCode is another code that could be one.
func wrongCode(code string) string {
	if code == "AAAAAAAAAA"+"A" {
		return code
	}
	for _, c := range []string{"3333333333", "4444444444", "AAAAAAAAAA"} {
		for _, last := range "34679ACDEFGHJKMNPQRTWXY" {
			if s := c + string(last); s != code && parses(s) {
				return s
			}
		}
	}
	return code
}

func TestRedactionRemoves(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		r := h.Requests
		q, _ := h.Open(t)
		text := "中标单位：演示建筑公司\n单价：每户三千二百元\n联系人电话 13800000000\n"
		src, err := r.Attach(h.As(h.Handler), q.Province, q.ID, inforequest.Source, "合同.txt", []byte(text))
		check(t, err)
		_, err = r.Attach(h.As(h.Handler), q.Province, q.ID, "letter", "假的.txt", []byte("不是本机关的文书"))
		refused(t, err, fault.Invalid, "purpose:inforequest.need_purpose")
		_, err = r.Redact(h.As(h.Handler), q.Province, q.ID, src.ID, []string{"没有的话"}, false, false)
		refused(t, err, fault.Invalid, "remove:inforequest.redact_missing")
		made, err := r.Redact(h.As(h.Handler), q.Province, q.ID, src.ID, []string{"每户三千 二百元"}, false, false)
		check(t, err)
		_, b, err := r.FileOf(h.As(h.Handler), q.Province, q.ID, made.ID)
		check(t, err)
		for _, gone := range []string{"三千二百", "13800000000"} {
			if bytes.Contains(b, []byte(gone)) {
				t.Errorf("%q is still in %q", gone, b)
			}
		}
		if !bytes.Contains(b, []byte("演示建筑公司")) {
			t.Errorf("what may be given is gone: %q", b)
		}
	})
}

func TestImagesOfIdentityDocumentsAreDestroyed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		r := h.Requests
		q, _ := h.Open(t)
		f, err := r.Attach(h.As(h.Desk), q.Province, q.ID, inforequest.IdentityImage, "身份证.txt", []byte("身份证正面"))
		check(t, err)
		h.Clock.Advance(31 * 24 * time.Hour)
		n, err := r.DestroyIdentityImages(h.Anyone(), h.Clock.Now())
		check(t, err)
		if n != 1 {
			t.Errorf("%d images destroyed", n)
		}
		_, _, err = r.FileOf(h.As(h.Desk), q.Province, q.ID, f.ID)
		refused(t, err, fault.NotFound, "inforequest.file_gone")
	})
}

func TestOpenRequestsFollowANewCalendar(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		r := h.Requests
		q, code := h.Open(t)
		was := state(t, h, q)
		_, err := h.Disclosure.Calendars.Import(h.As(h.Everybody), calendar.File{Name: "county.csv", Body: []byte("date,kind,name\n2026-12-01,rest,演示节\n2026-12-02,rest,演示节\n"), Division: int64(h.County.Division), By: 901})
		check(t, err)
		moved, err := r.Recount(h.Anyone())
		check(t, err)
		c, err := r.Follow(h.Anyone(), q.Number, code)
		check(t, err)
		if moved != 1 || c.DueOn != was.DueOn.AddDays(2) || !slices.ContainsFunc(c.Steps, func(s inforequest.Step) bool { return s.Kind == "calendar" }) {
			t.Errorf("%d moved, due %v, was %v", moved, c.DueOn, was.DueOn)
		}
		if moved, err = r.Recount(h.Anyone()); err != nil || moved != 0 {
			t.Errorf("counted again: %d moved, %v", moved, err)
		}
	})
}

func TestTheYearIsCountedByTheReportsIdentity(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		r := h.Requests
		for i, token := range []string{"a", "b", "c"} {
			q, code := h.File(t, func(f *inforequest.Filing) { f.Channel, f.Token = "counter", token })
			if i == 0 {
				check(t, r.Withdraw(h.Anyone(), q.Number, code))
			}
			if i == 1 {
				h.Clock.Set(day("2027-01-05").Start().Add(9 * time.Hour))
				check(t, r.Submit(h.As(h.Handler), q.Province, q.ID, answer()))
				check(t, r.Approve(h.As(h.Head), q.Province, q.ID))
			}
		}
		h.Read(t, func(tx *db.Tx) error {
			for year, want := range map[int][4]int{2026: {2, 0, 1, 1}, 2027: {1, 1, 1, 1}} {
				y, err := inforequest.TallyOf(tx, h.County, year)
				check(t, err)
				ended := 0
				for _, kinds := range y.Ended {
					ended += kinds["natural"]
				}
				if got := [4]int{y.New["natural"], y.Carried["natural"], ended, y.Forward["natural"]}; got != want || got[0]+got[1] != got[2]+got[3] {
					t.Errorf("%d: new, carried, ended, forward %v, want %v", year, got, want)
				}
			}
			return nil
		})
	})
}

// canary stands in every protected field.
const canary = "金丝雀八五二九"

func TestWhatPeopleWriteLiesSealed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		r := h.Requests
		q, code := h.File(t, func(f *inforequest.Filing) {
			f.Channel, f.Asked.Detail = "counter", canary+"的详情"
			f.Who.Name, f.Who.Address, f.Who.Helper, f.Who.HelperTie = canary, canary+"路", canary+"助", "亲属"
		})
		check(t, r.Clarify(h.As(h.Handler), q.Province, q.ID, canary+"请写明年度", 10))
		check(t, r.Supplement(h.Anyone(), q.Number, code, canary+"补正"))
		check(t, r.Ask(h.As(h.Handler), q.Province, q.ID, "third_party", canary+"公司", canary+"路"))
		_, err := r.Attach(h.As(h.Handler), q.Province, q.ID, inforequest.Source, canary+".txt", []byte(canary))
		check(t, err)
		d := answer()
		d.Values["provided"] = canary
		check(t, r.Save(h.As(h.Handler), q.Province, q.ID, d))
		for _, table := range []string{"inforequest", "inforequest_event", "inforequest_consult", "inforequest_draft", "inforequest_file", "inforequest_letter", "audit", "notice"} {
			h.Read(t, func(tx *db.Tx) error {
				rows, err := disclosuretest.Dump(tx, table)
				if bytes.Contains(rows, []byte(canary)) {
					t.Errorf("what a person wrote lies open in %s", table)
				}
				return err
			})
		}
	})
}

func parses(s string) bool { _, ok := secret.ParseCode(s); return ok }

func TestALeaversRequestsPassToHisSuccessor(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		q, _ := h.Open(t)
		var lines []string
		check(t, h.DB.Write(t.Context(), func(tx *db.Tx) (err error) {
			lines, err = h.Requests.HandOver(tx, h.Handler.ID, h.Second.ID)
			return err
		}))
		if c := state(t, h, q); c.Handler != h.Second.ID || len(lines) != 1 {
			t.Errorf("handled by %d, listed %v", c.Handler, lines)
		}
	})
}

func TestAnotherLastDayBringsAnotherWarning(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		r := h.Requests
		q, _ := h.Open(t)
		warnings := func() (n int) {
			for _, s := range state(t, h, q).Steps {
				if s.Kind == "warn" {
					n++
				}
			}
			return n
		}
		h.Clock.Set(day("2026-12-17").Start().Add(9 * time.Hour)) // two working days before
		check(t, r.Tick(h.Anyone()))
		check(t, r.Tick(h.Anyone()))
		check(t, r.Extend(h.As(h.Head), q.Province, q.ID, 20, "需要查找历史档案。"))
		if c := state(t, h, q); warnings() != 1 || c.Warned != 0 {
			t.Errorf("%d warnings, level %d after the extension", warnings(), c.Warned)
		}
		h.Clock.Set(state(t, h, q).DueOn.Start().Add(9 * time.Hour))
		check(t, r.Tick(h.Anyone()))
		if warnings() != 2 {
			t.Errorf("%d warnings at the new last day", warnings())
		}
	})
}

// TestNoCodeFollowsFromTheStore: whoever reads the rows alone, without the keys,
// must not be able to make a code from what stands in them.
func TestNoCodeFollowsFromTheStore(t *testing.T) {
	t.Parallel()
	h := inforequesttest.New(t)
	q, code := h.File(t, func(f *inforequest.Filing) { f.Channel = "counter" })
	var token, hash []byte
	h.Read(t, func(tx *db.Tx) error {
		return tx.Row("select token, code from inforequest where province = $1 and id = $2", q.Province, q.ID).Scan(&token, &hash)
	})
	for _, seed := range [][]byte{token, hash} {
		if secret.CodeFrom(seed, 10) == code {
			t.Error("the code of a request follows from its row")
		}
	}
}

// TestAPetitionSentAsARequestIsHandedOnByItsApplicantAlone: once, in his words,
// and only where the decision said that it was one (article 39).
func TestAPetitionSentAsARequestIsHandedOnByItsApplicantAlone(t *testing.T) {
	t.Parallel()
	h := inforequesttest.New(t)
	type filed struct{ asked, phone string }
	var got []filed
	h.Requests.AsMatter = func(_ *db.Tx, _ *inforequest.Request, a inforequest.Asked, w inforequest.Identity) (string, string, error) {
		got = append(got, filed{a.Subject, w.Phone})
		return "1", "2", nil
	}
	q, code := h.File(t, func(f *inforequest.Filing) { f.Channel = "counter" })
	_, _, err := h.Requests.HandOn(h.Anyone(), q.Number, code)
	refused(t, err, fault.Conflict, "flow.not_now")
	check(t, h.DB.Write(t.Context(), func(tx *db.Tx) error { // how it gets there is tested elsewhere
		_, err := tx.Exec("update inforequest set state = 'closed', decision = 'not_processed_petition', closed_on = '2026-11-30' where province = $1 and id = $2", q.Province, q.ID)
		return err
	}))
	number, made, err := h.Requests.HandOn(h.Anyone(), q.Number, code)
	check(t, err)
	if number != "1" || made != "2" || len(got) != 1 || got[0].asked == "" || got[0].phone == "" {
		t.Errorf("handed on: %s, %s, %+v", number, made, got)
	}
	_, _, err = h.Requests.HandOn(h.Anyone(), q.Number, code)
	refused(t, err, fault.Conflict, "flow.not_now")
	c, err := h.Requests.Follow(h.Anyone(), q.Number, code)
	check(t, err)
	if !slices.ContainsFunc(c.Steps, func(s inforequest.Step) bool { return s.Kind == inforequest.HandedOn && s.Note == "1" }) {
		t.Error("his record does not say so")
	}
}
