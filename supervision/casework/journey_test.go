package casework_test

import (
	"flag"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yangguang/agency"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/caseworktest"
)

var update = flag.Bool("update", false, "rewrite testdata")

func TestMain(m *testing.M) {
	caseworktest.LoadLocales()
	os.Exit(m.Run())
}

// TestEveryPairOfStateAndVerbIsAsReviewed holds the flow to the table a person read.
func TestEveryPairOfStateAndVerbIsAsReviewed(t *testing.T) {
	const path = "testdata/flow.txt"
	got := casework.Flow.Dump()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the flow differs from the reviewed table (-want +got):\n%s", diff)
	}
}

var check = disclosuretest.Check

// TestAComplaintGoesItsWayUntilThePersonHasHisAnswer walks the whole way: filed,
// accepted, dispatched, signed for, replied after review, delivered, rated.
func TestAComplaintGoesItsWayUntilThePersonHasHisAnswer(t *testing.T) {
	caseworktest.Each(t, func(t *testing.T, h *caseworktest.House) {
		c, front, town, head := h.Cases, h.As(h.Front), h.As(h.Town), h.As(h.TownHead)
		f := h.Filing("complaint")
		m, code := h.File(t, f)
		again, code2, err := c.File(h.Anyone(), f)
		check(t, err)
		if again.ID != m.ID || code2 != code {
			t.Errorf("the same form filed %s and %s", m.Number, again.Number)
		}
		if m.Topic != "reward" {
			t.Errorf("the topic suggested is %q", m.Topic)
		}
		check(t, c.Accept(front, m.Province, m.ID, ""))
		due := h.Matter(t, m).DueAt
		check(t, c.Dispatch(front, m.Province, m.ID, h.Township.ID, nil, "请查实后答复"))
		h.Advance(t, time.Hour)
		check(t, c.Sign(town, m.Province, m.ID))
		if got := h.Matter(t, m).DueAt; !got.Equal(due) {
			t.Errorf("a hop moved the outer clock from %s to %s", due, got)
		}
		r := casework.Reply{Result: "solved", Text: "经查，因账号有误未能到账，已于今日补发。"}
		check(t, c.SubmitReply(town, m.Province, m.ID, r))
		disclosuretest.Refused(t, c.Approve(town, m.Province, m.ID), fault.Forbidden, "casework.no_grant_review")
		check(t, c.Approve(head, m.Province, m.ID))
		if k, err := c.Follow(h.Anyone(), m.Number, code); err != nil || len(k.Replies) != 1 || k.Replies[0].Text != r.Text {
			t.Fatalf("the person sees %+v, %v", k, err)
		}
		check(t, c.Deliver(front, m.Province, m.ID, "phone", "11月23日10时电话告知"))
		check(t, c.Rate(h.Anyone(), m.Number, code, casework.Rating{Channel: "web", Solved: "yes", Satisfied: "yes"}))
		k := h.Matter(t, m)
		if k.State != casework.Closed || k.Result != "solved" || k.Late || k.Rated != "yes" {
			t.Errorf("at the end it is %s, %s, late %v, rated %s", k.State, k.Result, k.Late, k.Rated)
		}
		disclosuretest.Refused(t, c.Rate(h.Anyone(), m.Number, code, casework.Rating{Solved: "yes", Satisfied: "yes"}), fault.Conflict, "casework.rated")
	})
}

