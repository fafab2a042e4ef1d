package account

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// PasskeyRP says for which site passkeys are made; the zero value switches them off.
type PasskeyRP struct {
	ID      string   // the host: "yc.example"
	Name    string   // shown by the authenticator
	Origins []string // "https://yc.example"
}

// Passkey is a key in a telephone, a computer or a security key. It shows possession and, by a fingerprint or a number, the
// person; so it stands for both factors.
type Passkey struct {
	ID      int64
	Label   string // what its owner calls it
	Created time.Time
	Used    time.Time // zero before the first time

	login      int64
	credential webauthn.Credential
}

// maxPasskeys is how many one login may have.
const maxPasskeys = 10

var errPasskey = fault.Say(fault.Invalid, "account.passkey_failed")

func (a *Accounts) relyingParty() (*webauthn.WebAuthn, error) {
	if a.o.Passkey.ID == "" {
		return nil, fault.Say(fault.NotFound, "account.passkey_off")
	}
	return webauthn.New(&webauthn.Config{
		RPID: a.o.Passkey.ID, RPDisplayName: a.o.Passkey.Name, RPOrigins: a.o.Passkey.Origins,
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
	})
}

// passkeyUser is a login as the ceremony sees it. The handle is a keyed hash, since authenticators show and sync it.
type passkeyUser struct {
	login  Login
	handle []byte
	keys   []Passkey
}

func (u passkeyUser) WebAuthnID() []byte          { return u.handle }
func (u passkeyUser) WebAuthnName() string        { return u.login.Name }
func (u passkeyUser) WebAuthnDisplayName() string { return u.login.Name }
func (u passkeyUser) WebAuthnCredentials() (cs []webauthn.Credential) {
	for _, k := range u.keys {
		cs = append(cs, k.credential)
	}
	return cs
}

func (a *Accounts) passkeyUser(tx *db.Tx, login int64) (u passkeyUser, err error) {
	u.handle = a.keys.Index("account.passkey", strconv.FormatInt(login, 10))
	if u.login, err = findLogin(tx, login); err != nil {
		return u, err
	}
	u.keys, err = listPasskeys(tx, login)
	return u, err
}

// BeginPasskey starts registering a passkey for the actor's own login; options is the JSON the browser's
// parseCreationOptionsFromJSON takes. The second factor was just shown.
func (a *Accounts) BeginPasskey(ctx context.Context) (options []byte, ticket string, err error) {
	defer fault.Wrap(&err, "account.BeginPasskey")
	rp, err := a.relyingParty()
	if err != nil {
		return nil, "", err
	}
	err = a.act(ctx, func(tx *db.Tx, who *Actor) error {
		if err := who.NeedStepUp(tx.Now); err != nil {
			return err
		}
		u, err := a.passkeyUser(tx, who.Login)
		if err != nil {
			return err
		}
		if len(u.keys) >= maxPasskeys {
			return fault.Say(fault.Conflict, "account.passkey_too_many", maxPasskeys)
		}
		creation, session, err := rp.BeginRegistration(u, webauthn.WithExclusions(webauthn.Credentials(u.WebAuthnCredentials()).CredentialDescriptors()))
		if err != nil {
			return err
		}
		if options, err = json.Marshal(creation.Response); err != nil {
			return err
		}
		ticket, err = a.beginCeremony(tx, "passkey_register", who.Login, session)
		return err
	})
	return options, ticket, err
}

// FinishPasskey keeps the passkey the browser made; response is its toJSON.
func (a *Accounts) FinishPasskey(ctx context.Context, ticket string, response []byte, label string) (err error) {
	defer fault.Wrap(&err, "account.FinishPasskey")
	rp, err := a.relyingParty()
	if err != nil {
		return err
	}
	var session webauthn.SessionData
	login, ok, err := a.spendTicket(ctx, "passkey_register", ticket, &session)
	if err != nil {
		return err
	}
	return a.act(ctx, func(tx *db.Tx, who *Actor) error {
		if !ok || login != who.Login {
			return errPasskey
		}
		u, err := a.passkeyUser(tx, login)
		if err != nil {
			return err
		}
		parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
		if err != nil {
			return errPasskey
		}
		made, err := rp.CreateCredential(u, session, parsed)
		if err != nil {
			return errPasskey
		}
		k := Passkey{ID: tx.ID(provinceOf(who.Home.Division)), Label: shorten(label), login: login, credential: *made}
		if err := insertPasskey(tx, k); err != nil {
			if db.Broken(err, "account_passkey_credential", "account_passkey.credential") {
				return errPasskey
			}
			return err
		}
		return record(tx, who, Person{ID: who.Person, Home: who.Home}, "add_passkey", "", "passkey "+strconv.FormatInt(k.ID, 10))
	})
}

