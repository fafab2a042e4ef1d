package casedesk

import (
	"context"

	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
)

// waiting are the groups of the desk's first page, and whose step each is.
var waiting = []struct {
	key   string
	verb  string
	view  string
	state string
	level int
}{
	{"accept", casework.Accepting, casework.Unit, casework.Registered, 0},
	{"dispatch", casework.Accepting, casework.Unit, casework.Accepted, 0},
	{"rule", casework.Accepting, casework.Waiting, casework.Objected, 0},
	{"sign", casework.Handling, casework.Unit, casework.Dispatched, 0},
	{"handle", casework.Handling, casework.Mine, casework.InHand, 0},
	{"review", casework.Reviewing, casework.Unit, casework.InReview, 0},
	{"deliver", casework.Registering, casework.Unit, casework.Replied, 0},
	{"call", casework.Registering, casework.Unit, casework.Callback, 0},
	{"promise", casework.Handling, casework.Mine, casework.Promised, 0},
	{"escalated", casework.Overseeing, casework.All, "", 4},
}

// perWaiting is how many of a group the first page shows; the room has them all.
const perWaiting = 20

// Waiting is what the room has for the inbox of the person acting.
func (d *Desk) Waiting(ctx context.Context) (out []front.Waiting, err error) {
	defer fault.Wrap(&err, "casedesk.Waiting")
	a := account.From(ctx)
	for _, g := range waiting {
		if !a.Holds(g.verb) {
			continue
		}
		f := casework.Filter{View: g.view, Level: g.level, Limit: perWaiting}
		if g.state != "" {
			f.States = []string{g.state}
		}
		ms, err := d.Cases.List(ctx, f)
		if err != nil {
			return nil, err
		}
		w := front.Waiting{Kind: "casedesk.wait_" + g.key, Mine: true}
		err = d.Cases.DB.Read(ctx, func(tx *db.Tx) error {
			names, units, err := known(tx, ms)
			for i := range ms {
				m := &ms[i]
				at := account.Target{Agency: m.Holder, Division: int64(m.HolderRegion)}
				if err != nil || !a.May(g.verb, at) && !a.May(g.verb, account.Target{Agency: m.Agency, Division: int64(m.Region)}) {
					continue
				}
				w.Works = append(w.Works, d.workOf(ctx, m, names, units))
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		if len(w.Works) > 0 {
			out = append(out, w)
		}
	}
	return out, nil
}

func (d *Desk) workOf(ctx context.Context, m *casework.Matter, names, units map[int64]string) ui.Work {
	l := d.leftOf(ctx, m)
	x := ui.Work{Href: web.URL(ctx, pathOf(m, "")), Title: d.Cases.Title(ctx, m), Meta: []string{d.typeName(ctx, m), units[m.Holder], m.Number}, Next: t(ctx, "next_"+m.State), Due: l.Due, DueISO: l.DueISO, Late: l.Late, Spent: l.Spent}
	if n := names[m.Handler]; n != "" {
		x.Meta = append(x.Meta, n)
	}
	x.Tag, x.TagWords = tagOf(ctx, m)
	return x
}