// TestWhatIsUnsolvedIsTakenUpAgainOnce and then stays closed.
func TestWhatIsUnsolvedIsTakenUpAgainOnce(t *testing.T) {
	h := caseworktest.New(t)
	m, code := h.Answered(t, "complaint", casework.Reply{Result: "explained", Text: "经核实，您的情况不符合发放条件。"})
	no := casework.Rating{Solved: "no", Satisfied: "no", Discontent: "not_solved"}
	disclosuretest.Refused(t, h.Cases.Rate(h.Anyone(), m.Number, code, casework.Rating{Solved: "no", Satisfied: "no"}), fault.Invalid, "fault.check_fields")
	check(t, h.Cases.Rate(h.Anyone(), m.Number, code, no))
	if k := h.Matter(t, m); k.State != casework.InHand || k.Reopened != 1 || k.DueAt.IsZero() {
		t.Fatalf("it is %s, reopened %d, due %s", k.State, k.Reopened, k.DueAt)
	}
	h.Answer(t, m, casework.Reply{Result: "explained", Text: "再次核实，结论不变，依据如下。"})
	check(t, h.Cases.Rate(h.Anyone(), m.Number, code, no))
	if k := h.Matter(t, m); k.State != casework.Closed || k.Reopened != 1 {
		t.Errorf("the second time it is %s, reopened %d", k.State, k.Reopened)
	}
}

// TestAPromiseStaysOpenUntilKept: a reply that promises closes nothing.
func TestAPromiseStaysOpenUntilKept(t *testing.T) {
	h := caseworktest.New(t)
	on := clock.DateOf(h.Clock.Now()).AddDays(30)
	m, code := h.Answered(t, "complaint", casework.Reply{Result: "promised", PromiseOn: on, Text: "因资金调度，承诺于月底前补发到位。"})
	check(t, h.Cases.Rate(h.Anyone(), m.Number, code, casework.Rating{Solved: "partly", Satisfied: "fair"}))
	k := h.Matter(t, m)
	if k.State != casework.Promised || !k.StepDue.Equal(on.End()) {
		t.Fatalf("it is %s, due %s", k.State, k.StepDue)
	}
	h.Advance(t, 40*24*time.Hour)
	if k := h.Matter(t, m); k.State != casework.Promised || k.Level() < 3 {
		t.Errorf("the promise broken is %s at level %d", k.State, k.Level())
	}
	check(t, h.Cases.Keep(h.As(h.Handler), m.Province, m.ID, "资金已到位"))
	h.Answer(t, m, casework.Reply{Result: "solved", Text: "承诺的补发已经全部到账。"})
	check(t, h.Cases.Rate(h.Anyone(), m.Number, code, casework.Rating{Solved: "yes", Satisfied: "yes"}))
	if k := h.Matter(t, m); k.State != casework.Closed || k.Result != "solved" {
		t.Errorf("kept, it is %s %s", k.State, k.Result)
	}
}

// TestAnObjectionIsRuledByWhoeverSentItOrAbove, never by the unit that objects.
func TestAnObjectionIsRuledByWhoeverSentItOrAbove(t *testing.T) {
	caseworktest.Each(t, func(t *testing.T, h *caseworktest.House) {
		c := h.Cases
		m, _ := h.File(t, h.Filing("complaint"))
		check(t, c.Accept(h.As(h.Front), m.Province, m.ID, ""))
		check(t, c.Dispatch(h.As(h.Front), m.Province, m.ID, h.Township.ID, nil, ""))
		due := h.Matter(t, m).DueAt
		check(t, c.Object(h.As(h.Town), m.Province, m.ID, "not_duty", "发放由县级负责"))
		disclosuretest.Refused(t, c.Rule(h.As(h.Town), m.Province, m.ID, true, "同意退回"), fault.Forbidden, "casework.no_ruling")
		check(t, c.Rule(h.As(h.Front), m.Province, m.ID, false, "账号信息由乡镇采集"))
		check(t, c.Object(h.As(h.Town), m.Province, m.ID, "not_duty", "仍有异议，请上级裁定"))
		check(t, c.Rule(h.As(h.Above), m.Province, m.ID, true, "由县级办理"))
		k := h.Matter(t, m)
		if k.State != casework.Accepted || k.Holder != h.County.ID || !k.DueAt.Equal(due) {
			t.Errorf("after the ruling it is %s at %d, due %s, was %s", k.State, k.Holder, k.DueAt, due)
		}
	})
}

