package docx

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"yangguang/internal/privacy"
	"yangguang/internal/privacy/safe"
)

func bytesOf(t interface{ Fatal(...any) }, d *Doc) []byte {
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// partsOf are the parts of a file, each well-formed.
func partsOf(t interface {
	Fatal(...any)
	Fatalf(string, ...any)
}, b []byte) map[string]string {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(text)
		for dec := xml.NewDecoder(bytes.NewReader(text)); ; {
			if _, err := dec.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v in %s", f.Name, err, text)
			}
		}
	}
	return out
}

// converted is the text LibreOffice finds in a document.
func converted(t *testing.T, b []byte) string {
	t.Helper()
	if _, err := exec.LookPath("soffice"); err != nil {
		if os.Getenv("YANGGUANG_TEST_PG") != "" { // scripts/with-test-env is at work
			t.Fatal("soffice is missing")
		}
		t.Skip("soffice is missing; scripts/with-test-env installs it")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.docx"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("soffice", "--headless", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--convert-to", "txt:Text (encoded):UTF8", "--outdir", dir, filepath.Join(dir, "a.docx")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(dir, "a.txt"))
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.TrimPrefix(strings.ReplaceAll(string(text), "\r\n", "\n"), "\uFEFF")
}

func say(text string) Paragraph { return Paragraph{Runs: []Run{{Text: text}}} }

func cell(text string) Cell { return Cell{Paragraphs: []Paragraph{say(text)}} }

// yearly is the head of table 3 of the yearly report: cells over rows and over
// columns.
func yearly() Table {
	over := func(text string, cols, rows int) Cell { c := cell(text); c.Cols, c.Rows = cols, rows; return c }
	return Table{Widths: []float64{40, 20, 20, 20, 20}, Head: 3, Rows: []Row{
		{Cells: []Cell{over("项目", 1, 3), over("申请人情况", 4, 1)}},
		{Cells: []Cell{over("自然人", 1, 2), over("法人或其他组织", 2, 1), over("总计", 1, 2)}},
		{Cells: []Cell{cell("商业企业"), cell("科研机构")}},
		{Height: 10, Cells: []Cell{cell("本年新收"), cell("1"), cell("2"), cell("3"), cell("6")}},
	}}
}

func TestLibreOfficeReadsWhatIsWritten(t *testing.T) {
	t.Parallel()
	d := &Doc{Title: "报告", Header: "演示数据", Numbers: EveryPage, At: time.Date(2026, 8, 3, 0, 0, 0, 0, time.UTC), Blocks: []Block{
		Paragraph{Runs: []Run{{Text: "标题 <b>&amp;\"", Font: Title, Size: 22, Color: "D7000F"}}, Align: Center, Level: 1, Under: ThickThin, Ink: "D7000F", Outset: 7},
		Paragraph{Runs: []Run{{Text: "甲\x00\x1b乙\n丙\t丁"}, {Text: "粗", Bold: true}, {Text: "  两头的空格  "}}, First: 2, Line: 28.95, KeepNext: true},
		yearly(), yearly(),
		Paragraph{Runs: []Run{{Text: "末段\u202e反向"}}, NewPage: true, Right: 4, Align: End},
	}}
	got := converted(t, bytesOf(t, d))
	// Tables come cell by cell, what is merged once and empty lines below it.
	table := "项目\n申请人情况\n自然人\n法人或其他组织\n总计\n商业企业\n科研机构\n本年新收\n1\n2\n3\n6\n"
	want := "标题 <b>&amp;\"\n甲乙\n丙\t丁粗  两头的空格  \n" + table + table + "末段反向\n"
	for strings.Contains(got, "\n\n") {
		got = strings.ReplaceAll(got, "\n\n", "\n")
	}
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestAnyTextGivesAWellFormedDocument(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := func(label string) string {
			if rapid.Bool().Draw(t, label+" in bytes") {
				return string(rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, label))
			}
			return rapid.StringOfN(rapid.RuneFrom([]rune("一<>&\"']]>\x00\x07\x1b\n\r\t\u202e\uFEFF\uFFFE\uFFFF{}a😀\u2028\u0085")), 0, 40, -1).Draw(t, label)
		}
		p := Paragraph{Runs: []Run{{Text: text("text"), Color: text("color"), Font: Font(text("font"))}}, Align: Align(text("align")), Ink: text("ink"), Under: Rule(text("rule"))}
		d := &Doc{Title: text("title"), Header: text("header"), Lang: text("lang"), FirstFoot: []Paragraph{p}, Blocks: []Block{p, Table{Widths: []float64{50}, Rows: []Row{{Cells: []Cell{{Paragraphs: []Paragraph{p}}}}}}}}
		for name, part := range partsOf(t, bytesOf(t, d)) {
			if !utf8.ValidString(part) {
				t.Fatalf("%s is not UTF-8", name)
			}
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add("a<b>&\x00\ufffe\xff]]>")
	f.Add("\r\n\t\u202e{title}{at}")
	f.Fuzz(func(t *testing.T, s string) {
		p := Paragraph{Runs: []Run{{Text: s}}}
		parts := partsOf(t, bytesOf(t, &Doc{Title: s, Header: s, Blocks: []Block{p}}))
		for _, r := range parts["word/document.xml"] {
			if r < ' ' && r != '\n' && r != '\t' || r >= 0x202A && r <= 0x202E {
				t.Fatalf("%q came through", r)
			}
		}
	})
}

// Whatever cells claim to reach over, every row covers every column once.
func TestEveryRowCoversTheTable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "columns")
		tb := Table{Widths: make([]float64, n)}
		for range rapid.IntRange(1, 6).Draw(t, "rows") {
			var r Row
			for range rapid.IntRange(0, n+1).Draw(t, "cells") {
				r.Cells = append(r.Cells, Cell{Cols: rapid.IntRange(-1, n+2).Draw(t, "cols"), Rows: rapid.IntRange(-1, 8).Draw(t, "down")})
			}
			tb.Rows = append(tb.Rows, r)
		}
		above := map[int]int{} // the column a cell began at, to its width
		for i, row := range tb.laid() {
			now, at := map[int]int{}, 0
			for _, s := range row {
				if s.merge == "continue" && above[at] != s.cols {
					t.Fatalf("row %d: a cell of %d columns goes on one of %d", i, s.cols, above[at])
				}
				now[at] = s.cols
				at += s.cols
			}
			if at != n {
				t.Fatalf("row %d covers %d of %d columns", i, at, n)
			}
			above = now
		}
	})
}

