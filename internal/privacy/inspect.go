package privacy

import (
	"archive/zip"
	"context"
	"errors"
	"io"
	"path"
	"strings"
	"sync"

	"yangguang/internal/fault"
)

// Limits of what one upload may be. A file beyond them is refused.
const (
	MaxSize     = 50 << 20  // bytes of the upload
	MaxUnpacked = 256 << 20 // bytes of all its parts unpacked
	MaxEntries  = 10000     // parts of a zip-based document
	MaxRatio    = 300       // how far one part may be compressed
	MaxDepth    = 3         // files inside files
)

// Options configure a Gate; the zero value works.
type Options struct {
	// Cache is a folder for the compiled PDF reader, so that later starts take
	// a tenth of a second instead of seconds. Only this service may write it.
	Cache string
	// Recognise is tesseract with chi_sim, which reads the text of pictures and
	// scanned pages; "" where it is not installed.
	Recognise string
	// Convert is an office suite's program, which shows as PDF what the gate
	// cannot read itself; "" for none.
	Convert string
	// Hide are folders the external programs must not see: the data.
	Hide []string
}

// Gate inspects uploads. It holds the PDF reader, which starts with the first
// PDF and is used by one inspection at a time. A Gate is safe for concurrent use.
type Gate struct {
	pdf    pdfReader
	reader *recogniser // nil where none is installed
	suite  *converter  // nil where none is named

	until func(context.Context) context.Context // tests end the time of a reading
	told  func(patience)                        // … and are told how it went
}

// New makes a gate. Close it at the end.
func New(o Options) *Gate {
	return &Gate{pdf: pdfReader{cache: o.Cache}, reader: newRecogniser(o.Recognise, o.Hide), suite: newConverter(o.Convert, o.Hide)}
}

// Warm starts the PDF reader ahead of the first PDF. Without a filled cache it
// compiles for seconds, so a service calls this in the background at start.
func (g *Gate) Warm() (err error) {
	defer fault.Wrap(&err, "privacy.Warm")
	_, err = g.pdf.start()
	return err
}

// Close frees the PDF reader.
func (g *Gate) Close() error { return g.pdf.close() }

var defaultGate = sync.OnceValue(func() *Gate { return New(Options{Cache: userCache()}) })

// Inspect reads an upload with the default gate, which keeps the compiled PDF
// reader in the user's cache folder.
func Inspect(name string, r io.ReaderAt, size int64) (Report, error) {
	return defaultGate().Inspect(context.Background(), name, r, size)
}

// Inspect reads an upload and reports what it tells about persons, what it
// hides and whether it could be read at all. Refused with an error are files
// too large, disguised under another type's extension, programs, and archives
// made to exhaust the reader; everything else has a report. What takes longer
// than readingTime was made to: it is left there and then, and a person looks.
func (g *Gate) Inspect(ctx context.Context, name string, r io.ReaderAt, size int64) (rep Report, err error) {
	return g.inspect(ctx, name, r, size, way{})
}

// Glance is Inspect without what takes seconds: pictures are not read and no
// office suite is asked. Report.Unread tells how much of that is left for Read;
// a file with nothing left is inspected whole.
func (g *Gate) Glance(ctx context.Context, name string, r io.ReaderAt, size int64) (rep Report, err error) {
	return g.inspect(ctx, name, r, size, way{glance: true})
}

// Read is Inspect for whom nobody waits: it takes minutes where Inspect takes
// seconds, and tells how many pictures and pages it has read.
func (g *Gate) Read(ctx context.Context, name string, r io.ReaderAt, size int64, told func(done int)) (rep Report, err error) {
	return g.inspect(ctx, name, r, size, way{slow: true, told: told})
}

// way is how a file is gone through.
type way struct {
	glance, slow bool
	told         func(done int) // may be nil
}

// sight is the reading of pictures in one upload, files within files included.
type sight struct {
	ctx    context.Context // ends when pictures have taken long enough
	looks  int             // pictures that may still be read
	glance bool            // they are counted only
	unread int             // so many were counted
	done   int             // so many were read, or tried
	told   func(done int)
}

func (g *Gate) inspect(ctx context.Context, name string, r io.ReaderAt, size int64, w way) (rep Report, err error) {
	defer fault.Wrap(&err, "privacy.Inspect")
	if size > MaxSize {
		return rep, fault.Say(fault.TooLarge, "privacy.too_large", MaxSize>>20)
	}
	if size == 0 {
		return rep, fault.Say(fault.Invalid, "privacy.empty")
	}
	budget := int64(MaxUnpacked)
	s := &sight{ctx: ctx, looks: maxRecognised, glance: w.glance, told: w.told}
	in := inspection{gate: g, ctx: ctx, sight: s, rep: &rep, budget: &budget}
	if g.reader != nil && !w.slow {
		var cancel context.CancelFunc
		s.ctx, cancel = context.WithTimeout(ctx, g.reader.time)
		defer cancel()
	}
	end := g.impatient(ctx, &rep, w.slow)
	err = in.file(name, r, size)
	late := end()
	if errors.Is(err, errLate) {
		err = nil
	}
	if ctx.Err() != nil { // nobody waits any more
		return rep, fault.As(fault.Unavailable, ctx.Err())
	}
	if late {
		rep.doubt(UncertainTooMuch)
	}
	if rep.Unread = s.unread; err != nil || late || g.suite == nil || !in.mayConvert(extension(name)) {
		return rep, err
	}
	if w.glance {
		rep.Unread++
		return rep, nil
	}
	b := make([]byte, size)
	if _, err := r.ReadAt(b, 0); err != nil && err != io.EOF {
		return rep, fault.Say(fault.Invalid, "privacy.unreadable")
	}
	return rep, in.converted(extension(name), b)
}

