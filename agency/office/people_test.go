package office

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"yangguang/internal/account"
)

// sheet makes a workbook of rows.
func sheet(t *testing.T, rows ...[]string) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range rows {
		for j, v := range row {
			cell, _ := excelize.CoordinatesToCellName(j+1, i+1)
			if err := f.SetCellStr("Sheet1", cell, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var memberHead = []string{"所在单位", "姓名", "手机号码", "职务", "到岗日期"}

func TestOnboardingBySheet(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false, "2026-11-23")
	here := h.cast.Village.Path()
	bad := sheet(t, memberHead, []string{here, "张三", "13800000001", "主任", ""}, []string{"350525/nowhere", "李四", "", "", ""}, []string{here, "王五", "12345", "", "2026-13-01"})
	status, body := h.admin.upload("/desk/people/import", "a.xlsx", bad)
	h.is(status, body, 422, "共3行", "系统和本表中都没有这个单位", "没有写入任何内容", "下载带问题说明的表格")
	status, body = h.admin.upload("/desk/people/import/report", "", nil, "sheet", hidden(t, body, "sheet"), "sheet_name", "a.xlsx")
	h.is(status, body, 200)
	f, err := excelize.OpenReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil || len(rows) != 4 || !strings.Contains(strings.Join(rows[0], ","), "存在问题") || rows[1][1] != "张三" || !strings.Contains(rows[2][5], "单位") {
		t.Errorf("the workbook with its problems is %q, %v", rows, err)
	}
	if n := h.persons(); n != 1 {
		t.Errorf("%d persons after a check, want the administrator alone", n)
	}
	ok := sheet(t, memberHead, []string{here, "张三", "13800000001", "主任", ""}, []string{here, "李四", "", "", "2026-11-01"})
	status, body = h.admin.upload("/desk/people/import", "a.xlsx", ok)
	h.is(status, body, 200, "没有发现问题", "登记2人")
	kept := hidden(t, body, "sheet")
	status, body = h.admin.upload("/desk/people/import/commit", "", nil, "sheet", kept, "sheet_name", "a.xlsx")
	h.is(status, body, 200, "张三的启用码", "李四的启用码", "13800000001", "剪开")
	if got := len(slipCode.FindAllString(body, -1)); got != 2 {
		t.Errorf("%d slips, want 2", got)
	}
	// Sent twice, everybody is there already: nothing more is written.
	status, body = h.admin.upload("/desk/people/import/commit", "", nil, "sheet", kept, "sheet_name", "a.xlsx")
	h.is(status, body, 422, "已经有人使用")
	if n := h.persons(); n != 3 {
		t.Errorf("%d persons, want 3", n)
	}
	status, body = h.admin.upload("/desk/people/import", "a.xlsx", []byte("no workbook"))
	h.is(status, body, 422, "无法读取该文件")
	status, body = h.admin.upload("/desk/people/import", "a.xlsx", nil)
	h.is(status, body, 422, "请选择文件")
}

func (h *house) persons() (n int) {
	h.Helper()
	ps, err := h.o.Accounts.Persons(h.root, account.PersonFilter{Limit: 100})
	if err != nil {
		h.Fatal(err)
	}
	return len(ps)
}

// What lies beyond an administrator's range does not exist for him.
func TestOutOfRange(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false, "2026-11-23")
	far := h.enrol("外地", "far", h.cast.Prefecture)
	town := wholeOf(h.cast.Township.Division)
	h.enrol("镇管理员", "town1", h.cast.Township, account.Grant{Verb: account.Managing, Lo: town.Lo, Hi: town.Hi}, account.Grant{Verb: Units, Lo: town.Lo, Hi: town.Hi})
	near := h.enrol("村干部", "near", h.cast.Village)
	v := h.visitor("town1")
	for _, path := range []string{"/desk/people/" + id(far), "/desk/people/" + id(h.boss), "/desk/people/999", "/desk/people/x", "/desk/people/" + id(far) + "/hand-over",
		"/desk/agencies/" + id(h.cast.County.ID), "/desk/agencies/" + id(h.cast.County.ID) + "/rename", "/desk/agencies?in=350525", "/desk/agencies?in=11"} {
		if status, body := v.get(path); status != 404 || strings.Contains(body, "外地") {
			t.Errorf("GET %s: %d", path, status)
		}
	}
	for _, path := range []string{"/desk/people/" + id(far) + "/grants", "/desk/people/" + id(far) + "/revoke", "/desk/people/" + id(far) + "/substitutes", "/desk/agencies/" + id(h.cast.County.ID) + "/abolish"} {
		if status, _ := v.post(path, "sure", "1", "on", "2026-11-23", "basis", "x"); status != 404 {
			t.Errorf("POST %s: %d", path, status)
		}
	}
	h.has(v.page("/desk/people"), "村干部")
	if body := v.page("/desk/people"); strings.Contains(body, "外地") || strings.Contains(body, "永春县演示局") {
		t.Error("the list shows people out of range")
	}
	h.has(v.page("/desk/agencies"), "桃城镇演示政府", "演示村民委员会")
	status, body := v.post("/desk/people/"+id(near)+"/grants", "verb", "room.draft", "range", "d350525")
	h.is(status, body, 403, "只能在自己管理的范围内授权")
	status, where := v.post("/desk/people/"+id(near)+"/grants", "verb", "room.draft", "range", "u"+id(h.cast.Village.ID))
	h.is(status, where, 303, "done=granted")
	status, body = v.post("/desk/people/"+id(near)+"/grants", "verb", account.Recovering, "range", "u"+id(h.cast.Village.ID))
	h.is(status, body, 403, "只能在自己管理的范围内授权")
	status, body = v.post("/desk/people/new", "home", id(h.cast.County.ID), "name", "赵六", "login", "zhaoliu")
	h.is(status, body, 422, "不在您管理的范围内", "赵六")
	for _, path := range []string{"/desk/calendar", "/desk/audit", "/desk/outbox"} {
		if status, _ := v.get(path); status != 403 {
			t.Errorf("GET %s without the right: %d", path, status)
		}
	}
}

func TestLoginActs(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false, "2026-11-23")
	p := h.enrol("张三", "zhangsan", h.cast.County)
	path := func(person int64, act string) string {
		ls, err := h.o.Accounts.Logins(h.root, person)
		if err != nil {
			t.Fatal(err)
		}
		return "/desk/people/" + id(person) + "/logins/" + id(ls[0].ID) + "/" + act
	}
	h.has(h.admin.page(path(p, "recover")), "本人必须在柜台当面核验身份")
	status, body := h.admin.post(path(p, "recover"))
	h.is(status, body, 422, "请写明原因")
	status, body = h.admin.post(path(h.boss, "recover"), "reason", "丢失手机")
	h.is(status, body, 403, "不能给自己办理")
	status, body = h.admin.post(path(p, "recover"), "reason", "丢失手机")
	h.is(status, body, 200, "张三的恢复码")
	status, where := h.admin.post(path(p, "freeze"), "reason", "请长假")
	h.is(status, where, 303, "done=freeze")
	status, body = h.admin.post(path(p, "freeze"), "reason", "请长假")
	h.is(status, body, 409, "已经停用")
	h.has(h.admin.page("/desk/people/"+id(p)+"?done=freeze"), "已停用", "恢复使用", "停用账号", "丢失手机")
	status, where = h.admin.post(path(p, "unfreeze"), "reason", "回来了")
	h.is(status, where, 303)
	if status, _ := h.admin.get(path(p, "delete")); status != 404 {
		t.Errorf("an unknown act answers %d", status)
	}
}