func TestADocumentNamesNobodyAndIsTheSameTwice(t *testing.T) {
	t.Parallel()
	d := &Doc{Title: "T", Blocks: []Block{say("x"), yearly()}}
	a := bytesOf(t, d)
	if !bytes.Equal(a, bytesOf(t, d)) {
		t.Error("the same document has other bytes")
	}
	core := partsOf(t, a)["docProps/core.xml"]
	for _, bad := range []string{"creator", "lastModifiedBy", "company"} {
		if strings.Contains(core, bad) {
			t.Errorf("the properties have %s", bad)
		}
	}
	if !strings.Contains(core, "<dc:language>zh-CN</dc:language>") {
		t.Error("the language is not told")
	}
}

// The gate in front of every upload knows all that is written here, sees a
// person where there is one, and can make a safe copy.
func TestTheGateReadsWhatIsWritten(t *testing.T) {
	t.Parallel()
	g := privacy.New(privacy.Options{})
	t.Cleanup(func() { _ = g.Close() })
	inspect := func(d *Doc) privacy.Report {
		b := bytesOf(t, d)
		rep, err := g.Inspect(context.Background(), "letter.docx", bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		return rep
	}
	d := &Doc{Title: "报告", Header: "演示数据", Numbers: FromSecond, FirstFoot: []Paragraph{{Under: ThinThick}}, Blocks: []Block{say("全年受理十件。"), yearly()}}
	if rep := inspect(d); len(rep.Findings)+len(rep.Hidden)+len(rep.Uncertain) > 0 {
		t.Errorf("findings %v, hidden %v, uncertain %v", rep.Findings, rep.Hidden, rep.Uncertain)
	}
	d.Blocks = append(d.Blocks, say("身份证号11010519491231002X"))
	if rep := inspect(d); len(rep.Findings) != 1 {
		t.Errorf("an identity number was not seen: %v", rep.Findings)
	}
	b := bytesOf(t, d)
	out, _, _, err := safe.Copy(context.Background(), g, privacy.DOCX, "letter.docx", b, safe.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if body := partsOf(t, out)["word/document.xml"]; !strings.Contains(body, "全年受理十件。") || strings.Contains(body, "11010519491231002X") {
		t.Errorf("the safe copy is %s", body)
	}
}

// standard is the order in which the standard (ISO/IEC 29500, CT_PPr and so on)
// wants what is written here; Word refuses a file that has it otherwise, while
// LibreOffice reads on.
var standard = map[string]string{
	"pPr":    "pStyle keepNext keepLines pageBreakBefore pBdr spacing ind jc outlineLvl",
	"rPr":    "rFonts b color spacing sz szCs lang",
	"tblPr":  "tblW jc tblBorders tblLayout",
	"tcPr":   "tcW gridSpan vMerge vAlign",
	"sectPr": "headerReference headerReference footerReference footerReference pgSz pgMar titlePg",
	"tbl":    "tblPr tblGrid tr tr tr tr",
	"p":      "pPr r r r r r r r",
}

func TestElementsStandInTheOrderOfTheStandard(t *testing.T) {
	t.Parallel()
	p := Paragraph{Runs: []Run{{Text: "a", Bold: true, Color: "FF0000", Squeeze: 1}}, Align: End, First: 2, Left: 1, Line: 20, Level: 2, KeepNext: true, NewPage: true, Under: ThinThick}
	parts := partsOf(t, bytesOf(t, &Doc{Header: "h", Numbers: EveryPage, FirstFoot: []Paragraph{p}, Blocks: []Block{p, yearly(), p}}))
	seen := 0
	for name, text := range parts {
		var path, rest []string // open elements, and what may still come in each
		for dec := xml.NewDecoder(strings.NewReader(text)); ; {
			tok, err := dec.Token()
			if err != nil {
				break
			}
			switch e := tok.(type) {
			case xml.StartElement:
				if n := len(path); n > 0 && standard[path[n-1]] != "" {
					_, after, ok := strings.Cut(" "+rest[n-1]+" ", " "+e.Name.Local+" ")
					if !ok {
						t.Errorf("%s: %s stands in %s where it must not", name, e.Name.Local, path[n-1])
					}
					rest[n-1] = after
					seen++
				}
				path, rest = append(path, e.Name.Local), append(rest, standard[e.Name.Local])
			case xml.EndElement:
				path, rest = path[:len(path)-1], rest[:len(rest)-1]
			}
		}
	}
	if seen < 100 {
		t.Errorf("%d elements were looked at", seen)
	}
}
