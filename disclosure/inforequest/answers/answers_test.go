package answers_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"yangguang/agency/agencytest"
	"yangguang/agency/front"
	"yangguang/disclosure"
	"yangguang/disclosure/disclosuretest"
	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/answers"
	"yangguang/disclosure/inforequest/inforequesttest"
	"yangguang/disclosure/portal"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/sandbox"
	"yangguang/internal/search"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

type house = inforequesttest.House

var (
	check   = disclosuretest.Check
	refused = disclosuretest.Refused
	each    = inforequesttest.Each
)

func TestMain(m *testing.M) {
	sandbox.Enter()
	inforequesttest.LoadLocales()
	i18n.MustLoad(portal.Locale, front.Locale, ui.Locale, web.Locale)
	os.Exit(m.Run())
}

func TestLocale(t *testing.T) {
	t.Parallel()
	for _, wrong := range i18n.Check(answers.Locale) {
		t.Error(wrong)
	}
}

// told is a text that tells nothing of anybody.
var told = answers.Text{Title: "农村改厕补助资金怎样分配", Asked: "全县农村改厕补助资金的分配方案。", Summary: "补助资金按户数分配。\n各乡镇的数额见附件。"}

// served gives a house its pages.
func served(h *house) *web.App {
	f := &front.Front{Site: front.Site{Home: agencytest.County, Name: i18n.Text{Zh: "示例站", En: "Example"}, Organiser: i18n.Text{Zh: "办公室", En: "Office"}, Demo: true}}
	p := &portal.Portal{Front: f, Disclosure: h.Disclosure}
	h.Answers.Front, h.Answers.Portal = f, p
	p.Answers = h.Answers.Search
	return web.New(web.Options{DB: h.DB, Clock: h.Clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: func(w http.ResponseWriter, _ *http.Request, err error) {
		http.Error(w, err.Error(), fault.KindOf(err).Status())
	}}, h.Answers.Routes(), p.Routes())
}

// at asks as a member of the staff.
func at(app *web.App, ctx context.Context, path string, pairs ...string) (int, string) {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if len(pairs) > 0 {
		v := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	app.ServeHTTP(w, r.WithContext(ctx))
	return w.Code, w.Body.String()
}

func get(app *web.App, path string) (int, string) {
	w := httptest.NewRecorder()
	app.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

// published is an answer on its way to everybody.
func published(t *testing.T, h *house, q *inforequest.Request) *answers.Answer {
	t.Helper()
	w, err := h.Answers.Propose(h.As(h.Handler), q.Province, q.ID, told, true)
	check(t, err)
	check(t, h.Answers.Submit(h.As(h.Handler), w.Province, w.ID, told))
	check(t, h.Answers.Approve(h.As(h.Head), w.Province, w.ID))
	return w
}

func path(h *house, w *answers.Answer) string {
	return "/" + h.County.Path() + "/answers/" + strconv.FormatInt(w.ID, 10)
}

// 1.1.b: an answered request whose applicant agrees becomes an answer for
// everybody, and nobody learns who asked.
func TestAnAnswerIsPublishedWithoutWhoAsked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		app := served(h)
		q, code := h.Answered(t, nil)
		if status, body := get(app, "/requests/answers"); status != 200 || !strings.Contains(body, "还没有公开的答复") {
			t.Fatalf("the empty log: %d", status)
		}
		w, err := h.Answers.Propose(h.As(h.Handler), q.Province, q.ID, told, true)
		check(t, err)
		_, err = h.Answers.Propose(h.As(h.Handler), q.Province, q.ID, told, false)
		refused(t, err, fault.Conflict, "answers.already")
		if status, _ := get(app, path(h, w)); status != 404 {
			t.Errorf("a draft answers %d to everybody", status)
		}
		check(t, h.Answers.Submit(h.As(h.Handler), w.Province, w.ID, told))
		for _, p := range []string{"/requests/answers?q=补助资金", "/search?q=补助资金"} {
			if _, body := get(app, p); strings.Contains(body, told.Title) {
				t.Errorf("%s finds a draft", p)
			}
		}
		refused(t, h.Answers.Approve(h.As(h.Handler), w.Province, w.ID), fault.Forbidden, "inforequest.no_grant_decide")
		check(t, h.Answers.Approve(h.As(h.Head), w.Province, w.ID))
		for _, p := range []string{"/requests/answers", "/requests/answers?q=补助资金", "/requests/answers?decision=granted", "/requests/answers?agency=" + h.County.Path(), "/requests/answers/feed.atom", "/search?q=补助资金", "/search?q=补助资金&within=350525", path(h, w)} {
			if status, body := get(app, p); status != 200 || !strings.Contains(body, told.Title) {
				t.Errorf("%s (%d) does not show the answer", p, status)
			}
		}
		for _, p := range []string{"/requests/answers?q=别的事情", "/requests/answers?decision=partial", "/requests/answers?agency=" + h.Township.Path(), "/search?q=别的事情", "/search?q=补助资金&within=350525100", "/search?q=补助资金&unit=" + h.County.Path()} {
			if status, body := get(app, p); status != 200 || strings.Contains(body, told.Title) {
				t.Errorf("%s (%d) shows the answer", p, status)
			}
		}
		c, err := h.Requests.Follow(h.Anyone(), q.Number, code)
		check(t, err)
		if c.Answer != answers.Published {
			t.Errorf("the applicant is told %q", c.Answer)
		}
		refused(t, h.Requests.TakeBack(h.Anyone(), q.Number, code), fault.Conflict, "answers.consent_late")
		if _, _, ok := file(t, app, h, w); !ok {
			t.Error("the file is not given")
		}
		nothingOfWhoAsked(t, h, app, q, path(h, w))
	})
}

