package casedesk_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"yangguang/internal/clock"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/caseworktest"
)

// state checks where a matter stands.
func (b *bureau) state(m *casework.Matter, want string) *casework.Case {
	b.t.Helper()
	k := b.Matter(b.t, m)
	if k.State != want {
		b.t.Fatalf("the matter is %s, want %s", k.State, want)
	}
	return k
}

func (b *bureau) inHand() *casework.Matter {
	b.t.Helper()
	m, _ := b.File(b.t, b.Filing("complaint"))
	check(b.t, b.Cases.Accept(b.As(b.Front), m.Province, m.ID, ""))
	check(b.t, b.Cases.Take(b.As(b.Handler), m.Province, m.ID))
	return m
}

// TestWhatIsNotAcceptedOrAskedOrReferred, each beside its fields when refused.
func TestWhatIsNotAcceptedOrAskedOrReferred(t *testing.T) {
	t.Parallel()
	b := open(t)
	m, _ := b.File(t, b.Filing("complaint"))
	has(t, b.post(b.Front, pathOf(m, "/ask"), http.StatusUnprocessableEntity), "请写明需要补充什么")
	b.post(b.Front, pathOf(m, "/ask"), http.StatusSeeOther, "question", "请补充发放年份和账号尾号")
	b.state(m, casework.Supplementing)
	two, _ := b.File(t, b.Filing("complaint"))
	has(t, b.post(b.Front, pathOf(two, "/refuse"), http.StatusUnprocessableEntity, "explain", "不"), "请写明理由，至少 4 个字")
	b.post(b.Front, pathOf(two, "/refuse"), http.StatusSeeOther, "reason", "not_ours", "explain", "应当向民政部门提出")
	has(t, b.get(b.Front, pathOf(two, "")), "不予受理的理由", "不属于本系统职责")
	three, _ := b.File(t, b.Filing("complaint"))
	has(t, b.post(b.Front, pathOf(three, "/refer"), http.StatusUnprocessableEntity, "explain", "属于纪检"), "请选择移送的机关", "请写明移送给哪个机关")
	b.post(b.Front, pathOf(three, "/refer"), http.StatusSeeOther, "target", "discipline", "whom", "县纪委监委", "explain", "属于纪检监察范围")
	b.state(three, casework.Replied)
	four, _ := b.File(t, b.Filing("enquiry"))
	has(t, b.post(b.Front, pathOf(four, "/answer"), http.StatusUnprocessableEntity, "told", "phone"), "请写明答复")
	b.post(b.Front, pathOf(four, "/answer"), http.StatusSeeOther, "reply", "带身份证到镇服务中心办理。", "told", "phone")
	has(t, b.get(b.Front, pathOf(four, "")), "当场答复", "带身份证到镇服务中心办理")
	five, _ := b.File(t, b.Filing("complaint"))
	has(t, b.post(b.Front, pathOf(five, "/reclassify"), http.StatusUnprocessableEntity, "type", "enquiry", "class", "usual", "topic", "fee", "about", "0"), "请写明理由")
	b.post(b.Front, pathOf(five, "/reclassify"), http.StatusSeeOther, "type", "enquiry", "class", "urgent", "topic", "fee", "about", "0", "reason", "实为咨询")
	if k := b.state(five, casework.Registered); k.Type != "enquiry" || k.Class != "urgent" || k.Topic != "fee" {
		t.Errorf("it is %s %s %s", k.Type, k.Class, k.Topic)
	}
}

// TestADispatchIsObjectedToAndRuledOn, recalled, and helped with.
func TestADispatchIsObjectedToAndRuledOn(t *testing.T) {
	t.Parallel()
	b := open(t)
	m, _ := b.File(t, b.Filing("complaint"))
	check(t, b.Cases.Accept(b.As(b.Front), m.Province, m.ID, ""))
	helper := b.Hire(t, "协办人", b.Institution, casework.Handling)
	b.post(b.Front, pathOf(m, "/dispatch"), http.StatusSeeOther, "lead", itoa(b.Township.ID), "co", itoa(b.Institution.ID))
	has(t, b.post(b.Town, pathOf(m, "/object"), http.StatusUnprocessableEntity), "请写明理由")
	b.post(b.Town, pathOf(m, "/object"), http.StatusSeeOther, "reason", "not_duty", "explain", "发放由县级负责")
	has(t, b.get(b.Front, pathOf(m, "")), "裁定异议", "不属于本单位职责", "发放由县级负责")
	has(t, b.post(b.Front, pathOf(m, "/rule"), http.StatusUnprocessableEntity, "explain", "账号由乡镇采集"), "请选择异议成不成立", "账号由乡镇采集")
	b.post(b.Front, pathOf(m, "/rule"), http.StatusSeeOther, "ruling", "overrule", "explain", "账号由乡镇采集")
	b.state(m, casework.Dispatched)
	check(t, b.Cases.Sign(b.As(b.Town), m.Province, m.ID))
	has(t, b.post(helper, pathOf(m, "/contribute"), http.StatusUnprocessableEntity), "请写明协办的情况")
	b.post(helper, pathOf(m, "/contribute"), http.StatusSeeOther, "contribution", "经核对，账号少一位。")
	has(t, b.get(b.Town, pathOf(m, "")), "协办："+b.Institution.Name, "经核对，账号少一位")
	has(t, b.post(b.Head, pathOf(m, "/recall"), http.StatusUnprocessableEntity), "请写明理由")
	b.post(b.Head, pathOf(m, "/recall"), http.StatusSeeOther, "explain", "改由县级直接办理")
	if k := b.state(m, casework.Accepted); k.Holder != b.County.ID {
		t.Errorf("it is held by %d", k.Holder)
	}
}

