package disclosure_test

import (
	"context"
	"testing"
	"time"

	"yangguang/disclosure"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/fault"
)

const (
	invalid   = fault.Invalid
	forbidden = fault.Forbidden
	conflict  = fault.Conflict
	missing   = fault.NotFound
	resident  = "350525199003071230" // plainly invented
)

// act is one use case on a version or item, for trying each as anybody.
type act struct {
	name, grant string
	do          func(ctx context.Context, d *disclosure.Disclosure, v *disclosure.Version) error
}

var acts = []act{
	{"save", "draft", func(ctx context.Context, d *disclosure.Disclosure, v *disclosure.Version) error {
		_, err := d.Save(ctx, v.Province, v.ID, disclosure.Text{})
		return err
	}},
	{"discard", "draft", func(ctx context.Context, d *disclosure.Disclosure, v *disclosure.Version) error {
		return d.Discard(ctx, v.Province, v.ID)
	}},
	{"submit", "draft", func(ctx context.Context, d *disclosure.Disclosure, v *disclosure.Version) error {
		return d.Submit(ctx, v.Province, v.ID)
	}},
	{"withdraw", "draft", func(ctx context.Context, d *disclosure.Disclosure, v *disclosure.Version) error {
		return d.Withdraw(ctx, v.Province, v.ID)
	}},
	{"pass", "review", func(ctx context.Context, d *disclosure.Disclosure, v *disclosure.Version) error {
		return d.Pass(ctx, v.Province, v.ID, opinion())
	}},
	{"return", "review", func(ctx context.Context, d *disclosure.Disclosure, v *disclosure.Version) error {
		return d.Return(ctx, v.Province, v.ID, "请修改")
	}},
	{"refer", "review", func(ctx context.Context, d *disclosure.Disclosure, v *disclosure.Version) error {
		return d.Refer(ctx, v.Province, v.ID, "拿不准")
	}},
	{"release a finding", "review", func(ctx context.Context, d *disclosure.Disclosure, v *disclosure.Version) error {
		return d.ReleaseFinding(ctx, v.Province, v.ID, 1, "办公电话")
	}},
	{"clear a file", "review", func(ctx context.Context, d *disclosure.Disclosure, v *disclosure.Version) error {
		return d.ClearFile(ctx, v.Province, v.ID, 1, "看过")
	}},
	{"rule", "oversee", func(ctx context.Context, d *disclosure.Disclosure, v *disclosure.Version) error {
		return d.Rule(ctx, v.Province, v.ID, true, "保密法", "可以公开")
	}},
	{"refuse", "oversee", func(ctx context.Context, d *disclosure.Disclosure, v *disclosure.Version) error {
		return d.Rule(ctx, v.Province, v.ID, false, "保密法", "不能公开")
	}},
	{"recall", "approve", func(ctx context.Context, d *disclosure.Disclosure, v *disclosure.Version) error {
		return d.Recall(ctx, v.Province, v.ID, "暂缓")
	}},
	{"emergency", "approve", func(ctx context.Context, d *disclosure.Disclosure, v *disclosure.Version) error {
		return d.Emergency(ctx, v.Province, v.ID, opinion())
	}},
	{"approve", "review", func(ctx context.Context, d *disclosure.Disclosure, v *disclosure.Version) error { // at the step of a review
		return d.Approve(ctx, v.Province, v.ID, opinion(), never)
	}},
	{"take down", "takedown", func(ctx context.Context, d *disclosure.Disclosure, v *disclosure.Version) error {
		return d.TakeDown(ctx, v.Province, v.Item, "error", "内容有误")
	}},
	{"set validity", "takedown", func(ctx context.Context, d *disclosure.Disclosure, v *disclosure.Version) error {
		return d.SetValidity(ctx, v.Province, v.Item, "expired", "到期")
	}},
	{"correct", "draft", func(ctx context.Context, d *disclosure.Disclosure, v *disclosure.Version) error {
		_, err := d.Correct(ctx, v.Province, v.Item)
		return err
	}},
}

