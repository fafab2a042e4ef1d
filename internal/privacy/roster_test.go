package privacy

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// resident invents one resident's number from the random source.
func resident(r *rand.Rand) string {
	p := []int{11, 13, 32, 34, 35, 37, 42, 44, 51, 62}[r.IntN(10)]
	return invented(fmt.Sprintf("%02d%02d%02d%04d%02d%02d%03d", p, 1+r.IntN(20), 1+r.IntN(30), 1930+r.IntN(95), 1+r.IntN(12), 1+r.IntN(28), r.IntN(1000)))
}

// writings are the ways people write a number of 18 characters in lists.
var writings = map[string]func(r *rand.Rand, id string) []string{
	"plain":      func(_ *rand.Rand, id string) []string { return []string{id} },
	"full width": func(_ *rand.Rand, id string) []string { return []string{fullWidth(id)} },
	"blanks":     func(_ *rand.Rand, id string) []string { return []string{id[:6] + " " + id[6:14] + " " + id[14:]} },
	"hyphens":    func(_ *rand.Rand, id string) []string { return []string{id[:6] + "-" + id[6:14] + "-" + id[14:]} },
	"zero width": func(r *rand.Rand, id string) []string {
		i := 1 + r.IntN(16)
		return []string{id[:i] + "\u200b" + id[i:]}
	},
	"apostrophe":   func(_ *rand.Rand, id string) []string { return []string{"'" + id} },
	"two cells":    func(r *rand.Rand, id string) []string { i := 1 + r.IntN(16); return []string{id[:i], id[i:]} },
	"three cells":  func(_ *rand.Rand, id string) []string { return []string{id[:6], id[6:14], id[14:]} },
	"18 cells":     func(_ *rand.Rand, id string) []string { return strings.Split(id, "") },
	"small x":      func(_ *rand.Rand, id string) []string { return []string{strings.ToLower(id)} },
	"wrong check":  func(_ *rand.Rand, id string) []string { return []string{id[:17] + string('0'+(id[16]-'0'+1)%10)} },
	"one too few":  func(_ *rand.Rand, id string) []string { return []string{id[:17]} },
	"rounded":      func(_ *rand.Rand, id string) []string { return []string{id[:15] + "000"} },
	"with a label": func(_ *rand.Rand, id string) []string { return []string{"身份证：" + id} },
}

func fullWidth(s string) string {
	return strings.Map(func(r rune) rune { return r + 0xFEE0 }, s)
}

func TestEveryWayOfWritingARosterIsStopped(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(20261123, 2))
	surnames, given := []rune("赵钱孙李周吴郑王"), []rune("建国秀英志强桂兰明华")
	for name, write := range writings {
		t.Run(name, func(t *testing.T) {
			rows := [][]string{{"序号", "姓名", "身份证号码", "", "", "补助金额"}}
			for i := range 500 {
				who := string(surnames[r.IntN(8)]) + string(given[r.IntN(10)]) + string(given[r.IntN(10)])
				rows = append(rows, append(append([]string{fmt.Sprint(i + 1), who}, write(r, resident(r))...), "1200"))
			}
			stopped := map[int]int{}
			for _, f := range ScanTable(rows) {
				if f.Class == Never && f.Kind == Resident {
					stopped[f.Place.Row] |= 1
				}
				if f.Class == Never && f.Kind == Name {
					stopped[f.Place.Row] |= 2
				}
			}
			numbers, names := 0, 0
			for _, s := range stopped {
				numbers += s & 1
				names += s >> 1
			}
			if numbers < 498 || names < 498 { // 99.5 %
				t.Errorf("of 500 rows %d numbers and %d names stopped", numbers, names)
			}
		})
	}
}

// findings of a table as "A2 kind class masked".
func cellsOf(fs []Finding) (out []string) {
	for _, f := range fs {
		out = append(out, fmt.Sprintf("%s%d %s %s %s", column(f.Place.Col), f.Place.Row, f.Kind, f.Class, f.Masked))
	}
	return out
}

