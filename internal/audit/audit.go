package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Entry is one act to be written down.
type Entry struct {
	Province int64  // 0 = the nation; also the chain the entry joins
	Person   int64  // who; 0 = the system itself
	Login    int64  // through which account
	Agency   int64  // on behalf of which agency; 0 = none
	Verb     string // "disclosure.publish"
	Object   string // the number of what was acted on, never a name
	Reason   string // why, in the person's words; about the act, not about a citizen
	Detail   string // states and numbers; never personal text
}

// Line is an entry as it stands in the book.
type Line struct {
	Entry
	Seq  int64
	At   time.Time
	Prev []byte // the hash of the line before; 32 zero bytes at the first
	Hash []byte
}

// Head is the end of a chain at some moment. Kept elsewhere, it witnesses that
// everything up to it stays as it was.
type Head struct {
	Seq  int64
	Hash []byte
}

// Append writes the entry at the end of its province's chain. Call it last in
// the use case: it holds the head until the commit, and everybody else who acts
// in the province waits for it.
func Append(tx *db.Tx, e Entry) (err error) {
	defer fault.Wrap(&err, "audit.Append(%s)", e.Verb)
	l := Line{Entry: storable(e), At: clock.FromMillis(clock.Millis(tx.Now))}
	if l.Seq, l.Prev, err = nextSeq(tx, e.Province); err != nil {
		return err
	}
	l.Hash = l.sum()
	if err := insert(tx, l); err != nil {
		return err
	}
	return setHead(tx, e.Province, l.Hash)
}

// storable brings texts into the form both engines give back unchanged, since
// the hash is over what is read: valid UTF-8 without NUL.
func storable(e Entry) Entry {
	for _, s := range []*string{&e.Verb, &e.Object, &e.Reason, &e.Detail} {
		*s = strings.ReplaceAll(strings.ToValidUTF8(*s, "\ufffd"), "\x00", "")
	}
	return e
}

// formatV1 goes first into every hash; another layout gets another number.
const formatV1 = "yangguang audit 1\n"

var genesis = make([]byte, sha256.Size)

// sum is the hash of a line: the one before and every field, each with its
// length, so that no two lines are written alike.
func (l Line) sum() []byte {
	b := append([]byte(formatV1), l.Prev...)
	for _, n := range []int64{l.Province, l.Seq, clock.Millis(l.At), l.Person, l.Login, l.Agency} {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	for _, s := range []string{l.Verb, l.Object, l.Reason, l.Detail} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	h := sha256.Sum256(b)
	return h[:]
}

// Report is what a check of a chain found.
type Report struct {
	Lines int64 // lines that are in order, from the first on
	Wrong int64 // the first sequence number that is not; 0 = none
	Fault Fault // what is wrong there; "" = nothing
	Head  Head  // the end of the chain when it is whole
}

// Fault names what is wrong with a line; each has a sentence "audit.<fault>".
type Fault string

// What can be wrong.
const (
	Missing  Fault = "missing"  // a line was removed, or the end was cut off
	Surplus  Fault = "surplus"  // a line stands beyond the recorded end
	Changed  Fault = "changed"  // a line does not give its own hash
	Unlinked Fault = "unlinked" // a line does not follow from the one before
	BadHead  Fault = "head"     // the recorded end is not the last line
	Witness  Fault = "witness"  // the chain is whole, but not the one witnessed earlier
)

// verifyBatch is how many lines are read in one transaction.
const verifyBatch = 2000

// Verify reads a province's whole chain and names the first wrong line.
// Witnesses are heads noted earlier and kept elsewhere; the chain must still
// pass through each of them.
func Verify(ctx context.Context, d *db.DB, province int64, witnesses ...Head) (r Report, err error) {
	defer fault.Wrap(&err, "audit.Verify(%d)", province)
	v := verifier{prev: genesis, witnesses: witnesses}
	for done := false; !done; {
		err := d.Read(ctx, func(tx *db.Tx) (err error) {
			done, err = v.batch(tx, province)
			return err
		})
		if err != nil {
			return Report{}, err
		}
	}
	return v.Report, nil
}

type verifier struct {
	Report
	prev      []byte
	witnesses []Head
}

// batch checks the next lines; the last batch sees head and lines in one
// transaction, so that what is appended meanwhile does not disturb it.
func (v *verifier) batch(tx *db.Tx, province int64) (done bool, err error) {
	lines, err := linesAfter(tx, province, v.Lines, verifyBatch)
	if err != nil {
		return false, err
	}
	for _, l := range lines {
		if f := v.check(l); f != "" {
			v.Wrong, v.Fault = v.Lines+1, f
			return true, nil
		}
		v.Lines, v.prev = l.Seq, l.Hash
	}
	if len(lines) == verifyBatch {
		return false, nil
	}
	head, err := HeadOf(tx, province)
	if err != nil {
		return false, err
	}
	v.finish(head)
	return true, nil
}

func (v *verifier) check(l Line) Fault {
	switch {
	case l.Seq != v.Lines+1:
		return Missing
	case !bytes.Equal(l.Prev, v.prev):
		return Unlinked
	case !bytes.Equal(l.Hash, l.sum()):
		return Changed
	}
	for _, w := range v.witnesses {
		if w.Seq == l.Seq && !bytes.Equal(w.Hash, l.Hash) {
			return Witness
		}
	}
	return ""
}

func (v *verifier) finish(head Head) {
	v.Head = head
	switch {
	case head.Seq > v.Lines:
		v.Wrong, v.Fault = v.Lines+1, Missing
	case head.Seq < v.Lines:
		v.Wrong, v.Fault = head.Seq+1, Surplus
	case !bytes.Equal(head.Hash, v.prev):
		v.Wrong, v.Fault = max(1, head.Seq), BadHead
	}
	for _, w := range v.witnesses {
		if v.Fault == "" && w.Seq > v.Lines {
			v.Wrong, v.Fault = v.Lines+1, Missing
		}
	}
}

// Filter chooses lines of one province's book; zero fields do not filter.
type Filter struct {
	Province int64
	Person   int64
	Agency   int64
	Verb     string // "disclosure.publish", or "disclosure." for the room's verbs
	Object   string
	From, To time.Time // at or after From, before To
	Before   int64     // lines below this sequence number: the page's key
	Limit    int       // 50 when zero, at most 500
}

// List gives the chosen lines, newest first.
func List(tx *db.Tx, f Filter) (ls []Line, err error) {
	defer fault.Wrap(&err, "audit.List(%d)", f.Province)
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 500)
	return list(tx, f)
}
