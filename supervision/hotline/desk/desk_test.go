package desk

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/agency/agencytest"
	"yangguang/agency/front"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/casedesk"
	"yangguang/supervision/casework/caseworktest"
	"yangguang/supervision/casework/knowledge"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/hotlinetest"
	"yangguang/supervision/hotline/manage"
	"yangguang/supervision/hotline/seatwire"
)

func TestMain(m *testing.M) {
	hotlinetest.LoadLocales()
	i18n.MustLoad(front.Locale, ui.Locale, web.Locale, casedesk.Locale, Locale)
	os.Exit(m.Run())
}

var check = disclosuretest.Check

// exchange is a telephone process that keeps what it is told.
type exchange struct {
	mu     sync.Mutex
	states map[hotline.Ref]seatwire.State
	done   []seatwire.Command
	away   bool
	change chan struct{}
}

func (x *exchange) set(seat hotline.Ref, f func(s *seatwire.State)) {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := x.states[seat]
	f(&s)
	x.states[seat] = s
	close(x.change)
	x.change = make(chan struct{})
}

func (x *exchange) Offer(_ context.Context, at string, seat hotline.Ref, _ int64, sdp string) (string, error) {
	if x.away {
		return "", fault.As(fault.Unavailable, io.EOF)
	}
	x.set(seat, func(s *seatwire.State) { s.Joined = true })
	return "answer of " + at + " to " + sdp, nil
}

func (x *exchange) Do(_ context.Context, _ hotline.Ref, c seatwire.Command) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.done = append(x.done, c)
	return nil
}

func (x *exchange) State(_ context.Context, seat hotline.Ref) (seatwire.State, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.away {
		return seatwire.State{}, fault.As(fault.Unavailable, io.EOF)
	}
	return x.states[seat], nil
}

func (x *exchange) Watch(ctx context.Context, seat hotline.Ref, f func(seatwire.State)) error {
	for {
		x.mu.Lock()
		s, changed := x.states[seat], x.change
		x.mu.Unlock()
		f(s)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

// last is the order given last; its act is "" when there was none.
func (x *exchange) last() (c seatwire.Command) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.done) > 0 {
		c = x.done[len(x.done)-1]
	}
	return c
}

// office is the room's pages over a house.
type office struct {
	*hotlinetest.House
	app  *web.App
	desk *Desk
	x    *exchange
	log  *strings.Builder
}

func open(t *testing.T) *office {
	t.Helper()
	o := &office{House: hotlinetest.New(t), log: &strings.Builder{}, x: &exchange{states: map[hotline.Ref]seatwire.State{}, change: make(chan struct{})}}
	f := &front.Front{Site: front.Site{Home: agencytest.County, Name: i18n.Text{Zh: "示例站", En: "Example"}, Organiser: i18n.Text{Zh: "办公室", En: "Office"}, Demo: true}}
	pages := &manage.Pages{Hotline: o.Hotline, Front: f}
	o.desk = &Desk{Hotline: o.Hotline, Intake: &casedesk.Desk{Cases: o.Cases, Front: f}, Exchange: o.x, Frame: pages.Frame,
		Look: func(_ context.Context, _ agency.Code, words, _ string, staff bool, _ int) ([]knowledge.Found, error) {
			if words != "奖励扶助" || !staff {
				return nil, nil
			}
			return []knowledge.Found{{Province: 35, Article: 7, Title: "谁可以领奖励扶助金", Answer: "年满六十周岁。", Basis: "计划生育法第二十七条"}}, nil
		}}
	o.app = web.New(web.Options{DB: o.Disclosure.DB, Clock: o.Clock, Log: slog.New(slog.NewTextHandler(o.log, nil)), ShowError: func(w http.ResponseWriter, _ *http.Request, err error) {
		http.Error(w, err.Error(), fault.KindOf(err).Status())
	}}, o.desk.Routes())
	return o
}

// ask asks as somebody, posting where fields are given.
func (o *office) ask(who caseworktest.Person, path string, v url.Values) (int, string) {
	w := o.answer(who, path, v)
	return w.Code, w.Body.String() + w.Header().Get("Location")
}

