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

// hands lists, by slot, the natural persons who have ever had a hand in a
// version. Sending it back takes a signature away, but not the memory of it:
// whoever approves has never reviewed, in whichever round.
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
		case "save", "submit":
			add(authorSlot, s)
		case "pass", "approve", "emergency", "pass_after", "approve_after":
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
	all := hands(v, rule, steps)
	if slot != authorSlot && slices.ContainsFunc(all[authorSlot], by.is) {
		return fault.Say(fault.Conflict, "disclosure.same_person_wrote")
	}
	for other, persons := range all {
		if other == authorSlot || other == slot || rule.MayShare(slot, other) {
			continue
		}
		if slices.ContainsFunc(persons, by.is) {
			return fault.Say(fault.Conflict, "disclosure.same_person_signed")
		}
	}
	return nil
}

// mayRule refuses whoever wrote, signed or raised the doubt himself: a doubt
// is answered by somebody else.
func mayRule(by signer, v *Version, rule *norm.ReviewRule, steps []Step) error {
	if err := maySign(by, "", v, rule, steps); err != nil {
		return err
	}
	for _, s := range steps {
		if s.Verb == "refer" && (by.is(s.Person) || by.is(s.Principal)) {
			return fault.Say(fault.Conflict, "disclosure.same_person_signed")
		}
	}
	return nil
}
