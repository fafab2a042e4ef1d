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

// TestANewerDatabaseIsRefused: a program never works on data of a later
// release, whichever command is used.
func TestANewerDatabaseIsRefused(t *testing.T) {
	dir := t.TempDir()
	closeStore(t, newStore(t, dir))
	d, err := db.Open(t.Context(), db.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec("insert into goose_db_version (version_id, is_applied) values ($1, $2)", 29990101000000, true)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	closeStore(t, d)
	for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0"}, {"migrate"}, {"user", "add", "--login", "zhangsan", "--name", "张三"}} {
		var out bytes.Buffer
		err := run(t.Context(), append(args, "--data", dir), &out)
		if !errors.Is(err, db.ErrNewer) {
			t.Errorf("%s: %v, want %v", args[0], err, db.ErrNewer)
		}
		if strings.Contains(out.String(), "ready") {
			t.Errorf("%s served all the same", args[0])
		}
	}
}

// TestNormCheckAnswersWithAnExitCode: nothing for a valid profile, 1 and the
// line for an invalid one, 2 for a wrong command line.
func TestNormCheckAnswersWithAnExitCode(t *testing.T) {
	valid, err := os.ReadFile("../../norm/profiles/example-housing.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"valid.yaml": string(valid), "invalid.yaml": strings.Replace(string(valid), "calendar: ", "calender: ", 1)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"check", filepath.Join(dir, "valid.yaml")}, 0, "the profile is valid"},
		{[]string{"check", filepath.Join(dir, "invalid.yaml")}, 1, "invalid.yaml:"},
		{[]string{"check", filepath.Join(dir, "missing.yaml")}, 1, ""},
		{[]string{"check"}, 2, ""},
		{[]string{"repair", "x"}, 2, ""},
	} {
		var out bytes.Buffer
		err := run(t.Context(), append([]string{"norm"}, c.args...), &out)
		if got := exitCode(err); got != c.code || !strings.Contains(out.String(), c.says) {
			t.Errorf("norm %v: exit %d (%v), want %d; said %s", c.args, got, err, c.code, out.String())
		}
	}
}

// exitCode is what main ends with.
func exitCode(err error) int {
	var u usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &u):
		return 2
	}
	return 1
}

// TestSettingsWeighByTheirPlace: a flag over the environment over the file.
func TestSettingsWeighByTheirPlace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "yangguang.conf")
	if err := os.WriteFile(file, []byte("# 一个县的设置\nsite-name = \"文件里的名称\"\norganiser = 文件里的单位\ncontact = 文件里的电话\ntrusted-proxy = 10.0.0.0/8\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("YANGGUANG_CONFIG", file)
	t.Setenv("YANGGUANG_SITE_NAME", "环境里的名称")
	t.Setenv("YANGGUANG_ORGANISER", "环境里的单位")
	c := &config{}
	fs := newFlags("serve", c)
	serveFlags(fs, c)
	if err := parse(fs, []string{"--site-name", "命令行的名称"}, io.Discard); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"命令行的名称", "环境里的单位", "文件里的电话"}, []string{c.SiteName, c.Organiser, c.Contact}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(c.Proxies) != 1 || c.Proxies[0].String() != "10.0.0.0/8" {
		t.Errorf("the proxies of the file: %v", c.Proxies)
	}
}

// TestWrongSettingsAreRefusedByName wherever they stand.
func TestWrongSettingsAreRefusedByName(t *testing.T) {
	for text, says := range map[string]string{
		"no-such-setting = 1\n":      "no-such-setting",
		"site-name\n":                ":1:",
		"trusted-proxy = anywhere\n": "anywhere",
		"home = 12345\n":             "12345",
	} {
		file := filepath.Join(t.TempDir(), "yangguang.conf")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		err := run(t.Context(), []string{"serve", "--data", t.TempDir(), "--config", file}, io.Discard)
		if exitCode(err) != 2 || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want a usage error that names %q", text, err, says)
		}
	}
	if err := run(t.Context(), []string{"serve", "--data", t.TempDir(), "--config", "/no/such/file"}, io.Discard); exitCode(err) != 2 {
		t.Errorf("a missing file: %v", err)
	}
}

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
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	zr, err := zstd.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer zr.Close()
	var out bytes.Buffer
	zw, err := zstd.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	tr, tw := tar.NewReader(zr), tar.NewWriter(zw)
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		if h.Name == name {
			b[len(b)/2] ^= 1
		}
		if err := addBytes(tw, h.Name, b); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(tw.Close(), zw.Close()); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "damaged.tar.zst")
	if err := os.WriteFile(copied, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return copied
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
