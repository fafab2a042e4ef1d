package rtp

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"time"
)

// receive reads the socket until it is closed or the party is gone.
func (s *Stream) receive() {
	defer s.finish()
	buf := make([]byte, 2048)
	_ = s.conn.SetReadDeadline(s.set.Clock.Now().Add(s.set.Silence))
	for {
		n, from, err := s.conn.ReadFromUDPAddrPort(buf)
		switch {
		case err == nil:
			s.bad = 0
			s.guarded(buf[:n], from)
		case errors.Is(err, os.ErrDeadlineExceeded):
			if s.silent() {
				return
			}
		case errors.Is(err, net.ErrClosed):
			return
		default: // an ICMP message about something we sent, most likely
			if s.bad++; s.bad > 100 {
				return
			}
		}
	}
}

// silent answers whether the party has been silent too long, and else sets the
// time to look again. The deadline is moved here and not with each packet.
func (s *Stream) silent() bool {
	now := s.set.Clock.Now()
	s.mu.Lock()
	waits := s.held || s.remote.Mute || !s.remote.Addr.IsValid()
	s.mu.Unlock()
	last := time.Unix(0, s.heard.Load())
	if waits {
		last = now
	}
	until := last.Add(s.set.Silence)
	if !until.After(now) {
		return true
	}
	_ = s.conn.SetReadDeadline(until)
	return false
}

// guarded handles a datagram so that none can end the process.
func (s *Stream) guarded(b []byte, from netip.AddrPort) {
	defer func() {
		if recover() == nil {
			return
		}
		s.count(func(st *Stats) { st.Failed++ })
		if s.set.Log != nil && !s.logged {
			s.logged = true
			s.set.Log.Error("a packet of a call could not be handled", "port", s.port)
		}
	}()
	s.packet(b, netip.AddrPortFrom(from.Addr().Unmap(), from.Port()))
}

func (s *Stream) count(f func(*Stats)) {
	s.statsMu.Lock()
	defer s.statsMu.Unlock()
	f(&s.stats)
}

func (s *Stream) packet(b []byte, from netip.AddrPort) {
	if len(b) >= 2 && b[1] >= 192 && b[1] <= 223 { // RTCP on the same port (RFC 5761)
		s.count(func(st *Stats) { st.Other++ })
		return
	}
	r, ok := s.opened(b, from)
	if !ok {
		return
	}
	now := s.set.Clock.Now()
	s.heard.Store(now.UnixNano())
	kind, payload := s.in.PayloadType, s.in.Payload
	switch {
	case kind == uint8(PCMA) || kind == uint8(PCMU):
		s.counted()
		s.voice(Packet{Codec: Codec(kind), Seq: s.in.SequenceNumber, Time: s.in.Timestamp, Marker: s.in.Marker, Payload: payload}, now)
	case kind == r.Event || kind == EventType: // some tell the one they offered, some the one we did
		s.counted()
		s.event(payload, now)
	default:
		s.count(func(st *Stats) { st.Other++ })
	}
}

// opened reads a datagram into s.in, if it is the party's and whole.
func (s *Stream) opened(b []byte, from netip.AddrPort) (r Remote, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r = s.remote
	if !r.Addr.IsValid() || s.to.IsValid() && s.to != from { // nobody is the party before its SDP body came
		s.count(func(st *Stats) { st.Foreign++ })
		return r, false
	}
	var err error
	if s.open != nil {
		if b, err = s.open.DecryptRTP(s.plain[:0], b, nil); err == nil {
			s.plain = b
		}
	}
	if err == nil {
		err = s.in.Unmarshal(b)
	}
	if err != nil || s.in.Version != 2 || len(s.in.Payload) == 0 {
		s.count(func(st *Stats) { st.Malformed++ })
		return r, false
	}
	if k := s.in.PayloadType; !s.to.IsValid() && (k == uint8(PCMA) || k == uint8(PCMU) || k == r.Event || k == EventType) {
		s.to = from
		s.press.forget()
	}
	return r, true
}

func (s *Stream) counted() {
	s.count(func(st *Stats) {
		st.Received++
		s.row.next(s.in.SSRC, s.in.SequenceNumber, st)
	})
}

func (s *Stream) voice(p Packet, now time.Time) {
	if s.ear != nil {
		if s.digits.tones() {
			s.pcm = p.Codec.Decode(s.pcm[:0], p.Payload)
			s.ear.hear(s.pcm, func(key byte) { s.digits.press(key, byTone, now) })
		} else {
			s.ear = nil
		}
	}
	if f := s.hears.Load(); f != nil {
		(*f)(p)
	}
}

func (s *Stream) event(payload []byte, now time.Time) {
	e, ok := parseEvent(payload)
	if !ok {
		s.count(func(st *Stats) { st.Malformed++ })
		return
	}
	if s.press.fresh(s.in.Timestamp, e) {
		s.digits.press(e.key, byEvent, now)
	}
}
