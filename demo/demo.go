package demo

import (
	"context"
	"fmt"
	"io"
	"time"

	"yangguang/agency"
	"yangguang/agency/keeping"
	"yangguang/disclosure"
	"yangguang/disclosure/importer"
	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/answers"
	"yangguang/disclosure/inforequest/yearly"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/fault"
	"yangguang/internal/jobs"
	"yangguang/internal/secret"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/knowledge"
	"yangguang/supervision/casework/outcome"
	"yangguang/supervision/hotline"
)

// County is the place of the demonstration: 福建省泉州市永春县. With 22 townships and
// 236 villages and communities it is a county of middling size, whose year is
// made in well under a minute.
const County agency.Code = 350525000000

// Options say where and from what the demonstration is made.
type Options struct {
	Disclosure *disclosure.Disclosure
	Agencies   *agency.Registry
	Accounts   *account.Accounts
	Importer   *importer.Importer
	Keeping    *keeping.Keeping
	Requests   *inforequest.Requests
	Answers    *answers.Answers
	Yearly     *yearly.Yearly     // nil: no yearly reports
	Casework   *casework.Casework // nil: no matters
	Outcomes   *outcome.Outcomes
	Clock      *clock.Fake          // the clock of the store; walks from a year ago to Until
	Until      time.Time            // what the demonstration takes for now
	Seed       uint64               // the same seed makes the same demonstration
	Cost       secret.Cost          // of the printed password; secret.Standard when zero
	Townships  int                  // how many townships take part; 0 for all
	Knowledge  *knowledge.Knowledge // nil: no knowledge base
	Progress   io.Writer

	Hotline *hotline.Hotline // nil: no hotline
	Records *Records
}

// Report counts what was made.
type Report struct {
	Units, People, Items int
}

// Seed founds the units and lives their year. The store must hold the
// divisions and nothing else.
func Seed(ctx context.Context, o Options) (rep Report, err error) {
	defer fault.Wrap(&err, "demo.Seed")
	if o.Cost == (secret.Cost{}) {
		o.Cost = secret.Standard
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	texts, err := readTexts()
	if err != nil {
		return rep, err
	}
	w := &world{Options: o, texts: texts, span: spanTo(clock.DateOf(o.Until)), units: map[string]*unit{}, done: map[string]*job{}, jobs: &jobs.Runner{DB: o.Disclosure.DB}}
	o.Importer.Register(w.jobs)
	w.Clock.Set(w.span.opened.Start().Add(8 * time.Hour))
	if err := w.found(ctx); err != nil {
		return rep, err
	}
	w.say("%d units founded", len(w.order))
	if err := w.plan(ctx); err != nil {
		return rep, err
	}
	if err := w.walk(ctx); err != nil {
		return rep, err
	}
	if err := w.textHotline(ctx); err != nil {
		return rep, err
	}
	for _, u := range w.order {
		rep.People += len(u.staff)
	}
	rep.Units, rep.Items = len(w.order), w.started
	return rep, nil
}

// world is the demonstration while it is being made.
type world struct {
	Options
	texts   *texts
	span    span
	units   map[string]*unit // by key
	order   []*unit          // from the nation down
	days    map[clock.Date][]*job
	errands map[clock.Date][]errand
	jobs    *jobs.Runner    // does the background work of the import
	done    map[string]*job // the published items other texts refer to, by key
	started int
	// reported is when articles of the knowledge base are found wrong.
	reported clock.Date
	// line and seats are the county's hotline.
	line  hotline.Line
	seats []hotline.Ref
}

func (w *world) say(format string, args ...any) {
	_, _ = fmt.Fprintf(w.Progress, "demonstration: "+format+"\n", args...)
}

// span is the time the demonstration covers.
type span struct {
	founded clock.Date // the units' founding, in the last days of a quarter
	opened  clock.Date // the first day anything is written
	last    clock.Date // the last whole day, yesterday
	today   clock.Date
}

// Opening is when the demonstration that ends at t begins, for the clock the
// store is opened with.
func Opening(t time.Time) time.Time { return spanTo(clock.DateOf(t)).opened.Start() }

// spanTo is the year up to a day, begun early enough to hold the whole first
// quarter's time for publication.
func spanTo(today clock.Date) span {
	back := today.AddMonths(-12)
	first := clock.NewDate(back.Year(), (back.Month()-1)/3*3+1, 1)
	return span{founded: first.AddDays(-3), opened: first.AddDays(7), last: today.AddDays(-1), today: today}
}
