package sip

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"yangguang/internal/sip/sdp"
)

// TestBaresip has a second telephone of others' making register, be called and
// be hung up.
func TestBaresip(t *testing.T) {
	if _, err := exec.LookPath("baresip"); err != nil {
		t.Skip("baresip is not installed: a registration by another implementation is not tried (Debian: baresip-core)")
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil || !slices.ContainsFunc(addrs, func(a net.Addr) bool { n, ok := a.(*net.IPNet); return ok && n.IP.To4() != nil && !n.IP.IsLoopback() }) {
		t.Skip("baresip wants a network interface beside the loopback, and this machine has none: a registration by another implementation is not tried")
	}
	came := make(chan Registration, 10)
	h := office(t, func(c *Config) {
		c.Trunks[0].Allow, c.Trunks[0].Proxy, c.Digests = nil, "127.0.0.9", nil // as they come: MD5
		c.OnRegister = func(r Registration) { came <- r }
	})
	dir := t.TempDir()
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := l.LocalAddr().String()
	_ = l.Close()
	modules := ""
	for _, d := range []string{"/usr/lib/baresip/modules", "/usr/local/lib/baresip/modules"} {
		if _, err := os.Stat(d); err == nil {
			modules = d
		}
	}
	for name, text := range map[string]string{
		"config": "sip_listen " + listen + "\nmodule_path " + modules + "\nmodule g711.so\nmodule_tmp account.so\nmodule_app menu.so\naudio_source none\naudio_player none\n",
		"accounts": fmt.Sprintf("<sip:8001@%s>;auth_user=8001;auth_pass=\"%s\";regint=600;answermode=auto\n",
			h.Addrs("UDP")[0], phones["8001"]),
		"contacts": "",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "baresip", "-f", dir)
	said := &saidBuffer{}
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cancel(); _ = cmd.Wait() }()
	select {
	case r := <-came:
		if r.User != "8001" || !strings.HasSuffix(r.Source, strings.TrimPrefix(listen, "127.0.0.1")) {
			t.Errorf("registered %+v", r)
		}
	case <-ctx.Done():
		t.Fatalf("baresip never registered, %+v\n%s", h.Counters(), said)
	}
	c, err := h.Dial(ctx, Target{Phone: "8001"}, sdp.Offer(ours), DialOptions{From: "13800000000"})
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if !c.Remote().Has(sdp.PCMA) {
		t.Errorf("it speaks %v", c.Remote().Payloads)
	}
	c.Hangup()
}
