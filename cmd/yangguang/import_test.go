package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/disclosuretest"
	"yangguang/disclosure/importer"
	"yangguang/internal/clock"
	"yangguang/internal/db"
)

// oldSite is a folder as a county's old site left it: pages with the tags of
// government sites, an attachment, a list page and what is no page at all.
func oldSite(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	page := func(title, day, number, body string) string {
		return `<html><head><meta charset="utf-8"><title>` + title + `_示例局</title><meta name="ArticleTitle" content="` + title + `"><meta name="PubDate" content="` + day +
			` 09:30"><meta name="ColumnName" content="规范性文件"></head><body><div class="nav"><a href="/">首页</a></div><table><tr><td>索 引 号：</td><td>` + number +
			`</td></tr></table><div class="TRS_Editor"><p>` + body + `</p></div></body></html>`
	}
	for name, text := range map[string]string{
		"index.html":           `<html><head><title>首页</title></head><body><ul><li><a href="zwgk/t1.html">一</a></li></ul></body></html>`,
		"zwgk/t1.html":         page("关于便民服务的通知", "2018-03-05", "OLD-2018-1", `各单位：请按规定办理。<a href="files/table.csv">附件</a>`),
		"zwgk/t2.html":         page("关于办公时间的通告", "2019-07-01", "OLD-2019-7", "办公时间为八点至十七点。"),
		"zwgk/files/table.csv": "事项,时限\n登记,3\n",
		"style.css":            "body{}",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestAnOldSiteIsHandedInOnTheCommandLine goes from a folder on disk through
// the command, the desk (taken over, checked, accepted by two) to the public
// page and its old address.
func TestAnOldSiteIsHandedInOnTheCommandLine(t *testing.T) {
	clk := clock.NewFake(disclosuretest.Now)
	h := houseIn(t, t.TempDir(), clk)
	world := disclosuretest.Found(t, h.db, clk)
	u, site := world.County, oldSite(t)
	command := func(unit, from string) (string, error) {
		var out bytes.Buffer
		err := h.handIn(t.Context(), unit, from, &out)
		return out.String(), err
	}
	for _, args := range [][]string{{"import"}, {"import", "--agency", u.Path()}, {"import", "--from", site}} {
		if err := run(t.Context(), args, io.Discard); err == nil || !strings.Contains(err.Error(), "usage: yangguang import") {
			t.Errorf("%v: %v", args, err)
		}
	}
	for _, c := range []struct{ unit, from, says string }{{u.Path(), filepath.Join(site, "style.css"), "file"}, {"350525/nobody", site, "no agency"}, {"some", site, "not \"some\""}, {u.Path(), "/nowhere", "no such file"}} {
		if _, err := command(c.unit, c.from); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s for %s: %v, want %q", c.from, c.unit, err, c.says)
		}
	}
	said, err := command(u.Path(), site)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(said, "2 entries read") || !strings.Contains(said, "takes it over") {
		t.Errorf("the command says %q", said)
	}

	as := func(p disclosuretest.Person, method, path, form string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(world.As(p), method, path, strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		rec := httptest.NewRecorder()
		h.app.ServeHTTP(rec, r)
		return rec
	}
	var b importer.Batch
	if err := h.db.Read(t.Context(), func(tx *db.Tx) error {
		return tx.Row("select province, id from import_batch order by id limit 1").Scan(&b.Province, &b.ID)
	}); err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprintf("/desk/import/%d/%d", b.Province, b.ID)
	importing := func(id int64) disclosuretest.Person {
		return disclosuretest.Person{ID: id, Name: "张三"}.Within(agency.Nation, disclosure.Importing)
	}
	one, two, three := importing(1), importing(2), importing(3)
	is(t, "the batch", as(one, http.MethodGet, path, ""), 200, "接手这一批", "关于便民服务的通知", "关于办公时间的通告")
	is(t, "taking over", as(one, http.MethodPost, path+"/adopt", ""), 303)
	is(t, "confirming", as(one, http.MethodPost, path+"/confirm", ""), 303)
	is(t, "submitting", as(one, http.MethodPost, path+"/submit", ""), 303)
	is(t, "the first", as(two, http.MethodPost, path+"/accept", "released=核对过，可以公开"), 303)
	is(t, "the first again", as(two, http.MethodPost, path+"/accept", ""), 409)
	is(t, "the second", as(three, http.MethodPost, path+"/accept", ""), 303)
	if _, err := h.jobs.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	is(t, "the batch when done", as(one, http.MethodGet, path, ""), 200, "OLD-2018-1")
	is(t, "the old address", read(h, "/old/zwgk/t1.html"), 301, "/"+u.Path()+"/2018-")
	is(t, "the page", read(h, read(h, "/old/zwgk/t1.html").Header().Get("Location")), 200, "关于便民服务的通知", "OLD-2018-1", "table.csv")
}
