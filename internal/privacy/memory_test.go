package privacy

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// heavy are files made to exhaust a reader, each within what Inspect takes.
var heavy = []struct {
	name  string
	write func(t testing.TB, w io.Writer)
	bound int // MB above the start; 0 for memoryBound
}{
	{"bomb.xlsx", func(t testing.TB, w io.Writer) {
		zipStream(t, w, map[string]func(io.Writer){"xl/workbook.xml": said(`<workbook><sheets><sheet name="a" sheetId="1"/></sheets></workbook>`), "xl/worksheets/sheet1.xml": func(w io.Writer) {
			repeat(w, 100, `<row><c t="inlineStr"><is><t>`, "</t></is></c></row>")
		}})
	}, 0},
	{"strings.xlsx", func(t testing.TB, w io.Writer) {
		zipStream(t, w, map[string]func(io.Writer){"xl/workbook.xml": said(`<workbook/>`), "xl/sharedStrings.xml": func(w io.Writer) { repeat(w, 100, "<si><t>", "</t></si>") }})
	}, 0},
	{"wide.xlsx", func(t testing.TB, w io.Writer) {
		zipStream(t, w, map[string]func(io.Writer){"xl/workbook.xml": said(`<workbook><sheets><sheet name="a" sheetId="1"/></sheets></workbook>`), "xl/worksheets/sheet1.xml": func(w io.Writer) {
			_, _ = io.WriteString(w, "<row>")
			repeat(w, 100, `<c t="inlineStr"><is><t>`, "</t></is></c>")
		}})
	}, 0},
	{"one-text.docx", func(t testing.TB, w io.Writer) {
		zipStream(t, w, map[string]func(io.Writer){"word/document.xml": func(w io.Writer) { repeat(w, 100, "", "") }})
	}, 0},
	{"paragraphs.docx", func(t testing.TB, w io.Writer) {
		zipStream(t, w, map[string]func(io.Writer){"word/document.xml": func(w io.Writer) { repeat(w, 100, "<w:p><w:r><w:t>", "</w:t></w:r></w:p>") }})
	}, 0},
	{"one-paragraph.docx", func(t testing.TB, w io.Writer) {
		zipStream(t, w, map[string]func(io.Writer){"word/document.xml": func(w io.Writer) { repeat(w, 100, "<w:r><w:t>", "</w:t></w:r>") }})
	}, 0},
	{"one-cell.docx", func(t testing.TB, w io.Writer) {
		zipStream(t, w, map[string]func(io.Writer){"word/document.xml": func(w io.Writer) {
			_, _ = io.WriteString(w, "<w:tbl><w:tr><w:tc>")
			repeat(w, 100, "<w:p><w:r><w:t>", "</w:t></w:r></w:p>")
		}})
	}, 0},
	{"attributes.docx", func(t testing.TB, w io.Writer) {
		zipStream(t, w, map[string]func(io.Writer){"word/document.xml": func(w io.Writer) {
			_, _ = io.WriteString(w, "<w:p ")
			repeat(w, 100, `a="`, `" `)
		}})
	}, 0},
	{"texts.ofd", func(t testing.TB, w io.Writer) {
		zipStream(t, w, map[string]func(io.Writer){"OFD.xml": said("<o/>"), "Doc_0/Document.xml": said(`<D><Page BaseLoc="Pages/Page_0/Content.xml"/></D>`), "Doc_0/Pages/Page_0/Content.xml": func(w io.Writer) {
			repeat(w, 40, `<TextObject Boundary="1 2 3 4" Size="3"><TextCode>`, "</TextCode></TextObject>")
		}})
	}, 0},
	{"cells.ods", func(t testing.TB, w io.Writer) {
		zipStream(t, w, map[string]func(io.Writer){"mimetype": said("application/vnd.oasis.opendocument.spreadsheet"), "content.xml": func(w io.Writer) {
			_, _ = io.WriteString(w, "<b><spreadsheet><table><table-row>")
			repeat(w, 10, `<table-cell number-columns-repeated="99"><p>`, "</p></table-cell>")
		}})
	}, 0},
	{"table.csv", func(_ testing.TB, w io.Writer) { repeat(w, 30, "", "\n") }, 0},
	{"one-line.csv", func(_ testing.TB, w io.Writer) { repeat(w, 4, "", ",") }, 0},
	{"numbers.txt", func(_ testing.TB, w io.Writer) { repeat(w, 48, secretID, "\n") }, 0},
	{"chinese.txt", func(_ testing.TB, w io.Writer) { // GB 18030
		repeat(w, 48, "\xd0\xd5\xc3\xfb\xd6\xa4\xbc\xfe", "\n")
	}, 0},
	{"page.html", func(_ testing.TB, w io.Writer) { repeat(w, 48, "<p>", "</p>") }, 0},
	{"comment.html", func(_ testing.TB, w io.Writer) { repeat(w, 48, "", "") }, 0},
	{"cells.html", func(_ testing.TB, w io.Writer) {
		_, _ = io.WriteString(w, "<html><table><tr>")
		repeat(w, 48, "<td>", "")
	}, 0},
	{"sizes.xls", func(_ testing.TB, w io.Writer) { _, _ = w.Write(compoundOf(48<<20, 0xFFFFFFFF)) }, 0},
	{"stream.xls", func(_ testing.TB, w io.Writer) { _, _ = w.Write(compoundOf(48<<20, 46<<20)) }, 0},
	{"stream.doc", func(_ testing.TB, w io.Writer) {
		b := compoundOf(48<<20, 46<<20)
		copy(b[1024:], utf16le("WordDocument\x00\x00"))
		_, _ = w.Write(b)
	}, 0},
	{"deep.zip", func(t testing.TB, w io.Writer) {
		inner := &bytes.Buffer{}
		zipStream(t, inner, map[string]func(io.Writer){"a.csv": func(w io.Writer) { repeat(w, 15, "", "\n") }})
		for range 4 {
			outer := &bytes.Buffer{}
			b := inner.Bytes()
			zipStream(t, outer, map[string]func(io.Writer){"inner.zip": func(w io.Writer) { _, _ = w.Write(b) }, "c.csv": func(w io.Writer) { repeat(w, 8, "", "\n") }})
			inner = outer
		}
		_, _ = w.Write(inner.Bytes())
	}, 0},
	{"parts.zip", func(t testing.TB, w io.Writer) {
		parts := map[string]func(io.Writer){}
		for i := range 3 {
			parts[fmt.Sprintf("%d.txt", i)] = func(w io.Writer) { repeat(w, 24, "", "\n") }
		}
		zipStream(t, w, parts)
	}, 0},
	{"picture.png", func(t testing.TB, w io.Writer) { _, _ = w.Write(pngOf(t, picture(5000, 5000))) }, 0},
	{"page.pdf", func(_ testing.TB, w io.Writer) { _, _ = w.Write(hugePage(100 << 20)) }, pdfBound},
	{"letters.pdf", func(_ testing.TB, w io.Writer) { _, _ = w.Write(hugePage(8 << 20)) }, pdfBound},
}

