package yearly

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yangguang/agency"
	"yangguang/internal/i18n"
	"yangguang/norm"
)

// mix is how requests really end, by group and in percent (disclosure.md 2.3).
var mix = map[string]int{"granted": 40, "partial": 16, "refused": 5, "unavailable": 25, "not_processed": 3, "closed": 11}

// year makes up a year that takes over what the one before carried forward.
func year(r *rand.Rand, f Form, last *Figures) Figures {
	x := f.Empty()
	for _, kind := range x.Three.Columns {
		if kind == Total {
			continue
		}
		had := r.Int64N(200)
		x.Three.set(New, kind, had)
		if last != nil {
			x.Three.set(Carried, kind, last.Three.At(Forward, kind))
			had += last.Three.At(Forward, kind)
		}
		for range had {
			if r.IntN(100) < 6 {
				must(x.Three.Add(Forward, kind, 1))
				continue
			}
			must(x.Three.Add(decide(r, f), kind, 1))
		}
	}
	for _, way := range Ways {
		for _, result := range Results {
			x.Four.set(way, result, r.Int64N(9))
		}
	}
	for _, id := range Entered {
		x.Two.set(id, count, r.Int64N(5000))
	}
	x.Sum()
	return x
}

func decide(r *rand.Rand, f Form) string {
	n, group := r.IntN(100), ""
	for _, g := range f.rules.Groups {
		if group = g.ID; n < mix[g.ID] {
			break
		}
		n -= mix[g.ID]
	}
	var ids []string
	for _, d := range f.rules.Decisions {
		if d.Group == group {
			ids = append(ids, d.ID)
		}
	}
	return ids[r.IntN(len(ids))]
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func TestTheFormHasTheCellsOfTheCircular(t *testing.T) {
	t.Parallel()
	x := form().Empty()
	if two, three, four := len(x.Two.Rows), len(x.Three.Rows)*len(x.Three.Columns), len(x.Four.Rows)*len(x.Four.Columns); two != 10 || three != 175 || four != 15 {
		t.Errorf("the form has %d, %d and %d cells, want 10, 175 and 15", two, three, four)
	}
	for _, p := range form().printed(t.Context(), x) {
		width := -1
		for _, row := range append(p.Head, p.Body...) {
			for _, c := range row {
				if strings.Contains(c.Text, "yearly.") {
					t.Errorf("%s has no words", c.Text)
				}
			}
		}
		// Every row of the layout covers the whole width, spans counted.
		covered := map[[2]int]bool{}
		for i, row := range append(p.Head, p.Body...) {
			col := 0
			for _, c := range row {
				for covered[[2]int{i, col}] {
					col++
				}
				for di := range max(c.Rows, 1) {
					for dj := range max(c.Cols, 1) {
						if covered[[2]int{i + di, col + dj}] {
							t.Errorf("table %s: two cells at row %d, column %d", p.ID, i+di, col+dj)
						}
						covered[[2]int{i + di, col + dj}] = true
					}
				}
				col += max(c.Cols, 1)
			}
			for covered[[2]int{i, col}] {
				col++
			}
			if width < 0 {
				width = col
			}
			if col != width || col != p.Width {
				t.Errorf("table %s, row %d is %d wide, want %d", p.ID, i, col, p.Width)
			}
		}
	}
}

// TestTenThousandYearsAndFiveLevelsHoldEveryIdentity makes years one after
// another and rolls units up from villages' townships to the nation.
func TestTenThousandYearsAndFiveLevelsHoldEveryIdentity(t *testing.T) {
	t.Parallel()
	r, f := rand.New(rand.NewPCG(4, 711)), form()
	made := 0
	one := func(last *Figures) Figures {
		made++
		x := year(r, f, last)
		if v := x.Check(last); len(v) > 0 {
			t.Fatalf("year %d: %s", made, f.Words(t.Context(), v[0]))
		}
		return x
	}
	// Two years of a tree with three children at each of four levels below the
	// top: 121 units.
	var roll func(level int) (this, last Figures)
	roll = func(level int) (Figures, Figures) {
		last := one(nil)
		this := one(&last)
		if level == 1 {
			return this, last
		}
		var children, before []Figures
		for range 3 {
			c, b := roll(level - 1)
			children, before = append(children, c), append(before, b)
		}
		rolled, rolledLast := Roll(this, children...), Roll(last, before...)
		for _, v := range append(rolled.Check(&rolledLast), CheckRoll(rolled, this, children...)...) {
			t.Fatalf("level %d: %s", level, f.Words(t.Context(), v))
		}
		return rolled, rolledLast
	}
	for made < 10_000 {
		roll(5)
	}
	if share := outcomeShare(r, f); share < 37 || share > 43 {
		t.Errorf("%d %% of the made-up requests are granted, want about 40", share)
	}
}

func outcomeShare(r *rand.Rand, f Form) int64 {
	all := f.Empty()
	for range 50 {
		all = Roll(all, year(r, f, nil))
	}
	return 100 * all.Three.At("granted", Total) / all.Three.At(Done, Total)
}

// TestEveryChangedCellIsFound changes one cell of table 3 or 4 at a time: each
// such change breaks at least one identity, and the violation names its place.
func TestEveryChangedCellIsFound(t *testing.T) {
	t.Parallel()
	r, f := rand.New(rand.NewPCG(1, 2)), form()
	last := year(r, f, nil)
	x := year(r, f, &last)
	for number, table := range map[int]Table{3: x.Three, 4: x.Four} {
		for i := range table.Cells {
			for j := range table.Cells[i] {
				table.Cells[i][j] += 3
				vs := x.Check(&last)
				named := false
				for _, v := range vs {
					named = named || v.Table == number && (v.Row == table.Rows[i] || v.Column == table.Columns[j]) && v.Found != v.Want
				}
				if !named {
					t.Errorf("table %d: 3 more in %s of %s went unnoticed: %v", number, table.Rows[i], table.Columns[j], vs)
				}
				table.Cells[i][j] -= 3
			}
		}
	}
	if vs := x.Check(&last); len(vs) > 0 {
		t.Errorf("the year was sound before: %v", vs)
	}
	x.Two.set("licences", count, -1)
	if vs := x.Check(nil); len(vs) != 1 || vs[0].Rule != ruleNegative {
		t.Errorf("a negative count gives %v", vs)
	}
}

func TestAViolationSaysTableRowColumnFoundAndExpected(t *testing.T) {
	t.Parallel()
	x := form().Empty()
	x.Three.set(New, "business", 7)
	x.Three.set("refused_query", "business", 5)
	x.Sum()
	vs := x.Check(nil)
	zh, en := form().Words(i18n.With(t.Context(), i18n.ZH), vs[0]), form().Words(i18n.With(t.Context(), i18n.EN), vs[0])
	if want := "表3“商业企业”列：本年新收加上年结转为7，办理总计加结转下年度为5，两者应当相等。"; zh != want {
		t.Errorf("got %s\nwant %s", zh, want)
	}
	if want := "Table 3, column “Business”: received and carried over make 7, handled and carried forward make 5; they should be equal."; en != want {
		t.Errorf("got %s\nwant %s", en, want)
	}
	last := form().Empty()
	last.Three.set(Forward, "natural", 4)
	last.Sum()
	y := form().Empty()
	if vs := y.Check(&last); len(vs) != 2 || vs[0] != (Violation{3, Carried, "natural", ruleLastYear, 0, 4}) {
		t.Errorf("what was not taken over gives %v", vs)
	}
	if vs := CheckRoll(y, y, last); len(vs) != 2 || vs[0].Rule != ruleRolled {
		t.Errorf("a roll-up that leaves a child out gives %v", vs)
	}
	for _, rule := range []string{ruleBalance, ruleDone, ruleKinds, ruleResults, ruleLastYear, ruleRolled, ruleNegative} {
		for _, l := range i18n.Langs {
			if !i18n.Has(l, "yearly.rule_"+rule) {
				t.Errorf("%s has no sentence in %s", rule, l)
			}
		}
	}
}

// TestOnAPageTitlesStandAboveTheirRows: one column of titles, each group in a
// part of its own, and the total of the decisions in none of them.
func TestOnAPageTitlesStandAboveTheirRows(t *testing.T) {
	t.Parallel()
	p := form().printed(i18n.With(t.Context(), i18n.ZH), form().Empty())[1]
	var got []string
	for _, part := range p.parts() {
		s := ""
		for _, row := range part {
			width := 0
			for _, c := range row {
				width += max(c.Cols, 1)
			}
			if width != 8 || row[0].Rows > 1 {
				t.Errorf("the row %q is %d wide, want one title and 7 numbers", row[0].Text, width)
			}
			s += row[0].Text[:min(len(row[0].Text), 9)] + " "
		}
		got = append(got, strings.TrimSpace(s))
	}
	want := []string{"一、本 二、上", "三、本 （一） （二）", "（三） 1. 属于 2. 其他 3. 危及 4. 保护 5. 属于 6. 属于 7. 属于 8. 属于",
		"（四） 1. 本机 2. 没有 3. 补正", "（五） 1. 信访 2. 重复 3. 要求 4. 无正 5. 要求", "（六） 1. 申请 2. 申请 3. 其他", "（七） 四、结"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if h := p.heads(); h[0][0].Cols != 1 || p.Head[0][0].Cols != 3 {
		t.Error("the page's head took the document's with it")
	}
}

func TestTheYearsAreComparedCellByCell(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 3))
	last := year(r, form(), nil)
	this := year(r, form(), &last)
	d := Compare(this, last)
	if diff := cmp.Diff(this, Roll(last, d)); diff != "" {
		t.Errorf("last year and the difference are not this year (-want +got):\n%s", diff)
	}
}

