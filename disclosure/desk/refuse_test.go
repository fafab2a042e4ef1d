package desk_test

import (
	"bytes"
	"image"
	stdjpeg "image/jpeg"
	"net/url"
	"strings"
	"testing"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/db"
)

func jpeg(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := stdjpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 64, 48)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func listed(t *testing.T, o *bureau, u agency.Agency) (rows []disclosure.Row) {
	t.Helper()
	o.Read(t, func(tx *db.Tx) (err error) {
		rows, err = disclosure.List(tx, disclosure.Query{Agency: u.ID, Limit: 10})
		return err
	})
	return rows
}

func pathOf(v *disclosure.Version) string { return "/desk/items/35/" + id(v.ID) }

func TestWhatIsRefusedSaysWhy(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	draft := pathOf(o.Draft(t, o.County, "county.10", o.Plain("草稿甲")))
	waiting := o.Submitted(t, o.County, "county.10", o.Plain("送审乙"))
	review := pathOf(waiting)
	opinion := url.Values{"checks": {"secrecy"}, "basis": {"条例第十七条"}}
	both := o.Author
	both.Rights = o.Colleague.Rights // the author's other post: he may review, but not this one
	for name, c := range map[string]struct {
		got    answer
		status int
		say    string
	}{
		"the author reviews his own":            {o.post(both, review+"/pass", opinion), 409, "这份信息是您起草或修改过的"},
		"another agency looks":                  {o.get(o.Other, review), 404, "没有找到"},
		"another agency edits":                  {o.get(o.Other, draft+"/edit"), 404, "没有找到"},
		"another agency signs":                  {o.post(o.Other, review+"/pass", opinion), 404, "没有找到"},
		"another agency asks for a file":        {o.get(o.Other, review+"/files/1"), 404, "没有找到"},
		"a draft is approved":                   {o.post(o.Approver, draft+"/approve", opinion), 409, "这一步现在不能做"},
		"what is in review is edited":           {o.get(o.Author, review+"/edit"), 409, "已经送审或者办结"},
		"approved before the review ended":      {o.post(o.Approver, review+"/approve", opinion), 409, "审查还没有完成"},
		"a reviewer without the grant approves": {o.post(o.Second, review+"/approve", opinion), 403, "权限"},
		"an author without the grant reviews":   {o.post(o.Author, review+"/pass", opinion), 403, "没有审查的权限"},
		"a reviewer drafts":                     {o.get(o.Second, "/desk/items/new"), 403, "权限"},
		"nothing is ticked":                     {o.post(o.Reviewer, review+"/pass", nil), 422, "请确认不涉及国家秘密"},
		"returned without a word":               {o.post(o.Reviewer, review+"/return", nil), 422, "请写明意见"},
		"signed after the text had changed":     {o.post(o.Reviewer, review+"/pass", url.Values{"version": {"1"}, "checks": {"secrecy"}, "basis": {"x"}}), 409, "内容有改动"},
		"a category the unit does not owe":      {o.post(o.Author, "/desk/items", url.Values{"unit": {id(o.County.ID)}, "category": {"village.3"}, "period": {"2026Q3"}}), 422, "没有这一类"},
		"a period that is none":                 {o.post(o.Clerk, "/desk/items", url.Values{"unit": {id(o.Village.ID)}, "category": {"village.3"}, "period": {"x"}}), 422, "属于哪一期"},
		"a number that is none":                 {o.get(o.Author, "/desk/items/35/abc"), 404, "没有找到"},
	} {
		if body := c.got.body; c.got.status != c.status || !strings.Contains(words(body), c.say) {
			t.Errorf("%s: status %d, want %d with %q\n%.600s", name, c.got.status, c.status, c.say, words(body))
		}
	}
}

