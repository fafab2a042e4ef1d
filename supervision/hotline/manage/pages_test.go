package manage

import (
	"bufio"
	"context"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"yangguang/agency/agencytest"
	"yangguang/agency/front"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/hotlinetest"
)

func TestMain(m *testing.M) {
	hotlinetest.LoadLocales()
	i18n.MustLoad(front.Locale, ui.Locale, web.Locale)
	os.Exit(m.Run())
}

var check = disclosuretest.Check

// app is the room's pages over a house, and what was logged.
func app(h *hotlinetest.House) (*web.App, *Pages, *strings.Builder) {
	log := &strings.Builder{}
	p := &Pages{Hotline: h.Hotline, Front: &front.Front{Site: front.Site{Home: agencytest.County, Name: i18n.Text{Zh: "示例站", En: "Example"}, Organiser: i18n.Text{Zh: "办公室", En: "Office"}, Demo: true}}}
	p.Join(p.Front)
	return web.New(web.Options{DB: h.Disclosure.DB, Clock: h.Clock, Log: slog.New(slog.NewTextHandler(io.MultiWriter(log, io.Discard), nil)), ShowError: func(w http.ResponseWriter, _ *http.Request, err error) {
		http.Error(w, err.Error(), fault.KindOf(err).Status())
	}}, p.Routes()), p, log
}

// ask asks as somebody, posting where fields are given.
func ask(a *web.App, ctx context.Context, path string, v url.Values) (int, string) {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if v != nil {
		r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r.WithContext(ctx))
	return w.Code, w.Body.String() + w.Header().Get("Location")
}

func holds(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, x := range words {
		if !strings.Contains(page, x) {
			t.Errorf("the page does not say %q", x)
		}
	}
}

func TestALineIsConfiguredWithErrorsBesideItsFields(t *testing.T) {
	t.Parallel()
	h := hotlinetest.New(t)
	a, _, _ := app(h)
	boss := h.As(h.Manager)
	status, page := ask(a, boss, lines, nil)
	if holds(t, page, "还没有线路"); status != http.StatusOK {
		t.Fatalf("%d", status)
	}
	v := url.Values{"unit": {strconv.FormatInt(h.County.ID, 10)}, "name": {""}, "number": {"热线"}, "mode": {"own"}, "hours": {"八点"}, "ring": {"20"}, "wrapup": {"30"}, "overflow_after": {"30"}, "flags": {"open", "sealed", "record"}}
	status, page = ask(a, boss, lines+"/new", v)
	if holds(t, page, "请填写 3 到 18 位数字的号码", "请填写名称", "08:00-20:00", "举报专线不录音", `value="热线"`); status != http.StatusUnprocessableEntity {
		t.Errorf("status %d", status)
	}
	v.Set("name", "示例热线")
	v.Set("number", "0000-8888 0000")
	v.Set("hours", "08:00-20:00")
	v["flags"] = []string{"open"}
	if status, page = ask(a, boss, lines+"/new", v); status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, page)
	}
	if status, page = ask(a, boss, lines+"/new", v); status != http.StatusUnprocessableEntity || !strings.Contains(page, "已经有线路在用") {
		t.Errorf("the number was taken twice: %d", status)
	}
	_, page = ask(a, boss, lines, nil)
	one := regexp.MustCompile(`/desk/hotline/lines/[0-9]+/[0-9]+`).FindString(page)
	if status, page = ask(a, boss, one, nil); status != http.StatusOK || !strings.Contains(page, "000088880000") {
		t.Errorf("the line's page: %d", status)
	}
	if status, _ = ask(a, h.As(h.Lead), lines, nil); status != http.StatusForbidden {
		t.Errorf("a lead configures lines: %d", status)
	}
	if status, _ = ask(a, h.As(h.Stranger.With(h.Institution, hotline.Managing)), one, nil); status != http.StatusNotFound {
		t.Errorf("another unit's manager finds it: %d", status)
	}
	v.Set("mode", hotline.SubCentre)
	if status, page = ask(a, boss, one, v); status != http.StatusUnprocessableEntity || !strings.Contains(page, "总中心（转来电话的热线）的号码") {
		t.Errorf("a sub-centre without its centre: %d", status)
	}
	v.Set("target", "0000-345")
	if status, _ = ask(a, boss, one, v); status != http.StatusSeeOther {
		t.Errorf("a sub-centre: %d", status)
	}
	if _, page = ask(a, t.Context(), public, nil); !strings.Contains(page, `href="tel:0000345"`) || !strings.Contains(page, "分中心") || strings.Contains(page, "0000 8888 0000") {
		t.Error("the public is told to call the sub-centre itself")
	}
	v.Set("mode", hotline.Own)
	if status, _ = ask(a, boss, one, v); status != http.StatusSeeOther {
		t.Errorf("its own again: %d", status)
	}
	// What the public reads.
	status, page = ask(a, t.Context(), public, nil)
	if holds(t, page, "示例热线", "0000 8888 0000", "每天 08:00-20:00", "号码是虚构的"); status != http.StatusOK {
		t.Errorf("public page: %d", status)
	}
	if _, page = ask(a, t.Context(), "/en"+public, nil); !strings.Contains(page, "Every day") && !strings.Contains(page, "Service hotline") {
		t.Errorf("the English page is not English")
	}
}

