package search

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"yangguang/internal/db"
)

// On PostgreSQL an index of terms gives its rows in no order: to find the newest
// of a common word it fetches all of them, and the other way, walking the newest
// and looking whether each fits, takes as long for a rare one. So the time of a
// document is among its terms, in cells of several widths, and a question is
// asked of the newest cells first, then of more. What is found there is the
// newest of all, or there is too little of it and the question goes further.
//
// A cell is a run of 2^cellShift ms (about five hours), or of four times the one
// before, up to some nine years.
const (
	cellSign   = kindSign + "\u00a7"
	cellShift  = 24
	cellLevels = 8
	// cellsAcross is how many of the narrowest cells a question spans at most.
	cellsAcross = 64
)

func cellTerm(level int, cell int64) string {
	return cellSign + strconv.Itoa(level) + "\u00b7" + strconv.FormatInt(cell, 10)
}

func cellOf(level int, place int64) int64 { return place >> placeBits >> (cellShift + 2*level) }

// cellLabels are the terms of a place in time.
func cellLabels(place int64) (out []string) {
	for level := range cellLevels {
		out = append(out, cellTerm(level, cellOf(level, place)))
	}
	return out
}

// cells asks for what stands between two places, and a little more: for whole
// cells, wide ones within and narrow ones at the ends. With open, whatever is
// newer may be there too.
func cells(from, to int64, open bool) (all []string) {
	level := 0
	for level < cellLevels-1 && cellOf(level, to)-cellOf(level, from) > cellsAcross {
		level++
	}
	first, last := cellOf(level, from), cellOf(level, to)
	for ; first <= last; level, first, last = level+1, first>>2, last>>2 {
		if open {
			last |= 3 // nothing is there yet
		}
		top := level == cellLevels-1
		for ; first <= last && (top || first&3 != 0); first++ {
			all = append(all, cellTerm(level, first))
		}
		for ; first <= last && last&3 != 3; last-- {
			all = append(all, cellTerm(level, last))
		}
		if first > last { // their wider cells hold what was not asked for
			break
		}
	}
	return all
}

// oneOf asks for one of several terms.
func (d dialect) oneOf(terms []string) string {
	var all []string
	for _, t := range terms {
		all = append(all, d.phrase(single(t), false))
	}
	return "(" + strings.Join(all, d.or) + ")"
}

// outline is about how many documents lie where, as the store's own statistics
// have it. It is only a guess: what is found does not depend on it.
type outline struct {
	newest int64   // place
	docs   int64   // how many there are
	bounds []int64 // places that part them into equally many, the oldest first
	// share is what part of all has a term, of the common ones; rare the least of
	// them.
	share map[string]float64
	rare  float64
}

// fits is about what part of all fits a question: of each word its rarest pair
// of characters, of several words as if none had to do with the other.
func (o *outline) fits(words [][][]string) float64 {
	part := 1.0
	for _, spellings := range words {
		sum := 0.0
		for _, terms := range spellings {
			least := 1.0
			for _, t := range terms {
				x, ok := o.share[t]
				if !ok {
					x = o.rare / 2
				}
				least = min(least, x)
			}
			sum += least
		}
		part *= min(1, sum)
	}
	return part
}

// parseBounds reads a histogram as the store writes it: {1,2,3}.
func parseBounds(s string) (out []int64) {
	for f := range strings.SplitSeq(strings.Trim(s, "{}"), ",") {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return nil
		}
		out = append(out, n)
	}
	return out
}

// back is about the place so many documents before another; false when that is
// a good part of them, or nobody knows.
func (o *outline) back(place int64, docs float64) (int64, bool) {
	last := float64(len(o.bounds) - 1)
	if last < 1 || docs > float64(o.docs)/reachMost {
		return 0, false
	}
	at := o.rank(place) - docs/float64(o.docs)*last
	if at < 0 {
		return 0, false
	}
	i := int(at)
	lo, hi := o.bounds[i], o.bounds[min(i+1, len(o.bounds)-1)]
	return lo + int64((at-float64(i))*float64(hi-lo)), true
}

// rank is where among the bounds a place lies.
func (o *outline) rank(place int64) float64 {
	i, _ := slices.BinarySearch(o.bounds, place)
	switch {
	case i == 0:
		return 0
	case i == len(o.bounds):
		return float64(i - 1)
	}
	lo, hi := o.bounds[i-1], o.bounds[i]
	return float64(i-1) + float64(place-lo)/math.Max(1, float64(hi-lo))
}

const (
	reachMore = 1.3 // times what should be enough is looked through
	reachMost = 3   // beyond this part of all, all of it is
)

// reach calls ask with the question narrowed to the newest before a place (0 =
// of all), once more to more of them where ask found too few, and at last, if
// need be, as it is.
func (a asking) reach(tx *db.Tx, before int64, enough int, ask func(a asking) (found int, err error)) error {
	o, err := outlined(tx, a.terms())
	if err != nil {
		return err
	}
	newest := o.newest
	if before != 0 {
		newest = min(newest, before-1)
	}
	docs := reachMore * float64(enough) / max(o.fits(a.each), 1e-9)
	for range 2 {
		from, ok := o.back(newest, docs)
		if !ok || a.earlier != "" {
			break
		}
		n, err := ask(asking{words: "(" + a.words + ")" + tsquery.and + tsquery.oneOf(cells(from, newest, before == 0))})
		if err != nil || n >= enough {
			return err
		}
		docs *= reachMore * float64(enough) / max(float64(n), 0.1)
	}
	_, err = ask(a)
	return err
}
