package search

import (
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"yangguang/internal/db"
)

// The scale benchmark fills a store with as many notices as
// YANGGUANG_SEARCH_DOCS says, whose sentences are those of real statutes
// (YANGGUANG_SEARCH_TEXT, one a line) and whose places are the nation's five
// levels, and asks it. YANGGUANG_SEARCH_STORE keeps the store between runs: a
// folder, or the address of a PostgreSQL. bench/search.sh prints it.
func BenchmarkScale(b *testing.B) {
	docs, _ := strconv.Atoi(os.Getenv("YANGGUANG_SEARCH_DOCS"))
	if docs == 0 {
		b.Skip("YANGGUANG_SEARCH_DOCS is not set: bench/search.sh sets it")
	}
	d := scaleStore(b, docs)
	for _, c := range scaleQueries {
		for name, q := range c.variants() {
			b.Run(c.name+"/"+name, func(b *testing.B) { measure(b, d, q) })
		}
	}
	b.Run("count", func(b *testing.B) {
		measureBy(b, d, func(tx *db.Tx, q Q) error { _, err := Count(tx, q, 10_000); return err }, everyQuery())
	})
}

// scaleQuery is one kind of question with words of several frequencies.
type scaleQuery struct {
	name  string
	words []string
}

var scaleQueries = []scaleQuery{
	{"two", []string{"公示", "奖励", "扶助", "规定", "安全", "抚养", "渔业", "仲裁", "兑现", "鸽子"}},
	{"long", []string{"社会抚养费征收管理办法", "奖励扶助对象名单公示", "国家机关工作人员", "应当自收到申请之日起", "农村部分计划生育家庭奖励扶助"}},
	{"mixed", []string{"2025年第3季度", "12356热线", "公示 2024年", "奖励 扶助 2023年", "规定 第三季度", "月报 0592"}},
	{"name", []string{"安溪县", "凤城镇", "凤城镇 公示", "安溪县 社会抚养费"}},
}

func (c scaleQuery) variants() map[string][]Q {
	out := map[string][]Q{}
	for _, w := range c.words {
		out["all"] = append(out["all"], Q{Text: w})
		out["province"] = append(out["province"], Q{Text: w, Scopes: []string{"d12"}})
		out["county"] = append(out["county"], Q{Text: w, Scopes: []string{"d120304"}})
		out["category"] = append(out["category"], Q{Text: w, Scopes: []string{"d12", "cvillage.3"}})
		out["best"] = append(out["best"], Q{Text: w, ByRank: true}, Q{Text: w, ByRank: true, Scopes: []string{"d12"}})
	}
	return out
}

func everyQuery() (out []Q) {
	for _, c := range scaleQueries {
		for _, qs := range c.variants() {
			out = append(out, qs...)
		}
	}
	return out
}

func measure(b *testing.B, d *db.DB, qs []Q) {
	measureBy(b, d, func(tx *db.Tx, q Q) error { _, err := Find(tx, q); return err }, qs)
}

// measureBy asks every question in turn and reports the middle, the 95th of a
// hundred and the slowest.
func measureBy(b *testing.B, d *db.DB, ask func(tx *db.Tx, q Q) error, qs []Q) {
	var took, busy []time.Duration
	slow := map[string]time.Duration{}
	i := 0
	for b.Loop() {
		q := qs[i%len(qs)]
		i++
		begun, used := time.Now(), cpu()
		if err := d.Read(context.Background(), func(tx *db.Tx) error { return ask(tx, q) }); err != nil {
			b.Fatal(err)
		}
		t := time.Since(begun)
		took, busy = append(took, t), append(busy, cpu()-used)
		t = busy[len(busy)-1]
		if key := q.Text + strings.Join(q.Scopes, ","); i > len(qs) { // the first round warms
			slow[key] = max(slow[key], t)
		}
	}
	at := func(ts []time.Duration, p int) float64 {
		slices.Sort(ts)
		return float64(ts[min(len(ts)-1, len(ts)*p/100)].Microseconds()) / 1000
	}
	b.ReportMetric(at(took, 50), "p50-ms")
	b.ReportMetric(at(took, 95), "p95-ms")
	b.ReportMetric(at(took, 100), "max-ms")
	if !d.Postgres() { // what this process worked: what a busy machine hides
		b.ReportMetric(at(busy, 50), "cpu-p50-ms")
		b.ReportMetric(at(busy, 95), "cpu-p95-ms")
	}
	b.ReportMetric(0, "ns/op")
	if os.Getenv("YANGGUANG_SEARCH_SLOW") != "" {
		for k, t := range slow {
			if t > 30*time.Millisecond {
				b.Logf("slow: %s %v", k, t.Round(time.Millisecond))
			}
		}
	}
}

// cpu is how long this process has worked so far.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func scaleStore(b *testing.B, docs int) *db.DB {
	b.Helper()
	ctx := context.Background()
	where := os.Getenv("YANGGUANG_SEARCH_STORE")
	o := db.Options{Dir: where}
	switch {
	case strings.HasPrefix(where, "postgres"):
		o = db.Options{URL: where}
	case where == "":
		o.Dir = b.TempDir()
	}
	d, err := db.Open(ctx, o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = d.Close() })
	if err := d.Migrate(ctx, []fs.FS{Migrations}...); err != nil {
		b.Fatal(err)
	}
	if err := Setup(ctx, d); err != nil {
		b.Fatal(err)
	}
	if err := fill(ctx, d, docs); err != nil {
		b.Fatal(err)
	}
	b.Logf("%s %s, %d cores, %d documents", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), docs)
	return d
}

