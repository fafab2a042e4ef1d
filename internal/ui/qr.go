package ui

import (
	"strconv"

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
	var b []byte
	number := func(before string, n int) { b = strconv.AppendInt(append(b, before...), int64(n), 10) }
	for y := range side {
		for x := 0; x < side; x++ {
			start := x
			for x < side && code.Module(x, y) {
				x++
			}
			if x > start {
				number("M", start+qrQuiet)
				number(" ", y+qrQuiet)
				number("h", x-start)
				number("v1h-", x-start)
				b = append(b, 'z')
			}
		}
	}
	whole := strconv.Itoa(side + 2*qrQuiet)
	return "0 0 " + whole + " " + whole, string(b)
}
