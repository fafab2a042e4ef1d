package privacy

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// surnames are the family names of nearly everybody (百家姓 and the commonest
// since), those of two characters apart. A word of two to four characters
// that begins with one and stands beside a person's number is that person's.
const surnames = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫房裘缪干解应宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘斜厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰鄂索咸籍赖卓蔺屠蒙池乔阴胥苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容古易慎戈廖庾暨居衡步耿满弘匡文寇广禄阙东欧沃利蔚越隆师巩聂晁勾敖融冷訾辛阚那简饶空曾沙养鞠须丰巢关蒯相荆红游竺权盖益桓公肖付闫代候邸苟仝佟缑哈海岳亓覃冼麦岩玉扎旦尼德拉洛"

var doubleSurnames = []string{"欧阳", "上官", "司马", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "长孙", "宇文", "东方", "端木", "呼延", "南宫", "独孤"}

// between are words that may stand between a name and its number.
var between = map[string]bool{"男": true, "女": true, "男性": true, "女性": true, "身份证": true, "身份证号": true, "身份证号码": true, "身份证明": true,
	"公民身份号码": true, "居民身份证": true, "居民身份证号": true, "居民身份证号码": true, "证件号": true, "证件号码": true, "证号": true, "号码": true,
	"护照": true, "护照号": true, "护照号码": true, "卡号": true, "银行卡": true, "银行卡号": true, "账号": true, "姓名": true, "性别": true, "民族": true, "汉": true, "汉族": true}

// besideReach is how many bytes from a number its name is looked for.
const besideReach = 72

// beside looks for the name of the person whose number was found: the word
// before it in the same line, or else the word after it. Names are looked for
// nowhere else in running text, since most words could be one.
func (s *scanner) beside(f Finding) {
	if f.Class != Never || f.Kind != Resident && f.Kind != Card && f.Kind != Passport {
		return
	}
	if a, b := s.nameBefore(f.Start); b > a {
		s.name(a, b)
		return
	}
	if a, b := s.nameAfter(f.End); b > a {
		s.name(a, b)
	}
}

func (s *scanner) name(a, b int) {
	s.found = append(s.found, Finding{Kind: Name, Class: Never, Start: a, End: b, Masked: maskName(s.text[a:b])})
}

// nameBefore walks back over words that say nothing to one that is a name.
func (s *scanner) nameBefore(i int) (from, to int) {
	low := max(i-besideReach, s.free)
	to = -1
	for i > low {
		r, n := utf8.DecodeLastRuneInString(s.text[low:i])
		han := unicode.Is(unicode.Han, r)
		switch {
		case han && to < 0:
			to = i
		case !han && to >= 0:
			if w := trimTitle(s.text[i:to]); isName(w) {
				return to - len(w), to
			}
			if !between[s.text[i:to]] {
				return 0, 0
			}
			to = -1
		}
		if r == '\n' || r >= '0' && r <= '9' || r == '*' {
			return 0, 0
		}
		i -= n
	}
	if to >= 0 && i == low && (low == 0 || low == s.free) {
		if w := trimTitle(s.text[low:to]); isName(w) {
			return to - len(w), to
		}
	}
	return 0, 0
}

// nameAfter is the first word after a number, if it is a name.
func (s *scanner) nameAfter(i int) (from, to int) {
	from, high := -1, min(len(s.text), i+besideReach)
	for i < high {
		r, n := utf8.DecodeRuneInString(s.text[i:])
		han := unicode.Is(unicode.Han, r)
		switch {
		case han && from < 0:
			from = i
		case !han && from >= 0:
			if isName(s.text[from:i]) {
				return from, i
			}
			return 0, 0
		}
		if r == '\n' || r >= '0' && r <= '9' || r == '。' {
			return 0, 0
		}
		i += n
	}
	if from >= 0 && i == len(s.text) && isName(s.text[from:i]) {
		return from, i
	}
	return 0, 0
}

// titles are what a person is called before the name, without a blank.
var titles = []string{"村民", "居民", "户主", "申请人", "当事人", "学生", "患者", "产妇", "孕妇", "低保户", "五保户", "农户", "同志", "其子", "其女", "丈夫", "妻子", "之子", "之女"}

// trimTitle is a word without the title before a name.
func trimTitle(w string) string {
	for _, t := range titles {
		if rest, ok := strings.CutPrefix(w, t); ok && rest != "" {
			return rest
		}
	}
	return w
}

// isName answers whether a word of Han characters can be a person's name.
func isName(w string) bool {
	n := utf8.RuneCountInString(w)
	if n < 2 || n > 4 || between[w] || nobody[w] {
		return false
	}
	for _, d := range doubleSurnames {
		if strings.HasPrefix(w, d) {
			return n >= 3
		}
	}
	_, size := utf8.DecodeRuneInString(w)
	return n <= 3 && strings.Contains(surnames, w[:size]) && nameLike(w)
}
