package account_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
)

// provider is a small real OpenID Connect provider: discovery, keys and a token endpoint that checks PKCE.
type provider struct {
	*httptest.Server
	key     *rsa.PrivateKey
	now     func() time.Time
	codes   map[string]url.Values // what the browser asked for, by code
	claims  map[string]any        // laid over the token's own
	signing *rsa.PrivateKey       // the key tokens are signed with
	fail    int                   // the token endpoint's status, 0 = works
}

func newProvider(t *testing.T, now func() time.Time) *provider {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{key: key, signing: key, now: now, codes: map[string]url.Values{}, claims: map[string]any{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		p.json(w, map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token",
			"jwks_uri": p.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		p.json(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1",
			"n": b64.EncodeToString(key.N.Bytes()), "e": b64.EncodeToString(big.NewInt(int64(key.E)).Bytes())}}})
	})
	mux.HandleFunc("POST /token", p.token)
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *provider) json(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// authorize is the browser's visit: the person signs in at the provider and comes back with a code.
func (p *provider) authorize(t *testing.T, address string) (code, state string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" || q.Get("state") == "" || q.Get("response_type") != "code" {
		t.Fatalf("asked with %v", q)
	}
	code = rand.Text()
	p.codes[code] = q
	return code, q.Get("state")
}

func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	q, ok := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	switch {
	case p.fail != 0:
		http.Error(w, "down", p.fail)
		return
	case !ok || q.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]):
		w.WriteHeader(http.StatusBadRequest)
		p.json(w, map[string]any{"error": "invalid_grant"})
		return
	}
	claims := map[string]any{"iss": p.URL, "aud": "yangguang", "sub": "u-1", "nonce": q.Get("nonce"),
		"iat": p.now().Unix(), "exp": p.now().Add(time.Minute).Unix(), "amr": []string{"pwd", "otp"}}
	for k, v := range p.claims {
		claims[k] = v
	}
	p.json(w, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": p.sign(claims)})
}

func (p *provider) sign(claims map[string]any) string {
	body, _ := json.Marshal(claims)
	text := b64.EncodeToString([]byte(`{"alg":"RS256","kid":"1"}`)) + "." + b64.EncodeToString(body)
	sum := sha256.Sum256([]byte(text))
	sig, _ := rsa.SignPKCS1v15(rand.Reader, p.signing, crypto.SHA256, sum[:])
	return text + "." + b64.EncodeToString(sig)
}

// oidcHouse is a house whose operator has a provider.
func oidcHouse(t *testing.T, d *db.DB, c *clock.Fake) (*house, *provider) {
	p := newProvider(t, c.Now)
	return newHouse(t, d, c, account.Options{OIDC: account.OIDCProvider{Issuer: p.URL, ClientID: "yangguang", ClientSecret: "s",
		RedirectURL: origin + "/sign-in/return", Factors: []string{"otp", "hwk"}}}), p
}

