package desk_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
)

func kinds(t *testing.T, o *bureau, ctx context.Context) map[string][]string {
	t.Helper()
	ws, err := o.Desk.Waiting(ctx)
	disclosuretest.Check(t, err)
	out := map[string][]string{}
	for _, w := range ws {
		for _, x := range w.Works {
			out[w.Kind] = append(out[w.Kind], x.Title+" "+x.Next)
			if x.Href == "" || x.TagWords == "" {
				t.Errorf("%s: no way or state: %+v", w.Kind, x)
			}
		}
	}
	return out
}

func TestTheInboxSaysWhatIsNextForEachPerson(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	text := o.Text("village.3", "2026Q3", "三季度生育情况")
	v := o.Draft(t, o.Village, "village.3", text)
	clerk := o.Clerk
	clerk.ID = o.Author.ID // the author of the drafts of this house
	if got := kinds(t, o, o.As(clerk)); len(got["site.task_draft"]) != 1 || !strings.Contains(got["site.task_draft"][0], "填写并送审") {
		t.Errorf("author: %v", got)
	}
	got := kinds(t, o, o.As(o.Clerk))
	if len(got["desk.task_publish"]) == 0 {
		t.Errorf("what the village owes is not work: %v", got)
	}
	for _, x := range got["desk.task_publish"] {
		if strings.HasPrefix(x, "本村（居）生育情况") {
			t.Error("begun already, and still told to begin")
		}
	}
	disclosuretest.Check(t, o.Disclosure.Submit(o.As(clerk), v.Province, v.ID))
	if got := kinds(t, o, o.As(o.Supervisor)); len(got["site.task_review"]) != 1 || !strings.Contains(got["site.task_review"][0], "村务监督委员会审查") {
		t.Errorf("supervisor: %v", got)
	}
	disclosuretest.Check(t, o.Disclosure.Pass(o.As(o.Supervisor), v.Province, v.ID, disclosuretest.Opinion()))
	if got := kinds(t, o, o.As(o.Head)); len(got["site.task_approve"]) != 1 {
		t.Errorf("head: %v", got)
	}
	if got := kinds(t, o, o.As(o.Supervisor)); len(got["site.task_waiting"]) != 1 {
		t.Errorf("supervisor afterwards: %v", got)
	}
	if got := kinds(t, o, o.As(o.Other)); len(got["site.task_waiting"]) != 0 || len(got["site.task_approve"]) != 0 {
		t.Errorf("another agency sees %v", got)
	}
}

func TestADoubtGoesUpAndComesBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	path := pathOf(o.Submitted(t, o.County, "county.10", o.Plain("拿不准的事项")))
	o.post(o.Reviewer, path+"/refer", url.Values{"note": {"是否涉密"}}).to(t)
	says(t, o.get(o.Overseer, "/desk/below").ok(t, 200), "下级请示", "拿不准的事项", "裁定是否可以公开")
	says(t, o.get(o.Overseer, path).ok(t, 200), "裁定下级请示", "是否涉密", "等上级裁定")
	says(t, o.post(o.Overseer, path+"/rule", nil).ok(t, 422), "请选择裁定结果")
	says(t, o.post(o.Overseer, path+"/rule", url.Values{"ruling": {"release"}}).ok(t, 422), "请写明依据")
	o.post(o.Overseer, path+"/rule", url.Values{"ruling": {"release"}, "basis": {"保密法"}, "note": {"不涉密"}}).to(t)
	says(t, o.get(o.Reviewer, path).ok(t, 200), "裁定继续办理", "不涉密")
}

