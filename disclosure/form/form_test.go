package form

import (
	"context"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/norm"
)

func TestMain(m *testing.M) {
	i18n.MustLoad(Locale, ui.Locale, fault.Locale)
	os.Exit(m.Run())
}

var (
	zh = context.Background()
	en = i18n.With(context.Background(), i18n.EN)
)

func builtin(t testing.TB, id string) norm.Form {
	t.Helper()
	f := norm.Builtin().Form(id)
	if f == nil {
		t.Fatalf("the norm has no form %q", id)
	}
	return *f
}

func TestLocaleIsComplete(t *testing.T) {
	if got := i18n.Check(Locale); got != nil {
		t.Error(strings.Join(got, "\n"))
	}
}

func ptr(v float64) *float64 { return &v }

func TestEachTypeHasOneSpelling(t *testing.T) {
	t.Parallel()
	yuan := norm.Field{Type: "money", Unit: i18n.Text{Zh: "元", En: "yuan"}}
	choice := norm.Field{Type: "choice", Choices: []norm.Choice{{ID: "open", Title: i18n.Text{Zh: "公开招标", En: "Open tender"}}}}
	for _, c := range []struct {
		field    norm.Field
		in, want string
	}{
		{norm.Field{Type: "integer"}, "１，２３４", "1234"},
		{norm.Field{Type: "integer"}, "12 345 678", "12345678"},
		{norm.Field{Type: "integer"}, " 007 ", "7"},
		{norm.Field{Type: "integer"}, "－5", "-5"},
		{norm.Field{Type: "integer"}, "-0", "0"},
		{norm.Field{Type: "integer"}, "12.00", "12"},
		{norm.Field{Type: "integer", Unit: i18n.Text{Zh: "人"}}, "38人", "38"},
		{norm.Field{Type: "integer", Max: ptr(365)}, "365", "365"},
		{norm.Field{Type: "decimal"}, "3.1400", "3.14"},
		{norm.Field{Type: "decimal", Min: ptr(0.1)}, "0.1", "0.1"},
		{norm.Field{Type: "decimal", Unit: i18n.Text{Zh: "%"}}, "85.5％", "85.5"},
		{yuan, "1,234.5", "1234.50"},
		{yuan, "￥１２３４．５０元", "1234.50"},
		{yuan, "0", "0.00"},
		{yuan, "-0.01", "-0.01"},
		{yuan, "999999999999.99", "999999999999.99"},
		{norm.Field{Type: "date"}, "2026年8月3日", "2026-08-03"},
		{norm.Field{Type: "date"}, "2026-8-3", "2026-08-03"},
		{norm.Field{Type: "date"}, "2026.8.3", "2026-08-03"},
		{norm.Field{Type: "date"}, "2026/08/03", "2026-08-03"},
		{norm.Field{Type: "date"}, "20260803", "2026-08-03"},
		{norm.Field{Type: "date"}, "２０２６年８月３号", "2026-08-03"},
		{norm.Field{Type: "date"}, "二〇二六年八月三日", "2026-08-03"},
		{norm.Field{Type: "date"}, "二○二六年十二月三十一日", "2026-12-31"},
		{norm.Field{Type: "date"}, "二零二六年十月二十日", "2026-10-20"},
		{norm.Field{Type: "month"}, "2026年8月", "2026-08"},
		{norm.Field{Type: "month"}, "2026.8", "2026-08"},
		{norm.Field{Type: "month"}, "202608", "2026-08"},
		{choice, "公开 招标", "open"},
		{choice, "OPEN TENDER", "open"},
		{choice, "open", "open"},
		{norm.Field{Type: "phone"}, "（0834）1234567", "0834-1234567"},
		{norm.Field{Type: "phone"}, "0834-1234567转8", "0834-1234567-8"},
		{norm.Field{Type: "phone"}, "12345，400 123 4567", "12345、400-123-4567"},
		{norm.Field{Type: "phone"}, "138 0000 0000", "13800000000"},
		{norm.Field{Type: "url"}, "https://www.example.gov.cn/a?b=1", "https://www.example.gov.cn/a?b=1"},
		{norm.Field{Type: "text"}, "第一行\r\n第二行\x00", "第一行 第二行"},
		{norm.Field{Type: "text", MaxLen: 4}, "四个汉字", "四个汉字"},
		{norm.Field{Type: "longtext"}, "第一段\r\n\r\n第二段", "第一段\n\n第二段"},
		{norm.Field{Type: "text"}, "　全角空格　", "全角空格"},
		{norm.Field{Type: "integer", People: true}, "0", "0"},
	} {
		got, p := canon(c.field, c.in)
		if p != nil || got != c.want {
			t.Errorf("%s %q = %q, %v; want %q", c.field.Type, c.in, got, p, c.want)
		}
		if again, p := canon(c.field, got); p != nil || again != got {
			t.Errorf("%s %q is not stable: %q", c.field.Type, got, again)
		}
	}
}

