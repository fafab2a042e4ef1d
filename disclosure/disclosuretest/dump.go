package disclosuretest

import (
	"fmt"

	"yangguang/internal/db"
)

// Dump is every value of a table, one after another, to be searched for what
// must not stand in it.
func Dump(tx *db.Tx, table string) (out []byte, err error) {
	rows, err := tx.Query("select * from " + table)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	cols, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		values := make([]any, len(cols))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			return nil, err
		}
		for _, v := range values {
			switch x := (*v.(*any)).(type) {
			case []byte:
				out = append(out, x...)
			default:
				out = fmt.Append(out, x)
			}
		}
	}
	return out, rows.Err()
}
