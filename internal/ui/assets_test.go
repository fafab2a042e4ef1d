package ui_test

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yangguang/internal/ui"
)

// TestCommittedAssetsAreFresh builds the sources again and compares.
func TestCommittedAssetsAreFresh(t *testing.T) {
	if testing.Short() {
		t.Skip("short: not building the assets again")
	}
	dir := t.TempDir()
	cmd := exec.Command("go", "run", "-C", filepath.Join("..", "..", "tools"), "./assets", "-out", dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("the build tools cannot be built here: %v\n%s", err, out)
	}
	if diff := cmp.Diff(contents(t, os.DirFS(dir)), contents(t, ui.AssetFiles())); diff != "" {
		t.Errorf("internal/ui/assets/dist is stale: run make generate and commit it (-built +committed):\n%.2000s", diff)
	}
}

func contents(t *testing.T, files fs.FS) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(files, path)
		out[path] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAssetsAreServedForEverAndNothingElse(t *testing.T) {
	srv := ui.Assets()
	for path, want := range map[string]int{
		ui.Asset("yangguang.css"):          http.StatusOK,
		ui.Asset("enhance.js"):             http.StatusOK,
		"/assets/manifest.json":            http.StatusNotFound,
		"/assets/../frame.go":              http.StatusNotFound,
		"/assets/yangguang-0000000000.css": http.StatusNotFound,
	} {
		w := httptest.NewRecorder()
		srv.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != want {
			t.Errorf("GET %s = %d, want %d", path, w.Code, want)
		}
		if want == http.StatusOK && !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("GET %s may not be kept: %q", path, w.Header().Get("Cache-Control"))
		}
	}
}

var rule = regexp.MustCompile(`([^{}]+)\{([^{}]*)\}`)

// TestStylesSuitChrome80 refuses what browsers of that class do not draw, and
// what the CSP would not load.
func TestStylesSuitChrome80(t *testing.T) {
	for name, most := range sheets {
		suitsChrome80(t, name, most)
	}
}

// sheets are the style sheets and how large each may be: the first is on every
// page, the second on the desk's, the others on the pages of one room.
var sheets = map[string]int{"yangguang.css": 40_000, "desk.css": 10_000, "matters.css": 6_000}

func suitsChrome80(t *testing.T, name string, most int) {
	t.Helper()
	css := contents(t, ui.AssetFiles())[strings.TrimPrefix(ui.Asset(name), ui.AssetPrefix)]
	for _, word := range []string{":has(", ":is(", ":where(", ":focus-visible", "inset:", "inset-inline", "aspect-ratio", "@layer", "@container", "color-mix(", "url(", "@import", "dvh", "svh", "lvh",
		"margin-inline:", "margin-block:", "padding-inline:", "padding-block:", "border-start-", "border-end-", "overflow:clip", "lch(", "oklab(", "@property", "@supports selector", "scrollbar-gutter", "translate:", "rotate:", "scale:", "round(", "subgrid", "::marker"} {
		if strings.Contains(css, word) {
			t.Errorf("%s uses %s", name, word)
		}
	}
	for _, m := range rule.FindAllStringSubmatch(css, -1) {
		if strings.Contains(m[2], "display:flex") && regexp.MustCompile(`(^|;)(gap|row-gap|column-gap):`).MatchString(m[2]) {
			t.Errorf("gap in a flex box: %s", m[1])
		}
	}
	if len(css) > most {
		t.Errorf("%s has grown to %d bytes; keep it under %d", name, len(css), most)
	}
}

// TestStylesKnowNoSide holds that a page reads from right to left as well: what
// stands at the start of a line is said so, not "left". Where a thing is placed
// at a spot, _rtl.css names the other one.
func TestStylesKnowNoSide(t *testing.T) {
	css := ""
	for name := range sheets {
		css += contents(t, ui.AssetFiles())[strings.TrimPrefix(ui.Asset(name), ui.AssetPrefix)]
	}
	sided := regexp.MustCompile(`(margin|padding|border)-(left|right)|text-align:(left|right)|float:|border-(top|bottom)-(left|right)-radius:[^0]`)
	for _, m := range rule.FindAllStringSubmatch(css, -1) {
		if found := sided.FindString(m[2]); found != "" {
			t.Errorf("%s says %s; say inline-start, inline-end, start or end", m[1], found)
		}
	}
}

// TestScriptsSuitChrome80 refuses syntax and calls that browsers of that class
// do not know; esbuild lowers syntax, but not what is called.
func TestScriptsSuitChrome80(t *testing.T) {
	for name, js := range contents(t, ui.AssetFiles()) {
		if !strings.HasSuffix(name, ".js") {
			continue
		}
		js = strings.ReplaceAll(js, "===", " is ") // to compare is not to set
		for _, word := range []string{"??=", "||=", "&&=", ".replaceAll(", ".at(-", "structuredClone(", "Promise.any(", "Object.hasOwn(", ".replaceChildren(", ".findLast(", ".toSorted(", "AbortSignal.timeout",
			"crypto.randomUUID", "static{", "eval(", "new Function", "innerHTML=", "outerHTML=", "insertAdjacentHTML", "document.write"} {
			if strings.Contains(js, word) {
				t.Errorf("%s uses %s", name, word)
			}
		}
	}
}
