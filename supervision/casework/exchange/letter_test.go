package exchange

import (
	"encoding/base64"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"yangguang/internal/secret"
)

// mailOf writes a message with CRLF.
func mailOf(lines ...string) []byte { return []byte(strings.Join(lines, "\r\n")) }

func gbk(t testing.TB, s string) string {
	t.Helper()
	out, err := simplifiedchinese.GB18030.NewEncoder().String(s)
	check(t, err)
	return out
}

// TestLettersAreReadWhateverTheyAreWrittenIn: charsets of this country, HTML,
// attachments with names in Chinese.
func TestLettersAreReadWhateverTheyAreWrittenIn(t *testing.T) {
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for name, c := range map[string]struct {
		raw           []byte
		subject, text string
		files         string
	}{
		"GB18030":                         {mailOf("From: zhangsan@example.cn", "Subject: =?gb18030?B?"+b64(gbk(t, "咨询奖励扶助"))+"?=", "Content-Type: text/plain; charset=gb18030", "Content-Transfer-Encoding: base64", "", b64(gbk(t, "请问怎么申请？"))), "咨询奖励扶助", "请问怎么申请？", ""},
		"GBK with no header that says so": {mailOf("From: zhangsan@example.cn", "Subject: "+gbk(t, "咨询奖励扶助"), "", gbk(t, "请问怎么申请奖励扶助？")), "咨询奖励扶助", "请问怎么申请奖励扶助？", ""},
		"HTML alone":                      {mailOf("From: zhangsan@example.cn", "Subject: s", "Content-Type: text/html; charset=utf-8", "", "<html><head><title>x</title><style>p{}</style></head><body><p>第一行</p><script>alert(1)</script><div>第二行&amp;</div></body></html>"), "s", "第一行\n\n第二行&", ""},
		"text before HTML":                {mailOf("From: zhangsan@example.cn", "Subject: s", "Content-Type: multipart/alternative; boundary=b", "", "--b", "Content-Type: text/plain; charset=utf-8", "", "文字", "--b", "Content-Type: text/html; charset=utf-8", "", "<p>网页</p>", "--b--"), "s", "文字", ""},
		"an attachment": {mailOf("From: zhangsan@example.cn", "Subject: s", "Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: text/plain; charset=gbk", "", gbk(t, "见附件"), "--b",
			"Content-Type: application/pdf; name=\"=?utf-8?B?"+b64("证明.pdf")+"?=\"", "Content-Disposition: attachment", "Content-Transfer-Encoding: base64", "", b64("%PDF-1.4"), "--b--"), "s", "见附件", "证明.pdf=%PDF-1.4"},
		"cut short":      {mailOf("From: zhangsan@example.cn", "Subject: s", "Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: text/plain; charset=utf-8", "", "没有写完"), "s", "没有写完", ""},
		"no text at all": {mailOf("From: zhangsan@example.cn", "Subject: 只有标题", "", ""), "只有标题", "只有标题", ""},
	} {
		l, err := readLetter(c.raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		files := ""
		for _, f := range l.files {
			files += f.Name + "=" + string(f.Bytes)
		}
		if l.subject != c.subject || l.text != c.text || files != c.files || l.auto != "" {
			t.Errorf("%s: %q %q %q %q", name, l.subject, l.text, files, l.auto)
		}
	}
}

// TestWhatNoPersonWroteIsSeen: answers of absence, bounces, lists.
func TestWhatNoPersonWroteIsSeen(t *testing.T) {
	for want, head := range map[string]string{"auto_reply": "Auto-Submitted: auto-replied", "list": "List-Id: <x.example>", "bounce": "Content-Type: multipart/report; boundary=b", "": "Auto-Submitted: no"} {
		l, err := readLetter(mailOf("From: zhangsan@example.cn", "Subject: s", head, "", "x"))
		if err != nil || l.auto != want {
			t.Errorf("%s: %v %v", head, l, err)
		}
	}
	for from, want := range map[string]string{"MAILER-DAEMON@example.cn": "bounce", "noreply@example.cn": "no_reply", "zhangsan@example.cn": ""} {
		l, err := readLetter(mailOf("From: "+from, "Subject: s", "", "x"))
		if err != nil || l.auto != want {
			t.Errorf("%s: %v %v", from, l, err)
		}
	}
	for _, raw := range []string{"", "no message", "Subject: s\r\n\r\nno sender"} {
		if l, err := readLetter([]byte(raw)); err == nil {
			t.Errorf("%q is read as %+v", raw, l)
		}
	}
}

// TestNumbersAndCodesAreFoundInALetterAndCodesTakenOut of what staff read.
func TestNumbersAndCodesAreFoundInALetterAndCodesTakenOut(t *testing.T) {
	n, c := secret.Number("350525", "202611"), secret.Code(10)
	text := "编号 " + n + "，查询码 " + secret.Group(c) + "。\n> 引文"
	if got := numbersIn(text); len(got) != 1 || got[0] != n {
		t.Errorf("numbers %v", got)
	}
	if got := codesIn(text); len(got) != 1 || got[0] != c {
		t.Errorf("codes %v, want %s", got, c)
	}
	if got := withoutCodes(text); strings.Contains(got, secret.Group(c)) || !strings.Contains(got, n) {
		t.Errorf("left: %s", got)
	}
	if got := unquoted(text); strings.Contains(got, "引文") {
		t.Errorf("left: %s", got)
	}
}

func FuzzReadLetter(f *testing.F) {
	f.Add(mailOf("From: zhangsan@example.cn", "Subject: =?gbk?B?xOO6ww==?=", "Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: text/html; charset=gbk", "", "<p>x", "--b--"))
	f.Add([]byte("From: a@b\r\nContent-Type: text/plain; charset=utf-16\r\n\r\nx"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		l, err := readLetter(raw)
		if err != nil {
			return
		}
		for _, s := range []string{l.subject, l.text, l.name} {
			if !utf8.ValidString(s) || strings.Contains(s, "\x00") {
				t.Errorf("not to be kept: %q", s)
			}
		}
		_ = unquoted(withoutCodes(l.text))
	})
}
