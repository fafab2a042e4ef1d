package coverage

import (
	"context"
	"net/http"
	"slices"
	"time"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/coverage/linkcheck"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// The thresholds of 政府网站与政务新媒体检查指标 (国办秘函〔2019〕19号), single veto: they
// are of the inspection, not of the norm.
const (
	homeDays     = 14 // the front page changes at least so often
	policyMonths = 6  // and what is said of policy
	mostEmpty    = 5  // so many empty columns fail
	mostStale    = 10 // so many columns not kept up fail
	answerMonths = 3  // no message waits longer
)

// checkLine is one line of the self-check: what was measured, against what.
type checkLine struct {
	ID       string
	Measured string
	Verdict  string // pass, fail, or none where the platform cannot measure it
	Evidence string // address of what shows it
}

// measured are the raw numbers of a division's own site.
type measured struct {
	Latest, Policy time.Time // zero: never
	Empty, Stale   int64
	Columns        int64
	Waiting, Old   int64 // reports not answered, and those past three months
	Links          linkcheck.Tally
	Served         []served // of the whole installation
}

// selfCheck asks the question of the inspection: would we pass today?
func (c *Coverage) selfCheck(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var d agency.Division
	var above []agency.Division
	var m measured
	var now time.Time
	err := c.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if d, above, err = c.place(tx, r); err != nil {
			return err
		}
		now = tx.Now
		m, err = c.measure(tx, d.Code)
		return err
	})
	if err != nil {
		return err
	}
	lines := c.lines(ctx, d.Code, m, now)
	g := ui.Grid{Caption: t(ctx, "coverage.self_title", d.Name), Cards: true, Columns: []ui.Column{{Title: t(ctx, "coverage.self_what")}, {Title: t(ctx, "coverage.self_measured")},
		{Title: t(ctx, "coverage.self_threshold")}, {Title: t(ctx, "coverage.self_verdict")}, {Title: t(ctx, "coverage.self_evidence")}}}
	failed := 0
	for _, l := range lines {
		kind := map[string]ui.TagKind{"pass": ui.TagPublished, "fail": ui.TagDanger, "none": ui.TagWithdrawn}[l.Verdict]
		row := []ui.Cell{{Text: t(ctx, "coverage.self_"+l.ID)}, {Text: l.Measured}, {Text: t(ctx, "coverage.self_"+l.ID+"_rule")}, {Tag: kind, Text: t(ctx, "coverage.self_v_"+l.Verdict)}, {}}
		if l.Evidence != "" {
			row[4] = ui.Cell{Text: t(ctx, "coverage.self_see"), Href: href(ctx, l.Evidence)}
		}
		if l.Verdict == "fail" {
			failed++
		}
		g.Rows = append(g.Rows, row)
	}
	f := c.Front.Page(r, t(ctx, "coverage.self_title", d.Name), c.crumbs(ctx, c.within(append(above, d)), ui.Link{Text: t(ctx, "coverage.self_short")})...)
	f.Lead = t(ctx, "coverage.self_lead", i18n.Date(ctx, clock.DateOf(now)))
	return web.Render(w, r, http.StatusOK, selfView(f, g, failed))
}

func (c *Coverage) measure(tx *db.Tx, code agency.Code) (m measured, err error) {
	rows, err := disclosure.List(tx, disclosure.Query{Within: code, Limit: 1})
	if err != nil {
		return m, err
	}
	if len(rows) > 0 {
		m.Latest = rows[0].PublishedAt
	}
	for _, cg := range c.Norm.Catalogues {
		cat := cg.BySlug("documents")
		if cat == nil || cat.Inherited {
			continue
		}
		rows, err := disclosure.List(tx, disclosure.Query{Within: code, Category: cat.ID, Limit: 1})
		if err != nil {
			return m, err
		}
		if len(rows) > 0 && rows[0].PublishedAt.After(m.Policy) {
			m.Policy = rows[0].PublishedAt
		}
	}
	if m.Columns, m.Empty, m.Stale, err = columnsAt(tx, code); err != nil {
		return m, err
	}
	if m.Waiting, m.Old, err = waitingReports(tx, code, tx.Now.AddDate(0, -answerMonths, 0)); err != nil {
		return m, err
	}
	if c.Waiting != nil {
		waiting, old, err := c.Waiting(tx, code, tx.Now.AddDate(0, -answerMonths, 0))
		if err != nil {
			return m, err
		}
		m.Waiting, m.Old = m.Waiting+waiting, m.Old+old
	}
	if m.Links, err = linkcheck.At(tx, code); err != nil {
		return m, err
	}
	m.Served, err = servedDays(tx)
	return m, err
}

