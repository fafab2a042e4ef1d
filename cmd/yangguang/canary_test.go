package main

import (
	"archive/zip"
	"bytes"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/supervision/casework/knowledge"
)

// bird begins every canary, so that a search for it would find them all while
// the echo of the question is none of them.
const bird = "金丝雀"

// canaries are planted where the public must never look.
var canaries = map[string]string{
	"a draft's title": bird + "草稿标题", "a draft's body": bird + "草稿正文", "a draft's summary": bird + "草稿摘要", "a file's name": bird + "附件名", "a file's note": bird + "附件说明", "a file's content": bird + "附件内容",
	"a title under review": bird + "送审标题", "a correction's body": bird + "更正正文", "a correction's reason": bird + "更正理由",
	"a reviewer's note": bird + "审查备注", "a reviewer's ground": bird + "审查依据", "a return's note": bird + "退回意见",
	"a report's text": bird + "报告正文", "a report's contact": bird + "报告联系", "a clerk's name": bird + "经办人",
	"an unpublished answer's title": bird + "拟公开答复", "an answer's text that was taken down": bird + "撤下答复",
	"an answer for the staff": bird + "内部口径", "an answer that expired": bird + "过期口径", "an answer being written": bird + "口径草稿", "what the staff found wrong": bird + "报错说明",
	"an applicant's name": bird + "申请人", "an applicant's address": bird + "申请人住址", "an applicant's words": bird + "申请线索", "an applicant's helper": bird + "代办人",
}

// TestNothingPrivateIsPublic plants canaries in everything that is not
// published, asks every public address that can be reached, and listens: in
// the pages, the feeds, the API, the downloads, the log, the metrics and, for
// what is sealed, the bytes on the disk.
func TestNothingPrivateIsPublic(t *testing.T) {
	dir, clk := t.TempDir(), clock.NewFake(spring)
	d, err := db.Open(t.Context(), db.Options{Dir: dir, Clock: clk})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if err := d.Migrate(t.Context(), migrations()...); err != nil {
		t.Fatal(err)
	}
	f := fillHouse(t, d, clk)
	var logged bytes.Buffer
	f.log = slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	f.wire(false)
	f.world.Disclosure = f.disclosure
	f.plant(t)

	c := newCrawl(f)
	c.listen = func(t *testing.T, where string, b []byte) { hear(t, where, b, canaries) }
	q := url.QueryEscape(bird)
	c.all(t, "/search?q="+q, "/en/search?q="+q, "/search?q="+url.QueryEscape("草稿标题"), "/api/v1/items?q="+q, "/350525/bureau/catalogue?q="+q, "/knowledge?q="+q, "/knowledge/suggest?q="+q)
	t.Logf("%d addresses asked", c.pages)
	if c.pages < 150 {
		t.Errorf("only %d pages were reached", c.pages)
	}
	for what, path := range map[string]string{"the entry the canaries sat on": "/350525/bureau/2026-00006", "its report form": "/350525/bureau/2026-00006/report", "its page to keep": "/350525/bureau/2026-00006/item.html",
		"a village": "/350525100001/committee", "questions and answers": "/knowledge", "a feed": "/350525/feed.atom", "the site map": "/sitemap.xml", "a workbook": "/350525/bureau/catalogue.xlsx", "the API": "/api/v1/items"} {
		if !c.asked[path] {
			t.Errorf("the crawl did not hear of %s (%s)", what, path)
		}
	}
	if logged.Len() == 0 {
		t.Error("nothing was logged")
	}
	hear(t, "the log", logged.Bytes(), canaries)
	f.hearMetrics(t)
	hearDisk(t, dir)
}

func (f *filled) hearMetrics(t *testing.T) {
	t.Helper()
	w := httptest.NewRecorder()
	f.app.Metrics().Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK || w.Body.Len() == 0 {
		t.Errorf("the metrics: %d", w.Code)
	}
	hear(t, "the metrics", w.Body.Bytes(), canaries)
}

// hearDisk reads the bytes of the store: what is sealed cannot be read there.
func hearDisk(t *testing.T, dir string) {
	t.Helper()
	sealed := map[string]string{}
	for _, what := range []string{"a report's text", "a report's contact", "an applicant's name", "an applicant's address", "an applicant's words", "an applicant's helper"} {
		sealed[what] = canaries[what]
	}
	for _, name := range []string{"yangguang.db", "yangguang.db-wal"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		hear(t, name, b, sealed)
	}
}

// plantAnswers has one answer under review in the log of answered requests, and
// one that was taken down.
func plantAnswers(tx *db.Tx, u agency.Agency) error {
	for id, x := range map[int64]struct{ title, state, reason string }{4711: {canaries["an unpublished answer's title"], "review", ""}, 4712: {canaries["an answer's text that was taken down"], "taken_down", "重复公开"}} {
		var month, approver any
		if x.state == "taken_down" {
			month, approver = "2026-03", 2
		}
		if _, err := tx.Exec(`insert into answer (province, id, prefecture, county, region, agency, title, asked, decision, summary, month, state, reason, published, author, approver)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`, u.Province(), id, u.Division.Prefecture(), u.Division.County(), u.Division, u.ID,
			x.title, x.title, "granted", x.title, "2026-03", x.state, x.reason, month, 1, approver); err != nil {
			return err
		}
	}
	return nil
}

