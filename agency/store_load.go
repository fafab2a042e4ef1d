package agency

import (
	"errors"
	"strconv"
	"strings"

	"yangguang/internal/db"
)

var errNotDemo = errors.New("agency.Load is for fictional agencies only")

// Load writes fictional agencies in bulk, without the checks and the history
// Found gives a real one, for trials with a whole nation. It refuses others.
func Load(tx *db.Tx, as []Agency) error {
	const cols = 22
	for len(as) > 0 {
		n := min(len(as), batchRows(tx))
		args := make([]any, 0, n*cols)
		paths, names := make([]any, 0, n*3), make([]any, 0, n*4)
		for i := range as[:n] {
			a := &as[i]
			if !a.Demo {
				return errNotDemo
			}
			args = append(args, a.ID, a.Division, a.Province(), a.Division.Prefecture(), a.Division.County(), a.Kind, a.Slug, a.Name, a.ShortName,
				nil, a.Address, a.Hours, a.Phone, a.Fax, a.Email, a.Website, none(a.Superior), a.FoundedOn, a.State, nil, a.ValidFrom, a.Demo)
			paths = append(paths, a.Division, a.Slug, a.ID)
			names = append(names, tx.ID(a.Province()), a.ID, a.Name, nameKey(a.Name))
		}
		for _, s := range []struct {
			head string
			args []any
			cols int
		}{
			{`insert into agency (id, region, province, prefecture, county, kind, slug, name, short_name, credit_code, address, hours, phone, fax,
 email, website, superior, founded_on, state, successor, valid_from, demo) values `, args, cols},
			{"insert into agency_path (region, slug, agency) values ", paths, 3},
			{"insert into agency_name (id, agency, name, name_key) values ", names, 4},
		} {
			if _, err := tx.Exec(s.head+marks(n, s.cols), s.args...); err != nil {
				return err
			}
		}
		as = as[n:]
	}
	return nil
}

// marks are the placeholders of so many rows.
func marks(rows, cols int) string {
	var b strings.Builder
	for i := range rows {
		b.WriteString("(")
		for j := range cols {
			b.WriteString("$" + strconv.Itoa(i*cols+j+1))
			if j < cols-1 {
				b.WriteByte(',')
			}
		}
		b.WriteString("),")
	}
	return strings.TrimSuffix(b.String(), ",")
}
