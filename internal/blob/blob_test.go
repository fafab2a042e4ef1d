package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"pgregory.net/rapid"

	"yangguang/internal/blob"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
)

func fakeS3(t *testing.T) (address string, srv *httptest.Server) {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("files"); err != nil {
		t.Fatal(err)
	}
	srv = httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(srv.Close)
	return "s3://key:s3cr3t@" + strings.TrimPrefix(srv.URL, "http://") + "/files?region=cn-east-1&tls=false", srv
}

// each runs a test on both stores; dir is where files wait until whole.
func each(t *testing.T, f func(t *testing.T, s blob.Store, dir string)) {
	t.Helper()
	t.Run("dir", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		s, err := blob.Open(context.Background(), dir, "")
		if err != nil {
			t.Fatal(err)
		}
		f(t, s, dir)
	})
	t.Run("s3", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		address, _ := fakeS3(t)
		s, err := blob.Open(context.Background(), dir, address)
		if err != nil {
			t.Fatal(err)
		}
		f(t, s, dir)
	})
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

func read(t *testing.T, s blob.Store, hash string) []byte {
	t.Helper()
	f, err := s.Open(context.Background(), hash)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func nothingArriving(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(filepath.Join(dir, "arriving"))
	if err != nil || len(left) != 0 {
		t.Errorf("files left arriving: %v, %v", left, err)
	}
}

func TestWhatWasPutIsReadBack(t *testing.T) {
	each(t, func(t *testing.T, s blob.Store, dir string) {
		rapid.Check(t, func(rt *rapid.T) {
			b := rapid.SliceOfN(rapid.Byte(), 0, 3000).Draw(rt, "content")
			hash, size, err := s.Put(context.Background(), iotest.OneByteReader(bytes.NewReader(b)), 3000)
			if err != nil || hash != sum(b) || size != int64(len(b)) {
				rt.Fatalf("Put = %s, %d, %v", hash, size, err)
			}
			if got := read(t, s, hash); !bytes.Equal(got, b) {
				rt.Fatalf("read %d bytes back, want %d", len(got), len(b))
			}
		})
		nothingArriving(t, dir)
	})
}

func TestAFileIsSoughtInAndServed(t *testing.T) {
	each(t, func(t *testing.T, s blob.Store, _ string) {
		hash, _, err := s.Put(context.Background(), strings.NewReader("0123456789"), 10)
		if err != nil {
			t.Fatal(err)
		}
		f, err := s.Open(context.Background(), hash)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/f", nil)
		r.Header.Set("Range", "bytes=3-5")
		http.ServeContent(w, r, "", time.Time{}, f)
		if w.Code != http.StatusPartialContent || w.Body.String() != "345" {
			t.Errorf("range: %d %q", w.Code, w.Body)
		}
	})
}

func TestTheSameFileIsKeptOnceAndDeletedOnce(t *testing.T) {
	each(t, func(t *testing.T, s blob.Store, _ string) {
		ctx := context.Background()
		var hash string
		for range 2 {
			var err error
			if hash, _, err = s.Put(ctx, strings.NewReader("same"), 100); err != nil {
				t.Fatal(err)
			}
		}
		if has, err := s.Has(ctx, hash); !has || err != nil {
			t.Errorf("Has = %v, %v", has, err)
		}
		if err := blob.Check(ctx, s, hash); err != nil {
			t.Error(err)
		}
		for range 2 {
			if err := s.Delete(ctx, hash); err != nil {
				t.Errorf("Delete: %v", err)
			}
		}
		if has, err := s.Has(ctx, hash); has || err != nil {
			t.Errorf("Has after Delete = %v, %v", has, err)
		}
		if _, err := s.Open(ctx, hash); !fault.Is(err, fault.NotFound) {
			t.Errorf("Open after Delete: %v", err)
		}
	})
}

func TestRefusals(t *testing.T) {
	each(t, func(t *testing.T, s blob.Store, dir string) {
		ctx := context.Background()
		_, _, err := s.Put(ctx, strings.NewReader("12345"), 4)
		if key, args, _ := fault.Sentence(err); !fault.Is(err, fault.TooLarge) || key != "blob.too_large" || args[0] != "4 B" {
			t.Errorf("one byte too many: %v", err)
		}
		if has, _ := s.Has(ctx, sum([]byte("12345"))); has {
			t.Error("a file too large was kept")
		}
		body := http.MaxBytesReader(nil, io.NopCloser(strings.NewReader("12345")), 3)
		if _, _, err := s.Put(ctx, body, 100); !fault.Is(err, fault.TooLarge) {
			t.Errorf("a request too large: %v", err)
		}
		broken := errors.New("the line broke")
		if _, _, err := s.Put(ctx, iotest.ErrReader(broken), 100); !errors.Is(err, broken) {
			t.Errorf("a broken upload: %v", err)
		}
		gone, cancel := context.WithCancel(ctx)
		cancel()
		if _, _, err := s.Put(gone, strings.NewReader("x"), 100); !errors.Is(err, context.Canceled) {
			t.Errorf("nobody waits: %v", err)
		}
		for _, hash := range []string{"", "x", "../../../../etc/passwd", strings.ToUpper(sum([]byte("a"))), sum([]byte("absent"))} {
			if _, err := s.Open(ctx, hash); !fault.Is(err, fault.NotFound) {
				t.Errorf("Open(%q): %v", hash, err)
			}
			if has, err := s.Has(ctx, hash); has || err != nil {
				t.Errorf("Has(%q) = %v, %v", hash, has, err)
			}
			if err := s.Delete(ctx, hash); err != nil {
				t.Errorf("Delete(%q): %v", hash, err)
			}
		}
		nothingArriving(t, dir)
	})
}

func TestTheSameFileFromManyAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s blob.Store, _ string) {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if _, _, err := s.Put(context.Background(), strings.NewReader("together"), 100); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := read(t, s, sum([]byte("together"))); string(got) != "together" {
			t.Errorf("read %q", got)
		}
	})
}

