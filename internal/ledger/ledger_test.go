package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fresh"
	"yangguang/internal/i18n"
	"yangguang/internal/ledger"
)

var (
	schema = []fs.FS{fresh.Migrations, ledger.Migrations}
	start  = time.Date(2026, 11, 30, 9, 0, 0, 0, clock.Shanghai)
)

// house is one installation's logs.
type house struct {
	*ledger.Ledger
	clock *clock.Fake
}

func newHouse(t testing.TB, d *db.DB, c *clock.Fake) *house {
	t.Helper()
	k, err := ledger.NewKey("example.gov.cn/log")
	check(t, err)
	return &house{Ledger: &ledger.Ledger{DB: d, Key: k}, clock: c}
}

// each runs f on every engine, each with a clock of its own.
func each(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	for _, postgres := range []bool{false, true} {
		c := clock.NewFake(start)
		dbtest.EachAt(t, c, schema, func(t *testing.T, d *db.DB) {
			if d.Postgres() == postgres {
				f(t, newHouse(t, d, c))
			}
		})
	}
}

type fataler interface {
	Helper()
	Fatal(...any)
}

func check(t fataler, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func entry(province int64, i int) ledger.Entry {
	return ledger.Entry{Province: province, Kind: "published", Subject: fmt.Sprintf("item/%d", i%3), Part: int64(i), Content: ledger.HashOf(fmt.Append(nil, "内容", i))}
}

func (h *house) add(t fataler, es ...ledger.Entry) (ls []ledger.Leaf) {
	t.Helper()
	for _, e := range es {
		check(t, h.DB.Write(context.Background(), func(tx *db.Tx) error {
			l, err := ledger.Append(tx, e)
			ls = append(ls, l)
			return err
		}))
		h.clock.Advance(time.Second)
	}
	return ls
}

// fill appends n leaves in one transaction.
func (h *house) fill(t fataler, province int64, n int) (ls []ledger.Leaf) {
	t.Helper()
	check(t, h.DB.Write(context.Background(), func(tx *db.Tx) error {
		ls = nil
		for i := range n {
			l, err := ledger.Append(tx, entry(province, i))
			if err != nil {
				return err
			}
			ls = append(ls, l)
		}
		return nil
	}))
	return ls
}

func (h *house) sign(t fataler) {
	t.Helper()
	_, err := h.Sign(context.Background())
	check(t, err)
}

func (h *house) read(t fataler, f func(tx *db.Tx) error) {
	t.Helper()
	check(t, h.DB.Read(context.Background(), f))
}

func (h *house) keys(t fataler, province int64) []note.Verifier {
	t.Helper()
	v, err := ledger.Verifier(h.Key.VKey(province))
	check(t, err)
	return []note.Verifier{v}
}

func (h *house) verify(t fataler, province int64) ledger.Report {
	t.Helper()
	r, err := ledger.Verify(context.Background(), h.DB, province, h.keys(t, province), nil)
	check(t, err)
	return r
}

func whole(t fataler, r ledger.Report, leaves int64) {
	t.Helper()
	if r.Fault != "" || r.Leaves != leaves || r.Wrong != -1 {
		t.Fatal(fmt.Sprintf("report %+v, want %d leaves in order", r, leaves))
	}
}

// stored serves a log out of its store, as the pages do.
type stored struct {
	h        *house
	province int64
}

func (s stored) Read(ctx context.Context, path string) (b []byte, err error) {
	err = s.h.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if path == "checkpoint" {
			b, err = ledger.Latest(tx, s.province)
			return err
		}
		level, n, width, err := ledger.ParseTilePath(path)
		if err != nil {
			return err
		}
		if level < 0 {
			b, err = ledger.Bundle(tx, s.province, n, width)
			return err
		}
		b, err = ledger.Tile(tx, s.province, level, n, width)
		return err
	})
	return b, err
}

