package e2e

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// view is one kind of page in one state. Its path is found in the running
// demonstration, whose units and numbers may change.
type view struct {
	name   string
	as     string // login of the person who sees it; "" for a citizen
	path   string
	submit string // a form to send empty once the page is there: the page with errors
	state  string // filled, empty or error
}

// one follows the first link of a page that fits, and fails without one.
func (r *reader) one(path, fits string) string {
	r.t.Helper()
	re, p := regexp.MustCompile(fits), r.get(path)
	for _, a := range all(p.root, "a") {
		if to := p.resolve(attr(a, "href")); to != "" && re.MatchString(to) {
			return to
		}
	}
	r.t.Fatalf("%s (%d) has no link that fits %s", path, p.status, fits)
	return ""
}

// some is like one, but leaves a page out that this installation does not show.
func (r *reader) some(path, fits string) string {
	r.t.Helper()
	re, p := regexp.MustCompile(fits), r.get(path)
	for _, a := range all(p.root, "a") {
		if to := p.resolve(attr(a, "href")); to != "" && re.MatchString(to) {
			return to
		}
	}
	return ""
}

// inRow is like one, within the row of a table that says the words.
func (r *reader) inRow(path, words, fits string) string {
	r.t.Helper()
	re, p := regexp.MustCompile(fits), r.get(path)
	for _, row := range all(p.root, "tr") {
		if !strings.Contains(text(row), words) {
			continue
		}
		for _, a := range all(row, "a") {
			if to := p.resolve(attr(a, "href")); to != "" && re.MatchString(to) {
				return to
			}
		}
	}
	r.t.Fatalf("%s (%d) has no row of %s with a link that fits %s", path, p.status, words, fits)
	return ""
}

// Addresses of what the desk's tables list.
const (
	aBatch    = `/desk/import/[0-9]+/[0-9]+$`
	aRequest  = `/desk/privacy/[0-9]+/[0-9]+$`
	aYearly   = `/desk/yearly/reports/[0-9]+/[0-9]+$`
	aHandover = `/desk/handovers/[0-9]+$`
	anAnswer  = `^/knowledge/[0-9]+$`
	anArticle = `/desk/knowledge/articles/[0-9]+/[0-9]+$`
	aWrong    = `/desk/knowledge/reports/[0-9]+/[0-9]+$`
	aCanned   = `/desk/knowledge/canned/[0-9]+/[0-9]+$`
)

// found are the views, looked up once.
var found map[string][]view

// everyView is every kind of page by who sees it.
func everyView(t *testing.T) map[string][]view {
	t.Helper()
	if found == nil {
		found = map[string][]view{}
		for _, v := range slices.Concat(citizenViews(t), staffViews(t)) {
			found[v.as] = append(found[v.as], v)
		}
	}
	return found
}

// unitOf is the first unit of a division. Pages of the division itself have
// addresses alike; a unit's leads to its guide.
func (r *reader) unitOf(division string) string {
	r.t.Helper()
	re, p := regexp.MustCompile(`^`+division+`/[a-z]+$`), r.get(division)
	for _, a := range all(p.root, "a") {
		if to := p.resolve(attr(a, "href")); re.MatchString(to) && r.some(to, `^`+to+`/guide$`) != "" {
			return to
		}
	}
	r.t.Fatalf("%s leads to no unit", division)
	return ""
}

