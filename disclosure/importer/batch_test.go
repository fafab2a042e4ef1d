package importer

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"yangguang/disclosure"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/jobs"
	"yangguang/internal/search"
)

var good = []string{"生育服务证办理指南", "", "", "2018-03-01", "2018年3月5日", "OLD-001", "永卫〔2018〕12号", "办理条件、材料和时限如下。", "", "http://wjj.example.gov.cn/art/1.html?id=3"}

func row(title, published, number string) []string {
	return []string{title, good[1], "", "", published, number, "", "办理条件、材料和时限如下。", "", ""}
}

func TestASheetIsImportedWithItsOldNumbersDatesAndAddresses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		b := h.handIn(t, "history.xlsx", workbook(t, good, row("避孕药具免费发放办理指南", "2017-01-02", "")))
		s := h.sheet(t, b)
		if s.Batch.State != Checking || len(s.Rows) != 2 || s.Counts.By[RowReady] != 2 {
			t.Fatalf("read as %+v %v: %s", s.Batch, s.Counts, problems(s.Rows[0]))
		}
		h.accept(t, b)
		h.run(t)
		s = h.sheet(t, b)
		if s.Batch.State != Done || s.Batch.Done != 2 || s.Rows[0].Body != "" {
			t.Fatalf("written as %+v", s.Batch)
		}
		check(t, h.db.Read(t.Context(), func(tx *db.Tx) error {
			items, err := disclosure.ByIDs(tx, b.Province, []int64{s.Rows[0].Item})
			check(t, err)
			it := items[0]
			if it.Number != "OLD-001" || it.PublishedAt != clock.MustDate("2018-03-05").Start() && !it.PublishedAt.Equal(clock.MustDate("2018-03-05").Start()) || it.Imported != b.ID || it.Year != 2018 {
				t.Errorf("the item is %+v", it)
			}
			p, err := h.Disclosure.Public(t.Context(), h.County, it.Year, it.Serial)
			check(t, err)
			if len(p.Events) != 1 || p.Events[0].Verb != "imported" || p.Events[0].Reason != b.Number || !p.Events[0].At.After(it.PublishedAt) {
				t.Errorf("the history is %+v", p.Events)
			}
			hits, err := search.Find(tx, search.Q{Text: "生育服务证", Limit: 5})
			if err != nil || len(hits) != 1 {
				t.Errorf("search finds %d, %v", len(hits), err)
			}
			return nil
		}))
		for _, path := range []string{"/old/wjj.example.gov.cn/art/1.html?id=3"} {
			w := httptest.NewRecorder()
			r := httptest.NewRequest("GET", path, nil)
			r.SetPathValue("path", "wjj.example.gov.cn/art/1.html")
			check(t, h.old(w, r))
			if w.Code != http.StatusMovedPermanently || w.Header().Get("Location") != s.Paths[s.Rows[0].Item] {
				t.Errorf("%s leads to %d %q, want %q", path, w.Code, w.Header().Get("Location"), s.Paths[s.Rows[0].Item])
			}
		}
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/art/1.html?id=3", nil)
		r.Host = "wjj.example.gov.cn"
		if !h.Elsewhere(w, r) || w.Code != http.StatusMovedPermanently {
			t.Errorf("a page of the old host answers %d", w.Code)
		}
		if h.Elsewhere(httptest.NewRecorder(), httptest.NewRequest("GET", "/nowhere.html", nil)) {
			t.Error("an unknown address leads somewhere")
		}
	})
}

func TestWhatIsWrongIsSaidBesideItsFieldAndHoldsTheBatch(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		bad := row("", "某年某月", "")
		personal := row("低保名单", "2018-01-01", "")
		personal[7] = "张三，身份证号码 35052519900307123X，手机 13800000000"
		missing := row("带附件的信息", "2018-01-02", "")
		missing[8] = "没有.pdf"
		b := h.handIn(t, "h.xlsx", workbook(t, good, bad, personal, missing, good, row("将来的信息", "2030-01-01", "")))
		s := h.sheet(t, b)
		want := []string{"", "published importer.bad_date, title importer.need_title", "body importer.personal", "files importer.file_missing", "title importer.twin_number", "published importer.future"}
		for i, w := range want {
			if got := problems(s.Rows[i]); !strings.Contains(got, w) || w == "" && got != "" {
				t.Errorf("row %d: %q, want %q", i, got, w)
			}
		}
		if _, err := h.Confirm(as(t, 1), b.Province, b.ID, ""); err != nil {
			t.Fatal(err)
		}
		if err := h.Submit(as(t, 1), b.Province, b.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("a batch with wrong entries was submitted: %v", err)
		}
		x := s.Rows[2]
		fixed, err := h.FixRow(as(t, 1), b.Province, b.ID, x.ID, Fix{Title: x.Title, Category: s.Rows[0].Category, Published: x.Published, Body: personal[7], Mask: true})
		check(t, err)
		if fixed.State != RowReady || strings.Contains(fixed.Body, "19900307") {
			t.Errorf("masked to %s, %s", fixed.State, problems(*fixed))
		}
		y := s.Rows[3]
		if fixed, err = h.FixRow(as(t, 1), b.Province, b.ID, y.ID, Fix{Title: y.Title, Category: s.Rows[0].Category, Published: y.Published, Body: y.Body, WithoutFiles: true}); err != nil || fixed.State != RowReady {
			t.Errorf("without its attachment: %v %s", err, problems(*fixed))
		}
		if _, err := h.FixRow(as(t, 2), b.Province, b.ID, y.ID, Fix{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("somebody else mended an entry: %v", err)
		}
		if n, err := h.DropWrong(as(t, 1), b.Province, b.ID); err != nil || n != 3 {
			t.Errorf("left out %d, %v", n, err)
		}
		h.accept(t, b)
		h.run(t)
		if s := h.sheet(t, b); s.Batch.Done != 3 || s.Batch.Failed != 0 {
			t.Errorf("written %d, refused %d: %s", s.Batch.Done, s.Batch.Failed, problems(s.Rows[0]))
		}
	})
}

