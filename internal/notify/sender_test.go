package notify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yangguang/internal/clock"
	"yangguang/internal/notify"
)

var letter = notify.Letter{ID: 77, Address: "zhang@example.com", Subject: "事项进度通知 350525-202611-483920-7",
	Text: "您的事项已有答复。" + strings.Repeat("请凭编号和查询码查看。", 20)}

func sender(s *mailServer) *notify.SMTP {
	return &notify.SMTP{Addr: s.addr(), From: "noreply@county.example", User: "u", Password: "p", Roots: s.Roots,
		Timeout: 10 * time.Second, Clock: clock.NewFake(start)}
}

func TestMailArrivesWhole(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		server    func(s *mailServer)
		client    func(c *notify.SMTP)
		encrypted bool
	}{
		{"by STARTTLS", nil, nil, true},
		{"by TLS from the first byte", func(s *mailServer) { s.implicit = true }, func(c *notify.SMTP) { c.Security = notify.Implicit }, true},
		{"to a server on the same machine", func(s *mailServer) { s.noTLS = true }, func(c *notify.SMTP) { c.Security, c.User = notify.Plain, "" }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newMailServer(t, func(s *mailServer) {
				s.user = "\x00u\x00p"
				if c.server != nil {
					c.server(s)
				}
			})
			out := sender(s)
			if c.client != nil {
				c.client(out)
			}
			if err := out.Send(context.Background(), letter); err != nil {
				t.Fatal(err)
			}
			got := s.received()
			if len(got) != 1 || got[0].to != letter.Address || got[0].encrypted != c.encrypted {
				t.Fatalf("received %+v", got)
			}
			if got[0].body != letter.Text+"\r\n" {
				t.Errorf("body %q", got[0].body)
			}
			h := got[0].message.Header
			want := map[string]string{"Subject": letter.Subject, "From": "noreply@county.example", "To": letter.Address, "Message-Id": "<77@county.example>",
				"Auto-Submitted": "auto-generated", "Date": "Mon, 23 Nov 2026 09:00:00 +0800"}
			for k := range want {
				if diff := cmp.Diff(want[k], header(got[0].message, k)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", k, diff)
				}
			}
			if strings.ContainsFunc(h.Get("Subject"), func(r rune) bool { return r > 126 }) {
				t.Error("the subject is not written in ASCII")
			}
		})
	}
}

func TestMailFailuresAreAWordAndACodeNeverAnAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		server func(s *mailServer)
		client func(c *notify.SMTP)
		want   string
	}{
		{"an unknown receiver", func(s *mailServer) { s.says("RCPT", "550 zhang@example.com is unknown") }, nil, "notify: refused 550"},
		{"a full mailbox", func(s *mailServer) { s.says("RCPT", "452 zhang@example.com is full") }, nil, "notify: wait 452"},
		{"a mail taken for spam", func(s *mailServer) { s.says("mail", "554 no") }, nil, "notify: refused 554"},
		{"our own address refused", func(s *mailServer) { s.says("MAIL", "553 who") }, nil, "notify: wait 553"},
		{"a wrong password", func(s *mailServer) { s.user = "other" }, nil, "notify: login 535"},
		{"a server without encryption", func(s *mailServer) { s.noTLS = true }, nil, "notify: tls 502"},
		{"a certificate of somebody else", nil, func(c *notify.SMTP) { c.Roots = nil }, "notify: tls"},
		{"a server that does not speak", func(s *mailServer) { s.says("greeting", "hang") }, func(c *notify.SMTP) { c.Timeout = 50 * time.Millisecond }, "notify: timeout"},
		{"a busy server", func(s *mailServer) { s.says("greeting", "421 later") }, nil, "notify: wait 421"},
		{"nobody there", nil, func(c *notify.SMTP) { c.Addr = "127.0.0.1:1" }, "notify: connect"},
		{"no port", nil, func(c *notify.SMTP) { c.Addr = "127.0.0.1" }, "notify: connect"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newMailServer(t, func(s *mailServer) {
				s.user = "\x00u\x00p"
				if c.server != nil {
					c.server(s)
				}
			})
			out := sender(s)
			if c.client != nil {
				c.client(out)
			}
			if err := out.Send(context.Background(), letter); fmt.Sprint(err) != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if got := s.received(); len(got) > 0 && c.name != "a mail taken for spam" {
				t.Errorf("a mail came through: %+v", got)
			}
		})
	}
}

