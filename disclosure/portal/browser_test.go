package portal_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"yangguang/disclosure"
	"yangguang/disclosure/portal/portaltest"
)

// browser starts a real Chromium, and fails where there is none: a proof left out is no proof.
func browser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil && testing.Short() {
		t.Skip("short: no chromium on this machine")
	}
	if err != nil {
		t.Fatal("no chromium on this machine, so nothing was proved: apt-get install chromium fonts-noto-cjk, or leave the browser out by -short")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// shown is a county with something on every page, and the pages by name.
func shown(t *testing.T) (base string, pages map[string]string) {
	t.Helper()
	s := newSite(t)
	law := portaltest.Text("泉州市人口与计划生育服务管理办法", "第一条 为了规范人口与计划生育服务管理，制定本办法。\n第二条 本办法适用于本市行政区域。")
	law.DocNumber, law.Summary = "泉政规〔2026〕3号", "规定服务管理的职责、程序和监督办法。"
	s.Publish(t, s.Prefecture, "county.1", "", law)
	dr := feesDraft("永春县行政事业性收费目录（2026年版）")
	v := s.Draft(t, s.County, "county.8", "", dr)
	s.Attach(t, v, "收费目录原文.csv", "项目,标准\n婚前医学检查费,48.50\n")
	fees := s.Finish(t, v)
	plan := s.Publish(t, s.County, "county.7", "2025", portaltest.Text("2025年工作总结", "<p>全年办理群众来信来访 86 件。</p><p>反馈 86 件。</p><table><tr><th>项目</th><th>数量</th><th>备注</th></tr><tr><td>来信</td><td>40</td><td>均已答复</td></tr></table>"))
	s.Clock.Advance(36 * time.Hour)
	s.Correct(t, plan, func(d *disclosure.Text) {
		d.Body = strings.ReplaceAll("<p>全年办理群众来信来访 68 件。</p><p>反馈 86 件。</p><table><tr><th>项目</th><th>数量</th><th>备注</th></tr><tr><td>来信</td><td>40</td><td>均已答复</td></tr></table>", "反馈 86", "反馈 68")
	})
	open := portaltest.Text("奖励扶助对象资格公示（2026年第三季度）", "本期共受理申请 12 份，符合条件 11 份。如有异议，请在公示期内向本村村务监督委员会反映。")
	s.Publish(t, s.Village, "village.8", "2026Q3", open)
	gone := s.Publish(t, s.County, "county.7", "2024", portaltest.Text("2024年工作总结（误发稿）", "误发。"))
	s.TakeDown(t, gone, "error", "发布了未定稿的版本，已另行公开定稿。")
	u := "/350525/bureau"
	srv := httptest.NewServer(s.App)
	t.Cleanup(srv.Close)
	return srv.URL, map[string]string{"place": "/350525", "village": "/350525100001", "unit": u, "category": u + "/c/plans", "laws": u + "/c/laws", "item": fees.Href(), "text": plan.Href(),
		"version": plan.Href() + "/v/1", "gone": gone.Href(), "report": fees.Href() + "/report", "nudge": u + "/c/budget/nudge", "deadline": "/350525100001/committee/c/births/deadline",
		"guide": u + "/guide", "catalogue": "/catalogue", "latest": "/latest", "overdue": "/overdue", "search": "/search?q=%E6%94%B6%E8%B4%B9", "nothing": "/search?q=%E4%B8%8D%E5%AD%98%E5%9C%A8",
		"data": "/open-data", "embed": "/embed" + fees.Href(), "column": "/embed" + u}
}

// TestPictures photographs the pages for people to look at:
//
//	YANGGUANG_PICTURES=/tmp/pictures go test -run Pictures ./disclosure/portal
func TestPictures(t *testing.T) {
	dir := os.Getenv("YANGGUANG_PICTURES")
	if dir == "" {
		t.Skip("YANGGUANG_PICTURES names no folder")
	}
	want := os.Getenv("YANGGUANG_PICTURE")
	ctx, base, pages := pictured(t)
	for page, path := range pages {
		for _, shot := range []struct {
			name, lang, mode string
			width            int64
		}{{"zh-1280", "", "standard", 1280}, {"zh-320", "", "standard", 320}, {"elder-1280", "", "elder", 1280}, {"en-1280", "/en", "standard", 1280}} {
			name := page + "-" + shot.name + ".png"
			if ok, _ := filepath.Match(want, name); !ok && want != "" {
				continue
			}
			err := chromedp.Do(ctx, chromedp.EmulateViewport(shot.width, 800), chromedp.Navigate(fmt.Sprintf("%s/preferences-for-test?mode=%s", base, shot.mode)), chromedp.Navigate(base+shot.lang+path))
			if err != nil {
				t.Fatal(err)
			}
			png, err := chromedp.Run(ctx, chromedp.FullScreenshot(90))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), png, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func pictured(t *testing.T) (context.Context, string, map[string]string) {
	base, pages := shown(t)
	return browser(t), base, pages
}

// wide names the elements that reach beyond the page, outside the regions that
// are meant to scroll by themselves.
const wide = `Array.from(document.querySelectorAll("body *")).filter(e =>
  e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, .chart-scroll, .skip, .hide, .hero-rays"))
  .map(e => e.tagName + "." + (e.getAttribute("class") || "")).slice(0, 5).concat(
  document.documentElement.scrollWidth > innerWidth ? ["page is " + document.documentElement.scrollWidth] : [])`

func TestTelephonesNeedNoSidewaysScroll(t *testing.T) {
	ctx, base, pages := pictured(t)
	for page, path := range pages {
		for _, lang := range []string{"", "/en"} {
			t.Run(page+lang, func(t *testing.T) {
				if err := chromedp.Do(ctx, chromedp.EmulateViewport(320, 700, chromedp.EmulateMobile, chromedp.EmulateTouch), chromedp.Navigate(base+lang+path)); err != nil {
					t.Fatal(err)
				}
				found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](wide))
				if err != nil {
					t.Fatal(err)
				}
				if len(found) > 0 {
					t.Errorf("reaches beyond 320 px: %v", found)
				}
			})
		}
	}
}
