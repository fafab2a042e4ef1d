package switchboard_test

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"yangguang/internal/rtp"
	"yangguang/internal/sip"
	"yangguang/internal/sip/sdp"
	"yangguang/supervision/hotline"
)

// listener is a caller who speaks fifty packets a second and notes when he hears
// one.
type listener struct {
	conn *net.UDPConn
	leg  *sip.Call
	to   netip.AddrPort
	seq  uint16
	last time.Time
	gaps []time.Duration // between two packets that follow each other
	lost int             // numbers left out
	next uint16
}

// calls has somebody call a line and wait for its voice.
func (l *listener) calls(ctx context.Context, s *sip.Server, number, from string) error {
	at := l.conn.LocalAddr().(*net.UDPAddr).AddrPort()
	leg, err := s.Dial(ctx, sip.Target{Trunk: "hotline", Number: number}, sdp.Offer(sdp.Local{Addr: at.Addr(), Port: at.Port()}), sip.DialOptions{From: from})
	if err == nil {
		l.leg, l.to = leg, netip.AddrPortFrom(leg.Remote().Addr, leg.Remote().Port)
	}
	return err
}

// say sends twenty milliseconds of silence.
func (l *listener) say() {
	var b [12 + rtp.FrameSize]byte
	b[0], b[1] = 0x80, 8
	binary.BigEndian.PutUint16(b[2:], l.seq)
	binary.BigEndian.PutUint32(b[4:], uint32(l.seq)*rtp.FrameSize)
	binary.BigEndian.PutUint32(b[8:], 7)
	l.seq++
	_, _ = l.conn.WriteToUDPAddrPort(b[:], l.to)
}

// hear notes what comes from begin until the socket is closed. Between two
// prompts the line is silent; that is no gap.
func (l *listener) hear(begin time.Time) {
	buf := make([]byte, 2048)
	for {
		n, err := l.conn.Read(buf)
		if err != nil {
			return
		}
		now := time.Now()
		if n < 12 || now.Before(begin) {
			continue
		}
		seq := binary.BigEndian.Uint16(buf[2:])
		if !l.last.IsZero() {
			if missing := seq - l.next; missing < 1000 {
				l.lost += int(missing)
			}
			l.gaps = append(l.gaps, now.Sub(l.last))
		}
		l.last, l.next = now, seq+1
	}
}

// TestManyAreSpokenTo has YANGGUANG_VOICE_CALLS callers in the voice service of one
// real process at once - waiting in the queue, told their place, hearing what it
// says meanwhile - and prints what it cost and how even the voice was. bench/voice.sh
// runs it, the process on a core of its own (YANGGUANG_VOICE_PREFIX), so many calls a
// second (YANGGUANG_VOICE_RATE).
func TestManyAreSpokenTo(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("YANGGUANG_VOICE_CALLS"))
	if n == 0 {
		t.Skip("YANGGUANG_VOICE_CALLS is not set: bench/voice.sh runs it")
	}
	f := fleetOf(t)
	a := f.node(t, 1, "trunks:\n  - {name: carrier, from: [127.0.0.2/32], proxy: 127.0.0.2:9, number: \"0000888800\"}\n")
	a.prefix = strings.Fields(os.Getenv("YANGGUANG_VOICE_PREFIX"))
	a.args = append(a.args, "--calls", strconv.Itoa(n+10), "--voice-ports", "30000-39999")
	a.start(t)
	line := f.Line(t, func(l *hotline.Line) { l.Record = false })
	s, err := sip.Listen(t.Context(), sip.Config{UDP: []string{"127.0.0.2:0"}, OnCall: func(c *sip.Call) { _ = c.Reject(480, "", 0) }, Limits: sip.Limits{Calls: 2 * n, PerCaller: n},
		Trunks: []sip.Trunk{{Name: "hotline", Proxy: a.at, Number: "0000123", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}}})
	check(t, err)
	t.Cleanup(s.Close)

	callers, begin := make([]*listener, n), time.Now()
	rate, _ := strconv.Atoi(cmp.Or(os.Getenv("YANGGUANG_VOICE_RATE"), "100")) // calls a second
	pace := time.NewTicker(time.Second / time.Duration(rate))
	defer pace.Stop()
	var all sync.WaitGroup
	failed := make(chan error, n)
	for i := range callers {
		conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 2)})
		check(t, err)
		callers[i] = &listener{conn: conn}
		<-pace.C
		all.Go(func() { failed <- callers[i].calls(t.Context(), s, line.Number, fmt.Sprintf("139%08d", i)) })
	}
	all.Wait()
	for range callers {
		check(t, <-failed)
	}
	came := time.Since(begin)

	const long = 20 * time.Second
	begin = time.Now().Add(2 * time.Second)
	for _, l := range callers {
		all.Go(func() { l.hear(begin) })
	}
	var before, after time.Duration
	behind := time.Duration(0)
	for turn, due := 0, time.Now(); due.Before(begin.Add(long)); turn++ {
		if before == 0 && due.After(begin) {
			before = used(t, a.cmd.Process.Pid)
		}
		for i := turn % 4; i < n; i += 4 {
			callers[i].say()
		}
		due = due.Add(5 * time.Millisecond)
		time.Sleep(time.Until(due))
		behind = max(behind, time.Since(due))
	}
	after = used(t, a.cmd.Process.Pid)
	heard, lost, silent := 0, 0, 0
	var gaps []time.Duration
	for _, l := range callers {
		_ = l.conn.Close()
	}
	all.Wait()
	for _, l := range callers {
		heard, lost = heard+len(l.gaps), lost+l.lost
		gaps = append(gaps, l.gaps...)
		if len(l.gaps) < int(long/(20*time.Millisecond))/2 {
			silent++
		}
	}
	slices.Sort(gaps)
	if silent > 0 || len(gaps) == 0 {
		t.Fatalf("%d of %d callers heard less than half of the time something", silent, n)
	}
	queued := f.count(t, "select count(*) from hotline_call where state = 'queued'")
	t.Logf("%d calls set up in %s, %d of them waiting in the queue; %s of voice: %d packets heard, %d lost", n, came.Round(100*time.Millisecond), queued, long, heard, lost)
	t.Logf("between two packets p50 %s, p99 %s, p99.9 %s, the longest %s; the callers themselves at most %s late", gaps[len(gaps)/2].Round(10*time.Microsecond), gaps[len(gaps)*99/100].Round(10*time.Microsecond), gaps[len(gaps)*999/1000].Round(10*time.Microsecond), gaps[len(gaps)-1].Round(time.Millisecond), behind.Round(time.Millisecond))
	t.Logf("the process used %.0f %% of one core", 100*(after-before).Seconds()/long.Seconds())
}

// used is the processor time another process had so far.
func used(t *testing.T, pid int) time.Duration {
	t.Helper()
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	check(t, err)
	f := strings.Fields(string(stat)[strings.LastIndexByte(string(stat), ')')+2:])
	ticks := 0
	for _, s := range f[11:13] { // user and system, in hundredths of a second
		n, err := strconv.Atoi(s)
		check(t, err)
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}
