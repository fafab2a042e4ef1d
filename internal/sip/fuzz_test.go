package sip

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/icholy/digest"
)

// quiet is a server for fuzzing: a trunk at 127.0.0.1 and phones anywhere.
func quiet(f *testing.F) *Server {
	f.Helper()
	s, err := Listen(f.Context(), Config{
		UDP: []string{"127.0.0.1:0"}, Phones: phones,
		Trunks: []Trunk{{Name: "carrier", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}},
		OnCall: func(c *Call) { c.Offer(); _ = c.Reject(486, "", 0) },
		Limits: Limits{TrunkRate: 1 << 30, PhoneRate: 1 << 30},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(s.Close)
	return s
}

const exampleInvite = "INVITE sip:4000@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\nFrom: <sip:1@h>;tag=a\r\nTo: <sip:4000@h>\r\nCall-ID: a\r\nCSeq: 1 INVITE\r\nContact: <sip:1@h>\r\n"

// FuzzDatagram is whatever a trunk may send: it is answered or not, and breaks no
// handler.
func FuzzDatagram(f *testing.F) {
	files, _ := filepath.Glob(filepath.Join("testdata", "torture", "*.dat"))
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(exampleInvite + "Content-Type: application/sdp\r\nContent-Length: 9\r\n\r\nv=0\r\nm=a\r\n"))
	f.Add([]byte(exampleInvite + "Content-Type: multipart/mixed;boundary=b\r\n\r\n--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b--\r\n"))
	f.Add([]byte(exampleInvite + "Session-Expires: 90;refresher=uas\r\nSupported: timer\r\nPrivacy: id\r\nP-Asserted-Identity: <tel:+1>\r\n\r\n"))
	for _, method := range []string{"REGISTER", "BYE", "UPDATE", "REFER", "CANCEL", "ACK", "INFO"} {
		f.Add([]byte(strings.ReplaceAll(exampleInvite, "INVITE", method) + "\r\n"))
	}
	s := quiet(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		heard(s, b)
		if n := s.Counters().Guarded; n != 0 {
			t.Fatal("a handler broke")
		}
		if n := s.Calls(); n != 0 {
			t.Fatalf("%d calls are left", n)
		}
	})
}

// FuzzInfo is the body of an INFO.
func FuzzInfo(f *testing.F) {
	f.Add("application/dtmf-relay", []byte("Signal=5\r\nDuration=160"))
	f.Add("application/dtmf", []byte("11"))
	f.Add("application/dtmf-relay", []byte("Signal"))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		if d, ok := digitOf(kind, body); ok && !strings.ContainsRune("0123456789*#ABCD", rune(d)) {
			t.Fatalf("%q is no key", d)
		}
	})
}

// FuzzAuthorization is the header of a phone that does not know the secret: it
// never registers.
func FuzzAuthorization(f *testing.F) {
	s := quiet(f)
	c := &digest.Challenge{Realm: "hotline", Nonce: s.gate.nonce(), Algorithm: "MD5", QOP: []string{"auth"}}
	f.Add(strings.TrimPrefix(credentials(c, "REGISTER", "8001", "guess"), "Authorization: "))
	f.Add("Digest username=\"8001\", realm=\"hotline\", nonce=\"\", uri=\"\", response=\"\", qop=auth, nc=00000001, cnonce=\"x\"")
	f.Add("Digest =,,\"")
	f.Add("Basic ODAwMTp4")
	f.Fuzz(func(t *testing.T, auth string) {
		if strings.ContainsAny(auth, "\r\n") {
			return
		}
		heard(s, []byte(strings.ReplaceAll(exampleInvite, "INVITE", "REGISTER")+"Authorization: "+auth+"\r\n\r\n"))
		if s.Counters().Guarded != 0 {
			t.Fatal("a handler broke")
		}
		for user := range phones {
			if _, ok := s.bindings.find(user); ok {
				t.Fatal("registered without the secret")
			}
		}
	})
}
