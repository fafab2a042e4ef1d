package privacy

import (
	"os"
	"strings"
	"testing"
)

// testdata/list77.* is one invented list of 77 couples in the manner of the
// leak of 2017, written by an office suite in each of its formats.
func TestTheListIsStoppedInEveryFormat(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file      string
		residents int
		names     bool
		uncertain string
	}{
		{"list77.csv", 154, true, ""},
		{"list77.xlsx", 154, true, ""},
		{"list77.docx", 154, true, ""},
		{"list77.html", 154, true, ""},
		{"list77.pdf", 154, true, ""},
		{"list77.xls", 154, true, ""},
		{"list77.doc", 154, true, ""},
		{"list77.wps", 154, true, ""},
		{"list77.et", 154, true, ""},
		{"list77.ofd", 154, true, ""},
		{"list77.odt", 154, true, ""},
	} {
		t.Run(c.file, func(t *testing.T) {
			// WPS writes the formats of Office under names of its own.
			made := strings.NewReplacer(".wps", ".doc", ".et", ".xls").Replace(c.file)
			b, err := os.ReadFile("testdata/" + made)
			must(t, err)
			r := inspect(t, c.file, b)
			residents, names := 0, 0
			for _, f := range r.Findings {
				if f.Kind == Resident && f.Class == Never {
					residents++
				}
				if f.Kind == Name && f.Class == Never {
					names++
				}
			}
			if residents != c.residents || c.names && names != 154 || r.Uncertain != c.uncertain || !r.Blocks() {
				t.Errorf("%d numbers, %d names, uncertain %q, hidden %v", residents, names, r.Uncertain, r.Hidden)
			}
		})
	}
}
