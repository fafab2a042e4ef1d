package ui_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"yangguang/internal/i18n"
	"yangguang/internal/ui"
)

func TestMain(m *testing.M) {
	i18n.MustLoad(ui.Locale)
	os.Exit(m.Run())
}

func render(t *testing.T, ctx context.Context, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestLocalesAreEqualAndComplete(t *testing.T) {
	for _, problem := range i18n.Check(ui.Locale) {
		t.Error(problem)
	}
}

func TestJSONLDCannotEndItsOwnElement(t *testing.T) {
	f := ui.Frame{Title: "t", JSONLD: []byte(`{"name":"</script><script>alert(1)</script>"}`)}
	got := render(t, context.Background(), ui.Page(f))
	if strings.Contains(got, "<script>alert") {
		t.Error("data ended the script element")
	}
}

func TestModesRoundTripAndIgnoreWhatTheyDoNotKnow(t *testing.T) {
	for _, m := range []ui.Mode{{}, {Elder: true}, {Contrast: "light"}, {Elder: true, Contrast: "dark"}} {
		if got := ui.ParseMode(m.String()); got != m {
			t.Errorf("ParseMode(%q) = %+v, want %+v", m.String(), got, m)
		}
	}
	if got := ui.ParseMode(`"><script>`).Class(); got != "" {
		t.Errorf("a made-up cookie gave class %q", got)
	}
}
