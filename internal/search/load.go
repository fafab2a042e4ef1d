package search

import (
	"fmt"
	"strings"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// loadRows is how many documents one statement writes.
const loadRows = 500

// Load indexes many documents that were not in the index, in few statements:
// for a whole store at once, where a statement for each would take long.
func Load(tx *db.Tx, docs []Doc) (err error) {
	defer fault.Wrap(&err, "search.Load(%d)", len(docs))
	taken := map[int64]bool{}
	for len(docs) > 0 {
		n := min(len(docs), loadRows)
		if err := loadSome(tx, docs[:n], taken); err != nil {
			return err
		}
		docs = docs[n:]
	}
	return nil
}

func loadSome(tx *db.Tx, docs []Doc, taken map[int64]bool) error {
	heads, parts := &rows{width: 6}, &rows{width: 5, last: "cast($%d as tsvector)"}
	for _, doc := range docs {
		place, err := freePlace(tx, doc, taken)
		if err != nil {
			return err
		}
		taken[place] = true
		heads.add(doc.Province, doc.ID, doc.Kind, clock.Millis(doc.At), place, strings.Join(doc.Scopes, " "))
		if !tx.Postgres() {
			if err := shelve(tx, &doc, place); err != nil {
				return err
			}
			continue
		}
		for n, v := range doc.vectors(place) {
			parts.add(doc.Province, doc.ID, n, place, v)
		}
	}
	return insertRows(tx, heads, parts)
}

// rows are the values of one statement that writes many.
type rows struct {
	width int
	last  string // how the last value of a row is written, where not as it is
	b     strings.Builder
	args  []any
}

func (r *rows) add(values ...any) {
	r.b.WriteString(map[bool]string{true: "(", false: ", ("}[len(r.args) == 0])
	for i := range values {
		how := "$%d"
		if i > 0 {
			r.b.WriteString(", ")
		}
		if i == r.width-1 && r.last != "" {
			how = r.last
		}
		fmt.Fprintf(&r.b, how, len(r.args)+1+i)
	}
	r.b.WriteByte(')')
	r.args = append(r.args, values...)
}
