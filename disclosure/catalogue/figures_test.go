package catalogue_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yangguang/agency"
	"yangguang/disclosure/catalogue"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
)

var bg = context.Background()

type fataler interface{ Fatal(args ...any) }

// TestFiguresAddUpAtEveryLevel counts each unit's rows by hand and compares
// with every division they lie in.
func TestFiguresAddUpAtEveryLevel(t *testing.T) {
	t.Parallel()
	disclosuretest.Each(t, func(t *testing.T, h *house) {
		h.Publish(t, h.Village, "village.4", h.Text("village.4", "2026Q3", "奖励"))
		h.Publish(t, h.Village, "village.6", h.Plain("村规民约"))
		h.Publish(t, h.County, "county.7", h.Text("county.7", "2026", "计划"))
		h.Publish(t, h.Prefecture, "county.2", h.Plain("办法"))
		today := clock.DateOf(h.Clock.Now())
		want := map[agency.Code]catalogue.Figures{}
		for _, u := range h.Units() {
			f := catalogue.Figures{Units: 1}
			for _, x := range of(t, h, u) {
				f.Owed++
				switch {
				case x.MetLate():
					f.Late++
				case !x.MetOn.IsZero():
					f.OnTime++
				case x.Overdue(today):
					f.Overdue++
				default:
					f.Pending++
				}
			}
			for _, c := range append(u.Division.Ancestors(), u.Division) {
				want[c] = want[c].Add(f)
			}
		}
		if len(want) != 6 {
			t.Fatalf("%d levels", len(want))
		}
		h.Read(t, func(tx *db.Tx) error {
			for c, w := range want {
				got, err := catalogue.At(tx, c)
				if err != nil {
					return err
				}
				if diff := cmp.Diff(w, got); diff != "" {
					t.Errorf("at %s (-want +got):\n%s", c, diff)
				}
				if f := got; f.Met()+f.Overdue+f.Pending != f.Owed {
					t.Errorf("at %s the parts are not the whole: %+v", c, f)
				}
				if err := partsAddUp(t, tx, c, w); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// partsAddUp checks that the divisions below and the agencies here are the
// whole.
func partsAddUp(t *testing.T, tx *db.Tx, c agency.Code, want catalogue.Figures) error {
	t.Helper()
	below, err := catalogue.ByChild(tx, c)
	if err != nil {
		return err
	}
	here, err := catalogue.ByAgency(tx, c)
	if err != nil {
		return err
	}
	regions, err := catalogue.ByRegion(tx, c)
	if err != nil {
		return err
	}
	var sum, all catalogue.Figures
	for _, p := range append(below, here...) {
		sum = sum.Add(p.Figures)
		if p.Agency == 0 && (!c.Contains(p.Region) || p.Region == c) {
			t.Errorf("%s is listed below %s", p.Region, c)
		}
	}
	for _, p := range regions {
		all = all.Add(p.Figures)
	}
	for name, got := range map[string]catalogue.Figures{"children and agencies": sum, "regions": all} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("at %s, %s (-want +got):\n%s", c, name, diff)
		}
	}
	late, err := catalogue.OverdueWithin(tx, c, 500)
	if int64(len(late)) != want.Overdue {
		t.Errorf("at %s %d are listed as overdue of %d", c, len(late), want.Overdue)
	}
	return err
}

func TestFiguresWalkAnIndex(t *testing.T) {
	t.Parallel()
	h := disclosuretest.New(t)
	for _, c := range []agency.Code{h.Village.Division, h.Township.Division, h.County.Division, h.Prefecture.Division, h.Province.Division, agency.Nation} {
		dbtest.NoScan(t, h.DB, bg, func(tx *db.Tx) error {
			if _, err := catalogue.At(tx, c); err != nil {
				return err
			}
			if _, err := catalogue.ByChild(tx, c); err != nil {
				return err
			}
			if _, err := catalogue.ByAgency(tx, c); err != nil {
				return err
			}
			if _, err := catalogue.ByRegion(tx, c); err != nil {
				return err
			}
			_, err := catalogue.OverdueWithin(tx, c, 10)
			return err
		}, "due")
	}
}
