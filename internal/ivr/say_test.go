package ivr

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// heard is the number a listener makes of Chinese clips.
func heard(clips []string) (n int) {
	section, d := 0, 0
	for _, c := range clips {
		switch c {
		case "n.10000":
			n, section, d = (section+d)*10000, 0, 0
		case "n.1000", "n.100", "n.10":
			p, _ := strconv.Atoi(c[2:])
			if d == 0 {
				d = 1
			}
			section, d = section+d*p, 0
		case "n.liang":
			d = 2
		default:
			d, _ = strconv.Atoi(c[2:])
		}
	}
	return n + section + d
}

func heardEnglish(clips []string) (n int) {
	part := 0
	for _, c := range clips {
		switch c {
		case "and":
		case "n.1000":
			n, part = part*1000, 0
		case "n.100":
			part *= 100
		default:
			d, _ := strconv.Atoi(c[2:])
			part += d
		}
	}
	return n + part
}

func TestEveryNumberIsHeardAsItIs(t *testing.T) {
	for n := range sayMost + 1 {
		if got := heard(Chinese.Number(n)); got != n {
			t.Fatalf("%d is heard as %d: %v", n, got, Chinese.Number(n))
		}
		if got := heard(Chinese.Quantity(n)); got != n {
			t.Fatalf("the quantity %d is heard as %d: %v", n, got, Chinese.Quantity(n))
		}
		if got := heardEnglish(English.Number(n)); got != n {
			t.Fatalf("%d is heard in English as %d: %v", n, got, English.Number(n))
		}
	}
}

func read1(clips []string, english bool) string {
	var b strings.Builder
	for _, c := range clips {
		p, ok := Catalogue()[c]
		if !ok {
			return "no clip " + c
		}
		if english {
			b.WriteString(p.English + " ")
		} else {
			b.WriteString(p.Text)
		}
	}
	return strings.TrimSpace(b.String())
}

func TestWhatIsSaidReadsAsPeopleSayIt(t *testing.T) {
	at := time.Date(2026, 12, 21, 14, 5, 0, 0, time.UTC)
	for _, c := range []struct {
		got  []string
		want string
	}{
		{Chinese.Number(10), "十"},
		{Chinese.Number(15), "十五"},
		{Chinese.Number(110), "一百一十"},
		{Chinese.Number(1005), "一千零五"},
		{Chinese.Number(10010), "一万零一十"},
		{Chinese.Number(2), "二"},
		{Chinese.Quantity(2), "两"},
		{Chinese.Quantity(12), "十二"},
		{Chinese.Quantity(22222), "两万两千二百二十二"},
		{Chinese.Digits("350525-202611-1"), "三五零五二五二零二六幺幺幺"},
		{Chinese.Date(at), "二零二六年十二月二十一日"},
		{Chinese.Clock(at), "十四点零五分"},
		{Chinese.Minutes(61 * time.Second), "两分钟"},
		{Chinese.Minutes(0), "一分钟"},
		{Chinese.Number(100000), "幺零零零零零"},
	} {
		if got := read1(c.got, false); got != c.want {
			t.Errorf("said %q, want %q", got, c.want)
		}
	}
	for _, c := range []struct {
		got  []string
		want string
	}{
		{English.Number(342), "three hundred and forty two"},
		{English.Minutes(time.Second), "one minute"},
		{English.Minutes(90 * time.Second), "two minutes"},
		{English.Digits("110"), "one one zero"},
		{English.Date(at), "December twenty one two zero two six"},
	} {
		if got := read1(c.got, true); got != c.want {
			t.Errorf("said %q, want %q", got, c.want)
		}
	}
}

func TestEveryPromptHasItsPinyinAndItsEnglish(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range List() {
		if seen[p.Key] {
			t.Errorf("%s stands twice", p.Key)
		}
		seen[p.Key] = true
		han := 0
		for _, r := range p.Text {
			if r >= 0x4e00 {
				if r < 0xff00 {
					han++
				}
			}
		}
		syllables := strings.FieldsFunc(p.Pinyin, func(r rune) bool { return strings.ContainsRune(" ,.:;", r) })
		if han != len(syllables) {
			t.Errorf("%s has %d characters and %d syllables", p.Key, han, len(syllables))
		}
		for _, s := range syllables {
			if !strings.ContainsAny(s[len(s)-1:], "12345") {
				t.Errorf("%s: %q has no tone", p.Key, s)
			}
		}
		if len([]rune(p.Text)) > 4 && p.English == "" {
			t.Errorf("%s has no English", p.Key)
		}
	}
	if len(seen) < 60 || !slices.Contains([]string{"您好，这里是举报专线。您的号码对接听人员保密，本次通话不录音。"}, Catalogue()["sealed"].Text) {
		t.Errorf("the catalogue has %d prompts", len(seen))
	}
}
