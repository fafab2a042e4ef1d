package handling

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"yangguang/disclosure/inforequest"
	"yangguang/internal/clock"
)

// closed is a request with a consultation's worth of paper, answered and delivered.
func (o *office) closed() (*inforequest.Request, string) {
	o.t.Helper()
	r := o.Requests
	q, code := o.Open(o.t)
	_, err := r.Attach(o.As(o.Handler), q.Province, q.ID, inforequest.Source, "分配 表:2025.txt", []byte("石鼓镇 12 万元\n"))
	check(o.t, err)
	_, err = r.Attach(o.As(o.Desk), q.Province, q.ID, inforequest.IdentityImage, "身份证.txt", []byte("证件\n"))
	check(o.t, err)
	check(o.t, r.Extend(o.As(o.Head), q.Province, q.ID, 5, "需要向各乡镇核实数额。"))
	check(o.t, r.Submit(o.As(o.Handler), q.Province, q.ID, inforequest.Draft{Decision: "granted", Reviewed: "不涉及国家秘密、个人隐私和第三方权益。", Values: map[string]string{"provided": "分配表", "reason": "应当公开。"}}))
	check(o.t, r.Approve(o.As(o.Head), q.Province, q.ID))
	check(o.t, r.Deliver(o.As(o.Desk), q.Province, q.ID, "web", "", clock.DateOf(o.Clock.Now())))
	return q, code
}

func (o *office) archive(q *inforequest.Request, reason string) []byte {
	o.t.Helper()
	w := o.ask(o.As(o.Desk), http.MethodPost, at(q, "/archive"), url.Values{"reason": {reason}}, http.StatusOK)
	if w.Header().Get("Cache-Control") != "no-store" {
		o.t.Error("a package with who asked may be kept by the browser")
	}
	return w.Body.Bytes()
}

// 1.1.b 归档: the whole file of a closed request, with hashes, the same each time.
func TestAClosedRequestMakesAnArchivePackage(t *testing.T) {
	t.Parallel()
	o := open(t)
	open, _ := o.Decided(t, nil)
	o.ask(o.As(o.Desk), http.MethodPost, at(open, "/archive"), url.Values{"reason": {"年度归档"}}, http.StatusConflict)
	q, code := o.closed()
	o.Clock.Advance(40 * 24 * time.Hour)
	_, err := o.Requests.DestroyIdentityImages(t.Context(), o.Clock.Now())
	check(t, err)
	o.ask(o.As(o.Handler), http.MethodPost, at(q, "/archive"), url.Values{"reason": {"年度归档"}}, http.StatusForbidden)
	o.ask(o.As(o.Stranger), http.MethodPost, at(q, "/archive"), url.Values{"reason": {"年度归档"}}, http.StatusNotFound)
	o.ask(o.As(o.Desk), http.MethodPost, at(q, "/archive"), url.Values{"reason": {" "}}, http.StatusUnprocessableEntity)
	b := o.archive(q, "年度归档")
	number, parts, faults, err := inforequest.CheckArchive(bytes.NewReader(b), int64(len(b)))
	check(t, err)
	if number != q.Number || len(faults) > 0 || parts != 1+2*2+1+4 {
		t.Errorf("package of %s with %d parts: %q", number, parts, faults)
	}
	o.Clock.Advance(time.Hour)
	if !bytes.Equal(b, o.archive(q, "再次下载")) {
		t.Error("the same request makes another package")
	}
	o.metadata(b, q)
	c, err := o.Requests.Follow(o.Anyone(), q.Number, code)
	check(t, err)
	if !slices.ContainsFunc(c.Steps, func(s inforequest.Step) bool { return s.Kind == "opened" && s.Note == "归档：年度归档" }) || c.ArchivedAt.IsZero() {
		t.Error("the applicant does not see that his identity was read for the archive")
	}
	if o.audited("archive") != 2 || o.audited("open_identity") != 2 {
		t.Errorf("%d packages and %d openings on record, want 2 of each", o.audited("archive"), o.audited("open_identity"))
	}
	o.has(o.ask(o.As(o.Desk), http.MethodGet, at(q, ""), nil, http.StatusOK).Body.String(), "最近归档")
	unpacks(t, b)
}

