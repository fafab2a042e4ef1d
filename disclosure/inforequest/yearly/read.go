package yearly

import (
	"bytes"
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/goccy/go-yaml"

	"yangguang/disclosure/importer"
	"yangguang/internal/fault"
)

// Reading is what was read of a published report.
type Reading struct {
	Figures  Figures
	Findings []Finding
}

// Finding is a cell or row that could not be read as the format has it.
type Finding struct {
	Table       int
	Row, Column string
	Kind        string // missing, unreadable, twice
	Text        string // what stands there
}

// readRules are the ways reports are written (read.yaml).
type readRules struct {
	Rows     map[string][]string `yaml:"rows"`
	Columns  map[string][]string `yaml:"columns"`
	Results  map[string][]string `yaml:"results"`
	Two      map[string][]string `yaml:"two"`
	Marks    map[string]string   `yaml:"marks"`
	Noughts  []string            `yaml:"noughts"`
	Units    []string            `yaml:"units"`
	Ordinals string              `yaml:"ordinals"`
}

//go:embed read.yaml
var readFile []byte

var reading = sync.OnceValue(func() (r readRules) {
	if err := yaml.UnmarshalWithOptions(readFile, &r, yaml.Strict()); err != nil {
		panic("yearly: read.yaml: " + err.Error()) // tested
	}
	return r
})

// Read takes the figures out of a published report: a page in HTML, or a
// workbook. Nothing in it is trusted to be of sane size or shape.
func (f Form) Read(b []byte) (*Reading, error) {
	if len(b) > MaxReport {
		return nil, fault.Fields(fault.Field{Name: "file", Key: "yearly.large_file", Args: []any{MaxReport >> 20}})
	}
	grids, err := gridsOf(b)
	if err != nil {
		return nil, err
	}
	r := &reader{form: f, out: &Reading{Figures: f.Empty()}, seen: map[string]bool{}}
	for _, g := range grids {
		r.three(g)
		r.two(g)
		r.four(g)
	}
	if !r.seen["3"] {
		return nil, fault.Fields(fault.Field{Name: "file", Key: "yearly.no_table"})
	}
	r.missing()
	return r.out, nil
}

func gridsOf(b []byte) ([]grid, error) {
	if bytes.HasPrefix(b, []byte("PK")) {
		return sheetGrids(b)
	}
	page, ok := importer.Decode(b)
	if !ok {
		return nil, fault.Fields(fault.Field{Name: "file", Key: "yearly.unreadable_file"})
	}
	return htmlGrids(page), nil
}

// reader reads tables until each of the three was found once.
type reader struct {
	form Form
	out  *Reading
	seen map[string]bool // "3", "3/granted", …
}

func (r *reader) find(table int, row, column, kind, text string) {
	r.out.Findings = append(r.out.Findings, Finding{table, row, column, kind, text})
}

// take reads a cell into its place.
func (r *reader) take(number int, t Table, row, column, text string) {
	n, err := parseShown(row, text)
	if err != nil {
		r.find(number, row, column, "unreadable", text)
		return
	}
	t.set(row, column, n)
}

// parseShown reads a number as published: nothing and a dash are nought.
func parseShown(row, text string) (int64, error) {
	s := plainDigits(text)
	for _, u := range reading().Units {
		s = strings.TrimSuffix(s, u)
	}
	if slices.Contains(reading().Noughts, s) {
		return 0, nil
	}
	if row == fees {
		return parseTenThousands(s)
	}
	if whole, part, ok := strings.Cut(s, "."); ok && strings.Trim(part, "0") == "" {
		s = whole
	}
	return parseCount(s)
}

// three reads table 3 where a grid holds it.
func (r *reader) three(g grid) {
	first := slices.IndexFunc(g, func(row []string) bool {
		return slices.ContainsFunc(row, func(s string) bool { return strings.Contains(han(s), reading().Marks["requests"]) })
	})
	if first < 0 {
		return
	}
	at := r.columnsOf(g, first)
	if at == nil {
		return
	}
	left := slices.Min(at)
	for _, line := range g[first:] {
		row := r.rowOf(line[:min(left, len(line))])
		if row == "" || left < len(line) && line[left] != "" && line[left] == line[left-1] && han(line[left]) != "" {
			continue // no row, or a title across the whole table
		}
		if r.seen["3/"+row] {
			r.find(3, row, "", "twice", "")
			continue
		}
		r.seen["3"], r.seen["3/"+row] = true, true
		for i, column := range r.out.Figures.Three.Columns {
			text := ""
			if at[i] < len(line) {
				text = line[at[i]]
			}
			r.take(3, r.out.Figures.Three, row, column, text)
		}
	}
}

