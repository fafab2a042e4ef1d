package norm

import "testing"

// TestTheUsualCaseworkHasItsStatutoryClocks holds the shipped clocks to the rules they cite.
func TestTheUsualCaseworkHasItsStatutoryClocks(t *testing.T) {
	c := usualCasework()
	r := &reader{places: map[string]place{}}
	if r.casework(c); len(r.problems) > 0 {
		t.Fatalf("the usual rules: %v", r.problems)
	}
	for _, x := range []struct {
		clock, caseType, class, stage string
		n                             int
		unit                          string
	}{
		{"accept", "petition", "usual", "", 15, "calendar_days"},
		{"handle", "petition", "usual", "", 60, "calendar_days"},
		{"extension", "petition", "usual", "", 30, "calendar_days"},
		{"handle", "petition", "urgent", "recheck", 30, "calendar_days"},
		{"handle", "petition", "usual", "reexamine", 30, "calendar_days"},
		{"remedy", "petition", "usual", "", 30, "calendar_days"},
		{"handle", "complaint", "usual", "", 10, "working_days"},
		{"handle", "complaint", "emergency", "", 480, "working_minutes"},
		{"handle", "enquiry", "usual", "", 3, "working_days"},
		{"remedy", "complaint", "usual", "", 0, ""},
	} {
		if got := c.Clock(x.clock, x.caseType, x.class, x.stage, "county").Span; got.N != x.n || got.Unit != x.unit {
			t.Errorf("%s of %s, %s, %s: %+v", x.clock, x.caseType, x.class, x.stage, got)
		}
	}
	if got := c.Source(c.Clock("handle", "petition", "usual", "", "")); got.Article != "34" || got.Title.Zh == "" {
		t.Errorf("the source is %+v", got)
	}
}

func TestRulesOnCaseworkAreWholeOrRefused(t *testing.T) {
	for name, change := range map[string]func(*Casework){
		"without types":            func(c *Casework) { c.Types = nil },
		"a clock of no law":        func(c *Casework) { c.Clocks[0].Law = "x" },
		"a clock of no type":       func(c *Casework) { c.Clocks[0].Type = "x" },
		"no clock for every one":   func(c *Casework) { c.Clocks = c.Clocks[1:2] },
		"a remedy nobody knows":    func(c *Casework) { c.Types[0].Remedies = []string{"pray"} },
		"a refusal without remedy": func(c *Casework) { c.Refusals = []Refusal{{ID: "x", Title: c.Types[0].Title}} },
		"warnings that fall":       func(c *Casework) { c.Warn = []int{80, 50} },
	} {
		c := usualCasework()
		c.Clocks, c.Types = append([]CaseClock(nil), c.Clocks...), append([]CaseType(nil), c.Types...)
		change(&c)
		r := &reader{places: map[string]place{}}
		if r.casework(c); len(r.problems) == 0 {
			t.Errorf("%s is accepted", name)
		}
	}
}
