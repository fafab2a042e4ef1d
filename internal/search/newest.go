package search

import (
	"cmp"
	"encoding/json"
	"slices"

	"yangguang/internal/db"
)

// asOne tries a quarter of what is wanted, and expects little where that leads so
// far that there can hardly be more than twice as much; it reads so many times of
// it at most. First it looks through some times as many documents, and never
// further back than a part of a million.
const (
	oneTried    = 4
	oneExpected = 2
	oneMost     = 16
	oneFirst    = 4
	oneBack     = 100_000
)

// asOne reads all shelves as one, where that does not lead through much more than
// is wanted: what fits in the newest cells of time, or all that fits, where it is
// little. Not ok where it would: then each shelf's newest are read, for which
// every term is looked up on every shelf, in every piece of the index.
func (a asking) asOne(tx *db.Tx, most int) (all []found, ok bool, err error) {
	tried := most/oneTried + 1
	rows, err := a.rows(tx, -1, tried)
	if err != nil {
		return nil, false, err
	}
	if len(rows) < tried {
		return a.newestOf(tx, rows, 0, most)
	}
	passed, _ := slices.BinarySearch(a.shelves, rows[tried-1]>>milliBits)
	if tried*len(a.shelves) > most*oneExpected*(passed+1) {
		if all, ok, err = a.lately(tx, most); ok || err != nil {
			return all, ok, err
		}
	}
	more, err := a.rows(tx, rows[tried-1], most*oneMost)
	if err != nil || len(more) == most*oneMost {
		return nil, false, err
	}
	return a.newestOf(tx, append(rows, more...), 0, most)
}

// lately reads what fits in the newest cells of time, and in more of them where
// that is too little.
func (a asking) lately(tx *db.Tx, most int) (all []found, ok bool, err error) {
	var docs, to int64
	if err := tx.Row("select coalesce((select max(rowid) from search_doc), 0), coalesce((select max(place) from search_doc), 0)").Scan(&docs, &to); err != nil {
		return nil, false, err
	}
	back := float64(oneFirst * most)
	for range 3 {
		if back > oneBack || back > float64(docs)/reachMost {
			break
		}
		var from int64
		if err := tx.Row("select place from search_doc order by place desc limit 1 offset $1", int64(back)).Scan(&from); err != nil {
			return nil, false, err
		}
		narrow := a
		narrow.words = "(" + a.words + ")" + fts5.and + fts5.oneOf(cells(from, to, true))
		rows, err := narrow.rows(tx, -1, most*oneMost)
		if err != nil || len(rows) == most*oneMost {
			return nil, false, err
		}
		if all, ok, err = a.newestOf(tx, rows, from, most); ok || err != nil {
			return all, ok, err
		}
		back *= reachMore * float64(most) / max(float64(len(all)), 1)
	}
	return nil, false, nil
}

// rows are those that fit behind one, in their order.
func (a asking) rows(tx *db.Tx, after int64, limit int) ([]int64, error) {
	return db.List(tx, db.One[int64], "select rowid from search_shelf where search_shelf match $1 and rowid > $2 order by rowid limit $3", a.words, after, limit)
}

// newestOf are the newest of what stands in rows, from a place on; not ok when
// they are fewer than wanted and older ones were left out.
func (a asking) newestOf(tx *db.Tx, rows []int64, from int64, most int) (all []found, ok bool, err error) {
	var places []int64
	for _, row := range rows {
		if place := (lastMilli-row&lastMilli)<<placeBits | row>>milliBits; place >= from {
			places = append(places, place)
		}
	}
	slices.SortFunc(places, func(x, y int64) int { return cmp.Compare(y, x) })
	for len(places) > 0 && len(all) < most {
		n := min(len(places), most-len(all))
		next, err := standing(tx, places[:n], a.kinds)
		if err != nil {
			return nil, false, err
		}
		all, places = append(all, next...), places[n:]
	}
	return all, from == 0 || len(all) == most, nil
}

// standing are the documents at some places, of some kinds only, the newest first.
func standing(tx *db.Tx, places []int64, kinds []string) (all []found, err error) {
	list, err := json.Marshal(places)
	if err != nil {
		return nil, err
	}
	of, err := db.List(tx, scanFound, hitColumns+" from json_each($1) as j cross join search_doc as d on d.place = j.value order by d.place desc limit $2", string(list), len(places))
	for _, f := range of {
		if len(kinds) == 0 || slices.Contains(kinds, f.Kind) {
			all = append(all, f)
		}
	}
	return all, err
}
