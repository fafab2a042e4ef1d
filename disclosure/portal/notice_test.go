package portal_test

import (
	"testing"

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

	s.Clock.Advance(10 * 24 * 3600 * 1e9)
	s.get(t, open.Href()).want(t, 200, "公示已于2026年12月1日结束")
}

func TestAnEmergencySaysThatTheFullReviewFollows(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.Draft(t, s.County, "county.10", "", portaltest.Text("寒潮预警", "请注意防寒。"))
	err := s.Disclosure.Emergency(s.As(t, portaltest.Approver), v.Province, v.ID, disclosure.Opinion{Basis: "突发事件应对法第六十四条", Checks: []string{"secrecy", "privacy", "accuracy"}})
	if err != nil {
		t.Fatal(err)
	}
	s.get(t, "/350525/bureau/2026-00001").want(t, 200, "寒潮预警", "完整审查随后补办", "值班批准")
	s.get(t, "/latest").want(t, 200, "紧急发布")
}
