package privacy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testdata/nasty holds files made by hand, most of them by an office suite,
// with people's numbers wherever such a file can hide them; expected.txt says
// what must be found in each.
func TestHandMadeNastyFiles(t *testing.T) {
	t.Parallel()
	golden, err := os.ReadFile("testdata/nasty/expected.txt")
	must(t, err)
	want := map[string]string{}
	for _, part := range strings.Split(string(golden), "== ")[1:] {
		name, lines, _ := strings.Cut(part, "\n")
		want[name] = strings.TrimSpace(lines)
	}
	files, err := filepath.Glob("testdata/nasty/*.*")
	must(t, err)
	if len(files) < 21 || len(files) != len(want)+1 {
		t.Fatalf("%d files and %d expectations", len(files)-1, len(want))
	}
	for _, file := range files {
		name := filepath.Base(file)
		if name == "expected.txt" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			b, err := os.ReadFile(file)
			must(t, err)
			if diff := cmp.Diff(want[name], strings.Join(summary(inspect(t, name, b)), "\n")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