func TestThreeNaturalPersonsStandBehindABatch(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		b := h.handIn(t, "h.csv", []byte("标题,原公开日期,正文,公开类别\n一条信息,2018-03-05,正文内容在这里,\n"))
		if err := h.Submit(as(t, 1), b.Province, b.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("a guessed category passed unconfirmed: %v", err)
		}
		inbox := func(want string, persons ...int64) {
			t.Helper()
			for _, p := range persons {
				got := ""
				ws, err := h.Waiting(as(t, p))
				check(t, err)
				for _, w := range ws {
					got += fmt.Sprint(w.Kind, len(w.Works), w.Works[0].Href == pathOf(b, ""))
				}
				if got != want {
					t.Errorf("the inbox of person %d holds %q, want %q", p, got, want)
				}
			}
		}
		const mend, accept = "importer.waiting_mend1 true", "importer.waiting_accept1 true"
		inbox(mend, 1)
		inbox("", 2, 3)
		s := h.sheet(t, b)
		category := h.Disclosure.Norm.Catalogue(string(h.County.Kind)).Categories[0].ID
		_, err := h.FixRow(as(t, 1), b.Province, b.ID, s.Rows[0].ID, Fix{Title: "一条信息", Category: category, Published: clock.MustDate("2018-03-05"), Body: "正文内容在这里"})
		check(t, err)
		check(t, h.Submit(as(t, 1), b.Province, b.ID))
		inbox("", 1)
		inbox(accept, 2, 3)
		refused := func(who string, ctx context.Context) {
			t.Helper()
			if err := h.Accept(ctx, b.Province, b.ID, ""); !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: %v", who, err)
			}
		}
		refused("the preparer accepts", as(t, 1))
		refused("a delegate accepts for the preparer", standing(t, 5, 1))
		refused("the preparer accepts as another's delegate", standing(t, 1, 6))
		check(t, h.Accept(as(t, 2), b.Province, b.ID, ""))
		refused("the first acceptor accepts twice", as(t, 2))
		inbox("", 1, 2)
		inbox(accept, 3)
		check(t, h.Return(as(t, 3), b.Province, b.ID, "请补充索引号"))
		check(t, h.Submit(as(t, 1), b.Province, b.ID))
		refused("who accepted before it was returned", as(t, 2))
		check(t, h.Accept(as(t, 4), b.Province, b.ID, ""))
		check(t, h.Accept(as(t, 7), b.Province, b.ID, ""))
		inbox("", 1, 2, 3)
		if _, err := h.Open(t.Context(), b.Province, b.ID, Look{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a stranger reads the batch: %v", err)
		}
	})
}

func TestACrashInTheMiddleLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		var rows [][]string
		for i := range 50 {
			rows = append(rows, row("第"+strings.Repeat("一", i+1)+"条信息", "2018-03-05", ""))
		}
		b, err := h.Upload(as(t, 1), h.County.ID, "h.xlsx", strings.NewReader(string(workbook(t, rows...))))
		check(t, err)
		// The reader dies after its first transaction, then starts again.
		for i := range 2 {
			ctx, cancel := context.WithCancel(t.Context())
			r := reading{m: h.Importer, began: h.db.Clock().Now(), seen: map[string]bool{}}
			check(t, r.begin(ctx, b.Province, b.ID))
			for j := range 25 {
				e := Entry{Source: "2", Title: rows[j][0], Published: clock.MustDate("2018-03-05"), Body: "正文"}
				check(t, r.take(ctx, j+1, e))
			}
			cancel()
			if err := r.take(ctx, 30+i, Entry{}); err == nil {
				t.Error("a stopped reader went on")
			}
		}
		h.run(t)
		if s := h.sheet(t, b); s.Counts.All != 50 || s.Batch.State != Checking {
			t.Fatalf("read %d entries, %s", s.Counts.All, s.Batch.State)
		}
		category := h.Disclosure.Norm.Catalogue(string(h.County.Kind)).Categories[0].ID
		check(t, h.db.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec("update import_row set category = $1, state = 'ready', problems = '[]'", category)
			return err
		}))
		h.accept(t, b)
		ctx, cancel := context.WithCancel(t.Context())
		left := false
		check(t, h.db.Write(ctx, func(tx *db.Tx) (err error) {
			left, err = h.someSteps(tx, b.Province, b.ID, Writing, RowReady, Done, h.writeRow)
			return err
		}))
		cancel()
		if err := h.write(ctx, b.Province, b.ID); err == nil || !left {
			t.Error("a stopped writer went on")
		}
		if s := h.sheet(t, b); s.Counts.By[RowWritten] == 0 || s.Counts.By[RowWritten] == 50 {
			t.Fatalf("after the stop %d are written", s.Counts.By[RowWritten])
		}
		h.run(t)
		check(t, h.write(t.Context(), b.Province, b.ID)) // once more does nothing
		if s := h.sheet(t, b); s.Batch.State != Done || s.Batch.Done != 50 || s.Counts.By[RowWritten] != 50 {
			t.Errorf("written %d, %v", s.Batch.Done, s.Counts)
		}
		check(t, h.db.Read(t.Context(), func(tx *db.Tx) error {
			rows, err := disclosure.List(tx, disclosure.Query{Agency: h.County.ID, Limit: 100})
			if len(rows) != 50 {
				t.Errorf("%d items are public", len(rows))
			}
			return err
		}))
	})
}

func TestATakeDownForPrivacyDestroysWhatTheBatchKeeps(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.Disclosure.AlsoErase = h.Erase
		b := h.handIn(t, "h.csv", []byte("标题,原公开日期,正文,公开类别\n张某某的情况,2018-03-05,不该公开的正文,\n"))
		_, err := h.FixRow(as(t, 1), b.Province, b.ID, h.sheet(t, b).Rows[0].ID, Fix{Title: "张某某的情况", Category: h.Disclosure.Norm.Catalogue(string(h.County.Kind)).Categories[1].ID,
			Published: clock.MustDate("2018-03-05"), Body: "不该公开的正文"})
		check(t, err)
		h.accept(t, b)
		h.run(t)
		s := h.sheet(t, b)
		item := s.Rows[0].Item
		if item == 0 || s.Rows[0].Title == "" {
			t.Fatalf("not imported: %+v", s.Rows[0])
		}
		check(t, h.Disclosure.TakeDown(as(t, 3), b.Province, item, "privacy", "含有个人信息"))
		for _, x := range h.sheet(t, b).Rows {
			if x.Title != "" || x.Body != "" || x.Source != "" {
				t.Errorf("the batch keeps %+v", x)
			}
		}
	})
}

func TestABatchIsTakenBackUnlessSomebodyCorrectedIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		b := h.handIn(t, "h.xlsx", workbook(t, good, row("避孕药具免费发放办理指南", "2017-01-02", "")))
		h.accept(t, b)
		h.run(t)
		s := h.sheet(t, b)
		v, err := h.Disclosure.Correct(as(t, 1), b.Province, s.Rows[0].Item)
		check(t, err)
		if err := h.Undo(as(t, 2), b.Province, b.ID, "整批日期有误"); !fault.Is(err, fault.Conflict) {
			t.Errorf("a corrected batch was taken back: %v", err)
		}
		check(t, h.Disclosure.Discard(as(t, 1), v.Province, v.ID))
		if err := h.Undo(as(t, 2), b.Province, b.ID, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("taken back without a reason: %v", err)
		}
		check(t, h.Undo(as(t, 2), b.Province, b.ID, "整批日期有误"))
		h.run(t)
		s = h.sheet(t, b)
		if s.Batch.State != Undone || s.Counts.By[RowUndone] != 1 && s.Counts.By[RowUndone] != 2 {
			t.Errorf("taken back: %s %v", s.Batch.State, s.Counts)
		}
	})
}

func TestAnOldSiteIsImportedFromItsPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		z, err := pack(map[string][]byte{
			"www.yc.gov.cn/zwgk/t1.html":   gbk(oldPage("生育登记服务指南", "2019-03-05", "QZ-1", strings.Repeat("办理生育登记服务的条件和材料。", 4))),
			"www.yc.gov.cn/zwgk/t2.html":   gbk(oldPage("再生育审批指南", "2019-03-06", "QZ-2", strings.Repeat("办理再生育审批的条件和材料。", 4))),
			"www.yc.gov.cn/files/表格.csv":   []byte("项目,金额\n甲,1\n"),
			"www.yc.gov.cn/zwgk/index.htm": []byte("<ul>" + strings.Repeat("<li><a href=t1.html>生育登记服务指南</a>", 9) + "</ul>"),
		})
		check(t, err)
		b := h.handIn(t, "site.zip", z)
		s := h.sheet(t, b)
		if s.Batch.Kind != "site" || len(s.Rows) != 2 || len(s.Rows[0].Files) != 1 || s.Rows[0].Old != "www.yc.gov.cn/zwgk/t1.html" || s.Rows[0].Category == "" {
			t.Fatalf("read %+v: %+v", s.Batch, s.Rows)
		}
		h.accept(t, b)
		h.run(t)
		if s = h.sheet(t, b); s.Batch.Done != 2 {
			t.Fatalf("written %d: %s", s.Batch.Done, problems(s.Rows[0]))
		}
	})
}

func TestWhatCannotBeReadIsRefusedInWords(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		if _, err := h.Upload(as(t, 1), h.County.ID, "virus.exe", strings.NewReader("MZ")); !fault.Is(err, fault.Invalid) {
			t.Errorf("a program was taken: %v", err)
		}
		if _, err := h.Upload(t.Context(), h.County.ID, "h.csv", strings.NewReader("a")); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("somebody unknown handed in: %v", err)
		}
		for name, b := range map[string]string{"a.zip": "no archive", "b.xlsx": "no workbook", "c.csv": "a,b\n1,2\n", "d.xml": "<x", "e.html": "<p>"} {
			x := h.handIn(t, name, []byte(b))
			if s := h.sheet(t, x); s.Batch.State != Failed || s.Batch.Fault == nil || s.Batch.Fault.sentence(t.Context()) == "" {
				t.Errorf("%s: %s %v", name, s.Batch.State, s.Batch.Fault)
			}
		}
		check(t, h.db.Read(t.Context(), func(tx *db.Tx) error {
			dead, err := jobs.List(tx, jobs.Filter{State: jobs.Dead})
			if len(dead) > 0 {
				t.Errorf("%d dead jobs", len(dead))
			}
			return err
		}))
	})
}

// TestABatchOfTheCommandLineIsTakenOver: nobody prepares it until somebody of
// the office takes it over; he mends and submits, two others accept.
func TestABatchOfTheCommandLineIsTakenOver(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		b, err := h.Upload(account.AsSystem(t.Context()), h.County.ID, "history.xlsx", bytes.NewReader(workbook(t, good)))
		check(t, err)
		h.run(t)
		if err := h.Submit(as(t, 1), b.Province, b.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("submitted before anybody took it over: %v", err)
		}
		if err := h.Adopt(account.AsSystem(t.Context()), b.Province, b.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("the machine took it over: %v", err)
		}
		page := h.page(t, 1, b)
		if !strings.Contains(page, "接手这一批") || !strings.Contains(page, pathOf(b, "/adopt")) {
			t.Error("the page does not offer to take it over")
		}
		check(t, h.Adopt(as(t, 1), b.Province, b.ID))
		if err := h.Adopt(as(t, 2), b.Province, b.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("taken over from its preparer: %v", err)
		}
		if strings.Contains(h.page(t, 2, b), "/adopt") {
			t.Error("the page still offers it")
		}
		_, err = h.Confirm(as(t, 1), b.Province, b.ID, "")
		check(t, err)
		check(t, h.Submit(as(t, 1), b.Province, b.ID))
		if err := h.Accept(as(t, 1), b.Province, b.ID, "核对过"); !fault.Is(err, fault.Conflict) {
			t.Errorf("who took it over accepted it: %v", err)
		}
		check(t, h.Accept(as(t, 2), b.Province, b.ID, "办公电话，经核对可以公开"))
		check(t, h.Accept(as(t, 3), b.Province, b.ID, ""))
		h.run(t)
		if s := h.sheet(t, b); s.Batch.State != Done || s.Batch.Done != 1 || s.Batch.Preparer != 1 {
			t.Errorf("the batch is %+v", s.Batch)
		}
	})
}

// page is the batch's page as a person sees it.
func (h *house) page(t testing.TB, person int64, b *Batch) string {
	t.Helper()
	r := httptest.NewRequestWithContext(as(t, person), http.MethodGet, pathOf(b, ""), nil)
	r.SetPathValue("province", strconv.Itoa(b.Province))
	r.SetPathValue("batch", strconv.FormatInt(b.ID, 10))
	w := httptest.NewRecorder()
	check(t, h.batch(w, r))
	return w.Body.String()
}
