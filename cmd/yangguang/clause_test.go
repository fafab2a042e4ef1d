package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cespare/webtest"

	"yangguang/norm"
)

// TestClausesAreKept takes each clause's script through the whole product as a
// visitor's browser would, on each store.
func TestClausesAreKept(t *testing.T) {
	for _, script := range clauseScripts(t) {
		t.Run(clauseOf(script), func(t *testing.T) {
			// Each script gets a year of its own: one script's posts are not
			// another's surprise.
			eachFilled(t, func(t *testing.T, f *filled) { webtest.TestHandler(t, f.script(t, script), f) })
		})
	}
}

// TestClauseScriptsBeginWithTheClause compares the head of each script with
// the norm, so that whoever reads the script knows what it proves.
func TestClauseScriptsBeginWithTheClause(t *testing.T) {
	for _, script := range clauseScripts(t) {
		b, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		c := norm.Builtin().Clause(clauseOf(script))
		if c == nil {
			t.Errorf("%s is named after no clause", script)
			continue
		}
		if want := "# " + c.Text.Zh + "\n# " + c.Text.En + "\n"; !strings.HasPrefix(string(b), want) {
			t.Errorf("%s does not begin with\n%s", script, want)
		}
	}
}

func clauseScripts(t *testing.T) []string {
	t.Helper()
	scripts, err := filepath.Glob("testdata/clauses/*.txt")
	if err != nil || len(scripts) == 0 {
		t.Fatal("no clause scripts", err)
	}
	return scripts
}

// clauseOf is the clause a script is named after: 1-1-c.txt proves 1.1.c.
func clauseOf(script string) string {
	return strings.ReplaceAll(strings.TrimSuffix(filepath.Base(script), ".txt"), "-", ".")
}

// script is a copy of a script that knows the year's addresses: the checks
// name them as "@name" too.
func (f *filled) script(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for name, p := range f.names {
		text = strings.ReplaceAll(text, "@"+name, strings.Trim(p, "/"))
	}
	copied := filepath.Join(t.TempDir(), filepath.Base(path))
	if err := os.WriteFile(copied, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return copied
}
