package channel

import (
	"github.com/boombuler/barcode/qr"
)

// code draws an address as a QR code in a square of a side, quiet edge
// included; an address too long to encode draws nothing.
func (s *sheet) code(x, y, side float64, address string) {
	c, err := qr.Encode(address, qr.M, qr.Unicode)
	if err != nil {
		return
	}
	n := c.Bounds().Dx()
	m := side / float64(n+8)
	s.fillBox(x, y, side, side, rgb{255, 255, 255})
	dark := func(i, j int) bool { r, _, _, _ := c.At(i, j).RGBA(); return r == 0 }
	s.pdf.SetFillColor(0, 0, 0)
	for j := range n {
		for i := 0; i < n; i++ {
			start := i
			for i < n && dark(i, j) {
				i++
			}
			if i > start {
				s.pdf.Rect((x+float64(start+4)*m)*s.k, (y+float64(j+4)*m)*s.k, float64(i-start)*m*s.k, m*s.k, "F")
			}
		}
	}
}
