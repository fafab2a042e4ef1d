package casework_test

import (
	"testing"

	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/caseworktest"
)

// TestAMacroDoesAllOfItsStepsOrNone: what the last step refuses has not begun.
func TestAMacroDoesAllOfItsStepsOrNone(t *testing.T) {
	caseworktest.Each(t, func(t *testing.T, h *caseworktest.House) {
		f := h.Filing("complaint")
		f.Topic = "other"
		m, _ := h.File(t, f)
		events := func() (n int) {
			h.Read(t, func(tx *db.Tx) error {
				return tx.Row("select count(*) from casework_event where province = $1 and matter = $2", m.Province, m.ID).Scan(&n)
			})
			return n
		}
		before := events()
		whole := casework.Macro{Topic: "reward", Why: "归类", Note: "回访时再问", Accept: true, Told: "已经受理。", Lead: h.Township.ID, SendWith: "请核实。"}
		wrong := whole
		wrong.Lead = h.Institution.ID + 1_000_000
		for name, try := range map[string]func() error{
			"nobody is there to take it":      func() error { return h.Cases.CarryOut(h.As(h.Front), m.Province, m.ID, wrong) },
			"who only handles may not accept": func() error { return h.Cases.CarryOut(h.As(h.Handler), m.Province, m.ID, whole) },
			"a draft in the wrong state": func() error {
				x := whole
				x.Lead, x.Reply = 0, &casework.Reply{Text: "您好。"}
				return h.Cases.CarryOut(h.As(h.Front), m.Province, m.ID, x)
			},
		} {
			if err := try(); fault.KindOf(err) == fault.Internal || err == nil {
				t.Errorf("%s: %v", name, err)
			}
			if k := h.Matter(t, m); k.State != casework.Registered || k.Topic != "other" || events() != before {
				t.Errorf("%s: it is %s, %s, with %d events more", name, k.State, k.Topic, events()-before)
			}
		}
		check(t, h.Cases.CarryOut(h.As(h.Front), m.Province, m.ID, whole))
		k := h.Matter(t, m)
		if k.State != casework.Dispatched || k.Topic != "reward" || k.Holder != h.Township.ID || k.AcceptedAt.IsZero() || k.DueAt.IsZero() {
			t.Errorf("afterwards it is %s, %s, at %d, accepted %v, due %v", k.State, k.Topic, k.Holder, k.AcceptedAt, k.DueAt)
		}
		if n := events() - before; n != 4 {
			t.Errorf("%d events for four steps", n)
		}
	})
}
