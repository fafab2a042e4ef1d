package main

import (
	"errors"
	"os"
	"path/filepath"
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
	t.Setenv("PATH", "")
	if err := run(t.Context(), []string{"prompts", "read", "--division", "350525", "--data", dir}, &strings.Builder{}); !errors.Is(err, studio.ErrNoVoice) {
		t.Errorf("read without espeak-ng: %v", err)
	}
	if err := run(t.Context(), []string{"prompts", "make", "--data", dir}, &strings.Builder{}); !errors.Is(err, studio.ErrNoVoice) {
		t.Errorf("make without espeak-ng: %v", err)
	}
}

// An office's script is checked before anything starts; what is wrong is named
// by its line.
func TestAScriptIsCheckedAtTheStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "script.yaml")
	if err := os.WriteFile(path, []byte("nodes:\n  rate: {say: [rate, nothing], do: rate}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"serve", "phone", "demo"} {
		err := run(t.Context(), []string{command, "--data", t.TempDir(), "--phone-script", path}, &strings.Builder{})
		var usage usageError
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), path+": ivr: line 2: node \"rate\" says \"nothing\"") {
			t.Errorf("%s: %v", command, err)
		}
	}
}

func TestAnAnswerIsReadWithItsBasis(t *testing.T) {
	got := spokenTexts([]knowledge.Spoken{{Title: "怎样申请？", Text: []string{"带身份证。"}, Basis: "土地管理法", Lang: "zh"}, {Title: "How?", Lang: "en"}})
	want := []studio.Text{{Lang: "zh", Title: "怎样申请？", Paragraphs: []string{"带身份证。", "土地管理法"}}, {Lang: "en", Title: "How?", Paragraphs: []string{""}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
