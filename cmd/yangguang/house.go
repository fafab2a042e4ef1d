package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/agency/keeping"
	"yangguang/agency/office"
	"yangguang/disclosure"
	"yangguang/disclosure/catalogue"
	"yangguang/disclosure/channel"
	"yangguang/disclosure/coverage"
	"yangguang/disclosure/coverage/linkcheck"
	"yangguang/disclosure/desk"
	"yangguang/disclosure/export"
	"yangguang/disclosure/form"
	"yangguang/disclosure/importer"
	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/answers"
	"yangguang/disclosure/inforequest/handling"
	"yangguang/disclosure/inforequest/letter"
	"yangguang/disclosure/inforequest/window"
	"yangguang/disclosure/inforequest/yearly"
	"yangguang/disclosure/portal"
	"yangguang/disclosure/publiclog"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/blob"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/flow"
	"yangguang/internal/fresh"
	"yangguang/internal/i18n"
	"yangguang/internal/jobs"
	"yangguang/internal/ledger"
	"yangguang/internal/notify"
	"yangguang/internal/privacy"
	"yangguang/internal/privacy/safe"
	"yangguang/internal/search"
	"yangguang/internal/secret"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"
	"yangguang/site"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/analysis"
	"yangguang/supervision/casework/casedesk"
	"yangguang/supervision/casework/exchange"
	"yangguang/supervision/casework/intake"
	"yangguang/supervision/casework/knowledge"
	"yangguang/supervision/casework/outcome"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/manage"
	"yangguang/supervision/hotline/recording"
	"yangguang/supervision/hotline/review"
	"yangguang/supervision/hotline/roster"
	"yangguang/supervision/hotline/studio"
	"yangguang/supervision/hotline/texts"
	"yangguang/supervision/hotline/training"
)

// migrations are the rooms' schemas; they are merged in the order of time.
func migrations() []fs.FS {
	return []fs.FS{calendar.Migrations, audit.Migrations, fresh.Migrations, ledger.Migrations, account.Migrations, jobs.Migrations, search.Migrations, notify.Migrations, agency.Migrations, catalogue.Migrations, disclosure.Migrations, coverage.Migrations, linkcheck.Migrations, keeping.Migrations, importer.Migrations, export.Migrations, inforequest.Migrations, answers.Migrations, yearly.Migrations, casework.Migrations, analysis.Migrations, outcome.Migrations, knowledge.Migrations, casedesk.Migrations, exchange.Migrations, recording.Migrations, training.Migrations, roster.Migrations, studio.Migrations, review.Migrations, texts.Migrations, hotline.Migrations}
}

// locales are the rooms' sentences.
func locales() []fs.FS {
	return []fs.FS{fault.Locale, flow.Locale, blob.Locale, calendar.Locale, audit.Locale, ledger.Locale, account.Locale, privacy.Locale, safe.Locale, notify.Locale, web.Locale, ui.Locale,
		agency.Locale, front.Locale, office.Locale, keeping.Locale, form.Locale, disclosure.Locale, importer.Locale, coverage.Locale, linkcheck.Locale, export.Locale, portal.Locale, publiclog.Locale, desk.Locale, inforequest.Locale, letter.Locale, handling.Locale, window.Locale, answers.Locale, yearly.Locale, channel.Locale, casework.Locale, analysis.Locale, outcome.Locale, knowledge.Locale, intake.Locale, casedesk.Locale, exchange.Locale, recording.Locale, training.Locale, roster.Locale, studio.Locale, review.Locale, texts.Locale, hotline.Locale, hotlineDeskLocale, site.Locale}
}