func TestTheGatewayIsAskedAsItIsConfigured(t *testing.T) {
	t.Parallel()
	type request struct{ method, uri, body, key, signature, id string }
	var got request
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got = request{r.Method, r.RequestURI, string(b), r.Header.Get("X-Key"), r.Header.Get(notify.SignatureHeader), r.Header.Get("Idempotency-Key")}
		if want := notify.Sign("k", r.Header.Get(notify.TimestampHeader), r.RequestURI, string(b)); got.signature != want {
			t.Errorf("signature %s, want %s", got.signature, want)
		}
		_, _ = io.WriteString(w, `{"code":0}`)
	}))
	defer srv.Close()
	g := &notify.Gateway{URL: srv.URL + "/send?to={phone}", Body: `{"mobile":"{phone}","content":"{text}","id":{id}}`,
		Header: map[string]string{"X-Key": "open"}, Secret: "k", Success: `"code":0`, Clock: clock.NewFake(start)}
	l := notify.Letter{ID: 5, Address: "138 0000&0000", Text: "引号\"与换行\n{phone}"}
	if err := g.Send(context.Background(), l); err != nil {
		t.Fatal(err)
	}
	if got.method != "POST" || got.uri != "/send?to=138+0000%260000" || got.key != "open" || got.id != "5" || len(got.signature) != 64 {
		t.Errorf("request %+v", got)
	}
	var body struct {
		Mobile, Content string
		ID              int64
	}
	if err := json.Unmarshal([]byte(got.body), &body); err != nil || body.Content != l.Text || body.Mobile != l.Address || body.ID != 5 {
		t.Errorf("body %s, %v", got.body, err)
	}
}

func TestGatewayFailures(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		status int
		answer string
		want   string
	}{
		{"it takes the message", 200, `{"code":0}`, "<nil>"},
		{"it says no with 200", 200, `{"code":7,"to":"13800000000"}`, "notify: answer 200"},
		{"it knows no such number", 400, "13800000000?", "notify: refused 400"},
		{"our key is wrong", 401, "", "notify: login 401"},
		{"too many", 429, "", "notify: wait 429"},
		{"it is broken", 502, "", "notify: wait 502"},
		{"it sends us elsewhere", 302, "", "notify: answer 302"},
	} {
		asked := 0
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			asked++
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.answer)
		}))
		g := &notify.Gateway{URL: srv.URL + "/{phone}", Success: `"code":0`, Clock: clock.NewFake(start)}
		if err := g.Send(context.Background(), notify.Letter{Address: "13800000000"}); fmt.Sprint(err) != c.want || asked != 1 {
			t.Errorf("%s: got %v after %d requests, want %s", c.name, err, asked, c.want)
		}
		srv.Close()
		if err := g.Send(context.Background(), notify.Letter{Address: "13800000000"}); fmt.Sprint(err) != "notify: connect" {
			t.Errorf("nobody there: %v", err)
		}
	}
	g := &notify.Gateway{URL: "{phone}", Clock: clock.NewFake(start)}
	if err := g.Send(context.Background(), notify.Letter{Address: "13800000000"}); fmt.Sprint(err) != "notify: no_sender" {
		t.Errorf("a template that is no address: %v", err)
	}
}

func TestAGatewayThatDoesNotAnswerIsLeft(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer srv.Close()
	g := &notify.Gateway{URL: srv.URL, Timeout: 50 * time.Millisecond, Clock: clock.NewFake(start)}
	if err := g.Send(context.Background(), letter); fmt.Sprint(err) != "notify: timeout" {
		t.Errorf("got %v", err)
	}
}
