package rtp_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pion/srtp/v3"

	"yangguang/internal/clock"
	"yangguang/internal/rtp"
)

// load is what the process that plays the telephones is told, and far what it
// answers.
type load struct {
	Calls    [][2]int // local ports of the product, caller's and clerk's
	Browsers browsers // in the clerks' place, when there are any
	Seconds  int
}

type far struct {
	Sent, Heard  int
	P50, P99     time.Duration
	Max          time.Duration
	BehindAtMost time.Duration // how late the telephones themselves were
}

// BenchmarkLoad relays and records YANGGUANG_MEDIA_CALLS calls over loopback for
// YANGGUANG_MEDIA_SECONDS (20), and prints how late a packet was at the other
// telephone and what processor time this process took. The telephones are a
// process of their own (YANGGUANG_MEDIA_PREFIX goes before its command, to keep
// it on another core). With YANGGUANG_MEDIA_BROWSERS set, the clerks are browsers.
// bench/media.sh runs it.
func BenchmarkLoad(b *testing.B) {
	n, _ := strconv.Atoi(os.Getenv("YANGGUANG_MEDIA_CALLS"))
	if n == 0 {
		b.Skip("bench/media.sh runs it")
	}
	seconds, _ := strconv.Atoi(os.Getenv("YANGGUANG_MEDIA_SECONDS"))
	l := load{Seconds: max(seconds, 1)}
	ports, dir := benchPorts(b), b.TempDir()
	var all []rtp.Report
	var recs []*rtp.Recorder
	var house *house
	if os.Getenv("YANGGUANG_MEDIA_BROWSERS") != "" {
		house = newHouse(b)
	}
	for i := range n {
		f, err := os.Create(filepath.Join(dir, strconv.Itoa(i)))
		if err != nil {
			b.Fatal(err)
		}
		caller := openAt(b, ports, rtp.Remote{Addr: local(9), Codec: rtp.PCMA})
		clerk, port := house.clerk(b, ports)
		rec := rtp.NewRecorder(f, clock.System())
		recs = append(recs, rec)
		rtp.NewBridge(caller, clerk, rec)
		l.Calls = append(l.Calls, [2]int{caller.Port(), port})
	}
	before := processor(b)
	coming := make(chan time.Duration, 1)
	if house != nil {
		l.Browsers = house.told
		go func() { coming <- house.reached(b) - before }()
	} else {
		coming <- 0
	}
	got := telephones(b, l)
	came := <-coming
	worked := processor(b) - before - came
	for _, r := range recs {
		all = append(all, r.Close())
	}
	complete := len(slices.DeleteFunc(all, func(r rtp.Report) bool { return !r.Complete }))
	b.ReportMetric(0, "ns/op")
	if house != nil {
		fmt.Printf("the clerks are browsers: %.1f ms of processor for one to come\n", came.Seconds()*1000/float64(n))
	}
	fmt.Printf("%d calls bridged and recorded for %d s: %d packets sent, %d heard at the other end (%.3f %% missing)\n",
		n, l.Seconds, got.Sent, got.Heard, 100-100*float64(got.Heard)/float64(max(got.Sent, 1)))
	fmt.Printf("relay p50 %v, p99 %v, max %v; the telephones themselves at most %v late; %d of %d recordings complete\n",
		got.P50, got.P99, got.Max, got.BehindAtMost, complete, n)
	fmt.Printf("processor %.0f %% of one core, %.1f µs a packet relayed\n", 100*worked.Seconds()/float64(l.Seconds), worked.Seconds()*1e6/float64(max(got.Heard, 1)))
}

func processor(b *testing.B) time.Duration {
	b.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func telephones(b *testing.B, l load) (got far) {
	b.Helper()
	told, err := json.Marshal(l)
	if err != nil {
		b.Fatal(err)
	}
	args := append(strings.Fields(os.Getenv("YANGGUANG_MEDIA_PREFIX")), os.Args[0], "-test.run", "^TestTelephones$")
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "YANGGUANG_MEDIA_TELEPHONES=1")
	cmd.Stdin, cmd.Stderr = strings.NewReader(string(told)), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		b.Fatal(err)
	}
	line, _, _ := strings.Cut(string(out), "\n")
	if err := json.Unmarshal([]byte(line), &got); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	return got
}