// columnsOf finds where the columns of table 3 stand: by their heads, or else
// the last ones of the first row. nil when there are too few.
func (r *reader) columnsOf(g grid, first int) []int {
	columns := r.out.Figures.Three.Columns
	at := make([]int, len(columns))
	found := true
	for i, c := range columns {
		at[i] = -1
		for _, line := range g[:first] {
			for j, s := range line {
				if at[i] < 0 && !slices.Contains(at[:i], j) && slices.Contains(reading().Columns[c], han(s)) {
					at[i] = j
				}
			}
		}
		found = found && at[i] >= 0
	}
	if found {
		return at
	}
	wide := 0
	for _, line := range g[first:] {
		wide = max(wide, len(line))
	}
	if wide <= len(columns) {
		return nil
	}
	for i := range at {
		at[i] = wide - len(columns) + i
	}
	return at
}

// rowOf is the row of table 3 whose titles these are, "" for none. The
// innermost title decides; the longest phrase found in it wins.
func (r *reader) rowOf(titles []string) (row string) {
	title := ""
	for _, s := range titles {
		if h := han(s); h != "" {
			title = h
		}
	}
	bare := strings.TrimLeft(title, reading().Ordinals)
	best := 0
	for _, id := range r.out.Figures.Three.Rows {
		phrases := reading().Rows[id]
		if d := r.form.rules.Decision(id); d != nil {
			phrases = append([]string{han(d.Title.Zh)}, phrases...)
		}
		for _, p := range phrases {
			fits := strings.Contains(title, p)
			if slices.Contains(reading().Rows["closed_other"], p) { // too plain to be looked for within a title
				fits = bare == p
			}
			if fits && len(p) > best {
				row, best = id, len(p)
			}
		}
	}
	return row
}

// han leaves the Han characters of a text.
func han(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Han, r) {
			return r
		}
		return -1
	}, s)
}

// two reads table 2: its rows are known by their titles wherever they stand,
// the numbers follow.
func (r *reader) two(g grid) {
	for _, line := range g {
		for j, s := range line {
			cells := reading().Two[han(s)]
			if cells == nil || r.seen["2/"+cells[0]] || j+len(cells) >= len(line) {
				continue
			}
			numbers := line[j+1 : j+1+len(cells)]
			if slices.ContainsFunc(numbers, func(s string) bool {
				return han(s) != "" && !slices.Contains(reading().Noughts, han(s)) && !slices.Contains(reading().Units, han(s))
			}) {
				continue // a sentence, or a head
			}
			r.seen["2"] = true
			for i, id := range cells {
				r.seen["2/"+id] = true
				r.take(2, r.out.Figures.Two, id, count, numbers[i])
			}
			break
		}
	}
}

// four reads table 4: one row of numbers, each known by the heads above it.
func (r *reader) four(g grid) {
	head := slices.IndexFunc(g, func(row []string) bool {
		return slices.ContainsFunc(row, func(s string) bool { return han(s) == reading().Marks["results"] })
	})
	if head < 0 || head+1 >= len(g) || r.seen["4"] {
		return
	}
	line := g[head+1]
	for j := range g[head] {
		way, result := wayOf(g[:head], j), resultOf(g[head][j])
		if j > 0 && result == resultOf(g[head][j-1]) {
			continue // one head over two columns, as some programs write what is a hair wider
		}
		if way == "" || result == "" || r.seen["4/"+way+result] {
			continue
		}
		r.seen["4"], r.seen["4/"+way+result] = true, true
		text := ""
		if j < len(line) {
			text = line[j]
		}
		r.take(4, r.out.Figures.Four, way, result, text)
	}
}

func wayOf(heads grid, j int) string {
	var above strings.Builder
	for _, line := range heads {
		if j < len(line) {
			above.WriteString(han(line[j]))
		}
	}
	s, m := above.String(), reading().Marks
	switch {
	case strings.Contains(s, m["direct"]):
		return Ways[1]
	case strings.Contains(s, m["after"]):
		return Ways[2]
	case strings.Contains(s, m["review"]):
		return Ways[0]
	}
	return ""
}

func resultOf(s string) string {
	for id, words := range reading().Results {
		if slices.Contains(words, han(s)) {
			return id
		}
	}
	return ""
}

// missing names the rows of tables 2 and 3 the report leaves out, or fills with
// words, and tables that are not there at all.
func (r *reader) missing() {
	for _, row := range r.out.Figures.Three.Rows {
		if !r.seen["3/"+row] {
			r.find(3, row, "", "missing", "")
		}
	}
	for _, id := range Entered {
		if r.seen["2"] && !r.seen["2/"+id] {
			r.find(2, id, "", "missing", "")
		}
	}
	for _, t := range []string{"2", "4"} {
		if !r.seen[t] {
			r.find(int(t[0]-'0'), "", "", "missing", "")
		}
	}
}
