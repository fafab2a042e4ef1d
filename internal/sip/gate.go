package sip

import (
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // what digest is made of (RFC 2617)
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/icholy/digest"
)

const (
	nonceLife   = 60 * time.Second
	wrongAtMost = 5                // wrong secrets, then the door is shut
	wrongWithin = 10 * time.Minute // counted
	lockedFor   = 15 * time.Minute
	mostKept    = 100_000 // nonces or failures remembered
)

// gatekeeper checks the secrets of desk phones. A nonce is its own proof (time
// and a code under a key that dies with the process), so that a flood of
// REGISTER fills no memory; one that was shown is remembered until it expires,
// and works no second time.
type gatekeeper struct {
	clock timers
	key   [32]byte
	mu    sync.Mutex
	used  map[[16]byte]time.Time // shown nonces, by their code; guarded by mu
	wrong map[suspect]failures   // guarded by mu
}

// A suspect is a user tried from an address. Both, so that nobody can lock a
// phone out from elsewhere.
type suspect struct {
	from netip.Addr
	user [16]byte // hashed: what is tried may be anything, of any length
}

type failures struct {
	n     int
	since time.Time
}

func newGatekeeper(c timers) *gatekeeper {
	g := &gatekeeper{clock: c, used: map[[16]byte]time.Time{}, wrong: map[suspect]failures{}}
	rand.Read(g.key[:])
	return g
}

// nonce is time, 8 octets at random, and the code over both: 32 octets.
func (g *gatekeeper) nonce() string {
	var b [32]byte
	binary.BigEndian.PutUint64(b[:8], uint64(g.clock.Now().UnixMilli()))
	rand.Read(b[8:16])
	copy(b[16:], g.code(b[:16]))
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func (g *gatekeeper) code(b []byte) []byte {
	m := hmac.New(sha256.New, g.key[:])
	m.Write(b)
	return m.Sum(nil)[:16]
}

// fresh takes a nonce for use, once. false is one that is not ours, too old, or
// was shown before.
func (g *gatekeeper) fresh(text string) bool {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) != 32 || !hmac.Equal(b[16:], g.code(b[:16])) {
		return false
	}
	now := g.clock.Now()
	age := now.Sub(time.UnixMilli(int64(binary.BigEndian.Uint64(b[:8]))))
	if age < 0 || age > nonceLife {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	k := [16]byte(b[16:])
	if _, shown := g.used[k]; shown {
		return false
	}
	if len(g.used) >= mostKept {
		for k, until := range g.used {
			if now.After(until) {
				delete(g.used, k)
			}
		}
		if len(g.used) >= mostKept {
			return false
		}
	}
	g.used[k] = now.Add(nonceLife)
	return true
}

func (g *gatekeeper) suspect(from netip.Addr, user string) suspect {
	s := suspect{from: from}
	copy(s.user[:], g.code([]byte(user)))
	return s
}

// locked is whether the user was tried from there too often.
func (g *gatekeeper) locked(s suspect) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	f, ok := g.wrong[s]
	return ok && f.n >= wrongAtMost && g.clock.Now().Sub(f.since) < lockedFor
}

// failed counts a wrong secret; a right one forgets.
func (g *gatekeeper) failed(s suspect) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.clock.Now()
	if len(g.wrong) >= mostKept {
		for k, f := range g.wrong {
			if now.Sub(f.since) > lockedFor {
				delete(g.wrong, k)
			}
		}
		if len(g.wrong) >= mostKept {
			return
		}
	}
	f := g.wrong[s]
	if now.Sub(f.since) > wrongWithin && f.n < wrongAtMost || now.Sub(f.since) > lockedFor {
		f = failures{since: now}
	}
	if f.n++; f.n == wrongAtMost {
		f.since = now // shut from now
	}
	g.wrong[s] = f
}

func (g *gatekeeper) passed(s suspect) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.wrong, s)
}

func hashOf(algorithm string) func() hash.Hash {
	switch strings.ToUpper(algorithm) {
	case "SHA-256":
		return sha256.New
	case "", "MD5":
		return md5.New
	}
	return nil
}

// right is whether the credentials are of the secret, for the method. Nothing
// shows how far a wrong one came.
func right(c *digest.Credentials, secret Secret, method string) bool {
	h := hashOf(c.Algorithm)
	if h == nil || c.QOP != "auth" || c.Cnonce == "" || c.Nc <= 0 || c.Userhash {
		return false
	}
	ha1 := secret.MD5
	if strings.EqualFold(c.Algorithm, "SHA-256") {
		ha1 = secret.SHA256
	}
	if secret.Password != "" {
		ha1 = hexOf(h(), c.Username+":"+c.Realm+":"+secret.Password)
	}
	nc := hex.EncodeToString(binary.BigEndian.AppendUint32(nil, uint32(c.Nc)))
	want := hexOf(h(), strings.ToLower(ha1)+":"+c.Nonce+":"+nc+":"+c.Cnonce+":auth:"+hexOf(h(), method+":"+c.URI))
	return ha1 != "" && subtle.ConstantTimeCompare([]byte(want), []byte(strings.ToLower(c.Response))) == 1
}

func hexOf(h hash.Hash, text string) string {
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil))
}
