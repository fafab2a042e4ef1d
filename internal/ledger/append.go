package ledger

import (
	"crypto/rand"

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
	size, at, err := nextSize(tx, e.Province)
	if err != nil {
		return l, err
	}
	l = Leaf{Entry: e, Index: size - 1, At: clock.FromMillis(at), Open: true, Salt: make([]byte, 32)}
	_, _ = rand.Read(l.Salt) // never fails (crypto/rand)
	previous, before, err := lastOf(tx, e.Province, e.Subject)
	if err != nil {
		return l, err
	}
	l.Record = record(l, previous, before)
	l.Commitment = commit(l.Salt, l.Record)
	l.Hash = tlog.RecordHash(entry(l))
	if err := insertLeaf(tx, l); err != nil {
		return l, err
	}
	if err := grow(tx, l.Province, l.Index, l.Hash); err != nil {
		return l, err
	}
	tx.After(bells.Ring)
	return l, nil
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
