package privacy

import (
	"fmt"
	"testing"

	"codeberg.org/go-pdf/fpdf"
)

func BenchmarkInspectPDFOf100Pages(b *testing.B) {
	file := pdfWith(b, func(p *fpdf.Fpdf) {
		for n := range 100 {
			p.AddPage()
			for l := range 50 {
				p.Text(20, 20+float64(l)*5, fmt.Sprintf("page %d line %d: households of the village and their land, 12.5 mu", n, l))
			}
			p.Text(20, 280, secretID)
		}
	})
	inspect(b, "a.pdf", file) // starts the reader
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if r := inspect(b, "a.pdf", file); len(r.Findings) != 100 {
			b.Fatalf("%d findings", len(r.Findings))
		}
	}
}
