package letter

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"yangguang/internal/i18n"
	"yangguang/internal/privacy"
	"yangguang/norm"
)

var made = time.Date(2026, 8, 3, 1, 2, 3, 0, time.UTC)

func run(t testing.TB, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("YANGGUANG_TEST_PG") != "" { // scripts/with-test-env is at work
			t.Fatalf("%s is missing", name)
		}
		t.Skipf("%s is missing; scripts/with-test-env installs it", name)
	}
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatal(name, err)
	}
	return string(out)
}

func solid(s string) string { return strings.Join(strings.Fields(strings.TrimPrefix(s, "\uFEFF")), "") }

var pageNumber = regexp.MustCompile(`(?m)^\f?— \d+ —$`)

func write(t testing.TB, file string, to func(w io.Writer) error) {
	t.Helper()
	var b bytes.Buffer
	if err := to(&b); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// printed are letters of every kind, decisions with their own remedy and over
// every channel, others over two; the translations over one.
func printed(t testing.TB) map[string]Letter {
	out := map[string]Letter{}
	p := norm.Builtin()
	for _, lang := range i18n.Langs {
		for _, k := range Kinds() {
			id, _, _ := strings.Cut(string(k), ".")
			d := p.Requests.Decision(id)
			for _, c := range Channels() {
				if d == nil && c != Web && c != Counter || lang == i18n.EN && c != Web {
					continue
				}
				f, err := Parse(k, lang, Template(k, lang))
				if err != nil {
					t.Fatal(err)
				}
				l, err := f.Merge(WayOf(d, c, false), sample(lang).With(ValuesOf(p, d, k, lang)))
				if err != nil {
					t.Fatal(err)
				}
				out[fmt.Sprintf("%s-%s-%s", lang, strings.ReplaceAll(string(k), ".", "_"), c)] = l
			}
		}
	}
	return out
}

// Both files of a letter say the same, letter by letter: DOCX as LibreOffice
// reads it, PDF as pdftotext does.
func TestBothFilesSayTheSame(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ls := printed(t)
	args := []string{"--headless", "-env:UserInstallation=file://" + filepath.Join(dir, "profile"), "--convert-to", "txt:Text (encoded):UTF8", "--outdir", dir}
	for name, l := range ls {
		file := filepath.Join(dir, name)
		write(t, file+".docx", func(w io.Writer) error { return l.DOCX(w, made) })
		write(t, file+".pdf", func(w io.Writer) error { return l.PDF(w, made) })
		args = append(args, file+".docx")
	}
	run(t, "soffice", args...)
	for name, l := range ls {
		b, err := os.ReadFile(filepath.Join(dir, name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		text := solid(string(b))
		if got := solid(pageNumber.ReplaceAllString(run(t, "pdftotext", "-raw", filepath.Join(dir, name+".pdf"), "-"), "")); got != text {
			t.Errorf("%s: the files differ:\ndocx %s\npdf  %s", name, text, got)
		}
		for _, line := range strings.Split(l.words(), "\n") {
			if !strings.Contains(text, solid(line)) {
				t.Errorf("%s lacks %q", name, line)
			}
		}
	}
	if len(ls) < 23*4+14*2+37 {
		t.Errorf("%d letters were compared", len(ls))
	}
}

func TestManyLettersPrintAsOne(t *testing.T) {
	t.Parallel()
	ls := printed(t)
	file := filepath.Join(t.TempDir(), "batch.pdf")
	batch := []Letter{ls["zh-CN-receipt-web"], ls["zh-CN-partial-post"], ls["zh-CN-delivery-counter"], ls["en-granted-web"], ls["zh-CN-third_party-counter"]}
	write(t, file, func(w io.Writer) error { return Print(w, made, batch...) })
	pages := strings.Split(strings.TrimSuffix(run(t, "pdftotext", "-raw", file, "-"), "\f"), "\f")
	at := 0
	for i, l := range batch {
		first := l.Issuer
		if l.Plain {
			first = l.Title
		}
		if !strings.HasPrefix(solid(pages[at]), solid(first)) {
			t.Errorf("letter %d does not begin page %d: %s", i, at+1, pages[at])
		}
		alone := filepath.Join(t.TempDir(), "alone.pdf")
		write(t, alone, func(w io.Writer) error { return l.PDF(w, made) })
		own := strings.Split(strings.TrimSuffix(run(t, "pdftotext", "-raw", alone, "-"), "\f"), "\f")
		if got := strings.Join(pages[at:at+len(own)], "\f"); got != strings.Join(own, "\f") {
			t.Errorf("letter %d is another one in the batch", i)
		}
		at += len(own)
	}
	if at != len(pages) {
		t.Errorf("%d pages, want %d", len(pages), at)
	}
	if err := Print(io.Discard, made); err == nil {
		t.Error("nothing was printed without a word")
	}
}

func TestTheSameLetterIsTheSameBytes(t *testing.T) {
	t.Parallel()
	l := printed(t)["zh-CN-partial-post"]
	for name, to := range map[string]func(w io.Writer) error{
		"docx": func(w io.Writer) error { return l.DOCX(w, made) }, "pdf": func(w io.Writer) error { return l.PDF(w, made) },
	} {
		var a, b bytes.Buffer
		if err := to(&a); err != nil {
			t.Fatal(err)
		}
		if err := to(&b); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s differs from itself", name)
		}
	}
}

// What the house sends, the house can read: the gate finds nothing hidden,
// nothing it does not know and no person in the properties.
func TestTheGateReadsWhatIsWritten(t *testing.T) {
	t.Parallel()
	l := printed(t)["zh-CN-third_party-counter"]
	l.Title += "致张三"
	l.Demo = true
	for name, to := range map[string]func(w io.Writer) error{
		"a.docx": func(w io.Writer) error { return l.DOCX(w, made) }, "a.pdf": func(w io.Writer) error { return l.PDF(w, made) },
	} {
		var b bytes.Buffer
		if err := to(&b); err != nil {
			t.Fatal(err)
		}
		rep, err := privacy.Inspect(name, bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(name, err)
		}
		if len(rep.Hidden) > 0 || len(rep.Uncertain) > 0 {
			t.Errorf("%s: hidden %v, uncertain %v", name, rep.Hidden, rep.Uncertain)
		}
		for _, f := range rep.Findings {
			t.Errorf("%s: found %+v", name, f)
		}
	}
}

// The properties name the kind and nobody: a title may
// hold a name.
func TestThePropertiesNameNobody(t *testing.T) {
	t.Parallel()
	l := printed(t)["zh-CN-granted-web"]
	l.Title, l.Addressee = "答复张三", "张三"
	file := filepath.Join(t.TempDir(), "a.pdf")
	write(t, file, func(w io.Writer) error { return l.PDF(w, made) })
	if info := run(t, "pdfinfo", file); strings.Contains(info, "张三") || !strings.Contains(info, l.Kind.Title().Zh) {
		t.Errorf("the properties are %s", info)
	}
}

func TestDemonstrationDataIsMarkedOnEveryPage(t *testing.T) {
	t.Parallel()
	l := printed(t)["zh-CN-refused_process-web"]
	l.Demo = true
	dir := t.TempDir()
	file := filepath.Join(dir, "demo.pdf")
	write(t, file, func(w io.Writer) error { return l.PDF(w, made) })
	write(t, filepath.Join(dir, "word.docx"), func(w io.Writer) error { return l.DOCX(w, made) })
	run(t, "soffice", "--headless", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--convert-to", "pdf", "--outdir", dir, filepath.Join(dir, "word.docx"))
	for _, f := range []string{file, filepath.Join(dir, "word.pdf")} {
		pages := strings.Split(strings.TrimSuffix(run(t, "pdftotext", f, "-"), "\f"), "\f")
		if len(pages) < 2 {
			t.Errorf("%s has %d pages", f, len(pages))
		}
		for i, p := range pages {
			if !strings.Contains(p, "演示数据，不具有法律效力") {
				t.Errorf("%s, page %d is not marked:\n%s", f, i+1, p)
			}
		}
	}
}

// No page holds a signature alone, however the text before it ends.
func TestNoPageHoldsTheSignatureAlone(t *testing.T) {
	t.Parallel()
	base := printed(t)["zh-CN-granted-web"]
	base.Attachments = nil
	dir := t.TempDir()
	for n := range 24 {
		l := base
		l.Body = nil
		for i := range n + 1 {
			l.Body = append(l.Body, Block{Text: fmt.Sprintf("第%d段。", i)})
		}
		file := filepath.Join(dir, "a.pdf")
		write(t, file, func(w io.Writer) error { return l.PDF(w, made) })
		pages := strings.Split(strings.TrimSuffix(run(t, "pdftotext", "-raw", file, "-"), "\f"), "\f")
		if last := pages[len(pages)-1]; !strings.Contains(last, fmt.Sprintf("第%d段", n)) || !strings.Contains(last, l.Date) {
			t.Errorf("%d paragraphs: the last page is %s", n+1, last)
		}
	}
}

func TestAnEnvelopeIsADL(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "e.pdf")
	es := []Envelope{
		{PostCode: "362600", Address: "福建省泉州市永春县桃城镇八二三东路100号", Name: "张三", Sender: "永春县卫生健康局", SenderAddress: "永春县桃城镇", SenderPostCode: "362600"},
		{Address: strings.Repeat("很长的地址", 20), Name: strings.Repeat("很长的名称", 12), Sender: strings.Repeat("局", 60), Demo: true},
	}
	write(t, file, func(w io.Writer) error { return Envelopes(w, made, es...) })
	info := run(t, "pdfinfo", file)
	if !strings.Contains(info, "623.62 x 311.81") || !regexp.MustCompile(`Pages:\s+2\n`).MatchString(info) || strings.Contains(info, "张三") {
		t.Error(info)
	}
	pages := strings.Split(run(t, "pdftotext", "-raw", file, "-"), "\f")
	for _, want := range []string{"362600", "桃城镇八二三东路100号", "张三收", "永春县卫生健康局", "贴邮票处"} {
		if !strings.Contains(solid(pages[0]), want) {
			t.Errorf("%q is not on the envelope:\n%s", want, pages[0])
		}
	}
	for _, want := range []string{solid(es[1].Address), solid(es[1].Name) + "收", "演示数据"} {
		if !strings.Contains(solid(pages[1]), want) {
			t.Errorf("%q is not on the envelope:\n%s", want, pages[1])
		}
	}
}

func TestALongListRepeatsItsHead(t *testing.T) {
	t.Parallel()
	var rows [][]string
	for i := range 60 {
		rows = append(rows, []string{itoa(i + 1), "2026-07-06", fmt.Sprintf("文件%d号材料", i+1), "", "1"})
	}
	l, err := form(t, "archive_list", i18n.ZH).List(sample(i18n.ZH), rows)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "l.pdf")
	write(t, file, func(w io.Writer) error { return l.PDF(w, made) })
	text := run(t, "pdftotext", "-raw", file, "-")
	pages := strings.Split(strings.TrimSuffix(text, "\f"), "\f")
	for i, p := range pages {
		if strings.Count(p, "题名") != 1 {
			t.Errorf("page %d has %d heads", i+1, strings.Count(p, "题名"))
		}
	}
	for i := range rows {
		if !strings.Contains(text, rows[i][2]) {
			t.Errorf("row %d is missing", i+1)
		}
	}
	if len(pages) < 3 {
		t.Errorf("%d pages", len(pages))
	}
}

func TestALongCellIsCutAndNotLost(t *testing.T) {
	t.Parallel()
	v := sample(i18n.ZH)
	v["asked"] = ""
	for i := range 600 {
		v["asked"] += fmt.Sprintf("第%d份文件，", i)
	}
	l, err := form(t, "archive_cover", i18n.ZH).Merge(Way{}, v)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "c.pdf")
	write(t, file, func(w io.Writer) error { return l.PDF(w, made) })
	text := solid(pageNumber.ReplaceAllString(run(t, "pdftotext", "-raw", file, "-"), ""))
	if !strings.Contains(text, v["asked"]) {
		t.Errorf("the cell lost words: %s", text)
	}
}

func TestWhatTheTypefaceLacksIsTold(t *testing.T) {
	t.Parallel()
	l := printed(t)["zh-CN-granted-web"]
	if r := l.Lacks(); len(r) > 0 {
		t.Errorf("lacks %q in a usual letter", r)
	}
	l.Addressee = "张\U0002348D"
	if r := l.Lacks(); len(r) != 1 || r[0] != 0x2348D {
		t.Errorf("lacks %q", r)
	}
}
