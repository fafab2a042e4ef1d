package coverage_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yangguang/disclosure"
	"yangguang/disclosure/coverage"
	"yangguang/disclosure/coverage/linkcheck"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/db"
	"yangguang/internal/jobs"
	"yangguang/internal/web"
)

// frontPage is a site that answers every page with one status, or not at all.
type frontPage struct {
	status int
	asked  int
}

func (f *frontPage) Ask(ctx context.Context, path, _ string) (web.Answer, error) {
	if f.asked++; path != "/" {
		panic("asked " + path)
	}
	if f.status == 0 {
		return web.Answer{}, context.DeadlineExceeded
	}
	return web.Answer{Status: f.status}, ctx.Err()
}

// watching is a house whose installation notes that it serves.
type watching struct {
	*site
	t     *testing.T
	front *frontPage
	jobs  []*jobs.Runner // a process each
}

func watch(t *testing.T, s *site, processes int) *watching {
	t.Helper()
	w := &watching{site: s, t: t, front: &frontPage{status: http.StatusOK}}
	for range processes {
		r := &jobs.Runner{DB: s.DB, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
		coverage.Watch(r, s.DB, w.front)
		w.jobs = append(w.jobs, r)
		_, err := r.RunDue(t.Context()) // it is now scheduled
		disclosuretest.Check(t, err)
	}
	return w
}

// marks lets so many times five minutes pass, every process at work.
func (w *watching) marks(n int) {
	w.t.Helper()
	for range n {
		w.Clock.Advance(5 * time.Minute)
		for _, r := range w.jobs {
			_, err := r.RunDue(w.t.Context())
			disclosuretest.Check(w.t, err)
		}
	}
}

// days are "day marks" as stored.
func (w *watching) days() (out []string) {
	w.t.Helper()
	w.Read(w.t, func(tx *db.Tx) (err error) {
		out, err = db.List(tx, func(r *db.Rows, s *string) error {
			var day, marks string
			err := r.Scan(&day, &marks)
			*s = day + " " + marks
			return err
		}, "select day, marks from served_day order by day limit 1000")
		return err
	})
	return out
}

func (w *watching) wants(when string, want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.days()); diff != "" {
		w.t.Errorf("%s (-want +got):\n%s", when, diff)
	}
}

func TestTheInstallationNotesThatItServes(t *testing.T) {
	t.Parallel()
	disclosuretest.Each(t, func(t *testing.T, h *disclosuretest.House) {
		w := watch(t, over(h, t), 1)
		w.wants("before the first mark")
		w.marks(12)
		w.wants("an hour", "2026-11-23 12")
		w.front.status = http.StatusInternalServerError
		w.marks(6)
		w.front.status = 0
		w.marks(6)
		if w.front.asked != 24 {
			t.Errorf("asked %d times, want once a mark: a failure is not tried again", w.front.asked)
		}
		w.wants("an hour that failed", "2026-11-23 12")
		w.front.status = http.StatusOK
		w.marks(1)
		w.get(t, "/350525/self-check", "一周内自测24次，未打开12次（50.0%）", "未打开12次，共60分钟", "不经过外面的网络")
		w.get(t, "/en/350525/self-check", "in a week 24 checks, 12 failed (50.0%)", "served 50.0%", "60 minutes in all", "from inside")
		w.Clock.Advance(14 * time.Hour) // no process runs
		w.marks(1)
		w.wants("the next day", "2026-11-23 13", "2026-11-24 1")
		w.get(t, "/350525/self-check", "一周内自测167次，未打开154次") // today is not over and does not count
	})
}

