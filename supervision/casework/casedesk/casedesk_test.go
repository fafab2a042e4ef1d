package casedesk_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
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

	"yangguang/agency/agencytest"
	"yangguang/agency/front"
	"yangguang/disclosure/disclosuretest"
	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/letter"
	"yangguang/disclosure/portal"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/sandbox"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/casedesk"
	"yangguang/supervision/casework/caseworktest"
)

var check = disclosuretest.Check

func TestMain(m *testing.M) {
	sandbox.Enter()
	caseworktest.LoadLocales()
	i18n.MustLoad(casedesk.Locale, letter.Locale, portal.Locale, front.Locale, ui.Locale, web.Locale)
	os.Exit(m.Run())
}

func TestLocale(t *testing.T) {
	t.Parallel()
	for _, wrong := range i18n.Check(casedesk.Locale) {
		t.Error(wrong)
	}
}

// bureau is a house with its desk, used as a browser uses it.
type bureau struct {
	*caseworktest.House
	desk *casedesk.Desk
	app  *web.App
	t    *testing.T
}

func open(t *testing.T) *bureau {
	t.Helper()
	c := clock.NewFake(disclosuretest.Now)
	return over(t, dbtest.SQLite(t, c, append(caseworktest.Migrations, casedesk.Migrations)...), c)
}

func over(t *testing.T, store *db.DB, c *clock.Fake) *bureau {
	t.Helper()
	h := caseworktest.Over(t, store, c)
	f := &front.Front{Site: front.Site{Home: agencytest.County, Name: i18n.Text{Zh: "示例站", En: "Example"}, Demo: true}}
	d := &casedesk.Desk{Cases: h.Cases, Front: f, Pause: time.Millisecond}
	d.Join(f)
	app := web.New(web.Options{DB: h.DB, Clock: h.Clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: showError}, d.Routes())
	return &bureau{House: h, desk: d, app: app, t: t}
}

func showError(w http.ResponseWriter, r *http.Request, err error) {
	key, args, _ := fault.Sentence(err)
	http.Error(w, i18n.T(r.Context(), key, args...), fault.KindOf(err).Status())
}

// answer asks a page in the name of a person.
func (b *bureau) answer(ctx context.Context, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.app.ServeHTTP(w, r.WithContext(ctx))
	return w
}

var unsaid = regexp.MustCompile(`\b(casedesk|casework)\.[a-z]`)

func (b *bureau) do(p caseworktest.Person, r *http.Request, want int) string {
	b.t.Helper()
	w := b.answer(b.As(p), r)
	if w.Code != want {
		b.t.Fatalf("%s %s: %d, want %d\n%s", r.Method, r.URL, w.Code, want, words(w.Body.String()))
	}
	body := w.Body.String()
	if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") && unsaid.MatchString(words(body)) {
		b.t.Errorf("%s %s has no words for %s", r.Method, r.URL, unsaid.FindString(words(body)))
	}
	return body
}

func (b *bureau) get(p caseworktest.Person, path string) string {
	b.t.Helper()
	return b.do(p, httptest.NewRequest(http.MethodGet, path, nil), http.StatusOK)
}

