package main

import (
	"flag"
	"net/url"

	"yangguang/internal/account"
)

// signIn is how staff may sign in besides password and code.
type signIn struct {
	Issuer, Client, ClientSecret, Factors string
	Rules                                 string
}

func signInFlags(fs *flag.FlagSet, s *signIn) {
	fs.StringVar(&s.Issuer, "oidc-issuer", "", "address of the operator's OpenID Connect provider; needs --domain")
	fs.StringVar(&s.Client, "oidc-client", "", "client id registered there; its redirect address is DOMAIN/sign-in/oidc/back")
	fs.Func("oidc-secret-file", "file that holds the client's secret", secretFile(&s.ClientSecret))
	fs.StringVar(&s.Factors, "oidc-factors", "", "values of the token's amr that show a second factor, comma separated; empty when the provider asks everybody for one")
	fs.StringVar(&s.Rules, "password-rules", "", "empty for length and common passwords, dengbao3 for a mix of characters and a change every 90 days as well")
}

// passkeys are offered once the site's own address is known.
func (c *config) passkeys() account.PasskeyRP {
	u, err := url.Parse(c.Domain)
	if c.Domain == "" || err != nil || u.Hostname() == "" {
		return account.PasskeyRP{}
	}
	return account.PasskeyRP{ID: u.Hostname(), Name: c.SiteName, Origins: []string{u.Scheme + "://" + u.Host}}
}

func (c *config) provider() account.OIDCProvider {
	if c.Issuer == "" || c.Domain == "" {
		return account.OIDCProvider{}
	}
	return account.OIDCProvider{Issuer: c.Issuer, ClientID: c.Client, ClientSecret: c.ClientSecret, RedirectURL: c.Domain + "/sign-in/oidc/back", Factors: splitList(c.Factors)}
}
