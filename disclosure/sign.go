package disclosure

import (
	"slices"

	"yangguang/internal/account"
	"yangguang/internal/fault"
	"yangguang/norm"
)

// signer is the natural person behind an action, with whoever he stands in for.
type signer struct{ *account.Actor }

func (s signer) person() int64 { return s.Person }

func (s signer) principal() int64 { return s.PrincipalID() }

// is answers whether p is the person or his principal.
func (s signer) is(p int64) bool { return p != 0 && (p == s.person() || p == s.principal()) }

// authorSlot is the slot of whoever wrote; it is never shared.
const authorSlot = "author"

// hands lists, by slot, the natural persons who have had a hand in a version
// since it was last submitted; in the author's slot, everybody who ever wrote.
func hands(v *Version, rule *norm.ReviewRule, steps []Step) map[string][]int64 {
	out := map[string][]int64{authorSlot: {v.Author}}
	add := func(slot string, s Step) {
		out[slot] = append(out[slot], s.Person)
		if s.Principal != 0 {
			out[slot] = append(out[slot], s.Principal)
		}
	}
	for _, s := range steps {
		switch s.Verb {
		case "save":
			add(authorSlot, s)
		case "submit":
			for slot := range out {
				if slot != authorSlot {
					delete(out, slot)
				}
			}
			add(authorSlot, s)
		case "pass", "approve":
			if rs := findStep(rule, s.Step); rs != nil {
				add(rs.Slot, s)
			}
		}
	}
	return out
}

func findStep(rule *norm.ReviewRule, id string) *norm.ReviewStep {
	if s := rule.Step(id); s != nil {
		return s
	}
	i := slices.IndexFunc(rule.Emergency, func(s norm.ReviewStep) bool { return s.ID == id })
	if i < 0 {
		return nil
	}
	return &rule.Emergency[i]
}

// maySign refuses the same natural person in two roles the rule keeps apart:
// through two accounts, or as the delegate of one who has already signed.
// 1.1.c 严格信息审查和批准程序
func maySign(by signer, slot string, v *Version, rule *norm.ReviewRule, steps []Step) error {
	for other, persons := range hands(v, rule, steps) {
		if other == slot || rule.MayShare(slot, other) {
			continue
		}
		if slices.ContainsFunc(persons, by.is) {
			return fault.Say(fault.Conflict, "disclosure.same_person_"+sayRole(other))
		}
	}
	return nil
}

func sayRole(slot string) string {
	if slot == authorSlot {
		return "wrote"
	}
	return "signed"
}
