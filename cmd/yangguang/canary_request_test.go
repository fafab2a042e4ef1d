package main

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"yangguang/disclosure/disclosuretest"
	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/letter"
	"yangguang/internal/blob"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// askers are the canaries of who asks for information, and of what only those
// who handle it may read.
var askers = map[string]string{
	"the applicant's name": bird + "申请人", "the applicant's document": "E" + bird + "证件", "the applicant's address": bird + "住址", "the applicant's mailbox": "jinsique-canary@example.com",
	"the applicant's telephone": "13987654321", "the helper's name": bird + "帮助人", "what the helper is": bird + "关系",
}

// sealedWords are what the desk of one request shows and nothing else does.
var sealedWords = map[string]string{
	"the detail": bird + "详情", "a clarification": bird + "补正", "who was consulted": bird + "第三方", "a third party's reasons": bird + "意见理由",
	"a letter's reason": bird + "答复理由", "a file's name": bird + "文件名", "a file's content": bird + "文件内容", "why who asks was read": bird + "查看理由",
}

// TestWhoAsksIsNowhere takes a request from the form to the archive and listens
// for who asked in all that is not the sealed store: public pages, the desk's
// lists and pages, exports, search, the log, the metrics, the bytes of the
// store, of the files and of a backup.
func TestWhoAsksIsNowhere(t *testing.T) {
	dir, clk := t.TempDir(), clock.NewFake(spring)
	d, err := db.Open(t.Context(), db.Options{Dir: dir, Clock: clk})
	must(t, err)
	t.Cleanup(func() { _ = d.Close() })
	must(t, d.Migrate(t.Context(), migrations()...))
	f := fillHouse(t, d, clk)
	var logged bytes.Buffer
	f.log = slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	files := filepath.Join(t.TempDir(), "files")
	f.blobs, err = blob.Open(t.Context(), files, "")
	must(t, err)
	f.wire(false)
	f.world.Disclosure = f.disclosure
	q, archive := f.askAndAnswer(t)
	all := map[string]string{}
	for _, m := range []map[string]string{askers, sealedWords} {
		for what, s := range m {
			all[what] = s
		}
	}
	// The known-bad arm: the archive holds them, so the ear can hear.
	if !bytes.Contains(archive, []byte("PK\x03\x04")) || !heard(t, archive, askers["the applicant's name"]) {
		t.Fatal("the ear does not hear what the archive says")
	}

	f.app.Cache().Empty()
	c := newCrawl(f)
	c.listen = func(t *testing.T, where string, b []byte) { hear(t, where, b, all) }
	c.within = func(path string) bool { return !strings.Contains(path, "/print/") }
	c.all(t, "/search?q="+url.QueryEscape("补助资金"), "/api/v1/items?q="+url.QueryEscape("申请"), "/350525/bureau/request", "/350525/bureau/request?as=person", "/requests/status?number="+q.Number)
	t.Logf("%d public addresses asked", c.pages)

	f.listenAtTheDesk(t, q, all)
	if logged.Len() == 0 {
		t.Error("nothing was logged")
	}
	hear(t, "the log", logged.Bytes(), all)
	f.hearMetricsOf(t, all)
	hearStore(t, dir, files, all)
}

// heard answers whether a part of a package holds the words.
func heard(t *testing.T, zipped []byte, words string) (ok bool) {
	t.Helper()
	hearInside(t, "the archive", zipped, func(_ *testing.T, _ string, b []byte) { ok = ok || bytes.Contains(b, []byte(words)) })
	return ok
}

func (f *filled) staff(verbs ...string) context.Context {
	u := f.world.County
	p := disclosuretest.Person{ID: 700 + int64(len(verbs)), Name: "经办"}.Of(u).With(u, verbs...)
	return f.world.As(p)
}

// askAndAnswer is a request through everything a request can go through.
func (f *filled) askAndAnswer(t *testing.T) (q *inforequest.Request, archive []byte) {
	t.Helper()
	r, u := f.requests, f.world.County
	form := url.Values{"token": {strings.Repeat("k", 40)}, "as": {"person"}, "subject": {"致电" + askers["the applicant's telephone"] + "要求的补助资金分配方案"}, "detail": {sealedWords["the detail"]}, "name": {askers["the applicant's name"]},
		"id_kind": {"passport"}, "id_number": {askers["the applicant's document"]}, "phone": {askers["the applicant's telephone"]}, "email": {askers["the applicant's mailbox"]}, "address": {askers["the applicant's address"]},
		"helper": {askers["the helper's name"]}, "helper_tie": {askers["what the helper is"]}, "delivery": {"post"}, "medium": {"paper"}}
	wrong := url.Values{}
	for k, v := range form {
		wrong[k] = v
	}
	wrong.Set("medium", "nothing")
	if w := send(f.house, "/"+u.Path()+"/request", wrong); w.Code != http.StatusUnprocessableEntity {
		t.Fatalf("a wrong form: %d", w.Code)
	}
	w := send(f.house, "/"+u.Path()+"/request", form)
	if w.Code != http.StatusOK {
		t.Fatalf("the form: %d %.300s", w.Code, w.Body.String())
	}
	number := regexp.MustCompile(`\b\d{2,12}-\d{6}-\d{6}-\d\b`).FindString(w.Body.String())
	desk, handler, head := f.staff(inforequest.Registering), f.staff(inforequest.Handling, inforequest.Registering), f.staff(inforequest.Deciding, inforequest.Handling, inforequest.Registering)
	found, err := r.List(desk, inforequest.Filter{Text: number, Limit: 2})
	must(t, err)
	if len(found) != 1 {
		t.Fatalf("%q leads to %d requests", number, len(found))
	}
	q = &found[0]
	p, id := q.Province, q.ID
	must(t, r.Confirm(desk, p, id, "电话确认"))
	must(t, r.Clarify(handler, p, id, "请写明年度。", 10))
	must(t, r.SupplementAtCounter(desk, p, id, sealedWords["a clarification"]))
	must(t, r.Ask(handler, p, id, "third_party", sealedWords["who was consulted"], "演示路2号"))
	c, err := r.Open(handler, p, id)
	must(t, err)
	must(t, r.Heard(handler, p, id, c.Consults[0].ID, "agrees", sealedWords["a third party's reasons"], clock.DateOf(f.clock.Now())))
	_, err = r.Attach(handler, p, id, inforequest.Release, sealedWords["a file's name"]+".txt", []byte(sealedWords["a file's content"]+"\n"))
	must(t, err)
	mustSay(t, r.Submit(handler, p, id, inforequest.Draft{Decision: "partial", Reviewed: "不涉及国家秘密，个人信息已经隐去。", Values: letter.Values{"provided": "分配表", "withheld": "个人信息", "reason": sealedWords["a letter's reason"]}}))
	must(t, r.Approve(head, p, id))
	_, err = r.OpenIdentity(desk, p, id, sealedWords["why who asks was read"])
	must(t, err)
	c, err = r.Open(handler, p, id)
	must(t, err)
	_, _, err = r.Envelope(desk, p, id, c.Letters[len(c.Letters)-1].ID)
	must(t, err)
	must(t, r.Deliver(desk, p, id, "post", "挂号信XA123", clock.DateOf(f.clock.Now())))
	pack, err := r.Archive(desk, p, id, "年度归档")
	must(t, err)
	var b bytes.Buffer
	must(t, pack.Write(desk, &b))
	return q, b.Bytes()
}

// mustSay tells which fields were refused.
func mustSay(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err, fault.FieldsOf(err))
	}
}

// listenAtTheDesk reads what the office reads. The page of the request shows what
// is asked to whoever handles it, and nothing of who asks.
func (f *filled) listenAtTheDesk(t *testing.T, q *inforequest.Request, all map[string]string) {
	t.Helper()
	ctx := f.staff(inforequest.Registering, inforequest.Handling, inforequest.Deciding, inforequest.Overseeing)
	ask := func(path string) []byte {
		w := httptest.NewRecorder()
		f.app.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil))
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d", path, w.Code)
		}
		return w.Body.Bytes()
	}
	for _, path := range []string{"/desk/requests", "/desk/requests?state=closed", "/desk/requests?q=" + q.Number, "/desk/requests/list.xlsx?state=closed", "/desk/requests/statistics", "/desk/requests/templates", "/desk/requests/templates/partial", "/desk"} {
		hearInside(t, path, ask(path), func(t *testing.T, where string, b []byte) { hear(t, where, b, all) })
	}
	if list := ask("/desk/requests?state=closed"); !bytes.Contains(list, []byte(q.Number)) {
		t.Error("the request is not on the list that was listened to")
	}
	at := "/desk/requests/" + strconv.Itoa(q.Province) + "/" + strconv.FormatInt(q.ID, 10)
	who := map[string]string{}
	for what, s := range askers {
		if what != "the applicant's telephone" { // he wrote it into what he asks, which its handler reads
			who[what] = s
		}
	}
	for _, path := range []string{at, at + "/clock", at + "/archive", at + "/identity"} {
		hear(t, path, ask(path), who)
	}
	if page := ask(at); !bytes.Contains(page, []byte(sealedWords["the detail"])) {
		t.Error("the handler does not read what is asked: the page that was listened to is another")
	}
}

func (f *filled) hearMetricsOf(t *testing.T, birds map[string]string) {
	t.Helper()
	w := httptest.NewRecorder()
	f.app.Metrics().Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	hear(t, "the metrics", w.Body.Bytes(), birds)
}

// hearStore reads the bytes of the database, its log, every file and a backup.
func hearStore(t *testing.T, dir, files string, birds map[string]string) {
	t.Helper()
	read := func(what, path string) {
		b, err := os.ReadFile(path)
		must(t, err)
		if len(b) > 0 {
			hear(t, what, b, birds)
		}
	}
	read("the database", filepath.Join(dir, "yangguang.db"))
	read("its log", filepath.Join(dir, "yangguang.db-wal"))
	must(t, os.CopyFS(filepath.Join(dir, "files"), os.DirFS(files)))
	n := hearTree(t, filepath.Join(dir, "files"), birds)
	if n == 0 {
		t.Error("no file was listened to")
	}
	out, back := filepath.Join(t.TempDir(), "backup.tar.zst"), filepath.Join(t.TempDir(), "back")
	must(t, backup(t.Context(), []string{"--data", dir, "--to", out}, io.Discard))
	read("the backup", out)
	must(t, restore(t.Context(), []string{"--data", back, "--from", out}, io.Discard))
	if m := hearTree(t, back, birds); m <= n {
		t.Errorf("the backup gave back %d files", m)
	}
}

func hearTree(t *testing.T, dir string, birds map[string]string) (n int) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		n++
		b, err := os.ReadFile(path)
		hear(t, path, b, birds)
		return err
	}))
	return n
}
