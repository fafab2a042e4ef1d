package disclosure_test

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"strings"
	"testing"

	"yangguang/disclosure"
	"yangguang/disclosure/form"
	"yangguang/internal/db"
)

// 1.1.a: what may never be released is refused wherever it was typed.
func TestAResidentNumberIsRefusedWhereverItStands(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		for place, change := range map[string]func(x *disclosure.Text){
			"title":   func(x *disclosure.Text) { x.Title += resident },
			"summary": func(x *disclosure.Text) { x.Summary = resident },
			"body":    func(x *disclosure.Text) { x.Body = "<p>身份证 " + resident + "</p>" },
			"body in pieces": func(x *disclosure.Text) {
				x.Body = "<p>" + resident[:6] + "<b>" + resident[6:14] + "</b>" + resident[14:] + "</p>"
			},
			"table": func(x *disclosure.Text) {
				x.Body = "<table><tr><th>姓名</th><th>证件号</th></tr><tr><td><p>张三</p></td><td><p>" + resident + "</p></td></tr></table>"
			},
			"address of a link": func(x *disclosure.Text) {
				x.Body = `<p><a href="https://example.org/?id=` + resident + `">详情</a></p>`
			},
			"keywords":        func(x *disclosure.Text) { x.Keywords = resident },
			"document number": func(x *disclosure.Text) { x.DocNumber = "〔2026〕" + resident },
		} {
			x := h.Plain("公告")
			change(&x)
			v := h.Draft(t, h.County, "county.2", x)
			t.Log(place)
			refused(t, d.Submit(h.As(h.Author), v.Province, v.ID), invalid, "disclosure.personal_never")
		}
		x := h.Text("county.4", "2026Q3", "人口")
		f := d.Norm.Form(x.Form)
		for _, c := range f.Columns {
			if !c.Numeric() {
				x.Data.Rows = append([]form.Row(nil), x.Data.Rows...)
				x.Data.Rows[0].Cells[c.ID] = "身份证 " + resident
			}
		}
		for _, c := range f.Fields {
			if !c.Numeric() && c.Type == "text" {
				x.Data.Fields[c.ID] = "身份证 " + resident
			}
		}
		if data, _ := form.Encode(x.Data); strings.Contains(string(data), resident) {
			v := h.Draft(t, h.County, "county.4", x)
			err := d.Submit(h.As(h.Author), v.Province, v.ID)
			if err == nil {
				t.Error("a resident number in a form cell was submitted")
			}
		}
	})
}

func TestAColumnOfNamesPastedFromWordIsSeen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	x := h.Plain("奖励发放情况")
	x.Body = "<table><tbody><tr><td>\n<p>姓名</p></td><td><p>金额</p></td></tr>"
	for _, n := range []string{"张三", "李四", "王五", "赵六", "孙七", "周八"} {
		x.Body += "<tr><td>\n <p>" + n + "</p>\n</td><td><p>1200</p></td></tr>"
	}
	x.Body += "</tbody></table>"
	v := h.Draft(t, h.County, "county.2", x)
	s, err := h.Disclosure.Open(h.As(h.Author), v.Province, v.ID)
	check(t, err)
	if len(s.Findings) < 6 {
		t.Errorf("of six names %d were seen: %q", len(s.Findings), s.Version.BodyText)
	}
}

func TestTooManyFindingsAreAListOfPeople(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	numbers := func(n int, then string) disclosure.Text {
		x := h.Plain("通讯录")
		var b strings.Builder
		for i := range n {
			b.WriteString("<p>办公电话 0595-2388")
			b.WriteString([]string{"1", "2", "3", "4"}[i%4] + string(rune('0'+i/100%10)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10)))
			b.WriteString("</p>")
		}
		x.Body = b.String() + "<p>" + then + "</p>"
		return x
	}
	v := h.Draft(t, h.County, "county.2", numbers(150, ""))
	refused(t, h.Disclosure.Submit(h.As(h.Author), v.Province, v.ID), invalid, "disclosure.personal_many")
	v = h.Draft(t, h.County, "county.2", numbers(150, "身份证号 "+resident)) // not hidden behind the many
	refused(t, h.Disclosure.Submit(h.As(h.Author), v.Province, v.ID), invalid, "disclosure.personal_never")
}

