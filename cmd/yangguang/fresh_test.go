package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/disclosuretest"
	"yangguang/disclosure/form"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fresh"
	"yangguang/internal/web"
	"yangguang/norm"
)

// remembering is one memory of pages that is held against what is true.
type remembering struct {
	app  *web.App
	deaf string   // parts of the record it does not hear of: the known-bad arms
	old  []string // addresses at which it answered what is no longer so
}

func (m *remembering) get(path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	m.app.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), http.MethodGet, path, nil))
	return w
}

// remember makes a memory over a house that is deaf to some of what changes.
func remember(f *filled, deaf string) *remembering {
	m := &remembering{deaf: deaf, app: web.New(web.Options{Clock: f.db.Clock(), Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		CanonicalMode: canonicalMode, ShowError: f.showError}, f.routes()...)}
	fresh.Hear(f.db, func(tags []string) {
		m.app.Cache().Forget(slices.DeleteFunc(slices.Clone(tags), func(t string) bool { return deaf != "" && strings.HasPrefix(t, deaf) }))
	})
	return m
}

// acts are what can happen to the public record; each does one thing that is
// allowed now, or nothing.
type acts struct {
	*filled
	t     *testing.T
	rnd   *rand.Rand
	items []*disclosure.Item
	units map[int64]agency.Agency
	n     int
}

func (a *acts) unit() agency.Agency {
	us := a.world.Units()
	return us[a.rnd.IntN(len(us))]
}

func (a *acts) item(want func(*disclosure.Item) bool) *disclosure.Item {
	for range min(20, 20*len(a.items)) {
		if it := a.items[a.rnd.IntN(len(a.items))]; want(it) {
			return it
		}
	}
	return nil
}

func public(it *disclosure.Item) bool { return it.State == disclosure.ItemPublished }

func (a *acts) title() string {
	a.n++
	return fmt.Sprintf("第%d号公开事项", a.n)
}

func (a *acts) publish() string {
	for range 50 {
		u := a.unit()
		cats := a.norm.Catalogue(string(u.Kind)).ActiveOn(clock.DateOf(a.db.Clock().Now()))
		cat := cats[a.rnd.IntN(len(cats))]
		period, _, _ := a.world.Owed(a.t, u, cat.ID)
		text := a.world.Text(cat.ID, period, a.title())
		if fm := a.norm.Form(text.Form); cat.Period != "on_change" && period == "" || fm != nil && len(form.Validate(*fm, text.Data)) > 0 {
			continue
		}
		if a.rnd.IntN(3) == 0 { // a 公示 that ends
			text.EndsOn = clock.DateOf(a.db.Clock().Now()).AddDays(1)
		}
		if law := a.item(func(it *disclosure.Item) bool { return public(it) && it.Agency == u.ID }); law != nil && a.rnd.IntN(2) == 0 {
			text.Explains = law.ID
		}
		a.items = append(a.items, a.world.Publish(a.t, u, cat.ID, text))
		return "publish " + u.Name + " " + cat.ID
	}
	return ""
}

func (a *acts) correct() string {
	it := a.item(func(it *disclosure.Item) bool { // but what was brought along from before may lack its period
		return public(it) && (a.norm.Category(it.Category).Period == "on_change" || it.Period != "")
	})
	if it == nil {
		return ""
	}
	*it = *a.world.Correct(a.t, a.units[it.Agency], it, a.world.Text(it.Category, it.Period, a.title()))
	return "correct " + it.Number
}

func (a *acts) scheduled() string {
	u, now := a.world.County, a.db.Clock().Now()
	v := a.world.Reviewed(a.t, u, "county.2", a.world.Plain(a.title()))
	must(a.t, a.disclosure.Approve(a.world.As(a.world.Signer(u, "approver")), v.Province, v.ID, disclosuretest.Opinion(), now.Add(time.Minute)))
	a.clock.Advance(2 * time.Minute)
	n, err := a.disclosure.PublishDue(context.Background())
	must(a.t, err)
	if n != 1 {
		a.t.Fatalf("%d versions were due", n)
	}
	a.items = append(a.items, a.world.Item(a.t, v))
	return "publish what was scheduled"
}

func (a *acts) takeDown() string {
	it := a.item(public)
	if it == nil || len(a.items) < 6 {
		return ""
	}
	a.world.TakeDown(a.t, it, []string{"error", "privacy"}[a.rnd.IntN(2)], "内容有误")
	it.State = disclosure.ItemTakenDown
	return "take down " + it.Number
}

