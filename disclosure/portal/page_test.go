package portal_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"yangguang/agency"
	"yangguang/agency/agencytest"
	"yangguang/disclosure"
	"yangguang/disclosure/form"
	"yangguang/disclosure/portal/portaltest"
	"yangguang/internal/clock"
)

var fees = form.Data{Fields: map[string]string{"as_of": "2026-01-01"}, Rows: []form.Row{{ID: "1", Cells: map[string]string{
	"item": "婚前医学检查费", "basis": "闽价费〔2020〕12号", "standard": "48.50", "per": "每人次", "state": "in_force"}}}}

func feesDraft(title string) disclosure.Text {
	dr := portaltest.Text(title, "")
	dr.Form, dr.Data = "fees", fees
	return dr
}

// TestPagesOfOneCounty walks a reader's way from the county to an item.
func TestPagesOfOneCounty(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	law := s.Publish(t, s.Prefecture, "county.1", "", portaltest.Text("泉州市人口与计划生育办法", "第一条 本办法适用于本市。"))
	row := s.Publish(t, s.County, "county.8", "", feesDraft("行政事业性收费目录（2026年）"))
	s.Draft(t, s.County, "county.2", "", portaltest.Text("尚未公开的文件", "草稿"))

	s.get(t, "/350525").want(t, 200, "永春县", "桃城镇", "按时公开", "永春县演示局", "行政事业性收费目录（2026年）").not(t, "尚未公开的文件")
	s.get(t, "/en/350525").want(t, 200, "On time", "/en/350525100", "Latest")
	s.get(t, "/350525100").want(t, 200, "桃城镇演示政府")
	s.get(t, "/350525100001").want(t, 200, "演示村民委员会", "催公开")
	s.get(t, "/350525/bureau").want(t, 200, "行政事业性收费目录（2026年）", "逾期", "催公开", "https://demo.example/350525/bureau", "GovernmentOrganization", "上级公开")
	s.get(t, "/350525/bureau/c/fees").want(t, 200, "行政事业性收费目录（2026年）", "公开依据", "20个工作日内")
	s.get(t, "/350525/bureau/c/laws").want(t, 200, law.Title, "泉州市演示局")
	s.get(t, "/350525100001/committee/c/laws").want(t, 200, law.Title)
	s.get(t, row.Href()).want(t, 200, "婚前医学检查费", "48.50", row.Number, "保密审查", "批准", "有效", `name="ArticleTitle"`, `name="PubDate" content="2026-11-23 10:00"`, "Dataset").
		not(t, "测试人员")
	s.get(t, "/en"+row.Href()).want(t, 200, "How it was reviewed", "Secrecy review", "In force")
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	row := s.Publish(t, s.County, "county.8", "", feesDraft("收费目录"))
	for name, path := range map[string]string{
		"an unknown division":             "/359999",
		"a code of no length":             "/3505",
		"a place outside the county":      "/350526",
		"a word for a division":           "/3x",
		"an unknown unit":                 "/350525/nobody",
		"a unit of another division":      "/350525100/bureau",
		"an item of another unit":         "/350525/centre/" + row.Slug(),
		"an item that was never numbered": "/350525/bureau/2026-00099",
		"a number in another shape":       "/350525/bureau/2026-1",
		"a number with too many noughts":  "/350525/bureau/2026-000001",
		"a category of another catalogue": "/350525/bureau/c/births",
		"an unknown part of an item":      row.Href() + "/x",
		"a version that was never public": row.Href() + "/v/7",
		"a file of another item":          row.Href() + "/f/12345/x.txt",
		"a deadline of what is inherited": "/350525/bureau/c/laws/deadline",
	} {
		t.Run(name, func(t *testing.T) {
			if path == "/3505" { // a real prefecture above the county: readable
				return
			}
			s.get(t, path).want(t, 404)
		})
	}
	s.get(t, "/350525000000").sent(t, 301, "/350525")
	s.get(t, "/en/350525000000/bureau").sent(t, 301, "/en/350525/bureau")
	s.get(t, "/350525/bureau/c/laws/nudge").want(t, 409)
	s.post(t, "/350525/bureau/c/fees/nudge", nil).want(t, 409)
	s.post(t, row.Href()+"/x", url.Values{}).want(t, 404)
	cross := httptest.NewRequest(http.MethodPost, row.Href()+"/report", nil)
	cross.Header.Set("Sec-Fetch-Site", "cross-site")
	s.do(t, cross).want(t, 403)
}

func TestCorrectionsKeepTheOldVersionReadable(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	row := s.Publish(t, s.County, "county.7", "2025", portaltest.Text("2025年工作总结", "全年办理 86 件。\n反馈 86 件。"))
	s.Correct(t, row, func(d *disclosure.Text) { d.Body = "<p>全年办理 68 件。</p><p>反馈 86 件。</p>" })
	s.get(t, row.Href()).want(t, 200, "68 件", "已更正", "数字有误", row.Href()+"/v/1").not(t, "办理 86 件")
	s.get(t, row.Href()+"/v/1").want(t, 200, "86 件", "这是第1版", "<ins>68</ins>", "<del>86</del>")
	s.get(t, row.Href()+"/v/2").sent(t, 301, row.Href())
}

