package window_test

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

	"golang.org/x/net/html"

	"yangguang/agency"
	"yangguang/agency/agencytest"
	"yangguang/agency/front"
	"yangguang/disclosure/disclosuretest"
	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/answers"
	"yangguang/disclosure/inforequest/inforequesttest"
	"yangguang/disclosure/inforequest/letter"
	"yangguang/disclosure/inforequest/window"
	"yangguang/disclosure/portal"
	"yangguang/internal/clock"
	"yangguang/internal/db"
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
	i18n.MustLoad(window.Locale, portal.Locale, front.Locale, ui.Locale, web.Locale)
	os.Exit(m.Run())
}

func TestLocale(t *testing.T) {
	t.Parallel()
	for _, wrong := range i18n.Check(window.Locale) {
		t.Error(wrong)
	}
}

// counter is a house with the applicant's pages, used as a browser uses them.
type counter struct {
	*inforequesttest.House
	app *web.App
	t   *testing.T
}

func open(t *testing.T) *counter {
	t.Helper()
	h := inforequesttest.New(t)
	f := &front.Front{Site: front.Site{Home: agencytest.County, Name: i18n.Text{Zh: "示例站", En: "Example"}, Demo: true}}
	window.Join(f)
	p := &portal.Portal{Front: f, Disclosure: h.Disclosure}
	h.Answers.Front, h.Answers.Portal = f, p
	w := &window.Window{Front: f, Portal: p, Requests: h.Requests, Answers: h.Answers}
	app := web.New(web.Options{DB: h.DB, Clock: h.Clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: showError}, w.Routes(), p.Routes(), h.Answers.Routes())
	return &counter{House: h, app: app, t: t}
}

func showError(w http.ResponseWriter, r *http.Request, err error) {
	key, args, _ := fault.Sentence(err)
	http.Error(w, i18n.T(r.Context(), key, args...)+err.Error(), fault.KindOf(err).Status())
}

// answer is a page as it came back.
type answer struct {
	status int
	header http.Header
	body   string
}

func (c *counter) do(r *http.Request) answer {
	c.t.Helper()
	c.Clock.Advance(2 * time.Minute) // nobody types faster, and the limits are another test's
	w := httptest.NewRecorder()
	c.app.ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.String()}
}

func (c *counter) get(path string) answer {
	c.t.Helper()
	return c.do(httptest.NewRequest(http.MethodGet, path, nil))
}

func (c *counter) post(path string, v url.Values) answer {
	c.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.do(r)
}

// send posts a form with a file, as a browser does.
func (c *counter) send(path string, v url.Values, field, name string, content []byte) answer {
	c.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, vs := range v {
		for _, s := range vs {
			check(c.t, m.WriteField(k, s))
		}
	}
	f, err := m.CreateFormFile(field, name)
	check(c.t, err)
	_, err = f.Write(content)
	check(c.t, err)
	check(c.t, m.Close())
	r := httptest.NewRequest(http.MethodPost, path, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return c.do(r)
}

var tags = regexp.MustCompile(`<[^>]*>`)

func (a answer) words() string {
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(a.body, " "))), " ")
}

// says fails unless the page has the status and says each sentence.
func (a answer) says(t *testing.T, status int, sentences ...string) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d\n%s", a.status, status, a.words())
	}
	for _, s := range sentences {
		if !strings.Contains(a.words(), s) {
			t.Errorf("the page does not say %q:\n%s", s, a.words())
		}
	}
	return a
}

var (
	tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)
	shown      = regexp.MustCompile(`<dd class="code">([^<]+)</dd>`)
)

func (a answer) token(t *testing.T) string {
	t.Helper()
	m := tokenField.FindStringSubmatch(a.body)
	if m == nil {
		t.Fatalf("no token on the page:\n%s", a.words())
	}
	return m[1]
}

// key is number and code of a receipt.
func (a answer) key(t *testing.T) url.Values {
	t.Helper()
	m := shown.FindAllStringSubmatch(a.body, -1)
	if len(m) != 2 {
		t.Fatalf("the receipt does not show number and code:\n%s", a.words())
	}
	return url.Values{"number": {m[0][1]}, "code": {m[1][1]}}
}

func (c *counter) path(u agency.Agency) string { return "/" + u.Path() + "/request" }

// filled is the form as a resident fills it in.
func filled(token string) url.Values {
	return url.Values{"token": {token}, "as": {"person"}, "subject": {"2025年度农村改厕补助资金的分配方案"}, "detail": {"包括各乡（镇）的数额。"}, "name": {"王小明"}, "id_kind": {"resident"},
		"id_number": {inforequesttest.Resident}, "phone": {"13800000000"}, "delivery": {"web"}, "medium": {"electronic"}, "agreed": {"open_answer"}}
}

