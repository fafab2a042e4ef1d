package switchboard_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/secret"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/hotlinetest"
)

// fleet is the real program: telephone processes with data folders of their own on
// one database.
type fleet struct {
	*exchange
	bin, database string
	keys          string // folder
}

// together skips unless asked for: it takes minutes.
func together(t *testing.T, tools ...string) {
	t.Helper()
	if os.Getenv("YANGGUANG_NODES") == "" {
		t.Skip("YANGGUANG_NODES is not set: make nodes runs the telephone's real processes and kills them")
	}
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed: the nodes are not tried behind it", tool)
		}
	}
}

func build(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "yangguang")
	if out, err := exec.Command("go", "build", "-o", bin, "yangguang/cmd/yangguang").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

func fleetOf(t *testing.T) *fleet {
	t.Helper()
	c := clock.NewFake(time.Now())
	d := dbtest.Postgres(t, c, migrations...)
	f := &fleet{bin: build(t), database: dbtest.URL(t, d), keys: t.TempDir()}
	h := hotlinetest.Over(t, d, c)
	keys, err := secret.Create(filepath.Join(f.keys, "master.key"))
	check(t, err)
	h.Cases.Keys = keys
	h.Hotline = h.Process("none")
	check(t, d.Write(t.Context(), func(tx *db.Tx) error { // the few divisions of the house are enough
		_, err := tx.Exec("insert into division_import (edition, last_code, done, total, finished_at) values ($1, 0, 0, 0, 1)", agency.Edition)
		return err
	}))
	f.exchange = &exchange{House: h}
	return f
}

// node is one of the processes.
type node struct {
	*fleet
	name, at, data string
	prefix, args   []string // prefix goes before the command
	cmd            *exec.Cmd
}

// node makes the process numbered n, at an address of its own.
func (f *fleet) node(t *testing.T, n int, trunks string) *node {
	t.Helper()
	p := &node{fleet: f, name: "phone-" + strconv.Itoa(n|16), data: t.TempDir()}
	check(t, os.Mkdir(filepath.Join(p.data, "keys"), 0o700))
	for _, name := range []string{"master.key", "index.key"} {
		key, err := os.ReadFile(filepath.Join(f.keys, name))
		check(t, err)
		write(t, filepath.Join(p.data, "keys", name), string(key))
	}
	write(t, filepath.Join(p.data, "trunks.yaml"), trunks)
	host := fmt.Sprintf("127.0.0.%d", 10+n)
	l, err := net.ListenPacket("udp", host+":0")
	check(t, err)
	p.at = l.LocalAddr().String()
	check(t, l.Close())
	first := 20000 + 2000*n
	p.args = []string{"phone", "--data", p.data, "--database", f.database, "--node", strconv.Itoa(n), "--sip", "udp:" + p.at, "--trunks", filepath.Join(p.data, "trunks.yaml"),
		"--voice-ports", fmt.Sprintf("%d-%d", first, first+1999), "--calls", "900", "--phone-drain", "1s"}
	return p
}

// start runs it and waits until it is ready.
func (p *node) start(t *testing.T) {
	t.Helper()
	line := slices.Concat(p.prefix, []string{p.bin}, p.args)
	p.cmd = exec.Command(line[0], line[1:]...)
	log, err := os.OpenFile(filepath.Join(p.data, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	check(t, err)
	p.cmd.Stderr = log
	out, err := p.cmd.StdoutPipe()
	check(t, err)
	check(t, p.cmd.Start())
	t.Cleanup(func() {
		p.kill()
		_ = log.Close()
		if t.Failed() {
			b, _ := os.ReadFile(log.Name())
			t.Logf("%s said\n%s", p.name, b[max(0, len(b)-4000):])
		}
	})
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if lines.Text() == "ready for calls" {
			return
		}
	}
	t.Fatal(p.name + " ended before it was ready")
}

// kill is kill -9.
func (p *node) kill() {
	if p.cmd != nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
		p.cmd = nil
	}
}

// live are the calls a process holds, as the store knows.
func (f *fleet) live(t *testing.T, node string) (out []hotline.Call) {
	t.Helper()
	var ids []int64
	f.Read(t, func(tx *db.Tx) (err error) {
		ids, err = db.List(tx, db.One[int64], "select id from hotline_call where node = $1 and state <> 'ended' order by id", node)
		return err
	})
	for _, id := range ids {
		c, err := f.Hotline.Find(t.Context(), hotline.Ref{Province: db.ProvinceOf(id), ID: id})
		check(t, err)
		out = append(out, *c)
	}
	return out
}

