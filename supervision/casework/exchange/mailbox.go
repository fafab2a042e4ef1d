package exchange

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"yangguang/agency"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/jobs"
)

// Mailbox is where people write to a unit: a folder of an IMAP server.
type Mailbox struct {
	Unit     string // path of the unit: 350525/bureau
	Addr     string // host:port
	User     string // mostly the address itself
	Password string
	Security string // tls, starttls, or none (loopback only)
	Folder   string
	Done     string         // where messages go that were taken
	Failed   string         // and those that were not
	Roots    *x509.CertPool // nil means the system's
}

// Name is what a desk page and a job call the mailbox.
func (m *Mailbox) Name() string { return m.User + "/" + m.Folder }

// ReadMailboxes reads a file of mailboxes, one a line: the unit's path, the
// server as a URL (imaps://user@host:port/FOLDER; imap:// begins with STARTTLS),
// the file that holds the password, and where taken and refused messages go,
// such as done=Done failed=Failed. # begins a comment.
func ReadMailboxes(r io.Reader, secretOf func(path string) (string, error)) (out []Mailbox, err error) {
	s := bufio.NewScanner(r)
	for n := 1; s.Scan(); n++ {
		line, _, _ := strings.Cut(s.Text(), " #")
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		m, err := parseMailbox(words, secretOf)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if slices.ContainsFunc(out, func(o Mailbox) bool { return o.Name() == m.Name() && o.Addr == m.Addr }) {
			return nil, fmt.Errorf("line %d: this mailbox stands above already", n)
		}
		out = append(out, m)
	}
	return out, s.Err()
}

func parseMailbox(words []string, secretOf func(string) (string, error)) (m Mailbox, err error) {
	if len(words) < 3 {
		return m, errors.New("want \"UNIT imaps://user@host:993/INBOX PASSWORD-FILE\"")
	}
	u, err := url.Parse(words[1])
	if err != nil || u.User == nil || u.Hostname() == "" {
		return m, errors.New("want the server as imaps://user@host:993/INBOX")
	}
	if _, ok := u.User.Password(); ok {
		return m, errors.New("the password belongs into a file of its own")
	}
	m = Mailbox{Unit: words[0], User: u.User.Username(), Folder: strings.Trim(u.Path, "/"), Done: "Done", Failed: "Failed"}
	port := u.Port()
	switch u.Scheme {
	case "imaps":
		m.Security = "tls"
		port = or(port, "993")
	case "imap":
		m.Security = "starttls"
		port = or(port, "143")
	case "imap+none":
		m.Security = "none"
		port = or(port, "143")
		if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return m, errors.New("without encryption only a server on this machine may be asked")
		}
	default:
		return m, errors.New("the server's scheme is imaps or imap")
	}
	m.Addr = net.JoinHostPort(u.Hostname(), port)
	if m.Folder == "" {
		m.Folder = "INBOX"
	}
	for _, w := range words[3:] {
		switch k, v, _ := strings.Cut(w, "="); {
		case k == "done" && v != "":
			m.Done = v
		case k == "failed" && v != "":
			m.Failed = v
		default:
			return m, fmt.Errorf("%q is neither done=FOLDER nor failed=FOLDER", w)
		}
	}
	if division, slug, ok := strings.Cut(m.Unit, "/"); !ok || slug == "" {
		return m, errors.New("the unit is a path like 350525/bureau")
	} else if _, err := agency.ParseCode(division); err != nil {
		return m, errors.New("the unit is a path like 350525/bureau")
	}
	if m.Password, err = secretOf(words[2]); err != nil {
		return m, errors.New("the password file cannot be read")
	}
	return m, nil
}

// ReadMailboxFile is ReadMailboxes of a file beside which passwords lie.
func ReadMailboxFile(path string) ([]Mailbox, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, errors.New("the file of mailboxes cannot be read")
	}
	defer func() { _ = f.Close() }()
	return ReadMailboxes(f, func(path string) (string, error) {
		b, err := os.ReadFile(path)
		return strings.TrimSpace(string(b)), err
	})
}

