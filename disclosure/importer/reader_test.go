package importer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yangguang/internal/clock"
	"yangguang/norm"
)

func TestDaysAreReadTheWayOfficesWriteThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"2023年5月6日", "2023-05-06"}, {"发布时间：2023-05-06 10:20", "2023-05-06"}, {"2023/5/6", "2023-05-06"}, {"2023.05.06", "2023-05-06"},
		{"20230506", "2023-05-06"}, {"２０２３年５月６日", "2023-05-06"}, {"Sat, 06 May 2023 10:00:00 +0800", "2023-05-06"},
		{"2023年13月6日", ""}, {"5月6日", ""}, {"", ""}, {"13800000000", ""},
	} {
		got, ok := FindDate(c.in)
		want := ""
		if ok {
			want = got.String()
		}
		if want != c.want {
			t.Errorf("FindDate(%q) = %q, want %q", c.in, want, c.want)
		}
	}
}

func TestAPageOfAnOldSiteIsRead(t *testing.T) {
	t.Parallel()
	body := "办理生育登记服务需要身份证、户口簿和结婚证，办理时限为即时办结，不收取费用。"
	e, ok := ReadPage("zwgk/t1.html", gbk(oldPage("生育登记服务指南", "2019-03-05", "QZ00110-3000-2019-00001", body)))
	if !ok {
		t.Fatal("the page was not taken for one")
	}
	if e.Title != "生育登记服务指南" || e.Published != clock.MustDate("2019-03-05") || e.Number != "QZ00110-3000-2019-00001" || e.Category != "办事指南" || e.Old != "/zwgk/t1.html" {
		t.Errorf("read %+v", e)
	}
	if !strings.Contains(e.Body, body) || strings.Contains(e.Body, "script") || strings.Contains(e.Body, "版权") {
		t.Errorf("the text is %s", e.Body)
	}
	if diff := cmp.Diff([]string{"files/表格.csv"}, e.Files); diff != "" {
		t.Errorf("attachments (-want +got)\n%s", diff)
	}
	if !strings.Contains(e.Body, "/old/zwgk/t2.html") {
		t.Errorf("the link to another page does not lead by the old address: %s", e.Body)
	}
}

func TestAPageWithoutTagsIsReadByItsLooks(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("根据有关规定，现将本年度计划生育家庭奖励扶助对象的资格条件和申报程序公布如下。", 5)
	e, ok := ReadPage("a/b.html", []byte(`<title>关于奖励扶助的通知-某某网</title><body><ul><li><a href=1>一个很长的菜单项目</a><li><a href=2>又一个很长的菜单项目</a></ul>
<div id=x><h1>关于奖励扶助的通知</h1><div>来源：本站　发布日期：2020年7月1日</div><div><p>`+text+`</p></div></div><div>联系我们</div></body>`))
	if !ok || e.Title != "关于奖励扶助的通知" || e.Published != clock.MustDate("2020-07-01") || !strings.Contains(e.Body, text) || strings.Contains(e.Body, "菜单") {
		t.Errorf("read %v %+v", ok, e)
	}
}

func TestAListOfPagesIsNoArticle(t *testing.T) {
	t.Parallel()
	if e, ok := ReadPage("index.html", []byte(`<body><ul>`+strings.Repeat(`<li><a href="t.html">一篇很长的文章的标题在这里</a> 2020-01-01</li>`, 20)+`</ul></body>`)); ok {
		t.Errorf("taken for an article: %+v", e)
	}
}

func TestFeedsAreRead(t *testing.T) {
	t.Parallel()
	rss := `<?xml version="1.0" encoding="GBK"?><rss version="2.0"><channel><title>x</title>
<item><title>收费标准公示</title><link>http://wjj.example.gov.cn/art/2018/1/2/1.html</link><pubDate>Tue, 02 Jan 2018 23:30:00 +0800</pubDate><category>收费</category><description>&lt;p&gt;不收取任何费用。&lt;/p&gt;</description></item></channel></rss>`
	es, err := ReadFeed("f.xml", gbk(rss))
	check(t, err)
	if len(es) != 1 || es[0].Title != "收费标准公示" || es[0].Published != clock.MustDate("2018-01-02") || es[0].Old != "http://wjj.example.gov.cn/art/2018/1/2/1.html" || !strings.Contains(es[0].Body, "<p>") {
		t.Errorf("RSS read as %+v", es)
	}
	atom := `<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>机构职能</title><link rel="alternate" href="http://a.gov.cn/1"/><published>2017-12-31T20:00:00Z</published><content type="html">&lt;p&gt;职能&lt;/p&gt;</content></entry></feed>`
	es, err = ReadFeed("f.atom", []byte(atom))
	check(t, err)
	if len(es) != 1 || es[0].Published != clock.MustDate("2018-01-01") || es[0].Body != "<p>职能</p>" || es[0].Old != "http://a.gov.cn/1" {
		t.Errorf("Atom read as %+v", es)
	}
	if _, err := ReadFeed("f.xml", []byte("<a><b></a>")); err == nil {
		t.Error("what is no feed was taken for one")
	}
}

func TestTextsInEveryEncodingOfOldSites(t *testing.T) {
	t.Parallel()
	for name, b := range map[string][]byte{"UTF-8": []byte("信息公开"), "with a mark": []byte("\xef\xbb\xbf信息公开"), "GBK": gbk("信息公开"), "says GBK and is UTF-8": []byte("<meta charset=gbk>信息公开")} {
		if s, ok := Decode(b); !ok || !strings.HasSuffix(s, "信息公开") {
			t.Errorf("%s: %q %v", name, s, ok)
		}
	}
	if _, ok := Decode([]byte{0x80, 0xff, 0, 1, 2, 0xff}); ok {
		t.Error("bytes were taken for text")
	}
}

func FuzzPage(f *testing.F) {
	f.Add([]byte(oldPage("标题", "2020-01-01", "A-1", "正文")))
	f.Add(gbk(oldPage("标题", "2020-01-01", "A-1", "正文")))
	f.Add([]byte("<table><td>索引号<td><div class=zoom><a href='://%zz'>"))
	f.Fuzz(func(_ *testing.T, b []byte) { ReadPage("a/b.html", b) })
}

func FuzzFeed(f *testing.F) {
	f.Add([]byte(`<rss><channel><item><title>a</title><pubDate>2020-01-01</pubDate></item></channel></rss>`))
	f.Add([]byte(`<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="xhtml"><div/></content></entry></feed>`))
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = ReadFeed("f.xml", b) })
}

func FuzzSheet(f *testing.F) {
	f.Add([]byte("标题,原公开日期\nA,2020-01-01\n"))
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = ReadSheet("f.csv", b) })
}

func TestCategoriesAreGuessedFromTheWordsOfOldSites(t *testing.T) {
	t.Parallel()
	cg := norm.Builtin().Catalogue("authority")
	for title, want := range map[string]string{"再生育审批办事指南": "county.9", "2019年部门决算公开": "county.6", "社会抚养费收费依据": "county.8", "永春县卫生健康局机构职能": "county.3"} {
		if got, certain := guess(cg, Entry{Title: title}); got != want || certain {
			t.Errorf("%s is guessed to be %s (%v), want %s", title, got, certain, want)
		}
	}
	if got, certain := guess(cg, Entry{Title: "甲", Category: "3. 机构设置和职能"}); got != "county.3" || !certain {
		t.Errorf("a category named in full is %s (%v)", got, certain)
	}
}
