package ivr

import (
	"strconv"
	"time"
)

// A Lang is the language a set of clips is in.
type Lang string

const (
	Chinese Lang = "zh"
	English Lang = "en"
)

// sayMost is the largest number said as a number; what is larger is said digit
// by digit.
const sayMost = 99999

// Number is a number as it is counted.
func (l Lang) Number(n int) []string {
	if n < 0 || n > sayMost {
		return l.Digits(strconv.Itoa(n))
	}
	if l == English {
		return english(n)
	}
	return chinese(n)
}

// Quantity is a number before a measure word: Chinese has another two there.
func (l Lang) Quantity(n int) []string {
	c := l.Number(n)
	if l == English {
		return c
	}
	for i, k := range c {
		alone := len(c) == 1
		before := i+1 < len(c) && (c[i+1] == "n.1000" || c[i+1] == "n.10000")
		if k == "n.2" && (alone || before && (i == 0 || c[i-1] == "n.10000")) {
			c[i] = "n.liang"
		}
	}
	return c
}

var places = []int{10000, 1000, 100, 10}

func chinese(n int) (c []string) {
	if n < 10 {
		return []string{digit(n)}
	}
	gap := false
	for _, p := range places {
		d := n / p
		n %= p
		if d == 0 {
			gap = len(c) > 0
			continue
		}
		if gap {
			c = append(c, "n.0")
			gap = false
		}
		if p != 10 || d != 1 || len(c) > 0 {
			c = append(c, digit(d))
		}
		c = append(c, "n."+strconv.Itoa(p))
	}
	if n > 0 {
		if gap {
			c = append(c, "n.0")
		}
		c = append(c, digit(n))
	}
	return c
}

func english(n int) (c []string) {
	if n >= 1000 {
		c = append(english(n/1000), "n.1000")
		if n %= 1000; n == 0 {
			return c
		}
	}
	if n >= 100 {
		c = append(c, digit(n/100), "n.100")
		if n %= 100; n == 0 {
			return c
		}
	}
	if len(c) > 0 {
		c = append(c, "and")
	}
	if n < 20 {
		return append(c, digit(n))
	}
	c = append(c, digit(n/10*10))
	if n%10 > 0 {
		c = append(c, digit(n%10))
	}
	return c
}

func digit(n int) string { return "n." + strconv.Itoa(n) }

// Digits are the digits of a telephone or a case number, one after another; a
// hyphen is a pause, anything else is not said.
func (l Lang) Digits(s string) (c []string) {
	for _, r := range s {
		switch {
		case r == '1' && l != English:
			c = append(c, "n.yao")
		case '0' <= r && r <= '9':
			c = append(c, "n."+string(r))
		case r == '-':
			c = append(c, "pause")
		}
	}
	return c
}

// Date is a day of a year, in the time zone t carries.
func (l Lang) Date(t time.Time) []string {
	y, m, d := t.Date()
	if l == English {
		c := []string{"month." + strconv.Itoa(int(m))}
		return append(append(c, l.Number(d)...), l.Digits(strconv.Itoa(y))...)
	}
	var c []string
	for _, r := range strconv.Itoa(y) { // a year is read with the plain one
		c = append(c, "n."+string(r))
	}
	c = append(append(c, "year"), l.Number(int(m))...)
	c = append(append(c, "month"), l.Number(d)...)
	return append(c, "day")
}

// Clock is a time of the day.
func (l Lang) Clock(t time.Time) []string {
	h, m := t.Hour(), t.Minute()
	if l == English {
		c := l.Number(h)
		if m == 0 {
			return append(c, "hundred.hours")
		}
		if m < 10 {
			c = append(c, "n.0")
		}
		return append(c, l.Number(m)...)
	}
	c := append(l.Quantity(h), "hour")
	if m == 0 {
		return c
	}
	if m < 10 {
		c = append(c, "n.0")
	}
	return append(append(c, l.Number(m)...), "minute")
}

// Minutes is how long something lasts, rounded up; never less than one.
func (l Lang) Minutes(d time.Duration) []string {
	n := max(1, int((d+time.Minute-1)/time.Minute))
	c := l.Quantity(n)
	if l == English && n == 1 {
		return append(c, "minute.one")
	}
	return append(c, "minutes")
}
