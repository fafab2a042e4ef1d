package knowledge

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"yangguang/agency"
	"yangguang/agency/agencytest"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/web"
)

// embedded is a house on the embedded store, for tests of pages.
func embedded(t *testing.T) (*house, *web.App) {
	t.Helper()
	c := clock.NewFake(disclosuretest.Now)
	h := over(t, dbtest.SQLite(t, c, append(disclosuretest.Migrations[:len(disclosuretest.Migrations):len(disclosuretest.Migrations)], Migrations)...), c)
	return h, h.app()
}

func has(t *testing.T, what, body string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(body, w) {
			t.Errorf("%s lacks %q", what, w)
		}
	}
}

func hasNot(t *testing.T, what, body string, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(body, w) {
			t.Errorf("%s has %q", what, w)
		}
	}
}

func status(t *testing.T, what string, got, want int) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %d, want %d", what, got, want)
	}
}

const canary = "金丝雀四四一七"

// What is for the staff, a draft, or not in force shows on no public page, in no
// public suggestion and in no public search.
func TestStaffArticlesAreNeverPublic(t *testing.T) {
	t.Parallel()
	h, app := embedded(t)
	on := clock.DateOf(h.Clock.Now())
	mark := func(change func(*Text)) func(*Text) {
		return func(x *Text) {
			x.Title, x.Questions, x.Answer, x.Law = canary+"标题", []string{canary + "问法"}, canary+"答复的文字在这里", canary+"依据"
			change(x)
		}
	}
	staff := h.passed(t, mark(func(x *Text) { x.Audience = ForStaff }))
	early := h.passed(t, mark(func(x *Text) { x.From = on.AddDays(9) }))
	over := h.passed(t, mark(func(x *Text) { x.To = on }))
	retired := h.passed(t, mark(func(*Text) {}))
	check(t, h.k.Retire(h.As(h.Checker), retired.Province, retired.ID, "政策已经取消"))
	shown := h.passed(t, func(x *Text) { x.Title = "公开的这一条" })
	check(t, h.k.Revise(h.As(h.Writer), shown.Province, shown.ID))
	text := h.text("公开的这一条")
	mark(func(*Text) {})(&text)
	check(t, h.k.Submit(h.As(h.Writer), shown.Province, shown.ID, 1, text))
	draft, err := h.k.Start(h.As(h.Writer), h.County.ID, h.County.Division, text)
	check(t, err)
	elsewhere := h.passedAt(t, h.Village, h.Everybody.Within(agency.Nation, Reviewing), h.House.Village, agencytest.Village, text)
	h.Clock.Advance(24 * time.Hour)
	for _, lang := range []string{"", "/en"} {
		q := url.QueryEscape(canary)
		for _, path := range []string{"/knowledge", "/knowledge?q=" + q, "/knowledge?topic=registration", "/knowledge?within=350525100", "/knowledge/suggest?q=" + q, "/search?q=" + q, "/search/suggest?q=" + q, "/api/v1/search?q=" + q,
			"/knowledge/" + itoa(shown.ID), "/knowledge/" + itoa(staff.ID), "/knowledge/" + itoa(early.ID), "/knowledge/" + itoa(over.ID), "/knowledge/" + itoa(retired.ID), "/knowledge/" + itoa(draft.ID)} {
			if strings.HasPrefix(path, "/api/") && lang != "" {
				continue
			}
			_, body := ask(app, t.Context(), lang+path, nil)
			hasNot(t, lang+path, body, canary+"标题", canary+"问法", canary+"答复", canary+"依据")
		}
	}
	for name, x := range map[string]struct {
		id   int64
		want int
	}{"for the staff": {staff.ID, 404}, "not yet valid": {early.ID, 404}, "a draft": {draft.ID, 404}, "over": {over.ID, 410}, "retired": {retired.ID, 410}, "public": {shown.ID, 200}, "of a village below": {elsewhere.ID, 200}, "unknown": {staff.ID + 999_999, 404}} {
		got, _ := ask(app, t.Context(), "/knowledge/"+itoa(x.id), nil)
		status(t, name, got, x.want)
		if x.want != 200 {
			got, _ = ask(app, t.Context(), "/knowledge/"+itoa(x.id)+"/said", url.Values{"said": {"yes"}})
			status(t, name+", counted", got, 404)
		}
	}
	h.Read(t, func(tx *db.Tx) error {
		got, err := h.k.Mapped(tx, 10)
		if want := []string{"/knowledge", "/knowledge/" + itoa(shown.ID), "/knowledge/" + itoa(elsewhere.ID)}; err == nil && !slices.Equal(got, want) {
			t.Errorf("the site map names %v, want %v", got, want)
		}
		return err
	})
}

