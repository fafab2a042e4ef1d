package docx

import (
	_ "embed" // the font table
	"strings"
)

// fontTable names what stands in for a typeface that is missing, by its
// Chinese and English names.
//
//go:embed fonttable.xml
var fontTable string

const (
	head   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	wml    = `http://schemas.openxmlformats.org/wordprocessingml/2006/main`
	office = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	ctWord = `application/vnd.openxmlformats-officedocument.wordprocessingml.`

	contentTypes = head + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>` +
		`<Override PartName="/word/document.xml" ContentType="` + ctWord + `document.main+xml"/><Override PartName="/word/styles.xml" ContentType="` + ctWord + `styles+xml"/>` +
		`<Override PartName="/word/fontTable.xml" ContentType="` + ctWord + `fontTable+xml"/><Override PartName="/word/settings.xml" ContentType="` + ctWord + `settings+xml"/>` +
		`<Override PartName="/word/header1.xml" ContentType="` + ctWord + `header+xml"/><Override PartName="/word/footer1.xml" ContentType="` + ctWord + `footer+xml"/><Override PartName="/word/footer2.xml" ContentType="` + ctWord + `footer+xml"/></Types>`
	packageRels = head + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + office + `/officeDocument" Target="word/document.xml"/>` +
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`
	documentRels = head + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + office + `/styles" Target="styles.xml"/>` +
		`<Relationship Id="rId2" Type="` + office + `/fontTable" Target="fontTable.xml"/><Relationship Id="rId3" Type="` + office + `/settings" Target="settings.xml"/>` +
		`<Relationship Id="rId4" Type="` + office + `/header" Target="header1.xml"/><Relationship Id="rId5" Type="` + office + `/footer" Target="footer1.xml"/><Relationship Id="rId6" Type="` + office + `/footer" Target="footer2.xml"/></Relationships>`
	settings = head + `<w:settings xmlns:w="` + wml + `"><w:characterSpacingControl w:val="compressPunctuation"/><w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>`
	coreXML  = head + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{title}</dc:title><dc:language>{lang}</dc:language><dcterms:created xsi:type="dcterms:W3CDTF">{at}</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">{at}</dcterms:modified></cp:coreProperties>`
	open     = ` xmlns:w="` + wml + `" xmlns:r="` + office + `">`
)

func (d *Doc) styles() string {
	var w writer
	w.s(head, `<w:styles`, open, `<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="`, string(Text), `" w:cs="Times New Roman"/><w:sz w:val="32"/><w:szCs w:val="32"/><w:lang w:val="`)
	if d.lang() == "zh-CN" {
		w.s(`en-US`) // of Latin letters in a Chinese text
	} else {
		w.s(escape(d.lang()))
	}
	w.s(`" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>`)
	for _, n := range []string{"1", "2", "3"} {
		level := string(n[0] - 1)
		w.s(`<w:style w:type="paragraph" w:styleId="Heading`, n, `"><w:name w:val="heading `, n, `"/><w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:pPr><w:keepNext/><w:outlineLvl w:val="`, level, `"/></w:pPr></w:style>`)
	}
	w.s(`</w:styles>`)
	return w.String()
}

func (d *Doc) document() string {
	var w writer
	w.s(head, `<w:document`, open, `<w:body>`)
	for _, b := range d.Blocks {
		b.write(&w)
	}
	w.s(`<w:sectPr><w:headerReference w:type="default" r:id="rId4"/><w:headerReference w:type="first" r:id="rId4"/><w:footerReference w:type="default" r:id="rId5"/><w:footerReference w:type="first" r:id="rId6"/>`)
	size := `<w:pgSz w:w="11906" w:h="16838"/>`
	if d.Wide {
		size = `<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>`
	}
	m := d.Margins
	if m == nil {
		m = &official
	}
	w.s(size, `<w:pgMar w:top="`, twips(m.Top), `" w:right="`, twips(m.Right), `" w:bottom="`, twips(m.Bottom), `" w:left="`, twips(m.Left),
		`" w:header="`, twips(min(15, m.Top/2)), `" w:footer="`, twips(min(20, m.Bottom*0.6)), `" w:gutter="0"/><w:titlePg/></w:sectPr></w:body></w:document>`)
	return w.String()
}

func (d *Doc) header() string {
	var w writer
	w.s(head, `<w:hdr`, open)
	p := Paragraph{Align: Center}
	if d.Header != "" {
		p.Runs = []Run{{Text: d.Header, Size: 10.5, Font: Heading, Color: "A61B1B"}}
	}
	p.write(&w)
	w.s(`</w:hdr>`)
	return w.String()
}

// number is a field the program that opens the document fills in, between
// dashes as GB/T 9704 writes it.
const number = `<w:r><w:rPr><w:sz w:val="28"/></w:rPr><w:t xml:space="preserve">— </w:t></w:r><w:r><w:rPr><w:sz w:val="28"/></w:rPr><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:rPr><w:sz w:val="28"/></w:rPr><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r><w:r><w:rPr><w:sz w:val="28"/></w:rPr><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:rPr><w:sz w:val="28"/></w:rPr><w:t>1</w:t></w:r><w:r><w:rPr><w:sz w:val="28"/></w:rPr><w:fldChar w:fldCharType="end"/></w:r><w:r><w:rPr><w:sz w:val="28"/></w:rPr><w:t xml:space="preserve"> —</w:t></w:r>`

func (d *Doc) footer(numbered bool, ps []Paragraph) string {
	var w writer
	w.s(head, `<w:ftr`, open)
	for _, p := range ps {
		p.write(&w)
	}
	switch {
	case numbered:
		w.s(`<w:p><w:pPr><w:jc w:val="center"/></w:pPr>`, strings.TrimSpace(number), `</w:p>`)
	case len(ps) == 0:
		w.s(`<w:p/>`)
	}
	w.s(`</w:ftr>`)
	return w.String()
}
