package norm_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yangguang/norm"
)

func TestOtherWords(t *testing.T) {
	t.Parallel()
	p := norm.Profile{Synonyms: [][]string{{"计生", "计划生育"}, {"奖扶", "奖励扶助", "独生子女费"}, {"NCMS", "新农合"}}}
	for word, want := range map[string][]string{
		"奖扶": {"奖励扶助", "独生子女费"}, "奖励扶助对象": {"奖扶对象", "独生子女费对象"}, "计划生育": {"计生"}, "ncms": {"新农合"}, "新农合2025": {"NCMS2025"}, "药具": nil,
	} {
		if diff := cmp.Diff(want, p.OtherWords(word)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", word, diff)
		}
	}
	if got := norm.Builtin().OtherWords("奖扶"); len(got) == 0 {
		t.Error("the built-in profile knows no other word for 奖扶")
	}
}

func TestSynonymsAreChecked(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/minimal.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for bad, want := range map[string]string{
		"[[奖扶]]": "two words at least", "[[奖扶, 奖扶]]": "two places", "[[奖 扶, 奖励]]": "without blanks", "[[奖, 奖励]]": "2 to 30", "[奖扶]": "list",
	} {
		_, problems := norm.Parse("x.yaml", append(append([]byte{}, b...), "\nsynonyms: "+bad+"\n"...))
		var all strings.Builder
		for _, x := range problems {
			all.WriteString(x.String() + "\n")
		}
		if len(problems) == 0 || want != "list" && !strings.Contains(all.String(), want) {
			t.Errorf("%s: %q", bad, all.String())
		}
	}
}
