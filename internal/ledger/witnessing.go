package ledger

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Witnessing cosigns other people's logs (C2SP tlog-witness): a superior those
// below it, an outsider whomever it watches. It never cosigns a log that lost
// or changed what it held when it was cosigned before.
type Witnessing struct {
	key  *Key
	path string // of the state: what was cosigned last, on disk before it is answered
	now  func() time.Time
	logs map[string]note.Verifier // by origin

	mu    sync.Mutex
	state map[string]cosignedHead // by origin; guarded by mu
}

// cosignedHead is the last head of a log that was cosigned.
type cosignedHead struct {
	Size int64     `json:"size"`
	Hash tlog.Hash `json:"hash"`
	At   time.Time `json:"at"`
}

// sizeType is the media type of a refusal that names the size known.
const sizeType = "text/x.tlog.size"

// NewWitnessing opens a witness with its state file, which is made the first
// time. A state that cannot be read is not begun anew: that would let a log
// roll back.
func NewWitnessing(key *Key, path string, now func() time.Time, vkeys ...string) (*Witnessing, error) {
	w := &Witnessing{key: key, path: path, now: now, logs: map[string]note.Verifier{}, state: map[string]cosignedHead{}}
	for _, k := range vkeys {
		v, err := Verifier(k)
		if err != nil {
			return nil, err
		}
		w.logs[v.Name()] = v
	}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return w, os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err != nil {
		return nil, err
	}
	if err := w.recall(b); err != nil {
		return nil, fmt.Errorf("the witness's state %s cannot be read; restore it from a backup: %w", path, err)
	}
	return w, nil
}

// recall reads the state. "null", or a head that is none, would let a log begin
// anew.
func (w *Witnessing) recall(b []byte) error {
	if err := json.Unmarshal(b, &w.state); err != nil {
		return err
	}
	if w.state == nil {
		return errors.New("it holds no heads")
	}
	for origin, h := range w.state {
		if h.Size < 0 || h.At.IsZero() {
			return fmt.Errorf("the head of %s is none", origin)
		}
	}
	return nil
}

// VKey is the witness's public key.
func (w *Witnessing) VKey() string { return w.key.WitnessVKey() }

// refusal is an answer that is not a cosignature.
type refusal struct {
	status int
	text   string
	kind   string
}

func (r refusal) Error() string { return r.text }

func refuse(status int, text string) error { return refusal{status: status, text: text} }

// maxSubmission bounds what is read of a submission: 63 hashes and a note.
const maxSubmission = 64 << 10

// ServeHTTP answers POST …/add-checkpoint.
func (w *Witnessing) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(io.LimitReader(r.Body, maxSubmission+1))
	if err == nil && len(b) > maxSubmission {
		err = refuse(http.StatusBadRequest, "the submission is too long\n")
	}
	var lines string
	if err == nil {
		lines, err = w.Add(b)
	}
	h := rw.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	var no refusal
	switch {
	case errors.As(err, &no):
		if no.kind != "" {
			h.Set("Content-Type", no.kind)
		}
		rw.WriteHeader(no.status)
		_, _ = io.WriteString(rw, no.text)
	case err != nil:
		rw.WriteHeader(http.StatusInternalServerError)
	default:
		_, _ = io.WriteString(rw, lines)
	}
}

// Add checks a submission and gives the cosignature lines. Checking and
// remembering are one step, so that of two submissions at once the smaller
// never replaces the larger.
func (w *Witnessing) Add(b []byte) (lines string, err error) {
	old, proof, text, err := parseSubmission(b)
	if err != nil {
		return "", refuse(http.StatusBadRequest, "the submission does not have the form of tlog-witness\n")
	}
	origin, _, _ := strings.Cut(string(text), "\n")
	v, ok := w.logs[origin]
	if !ok {
		return "", refuse(http.StatusNotFound, "this witness does not know the log\n")
	}
	c, err := OpenCheckpoint(text, []note.Verifier{v}, nil)
	if err != nil {
		return "", refuse(http.StatusForbidden, "the checkpoint is not signed with the log's key\n")
	}
	if old > c.N {
		return "", refuse(http.StatusBadRequest, "the old size is larger than the checkpoint's\n")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	last := w.state[origin] // zero when the log is new
	if err := follows(last, old, c, proof); err != nil {
		return "", err
	}
	now := w.now()
	if err := w.remember(origin, cosignedHead{Size: c.N, Hash: c.Hash, At: now.UTC()}); err != nil {
		return "", err
	}
	signed, err := note.Sign(&note.Note{Text: c.Text}, w.key.Cosigner(func() time.Time { return now }))
	if err != nil {
		return "", err
	}
	_, sig, _ := bytes.Cut(signed, []byte("\n\n"))
	return string(sig), nil
}

// follows answers whether a checkpoint continues the last one cosigned.
func follows(last cosignedHead, old int64, c Checkpoint, proof tlog.TreeProof) error {
	switch {
	case old != last.Size:
		return refusal{status: http.StatusConflict, text: strconv.FormatInt(last.Size, 10) + "\n", kind: sizeType}
	case old == c.N && old > 0:
		if c.Hash != last.Hash {
			return refuse(http.StatusConflict, "the log was forked: another tree of this size was cosigned before\n")
		}
	case old == 0:
		if len(proof) > 0 {
			return refuse(http.StatusUnprocessableEntity, "a proof from size 0 is empty\n")
		}
	default:
		if err := tlog.CheckTree(proof, c.N, c.Hash, old, last.Hash); err != nil {
			return refuse(http.StatusUnprocessableEntity, "the checkpoint does not continue what was cosigned before\n")
		}
	}
	return nil
}

// remember puts the head on disk before it is answered. The caller holds mu.
func (w *Witnessing) remember(origin string, h cosignedHead) error {
	before, had := w.state[origin]
	w.state[origin] = h
	b, err := json.MarshalIndent(w.state, "", " ")
	if err == nil {
		err = durable(w.path, append(b, '\n'))
	}
	if err != nil {
		if w.state[origin] = before; !had {
			delete(w.state, origin)
		}
	}
	return err
}

func parseSubmission(b []byte) (old int64, proof tlog.TreeProof, text []byte, err error) {
	head, text, ok := bytes.Cut(b, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	number, isOld := strings.CutPrefix(lines[0], "old ")
	if !ok || !isOld || len(lines) > 1+63 {
		return 0, nil, nil, errors.New("form")
	}
	if old, err = strconv.ParseInt(number, 10, 64); err != nil || old < 0 || strconv.FormatInt(old, 10) != number {
		return 0, nil, nil, errors.New("old size")
	}
	for _, s := range lines[1:] {
		h, err := base64.StdEncoding.DecodeString(s)
		if err != nil || len(h) != tlog.HashSize {
			return 0, nil, nil, errors.New("hash")
		}
		proof = append(proof, tlog.Hash(h))
	}
	return old, proof, text, nil
}
