package form

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"yangguang/internal/i18n"
	"yangguang/norm"
)

func TestWhatIsWrittenIsReadBackTheSame(t *testing.T) {
	t.Parallel()
	all := forms()
	rapid.Check(t, func(t *rapid.T) {
		f := all[rapid.IntRange(0, len(all)-1).Draw(t, "form")]
		d := FillSums(f, valid(t, f))
		wrong := Validate(f, d)
		if hasKey(wrong, "form.people_negative") || hasKey(wrong, "form.below") {
			t.Skip("more was taken off than there was")
		}
		if wrong != nil {
			t.Fatalf("%s: the generator made invalid data: %v", f.ID, wrong)
		}
		lang := rapid.SampledFrom(i18n.Langs).Draw(t, "lang")
		b, err := Write(f, d, lang, Meta{Title: "=标题", Agency: "测试局", IndexNumber: "x/2026-00001", Demo: true})
		if err != nil {
			t.Fatal(err)
		}
		got, errs := Read(f, bytes.NewReader(b))
		if len(errs) > 0 {
			t.Fatalf("%s: refused: %v", f.ID, errs)
		}
		if diff := cmp.Diff(d, got); diff != "" {
			t.Fatalf("%s: Read(Write) (-want +got):\n%s", f.ID, diff)
		}
	})
}

