package studio

import (
	"context"

	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/ui"
)

// Waiting are the versions that wait for a person's review, and those that came
// back to his unit with a remark.
func (s *Studio) Waiting(ctx context.Context) (out []front.Waiting, err error) {
	a := account.From(ctx)
	if a == nil || !a.Holds(Writing) && !a.Holds(Reviewing) {
		return nil, nil
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		u, a, err := unit(tx, Verbs()...)
		if fault.Is(err, fault.Forbidden) {
			return nil
		}
		if err != nil {
			return err
		}
		all, err := standing(tx, u.Province(), []int64{u.ID}, "")
		if err != nil {
			return err
		}
		at := account.Target{Agency: u.ID, Division: int64(u.Division)}
		group := front.Waiting{Kind: "studio.wait"}
		for i := range all {
			v := &all[i]
			work := ui.Work{Href: href(ctx, v.path()), Title: short(v.Text), Tag: stateTags[v.State], TagWords: word(ctx, "state_"+v.State), Spent: -1}
			switch {
			case v.State == Sent && a.May(Reviewing, at) && !v.ofHand(a):
				work.Next = word(ctx, "next_review")
			case v.State == Draft && v.Remark != "" && a.May(Writing, at) && v.ofHand(a):
				work.Next = word(ctx, "next_again")
			default:
				continue
			}
			group.Works = append(group.Works, work)
		}
		if len(group.Works) > 0 {
			out = append(out, group)
		}
		return nil
	})
	return out, err
}
