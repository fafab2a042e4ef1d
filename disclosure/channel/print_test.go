package channel

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"yangguang/disclosure"
	"yangguang/disclosure/portal/portaltest"
	"yangguang/internal/clock"
)

func (h *hall) village(t testing.TB, title, body string) *disclosure.Row {
	t.Helper()
	return h.Publish(t, h.Village, "village.6", "", portaltest.Text(title, body))
}

func TestASheetHoldsEveryWordInReadingOrder(t *testing.T) {
	h := newHall(t)
	row := h.village(t, "关于农村部分计划生育家庭奖励扶助资金发放情况的公示", noticeText)
	for _, size := range []string{"a4", "a3"} {
		for _, lang := range []string{"", "/en"} {
			file := h.pdf(t, lang+itemPath(h.Village, &row.Item, size))
			all := solid(strings.Join(textOfPages(t, file), ""))
			at := 0
			for _, want := range []string{row.Title, h.Village.Name, row.Number, "现将本季度有关事项公开如下，请广大群众监督。", "一、办理条件", "具有本县常住户口，并符合", "1.年满六十周岁的农村居民；",
				"2.持有效证明", "3.法律、法规", "•需要提交书面材料；", "二、资金安排", "资金使用情况", "项目单位金额（元）说明", "奖励扶助户12,345.00按季发放，由乡镇初审、县级复核后直接打入个人账户。", "人960.00年度标准", "合计13,305.00",
				"联系方式", "网址https://www.example.gov.cn/zwgk/fdzdgknr/2026/notice-0001.html可查阅。", "特此公告。", "https://gk.example.gov.cn" + lang + row.Href()} {
				i := strings.Index(all[at:], solid(want))
				if i < 0 {
					t.Fatalf("%s%s: %q is not found after what precedes it in\n%s", size, lang, want, all)
				}
				at += i + len(solid(want))
			}
		}
	}
}

func TestA3IsTwiceTheAreaOfA4WithTheSameLines(t *testing.T) {
	h := newHall(t)
	row := h.village(t, "公示", noticeText)
	small, large := h.pdf(t, itemPath(h.Village, &row.Item, "a4")), h.pdf(t, itemPath(h.Village, &row.Item, "a3"))
	w4, h4 := shape(t, small)
	w3, h3 := shape(t, large)
	if r := w3 * h3 / (w4 * h4); r < 1.99 || r > 2.01 {
		t.Errorf("A3 is %.2f times A4 (%v×%v, %v×%v)", r, w3, h3, w4, h4)
	}
	if a, b := textOfPages(t, small), textOfPages(t, large); strings.Join(a, "\f") != strings.Join(b, "\f") {
		t.Errorf("the texts differ:\n%s\n%s", a, b)
	}
}

func TestALongTableRepeatsItsHeadsAndCutsNoRow(t *testing.T) {
	h := newHall(t)
	row := h.village(t, "项目一览表", longTable(120))
	pages := textOfPages(t, h.pdf(t, itemPath(h.Village, &row.Item, "a4")))
	if len(pages) < 3 {
		t.Fatalf("%d pages", len(pages))
	}
	seen := 0
	for i, p := range pages {
		s := solid(p)
		rows := strings.Count(s, "个项目的名称")
		if rows == 0 {
			continue
		}
		if n := strings.Count(s, "序号项目名称依据金额备注"); n != 1 {
			t.Errorf("page %d has the heads %d times", i+1, n)
		}
		for range rows {
			whole := fmt.Sprintf("%d第%d个项目的名称《某某办法》第%d条的有关规定以及配套文件%d.00无", seen+1, seen+1, seen%30+1, 1000+seen)
			if !strings.Contains(s, whole) {
				t.Errorf("row %d is not whole on page %d", seen+1, i+1)
			}
			seen++
		}
		if !strings.Contains(s, fmt.Sprintf("第%d页，共%d页", i+1, len(pages))) {
			t.Errorf("page %d does not say which page it is", i+1)
		}
	}
	if seen != 120 {
		t.Errorf("%d rows of 120", seen)
	}
}

func TestACellTallerThanAPageIsContinued(t *testing.T) {
	h := newHall(t)
	row := h.village(t, "说明", "<table><tr><th>事项</th><td>"+strings.Repeat("这一格很长。", 900)+"</td></tr></table>")
	pages := textOfPages(t, h.pdf(t, itemPath(h.Village, &row.Item, "a4")))
	if n := strings.Count(solid(strings.Join(pages, "")), "这一格"); n != 900 || len(pages) < 2 {
		t.Errorf("%d of 900 sentences on %d pages", n, len(pages))
	}
}