func (a *acts) validity() string {
	it := a.item(public)
	if it == nil {
		return ""
	}
	if err := a.disclosure.SetValidity(a.world.As(a.world.Everybody), it.Province, it.ID, "abolished", "已被新规定代替"); err != nil {
		return "" // it was before
	}
	return "abolish " + it.Number
}

func (a *acts) closeEarlier() string {
	it := a.item(func(it *disclosure.Item) bool { return public(it) && it.Corrected })
	if it == nil || a.disclosure.CloseEarlier(a.world.As(a.world.Everybody), it.Province, it.ID, "原文含有不应公开的内容") != nil {
		return ""
	}
	return "close the earlier text of " + it.Number
}

func (a *acts) rename() string {
	u := a.unit()
	a.n++
	must(a.t, a.agencies.Rename(context.Background(), agency.Renaming{Agency: u.ID, Name: fmt.Sprintf("%s（第%d次更名）", u.Name, a.n), On: clock.DateOf(a.db.Clock().Now()), Basis: "机构改革方案"}))
	return "rename " + u.Name
}

func (a *acts) nudge() string {
	for _, u := range a.world.Units() {
		for _, c := range a.norm.Catalogue(string(u.Kind)).Categories {
			if _, err := a.disclosure.Nudge(context.Background(), u.ID, c.ID); err == nil {
				return "ask " + u.Name + " for " + c.ID
			}
		}
	}
	return ""
}

func (a *acts) past() string {
	u := a.world.Township
	day := clock.DateOf(a.db.Clock().Now()).AddDays(-40 - a.rnd.IntN(200))
	title := a.title()
	must(a.t, a.db.Write(context.Background(), func(tx *db.Tx) error {
		it, err := a.disclosure.ImportPast(tx, disclosure.Past{Unit: u, Batch: 7, BatchNumber: "PL-1", Category: "township.1", Title: title, Body: "<p>旧网站的内容。</p>",
			FormedOn: day, PublishedOn: day, Prepared: 1, First: 2, Second: 3})
		if err == nil {
			a.items = append(a.items, it)
		}
		return err
	}))
	return "bring what was published before: " + title
}

func (a *acts) undo() string {
	it := a.item(func(it *disclosure.Item) bool { return it.Imported == 7 && public(it) && !it.Corrected })
	if it == nil {
		return ""
	}
	must(a.t, a.db.Write(context.Background(), func(tx *db.Tx) error {
		_, err := a.disclosure.EndImported(tx, a.units[it.Agency], it.ID, 7, 3, "批次有误")
		return err
	}))
	it.State = disclosure.ItemTakenDown
	return "undo the import of " + it.Number
}

func (a *acts) sign() string {
	n, err := a.ledger.Sign(context.Background())
	must(a.t, err)
	if n == 0 {
		return ""
	}
	return "sign the log"
}

func (a *acts) calendar() string {
	a.n++
	day := clock.DateOf(a.db.Clock().Now()).AddDays(1)
	_, err := a.calendars.Import(context.Background(), calendar.File{Name: "n.csv", Division: int64(a.world.County.Division), By: 1, Source: "演示通知", Notice: fmt.Sprintf("通知%d", a.n),
		Body: fmt.Appendf(nil, "date,kind,name\n%s,rest,演示假日%d\n", day, a.n)})
	if err != nil {
		a.t.Logf("no calendar: %v", err)
		return ""
	}
	return "publish a calendar"
}

func (a *acts) tomorrow() string {
	a.clock.Advance(24 * time.Hour)
	a.roll(a.t)
	must(a.t, a.db.Write(context.Background(), func(tx *db.Tx) error { return fresh.Change(tx, 0, fresh.Everything) }))
	return "another day"
}

