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
)

var (
	requestNumber = regexp.MustCompile(`\b\d{2,12}-\d{6}-\d{6}-\d\b`)
	requestPath   = regexp.MustCompile(`/desk/requests/35/\d+\b`)
)

const (
	askPath   = "/350525/wjj/request"
	askedMark = "停电测试用的信息"
)

// TestRequestsOutliveAKill kills the program while people ask for information
// by the public form and an office decides. What was acknowledged is there, once
// and on record, and a form sent again after a lost reply files nothing twice.
func TestRequestsOutliveAKill(t *testing.T) {
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
	o := &asking{p: p, t: t, clerk: p.signIn(t, "xian.qicao"), head: p.signIn(t, "xian.pizhun"), filed: map[string]string{}, decided: map[string]bool{}}
	rounds := 10
	if n := kills(); n > 2*rounds { // the long run
		rounds = n
	}
	drafts := o.drafts(rounds * 2)
	rnd := rand.New(rand.NewPCG(11, uint64(os.Getpid())))
	for n := range rounds {
		o.round(n, drafts[n*2:n*2+2], time.Duration(rnd.IntN(60_000))*time.Microsecond)
	}
	p.kill()
	if len(o.filed) == o.lost || len(o.decided) == 0 || o.lost == 0 {
		t.Fatalf("%d requests and %d decisions acknowledged, %d replies lost: nothing is shown", len(o.filed)-o.lost, len(o.decided), o.lost)
	}
	t.Logf("%d kills, %d requests of %d acknowledged before the kill, %d replies lost and sent again, %d decisions of %d", rounds, len(o.filed)-o.lost, rounds*perRound, o.lost, len(o.decided), rounds*2)
	for _, fault := range checkRequests(t, p.data, o.filed, o.decided) {
		t.Error(fault)
	}
	// The known-bad arm: the checker must be able to find a loss and a double.
	if len(checkRequests(t, p.data, map[string]string{"never sent": "350525-202611-000000-0"}, nil)) == 0 {
		t.Error("the checker does not notice a lost request")
	}
	double(t, p.data)
	if len(checkRequests(t, p.data, o.filed, nil)) == 0 {
		t.Error("the checker does not notice a request that stands twice")
	}
}

// perRound is how many requests are sent at each kill.
const perRound = 4

// asking is what was acknowledged so far.
type asking struct {
	p           *program
	t           *testing.T
	clerk, head *http.Client
	mu          sync.Mutex
	filed       map[string]string // subject -> number
	decided     map[string]bool   // desk addresses
	lost        int
}

// form is the public form as a browser sends it; the token is its page's.
func form(subject string) url.Values {
	return url.Values{"token": {fmt.Sprintf("%x", sha256.Sum256([]byte(subject)))}, "as": {"person"}, "subject": {subject}, "name": {"王小明"}, "id_kind": {"resident"},
		"id_number": {"350525199001011234"}, "phone": {"13800000000"}, "delivery": {"web"}, "medium": {"electronic"}}
}

