package rtp

import (
	"net/netip"

	pion "github.com/pion/rtp"
)

// Send says a frame of the party's codec now. While the line is held, or
// SendDigits has it, nothing is sent.
func (s *Stream) Send(frame []byte) {
	if s.dialing.Load() {
		return
	}
	s.say(frame)
}

func (s *Stream) say(frame []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ts, begins := s.stamp.at(s.set.Clock.Now(), len(frame))
	s.write(uint8(s.remote.Codec), ts, begins, frame)
}

// tell sends a packet of an event.
func (s *Stream) tell(e event, ts uint32, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b [4]byte
	e.put(&b)
	s.write(s.remote.Event, ts, first, b[:])
}

// write puts a packet together and sends it. A failure to send is as good as a
// packet lost on the way.
func (s *Stream) write(kind uint8, ts uint32, marker bool, payload []byte) {
	to := s.target()
	if s.held || !to.IsValid() {
		return
	}
	h := pion.Header{Version: 2, PayloadType: kind, SequenceNumber: s.seq, Timestamp: ts, SSRC: s.ssrc, Marker: marker}
	need := h.MarshalSize() + len(payload)
	if cap(s.buf) < need {
		s.buf = make([]byte, need, need+FrameSize)
	}
	b := s.buf[:need]
	n, err := h.MarshalTo(b)
	if err != nil {
		return
	}
	copy(b[n:], payload)
	if s.seal != nil {
		if b, err = s.seal.EncryptRTP(s.sealed[:0], b, nil); err != nil {
			return
		}
		s.sealed = b
	}
	s.seq++
	if _, err = s.conn.WriteToUDPAddrPort(b, to); err == nil {
		s.spoken.Add(1)
	}
}

func (s *Stream) target() netip.AddrPort {
	if s.to.IsValid() {
		return s.to
	}
	return s.remote.Addr
}