// citizenViews are the kinds of page a citizen meets.
func citizenViews(t *testing.T) []view {
	t.Helper()
	r := newReader(t)
	county := homeCounty(r)
	unit := r.unitOf(county)
	missing := r.one("/overdue", `^/[0-9]+/[a-z]+/c/[a-z0-9-]+$`)
	item := r.one("/latest", `^/[0-9]+/[a-z]+/[0-9]{4}-[0-9]+$`)
	document := r.some(unit+"/c/documents", `^`+unit+`/[0-9]{4}-[0-9]+$`)
	village := r.one("/latest", `^/[0-9]{9,12}/[a-z]+/[0-9]{4}-[0-9]+$`)
	village = village[:strings.LastIndex(village, "/")]
	views := []view{
		{name: "home", path: "/"}, {name: "catalogue", path: "/catalogue"}, {name: "guide", path: "/guide"}, {name: "latest", path: "/latest"},
		{name: "overdue", path: "/overdue"}, {name: "clauses", path: "/clauses"}, {name: "open-data", path: "/open-data"}, {name: "accessibility", path: "/accessibility"},
		{name: "privacy", path: "/privacy"}, {name: "privacy-request", path: "/privacy/request"}, {name: "privacy-request-wrong", path: "/privacy/request", submit: "main form", state: "error"},
		{name: "privacy-status", path: "/privacy/status"}, {name: "privacy-status-wrong", path: "/privacy/status", submit: "main form", state: "error"}, {name: "privacy-retention", path: "/privacy/retention"},
		{name: "calendar", path: "/calendar"}, {name: "calendar-deadline", path: "/calendar/deadline"}, {name: "activate", path: "/activate"}, {name: "activate-wrong", path: "/activate", submit: "main form", state: "error"}, {name: "site-error", path: "/site-error"}, {name: "sign-in", path: "/sign-in"},
		{name: "requests", path: "/requests"}, {name: "requests-named", path: "/requests?q=%E6%B0%B8%E6%98%A5"}, {name: "requests-no-unit", path: "/requests?q=zzz", state: "empty"},
		{name: "requests-rules", path: "/requests/rules"}, {name: "requests-reckoned", path: "/requests/rules?ladder=page&n=101", state: "filled"},
		{name: "answers", path: "/requests/answers"}, {name: "answers-found", path: "/requests/answers?q=%E7%89%B9%E5%88%AB%E6%89%B6%E5%8A%A9%E9%87%91", state: "filled"}, {name: "answers-nothing", path: "/requests/answers?q=zzzqqqxxx", state: "empty"},
		{name: "hotline", path: "/hotline"}, {name: "statistics", path: "/matters/statistics"}, {name: "statistics-definitions", path: "/matters/statistics/definitions"},
		{name: "roster", path: "/hotline/roster"}, {name: "outcomes", path: "/matters/outcomes"}, {name: "outcomes-none", path: "/matters/outcomes?topic=migrant", state: "empty"}, {name: "outcome", path: r.one("/matters/outcomes", `^/matters/outcomes/[0-9]+/[0-9]+$`)},
		{name: "answer", path: r.one("/requests/answers", `^/[0-9]+/[a-z]+/answers/[0-9]+$`)},
		{name: "requests-status", path: "/requests/status"}, {name: "requests-status-wrong", path: "/requests/status", submit: "main form", state: "error"},
		{name: "request-look", path: unit + "/request"}, {name: "request-public", path: unit + "/request?q=%E6%94%B6%E8%B4%B9", state: "filled"}, {name: "request-nothing", path: unit + "/request?q=zzzqqqxxx", state: "empty"},
		{name: "request-person", path: unit + "/request?as=person"}, {name: "request-person-wrong", path: unit + "/request?as=person", submit: "main form", state: "error"}, {name: "request-organisation", path: unit + "/request?as=org"},
		{name: "request-elsewhere", path: village + "/request"},
		{name: "matters", path: "/matters"}, {name: "matter-type", path: "/matters/new"}, {name: "matter-unit", path: "/matters/new?type=complaint"}, {name: "matter-no-unit", path: "/matters/new?type=complaint&q=zzz", state: "empty"},
		{name: "matter-of-unit", path: unit + "/matter"}, {name: "matter-form", path: unit + "/matter?type=complaint"}, {name: "matter-form-wrong", path: unit + "/matter?type=tipoff", submit: "main form", state: "error"},
		{name: "matter-draft", path: "/matters/draft"}, {name: "matter-draft-wrong", path: "/matters/draft", submit: "main form", state: "error"},
		{name: "matter-status", path: "/matters/status"}, {name: "matter-status-wrong", path: "/matters/status", submit: "main form", state: "error"},
		{name: "search", path: "/search?q=%E6%94%B6%E8%B4%B9"}, {name: "search-nothing", path: "/search?q=zzzqqqxxx", state: "empty"},
		{name: "place-nation", path: "/0"}, {name: "place-county", path: county}, {name: "place-without-units", path: "/11", state: "empty"},
		{name: "latest-nothing", path: "/latest?within=11", state: "empty"}, {name: "overdue-nothing", path: "/overdue?within=11", state: "empty"},
		{name: "unit", path: unit}, {name: "unit-village", path: village}, {name: "unit-guide", path: unit + "/guide"}, {name: "unit-catalogue", path: unit + "/catalogue"},
		{name: "category-missing", path: missing}, {name: "deadline", path: missing + "/deadline"}, {name: "nudge", path: missing + "/nudge"},
		{name: "category", path: item[:strings.LastIndex(item, "/")] + "/c/" + aCategory(r, item)},
		{name: "item", path: item}, {name: "item-document", path: document}, {name: "item-report", path: item + "/report"},
		{name: "item-report-wrong", path: item + "/report", submit: "main form", state: "error"}, {name: "sign-in-wrong", path: "/sign-in", submit: "main form", state: "error"},
		{name: "not-found", path: "/no-such-page", state: "error"},
		{name: "coverage", path: "/coverage"}, {name: "coverage-county", path: county + "/coverage"}, {name: "coverage-nothing", path: "/11/coverage", state: "empty"},
		{name: "coverage-definitions", path: "/coverage/definitions"}, {name: "coverage-met", path: county + "/coverage/met"}, {name: "self-check", path: county + "/self-check"},
		{name: "log", path: "/log"}, {name: "log-province", path: "/log/" + county[1:3]}, {name: "witness", path: "/witness", state: "empty"}, {name: "copy", path: "/copy"},
		{name: "open311", path: "/open311"},
	}
	views = append(views, view{name: "knowledge", path: "/knowledge"}, view{name: "knowledge-found", path: "/knowledge?q=%E7%94%9F%E8%82%B2", state: "filled"}, view{name: "knowledge-nothing", path: "/knowledge?q=zzzqqqxxx", state: "empty"},
		view{name: "knowledge-one", path: r.one("/knowledge", anAnswer)}, view{name: "knowledge-said", path: r.one("/knowledge", anAnswer) + "?said=no", state: "filled"})
	closed := r.one("/search?q=%E5%AE%B6%E5%BA%AD%E7%85%A7%E6%8A%A4%E8%A1%A5%E8%B4%B4", `^/[0-9]+/[a-z]+/[0-9]{4}-[0-9]+$`)                  // 家庭照护补贴
	ended := r.one("/search?q=%E4%BA%BA%E5%8F%A3%E5%8F%91%E5%B1%95%E8%A7%84%E5%88%92%E6%84%8F%E8%A7%81", `^/[0-9]+/[a-z]+/[0-9]{4}-[0-9]+$`) // 人口发展规划意见
	clerk := signedIn(t, "xian.qicao")
	views = append(views, view{name: "unit-renamed", path: county + "/yjz"}, view{name: "unit-merged", path: county + "/xcz"},
		view{name: "item-closed-earlier", path: closed}, view{name: "item-closed-version", path: closed + "/v/1", state: "error"}, view{name: "item-notice-ended", path: ended},
		view{name: "item-imported", path: clerk.one(clerk.inRow("/desk/import", "已导入", aBatch), `^/[0-9]+/[a-z]+/[0-9]{4}-[0-9]+$`)})
	reports := county + "/wjj/yearly-reports"
	report := r.one(reports, `/yearly-reports/[0-9]{4}$`)
	views = append(views, view{name: "yearly", path: reports}, view{name: "yearly-nothing", path: county + "/yjz/yearly-reports", state: "empty"}, view{name: "yearly-report", path: report},
		view{name: "yearly-revision", path: r.one(report, `/revisions/[0-9]+$`)})
	for path, status := range special(r, unit) {
		views = append(views, view{name: status, path: path})
	}
	return slices.DeleteFunc(views, func(v view) bool { return v.path == "" })
}

