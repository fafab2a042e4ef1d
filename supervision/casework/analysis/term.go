package analysis

import (
	"cmp"
	_ "embed"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

// Words of subjects are found without a dictionary: what stays together and
// stands among different neighbours is a word (docs/adr/0010-terms.md).

const (
	shortest = 2
	longest  = 10
	weeks    = 8   // the past a week is compared with
	few4term = 5   // fewer persons make no topic
	rise     = 2.0 // and less than so many times the expected
	falseOf  = .05 // of the topics shown, how many may be chance (Benjamini and Hochberg)
	perPlace = 10
)

//go:embed stop.txt
var stopWords string

// stops are the characters no word begins or ends with, and words that say
// nothing in this trade.
var stops = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for _, s := range strings.Fields(stopWords) {
		out[s] = true
	}
	return out
})

// grams are the pieces of a subject that may be words, each once, with their
// neighbours; 0 is the edge of a run.
func grams(subject string) map[string][2]rune {
	out := map[string][2]rune{}
	for _, run := range runs(subject) {
		for i := range run {
			for n := shortest; n <= longest && i+n <= len(run); n++ {
				var around [2]rune
				if i > 0 {
					around[0] = neighbour(run[i-1])
				}
				if i+n < len(run) {
					around[1] = neighbour(run[i+n])
				}
				out[string(run[i:i+n])] = around
			}
		}
	}
	return out
}

// neighbour is a character beside a piece; one no word begins or ends with is
// as good as an edge.
func neighbour(r rune) rune {
	if stops()[string(r)] {
		return 0
	}
	return r
}

// runs are the stretches of Chinese characters of a text.
func runs(s string) (out [][]rune) {
	var run []rune
	for _, r := range s + "\n" {
		if unicode.Is(unicode.Han, r) {
			run = append(run, r)
			continue
		}
		if len(run) >= shortest {
			out = append(out, run)
		}
		run = nil
	}
	return out
}

// wordLike answers whether a piece could be a word by its ends.
func wordLike(g string) bool {
	r := []rune(g)
	return !stops()[string(r[0])] && !stops()[string(r[len(r)-1])] && !stops()[g]
}

// use is how a piece was used in a place, week by week; the last is this one.
type use struct {
	persons [weeks + 1]int
	matters int
	left    map[rune]int
	right   map[rune]int
}

// free answers whether a piece stands among different neighbours on both sides:
// the edge of a subject is as good as many.
func (u *use) free() bool { return open2(u.left) && open2(u.right) }

func open2(around map[rune]int) bool {
	all := 0
	for _, n := range around {
		all += n
	}
	if around[0]*5 >= all {
		return true
	}
	h := 0.0
	for _, n := range around {
		p := float64(n) / float64(all)
		h -= p * math.Log2(p)
	}
	return h >= 1
}

// vocabulary is the pieces used in one place.
type vocabulary map[string]*use

// line is one matter as words are taken from it.
type line struct {
	subject string
	who     string // "" for nobody known: the matter stands for its person
	week    int    // 0 to weeks
}

// read counts lines; one person counts once a week, however often he files.
func read(lines []line) vocabulary {
	v := vocabulary{}
	said := map[string]bool{}
	for i, l := range lines {
		who := l.who
		if who == "" {
			who = "#" + strconv.Itoa(i)
		}
		for g, around := range grams(l.subject) {
			u := v[g]
			if u == nil {
				u = &use{left: map[rune]int{}, right: map[rune]int{}}
				v[g] = u
			}
			if l.week == weeks {
				u.matters++
			}
			if id := g + "\x00" + who + "\x00" + strconv.Itoa(l.week); !said[id] {
				said[id] = true
				u.persons[l.week]++
				if l.week == weeks {
					u.left[around[0]]++
					u.right[around[1]]++
				}
			}
		}
	}
	for g, u := range v { // what was used once ever rises nowhere
		n := 0
		for _, k := range u.persons {
			n += k
		}
		if n < 2 {
			delete(v, g)
		}
	}
	return v
}

// join adds the words of a place to those of the place above.
func (v vocabulary) join(o vocabulary) {
	for g, u := range o {
		to := v[g]
		if to == nil {
			to = &use{left: map[rune]int{}, right: map[rune]int{}}
			v[g] = to
		}
		for i, n := range u.persons {
			to.persons[i] += n
		}
		to.matters += u.matters
		for r, n := range u.left {
			to.left[r] += n
		}
		for r, n := range u.right {
			to.right[r] += n
		}
	}
}

// hot is a word that rose.
type hot struct {
	term     string
	persons  int
	matters  int
	expected float64
	chance   float64
}

// rising are the words used by far more persons this week than the weeks before
// let expect, after allowing for how many words are looked at.
func (v vocabulary) rising() (out []hot) {
	var all []hot
	for g, u := range v {
		now := u.persons[weeks]
		if now < 2 || !wordLike(g) || !u.free() {
			continue
		}
		mean, spread := expected(u.persons[:weeks])
		all = append(all, hot{g, now, u.matters, mean, tail(now, mean, spread)})
	}
	slices.SortFunc(all, func(a, b hot) int {
		return cmp.Or(cmp.Compare(a.chance, b.chance), cmp.Compare(len(b.term), len(a.term)), strings.Compare(a.term, b.term))
	})
	last := -1
	for i, h := range all {
		if h.chance <= falseOf*float64(i+1)/float64(len(all)) {
			last = i
		}
	}
	for _, h := range all[:last+1] {
		if h.persons < few4term || float64(h.persons) < rise*h.expected || overlaps(out, h.term) {
			continue
		}
		if out = append(out, h); len(out) == perPlace {
			break
		}
	}
	return out
}

// overlaps answers whether a word is a piece of one chosen, or the other way round.
func overlaps(chosen []hot, term string) bool {
	return slices.ContainsFunc(chosen, func(h hot) bool {
		return strings.Contains(h.term, term) || strings.Contains(term, h.term)
	})
}

// expected is the mean of the weeks before, never nothing, and by how much they
// vary beyond chance alone.
func expected(past []int) (mean, spread float64) {
	n := float64(len(past))
	for _, k := range past {
		mean += float64(k)
	}
	mean = (mean + .5) / n
	for _, k := range past {
		spread += (float64(k) - mean) * (float64(k) - mean)
	}
	return mean, spread / (n - 1)
}

// tail is the chance of at least n where mean is expected: of Poisson, or of
// the negative binomial where the weeks vary more than that.
func tail(n int, mean, spread float64) float64 {
	below := 0.0
	if spread <= mean*1.05 {
		p := math.Exp(-mean)
		for k := range n {
			below += p
			p *= mean / float64(k+1)
		}
		return math.Max(0, 1-below)
	}
	size := mean * mean / (spread - mean)
	q := mean / (mean + size)
	p := math.Pow(1-q, size)
	for k := range n {
		below += p
		p *= q * (size + float64(k)) / float64(k+1)
	}
	return math.Max(0, 1-below)
}
