package nation

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/audit"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fresh"
	"yangguang/internal/search"
	"yangguang/norm"
)

// The search benchmark fills the index, and nothing else, with the texts that
// `yangguang load --nation` makes, as many as YANGGUANG_SEARCH_DOCS says, and
// asks it as the search page does. YANGGUANG_SEARCH_STORE keeps the store
// between runs: a folder, or the address of a PostgreSQL. With
// YANGGUANG_SEARCH_RECALL every answer is held against a scan of all texts, with
// YANGGUANG_SEARCH_PUT texts are put again, each in a transaction.
// bench/search.sh prints it.
func BenchmarkSearch(b *testing.B) {
	docs, _ := strconv.Atoi(os.Getenv("YANGGUANG_SEARCH_DOCS"))
	if docs == 0 {
		b.Skip("YANGGUANG_SEARCH_DOCS is not set: bench/search.sh sets it")
	}
	d := openBench(b)
	fillIndex(b, d, docs)
	for _, c := range benchClasses {
		b.Run(c.name, func(b *testing.B) { askAll(b, d, c.questions()) })
	}
	if os.Getenv("YANGGUANG_SEARCH_RECALL") != "" {
		b.Run("recall", func(b *testing.B) { recall(b, d) })
	}
	if os.Getenv("YANGGUANG_SEARCH_PUT") != "" {
		b.Run("put", func(b *testing.B) { putAgain(b, d) })
	}
}

// benchClass is one kind of question: words of several frequencies, in several
// places.
type benchClass struct {
	name   string
	words  []string
	within [][]string
}

var benchClasses = []benchClass{
	{"two", strings.Fields("奖励 公示 预算 窗口 许可 信访 培训 监督 签约 安溪"), [][]string{nil, {"d44"}, {"d3505"}, {"d350525"}}},
	{"long", strings.Fields("免费孕前优生健康检查 中华人民共和国政府信息公开条例 基本公共卫生服务 收费项目和标准公告 如有异议请在期限内提出 流动人口均等化服务情况公示 材料已同步送达"), [][]string{nil, {"d44"}, {"d3505"}, {"d350525"}}},
	{"mixed", []string{"行政许可 窗口", "公示 2026年", "第137号", "安溪 奖励扶助", "医疗废物 问卷 预算", "问卷 第12号", "应急预案 信访 特此公告"}, [][]string{nil, {"d44"}, {"d3505"}, {"d350525"}}},
}

func (c benchClass) questions() (out []search.Q) {
	for _, in := range c.within {
		for _, w := range c.words {
			out = append(out, search.Q{Text: w, Scopes: in, Kinds: []string{"item"}})
		}
	}
	return out
}

// mostHits is what the search page looks at.
const mostHits = 1001

// askAll asks every question in turn, after a first round that warms, and
// reports the middle, the 95th of a hundred and the slowest.
func askAll(b *testing.B, d *db.DB, qs []search.Q) {
	took, work := map[string][]time.Duration{}, map[string][]time.Duration{}
	var all, busy []time.Duration
	ask := func(q search.Q) time.Duration {
		begun := time.Now()
		if err := d.Read(context.Background(), func(tx *db.Tx) error { _, err := search.Look(tx, q, mostHits); return err }); err != nil {
			b.Fatal(err)
		}
		return time.Since(begun)
	}
	for _, q := range qs {
		ask(q)
	}
	backend := backendOf(b, d)
	for i := 0; b.Loop(); i++ {
		q := qs[i%len(qs)]
		used := worked(backend)
		t := ask(q)
		all, busy = append(all, t), append(busy, worked(backend)-used)
		key := fmt.Sprint(q.Text, " ", q.Scopes)
		took[key], work[key] = append(took[key], t), append(work[key], busy[i])
	}
	report(b, all, busy)
	if os.Getenv("YANGGUANG_SEARCH_SLOW") != "" {
		for k, ts := range took {
			fmt.Fprintf(os.Stderr, "%8.1f ms %8.1f ms %8.1f ms %s\n", at(work[k], 50), at(ts, 50), at(ts, 100), k)
		}
	}
}

// at is the time so many of a hundred take at most, in milliseconds.
func at(ts []time.Duration, p int) float64 {
	slices.Sort(ts)
	return float64(ts[min(len(ts)-1, len(ts)*p/100)].Microseconds()) / 1000
}

