package disclosure_test

import (
	"context"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
)

// TestUseCasesCostAFewStatements bounds what each use case asks of the store;
// more than this is a loop over rows.
func TestUseCasesCostAFewStatements(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d, u := h.Disclosure, h.County
	h.Publish(t, u, "county.2", h.Plain("先前的通知"))
	var v *disclosure.Version
	step := func(name string, most int64, p disclosurePerson, do func(ctx context.Context) error) {
		t.Helper()
		ctx, n := db.CountStatements(h.As(p))
		check(t, do(ctx))
		t.Logf("%-12s %d", name, n.Load())
		if n.Load() > most {
			t.Errorf("%s took %d statements, at most %d", name, n.Load(), most)
		}
	}
	step("start", 8, h.Author, func(ctx context.Context) (err error) { v, err = d.Start(ctx, u.ID, "county.2", ""); return err })
	step("save", 8, h.Author, func(ctx context.Context) error {
		_, err := d.Save(ctx, v.Province, v.ID, h.Plain("通知"))
		return err
	})
	step("submit", 14, h.Author, func(ctx context.Context) error { return d.Submit(ctx, v.Province, v.ID) })
	step("pass", 14, h.Reviewer, func(ctx context.Context) error { return d.Pass(ctx, v.Province, v.ID, opinion()) })
	step("pass", 14, h.Reviewer, func(ctx context.Context) error { return d.Pass(ctx, v.Province, v.ID, opinion()) })
	step("publish", 42, h.Approver, func(ctx context.Context) error { return d.Approve(ctx, v.Province, v.ID, opinion(), never) })
	it := h.Item(t, v)
	step("read", 9, h.Author, func(ctx context.Context) error { _, err := d.Public(ctx, u, it.Year, it.Serial); return err })
	step("open", 8, h.Author, func(ctx context.Context) error { _, err := d.Open(ctx, v.Province, v.ID); return err })
	step("inbox", 2, h.Author, func(ctx context.Context) error { _, err := d.Inbox(ctx); return err })
	step("inbox", 4, h.Overseer.With(u, disclosure.Approving), func(ctx context.Context) error { _, err := d.Inbox(ctx); return err })
	step("correct", 12, h.Author, func(ctx context.Context) error { _, err := d.Correct(ctx, it.Province, it.ID); return err })
	step("validity", 15, h.Approver, func(ctx context.Context) error { return d.SetValidity(ctx, it.Province, it.ID, "expired", "到期") })
	step("nudge", 5, h.Author, func(ctx context.Context) error { _, err := d.Nudge(ctx, h.Village.ID, "village.4"); return err })
	step("report", 5, h.Author, func(ctx context.Context) error {
		return d.ReportError(ctx, u, it.Year, it.Serial, "wrong", "数字不对，请核对", "")
	})
	step("take down", 29, h.Approver, func(ctx context.Context) error { return d.TakeDown(ctx, it.Province, it.ID, "error", "内容有误") })
}

func TestReadModelsWalkAnIndex(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := h.Disclosure
	it := h.Publish(t, h.County, "county.2", h.Plain("通知"))
	tables := []string{"item", "item_version", "item_step", "item_file", "item_finding", "due", "nudge", "error_report"}
	plan := func(f func(tx *db.Tx) error) {
		t.Helper()
		dbtest.NoScan(t, h.DB, t.Context(), f, tables...)
	}
	for _, c := range []agency.Code{h.Village.Division, h.Township.Division, h.County.Division, h.Prefecture.Division, h.Province.Division} {
		for _, q := range []disclosure.Query{{Within: c}, {Within: c, Before: disclosure.Cursor{At: 1, ID: 1}}, {Within: c, From: it.FormedOn}} {
			plan(func(tx *db.Tx) error { _, err := disclosure.List(tx, q); return err })
		}
	}
	for _, c := range []agency.Code{h.County.Division, h.Prefecture.Division, h.Province.Division} {
		dbtest.NoRange(t, h.DB, t.Context(), func(tx *db.Tx) error {
			for _, q := range []disclosure.Query{{Within: c, Limit: 8}, {Within: c, Before: disclosure.Cursor{At: 1, ID: 1}}} {
				if _, err := disclosure.List(tx, q); err != nil {
					return err
				}
			}
			if _, err := catalogue.MetAfter(tx, c, catalogue.Due{}, 10); err != nil {
				return err
			}
			_, err := catalogue.Overdue(tx, c, 0, catalogue.Due{}, 10)
			return err
		}, tables...)
	}
	plan(func(tx *db.Tx) error {
		_, err := disclosure.List(tx, disclosure.Query{Agency: h.County.ID, Category: "county.2"})
		return err
	})
	plan(func(tx *db.Tx) error {
		_, err := disclosure.ListAmong(tx, []int64{h.Village.ID, h.County.ID}, []string{"village.1", "county.1"}, disclosure.Cursor{}, 20)
		return err
	})
	plan(func(tx *db.Tx) error { _, err := disclosure.Nudges(tx, h.Village); return err })
	plan(func(tx *db.Tx) error { _, err := d.Catalogue.Of(tx, h.Village); return err })
	plan(func(tx *db.Tx) error { _, err := disclosure.ByIDs(tx, it.Province, []int64{it.ID}); return err })
	for _, p := range []disclosurePerson{h.Author, h.Clerk, h.Overseer} {
		rec := func(do func(ctx context.Context) error) { dbtest.NoScanIn(t, h.DB, h.As(p), do, tables...) }
		rec(func(ctx context.Context) error { _, err := d.Inbox(ctx); return err })
	}
	dbtest.NoScanIn(t, h.DB, h.As(h.Author), func(ctx context.Context) error {
		_, err := d.Public(ctx, h.County, it.Year, it.Serial)
		return err
	}, tables...)
	dbtest.NoScanIn(t, h.DB, h.As(h.Author), func(ctx context.Context) error { _, err := d.Reports(ctx, h.County.ID); return err }, tables...)
	// Deciding which small figures are hidden reads tables of other units and
	// periods, in each of the acts that decide it.
	births := h.Draft(t, h.Village, "village.3", h.Text("village.3", "2026Q3", "生育情况"))
	dbtest.NoWalkIn(t, h.DB, h.As(h.Clerk), func(ctx context.Context) error { return d.Submit(ctx, births.Province, births.ID) }, tables...)
	h.Review(t, h.Village, births)
	dbtest.NoWalkIn(t, h.DB, h.As(h.Head), func(ctx context.Context) error { return d.Approve(ctx, births.Province, births.ID, opinion(), never) }, tables...)
	h.Clock.Advance(time.Hour)
	dbtest.NoScanIn(t, h.DB, h.As(h.Author), func(ctx context.Context) error { _, err := d.PublishDue(ctx); return err }, tables...)
}
