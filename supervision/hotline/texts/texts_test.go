package texts_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"html"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"yangguang/agency/agencytest"
	"yangguang/agency/front"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/notify"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/casedesk"
	"yangguang/supervision/casework/caseworktest"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/hotlinetest"
	"yangguang/supervision/hotline/texts"
)

var (
	check   = disclosuretest.Check
	refused = disclosuretest.Refused
)

func TestMain(m *testing.M) {
	hotlinetest.LoadLocales()
	i18n.MustLoad(front.Locale, ui.Locale, web.Locale, casedesk.Locale, texts.Locale)
	os.Exit(m.Run())
}

func TestLocale(t *testing.T) {
	for _, p := range i18n.Check(texts.Locale) {
		t.Error(p)
	}
}

const (
	key    = "the gateway's key"
	number = "10690000"
	phone  = "13800001234"
)

type house struct {
	*hotlinetest.House
	s             *texts.Texts
	app           *web.App
	line          hotline.Line
	agent, second caseworktest.Person
	log           *bytes.Buffer
}

func each(t *testing.T, f func(t *testing.T, h *house)) {
	for name, open := range map[string]func(testing.TB, clock.Clock, ...fs.FS) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(disclosuretest.Now)
			h := &house{House: hotlinetest.Over(t, open(t, c, append(slices.Clone(hotlinetest.Migrations), texts.Migrations, casedesk.Migrations)...), c), log: &bytes.Buffer{}}
			fr := &front.Front{Site: front.Site{Home: agencytest.County, Name: i18n.Text{Zh: "示例站", En: "Example"}, Organiser: i18n.Text{Zh: "办公室", En: "Office"}, Demo: true}}
			h.s = &texts.Texts{Hotline: h.Hotline, Intake: &casedesk.Desk{Cases: h.Cases, Front: fr}, Secret: key, Frame: func(r *http.Request, title string, crumbs ...ui.Link) ui.Frame { return fr.Desk(r, title, crumbs...) }}
			h.app = web.New(web.Options{DB: h.Hotline.DB, Clock: h.Clock, Log: slog.New(slog.NewTextHandler(h.log, nil)), ShowError: func(w http.ResponseWriter, _ *http.Request, err error) {
				http.Error(w, err.Error(), fault.KindOf(err).Status())
			}}, h.s.Routes(), h.s.Inbound())
			h.line = h.Line(t, nil)
			_, h.agent = h.Seat(t, h.County)
			_, h.second = h.Seat(t, h.County)
			h.agent = h.agent.With(h.County, casework.Registering)
			check(t, h.s.SetNumber(h.As(h.Manager), h.line.Ref(), number))
			f(t, h)
		})
	}
}

func (h *house) send(ctx context.Context, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.app.ServeHTTP(w, r.WithContext(ctx))
	return w
}

func (h *house) at(ctx context.Context, path string, pairs ...string) *httptest.ResponseRecorder {
	if len(pairs) == 0 {
		return h.send(ctx, httptest.NewRequest(http.MethodGet, path, nil))
	}
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return h.send(ctx, r)
}

// bring is the gateway's request, signed as sign says.
func (h *house) bring(t *testing.T, in texts.In, sign func(stamp, uri, body string) (string, string)) *httptest.ResponseRecorder {
	t.Helper()
	b, err := json.Marshal(in)
	check(t, err)
	r := httptest.NewRequest(http.MethodPost, "/api/hotline/texts", bytes.NewReader(b))
	stamp, signature := sign(strconv.FormatInt(h.Clock.Now().Unix(), 10), "/api/hotline/texts", string(b))
	r.Header.Set(notify.TimestampHeader, stamp)
	r.Header.Set(notify.SignatureHeader, signature)
	r.Header.Set("Content-Type", "application/json")
	return h.send(t.Context(), r)
}

func signed(stamp, uri, body string) (string, string) {
	return stamp, notify.Sign(key, stamp, uri, body)
}

func (h *house) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	h.Read(t, func(tx *db.Tx) error { return tx.Row(query, args...).Scan(&n) })
	return n
}

var aChat = regexp.MustCompile(`/desk/hotline/texts/[0-9]+/[0-9]+`)

