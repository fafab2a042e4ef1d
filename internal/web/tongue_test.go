package web_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"yangguang/internal/web"
)

func TestWordsOfTheOtherLanguageAreMarked(t *testing.T) {
	for name, c := range map[string]struct{ page, want string }{
		"an element that holds a name alone":     {`<html lang="en"><td>永春县</td></html>`, `<html lang="en"><td lang="zh-CN">永春县</td></html>`},
		"with its other attributes":              {`<html lang="en"><a href="/x">永春县卫生健康局</a></html>`, `<html lang="en"><a lang="zh-CN" href="/x">永春县卫生健康局</a></html>`},
		"a name inside a sentence":               {`<html lang="en"><p>Run by 永春县 (demo)</p></html>`, `<html lang="en"><p>Run by <span lang="zh-CN">永春县</span> (demo)</p></html>`},
		"figures and brackets belong to it":      {`<html lang="en"><p>See 《条例》第20条 here</p></html>`, `<html lang="en"><p>See <span lang="zh-CN">《条例》第20条</span> here</p></html>`},
		"beside another element":                 {`<html lang="en"><li>永春县<b>x</b></li></html>`, `<html lang="en"><li><span lang="zh-CN">永春县</span><b>x</b></li></html>`},
		"marked already":                         {`<html lang="en"><p lang="zh-CN">永春县 <b>公开</b></p></html>`, `<html lang="en"><p lang="zh-CN">永春县 <b>公开</b></p></html>`},
		"a choice":                               {`<html lang="en"><option value="1">永春县 (3)</option></html>`, `<html lang="en"><option lang="zh-CN" value="1">永春县 (3)</option></html>`},
		"a box":                                  {`<html lang="en"><textarea name="b">正文</textarea></html>`, `<html lang="en"><textarea lang="zh-CN" name="b">正文</textarea></html>`},
		"what stands in a field":                 {`<html lang="en"><input value="永春县"/>x</html>`, `<html lang="en"><input lang="zh-CN" value="永春县"/>x</html>`},
		"an English title that names a unit":     {`<html lang="en"><title>Organisation and duties, statutory - 永春县</title></html>`, `<html lang="en"><title>Organisation and duties, statutory - 永春县</title></html>`},
		"scripts are data":                       {`<html lang="en"><script type="application/ld+json">{"a":"永春县"}</script></html>`, `<html lang="en"><script type="application/ld+json">{"a":"永春县"}</script></html>`},
		"a Chinese page is left alone":           {`<html lang="zh-CN"><p>永春县 PDF 下载 Open Data</p></html>`, `<html lang="zh-CN"><p>永春县 PDF 下载 Open Data</p></html>`},
		"an English phrase on it is not":         {`<html lang="zh-CN"><p>永春县 open government data</p></html>`, `<html lang="zh-CN"><p>永春县 <span lang="en">open government data</span></p></html>`},
		"a code is no phrase":                    {`<html lang="zh-CN"><strong class="code">ABCDE-FGHJK-MNPQR</strong></html>`, `<html lang="zh-CN"><strong class="code">ABCDE-FGHJK-MNPQR</strong></html>`},
		"a chart's label":                        {`<html lang="en"><svg><text x="1">卫健局</text></svg></html>`, `<html lang="en"><svg><text lang="zh-CN" x="1">卫健局</text></svg></html>`},
		"characters kept as entities stay whole": {`<html lang="en"><p>永春&amp;德化</p></html>`, `<html lang="en"><p><span lang="zh-CN">永春</span>&amp;<span lang="zh-CN">德化</span></p></html>`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := string(web.Tongues([]byte(c.page))); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestMarkingChangesNoWord feeds any text in any nesting and compares what a
// browser would show.
func TestMarkingChangesNoWord(t *testing.T) {
	piece := rapid.SampledFrom([]string{"永春县", "《条例》", "12", " ", "Office", "&lt;", "<br/>", "<b>局</b>", "<i>", "</i>", "<p>", "</p>", "、", "<input value=\"县\">", "&#39;", "<option>县</option>"})
	rapid.Check(t, func(t *rapid.T) {
		page := `<html lang="en"><body>` + strings.Join(rapid.SliceOf(piece).Draw(t, "pieces"), "") + `</body></html>`
		got := string(web.Tongues([]byte(page)))
		if shown(t, got) != shown(t, page) {
			t.Fatalf("%s became %s", page, got)
		}
		if again := string(web.Tongues([]byte(got))); again != got {
			t.Fatalf("marking twice: %s became %s", got, again)
		}
	})
}

func shown(t *rapid.T, page string) string {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for d := range root.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func BenchmarkTongues(b *testing.B) {
	page := []byte(`<html lang="en">` + strings.Repeat(`<tr><td><a href="/350525/wsjkj/2026-00001">关于做好生育服务工作的通知</a></td><td>Published on 1 May 2026 by 永春县卫生健康局</td></tr>`, 300) + `</html>`)
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		web.Tongues(page)
	}
}
