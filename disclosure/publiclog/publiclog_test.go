package publiclog_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"yangguang/agency"
	"yangguang/agency/agencytest"
	"yangguang/agency/front"
	"yangguang/disclosure"
	"yangguang/disclosure/form"
	"yangguang/disclosure/portal"
	"yangguang/disclosure/portal/portaltest"
	"yangguang/disclosure/publiclog"
	"yangguang/internal/calendar"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ledger"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

func TestMain(m *testing.M) {
	i18n.MustLoad(fault.Locale, calendar.Locale, web.Locale, ui.Locale, agency.Locale, front.Locale, form.Locale, ledger.Locale, disclosure.Locale, portal.Locale, publiclog.Locale)
	os.Exit(m.Run())
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// site is a house with its log's pages, on a server of its own.
type site struct {
	*portaltest.House
	*httptest.Server
	ledger *ledger.Ledger
}

func newSite(t *testing.T, name string, witnessed ...string) *site {
	t.Helper()
	h := portaltest.New(t)
	k, err := ledger.NewKey(name + "/log")
	check(t, err)
	s := &site{House: h, ledger: &ledger.Ledger{DB: h.DB, Key: k}}
	f := &front.Front{Site: front.Site{Home: agencytest.County, Name: i18n.Text{Zh: "永春县演示公开平台", En: "Yongchun Demo Disclosure"}, Organiser: i18n.Text{Zh: "永春县演示局", En: "Yongchun Demo Bureau"}}}
	l := &publiclog.Log{Front: f, DB: h.DB, Key: k}
	if len(witnessed) > 0 {
		wk, err := ledger.NewKey(name + "/witness")
		check(t, err)
		l.Witnessing, err = ledger.NewWitnessing(wk, filepath.Join(t.TempDir(), "state.json"), h.Clock.Now, witnessed...)
		check(t, err)
	}
	p := &portal.Portal{Front: f, Disclosure: h.Disclosure}
	app := web.New(web.Options{DB: h.DB, Clock: h.Clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: func(w http.ResponseWriter, _ *http.Request, err error) {
		http.Error(w, err.Error(), fault.KindOf(err).Status())
	}, CanonicalMode: func(c string) string { return ui.ParseMode(c).String() }}, p.Routes(), l.Routes())
	s.Server = httptest.NewServer(app)
	t.Cleanup(s.Close)
	return s
}

func (s *site) get(t *testing.T, path string, status int, words ...string) (string, http.Header) {
	t.Helper()
	res, err := s.Client().Get(s.URL + path)
	check(t, err)
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	check(t, err)
	if res.StatusCode != status {
		t.Fatalf("%s: %d, want %d: %.400s", path, res.StatusCode, status, b)
	}
	for _, w := range words {
		if !strings.Contains(string(b), w) {
			t.Errorf("%s lacks %q", path, w)
		}
	}
	return string(b), res.Header
}

func (s *site) sign(t *testing.T) {
	t.Helper()
	_, err := s.ledger.Sign(context.Background())
	check(t, err)
}

// TestAResidentChecksWhatWasPublished walks from an item's page to its proof,
// before and after a superior installation has witnessed the log.
func TestAResidentChecksWhatWasPublished(t *testing.T) {
	t.Parallel()
	s := newSite(t, "county.example")
	s.get(t, "/log", http.StatusOK, "还没有条目")
	s.get(t, "/log/35", http.StatusNotFound)
	row := s.Publish(t, s.County, "county.2", "", portaltest.Text("关于某事的通知", "正文一。"))
	s.get(t, row.Href(), http.StatusOK, "至今未变", "正在签名", "公开日志第 0 条")
	s.get(t, row.Href()+"/proof.tlog-proof", http.StatusServiceUnavailable)
	s.sign(t)
	s.get(t, row.Href(), http.StatusOK, "至今未变", "目前还没有外部见证", "proof.tlog-proof")
	superior := newSite(t, "city.example", s.ledger.Key.VKey(35))
	page, _ := superior.get(t, "/witness", http.StatusOK, "city.example/witness+")
	vkey := page[strings.Index(page, "city.example/witness+"):]
	vkey = strings.ReplaceAll(vkey[:strings.IndexByte(vkey, '<')], "&#43;", "+")
	s.ledger.Witnesses = []ledger.Witness{{URL: superior.URL + "/witness", VKey: vkey}}
	n, err := s.ledger.Submit(context.Background())
	check(t, err)
	if n != 1 {
		t.Fatalf("%d cosignatures", n)
	}
	s.get(t, row.Href(), http.StatusOK, "至今未变", "由city.example/witness（2026年11月23日）见证")
	s.get(t, "/en"+row.Href(), http.StatusOK, "unchanged since", "Witnessed by city.example/witness")
	s.get(t, "/log", http.StatusOK, "福建省", "city.example/witness")
	s.get(t, "/log/35", http.StatusOK, "关于某事的通知", s.ledger.Key.VKey(35), "怎样自己核验")
	s.get(t, "/en/log/35", http.StatusOK, "How to check it yourself")

	proof, head := s.get(t, row.Href()+"/proof.tlog-proof", http.StatusOK)
	if !strings.Contains(head.Get("Content-Disposition"), ".tlog-proof") {
		t.Errorf("the proof is served as %v", head)
	}
	content, _ := s.get(t, row.Href()+"/content.json", http.StatusOK, "关于某事的通知", "正文一。")
	log, err := ledger.Verifier(s.ledger.Key.VKey(35))
	check(t, err)
	witness, err := ledger.Verifier(vkey)
	check(t, err)
	p, err := ledger.ParseProof([]byte(proof))
	check(t, err)
	got, err := p.Check([]note.Verifier{log}, []note.Verifier{witness})
	check(t, err)
	if !got.Opened || got.Content != ledger.HashOf([]byte(content)) || len(got.Checkpoint.Witnesses) != 1 {
		t.Errorf("proved %+v", got)
	}
	r, err := ledger.VerifySource(context.Background(), ledger.Remote{URL: s.URL + "/log/35", Client: s.Client()}, []note.Verifier{log}, []note.Verifier{witness})
	check(t, err)
	if r.Fault != "" || r.Leaves != 1 || len(r.Checkpoint.Witnesses) != 1 {
		t.Errorf("the whole log: %+v", r)
	}
	ctx := s.As(t, portaltest.Approver)
	check(t, s.Disclosure.TakeDown(ctx, row.Province, row.ID, "privacy", "误将个人信息一并公开"))
	s.sign(t)
	s.get(t, row.Href(), http.StatusGone, "撤下", "已经销毁", "proof.tlog-proof")
	s.get(t, row.Href()+"/content.json", http.StatusNotFound)
	ended, _ := s.get(t, row.Href()+"/proof.tlog-proof", http.StatusOK)
	p, err = ledger.ParseProof([]byte(ended))
	check(t, err)
	if got, err = p.Check([]note.Verifier{log}, nil); err != nil || got.Kind != "taken_down" {
		t.Errorf("the end: %+v %v", got, err)
	}
	s.get(t, "/log/35", http.StatusOK, "撤下", "现已不公开")
}

func TestTheFilesOfALogAreThoseOfTheStandard(t *testing.T) {
	t.Parallel()
	s := newSite(t, "county.example")
	for range 3 {
		s.Publish(t, s.County, "county.2", "", portaltest.Text("通知", "正文。"))
	}
	s.sign(t)
	text, head := s.get(t, "/log/35/checkpoint", http.StatusOK, "county.example/log/35\n3\n", "\n— county.example/log/35 ")
	if head.Get("Content-Type") != "text/plain; charset=utf-8" || head.Get("Cache-Control") != "public, max-age=2" || len(text) > 400 {
		t.Errorf("the checkpoint is served as %v", head)
	}
	s.get(t, "/log/35/keys", http.StatusOK, s.ledger.Key.VKey(35))
	tile, head := s.get(t, "/log/35/tile/0/000.p/3", http.StatusOK)
	if len(tile) != 96 || head.Get("Content-Type") != "application/octet-stream" || !strings.Contains(head.Get("Cache-Control"), "immutable") {
		t.Errorf("a tile of %d bytes, served as %v", len(tile), head)
	}
	s.get(t, "/log/35/tile/entries/000.p/3", http.StatusOK, "yangguang leaf 1\npublished\n")
	s.get(t, "/log/35/tile/0/000.p/2", http.StatusOK)
	for _, path := range []string{"/tile/0/000", "/tile/0/000.p/4", "/tile/0/000.p/0", "/tile/0/0", "/tile/0/001.p/1", "/tile/1/000.p/1", "/tile/9/000", "/tile/-1/000", "/tile/x", "/tile/entries/000", "/tile/data/000.p/3", "/nothing"} {
		s.get(t, "/log/35"+path, http.StatusNotFound)
	}
	for _, path := range []string{"/log/36", "/log/36/checkpoint", "/log/035", "/log/100", "/log/x", "/log/-1/checkpoint", "/log/35?before=x", "/witness"} {
		s.get(t, path, http.StatusNotFound)
	}
	res, err := s.Client().Post(s.URL+"/witness/add-checkpoint", "text/plain", strings.NewReader("old 0\n\n"+text))
	check(t, err)
	_ = res.Body.Close()
	if res.StatusCode != http.StatusNotFound {
		t.Errorf("who is no witness answers %d", res.StatusCode)
	}
}

func TestLocale(t *testing.T) {
	t.Parallel()
	for _, wrong := range i18n.Check(publiclog.Locale) {
		t.Error(wrong)
	}
	for _, kind := range []string{"published", "corrected", "emergency", "reviewed", "closed", "taken_down", "validity", "imported", "existing", "history", "key"} {
		if !i18n.Has(i18n.ZH, "publiclog.kind_"+kind) {
			t.Errorf("no word for %s", kind)
		}
	}
}
