// Package export makes static copies of what is public, for a content network,
// an office without a line, or to live inside a county's existing site (一(三)
// 主要形式, 1.3.1: the department's site, the page on the government's site).
//
// A copy is made through the same routes and handlers that answer readers, as
// somebody who is not signed in, so that what may be seen is decided in one
// place. It holds nothing else: drafts, reviews, reports and names of staff
// never reach it, and what was taken down is a tombstone in the next copy. The
// package stores when a copy was made and how many files changed; nothing about
// people.
package export

import "embed"

// Locale holds the package's sentences.
//
//go:embed locale/*.json
var Locale embed.FS

// Migrations hold the record of copies.
//
//go:embed migrations/*.sql
var Migrations embed.FS
