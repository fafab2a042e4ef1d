package coverage_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/disclosure/catalogue"
	"yangguang/disclosure/coverage"
	"yangguang/disclosure/coverage/linkcheck"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

func TestMain(m *testing.M) {
	i18n.MustLoad(append(disclosuretest.Locales, web.Locale, ui.Locale, front.Locale, coverage.Locale)...)
	os.Exit(m.Run())
}

type site struct {
	*disclosuretest.House
	app *web.App
	cov *coverage.Coverage
}

func over(h *disclosuretest.House, t testing.TB) *site {
	t.Helper()
	disclosuretest.Check(t, h.DB.Migrate(context.Background(), append(disclosuretest.Migrations, coverage.Migrations, linkcheck.Migrations)...))
	f := &front.Front{Site: front.Site{Name: i18n.Text{Zh: "演示平台", En: "Demo"}, Demo: true}}
	s := &site{House: h, cov: &coverage.Coverage{Front: f, DB: h.DB, Norm: h.Disclosure.Norm}}
	s.app = web.New(web.Options{DB: h.DB, Clock: h.Clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: func(w http.ResponseWriter, _ *http.Request, err error) {
		http.Error(w, err.Error(), fault.KindOf(err).Status())
	}}, s.cov.Routes())
	return s
}

func (s *site) get(t testing.TB, path string, want ...string) string {
	t.Helper()
	ctx, n := db.CountStatements(t.Context())
	w := httptest.NewRecorder()
	s.app.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%s answers %d: %.300s", path, w.Code, w.Body)
	}
	if n.Load() > 10 {
		t.Errorf("%s takes %d statements, want at most 10", path, n.Load())
	}
	for _, x := range want {
		if !strings.Contains(w.Body.String(), x) {
			t.Errorf("%s does not say %q", path, x)
		}
	}
	return w.Body.String()
}

func TestEveryLevelShowsItsFiguresOnBothEngines(t *testing.T) {
	t.Parallel()
	disclosuretest.Each(t, func(t *testing.T, h *disclosuretest.House) {
		s := over(h, t)
		h.Publish(t, h.Village, "village.4", h.Text("village.4", "2026Q3", "奖励"))
		for _, u := range h.Units() {
			at := "/" + u.Division.Short() + "/coverage"
			s.get(t, at, "覆盖率", "及时率", "无逾期单位", "/coverage/definitions#timeliness", "/overdue?within="+u.Division.Short(), "coverage.xlsx", "演示数据")
			s.get(t, "/en"+at, "Timeliness", "Coverage")
			s.get(t, at+"/met")
		}
		s.get(t, "/0/coverage", "福建省", "默认不排名次", "/35/coverage")
		s.get(t, "/3505/coverage", "永春县")
		s.get(t, "/350525/coverage", "桃城镇", "永春县演示局", "行政部门")
		s.get(t, "/350525100001/coverage/met", "2026", "/committee/c/")
		s.get(t, "/350525100/coverage", "不足五项时不算百分比")
		s.get(t, "/350525101/coverage", "这里还没有公开义务")
		s.get(t, "/coverage/definitions", "分子", "分母", "归属日期", `id="median"`)
	})
}

func TestTheSelfCheckMeasures(t *testing.T) {
	t.Parallel()
	disclosuretest.Each(t, func(t *testing.T, h *disclosuretest.House) {
		s := over(h, t)
		s.get(t, "/350525/self-check", "不合格", "从未更新", "未测", "还没有检查过", "刚开始测")
		h.Publish(t, h.County, "county.2", h.Plain("办法"))
		s.get(t, "/350525/self-check", "最近一次2026年11月23日，0天前")
		s.get(t, "/en/350525100001/self-check", "never", "Not measured")
		h.Clock.Advance(15 * 24 * time.Hour)
		s.app.Cache().Empty()
		s.get(t, "/350525/self-check", "15天前", "两周内有更新")
	})
}

func TestAPlaceWithoutAPageIsNotFound(t *testing.T) {
	t.Parallel()
	s := over(disclosuretest.New(t), t)
	for _, path := range []string{"/99/coverage", "/350525000000/coverage", "/350525999/coverage.xlsx"} {
		w := httptest.NewRecorder()
		s.app.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if w.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", path, w.Code)
		}
	}
}

