package desk_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/disclosuretest"
)

func id(n int64) string { return strconv.FormatInt(n, 10) }

// begin opens a draft by the pages, with nothing but plain forms.
func (o *bureau) begin(p person, u agency.Agency, category string) (path, body string) {
	o.t.Helper()
	o.get(p, "/desk/items/new?unit="+id(u.ID)).ok(o.t, http.StatusOK)
	page := o.get(p, "/desk/items/new?unit="+id(u.ID)+"&category="+category).ok(o.t, http.StatusOK)
	edit := o.post(p, "/desk/items", filled(o.t, page, "/desk/items")).to(o.t)
	if !strings.HasSuffix(edit, "/edit") {
		o.t.Fatalf("led to %s", edit)
	}
	return strings.TrimSuffix(edit, "/edit"), o.get(p, edit).ok(o.t, http.StatusOK)
}

// today fills what every submitted draft needs.
func today(v url.Values, title string) url.Values {
	return with(v, "title", title, "formed_on-year", "2026", "formed_on-month", "11", "formed_on-day", "20")
}

// pub finds what was published.
func (o *bureau) pub(u agency.Agency) []disclosure.Row {
	o.t.Helper()
	return listed(o.t, o, u)
}

func TestAnAgencyPublishesThroughThreePersons(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	path, body := o.begin(o.Author, o.County, "county.10")
	says(t, body, "突发公共事件", "热线一", "演示数据")
	v := with(today(filled(t, body, path+"/edit"), "防汛应急预案"), "body", "<p class=MsoNormal>现将预案公布如下。</p>", "do", "submit", "keywords", "防汛")
	if to := o.send(o.Author, path+"/edit", v, "", "", nil).to(t); to != path {
		t.Fatalf("submitting led to %s", to)
	}
	page := o.get(o.Reviewer, path).ok(t, http.StatusOK)
	says(t, page, "保密审查", "防汛应急预案", "张三", "现将预案公布如下")
	o.sign(o.Reviewer, path, "/pass", "secrecy")
	page = o.get(o.Reviewer, path).ok(t, http.StatusOK)
	says(t, page, "隐私审查", "王五")
	o.sign(o.Reviewer, path, "/pass", "privacy", "accuracy")
	o.sign(o.Approver, path, "/approve")
	rows := o.pub(o.County)
	if len(rows) != 1 || rows[0].Title != "防汛应急预案" {
		t.Fatalf("published %+v", rows)
	}
	says(t, o.get(o.Author, "/desk/published/35/"+id(rows[0].ID)).ok(t, http.StatusOK), "防汛应急预案", rows[0].Number, "更正", "第 1 版")
	says(t, o.get(o.Author, "/desk/register?q=防汛").ok(t, http.StatusOK), rows[0].Number)
}

// sign opens the review screen and signs it with what is on it.
func (o *bureau) sign(p person, path, act string, checks ...string) {
	o.t.Helper()
	page := o.get(p, path).ok(o.t, http.StatusOK)
	if !strings.Contains(page, `id="sign"`) {
		o.t.Fatalf("%s is offered no signature: %s", p.Name, words(page))
	}
	v := url.Values{"version": {hidden(o.t, page, "version")}, "basis": {"政府信息公开条例第十七条"}, "checks": checks}
	o.post(p, path+act, v).to(o.t)
}

func hidden(t *testing.T, page, name string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, `name="`+name+`" value="`)
	if !ok {
		t.Fatalf("no hidden %s", name)
	}
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

func TestAVillagePublishesItsQuarterOnATelephone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	page := o.get(o.Clerk, "/desk/quick").ok(t, http.StatusOK)
	says(t, page, "本村（居）生育情况", "公开这一类")
	photo := o.post(o.Clerk, "/desk/quick", url.Values{"unit": {id(o.Village.ID)}, "category": {"village.3"}, "period": {"2026Q3"}}).to(t)
	says(t, o.get(o.Clerk, photo).ok(t, http.StatusOK), "拍照")
	send := o.send(o.Clerk, photo, url.Values{"do": {"next"}}, "file", "board.jpg", jpeg(t)).to(t)
	page = o.get(o.Clerk, send).ok(t, http.StatusOK)
	says(t, page, "2026年第3季度", "1 张照片")
	v := with(answers(filled(t, page, send), disclosuretest.Fill(o.Disclosure.Norm.Form("births"))), "do", "submit")
	path := o.post(o.Clerk, send, v).to(t)
	page = o.get(o.Supervisor, path).ok(t, http.StatusOK)
	says(t, page, "村务监督委员会审查", "附件需要人工查看")
	o.clearFiles(o.Supervisor, path, page)
	o.sign(o.Supervisor, path, "/pass", "secrecy", "privacy", "accuracy")
	o.sign(o.Head, path, "/approve")
	rows := o.pub(o.Village)
	if len(rows) != 1 || rows[0].Period != "2026Q3" {
		t.Fatalf("published %+v", rows)
	}
	if _, met, _ := o.Owed(t, o.Village, "village.3"); !met {
		t.Error("the quarter is still owed")
	}
}

