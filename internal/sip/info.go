package sip

import (
	"bytes"
	"strings"
)

// digitOf reads the key of an INFO body: "Signal=5" of application/dtmf-relay,
// or the key alone of application/dtmf. Telephones also write 10 and 11 for
// star and hash. false is a body without one key.
func digitOf(kind string, body []byte) (byte, bool) {
	text := strings.TrimSpace(string(bytes.TrimRight(body, "\x00")))
	if kind == "application/dtmf-relay" {
		signal, ok := "", false
		for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\r' || r == '\n' }) {
			name, value, is := strings.Cut(line, "=")
			if is && !ok && strings.EqualFold(strings.TrimSpace(name), "signal") {
				signal, ok = strings.TrimSpace(value), true
			}
		}
		if !ok && len(text) != 1 {
			return 0, false
		}
		if ok {
			text = signal
		}
	}
	switch text {
	case "10":
		return '*', true
	case "11":
		return '#', true
	}
	if len(text) != 1 {
		return 0, false
	}
	d := bytes.ToUpper([]byte(text))[0]
	return d, strings.IndexByte("0123456789*#ABCD", d) >= 0
}
