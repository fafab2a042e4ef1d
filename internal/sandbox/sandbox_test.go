package sandbox_test

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yangguang/internal/sandbox"
)

func TestMain(m *testing.M) {
	sandbox.Enter()
	os.Exit(m.Run())
}

// shell is a program that does what a broken one might.
func shell(script string) sandbox.Program {
	return sandbox.Program{Path: "/bin/bash", Args: []string{"-c", script}, Env: []string{"PATH=/usr/bin:/bin"}, Time: 20 * time.Second, Output: 1 << 20}
}

// run gives what a script says, or skips where a machine has no namespaces to
// prove anything in.
func run(t *testing.T, p sandbox.Program, in string) (string, error) {
	t.Helper()
	b, err := p.Run(t.Context(), strings.NewReader(in))
	if errors.Is(err, sandbox.ErrUnavailable) {
		t.Skip("this machine does not allow namespaces of one's own: ", err)
	}
	return string(b), err
}

func TestAProgramAnswers(t *testing.T) {
	if got, err := run(t, shell("tr a-z A-Z"), "list"); err != nil || got != "LIST" {
		t.Errorf("standard input and output: %q, %v", got, err)
	}
	p := shell("tr a-z A-Z < in.txt > out.txt")
	p.Input, p.Result = "in.txt", "out.txt"
	if got, err := run(t, p, "list"); err != nil || got != "LIST" {
		t.Errorf("files: %q, %v", got, err)
	}
	p.Result = "other.txt"
	if got, err := run(t, p, "list"); !errors.Is(err, sandbox.ErrFailed) || got != "" {
		t.Errorf("a result that is missing: %q, %v", got, err)
	}
	if _, err := run(t, shell("echo 350102198001011234 >&2; exit 3"), ""); !errors.Is(err, sandbox.ErrFailed) || strings.Contains(err.Error(), "3501") {
		t.Errorf("a failing program: %v", err)
	}
}

// harmless are the attempts that are made without walls too, to see that they
// would work.
var harmless = map[string]bool{"reach the network": true, "read the data": true, "read a hidden folder": true, "see other processes": true}

// TestWhatAProgramMayNotDo tries, from within, what a program taken over by a
// hostile file would; each script says "did" when it got through.
func TestWhatAProgramMayNotDo(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	port := ln.Addr().String()[strings.LastIndex(ln.Addr().String(), ":")+1:]
	data := t.TempDir() // stands for the folder of data, below /tmp as others
	if err := os.WriteFile(filepath.Join(data, "master.key"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	hidden := filepath.Join(wd, "testdata", "hidden")
	for name, script := range map[string]string{
		"reach the network":        "exec 3<>/dev/tcp/127.0.0.1/" + port + " && echo did",
		"read the data":            "cat " + filepath.Join(data, "master.key") + " && echo did",
		"read a hidden folder":     "cat " + filepath.Join(hidden, "key.txt") + " && echo did",
		"show the hidden again":    "umount " + hidden + " && echo did",
		"write beside the data":    "echo x > " + filepath.Join(wd, "written-from-within") + " && echo did",
		"write into a system path": "echo x > /usr/written-from-within && echo did",
		"make the root writable":   "mount -o remount,rw / && echo did",
		"see other processes":      "test $(ls -d /proc/[0-9]* | wc -l) -gt 6 && echo did",
		"make namespaces again":    "unshare -Urm true && mount -o remount,rw / && echo did",
		"keep a capability":        "grep -q 'CapEff:.*[1-9a-f]' /proc/self/status && echo did",
		"find its environment":     "env | grep -q YANGGUANG_SANDBOX && echo did",
	} {
		p := shell("{ " + script + "; } 2>/dev/null; true")
		p.Hide = []string{hidden}
		if got, err := run(t, p, ""); err != nil || strings.Contains(got, "did") {
			t.Errorf("a program could %s: %q, %v", name, got, err)
		}
		if !harmless[name] {
			continue
		}
		if out, err := exec.CommandContext(t.Context(), "/bin/bash", "-c", script).Output(); err != nil || !strings.Contains(string(out), "did") {
			t.Errorf("without walls it cannot %s either, so that nothing is proved: %q, %v", name, out, err)
		}
	}
	if got, err := run(t, shell("echo x > note && cat note"), ""); err != nil || got != "x\n" {
		t.Errorf("it has no folder to work in: %q, %v", got, err)
	}
}

func TestBounds(t *testing.T) {
	p := shell("head -c 2000000 /dev/zero")
	if _, err := run(t, p, ""); !errors.Is(err, sandbox.ErrTooMuch) {
		t.Errorf("too long an answer: %v", err)
	}
	p = shell("head -c 2000000 /dev/zero > out")
	p.Result = "out"
	if got, err := run(t, p, ""); err == nil && len(got) > 1<<20 {
		t.Errorf("too long a file: %d bytes", len(got))
	}
	p = shell("while :; do :; done")
	p.Time = time.Second
	if _, err := run(t, p, ""); !errors.Is(err, sandbox.ErrTooMuch) {
		t.Errorf("a program without end: %v", err)
	}
	p = shell("x=$(head -c 300000000 /dev/zero | tr '\\0' x); echo did")
	p.Memory = 128 << 20
	if got, err := run(t, p, ""); err == nil && strings.Contains(got, "did") {
		t.Errorf("memory without bound: %q", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := shell("sleep 100").Run(ctx, strings.NewReader("")); !errors.Is(err, sandbox.ErrTooMuch) {
		t.Errorf("a caller that went away: %v", err)
	}
}
