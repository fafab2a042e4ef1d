package rtp_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/dtls/v3/pkg/crypto/selfsign"
	"github.com/pion/srtp/v3"
	"github.com/pion/stun/v4"

	"yangguang/internal/rtp"
	"yangguang/internal/rtp/softphone"
)

// browsers is what the process that plays them is told: the key and the
// certificate they all show, the port they come to, and of each the name and
// the secret its line gave it.
type browsers struct {
	Key, Cert []byte
	Port      int
	Names     [][2]string
}

// house is the product's side of them; nil is one without browsers.
type house struct {
	phones *softphone.Phones
	lines  []*softphone.Line
	offer  string
	told   browsers
}

func newHouse(b *testing.B) *house {
	b.Helper()
	phones, err := softphone.Open(softphone.Config{Addr: local(0)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = phones.Close() })
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	cert, err := selfsign.SelfSign(key)
	if err != nil {
		b.Fatal(err)
	}
	h := &house{phones: phones, told: browsers{Cert: cert.Certificate[0]}}
	if h.told.Key, err = x509.MarshalPKCS8PrivateKey(key); err != nil {
		b.Fatal(err)
	}
	h.offer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=rtcp-mux\r\na=setup:actpass\r\na=fingerprint:sha-256 " +
		strings.ReplaceAll(fmt.Sprintf("% X", sha256.Sum256(cert.Certificate[0])), " ", ":") + "\r\n"
	return h
}

// clerk is the line of a call's other side, and its port.
func (h *house) clerk(b *testing.B, ports *rtp.Ports) (rtp.Line, int) {
	b.Helper()
	if h == nil {
		s := openAt(b, ports, rtp.Remote{Addr: local(9), Codec: rtp.PCMA})
		return s, s.Port()
	}
	l, sdp, err := h.phones.Answer(b.Context(), h.offer)
	if err != nil {
		b.Fatal(err)
	}
	said := regexp.MustCompile(`(?s)m=audio (\d+) .*a=ice-ufrag:(\S+)\r\na=ice-pwd:(\S+)\r\n`).FindStringSubmatch(sdp)
	if _, err := fmt.Sscan(said[1], &h.told.Port); err != nil {
		b.Fatal(err)
	}
	h.lines, h.told.Names = append(h.lines, l), append(h.told.Names, [2]string{said[2], said[3]})
	return l, h.told.Port
}

// reached is the processor time when the last browser had come.
func (h *house) reached(b *testing.B) time.Duration {
	for _, l := range h.lines {
		<-l.Reached()
	}
	return processor(b)
}

// come has a browser come: a check, a handshake, and then it is a telephone that
// seals what it says.
func (w *browsers) come(t *testing.T, i int) *telephone {
	t.Helper()
	key, err := x509.ParsePKCS8PrivateKey(w.Key)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(local(w.Port)))
	if err != nil {
		t.Fatal(err)
	}
	check, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.NewUsername(w.Names[i][0]+":them"),
		stun.RawAttribute{Type: stun.AttrUseCandidate}, stun.NewShortTermIntegrity(w.Names[i][1]), stun.Fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(check.Raw); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Read(make([]byte, 2048)); err != nil {
		t.Fatal(err)
	}
	quiet := still{conn, &atomic.Bool{}}
	hands, err := dtls.ClientWithOptions(quiet, conn.RemoteAddr(), dtls.WithCertificates(tls.Certificate{Certificate: [][]byte{w.Cert}, PrivateKey: key}),
		dtls.WithInsecureSkipVerify(true), dtls.WithSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM))
	if err != nil {
		t.Fatal(err)
	}
	if err := hands.HandshakeContext(context.Background()); err != nil {
		t.Fatal(err)
	}
	state, _ := hands.ConnectionState()
	quiet.muted.Store(true)
	if err := errors.Join(hands.Close(), conn.SetReadDeadline(time.Time{})); err != nil {
		t.Fatal(err)
	}
	c := srtp.Config{Profile: srtp.ProtectionProfileAeadAes128Gcm}
	if err := c.ExtractSessionKeysFromDTLS(&state, true); err != nil {
		t.Fatal(err)
	}
	p := &telephone{conn: conn}
	if p.seal, err = srtp.CreateContext(c.Keys.LocalMasterKey, c.Keys.LocalMasterSalt, c.Profile); err != nil {
		t.Fatal(err)
	}
	if p.open, err = srtp.CreateContext(c.Keys.RemoteMasterKey, c.Keys.RemoteMasterSalt, c.Profile); err != nil {
		t.Fatal(err)
	}
	return p
}

// still is a socket for the time of a handshake: closing it wakes who reads and
// lets the socket stand, and no goodbye goes out.
type still struct {
	*net.UDPConn
	muted *atomic.Bool
}

func (s still) ReadFrom(b []byte) (int, net.Addr, error) {
	n, err := s.Read(b)
	return n, s.RemoteAddr(), err
}

func (s still) WriteTo(b []byte, _ net.Addr) (int, error) {
	if s.muted.Load() {
		return len(b), nil
	}
	return s.Write(b)
}

func (s still) Close() error { return s.SetReadDeadline(time.Unix(1, 0)) }
