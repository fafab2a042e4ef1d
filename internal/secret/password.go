package secret

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Cost is how much work one password check takes (argon2id).
type Cost struct {
	MemoryKiB uint32
	Passes    uint32
	Threads   uint8
}

var (
	// Standard is the second recommended option of RFC 9106, section 4: 64 MiB,
	// 3 passes, 4 lanes, for hosts without 2 GiB to spare.
	Standard = Cost{MemoryKiB: 64 << 10, Passes: 3, Threads: 4}
	// Cheap is for tests only: it protects nothing.
	Cheap = Cost{MemoryKiB: 64, Passes: 1, Threads: 1}
)

const (
	saltLen = 16
	hashLen = 32
	// What a stored hash may ask for, so that a planted one cannot exhaust us.
	maxMemoryKiB, maxPasses = 1 << 20, 16
)

// hashing bounds how many passwords are hashed at once: each takes 64 MiB, and
// a morning's logins must not become an out-of-memory kill.
var hashing = make(chan struct{}, max(2, runtime.NumCPU()))

// Hash is the stored form of a password, in PHC notation. The spelling is
// unified (NFKC), so that a full-width digit typed in a Chinese input method
// is the same digit.
func (c Cost) Hash(password string) string {
	salt := make([]byte, saltLen)
	_, _ = rand.Read(salt) // never fails (crypto/rand)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.MemoryKiB, c.Passes, c.Threads,
		b64.EncodeToString(salt), b64.EncodeToString(c.key(password, salt, hashLen)))
}

// Spend does the work of one check and forgets it: for an account that does
// not exist, so that the time of the answer does not tell.
func (c Cost) Spend(password string) { c.key(password, make([]byte, saltLen), hashLen) }

// Outdated answers whether a stored hash was made with another cost, to be
// made anew at the next successful login.
func (c Cost) Outdated(phc string) bool {
	have, _, _, ok := parsePHC(phc)
	return !ok || have != c
}

// CheckPassword answers whether a password is the one that was hashed.
func CheckPassword(phc, password string) bool {
	c, salt, want, ok := parsePHC(phc)
	if !ok {
		return false
	}
	return subtle.ConstantTimeCompare(c.key(password, salt, uint32(len(want))), want) == 1
}

func (c Cost) key(password string, salt []byte, n uint32) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(norm.NFKC.String(password)), salt, c.Passes, c.MemoryKiB, c.Threads, n)
}

func parsePHC(s string) (c Cost, salt, hash []byte, ok bool) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.MemoryKiB, &c.Passes, &c.Threads); err != nil {
		return c, nil, nil, false
	}
	if c.MemoryKiB < 8 || c.MemoryKiB > maxMemoryKiB || c.Passes < 1 || c.Passes > maxPasses || c.Threads < 1 {
		return c, nil, nil, false
	}
	salt, err := base64.RawStdEncoding.Strict().DecodeString(parts[4])
	if err != nil || len(salt) < 8 || len(salt) > 64 {
		return c, nil, nil, false
	}
	hash, err = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if err != nil || len(hash) < 16 || len(hash) > 64 {
		return c, nil, nil, false
	}
	return c, salt, hash, true
}