// homeCounty is the county of the demonstration: the six digits most of what
// was published last begins with.
func homeCounty(r *reader) string {
	r.t.Helper()
	return r.one("/latest", `^/[0-9]{9,12}/[a-z]+/[0-9]{4}-[0-9]+$`)[:7]
}

// aCategory is the slug of the category an item stands under.
func aCategory(r *reader, item string) string {
	r.t.Helper()
	to := r.one(item, `/c/[a-z0-9-]+$`)
	return to[strings.LastIndex(to, "/")+1:]
}

// special finds, among a unit's items, one taken down and one corrected with
// its superseded text.
func special(r *reader, unit string) map[string]string {
	found, done := map[string]string{}, map[string]bool{}
	for _, slug := range []string{"documents", "fees", "procurement", "projects", "staff", "organisation"} {
		p := r.get(unit + "/c/" + slug)
		for _, a := range all(p.root, "a") {
			to := p.resolve(attr(a, "href"))
			if !strings.HasPrefix(to, unit+"/20") || found[to] != "" {
				continue
			}
			item := r.get(to)
			if item.status == 410 && !done["gone"] {
				done["gone"], found[to] = true, "item-gone"
			}
			if old := r.some(to, `/v/[0-9]+$`); old != "" && !done["old"] {
				done["old"], found[old] = true, "item-old-version"
				found[to] = "item-corrected"
			}
		}
	}
	return found
}