// TestAComplaintIsNotFoundByTheUnitItIsAbout: it goes one level up, and the
// unit's members do not find it until the person releases a text.
func TestAComplaintIsNotFoundByTheUnitItIsAbout(t *testing.T) {
	caseworktest.Each(t, func(t *testing.T, h *caseworktest.House) {
		c := h.Cases
		f := h.Filing("complaint")
		f.Agency, f.About = h.Township.ID, h.Township.ID
		m, code := h.File(t, f)
		if m.Agency != h.County.ID || !m.Hidden {
			t.Fatalf("it is answered by %d, hidden %v", m.Agency, m.Hidden)
		}
		_, err := c.Open(h.As(h.Town), m.Province, m.ID)
		disclosuretest.Refused(t, err, fault.NotFound, "fault.not_found")
		check(t, c.Accept(h.As(h.Front), m.Province, m.ID, ""))
		disclosuretest.Refused(t, c.Dispatch(h.As(h.Front), m.Province, m.ID, h.Township.ID, nil, ""), fault.Invalid, "fault.check_fields")
		check(t, c.ProposeRelease(h.As(h.Front), m.Province, m.ID, "有群众反映奖励扶助金未按时发放。"))
		if seen, err := c.Released(h.As(h.Town), h.Township.ID); err != nil || len(seen) != 0 {
			t.Errorf("before the person agreed the unit sees %v, %v", seen, err)
		}
		own := "反映奖扶金发放不及时，请说明。"
		check(t, c.DecideRelease(h.Anyone(), m.Number, code, "released", own))
		seen, err := c.Released(h.As(h.Town), h.Township.ID)
		if err != nil || len(seen) != 1 || seen[0].Text != own {
			t.Fatalf("released, the unit sees %v, %v", seen, err)
		}
		check(t, c.State(h.As(h.Town), m.Province, m.ID, "账号有误，已报送更正。"))
		_, err = c.Open(h.As(h.Town), m.Province, m.ID)
		disclosuretest.Refused(t, err, fault.NotFound, "fault.not_found")
		check(t, c.DecideRelease(h.Anyone(), m.Number, code, "withdrawn", ""))
		if seen, err := c.Released(h.As(h.Town), h.Township.ID); err != nil || len(seen) != 0 {
			t.Errorf("taken back, the unit still sees %v, %v", seen, err)
		}
		for _, view := range casework.Views {
			rows, err := c.List(h.As(h.Town), casework.Filter{View: view, Limit: 100})
			check(t, err)
			if len(rows) > 0 {
				t.Errorf("the list %q of the unit shows %s", view, rows[0].Number)
			}
		}
	})
}

// TestWhoeverKeepsOutNoLongerFindsTheMatter in pages and lists.
func TestWhoeverKeepsOutNoLongerFindsTheMatter(t *testing.T) {
	caseworktest.Each(t, func(t *testing.T, h *caseworktest.House) {
		m, _ := h.File(t, h.Filing("complaint"))
		check(t, h.Cases.Recuse(h.As(h.Front), m.Province, m.ID, h.Handler.ID, "承办人与诉求人是亲属"))
		_, err := h.Cases.Open(h.As(h.Handler), m.Province, m.ID)
		disclosuretest.Refused(t, err, fault.NotFound, "fault.not_found")
		rows, err := h.Cases.List(h.As(h.Handler), casework.Filter{View: casework.Unit, Limit: 10})
		if err != nil || len(rows) != 0 {
			t.Errorf("his list has %d, %v", len(rows), err)
		}
		if rows, err := h.Cases.List(h.As(h.Front), casework.Filter{View: casework.Unit, Limit: 10}); err != nil || len(rows) != 1 {
			t.Errorf("the list of the others has %d, %v", len(rows), err)
		}
	})
}