// 3.1.1: who cannot hear texts a number; a seat answers by text, and what was
// brought becomes a matter.
func TestWhoCannotHearIsAnsweredByText(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const told = "我听不见，想问奖励扶助金怎么申请"
		if w := h.bring(t, texts.In{ID: "g1", From: "+86 " + phone, To: number, Text: told}, signed); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"seen":false`) {
			t.Fatalf("the gateway hears %d %s", w.Code, w.Body)
		}
		if w := h.bring(t, texts.In{ID: "g1", From: phone, To: number, Text: told}, signed); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"seen":true`) {
			t.Errorf("the same again: %d %s", w.Code, w.Body)
		}
		h.bring(t, texts.In{ID: "g2", From: phone, To: number, Text: "请快一点"}, signed)
		if n := h.count(t, "select count(*) from notice where template = 'texts.subject'"); n != 1 {
			t.Errorf("%d automatic answers, want one to a conversation", n)
		}
		list := h.at(h.As(h.agent), "/desk/hotline/texts").Body.String()
		path := aChat.FindString(list)
		if path == "" || !strings.Contains(list, "未读 2 条") || strings.Contains(list, phone) {
			t.Fatalf("the list: %s", list)
		}
		if w, err := h.s.Waiting(h.As(h.agent)); err != nil || len(w) != 1 {
			t.Errorf("the inbox: %+v %v", w, err)
		}
		if page := h.at(h.As(h.agent), path).Body.String(); !strings.Contains(page, told) || strings.Contains(page, phone) {
			t.Error("the page lacks what was written, or shows the number")
		}
		if w := h.at(h.As(h.agent), path+"/reply", "text", strings.Repeat("长", 301)); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("an answer too long: %d", w.Code)
		}
		if w := h.at(h.As(h.agent), path+"/reply", "text", "请到户籍地乡镇申请"); w.Code != http.StatusSeeOther {
			t.Fatalf("reply: %d %s", w.Code, w.Body)
		}
		if w := h.at(h.As(h.second), path+"/reply", "text", "我也来答"); w.Code != http.StatusConflict {
			t.Errorf("two answer one: %d", w.Code)
		}
		if w := h.at(h.As(h.Lead), path+"/take", "x", ""); w.Code != http.StatusSeeOther {
			t.Errorf("the lead takes it over: %d", w.Code)
		}
		check(t, h.s.GiveBack(h.As(h.Lead), chatOf(t, path)))
		// The form is filled in, without asking for the number.
		form := h.at(h.As(h.agent), path+"/matter")
		if body := form.Body.String(); form.Code != http.StatusOK || !strings.Contains(body, told) || strings.Contains(body, phone) || strings.Contains(body, `name="phone"`) {
			t.Fatalf("the form: %d", form.Code)
		}
		token := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(form.Body.String())[1]
		w := h.at(h.As(h.agent), path+"/matter", "token", token, "agency", strconv.FormatInt(h.County.ID, 10), "type", "enquiry", "class", "", "text", told, "subject", "奖励扶助金申请", "ack", "sms", "about", "0", "helper_unit", "0", "topic", "")
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "已登记") {
			t.Fatalf("file: %d %s", w.Code, w.Body)
		}
		if n := h.count(t, "select count(*) from casework m join text_chat c on c.matter_number = m.number and c.matter = m.id where m.channel = 'sms' and m.ack = 'sms' and m.has_contact"); n != 1 {
			t.Errorf("%d matters of the conversation", n)
		}
		if w := h.at(h.As(h.agent), path+"/matter"); w.Code != http.StatusSeeOther {
			t.Errorf("a second matter: %d", w.Code)
		}
		// Nobody else sees any of it; nothing in the open.
		for name, p := range map[string]caseworktest.Person{"another unit": h.Stranger.With(h.Institution, hotline.Answering), "a colleague who does not answer": h.Handler} {
			if w := h.at(h.As(p), path); w.Code != http.StatusNotFound {
				t.Errorf("%s: %d", name, w.Code)
			}
		}
		if strings.Contains(h.log.String(), phone) || strings.Contains(h.log.String(), "奖励") {
			t.Error("a number or a text is in the log")
		}
		h.Read(t, func(tx *db.Tx) error {
			for _, table := range []string{"text_chat", "text_message", "notice"} {
				dump, err := disclosuretest.Dump(tx, table)
				if err != nil {
					return err
				}
				if bytes.Contains(dump, []byte(phone)) || bytes.Contains(dump, []byte("听不见")) || bytes.Contains(dump, []byte("请到户籍地")) {
					t.Errorf("%s holds a number or a text", table)
				}
			}
			return nil
		})
	})
}