func TestOpenIDConnect(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(start)
	h, p := oidcHouse(t, dbtest.SQLite(t, c, migrations...), c)
	ctx := context.Background()
	person := h.enrol(h.root, "张三", "zhangsan", inTown)
	try := func(spoil func(ticket, state, code *string)) error {
		t.Helper()
		address, ticket, err := h.BeginOIDC(ctx)
		if err != nil {
			t.Fatal(err)
		}
		code, state := p.authorize(t, address)
		if spoil != nil {
			spoil(&ticket, &state, &code)
		}
		token, err := h.FinishOIDC(ctx, ticket, state, code, here)
		if err == nil && account.From(h.request(token)).Person != person {
			t.Error("somebody else is signed in")
		}
		return err
	}
	refused(t, "a subject nobody linked", try(nil), fault.Invalid, "account.oidc_not_linked")
	if err := h.LinkOIDC(h.as("admin1"), h.login(person), "u-1"); err != nil {
		t.Fatal(err)
	}
	if err := try(nil); err != nil {
		t.Fatal(err)
	}
	refused(t, "another ticket", try(func(ticket, _, _ *string) { *ticket = "x" }), fault.Invalid, "account.oidc_failed")
	refused(t, "another state", try(func(_, state, _ *string) { *state = "x" }), fault.Invalid, "account.oidc_failed")
	refused(t, "another code", try(func(_, _, code *string) { *code = "x" }), fault.Invalid, "account.oidc_failed")
	refused(t, "a code of another run", try(func(_, _, code *string) {
		address, _, _ := h.BeginOIDC(ctx)
		*code, _ = p.authorize(t, address)
	}), fault.Invalid, "account.oidc_failed")
	refused(t, "six minutes later", try(func(_, _, _ *string) { c.Advance(6 * time.Minute) }), fault.Invalid, "account.oidc_failed")
	for name, claims := range map[string]map[string]any{
		"another nonce":    {"nonce": "x"},
		"another audience": {"aud": "other"},
		"another issuer":   {"iss": "https://evil.example"},
		"an old token":     {"exp": start.Unix() - 1},
	} {
		p.claims = claims
		refused(t, name, try(nil), fault.Invalid, "account.oidc_failed")
	}
	p.claims = map[string]any{"amr": []string{"pwd"}}
	refused(t, "a password only", try(nil), fault.Invalid, "account.oidc_weak")
	p.claims = nil
	p.signing, _ = rsa.GenerateKey(rand.Reader, 2048)
	refused(t, "another's signature", try(nil), fault.Invalid, "account.oidc_failed")
	p.signing = p.key
	p.fail = http.StatusBadGateway
	if err := try(nil); !fault.Is(err, fault.Unavailable) {
		t.Errorf("the provider is down: %v", err)
	}
	p.fail = 0
	if err := h.Freeze(h.as("admin1"), h.login(person), "调查"); err != nil {
		t.Fatal(err)
	}
	refused(t, "a frozen login", try(nil), fault.Invalid, "account.oidc_failed")
}

func TestLinkingASubject(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(start)
	h, _ := oidcHouse(t, dbtest.SQLite(t, c, migrations...), c)
	person, stranger := h.enrol(h.root, "张三", "zhangsan", inTown), h.enrol(h.root, "李四", "lisi", elsewhere)
	ctx := h.as("admin1")
	refused(t, "one's own", h.LinkOIDC(ctx, h.login(h.admin), "u-2"), fault.Forbidden, "account.not_to_oneself")
	refused(t, "elsewhere", h.LinkOIDC(ctx, h.login(stranger), "u-2"), fault.NotFound, "account.person_not_found")
	refused(t, "nobody", h.LinkOIDC(context.Background(), h.login(person), "u-2"), fault.Unauthenticated, "account.nobody")
	refused(t, "no subject", h.LinkOIDC(ctx, h.login(person), " "), fault.Invalid, "account.name_length")
	if err := h.LinkOIDC(ctx, h.login(person), "u-2"); err != nil {
		t.Fatal(err)
	}
	refused(t, "twice", h.LinkOIDC(ctx, h.login(person), "u-2"), fault.Conflict, "account.oidc_taken")
	if err := h.UnlinkOIDC(ctx, h.login(person)); err != nil {
		t.Fatal(err)
	}
	refused(t, "what is not linked", h.UnlinkOIDC(ctx, h.login(person)), fault.NotFound, "account.oidc_not_linked")
}

func TestOpenIDConnectSwitchedOffOrDown(t *testing.T) {
	each(t, account.Options{}, func(h *house) {
		_, _, err := h.BeginOIDC(context.Background())
		refused(h.T, "switched off", err, fault.NotFound, "account.oidc_off")
		refused(h.T, "linking", h.LinkOIDC(h.root, 1, "u"), fault.NotFound, "account.oidc_off")
	})
	c := clock.NewFake(start)
	h := newHouse(t, dbtest.SQLite(t, c, migrations...), c, account.Options{OIDC: account.OIDCProvider{Issuer: "http://127.0.0.1:1", ClientID: "x"}})
	if _, _, err := h.BeginOIDC(context.Background()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a provider that is down: %v", err)
	}
}
