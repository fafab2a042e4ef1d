package importer

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"yangguang/agency"
	"yangguang/agency/agencytest"
	"yangguang/agency/front"
	"yangguang/disclosure"
	"yangguang/disclosure/catalogue"
	"yangguang/disclosure/form"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/blob"
	"yangguang/internal/calendar"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
	"yangguang/internal/fresh"
	"yangguang/internal/i18n"
	"yangguang/internal/jobs"
	"yangguang/internal/ledger"
	"yangguang/internal/privacy"
	"yangguang/internal/search"
	"yangguang/internal/secret"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"

	"io/fs"
)

func TestMain(m *testing.M) {
	i18n.MustLoad(fault.Locale, ui.Locale, web.Locale, privacy.Locale, agency.Locale, front.Locale, form.Locale, disclosure.Locale, Locale, blob.Locale)
	os.Exit(m.Run())
}

func TestLocalesAgree(t *testing.T) {
	for _, p := range i18n.Check(Locale) {
		t.Error(p)
	}
}

var schema = []fs.FS{calendar.Migrations, audit.Migrations, fresh.Migrations, ledger.Migrations, account.Migrations, jobs.Migrations, search.Migrations, agency.Migrations, catalogue.Migrations, disclosure.Migrations, Migrations}

// house is one county with import and its jobs.
type house struct {
	*Importer
	agencytest.Cast
	db   *db.DB
	jobs *jobs.Runner
}

func each(t *testing.T, f func(t *testing.T, h *house)) {
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) { f(t, open(t, d)) })
}

func open(t *testing.T, d *db.DB) *house {
	t.Helper()
	check(t, search.Setup(t.Context(), d))
	keeper := calendar.NewKeeper(d, nil)
	check(t, keeper.Seed(t.Context()))
	blobs, err := blob.OpenDir(t.TempDir())
	check(t, err)
	p := norm.Builtin()
	h := &house{db: d, Cast: agencytest.Seed(t, d)}
	h.Importer = &Importer{Front: &front.Front{}, Disclosure: &disclosure.Disclosure{DB: d, Norm: p, Calendars: keeper, Catalogue: &catalogue.Catalogue{Norm: p, Calendars: keeper}, Blobs: blobs, Keys: secret.NewKeys()}}
	h.jobs = &jobs.Runner{DB: d, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	h.Register(h.jobs)
	check(t, d.Write(t.Context(), func(tx *db.Tx) error { return h.Disclosure.Catalogue.Sync(tx, h.County) }))
	return h
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// as is a context in which a person acts, who may import and take down.
func as(t testing.TB, person int64) context.Context { return standing(t, person, 0) }

func standing(t testing.TB, person, principal int64) context.Context {
	a := &account.Actor{Person: person, Principal: principal, Name: "测试人员"}
	for _, v := range []string{disclosure.Importing, disclosure.TakingDown, disclosure.Drafting} {
		a.Rights = append(a.Rights, account.Right{Verb: v, Principal: principal, Range: account.Range{Lo: 0, Hi: 999_999_999_999}})
	}
	return account.With(t.Context(), a)
}

func (h *house) run(t testing.TB) {
	t.Helper()
	_, err := h.jobs.RunDue(t.Context())
	check(t, err)
}

// handIn uploads a file as person 1 and reads it.
func (h *house) handIn(t testing.TB, name string, b []byte) *Batch {
	t.Helper()
	x, err := h.Upload(as(t, 1), h.County.ID, name, bytes.NewReader(b))
	check(t, err)
	h.run(t)
	return x
}

func (h *house) sheet(t testing.TB, b *Batch) *Sheet {
	t.Helper()
	s, err := h.Open(as(t, 1), b.Province, b.ID, Look{})
	check(t, err)
	return s
}

// accept confirms, submits and signs a batch, and writes it.
func (h *house) accept(t testing.TB, b *Batch) {
	t.Helper()
	_, err := h.Confirm(as(t, 1), b.Province, b.ID, "")
	check(t, err)
	check(t, h.Submit(as(t, 1), b.Province, b.ID))
	check(t, h.Accept(as(t, 2), b.Province, b.ID, "办公电话，经核对可以公开"))
	check(t, h.Accept(as(t, 3), b.Province, b.ID, ""))
}

func gbk(s string) []byte {
	b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(s))
	if err != nil {
		panic(err)
	}
	return b
}

// oldPage is a page as a county's old site wrote it.
func oldPage(title, date, number, body string) string {
	return `<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>` + title + `_永春县演示局</title>
<meta name="ArticleTitle" content="` + title + `"><meta name="PubDate" content="` + date + ` 09:30"><meta name="ColumnName" content="办事指南"><meta name="ContentSource" content="永春县演示局"></head>
<body><div class="nav"><a href="/">首页</a><a href="/news/">新闻动态</a></div><div class="position">当前位置：首页 &gt; 办事指南</div>
<table><tr><td>索 引 号：</td><td>` + number + `</td><td>发文字号</td><td></td></tr></table>
<div class="TRS_Editor"><p>` + body + `</p><p><a href="../files/表格.csv">附件：表格</a> <a href="t2.html">另一篇</a></p><script>alert(1)</script></div>
<div class="footer">版权所有</div></body></html>`
}

// workbook is a filled-in template.
func workbook(t testing.TB, rows ...[]string) []byte {
	t.Helper()
	b, err := Template(i18n.With(t.Context(), i18n.ZH))
	check(t, err)
	f, err := excelize.OpenReader(bytes.NewReader(b))
	check(t, err)
	for i, r := range rows {
		for j, v := range r {
			cell, _ := excelize.CoordinatesToCellName(j+1, i+2)
			check(t, f.SetCellStr("历史信息", cell, v))
		}
	}
	var out bytes.Buffer
	check(t, f.Write(&out))
	return out.Bytes()
}

func problems(x Row) string {
	var out []string
	for _, p := range x.Problems {
		out = append(out, p.Field+" "+p.Key)
	}
	return strings.Join(out, ", ")
}

// pack is an archive of files.
func pack(files map[string][]byte) ([]byte, error) {
	folder := fstest.MapFS{}
	for name, b := range files {
		folder[name] = &fstest.MapFile{Data: b}
	}
	var out bytes.Buffer
	err := Pack(&out, folder)
	return out.Bytes(), err
}
