package agency

import (
	"strconv"

	"yangguang/internal/fault"
)

// Code is the statistical code of a division (统计用区划代码), always as its
// 12 digits: 350525 永春县 is 350525000000. The levels are cut at 2, 4, 6, 9 and
// 12 digits, so that everything inside a division is one range of numbers.
//
// Two kinds of division are not what their digits suggest. The "prefectures" 市辖区
// and 县 of the four municipalities, and 省直辖县级行政区划, only group counties
// and have no authority of their own. And 东莞, 中山, 儋州 are prefectures without counties:
// the parent of their townships is the prefecture.
type Code int64

// Nation is the whole country, above the provinces.
const Nation Code = 0

// Level is the tier of a division, counted from the nation down.
type Level int

// The tiers of the tree: 国家, 省级, 地级, 县级, 乡级, 村级.
const (
	LevelNation Level = iota
	LevelProvince
	LevelPrefecture
	LevelCounty
	LevelTownship
	LevelVillage
)

// Key is the locale key of the level's name.
func (l Level) Key() string { return "agency.level_" + strconv.Itoa(int(l)) }

// units holds, for each level, what one step of its digits is worth.
var units = [...]Code{1e12, 1e10, 1e8, 1e6, 1e3, 1}

// digits holds how many digits a code of each level needs.
var digits = [...]int{1, 2, 4, 6, 9, 12}

// ParseCode reads a code of 2, 4, 6, 9 or 12 digits, as people write it, or "0" for the nation.
// It does not ask whether such a division exists.
func ParseCode(s string) (Code, error) {
	if s == "0" {
		return Nation, nil
	}
	n, err := strconv.ParseUint(s, 10, 63)
	if err != nil || s[0] < '1' || s[0] > '9' {
		return 0, fault.Say(fault.Invalid, "agency.code_malformed")
	}
	for l := LevelProvince; l <= LevelVillage; l++ {
		if len(s) == digits[l] {
			return Code(n) * units[l], nil
		}
	}
	return 0, fault.Say(fault.Invalid, "agency.code_malformed")
}

// Valid tells whether c has at most 12 digits and begins with a province.
func (c Code) Valid() bool { return c == Nation || c >= 1e11 && c < 1e12 }

// Level is the tier the digits of c show.
func (c Code) Level() Level {
	l := LevelVillage
	for l > LevelNation && c%units[l-1] == 0 {
		l--
	}
	return l
}

// Short is c without the zeros of the levels below it, as in addresses of pages: 350525.
func (c Code) Short() string {
	if c == Nation {
		return "0"
	}
	return strconv.FormatInt(int64(c/units[c.Level()]), 10)
}

// String is c in 12 digits, as in letters and files.
func (c Code) String() string {
	if c == Nation {
		return "0"
	}
	return strconv.FormatInt(int64(c), 10)
}

// At cuts c at level l: the ancestor there, or c itself when it stands higher.
// The townships of 东莞, 中山 and 儋州, which have no county, give their prefecture.
func (c Code) At(l Level) Code { return c - c%units[l] }

// Parent is the division directly above c, the nation for a province and for itself.
func (c Code) Parent() Code {
	l := c.Level()
	if l == LevelNation {
		return Nation
	}
	return c.At(l - 1)
}

// Ancestors are the divisions above c, the nation first, without c.
func (c Code) Ancestors() []Code {
	var up []Code
	for l := LevelNation; l < c.Level(); l++ {
		if a := c.At(l); len(up) == 0 || a != up[len(up)-1] {
			up = append(up, a)
		}
	}
	return up
}

// Range is the lowest and the highest code inside c, both included.
// The nation's begins with itself.
func (c Code) Range() (lo, hi Code) { return c, c + units[c.Level()] - 1 }

// Contains tells whether d is c or lies inside it.
func (c Code) Contains(d Code) bool {
	lo, hi := c.Range()
	return lo <= d && d <= hi
}

// Province is the first two digits, 0 for the nation: the key by which rows are spread.
func (c Code) Province() int { return int(c / units[LevelProvince]) }

// Prefecture is the prefecture c is or lies in, 0 when c stands above.
func (c Code) Prefecture() Code { return c.ancestor(LevelPrefecture) }

// County is the county c is or lies in, 0 when c stands above or its prefecture has no counties.
func (c Code) County() Code { return c.ancestor(LevelCounty) }

func (c Code) ancestor(l Level) Code {
	if a := c.At(l); a.Level() == l {
		return a
	}
	return Nation
}
