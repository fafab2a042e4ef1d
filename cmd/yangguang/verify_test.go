package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yangguang/disclosure"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/ledger"
	"yangguang/norm"
)

// provenHouse is a served house in a folder whose log holds a few entries.
type provenHouse struct {
	*house
	world *disclosuretest.House
	dir   string
	addr  string
	text  *disclosure.Item // with an attachment
	gone  *disclosure.Item // taken down
}

// storeIn opens a store in a folder, with the whole product over it; the log's
// key lies in the folder as the commands expect it.
func storeIn(t *testing.T, dir string) *provenHouse {
	t.Helper()
	clk := clock.NewFake(spring)
	d, err := db.Open(t.Context(), db.Options{Dir: dir, Clock: clk})
	must(t, err)
	t.Cleanup(func() { _ = d.Close() })
	must(t, d.Migrate(t.Context(), migrations()...))
	h := houseOn(t, d, norm.Builtin())
	h.c.Data, h.c.Listen, h.c.Origin = dir, "127.0.0.1:0", "www.example.gov.cn/log"
	must(t, h.openLedger())
	h.wire(false)
	return &provenHouse{house: h, dir: dir}
}

// proven publishes, signs and serves.
func proven(t *testing.T) *provenHouse {
	t.Helper()
	p := storeIn(t, t.TempDir())
	p.fill(t)
	p.listen(t)
	return p
}

func (p *provenHouse) fill(t *testing.T) {
	t.Helper()
	clk, ok := p.db.Clock().(*clock.Fake)
	if !ok {
		t.Fatal("the clock runs by itself")
	}
	w := disclosuretest.Found(t, p.db, clk)
	w.Disclosure = p.disclosure
	p.world = w
	v := w.Draft(t, w.County, "county.2", w.Plain("关于奖励扶助的通知"))
	_, err := p.disclosure.Attach(w.As(w.Signer(w.County, "author")), v.Province, v.ID, "附表.csv", "", strings.NewReader("项目,件数\n奖励扶助,12\n"))
	must(t, err)
	must(t, p.disclosure.Submit(w.As(w.Signer(w.County, "author")), v.Province, v.ID))
	w.Review(t, w.County, v)
	must(t, p.disclosure.Approve(w.As(w.Signer(w.County, "approver")), v.Province, v.ID, disclosuretest.Opinion(), time.Time{}))
	p.text = w.Item(t, v)
	p.gone = w.Publish(t, w.County, "county.2", w.Plain("有错的通知"))
	w.TakeDown(t, p.gone, "error", "内容有误")
	p.sign(t)
}

// publish makes the log longer by one entry.
func (p *provenHouse) publish(t *testing.T, title string) {
	t.Helper()
	p.world.Publish(t, p.world.County, "county.2", p.world.Plain(title))
	p.sign(t)
}

func (p *provenHouse) sign(t *testing.T) {
	t.Helper()
	must(t, p.ledger.NoteKey(t.Context()))
	_, err := p.ledger.Sign(t.Context())
	must(t, err)
}

func (p *provenHouse) listen(t *testing.T) {
	t.Helper()
	addr, stop := serving(t, p.house)
	p.addr = addr
	t.Cleanup(stop)
}

func (p *provenHouse) exec(t *testing.T, q string, args ...any) {
	t.Helper()
	must(t, p.db.Write(t.Context(), func(tx *db.Tx) error {
		n, err := tx.Exec(q, args...)
		if err == nil && n == 0 {
			t.Fatalf("%s changed nothing", q)
		}
		return err
	}))
}

// said runs a command that is to succeed and gives what it printed.
func said(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if err := run(t.Context(), args, &out); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out.String())
	}
	return out.String()
}

// refused runs a command that is to fail with a status and says why.
func refused(t *testing.T, status int, why string, args ...string) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), args, &out)
	if err == nil {
		t.Errorf("%s passed, and said %q", strings.Join(args, " "), out.String())
		return
	}
	if got := exitStatus(err); got != status || !strings.Contains(err.Error(), why) {
		t.Errorf("%s: status %d, %q; want %d, %q", strings.Join(args, " "), got, err, status, why)
	}
}