// TestTheTreeIsTheReference grows logs and compares every root with that of
// the reference implementation, which stores each hash of its own.
func TestTheTreeIsTheReference(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		province := int64(100)
		rapid.Check(t, func(t *rapid.T) {
			if province++; province > 112 { // each size costs as many leaves
				return
			}
			n := rapid.OneOf(rapid.IntRange(1, 300), rapid.SampledFrom([]int{255, 256, 257, 511, 512, 513})).Draw(t, "leaves")
			ls := h.fill(t, province, n)
			var hashes []tlog.Hash
			reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
				out := make([]tlog.Hash, len(indexes))
				for i, x := range indexes {
					out[i] = hashes[x]
				}
				return out, nil
			})
			for i, l := range ls {
				more, err := tlog.StoredHashesForRecordHash(int64(i), l.Hash, reader)
				check(t, err)
				hashes = append(hashes, more...)
			}
			want, err := tlog.TreeHash(int64(n), reader)
			check(t, err)
			h.sign(t)
			r := h.verify(t, province)
			whole(t, r, int64(n))
			if r.Checkpoint.Hash != want || r.Checkpoint.N != int64(n) {
				t.Fatalf("signed %d %v, want %d %v", r.Checkpoint.N, r.Checkpoint.Hash, n, want)
			}
			out, err := ledger.VerifySource(context.Background(), stored{h, province}, h.keys(t, province), nil)
			check(t, err)
			whole(t, out, int64(n))
			i := rapid.IntRange(0, n-1).Draw(t, "proved")
			var p ledger.Proof
			h.read(t, func(tx *db.Tx) (err error) { p, err = ledger.Prove(tx, ls[i]); return err })
			wantPath, err := tlog.ProveRecord(int64(n), int64(i), reader)
			check(t, err)
			if fmt.Sprint(wantPath) != fmt.Sprint(p.Path) {
				t.Fatalf("proof of %d in %d differs from the reference", i, n)
			}
		})
	})
}

// TestFirstLeavesOfManyAreThoseOfOneByOne appends leaves in bulk between single
// ones, over the borders of tiles, and has the whole verified.
func TestFirstLeavesOfManyAreThoseOfOneByOne(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		next := 0
		bulk := func(n int, provinces ...int64) (es []ledger.Entry) {
			for i := range n {
				e := entry(provinces[i%len(provinces)], i)
				next++
				e.Subject = fmt.Sprintf("item/%d", 1000+next)
				es = append(es, e)
			}
			return es
		}
		load := func(es []ledger.Entry) error {
			return h.DB.Write(context.Background(), func(tx *db.Tx) error { return ledger.AppendFirst(tx, es) })
		}
		h.add(t, entry(35, 0), entry(35, 1))
		check(t, load(bulk(700, 35)))
		check(t, load(bulk(66, 35))) // the third tile is full now
		check(t, load(bulk(3, 35, 44)))
		again := bulk(1, 35)
		check(t, load(again))
		h.add(t, again[0]) // and a second leaf, with the first before it
		h.sign(t)
		whole(t, h.verify(t, 35), 2+700+66+2+2)
		whole(t, h.verify(t, 44), 1)
		if err := load(again); err == nil {
			t.Error("a subject with leaves was given first ones")
		}
		if twice := bulk(1, 35); load(append(twice, twice...)) == nil {
			t.Error("a subject named twice was given first leaves")
		}
		whole(t, h.verify(t, 35), 772)
	})
}

func TestARolledBackActLeavesNoLeaf(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.add(t, entry(35, 0))
		err := h.DB.Write(context.Background(), func(tx *db.Tx) error {
			if _, err := ledger.Append(tx, entry(35, 1)); err != nil {
				return err
			}
			return errors.New("the act failed")
		})
		if err == nil {
			t.Fatal("the act did not fail")
		}
		h.add(t, entry(35, 2))
		h.sign(t)
		whole(t, h.verify(t, 35), 2)
	})
}

func TestActsAtOnceMakeOneLog(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const people, acts = 6, 30
		done := make(chan error, people)
		for p := range people {
			go func() {
				var err error
				for i := 0; i < acts && err == nil; i++ {
					err = h.DB.Write(context.Background(), func(tx *db.Tx) error {
						_, err := ledger.Append(tx, entry(35, p*acts+i))
						return err
					})
					if err == nil && i%10 == 0 {
						_, err = h.Sign(context.Background())
					}
				}
				done <- err
			}()
		}
		for range people {
			check(t, <-done)
		}
		h.sign(t)
		whole(t, h.verify(t, 35), people*acts)
	})
}

func TestTheClockOfALogNeverGoesBack(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		first := h.add(t, entry(35, 0))[0]
		h.clock.Advance(-time.Hour)
		second := h.add(t, entry(35, 1))[0]
		if second.At.Before(first.At) {
			t.Errorf("%v after %v", second.At, first.At)
		}
		whole(t, h.verify(t, 35), 2)
	})
}

