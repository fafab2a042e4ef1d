package secret

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"

	"golang.org/x/crypto/chacha20poly1305"
)

// Keys seals and opens. It is safe for use by many goroutines.
type Keys struct {
	current keyID
	masters map[keyID][]byte
	index   []byte
}

// ErrSealed says that a record cannot be opened: its key is not among the key
// files, or the record was changed, or it belongs to another purpose or row.
var ErrSealed = errors.New("a sealed record cannot be opened: wrong key, wrong place, or changed")

// A sealed record is
//
//	algorithm (1) | key id (4) | wrap nonce (24) | record key sealed under the
//	master (32+16) | text sealed under the record key (n+16)
//
// Each record has a random key of its own, used once, so the inner nonce is
// zero. The purpose chooses the wrapping key; purpose and place (aad) bind both
// layers, so that a record moved to another row or column does not open.
const (
	algXChaCha = 1
	headerLen  = 1 + 4
	wrapLen    = chacha20poly1305.NonceSizeX + keySize + chacha20poly1305.Overhead
	// SealedOverhead is how much longer a sealed text is.
	SealedOverhead = headerLen + wrapLen + chacha20poly1305.Overhead
)

type keyID [4]byte

func (id keyID) String() string { return hex.EncodeToString(id[:]) }

func idOf(master []byte) (id keyID) {
	m := hmac.New(sha256.New, master)
	m.Write([]byte("yangguang key id"))
	copy(id[:], m.Sum(nil))
	return id
}

// NewKeys makes keys that exist only in memory; for tests and the demo.
func NewKeys() *Keys {
	b := make([]byte, 2*keySize)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	id := idOf(b[:keySize])
	return &Keys{current: id, masters: map[keyID][]byte{id: b[:keySize]}, index: b[keySize:]}
}

// Seal encrypts plaintext for one purpose ("notify.address") and one place
// (aad: the row's id). The same text sealed twice looks different.
func (k *Keys) Seal(purpose string, aad, plaintext []byte) []byte {
	record := make([]byte, keySize)
	_, _ = rand.Read(record) // never fails (crypto/rand)
	out := k.wrap(purpose, aad, record)
	//nolint:gosec // the key is new for each record and seals once, so that the nonce may be fixed
	return seal(out, record, make([]byte, chacha20poly1305.NonceSizeX), plaintext, bound(purpose, aad, nil))
}

// Open decrypts what Seal made for the same purpose and place.
func (k *Keys) Open(purpose string, aad, sealed []byte) ([]byte, error) {
	record, err := k.unwrap(purpose, aad, sealed)
	if err != nil {
		return nil, err
	}
	return open(record, make([]byte, chacha20poly1305.NonceSizeX), sealed[headerLen+wrapLen:], bound(purpose, aad, nil))
}

// Rewrap brings a record under the current key without touching its text;
// changed is false when it is there already.
func (k *Keys) Rewrap(purpose string, aad, sealed []byte) (out []byte, changed bool, err error) {
	record, err := k.unwrap(purpose, aad, sealed)
	if err != nil {
		return nil, false, err
	}
	if [4]byte(sealed[1:headerLen]) == k.current {
		return sealed, false, nil
	}
	return append(k.wrap(purpose, aad, record), sealed[headerLen+wrapLen:]...), true, nil
}

// Index is the lookup value of a sealed field: equal values have equal indexes
// for one purpose, and nobody without the key can guess from one to the other.
// The caller brings the value into its one spelling first.
func (k *Keys) Index(purpose, value string) []byte {
	m := hmac.New(sha256.New, derive(k.index, "index "+purpose))
	m.Write([]byte(value))
	return m.Sum(nil)
}

func (k *Keys) wrap(purpose string, aad, record []byte) []byte {
	head := append([]byte{algXChaCha}, k.current[:]...)
	nonce := make([]byte, chacha20poly1305.NonceSizeX)
	_, _ = rand.Read(nonce) // never fails (crypto/rand)
	out := append(append([]byte{}, head...), nonce...)
	return seal(out, derive(k.masters[k.current], "seal "+purpose), nonce, record, bound(purpose, aad, head))
}

func (k *Keys) unwrap(purpose string, aad, sealed []byte) ([]byte, error) {
	if len(sealed) < SealedOverhead || sealed[0] != algXChaCha {
		return nil, ErrSealed
	}
	head, wrapped := sealed[:headerLen], sealed[headerLen:headerLen+wrapLen]
	master, ok := k.masters[keyID(head[1:])]
	if !ok {
		return nil, ErrSealed
	}
	nonce, body := wrapped[:chacha20poly1305.NonceSizeX], wrapped[chacha20poly1305.NonceSizeX:]
	return open(derive(master, "seal "+purpose), nonce, body, bound(purpose, aad, head))
}

// bound is what a layer is tied to; lengths go first so that no two different
// places are written alike.
func bound(purpose string, aad, head []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(purpose)))
	out = append(out, purpose...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(aad)))
	return append(append(out, aad...), head...)
}

func derive(key []byte, info string) []byte {
	out, err := hkdf.Key(sha256.New, key, nil, "yangguang "+info, keySize)
	if err != nil {
		panic(err) // only for a length beyond 255 hashes
	}
	return out
}

func seal(dst, key, nonce, plaintext, aad []byte) []byte {
	a, err := chacha20poly1305.NewX(key)
	if err != nil {
		panic(err) // only for a key of another length
	}
	return a.Seal(dst, nonce, plaintext, aad)
}

func open(key, nonce, sealed, aad []byte) ([]byte, error) {
	a, err := chacha20poly1305.NewX(key)
	if err != nil {
		panic(err) // only for a key of another length
	}
	out, err := a.Open(nil, nonce, sealed, aad)
	if err != nil {
		return nil, ErrSealed
	}
	return out, nil
}
