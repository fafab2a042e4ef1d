package channel

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/disclosure"
	"yangguang/disclosure/form"
	"yangguang/disclosure/portal/portaltest"
	"yangguang/internal/blob"
	"yangguang/internal/fault"
	"yangguang/internal/flow"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

func TestMain(m *testing.M) {
	i18n.MustLoad(fault.Locale, flow.Locale, blob.Locale, web.Locale, ui.Locale, agency.Locale, front.Locale, form.Locale, disclosure.Locale, Locale)
	os.Exit(m.Run())
}

// hall is a house with its printing room behind the real front door.
type hall struct {
	*portaltest.House
	Channel *Channel
	App     *web.App
}

func newHall(t testing.TB) *hall {
	t.Helper()
	h := &hall{House: portaltest.New(t)}
	h.Channel = &Channel{Disclosure: h.Disclosure, Front: &front.Front{Site: front.Site{Name: i18n.Text{Zh: "示例县政务公开平台", En: "Example County Open Government"},
		Domain: "https://gk.example.gov.cn"}}}
	h.App = web.New(web.Options{DB: h.DB, Clock: h.Clock, ShowError: func(w http.ResponseWriter, _ *http.Request, err error) {
		http.Error(w, fault.KindOf(err).String(), fault.KindOf(err).Status())
	}}, h.Channel.Routes())
	return h
}

func (h *hall) get(t testing.TB, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.App.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// pdf fetches a sheet that must be there.
func (h *hall) pdf(t testing.TB, path string) string {
	t.Helper()
	w := h.get(t, path)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/pdf" {
		t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return save(t, w.Body.Bytes(), strings.ReplaceAll(strings.Trim(path, "/"), "/", "_"))
}

// save keeps a file for looking at when CHANNEL_OUT names a folder.
func save(t testing.TB, b []byte, name string) string {
	t.Helper()
	dir := os.Getenv("CHANNEL_OUT")
	if dir == "" {
		dir = t.TempDir()
	}
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func run(t testing.TB, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not installed (Debian: poppler-utils, zbar-tools)", name)
	}
	out, err := exec.CommandContext(t.Context(), name, args...).Output()
	if err != nil {
		t.Fatalf("%s %v: %v", name, args, err)
	}
	return string(out)
}

// textOfPages is what a reader copies from each page.
func textOfPages(t testing.TB, file string) []string {
	t.Helper()
	all := run(t, "pdftotext", "-raw", "-enc", "UTF-8", file, "-")
	return strings.Split(strings.TrimSuffix(all, "\f"), "\f")
}

// solid is a text without blanks, as lines break anywhere.
func solid(s string) string { return strings.Join(strings.Fields(s), "") }

func en(t testing.TB) context.Context { return i18n.With(t.Context(), i18n.EN) }

func shape(t testing.TB, file string) (width, height float64) {
	t.Helper()
	for l := range strings.SplitSeq(run(t, "pdfinfo", file), "\n") {
		if f := strings.Fields(l); len(f) > 5 && f[0] == "Page" && f[1] == "size:" {
			width, _ = strconv.ParseFloat(f[2], 64)
			height, _ = strconv.ParseFloat(f[4], 64)
		}
	}
	return width, height
}

// itemPath is where the sheet of an item is; size is a4 or a3.
func itemPath(u agency.Agency, it *disclosure.Item, size string) string {
	return "/" + u.Path() + "/print/" + it.Slug() + "-" + size + ".pdf"
}

// boardPath is where the sheets of a unit's last quarter are.
func boardPath(u agency.Agency, size string) string {
	return "/" + u.Path() + "/board-" + size + ".pdf"
}

// leafletPath is where the leaflet 明白纸 of a unit is.
func leafletPath(u agency.Agency) string { return "/" + u.Path() + "/leaflet.pdf" }
