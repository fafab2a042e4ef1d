package agency_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yangguang/agency"
	"yangguang/internal/fault"
)

func TestParseCodePadsWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]agency.Code{
		"0": 0, "35": 350000000000, "3505": 350500000000, "350525": 350525000000,
		"350525100": 350525100000, "350525100001": 350525100001, "350525000000": 350525000000,
	} {
		if got, err := agency.ParseCode(in); err != nil || got != want {
			t.Errorf("ParseCode(%q) = %d, %v; want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", "3", "350", "05", "-35", "+35", "3505251", "35052510000", "3505251000010", "三五", "35 "} {
		_, err := agency.ParseCode(in)
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("ParseCode(%q) = %v, want a refusal", in, err)
		}
	}
}

func TestCodeKnowsItsPlace(t *testing.T) {
	t.Parallel()
	type place struct {
		Level              agency.Level
		Short              string
		Parent, Pref, Cnty agency.Code
		Province           int
		Up                 []agency.Code
		Lo, Hi             agency.Code
	}
	tests := []struct {
		name string
		code agency.Code
		want place
	}{
		{"the nation", 0, place{0, "0", 0, 0, 0, 0, nil, 0, 999999999999}},
		{"a province", 350000000000, place{1, "35", 0, 0, 0, 35, []agency.Code{0}, 350000000000, 359999999999}},
		{"a county", 350525000000, place{3, "350525", 350500000000, 350500000000, 350525000000, 35,
			[]agency.Code{0, 350000000000, 350500000000}, 350525000000, 350525999999}},
		{"a village", 350525100001, place{5, "350525100001", 350525100000, 350500000000, 350525000000, 35,
			[]agency.Code{0, 350000000000, 350500000000, 350525000000, 350525100000}, 350525100001, 350525100001}},
		{"a township of a city without counties", 441900003000, place{4, "441900003", 441900000000, 441900000000, 0, 44,
			[]agency.Code{0, 440000000000, 441900000000}, 441900003000, 441900003999}},
		{"a district of a municipality", 110101000000, place{3, "110101", 110100000000, 110100000000, 110101000000, 11,
			[]agency.Code{0, 110000000000, 110100000000}, 110101000000, 110101999999}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := tt.code
			lo, hi := c.Range()
			got := place{c.Level(), c.Short(), c.Parent(), c.Prefecture(), c.County(), c.Province(), c.Ancestors(), lo, hi}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestCodeProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := agency.Code(rapid.Int64Range(11e10, 99e10).Draw(t, "code")).At(agency.Level(rapid.IntRange(1, 5).Draw(t, "level")))
		back, err := agency.ParseCode(c.Short())
		if err != nil || back != c {
			t.Fatalf("%d reads back as %d, %v", c, back, err)
		}
		if c.Parent() == c || !c.Parent().Contains(c) || c.Contains(c.Parent()) {
			t.Fatalf("parent of %d is %d", c, c.Parent())
		}
		if up := c.Ancestors(); up[len(up)-1] != c.Parent() {
			t.Fatalf("the last ancestor of %d is %d", c, up[len(up)-1])
		}
	})
}

func FuzzParseCode(f *testing.F) {
	f.Add("350525")
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := agency.ParseCode(s); err == nil && !c.Valid() {
			t.Errorf("ParseCode(%q) = %d", s, c)
		}
	})
}

func TestCreditCode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, code string
		want       bool
	}{
		{"an authority's", "11341702486344515H", true},
		{"an authority's with a zero in the organisation code", "11441700007280420Y", true},
		{"another authority's", "1137078555222300XQ", true},
		{"one digit changed", "11341702486344516H", false},
		{"two digits exchanged", "11341702486344551H", false},
		{"a wrong check character", "11341702486344515J", false},
		{"a letter that is never used", "I1341702486344515H", false},
		{"a letter in the place of registration", "1134170A486344515H", false},
		{"too short", "11341702486344515", false},
		{"too long", "11341702486344515H0", false},
		{"lower case", "11341702486344515h", false},
		{"empty", "", false},
		{"Chinese", "统一社会信用代码", false},
	}
	for _, tt := range tests {
		if got := agency.ValidCredit(tt.code); got != tt.want {
			t.Errorf("%s: ValidCredit(%q) = %v", tt.name, tt.code, got)
		}
	}
	if got := agency.NormalCredit(" 1134 1702 4863 4451 5h "); got != "11341702486344515H" {
		t.Errorf("NormalCredit = %q", got)
	}
	if got := agency.MakeCredit("11341702486344515"); got != "11341702486344515H" {
		t.Errorf("MakeCredit = %q", got)
	}
	if got := agency.MakeCredit("1134170248634451"); got != "" {
		t.Errorf("MakeCredit of 16 characters = %q", got)
	}
}