func form(path string, pairs ...string) *http.Request {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func (b *bureau) post(p caseworktest.Person, path string, want int, pairs ...string) string {
	b.t.Helper()
	return b.do(p, form(path, pairs...), want)
}

func (b *bureau) upload(p caseworktest.Person, path string, want int, name string, content []byte, pairs ...string) string {
	b.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for i := 0; i+1 < len(pairs); i += 2 {
		check(b.t, m.WriteField(pairs[i], pairs[i+1]))
	}
	f, err := m.CreateFormFile("file", name)
	check(b.t, err)
	_, err = f.Write(content)
	check(b.t, err)
	check(b.t, m.Close())
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return b.do(p, r, want)
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

func hasNot(t *testing.T, body string, want ...string) {
	t.Helper()
	for _, s := range want {
		if strings.Contains(body, s) {
			t.Errorf("the page says %q:\n%s", s, words(body))
		}
	}
}

func pathOf(m *casework.Matter, rest string) string {
	return "/desk/matters/" + itoa(int64(m.Province)) + "/" + itoa(m.ID) + rest
}

// 3.1.3: from the telephone to the archive, page by page.
func TestAMatterGoesThroughTheDesk(t *testing.T) {
	t.Parallel()
	b := open(t)
	county, township := itoa(b.County.ID), itoa(b.Township.ID)
	has(t, b.get(b.Front, "/desk/matters/new"), "登记诉求", "上级交办", "怎样联系")
	filing := []string{"token", "one", "agency", county, "channel", "phone", "type", "complaint", "class", "urgent", "topic", "", "text", "去年的奖励扶助金一直没有发到账上，找了三次。", "phone", "13800000000", "ack", "sms", "about", "0"}
	has(t, b.post(b.Front, "/desk/matters/new", http.StatusUnprocessableEntity, append(filing[:len(filing):len(filing)], "email", "not-an-address")...), "电子邮箱的格式不对", "找了三次")
	slip := b.post(b.Front, "/desk/matters/new", http.StatusOK, filing...)
	has(t, slip, "已登记", "查询码", "查询码只显示这一次")
	ms, err := b.Cases.List(b.As(b.Front), casework.Filter{View: casework.Unit, Limit: 10})
	check(t, err)
	if len(ms) != 1 || !strings.Contains(slip, ms[0].Number) {
		t.Fatalf("%d matters; the slip says\n%s", len(ms), words(slip))
	}
	m := &ms[0]
	has(t, b.get(b.Front, "/desk/matters"), "去年的奖励扶助金", "投诉", "紧急", "待受理", "还有", m.Number)
	has(t, b.get(b.Front, pathOf(m, "")), "找了三次", "受理", "不予受理", "请诉求人补充", "奖励扶助与优待", "已留，写明事由后可以查看")
	has(t, b.get(b.Front, pathOf(m, "/refuse")), "不属于本系统职责", "告知：已写明应当向哪个机关提出")
	has(t, b.get(b.Front, pathOf(m, "/accept")), "3 个工作日", "关于进一步优化地方政务服务便民热线的指导意见")
	b.post(b.Front, pathOf(m, "/accept"), http.StatusSeeOther)
	has(t, b.get(b.Front, pathOf(m, "/clock")), "办理期限", "期限届满")
	has(t, b.get(b.Front, pathOf(m, "/dispatch")), b.Township.Name, "主办单位")
	has(t, b.post(b.Front, pathOf(m, "/dispatch"), http.StatusUnprocessableEntity, "lead", county, "note", "请核实"), "只能转给本单位的下级单位", "请核实")
	b.post(b.Front, pathOf(m, "/dispatch"), http.StatusSeeOther, "lead", township, "note", "请核实")
	has(t, b.get(b.Town, "/desk/matters"), "待签收")
	b.post(b.Town, pathOf(m, "/sign"), http.StatusSeeOther)
	b.post(b.Town, pathOf(m, "/reply"), http.StatusSeeOther, "do", "save", "reply", "草稿")
	has(t, b.get(b.Town, pathOf(m, "/reply")), "草稿")
	has(t, b.post(b.Town, pathOf(m, "/reply"), http.StatusUnprocessableEntity, "reply", "经查，账号有误。请稍候补发到位。", "result", "promised"), "请写明承诺在哪一天前解决", "账号有误")
	b.post(b.Town, pathOf(m, "/reply"), http.StatusSeeOther, "reply", "经查，账号有误未能到账。", "result", "solved")
	b.post(b.TownHead, pathOf(m, "/return"), http.StatusSeeOther, "explain", "写明何时补发")
	has(t, b.get(b.Town, pathOf(m, "/reply")), "账号有误未能到账")
	b.post(b.Town, pathOf(m, "/reply"), http.StatusSeeOther, "reply", "经查，账号有误未能到账，已于今日补发。", "result", "solved")
	has(t, b.get(b.TownHead, pathOf(m, "/approve")), "比退回的稿子改了什么", "已于今日补发")
	b.post(b.TownHead, pathOf(m, "/approve"), http.StatusSeeOther)
	has(t, b.post(b.Front, pathOf(m, "/deliver"), http.StatusUnprocessableEntity, "way", "phone"), "请写明送达的凭据")
	b.post(b.Front, pathOf(m, "/deliver"), http.StatusSeeOther, "way", "phone", "proof", "10时电话告知")
	has(t, b.post(b.Front, pathOf(m, "/call"), http.StatusUnprocessableEntity, "reached", "yes"), "请选择问题是否解决")
	b.post(b.Front, pathOf(m, "/call"), http.StatusSeeOther, "reached", "yes", "solved", "yes", "satisfied", "yes", "contacted", "yes")
	has(t, b.get(b.Front, "/desk/matters?view=done"), m.Number, "办结")
	has(t, b.get(b.Front, pathOf(m, "/order")), "诉求办理工单", "已于今日补发", "转办给")
	hasNot(t, b.get(b.Front, pathOf(m, "/order")), "13800000000")
	if pdf := b.get(b.Front, pathOf(m, "/order.pdf")); !strings.HasPrefix(pdf, "%PDF") {
		t.Errorf("the work order is no PDF: %.20q", pdf)
	}
	has(t, b.post(b.Front, pathOf(m, "/archive"), http.StatusUnprocessableEntity), "请写明理由")
	whole := b.post(b.Front, pathOf(m, "/archive"), http.StatusOK, "reason", "年度归档")
	packageOf(t, whole, m)
	archiveIsChecked(t, whole, m)
	b.Clock.Advance(48 * time.Hour)
	if again := b.post(b.Front, pathOf(m, "/archive"), http.StatusOK, "reason", "再次归档"); again != whole {
		t.Error("the package made again is not the same")
	}
	if k := b.Matter(t, m); k.ArchivedAt.IsZero() {
		t.Error("the matter does not know that it was archived")
	}
}

// archiveIsChecked reads the package as the operator's command does: whole, with
// a part changed, and as what it is not.
func archiveIsChecked(t *testing.T, body string, m *casework.Matter) {
	t.Helper()
	number, parts, faults, err := inforequest.CheckArchive(strings.NewReader(body), int64(len(body)), casedesk.ArchiveSchema)
	if check(t, err); number != m.Number || parts < 2 || len(faults) > 0 {
		t.Errorf("%s with %d parts: %v", number, parts, faults)
	}
	if _, _, faults, err := inforequest.CheckArchive(strings.NewReader(body), int64(len(body))); err != nil || len(faults) != 1 {
		t.Errorf("as a package of a request: %v, %v", faults, err)
	}
	z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	check(t, err)
	var out bytes.Buffer
	to := zip.NewWriter(&out)
	for _, f := range z.File {
		w, err := to.Create(f.Name)
		check(t, err)
		r, err := f.Open()
		check(t, err)
		_, err = io.Copy(w, r)
		check(t, err)
		if f.Name == "metadata.json" {
			_, err = w.Write([]byte(" "))
			check(t, err)
		}
	}
	check(t, to.Close())
	if _, _, faults, err := inforequest.CheckArchive(bytes.NewReader(out.Bytes()), int64(out.Len()), casedesk.ArchiveSchema); err != nil || len(faults) != 1 || !strings.Contains(faults[0], "metadata.json") {
		t.Errorf("with one character more: %v, %v", faults, err)
	}
}

// packageOf checks that a package holds what its manifest says.
func packageOf(t *testing.T, body string, m *casework.Matter) {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	check(t, err)
	held := map[string]string{}
	var man struct {
		Number string
		Parts  []struct{ Path, SHA256 string }
	}
	for _, f := range z.File {
		r, err := f.Open()
		check(t, err)
		all, err := io.ReadAll(r)
		check(t, err)
		sum := sha256.Sum256(all)
		held[f.Name] = hex.EncodeToString(sum[:])
		if f.Name == "manifest.json" {
			check(t, json.Unmarshal(all, &man))
		}
		if f.Name == "metadata.json" && !bytes.Contains(all, []byte("13800000000")) {
			t.Error("the archive does not hold how to reach the person")
		}
	}
	if man.Number != m.Number || len(man.Parts) != len(held)-1 {
		t.Errorf("the manifest of %s names %d of %d parts", man.Number, len(man.Parts), len(held)-1)
	}
	for _, p := range man.Parts {
		if held[p.Path] != p.SHA256 {
			t.Errorf("%s differs from the manifest", p.Path)
		}
	}
}

// TestTheUnitComplainedOfFindsNothing tries every route about a matter in the
// name of somebody of the unit it is about, who may do everything at the unit
// that handles it.
func TestTheUnitComplainedOfFindsNothing(t *testing.T) {
	t.Parallel()
	b := open(t)
	accused := b.Hire(t, "双重身份", b.Township, casework.Verbs()...).With(b.County, casework.Verbs()...)
	f := b.Filing("tipoff")
	f.About, f.Told.Subject = b.Township.ID, "镇里截留补贴"
	hidden, _ := b.File(t, f)
	plain, _ := b.File(t, b.Filing("tipoff"))
	b.do(accused, httptest.NewRequest(http.MethodGet, pathOf(plain, ""), nil), http.StatusOK) // it is not for want of a grant
	tried := 0
	for _, route := range b.desk.Routes() {
		method, path, _ := strings.Cut(route.Pattern, " ")
		if !strings.Contains(path, "{province}") {
			continue
		}
		path = strings.NewReplacer("{province}", itoa(int64(hidden.Province)), "{matter}", itoa(hidden.ID), "{file}", "1").Replace(path)
		r := httptest.NewRequest(method, path, nil)
		if method == http.MethodPost {
			r = form(path, "reason", "查看一下", "note", "备注", "explain", "说明理由", "statement", "情况说明", "reply", "答复答复答复答复答复答复", "result", "solved", "question", "请补充材料")
		}
		if w := b.answer(b.As(accused), r); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", route.Pattern, w.Code)
		}
		tried++
	}
	if tried < 70 {
		t.Errorf("only %d routes were tried", tried)
	}
	for _, path := range []string{"/desk/matters?view=all", "/desk/matters?view=unit", "/desk/matters?view=late", "/desk/matters?view=all&q=" + url.QueryEscape(hidden.Number), "/desk/matters/load"} {
		hasNot(t, b.get(accused, path), f.Told.Subject, "/"+itoa(hidden.ID))
	}
	for _, path := range []string{"/desk/matters/events?matter=" + itoa(int64(hidden.Province)) + "-" + itoa(hidden.ID)} {
		if w := b.answer(b.As(accused), httptest.NewRequest(http.MethodGet, path, nil)); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", path, w.Code)
		}
	}
	key := itoa(int64(hidden.Province)) + "-" + itoa(hidden.ID)
	for _, do := range []string{"accept", "print", "dispatch", "assign"} {
		if w := b.answer(b.As(accused), form("/desk/matters/bulk", "matter", key, "do", do)); w.Code != http.StatusNotFound {
			t.Errorf("%s of several: %d, want 404", do, w.Code)
		}
	}
	has(t, b.post(accused, "/desk/matters/renew", http.StatusUnprocessableEntity, "number", hidden.Number, "reason", "核对身份证"), "编号或者查询码不对")
	w := b.get(b.Front, pathOf(hidden, ""))
	has(t, w, "看不到这个事项", "拟告知对方的内容")
}

