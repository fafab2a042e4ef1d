package disclosure_test

import (
	"context"
	"testing"

	"yangguang/disclosure"
	"yangguang/disclosure/disclosuretest"
)

// 1.1.c: whoever wrote has not reviewed, whoever reviewed has not approved;
// persons are compared, not accounts.
func TestTheSamePersonNeverSignsTwice(t *testing.T) {
	t.Parallel()
	const wrote, signed = "disclosure.same_person_wrote", "disclosure.same_person_signed"
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		pass := func(ctx context.Context, v *disclosure.Version) error {
			return d.Pass(ctx, v.Province, v.ID, opinion())
		}
		approve := func(ctx context.Context, v *disclosure.Version) error {
			return d.Approve(ctx, v.Province, v.ID, opinion(), never)
		}
		by := func(p disclosuretest.Person) *disclosure.Version { // a submission by p
			v, err := d.Start(h.As(p), h.County.ID, "county.2", "")
			check(t, err)
			_, err = d.Save(h.As(p), v.Province, v.ID, h.Plain("通知"))
			check(t, err)
			check(t, d.Submit(h.As(p), v.Province, v.ID))
			return v
		}
		t.Run("the author through his second login", func(t *testing.T) {
			refused(t, pass(h.Through(h.Colleague, 2), by(h.Colleague)), conflict, wrote)
		})
		t.Run("the author standing in for the reviewer", func(t *testing.T) {
			refused(t, pass(h.For(h.Colleague, h.Second), by(h.Colleague)), conflict, wrote)
		})
		t.Run("somebody standing in for the author", func(t *testing.T) {
			refused(t, pass(h.For(h.Deputy, h.Colleague), by(h.Colleague)), conflict, wrote)
		})
		t.Run("a helper who only edited the draft, and the one he edited for", func(t *testing.T) {
			v := h.Draft(t, h.County, "county.2", h.Plain("通知"))
			_, err := d.Save(h.For(h.Reviewer, h.Colleague), v.Province, v.ID, h.Plain("通知二"))
			check(t, err)
			check(t, d.Submit(h.As(h.Author), v.Province, v.ID))
			refused(t, pass(h.As(h.Reviewer), v), conflict, wrote)
			refused(t, pass(h.As(h.Colleague), v), conflict, wrote)
		})
		t.Run("a helper in another's name after that other helped himself", func(t *testing.T) {
			v := h.Draft(t, h.County, "county.2", h.Plain("通知"))
			for _, ctx := range []context.Context{h.As(h.Colleague), h.For(h.Reviewer, h.Colleague)} {
				_, err := d.Save(ctx, v.Province, v.ID, h.Plain("通知二"))
				check(t, err)
			}
			check(t, d.Submit(h.As(h.Author), v.Province, v.ID))
			refused(t, pass(h.As(h.Reviewer), v), conflict, wrote)
		})
		t.Run("a reviewer approving, himself or through a delegate or as one", func(t *testing.T) {
			v := h.Submitted(t, h.County, "county.2", h.Plain("通知"))
			check(t, pass(h.As(h.Reviewer), v))
			check(t, pass(h.For(h.Deputy, h.Second), v))
			refused(t, approve(h.Through(h.Reviewer, 2), v), conflict, signed)
			refused(t, approve(h.For(h.Colleague, h.Reviewer), v), conflict, signed)
			refused(t, approve(h.For(h.Reviewer, h.Approver), v), conflict, signed)
			refused(t, approve(h.As(h.Deputy), v), conflict, signed)
			check(t, approve(h.As(h.Approver), v))
		})
		t.Run("a reviewer whose signature a return took away", func(t *testing.T) {
			v := h.Submitted(t, h.County, "county.2", h.Plain("通知"))
			check(t, pass(h.As(h.Reviewer), v))
			check(t, d.Return(h.As(h.Second), v.Province, v.ID, "请修改"))
			check(t, d.Submit(h.As(h.Author), v.Province, v.ID))
			check(t, pass(h.As(h.Second), v))
			check(t, pass(h.As(h.Second), v))
			refused(t, approve(h.As(h.Reviewer), v), conflict, signed)
			check(t, approve(h.As(h.Approver), v))
		})
		t.Run("a reviewer who then edits what came back", func(t *testing.T) {
			v := h.Submitted(t, h.County, "county.2", h.Plain("通知"))
			check(t, d.Return(h.As(h.Second), v.Province, v.ID, "请修改"))
			_, err := d.Save(h.As(h.Reviewer), v.Province, v.ID, h.Plain("通知三"))
			check(t, err)
			check(t, d.Submit(h.As(h.Author), v.Province, v.ID))
			refused(t, pass(h.As(h.Reviewer), v), conflict, wrote)
		})
		t.Run("the author sending his own back as the reviewer", func(t *testing.T) {
			v := by(h.Colleague)
			refused(t, d.Return(h.As(h.Colleague), v.Province, v.ID, "x"), conflict, wrote)
			refused(t, d.Refer(h.As(h.Colleague), v.Province, v.ID, "x"), conflict, wrote)
			check(t, d.Withdraw(h.As(h.Colleague), v.Province, v.ID))
		})
	})
}

