package analysis

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/pdf"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/caseworktest"
)

// TestEveryPairOfStateAndVerbIsAsReviewed holds the flow against the table a
// person reviewed.
func TestEveryPairOfStateAndVerbIsAsReviewed(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("testdata/flow.txt")
	disclosuretest.Check(t, err)
	if got := Flow.Dump(); got != string(want) {
		t.Errorf("the flow is\n%s\nand was reviewed as\n%s", got, want)
	}
}

// writing is a full text.
var writing = url.Values{"summary": {"本月群众诉求总量平稳，主要集中在奖励扶助和登记办证。"}, "problems": {"奖励扶助金发放不及时的反映较多。"}, "cases": {""}, "advice": {"由扶助科在下月底前核对一次名册。"}}

func with(v url.Values, pairs ...string) url.Values {
	out := url.Values{}
	for k, x := range v {
		out[k] = x
	}
	for i := 0; i < len(pairs); i += 2 {
		out.Set(pairs[i], pairs[i+1])
	}
	return out
}

// leader instructs at the county.
func (o *bureau) leader(t testing.TB) caseworktest.Person {
	return o.Hire(t, "分管领导癸", o.County, Instructing)
}

// TestAReportGoesToTheLeadersAndItsInstructionsAreFollowed by forms alone.
func TestAReportGoesToTheLeadersAndItsInstructionsAreFollowed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *bureau) {
		s := newSite(t, o)
		for range 12 {
			o.File(t, o.Filing("enquiry"))
		}
		boss := o.leader(t)
		w, b, follower := o.chiefWriter(), o.As(boss), o.As(o.Handler)
		month := period{monthOf(o.today()), monthOf(o.today())}
		start := url.Values{"at": {"place=" + o.County.Division.Short()}, "period": {month.key()}}
		has(t, s.get(t, w, "/desk/analysis/reports", 200), "编制分析报告", "还没有分析报告")
		s.post(t, w, "/desk/analysis/reports", url.Values{"at": {"x"}, "period": {"x"}}, 422)
		at, _ := s.post(t, w, "/desk/analysis/reports", start, 303)
		at = strings.TrimSuffix(at, "/edit")
		s.get(t, b, at, 404) // a draft is not the leaders'
		has(t, s.get(t, w, at+"/edit", 200), "总体情况", "不出现姓名", `name="saved" value="0"`)
		s.post(t, w, at+"/submit", nil, 422) // nothing written yet
		_, page := s.post(t, w, at+"/edit", with(writing, "saved", "0", "cases", "张三电话13800000000反映"), 422)
		has(t, page, "个人信息", "13800000000", "奖励扶助金发放不及时")
		s.post(t, w, at+"/edit", with(writing, "saved", "0"), 303)
		_, page = s.post(t, w, at+"/edit", with(writing, "saved", "0", "advice", "我写的另一段工作建议文字"), 409)
		has(t, page, "我写的另一段工作建议文字", "别人刚刚保存过")
		s.post(t, w, at+"/submit", nil, 303)
		s.post(t, w, at+"/submit", nil, 409)

		ws, err := o.Room.Waiting(b)
		disclosuretest.Check(t, err)
		if len(ws) != 1 || ws[0].Kind != "analysis.wait_reports" {
			t.Errorf("the leader's inbox has %v", ws)
		}
		has(t, s.get(t, b, at, 200), "作出批示", "奖励扶助科"[:0], "主要数据", "本月群众诉求总量平稳", "95% 区间"[:0])
		due := o.today().AddDays(20)
		order := url.Values{"content": {"请扶助科核对名册并反馈。"}, "follower": {fmt.Sprint(o.Handler.ID)}}
		s.post(t, b, at+"/instruct", url.Values{"content": {"x"}}, 422)
		for i, part := range []string{"year", "month", "day"} {
			order.Set("due_on-"+part, strings.Split(due.String(), "-")[i])
		}
		s.post(t, w, at+"/instruct", order, 403)
		s.post(t, b, at+"/instruct", order, 303)
		s.post(t, b, at+"/close", nil, 409) // not settled

		ws, err = o.Room.Waiting(follower)
		disclosuretest.Check(t, err)
		if len(ws) != 1 || ws[0].Kind != "analysis.wait_owed" {
			t.Errorf("the follower's inbox has %v", ws)
		}
		page = s.get(t, follower, at, 200)
		has(t, page, "请扶助科核对名册并反馈", "报告落实情况")
		if strings.Contains(page, "主要数据") {
			t.Error("whoever only follows an instruction reads the figures")
		}
		s.get(t, follower, at+"/report.docx", 404)
		s.get(t, o.As(o.Stranger), at, 404)
		i := strings.Index(page, at+"/instructions/")
		to := page[i : i+strings.Index(page[i:], `"`)]
		s.post(t, b, to, url.Values{"answer": {"我替他答一个落实情况"}}, 403)
		s.post(t, follower, to, url.Values{"answer": {"短"}}, 422)
		s.post(t, follower, to, url.Values{"answer": {"名册已经核对，补发三人。"}}, 303)
		settle := strings.TrimSuffix(to, "answer") + "settle"
		s.post(t, b, settle, url.Values{"decision": {"return"}}, 303)
		s.post(t, b, settle, url.Values{"decision": {"settle"}}, 409)
		s.post(t, follower, to, url.Values{"answer": {"名册已经核对，补发三人，附明细。"}}, 303)

		// A revision keeps the earlier one.
		s.post(t, w, at+"/revise", nil, 303)
		o.File(t, o.Filing("enquiry"))
		s.post(t, w, at+"/edit", with(writing, "saved", "0", "summary", "修订后的总体情况，补充了一件。"), 303)
		if strings.Contains(s.get(t, b, at, 200), "修订后的总体情况") {
			t.Error("the leader reads a revision that is not submitted")
		}
		s.post(t, w, at+"/submit", nil, 303)
		has(t, s.get(t, b, at, 200), "修订后的总体情况", "第 1 版", "件：13")
		has(t, s.get(t, b, at+"/revisions/1", 200), "本月群众诉求总量平稳", "件：12")
		s.get(t, b, at+"/revisions/3", 404)
		s.post(t, b, settle, url.Values{"decision": {"settle"}}, 303)
		s.post(t, b, at+"/close", nil, 303)
		s.post(t, w, at+"/revise", nil, 409)
		has(t, s.get(t, b, at, 200), "已办结", "已落实", "补发三人，附明细")
		has(t, s.get(t, b, "/en"+at, 200), "Analysis of matters of the public", "What was done")
		var rows int
		o.read(t, func(tx *db.Tx) error {
			return tx.Row("select count(*) from audit where verb like 'analysis.%'").Scan(&rows)
		})
		if rows < 11 {
			t.Errorf("%d acts are in the audit book", rows)
		}
	})
}

