package e2e

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// identity is the provider the program under test was started with; nil when
// it runs elsewhere and none was named.
var identity *provider

// provider is a small real OpenID Connect provider with a page of its own: it
// asks who you are, and lets you go back without saying.
type provider struct {
	*httptest.Server
	key   *rsa.PrivateKey
	mu    sync.Mutex
	codes map[string]visit // guarded by mu
}

type visit struct {
	asked   url.Values
	subject string
}

// newIdentity listens at an address, or at any free one.
func newIdentity(at string) (*provider, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	p := &provider{key: key, codes: map[string]visit{}}
	mux := http.NewServeMux()
	p.Server = httptest.NewUnstartedServer(mux)
	if at != "" {
		l, err := net.Listen("tcp", at)
		if err != nil {
			return nil, err
		}
		_ = p.Listener.Close()
		p.Listener = l
	}
	p.Start()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		p.json(w, map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token",
			"jwks_uri": p.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		p.json(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1",
			"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes())}}})
	})
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, `<title>统一身份认证</title><main><form method="post" action="/authorize?%s"><input name="subject"><button name="do" value="yes">登录</button><button name="do" value="no" id="no">不登录</button></form></main>`, html.EscapeString(r.URL.RawQuery))
	})
	mux.HandleFunc("POST /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	return p, nil
}

func (p *provider) json(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func (p *provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back := url.Values{"state": {q.Get("state")}}
	if r.PostFormValue("do") == "no" {
		back.Set("error", "access_denied")
	} else {
		code := rand.Text()
		p.mu.Lock()
		p.codes[code] = visit{asked: q, subject: r.PostFormValue("subject")}
		p.mu.Unlock()
		back.Set("code", code)
	}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusSeeOther)
}

func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	v, ok := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	p.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !ok || v.asked.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]) {
		w.WriteHeader(http.StatusBadRequest)
		p.json(w, map[string]any{"error": "invalid_grant"})
		return
	}
	if v.subject == "down" {
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	}
	body, _ := json.Marshal(map[string]any{"iss": p.URL, "aud": "yangguang", "sub": v.subject, "nonce": v.asked.Get("nonce"), "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix()})
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","kid":"1"}`)) + "." + base64.RawURLEncoding.EncodeToString(body)
	digest := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, p.key, crypto.SHA256, digest[:])
	if err != nil {
		http.Error(w, "sign", http.StatusInternalServerError)
		return
	}
	p.json(w, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": text + "." + base64.RawURLEncoding.EncodeToString(sig)})
}

// TestSigningInAtTheIdentityProvider goes the whole way in a browser: an
// administrator links a person's identity, the person comes in by it; someone
// unknown, someone who turns back and a provider that fails are told kindly.
func TestSigningInAtTheIdentityProvider(t *testing.T) {
	if identity == nil {
		t.Skip("the program under test has no identity provider of ours: start it with --domain and --oidc-issuer, and name it in YANGGUANG_E2E_ISSUER")
	}
	subject := "u-" + strings.ToLower(rand.Text()[:8])
	admin := newTab(t)
	admin.signIn("xian.guanli")
	r := signedIn(t, "xian.guanli")
	person := r.personOf("xian.yinsi")
	link := r.one(person, `/logins/[0-9]+/link$`)
	admin.open(link)
	admin.do(chromedp.SendKeys(`input[name=subject]`, subject))
	admin.shot("oidc-link")
	admin.press(`main form button[type=submit]`, http.StatusOK)

	w := newTab(t)
	visit := func(subject, button string) int {
		w.open("/sign-in")
		w.loads("to the provider", chromedp.Click(`a[href$="/sign-in/oidc"]`))
		w.do(chromedp.SendKeys(`input[name=subject]`, subject))
		return w.loads("back from the provider", chromedp.Click(button))
	}
	for name, c := range map[string]struct{ subject, button, says string }{
		"unknown": {"u-nobody", "button[value=yes]", "还没有和本平台账号关联"},
		"refused": {subject, "#no", "统一身份认证没有完成"},
		"down":    {"down", "button[value=yes]", "暂时没有应答"},
	} {
		if got := visit(c.subject, c.button); got < 400 || got == 500 {
			t.Errorf("%s: answered %d", name, got)
		}
		w.shows(c.says)
		w.shot("oidc-" + name)
		if n := eval[int](w, `document.querySelectorAll('main a[href$="/sign-in"]').length`); n == 0 {
			t.Errorf("%s: no way back to the sign-in page", name)
		}
	}
	if got := visit(subject, "button[value=yes]"); got != http.StatusOK {
		t.Fatalf("signing in answered %d", got)
	}
	// The page that was answered leads on by itself: a page opened meanwhile
	// would be cut off by it.
	w.arrives("/desk")
	w.shows("待办")
	w.signOut()
	admin.open(strings.TrimSuffix(link, "link") + "unlink")
	admin.press(`main form button[type=submit]`, http.StatusOK)
	visit(subject, "button[value=yes]")
	w.shows("还没有和本平台账号关联")
}

// personOf is the administrator's page of the person who has a login.
func (r *reader) personOf(login string) string {
	r.t.Helper()
	for path := "/desk/people"; path != ""; {
		p, next := r.get(path), ""
		for _, a := range all(p.root, "a") {
			to := p.resolve(attr(a, "href"))
			if attr(a, "rel") == "next" {
				next = to
			}
			if strings.HasPrefix(to, "/desk/people/") && !strings.Contains(to, "new") && !strings.Contains(to, "import") {
				if page := r.get(to); strings.Contains(string(page.body), login) {
					return to
				}
			}
		}
		path = next
	}
	r.t.Fatalf("nobody with the login %s is on the administrator's list", login)
	return ""
}
