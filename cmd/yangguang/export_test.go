package main

import (
	"bytes"
	"encoding/xml"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/text/encoding/simplifiedchinese"

	"yangguang/disclosure/export"
	"yangguang/internal/clock"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/i18n"
)

// copied is a filled house with its copy's options.
func copied(t *testing.T) (*filled, export.Options) {
	t.Helper()
	clk := clock.NewFake(spring)
	f := fillHouse(t, dbtest.SQLite(t, clk, migrations()...), clk)
	f.c.Home = f.world.County.Division
	f.wire(false)
	f.world.Disclosure = f.disclosure
	return f, export.Options{Dir: filepath.Join(t.TempDir(), "copy"), Home: f.c.Home, Modes: export.AllModes[:2], Workers: 2, Now: clk.Now(), Ended: f.ended}
}

func makeCopy(t *testing.T, f *filled, o export.Options) export.Report {
	t.Helper()
	rep, err := export.Make(t.Context(), f.app, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Missing) > 0 {
		t.Errorf("pages named what the site does not have: %v", rep.Missing)
	}
	return rep
}

// TestACopyHasNoDeadLink copies the filled house with and without a known site,
// follows everything every file names, and looks for what must be there.
func TestACopyHasNoDeadLink(t *testing.T) {
	f, o := copied(t)
	f.plant(t)
	rep := makeCopy(t, f, o)
	t.Logf("a copy without a site: %s", rep)
	checkLinks(t, o, nil)
	for _, name := range []string{"index.html", "en/index.html", "elder/index.html", "elder/en/index.html", "404.html", "robots.txt", "latest/index.html", "overdue/index.html", "catalogue.xlsx", "feed.atom", "en/feed.json",
		"clauses/index.html", "calendar/index.html", "guide/index.html", "open-data/index.html", "copy/index.html", "350525/bureau/index.html", "350525/bureau/catalogue.xlsx", "350525/bureau/board-a4.pdf",
		f.names["fees"][1:] + "/index.html", f.names["fees"][1:] + "/item.xlsx", f.names["corrected"][1:] + "/v/1/index.html", "elder/en" + f.names["fees"] + "/index.html"} {
		if _, err := os.Stat(filepath.Join(o.Dir, name)); err != nil {
			t.Errorf("the copy lacks %s", name)
		}
	}
	if _, err := os.Stat(filepath.Join(o.Dir, "sitemap.xml")); err == nil {
		t.Error("a site map without whole addresses")
	}
	gone := readCopy(t, o, f.names["gone"][1:]+"/index.html")
	if !strings.Contains(gone, "本信息已撤下") {
		t.Error("what was taken down has no tombstone")
	}
	elder := readCopy(t, o, "elder/350525/bureau/index.html")
	if !strings.Contains(elder, `class="elder"`) || !strings.Contains(elder, `href="../../../350525/bureau/index.html"`) {
		t.Error("the elder page is not one, or does not lead back to the usual one")
	}
	eachFile(t, o.Dir, func(name string, b []byte) { hear(t, name, b, canaries) })

	o.Modes, o.Base, o.Address = nil, "https://live.example", "https://copy.example/yc"
	rep = makeCopy(t, f, o)
	t.Logf("the same with a site: %s", rep)
	checkLinks(t, o, nil)
	for name, want := range map[string]string{"index.html": `action="https://live.example/search"`, "en/index.html": `action="https://live.example/en/search"`,
		f.names["fees"][1:] + "/index.html": "https://live.example" + f.names["fees"] + "/report", "sitemap.xml": "<loc>https://copy.example/yc/sitemap/", "feed.atom": "https://copy.example/yc/350525/bureau/"} {
		if !strings.Contains(readCopy(t, o, name), want) {
			t.Errorf("%s lacks %s", name, want)
		}
	}
}

