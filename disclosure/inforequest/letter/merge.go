package letter

import (
	"slices"
	"strconv"
	"strings"

	"yangguang/internal/fault"
	"yangguang/internal/i18n"
)

// Values are what placeholders stand for, by their ids.
type Values map[string]string

// With adds values; those of o count where both have one.
func (v Values) With(o Values) Values {
	out := make(Values, len(v)+len(o))
	for k, x := range v {
		out[k] = x
	}
	for k, x := range o {
		out[k] = x
	}
	return out
}

// Sample stands for every value: its name in brackets, so that a reader sees
// where it will be.
func Sample() Values {
	v := Values{}
	for _, p := range Placeholders() {
		if !p.Own {
			v[p.ID] = "〔" + p.Title.Zh + "〕"
		}
	}
	return v
}

func (v Values) has(name string) bool { return strings.TrimSpace(v[name]) != "" }

// Merge makes the letter. It refuses when a value is missing, each named, so
// that no letter goes out with a hole. A value is never read as a template.
func (f *Form) Merge(w Way, v Values) (Letter, error) {
	own := "you_person"
	if w.Organisation {
		own = "you_organisation"
	}
	v = v.With(Values{"you": f.word(own)})
	must, _ := f.Needs(w)
	var wrong []fault.Field
	for _, n := range must {
		if !v.has(n) {
			wrong = append(wrong, fault.Field{Name: n, Key: "letter.no_value", Args: []any{placeholder(n).Title}})
		}
	}
	if len(wrong) > 0 {
		return Letter{}, fault.Fields(wrong...)
	}
	r := f.Kind.rule()
	l := Letter{Lang: f.Lang, Kind: f.Kind, Plain: r.Plain, Seal: !r.Plain}
	if !r.Plain {
		l.Issuer, l.Signer, l.Date, l.Number = trim(v["agency"]), trim(v["agency"]), trim(v["date"]), trim(v["letter_number"])
	}
	m := merging{form: f, letter: &l, values: v}
	for i := range f.lines {
		if t := &f.lines[i]; t.applies(w) && !slices.ContainsFunc(t.with, func(n string) bool { return !v.has(n) }) {
			m.line(t)
		}
	}
	return l, nil
}

func (f *Form) word(id string) string {
	t := book().Words[id]
	if f.Lang == i18n.EN {
		return t.En
	}
	return t.Zh
}

// trim makes a value one tidy line.
func trim(s string) string { return strings.Join(strings.Fields(s), " ") }

// merging is one letter being made.
type merging struct {
	form     *Form
	letter   *Letter
	values   Values
	headings int
	widths   []float64
	inTable  bool
	enclosed bool
}

// add appends blocks to the part being made.
func (m *merging) add(b Block) { *m.part() = append(*m.part(), b) }

func (m *merging) part() *[]Block {
	if m.enclosed {
		return &m.letter.Enclosed
	}
	return &m.letter.Body
}

func (m *merging) line(t *tmplLine) {
	table := m.inTable
	m.inTable = false
	l := m.letter
	switch text := m.fill(t.cells[0]); t.mark {
	case "#":
		l.Title = trim(text)
	case "@":
		l.Addressee = strings.TrimRight(trim(text), ":："+" ")
	case "##":
		m.headings++
		m.add(Block{Text: m.numbered(trim(text)), Heading: true})
	case "===":
		m.enclosed, m.headings = true, 0
		m.add(Block{Text: trim(text), Big: true})
	case "*":
		l.Attachments = append(l.Attachments, lines(text)...)
	case "~":
		if l.Note != "" {
			l.Note += m.form.word("note_join")
		}
		l.Note += trim(text)
	case "|=":
		m.widths = m.widths[:0]
		for _, c := range t.cells {
			x, _ := strconv.ParseFloat(m.fill(c), 64) // checked by Parse
			m.widths = append(m.widths, x)
		}
	case "|":
		m.row(t, table)
	default:
		for _, p := range lines(text) {
			m.add(Block{Text: p})
		}
	}
}

// row adds a row to the table begun before, or begins one.
func (m *merging) row(t *tmplLine, more bool) {
	var cells []string
	for _, c := range t.cells {
		cells = append(cells, strings.Join(lines(m.fill(c)), "\n"))
	}
	if !more {
		m.add(Block{Widths: slices.Clone(m.widths)})
	}
	bs := *m.part()
	b := &bs[len(bs)-1]
	b.Rows = append(b.Rows, cells)
	for len(b.Widths) < len(cells) {
		b.Widths = append(b.Widths, 1)
	}
	m.inTable = true
}

func (m *merging) fill(ps []piece) string {
	var b strings.Builder
	for _, p := range ps {
		if p.name != "" {
			b.WriteString(strings.TrimSpace(m.values[p.name]))
			continue
		}
		b.WriteString(p.text)
	}
	return b.String()
}

// numbered puts the number before a heading: 一、 or 1.
func (m *merging) numbered(text string) string {
	if m.form.Lang == i18n.EN {
		return itoa(m.headings) + ". " + text
	}
	ns := strings.Fields(m.form.word("numerals"))
	if m.headings > len(ns) {
		return text
	}
	return ns[m.headings-1] + m.form.word("numeral_end") + text
}

// lines are the lines of a text that say something.
func lines(s string) (out []string) {
	for l := range strings.SplitSeq(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s), "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}
