package exchange

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/supervision/casework"
)

const someOrders = `工单编号,诉求类别,标题,问题描述,群众称呼,来电号码,是否保密
HD-1,投诉,奖励扶助,申请一年没有到账,` + canary + `,13800000000,是
HD-2,怪类,标题,内容在这里,张三,13800000000,否
HD-3,咨询,,请问怎么申请？,,,
HD-1,咨询,重复的工单,重复来了一次,,,
HD-4,咨询,电话不对,请问怎么申请？,张三,xyz,
,,,,,,
HD-5,咨询,没有内容,,,,
`

// handIn hands a file in and imports it with the columns as they were guessed.
func (r *room) handIn(t *testing.T, ctx context.Context, unit int64, kind, name, body string) *Batch {
	t.Helper()
	b, err := r.X.Upload(ctx, unit, kind, name, strings.NewReader(body))
	check(t, err)
	_, err = r.X.Choose(ctx, b.Province, b.ID, b.Columns())
	check(t, err)
	check(t, r.X.Start(ctx, b.Province, b.ID))
	r.work(t)
	b, _, err = r.X.Batch(ctx, b.Province, b.ID, 0)
	check(t, err)
	return b
}

// TestAFileOfOrdersIsMappedLookedThroughAndImported: problems by row and column,
// what was seen before left alone, the file destroyed, the columns remembered.
func TestAFileOfOrdersIsMappedLookedThroughAndImported(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := r.As(r.Front)
		b, err := r.X.Upload(ctx, r.County.ID, Orders, "工单.csv", strings.NewReader(someOrders))
		check(t, err)
		if got := b.Columns(); got["order"] != "工单编号" || got["phone"] != "来电号码" || got["name"] != "" {
			t.Errorf("guessed %v", got)
		}
		check(t, r.X.cannotStart(ctx, b, "text"))
		columns := b.Columns()
		columns["name"] = "群众称呼"
		p, err := r.X.Choose(ctx, b.Province, b.ID, columns)
		check(t, err)
		if p.Wrong != 3 || len(p.Sample) != 5 {
			t.Errorf("%d rows are wrong: %+v", p.Wrong, p.Rows)
		}
		if got := fmt.Sprint(p.Rows); !strings.Contains(got, "{3 wrong  [{type exchange.unknown_code []}]}") || !strings.Contains(got, "{6 wrong  [{phone casework.bad_phone []}]}") || !strings.Contains(got, "{8 wrong  [{text exchange.empty_cell []}]}") {
			t.Errorf("the problems are %s", got)
		}
		hash := r.hashOf(t, b)
		check(t, r.X.Start(ctx, b.Province, b.ID))
		disclosuretest.Refused(t, r.X.Start(ctx, b.Province, b.ID), fault.Conflict, "exchange.not_now")
		r.work(t)
		b, rows, err := r.X.Batch(ctx, b.Province, b.ID, 0)
		check(t, err)
		if b.State != Done || b.Filed != 2 || b.Seen != 1 || b.Wrong != 3 || len(rows) != 6 || rows[0].N != 2 || rows[3].Number != rows[0].Number {
			t.Errorf("%+v %+v", b, rows)
		}
		if has, err := r.Cases.Blobs.Has(ctx, hash); err != nil || has || r.hashOf(t, b) != "" {
			t.Errorf("the file is still there: %v, %v", has, err)
		}
		next := r.handIn(t, ctx, r.County.ID, Orders, "again.csv", someOrders)
		if next.Columns()["name"] != "群众称呼" || next.Filed != 0 || next.Seen != 3 || next.Wrong != 3 {
			t.Errorf("handed in again: %+v", next)
		}
		ms, err := r.Cases.List(ctx, casework.Filter{View: casework.All, Limit: 10})
		check(t, err)
		hidden := 0
		for _, m := range ms {
			if m.Channel != "hotline12345" {
				t.Errorf("a matter by %s", m.Channel)
			}
			if m.Hidden {
				hidden++
			}
		}
		if len(ms) != 2 || hidden != 1 {
			t.Errorf("%d matters, %d secret", len(ms), hidden)
		}
		if n := r.count(t, "select count(*) from exchange_batch where heads like '%"+canary+"%' or columns like '%"+canary+"%'") + r.count(t, "select count(*) from exchange_row where problems like '%"+canary+"%'"); n != 0 {
			t.Error("a name stands in the rows of a file")
		}
	})
}

// cannotStart holds that a file whose needed columns are not told is refused.
func (e *Exchange) cannotStart(ctx context.Context, b *Batch, without string) error {
	c := b.Columns()
	delete(c, without)
	if _, err := e.Choose(ctx, b.Province, b.ID, c); !fault.Is(err, fault.Invalid) {
		return fmt.Errorf("without %s: %w", without, err)
	}
	return nil
}