// TestTimeIsAddedAndStopped, each with its reason.
func TestTimeIsAddedAndStopped(t *testing.T) {
	t.Parallel()
	b := open(t)
	m := b.inHand()
	has(t, b.get(b.Head, pathOf(m, "/extend")), "最多还能延长 10")
	has(t, b.post(b.Head, pathOf(m, "/extend"), http.StatusUnprocessableEntity, "n", "99", "reason", "需要到省里查询"), "最多还能延长 10", "需要到省里查询")
	b.post(b.Head, pathOf(m, "/extend"), http.StatusSeeOther, "n", "5", "reason", "需要到省里查询")
	has(t, b.get(b.Head, pathOf(m, "")), "已延长 5 个工作日", "延长 5 个工作日")
	has(t, b.post(b.Head, pathOf(m, "/suspend"), http.StatusUnprocessableEntity, "evidence", "已立案，案号示例"), "请选择中止的情形")
	b.post(b.Head, pathOf(m, "/suspend"), http.StatusSeeOther, "ground", "court", "evidence", "已立案，案号示例")
	has(t, b.get(b.Head, "/desk/matters"), "期限中止")
	b.post(b.Handler, pathOf(m, "/resume"), http.StatusSeeOther, "note", "判决已生效")
	b.state(m, casework.InHand)
	two := b.Hire(t, "承办人二", b.County, casework.Handling)
	page := b.post(b.Handler, pathOf(m, "/assign"), http.StatusUnprocessableEntity, "handler", "1", "section", "办公室")
	if has(t, page, "请选择本单位的承办人"); !strings.Contains(page, `value="办公室"`) {
		t.Error("the section that was typed is lost")
	}
	b.post(b.Head, pathOf(m, "/assign"), http.StatusSeeOther, "handler", itoa(two.ID), "section", "办公室")
	b.post(b.Handler, pathOf(m, "/recuse"), http.StatusUnprocessableEntity, "person", itoa(b.Handler.ID))
	w := b.answer(b.As(b.Handler), form(pathOf(m, "/recuse"), "person", itoa(b.Handler.ID), "reason", "与当事人有亲属关系"))
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/desk/matters" {
		t.Errorf("whoever keeps out is led to %d %s", w.Code, w.Header().Get("Location"))
	}
	b.do(b.Handler, httptest.NewRequest(http.MethodGet, pathOf(m, ""), nil), http.StatusNotFound)
	b.post(b.Head, pathOf(m, "/recuse"), http.StatusSeeOther, "person", itoa(two.ID), "reason", "当事人的邻居")
	has(t, b.post(b.Head, pathOf(m, "/assign"), http.StatusUnprocessableEntity, "handler", itoa(two.ID)), "已经回避")
}

// TestTheSameThingIsMergedAndGrouped, by suggestion and by number.
func TestTheSameThingIsMergedAndGrouped(t *testing.T) {
	t.Parallel()
	b := open(t)
	one, _ := b.File(t, b.Filing("complaint"))
	two, _ := b.File(t, b.Filing("complaint"))
	three, _ := b.File(t, b.Filing("suggestion"))
	has(t, b.get(b.Front, pathOf(two, "")), "可能相同的", one.Number, "同一诉求人的")
	has(t, b.get(b.Front, pathOf(two, "/merge")), one.Number, "相似 100%")
	has(t, b.post(b.Front, pathOf(two, "/merge"), http.StatusUnprocessableEntity, "into_number", "350525-202611-000000-0", "reason", "同一件事"), "请选择同一单位正在办理的事项")
	b.post(b.Front, pathOf(two, "/merge"), http.StatusSeeOther, "into", itoa(one.ID), "reason", "同一件事")
	b.post(b.Front, pathOf(three, "/merge"), http.StatusSeeOther, "into_number", one.Number, "reason", "同一件事")
	has(t, b.get(b.Front, "/desk/matters"), "3 件次")
	has(t, b.get(b.Front, pathOf(two, "")), "并入的事项", one.Number)
	b.post(b.Front, pathOf(two, "/unmerge"), http.StatusSeeOther, "reason", "不是同一年度")
	has(t, b.get(b.Front, "/desk/matters"), "2 件次")
	has(t, b.post(b.Front, pathOf(one, "/group"), http.StatusUnprocessableEntity, "common", "0", "title", "短"), "请填写名称")
	b.post(b.Front, pathOf(one, "/group"), http.StatusSeeOther, "common", "0", "title", "年底集中发放不到账")
	common := itoa(b.Matter(t, one).Common)
	has(t, b.get(b.Front, pathOf(two, "/group")), "年底集中发放不到账（1 件）")
	b.post(b.Front, pathOf(two, "/group"), http.StatusSeeOther, "common", common)
	has(t, b.get(b.Front, pathOf(one, "")), "同一共性问题", two.Number)
}

