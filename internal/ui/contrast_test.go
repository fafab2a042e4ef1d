package ui_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// TestColoursCanBeRead computes every pair of look.md from the style sheet: 7
// where people read text (AAA), 4.5 where a word stands in a tint, 3 for edges
// of controls and marks of charts.
func TestColoursCanBeRead(t *testing.T) {
	pairs := []struct {
		fore, back string
		least      float64
	}{
		{"ink", "card", 7}, {"ink", "paper", 7}, {"ink", "shade", 7}, {"muted", "card", 7}, {"muted", "paper", 7}, {"muted", "shade", 6.9},
		{"link", "card", 7}, {"link", "paper", 7}, {"link-strong", "card", 7}, {"on-primary", "primary", 7}, {"on-head", "head", 7},
		{"on-head", "head-deep", 7}, {"on-head-soft", "head", 7}, {"on-head-soft", "head-deep", 7}, {"sun", "head", 7},
		{"danger", "card", 7}, {"danger", "danger-tint", 6.5}, {"published", "published-tint", 6.5}, {"waiting", "waiting-tint", 6.5},
		{"review", "review-tint", 7}, {"withdrawn", "withdrawn-tint", 7}, {"ink", "review-tint", 7}, {"ink", "waiting-tint", 7}, {"ink", "sun-soft", 7},
		{"published", "card", 7}, {"focus-ink", "focus", 7}, {"control", "card", 3}, {"control", "paper", 3}, {"review", "card", 4.5},
	}
	for mode, tokens := range modes(t) {
		for _, p := range pairs {
			least := p.least
			if mode != ":root" && least > 4 {
				least = 7 // high contrast keeps AAA everywhere
			}
			if got := contrast(t, tokens, p.fore, p.back); got < least {
				t.Errorf("%s: --%s on --%s is %.2f, want at least %.1f", mode, p.fore, p.back, got, least)
			}
		}
	}
}

var (
	block = regexp.MustCompile(`(?s)(:root|\.contrast|\.contrast-dark) \{(.*?)\}`)
	token = regexp.MustCompile(`--([a-z-]+):\s*(#[0-9a-f]{6})`)
)

func modes(t *testing.T) map[string]map[string]string {
	t.Helper()
	b, err := os.ReadFile("assets/src/css/_tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]string{}
	for _, m := range block.FindAllStringSubmatch(string(b), -1) {
		tokens := map[string]string{}
		for k, v := range out[":root"] {
			tokens[k] = v
		}
		for _, p := range token.FindAllStringSubmatch(m[2], -1) {
			tokens[p[1]] = p[2]
		}
		out[m[1]] = tokens
	}
	if len(out) != 3 {
		t.Fatalf("found %d modes in the style sheet, want 3", len(out))
	}
	return out
}

func contrast(t *testing.T, tokens map[string]string, fore, back string) float64 {
	t.Helper()
	a, b := luminance(t, tokens[fore]), luminance(t, tokens[back])
	return (math.Max(a, b) + .05) / (math.Min(a, b) + .05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	if len(colour) != 7 {
		t.Fatalf("not a colour: %q", colour)
	}
	var sum float64
	for i, weight := range []float64{.2126, .7152, .0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= .04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
