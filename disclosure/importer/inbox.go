package importer

import (
	"context"
	"slices"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/disclosure"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// maxWaiting bounds the batches one inbox shows; the room's list has all.
const maxWaiting = 50

// Waiting are the batches whose next step is of the person acting: his own to
// mend, and those that wait for an acceptor he may still be, since two persons
// accept and neither prepared (1.1.c).
func (m *Importer) Waiting(ctx context.Context) (out []front.Waiting, err error) {
	defer fault.Wrap(&err, "importer.Waiting")
	a := account.From(ctx)
	if a == nil || a.MustChange || !a.Holds(disclosure.Importing) {
		return nil, nil
	}
	mend, accept := front.Waiting{Kind: "importer.waiting_mend", Mine: true}, front.Waiting{Kind: "importer.waiting_accept", Mine: true}
	err = m.Disclosure.DB.Read(ctx, func(tx *db.Tx) error {
		bs, err := unfinished(tx, a.Scope(disclosure.Importing), maxWaiting)
		if err != nil {
			return err
		}
		for i := range bs {
			b := &bs[i]
			hands, err := handsOf(tx, b)
			if err != nil {
				return err
			}
			u, err := agency.Find(tx, b.Agency)
			if err != nil {
				return err
			}
			switch mine := slices.ContainsFunc(hands, a.Is); {
			case b.State == Checking && a.Is(b.Preparer):
				mend.Works = append(mend.Works, work(ctx, b, u, "do_mend"))
			case b.State != Checking && !mine:
				accept.Works = append(accept.Works, work(ctx, b, u, "do_accept"))
			}
		}
		return nil
	})
	for _, w := range []front.Waiting{accept, mend} {
		if len(w.Works) > 0 {
			out = append(out, w)
		}
	}
	return out, err
}

func work(ctx context.Context, b *Batch, u agency.Agency, next string) ui.Work {
	t := func(key string, args ...any) string { return i18n.T(ctx, "importer."+key, args...) }
	return ui.Work{Href: web.URL(ctx, pathOf(b, "")), Title: t("waiting_batch", b.Number), Meta: []string{u.Name, i18n.DateWeekday(ctx, clock.DateOf(b.Created))},
		Tag: tagOf(b.State), TagWords: t("state_" + b.State), Next: t(next), Spent: -1}
}