func with(v url.Values, pairs ...string) url.Values {
	out := url.Values{}
	for k, x := range v {
		out[k] = x
	}
	for i := 0; i < len(pairs); i += 2 {
		out.Set(pairs[i], pairs[i+1])
	}
	return out
}

// request is the only one filed, as the handler reads it.
func (c *counter) request() *inforequest.Case {
	c.t.Helper()
	all, err := c.Requests.List(c.As(c.Handler), inforequest.Filter{Limit: 10})
	check(c.t, err)
	if len(all) != 1 {
		c.t.Fatalf("%d requests are filed", len(all))
	}
	x, err := c.Requests.Open(c.As(c.Handler), all[0].Province, all[0].ID)
	check(c.t, err)
	return x
}

// 1.1.b 依申请公开: the applicant's way through the pages, in both languages.
func TestAnApplicantAsksFollowsClarifiesAndReadsTheAnswer(t *testing.T) {
	t.Parallel()
	for prefix, say := range map[string]func(zh, en string) string{"": func(zh, _ string) string { return zh }, "/en": func(_, en string) string { return en }} {
		t.Run("lang"+prefix, func(t *testing.T) {
			t.Parallel()
			c := open(t)
			c.Publish(t, c.County, "county.10", c.Plain("农村改厕补助政策问答"))
			c.get(prefix+"/requests").says(t, 200, c.County.Name, say("工作人员不得要求您说明申请的理由", "Nobody may ask you why"))
			ask := prefix + c.path(c.County)
			c.get(ask).says(t, 200, say("您要找什么信息？", "What do you look for?"))
			c.get(ask+"?q="+url.QueryEscape("改厕补助")).says(t, 200, "农村改厕补助政策问答", say("以上都不是，我要申请", "None of these: go on to the request"))
			page := c.get(ask+"?as=person&q="+url.QueryEscape("改厕补助")).says(t, 200, say("不用写理由", "You need not say why"))
			if !strings.Contains(page.body, `value="改厕补助"`) || page.header.Get("Cache-Control") != "no-store" {
				t.Error("the form does not begin with the question, or may be kept")
			}
			form := filled(page.token(t))
			wrong := c.post(ask, with(form, "id_number", "350525199001011235")).says(t, 422, say("居民身份证号码应为 18 位，请核对。", "A resident identity number has 18 characters"))
			if !strings.Contains(wrong.body, "包括各乡（镇）的数额。") || !strings.Contains(wrong.body, `value="13800000000"`) || wrong.token(t) != form.Get("token") {
				t.Error("what was typed is lost")
			}
			receipt := c.post(ask, form).says(t, 200, say("确认", "confirms with you"), say("2026年12月21日", "21 December 2026"))
			key := receipt.key(t)
			if receipt.header.Get("Cache-Control") != "no-store" || !strings.Contains(receipt.body, "noindex") || strings.Contains(receipt.body, "code="+key.Get("code")) {
				t.Error("the receipt may be kept, or the code stands in an address")
			}
			status := prefix + "/requests/status"
			if page := c.get(status + "?number=" + key.Get("number")); !strings.Contains(page.body, `value="`+key.Get("number")+`"`) {
				t.Error("the form does not begin with the number of the address")
			}
			c.post(status, key).says(t, 200, say("等待单位确认", "Waiting to be confirmed"), say("申请已提交", "Request sent"))
			q := c.request()
			if !q.OpenAnswer || q.OwnRecord || q.Channel != "web" || q.Asked.Detail != "包括各乡（镇）的数额。" {
				t.Errorf("filed %+v", q.Request)
			}
			check(t, c.Requests.Confirm(c.As(c.Desk), q.Province, q.ID, "电话确认"))
			check(t, c.Requests.Assign(c.As(c.Desk), q.Province, q.ID, c.Handler.ID, ""))
			c.post(status, key).says(t, 200, say("正在办理，最晚2026年12月21日", "answered by"), say("逐日", "Day by day"), "电话确认")
			check(t, c.Requests.Clarify(c.As(c.Handler), q.Province, q.ID, "请写明是哪一批补助资金。", 10))
			c.post(status, key).says(t, 200, "请写明是哪一批补助资金。", say("逾期不补正，视为放弃申请", "counts as given up"))
			c.post(status+"/clarify", with(key, "text", "短")).says(t, 422, say("请写下内容，至少 4 个字。", "at least 4 characters"), "短")
			c.post(status+"/clarify", with(key, "text", "第二批，2025年9月下达。")).says(t, 200, say("补正已收到", "The clarification was received"), "第二批，2025年9月下达。")
			c.post(status+"/clarify", with(key, "text", "第二批，2025年9月下达。")).says(t, 409)
			c.decide(q)
			c.post(status, key).says(t, 200, say("已答复：予以公开", "Disclosed"), say("行政复议", "reconsideration"))
			done := c.request()
			for form, begins := range map[string]string{"pdf": "%PDF-", "docx": "PK"} {
				file := c.post(status+"/letter", with(key, "letter", id(done.Letters[len(done.Letters)-1].ID), "form", form))
				if file.status != 200 || !strings.HasPrefix(file.body, begins) || file.header.Get("Cache-Control") != "no-store" {
					t.Errorf("the letter: %d %v", file.status, file.header)
				}
			}
			got := c.post(status+"/file", with(key, "file", id(released(done).ID)))
			if got.status != 200 || !strings.Contains(got.body, "桃城镇") || got.header.Get("Content-Disposition") == "" {
				t.Errorf("the released file: %d %v", got.status, got.header)
			}
		})
	}
}