func TestUploadsAreReadBeforeTheyAreKept(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	path := pathOf(o.Draft(t, o.County, "county.10", o.Plain("预案")))
	edit := path + "/edit"
	post := func(name string, content []byte) answer {
		v := with(filled(t, o.get(o.Author, edit).body, edit), "do", "attach", "title", "改过的标题")
		return o.send(o.Author, edit, v, "file", name, content)
	}
	body := post("report.pdf", append([]byte("MZ\x90\x00"), make([]byte, 4096)...)).ok(t, 422)
	says(t, body, "不接收可执行程序", "有 1 处需要您更正")
	if !strings.Contains(body, "改过的标题") {
		t.Error("what was typed is lost with a refused file")
	}
	says(t, post("photo.docx", jpeg(t)).ok(t, 422), "与扩展名")
	says(t, post("empty.pdf", nil).ok(t, 422), "空的")
	if a := post("large.csv", bytes.Repeat([]byte("1,2\n"), disclosure.MaxFile/4+5<<20)); a.status != 413 && a.status != 422 {
		t.Errorf("oversize: %d", a.status)
	}
	post("people.csv", []byte("项目,电话\n咨询,13800000000\n")).to(t)
	body = o.get(o.Author, edit).ok(t, 200)
	says(t, body, "people.csv", "138", "手机号码")
	if strings.Contains(body, "13800000000") {
		t.Error("the number itself is shown")
	}
	detach := body[strings.Index(body, `value="detach:`)+7:]
	v := with(filled(t, body, edit), "do", detach[:strings.IndexByte(detach, '"')])
	o.send(o.Author, edit, v, "", "", nil).to(t)
	if strings.Contains(o.get(o.Author, edit).body, "people.csv") {
		t.Error("the file is still there")
	}
}

func TestScriptInEveryFieldIsHarmless(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	path, body := o.begin(o.Author, o.County, "county.10")
	edit := path + "/edit"
	v := filled(t, body, edit)
	const bad = `"><script>alert(1)</script><img src=x onerror=alert(1)>`
	for name := range v {
		if name != "version" && !strings.Contains(name, "formed_on") && !strings.Contains(name, "ends_on") && name != "openness" && name != "explains" {
			v.Set(name, bad)
		}
	}
	v.Set("explains", "")
	o.send(o.Author, edit, with(today(v, bad), "doc_number", bad, "do", "submit"), "", "", nil).to(t)
	o.sign(o.Reviewer, path, "/pass", "secrecy")
	for _, p := range []string{path, path + "/preview", "/desk/items", "/desk/items?q=" + url.QueryEscape(bad)} {
		body := o.get(o.Reviewer, p).ok(t, 200)
		if strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") {
			t.Errorf("%s runs what was typed", p)
		}
	}
	o.post(o.Second, path+"/return", url.Values{"note": {bad}}).to(t)
	if body := o.get(o.Author, edit).ok(t, 200); strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") {
		t.Error("the editor runs what was typed")
	}
}

func TestAutosaveTellsOfAConflict(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	path := pathOf(o.Draft(t, o.County, "county.10", o.Plain("第一稿")))
	edit, auto := path+"/edit", path+"/autosave"
	mine := filled(t, o.get(o.Author, edit).body, edit)
	a := o.post(o.Author, auto, with(mine, "title", "第二稿"))
	a.ok(t, 204)
	if a.header.Get("Draft-Version") == "" {
		t.Fatal("no revision to go on with")
	}
	o.post(o.Colleague, auto, with(mine, "title", "同事的稿")).ok(t, 409)
	mine.Set("version", a.header.Get("Draft-Version"))
	o.post(o.Colleague, auto, with(mine, "title", "同事的稿")).ok(t, 204)
	body := o.send(o.Author, edit, with(mine, "title", "我的稿", "do", "save"), "", "", nil).ok(t, 409)
	says(t, body, "在别处被保存过", "同事", "我的稿", "两份内容的差别")
	again := filled(t, body, edit)
	if again.Get("title") != "我的稿" {
		t.Error("what was typed is lost")
	}
	o.send(o.Author, edit, with(again, "do", "save"), "", "", nil).to(t)
	o.post(o.Author, auto, with(filled(t, o.get(o.Author, edit).body, edit), "openness", "withheld")).ok(t, 422)
}

