package agency_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"yangguang/agency"
	"yangguang/agency/agencytest"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
)

// workbook fills a template from its second row on; cells are placed by column letter.
func workbook(t *testing.T, template []byte, rows ...map[string]any) *bytes.Buffer {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(template))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for i, row := range rows {
		for col, v := range row {
			cell, err := excelize.JoinCellName(col, i+2)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.SetCellValue(f.GetSheetName(0), cell, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return &out
}

func template(t *testing.T, write func(ctx context.Context, w *bytes.Buffer) error, l i18n.Lang) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(i18n.With(t.Context(), l), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func agencyTemplate(t *testing.T, l i18n.Lang) []byte {
	return template(t, func(ctx context.Context, w *bytes.Buffer) error { return agency.AgencyTemplate(ctx, w) }, l)
}

func memberTemplate(t *testing.T) []byte {
	return template(t, func(ctx context.Context, w *bytes.Buffer) error { return agency.MemberTemplate(ctx, w) }, i18n.ZH)
}

// Columns of the agency template: A division, B kind, C name, D short name, E slug, F credit code, G superior,
// H address, I hours, J phone, K fax, L e-mail, M website, N founded on.

func TestImportAgencies(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		agencytest.Load(t, d)
		r := &agency.Registry{DB: d}
		rows := []map[string]any{
			{"A": "350525100001", "B": "Villagers' or residents' committee", "C": "演示一村", "G": "350525100/township"},
			{"A": 350525100, "B": "乡镇（街道）", "C": "桃城镇演示政府", "G": "11341702486344515H", "J": "+86 595 12345678", "N": 45000},
			{"A": "350525", "B": "行政部门", "C": "永春县演示局", "E": "WJJ", "F": "11341702486344515H", "N": "2019/3/1"},
		}
		for _, l := range i18n.Langs {
			file := workbook(t, agencyTemplate(t, l), rows...).Bytes()
			rep, err := r.CheckAgencies(t.Context(), agency.Import{}, bytes.NewReader(file))
			if err != nil || !rep.OK() || rep.Rows != 3 || rep.Written != 0 {
				t.Fatalf("%s: check: %+v, %v", l, rep, err)
			}
		}
		if n := read(t, d, func(tx *db.Tx) (int, error) { return agency.Count(tx, agency.Filter{}) }); n != 0 {
			t.Fatalf("the check wrote %d agencies", n)
		}
		rep, err := r.ImportAgencies(t.Context(), agency.Import{By: 3, Demo: true}, workbook(t, agencyTemplate(t, i18n.ZH), rows...))
		if err != nil || !rep.OK() || rep.Written != 3 {
			t.Fatalf("import: %+v, %v", rep, err)
		}
		town := read(t, d, func(tx *db.Tx) (agency.Agency, error) { return agency.FindByPath(tx, agencytest.Township, "township") })
		county := read(t, d, func(tx *db.Tx) (agency.Agency, error) { return agency.FindByPath(tx, agencytest.County, "wjj") })
		village := read(t, d, func(tx *db.Tx) (agency.Agency, error) { return agency.FindByPath(tx, agencytest.Village, "village") })
		if town.Superior != county.ID || village.Superior != town.ID || !town.Demo {
			t.Errorf("superiors: %d below %d, %d below %d", town.Superior, county.ID, village.Superior, town.ID)
		}
		if town.FoundedOn.String() != "2023-03-15" || county.FoundedOn.String() != "2019-03-01" || town.Phone != "+86 595 12345678" {
			t.Errorf("got %+v and %+v", town, county)
		}
	})
}

func TestImportReportsEveryProblemAndWritesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		agencytest.Load(t, d)
		r := &agency.Registry{DB: d}
		file := workbook(t, agencyTemplate(t, i18n.ZH),
			map[string]any{"A": "350525", "B": "行政部门", "C": "永春县演示局", "E": "wjj"},
			map[string]any{"A": "350525", "B": "行政部门", "C": "永春县另一局", "E": "wjj"},
			map[string]any{"A": "35052", "B": "俱乐部", "C": "=HYPERLINK(\"http://example.cn\")", "N": "去年"},
			map[string]any{"C": "无代码", "J": "-1+1"},
			map[string]any{"A": "350525100", "B": "乡镇（街道）", "C": "桃城镇演示政府", "G": "350525/none"},
			map[string]any{"A": "3505", "B": "行政部门", "C": "泉州市演示局"},
			map[string]any{"A": "350525100001", "B": "村（居）委会", "C": "演示一村", "F": "123", "J": "打电话", "M": "ftp://x"},
		)
		rep, err := r.ImportAgencies(t.Context(), agency.Import{Within: agencytest.County}, file)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range rep.Problems {
			got = append(got, strings.Join([]string{string(rune('0' + p.Row)), p.Column, strings.TrimPrefix(p.Key, "agency.")}, " "))
		}
		want := []string{
			"3 slug slug_taken", "4 division code_malformed", "4 kind kind_unknown", "4 founded_on date_malformed",
			"5 division required", "5 kind kind_unknown",
			"6 superior reference_unknown", "7 division outside_scope", "8 credit_code credit_malformed",
			"8 phone phone_malformed", "8 website website_malformed",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if n := read(t, d, func(tx *db.Tx) (int, error) { return agency.Count(tx, agency.Filter{}) }); n != 0 || rep.Written != 0 {
			t.Errorf("%d agencies written, %d reported", n, rep.Written)
		}
		checkWrittenReport(t, r, rep)
	})
}

