package privacy

import (
	"archive/zip"
	"bytes"
	"context"
	"os"
	"testing"

	"codeberg.org/go-pdf/fpdf"
)

// fuzzed is an inspection for a parser alone, with a small budget; what it
// gathers for a copy is gathered too.
func fuzzed() *inspection {
	budget := int64(16 << 20)
	return &inspection{gate: defaultGate(), ctx: context.Background(), rep: &Report{Type: OLE}, budget: &budget, shown: &passages{}}
}

func sane(t *testing.T, r *Report) {
	t.Helper()
	for _, x := range r.Findings {
		if x.Start < 0 || x.End <= x.Start || x.Masked == "" {
			t.Errorf("%v at %d..%d", x, x.Start, x.End)
		}
	}
	if len(r.Findings) > maxFindings {
		t.Errorf("%d findings", len(r.Findings))
	}
}

// streamsOf opens a checked-in compound file.
func streamsOf(t testing.TB, file string) *oleFile {
	t.Helper()
	b, err := os.ReadFile(file)
	must(t, err)
	budget := int64(1 << 30)
	streams, broken, _ := openCompound(b, &budget)
	if broken {
		t.Fatalf("%s is broken", file)
	}
	return &oleFile{streams: streams}
}

// cut keeps a seed small enough for the fuzzer.
func cut(b []byte, n int) []byte { return b[:min(len(b), n)] }

func FuzzXLS(f *testing.F) {
	b := streamsOf(f, "testdata/list77.xls").stream("Workbook")
	f.Add(b)
	f.Add(cut(b, 3000))
	f.Add([]byte("\x09\x08\x10\x00\x00\x06\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xfc\x00\x0a\x00\x01\x00\x00\x00\x01\x00\x00\x00\x02\x00\x3c\x00\x03\x00\x01A\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		in := fuzzed()
		_ = in.xls(b)
		sane(t, in.rep)
	})
}

func FuzzDOC(f *testing.F) {
	o := streamsOf(f, "testdata/list77.doc")
	f.Add(o.stream("WordDocument"), o.stream("1Table"), o.stream("Data"))
	f.Add(cut(o.stream("WordDocument"), 4096), o.stream("1Table"), []byte{})
	f.Fuzz(func(t *testing.T, b, table, data []byte) {
		in := fuzzed()
		_ = in.doc(b, table, table, data)
		sane(t, in.rep)
	})
}

func FuzzOLE(f *testing.F) {
	b, err := os.ReadFile("testdata/list77.xls")
	must(f, err)
	f.Add(".xls", b)
	f.Add(".doc", append(cut(b, 512), make([]byte, 2048)...))
	f.Fuzz(func(t *testing.T, ext string, b []byte) {
		in := fuzzed()
		_ = in.ole(ext, b)
		sane(t, in.rep)
	})
}

func FuzzPPT(f *testing.F) {
	f.Add([]byte("\x0f\x00\xe8\x03\x10\x00\x00\x00\x00\x00\xa0\x0f\x04\x00\x00\x00\x31\x00\x32\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		in := fuzzed()
		in.ppt(b)
		in.summary(b)
		in.pivots(b)
		_ = in.drawings(b)
		_ = in.packed(b)
		sane(t, in.rep)
	})
}

// zipFuzz fuzzes one part of a zipped document; the rest stays as it is.
func zipFuzz(f *testing.F, part string, seeds []string, read func(*inspection, *zip.Reader) error, parts ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file := zipOf(t, append(append([]string{}, parts...), part, string(b))...)
		z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
		must(t, err)
		in := fuzzed()
		_ = read(in, z)
		sane(t, in.rep)
	})
}

func FuzzOFD(f *testing.F) {
	zipFuzz(f, "Doc_0/Pages/Page_0/Content.xml", []string{
		`<P><TextObject Boundary="1 2 3 4" Size="3.5"><TextCode X="0" Y="1" DeltaX="g 2 1">` + secretID + `</TextCode></TextObject><TextObject Boundary="NaN 1e999 x"><TextCode>姓名</TextCode></TextObject></P>`,
		`<P><ImageObject/><PathObject/></P>`,
	}, (*inspection).ofd, "OFD.xml", "<o/>", "Doc_0/Document.xml", `<D><Page BaseLoc="Pages/Page_0/Content.xml"/></D>`)
}

func FuzzODF(f *testing.F) {
	zipFuzz(f, "content.xml", []string{
		`<b><spreadsheet><table name="a"><table-row number-rows-repeated="9"><table-cell number-columns-repeated="3" value="1.38e10"><p>姓名</p></table-cell></table-row></table></spreadsheet></b>`,
		`<b><tracked-changes><changed-region/><p>` + secretID + `</p></tracked-changes><annotation><p>x<s c="9"/></p></annotation></b>`,
	}, (*inspection).odf, "mimetype", "application/vnd.oasis.opendocument.text")
}

func FuzzPPTX(f *testing.F) {
	zipFuzz(f, "ppt/slides/slide1.xml", []string{`<sld show="0"><tbl><tr><tc><p><r><t>姓名</t></r></p></tc></tr></tbl></sld>`},
		(*inspection).pptx, "ppt/presentation.xml", "<p/>")
}

func FuzzDOCX(f *testing.F) {
	zipFuzz(f, "word/document.xml", []string{`<w:document><w:body>` + para("身份证", secretID) + `<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="99"/></w:tcPr></w:tc></w:tr></w:tbl><w:del><w:delText>1</w:delText></w:del></w:body></w:document>`},
		(*inspection).docx)
}

func FuzzXLSX(f *testing.F) {
	zipFuzz(f, "xl/worksheets/sheet1.xml", []string{`<worksheet><cols><col min="1" max="99999" hidden="1"/></cols><sheetData><row r="4" hidden="1"><c r="B4" t="s"><v>0</v></c><c r="XFE9"><v>1.38E10</v></c></row></sheetData></worksheet>`},
		(*inspection).xlsx, "xl/workbook.xml", `<w><sheet name="a" r:id="r1"/></w>`, "xl/_rels/workbook.xml.rels", `<r><Relationship Id="r1" Target="worksheets/sheet1.xml"/></r>`, "xl/sharedStrings.xml", "<sst><si><t>"+secretID+"</t></si></sst>")
}

func FuzzPDF(f *testing.F) {
	b, err := os.ReadFile("testdata/list77.pdf")
	must(f, err)
	f.Add(cut(b, 4000))
	f.Add(pdfSeed(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		in := fuzzed()
		_ = in.pdf(b)
		sane(t, in.rep)
	})
}

func pdfSeed(t testing.TB) []byte {
	return pdfWith(t, func(p *fpdf.Fpdf) { p.AddPage(); p.Text(20, 30, secretID) })
}
