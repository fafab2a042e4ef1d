package calendar

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yangguang/internal/clock"
	"yangguang/internal/i18n"
)

// Format is the first entry of the house's own calendar file.
const Format = "yangguang-calendar-1"

// knownNames are the nation's holidays, so that a file may name them by key or
// in either language and need not translate them.
var knownNames = map[string]i18n.Text{
	"new_year":    {Zh: "元旦", En: "New Year's Day"},
	"spring":      {Zh: "春节", En: "Spring Festival"},
	"qingming":    {Zh: "清明节", En: "Tomb-Sweeping Day"},
	"labour":      {Zh: "劳动节", En: "Labour Day"},
	"dragon_boat": {Zh: "端午节", En: "Dragon Boat Festival"},
	"mid_autumn":  {Zh: "中秋节", En: "Mid-Autumn Festival"},
	"national":    {Zh: "国庆节", En: "National Day"},
}

// Problem is one thing wrong with a calendar file.
type Problem struct {
	Line int
	Key  string // locale key
	Args []any
}

// String is for logs and tests.
func (p Problem) String() string { return fmt.Sprintf("line %d: %s %v", p.Line, p.Key, p.Args) }

// maxProblems ends the list of a hopeless file.
const maxProblems = 20

// parser gathers what a file says and what is wrong with it.
type parser struct {
	division int64
	problems []Problem
	names    map[string]i18n.Text
}

// entry is one line of a file: rest from-to, or a worked day.
type entry struct {
	line     int
	rest     bool
	from, to clock.Date
	name     i18n.Text
	notice   string
}

func (p *parser) fail(line int, key string, args ...any) {
	if len(p.problems) < maxProblems {
		p.problems = append(p.problems, Problem{line, "calendar." + key, args})
	}
}

// Parse reads a calendar file of a division: JSON of our own format, or CSV
// "date,kind,name" with kind rest or work, one year to a file. It returns
// editions without a version, or what is wrong with the file.
func Parse(name string, b []byte, division int64) ([]Edition, []Problem) {
	p := &parser{division: division, names: map[string]i18n.Text{}}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	for k, t := range knownNames {
		p.names[k], p.names[t.Zh], p.names[strings.TrimSuffix(t.Zh, "节")], p.names[t.En] = t, t, t, t
	}
	var es []Edition
	switch {
	case !utf8.Valid(b):
		p.fail(1, "not_utf8")
	case strings.EqualFold(path.Ext(name), ".csv"):
		es = p.csv(b)
	case strings.EqualFold(path.Ext(name), ".json"):
		es = p.json(b)
	default:
		p.fail(1, "unknown_type")
	}
	if len(p.problems) > 0 {
		return nil, p.problems
	}
	return es, nil
}

func (p *parser) json(b []byte) []Edition {
	doc, line, err := readJSON(b)
	if err != nil {
		p.fail(line, "bad_json")
		return nil
	}
	fields := p.object(doc, "format", "source", "names", "years")
	if f := fields["format"]; f.text != Format {
		p.fail(max(f.line, 1), "bad_format", Format)
		return nil
	}
	if names, ok := fields["names"]; ok {
		for i, k := range names.keys {
			t := p.object(names.values[i], "zh", "en")
			p.names[k] = i18n.Text{Zh: p.string(t["zh"], 60), En: p.string(t["en"], 120)}
			if p.names[k].Zh == "" {
				p.fail(names.values[i].line, "no_name")
			}
		}
	}
	var es []Edition
	for _, y := range p.list(fields["years"]) {
		e := p.year(y)
		e.Source = p.string(fields["source"], 300)
		if slices.ContainsFunc(es, func(o Edition) bool { return o.Year == e.Year }) {
			p.fail(y.line, "year_twice", strconv.Itoa(e.Year))
		}
		es = append(es, e)
	}
	if len(es) == 0 {
		p.fail(1, "empty")
	}
	return es
}