// clearFiles writes "I looked" under every file that asks for it.
func (o *bureau) clearFiles(p person, path, page string) {
	o.t.Helper()
	for _, part := range strings.Split(page, `action="`+path+`/clear"`)[1:] {
		o.post(p, path+"/clear", url.Values{"file": {hidden(o.t, part, "file")}, "reason": {"公开栏照片，没有人像和姓名"}}).to(o.t)
	}
}

func TestACorrectionIsComparedAndATakeDownIsConfirmed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	it := o.Publish(t, o.County, "county.10", o.Plain("防汛应急预案"))
	home := "/desk/published/35/" + id(it.ID)
	edit := o.post(o.Author, home+"/correct", nil).to(t)
	path := strings.TrimSuffix(edit, "/edit")
	page := o.get(o.Author, edit).ok(t, http.StatusOK)
	v := with(filled(t, page, edit), "title", "防汛防旱应急预案", "do", "submit")
	says(t, o.send(o.Author, edit, v, "", "", nil).ok(t, http.StatusUnprocessableEntity), "原因会向社会公开")
	v.Set("version", hidden(t, o.get(o.Author, edit).body, "version"))
	o.send(o.Author, edit, with(v, "reason", "标题漏字"), "", "", nil).to(t)
	says(t, o.get(o.Reviewer, path).ok(t, http.StatusOK), "与现行公开版本对比", "防旱")
	says(t, o.post(o.Author, home+"/correct", nil).ok(t, http.StatusConflict), "已经有一份更正在办理中")

	o.post(o.Approver, home+"/validity", url.Values{"validity": {"expired"}, "reason": {"文件到期"}}).to(t)
	says(t, o.post(o.Approver, home+"/take-down", url.Values{"kind": {"error"}}).ok(t, http.StatusUnprocessableEntity), "请写明原因")
	page = o.post(o.Approver, home+"/take-down", url.Values{"kind": {"error"}, "reason": {"附件有误"}}).ok(t, http.StatusOK)
	says(t, page, "撤下后，群众看到的是", "附件有误", it.Number)
	if rows := o.pub(o.County); len(rows) != 1 {
		t.Fatal("taken down before it was confirmed")
	}
	o.post(o.Approver, home+"/take-down", filled(t, page, home+"/take-down")).to(t)
	if rows := o.pub(o.County); len(rows) != 0 {
		t.Fatal("still public")
	}
	says(t, o.get(o.Author, home).ok(t, http.StatusOK), "已撤下", "附件有误", "内容有误")
}

// TestClosingAnEarlierTextIsConfirmed walks from the item's page to the page
// that asks: a link, a form and no script. A refusal loses nothing typed.
func TestClosingAnEarlierTextIsConfirmed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	it := o.Publish(t, o.County, "county.2", o.Plain("写了私事的通知"))
	home := "/desk/published/35/" + id(it.ID)
	says(t, o.get(o.Approver, home+"/close-earlier").ok(t, http.StatusOK), "没有可以关闭的更正前文本")
	it = o.Correct(t, o.County, it, o.Plain("通知"))
	if page := o.get(o.Approver, home).ok(t, http.StatusOK); !strings.Contains(page, `href="`+home+`/close-earlier"`) || strings.Contains(page, `action="`+home+`/close-earlier"`) {
		t.Error("the item's page closes at once, or does not lead to the page that asks")
	}
	ask := o.get(o.Approver, home+"/close-earlier").ok(t, http.StatusOK)
	says(t, ask, "关闭后不能恢复", "写了私事的通知", it.Number)
	refused := o.post(o.Approver, home+"/close-earlier", with(filled(t, ask, home+"/close-earlier"), "close_reason", "  ")).ok(t, http.StatusUnprocessableEntity)
	says(t, refused, "请写明原因", "关闭后不能恢复")
	long := strings.Repeat("长", disclosure.MaxSummary+1)
	says(t, o.post(o.Approver, home+"/close-earlier", url.Values{"close_reason": {long}}).ok(t, http.StatusUnprocessableEntity), long)
	if v := o.Version(t, &disclosure.Version{Province: it.Province, ID: it.Current}); v.Closed != "" {
		t.Fatal("closed before it was confirmed")
	}
	if a := o.get(o.Author, home+"/close-earlier"); a.status != http.StatusForbidden && a.status != http.StatusNotFound {
		t.Errorf("a drafter is asked: %d", a.status)
	}
	o.post(o.Approver, home+"/close-earlier", with(filled(t, refused, home+"/close-earlier"), "close_reason", "含有个人信息")).to(t)
	says(t, o.post(o.Approver, home+"/close-earlier", url.Values{"close_reason": {"再来一次"}}).ok(t, http.StatusConflict), "没有可以关闭的更正前文本")
	if page := o.get(o.Approver, home).ok(t, http.StatusOK); strings.Contains(page, "close-earlier") {
		t.Error("the page still offers to close")
	}
}
