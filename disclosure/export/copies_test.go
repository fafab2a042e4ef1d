package export_test

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"yangguang/agency/agencytest"
	"yangguang/agency/front"
	"yangguang/disclosure/disclosuretest"
	"yangguang/disclosure/export"
	"yangguang/disclosure/portal"
	"yangguang/disclosure/portal/portaltest"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/jobs"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

func TestMain(m *testing.M) {
	i18n.MustLoad(append(disclosuretest.Locales, export.Locale, portal.Locale, front.Locale, ui.Locale, web.Locale)...)
	os.Exit(m.Run())
}

func TestLocale(t *testing.T) {
	t.Parallel()
	for _, wrong := range i18n.Check(export.Locale) {
		t.Error(wrong)
	}
}

// house is a small house with a site, its copies and the jobs that make them.
type house struct {
	*portaltest.House
	t      *testing.T
	copies *export.Copies
	jobs   *jobs.Runner
	app    *web.App
	dir    string
}

func newHouse(t *testing.T) *house {
	t.Helper()
	c := clock.NewFake(portaltest.Now)
	h := &house{t: t, dir: filepath.Join(t.TempDir(), "copy")}
	h.House = portaltest.Over(t, dbtest.SQLite(t, c, append(portaltest.Migrations(), fs.FS(export.Migrations))...), c)
	f := &front.Front{Site: front.Site{Home: agencytest.County, Name: i18n.Text{Zh: "示例站", En: "Example"}, Organiser: i18n.Text{Zh: "示例单位", En: "Example"}, Demo: true}}
	h.copies = &export.Copies{DB: h.DB, Front: f, Every: time.Hour,
		Options: export.Options{Dir: h.dir, Home: agencytest.County, Unit: h.County.Path(), Langs: []i18n.Lang{i18n.ZH}}}
	p := &portal.Portal{Front: f, Disclosure: h.Disclosure}
	h.app = web.New(web.Options{DB: h.DB, Clock: c, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), CanonicalMode: func(c string) string { return ui.ParseMode(c).String() },
		ShowError: func(w http.ResponseWriter, r *http.Request, err error) {
			key, args, _ := fault.Sentence(err)
			http.Error(w, i18n.T(r.Context(), key, args...), fault.KindOf(err).Status())
		}}, p.Routes(), h.copies.Routes(),
		[]web.Route{{Pattern: "GET /assets/{file}", Handler: func(w http.ResponseWriter, r *http.Request) error { ui.Assets().ServeHTTP(w, r); return nil }}})
	h.copies.Site = h.app
	h.jobs = &jobs.Runner{DB: h.DB, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	h.copies.Register(h.jobs)
	return h
}

// do asks as a person who holds the rights.
func (h *house) do(method, path string, verbs ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	who := &account.Actor{Person: 7, Name: "张三", Login: 70, Home: account.Target{Agency: h.County.ID, Division: int64(h.County.Division)}}
	for _, v := range verbs {
		who.Rights = append(who.Rights, account.Right{Verb: v, Range: account.Range{Hi: 999_999_999_999}})
	}
	w := httptest.NewRecorder()
	h.app.ServeHTTP(w, httptest.NewRequest(method, path, nil).WithContext(account.With(h.t.Context(), who)))
	return w
}

// asks is do by whoever may have copies made.
func (h *house) asks(method, path string, status int, words ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	w := h.do(method, path, export.Copying)
	if w.Code != status {
		h.t.Fatalf("%s %s: %d, want %d\n%.800s", method, path, w.Code, status, w.Body)
	}
	for _, s := range words {
		if !strings.Contains(w.Body.String(), s) {
			h.t.Errorf("%s %s does not say %q", method, path, s)
		}
	}
	return w
}

