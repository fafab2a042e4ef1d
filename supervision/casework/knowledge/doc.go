// Package knowledge is the knowledge base of those who answer the public, at
// the desk and on the telephone (3.1.1, 3.1.3): articles with owner, legal
// basis, validity and review date, and the canned replies of a unit or a person.
//
// An article is a question as people ask it and the answer that may be read
// aloud. It holds for a division and all below; a lower unit's own stands first
// there. Every version is kept; another natural person lets it pass. What is not
// in force cannot be quoted.
//
// What is stored about people: nothing of who asks. Readers who say whether an
// answer helped are counted by month, with a coded reason and without words.
// Of the staff it keeps who wrote, reviewed and reported. Everybody may read
// what is for the public and in force; the staff also what is for them; drafts,
// those who write or review for the owner. Articles and versions are kept.
package knowledge

import "embed"

// Migrations is the room's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS
