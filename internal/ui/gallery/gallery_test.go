package gallery_test

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/ui/gallery"
)

func TestMain(m *testing.M) {
	i18n.MustLoad(ui.Locale, gallery.Locale)
	os.Exit(m.Run())
}

var (
	inlineStyle  = regexp.MustCompile(`(?i)<style|\sstyle\s*=`)
	inlineScript = regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>`)
	handler      = regexp.MustCompile(`(?i)\son[a-z]+\s*=|javascript:`)
	key          = regexp.MustCompile(`\b(ui|gallery)\.[a-z_]+\b`)
	id           = regexp.MustCompile(`\sid="([^"]+)"`)
)

func TestEveryPageKeepsTheContentSecurityPolicy(t *testing.T) {
	eachPage(t, func(t *testing.T, page string) {
		if s := inlineStyle.FindString(page); s != "" {
			t.Errorf("inline style: %q", s)
		}
		if s := handler.FindString(page); s != "" {
			t.Errorf("inline handler: %q", s)
		}
		for _, s := range inlineScript.FindAllString(page, -1) {
			if !strings.Contains(s, "src=") && !strings.Contains(s, "application/ld+json") {
				t.Errorf("inline script: %q", s)
			}
		}
	})
}

func TestEverySentenceHasWords(t *testing.T) {
	eachPage(t, func(t *testing.T, page string) {
		if s := key.FindString(page); s != "" {
			t.Errorf("the key %q is shown instead of a sentence", s)
		}
	})
}

func TestIdsAreUnique(t *testing.T) {
	eachPage(t, func(t *testing.T, page string) {
		seen := map[string]bool{}
		for _, m := range id.FindAllStringSubmatch(page, -1) {
			if seen[m[1]] {
				t.Errorf("id %q stands twice", m[1])
			}
			seen[m[1]] = true
		}
	})
}

func eachPage(t *testing.T, check func(*testing.T, string)) {
	for name, page := range gallery.Pages {
		for _, lang := range i18n.Langs {
			t.Run(name+"/"+string(lang), func(t *testing.T) {
				ctx := i18n.With(context.Background(), lang)
				var b bytes.Buffer
				if err := page(ctx, ui.Mode{}).Render(ctx, &b); err != nil {
					t.Fatal(err)
				}
				check(t, b.String())
			})
		}
	}
}
