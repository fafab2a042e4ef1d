package recording

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"yangguang/agency"
	"yangguang/internal/secret"
	"yangguang/supervision/hotline"
)

// Meta says what a recording is of. One recording has one agent: when a call
// goes on at another seat, another recording begins.
type Meta struct {
	Line   int64
	Agency int64 // the line's
	Region agency.Code
	Seat   int64
	Person int64 // the agent
	At     time.Time
}

// note is what Adopt needs to make a row without the process that wrote.
type note struct {
	Province int         `json:"province"`
	Call     int64       `json:"call"`
	Line     int64       `json:"line"`
	Agency   int64       `json:"agency"`
	Region   agency.Code `json:"region"`
	Seat     int64       `json:"seat"`
	Person   int64       `json:"person"`
	At       int64       `json:"at"` // milliseconds
	Absent   string      `json:"absent,omitempty"`
}

func noteOf(call hotline.Ref, m Meta, absent string) note {
	return note{call.Province, call.ID, m.Line, m.Agency, m.Region, m.Seat, m.Person, m.At.UnixMilli(), absent}
}

// closing is what Close leaves beside the file; it names nobody.
type closing struct {
	Hash string `json:"hash"`
	Gaps int    `json:"gaps"` // seconds
}

// The endings of the names in the spool.
const (
	soundEnd  = ".ygr"
	closedEnd = ".closed"
	absentEnd = ".absent"
)

const (
	syncEach = 3  // seconds of sound between two fsyncs
	waiting  = 30 // seconds of sound a slow disk may be behind
	silence  = 0xd5
)

// Writer takes the interleaved A-law samples of both parties, 16,000 bytes a
// second; the head of a WAV before them is left out. Writing never waits for the
// disk: a goroutine seals and writes. A disk that cannot follow leaves gaps,
// which are counted. Write and Close are called by one goroutine.
type Writer struct {
	f    *os.File
	path string
	box  box
	hash hash.Hash

	buf     []byte // of the writing goroutine: less than a second
	begun   bool
	dropped bool // set before close
	seconds chan []byte
	done    chan error
	once    sync.Once

	paused atomic.Bool
	gaps   atomic.Int64 // bytes that are silence or missing
	failed atomic.Pointer[error]
}

// begin makes the file; its name, head and note are on disk when it returns.
func begin(dir string, k *secret.Keys, n note) (*Writer, error) {
	id, key := newFileID(), make([]byte, keyLen)
	_, _ = rand.Read(key) // never fails (crypto/rand)
	b, err := newBox(key, id)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(n)
	if err != nil {
		return nil, err
	}
	h := head{id: id, key: k.Seal(keyPurpose, id[:], key), note: k.Seal(notePurpose, id[:], text)}
	path := filepath.Join(dir, id.String()+soundEnd)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	w := &Writer{f: f, path: path, box: b, hash: sha256.New(), seconds: make(chan []byte, waiting), done: make(chan error, 1)}
	if err := w.open(dir, h); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(path))
	}
	go w.run()
	return w, nil
}

// open takes the lock that tells Adopt that the file is being written.
func (w *Writer) open(dir string, h head) error {
	if err := lock(w.f); err != nil {
		return err
	}
	if err := w.put(h.bytes()); err != nil {
		return err
	}
	return errors.Join(w.f.Sync(), syncDir(dir))
}

func lock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (w *Writer) put(b []byte) error {
	w.hash.Write(b)
	_, err := w.f.Write(b)
	return err
}

// Pause keeps what is said out of the recording: silence stands in its place,
// and is counted. It may be called by any goroutine.
func (w *Writer) Pause(on bool) { w.paused.Store(on) }

// Write implements io.Writer. It fails once the disk has failed, so that whoever
// told the caller that he is recorded can tell him that he is not.
func (w *Writer) Write(p []byte) (int, error) {
	if err := w.failed.Load(); err != nil {
		return 0, *err
	}
	n := len(p)
	if !w.begun && n > 0 {
		w.begun = true
		p = withoutHead(p)
	}
	if w.paused.Load() {
		p = bytes.Repeat([]byte{silence}, len(p))
		w.gaps.Add(int64(len(p)))
	}
	for len(p) > 0 {
		take := min(second-len(w.buf), len(p))
		w.buf = append(w.buf, p[:take]...)
		p = p[take:]
		if len(w.buf) == second {
			w.hand()
		}
	}
	return n, nil
}

// withoutHead leaves out the head of a WAV that came in one piece.
func withoutHead(p []byte) []byte {
	if !bytes.HasPrefix(p, []byte("RIFF")) {
		return p
	}
	if i := bytes.Index(p, []byte("data")); i >= 0 && i+8 <= len(p) {
		return p[i+8:]
	}
	return p
}

// hand gives a full second to the disk's goroutine, or counts it as missing.
func (w *Writer) hand() {
	select {
	case w.seconds <- w.buf:
	default:
		w.gaps.Add(second)
	}
	w.buf = make([]byte, 0, second)
}

// run seals and writes; it alone touches file, hash and counter after begin.
func (w *Writer) run() {
	var n uint64
	var err error
	for b := range w.seconds {
		if err != nil {
			w.gaps.Add(int64(len(b)))
			continue
		}
		last := len(b) < second
		err = w.put(w.box.seal(nil, n, last, b))
		n++
		if err == nil && n%syncEach == 0 {
			err = w.f.Sync()
		}
		if err != nil {
			w.failed.Store(&err)
		}
	}
	w.done <- err
}

// Close writes the end, waits until all is on disk, and notes hash and gaps
// beside the file. It may be called twice.
func (w *Writer) Close() (err error) {
	w.once.Do(func() { err = w.close() })
	return err
}

func (w *Writer) close() error {
	w.seconds <- w.buf // less than a second, perhaps nothing: the end
	close(w.seconds)
	err := <-w.done
	if err == nil {
		err = w.f.Sync()
	}
	if err == nil && w.dropped {
		err = os.Remove(w.path) // while the lock is held
	} else if err == nil {
		c := closing{hex.EncodeToString(w.hash.Sum(nil)), int((w.gaps.Load() + second - 1) / second)}
		err = leave(w.path[:len(w.path)-len(soundEnd)]+closedEnd, c)
	}
	return errors.Join(err, w.f.Close()) // lets the lock go
}

// Discard ends a recording and leaves nothing of it: the call became a sealed
// one while it was recorded.
func (w *Writer) Discard() (err error) {
	w.dropped = true
	return w.Close()
}

// leave puts a small file on disk, whole or not at all.
func leave(path string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return leaveBytes(path, b)
}

func leaveBytes(path string, b []byte) error {
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return errors.Join(os.Rename(path+".new", path), syncDir(filepath.Dir(path)))
}

// gone answers whether a file is not there.
func gone(err error) bool { return errors.Is(err, fs.ErrNotExist) }