// Strangers are the mailboxes of units there are none of, for the operator to
// mend; what is written to them stays there.
func (e *Exchange) Strangers(ctx context.Context) (units []string, err error) {
	defer fault.Wrap(&err, "exchange.Strangers")
	err = e.db().Read(ctx, func(tx *db.Tx) error {
		for i := range e.Mailboxes {
			if _, err := unitByPath(tx, e.Mailboxes[i].Unit); fault.Is(err, fault.NotFound) {
				units = append(units, e.Mailboxes[i].Unit)
			} else if err != nil {
				return err
			}
		}
		return nil
	})
	return units, err
}

const fetchKind = "exchange.fetch"

// look has every mailbox read.
func (e *Exchange) look(ctx context.Context) error {
	for i := range e.Mailboxes {
		if err := e.ring(ctx, &e.Mailboxes[i]); err != nil {
			return err
		}
	}
	return nil
}

// ring asks for a mailbox to be read; while it is being read, once more after.
func (e *Exchange) ring(ctx context.Context, m *Mailbox) error {
	return e.db().Write(ctx, func(tx *db.Tx) error {
		return jobs.Add(tx, jobs.Job{Kind: fetchKind, Key: m.Addr + " " + m.Name(), Payload: m.Addr + " " + m.Name()})
	})
}

// fetchNamed is the job. A server that cannot be reached is no failure of the
// job: how the mailbox stands is on the desk, and the next minute tries again.
func (e *Exchange) fetchNamed(ctx context.Context, name string) error {
	for i := range e.Mailboxes {
		if m := &e.Mailboxes[i]; m.Addr+" "+m.Name() == name {
			return e.fetch(ctx, m)
		}
	}
	return nil // no longer in the file
}

// trouble is why a mailbox was not read: a word with a sentence.
type trouble string

// Error is the word.
func (t trouble) Error() string { return string(t) }

// fetch reads every message of a mailbox and moves each to where it belongs.
func (e *Exchange) fetch(ctx context.Context, m *Mailbox) error {
	var u agency.Agency
	err := e.db().Read(ctx, func(tx *db.Tx) (err error) {
		u, err = unitByPath(tx, m.Unit)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return nil // an operator's mistake: Strangers tells it
	}
	if err != nil {
		return err
	}
	err = e.fetchInto(ctx, m, u)
	var t trouble
	if err != nil && !errors.As(err, &t) {
		return err
	}
	return e.db().Write(ctx, func(tx *db.Tx) error { return noteStanding(tx, u, m.Name(), string(t)) })
}

// dial reaches the server, encrypted, and logs in.
func (m *Mailbox) dial(ctx context.Context, o *imapclient.Options) (*imapclient.Client, error) {
	host, _, err := net.SplitHostPort(m.Addr)
	if err != nil {
		return nil, trouble("connect")
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", m.Addr)
	if err != nil {
		return nil, trouble("connect")
	}
	o.TLSConfig = &tls.Config{ServerName: host, RootCAs: m.Roots, MinVersion: tls.VersionTLS12}
	var c *imapclient.Client
	switch m.Security {
	case "none":
		c = imapclient.New(conn, o)
	case "starttls":
		if c, err = imapclient.NewStartTLS(conn, o); err != nil {
			return nil, errors.Join(trouble("tls"), conn.Close())
		}
	default:
		wrapped := tls.Client(conn, o.TLSConfig)
		if err := wrapped.HandshakeContext(ctx); err != nil {
			return nil, errors.Join(trouble("tls"), conn.Close())
		}
		c = imapclient.New(wrapped, o)
	}
	if err := c.Login(m.User, m.Password).Wait(); err != nil {
		return nil, errors.Join(trouble("login"), c.Close())
	}
	if c.Caps().Has(imap.CapID) { // some providers open no folder to a program that has not said its name
		_, _ = c.ID(&imap.IDData{Name: "yangguang"}).Wait()
	}
	return c, nil
}

func (e *Exchange) fetchInto(ctx context.Context, m *Mailbox, u agency.Agency) error {
	c, err := m.dial(ctx, &imapclient.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	defer context.AfterFunc(ctx, func() { _ = c.Close() })() // every wait ends
	if _, err := c.Select(m.Folder, nil).Wait(); err != nil {
		return trouble("folder")
	}
	for _, f := range []string{m.Done, m.Failed} {
		_ = c.Create(f, nil).Wait() // mostly there already; a move says when it is not
	}
	for {
		n, err := e.round(ctx, c, m, u)
		if err != nil || n == 0 {
			return err
		}
	}
}

// aRound is how many messages are looked at at once.
const aRound = 50

// round takes the first messages of the folder. Each is moved once what became
// of it is written: whatever breaks between reads it again, and files nothing.
func (e *Exchange) round(ctx context.Context, c *imapclient.Client, m *Mailbox, u agency.Agency) (n int, err error) {
	found, err := c.UIDSearch(&imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagDeleted}}, nil).Wait()
	if err != nil {
		return 0, trouble("read")
	}
	uids := found.AllUIDs()
	for _, uid := range uids[:min(len(uids), aRound)] {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		raw, large, err := message1(c, uid)
		if err != nil {
			return n, trouble("read")
		}
		var what *Mail
		if large {
			what, err = e.note(ctx, u, &letter{id: "large:" + m.Name() + ":" + itoa(int64(uid))}, Mail{Outcome: mailFailed, Reason: "too_large"})
		} else if raw != nil {
			what, err = e.receive(ctx, u, m.User, raw)
		} else {
			continue // gone meanwhile
		}
		if err != nil {
			return n, err
		}
		to := m.Done
		if what.Outcome == mailFailed {
			to = m.Failed
		}
		if _, err := c.Move(imap.UIDSetNum(uid), to).Wait(); err != nil {
			return n, trouble("move")
		}
		n++
	}
	return n, nil
}

// message1 reads one message, unless it is too large.
func message1(c *imapclient.Client, uid imap.UID) (raw []byte, large bool, err error) {
	set := imap.UIDSetNum(uid)
	heads, err := c.Fetch(set, &imap.FetchOptions{UID: true, RFC822Size: true}).Collect()
	if err != nil || len(heads) == 0 {
		return nil, false, err
	}
	if heads[0].RFC822Size > maxMessage {
		return nil, true, nil
	}
	whole := &imap.FetchItemBodySection{Peek: true}
	got, err := c.Fetch(set, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{whole}}).Collect()
	if err != nil || len(got) == 0 {
		return nil, false, err
	}
	return got[0].FindBodySection(whole), false, nil
}

