package ledger

import (
	"crypto/rand"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Append writes the entry at the end of its province's log, in the caller's
// transaction. Call it last in the use case, after the audit row: it holds the
// log's head until the commit. The signature over the new head follows after
// the commit and is nothing the publisher waits for.
func Append(tx *db.Tx, e Entry) (l Leaf, err error) {
	defer fault.Wrap(&err, "ledger.Append(%d, %s)", e.Province, e.Kind)
	if err := e.check(); err != nil {
		return l, err
	}
	size, at, err := nextSizes(tx, e.Province, 1)
	if err != nil {
		return l, err
	}
	previous, before, err := lastOf(tx, e.Province, e.Subject)
	if err != nil {
		return l, err
	}
	l = newLeaf(e, size-1, at, previous, before)
	if err := insertLeaves(tx, []Leaf{l}); err != nil {
		return l, err
	}
	if err := growBy(tx, l.Province, l.Index, []tlog.Hash{l.Hash}); err != nil {
		return l, err
	}
	tx.After(bells.Ring)
	return l, nil
}

// AppendFirst writes the first leaves of many subjects, each with one entry, in
// few statements: for a store that is loaded whole. It refuses a subject that
// has a leaf. Like Append it is called last.
func AppendFirst(tx *db.Tx, entries []Entry) (err error) {
	defer fault.Wrap(&err, "ledger.AppendFirst(%d)", len(entries))
	of := map[int64][]Entry{}
	for _, e := range entries {
		if err := e.check(); err != nil {
			return err
		}
		of[e.Province] = append(of[e.Province], e)
	}
	for _, province := range slices.Sorted(maps.Keys(of)) {
		for some := range slices.Chunk(of[province], leavesAtOnce) {
			if err := appendFirst(tx, province, some); err != nil {
				return err
			}
		}
	}
	return nil
}

// leavesAtOnce is how many leaves one statement writes.
const leavesAtOnce = 500

func appendFirst(tx *db.Tx, province int64, entries []Entry) error {
	names := map[string]bool{}
	for _, e := range entries {
		names[e.Subject] = true
	}
	have, err := Has(tx, province, slices.Sorted(maps.Keys(names))...)
	if err != nil {
		return err
	}
	if len(have) > 0 || len(names) < len(entries) {
		return fmt.Errorf("%d of %d subjects have leaves, or are named twice", len(have), len(entries))
	}
	size, at, err := nextSizes(tx, province, len(entries))
	if err != nil {
		return err
	}
	first := size - int64(len(entries))
	leaves, hashes := make([]Leaf, len(entries)), make([]tlog.Hash, len(entries))
	for i, e := range entries {
		leaves[i] = newLeaf(e, first+int64(i), at, -1, tlog.Hash{})
		hashes[i] = leaves[i].Hash
	}
	if err := insertLeaves(tx, leaves); err != nil {
		return err
	}
	tx.After(bells.Ring)
	return growBy(tx, province, first, hashes)
}

func newLeaf(e Entry, index, at, previous int64, before tlog.Hash) Leaf {
	l := Leaf{Entry: e, Index: index, At: clock.FromMillis(at), Open: true, Salt: make([]byte, 32)}
	_, _ = rand.Read(l.Salt) // never fails (crypto/rand)
	l.Record = record(l, previous, before)
	l.Commitment = commit(l.Salt, l.Record)
	l.Hash = tlog.RecordHash(entry(l))
	return l
}

// lastOf is the subject's newest leaf; -1 when it has none.
func lastOf(tx *db.Tx, province int64, subject string) (int64, tlog.Hash, error) {
	ls, err := leavesOf(tx, province, subject, 1)
	if err != nil || len(ls) == 0 {
		return -1, tlog.Hash{}, err
	}
	return ls[0].Index, ls[0].Hash, nil
}

// Of gives the newest leaves of a subject, the newest first, with what they
// hide where it is not destroyed.
func Of(tx *db.Tx, province int64, subject string) (ls []Leaf, err error) {
	defer fault.Wrap(&err, "ledger.Of(%d, %s)", province, subject)
	return leavesOf(tx, province, subject, 500)
}

// Newest gives the last leaves of a log below an index, the newest first; a
// negative index means the end.
func Newest(tx *db.Tx, province, below int64, n int) (ls []Leaf, err error) {
	defer fault.Wrap(&err, "ledger.Newest(%d)", province)
	return newest(tx, province, below, min(max(n, 1), 200))
}

// Destroy removes salt and record of every leaf of a subject, for a text that
// must not even be guessed any more, and tells which leaves lost theirs.
func Destroy(tx *db.Tx, province int64, subject string) (gone []int64, err error) {
	defer fault.Wrap(&err, "ledger.Destroy(%d, %s)", province, subject)
	ls, err := leavesOf(tx, province, subject, 500)
	if err != nil {
		return nil, err
	}
	for i := len(ls) - 1; i >= 0; i-- {
		if !ls[i].Open {
			continue
		}
		if err := deleteOpen(tx, province, ls[i].Index); err != nil {
			return nil, err
		}
		gone = append(gone, ls[i].Index)
	}
	return gone, nil
}

// bells wakes whoever signs in this process when a leaf was committed; another
// process finds it at its next look.
var bells db.Bells