func TestTheWorkbookHoldsTheDefinitionsAndTheMark(t *testing.T) {
	t.Parallel()
	s := over(disclosuretest.New(t), t)
	x, err := excelize.OpenReader(bytes.NewReader([]byte(s.get(t, "/350525/coverage.xlsx"))))
	disclosuretest.Check(t, err)
	defer func() { _ = x.Close() }()
	for _, sheet := range []string{"下辖各地", "公开主体", "类别", "趋势", "本级单位", "指标定义"} {
		rows, err := x.GetRows(sheet)
		disclosuretest.Check(t, err)
		if len(rows) < 2 || !strings.Contains(rows[0][0], "演示数据") {
			t.Errorf("%s begins %v", sheet, rows)
		}
	}
	if words := fmt.Sprint(x.GetRows("指标定义")); !strings.Contains(words, "分母") || !strings.Contains(words, "不足五项") {
		t.Errorf("the definitions are %s", words)
	}
}

// TestAMonthIsClosedOnce closes September, shows it, and leaves a gap for a
// month in which nothing ran.
func TestAMonthIsClosedOnce(t *testing.T) {
	t.Parallel()
	disclosuretest.Each(t, func(t *testing.T, h *disclosuretest.House) {
		s := over(h, t)
		on := func(day string) {
			h.Clock.Set(clock.MustDate(day).Start())
			disclosuretest.Check(t, coverage.CloseMonth(context.Background(), h.DB))
			_, err := h.Disclosure.Catalogue.Roll(context.Background(), h.DB)
			disclosuretest.Check(t, err)
			s.app.Cache().Empty()
		}
		count := func() (n int) {
			h.Read(t, func(tx *db.Tx) error { return tx.Row("select count(*) from coverage_month").Scan(&n) })
			return n
		}
		s.get(t, "/350525/coverage", "第一次记录在下一个月初")
		on("2026-11-25") // not the beginning of a month
		if count() != 0 {
			t.Error("a month was closed in its middle")
		}
		on("2026-12-01")
		first := count()
		if first != 5 { // nation, province, prefecture, county, township
			t.Errorf("%d divisions were closed, want 5", first)
		}
		h.Publish(t, h.Village, "village.6", h.Plain("村规民约"))
		on("2026-12-02")
		if count() != first {
			t.Error("a month was closed twice")
		}
		on("2027-02-01") // in January nothing ran
		s.get(t, "/350525/coverage", "2026-11", "2027-01", "26-12")
		s.get(t, "/350525100/coverage", "2026-11")
		s.get(t, "/0/coverage", "2026-11")
	})
}

func TestPagesWalkAnIndex(t *testing.T) {
	t.Parallel()
	s := over(disclosuretest.New(t), t)
	for _, c := range []agency.Code{s.Village.Division, s.Township.Division, s.County.Division, s.Prefecture.Division, s.Province.Division} {
		dbtest.NoScanIn(t, s.DB, t.Context(), func(ctx context.Context) error {
			for _, p := range []string{"/coverage", "/coverage/met", "/coverage.xlsx"} {
				w := httptest.NewRecorder()
				s.app.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/"+c.Short()+p, nil))
				if w.Code != http.StatusOK {
					return fmt.Errorf("%s answers %d", p, w.Code)
				}
			}
			return nil
		}, "due", "due_count", "due_unit_count", "coverage_month", "agency", "division")
	}
}

func TestFewAreToldAsCounts(t *testing.T) {
	t.Parallel()
	r := coverage.RuleOf(disclosuretest.New(t).Disclosure.Norm)
	for _, c := range []struct {
		num, den int64
		want     string
	}{{0, 0, "—"}, {3, 4, "3/4"}, {0, 1, "0/1"}, {4, 5, "80.0%"}, {2, 3000, "0.1%"}} {
		if got := r.Share(i18n.With(t.Context(), i18n.ZH), c.num, c.den); got != c.want {
			t.Errorf("%d of %d is shown as %q, want %q", c.num, c.den, got, c.want)
		}
	}
	f := catalogue.Figures{Owed: 4, OnTime: 2, Late: 1, Overdue: 1}
	if tile := r.Tile(t.Context(), "村", "/", f); tile.Kind != "none" {
		t.Errorf("four obligations give the band %q", tile.Kind)
	}
}

func TestLocalesAreWhole(t *testing.T) {
	t.Parallel()
	for _, fault := range i18n.Check(fs.FS(coverage.Locale)) {
		t.Error(fault)
	}
}
