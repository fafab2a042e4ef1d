package search

import (
	"strconv"
	"strings"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// setup: FTS5 without the content (contentless), cutting at blanks only, since
// the terms are made in Go; or a table of tsvector parts with GIN.
func setup(tx *db.Tx) error {
	ddl := []string{"create virtual table if not exists search_shelf using fts5(title, body, labels, content='', contentless_delete=1, tokenize='ascii')"}
	if tx.Postgres() {
		ddl = []string{
			`create table if not exists search_part (province bigint not null, id bigint not null, part bigint not null,
				place bigint not null, words tsvector not null, primary key (province, id, part),
				foreign key (province, id) references search_doc (province, id) on delete cascade)`,
			"create index if not exists search_part_words on search_part using gin (words)",
			"create index if not exists search_part_place on search_part (place)",
		}
	}
	for _, s := range ddl {
		if _, err := tx.Exec(s); err != nil {
			return err
		}
	}
	if err := inRow(tx); err != nil {
		return err
	}
	var some int
	err := tx.Row("select 1 from search_doc order by province, id limit 1").Scan(&some)
	if fault.Is(err, fault.NotFound) { // nothing is in it yet, so nothing is old
		return addFormat(tx)
	}
	return err
}

// inRow has the vectors of PostgreSQL lie in their rows as they are: to read one
// takes half the time of one that is put away and compressed, and no more room.
// It is asked first, since the change waits for every reader.
func inRow(tx *db.Tx) error {
	if !tx.Postgres() {
		return nil
	}
	var done bool
	err := tx.Row("select attstorage = 'e' from pg_attribute where attrelid = to_regclass('search_part') and attname = 'words'").Scan(&done)
	if err != nil || done {
		return err
	}
	if _, err := tx.Exec("alter table search_part set (toast_tuple_target = 8160)"); err != nil {
		return err
	}
	_, err = tx.Exec("alter table search_part alter column words set storage external")
	return err
}

func addFormat(tx *db.Tx) error {
	if _, err := tx.Exec("delete from search_format where version < $1", format); err != nil {
		return err
	}
	_, err := tx.Exec("insert into search_format (version, at) values ($1, $2) on conflict (version) do nothing", format, clock.Millis(tx.Now))
	return err
}

func hasFormat(tx *db.Tx) (bool, error) {
	var n int
	err := tx.Row("select count(*) from search_format where version = $1", format).Scan(&n)
	return n > 0, err
}

func insertDoc(tx *db.Tx, doc Doc, place int64) error {
	_, err := tx.Exec("insert into search_doc (province, id, kind, at, place, scopes) values ($1, $2, $3, $4, $5, $6)",
		doc.Province, doc.ID, doc.Kind, clock.Millis(doc.At), place, strings.Join(doc.Scopes, " "))
	return err
}

func insertPart(tx *db.Tx, doc Doc, part int, place int64, vector string) error {
	_, err := tx.Exec("insert into search_part (province, id, part, place, words) values ($1, $2, $3, $4, cast($5 as tsvector))",
		doc.Province, doc.ID, part, place, vector)
	return err
}

func insertRows(tx *db.Tx, heads, parts *rows) error {
	_, err := tx.Exec("insert into search_doc (province, id, kind, at, place, scopes) values "+heads.b.String(), heads.args...)
	if err != nil || len(parts.args) == 0 {
		return err
	}
	_, err = tx.Exec("insert into search_part (province, id, part, place, words) values "+parts.b.String(), parts.args...)
	return err
}

func placeOf(tx *db.Tx, province, id int64) (place int64, err error) {
	err = tx.Row("select place from search_doc where province = $1 and id = $2", province, id).Scan(&place)
	return place, err
}

func placeTaken(tx *db.Tx, place int64) (bool, error) {
	var one int
	err := tx.Row("select 1 from search_doc where place = $1", place).Scan(&one)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

func remove(tx *db.Tx, province, id, place int64) error {
	if !tx.Postgres() {
		if err := unshelve(tx, place); err != nil {
			return err
		}
	}
	_, err := tx.Exec("delete from search_doc where province = $1 and id = $2", province, id)
	return err
}

// asking is a question as an engine takes it. The kinds and the scopes stand
// beside it where the engine wants to know them.
type asking struct {
	words   string
	kinds   []string
	scopes  []string
	each    [][][]string // the terms of each spelling of each word, for telling how many fit
	earlier string       // the words for documents of an earlier release; "" when there are none
	shelves []int64      // where documents stand in the embedded index
}

func (a asking) terms() []string {
	var out []string
	for _, spellings := range a.each {
		for _, terms := range spellings {
			out = append(out, terms...)
		}
	}
	return out
}

// The places that fit $1, the newest first. PostgreSQL is not left to choose:
// its planner takes a walk through all places for the shorter way. There a text
// of several parts counts once.
const (
	matchPart = "with found as materialized (select place from search_part where words @@ cast($1 as tsquery)) select distinct place from found"
	nextFirst = " order by place desc limit $2"
)

// matching is a statement that gives the newest places that fit, at most $2,
// below a place where one is given.
func (a asking) matching(before int64, most int) (sql string, args []any) {
	if args = []any{a.words, most}; before == 0 {
		return matchPart + nextFirst, args
	}
	return matchPart + " where place < $3" + nextFirst, append(args, before)
}

const hitColumns = "select d.province, d.id, d.kind, d.at, d.place, d.scopes"

func newest(tx *db.Tx, a asking, before int64, most int) (all []found, err error) {
	if !tx.Postgres() {
		return a.walk(tx, before, most)
	}
	err = a.reach(tx, before, most, func(a asking) (int, error) {
		from, args := a.matching(before, most)
		all, err = db.List(tx, scanFound, hitColumns+" from ("+from+") as m join search_doc as d on d.place = m.place order by d.place desc limit $2", args...)
		return len(all), err
	})
	return all, err
}

// best ranks the newest matches only: ranking all of a common word takes long.
func best(tx *db.Tx, a asking, limit int) (all []found, err error) {
	if !tx.Postgres() {
		return a.bestShelved(tx, limit)
	}
	err = a.reach(tx, 0, Newest, func(narrow asking) (int, error) {
		from, args := narrow.matching(0, Newest)
		n, err := countOf(tx, from, args)
		if err != nil {
			return n, err
		}
		all, err = db.List(tx, scanFound, hitColumns+" from (select p.place, -max(ts_rank(p.words, cast($3 as tsquery))) as rank from ("+from+") as f join search_part as p on p.place = f.place"+
			" where p.words @@ cast($3 as tsquery) group by p.place) as m join search_doc as d on d.place = m.place order by m.rank, d.place desc limit "+strconv.Itoa(limit), append(args, a.words)...)
		return n, err
	})
	return all, err
}

func count(tx *db.Tx, a asking, atMost int) (n int, err error) {
	if !tx.Postgres() {
		return a.countShelved(tx, atMost)
	}
	err = a.reach(tx, 0, atMost, func(a asking) (int, error) {
		from, args := a.matching(0, atMost)
		n, err = countOf(tx, from, args)
		return n, err
	})
	return n, err
}

func countOf(tx *db.Tx, from string, args []any) (n int, err error) {
	err = tx.Row("select count(*) from ("+from+") as m", args...).Scan(&n)
	return n, err
}

func scanFound(r *db.Rows, f *found) error {
	var at int64
	err := r.Scan(&f.Province, &f.ID, &f.Kind, &at, &f.Key, &f.scopes)
	f.At = clock.FromMillis(at)
	return err
}

// outlined reads what the store's statistics say, and keeps the rest of the
// transaction from reading whole tables and from compiling statements, which
// takes longer than they do.
func outlined(tx *db.Tx, terms []string) (o outline, err error) {
	if _, err := tx.Exec("select set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)"); err != nil {
		return o, err
	}
	var bounds string
	if err := tx.Row(`select coalesce((select max(place) from search_doc), 0),
 coalesce((select cast(reltuples as bigint) from pg_class where oid = to_regclass('search_doc')), 0),
 coalesce((select cast(histogram_bounds as text) from pg_stats where schemaname = current_schema() and tablename = 'search_doc' and attname = 'place'), '')`,
	).Scan(&o.newest, &o.docs, &bounds); err != nil {
		return o, err
	}
	o.bounds, o.share, o.rare = parseBounds(bounds), map[string]float64{}, 1
	// After the common terms' shares come the least and the greatest of them, of no term.
	_, err = db.List(tx, func(r *db.Rows, _ *struct{}) error {
		var t string
		var share float64
		err := r.Scan(&t, &share)
		if o.share[t] = share; t == "" {
			o.rare = min(o.rare, share)
		}
		return err
	}, `select coalesce(e, ''), share from pg_stats, unnest(cast(cast(most_common_elems as text) as text[]), most_common_elem_freqs) as t (e, share)
 where schemaname = current_schema() and tablename = 'search_part' and attname = 'words' and (e is null or e = any (string_to_array($1, ' ')))
 order by share limit 1000`, strings.Join(terms, " "))
	return o, err
}
