package linkcheck_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yangguang/agency"
	"yangguang/agency/agencytest"
	"yangguang/agency/front"
	"yangguang/disclosure"
	"yangguang/disclosure/coverage/linkcheck"
	"yangguang/disclosure/disclosuretest"
	"yangguang/disclosure/portal"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

func TestMain(m *testing.M) {
	i18n.MustLoad(append(disclosuretest.Locales, linkcheck.Locale, portal.Locale, front.Locale, ui.Locale, web.Locale)...)
	os.Exit(m.Run())
}

func TestLocale(t *testing.T) {
	t.Parallel()
	for _, wrong := range i18n.Check(linkcheck.Locale) {
		t.Error(wrong)
	}
}

// house is a county with its public site, its desk's list and the check.
type house struct {
	*disclosuretest.House
	t     *testing.T
	links *linkcheck.Links
	app   *web.App
}

func each(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	t.Parallel()
	disclosuretest.Each(t, func(t *testing.T, d *disclosuretest.House) { f(t, open(t, d)) })
}

func open(t *testing.T, d *disclosuretest.House) *house {
	t.Helper()
	disclosuretest.Check(t, d.DB.Migrate(context.Background(), append(disclosuretest.Migrations, linkcheck.Migrations)...))
	f := &front.Front{Site: front.Site{Home: agencytest.County, Name: i18n.Text{Zh: "示例站", En: "Example"}, Domain: "https://www.example.gov.cn", Demo: true}}
	h := &house{House: d, t: t, links: &linkcheck.Links{Disclosure: d.Disclosure, Front: f}}
	p := &portal.Portal{Front: f, Disclosure: d.Disclosure}
	h.app = web.New(web.Options{DB: d.DB, Clock: d.Clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: func(w http.ResponseWriter, _ *http.Request, err error) {
		http.Error(w, err.Error(), fault.KindOf(err).Status())
	}}, p.Routes(), h.links.Routes())
	h.links.Site = h.app
	return h
}

// publish makes an item whose text leads to addresses.
func (h *house) publish(addresses ...string) *disclosure.Item {
	h.t.Helper()
	return h.Publish(h.t, h.County, "county.10", h.text(addresses...))
}

func (h *house) text(addresses ...string) disclosure.Text {
	text := h.Plain("带链接的公告")
	text.Body = "<p>见</p>"
	for _, a := range addresses {
		text.Body += `<p><a href="` + a + `">这里</a></p>`
	}
	return text
}

// nights checks once a day.
func (h *house) nights(n int) {
	h.t.Helper()
	for range n {
		h.Clock.Advance(24 * time.Hour)
		disclosuretest.Check(h.t, h.links.Run(h.t.Context()))
	}
}

// at is the tally of a division: asked, not asked, dead.
func (h *house) at(c agency.Code) (got linkcheck.Tally) {
	h.t.Helper()
	h.Read(h.t, func(tx *db.Tx) (err error) {
		got, err = linkcheck.At(tx, c)
		return err
	})
	return got
}

func (h *house) wants(when string, links, unasked, dead int64) {
	h.t.Helper()
	got := h.at(agencytest.County)
	if diff := cmp.Diff([]int64{links, unasked, dead}, []int64{got.Links, got.Unasked, got.Dead}); diff != "" {
		h.t.Errorf("%s: links asked, not asked, dead (-want +got):\n%s", when, diff)
	}
}

func (h *house) rows() (n int) {
	h.t.Helper()
	h.Read(h.t, func(tx *db.Tx) error { return tx.Row("select count(*) from dead_link").Scan(&n) })
	return n
}

func (h *house) get(p disclosuretest.Person, path string) (int, string) {
	h.t.Helper()
	w := httptest.NewRecorder()
	h.app.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil).WithContext(h.As(p)))
	return w.Code, w.Body.String()
}