// file downloads the first file of an answer.
func file(t *testing.T, app *web.App, h *house, w *answers.Answer) (int, string, bool) {
	t.Helper()
	_, page := get(app, path(h, w))
	_, rest, ok := strings.Cut(page, path(h, w)+"/files/")
	if !ok {
		return 0, "", false
	}
	id, _, _ := strings.Cut(rest, `"`)
	status, body := get(app, path(h, w)+"/files/"+id)
	return status, body, strings.Contains(body, "三百万元")
}

// nothingOfWhoAsked searches tables, index and pages for the applicant, and the
// answer's tables for anything of the request.
func nothingOfWhoAsked(t *testing.T, h *house, app *web.App, q *inforequest.Request, one string) {
	t.Helper()
	who := []string{"王小明", inforequesttest.Resident, "13800000000", "演示路1号", q.Number}
	request := strconv.FormatInt(q.ID, 10)
	h.Read(t, func(tx *db.Tx) error {
		for _, table := range []string{"answer", "answer_file", "answer_hand", "answer_tie", "answer_often", "answer_often_request", "search_doc"} {
			b, err := disclosuretest.Dump(tx, table)
			if err != nil {
				return err
			}
			for _, s := range who {
				if bytes.Contains(b, []byte(s)) {
					t.Errorf("%s holds %s", table, s)
				}
			}
			own := table == "answer" || table == "answer_file" || table == "answer_hand" || table == "search_doc"
			for _, s := range []string{request, "2026-11-23", strconv.FormatInt(clock.Millis(h.Clock.Now()), 10)} {
				if own && bytes.Contains(b, []byte(s)) {
					t.Errorf("%s holds %s, by which a request could be found", table, s)
				}
			}
		}
		for _, s := range who {
			hits, err := search.Find(tx, search.Q{Text: s, Kinds: []string{"answer"}})
			if err != nil || len(hits) > 0 {
				t.Errorf("the index finds %s (%v)", s, err)
			}
		}
		return nil
	})
	for _, p := range []string{"/requests/answers", "/requests/answers/feed.atom", one, "/en" + one} {
		_, body := get(app, p)
		for _, s := range append(who, request) {
			if strings.Contains(body, s) {
				t.Errorf("%s shows %s", p, s)
			}
		}
	}
}

// TestTheTieIsSealed: with the whole database nobody finds the request of an
// answer by comparing ids.
func TestTheTieIsSealed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		served(h)
		q, _ := h.Answered(t, nil)
		w := published(t, h, q)
		h.Read(t, func(tx *db.Tx) error {
			b, err := disclosuretest.Dump(tx, "answer_tie")
			if err == nil && bytes.Contains(b, []byte(strconv.FormatInt(w.ID, 10))) {
				t.Error("the tie holds the answer's id")
			}
			var hash string
			if err == nil {
				err = tx.Row("select hash from answer_file where province = $1 and answer = $2", w.Province, w.ID).Scan(&hash)
			}
			if err != nil {
				return err
			}
			if n := proposed(tx, w); n != 0 {
				t.Errorf("%d rows of the audit book tell when the answer was made of its request", n)
			}
			all, err := disclosuretest.Dump(tx, "inforequest_file")
			if bytes.Contains(all, []byte(hash)) {
				t.Error("the copy lies under the hash of the request's file")
			}
			return err
		})
	})
}