func report(b *testing.B, all, busy []time.Duration) {
	b.ReportMetric(at(all, 50), "p50-ms")
	b.ReportMetric(at(all, 95), "p95-ms")
	b.ReportMetric(at(all, 100), "max-ms")
	b.ReportMetric(at(busy, 50), "cpu-p50-ms")
	b.ReportMetric(at(busy, 95), "cpu-p95-ms")
	b.ReportMetric(0, "ns/op")
}

// putAgain indexes texts of one province again as a publication does, one in
// each transaction.
func putAgain(b *testing.B, d *db.DB) {
	ctx := context.Background()
	var docs []search.Doc
	if err := d.Read(ctx, func(tx *db.Tx) (err error) {
		docs, err = db.List(tx, func(r *db.Rows, doc *search.Doc) error {
			var at int64
			var scopes, text string
			err := r.Scan(&doc.ID, &at, &scopes, &text)
			doc.Province, doc.Kind, doc.At, doc.Scopes = 35, "item", clock.FromMillis(at), strings.Fields(scopes)
			doc.Title, doc.Body, _ = strings.Cut(text, "\n")
			return err
		}, "select t.id, t.at, t.scopes, t.text from search_doc as d join bench_text as t on t.id = d.id where d.province = 35 order by d.province, d.id limit 200")
		return err
	}); err != nil {
		b.Fatal(err)
	}
	backend := backendOf(b, d)
	var all, busy []time.Duration
	for i := 0; b.Loop(); i++ {
		begun, used := time.Now(), worked(backend)
		if err := d.Write(ctx, func(tx *db.Tx) error { return search.Put(tx, docs[i%len(docs)]) }); err != nil {
			b.Fatal(err)
		}
		all, busy = append(all, time.Since(begun)), append(busy, worked(backend)-used)
	}
	report(b, all, busy)
}

// worked is how long this process has worked so far, and the PostgreSQL process
// beside it where it runs on this machine: what a busy machine hides.
func worked(backend int) time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	all := time.Duration(u.Utime.Nano() + u.Stime.Nano())
	if b, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", backend)); err == nil && backend != 0 {
		n, _ := strconv.ParseInt(strings.Fields(string(b))[0], 10, 64)
		all += time.Duration(n)
	}
	return all
}

// backendOf is the process that serves the benchmark, which asks one thing at a
// time.
func backendOf(b *testing.B, d *db.DB) (pid int) {
	if !d.Postgres() {
		return 0
	}
	if err := d.Read(context.Background(), func(tx *db.Tx) error { return tx.Row("select pg_backend_pid()").Scan(&pid) }); err != nil {
		b.Fatal(err)
	}
	return pid
}

func openBench(b *testing.B) *db.DB {
	where := os.Getenv("YANGGUANG_SEARCH_STORE")
	o := db.Options{Dir: where}
	switch {
	case strings.HasPrefix(where, "postgres"):
		o = db.Options{URL: where}
	case where == "":
		o.Dir = b.TempDir()
	}
	ctx := context.Background()
	d, err := db.Open(ctx, o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = d.Close() })
	schema := []fs.FS{calendar.Migrations, audit.Migrations, fresh.Migrations, agency.Migrations, search.Migrations, catalogue.Migrations}
	if err := d.Migrate(ctx, schema...); err != nil {
		b.Fatal(err)
	}
	if err := search.Setup(ctx, d); err != nil {
		b.Fatal(err)
	}
	if err := agency.ImportDivisions(ctx, d, nil); err != nil {
		b.Fatal(err)
	}
	return d
}