// TestAnotherNormMakesOtherRows: the rows are the norm's, and a report of
// before the change can still be added to one of after.
func TestAnotherNormMakesOtherRows(t *testing.T) {
	t.Parallel()
	q := norm.Builtin().Requests
	q.Decisions = append(q.Decisions[:3:3], norm.Decision{ID: "refused_new", Group: "refused", Title: i18n.Text{Zh: "新", En: "New"}})
	x := FormOf(q).Empty()
	must(x.Three.Add("refused_new", "natural", 2))
	must(x.Three.Add(New, "natural", 2))
	x.Sum()
	old := form().Empty()
	both := Roll(old, x)
	both.Sum()
	if vs := append(x.Check(nil), both.Check(nil)...); len(vs) > 0 || both.Three.At("refused_new", Total) != 2 {
		t.Errorf("got %v and %d", vs, both.Three.At("refused_new", Total))
	}
	if err := x.Three.Add("refused_secret_not", "natural", 1); err == nil {
		t.Error("a row the form does not have takes a count")
	}
}

func TestTheFirstTextSaysTheFiguresInPlainWords(t *testing.T) {
	t.Parallel()
	x := form().Empty()
	must(x.Three.Add(New, "natural", 12))
	must(x.Three.Add(Carried, "legal", 1))
	must(x.Three.Add("granted", "natural", 9))
	must(x.Three.Add("refused_secret", "natural", 1))
	must(x.Three.Add(Forward, "natural", 2))
	must(x.Three.Add(Forward, "legal", 1))
	must(x.Four.Add("review", "corrected", 1))
	x.fill(map[string]Entry{fees: {Number: "１２．５０"}, "licences": {Number: "1,203"}})
	x.Sum()
	last := form().Empty()
	last.Three.set(New, "natural", 15)
	last.Sum()
	y := &Yearly{Norm: norm.Builtin()}
	got := y.Overview(agency.Agency{Name: "永春县演示局"}, 2025, x, &last)
	for _, want := range []string{"2025年，永春县演示局", "新收申请12件，上年结转1件；办结10件，结转下年度继续办理3件", "予以公开9件、部分公开0件、不予公开1件", "比上年减少3件", "行政复议1件，其中结果纠正1件", "行政许可决定1,203件", "收费12.5万元"} {
		if !strings.Contains(got, want) {
			t.Errorf("the text lacks %q:\n%s", want, got)
		}
	}
}

