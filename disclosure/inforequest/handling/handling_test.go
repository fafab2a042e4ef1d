package handling_test

import (
	"bytes"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"yangguang/agency/agencytest"
	"yangguang/agency/front"
	"yangguang/disclosure/disclosuretest"
	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/handling"
	"yangguang/disclosure/inforequest/inforequesttest"
	"yangguang/disclosure/portal"
	"yangguang/internal/clock"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/sandbox"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

var check = disclosuretest.Check

func TestMain(m *testing.M) {
	sandbox.Enter()
	inforequesttest.LoadLocales()
	i18n.MustLoad(handling.Locale, portal.Locale, front.Locale, ui.Locale, web.Locale)
	os.Exit(m.Run())
}

func TestLocale(t *testing.T) {
	t.Parallel()
	for _, wrong := range i18n.Check(handling.Locale) {
		t.Error(wrong)
	}
}

// bureau is a house with its desk, used as a browser uses it.
type bureau struct {
	*inforequesttest.House
	desk *handling.Desk
	app  *web.App
	t    *testing.T
}

func open(t *testing.T) *bureau {
	t.Helper()
	h := inforequesttest.New(t)
	f := &front.Front{Site: front.Site{Home: agencytest.County, Name: i18n.Text{Zh: "示例站", En: "Example"}, Demo: true}}
	d := &handling.Desk{Requests: h.Requests, Front: f, Answers: h.Answers}
	d.Join(f)
	app := web.New(web.Options{DB: h.DB, Clock: h.Clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: showError}, d.Routes())
	return &bureau{House: h, desk: d, app: app, t: t}
}

func showError(w http.ResponseWriter, r *http.Request, err error) {
	key, args, _ := fault.Sentence(err)
	http.Error(w, i18n.T(r.Context(), key, args...), fault.KindOf(err).Status())
}

func (b *bureau) do(p inforequesttest.Person, r *http.Request, want int) string {
	b.t.Helper()
	w := httptest.NewRecorder()
	b.app.ServeHTTP(w, r.WithContext(b.As(p)))
	if w.Code != want {
		b.t.Fatalf("%s %s: %d, want %d\n%s", r.Method, r.URL, w.Code, want, words(w.Body.String()))
	}
	return w.Body.String()
}

func (b *bureau) get(p inforequesttest.Person, path string) string {
	b.t.Helper()
	return b.do(p, httptest.NewRequest(http.MethodGet, path, nil), http.StatusOK)
}

func (b *bureau) post(p inforequesttest.Person, path string, want int, pairs ...string) string {
	b.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(p, r, want)
}

func (b *bureau) upload(p inforequesttest.Person, path, purpose, name, content string) string {
	b.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	check(b.t, m.WriteField("purpose", purpose))
	f, err := m.CreateFormFile("file", name)
	check(b.t, err)
	_, err = f.Write([]byte(content))
	check(b.t, err)
	check(b.t, m.Close())
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return b.do(p, r, http.StatusSeeOther)
}

var tags = regexp.MustCompile(`<[^>]*>`)

func words(body string) string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(body, " ")), " ")
}

func has(t *testing.T, body string, want ...string) {
	t.Helper()
	for _, s := range want {
		if !strings.Contains(words(body), s) {
			t.Errorf("the page does not say %q:\n%s", s, words(body))
		}
	}
}

func pathOf(q *inforequest.Request, rest string) string {
	return "/desk/requests/" + strconv.Itoa(q.Province) + "/" + strconv.FormatInt(q.ID, 10) + rest
}