func TestATemplateIsFilledInASpreadsheet(t *testing.T) {
	t.Parallel()
	f := builtin(t, "fees")
	b, err := Template(f, i18n.ZH, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, errs := Read(f, bytes.NewReader(b)); len(errs) != 1 || errs[0].Key != "form.blank" {
		t.Errorf("a blank template: %v", errs)
	}
	x := open(t, b)
	sheet := x.GetSheetName(0)
	row := lineOf(t, x, "c.item")
	set := func(col, row int, v any) {
		if err := x.SetCellValue(sheet, cellName(col, row), v); err != nil {
			t.Fatal(err)
		}
	}
	set(2, 4, 46237) // 2026-08-03 as Excel keeps it
	for i, v := range []any{"工本费", "某文〔2026〕1号", 5.5, "每证", "", "执行", "2026年8月3日"} {
		set(1+i, row+1, v)
	}
	for i, v := range []any{"补办费", "某文〔2026〕1号", "一百", "每证", "", "不知道"} {
		set(1+i, row+3, v)
	}
	got, errs := Read(f, save(t, x))
	var lines []string
	for _, e := range errs {
		lines = append(lines, e.Text(zh))
	}
	n := row + 3
	want := []string{
		cellName(3, n) + "单元格（收费项目表）：请填写数字，如1234.5。",
		cellName(6, n) + "单元格（收费项目表）：请从列出的选项中选一个。",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	if got.Fields["as_of"] != "2026-08-03" || len(got.Rows) != 2 || got.Rows[0].Cells["standard"] != "5.50" || got.Rows[1].Cells["standard"] != "一百" {
		t.Errorf("read %+v", got)
	}
}

func TestATableOfOnesOwnIsReadByItsTitles(t *testing.T) {
	t.Parallel()
	f := builtin(t, "births")
	x := excelize.NewFile()
	for i, line := range [][]any{
		{"2026年三季度"}, {"统计截止日期", "2026.9.30"}, {},
		{"项目", "本 季 度", "This year so far (persons)", "备注"},
		{"一孩", 3, "1,000", "x"}, {"Second children", 2, 8}, {"三孩及以上", 1, 2}, {"出生合计", 6, 1010}, {"说明", 1},
	} {
		if err := x.SetSheetRow("Sheet1", cellName(1, i+1), &line); err != nil {
			t.Fatal(err)
		}
	}
	got, errs := Read(f, save(t, x))
	if diff := cmp.Diff(births("3", "1000", "2", "8", "1", "2", "6", "1010"), got); diff != "" {
		t.Errorf("Read (-want +got):\n%s", diff)
	}
	var keys []string
	for _, e := range errs {
		keys = append(keys, e.Cell+" "+e.Key)
	}
	if diff := cmp.Diff([]string{"D4 form.xlsx.unknown_column", "A9 form.xlsx.unknown_row"}, keys); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

func TestReadRefusesWhatIsNoSpreadsheetOfTheForm(t *testing.T) {
	t.Parallel()
	other, err := Template(builtin(t, "staff"), i18n.ZH, false)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		in  []byte
		key string
	}{
		"no file":      {nil, "form.xlsx.unreadable"},
		"a page":       {[]byte("<html>工资表</html>"), "form.xlsx.unreadable"},
		"another form": {other, "form.xlsx.no_table"},
	} {
		d, errs := Read(builtin(t, "fees"), bytes.NewReader(c.in))
		if len(errs) != 1 || errs[0].Key != c.key || !d.Blank() {
			t.Errorf("%s: %v", name, errs)
		}
	}
}

func TestTheWorkbookHidesNothingAndRunsNothingTyped(t *testing.T) {
	t.Parallel()
	f := builtin(t, "rewards")
	d := Data{Fields: map[string]string{"as_of": "2026-06-30", "how": "=HYPERLINK(\"http://x\")"}}
	for i, s := range []string{"=1+1", "+1", "-1+1", "@SUM(1)", "\t=1"} {
		d.Rows = append(d.Rows, Row{ID: f.Rows[min(i, 3)].ID, Cells: map[string]string{"standard": s, "people": "7", "money": "0.10"}})
	}
	b, err := Write(f, d, i18n.ZH, Meta{Agency: "=cmd", Demo: true})
	if err != nil {
		t.Fatal(err)
	}
	x := open(t, b)
	formulas := map[string]string{}
	for _, sheet := range x.GetSheetList() {
		if visible, err := x.GetSheetVisible(sheet); err != nil || !visible {
			t.Errorf("sheet %s is hidden", sheet)
		}
		rows, err := x.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for i, cells := range rows {
			if visible, _ := x.GetRowVisible(sheet, i+1); !visible {
				t.Errorf("%s row %d is hidden", sheet, i+1)
			}
			for j := range cells {
				if s, _ := x.GetCellFormula(sheet, cellName(j+1, i+1)); s != "" {
					formulas[cellName(j+1, i+1)] = s
				}
			}
		}
	}
	row := lineOf(t, x, "c.people")
	c := func(col, n int) string { return cellName(col, row+n) }
	want := map[string]string{
		c(3, 5): `IF(COUNT(` + c(3, 1) + "," + c(3, 2) + "," + c(3, 3) + "," + c(3, 4) + `)=0,"",ROUND(SUM(` + c(3, 1) + "," + c(3, 2) + "," + c(3, 3) + "," + c(3, 4) + `),0))`,
		c(4, 5): `IF(COUNT(` + c(4, 1) + "," + c(4, 2) + "," + c(4, 3) + "," + c(4, 4) + `)=0,"",ROUND(SUM(` + c(4, 1) + "," + c(4, 2) + "," + c(4, 3) + "," + c(4, 4) + `),2))`,
	}
	if diff := cmp.Diff(want, formulas); diff != "" {
		t.Errorf("formulas (-want +got):\n%s", diff)
	}
	sheet := x.GetSheetName(0)
	if v, _ := x.GetCellValue(sheet, c(3, 5)); v != "28" {
		t.Errorf("the total is kept as %q", v)
	}
	if kind, _ := x.GetCellType(sheet, c(3, 5)); kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
		t.Errorf("the total is of type %v", kind)
	}
	if p, err := x.GetDocProps(); err != nil || p.LastModifiedBy != "" {
		t.Errorf("properties %+v", p)
	}
}

func TestATotalThatDoesNotHoldIsWrittenAsItWasPublished(t *testing.T) {
	t.Parallel()
	f := builtin(t, "births")
	b, err := Write(f, births("1", "1", "1", "1", "1", "1", "9", ""), i18n.ZH, Meta{})
	if err != nil {
		t.Fatal(err)
	}
	d, errs := Read(f, bytes.NewReader(b))
	if d.Rows[3].Cells["quarter"] != "9" || len(errs) != 1 || errs[0].Key != "form.sum_is" {
		t.Errorf("read %v, %v", d.Rows[3], errs)
	}
}

func TestChoicesAreOfferedInTheSpreadsheet(t *testing.T) {
	t.Parallel()
	b, err := Template(builtin(t, "budget"), i18n.EN, false)
	if err != nil {
		t.Fatal(err)
	}
	x := open(t, b)
	v, err := x.GetDataValidations(x.GetSheetName(0))
	if err != nil || len(v) != 1 || v[0].Type != "list" || !strings.Contains(v[0].Formula1, "$F$2:$F$4") {
		t.Fatalf("validations %+v, %v", v, err)
	}
	if s, _ := x.GetCellValue(x.GetSheetName(1), "F4"); s != "Final accounts" {
		t.Errorf("choice %q", s)
	}
}

func TestLibreOfficeOpensTheFile(t *testing.T) {
	t.Parallel()
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("soffice is not installed; install libreoffice-calc to run this test")
	}
	f := builtin(t, "births")
	b, err := Write(f, births("3", "1000", "2", "8", "1", "2"), i18n.ZH, Meta{Demo: true})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "births.xlsx")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, soffice, "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--convert-to",
		"csv:Text - txt - csv (StarCalc):44,34,76", "--outdir", dir, file)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("soffice does not run here: %v\n%s", err, out)
	}
	got, err := os.ReadFile(filepath.Join(dir, "births.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"演示数据，与真实机关无关", `出生合计,6,"1,010",,r.total`, "统计截止日期 *,2026-09-30,f.as_of"} {
		if !strings.Contains(string(got), want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	fees := norm.Builtin().Form("fees")
	if b, err := Template(*fees, i18n.ZH, true); err == nil {
		f.Add(b)
	}
	if b, err := Write(*fees, Data{Rows: []Row{{Cells: map[string]string{"item": "工本费"}}}}, i18n.EN, Meta{}); err == nil {
		f.Add(b)
	}
	f.Add([]byte("PK"))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, _ := Read(*fees, bytes.NewReader(b))
		if diff := cmp.Diff(d, Normalize(*fees, d)); diff != "" {
			t.Errorf("not in its one spelling:\n%s", diff)
		}
	})
}

func open(t *testing.T, b []byte) *excelize.File {
	t.Helper()
	x, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	return x
}

func save(t *testing.T, x *excelize.File) *bytes.Buffer {
	t.Helper()
	buf, err := x.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return buf
}

// lineOf finds the line of a grey id on the first sheet.
func lineOf(t *testing.T, x *excelize.File, id string) int {
	t.Helper()
	rows, err := x.GetRows(x.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	for i, cells := range rows {
		for _, c := range cells {
			if c == id {
				return i + 1
			}
		}
	}
	t.Fatalf("no %s", id)
	return 0
}
