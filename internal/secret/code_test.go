package secret_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"yangguang/internal/secret"
)

func TestCodesSurviveTheHandThatCopiesThem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		code := secret.Code(rapid.IntRange(1, 21).Draw(t, "n"))
		if strings.ContainsAny(code, "0O1IL2Z5S8BUV") {
			t.Fatalf("%s has a letter that is mistaken for another", code)
		}
		for _, typed := range []string{code, strings.ToLower(code), secret.Group(code), " " + code + "　", strings.ReplaceAll(secret.Group(code), "-", "—")} {
			if got, ok := secret.ParseCode(typed); !ok || got != code {
				t.Fatalf("ParseCode(%q) = %q, %v", typed, got, ok)
			}
		}
		i := rapid.IntRange(0, len(code)-1).Draw(t, "at")
		wrong := rapid.SampledFrom(strings.Split("34679ACDEFGHJKMNPQRTWXY", "")).Draw(t, "other")
		if changed := code[:i] + wrong + code[i+1:]; changed != code {
			if _, ok := secret.ParseCode(changed); ok {
				t.Fatalf("%s and %s both fit", code, changed)
			}
		}
		j := rapid.IntRange(0, len(code)-1).Draw(t, "with")
		b := []byte(code)
		b[i], b[j] = b[j], b[i]
		if _, ok := secret.ParseCode(string(b)); ok && string(b) != code {
			t.Fatalf("%s and its swap %s both fit", code, b)
		}
	})
}

func TestCodesThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{"", "3", "O0O0", "阳光", strings.Repeat("3", 40)} {
		if _, ok := secret.ParseCode(typed); ok {
			t.Errorf("%q fits", typed)
		}
	}
}

func TestPublicNumbersFindEveryWrongDigitAndSwap(t *testing.T) {
	t.Parallel()
	n := secret.Number("350525", "202611")
	if !strings.HasPrefix(n, "350525-202611-") || len(n) != 22 || !secret.Valid(n) {
		t.Fatalf("Number = %q", n)
	}
	bare := strings.ReplaceAll(n, "-", "")
	for _, typed := range []string{bare, "３" + bare[1:], strings.ReplaceAll(n, "-", " - ")} {
		if got, ok := secret.ParseNumber(typed); !ok || got != n {
			t.Errorf("ParseNumber(%q) = %q, %v", typed, got, ok)
		}
	}
	for i := range bare {
		for d := byte('0'); d <= '9'; d++ {
			if wrong := bare[:i] + string(d) + bare[i+1:]; wrong != bare && secret.Valid(wrong) {
				t.Errorf("%s fits beside %s", wrong, bare)
			}
		}
		if i > 0 && bare[i] != bare[i-1] {
			b := []byte(bare)
			b[i], b[i-1] = b[i-1], b[i]
			if secret.Valid(string(b)) {
				t.Errorf("swap %s fits beside %s", b, bare)
			}
		}
	}
	for _, bad := range []string{"", "350525", n + "1", "35052X-202611-483920-7", strings.Repeat("0", 30)} {
		if secret.Valid(bad) {
			t.Errorf("%q fits", bad)
		}
	}
}

func TestAVillageNumberCarriesItsTwelveDigits(t *testing.T) {
	t.Parallel()
	if n := secret.Number("350525100201", "202611"); !secret.Valid(n) {
		t.Errorf("%q does not fit", n)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(secret.Code(8), secret.Number("350525", "202611"))
	f.Fuzz(func(t *testing.T, code, number string) {
		if c, ok := secret.ParseCode(code); ok {
			if again, ok := secret.ParseCode(c); !ok || again != c {
				t.Errorf("ParseCode(%q) is not stable", c)
			}
		}
		if n, ok := secret.ParseNumber(number); ok {
			if again, ok := secret.ParseNumber(n); !ok || again != n {
				t.Errorf("ParseNumber(%q) is not stable", n)
			}
		}
	})
}

func TestACodeFromASeedIsTheSameEachTimeAndAnotherForAnother(t *testing.T) {
	t.Parallel()
	a, b := secret.CodeFrom([]byte("one form"), 10), secret.CodeFrom([]byte("another form"), 10)
	if a != secret.CodeFrom([]byte("one form"), 10) || a == b || len(a) != 11 {
		t.Errorf("codes %s and %s", a, b)
	}
	if got, ok := secret.ParseCode(a); !ok || got != a {
		t.Errorf("%s is not a code", a)
	}
}
