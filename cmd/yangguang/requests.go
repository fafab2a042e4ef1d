package main

import (
	"cmp"

	"yangguang/agency"
	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/answers"
	"yangguang/disclosure/inforequest/handling"
	"yangguang/disclosure/inforequest/yearly"
	"yangguang/internal/db"
)

// wireRequests joins requests for information, their desk and, through them, the
// figures of the yearly report.
func (h *house) wireRequests() {
	h.requests = &inforequest.Requests{DB: h.db, Norm: h.norm, Calendars: h.calendars, Keys: h.keys, Blobs: h.blobs, Gate: h.gate, Outbox: h.outbox}
	h.answers = &answers.Answers{Requests: h.requests, Disclosure: h.disclosure, Front: h.front}
	h.requests.DropAnswer, h.requests.AnswerOf = h.answers.ConsentBack, h.answers.State
	h.handling = &handling.Desk{Requests: h.requests, Front: h.front, Answers: h.answers}
	h.handling.Join(h.front)
	h.answers.Join(h.front)
	h.accounts.Register(inforequest.Verbs()...)
	h.accounts.OnHandover(h.requests.HandOver)
}

// yearlyFacts counts tables 3 and 4 from the requests the platform holds.
func yearlyFacts(tx *db.Tx, unit int64, year int, into yearly.Figures) error {
	u, err := agency.Find(tx, unit)
	if err != nil {
		return err
	}
	y, err := inforequest.TallyOf(tx, u, year)
	if err != nil {
		return err
	}
	rows := map[string]map[string]int{yearly.New: y.New, yearly.Carried: y.Carried, yearly.Forward: y.Forward}
	for decision, kinds := range y.Ended {
		rows[decision] = kinds
	}
	for row, kinds := range rows {
		for kind, n := range kinds {
			if err := into.Three.Add(row, kind, int64(n)); err != nil {
				return err
			}
		}
	}
	remedies, err := inforequest.RemedyTally(tx, u, year)
	for kind, outcomes := range remedies {
		for outcome, n := range outcomes {
			if err := into.Four.Add(reportWords[kind], cmp.Or(outcome, "pending"), int64(n)); err != nil {
				return err
			}
		}
	}
	return err
}

// reportWords are the yearly report's names of the ways of table 4.
var reportWords = map[string]string{"review": "review", "suit": "direct", "suit_after_review": "after_review"}

// bothFacts adds what two count; each keeps the identities of the report, so
// their sum does.
func bothFacts(a, b yearly.Facts) yearly.Facts {
	return func(tx *db.Tx, unit int64, year int, into yearly.Figures) error {
		if err := a(tx, unit, year, into); err != nil {
			return err
		}
		return b(tx, unit, year, into)
	}
}
