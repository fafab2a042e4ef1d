package account

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/secret"
)

// OIDCProvider is the operator's identity provider (统一身份认证); the zero value switches it off.
type OIDCProvider struct {
	Issuer       string
	ClientID     string
	ClientSecret string
	RedirectURL  string
	// Factors are values of the token's "amr" that show a second factor; one of them must be there. Leave it empty only
	// when the provider asks everybody for one.
	Factors []string
	HTTP    *http.Client // nil = one with a ten-second limit
}

// oidcClient knows the provider once it was asked; the provider may be down when this program starts.
type oidcClient struct {
	mu       sync.Mutex
	provider *oidc.Provider // guarded by mu
}

var errOIDC = fault.Say(fault.Invalid, "account.oidc_failed")

// httpContext makes the OIDC library use the operator's client.
func (a *Accounts) httpContext(ctx context.Context) context.Context {
	c := a.o.OIDC.HTTP
	if c == nil {
		c = &http.Client{Timeout: 10 * time.Second}
	}
	return oidc.ClientContext(ctx, c)
}

func (a *Accounts) provider(ctx context.Context) (*oidc.Provider, error) {
	if a.o.OIDC.Issuer == "" {
		return nil, fault.Say(fault.NotFound, "account.oidc_off")
	}
	a.oidc.mu.Lock()
	defer a.oidc.mu.Unlock()
	if a.oidc.provider != nil {
		return a.oidc.provider, nil
	}
	// The provider keeps its context for fetching keys later, beyond this request.
	p, err := oidc.NewProvider(a.httpContext(context.WithoutCancel(ctx)), a.o.OIDC.Issuer)
	if err != nil {
		return nil, fault.As(fault.Unavailable, err)
	}
	a.oidc.provider = p
	return p, nil
}

func (a *Accounts) oauth(p *oidc.Provider) *oauth2.Config {
	to := p.Endpoint()
	to.AuthStyle = authStyle(p)
	return &oauth2.Config{ClientID: a.o.OIDC.ClientID, ClientSecret: a.o.OIDC.ClientSecret, RedirectURL: a.o.OIDC.RedirectURL,
		Endpoint: to, Scopes: []string{oidc.ScopeOpenID}}
}