func (f *fleet) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	f.Read(t, func(tx *db.Tx) error { return tx.Row(query, args...).Scan(&n) })
	return n
}

// dispatcher runs kamailio before the nodes.
func dispatcher(t *testing.T, nodes ...*node) (at string) {
	t.Helper()
	dir := t.TempDir()
	at = "127.0.0.9:" + strconv.Itoa(free(t, "udp"))
	var list strings.Builder
	for _, n := range nodes {
		fmt.Fprintf(&list, "1 sip:%s\n", n.at)
	}
	write(t, filepath.Join(dir, "dispatcher.list"), list.String())
	cfg, err := os.ReadFile("testdata/kamailio.cfg")
	check(t, err)
	write(t, filepath.Join(dir, "kamailio.cfg"), strings.NewReplacer("LISTEN", at, "LIST", filepath.Join(dir, "dispatcher.list")).Replace(string(cfg)))
	cmd := exec.Command("kamailio", "-f", filepath.Join(dir, "kamailio.cfg"), "-DD", "-E", "-m", "64", "-M", "8", "-P", filepath.Join(dir, "pid"), "-Y", dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	log, err := os.Create(filepath.Join(dir, "log"))
	check(t, err)
	cmd.Stdout, cmd.Stderr = log, log
	check(t, cmd.Start())
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // the group we made
		_ = cmd.Wait()
		if t.Failed() {
			b, _ := os.ReadFile(log.Name())
			t.Logf("kamailio said\n%s", b[max(0, len(b)-4000):])
		}
	})
	probe, err := net.Dial("udp", at)
	check(t, err)
	defer func() { _ = probe.Close() }()
	until(t, "kamailio", func() bool {
		_, err := fmt.Fprintf(probe, "OPTIONS sip:x@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKx\r\nMax-Forwards: 5\r\nFrom: <sip:x@x>;tag=1\r\nTo: <sip:x@x>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n", at, probe.LocalAddr())
		if err != nil {
			return false
		}
		_ = probe.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		n, err := probe.Read(make([]byte, 2000))
		return err == nil && n > 0
	})
	return at
}