func TestProcessesOfOneStoreCountAMarkOnce(t *testing.T) {
	t.Parallel()
	disclosuretest.Each(t, func(t *testing.T, h *disclosuretest.House) {
		w := watch(t, over(h, t), 3)
		w.marks(3)
		w.wants("three processes", "2026-11-23 3")
		// The same mark again, as of a process whose lease was lost.
		disclosuretest.Check(t, h.DB.Write(t.Context(), func(tx *db.Tx) error {
			return jobs.Add(tx, jobs.Job{Kind: "coverage.reach", Key: "again"})
		}))
		_, err := w.jobs[0].RunDue(t.Context())
		disclosuretest.Check(t, err)
		if w.front.asked < 4 {
			t.Fatalf("asked %d times; the second try did not run", w.front.asked)
		}
		w.wants("the same mark twice", "2026-11-23 3")
	})
}

func TestTheWeekDecidesWhetherTheSiteIsReached(t *testing.T) {
	t.Parallel()
	s := over(disclosuretest.New(t), t)
	verdict := func(want string) {
		t.Helper()
		page := s.get(t, "/en/350525/self-check")
		_, row, _ := strings.Cut(page, "The site can be reached")
		row, _, _ = strings.Cut(row, "</tr>")
		if !strings.Contains(row, want) {
			t.Errorf("the line does not say %q: %s", want, row)
		}
	}
	w := watch(t, s, 1)
	verdict("Not measured")
	w.marks(19)
	verdict("Not measured") // the inspection visits 20 times at least
	w.marks(20)
	verdict("Passes")
	w.front.status = http.StatusServiceUnavailable
	w.marks(2)
	w.front.status = http.StatusOK
	w.marks(1) // 2 of 41
	verdict("Passes")
	w.front.status = http.StatusServiceUnavailable
	w.marks(1)
	w.front.status = http.StatusOK
	w.marks(1) // 3 of 43
	verdict("Fails")
	disclosuretest.Check(t, s.DB.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec("update served_day set marks = 1")
		return err
	}))
	s.Clock.Advance(8 * 24 * time.Hour)
	for day := range 8 { // eight days later: a whole week without a miss; today is not over and does not count
		at := s.Clock.Now().AddDate(0, 0, day-7)
		start := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location())
		disclosuretest.Check(t, s.DB.Write(t.Context(), func(tx *db.Tx) error {
			n := 288
			if day == 7 {
				n = 1
			}
			_, err := tx.Exec("insert into served_day (day, marks, first_at, last_at) values ($1, $2, $3, $4)", at.Format(time.DateOnly), n, start.UnixMilli(), start.Add(time.Duration(n-1)*5*time.Minute).UnixMilli())
			return err
		}))
	}
	verdict("Passes")
}

func TestTheSelfCheckCountsDeadLinks(t *testing.T) {
	t.Parallel()
	disclosuretest.Each(t, func(t *testing.T, h *disclosuretest.House) {
		s := over(h, t)
		links := &linkcheck.Links{Disclosure: h.Disclosure, Front: s.cov.Front, Site: s.app}
		text := func(addresses ...string) disclosure.Text {
			text := h.Plain("带链接的公告")
			text.Body = `<p><a href="/coverage/definitions">定义</a> <a href="https://www.example.org/">外站</a></p>`
			for _, a := range addresses {
				text.Body += `<p><a href="` + a + `">这里</a></p>`
			}
			return text
		}
		it := h.Publish(t, h.County, "county.10", text("/no/such/page"))
		nights := func(n int) {
			for range n {
				h.Clock.Advance(24 * time.Hour)
				disclosuretest.Check(t, links.Run(t.Context()))
			}
		}
		nights(1)
		s.get(t, "/350525/self-check", "2026年11月24日检查链接2个，打不开0个。站外链接未检查（1个）")
		nights(1)
		page := s.get(t, "/350525/self-check", "2026年11月25日检查链接2个，打不开1个")
		s.get(t, "/en/350525/self-check", "2 links checked on", "1 dead; external links: not asked (1)")
		if strings.Contains(page, "/no/such/page") || strings.Contains(page, "/desk/links") {
			t.Error("the public page lists what is for the staff")
		}
		h.Correct(t, h.County, it, text())
		nights(1)
		s.get(t, "/350525/self-check", "检查链接1个，打不开0个")
	})
}
