// Package softphone is the browser's end of a call: the voice of a seat of the
// hotline by WebRTC (RFC 8834), as an rtp.Line. The seat's page offers, Answer
// answers, and from then on the browser comes to the one UDP port of the house:
// ICE in its lite form (RFC 8445, 2.5), DTLS (RFC 5764), SRTP, G.711 A-law and
// keys by RFC 4733. There is no picture, no data channel, no STUN or TURN server
// and no look-up of a name.
//
// Clause 3.1.1 rests on it, as on package rtp. What is said is kept nowhere, and
// an offer, which holds addresses of a clerk's machine, is in no error and no
// log. The line is proved to be the browser's that made the offer: the offer
// comes over the page's own connection, and the handshake must show the
// certificate whose print is in it.
//
// Of the libraries of Pion this takes DTLS, SRTP, STUN messages and SDP. The
// whole of pion/webrtc, whose tests' browser it is here, brings data channels,
// a TURN client and congestion control that no telephone needs.
package softphone

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/pion/dtls/v3/pkg/crypto/selfsign"

	"yangguang/internal/clock"
)

// Config is where browsers come to.
type Config struct {
	Addr  netip.AddrPort // the UDP port all seats share; best not of every address of a machine that has several
	Hosts []netip.Addr   // the addresses browsers are told; none is Addr's own
	Clock clock.Clock    // none is the machine's
	Log   *slog.Logger   // told of mistakes of ours alone
}

const (
	// most is how many lines there may be at once, several times the seats one
	// machine carries.
	most = 2000
	// silence is how long a browser may send nothing. It asks whether we are
	// there each 2.5 s (Chromium) to 5 s (Firefox), and voice comes without pause.
	silence = 10 * time.Second
	// joining is how long a browser may take for the handshake.
	joining = 15 * time.Second
	// buffered is what the kernel keeps while we are busy: a second of 250 seats.
	buffered = 1 << 20
)

var (
	// ErrFull means that there are as many lines as there may be.
	ErrFull = errors.New("softphone: too many lines at once")

	errHosts  = errors.New("softphone: name the addresses browsers can reach (Hosts), or listen on one address")
	errClosed = errors.New("softphone: closed")
)

// Phones is the port browsers come to, and the lines that stand.
type Phones struct {
	set    Config
	conn   *net.UDPConn
	port   uint16
	cert   tls.Certificate
	print  string // of cert, as SDP writes it
	done   chan struct{}
	lines  sync.WaitGroup
	own    sync.WaitGroup
	logged sync.Once

	mu     sync.RWMutex
	named  map[string]*Line         // guarded by mu: by the name ICE knows it under
	from   map[netip.AddrPort]*Line // guarded by mu: by where its browser was proved to be
	closed bool                     // guarded by mu
}

// Open listens.
func Open(set Config) (*Phones, error) {
	if len(set.Hosts) == 0 {
		if set.Addr.Addr().IsUnspecified() {
			return nil, errHosts
		}
		set.Hosts = []netip.Addr{set.Addr.Addr()}
	}
	if set.Clock == nil {
		set.Clock = clock.System()
	}
	cert, err := selfsign.GenerateSelfSigned() // proved by its print, which the page's connection carries
	if err != nil {
		return nil, err
	}
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(set.Addr))
	if err != nil {
		return nil, err
	}
	_ = conn.SetReadBuffer(buffered)
	p := &Phones{set: set, conn: conn, port: uint16(conn.LocalAddr().(*net.UDPAddr).Port), cert: cert, print: printOf(cert.Certificate[0]), // #nosec G115 -- a port
		done: make(chan struct{}), named: map[string]*Line{}, from: map[netip.AddrPort]*Line{}}
	p.own.Go(p.receive)
	p.own.Go(p.watch)
	return p, nil
}

// Answer answers a browser's offer: its line, which speaks as soon as the browser
// has come, and what to tell it. An offer that cannot be answered is ErrOffer. A
// browser that lost its page makes a new offer and has a new line; the one before
// is closed by whoever had it, or by itself when the browser is silent.
func (p *Phones) Answer(ctx context.Context, offer string) (*Line, string, error) {
	if err := ctx.Err(); err != nil {
		return nil, "", err
	}
	o, err := readOffer(offer)
	if err != nil {
		return nil, "", err
	}
	l, err := p.open(o)
	if err != nil {
		return nil, "", err
	}
	return l, p.answer(o, l), nil
}

// open makes a line nobody has come to yet.
func (p *Phones) open(o offered) (*Line, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return nil, errClosed
	case len(p.named) >= most:
		return nil, ErrFull
	}
	name := rand.Text()[:nameLen]
	for p.named[name] != nil {
		name = rand.Text()[:nameLen]
	}
	l := p.newLine(name, o)
	p.named[name] = l
	p.lines.Go(l.meet)
	return l, nil
}

// forget lets go of a line.
func (p *Phones) forget(l *Line) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.named, l.name)
	for _, at := range l.seen {
		if p.from[at] == l {
			delete(p.from, at)
		}
	}
}

// Close ends every line, tells the browsers and lets go of the port.
func (p *Phones) Close() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil
	}
	p.closed = true
	p.mu.Unlock()
	close(p.done)
	for _, l := range p.standing() {
		_ = l.Close()
	}
	p.lines.Wait()
	err := p.conn.Close()
	p.own.Wait()
	return err
}

func (p *Phones) standing() []*Line {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return slices.Collect(maps.Values(p.named))
}

// watch closes the lines whose browsers are gone.
func (p *Phones) watch() {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			p.sweep()
		case <-p.done:
			return
		}
	}
}

func (p *Phones) sweep() {
	now := p.set.Clock.Now()
	for _, l := range p.standing() {
		if l.gone(now) {
			_ = l.Close()
		}
	}
}
