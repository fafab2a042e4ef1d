package portal_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yangguang/disclosure"
	"yangguang/disclosure/portal/portaltest"
)

func asked(words string) string { return "/search?q=" + url.QueryEscape(words) }

// withFile publishes an item with an attachment.
func (s *site) withFile(t *testing.T, title, name, content string) *disclosure.Row {
	t.Helper()
	v := s.Draft(t, s.County, "county.2", "", portaltest.Text(title, "正文"))
	s.Attach(t, v, name, content)
	return s.Finish(t, v)
}

func TestASearchSaysInWhichAttachment(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	row := s.withFile(t, "药具发放点", "清单.csv", "地点,数量\n桃溪卫生室,１２３４５盒\n")
	a := s.get(t, asked("桃溪卫生室")).want(t, 200, row.Href(), "附件《清单.csv》：", "<mark>桃溪卫生室</mark>")
	if a.Statements > 25 {
		t.Errorf("%d statements", a.Statements)
	}
	s.get(t, asked("药具 12345盒")).want(t, 200, "<mark>１２３４５盒</mark>")
	s.get(t, asked("室")).want(t, 200, "<mark>室</mark>")
	s.TakeDown(t, row, "error", "有误")
	s.get(t, asked("桃溪卫生室")).want(t, 200, "没有找到").not(t, "清单.csv")
}

func TestOtherNamesAreLookedForAndNamed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	row := s.Publish(t, s.County, "county.2", "", portaltest.Text("农村奖励扶助公告", "奖励扶助公告的正文"))
	s.get(t, asked("奖扶公告")).want(t, 200, row.Href(), "也找了：奖励扶助公告", "只找“奖扶公告”", "<mark>").not(t, "没有找到")
	s.get(t, asked("奖扶公告")+"&exact=1").want(t, 200, "没有找到").not(t, "也找了")
	s.get(t, "/en"+asked("奖扶")).want(t, 200, `Also searched for: <span lang="zh-CN">奖励扶助, 独生子女费</span>.`, row.Href())
}

func TestAMisspeltWordIsAskedAbout(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Publish(t, s.County, "county.2", "", portaltest.Text("流动人口服务窗口Workflow", "正文"))
	gone := s.Publish(t, s.County, "county.2", "", portaltest.Text("渔业仲裁通告Timetable", "正文"))
	for typed, want := range map[string]string{"流动人囗": "流动人口", "流懂人口": "流动人口", "人口流动服务": "", "服务创口": "服务窗口", "workflaw": "workflow", "渔业种裁": "渔业仲裁", "timetabel": "timetable"} {
		page := s.get(t, asked(typed)).want(t, 200)
		if want == "" {
			continue
		}
		page.want(t, 200, "您是不是要找", ">"+want+"</a>")
		s.get(t, asked(want)).want(t, 200).not(t, "没有找到")
	}
	s.TakeDown(t, gone, "error", "有误")
	for _, typed := range []string{"渔业种裁", "timetabel"} {
		s.get(t, asked(typed)).want(t, 200, "没有找到").not(t, "您是不是要找", "渔业仲裁", "imetable")
	}
}

type suggestions struct {
	Suggestions []struct{ Text, Note, Href string }
}

