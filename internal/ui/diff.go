package ui

import (
	"context"
	"io"
	"strings"
	"unicode"

	"github.com/a-h/templ"
)

// most is how many tokens a comparison takes on each side; beyond it the whole
// stands as replaced, which is true if not helpful, and costs no memory.
const most = 3000

// DiffLine is one line of a comparison.
type DiffLine struct {
	Kind  string // "same", "del", "add", "skip"
	Parts []DiffPart
	Skip  int // unchanged lines left out
}

// DiffPart is a piece of a line; Changed marks what differs within it.
type DiffPart struct {
	Text    string
	Changed bool
}

// Compare sets two versions of a text against each other line by line, and
// where one line replaced another, character by character. Long unchanged
// stretches are folded to two lines on either side.
func Compare(before, after string) []DiffLine {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	var out []DiffLine
	i, j := 0, 0
	for _, m := range append(common(a, b), [2]int{len(a), len(b)}) {
		out = append(out, changed(a[i:m[0]], b[j:m[1]])...)
		if m[0] < len(a) && m[1] < len(b) {
			out = append(out, DiffLine{Kind: "same", Parts: []DiffPart{{Text: a[m[0]]}}})
		}
		i, j = m[0]+1, m[1]+1
	}
	return fold(out)
}

func changed(gone, come []string) []DiffLine {
	var out []DiffLine
	n := min(len(gone), len(come))
	for k := range n {
		d, a := within(gone[k], come[k])
		out = append(out, DiffLine{Kind: "del", Parts: d}, DiffLine{Kind: "add", Parts: a})
	}
	for _, s := range gone[n:] {
		out = append(out, DiffLine{Kind: "del", Parts: []DiffPart{{s, false}}})
	}
	for _, s := range come[n:] {
		out = append(out, DiffLine{Kind: "add", Parts: []DiffPart{{s, false}}})
	}
	return out
}

func within(before, after string) (d, a []DiffPart) {
	x, y := tokens(before), tokens(after)
	i, j := 0, 0
	for _, m := range append(common(x, y), [2]int{len(x), len(y)}) {
		d = push(d, strings.Join(x[i:m[0]], ""), true)
		a = push(a, strings.Join(y[j:m[1]], ""), true)
		if m[0] < len(x) && m[1] < len(y) {
			d = push(d, x[m[0]], false)
			a = push(a, y[m[1]], false)
		}
		i, j = m[0]+1, m[1]+1
	}
	return d, a
}

// tokens cuts a line into Han characters, and whole numbers and foreign words:
// 86.40 against 864,000 is one change, not five.
func tokens(s string) []string {
	var out []string
	joined := false
	for _, r := range s {
		whole := unicode.IsDigit(r) || unicode.IsLetter(r) && !unicode.Is(unicode.Han, r) || joined && (r == '.' || r == ',')
		if whole && joined {
			out[len(out)-1] += string(r)
		} else {
			out = append(out, string(r))
		}
		joined = whole
	}
	return out
}

// diffText writes the pieces of a line with nothing between them, which a
// template cannot promise; white space matters in a comparison.
func diffText(l DiffLine, element string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		b.WriteString(`<span class="diff-text">`)
		for _, p := range l.Parts {
			text := templ.EscapeString(p.Text)
			if p.Changed && element != "" {
				text = "<" + element + ">" + text + "</" + element + ">"
			}
			b.WriteString(text)
		}
		b.WriteString(`</span>`)
		_, err := io.WriteString(w, b.String())
		return err
	})
}

func push(ps []DiffPart, s string, changed bool) []DiffPart {
	if s == "" {
		return ps
	}
	if n := len(ps); n > 0 && ps[n-1].Changed == changed {
		ps[n-1].Text += s
		return ps
	}
	return append(ps, DiffPart{s, changed})
}

// common is the longest common subsequence as index pairs.
func common(a, b []string) [][2]int {
	lo := 0
	for lo < len(a) && lo < len(b) && a[lo] == b[lo] {
		lo++
	}
	hi := 0
	for hi < len(a)-lo && hi < len(b)-lo && a[len(a)-1-hi] == b[len(b)-1-hi] {
		hi++
	}
	var out [][2]int
	for k := range lo {
		out = append(out, [2]int{k, k})
	}
	for _, m := range table(a[lo:len(a)-hi], b[lo:len(b)-hi]) {
		out = append(out, [2]int{m[0] + lo, m[1] + lo})
	}
	for k := hi; k > 0; k-- {
		out = append(out, [2]int{len(a) - k, len(b) - k})
	}
	return out
}

func table(a, b []string) [][2]int {
	if len(a) == 0 || len(b) == 0 || len(a) > most || len(b) > most {
		return nil
	}
	w := len(b) + 1
	l := make([]int16, (len(a)+1)*w)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				l[i*w+j] = l[(i+1)*w+j+1] + 1
			} else {
				l[i*w+j] = max(l[(i+1)*w+j], l[i*w+j+1])
			}
		}
	}
	var out [][2]int
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			out = append(out, [2]int{i, j})
			i, j = i+1, j+1
		case l[(i+1)*w+j] >= l[i*w+j+1]:
			i++
		default:
			j++
		}
	}
	return out
}

const around = 2

func fold(lines []DiffLine) []DiffLine {
	keep := make([]bool, len(lines))
	for i, l := range lines {
		if l.Kind == "same" {
			continue
		}
		for k := max(0, i-around); k <= min(len(lines)-1, i+around); k++ {
			keep[k] = true
		}
	}
	var out []DiffLine
	for i := 0; i < len(lines); {
		if keep[i] {
			out = append(out, lines[i])
			i++
			continue
		}
		n := i
		for n < len(lines) && !keep[n] {
			n++
		}
		out = append(out, DiffLine{Kind: "skip", Skip: n - i})
		i = n
	}
	return out
}