func TestAPhonesSecretIsShownOnce(t *testing.T) {
	t.Parallel()
	h := hotlinetest.New(t)
	a, _, log := app(h)
	boss := h.As(h.Manager)
	_, page := ask(a, boss, phones, nil)
	holds(t, page, "还没有话机")
	status, page := ask(a, boss, phones, url.Values{"unit": {strconv.FormatInt(h.County.ID, 10)}, "label": {"一楼服务大厅"}})
	holds(t, page, "话机设置单", "密码不会再显示")
	user := regexp.MustCompile(`35[0-9]{6}`).FindString(page)
	told := regexp.MustCompile(`>\s*([0-9A-Z]{17})\s*<`).FindStringSubmatch(page)
	if status != http.StatusOK || user == "" || told == nil {
		t.Fatalf("%d user %q secret %v", status, user, told)
	}
	if _, page = ask(a, boss, phones, nil); strings.Contains(page, told[1]) || !strings.Contains(page, user) {
		t.Errorf("the list shows the secret, or not the phone")
	}
	if strings.Contains(log.String(), told[1]) {
		t.Errorf("the secret was logged")
	}
	ha1, err := h.Hotline.PhoneSecret(t.Context(), user)
	check(t, err)
	if len(ha1) != 32 || strings.Contains(ha1, told[1]) {
		t.Errorf("what digest needs is %q", ha1)
	}
	check(t, h.Hotline.Registered(t.Context(), hotline.Registration{User: user, Contact: "sip:x", Source: "192.0.2.1:5060", Transport: "udp", Expires: h.Clock.Now().Add(time.Minute)}))
	_, page = ask(a, boss, phones, nil)
	holds(t, page, "已登记")
	renew := regexp.MustCompile(`/desk/hotline/phones/[0-9]+/[0-9]+/renew`).FindString(page)
	if status, page = ask(a, boss, renew, url.Values{}); status != http.StatusOK || strings.Contains(page, told[1]) {
		t.Errorf("renewed: %d", status)
	}
	if again, err := h.Hotline.PhoneSecret(t.Context(), user); err != nil || again == ha1 {
		t.Errorf("the old secret still signs in: %v", err)
	}
	if status, _ = ask(a, boss, strings.Replace(renew, "renew", "close", 1), url.Values{}); status != http.StatusSeeOther {
		t.Errorf("closed: %d", status)
	}
	if _, err := h.Hotline.PhoneSecret(t.Context(), user); !fault.Is(err, fault.NotFound) {
		t.Errorf("a closed phone signs in: %v", err)
	}
}

