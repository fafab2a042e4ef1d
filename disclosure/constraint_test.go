package disclosure_test

import (
	"testing"

	"yangguang/disclosure"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// TestTheStoreItselfRefuses writes around the use cases: what they promise, the
// schema keeps.
func TestTheStoreItselfRefuses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		it := h.Publish(t, h.County, "county.2", h.Plain("通知"))
		draft := h.Draft(t, h.County, "county.2", h.Plain("通知"))
		one := []any{it.Province, it.Current}
		ofDraft := []any{draft.Province, draft.ID}
		for name, c := range map[string]struct {
			sql  string
			args []any
		}{
			"the author reviews":         {"update item_version set reviewer = author where province = $1 and id = $2", one},
			"the author reviews second":  {"update item_version set reviewer2 = author where province = $1 and id = $2", one},
			"the author approves":        {"update item_version set approver = author where province = $1 and id = $2", one},
			"the reviewer approves":      {"update item_version set approver = reviewer where province = $1 and id = $2", one},
			"the second approves":        {"update item_version set approver = reviewer2 where province = $1 and id = $2", one},
			"published unapproved":       {"update item_version set approver = null where province = $1 and id = $2", one},
			"published unreviewed":       {"update item_version set reviewer = null where province = $1 and id = $2", one},
			"a draft made public":        {"update item_version set state = 'published' where province = $1 and id = $2", ofDraft},
			"a draft made approved":      {"update item_version set state = 'approved' where province = $1 and id = $2", ofDraft},
			"an emergency by one person": {"update item_version set state = 'published', emergency = true where province = $1 and id = $2", ofDraft},
			"an unknown state":           {"update item_version set state = 'secret' where province = $1 and id = $2", ofDraft},
			"withheld without a ground":  {"update item_version set openness = 'withheld' where province = $1 and id = $2", ofDraft},
			"a second open version": {`insert into item_version (province, id, item, number, state, rule, title, author, created_at, saved_at)
 select province, id + 1, item, number + 1, 'draft', rule, title, author, 0, 0 from item_version where province = $1 and id = $2`, ofDraft},
			"the same number twice": {`insert into item_version (province, id, item, number, state, rule, title, author, created_at, saved_at)
 select province, id + 1, item, number, 'discarded', rule, title, author, 0, 0 from item_version where province = $1 and id = $2`, ofDraft},
			"a version of nothing": {`insert into item_version (province, id, item, number, state, rule, title, author, created_at, saved_at)
 select province, id + 1, item + 7, 1, 'draft', rule, title, author, 0, 0 from item_version where province = $1 and id = $2`, ofDraft},
			"published without a number":    {"update item set number = null where province = $1 and id = $2", []any{it.Province, it.ID}},
			"taken down without a reason":   {"update item set state = 'taken_down', ended_at = 1 where province = $1 and id = $2", []any{it.Province, it.ID}},
			"an unknown validity":           {"update item set validity = 'maybe' where province = $1 and id = $2", []any{it.Province, it.ID}},
			"a finding that never goes out": {"insert into item_finding (province, id, version, kind, class, place, masked, fingerprint, state, at) values ($1, 1, $2, 'resident', 'never', '', '', '', 'released', 0)", one},
			"a report answered by nobody":   {"insert into error_report (province, id, item, agency, kind, text, state, at) values ($1, 1, $2, 1, 'wrong', $3, 'answered', 0)", []any{it.Province, it.ID, []byte{1}}},
		} {
			err := h.DB.Write(h.Anyone(), func(tx *db.Tx) error {
				n, err := tx.Exec(c.sql, c.args...)
				if err == nil && n == 0 {
					t.Errorf("%s: no row was touched", name)
				}
				return err
			})
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("%s was stored: %v", name, err)
			}
		}
		if got := h.Version(t, draft); got.State != disclosure.Drafted {
			t.Errorf("the draft is now %s", got.State)
		}
	})
}
