package importer

import (
	"io"
	"strings"
	"testing"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

func TestWhatIsOverIsDestroyed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		b := h.handIn(t, "h.xlsx", workbook(t, good))
		h.accept(t, b)
		h.run(t)
		later := h.db.Clock().Now().Add(time.Hour)
		s := h.sheet(t, b)
		n, err := h.Forget(t.Context(), later)
		if has, e := h.Disclosure.Blobs.Has(t.Context(), s.Batch.Hash); err != nil || e != nil || n != 1 || has {
			t.Errorf("the file handed in: %d %v %v", n, has, err)
		}
		// A reader's report, answered; its text opens as nothing afterwards.
		check(t, h.Disclosure.ReportError(t.Context(), h.County, 2018, 1, "wrong", "这里的电话是金丝雀八八一", "金丝雀八八一"))
		rs, err := h.Disclosure.Reports(as(t, 2), h.County.ID)
		check(t, err)
		if n, err := h.Disclosure.DestroyReports(t.Context(), later); err != nil || n != 0 {
			t.Errorf("an open report was destroyed: %d %v", n, err)
		}
		check(t, h.Disclosure.AnswerReport(as(t, 2), b.Province, rs[0].ID, "已核对更正"))
		n, err = h.Disclosure.DestroyReports(t.Context(), h.db.Clock().Now().Add(time.Hour))
		check(t, err)
		if r, err := h.Disclosure.OpenReport(as(t, 2), b.Province, rs[0].ID); err != nil || n != 1 || r.Text != "" || r.Contact != "" || r.Answer != "已核对更正" {
			t.Errorf("destroyed %d: %+v %v", n, r, err)
		}
		// The attachment of a discarded draft, and of one that is not.
		for _, discard := range []bool{true, false} {
			v, err := h.Disclosure.Start(as(t, 1), h.County.ID, s.Rows[0].Category, "")
			check(t, err)
			f, err := h.Disclosure.Attach(as(t, 1), v.Province, v.ID, "a.csv", "", strings.NewReader("项目,金额\n甲,1\n"))
			check(t, err)
			if discard {
				check(t, h.Disclosure.Discard(as(t, 1), v.Province, v.ID))
				continue
			}
			n, err := h.Disclosure.ForgetDrafts(t.Context(), h.db.Clock().Now().Add(time.Hour), h.Uses)
			if has, _ := h.Disclosure.Blobs.Has(t.Context(), f.Hash); err != nil || n != 1 || !has {
				t.Errorf("a file of a living draft went with a discarded one: %d %v %v", n, has, err)
			}
		}
		check(t, h.db.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec("insert into nudge (province, agency, category, period, times, first_at, last_at) values ($1, $2, 'county.1', '2020Q1', 3, $3, $3)", b.Province, h.County.ID, clock.Millis(tx.Now))
			return err
		}))
		if n, err := h.Disclosure.ForgetNudges(t.Context(), h.db.Clock().Now().Add(time.Hour)); err != nil || n != 1 {
			t.Errorf("%d counts of closed periods deleted, %v", n, err)
		}
	})
}

func TestUploadsAreBounded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		if _, err := h.Upload(as(t, 1), h.County.ID, "big.zip", io.LimitReader(zeros{}, MaxUpload+1)); !fault.Is(err, fault.TooLarge) {
			t.Errorf("an oversize upload: %v", err)
		}
		z, err := pack(map[string][]byte{"a.html": make([]byte, maxPage+1)})
		check(t, err)
		if s := h.sheet(t, h.handIn(t, "bomb.zip", z)); s.Batch.State != Failed || s.Batch.Fault.Key != "importer.unpacks_too_large" {
			t.Errorf("an archive that unfolds too far: %s %v", s.Batch.State, s.Batch.Fault)
		}
	})
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