func TestASeatIsMadeForWhoMayAnswer(t *testing.T) {
	t.Parallel()
	h := hotlinetest.New(t)
	a, _, _ := app(h)
	boss := h.As(h.Manager)
	v := url.Values{"unit": {strconv.FormatInt(h.County.ID, 10)}, "person": {strconv.FormatInt(h.Lead.ID, 10)}, "label": {"8016"}, "skills": {"dialect:nan=12 闽南"}, "flags": {"active"}}
	if status, page := ask(a, boss, seats+"/new", v); status != http.StatusUnprocessableEntity || !strings.Contains(page, "等级 1 到 9") || !strings.Contains(page, "闽南") {
		t.Errorf("bad skills: %d", status)
	}
	v.Set("skills", "dialect:nan=5 leader")
	if status, page := ask(a, boss, seats+"/new", v); status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, page)
	}
	if status, page := ask(a, boss, seats+"/new", v); status != http.StatusUnprocessableEntity || !strings.Contains(page, "已有座席") {
		t.Errorf("a second seat: %d", status)
	}
	_, page := ask(a, h.As(h.Lead), seats, nil)
	holds(t, page, "班长乙", "8016", "闽南语 5 级、领导", "离线")
	s, err := h.Hotline.SeatOf(t.Context(), h.Lead.ID)
	check(t, err)
	if status, page := ask(a, boss, pathOf(seats, s.Ref(), ""), nil); status != http.StatusOK || !strings.Contains(page, "dialect:nan=5") {
		t.Errorf("the seat's page: %d", status)
	}
}

func TestCallBacksAreTakenOnceAndNeverShowANumber(t *testing.T) {
	t.Parallel()
	h := hotlinetest.New(t)
	a, _, log := app(h)
	l := h.Line(t, nil)
	sealed := h.Line(t, func(l *hotline.Line) { l.Sealed = true })
	_, page := ask(a, h.As(h.Lead), callbacks, nil)
	holds(t, page, "没有待回拨的来电")
	for i, line := range []hotline.Line{l, sealed} {
		call := h.Call(t, line, "1386666777"+strconv.Itoa(i))
		h.Clock.Advance(time.Minute)
		h.End(t, call)
	}
	_, page = ask(a, h.As(h.Lead), callbacks, nil)
	holds(t, page, "138****7770", "等候中挂断")
	take := regexp.MustCompile(`/desk/hotline/callbacks/[0-9]+/[0-9]+/take`).FindAllString(page, -1)
	if len(take) != 1 || strings.Contains(page, "7771") {
		t.Fatalf("%d to take; the sealed one is for seats of the report line", len(take))
	}
	if status, _ := ask(a, h.As(h.Lead), take[0], url.Values{}); status != http.StatusSeeOther {
		t.Fatalf("taken: %d", status)
	}
	if status, page := ask(a, h.As(h.Manager), take[0], url.Values{}); status != http.StatusConflict || !strings.Contains(page, "已经有人") {
		t.Errorf("taken twice: %d", status)
	}
	if status, _ := ask(a, h.As(h.Stranger.With(h.Institution, hotline.Answering)), take[0], url.Values{}); status != http.StatusNotFound {
		t.Errorf("another unit's seat takes it: %d", status)
	}
	settle := strings.Replace(take[0], "/take", "/settle", 1)
	if status, _ := ask(a, h.As(h.Lead), settle, url.Values{"result": {"reached"}}); status != http.StatusSeeOther {
		t.Errorf("settled: %d", status)
	}
	_, page = ask(a, h.As(h.Lead), callbacks+"?state=done", nil)
	holds(t, page, "已接通")
	// The canary: the log of calls, a call's page and what was logged.
	_, page = ask(a, h.As(h.Lead), calls, nil)
	holds(t, page, "138****7770", "举报专线，不显示", "未接通")
	all := page + log.String()
	for _, one := range regexp.MustCompile(`/desk/hotline/calls/[0-9]+/[0-9]+`).FindAllString(page, -1) {
		_, p := ask(a, h.As(h.Lead), one, nil)
		holds(t, p, "进入排队", "登记回拨")
		if !regexp.MustCompile(`[0-9]:[0-9]{2}:[0-9]{2}<`).MatchString(p) {
			t.Error("the steps of a call are not told to the second")
		}
		all += p
	}
	for _, number := range []string{"13866667770", "13866667771", "7771"} {
		if strings.Contains(all, number) {
			t.Errorf("a page or the log shows %s", number)
		}
	}
	if _, page = ask(a, h.As(h.Lead), calls+"?result=answered", nil); !strings.Contains(page, "没有符合条件的通话") {
		t.Errorf("the filter does not filter")
	}
}

