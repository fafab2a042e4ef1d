package analysis

import (
	"fmt"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/supervision/casework"
)

// TestAfterAnyWalkTheSumsAreWhatARecountSays: mergers undone, matters taken up
// again, reclassified or handed up move every sum they had a part in.
func TestAfterAnyWalkTheSumsAreWhatARecountSays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *bureau) {
		m, code := o.Answered(t, "petition", casework.Reply{Result: "explained", Text: "经核实，所反映事项不符合发放条件，理由如下。"})
		disclosuretest.Check(t, o.Cases.CallBack(o.As(o.Front), m.Province, m.ID, casework.Rating{Channel: "phone", Reached: true, Solved: "partly", Satisfied: "fair"}))
		_, _, err := o.Cases.Remedy(o.Anyone(), m.Number, code, "对答复不服，请求上级复查。", "remedy")
		disclosuretest.Check(t, err)
		for seed := range uint64(3) {
			w := newWalker(t, o, seed)
			for range 350 {
				w.step()
			}
			r, err := o.Room.Recount(t.Context())
			disclosuretest.Check(t, err)
			for _, d := range r.Differences[:min(len(r.Differences), 5)] {
				t.Error(d)
			}
			if r.Stale > 0 || r.Matters == 0 {
				t.Errorf("%d of %d matters were counted as something they are not", r.Stale, r.Matters)
			}
		}
		// The walks did reach what they are to hold.
		o.read(t, func(tx *db.Tx) error {
			all, err := sums(tx, ask{province: o.County.Province(), scopes: []int64{int64(o.County.Division.At(agency.LevelProvince))}, from: 200001, to: 209912, dims: []string{byAll}})
			seen := row{}
			for _, v := range all {
				for m, n := range v {
					seen[m] += n
				}
			}
			for _, m := range measures {
				if seen[m] == 0 {
					t.Errorf("no walk came to a matter that counts as %s", m)
				}
			}
			if seen[contacts] <= seen[matters] {
				t.Errorf("merged matters are contacts and no matters: %d, %d", seen[contacts], seen[matters])
			}
			return err
		})
	})
}

// TestARecountFindsAndMendsWhatIsWrong plants three kinds of damage.
func TestARecountFindsAndMendsWhatIsWrong(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *bureau) {
		var last *casework.Matter
		for range 5 {
			last, _ = o.File(t, o.Filing("enquiry"))
		}
		disclosuretest.Check(t, o.Room.DB.Write(t.Context(), func(tx *db.Tx) error {
			for _, q := range []string{"update casework_tally set matters = matters + 7 where province = $1 and dim = 'type'", "delete from casework_tally where province = $1 and dim = 'channel'"} {
				if _, err := tx.Exec(q, o.County.Province()); err != nil {
					return err
				}
			}
			_, err := tx.Exec("delete from casework_counted where province = $1 and matter = $2", last.Province, last.ID)
			return err
		}))
		first, err := o.Room.Recount(t.Context())
		disclosuretest.Check(t, err)
		if first.Stale != 1 || len(first.Differences) == 0 || first.Matters != 5 {
			t.Errorf("found %d stale, %d differences of %d", first.Stale, len(first.Differences), first.Matters)
		}
		again, err := o.Room.Recount(t.Context())
		disclosuretest.Check(t, err)
		if again.Stale != 0 || len(again.Differences) != 0 {
			t.Errorf("after mending: %v", again)
		}
		o.read(t, func(tx *db.Tx) error {
			all, err := sums(tx, ask{province: o.County.Province(), scopes: []int64{o.County.ID}, from: 200001, to: 209912, dims: []string{byType}})
			n := int64(0)
			for _, v := range all {
				n += v[matters]
			}
			if n != 5 {
				t.Errorf("%d matters by type, want 5", n)
			}
			return err
		})
	})
}

// TestAParentIsTheSumOfItsChildren for every additive cell, and so are units of their division.
func TestAParentIsTheSumOfItsChildren(t *testing.T) {
	t.Parallel()
	o := newBureau(t)
	w := newWalker(t, o, 77)
	for range 400 {
		w.step()
	}
	o.read(t, func(tx *db.Tx) error {
		all, err := wholeTally(tx, o.County.Province())
		if err != nil {
			return err
		}
		sum := tally{}
		for k, v := range all {
			if levelOf(k.scope) != 0 {
				continue
			}
			u, err := agency.Find(tx, k.scope)
			if err != nil {
				return err
			}
			for _, s := range scopesOf(u.ID, u.Division)[1:] {
				to := k
				to.scope = s
				if sum[to] == nil {
					sum[to] = row{}
				}
				for m, n := range v {
					sum[to][m] += n
				}
			}
		}
		for k, v := range all {
			if levelOf(k.scope) > 0 && fmt.Sprint(v) != fmt.Sprint(sum[k]) {
				t.Errorf("%v: %v, its units come to %v", k, v, sum[k])
			}
		}
		return nil
	})
}

// TestMarksAreReadBack as they were written.
func TestMarksAreReadBack(t *testing.T) {
	t.Parallel()
	f := facts{agency: 7, region: 350525000000, kind: "complaint", channel: "web", topic: "", about: 9, took: -1}
	f.add(contacts, clock.MustDate("2026-11-03"), "")
	f.add(refused, clock.MustDate("2026-12-31"), "not_ours")
	got, err := readMarks(7, 350525000000, f.marks())
	if err != nil || fmt.Sprint(got) != fmt.Sprint(f) {
		t.Errorf("%v, %v; want %v", got, err, f)
	}
	for _, s := range []string{"", "a;b|", "a;b;c;x;1|", "a;b;c;1;x|", "a;b;c;1;1|matters:yesterday|"} {
		if _, err := readMarks(1, 1, s); err == nil {
			t.Errorf("%q is read", s)
		}
	}
}

// An order of another platform may come when its reply was due already: it is
// looked for from that day.
func TestAMatterCountsFromItsEarliestDay(t *testing.T) {
	filed := time.Date(2026, 11, 3, 10, 0, 0, 0, time.UTC)
	late := factsOf(&casework.Matter{FiledAt: filed, AcceptedAt: filed, FirstDue: filed.AddDate(0, -1, 0)}, nil, nil)
	if got, want := late.since(filed), clock.DateOf(filed.AddDate(0, -1, 0)).Start(); !got.Equal(want) {
		t.Errorf("due a month before it came: since %v, want %v", got, want)
	}
	if got := factsOf(&casework.Matter{FiledAt: filed, AcceptedAt: filed, FirstDue: filed.AddDate(0, 1, 0)}, nil, nil).since(filed); !got.Equal(filed) {
		t.Errorf("filed before all else: since %v, want %v", got, filed)
	}
	if c := (cursor{17, 4, 30}); parseCursor(c.String()) != c || parseCursor("17.4") != (cursor{}) {
		t.Error("a place in a list is not read back as it was written")
	}
}
