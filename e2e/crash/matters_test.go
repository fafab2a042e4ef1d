package crash

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"yangguang/internal/audit"
	"yangguang/internal/db"
	"yangguang/norm"
	"yangguang/supervision/casework/analysis"
)

var matterPath = regexp.MustCompile(`/desk/matters/35/\d+\b`)

const (
	bringPath   = "/350525/wjj/matter"
	broughtMark = "停电测试用的诉求"
)

// way is how a matter goes from the register to the person, step by step: the
// form each step posts, and the event and audit row it leaves.
var way = []struct {
	name, event, audit string
	head               bool
	form               url.Values
}{
	{"accept", "accept", "accept", false, url.Values{}},
	{"take", "sign", "take", false, url.Values{}},
	{"reply", "submit", "submit", false, url.Values{"do": {"submit"}, "result": {"explained"}, "reply": {"已经向来件人逐项说明标准和发放时间。"}}},
	{"approve", "approve", "approve", true, url.Values{}},
	{"deliver", "deliver", "deliver", false, url.Values{"way": {"phone"}, "proof": {"电话告知，通话三分钟"}}},
}

// TestMattersOutliveAKill kills the program while people bring matters by the
// public form and an office accepts, takes, answers, approves and delivers. What
// was acknowledged is there, once and on record; a form or step sent again after
// a lost reply does nothing twice; the sums are what the matters come to.
func TestMattersOutliveAKill(t *testing.T) {
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
	o := &bringing{p: p, t: t, clerk: p.signIn(t, "xian.qicao"), head: p.signIn(t, "xian.pizhun"), filed: map[string]string{}, done: map[string]int{}}
	rounds := 10
	if n := kills(); n > 2*rounds { // the long run
		rounds = n
	}
	o.lay()
	rnd := rand.New(rand.NewPCG(13, uint64(os.Getpid())))
	for n := range rounds {
		o.round(n, time.Duration(rnd.IntN(60_000))*time.Microsecond)
	}
	p.kill()
	if len(o.filed) == o.lost || o.lost == 0 || o.stepped == 0 || o.unanswered == 0 {
		t.Fatalf("%d matters and %d steps acknowledged, %d and %d replies lost: nothing is shown", len(o.filed)-o.lost, o.stepped, o.lost, o.unanswered)
	}
	t.Logf("%d kills, %d matters of %d acknowledged before the kill, %d replies lost and sent again; %d steps acknowledged, %d lost and sent again", rounds, len(o.filed)-o.lost, len(o.filed), o.lost, o.stepped, o.unanswered)
	for _, fault := range checkMatters(t, p.data, o.filed, o.done) {
		t.Error(fault)
	}
	// The known-bad arm: the checker must be able to find a loss, a double, an
	// event that is missing and a sum that is wrong.
	if len(checkMatters(t, p.data, map[string]string{"never sent": "350525-202611-000000-0"}, nil)) == 0 {
		t.Error("the checker does not notice a lost matter")
	}
	for _, x := range [][2]string{
		{"a sum that is wrong", "update casework_tally set matters = matters + 1 where province = 35 and dim = '' and $1 <> ''"},
		{"a step without its event", "delete from casework_event where province = 35 and kind = 'accept' and matter in (select id from casework where province = 35 and subject like $1)"},
		{"a matter that stands twice", `insert into casework (province, id, prefecture, county, region, agency, holder, holder_region, number, code, token, channel, type, class, state, subject, filed_at)
 select province, 7, prefecture, county, region, agency, holder, holder_region, 'twice', code, 'twice', channel, type, class, 'registered', subject, filed_at from casework where province = 35 and subject like $1 limit 1`},
	} {
		before := len(checkMatters(t, p.data, o.filed, o.done))
		o.spoil(x[1])
		if len(checkMatters(t, p.data, o.filed, o.done)) <= before {
			t.Errorf("the checker does not notice %s", x[0])
		}
	}
}

// laid is how many matters are on their way at each kill.
const laid = 5