func (o *office) answer(who caseworktest.Person, path string, v url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if v != nil {
		r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	o.app.ServeHTTP(w, r.WithContext(o.As(who)))
	return w
}

func holds(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, x := range words {
		if !strings.Contains(page, x) {
			t.Errorf("%q is not on the page", x)
		}
	}
}

func lacks(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, x := range words {
		if strings.Contains(page, x) {
			t.Errorf("%q is on the page", x)
		}
	}
}

// talking is a seat of the county in a call of a line.
func (o *office) talking(t *testing.T, change func(l *hotline.Line), skills ...hotline.Skill) (hotline.Ref, caseworktest.Person, hotline.Ref) {
	t.Helper()
	seat, who := o.Seat(t, o.County, skills...)
	who = who.With(o.County, hotline.Answering, casework.Registering)
	call := o.Call(t, o.Line(t, change), "13866667777")
	offers := o.Assign(t)
	if len(offers) != 1 {
		t.Fatalf("%d offers", len(offers))
	}
	o.Talk(t, offers[0])
	o.x.set(seat, func(s *seatwire.State) { s.Joined, s.Call, s.Since, s.Recording = true, &call, o.Clock.Now(), "on" })
	return seat, who, call
}

// audited counts the audit rows of a verb.
func (o *office) audited(t *testing.T, verb string) (n int) {
	t.Helper()
	o.Read(t, func(tx *db.Tx) error { return tx.Row("select count(*) from audit where verb = $1", verb).Scan(&n) })
	return n
}

func TestASeatSignsOnByBrowserAndIsReadyWithAVoice(t *testing.T) {
	t.Parallel()
	o := open(t)
	who := o.Hire(t, "话务员丁", o.County, hotline.Answering)
	status, page := o.ask(who, root, nil)
	holds(t, page, "您还没有座席")
	seat, err := o.Hotline.SaveSeat(o.As(o.Manager), hotline.Seat{Agency: o.County.ID, Person: who.ID, Label: "8017", Active: true})
	check(t, err)
	if w := o.answer(who, root, nil); !strings.Contains(w.Header().Get("Permissions-Policy"), "microphone=(self)") || !strings.Contains(w.Body.String(), "签到（浏览器）") {
		t.Errorf("%d: the desk may not ask for the microphone, or nobody can sign on", status)
	}
	if status, page = o.ask(who, root+"/voice", url.Values{"sdp": {"v=0"}}); status != http.StatusConflict || !strings.Contains(page, "message") {
		t.Errorf("a seat that is off joins: %d %s", status, page)
	}
	if status, _ = o.ask(who, root, url.Values{"do": {"on_browser"}}); status != http.StatusSeeOther {
		t.Fatalf("signed on: %d", status)
	}
	if status, page = o.ask(who, root, url.Values{"do": {"ready"}}); status != http.StatusConflict || !strings.Contains(page, "麦克风还没有接通") {
		t.Errorf("ready without a voice: %d", status)
	}
	if status, page = o.ask(who, root+"/voice", url.Values{"sdp": {"v=0"}, "at": {"b"}}); status != http.StatusOK || !strings.Contains(page, `"sdp":"answer of b to v=0"`) {
		t.Fatalf("joined: %d %s", status, page)
	}
	if status, _ = o.ask(who, root, url.Values{"do": {"ready"}}); status != http.StatusSeeOther || o.State(t, seat.Ref()) != hotline.Ready {
		t.Errorf("ready: %d", status)
	}
	if status, _ = o.ask(who, root, url.Values{"do": {"longer"}}); status != http.StatusConflict {
		t.Errorf("a ready seat writes up longer: %d", status)
	}
	_, page = o.ask(who, root, nil)
	holds(t, page, "座席 8017", "空闲", "小休", "签退")
	o.ask(who, root, url.Values{"do": {"away_meal"}})
	if _, page = o.ask(who, root, nil); !strings.Contains(page, "暂离") || !strings.Contains(page, "用餐") {
		t.Error("the reason is not shown")
	}
	o.x.away = true
	if status, page = o.ask(who, root, nil); status != http.StatusOK || !strings.Contains(page, "电话程序暂时没有应答") {
		t.Errorf("the page without the telephone: %d", status)
	}
	if status, _ = o.ask(who, root+"/voice", url.Values{"sdp": {"v=0"}}); status != http.StatusServiceUnavailable {
		t.Errorf("joined nothing: %d", status)
	}
	o.desk.Exchange = nil
	if _, page = o.ask(who, root, nil); !strings.Contains(page, "这台机器没有接通电话") {
		t.Error("nothing says that the telephone is not connected")
	}
	if status, _ = o.ask(o.Stranger, root, nil); status != http.StatusForbidden {
		t.Errorf("somebody who does not answer: %d", status)
	}
}

func TestACallIsTakenAndShownMasked(t *testing.T) {
	t.Parallel()
	o := open(t)
	seat, who := o.Seat(t, o.County)
	o.x.set(seat, func(s *seatwire.State) { s.Joined = true })
	call := o.Call(t, o.Line(t, nil), "13866667777")
	o.Clock.Advance(7 * time.Second)
	offer := o.Assign(t)[0]
	ref := offer.Ref()
	o.x.set(seat, func(s *seatwire.State) { s.Offer = &seatwire.Offer{Ref: ref, Call: call, Until: offer.Until} })
	_, page := o.ask(who, root, nil)
	holds(t, page, "data-ring", "138****7777", "0:07", "示例热线", `data-fkey="F2"`)
	lacks(t, page, "6666")
	if status, _ := o.ask(who, root+"/call", url.Values{"do": {"take"}, "offer": {"35-1"}}); status != http.StatusConflict || o.x.last().Act != "" {
		t.Errorf("another offer was taken: %d", status)
	}
	if status, _ := o.ask(who, root+"/call", url.Values{"do": {"take"}, "offer": {keyOf(ref)}}); status != http.StatusSeeOther {
		t.Fatalf("taken: %d", status)
	}
	if c := o.x.last(); c.Act != seatwire.Take || c.Offer == nil || *c.Offer != ref {
		t.Errorf("ordered %+v", c)
	}
	if other, _ := o.ask(o.Lead, root+"/call", url.Values{"do": {"take"}, "offer": {keyOf(ref)}}); other != http.StatusNotFound {
		t.Errorf("taken for another: %d", other)
	}
	if strings.Contains(o.log.String(), "13866667777") {
		t.Error("the number was logged")
	}
}

// A colleague who is asked sees by whom, takes what rings, sees whether the caller
// hears him, and can leave.
func TestWhoIsAskedSeesByWhomAndLeaves(t *testing.T) {
	t.Parallel()
	o := open(t)
	asks, _, call := o.talking(t, nil)
	seat, who := o.Seat(t, o.County)
	ref := hotline.Ref{Province: seat.Province, ID: 4711}
	o.x.set(seat, func(s *seatwire.State) {
		s.Joined, s.Offer = true, &seatwire.Offer{Ref: ref, Call: call, By: &asks, Until: o.Clock.Now().Add(20 * time.Second)}
	})
	_, page := o.ask(who, root, nil)
	holds(t, page, "do-take", "请您接听", `value="`+keyOf(ref)+`"`)
	if status, _ := o.ask(who, root+"/call", url.Values{"do": {"take"}, "offer": {keyOf(ref)}}); status != http.StatusSeeOther {
		t.Fatalf("taken: %d", status)
	}
	if c := o.x.last(); c.Act != seatwire.Take || *c.Offer != ref {
		t.Errorf("ordered %+v", c)
	}
	o.x.set(seat, func(s *seatwire.State) { s.Offer, s.Beside = nil, &seatwire.Beside{Call: call, By: asks} })
	_, page = o.ask(who, root, nil)
	holds(t, page, "同事请您商量", "听不到您", `id="do-stepout"`, "138****7777")
	lacks(t, page, "do-hangup", "do-take")
	o.x.set(seat, func(s *seatwire.State) { s.Beside.Three = true })
	_, page = o.ask(who, root, nil)
	holds(t, page, "来电人听得到您")
	if status, _ := o.ask(who, root+"/call", url.Values{"do": {"stepout"}}); status != http.StatusSeeOther || o.x.last().Act != seatwire.StepOut {
		t.Errorf("left: %d, %+v", status, o.x.last())
	}
	o.x.set(seat, func(s *seatwire.State) { s.Beside = nil })
	if status, _ := o.ask(who, root+"/call", url.Values{"do": {"stepout"}}); status != http.StatusConflict {
		t.Errorf("left nothing: %d", status)
	}
}

func TestACallIsPassedOnlyWhereItsLineSays(t *testing.T) {
	t.Parallel()
	o := open(t)
	_, who, call := o.talking(t, func(l *hotline.Line) { l.Crisis, l.Record = "00009999", true })
	ready, mate := o.Seat(t, o.County)
	_, page := o.ask(who, root, nil)
	holds(t, page, "通话中", "正在录音", `value="crisis"`, `value="seat:`+keyOf(ready)+`"`, "暂停录音", "转交举报专线", `data-fkey="F8"`)
	lacks(t, page, `value="police"`, `value="fallback"`, "00009999")
	post := func(do string, more ...string) int {
		v := url.Values{"do": {do}, "call": {keyOf(call)}}
		for i := 0; i < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		status, _ := o.ask(who, root+"/call", v)
		return status
	}
	for _, do := range []string{"hold", "resume", "pause", "unpause", "three", "back", "complete", "hangup"} {
		if status := post(do); status != http.StatusSeeOther || o.x.last().Act != do {
			t.Errorf("%s: %d, ordered %+v", do, status, o.x.last())
		}
	}
	before := len(o.x.done)
	for name, status := range map[string]int{"police": post("transfer", "to", "police"), "a number": post("transfer", "to", "00001111"), "own seat": post("consult", "to", "seat:35-1"), "key": post("key", "digit", "55"), "what": post("sing"), "unsure": post("seal", "about", "0")} {
		if status != http.StatusConflict && status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, status)
		}
	}
	if len(o.x.done) != before {
		t.Errorf("a refused order went out: %+v", o.x.last())
	}
	if status := post("consult", "to", "seat:"+keyOf(ready)); status != http.StatusSeeOther || *o.x.last().Target != ready {
		t.Errorf("consult a colleague: %d %+v", status, o.x.last())
	}
	if status := post("transfer", "to", "crisis"); status != http.StatusSeeOther || o.x.last().To != seatwire.Crisis {
		t.Errorf("transfer: %d %+v", status, o.x.last())
	}
	if status := post("key", "digit", "#"); status != http.StatusSeeOther || o.x.last().Digit != "#" {
		t.Errorf("key: %d", status)
	}
	if status := post("seal", "about", strconv.FormatInt(o.County.ID, 10), "sure", "yes"); status != http.StatusSeeOther || o.x.last().About != o.County.ID {
		t.Errorf("seal: %d %+v", status, o.x.last())
	}
	if o.audited(t, "hotline.seal") != 1 || o.audited(t, "hotline.transfer") != 1 || o.audited(t, "hotline.pause") != 1 {
		t.Error("what others may ask about was not recorded")
	}
	if status, _ := o.ask(mate, root+"/call", url.Values{"do": {"hangup"}, "call": {keyOf(call)}}); status != http.StatusConflict {
		t.Errorf("a colleague hangs up: %d", status)
	}
}