// proposed counts what the audit book says of an answer's beginning.
func proposed(tx *db.Tx, w *answers.Answer) (n int) {
	if err := tx.Row("select count(*) from audit where province = $1 and verb = 'answers.propose' and object = $2", w.Province, "answer "+strconv.FormatInt(w.ID, 10)).Scan(&n); err != nil {
		return -1
	}
	return n
}

func TestOnlyWhatMayBePublishedIsProposed(t *testing.T) {
	t.Parallel()
	h := inforequesttest.New(t)
	served(h)
	propose := func(q *inforequest.Request, text answers.Text, files bool) error {
		_, err := h.Answers.Propose(h.As(h.Handler), q.Province, q.ID, text, files)
		return err
	}
	with := func(summary string) answers.Text { x := told; x.Summary = summary; return x }
	no, _ := h.Answered(t, func(f *inforequest.Filing) { f.OpenAnswer = false })
	refused(t, propose(no, told, false), fault.Conflict, "inforequest.not_publishable")
	h.Clock.Advance(time.Minute)
	own, _ := h.Answered(t, func(f *inforequest.Filing) { f.OwnRecord = true })
	refused(t, propose(own, told, false), fault.Conflict, "inforequest.not_publishable")
	h.Clock.Advance(time.Minute)
	open, _ := h.Open(t)
	refused(t, propose(open, told, false), fault.Conflict, "inforequest.not_publishable")
	h.Clock.Advance(time.Minute)
	q, _ := h.Answered(t, nil)
	refused(t, propose(q, answers.Text{}, false), fault.Invalid, "answer_title:answers.need_title")
	refused(t, propose(q, with("身份证号"+inforequesttest.Resident+"的申请人"), false), fault.Invalid, "answer_summary:answers.personal")
	refused(t, propose(q, with("答复王小明：按户数分配。"), false), fault.Invalid, "answer_summary:inforequest.tells_who")
	refused(t, propose(q, with("答复编号 "+q.Number+" 的申请。"), false), fault.Invalid, "answer_summary:inforequest.tells_who")
	_, err := h.Answers.Propose(h.As(h.Stranger), q.Province, q.ID, told, false)
	refused(t, err, fault.NotFound, "fault.not_found")
	_, err = h.Answers.Propose(h.As(h.Desk), q.Province, q.ID, told, false)
	if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
		t.Errorf("who registers proposes: %v", err)
	}
}

// TestAFileIsLookedAtAgain: what the applicant may have, not everybody may.
func TestAFileIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	h := inforequesttest.New(t)
	served(h)
	for text, want := range map[string]struct {
		kind fault.Kind
		key  string
	}{
		"申请人王小明的分配数额。\n":                           {fault.Invalid, "answer_summary:inforequest.tells_who"},
		"身份证号码：" + inforequesttest.Resident + "\n": {fault.Invalid, "answer_files:answers.file_refused"},
	} {
		h.Clock.Advance(time.Minute)
		q := released(t, h, text)
		_, err := h.Answers.Propose(h.As(h.Handler), q.Province, q.ID, told, true)
		refused(t, err, want.kind, want.key)
		_, err = h.Answers.Propose(h.As(h.Handler), q.Province, q.ID, told, false)
		check(t, err)
	}
}

// released is an answered request to which a file was added afterwards, as a
// store of an earlier gate may hold one.
func released(t *testing.T, h *house, text string) *inforequest.Request {
	t.Helper()
	q, _ := h.Answered(t, nil)
	_, err := h.Requests.Attach(h.As(h.Handler), q.Province, q.ID, inforequest.Release, "补充.txt", []byte(text))
	check(t, err)
	return q
}

