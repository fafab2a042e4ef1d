package analysis

import (
	"bytes"
	"context"
	"strings"
	"time"

	"yangguang/internal/docx"
	"yangguang/internal/i18n"
	"yangguang/internal/pdf"
)

const (
	docxType  = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	pdfType   = "application/pdf"
	textWidth = 156.0 // millimetres between the margins of GB/T 9704
	textSize  = 16.0
	cellSize  = 9.0
)

// printed is a report as it is printed, in one language.
type printed struct {
	title, unit, date, mark string
	blocks                  []block
}

// block is a heading, a paragraph or a table.
type block struct {
	head  string
	text  string
	table *Table
}

// printOf lays a revision out: what people wrote around what was counted.
func printOf(ctx context.Context, unit string, v *Revision, xs []Instruction, names map[int64]string, demo bool) printed {
	c := v.Figures.In(ctx)
	p := printed{title: c.Title, unit: unit, date: c.On}
	if demo {
		p.mark = word(ctx, "demo")
	}
	say := func(key, text string) {
		if text == "" {
			return
		}
		p.blocks = append(p.blocks, block{head: word(ctx, "part_"+key)})
		for _, l := range strings.Split(text, "\n") {
			if l = strings.TrimSpace(l); l != "" {
				p.blocks = append(p.blocks, block{text: l})
			}
		}
	}
	say("summary", v.Text.Summary)
	say("figures", strings.Join(c.Says, "\n"))
	for i := range c.Tables {
		p.blocks = append(p.blocks, block{table: &c.Tables[i]})
	}
	say("problems", v.Text.Problems)
	say("cases", v.Text.Cases)
	say("advice", v.Text.Advice)
	say("notes", strings.Join(c.Notes, "\n"))
	var lines []string
	for _, x := range xs {
		lines = append(lines, word(ctx, "instruction_line", names[x.Leader], i18n.Time(ctx, x.At), x.Content, names[x.Follower], i18n.Date(ctx, x.DueOn)))
		if x.Answer != "" {
			lines = append(lines, word(ctx, "answer_line", x.Answer))
		}
	}
	say("instructions", strings.Join(lines, "\n"))
	return p
}

// docx writes it as a text document.
func (p printed) docx(ctx context.Context, at time.Time) ([]byte, error) {
	d := docx.Doc{Title: p.title, Lang: string(i18n.LangOf(ctx)), At: at, Header: p.mark, Numbers: docx.EveryPage}
	add := func(b docx.Block) { d.Blocks = append(d.Blocks, b) }
	add(docx.Paragraph{Align: docx.Center, After: 12, Level: 1, Runs: []docx.Run{{Text: p.title, Font: docx.Title, Size: 22}}})
	add(docx.Paragraph{Align: docx.Center, After: 12, Runs: []docx.Run{{Text: p.unit + "  " + p.date, Size: textSize}}})
	for _, b := range p.blocks {
		switch {
		case b.head != "":
			add(docx.Paragraph{Level: 2, Before: 6, After: 6, First: 2, KeepNext: true, Runs: []docx.Run{{Text: b.head, Font: docx.Heading, Size: textSize}}})
		case b.table != nil:
			add(docx.Paragraph{Align: docx.Center, Before: 8, After: 4, KeepNext: true, Runs: []docx.Run{{Text: b.table.Title, Size: 12, Bold: true}}})
			add(tableIn(b.table))
		default:
			add(docx.Paragraph{Align: docx.Justify, First: 2, Line: 28, Runs: []docx.Run{{Text: b.text, Size: textSize}}})
		}
	}
	var out bytes.Buffer
	err := d.Write(&out)
	return out.Bytes(), err
}

func tableIn(t *Table) docx.Table {
	out := docx.Table{Head: 1, Widths: widthsOf(t, textWidth)}
	for i, row := range append([][]string{t.Heads}, t.Rows...) {
		var r docx.Row
		for _, s := range row {
			r.Cells = append(r.Cells, docx.Cell{Paragraphs: []docx.Paragraph{{Align: docx.Center, Runs: []docx.Run{{Text: s, Size: cellSize, Bold: i == 0}}}}})
		}
		out.Rows = append(out.Rows, r)
	}
	return out
}

