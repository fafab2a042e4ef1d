package yearly

import (
	"os"
	"testing"

	"yangguang/agency/front"
	"yangguang/agency/office"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"
)

func TestMain(m *testing.M) {
	i18n.MustLoad(append(disclosuretest.Locales, Locale, office.Locale, front.Locale, ui.Locale, web.Locale)...)
	os.Exit(m.Run())
}

func TestLocalesAgree(t *testing.T) {
	t.Parallel()
	for _, p := range i18n.Check(Locale) {
		t.Error(p)
	}
}

// form is the layout of the shipped norm.
func form() Form { return FormOf(norm.Builtin().Requests) }
