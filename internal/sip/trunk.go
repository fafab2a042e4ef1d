package sip

import (
	"net/netip"
	"sync"
	"time"
)

// trunk is a Trunk at work.
type trunk struct {
	Trunk
	mu    sync.Mutex
	state TrunkState // guarded by mu
}

// TrunkState is how a trunk stands, for the operator.
type TrunkState struct {
	Name       string
	Registers  bool      // it is one we register at
	Registered bool      // and the carrier knows us
	Since      time.Time // of the last change
	Code       int       // the carrier's last answer, 0 when it gave none
	Calls      int
}

func newTrunk(t Trunk) *trunk {
	if t.Transport == "" {
		t.Transport = "UDP"
	}
	if t.Register != nil {
		r := *t.Register
		t.Register = &r
		if r.Expires == 0 {
			t.Register.Expires = 10 * time.Minute
		}
		if host, _, err := hostPort(r.Server, t.Transport); err == nil {
			if a, err := netip.ParseAddr(host); err == nil {
				t.Allow = append(t.Allow[:len(t.Allow):len(t.Allow)], netip.PrefixFrom(a, a.BitLen()))
			}
		}
	}
	return &trunk{Trunk: t, state: TrunkState{Name: t.Name, Registers: t.Register != nil}}
}

// allows is whether calls from the address are this trunk's.
func (t *trunk) allows(a netip.Addr) bool {
	for _, p := range t.Allow {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// proxy is where calls of ours go.
func (t *trunk) proxy() string {
	switch {
	case t.Proxy != "":
		return t.Proxy
	case t.Register != nil:
		return t.Register.Server
	}
	return t.Allow[0].Addr().String()
}

// noted is what the carrier said to our registration.
func (t *trunk) noted(now time.Time, code int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	registered := code >= 200 && code < 300
	if registered != t.state.Registered || t.state.Since.IsZero() {
		t.state.Since = now
	}
	t.state.Registered, t.state.Code = registered, code
}

// registered is whether the carrier knows us, as far as it said.
func (t *trunk) registered() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.state.Registered
}

// Trunks are how the trunks stand, in the order of the configuration.
func (s *Server) Trunks() []TrunkState {
	states := make([]TrunkState, 0, len(s.trunks))
	for _, t := range s.trunks {
		t.mu.Lock()
		state := t.state
		t.mu.Unlock()
		state.Calls = s.room.on(t)
		states = append(states, state)
	}
	return states
}

func (s *Server) trunk(name string) *trunk {
	for _, t := range s.trunks {
		if t.Name == name {
			return t
		}
	}
	return nil
}

func (s *Server) trunkAt(a netip.Addr) *trunk {
	for _, t := range s.trunks {
		if t.allows(a) {
			return t
		}
	}
	return nil
}
