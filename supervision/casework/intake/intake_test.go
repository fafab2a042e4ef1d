package intake_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"yangguang/agency"
	"yangguang/agency/agencytest"
	"yangguang/agency/front"
	"yangguang/disclosure/disclosuretest"
	"yangguang/disclosure/portal"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/caseworktest"
	"yangguang/supervision/casework/intake"
)

var check = disclosuretest.Check

func TestMain(m *testing.M) {
	caseworktest.LoadLocales()
	i18n.MustLoad(intake.Locale, portal.Locale, front.Locale, ui.Locale, web.Locale)
	os.Exit(m.Run())
}

func TestLocale(t *testing.T) {
	t.Parallel()
	for _, wrong := range i18n.Check(intake.Locale) {
		t.Error(wrong)
	}
}

// counter is a house with the public's pages, used as a browser uses them.
type counter struct {
	*caseworktest.House
	pages *intake.Intake
	app   *web.App
	t     *testing.T
}

func open(t *testing.T) *counter {
	t.Helper()
	h := caseworktest.New(t)
	f := &front.Front{Site: front.Site{Home: agencytest.County, Name: i18n.Text{Zh: "示例站", En: "Example"}, Contact: i18n.Text{Zh: "示例县 000-0000", En: "Example 000-0000"}, Demo: true}}
	intake.Join(f)
	p := &portal.Portal{Front: f, Disclosure: h.Disclosure}
	in := &intake.Intake{Front: f, Portal: p, Cases: h.Cases}
	p.Correct = in.Correct
	app := web.New(web.Options{DB: h.Disclosure.DB, Clock: h.Clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: showError}, in.Routes(), p.Routes())
	return &counter{House: h, pages: in, app: app, t: t}
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

// upload posts a form with a file, as a browser does.
func (c *counter) upload(path string, v url.Values, name string, content []byte) answer {
	c.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, vs := range v {
		for _, s := range vs {
			check(c.t, m.WriteField(k, s))
		}
	}
	f, err := m.CreateFormFile("file", name)
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
	if w := a.words(); strings.Contains(w, "intake.") || strings.Contains(w, "casework.") {
		t.Errorf("a sentence is missing:\n%s", w)
	}
	return a
}

// secret fails unless the page is kept nowhere.
func (a answer) secret(t *testing.T) answer {
	t.Helper()
	if a.header.Get("Cache-Control") != "no-store" || !strings.Contains(a.body, "noindex") || a.header.Get("Set-Cookie") != "" {
		t.Errorf("the page may be kept: %v", a.header)
	}
	return a
}

var (
	hiddenField = regexp.MustCompile(`<input [^>]*type="hidden" name="([a-z_]+)" value="([^"]*)"`)
	shown       = regexp.MustCompile(`<dd class="code">([^<]+)</dd>`)
)

// fields are a page's hidden fields, as a browser would send them on.
func (a answer) fields() url.Values {
	v := url.Values{}
	for _, m := range hiddenField.FindAllStringSubmatch(a.body, -1) {
		v.Set(m[1], html.UnescapeString(m[2]))
	}
	return v
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

func (c *counter) path(u agency.Agency) string { return "/" + u.Path() + "/matter" }

const wrote = "去年的奖励扶助金一直没有发到账上，问了两次都说再等等。"

// filled is the form as a resident fills it in.
func (c *counter) filled(prefix string, u agency.Agency, kind string) url.Values {
	c.t.Helper()
	return with(c.get(prefix+c.path(u)+"?type="+kind).says(c.t, 200).secret(c.t).fields(), "text", wrote, "place", "示例村", "about", "none", "name", "张三", "phone", "13800000000", "ack", "sms")
}

// bring takes a filled form over the check page to its receipt.
func (c *counter) bring(prefix string, u agency.Agency, v url.Values) answer {
	c.t.Helper()
	page := c.post(prefix+c.path(u), with(v, "do", "check")).says(c.t, 200).secret(c.t)
	return c.post(prefix+c.path(u), with(page.fields(), "do", "send", "topic", "fee")).says(c.t, 200).secret(c.t)
}

func (c *counter) matter(number string) *casework.Case {
	c.t.Helper()
	all, err := c.Cases.List(c.As(c.Front), casework.Filter{Limit: 30})
	check(c.t, err)
	for _, m := range all {
		if m.Number == number {
			return c.Matter(c.t, &m)
		}
	}
	c.t.Fatalf("the county does not have %s", number)
	return nil
}

// 3.1.3 诉求办理: the way from the first page to the rating, in both languages
// and without a script.
func TestAResidentBringsAMatterAndFollowsItToTheReply(t *testing.T) {
	t.Parallel()
	for prefix, say := range map[string]func(zh, en string) string{"": func(zh, _ string) string { return zh }, "/en": func(_, en string) string { return en }} {
		t.Run("lang"+prefix, func(t *testing.T) {
			t.Parallel()
			c := open(t)
			c.get(prefix+"/matters").says(t, 200, say("投诉", "Complaint"), say("信访工作条例（2022）", "Regulations on Petition Work"), say("60 日", "60 days"), "000-0000")
			c.get(prefix+"/matters/new").says(t, 200, say("先选类型", "Choose the type first"))
			c.get(prefix+"/matters/new?type=complaint").says(t, 200, c.County.Name, say("不清楚就选这里", "If you do not know"))
			c.get(prefix+"/matters/new?type=complaint&q="+url.QueryEscape("没有这个")).says(t, 200, say("没有找到这个单位", "No such unit"))
			c.get(prefix+c.path(c.County)).says(t, 200, say("举报", "Tip-off"))
			form := c.filled(prefix, c.County, "complaint")
			checked := c.post(prefix+c.path(c.County), with(form, "do", "check")).says(t, 200, wrote, "13800000000", say("请看一遍", "read it once more"))
			if !strings.Contains(checked.body, `<option value="reward" selected`) {
				t.Error("no topic is suggested from the words")
			}
			again := c.post(prefix+c.path(c.County), with(checked.fields(), "do", "edit")).says(t, 200, wrote)
			if !strings.Contains(again.body, `value="13800000000"`) {
				t.Error("what was typed is lost on the way back")
			}
			receipt := c.post(prefix+c.path(c.County), with(checked.fields(), "do", "send", "topic", "fee")).says(t, 200, c.County.Name, say("2026年", "2026")).secret(t)
			key := receipt.key(t)
			if twice := c.post(prefix+c.path(c.County), with(checked.fields(), "do", "send", "topic", "fee")).key(t); twice.Encode() != key.Encode() {
				t.Errorf("sent twice, the form has the receipts %v and %v", key, twice)
			}
			if strings.Contains(receipt.body, key.Get("code")+`"`) {
				t.Error("the code stands in an attribute of the receipt")
			}
			k := c.matter(key.Get("number"))
			if k.Topic != "fee" || k.Told.Text != wrote || k.Ack != "sms" || !k.HasContact || k.Hidden {
				t.Errorf("filed as %+v", k.Matter)
			}
			status := prefix + "/matters/status"
			c.get(status+"?number="+key.Get("number")).says(t, 200, say("查询码", "Code")).secret(t)
			c.post(status, key).says(t, 200, wrote, say("正在看是否受理", "is deciding whether to accept it")).secret(t)
			check(t, c.Cases.Ask(c.As(c.Front), k.Province, k.ID, "请写明是哪一年的扶助金"))
			c.post(status, key).says(t, 200, "请写明是哪一年的扶助金", say("请您补充", "Please add"))
			c.post(status+"/supplement", key).says(t, 422)
			c.upload(status+"/supplement", with(key, "text", "二〇二五年的"), "存折.txt", []byte("明细")).says(t, 200, say("补充已收到", "Your answer has arrived"), "存折", "二〇二五年的")
			check(t, c.Cases.Accept(c.As(c.Front), k.Province, k.ID, ""))
			check(t, c.Cases.Dispatch(c.As(c.Front), k.Province, k.ID, c.Township.ID, nil, "请查实"))
			c.post(status, key).says(t, 200, c.Township.Name, say("等它签收", "has to sign for it"), say("这个日期是怎么算的", "How this day was counted"))
			c.post(status+"/add", with(key, "text", "今天又问了一次")).says(t, 200, say("已收到", "It has arrived"), "今天又问了一次")
			check(t, c.Cases.Sign(c.As(c.Town), k.Province, k.ID))
			if _, err := c.Cases.OpenContact(c.As(c.Town), k.Province, k.ID, "电话核实账号"); err != nil {
				t.Fatal(err)
			}
			c.post(status, key).says(t, 200, say("打开了联系方式", "opened the contact"), "电话核实账号")
			check(t, c.Cases.SubmitReply(c.As(c.Town), k.Province, k.ID, casework.Reply{Result: "solved", Text: "经查，账号有误未能到账，已于今日补发。"}))
			if page := c.post(status, key).says(t, 200, say("正在审核", "a second person checks it")); strings.Contains(page.body, "账号有误") {
				t.Error("the person reads a reply nobody approved")
			}
			check(t, c.Cases.Approve(c.As(c.TownHead), k.Province, k.ID))
			check(t, c.Cases.Deliver(c.As(c.Front), k.Province, k.ID, "phone", "电话告知三分钟"))
			c.post(status, key).says(t, 200, "账号有误", say("已解决", "Solved"), say("请您评价", "Please rate it"))
			c.post(status+"/rate", key).says(t, 422, say("请选择问题是否解决", ""))
			c.post(status+"/rate", with(key, "solved", "no", "satisfied", "no")).says(t, 422, say("请选择不满意的主要原因", ""))
			c.post(status+"/rate", with(key, "solved", "no", "satisfied", "no", "discontent", "slow", "note", "太慢")).says(t, 200, say("评价已收到", "Thank you"), say("重新办理", "took it up again"))
			if k := c.matter(key.Get("number")); k.Reopened != 1 || k.State != casework.InHand || k.Discontent != "slow" {
				t.Errorf("unsolved, it is %s, reopened %d", k.State, k.Reopened)
			}
		})
	}
}

// TestWhatIsRefusedStandsBesideItsFieldAndNothingIsLost.
func TestWhatIsRefusedStandsBesideItsFieldAndNothingIsLost(t *testing.T) {
	t.Parallel()
	c := open(t)
	form := c.filled("", c.County, "complaint")
	for _, x := range []struct {
		change []string
		says   string
		field  string
	}{
		{[]string{"text", ""}, "请写明事情经过", "text"},
		{[]string{"about", ""}, "请选择反映的是谁", "about"},
		{[]string{"about", "other"}, "请写明是哪个单位", "about_unit"},
		{[]string{"about", "other", "about_unit", "没有这个局"}, "没有找到这个单位", "about_unit"},
		{[]string{"phone", "12345678"}, "请填写 11 位手机号", "phone"},
		{[]string{"email", "not an address"}, "电子邮箱的格式不对", "email"},
		{[]string{"helper", "李四"}, "请写明代填人与诉求人的关系", "helper_tie"},
		{[]string{"text", strings.Repeat("字", casework.MaxText+1)}, "不超过", "text"},
	} {
		page := c.post(c.path(c.County), with(form, append(x.change, "do", "check")...)).says(t, 422, x.says).secret(t)
		if !strings.Contains(page.body, `id="f-`+x.field) || !strings.Contains(page.body, `href="#f-`+x.field+`"`) || !strings.Contains(page.body, `value="示例村"`) {
			t.Errorf("%v: the summary leads to no field %s, or what was typed is lost", x.change, x.field)
		}
	}
	page := c.post(c.path(c.County), with(form, "do", "check"))
	c.upload(c.path(c.County), with(page.fields(), "do", "send", "topic", "fee"), "空.pdf", nil).says(t, 422, "文件是空的", "请重新选择附件", wrote)
	if all, err := c.Cases.List(c.As(c.Front), casework.Filter{Limit: 5}); err != nil || len(all) != 0 {
		t.Errorf("a refused form filed %d matters, %v", len(all), err)
	}
	c.post(c.path(c.County), with(form, "type", "error")).says(t, 200, "先选类型") // begun by another page
}

// TestAComplaintAboutTheUnitItselfGoesAboveItAndIsNotFoundThere.
func TestAComplaintAboutTheUnitItselfGoesAboveItAndIsNotFoundThere(t *testing.T) {
	t.Parallel()
	c := open(t)
	form := with(c.filled("", c.County, "tipoff"), "about", "this", "about_whom", "窗口工作人员", "helper", "李四", "helper_tie", "邻居", "helper_unit", c.County.Name)
	page := c.post(c.path(c.County), with(form, "do", "check")).says(t, 200, "直接送"+c.Superior.Name, "公民个人的婚姻、生育情况不受理", "代填人李四在被反映的单位工作")
	receipt := c.post(c.path(c.County), with(page.fields(), "do", "send", "topic", "conduct")).says(t, 200, c.Superior.Name+"已收到")
	key := receipt.key(t)
	if all, err := c.Cases.List(c.As(c.Front), casework.Filter{Limit: 5}); err != nil || len(all) != 0 {
		t.Fatalf("the unit complained of lists %d matters, %v", len(all), err)
	}
	c.post("/matters/status", key).says(t, 200, c.County.Name+"的人员在本平台查不到这个事项", "代填人在被反映的单位工作")
	k, err := c.Cases.Follow(c.Anyone(), key.Get("number"), key.Get("code"))
	check(t, err)
	above := c.As(c.Above)
	check(t, c.Cases.Accept(above, k.Province, k.ID, ""))
	check(t, c.Cases.ProposeRelease(above, k.Province, k.ID, "有群众反映窗口工作人员态度生硬，请说明情况。"))
	c.post("/matters/status", key).says(t, 200, "有群众反映窗口工作人员态度生硬", "不同意的，它什么也看不到")
	c.post("/matters/status/release", with(key, "decision", "released", "release", "短")).says(t, 422, "至少 10 个字")
	c.post("/matters/status/release", with(key, "decision", "released", "release", "有群众反映窗口服务问题，请说明情况。")).says(t, 200, "已同意", "收回")
	seen, err := c.Cases.Released(c.As(c.Handler), c.County.ID)
	if err != nil || len(seen) != 1 || !strings.Contains(seen[0].Text, "窗口服务问题") {
		t.Errorf("the unit sees %+v, %v", seen, err)
	}
	c.post("/matters/status/release", with(key, "decision", "withdrawn")).says(t, 200, "已收回")
	if seen, err := c.Cases.Released(c.As(c.Handler), c.County.ID); err != nil || len(seen) != 0 {
		t.Errorf("after it was taken back the unit sees %+v, %v", seen, err)
	}
	c.post("/matters/status/release", with(key, "decision", "refused")).says(t, 409)
}

// TestAWrongCodeIsToldAsAnUnknownNumberIs, and nothing is told of either.
func TestAWrongCodeIsToldAsAnUnknownNumberIs(t *testing.T) {
	t.Parallel()
	c := open(t)
	key := c.bring("", c.County, c.filled("", c.County, "complaint")).key(t)
	other := c.bring("", c.County, with(c.filled("", c.County, "complaint"), "text", "另一件事情的经过")).key(t)
	for _, path := range []string{"", "/supplement", "/add", "/withdraw", "/rate", "/release", "/remedy", "/file"} {
		v := with(other, "code", key.Get("code"), "text", "补充", "solved", "yes", "satisfied", "yes", "decision", "refused", "reasons", "不服的理由写够十个字", "token", strings.Repeat("t", 40), "file", "1", "sure", "yes")
		wrong := c.post("/matters/status"+path, v).says(t, 422, "编号或者查询码不对").secret(t)
		if strings.Contains(wrong.body, "另一件事情") {
			t.Errorf("%s tells of a matter without its code", path)
		}
	}
	c.post("/matters/status", url.Values{"number": {"nothing"}, "code": {"nothing"}}).says(t, 422, "编号或者查询码不对")
	if k := c.matter(other.Get("number")); k.State != casework.Registered {
		t.Errorf("a wrong code moved the matter to %s", k.State)
	}
}

// TestADraftIsKeptUnderItsCodeAloneAndDestroyedWhenSent.
func TestADraftIsKeptUnderItsCodeAloneAndDestroyedWhenSent(t *testing.T) {
	t.Parallel()
	c := open(t)
	form := c.filled("", c.County, "complaint")
	saved := c.post("/matters/draft", form)
	if saved.status != 200 || saved.header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(saved.header.Get("Content-Type"), "text/plain") {
		t.Fatalf("a script is answered %d %v", saved.status, saved.header)
	}
	kept := c.post("/matters/draft", with(form, "do", "keep", "text", wrote+"又想起一点。")).says(t, 200, "已暂存", saved.body).secret(t)
	if strings.Contains(kept.body, wrote) {
		t.Error("the page with the code shows the text")
	}
	c.get("/matters/draft").says(t, 200, "7 天")
	c.post("/matters/draft/open", url.Values{"draft": {"wrong"}}).says(t, 422, "没有找到暂存的内容")
	back := c.post("/matters/draft/open", url.Values{"draft": {saved.body}}).says(t, 200, wrote+"又想起一点。", saved.body).secret(t)
	if !strings.Contains(back.body, `value="13800000000"`) || !strings.Contains(back.body, `action="`+c.path(c.County)+`"`) {
		t.Error("the draft does not come back as it was left, to its unit's form")
	}
	c.bring("", c.County, with(form, "do", "check"))
	c.post("/matters/draft/open", url.Values{"draft": {saved.body}}).says(t, 422, "没有找到暂存的内容")
	again := c.post("/matters/draft", with(c.filled("", c.County, "enquiry"), "text", "写了一半")).body
	c.post("/matters/draft/drop", url.Values{"draft": {again}}).says(t, 200, "已销毁")
	c.post("/matters/draft/open", url.Values{"draft": {again}}).says(t, 422)
}

// TestAPetitionIsReviewedByTheUnitAbove: 复查, with a receipt of its own.
func TestAPetitionIsReviewedByTheUnitAbove(t *testing.T) {
	t.Parallel()
	c := open(t)
	m, code := c.Answered(t, "petition", casework.Reply{Result: "explained", Text: "经核实，您的情况不符合发放条件。"})
	key := url.Values{"number": {m.Number}, "code": {code}}
	check(t, c.Cases.Rate(c.Anyone(), m.Number, code, casework.Rating{Solved: "partly", Satisfied: "fair"}))
	page := c.post("/matters/status", key).says(t, 200, "申请复查")
	c.post("/matters/status/remedy", with(key, "token", page.fields().Get("token"), "reasons", "短")).says(t, 422, "至少 10 个字")
	v := with(key, "token", page.fields().Get("token"), "reasons", "答复没有说明依据哪一条规定")
	made := c.post("/matters/status/remedy", v).says(t, 200, "申请已登记", c.Superior.Name).secret(t).key(t)
	c.post("/matters/status", made).says(t, 200, "复查", "答复没有说明依据哪一条规定")
	c.post("/matters/status/remedy", v).says(t, 409)
}

// TestAMatterIsWithdrawnAfterOneMoreQuestion.
func TestAMatterIsWithdrawnAfterOneMoreQuestion(t *testing.T) {
	t.Parallel()
	c := open(t)
	key := c.bring("", c.County, c.filled("", c.County, "suggestion")).key(t)
	c.post("/matters/status/withdraw", key).says(t, 200, "确定撤回吗")
	if k := c.matter(key.Get("number")); k.State != casework.Registered {
		t.Fatalf("asking moved it to %s", k.State)
	}
	c.post("/matters/status/withdraw", with(key, "sure", "yes")).says(t, 200, "已撤回", "您已撤回")
	c.post("/matters/status/withdraw", with(key, "sure", "yes")).says(t, 409)
}

// TestWhoeverIsMergedReadsTheReplyToTheMainMatter.
func TestWhoeverIsMergedReadsTheReplyToTheMainMatter(t *testing.T) {
	t.Parallel()
	c := open(t)
	main := c.bring("", c.County, c.filled("", c.County, "complaint")).key(t)
	second := c.bring("", c.County, with(c.filled("", c.County, "complaint"), "text", "同一笔扶助金没有发到的事情")).key(t)
	m, x := c.matter(main.Get("number")), c.matter(second.Get("number"))
	check(t, c.Cases.Accept(c.As(c.Front), m.Province, m.ID, ""))
	check(t, c.Cases.Merge(c.As(c.Front), x.Province, x.ID, m.ID, "同一件事"))
	check(t, c.Cases.Take(c.As(c.Handler), m.Province, m.ID))
	check(t, c.Cases.SubmitReply(c.As(c.Handler), m.Province, m.ID, casework.Reply{Result: "solved", Text: "全村的扶助金已于今日补发到账。"}))
	if page := c.post("/matters/status", second).says(t, 200, "合并"); strings.Contains(page.body, "补发到账") || strings.Contains(page.body, main.Get("number")) {
		t.Error("it reads a reply that is not out, or the other's number")
	}
	check(t, c.Cases.Approve(c.As(c.Head), m.Province, m.ID))
	c.post("/matters/status", second).says(t, 200, "补发到账")
}

// TestAReportOfAnErrorIsAMatterOfTheUnit that published the item, which sees it.
func TestAReportOfAnErrorIsAMatterOfTheUnit(t *testing.T) {
	t.Parallel()
	c := open(t)
	it := c.Publish(t, c.County, "county.10", c.Plain("奖励扶助政策问答"))
	path := "/" + it.Path(c.County)
	path = "/" + strings.TrimLeft(path, "/")
	page := c.get(path+"/report").says(t, 200, "交给公开它的单位办理")
	v := with(page.fields(), "kind", "wrong", "text", "第二段的金额与文件不一致", "contact", "13800000000")
	c.post(path+"/report", with(v, "text", "短")).says(t, 422)
	key := c.post(path+"/report", v).says(t, 200, "已收到您的报告").key(t)
	if twice := c.post(path+"/report", v).key(t); twice.Encode() != key.Encode() {
		t.Errorf("sent twice it has the numbers %v and %v", key, twice)
	}
	k := c.matter(key.Get("number"))
	if k.Type != "error" || k.Item != path || k.Hidden || !k.HasContact || !strings.Contains(k.Told.Text, "金额与文件不一致") {
		t.Errorf("filed as %+v", k.Matter)
	}
	c.post("/matters/status", key).says(t, 200, "公开内容纠错", "奖励扶助政策问答", "金额与文件不一致")
	leak := c.post(path+"/report", with(c.get(path+"/report").fields(), "kind", "privacy", "text", "附件里有身份证号码")).says(t, 200).key(t)
	if k := c.matter(leak.Get("number")); k.Class != "urgent" {
		t.Errorf("a report that something personal is public is of the class %s", k.Class)
	}
	check(t, c.Cases.Withdraw(c.Anyone(), leak.Get("number"), leak.Get("code")))
	for code, want := range map[agency.Code]int64{c.County.Division: 1, c.Township.Division: 0, agency.Nation: 1} {
		c.Read(t, func(tx *db.Tx) error {
			waiting, old, err := casework.Errors(tx, code, c.Clock.Now())
			if waiting != want || old != want {
				t.Errorf("%s has %d reports without an answer, %d of them old, not %d", code, waiting, old, want)
			}
			return err
		})
	}
}

// TestWhatMayAnswerItIsShownBeforeItIsSent.
func TestWhatMayAnswerItIsShownBeforeItIsSent(t *testing.T) {
	t.Parallel()
	c := open(t)
	c.pages.Answers = func(_ context.Context, d agency.Code, text string) ([]intake.Answer, error) {
		if d != c.County.Division || text != wrote {
			t.Errorf("asked for %v %q", d, text)
		}
		return []intake.Answer{{Title: "扶助金什么时候发", Href: "/matters/knowledge/1"}}, nil
	}
	c.post(c.path(c.County), with(c.filled("", c.County, "enquiry"), "do", "check")).says(t, 200, "这些可能已经回答了您", "扶助金什么时候发")
}

// TestFormsAndCodesAreLimited refuses whoever sends too often.
func TestFormsAndCodesAreLimited(t *testing.T) {
	t.Parallel()
	c := open(t)
	refused := 0
	for range 40 {
		r := httptest.NewRequest(http.MethodPost, "/matters/status", strings.NewReader("number=1&code=2"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		c.app.ServeHTTP(w, r)
		if w.Code == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused < 5 {
		t.Errorf("of 40 guesses in a moment %d were refused", refused)
	}
}

// TestEveryStateIsToldInWords takes a matter through every state a person can
// meet it in: each has its sentence, and a line of at most six steps.
func TestEveryStateIsToldInWords(t *testing.T) {
	t.Parallel()
	c := open(t)
	front, head, handler := c.As(c.Front), c.As(c.Head), c.As(c.Handler)
	key := c.bring("", c.County, c.filled("", c.County, "petition")).key(t)
	k := c.matter(key.Get("number"))
	look := func(sentences ...string) {
		t.Helper()
		for _, prefix := range []string{"", "/en"} {
			page := c.post(prefix+"/matters/status", key).says(t, 200)
			if n := strings.Count(page.body, `class="mark"`); n < 2 || n > 6 {
				t.Errorf("%s has %d steps", c.Matter(t, &k.Matter).State, n)
			}
		}
		c.post("/matters/status", key).says(t, 200, sentences...)
	}
	look("正在看是否受理")
	check(t, c.Cases.Ask(front, k.Province, k.ID, "请写明年份"))
	look("等您补充情况")
	check(t, c.Cases.Supplement(c.Anyone(), key.Get("number"), key.Get("code"), "二〇二五年", nil))
	check(t, c.Cases.Accept(front, k.Province, k.ID, ""))
	look("已经受理")
	check(t, c.Cases.Dispatch(front, k.Province, k.ID, c.Township.ID, nil, "请查实"))
	check(t, c.Cases.Object(c.As(c.Town), k.Province, k.ID, "not_duty", "不属于本镇职责"))
	look("提出不归它办")
	check(t, c.Cases.Rule(front, k.Province, k.ID, true, "异议成立"))
	check(t, c.Cases.Take(handler, k.Province, k.ID))
	look("正在办理")
	check(t, c.Cases.Extend(head, k.Province, k.ID, 10, "需要外调核实"))
	check(t, c.Cases.Suspend(head, k.Province, k.ID, "expert", "委托鉴定书一份"))
	look("暂停办理：需要鉴定、检测", "延长 10 日")
	check(t, c.Cases.Resume(handler, k.Province, k.ID, "鉴定完成"))
	on := clock.DateOf(c.Clock.Now()).AddDays(30)
	check(t, c.Cases.SubmitReply(handler, k.Province, k.ID, casework.Reply{Result: "promised", PromiseOn: on, Text: "因资金调度，承诺于下月补发到位。"}))
	look("正在审核")
	check(t, c.Cases.Approve(head, k.Province, k.ID))
	look("已经答复", "承诺最晚")
	check(t, c.Cases.Deliver(front, k.Province, k.ID, "phone", "电话告知"))
	look("请您", "评价")
	c.post("/matters/status/rate", with(key, "solved", "partly", "satisfied", "fair")).says(t, 200, "兑现之前不办结")
	look("单位承诺", "兑现承诺")
	c.Advance(t, 40*24*time.Hour)
	refused := c.bring("", c.County, c.filled("", c.County, "complaint")).key(t)
	x := c.matter(refused.Get("number"))
	check(t, c.Cases.Refuse(front, x.Province, x.ID, "by_law", "应当向法院提出"))
	c.post("/matters/status", refused).says(t, 200, "不予受理：应当通过诉讼", "应当向法院提出", "请在法定期限内向有权机关提出")
	referred := c.bring("", c.County, with(c.filled("", c.County, "complaint"), "text", "乱停车没有人管")).key(t)
	x = c.matter(referred.Get("number"))
	check(t, c.Cases.Refer(front, x.Province, x.ID, "hotline12345", "12345 热线", "不属于本系统职责"))
	c.post("/matters/status", referred).says(t, 200, "已转：12345", "不属于本系统职责")
}

// TestAUnitComplainedOfIsFoundByItsName, also above the site's own division; a
// name that several bear is asked for in full.
func TestAUnitComplainedOfIsFoundByItsName(t *testing.T) {
	t.Parallel()
	c := open(t)
	form := with(c.filled("", c.County, "complaint"), "about", "other", "do", "check")
	for _, u := range []agency.Agency{c.Township, c.Superior} {
		page := c.post(c.path(c.County), with(form, "about_unit", u.Name)).says(t, 200, u.Name)
		sent := c.post(c.path(c.County), with(page.fields(), "do", "send", "topic", "fee", "token", strings.Repeat(u.Slug+"x", 40)[:40])).says(t, 200).key(t)
		k, err := c.Cases.Follow(c.Anyone(), sent.Get("number"), sent.Get("code"))
		check(t, err)
		if k.About != u.ID || !k.Hidden {
			t.Errorf("about %s it is filed about %d, hidden %v", u.Name, k.About, k.Hidden)
		}
		c.Read(t, func(tx *db.Tx) error {
			above, err := agency.Superior(tx, u.ID)
			if k.Agency != above.ID {
				t.Errorf("about %s it is answered for by %s, not by %s", u.Name, k.Unit.Name, above.Name)
			}
			return err
		})
	}
	c.post(c.path(c.County), with(form, "about_unit", string([]rune(c.County.Name)[:2]))).says(t, 422, "请写全称")
}
