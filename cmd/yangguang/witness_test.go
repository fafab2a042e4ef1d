package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yangguang/internal/ledger"
)

// watching runs the witness command in a folder until stop.
func watching(t *testing.T, dir string, args ...string) (w ledger.Witness, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, append([]string{"witness", "--dir", dir, "--listen", "127.0.0.1:0"}, args...), in)
		_ = in.CloseWithError(io.EOF)
		ended <- err
	}()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case "key":
			w.VKey = rest
		case "ready":
			w.URL = rest
			return w, func() {
				t.Helper()
				cancel()
				if err := <-ended; err != nil {
					t.Errorf("stopping the witness: %v", err)
				}
			}
		}
	}
	cancel()
	t.Fatalf("the witness did not come up: %v", <-ended)
	return w, nil
}

// submit asks a witness to cosign the newest head of the house's log.
func (p *provenHouse) submit(t *testing.T, w ledger.Witness) error {
	t.Helper()
	p.ledger.Witnesses = []ledger.Witness{w}
	_, err := p.ledger.Submit(t.Context())
	return err
}

// head is the newest signed head of the house's log, as anybody reads it.
func (p *provenHouse) head(t *testing.T) string {
	t.Helper()
	return fetch(t, http.DefaultClient, p.addr+"/log/35/checkpoint")
}

// submission sends a witness a submission by hand.
func submission(t *testing.T, w ledger.Witness, body string) (int, string) {
	t.Helper()
	resp, err := http.Post(w.URL+"/add-checkpoint", "text/plain", strings.NewReader(body)) //nolint:noctx // a test of loopback
	must(t, err)
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp.StatusCode, string(b)
}

// TestAWitnessHoldsALogToWhatItSaid: the command cosigns a log that grows, and
// refuses the same log when its operator restored an older backup, and when he
// wrote another history under the same key and name; restarts in between change
// nothing.
func TestAWitnessHoldsALogToWhatItSaid(t *testing.T) {
	p := proven(t)
	older := p.head(t)
	backup := filepath.Join(t.TempDir(), "older.tar.zst")
	mustRun(t, "backed up", "backup", "--data", p.dir, "--to", backup, "--with-keys")

	dir, key := filepath.Join(t.TempDir(), "witness"), p.ledger.Key.VKey(35)
	w, stop := watching(t, dir, "--log", key, "--name", "witness.example.edu.cn")
	must(t, p.submit(t, w))
	p.publish(t, "后来的通知")
	must(t, p.submit(t, w))
	stop()
	p.app.Cache().Empty()
	holds(t, said(t, "verify", "--key", key, "--witness", w.VKey, p.addr+"/log/35"), "4 entries in order, signed", "witnessed by witness.example.edu.cn on ")
	stranger, err := ledger.NewKey("other.example")
	must(t, err)
	refused(t, 1, "other.example did not witness it", "verify", "--key", key, "--witness", stranger.WitnessVKey(), p.addr+"/log/35")

	// The witness is started again, without its name: it is the same witness.
	again, stop := watching(t, dir, "--log", key)
	if again.VKey != w.VKey {
		t.Errorf("after a restart it is another witness: %s, was %s", again.VKey, w.VKey)
	}
	if status, answer := submission(t, again, "old 3\n\n"+older); status != http.StatusConflict || answer != "4\n" {
		t.Errorf("an older head again: %d %q", status, answer)
	}

	// The operator goes back to the backup; the entry after it never was.
	back := filepath.Join(t.TempDir(), "back")
	mustRun(t, "restored and verified", "restore", "--data", back, "--from", backup)
	rolled := storeIn(t, back)
	if err := rolled.submit(t, again); err == nil || !strings.Contains(err.Error(), "knows the log at size 4") {
		t.Errorf("a log that was rolled back: %v", err)
	}
	stop()

	// He writes another history under the same key, longer than the witnessed one.
	forked := storeIn(t, t.TempDir())
	forked.ledger.Key = p.ledger.Key
	forked.fill(t)
	forked.publish(t, "从未有过的通知")
	again, stop = watching(t, dir, "--log", key)
	defer stop()
	if err := forked.submit(t, again); err == nil || !strings.Contains(err.Error(), "409") {
		t.Errorf("another history of the same length: %v", err)
	}
	forked.publish(t, "再一件从未有过的通知")
	if err := forked.submit(t, again); err == nil || !strings.Contains(err.Error(), "422") {
		t.Errorf("another history that is longer: %v", err)
	}
	forked.listen(t)
	if got := forked.head(t); strings.Contains(got, "witness.example.edu.cn") {
		t.Errorf("the forked head is cosigned: %s", got)
	}
	// The true log goes on.
	p.publish(t, "再后来的通知")
	must(t, p.submit(t, again))
}

// TestAWitnessIsToldWhatItCannotDo with a sentence for each mistake.
func TestAWitnessIsToldWhatItCannotDo(t *testing.T) {
	dir := t.TempDir()
	k, err := ledger.NewKey("www.example.gov.cn/log")
	must(t, err)
	key := k.VKey(35)
	in := func(args ...string) []string { return append([]string{"witness", "--dir", dir}, args...) }
	refused(t, 2, "name at least one log with --log KEY", in()...)
	refused(t, 2, "is not a public key", in("--log", "nonsense")...)
	refused(t, 2, `"https://www.example.gov.cn" is no argument of this command`, in("--log", key, "https://www.example.gov.cn")...)
	refused(t, 2, "no blanks and no plus sign", in("--log", key, "--name", "a name")...)
	refused(t, 2, "two keys of the log www.example.gov.cn/log/35", in("--log", key, "--log", otherKey(t))...)
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("a refused start left %v (%v)", left, err)
	}
	refused(t, 1, "256.0.0.1", in("--log", key, "--listen", "256.0.0.1:1")...)
	for _, damaged := range []string{"{", "null", `{"www.example.gov.cn/log/35": null}`} {
		must(t, os.WriteFile(filepath.Join(dir, "state.json"), []byte(damaged), 0o600))
		refused(t, 1, "restore it from a backup", in("--log", key, "--listen", "127.0.0.1:0")...)
	}
}