// TestAReleasedTextIsAllTheUnitSees until it says its word to it.
func TestAReleasedTextIsAllTheUnitSees(t *testing.T) {
	t.Parallel()
	b := open(t)
	f := b.Filing("complaint")
	f.About = b.Township.ID
	f.Told.Text = "镇里的张三收了我的材料不给办，电话13900001111。"
	m, code := b.File(t, f)
	draft := b.get(b.Front, pathOf(m, "/release"))
	hasNot(t, draft[strings.Index(draft, "<textarea"):], "13900001111")
	b.post(b.Front, pathOf(m, "/release"), http.StatusSeeOther, "release", "有群众反映材料收了没有办理。")
	has(t, b.get(b.Town, "/desk/matters/released"), "没有告知本单位的反映")
	check(t, b.Cases.DecideRelease(b.Anyone(), m.Number, code, "released", "有群众反映材料收了没有办理。"))
	page := b.get(b.Town, "/desk/matters/released")
	has(t, page, "有群众反映材料收了没有办理")
	hasNot(t, page, m.Number, "张三", "13900001111")
	has(t, b.post(b.Town, pathOf(m, "/statement"), http.StatusUnprocessableEntity, "statement", "无"), "请写明情况说明")
	b.post(b.Town, pathOf(m, "/statement"), http.StatusSeeOther, "statement", "材料已补办，原因是窗口调整。")
	has(t, b.get(b.Town, "/desk/matters/released"), "材料已补办")
	has(t, b.get(b.Front, pathOf(m, "")), "被反映单位说明情况", "材料已补办")
}

