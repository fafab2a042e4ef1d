package analysis

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
)

// site is the sub-room's pages, read as a browser reads them.
type site struct {
	*bureau
	app *web.App
}

func newSite(t testing.TB, o *bureau) *site {
	t.Helper()
	return &site{o, web.New(web.Options{DB: o.Room.DB, Clock: o.Clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: func(w http.ResponseWriter, r *http.Request, err error) {
		key, args, _ := fault.Sentence(err)
		http.Error(w, i18n.T(r.Context(), key, args...), fault.KindOf(err).Status())
	}}, o.Room.Routes())}
}

// get reads a page and holds that it has words for everything.
func (s *site) get(t testing.TB, ctx context.Context, path string, status int) string {
	t.Helper()
	w := httptest.NewRecorder()
	s.app.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil))
	body := w.Body.String()
	if w.Code != status {
		t.Fatalf("GET %s: %d, want %d\n%.600s", path, w.Code, status, body)
	}
	for _, room := range []string{"analysis.", "casework."} {
		if i := strings.Index(body, room); i >= 0 && strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") && !strings.HasPrefix(body[i:], "analysis.xlsx") {
			t.Errorf("%s lacks words: %.60s", path, body[i:])
		}
	}
	return body
}

func (s *site) post(t testing.TB, ctx context.Context, path string, form url.Values, status int) (string, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.app.ServeHTTP(w, r)
	if w.Code != status {
		t.Fatalf("POST %s: %d, want %d\n%.900s", path, w.Code, status, w.Body.String())
	}
	return w.Header().Get("Location"), w.Body.String()
}

func has(t testing.TB, page string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			t.Errorf("the page lacks %q", w)
		}
	}
}

// chief reads figures and matters of all the county.
func (o *bureau) chief() context.Context {
	lo, hi := o.County.Division.Range()
	var rights []account.Right
	for _, v := range append(casework.Verbs(), Verbs()...) {
		rights = append(rights, account.Right{Verb: v, Range: account.Range{Lo: int64(lo), Hi: int64(hi)}})
	}
	return account.With(context.Background(), &account.Actor{Person: o.reader.ID, Name: o.reader.Name, Home: account.Target{Agency: o.County.ID, Division: int64(o.County.Division)}, Rights: rights})
}

// TestEachFigureOpensItsList: the list behind a figure holds exactly as many
// matters as the figure says, for every figure of the board.
func TestEachFigureOpensItsList(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *bureau) {
		w := newWalker(t, o, 5)
		for range 300 {
			w.step()
		}
		ctx, figures, nonzero := o.chief(), 0, 0
		disclosuretest.Check(t, o.Room.DB.Read(ctx, func(tx *db.Tx) error {
			for _, name := range []string{"place=" + o.County.Division.Short(), fmt.Sprintf("unit=%d", o.County.ID), fmt.Sprintf("unit=%d", o.Township.ID)} {
				q, _ := url.ParseQuery(name)
				at, err := findPlace(tx, q.Get("place"), q.Get("unit"), o.County.Division)
				if err != nil {
					return err
				}
				today := o.today()
				for _, p := range []period{{monthOf(today), monthOf(today)}, {addMonths(monthOf(today), 1), addMonths(monthOf(today), 1)}, {today.Year()*100 + 1, today.Year()*100 + 12}} {
					v, err := o.Room.look(tx, at, p, true, false)
					if err != nil {
						return err
					}
					hide, err := hiddenFrom(tx)
					if err != nil {
						return err
					}
					var cells []cell
					for _, m := range append(way, discontent, cohort, finished) {
						cells = append(cells, v.all(m))
						for _, dim := range partDims {
							for _, value := range v.values(dim, m) {
								if _, derived := differences[m]; !derived {
									cells = append(cells, cell{v.scope(), dim, value, m})
								}
							}
						}
					}
					for _, c := range cells {
						want, _ := v.count(c, p)
						b := behind{place: at, p: p, today: today, cell: c, hide: hide}
						got := 0
						for from := (cursor{}); ; {
							xs, next, err := b.find(tx, math.MaxInt64, from, 30)
							if err != nil {
								return err
							}
							got += len(xs)
							if from = next; next == (cursor{}) {
								break
							}
						}
						figures++
						if want > 0 {
							nonzero++
						}
						if int64(got) != want {
							t.Errorf("%s %v %+v: the figure is %d, its list has %d", name, p, c, want, got)
						}
					}
				}
			}
			return nil
		}))
		if figures < 200 || nonzero < 60 {
			t.Errorf("only %d figures, %d of them not nothing", figures, nonzero)
		}
	})
}

