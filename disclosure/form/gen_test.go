package form

import (
	"fmt"
	"slices"
	"strconv"

	"pgregory.net/rapid"

	"yangguang/internal/clock"
	"yangguang/norm"
)

// valid draws data that Validate accepts, for any form of the norm.
func valid(t *rapid.T, f norm.Form) Data {
	d := Data{Fields: map[string]string{}}
	for _, fd := range f.Fields {
		if f.Shape == "record" && isTotal(f, "columns", fd.ID) {
			continue
		}
		put(t, d.Fields, fd, 1)
	}
	n := len(f.Rows)
	if n == 0 && len(f.Columns) > 0 {
		n = rapid.IntRange(1, 6).Draw(t, "rows")
	}
	for i := range n {
		r := Row{ID: strconv.Itoa(i + 1), Cells: map[string]string{}}
		if len(f.Rows) > 0 {
			r.ID = f.Rows[i].ID
		}
		for _, c := range f.Columns {
			total := isTotal(f, "columns", c.ID) || isTotal(f, "rows", r.ID) && addable(c)
			if !total {
				put(t, r.Cells, c, 1)
			}
		}
		d.Rows = append(d.Rows, r)
	}
	return d
}

func put(t *rapid.T, m map[string]string, f norm.Field, least int) {
	if !f.Required && rapid.Bool().Draw(t, "blank") {
		return
	}
	m[f.ID] = answerFor(t, f)
}

var awkward = []string{"=1+1", "+86", "-", "@SUM(A1)", "'=1", "_x0041_", "a\"b", "<b>&amp;</b>", "1E5", "46237", "TRUE", "c.item", "f.as_of", "r.total", "#N/A", "0012", "１２", "合计", "长城 长城", "%", "{1}", "\u2028x", "👍🏽"}

func answerFor(t *rapid.T, f norm.Field) string {
	low, high := int64(0), int64(9_999_999)
	if f.Min != nil {
		low = int64(*f.Min)
	}
	if f.Max != nil {
		high = int64(*f.Max)
	}
	switch {
	case decimals(f) == 0:
		return strconv.FormatInt(rapid.Int64Range(low, high).Draw(t, "n"), 10)
	case f.Type == "money":
		return fmt.Sprintf("%d.%02d", rapid.Int64Range(low, high-1).Draw(t, "yuan"), rapid.IntRange(0, 99).Draw(t, "fen"))
	case f.Type == "decimal":
		return fmt.Sprintf("%d.%d", rapid.Int64Range(low, high-1).Draw(t, "n"), rapid.IntRange(0, 999).Draw(t, "frac"))
	case f.Type == "date":
		return clock.MustDate("1901-01-01").AddDays(rapid.IntRange(0, 90000).Draw(t, "day")).String()
	case f.Type == "month":
		return clock.MustDate("1901-01-01").AddDays(rapid.IntRange(0, 90000).Draw(t, "day")).String()[:7]
	case f.Type == "choice":
		return rapid.SampledFrom(f.Choices).Draw(t, "choice").ID
	case f.Type == "phone":
		return rapid.SampledFrom([]string{"0834-1234567", "12345", "(0834)7654321转8、400-123-4567"}).Draw(t, "phone")
	case f.Type == "url":
		return "https://example.gov.cn/" + rapid.StringMatching(`[a-z0-9]{0,8}`).Draw(t, "path")
	}
	return textFor(t, f)
}

func textFor(t *rapid.T, f norm.Field) string {
	if s := rapid.SampledFrom(awkward).Draw(t, "awkward"); rapid.Bool().Draw(t, "use") && (f.MaxLen == 0 || len([]rune(s)) <= f.MaxLen) {
		return s
	}
	n := 30
	if f.MaxLen > 0 {
		n = min(n, f.MaxLen)
	}
	letters := []rune("甲乙丙公开收费0129 \t\n=+-@'\"<&>;,_x\u0085\u200bé😀")
	s := string(rapid.SliceOfN(rapid.SampledFrom(letters), 1, n).Draw(t, "text"))
	if clean(s) == "" {
		return "文字"
	}
	return s
}

// forms are those of the norm and one that has what they lack.
func forms() []norm.Form {
	out := slices.Clone(norm.Builtin().Forms)
	return append(out, norm.Form{ID: "extra", Shape: "record", Fields: []norm.Field{
		{ID: "a", Type: "money"}, {ID: "b", Type: "decimal", Required: true}, {ID: "m", Type: "month"}, {ID: "sum", Type: "decimal"}},
		Sums: []norm.Sum{{Axis: "columns", Total: "sum", Parts: []string{"a", "b"}}}})
}
