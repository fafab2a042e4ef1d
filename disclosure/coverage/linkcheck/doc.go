// Package linkcheck finds the dead links of what is public: those of published
// texts and forms, of attachments, and of the websites units name. The
// inspection of government websites counts them (链接可用), and a reader who is
// led nowhere is not informed (1.1.b).
//
// It stores the addresses that could not be opened, which are public already,
// and counts; nothing about people, and nothing of what the other side answered
// but a code. Rows go when the link is mended or its item is taken down. Counts
// are for everybody, the list is for the staff who can mend it and for those
// above them.
package linkcheck

import "embed"

// Migrations is the sub-room's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the sub-room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS
