package nation

import (
	"fmt"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/norm"
)

// The pieces the texts are put together from. Numbers and places vary, so that
// no two texts are the same and words are as rare and as common as in life.
var (
	kinds   = []string{"情况公示", "工作公告", "有关事项的通知", "办理情况", "实施情况说明", "统计公报", "年度汇总", "落实情况", "政策问答", "进展通报"}
	subject = []string{"奖励扶助", "特别扶助", "免费孕前优生健康检查", "婴幼儿照护服务", "村规民约", "收费项目和标准", "行政许可办理", "年度预算", "工作计划", "应急预案",
		"健康教育讲座", "流动人口均等化服务", "家庭医生签约", "基本公共卫生服务", "信访举报受理", "服务指南", "工作纪律", "医疗废物处置", "卫生监督检查", "政府采购"}
	opens  = []string{"根据《中华人民共和国政府信息公开条例》，现将%s有关情况公布如下。", "按照上级部署，%s结合实际开展了相关工作。", "为保障群众的知情权，%s将有关事项予以公开。", "%s对本期工作进行了汇总，经审查现予公布。"}
	bodies = []string{"本期共受理申请%d件，办结%d件，其余正在办理。", "累计发放资金%d元，惠及%d户，全部通过银行账户拨付。", "开展宣传活动%d场，发放资料%d份，现场解答群众咨询。",
		"设立公示栏%d处，每处配备意见箱，收到意见建议%d条。", "培训工作人员%d人次，考核合格%d人次。", "预算安排%d万元，实际支出%d万元，结余按规定上缴。", "检查机构%d家，发现问题%d个，已责令限期整改。",
		"办理时限由%d个工作日压缩到%d个工作日，申请材料同步精简。", "服务对象满意度调查发放问卷%d份，收回有效问卷%d份。", "咨询电话每日接听约%d个，当月转办事项%d件。"}
	places = []string{"在%s便民服务中心一楼窗口即可办理。", "%s群众可就近到村居公开栏查看。", "材料已同步送达%s各村居。", "详细名录可到%s办公室查阅。", "%s将继续公开后续进展。"}
	ends   = []string{"公示期为七个工作日，如有异议请在期限内提出。", "欢迎广大群众监督。", "未尽事宜按有关规定执行。", "本公告由发布单位负责解释。", "特此公告。"}
)

func pick(l *loader, from []string) string { return from[l.rng.IntN(len(from))] }

// item writes a text about what is owed.
func (l *loader) item(tx *db.Tx, u agency.Agency, cat norm.Category, x catalogue.Due, serial int) *item {
	at := x.MetOn.Start().Add(8*time.Hour + time.Duration(l.rng.IntN(36_000_000))*time.Millisecond)
	if now := tx.Now; at.After(now) {
		at = now
	}
	place := l.names[u.Division]
	above := l.names[u.Division.Parent()]
	s := pick(l, subject)
	it := &item{ID: tx.ID(u.Province()), Version: tx.ID(u.Province()), Event: tx.ID(u.Province()), Unit: u, Category: cat.ID, Period: x.Period, Serial: serial, On: x.MetOn, At: clock.Millis(at), Timely: !x.MetLate()}
	it.Title = fmt.Sprintf("%s%d年%s%s（第%d号）", place, x.MetOn.Year(), s, pick(l, kinds), 1+l.rng.IntN(400))
	var b strings.Builder
	fmt.Fprintf(&b, pick(l, opens), above+place)
	b.WriteString("\n")
	for range 3 + l.rng.IntN(5) {
		n := 1 + l.rng.IntN(5000)
		fmt.Fprintf(&b, pick(l, bodies), n, l.rng.IntN(n)+1)
	}
	b.WriteString("\n" + s + "事项")
	fmt.Fprintf(&b, pick(l, places), place)
	b.WriteString(pick(l, ends))
	it.Text = b.String()
	return it
}
