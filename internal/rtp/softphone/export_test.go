package softphone

import "net/netip"

// What tests outside the package look at.

// Sweep closes the lines whose browsers are gone, as is done each second.
func (p *Phones) Sweep() { p.sweep() }

// Datagram handles a datagram as if it had just been read.
func (p *Phones) Datagram(b []byte, from netip.AddrPort) { p.guarded(b, from) }

// Known is how many lines stand, and how many addresses lead to one.
func (p *Phones) Known() (lines, addresses int) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return len(p.named), len(p.from)
}

const (
	Silence = silence
	Joining = joining
	Places  = places
)

// Still answers an offer with a line nobody shakes hands for, so that a fuzzer
// sees the same each time: its name and its secret too.
func (p *Phones) Still(offer string) (l *Line, answer, name, secret string, err error) {
	o, err := readOffer(offer)
	if err != nil {
		return nil, "", "", "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	l = p.newLine("still", o)
	p.named[l.name] = l
	return l, p.answer(o, l), l.name, l.secret, nil
}
