package secret

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// RFC 6238, appendix B (SHA-1 rows, eight digits) and RFC 4226, appendix D.
func TestTheVectorsOfTheRFCs(t *testing.T) {
	t.Parallel()
	shared := []byte("12345678901234567890")
	for unix, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471",
		1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := hotp(shared, unix/totpPeriod, 8); got != want {
			t.Errorf("at %d: %s, want %s", unix, got, want)
		}
		if got := TOTP(shared, time.Unix(unix, 0)); got != want[2:] {
			t.Errorf("six digits at %d: %s, want %s", unix, got, want[2:])
		}
	}
	for c, want := range []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"} {
		if got := hotp(shared, int64(c), 6); got != want {
			t.Errorf("counter %d: %s, want %s", c, got, want)
		}
	}
}

func TestASecondFactorIsTakenOnceAndOnlyNearItsTime(t *testing.T) {
	t.Parallel()
	shared, now := NewTOTP(), time.Unix(1_790_000_010, 0)
	code := TOTP(shared, now)
	counter, ok := CheckTOTP(shared, code[:3]+" "+code[3:], now, 0)
	if !ok || counter != now.Unix()/30 {
		t.Fatalf("CheckTOTP = %d, %v", counter, ok)
	}
	for _, c := range []struct {
		name string
		code string
		at   time.Time
		last int64
		want bool
	}{
		{"a telephone 30 s behind is taken", code, now.Add(30 * time.Second), 0, true},
		{"a telephone 30 s ahead is taken", code, now.Add(-30 * time.Second), 0, true},
		{"a minute late is refused", code, now.Add(60 * time.Second), 0, false},
		{"a minute early is refused", code, now.Add(-60 * time.Second), 0, false},
		{"the same code twice is refused", code, now, counter, false},
		{"the next code after it is taken", TOTP(shared, now.Add(30*time.Second)), now.Add(30 * time.Second), counter, true},
		{"nothing is refused", "", now, 0, false},
		{"a longer one is refused", code + "0", now, 0, false},
	} {
		if _, ok := CheckTOTP(shared, c.code, c.at, c.last); ok != c.want {
			t.Errorf("%s: got %v", c.name, ok)
		}
	}
}

func TestTheQRTextNamesIssuerAndLogin(t *testing.T) {
	t.Parallel()
	s := TOTPURL([]byte("12345678901234567890"), "阳光 演示", "zhang.san")
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	if u.Query().Get("secret") != "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" || u.Query().Get("issuer") != "阳光 演示" || u.Path != "/阳光 演示:zhang.san" {
		t.Errorf("URL %s", s)
	}
	if strings.Contains(s, "+") {
		t.Errorf("a plus in %s is shown as it is by some apps", s)
	}
}
