// Package notify tells people that their matter has moved on: one outbox for
// mail and short messages, written in the transaction of the step itself and
// sent by a job.
//
// 三(一)3 asks for feedback to whoever raised a matter. Telephones and mailboxes
// are shared in families, so a message holds the public number and the step,
// never the content: the caller gives a template and a number, and there is no
// way to give text. Only whoever brought a matter by mail is told its code the
// same way, once: it goes back to the mailbox it came from.
//
// A row holds the address (and that code), sealed (opened only to send), its masked form for
// the desk, the template and the number. The agency that handles the matter
// sees its rows with the masked form. Addresses are erased 30 days after the
// notice was sent or given up (Erase); nothing personal reaches errors or logs:
// what a mail server answers is reduced to a word and a code.
package notify

import "embed"

// Migrations holds the package's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the templates and what went wrong.
//
//go:embed locale/*.json
var Locale embed.FS
