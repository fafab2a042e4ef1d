package exchange

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"yangguang/internal/clock"
)

// TestMomentsAreReadAsPlatformsWriteThem and nothing else is.
func TestMomentsAreReadAsPlatformsWriteThem(t *testing.T) {
	want := time.Date(2021, 3, 4, 9, 5, 0, 0, clock.Shanghai)
	for _, s := range []string{"2021-03-04 09:05", "2021-03-04 09:05:00", "2021/3/4 9:05", "2021年3月4日 9时5分", "20210304090500", "202103040905", "2021-03-04T09:05:00", "44259.378472222"} {
		if got, ok := moment(s); !ok || !got.Equal(want) {
			t.Errorf("%s is %s, %v", s, got, ok)
		}
	}
	if got, ok := moment("20210304"); !ok || !got.Equal(clock.MustDate("2021-03-04").Start()) {
		t.Errorf("a day is %s", got)
	}
	for _, s := range []string{"", "昨天", "2021", "2021-13-01", "2021-02-30", "2021-03-04 25:00", "12", "1021-01-01", "2021-03-04 09:05:00 1 2 3"} {
		if got, ok := moment(s); ok {
			t.Errorf("%s is %s", s, got)
		}
	}
}

// TestTablesAreReadFromBothFormats with a title above, in any charset.
func TestTablesAreReadFromBothFormats(t *testing.T) {
	x := excelize.NewFile()
	for _, err := range []error{x.SetCellStr("Sheet1", "A1", "某平台工单"), x.SetSheetRow("Sheet1", "A2", &[]any{"工单编号", "内容"}), x.SetSheetRow("Sheet1", "A3", &[]any{"1", "没有到账"})} {
		check(t, err)
	}
	var b bytes.Buffer
	check(t, x.Write(&b))
	for format, raw := range map[string][]byte{"xlsx": b.Bytes(), "csv": []byte(gbk(t, "某平台工单\n工单编号,内容\n1,没有到账\n,\n"))} {
		g, err := readGrid(format, raw)
		check(t, err)
		if strings.Join(g.heads, "|") != "工单编号|内容" || len(g.rows) != 1 || g.rows[0][1] != "没有到账" || g.first != 3 {
			t.Errorf("%s: %+v", format, g)
		}
		if c := guess(Orders, g.heads, nil); c["order"] != 0 || c["text"] != 1 {
			t.Errorf("%s: %v", format, c)
		}
	}
	for name, raw := range map[string]string{"x.csv": "\x00\x01", "x.xlsx": "no", "x.doc": "a,b\n1,2", "y.csv": "a,b\n"} {
		if _, err := readGrid(formatOf(name), []byte(raw)); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}

// TestAWorkbookOfOursIsReadBack by the library others use, formulas as text.
func TestAWorkbookOfOursIsReadBack(t *testing.T) {
	var b bytes.Buffer
	x, err := newXLSX(&b)
	check(t, err)
	check(t, x.row([]string{"编号", "=1+1", "a<b&c\x01", " 空格 "}))
	check(t, x.row([]string{strings.Repeat("长", 40_000)}))
	check(t, x.end())
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	check(t, err)
	rows, err := f.GetRows("Sheet1")
	check(t, err)
	if rows[0][0] != "编号" || rows[0][1] != "=1+1" || rows[0][2] != "a<b&c\uFFFD" || rows[0][3] != " 空格 " || len([]rune(rows[1][0])) != maxXLSXCell {
		t.Errorf("read back as %q", rows[0])
	}
	if s, _ := f.GetCellFormula("Sheet1", "B1"); s != "" {
		t.Errorf("a formula: %s", s)
	}
}

func FuzzReadGrid(f *testing.F) {
	f.Add([]byte("工单编号,内容\n1,\"没有\"\n"))
	f.Add([]byte("a\tb\n=1\t\"x\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		g, err := readGrid("csv", raw)
		if err == nil && (len(g.rows) == 0 || len(g.heads) > maxHeads) {
			t.Errorf("%d rows, %d headings", len(g.rows), len(g.heads))
		}
		guess(History, g.heads, nil)
	})
}

func FuzzMoment(f *testing.F) {
	f.Add("2021年3月4日 9时5分")
	f.Add("44259.37")
	f.Fuzz(func(t *testing.T, s string) {
		if at, ok := moment(s); ok && (at.Year() < 1900 || at.Year() > 2200) {
			t.Errorf("%q is %s", s, at)
		}
	})
}

func FuzzReadOrder(f *testing.F) {
	f.Add(anOrder)
	f.Fuzz(func(t *testing.T, s string) {
		if o, err := readOrder(strings.NewReader(s)); err == nil && strings.Contains(o.Text, "\x00") {
			t.Errorf("not to be kept: %q", o.Text)
		}
	})
}

func FuzzParsePlace(f *testing.F) {
	f.Add(place{1, 2}.String())
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := parsePlace(s); err == nil {
			if q, err := parsePlace(p.String()); p != (place{}) && (err != nil || q != p) {
				t.Errorf("%q is %v, then %v, %v", s, p, q, err)
			}
		}
	})
}

func FuzzReadMailboxes(f *testing.F) {
	f.Add("350525/bureau imaps://user@imap.example.cn/INBOX pw done=Done\n# x\n")
	f.Fuzz(func(t *testing.T, s string) {
		ms, err := ReadMailboxes(strings.NewReader(s), func(string) (string, error) { return "p", nil })
		for _, m := range ms {
			if err == nil && (m.Folder == "" || m.Addr == "") {
				t.Errorf("%q gives %+v", s, m)
			}
		}
	})
}
