package casework_test

import (
	"testing"
	"time"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/caseworktest"
)

// TestWhatLiesAroundAMatterIsFoundByWhoeverMayReadIt and by nobody else.
func TestWhatLiesAroundAMatterIsFoundByWhoeverMayReadIt(t *testing.T) {
	caseworktest.Each(t, func(t *testing.T, h *caseworktest.House) {
		c, front := h.Cases, h.As(h.Front)
		one, _ := h.File(t, h.Filing("complaint"))
		two, _ := h.File(t, h.Filing("complaint"))
		hidden := h.Filing("tipoff")
		hidden.About = h.Township.ID
		three, _ := h.File(t, hidden)
		other := h.Filing("enquiry")
		other.Who.Phone = "13900000000"
		h.File(t, other)

		same, err := c.SamePerson(front, one.Province, one.ID)
		check(t, err)
		if len(same) != 2 || same[0].ID != three.ID || same[1].ID != two.ID {
			t.Errorf("the same person brought %d others", len(same))
		}
		accused := h.Hire(t, "双重身份", h.Township, casework.Verbs()...).With(h.County, casework.Verbs()...)
		same, err = c.SamePerson(h.As(accused), one.Province, one.ID)
		check(t, err)
		if len(same) != 1 || same[0].ID != two.ID {
			t.Errorf("the unit complained of finds %d others of the person", len(same))
		}
		_, err = c.SamePerson(h.As(accused), three.Province, three.ID)
		disclosuretest.Refused(t, err, fault.NotFound, "fault.not_found")

		likes, err := c.AlikeTo(front, h.County.ID, "", "我的奖励扶助金一直没有发到账上，去年的也没有。")
		check(t, err)
		if len(likes) < 2 || likes[0].Alike < 35 {
			t.Errorf("%d are alike", len(likes))
		}
		_, err = c.AlikeTo(h.As(h.Stranger), h.County.ID, "", "奖励扶助金")
		disclosuretest.Refused(t, err, fault.NotFound, "fault.not_found")

		check(t, c.Merge(front, two.Province, two.ID, one.ID, "同一件事"))
		h.Read(t, func(tx *db.Tx) error {
			times, err := casework.Gathered(tx, []casework.Matter{*one, *two})
			if len(times) != 1 || times[one.ID] != 1 {
				t.Errorf("gathered %v", times)
			}
			return err
		})
		near, err := c.Near(front, &h.Matter(t, two).Matter)
		check(t, err)
		if len(near) != 1 || near[0].ID != one.ID {
			t.Errorf("the merged one lies near %d others", len(near))
		}
	})
}

// TestTheLoadIsCountedByHandler, without what is hidden from whoever asks.
func TestTheLoadIsCountedByHandler(t *testing.T) {
	caseworktest.Each(t, func(t *testing.T, h *caseworktest.House) {
		c := h.Cases
		for range 2 {
			m, _ := h.File(t, h.Filing("enquiry"))
			check(t, c.Accept(h.As(h.Front), m.Province, m.ID, ""))
			check(t, c.Take(h.As(h.Handler), m.Province, m.ID))
		}
		f := h.Filing("complaint")
		f.About = h.Township.ID
		h.File(t, f)
		loads, err := c.Loads(h.As(h.Head))
		check(t, err)
		if len(loads) != 2 {
			t.Fatalf("loads %+v", loads)
		}
		byHandler := map[int64]casework.Load{}
		for _, l := range loads {
			byHandler[l.Handler] = l
		}
		if l := byHandler[h.Handler.ID]; l.Open != 2 || l.Week != 2 || l.Late != 0 || !l.Oldest.Equal(disclosuretest.Now) {
			t.Errorf("the handler has %+v", l)
		}
		if l := byHandler[0]; l.Open != 1 {
			t.Errorf("nobody has %+v", l)
		}
		h.Clock.Advance(10 * 24 * time.Hour)
		if loads, err = c.Loads(h.As(h.Head)); err != nil || loads[0].Late+loads[1].Late != 3 {
			t.Errorf("ten days later %+v, %v", loads, err)
		}
		accused := h.Hire(t, "双重身份", h.Township, casework.Verbs()...).With(h.County, casework.Verbs()...)
		loads, err = c.Loads(h.As(accused))
		check(t, err)
		if len(loads) != 1 || loads[0].Handler != h.Handler.ID {
			t.Errorf("the unit complained of counts %+v", loads)
		}
		if loads, err = c.Loads(h.As(h.Handler)); err != nil || len(loads) != 0 {
			t.Errorf("a handler sees the load of others: %+v, %v", loads, err)
		}
	})
}

