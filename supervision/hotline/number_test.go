package hotline_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestTheNumberIsConfiguration: the number the norm names has since become
// another line's, so the program may know none. Only the norm's own text, what
// speaks of that text, and tests say it.
func TestTheNumberIsConfiguration(t *testing.T) {
	t.Parallel()
	const number = "123" + "56"
	root := filepath.Join("..", "..")
	looked := 0
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if slices.Contains([]string{".git", "node_modules", "testdata", "norm/profiles", "demo/data", "docs", "changelog"}, rel) || strings.HasSuffix(rel, "/testdata") || d.Name() == "node_modules" {
				return filepath.SkipDir
			}
			return nil
		}
		if !slices.Contains([]string{".go", ".templ", ".sql", ".yaml", ".ts", ".json"}, filepath.Ext(path)) || strings.HasSuffix(rel, "_test.go") || rel == "disclosure/disclosuretest/item.go" {
			return nil
		}
		looked++
		b, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(b), number) {
			t.Errorf("%s holds the number; it is configuration (hotline_line)", rel)
		}
		return err
	})
	if err != nil || looked < 500 {
		t.Fatalf("looked at %d files: %v", looked, err)
	}
}
