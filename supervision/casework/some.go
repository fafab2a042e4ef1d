package casework

import (
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// MemberOf lists the units the person acting belongs to: what is hidden from
// one of them is hidden from him.
func MemberOf(tx *db.Tx, a *account.Actor) ([]int64, error) { return memberOf(tx, a) }

// Readable reads those of some matters of a province the person acting may
// read, in the order asked; the others are left out without a word.
func Readable(tx *db.Tx, a *account.Actor, province int, ids []int64) (out []Matter, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	w := db.In((&db.Where{}).And("m.province = ?", province), "m.id", ids)
	cond, args := w.SQL()
	rows, err := db.List(tx, scanMatter, "select "+matterCols+" from casework m"+cond+" order by m.id limit 1000", args...)
	if err != nil {
		return nil, err
	}
	found := map[int64]*Matter{}
	for i := range rows {
		found[rows[i].ID] = &rows[i]
	}
	for _, id := range ids {
		m := found[id]
		if m == nil {
			continue
		}
		switch err := mayRead(tx, a, m); {
		case fault.Is(err, fault.NotFound):
		case err != nil:
			return nil, err
		default:
			out = append(out, *m)
		}
	}
	return out, nil
}

// Everything lists matters of a province by id, for what counts them all anew.
func Everything(tx *db.Tx, province int, after int64, limit int) ([]Matter, error) {
	return db.List(tx, scanMatter, "select "+matterCols+" from casework m where m.province = $1 and m.id > $2 order by m.id limit $3", province, after, limit)
}
