package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
	for name, text := range map[string]string{"valid.yaml": string(valid), "invalid.yaml": strings.Replace(string(valid), "calendar:", "calender:", 1)} {
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