// decide drafts, approves and delivers a disclosure with a file.
func (c *counter) decide(q *inforequest.Case) {
	c.t.Helper()
	_, err := c.Requests.Attach(c.As(c.Handler), q.Province, q.ID, inforequest.Release, "分配表.txt", []byte("桃城镇 演示数额 100 元\n"))
	check(c.t, err)
	check(c.t, c.Requests.Submit(c.As(c.Handler), q.Province, q.ID, inforequest.Draft{Decision: "granted", Reviewed: "不涉及国家秘密、个人隐私和第三方权益。",
		Values: letter.Values{"provided": "2025年度农村改厕补助资金分配表", "reason": "属于应当公开的政府信息。"}}))
	check(c.t, c.Requests.Approve(c.As(c.Head), q.Province, q.ID))
	check(c.t, c.Requests.Deliver(c.As(c.Desk), q.Province, q.ID, "web", "", clock.DateOf(c.Clock.Now())))
}

func id(n int64) string { return strconv.FormatInt(n, 10) }

func released(c *inforequest.Case) inforequest.File {
	for _, f := range c.Files {
		if f.Purpose == inforequest.Release {
			return f
		}
	}
	return inforequest.File{}
}

func TestTheSameFormSentTwiceFilesOnce(t *testing.T) {
	t.Parallel()
	c := open(t)
	ask := c.path(c.County)
	form := filled(c.get(ask + "?as=person").token(t))
	first, second := c.post(ask, form).key(t), c.post(ask, form).key(t)
	if first.Encode() != second.Encode() {
		t.Errorf("sent twice: %v and %v", first, second)
	}
	c.request()
	// Whoever goes back and asks for something else has asked for it.
	if third := c.post(ask, with(form, "subject", "2026年度农村改厕补助资金的分配方案")).key(t); third.Get("number") == first.Get("number") {
		t.Error("a changed form was not filed")
	}
}

func TestAFormWithoutItsPagesTokenIsShownAgain(t *testing.T) {
	t.Parallel()
	c := open(t)
	page := c.post(c.path(c.County), filled("")).says(t, 422, "页面已经过期")
	if !strings.Contains(page.body, "王小明") {
		t.Error("what was typed is lost")
	}
	c.post(c.path(c.County), filled(page.token(t))).says(t, 200, "申请已提交")
}

func TestAnOrganisationIsAskedForItsCodeAndWhoSpeaksForIt(t *testing.T) {
	t.Parallel()
	c := open(t)
	ask := c.path(c.County)
	form := with(filled(c.get(ask+"?as=org").token(t)), "as", "org", "name", "演示律师事务所", "applicant", "", "id_number", "123")
	c.post(ask, form).says(t, 422, "请选择申请人的类别。", "统一社会信用代码应为 18 位", "请填写单位的经办人姓名。")
	c.post(ask, with(form, "applicant", "legal", "id_number", agency.MakeCredit("31350525MD0000000"), "representative", "李四")).says(t, 200, "申请已提交")
	if q := c.request(); q.Applicant != "legal" {
		t.Errorf("filed as %s", q.Applicant)
	}
}

