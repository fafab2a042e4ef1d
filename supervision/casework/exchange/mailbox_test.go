package exchange

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"yangguang/internal/jobs"
	"yangguang/internal/notify"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/caseworktest"
)

// post is a mail server of its own: IMAP with TLS, and SMTP that keeps what it
// is given.
type post struct {
	t     *testing.T
	user  *imapmemserver.User
	mem   *imapmemserver.Server
	tls   *tls.Config
	box   Mailbox
	mu    sync.Mutex
	mails []*mail.Message // guarded by mu
	texts []string        // guarded by mu
	n     int
}

// newPost begins one and gives the county a mailbox there.
func newPost(t *testing.T, r *room) *post {
	t.Helper()
	web := httptest.NewTLSServer(nil) // for its certificate, good for 127.0.0.1
	t.Cleanup(web.Close)
	p := &post{t: t, user: imapmemserver.NewUser("jubao@example.gov.cn", "secret")}
	check(t, p.user.Create("INBOX", nil))
	p.mem, p.tls = imapmemserver.New(), &tls.Config{Certificates: web.TLS.Certificates}
	p.mem.AddUser(p.user)
	addr := p.imap(func(ln net.Listener) net.Listener { return tls.NewListener(ln, p.tls) })
	roots := x509.NewCertPool()
	roots.AddCert(web.Certificate())
	p.box = Mailbox{Unit: r.County.Path(), Addr: addr, User: "jubao@example.gov.cn", Password: "secret", Security: "tls", Folder: "INBOX", Done: "Done", Failed: "Failed", Roots: roots}
	r.X.Mailboxes = []Mailbox{p.box}
	r.Cases.Outbox.Senders[notify.Email] = &notify.SMTP{Addr: p.smtp(), From: "jubao@example.gov.cn", Security: notify.Plain, Clock: r.Clock}
	return p
}

// imap serves the mailboxes at an address of its own.
func (p *post) imap(over func(net.Listener) net.Listener) string {
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return p.mem.NewSession(), nil, nil
		},
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapMove: {}, imap.CapUIDPlus: {}, imap.CapIdle: {}}, Logger: log.New(io.Discard, "", 0), TLSConfig: p.tls,
	})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	check(p.t, err)
	go func() { _ = server.Serve(over(ln)) }()
	p.t.Cleanup(func() { _ = server.Close() })
	return ln.Addr().String()
}

func (p *post) smtp() string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	check(p.t, err)
	p.t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go p.serve(c)
		}
	}()
	return ln.Addr().String()
}

func (p *post) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	say := func(s string) { _, _ = io.WriteString(c, s+"\r\n") }
	say("220 mail.test")
	for r := bufio.NewReader(c); ; {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		switch verb := strings.ToUpper(strings.Fields(line + " ?")[0]); verb {
		case "DATA":
			say("354 go on")
			var b strings.Builder
			for {
				line, err := r.ReadString('\n')
				if err != nil || line == ".\r\n" {
					break
				}
				b.WriteString(line)
			}
			p.keep(b.String())
			say("250 kept")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 yes")
		}
	}
}

func (p *post) keep(raw string) {
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		p.t.Error(err)
		return
	}
	body, _ := io.ReadAll(base64.NewDecoder(base64.StdEncoding, m.Body))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mails, p.texts = append(p.mails, m), append(p.texts, string(body))
}

// sent gives the mails that left so far.
func (p *post) sent() ([]*mail.Message, []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mails, p.texts
}

type literal struct {
	*bytes.Reader
	size int64
}

func (l literal) Size() int64 { return l.size }

