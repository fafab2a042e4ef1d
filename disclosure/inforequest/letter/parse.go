package letter

import (
	"slices"
	"strconv"
	"strings"

	"yangguang/internal/fault"
	"yangguang/internal/i18n"
)

// maxTemplate is the longest text an office may write.
const maxTemplate = 40_000

// Form is a template that has been read and found whole.
//
// One line is one paragraph. A line may begin with a mark: "# " the title,
// "@ " the addressee, "## " a heading, "* " an attachment, "~ " the note below
// the date, "|" a row of a table ("|=" the widths of its columns), "=== " the
// title of a second part on a page of its own. Before the mark may stand
// conditions in square brackets: [online], [review_first online], or
// [with provided] for what stands only where there is a value.
type Form struct {
	Kind  Kind
	Lang  i18n.Lang
	lines []tmplLine
}

// tmplLine is one line of a template.
type tmplLine struct {
	mark  string
	conds []string // all must hold
	with  []string // these values must be there
	cells [][]piece
	at    int
}

// piece is words, or a placeholder.
type piece struct {
	text string
	name string
}

// The marks, longest first.
var lineMarks = []string{"=== ", "## ", "# ", "@ ", "* ", "~ ", "|=", "|"}

// Parse reads a template for a kind and checks that nothing is unknown and
// nothing the law asks for is missing; each fault names its line.
func Parse(k Kind, l i18n.Lang, text string) (*Form, error) {
	r := k.rule()
	if r == nil {
		return nil, fault.Say(fault.NotFound, "letter.no_kind")
	}
	if len(text) > maxTemplate {
		return nil, fault.Say(fault.TooLarge, "letter.too_long", maxTemplate)
	}
	f := &Form{Kind: k, Lang: l}
	var wrong []fault.Field
	n := 0
	for line := range strings.Lines(text) {
		n++
		tl, ws := parseLine(strings.TrimSpace(line), n)
		wrong = append(wrong, ws...)
		if len(tl.cells) > 0 {
			f.lines = append(f.lines, tl)
		}
	}
	wrong = append(wrong, f.forbidden(r)...)
	wrong = append(wrong, f.missing(r)...)
	if len(wrong) > 0 {
		return nil, fault.Fields(wrong...)
	}
	return f, nil
}

func say(line int, key string, args ...any) fault.Field {
	return fault.Field{Name: "text", Key: "letter." + key, Args: append([]any{line}, args...)}
}

func parseLine(s string, at int) (t tmplLine, wrong []fault.Field) {
	t.at = at
	if s == "" {
		return t, nil
	}
	if rest, ok := strings.CutPrefix(s, "["); ok {
		cond, body, closed := strings.Cut(rest, "]")
		if !closed {
			return t, []fault.Field{say(at, "open_condition")}
		}
		wrong = t.conditions(cond)
		s = strings.TrimSpace(body)
	}
	for _, m := range lineMarks {
		if rest, ok := strings.CutPrefix(s, m); ok {
			t.mark, s = strings.TrimSpace(m), strings.TrimSpace(rest)
			break
		}
	}
	parts := []string{s}
	if strings.HasPrefix(t.mark, "|") {
		parts = strings.Split(strings.TrimSuffix(s, "|"), "|")
	}
	for _, p := range parts {
		ps, bad := pieces(strings.TrimSpace(p))
		for _, b := range bad {
			wrong = append(wrong, say(at, "unknown", b))
		}
		t.cells = append(t.cells, ps)
	}
	if t.mark == "|=" {
		for _, p := range parts {
			if x, err := strconv.ParseFloat(strings.TrimSpace(p), 64); err != nil || x <= 0 || x > 1000 {
				wrong = append(wrong, say(at, "widths"))
				break
			}
		}
	}
	return t, wrong
}

// conditions reads what stands in square brackets.
func (t *tmplLine) conditions(s string) (wrong []fault.Field) {
	fields := strings.Fields(s)
	for i := 0; i < len(fields); i++ {
		c := fields[i]
		if w := book().Words["with"]; c == w.Zh || c == w.En {
			if i++; i < len(fields) && placeholder(fields[i]) != nil {
				t.with = append(t.with, placeholder(fields[i]).ID)
				continue
			}
			return append(wrong, say(t.at, "unknown_with"))
		}
		id := conditionID(c)
		if id == "" {
			wrong = append(wrong, say(t.at, "unknown_condition", c))
			continue
		}
		t.conds = append(t.conds, id)
	}
	return wrong
}

// conditionID is the condition with this id or name, "" for none.
func conditionID(s string) string {
	if c := condition(s); c != nil {
		return c.ID
	}
	return ""
}

func condition(s string) *Condition {
	cs := book().Conditions
	i := slices.IndexFunc(cs, func(c Condition) bool { return s == c.ID || s == c.Title.Zh || s == c.Title.En })
	if i < 0 {
		return nil
	}
	return &cs[i]
}

// placeholder is the one with this id or name, or nil.
func placeholder(s string) *Placeholder {
	ps := book().Placeholders
	i := slices.IndexFunc(ps, func(p Placeholder) bool { return s == p.ID || s == p.Title.Zh })
	if i < 0 {
		return nil
	}
	return &ps[i]
}

// pieces cuts a line at its placeholders; bad are those nobody knows, and
// braces without an end.
func pieces(s string) (out []piece, bad []string) {
	for {
		before, rest, ok := strings.Cut(s, "{{")
		if strings.Contains(before, "}}") {
			bad = append(bad, "}}")
		}
		if before != "" {
			out = append(out, piece{text: before})
		}
		if !ok {
			return out, bad
		}
		name, after, closed := strings.Cut(rest, "}}")
		p := placeholder(strings.TrimSpace(name))
		switch {
		case !closed:
			return out, append(bad, "{{"+short(name))
		case p == nil:
			bad = append(bad, "{{"+short(name)+"}}")
		default:
			out = append(out, piece{name: p.ID})
		}
		s = after
	}
}

