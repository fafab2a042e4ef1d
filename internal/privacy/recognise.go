package privacy

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"strconv"
	"strings"
	"time"
	"unicode"

	xdraw "golang.org/x/image/draw"

	"yangguang/internal/sandbox"
)

// Bounds of reading pictures. What is beyond them goes to a person unread.
const (
	maxRecognised   = 12               // pictures and pages of one upload
	recognisedSide  = 3400             // pixels: an A4 page at 300 dots per inch, nearly
	recogniseMemory = 1 << 30          // bytes of the reader
	recogniseTime   = 30 * time.Second // for all of one upload: somebody waits for it
	recogniseOutput = 4 << 20          // bytes of its answer
	recogniseAt     = 1                // at a time
)

// recogniser reads the text of pictures with tesseract, an external program
// that is given nothing but grey pixels decoded here, in a sandbox.
type recogniser struct {
	program string
	hide    []string
	time    time.Duration
	turn    chan struct{}
}

func newRecogniser(program string, hide []string) *recogniser {
	if program == "" {
		return nil
	}
	return &recogniser{program: program, hide: hide, time: recogniseTime, turn: make(chan struct{}, recogniseAt)}
}

// read gives the text of a picture; ok is false when it was not read.
func (r *recogniser) read(ctx context.Context, m *image.Gray) (text string, ok bool) {
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return "", false
	}
	tool := sandbox.Program{Path: r.program, Args: []string{"stdin", "stdout", "-l", "chi_sim+eng", "--psm", "3", "tsv"},
		Env:  []string{"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "OMP_THREAD_LIMIT=1"},
		Hide: r.hide, Memory: recogniseMemory, Time: r.time, Output: recogniseOutput}
	out, err := tool.Run(ctx, bytes.NewReader(greymap(m)))
	if err != nil {
		return "", false
	}
	return linesOf(string(out)), true
}

// greymap is the picture in the plainest format there is, PGM: the program's
// readers of compressed pictures see nothing a stranger made.
func greymap(m *image.Gray) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "P5\n%d %d\n255\n", m.Rect.Dx(), m.Rect.Dy())
	for y := range m.Rect.Dy() {
		b.Write(m.Pix[y*m.Stride:][:m.Rect.Dx()])
	}
	return b.Bytes()
}

// linesOf puts the words of tesseract's table (level, page, block, paragraph,
// line, word, left, top, width, height, confidence, text) into lines. Chinese
// characters come one by one and are joined; between other words stands a space.
func linesOf(table string) string {
	var b strings.Builder
	line, last := "", rune(0)
	for row := range strings.Lines(table) {
		f := strings.Split(strings.TrimRight(row, "\r\n"), "\t")
		if len(f) < 12 || f[0] != "5" || strings.TrimSpace(f[11]) == "" {
			continue
		}
		at, word := strings.Join(f[1:5], "/"), []rune(strings.TrimSpace(f[11]))
		switch {
		case line != "" && at != line:
			b.WriteByte('\n')
		case last != 0 && !unicode.Is(unicode.Han, last) && !unicode.Is(unicode.Han, word[0]):
			b.WriteByte(' ')
		}
		b.WriteString(string(word))
		line, last = at, word[len(word)-1]
	}
	return b.String()
}

// grey draws a picture upright in shades of grey, on white, not larger than
// the reader gains from.
func grey(m image.Image) *image.Gray {
	from := m.Bounds()
	w, h := from.Dx(), from.Dy()
	if side := max(w, h); side > recognisedSide {
		w, h = max(1, w*recognisedSide/side), max(1, h*recognisedSide/side)
	}
	dst := image.NewGray(image.Rect(0, 0, w, h))
	draw.Draw(dst, dst.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	if w == from.Dx() && h == from.Dy() {
		draw.Draw(dst, dst.Rect, m, from.Min, draw.Over)
	} else {
		xdraw.ApproxBiLinear.Scale(dst, dst.Rect, m, from, draw.Over, nil)
	}
	return dst
}

// pictured is a picture, or page, to be read.
type pictured struct {
	m     *image.Gray
	place Place
}

// recognise reads pictures and scans what they say. It answers whether each
// was read: what a machine reads it may misread, so that somebody looks in any
// case.
func (in *inspection) recognise(ps ...pictured) bool {
	if in.gate.reader == nil {
		return false
	}
	all := true
	for _, p := range ps {
		if in.sight.looks <= 0 || p.m == nil {
			return false
		}
		in.sight.looks--
		text, ok := in.gate.reader.read(in.sight.ctx, p.m)
		if in.sight.done++; in.sight.told != nil {
			in.sight.told(in.sight.done)
		}
		if !ok {
			all = false
			continue
		}
		p.place.Part = Picture
		in.fresh(Scan(text), p.place)
	}
	return all
}

// later counts pictures that are left for another time.
func (s *sight) later(n int) {
	n = min(n, s.looks)
	s.looks, s.unread = s.looks-n, s.unread+n
}

// picture reads the text of an uploaded or embedded picture.
func (in *inspection) picture(t Type, b []byte) bool {
	if in.gate.reader == nil || in.sight.looks <= 0 || icon(b) {
		return false
	}
	if in.sight.glance {
		in.sight.later(1)
		return false
	}
	cfg, _, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil || int64(cfg.Width)*int64(cfg.Height) > MaxPixels {
		return false
	}
	m, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return false
	}
	return in.recognise(pictured{m: grey(upright(m, orientation(metaOf(t, b).exif)))})
}

// Recognises answers whether pictures are read on this machine, and with what,
// for the log at the start.
func (g *Gate) Recognises() (program string, ok bool) {
	if g.reader == nil {
		return "", false
	}
	blank := image.NewGray(image.Rect(0, 0, 64, 32))
	for i := range blank.Pix {
		blank.Pix[i] = 255
	}
	_, ok = g.reader.read(context.Background(), blank)
	return g.reader.program + " " + strconv.Quote("chi_sim+eng"), ok
}
