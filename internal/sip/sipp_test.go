package sip

import (
	"bytes"
	"context"
	"log/slog"
	"net/netip"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"yangguang/internal/sip/sdp"
)

// hotline is a Server for a test with what it said.
type hotline struct {
	*Server
	log  *bytes.Buffer
	ends chan Ending
}

var ours = sdp.Local{Addr: netip.MustParseAddr("127.0.0.1"), Port: 40000}

// listen opens a server on the loopback that takes loopback for a trunk.
func listen(t *testing.T, change func(*Config)) *hotline {
	t.Helper()
	h := &hotline{log: &bytes.Buffer{}, ends: make(chan Ending, 10000)}
	cfg := Config{
		UDP: []string{"127.0.0.1:0"}, TCP: []string{"127.0.0.1:0"}, Log: slog.New(slog.NewTextHandler(h.log, nil)),
		Trunks: []Trunk{{Name: "carrier", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Number: "01000000000"}},
		OnCall: answers,
		Limits: Limits{PerCaller: 10000, TrunkRate: 10000},
	}
	if change != nil {
		change(&cfg)
	}
	take := cfg.OnCall
	cfg.OnCall = func(c *Call) {
		go func() { <-c.Done(); h.ends <- c.Ended() }()
		take(c)
	}
	s, err := Listen(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	h.Server = s
	t.Cleanup(s.Close)
	return h
}

// answers answers every call at once.
func answers(c *Call) {
	_ = c.Ring()
	answer(c)
}

func answer(c *Call) {
	local := sdp.Offer(ours)
	if offer, ok := c.Offer(); ok {
		var err error
		if local, err = sdp.Answer(offer, ours); err != nil {
			_ = c.Reject(488, "", 0)
			return
		}
	}
	_ = c.Answer(local)
}

// sipp plays a scenario against the server, and fails the test when it fails.
func (h *hotline) sipp(t *testing.T, scenario string, args ...string) {
	t.Helper()
	port := h.Addrs("UDP")[0].Port()
	for _, a := range args {
		if a == "t1" {
			port = h.Addrs("TCP")[0].Port()
		}
	}
	sipp(t, scenario, append([]string{"127.0.0.1:" + strconv.Itoa(int(port))}, args...)...)
}

func sipp(t *testing.T, scenario string, args ...string) {
	t.Helper()
	path, err := exec.LookPath("sipp")
	if err != nil {
		t.Skip("sipp is not installed: scenarios with a second implementation of SIP are not run (Debian: sip-tester)")
	}
	file, _ := filepath.Abs(filepath.Join("testdata", "sipp", scenario+".xml"))
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	args = append([]string{"-sf", file, "-nostdin", "-m", "1", "-timeout", "100", "-timeout_error", "-i", "127.0.0.1", "-s", "4000", "-trace_err", "-error_file", filepath.Join(dir, "err")}, args...)
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "TERM=dumb")
	out, err := cmd.CombinedOutput()
	if err != nil {
		said, _ := exec.Command("cat", filepath.Join(dir, "err")).Output()
		t.Fatalf("sipp %s: %v\n%s\n%s", scenario, err, tail(string(out)), said)
	}
}

func tail(s string) string {
	lines := strings.Split(s, "\n")
	return strings.Join(lines[max(0, len(lines)-60):], "\n")
}

// ended waits for the end of a call.
func (h *hotline) ended(t *testing.T) Ending {
	t.Helper()
	select {
	case e := <-h.ends:
		return e
	case <-t.Context().Done():
	}
	t.Fatal("the call never ended")
	return Ending{}
}