func TestTheFormIsKeptWhileItIsFilledInAndFiledWithItsCall(t *testing.T) {
	t.Parallel()
	o := open(t)
	_, who, call := o.talking(t, nil)
	_, page := o.ask(who, root, nil)
	holds(t, page, `data-draft="`+root+`/draft?call=`+keyOf(call)+`"`, `name="text"`, root+`/matter?call=`+keyOf(call))
	lacks(t, page, `name="channel"`, `type="file"`)
	token := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(page)[1]
	form := url.Values{"token": {token}, "type": {"petition"}, "text": {"村里的奖励扶助金一直没有公布。"}, "subject": {"扶助金"}, "agency": {strconv.FormatInt(o.County.ID, 10)}, "ack": {"none"}, "class": {o.Cases.Norm.Casework.Classes[0].ID}}
	at := root + "/draft?call=" + keyOf(call)
	if status, _ := o.ask(who, at, form); status != http.StatusNoContent {
		t.Fatalf("draft: %d", status)
	}
	if status, _ := o.ask(o.Lead, at, form); status != http.StatusNotFound {
		t.Errorf("somebody else writes beside the call: %d", status)
	}
	_, page = o.ask(who, root, nil)
	holds(t, page, "村里的奖励扶助金一直没有公布。", token)
	o.Read(t, func(tx *db.Tx) error {
		var raw []byte
		err := tx.Row("select draft from hotline_call where province = $1 and id = $2", call.Province, call.ID).Scan(&raw)
		if strings.Contains(string(raw), "扶助") {
			t.Error("the draft lies open")
		}
		return err
	})
	// The call ends while he writes; he goes on, and finds it again.
	o.End(t, call)
	o.x.set(hotline.Ref{}, func(*seatwire.State) {})
	_, page = o.ask(who, root, nil)
	holds(t, page, "村里的奖励扶助金一直没有公布。", "整理还剩", "再整理五分钟")
	o.Clock.Advance(2 * time.Minute)
	_, err := o.Hotline.Assign(t.Context())
	check(t, err)
	_, page = o.ask(who, root, nil)
	holds(t, page, "还没有提交的登记", root+"?call="+keyOf(call))
	lacks(t, page, "村里的奖励扶助金")
	_, page = o.ask(who, root+"?call="+keyOf(call), nil)
	holds(t, page, "村里的奖励扶助金一直没有公布。")
	if status, page := o.ask(who, root+"/matter?call="+keyOf(call), url.Values{"token": {token}, "type": {"petition"}, "agency": form["agency"]}); status != http.StatusUnprocessableEntity || !strings.Contains(page, "summary") {
		t.Errorf("nothing written: %d", status)
	}
	status, page := o.ask(who, root+"/matter?call="+keyOf(call), form)
	if status != http.StatusOK {
		t.Fatalf("filed: %d %s", status, page)
	}
	c := o.Found(t, call)
	holds(t, page, c.Number, "查询码")
	if c.Matter == 0 {
		t.Fatal("the call does not know its matter")
	}
	k, err := o.Cases.Open(o.As(o.Front), call.Province, c.Matter)
	check(t, err)
	if k.Channel != "phone" || k.Number != c.Number {
		t.Errorf("filed by %q as %s", k.Channel, k.Number)
	}
	if b, err := o.Hotline.Draft(t.Context(), call); err != nil || b != nil {
		t.Errorf("the draft stays: %v", err)
	}
	if status, again := o.ask(who, root+"/matter?call="+keyOf(call), form); status != http.StatusOK || !strings.Contains(again, c.Number) {
		t.Errorf("sent twice: %d", status)
	}
	form.Set("token", "another")
	if status, _ := o.ask(who, root+"/matter?call="+keyOf(call), form); status != http.StatusConflict {
		t.Errorf("a second matter of the call: %d", status)
	}
	_, page = o.ask(who, root+"?call="+keyOf(call), nil)
	holds(t, page, "这通电话已登记为 "+c.Number)
	if status, _ := o.ask(who, at, form); status != http.StatusConflict {
		t.Errorf("a draft after the matter: %d", status)
	}
}

