package privacy

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/google/go-cmp/cmp"
)

// seeing is a gate with the reader of pictures, or skips where it cannot run.
func seeing(t *testing.T) *Gate {
	t.Helper()
	path, err := exec.LookPath("tesseract")
	if err != nil {
		t.Skip("tesseract is not installed: apt-get install tesseract-ocr tesseract-ocr-chi-sim")
	}
	g := New(Options{Cache: userCache(), Recognise: path})
	g.reader.time = 10 * time.Minute // the machine may be busy
	t.Cleanup(func() { _ = g.Close() })
	if _, ok := g.Recognises(); !ok {
		t.Skip("tesseract does not run here: no chi_sim, or no namespaces of one's own")
	}
	return g
}

// scanned is the first page of a PDF as a scanner would give it.
func scanned(t *testing.T, g *Gate, file string) *image.RGBA {
	t.Helper()
	b, err := os.ReadFile(file)
	must(t, err)
	var m *image.RGBA
	must(t, g.Pages(t.Context(), b, 200, func(p Page) error {
		if p.Number == 1 {
			m = image.NewRGBA(p.Picture.Rect)
			copy(m.Pix, p.Picture.Pix)
		}
		return nil
	}))
	return m
}

// TestAScanOfTheListIsStopped takes the list as a photograph and as pages of
// pictures: its numbers are found, and a person looks in any case.
func TestAScanOfTheListIsStopped(t *testing.T) {
	t.Parallel()
	g := seeing(t)
	m := scanned(t, g, "testdata/list77.pdf")
	var photo, picture bytes.Buffer
	must(t, jpeg.Encode(&photo, m, &jpeg.Options{Quality: 80}))
	must(t, png.Encode(&picture, m))
	pages := fpdf.New("P", "mm", "A4", "")
	pages.RegisterImageOptionsReader("scan", fpdf.ImageOptions{ImageType: "PNG"}, bytes.NewReader(picture.Bytes()))
	for range 2 {
		pages.AddPage()
		pages.ImageOptions("scan", 0, 0, 210, 0, false, fpdf.ImageOptions{}, 0, "")
	}
	var paper bytes.Buffer
	must(t, pages.Output(&paper))
	for name, c := range map[string]struct {
		body []byte
		part Place
	}{
		"list.jpg":  {photo.Bytes(), Place{Part: Picture}},
		"list.pdf":  {paper.Bytes(), Place{Page: 1, Part: Picture}},
		"list.docx": {documentOf(t, para("见附图"), "word/media/image1.png", picture.String()), Place{Part: Embedded, Inner: &Place{Part: Picture}}},
	} {
		r, err := g.Inspect(t.Context(), name, bytes.NewReader(c.body), int64(len(c.body)))
		must(t, err)
		residents := 0
		for _, f := range r.Findings {
			if f.Kind == Resident && f.Class == Never && cmp.Equal(f.Place, c.part) {
				residents++
			}
		}
		t.Logf("%s: %d resident numbers recognised on the first page", name, residents)
		if residents < 10 || !r.Blocks() || r.Uncertain != UncertainRecognised || strings.Contains(r.Text(), "35") {
			t.Errorf("%s: %d numbers at %+v, uncertain %q", name, residents, c.part, r.Uncertain)
		}
	}
}

// TestWhatIsNotReadGoesToAPerson holds that a reader that fails, is busy too
// long or has read enough leaves the doubt of a picture as it was.
func TestWhatIsNotReadGoesToAPerson(t *testing.T) {
	t.Parallel()
	g := New(Options{Cache: userCache(), Recognise: "/bin/false"})
	defer func() { _ = g.Close() }()
	b := pngOf(t, picture(300, 300))
	r, err := g.Inspect(t.Context(), "a.png", bytes.NewReader(b), int64(len(b)))
	must(t, err)
	if r.Uncertain != UncertainPicture {
		t.Errorf("a reader that fails leaves %q", r.Uncertain)
	}
	g.reader.turn <- struct{}{} // somebody else's picture is being read, and this one does not wait
	g.reader.time = 0
	if r, _ = g.Inspect(t.Context(), "a.png", bytes.NewReader(b), int64(len(b))); r.Uncertain != UncertainPicture {
		t.Errorf("a reader that is busy leaves %q", r.Uncertain)
	}
}

func TestLinesOfARecognisedPage(t *testing.T) {
	const table = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n" +
		"5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t96\t身\n" + "5\t1\t1\t1\t1\t2\t0\t0\t9\t9\t96\t份\n" +
		"5\t1\t1\t1\t1\t3\t0\t0\t9\t9\t90\t3501\n" + "5\t1\t1\t1\t1\t4\t0\t0\t9\t9\t90\t0219\n" +
		"4\t1\t1\t1\t2\t0\t0\t0\t9\t9\t-1\t\n" + "5\t1\t1\t1\t2\t1\t0\t0\t9\t9\t91\t电话\n"
	if got, want := linesOf(table), "身份3501 0219\n电话"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestWhatOnlyAnOfficeSuiteReads gives a file of a kind the gate cannot read
// to an office suite: what it shows is scanned, and a person looks all the same.
func TestWhatOnlyAnOfficeSuiteReads(t *testing.T) {
	t.Parallel()
	suite, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("no office suite is installed: apt-get install libreoffice-writer-nogui")
	}
	// As a suite writes it: what stands between the digits keeps salvage from
	// reading the number.
	rtf := `{\rtf1\ansi{\fonttbl{\f0 Arial;}}\f0 number `
	for _, r := range secretID {
		rtf += `{\b0 ` + string(r) + `}`
	}
	rtf += `\par}`
	for name, want := range map[string]struct {
		program   string
		uncertain string
		blocks    bool
	}{
		"no suite":       {"", UncertainFormat, false},
		"one that fails": {"/bin/false", UncertainFormat, false},
		"one that reads": {suite, UncertainConverted, true},
	} {
		g := New(Options{Cache: userCache(), Convert: want.program})
		if g.suite != nil {
			g.suite.time = 10 * time.Minute // the machine may be busy
		}
		r, err := g.Inspect(t.Context(), "list.rtf", strings.NewReader(rtf), int64(len(rtf)))
		must(t, err)
		if r.Uncertain != want.uncertain || r.Blocks() != want.blocks {
			t.Errorf("%s: uncertain %q, blocks %v: %q", name, r.Uncertain, r.Blocks(), summary(r))
		}
		must(t, g.Close())
	}
}
