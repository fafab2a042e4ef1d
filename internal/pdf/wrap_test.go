package pdf

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func solid(s string) string { return strings.Join(strings.Fields(s), "") }

func wide1(s string) float64 { return float64(utf8.RuneCountInString(s)) }

func textsOf(ls []Line) (out []string) {
	for _, l := range ls {
		out = append(out, l.Text())
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
		if got := strings.Join(textsOf(Fill(Words(c.in), c.room, wide1)), "/"); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestNoCharacterIsLostInBreaking(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		alphabet := []rune("一二三，。（）《》ab1.: \n")
		var spans []Span
		for range rapid.IntRange(0, 6).Draw(t, "spans") {
			spans = append(spans, Span{rapid.StringOfN(rapid.RuneFrom(alphabet), 0, 30, -1).Draw(t, "text"), rapid.Bool().Draw(t, "bold")})
		}
		room := float64(rapid.IntRange(1, 20).Draw(t, "room"))
		var got strings.Builder
		for _, l := range Fill(spans, room, wide1) {
			if w := wide1(l.Text()); w > room && w > 1 {
				t.Fatalf("the line %q is wider than %v", l.Text(), room)
			}
			got.WriteString(l.Text())
		}
		if want := solid(Line(spans).Text()); solid(got.String()) != want {
			t.Fatalf("got %q, want %q", solid(got.String()), want)
		}
	})
}
