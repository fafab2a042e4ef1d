package office

import (
	"net/http"
	"strings"
	"testing"

	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/secret"
)

// 从纸条到登录: the way of a new colleague, without scripts.
func TestActivationJourney(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false, "2026-11-23")
	status, body := h.admin.post("/desk/people/new", "home", id(h.cast.County.ID), "name", "张三", "login", "zhangsan", "staff_no", "007")
	h.is(status, body, 200, "张三的启用码", "只在本页显示这一次")
	code := slipCode.FindStringSubmatch(body)[1]
	v := &visitor{h: h}
	h.has(v.page("/activate"), "启用码")
	status, body = v.post("/activate", "slip", "ABCD-EFGH-JKLM-NPQ")
	h.is(status, body, 422, "这个码不对", `href="#f-slip"`)
	status, body = v.post("/activate", "slip", strings.ToLower(code))
	h.is(status, body, 200, "张三，您好", "至少12个字符", "<svg", "zhangsan")
	st, err := h.o.Accounts.OpenSlip(t.Context(), code, "x")
	if err != nil {
		t.Fatal(err)
	}
	totp := func() string { return secret.TOTP(st.TOTP, h.clock.Now()) }
	status, body = v.post("/activate/finish", "slip", code, "password", "short", "again", "short", "code", totp())
	h.is(status, body, 422, "密码至少要有12个字符", "<svg")
	status, body = v.post("/activate/finish", "slip", code, "password", good, "again", "another-one-here", "code", totp())
	h.is(status, body, 422, "两次输入的密码不一样")
	status, body = v.post("/activate/finish", "slip", code, "password", good, "again", good, "code", "000000")
	h.is(status, body, 422, "验证码不对")
	status, body = v.post("/activate/finish", "slip", code, "password", good, "again", good, "code", totp())
	h.is(status, body, 303, "/activate/done")
	h.has(v.page("/activate/done"), "账号已启用")
	status, body = v.post("/activate", "slip", code)
	h.is(status, body, 422, "已经用过")
	h.totp["zhangsan"] = st.TOTP
	h.has(h.visitor("zhangsan").page("/account"), "张三", "zhangsan", "手机验证器", "当前登录")
}

func TestOwnAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false, "2026-11-23")
	h.enrol("张三", "zhangsan", h.cast.County, account.Grant{Verb: "room.draft", Agency: h.cast.County.ID, Lo: int64(h.cast.County.Division), Hi: int64(h.cast.County.Division)})
	h.enrol("李四", "lisi", h.cast.County)
	v, other := h.visitor("zhangsan"), h.visitor("zhangsan")
	body := v.page("/account")
	h.has(body, "结束", "仅永春县演示局")
	h.has(v.page("/en/account"), "Where I am signed in")
	at := strings.Index(body, "/account/sessions/")
	path := body[at : at+strings.Index(body[at:], `"`)]
	status, where := v.post(path)
	h.is(status, where, 303, "/account?done=session")
	if status, _ := other.get("/account"); status != http.StatusUnauthorized {
		t.Errorf("an ended session still answers %d", status)
	}
	status, body = v.post("/account/password", "old", "wrong", "password", good+"x", "again", good+"x")
	h.is(status, body, 422, "现在的密码不对")
	status, body = v.post("/account/password", "old", good, "password", "violet-lantern-mosaic", "again", "violet-lantern-mosaic")
	h.is(status, body, 303, "/account?done=password")
	status, body = v.post("/account/substitutes", "delegate", id(h.boss), "since-year", "2026", "since-month", "13", "since-day", "1", "until", "2026-12-01", "reason", "休假")
	h.is(status, body, 422, "请填写正确的日期", "休假")
}

func TestSubstituteActsFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false, "2026-11-23")
	principal := h.enrol("张三", "zhangsan", h.cast.County, account.Grant{Verb: Units, Lo: int64(h.cast.County.Division), Hi: int64(h.cast.County.Division)})
	delegate := h.enrol("李四", "lisi", h.cast.County)
	z, l := h.visitor("zhangsan"), h.visitor("lisi")
	if strings.Contains(l.page("/account"), "代理张三") {
		t.Error("the switch is there before any arrangement")
	}
	status, where := z.post("/account/substitutes", "delegate", id(delegate), "since", "2026-11-23", "until", "2026-11-30", "reason", "休假")
	h.is(status, where, 303, "done=lent")
	h.has(z.page("/account"), "李四代理张三", "休假")
	h.has(l.page("/account"), "代理张三")
	status, body := l.get("/desk/agencies")
	h.is(status, body, 403)
	status, where = l.post("/account/act-for", "principal", id(principal), "next", "/desk/agencies")
	h.is(status, where, 303, "/desk/agencies")
	h.has(l.page("/desk/agencies"), "您现在代理张三办理", "李四（代张三）", "回到本人身份")
	status, where = l.post("/account/act-for", "principal", "0", "next", "//evil.example")
	h.is(status, where, 303)
	if where != "/" {
		t.Errorf("the switch leads to %s", where)
	}
	status, body = l.post("/account/act-for", "principal", id(h.boss))
	h.is(status, body, 403)
}

// Who must change the password goes nowhere else, and is told so.
func TestMustChangeLeadsToThePassword(t *testing.T) {
	t.Parallel()
	h := newHouse(t, true, "2026-11-23")
	if err := h.o.DB.Write(t.Context(), func(tx *db.Tx) error {
		p, err := account.CreatePerson(tx, account.Person{Name: "王五", Home: targetOf(h.cast.County)})
		if err != nil {
			return err
		}
		in := wholeOf(h.cast.County.Division)
		if err := account.GiveGrant(tx, account.Grant{Person: p, Verb: account.Managing, Lo: in.Lo, Hi: in.Hi}); err != nil {
			return err
		}
		_, err = h.o.Accounts.CreateLogin(tx, p, "wangwu", secret.Cheap.Hash("first-password-here"), true)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	token, err := h.o.Accounts.SignIn(t.Context(), "wangwu", "first-password-here", "", "x")
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{h, token}
	for _, path := range []string{"/account", "/step-up", "/desk/people", "/desk/audit"} {
		status, where := v.get(path)
		h.is(status, where, 303, "/account/password")
	}
	status, where := v.post("/account/act-for", "principal", "0")
	h.is(status, where, 303, "/account/password")
	h.has(v.page("/account/password"), "请先修改密码", "至少12个字符")
	status, where = v.post("/account/password", "old", "first-password-here", "password", good, "again", good)
	h.is(status, where, 303, "/account?done=password")
	h.has(v.page("/desk/people"), "管理员")
}
