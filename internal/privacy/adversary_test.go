package privacy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// hostile texts try to make the scanner slow: its work must stay in proportion
// to the length.
var hostile = map[string]func(n int) string{
	"one row of digits":       func(n int) string { return strings.Repeat("1101", n/4) },
	"single digits":           func(n int) string { return strings.Repeat("1 ", n/2) },
	"digits and lines":        func(n int) string { return strings.Repeat("110105\n", n/7) },
	"mobiles":                 func(n int) string { return strings.Repeat("13800000000 ", n/12) },
	"house numbers":           func(n int) string { return "家庭住址：" + strings.Repeat("3组", n/4) },
	"numbers of 17":           func(n int) string { return strings.Repeat("11010519491231002 ", n/18) },
	"invisible characters":    func(n int) string { return "1" + strings.Repeat("\u200b", n/3) + "1" },
	"blanks and no digits":    func(n int) string { return "1" + strings.Repeat(" ", n) },
	"full-width punctuation":  func(n int) string { return strings.Repeat("，", n/3) },
	"valid resident numbers ": func(n int) string { return strings.Repeat("11010519491231002X", n/18) },
}

func BenchmarkScanHostile(b *testing.B) {
	for name, make := range hostile {
		for _, n := range []int{1 << 16, 1 << 20} {
			b.Run(fmt.Sprintf("%s/%dK", name, n>>10), func(b *testing.B) {
				s := make(n)
				b.SetBytes(int64(len(s)))
				for b.Loop() {
					Scan(s)
				}
			})
		}
	}
}

// bigWorkbook has 100,000 cells: 10,000 rows of ten.
func bigWorkbook(b *testing.B) []byte {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	w, err := f.NewStreamWriter("Sheet1")
	must(b, err)
	for r := range 10000 {
		row := make([]any, 10)
		for c := range row {
			row[c] = fmt.Sprintf("第%d村%d户", r, c)
		}
		row[3], row[4] = r*7, secretID
		cell, _ := excelize.CoordinatesToCellName(1, r+1)
		must(b, w.SetRow(cell, row))
	}
	must(b, w.Flush())
	buf, err := f.WriteToBuffer()
	must(b, err)
	return buf.Bytes()
}

func BenchmarkInspectWorkbookOf100kCells(b *testing.B) {
	file := bigWorkbook(b)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if r := inspect(b, "a.xlsx", file); r.More+len(r.Findings) != 10000 {
			b.Fatalf("%d findings", r.More+len(r.Findings))
		}
	}
}
