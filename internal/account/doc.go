// Package account knows who acts: persons of the staff, the logins they sign in by, what each was granted, who
// stands in for whom (AB角), and the sessions by which a request becomes a person.
//
// 一(一) 严格信息审查和批准程序 rests on it: reviewers are compared as natural persons. Person, login and grant are
// separate, so that two logins of one person, or a substitute and his principal, never count as two.
// Citizens have no account here and no row.
//
// About the staff it stores the name, the number at the agency, a keyed hash of the resident number shown at the
// counter (never the number), the login name, the hash of the password, the sealed second factor, and keyed
// hashes of the places signed in from. Names are read by whoever may see what the person signed; the rest by the
// administrators of the person's home agency. A person who left stays as a row, since signatures refer to it;
// sessions go after 12 hours, ceremonies after minutes, used slips' codes stay as hashes.
//
// Every right is read afresh for every request: what is revoked is gone with the next one.
package account

import "embed"

// Migrations holds the package's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the package's sentences.
//
//go:embed locale/*.json
var Locale embed.FS
