package secret

import (
	"crypto/rand"
	"crypto/sha256"
	"math/big"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// codeLetters are the characters of codes people copy by hand: those mistaken
// for another are left out (0 O, 1 I L, 2 Z, 5 S, 8 B, U V). There are 23, a
// prime, so that a weighted sum finds every wrong character and every swap.
const codeLetters = "34679ACDEFGHJKMNPQRTWXY"

// maxCode: the powers of 5 modulo 23 repeat after 22 places.
const maxCode = 21

// Code is a random code of n characters and a check character, as printed on
// activation slips and given to those who report; about 4.5 bits a character.
func Code(n int) string {
	if n < 1 || n > maxCode {
		panic("secret.Code: length out of range")
	}
	b := make([]byte, n)
	for i := range b {
		b[i] = codeLetters[randomBelow(len(codeLetters))]
	}
	return string(append(b, codeLetters[checkOf(string(b))]))
}

// CodeFrom is the code of n characters that follows from a seed, the same each
// time: with a seed nobody else can make (Keys.Index) it is as hard to guess as
// Code's, and whoever sends the same form twice is told the same code.
func CodeFrom(seed []byte, n int) string {
	if n < 1 || n > maxCode {
		panic("secret.CodeFrom: length out of range")
	}
	b := make([]byte, 0, n+1)
	fair := byte(256 / len(codeLetters) * len(codeLetters)) // above it letters would not be equally likely
	for block := seed; ; {
		sum := sha256.Sum256(block)
		for _, x := range sum {
			if x < fair && len(b) < n {
				b = append(b, codeLetters[int(x)%len(codeLetters)])
			}
		}
		if len(b) == n {
			return string(append(b, codeLetters[checkOf(string(b))]))
		}
		block = sum[:]
	}
}

// Group writes a code in fours, as it is printed: "34AC-DEFG-H".
func Group(code string) string {
	var b strings.Builder
	for i, r := range code {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// ParseCode reads a code as a person typed it (small or full-width letters,
// blanks, dashes) and answers whether its check character fits.
func ParseCode(typed string) (code string, ok bool) {
	code = tidy(typed)
	if len(code) < 2 || len(code) > maxCode+1 {
		return "", false
	}
	for _, r := range code {
		if !strings.ContainsRune(codeLetters, r) {
			return "", false
		}
	}
	last := len(code) - 1
	return code, code[last] == codeLetters[checkOf(code[:last])]
}

func tidy(typed string) string {
	s := strings.ToUpper(norm.NFKC.String(typed))
	return strings.NewReplacer("-", "", " ", "", "\u2014", "", "\u2013", "", "\u2010", "", "\u3000", "").Replace(s)
}

// checkOf is the place of the check character: with weights 5^i the weighted
// sum of all characters is zero modulo 23 (the pure systems of ISO 7064).
func checkOf(s string) int {
	sum := 0
	for i := range len(s) {
		sum = (sum + strings.IndexByte(codeLetters, s[i])) * 5 % len(codeLetters)
	}
	return (len(codeLetters) - sum) % len(codeLetters)
}

// Number is a public number "350525-202611-483920-7": the division, the month,
// six random digits and a check digit. It can be read over the telephone, and
// nobody can tell the next one. The room keeps it unique and asks again when
// one is taken.
func Number(division, yyyymm string) string {
	if !digits(division) || len(division) > 12 || !digits(yyyymm) || len(yyyymm) != 6 {
		panic("secret.Number: division and month must be digits")
	}
	var b strings.Builder
	for range 6 {
		b.WriteByte('0' + byte(randomBelow(10)))
	}
	check := damm(division + yyyymm + b.String())
	return division + "-" + yyyymm + "-" + b.String() + "-" + string(rune('0'+check))
}

// ParseNumber reads a public number as a person typed it and gives its one
// spelling; ok is false when a digit is wrong, missing or swapped.
func ParseNumber(typed string) (number string, ok bool) {
	s := tidy(typed)
	n := len(s) - 13 // the division's digits: month, random part and check are 13
	if n < 2 || n > 12 || !digits(s) || damm(s) != 0 {
		return "", false
	}
	return s[:n] + "-" + s[n:n+6] + "-" + s[n+6:n+12] + "-" + s[n+12:], true
}

// Valid answers whether a public number's check digit fits.
func Valid(number string) bool {
	_, ok := ParseNumber(number)
	return ok
}

// dammTable is the quasigroup of H. M. Damm's thesis (2004): it finds every
// wrong digit and every swap of neighbours, and needs no letter X, which a
// telephone keypad does not have.
var dammTable = [10][10]byte{
	{0, 3, 1, 7, 5, 9, 8, 6, 4, 2}, {7, 0, 9, 2, 1, 5, 4, 8, 6, 3}, {4, 2, 0, 6, 8, 7, 1, 3, 5, 9}, {1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
	{6, 1, 2, 3, 0, 4, 5, 9, 7, 8}, {3, 6, 7, 4, 2, 0, 9, 5, 8, 1}, {5, 8, 6, 9, 7, 2, 0, 1, 3, 4}, {8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
	{9, 4, 3, 8, 6, 1, 7, 2, 0, 5}, {2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}

func damm(s string) byte {
	var c byte
	for i := range len(s) {
		c = dammTable[c][s[i]-'0']
	}
	return c
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func randomBelow(n int) int {
	v, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		panic(err) // never: crypto/rand does not fail
	}
	return int(v.Int64())
}