// holds checks the lines of an answer.
func holds(t *testing.T, got string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(got, p) {
			t.Errorf("it said %q, without %q", got, p)
		}
	}
}

// otherKey is the public key of a log of the same name that somebody else made.
func otherKey(t *testing.T) string {
	t.Helper()
	k, err := ledger.NewKey("www.example.gov.cn/log")
	must(t, err)
	return k.VKey(35)
}

// TestVerifyReadsAWholeLogAsAStrangerCan over the web, and by a copied folder
// of its files; with the key one has, and with the one the site names.
func TestVerifyReadsAWholeLogAsAStrangerCan(t *testing.T) {
	p := proven(t)
	key, log := p.ledger.Key.VKey(35), p.addr+"/log/35"
	whole := "log www.example.gov.cn/log/35: 3 entries in order, signed"
	got := said(t, "verify", "--key", key, log)
	holds(t, got, whole)
	if strings.Contains(got, "names") {
		t.Errorf("with a key of one's own it said %q", got)
	}
	holds(t, said(t, "verify", log+"/"), whole, "the key is the one the site itself names")
	refused(t, 1, "no signature of the keys given", "verify", "--key", otherKey(t), log)
	refused(t, 1, "404", "verify", "--key", key, p.addr+"/log/11")

	dir := t.TempDir()
	for _, path := range []string{"checkpoint", "tile/0/000.p/3", "tile/entries/000.p/3"} {
		file := filepath.Join(dir, filepath.FromSlash(path))
		must(t, os.MkdirAll(filepath.Dir(file), 0o700))
		must(t, os.WriteFile(file, []byte(fetch(t, http.DefaultClient, log+"/"+path)), 0o600))
	}
	holds(t, said(t, "verify", "--key", key, dir), whole)
	refused(t, 2, "--key", "verify", dir)
	refused(t, 1, "no signature of the keys given", "verify", "--key", otherKey(t), dir)
	must(t, os.Remove(filepath.Join(dir, "tile", "0", "000.p", "3")))
	refused(t, 1, "tile", "verify", "--key", key, dir)
}

// TestVerifyChecksAPageWithItsAttachments by the address a resident has, in
// either language, and a page that was taken down.
func TestVerifyChecksAPageWithItsAttachments(t *testing.T) {
	p := proven(t)
	key, page := p.ledger.Key.VKey(35), p.text.Path(p.world.County)
	for _, at := range []string{page, "/en" + page} {
		holds(t, said(t, "verify", "--key", key, p.addr+at), "entry 0 of log www.example.gov.cn/log/35: published", "the text shown is the one that was logged", "1 attachments are those that were logged", p.text.Number+", version 1: 关于奖励扶助的通知")
	}
	holds(t, said(t, "verify", "--key", key, p.addr+p.gone.Path(p.world.County)), "entry 2 of log", "taken_down")
	refused(t, 1, "no signature of the keys given", "verify", "--key", otherKey(t), p.addr+page)
	refused(t, 1, "404", "verify", "--key", key, p.addr+"/350525/bureau/2026-00099")

	// A site that shows one page and proves another.
	p.publish(t, "另一通知")
	liar := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = strings.Replace(r.URL.Path, "2026-00003", "2026-00001", 1)
		p.app.ServeHTTP(w, r)
	}))
	defer liar.Close()
	refused(t, 1, p.text.Number+", which is not the page asked for", "verify", "--key", key, liar.URL+"/350525/bureau/2026-00003")
	// One that keeps the text back: a failure is no page that was taken down.
	silent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "content.json") {
			http.Error(w, "not now", http.StatusServiceUnavailable)
			return
		}
		p.app.ServeHTTP(w, r)
	}))
	defer silent.Close()
	refused(t, 1, "503", "verify", "--key", key, silent.URL+page)
}