// TestACopyIsBroughtUpToDate makes copies one after the other: nothing changed,
// something published, something taken down.
func TestACopyIsBroughtUpToDate(t *testing.T) {
	f, o := copied(t)
	o.Modes, o.Langs, o.Compress = nil, []i18n.Lang{i18n.ZH}, true // four copies: the whole grid is the test before
	makeCopy(t, f, o)
	before := stats(t, o.Dir)
	rep := makeCopy(t, f, o)
	if rep.Changed != 0 || rep.Removed != 0 {
		t.Errorf("nothing changed, yet %s", rep)
	}
	after := stats(t, o.Dir)
	for name, st := range before {
		if !os.SameFile(st, after[name]) || !st.ModTime().Equal(after[name].ModTime()) {
			t.Errorf("%s was written again", name)
		}
	}
	w := f.world
	const words = "将要撤下的一段文字"
	text := w.Plain("将要撤下的通告")
	text.Body = words
	it := w.Publish(t, w.County, "county.12", text)
	name := it.Path(w.County)[1:] + "/index.html"
	rep = makeCopy(t, f, o)
	t.Logf("one more item: %s", rep)
	if rep.Changed == 0 || rep.Changed >= rep.Files || !strings.Contains(readCopy(t, o, name), words) {
		t.Errorf("a publication: %s", rep)
	}
	w.TakeDown(t, it, "error", "有误")
	makeCopy(t, f, o)
	eachFile(t, o.Dir, func(name string, b []byte) {
		if bytes.Contains(b, []byte(words)) {
			t.Errorf("%s still holds what was taken down", name)
		}
	})
	left, err := filepath.Glob(filepath.Join(filepath.Dir(o.Dir), ".copy.part-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	checkLinks(t, o, nil)

	foreign := t.TempDir()
	if err := os.WriteFile(filepath.Join(foreign, "mine.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	o.Dir = foreign
	if _, err := export.Make(t.Context(), f.app, o); err == nil {
		t.Error("a folder that is no copy was taken")
	}
	o.Dir, o.Unit = filepath.Join(t.TempDir(), "c"), "350525/nobody"
	if _, err := export.Make(t.Context(), f.app, o); err == nil {
		t.Error("a copy of a unit that is not there")
	}
}

// foreign is a county's existing site in the encoding of its day, with rules
// for every element.
const foreign = `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312" /><title>{{title}} - 示例县人民政府</title>{{meta}}
<style>*{box-sizing:border-box;margin:0}body{color:#999;font:9px serif;text-align:center}a{color:red;text-decoration:none}h1{font-size:9px}table{border:0}td{padding:0}ul{display:none}li{float:left}p::before{content:"※"}
#header{position:absolute;top:0;left:0;right:0;height:60px;background:#c00;color:#fff}#main{padding-top:70px}</style>{{style}}</head>
<body><div id="header">示例县人民政府 <a href="/zwgk/">政务公开</a></div><div id="main"><p class="pos">您的位置：<a href="/">首页</a> &gt; {{breadcrumb}}</p><h1>信息公开</h1>{{content}}</div>
<div id="footer">主办：示例县人民政府办公室</div></body></html>`

// TestAColumnLivesInAnotherSite makes the columns of a unit inside a template in
// GB2312.
func TestAColumnLivesInAnotherSite(t *testing.T) {
	f, o := copied(t)
	w := f.world
	text := w.Plain("含生僻字𠮷与€的公告")
	text.Body = "<p>正文里有𠮷字。</p>"
	it := w.Publish(t, w.County, "county.12", text)
	src, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(foreign))
	if err != nil {
		t.Fatal(err)
	}
	if o.Columns, err = export.ParseTemplate(src); err != nil {
		t.Fatal(err)
	}
	o.Columns.Site = export.TemplateSite{Name: "示例县人民政府", Domain: "www.example.gov.cn", IDCode: "3505250001"}
	o.Units, o.Langs = []string{"350525/bureau"}, []i18n.Lang{i18n.ZH}
	rep := makeCopy(t, f, o)
	t.Logf("columns: %s", rep)
	checkLinks(t, o, []string{"/", "/zwgk/"})
	b, err := os.ReadFile(filepath.Join(o.Dir, it.Path(w.County)[1:], "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := simplifiedchinese.GBK.NewDecoder().Bytes(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"- 示例县人民政府</title>", `<meta name="SiteName" content="示例县人民政府">`, `<meta name="SiteIDCode" content="3505250001">`, `<meta name="ArticleTitle"`, `<meta name="ContentSource"`,
		"主办：示例县人民政府办公室", `<div id="yg-column" class="yg" lang="zh-CN">`, "&#134071;", `>政府信息公开</a>`, `href="../../../yg-column.css"`} {
		if !bytes.Contains(got, []byte(want)) {
			t.Errorf("the item's page lacks %s:\n%.3000s", want, got)
		}
	}
	list := readCopy(t, o, "350525/bureau/index.html")
	if strings.Contains(list, "<script") || strings.Contains(list, "/embed/") {
		t.Error("the column brings scripts or addresses of the frame along")
	}
	// Nothing of the column's style touches the site around it.
	css := regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(readCopy(t, o, "yg-column.css"), "")
	for _, m := range regexp.MustCompile(`([^{}]+)\{[^{}]*\}`).FindAllStringSubmatch(css, -1) {
		for _, sel := range regexp.MustCompile(`,\s*#|,\s*\*`).Split(m[1], -1) {
			if sel = strings.TrimPrefix(strings.TrimSpace(sel), "#"); !strings.HasPrefix(sel, "yg-column") {
				t.Errorf("the rule %q reaches beyond the column", sel)
			}
		}
	}
	for _, broken := range []string{"<html></html>", strings.Replace(foreign, "gb2312", "big5", 1), strings.Replace(foreign, "{{content}}", "", 1)} {
		if _, err := export.ParseTemplate([]byte(broken)); err == nil {
			t.Errorf("%.40q is taken for a template", broken)
		}
	}
}

func readCopy(t *testing.T, o export.Options, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(o.Dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func eachFile(t *testing.T, dir string, f func(name string, b []byte)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		f(filepath.ToSlash(rel), b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func stats(t *testing.T, dir string) map[string]fs.FileInfo {
	t.Helper()
	out := map[string]fs.FileInfo{}
	eachFile(t, dir, func(name string, _ []byte) {
		st, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = st
	})
	return out
}

// checkLinks follows what every file of a copy names; theirs are the foreign
// site's own addresses.
func checkLinks(t *testing.T, o export.Options, theirs []string) {
	t.Helper()
	there := stats(t, o.Dir)
	links, dead := 0, 0
	prefix := ""
	if u, err := url.Parse(o.Address); err == nil {
		prefix = u.Path
	}
	check := func(from, link string) {
		u, err := url.Parse(strings.TrimSpace(link))
		if err != nil {
			t.Errorf("%s names %q: %v", from, link, err)
			return
		}
		to := u.Path
		switch whole := u.Scheme + "://" + u.Host; {
		case slices.Contains(theirs, link) || u.Scheme == "mailto" || u.Scheme == "tel":
			return
		case o.Address != "" && strings.HasPrefix(link, o.Address):
			to = path.Join(".", strings.TrimPrefix(to, prefix))
			if strings.HasSuffix(u.Path, "/") {
				to = path.Join(to, "index.html")
			}
		case u.Host != "":
			if whole != o.Base && u.Host != "www.gov.cn" { // notices are cited where they stand
				t.Errorf("%s leads away, to %s", from, link)
			}
			return
		case strings.HasPrefix(to, "/"):
			if from != "404.html" {
				t.Errorf("%s names %s, which begins at a root it cannot know", from, link)
			}
			to = strings.TrimPrefix(strings.TrimPrefix(to, prefix), "/")
		case to == "":
			return // its own fragment
		default:
			to = path.Join(path.Dir(from), to)
		}
		links++
		if there[to] == nil {
			if dead++; dead < 20 {
				t.Errorf("%s names %s, and %s is not there", from, link, to)
			}
		}
	}
	eachFile(t, o.Dir, func(name string, b []byte) {
		switch path.Ext(name) {
		case ".html":
			for z := html.NewTokenizer(bytes.NewReader(b)); ; {
				tt := z.Next()
				if tt == html.ErrorToken {
					return
				}
				if tt != html.StartTagToken && tt != html.SelfClosingTagToken {
					continue
				}
				for _, a := range z.Token().Attr {
					if slices.Contains([]string{"href", "src", "action", "formaction"}, a.Key) {
						check(name, a.Val)
					}
				}
			}
		case ".css":
			for _, m := range regexp.MustCompile(`url\(["']?([^"')]+)`).FindAllSubmatch(b, -1) {
				if !bytes.HasPrefix(m[1], []byte("data:")) {
					check(name, string(m[1]))
				}
			}
		case ".atom", ".xml":
			for d := xml.NewDecoder(bytes.NewReader(b)); ; {
				tok, err := d.Token()
				if err != nil {
					return
				}
				e, ok := tok.(xml.StartElement)
				if !ok {
					continue
				}
				for _, a := range e.Attr {
					if a.Name.Local == "href" {
						check(name, a.Value)
					}
				}
				if e.Name.Local == "loc" {
					var s string
					if d.DecodeElement(&s, &e) == nil {
						check(name, s)
					}
				}
			}
		}
	})
	if t.Logf("%d links", links); links < 200 && theirs == nil {
		t.Errorf("only %d links were followed", links)
	}
}
