package dbtest

import "testing"

func TestAScanIsKnownByNameOrAlias(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		line, query string
		want        bool
	}{
		{"SCAN item", "select 1 from item", true},
		{"SCAN i", "select 1 from item i", true},
		{"SCAN i USING COVERING INDEX item_county", "select 1 from item as i", true},
		{"SEARCH i USING INDEX item_county (county=?)", "select 1 from item i", false},
		{"SCAN a", "select 1 from agency a join item i on i.agency = a.id", false},
		{"SCAN CONSTANT ROW", "select 1", false},
	} {
		if got := scanned(c.line, c.query, []string{"item"}); got != c.want {
			t.Errorf("%q in %q is a scan: %v", c.line, c.query, got)
		}
	}
}