// TestTheDeskShowsFiguresAndTheirLists by pages alone.
func TestTheDeskShowsFiguresAndTheirLists(t *testing.T) {
	t.Parallel()
	o := newBureau(t)
	s := newSite(t, o)
	for range 7 {
		o.File(t, o.Filing("enquiry"))
	}
	o.Answered(t, "suggestion", casework.Reply{Result: "solved", Text: "已经核实并解决，谢谢您的建议。"})
	ctx := o.chief()
	at := "/desk/analysis?place=" + o.County.Division.Short()
	page := s.get(t, ctx, at, 200)
	has(t, page, "群众诉求统计"[6:], "件次", "按时答复率", "95% 区间", "<svg", "近 13 个月", "/desk/analysis/list?", "环比", "不在这些数字里", "奖励扶助与优待", "未分类"[:0])
	has(t, s.get(t, ctx, "/en"+at, 200), "Replied in time", "The last 13 months", "Matters of the public")
	list := s.get(t, ctx, "/desk/analysis/list?place="+o.County.Division.Short()+"&period="+period{monthOf(o.today()), monthOf(o.today())}.key()+"&measure=matters&dim=type&value=enquiry", 200)
	has(t, list, "共 7 件", "奖励扶助金没有发到", "/desk/matters/")
	if n := strings.Count(list, "/desk/matters/"+fmt.Sprint(o.County.Province())); n != 7 {
		t.Errorf("the list has %d matters, want 7", n)
	}
	for _, bad := range []string{"&measure=nothing", "&measure=matters&dim=phone&value=1", "&measure=matters&dim=took"} {
		s.get(t, ctx, "/desk/analysis/list?place="+o.County.Division.Short()+"&period=2026"+bad, 404)
	}
	s.get(t, ctx, "/desk/analysis?place=11", 404)
	s.get(t, ctx, "/desk/analysis?place=x", 404)
	s.get(t, ctx, "/desk/analysis?period=2031", 404)
	s.get(t, o.As(o.Stranger), at, 403)
	// Whoever reads sums alone gets them of ended months, concealed, and no list.
	sums := s.get(t, o.As(o.reader), fmt.Sprintf("/desk/analysis?unit=%d", o.County.ID), 200)
	has(t, sums, "只统计已结束的月份")
	if strings.Contains(sums, "/desk/analysis/list") {
		t.Error("a reader of sums is led to lists")
	}
	s.get(t, o.As(o.reader), fmt.Sprintf("/desk/analysis/list?unit=%d&period=2026&measure=matters", o.County.ID), 403)

	book, err := excelize.OpenReader(strings.NewReader(s.get(t, ctx, "/desk/analysis.xlsx?place="+o.County.Division.Short(), 200)))
	disclosuretest.Check(t, err)
	if v, _ := book.GetCellValue("办理全程", "B5"); v != "8" || len(book.GetSheetList()) != 10 {
		t.Errorf("the workbook says %q, sheets %v", v, book.GetSheetList())
	}
}

