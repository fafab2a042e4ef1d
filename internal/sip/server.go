package sip

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	sipgo "github.com/emiago/sipgo/sip"
)

// A Server is our end of the telephone network.
type Server struct {
	cfg    Config
	tpl    *sipgo.TransportLayer
	txl    *sipgo.TransactionLayer
	parser *sipgo.Parser
	host   string
	bound  map[string][]netip.AddrPort // by transport, set before anything is heard
	closer []func()

	trunks     []*trunk
	calls      calls
	bindings   bindings
	gate       *gatekeeper
	trunkRate  *rates
	phoneRate  *rates
	room       *capacity
	count      counters
	draining   atomic.Bool
	ctx        context.Context
	cancel     context.CancelFunc
	background sync.WaitGroup
	byes       atomic.Int32 // hang-ups that wait for their answer
	closed     sync.Once
	leaving    chan struct{}  // closed when the carriers are to hear that we go
	enrolled   sync.WaitGroup // until they have heard it
}

// Listen opens the addresses and takes calls until ctx ends or Close.
func Listen(ctx context.Context, cfg Config) (*Server, error) {
	if err := cfg.defaults(); err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, parser: sipgo.NewParser(), bound: map[string][]netip.AddrPort{}, leaving: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancel(ctx)
	s.calls.byID = map[dialogID]*Call{}
	s.bindings.byUser = map[string]*binding{}
	s.bindings.addrs = map[netip.Addr]int{}
	s.gate = newGatekeeper(cfg.clock)
	s.trunkRate = newRates(cfg.clock, cfg.Limits.TrunkRate, 2*cfg.Limits.TrunkRate)
	s.phoneRate = newRates(cfg.clock, cfg.Limits.PhoneRate, 60)
	s.room = newCapacity(cfg.Limits)
	for _, t := range cfg.Trunks {
		s.trunks = append(s.trunks, newTrunk(t))
	}
	log := slog.New(redacted{cfg.Log, &s.count.unreadable})
	clients := &tls.Config{MinVersion: tls.VersionTLS12}
	if cfg.TLSConfig != nil {
		clients.RootCAs, clients.Certificates = cfg.TLSConfig.RootCAs, cfg.TLSConfig.Certificates
	}
	s.tpl = sipgo.NewTransportLayer(net.DefaultResolver, s.parser, clients,
		sipgo.WithTransportLayerLogger(log), sipgo.WithTransportLayerReadFilter(s.screen))
	s.txl = sipgo.NewTransactionLayer(s.tpl, sipgo.WithTransactionLayerLogger(log), sipgo.WithTransactionLayerUnhandledResponseHandler(func(*sipgo.Response) {}))
	s.txl.OnRequest(s.handle)
	if err := s.open(); err != nil {
		s.Close()
		return nil, err
	}
	for _, t := range s.trunks {
		if t.Register != nil {
			s.background.Add(1)
			s.enrolled.Add(1)
			go func() {
				defer s.background.Done()
				defer s.enrolled.Done()
				s.keepRegistered(s.ctx, t)
			}()
		}
	}
	context.AfterFunc(s.ctx, s.Close)
	return s, nil
}