// TestTheSecondOfTwoIsTold that somebody was quicker, and gets back what was typed.
func TestTheSecondOfTwoIsTold(t *testing.T) {
	t.Parallel()
	b := open(t)
	m, _ := b.File(t, b.Filing("complaint"))
	other := b.Hire(t, "受理员二", b.County, casework.Registering, casework.Accepting)
	b.post(b.Front, pathOf(m, "/accept"), http.StatusSeeOther)
	page := b.post(other, pathOf(m, "/refuse"), http.StatusConflict, "reason", "not_ours", "explain", "应当向民政部门提出")
	has(t, page, "“不予受理”没有办成，事项已经变化", "应当向民政部门提出", "已受理")
	check(t, b.Cases.Take(b.As(b.Handler), m.Province, m.ID))
	two := b.Hire(t, "承办人二", b.County, casework.Handling)
	base := regexp.MustCompile(`name="base" value="([^"]*)"`).FindStringSubmatch(b.get(two, pathOf(m, "/reply")))
	if base == nil {
		t.Fatal("the page of a reply does not say which it was read in")
	}
	b.Clock.Advance(time.Minute)
	b.post(b.Handler, pathOf(m, "/reply"), http.StatusSeeOther, "do", "save", "reply", "先写的一稿", "base", base[1])
	has(t, b.post(two, pathOf(m, "/reply"), http.StatusConflict, "do", "save", "reply", "后写的一稿", "base", base[1]), "答复又改过", "后写的一稿")
	if k := b.Matter(t, m); k.LastReply().Text != "先写的一稿" {
		t.Errorf("the draft is %q", k.LastReply().Text)
	}
}