// TestASheetSaysThatANoticeIsOver prints a 公示 on its last day and the day after.
func TestASheetSaysThatANoticeIsOver(t *testing.T) {
	h := newHall(t)
	text := portaltest.Text("低保对象公示", "公示内容")
	text.EndsOn = clock.MustDate("2026-11-25")
	row := h.Publish(t, h.Village, "village.7", "", text)
	for _, on := range []string{"2026-11-25", "2026-11-26"} { // in this order: what is kept in memory goes stale forwards only
		ended := on == "2026-11-26"
		h.Clock.Set(clock.MustDate(on).Start().Add(9 * time.Hour))
		for _, path := range []string{itemPath(h.Village, &row.Item, "a4"), boardPath(h.Village, "a4")} {
			page := solid(strings.Join(textOfPages(t, h.pdf(t, path)), ""))
			if !strings.Contains(page, "2026年11月25日") || strings.Contains(page, "公示已结束") != ended {
				t.Errorf("%s on %s: %.600s", path, on, page)
			}
		}
	}
}

func TestAFileHasAtMostSixtyPages(t *testing.T) {
	h := newHall(t)
	row := h.village(t, "长文", "<p>"+strings.Repeat("很长的正文，一段接着一段。", 40)+"</p>"+longTable(2000))
	pages := textOfPages(t, h.pdf(t, itemPath(h.Village, &row.Item, "a4")))
	last := solid(pages[len(pages)-1])
	if len(pages) != maxPages || !strings.Contains(last, "以下部分未印出") || !strings.Contains(last, solid(row.Href())) {
		t.Errorf("%d pages, the last: %s", len(pages), last)
	}
}

func TestEveryPageOfDemonstrationDataIsMarked(t *testing.T) {
	h := newHall(t)
	h.Village.Demo = false
	row := h.village(t, "项目一览表", longTable(80))
	pg, err := h.Disclosure.Public(t.Context(), h.Village, row.Year, row.Serial)
	if err != nil {
		t.Fatal(err)
	}
	draw := map[string]func() ([]byte, error){
		"item":    func() ([]byte, error) { return h.Channel.itemPDF(t.Context(), pg, "a4") },
		"item en": func() ([]byte, error) { return h.Channel.itemPDF(en(t), pg, "a4") },
		"board": func() ([]byte, error) {
			st, _ := h.Channel.setOf(t.Context(), h.Village, "")
			b, err := h.Channel.board(t.Context(), h.Village, st)
			if err != nil {
				return nil, err
			}
			return h.Channel.boardPDF(t.Context(), b, "a4")
		},
		"leaflet": func() ([]byte, error) {
			l, err := h.Channel.leaflet(t.Context(), h.Village)
			if err != nil {
				return nil, err
			}
			return h.Channel.leafletPDF(t.Context(), l)
		},
	}
	for name, f := range draw {
		for _, demo := range []bool{true, false} {
			h.Channel.Front.Demo, pg.Unit.Demo = demo, false
			b, err := f()
			if err != nil {
				t.Fatal(err)
			}
			for i, p := range textOfPages(t, save(t, b, fmt.Sprintf("mark_%s_%v.pdf", name, demo))) {
				marked := strings.Contains(p, "演示数据") || strings.Contains(p, "Demonstration data")
				if marked != demo {
					t.Errorf("%s, demonstration %v: page %d is marked: %v", name, demo, i+1, marked)
				}
			}
		}
	}
}

func TestTheCodeLeadsToThePage(t *testing.T) {
	h := newHall(t)
	row := h.village(t, "公示", noticeText)
	for path, want := range map[string]string{
		itemPath(h.Village, &row.Item, "a4"):         "https://gk.example.gov.cn" + row.Href(),
		"/en" + itemPath(h.Village, &row.Item, "a3"): "https://gk.example.gov.cn/en" + row.Href(),
		leafletPath(h.Village):                       "https://gk.example.gov.cn/" + h.Village.Path(),
	} {
		file := h.pdf(t, path)
		stem := strings.TrimSuffix(file, ".pdf")
		run(t, "pdftoppm", "-r", "100", "-f", "1", "-l", "1", "-singlefile", "-png", file, stem)
		if got := strings.TrimSpace(run(t, "zbarimg", "-q", "--raw", stem+".png")); got != want {
			t.Errorf("%s: the code says %q, want %q", path, got, want)
		}
	}
}

