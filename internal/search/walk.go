package search

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"yangguang/internal/db"
)

// reader reads what fits of one shelf, the newest first, some at a time.
type reader struct {
	asking
	from, order string
	next        int64 // the bound $2
	step        int   // how many it reads at a time
	ahead       []found
	ended       bool
}

// query is the statement that reads on.
func (r *reader) query(columns string, most int) (sql string, args []any) {
	sql, args = columns+r.from, []any{r.words, r.next, most}
	for i, k := range r.kinds {
		args = append(args, k)
		sql += map[bool]string{true: " and d.kind in ($", false: ", $"}[i == 0] + strconv.Itoa(len(args))
	}
	if len(r.kinds) > 0 {
		sql += ")"
	}
	return sql + r.order + " limit $3", args
}

// first is the newest not taken yet; nil when there is none.
func (r *reader) first(tx *db.Tx) (*found, error) {
	if len(r.ahead) == 0 && !r.ended {
		sql, args := r.query(hitColumns, r.step)
		var err error
		if r.ahead, err = db.List(tx, scanFound, sql, args...); err != nil {
			return nil, err
		}
		r.ended = len(r.ahead) < r.step
		r.step *= 2
		if n := len(r.ahead); n > 0 {
			if r.next = r.ahead[n-1].Key; r.from == onShelf {
				r.next = rowAt(r.next)
			}
		}
	}
	if len(r.ahead) == 0 {
		return nil, nil
	}
	return &r.ahead[0], nil
}

// where narrows a question to the shelves on which something may fit.
func (a asking) where(tx *db.Tx) (asking, error) {
	for _, s := range a.scopes {
		if len(a.shelves) < 2 {
			break
		}
		var err error
		if a.shelves, err = holding(tx, s, a.shelves); err != nil {
			return a, err
		}
	}
	return a, nil
}

// readers are for every shelf on which something may fit below a place (0 = from
// the newest), so that most are read with few statements.
func (a asking) readers(tx *db.Tx, before int64, most int) (all []*reader, err error) {
	if before == 0 {
		before = math.MaxInt64
	}
	groups := a.shelves
	for _, g := range groups {
		r := &reader{asking: a, from: onShelf, order: " order by search_shelf.rowid", next: shelfRow(g, min(milliOf(before), lastMilli))}
		if g < groupOf(before) {
			r.next--
		}
		if len(groups) > 1 {
			r.words = fts5.phrase(single(shelfTerm(g)), false) + fts5.and + r.words
		}
		all = append(all, r)
	}
	there, err := a.earlierAsked(tx)
	if err != nil {
		return nil, err
	}
	if there {
		r := &reader{asking: a, from: earlier, order: " order by search_fts.rowid desc", next: before}
		r.words = a.earlier
		all = append(all, r)
	}
	for _, r := range all {
		if r.step = most; len(all) > 1 {
			r.step = most*3/2/len(all) + 1
		}
	}
	return all, nil
}

// walk gives the newest that fit below a place (0 = of all).
func (a asking) walk(tx *db.Tx, before int64, most int) (all []found, err error) {
	if a, err = a.where(tx); err != nil {
		return nil, err
	}
	if before == 0 && a.earlier == "" && len(a.shelves) > 1 {
		if all, ok, err := a.asOne(tx, most); ok || err != nil {
			return all, err
		}
	}
	left, err := a.readers(tx, before, most)
	if err != nil {
		return nil, err
	}
	for len(all) < most {
		var from *reader
		var newest *found
		for _, r := range left {
			f, err := r.first(tx)
			if err != nil {
				return nil, err
			}
			if f != nil && (newest == nil || f.Key > newest.Key) {
				from, newest = r, f
			}
		}
		if newest == nil {
			break
		}
		all = append(all, *newest)
		from.ahead = from.ahead[1:]
	}
	return all, nil
}

func (a asking) countShelved(tx *db.Tx, atMost int) (n int, err error) {
	a.shelves = a.shelves[:min(1, len(a.shelves))] // as one: their order does not matter
	all, err := a.readers(tx, 0, atMost)
	if err != nil {
		return 0, err
	}
	for _, r := range all {
		if n == atMost {
			break
		}
		if r.from == onShelf {
			r.next = -1
		}
		sql, args := r.query("select d.place", atMost-n)
		some, err := countOf(tx, sql, args)
		if err != nil {
			return 0, err
		}
		n += some
	}
	return n, nil
}

// ranked is the rank of a match, the least the best.
type ranked struct {
	place int64
	rank  float64
}

// bestShelved ranks the newest matches. The engine weighs a word by how many
// documents have it, which it counts anew for every statement: so all of them are
// ranked by one, which asks for the time they stand in.
func (a asking) bestShelved(tx *db.Tx, limit int) ([]found, error) {
	all, err := a.walk(tx, 0, Newest)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	to, from := all[0].Key, all[len(all)-1].Key
	scan := func(r *db.Rows, x *ranked) error { return r.Scan(&x.place, &x.rank) }
	ranks, err := db.List(tx, scan, "select "+placeOfRow+", bm25(search_shelf, 10.0, 1.0, 0.0) from search_shelf where search_shelf match $1",
		"("+a.words+")"+fts5.and+fts5.oneOf(cells(from, to, false)))
	if err != nil {
		return nil, err
	}
	there, err := a.earlierAsked(tx)
	if err != nil {
		return nil, err
	}
	if there {
		old, err := db.List(tx, scan, "select rowid, bm25(search_fts, 10.0, 1.0) from search_fts where search_fts match $1 and rowid between $2 and $3", a.earlier, from, to)
		if err != nil {
			return nil, err
		}
		ranks = append(ranks, old...)
	}
	of := map[int64]float64{}
	for _, x := range ranks {
		of[x.place] = x.rank
	}
	slices.SortStableFunc(all, func(x, y found) int { return cmp.Compare(of[x.Key], of[y.Key]) })
	return all[:min(len(all), limit)], nil
}
