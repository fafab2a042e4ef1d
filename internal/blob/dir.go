package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"yangguang/internal/fault"
)

// Dir is a store in a folder: ab/cd/abcd….
type Dir struct{ root string }

// arriving is the folder of files that are not whole yet.
const arriving = "arriving"

// OpenDir opens the store in a folder, which is made when absent.
func OpenDir(root string) (*Dir, error) {
	if err := os.MkdirAll(filepath.Join(root, arriving), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of files (check --data): %w", err)
	}
	return &Dir{root}, nil
}

func (d *Dir) path(hash string) string { return filepath.Join(d.root, hash[:2], hash[2:4], hash) }

// Put implements Store.
func (d *Dir) Put(ctx context.Context, r io.Reader, limit int64) (hash string, size int64, err error) {
	defer fault.Wrap(&err, "blob.Put")
	f, err := os.CreateTemp(filepath.Join(d.root, arriving), "f")
	if err != nil {
		return "", 0, diskFailed(err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already when it was kept
	hash, size, err = copyHashed(f, &patient{ctx, r}, limit)
	if err == nil {
		err = diskFailed(f.Sync())
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", 0, err
	}
	return hash, size, diskFailed(d.keep(f.Name(), hash))
}

// keep gives a whole file its name; the name is on disk when keep returns.
func (d *Dir) keep(temp, hash string) error {
	parent := d.root
	for _, part := range []string{hash[:2], hash[2:4]} {
		at := filepath.Join(parent, part)
		switch err := os.Mkdir(at, 0o700); {
		case err == nil:
			if err := syncDir(parent); err != nil {
				return err
			}
		case !errors.Is(err, fs.ErrExist):
			return err
		}
		parent = at
	}
	if err := os.Rename(temp, d.path(hash)); err != nil {
		return err
	}
	return syncDir(parent)
}

// Open implements Store.
func (d *Dir) Open(_ context.Context, hash string) (io.ReadSeekCloser, error) {
	if !valid(hash) {
		return nil, fault.As(fault.NotFound, fs.ErrNotExist)
	}
	f, err := os.Open(d.path(hash))
	if err != nil {
		return nil, diskFailed(err)
	}
	return f, nil
}

// Has implements Store.
func (d *Dir) Has(_ context.Context, hash string) (bool, error) {
	if !valid(hash) {
		return false, nil
	}
	_, err := os.Stat(d.path(hash))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, diskFailed(err)
}

// Delete implements Store.
func (d *Dir) Delete(_ context.Context, hash string) error {
	if !valid(hash) {
		return nil
	}
	if err := os.Remove(d.path(hash)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return diskFailed(err)
	}
	return nil
}

// Sweep removes files that began to arrive before the given time and never
// became whole: what a crash left behind.
func (d *Dir) Sweep(before time.Time) (n int, err error) { return sweep(d.root, before) }

func sweep(root string, before time.Time) (n int, err error) {
	entries, err := os.ReadDir(filepath.Join(root, arriving))
	if err != nil {
		return 0, diskFailed(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.ModTime().Before(before) {
			continue // gone meanwhile, or still arriving
		}
		if err := os.Remove(filepath.Join(root, arriving, e.Name())); err != nil {
			return n, diskFailed(err)
		}
		n++
	}
	return n, nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// patient stops reading once nobody waits for the answer.
type patient struct {
	ctx context.Context
	r   io.Reader
}

func (p *patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}
