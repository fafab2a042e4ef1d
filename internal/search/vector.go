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
	shown := title[:min(len(title), partTitle)]
	for i, at := range stands(shown) {
		head = append(head, placed{shown[i].s, at, "A"})
	}
	if len(shown) < len(title) {
		texts = append([][]token{title}, texts...)
	}
	behind := 0
	for _, ts := range texts {
		for i, at := range stands(ts) {
			all = append(all, placed{ts[i].s, behind + at, ""})
		}
		if n := len(all); n > 0 {
			behind = all[n-1].at + 3 // a gap: no phrase crosses
		}
	}
	ahead := 2 // … nor out of the title
	if n := len(head); n > 0 {
		ahead += head[n-1].at + 1
	}
	for {
		n := partLen(head, all, ahead)
		out = append(out, literal(head, all[:n], ahead, labels))
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
func partLen(head, all []placed, ahead int) int {
	repeats := map[string]int{}
	for _, t := range head {
		repeats[t.s]++
	}
	for i, t := range all {
		if repeats[t.s]++; repeats[t.s] > partRepeats || t.at-all[0].at >= partPositions-ahead {
			return i
		}
	}
	return len(all)
}

func literal(head, part []placed, ahead int, labels []string) string {
	at := map[string][]string{}
	for _, t := range head {
		at[t.s] = append(at[t.s], strconv.Itoa(t.at+1)+t.weight)
	}
	for _, t := range part {
		at[t.s] = append(at[t.s], strconv.Itoa(ahead+1+t.at-part[0].at)+t.weight)
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
