package ledger_test

import (
	"context"
	"errors"
	"os"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ledger"
)

// tampering changes the rows of a log as somebody would who can write to the
// database but has no key. It tells which leaf a check must name.
type tampering struct {
	name string
	do   func(tx *db.Tx, province, at, n int64, other int64) (low, high int64, err error)
}

func one(query string) func(tx *db.Tx, province, at, n, other int64) (int64, int64, error) {
	return func(tx *db.Tx, province, at, _, _ int64) (int64, int64, error) {
		_, err := tx.Exec(query, province, at)
		return at, at, err
	}
}

var tamperings = []tampering{
	{"a leaf's kind is changed", one("update ledger_leaf set kind = 'corrected' where province = $1 and idx = $2")},
	{"a leaf's subject is changed", one("update ledger_leaf set subject = 'item/99' where province = $1 and idx = $2")},
	{"a leaf's part is changed", one("update ledger_leaf set part = part + 1 where province = $1 and idx = $2")},
	{"a leaf is back-dated", one("update ledger_leaf set at = at - 86400000 where province = $1 and idx = $2")},
	{"a leaf is post-dated", one("update ledger_leaf set at = at + 1 where province = $1 and idx = $2")},
	{"a leaf is removed", one("delete from ledger_leaf where province = $1 and idx = $2")},
	{"a salt is changed", func(tx *db.Tx, province, at, _, _ int64) (int64, int64, error) {
		_, err := tx.Exec("update ledger_open set salt = $3 where province = $1 and idx = $2", province, at, make([]byte, 32))
		return at, at, err
	}},
	{"a record is changed", func(tx *db.Tx, province, at, _, other int64) (int64, int64, error) {
		var b []byte
		if err := tx.Row("select record from ledger_open where province = $1 and idx = $2", province, at).Scan(&b); err != nil {
			return 0, 0, err
		}
		b[int(other)%len(b)] ^= 1
		_, err := tx.Exec("update ledger_open set record = $3 where province = $1 and idx = $2", province, at, b)
		return at, at, err
	}},
	{"a commitment is changed", func(tx *db.Tx, province, at, _, _ int64) (int64, int64, error) {
		_, err := tx.Exec("update ledger_leaf set commitment = $3 where province = $1 and idx = $2", province, at, make([]byte, 32))
		return at, at, err
	}},
	{"two leaves change places", func(tx *db.Tx, province, at, n, other int64) (int64, int64, error) {
		other = another(at, other, n)
		return min(at, other), min(at, other), errors.Join(swap(tx, "ledger_leaf", province, at, other), swap(tx, "ledger_open", province, at, other))
	}},
	{"what two leaves hide changes places", func(tx *db.Tx, province, at, n, other int64) (int64, int64, error) {
		other = another(at, other, n)
		return min(at, other), min(at, other), swap(tx, "ledger_open", province, at, other)
	}},
	{"a leaf is added", func(tx *db.Tx, province, _, n, _ int64) (int64, int64, error) {
		_, err := tx.Exec("insert into ledger_leaf (province, idx, at, kind, subject, part, commitment) select province, $2, at, kind, subject, part, commitment from ledger_leaf where province = $1 and idx = 0", province, n)
		return n, n, err
	}},
	{"the end is cut off, head and tree with it", func(tx *db.Tx, province, at, _, _ int64) (int64, int64, error) {
		var b []byte
		if err := tx.Row("select hashes from ledger_tile where province = $1 and level = 0 and n = 0", province).Scan(&b); err != nil {
			return 0, 0, err
		}
		if _, err := tx.Exec("update ledger_tile set hashes = $2 where province = $1 and level = 0 and n = 0", province, b[:32*at]); err != nil {
			return 0, 0, err
		}
		for _, q := range []string{"delete from ledger_leaf where province = $1 and idx >= $2", "update ledger_head set size = $2 where province = $1"} {
			if _, err := tx.Exec(q, province, at); err != nil {
				return 0, 0, err
			}
		}
		return at, at, nil
	}},
	{"a hash of the tree is changed", func(tx *db.Tx, province, at, _, other int64) (int64, int64, error) {
		var b []byte
		if err := tx.Row("select hashes from ledger_tile where province = $1 and level = 0 and n = 0", province).Scan(&b); err != nil {
			return 0, 0, err
		}
		b[32*at+other%32] ^= 1
		_, err := tx.Exec("update ledger_tile set hashes = $2 where province = $1 and level = 0 and n = 0", province, b)
		return at, at, err
	}},
	{"the signed head is changed", func(tx *db.Tx, province, _, n, _ int64) (int64, int64, error) {
		_, err := tx.Exec("update ledger_checkpoint set note = replace(note, '—', '–') where province = $1", province)
		return 0, n, err
	}},
	{"a leaf is rewritten with its tree", func(tx *db.Tx, province, at, n, _ int64) (int64, int64, error) {
		// The forger makes a leaf anew and puts its hash into the tree: only the signature is left to tell.
		forged, err := ledger.Append(tx, entry(province+50_000, int(at)+1000))
		if err != nil {
			return 0, 0, err
		}
		var b []byte
		if err := tx.Row("select hashes from ledger_tile where province = $1 and level = 0 and n = 0", province).Scan(&b); err != nil {
			return 0, 0, err
		}
		copy(b[32*at:], forged.Hash[:])
		if _, err := tx.Exec("update ledger_tile set hashes = $2 where province = $1 and level = 0 and n = 0", province, b); err != nil {
			return 0, 0, err
		}
		if _, err := tx.Exec("delete from ledger_open where province = $1 and idx = $2", province, at); err != nil {
			return 0, 0, err
		}
		_, err = tx.Exec("update ledger_leaf set kind = $3, at = $4, commitment = $5 where province = $1 and idx = $2", province, at, forged.Kind, clockMillis(forged), forged.Commitment)
		return 0, n, err
	}},
}

