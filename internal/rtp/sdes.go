package rtp

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"

	"github.com/pion/srtp/v3"
)

// A Key is the master key of one direction of an SRTP stream, as an SDP body
// brings it (SDES, RFC 4568) or a DTLS handshake gives it. It is as secret as
// what is said: never logged, never stored. SDES is worth something over SIP by
// TLS alone.
type Key struct {
	Tag     int
	profile srtp.ProtectionProfile
	bytes   [30]byte // the key, and behind it the salt; of GCM two less
}

const (
	suite80, suite32 = "AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"
	profile80        = srtp.ProtectionProfileAes128CmHmacSha1_80
	profile32        = srtp.ProtectionProfileAes128CmHmacSha1_32
	keyLen           = 16
)

var (
	errCrypto = errors.New("rtp: no a=crypto attribute of RFC 4568")
	errSuite  = errors.New("rtp: a suite or parameter of SRTP this program does not speak")
)

// NewKey makes a key for what we send, in the suite of the key a party offered;
// of none, in the one with the longer tag.
func NewKey(offered *Key) *Key {
	k := &Key{Tag: 1, profile: profile80}
	if offered != nil {
		k.Tag, k.profile = offered.Tag, offered.profile
	}
	_, _ = rand.Read(k.bytes[:]) // never fails
	return k
}

// ParseKey reads the value of an a=crypto attribute.
func ParseKey(value string) (*Key, error) {
	f := strings.Fields(value)
	if len(f) < 3 || len(f[0]) > 9 {
		return nil, errCrypto
	}
	tag, err := strconv.ParseUint(f[0], 10, 31)
	if err != nil {
		return nil, errCrypto
	}
	k := &Key{Tag: int(tag)}
	if k.profile, err = suite(f[1]); err != nil {
		return nil, err
	}
	for _, p := range f[3:] {
		if !strings.HasPrefix(p, "WSH=") { // a hint; every other parameter changes the packets
			return nil, errSuite
		}
	}
	return k, k.read(f[2])
}

func suite(name string) (srtp.ProtectionProfile, error) {
	switch name {
	case suite80:
		return profile80, nil
	case suite32:
		return profile32, nil
	}
	return 0, errSuite
}

// read takes the key out of inline:KEY|LIFETIME. A lifetime is longer than any
// call; a key identifier would be in every packet, and is refused.
func (k *Key) read(param string) error {
	inline, ok := strings.CutPrefix(param, "inline:")
	if !ok || strings.Contains(inline, ";") {
		return errCrypto
	}
	text, rest, _ := strings.Cut(inline, "|")
	if strings.Contains(rest, ":") {
		return errSuite
	}
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(b) != len(k.bytes) {
		return errCrypto // without the reason, which would quote the key
	}
	copy(k.bytes[:], b)
	return nil
}

// Attribute is the value of the a=crypto attribute that tells the key.
func (k *Key) Attribute() string {
	name := suite80
	if k.profile == profile32 {
		name = suite32
	}
	return strconv.Itoa(k.Tag) + " " + name + " inline:" + base64.StdEncoding.EncodeToString(k.bytes[:])
}

// String keeps the key out of whatever prints it.
func (k *Key) String() string { return "SRTP key" }

// GoString does so for %#v.
func (k *Key) GoString() string { return k.String() }

func (k *Key) context() (*srtp.Context, error) {
	if k == nil {
		return nil, nil
	}
	salt, err := k.profile.SaltLen()
	if err != nil {
		return nil, err
	}
	return srtp.CreateContext(k.bytes[:keyLen], k.bytes[keyLen:keyLen+salt], k.profile, srtp.SRTPReplayProtection(64))
}
