package privacy

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// ScanTable finds personal information in a table: each cell's text, numbers
// split across adjacent cells, and what a column's heading (身份证号, 姓名, 联系电话,
// 家庭住址) says about the cells below it. Start and End are offsets in the text
// of the cell at Place.Row, Place.Col (for a split number, of its first cell).
func ScanTable(rows [][]string) []Finding {
	var t table
	for i, r := range rows {
		t.row(i+1, r, nil)
	}
	return t.found
}

// table scans rows one after another, so that a large workbook is never held.
type table struct {
	place Place  // sheet or table number and part
	roles []role // by column
	cols  []int  // column of each cell of the current row; nil: 1, 2, 3 …
	found []Finding
	buf   strings.Builder
	ends  []int  // end offset of each cell in buf
	hit   []bool // cells of the current row in which a number was found
	more  int    // findings beyond maxFindings

	rep    *Report  // keeps the text of the rows; nil: nothing does
	hidden [][2]int // columns from and to which nobody sees
}

// maxFindings bounds what one document or table reports.
const maxFindings = 2000

// row scans the cells of row n; cells[i] stands in column cols[i], or in i+1
// when cols is nil. Sheets are sparse, so that a row may name few columns.
func (t *table) row(n int, cells []string, cols []int) {
	if t.rep != nil && t.rep.late() {
		return
	}
	t.cols = cols
	roles := t.rolesOf(cells)
	first := len(t.found)
	t.numbers(n, cells)
	t.columns(n, cells, roles)
	t.strict(first, roles)
	t.keep(cells, t.found[first:])
	if len(t.found) > maxFindings {
		t.more += len(t.found) - maxFindings
		t.found = t.found[:maxFindings]
	}
}

// numbers scans the row as one text whose cells are joined by a weak
// separator, so that a number cut over cells is found if its check digit fits.
func (t *table) numbers(n int, cells []string) {
	t.buf.Reset()
	t.ends = t.ends[:0]
	t.hit = slices.Grow(t.hit[:0], len(cells))[:len(cells)]
	clear(t.hit)
	digits := false
	for _, c := range cells {
		digits = digits || strings.ContainsAny(c, "0123456789０１２３４５６７８９𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")
		t.buf.WriteString(c)
		t.ends = append(t.ends, t.buf.Len())
		t.buf.WriteByte('\x1f')
	}
	if !digits {
		return
	}
	from, cell := 0, 0
	s := scanner{text: t.buf.String(), line: 1}
	if t.rep != nil {
		s.patience = t.rep.patience
	}
	s.scan()
	for _, f := range s.found {
		for t.ends[cell] <= f.Start {
			from, cell = t.ends[cell]+1, cell+1
		}
		last := cell
		for t.ends[last] < f.End {
			last++
		}
		for i := cell; i <= last; i++ {
			t.hit[i] = true
		}
		f.Place = t.at(n, t.col(cell))
		if last > cell {
			f.Place.ToCol = t.col(last)
			f.End = t.ends[cell]
		}
		f.Start, f.End = f.Start-from, f.End-from
		t.found = append(t.found, f)
	}
}

// col is the column of the i-th cell of the current row.
func (t *table) col(i int) int {
	if t.cols == nil {
		return i + 1
	}
	return t.cols[i]
}

func (t *table) at(row, col int) Place {
	p := t.place
	p.Row, p.Col, p.Line = row, col, 0
	return p
}

// rolesOf is each cell's role in this row: from its column's heading, or from
// the label on its left as forms have it (姓名 | 张三 | 联系电话 | …). A row of
// headings sets the columns' roles and has none itself.
func (t *table) rolesOf(cells []string) []role {
	own := make([]role, len(cells))
	labels, values, known := 0, 0, 0
	for i, c := range cells {
		if own[i] = roleOf(c); own[i] > noRole {
			labels++
			if own[i] > plainRole {
				known++
			}
		} else if strings.TrimSpace(c) != "" {
			values++
		}
	}
	if known == 0 {
		return t.below(own)
	}
	if values > 0 && t.form(cells, own) {
		out := make([]role, len(cells))
		for i := range cells {
			if i > 0 && own[i] == noRole && own[i-1] > plainRole {
				out[i] = own[i-1]
			}
		}
		return out
	}
	for i, r := range own {
		for r > noRole && len(t.roles) < t.col(i) {
			t.roles = append(t.roles, noRole)
		}
		if r > noRole {
			t.roles[t.col(i)-1] = r
		}
	}
	return make([]role, len(cells))
}

// below gives the cells of a row of values their columns' roles.
func (t *table) below(own []role) []role {
	for i := range own {
		own[i] = noRole
		if c := t.col(i) - 1; c < len(t.roles) && t.roles[c] > plainRole {
			own[i] = t.roles[c]
		}
	}
	return own
}

// form answers whether labels and values alternate in the row.
func (t *table) form(cells []string, own []role) bool {
	labelled, headed := 0, 0
	for i := range cells {
		if own[i] == noRole {
			continue
		}
		if i+1 < len(cells) && own[i+1] == noRole && strings.TrimSpace(cells[i+1]) != "" {
			labelled++
		} else {
			headed++
		}
	}
	return labelled > headed
}

