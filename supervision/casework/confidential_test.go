package casework_test

import (
	"strings"
	"testing"

	"yangguang/internal/db"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/caseworktest"
)

// TestTheSubjectOfATipOffIsSealed holds that its row and its words say nothing,
// that the unit that answers for it reads it, that lists call it by its number,
// and that a matter which becomes one, or is none after all, follows.
func TestTheSubjectOfATipOffIsSealed(t *testing.T) {
	caseworktest.Each(t, func(t *testing.T, h *caseworktest.House) {
		m, _ := h.File(t, h.Filing("tipoff"))
		clear := func() (subject string, words int) {
			h.Read(t, func(tx *db.Tx) error {
				x, err := casework.Row(tx, m.Province, m.ID)
				check(t, err)
				subject = x.Subject
				return tx.Row("select count(*) from casework_word where province = $1 and matter = $2", m.Province, m.ID).Scan(&words)
			})
			return subject, words
		}
		if s, n := clear(); s != "" || n != 0 {
			t.Errorf("the row of a tip-off says %q in clear, and %d words lead to it", s, n)
		}
		k, err := h.Cases.Open(h.As(h.Front), m.Province, m.ID)
		check(t, err)
		if k.Told.Subject != "奖励扶助金没有发到" {
			t.Errorf("whoever accepts it reads the subject %q", k.Told.Subject)
		}
		if got := h.Cases.Title(t.Context(), m); !strings.HasSuffix(got, m.Number) || strings.Contains(got, "奖励") {
			t.Errorf("a list calls it %q", got)
		}
		for _, change := range []struct {
			to, want string
			words    int
		}{{"complaint", "奖励扶助金没有发到", 8}, {"tipoff", "", 0}} {
			check(t, h.Cases.Reclassify(h.As(h.Front), m.Province, m.ID, casework.Change{Type: change.to, Reason: "类型有误"}))
			if s, n := clear(); s != change.want || n != change.words {
				t.Errorf("as a %s its row says %q in clear, and %d words lead to it", change.to, s, n)
			}
		}
	})
}
