package disclosure

import (
	"context"
	"strconv"

	"yangguang/agency"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/db"
	"yangguang/internal/fresh"
)

// itemTag names an item as a part of the record, as the public log does.
func itemTag(it *Item) string { return subject(it) }

func itemTagOf(id int64) string { return subject(&Item{ID: id}) }

// appeared says that an item came to the lists and figures of its unit, or left
// them.
func appeared(tx *db.Tx, u agency.Agency, it *Item) error {
	return fresh.Change(tx, it.Province, append(catalogue.Touched(u, it.Category), itemTags(it, it.Explains)...)...)
}

// altered says that what pages show of an item changed, and nothing of others.
// The items it explains or explained show it too.
func altered(tx *db.Tx, it *Item, explained ...int64) error {
	return fresh.Change(tx, it.Province, itemTags(it, explained...)...)
}

func itemTags(it *Item, explained ...int64) []string {
	tags := []string{itemTag(it), eventsTag(it.Province), eventsTag(0)}
	for _, id := range explained {
		if id != 0 {
			tags = append(tags, itemTagOf(id))
		}
	}
	return tags
}

// eventsTag is what happened to the items of a province, as it is counted; of 0,
// to those of all.
func eventsTag(province int) string { return "events/" + strconv.Itoa(province) }

// shown notes that a page shows these rows, each of which may change alone.
func shown(ctx context.Context, rows []Row) []Row {
	for i := range rows {
		fresh.Note(ctx, itemTag(&rows[i].Item))
	}
	return rows
}

// tag is the part of the record a query lists from.
func (q Query) tag() string {
	switch {
	case q.Agency != 0 && q.Category != "":
		return catalogue.CategoryTag(q.Agency, q.Category)
	case q.Agency != 0:
		return catalogue.UnitTag(q.Agency)
	}
	return catalogue.PlaceTag(q.Within)
}
