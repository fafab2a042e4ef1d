package ui

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

// qrQuiet is the white edge a reader needs, in modules.
const qrQuiet = 2

func qrCode(address string) (barcode.Barcode, bool) {
	code, err := qr.Encode(address, qr.M, qr.Unicode)
	return code, err == nil
}

func qrBox(address string) string {
	code, ok := qrCode(address)
	if !ok {
		return "0 0 1 1"
	}
	side := code.Bounds().Dx() + 2*qrQuiet
	return "0 0 " + strconv.Itoa(side) + " " + strconv.Itoa(side)
}

// qrPath draws each run of dark modules of a row as one rectangle; an address
// too long to encode draws nothing and its words remain.
func qrPath(address string) string {
	code, ok := qrCode(address)
	if !ok {
		return ""
	}
	var b strings.Builder
	side := code.Bounds().Dx()
	for y := range side {
		for x := 0; x < side; x++ {
			start := x
			for x < side && dark(code, x, y) {
				x++
			}
			if x > start {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", start+qrQuiet, y+qrQuiet, x-start, x-start)
			}
		}
	}
	return b.String()
}

func dark(code barcode.Barcode, x, y int) bool {
	r, _, _, _ := code.At(x, y).RGBA()
	return r == 0
}
