package privacy

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// role is what a column's heading says its cells hold.
type role byte

const (
	noRole role = iota
	plainRole
	idRole
	nameRole
	phoneRole
	addressRole
	cardRole
	passportRole
	householdRole
	sensitiveRole
)

// headings are the words of column headings. A heading has a role when it
// contains one of the words, the longest first, and no counting word.
var headings = []struct {
	role  role
	words []string
}{
	{passportRole, []string{"护照号", "护照", "通行证号", "Passport"}},
	{householdRole, []string{"户口簿号", "户口本号", "户口号", "户籍号", "户口编号", "户籍编号", "户编号"}},
	{cardRole, []string{"银行卡号", "银行账号", "银行帐号", "银行账户", "一卡通账号", "一卡通", "卡号", "账号", "帐号", "存折"}},
	{idRole, []string{"身份证", "身份号码", "证件号", "身份证明号", "证号", "ID number", "ID No", "ID card"}},
	{phoneRole, []string{"联系电话", "电话", "手机", "联系方式", "Phone", "Telephone", "Mobile"}},
	{addressRole, []string{"家庭住址", "家庭地址", "住址", "住所", "户籍地", "户口所在地", "居住地", "详细地址", "现住", "Home address"}},
	{nameRole, []string{"姓名", "户主", "申请人", "领取人", "受益人", "受助人", "配偶", "丈夫", "妻子", "父亲", "母亲", "监护人", "联系人", "救助对象", "患者", "病人", "产妇", "孕妇", "新生儿", "婴儿", "儿童", "学生", "奖扶对象", "扶助对象", "特扶对象", "低保对象", "五保对象", "特困人员", "享受对象", "死者", "残疾人", "户代表", "承租人", "当事人", "被处罚人", "Name"}},
	{sensitiveRole, []string{"诊断", "病种", "疾病", "病名", "残疾类别", "残疾等级", "孕周", "孕产", "怀孕", "末次月经", "避孕", "节育", "生育", "胎次", "流产", "婚姻状况", "精神", "HIV", "致贫原因", "低保类别"}},
}

// counting words make a heading an aggregate or an office's own: 残疾人数, 生育率,
// 许可证号.
var counting = []string{"人数", "户数", "数量", "总数", "率", "合计", "金额", "次数", "例数", "(人)", "（人）", "（例）", "（户）", "政策", "服务", "项目", "单位", "标准",
	"许可证", "执照", "资格", "执业", "登记证", "备案", "合格证"}

// plainHeadings are other common headings: they hold nothing personal, but
// tell that a row is a row of headings and not of values.
var plainHeadings = map[string]bool{}

// The words are compared as squeeze leaves a heading: once, since a row may have
// millions of cells.
func init() {
	for _, h := range headings {
		for i, w := range h.words {
			h.words[i] = squeeze(w)
		}
	}
	for _, w := range strings.Fields(`序号 编号 性别 年龄 民族 备注 说明 金额 单位 职务 职称 科室 日期 时间 组别 村组 村名 村 组 镇 乡镇 部门 学历 ` +
		`政治面貌 关系 与户主关系 项目 名称 标准 类别 类型 出生日期 出生年月 人数 户数 补助金额 救助金额 所在村 行政村 自然村 岗位 状态 签名 ` +
		`No. Sex Gender Age Remarks Amount Village Date Unit`) {
		plainHeadings[w] = true
	}
}

// maxHeading is the longest heading, in characters, that is looked at.
const maxHeading = 16

// roleOf is the role of a cell's text if it is a heading.
func roleOf(cell string) role {
	t := squeeze(cell)
	if t == "" || utf8.RuneCountInString(t) > maxHeading || strings.ContainsAny(t, "0123456789*") {
		return noRole
	}
	if plainHeadings[t] {
		return plainRole
	}
	for _, c := range counting {
		if strings.Contains(t, c) {
			return plainRole
		}
	}
	for _, h := range headings {
		for _, w := range h.words {
			if !strings.Contains(t, w) {
				continue
			}
			if h.role == nameRole && w == "Name" && t != "Name" && t != "Fullname" {
				continue
			}
			// 联系人张三 is a value; a heading is little longer than its word.
			if utf8.RuneCountInString(t) > utf8.RuneCountInString(w)+8 {
				continue
			}
			return h.role
		}
	}
	return noRole
}

// squeeze drops blanks, line ends, colons and stars of obligation.
func squeeze(s string) string {
	if len(s) > 4*4*maxHeading {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == ':' || r == '：' || r == '\u200b' || r == '\ufeff' {
			return -1
		}
		return r
	}, s)
}

// nobody are words that stand in a column of names and name nobody.
var nobody = map[string]bool{"合计": true, "小计": true, "总计": true, "共计": true, "其他": true, "不详": true, "空缺": true, "待定": true, "同上": true,
	// Kinds of applicants, in the yearly report below the heading 申请人情况.
	"自然人": true, "法人": true, "商业企业": true, "科研机构": true, "其他组织": true}

// nameLike answers whether a cell can be a person's name that is not masked:
// 2 to 4 Han characters, longer with 某-free dots, or two to four Latin words.
func nameLike(s string) bool {
	t := strings.TrimSpace(s)
	if nobody[t] {
		return false
	}
	n, han, latin := 0, 0, 0
	for _, r := range t {
		n++
		switch {
		case unicode.Is(unicode.Han, r):
			if r == '某' || r == '无' || r == '×' {
				return false
			}
			han++
		case unicode.IsLetter(r):
			latin++
		case r == '·' || r == '•' || r == '.' || unicode.IsSpace(r):
		default:
			return false
		}
	}
	switch {
	case han > 0:
		return latin == 0 && han >= 2 && (han <= 4 || n > han && han <= 20)
	}
	return latin >= 3 && n <= 40 && strings.Contains(t, " ")
}
