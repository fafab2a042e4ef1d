package disclosure_test

import (
	"strings"
	"testing"

	"yangguang/disclosure"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// employ writes the row of an invented person, in office or gone.
func employ(t *testing.T, h *house, id int64, state string) {
	t.Helper()
	check(t, h.DB.Write(t.Context(), func(tx *db.Tx) error {
		if _, err := tx.Exec("delete from login where person = $1", id); err != nil {
			return err
		}
		if _, err := tx.Exec("delete from person where id = $1", id); err != nil {
			return err
		}
		if _, err := tx.Exec("insert into person (id, name, state, created_at) values ($1, '张三', $2, 0)", id, map[bool]string{true: "left", false: "active"}[state == "left"]); err != nil {
			return err
		}
		login := map[bool]string{true: "frozen", false: "active"}[state == "frozen"]
		_, err := tx.Exec("insert into login (id, person, name, name_key, state, demo, created_at) values ($1, $1, $2, $2, $3, true, 0)", id, "someone", login)
		return err
	}))
}

// TestOnlyTheAuthorWithdraws: 撤回 is one's own. A colleague who drafts for the
// same unit, a reviewer and the approver are told who may.
func TestOnlyTheAuthorWithdraws(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d, author := h.Disclosure, h.Author
		manager := h.Other.With(h.County, account.Managing)
		v := h.Submitted(t, h.County, "county.2", h.Plain("通知"))
		employ(t, h, author.ID, "active")
		refused(t, d.Withdraw(h.As(h.Colleague), v.Province, v.ID), forbidden, "disclosure.not_your_submission")
		refused(t, d.Withdraw(h.As(h.Reviewer), v.Province, v.ID), forbidden, "disclosure.not_your_submission")
		refused(t, d.Withdraw(h.As(h.Approver), v.Province, v.ID), forbidden, "disclosure.no_grant_draft")
		refused(t, d.Withdraw(h.As(manager), v.Province, v.ID), forbidden, "disclosure.not_your_submission")
		if s, err := d.Open(h.As(h.Colleague), v.Province, v.ID); err != nil || s.May("withdraw") || s.Blocked["withdraw"] != nil {
			t.Error("a colleague is offered what is not his")
		}
		// The author himself, and whoever stands in for him, in his name.
		for _, ctx := range []func() error{
			func() error { return d.Withdraw(h.As(author), v.Province, v.ID) },
			func() error { return d.Withdraw(h.For(h.Colleague, author), v.Province, v.ID) },
		} {
			check(t, ctx())
			if got := h.Version(t, v); got.State != disclosure.Drafted {
				t.Errorf("after withdrawing: %s", got.State)
			}
			check(t, d.Submit(h.As(author), v.Province, v.ID))
		}
		// Where the author cannot, the unit's manager may; a colleague still not.
		for _, state := range []string{"frozen", "left"} {
			employ(t, h, author.ID, state)
			refused(t, d.Withdraw(h.As(h.Colleague), v.Province, v.ID), forbidden, "disclosure.not_your_submission")
			check(t, d.Withdraw(h.As(manager), v.Province, v.ID))
			employ(t, h, author.ID, "active")
			check(t, d.Submit(h.As(author), v.Province, v.ID))
		}
		elsewhere := h.Other.With(h.Township, account.Managing)
		employ(t, h, author.ID, "left")
		if err := d.Withdraw(h.As(elsewhere), v.Province, v.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("the manager of another unit withdrew: %v", err)
		}
	})
}

// TestALeaversDraftsAreNotLost hands over with a successor and without one.
func TestALeaversDraftsAreNotLost(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		draft := h.Draft(t, h.County, "county.2", h.Plain("没写完的通知"))
		review := h.Submitted(t, h.County, "county.2", h.Plain("送审的通知"))
		handOver := func(to int64) (lines []string) {
			t.Helper()
			check(t, h.DB.Write(h.As(h.Everybody), func(tx *db.Tx) (err error) {
				lines, err = d.HandOver(tx, h.Author.ID, to)
				return err
			}))
			return lines
		}
		mine := func(v *disclosure.Version) bool {
			t.Helper()
			in, err := d.Inbox(h.As(h.Colleague))
			check(t, err)
			for _, task := range in[disclosure.TaskDraft] {
				if task.ID == v.ID {
					return true
				}
			}
			return false
		}
		if mine(draft) {
			t.Error("a colleague's draft is in his inbox as his own")
		}
		lines := handOver(0)
		employ(t, h, h.Author.ID, "left")
		if got := strings.Join(lines, "\n"); len(lines) != 2 || !strings.Contains(got, "草稿：没写完的通知") || !strings.Contains(got, "在办：送审的通知") {
			t.Errorf("the list says %q", lines)
		}
		if !mine(draft) {
			t.Error("the leaver's draft is in nobody's inbox")
		}
		check(t, d.Return(h.As(h.Reviewer), review.Province, review.ID, "请修改"))
		if !mine(review) {
			t.Error("what was returned to a leaver is in nobody's inbox")
		}
		if got := h.Version(t, draft); got.Author != h.Author.ID {
			t.Error("the draft was given to somebody though there is no successor")
		}
		handOver(h.Colleague.ID)
		if got := h.Version(t, draft); got.Author != h.Colleague.ID {
			t.Errorf("the draft is of %d, not of the successor", got.Author)
		}
		// The leaver wrote it: he reviews it neither as himself nor later.
		check(t, d.Submit(h.As(h.Colleague), draft.Province, draft.ID))
		back := h.Author.With(h.County, disclosure.Reviewing)
		refused(t, d.Pass(h.As(back), draft.Province, draft.ID, opinion()), conflict, "disclosure.same_person_wrote")
		check(t, d.Pass(h.As(h.Reviewer), draft.Province, draft.ID, opinion()))
	})
}
