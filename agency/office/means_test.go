package office

import (
	"bytes"
	"strings"
	"testing"

	"yangguang/internal/account"
	"yangguang/internal/i18n"
)

// Whoever signs in from an English page goes on in English, there and back.
func TestTheProviderIsReachedInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	o := &Office{OIDC: true}
	for lang, want := range map[i18n.Lang]string{i18n.ZH: `href="/sign-in/oidc"`, i18n.EN: `href="/en/sign-in/oidc"`} {
		var b bytes.Buffer
		if err := o.SignInMeans().Render(i18n.With(t.Context(), lang), &b); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s: %s lacks %s", lang, b.String(), want)
		}
	}
	for state, want := range map[string]i18n.Lang{"en.abc": i18n.EN, "zh-CN.abc": i18n.ZH, "": i18n.ZH, "abc": i18n.ZH, "xx.abc": i18n.ZH} {
		if got := account.OIDCLang(state); got != want {
			t.Errorf("state %q: %s, want %s", state, got, want)
		}
	}
}