// plant lives one more day, with the canaries.
func (f *filled) plant(t *testing.T) {
	t.Helper()
	w := f.world
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(f.db.Write(t.Context(), func(tx *db.Tx) (err error) {
		w.Author.Name = canaries["a clerk's name"]
		w.Author.ID, err = account.CreatePerson(tx, account.Person{Name: w.Author.Name, State: account.PersonActive, Home: account.Target{Agency: w.County.ID, Division: int64(w.County.Division)}})
		return err
	}))
	must(f.db.Write(t.Context(), func(tx *db.Tx) error { return plantAnswers(tx, w.County) }))
	f.plantKnowledge(t)
	text := w.Plain(canaries["a draft's title"])
	text.Body, text.Summary = canaries["a draft's body"], canaries["a draft's summary"]
	v := w.Draft(t, w.County, "county.12", text)
	_, err := f.disclosure.Attach(w.As(w.Signer(w.County, "author")), v.Province, v.ID, canaries["a file's name"]+".csv", canaries["a file's note"], strings.NewReader(canaries["a file's content"]+",1\n"))
	must(err)
	w.Submitted(t, w.County, "county.12", w.Plain(canaries["a title under review"]))

	v = w.Submitted(t, w.County, "county.12", w.Plain("义诊活动通告"))
	must(f.disclosure.Return(w.As(w.Signer(w.County, "reviewer")), v.Province, v.ID, canaries["a return's note"]))
	must(f.disclosure.Submit(w.As(w.Signer(w.County, "author")), v.Province, v.ID))
	o := disclosure.Opinion{Checks: []string{"secrecy", "privacy", "accuracy", "legality"}, Basis: canaries["a reviewer's ground"], Note: canaries["a reviewer's note"]}
	for _, slot := range []string{"reviewer", "reviewer2"} {
		must(f.disclosure.Pass(w.As(w.Signer(w.County, slot)), v.Province, v.ID, o))
	}
	must(f.disclosure.Approve(w.As(w.Signer(w.County, "approver")), v.Province, v.ID, o, time.Time{}))
	it := w.Item(t, v)
	next, err := f.disclosure.Correct(w.As(w.Signer(w.County, "author")), it.Province, it.ID)
	must(err)
	text = w.Plain("义诊活动通告")
	text.Body, text.Reason = canaries["a correction's body"], canaries["a correction's reason"]
	_, err = f.disclosure.Save(w.As(w.Signer(w.County, "author")), next.Province, next.ID, text)
	must(err)
	report := url.Values{"kind": {"wrong"}, "text": {canaries["a report's text"]}, "contact": {canaries["a report's contact"]}}
	if got := send(f.house, it.Path(w.County)+"/report", report); got.Code != http.StatusOK {
		t.Fatalf("the report: %d", got.Code)
	}
	ask := url.Values{"token": {strings.Repeat("c", 43)}, "as": {"person"}, "subject": {"公共卫生经费的分配方案"}, "detail": {canaries["an applicant's words"]}, "name": {canaries["an applicant's name"]},
		"id_kind": {"other"}, "id_number": {"JSQ0001"}, "address": {canaries["an applicant's address"]}, "helper": {canaries["an applicant's helper"]}, "helper_tie": {"女儿"}, "delivery": {"post"}, "medium": {"paper"}}
	if got := send(f.house, "/350525/bureau/request", ask); got.Code != http.StatusOK {
		t.Fatalf("the request for information: %d", got.Code)
	}
	f.app.Cache().Empty()
}

// plantKnowledge has an answer for the staff, one that will have expired, and one
// being written, each with its canary everywhere; and one for everybody that the
// staff found wrong.
func (f *filled) plantKnowledge(t *testing.T) {
	t.Helper()
	w, k := f.world, f.knowledge
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	writer, checker := w.As(w.Author.With(w.County, knowledge.Writing)), w.As(w.Approver.With(w.County, knowledge.Reviewing))
	on := clock.DateOf(f.db.Clock().Now())
	for _, x := range []struct {
		what, audience string
		ends, passes   bool
	}{{"an answer for the staff", knowledge.ForStaff, false, true}, {"an answer that expired", knowledge.ForPublic, true, true}, {"an answer being written", knowledge.ForPublic, false, false}, {"", knowledge.ForPublic, false, true}} {
		s := canaries[x.what]
		if s == "" {
			s = "生育登记在哪里办"
		}
		text := knowledge.Text{Title: s, Questions: []string{s}, Answer: s + "，到便民服务中心办理。", Topic: "registration", Law: s, From: on, Review: on.AddDays(90), Audience: x.audience, Lang: "zh"}
		if x.ends {
			text.To = on
		}
		a, err := k.Start(writer, w.County.ID, w.County.Division, text)
		must(err)
		if !x.passes {
			continue
		}
		must(k.Submit(writer, a.Province, a.ID, 1, text))
		must(k.Approve(checker, a.Province, a.ID, 2))
		if x.what == "" {
			must(k.Report(writer, a.Province, a.ID, "wrong", canaries["what the staff found wrong"]))
		}
	}
	w.Clock.Advance(24 * time.Hour)
}

