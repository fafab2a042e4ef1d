package linkcheck

import (
	"context"
	"net/netip"
	"time"

	"yangguang/agency/front"
	"yangguang/disclosure"
	"yangguang/internal/db"
	"yangguang/internal/jobs"
	"yangguang/internal/web"
)

// Asker answers what a page of the site itself answers to the public; web.App
// does.
type Asker interface {
	Ask(ctx context.Context, path, mode string) (web.Answer, error)
}

// Links checks the links of what is public and lists the dead ones.
type Links struct {
	Disclosure *disclosure.Disclosure
	Front      *front.Front // its Domain is where the site itself is
	Site       Asker
	// Outside lets addresses of other sites be asked over the network.
	Outside bool

	bounds *bounds // of tests; nil: the usual ones
}

// bounds keep a check from doing harm: to whom it connects, how fast, and how
// much it asks and keeps. No setting changes them.
type bounds struct {
	allowed func(netip.Addr) bool
	pause   time.Duration // between two requests to one host
	rows    int           // dead links kept of a province
	outside int           // addresses of other sites asked in one check
}

var usual = bounds{allowed: onInternet, pause: time.Second, rows: 20_000, outside: 50_000}

func (l *Links) within() bounds {
	if l.bounds != nil {
		return *l.bounds
	}
	return usual
}

// Join puts the lists into the desk's navigation.
func (l *Links) Join(f *front.Front) {
	f.DeskNav(front.Publishing, "linkcheck.nav", "/desk/links", disclosure.Drafting)
	f.DeskNav(front.Publishing, "linkcheck.nav_below", "/desk/below/links", disclosure.Overseeing)
}

const (
	jobKind = "linkcheck.run"
	longest = 12 * time.Hour
	forLine = 6 * time.Hour // of it for other sites: one of them may be slow and have thousands of links
)

// Register names the jobs: every night all links are asked, by one process.
func (l *Links) Register(r *jobs.Runner) {
	r.HandleLong(jobKind, longest, func(ctx context.Context, _ jobs.Job) error { return l.Run(ctx) })
	r.Every("linkcheck.nightly", jobs.Daily(1, 30), func(ctx context.Context, _ jobs.Job) error {
		return l.Disclosure.DB.Write(ctx, func(tx *db.Tx) error { return jobs.Add(tx, jobs.Job{Kind: jobKind, Key: "all"}) })
	})
}

// asker makes what asks other sites; nil where the operator did not allow it.
func (l *Links) asker() *outside {
	if !l.Outside {
		return nil
	}
	b := l.within()
	return newOutside(agentName(l.Front.Domain, l.Front.Name.Zh), b.allowed, b.pause)
}
