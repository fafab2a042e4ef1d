package disclosure_test

import (
	"context"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yangguang/disclosure"
	"yangguang/internal/fault"
)

var update = flag.Bool("update", false, "write testdata anew; a person reviews the difference")

func TestTheFlowIsTheReviewedOne(t *testing.T) {
	t.Parallel()
	const path = "testdata/flow.txt"
	got := disclosure.Flow.Dump()
	if *update {
		check(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	check(t, err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the state table changed; review %s (-want +got):\n%s", path, diff)
	}
}

// byHand are the verbs a person may try on a version.
func byHand(d *disclosure.Disclosure, v *disclosure.Version) map[string]func(ctx context.Context) error {
	p, id := v.Province, v.ID
	return map[string]func(ctx context.Context) error{
		"save": func(ctx context.Context) error {
			_, err := d.Save(ctx, p, id, disclosure.Text{Title: "题目"})
			return err
		},
		"submit":        func(ctx context.Context) error { return d.Submit(ctx, p, id) },
		"discard":       func(ctx context.Context) error { return d.Discard(ctx, p, id) },
		"emergency":     func(ctx context.Context) error { return d.Emergency(ctx, p, id, opinion()) },
		"pass":          func(ctx context.Context) error { return d.Pass(ctx, p, id, opinion()) },
		"return":        func(ctx context.Context) error { return d.Return(ctx, p, id, "请修改") },
		"withdraw":      func(ctx context.Context) error { return d.Withdraw(ctx, p, id) },
		"refer":         func(ctx context.Context) error { return d.Refer(ctx, p, id, "拿不准") },
		"approve":       func(ctx context.Context) error { return d.Approve(ctx, p, id, opinion(), never) },
		"rule":          func(ctx context.Context) error { return d.Rule(ctx, p, id, true, "保密法", "可以") },
		"refuse":        func(ctx context.Context) error { return d.Rule(ctx, p, id, false, "保密法", "不可以") },
		"recall":        func(ctx context.Context) error { return d.Recall(ctx, p, id, "暂缓") },
		"pass_after":    func(ctx context.Context) error { return d.PassAfter(ctx, p, id, opinion()) },
		"approve_after": func(ctx context.Context) error { return d.ApproveAfter(ctx, p, id, opinion()) },
	}
}

// TestNoVerbWorksInAnotherState tries every verb by hand in every state; the
// table refuses the pairs it does not list, whoever asks.
func TestNoVerbWorksInAnotherState(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		for state, v := range inEveryState(t, h) {
			if got := h.Version(t, v).State; got != state {
				t.Fatalf("the stage for %s is %s", state, got)
			}
			for verb, do := range byHand(d, v) {
				if _, err := disclosure.Flow.Next(state, verb); err == nil {
					continue
				}
				refused(t, do(h.As(h.Everybody)), fault.Conflict, "flow.not_now")
			}
		}
	})
}

func inEveryState(t *testing.T, h *house) map[string]*disclosure.Version {
	t.Helper()
	d, u := h.Disclosure, h.County
	text := func() disclosure.Text { return h.Plain("通知") }
	out := map[string]*disclosure.Version{
		disclosure.Drafted:   h.Draft(t, u, "county.2", text()),
		disclosure.InReview:  h.Submitted(t, u, "county.2", text()),
		disclosure.Referred:  h.Submitted(t, u, "county.2", text()),
		disclosure.Approved:  h.Reviewed(t, u, "county.2", text()),
		disclosure.Published: h.Reviewed(t, u, "county.2", text()),
		disclosure.Discarded: h.Draft(t, u, "county.2", text()),
	}
	v := out[disclosure.Referred]
	check(t, d.Refer(h.As(h.Reviewer), v.Province, v.ID, "拿不准"))
	v = out[disclosure.Approved]
	check(t, d.Approve(h.As(h.Approver), v.Province, v.ID, opinion(), h.Clock.Now().Add(time.Hour)))
	v = out[disclosure.Published]
	check(t, d.Approve(h.As(h.Approver), v.Province, v.ID, opinion(), never))
	v = out[disclosure.Discarded]
	check(t, d.Discard(h.As(h.Author), v.Province, v.ID))
	it := h.Publish(t, u, "county.2", text())
	out[disclosure.Superseded] = h.Version(t, &disclosure.Version{Province: it.Province, ID: it.Current})
	h.Correct(t, u, it, text())
	return out
}

func TestADoubtIsAnsweredByTheSuperior(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		v := h.Submitted(t, h.County, "county.2", h.Plain("通知"))
		check(t, d.Refer(h.As(h.Reviewer), v.Province, v.ID, "是否涉密拿不准"))
		rule := func(ctx context.Context, release bool) error {
			return d.Rule(ctx, v.Province, v.ID, release, "保密法第十三条", "经确认")
		}
		refused(t, rule(h.As(h.Approver), true), forbidden, "disclosure.no_grant_oversee")
		overseeing := func(p int64) context.Context {
			x := h.Overseer
			x.ID = p
			return h.As(x)
		}
		refused(t, rule(overseeing(h.Author.ID), true), conflict, "disclosure.same_person_wrote")
		refused(t, rule(overseeing(h.Reviewer.ID), true), conflict, "disclosure.same_person_signed")
		refused(t, d.Rule(h.As(h.Overseer), v.Province, v.ID, true, "", "x"), invalid, "basis:disclosure.need_basis")
		refused(t, d.Rule(h.As(h.Overseer), v.Province, v.ID, true, "x", ""), invalid, "note:disclosure.need_note")
		check(t, rule(h.As(h.Overseer), true))
		if got := h.Version(t, v); got.State != disclosure.InReview || got.Step != "secrecy" {
			t.Errorf("after the ruling: %s at %s", got.State, got.Step)
		}
		check(t, d.Refer(h.As(h.Second), v.Province, v.ID, "仍有疑问"))
		check(t, rule(h.As(h.Overseer), false))
		if got := h.Version(t, v); got.State != disclosure.Drafted || got.Reviewer != 0 {
			t.Errorf("after the refusal: %s, reviewer %d", got.State, got.Reviewer)
		}
		in, err := d.Inbox(h.As(h.Author))
		check(t, err)
		if len(in[disclosure.TaskDraft]) != 1 || !strings.Contains(in[disclosure.TaskDraft][0].Note, "经确认") {
			t.Errorf("the author sees %+v", in)
		}
	})
}
