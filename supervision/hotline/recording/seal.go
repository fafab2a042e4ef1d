package recording

import (
	"bytes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20poly1305"

	"yangguang/internal/secret"
)

// A file is
//
//	magic (8) | file id (16) | length of the sealed key (2) | sealed key | length
//	of the sealed note (2) | sealed note | chunks
//
// Key and note are sealed by internal/secret and bound to the file id. Every
// chunk but the last is one second of sound; the last is shorter, may be empty,
// and only it has the last flag in its nonce. A file without a last chunk was cut
// off: it opens up to its last whole second and says so. Chunks cannot change
// places (the counter is in the nonce) or files (the id is bound).
const (
	magic     = "YGREC\x00\x01\n"
	idLen     = 16
	keyLen    = chacha20poly1305.KeySize
	second    = 16000 // bytes: 8 kHz, two channels, A-law
	sealedLen = second + chacha20poly1305.Overhead
	maxNote   = 4096

	keyPurpose  = "recording.key"
	notePurpose = "recording.note"
)

// errNotOurs says that a file is no recording of this installation.
var errNotOurs = errors.New("the file is not a recording, or its keys are not here")

type fileID [idLen]byte

func newFileID() (id fileID) {
	_, _ = rand.Read(id[:]) // never fails (crypto/rand)
	return id
}

func (id fileID) String() string { return hex.EncodeToString(id[:]) }

// head is what stands before the chunks.
type head struct {
	id   fileID
	key  []byte // sealed
	note []byte // sealed
}

func (h head) bytes() []byte {
	b := append([]byte(magic), h.id[:]...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(h.key))) //nolint:gosec // a sealed key is 125 bytes
	b = append(b, h.key...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(h.note))) //nolint:gosec // refused above maxNote
	return append(b, h.note...)
}

// readHead reads the head of a file, whatever the file holds.
func readHead(r io.Reader) (h head, n int64, err error) {
	fixed := make([]byte, len(magic)+idLen)
	if _, err := io.ReadFull(r, fixed); err != nil || !bytes.HasPrefix(fixed, []byte(magic)) {
		return head{}, 0, errNotOurs
	}
	h.id = fileID(fixed[len(magic):])
	n = int64(len(fixed))
	for _, part := range []*[]byte{&h.key, &h.note} {
		var size [2]byte
		if _, err := io.ReadFull(r, size[:]); err != nil {
			return head{}, 0, errNotOurs
		}
		length := int(binary.BigEndian.Uint16(size[:]))
		if length > maxNote {
			return head{}, 0, errNotOurs
		}
		*part = make([]byte, length)
		if _, err := io.ReadFull(r, *part); err != nil {
			return head{}, 0, errNotOurs
		}
		n += int64(2 + length)
	}
	return h, n, nil
}

// box seals and opens the chunks of one file.
type box struct {
	aead cipher.AEAD
	id   fileID
}

func newBox(key []byte, id fileID) (box, error) {
	a, err := chacha20poly1305.New(key)
	if err != nil {
		return box{}, errNotOurs
	}
	return box{a, id}, nil
}

func openBox(k *secret.Keys, sealedKey []byte, id fileID) (box, error) {
	key, err := k.Open(keyPurpose, id[:], sealedKey)
	if err != nil {
		return box{}, errNotOurs
	}
	return newBox(key, id)
}

// nonce is the chunk's place and whether it is the last: no two are alike under
// the key, which seals one file once.
func nonce(n uint64, last bool) []byte {
	b := make([]byte, chacha20poly1305.NonceSize)
	binary.BigEndian.PutUint64(b[3:], n)
	if last {
		b[chacha20poly1305.NonceSize-1] = 1
	}
	return b
}

func (b box) seal(dst []byte, n uint64, last bool, plain []byte) []byte {
	return b.aead.Seal(dst, nonce(n, last), plain, b.id[:])
}

func (b box) open(n uint64, last bool, sealed []byte) ([]byte, error) {
	out, err := b.aead.Open(nil, nonce(n, last), sealed, b.id[:])
	if err != nil {
		return nil, fmt.Errorf("second %d of the recording cannot be opened", n)
	}
	return out, nil
}