// TestTelephones is the other process of BenchmarkLoad, and no test.
func TestTelephones(t *testing.T) {
	if os.Getenv("YANGGUANG_MEDIA_TELEPHONES") == "" {
		t.Skip("the other process of BenchmarkLoad")
	}
	told, err := io.ReadAll(os.Stdin)
	if err != nil {
		t.Fatal(err)
	}
	var l load
	if err := json.Unmarshal(told, &l); err != nil {
		t.Fatal(err)
	}
	var legs []*telephone
	for i, c := range l.Calls {
		for side, port := range c {
			if side == 1 && len(l.Browsers.Names) > 0 {
				legs = append(legs, l.Browsers.come(t, i))
				continue
			}
			conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(local(port)))
			if err != nil {
				t.Fatal(err)
			}
			legs = append(legs, &telephone{conn: conn})
		}
	}
	answer, err := json.Marshal(talk(legs, time.Duration(l.Seconds)*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("%s\n", answer)
}

type telephone struct {
	conn *net.UDPConn
	seq  uint16
	late []time.Duration

	seal, open *srtp.Context // of a browser
	sealed     []byte
}

// talk has every telephone say a frame each 20 ms, in quarters, with the time in
// it, and hear the others' until a second after.
func talk(legs []*telephone, d time.Duration) (got far) {
	start := time.Now()
	var wg sync.WaitGroup
	for _, leg := range legs {
		wg.Go(func() { leg.listen(start) })
	}
	end := start.Add(d + settling)
	for turn, due := 0, start; due.Before(end); turn++ {
		if due.Sub(start) > settling {
			got.BehindAtMost = max(got.BehindAtMost, time.Since(due))
		}
		for i := turn % 4; i < len(legs); i += 4 {
			if legs[i].say(start) {
				got.Sent++
			}
		}
		due = due.Add(5 * time.Millisecond)
		time.Sleep(time.Until(due))
	}
	time.Sleep(time.Second)
	for _, leg := range legs {
		_ = leg.conn.Close()
	}
	wg.Wait()
	var late []time.Duration
	for _, leg := range legs {
		late = append(late, leg.late...)
	}
	slices.Sort(late)
	if got.Heard = len(late); got.Heard > 0 {
		got.P50, got.P99, got.Max = late[len(late)/2], late[len(late)*99/100], late[len(late)-1]
	}
	runtime.KeepAlive(legs)
	return got
}

// settling is the time in which the addresses are taken, and nothing counts.
const settling = time.Second

// say sends a frame and answers whether it counts.
func (l *telephone) say(start time.Time) bool {
	b := packet(8, l.seq, uint32(l.seq)*rtp.FrameSize, make([]byte, rtp.FrameSize))
	l.seq++
	now := time.Since(start)
	binary.BigEndian.PutUint64(b[12:], uint64(now))
	if l.seal != nil {
		var err error
		if b, err = l.seal.EncryptRTP(l.sealed[:0], b, nil); err != nil {
			return false
		}
		l.sealed = b
	}
	_, err := l.conn.Write(b)
	return now > settling && err == nil
}

func (l *telephone) listen(start time.Time) {
	buf, plain := make([]byte, 2048), make([]byte, 2048)
	for {
		n, err := l.conn.Read(buf)
		if err != nil {
			return
		}
		b := buf[:n]
		if l.open != nil && n > 0 && b[0] >= 128 {
			if b, err = l.open.DecryptRTP(plain[:0], b, nil); err != nil {
				continue
			}
		}
		if len(b) >= 20 && b[0] >= 128 {
			if sent := time.Duration(binary.BigEndian.Uint64(b[12:])); sent > settling {
				l.late = append(l.late, time.Since(start)-sent)
			}
		}
	}
}