// checkWrittenReport reads the report as a person would, and imports it again.
func checkWrittenReport(t *testing.T, r *agency.Registry, rep *agency.Report) {
	t.Helper()
	for lang, want := range map[i18n.Lang][]string{
		i18n.ZH: {"存在问题", "网址简写：本行政区划内已有单位使用或曾使用该网址简写。", "'=HYPERLINK(\"http://example.cn\")"},
		i18n.EN: {"Problems", "Web address part: An agency in this division uses or used this web address part.", "'=HYPERLINK(\"http://example.cn\")"},
	} {
		var b bytes.Buffer
		if err := rep.Write(i18n.With(t.Context(), lang), &b); err != nil {
			t.Fatal(err)
		}
		f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		cell := func(name string) string { v, _ := f.GetCellValue(f.GetSheetName(0), name); return v }
		if diff := cmp.Diff(want, []string{cell("O1"), cell("O3"), cell("C4")}); diff != "" {
			t.Errorf("%s (-want +got)\n%s", lang, diff)
		}
		if formula, _ := f.GetCellFormula(f.GetSheetName(0), "C4"); formula != "" {
			t.Errorf("the report holds the formula %s", formula)
		}
		again, err := r.CheckAgencies(t.Context(), agency.Import{Within: agencytest.County}, &b)
		if err != nil || len(again.Problems) != len(rep.Problems) {
			t.Errorf("%s: read again: %v, %v", lang, again, err)
		}
		_ = f.Close()
	}
}

func TestSheetsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		agencytest.Load(t, d)
		r := &agency.Registry{DB: d}
		many := make([]map[string]any, 2001)
		for i := range many {
			many[i] = map[string]any{"A": "350525"}
		}
		lacking := excelize.NewFile()
		_ = lacking.SetCellStr("Sheet1", "A1", "单位名称")
		var lacks bytes.Buffer
		if err := lacking.Write(&lacks); err != nil {
			t.Fatal(err)
		}
		tests := []struct {
			name string
			file *bytes.Buffer
			kind fault.Kind
			key  string
		}{
			{"not a workbook", bytes.NewBufferString("division,name\n"), fault.Invalid, "agency.sheet_unreadable"},
			{"nothing", &bytes.Buffer{}, fault.Invalid, "agency.sheet_unreadable"},
			{"an empty template", workbook(t, agencyTemplate(t, i18n.ZH)), fault.Invalid, "agency.sheet_empty"},
			{"without a required column", &lacks, fault.Invalid, "agency.sheet_lacks_column"},
			{"too many rows", workbook(t, agencyTemplate(t, i18n.ZH), many...), fault.TooLarge, "agency.sheet_too_many_rows"},
			{"too many bytes", bytes.NewBuffer(make([]byte, 9<<20)), fault.TooLarge, "agency.sheet_too_large"},
		}
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				_, err := r.CheckAgencies(t.Context(), agency.Import{}, tt.file)
				refused(t, err, tt.kind, "", tt.key)
			})
		}
	})
}

func TestImportMembers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		cast := agencytest.Seed(t, d)
		r := cast.Registry
		persons := map[string]int64{"张三": 1, "李四": 2, "王五": 3}
		enrol := func(_ *db.Tx, p agency.NewPerson) (int64, error) {
			if p.Mobile == "1" {
				return 0, fault.Fields(fault.Field{Name: "mobile", Key: "agency.phone_malformed"})
			}
			return persons[p.Name], nil
		}
		// Columns: A agency, B name, C mobile, D post, E since.
		bad := workbook(t, memberTemplate(t),
			map[string]any{"A": "350525100001/committee", "B": "张三", "D": "主任"},
			map[string]any{"A": "350525100001/committee", "B": "张三", "D": "主任"},
			map[string]any{"A": "350525100001/none", "B": "李四"},
			map[string]any{"A": "350525/bureau", "B": "李四"},
			map[string]any{"A": "350525100001/committee", "C": "13800000000"},
			map[string]any{"A": "350525100001/committee", "B": "王五", "C": "1"},
			map[string]any{"A": "350525100001/committee", "B": "王五", "E": "明天"},
		)
		in := agency.Import{Within: agencytest.Township}
		rep, err := r.ImportMembers(t.Context(), in, enrol, bad)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range rep.Problems {
			got = append(got, strings.TrimPrefix(p.Column+" "+p.Key, " "))
		}
		want := []string{"agency.already_member", "agency agency.reference_unknown", "agency agency.outside_scope",
			"person_name agency.required", "mobile agency.phone_malformed", "since agency.date_malformed"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		rep, err = r.ImportMembers(t.Context(), in, enrol, workbook(t, memberTemplate(t),
			map[string]any{"A": "350525100001/committee", "B": "张三", "D": "主任", "E": "2024-1-1"},
			map[string]any{"A": "350525100001/committee", "B": "李四", "D": "主任"}))
		if err != nil || rep.Written != 2 {
			t.Fatalf("%+v, %v", rep, err)
		}
		posts := read(t, d, func(tx *db.Tx) ([]agency.Post, error) { return agency.Posts(tx, cast.Village.ID) })
		members := read(t, d, func(tx *db.Tx) ([]agency.Member, error) { return agency.Members(tx, cast.Village.ID, today, 0, 10) })
		if len(posts) != 1 || len(members) != 2 || members[0].Since.String() != "2024-01-01" || members[1].Since != today {
			t.Errorf("posts %+v, members %+v", posts, members)
		}
	})
}

func FuzzSheet(f *testing.F) {
	d := fuzzStore(f)
	var b bytes.Buffer
	if err := agency.MemberTemplate(context.Background(), &b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, file []byte) {
		r := &agency.Registry{DB: d}
		_, err := r.CheckAgencies(context.Background(), agency.Import{}, bytes.NewReader(file))
		if err != nil && fault.KindOf(err) == fault.Internal {
			t.Errorf("our failure: %v", err)
		}
	})
}
