package inforequest_test

import (
	"context"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"yangguang/disclosure/disclosuretest"
	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/inforequesttest"
	"yangguang/internal/account"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
	"yangguang/internal/secret"
)

// The figures of issue 4, by bench/requests.sh. YANGGUANG_BENCH_REQUESTS is how
// many requests a list is taken from; a tenth of it is counted anew.

func scale() int {
	if n, err := strconv.Atoi(os.Getenv("YANGGUANG_BENCH_REQUESTS")); err == nil && n >= 1000 {
		return n
	}
	return 20_000
}

// engines runs f on both engines where a PostgreSQL is offered.
func engines(b *testing.B, f func(b *testing.B, h *house)) {
	for name, open := range map[string]func(testing.TB, clock.Clock, ...fs.FS) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			c := clock.NewFake(disclosuretest.Now)
			f(b, inforequesttest.Over(b, open(b, c, inforequesttest.Migrations...), c))
		})
	}
}

var provinces = []int{11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63, 64, 65}

// place is where the i-th request of a fictional nation was sent: one in twenty
// to the house's county, an office more crowded than any, the others spread.
func place(h *house, i int) (province int, prefecture, county, unit int64) {
	if i%20 == 0 {
		return h.County.Province(), int64(h.County.Division.Prefecture()), int64(h.County.Division), h.County.ID
	}
	province = provinces[i%len(provinces)]
	prefecture = int64(province)*1e10 + int64(1+i/31%12)*1e8
	county = prefecture + int64(1+i/372%9)*1e6
	return province, prefecture, county, county + 7
}

// fill inserts n requests in the order they were filed in. One in openEach is
// open, every second one of the last twenty days, with the two events of a
// running clock and the day it leads to.
func fill(b testing.TB, h *house, n, openEach int) {
	b.Helper()
	fillAt(b, h, n, openEach, place)
}

func fillAt(b testing.TB, h *house, n, openEach int, place func(h *house, i int) (province int, prefecture, county, unit int64)) {
	b.Helper()
	cache(b, h, -500_000) // only to fill: what is measured has the program's own
	defer cache(b, h, -2000)
	sealed, mixed := make([]byte, 220), min(2, openEach)
	today, cal, rules := clock.DateOf(h.Clock.Now()), calendar.Builtin(), inforequest.RulesOf(&h.Requests.Norm.Requests)
	for from := 0; from < n; from += 500 {
		check(b, h.DB.Write(b.Context(), func(tx *db.Tx) error {
			requests, clocks, events := &rows{}, &rows{}, &rows{}
			for i := from; i < min(n, from+500); i++ {
				p, prefecture, county, unit := place(h, i)
				id, young := int64(p)<<56|int64(i), max(0, i-n+n*mixed/openEach)
				on := today.AddDays(-19 + young*20/(n*mixed/openEach+1))
				state, due, closed := inforequest.Closed, today.AddDays(-30-i%700), any(today.AddDays(-40-i%700).String())
				if i >= n-n*mixed/openEach && i%mixed == 0 {
					received := []inforequest.Event{{ID: id*2 + 1, Kind: inforequest.Received, On: on}}
					state, due, closed = inforequest.Open, inforequest.Reckon(cal, rules, received).Due, nil
					if p != h.County.Province() && i%50 == 0 {
						state = inforequest.InReview
					}
					clocks.add(p, id, prefecture, county, county, unit, state, int64(i), on.String(), due.String(), due.String(), false, false, cal.Version())
					events.add(p, id, id*2, "filed", on.String(), 0, true)
					events.add(p, id, id*2+1, inforequest.Received, on.String(), 0, true)
				}
				requests.add(p, id, prefecture, county, county, unit, fmt.Sprintf("%d-%09d", p, i), fmt.Appendf(nil, "c%d", i), fmt.Appendf(nil, "t%d", i), "web", "natural", fmt.Appendf(nil, "w%d", i%9000), "202611",
					state, "2025年度农村改厕补助资金的分配方案", sealed, sealed, "web", "electronic", int64(i), on.String(), due.String(), due.String(), cal.Version(), closed)
			}
			if err := requests.insert(tx, `inforequest (province, id, prefecture, county, region, agency, number, code, token, channel, applicant, who, month, state, subject, asked, identity, delivery, medium, filed_at, received_on, due_on, next_on, calendar, closed_on)`); err != nil {
				return err
			}
			if err := clocks.insert(tx, "inforequest_clock (province, id, prefecture, county, region, agency, state, filed_at, received_on, due_on, next_on, at_latest, provisional, calendar)"); err != nil {
				return err
			}
			return events.insert(tx, "inforequest_event (province, request, id, kind, on_day, at, public)")
		}))
	}
	if h.DB.Postgres() {
		check(b, h.DB.Write(b.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec("analyze inforequest, inforequest_clock, inforequest_event")
			return err
		}))
	}
}

