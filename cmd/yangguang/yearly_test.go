package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"yangguang/disclosure/disclosuretest"
	"yangguang/disclosure/inforequest/yearly"
)

const reports = "../../disclosure/inforequest/yearly/testdata/"

// yearReported publishes and corrects the county's report of the last year, and
// gives its address.
func yearReported(t *testing.T, f *filled) string {
	t.Helper()
	w := f.world
	writer, approver := w.As(w.Author.With(w.County, yearly.Writing)), w.As(w.Approver.With(w.County, yearly.Approving))
	year := f.db.Clock().Now().Year() - 1
	text := yearly.Text{Overview: strings.Repeat("总体情况良好。", 5), Problems: strings.Repeat("问题正在改进。", 5), Other: "无", Two: map[string]yearly.Entry{}}
	for _, id := range yearly.Entered {
		text.Two[id] = yearly.Entry{Number: "1", Source: "台账"}
	}
	v, err := f.yearly.Start(writer, w.County.ID, year)
	for range 2 {
		disclosuretest.Check(t, err)
		disclosuretest.Check(t, f.yearly.Save(writer, v.Province, v.ID, v.Saved, text))
		disclosuretest.Check(t, f.yearly.Submit(writer, v.Province, v.ID))
		disclosuretest.Check(t, f.yearly.Approve(approver, v.Province, v.ID))
		if v.Number == 1 {
			v, err = f.yearly.Correct(writer, v.Province, v.ID, "更正一处数字")
		}
	}
	return "/" + w.County.Path() + "/yearly-reports/" + strconv.Itoa(year)
}

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
