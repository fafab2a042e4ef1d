package ledger

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// Signature algorithms, by the byte the signed-note format gives them. The
// name stands in the key file, so that another (SM2) can be added beside it.
const (
	algEd25519     = 1
	algCosignature = 4
	nameEd25519    = "ed25519"
)

// Key signs for whoever keeps a log, or for a witness. Its file lies outside
// the database, so that whoever can change the one has not the other.
type Key struct {
	Name string // of the log's origin without the province, or of the witness
	Alg  string
	seed []byte
}

const keyV1 = "yangguang signing key 1"

// NewKey makes a key that exists only in memory.
func NewKey(name string) (*Key, error) {
	k := &Key{Name: name, Alg: nameEd25519, seed: make([]byte, ed25519.SeedSize)}
	_, _ = rand.Read(k.seed) // never fails (crypto/rand)
	return k, GoodName(name)
}

// GoodName answers why a name cannot be that of a signing key; nil when it can.
func GoodName(name string) error {
	if name == "" || strings.ContainsAny(name, " +\t\r\n") || len(name) > 200 {
		return fmt.Errorf("%q cannot be the name of a signing key: no blanks and no plus sign", name)
	}
	return nil
}

// KeyIn loads the key of a file, making it under the name the first time. The
// name in the file wins afterwards: an origin never changes with the address of
// the site, since proofs name it.
func KeyIn(path, name string) (*Key, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		k, err := NewKey(name)
		if err != nil {
			return nil, err
		}
		return k, k.write(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the signing key: %w", err)
	}
	k := &Key{}
	s := bufio.NewScanner(bytes.NewReader(b))
	for first := true; s.Scan(); first = false {
		word, rest, _ := strings.Cut(s.Text(), " ")
		switch {
		case first && s.Text() != keyV1:
			return nil, fmt.Errorf("%s is not a signing key of this program", path)
		case word == "name":
			k.Name = rest
		case word == "algorithm":
			k.Alg = rest
		case word == "seed":
			k.seed, err = base64.StdEncoding.DecodeString(rest)
		}
	}
	if err != nil || len(k.seed) != ed25519.SeedSize || k.Alg != nameEd25519 {
		return nil, fmt.Errorf("%s is damaged, or of an algorithm this release does not know", path)
	}
	return k, GoodName(k.Name)
}

func (k *Key) write(path string) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	text := fmt.Sprintf("%s\nname %s\nalgorithm %s\nseed %s\n", keyV1, k.Name, k.Alg, base64.StdEncoding.EncodeToString(k.seed))
	return durable(path, []byte(text))
}

// durable writes a file whole or not at all, and on disk when it returns.
func durable(path string, b []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".part-") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Origin is the name of a province's log.
func (k *Key) Origin(province int64) string { return k.Name + "/" + strconv.FormatInt(province, 10) }

// Signer signs a province's checkpoints.
func (k *Key) Signer(province int64) note.Signer {
	return &signer{name: k.Origin(province), alg: algEd25519, key: ed25519.NewKeyFromSeed(k.seed)}
}

// VKey is the public key of a province's log, as clients are given it.
func (k *Key) VKey(province int64) string { return vkey(k.Signer(province).(*signer)) } //nolint:forcetypeassert // ours

// Cosigner signs as a witness at the time of now.
func (k *Key) Cosigner(now func() time.Time) note.Signer {
	return &signer{name: k.Name, alg: algCosignature, key: ed25519.NewKeyFromSeed(k.seed), now: now}
}

// WitnessVKey is the public key of a witness, as logs and readers are given it.
func (k *Key) WitnessVKey() string { return vkey(k.Cosigner(nil).(*signer)) } //nolint:forcetypeassert // ours

type signer struct {
	name string
	alg  byte
	key  ed25519.PrivateKey
	now  func() time.Time
}

func (s *signer) public() []byte {
	return append([]byte{s.alg}, s.key.Public().(ed25519.PublicKey)...) //nolint:forcetypeassert // always
}

func (s *signer) Name() string    { return s.name }
func (s *signer) KeyHash() uint32 { return keyHash(s.name, s.public()) }

func (s *signer) Sign(msg []byte) ([]byte, error) {
	if s.alg == algEd25519 {
		return ed25519.Sign(s.key, msg), nil
	}
	at := s.now().Unix()
	out := binary.BigEndian.AppendUint64(nil, uint64(at)) //nolint:gosec // after 1970
	return append(out, ed25519.Sign(s.key, cosigned(at, msg))...), nil
}

// cosigned is what a witness signs (C2SP tlog-cosignature).
func cosigned(at int64, msg []byte) []byte {
	return append(fmt.Appendf(nil, "cosignature/v1\ntime %d\n", at), msg...)
}

func keyHash(name string, key []byte) uint32 {
	h := sha256.Sum256(append([]byte(name+"\n"), key...))
	return binary.BigEndian.Uint32(h[:])
}

func vkey(s *signer) string {
	return fmt.Sprintf("%s+%08x+%s", s.name, s.KeyHash(), base64.StdEncoding.EncodeToString(s.public()))
}

// Verifier reads a public key: of a log, or of a witness (cosignature/v1).
func Verifier(vkey string) (note.Verifier, error) {
	name, rest, _ := strings.Cut(vkey, "+")
	_, key64, _ := strings.Cut(rest, "+")
	key, err := base64.StdEncoding.DecodeString(key64)
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != algCosignature {
		v, err := note.NewVerifier(vkey)
		if err != nil {
			return nil, fmt.Errorf("%q is not a public key of the form name+id+key", vkey)
		}
		return v, nil
	}
	v := &cosignature{name: name, hash: keyHash(name, key), key: ed25519.PublicKey(key[1:])}
	if GoodName(name) != nil || fmt.Sprintf("%08x", v.hash) != strings.TrimSuffix(rest, "+"+key64) {
		return nil, fmt.Errorf("%q is not a public key of the form name+id+key", vkey)
	}
	return v, nil
}

// cosignature verifies a witness's signatures.
type cosignature struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c *cosignature) Name() string    { return c.name }
func (c *cosignature) KeyHash() uint32 { return c.hash }

func (c *cosignature) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(sig)
	return at < 1<<63 && ed25519.Verify(c.key, cosigned(int64(at), msg), sig[8:])
}

// cosignedAt is when a cosignature was made.
func cosignedAt(s note.Signature) (time.Time, bool) {
	b, err := base64.StdEncoding.DecodeString(s.Base64)
	if err != nil || len(b) != 4+8+ed25519.SignatureSize {
		return time.Time{}, false
	}
	return time.Unix(int64(binary.BigEndian.Uint64(b[4:])&(1<<63-1)), 0), true //nolint:gosec // masked
}