func TestAWarningIsPublishedAtOnceAndReviewedAfterwards(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	path := pathOf(o.Draft(t, o.County, "county.10", o.Plain("暴雨红色预警")))
	says(t, o.get(o.Author, path+"/edit").ok(t, 200), "值班批准人打开这份草稿")
	says(t, o.get(o.Approver, path).ok(t, 200), "立即发布", "审查待补")
	says(t, o.post(o.Approver, path+"/emergency", nil).ok(t, 422), "请写明依据")
	o.post(o.Approver, path+"/emergency", url.Values{"basis": {"突发事件应对法"}, "checks": {"secrecy", "privacy", "accuracy"}}).to(t)
	if rows := o.pub(o.County); len(rows) != 1 || !rows[0].Emergency {
		t.Fatalf("published %+v", rows)
	}
	o.sign(o.Reviewer, path, "/pass-after", "secrecy")
	o.sign(o.Reviewer, path, "/pass-after", "privacy", "accuracy")
	says(t, o.get(o.Deputy, path).ok(t, 200), "补办批准")
}

func TestApprovalCanNameATime(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	path := pathOf(o.Reviewed(t, o.County, "county.10", o.Plain("定时公开")))
	v := url.Values{"basis": {"条例"}, "when": {"later"}}
	says(t, o.post(o.Approver, path+"/approve", v).ok(t, 422), "请填写哪一天公开")
	with(v, "publish_on-year", "2026", "publish_on-month", "11", "publish_on-day", "1", "publish_at", "09:00")
	says(t, o.post(o.Approver, path+"/approve", v).ok(t, 422), "应当在现在之后")
	o.post(o.Approver, path+"/approve", with(v, "publish_on-day", "25")).to(t)
	says(t, o.get(o.Author, "/desk/items?state=approved").ok(t, 200), "定时公开", "2026年11月25日 09:00")
	says(t, o.get(o.Approver, path).ok(t, 200), "收回批准")
	o.post(o.Approver, path+"/recall", url.Values{"note": {"数字有误"}}).to(t)
	says(t, o.get(o.Author, path+"/edit").ok(t, 200), "退回意见", "数字有误")
}

func TestAnErrorReportIsClosedUntilItIsOpened(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	it := o.Publish(t, o.County, "county.10", o.Plain("防汛预案"))
	disclosuretest.Check(t, o.Disclosure.ReportError(o.Anyone(), o.County, it.Year, it.Serial, "wrong", "第三段的电话打不通", "some@example.org"))
	list := o.get(o.Author, "/desk/reports").ok(t, 200)
	says(t, list, "防汛预案", "内容有错")
	if strings.Contains(list, "打不通") {
		t.Error("the list shows the text")
	}
	_, rest, _ := strings.Cut(list, `href="/desk/reports/35/`)
	number, _, _ := strings.Cut(rest, `"`)
	path := "/desk/reports/35/" + number
	cover := o.get(o.Author, path).ok(t, 200)
	says(t, cover, "打开后系统会记录您的姓名和时间")
	if strings.Contains(cover, "打不通") {
		t.Error("shown before it was opened")
	}
	o.get(o.Other, path).ok(t, 404)
	o.post(o.Other, path+"/open", nil).ok(t, 404)
	says(t, o.post(o.Author, path+"/open", nil).ok(t, 200), "第三段的电话打不通", "some@example.org")
	says(t, o.post(o.Author, path+"/answer", url.Values{"answer": {"好"}}).ok(t, 422), "请写明处理情况")
	o.post(o.Author, path+"/answer", url.Values{"answer": {"已核实，电话已更正。"}}).to(t)
	says(t, o.get(o.Author, "/desk/reports").ok(t, 200), "已处理")
}

func TestASuperiorMakesAnInspectionList(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, err := o.Disclosure.Nudge(o.Anyone(), o.Village.ID, "village.3")
	disclosuretest.Check(t, err)
	says(t, o.get(o.Overseer, "/desk/below").ok(t, 200), "演示村民委员会", "逾期未公开", "没有定时公开的信息")
	says(t, o.get(o.Overseer, "/desk/below/inspection?unit="+id(o.Village.ID)).ok(t, 200), "演示村民委员会", "本村（居）生育情况", "2026年第3季度")
	says(t, o.get(o.Clerk, "/desk/items/new").ok(t, 200), "已逾期")
	o.get(o.Author, "/desk/below").ok(t, 403)
}

