package demo_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/agency/keeping"
	"yangguang/demo"
	"yangguang/disclosure"
	"yangguang/disclosure/catalogue"
	"yangguang/disclosure/coverage"
	"yangguang/disclosure/export"
	"yangguang/disclosure/form"
	"yangguang/disclosure/importer"
	"yangguang/disclosure/inforequest/yearly"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/blob"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/fresh"
	"yangguang/internal/i18n"
	"yangguang/internal/jobs"
	"yangguang/internal/ledger"
	"yangguang/internal/privacy"
	"yangguang/internal/search"
	"yangguang/internal/secret"
	"yangguang/norm"
	"yangguang/supervision/casework/knowledge"
)

// until is the day the tests take for today: a working day late in a quarter.
var until = time.Date(2026, 11, 20, 9, 0, 0, 0, clock.Shanghai)

func TestMain(m *testing.M) {
	i18n.MustLoad(fault.Locale, form.Locale, agency.Locale, disclosure.Locale, account.Locale, privacy.Locale, audit.Locale, importer.Locale, keeping.Locale, yearly.Locale, knowledge.Locale)
	os.Exit(m.Run())
}

// place is a store with one demonstration in it.
type place struct {
	db       *db.DB
	accounts *account.Accounts
	keeping  *keeping.Keeping
	rep      demo.Report
}

// seed makes the demonstration of some townships, 0 for the whole county.
func seed(t *testing.T, townships int) place {
	t.Helper()
	ctx, fake := t.Context(), clock.NewFake(demo.Opening(until))
	d, err := db.Open(ctx, db.Options{Dir: t.TempDir(), Clock: fake})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(d.Migrate(ctx, calendar.Migrations, audit.Migrations, fresh.Migrations, ledger.Migrations, account.Migrations, agency.Migrations, search.Migrations, jobs.Migrations, importer.Migrations, keeping.Migrations, catalogue.Migrations, disclosure.Migrations, coverage.Migrations, yearly.Migrations, knowledge.Migrations))
	must(search.Setup(ctx, d))
	must(agency.ImportSubset(ctx, d, demo.County))
	keys, err := secret.Create(filepath.Join(t.TempDir(), "master.key"))
	must(err)
	blobs, err := blob.Open(ctx, t.TempDir(), "")
	must(err)
	cals := calendar.NewKeeper(d, func(*db.Tx, int64) ([]int64, error) { return nil, nil })
	must(cals.Seed(ctx))
	room := &disclosure.Disclosure{DB: d, Norm: norm.Builtin(), Calendars: cals, Catalogue: &catalogue.Catalogue{Norm: norm.Builtin(), Calendars: cals}, Blobs: blobs, Keys: keys}
	accounts := account.New(account.Options{DB: d, Keys: keys, Demo: true, Cost: secret.Cheap})
	accounts.Register(disclosure.Verbs()...)
	accounts.Register(knowledge.Verbs()...)
	accounts.Register("office.units", "office.calendar", "office.audit", "office.outbox", keeping.Answering, export.Copying, yearly.Writing, yearly.Approving)
	accounts.OnHandover(room.HandOver)
	requests := &keeping.Keeping{DB: d, Keys: keys, Calendars: cals, Front: &front.Front{Site: front.Site{Home: demo.County}}}
	rep, err := demo.Seed(ctx, demo.Options{Disclosure: room, Agencies: agency.New(d), Accounts: accounts,
		Importer: &importer.Importer{Disclosure: room}, Keeping: requests,
		Yearly:    &yearly.Yearly{DB: d, Norm: norm.Builtin(), Facts: demo.YearlyFacts(norm.Builtin().Requests)},
		Knowledge: &knowledge.Knowledge{DB: d, Calendars: cals, Front: requests.Front, Topics: norm.Builtin().Casework.TopicChoices()},
		Clock:     fake, Until: until, Seed: 1, Cost: secret.Cheap, Townships: townships, Progress: t.Output()})
	must(err)
	return place{d, accounts, requests, rep}
}

