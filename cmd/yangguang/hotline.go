package main

import (
	"context"

	"yangguang/supervision/casework"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/manage"
)

// wireHotline joins the hotline's queue and its pages. The process that carries
// calls is another one (yangguang phone); this one only shows and configures.
func (h *house) wireHotline() {
	h.hotline = &hotline.Hotline{DB: h.db, Norm: h.norm, Calendars: h.calendars, Keys: h.keys, Outbox: h.outbox, Cases: h.casework, Log: h.log}
	h.hotlinePages = &manage.Pages{Hotline: h.hotline, Front: h.front}
	h.hotlinePages.Join(h.front)
	h.casedesk.Dial = func(ctx context.Context, k *casework.Case, number func() (string, error)) error {
		return h.hotline.CallFor(ctx, hotline.Errand{Province: k.Province, Matter: k.ID, Number: k.Number, Region: k.Region}, number)
	}
	h.accounts.Register(hotline.Verbs()...)
	h.keeping.Carry("hotline.numbers", h.hotline.DestroyNumbers)
	h.wireHotlineRecords()
}
