package main

import (
	"context"
	"fmt"
	"net"

	"yangguang/supervision/hotline/seatwire"
	"yangguang/supervision/hotline/switchboard"
)

// peerIdentity is what the machines of this installation know each other by.
func (h *house) peerIdentity() (*seatwire.Identity, error) {
	return seatwire.NewIdentity(h.keys.Index("hotline.peers", "identity"))
}

// servePeers answers the pages of other machines; nil where none may ask.
func (h *house) servePeers(ctx context.Context, s *switchboard.Switchboard) (stop func(), err error) {
	if h.c.phone.Peers == "" {
		return nil, nil
	}
	id, err := h.peerIdentity()
	if err != nil {
		return nil, err
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", h.c.phone.Peers)
	if err != nil {
		return nil, fmt.Errorf("listen for other machines: %w", err)
	}
	srv := id.Server(s)
	go func() { _ = srv.Serve(id.Listen(ln)) }()
	return func() { _ = srv.Close() }, nil
}

// fleet is how the pages speak with the telephone processes: this machine's and,
// where machines share a store, the others'.
func (h *house) fleet() *seatwire.Fleet {
	f := &seatwire.Fleet{Own: nodeName(phoneNode(h.c.Node)), Socket: phoneSocket(h.c.Data)}
	if !h.db.Postgres() {
		return f
	}
	id, err := h.peerIdentity()
	if err != nil {
		h.log.Error("telephone processes of other machines are not spoken with", "fault", err.Error())
		return f
	}
	f.Identity, f.Nodes = id, h.hotline.Peers
	return f
}