// often are the files every run of the tests inspects; the others, minutes of
// them, when YANGGUANG_TEST_MEMORY is "all".
var often = []string{"bomb.xlsx", "strings.xlsx", "attributes.docx", "table.csv", "sizes.xls", "deep.zip", "letters.pdf"}

// memoryBound is how much the gate may take above its start for one upload, in MB.
const memoryBound = 256

// pdfBound is more: PDFium may have 256 MB of its own (pdfMemory), beside which
// the file stands in memory until it is read.
const pdfBound = 320

// said writes a text.
func said(s string) func(io.Writer) { return func(w io.Writer) { _, _ = io.WriteString(w, s) } }

// repeat writes megabytes of numbered lines between before and after: not
// alike, so that no guard against bombs stops the file at once.
func repeat(w io.Writer, mb int, before, after string) {
	b := bufio.NewWriterSize(w, 1<<20)
	defer func() { _ = b.Flush() }()
	for n, i := 0, 0; n < mb<<20; i++ {
		k, _ := fmt.Fprintf(b, "%sno. %d of the many, %d in all%s", before, i, i*7919, after)
		n += k
	}
}

func zipStream(t testing.TB, w io.Writer, parts map[string]func(io.Writer)) {
	t.Helper()
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for name, write := range parts {
		f, err := z.Create(name)
		must(t, err)
		write(f)
	}
	must(t, z.Close())
}