func TestACallBackBringsItsDraftAlong(t *testing.T) {
	t.Parallel()
	o := open(t)
	seat, who, call := o.talking(t, nil)
	o.ask(who, root+"/draft?call="+keyOf(call), url.Values{"text": {"说到一半就断了的事情"}})
	check(t, o.Hotline.Ended(t.Context(), call, hotline.Ending{By: "system", Why: "interrupted"}))
	o.x.set(seat, func(s *seatwire.State) { s.Call, s.Recording = nil, "" })
	check(t, o.Hotline.Ready(o.As(who), seat))
	_, page := o.ask(who, root, nil)
	holds(t, page, "故障中断或转接未通，优先", "现在回拨", "138****7777")
	back := regexp.MustCompile(`name="callback" value="([0-9-]+)"`).FindStringSubmatch(page)[1]
	check(t, o.Hotline.AtNode(t.Context(), seat, "a"))
	offers := o.Assign(t)
	if len(offers) != 1 || !offers[0].CallBack {
		t.Fatalf("%d offers", len(offers))
	}
	o.Talk(t, offers[0])
	now := offers[0].Call
	o.x.set(seat, func(s *seatwire.State) { s.Call = &now })
	_, page = o.ask(who, root, nil)
	holds(t, page, "说到一半就断了的事情", "回拨")
	if status, _ := o.ask(who, root+"/call", url.Values{"do": {"dial"}, "callback": {back}}); status != http.StatusConflict {
		t.Errorf("dialled while talking: %d", status)
	}
	o.End(t, now)
}