// count answers a question with one number.
func (p place) count(t *testing.T, sql string, args ...any) (n int) {
	t.Helper()
	err := p.db.Read(t.Context(), func(tx *db.Tx) error { return tx.Row(sql, args...).Scan(&n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestDemo(t *testing.T) {
	t.Parallel()
	p := seed(t, 1)
	t.Run("shows every state at least once", func(t *testing.T) { showsEveryState(t, p) })
	t.Run("has the accounts it prints", func(t *testing.T) { hasItsAccounts(t, p) })
	t.Run("leads from the old site's addresses to the items", func(t *testing.T) { leadsOn(t, p) })
	t.Run("lets its administrator see to requests and copies", func(t *testing.T) { administers(t, p) })
	t.Run("has somebody stand in", func(t *testing.T) { standsIn(t, p) })
	t.Run("is the same from the same seed", func(t *testing.T) {
		if diff := cmp.Diff(titles(t, p), titles(t, seed(t, 1))); diff != "" {
			t.Errorf("two demonstrations from one seed differ (-one +other):\n%s", diff)
		}
	})
}

func showsEveryState(t *testing.T, p place) {
	for name, sql := range map[string]string{
		"a yearly report":                                     "select count(*) from yearly_revision where state = 'published'",
		"a yearly report corrected":                           "select count(*) from yearly_revision where state = 'superseded'",
		"a yearly report being written":                       "select count(*) from yearly_revision where state = 'draft'",
		"thirty answers for the public":                       "select case when count(*) >= 30 then 1 else 0 end from knowledge_article where state = 'valid' and audience = 'public'",
		"an answer for the staff":                             "select count(*) from knowledge_article where state = 'valid' and audience = 'staff'",
		"an answer that expired":                              "select count(*) from knowledge_article where state = 'valid' and valid_to < '2026-11-20'",
		"an answer due for review":                            "select count(*) from knowledge_due where review_on >= '2026-11-20'",
		"an answer whose review is overdue":                   "select count(*) from knowledge_due where review_on < '2026-11-20'",
		"an answer being written":                             "select count(*) from knowledge_version where state = 'draft'",
		"an answer being reviewed":                            "select count(*) from knowledge_version where state = 'review'",
		"a report by the staff":                               "select count(*) from knowledge_report where source = 'staff' and state = 'open'",
		"a report by readers":                                 "select count(*) from knowledge_report where source = 'public' and times > 1",
		"a macro":                                             "select count(*) from knowledge_canned where topic <> ''",
		"published in time":                                   "select count(*) from item where state = 'published' and timely",
		"published late":                                      "select count(*) from item where state = 'published' and not timely",
		"overdue":                                             "select count(*) from due where met_on is null and due_on < '2026-11-20'",
		"a draft":                                             "select count(*) from item_version where state = 'draft' and submitted_at is null",
		"returned with a note":                                "select count(*) from item_step s join item_version v on v.id = s.version where v.state = 'draft' and s.verb = 'return' and s.note <> ''",
		"waiting for secrecy review":                          "select count(*) from item_version where state = 'review' and step = 'secrecy'",
		"waiting for privacy review":                          "select count(*) from item_version where state = 'review' and step = 'privacy'",
		"waiting for the supervisors":                         "select count(*) from item_version where state = 'review' and step = 'supervise'",
		"waiting for approval":                                "select count(*) from item_version where state = 'review' and step = 'approve'",
		"referred upward":                                     "select count(*) from item_version where state = 'referred'",
		"scheduled for tomorrow":                              "select count(*) from item_version where state = 'approved' and publish_at is not null",
		"corrected":                                           "select count(*) from item where state = 'published' and corrected",
		"the version before":                                  "select count(*) from item_version where state = 'superseded'",
		"taken down for privacy":                              "select count(*) from item where state = 'taken_down' and end_kind = 'privacy'",
		"taken down for an error":                             "select count(*) from item where state = 'taken_down' and end_kind = 'error'",
		"an emergency, review owed":                           "select count(*) from item_version where emergency and review_owed",
		"an emergency, reviewed":                              "select count(*) from item_version where emergency and not review_owed",
		"an explanation of a document":                        "select count(*) from item where explains is not null",
		"a notice that runs":                                  "select count(*) from item where ends_on > '2026-11-20'",
		"a notice that ended":                                 "select count(*) from item where ends_on < '2026-11-20'",
		"an abolished document":                               "select count(*) from item where validity = 'abolished'",
		"an amended document":                                 "select count(*) from item where validity = 'amended'",
		"document numbers":                                    "select count(*) from doc_number",
		"a PDF":                                               "select count(*) from item_file where kind = 'application/pdf'",
		"a spreadsheet":                                       "select count(*) from item_file where name like '%.xlsx'",
		"a picture somebody looked at":                        "select count(*) from item_file where kind like 'image/%' and cleared_by is not null",
		"a finding released":                                  "select count(*) from item_finding where state = 'released'",
		"an error report answered":                            "select count(*) from error_report where state = 'answered'",
		"an error report open":                                "select count(*) from error_report where state = 'open'",
		"asked for by readers":                                "select count(*) from nudge",
		"reviewed by the superior":                            "select count(*) from item_step s join item_version v on v.id = s.version join item i on i.id = v.item join agency a on a.id = i.agency join agency_member m on m.person = s.person where a.kind = 'village' and s.verb = 'pass' and m.agency <> a.id",
		"laws of the nation, inherited":                       "select count(*) from item where province = 0 and category = 'county.1' and state = 'published'",
		"a unit with another name":                            "select count(*) from agency_change where kind = 'rename'",
		"names that ended, still known":                       "select count(*) from agency_name where until is not null",
		"items of a unit that is no more":                     "select count(*) from item i join agency a on a.id = i.agency where a.state = 'merged' and i.state = 'published'",
		"a unit merged into another":                          "select count(*) from agency where state = 'merged'",
		"a notice whose time ended by itself, not taken down": "select count(*) from item where ends_on < '2026-11-20' and state = 'published'",
		"an earlier text that is closed":                      "select count(*) from item_version v join item i on i.province = v.province and i.id = v.item where v.state = 'superseded' and v.closed <> '' and i.state = 'published' and i.corrected",
		"imported items that are public":                      "select count(*) from item where state = 'published' and imported is not null",
		"a batch accepted by two further persons":             "select count(*) from import_batch b where state = 'done' and first <> second and first <> preparer and second <> preparer",
		"a batch whose preparer has rows to mend":             "select count(*) from import_batch b join import_row r on r.province = b.province and r.batch = b.id where b.state = 'checking' and r.state = 'wrong'",
		"a batch that waits for an acceptor":                  "select count(*) from import_batch where state = 'submitted'",
		"a substitution that runs":                            "select count(*) from account_substitute s join login l on l.person = s.delegate where s.since <= 1795136400000 and s.until > 1795136400000 and s.ended_at is null and l.name = 'xian.baomi'",
		"a substitution that is over":                         "select count(*) from account_substitute where until < 1795136400000",
		"somebody left and handed over":                       "select count(*) from account_handover h join person p on p.id = h.leaver where p.state = 'left' and h.leaver_signed_at is not null and h.successor_signed_at is null",
		"a request about personal data, open":                 "select count(*) from privacy_request where state = 'open'",
		"a request about personal data, answered":             "select count(*) from privacy_request where state = 'answered'",
		"a printed account":                                   "select count(*) from login where name = 'xian.qicao'",
		"every unit marked as invented":                       "select case when count(*) = 0 then 1 else 0 end from agency where not demo",
		"nobody in two roles of an item":                      "select case when count(*) = 0 then 1 else 0 end from item_version where author = approver or reviewer = approver or author = reviewer",
	} {
		if p.count(t, sql) == 0 {
			t.Errorf("the demonstration shows nothing of: %s", name)
		}
	}
	used := map[string]bool{}
	for _, f := range norm.Builtin().Forms {
		if p.count(t, "select count(*) from item_version where state = 'published' and form = $1", f.ID) == 0 {
			used[f.ID] = true
		}
	}
	if len(used) > 0 {
		t.Errorf("no published item is filled in on these forms: %v", used)
	}
}

func leadsOn(t *testing.T, p place) {
	err := p.db.Read(t.Context(), func(tx *db.Tx) error {
		olds, err := db.List(tx, db.One[string], "select o.path from old_address o join item i on i.province = o.province and i.id = o.item where i.imported is not null order by o.path limit 100")
		if err != nil {
			return err
		}
		if len(olds) < 5 {
			t.Errorf("%d old addresses, want those of a site", len(olds))
		}
		for _, old := range olds {
			if href, err := disclosure.OldHref(tx, old); err != nil || !strings.HasPrefix(href, "/350525/wjj/20") {
				t.Errorf("%s leads to %q, %v", old, href, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// signedIn is a printed account's context.
func (p place) signedIn(t *testing.T, login string) (context.Context, *account.Actor) {
	t.Helper()
	token, err := p.accounts.SignIn(t.Context(), login, demo.Password, "", "test of "+login)
	if err != nil {
		t.Fatal(err)
	}
	who, err := p.accounts.ActorOf(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return account.With(t.Context(), who), who
}

func administers(t *testing.T, p place) {
	ctx, who := p.signedIn(t, "xian.guanli")
	rs, err := p.keeping.Requests(ctx)
	if err != nil || len(rs) != 4 {
		t.Errorf("the administrator sees %d requests about personal data, %v; want 4", len(rs), err)
	}
	if !who.Holds(export.Copying) {
		t.Error("the administrator cannot have a copy made")
	}
}

func standsIn(t *testing.T, p place) {
	ctx, _ := p.signedIn(t, "xian.baomi")
	ps, err := p.accounts.MayStandInFor(ctx)
	if err != nil || len(ps) != 1 {
		t.Fatalf("xian.baomi may stand in for %v, %v; want one", ps, err)
	}
	ctx, successor := p.signedIn(t, "xian.qicao")
	hs, err := p.accounts.Handovers(ctx, successor.Person)
	if err != nil || len(hs) != 1 || !hs[0].SuccessorSigned.IsZero() {
		t.Errorf("xian.qicao finds the lists %+v, %v; want one to sign", hs, err)
	}
}

func titles(t *testing.T, p place) []string {
	t.Helper()
	var out []string
	err := p.db.Read(t.Context(), func(tx *db.Tx) (err error) {
		out, err = db.List(tx, db.One[string], "select coalesce(i.number, '') || ' ' || v.title from item_version v join item i on i.province = v.province and i.id = v.item order by v.item, v.number limit 20000")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func TestDemoOfTheWholeCounty(t *testing.T) {
	if testing.Short() {
		t.Skip("lives the year of 236 villages")
	}
	t.Parallel()
	began := time.Now()
	p := seed(t, 0)
	if p.rep.Units < 260 || p.rep.Items < 3500 {
		t.Errorf("got %+v, want the whole county", p.rep)
	}
	t.Logf("%+v in %v", p.rep, time.Since(began))
}

func TestDemoFolderIsWholeOrRefused(t *testing.T) {
	t.Parallel()
	write := func(dir, name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		prepare func(dir string)
		whole   bool
		refused bool
	}{
		"a new folder is made":                   {func(string) {}, false, false},
		"a finished one is shown as it is":       {func(dir string) { begin(t, dir); finish(t, dir) }, true, false},
		"half of one is refused":                 {func(dir string) { begin(t, dir) }, false, true},
		"another program's database is refused":  {func(dir string) { write(dir, "yangguang.db", "x") }, false, true},
		"one made by another edition is refused": {func(dir string) { write(dir, "demo.whole", "0") }, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			c.prepare(dir)
			whole, err := demo.Whole(dir)
			if whole != c.whole || (err != nil) != c.refused {
				t.Errorf("Whole = %v, %v; want %v, refused %v", whole, err, c.whole, c.refused)
			}
		})
	}
}

func begin(t *testing.T, dir string) {
	t.Helper()
	if err := demo.Begin(dir); err != nil {
		t.Fatal(err)
	}
}

func finish(t *testing.T, dir string) {
	t.Helper()
	if err := demo.Finish(dir); err != nil {
		t.Fatal(err)
	}
}

func hasItsAccounts(t *testing.T, p place) {
	accounts, err := demo.Accounts()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range accounts {
		if len(a.Password) < 12 {
			t.Errorf("%s: the password has fewer than 12 characters", a.Login)
		}
		if _, err := p.accounts.SignIn(t.Context(), a.Login, a.Password, "", "test "+a.Login); err != nil {
			t.Errorf("%s is printed and cannot sign in: %v", a.Login, err)
		}
	}
}

func TestDemoOpensInTheQuarterOfAYearAgo(t *testing.T) {
	t.Parallel()
	for today, want := range map[string]string{"2026-11-23": "2025-10-08", "2027-01-05": "2026-01-08", "2028-02-29": "2027-01-08"} {
		if got := clock.DateOf(demo.Opening(clock.MustDate(today).Start())).String(); got != want {
			t.Errorf("Opening(%s) = %s, want %s", today, got, want)
		}
	}
}
