package disclosure_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"yangguang/disclosure"
	"yangguang/internal/db"
)

const canary = "金丝雀7391举报内容" // searched for in everything that is stored

func TestAnErrorReportIsSealedAndItsReadingRecorded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		it := h.Publish(t, h.County, "county.2", h.Plain("通知"))
		report := func(kind, text, contact string) error {
			return d.ReportError(h.Anyone(), h.County, it.Year, it.Serial, kind, text, contact)
		}
		refused(t, report("rude", "数字不对，请核对", ""), invalid, "kind:disclosure.need_report_kind")
		refused(t, report("wrong", "短", ""), invalid, "text:disclosure.need_report_text")
		refused(t, report("wrong", strings.Repeat("长", disclosure.MaxReport+1), ""), invalid, "text:disclosure.need_report_text")
		refused(t, report("wrong", "数字不对，请核对", strings.Repeat("1", 101)), invalid, "contact:disclosure.too_long")
		refused(t, d.ReportError(h.Anyone(), h.County, it.Year, 99, "wrong", "数字不对，请核对", ""), missing, "fault.not_found")
		check(t, report("wrong", canary, canary+"电话"))

		_, err := d.Reports(h.As(h.Other), h.County.ID)
		refused(t, err, missing, "fault.not_found")
		rs, err := d.Reports(h.As(h.Author), h.County.ID)
		check(t, err)
		if len(rs) != 1 || rs[0].Text != "" || rs[0].Contact != "" || rs[0].State != "open" || rs[0].DueOn.String() != "2026-11-30" || rs[0].Superior != h.Prefecture.ID {
			t.Fatalf("the list shows %+v", rs)
		}
		id := rs[0].ID
		_, err = d.OpenReport(h.As(h.Other), it.Province, id)
		refused(t, err, missing, "fault.not_found")
		_, err = d.OpenReport(h.Anyone(), it.Province, id)
		refused(t, err, missing, "fault.not_found")
		r, err := d.OpenReport(h.As(h.Overseer), it.Province, id) // the superior reads it as well
		check(t, err)
		if r.Text != canary || r.Contact != canary+"电话" {
			t.Errorf("opened: %q %q", r.Text, r.Contact)
		}
		if got := audited(t, h); !slices.Contains(got, "open_report") {
			t.Errorf("the reading is not recorded: %v", got)
		}
		refused(t, d.AnswerReport(h.As(h.Author), it.Province, id, " "), invalid, "answer:disclosure.need_answer")
		refused(t, d.AnswerReport(h.As(h.Other), it.Province, id, "已经更正"), missing, "fault.not_found")
		check(t, d.AnswerReport(h.As(h.Author), it.Province, id, "已经更正"))
		refused(t, d.AnswerReport(h.As(h.Author), it.Province, id, "再次答复"), conflict, "flow.not_now")
		h.TakeDown(t, it, "error", "内容有误")
		refused(t, report("wrong", "数字不对，请核对", ""), missing, "fault.not_found")
		if !h.DB.Postgres() {
			nowhere(t, filepath.Dir(h.DB.Path()), canary)
		}
	})
}

// nowhere searches every file of a store, the write-ahead log included.
func nowhere(t *testing.T, dir, secret string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	check(t, err)
	n := 0
	for _, f := range files {
		if f.IsDir() {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		check(t, err)
		n += len(b)
		if bytes.Contains(b, []byte(secret)) {
			t.Errorf("%s holds the report in the clear", f.Name())
		}
		if strings.HasSuffix(f.Name(), ".db") && !bytes.Contains(b, []byte("SQLite format 3")) {
			t.Errorf("%s is not the store", f.Name())
		}
	}
	if n < 100_000 {
		t.Errorf("only %d bytes were searched", n)
	}
}

func TestOnlyWhatIsOverdueIsAskedFor(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		d := h.Disclosure
		for want := 1; want <= 3; want++ {
			if n, err := d.Nudge(h.Anyone(), h.Village.ID, "village.4"); n != want || err != nil {
				t.Errorf("the %d. request counts %d: %v", want, n, err)
			}
		}
		h.Read(t, func(tx *db.Tx) error {
			n, err := disclosure.Nudges(tx, h.Village)
			if n["village.4/2026Q3"] != 3 {
				t.Errorf("counted %v", n)
			}
			return err
		})
		h.Publish(t, h.Village, "village.4", h.Text("village.4", "2026Q3", "奖励"))
		for _, category := range []string{"village.4", "village.1", "village.8", "county.2", "nothing"} {
			_, err := d.Nudge(h.Anyone(), h.Village.ID, category)
			refused(t, err, conflict, "disclosure.nothing_missing")
		}
		_, err := d.Nudge(h.Anyone(), 1, "village.4")
		refused(t, err, missing, "agency.unknown")
	})
}