// send asks for information and gives the number of the receipt, "" for no answer.
func (o *asking) send(subject string) string {
	c := &http.Client{Timeout: 30 * time.Second, Transport: manyCallers()}
	res, err := c.PostForm(o.p.url(askPath), form(subject))
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

// drafts are requests whose decision waits for the head.
func (o *asking) drafts(n int) (paths []string) {
	o.t.Helper()
	for i := range n {
		number := o.send(fmt.Sprintf("%s待决第%d件", askedMark, i+1))
		path := requestPath.FindString(o.p.page(o.t, o.clerk, "/desk/requests?q="+number))
		if number == "" || path == "" {
			o.t.Fatalf("request %q is not on the desk", number)
		}
		for _, step := range []struct {
			path string
			form url.Values
		}{{"/confirm", url.Values{"how": {"电话确认"}}}, {"/submit", url.Values{"decision": {"granted"}, "provided": {"停电测试用的文件"}, "reviewed": {"不涉及国家秘密、个人隐私和第三方权益。"}}}} {
			if to := o.p.post(o.t, o.clerk, path+step.path, step.form); !strings.HasPrefix(to, "/desk/requests/") {
				o.t.Fatalf("%s led to %q", step.path, to)
			}
		}
		paths = append(paths, path)
	}
	return paths
}

// round sends requests and approves drafts at once, kills the program, starts it
// again and sends every form a second time.
func (o *asking) round(n int, drafts []string, after time.Duration) {
	o.t.Helper()
	var wg sync.WaitGroup
	subjects, answers := make([]string, perRound), make(chan struct{}, perRound)
	got := map[string]string{}
	for i := range subjects {
		subjects[i] = fmt.Sprintf("%s第%d轮第%d件", askedMark, n+1, i+1)
		wg.Go(func() {
			number := o.send(subjects[i])
			o.mu.Lock()
			got[subjects[i]] = number
			o.mu.Unlock()
			answers <- struct{}{}
		})
	}
	for _, path := range drafts {
		wg.Go(func() {
			if to := o.p.post(o.t, o.head, path+"/approve", url.Values{}); strings.HasPrefix(to, "/desk/requests/") {
				o.mu.Lock()
				o.decided[path] = true
				o.mu.Unlock()
			}
		})
	}
	if n%2 == 0 { // a receipt is acknowledged on a busy machine too
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
}

// checkRequests lists what of the acknowledged is not whole: a request once, with
// its first event and its audit row; a decision with its letter.
func checkRequests(t *testing.T, data string, filed map[string]string, decided map[string]bool) (faults []string) {
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
	for subject, number := range filed {
		same := count("select count(*) from inforequest where province = 35 and subject = $1", subject)
		whole := count("select count(*) from inforequest q where q.province = 35 and q.number = $1 and q.subject = $2", number, subject)
		events := count("select count(*) from inforequest_event e join inforequest q on q.province = e.province and q.id = e.request where q.province = 35 and q.number = $1 and e.kind = 'filed'", number)
		rows := count("select count(*) from audit where province = 35 and verb = 'inforequest.file' and object = $1", "request "+number)
		if same != 1 || whole != 1 || events != 1 || rows != 1 {
			faults = append(faults, fmt.Sprintf("%s (%s): %d of that subject, %d of that number, %d first events, %d audit rows; want one of each", subject, number, same, whole, events, rows))
		}
	}
	for path := range decided {
		id := path[strings.LastIndex(path, "/")+1:]
		if n := count("select count(*) from inforequest where province = 35 and id = $1 and state = 'decided' and decision = 'granted'", id); n != 1 {
			faults = append(faults, path+": the decision is lost")
		}
		if n := count("select count(*) from inforequest_letter where province = 35 and request = $1 and kind = 'granted'", id); n != 1 {
			faults = append(faults, fmt.Sprintf("%s: %d letters of the decision", path, n))
		}
	}
	// Every number of the register once, none skipped: what was rolled back left no gap.
	if last, all := count("select coalesce(sum(last), 0) from inforequest_serial where province = 35"), count("select count(*) from inforequest_letter where province = 35"); last != all {
		faults = append(faults, fmt.Sprintf("the register of letters is at %d with %d letters", last, all))
	}
	if r, err := audit.Verify(ctx, d, 35); err != nil || r.Wrong != 0 {
		faults = append(faults, fmt.Sprintf("the audit book: line %d %s %v", r.Wrong, r.Fault, err))
	}
	return faults
}

// double files one of the requests a second time, as a form without a token would.
func double(t *testing.T, data string) {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, db.Options{Dir: data})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if err := d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`insert into inforequest (province, id, prefecture, county, region, agency, number, code, token, channel, applicant, who, month, state, subject, delivery, medium, filed_at)
 select province, 7, prefecture, county, region, agency, 'twice', code, 'twice', channel, applicant, who, month, 'filed', subject, delivery, medium, filed_at from inforequest where province = 35 and subject like $1 limit 1`, askedMark+"第%")
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