// TestMergingIsReversible: both contacts count, the matter stands where it stood.
func TestMergingIsReversible(t *testing.T) {
	caseworktest.Each(t, func(t *testing.T, h *caseworktest.House) {
		c, front := h.Cases, h.As(h.Front)
		a, _ := h.File(t, h.Filing("complaint"))
		b, code := h.File(t, h.Filing("complaint"))
		like, err := c.Alike(front, b.Province, b.ID)
		if err != nil || len(like) != 1 || like[0].ID != a.ID {
			t.Fatalf("suggested: %v, %v", like, err)
		}
		before := h.Matter(t, b).Matter
		check(t, c.Merge(front, b.Province, b.ID, a.ID, "同一件事"))
		if k := h.Matter(t, a); len(k.Merged) != 1 || k.Merged[0].ID != b.ID {
			t.Errorf("merged into it: %v", k.Merged)
		}
		check(t, c.Unmerge(front, b.Province, b.ID, "不是同一件事"))
		after := h.Matter(t, b).Matter
		if after.State != before.State || after.MergedInto != 0 || !after.StepDue.Equal(before.StepDue) {
			t.Errorf("unmerged it is %s, due %s; was %s, %s", after.State, after.StepDue, before.State, before.StepDue)
		}
		if _, err := c.Follow(h.Anyone(), b.Number, code); err != nil {
			t.Error(err)
		}
	})
}

// TestAPetitionHasReviewAndReReviewAndNothingElseHas.
func TestAPetitionHasReviewAndReReviewAndNothingElseHas(t *testing.T) {
	h := caseworktest.New(t)
	c := h.Cases
	m, code := h.Answered(t, "complaint", casework.Reply{Result: "explained", Text: "经核实，不属于发放范围。"})
	check(t, c.Rate(h.Anyone(), m.Number, code, casework.Rating{Solved: "partly", Satisfied: "fair"}))
	_, _, err := c.Remedy(h.Anyone(), m.Number, code, "我认为答复没有依据，请上级复查。", "r0")
	disclosuretest.Refused(t, err, fault.Conflict, "casework.no_remedy")
	p, pcode := h.Answered(t, "petition", casework.Reply{Result: "explained", Text: "经核实，不属于发放范围。"})
	check(t, c.Rate(h.Anyone(), p.Number, pcode, casework.Rating{Solved: "partly", Satisfied: "fair"}))
	re, _, err := c.Remedy(h.Anyone(), p.Number, pcode, "我认为答复没有依据，请上级复查。", "r1")
	check(t, err)
	if re.Agency != h.Superior.ID || re.Stage != "recheck" || re.RemedyOf != p.ID {
		t.Errorf("the review is %+v", re)
	}
	_, _, err = c.Remedy(h.Anyone(), p.Number, pcode, "再来一次，请上级复查。", "r2")
	disclosuretest.Refused(t, err, fault.Conflict, "casework.no_remedy")
}

// TestWarningsGoOneLevelUpPerStep: half, four fifths, the end, and then a level
// for each fifth more; the timer finds each by its moment.
func TestWarningsGoOneLevelUpPerStep(t *testing.T) {
	h := caseworktest.New(t)
	m, _ := h.File(t, h.Filing("petition"))
	check(t, h.Cases.Accept(h.As(h.Front), m.Province, m.ID, ""))
	check(t, h.Cases.Take(h.As(h.Handler), m.Province, m.ID))
	start, due := h.Clock.Now(), h.Matter(t, m).DueAt
	span := due.Sub(start)
	for i, at := range []time.Duration{span / 2, span / 5 * 4, span, span / 5 * 6, span / 5 * 7} {
		h.Clock.Set(start.Add(at - time.Second))
		h.Advance(t, 0)
		if got := h.Matter(t, m).Warned; got != i {
			t.Errorf("a second before the %d. warning it is at %d", i+1, got)
		}
		h.Advance(t, 2*time.Second)
		if got := h.Matter(t, m).Warned; got != i+1 {
			t.Errorf("a second after the %d. warning it is at %d", i+1, got)
		}
	}
}