func chatOf(t *testing.T, path string) hotline.Ref {
	t.Helper()
	parts := strings.Split(path, "/")
	id, err := strconv.ParseInt(parts[len(parts)-1], 10, 64)
	check(t, err)
	return hotline.Ref{Province: 35, ID: id}
}

// Only who holds the secret brings texts, in time, to a line that takes them.
func TestTheGatewayIsKnownByItsSignature(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		in := texts.In{ID: "g1", From: phone, To: number, Text: "你好"}
		for name, c := range map[string]struct {
			sign   func(stamp, uri, body string) (string, string)
			change func(*texts.In)
			want   int
		}{
			"another key": {func(s, u, b string) (string, string) { return s, notify.Sign("another", s, u, b) }, nil, http.StatusForbidden},
			"unsigned":    {func(s, _, _ string) (string, string) { return s, "" }, nil, http.StatusForbidden},
			"no time":     {func(_, u, b string) (string, string) { return signed("", u, b) }, nil, http.StatusForbidden},
			"taken down before": {func(_, u, b string) (string, string) {
				return signed(strconv.FormatInt(h.Clock.Now().Add(-6*time.Minute).Unix(), 10), u, b)
			}, nil, http.StatusForbidden},
			"no such number": {signed, func(in *texts.In) { in.To = "10699999" }, http.StatusNotFound},
			"no sender":      {signed, func(in *texts.In) { in.From = "张三" }, http.StatusUnprocessableEntity},
			"nothing said":   {signed, func(in *texts.In) { in.Text = " " }, http.StatusUnprocessableEntity},
			"no id":          {signed, func(in *texts.In) { in.ID = "" }, http.StatusUnprocessableEntity},
		} {
			x := in
			if c.change != nil {
				c.change(&x)
			}
			if w := h.bring(t, x, c.sign); w.Code != c.want {
				t.Errorf("%s: %d %s, want %d", name, w.Code, w.Body, c.want)
			}
		}
		if n := h.count(t, "select count(*) from text_chat"); n != 0 {
			t.Errorf("%d conversations of nobody", n)
		}
		for i := range 60 {
			in.ID = "n" + strconv.Itoa(i)
			if _, err := h.s.Receive(t.Context(), in); err != nil {
				t.Fatal(err)
			}
		}
		in.ID = "more"
		if w := h.bring(t, in, signed); w.Code != http.StatusTooManyRequests {
			t.Errorf("the 61st in an hour: %d", w.Code)
		}
		h.s.Secret = ""
		if w := h.bring(t, in, signed); w.Code != http.StatusNotFound {
			t.Errorf("without a secret: %d", w.Code)
		}
	})
}

// A silent conversation ends after a day, the next text begins another, and what
// was written is destroyed on time.
func TestAConversationEndsAndIsForgotten(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		say := func(id string) {
			t.Helper()
			_, err := h.s.Receive(t.Context(), texts.In{ID: id, From: phone, To: number, Text: "在吗"})
			check(t, err)
		}
		say("a")
		h.Clock.Advance(23 * time.Hour)
		check(t, h.s.EndSilent(t.Context()))
		if n := h.count(t, "select count(*) from text_chat where state = 'open'"); n != 1 {
			t.Errorf("ended before a day: %d open", n)
		}
		h.Clock.Advance(2 * time.Hour)
		check(t, h.s.EndSilent(t.Context()))
		path := aChat.FindString(h.at(h.As(h.agent), "/desk/hotline/texts?state=closed").Body.String())
		if path == "" {
			t.Fatal("it did not end")
		}
		refused(t, h.s.Reply(h.As(h.agent), chatOf(t, path), "还在吗"), fault.Conflict, "texts.closed")
		say("b")
		if n := h.count(t, "select count(*) from text_chat where state = 'open'"); n != 1 {
			t.Errorf("the next text: %d open", n)
		}
		n, err := h.s.Destroy(t.Context(), h.Clock.Now().Add(time.Second))
		if check(t, err); n != 1 {
			t.Errorf("destroyed %d, want the one that is over", n)
		}
		if body := h.at(h.As(h.agent), path).Body.String(); strings.Contains(body, "在吗") || !strings.Contains(body, "已按期销毁") {
			t.Error("what was written is still there")
		}
		if n := h.count(t, "select count(*) from text_chat where number is not null"); n != 1 {
			t.Errorf("%d numbers kept", n)
		}
	})
}