// open binds every address before any is served, so that what is heard finds a
// whole server.
func (s *Server) open() error {
	var serve []func()
	var ears []*ear
	for _, addr := range s.cfg.UDP {
		c, err := new(net.ListenConfig).ListenPacket(s.ctx, "udp", addr)
		if err != nil {
			return fmt.Errorf("sip: listen on UDP: %w", err)
		}
		s.note("UDP", c.LocalAddr())
		s.closer = append(s.closer, func() { _ = c.Close() })
		e := &ear{PacketConn: c, open: make(chan struct{})}
		ears = append(ears, e)
		serve = append(serve, func() { _ = s.tpl.ServeUDP(e) })
	}
	conns := make(chan struct{}, s.cfg.Limits.Conns)
	for _, of := range []struct {
		transport string
		addrs     []string
		serve     func(net.Listener) error
	}{{"TCP", s.cfg.TCP, s.tpl.ServeTCP}, {"TLS", s.cfg.TLS, s.tpl.ServeTLS}} {
		for _, addr := range of.addrs {
			l, err := new(net.ListenConfig).Listen(s.ctx, "tcp", addr)
			if err != nil {
				return fmt.Errorf("sip: listen on %s: %w", of.transport, err)
			}
			s.note(of.transport, l.Addr())
			s.closer = append(s.closer, func() { _ = l.Close() })
			l = &door{Listener: l, server: s, open: conns}
			if of.transport == "TLS" {
				l = tls.NewListener(l, s.cfg.TLSConfig)
			}
			serve = append(serve, func() { _ = of.serve(l) })
		}
	}
	s.host = s.cfg.Host
	if s.host == "" {
		s.host = s.anyHost()
	}
	for _, f := range serve {
		s.background.Add(1)
		go func() { defer s.background.Done(); f() }()
	}
	for _, e := range ears {
		<-e.open
	}
	return nil
}

func (s *Server) note(transport string, a net.Addr) {
	ap, err := netip.ParseAddrPort(a.String())
	if err == nil {
		s.bound[transport] = append(s.bound[transport], ap)
	}
}

func (s *Server) anyHost() string {
	for _, transport := range []string{"UDP", "TCP", "TLS"} {
		for _, a := range s.bound[transport] {
			if !a.Addr().IsUnspecified() {
				return a.Addr().String()
			}
		}
	}
	return "127.0.0.1"
}

// Addrs are the addresses bound for a transport (UDP, TCP, TLS).
func (s *Server) Addrs(transport string) []netip.AddrPort { return s.bound[transport] }

// port is what others are told to call us at by the transport.
func (s *Server) port(transport string) int {
	if a := s.bound[transport]; len(a) > 0 {
		return int(a[0].Port())
	}
	return 0
}

// contact is our address in a dialog.
func (s *Server) contact(user, transport string) *sipgo.ContactHeader {
	uri := sipgo.Uri{Scheme: "sip", User: user, Host: bracket(s.host), Port: s.port(transport)}
	if transport != "UDP" {
		uri.UriParams = sipgo.HeaderParams{{K: "transport", V: sipgo.NetworkToLower(transport)}}
	}
	return &sipgo.ContactHeader{Address: uri}
}

// bracket writes an IPv6 address as URIs do.
func bracket(host string) string {
	if a, err := netip.ParseAddr(host); err == nil && a.Is6() {
		return "[" + host + "]"
	}
	return host
}

// Drain turns new calls away (503, with a time to come back) and has OPTIONS
// answer 503, so that a dispatcher sends calls elsewhere; calls go on.
func (s *Server) Drain() { s.draining.Store(true) }

// Draining is whether new calls are turned away.
func (s *Server) Draining() bool { return s.draining.Load() }

// Calls is how many calls there are, ringing ones too.
func (s *Server) Calls() int { return s.room.on(nil) }

// Close hangs up every call and stops listening. The other sides are given a
// moment to hear of it.
func (s *Server) Close() { s.closed.Do(s.shut) }

func (s *Server) shut() {
	s.draining.Store(true)
	close(s.leaving)
	for _, c := range s.calls.all() {
		c.Hangup()
	}
	for end := time.Now().Add(time.Second); s.byes.Load() > 0 && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	s.enrolled.Wait() // leaveTime at most
	s.cancel()
	for _, f := range s.closer {
		f()
	}
	s.txl.Close()
	_ = s.tpl.Close()
}

// hostPort reads host or host:port.
func hostPort(text string, transport string) (host string, port int, err error) {
	host, p, err := net.SplitHostPort(text)
	if err != nil {
		if text == "" {
			return "", 0, errors.New("sip: no address")
		}
		return text, sipgo.DefaultPort(transport), nil
	}
	port, err = strconv.Atoi(p)
	return host, port, err
}
