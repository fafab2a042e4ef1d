package main

import (
	"yangguang/disclosure/inforequest"
	"yangguang/internal/calendar"
	"yangguang/internal/db"
)

// wireRequests builds the room of requests for information. A calendar that
// changes moves the last days of open requests.
func (h *house) wireRequests() {
	h.requests = &inforequest.Requests{DB: h.db, Norm: h.norm, Calendars: h.calendars, Keys: h.keys, Blobs: h.blobs, Gate: h.gate, Outbox: h.outbox}
	h.accounts.Register(inforequest.Verbs()...)
	h.calendars.OnChange(func(tx *db.Tx, _ calendar.Change) error { return h.requests.CalendarChanged(tx) })
}