func (r *room) hashOf(t *testing.T, b *Batch) (hash string) {
	t.Helper()
	r.Read(t, func(tx *db.Tx) error {
		return tx.Row("select hash from exchange_batch where province = $1 and id = $2", b.Province, b.ID).Scan(&hash)
	})
	return hash
}

// TestAnImportThatBreaksOffGoesOn: the job runs again and files nothing twice.
func TestAnImportThatBreaksOffGoesOn(t *testing.T) {
	r := newRoom(t)
	var body strings.Builder
	body.WriteString("工单编号,类型,内容\n")
	for i := range 120 {
		fmt.Fprintf(&body, "N%d,咨询,请问怎么申请？\n", i)
	}
	ctx := r.As(r.Front)
	b, err := r.X.Upload(ctx, r.County.ID, Orders, "x.csv", strings.NewReader(body.String()))
	check(t, err)
	check(t, r.X.Start(ctx, b.Province, b.ID))
	g, err := r.X.gridOf(ctx, b)
	check(t, err)
	as := account.With(ctx, &account.Actor{Person: r.Front.ID})
	check(t, r.DB.Write(as, func(tx *db.Tx) error { _, err := r.X.some(tx, b, g); return err }))
	broken := fmt.Errorf("the process dies")
	if err := r.DB.Write(as, func(tx *db.Tx) error {
		if _, err := r.X.some(tx, b, g); err != nil {
			return err
		}
		return broken
	}); err == nil {
		t.Fatal("it does not die")
	}
	r.work(t)
	if n := r.count(t, "select count(*) from casework"); n != 120 {
		t.Errorf("%d matters", n)
	}
	if n := r.count(t, "select count(*) from exchange_row where outcome = 'filed'"); n != 120 {
		t.Errorf("%d rows", n)
	}
}

// TestHistoryComesWithItsOwnDatesAndNobodyIsTold.
func TestHistoryComesWithItsOwnDatesAndNobodyIsTold(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		body := "工单编号,工单类型,标题,来电时间,受理时间,办结期限,答复时间,办结时间,办理结果,是否解决,承办单位\n" +
			"H1,投诉,奖励扶助未到账,2021-03-01 09:00,2021-03-02,2021-03-10,2021-03-12,2021-03-20,已解决,已解决," + r.Township.Name + "\n" +
			"H2,咨询,咨询政策,2021/3/1 9:00,,,2021/3/1 10:00,2021/3/1 10:00,已解释,,\n" +
			"H3,咨询,日期倒置,2021-03-05,,,2021-03-01,2021-03-06,已解释,,\n" +
			"H4,咨询,没有结果,2021-03-05,,,,2021-03-06,,,\n" +
			"H5,咨询,别处的单位,2021-03-05,,,2021-03-06,2021-03-06,已解释,," + r.Prefecture.Name + "\n" +
			"H6,咨询,不是日期,昨天,,,2021-03-06,2021-03-06,已解释,,\n"
		_, err := r.X.Upload(r.As(r.Front), r.County.ID, History, "h.csv", strings.NewReader(body))
		disclosuretest.Refused(t, err, fault.NotFound, "fault.not_found")
		b := r.handIn(t, r.As(r.Manager), r.County.ID, History, "h.csv", body)
		if b.Filed != 2 || b.Wrong != 4 {
			_, rows, _ := r.X.Batch(r.As(r.Manager), b.Province, b.ID, 0)
			t.Errorf("%+v", rows)
		}
		if again := r.handIn(t, r.As(r.Manager), r.County.ID, History, "h.csv", body); again.Filed != 0 || again.Seen != 2 {
			t.Errorf("again: %+v", again)
		}
		ms, err := r.Cases.List(account.AsSystem(t.Context()), casework.Filter{View: casework.Done, Limit: 10})
		check(t, err)
		if len(ms) != 2 || ms[0].Outside != "H1" || ms[0].Agency != r.Township.ID || !ms[0].Late || ms[0].ClosedAt.Year() != 2021 || ms[1].Late || !ms[1].DueAt.IsZero() {
			t.Errorf("%+v", ms)
		}
		if n := r.count(t, "select count(*) from notice"); n != 0 {
			t.Errorf("%d notices", n)
		}
	})
}

// TestASuperiorHandsTasksDownByAList: each row is registered for a unit below,
// once; units elsewhere are refused.
func TestASuperiorHandsTasksDownByAList(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		body := "承办单位,交办文号,类型,内容\n" + r.Township.Name + ",交办1号,投诉,请核实奖励扶助金发放情况\n" + r.Township.Path() + ",,建议,没有文号的一件交办\n" + r.County.Name + ",交办3号,投诉,交给自己的一件\n" + r.Prefecture.Path() + ",交办4号,投诉,交给上级的一件\n没有的单位,交办5号,投诉,没有这个单位的一件\n"
		ctx := r.As(r.Front)
		b := r.handIn(t, ctx, r.County.ID, Superior, "t.csv", body)
		again := r.handIn(t, ctx, r.County.ID, Superior, "t.csv", body)
		if b.Filed != 2 || b.Wrong != 3 || again.Filed != 0 || again.Seen != 2 {
			_, rows, _ := r.X.Batch(ctx, b.Province, b.ID, 0)
			t.Errorf("%+v, again %+v: %+v", b, again, rows)
		}
		ms, err := r.Cases.List(r.As(r.Town), casework.Filter{View: casework.Unit, Limit: 10})
		check(t, err)
		if len(ms) != 2 || ms[0].Channel != "superior" || ms[0].Agency != r.Township.ID || ms[0].Outside != "交办1号" {
			t.Errorf("%+v", ms)
		}
		_, err = r.X.Upload(r.As(r.Handler), r.County.ID, Superior, "t.csv", strings.NewReader(body))
		disclosuretest.Refused(t, err, fault.NotFound, "fault.not_found")
	})
}

