package main

import (
	"context"
	"encoding/hex"
	"errors"
	"flag"
	"time"

	"yangguang/disclosure/inforequest"
	"yangguang/internal/db"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/analysis"
	"yangguang/supervision/casework/casedesk"
	"yangguang/supervision/casework/exchange"
	"yangguang/supervision/casework/outcome"
)

// wireCasework joins casework and what grows on it.
func (h *house) wireCasework() {
	h.casework = &casework.Casework{DB: h.db, Norm: h.norm, Calendars: h.calendars, Keys: h.keys, Blobs: h.blobs, Gate: h.gate, Outbox: h.outbox}
	h.requests.AsMatter = h.asMatter
	h.accounts.Register(casework.Verbs()...)
	h.accounts.OnHandover(h.casework.HandOver)
	h.outcomes = &outcome.Outcomes{Cases: h.casework, Front: h.front}
	h.casedesk = &casedesk.Desk{Cases: h.casework, Front: h.front}
	h.casedesk.Join(h.front)
	h.outcomes.Join(h.front)
	h.wireExchange()
	h.analysis = &analysis.Analysis{DB: h.db, Norm: h.norm, Front: h.front, Log: h.log}
	h.casework.Changed = func(tx *db.Tx, before, after *casework.Matter) error {
		return errors.Join(h.exchange.Changed(tx, before, after), h.analysis.Changed(tx, before, after))
	}
	h.analysis.Join(h.front)
	h.accounts.Register(analysis.Verbs()...)
}

// wireExchange joins what brings matters in from other systems.
func (h *house) wireExchange() {
	h.exchange = &exchange.Exchange{Cases: h.casework, Front: h.front, Mailboxes: h.c.Mailboxes}
	h.exchange.Join(h.front)
	h.accounts.Register(exchange.Verbs()...)
	h.keeping.Carry("exchange.mail", h.exchange.ForgetMails)
	h.keeping.Carry("exchange.files", h.exchange.ForgetFiles)
}

// mailboxFlags declares where people write to units.
func mailboxFlags(fs *flag.FlagSet, c *config) {
	fs.Func("mailboxes", "file of mailboxes read for matters, one a line: UNIT imaps://user@host:993/INBOX PASSWORD-FILE", func(path string) (err error) {
		c.Mailboxes, err = exchange.ReadMailboxFile(path)
		return err
	})
}

// watchMail waits beside the mailboxes until ctx ends.
func (h *house) watchMail(ctx context.Context) error {
	strangers, err := h.exchange.Strangers(ctx)
	if err != nil {
		return err
	}
	for _, unit := range strangers {
		h.log.WarnContext(ctx, "a mailbox is of a unit there is none of", "unit", unit)
	}
	return h.exchange.Watch(ctx, time.Minute)
}

// asMatter files a request that is a petition in truth as one, at the agency it
// was sent to (article 39).
func (h *house) asMatter(tx *db.Tx, q *inforequest.Request, asked inforequest.Asked, who inforequest.Identity) (number, code string, err error) {
	text := asked.Subject
	if asked.Detail != "" {
		text += "\n" + asked.Detail
	}
	f := casework.Filing{Agency: q.Agency, Channel: "web", Type: "petition", Told: casework.Told{Text: text}, Token: hex.EncodeToString(h.keys.Index("casework.from_request", q.Number)), // nobody can post it as a form of his own
		Who: casework.Contact{Name: who.Name, Phone: who.Phone, Email: who.Email, Address: who.Address, Helper: who.Helper, HelperTie: who.HelperTie}}
	switch {
	case who.Email != "":
		f.Ack = "email"
	case casework.Mobile(who.Phone):
		f.Ack = "sms"
	}
	m, code, err := h.casework.FileIn(tx, f)
	if err != nil {
		return "", "", err
	}
	return m.Number, code, nil
}

// keepTime lets casework do what is due at its moment, until ctx ends; then the
// pages that follow it live let go, so that the server can stop.
func (h *house) keepTime(ctx context.Context) error {
	context.AfterFunc(ctx, h.casedesk.Hush)
	context.AfterFunc(ctx, h.hotlinePages.Hush)
	context.AfterFunc(ctx, h.answering.Hush)
	context.AfterFunc(ctx, h.texts.Hush)
	watched := make(chan error, 1)
	go func() { watched <- h.watchMail(ctx) }()
	h.casework.Run(ctx, h.log)
	return <-watched
}
