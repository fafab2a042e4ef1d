package disclosure_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yangguang/disclosure"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/db"
)

// TestNobodyReachesThePublicAlone lets five people who may do everything,
// themselves or standing in for each other, try everything at random. Whatever
// becomes public has the rule's distinct natural persons behind it.
func TestNobodyReachesThePublicAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := h.Disclosure
	var people []disclosuretest.Person
	for i := range int64(5) {
		p := h.Everybody.Of(h.County)
		p.ID = 1000 + i
		people = append(people, p)
	}
	public := 0
	history := func(rt *rapid.T) {
		as := func() context.Context {
			p := rapid.SampledFrom(people).Draw(rt, "person")
			q := rapid.SampledFrom(people).Draw(rt, "principal")
			if p.ID == q.ID || rapid.IntRange(0, 3).Draw(rt, "for himself") > 0 {
				return h.Through(p, rapid.Int64Range(1, 2).Draw(rt, "login"))
			}
			return h.For(p, q)
		}
		category := rapid.SampledFrom([]string{"county.2", "county.10"}).Draw(rt, "category")
		v, err := d.Start(as(), h.County.ID, category, "")
		if err != nil {
			rt.Fatal(err)
		}
		if _, err := d.Save(as(), v.Province, v.ID, h.Plain("公告")); err != nil {
			rt.Fatal(err)
		}
		written := writers{}
		for range rapid.IntRange(3, 25).Draw(rt, "acts") {
			tryOne(rt, h, v, as())
			written.see(rt, h, v)
		}
		if s := sheet(rt, h, v); s.Item.State == disclosure.ItemPublished {
			public++
		}
	}
	// Few random histories get past every signature, so try until one has.
	for range 60 {
		if rapid.Check(t, history); public > 0 {
			return
		}
	}
	if public == 0 {
		t.Error("no history reached the public; the test tries too little")
	}
}

// tryOne does one thing, likely something the state allows.
func tryOne(t *rapid.T, h *house, v *disclosure.Version, ctx context.Context) {
	h.Clock.Advance(time.Minute)
	s := sheet(t, h, v)
	verbs := []string{"save", "submit", "pass", "pass", "approve", "return", "refer", "rule", "recall", "emergency", "pass_after", "approve_after"}
	if may := s.Verbs; len(may) > 0 && rapid.IntRange(0, 4).Draw(t, "sensible") > 0 {
		verbs = slices.DeleteFunc(slices.Clone(may), func(v string) bool { return v == "discard" || v == "withdraw" || v == "refuse" })
	}
	if len(verbs) == 0 {
		_, _ = h.Disclosure.Correct(ctx, v.Province, v.Item)
		return
	}
	verb := rapid.SampledFrom(verbs).Draw(t, "verb")
	if verb == "approve" && rapid.Bool().Draw(t, "later") {
		_ = h.Disclosure.Approve(ctx, v.Province, v.ID, opinion(), h.Clock.Now().Add(time.Minute))
		h.Clock.Advance(time.Hour)
		if _, err := h.Disclosure.PublishDue(ctx); err != nil {
			t.Fatal(err)
		}
		return
	}
	_ = byHand(h.Disclosure, v)[verb](ctx) // a refusal is as good as a success
}

func sheet(t *rapid.T, h *house, v *disclosure.Version) *disclosure.Sheet {
	s, err := h.Disclosure.Open(h.As(h.Everybody), v.Province, v.ID)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type writers struct{}

// see checks what must hold of a version after every act, from its recorded
// steps alone.
func (writers) see(t *rapid.T, h *house, v *disclosure.Version) {
	s := sheet(t, h, v)
	if s.Version.State != disclosure.Published {
		return
	}
	wrote := map[int64]bool{s.Version.Author: true}
	reviewed, approved := map[int64]bool{}, map[int64]bool{}
	for _, x := range s.Steps {
		for _, p := range []int64{x.Person, x.Principal} {
			if p == 0 {
				continue
			}
			switch x.Verb {
			case "save", "submit":
				wrote[p] = true
			case "pass", "pass_after":
				reviewed[p] = true
			case "approve", "approve_after", "emergency":
				approved[p] = true
			}
		}
	}
	for p := range approved {
		if wrote[p] || reviewed[p] {
			t.Fatalf("%d approved what he wrote or reviewed: %+v", p, s.Steps)
		}
	}
	for p := range reviewed {
		if wrote[p] {
			t.Fatalf("%d reviewed what he wrote: %+v", p, s.Steps)
		}
	}
	x := s.Version
	switch {
	case x.Approver == 0 || x.Approver == x.Author:
		t.Fatalf("published without an approver: %+v", x)
	case !x.Emergency && (x.Reviewer == 0 || x.Reviewer2 == 0):
		t.Fatalf("published without both reviews: %+v", x)
	case x.Emergency && x.ReviewOwed != s.Item.Emergency:
		t.Fatalf("what is owed is not shown: %+v", s.Item)
	case x.Emergency && s.Category.ID != "county.10":
		t.Fatal("an ordinary item took the emergency path")
	}
}

func TestTwoCorrectionsNeverRunAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		it := h.Publish(t, h.County, "county.2", h.Plain("通知"))
		results := make(chan error, 8)
		for range cap(results) {
			go func() {
				_, err := h.Disclosure.Correct(h.As(h.Author), it.Province, it.ID)
				results <- err
			}()
		}
		won := 0
		for range cap(results) {
			if err := <-results; err == nil {
				won++
			} else {
				refused(t, err, conflict, "disclosure.correction_open")
			}
		}
		open := 0
		h.Read(t, func(tx *db.Tx) error {
			return tx.Row("select count(*) from item_version where item = $1 and state = 'draft'", it.ID).Scan(&open)
		})
		if won != 1 || open != 1 {
			t.Errorf("%d corrections were opened, %d are open", won, open)
		}
	})
}
