package switchboard_test

import (
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/switchboard"
)

// wire is what lies between the process and its database: it can be cut, and
// frozen, as when the machine is there and answers nothing.
type wire struct {
	net.Listener
	to string

	mu     sync.Mutex
	change *sync.Cond
	state  string // "", "cut" or "frozen"
	open   []net.Conn
}

// wired has the tests' PostgreSQL reached through a wire.
func wired(t *testing.T) *wire {
	t.Helper()
	dsn := os.Getenv("YANGGUANG_TEST_PG")
	if dsn == "" {
		t.Skip("YANGGUANG_TEST_PG is not set: make test starts a PostgreSQL and sets it")
	}
	u, err := url.Parse(dsn)
	check(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	w := &wire{Listener: l, to: u.Host}
	w.change = sync.NewCond(&w.mu)
	u.Host = l.Addr().String()
	t.Setenv("YANGGUANG_TEST_PG", u.String())
	go w.serve()
	t.Cleanup(func() { _ = l.Close() })
	return w
}

func (w *wire) serve() {
	for {
		c, err := w.Accept()
		if err != nil {
			return
		}
		go w.join(c)
	}
}

func (w *wire) join(c net.Conn) {
	w.mu.Lock()
	if w.state == "cut" {
		w.mu.Unlock()
		_ = c.Close()
		return
	}
	w.mu.Unlock()
	d, err := net.Dial("tcp", w.to)
	if err != nil {
		_ = c.Close()
		return
	}
	w.mu.Lock()
	w.open = append(w.open, c, d)
	w.mu.Unlock()
	go w.pass(c, d)
	w.pass(d, c)
}

// pass carries one way, nothing while frozen.
func (w *wire) pass(from, to net.Conn) {
	defer func() { _, _ = from.Close(), to.Close() }()
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		w.mu.Lock()
		for w.state == "frozen" {
			w.change.Wait()
		}
		w.mu.Unlock()
		if _, werr := to.Write(b[:n]); err != nil || werr != nil {
			return
		}
	}
}

func (w *wire) set(state string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state = state
	if state == "cut" {
		for _, c := range w.open {
			_ = c.Close()
		}
		w.open = nil
	}
	w.change.Broadcast()
}

// outage is an exchange whose database can go away, with a desk phone and a duty
// phone.
type outage struct {
	*exchange
	wire       *wire
	dir        string
	line       hotline.Line
	desk, duty *handset
}

func outageOf(t *testing.T) *outage {
	t.Helper()
	o := &outage{wire: wired(t)}
	port := free(t, "udp")
	c := clock.NewFake(disclosuretest.Now)
	o.exchange = beginOver(t, dbtest.Postgres(t, c, migrations...), c, func(c *switchboard.Config) {
		o.dir = c.Dir
		c.SIP.Trunks[0].Proxy = "127.0.0.2:" + strconv.Itoa(port)
	})
	o.duty = handsetAt(t, "127.0.0.2", port, o.at, 1000, nil)
	o.line = o.Line(t, func(l *hotline.Line) { l.Record, l.Fallback = true, "0000777" })
	o.desk, _ = o.deskHandset(t, 440)
	return o
}

func (o *outage) journal(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(o.dir, "phone.journal"))
	check(t, err)
	return string(b)
}

// told is the record of every call, as it stands in the store.
func (o *outage) told(t *testing.T) (out []string) {
	t.Helper()
	all, _, err := o.Hotline.Calls(o.As(o.Manager), hotline.CallFilter{})
	check(t, err)
	for _, c := range all {
		f, events, err := o.Hotline.History(o.As(o.Manager), c.Ref())
		check(t, err)
		var kinds []string
		for _, e := range events {
			if e.Kind != "position" && e.Kind != "menu" {
				kinds = append(kinds, e.Kind)
			}
		}
		out = append(out, strings.Join(append([]string{f.State, f.By, f.Why, f.Transferred, strconv.FormatBool(f.HasNumber)}, kinds...), " "))
	}
	slices.Sort(out)
	return out
}

