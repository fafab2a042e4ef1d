package office

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/db"
	"yangguang/internal/notify"
	"yangguang/internal/secret"
)

func counted(t *testing.T, path string) (*http.Request, *atomic.Int64) {
	ctx, n := db.CountStatements(t.Context())
	return httptest.NewRequest(http.MethodGet, path, nil).WithContext(ctx), n
}

func TestUnitsChange(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false, "2026-11-23")
	u := h.cast.Institution
	here := "/desk/agencies/" + id(u.ID)
	h.has(h.admin.page(here), "永春县演示服务中心", "更名")
	status, where := h.admin.post(here+"/amend", "phone", "0595-12345678", "superior", id(u.Superior))
	h.is(status, where, 303, "done=unit_amend")
	status, body := h.admin.post(here+"/amend", "phone", "abc", "superior", id(u.Superior))
	h.is(status, body, 422, "电话号码格式有误", `value="abc"`)
	status, body = h.admin.post(here+"/rename", "name", "永春县演示新中心", "on", "2026-11-23")
	h.is(status, body, 422, "请写明依据")
	status, body = h.admin.post(here+"/rename", "name", "永春县演示新中心", "on-year", "2026", "on-month", "11", "on-day", "23", "basis", "永编〔2026〕1号")
	h.is(status, body, 200, "用原名称仍能查到", "永编〔2026〕1号", `name="sure"`)
	status, where = h.admin.post(here+"/rename", "name", "永春县演示新中心", "on", "2026-11-23", "basis", "永编〔2026〕1号", "sure", "1")
	h.is(status, where, 303, "done=unit_rename")
	h.has(h.admin.page(here), "永春县演示新中心", "永编〔2026〕1号", "0595-12345678")
	h.has(h.admin.page("/desk/agencies?q=永春县演示服务"), "曾用名：永春县演示服务中心")
	status, body = h.admin.post(here+"/merge", "into", id(h.cast.Prefecture.ID), "on", "2026-11-23", "basis", "文件", "sure", "1")
	h.is(status, body, 404)
	status, body = h.admin.post("/desk/agencies/"+id(h.cast.Township.ID)+"/abolish", "on", "2026-11-23", "basis", "文件", "sure", "1")
	h.is(status, body, 409, "仍有下级单位")
	status, where = h.admin.post(here+"/merge", "into", id(h.cast.County.ID), "on", "2026-11-23", "basis", "文件", "sure", "1")
	h.is(status, where, 303, "done=unit_merge")
	h.has(h.admin.page(here), "已合并")
	status, body = h.admin.post("/desk/agencies/found", "division", "350526", "kind", "authority", "slug", "x", "name", "某局", "basis", "文件")
	h.is(status, body, 422, "不在您管理的行政区划范围内", "某局")
	status, where = h.admin.post("/desk/agencies/found", "division", "350525", "kind", "authority", "slug", "jiaoyu", "name", "永春县演示教育局", "basis", "文件", "superior", id(h.cast.County.ID))
	h.is(status, where, 303, "done=unit_found")
}

func TestAgenciesBySheet(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false, "2026-11-23")
	head := []string{"行政区划代码", "单位类别", "单位名称"}
	status, body := h.admin.upload("/desk/agencies/import", "a.xlsx", sheet(t, head, []string{"350526", "行政部门", "外县局"}))
	h.is(status, body, 422, "不在您管理的行政区划范围内")
	status, body = h.admin.upload("/desk/agencies/import", "a.xlsx", sheet(t, head, []string{"350525", "行政部门", "永春县演示林业局"}))
	h.is(status, body, 200, "没有发现问题")
	status, where := h.admin.upload("/desk/agencies/import/commit", "", nil, "sheet", hidden(t, body, "sheet"), "sheet_name", "a.xlsx")
	h.is(status, where, 303, "done=imported")
	h.has(h.admin.page("/desk/agencies"), "永春县演示林业局")
	for _, path := range []string{"/desk/agencies/import/template", "/desk/people/import/template"} {
		if status, b := h.admin.get(path); status != 200 || !strings.HasPrefix(b, "PK") {
			t.Errorf("GET %s: %d", path, status)
		}
	}
}

func TestNoticeOfHolidays(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false, "2026-12-16")
	h.has(h.admin.page("/desk/calendar"), "2027年的放假安排尚未载入")
	who, err := h.o.Accounts.ActorOf(t.Context(), h.admin.token)
	if err != nil {
		t.Fatal(err)
	}
	waits := func() int {
		ws, err := h.o.Waiting(account.With(t.Context(), who))
		if err != nil {
			t.Fatal(err)
		}
		return len(ws)
	}
	if waits() != 1 {
		t.Error("the missing notice does not wait in the inbox")
	}
	bad := "date,kind,name\n2027-01-01,rest,元旦\n2027-13-01,rest,元旦\n2027-01-05,work,元旦\n"
	status, body := h.admin.upload("/desk/calendar/check", "2027.csv", []byte(bad), "division", "0")
	h.is(status, body, 422, "第 3 行", "2027-13-01", "没有载入任何内容")
	status, body = h.admin.upload("/desk/calendar/check", "2027.txt", []byte(bad), "division", "0")
	h.is(status, body, 422)
	fine := "date,kind,name\n2027-01-01,rest,元旦\n2027-05-01,rest,劳动节\n2027-05-02,rest,劳动节\n2027-05-03,rest,劳动节\n2027-10-01,rest,国庆节\n2027-10-02,rest,国庆节\n2027-10-03,rest,国庆节\n2027-10-04,rest,国庆节\n2027-10-09,work,国庆节\n"
	status, body = h.admin.upload("/desk/calendar/check", "2027.csv", []byte(fine), "division", "0", "notice", "国办发明电〔2026〕9号", "source", "国务院办公厅")
	h.is(status, body, 200, "2027年10月4日", "国庆节放假", "因国庆节调休上班", "确认发布")
	kept := []string{"sheet", hidden(t, body, "sheet"), "sheet_name", "2027.csv", "division", "0", "notice", "国办发明电〔2026〕9号", "source", "国务院办公厅"}
	status, where := h.admin.upload("/desk/calendar/publish", "", nil, kept...)
	h.is(status, where, 303, "done=notice")
	if body := h.admin.page("/desk/calendar"); strings.Contains(body, "尚未载入") {
		t.Error("the alarm goes on after the notice was published")
	}
	if waits() != 0 {
		t.Error("the notice still waits in the inbox")
	}
	v := &visitor{h: h}
	h.has(v.page("/calendar?year=2027"), "国办发明电〔2026〕9号", "班")
	h.has(v.page("/calendar"), "2026年工作日历")
	h.has(v.page("/en/calendar"), "Working days of 2026")
	status, body = h.admin.upload("/desk/calendar/check", "2027.csv", []byte(fine), "division", "11")
	h.is(status, body, 422, "不在您管理的行政区划范围内")
	status, body = h.admin.upload("/desk/calendar/check", "local.csv", []byte("date,kind,name\n2027-04-12,rest,泼水节\n"), "division", "350525")
	h.is(status, body, 200, "2027年4月12日")
}

