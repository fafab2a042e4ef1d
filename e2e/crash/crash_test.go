// Package crash kills the program while people publish through its real front,
// and checks that whatever it acknowledged is there, whole and on record.
//
//	go test ./e2e/crash                     20 kills
//	YANGGUANG_KILLS=200 go test ./e2e/crash (make crash)
package crash

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"yangguang/disclosure"
	"yangguang/internal/audit"
	"yangguang/internal/db"
	"yangguang/internal/ledger"
	"yangguang/norm"
)

const password = "yangguang-demo"

// kills is how often the program is killed.
func kills() int {
	if n, err := strconv.Atoi(os.Getenv("YANGGUANG_KILLS")); err == nil {
		return n
	}
	return 20
}

// each is how many publications are under way at each kill.
const each = 5

func TestWhatWasAcknowledgedOutlivesAKill(t *testing.T) {
	if testing.Short() {
		t.Skip("kills the program many times: not in short runs")
	}
	work := t.TempDir()
	bin := filepath.Join(work, "yangguang")
	if out, err := exec.Command("go", "build", "-o", bin, "../../cmd/yangguang").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	p := &program{bin: bin, data: filepath.Join(work, "data"), addr: freeAddr(t)}
	p.start(t)
	paths := prepare(t, p, kills()*each)
	head := p.signIn(t, "cun.zhuren")
	rnd := rand.New(rand.NewPCG(7, uint64(os.Getpid())))
	var acked []string
	for n := 0; len(paths) > 0; n++ {
		batch := paths[:each]
		paths = paths[each:]
		acked = append(acked, p.approveAndKill(t, head, batch, n%2 == 0, time.Duration(rnd.IntN(60_000))*time.Microsecond)...)
		p.start(t)
	}
	p.kill()
	if len(acked) == 0 {
		t.Fatal("nothing was acknowledged: the kills come too early to show anything")
	}
	t.Logf("%d kills, %d publications acknowledged of %d tried", kills(), len(acked), kills()*each)
	for _, fault := range check(t, p.data, acked) {
		t.Error(fault)
	}
	// The known-bad arm: the checker must be able to find a loss.
	if len(check(t, p.data, []string{"/desk/items/35/1"})) == 0 {
		t.Error("the checker does not notice a lost publication")
	}
	spoil(t, p.data, acked[0])
	if faults := check(t, p.data, nil); len(faults) < 2 {
		t.Errorf("the checker does not notice what is public but unlogged, and logged but absent: %v", faults)
	}
}

type program struct {
	bin, data, addr string
	cmd             *exec.Cmd
}

func freeAddr(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	return ln.Addr().String()
}

// start runs the demonstration and waits until it says that it serves.
func (p *program) start(t *testing.T) {
	t.Helper()
	p.cmd = exec.Command(p.bin, "demo", "--townships", "1", "--data", p.data, "--listen", p.addr)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "ready ") {
			return
		}
	}
	t.Fatal("the program ended before it served")
}

func (p *program) kill() {
	if p.cmd != nil && p.cmd.Process != nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
		p.cmd = nil
	}
}

func (p *program) url(path string) string { return "http://" + p.addr + path }

func (p *program) signIn(t *testing.T, login string) *http.Client {
	t.Helper()
	jar, _ := cookiejar.New(nil)
	c := &http.Client{Jar: jar, Timeout: 30 * time.Second, Transport: manyCallers(), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if to := p.post(t, c, "/sign-in", url.Values{"name": {login}, "password": {password}}); !strings.HasPrefix(to, "/desk") {
		t.Fatalf("signing in as %s led to %q", login, to)
	}
	return c
}

var calls atomic.Int64

// manyCallers dials each request from another loopback address, as an office
// of many people does: one caller alone may not post a thousand forms a minute.
func manyCallers() *http.Transport {
	return &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		n := calls.Add(1)
		from := &net.TCPAddr{IP: net.IPv4(127, 0, byte(n/250%250), byte(n%250+2))}
		return (&net.Dialer{LocalAddr: from}).DialContext(ctx, network, addr)
	}}
}

// post sends a form and tells where the answer leads, "" for no answer.
func (p *program) post(t *testing.T, c *http.Client, path string, form url.Values) string {
	t.Helper()
	res, err := c.PostForm(p.url(path), form)
	if err != nil {
		return ""
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusSeeOther {
		return fmt.Sprint(res.StatusCode)
	}
	return res.Header.Get("Location")
}

func (p *program) page(t *testing.T, c *http.Client, path string) string {
	t.Helper()
	res, err := c.Get(p.url(path))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var b strings.Builder
	if _, err := bufio.NewReader(res.Body).WriteTo(&b); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v", path, res.StatusCode, err)
	}
	return b.String()
}

var (
	unitField  = regexp.MustCompile(`unit=(\d+)`)
	checkField = regexp.MustCompile(`name="checks"[^>]*value="([a-z]+)"`)
)

