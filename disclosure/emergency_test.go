package disclosure_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"yangguang/disclosure"
)

func TestAWarningGoesOutOnTwoHands(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		text := h.Plain("暴雨橙色预警")
		text.Body = "请沿河群众立即转移，值班电话 0595-23881234。"
		v := h.Draft(t, h.County, "county.10", text)
		emergency := func(p int64, o disclosure.Opinion) error {
			x := h.Approver
			x.ID = p
			return d.Emergency(h.As(x), v.Province, v.ID, o)
		}
		refused(t, emergency(h.Author.ID, opinion()), conflict, "disclosure.same_person_wrote")
		refused(t, d.Emergency(h.For(h.Author, h.Approver), v.Province, v.ID, opinion()), conflict, "disclosure.same_person_wrote")
		refused(t, emergency(h.Approver.ID, disclosure.Opinion{Basis: "预警"}), invalid, "check_secrecy:disclosure.need_check_secrecy")
		o := opinion()
		o.Revision = 1
		refused(t, emergency(h.Approver.ID, o), conflict, "disclosure.changed_since_read")
		check(t, emergency(h.Approver.ID, opinion()))

		it := h.Item(t, v)
		if !it.Emergency || it.State != disclosure.ItemPublished {
			t.Fatalf("published as %+v", it)
		}
		after := []string{}
		for _, p := range []struct {
			name string
			want bool
		}{{"author", false}, {"reviewer", true}, {"approver", false}} {
			in, err := d.Inbox(h.As(map[string]disclosurePerson{"author": h.Author, "reviewer": h.Reviewer, "approver": h.Approver}[p.name]))
			check(t, err)
			if (len(in[disclosure.TaskOwed]) == 1) != p.want {
				after = append(after, p.name)
			}
		}
		if len(after) > 0 {
			t.Errorf("the owed review is wrongly shown or hidden for %v", after)
		}
		fullReview(t, h, v)
	})
}

// fullReview ends what is owed after an emergency.
func fullReview(t *testing.T, h *house, v *disclosure.Version) {
	t.Helper()
	d := h.Disclosure
	pass := func(p disclosurePerson) error { return d.PassAfter(h.As(p), v.Province, v.ID, opinion()) }
	approve := func(p disclosurePerson) error { return d.ApproveAfter(h.As(p), v.Province, v.ID, opinion()) }
	refused(t, pass(h.Author), forbidden, "disclosure.no_grant_review")
	refused(t, pass(h.Approver), conflict, "disclosure.same_person_signed")
	refused(t, approve(h.Deputy), conflict, "disclosure.review_unfinished")
	refused(t, d.PassAfter(h.As(h.Reviewer), v.Province, v.ID, disclosure.Opinion{Basis: "x"}), invalid, "check_secrecy:disclosure.need_check_secrecy")
	check(t, pass(h.Reviewer))
	check(t, pass(h.Second))
	refused(t, pass(h.Approver), conflict, "flow.not_now")
	refused(t, approve(h.Reviewer), conflict, "disclosure.same_person_signed")
	check(t, approve(h.Deputy))
	refused(t, approve(h.Deputy), conflict, "flow.not_now")
	it, got := h.Item(t, v), h.Version(t, v)
	if it.Emergency || got.ReviewOwed || !got.Emergency || got.Reviewer != h.Reviewer.ID || got.Reviewer2 != h.Second.ID || got.Approver != h.Deputy.ID {
		t.Errorf("after the full review: %+v, %+v", it, got)
	}
	p, err := public(t, h, h.County, it)
	check(t, err)
	var verbs []string
	for _, s := range p.Signatures {
		verbs = append(verbs, s.Step+" "+s.Verb)
	}
	if diff := cmp.Diff([]string{"duty_approve emergency", "secrecy pass_after", "privacy pass_after", "approve approve_after"}, verbs); diff != "" {
		t.Errorf("signatures (-want +got):\n%s", diff)
	}
	if n := len(p.Events); n != 2 || p.Events[1].Verb != "reviewed" {
		t.Errorf("history %+v", p.Events)
	}
}

func TestTheEmergencyPathIsNoWayRoundTheReview(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		v := h.Draft(t, h.County, "county.2", h.Plain("管理办法"))
		refused(t, d.Emergency(h.As(h.Approver), v.Province, v.ID, opinion()), forbidden, "disclosure.no_emergency")
		v = h.Draft(t, h.County, "county.10", h.Plain(""))
		refused(t, d.Emergency(h.As(h.Approver), v.Province, v.ID, opinion()), invalid, "title:disclosure.need_title")
		bad := h.Plain("预警")
		bad.Body = "联系人身份证号 " + resident
		v = h.Draft(t, h.County, "county.10", bad)
		refused(t, d.Emergency(h.As(h.Approver), v.Province, v.ID, opinion()), invalid, "disclosure.personal_never")
		it := h.Publish(t, h.County, "county.10", h.Plain("应急预案"))
		refused(t, d.PassAfter(h.As(h.Reviewer), it.Province, it.Current, opinion()), conflict, "flow.not_now")
	})
}