func TestScanTable(t *testing.T) {
	t.Parallel()
	id := invented("35010119900307001")
	mask := id[:2] + strings.Repeat("*", 13) + id[15:]
	for _, c := range []struct {
		name string
		rows [][]string
		want []string
	}{
		{"a name beside a resident number is never released",
			[][]string{{"姓名", "身份证号", "联系电话", "家庭住址"}, {"张三", id, "13800000000", "乙镇丙村3组"}},
			[]string{"A2 name never 张*", "B2 resident never " + mask, "C2 mobile never 138****0000", "D2 address never 乙镇****"}},
		{"an office's contacts are releasable",
			[][]string{{"单位名称", "联系人", "联系电话"}, {"乙镇卫生院", "李四", "0591-87654321"}},
			[]string{"B2 name releasable 李*", "C2 telephone releasable 0591-****4321"}},
		{"masked lists pass but for the names, which a person judges",
			[][]string{{"姓名", "身份证号"}, {"张三", "35*************123"}, {"李某某", "35*************124"}, {"王*", ""}, {"合计", "3"}},
			[]string{"A2 name releasable 张*"}},
		{"a form of labels and values",
			[][]string{{"姓 名", "张三", "联系电话", "8765432"}, {"家庭住址", "乙镇丙村", "性别", "男"}},
			[]string{"B1 name releasable 张*", "D1 telephone releasable ****5432", "B2 address releasable 乙镇****"}},
		{"health beside a name is never released",
			[][]string{{"姓名", "残疾类别", "病种"}, {"张三", "视力", ""}},
			[]string{"A2 name never 张*", "B2 sensitive never ****"}},
		{"counts about health are no person's",
			[][]string{{"村名", "残疾人数", "孕产妇人数", "病种"}, {"丙村", "12", "3", "流感"}},
			nil},
		{"an account beside a name",
			[][]string{{"户主", "一卡通账号"}, {"张三", "1234567890123456789"}},
			[]string{"A2 name never 张*", "B2 account never 1234***********6789"}},
		{"an identity column with a wrong number",
			[][]string{{"证件号码"}, {"35010119900307"}},
			[]string{"A2 resident never 35*********307"}},
		{"a heading in two lines",
			[][]string{{"身份证\n号码"}, {"350101900307001"}},
			[]string{"A2 resident never 35**********001"}},
		{"a register of licences is an office's own",
			[][]string{{"机构名称", "执业许可证号"}, {"乙镇卫生院", "3501011990030700119901"}},
			nil},
		{"statistics across cells are no number",
			[][]string{{"甲", "乙", "丙", "丁"}, {"138", "0000", "0000", "12"}, {"3501", "01", "1990", "0307"}},
			nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, cellsOf(ScanTable(c.rows))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestAMaskedTableHoldsNoNumber(t *testing.T) {
	t.Parallel()
	rows := [][]string{{"姓名", "身份证号", "", "电话"}, {"张三", secretID[:6], secretID[6:], "13800000000"}, {"李四", secretID}}
	want := [][]string{{"姓名", "身份证号", "", "电话"}, {"张*", secretMask, "****", "138****0000"}, {"李*", secretMask}}
	masked := MaskTable(rows, ScanTable(rows))
	if diff := cmp.Diff(want, masked); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if fs := ScanTable(masked); len(fs) > 0 {
		t.Errorf("left: %v", fs)
	}
	if rows[1][0] != "张三" {
		t.Error("the original was changed")
	}
}

func TestTheTonglingListIsStopped(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2017, 77))
	rows := [][]string{{"2017孕前优生健康检查人员名单"}, {"序号", "妻子姓名", "身份证号", "丈夫姓名", "身份证号", "联系电话"}}
	var text strings.Builder
	for i := range 77 {
		row := []string{fmt.Sprint(i + 1), "王丽", resident(r), "张强", resident(r), "13800000000"}
		rows = append(rows, row)
		text.WriteString(strings.Join(row, " ") + "\n")
	}
	never := 0
	for _, f := range ScanTable(rows) {
		if f.Class == Never {
			never++
		}
	}
	if never != 77*5 {
		t.Errorf("%d cells stopped, want %d", never, 77*5)
	}
	never = 0
	for _, f := range Scan(text.String()) {
		if f.Class == Never {
			never++
		}
	}
	if never != 77*4 {
		t.Errorf("pasted as text, %d names and numbers stopped, want %d", never, 77*4)
	}
}
