package e2e

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// word is what Word puts on the clipboard, shortened, with a script in it.
const word = `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{margin:0}</style></head><body><!--StartFragment-->` +
	`<h1 style="font-size:22pt">工作安排</h1><p class=MsoNormal style="text-indent:2em"><b><span lang=ZH-CN>一、</span></b>按<a href="javascript:alert(1)">季度</a>公开。<o:p></o:p></p>` +
	`<table class=MsoTable border=1><tr><td width=10>乡镇</td><td>人数</td></tr></table><script>window.ran = 1</script><img src=x onerror="window.ran = 1"><!--EndFragment--></body></html>`

// TestWritingAsItWillLook drafts with the bar over the text by keys alone:
// bold, a heading, a table, undone and done again, pasted from Word; it is
// saved, read back, and looks on the public preview as it was written.
func TestWritingAsItWillLook(t *testing.T) {
	script, err := os.ReadFile(axeScript())
	if err != nil {
		t.Fatal("no axe-core, so nothing was proved: cd e2e && npm ci")
	}
	w := newTab(t)
	w.signIn("xian.qicao")
	w.open("/desk/items/new")
	w.follow(`main a[href*="category=county.2&"]`)
	w.press(`main form button[type=submit]`, http.StatusOK)
	edit := w.at()
	key := func(keys string, opts ...chromedp.KeyOption) { w.t.Helper(); w.do(chromedp.KeyEvent(keys, opts...)) }
	tool := func(what string) {
		w.t.Helper()
		w.do(chromedp.Click(`.rich-bar [data-do="` + what + `"]`))
	}
	w.do(chromedp.SendKeys(`input[name=title]`, fmt.Sprintf("关于按季度公开的通知（%s）", edit[strings.LastIndex(strings.TrimSuffix(edit, "/edit"), "/")+1:])))
	w.do(chromedp.Click(`.rich-text`))
	tool("bold")
	key("重要")
	tool("bold")
	key("：按季度公开。")
	key("\r")
	tool("heading")
	key("范围")
	key("\r")
	tool("table")
	key("乡镇")
	for n, words := range []string{"人数", "备注"} {
		eval[chromedp.Void](w, fmt.Sprintf(`getSelection().collapse(document.querySelectorAll(".rich-text th")[%d], 0)`, n+1))
		key(words)
	}
	body := func() string {
		w.t.Helper()
		return eval[string](w, `document.querySelector("textarea[name=body]").value`)
	}
	if got := body(); !strings.Contains(got, "<b>重要</b>：按季度公开。") || !strings.Contains(got, "<h3>范围</h3>") || !strings.Contains(got, `<th scope="col">乡镇`) {
		t.Fatalf("the field holds %s", got)
	}
	before := body()
	tool("row")
	if got := body(); strings.Count(got, "<tr>") != strings.Count(before, "<tr>")+1 {
		t.Errorf("a row more gives %s", got)
	}
	tool("undo")
	if got := body(); got != before {
		t.Errorf("undone it is %s, before %s", got, before)
	}
	tool("redo")
	if got := body(); got == before {
		t.Error("done again nothing changed")
	}
	// Paste at the end of the text.
	eval[chromedp.Void](w, `(html => { const t = document.querySelector(".rich-text"), p = t.lastElementChild; t.focus(); getSelection().collapse(p, 0);
	  const d = new DataTransfer(); d.setData("text/html", html); d.setData("text/plain", "x"); t.dispatchEvent(new ClipboardEvent("paste", {clipboardData: d, bubbles: true, cancelable: true})); })(`+"`"+word+"`"+`)`)
	got := body()
	for _, want := range []string{"<h3>工作安排</h3>", "<b>一、</b>按季度公开。", "<td>乡镇</td>"} {
		if !strings.Contains(got, want) {
			t.Errorf("pasted from Word the field lacks %s: %s", want, got)
		}
	}
	for _, bad := range []string{"Mso", "style", "script", "javascript", "onerror", "<img", "<o:p"} {
		if strings.Contains(got, bad) {
			t.Errorf("pasted from Word the field keeps %s: %s", bad, got)
		}
	}
	if eval[bool](w, `!!window.ran`) {
		t.Error("a pasted script ran")
	}
	// A link, by keys: the bar is one stop, arrows go on.
	eval[chromedp.Void](w, `{ const h = document.querySelector(".rich-text h3").firstChild; getSelection().setBaseAndExtent(h, 0, h, 2); }`)
	eval[chromedp.Void](w, `document.querySelector(".rich-bar button").focus()`)
	for range 4 {
		key(kb.ArrowRight)
	}
	if at := eval[string](w, `document.activeElement.dataset.do`); at != "link" {
		t.Errorf("four arrows lead to %q", at)
	}
	if n := eval[int](w, `document.querySelectorAll(".rich-bar button[tabindex='0']").length`); n != 1 {
		t.Errorf("the bar has %d stops", n)
	}
	key("\r")
	key("https://example.org/a\r")
	if got := body(); !strings.Contains(got, `<h3><a href="https://example.org/a">范围</a></h3>`) {
		t.Errorf("the link is missing: %s", got)
	}
	for _, d := range []dress{{false, "", 320}, {true, "", 1366}} {
		w.wear(d)
		w.shot("rich-" + d.String())
		eval[chromedp.Void](w, string(script))
		for _, f := range append(eval[[]string](w, runAxe), eval[[]string](w, wide)...) {
			// What is being written is not the page's own order of headings.
			if !strings.HasPrefix(f, "violation heading-order: h3") {
				t.Errorf("%s: %s", d, f)
			}
		}
	}
	// The draft saves itself; what comes back is what was written, and the
	// server's own cleaning changed nothing.
	if said := eval[string](w, `(async () => { const s = document.querySelector(".saved"); for (let i = 0; i < 400 && !s.textContent.startsWith("已保存"); i++) await new Promise(r => setTimeout(r, 25)); return s.textContent; })()`); !strings.HasPrefix(said, "已保存") {
		t.Errorf("the draft says %q", said)
	}
	want := body()
	w.open(edit)
	if got := body(); squeeze(got) != squeeze(want) {
		t.Errorf("read back it is %s\nwritten %s", got, want)
	}
	tool("html")
	if !eval[bool](w, `document.querySelector("textarea[name=body]").offsetParent !== null && document.getElementById("f-body").tagName === "TEXTAREA"`) {
		t.Error("the HTML cannot be seen")
	}
	w.loads("preview", chromedp.Click(`button[value=preview]`))
	w.shot("rich-preview")
	if n := eval[int](w, `document.querySelectorAll("main table th[scope=col]").length`); n != 3 {
		t.Errorf("the preview shows %d heads of columns", n)
	}
}