// widthsOf gives the first column a third, the others the rest alike.
func widthsOf(t *Table, room float64) (out []float64) {
	n := float64(len(t.Heads))
	first := room / 3
	if n < 2 {
		return []float64{room}
	}
	out = append(out, first)
	for range t.Heads[1:] {
		out = append(out, (room-first)/(n-1))
	}
	return out
}

// The page of a PDF, in millimetres.
const (
	pageTop, pageFoot = 25.0, 272.0
	pageLeft          = 27.0
)

var (
	ink   = pdf.RGB{R: 27, G: 31, B: 36}
	hair  = pdf.RGB{R: 190, G: 194, B: 200}
	shade = pdf.RGB{R: 238, G: 241, B: 245}
)

// press draws a report page by page.
type press struct {
	*pdf.Pen
	y    float64
	mark string
}

// pdf writes it for printing.
func (p printed) pdf(ctx context.Context, at time.Time) ([]byte, error) {
	var out bytes.Buffer
	err := pdf.Alone(func(f *pdf.Face) error {
		x := &press{Pen: pdf.Open(f, pdf.Options{Size: "A4", Title: p.title, Author: p.unit, Lang: string(i18n.LangOf(ctx)), At: at}), mark: p.mark}
		x.page()
		x.para(p.title, 18, 1.5, true, "center")
		x.para(p.unit+"  "+p.date, 11, 1.8, false, "center")
		for _, b := range p.blocks {
			switch {
			case b.head != "":
				x.y += 3
				x.need(20)
				x.para(b.head, 13, 1.7, true, "")
			case b.table != nil:
				x.table(b.table)
			default:
				x.para(b.text, 11, 1.7, false, "")
			}
		}
		return x.PDF.Output(&out)
	})
	return out.Bytes(), err
}

func (x *press) page() {
	x.PDF.AddPage()
	x.y = pageTop
	x.Color(ink)
	if x.mark != "" {
		x.Font(9)
		x.Say(pageLeft, 15, textWidth, x.mark, "center")
	}
	x.Font(9)
	x.Say(pageLeft, 284, textWidth, "— "+itoa(x.PDF.PageCount())+" —", "center")
}

func (x *press) need(height float64) {
	if x.y+height > pageFoot {
		x.page()
	}
}

func (x *press) para(text string, size, lead float64, bold bool, align string) {
	x.Font(size)
	spans := pdf.Words(text)
	if bold {
		spans = pdf.Strong(text)
	}
	for _, l := range x.Lines(spans, textWidth) {
		h := x.Em() * lead
		if x.y+h > pageFoot {
			x.page()
			x.Font(size)
		}
		at := pageLeft
		if align == "center" {
			at += (textWidth - x.Width(l.Text())) / 2
		}
		x.Put(at, x.y+x.Em(), l)
		x.y += h
	}
}

// table draws a table; its head comes again on each page.
func (x *press) table(t *Table) {
	x.y += 3
	x.need(26)
	x.para(t.Title, 10.5, 1.6, true, "center")
	widths := widthsOf(t, textWidth)
	x.row(t.Heads, widths, true)
	for _, r := range t.Rows {
		if x.y+x.height(r, widths) > pageFoot {
			x.page()
			x.row(t.Heads, widths, true)
		}
		x.row(r, widths, false)
	}
	x.y += 3
}

const cellPad = 1.2

// height is that of a row's tallest cell.
func (x *press) height(row []string, widths []float64) float64 {
	x.Font(cellSize)
	most := 1
	for i, s := range row {
		most = max(most, len(x.Lines(pdf.Words(s), widths[i]-2*cellPad)))
	}
	return float64(most)*x.Em()*1.4 + 2*cellPad
}

func (x *press) row(row []string, widths []float64, head bool) {
	h := x.height(row, widths)
	at := pageLeft
	if head {
		x.Box(pageLeft, x.y, textWidth, h, shade)
	}
	for i, s := range row {
		spans := pdf.Words(s)
		if head {
			spans = pdf.Strong(s)
		}
		for j, l := range x.Lines(spans, widths[i]-2*cellPad) {
			x.Put(at+cellPad, x.y+cellPad+x.Em()*(1+1.4*float64(j)), l)
		}
		at += widths[i]
	}
	x.y += h
	x.Rule(pageLeft, pageLeft+textWidth, x.y, .2, hair)
	x.Color(ink)
}
