package gallery

import (
	"context"

	"yangguang/internal/ui"
)

func coverage(ctx context.Context) ui.Share {
	return ui.Share{Title: say(ctx, "本县公开情况", "How this county discloses"), Parts: []ui.Part{
		{Label: say(ctx, "按时公开", "On time"), N: 2910, Kind: "good", Href: "#"},
		{Label: say(ctx, "逾期公开", "Late"), N: 166, Kind: "late", Href: "#"},
		{Label: say(ctx, "逾期未公开", "Missing"), N: 108, Kind: "bad", Href: "#"},
	}}
}

func latest(ctx context.Context) []ui.Entry {
	return []ui.Entry{
		{Title: say(ctx, "2026年第三季度奖励扶助金发放情况（示例镇）", "Support payments, third quarter of 2026 (Demo Town)"), Href: "/item", When: "11-20", WhenISO: "2026-11-20"},
		{Title: say(ctx, "县级人口状况统计（2026年10月）", "County population statistics (October 2026)"), Href: "#", When: "11-18", WhenISO: "2026-11-18"},
		{Title: say(ctx, "行政事业性收费项目目录（2026年修订）", "List of administrative fees (2026 edition)"), Href: "#", When: "11-15", WhenISO: "2026-11-15"},
		{Title: say(ctx, "2025年度部门决算报告", "Final accounts of the department, 2025"), Href: "#", When: "11-12", WhenISO: "2026-11-12", Tag: ui.TagWaiting, TagWords: say(ctx, "已更正", "Corrected")},
		{Title: say(ctx, "服务机构工作人员岗位职责与行为规范", "Duties and conduct of staff in service institutions"), Href: "#", When: "11-11", WhenISO: "2026-11-11"},
	}
}

func fees(ctx context.Context, cards bool) ui.Grid {
	g := ui.Grid{Caption: say(ctx, "收费项目和标准", "Fees"), Cards: cards, Columns: []ui.Column{
		{Title: say(ctx, "项目", "Item")}, {Title: say(ctx, "依据", "Basis")}, {Title: say(ctx, "状态", "State")},
		{Title: say(ctx, "标准（元）", "Rate (yuan)"), Number: true}, {Title: say(ctx, "本年收取（元）", "Collected this year (yuan)"), Number: true}}}
	row := func(zh, en, basis string, kind ui.TagKind, tag, rate, sum string) {
		g.Rows = append(g.Rows, []ui.Cell{{Text: say(ctx, zh, en), Href: "#"}, {Text: basis}, {Text: tag, Tag: kind}, {Text: rate}, {Text: sum}})
	}
	row("服务证明补发", "Replacement of a certificate", say(ctx, "省价费〔2024〕12号", "Provincial notice 12/2024"), ui.TagPublished, say(ctx, "有效", "In force"), "0.00", "0.00")
	row("档案复制", "Copies from files", say(ctx, "省价费〔2019〕3号", "Provincial notice 3/2019"), ui.TagWaiting, say(ctx, "已修改", "Amended"), "0.50", "1,284.50")
	row("病残儿医学鉴定", "Medical assessment", say(ctx, "省价费〔2003〕77号", "Provincial notice 77/2003"), ui.TagWithdrawn, say(ctx, "失效", "Expired"), "300.00", "12,600.00")
	g.Foot = []ui.Cell{{Text: say(ctx, "合计", "Total")}, {}, {}, {}, {Text: "13,884.50"}}
	return g
}