// write lays a message into the mailbox.
func (p *post) write(head, text string) {
	p.t.Helper()
	p.n++
	if !strings.Contains(head, "Message-ID:") {
		head = fmt.Sprintf("Message-ID: <m%d@example.cn>\r\n", p.n) + head
	}
	p.put([]byte(head + "\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text))
}

func (p *post) put(raw []byte) {
	p.t.Helper()
	_, err := p.user.Append("INBOX", literal{bytes.NewReader(raw), int64(len(raw))}, &imap.AppendOptions{})
	check(p.t, err)
}

func (p *post) held(folder string) int {
	p.t.Helper()
	s, err := p.user.Status(folder, &imap.StatusOptions{NumMessages: true})
	check(p.t, err)
	return int(*s.NumMessages)
}

// read has the mailbox read and what follows sent.
func (r *room) read(t *testing.T) {
	t.Helper()
	check(t, r.X.look(t.Context()))
	r.work(t)
}

const from = "From: =?utf-8?B?5byg5LiJ?= <zhangsan@example.cn>\r\nSubject: "

// TestALetterBecomesAMatterIsAcknowledgedAndItsAnswerIsAdded walks the whole way
// with an IMAP and an SMTP server: number and code go to the mailbox the letter
// came from, an answer by In-Reply-To or by number and code is added, once.
func TestALetterBecomesAMatterIsAcknowledgedAndItsAnswerIsAdded(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		p := newPost(t, r)
		p.write(from+"投诉：奖励扶助金", "申请了一年没有到账。")
		r.read(t)
		ms, err := r.Cases.List(r.As(r.Front), casework.Filter{View: casework.All, Limit: 5})
		check(t, err)
		if len(ms) != 1 || ms[0].Channel != "email" || ms[0].Type != "complaint" || !ms[0].HasContact || ms[0].Ack != "email" || p.held("INBOX") != 0 || p.held("Done") != 1 {
			t.Fatalf("%+v; %d left, %d done", ms, p.held("INBOX"), p.held("Done"))
		}
		mails, texts := p.sent()
		if len(mails) != 1 || mails[0].Header.Get("To") != "zhangsan@example.cn" || mails[0].Header.Get("Auto-Submitted") == "" || strings.Contains(texts[0], "到账") {
			t.Fatalf("sent %v %q", mails, texts)
		}
		number, codes := numbersIn(texts[0]), codesIn(texts[0])
		if len(number) != 1 || number[0] != ms[0].Number || len(codes) != 1 {
			t.Fatalf("it says %q", texts[0])
		}
		k, err := r.Cases.Follow(nobody(t.Context()), number[0], codes[0])
		check(t, err)
		if k.Told.Text != "申请了一年没有到账。" || k.Told.Subject != "投诉：奖励扶助金" {
			t.Errorf("told %+v", k.Told)
		}
		notice := mails[0].Header.Get("Message-ID")
		p.write(from+"回复\r\nIn-Reply-To: "+notice, "补充：在示例村。\n> 原文")
		p.write("From: other@example.cn\r\nSubject: 回复", "编号 "+number[0]+" 查询码 "+codes[0]+"，换了邮箱补充。")
		p.write("From: evil@example.cn\r\nSubject: 回复\r\nIn-Reply-To: "+notice, "冒充的人写的一封信。")
		r.read(t)
		var added []string
		for _, e := range r.Matter(t, &ms[0]).Entries {
			if e.Kind == "added" {
				added = append(added, e.Note)
			}
		}
		if len(added) != 2 || added[0] != "补充：在示例村。" || strings.Contains(strings.Join(added, ""), codes[0]) || !strings.Contains(added[1], "****") {
			t.Errorf("added %q", added)
		}
		if n := r.count(t, "select count(*) from casework"); n != 2 {
			t.Errorf("%d matters: who answers for another files a new one", n)
		}
	})
}

// TestALetterReadTwiceFilesOnce: the server lost the move, or the reply of the
// store was lost.
func TestALetterReadTwiceFilesOnce(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		p := newPost(t, r)
		for range 3 {
			p.write("Message-ID: <same@example.cn>\r\n"+from+"咨询政策", "请问怎么申请？")
		}
		r.read(t)
		mails, _ := p.sent()
		if n := r.count(t, "select count(*) from casework"); n != 1 || len(mails) != 1 || p.held("Done") != 3 {
			t.Errorf("%d matters, %d acknowledgements, %d done", n, len(mails), p.held("Done"))
		}
		// What became of it was not written: the matter is still one.
		r.forgetMail(t)
		p.write("Message-ID: <same@example.cn>\r\n"+from+"咨询政策", "请问怎么申请？")
		r.read(t)
		if n := r.count(t, "select count(*) from casework"); n != 1 {
			t.Errorf("%d matters", n)
		}
	})
}

func (r *room) forgetMail(t *testing.T) {
	t.Helper()
	r.Clock.Advance(time.Hour)
	n, err := r.X.ForgetMails(t.Context(), r.Clock.Now())
	check(t, err)
	if n != 1 {
		t.Errorf("%d forgotten", n)
	}
}

