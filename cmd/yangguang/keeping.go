package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"yangguang/agency/keeping"
	"yangguang/disclosure"
	"yangguang/disclosure/coverage"
	"yangguang/disclosure/export"
	"yangguang/disclosure/importer"
	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/yearly"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/jobs"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/analysis"
	"yangguang/supervision/casework/exchange"
	"yangguang/supervision/casework/knowledge"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/recording"
	"yangguang/supervision/hotline/review"
	"yangguang/supervision/hotline/roster"
	"yangguang/supervision/hotline/studio"
	"yangguang/supervision/hotline/training"
)

// wireKeeping joins import and the retention table with whoever carries its
// lines out.
func (h *house) wireKeeping() {
	h.importer = &importer.Importer{Disclosure: h.disclosure, Front: h.front}
	h.importer.Join(h.front)
	h.keeping = &keeping.Keeping{DB: h.db, Keys: h.keys, Calendars: h.calendars, Front: h.front}
	h.keeping.Join(h.front)
	h.accounts.Register(keeping.Verbs()...)
	h.keeping.Carry("disclosure.reports", h.disclosure.DestroyReports)
	h.keeping.Carry("disclosure.nudges", h.disclosure.ForgetNudges)
	h.keeping.Carry("disclosure.drafts", func(ctx context.Context, before time.Time) (int64, error) {
		return h.disclosure.ForgetDrafts(ctx, before, h.importer.Uses)
	})
	h.keeping.Carry("importer.sources", h.importer.Forget)
	h.keeping.Carry("inforequest.identity", h.requests.DestroyIdentityImages)
	h.keeping.Carry("casework.contacts", func(ctx context.Context, before time.Time) (int64, error) {
		return h.casework.DestroyContacts(ctx, before)
	})
	h.keeping.Carry("casework.private", func(ctx context.Context, before time.Time) (int64, error) {
		return h.casework.DestroyPrivate(ctx, before)
	})
	h.keeping.Carry("account.sessions", func(ctx context.Context, _ time.Time) (int64, error) {
		return -1, h.db.Write(ctx, account.ForgetSessions)
	})
	h.keeping.Carry("notify.addresses", func(ctx context.Context, _ time.Time) (int64, error) { return -1, h.outbox.Erase(ctx) })
}

// alsoErase has the rooms that keep something of an item's text destroy it.
func (h *house) alsoErase(tx *db.Tx, province int, item int64) error {
	return errors.Join(h.importer.Erase(tx, province, item), h.links.Erase(tx, province, item))
}

// registerKeeping names the jobs of import, of the retention table, of copies
// and of what the self-check measures.
func (h *house) registerKeeping(r *jobs.Runner) {
	h.importer.Register(r)
	h.keeping.Register(r)
	h.copies.Register(r)
	h.links.Register(r)
	h.requests.Register(r)
	h.knowledge.Register(r)
	coverage.Watch(r, h.db, h.app)
}

// allVerbs lists every room's grant verbs.
func allVerbs() []string {
	return slices.Concat(disclosure.Verbs(), keeping.Verbs(), export.Verbs(), inforequest.Verbs(), yearly.Verbs(), casework.Verbs(), knowledge.Verbs(), exchange.Verbs(), analysis.Verbs(), recording.Verbs(), training.Verbs(), roster.Verbs(), studio.Verbs(), review.Verbs(), hotline.Verbs())
}
