// Package search finds what is published, and what the staff may see, by any
// part of its Chinese text, without a dictionary and without a second server.
//
// A run of Han characters is indexed as its overlapping pairs and its last
// character (and its first, where it follows a word or number), other
// letters and digits as whole words; a query word is a phrase
// of the same tokens. So every query word of Han characters is found wherever it
// stands, and nowhere else; a Latin word or number is found whole. Punctuation
// between a word and what follows is not looked at; between Han characters it
// divides.
//
// 信息公开条例 art. 23-24 asks that what is published can be found. The index
// takes public text, or the masked copy of what a person wrote, never the
// original. It keeps no text, only tokens, and goes with the document. Who may
// find a document is part of the index: its scopes are terms, and a query names
// the scopes of its reader.
//
// SQLite keeps the tokens in FTS5, a shelf for each province, newest first: a
// question of one place steps through one province's entries, and one of the
// nation asks all shelves for the newest cells of time. PostgreSQL keeps them in
// tsvector with GIN, and is asked for the newest cells first. There a very
// long text is kept in overlapping parts of 16,000 tokens, and the words of one
// query must stand in one part.
package search

import "embed"

// Migrations holds the schema both engines share; Setup makes the rest.
//
//go:embed migrations/*.sql
var Migrations embed.FS
