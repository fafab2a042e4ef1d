package disclosure

import (
	"context"
	"slices"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// The kinds of work the inbox is sorted by.
const (
	TaskDraft     = "draft"     // mine to finish
	TaskReview    = "review"    // mine to review
	TaskApprove   = "approve"   // mine to approve
	TaskRule      = "rule"      // a doubt from below, mine to rule on
	TaskOwed      = "owed"      // published in an emergency, full review to follow
	TaskScheduled = "scheduled" // approved, waiting for its time
	TaskWaiting   = "waiting"   // with somebody else
)

// maxInbox bounds how much open work one person's inbox looks through.
const maxInbox = 2000

// Inbox sorts the open work within the reach of the person acting by what it
// asks of him.
func (d *Disclosure) Inbox(ctx context.Context) (out map[string][]Task, err error) {
	defer fault.Wrap(&err, "disclosure.Inbox")
	a := account.From(ctx)
	if a == nil {
		return nil, fault.Say(fault.Unauthenticated, "fault.unauthenticated")
	}
	out = map[string][]Task{}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		seen := map[int64]bool{}
		for _, r := range d.reach(a) {
			for _, list := range []func(*db.Tx, reach, int) ([]Task, error){openTasks, owedReviews} {
				tasks, err := list(tx, r, maxInbox)
				if err != nil {
					return err
				}
				absent, err := d.leftBehind(tx, a, tasks)
				if err != nil {
					return err
				}
				for _, t := range tasks {
					if seen[t.ID] {
						continue
					}
					seen[t.ID] = true
					if k := d.sort(a, t, absent); k != "" {
						out[k] = append(out[k], t)
					}
				}
			}
		}
		return nil
	})
	return out, err
}

type reach struct {
	agency int64 // 0 = any
	lo, hi agency.Code
}

// reach is the ranges of divisions the person has any business in.
func (d *Disclosure) reach(a *account.Actor) []reach {
	var out []reach
	for _, verb := range allVerbs {
		for _, r := range a.Scope(verb) {
			x := reach{agency: r.Agency, lo: agency.Code(r.Lo), hi: agency.Code(r.Hi)}
			if !slices.Contains(out, x) {
				out = append(out, x)
			}
		}
	}
	// A range inside another brings nothing new.
	return slices.DeleteFunc(slices.Clone(out), func(x reach) bool {
		return slices.ContainsFunc(out, func(o reach) bool {
			return o != x && o.lo <= x.lo && x.hi <= o.hi && (o.agency == 0 || o.agency == x.agency)
		})
	})
}

// leftBehind tells whose drafts, among those the person could go on with, have
// lost their author: they are everybody's who drafts for the unit.
func (d *Disclosure) leftBehind(tx *db.Tx, a *account.Actor, tasks []Task) (map[int64]bool, error) {
	var authors []int64
	for _, t := range tasks {
		if t.State == Drafted && !(signer{a}).is(t.Author) && !slices.Contains(authors, t.Author) &&
			a.May(Drafting, account.Target{Agency: t.Agency, Division: int64(t.Region)}) {
			authors = append(authors, t.Author)
		}
	}
	if len(authors) == 0 {
		return nil, nil
	}
	return account.Absent(tx, authors...)
}

// sort says what an open version asks of the person; "" when it is none of
// his business.
func (d *Disclosure) sort(a *account.Actor, t Task, absent map[int64]bool) string {
	to := account.Target{Agency: t.Agency, Division: int64(t.Region)}
	may := func(verb string) bool { return a.May(verb, to) }
	by := signer{a}
	switch t.State {
	case Published:
		if d.sortReview(a, t) != "" {
			return TaskOwed
		}
	case Drafted:
		if by.is(t.Author) || absent[t.Author] && may(Drafting) {
			return TaskDraft
		}
	case Referred:
		if may(Overseeing) {
			return TaskRule
		}
	case Approved:
		if may(Approving) || by.is(t.Author) {
			return TaskScheduled
		}
	case InReview:
		if k := d.sortReview(a, t); k != "" {
			return k
		}
	}
	if slices.ContainsFunc(allVerbs, may) {
		return TaskWaiting
	}
	return ""
}

func (d *Disclosure) sortReview(a *account.Actor, t Task) string {
	rule := d.Norm.Review(t.Rule)
	if rule == nil {
		return ""
	}
	step := rule.Step(t.Step)
	by := signer{a}
	if step == nil || !a.May(step.Verb, account.Target{Agency: t.Agency, Division: int64(t.Region)}) || by.is(t.Author) {
		return ""
	}
	taken := map[string]int64{"reviewer": t.Reviewer, "reviewer2": t.Reviewer2, "approver": t.Approver}
	for slot, person := range taken {
		if slot != step.Slot && by.is(person) && !rule.MayShare(slot, step.Slot) {
			return ""
		}
	}
	if step.Slot == "approver" {
		return TaskApprove
	}
	return TaskReview
}