// TestSilenceNeverEndsAMatterUnheard: a supplement not given goes back to be
// decided on what is known; a call-back not reached closes and can be rated still.
func TestSilenceNeverEndsAMatterUnheard(t *testing.T) {
	h := caseworktest.New(t)
	m, code := h.File(t, h.Filing("complaint"))
	check(t, h.Cases.Ask(h.As(h.Front), m.Province, m.ID, "请写明是哪一年的奖励扶助金"))
	h.Advance(t, 11*24*time.Hour)
	if k := h.Matter(t, m); k.State != casework.Registered {
		t.Fatalf("not supplemented, it is %s", k.State)
	}
	disclosuretest.Refused(t, h.Cases.Ask(h.As(h.Front), m.Province, m.ID, "再请补充"), fault.Conflict, "casework.asked_once")
	check(t, h.Cases.Accept(h.As(h.Front), m.Province, m.ID, ""))
	check(t, h.Cases.Take(h.As(h.Handler), m.Province, m.ID))
	h.Answer(t, m, casework.Reply{Result: "solved", Text: "经查已经补发到账，请查收。"})
	h.Advance(t, 8*24*time.Hour)
	if k := h.Matter(t, m); k.State != casework.Closed || k.Rated != "unreached" {
		t.Fatalf("not rated, it is %s, %q", k.State, k.Rated)
	}
	check(t, h.Cases.Rate(h.Anyone(), m.Number, code, casework.Rating{Solved: "no", Satisfied: "no", Discontent: "slow"}))
	if k := h.Matter(t, m); k.State != casework.InHand {
		t.Errorf("rated as unsolved in time, it is %s", k.State)
	}
}

// TestEachReadingOfTheContactIsShownToThePerson with its reason.
func TestEachReadingOfTheContactIsShownToThePerson(t *testing.T) {
	h := caseworktest.New(t)
	m, code := h.File(t, h.Filing("complaint"))
	_, err := h.Cases.OpenContact(h.As(h.Front), m.Province, m.ID, "")
	disclosuretest.Refused(t, err, fault.Invalid, "fault.check_fields")
	w, err := h.Cases.OpenContact(h.As(h.Front), m.Province, m.ID, "电话核实事情经过")
	if err != nil || w.Phone != "13800000000" {
		t.Fatalf("%+v, %v", w, err)
	}
	k, err := h.Cases.Follow(h.Anyone(), m.Number, code)
	check(t, err)
	if !slices.ContainsFunc(k.Entries, func(e casework.Entry) bool {
		return e.Kind == "opened" && e.Note == "电话核实事情经过" && e.Unit == h.County.ID
	}) {
		t.Errorf("the person does not see it: %+v", k.Entries)
	}
}

// TestAFormNotSentIsKeptUnderACodeAndDestroyed.
func TestAFormNotSentIsKeptUnderACodeAndDestroyed(t *testing.T) {
	caseworktest.Each(t, func(t *testing.T, h *caseworktest.House) {
		code, err := h.Cases.SaveDraft(h.Anyone(), "", []byte("text=只写了一半"))
		check(t, err)
		again, err := h.Cases.SaveDraft(h.Anyone(), code, []byte("text=写得多了些"))
		check(t, err)
		got, err := h.Cases.Draft(h.Anyone(), again)
		if err != nil || string(got) != "text=写得多了些" {
			t.Errorf("%q, %v", got, err)
		}
		h.Clock.Advance(casework.KeepDraft + time.Hour)
		_, err = h.Cases.Draft(h.Anyone(), code)
		disclosuretest.Refused(t, err, fault.Invalid, "fault.check_fields")
	})
}