func TestALinkOfTheSiteItselfIsDeadOnTheSecondDayAndGoneWhenMended(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		if on := h.at(agencytest.County).On; !on.IsZero() {
			t.Errorf("checked on %s before any check", on)
		}
		it := h.publish("/350525", "/350525/nobody", "https://www.example.gov.cn/catalogue", "http://www.example.gov.cn:80/nothing?x=1", "#below", "mailto:office@example.gov.cn", "tel:12356")
		h.nights(1)
		h.wants("after a day, what failed once is not dead", 4, 0, 0)
		if n := h.rows(); n != 2 {
			t.Errorf("%d links are remembered as failed, want 2", n)
		}
		h.nights(1)
		h.wants("after two days", 4, 0, 2)
		if on := h.at(agencytest.County).On; on != clock.DateOf(h.Clock.Now()) {
			t.Errorf("checked on %s", on)
		}
		for _, c := range []agency.Code{agency.Nation, agencytest.County.At(agency.LevelProvince), agencytest.County.Prefecture()} {
			if got := h.at(c); got.Links != 4 || got.Dead != 2 {
				t.Errorf("%s: %+v", c, got)
			}
		}
		if got := h.at(h.Township.Division); got.Links != 0 || got.Dead != 0 || got.On.IsZero() {
			t.Errorf("a township without links: %+v", got)
		}
		h.Correct(t, h.County, it, h.text("/350525", "/350525/nobody"))
		h.wants("a correction is believed until the next check", 4, 0, 0)
		h.nights(1)
		h.wants("what the correction left dead is dead again, what it mended is not", 2, 0, 1)
		if n := h.rows(); n != 1 {
			t.Errorf("%d rows, want that of the link left", n)
		}
	})
}

func TestWhatWasTakenDownIsNotListedAndItsRowsGo(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		it := h.publish("/nowhere/at-all")
		h.nights(2)
		h.wants("while it is public", 1, 0, 1)
		h.TakeDown(t, it, "error", "内容有误")
		h.wants("at once", 1, 0, 0)
		h.nights(1)
		h.wants("after the next check", 0, 0, 0)
		if n := h.rows(); n != 0 {
			t.Errorf("%d rows are left of what was taken down", n)
		}
	})
}

func TestALinkToWhatWasTakenDownIsDead(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		other := h.Publish(t, h.County, "county.10", h.Plain("被引用的公告"))
		h.publish("../" + h.County.Slug + "/" + other.Slug())
		h.nights(2)
		h.wants("a relative link that leads to a page", 1, 0, 0)
		h.TakeDown(t, other, "error", "内容有误")
		h.nights(2)
		h.wants("a link that leads to a tombstone", 1, 0, 1)
	})
}

func TestAnAttachmentWhoseFileIsGoneIsDead(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.Draft(t, h.County, "county.10", h.Plain("带附件的公告"))
		f, err := h.Disclosure.Attach(h.As(h.Signer(h.County, "author")), v.Province, v.ID, "说明.txt", "", strings.NewReader("按规定办理。"))
		disclosuretest.Check(t, err)
		disclosuretest.Check(t, h.Disclosure.Submit(h.As(h.Signer(h.County, "author")), v.Province, v.ID))
		h.Review(t, h.County, v)
		disclosuretest.Check(t, h.Disclosure.Approve(h.As(h.Signer(h.County, "approver")), v.Province, v.ID, disclosuretest.Opinion(), time.Time{}))
		h.nights(2)
		h.wants("the file is kept", 1, 0, 0)
		disclosuretest.Check(t, h.Disclosure.Blobs.Delete(t.Context(), f.Hash))
		h.nights(2)
		h.wants("the file is gone", 1, 0, 1)
		if _, page := h.get(h.Author, "/desk/links"); !strings.Contains(page, "说明.txt") || !strings.Contains(page, "附件的文件已经不在") {
			t.Error("the list does not name the file and what happened")
		}
	})
}

// elsewhere is another site on this machine.
type elsewhere struct {
	*httptest.Server
	mu     sync.Mutex
	asked  []string
	agents map[string]bool
}

func newElsewhere(t *testing.T) *elsewhere {
	t.Helper()
	e := &elsewhere{agents: map[string]bool{}}
	e.Server = httptest.NewServer(http.HandlerFunc(e.answer))
	t.Cleanup(e.Close)
	return e
}

