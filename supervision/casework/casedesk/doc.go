// Package casedesk is the desk of 3.1.3, 诉求办理, where staff spend their day:
// one inbox, the form for whoever calls, comes or writes, a matter on one
// screen with each step as a page of its own, the work order 工单, the lead's
// view of load, the dispatch catalogue, the package for the archive.
//
// It stores the filters people keep for themselves, nothing else. Contact stays
// sealed on every page until somebody opens it with a reason; lists show the
// masked subject. Whoever may not know of a matter gets Not Found on each route.
package casedesk

import "embed"

// Migrations is the room's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS
