package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"syscall"

	"yangguang/internal/fault"
)

// Store keeps files by the hash of their content.
type Store interface {
	// Put reads r to its end and keeps it; when it returns, the file is on disk.
	// More than limit bytes is fault.TooLarge, a full disk fault.Unavailable, and
	// nothing is kept then.
	Put(ctx context.Context, r io.Reader, limit int64) (hash string, size int64, err error)
	// Open gives the file for reading; absent is fault.NotFound.
	Open(ctx context.Context, hash string) (io.ReadSeekCloser, error)
	// Has answers whether the file is kept.
	Has(ctx context.Context, hash string) (bool, error)
	// Delete removes the file; one that is absent is no error.
	Delete(ctx context.Context, hash string) error
}

// Open opens the store at url ("s3://…"), or the folder dir when url is empty.
// The folder also holds files on their way to the service.
func Open(ctx context.Context, dir, url string) (Store, error) {
	if url != "" {
		return OpenS3(ctx, url, dir)
	}
	return OpenDir(dir)
}

// Check reads a kept file through and tells whether it is still what its hash
// says; a backup is verified with it.
func Check(ctx context.Context, s Store, hash string) (err error) {
	defer fault.Wrap(&err, "blob.Check(%s)", hash)
	f, err := s.Open(ctx, hash)
	if err != nil {
		return err
	}
	h := sha256.New()
	_, err = io.Copy(h, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != hash {
		return fmt.Errorf("the kept file has changed: its hash is now %s", got)
	}
	return nil
}

// valid answers whether s is the hash of some file; anything else must not
// become part of a path.
func valid(hash string) bool {
	b, err := hex.DecodeString(hash)
	return err == nil && len(b) == sha256.Size && hex.EncodeToString(b) == hash
}

// copyHashed writes r to f, at most limit bytes.
func copyHashed(f *os.File, r io.Reader, limit int64) (hash string, size int64, err error) {
	h := sha256.New()
	from := &source{r: io.LimitReader(r, limit+1)}
	size, err = io.Copy(io.MultiWriter(f, h), from)
	switch {
	case from.err != nil:
		return "", 0, readFailed(from.err)
	case err != nil:
		return "", 0, diskFailed(err)
	case size > limit:
		return "", 0, tooLarge(limit)
	}
	return hex.EncodeToString(h.Sum(nil)), size, nil
}

// source remembers whether it was the reading that failed.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

func readFailed(err error) error {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return tooLarge(big.Limit)
	}
	return err
}

func tooLarge(limit int64) error { return fault.Say(fault.TooLarge, "blob.too_large", sizeText(limit)) }

func sizeText(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 1<<10:
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d B", n)
}

// diskFailed gives an error of the file system its kind: a full, broken or
// read-only disk is unavailable, and the reader is told that nothing is lost.
func diskFailed(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fault.As(fault.NotFound, err)
	}
	for _, e := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EIO, syscall.EMFILE, syscall.ENFILE, syscall.EACCES} {
		if errors.Is(err, e) {
			return fault.As(fault.Unavailable, err)
		}
	}
	return err
}