// staffViews are the kinds of page the staff meet. They are looked up by the
// people themselves, since everybody sees his own work.
func staffViews(t *testing.T) []view {
	t.Helper()
	var views []view
	add := func(as string, paths ...view) {
		for _, v := range paths {
			if v.path != "" {
				v.as = as
				views = append(views, v)
			}
		}
	}
	clerk := signedIn(t, "xian.qicao")
	add("xian.qicao", view{name: "desk", path: "/desk"}, view{name: "desk-items", path: "/desk/items"}, view{name: "desk-new", path: "/desk/items/new"},
		view{name: "desk-new-chosen", path: clerk.some("/desk/items/new", `category=`)}, view{name: "desk-edit", path: clerk.some(clerk.some("/desk/items?state=draft", `/desk/items/[0-9]+/[0-9]+$`), `/edit$`)},
		view{name: "desk-register", path: "/desk/register"}, view{name: "desk-reports", path: "/desk/reports"}, view{name: "desk-report", path: clerk.some("/desk/reports", `/desk/reports/[0-9]+/[0-9]+$`)},
		view{name: "desk-yearly", path: "/desk/yearly"}, view{name: "desk-yearly-report", path: clerk.inRow("/desk/yearly", "起草中", aYearly)},
		view{name: "desk-yearly-edit", path: clerk.inRow("/desk/yearly", "起草中", aYearly) + "/edit"}, view{name: "desk-yearly-edit-wrong", path: clerk.inRow("/desk/yearly", "起草中", aYearly) + "/edit?check=1", state: "error"},
		view{name: "desk-yearly-published", path: clerk.inRow("/desk/yearly", "已公布", aYearly)}, view{name: "desk-yearly-below", path: "/desk/yearly/below"},
		view{name: "desk-yearly-check", path: "/desk/yearly/check"}, view{name: "desk-yearly-check-wrong", path: "/desk/yearly/check", submit: "main form", state: "error"},
		view{name: "desk-nothing-found", path: "/desk/items?q=zzzqqq", state: "empty"}, view{name: "account", path: "/account"}, view{name: "account-password", path: "/account/password"},
		view{name: "account-password-wrong", path: "/account/password", submit: "main form", state: "error"}, view{name: "step-up", path: "/step-up?next=/account"},
		view{name: "desk-discard", path: below(clerk.some("/desk/items?state=draft", `/desk/items/[0-9]+/[0-9]+$`), "/discard")}, view{name: "desk-preview", path: below(clerk.some("/desk/items?state=draft", `/desk/items/[0-9]+/[0-9]+$`), "/preview")},
		view{name: "desk-published", path: clerk.some("/desk/items?state=published", `/desk/published/[0-9]+/[0-9]+$`)})
	known, drafted := clerk.one("/desk/knowledge", anArticle), clerk.inRow("/desk/knowledge?show=mine", "草稿", anArticle)
	add("xian.qicao", view{name: "desk-knowledge", path: "/desk/knowledge"}, view{name: "desk-knowledge-mine", path: "/desk/knowledge?show=mine", state: "filled"}, view{name: "desk-knowledge-due", path: "/desk/knowledge?show=due", state: "filled"},
		view{name: "desk-knowledge-nothing", path: "/desk/knowledge?q=zzzqqqxxx", state: "empty"}, view{name: "desk-knowledge-article", path: known}, view{name: "desk-knowledge-version", path: known + "/versions/1"},
		view{name: "desk-knowledge-edit", path: drafted + "/edit"}, view{name: "desk-knowledge-new", path: "/desk/knowledge/new"}, view{name: "desk-knowledge-new-wrong", path: "/desk/knowledge/new", submit: "main form", state: "error"},
		view{name: "desk-knowledge-import", path: "/desk/knowledge/import"}, view{name: "desk-knowledge-reports", path: "/desk/knowledge/reports"}, view{name: "desk-knowledge-report", path: clerk.one("/desk/knowledge/reports", aWrong)},
		view{name: "desk-knowledge-canned", path: "/desk/knowledge/canned"}, view{name: "desk-knowledge-reply", path: clerk.one("/desk/knowledge/canned", aCanned)}, view{name: "desk-knowledge-reply-new", path: "/desk/knowledge/canned/new"},
		view{name: "desk-knowledge-reply-wrong", path: "/desk/knowledge/canned/new", submit: "main form", state: "error"})
	add("xian.pizhun", view{name: "desk-knowledge-review", path: signedIn(t, "xian.pizhun").inRow("/desk/knowledge?show=mine", "待审核", anArticle) + "/review"})
	published := clerk.some("/desk/items?state=published", `/desk/published/[0-9]+/[0-9]+$`)
	add("xian.baomi", view{name: "desk-review", path: signedIn(t, "xian.baomi").some("/desk", `/desk/items/[0-9]+/[0-9]+$`)})
	add("xian.pizhun", view{name: "desk-approve", path: signedIn(t, "xian.pizhun").some("/desk", `/desk/items/[0-9]+/[0-9]+$`)},
		view{name: "desk-take-down", path: below(published, "/take-down")})
	add("cun.wenshu", view{name: "desk-quick", path: "/desk/quick"}, view{name: "desk-village", path: "/desk"})
	add("xian.baomi", view{name: "desk-may-stand-in", path: "/desk"}, view{name: "account-substitutes", path: "/account"})
	mend := clerk.inRow("/desk/import", "待改正", aBatch)
	add("xian.qicao", view{name: "desk-links", path: "/desk/links", state: "empty"}, view{name: "desk-import-mend", path: mend}, view{name: "desk-import-row", path: clerk.one(mend+"?state=ready", `/rows/[0-9]+$`)}, view{name: "desk-import-row-wrong", path: clerk.one(mend+"?state=wrong", `/rows/[0-9]+$`)},
		view{name: "desk-import-done", path: clerk.inRow("/desk/import", "已导入", aBatch)}, view{name: "desk-handover-to-sign", path: clerk.one("/desk", aHandover)})
	add("xian.pizhun", view{name: "desk-import-accept", path: signedIn(t, "xian.pizhun").inRow("/desk/import", "待第一人接收", aBatch)})
	admin := signedIn(t, "xian.guanli")
	handover := clerk.one("/desk", aHandover)
	add("xian.guanli", view{name: "desk-handover", path: handover}, view{name: "desk-person-left", path: admin.one(handover, `/desk/people/[0-9]+$`)}, view{name: "desk-copies", path: "/desk/copies"}, view{name: "desk-below-links", path: "/desk/below/links", state: "empty"},
		view{name: "desk-privacy-open", path: admin.inRow("/desk/privacy", "办理中", aRequest)}, view{name: "desk-privacy-answered", path: admin.inRow("/desk/privacy", "已答复", aRequest)})
	add("xian.guanli", view{name: "desk-below", path: "/desk/below"}, view{name: "desk-people", path: exists(admin, "/desk/people")}, view{name: "desk-person", path: admin.some("/desk/people", `/desk/people/[0-9]+$`)},
		view{name: "desk-enrol", path: exists(admin, "/desk/people/new")}, view{name: "desk-units", path: exists(admin, "/desk/agencies")}, view{name: "desk-found", path: exists(admin, "/desk/agencies/found")},
		view{name: "desk-audit", path: exists(admin, "/desk/audit")}, view{name: "desk-calendar", path: exists(admin, "/desk/calendar")},
		view{name: "desk-audit-nothing", path: "/desk/audit?q=zzzqqq", state: "empty"}, view{name: "desk-outbox", path: exists(admin, "/desk/outbox")}, view{name: "desk-outbox-nothing", path: exists(admin, "/desk/outbox?state=failed"), state: "empty"},
		view{name: "desk-people-import", path: exists(admin, "/desk/people/import")}, view{name: "desk-people-import-wrong", path: exists(admin, "/desk/people/import"), submit: "main form", state: "error"},
		view{name: "desk-people-nothing", path: "/desk/people?q=zzzqqq", state: "empty"}, view{name: "desk-enrol-wrong", path: exists(admin, "/desk/people/new"), submit: "main form", state: "error"},
		view{name: "desk-hand-over", path: below(admin.some("/desk/people", `/desk/people/[0-9]+$`), "/hand-over")}, view{name: "desk-login-act", path: admin.some(admin.some("/desk/people", `/desk/people/[0-9]+$`), `/logins/[0-9]+/[a-z]+$`)},
		view{name: "desk-unit", path: admin.some("/desk/agencies", `/desk/agencies/[0-9]+$`)}, view{name: "desk-unit-act", path: admin.some(admin.some("/desk/agencies", `/desk/agencies/[0-9]+$`), `/desk/agencies/[0-9]+/[a-z]+$`)},
		view{name: "desk-units-import", path: exists(admin, "/desk/agencies/import")}, view{name: "desk-units-import-wrong", path: exists(admin, "/desk/agencies/import"), submit: "main form", state: "error"},
		view{name: "desk-import", path: exists(admin, "/desk/import")}, view{name: "desk-import-wrong", path: exists(admin, "/desk/import"), submit: "main form", state: "error"},
		view{name: "desk-privacy", path: exists(admin, "/desk/privacy")}, view{name: "desk-inspection", path: exists(admin, "/desk/below/inspection")}, view{name: "desk-refused", path: "/desk/items/new", state: "error"})
	head := signedIn(t, "xian.pizhun")
	for as, vs := range requestViews(t, clerk, head) {
		add(as, vs...)
	}
	done := clerk.some("/desk/requests?state=closed", `/desk/requests/[0-9]+/[0-9]+$`)
	add("xian.qicao", view{name: "desk-requests-deliver", path: "/desk/requests?state=deliver"}, view{name: "desk-request-archive", path: below(done, "/archive")},
		view{name: "desk-request-archive-wrong", path: below(done, "/archive"), submit: "main form", state: "error"})
	add("xian.pizhun", view{name: "desk-request-templates", path: "/desk/requests/templates"}, view{name: "desk-request-template", path: "/desk/requests/templates/granted"})
	add("xian.pizhun", view{name: "desk-close-earlier", path: below(head.some("/desk/items?state=published", `/desk/published/[0-9]+/[0-9]+$`), "/close-earlier")})
	return views
}

