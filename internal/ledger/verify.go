package ledger

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Fault names what is wrong with a leaf; each has a sentence "ledger.<fault>".
type Fault string

// What can be wrong.
const (
	Changed    Fault = "changed"    // a leaf is not what stands in the tree
	Removed    Fault = "removed"    // a leaf is missing, or the end was cut off
	Reordered  Fault = "reordered"  // a leaf stands at another's place
	BackDated  Fault = "back_dated" // a leaf bears another time than it was written at
	Surplus    Fault = "surplus"    // a leaf stands beyond the recorded end
	BadTree    Fault = "tree"       // the stored tree is not that of its leaves
	BadRecord  Fault = "record"     // what a leaf hides is not what it committed to
	BadSigning Fault = "checkpoint" // a signed head is not signed, or signs another tree
)

// Report is what a check of a log found.
type Report struct {
	Leaves     int64 // that are in order, from the first on
	Destroyed  int64 // of them without salt and record
	Wrong      int64 // the first that is not, counted from 0; -1 for none
	Fault      Fault // what is wrong there; "" = nothing
	Checkpoint Checkpoint
}

func (r *Report) fail(at int64, f Fault) { r.Wrong, r.Fault = at, f }

// verifyBatch is how many leaves are read in one transaction.
const verifyBatch = 4 * tileWidth

// Verify checks the whole stored log of a province: every leaf against the
// tree, against what it hides, against its neighbours; the tree against the
// signed heads, by the log's keys; without any, signatures are not looked at. It
// names the first wrong leaf. seen, where given, is called
// with every leaf that is in order.
func Verify(ctx context.Context, d *db.DB, province int64, logs []note.Verifier, seen func(Leaf) error) (r Report, err error) {
	defer fault.Wrap(&err, "ledger.Verify(%d)", province)
	v := &verifier{Report: Report{Wrong: -1}, province: province, seen: seen}
	if err := d.Read(ctx, func(tx *db.Tx) error { return v.begin(tx) }); err != nil {
		return v.Report, err
	}
	for v.Fault == "" && v.Leaves < v.size {
		if err := d.Read(ctx, func(tx *db.Tx) error { return v.batch(tx) }); err != nil {
			return v.Report, err
		}
	}
	if v.Fault != "" {
		return v.Report, nil
	}
	return v.Report, d.Read(ctx, func(tx *db.Tx) error { return v.end(tx, logs) })
}

type verifier struct {
	Report
	province int64
	size     int64
	seen     func(Leaf) error
	last     time.Time
	hashes   []tlog.Hash // of the leaves so far
}

func (v *verifier) begin(tx *db.Tx) (err error) {
	if v.size, err = Size(tx, v.province); err != nil {
		return err
	}
	last, n, err := extent(tx, v.province)
	if err != nil {
		return err
	}
	switch {
	case last+1 > v.size:
		v.fail(v.size, Surplus)
	case n == 0 && v.size > 0:
		v.fail(0, Removed)
	}
	return nil
}

// batch checks the next leaves with the tiles they stand in.
func (v *verifier) batch(tx *db.Tx) error {
	ls, err := leavesFrom(tx, v.province, v.Leaves, int(min(verifyBatch, v.size-v.Leaves)))
	if err != nil {
		return err
	}
	if len(ls) == 0 {
		v.fail(v.Leaves, Removed)
		return nil
	}
	for len(ls) > 0 && v.Fault == "" {
		first := v.Leaves
		tile, err := tileOf(tx, v.province, 0, first/tileWidth)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		n := 0
		for n < len(ls) && v.Fault == "" && v.Leaves < first+tileWidth {
			if err := v.leaf(ls[n], tile); err != nil {
				return err
			}
			n++
		}
		ls = ls[n:]
	}
	return nil
}

func (v *verifier) leaf(l Leaf, tile []byte) error {
	i := v.Leaves
	at := int(i%tileWidth) * tlog.HashSize
	switch {
	case l.Index != i:
		v.fail(i, Removed)
	case len(tile) < at+tlog.HashSize:
		v.fail(i, BadTree)
	case !bytes.Equal(tile[at:at+tlog.HashSize], l.Hash[:]):
		v.fail(i, whyChanged(l, tile, tile[at:at+tlog.HashSize]))
	case l.At.Before(v.last):
		v.fail(i, BackDated)
	default:
		v.open(l)
	}
	if v.Fault != "" {
		return nil
	}
	v.Leaves, v.last, v.hashes = i+1, l.At, append(v.hashes, l.Hash)
	if !l.Open {
		v.Destroyed++
	}
	if v.seen != nil {
		return v.seen(l)
	}
	return nil
}

