package catalogue

import (
	"strconv"

	"yangguang/agency"
)

// The parts of the record that figures and lists are made of: what a unit has
// published and owes, the same of one category, and of all units within a
// division.

// UnitTag is what one agency published and owes.
func UnitTag(unit int64) string { return "unit/" + strconv.FormatInt(unit, 10) }

// CategoryTag is what one agency published and owes of one category.
func CategoryTag(unit int64, category string) string { return UnitTag(unit) + "/" + category }

// PlaceTag is what the agencies within a division published and owe.
func PlaceTag(c agency.Code) string { return "place/" + c.Short() }

// Touched are the parts that change when an agency publishes or ends something
// of a category: its lists, what it owes, and the figures of every division it
// lies in.
func Touched(u agency.Agency, category string) []string {
	return append(placeTags(u.Division), UnitTag(u.ID), CategoryTag(u.ID, category))
}

func placeTags(c agency.Code) []string {
	out := []string{PlaceTag(c)}
	for _, above := range c.Ancestors() {
		out = append(out, PlaceTag(above))
	}
	return out
}
