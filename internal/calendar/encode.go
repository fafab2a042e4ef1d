package calendar

import (
	"encoding/json"
	"fmt"
	"strings"

	"yangguang/internal/i18n"
)

// Encode writes an edition in the house's own format, one day a line, as it is
// stored and as an administrator may download, change and import it.
func (e Edition) Encode() []byte {
	var b strings.Builder
	names := e.names()
	fmt.Fprintf(&b, "{\n \"format\": %q,\n \"source\": %s,\n \"names\": {", Format, quote(e.Source))
	for i, n := range names {
		fmt.Fprintf(&b, "%s\n  \"n%d\": {\"zh\": %s, \"en\": %s}", comma(i), i+1, quote(n.Zh), quote(n.En))
	}
	notice := e.Notice
	if notice == "" {
		notice = notRecorded
	}
	fmt.Fprintf(&b, "\n },\n \"years\": [\n  {\"year\": %d, \"notice\": %s, \"url\": %s,\n   \"rest\": [", e.Year, quote(notice), quote(e.URL))
	for i, p := range e.Rest {
		fmt.Fprintf(&b, "%s\n    {\"from\": \"%s\", \"to\": \"%s\", \"name\": \"%s\"%s}", comma(i), p.From, p.To, key(names, p.Name), own(p.Notice))
	}
	b.WriteString("\n   ],\n   \"work\": [")
	for i, m := range e.Work {
		fmt.Fprintf(&b, "%s\n    {\"date\": \"%s\", \"name\": \"%s\"%s}", comma(i), m.Date, key(names, m.Name), own(m.Notice))
	}
	b.WriteString("\n   ],\n   \"hours\": [")
	for i, h := range e.Hours {
		fmt.Fprintf(&b, "%s\n    {\"from\": \"%s\", \"open\": [", comma(i), h.From)
		for j, s := range h.Open {
			fmt.Fprintf(&b, "%s\"%02d:%02d-%02d:%02d\"", comma(j), s.Open/60, s.Open%60, s.Close/60, s.Close%60)
		}
		b.WriteString("]}")
	}
	b.WriteString("\n   ]}\n ]\n}\n")
	return []byte(b.String())
}

// names lists the holidays an edition names, in order of appearance.
func (e Edition) names() (out []i18n.Text) {
	seen := map[i18n.Text]bool{}
	add := func(t i18n.Text) {
		if !seen[t] {
			seen[t] = true
			out = append(out, t)
		}
	}
	for _, p := range e.Rest {
		add(p.Name)
	}
	for _, m := range e.Work {
		add(m.Name)
	}
	return out
}

func key(names []i18n.Text, t i18n.Text) string {
	for i, n := range names {
		if n == t {
			return fmt.Sprintf("n%d", i+1)
		}
	}
	return ""
}

func own(notice string) string {
	if notice == "" {
		return ""
	}
	return `, "notice": ` + quote(notice)
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil { // a string always marshals
		panic(err)
	}
	return string(b)
}

func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}
