package training

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

const (
	maxRows  = 2000
	maxSheet = 4 << 20 // bytes
	xlsx     = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// columns are the keys of a sheet's columns, in order: number at the unit, name,
// subject, day, score, mark to reach.
var columns = []string{"c_staff", "c_name", "c_subject", "c_day", "c_score", "c_pass"}

// Problem is what is wrong with a row.
type Problem struct {
	Row int
	Key string
}

// Export is every result of the actor's unit as a workbook Import reads again.
func (s *Trainings) Export(ctx context.Context) (out []byte, err error) {
	defer fault.Wrap(&err, "training.Export")
	rows := [][]string{nil}
	for _, c := range columns {
		rows[0] = append(rows[0], word(ctx, c))
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		u, _, err := unit(tx)
		if err != nil {
			return err
		}
		all, err := agents(tx, u)
		if err != nil {
			return err
		}
		known := map[int64]account.Person{}
		for _, p := range all {
			known[p.ID] = p
		}
		found, err := resultsAt(tx, u.ID)
		for _, x := range found {
			p := known[x.Person]
			rows = append(rows, []string{p.StaffNo, p.Name, x.Subject, x.Day.String(), strconv.Itoa(x.Score), strconv.Itoa(x.Pass)})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return sheetOf(rows)
}

func sheetOf(rows [][]string) (out []byte, err error) {
	x := excelize.NewFile()
	defer func() { err = errors.Join(err, x.Close()) }()
	for i, row := range rows {
		for j, s := range row {
			cell, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				return nil, err
			}
			if err := x.SetCellStr("Sheet1", cell, s); err != nil {
				return nil, err
			}
		}
	}
	var b bytes.Buffer
	err = x.Write(&b)
	return b.Bytes(), err
}

// Import records every row of a sheet. With one problem nothing is kept.
func (s *Trainings) Import(ctx context.Context, b []byte) (n int, bad []Problem, err error) {
	defer fault.Wrap(&err, "training.Import")
	rows, err := readRows(b)
	if err != nil {
		return 0, nil, err
	}
	stop := errors.New("problems were found")
	err = s.write(ctx, "import", func(tx *db.Tx, u agency.Agency, a *account.Actor, all []account.Person) (int64, error) {
		n, bad = 0, nil
		for i, row := range rows {
			x, key := parse(row, all)
			if wrong := x.wrong(a, all); key == "" && len(wrong) > 0 {
				key = wrong[0].Key
			}
			if key != "" {
				bad = append(bad, Problem{i + 2, key})
				continue
			}
			x.ID = tx.ID(u.Division.Province())
			if err := insertResult(tx, u, a.Person, &x); err != nil {
				return 0, err
			}
			n++
		}
		if len(bad) > 0 {
			return 0, stop
		}
		return int64(n), nil
	})
	if errors.Is(err, stop) {
		return 0, bad, nil
	}
	return n, nil, err
}

// parse reads one row; who is meant is told by his number, or by a name only one
// of them has.
func parse(row []string, all []account.Person) (x Result, key string) {
	for len(row) < len(columns) {
		row = append(row, "")
	}
	for i := range row {
		row[i] = strings.TrimSpace(row[i])
	}
	for _, p := range all {
		if row[0] != "" && p.StaffNo == row[0] || row[0] == "" && p.Name == row[1] {
			if x.Person != 0 {
				return x, "training.two_agents"
			}
			x.Person = p.ID
		}
	}
	var err error
	if x.Day, err = clock.ParseDate(row[3]); err != nil {
		return x, "training.need_day"
	}
	score, e1 := strconv.Atoi(row[4])
	pass, e2 := strconv.Atoi(row[5])
	if e1 != nil || e2 != nil {
		return x, "training.bad_score"
	}
	x.Subject, x.Score, x.Pass = row[2], score, pass
	return x, ""
}

// readRows reads the rows below the heads, whatever the file holds.
func readRows(b []byte) (out [][]string, err error) {
	bad := fault.Fields(fault.Field{Name: "file", Key: "training.bad_sheet", Args: []any{maxRows}})
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{RawCellValue: true, UnzipSizeLimit: 32 << 20, UnzipXMLSizeLimit: 16 << 20})
	if err != nil {
		return nil, bad
	}
	defer func() { _ = f.Close() }()
	rows, err := f.Rows(f.GetSheetList()[0])
	if err != nil {
		return nil, bad
	}
	defer func() { _ = rows.Close() }()
	for i := 0; rows.Next(); i++ {
		row, err := rows.Columns()
		if err != nil || i > maxRows {
			return nil, bad
		}
		if i > 0 && strings.TrimSpace(strings.Join(row, "")) != "" {
			out = append(out, row[:min(len(row), len(columns))])
		}
	}
	if rows.Error() != nil || len(out) == 0 {
		return nil, bad
	}
	return out, nil
}