// TestWhatIsHiddenFromAUnitIsInItsSuperiorsFiguresOnly.
func TestWhatIsHiddenFromAUnitIsInItsSuperiorsFiguresOnly(t *testing.T) {
	t.Parallel()
	o := newBureau(t)
	for range 6 {
		o.File(t, o.Filing("enquiry"))
	}
	f := o.Filing("tipoff")
	f.About = o.Institution.ID
	o.File(t, f)
	count := func(ctx context.Context, exact, open bool) (n int64) {
		disclosuretest.Check(t, o.Room.DB.Read(ctx, func(tx *db.Tx) error {
			at, err := findPlace(tx, o.County.Division.Short(), "", o.County.Division)
			if err != nil {
				return err
			}
			m := monthOf(o.today())
			v, err := o.Room.look(tx, at, period{m, m}, exact, open)
			if err != nil {
				return err
			}
			n, _ = v.count(v.all(matters), v.p)
			return nil
		}))
		return n
	}
	if n := count(o.As(o.Stranger), true, false); n != 6 {
		t.Errorf("the unit complained of counts %d, want 6", n)
	}
	if n := count(o.As(o.Above), true, false); n != 7 {
		t.Errorf("the superior counts %d, want 7", n)
	}
	if n := count(o.Anyone(), false, true); n != 6 {
		t.Errorf("the public counts %d, want 6", n)
	}
}

// TestThePublicPageTellsNoSmallNumber: of a month with few tip-offs the number
// is not there, nor what would give it away.
func TestThePublicPageTellsNoSmallNumber(t *testing.T) {
	t.Parallel()
	o := newBureau(t)
	s := newSite(t, o)
	for range 40 {
		o.File(t, o.Filing("enquiry"))
	}
	for range 9 {
		o.File(t, o.Filing("suggestion"))
	}
	for range 2 {
		o.File(t, o.Filing("praise"))
	}
	s.get(t, o.Anyone(), "/matters/statistics?period="+period{monthOf(o.today()), monthOf(o.today())}.key(), 404) // not over yet
	month := period{monthOf(o.today()), monthOf(o.today())}
	o.Advance(t, 40*24*3600*1e9)
	page := s.get(t, o.Anyone(), "/matters/statistics?period="+month.key(), 200)
	has(t, page, "少于 5", "不公布", "<svg", "为保护诉求人", "/matters/statistics.xlsx", "下载表格")
	if strings.Contains(page, "/desk/") {
		t.Error("the public page leads to the desk")
	}
	var types map[string]string
	o.read(t, func(tx *db.Tx) error {
		at, err := findPlace(tx, "", "", o.County.Division)
		if err != nil {
			return err
		}
		v, err := o.Room.look(tx, at, month, false, true)
		types = map[string]string{}
		for _, x := range v.values(byType, matters) {
			types[x] = v.text(tx.Ctx, cell{v.scope(), byType, x, matters}, month)
		}
		types["all"] = v.text(tx.Ctx, v.all(matters), month)
		return err
	})
	told := 0
	for _, v := range types {
		if !strings.Contains(v, "少于") && v != "不公布" {
			told++
		}
	}
	if types["praise"] != "少于 5" || told >= 3 {
		t.Errorf("two praises can be worked out: %v", types)
	}
	has(t, s.get(t, o.Anyone(), "/matters/statistics/definitions", 200), "卡普兰", "id=\"i_ontime\"", "不适用", "版本")
	has(t, s.get(t, o.Anyone(), "/en/matters/statistics/definitions", 200), "Kaplan and Meier", "Numerator")
	s.get(t, o.Anyone(), "/matters/statistics?place=11", 404)
	book, err := excelize.OpenReader(bytes.NewReader([]byte(s.get(t, o.Anyone(), "/matters/statistics.xlsx?period="+month.key(), 200))))
	disclosuretest.Check(t, err)
	for _, sheet := range book.GetSheetList() {
		rows, err := book.GetRows(sheet)
		disclosuretest.Check(t, err)
		if len(rows) < 3 || !strings.Contains(rows[0][0], "演示数据") {
			t.Errorf("sheet %s has %d rows and no mark", sheet, len(rows))
		}
	}
}
