package demo

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strconv"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"github.com/xuri/excelize/v2"
)

// makeFile makes an attachment as the texts describe it.
func (w *world) makeFile(j *job, f fileText) ([]byte, error) {
	head, lines := w.fill(j, f.Head), make([]string, len(f.Text))
	for i, s := range f.Text {
		lines[i] = w.fill(j, s)
	}
	switch f.Kind {
	case "pdf":
		return makePDF(head, lines)
	case "xlsx":
		return makeSheet(head, lines)
	case "png":
		return makePicture()
	}
	return nil, fmt.Errorf("the texts ask for a file of kind %q", f.Kind)
}

// makePDF sets a page in the type every reader has, which holds Latin letters only.
func makePDF(head string, lines []string) ([]byte, error) {
	p := fpdf.New("P", "mm", "A4", "")
	p.SetMargins(25, 25, 25)
	p.AddPage()
	p.SetFont("Helvetica", "B", 16)
	p.MultiCell(0, 8, head, "", "L", false)
	p.Ln(4)
	p.SetFont("Helvetica", "", 11)
	for _, s := range lines {
		p.MultiCell(0, 6, s, "", "L", false)
		p.Ln(2)
	}
	var b bytes.Buffer
	err := p.Output(&b)
	return b.Bytes(), err
}

// makeSheet sets lines of cells parted by bars; figures become figures.
func makeSheet(head string, lines []string) (_ []byte, err error) {
	x := excelize.NewFile()
	defer func() { _ = x.Close() }()
	const sheet = "Sheet1"
	if err := x.SetCellStr(sheet, "A1", head); err != nil {
		return nil, err
	}
	for i, s := range lines {
		for k, cell := range strings.Split(s, "|") {
			at, err := excelize.CoordinatesToCellName(k+1, i+2)
			if err != nil {
				return nil, err
			}
			var v any = strings.TrimSpace(cell)
			if n, err := strconv.ParseFloat(strings.TrimSpace(cell), 64); err == nil {
				v = n
			}
			if err := x.SetCellValue(sheet, at, v); err != nil {
				return nil, err
			}
		}
	}
	if err := x.SetColWidth(sheet, "A", "F", 22); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = x.Write(&b)
	return b.Bytes(), err
}

// makePicture draws a notice board with four sheets of paper on it.
func makePicture() ([]byte, error) {
	m := image.NewRGBA(image.Rect(0, 0, 960, 640))
	box := func(x0, y0, x1, y1 int, c color.Color) {
		draw.Draw(m, image.Rect(x0, y0, x1, y1), image.NewUniform(c), image.Point{}, draw.Src)
	}
	box(0, 0, 960, 640, color.RGBA{0xd9, 0xe3, 0xea, 0xff})
	box(0, 520, 960, 640, color.RGBA{0xb8, 0xb4, 0xa6, 0xff})
	box(120, 480, 150, 600, color.RGBA{0x6b, 0x72, 0x7a, 0xff})
	box(810, 480, 840, 600, color.RGBA{0x6b, 0x72, 0x7a, 0xff})
	box(80, 90, 880, 490, color.RGBA{0x8c, 0x2f, 0x26, 0xff})
	box(100, 150, 860, 470, color.RGBA{0xf4, 0xef, 0xe2, 0xff})
	for i := range 4 {
		x := 125 + i*185
		box(x, 175, x+160, 445, color.White)
		box(x+45, 190, x+115, 200, color.RGBA{0x8c, 0x2f, 0x26, 0xff})
		for line := range 15 {
			box(x+15, 215+line*15, x+145-(line*37%50), 219+line*15, color.RGBA{0x8a, 0x92, 0x9b, 0xff})
		}
	}
	var b bytes.Buffer
	err := png.Encode(&b, m)
	return b.Bytes(), err
}
