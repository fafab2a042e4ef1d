package sip

import (
	"sync"

	sipgo "github.com/emiago/sipgo/sip"
)

// dialogID is what a request inside a call names: the call and our tag, which
// nobody else can guess.
type dialogID struct{ callID, tag string }

// mergeID is what two copies of one INVITE share that came by different ways
// (RFC 3261, 8.2.2.2).
type mergeID struct {
	callID, tag string
	seq         uint32
}

// calls are the calls that are not over.
type calls struct {
	mu     sync.RWMutex
	byID   map[dialogID]*Call // guarded by mu
	merged map[mergeID]bool   // guarded by mu
}

func (cs *calls) add(c *Call) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.byID[c.dialog.id()] = c
}

// claim takes the INVITE for the first of its copies; release gives it back.
func (cs *calls) claim(m mergeID) (release func(), first bool) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.merged[m] {
		return nil, false
	}
	if cs.merged == nil {
		cs.merged = map[mergeID]bool{}
	}
	cs.merged[m] = true
	return func() {
		cs.mu.Lock()
		defer cs.mu.Unlock()
		delete(cs.merged, m)
	}, true
}

func (cs *calls) remove(c *Call) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	delete(cs.byID, c.dialog.id())
}

func (cs *calls) all() []*Call {
	cs.mu.RLock()
	defer cs.mu.RUnlock()
	list := make([]*Call, 0, len(cs.byID))
	for _, c := range cs.byID {
		list = append(list, c)
	}
	return list
}

// of is the call a request belongs to: its Call-ID, our tag in To, and theirs in
// From. nil is none.
func (cs *calls) of(m sipgo.Message) *Call {
	if _, request := m.(*sipgo.Request); !request || m.To() == nil || m.From() == nil || m.CallID() == nil {
		return nil
	}
	tag, ok := m.To().Params.Get("tag")
	if !ok {
		return nil
	}
	cs.mu.RLock()
	c := cs.byID[dialogID{m.CallID().Value(), tag}]
	cs.mu.RUnlock()
	if c == nil || c.dialog.peerTag() != m.From().Params.GetOr("tag", "") {
		return nil
	}
	return c
}
