package channel

import (
	"fmt"
	"strings"
	"testing"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/form"
	"yangguang/disclosure/portal/portaltest"
)

const noticeText = `<p>根据《中华人民共和国政府信息公开条例》和上级要求，现将本季度有关事项公开如下，请广大群众监督。</p>
<h3>一、办理条件</h3><p>具有本县<strong>常住户口</strong>，并符合下列条件之一的，可以申请（以申请之日为准）：</p>
<ol><li>年满六十周岁的农村居民；</li><li>持有效证明的困难家庭，每户每年标准为960元；</li><li>法律、法规规定的其他情形。<ul><li>需要提交书面材料；</li><li>材料不全的一次告知。</li></ul></li></ol>
<h3>二、资金安排</h3><table><caption>资金使用情况</caption><thead><tr><th>项目</th><th>单位</th><th>金额（元）</th><th>说明</th></tr></thead><tbody>
<tr><td rowspan="2">奖励扶助</td><td>户</td><td>12,345.00</td><td>按季发放，由乡镇初审、县级复核后直接打入个人账户。</td></tr><tr><td>人</td><td>960.00</td><td>年度标准</td></tr>
<tr><td colspan="2">合计</td><td>13,305.00</td><td></td></tr></tbody></table>
<h4>联系方式</h4><p>咨询地址见办公场所公告。网址 https://www.example.gov.cn/zwgk/fdzdgknr/2026/notice-0001.html 可查阅。</p><hr><p>特此公告。</p>`

func longTable(rows int) string {
	var b strings.Builder
	b.WriteString("<table><thead><tr><th>序号</th><th>项目名称</th><th>依据</th><th>金额</th><th>备注</th></tr></thead><tbody>")
	for i := range rows {
		fmt.Fprintf(&b, "<tr><td>%d</td><td>第%d个项目的名称</td><td>《某某办法》第%d条的有关规定以及配套文件</td><td>%d.00</td><td>无</td></tr>", i+1, i+1, i%30+1, 1000+i)
	}
	return b.String() + "</tbody></table>"
}

// with gives the unit what a leaflet tells of it.
func (h *hall) contact(t testing.TB, u agency.Agency) {
	t.Helper()
	if err := agency.New(h.DB).Amend(t.Context(), agency.Amendment{By: portaltest.Author, Agency: u.ID, Superior: u.Superior, CreditCode: u.CreditCode,
		Contact: agency.Contact{Address: "桃城镇文明路18号", Hours: "周一至周五 8:00—12:00，14:30—17:30", Phone: "0595-23880000"}}); err != nil {
		t.Fatal(err)
	}
}

func guide() disclosure.Text {
	d := portaltest.Text("生育服务登记办事指南", "")
	d.Form = "service_guide"
	d.Data = form.Data{Fields: map[string]string{"service": "生育服务登记", "for_whom": "本县户籍或者在本县居住的夫妻", "conditions": "符合法律法规规定的生育条件；\n夫妻一方为本县户籍或者持有本县居住证。",
		"papers": "居民身份证；\n结婚证；\n户口簿或者居住证。", "fee": "免费", "legal_days": "15", "promised_days": "1", "where": "县行政服务中心一楼3号窗口", "hours": "周一至周五 8:00—12:00，14:30—17:30",
		"phone": "0595-23880001", "result": "登记凭证"},
		Rows: []form.Row{{Cells: map[string]string{"step": "申请", "action": "到窗口或者网上提交材料", "post": "窗口岗", "days": "0"}},
			{Cells: map[string]string{"step": "审核", "action": "核对材料，材料不全的一次告知", "post": "审核岗", "days": "0.5"}},
			{Cells: map[string]string{"step": "发证", "action": "当场发给登记凭证", "post": "窗口岗", "days": "0.5"}}}}
	return d
}

func fees() disclosure.Text {
	d := portaltest.Text("2026年收费项目公示", "<p>除本表所列项目外，不收取任何费用。</p>")
	d.Form = "fees"
	d.Data = form.Data{Fields: map[string]string{"as_of": "2026-01-01", "complaint_phone": "12315"}}
	for i, n := range []string{"婚前医学检查（自愿增项）", "证件补办工本费", "技术鉴定费"} {
		d.Data.Rows = append(d.Data.Rows, form.Row{Cells: map[string]string{"item": n, "basis": "闽价费〔2015〕12号", "standard": fmt.Sprint(10 + i*25), "per": "每人次", "payer": "申请人", "state": "in_force", "since": "2026-01-01"}})
	}
	return d
}

// publish is Publish for texts with office telephones, which a second person releases.
func (h *hall) publish(t testing.TB, u agency.Agency, category string, d disclosure.Text) *disclosure.Row {
	t.Helper()
	v := h.Draft(t, u, category, "", d)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(h.Disclosure.Submit(h.As(t, portaltest.Author), v.Province, v.ID))
	sh, err := h.Disclosure.Open(h.As(t, portaltest.Reviewer), v.Province, v.ID)
	check(err)
	for _, f := range sh.Findings {
		check(h.Disclosure.ReleaseFinding(h.At(t, portaltest.Reviewer, u), v.Province, v.ID, f.ID, "办公电话"))
	}
	check(h.Disclosure.Withdraw(h.As(t, portaltest.Author), v.Province, v.ID))
	return h.Finish(t, v)
}

func TestSampleSheets(t *testing.T) {
	h := newHall(t)
	h.Channel.Front.Demo = true
	h.contact(t, h.Institution)
	h.contact(t, h.Village)
	row := h.Publish(t, h.Village, "village.1", "", portaltest.Text("关于农村部分计划生育家庭奖励扶助资金发放情况的公示", noticeText))
	long := h.Publish(t, h.Village, "village.2", "", portaltest.Text("项目一览表", longTable(120)))
	g := h.publish(t, h.Institution, "institution.2", guide())
	f := h.publish(t, h.Institution, "institution.5", fees())
	for _, p := range []string{itemPath(h.Village, &row.Item, "a4"), itemPath(h.Village, &row.Item, "a3"), itemPath(h.Village, &long.Item, "a3"), "/en" + itemPath(h.Village, &row.Item, "a4"),
		itemPath(h.Institution, &g.Item, "a4"), "/en" + itemPath(h.Institution, &g.Item, "a4"), itemPath(h.Institution, &f.Item, "a3"), boardPath(h.Village, "a4"), "/en" + boardPath(h.Institution, "a3"),
		leafletPath(h.Village), leafletPath(h.Institution), "/en" + leafletPath(h.Institution)} {
		h.pdf(t, p)
	}
}
