package portal

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/internal/db"
	"yangguang/internal/search"
)

// fewHits is how many hits are so few that the spelling may be at fault.
const fewHits = 3

// Bounds of the search for another spelling.
const (
	longestWord = 12 // characters of a word that is looked after
	nearTitles  = 40 // titles read for one word
	nearAsks    = 4  // questions to the index for one word
)

// meant is what a reader may have meant: the question with each word that
// nothing published has in place of the nearest one that something has. Only
// titles and texts that are published, and names of units, places and
// categories, give words, so it can tell of nothing else; "" when there is
// nothing nearer.
func (p *Portal) meant(tx *db.Tx, q question, f filter) (string, error) {
	fields := strings.Fields(q.Typed)
	if len(fields) > 4 {
		return "", nil
	}
	changed := false
	for i, w := range fields {
		n, err := search.Count(tx, f.asked(question{Typed: w, Also: q.Also}), fewHits)
		if err != nil {
			return "", err
		}
		if n == fewHits {
			continue
		}
		near, err := p.nearest(tx, w, f)
		if err != nil {
			return "", err
		}
		if near != "" {
			fields[i], changed = near, true
		}
	}
	if !changed {
		return "", nil
	}
	other := strings.Join(fields, " ")
	n, err := search.Count(tx, f.asked(question{Typed: other}), 1)
	if err != nil || n == 0 {
		return "", err
	}
	return other, nil
}

// nearest is the word most like one that was typed; "" when none is like it.
func (p *Portal) nearest(tx *db.Tx, w string, f filter) (string, error) {
	n := utf8.RuneCountInString(w)
	han := strings.IndexFunc(w, func(r rune) bool { return !unicode.Is(unicode.Han, r) }) < 0
	latin := strings.IndexFunc(w, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) }) < 0
	switch {
	case n > longestWord:
		return "", nil
	case han && n >= 3:
		return p.nearestHan(tx, w, f)
	case latin && n >= 4:
		return p.nearestLatin(tx, strings.ToLower(w), f)
	}
	return "", nil
}

// nearestHan looks at titles and names that have all of a word but one place.
func (p *Portal) nearestHan(tx *db.Tx, w string, f filter) (string, error) {
	var texts []string
	for _, cg := range p.Disclosure.Norm.Catalogues {
		for _, c := range cg.Categories {
			texts = append(texts, c.Title.Zh)
		}
	}
	names, err := p.namesLike(tx, string([]rune(w)[:2]))
	if err != nil {
		return "", err
	}
	texts = append(texts, names...)
	for _, set := range setsOf([]rune(w)) {
		ask := f.asked(question{})
		ask.Near, ask.Limit = [][]string{set}, nearTitles
		titles, err := p.titles(tx, ask)
		if err != nil {
			return "", err
		}
		texts = append(texts, titles...)
		if near := nearestIn(texts, []rune(w)); near != "" {
			return near, nil
		}
	}
	return nearestIn(texts, []rune(w)), nil
}

func (p *Portal) namesLike(tx *db.Tx, prefix string) (out []string, err error) {
	us, err := agency.Search(tx, p.Front.Home, prefix, 10)
	if err != nil {
		return nil, err
	}
	for _, u := range us {
		out = append(out, u.Name)
	}
	ds, err := agency.SearchDivisions(tx, p.Front.Home, prefix, 10)
	for _, d := range ds {
		out = append(out, d.Name)
	}
	return out, err
}

// titles are the titles of what a question finds, as they are published now.
func (p *Portal) titles(tx *db.Tx, ask search.Q) ([]string, error) {
	hits, err := search.Find(tx, ask)
	if err != nil {
		return nil, err
	}
	rows, err := p.rows(tx, hits)
	var out []string
	for i := range rows {
		out = append(out, rows[i].Title)
	}
	return out, err
}

// nearestLatin looks at the words of published texts that begin alike.
func (p *Portal) nearestLatin(tx *db.Tx, w string, f filter) (string, error) {
	ask := f.asked(question{Typed: w[:3]})
	ask.Typing, ask.Limit = true, nearTitles
	hits, err := search.Find(tx, ask)
	if err != nil {
		return "", err
	}
	rows, err := p.rows(tx, hits)
	if err != nil {
		return "", err
	}
	texts, err := p.Disclosure.WithTexts(tx, rows)
	if err != nil {
		return "", err
	}
	best, least := "", len(w)/3+1
	for i := range texts {
		for _, x := range strings.FieldsFunc(strings.ToLower(texts[i].Title+" "+texts[i].Text), func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) }) {
			if d := distance([]rune(x), []rune(w)); d > 0 && d < least {
				best, least = x, d
			}
		}
	}
	return best, nil
}

// setsOf are the pieces that remain of a word when one character of it is
// wrong, the longest first; pieces of one character say nothing.
func setsOf(w []rune) (out [][]string) {
	size := func(set []string) int { return utf8.RuneCountInString(strings.Join(set, "")) }
	for i := range w {
		var set []string
		for _, piece := range [][]rune{w[:i], w[i+1:]} {
			if len(piece) > 1 {
				set = append(set, string(piece))
			}
		}
		if len(set) > 0 {
			out = append(out, set)
		}
	}
	slices.SortStableFunc(out, func(a, b []string) int { return size(b) - size(a) })
	return out[:min(len(out), nearAsks)]
}

// nearestIn is the run of characters in some texts that is most like a word
// and not the word: one change in a word of three to five characters, two in a
// longer one. Of equals the one of the word's length, then the more frequent.
func nearestIn(texts []string, w []rune) string {
	type candidate struct{ off, uneven, times int }
	most := 1
	if len(w) > 5 {
		most = 2
	}
	found := map[string]candidate{}
	for _, text := range texts {
		rs := []rune(text)
		for from := range rs {
			for n := max(2, len(w)-1); n <= len(w)+1 && from+n <= len(rs); n++ {
				run := rs[from : from+n]
				if slices.ContainsFunc(run, func(r rune) bool { return !unicode.Is(unicode.Han, r) }) {
					continue
				}
				off := distance(run, w)
				if off > most {
					continue
				}
				c := found[string(run)]
				c.off, c.uneven, c.times = off, max(n-len(w), len(w)-n), c.times+1
				found[string(run)] = c
			}
		}
	}
	delete(found, string(w))
	best := ""
	for s, c := range found {
		b, ok := found[best]
		if !ok || cmp.Or(c.uneven-b.uneven, c.off-b.off, b.times-c.times, strings.Compare(s, best)) < 0 {
			best = s
		}
	}
	return best
}

// distance counts the changes from one word to another: a character put in,
// left out, replaced, or two exchanged.
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			d := last[j-1]
			if a[i-1] != b[j-1] {
				d++
			}
			d = min(d, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			row[j] = d
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
