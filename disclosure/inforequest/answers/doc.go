// Package answers keeps the public log of answered requests (1.1.b 依申请公开),
// and the way from what is often asked for to what is published for everybody
// (政府信息公开条例 article 44).
//
// What is stored about people: nothing of who asked. An answer has an id that
// tells nothing, months instead of days, texts an officer wrote anew, copies of
// released files that passed the gate again, and which of the staff wrote and
// approved it. It carries neither the number nor the id of a request. The tie
// between the two lies on the request's side and is sealed under keys outside
// the database. Whoever stole the database and compared the texts could guess
// which request an answer belongs to, and would still not learn who asked, which
// is sealed there.
//
// Everybody may read what is published; drafts, only those who handle or decide
// requests of the agency. An answer is kept as long as it is public; what was
// taken down leaves its reason.
package answers

import "embed"

// Migrations is the room's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS
