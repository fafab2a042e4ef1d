package main

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"yangguang/internal/blob"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/supervision/casework"
)

// bringers are the canaries of whoever brings a matter, and of what he wrote.
var bringers = map[string]string{
	"the subject": bird + "题目", "the text": bird + "事情经过", "the place": bird + "地点", "the time": bird + "时间", "what is wanted": bird + "诉求", "the person concerned": bird + "涉及人员",
	"the name": bird + "称呼", "the telephone": "13987650000", "the mailbox": "jinsique-matter@example.com", "the address": bird + "地址", "the helper": bird + "代填", "the helper's tie": bird + "亲戚",
	"what was added": bird + "补充", "a draft": bird + "暂存", "a report of an error": bird + "纠错", "who reported an error": bird + "纠错联系", "why it was rated so": bird + "评价",
	"a file's name": bird + "材料名", "a file's content": bird + "材料内容",
}

// TestWhoBringsAMatterIsNowhere brings a tip-off, keeps a draft and reports an
// error, and listens for them in all that is read without the code: public
// pages, the log, the metrics, the bytes of the store, of the files and of a
// backup.
func TestWhoBringsAMatterIsNowhere(t *testing.T) {
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

	number := f.bring(t)
	f.app.Cache().Empty()
	c := newCrawl(f)
	c.listen = func(t *testing.T, where string, b []byte) { hear(t, where, b, bringers) }
	c.within = func(path string) bool { return !strings.Contains(path, "/print/") }
	c.all(t, "/matters/status?number="+number, "/matters/draft", "/350525/bureau/matter?type=tipoff", "/search?q="+url.QueryEscape(bird), "/api/v1/items?q="+url.QueryEscape(bird))
	t.Logf("%d public addresses asked", c.pages)
	if logged.Len() == 0 {
		t.Error("nothing was logged")
	}
	hear(t, "the log", logged.Bytes(), bringers)
	f.hearMetricsOf(t, bringers)
	hearStore(t, dir, files, bringers)
}

// bring sends the forms that hold the canaries.
func (f *filled) bring(t *testing.T) (number string) {
	t.Helper()
	x := bringers
	form := url.Values{"token": {strings.Repeat("m", 40)}, "type": {"tipoff"}, "about": {"this"}, "text": {x["the subject"] + "\n" + x["the text"]}, "place": {x["the place"]}, "when": {x["the time"]}, "wanted": {x["what is wanted"]},
		"about_whom": {x["the person concerned"]}, "name": {x["the name"]}, "phone": {x["the telephone"]}, "email": {x["the mailbox"]}, "address": {x["the address"]}, "ack": {"none"}, "helper": {x["the helper"]}, "helper_tie": {x["the helper's tie"]},
		"unit": {"350525/bureau"}}
	post := func(path string, want int, v url.Values, pairs ...string) []byte {
		t.Helper()
		sent := url.Values{}
		for k, s := range v {
			sent[k] = s
		}
		for i := 0; i < len(pairs); i += 2 {
			sent.Set(pairs[i], pairs[i+1])
		}
		w := send(f.house, path, sent)
		if w.Code != want {
			t.Fatalf("%s: %d %.300s", path, w.Code, w.Body.String())
		}
		return w.Body.Bytes()
	}
	post("/350525/bureau/matter", http.StatusUnprocessableEntity, form, "ack", "nothing")
	post("/matters/draft", http.StatusOK, form, "text", x["a draft"])
	// The known-bad arm: the page before sending holds them, so the ear can hear.
	if page := post("/350525/bureau/matter", http.StatusOK, form, "do", "check"); !bytes.Contains(page, []byte(x["the text"])) {
		t.Fatal("the page before sending does not show what was written")
	}
	receipt := post("/350525/bureau/matter", http.StatusOK, form, "do", "send")
	hear(t, "the receipt", receipt, x)
	shown := regexp.MustCompile(`<dd class="code">([^<]+)</dd>`).FindAllSubmatch(receipt, -1)
	if len(shown) != 2 {
		t.Fatal("no receipt")
	}
	key := url.Values{"number": {string(shown[0][1])}, "code": {string(shown[1][1])}}
	must(t, f.casework.Add(t.Context(), key.Get("number"), key.Get("code"), x["what was added"], []casework.FiledFile{{Name: x["a file's name"] + ".txt", Bytes: []byte(x["a file's content"] + "\n")}}))
	hear(t, "the page of contact", post("/matters/status", http.StatusOK, key), map[string]string{"the telephone": x["the telephone"], "the name": x["the name"], "the mailbox": x["the mailbox"]})
	post("/matters/status/withdraw", http.StatusOK, key, "sure", "yes")
	post("/matters/status/rate", http.StatusConflict, key, "solved", "yes", "satisfied", "yes", "note", x["why it was rated so"])
	post(f.names["fees"]+"/report", http.StatusOK, url.Values{"kind": {"wrong"}, "text": {"这一处：" + x["a report of an error"]}, "contact": {x["who reported an error"]}})
	return key.Get("number")
}