func TestOnlyWhatIsPublicIsPrinted(t *testing.T) {
	h := newHall(t)
	v := h.Draft(t, h.Village, "village.6", "", portaltest.Text("还没有审查的草稿", "<p>草稿里的话</p>"))
	row := h.village(t, "要撤下的公示", "<p>已经撤下的正文。</p>")
	other := h.village(t, "留下的公示", "<p>更正之前的话。</p>")
	h.Correct(t, other, func(d *disclosure.Text) { d.Body = "<p>更正之后的话。</p>" })
	h.TakeDown(t, row, "error", "发布有误")
	base := "/" + h.Village.Path()
	for path, want := range map[string]int{
		itemPath(h.Village, &row.Item, "a4"):         http.StatusGone,
		"/en" + itemPath(h.Village, &row.Item, "a4"): http.StatusGone,
		base + "/print/2026-00009-a4.pdf":            http.StatusNotFound, // never published
		base + "/print/2026-1-a4.pdf":                http.StatusNotFound,
		base + "/print/2026-00001-a5.pdf":            http.StatusNotFound,
		base + "/print/no-such-category-a4.pdf":      http.StatusNotFound,
		base + "/print/2026Q5-a4.pdf":                http.StatusNotFound,
		"/350525/nobody/leaflet.pdf":                 http.StatusNotFound,
		"/999999/nobody/board-a4.pdf":                http.StatusNotFound,
		base + "/print/covenant-a4.pdf":              http.StatusOK,
		base + "/print/2026Q4-a3.pdf":                http.StatusOK,
	} {
		w := h.get(t, path)
		if w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
		if strings.Contains(w.Body.String(), "已经撤下的正文") || strings.Contains(w.Body.String(), v.Title) {
			t.Errorf("%s shows what is not public", path)
		}
	}
	for _, path := range []string{boardPath(h.Village, "a4"), leafletPath(h.Village), itemPath(h.Village, &other.Item, "a4")} {
		all := solid(strings.Join(textOfPages(t, h.pdf(t, path)), ""))
		for _, never := range []string{"还没有审查的草稿", "草稿里的话", "要撤下的公示", "已经撤下的正文", "更正之前的话"} {
			if strings.Contains(all, never) {
				t.Errorf("%s shows %q", path, never)
			}
		}
		if !strings.Contains(all, "更正之后的话") {
			t.Errorf("%s lacks the corrected text", path)
		}
	}
}

func TestTheSameInputGivesTheSameBytesAndNamesNobody(t *testing.T) {
	h := newHall(t)
	row := h.village(t, "公示", noticeText)
	for _, path := range []string{itemPath(h.Village, &row.Item, "a4"), boardPath(h.Village, "a4"), leafletPath(h.Village)} {
		first := h.get(t, path).Body.Bytes()
		h.App.Cache().Empty()
		h.Clock.Advance(time.Minute)
		if !bytes.Equal(first, h.get(t, path).Body.Bytes()) {
			t.Errorf("%s differs from one drawing to the next", path)
		}
	}
	file := h.pdf(t, itemPath(h.Village, &row.Item, "a4"))
	info := run(t, "pdfinfo", "-isodates", file)
	for _, want := range []string{"Title:", row.Title, "Author:", h.Village.Name, row.Number, "2026-11-23T02:00:00Z"} {
		if !strings.Contains(info, want) {
			t.Errorf("the metadata lack %q:\n%s", want, info)
		}
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(info+string(b), "测试人员") {
		t.Error("the file names a person")
	}
}

func TestARareCharacterIsCopiedAsItself(t *testing.T) {
	h := newHall(t)
	beyond, err := os.ReadFile("../../internal/pdf/font/supplement.txt")
	if err != nil {
		t.Fatal(err)
	}
	rare := string([]rune(string(beyond))[0])
	row := h.village(t, "地名公示", "<p>甲"+rare+"乙，丙\U00021336丁。</p>")
	all := solid(strings.Join(textOfPages(t, h.pdf(t, itemPath(h.Village, &row.Item, "a4"))), ""))
	for _, want := range []string{"甲" + rare + "乙", "丙〓丁", "以〓代替"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in %s", want, all)
		}
	}
}

func BenchmarkSheet(b *testing.B) {
	h := newHall(b)
	row := h.village(b, "公示", noticeText)
	pg, err := h.Disclosure.Public(b.Context(), h.Village, row.Year, row.Serial)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := h.Channel.itemPDF(b.Context(), pg, "a4"); err != nil {
			b.Fatal(err)
		}
	}
}