// whyChanged tells how a leaf came not to be the one in the tree.
func whyChanged(l Leaf, tile, want []byte) Fault {
	for i := 0; i+tlog.HashSize <= len(tile); i += tlog.HashSize {
		if bytes.Equal(tile[i:i+tlog.HashSize], l.Hash[:]) {
			return Reordered
		}
	}
	rec, err := ParseRecord(l.Record)
	if err != nil {
		return Changed
	}
	if bytes.Equal(commit(l.Salt, l.Record), l.Commitment) && rec.Index != l.Index {
		return Reordered
	}
	as := l
	as.At = rec.At
	if h := tlog.RecordHash(entry(as)); bytes.Equal(h[:], want) {
		return BackDated
	}
	if l.Open && bytes.Equal(commit(l.Salt, l.Record), l.Commitment) && rec.At.Equal(l.At) && rec.Kind == l.Kind {
		return BadTree // the leaf is what it committed to; the tile is not
	}
	return Changed
}

// open checks what a leaf hides against the leaf.
func (v *verifier) open(l Leaf) {
	if !l.Open {
		return
	}
	rec, err := ParseRecord(l.Record)
	switch {
	case !bytes.Equal(commit(l.Salt, l.Record), l.Commitment), err != nil:
		v.fail(l.Index, BadRecord)
	case rec.Index != l.Index:
		v.fail(l.Index, Reordered)
	case !rec.At.Equal(l.At):
		v.fail(l.Index, BackDated)
	case rec.Entry != l.Entry:
		v.fail(l.Index, BadRecord)
	case rec.Previous >= int64(len(v.hashes)) || rec.Previous >= 0 && v.hashes[rec.Previous] != rec.Before:
		v.fail(l.Index, Changed)
	}
}

// end checks the tree above the leaves, and what was signed.
func (v *verifier) end(tx *db.Tx, logs []note.Verifier) error {
	if at, ok, err := treeFits(tx, v.province, v.hashes); err != nil || !ok {
		v.fail(at, BadTree)
		return err
	}
	notes, err := checkpoints(tx, v.province)
	if err != nil {
		return err
	}
	for i, text := range notes { // the newest first
		c, err := parseCheckpoint(text)
		if len(logs) > 0 {
			c, err = OpenCheckpoint([]byte(text), logs, nil)
		}
		if err != nil && i > 0 { // under an earlier key; the newest head covers all it covered
			continue
		}
		if err != nil {
			v.fail(max(0, v.Leaves-1), BadSigning)
			return nil //nolint:nilerr // a bad signature is what is found, no failure to look
		}
		if c.N > v.size {
			now, err := Size(tx, v.province)
			if err != nil {
				return err
			}
			if c.N <= now { // appended and signed since this check began
				continue
			}
			v.fail(v.size, Removed)
			return nil
		}
		root, err := tlog.TreeHash(c.N, tilesIn(tx, v.province))
		if err != nil {
			return err
		}
		if root != c.Hash {
			v.fail(max(0, c.N-1), BadSigning)
			return nil
		}
		if v.Checkpoint.N < c.N {
			v.Checkpoint = c
		}
	}
	return nil
}

// treeFits compares the stored tiles with those that follow from the leaves.
func treeFits(tx *db.Tx, province int64, hashes []tlog.Hash) (first int64, ok bool, err error) {
	span := int64(1)
	for level := 0; len(hashes) > 0; level++ {
		var above []tlog.Hash
		for n := 0; n*tileWidth < len(hashes); n++ {
			want := join(hashes[n*tileWidth : min(len(hashes), (n+1)*tileWidth)])
			got, err := tileOf(tx, province, level, int64(n))
			if err != nil && !fault.Is(err, fault.NotFound) {
				return 0, false, err
			}
			if len(got) < len(want) || !bytes.Equal(got[:len(want)], want) {
				return int64(n) * tileWidth * span, false, nil
			}
			if len(want) == tileWidth*tlog.HashSize {
				above = append(above, tileRoot(want))
			}
		}
		hashes, span = above, span*tileWidth
	}
	return 0, true, nil
}

func join(hs []tlog.Hash) []byte {
	b := make([]byte, 0, len(hs)*tlog.HashSize)
	for i := range hs {
		b = append(b, hs[i][:]...)
	}
	return b
}

func (r Report) String() string {
	if r.Fault != "" {
		return fmt.Sprintf("leaf %d: %s", r.Wrong, r.Fault)
	}
	return fmt.Sprintf("%d leaves in order", r.Leaves)
}