func TestTheExpiredAndTheRetiredSayWhy(t *testing.T) {
	t.Parallel()
	h, app := embedded(t)
	x := h.passed(t, func(x *Text) { x.To = clock.DateOf(h.Clock.Now()) })
	path := "/knowledge/" + itoa(x.ID)
	got, body := ask(app, t.Context(), path, nil)
	status(t, "on its last day", got, 200)
	has(t, "the page", body, "三孩生育政策是什么", "一对夫妻可以生育三个子女。", "中华人民共和国人口与计划生育法 第十八条", "https://www.example.gov.cn/law", "永春县演示局", "2026年11月23日", "这条答复解决了您的问题吗", "data-read-aloud", "生三个孩子可以吗")
	h.Clock.Advance(24 * time.Hour)
	got, body = ask(app, t.Context(), path, nil)
	status(t, "a day later", got, 410)
	has(t, "the page", body, "2026年11月23日", "已经过期")
	hasNot(t, "the page", body, "三个子女")
	y := h.passed(t, nil)
	check(t, h.k.Retire(h.As(h.Checker), y.Province, y.ID, "被新的政策代替"))
	got, body = ask(app, t.Context(), "/en/knowledge/"+itoa(y.ID), nil)
	status(t, "retired", got, 410)
	has(t, "the page", body, "被新的政策代替", "The unit in charge retired it.")
}

// A page kept in memory is made anew when its article changes.
func TestAKeptPageFollowsItsArticle(t *testing.T) {
	t.Parallel()
	h, app := embedded(t)
	x := h.passed(t, nil)
	for _, path := range []string{"/knowledge", "/knowledge/" + itoa(x.ID)} {
		_, body := ask(app, t.Context(), path, nil)
		has(t, path, body, "三孩生育政策是什么")
	}
	check(t, h.k.Revise(h.As(h.Writer), x.Province, x.ID))
	check(t, h.k.Submit(h.As(h.Writer), x.Province, x.ID, 1, h.text("三孩政策，修订以后")))
	check(t, h.k.Approve(h.As(h.Checker), x.Province, x.ID, 2))
	for _, path := range []string{"/knowledge", "/knowledge/" + itoa(x.ID)} {
		_, body := ask(app, t.Context(), path, nil)
		has(t, path, body, "三孩政策，修订以后")
		hasNot(t, path, body, "三孩生育政策是什么")
	}
}

func TestReadersSayWhetherItHelped(t *testing.T) {
	t.Parallel()
	h, app := embedded(t)
	path := "/knowledge/" + itoa(h.passed(t, nil).ID)
	got, body := ask(app, t.Context(), path+"/said", url.Values{"said": {"no"}})
	status(t, "no without a reason", got, 422)
	has(t, "the page", body, "请选择原因", `<details open`, `href="#f-reason"`)
	got, body = ask(app, t.Context(), path+"/report", url.Values{})
	status(t, "a report without a kind", got, 422)
	has(t, "the page", body, "请选择哪里不对", `href="#f-kind"`)
	for said, words := range map[string]string{"yes": "已经记下“解决了”", "no": "已经记下原因", "reported": "已经告诉负责单位"} {
		post, v := path+"/said", url.Values{"said": {said}, "reason": {"unclear"}}
		if said == "reported" {
			post, v = path+"/report", url.Values{"kind": {"outdated"}}
		}
		got, to := ask(app, t.Context(), post, v)
		status(t, said, got, 303)
		_, body := ask(app, t.Context(), to[strings.Index(to, "/knowledge"):], nil)
		has(t, said, body, words)
	}
	for range 30 {
		got, _ = ask(app, t.Context(), path+"/said", url.Values{"said": {"yes"}})
	}
	status(t, "the thirtieth at once", got, http.StatusTooManyRequests)
}