// TestWhatIsAboutAPrivateCitizenIsNotKept: refused, told, destroyed; a contact
// goes with its line of the retention table.
func TestWhatIsAboutAPrivateCitizenIsNotKept(t *testing.T) {
	caseworktest.Each(t, func(t *testing.T, h *caseworktest.House) {
		f := h.Filing("tipoff")
		f.Told.Subject, f.Told.Text = "邻居超生", "举报邻居家又生了一个孩子。"
		m, code := h.File(t, f)
		other, _ := h.Answered(t, "complaint", casework.Reply{Result: "solved", Text: "经查已经补发到账，请查收。"})
		check(t, h.Cases.Refuse(h.As(h.Front), m.Province, m.ID, "private_person", "本平台不受理对公民个人婚育情况的反映。"))
		check(t, h.Cases.Deliver(h.As(h.Front), m.Province, m.ID, "web", "凭编号和查询码查看"))
		h.Advance(t, 16*24*time.Hour)
		if n, err := h.Cases.DestroyPrivate(t.Context(), h.Clock.Now().Add(-15*24*time.Hour)); err != nil || n != 1 {
			t.Fatalf("destroyed %d, %v", n, err)
		}
		k, err := h.Cases.Follow(h.Anyone(), m.Number, code)
		if err != nil || k.Subject != "" || k.Told.Text != "" || k.Refusal != "private_person" || !k.Destroyed {
			t.Errorf("what is left: %q, %q, %v", k.Subject, k.Told.Text, err)
		}
		if n, err := h.Cases.DestroyContacts(t.Context(), h.Clock.Now().Add(time.Second)); err != nil || n != 1 {
			t.Fatalf("contacts destroyed: %d, %v", n, err)
		}
		w, err := h.Cases.OpenContact(h.As(h.Front), other.Province, other.ID, "核对是否已经销毁")
		if err != nil || w.Phone != "" {
			t.Errorf("the contact left is %+v, %v", w, err)
		}
	})
}

// TestReportsOfErrorsWithoutAnAnswerAreCounted within a division, for its self-check.
func TestReportsOfErrorsWithoutAnAnswerAreCounted(t *testing.T) {
	caseworktest.Each(t, func(t *testing.T, h *caseworktest.House) {
		f := h.Filing("error")
		f.Item = "/350525/bureau/2026-00001"
		m, _ := h.File(t, f)
		count := func(c agency.Code, want, wantOld int64) {
			t.Helper()
			h.Read(t, func(tx *db.Tx) error {
				waiting, old, err := casework.Errors(tx, c, m.FiledAt.Add(time.Hour))
				if waiting != want || old != wantOld {
					t.Errorf("%s has %d without an answer, %d old; want %d, %d", c, waiting, old, want, wantOld)
				}
				return err
			})
		}
		count(h.County.Division, 1, 1)
		count(h.Township.Division, 0, 0)
		count(agency.Nation, 1, 1)
		check(t, h.Cases.Refuse(h.As(h.Front), m.Province, m.ID, "no_facts", "没有指出哪一处有错"))
		count(h.County.Division, 0, 0)
	})
}

// TestAFormIsCheckedBeforeItIsSent, and where it would go is told.
func TestAFormIsCheckedBeforeItIsSent(t *testing.T) {
	h := caseworktest.New(t)
	f := h.Filing("complaint")
	to, err := h.Cases.Check(h.Anyone(), f)
	check(t, err)
	if to.ID != h.County.ID {
		t.Errorf("it would go to %s", to.Name)
	}
	f.About = h.County.ID
	if to, err = h.Cases.Check(h.Anyone(), f); err != nil || to.ID != h.Superior.ID {
		t.Errorf("about the county it would go to %s, %v", to.Name, err)
	}
	f.Agency = h.Township.ID // which stands below the county
	if to, err = h.Cases.Check(h.Anyone(), f); err != nil || to.ID != h.Superior.ID {
		t.Errorf("about the county, brought to the township, it would go to %s, %v", to.Name, err)
	}
	f.Agency, f.About = h.County.ID, h.Township.ID
	if to, err = h.Cases.Check(h.Anyone(), f); err != nil || to.ID != h.County.ID {
		t.Errorf("about the township, brought to the county, it would go to %s, %v", to.Name, err)
	}
	f.Told.Text, f.Told.Subject = "", ""
	_, err = h.Cases.Check(h.Anyone(), f)
	disclosuretest.Refused(t, err, fault.Invalid, "fault.check_fields")
	all, err := h.Cases.List(h.As(h.Front), casework.Filter{Limit: 5})
	if err != nil || len(all) != 0 {
		t.Errorf("checking filed %d, %v", len(all), err)
	}
}
