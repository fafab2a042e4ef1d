package studio

import (
	"strings"
	"testing"
	"unicode/utf8"

	"yangguang/internal/ivr"
)

func TestATextIsCutToSentences(t *testing.T) {
	got := cut("带身份证。到窗口办理！\n" + strings.Repeat("很长", 200))
	if got[0] != "带身份证。" || got[1] != "到窗口办理！" {
		t.Errorf("cut to %q", got)
	}
	for _, s := range got {
		if n := utf8.RuneCountInString(s); n > longestSentence {
			t.Errorf("a sentence has %d characters", n)
		}
	}
	if all := cut(" \n "); len(all) != 0 {
		t.Errorf("nothing is cut to %q", all)
	}
}

func TestWordsOfSeveralReadingsAndLongNumbersAreSpelt(t *testing.T) {
	got := strings.Join(strings.Fields(aloud(ivr.Chinese, "到银行重新办，拨0591123或0591-120，5天")), " ")
	if got != "到 yin2 hang2 chong2 xin1 办，拨 ling2 wu3 jiu3 yao1 yao1 er4 san1 或 ling2 wu3 jiu3 yao1 yao1 er4 ling2 ，5天" {
		t.Errorf("aloud %q", got)
	}
	if got := aloud(ivr.English, "call 123456"); got != "call 123456" {
		t.Errorf("aloud %q", got)
	}
}

func TestOnlyWhatIsInForceAndMadeIsRead(t *testing.T) {
	needEspeak(t)
	r := &Reading{t.TempDir()}
	stays := Text{ivr.Chinese, "宅基地怎样申请？", []string{"带身份证到窗口办理。"}}
	goes := Text{ivr.Chinese, "补贴怎样领取？", []string{"带身份证到窗口办理。", "到银行领取。"}}
	if got := r.Entries([]Text{stays}); len(got) != 0 {
		t.Errorf("read before it was made: %v", got)
	}
	n, err := r.Prepare(t.Context(), []Text{stays, goes})
	if err != nil || n != 4 {
		t.Fatalf("made %d sounds, %v, want 4: a sentence is made once", n, err)
	}
	all := r.Entries([]Text{stays, goes})
	if len(all) != 2 {
		t.Fatalf("%d entries", len(all))
	}
	signs := Text{ivr.Chinese, "……", nil}
	if _, err := r.Prepare(t.Context(), []Text{signs}); err != nil {
		t.Fatal(err)
	}
	v := &Voice{Dir: r.Dir}
	if e := r.Entries([]Text{signs}); len(e) != 1 || v.Prompt("zh", e[0].Title[0]) == nil {
		t.Error("signs alone are no pause")
	}
	for _, k := range append(all[1].Title, all[1].Text...) {
		if p := v.Prompt("zh", k); p == nil || p.Duration().Seconds() < 0.3 {
			t.Errorf("%s says nothing", k)
		}
	}
	if n, err := r.Drop([]Text{stays}); n != 3 || err != nil {
		t.Errorf("dropped %d, %v", n, err)
	}
	if got := r.Entries([]Text{stays, goes}); len(got) != 1 || v.Prompt("zh", all[1].Title[0]) != nil {
		t.Errorf("what was withdrawn is read: %v", got)
	}
}