// house is the product, wired.
type house struct {
	c          *config
	log        *slog.Logger
	db         *db.DB
	keys       *secret.Keys
	blobs      blob.Store
	norm       *norm.Profile
	calendars  *calendar.Keeper
	accounts   *account.Accounts
	agencies   *agency.Registry
	catalogue  *catalogue.Catalogue
	disclosure *disclosure.Disclosure
	requests   *inforequest.Requests
	gate       *privacy.Gate
	ledger     *ledger.Ledger
	witnessing *ledger.Witnessing
	outbox     *notify.Outbox
	front      *front.Front
	desk       *desk.Desk
	office     *office.Office
	importer   *importer.Importer
	keeping    *keeping.Keeping
	copies     *export.Copies
	links      *linkcheck.Links
	handling   *handling.Desk
	answers    *answers.Answers
	yearly     *yearly.Yearly
	casework   *casework.Casework
	outcomes   *outcome.Outcomes
	knowledge  *knowledge.Knowledge
	casedesk   *casedesk.Desk
	exchange   *exchange.Exchange
	analysis   *analysis.Analysis
	site       *site.Site
	app        *web.App
	jobs       *jobs.Runner

	hotline      *hotline.Hotline
	hotlinePages *manage.Pages
	hotlineRecords
	hotlineDesk
}

// open opens the store, brings it up to date and wires the rooms.
func open(ctx context.Context, c *config, clk clock.Clock, demo bool, progress io.Writer) (h *house, err error) {
	h = &house{c: c, log: slog.New(slog.NewJSONHandler(os.Stderr, nil))}
	if err := i18n.Load(locales()...); err != nil {
		return nil, err
	}
	if h.db, err = db.Open(ctx, db.Options{Dir: c.Data, URL: c.Database, Clock: clk, Node: c.Node}); err != nil {
		return nil, err
	}
	if err := h.prepare(ctx, progress); err != nil {
		return nil, errors.Join(err, h.db.Close())
	}
	h.wire(demo)
	return h, nil
}

func (h *house) prepare(ctx context.Context, progress io.Writer) (err error) {
	if err := h.db.Migrate(ctx, migrations()...); err != nil {
		return err
	}
	if err := search.Setup(ctx, h.db); err != nil {
		return err
	}
	if err := h.importDivisions(ctx, progress); err != nil {
		return err
	}
	if err := catalogue.Prepare(ctx, h.db); err != nil {
		return err
	}
	if h.keys, err = keysIn(h.c.Data); err != nil {
		return err
	}
	if err := h.openLedger(); err != nil {
		return err
	}
	if h.blobs, err = blob.Open(ctx, filepath.Join(h.c.Data, "files"), h.c.Blobs); err != nil {
		return err
	}
	if h.norm, err = profile(h.c.Profile); err != nil {
		return err
	}
	return h.openCalendars(ctx)
}

// openCalendars counts working days as the norm says, over the nation's notices.
func (h *house) openCalendars(ctx context.Context) error {
	h.calendars = calendar.NewKeeper(h.db, divisionsAbove, h.norm.Days()...)
	// A new one moves the deadlines on every page.
	h.calendars.OnChange(func(tx *db.Tx, _ calendar.Change) error { return fresh.Change(tx, 0, fresh.Everything) })
	return h.calendars.Seed(ctx)
}

func (h *house) importDivisions(ctx context.Context, progress io.Writer) error {
	last := -1
	return agency.ImportDivisions(ctx, h.db, func(done, total int) {
		if pct := done * 10 / max(total, 1); pct != last {
			last = pct
			_, _ = fmt.Fprintf(progress, "importing divisions: %d of %d\n", done, total)
		}
	})
}

// keysIn loads the master key of a data folder, making it the first time.
func keysIn(data string) (*secret.Keys, error) {
	path := filepath.Join(data, "keys", "master.key")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
		return secret.Create(path)
	}
	return secret.Load(path)
}

// profile is the norm an installation keeps.
func profile(path string) (*norm.Profile, error) {
	if path == "" {
		return norm.Builtin(), nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the norm profile: %w", err)
	}
	p, problems := norm.Parse(path, b)
	if len(problems) > 0 {
		return nil, fmt.Errorf("the norm profile has %d problems; run 'yangguang norm check %s'", len(problems), path)
	}
	return p, nil
}

