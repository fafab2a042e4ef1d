package channel

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func wide1(s string) float64 { return float64(utf8.RuneCountInString(s)) }

func textsOf(ls []line) (out []string) {
	for _, l := range ls {
		out = append(out, l.text())
	}
	return out
}

func TestLinesBreakWhereTheyMay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   string
		room float64
		want string
	}{
		"between characters":               {"一二三四五六", 3, "一二三/四五六"},
		"a stop never begins a line":       {"一二三。四", 3, "一二/三。四"},
		"an opening mark never ends one":   {"一二（三四）", 3, "一二/（三/四）"},
		"words stay whole":                 {"the open county", 9, "the open/county"},
		"a word beside Chinese":            {"共120户", 4, "共120/户"},
		"a word longer than the line":      {"abcdefgh", 3, "abc/def/gh"},
		"a line end is kept":               {"一\n二", 9, "一/二"},
		"an empty text is one empty line":  {"", 9, ""},
		"a number keeps its decimal point": {"金额12.50元", 5, "金额/12.50/元"},
	} {
		if got := strings.Join(textsOf(fill(words(c.in), c.room, wide1)), "/"); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestNoCharacterIsLostInBreaking(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		alphabet := []rune("一二三，。（）《》ab1.: \n")
		var spans []span
		for range rapid.IntRange(0, 6).Draw(t, "spans") {
			spans = append(spans, span{rapid.StringOfN(rapid.RuneFrom(alphabet), 0, 30, -1).Draw(t, "text"), rapid.Bool().Draw(t, "bold")})
		}
		room := float64(rapid.IntRange(1, 20).Draw(t, "room"))
		var got strings.Builder
		for _, l := range fill(spans, room, wide1) {
			if w := wide1(l.text()); w > room && w > 1 {
				t.Fatalf("the line %q is wider than %v", l.text(), room)
			}
			got.WriteString(l.text())
		}
		if want := solid(line(spans).text()); solid(got.String()) != want {
			t.Fatalf("got %q, want %q", solid(got.String()), want)
		}
	})
}

func FuzzBlocksKeepTheWords(f *testing.F) {
	f.Add(noticeText)
	f.Add(`<table><tr><td rowspan="999">a<td colspan="99">b</table>`)
	f.Add(`<ol><li>a<ul><li>b<p>c</ol><td>x<table><table>`)
	f.Fuzz(func(t *testing.T, body string) {
		if len(body) > 4000 {
			return
		}
		for _, b := range blocksOf(body) {
			if b.table == nil {
				continue
			}
			for _, rows := range [][][]cell{b.table.head, b.table.rows} {
				for _, r := range rows {
					if len(r) > maxSpan*200 {
						t.Fatalf("a row of %d cells", len(r))
					}
				}
			}
		}
	})
}