func (p *parser) year(v value) Edition {
	f := p.object(v, "year", "notice", "url", "rest", "work", "hours")
	e := Edition{Division: p.division, Notice: p.string(f["notice"], 100), URL: p.string(f["url"], 300)}
	if e.Notice == notRecorded {
		e.Notice = ""
	}
	if n, err := strconv.Atoi(f["year"].text); err == nil && n >= 2000 && n < lastYear {
		e.Year = n
	} else {
		p.fail(v.line, "bad_year")
		return e
	}
	var entries []entry
	for _, r := range p.list(f["rest"]) {
		d := p.object(r, "from", "to", "name", "notice")
		entries = append(entries, entry{r.line, true, p.date(r.line, d["from"].text), p.date(r.line, d["to"].text),
			p.name(r.line, d["name"].text), p.string(d["notice"], 100)})
	}
	for _, w := range p.list(f["work"]) {
		d := p.object(w, "date", "name", "notice")
		day := p.date(w.line, d["date"].text)
		entries = append(entries, entry{w.line, false, day, day, p.name(w.line, d["name"].text), p.string(d["notice"], 100)})
	}
	p.fill(&e, v.line, entries)
	for _, h := range p.list(f["hours"]) {
		e.Hours = append(e.Hours, p.hours(e.Year, h))
	}
	return e
}

// fill checks the entries of a year and puts them into the edition.
func (p *parser) fill(e *Edition, line int, entries []entry) {
	first, last := clock.NewDate(e.Year-1, time.December, 1), clock.NewDate(e.Year, time.December, 31)
	seen := map[clock.Date]int{}
	for _, x := range entries {
		switch {
		case x.from.IsZero() || x.to.IsZero():
			continue // refused already
		case x.to.Before(x.from):
			p.fail(x.line, "to_before_from")
			continue
		case x.from.Before(first) || x.to.After(last):
			p.fail(x.line, "outside_year", strconv.Itoa(e.Year))
			continue
		case !x.rest && isWeekday(x.from.Sub(epoch)):
			p.fail(x.line, "not_weekend", x.from.String())
			continue
		}
		for d := x.from; !d.After(x.to); d = d.AddDays(1) {
			if other, twice := seen[d]; twice {
				p.fail(x.line, "day_twice", d.String(), other)
				break
			}
			seen[d] = x.line
		}
		if x.rest {
			e.Rest = append(e.Rest, Period{x.from, x.to, x.name, x.notice})
		} else {
			e.Work = append(e.Work, Moved{x.from, x.name, x.notice})
		}
	}
	slices.SortFunc(e.Rest, func(a, b Period) int { return a.From.Compare(b.From) })
	slices.SortFunc(e.Work, func(a, b Moved) int { return a.Date.Compare(b.Date) })
	p.complete(*e, line)
}

// complete refuses a national file that leaves out a fixed-date holiday: it is
// half a notice, and every deadline would silently move.
func (p *parser) complete(e Edition, line int) {
	if e.Division != 0 || len(p.problems) > 0 {
		return
	}
	for _, f := range fixed {
		d := clock.NewDate(e.Year, f.month, f.day)
		if !slices.ContainsFunc(e.Rest, func(r Period) bool { return !d.Before(r.From) && !d.After(r.To) }) {
			p.fail(line, "fixed_missing", d.String(), knownNames[f.name])
		}
	}
}

// object is the fields of an object; an unknown or repeated one is refused.
func (p *parser) object(v value, allowed ...string) map[string]value {
	m := map[string]value{}
	if v.what != '{' {
		p.fail(max(v.line, 1), "bad_shape")
		return m
	}
	for i, k := range v.keys {
		if _, twice := m[k]; twice || !slices.Contains(allowed, k) {
			p.fail(v.values[i].line, "bad_field", k)
		}
		m[k] = v.values[i]
	}
	return m
}

func (p *parser) list(v value) []value {
	if v.line != 0 && v.what != '[' {
		p.fail(v.line, "bad_shape")
	}
	return v.values
}

func (p *parser) string(v value, longest int) string {
	if v.line != 0 && v.what != 's' {
		p.fail(v.line, "bad_shape")
	}
	if utf8.RuneCountInString(v.text) > longest {
		p.fail(v.line, "too_long", longest)
	}
	return v.text
}

func (p *parser) date(line int, s string) clock.Date {
	d, err := clock.ParseDate(s)
	if err != nil {
		p.fail(line, "bad_date", clip(s))
	}
	return d
}

func (p *parser) name(line int, s string) i18n.Text {
	s = strings.TrimSpace(s)
	if t, ok := p.names[s]; ok {
		return t
	}
	if s == "" {
		p.fail(line, "no_name")
	}
	if utf8.RuneCountInString(s) > 60 {
		p.fail(line, "too_long", 60)
	}
	return i18n.Text{Zh: s}
}

func clip(s string) string {
	if r := []rune(s); len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return s
}
