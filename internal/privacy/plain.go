package privacy

import (
	"errors"
	"strings"

	"golang.org/x/net/html"
)

// Comma is the sign between the cells of a table of text: the comma, unless its
// first line has another and none.
func Comma(s string) rune {
	line, _, _ := strings.Cut(s, "\n")
	for _, c := range []rune{'\t', ';', '，', '|'} {
		if strings.ContainsRune(line, c) && !strings.ContainsRune(line, ',') {
			return c
		}
	}
	return ','
}

// csv scans a table of text, separated by comma, tab or semicolon.
func (in *inspection) csv(s string) {
	t := table{rep: in.rep}
	read := 0
	for row := range csvRows(s, Comma(s)) {
		if in.rep.late() {
			break
		}
		for i, c := range row.cells { // ="1101…" and '1101… keep Excel from rounding
			row.cells[i] = strings.TrimSuffix(strings.TrimPrefix(c, "="), "\x00")
			read += len(row.cells[i])
		}
		t.row(row.number, row.cells, row.cols)
	}
	in.rep.add(t.found...)
	in.rep.More += t.more
	if read*4 < len(s) || len(t.found) == 0 {
		in.rep.quietly(read*4 >= len(s), func() { in.rep.text(s, Place{}) }) // what is no table after all is still text
	}
}

// blocks are the elements after which a new line of text begins.
var blocks = map[string]bool{"p": true, "div": true, "br": true, "li": true, "tr": true, "td": true, "th": true, "table": true,
	"h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true, "section": true, "article": true, "title": true,
	"option": true, "script": true, "style": true, "dd": true, "dt": true, "pre": true, "textarea": true, "caption": true}

// page is an HTML page being read.
type page struct {
	in     *inspection
	text   strings.Builder
	unseen strings.Builder
	tables []*docTable
	number int
}

// maxPageToken is the most of a page the tokenizer holds at once; it doubles its
// memory for what is longer.
const maxPageToken = 8 << 20

// html scans a page's text, tables, comments, scripts and attributes.
func (in *inspection) html(s string) {
	p := page{in: in}
	p.text.Grow(len(s)) // once, instead of copy after copy
	z := html.NewTokenizer(strings.NewReader(s))
	z.SetMaxBuf(maxPageToken)
	script, scripts, comments, concealed := false, 0, 0, 0
	for !in.rep.late() {
		tt := z.Next()
		if tt == html.ErrorToken {
			break
		}
		t := z.Token()
		switch tt {
		case html.TextToken:
			if script {
				p.unseen.WriteString(t.Data + "\n")
			} else {
				p.write(t.Data)
			}
		case html.CommentToken:
			comments++
			p.unseen.WriteString(t.Data + "\n")
		case html.StartTagToken, html.SelfClosingTagToken:
			script = t.Data == "script" && tt == html.StartTagToken
			if script {
				scripts++
			}
			concealed += p.attributes(t)
			p.start(t.Data)
		case html.EndTagToken:
			script = false
			p.end(t.Data)
		}
	}
	for len(p.tables) > 0 && !in.rep.late() {
		p.end("table")
	}
	for _, d := range p.tables { // no time for their last rows
		in.rep.add(d.table.found...)
		in.rep.More += d.table.more
	}
	if errors.Is(z.Err(), html.ErrBufferExceeded) { // one comment, script or address of many megabytes: read as it stands
		in.rep.doubt(UncertainTooMuch)
		in.rep.text(s, Place{Part: Unseen})
	}
	in.rep.text(p.text.String(), Place{})
	in.rep.text(p.unseen.String(), Place{Part: Unseen})
	in.rep.hide(HiddenScript, Place{Part: Code}, scripts)
	in.rep.hide(HiddenComment, Place{Part: Comment}, comments)
	in.rep.hide(HiddenText, Place{Part: Unseen}, concealed)
}

// attributes gathers what attributes say and counts elements not shown.
func (p *page) attributes(t html.Token) (concealed int) {
	for _, a := range t.Attr {
		switch a.Key {
		case "hidden":
			concealed++
		case "style":
			v := strings.ReplaceAll(strings.ToLower(a.Val), " ", "")
			if strings.Contains(v, "display:none") || strings.Contains(v, "visibility:hidden") || strings.Contains(v, "font-size:0") {
				concealed++
			}
		case "class", "id", "rel", "type", "width", "height":
		default:
			p.unseen.WriteString(a.Val + "\n")
		}
	}
	return concealed
}

func (p *page) start(tag string) {
	switch tag {
	case "table":
		p.number++
		d := &docTable{}
		d.table.place, d.table.rep = Place{Table: p.number}, p.in.rep
		p.tables = append(p.tables, d)
	case "br":
		p.write(" ")
	case "td", "th":
		p.endCell()
	case "tr":
		p.endRow()
	}
}

func (p *page) end(tag string) {
	switch tag {
	case "td", "th":
		p.endCell()
	case "tr":
		p.endRow()
	case "table":
		if n := len(p.tables); n > 0 {
			p.endRow()
			p.in.rep.add(p.tables[n-1].table.found...)
			p.in.rep.More += p.tables[n-1].table.more
			p.tables = p.tables[:n-1]
		}
	}
	if blocks[tag] && len(p.tables) == 0 {
		p.write("\n")
	}
}

func (p *page) endCell() {
	if n := len(p.tables); n > 0 && strings.TrimSpace(p.tables[n-1].cell.String()) != "" {
		d := p.tables[n-1]
		d.cells = append(d.cells, strings.TrimSpace(d.cell.String()))
		d.cell.Reset()
		if len(d.cells) >= maxColumns { // no table is so wide; a hostile one never ends its row
			d.row++
			d.table.row(d.row, d.cells, nil)
			d.cells = d.cells[:0]
		}
	}
}

func (p *page) endRow() {
	p.endCell()
	if n := len(p.tables); n > 0 && len(p.tables[n-1].cells) > 0 {
		d := p.tables[n-1]
		d.row++
		d.table.row(d.row, d.cells, nil)
		d.cells = d.cells[:0]
	}
}

func (p *page) write(s string) {
	if n := len(p.tables); n > 0 {
		p.tables[n-1].cell.WriteString(s)
		return
	}
	p.text.WriteString(s)
}
