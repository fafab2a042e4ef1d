package privacy

import (
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"
	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

func TestTextIsWhatAReaderSeesMasked(t *testing.T) {
	t.Parallel()
	book := workbookWith(t, func(f *excelize.File) {
		_ = f.SetSheetRow("Sheet1", "A1", &[]any{"项目", "暗列", "说明"})
		_ = f.SetSheetRow("Sheet1", "A2", &[]any{"药具发放", "列中秘密", "办公电话0595-23232323转"})
		_ = f.SetSheetRow("Sheet1", "A3", &[]any{"行中秘密", "", ""})
		_ = f.SetRowVisible("Sheet1", 3, false)
		_ = f.SetColVisible("Sheet1", "B", false)
		_, _ = f.NewSheet("暗表")
		_ = f.SetCellStr("暗表", "A1", "表中秘密")
		_ = f.SetSheetVisible("暗表", false)
		_ = f.AddComment("Sheet1", excelize.Comment{Cell: "A1", Author: "某人", Paragraph: []excelize.RichTextRun{{Text: "批注秘密"}}})
		_, _ = f.NewSheet("名册")
		_ = f.SetSheetRow("名册", "A1", &[]any{"姓名", "身份证号"})
		_ = f.SetSheetRow("名册", "A2", &[]any{"张小三", secretID})
		_ = f.SetSheetRow("名册", "A3", &[]any{"备注", secretID[:6], secretID[6:14], secretID[14:], "尾"})
	})
	docx := zipOf(t, "word/document.xml", `<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>村务公开，身份证`+secretID+`</w:t></w:r><w:del><w:r><w:delText>删去的话</w:delText></w:r></w:del></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>乙</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>`,
		"word/comments.xml", `<w:comments xmlns:w="w"><w:comment><w:p><w:r><w:t>批注秘密</w:t></w:r></w:p></w:comment></w:comments>`, "[Content_Types].xml", "<Types/>")
	for _, c := range []struct {
		file    string
		content []byte
		has     []string
		not     []string
	}{
		{"a.xlsx", book, []string{"项目\t说明", "药具发放", "办公电话", "姓名\t身份证号", "尾"}, []string{"秘密", "暗", "某人", "张小三", secretID, secretID[:6], secretID[14:], "23232323"}},
		{"a.docx", docx, []string{"村务公开，身份证", "甲\t乙"}, []string{"删去", "批注", secretID}},
		{"a.csv", []byte("类别,数\n药具,12\n"), []string{"类别\t数\n药具\t12"}, []string{"类别,数"}},
		{"a.txt", []byte("奖励扶助\n手机13800138000"), []string{"奖励扶助\n手机138****8000"}, []string{"13800138000"}},
		{"a.pdf", pdfWith(t, func(p *fpdf.Fpdf) { p.AddPage(); p.SetFont("Helvetica", "", 12); p.Text(20, 20, "Disclosure of fees") }), []string{"Disclosure of fees"}, nil},
	} {
		r := inspect(t, c.file, c.content)
		for _, w := range c.has {
			if !strings.Contains(r.Text(), w) {
				t.Errorf("%s: %q is missing in %q", c.file, w, r.Text())
			}
		}
		for _, w := range c.not {
			if strings.Contains(r.Text(), w) {
				t.Errorf("%s: %q is in %q", c.file, w, r.Text())
			}
		}
	}
}

func TestTextIsBounded(t *testing.T) {
	t.Parallel()
	r := inspect(t, "a.txt", []byte(strings.Repeat("公开", MaxText/3)))
	if n := len(r.Text()); n > MaxText || n < MaxText-8 {
		t.Errorf("%d bytes are kept", n)
	}
	if diff := cmp.Diff("", strings.Trim(r.Text(), "公开\n")); diff != "" {
		t.Errorf("a character is cut: %s", diff)
	}
}
