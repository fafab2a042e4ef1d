package nation_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"yangguang/agency"
	"yangguang/demo/nation"
	"yangguang/disclosure"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/audit"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fresh"
	"yangguang/internal/ledger"
	"yangguang/internal/search"
	"yangguang/norm"
)

// TestAPartOfTheNation loads a county and all authorities above, on both
// engines, and reads it as the pages do.
func TestAPartOfTheNation(t *testing.T) {
	t.Parallel()
	schema := []fs.FS{calendar.Migrations, audit.Migrations, fresh.Migrations, ledger.Migrations, agency.Migrations, search.Migrations, catalogue.Migrations, disclosure.Migrations}
	dbtest.EachAt(t, clock.NewFake(clock.MustDate("2026-11-23").Start()), schema, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(search.Setup(ctx, d))
		must(agency.ImportSubset(ctx, d, 350525000000))
		keeper := calendar.NewKeeper(d, nil)
		must(keeper.Seed(ctx))
		room := &disclosure.Disclosure{DB: d, Norm: norm.Builtin()}
		o := nation.Options{DB: d, Catalogue: &catalogue.Catalogue{Norm: norm.Builtin(), Calendars: keeper}, Disclosure: room, Seed: 1}
		rep, err := nation.Load(ctx, o)
		must(err)
		if rep.Units != 262 || rep.Dues < 4*12+22*3+236*8 || rep.Items < rep.Dues/8 {
			t.Errorf("made %+v", rep)
		}
		if mended, err := catalogue.Recount(ctx, d); err != nil || len(mended) > 0 {
			t.Errorf("the counters were wrong: %+v %v", mended, err)
		}
		must(d.Read(ctx, func(tx *db.Tx) error {
			s, err := catalogue.At(tx, 350525000000)
			if err != nil {
				return err
			}
			if f := s.Total; f.Units != 259 || f.OnTime == 0 || f.Late == 0 || f.Overdue == 0 || len(s.Below) != 22 {
				t.Errorf("the county stands %+v", f)
			}
			rows, err := disclosure.List(tx, disclosure.Query{Within: 350525000000, Limit: 50})
			if err != nil || len(rows) != 50 {
				t.Errorf("%d items: %v", len(rows), err)
			}
			if len(rows) > 0 && !strings.HasSuffix(rows[0].Unit, "（演示）") {
				t.Errorf("%q is not marked as fictional", rows[0].Unit)
			}
			hits, err := search.Find(tx, search.Q{Text: "奖励扶助", Scopes: []string{"d350525"}})
			if len(hits) == 0 {
				t.Error("nothing is found")
			}
			return err
		}))
		loggedWhole(t, room, rep.Items)
		if _, err := nation.Load(ctx, o); !errors.Is(err, nation.ErrNotEmpty) {
			t.Errorf("a second load: %v", err)
		}
	})
}

// loggedWhole holds every item of the two logs against its leaf, and a server's
// start against what it may ask.
func loggedWhole(t *testing.T, room *disclosure.Disclosure, items int) {
	t.Helper()
	key, err := ledger.NewKey("example.gov.cn/log")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (&ledger.Ledger{DB: room.DB, Key: key}).Sign(t.Context()); err != nil {
		t.Fatal(err)
	}
	leaves := 0
	for _, province := range []int64{0, 35} {
		v, err := ledger.Verifier(key.VKey(province))
		if err != nil {
			t.Fatal(err)
		}
		r, wrong, err := room.VerifyLog(t.Context(), province, []note.Verifier{v})
		if err != nil || r.Fault != "" || len(wrong) > 0 {
			t.Fatalf("log %d: %+v %v %v", province, r, wrong, err)
		}
		leaves += int(r.Leaves)
	}
	if leaves != items {
		t.Errorf("%d leaves of %d items", leaves, items)
	}
	ctx, asked := db.CountStatements(t.Context())
	if n, err := room.LogExisting(ctx); n != 0 || err != nil || asked.Load() != 1 {
		t.Errorf("a start logged %d items and asked %d times: %v", n, asked.Load(), err)
	}
}
