package sip

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

// ear tells when it is first listened with: sipgo sends from an address only
// once it serves it, and would open another before.
type ear struct {
	net.PacketConn
	once sync.Once
	open chan struct{}
}

func (e *ear) ReadFrom(b []byte) (int, net.Addr, error) {
	e.once.Do(func() { close(e.open) })
	return e.PacketConn.ReadFrom(b)
}

// door lets in connections of whom we know or who may register, and no more
// than are allowed at once.
type door struct {
	net.Listener
	server *Server
	open   chan struct{} // one element for each open connection
}

func (d *door) Accept() (net.Conn, error) {
	for {
		c, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from, _ := netip.ParseAddrPort(c.RemoteAddr().String())
		if d.server.unwelcome(from.Addr().Unmap()) {
			d.server.count.strangers.Add(1)
			_ = c.Close()
			continue
		}
		select {
		case d.open <- struct{}{}:
			return &counted{Conn: c, open: d.open}, nil
		default:
			d.server.count.limited.Add(1)
			_ = c.Close()
		}
	}
}

// How long a connection may say nothing: at first, with its handshake; then
// longer than phones wait to register anew; and how long it may not take what we
// say.
const (
	hello    = 30 * time.Second
	idle     = 90 * time.Minute
	patience = 10 * time.Second
)

// counted is a connection that is let in: it is waited for, not for ever. (sipgo
// has timeouts as well, on transports that then log past our handler.)
type counted struct {
	net.Conn
	once  sync.Once
	open  chan struct{}
	spoke bool // touched by who reads alone
}

func (c *counted) Read(b []byte) (int, error) {
	wait := idle
	if !c.spoke {
		wait = hello
	}
	if err := c.SetReadDeadline(time.Now().Add(wait)); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(b)
	c.spoke = c.spoke || n > 0
	return n, err
}

func (c *counted) Write(b []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}

func (c *counted) Close() error {
	c.once.Do(func() { <-c.open })
	return c.Conn.Close()
}
