// Package catalogue keeps the obligations of clause 1.1.d and 1.2: for each
// agency and category of its catalogue, the period owed now, the day it is due
// and whether it was met. What is missing is computed from it, never typed.
//
// It stores nothing about people; everybody may read it.
package catalogue

import "embed"

// Migrations is the sub-room's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS
