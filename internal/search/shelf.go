package search

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"yangguang/internal/db"
)

// In the embedded index every province has a shelf: its documents stand together
// in the order of rows, the newest first. A question about one place so steps
// through the entries of one province only, not of the nation; one about the
// nation goes along the shelves and takes from each what is newest. (One order of
// time for all, as it was, took ten times as long for a prefecture. Pages of the
// index of a quarter of the size were tried and gained nothing.)
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
		if all, ok, err := a.few(tx, most); ok || err != nil {
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

// few tries a quarter of what is wanted, goes on where that lets it expect no
// more than twice, and reads four times at most.
const (
	fewTried    = 4
	fewExpected = 2
	fewMost     = 4
)

// few reads all that fits, the shelves as one, where that is not much more than
// is wanted; not ok where it is: then each shelf's newest are read. What is rare
// is so looked for once, not once on each shelf.
func (a asking) few(tx *db.Tx, most int) (all []found, ok bool, err error) {
	rows := func(after int64, limit int) ([]int64, error) {
		return db.List(tx, db.One[int64], "select rowid from search_shelf where search_shelf match $1 and rowid > $2 order by rowid limit $3", a.words, after, limit)
	}
	tried := most/fewTried + 1
	some, err := rows(-1, tried)
	if err != nil {
		return nil, false, err
	}
	if len(some) == tried {
		last := some[tried-1]
		passed, _ := slices.BinarySearch(a.shelves, last>>milliBits)
		if tried*len(a.shelves) > most*fewExpected*(passed+1) {
			return nil, false, nil
		}
		more, err := rows(last, most*fewMost)
		if err != nil || len(more) == most*fewMost {
			return nil, false, err
		}
		some = append(some, more...)
	}
	for i, row := range some {
		some[i] = (lastMilli-row&lastMilli)<<placeBits | row>>milliBits
	}
	slices.SortFunc(some, func(x, y int64) int { return cmp.Compare(y, x) })
	for len(some) > 0 && len(all) < most {
		n := min(len(some), most-len(all))
		next, err := standing(tx, some[:n], a.kinds)
		if err != nil {
			return nil, false, err
		}
		all, some = append(all, next...), some[n:]
	}
	return all, true, nil
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

// earlierAsked answers whether documents of an earlier release are to be looked
// for where that release put them.
func (a asking) earlierAsked(tx *db.Tx) (bool, error) {
	if a.earlier == "" {
		return false, nil
	}
	return earlierThere(tx)
}

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

// earlierThere answers whether the index of an earlier release is there, which
// had one order for all.
func earlierThere(tx *db.Tx) (bool, error) {
	var n int
	err := tx.Row("select count(*) from sqlite_master where type = 'table' and name = 'search_fts'").Scan(&n)
	return n > 0, err
}

// shelves are the provinces that have documents, and whether this release put
// every one.
func shelves(tx *db.Tx) (groups []int64, current bool, err error) {
	groups, err = db.List(tx, func(r *db.Rows, g *int64) error { return r.Scan(g, &current) }, `with recursive p (n) as (select min(province) from search_doc union all
 select (select min(province) from search_doc where province > p.n) from p where p.n is not null)
select n, exists (select 1 from search_format where version = $1) from p where n is not null order by n limit 10000`, format)
	for i := range groups {
		groups[i] &= placeMask
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

// clearEarlier throws away some of the index of an earlier release, and the whole
// of it at last; more says that something is left. The whole at once would keep
// every writer waiting.
func clearEarlier(tx *db.Tx, pages int) (more bool, err error) {
	if there, err := earlierThere(tx); err != nil || !there {
		return false, err
	}
	// The least ids are the engine's own of the table's structure; they stay till the end.
	n, err := tx.Exec("delete from search_fts_data where id in (select id from search_fts_data where id > 1000 order by id desc limit $1)", pages)
	if err != nil || n > 0 {
		return true, err
	}
	_, err = tx.Exec("drop table search_fts")
	return false, err
}