func TestACallBackIsDialledByWhoTakesIt(t *testing.T) {
	t.Parallel()
	o := open(t)
	l := o.Line(t, nil)
	call := o.Call(t, l, "13866667777")
	o.Clock.Advance(time.Minute)
	o.End(t, call)
	seat, who := o.Seat(t, o.County)
	check(t, o.Hotline.Away(o.As(who), seat, "break"))
	_, page := o.ask(who, root, nil)
	back := regexp.MustCompile(`name="callback" value="([0-9-]+)"`).FindStringSubmatch(page)[1]
	for range 2 { // the second time it is his already
		if status, _ := o.ask(who, root+"/call", url.Values{"do": {"dial"}, "callback": {back}}); status != http.StatusSeeOther || keyOf(*o.x.last().Target) != back {
			t.Fatalf("dialled: %d %+v", status, o.x.last())
		}
	}
	_, page = o.ask(who, root, nil)
	holds(t, page, "/settle", "记录结果")
	if _, other := o.Seat(t, o.County); true {
		if status, _ := o.ask(other, root+"/call", url.Values{"do": {"dial"}, "callback": {back}}); status != http.StatusConflict {
			t.Errorf("dialled by another: %d", status)
		}
	}
}

func TestEarlierMattersNeedTheCode(t *testing.T) {
	t.Parallel()
	o := open(t)
	_, who, call := o.talking(t, nil)
	m, code := o.File(t, o.Filing("petition"))
	at := root + "/earlier?call=" + keyOf(call)
	if status, page := o.ask(who, at, url.Values{"number": {m.Number}, "code": {"AAAA-AAAA-AA"}}); status != http.StatusUnprocessableEntity || strings.Contains(page, "已登记") || strings.Contains(page, "奖励扶助金没有发到") {
		t.Errorf("without the code: %d", status)
	}
	status, page := o.ask(who, at, url.Values{"number": {m.Number}, "code": {code}})
	if status != http.StatusOK {
		t.Fatalf("%d", status)
	}
	holds(t, page, m.Number, "办理单位", o.County.Name)
	lacks(t, page, code, "13800000000")
	if o.audited(t, "hotline.earlier") != 1 {
		t.Error("looking was not recorded")
	}
}