func (c *Coverage) lines(ctx context.Context, code agency.Code, m measured, now time.Time) []checkLine {
	verdict := func(ok bool) string {
		if ok {
			return "pass"
		}
		return "fail"
	}
	within := "?within=" + code.Short()
	ago := func(at time.Time) (string, int) {
		if at.IsZero() {
			return t(ctx, "coverage.self_never"), 1 << 20
		}
		days := clock.DateOf(now).Sub(clock.DateOf(at))
		return t(ctx, "coverage.self_ago", i18n.Date(ctx, clock.DateOf(at)), days), days
	}
	home, days := ago(m.Latest)
	policy, _ := ago(m.Policy)
	return []checkLine{
		{"home", home, verdict(days <= homeDays), "/latest" + within},
		{"policy", policy, verdict(!m.Policy.Before(now.AddDate(0, -policyMonths, 0))), "/latest" + within},
		{"empty", t(ctx, "coverage.self_columns", m.Columns, m.Empty), verdict(m.Empty < mostEmpty), "/overdue" + within},
		{"stale", t(ctx, "coverage.self_columns", m.Columns, m.Stale), verdict(m.Stale < mostStale), "/overdue" + within},
		{"answer", t(ctx, "coverage.self_waiting", m.Waiting, m.Old), verdict(m.Old == 0), ""},
		{"channel", t(ctx, "coverage.self_channel_is"), "pass", "/site-error"},
		linksLine(ctx, m.Links),
		reachLine(ctx, m.Served, now),
	}
}

// linksLine is what the nightly check of links came to. The list of the dead
// ones is the staff's, so the line leads nowhere.
func linksLine(ctx context.Context, n linkcheck.Tally) checkLine {
	if n.On.IsZero() {
		return checkLine{"links", t(ctx, "coverage.self_links_never"), "none", ""}
	}
	is := t(ctx, "coverage.self_links_is", n.Links, i18n.Date(ctx, n.On)) + t(ctx, "coverage.self_links_dead", n.Dead)
	switch {
	case !n.Outside:
		is += t(ctx, "coverage.self_links_inside", n.Unasked)
	case n.Unasked > 0:
		is += t(ctx, "coverage.self_links_left", n.Unasked)
	}
	if n.Dead > 0 {
		return checkLine{"links", is, "fail", ""}
	}
	return checkLine{"links", is, "pass", ""}
}

// reachLine is how often the site answered itself: judged by the week, as the
// inspection does, told of a month.
func reachLine(ctx context.Context, days []served, now time.Time) checkLine {
	today := clock.DateOf(now)
	if whole := slices.DeleteFunc(slices.Clone(days), func(d served) bool { return d.Day == today }); len(whole) > 0 {
		days, now, today = whole, today.Start(), today.AddDays(-1) // whole days, so that the page changes once a day
	}
	week, all := reachedSince(days, today.AddDays(1-weekDays), now), reachedSince(days, today.AddDays(1-reachDays), now)
	if all.Marks == 0 {
		return checkLine{"reach", t(ctx, "coverage.self_reach_never"), "none", ""}
	}
	is := t(ctx, "coverage.self_reach_week", week.Marks, week.Missed, i18n.Percent(ctx, week.Missed, week.Marks)) +
		t(ctx, "coverage.self_reach_month", i18n.Date(ctx, clock.DateOf(all.Since)), i18n.Percent(ctx, all.Marks-all.Missed, all.Marks), all.Missed, all.Missed*int64(markSpan/time.Minute)) +
		t(ctx, "coverage.self_reach_inside")
	return checkLine{"reach", is, week.verdict(), ""}
}