func TestAppointment(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false, "2026-11-23")
	p := h.enrol("张三", "zhangsan", h.cast.County)
	here := "/desk/people/" + id(p)
	status, body := h.admin.post(here+"/post", "title", "", "post_on", "2026-11-23")
	h.is(status, body, 422, "请填写职务", "<details open")
	status, body = h.admin.post(here+"/post", "title", "审查员", "post_on", "2026-02-30")
	h.is(status, body, 422, "请填写正确的日期", "审查员")
	status, where := h.admin.post(here+"/post", "title", "审查员", "post_on-year", "2026", "post_on-month", "11", "post_on-day", "23")
	h.is(status, where, 303, "done=appointed")
	h.has(h.admin.page(here), "审查员", "本单位已有：审查员")
	status, body = h.admin.post(here+"/post", "title", "审查员", "post_on", "2026-11-23")
	h.is(status, body, 422, "已经担任这个职务")
}

func TestHandOverInOneAct(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false, "2026-11-23")
	from := h.enrol("张三", "zhangsan", h.cast.County, account.Grant{Verb: "room.draft", Agency: h.cast.County.ID, Lo: int64(h.cast.County.Division), Hi: int64(h.cast.County.Division)})
	to := h.enrol("李四", "lisi", h.cast.County)
	here := "/desk/people/" + id(from) + "/hand-over"
	h.has(h.admin.page(here), "账号立即停用", "李四")
	status, body := h.admin.post(here, "successor", id(to))
	h.is(status, body, 422, "请写明原因")
	status, body = h.admin.post(here, "successor", id(h.boss), "reason", "调离")
	h.is(status, body, 403, "不能给自己办理")
	status, list := h.admin.post(here, "successor", id(to), "reason", "调离")
	h.is(status, list, 303, "/desk/handovers/")
	h.has(h.admin.page(list), "移交清单", "仅永春县演示局", "（未签字）", "监交人", `href="/desk/people/`+id(from)+`"`)
	l := h.visitor("lisi")
	h.has(l.page("/account"), list, "张三移交给李四", "待签字")
	h.has(h.admin.page("/desk/people/"+id(from)), list, "待签字")
	h.waits(to, "核对并签收张三的移交清单")
	h.waits(h.boss)
	status, where := l.post(list + "/sign")
	h.is(status, where, 303)
	h.has(l.page(list), "李四（已签字）")
	h.waits(to)
	status, where = h.admin.post(list + "/sign")
	h.is(status, where, 303)
	h.has(l.page("/account"), "双方已签字")
	h.has(h.admin.page("/desk/people/"+id(from)), "已离岗", "2026年11月23日")
	status, body = h.admin.post(here, "successor", id(to), "reason", "调离")
	h.is(status, body, 409, "已经离岗")
}

