package yearly

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/web"
)

// site is the room's pages, read as a browser reads them.
type site struct {
	*bureau
	app *web.App
}

func newSite(t *testing.T) *site {
	t.Helper()
	o := newOffice(t)
	app := web.New(web.Options{DB: o.DB, Clock: o.Clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: func(w http.ResponseWriter, r *http.Request, err error) {
		key, args, _ := fault.Sentence(err)
		http.Error(w, i18n.T(r.Context(), key, args...), fault.KindOf(err).Status())
	}}, o.Yearly.Routes())
	return &site{o, app}
}

func (s *site) ask(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.app.ServeHTTP(w, r)
	return w
}

// get reads a page and holds that it has words for everything.
func (s *site) get(t *testing.T, ctx context.Context, path string, status int) string {
	t.Helper()
	w := s.ask(httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil))
	body := w.Body.String()
	if w.Code != status {
		t.Fatalf("GET %s: %d, want %d\n%.600s", path, w.Code, status, body)
	}
	if i := strings.Index(body, "yearly."); i >= 0 && strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
		t.Errorf("%s lacks words: %.60s", path, body[i:])
	}
	return body
}

func (s *site) post(t *testing.T, ctx context.Context, path string, form url.Values, status int) (string, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := s.ask(r)
	if w.Code != status {
		t.Fatalf("POST %s: %d, want %d\n%.900s", path, w.Code, status, w.Body.String())
	}
	return w.Header().Get("Location"), w.Body.String()
}

func values(t Text, saved int) url.Values {
	v := url.Values{"overview": {t.Overview}, "problems": {t.Problems}, "other": {t.Other}, "saved": {fmt.Sprint(saved)}}
	for id, e := range t.Two {
		v.Set("n-"+id, e.Number)
		v.Set("s-"+id, e.Source)
	}
	return v
}

func has(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			t.Errorf("the page lacks %q", w)
		}
	}
}

// TestAReportIsWrittenReviewedAndReadInTheBrowser is the whole journey by forms
// alone.
func TestAReportIsWrittenReviewedAndReadInTheBrowser(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w, a := s.writer(), s.approver()
	has(t, s.get(t, w, "/desk/yearly", 200), "逾期未公布", "开始编制", "2026年1月31日")
	s.post(t, w, "/desk/yearly", url.Values{"unit": {"x"}, "year": {"2025"}}, 422)
	at, _ := s.post(t, w, "/desk/yearly", url.Values{"unit": {fmt.Sprint(s.County.ID)}, "year": {"2025"}}, 303)
	has(t, s.get(t, w, at, 200), "送审", "新收申请20件")

	// What is missing is said beside its field, and nothing typed is lost.
	wrongly := whole()
	wrongly.Two["licences"] = Entry{Number: "三件<b>", Source: "许可台账乙"}
	_, page := s.post(t, w, at+"/edit", values(wrongly, 0), 422)
	has(t, page, "三件&lt;b&gt;", "许可台账乙", "请填写整数", `href="#f-n-licences"`, wrongly.Problems)
	partly := whole()
	delete(partly.Two, "coercions")
	s.post(t, w, at+"/edit", values(partly, 0), 303)
	next, _ := s.post(t, w, at+"/submit", nil, 303)
	has(t, s.get(t, w, next, 200), "请填写数字，没有的填0", `href="#f-n-coercions"`)

	// Somebody saved in between: the text stays on the page.
	mine := whole()
	mine.Problems = "我写的一段足够长的存在的主要问题及改进情况文字"
	_, page = s.post(t, w, at+"/edit", values(mine, 0), 409)
	has(t, page, mine.Problems, "别人刚刚保存过", `name="saved" value="1"`)
	s.post(t, w, at+"/edit", values(mine, 1), 303)
	s.post(t, w, at+"/submit", nil, 303)
	if _, page := s.post(t, w, at+"/submit", nil, 409); !strings.Contains(page, "已经送审") {
		t.Error("submitting twice is not explained")
	}
	s.get(t, w, at+"/edit", 409)
	s.get(t, s.as(s.Other, s.Institution, Writing), at, 404)
	s.get(t, t.Context(), "/350525/bureau/yearly-reports/2025", 404)
	has(t, s.get(t, a, at, 200), "批准并公布", "退回修改")
	s.post(t, a, at+"/return", url.Values{"note": {"短"}}, 422)
	s.post(t, a, at+"/approve", nil, 303)

	public := s.get(t, t.Context(), "/350525/bureau/yearly-reports/2025", 200)
	has(t, public, "一、总体情况", "六、其他需要报告的事项", mine.Problems, "办公室台账", `class="part"`, `scope="colgroup"`, "report.xlsx", "report.docx", "本年度办理结果")
	has(t, s.get(t, t.Context(), "/350525/bureau/yearly-reports", 200), `href="/350525/bureau/yearly-reports/2025"`, `content="信息公开年报"`)
	has(t, s.get(t, t.Context(), "/en/350525/bureau/yearly-reports/2025", 200), "1. Requests received this year", "Legal persons or other organisations")
	for _, name := range []string{"张三", "孙七"} {
		if strings.Contains(public, name) {
			t.Errorf("the public reads who wrote: %s", name)
		}
	}

	at2, _ := s.post(t, w, at+"/correct", url.Values{"reason": {"行政许可数量有误"}}, 303)
	at2 = strings.TrimSuffix(at2, "/edit")
	mine.Two["licences"] = Entry{Number: "66", Source: "许可台账"}
	s.post(t, w, at2+"/edit", values(mine, 0), 303)
	has(t, s.get(t, w, at2, 200), "更正了什么", "66")
	if p := s.get(t, t.Context(), "/350525/bureau/yearly-reports/2025", 200); strings.Contains(p, ">66<") {
		t.Error("the public reads a correction that was not approved")
	}
	s.post(t, w, at2+"/submit", nil, 303)
	s.post(t, a, at2+"/approve", nil, 303)
	has(t, s.get(t, t.Context(), "/350525/bureau/yearly-reports/2025", 200), "更正理由：行政许可数量有误", ">66<", "/revisions/1", "第1版")
	has(t, s.get(t, t.Context(), "/350525/bureau/yearly-reports/2025/revisions/1", 200), "这一版已被更正后的版本取代", `href="/350525/bureau/yearly-reports/2025"`)
	s.get(t, t.Context(), "/350525/bureau/yearly-reports/2025/revisions/3", 404)
	s.get(t, t.Context(), "/350525/bureau/yearly-reports/2025/revisions/x", 404)
	s.get(t, t.Context(), "/350525/bureau/yearly-reports/2024", 404)
	s.get(t, t.Context(), "/350525/nobody/yearly-reports", 404)
	has(t, s.get(t, w, "/desk/yearly/below?year=2025", 200), "桃城镇演示政府", "未公布1个", "2026年3月31日")
	s.get(t, s.as(s.Other, s.Institution, Writing), fmt.Sprintf("/desk/yearly/below?unit=%d&year=2025", s.County.ID), 404)
	s.get(t, s.as(s.Other, s.Institution), "/desk/yearly", 403)
}

