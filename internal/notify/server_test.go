package notify_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"io"
	"mime"
	"net"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"
)

// mailServer is a small mail server: enough of RFC 5321 to be sent to.
type mailServer struct {
	t        *testing.T
	listener net.Listener
	tls      *tls.Config
	Roots    *x509.CertPool
	implicit bool
	noTLS    bool   // STARTTLS is not offered
	user     string // the login asked for

	mu    sync.Mutex
	say   map[string]string // the answer to a verb, in place of the usual one; "hang" says nothing; guarded by mu
	mails []received        // guarded by mu
}

type received struct {
	to        string
	encrypted bool
	message   *mail.Message
	body      string
}

func newMailServer(t *testing.T, change func(s *mailServer)) *mailServer {
	t.Helper()
	web := httptest.NewTLSServer(nil) // for its certificate, good for 127.0.0.1
	t.Cleanup(web.Close)
	s := &mailServer{t: t, tls: &tls.Config{Certificates: web.TLS.Certificates}, Roots: x509.NewCertPool(), say: map[string]string{}}
	s.Roots.AddCert(web.Certificate())
	if change != nil {
		change(s)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.listener = l
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c)
		}
	}()
	return s
}

func (s *mailServer) addr() string { return s.listener.Addr().String() }

func (s *mailServer) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	encrypted := s.implicit
	if s.implicit {
		c = tls.Server(c, s.tls)
	}
	r := bufio.NewReader(c)
	answer := func(verb, usual string) {
		usual = s.said(verb, usual)
		if usual == "hang" {
			_, _ = io.Copy(io.Discard, r) // until the other side gives up
			return
		}
		_, _ = io.WriteString(c, usual+"\r\n")
	}
	answer("greeting", "220 mail.test ready")
	to := ""
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(line)
		switch verb := strings.ToUpper(strings.Fields(line + " ?")[0]); verb {
		case "EHLO":
			offers := "250-mail.test\r\n250-AUTH PLAIN\r\n"
			if !s.noTLS && !encrypted {
				offers += "250-STARTTLS\r\n"
			}
			answer(verb, offers+"250 8BITMIME")
		case "STARTTLS":
			if s.noTLS {
				answer(verb, "502 not here")
				continue
			}
			answer(verb, "220 go on")
			c = tls.Server(c, s.tls)
			r, encrypted = bufio.NewReader(c), true
		case "AUTH":
			b, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(line, "AUTH PLAIN "))
			if string(b) != s.user {
				answer(verb, "535 who are you")
				continue
			}
			answer(verb, "235 welcome")
		case "RCPT":
			to = strings.TrimSuffix(strings.TrimPrefix(line, "RCPT TO:<"), ">")
			answer(verb, "250 yes "+to)
		case "DATA":
			answer(verb, "354 go on")
			s.keep(r, to, encrypted)
			answer("mail", "250 kept")
		case "QUIT":
			answer(verb, "221 bye")
			return
		default:
			answer(verb, "250 yes")
		}
	}
}

// says changes the answer to a verb; "" brings the usual one back.
func (s *mailServer) says(verb, answer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.say[verb] = answer
}

func (s *mailServer) said(verb, usual string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if other := s.say[verb]; other != "" {
		return other
	}
	return usual
}

func (s *mailServer) keep(r *bufio.Reader, to string, encrypted bool) {
	var text strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil || line == ".\r\n" {
			break
		}
		text.WriteString(line)
	}
	m, err := mail.ReadMessage(strings.NewReader(text.String()))
	if err != nil {
		return // the connection broke off
	}
	body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, m.Body))
	if err != nil {
		s.t.Errorf("mail body: %v", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, received{to, encrypted, m, string(body)})
}

func (s *mailServer) received() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received(nil), s.mails...)
}

func header(m *mail.Message, name string) string {
	s, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get(name))
	if err != nil {
		return err.Error()
	}
	return s
}