func TestThePublicPageIsSearchedByPlaceAndTopic(t *testing.T) {
	t.Parallel()
	h, app := embedded(t)
	h.passed(t, func(x *Text) { x.Title = "县里的生育登记" })
	h.passed(t, func(x *Text) {
		x.Title, x.Topic, x.Questions, x.Answer = "县里的产假多少天", "leave", []string{"休多久"}, "产假的天数按省里的规定执行。"
	})
	h.passedAt(t, h.Village, h.Everybody.Within(agency.Nation, Reviewing), h.House.Village, agencytest.Village, h.text("村里在哪里登记"))
	h.passed(t, func(x *Text) { x.Title, x.Lang = "How to register a birth", "en" })
	for path, c := range map[string]struct{ has, not []string }{
		"/knowledge":                                    {[]string{"县里的生育登记", "县里的产假多少天", "生育登记与证件", "假期和待遇"}, []string{"村里在哪里登记", "How to register"}},
		"/knowledge?topic=leave":                        {[]string{"县里的产假多少天"}, []string{"县里的生育登记"}},
		"/knowledge?within=350525100001":                {[]string{"村里在哪里登记", "县里的生育登记"}, nil},
		"/knowledge?q=" + url.QueryEscape("产假"):         {[]string{"<mark>产假</mark>", "找到 1 条"}, []string{"县里的生育登记"}},
		"/knowledge?q=" + url.QueryEscape("三个孩子"):       {[]string{"县里的生育登记"}, []string{"县里的产假多少天"}},
		"/knowledge?q=zzz":                              {[]string{"没有找到"}, nil},
		"/knowledge?within=11&topic=x&q=%22%3Cb%3E":     {[]string{"没有找到"}, []string{`"<b>`}},
		"/en/knowledge":                                 {[]string{"How to register a birth", "Registration and certificates"}, nil},
		"/knowledge/suggest?q=" + url.QueryEscape("生育"): {[]string{"县里的生育登记", `"suggestions"`}, nil},
		"/knowledge/suggest?q=":                         {[]string{`"suggestions":[]`}, nil},
	} {
		got, body := ask(app, t.Context(), path, nil)
		status(t, path, got, 200)
		if i := strings.Index(body, `<main`); i > 0 { // the search box repeats what was typed
			body = body[i:]
		}
		has(t, path, body, c.has...)
		hasNot(t, path, body, c.not...)
	}
}