func (e *elsewhere) answer(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	e.asked = append(e.asked, r.Method+" "+r.URL.Path)
	e.agents[r.UserAgent()] = true
	e.mu.Unlock()
	what, n, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	times, _ := strconv.Atoi(n)
	switch {
	case what == "private":
		http.Redirect(w, r, "http://10.20.30.40/secret", http.StatusFound)
	case what == "around" && times > 0:
		http.Redirect(w, r, "/around/"+strconv.Itoa(times-1), http.StatusFound)
	case what == "get" && r.Method == http.MethodHead:
		w.WriteHeader(http.StatusMethodNotAllowed)
	case what == "head404" && r.Method == http.MethodHead:
		w.WriteHeader(http.StatusNotFound)
	case what == "status":
		w.WriteHeader(times)
	}
}

// clear forgets what was asked and gives it, sorted.
func (e *elsewhere) clear() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := e.asked
	e.asked = nil
	slices.Sort(out)
	return out
}

func loopback(a netip.Addr) bool { return a.IsLoopback() }

func TestOtherSitesAreAskedOnlyWhereTheOperatorAllowsIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		e := newElsewhere(t)
		h.links.AllowAlso(loopback)
		h.publish(e.URL+"/status/404", "/350525")
		h.nights(2)
		h.wants("not allowed", 1, 1, 0)
		if asked := e.clear(); len(asked) > 0 {
			t.Fatalf("asked %v", asked)
		}
		h.links.Outside = true
		h.nights(2)
		h.wants("allowed", 2, 0, 1)
		if got := h.at(agencytest.County); !got.Outside {
			t.Error("the tally does not say that other sites were asked")
		}
		if !e.agents["YangguangLinkCheck/1 (+https://www.example.gov.cn)"] || len(e.agents) != 1 {
			t.Errorf("the requests name %v", e.agents)
		}
		h.links.Outside = false
		h.nights(1)
		h.wants("not allowed any more: nothing is said of them", 1, 1, 0)
	})
}

func TestWhatOtherSitesAnswer(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		e := newElsewhere(t)
		closed := httptest.NewServer(http.NotFoundHandler())
		closed.Close()
		h.links.AllowAlso(loopback)
		h.links.Outside = true
		codes := map[string]string{ // "" = can be opened
			e.URL + "/fine":                 "",
			e.URL + "/status/401":           "",
			e.URL + "/status/403":           "",
			e.URL + "/status/405":           "",
			e.URL + "/status/429":           "",
			e.URL + "/get":                  "",
			e.URL + "/head404":              "",
			e.URL + "/around/3":             "",
			e.URL + "/around/4":             "redirects",
			e.URL + "/private":              "private",
			e.URL + "/status/404":           "http_404",
			e.URL + "/status/503":           "http_503",
			closed.URL + "/":                "connection",
			"http://10.20.30.40/":           "private",
			"http://[fd00::1]:8080/":        "private",
			"http://169.254.169.254/meta":   "private",
			"http://name.invalid/":          "name",
			"http:///nobody":                "malformed",
			"https://" + e.URL[7:] + "/tls": "connection",
		}
		var addresses []string
		for a := range codes {
			addresses = append(addresses, a)
		}
		h.publish(addresses...)
		h.nights(1)
		got := map[string]string{}
		for a := range codes {
			got[a] = ""
		}
		h.Read(t, func(tx *db.Tx) error {
			type row struct{ address, code string }
			rows, err := db.List(tx, func(r *db.Rows, x *row) error { return r.Scan(&x.address, &x.code) }, "select address, code from dead_link order by address limit 100")
			for _, x := range rows {
				got[x.address] = x.code
			}
			return err
		})
		if diff := cmp.Diff(codes, got); diff != "" {
			t.Errorf("what came of each address (-want +got):\n%s", diff)
		}
		asked := e.clear()
		for _, want := range []string{"HEAD /fine", "HEAD /get", "GET /get", "GET /head404"} {
			if !slices.Contains(asked, want) {
				t.Errorf("%s was not asked", want)
			}
		}
		if slices.Contains(asked, "GET /fine") {
			t.Error("what HEAD answered is asked for again")
		}
	})
}

func TestAProgramAsItIsSoldAsksNoAddressOfThisMachine(t *testing.T) {
	t.Parallel()
	h, e := open(t, disclosuretest.New(t)), newElsewhere(t)
	h.links.Unhurried()
	h.links.Outside = true
	h.publish(e.URL + "/fine")
	h.nights(2)
	h.wants("the loopback address", 1, 0, 1)
	if asked := e.clear(); len(asked) > 0 {
		t.Errorf("asked %v", asked)
	}
}

