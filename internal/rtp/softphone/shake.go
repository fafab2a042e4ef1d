package softphone

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/logging"
	"github.com/pion/srtp/v3"

	"yangguang/internal/rtp"
)

// errPrint means that who came is not whose offer we answered.
var errPrint = errors.New("softphone: another certificate than the offer's")

// meet shakes hands with the browser, gives the stream its keys, and waits for
// the goodbye of either.
func (l *Line) meet() {
	defer func() { _ = l.Close() }()
	defer l.phones.recovered("a handshake with a browser could not be handled")
	conn, err := dtls.ServerWithOptions(packets{l}, l.phones.conn.LocalAddr(), l.terms()...)
	if err != nil {
		return
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(l.ctx, func() {
		defer close(ended)
		_ = conn.Close()
	})
	defer func() {
		if !stop() {
			<-ended
		}
	}()
	if conn.HandshakeContext(l.ctx) != nil || l.agreed(conn) != nil {
		return
	}
	b := make([]byte, 2048)
	for {
		if _, err := conn.Read(b); err != nil { // nothing else is said this way
			return
		}
	}
}

// terms are what we agree to: DTLS 1.2, both sides proved by the prints in SDP.
func (l *Line) terms() []dtls.ServerOption {
	return []dtls.ServerOption{
		dtls.WithCertificates(l.phones.cert),
		dtls.WithClientAuth(dtls.RequireAnyClientCert), // no authority names browsers; the print does
		dtls.WithVerifyPeerCertificate(l.proved),
		dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret),
		dtls.WithSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80),
		dtls.WithLoggerFactory(quiet),
	}
}

// quiet keeps the library from writing to standard error.
var quiet = &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}

func (l *Line) proved(certs [][]byte, _ [][]*x509.Certificate) error {
	if len(certs) == 0 || !strings.EqualFold(printOf(certs[0]), l.offer.print) {
		return errPrint
	}
	return nil
}

// agreed takes the keys out of the handshake.
func (l *Line) agreed(conn *dtls.Conn) error {
	profile, ok := conn.SelectedSRTPProtectionProfile()
	state, made := conn.ConnectionState()
	if !ok || !made {
		return errPrint
	}
	theirs, our, err := rtp.HandshakeKeys(srtp.ProtectionProfile(profile), &state)
	if err != nil {
		return err
	}
	return l.secure(theirs, our)
}

// printOf is the fingerprint of a certificate as SDP writes it (RFC 8122).
func printOf(cert []byte) string {
	sum := sha256.Sum256(cert)
	return strings.ReplaceAll(fmt.Sprintf("% X", sum[:]), " ", ":")
}

// packets is the line's part of the port, as DTLS wants it.
type packets struct{ l *Line }

func (p packets) ReadFrom(b []byte) (int, net.Addr, error) {
	n, _, err := p.l.records.Read(b, nil)
	return n, p.LocalAddr(), err
}

// WriteTo sends to where the browser is now; what it is told to is where we
// thought it was when the handshake began.
func (p packets) WriteTo(b []byte, _ net.Addr) (int, error) {
	at := p.l.where()
	if !at.IsValid() {
		return len(b), nil
	}
	return p.l.phones.conn.WriteToUDPAddrPort(b, at)
}

func (p packets) Close() error { return p.l.records.Close() }

func (p packets) LocalAddr() net.Addr { return p.l.phones.conn.LocalAddr() }

func (p packets) SetDeadline(t time.Time) error { return p.SetReadDeadline(t) }

func (p packets) SetReadDeadline(t time.Time) error { return p.l.records.SetReadDeadline(t) }

func (p packets) SetWriteDeadline(time.Time) error { return nil }
