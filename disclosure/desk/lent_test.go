package desk_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/agency/office"
	"yangguang/disclosure"
	"yangguang/disclosure/desk"
	"yangguang/disclosure/portal"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/db"
	"yangguang/internal/secret"
	"yangguang/internal/web"
)

const password = "correct-horse-battery-21"

// town is the house with real accounts: whoever acts has signed in, and holds
// what an administrator gave him by the pages.
type town struct {
	*bureau
	accounts *account.Accounts
	desk     *desk.Desk
	app      *web.App
	totp     map[string][]byte
}

func newTown(t *testing.T) *town {
	t.Helper()
	o := newOffice(t)
	a := account.New(account.Options{DB: o.DB, Keys: secret.NewKeys(), Cost: secret.Cheap})
	a.Register(disclosure.Verbs()...)
	of := &office.Office{Front: o.Desk.Front, DB: o.DB, Accounts: a, Agencies: o.Registry, Calendars: o.Disclosure.Calendars, Clock: o.Clock, Norm: o.Disclosure.Norm}
	of.Wire()
	public := &portal.Portal{Front: o.Desk.Front, Disclosure: o.Disclosure}
	x := &town{bureau: o, accounts: a, desk: o.Desk, totp: map[string][]byte{}}
	x.app = web.New(web.Options{DB: o.DB, Accounts: a, Clock: o.Clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: showError},
		o.Desk.Routes(), of.Routes(), public.Routes())
	of.Remote = x.app.Remote
	return x
}

// hire gives a unit a member of staff with an account.
func (x *town) hire(name, login string, u agency.Agency, gs ...account.Grant) int64 {
	x.t.Helper()
	root := account.AsSystem(x.t.Context())
	slips, err := x.accounts.Onboard(root, []account.NewMember{{Name: name, Login: login, Home: account.Target{Agency: u.ID, Division: int64(u.Division)}, Grants: gs}})
	if err != nil {
		x.t.Fatal(err)
	}
	st, err := x.accounts.OpenSlip(root, slips[0].Code, "counter")
	if err != nil {
		x.t.Fatal(err)
	}
	x.totp[login] = st.TOTP
	if err := x.accounts.UseSlip(root, slips[0].Code, password, x.code(login), "counter"); err != nil {
		x.t.Fatal(err)
	}
	return slips[0].Person
}

func (x *town) code(login string) string {
	x.Clock.Advance(30 * time.Second)
	return secret.TOTP(x.totp[login], x.Clock.Now())
}

// member is somebody signed in at a browser without scripts.
type member struct {
	x     *town
	token string
}

func (x *town) signIn(login string) *member {
	x.t.Helper()
	token, err := x.accounts.SignIn(x.t.Context(), login, password, x.code(login), "192.0.2.1")
	if err != nil {
		x.t.Fatal(err)
	}
	return &member{x, token}
}

func (m *member) do(r *http.Request) answer {
	r.Host, r.RemoteAddr = "127.0.0.1", "192.0.2.1:1000"
	r.AddCookie(&http.Cookie{Name: "yg", Value: m.token})
	w := httptest.NewRecorder()
	m.x.app.ServeHTTP(w, r)
	return answer{w.Code, w.Header().Get("Location"), w.Header(), w.Body.String()}
}

func (m *member) get(path string) answer {
	return m.do(httptest.NewRequest(http.MethodGet, path, nil))
}

func (m *member) post(path string, v url.Values) answer {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return m.do(r)
}

// inbox is the addresses of one kind of work waiting for the member.
func (m *member) inbox(kind string) (out []string) {
	m.x.t.Helper()
	who, err := m.x.accounts.ActorOf(m.x.t.Context(), m.token)
	if err != nil {
		m.x.t.Fatal(err)
	}
	ws, err := m.x.desk.Waiting(account.With(m.x.t.Context(), who))
	if err != nil {
		m.x.t.Fatal(err)
	}
	for _, w := range ws {
		for _, work := range w.Works {
			if w.Kind == "site.task_"+kind {
				out = append(out, work.Href)
			}
		}
	}
	return out
}

// sign signs what the review screen offers, with all it asks to tick.
func (m *member) sign(path, act string) answer {
	m.x.t.Helper()
	page := m.get(path).ok(m.x.t, http.StatusOK)
	return m.post(path+act, url.Values{"version": {hidden(m.x.t, page, "version")}, "basis": {"政府信息公开条例第十七条"}, "checks": {"secrecy", "privacy", "accuracy"}})
}

func (x *town) lend(unit agency.Agency, verb string) url.Values {
	return url.Values{"lend_unit": {id(unit.ID)}, "lend_verb": {verb}, "lend_until-year": {"2026"}, "lend_until-month": {"12"}, "lend_until-day": {"31"}, "lend_reason": {"村务监督委员会正在换届"}}
}