// TestThePublicPagesTablesHold reads our own page by the checker, as anybody
// outside could.
func TestThePublicPagesTablesHold(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.published(s.County, 2025)
	page := s.get(t, t.Context(), "/350525/bureau/yearly-reports/2025", 200)
	v := judged(t, []byte(page))
	if !v.Sound() || v.Figures.Three.At(New, Total) != 20 || v.Figures.Two.At(fees, count) != 9_000_000 {
		t.Errorf("our own page reads back as %d received: %v", v.Figures.Three.At(New, Total), form().Lines(t.Context(), v))
	}
	if _, err := html.Parse(strings.NewReader(page)); err != nil {
		t.Error(err)
	}
	book := s.get(t, t.Context(), "/350525/bureau/yearly-reports/2025/report.xlsx", 200)
	if v := judged(t, []byte(book)); !v.Sound() || v.Figures.Three.At("granted", "natural") != 15 {
		t.Errorf("our own workbook does not hold: %v", form().Lines(t.Context(), v))
	}
}

// TestTheDocumentOpensInAnOffice has LibreOffice open the report and compares
// what it reads.
func TestTheDocumentOpensInAnOffice(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.published(s.County, 2025)
	b := []byte(s.get(t, t.Context(), "/350525/bureau/yearly-reports/2025/report.docx", 200))
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil || len(z.File) == 0 {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("soffice"); err != nil {
		t.Skip("soffice is missing; scripts/with-test-env installs it")
	}
	dir := t.TempDir()
	disclosuretest.Check(t, os.WriteFile(filepath.Join(dir, "a.docx"), b, 0o600))
	out, err := exec.Command("soffice", "--headless", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--convert-to", "html", "--outdir", dir, filepath.Join(dir, "a.docx")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	page, err := os.ReadFile(filepath.Join(dir, "a.html"))
	disclosuretest.Check(t, err)
	has(t, string(page), "永春县演示局2025年政府信息公开工作年度报告", "一、总体情况", "存在的主要问题", "演示数据")
	if v := judged(t, page); !v.Sound() || v.Figures.Three.At(New, Total) != 20 || v.Figures.Four.At("review", "upheld") != 1 {
		t.Errorf("the document reads back as %d received: %v", v.Figures.Three.At(New, Total), form().Lines(t.Context(), v))
	}
}

func TestTheCheckerTakesAFileOrAPasteAndKeepsNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	send := func(ctx context.Context, files map[string][]byte, paste string) *httptest.ResponseRecorder {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		for name, c := range files {
			f, _ := m.CreateFormFile(name, "report.html")
			_, _ = f.Write(c)
		}
		_ = m.WriteField("paste", paste)
		_ = m.Close()
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/desk/yearly/check", &b)
		r.Header.Set("Content-Type", m.FormDataContentType())
		return s.ask(r)
	}
	s.get(t, s.writer(), "/desk/yearly/check", 200)
	s.get(t, s.as(s.Other, s.Institution), "/desk/yearly/check", 403)
	for name, w := range map[string]*httptest.ResponseRecorder{"file": send(s.writer(), map[string][]byte{"file": fixture(t, "broken.html")}, ""),
		"paste": send(s.approver(), nil, string(fixture(t, "broken.html")))} {
		if w.Code != 200 {
			t.Fatalf("%s: %d", name, w.Code)
		}
		has(t, w.Body.String(), "各类申请人相加应为1,767", "9,999", "复议后起诉")
	}
	if w := send(s.writer(), map[string][]byte{"file": fixture(t, "sound.html")}, ""); w.Code != 200 || !strings.Contains(w.Body.String(), "所有勾稽关系都成立") {
		t.Errorf("a sound report: %d", w.Code)
	}
	if w := send(s.writer(), nil, ""); w.Code != 422 || !strings.Contains(w.Body.String(), "请上传文件或粘贴") {
		t.Errorf("nothing handed in: %d", w.Code)
	}
	if w := send(s.writer(), map[string][]byte{"file": []byte("<script>alert(1)</script>")}, "<script>alert(1)</script>"); w.Code != 422 || strings.Contains(w.Body.String(), "<script>alert") {
		t.Errorf("a page without tables: %d", w.Code)
	}
	if w := send(s.as(s.Other, s.Institution), nil, "x"); w.Code != 403 {
		t.Errorf("somebody without a part in reports: %d", w.Code)
	}
}

func TestWhatWaitsStandsInTheInboxOfWhoCanDoIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	y := o.Yearly
	v, err := y.Start(o.writer(), o.County.ID, 2025)
	disclosuretest.Check(t, err)
	disclosuretest.Check(t, y.Save(o.writer(), v.Province, v.ID, 0, whole()))
	disclosuretest.Check(t, y.Submit(o.writer(), v.Province, v.ID))
	waits := func(ctx context.Context) (kinds string) {
		ws, err := y.Waiting(ctx)
		disclosuretest.Check(t, err)
		for _, w := range ws {
			kinds += fmt.Sprintf("%s %d;", w.Kind, len(w.Works))
		}
		return kinds
	}
	if got := waits(o.approver()); got != "yearly.to_approve 1;" {
		t.Errorf("the approver has %q", got)
	}
	if got := waits(o.As(o.Author.With(o.County, Writing, Approving))); got != "" {
		t.Errorf("the author is asked to approve: %q", got)
	}
	disclosuretest.Check(t, y.Return(o.approver(), v.Province, v.ID, "请补充问题"))
	if got := waits(o.writer()); got != "yearly.sent_back_works 1;" {
		t.Errorf("the writer has %q", got)
	}
	o.Clock.Set(at("2027-01-04"))
	if got := waits(o.writer()); got != "yearly.sent_back_works 1;yearly.to_begin 1;" {
		t.Errorf("in January the writer has %q", got)
	}
	o.Clock.Set(at("2027-02-01"))
	if ws, err := y.Waiting(o.writer()); err != nil || !ws[1].Works[0].Late {
		t.Errorf("on 1 February the report is not late: %v, %v", ws, err)
	}
	if got := waits(o.as(o.Other, o.Institution, Writing)); got != "" {
		t.Errorf("an institution, which owes none, has %q", got)
	}
	if _, err := y.Start(o.writer(), o.County.ID, 2026); err != nil {
		t.Fatal(err)
	}
	if got := waits(o.writer()); got != "yearly.sent_back_works 1;" {
		t.Errorf("with the report begun the writer has %q", got)
	}
	if got := waits(t.Context()); got != "" {
		t.Errorf("nobody has %q", got)
	}
}