func TestAFileIsInspectedAndFiledWithTheForm(t *testing.T) {
	t.Parallel()
	c := open(t)
	ask := c.path(c.County)
	form := filled(c.get(ask + "?as=person").token(t))
	c.send(ask, form, "asked_file", "病毒.exe", []byte("MZ\x90\x00\x03")).says(t, 422, "这个文件打不开或者不是常见的文档、图片", "请重新选择文件")
	c.send(ask, form, "asked_file", "说明.txt", []byte("附件内容")).says(t, 200, "申请已提交")
	if q := c.request(); len(q.Files) != 1 || q.Files[0].Name != "说明.txt" || q.Files[0].Purpose != inforequest.AskedFile {
		t.Errorf("filed with %+v", q.Files)
	}
}

func TestAWrongCodeAndAnUnknownNumberAreToldAlike(t *testing.T) {
	t.Parallel()
	c := open(t)
	ask := c.path(c.County)
	key := c.post(ask, filled(c.get(ask+"?as=person").token(t))).key(t)
	other := c.post(ask, with(filled(c.get(ask+"?as=person").token(t)), "subject", "另一件信息的名称")).key(t)
	const wrong = "编号或者查询码不对，请核对后再试。"
	for _, path := range []string{"", "/clarify", "/reasons", "/withdraw", "/letter", "/file"} {
		v := with(key, "code", other.Get("code"), "text", "补正的内容", "sure", "yes", "letter", "1", "file", "1")
		c.post("/requests/status"+path, v).says(t, 422, wrong)
	}
	for range 4 {
		c.post("/requests/status", with(key, "code", other.Get("code"))).says(t, 422, wrong)
	}
	c.post("/requests/status", key).says(t, 422, "查询码一小时内错了 10 次")
	c.post("/requests/status", other).says(t, 200, "另一件信息的名称")
}

func TestWithdrawingAsksOnceMore(t *testing.T) {
	t.Parallel()
	c := open(t)
	ask := c.path(c.County)
	key := c.post(ask, filled(c.get(ask+"?as=person").token(t))).key(t)
	c.post("/requests/status/withdraw", key).says(t, 200, "确认撤回申请")
	if c.request().State != inforequest.Filed {
		t.Fatal("withdrawn without being sure")
	}
	c.post("/requests/status/withdraw", with(key, "sure", "yes")).says(t, 200, "申请已撤回", "申请人撤回申请")
	c.post("/requests/status/withdraw", with(key, "sure", "yes")).says(t, 409)
}

func TestAUnitThatTakesNoneLeadsToOneThatDoes(t *testing.T) {
	t.Parallel()
	c := open(t)
	page := c.get(c.path(c.Village)).says(t, 200, "这个单位不办理依申请公开", c.Township.Name, c.County.Name)
	if !strings.Contains(page.body, c.path(c.Township)) {
		t.Error("no link to the township's form")
	}
	c.get(c.path(c.Village)+"?as=person").says(t, 200, "这个单位不办理依申请公开")
	c.post(c.path(c.Village), filled(strings.Repeat("x", 40))).says(t, 409)
}

