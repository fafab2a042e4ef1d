package sdp

import (
	"net/netip"
	"strconv"
	"strings"
)

// What one description may hold; more is no telephone.
const (
	maxBytes = 16 << 10
	maxLines = 400
	maxMedia = 16
)

// Parse reads a description: its first audio stream that is not switched off.
func Parse(b []byte) (Session, error) {
	if len(b) == 0 || len(b) > maxBytes {
		return Session{}, ErrMalformed
	}
	p := parser{audio: -1}
	lines := strings.FieldsFunc(string(b), func(r rune) bool { return r == '\n' || r == '\r' })
	if len(lines) == 0 || len(lines) > maxLines || lines[0] != "v=0" {
		return Session{}, ErrMalformed
	}
	for _, line := range lines {
		if len(line) < 2 || line[1] != '=' {
			return Session{}, ErrMalformed
		}
		if err := p.line(line[0], strings.TrimSpace(line[2:])); err != nil {
			return Session{}, err
		}
	}
	return p.session()
}

// parser is the description as far as it is read.
type parser struct {
	Session
	common     netip.Addr // c= before the first m=
	commonWay  Direction
	seen       int  // m= lines so far
	audio      int  // which of them is ours, -1 before it
	inAudio    bool // the lines that follow are of ours
	formats    []uint8
	maps       map[uint8]string
	dtls       bool
	commonDTLS bool
}

func (p *parser) line(kind byte, value string) error {
	switch kind {
	case 'o':
		return p.origin(value)
	case 'c':
		return p.connection(value)
	case 'm':
		return p.stream(value)
	case 'a':
		return p.attribute(value)
	}
	return nil // what telephony does not ask about
}

func (p *parser) origin(value string) error {
	f := strings.Fields(value)
	if len(f) != 6 {
		return ErrMalformed
	}
	// Some telephones write numbers of more than 64 bits; ours need not know them.
	p.ID, _ = strconv.ParseUint(f[1], 10, 64)
	p.Version, _ = strconv.ParseUint(f[2], 10, 64)
	return nil
}

func (p *parser) connection(value string) error {
	f := strings.Fields(value)
	if len(f) != 3 || f[0] != "IN" {
		return ErrMalformed
	}
	host, _, _ := strings.Cut(f[2], "/") // a multicast's time to live
	addr, err := netip.ParseAddr(host)
	if err != nil || addr.Is4() != (f[1] == "IP4") || addr.Zone() != "" || addr.IsMulticast() {
		return ErrMalformed // a name is refused as well: media waits for no resolver
	}
	if p.seen == 0 {
		p.common = addr
	}
	if p.inAudio {
		p.Addr = addr
	}
	return nil
}

// stream reads an m= line: audio 4000 RTP/AVP 8 0 101.
func (p *parser) stream(value string) error {
	f := strings.Fields(value)
	if len(f) < 4 || p.seen >= maxMedia {
		return ErrMalformed
	}
	number, _, _ := strings.Cut(f[1], "/")
	port, err := strconv.ParseUint(number, 10, 16)
	if err != nil {
		return ErrMalformed
	}
	p.inAudio = f[0] == "audio" && port != 0 && p.audio < 0
	if !p.inAudio {
		p.media = append(p.media, f[0]+" 0 "+f[2]+" "+f[3])
		p.seen++
		return nil
	}
	p.audio, p.Port, p.Proto = p.seen, uint16(port), f[2]
	p.Addr, p.Direction, p.dtls = p.common, p.commonWay, p.commonDTLS
	p.seen++
	for _, format := range f[3:] {
		pt, err := strconv.ParseUint(format, 10, 8)
		if err != nil || pt > 127 {
			return ErrMalformed
		}
		p.formats = append(p.formats, uint8(pt))
	}
	return nil
}

func (p *parser) attribute(value string) error {
	name, value, _ := strings.Cut(value, ":")
	if way := directionOf(name); way >= 0 {
		if p.seen == 0 {
			p.commonWay = Direction(way)
		} else if p.inAudio {
			p.Direction = Direction(way)
		}
		return nil
	}
	if name == "fingerprint" && p.seen == 0 {
		p.commonDTLS = true
	}
	if !p.inAudio {
		return nil
	}
	switch name {
	case "fingerprint":
		p.dtls = true
	case "ptime":
		ms, err := strconv.ParseFloat(value, 32) // some write 20.0
		if err != nil || !(ms >= 0 && ms <= 1000) {
			return ErrMalformed
		}
		p.PTime = int(ms)
	case "rtpmap":
		return p.rtpmap(value)
	case "crypto":
		if c, ok := parseCrypto(value); ok { // a suite we do not know is no error
			p.Crypto = append(p.Crypto, c)
		}
	}
	return nil
}

func directionOf(name string) int {
	for i, d := range directions {
		if d == name {
			return i
		}
	}
	return -1
}

func (p *parser) rtpmap(value string) error {
	number, encoding, ok := strings.Cut(value, " ")
	pt, err := strconv.ParseUint(number, 10, 8)
	if err != nil || !ok || pt > 127 {
		return ErrMalformed
	}
	if p.maps == nil {
		p.maps = map[uint8]string{}
	}
	p.maps[uint8(pt)] = strings.ToLower(strings.TrimSpace(encoding))
	return nil
}

// session is what was read, held against what we can use.
func (p *parser) session() (Session, error) {
	if p.audio < 0 {
		return Session{}, ErrNoAudio
	}
	if !p.Addr.IsValid() {
		return Session{}, ErrMalformed
	}
	switch p.Proto {
	case "RTP/AVP", "RTP/AVPF", "RTP/SAVP", "RTP/SAVPF":
	case "UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF":
		return Session{}, ErrDTLS
	default:
		return Session{}, ErrNoAudio
	}
	for _, pt := range p.formats {
		switch {
		case pt == PCMU || pt == PCMA:
			p.Payloads = append(p.Payloads, pt)
		case p.maps[pt] == "telephone-event/8000" && p.Events == 0:
			p.Events = pt
		}
	}
	if p.Secure() && len(p.Crypto) == 0 {
		if p.dtls {
			return Session{}, ErrDTLS
		}
		return Session{}, ErrNoCrypto
	}
	if !p.Secure() {
		p.Crypto = nil
	}
	if len(p.Payloads) == 0 {
		return Session{}, ErrNoCodec
	}
	p.Session.audio = p.audio
	return p.Session, nil
}
