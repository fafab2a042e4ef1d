package yearly

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"yangguang/internal/fault"
	"yangguang/internal/i18n"
)

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func judged(t *testing.T, b []byte) *Verdict {
	t.Helper()
	v, err := form().Judge(b, nil)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestAPublishedReportIsReadAsItStands reads a page in the manner of real ones:
// tables within a table of the layout, merged heads, a title in pieces,
// full-width digits, commas, blanks and dashes for nought.
func TestAPublishedReportIsReadAsItStands(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"sound.html", "gbk.html"} {
		v := judged(t, fixture(t, name))
		if !v.Sound() {
			t.Errorf("%s: %s", name, strings.Join(form().Lines(t.Context(), v), "\n"))
		}
		x := v.Figures
		for _, c := range []struct {
			got  int64
			what string
			want int64
		}{{x.Three.At(New, Total), "received", 4384}, {x.Three.At("granted", "natural"), "granted to natural persons", 1340}, {x.Three.At("closed_other", "natural"), "other", 66},
			{x.Three.At(Forward, "legal"), "carried forward of legal services", 4}, {x.Two.At("normative_made", count), "documents made", 12}, {x.Two.At("coercions", count), "coercions", 0},
			{x.Two.At(fees, count), "fees in fen", 1_024_350_000}, {x.Four.At("direct", "pending"), "pending", 1}, {x.Four.At("after_review", Total), "lawsuits after reconsideration", 18}} {
			if c.got != c.want {
				t.Errorf("%s: %s is %d, want %d", name, c.what, c.got, c.want)
			}
		}
	}
}

func TestABrokenReportIsToldWhere(t *testing.T) {
	t.Parallel()
	got := form().Lines(i18n.With(t.Context(), i18n.ZH), judged(t, fixture(t, "broken.html")))
	want := []string{
		"表3“予以公开”行：总计为9,999，各类申请人相加应为1,767。",
		"表3“商业企业”列：办理结果“总计”为730，各种处理决定相加应为720。",
		"表3“总计”列：办理结果“总计”为4,356，各种处理决定相加应为12,578。",
		"表3“商业企业”列：本年新收加上年结转为751，办理总计加结转下年度为761，两者应当相等。",
		"表3“总计”列：本年新收加上年结转为4,534，办理总计加结转下年度为4,544，两者应当相等。",
		"表4“复议后起诉”：总计为17，四种结果相加应为18。",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheYearBeforeIsComparedToo(t *testing.T) {
	t.Parallel()
	v, err := form().Judge(fixture(t, "sound.html"), fixture(t, "gbk.html"))
	if err != nil {
		t.Fatal(err)
	}
	var columns []string
	for _, x := range v.Violations {
		if x.Rule != ruleLastYear {
			t.Errorf("got %v", x)
		}
		columns = append(columns, x.Column)
	}
	if diff := cmp.Diff([]string{"natural", "business", "research", "welfare", "legal", "other", Total}, columns); diff != "" {
		t.Errorf("the report carried forward other numbers than it took over (-want +got):\n%s", diff)
	}
}

// TestWhatWeWriteWeRead: the page and the workbook of a report are read back
// into the same figures.
func TestWhatWeWriteWeRead(t *testing.T) {
	t.Parallel()
	ctx := i18n.With(t.Context(), i18n.ZH)
	r := rand.New(rand.NewPCG(9, 9))
	for range 5 {
		x := year(r, form(), nil)
		tables := form().printed(ctx, x)
		var page bytes.Buffer
		for _, p := range tables {
			must(layTable(p).Render(ctx, &page))
		}
		sheet, err := book(ctx, "某局2025年政府信息公开工作年度报告", "演示数据", tables)
		must(err)
		for name, b := range map[string][]byte{"page": page.Bytes(), "workbook": sheet} {
			v := judged(t, b)
			if diff := cmp.Diff(x, v.Figures); diff != "" || !v.Sound() {
				t.Errorf("the %s reads back as (-want +got):\n%s\n%v", name, diff, form().Lines(ctx, v))
			}
		}
	}
}

func TestNumbersAsPeoplePublishThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		row, text string
		want      int64
	}{{"granted", "１２", 12}, {"granted", " 1，234 ", 1234}, {"granted", "—", 0}, {"granted", "", 0}, {"granted", "无", 0}, {"granted", "12件", 12}, {"granted", "3.0", 3},
		{fees, "3.5万元", 3_500_000}, {fees, "/", 0}, {fees, "1,024.35", 1_024_350_000}} {
		if got, err := parseShown(c.row, c.text); err != nil || got != c.want {
			t.Errorf("%s %q is read as %d, %v; want %d", c.row, c.text, got, err, c.want)
		}
	}
	for _, s := range []string{"约12", "-3", "1.5", "十二", "12 13 x", "1e3"} {
		if n, err := parseShown("granted", s); err == nil {
			t.Errorf("%q was taken for %d", s, n)
		}
	}
}

