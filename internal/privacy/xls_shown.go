package privacy

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// xlsShown gathers of one sheet what is shown of it, for a copy.
type xlsShown struct {
	rows       []xlsRow
	darkRows   map[int]bool
	litRows    map[int]bool // rows told of that are shown
	darkCols   [][2]int
	darkByRule bool // rows nothing is told of are hidden
}

type xlsRow struct {
	row   int
	cells []string
	cols  []int
}

// rowInfo notes a ROW record; a row without height is not seen.
func (x *xlsShown) rowInfo(d []byte) {
	if x == nil || len(d) < 16 {
		return
	}
	n := int(le.Uint16(d)) + 1
	if d[12]&0x20 != 0 || le.Uint16(d[6:])&0x7FFF == 0 {
		x.darkRows[n] = true
	} else {
		x.litRows[n] = true
	}
}

func (x *xlsShown) colInfo(d []byte) {
	if x != nil && len(d) >= 10 && (d[8]&1 != 0 || le.Uint16(d[4:]) == 0) {
		x.darkCols = append(x.darkCols, [2]int{int(le.Uint16(d)) + 1, int(le.Uint16(d[2:])) + 1})
	}
}

func (x *xlsShown) flush(row int, cells []string, cols []int) {
	if x != nil {
		x.rows = append(x.rows, xlsRow{row, slices.Clone(cells), slices.Clone(cols)})
	}
}

// xlsColumns is the width of a sheet of Excel 97.
const xlsColumns = 256

// places are the columns of the copy by those of the sheet; 0 where hidden.
func (x *xlsShown) places() (at [xlsColumns + 1]int) {
	var dark [xlsColumns + 1]bool
	for _, r := range x.darkCols {
		for c := r[0]; c <= min(r[1], xlsColumns); c++ {
			dark[c] = true
		}
	}
	n := 0
	for c := 1; c <= xlsColumns; c++ {
		if !dark[c] {
			n++
			at[c] = n
		}
	}
	return at
}

// cellCost is what one cell of a copy takes of the budget: a hostile file puts
// a single cell far out in each of a million rows.
const cellCost = 64

// table is the sheet without what is hidden; empty rows keep their place.
func (x *xlsShown) table(budget *int64) ([][]string, error) {
	out := [][]string{}
	places := x.places()
	at := 0
	for _, r := range x.rows {
		if x.darkRows[r.row] || x.darkByRule && !x.litRows[r.row] {
			continue
		}
		for at++; at < r.row; at++ {
			if !x.darkRows[at] && (!x.darkByRule || x.litRows[at]) {
				out = append(out, nil)
			}
		}
		at = max(at, r.row)
		line := x.line(r, &places)
		if *budget -= int64(len(line)+1) * cellCost; *budget < 0 {
			return nil, errBomb
		}
		out = append(out, line)
	}
	return out, nil
}

func (x *xlsShown) line(r xlsRow, places *[xlsColumns + 1]int) []string {
	var line []string
	for i, col := range r.cols {
		if col > xlsColumns || places[col] == 0 {
			continue
		}
		for len(line) < places[col]-1 {
			line = append(line, "")
		}
		line = append(line, r.cells[i])
	}
	return line
}

// xlsStyles are the formats numbers are shown with: by cell style the format's
// number, and the formats a workbook brings itself.
type xlsStyles struct {
	of   []int
	own  map[int]string
	from time.Time // day 0
}

func (s *xlsStyles) record(r record) {
	switch r.kind {
	case biffXF:
		n := 0
		if len(r.data) >= 4 {
			n = int(le.Uint16(r.data[2:]))
		}
		s.of = append(s.of, n)
	case biffFormat:
		if len(r.data) > 4 {
			if s.own == nil {
				s.own = map[int]string{}
			}
			s.own[int(le.Uint16(r.data))] = r.from(2).long()
		}
	case biffDateMode:
		if len(r.data) >= 2 && le.Uint16(r.data) == 1 {
			s.from = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
		}
	}
}

// builtinFormats are those every workbook knows by number, as far as a number
// would be read as something else without them.
var builtinFormats = map[int]string{9: "0%", 10: "0.00%", 14: "y-m-d", 15: "y-m-d", 16: "y-m-d", 17: "y-m", 18: "h:m", 19: "h:m", 20: "h:m", 21: "h:m", 22: "y-m-d h:m",
	27: "y年m月", 28: "y年m月d日", 29: "y年m月d日", 30: "y-m-d", 31: "y年m月d日", 32: "h:m", 33: "h:m", 34: "h:m", 35: "h:m", 36: "y年m月", 45: "h:m", 46: "h:m", 47: "h:m",
	50: "y年m月", 51: "y年m月d日", 52: "y年m月", 53: "y年m月d日", 54: "y年m月d日", 55: "h:m", 56: "h:m", 57: "y年m月", 58: "y年m月d日"}

var (
	formatSaid = regexp.MustCompile(`"[^"]*"|\\.|_.|\*.|\[[^\]]*\]`) // what a format spells out, and its colours
	onlyZeros  = regexp.MustCompile(`^0{2,}$`)
)

// shown is a cell's number as a reader sees it: a date, a share, a number with
// its leading zeros. All else stays the plain number.
func (s *xlsStyles) shown(v string, style int) string {
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || style >= len(s.of) {
		return v
	}
	format, own := s.own[s.of[style]]
	if !own {
		format = builtinFormats[s.of[style]]
	}
	format, _, _ = strings.Cut(format, ";")
	bare := strings.ToLower(formatSaid.ReplaceAllString(format, ""))
	switch {
	case onlyZeros.MatchString(bare) && f >= 0 && f == math.Trunc(f):
		return strings.Repeat("0", max(0, len(bare)-len(v))) + v
	case strings.HasSuffix(bare, "%"):
		_, places, _ := strings.Cut(strings.TrimSuffix(bare, "%"), ".")
		return strconv.FormatFloat(f*100, 'f', strings.Count(places, "0"), 64) + "%"
	case strings.ContainsAny(bare, "ydhs") && f >= 0 && f < 2958466: // the year 9999
		return s.date(f, bare, strings.Contains(format, "年"))
	}
	return v
}

func (s *xlsStyles) date(f float64, bare string, chinese bool) string {
	from := s.from
	if from.IsZero() {
		from = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
		if f >= 1 && f < 60 { // Excel believes in a 29 February 1900
			f++
		}
	}
	days := math.Floor(f)
	at := from.AddDate(0, 0, int(days)).Add(time.Duration(math.Round((f-days)*86400)) * time.Second)
	layout := ""
	switch day, year := strings.Contains(bare, "d"), strings.Contains(bare, "y"); {
	case chinese && day:
		layout = "2006年1月2日"
	case chinese && year:
		layout = "2006年1月"
	case day:
		layout = "2006-01-02"
	case year:
		layout = "2006-01"
	}
	if strings.ContainsAny(bare, "hs") {
		layout = strings.TrimSpace(layout + " 15:04")
	}
	return at.Format(layout)
}

// xlsErrors are the errors a formula may come to.
var xlsErrors = map[byte]string{0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}

// xlsWord is how a truth or an error is shown.
func xlsWord(v byte, wrong bool) string {
	switch {
	case wrong:
		return xlsErrors[v]
	case v == 0:
		return "FALSE"
	}
	return "TRUE"
}
