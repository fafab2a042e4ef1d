package calendar_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
)

const notice2027 = `date,kind,name
2026-12-31,rest,元旦
2027-01-01,rest,元旦
2027-02-06,rest,春节
2027-02-08,rest,春节
2027-05-01,rest,劳动节
2027-10-01,rest,国庆节
2027-10-02,rest,国庆节
2027-10-03,rest,国庆节
2027-10-09,work,国庆节
`

func each(t *testing.T, f func(t *testing.T, k *calendar.Keeper, d *db.DB)) {
	t.Helper()
	at := clock.NewFake(clock.MustDate("2026-12-15").Start())
	dbtest.EachAt(t, at, []fs.FS{calendar.Migrations}, func(t *testing.T, d *db.DB) {
		k := calendar.NewKeeper(d, func(_ *db.Tx, division int64) ([]int64, error) {
			if division == 450102 {
				return []int64{45, 4501}, nil
			}
			return nil, nil
		})
		if err := k.Seed(t.Context()); err != nil {
			t.Fatal(err)
		}
		f(t, k, d)
	})
}

func get(t *testing.T, k *calendar.Keeper, division int64) *calendar.Calendar {
	t.Helper()
	c, err := k.For(t.Context(), division)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func file(division int64, body string) calendar.File {
	return calendar.File{Division: division, Name: "f.csv", Body: []byte(body), Source: "通知", Notice: "测试〔2026〕1号", By: 7}
}

func TestTheStoredSeedIsTheSeed(t *testing.T) {
	each(t, func(t *testing.T, k *calendar.Keeper, _ *db.DB) {
		if got, want := get(t, k, 0).Version(), calendar.Builtin().Version(); got != want {
			t.Errorf("version %s, want %s", got, want)
		}
		if err := k.Seed(t.Context()); err != nil {
			t.Fatal(err)
		}
		h, err := k.History(t.Context(), 0)
		if err != nil || len(h) != 23 || h[0].Year != 2026 || h[0].Version != 1 || h[0].By != 0 {
			t.Errorf("seeding twice left %d versions, %v", len(h), err)
		}
	})
}

func TestImportMovesOpenDeadlinesInItsTransaction(t *testing.T) {
	each(t, func(t *testing.T, k *calendar.Keeper, d *db.DB) {
		before := get(t, k, 450102)
		due := func(c *calendar.Calendar) calendar.Result {
			return c.Deadline(clock.MustDate("2026-12-30"), calendar.Span{N: 2, Unit: calendar.WorkingDays}, nil)
		}
		var told calendar.Change
		var within calendar.Result
		k.OnChange(func(tx *db.Tx, c calendar.Change) error {
			told = c
			now, err := k.In(tx, 450102)
			if err != nil {
				return err
			}
			within = due(now)
			return nil
		})
		published, err := k.Import(t.Context(), file(0, notice2027))
		if err != nil || len(published) != 1 || published[0].Year != 2027 || published[0].Version != 1 {
			t.Fatalf("published %v, %v", published, err)
		}
		if was := due(before); !was.Provisional || was.Due != day("2027-01-04") {
			t.Errorf("before: %v, provisional %v", was.Due, was.Provisional)
		}
		if within.Provisional || within.Due != day("2027-01-05") || told.By != 7 || len(told.Editions) != 1 {
			t.Errorf("within: %v, provisional %v, told %+v", within.Due, within.Provisional, told)
		}
		if after := due(get(t, k, 450102)); after.Due != within.Due || after.CalendarVersion != within.CalendarVersion || after.CalendarVersion == before.Version() {
			t.Errorf("after: %v, version %s", after.Due, after.CalendarVersion)
		}
		if again, err := k.Import(t.Context(), file(0, notice2027)); err != nil || len(again) != 0 {
			t.Errorf("the same file again published %v, %v", again, err)
		}
		other := calendar.NewKeeper(d, nil) // another process, and this one after a restart
		if err := other.Seed(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := get(t, other, 0).Version(); got != get(t, k, 0).Version() {
			t.Error("another process sees another calendar")
		}
		if _, err := other.Import(t.Context(), file(0, strings.Replace(notice2027, "2027-02-08", "2027-02-09", 1))); err != nil {
			t.Fatal(err)
		}
		if worked, r := get(t, k, 0).Workday(day("2027-02-09")); worked || r.Notice != "测试〔2026〕1号" {
			t.Errorf("a publication by another process is not seen: %v %+v", worked, r)
		}
	})
}

func TestAFailingRoomUndoesThePublication(t *testing.T) {
	each(t, func(t *testing.T, k *calendar.Keeper, _ *db.DB) {
		fails := true
		k.OnChange(func(tx *db.Tx, _ calendar.Change) error {
			if _, err := k.In(tx, 0); err != nil || !fails {
				return err
			}
			return errors.New("cannot recompute")
		})
		before := get(t, k, 0).Version()
		if _, err := k.Import(t.Context(), file(0, notice2027)); err == nil {
			t.Fatal("published although a room failed")
		}
		if got := get(t, k, 0); got.Version() != before || got.Covers(2027) {
			t.Error("the calendar changed although nothing was published")
		}
		fails = false
		if _, err := k.Import(t.Context(), file(0, notice2027)); err != nil {
			t.Fatal(err)
		}
		if !get(t, k, 0).Covers(2027) {
			t.Error("the second attempt is not seen")
		}
	})
}

func TestTheNearestDivisionsCalendarWins(t *testing.T) {
	each(t, func(t *testing.T, k *calendar.Keeper, _ *db.DB) {
		nation := get(t, k, 0)
		if get(t, k, 450102) != nation {
			t.Error("without local calendars everybody shares the nation's")
		}
		for _, f := range []calendar.File{
			file(45, "2026-04-20,rest,三月三\n2026-04-21,rest,三月三\n"),
			{Division: 450102, Name: "f.json", By: 7, Body: []byte(`{"format":"yangguang-calendar-1","years":[{"year":2026,"rest":[],"work":[],
				"hours":[{"from":"2026-05-01","open":["08:00-12:00","15:00-18:00"]}]}]}`)},
		} {
			if _, err := k.Import(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
		for division, want := range map[int64]bool{0: true, 450102: false, 45: false, 11: true} {
			if worked, _ := get(t, k, division).Workday(day("2026-04-20")); worked != want {
				t.Errorf("division %d: worked %v, want %v", division, worked, want)
			}
		}
		at := day("2026-05-06").Start().Add(17*time.Hour + 45*time.Minute)
		if !get(t, k, 450102).OpenAt(at) || get(t, k, 45).OpenAt(at) {
			t.Error("the county's own hours do not hold, or hold elsewhere")
		}
	})
}

func TestACSVKeepsTheHoursThatStand(t *testing.T) {
	each(t, func(t *testing.T, k *calendar.Keeper, _ *db.DB) {
		body := `{"format":"yangguang-calendar-1","years":[{"year":2026,"hours":[{"from":"2026-05-01","open":["08:00-12:00"]}]}]}`
		for _, f := range []calendar.File{{Division: 45, Name: "f.json", Body: []byte(body)}, file(45, "2026-04-20,rest,三月三\n")} {
			if _, err := k.Import(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
		want := []calendar.Shift{{Open: 480, Close: 720}}
		if diff := cmp.Diff(want, get(t, k, 45).ShiftsOn(day("2026-05-06"))); diff != "" {
			t.Errorf("hours (-want +got):\n%s", diff)
		}
	})
}

func TestTheSeedLeavesWhatAPersonPublished(t *testing.T) {
	each(t, func(t *testing.T, k *calendar.Keeper, _ *db.DB) {
		amended := "2026-01-01,rest,元旦\n2026-05-01,rest,劳动节\n2026-10-01,rest,国庆节\n2026-10-02,rest,国庆节\n2026-10-03,rest,国庆节\n2026-11-24,rest,纪念日\n"
		if _, err := k.Import(t.Context(), file(0, amended)); err != nil {
			t.Fatal(err)
		}
		if err := k.Seed(t.Context()); err != nil {
			t.Fatal(err)
		}
		if worked, _ := get(t, k, 0).Workday(day("2026-11-24")); worked {
			t.Error("the seed overwrote a person's publication")
		}
	})
}

func TestTheAlarmRingsFrom15December(t *testing.T) {
	each(t, func(t *testing.T, k *calendar.Keeper, _ *db.DB) {
		check := func(now string, wantYear int, want bool) {
			t.Helper()
			year, missing, err := k.NextYearMissing(t.Context(), day(now).Start())
			if err != nil || missing != want || missing && year != wantYear {
				t.Errorf("%s: %d missing %v, %v", now, year, missing, err)
			}
		}
		check("2026-12-14", 2027, false)
		check("2026-12-15", 2027, true)
		check("2027-01-05", 2027, true)
		if _, err := k.Import(t.Context(), file(0, notice2027)); err != nil {
			t.Fatal(err)
		}
		check("2026-12-15", 2027, false)
		check("2027-01-05", 2027, false)
	})
}

func TestImportRefusals(t *testing.T) {
	each(t, func(t *testing.T, k *calendar.Keeper, _ *db.DB) {
		_, err := k.Import(t.Context(), file(0, strings.Replace(notice2027, "2027-10-02,rest", "2027-10-32,rest", 1)))
		fs := fault.FieldsOf(err)
		if !fault.Is(err, fault.Invalid) || len(fs) != 1 || fs[0].Name != "file" || fs[0].Key != "calendar.bad_date" || fs[0].Args[0] != 8 {
			t.Errorf("%v: %+v", err, fs)
		}
		if _, err := k.Import(t.Context(), calendar.File{Name: "f.csv"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an empty file: %v", err)
		}
		if _, err := k.Import(t.Context(), file(0, strings.Repeat("x", calendar.MaxFile+1))); !fault.Is(err, fault.TooLarge) {
			t.Errorf("a file too large: %v", err)
		}
	})
}

func TestACachedCalendarCostsOneStatement(t *testing.T) {
	each(t, func(t *testing.T, k *calendar.Keeper, d *db.DB) {
		get(t, k, 450102)
		ctx, n := db.CountStatements(context.WithoutCancel(t.Context()))
		if err := d.Read(ctx, func(tx *db.Tx) error {
			_, err := k.In(tx, 450102)
			return err
		}); err != nil || n.Load() != 1 {
			t.Errorf("%d statements, %v", n.Load(), err)
		}
	})
}