// TestAStampChangesWithWhatIsSeenAlone.
func TestAStampChangesWithWhatIsSeenAlone(t *testing.T) {
	caseworktest.Each(t, func(t *testing.T, h *caseworktest.House) {
		c := h.Cases
		stamp := func(p caseworktest.Person, m *casework.Matter) uint64 {
			province, id := 0, int64(0)
			if m != nil {
				province, id = m.Province, m.ID
			}
			s, err := c.Stamp(h.As(p), province, id)
			check(t, err)
			return s
		}
		accused := h.Hire(t, "双重身份", h.Township, casework.Verbs()...).With(h.County, casework.Verbs()...)
		f := h.Filing("complaint")
		f.About = h.Township.ID
		before, blind := stamp(h.Front, nil), stamp(accused, nil)
		m, _ := h.File(t, f)
		if stamp(h.Front, nil) == before {
			t.Error("a new matter does not show")
		}
		if stamp(accused, nil) != blind {
			t.Error("the unit complained of learns that something came in")
		}
		_, err := c.Stamp(h.As(accused), m.Province, m.ID)
		disclosuretest.Refused(t, err, fault.NotFound, "fault.not_found")
		own := stamp(h.Front, m)
		check(t, c.Note(h.As(h.Front), m.Province, m.ID, "已联系"))
		if stamp(h.Front, m) == own {
			t.Error("a note does not show on the matter's page")
		}
	})
}

// TestAReturnedReplyIsKept beside the one that follows it.
func TestAReturnedReplyIsKept(t *testing.T) {
	caseworktest.Each(t, func(t *testing.T, h *caseworktest.House) {
		c := h.Cases
		m, code := h.File(t, h.Filing("complaint"))
		check(t, c.Accept(h.As(h.Front), m.Province, m.ID, ""))
		check(t, c.Take(h.As(h.Handler), m.Province, m.ID))
		for _, text := range []string{"第一稿，经查已经补发。", "第二稿，经查已于今日补发。"} {
			check(t, c.SaveReply(h.As(h.Handler), m.Province, m.ID, casework.Reply{Text: text}))
			check(t, c.SubmitReply(h.As(h.Handler), m.Province, m.ID, casework.Reply{Text: text, Result: "solved"}))
			if text[:9] == "第一稿" {
				check(t, c.Return(h.As(h.Head), m.Province, m.ID, "写明哪天"))
			}
		}
		check(t, c.Approve(h.As(h.Head), m.Province, m.ID))
		k := h.Matter(t, m)
		if len(k.Replies) != 2 || k.Replies[0].State != "returned" || k.Replies[1].State != "approved" {
			t.Errorf("the replies are %+v", k.Replies)
		}
		if own, err := c.Follow(h.Anyone(), m.Number, code); err != nil || len(own.Replies) != 1 {
			t.Errorf("the person sees %d replies, %v", len(own.Replies), err)
		}
	})
}

// TestOnlyAClosedMatterIsArchived, with a reason the person reads.
func TestOnlyAClosedMatterIsArchived(t *testing.T) {
	h := caseworktest.New(t)
	m, code := h.Answered(t, "complaint", casework.Reply{Result: "solved", Text: "经查，已经补发到位。"})
	_, _, err := h.Cases.Archive(h.As(h.Front), m.Province, m.ID, "年度归档")
	disclosuretest.Refused(t, err, fault.Conflict, "flow.not_now")
	check(t, h.Cases.Rate(h.Anyone(), m.Number, code, casework.Rating{Solved: "yes", Satisfied: "yes"}))
	_, _, err = h.Cases.Archive(h.As(h.Front), m.Province, m.ID, "")
	disclosuretest.Refused(t, err, fault.Invalid, "reason:casework.need_reason")
	_, _, err = h.Cases.Archive(h.As(h.Stranger), m.Province, m.ID, "年度归档")
	disclosuretest.Refused(t, err, fault.NotFound, "fault.not_found")
	k, who, err := h.Cases.Archive(h.As(h.Front), m.Province, m.ID, "年度归档")
	check(t, err)
	if who.Phone != "13800000000" || k.Number != m.Number {
		t.Errorf("the archive holds %+v of %s", who, k.Number)
	}
	if own, err := h.Cases.Follow(h.Anyone(), m.Number, code); err != nil || own.Entries[len(own.Entries)-1].Note != "年度归档" {
		t.Errorf("the person does not see the reading: %v", err)
	}
}

// TestUnitsBelowAreFoundDownTheTree, the nearest first.
func TestUnitsBelowAreFoundDownTheTree(t *testing.T) {
	h := caseworktest.New(t)
	h.Read(t, func(tx *db.Tx) error {
		us, err := casework.Below(tx, h.County.ID)
		at := map[int64]int{}
		for i, u := range us {
			at[u.ID] = i + 1
		}
		if at[h.Township.ID] == 0 || at[h.Village.ID] == 0 || at[h.Village.ID] < at[h.Township.ID] || at[h.County.ID] != 0 {
			t.Errorf("below the county are %v", at)
		}
		return err
	})
}