// One of two nodes behind kamailio is killed while twenty callers a second come:
// each of them is answered, each call of the dead node is called back once, before
// everybody else, with what was written so far.
func TestOneOfTwoNodesIsKilled(t *testing.T) {
	together(t, "kamailio", "sipp")
	f := fleetOf(t)
	trunks := "trunks:\n  - {name: carrier, from: [127.0.0.9/32], proxy: 127.0.0.9:9, number: \"0000888800\"}\n"
	a, b := f.node(t, 1, trunks), f.node(t, 2, trunks)
	a.start(t) // brings the store up to date
	b.start(t)
	line := f.Line(t, func(l *hotline.Line) { l.WrapUp = 10 * time.Minute })
	for i, n := range []*node{a, a, b, b} {
		f.at = n.at
		f.deskHandset(t, 440+float64(i))
	}
	front := dispatcher(t, a, b)

	const rate, calls = 20, 400
	file, err := filepath.Abs("testdata/caller.xml")
	check(t, err)
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	callers := exec.CommandContext(ctx, "sipp", front, "-sf", file, "-s", line.Number, "-i", "127.0.0.2", "-p", strconv.Itoa(free(t, "udp")), "-r", strconv.Itoa(rate), "-m", strconv.Itoa(calls), "-l", "2000", "-d", "8000",
		"-nostdin", "-default_behaviors", "all,-abortunexp", "-trace_stat", "-stf", filepath.Join(dir, "stat"), "-fd", "1", "-trace_err", "-error_file", filepath.Join(dir, "err"))
	callers.Dir = dir
	callers.Env = append(callers.Environ(), "TERM=dumb")
	ended := make(chan error, 1)
	began := time.Now()
	check(t, callers.Start())
	go func() { ended <- callers.Wait() }()

	until(t, "people in conversation at both nodes", func() bool {
		return f.count(t, "select count(*) from hotline_call where state = 'talking' and node = $1", a.name) > 0 && f.count(t, "select count(*) from hotline_call where state <> 'ended' and node = $1", a.name) > 60
	})
	written := 0
	for _, c := range f.live(t, a.name) {
		if c.State == hotline.Talking {
			check(t, f.Hotline.SaveDraft(t.Context(), c.Ref(), []byte("写到一半")))
			written++
		}
	}
	killed := time.Now()
	a.kill()
	dead := f.live(t, a.name)
	states := map[string]int{}
	for _, c := range dead {
		states[c.State]++
	}
	err = <-ended
	took := time.Since(began)
	good, bad := counted(t, filepath.Join(dir, "stat"))
	if err != nil || good != calls || bad != 0 {
		said, _ := os.ReadFile(filepath.Join(dir, "err"))
		t.Errorf("sipp: %v; %d of %d answered, %d not\n%s", err, good, calls, bad, said[:min(len(said), 3000)])
	}
	until(t, "the dead node's calls to be closed", func() bool { return len(f.live(t, a.name)) == 0 })
	until(t, "the living node's to have ended", func() bool { return len(f.live(t, b.name)) == 0 })

	backs, again, drafts := 0, 0, 0
	for _, c := range dead {
		n := f.count(t, "select count(*) from hotline_callback where province = $1 and call = $2 and reason = 'interrupted' and first = $3 and state = 'open'", c.Province, c.ID, true)
		all := f.count(t, "select count(*) from hotline_callback b join hotline_call c on c.province = b.province and c.caller = b.caller where c.province = $1 and c.id = $2", c.Province, c.ID)
		later := f.count(t, "select count(*) from hotline_call c join hotline_call d on d.province = c.province and d.caller = c.caller and d.id > c.id where c.province = $1 and c.id = $2", c.Province, c.ID)
		switch {
		case n == 1 && all == 1:
			backs++
		case n == 0 && later > 0 && c.State == hotline.Arrived:
			again++
		default:
			t.Errorf("a call that was %s has %d call-backs, its caller %d", c.State, n, all)
		}
		if c.State == hotline.Talking {
			drafts += f.count(t, "select count(*) from hotline_callback where province = $1 and call = $2 and draft is not null", c.Province, c.ID)
		}
	}
	if len(dead) < 20 || written == 0 || drafts != states[hotline.Talking] && drafts < written {
		t.Errorf("%d calls died, %d drafts of %d written", len(dead), drafts, written)
	}
	rows := f.count(t, "select count(*) from hotline_call")
	t.Logf("%d calls at %d/s through kamailio 5.6, kill -9 of one of two nodes after %s: %d of %d INVITEs answered, %d not (%s in all)", calls, rate, killed.Sub(began).Round(time.Second), good, calls, bad, took.Round(time.Second))
	t.Logf("%d calls died with the node (%v): %d have one call-back each, first in the queue; %d had not been answered and were led on to the other node; %d of %d with the saved draft; %d rows of calls", len(dead), states, backs, again, drafts, written, rows)
}

// counted reads the last line of sipp's statistics.
func counted(t *testing.T, file string) (good, bad int) {
	t.Helper()
	b, err := os.ReadFile(file)
	check(t, err)
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	head, last := strings.Split(lines[0], ";"), strings.Split(lines[len(lines)-1], ";")
	read := func(name string) int {
		n, err := strconv.Atoi(last[slices.Index(head, name)])
		check(t, err)
		return n
	}
	return read("SuccessfulCall(C)"), read("FailedCall(C)")
}

// A process is killed while the database is away. What it had said to keep is in
// the store when the next one runs.
func TestAProcessIsKilledWhileTheDatabaseIsAway(t *testing.T) {
	together(t)
	w := wired(t)
	f := fleetOf(t)
	duty := handsetAt(t, "127.0.0.2", free(t, "udp"), "127.0.0.11:9", 1000, nil)
	a := f.node(t, 1, fmt.Sprintf("trunks:\n  - {name: carrier, from: [127.0.0.2/32], proxy: %q, number: \"0000888800\"}\n", duty.server.Addrs("UDP")[0]))
	a.start(t)
	f.at = a.at
	line := f.Line(t, func(l *hotline.Line) { l.Fallback = "0000777" })
	desk, _ := f.deskHandset(t, 440)
	caller := handsetAt(t, "127.0.0.2", 0, a.at, 880, nil)
	first := caller.calls(t, line.Number)
	talks := desk.answered(t)
	first.hears(t, 440)
	until(t, "the conversation in the store", func() bool { return f.count(t, "select count(*) from hotline_call where state = 'talking'") == 1 })

	w.set("cut")
	second := caller.calls(t, line.Number)
	duty.answered(t)
	second.hears(t, 1000)
	first.hears(t, 440)
	first.leg.Hangup()
	talks.over(t)
	second.leg.Hangup()
	journal := func() string {
		b, _ := os.ReadFile(filepath.Join(a.data, "phone.journal"))
		return string(b)
	}
	until(t, "both ends in the journal", func() bool { return strings.Count(journal(), `"kind":"ended"`) == 2 })
	entries := strings.Count(journal(), "\n")
	a.kill()
	w.set("")
	a.start(t)
	f.Clock.Set(time.Now())
	got := (&outage{exchange: f.exchange}).told(t)
	want := []string{
		"ended caller hangup  true arrived queued offered taken answered ended",
		"ended system transferred fallback true arrived transferred ended",
	}
	if !slices.Equal(got, want) {
		t.Errorf("in the store\n%q\nwant\n%q", got, want)
	}
	if left := journal(); left != "" {
		t.Errorf("left in the journal:\n%s", left)
	}
	t.Logf("database cut, one conversation ended and one call passed to the duty phone, kill -9, database back, started again: %d entries of the journal written, both calls whole in the store", entries)
}