func within(c agency.Code) account.Grant {
	lo, hi := c.Range()
	return account.Grant{Verb: account.Managing, Lo: int64(lo), Hi: int64(hi)}
}

func (x *town) submitted(title string) (path string) {
	v := x.Submitted(x.t, x.Village, "village.6", x.Plain(title))
	return "/desk/items/35/" + id(v.ID)
}

// TestATownshipLendsItsVillageAReviewerAndAnApprover walks the whole way: the
// township's administrator lends two people by the pages, they find the
// village's item in their inboxes and sign it, and the public reads on what
// basis (1.1.c, lend_by_superior).
func TestATownshipLendsItsVillageAReviewerAndAnApprover(t *testing.T) {
	t.Parallel()
	x := newTown(t)
	units := within(x.Township.Division)
	units.Verb = office.Units
	x.hire("镇管理员", "admin", x.Township, within(x.Township.Division), units)
	first, second := x.hire("陈委派", "first", x.Township), x.hire("林委派", "second", x.Township)
	path := x.submitted("村规民约")
	admin, one, two := x.signIn("admin"), x.signIn("first"), x.signIn("second")
	if a := one.get(path); a.status != http.StatusNotFound {
		t.Fatalf("before the lending the item is there: %d", a.status)
	}

	village := "/desk/agencies/" + id(x.Village.ID)
	says(t, admin.get(village).ok(t, http.StatusOK), "谁可以审查、批准这个单位的信息", "空缺", "也可以由上级单位委派")
	here := "/desk/people/" + id(first)
	says(t, admin.get(here).ok(t, http.StatusOK), "委派到下级单位", "同一个人只能签一次", "演示村民委员会", "没有委派到别的单位")
	says(t, admin.get("/en"+here).ok(t, http.StatusOK), "Lent to units below", "One person still signs once")
	says(t, admin.post(here+"/lend", url.Values{}).ok(t, http.StatusUnprocessableEntity), "请选择单位", "请选择代为办理哪一步", "最长一年", "请写明原因")
	late := x.lend(x.Village, disclosure.Supervising)
	late.Set("lend_until-year", "2031")
	says(t, admin.post(here+"/lend", late).ok(t, http.StatusUnprocessableEntity), "最长一年", "村务监督委员会正在换届")
	says(t, admin.post(here+"/lend", x.lend(x.Village, disclosure.Drafting)).ok(t, http.StatusUnprocessableEntity), "没有这一步")
	// The first is lent for both steps, to see that he signs one of them only.
	admin.post(here+"/lend", x.lend(x.Village, disclosure.Supervising)).to(t)
	admin.post(here+"/lend", x.lend(x.Village, disclosure.Approving)).to(t)
	says(t, admin.get(here+"?done=lent_out").ok(t, http.StatusOK), "已委派", "结束委派", "2026年12月31日", "村务监督委员会正在换届")
	admin.post("/desk/people/"+id(second)+"/lend", x.lend(x.Village, disclosure.Approving)).to(t)

	says(t, admin.get(village).ok(t, http.StatusOK), "陈委派", "林委派", "上级委派")

	if got := one.inbox(disclosure.TaskReview); !slices.Contains(got, path) {
		t.Fatalf("the inbox of the lent reviewer has %q, want %s", got, path)
	}
	one.sign(path, "/pass").to(t)
	if got := two.inbox(disclosure.TaskApprove); !slices.Contains(got, path) {
		t.Fatalf("the inbox of the lent approver has %q, want %s", got, path)
	}
	says(t, two.get(path).ok(t, http.StatusOK), "陈委派", "由上级单位桃城镇演示政府委派")
	says(t, one.get(path).ok(t, http.StatusOK), "同一个人不能在一份信息的审查和批准中签两次")
	says(t, one.post(path+"/approve", url.Values{"basis": {"条例"}, "checks": {"secrecy"}}).ok(t, http.StatusConflict), "同一个人不能在一份信息的审查和批准中签两次")
	two.sign(path, "/approve").to(t)

	rows := x.pub(x.Village)
	if len(rows) != 1 || rows[0].Title != "村规民约" {
		t.Fatalf("published %+v", rows)
	}
	public := (&member{x, ""}).get("/"+x.Village.Path()+"/2026-00001").ok(t, http.StatusOK)
	says(t, public, "由上级单位桃城镇演示政府委派代为办理（依据：1.1.c 审查批准）")
	if strings.Contains(public, "陈委派") || strings.Contains(public, "林委派") {
		t.Error("the public page names a person")
	}
	says(t, (&member{x, ""}).get("/en/"+x.Village.Path()+"/2026-00001").ok(t, http.StatusOK), "lent by the superior, 桃城镇演示政府")
	x.recorded(t, first, "disclosure.pass", second, "disclosure.approve")
}

