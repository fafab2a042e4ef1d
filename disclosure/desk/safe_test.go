package desk_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestAListIsReplacedByASafeCopy uploads the list of 77 couples as an officer
// would, looks at what was found, and puts a masked copy in its place; of an
// old workbook and a fixed layout too, whose copies are of another kind.
func TestAListIsReplacedByASafeCopy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ file, name, copied, lost string }{
		{"list77.xlsx", "名单.xlsx", "名单.xlsx", "公式已换成结果"},
		{"list77.xls", "名单.et", "名单.xlsx", "公式已换成结果"},
		{"list77.doc", "名单.wps", "名单.docx", "副本只有段落和表格"},
		{"list77.ofd", "名单.ofd", "名单.docx", "副本只有段落和表格"},
	} {
		t.Run(c.file, func(t *testing.T) { t.Parallel(); replaced(t, c.file, c.name, c.copied, c.lost) })
	}
}

func replaced(t *testing.T, source, name, copied, lost string) {
	t.Helper()
	o := newOffice(t)
	list, err := os.ReadFile("../../internal/privacy/testdata/" + source)
	if err != nil {
		t.Fatal(err)
	}
	path, body := o.begin(o.Author, o.County, "county.10")
	v := with(today(filled(t, body, path+"/edit"), "奖励扶助公示"), "body", "<p>名单见附件。</p>", "do", "attach")
	o.send(o.Author, path+"/edit", v, "file", name, list).to(t)
	page := o.get(o.Author, path+"/edit").ok(t, http.StatusOK)
	at := regexp.MustCompile(`href="(` + path + `/files/\d+/safe)"`).FindStringSubmatch(page)
	if at == nil {
		t.Fatal("no way to a safe copy beside the attachment")
	}
	page = o.get(o.Author, at[1]).ok(t, http.StatusOK)
	says(t, page, "制作安全副本", "检查发现", "居民身份证号码", "序号", lost)
	if !strings.Contains(page, "<mark>35*************626</mark>") {
		t.Error("the mask is not marked in its place")
	}
	if strings.Contains(page, "350607198204279626") || strings.Contains(page, "王丽甲") {
		t.Error("the page shows what it should mask")
	}
	if to := o.post(o.Author, at[1], url.Values{"what": {"all"}}).to(t); to != path+"/edit" {
		t.Fatalf("led to %s", to)
	}
	page = o.get(o.Author, path+"/edit").ok(t, http.StatusOK)
	says(t, page, copied)
	if strings.Contains(page, "/safe\"") || strings.Contains(page, "绝不能公开") {
		t.Error("the copy is still refused")
	}
	o.get(o.Author, at[1]).ok(t, http.StatusNotFound) // the original is gone
	v = with(filled(t, page, path+"/edit"), "do", "submit")
	if to := o.send(o.Author, path+"/edit", v, "", "", nil).to(t); !strings.HasPrefix(to, path) {
		t.Errorf("submitting led to %s", to)
	}
}

func TestASafeCopyIsForWhoeverEditsTheDraft(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	path, body := o.begin(o.Author, o.County, "county.10")
	v := with(today(filled(t, body, path+"/edit"), "联系表"), "body", "<p>见附件。</p>", "do", "attach")
	o.send(o.Author, path+"/edit", v, "file", "联系表.csv", []byte("单位,电话\n甲村,13800138000\n")).to(t)
	page := o.get(o.Author, path+"/edit").ok(t, http.StatusOK)
	at := regexp.MustCompile(`href="(` + path + `/files/\d+/safe)"`).FindStringSubmatch(page)
	if at == nil {
		t.Fatal("no way to a safe copy")
	}
	for _, c := range []struct {
		who  person
		want int
	}{{o.Other, http.StatusNotFound}, {o.Clerk, http.StatusNotFound}, {o.Approver, http.StatusForbidden}} {
		o.get(c.who, at[1]).ok(t, c.want)
		o.post(c.who, at[1], url.Values{"what": {"all"}}).ok(t, c.want)
	}
	// Only what may never be released: the telephone stays, for a reviewer to judge.
	o.post(o.Author, at[1], url.Values{"what": {"never"}}).to(t)
	says(t, o.get(o.Author, path+"/edit").ok(t, http.StatusOK), "138****8000")
	v = with(filled(t, o.get(o.Author, path+"/edit").body, path+"/edit"), "do", "submit")
	o.send(o.Author, path+"/edit", v, "", "", nil).to(t)
	page = o.get(o.Reviewer, path).ok(t, http.StatusOK)
	i := strings.Index(page, "/files/")
	if i < 0 {
		t.Fatal("the reviewer sees no attachment")
	}
	file, _, _ := strings.Cut(page[i+len("/files/"):], "?")
	o.post(o.Author, path+"/files/"+file+"/safe", url.Values{"what": {"all"}}).ok(t, http.StatusConflict)
}
