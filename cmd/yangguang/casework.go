package main

import (
	"context"

	"yangguang/supervision/casework"
	"yangguang/supervision/casework/analysis"
	"yangguang/supervision/casework/outcome"
)

// wireCasework joins casework and what grows on it.
func (h *house) wireCasework() {
	h.casework = &casework.Casework{DB: h.db, Norm: h.norm, Calendars: h.calendars, Keys: h.keys, Blobs: h.blobs, Gate: h.gate, Outbox: h.outbox}
	h.accounts.Register(casework.Verbs()...)
	h.accounts.OnHandover(h.casework.HandOver)
	h.outcomes = &outcome.Outcomes{Cases: h.casework, Front: h.front}
	h.outcomes.Join(h.front)
	h.analysis = &analysis.Analysis{DB: h.db, Norm: h.norm, Front: h.front, Log: h.log}
	h.casework.Changed = h.analysis.Changed
	h.analysis.Join(h.front)
	h.accounts.Register(analysis.Verbs()...)
}

// keepTime lets casework do what is due at its moment, until ctx ends.
func (h *house) keepTime(ctx context.Context) error {
	h.casework.Run(ctx, h.log)
	return nil
}
