package portal_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"yangguang/disclosure"
	"yangguang/disclosure/portal/portaltest"
	"yangguang/internal/clock"
)

func TestWhatAReaderMustNotMissStandsOnTop(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	dr := portaltest.Text("资格公示", "公示内容")
	dr.EndsOn = clock.MustDate("2026-12-01")
	open := s.Publish(t, s.County, "county.12", "", dr)
	s.get(t, open.Href()).want(t, 200, "公示到2026年12月1日（星期二）为止")

	doc := portaltest.Text("关于收费的通知", "通知正文")
	doc.DocNumber = "永卫〔2026〕5号"
	old := s.Publish(t, s.County, "county.2", "", doc)
	s.get(t, old.Href()).want(t, 200, "永卫〔2026〕5号", `"Legislation"`, "InForce", `name="ColumnType" content="政策文件"`)
	reading := portaltest.Text("通知的解读", "解读正文")
	reading.Explains = old.ID
	explains := s.Publish(t, s.County, "county.12", "", reading)
	s.get(t, explains.Href()).want(t, 200, "本文解读", old.Href())
	s.get(t, old.Href()).want(t, 200, "政策解读", explains.Href())
	if err := s.Disclosure.SetValidity(s.As(t, portaltest.Approver), old.Province, old.ID, "abolished", "已有新规定"); err != nil {
		t.Fatal(err)
	}
	s.get(t, old.Href()).want(t, 200, "已经废止", "已有新规定", "NotInForce")
}

// TestANoticeEndsByItself reads a 公示 the day before its last day, on it and
// the day after, on every way the public reads it. Nobody does anything.
func TestANoticeEndsByItself(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	dr := portaltest.Text("候选人资格公示", "公示内容")
	dr.EndsOn = clock.MustDate("2026-11-25")
	row := s.Publish(t, s.County, "county.11", "", dr)
	s.Publish(t, s.County, "county.12", "", portaltest.Text("普通信息", "没有期限。"))
	api := "/api/v1/items/350525/bureau/" + row.Slug()
	lists := []string{"/latest", "/350525/bureau/c/discipline", "/search?q=" + url.QueryEscape("候选人"), "/embed/350525/bureau", "/350525"}
	for _, day := range []struct {
		on    string
		ended bool
	}{{"2026-11-24", false}, {"2026-11-25", false}, {"2026-11-26", true}} {
		s.Clock.Set(clock.MustDate(day.on).Start().Add(9 * time.Hour))
		s.Sync(t)
		word, other, state, term := "公示中", "公示已结束", "running", "notice-running"
		if day.ended {
			word, other, state, term = other, word, "ended", "notice-ended"
		}
		s.get(t, row.Href()).want(t, 200, word, "公示内容", `"expires":"2026-11-25"`).not(t, other)
		s.get(t, "/en"+row.Href()).want(t, 200, map[bool]string{false: "Notice period running", true: "Notice period ended"}[day.ended])
		for _, path := range lists {
			s.get(t, path).want(t, 200, "候选人资格公示", word).not(t, other)
		}
		s.get(t, row.Href()+"/item.html").want(t, 200, "公示期至", word).not(t, other)
		s.get(t, api).want(t, 200, `"notice":"`+state+`"`, `"notice_ends_on":"2026-11-25"`)
		s.get(t, "/api/v1/items?within=350525").want(t, 200, `"notice":"`+state+`"`)
		feed := s.get(t, "/350525/bureau/feed.atom").want(t, 200, `term="`+term+`"`)
		s.get(t, "/350525/bureau/feed.json").want(t, 200, `"tags":["`+word+`"]`)
		if got := strings.Contains(feed.Body.String(), "<updated>2026-11-26T00:00:00+08:00</updated>"); got != day.ended {
			t.Errorf("%s: the feed says that the entry changed at midnight: %v", day.on, got)
		}
		title := s.get(t, "/350525/bureau/catalogue").want(t, 200, "候选人资格公示").Body.String()
		if got := strings.Contains(title, "候选人资格公示（公示已结束）"); got != day.ended {
			t.Errorf("%s: the catalogue marks it ended: %v", day.on, got)
		}
		s.get(t, "/350525/bureau/catalogue").not(t, "普通信息（")
		// What was published is published: an ended notice is never missing.
		s.get(t, "/overdue").want(t, 200).not(t, "350525/bureau/c/discipline")
		s.get(t, "/api/v1/agencies/350525/bureau/catalogue").want(t, 200, `"county.11","number":11,"slug":"discipline"`)
		if body := s.get(t, "/api/v1/agencies/350525/bureau/catalogue").Body.String(); !onTime(body, "county.11") {
			t.Errorf("%s: the category with the notice is not counted as published in time: %s", day.on, body)
		}
	}
	s.TakeDown(t, row, "error", "发错单位")
	s.get(t, row.Href()).want(t, 410).not(t, "公示已结束")
}

func onTime(body, category string) bool {
	_, rest, _ := strings.Cut(body, `"category":"`+category+`"`)
	_, rest, _ = strings.Cut(rest, `"status":"`)
	return strings.HasPrefix(rest, "on_time")
}

func TestAnEmergencySaysThatTheFullReviewFollows(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.Draft(t, s.County, "county.10", "", portaltest.Text("寒潮预警", "请注意防寒。"))
	err := s.Disclosure.Emergency(s.At(t, portaltest.Approver, s.County), v.Province, v.ID, disclosure.Opinion{Basis: "突发事件应对法第六十四条", Checks: []string{"secrecy", "privacy", "accuracy"}})
	if err != nil {
		t.Fatal(err)
	}
	s.get(t, "/350525/bureau/2026-00001").want(t, 200, "寒潮预警", "完整审查随后补办", "值班批准")
	s.get(t, "/latest").want(t, 200, "紧急发布")
}
