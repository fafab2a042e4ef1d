// Package archtest keeps the house's import direction: a package imports only
// what stands to its left in the order below, which is the order of the norm.
package archtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// order is the direction of shared design, machinery first. A name covers the
// packages below it, unless they are named themselves.
var order = []string{
	"internal/clock", "internal/i18n", "internal/fault", "internal/db", "internal/fresh", "internal/calendar",
	"internal/blob", "internal/secret", "internal/audit", "internal/ledger", "internal/account",
	"internal/sandbox", "internal/privacy", "internal/suppress", "internal/search", "internal/jobs", "internal/notify",
	"internal/flow", "internal/web", "internal/ui", "internal/docx", "internal/pdf",
	"internal/rtp", "internal/sip", "internal/ivr",
	"norm", "agency", "agency/front", "agency/office", "agency/keeping",
	"disclosure/form", "disclosure/catalogue", "disclosure", "disclosure/importer", "disclosure/coverage", "disclosure/export",
	"disclosure/portal", "disclosure/publiclog", "disclosure/desk",
	"disclosure/inforequest", "disclosure/channel",
	"evaluation", "supervision", "supervision/casework/knowledge", "supervision/casework", "supervision/hotline", "supervision/tipoff", "supervision/observer", "supervision/media",
	"guarantee/leadership", "guarantee/rectification", "guarantee/reporting", "guarantee/assessment",
	"site", "demo", "cmd",
}

const module = "yangguang/"

// place is a package's position; helper packages for tests (dbtest,
// agencytest) share their parent's.
func place(pkg string) int {
	best, at := -1, -1
	for i, name := range order {
		if (pkg == name || strings.HasPrefix(pkg, name+"/")) && len(name) > best {
			best, at = len(name), i
		}
	}
	return at
}

func TestImportsPointToTheLeft(t *testing.T) {
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != root || d.Name() == "tools" || d.Name() == "build" || d.Name() == "node_modules" || d.Name() == "bench" || d.Name() == "e2e") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		checkFile(t, root, path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkFile(t *testing.T, root, path string) {
	t.Helper()
	rel, err := filepath.Rel(root, path)
	if err != nil {
		t.Fatal(err)
	}
	pkg := filepath.ToSlash(filepath.Dir(rel))
	if strings.HasSuffix(pkg, "test") || pkg == "." || strings.HasPrefix(pkg, "internal/archtest") {
		return // helpers for tests may reach to the right
	}
	from := place(pkg)
	if from < 0 {
		t.Errorf("%s has no place in the house: add it to the order in internal/archtest, where the norm puts it", pkg)
		return
	}
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, imp := range f.Imports {
		name, _ := strconv.Unquote(imp.Path.Value)
		target, ours := strings.CutPrefix(name, module)
		if !ours {
			continue
		}
		if to := place(target); to > from {
			t.Errorf("%s imports %s, which stands to its right (%s comes before %s). Declare a small interface where it is needed and wire it in cmd.", rel, target, order[from], order[to])
		}
		if imp.Name != nil && imp.Name.Name != "_" {
			t.Errorf("%s imports %s as %s: if two names collide, one of them is wrong", rel, target, imp.Name.Name)
		}
	}
}
