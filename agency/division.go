package agency

import (
	"strings"
	"unicode/utf8"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Division is one node of the tree from the nation to the villages.
type Division struct {
	Code      Code
	Parent    Code // Nation for a province and for the nation itself
	Level     Level
	Name      string     // Chinese, in every language
	ValidFrom clock.Date // zero: since before the first edition
	ValidTo   clock.Date // first day it no longer existed; zero: exists
}

// MaxPage is the most rows any list of this room gives at once.
const MaxPage = 500

// page keeps a caller's limit within 1 and MaxPage.
func page(limit int) int { return min(max(limit, 1), MaxPage) }

// groupings are the rows at prefecture level that have no authority of their own.
var groupings = map[string]bool{"市辖区": true, "县": true, "省直辖县级行政区划": true, "自治区直辖县级行政区划": true}

// Grouping tells whether d only groups counties for statistics, as 市辖区 in Beijing does.
func (d Division) Grouping() bool { return d.Level == LevelPrefecture && groupings[d.Name] }

// FullName joins names from the province down, as on an envelope: 福建省泉州市永春县.
// above is what Ancestors gives for d.
func FullName(above []Division, d Division) string {
	var b strings.Builder
	for _, a := range above {
		if a.Level != LevelNation && !a.Grouping() {
			b.WriteString(a.Name)
		}
	}
	b.WriteString(d.Name)
	return b.String()
}

// FindDivision is the division with the code, also one that has ceased.
func FindDivision(tx *db.Tx, code Code) (Division, error) { return findDivision(tx, code) }

// Children lists the present divisions directly below code in the order of codes, beginning after the given
// one; pass Nation for the first page and the last code of a page for the next.
func Children(tx *db.Tx, code, after Code, limit int) ([]Division, error) {
	return childDivisions(tx, code, after, today(tx), page(limit))
}

// Ancestors are the divisions above code, the nation first, without the division itself.
func Ancestors(tx *db.Tx, code Code) ([]Division, error) {
	up := code.Ancestors()
	if len(up) == 0 {
		return nil, nil
	}
	return divisionsByCode(tx, up)
}

// SearchDivisions finds present divisions inside within whose name begins with prefix, the higher levels first. A single
// character finds villages only within a county: in the country it would mean reading tens of thousands.
func SearchDivisions(tx *db.Tx, within Code, prefix string, limit int) ([]Division, error) {
	prefix = strings.TrimSpace(prefix)
	if prefix == "" {
		return nil, nil
	}
	if utf8.RuneCountInString(prefix) > maxName {
		return nil, fault.Say(fault.Invalid, "agency.search_too_long", maxName)
	}
	return searchDivisions(tx, within, prefix, today(tx), page(limit))
}

func today(tx *db.Tx) clock.Date { return clock.DateOf(tx.Now) }

// nameKey packs the first two characters of a name into one number.
func nameKey(name string) int64 {
	lo, _ := nameKeys(name)
	return lo
}

// nameKeys is the range of keys that names beginning with prefix can have.
func nameKeys(prefix string) (lo, hi int64) {
	const width = 21 // a Unicode character needs 21 bits
	first, n := utf8.DecodeRuneInString(prefix)
	lo = int64(first) << width
	if n == len(prefix) {
		return lo, lo + 1<<width - 1
	}
	second, _ := utf8.DecodeRuneInString(prefix[n:])
	return lo + int64(second), lo + int64(second)
}