func TestTheDeskShowsWhyAVerbIsBarred(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		v := h.Reviewed(t, h.County, "county.2", h.Plain("通知"))
		s, err := h.Disclosure.Open(h.As(h.Reviewer), v.Province, v.ID)
		check(t, err)
		refused(t, s.Blocked["approve"], conflict, "disclosure.same_person_signed")
		if s.May("approve") {
			t.Error("the reviewer is offered to approve")
		}
		s, err = h.Disclosure.Open(h.As(h.Approver), v.Province, v.ID)
		check(t, err)
		if !s.May("approve") || s.May("pass") || s.May("gate") || s.May("drop") {
			t.Errorf("the approver is offered %v", s.Verbs)
		}
	})
}

func TestAVillageReviewsItself(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		draft := func() *disclosure.Version {
			v, err := d.Start(h.As(h.Clerk), h.Village.ID, "village.6", "")
			check(t, err)
			_, err = d.Save(h.As(h.Clerk), v.Province, v.ID, h.Plain("村规民约"))
			check(t, err)
			check(t, d.Submit(h.As(h.Clerk), v.Province, v.ID))
			return v
		}
		v := draft()
		refused(t, d.Pass(h.As(h.Head), v.Province, v.ID, opinion()), forbidden, "disclosure.no_grant_supervise")
		refused(t, d.Approve(h.As(h.Head), v.Province, v.ID, opinion(), never), forbidden, "disclosure.no_grant_supervise")
		check(t, d.Pass(h.As(h.Supervisor), v.Province, v.ID, opinion()))
		check(t, d.Approve(h.As(h.Head), v.Province, v.ID, opinion(), never))
		if v := h.Version(t, v); v.Author != h.Clerk.ID || v.Reviewer != h.Supervisor.ID || v.Approver != h.Head.ID {
			t.Errorf("signed by %d, %d, %d", v.Author, v.Reviewer, v.Approver)
		}

		// 乡（镇）可以代为审查、批准, but one lent person signs once.
		v = draft()
		check(t, d.Pass(h.As(h.Lender), v.Province, v.ID, opinion()))
		refused(t, d.Approve(h.As(h.Lender), v.Province, v.ID, opinion(), never), conflict, "disclosure.same_person_signed")
		check(t, d.Approve(h.As(h.Head), v.Province, v.ID, opinion(), never))
		v = draft()
		check(t, d.Pass(h.As(h.Supervisor), v.Province, v.ID, opinion()))
		check(t, d.Approve(h.As(h.Lender), v.Province, v.ID, opinion(), never))
		refused(t, d.Withdraw(h.As(h.Lender), v.Province, v.ID), forbidden, "disclosure.no_grant_draft")
	})
}