// counter reads one of an app's metrics, as an operator would.
func counter(t testing.TB, a *web.App, name string) (n float64) {
	t.Helper()
	w := httptest.NewRecorder()
	a.Metrics().Handler().ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/metrics", nil))
	_, rest, ok := strings.Cut("\n"+w.Body.String(), "\n"+name+" ")
	if _, err := fmt.Sscan(rest, &n); !ok || err != nil {
		t.Fatalf("no metric %s: %v", name, err)
	}
	return n
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// addresses are what is looked at after every act.
func (a *acts) addresses() []string {
	out := []string{"/", "/latest", "/overdue", "/catalogue", "/guide", "/sitemap.xml", "/feed.atom", "/clauses", "/open-data", "/calendar", "/en/latest"}
	for _, c := range []string{"35", "350525", "350525100"} {
		out = append(out, "/"+c, "/"+c+"/coverage", "/"+c+"/feed.json")
	}
	for _, u := range a.world.Units() {
		p := "/" + u.Path()
		out = append(out, p, p+"/catalogue")
		for i, c := range a.norm.Catalogue(string(u.Kind)).Categories {
			if i%5 == 0 {
				out = append(out, p+"/c/"+c.Slug, p+"/c/"+c.Slug+"/deadline")
			}
		}
	}
	out = append(out, "/"+a.world.Township.Path()+"/leaflet.pdf", "/"+a.world.Township.Path()+"/board-a4.pdf")
	for _, it := range a.items {
		out = append(out, it.Path(a.units[it.Agency]))
	}
	return out
}

// TestWhatIsRememberedIsWhatIsTrue does things at random to a small house and
// holds, after each, every page that is answered from memory against one made
// anew. A memory that does not hear of some part of the record must be caught.
func TestWhatIsRememberedIsWhatIsTrue(t *testing.T) {
	eachFilled(t, func(t *testing.T, f *filled) {
		seed := rand.Uint64() // told, so that a failure can be had again
		t.Logf("seed %d", seed)
		a := &acts{filled: f, t: t, rnd: rand.New(rand.NewPCG(seed, 3)), units: map[int64]agency.Agency{}}
		for _, u := range f.world.Units() {
			a.units[u.ID] = u
		}
		good := &remembering{app: f.app}
		arms := []*remembering{good}
		for _, deaf := range []string{"item/", "unit/", "place/", "log/", "events/", fresh.Everything} {
			if !f.db.Postgres() { // what is told does not depend on the engine
				arms = append(arms, remember(f, deaf))
			}
		}
		for range 4 {
			a.publish()
		}
		a.past()
		a.nudge()
		check := func(act string) {
			for _, path := range a.addresses() {
				is, err := f.app.Ask(context.Background(), path, "")
				must(t, err)
				for i, m := range arms {
					if i > 0 && strings.HasSuffix(path, ".pdf") {
						break // drawing takes long
					}
					if w := m.get(path); w.Code != is.Status || w.Body.String() != string(is.Body) {
						m.old = append(m.old, act+": "+path)
					}
				}
			}
			if len(good.old) > 0 {
				t.Fatalf("seed %d: memory answers what is no longer so after %v", seed, good.old)
			}
		}
		check("nothing")
		all := []func() string{a.publish, a.publish, a.correct, a.correct, a.takeDown, a.validity, a.closeEarlier, a.rename, a.nudge, a.past, a.undo, a.sign, a.sign, a.calendar, a.scheduled, a.tomorrow}
		for _, i := range a.rnd.Perm(len(all)) {
			if act := all[i](); act != "" {
				check(act)
			}
		}
		held := counter(t, f.app, "yangguang_http_pages_from_memory_total")
		for _, m := range arms[1:] {
			if len(m.old) == 0 {
				t.Errorf("seed %d: nobody notices that a memory does not hear of %q", seed, m.deaf)
			}
		}
		t.Logf("%d addresses; %.0f answers from memory were all true; the deaf ones were caught: %s", len(a.addresses()), held, caught(arms[1:]))
	})
}

func caught(arms []*remembering) string {
	var out []string
	for _, m := range arms {
		out = append(out, fmt.Sprintf("%s %d times", m.deaf, len(m.old)))
	}
	return strings.Join(out, ", ")
}

// TestEveryKeptPageSaysWhatItIsMadeOf: a page that reads something of which
// nobody says what it is a part of is right, but made again at every change.
func TestEveryKeptPageSaysWhatItIsMadeOf(t *testing.T) {
	clk := clock.NewFake(spring)
	f := fillHouse(t, dbtest.SQLite(t, clk, migrations()...), clk)
	m := &remembering{app: f.app}
	w := f.world
	paths := []string{"/", "/latest", "/overdue", "/catalogue", "/guide", "/sitemap.xml", "/feed.atom", "/feed.json", "/clauses", "/open-data", "/calendar", "/privacy", "/site-error",
		"/accessibility", "/coverage/definitions", "/copy", "/requests", "/requests/rules", "/35", "/350525", "/350525100", "/350525100001", "/350525/coverage", "/35/coverage", "/350525/feed.atom", "/350525/feed.json"}
	town := "/" + w.Township.Path()
	paths = append(paths, town+"/leaflet.pdf", town+"/board-a4.pdf", town+"/board-a3.pdf")
	for _, u := range w.Units() {
		p := "/" + u.Path()
		paths = append(paths, p, p+"/feed.atom", p+"/feed.json", p+"/catalogue", p+"/guide")
		for _, c := range f.norm.Catalogue(string(u.Kind)).Categories {
			paths = append(paths, p+"/c/"+c.Slug, p+"/c/"+c.Slug+"/deadline")
		}
	}
	for _, name := range []string{"law", "rule", "fees", "corrected", "births", "gone"} {
		it := f.names[name]
		at := strings.LastIndexByte(it, '/')
		paths = append(paths, it, it[:at]+"/print"+it[at:]+"-a4.pdf")
	}
	report := yearReported(t, f)
	paths = append(paths, report[:strings.LastIndexByte(report, '/')], report, report+"/revisions/1")
	paths = append(paths, "/requests/answers", "/requests/answers/feed.atom", answeredOnce(t, f), "/matters/outcomes", outcomeOnce(t, f),
		"/matters", "/matters/new", "/matters/statistics/definitions", "/knowledge", articleOnce(t, f), "/hotline/roster", "/hotline/roster.ics")
	kept := 0
	for _, p := range paths {
		if m.get(p).Code != http.StatusOK {
			continue // nothing is owed there, or it was taken down: not kept
		}
		before := counter(t, f.app, "yangguang_http_pages_made_total")
		m.get(p)
		if counter(t, f.app, "yangguang_http_pages_made_total") != before {
			t.Errorf("%s is not kept at all", p)
			continue
		}
		kept++
		f.app.Cache().Forget([]string{"nothing/1"})
		m.get(p)
		if counter(t, f.app, "yangguang_http_pages_made_total") != before {
			t.Errorf("%s reads something without saying of what", p)
		}
	}
	if kept < 100 {
		t.Errorf("only %d pages were looked at", kept)
	}
	for _, r := range f.app.Routes() { // a new kept route must be looked at above
		if !r.Cached {
			continue
		}
		mux := http.NewServeMux()
		mux.HandleFunc(r.Pattern, func(http.ResponseWriter, *http.Request) {})
		if !slices.ContainsFunc(paths, func(p string) bool {
			_, pattern := mux.Handler(httptest.NewRequestWithContext(t.Context(), http.MethodGet, p, nil))
			return pattern != ""
		}) {
			t.Errorf("no page of %s is looked at", r.Pattern)
		}
	}
}

// articleOnce puts one article into the knowledge base.
func articleOnce(t *testing.T, f *filled) string {
	t.Helper()
	u := f.world.County
	if err := f.db.Write(t.Context(), func(tx *db.Tx) error {
		if _, err := tx.Exec(`insert into knowledge_article (province, id, prefecture, county, region, agency, seat, standing, state, title, topic, audience, lang, valid_from, review_on)
 values ($1, $2, $3, $4, $5, $6, $5, 1, 'valid', $7, 'reward', 'public', 'zh', '2026-01-01', '2027-12-31')`, u.Province(), 4713, u.Division.Prefecture(), u.Division.County(), u.Division, u.ID, "公开的问答"); err != nil {
			return err
		}
		_, err := tx.Exec(`insert into knowledge_version (province, article, number, title, questions, answer, topic, law, law_article, law_url, valid_from, review_on, audience, lang, link, state, hash, author, reviewer, written_at)
 values ($1, 4713, 1, $2, '', $3, 'reward', '', '', '', '2026-01-01', '2027-12-31', 'public', 'zh', '', 'valid', 'x', 1, 2, 1)`, u.Province(), "公开的问答", "答复的内容")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return "/knowledge/4713"
}

// outcomeOnce puts one published case among the outcomes.
func outcomeOnce(t *testing.T, f *filled) string {
	t.Helper()
	u := f.world.County
	if err := f.db.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`insert into casework_outcome (province, id, prefecture, county, region, agency, type, topic, result, month, title, asked, reply, state, published, author, approver)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`, u.Province(), 4712, u.Division.Prefecture(), u.Division.County(), u.Division, u.ID,
			"complaint", "reward", "solved", "2026-03", "公开的案例", "反映的问题", "办理的情况", "published", "2026-03", 1, 2)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("/matters/outcomes/%d/4712", u.Province())
}

// answeredOnce puts one published answer into the public log; how it gets there
// is its room's to test.
func answeredOnce(t *testing.T, f *filled) string {
	t.Helper()
	u := f.world.County
	if err := f.db.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`insert into answer (province, id, prefecture, county, region, agency, title, asked, decision, summary, month, state, published, author, approver)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`, u.Province(), 4711, u.Division.Prefecture(), u.Division.County(), u.Division, u.ID,
			"公开的答复", "申请的是什么", "granted", "答复的内容", "2026-03", "published", "2026-03", 1, 2)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return "/" + u.Path() + "/answers/4711"
}

// TestAnotherProcessForgetsExactlyWhatChanged publishes in one process and reads
// in another that shares nothing with it but the store.
func TestAnotherProcessForgetsExactlyWhatChanged(t *testing.T) {
	eachFilled(t, func(t *testing.T, f *filled) {
		other := houseOn(t, dbtest.Again(t, f.db), f.norm)
		ear := fresh.Listen(other.db)
		m := &remembering{app: other.app}
		made := func(do func()) float64 {
			before := counter(t, other.app, "yangguang_http_pages_made_total")
			do()
			return counter(t, other.app, "yangguang_http_pages_made_total") - before
		}
		w := f.world
		town := "/" + w.Township.Path()
		cats := f.norm.Catalogue(string(agency.Township)).Categories
		cat := cats[slices.IndexFunc(cats, func(c norm.Category) bool { return !c.Inherited && !c.Optional })]
		period, _, _ := w.Owed(t, w.Township, cat.ID)
		titled := func(title string) disclosure.Text {
			return w.Text(cat.ID, period, title)
		}
		look := func() int {
			n, err := ear.Look(context.Background())
			must(t, err)
			return n
		}
		concerned := []string{"/", "/latest", "/350525", "/350525/coverage", "/35", town, town + "/c/" + cat.Slug, "/feed.atom", "/clauses", town + "/catalogue"}
		not := []string{f.names["law"], f.names["fees"], "/" + w.County.Path(), "/" + w.County.Path() + "/c/documents", "/" + w.County.Path() + "/feed.atom", "/" + w.Village.Path(), "/guide", "/" + w.Institution.Path() + "/catalogue", "/calendar", "/open-data"}
		all := append(slices.Clone(concerned), not...)
		read := func(paths []string) func() {
			return func() {
				for _, p := range paths {
					if w := m.get(p); w.Code != http.StatusOK {
						t.Fatalf("%s: %d", p, w.Code)
					}
				}
			}
		}
		read(all)()
		look()
		read(all)()
		if n := made(read(all)); n != 0 {
			t.Fatalf("%.0f pages are made again although nothing changed", n)
		}

		it := w.Publish(t, w.Township, cat.ID, titled("另一个进程公开的通知"))
		if n := made(read(all)); n != 0 {
			t.Errorf("%.0f pages were forgotten before anybody looked", n)
		}
		if look() == 0 {
			t.Fatal("the other process did not hear of the publication")
		}
		if n := made(read(not)); n != 0 {
			t.Errorf("%.0f pages were forgotten that did not change", n)
		}
		if n := made(read(concerned)); n != float64(len(concerned)) {
			t.Errorf("%.0f of %d pages that changed are made again", n, len(concerned))
		}
		for _, p := range []string{"/", "/latest", "/350525", town, "/feed.atom", it.Path(w.Township)} {
			if !strings.Contains(m.get(p).Body.String(), "另一个进程公开的通知") {
				t.Errorf("%s does not show what the other process published", p)
			}
		}
		if n := look(); n != 0 {
			t.Errorf("%d changes are told twice", n)
		}

		// A correction changes what shows the item, and no figures.
		w.Correct(t, w.Township, it, titled("另一个进程更正的通知"))
		look()
		if n := made(read(append(slices.Clone(not), "/350525/coverage", "/35/coverage", "/clauses"))); n > 2 {
			t.Errorf("%.0f pages that do not show the item were forgotten by its correction", n)
		}
		if body := m.get("/latest").Body.String(); !strings.Contains(body, "另一个进程更正的通知") {
			t.Error("the other process does not show the correction")
		}
		// What the second process does itself it is not told again.
		before := made(func() { _, _ = other.disclosure.Nudge(context.Background(), w.County.ID, "county.3") })
		if n := look(); n != 0 || before != 0 {
			t.Errorf("a process is told %d times of what it did itself", n)
		}
	})
}
