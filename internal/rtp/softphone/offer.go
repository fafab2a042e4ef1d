package softphone

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"
)

// ErrOffer means that an offer cannot be answered. What follows it says what it
// lacks, and nothing that is in it.
var ErrOffer = errors.New("softphone: the offer cannot be answered")

const (
	longest  = 32 << 10 // of an offer; with a picture, Chromium's has eight thousand octets
	sections = 8
)

// offered is what counts of an offer.
type offered struct {
	media []media
	audio int    // which of media
	mid   string // of the audio, "" when the offer names none
	print string
	event uint8  // the payload type of keys, 0 when it sends none
	ours  string // the direction of our answer
}

// media is the head of a section.
type media struct{ kind, proto, format, mid string }

func refused(why string) error { return fmt.Errorf("%w: %s", ErrOffer, why) }

// readOffer takes the one audio section apart; every other section is refused in
// the answer.
func readOffer(text string) (o offered, err error) {
	defer func() {
		if recover() != nil {
			err = refused("it is not SDP")
		}
	}()
	if len(text) > longest {
		return o, refused("it is too long")
	}
	var s sdp.SessionDescription
	if s.UnmarshalString(text) != nil { // whose error quotes the line
		return o, refused("it is not SDP")
	}
	if len(s.MediaDescriptions) > sections {
		return o, refused("it has too many sections")
	}
	o.audio = -1
	for i, m := range s.MediaDescriptions {
		head, err := readMedia(m)
		if err != nil {
			return o, err
		}
		o.media = append(o.media, head)
		if o.audio < 0 && head.kind == "audio" && m.MediaName.Port.Value != 0 {
			o.audio = i
		}
	}
	if o.audio < 0 {
		return o, refused("it has no audio")
	}
	return o, o.read(&s, s.MediaDescriptions[o.audio])
}

func readMedia(m *sdp.MediaDescription) (media, error) {
	mid, _ := m.Attribute("mid")
	head := media{kind: m.MediaName.Media, proto: strings.Join(m.MediaName.Protos, "/"), mid: mid}
	if len(m.MediaName.Formats) > 0 {
		head.format = m.MediaName.Formats[0]
	}
	if !token(head.kind) || !token(strings.ReplaceAll(head.proto, "/", "")) || !token(head.format) || mid != "" && !token(mid) {
		return head, refused("a section is not as a browser writes it")
	}
	return head, nil
}

// token answers whether s is one, by RFC 8866, and short: it stands in our answer.
func token(s string) bool {
	return s != "" && len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7F || strings.ContainsRune(`"(),/:;<=>?@[\]`, r)
	})
}

func (o *offered) read(s *sdp.SessionDescription, m *sdp.MediaDescription) error {
	o.mid = o.media[o.audio].mid
	if !strings.HasPrefix(o.media[o.audio].proto, "UDP/TLS/RTP/SAVP") {
		return refused("its audio is not by DTLS")
	}
	if !slices.Contains(m.MediaName.Formats, "8") || named(m, "8") != "PCMA/8000" {
		return refused("its audio is not G.711 A-law")
	}
	if _, ok := m.Attribute("rtcp-mux"); !ok {
		return refused("it wants two ports")
	}
	if setup := either(s, m, "setup"); setup != "actpass" && setup != "active" {
		return refused("it wants us to begin the handshake")
	}
	hash, print, _ := strings.Cut(either(s, m, "fingerprint"), " ")
	if !strings.EqualFold(hash, "sha-256") || len(print) != 32*3-1 {
		return refused("it has no SHA-256 fingerprint")
	}
	o.print = print
	o.event = keys(m)
	o.ours = "sendrecv"
	for theirs, ours := range map[string]string{"sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"} {
		if _, ok := m.Attribute(theirs); ok {
			o.ours = ours
		}
	}
	return nil
}

// either is an attribute of the section, or else of the whole.
func either(s *sdp.SessionDescription, m *sdp.MediaDescription, key string) string {
	v, ok := m.Attribute(key)
	if !ok {
		v, _ = s.Attribute(key)
	}
	return v
}

// named is what a payload type of the section means. G.711 needs no line for
// itself (RFC 3551).
func named(m *sdp.MediaDescription, format string) string {
	for _, a := range m.Attributes {
		if kind, name, ok := strings.Cut(a.Value, " "); ok && a.Key == "rtpmap" && kind == format {
			return strings.TrimSuffix(strings.TrimSpace(name), "/1")
		}
	}
	if format == "8" {
		return "PCMA/8000"
	}
	return ""
}

// keys is the payload type of telephone events in step with G.711, or 0.
func keys(m *sdp.MediaDescription) uint8 {
	for _, f := range m.MediaName.Formats {
		if n, err := strconv.ParseUint(f, 10, 7); err == nil && n >= 96 && strings.EqualFold(named(m, f), "telephone-event/8000") {
			return uint8(n)
		}
	}
	return 0
}
