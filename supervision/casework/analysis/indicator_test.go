package analysis

import (
	"math"
	"math/rand/v2"
	"testing"

	"yangguang/internal/clock"
)

// TestTheSurvivorshipTrapShowsFive is what a well-known program gets wrong: of
// five matters replied to in one day and five in nine, with two allowed, it
// averages those in time and says 1.
func TestTheSurvivorshipTrapShowsFive(t *testing.T) {
	t.Parallel()
	d := duration{Took: map[int]int64{1: 5, 9: 5}, Open: map[int]int64{}}
	if m, ok := d.median(); !ok || m != 5 {
		t.Errorf("the median is %v (%v), want 5", m, ok)
	}
	if m, n := d.mean(); m != 5 || n != 10 {
		t.Errorf("the mean is %v of %d, want 5 of 10", m, n)
	}
	// The same office on the day before the slow five are replied to.
	d = duration{Took: map[int]int64{1: 5}, Open: map[int]int64{8: 5}}
	if m, ok := d.median(); !ok || m != 1 {
		t.Errorf("with half still open the curve is flat from 1 on: %v, %v", m, ok)
	}
	d = duration{Took: map[int]int64{1: 4}, Open: map[int]int64{8: 6}}
	if m, ok := d.median(); ok {
		t.Errorf("fewer than half have a reply, and the median is told as %v", m)
	}
}

// TestTheMedianIsThatOfTheWaitingOnesToo holds the product of Kaplan and Meier
// against a slow one that walks day by day over single matters.
func TestTheMedianIsThatOfTheWaitingOnesToo(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		d := duration{map[int]int64{}, map[int]int64{}}
		type one struct {
			days int
			open bool
		}
		var all []one
		for range 1 + r.IntN(12) {
			x := one{r.IntN(15), r.IntN(3) == 0}
			all = append(all, x)
			if x.open {
				d.Open[x.days]++
			} else {
				d.Took[x.days]++
			}
		}
		alive, want, ok, flat, from := 1.0, 0.0, false, false, 0
		for day := 0; day < 15 && !ok; day++ {
			risk, gone := 0, 0
			for _, x := range all {
				if x.days >= day {
					risk++
				}
				if x.days == day && !x.open {
					gone++
				}
			}
			if gone == 0 {
				continue
			}
			if flat {
				want, ok = float64(from+day)/2, true
				break
			}
			alive *= 1 - float64(gone)/float64(risk)
			if math.Abs(alive-0.5) < 1e-9 {
				flat, from = true, day
			} else if alive < 0.5 {
				want, ok = float64(day), true
			}
		}
		if !ok && flat {
			want, ok = float64(from), true
		}
		if got, has := d.median(); has != ok || ok && got != want {
			t.Fatalf("%v: got %v %v, want %v %v", all, got, has, want, ok)
		}
	}
}

func TestWilsonHoldsAtTheEdges(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		r      rate
		lo, hi float64
	}{{rate{0, 10}, 0, .2775}, {rate{10, 10}, .7225, 1}, {rate{81, 263}, .2553, .3662}, {rate{1, 1}, .2065, 1}} {
		lo, hi := c.r.wilson()
		if math.Abs(lo-c.lo) > 5e-4 || math.Abs(hi-c.hi) > 5e-4 {
			t.Errorf("%v: %.4f to %.4f, want %.4f to %.4f", c.r, lo, hi, c.lo, c.hi)
		}
	}
}

// TestOneOfOneNeverStandsAboveNineHundredFiftyOfAThousand, and equal offices
// share a band.
func TestOneOfOneNeverStandsAboveNineHundredFiftyOfAThousand(t *testing.T) {
	t.Parallel()
	x := indicatorOf("ontime")
	if b := x.band(rate{1, 1}); b != bandNone {
		t.Errorf("one of one is in band %s", b)
	}
	if b := x.band(rate{950, 1000}); b != bandGood {
		t.Errorf("950 of 1000 is in band %s", b)
	}
	r, apart := rand.New(rand.NewPCG(3, 4)), 0
	for range 1000 { // offices that are alike at the edge of a band
		var bands []string
		for range 2 {
			n := int64(0)
			for range 200 {
				if r.Float64() < .95 {
					n++
				}
			}
			bands = append(bands, x.band(rate{n, 200}))
		}
		if bands[0] != bands[1] {
			apart++
		}
	}
	if apart > 100 {
		t.Errorf("equal offices are told apart %d times in 1000", apart)
	}
}

func TestPeriodsFollowEachOther(t *testing.T) {
	t.Parallel()
	today := clock.MustDate("2026-11-30")
	for s, want := range map[string][3]period{
		"2026-11": {{202611, 202611}, {202610, 202610}, {202511, 202511}},
		"2026-01": {{202601, 202601}, {202512, 202512}, {202501, 202501}},
		"2026-q1": {{202601, 202603}, {202510, 202512}, {202501, 202503}},
		"2026":    {{202601, 202612}, {202501, 202512}, {202501, 202512}},
	} {
		p, ok := parsePeriod(s, today)
		if !ok || p != want[0] || p.before() != want[1] || p.yearBefore() != want[2] || p.key() != s {
			t.Errorf("%s: %v %v %v %v %s", s, ok, p, p.before(), p.yearBefore(), p.key())
		}
	}
	for _, s := range []string{"", "2026-12", "2027", "2026-13", "2026-q5", "2026-q0", "x", "20260101"} {
		if p, ok := parsePeriod(s, today); ok {
			t.Errorf("%q is read as %v", s, p)
		}
	}
	for _, p := range choices(today, false) {
		if q, ok := parsePeriod(p.key(), today); !ok || q != p {
			t.Errorf("%v is offered as %s and read as %v", p, p.key(), q)
		}
	}
}