func TestWhoeverWroteDoesNotPublish(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		served(h)
		q, _ := h.Answered(t, nil)
		w, err := h.Answers.Propose(h.As(h.Handler), q.Province, q.ID, told, true)
		check(t, err)
		check(t, h.Answers.Save(h.As(h.Second), w.Province, w.ID, told))
		check(t, h.Answers.Submit(h.As(h.Handler), w.Province, w.ID, told))
		refused(t, h.Answers.Approve(h.As(h.Second), w.Province, w.ID), fault.Conflict, "inforequest.same_person")
		refused(t, h.Answers.Approve(h.For(h.Second, h.Head), w.Province, w.ID), fault.Conflict, "inforequest.same_person")
		refused(t, h.Answers.Return(h.As(h.Head), w.Province, w.ID, ""), fault.Invalid, "why:answers.need_reason")
		check(t, h.Answers.Return(h.As(h.Head), w.Province, w.ID, "请写明数额。"))
		refused(t, h.Answers.Approve(h.As(h.Head), w.Province, w.ID), fault.Conflict, "flow.not_now")
		check(t, h.Answers.Submit(h.As(h.Handler), w.Province, w.ID, told))
		refused(t, h.Answers.Approve(h.As(h.Stranger), w.Province, w.ID), fault.NotFound, "fault.not_found")
		check(t, h.Answers.Approve(h.As(h.Head), w.Province, w.ID))
		refused(t, h.Answers.Save(h.As(h.Handler), w.Province, w.ID, told), fault.Conflict, "flow.not_now")
		// The schema refuses it too.
		err = h.DB.Write(context.WithoutCancel(t.Context()), func(tx *db.Tx) error {
			_, err := tx.Exec("update answer set approver = author where province = $1 and id = $2", w.Province, w.ID)
			return err
		})
		if err == nil {
			t.Error("the store takes one person for both")
		}
	})
}

// TestConsentCanBeTakenBack as long as nothing is public: the draft goes with it.
func TestConsentCanBeTakenBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		served(h)
		q, code := h.Answered(t, nil)
		w, err := h.Answers.Propose(h.As(h.Handler), q.Province, q.ID, told, true)
		check(t, err)
		check(t, h.Answers.Submit(h.As(h.Handler), w.Province, w.ID, told))
		check(t, h.Requests.TakeBack(h.Anyone(), q.Number, code))
		refused(t, h.Answers.Approve(h.As(h.Head), w.Province, w.ID), fault.NotFound, "fault.not_found")
		_, err = h.Answers.Propose(h.As(h.Handler), q.Province, q.ID, told, true)
		refused(t, err, fault.Conflict, "inforequest.not_publishable")
		refused(t, h.Requests.TakeBack(h.Anyone(), q.Number, code), fault.Conflict, "flow.not_now")
		h.Read(t, func(tx *db.Tx) error {
			for _, table := range []string{"answer", "answer_file", "answer_hand", "answer_tie"} {
				if b, err := disclosuretest.Dump(tx, table); err != nil || len(b) > 0 {
					t.Errorf("%s is not empty (%v)", table, err)
				}
			}
			return nil
		})
	})
}

// TestWhatIsTakenDownSaysWhy and is found nowhere.
func TestWhatIsTakenDownSaysWhy(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		app := served(h)
		q, _ := h.Answered(t, nil)
		w := published(t, h, q)
		if status, _ := get(app, path(h, w)); status != 200 {
			t.Fatalf("published: %d", status)
		}
		get(app, "/requests/answers")
		refused(t, h.Answers.TakeDown(h.As(h.Handler), w.Province, w.ID, "数额有误，重新核对。"), fault.Forbidden, "inforequest.no_grant_decide")
		check(t, h.Answers.TakeDown(h.As(h.Head), w.Province, w.ID, "数额有误，重新核对。"))
		status, body := get(app, path(h, w))
		if status != http.StatusGone || !strings.Contains(body, "数额有误") || strings.Contains(body, told.Title) {
			t.Errorf("taken down: %d", status)
		}
		for _, p := range []string{"/requests/answers", "/requests/answers?q=补助资金", "/search?q=补助资金", "/requests/answers/feed.atom"} {
			if _, body := get(app, p); strings.Contains(body, told.Title) {
				t.Errorf("%s still shows it", p)
			}
		}
		h.Read(t, func(tx *db.Tx) error {
			if b, err := disclosuretest.Dump(tx, "answer_file"); err != nil || len(b) > 0 {
				t.Errorf("its files stay (%v)", err)
			}
			return nil
		})
	})
}