// fillIndex indexes as many texts as asked for, unless they are there, and
// keeps the texts beside it for the scan.
func fillIndex(b *testing.B, d *db.DB, docs int) {
	ctx := context.Background()
	exec := func(statements ...string) {
		if err := d.Write(ctx, func(tx *db.Tx) error {
			for _, s := range statements {
				if _, err := tx.Exec(s); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	have := 0
	if err := d.Read(ctx, func(tx *db.Tx) error { return tx.Row("select count(*) from search_doc").Scan(&have) }); err != nil || have > 0 {
		b.Logf("%d texts were there: %v", have, err)
		return
	}
	exec("create table if not exists bench_text (id bigint primary key, at bigint, scopes text, text text)")
	if d.Postgres() { // the index is made faster afterwards
		exec("drop index if exists search_part_words")
	}
	begun := time.Now()
	n := makeTexts(b, d, docs)
	if err := errors.Join(search.Setup(ctx, d), search.Settle(ctx, d)); err != nil {
		b.Fatal(err)
	}
	exec("analyze")
	fmt.Fprintf(os.Stderr, "%s %s, %d cores: %d texts indexed in %.0f s\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), n, time.Since(begun).Seconds())
}

func makeTexts(b *testing.B, d *db.DB, docs int) (n int) {
	ctx := context.Background()
	keeper := calendar.NewKeeper(d, nil)
	if err := keeper.Seed(ctx); err != nil {
		b.Fatal(err)
	}
	o := Options{DB: d, Catalogue: &catalogue.Catalogue{Norm: norm.Builtin(), Calendars: keeper}, Seed: 1, Scale: 1, Items: docs}
	l := newLoader(o)
	if err := d.Read(ctx, l.prepare); err != nil {
		b.Fatal(err)
	}
	for last, begun := agency.Nation, false; ; begun = true {
		var ds []agency.Division
		if err := d.Read(ctx, func(tx *db.Tx) (err error) { ds, err = divisionsAfter(tx, last, begun, step); return err }); err != nil {
			b.Fatal(err)
		}
		if len(ds) == 0 {
			return n
		}
		last = ds[len(ds)-1].Code
		if err := d.Write(ctx, func(tx *db.Tx) error {
			_, _, items := l.divisions(tx, ds)
			n += len(items)
			return index(tx, items)
		}); err != nil {
			b.Fatal(err)
		}
	}
}

// index indexes items, and keeps their texts for the scan.
func index(tx *db.Tx, items []item) error {
	var docs []search.Doc
	for i := range items {
		docs = append(docs, items[i].doc())
		if _, err := tx.Exec("insert into bench_text (id, at, scopes, text) values ($1, $2, $3, $4)", items[i].ID, items[i].At, strings.Join(items[i].scopes(), " "), items[i].Title+"\n"+items[i].Text); err != nil {
			return err
		}
	}
	return search.Load(tx, docs)
}

// recall holds every question's answer against a scan of all texts: as many,
// and the newest in their order.
func recall(b *testing.B, d *db.DB) {
	type scanned struct {
		q    search.Q
		hits map[int64]bool
	}
	var all []scanned
	for _, c := range benchClasses {
		for _, q := range c.questions() {
			all = append(all, scanned{q, map[int64]bool{}})
		}
	}
	err := d.Read(context.Background(), func(tx *db.Tx) error {
		rows, err := tx.Query("select id, scopes, text from bench_text") //nolint:rowserrcheck // checked below
		if err != nil {
			return err
		}
		for rows.Next() {
			var id int64
			var scopes, text string
			if err := rows.Scan(&id, &scopes, &text); err != nil {
				return err
			}
			for _, s := range all {
				if holds(text, scopes, s.q) {
					s.hits[id] = true
				}
			}
		}
		if err := rows.Close(); err != nil {
			return err
		}
		for _, s := range all {
			found, err := search.Look(tx, s.q, mostHits)
			if err != nil {
				return err
			}
			n, err := search.Count(tx, s.q, 10_000_000)
			if err != nil {
				return err
			}
			wrong := 0
			for _, h := range found.Hits {
				if !s.hits[h.ID] {
					wrong++
				}
			}
			if wrong > 0 || n != len(s.hits) || len(found.Hits) != min(mostHits, n) {
				b.Errorf("%s %v: the scan finds %d, the index %d and shows %d, %d of them wrong", s.q.Text, s.q.Scopes, len(s.hits), n, len(found.Hits), wrong)
			}
		}
		return rows.Err()
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%d questions held against a scan", len(all))
}

func holds(text, scopes string, q search.Q) bool {
	for _, s := range q.Scopes {
		if !slices.Contains(strings.Fields(scopes), s) {
			return false
		}
	}
	for _, w := range strings.Fields(q.Text) {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}