// TestNobodyApprovesHisOwnReply: two persons, on the pages too.
func TestNobodyApprovesHisOwnReply(t *testing.T) {
	t.Parallel()
	b := open(t)
	m, _ := b.File(t, b.Filing("complaint"))
	both := b.Hire(t, "一人两岗", b.County, casework.Handling, casework.Reviewing)
	check(t, b.Cases.Accept(b.As(b.Front), m.Province, m.ID, ""))
	check(t, b.Cases.Take(b.As(both), m.Province, m.ID))
	b.post(both, pathOf(m, "/reply"), http.StatusSeeOther, "reply", "经查，已经补发到位。", "result", "solved")
	hasNot(t, b.get(both, pathOf(m, "")), "/approve\"")
	b.do(both, form(pathOf(m, "/approve")), http.StatusForbidden)
	b.post(b.Head, pathOf(m, "/approve"), http.StatusSeeOther)
}

// TestContactIsShownOnceWithAReason and stands on the person's page.
func TestContactIsShownOnceWithAReason(t *testing.T) {
	t.Parallel()
	b := open(t)
	m, code := b.File(t, b.Filing("complaint"))
	hasNot(t, b.get(b.Front, pathOf(m, "")), "13800000000")
	has(t, b.post(b.Front, pathOf(m, "/contact"), http.StatusUnprocessableEntity, "reason", ""), "请写明理由")
	w := b.answer(b.As(b.Front), form(pathOf(m, "/contact"), "reason", "核实地址"))
	if w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-store" || !strings.Contains(w.Body.String(), `href="tel:13800000000"`) {
		t.Errorf("opened: %d, %s\n%s", w.Code, w.Header(), words(w.Body.String()))
	}
	k, err := b.Cases.Follow(b.Anyone(), m.Number, code)
	check(t, err)
	if last := k.Entries[len(k.Entries)-1]; last.Kind != "opened" || last.Note != "核实地址" {
		t.Errorf("the person sees %+v", last)
	}
	hasNot(t, b.get(b.Front, pathOf(m, "")), "13800000000")
}

// TestAPersonIsCalledWithoutTheNumberBeingShown: the hotline is given it, the page
// is not, and the person sees that it was used.
func TestAPersonIsCalledWithoutTheNumberBeingShown(t *testing.T) {
	t.Parallel()
	b := open(t)
	m, code := b.File(t, b.Filing("complaint"))
	hasNot(t, b.get(b.Front, pathOf(m, "")), "打电话给诉求人") // no telephone belongs to this house
	refuse := fault.Say(fault.Conflict, "flow.not_now")
	var dialled string
	b.desk.Dial = func(_ context.Context, _ *casework.Case, number func() (string, error)) (err error) {
		if refuse != nil {
			return refuse
		}
		dialled, err = number()
		return err
	}
	has(t, b.get(b.Front, pathOf(m, "")), "打电话给诉求人")
	b.post(b.Front, pathOf(m, "/dial"), http.StatusConflict)
	if k, err := b.Cases.Follow(b.Anyone(), m.Number, code); err != nil || k.Entries[len(k.Entries)-1].Kind == "opened" {
		t.Errorf("a call that could not be made used the number: %v", err)
	}
	refuse = nil
	w := b.answer(b.As(b.Front), form(pathOf(m, "/dial")))
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/desk/hotline" || strings.Contains(w.Body.String(), "1380") {
		t.Errorf("answered %d to %s", w.Code, w.Header().Get("Location"))
	}
	if dialled != "13800000000" {
		t.Errorf("dialled %q", dialled)
	}
	k, err := b.Cases.Follow(b.Anyone(), m.Number, code)
	check(t, err)
	if last := k.Entries[len(k.Entries)-1]; last.Kind != "opened" || !strings.Contains(last.Note, "由热线拨打") {
		t.Errorf("the person sees %+v", last)
	}
}