// 1.1.b: from the counter to the letter, page by page.
func TestARequestGoesThroughTheDesk(t *testing.T) {
	t.Parallel()
	b := open(t)
	unit := strconv.FormatInt(b.County.ID, 10)
	has(t, b.get(b.Desk, "/desk/requests/new"), "登记新申请", "口头提出")
	form := []string{"agency", unit, "channel", "counter", "subject", "2025年度农村改厕补助资金的分配方案", "applicant", "natural", "name", "王小明", "id_kind", "resident",
		"id_number", inforequesttest.Resident, "verified", "1", "delivery", "post", "medium", "paper", "token", "at the counter"}
	has(t, b.post(b.Desk, "/desk/requests/new", http.StatusUnprocessableEntity, form...), "请至少留下一种联系方式", "选择邮寄送达")
	slip := b.post(b.Desk, "/desk/requests/new", http.StatusOK, append(form, "phone", "13800000000", "address", "桃城镇演示路1号")...)
	has(t, slip, "申请已登记", "查询码只显示这一次")
	list, err := b.Requests.List(b.As(b.Desk), inforequest.Filter{Limit: 10})
	check(t, err)
	q := &list[0]
	has(t, b.get(b.Desk, "/desk/requests"), "2025年度农村改厕补助资金的分配方案", q.Number, "2026年12月21日", "未分派")
	if strings.Contains(b.get(b.Desk, "/desk/requests"), "王小明") {
		t.Error("the list names the applicant")
	}
	has(t, b.post(b.Desk, "/desk/requests/assign", http.StatusUnprocessableEntity, "handler", strconv.FormatInt(b.Handler.ID, 10)), "请先在列表中选择申请")
	b.post(b.Desk, "/desk/requests/assign", http.StatusSeeOther, "handler", strconv.FormatInt(b.Handler.ID, 10), "request", strconv.Itoa(q.Province)+"-"+strconv.FormatInt(q.ID, 10))
	page := b.get(b.Handler, pathOf(q, ""))
	has(t, page, "承办人乙", "拟定答复", "逐日说明期限")
	if strings.Contains(page, "王小明") || strings.Contains(page, "13800000000") {
		t.Error("the page names the applicant before anybody opened it")
	}
	has(t, b.get(b.Handler, pathOf(q, "/clock")), "2026年12月21日")
	has(t, b.post(b.Handler, pathOf(q, "/identity"), http.StatusUnprocessableEntity, "reason", ""), "请写明查看的理由")
	has(t, b.post(b.Handler, pathOf(q, "/identity"), http.StatusOK, "reason", "核对通信地址"), "王小明", "13800000000")

	b.upload(b.Handler, pathOf(q, "/attach"), inforequest.Source, "方案.txt", "桃城镇：三百万元\n联系人：内部掌握\n")
	has(t, b.get(b.Handler, pathOf(q, "/redact")), "方案.txt")
	c, err := b.Requests.Open(b.As(b.Handler), q.Province, q.ID)
	check(t, err)
	source := strconv.FormatInt(c.Files[0].ID, 10)
	has(t, b.post(b.Handler, pathOf(q, "/redact"), http.StatusUnprocessableEntity, "source", source, "remove", "没有的话"), "文件里没有找到“没有的话”")
	b.post(b.Handler, pathOf(q, "/redact"), http.StatusSeeOther, "source", source, "remove", "联系人：内部掌握")

	has(t, b.get(b.Handler, pathOf(q, "/decision")), "属于四类过程性信息", "第十六条第二款", "部分公开")
	has(t, b.get(b.Handler, pathOf(q, "/decision?decision=partial")), "先申请行政复议，再提起行政诉讼", "不予公开的部分")
	draft := []string{"decision", "partial", "provided", "《资金分配方案》（去除内部联系人）", "withheld", "联系人", "reason", "属于内部事务信息。"}
	has(t, b.post(b.Handler, pathOf(q, "/submit"), http.StatusUnprocessableEntity, draft...), "请写明保密、隐私和第三方权益的审查意见", "属于内部事务信息。")
	b.post(b.Handler, pathOf(q, "/decision"), http.StatusSeeOther, draft...)
	has(t, b.get(b.Handler, pathOf(q, "/decision")), "已保存")
	if pdf := b.get(b.Handler, pathOf(q, "/letters/0/pdf")); !strings.HasPrefix(pdf, "%PDF") {
		t.Error("the preview is no PDF")
	}
	b.post(b.Handler, pathOf(q, "/submit"), http.StatusSeeOther, append(draft, "reviewed", "不涉密，已去除内部联系人。")...)
	has(t, b.get(b.Head, pathOf(q, "/approve")), "不涉密，已去除内部联系人。", "承办人乙")
	b.post(b.Head, pathOf(q, "/approve"), http.StatusSeeOther)
	c, err = b.Requests.Open(b.As(b.Desk), q.Province, q.ID)
	check(t, err)
	if docx := b.get(b.Desk, pathOf(q, "/letters/"+strconv.FormatInt(c.Letters[0].ID, 10)+"/docx")); !strings.HasPrefix(docx, "PK") {
		t.Error("the letter is no DOCX")
	}
	b.post(b.Desk, pathOf(q, "/seal"), http.StatusSeeOther, "letter", strconv.FormatInt(c.Letters[0].ID, 10), "on-year", "2026", "on-month", "11", "on-day", "23")
	has(t, b.post(b.Desk, pathOf(q, "/deliver"), http.StatusUnprocessableEntity, "by", "post", "on-year", "2026", "on-month", "11", "on-day", "23"), "请填写送达凭证")
	b.post(b.Desk, pathOf(q, "/deliver"), http.StatusSeeOther, "by", "post", "proof", "挂号信 1", "on-year", "2026", "on-month", "11", "on-day", "23")
	has(t, b.get(b.Desk, pathOf(q, "")), "已办结", "部分公开", "挂号信 1", "重新评估日期")
	has(t, b.get(b.Desk, "/desk/requests/statistics"), "按期答复率", "100", "部分公开")
}

