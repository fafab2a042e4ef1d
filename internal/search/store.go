package search

import (
	"strings"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// setup: FTS5 without the content (contentless), cutting at blanks only, since
// the terms are made in Go; or a table of tsvector parts with GIN.
func setup(tx *db.Tx) error {
	ddl := []string{"create virtual table if not exists search_fts using fts5(title, body, content='', contentless_delete=1, tokenize='ascii')"}
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
	var some int
	err := tx.Row("select 1 from search_doc order by province, id limit 1").Scan(&some)
	if fault.Is(err, fault.NotFound) { // nothing is in it yet, so nothing is old
		return addFormat(tx)
	}
	return err
}

func addFormat(tx *db.Tx) error {
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

func insertFTS(tx *db.Tx, place int64, title, body string) error {
	_, err := tx.Exec("insert into search_fts (rowid, title, body) values ($1, $2, $3)", place, title, body)
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
		if _, err := tx.Exec("delete from search_fts where rowid = $1", place); err != nil {
			return err
		}
	}
	_, err := tx.Exec("delete from search_doc where province = $1 and id = $2", province, id)
	return err
}

// The matching places of each engine; a text of several parts counts once.
const (
	matchFTS  = "select rowid as place from search_fts where search_fts match $1"
	matchPart = "select distinct place from search_part where words @@ cast($1 as tsquery)"
)

func match(tx *db.Tx) string {
	if tx.Postgres() {
		return matchPart
	}
	return matchFTS
}

const hitColumns = "select d.province, d.id, d.kind, d.at, d.place from ("

func newest(tx *db.Tx, asked string, before int64, limit int) ([]Hit, error) {
	args := []any{asked, limit}
	from := match(tx)
	if before != 0 {
		if args = append(args, before); tx.Postgres() {
			from += " and place < $3"
		} else {
			from += " and rowid < $3"
		}
	}
	return db.List(tx, scanHit, hitColumns+from+" order by place desc limit $2) as m join search_doc as d on d.place = m.place order by d.place desc limit $2", args...)
}

// best ranks the newest matches only: ranking all of a common word takes long.
func best(tx *db.Tx, asked string, limit int) ([]Hit, error) {
	ranked := "select rowid as place, bm25(search_fts, 10.0, 1.0) as rank from search_fts where search_fts match $1 order by rowid desc limit $2"
	if tx.Postgres() {
		ranked = "select place, -max(ts_rank(words, cast($1 as tsquery))) as rank from search_part where words @@ cast($1 as tsquery) group by place order by place desc limit $2"
	}
	return db.List(tx, scanHit, hitColumns+ranked+") as m join search_doc as d on d.place = m.place order by m.rank, d.place desc limit $3", asked, Newest, limit)
}

func count(tx *db.Tx, asked string, atMost int) (n int, err error) {
	err = tx.Row("select count(*) from ("+match(tx)+" limit $2) as m", asked, atMost).Scan(&n)
	return n, err
}

// survey gives the newest that fit, and tells the scopes of each.
func survey(tx *db.Tx, asked string, most int, told func(scopes string)) ([]Hit, error) {
	return db.List(tx, func(r *db.Rows, h *Hit) error {
		var at int64
		var scopes string
		err := r.Scan(&h.Province, &h.ID, &h.Kind, &at, &h.Key, &scopes)
		h.At = clock.FromMillis(at)
		told(scopes)
		return err
	}, "select d.province, d.id, d.kind, d.at, d.place, d.scopes from ("+match(tx)+" order by place desc limit $2) as m join search_doc as d on d.place = m.place order by d.place desc limit $2", asked, most)
}

func scanHit(r *db.Rows, h *Hit) error {
	var at int64
	err := r.Scan(&h.Province, &h.ID, &h.Kind, &at, &h.Key)
	h.At = clock.FromMillis(at)
	return err
}