// TestAPromiseAndAnUnsolvedMatter go on after the call.
func TestAPromiseAndAnUnsolvedMatter(t *testing.T) {
	t.Parallel()
	b := open(t)
	m, _ := b.Answered(t, "complaint", casework.Reply{Result: "promised", PromiseOn: clock.DateOf(b.Clock.Now()).AddDays(20), Text: "资金月底前补发到位。"})
	has(t, b.post(b.Front, pathOf(m, "/call"), http.StatusUnprocessableEntity, "reached", "yes", "solved", "no", "satisfied", "no"), "请选择不满意的主要原因")
	b.post(b.Front, pathOf(m, "/call"), http.StatusSeeOther, "reached", "no", "note", "无人接听")
	b.state(m, casework.Callback)
	b.post(b.Front, pathOf(m, "/call"), http.StatusSeeOther, "reached", "yes", "solved", "partly", "satisfied", "fair")
	b.state(m, casework.Promised)
	b.post(b.Handler, pathOf(m, "/keep"), http.StatusSeeOther, "explain", "资金已经到位")
	b.state(m, casework.InHand)
	two, _ := b.Answered(t, "complaint", casework.Reply{Result: "solved", Text: "经查，已经补发到位。"})
	b.post(b.Front, pathOf(two, "/reopen"), http.StatusSeeOther, "reason", "诉求人来电说没有收到")
	b.state(two, casework.InHand)
	has(t, b.get(b.Front, pathOf(two, "")), "正在重新办理")
}

// TestFilesAreAttachedAndRead by whoever may, and each reading is recorded.
func TestFilesAreAttachedAndRead(t *testing.T) {
	t.Parallel()
	b := open(t)
	m := b.inHand()
	has(t, b.upload(b.Handler, pathOf(m, "/attach"), http.StatusUnprocessableEntity, "", nil, "purpose", "evidence"), "请选择文件")
	b.upload(b.Handler, pathOf(m, "/attach"), http.StatusSeeOther, "发放清单.csv", []byte("年份,金额\n2025,960\n"), "purpose", "evidence")
	page := b.get(b.Handler, pathOf(m, ""))
	has(t, page, "发放清单.csv", "办理凭据")
	at := page[strings.Index(page, pathOf(m, "/files/")):]
	if got := b.get(b.Handler, at[:strings.IndexByte(at, '"')]); got != "年份,金额\n2025,960\n" {
		t.Errorf("the file reads %q", got)
	}
	var slip bytes.Buffer
	slip.WriteString(b.post(b.Front, "/desk/matters/renew", http.StatusOK, "number", m.Number, "reason", "核对身份证原件"))
	has(t, slip.String(), "已补发", m.Number)
	has(t, b.post(b.Front, pathOf(m, "/renew"), http.StatusOK, "reason", "核对身份证原件"), "已补发")
}

// TestTheFirstPageOfTheDeskGathersWhatWaits for each, and what has come up.
func TestTheFirstPageOfTheDeskGathersWhatWaits(t *testing.T) {
	t.Parallel()
	b := open(t)
	kinds := func(p caseworktest.Person) string {
		t.Helper()
		ws, err := b.desk.Waiting(b.As(p))
		check(t, err)
		var out []string
		for _, w := range ws {
			out = append(out, strings.TrimPrefix(w.Kind, "casedesk.wait_"))
		}
		return strings.Join(out, " ")
	}
	b.File(t, b.Filing("complaint"))
	b.inHand()
	m := b.inHand()
	check(t, b.Cases.SubmitReply(b.As(b.Handler), m.Province, m.ID, casework.Reply{Result: "solved", Text: "经查，已经补发到位。"}))
	for _, x := range []struct {
		who  caseworktest.Person
		want string
	}{{b.Front, "accept"}, {b.Handler, "handle"}, {b.Head, "accept review"}, {b.Stranger, ""}, {b.Above, ""}} {
		if got := kinds(x.who); got != x.want {
			t.Errorf("for %s wait %q, want %q", x.who.Name, got, x.want)
		}
	}
	b.Advance(t, 60*24*time.Hour)
	above := b.Hire(t, "市级督办", b.Superior, casework.Overseeing).Within(b.Prefecture.Division, casework.Overseeing)
	if got := kinds(above); got != "escalated" {
		t.Errorf("for the superior wait %q", got)
	}
	has(t, b.get(above, "/desk/matters?view=all&level=4"), "已上报", "超期")
}