func (o *office) metadata(b []byte, q *inforequest.Request) {
	o.t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	check(o.t, err)
	read := func(name string) []byte {
		f, err := z.Open(name)
		check(o.t, err)
		b, err := io.ReadAll(f)
		check(o.t, err)
		return b
	}
	var m struct {
		Number, Decision, Reviewed, Author, Approver string
		Who                                          struct{ Name, Address string }
		Steps                                        []struct{ Kind, Words string }
		Letters                                      []struct{ Number, PDF string }
		Files                                        []struct {
			Path, Name string
			Destroyed  bool
		}
	}
	check(o.t, json.Unmarshal(read("metadata.json"), &m))
	if m.Number != q.Number || m.Who.Name != "王小明" || m.Who.Address == "" || m.Decision != "granted" || m.Author != "承办人乙" || m.Approver != "负责人丁" || m.Reviewed == "" {
		o.t.Errorf("metadata: %+v", m)
	}
	if !slices.ContainsFunc(m.Steps, func(s struct{ Kind, Words string }) bool {
		return s.Kind == "extend" && strings.Contains(s.Words, "5 个工作日")
	}) {
		o.t.Errorf("steps: %+v", m.Steps)
	}
	if len(m.Files) != 2 || m.Files[0].Path != "files/01-source-分配 表_2025.txt" || !m.Files[1].Destroyed || m.Files[1].Path != "" {
		o.t.Fatalf("files: %+v", m.Files)
	}
	if s := string(read(m.Files[0].Path)); s != "石鼓镇 12 万元\n" {
		o.t.Errorf("the file says %q", s)
	}
	if s := words(o.t, string(read("list.pdf"))); !strings.Contains(s, m.Letters[1].Number) || !strings.Contains(s, "分配表:2025.txt") {
		o.t.Errorf("the list says %s", s)
	}
	if s := words(o.t, string(read("cover.pdf"))); !strings.Contains(s, "予以公开") || !strings.Contains(s, "按档案保管期限") {
		o.t.Errorf("the cover says %s", s)
	}
	if s := string(read("manifest.json")); !strings.Contains(s, "第四十五条") {
		o.t.Errorf("the manifest does not say how long it is kept: %s", s)
	}
}

// unpacks holds that other people's readers take the package.
func unpacks(t *testing.T, b []byte) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "archive.zip")
	check(t, os.WriteFile(file, b, 0o600))
	ran := 0
	for _, c := range [][]string{{"unzip", "-t", "-q", file}, {"python3", "-c", "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(z.namelist())", file}} {
		if _, err := exec.LookPath(c[0]); err != nil {
			continue
		}
		ran++
		out, err := exec.CommandContext(t.Context(), c[0], c[1:]...).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v %s", c[0], err, out)
		}
		if c[0] == "python3" && !strings.Contains(string(out), "files/01-source-分配 表_2025.txt") {
			t.Errorf("python3 reads the names %s", out)
		}
	}
	if ran == 0 {
		t.Log("neither unzip nor python3 is installed")
	}
}

// The known-bad arm: a package that was changed is found out.
func TestAChangedPackageIsFoundOut(t *testing.T) {
	t.Parallel()
	o := open(t)
	q, _ := o.closed()
	b := o.archive(q, "年度归档")
	change := func(f func(name string, b []byte) (string, []byte)) []byte {
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		check(t, err)
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		for _, x := range z.File {
			r, err := x.Open()
			check(t, err)
			b, err := io.ReadAll(r)
			check(t, err)
			if name, b := f(x.Name, b); name != "" {
				p, err := w.Create(name)
				check(t, err)
				_, err = p.Write(b)
				check(t, err)
			}
		}
		check(t, w.Close())
		return out.Bytes()
	}
	for want, f := range map[string]func(string, []byte) (string, []byte){
		"metadata.json: differs": func(n string, b []byte) (string, []byte) {
			return n, bytes.Replace(b, []byte("王小明"), []byte("王大明"), 1)
		},
		"list.pdf: missing": func(n string, b []byte) (string, []byte) {
			if n == "list.pdf" {
				return "", nil
			}
			return n, b
		},
		"cover2.pdf: not in": func(n string, b []byte) (string, []byte) { return strings.Replace(n, "cover.pdf", "cover2.pdf", 1), b },
		"manifest.json: missing": func(n string, b []byte) (string, []byte) {
			if n == "manifest.json" {
				return "", nil
			}
			return n, b
		},
	} {
		x := change(f)
		_, _, faults, err := inforequest.CheckArchive(bytes.NewReader(x), int64(len(x)))
		check(t, err)
		if !strings.Contains(strings.Join(faults, "\n"), want) {
			t.Errorf("want %q among %q", want, faults)
		}
	}
}