// pages are the desk's pages with somebody who reads each.
func (o *bureau) pages(t *testing.T) map[string]person {
	t.Helper()
	draft := pathOf(o.Draft(t, o.County, "county.8", o.Text("county.8", "", "收费目录")))
	review := pathOf(o.Submitted(t, o.County, "county.10", o.Plain("送审")))
	it := o.Publish(t, o.County, "county.10", o.Plain("公开"))
	home := "/desk/published/35/" + id(it.ID)
	return map[string]person{"/desk/items": o.Author, "/desk/items/new?category=county.3&unit=" + id(o.County.ID): o.Author, draft + "/edit": o.Author,
		draft + "/preview": o.Author, draft + "/discard": o.Author, review: o.Reviewer, home: o.Approver, home + "/take-down": o.Approver,
		"/desk/reports": o.Author, "/desk/below": o.Overseer, "/desk/below/inspection?unit=" + id(o.Village.ID): o.Overseer,
		"/desk/register": o.Author, "/desk/quick": o.Clerk}
}

// TestEveryPageOnEachEngine opens each page on every store there is.
func TestEveryPageOnEachEngine(t *testing.T) {
	t.Parallel()
	disclosuretest.Each(t, func(t *testing.T, h *disclosuretest.House) {
		o := officeOf(t, h)
		it := o.Publish(t, o.County, "county.10", o.Plain("防汛预案"))
		disclosuretest.Check(t, o.Disclosure.ReportError(o.Anyone(), o.County, it.Year, it.Serial, "wrong", "第三段的电话打不通", ""))
		for path, p := range o.pages(t) {
			o.get(p, path).ok(t, http.StatusOK)
		}
		for _, path := range []string{"/desk/items?state=draft&q=目录&category=county.8&unit=" + id(o.County.ID), "/desk/items?state=taken_down&before=1-1", "/desk/register?q=2026&before=9999999999999-1"} {
			o.get(o.Author, path).ok(t, http.StatusOK)
		}
		if len(kinds(t, o, o.As(o.Overseer))) == 0 {
			t.Error("the superior's inbox is empty")
		}
	})
}

// TestEveryPageIsWholeInEnglish reads each page in English: no key stands for
// a sentence, no Chinese beside names and the norm's own data.
func TestEveryPageIsWholeInEnglish(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for path, p := range o.pages(t) {
		body := o.get(p, "/en"+path).ok(t, http.StatusOK)
		text := words(body)
		for _, bad := range []string{"desk.", "disclosure.", "form.", "{1}", "请", "您", "未公开"} {
			if i := strings.Index(text, bad); i >= 0 {
				t.Errorf("%s says %q: …%s…", path, bad, text[max(0, i-60):min(len(text), i+60)])
			}
		}
		if !strings.Contains(body, `lang="en"`) {
			t.Errorf("%s is not said to be English", path)
		}
	}
	if i18n.LangOf(o.As(o.Author)) != i18n.ZH {
		t.Error("Chinese comes first")
	}
}

// TestStatementsArePerPageNotPerRow bounds what each page asks of the store.
func TestStatementsArePerPageNotPerRow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	all := o.pages(t)
	for range 5 {
		o.Publish(t, o.County, "county.10", o.Plain("又一条"))
		o.Draft(t, o.County, "county.10", o.Plain("又一稿"))
	}
	const most = 14
	for path, p := range all {
		if n := o.count(p, path); n > most {
			t.Errorf("%s asks %d statements, at most %d are allowed", path, n, most)
		}
	}
	ctx, n := db.CountStatements(o.As(o.Author))
	if _, err := o.Desk.Waiting(ctx); err != nil || n.Load() > 6 {
		t.Errorf("the inbox asks %d statements (%v)", n.Load(), err)
	}
}

func (o *bureau) count(p person, path string) int64 {
	o.t.Helper()
	ctx, n := db.CountStatements(o.As(p))
	w := httptest.NewRecorder()
	o.app.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil).WithContext(ctx))
	if w.Code != http.StatusOK {
		o.t.Errorf("%s: %d", path, w.Code)
	}
	return n.Load()
}