// form is the whole form of an article.
func form(text Text, more ...string) url.Values {
	v := url.Values{"title": {text.Title}, "questions": {strings.Join(text.Questions, "\r\n")}, "answer": {text.Answer}, "topic": {text.Topic}, "audience": {text.Audience}, "lang": {text.Lang},
		"law": {text.Law}, "law_article": {text.LawArticle}, "law_url": {text.LawURL}, "link": {text.Link}}
	for name, d := range map[string]clock.Date{"from": text.From, "to": text.To, "review": text.Review} {
		if !d.IsZero() {
			v.Set(name+"-year", strconv.Itoa(d.Year()))
			v.Set(name+"-month", strconv.Itoa(int(d.Month())))
			v.Set(name+"-day", strconv.Itoa(d.Day()))
		}
	}
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

// 3.1.1: an article is written, reviewed by another, quoted, corrected and
// confirmed by the pages alone.
func TestTheWayOfAnArticleByItsPages(t *testing.T) {
	t.Parallel()
	h, app := embedded(t)
	writer, checker := h.As(h.Writer), h.As(h.Checker)
	text := h.text("生育登记怎么办")
	got, body := ask(app, writer, "/desk/knowledge/new", nil)
	status(t, "the form", got, 200)
	has(t, "the form", body, `name="questions"`, `name="holds"`, "桃城镇")
	wrong := form(text, "unit", itoa(h.County.ID), "holds", "350525", "law", "", "from-month", "19")
	got, body = ask(app, writer, "/desk/knowledge/new", wrong)
	status(t, "the form, wrong", got, 422)
	has(t, "the form, wrong", body, "生育登记怎么办", "请写依据的全称", "请按 2026-01-01 的样子写日期", `href="#f-law"`, `value="19"`)
	got, to := ask(app, writer, "/desk/knowledge/new", form(text, "unit", itoa(h.County.ID), "holds", "350525"))
	status(t, "a new one", got, 303)
	edit, _, _ := strings.Cut(to[strings.Index(to, "/desk"):], "?")
	one := strings.TrimSuffix(edit, "/edit")
	got, body = ask(app, writer, edit+"?said=saved", nil)
	status(t, "the draft", got, 200)
	has(t, "the draft", body, "已保存", "生三个孩子可以吗", `name="saves" value="1"`)
	text.Questions = append(text.Questions, "在哪里登记")
	got, _ = ask(app, writer, edit, form(text, "saves", "1", "do", "save"))
	status(t, "saved", got, 303)
	got, body = ask(app, h.As(h.Second), edit, form(text, "saves", "1", "do", "save"))
	status(t, "saved by another on old ground", got, 409)
	has(t, "the page", body, "别人已经保存了新的内容", "在哪里登记")
	got, _ = ask(app, writer, edit, form(text, "saves", "2", "do", "submit"))
	status(t, "submitted", got, 303)
	got, body = ask(app, checker, one+"/review", nil)
	status(t, "the review", got, 200)
	has(t, "the review", body, "在哪里登记", one+"/approve", `value="3"`)
	got, body = ask(app, h.As(h.Both), one+"/review", nil)
	status(t, "the review of another who may", got, 200)
	has(t, "it", body, one+"/approve")
	got, body = ask(app, checker, one+"/return", url.Values{"why": {"短"}})
	status(t, "returned without words", got, 422)
	has(t, "the review", body, "请写明，4 至 300 个字")
	got, _ = ask(app, checker, one+"/approve", url.Values{"saves": {"3"}})
	status(t, "approved", got, 303)
	got, body = ask(app, checker, one+"/approve", url.Values{"saves": {"3"}})
	status(t, "approved twice", got, 409)
	has(t, "the page", body, "生育登记怎么办")
	got, body = ask(app, h.As(h.Stranger), one, nil)
	status(t, "the page for other staff", got, 200)
	has(t, "it", body, "被引用", one+"/report", "审核丙")
	hasNot(t, "it", body, one+"/retire", one+"/revise", "现在不能引用")
	got, _ = ask(app, writer, one+"/revise", url.Values{})
	status(t, "revised", got, 303)
	text.Answer += "\n不收费。"
	got, _ = ask(app, writer, edit, form(text, "saves", "1", "do", "submit"))
	status(t, "the revision submitted", got, 303)
	got, body = ask(app, checker, one+"/review", nil)
	status(t, "the review of the revision", got, 200)
	has(t, "it", body, "与第 1 版的不同", "diff-add", "不收费。")
	got, _ = ask(app, checker, one+"/approve", url.Values{"saves": {"2"}})
	status(t, "the revision approved", got, 303)
	got, body = ask(app, h.As(h.Stranger), one+"/versions/1", nil)
	status(t, "the earlier version", got, 200)
	has(t, "it", body, "现在不能引用", "已经被第 2 版代替")
	got, body = ask(app, checker, one+"/versions/2?with=1", nil)
	status(t, "the comparison", got, 200)
	has(t, "it", body, "与第 1 版的不同", "不收费。")
	h.Clock.Advance(170 * 24 * time.Hour)
	check(t, h.k.ListDue(t.Context()))
	_, body = ask(app, checker, "/desk/knowledge?show=due", nil)
	has(t, "what is due", body, "生育登记怎么办", "待复核")
	got, body = ask(app, checker, one+"/confirm", url.Values{"next-year": {"2027"}, "next-month": {"99"}, "next-day": {"1"}})
	status(t, "confirmed to no day", got, 422)
	has(t, "it", body, "请按 2026-01-01 的样子写日期")
	got, _ = ask(app, checker, one+"/confirm", url.Values{"next-year": {"2027"}, "next-month": {"12"}, "next-day": {"1"}})
	status(t, "confirmed", got, 303)
	_, body = ask(app, checker, "/desk/knowledge?show=due", nil)
	has(t, "what is due", body, "没有要复核的问答")
	got, _ = ask(app, checker, one+"/retire", url.Values{"reason": {"政策已经取消"}})
	status(t, "retired", got, 303)
	_, body = ask(app, checker, "/desk/knowledge?show=mine&state=retired", nil)
	has(t, "our articles", body, "生育登记怎么办", "已停用")
}

// Who may not know of an article is told that there is none.
func TestWhoMayNotKnowGetsNotFound(t *testing.T) {
	t.Parallel()
	h, app := embedded(t)
	text := h.text("县里的草稿")
	draft, err := h.k.Start(h.As(h.Writer), h.County.ID, h.County.Division, text)
	check(t, err)
	text.Audience = ForStaff
	text.Title = "村里的口径"
	village := h.passedAt(t, h.Village, h.Everybody.Within(agency.Nation, Reviewing), h.House.Village, agencytest.Village, text)
	outside := disclosuretest.Person{ID: 777, Name: "外省人"}
	outside.Home.Agency, outside.Home.Division = 5, 110000000000
	own := &Canned{Agency: h.County.ID, Person: h.Writer.ID, Name: "我自己的", Body: "自己写的话。"}
	check(t, h.k.KeepCanned(h.As(h.Writer), own))
	for name, c := range map[string]struct {
		ctx  context.Context
		path string
		want int
	}{
		"a stranger, a draft":                   {h.As(h.Stranger), deskPath(draft.Province, draft.ID), 404},
		"a stranger, its version":               {h.As(h.Stranger), deskPath(draft.Province, draft.ID) + "/versions/1", 404},
		"a stranger, its review":                {h.As(h.Stranger), deskPath(draft.Province, draft.ID) + "/review", 404},
		"the village, the county's draft":       {h.As(h.Village), deskPath(draft.Province, draft.ID) + "/edit", 404},
		"the writer, his draft":                 {h.As(h.Writer), deskPath(draft.Province, draft.ID), 200},
		"the checker, a draft":                  {h.As(h.Checker), deskPath(draft.Province, draft.ID), 200},
		"the county, the village's own":         {h.As(h.Stranger), deskPath(village.Province, village.ID), 200},
		"another province, the village's own":   {h.As(outside), deskPath(village.Province, village.ID), 404},
		"the checker, the writer's own reply":   {h.As(h.Checker), cannedPath(own), 404},
		"the writer, his own reply":             {h.As(h.Writer), cannedPath(own), 200},
		"nobody":                                {t.Context(), deskPath(village.Province, village.ID), 401},
		"the writer, the review of no revision": {h.As(h.Village), deskPath(village.Province, village.ID) + "/review", 409},
		"no such version":                       {h.As(h.Writer), deskPath(draft.Province, draft.ID) + "/versions/7", 404},
		"a version that is no number":           {h.As(h.Writer), deskPath(draft.Province, draft.ID) + "/versions/x", 404},
	} {
		got, _ := ask(app, c.ctx, c.path, nil)
		status(t, name, got, c.want)
	}
	_, body := ask(app, h.As(outside), "/desk/knowledge?within=350525100001", nil)
	hasNot(t, "another province's list", body, "村里的口径")
	_, body = ask(app, h.As(h.Stranger), "/desk/knowledge?within=350525100001", nil)
	has(t, "the county's list", body, "村里的口径")
	_, body = ask(app, h.As(h.Stranger), "/desk/knowledge?show=mine", nil)
	hasNot(t, "a stranger's own articles", body, "县里的草稿")
}

func TestReportsAndRepliesByTheirPages(t *testing.T) {
	t.Parallel()
	h, app := embedded(t)
	x := h.passed(t, nil)
	one := deskPath(x.Province, x.ID)
	got, body := ask(app, h.As(h.Stranger), one+"/report", url.Values{"kind": {"wrong"}})
	status(t, "a report without words", got, 422)
	has(t, "it", body, `href="#f-note"`)
	got, _ = ask(app, h.As(h.Stranger), one+"/report", url.Values{"kind": {"wrong"}, "note": {"第十八条已经修改"}})
	status(t, "a report", got, 303)
	_, body = ask(app, h.As(h.Writer), "/desk/knowledge/reports", nil)
	has(t, "the reports", body, "三孩生育政策是什么", "内容不对", "2026年11月30日")
	at := strings.Index(body, "/desk/knowledge/reports/35/")
	path, _, _ := strings.Cut(body[at:], `"`)
	_, body = ask(app, h.As(h.Stranger), "/desk/knowledge/reports", nil)
	hasNot(t, "a stranger's reports", body, "三孩生育政策是什么")
	got, _ = ask(app, h.As(h.Stranger), path, nil)
	status(t, "a stranger, the report", got, 404)
	got, body = ask(app, h.As(h.Writer), path, url.Values{"outcome": {"mended"}})
	status(t, "closed without words", got, 422)
	has(t, "it", body, "第十八条已经修改", `href="#f-words"`)
	got, _ = ask(app, h.As(h.Writer), path, url.Values{"outcome": {"mended"}, "words": {"已经改为现行条文"}})
	status(t, "closed", got, 303)
	_, body = ask(app, h.As(h.Writer), path, nil)
	has(t, "the closed report", body, "已经改为现行条文", "已经修改")

	got, body = ask(app, h.As(h.Checker), "/desk/knowledge/canned/new", url.Values{"whose": {"own"}, "name": {"回访"}, "body": {"{who}您好"}})
	status(t, "a reply with an unknown place", got, 422)
	has(t, "it", body, "没有 {who} 这个空", "{who}您好")
	got, to := ask(app, h.As(h.Checker), "/desk/knowledge/canned/new", url.Values{"whose": {"own"}, "name": {"回访"}, "body": {"{unit}的{number}号事项"}, "suits": {"callback"}, "topic": {"leave"}, "note": {"再问一次"}})
	status(t, "a reply", got, 303)
	path = to[strings.Index(to, "/desk"):]
	_, body = ask(app, h.As(h.Checker), path, nil)
	has(t, "the reply", body, "永春县演示局的", "发出来是这样", "假期和待遇", "再问一次")
	_, body = ask(app, h.As(h.Checker), "/desk/knowledge/canned?suits=callback", nil)
	has(t, "the replies", body, "回访", "宏", "我自己的")
	_, body = ask(app, h.As(h.Checker), "/desk/knowledge/canned?suits=reply", nil)
	hasNot(t, "the replies for another step", body, path)
	got, _ = ask(app, h.As(h.Writer), path+"/drop", url.Values{})
	status(t, "dropped by another", got, 404)
	got, _ = ask(app, h.As(h.Checker), path+"/drop", url.Values{})
	status(t, "dropped", got, 303)
}

// sheet sends a workbook.
func sheet(t *testing.T, app *web.App, ctx context.Context, unit int64, b []byte) (int, string) {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	check(t, m.WriteField("unit", itoa(unit)))
	f, err := m.CreateFormFile("file", "a.xlsx")
	check(t, err)
	_, err = f.Write(b)
	check(t, err)
	check(t, m.Close())
	r := httptest.NewRequest(http.MethodPost, "/desk/knowledge/import", &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	w := httptest.NewRecorder()
	app.ServeHTTP(w, r.WithContext(ctx))
	return w.Code, w.Body.String()
}

// What is exported can be imported again; with one problem nothing is kept, and
// each is told by row and column.
func TestSheetsGoOutAndComeIn(t *testing.T) {
	t.Parallel()
	h, app := embedded(t)
	h.passed(t, func(x *Text) { x.Questions = []string{"一种问法", "另一种问法"} })
	for _, lang := range []string{"", "/en"} {
		got, body := ask(app, h.As(h.Writer), lang+"/desk/knowledge/export.xlsx", nil)
		status(t, "the export", got, 200)
		got, page := sheet(t, app, h.As(h.Writer), h.County.ID, []byte(body))
		status(t, "imported again", got, 303)
		hasNot(t, "the answer", page, "要改")
	}
	_, body := ask(app, h.As(h.Writer), "/desk/knowledge?show=mine&state=draft", nil)
	if n := strings.Count(body, "三孩生育政策是什么"); n != 2 {
		t.Errorf("%d drafts, want 2", n)
	}
	_, empty := ask(app, h.As(h.Writer), "/desk/knowledge/template.xlsx", nil)
	got, page := sheet(t, app, h.As(h.Writer), h.County.ID, []byte(empty))
	status(t, "an empty template", got, 422)
	has(t, "it", page, "表里没有内容")
	f, err := excelize.OpenReader(strings.NewReader(empty))
	check(t, err)
	data := f.GetSheetName(0)
	zh := i18n.With(t.Context(), i18n.ZH)
	set := func(row int, values map[string]any) {
		for i, id := range columns {
			if v, ok := values[id]; ok {
				cell, err := excelize.CoordinatesToCellName(i+1, row)
				check(t, err)
				check(t, f.SetCellValue(data, cell, v))
			}
		}
	}
	good := map[string]any{"title": "导入的一条", "questions": "怎么问", "answer": "这里是一条足够长的答复。", "topic": "奖励扶助与优待", "audience": word(zh, "audience_public"), "lang": "中文", "law": "某某条例", "from": "2026-01-01", "review": 46400}
	set(2, good)
	set(3, map[string]any{"holds": "11", "title": "短", "questions": "怎么问", "answer": "这里是一条足够长的答复。", "topic": "天气", "audience": "大家", "lang": "中文", "law": "某某条例", "from": "明天", "review": "2027-01-01"})
	var b bytes.Buffer
	check(t, f.Write(&b))
	got, page = sheet(t, app, h.As(h.Writer), h.County.ID, b.Bytes())
	status(t, "a sheet with problems", got, 422)
	has(t, "it", page, "没有导入任何内容", "第 3 行", "不在永春县演示局的管辖区域内", "请选择列出的主题", "请选择给谁看", "请按 2026-01-01 的样子写日期")
	hasNot(t, "it", page, "第 2 行")
	_, body = ask(app, h.As(h.Writer), "/desk/knowledge?show=mine", nil)
	hasNot(t, "our articles", body, "导入的一条")
	set(3, map[string]any{"holds": "350525100", "title": "镇里的一条", "topic": "registration", "audience": "public", "from": "2026-01-01"})
	b.Reset()
	check(t, f.Write(&b))
	got, _ = sheet(t, app, h.As(h.Writer), h.County.ID, b.Bytes())
	status(t, "mended", got, 303)
	_, body = ask(app, h.As(h.Writer), "/desk/knowledge?show=mine&topic=reward", nil)
	has(t, "our articles", body, "导入的一条", "2027年1月13日")
	got, page = sheet(t, app, h.As(h.Writer), h.County.ID, []byte("PK no workbook"))
	status(t, "what is no workbook", got, 422)
	has(t, "it", page, "这个文件打不开")
	got, _ = sheet(t, app, h.As(h.Writer), h.Institution.ID, b.Bytes())
	status(t, "for another unit", got, 404)
}

// The cost of a page does not grow with the number of articles.
func TestPagesAskABoundedNumberOfQuestions(t *testing.T) {
	t.Parallel()
	h, app := embedded(t)
	for i := range 12 {
		h.passed(t, func(x *Text) { x.Title = "第" + strconv.Itoa(i) + "条政策" })
	}
	for path, most := range map[string]int64{"/knowledge": 12, "/knowledge?q=" + url.QueryEscape("政策"): 22, "/desk/knowledge": 20} {
		ctx, n := db.CountStatements(h.As(h.Stranger))
		got, _ := ask(app, ctx, path, nil)
		if status(t, path, got, 200); n.Load() > most {
			t.Errorf("%s asks the store %d questions, at most %d", path, n.Load(), most)
		}
	}
}

// Lists page by key through every level, and the public page shows the first of
// each topic.
func TestLongListsPageByKey(t *testing.T) {
	t.Parallel()
	h, app := embedded(t)
	province := disclosuretest.Person{ID: 881, Name: "省里庚"}.With(h.Province, Writing)
	for i := range 45 {
		h.passed(t, func(x *Text) { x.Title = fmt.Sprintf("县里第%02d条", i) })
	}
	h.passedAt(t, province, h.Everybody.Within(agency.Nation, Reviewing), h.Province, agencytest.Province, h.text("省里的一条"))
	for name, path := range map[string]string{"what holds here": "/desk/knowledge", "our own": "/desk/knowledge?show=mine"} {
		seen := map[string]bool{}
		for path != "" {
			got, body := ask(app, h.As(h.Writer), path, nil)
			status(t, path, got, 200)
			for i := range 45 {
				if s := fmt.Sprintf("县里第%02d条", i); strings.Contains(body, s+"<") {
					if seen[s] {
						t.Errorf("%s: %s stands on two pages", name, s)
					}
					seen[s] = true
				}
			}
			seen["省里的一条"] = seen["省里的一条"] || strings.Contains(body, "省里的一条")
			path = ""
			if _, rest, ok := strings.Cut(body, `rel="next" href="`); ok {
				path, _, _ = strings.Cut(rest, `"`)
				path = strings.ReplaceAll(path, "&amp;", "&")
			}
		}
		if want := map[string]int{"what holds here": 46, "our own": 46}[name]; len(seen) != want || seen["省里的一条"] != (name == "what holds here") {
			t.Errorf("%s: %d titles seen", name, len(seen))
		}
	}
	_, body := ask(app, t.Context(), "/knowledge", nil)
	has(t, "the public page", body, "看这个主题的全部 46 条", "/knowledge?topic=registration")
	if n := strings.Count(body, "县里第"); n != ofTopic {
		t.Errorf("%d of the topic are shown", n)
	}
	_, body = ask(app, t.Context(), "/knowledge?topic=registration", nil)
	if n := strings.Count(body, "县里第"); n != 45 {
		t.Errorf("%d of 45 are shown under their topic", n)
	}
}

// An article leads to a published item by its title, as long as it is published.
func TestAnArticleLeadsToWhatIsPublished(t *testing.T) {
	t.Parallel()
	h, app := embedded(t)
	it := h.Publish(t, h.County, "county.12", h.Plain("生育登记办事指南"))
	text := h.text("生育登记怎么办")
	for _, link := range []string{"/350525/bureau/2026-09999", "/guide", "/999999/bureau/2026-00001"} {
		text.Link = link
		_, err := h.k.Start(h.As(h.Writer), h.County.ID, h.County.Division, text)
		disclosuretest.Refused(t, err, fault.Invalid, "link:knowledge.no_item")
	}
	text.Link = it.Path(h.County)
	x := h.passedAt(t, h.Writer, h.Checker, h.County, h.County.Division, text)
	path := "/knowledge/" + itoa(x.ID)
	_, body := ask(app, t.Context(), path, nil)
	has(t, "the page", body, it.Path(h.County), "生育登记办事指南")
	h.TakeDown(t, it, "error", "内容有误")
	_, body = ask(app, t.Context(), path, nil)
	hasNot(t, "the page after it was taken down", body, it.Path(h.County), "生育登记办事指南")
	_, body = ask(app, h.As(h.Writer), deskPath(x.Province, x.ID), nil)
	has(t, "the desk", body, "相关公开信息现在没有公开")
}