// requestViews are the pages of requests for information, each step of one in
// the state that offers it.
func requestViews(t *testing.T, desk, head *reader) map[string][]view {
	t.Helper()
	const list, aRequest = "/desk/requests", `/desk/requests/[0-9]+/[0-9]+$`
	in := func(state string) string { return desk.one(list+"?state="+state, aRequest) }
	handling, young := in("handling"), desk.inRow(list+"?state=handling", "未分派", aRequest) // the most urgent is late, and no longer to be clarified
	out := map[string][]view{"xian.qicao": {{name: "requests-desk", path: list}, {name: "requests-desk-none", path: list + "?q=zzzqqq", state: "empty"}, {name: "requests-desk-closed", path: list + "?state=closed"},
		{name: "requests-new", path: list + "/new"}, {name: "requests-new-wrong", path: list + "/new", submit: "main form", state: "error"}, {name: "requests-statistics", path: list + "/statistics"},
		{name: "request-handling", path: handling}, {name: "request-clock", path: handling + "/clock"}, {name: "request-decision", path: handling + "/decision"},
		{name: "request-draft", path: handling + "/decision?decision=partial", state: "filled"}, {name: "request-clarify-wrong", path: young + "/clarify", submit: "main form", state: "error"},
		{name: "request-closed", path: in("closed")}},
		"xian.pizhun": {{name: "requests-office", path: list + "/office"}, {name: "requests-office-wrong", path: list + "/office", submit: `main form[method="post"]`, state: "error"}}}
	for state, steps := range map[string][]string{"handling": {"assign", "consult", "ask-reasons", "charge", "attach", "attach-proof", "split", "withdraw", "identity", "renew"},
		"filed": {"confirm", "verify"}, "deliver": {"deliver", "seal"}, "closed": {"remedy"}} {
		for _, step := range steps {
			out["xian.qicao"] = append(out["xian.qicao"], view{name: "request-" + step, path: in(state) + "/" + step})
		}
	}
	for state, steps := range map[string][]string{"handling": {"extend"}, "review": {"approve", "return"}, "closed": {"reopen"}} {
		for _, step := range steps {
			out["xian.pizhun"] = append(out["xian.pizhun"], view{name: "request-" + step, path: head.one(list+"?state="+state, aRequest) + "/" + step})
		}
	}
	out["xian.qicao"] = append(out["xian.qicao"], view{name: "request-answer", path: desk.inRow(list+"?state=closed", "会议讨论记录", aRequest) + "/answer"})
	const answers, anAnswer = "/desk/answers", `/desk/answers/[0-9]+/[0-9]+$`
	out["xian.qicao"] = append(out["xian.qicao"], view{name: "answers-desk", path: answers}, view{name: "answers-desk-none", path: answers + "?state=taken_down", state: "empty"},
		view{name: "answers-often", path: answers + "/often"}, view{name: "answers-proposal", path: desk.one(answers+"/often", `/desk/answers/often/[0-9]+/[0-9]+$`)})
	const aRoster, aSlot, aRecording = `/desk/hotline/roster/[0-9]+/[0-9]+$`, `/desk/hotline/roster/slots/[0-9]+/[0-9]+$`, `/desk/hotline/recordings/[0-9]+/[0-9]+$`
	drawn := desk.one("/desk/hotline/roster", aRoster)
	out["xian.qicao"] = append(out["xian.qicao"], view{name: "rosters", path: "/desk/hotline/roster"}, view{name: "roster-month", path: drawn}, view{name: "roster-slot", path: desk.one(drawn, aSlot)},
		view{name: "training-mine", path: "/desk/hotline/training/mine"})
	out["xian.pizhun"] = append(out["xian.pizhun"], view{name: "roster-figures", path: "/desk/hotline/roster/figures"}, view{name: "training", path: "/desk/hotline/training"}, view{name: "training-plan", path: "/desk/hotline/training/plan"}, view{name: "training-plan-wrong", path: "/desk/hotline/training/plan", submit: `main form[action$="/plan"]`, state: "error"},
		view{name: "recordings", path: "/desk/hotline/recordings"}, view{name: "recordings-none", path: "/desk/hotline/recordings?day=2020-01-01", state: "empty"},
		view{name: "recording", path: head.one("/desk/hotline/recordings", aRecording)}, view{name: "recording-wrong", path: head.one("/desk/hotline/recordings", aRecording), submit: `main form[action$="/listen"]`, state: "error"})
	const prompts = "/desk/hotline/studio"
	out["xian.qicao"] = append(out["xian.qicao"], view{name: "prompts", path: prompts}, view{name: "prompts-none", path: prompts + "?lang=zh&state=sent", state: "empty"}, view{name: "prompts-script", path: prompts + "/script"},
		view{name: "prompt", path: prompts + "/prompts/zh/greeting", state: "filled"}, view{name: "prompt-wrong", path: prompts + "/prompts/zh/greeting", submit: `main form[action$="/sound"]`, state: "error"})
	out["xian.pizhun"] = append(out["xian.pizhun"], view{name: "prompt-review", path: prompts + "/prompts/zh/greeting"})
	const chats, aChat = "/desk/hotline/texts", `/desk/hotline/texts/[0-9]+/[0-9]+$`
	chat := desk.one(chats, aChat)
	out["xian.qicao"] = append(out["xian.qicao"], view{name: "texts", path: chats}, view{name: "texts-closed", path: chats + "?state=closed", state: "empty"}, view{name: "text", path: chat}, view{name: "text-wrong", path: chat, submit: `main form[action$="/reply"]`, state: "error"},
		view{name: "text-matter", path: chat + "/matter"})
	out["xian.pizhun"] = append(out["xian.pizhun"], view{name: "text-numbers", path: chats + "/numbers"})
	const reviews, aReview = "/desk/hotline/review", `/desk/hotline/review/[0-9]+/[0-9]+$`
	out["xian.qicao"] = append(out["xian.qicao"], view{name: "reviews-mine", path: reviews, state: "empty"})
	out["xian.pizhun"] = append(out["xian.pizhun"], view{name: "reviews", path: reviews}, view{name: "review", path: head.one(reviews, aReview)}, view{name: "review-figures", path: reviews + "/figures"}, view{name: "review-sheet", path: reviews + "/sheet"})
	const outcomes, anOutcome = "/desk/outcomes", `/desk/outcomes/[0-9]+/[0-9]+$`
	out["xian.qicao"] = append(out["xian.qicao"], view{name: "outcomes-desk", path: outcomes})
	out["xian.pizhun"] = append(out["xian.pizhun"], view{name: "outcome-review", path: head.inRow(outcomes, "待审核", anOutcome)}, view{name: "outcome-return-wrong", path: head.inRow(outcomes, "待审核", anOutcome), submit: `main form[action$="/return"]`, state: "error"},
		view{name: "outcome-published", path: head.inRow(outcomes, "已公开", anOutcome)})
	const matters, aMatter = "/desk/matters", `/desk/matters/[0-9]+/[0-9]+$`
	fresh, inHand := desk.one(matters+"?state=registered", aMatter), desk.one(matters+"?state=handling", aMatter)
	out["xian.qicao"] = append(out["xian.qicao"], view{name: "matters-desk", path: matters}, view{name: "matters-none", path: matters + "?view=unit&q=zzzqqq", state: "empty"}, view{name: "matters-done", path: matters + "?view=done"},
		view{name: "matters-load", path: matters + "/load"}, view{name: "matters-catalogue", path: matters + "/catalogue"}, view{name: "matters-new", path: matters + "/new"}, view{name: "matters-released", path: matters + "/released"},
		view{name: "matters-renew", path: matters + "/renew"}, view{name: "matter-fresh", path: fresh}, view{name: "matter-refuse-wrong", path: fresh + "/refuse", submit: "main form", state: "error"}, view{name: "matter-in-hand", path: inHand}, view{name: "matter-macro", path: desk.one(fresh, `/macros/[0-9]+-[0-9]+$`)})
	for at, steps := range map[string][]string{fresh: {"accept", "ask", "refer", "reclassify", "merge", "note", "contact", "recuse", "group", "attach", "order"}, inHand: {"reply", "assign", "dispatch", "clock"}} {
		for _, step := range steps {
			out["xian.qicao"] = append(out["xian.qicao"], view{name: "matter-" + step, path: at + "/" + step})
		}
	}
	checked := head.one(matters+"?state=review", aMatter)
	out["xian.pizhun"] = append(out["xian.pizhun"], view{name: "matter-approve", path: checked + "/approve"}, view{name: "matter-return-wrong", path: checked + "/return", submit: "main form", state: "error"},
		view{name: "matter-extend", path: head.one(matters+"?state=handling", aMatter) + "/extend"})
	out["xian.guanli"] = append(out["xian.guanli"], view{name: "analysis", path: "/desk/analysis"}, view{name: "analysis-list", path: "/desk/analysis/list?place=350525&period=2026&measure=matters"},
		view{name: "analysis-hot", path: "/desk/analysis/hot"}, view{name: "analysis-reports", path: "/desk/analysis/reports"})
	const line = "/desk/hotline"
	out["xian.qicao"] = append(out["xian.qicao"], view{name: "hotline-duty", path: line}, view{name: "hotline-answers", path: line + "?q=%E7%94%9F%E8%82%B2"})
	out["xian.pizhun"] = append(out["xian.pizhun"], view{name: "hotline-shift", path: line + "/shift", state: "empty"}, view{name: "hotline-lines", path: line + "/lines"}, view{name: "hotline-line-new", path: line + "/lines/new"}, view{name: "hotline-line-wrong", path: line + "/lines/new", submit: "main form", state: "error"},
		view{name: "hotline-line", path: head.one(line+"/lines", `/desk/hotline/lines/[0-9]+/[0-9]+$`)}, view{name: "hotline-seats", path: line + "/seats"}, view{name: "hotline-seat-new", path: line + "/seats/new"},
		view{name: "hotline-seat", path: head.one(line+"/seats", `/desk/hotline/seats/[0-9]+/[0-9]+$`)}, view{name: "hotline-phones", path: line + "/phones", state: "empty"}, view{name: "hotline-callbacks", path: line + "/callbacks"},
		view{name: "hotline-callbacks-taken", path: line + "/callbacks?state=taken", state: "empty"}, view{name: "hotline-calls", path: line + "/calls"}, view{name: "hotline-call", path: head.one(line+"/calls", `/desk/hotline/calls/[0-9]+/[0-9]+$`)},
		view{name: "hotline-board", path: line + "/board"}, view{name: "hotline-screen", path: line + "/board?screen=1"})
	review := head.one(answers+"?state=review", anAnswer)
	out["xian.pizhun"] = append(out["xian.pizhun"], view{name: "answer-review", path: review}, view{name: "answer-return-wrong", path: review, submit: `main form[action$="/return"]`, state: "error"},
		view{name: "answer-published", path: head.one(answers+"?state=published", anAnswer)})
	out["xian.qicao"] = append(out["xian.qicao"], view{name: "request-clarify", path: young + "/clarify"})
	for _, step := range []string{"supplement", "pay"} {
		word := map[string]string{"supplement": "待补正", "pay": "待缴费"}[step]
		out["xian.qicao"] = append(out["xian.qicao"], view{name: "request-" + step, path: desk.inRow(list+"?state=waiting", word, aRequest) + "/" + step})
	}
	return out
}

// below is a page under another, left out with it.
func below(path, rest string) string {
	if path == "" {
		return ""
	}
	return path + rest
}

// exists leaves a page out that is not for this person.
func exists(r *reader, path string) string {
	if r.get(path).status != 200 {
		return ""
	}
	return path
}

// shown opens a view in a window and brings it into its state. One that should be
// filled must not turn out a refusal, which would be looked at in its place.
func (w *tab) shown(v view, english bool) {
	w.t.Helper()
	if got := w.open(inLanguage(v.path, english)); v.state == "" && got >= http.StatusBadRequest {
		w.t.Errorf("%s (%s) answered %d", v.name, v.path, got)
	}
	if v.submit != "" {
		w.loads("send "+v.submit, chromedp.Submit(v.submit))
	}
}

func inLanguage(path string, english bool) string {
	if english {
		return "/en" + path
	}
	return path
}
