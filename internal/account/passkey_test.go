package account_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"
	"time"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"

	"yangguang/internal/account"
	"yangguang/internal/fault"
)

const origin = "https://yc.example"

var withPasskeys = account.Options{Passkey: account.PasskeyRP{ID: "yc.example", Name: "阳光", Origins: []string{origin}}}

// telephone is an authenticator with one ES256 key, as a browser presents it.
type telephone struct {
	key    *ecdsa.PrivateKey
	id     []byte
	handle string
	count  uint32
	origin string
	flags  byte // of an assertion: user present 1, user verified 4
}

func newTelephone(t *testing.T) *telephone {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 32)
	_, _ = rand.Read(id)
	return &telephone{key: key, id: id, origin: origin, flags: 1 | 4}
}

var b64 = base64.RawURLEncoding

func (p *telephone) client(t *testing.T, kind string, options []byte) (clientData []byte, o struct {
	Challenge string
	User      struct{ ID string }
}) {
	t.Helper()
	if err := json.Unmarshal(options, &o); err != nil {
		t.Fatal(err)
	}
	clientData, _ = json.Marshal(map[string]any{"type": kind, "challenge": o.Challenge, "origin": p.origin, "crossOrigin": false})
	return clientData, o
}

func (p *telephone) authData(flags byte) []byte {
	host := sha256.Sum256([]byte("yc.example"))
	p.count++
	return binary.BigEndian.AppendUint32(append(host[:], flags), p.count)
}

// create answers navigator.credentials.create.
func (p *telephone) create(t *testing.T, options []byte) []byte {
	t.Helper()
	clientData, o := p.client(t, "webauthn.create", options)
	p.handle = o.User.ID
	xy, err := p.key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	public, err := webauthncbor.Marshal(webauthncose.EC2PublicKeyData{
		PublicKeyData: webauthncose.PublicKeyData{KeyType: int64(webauthncose.EllipticKey), Algorithm: int64(webauthncose.AlgES256)},
		Curve:         int64(webauthncose.P256), XCoord: xy[1:33], YCoord: xy[33:],
	})
	if err != nil {
		t.Fatal(err)
	}
	auth := append(p.authData(p.flags|64), make([]byte, 16)...)
	auth = binary.BigEndian.AppendUint16(auth, uint16(len(p.id)))
	auth = append(append(auth, p.id...), public...)
	attestation, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": auth})
	if err != nil {
		t.Fatal(err)
	}
	return p.answer(map[string]any{"clientDataJSON": b64.EncodeToString(clientData), "attestationObject": b64.EncodeToString(attestation)})
}

