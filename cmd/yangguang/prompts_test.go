package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yangguang/supervision/casework/knowledge"
	"yangguang/supervision/hotline/studio"
)

func TestPromptsAreListedAndNotMadeWithoutAVoice(t *testing.T) {
	dir := t.TempDir()
	list := func() string {
		var b strings.Builder
		if err := run(t.Context(), []string{"prompts", "list", "--data", dir}, &b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	if got := list(); !strings.Contains(got, "zh\tgreeting\tmissing\n") {
		t.Errorf("listed %q", got)
	}
	var usage usageError
	if err := run(t.Context(), []string{"prompts", "sing"}, &strings.Builder{}); !errors.As(err, &usage) {
		t.Errorf("sing: %v", err)
	}
	if err := run(t.Context(), []string{"prompts", "read", "--division", "moon", "--data", dir}, &strings.Builder{}); !errors.As(err, &usage) {
		t.Errorf("read of no division: %v", err)
	}
	closeStore(t, newStore(t, dir))
	var b strings.Builder
	if err := run(t.Context(), []string{"prompts", "read", "--division", "350525", "--data", dir}, &b); err != nil || !strings.Contains(b.String(), "0 answers are in force; 0 sentences made") {
		t.Errorf("read: %v, %q", err, b.String())
	}
	t.Setenv("PATH", "")
	if err := run(t.Context(), []string{"prompts", "make", "--data", dir}, &strings.Builder{}); !errors.Is(err, studio.ErrNoVoice) {
		t.Errorf("make without espeak-ng: %v", err)
	}
}

func TestAnAnswerIsReadWithItsBasis(t *testing.T) {
	got := spokenTexts([]knowledge.Spoken{{Title: "怎样申请？", Text: []string{"带身份证。"}, Basis: "土地管理法", Lang: "zh"}, {Title: "How?", Lang: "en"}})
	want := []studio.Text{{Lang: "zh", Title: "怎样申请？", Paragraphs: []string{"带身份证。", "土地管理法"}}, {Lang: "en", Title: "How?", Paragraphs: []string{""}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