func TestAnswersStandBesideTheForm(t *testing.T) {
	t.Parallel()
	o := open(t)
	_, who, _ := o.talking(t, nil)
	_, page := o.ask(who, root+"?q=%E5%A5%96%E5%8A%B1%E6%89%B6%E5%8A%A9", nil)
	holds(t, page, "谁可以领奖励扶助金", "依据：计划生育法第二十七条", "怎么说", "我是 8016 号工作人员")
	if _, page = o.ask(who, root+"?q=x", nil); !strings.Contains(page, "没有找到现行有效的答案") {
		t.Error("nothing says that there is no answer")
	}
}

func TestTheShiftLeadIsRecordedBeforeHeHearsAWord(t *testing.T) {
	t.Parallel()
	o := open(t)
	seat, who, _ := o.talking(t, nil)
	if status, _ := o.ask(who, shift, nil); status != http.StatusForbidden {
		t.Errorf("an agent sees the shift: %d", status)
	}
	_, page := o.ask(o.Lead, shift, nil)
	holds(t, page, "话务员", "通话", "您还没有座席")
	listen := url.Values{"do": {"listen"}, "seat": {keyOf(seat)}}
	if status, _ := o.ask(o.Lead, shift, listen); status != http.StatusConflict || o.x.last().Act != "" {
		t.Errorf("listened without a seat of his own: %d", status)
	}
	own, err := o.Hotline.SaveSeat(o.As(o.Manager), hotline.Seat{Agency: o.County.ID, Person: o.Lead.ID, Label: "8001", Active: true})
	check(t, err)
	_, page = o.ask(o.Lead, shift, nil)
	holds(t, page, "签到，再监听", `<a href="/desk/hotline">`)
	_, err = o.Hotline.SignOn(o.As(o.Lead), o.Lead.ID, "browser")
	check(t, err)
	_, page = o.ask(o.Lead, shift, nil)
	holds(t, page, "监听座席 8016", root+"/voice")
	if status, page := o.ask(o.Lead, shift, listen); status != http.StatusSeeOther || o.x.last().Act != seatwire.Listen || *o.x.last().Target != seat || o.x.last().Person != o.Lead.ID {
		t.Fatalf("listen: %d %s %+v", status, page, o.x.last())
	}
	if o.audited(t, "hotline.listen") != 1 {
		t.Error("not recorded")
	}
	// The seat is told, in words.
	o.x.set(seat, func(s *seatwire.State) { s.Watched = []seatwire.Watch{{Person: o.Lead.ID, Mode: "listen"}} })
	o.x.set(own.Ref(), func(s *seatwire.State) { s.Joined, s.Watching, s.Mode = true, &seat, "listen" })
	_, page = o.ask(who, root, nil)
	holds(t, page, "班长 班长乙 正在监听这通电话。")
	_, page = o.ask(o.Lead, shift, nil)
	holds(t, page, "您正在监听座席 8016")
	if status, _ := o.ask(o.Lead, shift, url.Values{"do": {"leave"}}); status != http.StatusSeeOther || o.x.last().Act != seatwire.StopWatch {
		t.Errorf("stop: %d", status)
	}
	elsewhere := o.Hire(t, "外单位班长", o.Institution, hotline.Leading)
	_, err = o.Hotline.SaveSeat(o.As(o.Manager.With(o.Institution, hotline.Managing)), hotline.Seat{Agency: o.Institution.ID, Person: o.Hire(t, "机构话务", o.Institution, hotline.Answering).ID, Label: "9001", Active: true})
	check(t, err)
	if _, page = o.ask(elsewhere, shift, nil); strings.Contains(page, "8016") {
		t.Error("a lead elsewhere sees the seat")
	}
	if err := o.Hotline.Watch(o.As(elsewhere), seat, "listen"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a lead elsewhere listens: %v", err)
	}
}