func TestEveryStepHasItsPageInBothLanguages(t *testing.T) {
	t.Parallel()
	b := open(t)
	q, _ := b.Open(t)
	all := b.Person(t)
	for _, step := range []string{"assign", "clarify", "consult", "extend", "ask-reasons", "charge", "attach", "attach-proof", "split", "withdraw", "identity", "renew"} {
		zh, en := b.get(all, pathOf(q, "/"+step)), b.get(all, "/en"+pathOf(q, "/"+step))
		for lang, body := range map[string]string{"zh": zh, "en": en} {
			if strings.Contains(body, "handling.") || strings.Contains(body, "inforequest.") {
				t.Errorf("%s in %s shows a key: %s", step, lang, regexp.MustCompile(`(handling|inforequest)\.[a-z_-]+`).FindString(body))
			}
		}
	}
	b.do(all, httptest.NewRequest(http.MethodGet, pathOf(q, "/pay"), nil), http.StatusConflict)
	b.do(b.Stranger, httptest.NewRequest(http.MethodGet, pathOf(q, ""), nil), http.StatusNotFound)
	b.do(b.Stranger, httptest.NewRequest(http.MethodGet, pathOf(q, "/clarify"), nil), http.StatusNotFound)
}

func TestTheInboxSaysWhoseStepIsNext(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.File(t, nil)
	b.Open(t)
	for name, tt := range map[string]struct {
		who  inforequesttest.Person
		want []string
	}{
		"the desk confirms":    {b.Desk, []string{"handling.wait_confirm"}},
		"the handler handles":  {b.Handler, []string{"handling.wait_handle"}},
		"the head has nothing": {b.Head, nil},
		"the superior neither": {b.Above, nil},
	} {
		groups, err := b.desk.Waiting(b.As(tt.who))
		check(t, err)
		var got []string
		for _, g := range groups {
			got = append(got, g.Kind)
		}
		if strings.Join(got, " ") != strings.Join(tt.want, " ") {
			t.Errorf("%s: %v", name, got)
		}
	}
	list, err := b.Requests.List(b.As(b.Handler), inforequest.Filter{States: []string{inforequest.Open}, Limit: 1})
	check(t, err)
	has(t, b.get(b.Handler, pathOf(&list[0], "")), "办理期限正在计算", "通知补正")
	b.Clock.Set(clock.MustDate("2026-12-23").Start().Add(9 * time.Hour))
	check(t, b.Requests.Tick(b.Anyone()))
	late := b.get(b.Handler, pathOf(&list[0], ""))
	if has(t, late, "答复期限已过"); strings.Contains(late, "通知补正") {
		t.Error("what is late is still offered to be clarified")
	}
	for on, want := range map[string]string{"2026-12-14": "", "2026-12-17": "head", "2026-12-22": "head superior", "2026-12-28": "head superior", "2026-12-29": "head superior province"} {
		b.Clock.Set(clock.MustDate(on).Start().Add(9 * time.Hour))
		reached := ""
		for _, x := range []struct {
			name string
			who  inforequesttest.Person
		}{{"head", b.Head}, {"superior", b.Above}, {"province", inforequesttest.Person{ID: 403, Name: "督办辛"}.Of(b.Province).Within(b.Province.Division, inforequest.Overseeing)}} {
			groups, err := b.desk.Waiting(b.As(x.who))
			check(t, err)
			for _, g := range groups {
				if g.Kind == "handling.wait_soon" || g.Kind == "handling.wait_late" {
					reached = strings.TrimSpace(reached + " " + x.name)
				}
			}
		}
		if reached != want {
			t.Errorf("on %s the warning has reached %q, want %q", on, reached, want)
		}
	}
}

