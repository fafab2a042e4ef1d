package norm

import (
	"fmt"
	"io"
)

// Check validates a profile for the command "yangguang norm check FILE": it prints each problem as
// file:line:column: path: message, or one line saying what the profile holds, and reports whether it may be used.
func Check(name string, b []byte, w io.Writer) (ok bool) {
	p, problems := Parse(name, b)
	for _, x := range problems {
		_, _ = fmt.Fprintln(w, x)
	}
	if len(problems) > 0 {
		_, _ = fmt.Fprintf(w, "%s: %d problem(s); correct them and run the check again\n", name, len(problems))
		return false
	}
	n := 0
	for _, c := range p.Catalogues {
		n += len(c.Categories)
	}
	_, _ = fmt.Fprintf(w, "%s: valid: %s %s, %d clauses, %d catalogues with %d categories, %d forms, %d review rules\n",
		name, p.ID, p.Version, len(p.Clauses), len(p.Catalogues), n, len(p.Forms), len(p.Reviews))
	return true
}
