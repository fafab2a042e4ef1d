package analysis

import (
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/supervision/casework"
)

// The figures of issue 5, by bench/casework.sh. YANGGUANG_BENCH_CASEWORK is how
// many matters there are.

func scale() int {
	if n, err := strconv.Atoi(os.Getenv("YANGGUANG_BENCH_CASEWORK")); err == nil && n >= 1000 {
		return n
	}
	return 10_000
}

func engines(b *testing.B, f func(b *testing.B, o *bureau)) {
	for name, open := range map[string]func(testing.TB, clock.Clock, ...fs.FS) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			c := clock.NewFake(disclosuretest.Now)
			f(b, over(b, open(b, c, rooms...), c))
		})
	}
}

// cpu is the processor time this process used; that of a PostgreSQL is its own.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// serverCPU is the processor time the connections of a PostgreSQL on this
// machine used so far; nothing of SQLite, which is in the process.
func serverCPU(b *testing.B, o *bureau) (used time.Duration) {
	b.Helper()
	if !o.Room.DB.Postgres() {
		return 0
	}
	var pids []int
	disclosuretest.Check(b, o.Room.DB.Read(b.Context(), func(tx *db.Tx) (err error) {
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

// rows are many rows for one statement.
type rows struct {
	vs   []string
	args []any
}

func (r *rows) add(args ...any) {
	marks := make([]string, len(args))
	for i := range args {
		marks[i] = "$" + strconv.Itoa(len(r.args)+i+1)
	}
	r.args = append(r.args, args...)
	r.vs = append(r.vs, "("+strings.Join(marks, ", ")+")")
}

func (r *rows) insert(tx *db.Tx, into string) error {
	if len(r.vs) == 0 {
		return nil
	}
	_, err := tx.Exec("insert into "+into+" values "+strings.Join(r.vs, ", "), r.args...)
	return err
}

// perInsert is how many rows go into one statement; see perApply.
const perInsert = 10

// made is one matter of a fictional province, with its history.
type made struct {
	m      casework.Matter
	events []happened
	said   *lastWord
}

// generator makes matters as a province has them: many enquiries, few tip-offs,
// by telephone and web mostly, one in twenty open, in 120 counties over 24 months.
type generator struct {
	r        *rand.Rand
	province agency.Code
	now      time.Time
	subjects []string
}

func weighted(r *rand.Rand, names []string, weights []int) string {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := r.IntN(sum)
	for i, w := range weights {
		if n -= w; n < 0 {
			return names[i]
		}
	}
	return names[0]
}

func (g *generator) next(i, of int) made {
	r := g.r
	county := g.province + agency.Code(1+r.IntN(12))*1e8 + agency.Code(1+r.IntN(10))*1e6
	region := county
	if r.IntN(2) == 0 {
		region += agency.Code(1+r.IntN(15)) * 1e3
	}
	unit := int64(region)*10 + int64(r.IntN(2)) + 1e15
	filed := g.now.Add(-time.Duration(float64(of-i) / float64(of) * float64(730*24*time.Hour)))
	m := casework.Matter{Province: int(g.province / 1e10), ID: int64(g.province/1e10)<<56 | int64(i+1), Agency: unit, Region: region, Holder: unit, HolderRegion: region, Number: fmt.Sprintf("b%09d", i), FiledAt: filed,
		Channel: weighted(r, []string{"phone", "web", "counter", "letter", "email", "hotline12345"}, []int{45, 25, 10, 5, 5, 10}),
		Type:    weighted(r, []string{"enquiry", "complaint", "suggestion", "tipoff", "praise", "petition"}, []int{51, 30, 6, 4, 3, 6}),
		Topic:   weighted(r, []string{"reward", "registration", "service", "care", "fee", "migrant", "conduct", "openness", "institution", "other"}, []int{20, 18, 15, 9, 6, 5, 7, 5, 9, 6}),
		Class:   "usual", Subject: g.subjects[r.IntN(len(g.subjects))], State: casework.Registered}
	x := made{m: m}
	g.lead(&x)
	return x
}

// named is what tells a matter from the next of its kind: a village, a street, a
// shop, of three characters; the first of two thousand, as unequal in their use
// as the words of people are.
func named(r *rand.Rand) string {
	var b strings.Builder
	for range 3 {
		b.WriteRune(rune(0x4e00 + int(2000*math.Pow(r.Float64(), 2))))
	}
	return b.String()
}

// asWorded and pairsOf are what the room writes for the desk's search; the
// benchmark of the search fails when they are not.
func asWorded(m *casework.Matter) int {
	if m.State == casework.Closed {
		return 2
	}
	return 1
}

func pairsOf(s string) (out []int64) {
	rs := []rune(s)
	for i := range len(rs) - 1 {
		out = append(out, int64(rs[i])<<21|int64(rs[i+1]))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// lead takes a matter as far as its age lets it be.
func (g *generator) lead(x *made) {
	r, m := g.r, &x.m
	m.AcceptedAt = m.FiledAt.Add(time.Duration(r.IntN(48)) * time.Hour)
	m.FirstDue = m.AcceptedAt.Add(15 * 24 * time.Hour)
	m.DueAt = m.FirstDue
	reply := m.AcceptedAt.Add(time.Duration(1+r.ExpFloat64()*6*24) * time.Hour)
	if m.AcceptedAt.After(g.now) {
		m.AcceptedAt, m.FirstDue, m.DueAt = time.Time{}, time.Time{}, time.Time{}
		return
	}
	m.State = casework.InHand
	if r.IntN(5) == 0 {
		x.events = append(x.events, happened{"dispatch", "", m.AcceptedAt.Add(time.Hour)})
	}
	if reply.After(g.now) || r.IntN(100) == 0 {
		return
	}
	x.events = append(x.events, happened{"replied", "", reply})
	m.State, m.ClosedAt, m.Result = casework.Closed, reply.Add(48*time.Hour), weighted(r, []string{"solved", "partly", "explained", "referred"}, []int{50, 10, 35, 5})
	m.Delivery, m.DeliveredAt, m.RepliedAt, m.Rated = "phone", m.ClosedAt.Add(-24*time.Hour), reply, "unreached"
	if r.IntN(3) > 0 {
		m.Rated = "yes"
		x.said = &lastWord{weighted(r, []string{"yes", "partly", "no"}, []int{80, 12, 8}), weighted(r, []string{"yes", "fair", "no"}, []int{80, 12, 8}), "", m.ClosedAt}
	}
}

// fill makes n matters with what they were counted as and the sums.
func fill(b *testing.B, o *bureau, n int) {
	b.Helper()
	cache(b, o, -400_000)
	defer cache(b, o, -2000)
	g := &generator{rand.New(rand.NewPCG(1, 2)), o.County.Division.At(agency.LevelProvince), o.Clock.Now(), usual}
	disclosuretest.Check(b, o.Room.DB.Write(b.Context(), func(tx *db.Tx) error { return divide(tx, g.province) }))
	sealed := make([]byte, 220)
	const words = "casework_word (province, done, word, region, matter)"
	many := 1
	if o.Room.DB.Postgres() {
		many = 10
	}
	t := tally{}
	for from := 0; from < n; from += 500 {
		disclosuretest.Check(b, o.Room.DB.Write(b.Context(), func(tx *db.Tx) error {
			ms, ks, ws := &rows{}, &rows{}, &rows{}
			flush := func() error {
				if err := ms.insert(tx, "casework (province, id, prefecture, county, region, agency, holder, holder_region, number, code, token, channel, type, class, topic, state, subject, told, contact, filed_at, accepted_at, first_due, due_at, result, closed_at, replied_at, delivery, delivered_at, rated, worded)"); err != nil {
					return err
				}
				err := ks.insert(tx, "casework_counted (province, matter, agency, region, prefecture, county, since, marks)")
				ms, ks = &rows{}, &rows{}
				return err
			}
			for i := from; i < min(n, from+500); i++ {
				if len(ms.vs) == perInsert*many {
					if err := flush(); err != nil {
						return err
					}
				}
				x := g.next(i, n)
				m := &x.m
				ms.add(m.Province, m.ID, m.Region.Prefecture(), m.Region.County(), m.Region, m.Agency, m.Holder, m.HolderRegion, m.Number, fmt.Appendf(nil, "c%d", i), fmt.Appendf(nil, "t%d", i), m.Channel, m.Type, m.Class, m.Topic, m.State, m.Subject, sealed, sealed,
					clock.Millis(m.FiledAt), orNull(m.AcceptedAt), orNull(m.FirstDue), orNull(m.DueAt), m.Result, orNull(m.ClosedAt), orNull(m.RepliedAt), m.Delivery, orNull(m.DeliveredAt), m.Rated, asWorded(m))
				for _, w := range pairsOf(m.Subject) {
					if len(ws.vs) == perInsert*many {
						if err := ws.insert(tx, words); err != nil {
							return err
						}
						ws = &rows{}
					}
					ws.add(m.Province, asWorded(m), w, m.Region, m.ID)
				}
				f := factsOf(m, x.events, x.said)
				t.take(f, 1)
				ks.add(m.Province, m.ID, m.Agency, m.Region, m.Region.Prefecture(), m.Region.County(), clock.Millis(f.since(m.FiledAt)), f.marks())
			}
			if err := flush(); err != nil {
				return err
			}
			return ws.insert(tx, words)
		}))
	}
	keys := t.tidy()
	for len(keys) > 0 {
		k := min(len(keys), 5000)
		disclosuretest.Check(b, o.Room.DB.Write(b.Context(), func(tx *db.Tx) error {
			for from := 0; from < k; from += perApply {
				if err := applySome(tx, o.County.Province(), t, keys[from:min(k, from+perApply)]); err != nil {
					return err
				}
			}
			return nil
		}))
		keys = keys[k:]
	}
	if o.Room.DB.Postgres() {
		disclosuretest.Check(b, o.Room.DB.Write(b.Context(), func(tx *db.Tx) error { _, err := tx.Exec("analyze"); return err }))
	}
}

// divide gives the province the prefectures, counties and townships its matters are of.
func divide(tx *db.Tx, province agency.Code) error {
	add := func(c, parent agency.Code, level agency.Level) error {
		_, err := tx.Exec("insert into division (code, parent, level, name, name_key, province, prefecture, county) values ($1, $2, $3, $4, 0, $5, $6, $7) on conflict (code) do nothing", c, parent, int(level), "示例"+c.Short(), c.Province(), c.Prefecture(), c.County())
		return err
	}
	for p := range agency.Code(12) {
		prefecture := province + (p+1)*1e8
		if err := add(prefecture, province, agency.LevelPrefecture); err != nil {
			return err
		}
		for q := range agency.Code(10) {
			county := prefecture + (q+1)*1e6
			if err := add(county, prefecture, agency.LevelCounty); err != nil {
				return err
			}
			for t := range agency.Code(15) {
				if err := add(county+(t+1)*1e3, county, agency.LevelTownship); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func cache(b *testing.B, o *bureau, kib int) {
	b.Helper()
	if !o.Room.DB.Postgres() {
		disclosuretest.Check(b, o.Room.DB.Write(b.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec("pragma cache_size = " + strconv.Itoa(kib))
			return err
		}))
	}
}

// BenchmarkCaseworkCreate files one matter: the row, its event, the notice, the
// audit row and every sum. Of a PostgreSQL the server's part stands beside the client's.
func BenchmarkCaseworkCreate(b *testing.B) {
	engines(b, func(b *testing.B, o *bureau) {
		for _, counted := range []bool{true, false} {
			b.Run(map[bool]string{true: "counted", false: "uncounted"}[counted], func(b *testing.B) {
				o.Cases.Changed = nil
				if counted {
					o.Cases.Changed = o.Room.Changed
				}
				fs := make([]casework.Filing, b.N)
				for i := range fs {
					fs[i] = o.Filing("enquiry")
				}
				b.ResetTimer()
				before, server := cpu(), serverCPU(b, o)
				for i := range fs {
					o.File(b, fs[i])
				}
				b.ReportMetric(float64((serverCPU(b, o)-server).Microseconds())/1000/float64(b.N), "server-cpu-ms/op")
				b.ReportMetric(float64((cpu()-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
			})
		}
	})
}

// BenchmarkCaseworkRead reads among many matters, which are made once for the
// lists, the search and the pages of figures together: making a million takes long.
func BenchmarkCaseworkRead(b *testing.B) {
	engines(b, func(b *testing.B, o *bureau) {
		fill(b, o, scale())
		b.Run("list", func(b *testing.B) { benchList(b, o) })
		b.Run("search", func(b *testing.B) { benchSearch(b, o) })
		b.Run("statistics", func(b *testing.B) { benchStatistics(b, o) })
	})
}

// benchList is the worklist of 30 of a county and of its province.
func benchList(b *testing.B, o *bureau) {
	code := o.County.Division.At(agency.LevelProvince) + 1e8 + 1e6
	for name, c := range map[string]agency.Code{"county": code, "province": o.County.Division.At(agency.LevelProvince)} {
		lo, hi := c.Range()
		ctx := account.With(b.Context(), &account.Actor{Person: o.reader.ID, Rights: []account.Right{{Verb: casework.Overseeing, Range: account.Range{Lo: int64(lo), Hi: int64(hi)}}}})
		for _, view := range []string{casework.All, casework.Late} {
			b.Run(name+"/"+view, func(b *testing.B) {
				listed := 0
				measureEach(b, func() {
					ms, err := o.Cases.List(ctx, casework.Filter{View: view, Limit: 30})
					disclosuretest.Check(b, err)
					listed = len(ms)
				})
				b.ReportMetric(float64(listed), "matters-listed") // fewer than 30: there are no more to list
			})
		}
	}
}

// benchSearch asks the worklists for two characters: of words many
// matters have, and of names few have or none, as often the one as the other.
func benchSearch(b *testing.B, o *bureau) {
	province := o.County.Division.At(agency.LevelProvince)
	for name, c := range map[string]agency.Code{"county": province + 1e8 + 1e6, "prefecture": province + 1e8, "province": province} {
		lo, hi := c.Range()
		ctx := account.With(b.Context(), &account.Actor{Person: o.reader.ID, Rights: []account.Right{{Verb: casework.Overseeing, Range: account.Range{Lo: int64(lo), Hi: int64(hi)}}}})
		for _, view := range []string{casework.All, casework.Done} {
			b.Run(name+"/"+view, func(b *testing.B) {
				r, found := rand.New(rand.NewPCG(5, 6)), 0
				questions := make([]string, 200)
				for i := range questions {
					subject := []rune(usual[r.IntN(len(usual))])
					at := r.IntN(len(subject) - 1)
					if questions[i] = string(subject[at : at+2]); i%2 == 0 {
						questions[i] = string([]rune(named(r))[:2])
					}
				}
				i := 0
				measureEach(b, func() {
					ms, err := o.Cases.List(ctx, casework.Filter{View: view, Limit: 31, Text: questions[i%len(questions)]})
					disclosuretest.Check(b, err)
					found += len(ms)
					i++
				})
				if found == 0 {
					b.Fatal("nothing was found")
				}
			})
		}
	}
}

// benchStatistics are the pages of figures of a province, served.
func benchStatistics(b *testing.B, o *bureau) {
	province := o.County.Division.At(agency.LevelProvince)
	o.Room.Front.Home = province
	s := newSite(b, o)
	lo, hi := province.Range()
	in := account.Range{Lo: int64(lo), Hi: int64(hi)}
	ctx := account.With(b.Context(), &account.Actor{Person: o.reader.ID, Rights: []account.Right{{Verb: casework.Overseeing, Range: in}, {Verb: Reading, Range: in}}})
	last := addMonths(monthOf(o.today()), -1)
	prefecture := province + 1e8
	for _, p := range []struct{ name, path string }{
		{"province-month", "/desk/analysis?place=" + province.Short() + "&period=" + monthKey(last)},
		{"province-year", "/desk/analysis?place=" + province.Short() + "&period=" + strconv.Itoa(o.today().Year())},
		{"prefecture-month", "/desk/analysis?place=" + prefecture.Short() + "&period=" + monthKey(last)},
		{"province-public", "/matters/statistics?place=" + province.Short() + "&period=" + monthKey(last)},
		{"list", "/desk/analysis/list?place=" + province.Short() + "&period=" + monthKey(last) + "&measure=late"},
	} {
		b.Run(p.name, func(b *testing.B) {
			measureEach(b, func() {
				w := httptest.NewRecorder()
				s.app.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", p.path, nil))
				if w.Code != 200 {
					b.Fatalf("%d: %.300s", w.Code, w.Body.String())
				}
			})
		})
	}
}

// BenchmarkCaseworkRecount holds every sum against every matter.
func BenchmarkCaseworkRecount(b *testing.B) {
	engines(b, func(b *testing.B, o *bureau) {
		fill(b, o, scale()/10)
		b.ResetTimer()
		start, before := time.Now(), cpu()
		_, err := o.Room.Recount(b.Context())
		disclosuretest.Check(b, err)
		b.ReportMetric((cpu() - before).Seconds(), "cpu-s/all")
		b.ReportMetric(time.Since(start).Seconds(), "s/all")
		b.ReportMetric(float64(scale()/10), "matters")
	})
}

// measureEach reports processor time and the middle and slow ends of one call.
func measureEach(b *testing.B, f func()) {
	f() // what is prepared once
	took := make([]time.Duration, b.N)
	b.ResetTimer()
	before := cpu()
	for i := range took {
		at := time.Now()
		f()
		took[i] = time.Since(at)
	}
	used := cpu() - before
	slices.Sort(took)
	b.ReportMetric(float64(used.Microseconds())/1000/float64(b.N), "cpu-ms/op")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
}
