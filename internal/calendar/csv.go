package calendar

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
)

// csv reads "date,kind,name" lines, with or without that heading.
func (p *parser) csv(b []byte) []Edition {
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord = 3
	r.TrimLeadingSpace = true
	var entries []entry
	for first := true; ; first = false {
		rec, err := r.Read()
		var bad *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return p.csvYear(entries)
		case errors.As(err, &bad):
			p.fail(bad.Line, "bad_csv")
			return nil
		}
		line, _ := r.FieldPos(0)
		if first && rec[0] == "date" {
			continue
		}
		d := p.date(line, rec[0])
		e := entry{line: line, rest: rec[1] == "rest", from: d, to: d, name: p.name(line, rec[2])}
		if rec[1] != "rest" && rec[1] != "work" {
			p.fail(line, "bad_kind", rec[1])
		}
		if !d.IsZero() {
			entries = append(entries, e)
		}
	}
}

// csvYear takes the latest year named: days of the December before it belong to
// the same notice.
func (p *parser) csvYear(entries []entry) []Edition {
	if len(entries) == 0 {
		p.fail(1, "empty")
		return nil
	}
	last := slices.MaxFunc(entries, func(a, b entry) int { return a.from.Compare(b.from) })
	e := Edition{Division: p.division, Year: last.from.Year()}
	p.fill(&e, 1, entries)
	return []Edition{e}
}