// compoundOf is a compound file of one stream, "Workbook", that says it is of a
// size; every sector is the stream's, one after another.
func compoundOf(total int, size uint32) []byte {
	b := make([]byte, total/512*512)
	copy(b, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	put := binary.LittleEndian.PutUint32
	binary.LittleEndian.PutUint16(b[24:], 0x3E)
	binary.LittleEndian.PutUint16(b[26:], 3)
	binary.LittleEndian.PutUint16(b[28:], 0xFFFE)
	binary.LittleEndian.PutUint16(b[30:], 9)
	binary.LittleEndian.PutUint16(b[32:], 6)
	sectors := len(b)/512 - 1
	fat := (sectors + 127) / 128
	put(b[44:], uint32(fat))
	put(b[48:], 1) // the directory is sector 1
	put(b[56:], 4096)
	put(b[60:], 0xFFFFFFFE)
	put(b[68:], 0xFFFFFFFE)
	// The table's own sectors are the last of the file, as far as the header names them.
	first := sectors - min(fat, 109)
	for i := range 109 {
		put(b[76+4*i:], 0xFFFFFFFF)
		if i < fat {
			put(b[76+4*i:], uint32(first+i))
		}
	}
	for i := range min(fat, 109) * 128 {
		put(b[512*(first+1)+4*i:], uint32(i+1))
	}
	put(b[512*(first+1)+4:], 0xFFFFFFFE) // the directory ends
	entry := func(n int, name string, kind byte, child, start, size uint32) {
		e := b[1024+128*n:]
		copy(e, utf16le(name))
		binary.LittleEndian.PutUint16(e[64:], uint16(2*len(name)+2))
		e[66] = kind
		put(e[68:], 0xFFFFFFFF)
		put(e[72:], 0xFFFFFFFF)
		put(e[76:], child)
		put(e[116:], start)
		put(e[120:], size)
	}
	entry(0, "Root Entry", 5, 1, 0xFFFFFFFE, 0)
	entry(1, "Workbook", 2, 0xFFFFFFFF, 2, size)
	// BOF, and a table of strings that goes on and on.
	copy(b[512*3:], "\x09\x08\x10\x00\x00\x06\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	return b
}

// hugePage is a PDF whose page is larger than any paper and holds as many bytes
// of text operators, compressed.
func hugePage(n int) []byte {
	var content bytes.Buffer
	z, _ := flate.NewWriter(&content, flate.BestSpeed)
	_, _ = io.WriteString(z, "BT /F 1 Tf ")
	repeat(z, n>>20, "(", ") Tj 1 0 Td ")
	_, _ = io.WriteString(z, "ET")
	_ = z.Close()
	// A zlib head, and no check: readers do not ask for it.
	stream := append([]byte("\x78\x01"), content.Bytes()...)
	var b bytes.Buffer
	at := []int{}
	obj := func(s string) { at = append(at, b.Len()); fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), s) }
	b.WriteString("%PDF-1.7\n")
	obj("<</Type/Catalog/Pages 2 0 R>>")
	obj("<</Type/Pages/Kids[3 0 R]/Count 1>>")
	obj("<</Type/Page/Parent 2 0 R/MediaBox[0 0 200000000 200000000]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>")
	obj(fmt.Sprintf("<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream", len(stream), stream))
	obj("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, start)
	return b.Bytes()
}

// TestOneUploadTakesBoundedMemory inspects each heavy file in a process of its
// own and reads from the kernel how far its memory rose above the start, the
// PDF reader warm.
func TestOneUploadTakesBoundedMemory(t *testing.T) {
	if file := os.Getenv("YANGGUANG_HEAVY"); file != "" {
		inspectHeavy(t, file)
		return
	}
	if _, err := os.Stat("/proc/self/clear_refs"); err != nil {
		t.Skip("only Linux tells a process's peak")
	}
	if testing.Short() {
		t.Skip("writes and reads gigabytes")
	}
	must(t, New(Options{Cache: userCache()}).Warm())
	for _, h := range heavy {
		t.Run(h.name, func(t *testing.T) {
			if !slices.Contains(often, h.name) && os.Getenv("YANGGUANG_TEST_MEMORY") != "all" {
				t.Skip("one of the files that take minutes: make crash reads them, or YANGGUANG_TEST_MEMORY=all")
			}
			file := filepath.Join(t.TempDir(), h.name)
			f, err := os.Create(file)
			must(t, err)
			h.write(t, f)
			must(t, f.Close())
			st, err := os.Stat(file)
			must(t, err)
			if st.Size() > MaxSize {
				t.Fatalf("%d bytes: Inspect refuses it by its size alone", st.Size())
			}
			c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestOneUploadTakesBoundedMemory$", "-test.v")
			c.Env = append(os.Environ(), "YANGGUANG_HEAVY="+file)
			out, err := c.CombinedOutput()
			m := regexp.MustCompile(`rose by (\d+) MB: (.*)`).FindStringSubmatch(string(out))
			if err != nil || m == nil {
				t.Fatalf("%v: %s", err, out)
			}
			rose, err := strconv.Atoi(m[1])
			must(t, err)
			bound := memoryBound
			if h.bound > 0 {
				bound = h.bound
			}
			t.Logf("%d MB, %d MB of file: %s", rose, st.Size()>>20, m[2])
			if rose > bound {
				t.Errorf("the gate took %d MB, more than %d", rose, bound)
			}
		})
	}
}

// inspectHeavy is the process of one file.
func inspectHeavy(t *testing.T, file string) {
	t.Helper()
	g := New(Options{Cache: userCache()})
	must(t, g.Warm())
	f, err := os.Open(file)
	must(t, err)
	st, err := f.Stat()
	must(t, err)
	debug.FreeOSMemory()
	must(t, os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)) // the peak begins anew
	before := peak(t)
	rep, err := g.Inspect(t.Context(), filepath.Base(file), f, st.Size())
	fmt.Printf("rose by %d MB: %v, %d findings, %d more, %q\n", (peak(t)-before)>>10, errors.Unwrap(err), len(rep.Findings), rep.More, rep.Uncertain)
}

// peak is the most memory the process held, in kB.
func peak(t *testing.T) int {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	must(t, err)
	for l := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(l, "VmHWM:"); ok {
			n, err := strconv.Atoi(strings.Fields(rest)[0])
			must(t, err)
			return n
		}
	}
	t.Fatal("the kernel tells no peak")
	return 0
}
