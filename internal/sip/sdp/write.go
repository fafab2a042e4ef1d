package sdp

import (
	"bytes"
	"fmt"
)

var names = map[uint8]string{PCMU: "PCMU", PCMA: "PCMA"}

// Bytes writes the description.
func (s Session) Bytes() []byte {
	var b bytes.Buffer
	family := "IP4"
	if s.Addr.Is6() && !s.Addr.Is4In6() {
		family = "IP6"
	}
	addr := s.Addr.Unmap()
	fmt.Fprintf(&b, "v=0\r\no=- %d %d IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n", s.ID, s.Version, family, addr, family, addr)
	for i := 0; i <= len(s.media); i++ {
		if i == s.audio || i == len(s.media) && s.audio > i {
			s.writeAudio(&b)
		}
		if i < len(s.media) {
			fmt.Fprintf(&b, "m=%s\r\n", s.media[i])
		}
	}
	return b.Bytes()
}

func (s Session) writeAudio(b *bytes.Buffer) {
	fmt.Fprintf(b, "m=audio %d %s", s.Port, s.Proto)
	for _, pt := range s.Payloads {
		fmt.Fprintf(b, " %d", pt)
	}
	if s.Events != 0 {
		fmt.Fprintf(b, " %d", s.Events)
	}
	b.WriteString("\r\n")
	for _, pt := range s.Payloads {
		fmt.Fprintf(b, "a=rtpmap:%d %s/8000\r\n", pt, names[pt])
	}
	if s.Events != 0 {
		fmt.Fprintf(b, "a=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-16\r\n", s.Events, s.Events)
	}
	if s.PTime != 0 {
		fmt.Fprintf(b, "a=ptime:%d\r\n", s.PTime)
	}
	for _, c := range s.Crypto {
		fmt.Fprintf(b, "a=crypto:%s\r\n", c.line())
	}
	fmt.Fprintf(b, "a=%s\r\n", s.Direction)
}
