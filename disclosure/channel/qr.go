package channel

import (
	qr "github.com/piglig/go-qr"

	"yangguang/internal/pdf"
)

// proofSide is the side of a proof's code in mm, as high as the lines beside it:
// 2 kB make about 145 modules of a quarter of a millimetre.
const proofSide = 36.0

// mostProof is the most text a code of the largest version holds at level L (ISO/IEC 18004, table 7).
const mostProof = 2953

// code draws an address as a QR code in a square of a side, quiet edge
// included; an address too long to encode draws nothing.
func (s *sheet) code(x, y, side float64, address string) {
	if c, err := qr.EncodeText(address, qr.Medium); err == nil {
		s.qr(x, y, side, c)
	}
}

// proof draws a proof's whole text (C2SP tlog-proof), at most mostProof bytes.
func (s *sheet) proof(x, y float64, text []byte) {
	if c, err := qr.EncodeBinary(text, qr.Low); err == nil {
		s.qr(x, y, proofSide, c)
	}
}

func (s *sheet) qr(x, y, side float64, c *qr.QrCode) {
	n := c.Size()
	m := side / float64(n+8)
	s.Box(x, y, side, side, pdf.RGB{R: 255, G: 255, B: 255})
	s.PDF.SetFillColor(0, 0, 0)
	for j := range n {
		for i := 0; i < n; i++ {
			start := i
			for i < n && c.Module(i, j) {
				i++
			}
			if i > start {
				s.PDF.Rect((x+float64(start+4)*m)*s.K, (y+float64(j+4)*m)*s.K, float64(i-start)*m*s.K, m*s.K, "F")
			}
		}
	}
}
