package search

import (
	"slices"
	"strconv"

	"yangguang/internal/db"
)

// In the embedded index every province has a shelf: its documents stand together
// in the order of rows, the newest first. A question about one place so steps
// through the entries of one province only, not of the nation; one about the
// nation asks all shelves for the newest cells of time, and goes from shelf to
// shelf where that leads too far. (One order of time for all, as it was, took ten
// times as long for a prefecture. Pages of the index of a quarter of the size were
// tried and gained nothing; an order of words, the rarest first and the others
// only where it is, gained where nothing is found and was not needed.)
//
// A row is the bits of a place in another order, so that one tells the other.
const (
	milliBits = 43
	shelfSign = cellSign + "s"
)

func rowAt(place int64) int64 { return shelfRow(groupOf(place), milliOf(place)) }

func shelfRow(group, milli int64) int64 { return group<<milliBits | (lastMilli - milli) }

func shelfTerm(group int64) string { return shelfSign + strconv.FormatInt(group, 10) }

const placeOfRow = "(((8796093022207 - (search_shelf.rowid & 8796093022207)) << 20) | (search_shelf.rowid >> 43))"

// The documents that fit $1 from a row or place $2 on, at most $3.
const (
	onShelf = " from search_shelf cross join search_doc as d on d.place = " + placeOfRow + " where search_shelf match $1 and search_shelf.rowid > $2"
	earlier = " from search_fts cross join search_doc as d on d.place = search_fts.rowid where search_fts match $1 and search_fts.rowid < $2"
)

// shelve puts a document onto the shelf of its province.
func shelve(tx *db.Tx, doc *Doc, place int64) error {
	title, body, labels := doc.columns(place)
	_, err := tx.Exec("insert into search_shelf (rowid, title, body, labels) values ($1, $2, $3, $4)", rowAt(place), title, body, labels)
	return err
}

// unshelve takes out what stands at a place, and what an earlier release put
// there.
func unshelve(tx *db.Tx, place int64) error {
	if _, err := tx.Exec("delete from search_shelf where rowid = $1", rowAt(place)); err != nil {
		return err
	}
	current, err := hasFormat(tx)
	if err != nil || current {
		return err
	}
	there, err := earlierThere(tx)
	if err != nil || !there {
		return err
	}
	_, err = tx.Exec("delete from search_fts where rowid = $1", place)
	return err
}

// shelves are the provinces that have documents, and whether this release put
// every one.
func shelves(tx *db.Tx) (groups []int64, current bool, err error) {
	var at, last *int64
	err = tx.Row("select (select min(province) from search_doc), (select max(province) from search_doc), exists (select 1 from search_format where version = $1)", format).Scan(&at, &last, &current)
	for err == nil && at != nil {
		groups = append(groups, *at&placeMask)
		if *at == *last {
			break
		}
		err = tx.Row("select min(province) from search_doc where province > $1", *at).Scan(&at) // each is one step in the key
	}
	slices.Sort(groups)
	return slices.Compact(groups), current, err
}

// holding are those of the shelves on which a scope is met.
func holding(tx *db.Tx, scope string, groups []int64) (out []int64, err error) {
	for next := int64(0); ; {
		rows, err := db.List(tx, db.One[int64], "select rowid from search_shelf where search_shelf match $1 and rowid >= $2 order by rowid limit 1",
			fts5.phrase(single(term(scopeSign, scope)), false), next)
		if err != nil || len(rows) == 0 {
			return out, err
		}
		g := rows[0] >> milliBits
		if slices.Contains(groups, g) {
			out = append(out, g)
		}
		next = (g + 1) << milliBits
	}
}

// segments is how many pieces the embedded index is in.
func segments(tx *db.Tx) (n int, err error) {
	err = tx.Row("select count(distinct segid) from search_shelf_idx").Scan(&n)
	return n, err
}

// merge joins about so many pages of segments, a negative number all in turn,
// and tells whether there was anything to join.
func merge(tx *db.Tx, pages int) (more bool, err error) {
	var before, after int64
	if err := tx.Row("select total_changes()").Scan(&before); err != nil {
		return false, err
	}
	if _, err := tx.Exec("insert into search_shelf (search_shelf, rank) values ('merge', $1)", pages); err != nil {
		return false, err
	}
	err = tx.Row("select total_changes()").Scan(&after)
	return after-before >= 2, err // one is the command itself
}
