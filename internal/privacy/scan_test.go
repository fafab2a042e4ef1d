package privacy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// invented completes 17 invented digits to a resident number.
func invented(d17 string) string { return d17 + string(CheckDigit(d17)) }

// shown is what a finding is for the tests: never the value, only its offsets
// resolved by the test itself.
func shown(text string, fs []Finding) (out []string) {
	for _, f := range fs {
		out = append(out, fmt.Sprintf("%s %s %s", f.Kind, f.Class, text[f.Start:f.End]))
	}
	return out
}

func TestScanFinds(t *testing.T) {
	t.Parallel()
	id, idX := invented("11010119900307001"), "11010519491231002X"
	for _, c := range []struct{ name, text, want string }{
		{"a resident number", "身份证号" + id + "。", "resident never " + id},
		{"a resident number ending in X", idX, "resident never " + idX},
		{"a small x", "11010519491231002x", "resident never 11010519491231002x"},
		{"full-width digits", "１１０１０５１９４９１２３１００２Ｘ", "resident never １１０１０５１９４９１２３１００２Ｘ"},
		{"blanks between", "110105 19491231 002X", "resident never 110105 19491231 002X"},
		{"hyphens between", "110105-19491231-002X", "resident never 110105-19491231-002X"},
		{"digit by digit", "1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X", "resident never 1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X"},
		{"zero-width characters between", "110105\u200b194912\u200d31002X", "resident never 110105\u200b194912\u200d31002X"},
		{"ideographic spaces", "110105　19491231　002X", "resident never 110105　19491231　002X"},
		{"a line end between", "110105194912\n31002X", "resident never 110105194912\n31002X"},
		{"only the check digit starred", "11010519491231002*", "resident never 11010519491231002*"},
		{"inside a longer row of digits", "2" + id + "13800138000", "resident never " + id},
		{"mathematical digits", "𝟏𝟏𝟎𝟏𝟎𝟓𝟏𝟗𝟒𝟗𝟏𝟐𝟑𝟏𝟎𝟎𝟐X", "resident never 𝟏𝟏𝟎𝟏𝟎𝟓𝟏𝟗𝟒𝟗𝟏𝟐𝟑𝟏𝟎𝟎𝟐X"},
		{"a wrong check digit after its word", "身份证：110105194912310020", "resident never 110105194912310020"},
		{"a wrong check digit without a word", "110105194912310020", "resident releasable 110105194912310020"},
		{"an old number of 15 digits", "130503670401001", "resident never 130503670401001"},
		{"a mobile", "请拨13800000000。", "mobile releasable 13800000000"},
		{"a mobile in 3-4-4", "138 0000 0000", "mobile releasable 138 0000 0000"},
		{"a mobile with country code", "+86 138-0000-0000", "mobile releasable 86 138-0000-0000"},
		{"a mobile with joined country code", "8613800000000", "mobile releasable 8613800000000"},
		{"a full-width mobile", "１３８００００００００", "mobile releasable １３８００００００００"},
		{"a fixed line", "电话0519-88888888", "telephone releasable 0519-88888888"},
		{"a bracketed area code", "（010）6888 8888", "telephone releasable 010）6888 8888"},
		{"a fixed line in one", "传真：01088888888", "telephone releasable 01088888888"},
		{"a local number after its word", "联系电话：8888666", "telephone releasable 8888666"},
		{"a bank card", "6222020200112233440"[:18] + luhnEnd("622202020011223344"), "card never 622202020011223344" + luhnEnd("622202020011223344")},
		{"a bank card in fours", "6222 0202 0011 223" + luhnEnd("622202020011223"), "card never 6222 0202 0011 223" + luhnEnd("622202020011223")},
		{"an account after its word", "账号：12345678901234567890", "account releasable 12345678901234567890"},
		{"a passport", "护照号码：E12345678", "passport never E12345678"},
		{"a household book", "户口簿号 123456789", "household never 123456789"},
		{"a fixed line with the country's code", "+86-591-87654321", "telephone releasable 86-591-87654321"},
		{"a number of which only four are hidden", "35010119900307****", "resident releasable 35010119900307****"},
		{"a card over cells", "6222\x1f0202\x1f0011\x1f223" + luhnEnd("622202020011223"), "card releasable 6222\x1f0202\x1f0011\x1f223" + luhnEnd("622202020011223")},
		{"a home address without a digit", "家庭住址：甲县乙镇丙村三组，", "address releasable 甲县乙镇丙村三组"},
		{"a home address", "家庭住址：甲县乙镇丙村3组12号，", "address releasable 甲县乙镇丙村3组12号"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff([]string{c.want}, shown(c.text, Scan(c.text))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// luhnEnd is the last digit that makes a card number pass.
func luhnEnd(d string) string {
	for c := byte('0'); c <= '9'; c++ {
		if luhn(append([]byte(d), c)) {
			return string(c)
		}
	}
	return ""
}

func TestScanLeavesAlone(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing":                         "",
		"words":                           "关于公布本村2026年度低保名单的通知",
		"dates":                           "2026-11-23 10:00，2026年11月23日",
		"a wrong date":                    "110105194913310021",
		"a wrong province":                "990105194912310021",
		"a masked number":                 "35*************123",
		"a masked mobile":                 "138****1234",
		"a unified credit code":           "91110101MA01ABCD2X 12110000MB0123456Y 11341702486344515H",
		"an index number":                 "11341702486344515H/202110-00013 000014349/2017-00110",
		"amounts":                         "13800000000元、1,234,567,890.12",
		"short hot lines":                 "12345、12356、110、400-810-8888",
		"statistics in lines":             "110105\n19491231\n0021\n3344\n5566",
		"a home address down to its town": "家庭住址：甲县乙镇，现住：丙街道",
		"a law about homes":               "向居住地的乡镇人民政府、村民委员会",
		"a number masked in the middle":   "350101********0016",
		"an office address":               "地址：甲县人民路12号",
		"a local number without its word": "共8888666户",
		"a passport-like word":            "型号E12345678",
		"a 15-digit wrong date":           "130503671301001",
		"the emblem of a hash":            "a1b2c3d4e5f60718293a4b5c6d7e8f90",
	} {
		t.Run(name, func(t *testing.T) {
			if fs := Scan(text); len(fs) > 0 {
				t.Errorf("found %v", fs)
			}
		})
	}
}

func TestMaskFollowsTheConvention(t *testing.T) {
	t.Parallel()
	id := invented("35010119900307001")
	text := "张三，" + id + "，电话13812341234或0591-87654321，卡6222020200112233" + "，住址：甲县乙镇丙村3组。"
	want := "张*，35*************" + id[15:] + "，电话138****1234或0591-****4321，卡6222020200112233，住址：甲县乙镇****。"
	if diff := cmp.Diff(want, Mask(text, Scan(text))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestMaskSurvivesFindingsThatDoNotFit(t *testing.T) {
	t.Parallel()
	fs := []Finding{{Start: -1, End: 2}, {Start: 2, End: 1}, {Start: 3, End: 99}, {Start: 1, End: 4, Masked: "*"}, {Start: 2, End: 5, Masked: "+"}}
	if got := Mask("abcdef", fs); got != "a**f" {
		t.Errorf("got %q", got)
	}
}

func TestAFindingNeverPrintsItsValue(t *testing.T) {
	t.Parallel()
	id := invented("35010119900307001")
	f := Scan(id)[0]
	for _, s := range []string{f.String(), fmt.Sprint(f), fmt.Sprintf("%v %+v %#v %s", f, f, f, f), fmt.Sprintf("%q", []Finding{f})} {
		if strings.Contains(s, id[2:15]) {
			t.Errorf("%q shows the value", s)
		}
	}
}

func TestFindingsKnowTheirLine(t *testing.T) {
	t.Parallel()
	var lines []int
	for _, f := range Scan("一\n13800000000\n\n13800000001 13800000002") {
		lines = append(lines, f.Place.Line)
	}
	if diff := cmp.Diff([]int{2, 4, 4}, lines); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// FuzzScan: no crash, offsets within the text and in order, and nothing that
// may never be released is left when the findings are masked.
func FuzzScan(f *testing.F) {
	for _, s := range []string{"110105 19491231 002X", "１１０１０５１９４９１２３１００２Ｘ", "+86 138-0000-0000 (010)88888888",
		"6222 0202 0011 2233 440", "护照号码：E12345678 家庭住址：甲镇乙村3组12号", "110105194912\n31002X*123 4567"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fs := Scan(s)
		last := 0
		for _, x := range fs {
			if x.Start < 0 || x.Start >= x.End || x.End > len(s) || x.Start < last {
				t.Fatalf("%v at %d..%d of %d after %d", x, x.Start, x.End, len(s), last)
			}
			last = x.Start
		}
		masked := Mask(s, fs)
		for _, x := range Scan(masked) {
			if x.Class == Never && x.Kind == Resident {
				t.Errorf("left after masking: %v in %q from %q", x, masked, s)
			}
		}
	})
}

func TestANameBesideANumberIsNamed(t *testing.T) {
	t.Parallel()
	id := secretID
	for _, c := range []struct{ text, want string }{
		{"张三 " + id, "张三"},
		{"张三，男，汉族，身份证号码：" + id + "，住址", "张三"},
		{"姓名：王小二\t" + id, "王小二"},
		{"欧阳修文 " + id, "欧阳修文"},
		{id + " 赵六", "赵六"},
		{"村民王小二，男，身份证号码：" + id, "王小二"},
		{"本村村民" + id, ""},
		{"姓名 身份证号 " + id, ""},
		{"王五\n" + id, ""},
		{"王五 13800000000", ""},
	} {
		got := ""
		for _, f := range Scan(c.text) {
			if f.Kind == Name && f.Class == Never {
				got += c.text[f.Start:f.End]
			}
		}
		if got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}
