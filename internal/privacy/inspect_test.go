package privacy

import (
	"bytes"
	"errors"
	"image"
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"
	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"yangguang/internal/fault"
)

func inspect(t testing.TB, name string, b []byte) Report {
	t.Helper()
	r, err := Inspect(name, bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return r
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestInspectWorkbook(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		build func(f *excelize.File)
		want  []string
	}{
		{"an honest table", func(f *excelize.File) {
			_ = f.SetSheetRow("Sheet1", "A1", &[]any{"村名", "户数"})
			_ = f.SetSheetRow("Sheet1", "A2", &[]any{"丙村", 120})
		}, []string{"hidden property 1 properties"}},
		{"a number stored as text", func(f *excelize.File) {
			_ = f.SetCellStr("Sheet1", "B7", secretID)
		}, []string{"resident never " + secretMask + " sheet1 row7 col2", "hidden property 1 properties"}},
		{"a mobile stored as a number", func(f *excelize.File) {
			_ = f.SetCellValue("Sheet1", "A1", 1.38e10)
		}, []string{"mobile releasable 138****0000 sheet1 row1 col1", "hidden property 1 properties"}},
		{"a number over three cells", func(f *excelize.File) {
			_ = f.SetSheetRow("Sheet1", "C2", &[]any{secretID[:6], secretID[6:14], secretID[14:]})
		}, []string{"resident never " + secretMask + " sheet1 row2 col3 to5", "hidden property 1 properties"}},
		{"a hidden sheet", func(f *excelize.File) {
			_, _ = f.NewSheet("名单")
			_ = f.SetCellStr("名单", "A1", secretID)
			_ = f.SetSheetVisible("名单", false)
		}, []string{"resident never " + secretMask + " sheet2 row1 col1", "hidden sheet 1 sheet2", "hidden property 1 properties"}},
		{"a very hidden sheet", func(f *excelize.File) {
			_, _ = f.NewSheet("名单")
			_ = f.SetCellStr("名单", "A1", secretID)
			_ = f.SetSheetVisible("名单", false, true)
		}, []string{"resident never " + secretMask + " sheet2 row1 col1", "hidden very_hidden_sheet 1 sheet2", "hidden property 1 properties"}},
		{"hidden rows and columns", func(f *excelize.File) {
			_ = f.SetCellStr("Sheet1", "D3", secretID)
			_ = f.SetRowVisible("Sheet1", 3, false)
			_ = f.SetColVisible("Sheet1", "D:E", false)
		}, []string{"resident never " + secretMask + " sheet1 row3 col4", "hidden column 2 sheet1", "hidden row 1 sheet1", "hidden property 1 properties"}},
		{"a comment", func(f *excelize.File) {
			_ = f.AddComment("Sheet1", excelize.Comment{Cell: "A1", Author: "a", Paragraph: []excelize.RichTextRun{{Text: secretID}}})
		}, []string{"resident never " + secretMask + " comment", "hidden comment 1 comment", "hidden property 1 properties"}},
		{"a defined name", func(f *excelize.File) {
			_ = f.SetDefinedName(&excelize.DefinedName{Name: "x", RefersTo: `"` + secretID + `"`})
		}, []string{"resident never " + secretMask + " names", "hidden property 1 properties"}},
		{"a property", func(f *excelize.File) {
			_ = f.SetDocProps(&excelize.DocProperties{Title: secretID})
		}, []string{"resident never " + secretMask + " properties"}},
		{"a page header", func(f *excelize.File) {
			_ = f.SetHeaderFooter("Sheet1", &excelize.HeaderFooterOptions{OddHeader: "&C" + secretID})
		}, []string{"resident never " + secretMask + " sheet1", "hidden property 1 properties"}},
		{"a formula", func(f *excelize.File) {
			_ = f.SetCellFormula("Sheet1", "A1", `LEFT("`+secretID+`",6)`)
		}, []string{"resident never " + secretMask + " sheet1", "hidden property 1 properties"}},
		{"a validation list", func(f *excelize.File) {
			v := excelize.NewDataValidation(true)
			v.SetSqref("A1:A2")
			_ = v.SetDropList([]string{secretID})
			_ = f.AddDataValidation("Sheet1", v)
		}, []string{"resident never " + secretMask + " sheet1", "hidden property 1 properties"}},
		{"the name of a sheet", func(f *excelize.File) {
			_ = f.SetSheetName("Sheet1", secretID)
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := inspect(t, "a.xlsx", workbookWith(t, c.build))
			if c.want == nil {
				if !r.Blocks() {
					t.Errorf("passed: %v", summary(r))
				}
				return
			}
			if diff := cmp.Diff(c.want, summary(r)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestInspectWorkbookPartsOutsideItsSheets(t *testing.T) {
	t.Parallel()
	plain := workbookWith(t, func(f *excelize.File) { _ = f.SetCellStr("Sheet1", "A1", "甲") })
	for name, c := range map[string]struct{ part, content, want string }{
		"pivot cache":         {"xl/pivotCache/pivotCacheRecords1.xml", `<r><r><s v="` + secretID + `"/></r></r>`, "pivot"},
		"external link cache": {"xl/externalLinks/externalLink1.xml", `<e><row><cell><v>` + secretID + `</v></cell></row></e>`, "link"},
		"text box":            {"xl/drawings/drawing1.xml", `<d><a:t>` + secretID[:9] + `</a:t><a:t>` + secretID[9:] + `</a:t></d>`, "shape"},
		"a sheet in no list":  {"xl/worksheets/sheet9.xml", `<worksheet><sheetData><row r="4"><c r="B4" t="inlineStr"><is><t>` + secretID + `</t></is></c></row></sheetData></worksheet>`, "sheet2 row4 col2"},
		"a custom property":   {"docProps/custom.xml", `<p><vt:lpwstr>` + secretID + `</vt:lpwstr></p>`, "properties"},
		"custom xml":          {"customXml/item1.xml", `<p>` + secretID + `</p>`, "properties"},
		"a macro":             {"xl/vbaProject.bin", "\x00\x01x = \"" + secretID + "\"\x00", "raw"},
		"an embedded file":    {"xl/embeddings/a.txt", "名单 " + secretID, "embedded > line1"},
	} {
		t.Run(name, func(t *testing.T) {
			r := inspect(t, "a.xlsx", with(t, plain, c.part, c.content))
			got := summary(r)
			if want := "resident never " + secretMask + " " + c.want; len(got) == 0 || got[0] != want {
				t.Errorf("want first %q, got %q", want, got)
			}
		})
	}
	t.Run("a shared string no cell shows", func(t *testing.T) {
		r := inspect(t, "a.xlsx", with(t, plain, "xl/sharedStrings.xml", `<sst><si><t>甲</t></si><si><r><t>`+secretID[:8]+`</t></r><r><t>`+secretID[8:]+`</t></r></si></sst>`))
		if !r.Blocks() {
			t.Error("passed")
		}
	})
	t.Run("an embedded workbook with a hidden sheet", func(t *testing.T) {
		inner := workbookWith(t, func(f *excelize.File) { _ = f.SetCellStr("Sheet1", "C3", secretID) })
		r := inspect(t, "a.xlsx", with(t, plain, "xl/embeddings/b.xlsx", string(inner)))
		if got := summary(r)[0]; got != "resident never "+secretMask+" embedded > sheet1 row3 col3" {
			t.Error(got)
		}
	})
}

func TestInspectDocument(t *testing.T) {
	t.Parallel()
	const ns = `<w:x xmlns:w="w">`
	a, b := secretID[:7], secretID[7:]
	for _, c := range []struct {
		name string
		file []byte
		want []string
	}{
		{"an honest text", documentOf(t, para("关于低保工作的通知")), nil},
		{"a number over two runs", documentOf(t, para("首段")+para("身份证", a, b)), []string{"resident never " + secretMask + " line2"}},
		{"a number over two paragraphs", documentOf(t, para(a)+para(b)), []string{"resident never " + secretMask + " line1"}},
		{"a table", documentOf(t, `<w:tbl><w:tr><w:tc>`+para("姓名")+`</w:tc><w:tc>`+para("身份证号")+`</w:tc></w:tr><w:tr><w:tc>`+para("张三")+`</w:tc><w:tc>`+para(secretID)+`</w:tc></w:tr></w:tbl>`),
			[]string{"name never 张* table1 row2 col1", "resident never " + secretMask + " table1 row2 col2"}},
		{"a deletion that is still there", documentOf(t, `<w:p><w:del><w:r><w:delText>`+secretID+`</w:delText></w:r></w:del></w:p>`),
			[]string{"resident never " + secretMask + " tracked", "hidden tracked 1 tracked"}},
		{"hidden text", documentOf(t, `<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>`+secretID+`</w:t></w:r></w:p>`),
			[]string{"resident never " + secretMask + " line1", "hidden text 1 unseen"}},
		{"a header", documentOf(t, para("甲"), "word/header1.xml", ns+para(secretID)+`</w:x>`), []string{"resident never " + secretMask + " header line1"}},
		{"a footnote", documentOf(t, para("甲"), "word/footnotes.xml", ns+para(secretID)+`</w:x>`), []string{"resident never " + secretMask + " footnote line1"}},
		{"a comment", documentOf(t, para("甲"), "word/comments.xml", ns+para(secretID)+`</w:x>`),
			[]string{"resident never " + secretMask + " comment line1", "hidden comment 1 comment"}},
		{"a text box", documentOf(t, `<w:p><w:r><w:txbxContent>`+para(secretID)+`</w:txbxContent></w:r></w:p>`), []string{"resident never " + secretMask + " line1"}},
		{"the description of a picture", documentOf(t, `<w:p><w:r><w:drawing><wp:docPr descr="`+secretID+`"/></w:drawing></w:r></w:p>`), []string{"resident never " + secretMask + " shape"}},
		{"a property", documentOf(t, para("甲"), "docProps/core.xml", `<c><dc:creator>李四</dc:creator><dc:subject>`+secretID+`</dc:subject></c>`),
			[]string{"resident never " + secretMask + " properties", "hidden property 1 properties"}},
		{"a link", documentOf(t, para("甲"), "word/_rels/document.xml.rels", `<r><Relationship Type="x/hyperlink" TargetMode="External" Target="tel:13800000000"/></r>`),
			[]string{"mobile releasable 138****0000 link"}},
		{"a template fetched from elsewhere", documentOf(t, para("甲"), "word/_rels/settings.xml.rels", `<r><Relationship Type="x/attachedTemplate" TargetMode="External" Target="http://a.example/t.dotm"/></r>`),
			[]string{"hidden link 1 link"}},
		{"a picture", documentOf(t, para("甲"), "word/media/image1.png", string(pngOf(t, picture(200, 200)))), []string{UncertainPicture}},
		{"a part that is cut off", documentOf(t, para("甲"), "word/header1.xml", "<w:hdr><w:p><"), []string{UncertainBroken}},
		{"an unknown object", documentOf(t, para("甲"), "word/embeddings/oleObject1.bin", "\x00\x01\x02\x03"+strings.Repeat("\x05", 900)), []string{"hidden embedded 1 embedded", UncertainFormat}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, summary(inspect(t, "a.docx", c.file))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestInspectText(t *testing.T) {
	t.Parallel()
	gbk := "\xd0\xd5\xc3\xfb,\xc9\xed\xb7\xdd\xd6\xa4\xba\xc5\n\xd5\xc5\xc8\xfd," + secretID + "\n" // 姓名,身份证号 张三,…
	utf16 := "\xff\xfe" + string(utf16le("身份证"+secretID))
	roster := []string{"name never 张* row2 col1", "resident never " + secretMask + " row2 col2"}
	for _, c := range []struct {
		name, file, content string
		want                []string
	}{
		{"text", "a.txt", "一\n二 " + secretID, []string{"resident never " + secretMask + " line2"}},
		{"csv", "a.csv", "\xef\xbb\xbf姓名,身份证号\n张三," + secretID, roster},
		{"csv with tabs", "a.csv", "姓名\t身份证号\n张三\t" + secretID, roster},
		{"csv with =\"…\"", "a.csv", "姓名,身份证号\n张三,=\"" + secretID + "\"", roster},
		{"csv in GB 18030", "a.csv", gbk, roster},
		{"text in UTF-16", "a.txt", utf16, []string{"resident never " + secretMask + " line1"}},
		{"html table", "a.html", "<html><table><tr><th>姓名<th>身份证号<tr><td>张三<td>" + secretID[:6] + "<b>" + secretID[6:] + "</b></table>",
			[]string{"name never 张* table1 row2 col1", "resident never " + secretMask + " table1 row2 col2"}},
		{"html comment", "a.html", "<!DOCTYPE html><p>甲</p><!-- " + secretID + " -->", []string{"resident never " + secretMask + " unseen", "hidden comment 1 comment"}},
		{"html attribute", "a.html", "<html><input type=hidden value='" + secretID + "'>", []string{"resident never " + secretMask + " unseen"}},
		{"html not shown", "a.html", "<html><p style='display: none'>" + secretID, []string{"resident never " + secretMask + " line1", "hidden text 1 unseen"}},
		{"html entities", "a.html", "<html><p>&#51;&#53;" + secretID[2:], []string{"resident never " + secretMask + " line1"}},
		{"the name of the file", "身份证" + secretID + ".txt", "甲", []string{"resident never " + secretMask + " properties"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, summary(inspect(t, c.file, []byte(c.content)))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestWhatCannotBeReadIsNeverPassed(t *testing.T) {
	t.Parallel()
	ole := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600)
	for _, c := range []struct {
		name, file, content, want string
		blocks                    bool
	}{
		{"an old Word file", "a.doc", ole + string(utf16le("身份证"+secretID)), UncertainBroken, true},
		{"an old Excel file", "a.xls", ole + "\x12\x00\x00" + secretID, UncertainBroken, true},
		{"a WPS file", "a.wps", ole, UncertainBroken, false},
		{"an encrypted workbook", "a.xlsx", ole + string(utf16le("EncryptedPackage")), UncertainEncrypted, false},
		{"an unknown format", "a.dat", "\x00\x01\x02\x03", UncertainFormat, false},
		{"an unknown format with a number", "a.dat", "\x00\x01" + secretID + "\x00", UncertainFormat, true},
		{"a zip", "a.zip", string(zipOf(t, "b.txt", secretID)), UncertainFormat, true},
		{"an OFD file", "a.ofd", string(zipOf(t, "OFD.xml", "<o/>", "Doc_0/Pages/Page_0/Content.xml", "<t>"+secretID+"</t>")), UncertainBroken, true},
		{"a binary workbook", "a.xlsb", string(zipOf(t, "[Content_Types].xml", "<o/>", "xl/worksheets/sheet1.bin", "\x00\x00"+secretID+"\x00")), UncertainFormat, true},
		{"two parts of one name", "a.docx", string(documentOf(t, para("甲"), "word/Document.xml", "<x/>")), UncertainBroken, false},
		{"a broken PDF", "a.pdf", "%PDF-1.4\n" + secretID, UncertainBroken, true},
		{"a picture", "a.png", string(pngOf(t, picture(9, 9))), UncertainPicture, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := inspect(t, c.file, []byte(c.content))
			if r.Uncertain != c.want || r.Blocks() != c.blocks || r.Clean() {
				t.Errorf("uncertain %q, blocks %v, clean %v: %q", r.Uncertain, r.Blocks(), r.Clean(), summary(r))
			}
		})
	}
}

func TestRefusedUploads(t *testing.T) {
	t.Parallel()
	bomb := zipOf(t, "xl/workbook.xml", "<w/>", "xl/worksheets/sheet1.xml", strings.Repeat("0", 20<<20))
	many := make([]string, 0, 2*(MaxEntries+1))
	for i := range MaxEntries + 1 {
		many = append(many, "f"+column(i+1), "")
	}
	for _, c := range []struct {
		name, file string
		content    []byte
		kind       fault.Kind
		key        string
	}{
		{"a PDF called xlsx", "a.xlsx", []byte("%PDF-1.7 "), fault.Invalid, "privacy.disguised"},
		{"a workbook called docx", "a.docx", zipOf(t, "xl/workbook.xml", "<w/>"), fault.Invalid, "privacy.disguised"},
		{"a zip called docx", "a.docx", zipOf(t, "a.txt", "x"), fault.Invalid, "privacy.disguised"},
		{"a page called jpg", "a.jpg", []byte("<html>"), fault.Invalid, "privacy.disguised"},
		{"an old document called docx", "a.docx", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600)), fault.Invalid, "privacy.disguised"},
		{"bytes called pdf", "a.pdf", []byte("\x00\x01\x02"), fault.Invalid, "privacy.disguised"},
		{"a file without extension", "a", []byte("%PDF-1.7 "), fault.Invalid, "privacy.disguised"},
		{"a program", "a.txt", []byte("MZ\x90\x00"), fault.Invalid, "privacy.program"},
		{"a program called xlsx", "a.xlsx", []byte("\x7fELF"), fault.Invalid, "privacy.program"},
		{"nothing", "a.txt", nil, fault.Invalid, "privacy.empty"},
		{"a zip bomb", "a.xlsx", bomb, fault.Invalid, "privacy.bomb"},
		{"too many entries", "a.zip", zipOf(t, many...), fault.Invalid, "privacy.bomb"},
		{"a bomb inside a zip", "a.zip", zipOf(t, "b.xlsx", string(bomb)), fault.Invalid, "privacy.bomb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Inspect(c.file, bytes.NewReader(c.content), int64(len(c.content)))
			if key, _, _ := fault.Sentence(err); fault.KindOf(err) != c.kind || err == nil || key != c.key {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("too large", func(t *testing.T) {
		_, err := Inspect("a.txt", bytes.NewReader(nil), MaxSize+1)
		if !fault.Is(err, fault.TooLarge) {
			t.Errorf("got %v", err)
		}
	})
}

func TestAnArchiveThatLiesAboutItsSizeIsStopped(t *testing.T) {
	t.Parallel()
	b := zipOf(t, "xl/workbook.xml", "<w/>", "xl/worksheets/sheet1.xml", strings.Repeat("0", 20<<20))
	// The directory at the end claims 1 kB for every part.
	for i := 0; i+46 < len(b); i++ {
		if string(b[i:i+4]) == "PK\x01\x02" {
			copy(b[i+24:], []byte{0, 4, 0, 0})
		}
	}
	r, err := Inspect("a.xlsx", bytes.NewReader(b), int64(len(b)))
	if err == nil && r.Uncertain == "" {
		t.Errorf("passed: %q", summary(r))
	}
}

func TestALongStringShownManyTimesIsABomb(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("甲乙丙丁", 5000)
	var rows strings.Builder
	for range 12000 {
		rows.WriteString(`<row><c t="s"><v>0</v></c></row>`)
	}
	b := zipOf(t, "xl/workbook.xml", `<w><sheet name="a" r:id="r1"/></w>`, "xl/sharedStrings.xml", "<sst><si><t>"+long+"</t></si></sst>",
		"xl/worksheets/sheet1.xml", "<worksheet><sheetData>"+rows.String()+"</sheetData></worksheet>")
	if _, err := Inspect("a.xlsx", bytes.NewReader(b), int64(len(b))); !errors.Is(err, errBomb) {
		t.Errorf("got %v", err)
	}
}

func TestAPictureMayBearAnyPicturesExtension(t *testing.T) {
	t.Parallel()
	if r := inspect(t, "a.jpg", pngOf(t, picture(9, 9))); r.Type != PNG {
		t.Errorf("type %s", r.Type)
	}
}

func TestNestingHasAnEnd(t *testing.T) {
	t.Parallel()
	b := zipOf(t, "a.txt", secretID)
	for range 5 {
		b = zipOf(t, "a.zip", string(b))
	}
	if r := inspect(t, "a.zip", b); r.Clean() {
		t.Errorf("passed: %q", summary(r))
	}
}

func TestInspectPDF(t *testing.T) {
	t.Parallel()
	at := func(p *fpdf.Fpdf, s string) {
		p.AddPage()
		p.Text(20, 30, "village list of the year")
		p.Text(20, 40, s)
	}
	for _, c := range []struct {
		name  string
		build func(p *fpdf.Fpdf)
		want  []string
	}{
		{"an honest page", func(p *fpdf.Fpdf) { at(p, "120 households") }, nil},
		{"a number on page 2", func(p *fpdf.Fpdf) { at(p, "one"); at(p, secretID) }, []string{"resident never " + secretMask + " page2 line2"}},
		{"a number digit by digit", func(p *fpdf.Fpdf) {
			at(p, "")
			for i, c := range secretID {
				p.Text(20+float64(i)*6, 60, string(c))
			}
		}, []string{"resident never " + secretMask + " page1 line2"}},
		{"white text", func(p *fpdf.Fpdf) { p.SetTextColor(255, 255, 255); at(p, secretID) }, []string{"resident never " + secretMask + " page1 line2"}},
		{"text under a black box", func(p *fpdf.Fpdf) { at(p, secretID); p.SetFillColor(0, 0, 0); p.Rect(15, 33, 90, 10, "F") },
			[]string{"resident never " + secretMask + " page1 line2"}},
		{"text under a picture", func(p *fpdf.Fpdf) {
			at(p, secretID)
			p.RegisterImageOptionsReader("x", fpdf.ImageOptions{ImageType: "PNG"}, bytes.NewReader(pngOf(t, picture(40, 40))))
			p.ImageOptions("x", 15, 33, 90, 10, false, fpdf.ImageOptions{}, 0, "")
		}, []string{"resident never " + secretMask + " page1 line2", UncertainPicture}},
		{"a scan", func(p *fpdf.Fpdf) {
			p.AddPage()
			p.RegisterImageOptionsReader("x", fpdf.ImageOptions{ImageType: "PNG"}, bytes.NewReader(pngOf(t, picture(40, 40))))
			p.ImageOptions("x", 0, 0, 210, 297, false, fpdf.ImageOptions{}, 0, "")
		}, []string{UncertainScan}},
		{"metadata", func(p *fpdf.Fpdf) { at(p, "one"); p.SetTitle(secretID, true); p.SetAuthor("a", true) },
			[]string{"resident never " + secretMask + " properties", "hidden property 1 properties"}},
		{"an attached file", func(p *fpdf.Fpdf) {
			at(p, "one")
			p.SetAttachments([]fpdf.Attachment{{Content: []byte("list " + secretID), Filename: "a.txt"}})
		}, []string{"resident never " + secretMask + " embedded > line1", "hidden embedded 2 embedded"}},
		{"a script", func(p *fpdf.Fpdf) { at(p, "one"); p.SetJavascript("var x = '" + secretID + "'") },
			[]string{"resident never " + secretMask + " code", "hidden script 1 code"}},
		{"an encrypted file", func(p *fpdf.Fpdf) { p.SetProtection(0, "secret", "owner"); at(p, secretID) }, []string{UncertainEncrypted}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, summary(inspect(t, "a.pdf", pdfWith(t, c.build)))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestAnEarlierRevisionOfAPDFIsRead(t *testing.T) {
	t.Parallel()
	old := pdfWith(t, func(p *fpdf.Fpdf) { p.SetCompression(false); p.AddPage(); p.Text(20, 40, "the resident "+secretID) })
	// A later save replaces the page's content stream (object 4) and leaves
	// the old one in the file.
	start := bytes.LastIndex(old, []byte("startxref\n"))
	prev := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(string(old[start+10:])), "%%EOF"))
	content := "BT /F1 12 Tf 50 700 Td (nothing to see here) Tj ET"
	var b bytes.Buffer
	b.Write(old)
	at := b.Len()
	trailer := old[bytes.LastIndex(old, []byte("trailer")):start]
	b.WriteString("4 0 obj\n<</Length " + itoa(len(content)) + ">>\nstream\n" + content + "\nendstream\nendobj\n")
	xref := b.Len()
	b.WriteString("xref\n4 1\n" + pad10(at) + " 00000 n \n")
	b.WriteString(strings.Replace(string(trailer), "<<", "<</Prev "+prev+" ", 1))
	b.WriteString("startxref\n" + itoa(xref) + "\n%%EOF\n")
	r := inspect(t, "a.pdf", b.Bytes())
	if diff := cmp.Diff([]string{"resident never " + secretMask + " revision page1", "hidden revision 1 revision"}, summary(r)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestInspectPicture(t *testing.T) {
	t.Parallel()
	plain := jpegOf(t, picture(30, 20))
	for _, c := range []struct {
		name string
		file []byte
		want []string
	}{
		{"plain", plain, []string{UncertainPicture}},
		{"a place", segment(plain, 0xE1, "Exif\x00\x00"+exif(6)), []string{"hidden exif 1", "hidden gps 1", UncertainPicture}},
		{"editing data", segment(plain, 0xE1, "http://ns.adobe.com/xap/1.0/\x00<x>"+secretID+"</x>"), []string{"resident never " + secretMask + " properties", "hidden xmp 1", UncertainPicture}},
		{"a comment", segment(plain, 0xFE, secretID), []string{"resident never " + secretMask + " properties", UncertainPicture}},
		{"a film behind it", append(append([]byte{}, plain...), "ftypmp42"...), []string{"hidden trailing 8", UncertainPicture}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, summary(inspect(t, "a.jpg", c.file))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestStripImage(t *testing.T) {
	t.Parallel()
	dirty := segment(segment(jpegOf(t, picture(30, 20)), 0xE1, "Exif\x00\x00"+exif(6)), 0xFE, "comment")
	clean, err := StripImage(bytes.NewReader(append(dirty, "behind"...)))
	must(t, err)
	if diff := cmp.Diff([]string{UncertainPicture}, summary(inspect(t, "a.jpg", clean))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	cfg, format, err := image.DecodeConfig(bytes.NewReader(clean))
	must(t, err)
	if format != "jpeg" || cfg.Width != 20 || cfg.Height != 30 {
		t.Errorf("%s %d×%d, want the picture upright", format, cfg.Width, cfg.Height)
	}
	back, err := StripImage(bytes.NewReader(pngOf(t, picture(7, 5))))
	must(t, err)
	if _, format, _ := image.DecodeConfig(bytes.NewReader(back)); format != "png" {
		t.Errorf("a PNG came back as %s", format)
	}
}

func TestStripImageRefuses(t *testing.T) {
	t.Parallel()
	// A PNG of 60,000 × 60,000 pixels in 100 bytes.
	bomb := pngOf(t, picture(1, 1))
	copy(bomb[16:], "\x00\x00\xea\x60\x00\x00\xea\x60")
	fixCRC(bomb)
	for name, c := range map[string]struct {
		b    []byte
		kind fault.Kind
	}{
		"text":         {[]byte("text"), fault.Invalid},
		"half a JPEG":  {jpegOf(t, picture(30, 20))[:100], fault.Invalid},
		"a pixel bomb": {bomb, fault.TooLarge},
	} {
		if _, err := StripImage(bytes.NewReader(c.b)); fault.KindOf(err) != c.kind || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Inspect("a.png", bytes.NewReader(bomb), int64(len(bomb))); !fault.Is(err, fault.TooLarge) {
		t.Errorf("inspected a pixel bomb: %v", err)
	}
}

func TestErrorsCarryNoValue(t *testing.T) {
	t.Parallel()
	_, err := Inspect(secretID+".pdf", strings.NewReader("<html>"+secretID), 24)
	var f *fault.Error
	if !errors.As(err, &f) || strings.Contains(err.Error(), secretID) {
		t.Errorf("got %v", err)
	}
}

// TestAPageOfOneLongPieceIsReadAsItStands hides numbers within and behind what
// is too long for the reader of pages.
func TestAPageOfOneLongPieceIsReadAsItStands(t *testing.T) {
	long := strings.Repeat("字 ", maxPageToken/3)
	for name, page := range map[string]string{
		"within a comment":    "<html><p>甲</p><!--" + long + secretID + "-->",
		"behind a comment":    "<html><p>甲</p><!--" + long + "--><p>" + secretID + "</p>",
		"within an attribute": "<html><p title='" + long + secretID + "'>甲</p>",
	} {
		r := inspect(t, "a.html", []byte(page))
		if !r.Blocks() || r.Uncertain != UncertainTooMuch || strings.Contains(r.Text(), "字") {
			t.Errorf("%s: blocks %v, %q, %d characters for the search", name, r.Blocks(), r.Uncertain, len(r.Text()))
		}
	}
}
