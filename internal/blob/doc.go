// Package blob keeps files: attachments, pictures, recordings, rendered pages.
// A file is known by the SHA-256 of its content, so equal files are kept once
// and a changed file is another file.
//
// The store does not know what a file holds nor who may read it: the room that
// keeps the hash in its own row answers that, before opening. Files that carry
// personal data are sealed (internal/secret) by the room before they come here.
// A file is kept as long as a row names it. Since several rows may name one
// file, only a room's cleaning job deletes, after it has made sure that no row
// does and that none was added within the last day.
//
// Two stores: a folder beside the database (the default), or an S3-compatible
// service by URL. One suite of tests runs against both.
package blob

import "embed"

// Locale holds the refusals.
//
//go:embed locale/*.json
var Locale embed.FS
