package sip

import (
	"net/netip"
	"sync"
	"time"
)

// bindings are the desk phones that are registered. A user has one phone: the
// last that registered.
type bindings struct {
	mu     sync.Mutex
	byUser map[string]*binding // guarded by mu
	addrs  map[netip.Addr]int  // how many phones are at an address; guarded by mu
}

type binding struct {
	Registration
	addr   netip.Addr
	expire func() // stops the timer
}

func (b *bindings) find(user string) (Registration, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r, ok := b.byUser[user]; ok {
		return r.Registration, true
	}
	return Registration{}, false
}

// at is whether a phone registered from the address.
func (b *bindings) at(a netip.Addr) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.addrs[a] > 0
}

// bind puts the phone where it is now; gone runs when it is not heard of in time.
func (b *bindings) bind(c timers, r Registration, gone func(*binding)) {
	ap, _ := netip.ParseAddrPort(r.Source)
	n := &binding{Registration: r, addr: ap.Addr().Unmap()}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.drop(r.User)
	n.expire = c.AfterFunc(r.Expires.Sub(c.Now())+5*time.Second, func() { gone(n) })
	b.byUser[r.User] = n
	b.addrs[n.addr]++
}

// unbind forgets the user's phone; only, when not nil, if it is still that one.
func (b *bindings) unbind(user string, only *binding) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := b.byUser[user]; n == nil || only != nil && n != only {
		return false
	}
	b.drop(user)
	return true
}

// drop forgets; the lock is held.
func (b *bindings) drop(user string) {
	n := b.byUser[user]
	if n == nil {
		return
	}
	n.expire()
	delete(b.byUser, user)
	if b.addrs[n.addr]--; b.addrs[n.addr] <= 0 {
		delete(b.addrs, n.addr)
	}
}