func TestEachRefusalHasItsSentence(t *testing.T) {
	t.Parallel()
	people := norm.Field{Type: "integer", People: true}
	for _, c := range []struct {
		field   norm.Field
		in, key string
	}{
		{norm.Field{Type: "integer"}, "十二", "form.bad_integer"},
		{norm.Field{Type: "integer"}, "1.5", "form.bad_integer"},
		{norm.Field{Type: "integer"}, "1,23", "form.bad_integer"},
		{norm.Field{Type: "integer"}, "1e9", "form.bad_integer"},
		{norm.Field{Type: "integer"}, "NaN", "form.bad_integer"},
		{norm.Field{Type: "integer"}, "1000000000000", "form.too_big"},
		{norm.Field{Type: "integer", Min: ptr(0)}, "-1", "form.below"},
		{norm.Field{Type: "integer", Max: ptr(365)}, "366", "form.above"},
		{norm.Field{Type: "decimal"}, "1.2345678", "form.too_many_places"},
		{norm.Field{Type: "decimal", Min: ptr(0.1)}, "0.099999", "form.below"},
		{norm.Field{Type: "decimal"}, "1.", "form.bad_number"},
		{norm.Field{Type: "decimal"}, "--1", "form.bad_number"},
		{norm.Field{Type: "money"}, "1.005", "form.too_many_places"},
		{norm.Field{Type: "money"}, "约100", "form.bad_number"},
		{norm.Field{Type: "date"}, "2026年2月30日", "form.bad_date"},
		{norm.Field{Type: "date"}, "2026-13-01", "form.bad_date"},
		{norm.Field{Type: "date"}, "上周五", "form.bad_date"},
		{norm.Field{Type: "date"}, "26-8-3", "form.bad_date"},
		{norm.Field{Type: "month"}, "2026年13月", "form.bad_month"},
		{norm.Field{Type: "choice"}, "别的", "form.bad_choice"},
		{norm.Field{Type: "phone"}, "张三", "form.bad_phone"},
		{norm.Field{Type: "phone"}, "0834-12", "form.bad_phone"},
		{norm.Field{Type: "phone"}, "、", "form.bad_phone"},
		{norm.Field{Type: "url"}, "javascript:alert(1)", "form.bad_url"},
		{norm.Field{Type: "url"}, "www.example.cn", "form.bad_url"},
		{norm.Field{Type: "url"}, "https://user@example.cn/", "form.bad_url"},
		{norm.Field{Type: "text", MaxLen: 3}, "四个汉字", "form.too_long"},
		{people, "-1", "form.people_negative"},
		{people, "2.5", "form.bad_integer"},
		{norm.Field{Type: "decimal", People: true}, "2.5", "form.bad_integer"},
	} {
		got, p := canon(c.field, c.in)
		if p == nil || p.key != c.key {
			t.Errorf("%s %q: %v, want %s", c.field.Type, c.in, p, c.key)
		}
		if got == "" {
			t.Errorf("%s %q was lost", c.field.Type, c.in)
		}
		if p != nil && (!i18n.Has(i18n.ZH, p.key) || strings.Contains(i18n.T(zh, p.key, p.args...), "{")) {
			t.Errorf("%s has no whole sentence", p.key)
		}
	}
}