// TestWhatIsNoLetterIsLeftOutAndWhatCannotBeTakenIsShown at the desk, with a
// reason and without a word of it.
func TestWhatIsNoLetterIsLeftOutAndWhatCannotBeTakenIsShown(t *testing.T) {
	r := newRoom(t)
	p := newPost(t, r)
	p.write("Auto-Submitted: auto-replied\r\n"+from+"不在办公室", "我不在")
	p.write("List-Id: <l.example>\r\n"+from+"广告", canary)
	p.write("From: jubao@example.gov.cn\r\nSubject: 自己", "自己")
	p.put([]byte("Subject: " + canary + "\r\n\r\nno sender"))
	p.put(mailOf("Message-ID: <f@example.cn>", from+"咨询", "Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: text/plain; charset=utf-8", "", "请看附件里的程序", "--b", "Content-Type: application/octet-stream; name=x.exe", "Content-Disposition: attachment; filename=x.exe", "", "MZ\x90\x00\x03", "--b--"))
	for i := range perSender {
		p.write("From: flood@example.cn\r\nSubject: 建议", fmt.Sprintf("第 %d 条建议。", i))
	}
	p.write("From: flood@example.cn\r\nSubject: 建议", "再来一条建议。")
	r.read(t)
	if got := r.count(t, "select count(*) from casework"); got != perSender+1 {
		t.Errorf("%d matters", got)
	}
	got := map[string]int{}
	for _, outcome := range []string{mailLeftOut, mailFailed, mailFiled} {
		ms, _, err := r.X.Mails(r.As(r.Manager), outcome)
		check(t, err)
		for _, m := range ms {
			got[m.Outcome+" "+m.Reason]++
		}
	}
	for want, n := range map[string]int{"left_out auto_reply": 1, "left_out list": 1, "left_out own": 1, "failed unreadable": 1, "failed too_many": 1, "filed files_refused": 1, "filed ": perSender} {
		if got[want] != n {
			t.Errorf("%s: %d, want %d (%v)", want, got[want], n, got)
		}
	}
	if p.held("INBOX") != 0 || p.held("Failed") != 2 {
		t.Errorf("%d left, %d failed", p.held("INBOX"), p.held("Failed"))
	}
	if got := r.waiting(t, r.Stranger); got != 0 {
		t.Errorf("in the inbox of another unit %d letters wait", got)
	}
	if got := r.waiting(t, r.Manager); got != 2 {
		t.Errorf("%d letters wait, want the two nobody filed", got)
	}
	ms, _, err := r.X.Mails(r.As(r.Manager), mailFailed)
	check(t, err)
	seen := mailPath + "/" + itoa(int64(ms[0].Province)) + "/" + itoa(ms[0].ID) + "/seen"
	if w := r.page(t, r.Stranger, seen, map[string]string{}, ""); w.Code != 403 {
		t.Errorf("somebody of another unit looks after it: %d", w.Code)
	}
	for range 2 { // pressed twice is looked after once
		if w := r.page(t, r.Manager, seen, map[string]string{}, ""); w.Code != 303 {
			t.Errorf("looked after: %d", w.Code)
		}
	}
	if got := r.waiting(t, r.Manager); got != 1 {
		t.Errorf("%d letters wait after one was looked after", got)
	}
	if ms, boxes, err := r.X.Mails(r.As(r.Stranger), ""); err != nil || len(ms) != 0 || len(boxes) != 0 {
		t.Errorf("another unit sees %v %v %v", ms, boxes, err)
	}
}

// waiting counts the letters of somebody's inbox.
func (r *room) waiting(t *testing.T, who caseworktest.Person) (n int) {
	t.Helper()
	groups, err := r.X.Waiting(r.As(who))
	check(t, err)
	for _, g := range groups {
		n += len(g.Works)
	}
	return n
}