// hear fails on every canary in what somebody may read.
func hear(t *testing.T, where string, b []byte, birds map[string]string) {
	t.Helper()
	for what, s := range birds {
		if bytes.Contains(b, []byte(s)) || bytes.Contains(b, []byte(url.QueryEscape(s))) {
			t.Errorf("%s holds %s", where, what)
		}
	}
}

// crawl asks as nobody for every address it hears of.
type crawl struct {
	f      *filled
	listen func(t *testing.T, where string, b []byte) // to each answer, and to what is packed in it
	within func(path string) bool                     // which addresses to ask; all when nil
	todo   []string
	asked  map[string]bool
	alike  map[string]int // how many addresses of one shape were asked
	pages  int
}

func newCrawl(f *filled) *crawl {
	return &crawl{f: f, asked: map[string]bool{}, alike: map[string]int{}}
}

// alikeAtMost is how many addresses that differ in a number only are asked.
const alikeAtMost = 10

var (
	links  = regexp.MustCompile(`(?:(?:href|src|action)="|<loc>|"(?:url|id|self|next|home_page_url)": ?")([^"<#]+)`)
	number = regexp.MustCompile(`\d+`)
)

func (c *crawl) all(t *testing.T, more ...string) {
	t.Helper()
	for _, r := range c.f.app.Routes() {
		if path, ok := strings.CutPrefix(r.Pattern, "GET "); ok && !strings.Contains(path, "{") {
			c.hears(path)
			c.hears("/en" + path)
		}
	}
	c.hears("/")
	for _, path := range more {
		c.hears(path)
	}
	for len(c.todo) > 0 && c.pages < 4000 {
		next := c.todo[0]
		c.todo = c.todo[1:]
		c.ask(t, next)
	}
}

// hears remembers an address of this site to ask.
func (c *crawl) hears(link string) {
	u, err := url.Parse(html.UnescapeString(link))
	if err != nil || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" || !strings.HasPrefix(u.Path, "/") || u.Path == "/preferences" {
		return
	}
	path := (&url.URL{Path: u.Path, RawQuery: u.RawQuery}).RequestURI()
	if c.asked[path] || c.within != nil && !c.within(u.Path) {
		return
	}
	c.asked[path] = true
	shape := number.ReplaceAllString(path, "N")
	if c.alike[shape]++; c.alike[shape] <= alikeAtMost {
		c.todo = append(c.todo, path)
	}
}

func (c *crawl) ask(t *testing.T, path string) {
	t.Helper()
	w := httptest.NewRecorder()
	c.f.app.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	c.pages++
	if w.Code >= 500 {
		t.Errorf("%s: %d", path, w.Code)
	}
	hearInside(t, path, w.Body.Bytes(), c.listen)
	c.listen(t, path, []byte(strings.Join(w.Header()["Content-Disposition"], " ")+w.Header().Get("Location")))
	for _, m := range links.FindAllStringSubmatch(w.Body.String(), -1) {
		c.hears(m[1])
	}
	if at := w.Header().Get("Location"); at != "" {
		c.hears(at)
	}
}

// hearInside gives what somebody may read to listen: the bytes, the parts of a
// workbook, the words on the pages of a sheet.
func hearInside(t *testing.T, where string, b []byte, listen func(t *testing.T, where string, b []byte)) {
	t.Helper()
	listen(t, where, b)
	switch {
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		must(t, err)
		for _, part := range z.File {
			r, err := part.Open()
			must(t, err)
			text, err := io.ReadAll(r)
			must(t, err)
			listen(t, where+" in "+part.Name, text)
		}
	case bytes.HasPrefix(b, []byte("%PDF-")):
		if text, ok := wordsOfPDF(t, b); ok {
			listen(t, where, text)
		}
	}
}

// wordsOfPDF is what a reader copies from a sheet, line by line; not ok where
// poppler is not installed.
func wordsOfPDF(t *testing.T, b []byte) (text []byte, ok bool) {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		return nil, false
	}
	c := exec.CommandContext(t.Context(), "pdftotext", "-layout", "-enc", "UTF-8", "-", "-")
	c.Stdin = bytes.NewReader(b)
	text, err := c.Output()
	must(t, err)
	return text, true
}