func TestParseLosesNothingTypedAndDropsBlankRows(t *testing.T) {
	t.Parallel()
	f := builtin(t, "fees")
	got := Parse(f, url.Values{
		"f.as_of": {"2026年8月3日"}, "f.complaint_phone": {"不知道"}, "f.other": {"x"},
		"r.0.item": {"  "}, "r.2.item": {"工本费"}, "r.2.standard": {"五元"}, "r.7.item": {"补办费"}, "r.7.standard": {"1,000"},
		"r.7.no": {"x"}, "r.-1.item": {"x"}, "r.08.item": {"x"}, "r.x": {"x"}, "r.99999999999999999999.item": {"x"},
	})
	want := Data{Fields: map[string]string{"as_of": "2026-08-03", "complaint_phone": "不知道"}, Rows: []Row{
		{ID: "1", Cells: map[string]string{"item": "工本费", "standard": "五元"}},
		{ID: "2", Cells: map[string]string{"item": "补办费", "standard": "1000.00"}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse (-want +got):\n%s", diff)
	}
}

// births is a filled-in births table with its total.
func births(cells ...string) Data {
	ids := []string{"first", "second", "third_up", "total"}
	d := Data{Fields: map[string]string{"as_of": "2026-09-30"}}
	for i, id := range ids {
		r := Row{ID: id, Cells: map[string]string{}}
		if 2*i+1 < len(cells) {
			r.Cells["quarter"], r.Cells["year"] = cells[2*i], cells[2*i+1]
		}
		d.Rows = append(d.Rows, r)
	}
	return d
}

func TestFixedRowsStandInTheOrderOfTheNorm(t *testing.T) {
	t.Parallel()
	f := builtin(t, "births")
	got := Parse(f, url.Values{"r.1.quarter": {"3"}, "r.9.quarter": {"4"}})
	want := Data{Rows: []Row{{ID: "first"}, {ID: "second", Cells: map[string]string{"quarter": "3"}}, {ID: "third_up"}, {ID: "total"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse (-want +got):\n%s", diff)
	}
}

func TestTotalsAreCheckedExactlyAndSayWhatTheyShouldBe(t *testing.T) {
	t.Parallel()
	f := builtin(t, "births")
	if got := Validate(f, births("3", "10", "2", "8", "1", "2", "6", "20")); got != nil {
		t.Errorf("a right table was refused: %v", got)
	}
	got := Validate(f, births("3", "1,000", "2", "8", "1", "2", "7", "１０１０"))
	want := []fault.Field{{Name: "r.3.quarter", Key: "form.sum_is", Args: []any{"6", "7", "1"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Validate (-want +got):\n%s", diff)
	}
	if s := i18n.T(zh, got[0].Key, got[0].Args...); s != "合计应为6，现填7，相差1。" {
		t.Errorf("sentence %q", s)
	}
}

func TestFillSumsComputesWhatIsBlankAndNestedTotals(t *testing.T) {
	t.Parallel()
	f := builtin(t, "budget")
	d := Data{}
	for id, v := range map[string][2]string{"in_appropriation": {"100.10", "200.2"}, "in_other": {"0.2", "0.1"}, "out_staff": {"90", "180.25"}} {
		d.Rows = append(d.Rows, Row{ID: id, Cells: map[string]string{"previous": v[0], "current": v[1]}})
	}
	full := FillSums(f, d)
	cells := map[string]map[string]string{}
	for _, r := range full.Rows {
		cells[r.ID] = r.Cells
	}
	want := map[string]string{"previous": "10.30", "current": "20.05", "change": "9.75"}
	if diff := cmp.Diff(want, cells["balance"]); diff != "" {
		t.Errorf("balance (-want +got):\n%s", diff)
	}
	if cells["three_total"] != nil {
		t.Errorf("a total of nothing was made up: %v", cells["three_total"])
	}
	if diff := cmp.Diff(full, FillSums(f, full)); diff != "" {
		t.Errorf("filling twice differs:\n%s", diff)
	}
}

func TestATypedTotalIsKept(t *testing.T) {
	t.Parallel()
	f := builtin(t, "births")
	d := births("1", "1", "1", "1", "1", "1", "9", "")
	if got := FillSums(f, d).Rows[3].Cells; got["quarter"] != "9" || got["year"] != "3" {
		t.Errorf("total row %v", got)
	}
}

func TestRatesAreNotAddedUp(t *testing.T) {
	t.Parallel()
	f := norm.Form{Shape: "table", Rows: []norm.FixedRow{{ID: "a"}, {ID: "b"}},
		Columns: []norm.Field{{ID: "n", Type: "integer"}, {ID: "p", Type: "decimal", Unit: i18n.Text{Zh: "%"}}},
		Sums:    []norm.Sum{{Axis: "rows", Total: "b", Parts: []string{"a"}}}}
	d := FillSums(f, Data{Rows: []Row{{ID: "a", Cells: map[string]string{"n": "3", "p": "40"}}}})
	if diff := cmp.Diff(map[string]string{"n": "3"}, d.Rows[1].Cells); diff != "" {
		t.Errorf("total (-want +got):\n%s", diff)
	}
}

func TestValidateRefuses(t *testing.T) {
	t.Parallel()
	f := builtin(t, "fees")
	good := map[string]string{"item": "工本费", "basis": "某文", "standard": "5.00", "per": "每证", "state": "in_force"}
	with := func(k, v string) map[string]string {
		out := map[string]string{}
		for a, b := range good {
			out[a] = b
		}
		out[k] = v
		return out
	}
	many := make([]Row, MaxRows+1)
	for i := range many {
		many[i] = Row{Cells: good}
	}
	head := map[string]string{"as_of": "2026-08-03"}
	for name, c := range map[string]struct {
		data Data
		want []string
	}{
		"nothing filled in":         {Data{Rows: []Row{{ID: "1"}}}, []string{"form form.blank"}},
		"a right table":             {Data{Fields: head, Rows: []Row{{Cells: good}}}, nil},
		"a missing answer":          {Data{Fields: head, Rows: []Row{{Cells: with("basis", " ")}}}, []string{"r.0.basis form.required"}},
		"a missing header":          {Data{Rows: []Row{{Cells: good}}}, []string{"f.as_of form.required"}},
		"a bad cell in row 2":       {Data{Fields: head, Rows: []Row{{Cells: good}, {Cells: with("standard", "-1")}}}, []string{"r.1.standard form.below"}},
		"too many rows":             {Data{Fields: head, Rows: many}, []string{"form form.too_many_rows"}},
		"a column of another form":  {Data{Fields: head, Rows: []Row{{Cells: with("resident", "x")}}}, []string{"form form.unknown_column"}},
		"a text beyond the norm":    {Data{Fields: head, Rows: []Row{{Cells: with("per", strings.Repeat("字", 41))}}}, []string{"r.0.per form.too_long"}},
		"a choice that is not one":  {Data{Fields: head, Rows: []Row{{Cells: with("state", "随便")}}}, []string{"r.0.state form.bad_choice"}},
		"a script in the telephone": {Data{Fields: map[string]string{"as_of": "2026-08-03", "complaint_phone": "<script>"}, Rows: []Row{{Cells: good}}}, []string{"f.complaint_phone form.bad_phone"}},
	} {
		var got []string
		for _, e := range Validate(f, c.data) {
			got = append(got, e.Name+" "+e.Key)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if got := Validate(builtin(t, "births"), Data{Rows: []Row{{ID: "names", Cells: map[string]string{"quarter": "1"}}}}); len(got) == 0 || !hasKey(got, "form.unknown_row") {
		t.Errorf("a row of another form was accepted: %v", got)
	}
}

func hasKey(fs []fault.Field, key string) bool {
	for _, f := range fs {
		if f.Key == key {
			return true
		}
	}
	return false
}

func TestARecordAddsUpItsFields(t *testing.T) {
	t.Parallel()
	f := norm.Form{ID: "r", Shape: "record", Fields: []norm.Field{{ID: "a", Type: "money"}, {ID: "b", Type: "money"}, {ID: "t", Type: "money", Required: true}},
		Sums: []norm.Sum{{Axis: "columns", Total: "t", Parts: []string{"a"}, Minus: []string{"b"}}}}
	d := Data{Fields: map[string]string{"a": "1", "b": "3.5"}}
	if got := FillSums(f, d).Fields["t"]; got != "-2.50" {
		t.Errorf("total %q", got)
	}
	if got := Validate(f, d); got != nil {
		t.Errorf("a blank total was refused: %v", got)
	}
	d.Fields["t"] = "2"
	if got := Validate(f, d); len(got) != 1 || got[0].Name != "f.t" {
		t.Errorf("a wrong total: %v", got)
	}
}