// recorded fails unless the audit book has each person's act with the lender
// and the clause.
func (x *town) recorded(t *testing.T, first int64, passed string, second int64, approved string) {
	t.Helper()
	var lines []audit.Line
	x.Read(t, func(tx *db.Tx) (err error) {
		lines, err = audit.List(tx, audit.Filter{Province: 35, Limit: 100})
		return err
	})
	want := "lent by agency " + id(x.Township.ID) + ", clause 1.1.c"
	for _, w := range []struct {
		person int64
		verb   string
	}{{first, passed}, {second, approved}} {
		if !slices.ContainsFunc(lines, func(l audit.Line) bool { return l.Person == w.person && l.Verb == w.verb && l.Detail == want }) {
			t.Errorf("the audit book has no %s by %d with %q", w.verb, w.person, want)
		}
	}
	if !slices.ContainsFunc(lines, func(l audit.Line) bool {
		return l.Verb == "account.lend" && l.Reason == "村务监督委员会正在换届"
	}) {
		t.Error("the audit book does not say why somebody was lent")
	}
}

// A right alone makes nobody of a neighbouring township a reviewer.
func TestAnotherTownshipCannotSignForTheVillage(t *testing.T) {
	t.Parallel()
	x := newTown(t)
	next := x.Found(t, 350525101000, agency.Township, "office", "五里街镇演示政府", x.County.ID)
	x.hire("县管理员", "county", x.County, within(x.County.Division))
	x.hire("邻镇管理员", "nextadmin", next, within(next.Division))
	other := x.hire("邻镇", "other", next)
	path := x.submitted("村规民约")
	county, here := x.signIn("county"), "/desk/people/"+id(other)
	says(t, county.post(here+"/lend", x.lend(x.Village, disclosure.Supervising)).ok(t, http.StatusForbidden), "不是演示村民委员会的上级，不能委派")
	says(t, x.signIn("nextadmin").post(here+"/lend", x.lend(x.Village, disclosure.Supervising)).ok(t, http.StatusForbidden), "不能委派")
	county.post(here+"/grants", url.Values{"verb": {disclosure.Supervising}, "range": {"u" + id(x.Village.ID)}}).to(t)
	m := x.signIn("other")
	page := m.get(path).ok(t, http.StatusOK)
	says(t, page, "您不是演示村民委员会的工作人员，您的单位也不是它的上级")
	if strings.Contains(page, `id="sign"`) {
		t.Error("a signature is offered")
	}
	v := url.Values{"basis": {"条例"}, "checks": {"secrecy", "privacy", "accuracy"}}
	for _, act := range []string{"/pass", "/return", "/refer"} {
		says(t, m.post(path+act, v).ok(t, http.StatusForbidden), "您的单位也不是它的上级")
	}
}

func TestALendingEnds(t *testing.T) {
	t.Parallel()
	x := newTown(t)
	x.hire("镇管理员", "admin", x.Township, within(x.Township.Division))
	lent, until := x.hire("陈委派", "first", x.Township), x.hire("林委派", "second", x.Township)
	admin, one, two := x.signIn("admin"), x.signIn("first"), x.signIn("second")
	here := "/desk/people/" + id(lent)
	admin.post(here+"/lend", x.lend(x.Village, disclosure.Supervising)).to(t)
	admin.post("/desk/people/"+id(until)+"/lend", x.lend(x.Village, disclosure.Supervising)).to(t)
	path := x.submitted("村规民约")
	page := one.get(path).ok(t, http.StatusOK)
	signing := url.Values{"version": {hidden(t, page, "version")}, "basis": {"条例"}, "checks": {"secrecy", "privacy", "accuracy"}}

	admin.post(here+"/revoke", filled(t, admin.get(here).ok(t, http.StatusOK), here+"/revoke")).to(t)
	if a := one.post(path+"/pass", signing); a.status != http.StatusNotFound {
		t.Errorf("after the lending was ended: %d %s", a.status, words(a.body))
	}
	if got := one.inbox(disclosure.TaskReview); len(got) != 0 {
		t.Errorf("still in the inbox: %q", got)
	}
	two.get(path).ok(t, http.StatusOK)
	x.Clock.Advance(40 * 24 * time.Hour) // past the last day
	two = x.signIn("second")
	if a := two.post(path+"/pass", signing); a.status != http.StatusNotFound {
		t.Errorf("after its last day: %d %s", a.status, words(a.body))
	}
	var steps []disclosure.Step
	s, err := x.Disclosure.Open(x.As(x.Everybody), 35, pathVersion(t, path))
	if err == nil {
		steps = s.Steps
	}
	if slices.ContainsFunc(steps, func(st disclosure.Step) bool { return st.Verb == "pass" }) {
		t.Errorf("signed after all: %+v", steps)
	}
}

func pathVersion(t *testing.T, path string) int64 {
	t.Helper()
	n, err := web.Int64(path[strings.LastIndex(path, "/")+1:])
	if err != nil {
		t.Fatal(err)
	}
	return n
}
