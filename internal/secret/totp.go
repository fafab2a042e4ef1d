package secret

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// The second factor: RFC 6238 with what every authenticator app understands,
// SHA-1, 30 seconds, 6 digits.
const (
	totpPeriod = 30
	totpDigits = 6
	totpDrift  = 1 // periods a telephone's clock may be off, either way
)

// NewTOTP makes the shared secret of a second factor: 160 bits (RFC 4226,
// section 4).
func NewTOTP() []byte {
	b := make([]byte, 20)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return b
}

// TOTP is the code a telephone shows at t.
func TOTP(shared []byte, t time.Time) string {
	return hotp(shared, t.Unix()/totpPeriod, totpDigits)
}

// CheckTOTP answers whether a typed code fits at t, one period of drift either
// way. last is the counter stored at the previous success (0 at first): a code
// seen once is refused when it comes again. The caller stores counter.
func CheckTOTP(shared []byte, typed string, t time.Time, last int64) (counter int64, ok bool) {
	typed = tidy(typed)
	now := t.Unix() / totpPeriod
	for c := now - totpDrift; c <= now+totpDrift; c++ {
		// Every candidate is compared, so that the time does not tell which fits.
		if Equal([]byte(hotp(shared, c, totpDigits)), []byte(typed)) && c > last && !ok {
			counter, ok = c, true
		}
	}
	return counter, ok
}

// TOTPURL is what the QR code of the set-up page holds. The issuer and account
// are shown in the app; the account is the login name, not a person's name.
func TOTPURL(shared []byte, issuer, account string) string {
	q := url.Values{}
	q.Set("secret", base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(shared))
	q.Set("issuer", issuer)
	return "otpauth://totp/" + url.PathEscape(issuer+":"+account) + "?" + strings.ReplaceAll(q.Encode(), "+", "%20") // apps show a plus as it is
}

func hotp(shared []byte, counter int64, n int) string {
	m := hmac.New(sha1.New, shared)
	m.Write(binary.BigEndian.AppendUint64(nil, uint64(counter)))
	sum := m.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	v := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	mod := uint32(1)
	for range n {
		mod *= 10
	}
	return fmt.Sprintf("%0*d", n, v%mod)
}