// cache sets how many KiB of pages the writer of SQLite keeps.
func cache(b testing.TB, h *house, kib int) {
	b.Helper()
	if !h.DB.Postgres() {
		check(b, h.DB.Write(b.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec("pragma cache_size = " + strconv.Itoa(kib))
			return err
		}))
	}
}

// rows are many rows of as many values each.
type rows [][]any

func (r *rows) add(args ...any) { *r = append(*r, args) }

// insert writes them in as few statements as PostgreSQL takes; SQLite is
// quickest with one for each, since it looks for every name among all of them.
func (r *rows) insert(tx *db.Tx, into string) error {
	together := 1
	if tx.Postgres() {
		together = 500
	}
	for some := range slices.Chunk(*r, together) {
		w := &db.Where{}
		var vs []string
		for _, row := range some {
			marks := make([]string, len(row))
			for i, v := range row {
				marks[i] = w.Next(v)
			}
			vs = append(vs, "("+strings.Join(marks, ", ")+")")
		}
		if _, err := tx.Exec("insert into "+into+" values "+strings.Join(vs, ", "), w.Args()...); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkRequestsRecount: a tenth of all are open, and a new calendar moves
// each of them. Run it with -benchtime 1x: a second time nothing moves.
func BenchmarkRequestsRecount(b *testing.B) {
	engines(b, func(b *testing.B, h *house) {
		n := scale() / 10
		fill(b, h, scale(), 10)
		_, err := h.Disclosure.Calendars.Import(h.As(h.Everybody), calendar.File{Name: "nation.csv", Body: []byte("date,kind,name\n2026-01-01,rest,元旦\n2026-05-01,rest,劳动节\n2026-10-01,rest,国庆节\n2026-10-02,rest,国庆节\n2026-10-03,rest,国庆节\n2026-12-01,rest,演示节\n2026-12-02,rest,演示节\n"), Division: 0, By: 901})
		if err != nil {
			b.Fatal(err, fault.FieldsOf(err))
		}
		b.ResetTimer()
		start, before, server := time.Now(), cpu(b), serverCPU(b, h)
		moved, err := h.Requests.Recount(b.Context())
		check(b, err)
		b.ReportMetric((serverCPU(b, h) - server).Seconds(), "server-cpu-s/all")
		b.ReportMetric(time.Since(start).Seconds(), "s/all")
		b.ReportMetric((cpu(b) - before).Seconds(), "cpu-s/all")
		b.ReportMetric(float64(n), "requests")
		b.ReportMetric(float64(moved), "moved")
		if moved != n {
			b.Errorf("%d of %d moved: something else was measured", moved, n)
		}
	})
}

// BenchmarkRequestsList: a page of the desk's list for those who look at it.
func BenchmarkRequestsList(b *testing.B) {
	engines(b, func(b *testing.B, h *house) {
		fill(b, h, scale(), 20)
		within := func(lo, hi int64) context.Context {
			return account.With(b.Context(), &account.Actor{Person: 1, Rights: []account.Right{{Verb: inforequest.Overseeing, Range: account.Range{Lo: lo, Hi: hi}}}})
		}
		open := []string{inforequest.Filed, inforequest.Open, inforequest.Clarifying, inforequest.Paying, inforequest.InReview, inforequest.Decided}
		lo, hi := h.Prefecture.Division.Range()
		for _, x := range []struct {
			name string
			ctx  context.Context
			f    inforequest.Filter
		}{
			{"office/open", h.As(h.Desk), inforequest.Filter{States: open}},
			{"office/closed", h.As(h.Desk), inforequest.Filter{States: []string{inforequest.Closed}}},
			{"office/late", h.As(h.Desk), inforequest.Filter{States: []string{inforequest.Open, inforequest.InReview}, Due: clock.DateOf(h.Clock.Now())}},
			{"office/words", h.As(h.Desk), inforequest.Filter{States: open, Text: "改厕补助"}},
			{"prefecture/open", within(int64(lo), int64(hi)), inforequest.Filter{States: open}},
			{"province/open", within(35e10, 36e10-1), inforequest.Filter{States: open}},
			{"province/closed", within(35e10, 36e10-1), inforequest.Filter{States: []string{inforequest.Closed}}},
			{"nation/open", within(0, 999_999_999_999), inforequest.Filter{States: open}},
			{"nation/review", within(0, 999_999_999_999), inforequest.Filter{States: []string{inforequest.InReview}}},
			{"nation/closed", within(0, 999_999_999_999), inforequest.Filter{States: []string{inforequest.Closed}}},
		} {
			b.Run(x.name, func(b *testing.B) { pages(b, h, x.ctx, x.f) })
		}
	})
}

// pages turns page after page, from the first again when there are no more.
func pages(b *testing.B, h *house, ctx context.Context, f inforequest.Filter) {
	f.Limit = 51
	var took []time.Duration
	before := cpu(b)
	for b.Loop() {
		start := time.Now()
		qs, err := h.Requests.List(ctx, f)
		took = append(took, time.Since(start))
		check(b, err)
		f.After = inforequest.Key{}
		if len(qs) == f.Limit {
			last := qs[f.Limit-2]
			f.After = inforequest.Key{On: last.NextOn().String(), ID: last.ID}
		}
	}
	b.ReportMetric(float64((cpu(b)-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
}

// BenchmarkRequestsCreate: a request by the web form, on disk when it is
// acknowledged, with its notice, events and audit row.
func BenchmarkRequestsCreate(b *testing.B) {
	engines(b, func(b *testing.B, h *house) {
		before := cpu(b)
		for i := 0; b.Loop(); i++ {
			_, _, err := h.Requests.File(h.Anyone(), h.Filing("bench "+strconv.Itoa(i)))
			check(b, err)
		}
		b.ReportMetric(float64((cpu(b)-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
	})
}

// cpu is the time this process has had of all processors.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	check(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// serverCPU is the processor time the connections of a PostgreSQL on this
// machine used so far; nothing of SQLite, which is in the process.
func serverCPU(b *testing.B, h *house) (used time.Duration) {
	b.Helper()
	if !h.DB.Postgres() {
		return 0
	}
	var pids []int
	check(b, h.DB.Read(b.Context(), func(tx *db.Tx) (err error) {
		pids, err = db.List(tx, db.One[int], "select pid from pg_stat_activity where backend_type = 'client backend' order by pid limit 100")
		return err
	}))
	for _, p := range pids {
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(p) + "/stat")
		if err != nil {
			continue
		}
		f := strings.Fields(string(stat))
		for _, i := range []int{13, 14} { // user and system, in hundredths of a second
			n, _ := strconv.Atoi(f[i])
			used += time.Duration(n) * 10 * time.Millisecond
		}
	}
	return used
}

// BenchmarkRequestsWrongCode: an unknown number against a wrong code, told apart
// by time or not: Welch's t of 10^4 tries of each, in random order. Run it with
// -benchtime 1x.
func BenchmarkRequestsWrongCode(b *testing.B) {
	h := inforequesttest.New(b)
	var known []string
	for i := range 400 {
		q, _, err := h.Requests.File(h.Anyone(), h.Filing("known "+strconv.Itoa(i)))
		check(b, err)
		known = append(known, q.Number)
	}
	const tries = 10_000
	var took [2][]float64
	rnd := rand.New(rand.NewPCG(4, 5))
	for i := 0; len(took[0]) < tries || len(took[1]) < tries; i++ {
		// Both numbers are made before either is tried: what makes them would else be measured too.
		numbers := [2]string{known[i%len(known)], ""} // each is tried once an hour, as an unknown one is
		numbers[1] = secret.Number(numbers[0][:strings.Index(numbers[0], "-")], "202611")
		if slices.Contains(known, numbers[1]) {
			continue
		}
		which := rnd.IntN(2)
		number := strings.Clone(numbers[which])
		if i%200 == 0 {
			h.Clock.Advance(2 * time.Hour) // below the limit of tries for any number
			check(b, h.Requests.Tick(b.Context()))
		}
		code := secret.Code(10)
		start := time.Now()
		_, err := h.Requests.Follow(h.Anyone(), number, code)
		d := float64(time.Since(start).Nanoseconds())
		refusedAs(b, err)
		took[which] = append(took[which], d)
	}
	b.ReportMetric(welch(took[0][:tries], took[1][:tries]), "t-all")
	b.ReportMetric(welch(cropped(took[0][:tries]), cropped(took[1][:tries])), "t-cropped")
	b.ReportMetric(mean(took[0])/1000, "known-µs")
	b.ReportMetric(mean(took[1])/1000, "unknown-µs")
}

func refusedAs(b *testing.B, err error) {
	b.Helper()
	if err == nil || strings.Contains(err.Error(), "tried_often") {
		b.Fatalf("a wrong try gave %v", err)
	}
}

func mean(x []float64) (m float64) {
	for _, v := range x {
		m += v / float64(len(x))
	}
	return m
}

// cropped leaves out the slowest tenth, which the machine made and not the code.
func cropped(x []float64) []float64 {
	s := slices.Sorted(slices.Values(x))
	return s[:len(s)*9/10]
}

// welch is the absolute t of two samples.
func welch(x, y []float64) float64 {
	variance := func(x []float64) (v float64) {
		m := mean(x)
		for _, a := range x {
			v += (a - m) * (a - m) / float64(len(x)-1)
		}
		return v
	}
	return math.Abs(mean(x)-mean(y)) / math.Sqrt(variance(x)/float64(len(x))+variance(y)/float64(len(y)))
}
