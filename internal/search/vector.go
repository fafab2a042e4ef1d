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
	partTitle     = 300 // terms of a title; a longer one is no title
	partOverlap   = 100 // terms repeated in the next part, for phrases across the cut
)

// vectors writes the terms as tsvector literals, one for each part: no parser
// and no locale of the server has a say.
//
// Each part begins with the title, so that a word of the title and one of an
// attachment stand together in one.
func vectors(title []token, texts [][]token, labels []string) []string {
	var out []string
	var head, all []placed
	for i, t := range title[:min(len(title), partTitle)] {
		head = append(head, placed{t.s, i, "A"})
	}
	if len(head) < len(title) {
		texts = append([][]token{title}, texts...)
	}
	at := len(head) + 1
	for _, ts := range texts {
		for _, t := range ts {
			all = append(all, placed{t.s, at, ""})
			at++
		}
		at++ // a gap: no phrase crosses
	}
	for {
		n := partLen(head, all)
		out = append(out, literal(head, all[:n], labels))
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
func partLen(head, all []placed) int {
	repeats := map[string]int{}
	for _, t := range head {
		repeats[t.s]++
	}
	for i, t := range all {
		if repeats[t.s]++; repeats[t.s] > partRepeats || t.at-all[0].at >= partPositions-len(head) {
			return i
		}
	}
	return len(all)
}

func literal(head, part []placed, labels []string) string {
	at := map[string][]string{}
	for _, t := range head {
		at[t.s] = append(at[t.s], strconv.Itoa(t.at+1)+t.weight)
	}
	for _, t := range part {
		at[t.s] = append(at[t.s], strconv.Itoa(len(head)+2+t.at-part[0].at)+t.weight)
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
