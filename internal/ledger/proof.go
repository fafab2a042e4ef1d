package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// HashOf is the hash of canonical content.
func HashOf(b []byte) [32]byte { return sha256.Sum256(b) }

// Proof is that a leaf stands in a signed log: what the leaf hides, its place,
// the way to the root, and the signed root (C2SP tlog-proof).
type Proof struct {
	Salt, Record []byte // nil when they were destroyed
	Entry        []byte // as it stands in the log
	Index        int64
	Path         tlog.RecordProof
	Checkpoint   []byte
}

// ErrUnsigned says that the leaf was appended a moment ago and its head is not
// signed yet.
var ErrUnsigned = fault.Say(fault.Unavailable, "ledger.unsigned")

// Prove makes the proof of a leaf. A page made with it is forgotten with every
// new head of the log, since the proof is then another one.
func Prove(tx *db.Tx, l Leaf) (p Proof, err error) {
	defer fault.Wrap(&err, "ledger.Prove(%d, %d)", l.Province, l.Index)
	tx = tx.Of(tagOpen(l.Province))
	p = Proof{Salt: l.Salt, Record: l.Record, Entry: entry(l), Index: l.Index}
	if p.Checkpoint, err = covering(tx, l.Province, l.Index); err != nil {
		if fault.Is(err, fault.NotFound) {
			err = ErrUnsigned
		}
		return p, err
	}
	c, err := parseCheckpoint(string(p.Checkpoint))
	if err != nil {
		return p, err
	}
	p.Path, err = tlog.ProveRecord(c.N, l.Index, tilesIn(tx, l.Province))
	return p, err
}

const proofV1 = "c2sp.org/tlog-proof@v1"

// Format writes the proof as its file. The extra data is the length of the
// salt, salt, length of the record, record, entry.
func (p Proof) Format() []byte {
	extra := []byte{byte(len(p.Salt))}
	extra = append(extra, p.Salt...)
	extra = append(extra, byte(len(p.Record)>>8), byte(len(p.Record))) //nolint:gosec // some hundred bytes
	extra = append(append(extra, p.Record...), p.Entry...)
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\nextra %s\nindex %d\n", proofV1, base64.StdEncoding.EncodeToString(extra), p.Index)
	for _, h := range p.Path {
		b.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
	}
	b.WriteByte('\n')
	b.Write(p.Checkpoint)
	return b.Bytes()
}

var errProof = errors.New("not a proof of this kind of log (.tlog-proof)")

// maxProof bounds what is read as a proof.
const maxProof = 64 << 10

// ParseProof reads a proof's file.
func ParseProof(b []byte) (p Proof, err error) {
	head, checkpoint, ok := bytes.Cut(b, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !ok || len(b) > maxProof || len(lines) < 3 || len(lines) > 3+64 || lines[0] != proofV1 {
		return p, errProof
	}
	extra64, isExtra := strings.CutPrefix(lines[1], "extra ")
	index, isIndex := strings.CutPrefix(lines[2], "index ")
	extra, err := base64.StdEncoding.DecodeString(extra64)
	if err != nil || !isExtra || !isIndex || len(extra) < 3 {
		return p, errProof
	}
	if p.Index, err = strconv.ParseInt(index, 10, 64); err != nil || p.Index < 0 || strconv.FormatInt(p.Index, 10) != index {
		return p, errProof
	}
	for _, s := range lines[3:] {
		h, err := base64.StdEncoding.DecodeString(s)
		if err != nil || len(h) != tlog.HashSize {
			return p, errProof
		}
		p.Path = append(p.Path, tlog.Hash(h))
	}
	n := int(extra[0])
	if len(extra) < 1+n+2 {
		return p, errProof
	}
	p.Salt, extra = extra[1:1+n], extra[1+n:]
	n = int(extra[0])<<8 | int(extra[1])
	if len(extra) < 2+n {
		return p, errProof
	}
	p.Record, p.Entry, p.Checkpoint = extra[2:2+n], extra[2+n:], checkpoint
	return p, nil
}

// Proven is what a proof shows once it is checked.
type Proven struct {
	Record
	Public
	Checkpoint Checkpoint
	Opened     bool // the proof holds salt and record
}

// Check verifies a proof offline, with the log's keys and those of witnesses.
func (p Proof) Check(logs, witnesses []note.Verifier) (out Proven, err error) {
	if out.Checkpoint, err = OpenCheckpoint(p.Checkpoint, logs, witnesses); err != nil {
		return out, err
	}
	if err := tlog.CheckRecord(p.Path, out.Checkpoint.N, out.Checkpoint.Hash, p.Index, tlog.RecordHash(p.Entry)); err != nil {
		return out, fmt.Errorf("leaf %d does not stand in the signed log: it was changed", p.Index)
	}
	if out.Public, err = ParseEntry(p.Entry); err != nil {
		return out, err
	}
	if len(p.Record) == 0 {
		return out, nil
	}
	out.Opened = true
	if !bytes.Equal(commit(p.Salt, p.Record), out.Commitment) {
		return out, fmt.Errorf("the record does not belong to leaf %d: it was changed", p.Index)
	}
	if out.Record, err = ParseRecord(p.Record); err != nil {
		return out, err
	}
	if out.Index != p.Index || out.Record.Kind != out.Kind || !out.Record.At.Equal(out.Public.At) {
		return out, fmt.Errorf("the record and leaf %d say different things", p.Index)
	}
	return out, nil
}
