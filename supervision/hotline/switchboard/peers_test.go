package switchboard_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"yangguang/internal/rtp/rtptest"
)

// softphone is a real telephone: baresip, with a tone for a microphone and a
// folder for what it hears.
type softphone struct {
	t      *testing.T
	dir    string
	ctrl   net.Conn
	events chan event
}

type event struct {
	Event bool   `json:"event"`
	Type  string `json:"type"`
	Param string `json:"param"`
}

// phoneAt starts one at an address of this machine, with an account line.
func phoneAt(t *testing.T, host, account string, hz float64) *softphone {
	t.Helper()
	return phoneOn(t, host, free(t, "udp"), account, hz)
}

// phoneOn starts one on a port.
func phoneOn(t *testing.T, host string, port int, account string, hz float64) *softphone {
	t.Helper()
	return phoneWith(t, host, port, account, hz, "")
}

// phoneWith starts one with more lines of configuration.
func phoneWith(t *testing.T, host string, port int, account string, hz float64, more string) *softphone {
	t.Helper()
	bin, err := exec.LookPath("baresip")
	if err != nil {
		t.Skip("baresip is not installed: no real telephone (scripts/with-test-env installs it)")
	}
	if !networked() {
		t.Skip("baresip wants a network interface beside the loopback, and this machine has none: no real telephone")
	}
	p := &softphone{t: t, dir: t.TempDir(), events: make(chan event, 100)}
	ctrl := free(t, "tcp")
	write(t, filepath.Join(p.dir, "accounts"), account+"\n")
	write(t, filepath.Join(p.dir, "contacts"), "")
	write(t, filepath.Join(p.dir, "tone.wav"), string(wav(rtptest.Tone(hz, time.Minute))))
	write(t, filepath.Join(p.dir, "config"), fmt.Sprintf(`poll_method epoll
sip_listen %s:%d
audio_source aufile,%s/tone.wav
audio_player aufile,%s/out.wav
audio_alert aufile,%s/alert.wav
ausrc_srate 8000
auplay_srate 8000
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module sndfile.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
snd_path %s
ctrl_tcp_listen 127.0.0.1:%d
rtp_ports 52000-58000
%s`, host, port, p.dir, p.dir, p.dir, p.dir, ctrl, more))
	cmd := exec.CommandContext(t.Context(), bin, "-f", p.dir)
	log, err := os.Create(filepath.Join(p.dir, "log"))
	check(t, err)
	cmd.Stdout, cmd.Stderr = log, log
	check(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = log.Close()
		if t.Failed() {
			b, _ := os.ReadFile(log.Name())
			t.Logf("telephone of %.0f Hz:\n%s", hz, b)
		}
	})
	until(t, "the telephone's control port", func() bool {
		p.ctrl, err = net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(ctrl))
		return err == nil
	})
	t.Cleanup(func() { _ = p.ctrl.Close() })
	go p.listen()
	return p
}

// listen reads netstrings of JSON.
func (p *softphone) listen() {
	r := bufio.NewReader(p.ctrl)
	for {
		size, err := r.ReadString(':')
		if err != nil {
			return
		}
		n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimLeft(size, ","), ":"))
		if err != nil {
			return
		}
		b := make([]byte, n)
		if _, err := io.ReadFull(r, b); err != nil {
			return
		}
		var e event
		if json.Unmarshal(b, &e) == nil && e.Event {
			select {
			case p.events <- e:
			default:
			}
		}
	}
}

func (p *softphone) do(command, param string) {
	p.t.Helper()
	b, err := json.Marshal(map[string]string{"command": command, "params": param})
	check(p.t, err)
	_, err = fmt.Fprintf(p.ctrl, "%d:%s,", len(b), b)
	check(p.t, err)
}

// wait waits for an event of a type.
func (p *softphone) wait(kind string) {
	p.t.Helper()
	late := time.After(30 * time.Second)
	var seen []string
	for {
		select {
		case e := <-p.events:
			if e.Type == kind {
				return
			}
			seen = append(seen, e.Type)
		case <-late:
			p.t.Fatalf("no %s, but %v", kind, seen)
		}
	}
}

// hears waits until the telephone has heard a tone for a second or more.
func (p *softphone) hears(hz float64) {
	p.t.Helper()
	until(p.t, fmt.Sprintf("%.0f Hz at the telephone", hz), func() bool {
		names, _ := filepath.Glob(filepath.Join(p.dir, "dump-*-dec.wav"))
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil || len(b) < 44+16000 {
				continue
			}
			samples := pcm(b[len(b)-16000:])
			if rtptest.Share(samples, hz) > 0.5 {
				return true
			}
		}
		return false
	})
}

// hearsBoth is whether the telephone hears two tones at once now.
func (p *softphone) hearsBoth(a, b float64) bool {
	names, _ := filepath.Glob(filepath.Join(p.dir, "dump-*-dec.wav"))
	for _, name := range names {
		wav, err := os.ReadFile(name)
		if err == nil && len(wav) > 44+16000 && len(rtptest.Heard(pcm(wav[len(wav)-8000:]), a, b)) == 2 {
			return true
		}
	}
	return false
}

func pcm(b []byte) []int16 {
	out := make([]int16, len(b)/2)
	for i := range out {
		out[i] = int16(uint16(b[2*i]) | uint16(b[2*i+1])<<8)
	}
	return out
}

func wav(samples []int16) []byte {
	n := 2 * len(samples)
	le := func(v, size int) (out []byte) {
		for range size {
			out = append(out, byte(v))
			v >>= 8
		}
		return out
	}
	b := []byte("RIFF")
	b = append(b, le(n+36, 4)...)
	b = append(b, "WAVEfmt "...)
	for _, x := range [][2]int{{16, 4}, {1, 2}, {1, 2}, {8000, 4}, {16000, 4}, {2, 2}, {16, 2}} {
		b = append(b, le(x[0], x[1])...)
	}
	b = append(b, "data"...)
	b = append(b, le(n, 4)...)
	for _, s := range samples {
		b = append(b, le(int(uint16(s)), 2)...)
	}
	return b
}

func free(t *testing.T, network string) int {
	t.Helper()
	if network == "udp" {
		c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		check(t, err)
		defer func() { _ = c.Close() }()
		return c.LocalAddr().(*net.UDPAddr).Port
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

func write(t *testing.T, path, text string) {
	t.Helper()
	check(t, os.WriteFile(path, []byte(text), 0o600))
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// until looks again and again; it gives up after half a minute.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatal("in vain for " + what)
}

// networked is whether there is an address beside the loopback's.
func networked() bool {
	addrs, err := net.InterfaceAddrs()
	return err == nil && slices.ContainsFunc(addrs, func(a net.Addr) bool {
		n, ok := a.(*net.IPNet)
		return ok && n.IP.To4() != nil && !n.IP.IsLoopback()
	})
}