// 《条例》第三十三条 20个工作日: across the National Day of 2026.
func TestDeadlineIsExplained(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false, "2026-11-23")
	v := &visitor{h: h}
	h.has(v.page("/calendar/deadline?from-year=2026&from-month=9&from-day=20&days=20&unit=working_days"), "期限届满日：2026年10月23日", "第20个工作日", "国庆节放假")
	h.has(v.page("/en/calendar/deadline?from=2026-09-20&days=20"), "The last day")
	for _, q := range []string{"from=2026-13-01&days=20", "from=2026-09-20&days=0", "from=2026-09-20&days=9999", "from=2026-09-20&days=20&unit=x", "from=&days=20"} {
		if status, body := v.get("/calendar/deadline?" + q); status != 422 || !strings.Contains(body, `role="alert"`) {
			t.Errorf("%s: %d", q, status)
		}
	}
	if status, _ := v.get("/calendar?year=x"); status != 404 {
		t.Error("a year that is none is found")
	}
}

func TestAuditBook(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false, "2026-11-23")
	if err := h.o.DB.Write(t.Context(), func(tx *db.Tx) error {
		for _, e := range []audit.Entry{{Province: 35, Agency: h.cast.Prefecture.ID, Verb: "disclosure.publish", Object: "secret-of-the-prefecture"}, {Province: 35, Agency: h.cast.Village.ID, Verb: "disclosure.publish", Object: "item-of-the-village"}} {
			if err := audit.Append(tx, e); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	body := h.admin.page("/desk/audit")
	h.has(body, "item-of-the-village", "公开")
	if strings.Contains(body, "secret-of-the-prefecture") {
		t.Error("the book shows a unit out of range")
	}
	status, body := h.admin.get("/desk/audit?since_day-year=2026&since_day-month=13&since_day-day=1")
	h.is(status, body, 422, "请填写正确的日期")
	status, body = h.admin.post("/desk/audit/verify")
	h.is(status, body, 200, "记录完整")
	status, body = h.admin.post("/desk/audit/export")
	h.is(status, body, 422, "请写明原因")
	h.clock.Advance(10 * time.Minute)
	status, body = h.admin.post("/desk/audit/export", "reason", "年度检查")
	h.is(status, body, 403, "再次验证身份", `name="kept.reason" value="年度检查"`)
	status, body = h.admin.post("/step-up", "code", "000000", "again", "/desk/audit/export", "kept.reason", "年度检查")
	h.is(status, body, 422, "验证码不对", `name="kept.reason" value="年度检查"`)
	status, body = h.admin.post("/step-up", "code", h.code("admin1"), "again", "/desk/audit/export", "kept.reason", "年度检查")
	h.is(status, body, 200, "继续提交", `name="reason" value="年度检查"`)
	status, body = h.admin.post("/desk/audit/export", "reason", "年度检查")
	h.is(status, body, 200, "PK")
	h.has(h.admin.page("/desk/audit"), "导出审计记录", "年度检查")
}

func TestOutbox(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false, "2026-11-23")
	number := secret.Number("350525", "202611")
	var mine, theirs int64
	if err := h.o.DB.Write(t.Context(), func(tx *db.Tx) (err error) {
		for _, x := range []struct {
			to *int64
			u  agency.Agency
		}{{&mine, h.cast.Village}, {&theirs, h.cast.Prefecture}} {
			if *x.to, err = h.o.Notices.Queue(tx, notify.Message{Province: 35, Agency: x.u.ID, Channel: notify.SMS, Address: "13800000000", Template: "notify.step_replied", Number: number}); err != nil {
				return err
			}
		}
		return firstErr(notify.GiveUp(tx, 35, mine), notify.GiveUp(tx, 35, theirs))
	}); err != nil {
		t.Fatal(err)
	}
	body := h.admin.page("/desk/outbox")
	h.has(body, "138****0000", number, "重新发送")
	if strings.Contains(body, "13800000000") || strings.Contains(body, id(theirs)) {
		t.Error("the outbox shows an address, or another's notice")
	}
	status, where := h.admin.post("/desk/outbox/" + id(mine) + "/retry")
	h.is(status, where, 303, "done=retried")
	status, body = h.admin.post("/desk/outbox/" + id(theirs) + "/retry")
	h.is(status, body, 404)
	status, body = h.admin.post("/desk/outbox/" + id(mine) + "/retry")
	h.is(status, body, 409)
}