// divisionsAbove tells the calendar which divisions a division lies in.
func divisionsAbove(_ *db.Tx, division int64) ([]int64, error) {
	var out []int64
	for _, c := range agency.Code(division).Ancestors() {
		if c != agency.Nation {
			out = append(out, int64(c))
		}
	}
	return out, nil
}

func (h *house) wire(demo bool) {
	c := h.c
	secure := c.Cert != "" || len(c.Proxies) > 0
	h.accounts = account.New(account.Options{DB: h.db, Keys: h.keys, Demo: demo, Secure: secure,
		Profile: account.Profile(c.Rules), Issuer: c.SiteName, Passkey: c.passkeys(), OIDC: c.provider()})
	h.accounts.Register(disclosure.Verbs()...)
	h.agencies = agency.New(h.db)
	h.gate = privacy.New(c.gate())
	h.outbox = &notify.Outbox{DB: h.db, Keys: h.keys, Senders: c.senders(h.db.Clock())}
	h.catalogue = &catalogue.Catalogue{Norm: h.norm, Calendars: h.calendars}
	h.disclosure = &disclosure.Disclosure{DB: h.db, Norm: h.norm, Calendars: h.calendars, Catalogue: h.catalogue, Blobs: h.blobs, Keys: h.keys, Gate: h.gate}
	h.front = &front.Front{Site: front.Site{Home: c.Home, Name: c.siteName(), Organiser: c.organiser(), Contact: c.contact(),
		IDCode: c.IDCode, Record: c.Record, Police: c.Police, Domain: c.Domain, Demo: demo}}
	h.front.Nav("site.nav_home", "/")
	h.front.Nav("site.nav_catalogue", "/catalogue")
	h.front.Nav("coverage.title_short", "/"+c.Home.Short()+"/coverage")
	h.front.Nav("site.nav_overdue", "/overdue")
	window.Join(h.front)
	intake.Join(h.front)
	h.front.Nav("site.nav_clauses", "/clauses")
	h.front.DeskNav(front.Alone, "site.desk", "/desk")
	h.desk = &desk.Desk{Disclosure: h.disclosure, Front: h.front}
	h.desk.Join(h.front)
	h.office = &office.Office{Front: h.front, DB: h.db, Accounts: h.accounts, Agencies: h.agencies, Calendars: h.calendars, Notices: h.outbox, Clock: h.db.Clock(), Norm: h.norm,
		Passkeys: c.passkeys().ID != "", OIDC: c.provider().Issuer != ""}
	h.accounts.OnHandover(h.disclosure.HandOver)
	// Before the office's: an audit row holds its book until the commit.
	h.calendars.OnChange(func(tx *db.Tx, _ calendar.Change) error {
		return errors.Join(jobs.Add(tx, jobs.Job{Kind: countDeadlines, Key: "all"}), h.requests.CalendarChanged(tx), h.casework.CalendarChanged(tx))
	})
	h.office.Wire()
	h.wireRequests()
	h.wireKeeping()
	h.wireCopies()
	h.wireYearly(demo)
	h.wireCasework()
	h.wireKnowledge()
	h.wireHotline()
	h.links = &linkcheck.Links{Disclosure: h.disclosure, Front: h.front, Outside: c.CheckLinks}
	h.links.Join(h.front)
	h.agencies.Audit = h.agencyChanged
	h.site = &site.Site{Front: h.front, DB: h.db, Norm: h.norm, Accounts: h.accounts, Disclosure: h.disclosure, OtherMeans: h.office.SignInMeans()}
	h.app = web.New(web.Options{DB: h.db, Accounts: h.accounts, Clock: h.db.Clock(), Log: h.log, Secure: secure, Trusted: c.Proxies,
		CanonicalMode: canonicalMode,
		ShowError:     h.showError}, h.routes()...)
	h.copies.Site, h.links.Site = h.app, h.app
	h.site.Remote, h.office.Remote = h.app.Remote, h.app.Remote
	h.recordings.Remote = h.app.Remote
	h.site.Inbox = append(h.site.Inbox, h.desk.Waiting, h.importer.Waiting, h.links.Waiting, h.handling.Waiting, h.answers.Waiting, h.yearly.Waiting, h.outcomes.Waiting, h.knowledge.Waiting, h.casedesk.Waiting, h.exchange.Waiting, h.analysis.Waiting, h.trainings.Waiting, h.rosters.Waiting, h.studio.Waiting, h.reviews.Waiting, h.texts.Waiting, h.office.Waiting)
	h.disclosure.FileInUse, h.disclosure.AlsoErase = h.importer.Uses, h.alsoErase
	h.jobs = h.runner()
}