func (s *site) suggest(t *testing.T, words string) suggestions {
	t.Helper()
	var out suggestions
	if err := json.Unmarshal(s.get(t, "/search/suggest?q="+url.QueryEscape(words)).want(t, 200).Body.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSuggestionsArePublishedTitlesUnitsPlacesAndCategories(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	row := s.Publish(t, s.County, "county.2", "", portaltest.Text("丹桂年度Report公告", "没有这个词的正文"))
	s.Draft(t, s.County, "county.2", "", portaltest.Text("丹桂草稿", "正文"))
	for words, want := range map[string]string{"丹桂": row.Title, "repo": row.Title, "桃城": "桃城镇", "收费": "收费"} {
		found := false
		for _, x := range s.suggest(t, words).Suggestions {
			found = found || strings.Contains(x.Text, want)
			if strings.Contains(x.Text, "草稿") {
				t.Errorf("%s: a draft is suggested", words)
			}
		}
		if !found {
			t.Errorf("%s: %s is not suggested: %+v", words, want, s.suggest(t, words))
		}
	}
	if again := s.get(t, "/search/suggest?q="+url.QueryEscape("丹桂")); again.Statements != 0 {
		t.Errorf("asked again it takes %d statements", again.Statements)
	}
	s.TakeDown(t, row, "error", "有误")
	if got := s.suggest(t, "丹桂"); len(got.Suggestions) != 0 {
		t.Errorf("what was taken down is suggested: %+v", got)
	}
	if got := s.suggest(t, " "); len(got.Suggestions) != 0 {
		t.Errorf("nothing typed: %+v", got)
	}
}

func TestResultsAreCountedByPlaceAndCategory(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 3 {
		s.Clock.Advance(1e9)
		s.Publish(t, s.County, "county.2", "", portaltest.Text(fmt.Sprintf("金桂公告%d", i), "正文"))
	}
	s.Publish(t, s.Township, "township.4", "2026Q3", portaltest.Text("金桂安排", "正文"))
	s.Publish(t, s.Village, "village.8", "2026Q3", portaltest.Text("金桂村务", "正文"))
	s.Draft(t, s.Village, "village.8", "2026Q2", portaltest.Text("金桂草稿", "正文"))
	a := s.get(t, asked("金桂")).want(t, 200, "共5条", "按地方", "桃城镇（2）", "按类别", "（3）", "within=350525100")
	if a.Statements > 14 {
		t.Errorf("%d statements", a.Statements)
	}
	s.get(t, asked("金桂")+"&within=350525100").want(t, 200, "共2条", "（1）").not(t, "金桂公告")
	s.get(t, asked("金桂")+"&from=2026-11-01").want(t, 200, "金桂公告").not(t, "共5条")
	s.get(t, "/en"+asked("金桂")).want(t, 200, "5 found", "By place")
}

func TestNothingFoundShowsWhatIsMissing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.get(t, asked("收费")).want(t, 200, "没有找到", "应公开而没有公开", "/nudge", "几个词之间加空格")
	s.get(t, asked("没有这样的词")).want(t, 200, "没有找到").not(t, "应公开而没有公开")
}

func TestTheInterfaceSearches(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	router := contract(t, s)
	row := s.withFile(t, "药具发放点", "清单.csv", "地点,数量\n桃溪卫生室,5\n")
	s.Publish(t, s.County, "county.2", "", portaltest.Text("奖励扶助公告", "正文"))
	s.Draft(t, s.County, "county.2", "", portaltest.Text("奖励扶助草稿", "正文"))
	at := func(words, more string) string { return "/api/v1/search?q=" + url.QueryEscape(words) + more }
	type answer struct {
		Items []struct{ Path, Attachment, Excerpt string }
		Total int
		Also  []string
		Next  string
	}
	var got answer
	ask := func(path string) answer {
		t.Helper()
		got = answer{}
		if err := json.Unmarshal(s.call(t, router, path, 200), &got); err != nil {
			t.Fatal(err)
		}
		return got
	}
	if ask(at("桃溪卫生室", "")); len(got.Items) != 1 || got.Items[0].Path != row.Href() || got.Items[0].Attachment != "清单.csv" || !strings.Contains(got.Items[0].Excerpt, "桃溪卫生室") {
		t.Errorf("in an attachment: %+v", got)
	}
	if ask(at("奖扶", "")); got.Total != 1 || len(got.Also) == 0 {
		t.Errorf("another name: %+v", got)
	}
	if ask(at("奖扶", "&exact=true")); got.Total != 0 {
		t.Errorf("exactly: %+v", got)
	}
	if ask(at("正文", "&limit=1")); got.Total != 2 || got.Next == "" {
		t.Errorf("a page: %+v", got)
	}
	if ask(at("正文", "&limit=1&before="+got.Next)); len(got.Items) != 1 {
		t.Errorf("the next page: %+v", got)
	}
	if ask(at("正文", "&agency=350525/bureau&category=county.7&within=350525")); got.Total != 0 {
		t.Errorf("another category: %+v", got)
	}
	for _, path := range []string{"/api/v1/search", at("", ""), at("x", "&within=x"), at("x", "&agency=x"), at("x", "&before=x"), at("x", "&limit=0"), at("x", "&category=x")} {
		s.call(t, router, path, 422)
	}
}

// TestNobodyLearnsOfWhatIsNotPublished asks every way of searching for a
// unique string that stands in drafts, in a correction under review, in their
// attachments and in what was taken down: each answers as for a string that is
// nowhere.
func TestNobodyLearnsOfWhatIsNotPublished(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const canary, nowhere = "鸱鸮椑柿", "鸤鸠栟榈"
	row := s.Publish(t, s.County, "county.7", "2025", portaltest.Text("公开的总结", "公开的正文"))
	draft := portaltest.Text(canary+"标题", canary+"正文")
	draft.Summary, draft.Keywords = canary, canary
	v := s.Draft(t, s.County, "county.2", "", draft)
	s.Attach(t, v, canary+".txt", canary+"附件")
	c, err := s.Disclosure.Correct(s.As(t, portaltest.Author), row.Province, row.ID)
	if err != nil {
		t.Fatal(err)
	}
	draft.Reason = "更正"
	if _, err := s.Disclosure.Save(s.As(t, portaltest.Author), c.Province, c.ID, draft); err != nil {
		t.Fatal(err)
	}
	s.Attach(t, c, canary+"二.txt", canary+"附件")
	gone := s.withFile(t, canary+"撤下", canary+".csv", canary+",1\n")
	s.TakeDown(t, gone, "error", "有误")
	if err := s.Disclosure.Index(t.Context(), gone.Province, gone.ID); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"%s", "%s 正文", "%s标题", "%s附件", "%s撤下", "%s二"} {
		for _, path := range []string{"/search?q=%s", "/search?q=%s&sort=best", "/search?q=%s&exact=1", "/search?q=%s&category=county.2", "/search?q=%s&within=350525", "/en/search?q=%s", "/search/suggest?q=%s", "/api/v1/search?q=%s"} {
			answer := func(canary string) string {
				w := fmt.Sprintf(word, canary)
				body := s.get(t, fmt.Sprintf(path, url.QueryEscape(w))).want(t, 200).Body.String()
				for _, spelt := range []string{url.QueryEscape(url.QueryEscape(w)), url.PathEscape(w), url.QueryEscape(w), w} {
					body = strings.ReplaceAll(body, spelt, "Q")
				}
				return body
			}
			if got, want := answer(canary), answer(nowhere); got != want || strings.Contains(got, canary) {
				t.Errorf("%s of %s answers otherwise than for a word that is nowhere (-nowhere +canary):\n%s", path, word, cmp.Diff(strings.Split(want, "<"), strings.Split(got, "<")))
			}
		}
	}
	// one character off: spelling must not find the way there
	for _, path := range []string{"/search?q=", "/api/v1/search?q="} {
		if strings.Contains(s.get(t, path+url.QueryEscape("鸱鸮椑木")).want(t, 200).Body.String(), canary) {
			t.Errorf("%s: the spelling tells of what is not published", path)
		}
	}
}
