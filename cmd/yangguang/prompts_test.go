package main

import (
	"errors"
	"strings"
	"testing"

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
	t.Setenv("PATH", "")
	if err := run(t.Context(), []string{"prompts", "make", "--data", dir}, &strings.Builder{}); !errors.Is(err, studio.ErrNoVoice) {
		t.Errorf("make without espeak-ng: %v", err)
	}
}
