package search_test

import (
	"context"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/search"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, clock.Shanghai)

func each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	dbtest.Each(t, []fs.FS{search.Migrations}, func(t *testing.T, d *db.DB) {
		for range 2 { // again does no harm
			if err := search.Setup(context.Background(), d); err != nil {
				t.Fatal(err)
			}
		}
		f(t, d)
	})
}

type fataler interface {
	Helper()
	Fatal(...any)
}

func put(t fataler, d *db.DB, docs ...search.Doc) {
	t.Helper()
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		for _, doc := range docs {
			if err := search.Put(tx, doc); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// load is put for documents that are new.
func load(t fataler, d *db.DB, docs ...search.Doc) {
	t.Helper()
	if err := d.Write(context.Background(), func(tx *db.Tx) error { return search.Load(tx, docs) }); err != nil {
		t.Fatal(err)
	}
}

func find(t fataler, d *db.DB, q search.Q) (ids []int64) {
	t.Helper()
	err := d.Read(context.Background(), func(tx *db.Tx) error {
		hits, err := search.Find(tx, q)
		for _, h := range hits {
			ids = append(ids, h.ID)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func TestFind(t *testing.T) {
	docs := []search.Doc{
		{Province: 35, ID: 1, Kind: "item", Title: "社会抚养费征收公告", Body: "安溪县2015年度征收情况，共１２户。", Scopes: []string{"p35", "c350525"}, At: start},
		{Province: 35, ID: 2, Kind: "item", Title: "奖励扶助政策", Body: "请拨打12356热线咨询。社会各界监督，抚养有关事项另行通知", Scopes: []string{"p35", "c350526"}, At: start.Add(time.Hour)},
		{Province: 11, ID: 3, Kind: "guide", Title: "办事指南", Body: "收费：不收费。Annual Report GPS定位 350525-202611-483920-7", Scopes: []string{"p11"}, At: start.Add(2 * time.Hour)},
		{Province: 11, ID: 4, Kind: "guide", Title: "空白", Body: "正文末", Files: []string{"附表村名", "第二份"}, At: start.Add(-time.Hour)},
	}
	each(t, func(t *testing.T, d *db.DB) {
		put(t, d, docs...)
		for _, c := range []struct {
			name string
			q    search.Q
			want []int64
		}{
			{"a word of two characters", search.Q{Text: "社会"}, []int64{2, 1}},
			{"a longer word is a phrase", search.Q{Text: "社会抚养费"}, []int64{1}},
			{"two words, both of them", search.Q{Text: "社会 监督"}, []int64{2}},
			{"one character", search.Q{Text: "费"}, []int64{3, 1}},
			{"the last character of a run", search.Q{Text: "询"}, []int64{2}},
			{"a number before a character", search.Q{Text: "2015年"}, []int64{1}},
			{"full-width digits are digits", search.Q{Text: "12户"}, []int64{1}},
			{"a mixed word", search.Q{Text: "12356热线"}, []int64{2}},
			{"a part of a number is another number", search.Q{Text: "1235"}, nil},
			{"letters of any size", search.Q{Text: "annual ＧＰＳ"}, []int64{3}},
			{"a public number", search.Q{Text: "350525-202611-483920-7"}, []int64{3}},
			{"punctuation divides characters", search.Q{Text: "督抚"}, nil},
			{"title and body are divided", search.Q{Text: "策请"}, nil},
			{"only punctuation", search.Q{Text: "，。！"}, nil},
			{"nothing at all", search.Q{}, nil},
			{"words that mean something to the engine", search.Q{Text: `" OR "社会* NOT (NEAR title:`}, nil},
			{"quotes and stars are punctuation", search.Q{Text: `"社会"* 'x`}, nil},
			{"quotes around a word", search.Q{Text: `“社会”`}, []int64{2, 1}},
			{"a scope", search.Q{Text: "社会", Scopes: []string{"c350525"}}, []int64{1}},
			{"two scopes, both of them", search.Q{Scopes: []string{"p35", "c350526"}}, []int64{2}},
			{"a scope is not a word", search.Q{Text: "c350525"}, nil},
			{"a scope is not a beginning", search.Q{Scopes: []string{"p3"}}, nil},
			{"one kind", search.Q{Kinds: []string{"guide"}}, []int64{3, 4}},
			{"one of two kinds", search.Q{Text: "费", Kinds: []string{"guide", "item"}}, []int64{3, 1}},
			{"the first page", search.Q{Kinds: []string{"guide", "item"}, Limit: 2}, []int64{3, 2}},
			{"another spelling of a word", search.Q{Text: "药费 征收", Also: map[string][]string{"药费": {"抚养费"}}}, []int64{1}},
			{"another spelling is not another word", search.Q{Text: "征收", Also: map[string][]string{"药费": {"抚养费"}}}, []int64{1}},
			{"in the title only", search.Q{Text: "抚养", InTitle: true}, []int64{1}},
			{"in the title only, a single character", search.Q{Text: "策", InTitle: true}, []int64{2}},
			{"a word still being typed", search.Q{Text: "ann", Typing: true}, []int64{3}},
			{"pieces near in a title", search.Q{Near: [][]string{{"社会", "收公"}, {"没有", "扶助"}}}, []int64{1}},
			{"an attachment", search.Q{Text: "附表"}, []int64{4}},
			{"a word of the title and one of an attachment", search.Q{Text: "空白 村名"}, []int64{4}},
			{"no phrase crosses from the text into an attachment", search.Q{Text: "末附"}, nil},
			{"… nor from one attachment into the next", search.Q{Text: "名第"}, nil},
			{"best first: in the title before in the text", search.Q{Text: "抚养", ByRank: true}, []int64{1, 2}},
		} {
			if diff := cmp.Diff(c.want, find(t, d, c.q)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.name, diff)
			}
		}
	})
}

func TestPagesGoByKey(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var want []int64
		for i := range int64(25) {
			put(t, d, search.Doc{Province: 35, ID: i + 1, Kind: "k", Title: "公告", At: start, Scopes: []string{"all", []string{"odd", "even"}[i%2]}}) // all of one instant
			want = append(want, i+1)
		}
		var got []int64
		q := search.Q{Text: "公告", Limit: 10}
		for {
			var hits []search.Hit
			err := d.Read(context.Background(), func(tx *db.Tx) (err error) {
				hits, err = search.Find(tx, q)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(hits) == 0 {
				break
			}
			for _, h := range hits {
				got = append(got, h.ID)
				q.Before = h.Key
			}
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		err := d.Read(context.Background(), func(tx *db.Tx) error {
			q := search.Q{Text: "公告"}
			all, err := search.Look(tx, q, 100)
			if diff := cmp.Diff(map[string]int{"even": 12, "odd": 13, "all": 25}, all.In); diff != "" {
				t.Errorf("by scope (-want +got):\n%s", diff)
			}
			some, _ := search.Look(tx, q, 10)
			if diff := cmp.Diff(all.Hits[:10], some.Hits); diff != "" || some.In["all"] != 10 {
				t.Errorf("the newest 10 of %d: %v %s", len(all.Hits), some.In, diff)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for atMost, want := range map[int]int{100: 25, 10: 10} {
			err := d.Read(context.Background(), func(tx *db.Tx) error {
				n, err := search.Count(tx, search.Q{Text: "公告"}, atMost)
				if n != want {
					t.Errorf("Count at most %d = %d", atMost, n)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestReplacedAndDeletedTextIsNotFound(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		doc := search.Doc{Province: 35, ID: 1, Kind: "k", Title: "旧标题", At: start}
		put(t, d, doc)
		doc.Title, doc.At = "新标题", start.Add(time.Hour)
		put(t, d, doc)
		if got := find(t, d, search.Q{Text: "旧标"}); got != nil {
			t.Errorf("the old text is found: %v", got)
		}
		if got := find(t, d, search.Q{Text: "标题"}); len(got) != 1 {
			t.Errorf("the new text: %v", got)
		}
		for range 2 {
			if err := d.Write(context.Background(), func(tx *db.Tx) error { return search.Delete(tx, 35, 1) }); err != nil {
				t.Fatal(err)
			}
		}
		if got := find(t, d, search.Q{Text: "标题"}); got != nil {
			t.Errorf("the deleted text is found: %v", got)
		}
	})
}

func TestALongTextIsFoundToItsEnd(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var b strings.Builder
		for i := range 5000 { // one term far more often than a tsvector keeps, and positions beyond its last
			b.WriteString("合计元")
			b.WriteRune(rune(0x4e00 + i))
			b.WriteString("。")
		}
		put(t, d, search.Doc{Province: 35, ID: 1, Kind: "k", Body: b.String() + "最后一句", Scopes: []string{"p35"}, At: start})
		for _, text := range []string{"最后一句", "合计元" + string(rune(0x4e00+4999)), "合计元" + string(rune(0x4e00+2500)), string(rune(0x4e00 + 251)), "合计元"} {
			if got := find(t, d, search.Q{Text: text, Scopes: []string{"p35"}}); len(got) != 1 {
				t.Errorf("%s: %v", text, got)
			}
			if got := find(t, d, search.Q{Text: text, ByRank: true}); len(got) != 1 {
				t.Errorf("%s by rank: %v", text, got)
			}
		}
	})
}

// spell writes a text so that a word of a query is found exactly where its
// spelling is a part: Latin words in brackets, runs of one script divided.
func spell(s string) string {
	var b strings.Builder
	last := ' '
	open := false
	for _, r := range s + "，" {
		kind := '|'
		switch {
		case unicode.Is(unicode.Han, r):
			kind = 'h'
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			kind = 'w'
		}
		if open && kind != 'w' {
			b.WriteByte('>')
			open = false
			last = 'w'
		}
		switch kind {
		case 'h':
			if last == '|' {
				b.WriteByte('|')
			}
			b.WriteRune(r)
			last = 'h'
		case 'w':
			if !open {
				b.WriteByte('<')
				open = true
			}
			b.WriteRune(r)
		case '|':
			if last == 'h' {
				last = '|' // a divider counts between two Han runs only
			}
		}
	}
	return b.String()
}

func TestSearchFindsWhatANaiveScanFindsAndNothingElse(t *testing.T) {
	chars := rapid.SampledFrom([]string{"社", "会", "抚", "养", "费", "社会", "热线", "𠮷", "12356", "gps", "a1", "，", "。", " ", "/"})
	texts := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(chars, 0, 12).Draw(t, "pieces"), "") })
	words := rapid.Custom(func(t *rapid.T) string {
		return strings.ReplaceAll(strings.Join(rapid.SliceOfN(chars, 1, 4).Draw(t, "word"), ""), " ", "")
	})
	each(t, func(t *testing.T, d *db.DB) {
		next := int64(0)
		rapid.Check(t, func(t *rapid.T) {
			next++
			scope := "r" + strings.Repeat("i", int(next%7)) + time.Duration(next).String()
			var docs []search.Doc
			for i := range rapid.Int64Range(1, 6).Draw(t, "docs") {
				docs = append(docs, search.Doc{Province: 35, ID: next*100 + i, Kind: "k", Title: texts.Draw(t, "title"), Body: texts.Draw(t, "body"), Files: rapid.SliceOfN(texts, 0, 2).Draw(t, "files"),
					Scopes: []string{scope}, At: start.Add(time.Duration(next*100+i) * time.Second)})
			}
			fill := put
			if next%2 == 0 {
				fill = load
			}
			fill(t, d, docs...)
			for range 5 {
				query := strings.Join(rapid.SliceOfN(words, 1, 2).Draw(t, "query"), " ")
				want := naive(docs, query)
				if got := find(t, d, search.Q{Text: query, Scopes: []string{scope}}); !slices.Equal(got, want) {
					t.Fatalf("%q in %+v: got %v, want %v", query, docs, got, want)
				}
			}
		})
	})
}

// TestTheNewestOfManyAreFound asks words of several frequencies of a few thousand
// documents of several provinces that lie thick and thin in time, and holds every
// answer against a scan. PostgreSQL has its statistics, and so asks narrower questions first.
func TestTheNewestOfManyAreFound(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		const n = 4000
		docs := make([]search.Doc, n)
		for i := range docs {
			at := start.Add(time.Duration(i%7) * time.Minute) // half of them within minutes
			if i%2 == 0 {
				at = start.Add(-time.Duration(i*i) * time.Minute)
			}
			province := []int64{0, 11, 35, 44, 65}[i%11%5]
			docs[i] = search.Doc{Province: province, ID: int64(i + 1), Kind: []string{"item", "guide"}[i%5/4], Title: "公告", Body: "情况公示", At: at,
				Scopes: []string{"all", "d" + strings.Repeat("x", i%3+1), "p" + strconv.FormatInt(province, 10), "h" + strconv.FormatInt(province/40, 10)}}
			for word, every := range map[string]int{"奖励扶助": 3, "药具发放": 40, "抚养费": 700} {
				if i%every == 0 {
					docs[i].Body += "，" + word
				}
			}
			if i > n-30 {
				docs[i].Body += "，只在最近"
			}
		}
		load(t, d, docs...)
		if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec("analyze"); return err }); err != nil {
			t.Fatal(err)
		}
		for _, q := range []search.Q{
			{Text: "公示"}, {Text: "奖励扶助"}, {Text: "药具"}, {Text: "抚养费"}, {Text: "只在最近"}, {Text: "没有"}, {Text: "奖励 药具"},
			{Text: "公示", Scopes: []string{"dxx"}}, {Text: "奖励扶助", Scopes: []string{"all", "dx"}}, {Text: "公示", Kinds: []string{"guide"}},
			{Text: "公示", Scopes: []string{"p35"}}, {Text: "药具", Scopes: []string{"p0"}}, {Text: "奖励扶助", Scopes: []string{"p44", "dx"}}, {Scopes: []string{"h1"}, Kinds: []string{"item", "guide"}},
			{Text: "奖励扶助", Scopes: []string{"h0"}, Kinds: []string{"guide"}}, {Text: "公示", Scopes: []string{"p35", "h1"}}, {Text: "公示", Scopes: []string{"nowhere"}}, {Kinds: []string{"guide"}},
			{Text: "药具", Also: map[string][]string{"药具": {"抚养费"}}}, {Text: "示，奖"},
		} {
			heldAgainstScan(t, d, docs, q)
		}
	})
}

func heldAgainstScan(t *testing.T, d *db.DB, docs []search.Doc, q search.Q) {
	t.Helper()
	want := map[int64]bool{}
	for _, doc := range docs {
		fits := !slices.ContainsFunc(q.Scopes, func(s string) bool { return !slices.Contains(doc.Scopes, s) }) && (len(q.Kinds) == 0 || slices.Contains(q.Kinds, doc.Kind))
		for _, w := range strings.Fields(q.Text) {
			fits = fits && slices.ContainsFunc(append([]string{w}, q.Also[w]...), func(w string) bool { return strings.Contains(doc.Body, w) })
		}
		if fits {
			want[doc.ID] = true
		}
	}
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		all := map[int64]bool{}
		last := int64(0)
		for page := q; ; {
			page.Limit, page.Before = 70, last
			hits, err := search.Find(tx, page)
			if err != nil {
				return err
			}
			for _, h := range hits {
				if !want[h.ID] || all[h.ID] || last != 0 && h.Key >= last {
					t.Fatalf("%+v: %d is wrong, twice or out of order", q, h.ID)
				}
				all[h.ID], last = true, h.Key
			}
			if len(hits) < 70 {
				break
			}
		}
		if len(all) != len(want) {
			t.Errorf("%+v: page after page %d, want %d", q, len(all), len(want))
		}
		for _, most := range []int{1, 100, 5000} {
			if n, err := search.Count(tx, q, most); err != nil || n != min(most, len(want)) {
				t.Errorf("%+v: counted %d of %d: %v", q, n, len(want), err)
			}
			first := q
			first.Limit = min(most, search.Newest)
			hits, err := search.Find(tx, first)
			if err != nil {
				return err
			}
			s, err := search.Look(tx, q, most)
			if err != nil || len(s.Hits) != min(most, len(want)) || s.In["all"] != len(s.Hits) || !slices.Equal(hits, s.Hits[:min(len(s.Hits), first.Limit)]) {
				t.Errorf("%+v: looked at %d (%d in all) of %d: %v", q, len(s.Hits), s.In["all"], len(want), err)
			}
		}
		ranked, err := search.Find(tx, search.Q{Text: q.Text, Also: q.Also, Scopes: q.Scopes, Kinds: q.Kinds, ByRank: true, Limit: search.Newest})
		if err == nil && len(ranked) != min(search.Newest, len(want)) {
			t.Errorf("%+v: ranked %d of %d", q, len(ranked), len(want))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func naive(docs []search.Doc, query string) (ids []int64) {
	var asked []string
	for _, w := range strings.Fields(query) {
		if s := spell(w); s != "" {
			asked = append(asked, s)
		}
	}
	if len(asked) == 0 && strings.TrimSpace(query) != "" { // punctuation only
		return nil
	}
	for _, doc := range slices.Backward(docs) {
		var all []string
		for _, s := range append([]string{doc.Title, doc.Body}, doc.Files...) {
			all = append(all, spell(s))
		}
		if !slices.ContainsFunc(asked, func(s string) bool {
			return !slices.ContainsFunc(all, func(text string) bool { return strings.Contains(text, s) })
		}) {
			ids = append(ids, doc.ID)
		}
	}
	return ids
}

func TestSnippet(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("前", 30) + "社会抚养费" + strings.Repeat("后", 30)
	for _, c := range []struct {
		name, text, query string
		width             int
		want              string // «» around what is highlighted, … where text was left out
	}{
		{"a whole text", "征收社会抚养费的公告", "社会抚养费", 40, "征收«社会抚养费»的公告"},
		{"two words", "社会各界的监督", "监督 社会", 40, "«社会»各界的«监督»"},
		{"one character, each time", "收费与费用", "费", 40, "收«费»与«费»用"},
		{"words that touch are one mark", "社会抚养", "社会 抚养", 40, "«社会抚养»"},
		{"a long text is cut around the word", long, "社会抚养费", 13, "…前前前«社会抚养费»后后后后后…"},
		{"nothing found: the beginning", long, "没有", 3, "前前前…"},
		{"at the end more is shown before", strings.Repeat("前", 30) + "结尾", "结尾", 10, "…前前前前前前前前«结尾»"},
		{"a mark longer than the piece is cut", "征收社会抚养费", "征收社会抚养费", 3, "«征收社»…"},
		{"full-width is marked as it stands", "拨打１２３５６热线", "12356", 40, "拨打«１２３５６»热线"},
		{"breaks become blanks", "一\n二", "二", 40, "一 «二»"},
		{"no text", "", "二", 40, ""},
	} {
		e := search.Snippet(c.text, c.query, c.width)
		got, last := "", 0
		if e.Before {
			got = "…"
		}
		for _, m := range e.Marks {
			got += e.Text[last:m.Start] + "«" + e.Text[m.Start:m.End] + "»"
			last = m.End
		}
		got += e.Text[last:]
		if e.After {
			got += "…"
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzSnippet(f *testing.F) {
	f.Add("征收社会抚养费", "社会", 5)
	f.Add("ﬁ①가\xff", "fi", 1)
	f.Fuzz(func(t *testing.T, text, query string, width int) {
		e := search.Snippet(text, query, width%1000)
		last := 0
		for _, m := range e.Marks {
			if m.Start < last || m.End <= m.Start || m.End > len(e.Text) {
				t.Fatalf("marks %v in %q", e.Marks, e.Text)
			}
			last = m.End
		}
	})
}
