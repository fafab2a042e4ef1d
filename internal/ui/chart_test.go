package ui_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"yangguang/internal/ui"
)

var written = regexp.MustCompile(`<text class="soft" x="([0-9.]+)"[^>]*>([^<]*)</text>`)

// TestLabelsDoNotLieOnEachOther draws courses of few and many days.
func TestLabelsDoNotLieOnEachOther(t *testing.T) {
	for _, c := range []struct{ days, said int }{{1, 1}, {7, 7}, {12, 12}, {30, 15}, {365, 15}} {
		s := ui.Series{Title: "t"}
		for i := range c.days {
			s.Data = append(s.Data, ui.Point{Label: "11-" + strconv.Itoa(10+i%90), N: float64(i%10) * 11})
		}
		got := render(t, t.Context(), ui.LineChart(s))
		found := written.FindAllStringSubmatch(got, -1)
		if len(found) != c.said || found[len(found)-1][2] != s.Data[c.days-1].Label {
			t.Errorf("of %d days %d are named, want %d with the last among them", c.days, len(found), c.said)
		}
		before := -100.0
		for _, m := range found {
			x, _ := strconv.ParseFloat(m[1], 64)
			if x-before < 8.5*5 {
				t.Errorf("of %d days, %s lies on its neighbour", c.days, m[2])
			}
			before = x
		}
		if n := strings.Count(got, "<circle"); n != c.days {
			t.Errorf("%d of %d days are drawn", n, c.days)
		}
	}
}
