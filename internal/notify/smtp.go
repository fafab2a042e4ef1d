package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/smtp"
	"net/textproto"
	"strings"
	"time"

	"yangguang/internal/clock"
)

// Security is how the way to the mail server is protected.
type Security string

// The ways; there is no "if it can": a server that stops offering encryption
// is not sent to.
const (
	StartTLS Security = "starttls" // usual on port 587
	Implicit Security = "tls"      // usual on port 465
	Plain    Security = "none"     // to a server on the same machine only
)

// SMTP sends mail through a server.
type SMTP struct {
	Addr     string // host:port
	From     string // the sender's address
	User     string // "" = no login
	Password string
	Security Security       // StartTLS when empty
	Roots    *x509.CertPool // nil means the system's
	Timeout  time.Duration  // for one mail; 30 s when zero
	Clock    clock.Clock
}

// Send implements Sender.
func (s *SMTP) Send(ctx context.Context, l Letter) error {
	timeout := s.Timeout
	if timeout == 0 {
		timeout = 30 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.Addr)
	if err != nil {
		return unreachable(err)
	}
	defer func() { _ = conn.Close() }()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline) // no error on an open connection
	}
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })() // long past: every wait ends
	c, f := s.open(ctx, conn)
	if f != nil {
		return f
	}
	if f := s.post(c, l); f != nil {
		return f
	}
	_ = c.Quit() // it was accepted already
	return nil
}

// open greets the server, encrypts the way and logs in.
func (s *SMTP) open(ctx context.Context, conn net.Conn) (*smtp.Client, *failure) {
	host, _, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return nil, fail("connect", 0)
	}
	conf := &tls.Config{ServerName: host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}
	if s.Security == Implicit {
		wrapped := tls.Client(conn, conf)
		if err := wrapped.HandshakeContext(ctx); err != nil {
			return nil, fail("tls", 0)
		}
		conn = wrapped
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return nil, temporary(err)
	}
	if s.Security == StartTLS || s.Security == "" {
		if err := c.StartTLS(conf); err != nil {
			return nil, fail("tls", codeOf(err))
		}
	}
	if s.User != "" {
		if err := c.Auth(smtp.PlainAuth("", s.User, s.Password, host)); err != nil {
			return nil, fail("login", codeOf(err))
		}
	}
	return c, nil
}

// post hands the mail over. Only what the server says of the receiver or the
// mail is final; what it says of us, an administrator can mend.
func (s *SMTP) post(c *smtp.Client, l Letter) *failure {
	if err := c.Mail(s.From); err != nil {
		return temporary(err)
	}
	if err := c.Rcpt(l.Address); err != nil {
		return refusal(err)
	}
	w, err := c.Data()
	if err != nil {
		return refusal(err)
	}
	if _, err := w.Write(s.mail(l)); err != nil {
		return unreachable(err)
	}
	if err := w.Close(); err != nil {
		return refusal(err)
	}
	return nil
}

// mail writes the message (RFC 5322). Its Message-ID is the notice's, so that a
// mail sent twice is seen to be one.
func (s *SMTP) mail(l Letter) []byte {
	domain := s.From[strings.LastIndexByte(s.From, '@')+1:]
	var b strings.Builder
	for _, h := range [][2]string{
		{"From", s.From}, {"To", l.Address}, {"Subject", mime.BEncoding.Encode("UTF-8", l.Subject)},
		{"Date", s.Clock.Now().In(clock.Shanghai).Format(time.RFC1123Z)},
		{"Message-ID", fmt.Sprintf("<%d@%s>", l.ID, domain)},
		{"Auto-Submitted", "auto-generated"}, {"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"}, {"Content-Transfer-Encoding", "base64"},
	} {
		b.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	body := base64.StdEncoding.EncodeToString([]byte(l.Text + "\r\n"))
	for len(body) > 0 {
		n := min(76, len(body))
		b.WriteString("\r\n" + body[:n])
		body = body[n:]
	}
	b.WriteString("\r\n")
	return []byte(b.String())
}

func codeOf(err error) int {
	var te *textproto.Error
	if errors.As(err, &te) {
		return te.Code
	}
	return 0
}

// temporary: the server said no, but not because of this mail.
func temporary(err error) *failure {
	if code := codeOf(err); code != 0 {
		return fail("wait", code)
	}
	return unreachable(err)
}

// refusal: 5xx of the receiver or the mail is final.
func refusal(err error) *failure {
	if code := codeOf(err); code >= 500 {
		return fail("refused", code).forGood()
	}
	return temporary(err)
}