// TestSeveralAreDoneAtOnce, and what one refuses is told.
func TestSeveralAreDoneAtOnce(t *testing.T) {
	t.Parallel()
	b := open(t)
	one, _ := b.File(t, b.Filing("complaint"))
	two, _ := b.File(t, b.Filing("complaint"))
	check(t, b.Cases.Accept(b.As(b.Front), two.Province, two.ID, ""))
	key := func(m *casework.Matter) string { return itoa(int64(m.Province)) + "-" + itoa(m.ID) }
	has(t, b.post(b.Front, "/desk/matters/bulk", http.StatusUnprocessableEntity, "do", "accept"), "请先选中事项")
	has(t, b.post(b.Front, "/desk/matters/bulk", http.StatusOK, "do", "accept", "matter", key(one), "matter", key(two)), "办成 1 件，没有办成 1 件")
	has(t, b.post(b.Front, "/desk/matters/bulk", http.StatusOK, "do", "dispatch", "matter", key(one)), "目录里没有这类事项的去处")
	b.post(b.Front, "/desk/matters/catalogue", http.StatusSeeOther, "unit", itoa(b.County.ID), "topic", "reward", "region", b.County.Division.String(), "lead", itoa(b.Township.ID),
		"valid_from-year", "2026", "valid_from-month", "1", "valid_from-day", "1")
	has(t, b.get(b.Front, pathOf(one, "/dispatch")), "派单目录建议")
	has(t, b.post(b.Front, "/desk/matters/bulk", http.StatusOK, "do", "dispatch", "matter", key(one), "matter", key(two)), "办成 2 件")
	if k := b.Matter(t, one); k.State != casework.Dispatched || k.Holder != b.Township.ID {
		t.Errorf("it is %s at %d", k.State, k.Holder)
	}
	if pdf := b.post(b.Front, "/desk/matters/bulk", http.StatusOK, "do", "print", "matter", key(one), "matter", key(two)); !strings.HasPrefix(pdf, "%PDF") {
		t.Errorf("the work orders are no PDF: %.20q", pdf)
	}
}

// TestTheCatalogueGoesOutAndComesBack as a workbook.
func TestTheCatalogueGoesOutAndComesBack(t *testing.T) {
	t.Parallel()
	b := open(t)
	unit := itoa(b.County.ID)
	from := []string{"valid_from-year", "2026", "valid_from-month", "1", "valid_from-day", "1"}
	has(t, b.post(b.Front, "/desk/matters/catalogue", http.StatusUnprocessableEntity, append(from, "unit", unit, "topic", "nonsense", "route_note", "写在备注")...), "请选择事项类别", "只能转给本单位的下级单位")
	b.post(b.Front, "/desk/matters/catalogue", http.StatusSeeOther, append(from, "unit", unit, "topic", "reward", "region", b.County.Division.String(), "lead", itoa(b.Township.ID), "route_note", "账号先核对")...)
	has(t, b.get(b.Front, "/desk/matters/catalogue"), "奖励扶助与优待", b.Township.Name, "账号先核对", "有效")
	sheet := b.get(b.Front, "/desk/matters/catalogue/routes.xlsx?unit="+unit)
	has(t, b.upload(b.Front, "/desk/matters/catalogue/import", http.StatusOK, "a.xlsx", []byte(sheet), "unit", unit), "已有，没有重复导入")
	routes, err := b.Cases.Routes(b.As(b.Front), b.County.ID)
	check(t, err)
	b.post(b.Front, "/desk/matters/catalogue/end", http.StatusSeeOther, "unit", unit, "route", itoa(routes[0].ID))
	has(t, b.get(b.Front, "/desk/matters/catalogue"), "用到")
	has(t, b.upload(b.Front, "/desk/matters/catalogue/import", http.StatusUnprocessableEntity, "a.xlsx", []byte("no workbook"), "unit", unit), "请选择 Excel 文件")
}

// TestAFilterIsKeptForItsOwner, without the words searched for.
func TestAFilterIsKeptForItsOwner(t *testing.T) {
	t.Parallel()
	for name, store := range map[string]func(testing.TB, clock.Clock, ...fs.FS) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(disclosuretest.Now)
			keepsAFilter(t, over(t, store(t, c, append(caseworktest.Migrations, casedesk.Migrations)...), c))
		})
	}
}

