package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const reports = "../../disclosure/inforequest/yearly/testdata/"

// TestCheckReport reads published reports as an operator does: 0 for one that
// holds, 1 with a line for each contradiction, 2 for a mistake.
func TestCheckReport(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		want []string
		exit int
	}{
		"one that holds":                  {[]string{"sound.html"}, []string{"every identity of the report holds"}, 0},
		"one that contradicts itself":     {[]string{"broken.html"}, []string{"Table 3, row “Disclosed”: the total is 9,999, but the kinds of applicants add up to 1,767.", "Table 4"}, 1},
		"one that does not join the last": {[]string{"sound.html", "gbk.html"}, []string{"last year's report carried 188 forward"}, 1},
		"nothing":                         {nil, nil, 2},
		"a file that is not there":        {[]string{"none.html"}, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := []string{"check-report"}
			for _, a := range c.args {
				args = append(args, reports+a)
			}
			var out bytes.Buffer
			err := run(t.Context(), args, &out)
			got := 0
			if err != nil {
				got = exitStatus(err)
			}
			if got != c.exit {
				t.Errorf("ends with %d (%v), want %d", got, err, c.exit)
			}
			for _, w := range c.want {
				if !strings.Contains(out.String(), w) {
					t.Errorf("%q is not in\n%s", w, out.String())
				}
			}
		})
	}
	none := filepath.Join(t.TempDir(), "a.html")
	if err := os.WriteFile(none, []byte("<p>no table</p>"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), []string{"check-report", none}, new(bytes.Buffer)); err == nil || errors.As(err, new(usageError)) || !strings.Contains(err.Error(), "no table of requests") {
		t.Errorf("a page without the table: %v", err)
	}
}
