package form

import (
	"bytes"
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"yangguang/internal/fault"
	"yangguang/norm"
)

func fees() Data {
	return Data{Fields: map[string]string{"as_of": "2026-08-03", "complaint_phone": "12345、0834-1234567"}, Rows: []Row{
		{Cells: map[string]string{"item": "工本费", "basis": "某文〔2026〕1号", "standard": "1234.5", "per": "每证", "state": "in_force"}},
		{Cells: map[string]string{"item": "补办费", "basis": "某文〔2026〕2号", "standard": "8", "per": "每证", "state": "cancelled", "since": "2026.1.5"}},
	}}
}

func guide() Data {
	return Data{Fields: map[string]string{"service": "生育登记", "fee": "免费", "conditions": "一\n二"}, Rows: []Row{
		{Cells: map[string]string{"step": "申请", "action": "提交材料", "days": "0.5"}}, {Cells: map[string]string{"step": "办结"}}}}
}

func TestTheViewOfATable(t *testing.T) {
	t.Parallel()
	v := Table(zh, builtin(t, "fees"), fees())
	if v.Caption != "收费项目表" || v.RowHead != "" || v.Columns[2].Heading != "收费标准（元）" || v.Columns[2].Align != "end" || v.Columns[6].Align != "center" {
		t.Errorf("heads %+v", v.Columns)
	}
	wantFields := []Item{{ID: "as_of", Label: "执行日期", Cell: Cell{Text: "2026年8月3日"}}, {ID: "complaint_phone", Label: "价格投诉电话", Cell: Cell{Text: "12345、0834-1234567"}}}
	if diff := cmp.Diff(wantFields, v.Fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	var got []string
	for _, c := range v.Rows[1].Cells {
		got = append(got, c.Text)
	}
	if diff := cmp.Diff([]string{"补办费", "某文〔2026〕2号", "8.00", "每证", "", "已取消", "2026年1月5日"}, got); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
	e := Table(en, builtin(t, "fees"), fees())
	if e.Columns[2].Heading != "Standard (yuan)" || e.Rows[0].Cells[2].Text != "1,234.50" || e.Rows[0].Cells[5].Text != "In force" {
		t.Errorf("English %+v", e.Rows[0])
	}
}

func TestTheViewMarksTotals(t *testing.T) {
	t.Parallel()
	f := builtin(t, "population")
	d := Data{}
	for _, r := range f.Rows[:4] {
		d.Rows = append(d.Rows, Row{ID: r.ID, Cells: map[string]string{"male": "1000", "female": "1"}})
	}
	v := Table(zh, f, FillSums(f, d))
	last := v.Rows[4]
	if v.RowHead != "项目" || !last.Total || v.Rows[0].Total || !v.Columns[2].Total || !v.Columns[0].People {
		t.Errorf("totals are not marked: %+v", v)
	}
	if diff := cmp.Diff([]Cell{{Text: "4,000"}, {Text: "4"}, {Text: "4,004", Total: true}}, last.Cells); diff != "" {
		t.Errorf("total row (-want +got):\n%s", diff)
	}
}

func TestTheViewOfAGuide(t *testing.T) {
	t.Parallel()
	v := Table(zh, builtin(t, "service_guide"), guide())
	want := []Step{
		{Number: 1, Title: "申请", Items: []Item{{ID: "action", Label: "办理内容", Cell: Cell{Text: "提交材料"}, Long: true}, {ID: "days", Label: "时限（工作日）", Cell: Cell{Text: "0.5"}}}},
		{Number: 2, Title: "办结", Items: []Item{}},
	}
	if diff := cmp.Diff(want, v.Steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

func TestAYearIsNotGroupedAndAMonthIsWritten(t *testing.T) {
	t.Parallel()
	v := Table(zh, builtin(t, "budget"), Data{Fields: map[string]string{"year": "2026"}})
	if v.Fields[0].Text != "2026" {
		t.Errorf("year %q", v.Fields[0].Text)
	}
	m := norm.Field{Type: "month"}
	if a, b := show(zh, m, "2026-08").Text, show(en, m, "2026-08").Text; a != "2026年8月" || b != "August 2026" {
		t.Errorf("month %q, %q", a, b)
	}
}

func TestSummaryIsOneSentence(t *testing.T) {
	t.Parallel()
	b := builtin(t, "births")
	for _, c := range []struct {
		ctx  context.Context
		form norm.Form
		data Data
		want string
	}{
		{zh, builtin(t, "fees"), fees(), "《收费项目表》，共2项。"},
		{en, builtin(t, "fees"), fees(), "Fee table: 2 entries."},
		{zh, builtin(t, "service_guide"), guide(), "《办事指南》，共2个步骤。"},
		{zh, b, FillSums(b, births("3", "1000", "2", "8", "1", "2")), "《生育情况统计表》，出生合计：本季度（人）：6；本年累计（人）：1,010。"},
		{zh, b, births("3", "10"), "《生育情况统计表》已填写。"},
		{zh, b, Data{}, "《生育情况统计表》尚未填写。"},
		{en, forms()[len(forms())-1], Data{Fields: map[string]string{"a": "1", "m": "2026-01"}}, ": : 1.00; : January 2026."},
	} {
		if got := Summary(c.ctx, c.form, c.data); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestSearchTextHasTheWordsAndNotTheFigures(t *testing.T) {
	t.Parallel()
	got := SearchText(builtin(t, "fees"), fees())
	for _, want := range []string{"收费项目表", "Fee table", "工本费", "已取消", "0834-1234567"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	if strings.Contains(got, "1234.50") {
		t.Errorf("figures in %q", got)
	}
}

func TestDiffNamesEachCell(t *testing.T) {
	t.Parallel()
	f := builtin(t, "fees")
	next := fees()
	next.Fields["as_of"] = "2026-09-01"
	next.Rows[1].Cells["standard"] = "10"
	next.Rows = append([]Row{{Cells: map[string]string{"item": "新费", "standard": "1"}}}, next.Rows...)
	want := []Change{
		{Kind: "changed", Name: "f.as_of", Label: "执行日期", Old: "2026年8月3日", New: "2026年9月1日"},
		{Kind: "row_added", Name: "r.0", Label: "第1行", New: "收费项目：新费；收费标准（元）：1.00"},
		{Kind: "changed", Name: "r.2.standard", Label: "第3行 收费标准（元）", Old: "8.00", New: "10.00"},
	}
	if diff := cmp.Diff(want, Diff(zh, f, fees(), next)); diff != "" {
		t.Errorf("Diff (-want +got):\n%s", diff)
	}
	if got := Diff(zh, f, fees(), fees()); got != nil {
		t.Errorf("equal versions differ: %v", got)
	}
	gone := fees()
	gone.Rows = gone.Rows[1:]
	if got := Diff(en, f, fees(), gone); len(got) != 1 || got[0].Kind != "row_removed" || got[0].Label != "Row 1" {
		t.Errorf("a removed row: %v", got)
	}
	b := Diff(zh, builtin(t, "births"), births("1", "1"), births("2", "1"))
	if len(b) != 1 || b[0].Label != "一孩 本季度（人）" || b[0].Name != "r.0.quarter" {
		t.Errorf("a fixed row: %v", b)
	}
}

func TestDiffOfAnythingWithItselfIsNothing(t *testing.T) {
	t.Parallel()
	all := forms()
	rapid.Check(t, func(t *rapid.T) {
		f := all[rapid.IntRange(0, len(all)-1).Draw(t, "form")]
		a, b := valid(t, f), valid(t, f)
		if got := Diff(zh, f, a, a); got != nil {
			t.Fatalf("%v", got)
		}
		if got := Diff(zh, f, a, b); len(got) == 0 {
			if diff := cmp.Diff(Normalize(f, a).Fields, Normalize(f, b).Fields); diff != "" {
				t.Fatalf("a difference was missed:\n%s", diff)
			}
		}
	})
}

func TestCSVIsQuotedMarkedAndRunsNothing(t *testing.T) {
	t.Parallel()
	d := fees()
	d.Rows[0].Cells["item"] = `=HYPERLINK("http://x")`
	d.Rows[1].Cells["payer"] = "-甲,乙\n丙"
	var b bytes.Buffer
	if err := CSV(zh, &b, builtin(t, "fees"), d); err != nil {
		t.Fatal(err)
	}
	want := "\uFEFF" + `"收费项目","收费依据","收费标准（元）","计价单位","收费对象","状态","起始日期"` + "\r\n" +
		`"'=HYPERLINK(""http://x"")","某文〔2026〕1号","1234.50","每证","","执行",""` + "\r\n" +
		`"补办费","某文〔2026〕2号","8.00","每证","'-甲,乙 丙","已取消","2026-01-05"` + "\r\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("CSV (-want +got):\n%s", diff)
	}
	b.Reset()
	f := builtin(t, "budget")
	if err := CSV(en, &b, f, Data{Rows: []Row{{ID: "balance", Cells: map[string]string{"change": "-5"}}}}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `"Balance carried forward","","","-5.00"`) {
		t.Errorf("a negative figure: %s", b.String())
	}
}

func render(t *testing.T, ctx context.Context, c templ.Component) (string, *html.Node) {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	n, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), n
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// page checks what every fragment must keep: no inline style or script, one id
// each, every control labelled, every description present.
func page(t *testing.T, root *html.Node) {
	t.Helper()
	ids, labels := map[string]bool{}, map[string]bool{}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if id := attr(n, "id"); id != "" {
			if ids[id] {
				t.Errorf("id %q stands twice", id)
			}
			ids[id] = true
		}
		if n.Data == "label" {
			labels[attr(n, "for")] = true
		}
		if n.Data == "script" || n.Data == "style" {
			t.Errorf("an inline <%s>", n.Data)
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Val, "javascript:") {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if n.Data == "input" || n.Data == "select" || n.Data == "textarea" {
			if !labels[attr(n, "id")] {
				t.Errorf("%s has no label", attr(n, "name"))
			}
		}
		for _, id := range strings.Fields(attr(n, "aria-describedby") + " " + attr(n, "aria-labelledby")) {
			if !ids[id] {
				t.Errorf("<%s> points to %q, which is not there", n.Data, id)
			}
		}
	}
}

func TestEveryFormOfTheNormIsShownAndEdited(t *testing.T) {
	t.Parallel()
	for _, f := range forms() {
		d := rapid.Custom(func(t *rapid.T) Data { return FillSums(f, valid(t, f)) }).Example(3)
		for _, ctx := range []context.Context{zh, en} {
			_, n := render(t, ctx, Show(Table(ctx, f, d)))
			page(t, n)
			wrong := append(Validate(f, Data{Rows: d.Rows}), fault.Field{Name: Whole, Key: "form.unknown_row"})
			s, n := render(t, ctx, Edit(NewEditor(ctx, f, d, wrong, 3)))
			page(t, n)
			if strings.Contains(s, "form.") && !strings.Contains(s, "cell_") {
				if i := strings.Index(s, ">form."); i >= 0 {
					t.Errorf("%s: a sentence is missing: %s", f.ID, s[i:i+40])
				}
			}
		}
	}
}

func TestWhatIsEditedIsPostedBackTheSame(t *testing.T) {
	t.Parallel()
	all := forms()
	rapid.Check(t, func(rt *rapid.T) {
		f := all[rapid.IntRange(0, len(all)-1).Draw(rt, "form")]
		d := FillSums(f, valid(rt, f))
		_, n := render(t, zh, Edit(NewEditor(zh, f, d, nil, 3)))
		if diff := cmp.Diff(d, Parse(f, posted(n))); diff != "" {
			rt.Fatalf("%s (-want +got):\n%s", f.ID, diff)
		}
	})
}

// posted is what a browser would send of a form.
func posted(root *html.Node) url.Values {
	out := url.Values{}
	for n := range root.Descendants() {
		name := attr(n, "name")
		switch {
		case n.Type != html.ElementNode || name == "":
		case n.Data == "input":
			out.Set(name, attr(n, "value"))
		case n.Data == "textarea" && n.FirstChild != nil:
			out.Set(name, n.FirstChild.Data)
		case n.Data == "select":
			for o := range n.ChildNodes() {
				for _, a := range o.Attr {
					if a.Key == "selected" {
						out.Set(name, attr(o, "value"))
					}
				}
			}
		}
	}
	return out
}

func TestAnErrorStandsBesideItsCellAndInTheSummary(t *testing.T) {
	t.Parallel()
	f := builtin(t, "fees")
	d := Parse(f, url.Values{"f.as_of": {"2026-8-3"}, "r.0.item": {"<script>alert(1)</script>"}, "r.0.standard": {"五元"}, "r.0.state": {"随便"}})
	wrong := Validate(f, d)
	s, n := render(t, zh, Edit(NewEditor(zh, f, d, wrong, 2)))
	page(t, n)
	for _, want := range []string{`name="r.0.standard" value="五元"`, `aria-invalid="true"`, `id="f-r.0.standard-error"`, "请填写数字",
		`<option value="随便" selected>`, "&lt;script&gt;", `name="r.2.item"`, `name="more_rows" value="12"`} {
		if !strings.Contains(s, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(s, "r.3.item") || strings.Contains(s, "<script>") {
		t.Error("too many rows, or a script")
	}
	var all []string
	for _, w := range Labelled(zh, f, wrong) {
		all = append(all, w.Args[0].(string)+"："+w.Args[1].(string))
	}
	want := "第1行 收费依据：此项必填。|第1行 收费标准（元）：请填写数字，如1234.5。|第1行 计价单位：此项必填。|第1行 状态：请从列出的选项中选一个。"
	if diff := cmp.Diff(want, strings.Join(all, "|")); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
}

func TestBlankRowsAreAskedForWithoutScripts(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{"": 3, "13": 13, "-4": 3, "100000": 100, "x": 3} {
		if got := Blanks(url.Values{MoreRows: {in}}); got != want {
			t.Errorf("Blanks(%q) = %d, want %d", in, got, want)
		}
	}
}

func TestChangesAreShownSideBySide(t *testing.T) {
	t.Parallel()
	f := builtin(t, "births")
	s, n := render(t, zh, ShowChanges(Diff(zh, f, births("1", "1"), births("2", "1"))))
	page(t, n)
	if !strings.Contains(s, "一孩 本季度（人）") {
		t.Errorf("no label in %s", s)
	}
}