// waits holds what the office asks of a person in the desk's inbox.
func (h *house) waits(person int64, titles ...string) {
	h.Helper()
	ws, err := h.o.Waiting(account.With(h.Context(), &account.Actor{Person: person}))
	if err != nil {
		h.Fatal(err)
	}
	var got []string
	for _, w := range ws {
		for _, x := range w.Works {
			got = append(got, x.Title)
		}
	}
	if !slices.Equal(got, titles) {
		h.Errorf("waiting for %d: %q, want %q", person, got, titles)
	}
}

func TestALeaverNeedsNoSuccessor(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false, "2026-11-23")
	from := h.enrol("张三", "zhangsan", h.cast.County, account.Grant{Verb: "room.draft", Agency: h.cast.County.ID, Lo: int64(h.cast.County.Division), Hi: int64(h.cast.County.Division)})
	here := "/desk/people/" + id(from) + "/hand-over"
	h.has(h.admin.page(here), "没有接收人：退回本单位", "由本单位有起草权限的人员接着办理")
	status, body := h.admin.post(here, "successor", "", "reason", "调离")
	h.is(status, body, 422, "请选择一位同事")
	status, list := h.admin.post(here, "successor", "nobody", "reason", "调离")
	h.is(status, list, 303, "/desk/handovers/")
	h.has(h.admin.page(list), "没有接收人，退回本单位", "单位接收人", "仅永春县演示局", "（未签字）")
	status, where := h.admin.post(list + "/sign")
	h.is(status, where, 303)
	h.has(h.admin.page(list), "（已签字）")
	h.has(h.admin.page("/desk/people/"+id(from)), "已离岗")
}

func TestStatementsOfAPageAreBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false, "2026-11-23")
	p := h.enrol("张三", "zhangsan", h.cast.County, account.Grant{Verb: "room.draft", Agency: h.cast.County.ID, Lo: int64(h.cast.County.Division), Hi: int64(h.cast.County.Division)})
	for path, most := range map[string]int64{"/account": 30, "/desk/people": 14, "/desk/people/" + id(p): 45, "/desk/agencies": 14, "/desk/agencies/" + id(h.cast.County.ID): 16, "/desk/calendar": 14, "/desk/audit": 14, "/desk/outbox": 10, "/calendar": 4, "/calendar/deadline?from=2026-09-20&days=20": 4} {
		r, n := counted(t, path)
		h.admin.page(path) // warms
		if status, _ := h.admin.do(r); status != 200 || n.Load() > most {
			t.Errorf("GET %s: %d with %d statements, at most %d", path, status, n.Load(), most)
		}
	}
}
