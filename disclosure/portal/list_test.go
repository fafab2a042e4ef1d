package portal_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"yangguang/disclosure"
	"yangguang/disclosure/portal/portaltest"
)

func TestSearchFindsWhatIsPublishedAndNothingElse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	row := s.Publish(t, s.County, "county.8", "", feesDraft("收费目录（2026年）"))
	s.Publish(t, s.Township, "township.4", "2026Q3", portaltest.Text("夏季义诊安排", "七月在桃城镇卫生院义诊。"))
	s.Draft(t, s.County, "county.7", "2025", portaltest.Text("收费情况草稿", "婚前医学检查收费的内部意见"))
	gone := s.Publish(t, s.County, "county.7", "2024", portaltest.Text("收费总结", "撤下的收费内容"))
	s.TakeDown(t, gone, "error", "有误")
	at := func(q string) string { return "/search?" + q }
	q := url.QueryEscape("收费")
	s.get(t, at("")).want(t, 200, "也可以这样找")
	s.get(t, at("q="+q)).want(t, 200, row.Href(), "<mark>").not(t, "内部意见", "撤下的", "草稿")
	s.get(t, at("q="+q+"&sort=best")).want(t, 200, row.Href())
	s.get(t, at("q="+q+"&unit=350525/bureau&category=county.8&from=2026-11-23&to=2026-11-23")).want(t, 200, row.Href())
	for name, extra := range map[string]string{"another unit": "&unit=350525100/office", "another category": "&category=county.7", "earlier days": "&to=2026-11-22", "later days": "&from=2026-11-24",
		"best first of earlier days": "&to=2026-11-22&sort=best"} {
		t.Run(name, func(t *testing.T) {
			s.get(t, at("q="+q+extra)).want(t, 200, "没有找到", "去掉筛选条件").not(t, row.Href())
		})
	}
	s.get(t, at("q="+url.QueryEscape("桃城镇"))).want(t, 200, "/350525100/office", "夏季义诊安排")
	s.get(t, at("q="+url.QueryEscape("没有这样的词"))).want(t, 200, "没有找到", "也可以这样找")
	s.get(t, at("q="+url.QueryEscape(`"<b>' OR *`)+"&within=zz&unit=x&from=y&before=-1")).want(t, 200).not(t, "<b>'")
	s.get(t, "/en"+at("q="+q)).want(t, 200, "Newest first", "/en"+row.Href())
}

func TestListsPageByKey(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 23 {
		s.Clock.Advance(1e9)
		s.Publish(t, s.County, "county.2", "", portaltest.Text(fmt.Sprintf("第%03d号文件", i), "正文"))
	}
	for _, path := range []string{"/latest", "/catalogue", "/350525/bureau/catalogue", "/350525/bureau/c/documents", "/search?q=" + url.QueryEscape("文件")} {
		first := s.get(t, path).want(t, 200, "第022号文件", "第003号文件").not(t, "第002号文件").Body.String()
		i := strings.Index(first, `rel="next" href="`)
		if i < 0 {
			t.Fatalf("%s has no next page", path)
		}
		next, _, _ := strings.Cut(first[i+len(`rel="next" href="`):], `"`)
		s.get(t, strings.ReplaceAll(next, "&amp;", "&")).want(t, 200, "第002号文件", "第000号文件", `rel="prev"`).not(t, "第003号文件", `rel="next"`)
	}
	if b := s.get(t, "/catalogue.xlsx").want(t, 200).Body.String(); !strings.HasPrefix(b, "PK") {
		t.Error("not a workbook")
	}
	s.get(t, "/catalogue?category=county.8").want(t, 200, "没有符合条件的信息").not(t, "第022号文件")
}

func TestGuidesNameTheOffice(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.get(t, "/guide").want(t, 200, "信息分类", "获取方式", "永春县演示局公开指南", `name="ColumnType" content="信息公开指南"`)
	s.get(t, "/350525100001/committee/guide").want(t, 200, "演示村民委员会", "/350525100001/committee/c/births")
	s.get(t, "/en/guide").want(t, 200, "How to get it")
}

func TestOverdueListsTheLongestFirst(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.get(t, "/overdue").want(t, 200, "永春县逾期未公开", "/nudge", "下一页")
	s.get(t, "/overdue?unit=350525100001/committee").want(t, 200, "2026年第3季度").not(t, "/350525/bureau/c/")
	page := s.get(t, "/overdue?unit=350525/bureau").want(t, 200).Body.String()
	if a, b := strings.Index(page, "/350525/bureau/c/documents/nudge"), strings.Index(page, "/350525/bureau/c/population/nudge"); a < 0 || b < a {
		t.Errorf("2019's debt at %d should stand before this quarter's at %d", a, b)
	}
	s.Publish(t, s.County, "county.8", "", feesDraft("收费目录"))
	s.get(t, "/overdue?unit=350525/bureau").want(t, 200).not(t, "/c/fees/nudge")
}

