package secret

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// keySize is the length of every key: 256 bits.
const keySize = 32

const (
	indexFile    = "index.key"
	retiredStart = "master-"
	keyEnd       = ".key"
)

// Create makes new key files: path (keys/master.key in the data folder) and
// index.key beside it. It refuses to replace a key that exists.
func Create(path string) (*Keys, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the key file: %w", err)
	}
	for _, p := range []string{filepath.Join(filepath.Dir(path), indexFile), path} {
		if err := writeNewKey(p); err != nil {
			return nil, fmt.Errorf("make the key file %s: %w", p, err)
		}
	}
	return Load(path)
}

// Load reads the key files: the current key at path, the index key and every
// retired key beside it. It refuses files that others may read. A missing file
// is fs.ErrNotExist; whoever starts the program decides whether the data is new
// and Create is right, or a backup of the keys must be brought.
func Load(path string) (*Keys, error) {
	current, err := readKey(path)
	if err != nil {
		return nil, err
	}
	dir := filepath.Dir(path)
	index, err := readKey(filepath.Join(dir, indexFile))
	if err != nil {
		return nil, err
	}
	k := &Keys{current: idOf(current), index: index, masters: map[keyID][]byte{idOf(current): current}}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), retiredStart) || !strings.HasSuffix(e.Name(), keyEnd) {
			continue
		}
		old, err := readKey(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		k.masters[idOf(old)] = old
	}
	return k, nil
}

// Rotate makes a new current key and keeps the old one for opening. Records
// sealed before are brought over with Rewrap; only when none is left may the
// old file be destroyed.
func Rotate(path string) (*Keys, error) {
	old, err := readKey(path)
	if err != nil {
		return nil, err
	}
	retired := filepath.Join(filepath.Dir(path), retiredStart+idOf(old).String()+keyEnd)
	// The old key gets its second name before the new one takes its place, so
	// that a crash between the two loses nothing.
	if err := os.Link(path, retired); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("keep the old key: %w", err)
	}
	next := path + ".new"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := writeNewKey(next); err != nil {
		return nil, err
	}
	if err := os.Rename(next, path); err != nil {
		return nil, err
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return nil, err
	}
	return Load(path)
}

func readKey(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("key file (restore it from the backup of the keys): %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("key file %s may be read by others (mode %04o); run: chmod 600 %s", path, info.Mode().Perm(), path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(b) != keySize {
		return nil, fmt.Errorf("key file %s holds %d bytes, want %d; restore it from the backup of the keys", path, len(b), keySize)
	}
	return b, nil
}

func writeNewKey(path string) (err error) {
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // never fails (crypto/rand)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(key)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