// columns raises what the headings announce and the numbers alone did not show.
func (t *table) columns(n int, cells []string, roles []role) {
	for i, r := range roles {
		if r <= plainRole || i >= len(cells) {
			continue
		}
		c := cells[i]
		body := strings.TrimSpace(c)
		if body == "" || strings.ContainsAny(body, "*＊×") || t.hit[i] {
			continue
		}
		f := Finding{Start: strings.Index(c, body), Class: Releasable}
		f.End = f.Start + len(body)
		if !judgeCell(&f, r, body) {
			continue
		}
		f.Place = t.at(n, t.col(i))
		t.found = append(t.found, f)
	}
}

// judgeCell says what a cell under a heading is; false if it is nothing.
func judgeCell(f *Finding, r role, body string) bool {
	digits, chars := countDigits(body), utf8.RuneCountInString(body)
	switch r {
	case idRole:
		f.Kind, f.Class, f.Masked = Resident, Never, maskAny(body, 2, 3)
		return chars <= 24 && digits >= 14 || chars <= 12 && digits >= 7
	case nameRole:
		f.Kind, f.Masked = Name, maskName(body)
		return nameLike(body)
	case phoneRole:
		f.Kind, f.Masked = Telephone, maskAny(body, 0, 4)
		return digits >= 7 && chars <= 40
	case addressRole:
		f.Kind, f.Masked = Address, maskAddress(body)
		return chars >= 3 && f.Masked != body && !strings.HasSuffix(body, "镇") && !strings.HasSuffix(body, "乡") && !strings.HasSuffix(body, "街道")
	case cardRole:
		f.Kind, f.Masked = Account, maskAny(body, 4, 4)
		return digits >= 10 && chars <= 40
	case passportRole:
		f.Kind, f.Class, f.Masked = Passport, Never, maskAny(body, 1, 3)
		return digits >= 6 && chars <= 20
	case householdRole:
		f.Kind, f.Class, f.Masked = Household, Never, maskAny(body, 2, 2)
		return digits >= 6 && chars <= 20
	case sensitiveRole:
		f.Kind, f.Masked = Sensitive, "****"
		return chars <= 60
	}
	return false
}

// strict makes a row about one identified person never releasable: beside a
// resident number every name, telephone, address and account is that person's;
// beside a name, so are health and family data, which alone tell of nobody.
func (t *table) strict(first int, roles []role) {
	row := t.found[first:]
	var identified, named, private bool
	for i := range row {
		f := &row[i]
		if t.roleAt(f.Place.Col, roles) == idRole {
			f.Kind, f.Class = Resident, Never // the heading says what the digits left open
		}
		identified = identified || f.Class == Never && f.Kind != Sensitive
		named = named || f.Kind == Name
		private = private || f.Kind == Sensitive || f.Kind == Account
	}
	kept := row[:0]
	for _, f := range row {
		switch {
		case identified, named && private && (f.Kind == Name || f.Kind == Sensitive || f.Kind == Account):
			f.Class = Never
		case f.Kind == Sensitive:
			continue
		}
		kept = append(kept, f)
	}
	t.found = t.found[:first+len(kept)]
	slices.SortStableFunc(kept, func(a, b Finding) int { return cmp.Compare(a.Place.Col, b.Place.Col) })
}

// roleAt is the role of the current row's cell in a column.
func (t *table) roleAt(col int, roles []role) role {
	i, ok := col-1, col <= len(roles)
	if t.cols != nil {
		i, ok = slices.BinarySearch(t.cols, col)
	}
	if !ok {
		return noRole
	}
	return roles[i]
}

func countDigits(s string) int {
	n := 0
	for i := 0; i < len(s); {
		if _, size := digitAt(s, i); size > 0 {
			n++
			i += size
		} else {
			i++
		}
	}
	return n
}

// maskAny keeps the first and last characters of a value.
func maskAny(s string, head, tail int) string {
	r := []rune(s)
	if len(r) <= head+tail {
		return "****"
	}
	return string(r[:head]) + strings.Repeat("*", len(r)-head-tail) + string(r[len(r)-tail:])
}

// MaskTable is a copy of the rows with the findings of ScanTable masked; of a
// number split over cells the first cell shows the mask, the others stars.
func MaskTable(rows [][]string, findings []Finding) [][]string {
	out := make([][]string, len(rows))
	for i, r := range rows {
		out[i] = slices.Clone(r)
	}
	byCell := map[[2]int][]Finding{}
	for _, f := range findings {
		at := [2]int{f.Place.Row - 1, f.Place.Col - 1}
		byCell[at] = append(byCell[at], f)
	}
	for at, fs := range byCell {
		if at[0] < 0 || at[0] >= len(out) || at[1] < 0 || at[1] >= len(out[at[0]]) {
			continue
		}
		row := out[at[0]]
		row[at[1]] = Mask(row[at[1]], fs)
		for _, f := range fs {
			for c := f.Place.Col; c < min(f.Place.ToCol, len(row)); c++ {
				row[c] = "****"
			}
		}
	}
	return out
}