// TestVerifyChecksAProofWithoutTheSite that gave it: the file and the text a
// resident kept.
func TestVerifyChecksAProofWithoutTheSite(t *testing.T) {
	p := proven(t)
	key, page := p.ledger.Key.VKey(35), p.addr+p.text.Path(p.world.County)
	proof, content := fetch(t, http.DefaultClient, page+"/proof.tlog-proof"), fetch(t, http.DefaultClient, page+"/content.json")
	keep := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		must(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	file, text := keep("item.tlog-proof", proof), keep("content.json", content)
	holds(t, said(t, "verify", "--key", key, "--content", text, file), "entry 0 of log", "the text shown is the one that was logged")
	holds(t, said(t, "verify", "--key", key, file), "it holds a text with the SHA-256")
	refused(t, 2, "--key", "verify", file)
	refused(t, 1, "no signature of the keys given", "verify", "--key", otherKey(t), file)
	other := keep("other.json", strings.Replace(content, "现将", "不将", 1))
	refused(t, 1, "entry 0: the text shown is not what was logged", "verify", "--key", key, "--content", other, file)
	refused(t, 1, "no such file", "verify", "--key", key, "--content", text+"x", file)
	index := keep("index.tlog-proof", strings.Replace(proof, "index 0", "index 1", 1))
	refused(t, 1, "", "verify", "--key", key, "--content", text, index)
	refused(t, 1, "not a proof", "verify", "--key", key, text)
}

// TestVerifyNamesTheEntryThatWasChanged in the store behind everybody's back,
// to the operator and to a stranger, and fails.
func TestVerifyNamesTheEntryThatWasChanged(t *testing.T) {
	p := proven(t)
	key, log := p.ledger.Key.VKey(35), p.addr+"/log/35"
	holds(t, said(t, "verify", "--data", p.dir), "public log of province 35: 3 entries in order, every public item as logged; 0 erased", "signed up to entry 3")
	holds(t, said(t, "verify", "--data", p.dir, p.text.Number), p.text.Number+": published on 2026-03-02, every text as logged")
	holds(t, said(t, "verify", "--data", p.dir, p.gone.Number), "removed on 2026-03-02 for error")

	p.exec(t, "update item_version set body = '<p>改过的正文</p>', body_text = '改过的正文' where province = 35 and id = $1", p.text.Current)
	refused(t, 1, p.text.Number, "verify", "--data", p.dir)
	refused(t, 1, p.text.Number, "verify", "--data", p.dir, p.text.Number)
	p.app.Cache().Empty()
	refused(t, 1, "entry 0: the text shown is not what was logged", "verify", "--key", key, p.addr+p.text.Path(p.world.County))
	holds(t, said(t, "verify", "--key", key, log), "3 entries in order") // the log itself is whole

	p.exec(t, "update ledger_leaf set kind = 'corrected' where province = 35 and idx = 1")
	p.app.Cache().Empty()
	refused(t, 1, "Entry 1 is not what was written: it was changed.", "verify", "--data", p.dir)
	refused(t, 1, "Entry 1 is not what was written: it was changed.", "verify", "--key", key, log)
}

// TestVerifyIsToldWhatItCannotDo with a sentence for each mistake.
func TestVerifyIsToldWhatItCannotDo(t *testing.T) {
	p := proven(t)
	refused(t, 2, "usage: yangguang verify", "verify", "one", "two")
	refused(t, 2, "is not a public key", "verify", "--key", "nonsense", p.addr+"/log/35")
	refused(t, 2, "is not a public key", "verify", "--witness", "nonsense", p.addr+"/log/35")
	refused(t, 1, `"2026-99999" is neither an address, a file nor the index number`, "verify", "--data", p.dir, "2026-99999")
	refused(t, 1, "refused", "verify", "--key", p.ledger.Key.VKey(35), "http://127.0.0.1:1/log/35")
	empty := filepath.Join(t.TempDir(), "no-such-folder")
	refused(t, 1, empty, "verify", "--data", empty)
	if _, err := os.Stat(empty); err == nil {
		t.Error("looking made a new store")
	}
}