func TestASealedCallIsNobodysToHear(t *testing.T) {
	t.Parallel()
	o := open(t)
	seat, who, call := o.talking(t, func(l *hotline.Line) { l.Sealed = true }, hotline.Skill{Kind: "report", Level: 1})
	_, err := o.Hotline.SaveSeat(o.As(o.Manager), hotline.Seat{Agency: o.County.ID, Person: o.Lead.ID, Label: "8001", Active: true})
	check(t, err)
	_, err = o.Hotline.SignOn(o.As(o.Lead), o.Lead.ID, "browser")
	check(t, err)
	_, page := o.ask(o.Lead, shift, nil)
	holds(t, page, "举报专线，不能监听")
	lacks(t, page, `value="listen"`)
	for _, do := range []string{"listen", "whisper", "barge"} {
		if status, page := o.ask(o.Lead, shift, url.Values{"do": {do}, "seat": {keyOf(seat)}}); status != http.StatusForbidden || !strings.Contains(page, "不能监听") {
			t.Errorf("%s: %d", do, status)
		}
	}
	if o.x.last().Act != "" || o.audited(t, "hotline.listen") != 0 {
		t.Errorf("ordered %+v", o.x.last())
	}
	_, page = o.ask(who, root, nil)
	holds(t, page, "举报专线，不显示", "班长不能监听", "您可以不说姓名")
	lacks(t, page, "138****7777", `id="seal"`)
	form := url.Values{"token": {"t1"}, "type": {"petition"}, "text": {"单位里有人收钱办事，我要反映。"}, "agency": {strconv.FormatInt(o.County.ID, 10)}, "ack": {"none"}}
	if status, page := o.ask(who, root+"/matter?call="+keyOf(call), form); status != http.StatusOK {
		t.Fatalf("filed: %d %s", status, page)
	}
	k := o.Matter(t, &casework.Matter{Province: call.Province, ID: o.Found(t, call).Matter})
	if !k.Hidden {
		t.Error("what came by the report line is not kept secret")
	}
}