// Article 44: three different people, or one who suggests it.
func TestWhatIsOftenAskedForIsProposed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		served(h)
		var first *inforequest.Request
		var code string
		person := func(n int, subject string) *inforequest.Request {
			h.Clock.Advance(time.Minute)
			f := h.Filing(t.Name() + strconv.Itoa(n) + subject)
			f.Who.IDKind, f.Who.IDNumber, f.Asked.Subject = "passport", "E0000000"+strconv.Itoa(n), subject
			q, c, err := h.Requests.File(h.Anyone(), f)
			check(t, err)
			code = c
			return q
		}
		often := func() (out []inforequest.Sought) {
			h.Read(t, func(tx *db.Tx) (err error) {
				out, err = inforequest.OftenSought(tx, h.County)
				return err
			})
			return out
		}
		first = person(1, "2025年度农村改厕补助资金的分配方案")
		person(1, "2026年度农村改厕补助资金的分配方案") // the same person again counts once
		person(2, "农村改厕补助资金分配方案和数额")
		person(2, "乡镇卫生院医生排班表")
		if got := often(); len(got) != 0 {
			t.Fatalf("two people are often: %+v", got)
		}
		newest := person(3, "2025年农村改厕补助资金分配方案")
		got := often()
		if len(got) != 1 || got[0].Applicants != 3 || len(got[0].Requests) != 4 || got[0].Requests[3] != first.ID {
			t.Fatalf("got %+v", got)
		}
		_, err := h.Answers.Offer(h.As(h.Stranger), h.County.ID, newest.ID)
		refused(t, err, fault.NotFound, "fault.not_found")
		p, err := h.Answers.Offer(h.As(h.Handler), h.County.ID, newest.ID)
		check(t, err)
		_, err = h.Answers.Offer(h.As(h.Handler), h.County.ID, newest.ID)
		refused(t, err, fault.Conflict, "answers.not_often")
		drafter := h.Author.With(h.County, disclosure.Drafting)
		waiting, err := h.Answers.Waiting(h.As(drafter))
		check(t, err)
		if len(waiting) != 1 || len(waiting[0].Works) != 1 {
			t.Errorf("the drafter's inbox: %+v", waiting)
		}
		_, err = h.Answers.Begin(h.As(h.Handler), p.Province, p.ID, "county.8")
		refused(t, err, fault.Forbidden, "answers.no_grant")
		v, err := h.Answers.Begin(h.As(drafter), p.Province, p.ID, "county.8")
		check(t, err)
		if v.ID == 0 {
			t.Error("no draft was begun")
		}
		refused(t, h.Answers.Decline(h.As(h.Head), p.Province, p.ID, "已经起草。"), fault.Conflict, "flow.not_now")
		h.Read(t, func(tx *db.Tx) error {
			if to, err := h.Answers.MadePublic(tx, newest.Province, newest.ID); err != nil || to != "" {
				t.Errorf("a draft is told to the applicant: %q %v", to, err)
			}
			return nil
		})
		_ = code
	})
}

// TestASuggestionIsEnough, and can be declined with a reason.
func TestASuggestionIsEnough(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		served(h)
		q, code := h.Answered(t, nil)
		published(t, h, q)
		check(t, h.Requests.Suggest(h.Anyone(), q.Number, code))
		refused(t, h.Requests.Suggest(h.Anyone(), q.Number, code), fault.Conflict, "flow.not_now")
		p, err := h.Answers.Offer(h.As(h.Handler), h.County.ID, q.ID)
		check(t, err)
		if p.Suggested != 1 || p.Applicants != 1 {
			t.Errorf("got %+v", p)
		}
		refused(t, h.Answers.Decline(h.As(h.Handler), p.Province, p.ID, "年度报告已经包括。"), fault.Forbidden, "answers.no_grant")
		refused(t, h.Answers.Decline(h.As(h.Head), p.Province, p.ID, ""), fault.Invalid, "reason:answers.need_reason")
		check(t, h.Answers.Decline(h.As(h.Head), p.Province, p.ID, "年度报告已经包括。"))
	})
}