func TestWhatMayBeReleasedNeedsASecondPerson(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		x := h.Plain("公告")
		x.Body = "联系电话 0595-23881234，负责人手机 13800001234。"
		v, err := d.Start(h.As(h.Colleague), h.County.ID, "county.2", "") // who may also review, but not his own
		check(t, err)
		_, err = d.Save(h.As(h.Colleague), v.Province, v.ID, x)
		check(t, err)
		check(t, d.Submit(h.As(h.Colleague), v.Province, v.ID))
		check(t, d.Pass(h.As(h.Reviewer), v.Province, v.ID, opinion()))
		refused(t, d.Pass(h.As(h.Second), v.Province, v.ID, opinion()), conflict, "disclosure.personal_open")
		s, err := d.Open(h.As(h.Second), v.Province, v.ID)
		check(t, err)
		if len(s.Findings) == 0 {
			t.Fatal("the gate saw no telephone")
		}
		for _, f := range s.Findings {
			if strings.Contains(f.Masked, "13800001234") {
				t.Error("a finding keeps what it found")
			}
			refused(t, d.ReleaseFinding(h.As(h.Colleague), v.Province, v.ID, f.ID, "办公电话"), conflict, "disclosure.same_person_wrote")
			refused(t, d.ReleaseFinding(h.As(h.Second), v.Province, v.ID, f.ID, " "), invalid, "reason:disclosure.need_release_reason")
			check(t, d.ReleaseFinding(h.As(h.Second), v.Province, v.ID, f.ID, "对外公布的办公电话"))
			refused(t, d.ReleaseFinding(h.As(h.Second), v.Province, v.ID, f.ID, "再来一次"), conflict, "disclosure.finding_fixed")
		}
		check(t, d.Pass(h.As(h.Second), v.Province, v.ID, opinion()))
		check(t, d.Approve(h.As(h.Approver), v.Province, v.ID, opinion(), never))

		// What was typed in after the review is seen at the approval.
		v = h.Reviewed(t, h.County, "county.2", h.Plain("公告"))
		check(t, h.DB.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec("update item_version set summary = $1 where province = $2 and id = $3", "电话 13900005678", v.Province, v.ID)
			return err
		}))
		refused(t, d.Approve(h.As(h.Approver), v.Province, v.ID, opinion(), never), conflict, "disclosure.personal_open")
	})
}

func attach(h *house, p disclosurePerson, v *disclosure.Version, name string, b []byte) (*disclosure.File, error) {
	return h.Disclosure.Attach(h.As(p), v.Province, v.ID, name, "", bytes.NewReader(b))
}

