package ui

import (
	"fmt"
	"strconv"
	"strings"

	qr "github.com/piglig/go-qr"
)

// qrQuiet is the white edge a reader needs, in modules.
const qrQuiet = 4

// qrDraw gives the view box and the dark modules, each run of a row as one
// rectangle. An address too long to encode draws nothing; its words remain.
func qrDraw(address string) (box, path string) {
	code, err := qr.EncodeText(address, qr.Medium)
	if err != nil {
		return "0 0 1 1", ""
	}
	side := code.Size()
	var b strings.Builder
	for y := range side {
		for x := 0; x < side; x++ {
			start := x
			for x < side && code.Module(x, y) {
				x++
			}
			if x > start {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", start+qrQuiet, y+qrQuiet, x-start, x-start)
			}
		}
	}
	whole := strconv.Itoa(side + 2*qrQuiet)
	return "0 0 " + whole + " " + whole, b.String()
}