func TestAChangedFileIsFound(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := blob.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	hash, _, err := s.Put(context.Background(), strings.NewReader("true"), 100)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, hash[:2], hash[2:4], hash), []byte("lies"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := blob.Check(context.Background(), s, hash); err == nil || !strings.Contains(err.Error(), "changed") {
		t.Errorf("Check = %v", err)
	}
}

func TestWhatACrashLeftIsSweptWhatArrivesIsNot(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := blob.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	old, now := filepath.Join(dir, "arriving", "f1"), filepath.Join(dir, "arriving", "f2")
	limit := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for name, at := range map[string]time.Time{old: limit.Add(-time.Hour), now: limit.Add(time.Hour)} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := s.Sweep(limit); n != 1 || err != nil {
		t.Errorf("Sweep = %d, %v", n, err)
	}
	if _, err := os.Stat(now); err != nil {
		t.Error(err)
	}
}

func TestAServiceThatDoesNotAnswerIsUnavailable(t *testing.T) {
	t.Parallel()
	address, srv := fakeS3(t)
	s, err := blob.OpenS3(context.Background(), address, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	srv.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond) // it tries again for a while
	defer cancel()
	if _, err := s.Has(ctx, sum([]byte("x"))); !fault.Is(err, fault.Unavailable) {
		t.Errorf("Has: %v", err)
	}
}

func TestAddressesThatCannotBeAreRefusedWithoutTheirSecret(t *testing.T) {
	t.Parallel()
	address, _ := fakeS3(t)
	for name, a := range map[string]string{
		"no bucket":      "s3://key:s3cr3t@host",
		"no secret":      "s3://key@host/files",
		"another scheme": "http://key:s3cr3t@host/files",
		"not a URL":      "s3://key:s3cr3t@host:port%/files",
		"bucket absent":  strings.Replace(address, "/files", "/other", 1),
	} {
		_, err := blob.Open(context.Background(), t.TempDir(), a)
		if err == nil || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLocaleIsComplete(t *testing.T) {
	for _, p := range i18n.Check(blob.Locale) {
		t.Error(p)
	}
}