func TestAWithheldItemIsNeverSilentlyPublished(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	path := pathOf(o.Draft(t, o.County, "county.10", o.Plain("内部事项")))
	edit := path + "/edit"
	v := with(filled(t, o.get(o.Author, edit).body, edit), "openness", "withheld", "do", "submit")
	says(t, o.send(o.Author, edit, v, "", "", nil).ok(t, 422), "请写明不主动公开的依据")
	v.Set("openness_ground", "条例第十六条")
	says(t, o.send(o.Author, edit, v, "", "", nil).ok(t, 422), "公开属性不是“主动公开”")
}

func TestPersonalDetailsAreShownInPlace(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	path := pathOf(o.Draft(t, o.County, "county.10", o.Plain("公示")))
	edit := path + "/edit"
	v := with(filled(t, o.get(o.Author, edit).body, edit), "body", "联系人身份证号11010519491231002X", "do", "submit")
	body := o.send(o.Author, edit, v, "", "", nil).ok(t, 422)
	says(t, body, "不得公开的个人信息", "居民身份证号码", "正文", "必须删除或遮盖")
	if !strings.Contains(body, `href="#f-body"`) {
		t.Error("no way to the field")
	}
	v = with(filled(t, body, edit), "body", "咨询电话13800000000，请工作时间拨打。", "do", "submit")
	o.send(o.Author, edit, v, "", "", nil).to(t)
	o.sign(o.Reviewer, path, "/pass", "secrecy")
	page := o.get(o.Second, path).ok(t, 200)
	says(t, page, "手机号码", "可以公开的理由")
	pass := url.Values{"checks": {"privacy", "accuracy"}, "basis": {"条例"}}
	says(t, o.post(o.Second, path+"/pass", pass).ok(t, 409), "还有疑似个人信息没有处理")
	finding := hidden(t, page, "finding")
	says(t, o.post(o.Second, path+"/release", url.Values{"finding": {finding}}).ok(t, 422), "请写明可以公开的理由")
	o.post(o.Second, path+"/release", url.Values{"finding": {finding}, "reason": {"办公用手机，已登记"}}).to(t)
	says(t, o.get(o.Second, path).ok(t, 200), "已放行", "办公用手机，已登记", "赵六")
	o.post(o.Second, path+"/pass", pass).to(t)
}

func TestTheFormTravelsThroughASpreadsheet(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	path, body := o.begin(o.Author, o.County, "county.8")
	edit := path + "/edit"
	if a := o.get(o.Author, path+"/template.xlsx"); a.status != 200 || !strings.HasPrefix(a.body, "PK") || !strings.Contains(a.header.Get("Content-Disposition"), "xlsx") {
		t.Fatalf("template: %d", a.status)
	}
	v := answers(today(filled(t, body, edit), "收费目录"), disclosuretest.Fill(o.Disclosure.Norm.Form("fees")))
	o.send(o.Author, edit, with(v, "do", "save"), "", "", nil).to(t)
	sheet := o.get(o.Author, path+"/form.xlsx").body
	v = filled(t, o.get(o.Author, edit).body, edit)
	for k := range v {
		if strings.HasPrefix(k, "r.") {
			v.Del(k)
		}
	}
	a := o.send(o.Author, edit, with(v, "do", "fill"), "sheet", "fees.xlsx", []byte(sheet))
	a.to(t)
	got := filled(t, o.get(o.Author, edit+"?did=filled").body, edit)
	if got.Get("r.0.item") != "按规定办理" || got.Get("title") != "收费目录" {
		t.Errorf("came back as %v", got)
	}
	says(t, o.send(o.Author, edit, with(got, "do", "fill"), "sheet", "x.xlsx", []byte("no workbook")).ok(t, 422), "表格中有 1 处需要修改")
	says(t, o.send(o.Author, edit, with(got, "do", "fill"), "", "", nil).ok(t, 422), "请先选择文件")
	o.send(o.Author, edit, with(filled(t, o.get(o.Author, edit).body, edit), "do", "submit"), "", "", nil).to(t)
}
