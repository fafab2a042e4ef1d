package seatwire

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"net/http"
	"time"
)

// Identity is what the machines of one installation know each other by: a key
// made from the installation's own, which each of them has. There is nothing to
// issue and nothing to renew.
type Identity struct{ cert tls.Certificate }

// NewIdentity makes it from 32 bytes nobody else can know.
func NewIdentity(seed []byte) (*Identity, error) {
	if len(seed) != ed25519.SeedSize {
		return nil, errors.New("seatwire: an identity is made from 32 bytes")
	}
	key := ed25519.NewKeyFromSeed(seed)
	form := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{peerName}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<37, 0)}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &Identity{tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}}, nil
}

// peerName is in the certificates; nothing depends on it.
const peerName = "yangguang-phone"

// errStranger ends the handshake of whoever has not the installation's key.
var errStranger = errors.New("seatwire: not a machine of this installation")

// config is of either side. Whose certificate it is decides the key alone: no
// authority vouches for it, and its name and dates say nothing.
func (i *Identity) config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{i.cert}, ClientAuth: tls.RequireAnyClientCert, ServerName: peerName,
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection holds the peer's key against ours, on each connection
		VerifyConnection: func(s tls.ConnectionState) error {
			if len(s.PeerCertificates) != 1 {
				return errStranger
			}
			theirs, ok := s.PeerCertificates[0].PublicKey.(ed25519.PublicKey)
			if !ok || !bytes.Equal(theirs, i.cert.Leaf.PublicKey.(ed25519.PublicKey)) {
				return errStranger
			}
			return nil
		},
	}
}

// Listen takes connections of the installation's other machines.
func (i *Identity) Listen(ln net.Listener) net.Listener { return tls.NewListener(ln, i.config()) }

// Server answers them: the routes of Serve and nothing else.
func (i *Identity) Server(x Exchange) *http.Server {
	mux := http.NewServeMux()
	Serve(mux, x)
	return &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: silent}
}
