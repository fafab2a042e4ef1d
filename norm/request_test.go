package norm

import (
	"strings"
	"testing"
)

// TestTheUsualRequestsAreTheYearlyReports holds the shipped rules to the table
// they fill: 21 leaves in 6 groups, 6 kinds of applicants, and every shipped
// profile that writes nothing takes them.
func TestTheUsualRequestsAreTheYearlyReports(t *testing.T) {
	q := usual()
	count := map[string]int{}
	for _, d := range q.Decisions {
		count[d.Group]++
	}
	for group, want := range map[string]int{"granted": 1, "partial": 1, "refused": 8, "unavailable": 3, "not_processed": 5, "closed": 3} {
		if count[group] != want {
			t.Errorf("%s has %d leaves, the report has %d", group, count[group], want)
		}
	}
	if len(q.Decisions) != 21 || len(q.Applicants) != 6 || q.Applicants[0].ID != "natural" {
		t.Errorf("%d decisions, %d applicants", len(q.Decisions), len(q.Applicants))
	}
	for _, id := range []string{Yangguang2008, ExampleHousing} {
		p, err := Shipped(id)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Requests.Decision("refused_process"); got == nil || got.Remedy != "review_first" {
			t.Errorf("%s: %+v", id, got)
		}
		if got := p.Cite(p.Requests.Basis(p.Requests.Decision("refused_case_file"))).Zh; !strings.Contains(got, "第十六条第二款") {
			t.Errorf("cites %q", got)
		}
	}
	r := &reader{places: map[string]place{}}
	r.requests(q)
	if len(r.problems) > 0 {
		t.Errorf("the usual rules: %v", r.problems)
	}
}

func TestRulesOnRequestsAreWholeOrRefused(t *testing.T) {
	for name, change := range map[string]func(*Requests){
		"without decisions":        func(q *Requests) { q.Decisions = nil },
		"without a span":           func(q *Requests) { q.Spans = map[string]Span{} },
		"a group nobody knows":     func(q *Requests) { q.Decisions = []Decision{{ID: "x", Group: "y", Article: "1"}} },
		"a remedy nobody knows":    func(q *Requests) { q.Decisions = []Decision{{ID: "x", Group: "granted", Article: "1", Remedy: "pray"}} },
		"bands that fall":          func(q *Requests) { q.Fees.Page = []Band{{Upto: 30}, {Upto: 20}} },
		"a band without end first": func(q *Requests) { q.Fees.Case = []Band{{Upto: 0}, {Upto: 20}} },
	} {
		q := usual()
		change(&q)
		r := &reader{places: map[string]place{}}
		if r.requests(q); len(r.problems) == 0 {
			t.Errorf("%s is accepted", name)
		}
	}
}