func months(ctx context.Context) ui.Series {
	s := ui.Series{Title: say(ctx, "每月公开数量", "Items published each month"), Unit: say(ctx, "项", "Items"), What: say(ctx, "月份", "Month"),
		Says: say(ctx, "最近十个月每月公开 96 到 318 项，十月最多。", "Between 96 and 318 items a month over ten months, most in October.")}
	for i, n := range []float64{180, 96, 214, 220, 241, 190, 205, 260, 287, 318} {
		p := ui.Point{Label: say(ctx, []string{"1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月"}[i], []string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct"}[i]), N: n}
		s.Data = append(s.Data, p)
	}
	return s
}

func towns(ctx context.Context) []ui.Tile {
	word := say(ctx, "按时公开", "on time")
	t := func(zh, en string, n, d int64, kind string) ui.Tile {
		return ui.Tile{Name: say(ctx, zh, en), Href: "#", Num: n, Den: d, Word: word, Kind: kind}
	}
	none := t("新设镇", "New Town", 0, 0, "none")
	none.Word = say(ctx, "尚无到期事项", "nothing due yet")
	return []ui.Tile{t("示例镇", "Demo Town", 212, 220, "good"), t("城关镇", "Chengguan", 240, 251, "good"), t("河东乡", "Hedong", 160, 188, "late"),
		t("河西乡", "Hexi", 171, 176, "good"), t("南山镇", "Nanshan", 98, 190, "bad"), t("北湖街道", "Beihu", 230, 236, "good"), none}
}

func steps(ctx context.Context, late bool) []ui.Step {
	now := "current"
	if late {
		now = "late"
	}
	return []ui.Step{
		{Title: say(ctx, "登记", "Registered"), Note: say(ctx, "11月3日", "3 Nov"), State: "done"},
		{Title: say(ctx, "受理", "Accepted"), Note: say(ctx, "11月4日", "4 Nov"), State: "done"},
		{Title: say(ctx, "由示例镇办理", "With Demo Town"), Note: say(ctx, "12月1日前", "until 1 Dec"), State: now},
		{Title: say(ctx, "答复", "Reply")}, {Title: say(ctx, "您评价", "Your view")},
	}
}

func history(ctx context.Context) []ui.Event {
	return []ui.Event{
		{When: say(ctx, "2026年11月20日 09:12", "20 November 2026 09:12"), WhenISO: "2026-11-20T09:12+08:00", Title: say(ctx, "更正", "Corrected"), Text: say(ctx, "第3行金额单位误作“万元”，改为“元”。", "Row 3 said ten thousand yuan; it is yuan."), Kind: ui.TagWaiting},
		{When: say(ctx, "2026年10月16日 10:05", "16 October 2026 10:05"), WhenISO: "2026-10-16T10:05+08:00", Title: say(ctx, "公开", "Published"), Text: say(ctx, "三人分别起草、审查、批准。", "Drafted, reviewed and approved by three persons."), Kind: ui.TagPublished},
		{When: say(ctx, "2026年10月14日 15:40", "14 October 2026 15:40"), WhenISO: "2026-10-14T15:40+08:00", Title: say(ctx, "送审", "Sent for review")},
	}
}

func works(ctx context.Context) []ui.Work {
	return []ui.Work{
		{Href: "#1", Title: say(ctx, "反映示例镇卫生院收费未公示", "Fees not posted at Demo Town clinic"), Meta: []string{say(ctx, "投诉", "Complaint"), "3506-202611-804217-3", say(ctx, "电话", "Telephone")}, Tag: ui.TagDanger, TagWords: say(ctx, "超期1天", "1 day late"), Next: say(ctx, "答复（已起草，待复核）", "Reply (drafted, to be checked)"), Due: "11-22", DueISO: "2026-11-22", Late: true, Spent: 100},
		{Href: "#2", Title: say(ctx, "2026年第三季度奖励扶助金发放情况", "Support payments, third quarter of 2026"), Meta: []string{say(ctx, "公开", "Disclosure"), say(ctx, "示例镇", "Demo Town"), say(ctx, "起草人 张三", "by Zhang San")}, Tag: ui.TagReview, TagWords: say(ctx, "隐私审查", "Privacy"), Next: say(ctx, "处理2处疑似个人信息", "Decide on 2 possible personal details"), Due: say(ctx, "今天 17:30", "Today 17:30"), DueISO: "2026-11-23T17:30+08:00", Spent: 78},
		{Href: "#3", Title: say(ctx, "申请公开2024年村级服务站建设合同", "Request for the 2024 contracts of village service points"), Meta: []string{say(ctx, "依申请", "Request"), say(ctx, "自然人", "Person")}, Tag: ui.TagWaiting, TagWords: say(ctx, "征求意见", "Consulting"), Next: say(ctx, "逾期未提出意见的，由本机关依法决定", "If no view comes in time, the agency decides"), Due: "12-09", DueISO: "2026-12-09", Spent: 44},
		{Href: "#4", Title: say(ctx, "咨询服务证明办理流程", "How to obtain a certificate"), Meta: []string{say(ctx, "咨询", "Question"), say(ctx, "网站", "Website")}, Tag: ui.TagPublished, TagWords: say(ctx, "已受理", "Accepted"), Next: say(ctx, "答复（可引用知识库2条）", "Reply (2 entries of the knowledge base fit)"), Due: "11-27", DueISO: "2026-11-27", Spent: 18},
	}
}
