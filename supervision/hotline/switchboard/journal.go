package switchboard

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"yangguang/supervision/hotline"
)

// entry is something that happened to a call, as it lies in the journal until the
// store has taken it. It holds no number in the open, no name and no word of a
// caller.
type entry struct {
	Kind   string          `json:"kind"`
	Call   hotline.Ref     `json:"call"`
	At     time.Time       `json:"at"`
	Seat   *hotline.Ref    `json:"seat,omitempty"`
	What   string          `json:"what,omitempty"` // of an event
	Code   string          `json:"code,omitempty"`
	N      int             `json:"n,omitempty"`
	On     bool            `json:"on,omitempty"`
	Ending *hotline.Ending `json:"ending,omitempty"`
	Kept   *hotline.Kept   `json:"kept,omitempty"`
	size   int64
	told   bool // perhaps: the store was asked before
}

// journal is a file of entries, one a line. What is written there survives the
// process at once, and the machine after sync.
type journal struct {
	path  string
	f     *os.File
	size  int64
	taken int64 // bytes at its beginning the store has taken
	dirty bool
}

// Names in the data folder.
const (
	journalName = "phone.journal"
	refusedName = "phone.refused" // what the store would not take, for whoever looks into why
)

// compactFrom is how much that was taken may stay in a journal that is never
// empty.
const compactFrom = 64 << 10

// openJournal opens the journal of a data folder and reads what an earlier
// process left.
func openJournal(dir string) (j *journal, left []entry, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, err
	}
	j = &journal{path: filepath.Join(dir, journalName)}
	b, err := os.ReadFile(j.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	for line := range bytes.Lines(b) {
		var e entry
		if json.Unmarshal(line, &e) == nil && e.Kind != "" { // a line cut short by the machine's end was told to nobody
			e.told = true
			left = append(left, e)
		}
	}
	if err := j.write(left); err != nil {
		return nil, nil, err
	}
	return j, left, nil
}

// write makes the journal anew of what is left, whole or not at all.
func (j *journal) write(left []entry) error {
	f, err := os.OpenFile(j.path+".new", os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	var size int64
	for i := range left {
		b := left[i].line()
		if _, err := f.Write(b); err != nil {
			return errors.Join(err, f.Close())
		}
		left[i].size = int64(len(b))
		size += int64(len(b))
	}
	if err := errors.Join(f.Sync(), os.Rename(j.path+".new", j.path), syncDir(filepath.Dir(j.path))); err != nil {
		return errors.Join(err, f.Close())
	}
	if j.f != nil {
		_ = j.f.Close()
	}
	j.f, j.size, j.taken, j.dirty = f, size, 0, false
	return nil
}

func (e *entry) line() []byte {
	b, _ := json.Marshal(e) //nolint:errchkjson // nothing of it can fail
	return append(b, '\n')
}

// add writes an entry at the end.
func (j *journal) add(e *entry) error {
	b := e.line()
	if _, err := j.f.WriteAt(b, j.size); err != nil {
		return err
	}
	e.size = int64(len(b))
	j.size += e.size
	j.dirty = true
	return nil
}

// took notes that the store has the first entry; left are those after it.
func (j *journal) took(e *entry, left []entry) error {
	if j.taken += e.size; len(left) == 0 {
		j.size, j.taken = 0, 0
		return j.f.Truncate(0)
	}
	if j.taken < compactFrom {
		return nil
	}
	return j.write(left)
}

// refuse keeps an entry the store will not take beside the journal.
func (j *journal) refuse(e *entry) error {
	f, err := os.OpenFile(filepath.Join(filepath.Dir(j.path), refusedName), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(e.line())
	return errors.Join(err, f.Sync(), f.Close())
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