// agencyChanged runs in the transaction that founds, moves, merges or ends an
// agency: it gets or loses its obligations at once, and the change its audit
// row, last because that holds the province's book until the commit.
func (h *house) agencyChanged(tx *db.Tx, e audit.Entry) error {
	if e.Agency != 0 {
		u, err := agency.Find(tx, e.Agency)
		if err != nil {
			return err
		}
		if err := h.catalogue.Sync(tx, u); err != nil {
			return err
		}
	}
	if a := account.From(tx.Ctx); a != nil {
		e.Login = a.Login
	}
	if slices.Contains(agency.PublicChanges, e.Verb) {
		if err := fresh.Change(tx, int(e.Province), fresh.Everything); err != nil {
			return err
		}
	}
	return audit.Append(tx, e)
}

// routes are every room's routes, in the order of the norm.
func (h *house) routes() [][]web.Route {
	p := &portal.Portal{Front: h.front, Disclosure: h.disclosure, EmbedIn: h.c.EmbedIn}
	cov := &coverage.Coverage{Front: h.front, DB: h.db, Norm: h.norm, Waiting: casework.Errors}
	ch := &channel.Channel{Front: h.front, Disclosure: h.disclosure}
	wd := &window.Window{Front: h.front, Portal: p, Requests: h.requests, Answers: h.answers}
	h.answers.Portal = p
	p.Answers, p.Mapped = h.answers.Search, h.knowledge.Mapped
	in := &intake.Intake{Front: h.front, Portal: p, Cases: h.casework, Answers: h.answered}
	p.Correct = in.Correct
	pl := &publiclog.Log{Front: h.front, DB: h.db, Key: h.ledger.Key, Witnessing: h.witnessing}
	return append(h.hotlineRecordRoutes(), [][]web.Route{h.office.Routes(), cov.Routes(), p.Routes(), wd.Routes(), in.Routes(), pl.Routes(), ch.Routes(), h.office.Guard(h.desk.Routes()), h.office.Guard(h.handling.Routes()), h.office.Guard(h.answers.Routes()), h.office.Guard(h.yearly.Routes()), h.office.Guard(h.outcomes.Routes()), h.office.Guard(h.analysis.Routes()), h.office.Guard(h.importer.Routes()), h.office.Guard(h.keeping.Routes()),
		h.office.Guard(h.casedesk.Routes()),
		h.office.Guard(h.copies.Routes()), h.office.Guard(h.links.Routes()), h.office.Guard(h.knowledge.Routes()), h.office.Guard(h.exchange.Routes()), h.office.Guard(h.hotlinePages.Routes()), h.office.Guard(h.answering.Routes()), h.office.Guard(h.site.Routes()), h.health()}...)
}

// showError lets the office answer what better than a page of failure can: a
// password to change, a second factor to show.
func (h *house) showError(w http.ResponseWriter, r *http.Request, err error) {
	if fault.Is(err, fault.NotFound) && h.importer.Elsewhere(w, r) {
		return
	}
	if !h.office.Answer(w, r, err) {
		h.site.ShowError(w, r, err)
	}
}

// canonicalMode is "" for the usual way of showing pages.
func canonicalMode(cookie string) string {
	m := ui.ParseMode(cookie)
	if m == (ui.Mode{}) {
		return ""
	}
	return m.String()
}

func (h *house) close() error { return errors.Join(h.gate.Close(), h.db.Close()) }