// The database goes away, by each of the two ways it can: a call under way goes
// on and its end is recorded; one that comes in reaches the duty phone. What
// happened stands in the store afterwards, once, though it is told again.
func TestTheDatabaseGoesAwayAndCallsGoOn(t *testing.T) {
	o := outageOf(t)
	caller := handsetAt(t, "127.0.0.2", 0, o.at, 880, nil)
	first := caller.calls(t, o.line.Number)
	desk := o.desk.answered(t)
	first.hears(t, 440)
	o.only(t, func(c *hotline.Call) bool { return c.State == hotline.Talking })

	o.wire.set("cut")
	first.hears(t, 440)
	desk.hears(t, 880)
	second := caller.calls(t, o.line.Number)
	duty := o.duty.answered(t)
	second.hears(t, 1000)
	duty.hears(t, 880)
	first.leg.Hangup()
	desk.over(t)
	second.leg.Hangup()
	duty.over(t)
	until(t, "both ends in the journal", func() bool { return strings.Count(o.journal(t), `"kind":"ended"`) == 2 })
	left := o.journal(t)
	if strings.Contains(left, "0000123") || strings.Contains(left, o.line.Number) || strings.Contains(left, "0000777") {
		t.Error("the journal holds a number in the open")
	}

	o.wire.set("")
	until(t, "the journal to be taken", func() bool { return o.journal(t) == "" })
	want := []string{
		"ended caller hangup  true arrived queued offered taken recording answered ended",
		"ended system transferred fallback true arrived transferred ended",
	}
	if got := o.told(t); !slices.Equal(got, want) {
		t.Fatalf("in the store\n%q\nwant\n%q", got, want)
	}

	// The next process finds all of it, for this one died before it could say that it was taken.
	again := t.TempDir()
	write(t, filepath.Join(again, "phone.journal"), left)
	next := o.again(t, again)
	if got := o.told(t); !slices.Equal(got, want) {
		t.Errorf("told again\n%q\nwant\n%q", got, want)
	}
	next.Close()
}

// The long one: the database is away for as long as YANGGUANG_OUTAGE says, cut
// and then frozen, while a recorded conversation goes on and others call.
func TestAnOutageOfTheDatabase(t *testing.T) {
	most, err := time.ParseDuration(os.Getenv("YANGGUANG_OUTAGE"))
	if err != nil {
		t.Skip("YANGGUANG_OUTAGE is not set, such as 10s: make outage")
	}
	o := outageOf(t)
	caller := handsetAt(t, "127.0.0.2", 0, o.at, 880, nil)
	first := caller.calls(t, o.line.Number)
	desk := o.desk.answered(t)
	first.hears(t, 440)
	calls := 0
	for _, way := range []string{"cut", "frozen"} {
		o.wire.set(way)
		var slowest time.Duration
		n := 0
		for began := time.Now(); time.Since(began) < most; n++ {
			asked := time.Now()
			k := caller.calls(t, o.line.Number)
			duty := o.duty.answered(t)
			k.hears(t, 1000)
			slowest = max(slowest, time.Since(asked))
			first.hears(t, 440)
			desk.hears(t, 880)
			if n%2 == 0 {
				k.leg.Hangup()
			} else {
				duty.leg.Hangup()
			}
			k.over(t)
			duty.over(t)
		}
		o.wire.set("")
		until(t, "the journal to be taken", func() bool { return o.journal(t) == "" })
		t.Logf("%s for %s: the recorded call heard both ways throughout; %d calls came in, %d reached the duty phone, the slowest after %s with half a second of its voice; journal taken", way, most, n, n, slowest.Round(10*time.Millisecond))
		calls += n
	}
	first.leg.Hangup()
	desk.over(t)
	until(t, "the record", func() bool {
		done := 0
		for _, c := range o.told(t) {
			if c == "ended system transferred fallback true arrived transferred ended" || c == "ended caller hangup  true arrived queued offered taken recording answered ended" {
				done++
			}
		}
		return done == calls+1
	})
	if _, err := o.recordings.Adopt(t.Context()); err != nil {
		t.Fatal(err)
	}
	seconds := o.recorded(t)
	if seconds < int(2*most/time.Second) {
		t.Errorf("%d s are recorded of a conversation through two outages of %s", seconds, most)
	}
	t.Logf("%d of %d calls stand in the store, each once; %d s of the conversation are recorded", calls+1, calls+1, seconds)
}

// recorded is how many seconds of conversations are kept.
func (o *outage) recorded(t *testing.T) (seconds int) {
	t.Helper()
	o.Read(t, func(tx *db.Tx) error {
		return tx.Row("select coalesce(sum(seconds), 0) from recording").Scan(&seconds)
	})
	return seconds
}

// again opens the next process over the same store, with a data folder.
func (o *outage) again(t *testing.T, dir string) *switchboard.Switchboard {
	t.Helper()
	c := o.config
	c.Hotline, c.Dir = o.Process("phone-17"), dir
	next, err := switchboard.Open(t.Context(), c)
	check(t, err)
	return next
}