func TestTheDeskIsToldWhatIsOtherwise(t *testing.T) {
	t.Parallel()
	o := open(t)
	seat, who := o.Seat(t, o.County)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.app.ServeHTTP(w, r.WithContext(merged{r.Context(), o.As(who)}))
	}))
	defer srv.Close()
	defer o.desk.Hush()
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+root+"/events", nil)
	req.Header.Set("Accept", "text/event-stream")
	res, err := srv.Client().Do(req)
	check(t, err)
	defer func() { _ = res.Body.Close() }()
	until := func(word string) {
		t.Helper()
		b, all := make([]byte, 4096), ""
		for !strings.Contains(all, word) {
			n, err := res.Body.Read(b)
			if all += string(b[:n]); err != nil {
				t.Fatalf("%q was not said: %v", word, err)
			}
		}
	}
	until("ready")
	o.x.set(seat, func(s *seatwire.State) {
		s.Joined, s.Voices = true, []seatwire.Voice{{Node: "a", Joined: true}, {Node: "b"}}
	})
	until(`"at":"a b"`)
	_, page := o.ask(who, root, nil)
	holds(t, page, `data-places="a b"`)
	call := o.Call(t, o.Line(t, nil), "13866667777")
	o.Assign(t)
	until(`"ring":"` + keyOf(call) + `"`)
}

// Somebody who answers by a telephone on the desk signs on here, sees his call
// and rests; the call itself he handles there.
func TestASeatAnswersByItsDeskPhone(t *testing.T) {
	t.Parallel()
	o := open(t)
	phone, _, err := o.Hotline.CreatePhone(o.As(o.Manager), o.County.ID, "一号话机")
	check(t, err)
	who := o.Hire(t, "话务员丁", o.County, hotline.Answering, casework.Registering)
	seat, err := o.Hotline.SaveSeat(o.As(o.Manager), hotline.Seat{Agency: o.County.ID, Person: who.ID, Label: "8017", Active: true})
	check(t, err)
	if status, page := o.ask(who, root, url.Values{"do": {"on_phone"}}); status != http.StatusConflict || !strings.Contains(page, "还没有话机") {
		t.Errorf("without a telephone: %d", status)
	}
	seat.Phone = phone.ID
	_, err = o.Hotline.SaveSeat(o.As(o.Manager), seat)
	check(t, err)
	for _, do := range []string{"on_phone", "ready"} {
		if status, page := o.ask(who, root, url.Values{"do": {do}}); status != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", do, status, page)
		}
	}
	check(t, o.Hotline.Registered(t.Context(), hotline.Registration{User: phone.Name, Contact: "sip:x", Source: "127.0.0.1:5", Transport: "UDP", Expires: o.Clock.Now().Add(time.Hour)}))
	call := o.Call(t, o.Line(t, nil), "13866667777")
	offers := o.Assign(t)
	if len(offers) != 1 {
		t.Fatalf("%d offers", len(offers))
	}
	_, page := o.ask(who, root, nil)
	holds(t, page, "请在话机上接听", "138****7777", "用话机接听")
	lacks(t, page, `value="take"`, root+"/voice")
	o.Talk(t, offers[0])
	_, page = o.ask(who, root, nil)
	holds(t, page, "请在话机上操作这通电话", `name="text"`)
	o.End(t, call)
	for _, do := range []string{"longer", "away_break", "sign_off"} {
		if status, page := o.ask(who, root, url.Values{"do": {do}}); status != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", do, status, page)
		}
	}
	if s := o.State(t, seat.Ref()); s != hotline.Off {
		t.Errorf("the seat is %s", s)
	}
}

// merged ends with the request and carries who asks.
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