// TestAMailboxThatIsNotReachedSaysWhyAtTheDesk and is read when it is again.
func TestAMailboxThatIsNotReachedSaysWhyAtTheDesk(t *testing.T) {
	r := newRoom(t)
	p := newPost(t, r)
	p.write(from+"建议", "一条建议。")
	for want, change := range map[string]func(m *Mailbox){
		"login":   func(m *Mailbox) { m.Password = "wrong" },
		"folder":  func(m *Mailbox) { m.Folder = "Elsewhere" },
		"tls":     func(m *Mailbox) { m.Roots = nil },
		"connect": func(m *Mailbox) { m.Addr = "127.0.0.1:1" },
	} {
		m := p.box
		change(&m)
		r.X.Mailboxes = []Mailbox{m}
		r.read(t)
		_, boxes, err := r.X.Mails(r.As(r.Manager), "")
		check(t, err)
		found := false
		for _, b := range boxes {
			found = found || b.Fault == want && b.Name == m.Name()
		}
		if !found {
			t.Errorf("%s: %+v", want, boxes)
		}
	}
	r.X.Mailboxes = []Mailbox{p.box}
	r.read(t)
	_, boxes, err := r.X.Mails(r.As(r.Manager), "")
	check(t, err)
	if n := r.count(t, "select count(*) from casework"); n != 1 {
		t.Errorf("%d matters; the mailboxes: %+v", n, boxes)
	}
	r.X.Mailboxes = append(r.X.Mailboxes, Mailbox{Unit: "350525/nobody"})
	if got, err := r.X.Strangers(t.Context()); err != nil || len(got) != 1 {
		t.Errorf("strangers %v, %v", got, err)
	}
}

// TestAMailboxIsReadOverStartTLS, and not at all by a server that does not
// begin it: the password crosses no open line.
func TestAMailboxIsReadOverStartTLS(t *testing.T) {
	r := newRoom(t)
	p := newPost(t, r)
	p.write(from+"建议", "一条建议。")
	p.box.Security = "starttls"
	p.tls = nil
	p.box.Addr = p.imap(func(ln net.Listener) net.Listener { return ln })
	r.X.Mailboxes = []Mailbox{p.box}
	r.read(t)
	if n := r.count(t, "select count(*) from casework"); n != 0 {
		t.Error("read without encryption")
	}
	p = newPost(t, r)
	p.write(from+"建议", "一条建议。")
	p.box.Security, p.box.Addr = "starttls", p.imap(func(ln net.Listener) net.Listener { return ln })
	r.X.Mailboxes = []Mailbox{p.box}
	r.read(t)
	if n := r.count(t, "select count(*) from casework"); n != 1 {
		t.Errorf("%d matters", n)
	}
}

// TestAMailboxThatCanSayWhatCameIsReadAtOnce (IDLE).
func TestAMailboxThatCanSayWhatCameIsReadAtOnce(t *testing.T) {
	r := newRoom(t)
	p := newPost(t, r)
	ctx, stop := context.WithCancel(t.Context())
	rung := make(chan struct{}, 10)
	asked := &jobs.Runner{DB: r.DB}
	asked.Handle(fetchKind, func(context.Context, jobs.Job) error { rung <- struct{}{}; return nil })
	ended := make(chan error, 1)
	go func() { ended <- r.X.Watch(ctx, time.Millisecond) }()
	for waiting := true; waiting; { // it may not listen yet when the first comes
		p.write(from+"建议", "一条建议。")
		if _, err := asked.RunDue(ctx); err != nil {
			t.Fatal(err)
		}
		select {
		case <-rung:
			waiting = false
		default:
		}
	}
	stop()
	check(t, <-ended)
}

// TestTheFileOfMailboxesIsReadOrToldByItsLine.
func TestTheFileOfMailboxesIsReadOrToldByItsLine(t *testing.T) {
	read := func(s string) ([]Mailbox, error) {
		return ReadMailboxes(strings.NewReader(s), func(path string) (string, error) {
			if path == "gone" {
				return "", io.ErrUnexpectedEOF
			}
			return "secret", nil
		})
	}
	ms, err := read("# ours\n\n350525/bureau imaps://jubao%40example.gov.cn@imap.example.gov.cn/INBOX pw done=已办 failed=失败\n350525/bureau imap://b@imap.example.gov.cn:1430 pw\n")
	check(t, err)
	if len(ms) != 2 || ms[0].Addr != "imap.example.gov.cn:993" || ms[0].User != "jubao@example.gov.cn" || ms[0].Done != "已办" || ms[1].Security != "starttls" || ms[1].Folder != "INBOX" || ms[1].Password != "secret" {
		t.Errorf("%+v", ms)
	}
	for _, bad := range []string{"350525/bureau", "350525/bureau http://a@b pw", "350525/bureau imaps://b pw", "350525/bureau imaps://a:secret@b pw", "x imaps://a@b pw", "350525/bureau imaps://a@b gone", "350525/bureau imaps://a@b pw x=1",
		"350525/bureau imap+none://a@mail.example.cn pw", "350525/bureau imaps://a@b pw\n350525/bureau imaps://a@b pw"} {
		if _, err := read(bad); err == nil || !strings.HasPrefix(err.Error(), "line ") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