func short(s string) string {
	if r := []rune(s); len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return s
}

// applies answers whether a line stands in a letter of this way.
func (t *tmplLine) applies(w Way) bool {
	return !slices.ContainsFunc(t.conds, func(c string) bool { return !w.holds(c) })
}

func (t *tmplLine) names() (out []string) {
	for _, c := range t.cells {
		for _, p := range c {
			if p.name != "" {
				out = append(out, p.name)
			}
		}
	}
	return out
}

// Needs are the values a letter of this way cannot do without, and those it
// has room for, in the order of Placeholders.
func (f *Form) Needs(w Way) (must, may []string) {
	musts, mays := map[string]bool{}, map[string]bool{}
	for _, l := range f.lines {
		if !l.applies(w) {
			continue
		}
		for _, n := range l.names() {
			if slices.Contains(l.with, n) {
				mays[n] = true
			} else {
				musts[n] = true
			}
		}
		for _, n := range l.with {
			mays[n] = true
		}
	}
	if r := f.Kind.rule(); r != nil && !r.Plain { // the frame of every letter
		musts["agency"], musts["letter_number"], musts["date"] = true, true, true
	}
	for _, p := range book().Placeholders {
		switch {
		case p.Own:
		case musts[p.ID]:
			must = append(must, p.ID)
		case mays[p.ID]:
			may = append(may, p.ID)
		}
	}
	return must, may
}

// Needs are those of the house's own template of a kind.
func Needs(k Kind, w Way) (must, may []string) {
	f, err := Parse(k, i18n.ZH, Template(k, i18n.ZH))
	if err != nil {
		return nil, nil
	}
	return f.Needs(w)
}

// forbidden tells what must not be said to this reader.
func (f *Form) forbidden(r *kindRule) (wrong []fault.Field) {
	for _, l := range f.lines {
		for _, n := range append(l.names(), l.with...) {
			if slices.Contains(r.Forbids, n) {
				wrong = append(wrong, say(l.at, "forbidden", n, placeholder(n).Title))
			}
		}
	}
	return wrong
}

// missing tells what the law or the layout asks for and no line says.
func (f *Form) missing(r *kindRule) (wrong []fault.Field) {
	if n := f.count("#"); n != 1 {
		wrong = append(wrong, fault.Field{Name: "text", Key: "letter.one_title", Args: []any{n}})
	}
	if n := f.count("@"); n > 1 || n == 0 && !r.Plain {
		wrong = append(wrong, fault.Field{Name: "text", Key: "letter.one_addressee", Args: []any{n}})
	}
	told := map[string]bool{}
	for _, w := range ways(r) {
		seq := f.shown(w)
		for _, need := range r.required(w) {
			if !slices.Contains(seq, need) && !told[need] {
				told[need] = true
				wrong = append(wrong, fault.Field{Name: "text", Key: "letter.missing", Args: []any{w.words(), placeholder(need).Title, "{{" + need + "}}"}})
			}
		}
		first, then := slices.Index(seq, "review_body"), slices.Index(seq, "court")
		if r.Decision && w.holds("review_first") && first >= 0 && then >= 0 && then < first && !told["order"] {
			told["order"] = true
			wrong = append(wrong, fault.Field{Name: "text", Key: "letter.review_first"})
		}
	}
	return wrong
}

func (f *Form) count(mark string) (n int) {
	for _, l := range f.lines {
		if l.mark == mark {
			n++
		}
	}
	return n
}

// shown are the placeholders that always stand in a letter of this way, in
// order. Those of a line that depends on a value count when the value is theirs.
func (f *Form) shown(w Way) (out []string) {
	for _, l := range f.lines {
		if l.applies(w) {
			for _, n := range l.names() {
				if len(l.with) == 0 {
					out = append(out, n)
				}
			}
		}
	}
	return out
}

// ways are all a letter of the kind can take.
func ways(r *kindRule) (out []Way) {
	for _, c := range Channels() {
		if !r.Decision {
			out = append(out, Way{Channel: c, Remedy: "either"})
			continue
		}
		for _, remedy := range []string{"review_first", "either", "none"} {
			out = append(out, Way{Channel: c, Remedy: remedy}, Way{Channel: c, Remedy: remedy, Reassess: true})
		}
	}
	return out
}

// required are the placeholders that must stand in a letter of the way.
func (r *kindRule) required(w Way) []string {
	out := slices.Clone(r.Needs)
	if r.Decision {
		out = append(out, book().DecisionNeed...)
	}
	if (r.Decision || r.Third) && w.holds("remedy") {
		out = append(out, "review_days", "review_body", "court")
		if w.holds("either") {
			out = append(out, "lawsuit_months")
		}
		if w.holds("online") {
			out = append(out, "review_online")
		}
	}
	if r.Decision && w.Reassess {
		out = append(out, "reassess_on")
	}
	return out
}

// words names the way for a message: the conditions under which it holds.
func (w Way) words() i18n.Text {
	ids := []string{string(w.Channel)}
	if w.Remedy != "" {
		ids = append(ids, w.Remedy)
	}
	if w.Reassess {
		ids = append(ids, "reassess")
	}
	var zh, en []string
	for _, id := range ids {
		if c := condition(id); c != nil {
			zh, en = append(zh, c.Title.Zh), append(en, c.Title.En)
		}
	}
	return i18n.Text{Zh: strings.Join(zh, " "), En: strings.Join(en, " ")}
}

func itoa(n int) string { return strconv.Itoa(n) }
