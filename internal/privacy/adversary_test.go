package privacy

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

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
	"homes without digits":    func(n int) string { return strings.Repeat("家庭住址：甲镇三村，", n/30) },
	"words of homes":          func(n int) string { return strings.Repeat("住址", n/6) },
	"valid resident numbers ": func(n int) string { return strings.Repeat("11010519491231002X", n/18) },
}

func BenchmarkScanHostile(b *testing.B) {
	for name, make := range hostile {
		for _, n := range []int{1 << 16, 1 << 20} {
			b.Run(fmt.Sprintf("%s/%dK", name, n>>10), func(b *testing.B) {
				s := make(n)
				b.SetBytes(int64(len(s)))
				from := processorTime()
				for b.Loop() {
					scanAt(s, Place{}, nil) // as the gate does
				}
				// On a busy machine only this says how fast it is.
				b.ReportMetric(float64(len(s))*float64(b.N)/1e6/(processorTime()-from).Seconds(), "cpu-MB/s")
			})
		}
	}
}

// processorTime is what this process has used.
func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
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

func TestFindingsBeyondTheLimitAreCounted(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("13800000000 ", 30000)
	fs, more := scanAt(text, Place{}, nil)
	if len(fs) != maxFindings || len(fs)+more != 30000 {
		t.Errorf("%d findings and %d more, want 30000", len(fs), more)
	}
	if all := Scan(text); len(all) != 30000 {
		t.Errorf("Scan found %d", len(all))
	}
}

// A run of more groups than are judged together is cut: nothing at the cuts may
// be lost or told twice.
func TestALongRunIsJudgedWhole(t *testing.T) {
	t.Parallel()
	for _, lead := range []int{0, 1, 7, 13} {
		number := secretID[:6] + " " + secretID[6:14] + " " + secretID[14:] + " "
		text := strings.Repeat("8 ", lead) + strings.Repeat(number, 5000)
		found := 0
		for _, f := range Scan(text) {
			if f.Kind == Resident && f.Class == Never {
				found++
			}
		}
		if found != 5000 {
			t.Errorf("%d groups before: %d of 5000", lead, found)
		}
	}
}

// A cell that ends and never began stands in no column.
func TestACellThatNeverBegan(t *testing.T) {
	t.Parallel()
	book := zipOf(t, "xl/workbook.xml", `<w><sheet name="a" r:id="r1"/></w>`,
		"xl/worksheets/sheet1.xml", `<worksheet><sheetData><row r="1"><v>`+secretID+`</v></c><c><v>2</v></c></row></sheetData></worksheet>`)
	if r := inspect(t, "a.xlsx", book); !r.Blocks() {
		t.Errorf("passed: %q", summary(r))
	}
	sheet := zipOf(t, "mimetype", "x", "content.xml", `<b><spreadsheet><table><table-row><p>`+secretID+`</p></table-cell></table-row></table></spreadsheet></b>`)
	if r := inspect(t, "a.ods", sheet); !r.Blocks() {
		t.Errorf("passed: %q", summary(r))
	}
}

// Not parallel: what others allocate would count too.
func TestHostileTextsTakeBoundedMemory(t *testing.T) {
	var before, after runtime.MemStats
	for name, make := range hostile {
		text := make(8 << 20)
		runtime.ReadMemStats(&before)
		scanAt(text, Place{}, nil)
		runtime.ReadMemStats(&after)
		if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 64 {
			t.Errorf("%s: 8 MB of it took %d MB", name, took)
		}
	}
}
