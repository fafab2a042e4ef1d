package rtp

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"sync"
)

// Ports hands out the even UDP ports of a range, one a stream, each to rest as
// long as the others last: what is still on its way to a call that ended must
// not be heard in the next one, nor in the first of a program begun anew: where in
// the range it begins is left to chance. The odd ports, RTCP's by custom, stay
// unbound.
type Ports struct {
	addr netip.Addr
	mu   sync.Mutex
	free []int // guarded by mu: the longest rested first
}

// errNoPort means the range is used up.
var errNoPort = errors.New("rtp: no port of the range is free: widen it, or take fewer calls at once")

// NewPorts takes the range from..to of an address of this machine.
func NewPorts(addr netip.Addr, from, to int) (*Ports, error) {
	from += from % 2
	if !addr.IsValid() || from < 2 || to > 65535 || to < from {
		return nil, fmt.Errorf("rtp: %d-%d is no range of ports", from, to)
	}
	p := &Ports{addr: addr}
	for port := from; port <= to; port += 2 {
		p.free = append(p.free, port)
	}
	first := rand.IntN(len(p.free)) // #nosec G404 -- spread, not secret
	p.free = slices.Concat(p.free[first:], p.free[:first])
	return p, nil
}

// bind opens the longest rested port, leaving out those another program holds.
func (p *Ports) bind() (*net.UDPConn, int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range len(p.free) {
		port := p.free[0]
		p.free = p.free[1:]
		conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(p.addr, uint16(port))))
		if err == nil {
			return conn, port, nil
		}
		p.free = append(p.free, port)
	}
	return nil, 0, errNoPort
}

func (p *Ports) put(port int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, port)
}
