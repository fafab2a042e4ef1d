package exchange

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// xlsxTable writes rows of text as a workbook (ECMA-376) while they come, in
// memory that does not grow with them. The library's stream writer does the
// same, yet brings its whole calculator along: 2 MB of program (docs/adr/0009).
type xlsxTable struct {
	z *zip.Writer
	w *bufio.Writer // of the sheet, the last part
}

// parts of a workbook with one sheet of texts; the first row stays in view.
var xlsxParts = [][2]string{
	{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`},
	{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
	{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
	{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`},
}

func newXLSX(w io.Writer) (*xlsxTable, error) {
	t := &xlsxTable{z: zip.NewWriter(w)}
	for _, p := range xlsxParts {
		f, err := t.z.Create(p[0])
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(f, xml.Header+p[1]); err != nil {
			return nil, err
		}
	}
	f, err := t.z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return nil, err
	}
	t.w = bufio.NewWriter(f)
	_, err = t.w.WriteString(xml.Header + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>`)
	return t, err
}

// maxXLSXCell is the most a cell of a workbook may hold.
const maxXLSXCell = 32_000

func (t *xlsxTable) row(cells []string) error {
	_, _ = t.w.WriteString("<row>") // a bufio.Writer keeps its first error
	for _, c := range cells {
		if r := []rune(c); len(r) > maxXLSXCell {
			c = string(r[:maxXLSXCell])
		}
		_, _ = t.w.WriteString(`<c t="inlineStr"><is><t xml:space="preserve">`)
		_ = xml.EscapeText(t.w, []byte(strings.ToValidUTF8(c, "")))
		_, _ = t.w.WriteString("</t></is></c>")
	}
	_, err := t.w.WriteString("</row>")
	return err
}

func (t *xlsxTable) end() error {
	_, _ = t.w.WriteString("</sheetData></worksheet>")
	return errors.Join(t.w.Flush(), t.z.Close())
}