func (h *house) run() {
	h.t.Helper()
	if _, err := h.jobs.RunDue(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// read is a file of an archive.
func read(t *testing.T, z *zip.Reader, name string) string {
	t.Helper()
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestACopyIsAskedForMadeAndTakenAlong walks from the empty page to the archive.
func TestACopyIsAskedForMadeAndTakenAlong(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	row := h.Publish(t, h.County, "county.2", "", portaltest.Text("防汛工作通知", "现将防汛工作安排如下。"))
	h.Draft(t, h.County, "county.2", "", portaltest.Text("没有公开的草稿", "草稿。"))

	for _, c := range []struct{ method, path string }{{http.MethodGet, "/desk/copies"}, {http.MethodPost, "/desk/copies"}, {http.MethodPost, "/desk/copies/download"}} {
		if w := h.do(c.method, c.path, "disclosure.draft"); w.Code != http.StatusForbidden {
			t.Errorf("%s %s without the right: %d", c.method, c.path, w.Code)
		}
	}
	page := h.asks(http.MethodGet, "/desk/copies", http.StatusOK, "还没有制作过", h.dir, "现在制作").Body.String()
	if strings.Contains(page, "下载整个副本") {
		t.Error("a download is offered before there is a copy")
	}
	h.asks(http.MethodPost, "/desk/copies/download", http.StatusConflict, "还没有做好的副本")

	h.asks(http.MethodPost, "/desk/copies", http.StatusSeeOther)
	h.asks(http.MethodGet, "/desk/copies?sent=1", http.StatusOK, "副本马上开始制作")
	if _, err := os.Stat(h.dir); err == nil {
		t.Fatal("made within the request")
	}
	h.run()
	page = h.asks(http.MethodGet, "/desk/copies", http.StatusOK, "已完成", "下载整个副本").Body.String()
	if strings.Contains(page, "还没有制作过") {
		t.Error("the page knows of no copy")
	}

	w := h.asks(http.MethodPost, "/desk/copies/download", http.StatusOK)
	if ct, cd := w.Header().Get("Content-Type"), w.Header().Get("Content-Disposition"); ct != "application/zip" || !strings.Contains(cd, "attachment") || !strings.Contains(cd, ".zip") {
		t.Errorf("sent as %s, %s", ct, cd)
	}
	z, err := zip.NewReader(bytes.NewReader(w.Body.Bytes()), int64(w.Body.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if item := read(t, z, strings.TrimPrefix(row.Href(), "/")+"/index.html"); !strings.Contains(item, "防汛工作通知") || !strings.Contains(item, "现将防汛工作安排如下") {
		t.Error("the archive lacks the item")
	}
	if m := read(t, z, "manifest.json"); !strings.Contains(m, `"software": "yangguang"`) || !strings.Contains(m, "index.html") {
		t.Errorf("no manifest: %.200s", m)
	}
	for _, f := range z.File {
		if strings.Contains(read(t, z, f.Name), "没有公开的草稿") {
			t.Errorf("%s holds a draft", f.Name)
		}
	}
	h.recorded("export.request", "export.download")
}

// recorded fails unless the audit book says who did each.
func (h *house) recorded(verbs ...string) {
	h.t.Helper()
	var lines []audit.Line
	err := h.DB.Read(h.t.Context(), func(tx *db.Tx) (err error) {
		lines, err = audit.List(tx, audit.Filter{Province: 35, Limit: 100})
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	for _, v := range verbs {
		if !slices.ContainsFunc(lines, func(l audit.Line) bool { return l.Verb == v && l.Person == 7 && l.Agency == h.County.ID }) {
			h.t.Errorf("the audit book does not say who did %s", v)
		}
	}
}

// TestTheCopyIsKeptUpToDate lets the regular job bring in what was published
// since, into the folder the settings name and nowhere else.
func TestTheCopyIsKeptUpToDate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Publish(t, h.County, "county.2", "", portaltest.Text("第一份", "第一份的内容。"))
	h.run()
	h.Clock.Advance(2 * time.Hour)
	h.run()
	first := filepath.Join(h.dir, filepath.FromSlash(h.County.Path()), "index.html")
	b, err := os.ReadFile(first)
	if err != nil || !strings.Contains(string(b), "第一份") {
		t.Fatalf("the regular job made no copy: %v", err)
	}
	row := h.Publish(t, h.County, "county.2", "", portaltest.Text("第二份", "第二份的内容。"))
	second := filepath.Join(h.dir, filepath.FromSlash(strings.TrimPrefix(row.Href(), "/")), "index.html")
	if _, err := os.Stat(second); err == nil {
		t.Fatal("there before its time")
	}
	h.Clock.Advance(2 * time.Hour)
	h.run()
	if b, err := os.ReadFile(second); err != nil || !strings.Contains(string(b), "第二份的内容") {
		t.Errorf("the regular job did not bring in what was published: %v", err)
	}
	beside, err := os.ReadDir(filepath.Dir(h.dir))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range beside {
		if e.Name() != "copy" && e.Name() != ".copy.lock" {
			t.Errorf("left beside the copy: %s", e.Name())
		}
	}
}

// TestACopyThatFailsSaysWhatIsSafe puts something that is no copy where the
// copy should go: nothing of it is touched, and the page says what to do.
func TestACopyThatFailsSaysWhatIsSafe(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if err := os.MkdirAll(h.dir, 0o750); err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(h.dir, "mine.txt")
	if err := os.WriteFile(mine, []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.asks(http.MethodPost, "/desk/copies", http.StatusSeeOther)
	h.run()
	page := h.asks(http.MethodGet, "/desk/copies", http.StatusOK, "未完成", "上一次没有做成", "查看运行日志").Body.String()
	if strings.Contains(page, "下载整个副本") {
		t.Error("a download is offered")
	}
	if b, err := os.ReadFile(mine); err != nil || string(b) != "other" {
		t.Errorf("somebody's file was touched: %v", err)
	}
}

func TestWithoutAFolderNoCopyIsPromised(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.copies.Options.Dir = ""
	page := h.asks(http.MethodGet, "/desk/copies", http.StatusOK, "没有设置静态副本的文件夹", "export-dir").Body.String()
	if strings.Contains(page, "<form method=\"post\" action=\"/desk/copies\"") {
		t.Error("a copy is offered without a folder")
	}
	h.asks(http.MethodPost, "/desk/copies", http.StatusConflict, "没有设置静态副本的文件夹")
	h.asks(http.MethodPost, "/desk/copies/download", http.StatusConflict, "没有设置静态副本的文件夹")
}
