// Package disclosure keeps clause 一 信息公开 (1.1.a, 1.1.c, 1.1.d, 1.2): an
// agency drafts an item of its catalogue, others review it for secrecy and
// privacy (严格信息审查和批准程序), another natural person approves it, and only
// then does the public see it. What was published is corrected or taken down
// with a public reason, never silently.
//
// About people it stores who in the office wrote, reviewed and approved (for
// inspection, as long as the item), and a reader's error report (text and
// contact sealed, read by the unit and its superior, each reading recorded,
// destroyed by the retention table). It stores nothing about private persons;
// the privacy gate refuses content that would.
package disclosure

import "embed"

// Migrations is the room's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS
