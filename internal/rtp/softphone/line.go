package softphone

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/transport/v5/packetio"

	"yangguang/internal/rtp"
)

const (
	// nameLen is the length of the name of a line in ICE: 40 random bits, which
	// tell lines apart; what proves a browser is its password.
	nameLen = 8
	// places is how many addresses a browser may be seen at: one with several
	// networks tries each of them.
	places = 16
	// records is how many DTLS records may wait for the handshake.
	records = 64
)

// A Line is the voice of one browser. It says nothing before the browser has
// come (Reached), and is done when the browser says goodbye, is silent for ten
// seconds or does not come at all.
type Line struct {
	*rtp.Stream
	phones  *Phones
	name    string // in ICE
	secret  string // with which the browser proves that it had our answer
	offer   offered
	ctx     context.Context // until it is closed
	records *packetio.Buffer
	reached chan struct{}
	begun   time.Time

	seen []netip.AddrPort // guarded by phones.mu: where the browser was proved to be

	mu          sync.Mutex     // guards what follows
	at          netip.AddrPort // where it wants to be spoken to
	chosen      bool           // it said so itself
	heard       time.Time
	received    uint64
	theirs, our *rtp.Key // once there was a handshake
}

func (p *Phones) newLine(name string, o offered) *Line {
	now := p.set.Clock.Now()
	ctx, cancel := context.WithCancel(context.Background())
	l := &Line{phones: p, name: name, secret: secret(), offer: o, ctx: ctx, records: packetio.NewBuffer(),
		reached: make(chan struct{}), begun: now, heard: now}
	l.records.SetLimitCount(records)
	l.Stream = rtp.Attach(p.conn.WriteToUDPAddrPort, func() {
		p.forget(l)
		cancel()
	}, rtp.Settings{Clock: p.set.Clock, Log: p.set.Log})
	_ = l.Retarget(l.remote()) // cannot fail without keys
	return l
}

// Reached is closed when the browser has come and both can hear each other.
func (l *Line) Reached() <-chan struct{} { return l.reached }

// remote is what the stream is told of the browser; mu is held, or nobody else
// has the line yet. Without keys it has no address, so nothing is said open.
func (l *Line) remote() rtp.Remote {
	r := rtp.Remote{Codec: rtp.PCMA, Event: l.offer.event}
	if l.theirs != nil && l.our != nil {
		r.Addr, r.Theirs, r.Ours = l.at, l.theirs, l.our
	}
	return r
}

// found notes that the browser proved to be at an address, and whether it chose
// that one to be spoken to. Until it has chosen, the last is as good as any.
func (l *Line) found(at netip.AddrPort, chosen bool) {
	l.phones.note(l, at)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard = l.phones.set.Clock.Now()
	if l.at == at || l.chosen && !chosen {
		l.chosen = l.chosen || chosen
		return
	}
	l.at, l.chosen = at, l.chosen || chosen
	_ = l.Retarget(l.remote()) // the keys were good before
}

// note has datagrams from an address belong to a line, whoever had it before.
func (p *Phones) note(l *Line, at netip.AddrPort) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.from[at] == l || p.named[l.name] != l { // known, or closed meanwhile
		return
	}
	if len(l.seen) == places {
		if p.from[l.seen[0]] == l {
			delete(p.from, l.seen[0])
		}
		l.seen = l.seen[1:]
	}
	l.seen = append(l.seen, at)
	p.from[at] = l
}

// voice takes an SRTP packet. That it is sealed with the browser's key proves
// whose it is, not where it came from.
func (l *Line) voice(b []byte) {
	if at := l.where(); at.IsValid() {
		l.Receive(b, at)
	}
}

func (l *Line) where() netip.AddrPort {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at
}

// gone answers whether the browser has been silent, or joining, too long.
func (l *Line) gone(now time.Time) bool {
	n := l.Stats().Received
	l.mu.Lock()
	defer l.mu.Unlock()
	if n != l.received {
		l.received, l.heard = n, now
	}
	return now.Sub(l.heard) >= silence || l.theirs == nil && now.Sub(l.begun) >= joining
}

// secure begins to speak with the keys of the handshake.
func (l *Line) secure(theirs, our *rtp.Key) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.theirs, l.our = theirs, our
	if err := l.Retarget(l.remote()); err != nil {
		return err
	}
	close(l.reached)
	return nil
}