func keepsAFilter(t *testing.T, b *bureau) {
	t.Helper()
	b.File(t, b.Filing("complaint"))
	b.File(t, b.Filing("enquiry"))
	page := b.get(b.Front, "/desk/matters?view=unit&type=enquiry")
	if n := strings.Count(page, `class="matter"`); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
	has(t, b.post(b.Front, "/desk/matters/filters", http.StatusUnprocessableEntity, "name", "", "query", "view=unit&type=enquiry"), "请起个名字")
	b.post(b.Front, "/desk/matters/filters", http.StatusSeeOther, "name", "咨询", "query", "view=unit&type=enquiry&q=张三&nonsense=1")
	mine := b.get(b.Front, "/desk/matters")
	if !strings.Contains(mine, `href="/desk/matters?type=enquiry&amp;view=unit"`) {
		t.Errorf("the filter is not offered:\n%s", words(mine))
	}
	if strings.Contains(b.get(b.Head, "/desk/matters"), `href="/desk/matters?type=enquiry&amp;view=unit"`) {
		t.Error("somebody else's filter is offered")
	}
	b.post(b.Front, "/desk/matters/filters/drop", http.StatusSeeOther, "name", "咨询")
	if strings.Contains(b.get(b.Front, "/desk/matters"), `type=enquiry&amp;view=unit"`) {
		t.Error("the filter is still there")
	}
}

// TestALeadSeesAndMovesTheLoad of the unit.
func TestALeadSeesAndMovesTheLoad(t *testing.T) {
	t.Parallel()
	b := open(t)
	two := b.Hire(t, "承办人二", b.County, casework.Handling)
	for range 3 {
		m, _ := b.File(t, b.Filing("complaint"))
		check(t, b.Cases.Accept(b.As(b.Front), m.Province, m.ID, ""))
		check(t, b.Cases.Take(b.As(b.Handler), m.Province, m.ID))
	}
	has(t, b.get(b.Head, "/desk/matters/load"), b.Handler.Name, "最早登记", "3")
	b.do(b.Handler, httptest.NewRequest(http.MethodGet, "/desk/matters/load", nil), http.StatusForbidden)
	at := itoa(b.County.ID) + "-"
	has(t, b.post(b.Head, "/desk/matters/load", http.StatusUnprocessableEntity, "from", at+itoa(b.Handler.ID)), "请选择同一单位的另一位同志")
	has(t, b.post(b.Head, "/desk/matters/load", http.StatusOK, "from", at+itoa(b.Handler.ID), "to", at+itoa(two.ID)), "办成 3 件")
	has(t, b.get(two, "/desk/matters?view=mine"), "办理中")
}

// TestQuotesAndCannedTextsGoIntoTheForm without losing what was typed.
func TestQuotesAndCannedTextsGoIntoTheForm(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.desk.Canned = func(context.Context, *casework.Case) ([]casedesk.Canned, error) {
		return []casedesk.Canned{{Name: "问候", Text: "您好，您反映的事项已经办理。"}}, nil
	}
	b.desk.Knowledge = func(_ context.Context, _ *casework.Case, q string) ([]casedesk.Quote, error) {
		return []casedesk.Quote{{ID: "7@2", Title: "发放时间", Text: "每年四季度发放，关于" + q}}, nil
	}
	m, _ := b.File(t, b.Filing("enquiry"))
	check(t, b.Cases.Accept(b.As(b.Front), m.Province, m.ID, ""))
	check(t, b.Cases.Take(b.As(b.Handler), m.Province, m.ID))
	has(t, b.post(b.Handler, pathOf(m, "/reply"), http.StatusOK, "do", "canned:问候", "reply", "已写的"), "已写的", "您好，您反映的事项已经办理")
	has(t, b.post(b.Handler, pathOf(m, "/reply"), http.StatusOK, "do", "search:", "knowledge", "补贴", "reply", "已写的"), "发放时间", "已写的")
	page := b.post(b.Handler, pathOf(m, "/reply"), http.StatusOK, "do", "quote:7@2", "knowledge", "补贴", "reply", "已写的")
	if !strings.Contains(page, `name="quote_of" value="7@2"`) {
		t.Error("the quote is not named")
	}
	b.post(b.Handler, pathOf(m, "/reply"), http.StatusSeeOther, "reply", "每年四季度发放，请留意。", "result", "explained", "quote_of", "7@2")
	if k := b.Matter(t, m); len(k.LastReply().Quotes) != 1 || k.LastReply().Quotes[0] != "7@2" {
		t.Errorf("it quotes %v", k.LastReply().Quotes)
	}
}