// inspection is one walk through one file; files inside it have their own,
// with the same budget.
type inspection struct {
	gate   *Gate
	ctx    context.Context
	rep    *Report
	budget *int64 // bytes that may still be unpacked
	sight  *sight
	depth  int
	drawn  int // pictures, shapes and objects a document's text names

	shown *passages // gathers what a reader sees; nil when only looked through

	known   map[string]bool // findings told, for readings of the same bytes
	counted int             // findings of rep that known holds
}

var errBomb = fault.Say(fault.Invalid, "privacy.bomb")

func (in *inspection) file(name string, r io.ReaderAt, size int64) error {
	if err := in.goOn(); err != nil {
		return err
	}
	ext := extension(name)
	t, z := sniff(r, size, ext)
	in.rep.Type = t
	if t == Program {
		return fault.Say(fault.Invalid, "privacy.program")
	}
	if in.depth == 0 && !fits(ext, t) {
		return fault.Say(fault.Invalid, "privacy.disguised", strings.TrimPrefix(ext, "."), string(t))
	}
	in.rep.text(strings.TrimSuffix(path.Base(name), ext), Place{Part: Properties})
	switch t {
	case XLSX:
		return in.zipped(z, in.xlsx)
	case DOCX:
		return in.zipped(z, in.docx)
	case OFD:
		return in.zipped(z, in.ofd)
	case ODF:
		return in.zipped(z, in.odf)
	case PPTX:
		return in.zipped(z, in.pptx)
	case Office:
		in.rep.doubt(UncertainFormat)
		return in.zipped(z, in.office)
	case Zip:
		in.rep.doubt(UncertainFormat)
		if z == nil {
			in.rep.doubt(UncertainBroken)
			return nil
		}
		return in.zipped(z, in.archive)
	}
	return in.whole(t, ext, r, size)
}

// whole inspects the formats that are read in one piece.
func (in *inspection) whole(t Type, ext string, r io.ReaderAt, size int64) error {
	b := make([]byte, size)
	if n, err := r.ReadAt(b, 0); err != nil && err != io.EOF || int64(n) != size {
		return fault.Say(fault.Invalid, "privacy.unreadable")
	}
	switch t {
	case PDF:
		return in.pdf(b)
	case JPEG, PNG, WebP:
		in.rep.doubt(UncertainRecognised)
		if !in.picture(t, b) {
			in.rep.doubt(UncertainPicture)
		}
		return in.image(t, b)
	case OLE:
		return in.ole(ext, b)
	case CSV, Text, HTML:
		s, ok := decodeText(b)
		if !ok {
			in.rep.doubt(UncertainUnreadable)
			in.salvage(b)
			return nil
		}
		switch t {
		case CSV:
			in.csv(s)
		case HTML:
			in.html(s)
		default:
			in.rep.text(s, Place{})
		}
		return nil
	}
	in.rep.doubt(UncertainFormat)
	in.salvage(b)
	return nil
}

// zipped guards against archives made to exhaust the reader, then reads on.
func (in *inspection) zipped(z *zip.Reader, read func(*zip.Reader) error) error {
	if len(z.File) > MaxEntries {
		return errBomb
	}
	seen := map[string]bool{}
	var total uint64
	for _, f := range z.File {
		name := partName(f.Name)
		if seen[name] || strings.Contains(f.Name, "..") {
			in.rep.doubt(UncertainBroken) // two parts of one name: readers disagree which counts
		}
		seen[name] = true
		if f.Flags&1 != 0 {
			in.rep.doubt(UncertainEncrypted)
		}
		total += f.UncompressedSize64
		if f.UncompressedSize64 > 4<<20 && f.UncompressedSize64/max(1, f.CompressedSize64) > MaxRatio || total > MaxUnpacked {
			return errBomb
		}
	}
	return read(z)
}

// partName is a part's name as office programs compare it.
func partName(s string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(s, "\\", "/"), "/"))
}

// open gives a part's content, counted against the budget. The size the
// archive claims is not believed.
func (in *inspection) open(f *zip.File) (io.ReadCloser, error) {
	rc, err := f.Open()
	if err != nil {
		return nil, err
	}
	return &counted{ReadCloser: rc, left: in.budget, own: int64(f.CompressedSize64)*MaxRatio + 4<<20}, nil
}

// counted stops reading with errBomb when the budget, or the part's own
// allowance, is used up.
type counted struct {
	io.ReadCloser
	left *int64
	own  int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	*c.left -= int64(n)
	c.own -= int64(n)
	if *c.left < 0 || c.own < 0 {
		return 0, errBomb
	}
	return n, err
}

// bytes reads a whole part, at most MaxSize.
func (in *inspection) bytes(f *zip.File) ([]byte, error) {
	rc, err := in.open(f)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rc.Close() }()
	b, err := io.ReadAll(io.LimitReader(rc, MaxSize+1))
	if err == nil && len(b) > MaxSize {
		return nil, errBomb
	}
	return b, err
}
