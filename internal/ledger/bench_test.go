package ledger_test

import (
	"context"
	"os"
	"testing"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/ledger"
)

func writeFile(path, text string) error { return os.WriteFile(path, []byte(text), 0o600) }

// large makes a log of n leaves.
func large(b *testing.B, n int) *house {
	b.Helper()
	c := clock.NewFake(start)
	h := newHouse(b, dbtest.SQLite(b, c, schema...), c)
	for done := 0; done < n; done += 20_000 {
		h.fill(b, 35, min(20_000, n-done))
	}
	h.sign(b)
	b.ResetTimer()
	return h
}

// BenchmarkAppend is what a leaf adds to a use case: the statements, without
// the commit they share.
func BenchmarkAppend(b *testing.B) {
	h := large(b, 1000)
	check(b, h.DB.Write(context.Background(), func(tx *db.Tx) error {
		for i := range b.N {
			if _, err := ledger.Append(tx, entry(35, i)); err != nil {
				return err
			}
		}
		return nil
	}))
}

// BenchmarkProve makes and formats the proof of a leaf in a log of 100,000.
func BenchmarkProve(b *testing.B) {
	h := large(b, 100_000)
	for i := range b.N {
		h.read(b, func(tx *db.Tx) error {
			l, err := ledger.Find(tx, 35, int64(i*7919%100_000))
			if err != nil {
				return err
			}
			p, err := ledger.Prove(tx, l)
			_ = p.Format()
			return err
		})
	}
}

// BenchmarkVerify checks a whole log of a million leaves, as the operator does
// (rows, what they hide, tree) and as an outsider does (entries, tree).
func BenchmarkVerify(b *testing.B) {
	h := large(b, 1_000_000)
	b.Run("rows", func(b *testing.B) {
		for range b.N {
			whole(b, h.verify(b, 35), 1_000_000)
		}
		b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/verify")
	})
	b.Run("public", func(b *testing.B) {
		for range b.N {
			r, err := ledger.VerifySource(context.Background(), stored{h, 35}, h.keys(b, 35), nil)
			check(b, err)
			whole(b, r, 1_000_000)
		}
		b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/verify")
	})
}

// BenchmarkSign is how long a head of a log of 100,000 takes to be signed.
func BenchmarkSign(b *testing.B) {
	h := large(b, 100_000)
	began := time.Now()
	for i := range b.N {
		h.add(b, entry(35, i))
		h.sign(b)
	}
	b.ReportMetric(float64(time.Since(began).Microseconds())/float64(b.N), "us/sign")
}
