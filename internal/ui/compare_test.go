package ui_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yangguang/internal/ui"
)

func TestCompareShowsWhatChangedWithinALine(t *testing.T) {
	got := ui.Compare("甲\n共 86.40 万元。\n乙", "甲\n共 864,000 元。\n乙\n丙")
	want := []ui.DiffLine{
		{Kind: "same", Parts: []ui.DiffPart{{Text: "甲"}}},
		{Kind: "del", Parts: []ui.DiffPart{{Text: "共 "}, {Text: "86.40", Changed: true}, {Text: " "}, {Text: "万", Changed: true}, {Text: "元。"}}},
		{Kind: "add", Parts: []ui.DiffPart{{Text: "共 "}, {Text: "864,000", Changed: true}, {Text: " 元。"}}},
		{Kind: "same", Parts: []ui.DiffPart{{Text: "乙"}}},
		{Kind: "add", Parts: []ui.DiffPart{{Text: "丙"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Compare (-want +got):\n%s", diff)
	}
}

// TestCompareLosesNothing rebuilds both versions from the comparison.
func TestCompareLosesNothing(t *testing.T) {
	line := rapid.StringMatching(`[甲乙丙a1., ]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		a := strings.Join(rapid.SliceOfN(line, 1, 8).Draw(t, "before"), "\n")
		b := strings.Join(rapid.SliceOfN(line, 1, 8).Draw(t, "after"), "\n")
		var before, after []string
		skipped := 0
		for _, l := range ui.Compare(a, b) {
			var text strings.Builder
			for _, p := range l.Parts {
				text.WriteString(p.Text)
			}
			if l.Kind == "skip" {
				skipped += l.Skip
				continue
			}
			if l.Kind != "add" {
				before = append(before, text.String())
			}
			if l.Kind != "del" {
				after = append(after, text.String())
			}
		}
		if skipped == 0 && (strings.Join(before, "\n") != a || strings.Join(after, "\n") != b) {
			t.Fatalf("got %q and %q, want %q and %q", before, after, a, b)
		}
		if len(before)+skipped != strings.Count(a, "\n")+1 || len(after)+skipped != strings.Count(b, "\n")+1 {
			t.Fatalf("lines lost: %d+%d of %q, %d+%d of %q", len(before), skipped, a, len(after), skipped, b)
		}
	})
}
