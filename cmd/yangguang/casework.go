package main

import (
	"context"
	"flag"
	"time"

	"yangguang/supervision/casework"
	"yangguang/supervision/casework/exchange"
)

// wireCasework joins casework and what grows on it.
func (h *house) wireCasework() {
	h.casework = &casework.Casework{DB: h.db, Norm: h.norm, Calendars: h.calendars, Keys: h.keys, Blobs: h.blobs, Gate: h.gate, Outbox: h.outbox}
	h.accounts.Register(casework.Verbs()...)
	h.accounts.OnHandover(h.casework.HandOver)
	h.wireExchange()
}

// wireExchange joins what brings matters in from other systems.
func (h *house) wireExchange() {
	h.exchange = &exchange.Exchange{Cases: h.casework, Front: h.front, Mailboxes: h.c.Mailboxes}
	h.exchange.Join(h.front)
	h.accounts.Register(exchange.Verbs()...)
	h.casework.Changed = h.exchange.Changed
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

// keepTime lets casework do what is due at its moment, until ctx ends.
func (h *house) keepTime(ctx context.Context) error {
	watched := make(chan error, 1)
	go func() { watched <- h.watchMail(ctx) }()
	h.casework.Run(ctx, h.log)
	return <-watched
}
