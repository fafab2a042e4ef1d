package export

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/andybalholm/brotli"
)

// manifestName lists a copy's files; a folder that has none is not ours.
const manifestName = "manifest.json"

// Manifest says what a copy holds.
type Manifest struct {
	Software  string          `json:"software"`
	MadeAt    string          `json:"made_at"` // when a file last changed
	Division  string          `json:"division"`
	Unit      string          `json:"unit,omitempty"`
	Languages []string        `json:"languages"`
	Modes     []string        `json:"modes"`
	Files     map[string]File `json:"files"`
}

// File is one file of a copy.
type File struct {
	SHA256 string `json:"sha256"`
	Size   int    `json:"size"`
}

// folder is a copy being made: a part folder beside the old copy takes its
// place once whole. A file that did not change is the old file itself, so its
// bytes and its time stay, and whatever carries the folder on sees what changed.
type folder struct {
	dir, part string
	compress  bool
	lock      *os.File
	old       Manifest

	mu      sync.Mutex
	files   map[string]File // guarded by mu
	changed int             // guarded by mu
}

// openFolder begins a copy into dir.
func openFolder(dir string, compress bool) (f *folder, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	f = &folder{dir: dir, compress: compress, files: map[string]File{}}
	if f.old, err = readManifest(dir); err != nil {
		return nil, err
	}
	parent, name := filepath.Split(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil { //nolint:gosec // a web server of another user reads the copy
		return nil, err
	}
	if f.lock, err = os.OpenFile(filepath.Join(parent, "."+name+".lock"), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another export into %s is under way", dir), f.lock.Close())
	}
	left, err := filepath.Glob(filepath.Join(parent, "."+name+".part-*"))
	if err != nil {
		return nil, err
	}
	for _, p := range left { // of an export that was killed
		if err := os.RemoveAll(p); err != nil {
			return nil, err
		}
	}
	if f.part, err = os.MkdirTemp(parent, "."+name+".part-"); err != nil {
		return nil, err
	}
	return f, os.Chmod(f.part, 0o755) //nolint:gosec // as above
}

// readManifest refuses a folder that holds something that is not a copy.
func readManifest(dir string) (m Manifest, err error) {
	b, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err == nil {
		if err = json.Unmarshal(b, &m); err != nil || m.Software != "yangguang" {
			return m, fmt.Errorf("%s holds a %s that is not of an export; choose another folder", dir, manifestName)
		}
		return m, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return m, err
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err == nil && len(entries) > 0 {
		return m, fmt.Errorf("%s holds files and is no export; choose an empty folder, so that nothing of yours is removed", dir)
	}
	return m, err
}

// put adds a file, with its compressed siblings where they are wanted.
func (f *folder) put(name string, body []byte) error {
	same, err := f.write(name, body)
	if err != nil || !f.compress || len(body) < 256 || !packable(name) {
		return err
	}
	for ext, pack := range map[string]func([]byte) ([]byte, error){".gz": gzipped, ".br": brotlied} {
		if same {
			if kept, err := f.keepOld(name + ext); err != nil || kept {
				if err != nil {
					return err
				}
				continue
			}
		}
		b, err := pack(body)
		if err != nil {
			return err
		}
		if _, err := f.write(name+ext, b); err != nil {
			return err
		}
	}
	return nil
}

func (f *folder) write(name string, body []byte) (same bool, err error) {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return false, fmt.Errorf("%q is no name for a file of a copy", name)
	}
	sum := sha256.Sum256(body)
	x := File{hex.EncodeToString(sum[:]), len(body)}
	f.mu.Lock()
	f.files[name] = x
	f.mu.Unlock()
	to := filepath.Join(f.part, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil { //nolint:gosec // read by a web server
		return false, err
	}
	if f.old.Files[name] == x {
		from := filepath.Join(f.dir, filepath.FromSlash(name))
		if b, err := os.ReadFile(from); err == nil && bytes.Equal(b, body) && os.Link(from, to) == nil {
			return true, nil
		}
	}
	f.mu.Lock()
	f.changed++
	f.mu.Unlock()
	return false, os.WriteFile(to, body, 0o644) //nolint:gosec // read by a web server
}

// keepOld takes a sibling of an unchanged file over.
func (f *folder) keepOld(name string) (bool, error) {
	x, ok := f.old.Files[name]
	if !ok {
		return false, nil
	}
	from := filepath.Join(f.dir, filepath.FromSlash(name))
	if got, err := hashOf(from); err != nil || got != x {
		return false, nil //nolint:nilerr // it is made anew
	}
	if os.Link(from, filepath.Join(f.part, filepath.FromSlash(name))) != nil {
		return false, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.files[name] = x
	return true, nil
}

func hashOf(path string) (File, error) {
	b, err := os.ReadFile(path)
	sum := sha256.Sum256(b)
	return File{hex.EncodeToString(sum[:]), len(b)}, err
}

// finish puts the copy in the old one's place; when nothing changed, the old
// one stays untouched.
func (f *folder) finish(m Manifest, now time.Time) (rep Report, err error) {
	for name := range f.old.Files {
		if _, ok := f.files[name]; !ok {
			rep.Removed++
		}
	}
	rep.Files, rep.Changed = len(f.files), f.changed
	if rep.Changed == 0 && rep.Removed == 0 && len(f.old.Files) > 0 {
		return rep, nil
	}
	m.Software, m.MadeAt, m.Files = "yangguang", now.UTC().Format(time.RFC3339), f.files
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return rep, err
	}
	if err := os.WriteFile(filepath.Join(f.part, manifestName), append(b, '\n'), 0o644); err != nil { //nolint:gosec // read by a web server
		return rep, err
	}
	return rep, swap(f.part, f.dir)
}

// close forgets what was not finished.
func (f *folder) close() error {
	return errors.Join(os.RemoveAll(f.part), f.lock.Close())
}

func packable(name string) bool {
	switch filepath.Ext(name) {
	case ".html", ".css", ".js", ".svg", ".xml", ".atom", ".json", ".csv", ".txt", ".yaml":
		return true
	}
	return false
}

func gzipped(b []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(b)
	err = errors.Join(err, w.Close())
	return out.Bytes(), err
}

func brotlied(b []byte) ([]byte, error) {
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, brotli.BestCompression-2)
	_, err := w.Write(b)
	err = errors.Join(err, w.Close())
	return out.Bytes(), err
}
