package sdp

import (
	"crypto/rand"
	"encoding/base64"
	"strconv"
	"strings"
)

// Suites of keys in the description (SDES, RFC 4568) that we speak.
const (
	AES80 = "AES_CM_128_HMAC_SHA1_80"
	AES32 = "AES_CM_128_HMAC_SHA1_32"
)

// keySize is a master key of 16 octets and its salt of 14.
const keySize = 30

// A Crypto is one key a party offers to send with.
type Crypto struct {
	Tag   int
	Suite string
	Key   []byte // master key and salt, 30 octets
}

// NewCrypto makes a key to offer.
func NewCrypto(tag int, suite string) Crypto {
	key := make([]byte, keySize)
	rand.Read(key) // never fails (crypto/rand)
	return Crypto{Tag: tag, Suite: suite, Key: key}
}

// parseCrypto reads "1 AES_CM_128_HMAC_SHA1_80 inline:key|2^31". Keys with an
// MKI, several keys and session parameters are passed over: the other side
// offers plainer ones as well or the call is refused.
func parseCrypto(value string) (Crypto, bool) {
	f := strings.Fields(value)
	if len(f) != 3 {
		return Crypto{}, false
	}
	tag, err := strconv.ParseUint(f[0], 10, 30)
	inline, ok := strings.CutPrefix(f[2], "inline:")
	if err != nil || !ok || f[1] != AES80 && f[1] != AES32 || strings.Contains(inline, ";") {
		return Crypto{}, false
	}
	text, life, _ := strings.Cut(inline, "|")
	if strings.Contains(life, ":") {
		return Crypto{}, false // an MKI
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != keySize {
		return Crypto{}, false
	}
	return Crypto{Tag: int(tag), Suite: f[1], Key: key}, true
}

func (c Crypto) line() string {
	return strconv.Itoa(c.Tag) + " " + c.Suite + " inline:" + base64.StdEncoding.EncodeToString(c.Key)
}

// Keys are the keys of a call once both have spoken: what the party of offer
// sends with, and what the party of answer sends with. false is a call in clear.
func Keys(offer, answer Session) (offered, answered Crypto, secure bool) {
	if !answer.Secure() || len(answer.Crypto) == 0 {
		return Crypto{}, Crypto{}, false
	}
	for _, c := range offer.Crypto {
		if c.Tag == answer.Crypto[0].Tag && c.Suite == answer.Crypto[0].Suite {
			return c, answer.Crypto[0], true
		}
	}
	return Crypto{}, Crypto{}, false
}