func TestTheBoardSaysWhatItsFiguresMean(t *testing.T) {
	t.Parallel()
	h := hotlinetest.New(t)
	a, p, _ := app(h)
	_, page := ask(a, h.As(h.Lead), board, nil)
	holds(t, page, "今天还没有来电", "怎样计算")
	if _, live, _ := strings.Cut(page, `id="board"`); !strings.Contains(live, "的情况，随时更新") {
		t.Error("the time of the figures is not renewed with them")
	}
	l := h.Line(t, nil)
	h.Seat(t, h.County)
	call := h.Call(t, l, "13800000000")
	h.Talk(t, h.Assign(t)[0])
	h.End(t, call)
	h.Call(t, l, "13800000001")
	_, page = ask(a, h.As(h.Lead), board+"?screen=1", nil)
	holds(t, page, "100.0%", "接通率", "人工接通的来电 ÷ 进入人工排队的来电", "15秒接听率", "data-live", "整理")
	if strings.Contains(page, "怎样计算") {
		t.Error("a wall is to show what can be read from afar")
	}
	if status, _ := ask(a, h.As(h.Stranger), board, nil); status != http.StatusForbidden {
		t.Errorf("a stranger sees the board: %d", status)
	}
	// A board that is followed is told to look when a seat or a call changes.
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.ServeHTTP(w, r.WithContext(mergeContext(r.Context(), h.As(h.Lead))))
	}))
	defer srv.Close()
	defer p.Hush()
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+board+"/events", nil)
	req.Header.Set("Accept", "text/event-stream")
	res, err := srv.Client().Do(req)
	check(t, err)
	defer func() { _ = res.Body.Close() }()
	b := make([]byte, 64)
	n, _ := res.Body.Read(b)
	if !strings.HasPrefix(string(b[:n]), "retry:") {
		t.Fatalf("stream began with %q", b[:n])
	}
	h.Call(t, l, "13800000002")
	n, _ = res.Body.Read(b)
	if !strings.Contains(string(b[:n]), "tick") {
		t.Errorf("told %q", b[:n])
	}
}

// The list of call-backs is told when somebody takes one, so that two do not ring
// the same person.
func TestTheCallBacksFollowLive(t *testing.T) {
	t.Parallel()
	h := hotlinetest.New(t)
	a, p, _ := app(h)
	call := h.Call(t, h.Line(t, nil), "13800000001")
	h.Clock.Advance(time.Minute)
	h.End(t, call)
	_, page := ask(a, h.As(h.Lead), callbacks, nil)
	at := regexp.MustCompile(`data-live="([^"]+)"`).FindStringSubmatch(page)
	take := regexp.MustCompile(`action="([^"]+/take)"`).FindStringSubmatch(page)
	if at == nil || take == nil {
		t.Fatalf("the list is not live, or lists nobody:\n%s", page)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.ServeHTTP(w, r.WithContext(mergeContext(r.Context(), h.As(h.Lead))))
	}))
	defer srv.Close()
	defer p.Hush()
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+html.UnescapeString(at[1]), nil)
	req.Header.Set("Accept", "text/event-stream")
	res, err := srv.Client().Do(req)
	check(t, err)
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	told := func() bool {
		for lines.Scan() && !strings.HasPrefix(lines.Text(), ": still here") {
			if strings.HasPrefix(lines.Text(), "event: tick") {
				return true
			}
		}
		return false
	}
	if told() {
		t.Error("a list that is true is told to look again")
	}
	if status, _ := ask(a, h.As(h.Lead), take[1], url.Values{}); status != http.StatusSeeOther {
		t.Fatalf("take: %d", status)
	}
	if !told() {
		t.Error("the list is not told")
	}
	if status, _ := ask(a, h.As(h.Handler), callbacks+"/events", nil); status != http.StatusForbidden {
		t.Errorf("who does not answer follows: %d", status)
	}
}

// mergeContext ends with the request and carries who asks.
func mergeContext(r, who context.Context) context.Context { return merged{r, who} }

type merged struct {
	context.Context
	who context.Context
}

func (m merged) Value(key any) any {
	if v := m.Context.Value(key); v != nil {
		return v
	}
	return m.who.Value(key)
}