// TestTheDeskLeadsFromDraftToTakeDown, page by page, in both languages.
func TestTheDeskLeadsFromDraftToTakeDown(t *testing.T) {
	t.Parallel()
	h := inforequesttest.New(t)
	app := served(h)
	q, _ := h.Answered(t, nil)
	w, err := h.Answers.Propose(h.As(h.Handler), q.Province, q.ID, told, true)
	check(t, err)
	one := "/desk/answers/" + strconv.Itoa(w.Province) + "/" + strconv.FormatInt(w.ID, 10)
	form := []string{"answer_title", told.Title, "answer_asked", told.Asked, "answer_summary", told.Summary}
	for _, x := range []struct {
		who    inforequesttest.Person
		path   string
		pairs  []string
		status int
		says   string
	}{
		{h.Handler, "/desk/answers", nil, 200, told.Title},
		{h.Handler, "/en/desk/answers", nil, 200, told.Title},
		{h.Stranger, one, nil, 404, ""},
		{h.Handler, one, nil, 200, "提交审核"},
		{h.Handler, "/en" + one, nil, 200, "Submit for review"},
		{h.Handler, one + "/save", []string{"answer_title", "短", "answer_asked", told.Asked, "answer_summary", told.Summary}, 422, "请写标题"},
		{h.Handler, one + "/submit", form, 303, ""},
		{h.Handler, one + "/submit", form, 409, "现在"},
		{h.Head, "/desk/answers?state=review", nil, 200, told.Title},
		{h.Head, one, nil, 200, "批准公开"},
		{h.Head, one + "/return", []string{"why", ""}, 422, "请写明理由"},
		{h.Handler, one + "/publish", []string{"x", ""}, 403, ""},
		{h.Head, one + "/publish", []string{"x", ""}, 303, ""},
		{h.Head, one, nil, 200, "查看公开页面"},
		{h.Head, one + "/take-down", []string{"reason", "内容重复公开。"}, 303, ""},
		{h.Head, "/en" + one, nil, 200, "内容重复公开"},
	} {
		status, body := at(app, h.As(x.who), x.path, x.pairs...)
		if status != x.status || !strings.Contains(body, x.says) {
			t.Errorf("%s %v: %d, want %d and %q", x.path, x.pairs, status, x.status, x.says)
		}
	}
}

// TestADraftIsGivenUp without a trace, and another may be begun.
func TestADraftIsGivenUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		app := served(h)
		q, _ := h.Answered(t, nil)
		w, err := h.Answers.Propose(h.As(h.Handler), q.Province, q.ID, told, true)
		check(t, err)
		if status, _ := at(app, h.As(h.Handler), "/desk/answers/"+strconv.Itoa(w.Province)+"/"+strconv.FormatInt(w.ID, 10)+"/discard", "x", ""); status != 303 {
			t.Errorf("given up: %d", status)
		}
		published(t, h, q)
		n, err := h.Answers.Reindex(context.WithoutCancel(t.Context()))
		if err != nil || n != 1 {
			t.Errorf("%d indexed again, %v", n, err)
		}
	})
}

// TestTheApplicantIsToldWhatBecamePublic: the item that his suggestion led to.
func TestTheApplicantIsToldWhatBecamePublic(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		app := served(h)
		q, code := h.Answered(t, nil)
		published(t, h, q)
		check(t, h.Requests.Suggest(h.Anyone(), q.Number, code))
		status, body := at(app, h.As(h.Handler), "/desk/answers/often")
		if status != 200 || !strings.Contains(body, q.Subject) || strings.Contains(body, "王小明") {
			t.Errorf("often asked for: %d", status)
		}
		if status, _ := at(app, h.As(h.Handler), "/desk/answers/often", "unit", strconv.FormatInt(h.County.ID, 10), "request", strconv.FormatInt(q.ID, 10)); status != 303 {
			t.Fatalf("proposed: %d", status)
		}
		drafter := h.Author.With(h.County, disclosure.Drafting)
		waiting, err := h.Answers.Waiting(h.As(drafter))
		check(t, err)
		one := waiting[0].Works[0].Href
		if status, body := at(app, h.As(drafter), one); status != 200 || !strings.Contains(body, "补助资金按户数分配") {
			t.Errorf("the proposal is not filled with the answer: %d", status)
		}
		if status, body := at(app, h.As(drafter), one+"/begin", "category", ""); status != 422 || !strings.Contains(body, "请选择一个目录栏目") {
			t.Errorf("without a category: %d", status)
		}
		if status, _ := at(app, h.As(drafter), one+"/begin", "category", "county.10"); status != 303 {
			t.Fatalf("begun: %d", status)
		}
		it := h.Publish(t, h.County, "county.10", h.Plain("农村改厕补助资金怎样分配"))
		check(t, h.DB.Write(context.WithoutCancel(t.Context()), func(tx *db.Tx) error { // as if the draft had gone through its review
			_, err := tx.Exec("update answer_often set item = $2 where province = $1", q.Province, it.ID)
			return err
		}))
		h.Read(t, func(tx *db.Tx) error {
			to, err := h.Answers.MadePublic(tx, q.Province, q.ID)
			if err != nil || !strings.HasPrefix(to, "/"+h.County.Path()+"/") {
				t.Errorf("the applicant is led to %q (%v)", to, err)
			}
			return nil
		})
	})
}
