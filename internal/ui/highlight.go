package ui

import (
	"fmt"
	"slices"
	"strings"
)

type piece struct {
	text string
	hit  bool
}

// highlight cuts text into hits and the rest. Letters match without regard to
// case; lowering is done rune by rune, so that offsets stay true.
func highlight(text string, words []string) []piece {
	rs, low := []rune(text), lower(text)
	hit := make([]bool, len(rs))
	for _, w := range words {
		needle := lower(w)
		if len(needle) == 0 {
			continue
		}
		for i := 0; i+len(needle) <= len(low); i++ {
			if slices.Equal(low[i:i+len(needle)], needle) {
				for j := range needle {
					hit[i+j] = true
				}
			}
		}
	}
	var out []piece
	for i := 0; i < len(rs); {
		j := i
		for j < len(rs) && hit[j] == hit[i] {
			j++
		}
		out = append(out, piece{string(rs[i:j]), hit[i]})
		i = j
	}
	return out
}

func lower(s string) []rune {
	rs := []rune(s)
	for i, r := range rs {
		rs[i] = []rune(strings.ToLower(string(r)))[0]
	}
	return rs
}

// fileSize shows bytes as people read them.
func fileSize(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d kB", (n+512)>>10)
	}
	return fmt.Sprintf("%d B", n)
}