func TestAmountsAreReadToTheFenAndWrittenBack(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{"3.5": 3_500_000, "０．０１": 10_000, "0": 0, "1,234.000001": 1_234_000_001, "12": 12_000_000, "3.500000000": 3_500_000} {
		got, err := parseTenThousands(in)
		if err != nil || got != want {
			t.Errorf("%q is %d, %v; want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", ".", "-1", "1.0000001", "1e5", "+3", "三", "999999999", "1.2.3"} {
		if n, err := parseTenThousands(in); err == nil {
			t.Errorf("%q was taken for %d", in, n)
		}
	}
	for n, want := range map[int64]string{0: "0", 10_000: "0.01", 3_500_000: "3.5", -3_500_000: "-3.5", 12_000_000: "12"} {
		if got := tenThousands(n); got != want {
			t.Errorf("%d fen are %s, want %s", n, got, want)
		}
	}
	for _, in := range []string{"", "-3", "+3", "1.5", "x", "9999999999999"} {
		if n, err := parseCount(in); err == nil {
			t.Errorf("%q was taken for %d", in, n)
		}
	}
}

func FuzzNumbers(f *testing.F) {
	for _, s := range []string{"12.5", "１，２０３", "0.000001", "99999999.999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, err := parseTenThousands(s); err == nil {
			if again, err := parseTenThousands(tenThousands(n)); err != nil || again != n {
				t.Errorf("%q is %d and comes back as %d, %v", s, n, again, err)
			}
		}
		if n, err := parseShown("granted", s); err == nil && (n < 0 || n > maxCount) {
			t.Errorf("%q is %d", s, n)
		}
	})
}
