package e2e

import (
	"bytes"
	"cmp"
	"context"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// manualPicture is a picture in Markdown: its words and its file.
var manualPicture = regexp.MustCompile(`!\[([^\]]*)\]\(([^)]+)\)`)

// heaviest is how many bytes a picture of the manual may have.
const heaviest = 150_000

// picture keeps the window's upper part for the manual, when pictures are to
// be drawn anew. They are taken in the journeys themselves, so that no manual
// shows a way that does not work.
func (w *tab) picture(name string, height float64) {
	w.t.Helper()
	if os.Getenv("YANGGUANG_MANUAL") == "" {
		return
	}
	width := eval[float64](w, `document.documentElement.clientWidth`)
	height = min(height, eval[float64](w, `document.documentElement.scrollHeight`))
	beyond := true
	res, err := chromedp.Run(w.ctx, func(ctx context.Context, t *chromedp.Target) (page.CaptureScreenshotResult, error) {
		return cdp.Call(ctx, t, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatPng,
			CaptureBeyondViewport: &beyond, Clip: &page.Viewport{Width: width, Height: height, Scale: 1}})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(res.Data))
	if err != nil {
		w.t.Fatal(err)
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, fewColours(img)); err != nil {
		w.t.Fatal(err)
	}
	if b.Len() > heaviest {
		w.t.Errorf("the picture %s has %d bytes", name, b.Len())
	}
	if err := os.WriteFile(filepath.Join("..", "docs", "manual", "img", name+".png"), b.Bytes(), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// fewColours keeps the 256 colours a page uses most and draws the rest, the
// edges of letters, in the nearest of them.
func fewColours(img image.Image) *image.Paletted {
	seen, b := map[color.RGBA]int{}, img.Bounds()
	at := func(x, y int) color.RGBA {
		c := color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)
		return color.RGBA{R: c.R | 3, G: c.G | 3, B: c.B | 3, A: 255}
	}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			seen[at(x, y)]++
		}
	}
	var most []color.RGBA
	for c := range seen {
		most = append(most, c)
	}
	slices.SortFunc(most, func(a, c color.RGBA) int {
		return cmp.Or(cmp.Compare(seen[c], seen[a]), cmp.Compare(a.R, c.R), cmp.Compare(a.G, c.G), cmp.Compare(a.B, c.B))
	})
	var p color.Palette
	for _, c := range most[:min(len(most), 256)] {
		p = append(p, c)
	}
	out, nearest := image.NewPaletted(b, p), map[color.RGBA]uint8{}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := at(x, y)
			i, known := nearest[c]
			if !known {
				i = uint8(p.Index(c))
				nearest[c] = i
			}
			out.SetColorIndex(x, y, i)
		}
	}
	return out
}

// TestTheManualShowsOnlyPicturesThatExist holds that every picture a manual
// shows is there, with words for those who do not see it, and that none is left
// over; and that each manual has its other language.
func TestTheManualShowsOnlyPicturesThatExist(t *testing.T) {
	dir := filepath.Join("..", "docs", "manual")
	files, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range manualPicture.FindAllSubmatch(text, -1) {
			if len(m[1]) == 0 {
				t.Errorf("%s shows %s without words", f, m[2])
			}
			shown[string(m[2])] = true
		}
	}
	for _, role := range []string{"citizen", "village-clerk", "officer", "administrator"} {
		for _, ext := range []string{".md", ".zh-CN.md"} {
			if !slices.Contains(files, filepath.Join(dir, role+ext)) {
				t.Errorf("the manual %s%s is missing", role, ext)
			}
		}
	}
	pictures, err := filepath.Glob(filepath.Join(dir, "img", "*.png"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pictures {
		if name := filepath.Base(p); shown["img/"+name] {
			delete(shown, "img/"+name)
		} else {
			t.Errorf("no manual shows %s", name)
		}
	}
	for name := range shown {
		t.Errorf("a manual shows %s, which does not exist: YANGGUANG_MANUAL=1 go test ./e2e", name)
	}
}