// get answers navigator.credentials.get.
func (p *telephone) get(t *testing.T, options []byte) []byte {
	t.Helper()
	clientData, _ := p.client(t, "webauthn.get", options)
	auth := p.authData(p.flags)
	clientHash := sha256.Sum256(clientData)
	digest := sha256.Sum256(append(append([]byte{}, auth...), clientHash[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, p.key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return p.answer(map[string]any{"clientDataJSON": b64.EncodeToString(clientData), "authenticatorData": b64.EncodeToString(auth),
		"signature": b64.EncodeToString(sig), "userHandle": p.handle})
}

func (p *telephone) answer(response map[string]any) []byte {
	out, _ := json.Marshal(map[string]any{"id": b64.EncodeToString(p.id), "rawId": b64.EncodeToString(p.id), "type": "public-key", "response": response})
	return out
}

// register gives a login a passkey on a new telephone.
func (h *house) register(login string) *telephone {
	h.Helper()
	p, ctx := newTelephone(h.T), h.as(login)
	options, ticket, err := h.BeginPasskey(ctx)
	if err != nil {
		h.Fatal(err)
	}
	if err := h.FinishPasskey(ctx, ticket, p.create(h.T, options), "手机"); err != nil {
		h.Fatal(err)
	}
	return p
}

func (h *house) passkeySignIn(p *telephone) (string, error) {
	h.Helper()
	options, ticket, err := h.BeginPasskeySignIn(context.Background())
	if err != nil {
		h.Fatal(err)
	}
	return h.FinishPasskeySignIn(context.Background(), ticket, p.get(h.T, options), here)
}

func TestAPasskeySignsIn(t *testing.T) {
	each(t, withPasskeys, func(h *house) {
		p := h.register("admin1")
		token, err := h.passkeySignIn(p)
		if err != nil {
			h.Fatal(err)
		}
		ctx := h.request(token)
		if account.From(ctx).Person != h.admin {
			h.Error("somebody else is signed in")
		}
		ks, err := h.Passkeys(ctx)
		if err != nil || len(ks) != 1 || ks[0].Label != "手机" || ks[0].Used.IsZero() {
			h.Fatalf("%+v, %v", ks, err)
		}
		refused(h.T, "an unknown key", h.RemovePasskey(ctx, 1), fault.NotFound, "account.passkey_not_found")
		if err := h.RemovePasskey(ctx, ks[0].ID); err != nil {
			h.Fatal(err)
		}
		_, err = h.passkeySignIn(p)
		refused(h.T, "a removed key", err, fault.Invalid, "account.passkey_failed")
	})
}

func TestPasskeysThatDoNotFitAreRefused(t *testing.T) {
	each(t, withPasskeys, func(h *house) {
		ctx := context.Background()
		p := h.register("admin1")
		for name, spoil := range map[string]func(*telephone){
			"from another site":               func(q *telephone) { q.origin = "https://yc.example.evil.example" },
			"without checking who holds it":   func(q *telephone) { q.flags = 1 },
			"signed by another key":           func(q *telephone) { q.key = newTelephone(h.T).key },
			"never registered":                func(q *telephone) { q.id = newTelephone(h.T).id },
			"with the handle of another":      func(q *telephone) { q.handle = b64.EncodeToString(make([]byte, 32)) },
			"with a counter that stood still": func(q *telephone) { q.count = 0 },
		} {
			q := *p
			q.count += 5
			spoil(&q)
			_, err := h.passkeySignIn(&q)
			refused(h.T, name, err, fault.Invalid, "account.passkey_failed")
		}
		p.count += 10
		options, ticket, err := h.BeginPasskeySignIn(ctx)
		if err != nil {
			h.Fatal(err)
		}
		_, err = h.FinishPasskeySignIn(ctx, "another ticket", p.get(h.T, options), here)
		refused(h.T, "another ticket", err, fault.Invalid, "account.passkey_failed")
		_, err = h.FinishPasskeySignIn(ctx, ticket, []byte("{"), here)
		refused(h.T, "half an answer", err, fault.Invalid, "account.passkey_failed")
		_, err = h.FinishPasskeySignIn(ctx, ticket, p.get(h.T, options), here)
		refused(h.T, "a ticket twice", err, fault.Invalid, "account.passkey_failed")
		options, ticket, _ = h.BeginPasskeySignIn(ctx)
		h.clock.Advance(5 * time.Minute)
		_, err = h.FinishPasskeySignIn(ctx, ticket, p.get(h.T, options), here)
		refused(h.T, "five minutes later", err, fault.Invalid, "account.passkey_failed")
	})
}

func TestAFrozenLoginHasNoPasskey(t *testing.T) {
	each(t, withPasskeys, func(h *house) {
		person := h.enrol(h.root, "张三", "zhangsan", inTown)
		p := h.register("zhangsan")
		if err := h.Freeze(h.as("admin1"), h.login(person), "调查"); err != nil {
			h.Fatal(err)
		}
		_, err := h.passkeySignIn(p)
		refused(h.T, "frozen", err, fault.Invalid, "account.passkey_failed")
	})
}

func TestRegisteringAPasskey(t *testing.T) {
	each(t, withPasskeys, func(h *house) {
		token := h.token("admin1")
		h.clock.Advance(6 * time.Minute)
		_, _, err := h.BeginPasskey(h.request(token))
		refused(h.T, "long after signing in", err, fault.Forbidden, "account.step_up_needed")
		h.enrol(h.root, "张三", "zhangsan", inTown)
		options, ticket, err := h.BeginPasskey(h.as("admin1"))
		if err != nil {
			h.Fatal(err)
		}
		err = h.FinishPasskey(h.as("zhangsan"), ticket, newTelephone(h.T).create(h.T, options), "")
		refused(h.T, "with another's ticket", err, fault.Invalid, "account.passkey_failed")
		for range 10 {
			h.register("admin1")
		}
		_, _, err = h.BeginPasskey(h.as("admin1"))
		refused(h.T, "an eleventh", err, fault.Conflict, "account.passkey_too_many")
	})
}

func TestPasskeysSwitchedOff(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		_, _, err := h.BeginPasskeySignIn(context.Background())
		refused(h.T, "signing in", err, fault.NotFound, "account.passkey_off")
		_, _, err = h.BeginPasskey(h.as("admin1"))
		refused(h.T, "registering", err, fault.NotFound, "account.passkey_off")
	})
}
