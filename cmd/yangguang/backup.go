package main

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"

	"yangguang/internal/clock"
	"yangguang/internal/db"
)

// manifest is the first file of a backup: what it holds, by hash.
type manifest struct {
	Version string            `json:"version"`
	At      string            `json:"at"`
	Files   map[string]string `json:"files"` // path → sha256
	Keys    bool              `json:"keys"`
}

const manifestName = "manifest.json"

func backup(ctx context.Context, args []string, out io.Writer) error {
	c := &config{}
	fs := newFlags("backup", c)
	to := fs.String("to", "", "file to write, such as backup.tar.zst")
	keys := fs.Bool("with-keys", false, "include the master key; without it the backup alone opens nothing sealed")
	if err := parse(fs, args, out); err != nil {
		return helpIsNoError(err)
	}
	if *to == "" {
		return usageError{errors.New("say where to write with --to FILE")}
	}
	d, err := db.Open(ctx, db.Options{Dir: c.Data, URL: c.Database})
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	work, err := os.MkdirTemp(filepath.Dir(*to), ".backup-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	snap := filepath.Join(work, "yangguang.db")
	if err := d.Snapshot(ctx, snap); err != nil {
		return err
	}
	sources, err := backupSources(c.Data, snap, *keys)
	if err != nil {
		return err
	}
	m := manifest{Version: version, At: clock.System().Now().UTC().Format("2006-01-02T15:04:05Z"), Files: map[string]string{}, Keys: *keys}
	for name, path := range sources {
		if m.Files[name], err = hashFile(path); err != nil {
			return err
		}
	}
	part := *to + ".part"
	if err := writeArchive(part, m, sources); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	if err := os.Rename(part, *to); err != nil {
		return err
	}
	if _, err = fmt.Fprintf(out, "backed up %d files to %s\n", len(m.Files), *to); err == nil && c.Blobs != "" {
		_, err = fmt.Fprintln(out, "attachments are at --blobs and not in it: back that bucket up as well")
	}
	return err
}

// backupSources lists what a backup holds: the snapshot, the files, and the
// keys when asked for.
func backupSources(data, snap string, keys bool) (map[string]string, error) {
	out := map[string]string{"yangguang.db": snap}
	dirs := []string{"files"}
	if keys {
		dirs = append(dirs, "keys")
	}
	for _, dir := range dirs {
		err := filepath.WalkDir(filepath.Join(data, dir), func(path string, e fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") {
				return err
			}
			rel, err := filepath.Rel(data, path)
			out[filepath.ToSlash(rel)] = path
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), err
}

func writeArchive(path string, m manifest, sources map[string]string) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	z, err := zstd.NewWriter(f)
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	head, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	if err := addBytes(t, manifestName, head); err != nil {
		return err
	}
	for name, src := range sources {
		if err := addFile(t, name, src); err != nil {
			return err
		}
	}
	return errors.Join(t.Close(), z.Close(), f.Sync())
}

func addBytes(t *tar.Writer, name string, b []byte) error {
	if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(b))}); err != nil {
		return err
	}
	_, err := t.Write(b)
	return err
}

func addFile(t *tar.Writer, name, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: st.Size()}); err != nil {
		return err
	}
	_, err = io.Copy(t, f)
	return err
}

func restore(ctx context.Context, args []string, out io.Writer) error {
	c := &config{}
	fs := newFlags("restore", c)
	from := fs.String("from", "", "backup file")
	if err := parse(fs, args, out); err != nil {
		return helpIsNoError(err)
	}
	if *from == "" {
		return usageError{errors.New("name the backup with --from FILE")}
	}
	if entries, err := os.ReadDir(c.Data); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s is not empty; restore into a new folder", c.Data)
	}
	m, err := unpack(*from, c.Data)
	if err != nil {
		return fmt.Errorf("%w; what was written to %s is not complete", err, c.Data)
	}
	d, err := db.Open(ctx, db.Options{Dir: c.Data})
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	if err := d.Check(ctx); err != nil {
		return err
	}
	if err := verifyBooks(ctx, d, out); err != nil {
		return err
	}
	p, err := profile(c.Profile)
	if err != nil {
		return err
	}
	if err := verifyLogs(ctx, d, p, c.Data, nil, out); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "restored and verified %d files of %s\n", len(m.Files), m.At)
	if err == nil && !m.Keys {
		_, err = fmt.Fprintln(out, "the backup holds no keys: put keys/master.key and keys/log.key back before serving")
	}
	return err
}

// unpack writes a backup's files, each checked against the manifest.
func unpack(path, dir string) (m manifest, err error) {
	f, err := os.Open(path)
	if err != nil {
		return m, err
	}
	defer func() { _ = f.Close() }()
	z, err := zstd.NewReader(f)
	if err != nil {
		return m, err
	}
	defer z.Close()
	t := tar.NewReader(z)
	seen := 0
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return m, fmt.Errorf("read the backup: %w", err)
		}
		if h.Name == manifestName {
			var b bytes.Buffer
			if _, err := io.Copy(&b, io.LimitReader(t, 256<<20)); err != nil {
				return m, err
			}
			if err := json.Unmarshal(b.Bytes(), &m); err != nil {
				return m, err
			}
			continue
		}
		if err := unpackOne(dir, h.Name, m.Files[h.Name], t); err != nil {
			return m, err
		}
		seen++
	}
	if seen != len(m.Files) {
		return m, fmt.Errorf("the backup holds %d of %d files", seen, len(m.Files))
	}
	return m, nil
}

func unpackOne(dir, name, want string, r io.Reader) (err error) {
	if want == "" || !filepath.IsLocal(name) {
		return fmt.Errorf("%s is not in the backup's list", name)
	}
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(f, h), r); err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		return fmt.Errorf("%s is damaged: its hash is not the one noted", name)
	}
	return f.Sync()
}