func TestTakenDownLeavesATombstone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	row := s.Publish(t, s.County, "county.7", "2025", portaltest.Text("误发的总结", "墓碑里不能有的正文"))
	s.get(t, row.Href()).want(t, 200)
	s.TakeDown(t, row, "error", "发布有误，另行公开")
	s.get(t, row.Href()).want(t, 410, "本信息已撤下", "发布有误，另行公开", row.Number).not(t, "墓碑里不能有的正文")
	for _, part := range []string{"/v/1", "/item.html", "/report"} {
		s.get(t, row.Href()+part).want(t, 404)
	}
	for _, path := range []string{"/350525", "/350525/bureau", "/350525/bureau/c/plans", "/350525/bureau/feed.atom"} {
		s.get(t, path).want(t, 200).not(t, "误发的总结")
	}
}

func TestAttachmentsBelongToWhatIsPublishedNow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.Draft(t, s.County, "county.7", "2025", portaltest.Text("有附件的总结", "见附件。"))
	s.Attach(t, v, "附件 一.csv", "项目,数量\n甲,12\n")
	row := s.Finish(t, v)
	body := s.get(t, row.Href()).want(t, 200, "附件 一.csv", "CSV").Body.String()
	i := strings.Index(body, row.Href()+"/f/")
	if i < 0 {
		t.Fatal("no link to the file")
	}
	link, _, _ := strings.Cut(body[i:], `"`)
	a := s.get(t, link).want(t, 200, "甲,12")
	for header, want := range map[string]string{"Content-Type": "text/csv; charset=utf-8", "X-Content-Type-Options": "nosniff"} {
		if got := a.Header().Get(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	if got := a.Header().Get("Content-Disposition"); !strings.HasPrefix(got, "attachment;") || !strings.Contains(got, "filename*=UTF-8''") {
		t.Errorf("Content-Disposition is %q", got)
	}
	s.TakeDown(t, row, "privacy", "撤回附件")
	s.get(t, link).want(t, 404)
}

func TestAReaderAsksForWhatIsMissing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const path = "/350525/bureau/c/fees/nudge"
	s.get(t, path).want(t, 200, "确认催公开", "不记录是谁催的")
	for range 2 {
		s.post(t, path, nil).sent(t, 303, "/350525/bureau/c/fees/nudged")
	}
	s.get(t, "/350525/bureau/c/fees/nudged").want(t, 200, "本期共有2次催促")
	s.get(t, "/350525/bureau").want(t, 200, "已有2次催促")
	s.get(t, "/en/350525/bureau").want(t, 200, "asked for 2 times")
}

func TestAReaderReportsAnError(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	row := s.Publish(t, s.County, "county.8", "", feesDraft("收费目录"))
	path := row.Href() + "/report"
	s.get(t, path).want(t, 200, "内容有错", "抄送上级")
	s.post(t, path, url.Values{"text": {"短"}, "contact": {"保留我的联系方式"}}).want(t, 422, "请选择问题的类型", "请说明哪里有问题", "保留我的联系方式")
	s.post(t, path, url.Values{"kind": {"wrong"}, "text": {"第一行的金额应当是四十元"}}).sent(t, 303, path+"/sent")
	s.get(t, path+"/sent").want(t, 200, "已收到您的报告", "5个工作日")
	reports, err := s.Disclosure.Reports(s.As(t, portaltest.Approver), s.County.ID)
	if err != nil || len(reports) != 1 || reports[0].Superior != s.Prefecture.ID {
		t.Errorf("reports %+v, %v", reports, err)
	}
}

func TestDownloads(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	row := s.Publish(t, s.County, "county.8", "", feesDraft("收费目录"))
	s.get(t, row.Href()+"/item.csv").want(t, 200, "婚前医学检查费")
	s.get(t, row.Href()+"/item.html").want(t, 200, "婚前医学检查费", "演示数据", "https://demo.example"+row.Href())
	if b := s.get(t, row.Href()+"/item.xlsx").want(t, 200).Body.String(); !strings.HasPrefix(b, "PK") {
		t.Error("not a workbook")
	}
	text := s.Publish(t, s.County, "county.7", "2025", portaltest.Text("总结", "正文"))
	s.get(t, text.Href()+"/item.csv").want(t, 404)
}

func TestADeadlineIsExplainedDayByDay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.get(t, "/350525100001/committee/c/births/deadline").want(t, 200, "2026年第3季度", "不计入", "国庆节", "期限届满")
	s.get(t, "/en/350525100001/committee/c/births/deadline").want(t, 200, "The last day is")
}