// TestEveryPageIsEnglishToo: each page about matters in each state, in English.
func TestEveryPageIsEnglishToo(t *testing.T) {
	t.Parallel()
	b := open(t)
	boss := b.Hire(t, "Officer", b.County, casework.Verbs()...)
	fresh, _ := b.File(t, b.Filing("complaint"))
	hand, _ := b.File(t, b.Filing("petition"))
	check(t, b.Cases.Accept(b.As(b.Front), hand.Province, hand.ID, ""))
	check(t, b.Cases.Take(b.As(b.Handler), hand.Province, hand.ID))
	check(t, b.Cases.SubmitReply(b.As(b.Handler), hand.Province, hand.ID, casework.Reply{Result: "solved", Text: "The grant was paid today, with thanks."}))
	done, _ := b.Answered(t, "enquiry", casework.Reply{Result: "explained", Text: "The grant is paid in the fourth quarter."})
	paths := []string{"/desk/matters", "/desk/matters?view=done", "/desk/matters/new", "/desk/matters/renew", "/desk/matters/load", "/desk/matters/catalogue", "/desk/matters/released"}
	for _, m := range []*casework.Matter{fresh, hand, done} {
		for _, rest := range []string{"", "/clock", "/order", "/contact", "/note", "/recuse", "/group"} {
			paths = append(paths, pathOf(m, rest))
		}
	}
	paths = append(paths, pathOf(fresh, "/accept"), pathOf(fresh, "/refuse"), pathOf(fresh, "/merge"), pathOf(fresh, "/reclassify"), pathOf(hand, "/approve"), pathOf(done, "/call"))
	for _, p := range paths {
		page := b.get(boss, "/en"+p)
		hasNot(t, words(page), "{1}", "{2}")
		if !strings.Contains(page, `lang="en"`) {
			t.Errorf("%s is not English", p)
		}
	}
	has(t, b.get(boss, "/en"+pathOf(hand, "")), "In review", "What happened")
}

// TestAPageIsToldThatSomethingChanged, and only when what its reader sees has;
// the line ends when the server stops.
func TestAPageIsToldThatSomethingChanged(t *testing.T) {
	t.Parallel()
	b := open(t)
	m, _ := b.File(t, b.Filing("complaint"))
	lines := make(chan string, 100)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, stop := context.WithCancel(b.As(b.Front))
		defer context.AfterFunc(r.Context(), stop)()
		defer stop()
		b.app.ServeHTTP(w, r.WithContext(ctx))
	}))
	defer srv.Close()
	type line struct {
		status int
		kind   string
		body   io.Reader
	}
	listen := func() line {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/desk/matters/events", nil)
		check(t, err)
		r.Header.Set("Accept", "text/event-stream")
		resp, err := srv.Client().Do(r)
		check(t, err)
		t.Cleanup(func() { _ = resp.Body.Close() })
		return line{resp.StatusCode, resp.Header.Get("Content-Type"), resp.Body}
	}
	first := listen()
	if first.status != http.StatusOK || first.kind != "text/event-stream" {
		t.Fatalf("%d %s", first.status, first.kind)
	}
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(first.body); s.Scan(); {
			lines <- s.Text()
		}
	}()
	if got := <-lines; got != "retry: 10000" {
		t.Fatalf("it begins with %q", got)
	}
	check(t, b.Cases.Accept(b.As(b.Front), m.Province, m.ID, ""))
	for got := range lines {
		if got == "event: tick" {
			break
		}
		if got != "" {
			t.Errorf("it says %q", got)
		}
	}
	if got := <-lines; got != "data: 1" {
		t.Errorf("the tick says %q", got)
	}
	others := []line{listen(), listen()}
	if fourth := listen(); fourth.status != http.StatusNoContent {
		t.Errorf("the fourth page of a session is answered %d", fourth.status)
	}
	b.desk.Hush()
	for range lines { // until the line ends
	}
	for _, r := range others {
		_, err := io.Copy(io.Discard, r.body)
		check(t, err)
	}
	if late := listen(); late.status != http.StatusNoContent {
		t.Errorf("after the end a page is answered %d", late.status)
	}
}
