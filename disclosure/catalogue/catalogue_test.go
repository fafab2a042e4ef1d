package catalogue_test

import (
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yangguang/agency"
	"yangguang/agency/agencytest"
	"yangguang/disclosure"
	"yangguang/disclosure/catalogue"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
)

func TestMain(m *testing.M) {
	disclosuretest.LoadLocales()
	_ = flag.Set("rapid.checks", "25") // each is a journey through the store; -rapid.checks asks for more
	os.Exit(m.Run())
}

type house = disclosuretest.House

var check = disclosuretest.Check

func on(day string) time.Time { return clock.MustDate(day).Start().Add(9 * time.Hour) }

func of(t fataler, h *house, u agency.Agency) map[string]catalogue.Due {
	out := map[string]catalogue.Due{}
	if err := h.DB.Read(bg, func(tx *db.Tx) error {
		xs, err := h.Disclosure.Catalogue.Of(tx, u)
		for _, x := range xs {
			out[x.Category] = x
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSyncGivesWhatTheNormAsks(t *testing.T) {
	t.Parallel()
	disclosuretest.Each(t, func(t *testing.T, h *house) {
		got := of(t, h, h.Village)
		// Laws and documents are shown from above, "other" is owed only when there is something.
		want := map[string]string{"village.3": "2026Q3 2026-11-03", "village.4": "2026Q3 2026-11-03", "village.5": "2026Q3 2026-11-03",
			"village.6": " 2019-01-29", "village.7": " 2019-01-29"}
		have := map[string]string{}
		for id, x := range got {
			have[id] = fmt.Sprintf("%s %s", x.Period, x.DueOn)
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("a village owes (-want +got):\n%s", diff)
		}
		plan, budget := of(t, h, h.County)["county.7"], of(t, h, h.County)["county.6"]
		if plan.Period != "2026" || plan.DueOn.String() != "2026-04-01" || budget.DueOn.String() != "2026-05-06" {
			t.Errorf("the year's plan %s by %s, budget by %s", plan.Period, plan.DueOn, budget.DueOn)
		}
		h.Sync(t)
		if diff := cmp.Diff(got, of(t, h, h.Village), cmp.Comparer(func(a, b clock.Date) bool { return a == b })); diff != "" {
			t.Errorf("a second run changes:\n%s", diff)
		}
	})
}

func TestAPublishedCalendarMovesTheLastDay(t *testing.T) {
	t.Parallel()
	disclosuretest.Each(t, func(t *testing.T, h *house) {
		before := of(t, h, h.Village)
		if _, err := h.Disclosure.Calendars.Import(bg, calendar.File{Division: int64(h.Village.Division), Name: "local.csv", By: 1, Source: "通知",
			Body: []byte("date,kind,name\n2026-10-20,rest,三月三\n")}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Disclosure.Catalogue.SyncAll(bg, h.DB); err != nil {
			t.Fatal(err)
		}
		after := of(t, h, h.Village)
		for id, x := range before {
			want := x.DueOn
			if x.Period == "2026Q3" {
				want = clock.MustDate("2026-11-04") // one day off more between the quarter's end and the 3rd
			}
			if got := after[id].DueOn; got != want {
				t.Errorf("%s is due on %s, want %s", id, got, want)
			}
		}
		sameAsByHand(t, h)
	})
}

func TestARetiredCategoryIsOwedNoMore(t *testing.T) {
	t.Parallel()
	disclosuretest.Each(t, func(t *testing.T, h *house) {
		if _, ok := of(t, h, h.Township)["township.3"]; !ok {
			t.Fatal("the norm as issued does not ask for maintenance fees")
		}
		h.Disclosure.Catalogue.Norm = h.Disclosure.Norm.Retired()
		if _, err := h.Disclosure.Catalogue.SyncAll(bg, h.DB); err != nil {
			t.Fatal(err)
		}
		for _, u := range h.Units() {
			if x, ok := of(t, h, u)[map[agency.Kind]string{agency.Township: "township.3", agency.Village: "village.5"}[u.Kind]]; ok {
				t.Errorf("%s still owes %s", u.Slug, x.Category)
			}
		}
		if len(of(t, h, h.Township)) != 2 {
			t.Error("what is in force went as well")
		}
	})
}

func TestAnAgencyFoundedWithinAPeriodBeginsWithIt(t *testing.T) {
	t.Parallel()
	disclosuretest.Each(t, func(t *testing.T, h *house) {
		var u agency.Agency
		check(t, h.DB.Write(bg, func(tx *db.Tx) (err error) {
			u, err = h.Registry.FoundIn(tx, agency.Founding{Division: agencytest.Township, Kind: agency.Township, Slug: "new", Name: "新设演示机构",
				Superior: h.County.ID, Demo: true, FoundedOn: clock.MustDate("2026-11-10")})
			if err != nil {
				return err
			}
			return h.Disclosure.Catalogue.Sync(tx, u)
		}))
		if got := of(t, h, u); len(got) != 0 {
			t.Errorf("founded in November it owes %v", got)
		}
		h.Clock.Set(on("2026-12-31"))
		if _, err := h.Disclosure.Catalogue.SyncAll(bg, h.DB); err != nil {
			t.Fatal(err)
		}
		if x := of(t, h, u)["township.2"]; x.Period != "2026Q4" || x.Missed != 0 {
			t.Errorf("at the end of its first quarter it owes %+v", x)
		}
	})
}

func TestQuartersRollAndCount(t *testing.T) {
	t.Parallel()
	disclosuretest.Each(t, func(t *testing.T, h *house) {
		roll := func(day string) catalogue.Due {
			h.Clock.Set(on(day))
			_, err := h.Disclosure.Catalogue.Roll(bg, h.DB)
			check(t, err)
			return of(t, h, h.Village)["village.4"]
		}
		publish := func(period string) *disclosure.Item {
			return h.Publish(t, h.Village, "village.4", h.Text("village.4", period, "奖励扶助发放情况"))
		}
		q3 := publish("2026Q3") // due on 3 November, today is the 23rd
		want := func(x catalogue.Due, s string) {
			t.Helper()
			if got := fmt.Sprintf("%s met %v: %d in time, %d late, %d missed", x.Period, !x.MetOn.IsZero(), x.OnTime, x.Late, x.Missed); got != s {
				t.Errorf("got %q, want %q", got, s)
			}
		}
		want(of(t, h, h.Village)["village.4"], "2026Q3 met true: 0 in time, 1 late, 0 missed")
		publish("2026Q4") // before its quarter has ended
		want(of(t, h, h.Village)["village.4"], "2026Q3 met true: 0 in time, 1 late, 0 missed")
		want(roll("2026-12-31"), "2026Q3 met true: 0 in time, 1 late, 0 missed")
		want(roll("2027-01-01"), "2026Q4 met true: 1 in time, 1 late, 0 missed")
		want(roll("2027-01-01"), "2026Q4 met true: 1 in time, 1 late, 0 missed") // twice does no harm
		want(roll("2027-10-02"), "2027Q3 met false: 1 in time, 1 late, 2 missed")
		publish("2027Q1") // what was missed becomes late
		want(of(t, h, h.Village)["village.4"], "2027Q3 met false: 1 in time, 2 late, 1 missed")
		h.TakeDown(t, q3, "error", "内容有误") // and what is taken down is missing again
		want(of(t, h, h.Village)["village.4"], "2027Q3 met false: 1 in time, 1 late, 2 missed")
		publish("2027Q3")
		want(of(t, h, h.Village)["village.4"], "2027Q3 met true: 2 in time, 1 late, 2 missed")
	})
}

func TestWhatIsOwedOnChangeIsJudgedByItsForming(t *testing.T) {
	t.Parallel()
	disclosuretest.Each(t, func(t *testing.T, h *house) {
		owed := func() catalogue.Due { return of(t, h, h.County)["county.2"] }
		if x := owed(); !x.Overdue(clock.DateOf(disclosuretest.Now)) {
			t.Errorf("nothing was ever published, yet %+v", x)
		}
		late := h.Plain("迟到的文件")
		late.FormedOn = clock.MustDate("2026-09-01")
		h.Publish(t, h.County, "county.2", late)
		if x := owed(); !x.MetLate() || x.Late != 1 || x.OnTime != 0 {
			t.Errorf("formed in September, published in November: %+v", x)
		}
		timely := h.Publish(t, h.County, "county.2", h.Plain("及时的文件"))
		if x := owed(); x.MetLate() || x.Late != 1 || x.OnTime != 1 || x.Item != timely.ID {
			t.Errorf("formed and published today: %+v", x)
		}
		h.TakeDown(t, timely, "error", "内容有误")
		if x := owed(); !x.MetLate() || x.Late != 1 || x.OnTime != 0 {
			t.Errorf("back to the late one: %+v", x)
		}
	})
}

// published is what the naive recount knows of an item.
type published struct {
	period string
	on     clock.Date
}

// TestAnyHistoryEqualsARecount lets a village publish, take down and let time
// pass at random, and counts again from nothing but what is published.
func TestAnyHistoryEqualsARecount(t *testing.T) {
	t.Parallel()
	h, n := disclosuretest.New(t), 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		u := newVillage(t, h, n)
		live := map[*disclosure.Item]published{}
		for range rapid.IntRange(1, 8).Draw(rt, "steps") {
			today := clock.DateOf(h.Clock.Now())
			switch rapid.SampledFrom([]string{"publish", "publish", "pass", "end"}).Draw(rt, "what") {
			case "publish":
				back := rapid.IntRange(-3, 9).Draw(rt, "months back")
				d := today.AddMonths(-back)
				period := fmt.Sprintf("%dQ%d", d.Year(), (int(d.Month())-1)/3+1)
				it := h.Publish(t, u, "village.4", h.Text("village.4", period, "发放情况"))
				live[it] = published{period, today}
			case "pass":
				h.Clock.Advance(time.Duration(rapid.IntRange(1, 200).Draw(rt, "days")) * 24 * time.Hour)
				if _, err := h.Disclosure.Catalogue.Roll(bg, h.DB); err != nil {
					rt.Fatal(err)
				}
			case "end":
				for it := range live {
					h.TakeDown(t, it, "error", "内容有误")
					delete(live, it)
					break
				}
			}
			compare(rt, h, u, live)
		}
	})
}

// newVillage sets the clock back and founds a village that has published
// nothing.
func newVillage(t *testing.T, h *house, n int) (u agency.Agency) {
	t.Helper()
	h.Clock.Set(disclosuretest.Now)
	check(t, h.DB.Write(bg, func(tx *db.Tx) (err error) {
		u, err = h.Registry.FoundIn(tx, agency.Founding{Division: agencytest.Village, Kind: agency.Village, Slug: fmt.Sprintf("v%d", n), Name: fmt.Sprintf("演示村%d", n),
			Superior: h.Township.ID, Demo: true, FoundedOn: clock.MustDate("2019-01-01")})
		if err != nil {
			return err
		}
		return h.Disclosure.Catalogue.Sync(tx, u)
	}))
	return u
}

func compare(t *rapid.T, h *house, u agency.Agency, live map[*disclosure.Item]published) {
	got := of(t, h, u)["village.4"]
	cal, err := h.Disclosure.Calendars.For(bg, int64(h.Village.Division))
	if err != nil {
		t.Fatal(err)
	}
	cat := *h.Disclosure.Norm.Category("village.4")
	first := map[string]clock.Date{}
	for _, p := range live {
		if d, ok := first[p.period]; !ok || p.on.Before(d) {
			first[p.period] = p.on
		}
	}
	onTime, late, missed, met, owed := 0, 0, 0, false, ""
	for year, q := 2026, 3; ; q++ {
		if q == 5 {
			year, q = year+1, 1
		}
		end := clock.NewDate(year, time.Month(q*3)+1, 1).AddDays(-1)
		if q == 4 {
			end = clock.NewDate(year, 12, 31)
		}
		if !end.Before(clock.DateOf(h.Clock.Now())) {
			break
		}
		owed, met = fmt.Sprintf("%dQ%d", year, q), false
		missed++
		if d, ok := first[owed]; ok {
			met = true
			missed--
			if d.After(cal.Deadline(end, catalogue.SpanOf(cat), nil).Due) {
				late++
			} else {
				onTime++
			}
		}
	}
	if !met {
		missed-- // the one owed now is not yet missed
	}
	want := fmt.Sprint(owed, met, onTime, late, missed)
	if have := fmt.Sprint(got.Period, !got.MetOn.IsZero(), got.OnTime, got.Late, got.Missed); have != want {
		t.Fatalf("the row says %s, the recount %s", have, want)
	}
}