// Watch waits beside the mailboxes that can say when something came (IDLE) and
// has them read at once, until ctx ends. One that cannot is read each minute all
// the same. pause is how long a mailbox is left alone after a failure.
func (e *Exchange) Watch(ctx context.Context, pause time.Duration) error {
	ended := make(chan struct{})
	for i := range e.Mailboxes {
		go func() {
			defer func() { ended <- struct{}{} }()
			m := &e.Mailboxes[i]
			for ctx.Err() == nil {
				_ = e.idle(ctx, m) // told by the reading of each minute
				select {
				case <-ctx.Done():
				case <-time.After(pause):
				}
			}
		}()
	}
	for range e.Mailboxes {
		<-ended
	}
	<-ctx.Done()
	return nil
}

// idle stays with one mailbox as long as the line holds.
func (e *Exchange) idle(ctx context.Context, m *Mailbox) error {
	came := make(chan struct{}, 1)
	c, err := m.dial(ctx, &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{Mailbox: func(d *imapclient.UnilateralDataMailbox) {
		if d.NumMessages != nil {
			select {
			case came <- struct{}{}:
			default:
			}
		}
	}}})
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if !c.Caps().Has(imap.CapIdle) {
		return trouble("no_idle")
	}
	if _, err := c.Select(m.Folder, &imap.SelectOptions{ReadOnly: true}).Wait(); err != nil {
		return trouble("folder")
	}
	waiting, err := c.Idle()
	if err != nil {
		return trouble("read")
	}
	broken := make(chan error, 1)
	go func() { broken <- waiting.Wait() }()
	for {
		select {
		case <-ctx.Done():
			return waiting.Close()
		case err := <-broken:
			return err
		case <-came:
			if err := e.ring(ctx, m); err != nil {
				return errors.Join(err, waiting.Close())
			}
		}
	}
}