func fill(ctx context.Context, d *db.DB, docs int) error {
	var have int
	if err := d.Read(ctx, func(tx *db.Tx) error { return tx.Row("select count(*) from search_doc").Scan(&have) }); err != nil || have >= docs {
		return err
	}
	if d.Postgres() && have == 0 { // the index is made faster afterwards
		if err := d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec("drop index if exists search_part_words"); return err }); err != nil {
			return err
		}
	}
	g := newNotices()
	for i := 0; i < docs; i += 2000 {
		batch := make([]Doc, 0, 2000)
		for k := range 2000 {
			batch = append(batch, g.next(i+k))
		}
		if i < have {
			continue
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { return insertAll(tx, batch) }); err != nil {
			return err
		}
		if i%50_000 == 0 {
			fmt.Fprintln(os.Stderr, time.Now().Format(time.TimeOnly), i)
		}
	}
	if err := Setup(ctx, d); err != nil {
		return err
	}
	return d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec("analyze")
		return err
	})
}

// insertAll is Put for many new documents in few statements.
func insertAll(tx *db.Tx, docs []Doc) error {
	if !tx.Postgres() {
		for _, doc := range docs {
			if err := Put(tx, doc); err != nil {
				return err
			}
		}
		return nil
	}
	var heads, parts strings.Builder
	var headArgs, partArgs []any
	for _, doc := range docs {
		place := doc.At.UnixMilli()<<placeBits | doc.ID&(1<<placeBits-1)
		fmt.Fprintf(&heads, ",($%d,$%d,'item',$%d,$%d)", len(headArgs)+1, len(headArgs)+2, len(headArgs)+3, len(headArgs)+4)
		headArgs = append(headArgs, doc.Province, doc.ID, doc.At.UnixMilli(), place)
		labels := []string{term(kindSign, doc.Kind)}
		for _, s := range doc.Scopes {
			labels = append(labels, term(scopeSign, s))
		}
		for n, v := range vectors(tokens(doc.Title), [][]token{tokens(doc.Body)}, labels) {
			k := len(partArgs)
			fmt.Fprintf(&parts, ",($%d,$%d,$%d,$%d,cast($%d as tsvector))", k+1, k+2, k+3, k+4, k+5)
			partArgs = append(partArgs, doc.Province, doc.ID, n, place, v)
		}
	}
	if _, err := tx.Exec("insert into search_doc (province, id, kind, at, place) values "+heads.String()[1:], headArgs...); err != nil {
		return err
	}
	_, err := tx.Exec("insert into search_part (province, id, part, place, words) values "+parts.String()[1:], partArgs...)
	return err
}

// notices makes documents as agencies publish them.
type notices struct {
	rng   *rand.Rand
	lines []string
}

func newNotices() *notices {
	g := &notices{rng: rand.New(rand.NewPCG(3, 1))}
	if f, err := os.Open(filepath.Clean(os.Getenv("YANGGUANG_SEARCH_TEXT"))); err == nil {
		defer func() { _ = f.Close() }()
		for s := bufio.NewScanner(f); s.Scan(); {
			g.lines = append(g.lines, s.Text())
		}
	}
	if len(g.lines) == 0 {
		g.lines = strings.Fields("本单位依法公开办事流程、时限和依据。 奖励扶助对象名单已经公示，接受群众监督。 社会抚养费征收管理办法自发布之日起施行。")
	}
	return g
}

var (
	scaleTopics = strings.Fields("社会抚养费征收情况公示 奖励扶助对象名单公示 特别扶助资金兑现情况 办事指南 机构设置和职能 人口统计月报 村务公开 收费项目和标准 行政处罚结果公告 再生育审批流程 免费技术服务项目 药具发放点 举报热线12356 年度工作报告 预算执行情况 干部任免公告 流动人口服务管理 独生子女父母奖励费发放 评议结果 会议纪要")
	scaleNames  = []rune("安溪凤城永春南靖德化惠长龙泉清流平和云霄东山诏漳浦华仙游福鼎古田屏周宁寿柘荣松政建阳武夷光泽邵顺昌沙尤大三明宁")
)

func (g *notices) name(n uint64, end string) string {
	r := rand.New(rand.NewPCG(n, 7))
	return string([]rune{scaleNames[r.IntN(len(scaleNames))], scaleNames[r.IntN(len(scaleNames))]}) + end
}

func (g *notices) next(i int) Doc {
	r := g.rng
	p, c, k, w, v := 11+r.IntN(31), 1+r.IntN(11), 1+r.IntN(9), 1+r.IntN(14), 1+r.IntN(15)
	county := uint64(p*10000 + c*100 + k)
	town := county*1000 + uint64(w)
	title := g.name(county, "县") + g.name(town, "镇") + g.name(town*1000+uint64(v), "村")
	title += fmt.Sprintf("%d年第%d季度", 2020+r.IntN(6), 1+r.IntN(4)) + scaleTopics[r.IntN(len(scaleTopics))]
	var body strings.Builder
	for range 2 + r.IntN(3) {
		body.WriteString(g.lines[r.IntN(len(g.lines))])
		body.WriteByte('\n')
	}
	fmt.Fprintf(&body, "咨询电话0592-%07d", r.IntN(10_000_000))
	return Doc{Province: int64(p), ID: int64(i + 1), Kind: "item", Title: title, Body: body.String(), At: time.UnixMilli(1577808000000 + int64(i)*150_000),
		Scopes: []string{fmt.Sprintf("cvillage.%d", 1+r.IntN(8)), fmt.Sprintf("u%d", town*1000+uint64(v)), "d0", fmt.Sprintf("d%d", p), fmt.Sprintf("d%d%02d", p, c),
			fmt.Sprintf("d%d", county), fmt.Sprintf("d%d", town), fmt.Sprintf("d%d", town*1000+uint64(v))}}
}
