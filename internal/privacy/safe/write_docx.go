package safe

import (
	"archive/zip"
	"encoding/xml"
	"io"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// number is the figure a plain decimal names.
func number(s string) any {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return s
	}
	return x
}

// The fixed parts of a document of our own: no author, no settings, no fonts.
const (
	xmlHead      = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	contentTypes = xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>`
	packageRels  = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`
	documentRels = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`
	documentOpen = xmlHead + `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`
	documentEnd  = `<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1304" w:bottom="1440" w:left="1304" w:header="720" w:footer="720" w:gutter="0"/></w:sectPr></w:body></w:document>`
	styles       = xmlHead + `<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="24"/><w:lang w:val="zh-CN" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="120" w:line="360" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:pPr><w:keepNext/><w:spacing w:before="240"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="32"/></w:rPr></w:style></w:styles>`
	tableOpen    = `<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/><w:tblBorders><w:top w:val="single" w:sz="4" w:color="767D86"/><w:left w:val="single" w:sz="4" w:color="767D86"/><w:bottom w:val="single" w:sz="4" w:color="767D86"/><w:right w:val="single" w:sz="4" w:color="767D86"/><w:insideH w:val="single" w:sz="4" w:color="767D86"/><w:insideV w:val="single" w:sz="4" w:color="767D86"/></w:tblBorders></w:tblPr><w:tblGrid>`
)

// writeDOCX writes headings, paragraphs and tables, and nothing else.
func (d *Doc) writeDOCX(w io.Writer) error {
	z := zip.NewWriter(w)
	for _, p := range []struct{ name, text string }{{"[Content_Types].xml", contentTypes}, {"_rels/.rels", packageRels},
		{"word/_rels/document.xml.rels", documentRels}, {"word/styles.xml", styles}, {"word/document.xml", d.body()}} {
		f, err := z.Create(p.name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(f, p.text); err != nil {
			return err
		}
	}
	return z.Close()
}

func (d *Doc) body() string {
	var b strings.Builder
	b.WriteString(documentOpen)
	for _, x := range d.Blocks {
		switch {
		case x.Rows != nil:
			docTable(&b, x.Rows)
		case x.Title != "":
			paragraph(&b, x.Title, `<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>`)
		default:
			paragraph(&b, x.Text.Text, "")
		}
	}
	b.WriteString(documentEnd)
	return b.String()
}

func docTable(b *strings.Builder, rows [][]Words) {
	wide := 1
	for _, r := range rows {
		wide = max(wide, len(r))
	}
	b.WriteString(tableOpen + strings.Repeat(`<w:gridCol/>`, wide) + `</w:tblGrid>`)
	for _, r := range rows {
		b.WriteString(`<w:tr>`)
		for i := range wide {
			b.WriteString(`<w:tc><w:tcPr><w:tcW w:w="0" w:type="auto"/></w:tcPr>`)
			text := ""
			if i < len(r) {
				text = r[i].Text
			}
			for line := range strings.SplitSeq(text, "\n") {
				paragraph(b, line, "")
			}
			b.WriteString(`</w:tc>`)
		}
		b.WriteString(`</w:tr>`)
	}
	b.WriteString(`</w:tbl>`)
	paragraph(b, "", "") // two tables in a row would become one
}

func paragraph(b *strings.Builder, text, props string) {
	b.WriteString(`<w:p>` + props)
	if text != "" {
		b.WriteString(`<w:r><w:t xml:space="preserve">`)
		_ = xml.EscapeText(b, []byte(text)) // a builder never fails
		b.WriteString(`</w:t></w:r>`)
	}
	b.WriteString(`</w:p>`)
}