func TestWhatIsDestroyedLeavesItsLeaf(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ls := h.add(t, entry(35, 0), entry(35, 1), entry(35, 3))
		h.sign(t)
		check(t, h.DB.Write(context.Background(), func(tx *db.Tx) error {
			gone, err := ledger.Destroy(tx, 35, "item/0")
			if fmt.Sprint(gone) != "[0 2]" {
				t.Errorf("destroyed %v", gone)
			}
			return err
		}))
		r := h.verify(t, 35)
		whole(t, r, 3)
		if r.Destroyed != 2 {
			t.Errorf("%d destroyed, want 2", r.Destroyed)
		}
		h.read(t, func(tx *db.Tx) error {
			l, err := ledger.Find(tx, 35, 0)
			if l.Open || len(l.Salt) != 0 || l.Hash != ls[0].Hash {
				t.Errorf("what stays is %+v", l)
			}
			p, err2 := ledger.Prove(tx, l)
			check(t, err2)
			proven, err2 := p.Check(h.keys(t, 35), nil)
			check(t, err2)
			if proven.Opened {
				t.Error("a destroyed record was proved")
			}
			return err
		})
	})
}

func TestAProofStandsAloneAndTellsEachChange(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ls := h.fill(t, 35, 300)
		h.sign(t)
		var p ledger.Proof
		h.read(t, func(tx *db.Tx) (err error) { p, err = ledger.Prove(tx, ls[7]); return err })
		b := p.Format()
		back, err := ledger.ParseProof(b)
		check(t, err)
		got, err := back.Check(h.keys(t, 35), nil)
		check(t, err)
		if !got.Opened || got.Content != ls[7].Content || got.Index != 7 || got.Subject != "item/1" {
			t.Errorf("proved %+v", got)
		}
		for i := range b {
			bad := append([]byte(nil), b...)
			bad[i] ^= 4
			if p, err := ledger.ParseProof(bad); err == nil {
				if got, err := p.Check(h.keys(t, 35), nil); err == nil && got.Opened {
					t.Fatalf("a proof changed at byte %d still proves %+v", i, got)
				}
			}
		}
		other, err := ledger.NewKey("example.gov.cn/log")
		check(t, err)
		v, err := ledger.Verifier(other.VKey(35))
		check(t, err)
		if _, err := p.Check([]note.Verifier{v}, nil); err == nil {
			t.Error("a foreign key opened the proof")
		}
	})
}

func TestALogThatWasRewrittenIsNotSigned(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t, 35, 5)
		h.sign(t)
		h.fill(t, 36, 5)
		exec(t, h, "delete from ledger_tile where province = 35")
		exec(t, h, "update ledger_tile set province = 35 where province = 36")
		h.add(t, entry(35, 9))
		if _, err := h.Sign(context.Background()); err == nil {
			t.Error("a rewritten log was signed")
		}
	})
}

func TestAChangeOfKeyIsALeaf(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.add(t, entry(35, 0))
		check(t, h.NoteKey(context.Background()))
		h.sign(t)
		check(t, h.NoteKey(context.Background()))
		h.read(t, func(tx *db.Tx) error {
			n, err := ledger.Size(tx, 35)
			if n != 1 {
				t.Errorf("the same key made %d leaves", n)
			}
			return err
		})
		old := h.keys(t, 35)
		k, err := ledger.NewKey("example.gov.cn/log")
		check(t, err)
		h.Key = k
		check(t, h.NoteKey(context.Background()))
		check(t, h.NoteKey(context.Background()))
		h.sign(t)
		r, err := ledger.Verify(context.Background(), h.DB, 35, append(old, h.keys(t, 35)...), nil)
		check(t, err)
		whole(t, r, 2)
		h.read(t, func(tx *db.Tx) error {
			ls, err := ledger.Newest(tx, 35, -1, 5)
			if len(ls) != 2 || ls[0].Kind != "key" || ls[0].Content != ledger.HashOf([]byte(k.VKey(35))) {
				t.Errorf("leaves %+v", ls)
			}
			keys, err2 := ledger.Keys(tx, 35)
			if len(keys) != 2 {
				t.Errorf("keys %v", keys)
			}
			return errors.Join(err, err2)
		})
	})
}

func TestEntriesThatDoNotFitAreRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, e := range []ledger.Entry{{Kind: "", Subject: "item/1"}, {Kind: "x", Subject: "张三"}, {Kind: "x\ny", Subject: "item/1"}, {Kind: "x", Subject: "item/1", Part: -1}} {
			if err := h.DB.Write(context.Background(), func(tx *db.Tx) error { _, err := ledger.Append(tx, e); return err }); err == nil {
				t.Errorf("%+v was appended", e)
			}
		}
	})
}

func TestLocaleIsComplete(t *testing.T) {
	for _, p := range i18n.Check(ledger.Locale) {
		t.Error(p)
	}
}

func exec(t fataler, h *house, query string, args ...any) {
	t.Helper()
	check(t, h.DB.Write(context.Background(), func(tx *db.Tx) error {
		_, err := tx.Exec(query, args...)
		return err
	}))
}
