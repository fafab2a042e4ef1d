// Package ui is the shared look of every room: the page frame, the desk frame,
// forms, tables, charts and the style sheet and scripts they need. It knows
// nothing of the norm; rooms hand it words and figures.
//
// It stores nothing about anybody. The reader's mode (larger type, high
// contrast) travels in a cookie that says no more than that.
//
// Every component keeps three promises, and tests hold them: no inline style
// and no inline script (the pages' CSP refuses both), every text escaped, and
// the whole usable without scripts. Components are written for browsers of the
// Chrome 80 class.
//
// A page is @ui.Page(frame) { … } for the public or @ui.Desk(frame) { … } for
// staff; package gallery shows every component in use. Rooms write no CSS.
// Classes they may use on their own elements: cols, split (even), stack, row,
// section for layout; text, lead, muted, small, num, nowrap for words; list,
// dl for lists; ruled beside
// scroll for official tables of many columns; no-print, print-only, hide for who sees what. Captions of
// tables and names of fields must be unique on a page: ids come from them.
package ui

import "embed"

// Locale holds the sentences of the components.
//
//go:embed locale/*.json
var Locale embed.FS
