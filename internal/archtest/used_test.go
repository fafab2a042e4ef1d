package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// forOthers are exported names the program itself does not use, each with why
// it stands all the same.
var forOthers = map[string]string{
	// What tests measure, build or read the program with.
	"agency.ImportSubset":          tests,
	"internal/calendar.Builtin":    tests,
	"internal/db.CountStatements":  tests,
	"internal/db.RecordStatements": tests,
	"internal/flow.Table.Dump":     tests,
	"internal/i18n.Add":            tests,
	"internal/i18n.Check":          tests,
	"internal/i18n.MustLoad":       tests,
	"internal/secret.Cheap":        tests,
	"internal/secret.NewKeys":      tests,
	"internal/secret.TOTP":         tests,
	"internal/ui/gallery.Locale":   tests,
	"norm.ExampleHousing":          tests,
	"norm.Profile.Retired":         tests,
	"norm.ReviewRule.Least":        tests,
	// Whole machinery whose users are rooms not built yet, or whose operator's
	// command is not. Each has tests of its own.
	"agency.Holders":                                later,
	"agency.Registry.AddPost":                       later,
	"agency.Registry.ClosePost":                     later,
	"internal/account.Accounts.Rehome":              later,
	"internal/account.PersonLeft":                   later,
	"internal/blob.Check":                           later,
	"internal/calendar.Calendar.OpenAt":             later,
	"internal/calendar.Calendar.WorkingTimeBetween": later,
	"internal/calendar.Result.DaysLeft":             later,
	"internal/jobs.Drop":                            later,
	"internal/jobs.Revive":                          later,
	"internal/jobs.Running":                         later,
	"internal/jobs.Standing":                        later,
	"internal/notify.Plain":                         later,
	"internal/privacy.MaskTable":                    later,
	"internal/secret.Keys.Rewrap":                   later,
	"internal/secret.Rotate":                        later,
	// The telephone: what waits for the browser's desk and the switchboard's next part.
	"internal/rtp.Key.GoString":    later,
	"internal/rtp.NewKey":          later,
	"internal/sip.Call.Reoffer":    later,
	"internal/sip.Server.Counters": later,
}

const (
	tests = "tests build, measure or read the program with it"
	later = "its user is a room or a command not built yet"
)

// byInterface are methods the standard library and our libraries call by
// themselves.
var byInterface = []string{"Error", "String", "Scan", "Value", "Unwrap", "Is", "As", "Read", "Write", "Close", "Seek", "Len", "Less", "Swap", "Push", "Pop",
	"ServeHTTP", "Flush", "WriteHeader", "Header", "Hijack", "ReadFrom", "MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText", "MarshalYAML", "UnmarshalYAML",
	"RoundTrip", "Open", "Stat", "Name", "Enabled", "Handle", "WithAttrs", "WithGroup", "Set", "Get", "Render", "LogValue", "Format", "Reset"}

// exported is one exported name: a function, type, constant or variable of a
// package, or a method.
type exported struct {
	pkg, name string
	method    bool
	at        string
}

// house is what the program's own files declare and name. Tests and the
// packages that help them do not count as users.
type house struct {
	declared []exported
	// named are uses by "pkg.Name" from outside and "./dir.Name" inside the
	// package; selected are names behind any dot, for methods.
	named, selected map[string]bool
}

// TestNothingIsExportedForTestsAlone finds exported names no code of the
// program uses. It reads names, not types: a name two packages share may hide a
// dead one, and never accuses a living one.
func TestNothingIsExportedForTestsAlone(t *testing.T) {
	h := readHouse(t)
	var dead []string
	for _, x := range h.declared {
		used := h.named[path.Base(x.pkg)+"."+x.name] || h.named["./"+x.pkg+"."+x.name]
		id := x.pkg + "." + x.name
		if x.method {
			used = h.selected[x.name[strings.LastIndex(x.name, ".")+1:]] || slices.Contains(byInterface, x.name[strings.LastIndex(x.name, ".")+1:])
		}
		if _, kept := forOthers[id]; !used && !kept {
			dead = append(dead, x.at+": "+id)
		}
		if _, kept := forOthers[id]; used && kept {
			t.Errorf("%s is used now: take it off the list", id)
		}
	}
	slices.Sort(dead)
	for _, d := range dead {
		t.Errorf("%s is exported and no code of the program uses it: remove it, keep it inside its package, or move it into a test", d)
	}
}

func readHouse(t *testing.T) *house {
	t.Helper()
	h := &house{named: map[string]bool{}, selected: map[string]bool{}}
	root := filepath.Join("..", "..")
	fset := token.NewFileSet()
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && p != root || slices.Contains([]string{"tools", "build", "node_modules", "e2e"}, d.Name())) {
			return filepath.SkipDir
		}
		pkg, _ := filepath.Rel(root, filepath.Dir(p))
		pkg = filepath.ToSlash(pkg)
		if d.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") || strings.HasSuffix(pkg, "test") {
			return nil
		}
		f, err := parser.ParseFile(fset, p, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		h.read(fset, pkg, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(h.declared) < 500 {
		t.Fatalf("%d exported names found; the walk looks in the wrong place", len(h.declared))
	}
	return h
}

func (h *house) read(fset *token.FileSet, pkg string, f *ast.File) {
	declaring := map[*ast.Ident]bool{}
	note := func(id *ast.Ident, name string, method bool) {
		declaring[id] = true
		if id.IsExported() && f.Name.Name != "main" {
			h.declared = append(h.declared, exported{pkg, name, method, fset.Position(id.Pos()).String()})
		}
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				note(d.Name, d.Name.Name, false)
				continue
			}
			// A method of an unexported type is exported for an interface.
			declaring[d.Name] = true
			if r := receiver(d.Recv.List[0].Type); ast.IsExported(r) {
				note(d.Name, r+"."+d.Name.Name, true)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					note(s.Name, s.Name.Name, false)
				case *ast.ValueSpec:
					for _, n := range s.Names {
						note(n, n.Name, false)
					}
				}
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			h.selected[n.Sel.Name] = true
			if x, ok := n.X.(*ast.Ident); ok {
				h.named[x.Name+"."+n.Sel.Name] = true
			}
		case *ast.InterfaceType: // whoever satisfies it is called through it
			for _, m := range n.Methods.List {
				for _, id := range m.Names {
					h.selected[id.Name] = true
				}
			}
		case *ast.Ident:
			if !declaring[n] {
				h.named["./"+pkg+"."+n.Name] = true
			}
		}
		return true
	})
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return "?"
}
