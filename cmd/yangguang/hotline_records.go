package main

import (
	"context"
	"path/filepath"
	"time"

	"yangguang/internal/jobs"
	"yangguang/internal/web"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/recording"
	"yangguang/supervision/hotline/review"
	"yangguang/supervision/hotline/roster"
	"yangguang/supervision/hotline/studio"
	"yangguang/supervision/hotline/texts"
	"yangguang/supervision/hotline/training"
)

// hotlineRecords are what the hotline keeps beside its queue: what was said, who
// may answer, which leader is on duty.
type hotlineRecords struct {
	recordings *recording.Recordings
	trainings  *training.Trainings
	rosters    *roster.Rosters
	reviews    *review.Reviews
	studio     *studio.Studio
	texts      *texts.Texts
}

// wireHotlineRecords joins them; after wireHotline.
func (h *house) wireHotlineRecords() {
	h.recordings = &recording.Recordings{DB: h.db, Keys: h.keys, Blobs: h.blobs, Dir: filepath.Join(h.c.Data, "recordings"), Front: h.front, Line: h.hotline.Line}
	h.trainings = &training.Trainings{DB: h.db, Front: h.front}
	h.rosters = &roster.Rosters{DB: h.db, Keys: h.keys, Calendars: h.calendars, Front: h.front, Cases: h.casework, Outbox: h.outbox, Line: h.hotline.Line,
		Lines: func(ctx context.Context) ([]hotline.Line, error) { return h.hotline.PublicLines(ctx, h.c.Home) }}
	h.studio = &studio.Studio{DB: h.db, Front: h.front, Dir: h.c.prompts(), Script: h.c.phone.led}
	h.reviews = &review.Reviews{DB: h.db, Front: h.front, Recordings: h.recordings}
	h.hotline.Leader, h.hotline.Qualified = h.leader, h.trainings.MayAnswer
	h.recordings.Join(h.front)
	h.trainings.Join(h.front)
	h.rosters.Join(h.front)
	h.texts = &texts.Texts{Hotline: h.hotline, Intake: h.casedesk, Secret: h.c.SMSInSecret, Frame: h.hotlinePages.Frame}
	h.hotlinePages.TextNumber = h.texts.NumberOf
	h.reviews.Join(h.front)
	h.texts.Join(h.front)
	h.keeping.Carry("hotline.texts", h.texts.Destroy)
	h.studio.Join(h.front)
	h.accounts.Register(recording.Verbs()...)
	h.accounts.Register(training.Verbs()...)
	h.accounts.Register(roster.Verbs()...)
	h.accounts.Register(review.Verbs()...)
	h.accounts.Register(studio.Verbs()...)
	h.keeping.Carry("recording.sound", h.recordings.Destroy)
}

// hotlineRecordRoutes are their pages.
func (h *house) hotlineRecordRoutes() [][]web.Route {
	return [][]web.Route{h.office.Guard(h.recordings.Routes()), h.office.Guard(h.trainings.Routes()), h.office.Guard(h.rosters.Routes()), h.office.Guard(h.reviews.Routes()), h.office.Guard(h.studio.Routes()), h.office.Guard(h.texts.Routes()), h.texts.Inbound()}
}

func (h *house) registerHotlineRecords(r *jobs.Runner) {
	h.recordings.Register(r)
	h.rosters.Register(r)
	h.reviews.Register(r)
	h.texts.Register(r)
}

// leader is who of the leaders the queue asks first at a line.
func (h *house) leader(ctx context.Context, line hotline.Ref, at time.Time) (hotline.Duty, bool, error) {
	d, ok, err := h.rosters.OnDuty(ctx, line, at)
	if err != nil || !ok {
		return hotline.Duty{}, false, err
	}
	out := hotline.Duty{Slot: d.Slot, Person: d.Person, Deputy: d.Deputy, Until: d.Until}
	if d.Place == roster.AtPhone {
		out.Phone, out.Stand = d.Phone, d.DeputyPhone
	}
	return out, true, nil
}