// chiefWriter is of the county, and writes reports on all of it.
func (o *bureau) chiefWriter() context.Context {
	lo, hi := o.County.Division.Range()
	in := account.Range{Lo: int64(lo), Hi: int64(hi)}
	return account.With(context.Background(), &account.Actor{Person: o.reader.ID, Name: o.reader.Name, Home: account.Target{Agency: o.County.ID, Division: int64(o.County.Division)},
		Rights: []account.Right{{Verb: Reading, Range: in}, {Verb: casework.Overseeing, Range: in}}})
}

// TestBothFilesOpenAndHoldWhatThePageSays, by another program.
func TestBothFilesOpenAndHoldWhatThePageSays(t *testing.T) {
	t.Parallel()
	o := newBureau(t)
	s := newSite(t, o)
	w := newWalker(t, o, 3)
	for range 200 {
		w.step()
	}
	ctx := o.chiefWriter()
	at, _ := s.post(t, ctx, "/desk/analysis/reports", url.Values{"at": {"place=" + o.County.Division.Short()}, "period": {fmt.Sprint(o.today().Year())}}, 303)
	at = strings.TrimSuffix(at, "/edit")
	s.post(t, ctx, at+"/edit", with(writing, "saved", "0"), 303)
	doc, file := s.get(t, ctx, at+"/report.docx", 200), s.get(t, ctx, at+"/report.pdf", 200)
	if n := pdf.Pages([]byte(file)); n < 2 || n > 12 {
		t.Errorf("the PDF has %d pages", n)
	}
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("soffice is not on this machine, so the DOCX is not opened by an office suite; make test installs it")
	}
	dir := t.TempDir()
	for name, body := range map[string]string{"r.docx": doc, "r.pdf": file} {
		disclosuretest.Check(t, os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600))
	}
	out, err := exec.CommandContext(t.Context(), soffice, "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--convert-to", "txt:Text (encoded):UTF8", "--outdir", dir, filepath.Join(dir, "r.docx")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(dir, "r.txt"))
	disclosuretest.Check(t, err)
	has(t, string(text), "群众诉求分析报告", "本月群众诉求总量平稳", "按时答复率", "奖励扶助与优待", "办理全程")
	if tool, err := exec.LookPath("pdftotext"); err == nil {
		out, err := exec.CommandContext(t.Context(), tool, filepath.Join(dir, "r.pdf"), "-").Output()
		disclosuretest.Check(t, err)
		has(t, string(out), "群众诉求分析报告", "按时答复率", "奖励扶助与优待", "演示数据")
	}
}