// prepare writes, submits and reviews n items of the demonstration's village,
// so that only the head's approval is missing. It gives their desk addresses.
func prepare(t *testing.T, p *program, n int) []string {
	t.Helper()
	clerk, supervisor := p.signIn(t, "cun.wenshu"), p.signIn(t, "cun.jiandu")
	m := unitField.FindStringSubmatch(p.page(t, clerk, "/desk/items/new"))
	if m == nil {
		t.Fatal("the page that begins an item names no unit")
	}
	var paths []string
	for i := range n {
		edit := p.post(t, clerk, "/desk/items", url.Values{"unit": {m[1]}, "category": {"village.6"}})
		path := strings.TrimSuffix(strings.SplitN(edit, "?", 2)[0], "/edit")
		if !strings.HasPrefix(path, "/desk/items/") {
			t.Fatalf("starting an item led to %q", edit)
		}
		form := url.Values{"title": {fmt.Sprintf("村务事项第%d号", i+1)}, "body": {"本村会议议定的事项，现予公开。"}, "openness": {"proactive"}, "form": {""},
			"formed_on": {"2026-11-20"}, "formed_on-year": {"2026"}, "formed_on-month": {"11"}, "formed_on-day": {"20"}, "do": {"submit"}}
		if to := p.post(t, clerk, path+"/edit", form); !strings.HasPrefix(to, "/desk") {
			t.Fatalf("submitting led to %q", to)
		}
		if to := p.post(t, supervisor, path+"/pass", p.opinion(t, supervisor, path)); !strings.HasPrefix(to, "/desk") {
			t.Fatalf("passing review led to %q", to)
		}
		paths = append(paths, path)
	}
	return paths
}

func (p *program) opinion(t *testing.T, c *http.Client, path string) url.Values {
	t.Helper()
	v := url.Values{"basis": {"村民委员会组织法第三十条"}}
	for _, m := range checkField.FindAllStringSubmatch(p.page(t, c, path), -1) {
		v.Add("checks", m[1])
	}
	return v
}

// approveAndKill lets the head approve a batch at once and kills the program
// after a while, which begins with the first answer when answered is set, so
// that a busy machine too has something acknowledged; it gives the addresses of
// what was.
func (p *program) approveAndKill(t *testing.T, head *http.Client, batch []string, answered bool, after time.Duration) []string {
	t.Helper()
	opinion := p.opinion(t, head, batch[0])
	var mu sync.Mutex
	var acked []string
	var wg sync.WaitGroup
	answers := make(chan struct{}, len(batch))
	for _, path := range batch {
		wg.Go(func() {
			if to := p.post(t, head, path+"/approve", opinion); strings.HasPrefix(to, "/desk") {
				mu.Lock()
				acked = append(acked, path)
				mu.Unlock()
			}
			answers <- struct{}{}
		})
	}
	if answered {
		<-answers
		after /= 10
	}
	time.Sleep(after) // the moment of the kill is the test's random input
	p.kill()
	wg.Wait()
	return acked
}

// check opens the data the killed program left and lists every acknowledged
// publication that is not whole: version, item, public event, audit row.
func check(t *testing.T, data string, acked []string) []string {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, db.Options{Dir: data})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if err := d.Check(ctx); err != nil {
		return []string{err.Error()}
	}
	var faults []string
	for _, path := range acked {
		parts := strings.Split(path, "/")
		province, version := parts[3], parts[4]
		err := d.Read(ctx, func(tx *db.Tx) error {
			var number string
			var events, rows int
			if err := tx.Row(`select i.number from item i join item_version v on v.province = i.province and v.item = i.id
 where v.province = $1 and v.id = $2 and v.state = 'published' and i.state = 'published' and i.current = v.id`, province, version).Scan(&number); err != nil {
				return fmt.Errorf("not published: %w", err)
			}
			if err := tx.Row(`select count(*) from item_event e join item_version v on v.province = e.province and v.item = e.item where v.province = $1 and v.id = $2 and e.verb = 'published'`, province, version).Scan(&events); err != nil {
				return err
			}
			if err := tx.Row("select count(*) from audit where province = $1 and verb = 'disclosure.published' and object = $2", province, "item "+number).Scan(&rows); err != nil {
				return err
			}
			if events != 1 || rows != 1 {
				return fmt.Errorf("%d public events and %d audit rows, want one of each", events, rows)
			}
			return nil
		})
		if err != nil {
			faults = append(faults, path+": "+err.Error())
		}
	}
	faults = append(faults, checkLog(t, d, data)...)
	if r, err := audit.Verify(ctx, d, 35); err != nil || r.Wrong != 0 {
		faults = append(faults, fmt.Sprintf("the audit book: line %d %s %v", r.Wrong, r.Fault, err))
	}
	return faults
}

// checkLog lists what is public but not in the public log, in the log but not
// public, or not as it was logged.
func checkLog(t *testing.T, d *db.DB, data string) (faults []string) {
	t.Helper()
	key, err := ledger.KeyIn(filepath.Join(data, "keys", "log.key"), "")
	if err != nil {
		t.Fatal(err)
	}
	v, err := ledger.Verifier(key.VKey(35))
	if err != nil {
		t.Fatal(err)
	}
	room := &disclosure.Disclosure{DB: d, Norm: norm.Builtin()}
	r, differs, err := room.VerifyLog(context.Background(), 35, []note.Verifier{v})
	if err != nil {
		t.Fatal(err)
	}
	if r.Fault != "" || r.Leaves == 0 || r.Checkpoint.N == 0 {
		faults = append(faults, fmt.Sprintf("the public log: %+v", r))
	}
	for _, x := range differs {
		faults = append(faults, "the public log: "+x.String())
	}
	return faults
}

// spoil hides a publication that was logged and adds one that was not, as a
// crash would leave them if act and leaf were two transactions.
func spoil(t *testing.T, data, path string) {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, db.Options{Dir: data})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	version := strings.Split(path, "/")[4]
	if err := d.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec("update item set state = 'unpublished' where province = 35 and id = (select item from item_version where province = 35 and id = $1)", version); err != nil {
			return err
		}
		_, err := tx.Exec(`insert into item (province, id, prefecture, county, region, agency, category, period, number, year, serial, state, current, title, published_at, changed_at)
 select province, 7, prefecture, county, region, agency, category, '', 'unlogged', 1999, 1, 'published', current, title, published_at, changed_at from item where province = 35 and id = (select item from item_version where province = 35 and id = $1)`, version)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