func TestOneAddressOfManyItemsIsAskedOnce(t *testing.T) {
	t.Parallel()
	h, e := open(t, disclosuretest.New(t)), newElsewhere(t)
	h.links.AllowAlso(loopback)
	h.links.Outside = true
	h.publish(e.URL+"/fine", e.URL+"/fine#part")
	h.publish(e.URL + "/fine")
	h.nights(1)
	if diff := cmp.Diff([]string{"HEAD /fine"}, e.clear()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFormsAndUnitsNameAddressesToo(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		e := newElsewhere(t)
		h.links.AllowAlso(loopback)
		h.links.Outside = true
		text := h.Text("county.3", "", "机构设置和职能")
		text.Data.Fields["website"] = e.URL + "/status/410"
		h.Publish(t, h.County, "county.3", text)
		site := func(address string) {
			disclosuretest.Check(t, h.DB.Write(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec("update agency set website = $1 where id = $2", address, h.County.ID)
				return err
			}))
		}
		site(e.URL + "/status/404")
		h.nights(2)
		h.wants("both", 2, 0, 2)
		_, page := h.get(h.Author, "/desk/links")
		for _, want := range []string{"/status/410", "/status/404", "对方回答410", "单位网站"} {
			if !strings.Contains(page, want) {
				t.Errorf("the list does not say %q", want)
			}
		}
		site("https://www.example.gov.cn/350525")
		h.wants("another website is believed until the next check", 2, 0, 1)
		h.nights(2)
		h.wants("a page of the site itself can be opened", 2, 0, 1)
	})
}

func TestAPageWithTooManyLinksIsAskedTheFirst(t *testing.T) {
	t.Parallel()
	h := open(t, disclosuretest.New(t))
	var many []string
	for i := range linkcheck.MostLinks + 10 {
		many = append(many, fmt.Sprintf("/350525/nobody-%d", i))
	}
	h.publish(many...)
	h.nights(1)
	if got := h.at(agencytest.County).Links; got != linkcheck.MostLinks {
		t.Errorf("%d links asked", got)
	}
}

func TestWhatIsKeptIsBounded(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.links.Bound(2, 10)
		h.publish("/nobody/1", "/nobody/2", "/nobody/3")
		it := h.publish("/nobody/4")
		h.nights(2)
		h.wants("more failed than is kept", 4, 0, 2)
		if n := h.rows(); n != 2 {
			t.Errorf("%d rows, want the two there is room for", n)
		}
		h.links.Bound(3, 10)
		h.TakeDown(t, it, "error", "内容有误")
		h.nights(2)
		h.wants("with more room", 3, 0, 3)
	})
}

func TestAnAddressThereWasNoTimeForStaysWhatItWas(t *testing.T) {
	t.Parallel()
	h, e := open(t, disclosuretest.New(t)), newElsewhere(t)
	h.links.AllowAlso(loopback)
	h.links.Outside = true
	h.publish(e.URL+"/status/404", e.URL+"/status/410")
	h.nights(2)
	h.wants("time for all", 2, 0, 2)
	h.links.Bound(10, 1)
	h.nights(1)
	h.wants("time for one", 1, 1, 2)
}

func TestANightWithoutALineSaysNothingOfOtherSites(t *testing.T) {
	t.Parallel()
	h, e := open(t, disclosuretest.New(t)), newElsewhere(t)
	h.links.AllowAlso(loopback)
	h.links.Outside = true
	var many []string
	for i := range 5 {
		many = append(many, fmt.Sprintf("http://host-%d.invalid/", i))
	}
	it := h.publish(many...)
	h.nights(2)
	h.wants("no host of five can be reached", 0, 5, 0)
	h.Correct(t, h.County, it, h.text(append(many, e.URL+"/status/404")...))
	h.nights(2)
	h.wants("another site answers: the line is there", 6, 0, 6)
}

func TestAfterItsHoursACheckAsksNoOtherSite(t *testing.T) {
	t.Parallel()
	e := newElsewhere(t)
	u, err := url.Parse(e.URL + "/fine")
	disclosuretest.Check(t, err)
	codes, err := linkcheck.AskAfterHours(t.Context(), u)
	if asked := e.clear(); err != nil || len(codes)+len(asked) > 0 {
		t.Errorf("asked %v, which came to %v (%v)", asked, codes, err)
	}
}

