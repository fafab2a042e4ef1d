package main

import (
	"context"

	"yangguang/supervision/casework"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/desk"
	"yangguang/supervision/hotline/manage"
)

// wireHotline joins the hotline's queue and its pages. The process that carries
// calls is another one (yangguang phone); this one shows, configures, and passes
// on what somebody at the desk wants of his telephone.
func (h *house) wireHotline() {
	h.hotline = &hotline.Hotline{DB: h.db, Norm: h.norm, Calendars: h.calendars, Keys: h.keys, Outbox: h.outbox, Cases: h.casework, Log: h.log}
	h.hotlinePages = &manage.Pages{Hotline: h.hotline, Front: h.front}
	h.hotlinePages.Join(h.front)
	h.casedesk.Dial = func(ctx context.Context, k *casework.Case, number func() (string, error)) error {
		return h.hotline.CallPerson(ctx, hotline.Errand{Province: k.Province, Matter: k.ID, Number: k.Number, Region: k.Region}, number)
	}
	h.accounts.Register(hotline.Verbs()...)
	h.keeping.Carry("hotline.numbers", h.hotline.DestroyNumbers)
	h.wireHotlineRecords()
	h.wireHotlineDesk()
}

// hotlineDesk is the page calls are answered at.
type hotlineDesk struct{ answering *desk.Desk }

var hotlineDeskLocale = desk.Locale

// wireHotlineDesk joins it; after wireHotlineRecords.
func (h *house) wireHotlineDesk() {
	h.answering = &desk.Desk{Hotline: h.hotline, Intake: h.casedesk, Look: h.knowledge.Look, Frame: h.hotlinePages.Frame,
		Leader: func(ctx context.Context, line hotline.Ref) (bool, error) {
			_, on, err := h.rosters.OnDuty(ctx, line, h.db.Clock().Now())
			return on, err
		}}
	if h.c.phone.On {
		h.answering.Exchange = h.fleet()
	}
}