// TestASheetOfAnotherHandIsRead takes a workbook whose three tables stand on one
// sheet, shifted, without borders, numbers as text.
func TestASheetOfAnotherHandIsRead(t *testing.T) {
	t.Parallel()
	x := excelize.NewFile()
	defer func() { _ = x.Close() }()
	row := 3
	for _, g := range htmlGrids(string(fixture(t, "sound.html"))) {
		for _, line := range g {
			for j, s := range line {
				cell, _ := excelize.CoordinatesToCellName(j+2, row)
				must(x.SetCellStr("Sheet1", cell, s))
			}
			row++
		}
		row += 2
	}
	var b bytes.Buffer
	must(x.Write(&b))
	if v := judged(t, b.Bytes()); !v.Sound() || v.Figures.Three.At(New, Total) != 4384 {
		t.Errorf("%d received; %v", v.Figures.Three.At(New, Total), form().Lines(t.Context(), v))
	}
}

func TestWhatIsNotThereOrNotANumberIsSaid(t *testing.T) {
	t.Parallel()
	page := string(fixture(t, "sound.html"))
	page = strings.Replace(page, "12,345", "约一万二千", 1)
	page = strings.Replace(page, "3.要求提供公开出版物", "3.另一件事", 1)
	got := strings.Join(form().Lines(i18n.With(t.Context(), i18n.ZH), judged(t, []byte(page))), "\n")
	for _, want := range []string{"没有找到表3“要求提供公开出版物”。", "没有找到表2“行政许可决定”。"} {
		if !strings.Contains(got, want) {
			t.Errorf("got\n%s\nwant %s in it", got, want)
		}
	}
	_, err := form().Judge([]byte("<p>没有表格</p>"), nil)
	refused(t, err, "yearly.no_table")
	_, err = form().Judge([]byte("PK\x03\x04 no workbook"), nil)
	refused(t, err, "yearly.unreadable_file")
	_, err = form().Judge(make([]byte, MaxReport+1), nil)
	refused(t, err, "yearly.large_file")
}

func refused(t *testing.T, err error, key string) {
	t.Helper()
	if fs := fault.FieldsOf(err); len(fs) != 1 || fs[0].Key != key {
		t.Errorf("got %v, want %s", err, key)
	}
}

// TestHostileTablesStayWithinTheirLimits: spans that would make a billion cells,
// tables in tables in tables.
func TestHostileTablesStayWithinTheirLimits(t *testing.T) {
	t.Parallel()
	pages := map[string]string{
		"spans":  "<table>" + strings.Repeat(`<tr><td rowspan=65534 colspan=1000>`+"本年新收"+`</td></tr>`, 2000) + "</table>",
		"nested": strings.Repeat("<table><tr><td>", 5000) + "本年新收",
		"deep":   "<table><tr><td>" + strings.Repeat("<b>", 50_000) + "本年新收",
		"wide":   "<table><tr>" + strings.Repeat("<td>1", 100_000) + "</table>",
		"many":   strings.Repeat("<table><tr><td>本年新收<td>1</table>", 10_000),
	}
	for name, page := range pages {
		for _, g := range htmlGrids(page) {
			if len(g) > maxRows {
				t.Errorf("%s: a table of %d rows", name, len(g))
			}
			for _, row := range g {
				if len(row) > maxWidth {
					t.Errorf("%s: a row of %d cells", name, len(row))
				}
			}
		}
		_, _ = form().Judge([]byte(page), nil)
	}
}

func FuzzReport(f *testing.F) {
	for _, name := range []string{"sound.html", "broken.html", "gbk.html"} {
		f.Add(fixture(f, name))
	}
	var b bytes.Buffer
	x, err := book(context.Background(), "标题", "", form().printed(context.Background(), form().Empty()))
	if err != nil {
		f.Fatal(err)
	}
	b.Write(x)
	f.Add(b.Bytes())
	f.Add([]byte(`<table><tr><td rowspan=0>本年新收<td colspan=-1>１<td>1e9</table>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := form().Judge(b, b)
		if err != nil {
			return
		}
		if !v.Figures.Three.whole() || !v.Figures.Two.whole() || !v.Figures.Four.whole() {
			t.Error("a table lost its shape")
		}
		for _, l := range form().Lines(context.Background(), v) {
			if strings.Contains(l, "yearly.") {
				t.Errorf("a line without words: %s", l)
			}
		}
	})
}
