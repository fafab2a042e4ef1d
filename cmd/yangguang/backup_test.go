package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"yangguang/internal/blob"
	"yangguang/internal/clock"
	"yangguang/internal/db"
)

// newStore is a filled year in a data folder, with keys and one file.
func newStore(t *testing.T, dir string) *db.DB {
	t.Helper()
	clk := clock.NewFake(spring)
	d, err := db.Open(t.Context(), db.Options{Dir: dir, Clock: clk})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Migrate(t.Context(), migrations()...); err != nil {
		t.Fatal(err)
	}
	fillHouse(t, d, clk)
	if _, err := keysIn(dir); err != nil {
		t.Fatal(err)
	}
	blobs, err := blob.Open(t.Context(), filepath.Join(dir, "files"), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := blobs.Put(t.Context(), strings.NewReader("附件的内容"), 1<<20); err != nil {
		t.Fatal(err)
	}
	return d
}

func closeStore(t *testing.T, d *db.DB) {
	t.Helper()
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestABackupComesBackWhole through the commands alone: made while the store
// is open, restored into a new folder, verified, and the same to the last file.
func TestABackupComesBackWhole(t *testing.T) {
	data, to := t.TempDir(), filepath.Join(t.TempDir(), "backup.tar.zst")
	d := newStore(t, data)
	defer func() { _ = d.Close() }()
	mustRun(t, "backed up", "backup", "--data", data, "--to", to, "--with-keys")
	back := filepath.Join(t.TempDir(), "back")
	mustRun(t, "restored and verified", "restore", "--data", back, "--from", to)
	mustRun(t, "lines in order", "verify", "--data", back)
	if diff := cmp.Diff(filesOf(t, data), filesOf(t, back)); diff != "" {
		t.Errorf("files differ (-want +got):\n%s", diff)
	}
	if want, got := count(t, d), countIn(t, back); want != got || want == 0 {
		t.Errorf("%d items came back, want %d", got, want)
	}
	err := run(t.Context(), []string{"restore", "--data", back, "--from", to}, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("restoring over data: %v", err)
	}
	bare := filepath.Join(t.TempDir(), "bare.tar.zst")
	mustRun(t, "backed up", "backup", "--data", data, "--to", bare)
	mustRun(t, "holds no keys", "restore", "--data", filepath.Join(t.TempDir(), "b"), "--from", bare)
}

// TestADamagedBackupIsRefusedByTheFile that is damaged, and a cut one as a whole.
func TestADamagedBackupIsRefusedByTheFile(t *testing.T) {
	data, to := t.TempDir(), filepath.Join(t.TempDir(), "backup.tar.zst")
	closeStore(t, newStore(t, data))
	mustRun(t, "backed up", "backup", "--data", data, "--to", to)
	for _, name := range append(filesOf(t, data), "yangguang.db") {
		if strings.HasPrefix(name, "keys/") {
			continue
		}
		err := run(t.Context(), []string{"restore", "--data", filepath.Join(t.TempDir(), "b"), "--from", damaged(t, to, name)}, io.Discard)
		if err == nil || !strings.Contains(err.Error(), name+" is damaged") {
			t.Errorf("one byte of %s changed: %v", name, err)
		}
	}
	b, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	short := filepath.Join(t.TempDir(), "short.tar.zst")
	if err := os.WriteFile(short, b[:len(b)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), []string{"restore", "--data", filepath.Join(t.TempDir(), "b"), "--from", short}, io.Discard); err == nil {
		t.Error("half a backup was restored")
	}
}

// damaged is a copy of a backup with one byte of one file changed.
func damaged(t *testing.T, path, name string) string {
	t.Helper()
	packed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	zr, err := zstd.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	defer zr.Close()
	copied := filepath.Join(t.TempDir(), "damaged.tar.zst")
	f, err := os.Create(copied)
	if err != nil {
		t.Fatal(err)
	}
	zw, err := zstd.NewWriter(f)
	if err != nil {
		t.Fatal(err)
	}
	copyDamaged(t, tar.NewWriter(zw), tar.NewReader(zr), name)
	if err := errors.Join(zw.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return copied
}

func copyDamaged(t *testing.T, to *tar.Writer, from *tar.Reader, name string) {
	t.Helper()
	for {
		h, err := from.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(from)
		if err != nil {
			t.Fatal(err)
		}
		if h.Name == name {
			b[len(b)/2] ^= 1
		}
		if err := addBytes(to, h.Name, b); err != nil {
			t.Fatal(err)
		}
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
}

// mustRun runs a command line that must succeed and say something.
func mustRun(t *testing.T, says string, args ...string) {
	t.Helper()
	var out bytes.Buffer
	if err := run(t.Context(), args, &out); err != nil {
		t.Fatalf("%s: %v", args[0], err)
	}
	if !strings.Contains(out.String(), says) {
		t.Errorf("%s said %q, want %q", args[0], out.String(), says)
	}
}

// filesOf lists keys and attachments below a data folder.
func filesOf(t *testing.T, dir string) (out []string) {
	t.Helper()
	for _, sub := range []string{"files", "keys"} {
		if err := filepath.WalkDir(filepath.Join(dir, sub), func(path string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			rel, err := filepath.Rel(dir, path)
			out = append(out, filepath.ToSlash(rel))
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func countIn(t *testing.T, dir string) int {
	t.Helper()
	d, err := db.Open(t.Context(), db.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	return count(t, d)
}

func count(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	if err := d.Read(t.Context(), func(tx *db.Tx) error {
		return tx.Row("select count(*) from item where state = 'published'").Scan(&n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}