// authStyle is how the provider wants the client to show its secret: as it says
// itself, else in the header (OpenID Connect Discovery 1.0, section 3). Left to
// find out, the library tries both ways with a code that is good for one, and a
// provider that was down looks like one that refused.
func authStyle(p *oidc.Provider) oauth2.AuthStyle {
	var says struct {
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := p.Claims(&says); err == nil && len(says.Methods) > 0 && !slices.Contains(says.Methods, "client_secret_basic") {
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleInHeader
}

type oidcRun struct{ State, Nonce, Verifier string }

// stateJoin stands between the language somebody reads in and the token in the state: the provider gives it back, and
// knows one address of ours only.
const stateJoin = "."

// OIDCLang is the language in which the signing in a state belongs to was begun; the first language for a state that is
// none. It decides nothing but words.
func OIDCLang(state string) i18n.Lang {
	lang, _, _ := strings.Cut(state, stateJoin)
	if l, ok := i18n.OfPrefix("/" + lang); ok {
		return l
	}
	return i18n.Langs[0]
}

// BeginOIDC starts signing in at the provider: the browser goes to address and carries ticket in a cookie.
func (a *Accounts) BeginOIDC(ctx context.Context) (address, ticket string, err error) {
	defer fault.Wrap(&err, "account.BeginOIDC")
	p, err := a.provider(ctx)
	if err != nil {
		return "", "", err
	}
	token, _ := secret.NewToken()
	state := string(i18n.LangOf(ctx)) + stateJoin + token
	nonce, _ := secret.NewToken()
	run := oidcRun{State: state, Nonce: nonce, Verifier: oauth2.GenerateVerifier()}
	err = a.db.Write(ctx, func(tx *db.Tx) error {
		ticket, err = a.beginCeremony(tx, "oidc", 0, run)
		return err
	})
	return a.oauth(p).AuthCodeURL(run.State, oidc.Nonce(run.Nonce), oauth2.S256ChallengeOption(run.Verifier)), ticket, err
}

// FinishOIDC opens a session for the login the provider's subject is linked to. No account is made for an unknown one.
func (a *Accounts) FinishOIDC(ctx context.Context, ticket, state, code, remote string) (token string, err error) {
	defer fault.Wrap(&err, "account.FinishOIDC")
	p, err := a.provider(ctx)
	if err != nil {
		return "", err
	}
	var run oidcRun
	_, ok, err := a.spendTicket(ctx, "oidc", ticket, &run)
	if err != nil {
		return "", err
	}
	if !ok || state == "" || !secret.Equal([]byte(state), []byte(run.State)) {
		return "", errOIDC
	}
	id, err := a.exchange(ctx, p, run, code)
	if err != nil {
		return "", err
	}
	err = a.db.Write(ctx, func(tx *db.Tx) error {
		login, err := findSubject(tx, id.Issuer, id.Subject)
		if fault.Is(err, fault.NotFound) {
			return fault.Say(fault.Invalid, "account.oidc_not_linked")
		}
		if err != nil {
			return err
		}
		token, err = a.enter(tx, Login{ID: login}, "oidc", remote, errOIDC)
		return err
	})
	return token, err
}

// exchange turns the code into a verified identity; it waits on the network, so outside any transaction.
func (a *Accounts) exchange(ctx context.Context, p *oidc.Provider, run oidcRun, code string) (*oidc.IDToken, error) {
	ctx = a.httpContext(ctx)
	t, err := a.oauth(p).Exchange(ctx, code, oauth2.VerifierOption(run.Verifier))
	if err != nil {
		var said *oauth2.RetrieveError
		if errors.As(err, &said) && said.Response.StatusCode < 500 {
			return nil, errOIDC
		}
		return nil, fault.As(fault.Unavailable, err)
	}
	raw, _ := t.Extra("id_token").(string)
	id, err := p.Verifier(&oidc.Config{ClientID: a.o.OIDC.ClientID, Now: a.clock.Now}).Verify(ctx, raw)
	if err != nil || !secret.Equal([]byte(id.Nonce), []byte(run.Nonce)) {
		return nil, errOIDC
	}
	var claims struct {
		AMR []string `json:"amr"`
	}
	if err := id.Claims(&claims); err != nil {
		return nil, errOIDC
	}
	if fs := a.o.OIDC.Factors; len(fs) > 0 && !slices.ContainsFunc(claims.AMR, func(m string) bool { return slices.Contains(fs, m) }) {
		return nil, fault.Say(fault.Invalid, "account.oidc_weak")
	}
	return id, nil
}

// LinkOIDC links a subject of the provider to a login. The administrator is another person, or the operator.
func (a *Accounts) LinkOIDC(ctx context.Context, login int64, subject string) (err error) {
	defer fault.Wrap(&err, "account.LinkOIDC(%d)", login)
	return a.changeOIDC(ctx, login, "link_oidc", func(tx *db.Tx, who *Actor) error {
		if subject = strings.TrimSpace(subject); subject == "" || len(subject) > 255 {
			return fault.Fields(fault.Field{Name: "subject", Key: "account.name_length", Args: []any{255}})
		}
		_, err := findSubject(tx, a.o.OIDC.Issuer, subject)
		switch {
		case err == nil:
			return fault.Say(fault.Conflict, "account.oidc_taken")
		case !fault.Is(err, fault.NotFound):
			return err
		}
		return insertSubject(tx, a.o.OIDC.Issuer, subject, login, who.Person)
	})
}

// UnlinkOIDC removes every link of a login.
func (a *Accounts) UnlinkOIDC(ctx context.Context, login int64) (err error) {
	defer fault.Wrap(&err, "account.UnlinkOIDC(%d)", login)
	return a.changeOIDC(ctx, login, "unlink_oidc", func(tx *db.Tx, _ *Actor) error {
		n, err := deleteSubjects(tx, login)
		if err == nil && n == 0 {
			return fault.Say(fault.NotFound, "account.oidc_not_linked")
		}
		return err
	})
}

func (a *Accounts) changeOIDC(ctx context.Context, login int64, verb string, change func(*db.Tx, *Actor) error) error {
	if a.o.OIDC.Issuer == "" {
		return fault.Say(fault.NotFound, "account.oidc_off")
	}
	return a.act(ctx, func(tx *db.Tx, who *Actor) error {
		l, err := findLogin(tx, login)
		if err != nil {
			return err
		}
		p, err := managed(tx, who, Managing, l.Person)
		if err != nil {
			return err
		}
		if who.Is(p.ID) {
			return fault.Say(fault.Forbidden, "account.not_to_oneself")
		}
		if err := change(tx, who); err != nil {
			return err
		}
		return record(tx, who, p, verb, "", "login "+strconv.FormatInt(login, 10))
	})
}
