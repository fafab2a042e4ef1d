// Package inforequest keeps clause 1.1.b, 依申请公开: anyone asks an agency for
// information, and the agency answers by the procedure and within the time of
// 政府信息公开条例 articles 27 to 45.
//
// What is stored about people: who asked (name, identity number, contact) and
// what he wrote lie sealed under keys outside the database; lists and the index
// see a masked subject only. Opening the identity needs a reason and is
// recorded. Whoever asks needs no account: a public number and a secret code,
// of which a keyed hash is kept. The same applicant is recognised by a keyed
// hash of his identity, for fees and repeated requests, without being named.
//
// Who may read: those who register, handle or approve requests at the agency
// addressed, and whoever oversees it; everybody else gets Not Found. The public
// log of answers is a table of its own that knows nothing of who asked.
//
// Kept as the archive of the request for its retention; images of identity
// documents are destroyed after the days the retention table names.
package inforequest

import "embed"

// Migrations is the room's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS
