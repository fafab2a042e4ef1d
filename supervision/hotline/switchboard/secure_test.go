package switchboard_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"yangguang/internal/sip"
	"yangguang/internal/sip/sdp"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/switchboard"
)

// certificate is one for a test on the loopback.
func certificate(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	check(t, err)
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

// secureAt is where TLS is spoken.
func (x *exchange) secureAt() string {
	for _, a := range x.board.Addresses() {
		if at, ok := strings.CutPrefix(a, "TLS "); ok {
			return at
		}
	}
	return ""
}

// A telephone that takes nothing but TLS and encrypted voice (SDES) calls, and
// speaks with a desk phone that knows neither.
func TestATelephoneCallsByTLSAndSRTP(t *testing.T) {
	x := begin(t, func(c *switchboard.Config) {
		c.SIP.TLS, c.SIP.TLSConfig = []string{"127.0.0.1:0"}, certificate(t)
		c.SIP.Trunks[0].Allow = append(c.SIP.Trunks[0].Allow, netip.MustParsePrefix("127.0.0.1/32")) // where its connections come from
	})
	line := x.Line(t, nil)
	desk, _ := x.deskHandsetAt(t, "127.0.0.3", 440)
	caller := phoneWith(t, "127.0.0.2", free(t, "udp"), "<sip:0000123@127.0.0.2;transport=tls>;regint=0;mediaenc=srtp-mand;audio_codecs=PCMA/8000/1", 880, "module srtp.so\n")
	caller.do("dial", "sip:"+line.Number+"@"+x.secureAt()+";transport=tls")
	caller.wait("CALL_ESTABLISHED")
	k := desk.answered(t)
	k.hears(t, 880)
	caller.hears(440)
	caller.do("hangup", "")
	k.over(t)
}

// A trunk that is to be encrypted carries nothing else: our calls offer keys, and
// who calls without any is refused.
func TestATrunkIsEncryptedBothWays(t *testing.T) {
	port := free(t, "udp")
	x := begin(t, func(c *switchboard.Config) {
		c.SIP.Trunks[0].Proxy, c.SIP.Trunks[0].SRTP = "127.0.0.2:"+strconv.Itoa(port), true
	})
	line := x.Line(t, func(l *hotline.Line) { l.Crisis = "0000777" })
	const only = ";regint=0;mediaenc=srtp-mand;audio_codecs=PCMA/8000/1"
	aid := phoneWith(t, "127.0.0.2", port, "<sip:0000777@127.0.0.2>;answermode=auto"+only, 1000, "module srtp.so\n")
	caller := phoneWith(t, "127.0.0.2", free(t, "udp"), "<sip:0000123@127.0.0.2>"+only, 880, "module srtp.so\n")
	caller.do("dial", "sip:"+line.Number+"@"+x.at)
	caller.hears(300)
	caller.do("sndcode", "7")
	aid.wait("CALL_ESTABLISHED")
	caller.hears(1000)
	aid.hears(880)
	caller.do("hangup", "")
	aid.wait("CALL_CLOSED")

	plain := x.caller(t, 640)
	plain.do("dial", "sip:"+line.Number+"@"+x.at)
	plain.wait("CALL_CLOSED")
	until(t, "why in the log", func() bool { return strings.Contains(x.said.String(), "offers no keys") })
}

// Who answers a call of ours in clear, where the trunk is to be encrypted, is hung
// up on, and the log says why.
func TestWhoAnswersInClearIsNamedInTheLog(t *testing.T) {
	plain := sdp.Local{Addr: netip.MustParseAddr("127.0.0.2"), Port: 40000}
	aid, err := sip.Listen(t.Context(), sip.Config{
		UDP:    []string{"127.0.0.2:0"},
		Trunks: []sip.Trunk{{Name: "hotline", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}},
		OnCall: func(c *sip.Call) {
			offer, _ := c.Offer()
			offer.Proto, offer.Crypto = "RTP/AVP", nil // as if it had been offered so
			local, _ := sdp.Answer(offer, plain)
			_ = c.Answer(local)
		},
	})
	check(t, err)
	t.Cleanup(aid.Close)
	x := begin(t, func(c *switchboard.Config) {
		c.SIP.Trunks[0].Proxy, c.SIP.Trunks[0].SRTP = aid.Addrs("UDP")[0].String(), true
	})
	line := x.Line(t, func(l *hotline.Line) { l.Crisis = "0000777" })
	caller := phoneWith(t, "127.0.0.2", free(t, "udp"), "<sip:0000123@127.0.0.2>;regint=0;mediaenc=srtp-mand;audio_codecs=PCMA/8000/1", 880, "module srtp.so\n")
	caller.do("dial", "sip:"+line.Number+"@"+x.at)
	caller.hears(300)
	caller.do("sndcode", "7")
	until(t, "why in the log", func() bool { return strings.Contains(x.said.String(), "answered without the encryption") })
	if strings.Contains(x.said.String(), "0000777") {
		t.Error("the log names the number")
	}
}

// A desk phone that registered over TLS is called encrypted; one that knows no
// SRTP is called all the same.
func TestADeskPhoneBehindTLSIsCalledEncrypted(t *testing.T) {
	for name, enc := range map[string]string{"by SRTP": ";mediaenc=srtp-mand", "which knows none": ""} {
		t.Run(name, func(t *testing.T) {
			x := begin(t, func(c *switchboard.Config) {
				c.SIP.TLS, c.SIP.TLSConfig = []string{"127.0.0.1:0"}, certificate(t)
			})
			line := x.Line(t, nil)
			desk, _ := x.deskBy(t, func(user, secret string) *softphone {
				return phoneWith(t, "127.0.0.1", free(t, "udp"), "<sip:"+user+"@"+x.secureAt()+";transport=tls>;auth_pass="+secret+";regint=60;answermode=auto;audio_codecs=PCMA/8000/1"+enc, 440, "module srtp.so\n")
			})
			caller := x.caller(t, 880)
			caller.do("dial", "sip:"+line.Number+"@"+x.at)
			desk.wait("CALL_ESTABLISHED")
			caller.hears(440)
			desk.hears(880)
		})
	}
}