// TestAnAnswerIsWrittenForEverybody: the step stands on a closed request whose
// applicant agrees, and leads to the draft.
func TestAnAnswerIsWrittenForEverybody(t *testing.T) {
	t.Parallel()
	b := open(t)
	q, _ := b.Answered(t, nil)
	has(t, b.get(b.Handler, pathOf(q, "")), "公开这件答复")
	has(t, b.get(b.Handler, pathOf(q, "/answer")), "附上提供给申请人的文件")
	form := []string{"answer_title", "农村改厕补助资金怎样分配", "answer_asked", "农村改厕补助资金的分配方案。", "answer_files", "1"}
	has(t, b.post(b.Handler, pathOf(q, "/answer"), http.StatusUnprocessableEntity, append(form, "answer_summary", "已答复王小明。")...), "文字或者附件里有申请人的姓名")
	b.post(b.Handler, pathOf(q, "/answer"), http.StatusSeeOther, append(form, "answer_summary", "按户数分配，各乡镇数额见附件。")...)
	page := b.get(b.Handler, pathOf(q, ""))
	has(t, page, "公开的答复")
	if !strings.Contains(page, `href="/desk/answers/`) || strings.Contains(words(page), "公开这件答复") {
		t.Error("the page does not lead to the draft, or offers a second one")
	}
}

func TestTheOfficeWritesWhatStandsInEveryLetter(t *testing.T) {
	t.Parallel()
	b := open(t)
	unit := strconv.FormatInt(b.County.ID, 10)
	has(t, b.get(b.Head, "/desk/requests/office"), "下面是系统按单位所在地提出的")
	has(t, b.post(b.Head, "/desk/requests/office", http.StatusUnprocessableEntity, "agency", unit, "mark", "永卫"), "请填写行政复议机关", "请填写管辖法院")
	b.post(b.Head, "/desk/requests/office", http.StatusSeeOther, "agency", unit, "mark", "永卫", "review_body", "永春县人民政府", "review_online", "https://example.gov.cn/fy", "court", "永春县人民法院", "reply_to", "桃城镇1号", "pay_how", "到窗口缴费")
	q, _ := b.Open(t)
	check(t, b.Requests.Clarify(b.As(b.Handler), q.Province, q.ID, "请写明是哪一年。", 10))
	has(t, b.get(b.Desk, pathOf(q, "")), "永卫依申请〔2026〕1号")
}

func TestTheWorkbookHoldsNoApplicant(t *testing.T) {
	t.Parallel()
	b := open(t)
	q, _ := b.Open(t)
	x, err := excelize.OpenReader(strings.NewReader(b.get(b.Desk, "/desk/requests/list.xlsx")))
	check(t, err)
	rows, err := x.GetRows(x.GetSheetList()[0])
	check(t, err)
	all := ""
	for _, r := range rows {
		all += strings.Join(r, " ") + "\n"
	}
	if !strings.Contains(all, q.Number) || strings.Contains(all, "王小明") || !strings.Contains(all, "演示数据") {
		t.Errorf("the workbook:\n%s", all)
	}
}