func TestHostileTitlesAreText(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const bad = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>&]]>`
	row := s.Publish(t, s.County, "county.7", "2025", portaltest.Text(bad, `<p onclick="x()">正文<script>alert(3)</script></p>`))
	for _, path := range []string{"/350525", "/350525/bureau", "/350525/bureau/c/plans", row.Href(), row.Href() + "/report", row.Href() + "/item.html",
		"/350525/bureau/feed.atom", "/feed.json", "/search?q=" + url.QueryEscape("正文"), "/catalogue", "/latest", "/embed/350525/bureau", "/embed" + row.Href()} {
		s.get(t, path).want(t, 200).not(t, "<script>alert", "<img src=x", "onclick=")
	}
}

func TestUnitsThatChangedForwardOrSaySo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Publish(t, s.Institution, "institution.6", "", portaltest.Text("服务纪律", "正文"))
	on := clock.DateOf(portaltest.Now)
	if err := s.Registry.Move(t.Context(), agency.Relocation{Agency: s.Institution.ID, To: agencytest.Township, On: on, Basis: "机构改革方案"}); err != nil {
		t.Fatal(err)
	}
	s.get(t, "/350525/centre").sent(t, 301, "/350525100/centre")
	s.get(t, "/350525100/office").not(t, "单位沿革") // founding alone is no history
	if err := s.Registry.Rename(t.Context(), agency.Renaming{Agency: s.Institution.ID, Name: "永春县演示服务总站", On: on, Basis: "更名批复"}); err != nil {
		t.Fatal(err)
	}
	s.App.Cache().Empty()
	s.get(t, "/350525100/centre").want(t, 200, "单位沿革", "更名，原名"+s.Institution.Name, "更名批复", "迁移")
	s.get(t, "/en/350525100/centre").want(t, 200, "Renamed; before: ", s.Institution.Name)
	s.get(t, "/350525/centre/c/fees?x=1").sent(t, 301, "/350525100/centre/c/fees?x=1")
	if err := s.Registry.Merge(t.Context(), agency.Merger{Agency: s.Institution.ID, Into: s.Township.ID, On: on, Basis: "机构改革方案"}); err != nil {
		t.Fatal(err)
	}
	s.App.Cache().Empty()
	s.get(t, "/350525100/centre").want(t, 200, "并入桃城镇演示政府", "/350525100/office", "服务纪律")
	s.get(t, "/350525100/office").want(t, 200, "单位沿革", "永春县演示服务总站并入", `href="/350525100/centre"`)
}

// TestAVillageShowsTheLawsPublishedAbove: what its superiors published in an
// inherited category, the newest first, and nothing taken down. 1.2.4(1)(2)
func TestAVillageShowsTheLawsPublishedAbove(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	publish := func(u agency.Agency, category, title string) *disclosure.Row {
		s.Clock.Advance(time.Minute)
		return s.Publish(t, u, category, "", portaltest.Text(title, "正文"))
	}
	publish(s.Province, "county.1", "省条例")
	publish(s.Prefecture, "county.1", "市办法")
	old := publish(s.County, "county.1", "县旧规定")
	publish(s.County, "county.1", "县新规定")
	publish(s.County, "county.2", "县通知")
	s.TakeDown(t, old, "error", "内容有误")
	laws := s.get(t, "/"+s.Village.Path()+"/c/laws").want(t, 200, "县新规定", "市办法", "省条例").not(t, "县旧规定", "县通知").Body.String()
	if strings.Index(laws, "县新规定") >= strings.Index(laws, "市办法") || strings.Index(laws, "市办法") >= strings.Index(laws, "省条例") {
		t.Error("the laws are not listed the newest first")
	}
	s.get(t, "/"+s.Village.Path()+"/c/documents").want(t, 200, "县通知").not(t, "县新规定")
	s.get(t, "/"+s.County.Path()+"/c/laws").want(t, 200, "省条例")
	s.get(t, "/"+s.Village.Path()+"/c/births").want(t, 200).not(t, "县新规定")
}

// TestEveryExportOfDemonstrationDataIsMarked opens each file a reader can take
// away: 演示数据 stands in it, and in none of an installation in earnest.
func TestEveryExportOfDemonstrationDataIsMarked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	row := s.Publish(t, s.County, "county.8", "", feesDraft("收费目录"))
	for _, demo := range []bool{true, false} {
		s.front.Demo = demo
		s.App.Cache().Empty()
		for path, sheet := range map[string]bool{row.Href() + "/item.csv": false, row.Href() + "/item.html": false, row.Href() + "/item.xlsx": true,
			"/350525/bureau/catalogue.xlsx": true, "/catalogue.xlsx": true, "/en" + row.Href() + "/item.csv": false, "/en" + row.Href() + "/item.xlsx": true} {
			body := s.get(t, path).want(t, 200).Body.Bytes()
			text := string(body)
			if sheet {
				text = cellsOf(t, body)
			}
			mark := "演示数据"
			if strings.HasPrefix(path, "/en/") {
				mark = "Demonstration data"
			}
			if strings.Contains(text, mark) != demo {
				t.Errorf("%s, demonstration %v: the mark %q", path, demo, mark)
			}
		}
	}
}

// cellsOf is every word of a workbook, its headers and footers included.
func cellsOf(t testing.TB, b []byte) string {
	t.Helper()
	x, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	var out strings.Builder
	for _, name := range x.GetSheetList() {
		rows, err := x.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			out.WriteString(strings.Join(r, " ") + "\n")
		}
	}
	return out.String()
}
