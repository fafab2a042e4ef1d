package casedesk

import (
	"yangguang/internal/ui"
	"yangguang/supervision/casework"
)

const accepting = casework.Accepting

// routeHeads are the heads of the catalogue's table.
var routeHeads = []string{"topic", "place_of", "f_lead", "f_co", "f_route_note", "f_valid_from", "state"}

// telephone asks a screen's keyboard for digits.
func telephone(in ui.Input) ui.Input {
	in.Type = "tel"
	return in
}

func scopeOf(head bool) string {
	if head {
		return "col"
	}
	return "row"
}
