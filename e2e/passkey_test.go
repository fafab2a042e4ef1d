package e2e

import (
	"context"
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// authenticator gives the window a key that says yes at a touch.
func (w *tab) authenticator() {
	w.t.Helper()
	_, err := chromedp.Run(w.ctx, func(ctx context.Context, t *chromedp.Target) (cdp.Empty, error) {
		if _, err := cdp.Call(ctx, t, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return cdp.Empty{}, err
		}
		_, err := cdp.Call(ctx, t, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportUsb, HasResidentKey: true, HasUserVerification: true,
			AutomaticPresenceSimulation: true, IsUserVerified: true}})
		return cdp.Empty{}, err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestAPasskeyInARealBrowser registers one, signs in by it, and holds that
// another person's window cannot, nor the same window once it was removed.
func TestAPasskeyInARealBrowser(t *testing.T) {
	w := newTab(t)
	w.authenticator()
	w.signIn("xian.pizhun")
	w.open("/account")
	if eval[int](w, `document.querySelectorAll("form[data-passkey]").length`) == 0 {
		t.Skip("the program under test has no name browsers make passkeys for: start it with --domain http://localhost:PORT")
	}
	w.do(chromedp.SendKeys(`form[data-passkey] input[name=label]`, "办公室钥匙"))
	w.shot("passkey-before")
	w.loads("register", chromedp.Click(`form[data-passkey] button`))
	w.shows("通行密钥已登记", "办公室钥匙")
	w.shot("passkey-registered")
	w.signOut()

	w.open("/sign-in")
	w.shot("passkey-sign-in")
	w.loads("sign in by the key", chromedp.Click(`form[data-passkey] button`))
	if got := w.at(); got != "/desk" {
		t.Fatalf("the key leads to %s", got)
	}

	other := newTab(t) // with a key of her own that nobody registered
	other.authenticator()
	other.open("/sign-in")
	eval[chromedp.Void](other, `document.querySelector("form[data-passkey] button").click()`)
	other.open("/desk")
	if got := other.at(); got == "/desk" {
		t.Error("an unknown key signs in")
	}

	w.open("/account")
	if got := w.loads("remove", chromedp.Click(`form[action*="/account/passkeys/"] button`)); got != http.StatusOK {
		t.Fatalf("removing answered %d", got)
	}
	w.shows("通行密钥已删除")
	w.signOut()
	w.open("/sign-in")
	said := eval[string](w, `(async () => { const f = document.querySelector("form[data-passkey]"); f.querySelector("button").click();
	  for (let i = 0; i < 200; i++) { const s = f.querySelector("[data-said]").textContent; if (s) return s; await new Promise(r => setTimeout(r, 25)); } return ""; })()`)
	if said == "" {
		t.Error("a removed key is refused without a word")
	}
	t.Logf("a removed key: %s", said)
	w.shot("passkey-removed")
	w.open("/desk")
	if got := w.at(); got == "/desk" {
		t.Error("a removed key still signs in")
	}
}