// BeginPasskeySignIn starts signing in without a name: the authenticator offers what it holds for this site.
func (a *Accounts) BeginPasskeySignIn(ctx context.Context) (options []byte, ticket string, err error) {
	defer fault.Wrap(&err, "account.BeginPasskeySignIn")
	rp, err := a.relyingParty()
	if err != nil {
		return nil, "", err
	}
	assertion, session, err := rp.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, "", err
	}
	if options, err = json.Marshal(assertion.Response); err != nil {
		return nil, "", err
	}
	err = a.db.Write(ctx, func(tx *db.Tx) error {
		ticket, err = a.beginCeremony(tx, "passkey_sign_in", 0, session)
		return err
	})
	return options, ticket, err
}

// FinishPasskeySignIn opens a session for the login whose passkey signed; response is the browser's toJSON.
func (a *Accounts) FinishPasskeySignIn(ctx context.Context, ticket string, response []byte, remote string) (token string, err error) {
	defer fault.Wrap(&err, "account.FinishPasskeySignIn")
	rp, err := a.relyingParty()
	if err != nil {
		return "", err
	}
	var session webauthn.SessionData
	_, ok, err := a.spendTicket(ctx, "passkey_sign_in", ticket, &session)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", errPasskey
	}
	err = a.db.Write(ctx, func(tx *db.Tx) error {
		token, err = a.passkeySession(tx, rp, session, response, remote)
		return err
	})
	return token, err
}

func (a *Accounts) passkeySession(tx *db.Tx, rp *webauthn.WebAuthn, session webauthn.SessionData, response []byte, remote string) (token string, err error) {
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return "", errPasskey
	}
	k, err := findPasskey(tx, parsed.RawID)
	if fault.Is(err, fault.NotFound) {
		return "", errPasskey
	}
	if err != nil {
		return "", err
	}
	u, err := a.passkeyUser(tx, k.login)
	if err != nil {
		return "", err
	}
	_, used, err := rp.ValidatePasskeyLogin(func(_, _ []byte) (webauthn.User, error) { return u, nil }, session, parsed)
	if err != nil || used.Authenticator.CloneWarning {
		return "", errPasskey
	}
	if err := usePasskey(tx, k.ID, *used); err != nil {
		return "", err
	}
	return a.enter(tx, u.login, "passkey", remote, errPasskey)
}

// enter opens a session for a login another means than the password has shown; otherwise is the refusal.
func (a *Accounts) enter(tx *db.Tx, l Login, means, remote string, otherwise error) (token string, err error) {
	l, err = lockLogin(tx, l.ID)
	if err != nil {
		return "", err
	}
	p, err := findPerson(tx, l.Person)
	if err != nil {
		return "", err
	}
	if l.State != Active || p.State != PersonActive {
		return "", otherwise
	}
	if err := welcome(tx, l.ID, a.keys.Index("account.remote", remote)); err != nil {
		return "", err
	}
	return openSession(tx, l, p, means)
}

// Passkeys lists the passkeys of the actor's own login, the oldest first.
func (a *Accounts) Passkeys(ctx context.Context) (ks []Passkey, err error) {
	defer fault.Wrap(&err, "account.Passkeys")
	who, err := must(ctx)
	if err != nil {
		return nil, err
	}
	err = a.db.Read(ctx, func(tx *db.Tx) error {
		ks, err = listPasskeys(tx, who.Login)
		return err
	})
	return ks, err
}

// RemovePasskey takes a passkey from the actor's own login.
func (a *Accounts) RemovePasskey(ctx context.Context, id int64) (err error) {
	defer fault.Wrap(&err, "account.RemovePasskey(%d)", id)
	return a.act(ctx, func(tx *db.Tx, who *Actor) error {
		n, err := deletePasskey(tx, who.Login, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Say(fault.NotFound, "account.passkey_not_found")
		}
		return record(tx, who, Person{ID: who.Person, Home: who.Home}, "remove_passkey", "", "passkey "+strconv.FormatInt(id, 10))
	})
}

func shorten(label string) string {
	r := []rune(strings.TrimSpace(label))
	return string(r[:min(len(r), maxName)])
}
