package sip

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"yangguang/internal/sip/sdp"
)

// hotline is a Server for a test with what it said.
type hotline struct {
	*Server
	log  *saidBuffer
	ends chan Ending
}

var ours = sdp.Local{Addr: netip.MustParseAddr("127.0.0.1"), Port: 40000}

// listen opens a server on the loopback that takes loopback for a trunk.
func listen(t testing.TB, change func(*Config)) *hotline {
	t.Helper()
	h := &hotline{log: &saidBuffer{}, ends: make(chan Ending, 10000)}
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
	if err := play(t.Context(), t.TempDir(), script(t, scenario), args...); err != nil {
		t.Fatal(err)
	}
}

// script is the scenario's file; without sipp the test is passed over.
func script(t testing.TB, scenario string) string {
	t.Helper()
	if _, err := exec.LookPath("sipp"); err != nil {
		t.Skip("sipp is not installed: scenarios with a second implementation of SIP are not run (Debian: sip-tester)")
	}
	file, err := filepath.Abs(filepath.Join("testdata", "sipp", scenario+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// play runs sipp in dir; what it said is the error.
func play(ctx context.Context, dir, file string, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	args = append([]string{"-sf", file, "-nostdin", "-m", "1", "-timeout", "45", "-timeout_error", "-i", "127.0.0.1", "-s", "4000", "-trace_err", "-error_file", filepath.Join(dir, "err")}, args...)
	cmd := exec.CommandContext(ctx, "sipp", args...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "TERM=dumb")
	out, err := cmd.CombinedOutput()
	if err != nil {
		said, _ := os.ReadFile(filepath.Join(dir, "err"))
		return fmt.Errorf("sipp %s: %w\n%s\n%s", filepath.Base(file), err, tail(string(out)), said)
	}
	return nil
}

func tail(s string) string {
	lines := strings.Split(s, "\n")
	return strings.Join(lines[max(0, len(lines)-60):], "\n")
}

// ended waits for the end of a call.
func (h *hotline) ended(t testing.TB) Ending {
	t.Helper()
	select {
	case e := <-h.ends:
		return e
	case <-t.Context().Done():
	}
	t.Fatal("the call never ended")
	return Ending{}
}

// saidBuffer is a log that several write.
type saidBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *saidBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *saidBuffer) String() string { s.mu.Lock(); defer s.mu.Unlock(); return s.b.String() }

// Our registrar by a second implementation: a secret is asked for each time.
func TestSippRegistersAtUs(t *testing.T) {
	came, went := make(chan Registration, 10), make(chan string, 10)
	h := office(t, func(c *Config) {
		c.OnRegister = func(r Registration) { came <- r }
		c.OnUnregister = func(user string) { went <- user }
		c.Digests = []string{"MD5"} // all that sipp knows
		c.Trunks[0].Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.9/32")}
	})
	h.sipp(t, "registerwrong", "-s", "8001", "-au", "8001", "-ap", "wrong")
	if _, ok := h.bindings.find("8001"); ok || len(came) != 0 {
		t.Error("a wrong secret registered")
	}
	h.sipp(t, "register", "-s", "8001", "-au", "8001", "-ap", phones["8001"])
	if len(came) != 3 || len(went) != 2 {
		t.Errorf("told of %d registrations and %d ends", len(came), len(went))
	}
	if _, ok := h.bindings.find("8001"); ok {
		t.Error("it is still there")
	}
}

// A carrier by a second implementation: we register, and say so when we go.
func TestWeTellTheCarrierThatWeGo(t *testing.T) {
	file := script(t, "registrar")
	carrier, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := carrier.LocalAddr().(*net.UDPAddr).Port
	_ = carrier.Close()
	done := make(chan error, 1)
	go func() {
		done <- play(t.Context(), t.TempDir(), file, "-p", strconv.Itoa(port), "127.0.0.1")
	}()
	h := listen(t, func(c *Config) {
		c.Trunks = []Trunk{{Name: "carrier", Register: &TrunkRegistration{Server: "127.0.0.1:" + strconv.Itoa(port), User: "hotline", Password: "secret"}}}
	})
	for !h.Trunks()[0].Registered { // told when the answer is handled
		select {
		case err := <-done:
			t.Fatalf("never registered: %v", err)
		default:
		}
	}
	h.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
