package search

import (
	"slices"
	"strconv"
	"strings"
)

// What a tsvector holds: positions up to 16383, and 255 of one term; what is
// beyond is dropped silently, so a longer text goes into several parts.
const (
	partPositions = 16000
	partRepeats   = 250
	partOverlap   = 100 // terms repeated in the next part, for phrases across the cut
)

// vectors writes the terms as tsvector literals, one for each part: no parser
// and no locale of the server has a say.
func vectors(title, body []token, labels []string) []string {
	var out []string
	all := make([]placed, 0, len(title)+len(body))
	for i, t := range title {
		all = append(all, placed{t.s, i, "A"})
	}
	for i, t := range body {
		all = append(all, placed{t.s, len(title) + 1 + i, ""}) // a gap: no phrase crosses
	}
	for {
		n := partLen(all)
		out = append(out, literal(all[:n], labels))
		if n == len(all) {
			return out
		}
		all = all[max(1, n-partOverlap):]
	}
}

type placed struct {
	s      string
	at     int
	weight string
}

// partLen is how many terms fit into one part.
func partLen(all []placed) int {
	repeats := map[string]int{}
	for i, t := range all {
		if repeats[t.s]++; repeats[t.s] > partRepeats || t.at-all[0].at >= partPositions {
			return i
		}
	}
	return len(all)
}

func literal(part []placed, labels []string) string {
	at := map[string][]string{}
	for _, t := range part {
		at[t.s] = append(at[t.s], strconv.Itoa(t.at-part[0].at+1)+t.weight)
	}
	for _, l := range labels {
		at[l] = nil
	}
	terms := make([]string, 0, len(at))
	for s := range at {
		terms = append(terms, s)
	}
	slices.Sort(terms)
	var b strings.Builder
	for _, s := range terms {
		b.WriteString("'" + s + "'")
		if len(at[s]) > 0 {
			b.WriteString(":" + strings.Join(at[s], ","))
		}
		b.WriteByte(' ')
	}
	return b.String()
}