func TestFeedsParse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	row := s.Publish(t, s.County, "county.8", "", feesDraft("收费目录"))
	for _, at := range []string{"", "/350525", "/350525/bureau", "/en/350525"} {
		var atom struct {
			ID      string `xml:"id"`
			Entries []struct {
				Title string `xml:"title"`
				Link  struct {
					Href string `xml:"href,attr"`
				} `xml:"link"`
			} `xml:"entry"`
		}
		a := s.get(t, at+"/feed.atom").want(t, 200)
		if err := xml.Unmarshal(a.Body.Bytes(), &atom); err != nil || len(atom.Entries) != 1 || !strings.HasSuffix(atom.Entries[0].Link.Href, row.Href()) {
			t.Errorf("%s: %v %+v", at, err, atom)
		}
		var feed struct {
			Version string
			Items   []struct{ ID, URL, Title string }
		}
		b := s.get(t, at+"/feed.json").want(t, 200)
		if err := json.Unmarshal(b.Body.Bytes(), &feed); err != nil || len(feed.Items) != 1 || feed.Items[0].Title != "收费目录" {
			t.Errorf("%s: %v %+v", at, err, feed)
		}
	}
}

// TestDraftsAppearNowhere puts a unique string into every field of a draft and
// looks for it on every page.
func TestDraftsAppearNowhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const canary = "金丝雀五一七三"
	row := s.Publish(t, s.County, "county.7", "2025", portaltest.Text("公开的总结", "公开的正文"))
	d := portaltest.Text(canary+"标题", canary+"正文")
	d.Summary, d.Keywords, d.DocNumber = canary, canary, canary
	s.Draft(t, s.County, "county.7", "2024", d)
	v, err := s.Disclosure.Correct(s.As(t, portaltest.Author), row.Province, row.ID)
	if err != nil {
		t.Fatal(err)
	}
	d.Reason = canary
	if _, err := s.Disclosure.Save(s.As(t, portaltest.Author), v.Province, v.ID, d); err != nil {
		t.Fatal(err)
	}
	if err := s.Disclosure.Submit(s.As(t, portaltest.Author), v.Province, v.ID); err != nil {
		t.Fatal(err)
	}
	for _, path := range allPages(row) {
		for _, lang := range []string{"", "/en"} {
			a := s.get(t, lang+path)
			if a.Code >= 500 {
				t.Errorf("%s answers %d: %.300s", path, a.Code, a.Body.String())
			}
			body := a.Body.String()
			if path == "/search?q="+url.QueryEscape(canary) { // the box repeats what the reader typed
				body = strings.NewReplacer(`value="`+canary+`"`, "", url.QueryEscape(canary), "", "搜索："+canary, "", "Search: "+canary, "", `Search: <span lang="zh-CN">`+canary, "").Replace(body)
			}
			if strings.Contains(body, canary) {
				t.Errorf("%s%s shows a draft", lang, path)
			}
		}
	}
	s.get(t, row.Href()+"/v/2").want(t, 404)
}

// allPages are one address of each public route.
func allPages(row *disclosure.Row) []string {
	u, it := "/"+row.UnitPath, row.Href()
	return []string{"/350525", "/350525/feed.atom", "/350525/feed.json", "/35", "/0", u, u + "/feed.atom", u + "/feed.json", u + "/c/plans", u + "/c/plans/deadline",
		u + "/c/fees/nudge", u + "/guide", u + "/catalogue", u + "/catalogue.xlsx", it, it + "/v/1", it + "/item.html", it + "/report", it + "/report/sent",
		"/guide", "/catalogue", "/catalogue.xlsx", "/latest", "/overdue", "/search?q=" + url.QueryEscape("金丝雀五一七三"), "/search?category=county.7", "/search/suggest?q=" + url.QueryEscape("金丝雀五一七三"), "/api/v1/search?q=" + url.QueryEscape("金丝雀五一七三"), "/feed.atom", "/feed.json",
		"/open-data", "/sitemap.xml", "/embed" + u, "/embed" + u + "/push.json", "/embed" + it, "/api/v1/items", "/api/v1/items" + it, "/api/v1/agencies" + u + "/catalogue"}
}

// TestStatementsArePerPageNotPerRow bounds what each page asks of the store.
func TestStatementsArePerPageNotPerRow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var row *disclosure.Row
	for i := range 12 {
		s.Clock.Advance(1e9)
		row = s.Publish(t, s.County, "county.2", "", portaltest.Text(fmt.Sprintf("第%03d号文件", i), "文件正文"))
	}
	u, it := "/"+row.UnitPath, row.Href()
	for path, most := range map[string]int64{
		"/350525": 8, "/350525100": 8, "/350525100001": 11, u: 9, u + "/c/documents": 6, "/350525100001/committee/c/laws": 11, u + "/c/fees/deadline": 6, it: 13, it + "/item.html": 10,
		u + "/guide": 4, u + "/catalogue": 7, "/guide": 2, "/catalogue": 5, "/latest": 4, "/overdue": 6, "/search?q=" + url.QueryEscape("文件"): 11, "/feed.atom": 3, u + "/feed.json": 4,
	} {
		a := s.get(t, path).want(t, 200)
		if a.Statements > most {
			t.Errorf("%s takes %d statements, want at most %d", path, a.Statements, most)
		}
		t.Logf("%s: %d", path, a.Statements)
	}
	s.get(t, it).want(t, 200)
	if again := s.get(t, it); again.Statements != 0 {
		t.Errorf("a published page read again takes %d statements", again.Statements)
	}
}
