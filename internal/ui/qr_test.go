package ui

import (
	"fmt"
	"image"
	"image/color"
	"strings"
	"testing"

	qr "github.com/piglig/go-qr"
)

// What is drawn is read again, from its rectangles as a browser fills them.
func TestACodeIsReadAgain(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"https://example.gov.cn/matter/status#number=350600-202611-K7M2Q-9&code=1234567890",
		"https://example.gov.cn/示例县/服务",
		"otpauth://totp/yangguang:zhang?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=yangguang",
	} {
		box, path := qrDraw(address)
		if got, err := qr.Decode(filled(t, box, path)); got != address {
			t.Errorf("read %q (%v), drawn was %q", got, err, address)
		}
	}
	if _, path := qrDraw(strings.Repeat("长", 1000)); path != "" {
		t.Error("what is too long for a code was drawn")
	}
}

// filled is a drawing as a picture, eight pixels to a module.
func filled(t *testing.T, box, path string) image.Image {
	t.Helper()
	const scale = 8
	var side int
	if _, err := fmt.Sscanf(box, "0 0 %d", &side); err != nil {
		t.Fatal(err)
	}
	m := image.NewGray(image.Rect(0, 0, side*scale, side*scale))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	for run := range strings.SplitSeq(strings.TrimSuffix(path, "z"), "z") {
		var x, y, n, back int
		if _, err := fmt.Sscanf(run, "M%d %dh%dv1h-%d", &x, &y, &n, &back); err != nil || n != back {
			t.Fatalf("%q: %v", run, err)
		}
		for j := y * scale; j < (y+1)*scale; j++ {
			for i := x * scale; i < (x+n)*scale; i++ {
				m.SetGray(i, j, color.Gray{})
			}
		}
	}
	return m
}