func TestANumberForTexts(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		sealed := h.Line(t, func(l *hotline.Line) { l.Sealed = true })
		refused(t, h.s.SetNumber(h.As(h.Manager), sealed.Ref(), "10690001"), fault.Invalid, "number:texts.sealed")
		other := h.Line(t, nil)
		refused(t, h.s.SetNumber(h.As(h.Manager), other.Ref(), number), fault.Invalid, "number:texts.number_taken")
		refused(t, h.s.SetNumber(h.As(h.agent), other.Ref(), "10690001"), fault.NotFound, "fault.not_found")
		key := "35-" + strconv.FormatInt(other.ID, 10)
		if w := h.at(h.As(h.Manager), "/desk/hotline/texts/numbers", "line", key, "number", "短号"); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "3 到 20 位数字") {
			t.Errorf("no number: %d", w.Code)
		}
		if w := h.at(h.As(h.Manager), "/desk/hotline/texts/numbers", "line", key, "number", "10690001"); w.Code != http.StatusSeeOther {
			t.Fatalf("save: %d %s", w.Code, w.Body)
		}
		if n, err := h.s.NumberOf(t.Context(), other.Ref()); err != nil || n != "10690001" {
			t.Errorf("%q %v", n, err)
		}
		check(t, h.s.SetNumber(h.As(h.Manager), other.Ref(), ""))
		if n, _ := h.s.NumberOf(t.Context(), other.Ref()); n != "" {
			t.Errorf("taken away, it is %q", n)
		}
		if w := h.at(h.As(h.agent), "/desk/hotline/texts/numbers"); w.Code != http.StatusForbidden {
			t.Errorf("an agent configures: %d", w.Code)
		}
	})
}

// merged ends with a request and carries who asks.
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

var aStream = regexp.MustCompile(`data-live="([^"]+)"`)

// listen follows a page as its script does; heard says whether the next words
// told it to look again.
func (h *house) listen(t *testing.T, p caseworktest.Person, page string) (heard func() bool) {
	t.Helper()
	at := aStream.FindStringSubmatch(h.at(h.As(p), page).Body.String())
	if at == nil {
		t.Fatalf("%s is not live", page)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.app.ServeHTTP(w, r.WithContext(merged{r.Context(), h.As(p)}))
	}))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+html.UnescapeString(at[1]), nil)
	check(t, err)
	r.Header.Set("Accept", "text/event-stream")
	res, err := srv.Client().Do(r)
	check(t, err)
	t.Cleanup(func() { h.s.Hush(); _ = res.Body.Close(); srv.Close() })
	lines := bufio.NewScanner(res.Body)
	return func() bool {
		for lines.Scan() {
			switch line := lines.Text(); {
			case strings.HasPrefix(line, "event: tick"):
				return true
			case strings.HasPrefix(line, ": still here"):
				return false
			}
		}
		t.Fatalf("the stream ended: %v", lines.Err())
		return false
	}
}

// A list of conversations and the page of one are told when somebody writes, and
// only then; the stream of a conversation is for nobody else.
func TestPagesOfTextsFollowLive(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		receive := func(id, from, text string) {
			t.Helper()
			_, err := h.s.Receive(t.Context(), texts.In{ID: id, From: from, To: number, Text: text})
			check(t, err)
		}
		receive("g1", phone, "你好")
		const list = "/desk/hotline/texts"
		path := aChat.FindString(h.at(h.As(h.agent), list).Body.String())
		all, one := h.listen(t, h.agent, list), h.listen(t, h.second, path)
		if all() || one() {
			t.Error("a page that is true is told to look again")
		}
		receive("g2", phone, "请快一点")
		if !all() || !one() {
			t.Error("nobody is told of a text")
		}
		receive("g3", "13800005678", "我也有事")
		if !all() {
			t.Error("the list is not told of another conversation")
		}
		if one() {
			t.Error("a conversation is told of another one")
		}
		for name, p := range map[string]caseworktest.Person{"another unit": h.Stranger.With(h.Institution, hotline.Answering), "a colleague who does not answer": h.Handler} {
			if w := h.at(h.As(p), path+"/events"); w.Code != http.StatusNotFound {
				t.Errorf("%s: %d", name, w.Code)
			}
		}
		if w := h.at(h.As(h.Handler), list+"/events"); w.Code != http.StatusForbidden {
			t.Errorf("who does not answer follows the list: %d", w.Code)
		}
	})
}
