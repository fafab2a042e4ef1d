package agency

import (
	"strconv"
	"strings"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

const divisionColumns = "code, coalesce(parent, 0), level, name, valid_from, valid_to"

func scanDivision(r *db.Rows, d *Division) error {
	return r.Scan(&d.Code, &d.Parent, &d.Level, &d.Name, &d.ValidFrom, &d.ValidTo)
}

func findDivision(tx *db.Tx, code Code) (Division, error) {
	list, err := db.List(registry(tx), scanDivision, "select "+divisionColumns+" from division where code = $1", code)
	if err != nil {
		return Division{}, err
	}
	if len(list) == 0 {
		return Division{}, fault.Say(fault.NotFound, "agency.division_unknown", code.Short())
	}
	return list[0], nil
}

func childDivisions(tx *db.Tx, parent, after Code, on clock.Date, limit int) ([]Division, error) {
	return db.List(registry(tx), scanDivision, "select "+divisionColumns+` from division
		where parent = $1 and code > $2 and (valid_to is null or valid_to > $3) order by code limit $4`,
		parent, after, on, limit)
}

func divisionsByCode(tx *db.Tx, codes []Code) ([]Division, error) {
	var w db.Where
	where, args := db.In(&w, "code", codes).SQL()
	return db.List(registry(tx), scanDivision, "select "+divisionColumns+" from division"+where+" order by level, code limit 10", args...)
}

// likeEscape makes the words of a person match only themselves in a LIKE.
var likeEscape = strings.NewReplacer(`!`, `!!`, `%`, `!%`, `_`, `!_`)

func searchDivisions(tx *db.Tx, within Code, prefix string, on clock.Date, limit int) ([]Division, error) {
	lo, hi := nameKeys(prefix)
	first, last := within.Range()
	var w db.Where
	w.And("name_key between ? and ?", lo, hi).
		And("name like ? escape '!'", likeEscape.Replace(prefix)+"%").
		If(within != Nation, "code between ? and ?", first, last).
		If(lo != hi && within.Level() < LevelCounty, "level < ?", LevelVillage).
		And("(valid_to is null or valid_to > ?)", on)
	top := w.Next(limit)
	where, args := w.SQL()
	return db.List(registry(tx), scanDivision, "select "+divisionColumns+" from division"+where+" order by level, code limit "+top, args...)
}

// batchRows is how many divisions one statement inserts. SQLite wants few: its driver asks for the name of each parameter
// in turn, and SQLite answers by walking the list of them (250 rows took three times as long as 8).
// PostgreSQL wants many, since each statement is a journey.
func batchRows(tx *db.Tx) int {
	if tx.Postgres() {
		return 250
	}
	return 8
}

func insertDivisionsSQL(rows int) string {
	var b strings.Builder
	b.WriteString("insert into division (code, parent, level, name, name_key, province, prefecture, county) values ")
	for i := range rows {
		b.WriteString("(")
		for j := range 8 {
			b.WriteString("$" + strconv.Itoa(i*8+j+1))
			if j < 7 {
				b.WriteByte(',')
			}
		}
		b.WriteString("),")
	}
	return strings.TrimSuffix(b.String(), ",") + " on conflict (code) do nothing"
}

// insertDivisions adds those that are not there yet.
func insertDivisions(tx *db.Tx, codes []Code, names []string) error {
	batch := batchRows(tx)
	fullBatch := insertDivisionsSQL(batch)
	for len(codes) > 0 {
		n, query := min(len(codes), batch), fullBatch
		if n < batch {
			query = insertDivisionsSQL(n)
		}
		args := make([]any, 0, 8*n)
		for i, c := range codes[:n] {
			var parent any = int64(c.Parent())
			if c == Nation {
				parent = nil
			}
			args = append(args, int64(c), parent, int64(c.Level()), names[i], nameKey(names[i]),
				int64(c.Province()), int64(c.Prefecture()), int64(c.County()))
		}
		if _, err := tx.Exec(query, args...); err != nil {
			return err
		}
		codes, names = codes[n:], names[n:]
	}
	return nil
}

// indexDivisionNames makes the index behind searchDivisions once the rows are there. Kept while they come in, in the
// order of codes, it made the import five times slower: every step touched nearly every page of it.
func indexDivisionNames(tx *db.Tx) error {
	_, err := tx.Exec("create index if not exists division_name on division (name_key, level, code)")
	return err
}

// importMark is how far an edition is imported.
type importMark struct {
	last     Code
	done     int
	finished bool
}

func beginImport(tx *db.Tx, edition string, total int) (m importMark, err error) {
	_, err = tx.Exec(`insert into division_import (edition, last_code, done, total) values ($1, -1, 0, $2)
		on conflict (edition) do nothing`, edition, total)
	if err != nil {
		return m, err
	}
	return findImport(tx, edition)
}

func findImport(tx *db.Tx, edition string) (m importMark, err error) {
	err = tx.Row(`select last_code, done, finished_at is not null from division_import
		where edition = $1`+tx.ForUpdate(), edition).Scan(&m.last, &m.done, &m.finished)
	return m, err
}

// importFinished asks without locking whether the edition came in completely.
func importFinished(tx *db.Tx, edition string) (bool, error) {
	var n int
	err := tx.Row("select count(*) from division_import where edition = $1 and finished_at is not null", edition).Scan(&n)
	return n > 0, err
}

func advanceImport(tx *db.Tx, edition string, m importMark) error {
	var finished *int64
	if m.finished {
		ms := clock.Millis(tx.Now)
		finished = &ms
	}
	_, err := tx.Exec("update division_import set last_code = $2, done = $3, finished_at = $4 where edition = $1",
		edition, m.last, m.done, finished)
	return err
}
