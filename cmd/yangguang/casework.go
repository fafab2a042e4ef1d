package main

import (
	"context"

	"yangguang/supervision/casework"
	"yangguang/supervision/casework/casedesk"
)

// wireCasework joins casework and what grows on it.
func (h *house) wireCasework() {
	h.casework = &casework.Casework{DB: h.db, Norm: h.norm, Calendars: h.calendars, Keys: h.keys, Blobs: h.blobs, Gate: h.gate, Outbox: h.outbox}
	h.accounts.Register(casework.Verbs()...)
	h.accounts.OnHandover(h.casework.HandOver)
	h.casedesk = &casedesk.Desk{Cases: h.casework, Front: h.front}
	h.casedesk.Join(h.front)
}

// keepTime lets casework do what is due at its moment, until ctx ends; then the
// pages that follow it live let go, so that the server can stop.
func (h *house) keepTime(ctx context.Context) error {
	context.AfterFunc(ctx, h.casedesk.Hush)
	h.casework.Run(ctx, h.log)
	return nil
}