// bringing is what was acknowledged so far.
type bringing struct {
	p           *program
	t           *testing.T
	clerk, head *http.Client
	mu          sync.Mutex
	filed       map[string]string // subject -> number
	lost        int
	onTheWay    []string       // desk addresses
	done        map[string]int // desk address -> steps of the way
	stepped     int            // steps acknowledged
	unanswered  int            // steps without an answer
	n           int
}

// brought is the public form as a browser sends it last; the token is its page's.
func brought(subject string) url.Values {
	return url.Values{"token": {fmt.Sprintf("%x", sha256.Sum256([]byte(subject)))}, "type": {"complaint"}, "about": {"none"}, "text": {subject}, "topic": {"fee"}, "name": {"王小明"}, "phone": {"13800000000"}, "ack": {"none"}, "do": {"send"}}
}

// send brings a matter and gives the number of the receipt, "" for no answer.
func (o *bringing) send(subject string) string {
	c := &http.Client{Timeout: 30 * time.Second, Transport: manyCallers()}
	res, err := c.PostForm(o.p.url(bringPath), brought(subject))
	if err != nil {
		return ""
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return ""
	}
	if res.StatusCode != http.StatusOK {
		o.t.Errorf("%s: %d\n%.400s", subject, res.StatusCode, b)
		return ""
	}
	return requestNumber.FindString(string(b))
}

// lay files matters until enough are on their way.
func (o *bringing) lay() {
	o.t.Helper()
	for len(o.onTheWay) < laid {
		o.n++
		subject := fmt.Sprintf("%s在途第%d件", broughtMark, o.n)
		number := o.send(subject)
		path := matterPath.FindString(o.p.page(o.t, o.clerk, "/desk/matters?view=all&q="+number))
		if number == "" || path == "" {
			o.t.Fatalf("matter %q is not on the desk", number)
		}
		o.filed[subject] = number
		o.onTheWay = append(o.onTheWay, path)
	}
}

// step posts the next step of a matter; "" for no answer.
func (o *bringing) step(path string) string {
	s := way[o.done[path]]
	who := o.clerk
	if s.head {
		who = o.head
	}
	return o.p.post(o.t, who, path+"/"+s.name, s.form)
}

// round brings matters and takes those on their way one step on at once, kills
// the program, starts it again and sends everything a second time.
func (o *bringing) round(n int, after time.Duration) {
	o.t.Helper()
	var wg sync.WaitGroup
	subjects, answers := make([]string, perRound), make(chan struct{}, perRound+laid)
	got, stepped := map[string]string{}, map[string]string{}
	for i := range subjects {
		subjects[i] = fmt.Sprintf("%s第%d轮第%d件", broughtMark, n+1, i+1)
		wg.Go(func() {
			number := o.send(subjects[i])
			o.mu.Lock()
			got[subjects[i]] = number
			o.mu.Unlock()
			answers <- struct{}{}
		})
	}
	for _, path := range o.onTheWay {
		wg.Go(func() {
			to := o.step(path)
			o.mu.Lock()
			stepped[path] = to
			o.mu.Unlock()
			answers <- struct{}{}
		})
	}
	if n%2 == 0 { // something is acknowledged on a busy machine too
		<-answers
		after /= 10
	}
	time.Sleep(after) // the moment of the kill is the test's random input
	o.p.kill()
	wg.Wait()
	o.p.start(o.t)
	for _, s := range subjects {
		again := o.send(s)
		switch {
		case again == "":
			o.t.Fatalf("%s: no receipt after the restart", s)
		case got[s] == "":
			o.lost++
		case got[s] != again:
			o.t.Errorf("%s: acknowledged as %s, and sent again as %s", s, got[s], again)
		}
		o.filed[s] = again
	}
	o.again(stepped)
}

// again sends each step a second time, as whoever waited in vain does, and as a
// double click does: what was done is refused then, and what was not is done.
func (o *bringing) again(first map[string]string) {
	o.t.Helper()
	var left []string
	for _, path := range o.onTheWay {
		second := o.step(path)
		was, is := strings.HasPrefix(first[path], "/desk/matters"), strings.HasPrefix(second, "/desk/matters")
		switch {
		case was:
			o.stepped++
		case first[path] == "":
			o.unanswered++
		default:
			o.t.Errorf("%s: %s was answered by %s", path, way[o.done[path]].name, first[path])
		}
		if was && is {
			o.t.Errorf("%s: %s was done twice", path, way[o.done[path]].name)
		}
		if o.done[path]++; o.done[path] < len(way) {
			left = append(left, path)
		}
	}
	o.onTheWay = left
	o.lay()
}

