package recording

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"yangguang/agency/front"
	"yangguang/internal/blob"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/jobs"
	"yangguang/internal/secret"
	"yangguang/supervision/hotline"
)

// Recordings is the room, in serve and in each phone process.
type Recordings struct {
	DB     *db.DB
	Keys   *secret.Keys
	Blobs  blob.Store
	Dir    string                                                            // DATA/recordings: what is being written, and what waits for the store
	Node   string                                                            // this phone process; "" in serve
	Line   func(ctx context.Context, line hotline.Ref) (hotline.Line, error) // of serve; names the lines
	Front  *front.Front                                                      // of serve
	Remote func(*http.Request) string                                        // of serve: where a reader sits

	adopting sync.Mutex // one Adopt at a time; Close of a recording tries it alone
}

// Listening is the room's grant verb.
const Listening = "recording.listen"

// Verbs lists it, for the register of accounts.
func Verbs() []string { return []string{Listening} }

// ErrSealedLine says that a sealed line is never recorded.
var ErrSealedLine = errors.New("a sealed line is not recorded")

// Begin starts a recording. Nothing of it needs the store of rows: when Begin
// has returned, what is written will be found by Adopt whatever stops.
func (s *Recordings) Begin(_ context.Context, call hotline.Ref, m Meta, sealed bool) (w *Writer, err error) {
	defer fault.Wrap(&err, "recording.Begin")
	if sealed {
		return nil, ErrSealedLine
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return nil, err
	}
	return begin(s.Dir, s.Keys, noteOf(call, s.at(m), ""))
}

// The reasons why there is no sound.
const (
	ByCaller = "caller" // 来电人不同意录音
	ByFault  = "fault"  // the disk
)

// Absent notes that a call of a line that records was not, and why.
func (s *Recordings) Absent(_ context.Context, call hotline.Ref, m Meta, why string) (err error) {
	defer fault.Wrap(&err, "recording.Absent")
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	id := newFileID()
	text, err := json.Marshal(noteOf(call, s.at(m), why))
	if err != nil {
		return err
	}
	return leaveBytes(filepath.Join(s.Dir, id.String()+absentEnd), s.Keys.Seal(notePurpose, id[:], text))
}

func (s *Recordings) at(m Meta) Meta {
	if m.At.IsZero() {
		m.At = s.DB.Clock().Now()
	}
	return m
}

// Register names the job that takes in what phone processes left in the spool.
func (s *Recordings) Register(r *jobs.Runner) {
	r.Every("recording.adopt", jobs.Each(time.Minute), func(ctx context.Context, _ jobs.Job) error {
		_, err := s.Adopt(ctx)
		return err
	})
}