func TestAttachmentsPassTheGateAndStay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		v := h.Draft(t, h.County, "county.2", h.Plain("公告"))
		_, err := attach(h, h.Author, v, "", []byte("x"))
		refused(t, err, invalid, "file:disclosure.file_name")
		_, err = attach(h, h.Author, v, "空.txt", nil)
		refused(t, err, invalid, "file:disclosure.file_empty")
		_, err = attach(h, h.Author, v, "大.txt", make([]byte, disclosure.MaxFile+1))
		refused(t, err, invalid, "file:disclosure.file_too_large")
		_, err = attach(h, h.Author, v, "图片.png", []byte("%PDF-1.4\n"))
		refused(t, err, invalid, "file:privacy.disguised")
		_, err = attach(h, h.Other, v, "表.csv", []byte("a,b\n"))
		refused(t, err, missing, "fault.not_found")
		_, err = d.Attach(h.As(h.Author), v.Province, v.ID, "表.csv", "身份证 "+resident, strings.NewReader("a,b\n"))
		refused(t, err, invalid, "note:disclosure.reason_personal")

		bad, err := attach(h, h.Author, v, "名单.csv", []byte("姓名,身份证号\n张三,"+resident+"\n"))
		check(t, err)
		refused(t, d.Submit(h.As(h.Author), v.Province, v.ID), invalid, "disclosure.personal_never")
		check(t, d.Detach(h.As(h.Author), v.Province, v.ID, bad.ID))
		refused(t, d.Detach(h.As(h.Author), v.Province, v.ID, bad.ID), missing, "fault.not_found")

		var pic bytes.Buffer
		check(t, png.Encode(&pic, image.NewGray(image.Rect(0, 0, 8, 8))))
		photo, err := attach(h, h.Author, v, "公示栏.png", pic.Bytes())
		check(t, err)
		check(t, d.Submit(h.As(h.Author), v.Province, v.ID))
		_, err = attach(h, h.Author, v, "表.csv", []byte("a,b\n"))
		refused(t, err, conflict, "flow.not_now")
		refused(t, d.Detach(h.As(h.Author), v.Province, v.ID, photo.ID), conflict, "flow.not_now")

		check(t, d.Pass(h.As(h.Reviewer), v.Province, v.ID, opinion()))
		refused(t, d.Pass(h.As(h.Second), v.Province, v.ID, opinion()), conflict, "disclosure.file_uncleared")
		refused(t, d.ClearFile(h.As(h.Author), v.Province, v.ID, photo.ID, "看过"), forbidden, "disclosure.no_grant_review")
		refused(t, d.ClearFile(h.As(h.Second), v.Province, v.ID, photo.ID, ""), invalid, "reason:disclosure.need_clear_reason")
		refused(t, d.ClearFile(h.As(h.Second), v.Province, v.ID, 1, "看过"), missing, "fault.not_found")
		check(t, d.ClearFile(h.As(h.Second), v.Province, v.ID, photo.ID, "照片中没有人脸和证件"))
		check(t, d.Pass(h.As(h.Second), v.Province, v.ID, opinion()))
		check(t, d.Approve(h.As(h.Approver), v.Province, v.ID, opinion(), never))

		it := h.Item(t, v)
		p, err := d.Public(h.Anyone(), h.County, it.Year, it.Serial)
		check(t, err)
		if len(p.Files) != 1 || p.Files[0].ID != photo.ID || p.Files[0].Name != "公示栏.png" || p.Files[0].Kind != "image/png" {
			t.Errorf("the public files are %+v", p.Files)
		}
		next, err := d.Correct(h.As(h.Author), it.Province, it.ID)
		check(t, err)
		s, err := d.Open(h.As(h.Author), next.Province, next.ID)
		check(t, err)
		if len(s.Files) != 1 || s.Files[0].ClearedBy != h.Second.ID || s.Files[0].ID == photo.ID {
			t.Errorf("the correction begins with %+v", s.Files)
		}
		h.TakeDown(t, it, "privacy", "可能涉及隐私")
		p, err = d.Public(h.Anyone(), h.County, it.Year, it.Serial)
		check(t, err)
		if len(p.Files) != 0 {
			t.Errorf("what was taken down still has %+v", p.Files)
		}
	})
}

// The list of 2017 in the formats counties really produce: taken as a file,
// stopped before review, and never shown by a browser.
func TestTheListIsStoppedAsAnAttachment(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		for _, c := range []struct{ name, made, kind string }{
			{"名单.xls", "list77.xls", "application/vnd.ms-excel"},
			{"名单.et", "list77.xls", "application/vnd.ms-excel"},
			{"名单.doc", "list77.doc", "application/msword"},
			{"名单.wps", "list77.doc", "application/msword"},
			{"名单.ofd", "list77.ofd", "application/ofd"},
		} {
			b, err := os.ReadFile("../internal/privacy/testdata/" + c.made)
			check(t, err)
			v := h.Draft(t, h.County, "county.2", h.Plain("公告"))
			f, err := attach(h, h.Author, v, c.name, b)
			check(t, err)
			if f.Kind != c.kind {
				t.Errorf("%s is kept as %s", c.name, f.Kind)
			}
			refused(t, d.Submit(h.As(h.Author), v.Province, v.ID), invalid, "disclosure.personal_never")
		}
	})
}