func TestATakeDownForPrivacyLeavesNoAddressBehind(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.Disclosure.AlsoErase = h.links.Erase
		it, other := h.publish("/people/zhang-san"), h.publish("/nowhere")
		h.nights(1)
		h.TakeDown(t, it, "privacy", "涉及个人信息")
		if n := h.rows(); n != 1 {
			t.Errorf("%d rows, want that of the other item alone", n)
		}
		h.TakeDown(t, other, "error", "内容有误")
	})
}

func TestTheListIsOfTheUnitsStaffAndThoseAboveIt(t *testing.T) {
	t.Parallel()
	h := open(t, disclosuretest.New(t))
	it := h.publish("/nowhere/at-all")
	h.nights(2)
	of := "?unit=" + strconv.FormatInt(h.County.ID, 10)
	for name, c := range map[string]struct {
		by     disclosuretest.Person
		path   string
		status int
		sees   bool
	}{
		"its author":                       {h.Author, "/desk/links", 200, true},
		"its author, of the unit":          {h.Author, "/desk/links" + of, 200, true},
		"another unit's staff":             {h.Other, "/desk/links", 200, false},
		"another unit's staff, of this":    {h.Other, "/desk/links" + of, 404, false},
		"a village's clerk, of this":       {h.Clerk, "/desk/links" + of, 404, false},
		"who may not correct":              {h.Second, "/desk/links", 403, false},
		"the superior":                     {h.Overseer, "/desk/below/links", 200, true},
		"the superior, of the unit":        {h.Overseer, "/desk/below/links" + of, 200, true},
		"the author as one above":          {h.Author, "/desk/below/links", 403, false},
		"another unit's staff below, this": {h.Other, "/desk/below/links" + of, 404, false},
	} {
		status, page := h.get(c.by, c.path)
		if sees := strings.Contains(page, "/nowhere/at-all"); status != c.status || sees != c.sees {
			t.Errorf("%s: %d, sees it %v; want %d, %v", name, status, sees, c.status, c.sees)
		}
	}
	_, page := h.get(h.Author, "/desk/links")
	for _, want := range []string{fmt.Sprintf("/desk/published/%d/%d", it.Province, it.ID), "带链接的公告", "2026年11月24日", "对方回答404", "站外链接没有检查"} {
		if !strings.Contains(page, want) {
			t.Errorf("the list does not say %q", want)
		}
	}
	if _, page := h.get(h.Author, "/en/desk/links"); !strings.Contains(page, "answers 404") {
		t.Error("the English list does not say what happened")
	}
}

func TestTheInboxOfTheUnitNamesItsDeadLinks(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.publish("/nowhere/at-all", "/nowhere/either")
		h.nights(1)
		waiting := func(p disclosuretest.Person) (out []string) {
			ws, err := h.links.Waiting(h.As(p))
			disclosuretest.Check(t, err)
			for _, w := range ws {
				for _, x := range w.Works {
					out = append(out, x.Title+" "+x.Href)
				}
			}
			return out
		}
		if got := waiting(h.Author); got != nil {
			t.Errorf("after a day: %v", got)
		}
		h.nights(1)
		want := []string{"2个链接打不开 /desk/links?unit=" + strconv.FormatInt(h.County.ID, 10)}
		if diff := cmp.Diff(want, waiting(h.Author)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		for name, p := range map[string]disclosuretest.Person{"another unit's": h.Other, "a reviewer": h.Second, "a village's": h.Clerk} {
			if got := waiting(p); got != nil {
				t.Errorf("%s inbox: %v", name, got)
			}
		}
	})
}

// stopped is a site whose process is told to stop.
type stopped struct{}

func (stopped) Ask(context.Context, string, string) (web.Answer, error) {
	return web.Answer{}, context.Canceled
}

func TestACheckThatIsStoppedSaysNothingOfWhatItDidNotAsk(t *testing.T) {
	t.Parallel()
	h := open(t, disclosuretest.New(t))
	h.publish("/350525")
	h.links.Site = stopped{}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := h.links.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if n := h.rows(); n != 0 {
		t.Errorf("%d links are said to have failed", n)
	}
}