// Adopt takes in every file of the spool that nobody is writing: it makes its
// row, keeps the sound in the store of files and removes it from the spool. What
// a killed process left has no end, and its row says so. It may run twice, and
// does again what was interrupted. n counts the recordings taken in.
func (s *Recordings) Adopt(ctx context.Context) (n int, err error) {
	defer fault.Wrap(&err, "recording.Adopt")
	s.adopting.Lock()
	defer s.adopting.Unlock()
	entries, err := os.ReadDir(s.Dir)
	if gone(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	var failed error
	for _, e := range entries {
		took, err := s.take(ctx, e.Name())
		if err != nil {
			failed = errors.Join(failed, err) // the others go on: one bad file keeps nobody waiting
		}
		if took {
			n++
		}
	}
	return n, failed
}

func (s *Recordings) take(ctx context.Context, name string) (bool, error) {
	switch {
	case strings.HasSuffix(name, absentEnd):
		return true, s.takeAbsent(ctx, name)
	case strings.HasSuffix(name, soundEnd):
		return s.takeSound(ctx, name)
	}
	return false, nil
}

func (s *Recordings) takeAbsent(ctx context.Context, name string) error {
	path := filepath.Join(s.Dir, name)
	sealed, err := os.ReadFile(path)
	if gone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	raw, err := hex.DecodeString(strings.TrimSuffix(name, absentEnd))
	if err != nil {
		return errNotOurs
	}
	text, err := s.Keys.Open(notePurpose, raw, sealed)
	if err != nil {
		return errNotOurs
	}
	var n note
	if err := json.Unmarshal(text, &n); err != nil {
		return errNotOurs
	}
	x := n.recording(hex.EncodeToString(raw))
	x.Place = None
	if err := s.DB.Write(ctx, func(tx *db.Tx) error { return insertRecording(tx, x) }); err != nil {
		return err
	}
	return os.Remove(path)
}

// takeSound holds the file's lock while it works, so that two processes do not
// take in the same file, nor one that is being written.
func (s *Recordings) takeSound(ctx context.Context, name string) (took bool, err error) {
	path := filepath.Join(s.Dir, name)
	f, err := os.Open(path)
	if gone(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if lock(f) != nil {
		return false, nil // being written, or taken in by another process
	}
	x, err := s.describe(f, path)
	if err != nil {
		return false, err
	}
	if err := s.DB.Write(ctx, func(tx *db.Tx) error { return insertRecording(tx, x) }); err != nil {
		return false, err
	}
	if err := s.keep(ctx, f, x); err != nil {
		return false, err
	}
	// The note goes last: without it a whole file would seem to have gaps unknown.
	if err := os.Remove(path); err != nil && !gone(err) {
		return false, err
	}
	if err := os.Remove(strings.TrimSuffix(path, soundEnd) + closedEnd); err != nil && !gone(err) {
		return false, err
	}
	return true, nil
}

// describe makes the row of a file from the file.
func (s *Recordings) describe(f *os.File, path string) (*Recording, error) {
	h, start, err := readHead(f)
	if err != nil {
		return nil, err
	}
	b, err := openBox(s.Keys, h.key, h.id)
	if err != nil {
		return nil, err
	}
	text, err := s.Keys.Open(notePurpose, h.id[:], h.note)
	if err != nil {
		return nil, errNotOurs
	}
	var n note
	if err := json.Unmarshal(text, &n); err != nil {
		return nil, errNotOurs
	}
	sound, err := openSound(f, start, b)
	if err != nil {
		return nil, err
	}
	x := n.recording(h.id.String())
	x.key, x.Place, x.Node, x.Seconds, x.Complete = h.key, Spool, s.Node, sound.Seconds(), !sound.Incomplete()
	if x.Hash, err = hashOf(f); err != nil {
		return nil, err
	}
	var c closing
	if note, err := os.ReadFile(strings.TrimSuffix(path, soundEnd) + closedEnd); err == nil && json.Unmarshal(note, &c) == nil {
		x.Gaps = c.Gaps
		x.Complete = x.Complete && c.Hash == x.Hash
	}
	return x, nil
}

func hashOf(f io.ReadSeeker) (string, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// maxFile is more than a day of sound.
const maxFile = 2 << 30

func (s *Recordings) keep(ctx context.Context, f *os.File, x *Recording) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	hash, _, err := s.Blobs.Put(ctx, f, maxFile)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error { return kept(tx, x.Province, x.File, hash) })
}

func (n note) recording(file string) *Recording {
	at := time.UnixMilli(n.At)
	return &Recording{Province: n.Province, Call: n.Call, Line: n.Line, Agency: n.Agency, Region: n.Region, Seat: n.Seat, Person: n.Person, At: at, Day: clock.DateOf(at).String(), File: file, Absent: n.Absent, Complete: true}
}

// open gives the sound of a kept recording.
func (s *Recordings) open(ctx context.Context, x *Recording) (*Sound, io.Closer, error) {
	if x.Place != Kept {
		return nil, nil, fault.Say(fault.Unavailable, "recording.not_yet")
	}
	f, err := s.Blobs.Open(ctx, x.Hash)
	if err != nil {
		return nil, nil, err
	}
	sound, err := s.read(f, x)
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return sound, f, nil
}

func (s *Recordings) read(f io.ReadSeeker, x *Recording) (*Sound, error) {
	h, start, err := readHead(f)
	if err != nil {
		return nil, err
	}
	if h.id.String() != x.File {
		return nil, errNotOurs
	}
	b, err := openBox(s.Keys, x.key, h.id) // the row's: the file's lies under the master key of its day
	if err != nil {
		return nil, err
	}
	return openSound(f, start, b)
}

// Forget destroys what was kept of a call that became a sealed one: nothing says
// any more that it was recorded.
func (s *Recordings) Forget(ctx context.Context, call hotline.Ref) (err error) {
	defer fault.Wrap(&err, "recording.Forget")
	var all []Recording
	if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		all, err = ofCall(tx, call)
		return err
	}); err != nil {
		return err
	}
	for _, x := range all {
		if x.Hash != "" {
			if err := s.Blobs.Delete(ctx, x.Hash); err != nil {
				return err
			}
		}
		if err := s.DB.Write(ctx, func(tx *db.Tx) error { return forgotten(tx, &x) }); err != nil {
			return err
		}
	}
	return nil
}

// Destroy removes the sound of recordings begun before a time; the row stays.
func (s *Recordings) Destroy(ctx context.Context, before time.Time) (n int64, err error) {
	defer fault.Wrap(&err, "recording.Destroy")
	for {
		var old []Recording
		if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			old, err = olderThan(tx, before, 200)
			return err
		}); err != nil || len(old) == 0 {
			return n, err
		}
		for i := range old {
			if err := s.Blobs.Delete(ctx, old[i].Hash); err != nil {
				return n, err
			}
			if err := s.DB.Write(ctx, func(tx *db.Tx) error { return destroyed(tx, &old[i]) }); err != nil {
				return n, err
			}
			n++
		}
	}
}