func (o *bringing) spoil(query string) {
	o.t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, db.Options{Dir: o.p.data})
	if err != nil {
		o.t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if err := d.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(query, broughtMark+"%")
		if err == nil && n == 0 {
			return fmt.Errorf("nothing was spoilt")
		}
		return err
	}); err != nil {
		o.t.Fatal(err)
	}
}

// checkMatters lists what of the acknowledged is not whole: a matter once, with
// its first event, its audit row, its words and what it was counted as; each
// step once; and sums that are not what the matters come to, which it puts right.
func checkMatters(t *testing.T, data string, filed map[string]string, done map[string]int) (faults []string) {
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
	count := func(query string, args ...any) (n int) {
		if err := d.Read(ctx, func(tx *db.Tx) error { return tx.Row(query, args...).Scan(&n) }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	one := func(what, query string, args ...any) {
		if n := count(query, args...); n != 1 {
			faults = append(faults, fmt.Sprintf("%s: %d, want 1", what, n))
		}
	}
	for subject, number := range filed {
		one(subject, "select count(*) from casework where province = 35 and subject = $1", subject)
		one(number, "select count(*) from casework where province = 35 and number = $1 and subject = $2", number, subject)
		one(number+", first event", "select count(*) from casework_event e join casework m on m.province = e.province and m.id = e.matter where m.province = 35 and m.number = $1 and e.kind = 'filed'", number)
		one(number+", audit row", "select count(*) from audit where province = 35 and verb = 'casework.file' and object = $1", "matter "+number)
		one(number+", counted", "select count(*) from casework_counted c join casework m on m.province = c.province and m.id = c.matter where m.province = 35 and m.number = $1", number)
		one(number+", first words", "select count(*) from casework_word w join casework m on m.province = w.province and m.id = w.matter where m.province = 35 and m.number = $1 and w.word = $2", number, int64('停')<<21|int64('电'))
	}
	for path, n := range done {
		id := path[strings.LastIndex(path, "/")+1:]
		for _, s := range way[:n] {
			one(path+", event "+s.event, "select count(*) from casework_event where province = 35 and matter = $1 and kind = $2", id, s.event)
			one(path+", audit row "+s.audit, "select count(*) from audit a join casework m on m.province = a.province and a.object = 'matter ' || m.number where a.province = 35 and m.id = $1 and a.verb = $2", id, "casework."+s.audit)
		}
		if n > 2 {
			one(path+", reply", "select count(*) from casework_reply where province = 35 and matter = $1", id)
		}
		if n == len(way) {
			one(path+", delivered", "select count(*) from casework where province = 35 and id = $1 and delivery = 'phone' and state in ('callback', 'closed')", id)
		}
	}
	// Every state has its events: nobody's matter moved without one.
	if n := count("select count(*) from casework m where m.province = 35 and m.subject like $1 and m.state <> 'registered' and not exists (select 1 from casework_event e where e.province = m.province and e.matter = m.id and e.kind = 'accept')", broughtMark+"%"); n > 0 {
		faults = append(faults, fmt.Sprintf("%d matters moved without an event", n))
	}
	r, err := (&analysis.Analysis{DB: d, Norm: norm.Builtin()}).Recount(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if r.Stale != 0 || len(r.Differences) > 0 || r.Matters == 0 {
		faults = append(faults, fmt.Sprintf("%d matters, %d counted as what they are not, sums that differ: %+v", r.Matters, r.Stale, r.Differences))
	}
	if r, err := audit.Verify(ctx, d, 35); err != nil || r.Wrong != 0 {
		faults = append(faults, fmt.Sprintf("the audit book: line %d %s %v", r.Wrong, r.Fault, err))
	}
	return faults
}
