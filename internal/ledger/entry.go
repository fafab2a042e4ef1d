package ledger

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"yangguang/internal/clock"
)

// Entry is one public act to be written into a log.
type Entry struct {
	Province int64    // 0 = the nation; also the log the entry joins
	Kind     string   // "published", "taken_down"
	Subject  string   // what it is about, by kind and number: "item/4722366482869645"
	Part     int64    // which version of it; 0 for the whole
	Content  [32]byte // hash of the canonical public content
}

// Leaf is an entry as it stands in its log.
type Leaf struct {
	Entry
	Index      int64
	At         time.Time // never before the leaf ahead of it
	Commitment []byte
	Hash       tlog.Hash // of the leaf in the tree
	Open       bool      // salt and record are here; false once destroyed
	Salt       []byte
	Record     []byte
}

var (
	kindShape    = regexp.MustCompile(`^[a-z_]{1,40}$`)
	subjectShape = regexp.MustCompile(`^[a-z]{1,20}/[0-9]{1,20}$`)
)

func (e Entry) check() error {
	if !kindShape.MatchString(e.Kind) || !subjectShape.MatchString(e.Subject) || e.Part < 0 {
		return fmt.Errorf("an entry of kind %q about %q does not fit a log", e.Kind, e.Subject)
	}
	return nil
}

// The first lines of what is hashed; another layout gets another number.
const (
	recordV1 = "yangguang record 1"
	leafV1   = "yangguang leaf 1"
)

// record is what the commitment hides, one field a line. previous is the
// subject's leaf before, so that a subject's leaves are a chain of their own.
func record(l Leaf, previous int64, before tlog.Hash) []byte {
	chain := "none"
	if previous >= 0 {
		chain = fmt.Sprintf("%d %x", previous, before[:])
	}
	return fmt.Appendf(nil, "%s\nlog %d\nindex %d\nat %d\nkind %s\nsubject %s\npart %d\ncontent %x\nprevious %s\n",
		recordV1, l.Province, l.Index, clock.Millis(l.At), l.Kind, l.Subject, l.Part, l.Content[:], chain)
}

// Record is a record read back.
type Record struct {
	Entry
	Index    int64
	At       time.Time
	Previous int64 // the subject's leaf before; -1 for none
	Before   tlog.Hash
}

var errRecord = errors.New("not a record of this log")

// ParseRecord reads a record; what does not write back alike is refused.
func ParseRecord(b []byte) (r Record, err error) {
	lines := strings.Split(string(b), "\n")
	names := []string{"log", "index", "at", "kind", "subject", "part", "content", "previous"}
	if len(lines) != len(names)+2 || lines[0] != recordV1 {
		return r, errRecord
	}
	v := map[string]string{}
	for i, name := range names {
		rest, ok := strings.CutPrefix(lines[i+1], name+" ")
		if !ok {
			return r, errRecord
		}
		v[name] = rest
	}
	var bad error
	number := func(s string) int64 {
		n, err := strconv.ParseInt(s, 10, 64)
		bad = errors.Join(bad, err)
		return n
	}
	l := Leaf{Entry: Entry{Province: number(v["log"]), Kind: v["kind"], Subject: v["subject"], Part: number(v["part"])}, Index: number(v["index"]), At: clock.FromMillis(number(v["at"]))}
	content, err := hex.DecodeString(v["content"])
	if bad != nil || err != nil || len(content) != 32 || l.check() != nil {
		return r, errRecord
	}
	copy(l.Content[:], content)
	r = Record{Entry: l.Entry, Index: l.Index, At: l.At, Previous: -1}
	if v["previous"] != "none" {
		at, hash, _ := strings.Cut(v["previous"], " ")
		h, err := hex.DecodeString(hash)
		if r.Previous = number(at); bad != nil || err != nil || len(h) != 32 || r.Previous < 0 {
			return r, errRecord
		}
		copy(r.Before[:], h)
	}
	if string(record(l, r.Previous, r.Before)) != string(b) {
		return r, errRecord
	}
	return r, nil
}

// commit binds a record under a salt that can be destroyed.
func commit(salt, record []byte) []byte {
	b := make([]byte, 0, len(recordV1)+1+4+len(salt)+len(record))
	b = append(b, "yangguang commitment 1\n"...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(salt))) //nolint:gosec // 32
	b = append(append(b, salt...), record...)
	h := sha256.Sum256(b)
	return h[:]
}

// entry is a leaf as the public reads it: what it is, when, and a commitment
// that tells nothing without its salt.
func entry(l Leaf) []byte {
	return fmt.Appendf(nil, "%s\n%s\n%d\n%s\n", leafV1, l.Kind, clock.Millis(l.At), base64.StdEncoding.EncodeToString(l.Commitment))
}

// Public is an entry read back from a log.
type Public struct {
	Kind       string
	At         time.Time
	Commitment []byte
}

var errEntry = errors.New("not an entry of this kind of log")

// ParseEntry reads an entry of a log.
func ParseEntry(b []byte) (p Public, err error) {
	lines := strings.Split(string(b), "\n")
	if len(lines) != 5 || lines[0] != leafV1 || !kindShape.MatchString(lines[1]) {
		return p, errEntry
	}
	ms, err := strconv.ParseInt(lines[2], 10, 64)
	if err != nil {
		return p, errEntry
	}
	p = Public{Kind: lines[1], At: clock.FromMillis(ms)}
	if p.Commitment, err = base64.StdEncoding.DecodeString(lines[3]); err != nil || len(p.Commitment) != 32 {
		return p, errEntry
	}
	if string(entry(Leaf{Entry: Entry{Kind: p.Kind}, At: p.At, Commitment: p.Commitment})) != string(b) {
		return p, errEntry
	}
	return p, nil
}