// TestOneCallerFilesAFewAMinute holds the limit in front of the form: it takes
// files, and starts a clock.
func TestOneCallerFilesAFewAMinute(t *testing.T) {
	t.Parallel()
	c := open(t)
	for i := range 21 {
		r := httptest.NewRequest(http.MethodPost, c.path(c.County), strings.NewReader(url.Values{"as": {"person"}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		c.app.ServeHTTP(w, r)
		if want := map[bool]int{true: http.StatusUnprocessableEntity, false: http.StatusTooManyRequests}[i < 20]; w.Code != want {
			t.Errorf("form %d: %d, want %d", i+1, w.Code, want)
		}
	}
}

func TestAFeeSaysHowItWasReckonedAndHowToPay(t *testing.T) {
	t.Parallel()
	c := open(t)
	ask := c.path(c.County)
	key := c.post(ask, filled(c.get(ask+"?as=person").token(t))).key(t)
	q := c.request()
	check(t, c.Requests.Confirm(c.As(c.Desk), q.Province, q.ID, "电话确认"))
	check(t, c.Requests.Charge(c.As(c.Handler), q.Province, q.ID, "page", 120))
	c.post("/requests/status", key).says(t, 200, "1,100 元", "按量计收：120 页", "第 1 至 30 页：免费", "第 31 至 100 页：70 × 10 元", "第 101 至 120 页：20 × 20 元", "缴费方式", "请您在2026年12月21日（星期一）前缴费")
	check(t, c.Requests.Pay(c.As(c.Desk), q.Province, q.ID, "0001234", clock.DateOf(c.Clock.Now())))
	c.post("/requests/status", key).says(t, 200, "票据号 0001234", "正在办理")
}

func TestTheRulesAndTheCalculator(t *testing.T) {
	t.Parallel()
	c := open(t)
	c.get("/requests/rules").says(t, 200, "20 个工作日", "21 种办理结果", "先复议，后诉讼", "第十六条第二款")
	for query, want := range map[string]string{"ladder=case&n=10": "这个月第 10 件：免费。", "ladder=case&n=31": "这个月第 31 件：200 元。", "ladder=page&n=101": "101 页合计：720 元。",
		"ladder=page&n=0": "请填写 1 至 10,000 的整数。", "ladder=page&n=x": "请填写 1 至"} {
		c.get("/requests/rules?"+query).says(t, 200, want)
	}
	c.get("/en/requests/rules?ladder=page&n=31").says(t, 200, "31 pages together: 10 yuan.")
}

// TestWhoAsksIsOnNoPublicPage holds the promise of the form: who asks
// is on no page without number and code.
func TestWhoAsksIsOnNoPublicPage(t *testing.T) {
	t.Parallel()
	c := open(t)
	ask := c.path(c.County)
	c.post(ask, filled(c.get(ask+"?as=person").token(t))).says(t, 200)
	for _, path := range []string{"/requests", "/requests/status", ask, ask + "?q=" + url.QueryEscape("改厕"), "/search?q=" + url.QueryEscape("补助资金的分配方案"), "/" + c.County.Path()} {
		page := c.get(path)
		for _, canary := range []string{"王小明", inforequesttest.Resident, "13800000000", "桃城镇演示路"} {
			if strings.Contains(page.body, canary) {
				t.Errorf("%s tells %s", path, canary)
			}
		}
	}
	rows := 0
	c.Read(t, func(tx *db.Tx) error {
		return tx.Row("select count(*) from inforequest where subject like '%王小明%'").Scan(&rows)
	})
	if rows != 0 {
		t.Error("a name lies open in the store")
	}
}

// TestWhoAskedDecidesWhatOthersRead: he takes his consent back, suggests, and is
// led to the answer; whoever asks next is shown it before he files.
func TestWhoAskedDecidesWhatOthersRead(t *testing.T) {
	t.Parallel()
	c := open(t)
	told := answers.Text{Title: "农村改厕补助资金怎样分配", Asked: "农村改厕补助资金的分配方案。", Summary: "补助资金按户数分配，各乡镇数额见附件。"}
	const status = "/requests/status"
	q, code := c.Answered(t, nil)
	key := url.Values{"number": {q.Number}, "code": {code}}
	c.post(status, key).says(t, 200, "您同意公开这件答复", "撤回同意")
	w, err := c.Answers.Propose(c.As(c.Handler), q.Province, q.ID, told, true)
	check(t, err)
	c.post(status, key).says(t, 200, "正在准备公开这件答复")
	c.post(status+"/suggest", key).says(t, 200, "建议已记下", "申请人建议主动公开")
	c.post(status+"/suggest", key).says(t, 409)
	check(t, c.Answers.Submit(c.As(c.Handler), w.Province, w.ID, told))
	if page := c.get(c.path(c.County) + "?q=" + url.QueryEscape("补助资金")); strings.Contains(page.body, told.Title) {
		t.Error("a draft is shown to who asks next")
	}
	check(t, c.Answers.Approve(c.As(c.Head), w.Province, w.ID))
	page := c.post(status, key).says(t, 200, "这件答复已经公开")
	if strings.Contains(page.body, "撤回同意</") || !strings.Contains(page.body, "/answers/"+id(w.ID)) {
		t.Error("the page does not lead to the answer, or lets its consent be taken back")
	}
	c.post(status+"/consent", key).says(t, 409, "答复已经公开，不能撤回同意")
	c.get(c.path(c.County)+"?q="+url.QueryEscape("补助资金")).says(t, 200, "已经答复过的申请", told.Title)
	c.get("/requests").says(t, 200, "已答复的申请")

	other, code := c.Answered(t, nil)
	key = url.Values{"number": {other.Number}, "code": {code}}
	c.post("/en"+status+"/consent", key).says(t, 200, "The consent was taken back")
	c.post(status+"/consent", url.Values{"number": {other.Number}, "code": {"AAAAAAAAAA"}}).says(t, 422)
	if page := c.post(status, key); strings.Contains(page.body, "您同意公开") {
		t.Error("the consent is still there")
	}
}