// TestFilesThatAreLeftAreDestroyed after their days; nobody of another unit
// sees one.
func TestFilesThatAreLeftAreDestroyed(t *testing.T) {
	r := newRoom(t)
	b, err := r.X.Upload(r.As(r.Front), r.County.ID, Orders, "x.csv", strings.NewReader(someOrders))
	check(t, err)
	_, _, err = r.X.Batch(r.As(r.Stranger), b.Province, b.ID, 0)
	disclosuretest.Refused(t, err, fault.NotFound, "fault.not_found")
	disclosuretest.Refused(t, r.X.Drop(r.As(r.Stranger), b.Province, b.ID), fault.NotFound, "fault.not_found")
	n, err := r.X.ForgetFiles(t.Context(), r.Clock.Now().Add(-time.Hour))
	check(t, err)
	if n != 0 {
		t.Error("a file of today is destroyed")
	}
	r.Clock.Advance(8 * 24 * time.Hour)
	n, err = r.X.ForgetFiles(t.Context(), r.Clock.Now().AddDate(0, 0, -7))
	check(t, err)
	b, _, err = r.X.Batch(r.As(r.Front), b.Province, b.ID, 0)
	check(t, err)
	if n != 1 || b.State != Dropped || r.hashOf(t, b) != "" {
		t.Errorf("%d destroyed, it is %s", n, b.State)
	}
}

// TestTheWorklistLeavesWithoutContactAndIsRecorded: in both formats, only what
// the person may see.
func TestTheWorklistLeavesWithoutContactAndIsRecorded(t *testing.T) {
	r := newRoom(t)
	for range 3 {
		f := r.Filing("suggestion")
		f.Told.Subject, f.Told.Text, f.Who.Name, f.Who.Address = "=奖励扶助 13800000000", canary, canary, canary
		r.File(t, f)
	}
	f := r.Filing("complaint")
	f.Agency, f.About = r.County.ID, r.County.ID
	hidden, _ := r.File(t, f)
	var out bytes.Buffer
	x, err := newXLSX(&out)
	check(t, err)
	check(t, r.X.export(r.As(r.Front), casework.Filter{View: casework.All}, x))
	check(t, x.end())
	book, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
	check(t, err)
	rows, err := book.GetRows("Sheet1")
	check(t, err)
	text := fmt.Sprint(rows)
	if len(rows) != 4 || strings.Contains(text, canary) || strings.Contains(text, "13800000000") || strings.Contains(text, hidden.Number) {
		t.Errorf("%d rows: %s", len(rows), text)
	}
	if n := r.count(t, "select count(*) from audit where verb = 'exchange.exported' and detail = 'matters 3'"); n != 1 {
		t.Errorf("%d audit rows", n)
	}
	disclosuretest.Refused(t, r.X.export(r.As(r.Manager), casework.Filter{View: casework.All}, x), fault.Forbidden, "fault.forbidden")
	if got := harmless("=1+1"); got != "'=1+1" {
		t.Errorf("a formula leaves as %s", got)
	}
}

// TestWhatBecameOfAFileOfOrdersLeavesAsAFile for whoever registers there.
func TestWhatBecameOfAFileOfOrdersLeavesAsAFile(t *testing.T) {
	r := newRoom(t)
	r.handIn(t, r.As(r.Front), r.County.ID, Orders, "工单.csv", someOrders)
	r.settle()
	var out bytes.Buffer
	x, err := newXLSX(&out)
	check(t, err)
	since, err := clockDate("2026-11-23")
	check(t, err)
	check(t, r.X.feedback(r.As(r.Front), r.County.ID, since, x))
	check(t, x.end())
	book, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
	check(t, err)
	rows, err := book.GetRows("Sheet1")
	check(t, err)
	if len(rows) != 3 || rows[1][0] != "HD-1" || rows[1][2] != "registered" || strings.Contains(fmt.Sprint(rows), canary) {
		t.Errorf("%v", rows)
	}
	disclosuretest.Refused(t, r.X.feedback(r.As(r.Handler), r.County.ID, since, x), fault.NotFound, "fault.not_found")
}

var clockDate = clock.ParseDate