func TestNobodyActsWithoutTheGrant(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		v := h.Submitted(t, h.County, "county.2", h.Plain("征求意见"))
		colleague := disclosuretest.Person{ID: 999}.With(h.County, disclosure.Importing) // of the unit, but without these grants
		abroad := disclosuretest.Person{ID: 998}.Within(h.Village.Division, disclosure.Drafting, disclosure.Reviewing, disclosure.Approving)
		for _, a := range acts {
			refused(t, a.do(h.Anyone(), d, v), fault.Unauthenticated, "fault.unauthenticated")
			refused(t, a.do(h.As(h.Other), d, v), missing, "fault.not_found")
			refused(t, a.do(h.As(abroad), d, v), missing, "fault.not_found")
			refused(t, a.do(h.As(colleague), d, v), forbidden, "disclosure.no_grant_"+a.grant)
		}
		_, err := d.Start(h.As(h.Other), h.County.ID, "county.2", "")
		refused(t, err, missing, "fault.not_found")
		_, err = d.Start(h.As(h.Second), h.County.ID, "county.2", "")
		refused(t, err, forbidden, "disclosure.no_grant_draft")
		_, err = d.Open(h.As(h.Other), v.Province, v.ID)
		refused(t, err, missing, "fault.not_found")
		_, err = d.Open(h.Anyone(), v.Province, v.ID)
		refused(t, err, missing, "fault.not_found")
		if got := h.Version(t, v); got.State != disclosure.InReview || got.Revision != v.Revision {
			t.Errorf("a refused act changed the version: %+v", got)
		}
	})
}

func TestADelegateHasOnlyWhatHisPrincipalLends(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		v := h.Submitted(t, h.County, "county.2", h.Plain("通知"))
		// Colleague may approve in his own name, but not while standing in for Second.
		err := h.Disclosure.Recall(h.For(h.Colleague, h.Second), v.Province, v.ID, "x")
		refused(t, err, forbidden, "disclosure.no_grant_approve")
		check(t, h.Disclosure.Pass(h.For(h.Colleague, h.Second), v.Province, v.ID, opinion()))
	})
}

func TestStartRefuses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		start := func(category, period string) error {
			_, err := d.Start(h.As(h.Author), h.County.ID, category, period)
			return err
		}
		refused(t, start("village.3", ""), invalid, "disclosure.category_not_owed")
		refused(t, start("county.99", ""), invalid, "disclosure.category_not_owed")
		refused(t, start("county.7", "2026Q1"), invalid, "period:disclosure.period_unknown")
		refused(t, start("county.7", "<script>"), invalid, "period:disclosure.period_unknown")
		check(t, start("county.7", "2025"))
		_, err := d.Start(h.As(h.Everybody), 1, "county.2", "")
		refused(t, err, missing, "agency.unknown")
		d.Norm = d.Norm.Retired()
		_, err = d.Start(h.As(h.Everybody), h.Township.ID, "township.3", "2026Q3")
		refused(t, err, invalid, "disclosure.category_not_owed")
	})
}

func TestSaveRefusesOnlyWhatCannotBeKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		v := h.Draft(t, h.County, "county.7", disclosure.Text{})
		save := func(change func(x *disclosure.Text)) error {
			x := h.Plain("计划")
			change(&x)
			_, err := d.Save(h.As(h.Author), v.Province, v.ID, x)
			return err
		}
		long := func(n int) string { return string(make([]rune, n+1)) }
		for field, change := range map[string]func(x *disclosure.Text){
			"title:disclosure.too_long":                       func(x *disclosure.Text) { x.Title = long(disclosure.MaxTitle) },
			"summary:disclosure.too_long":                     func(x *disclosure.Text) { x.Summary = long(disclosure.MaxSummary) },
			"body:disclosure.too_long":                        func(x *disclosure.Text) { x.Body = long(disclosure.MaxBody) },
			"period:disclosure.period_unknown":                func(x *disclosure.Text) { x.Period = "2031" },
			"openness:disclosure.need_openness":               func(x *disclosure.Text) { x.Openness = "secret" },
			"openness_ground:disclosure.need_openness_ground": func(x *disclosure.Text) { x.Openness = "withheld" },
			"doc_number:disclosure.too_long":                  func(x *disclosure.Text) { x.DocNumber = long(80) },
		} {
			refused(t, save(change), invalid, field)
		}
		check(t, save(func(x *disclosure.Text) {
			x.Period = "2026"
			x.Openness = "withheld"
			x.OpennessGround = "国家秘密"
		}))
		if it := h.Item(t, v); it.Period != "2026" {
			t.Errorf("the period was not kept: %q", it.Period)
		}
		refused(t, d.Submit(h.As(h.Author), v.Province, v.ID), invalid, "openness:disclosure.not_proactive")
		before := h.Version(t, v)
		check(t, save(func(x *disclosure.Text) { x.Revision = before.Revision }))
		refused(t, save(func(x *disclosure.Text) { x.Revision = before.Revision }), conflict, "disclosure.saved_elsewhere")
	})
}

func TestSubmitNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		other := h.Publish(t, h.County, "county.2", func() disclosure.Text { x := h.Plain("办法"); x.DocNumber = "永演〔2026〕9号"; return x }())
		for key, change := range map[string]func(x *disclosure.Text){
			"title:disclosure.need_title":            func(x *disclosure.Text) { x.Title = " " },
			"formed_on:disclosure.need_formed_on":    func(x *disclosure.Text) { x.FormedOn = x.EndsOn },
			"formed_on:disclosure.formed_in_future":  func(x *disclosure.Text) { x.FormedOn = x.FormedOn.AddDays(1) },
			"ends_on:disclosure.ends_in_past":        func(x *disclosure.Text) { x.EndsOn = x.FormedOn },
			"body:disclosure.need_body":              func(x *disclosure.Text) { x.Body = "<p> </p>" },
			"period:disclosure.need_period":          func(x *disclosure.Text) { x.Period = "" },
			"doc_number:disclosure.doc_number_taken": func(x *disclosure.Text) { x.DocNumber = "永演〔2026〕9号" },
			"explains:disclosure.explains_unknown":   func(x *disclosure.Text) { x.Explains = 12345 },
		} {
			x := h.Text("county.7", "2026", "计划")
			x.Explains = other.ID
			change(&x)
			v := h.Draft(t, h.County, "county.7", x)
			refused(t, d.Submit(h.As(h.Author), v.Province, v.ID), invalid, key)
		}
		v := h.Draft(t, h.County, "county.4", func() disclosure.Text { x := h.Text("county.4", "2026Q3", "人口"); x.Data.Rows = nil; return x }())
		if err := d.Submit(h.As(h.Author), v.Province, v.ID); !fault.Is(err, invalid) {
			t.Errorf("an empty population table was submitted: %v", err)
		}
		v = h.Draft(t, h.County, "county.4", h.Text("county.4", "2026Q3", "人口"))
		check(t, d.Submit(h.As(h.Author), v.Province, v.ID))
	})
}

func TestAReviewerTicksAndNamesTheBasis(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		v := h.Submitted(t, h.County, "county.2", h.Plain("通知"))
		pass := func(o disclosure.Opinion) error { return d.Pass(h.As(h.Reviewer), v.Province, v.ID, o) }
		refused(t, pass(disclosure.Opinion{Basis: "x"}), invalid, "check_secrecy:disclosure.need_check_secrecy")
		refused(t, pass(disclosure.Opinion{Checks: []string{"secrecy"}, Basis: " "}), invalid, "basis:disclosure.need_basis")
		o := opinion()
		o.Revision = v.Revision - 1
		refused(t, pass(o), conflict, "disclosure.changed_since_read")
		refused(t, d.Approve(h.As(h.Approver), v.Province, v.ID, opinion(), never), conflict, "disclosure.review_unfinished")
		refused(t, d.Return(h.As(h.Reviewer), v.Province, v.ID, " "), invalid, "note:disclosure.need_note")
		refused(t, d.Refer(h.As(h.Reviewer), v.Province, v.ID, ""), invalid, "note:disclosure.need_note")
		check(t, pass(opinion()))
		check(t, pass(opinion()))
		refused(t, d.Pass(h.As(h.Deputy), v.Province, v.ID, opinion()), conflict, "flow.not_now")
		past := h.Clock.Now().Add(-time.Minute)
		refused(t, d.Approve(h.As(h.Approver), v.Province, v.ID, opinion(), past), invalid, "publish_at:disclosure.publish_at_past")
		refused(t, d.Approve(h.As(h.Approver), v.Province, v.ID, opinion(), h.Clock.Now()), invalid, "publish_at:disclosure.publish_at_past")
	})
}
