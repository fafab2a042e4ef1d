package importer

import (
	"archive/zip"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"yangguang/internal/fault"
)

// Limits of one upload.
const (
	MaxUpload   = 200 << 20 // bytes as handed in
	MaxUnpacked = 1 << 30   // bytes of all files unpacked
	MaxParts    = 20_000    // files of an archive
	MaxEntries  = 5_000     // entries of a batch
	maxPage     = 4 << 20   // bytes of one page or feed
	maxSheet    = 20 << 20
)

// archive is a folder of files by path; a single file is a folder of one.
type archive struct {
	files map[string]func() (io.ReadCloser, error)
	size  map[string]int64
	names []string // sorted
	left  int64    // bytes that may still be unpacked
}

// openArchive reads an upload: a ZIP file, or one file by its name.
func openArchive(name string, r io.ReaderAt, size int64) (*archive, error) {
	a := &archive{files: map[string]func() (io.ReadCloser, error){}, size: map[string]int64{}, left: MaxUnpacked}
	if !strings.EqualFold(path.Ext(name), ".zip") {
		name = path.Base(strings.ReplaceAll(name, "\\", "/"))
		a.add(name, size, func() (io.ReadCloser, error) { return io.NopCloser(io.NewSectionReader(r, 0, size)), nil })
		return a, nil
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fault.Fields(fault.Field{Name: "file", Key: "importer.bad_zip"})
	}
	if len(z.File) > MaxParts {
		return nil, fault.Fields(fault.Field{Name: "file", Key: "importer.too_many_parts", Args: []any{MaxParts}})
	}
	for _, f := range z.File {
		p, ok := partPath(f)
		if !ok || f.FileInfo().IsDir() || f.Flags&1 != 0 {
			continue
		}
		if _, twice := a.files[p]; twice {
			continue // readers disagree which of two counts: the first
		}
		a.add(p, int64(min(f.UncompressedSize64, 1<<62)), f.Open)
	}
	slices.Sort(a.names)
	return a, nil
}

func (a *archive) add(name string, size int64, open func() (io.ReadCloser, error)) {
	a.files[name], a.size[name] = open, size
	a.names = append(a.names, name)
}

// partPath is a file's path inside its archive, its name read as GBK where it
// does not say UTF-8; false for what leads outside or is a system's leavings.
func partPath(f *zip.File) (string, bool) {
	name := f.Name
	if f.NonUTF8 && !ascii([]byte(name)) || !utf8.ValidString(name) {
		if s, err := simplifiedchinese.GB18030.NewDecoder().String(name); err == nil {
			name = s
		}
	}
	name = strings.ReplaceAll(name, "\\", "/")
	clean := path.Clean("/" + name)[1:]
	if clean == "" || strings.ContainsRune(clean, 0) || strings.Contains("/"+name+"/", "/../") || strings.HasPrefix(clean, "__MACOSX/") || strings.HasPrefix(path.Base(clean), ".") {
		return "", false
	}
	return clean, true
}

var errTooLarge = fault.Fields(fault.Field{Name: "file", Key: "importer.unpacks_too_large"})

// read gives one file, at most limit bytes; what the archive claims of its
// size is not believed.
func (a *archive) read(name string, limit int64) ([]byte, error) {
	open, ok := a.files[name]
	if !ok {
		return nil, fault.Say(fault.NotFound, "fault.not_found")
	}
	rc, err := open()
	if err != nil {
		return nil, fault.As(fault.Invalid, err)
	}
	b, err := io.ReadAll(io.LimitReader(rc, min(limit, a.left)+1))
	err = errors.Join(err, rc.Close())
	if a.left -= int64(len(b)); a.left < 0 || int64(len(b)) > limit {
		return nil, errTooLarge
	}
	if err != nil {
		return nil, fault.As(fault.Invalid, err)
	}
	return b, nil
}

// has answers whether the archive holds a file, and its name as it is written.
func (a *archive) has(name string) bool {
	_, ok := a.files[name]
	return ok
}

// named finds a file by what a sheet calls it: its path, or its bare name when
// only one file has it.
func (a *archive) named(name string) (string, bool) {
	name = strings.TrimPrefix(strings.ReplaceAll(strings.TrimSpace(name), "\\", "/"), "./")
	if a.has(name) {
		return name, true
	}
	found := ""
	for _, n := range a.names {
		if path.Base(n) == path.Base(name) && (found == "" || strings.HasSuffix(n, name)) {
			if found != "" && !strings.HasSuffix(n, name) {
				return "", false
			}
			found = n
		}
	}
	return found, found != ""
}

// kindOf tells what a batch is by its files: a sheet with its attachments, a
// feed, or the pages of a site.
func (a *archive) kindOf() (kind, main string) {
	top := func(exts ...string) string {
		best := ""
		for _, n := range a.names {
			if slices.Contains(exts, strings.ToLower(path.Ext(n))) && (best == "" || strings.Count(n, "/") < strings.Count(best, "/")) {
				best = n
			}
		}
		return best
	}
	page := top(".html", ".htm", ".shtml")
	if feed := top(".xml", ".rss", ".atom"); feed != "" && page == "" {
		return "feed", feed
	}
	if page != "" {
		return "site", ""
	}
	if sheet := top(".xlsx", ".csv"); sheet != "" {
		return "sheet", sheet
	}
	return "", ""
}

// Pack writes a folder as one archive, for the command line.
func Pack(w io.Writer, folder fs.FS) error {
	z := zip.NewWriter(w)
	err := fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err // links are not followed
		}
		in, err := folder.Open(name)
		if err != nil {
			return err
		}
		to, err := z.Create(name)
		if err == nil {
			_, err = io.Copy(to, in)
		}
		return errors.Join(err, in.Close())
	})
	return errors.Join(err, z.Close())
}
