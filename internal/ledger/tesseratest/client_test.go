// Package tesseratest lets the client of transparency-dev/tessera read our log
// and check what it holds: another implementation's word that ours keeps the
// standard.
package tesseratest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/client"
	"golang.org/x/mod/sumdb/note"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fresh"
	"yangguang/internal/ledger"
)

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTesserasClientVerifiesOurLog(t *testing.T) {
	ctx := context.Background()
	d, err := db.Open(ctx, db.Options{Dir: t.TempDir(), Clock: clock.NewFake(time.Date(2026, 11, 30, 9, 0, 0, 0, clock.Shanghai))})
	check(t, err)
	t.Cleanup(func() { _ = d.Close() })
	check(t, d.Migrate(ctx, fresh.Migrations, ledger.Migrations))
	k, err := ledger.NewKey("example.gov.cn/log")
	check(t, err)
	g := &ledger.Ledger{DB: d, Key: k}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := serve(d, strings.TrimPrefix(r.URL.Path, "/log/35/"))
		if err != nil {
			http.Error(w, "no", http.StatusNotFound)
			return
		}
		_, _ = w.Write(b)
	}))
	t.Cleanup(srv.Close)
	root, err := url.Parse(srv.URL + "/log/35/")
	check(t, err)
	f, err := client.NewHTTPFetcher(root, srv.Client())
	check(t, err)
	verifier, err := note.NewVerifier(k.VKey(35))
	check(t, err)
	var hashes [][]byte
	var before []byte
	var beforeSize uint64
	for _, more := range []int{1, 254, 1, 1, 400, 66_000} { // up to and past full tiles of both levels
		check(t, d.Write(ctx, func(tx *db.Tx) error {
			for range more {
				l, err := ledger.Append(tx, ledger.Entry{Province: 35, Kind: "published", Subject: fmt.Sprintf("item/%d", len(hashes)), Content: ledger.HashOf(nil)})
				if err != nil {
					return err
				}
				hashes = append(hashes, append([]byte(nil), l.Hash[:]...))
			}
			return nil
		}))
		_, err := g.Sign(ctx)
		check(t, err)
		c, _, _, err := client.FetchCheckpoint(ctx, f.ReadCheckpoint, verifier, verifier.Name())
		check(t, err)
		if c.Size != uint64(len(hashes)) {
			t.Fatalf("the checkpoint is of %d leaves, want %d", c.Size, len(hashes))
		}
		b, err := client.NewProofBuilder(ctx, c.Size, f.ReadTile)
		check(t, err)
		for _, i := range []uint64{0, c.Size / 3, c.Size / 2, c.Size - 1} {
			p, err := b.InclusionProof(ctx, i)
			check(t, err)
			if err := proof.VerifyInclusion(rfc6962.DefaultHasher, i, c.Size, hashes[i], p, c.Hash); err != nil {
				t.Errorf("leaf %d of %d: %v", i, c.Size, err)
			}
			wrong := append([]byte(nil), hashes[i]...)
			wrong[0] ^= 1
			if proof.VerifyInclusion(rfc6962.DefaultHasher, i, c.Size, wrong, p, c.Hash) == nil {
				t.Errorf("a changed leaf %d passes", i)
			}
			bundle, err := client.GetEntryBundle(ctx, f.ReadEntryBundle, i/256, c.Size)
			check(t, err)
			if got := rfc6962.DefaultHasher.HashLeaf(bundle.Entries[i%256]); string(got) != string(hashes[i]) {
				t.Errorf("entry %d does not hash to its leaf", i)
			}
		}
		if beforeSize > 0 {
			p, err := b.ConsistencyProof(ctx, beforeSize, c.Size)
			check(t, err)
			check(t, proof.VerifyConsistency(rfc6962.DefaultHasher, beforeSize, c.Size, p, before, c.Hash))
		}
		before, beforeSize = c.Hash, c.Size
	}
}

func serve(d *db.DB, path string) (b []byte, err error) {
	err = d.Read(context.Background(), func(tx *db.Tx) (err error) {
		if path == "checkpoint" {
			b, err = ledger.Latest(tx, 35)
			return err
		}
		level, n, width, err := ledger.ParseTilePath(path)
		if err != nil {
			return os.ErrNotExist
		}
		if level < 0 {
			b, err = ledger.Bundle(tx, 35, n, width)
			return err
		}
		b, err = ledger.Tile(tx, 35, level, n, width)
		return err
	})
	return b, err
}