func another(at, other, n int64) int64 {
	if other %= n; other == at {
		return (at + 1) % n
	}
	return other
}

// swap lets two rows of a table change places.
func swap(tx *db.Tx, table string, province, one, other int64) error {
	for _, move := range [][2]int64{{one, -1}, {other, one}, {-1, other}} {
		if _, err := tx.Exec("update "+table+" set idx = $3 where province = $1 and idx = $2", province, move[0], move[1]); err != nil {
			return err
		}
	}
	return nil
}

// forget removes a log that was tampered with, so that the others can be signed.
func forget(tx *db.Tx, province int64) error {
	for _, table := range []string{"ledger_head", "ledger_leaf", "ledger_open", "ledger_tile", "ledger_checkpoint", "ledger_key"} {
		for _, p := range []int64{province, province + 50_000} {
			if _, err := tx.Exec("delete from "+table+" where province = $1", p); err != nil {
				return err
			}
		}
	}
	return nil
}

func clockMillis(l ledger.Leaf) int64 { return l.At.UnixMilli() }

// rounds is how many tamperings are tried: YANGGUANG_TAMPERINGS (make crash: 10000).
func rounds() int {
	if n, err := strconv.Atoi(os.Getenv("YANGGUANG_TAMPERINGS")); err == nil {
		return n
	}
	return 150
}

func TestEveryTamperingIsNamed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		province, done := int64(1000), 0
		for done < rounds() {
			rapid.Check(t, func(t *rapid.T) {
				if done >= rounds() {
					return
				}
				done++
				province++
				n := rapid.Int64Range(2, 9).Draw(t, "leaves")
				for i := range n {
					h.add(t, entry(province, int(i)))
				}
				h.sign(t)
				whole(t, h.verify(t, province), n)
				at := rapid.Int64Range(0, n-1).Draw(t, "at")
				how := rapid.SampledFrom(tamperings).Draw(t, "how")
				other := rapid.Int64Range(0, 10_000).Draw(t, "other")
				var low, high int64
				check(t, h.DB.Write(context.Background(), func(tx *db.Tx) (err error) {
					low, high, err = how.do(tx, province, at, n, other)
					return err
				}))
				got := h.verify(t, province)
				if got.Fault == "" || got.Wrong < low || got.Wrong > high {
					t.Fatalf("%s at %d of %d: %+v, want wrong between %d and %d", how.name, at, n, got, low, high)
				}
				if !i18n.Has(i18n.ZH, "ledger."+string(got.Fault)) {
					t.Fatalf("no sentence for %q", got.Fault)
				}
				check(t, h.DB.Write(context.Background(), func(tx *db.Tx) error { return forget(tx, province) }))
			})
		}
		t.Logf("%d tamperings", done)
	})
}