// serve is killed while a call goes on, and started again: it adopts the telephone
// process; the caller notices nothing, and the call's record is whole.
func TestServeIsKilledAndCallsGoOn(t *testing.T) {
	together(t)
	data := t.TempDir()
	bin := build(t)
	at := "127.0.0.1:" + strconv.Itoa(free(t, "udp"))
	serve := func() *exec.Cmd {
		cmd := exec.Command(bin, "demo", "--phone", "--townships", "1", "--data", data, "--listen", "127.0.0.1:"+strconv.Itoa(free(t, "tcp")), "--sip", "udp:"+at, "--voice-ports", "28000-28199")
		out, err := cmd.StdoutPipe()
		check(t, err)
		check(t, cmd.Start())
		t.Cleanup(func() { _, _ = cmd.Process.Signal(syscall.SIGTERM), cmd.Wait() }) // and with it the telephone's
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "ready ") {
				go func() {
					for lines.Scan() { //nolint:revive // let it speak
					}
				}()
				return cmd
			}
		}
		t.Fatal("the demonstration ended before it served")
		return nil
	}
	first := serve()
	socket := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", filepath.Join(data, "phone.sock"))
	}}}
	type health struct{ PID, Calls int }
	ask := func() (h health) {
		res, err := socket.Get("http://phone/health")
		if err != nil {
			return h
		}
		defer func() { _ = res.Body.Close() }()
		_ = json.NewDecoder(res.Body).Decode(&h)
		return h
	}
	for end := time.Now().Add(5 * time.Minute); ask().PID == 0 && time.Now().Before(end); { // it makes the sounds of its prompts first
		time.Sleep(100 * time.Millisecond)
	}
	before := ask()
	if before.PID == 0 {
		t.Fatal("no telephone process")
	}
	t.Cleanup(func() {
		if h := ask(); h.PID != 0 {
			_ = syscall.Kill(h.PID, syscall.SIGTERM)
		}
	})
	caller := handsetAt(t, "127.0.0.2", 0, at, 880, nil)
	k := caller.calls(t, "000088880000")
	k.sounds(t)
	check(t, first.Process.Kill())
	_ = first.Wait()
	k.sounds(t)
	second := serve()
	k.sounds(t)
	if now := ask(); now.PID != before.PID || now.Calls != 1 {
		t.Errorf("the process was %+v and is %+v", before, now)
	}
	k.leg.Hangup()
	until(t, "the call to be over", func() bool { return ask().Calls == 0 })
	d, err := db.Open(t.Context(), db.Options{Dir: data})
	check(t, err)
	defer func() { _ = d.Close() }()
	var state, by, why string
	until(t, "the record", func() bool {
		check(t, d.Read(t.Context(), func(tx *db.Tx) error {
			return tx.Row("select state, by_side, why from hotline_call order by id desc limit 1").Scan(&state, &by, &why)
		}))
		return state == hotline.Ended
	})
	if by != "caller" || why != "hangup" {
		t.Errorf("ended by %s: %s", by, why)
	}
	// Told to stop, the serve that adopted it stops it.
	check(t, second.Process.Signal(syscall.SIGTERM))
	_ = second.Wait()
	if now := ask(); now.PID != 0 {
		t.Errorf("the telephone process outlives a serve that was told to stop: %+v", now)
	}
	t.Log("serve killed with -9 during a call: the voice went on, the next serve adopted the process, the call's record is whole; told to stop, it stopped the process")
}
