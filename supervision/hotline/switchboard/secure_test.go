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
	"strings"
	"testing"
	"time"

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

// A telephone that takes nothing but TLS and encrypted voice (SDES) calls, and
// speaks with a desk phone that knows neither.
func TestATelephoneCallsByTLSAndSRTP(t *testing.T) {
	x := begin(t, func(c *switchboard.Config) {
		c.SIP.TLS, c.SIP.TLSConfig = []string{"127.0.0.1:0"}, certificate(t)
		c.SIP.Trunks[0].Allow = append(c.SIP.Trunks[0].Allow, netip.MustParsePrefix("127.0.0.1/32")) // where its connections come from
	})
	line := x.Line(t, nil)
	desk, _ := x.deskHandsetAt(t, "127.0.0.3", 440)
	var secure string
	for _, a := range x.board.Addresses() {
		if at, ok := strings.CutPrefix(a, "TLS "); ok {
			secure = at
		}
	}
	caller := phoneWith(t, "127.0.0.2", free(t, "udp"), "<sip:0000123@127.0.0.2;transport=tls>;regint=0;mediaenc=srtp-mand;audio_codecs=PCMA/8000/1", 880, "module srtp.so\n")
	caller.do("dial", "sip:"+line.Number+"@"+secure+";transport=tls")
	caller.wait("CALL_ESTABLISHED")
	k := desk.answered(t)
	k.hears(t, 880)
	caller.hears(440)
	caller.do("hangup", "")
	k.over(t)
}
