package knowledge

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yangguang/agency"
	"yangguang/agency/agencytest"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/search"
)

func TestLocale(t *testing.T) {
	t.Parallel()
	for _, wrong := range i18n.Check(Locale) {
		t.Error(wrong)
	}
	for _, l := range []i18n.Lang{i18n.ZH, i18n.EN} {
		var keys []string
		for _, f := range columns {
			keys = append(keys, "f_"+f, "col_"+f)
		}
		for prefix, codes := range map[string][]string{"no_": unsolvedReasons, "kind_": reportKinds, "outcome_": outcomes, "suits_": suits, "state_": {Draft, InReview, Valid, Revised, Retired, "expired", "early"},
			"quote_": {"draft", "revised", "retired", "staff", "early", "expired", "changed"}, "wait_": {"draft", "review", "report", "due"}, "next_": {"draft", "review", "returned", "report", "due"},
			"need_": {"title", "answer", "law"}, "unfit_": {"topic", "audience", "lang", "from", "to", "review", "law_url", "link"}, "step_": {"set_topic", "note"}, "audience_": {ForPublic, ForStaff}, "show_": {showHere, showMine, showDue, "reports", "canned"}, "nothing_": {showHere, showMine, showDue}, "lead_": {showHere, showMine, showDue}} {
			for _, c := range codes {
				keys = append(keys, prefix+c)
			}
		}
		for _, key := range keys {
			if !i18n.Has(l, "knowledge."+key) {
				t.Errorf("%s lacks knowledge.%s", l, key)
			}
		}
	}
}

// TestFlow compares the table of steps with the one a person reviewed.
func TestFlow(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("testdata/flow.txt")
	check(t, err)
	if diff := cmp.Diff(string(want), Flow.Dump()); diff != "" {
		t.Errorf("the steps differ from the reviewed table (-want +got):\n%s", diff)
	}
}

// TestEveryStepIsTakenInItsStatesOnly tries every verb on an article in every
// state it can be in.
func TestEveryStepIsTakenInItsStatesOnly(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		k := h.k
		verbs := map[string]func(ctx context.Context, x *Article) error{
			"save": func(ctx context.Context, x *Article) error {
				return k.Save(ctx, x.Province, x.ID, h.saves(t, x), h.text("三孩生育政策"))
			},
			"submit": func(ctx context.Context, x *Article) error {
				return k.Submit(ctx, x.Province, x.ID, h.saves(t, x), h.text("三孩生育政策"))
			},
			"discard": func(ctx context.Context, x *Article) error { _, err := k.Discard(ctx, x.Province, x.ID); return err },
			"recall":  func(ctx context.Context, x *Article) error { return k.Recall(ctx, x.Province, x.ID) },
			"return": func(ctx context.Context, x *Article) error {
				return k.Return(ctx, x.Province, x.ID, "依据写得不对")
			},
			"approve": func(ctx context.Context, x *Article) error { return k.Approve(ctx, x.Province, x.ID, h.saves(t, x)) },
			"revise":  func(ctx context.Context, x *Article) error { return k.Revise(ctx, x.Province, x.ID) },
			"confirm": func(ctx context.Context, x *Article) error {
				return k.Confirm(ctx, x.Province, x.ID, clock.DateOf(h.Clock.Now()).AddDays(90))
			},
			"retire": func(ctx context.Context, x *Article) error {
				return k.Retire(ctx, x.Province, x.ID, "政策已经取消")
			},
		}
		states := map[string]func() *Article{
			Draft: func() *Article {
				x, err := k.Start(h.As(h.Writer), h.County.ID, h.County.Division, h.text("三孩生育政策"))
				check(t, err)
				return x
			},
			InReview: func() *Article {
				x, err := k.Start(h.As(h.Writer), h.County.ID, h.County.Division, h.text("三孩生育政策"))
				check(t, err)
				check(t, k.Submit(h.As(h.Writer), x.Province, x.ID, 1, h.text("三孩生育政策")))
				return x
			},
			Valid: func() *Article { return h.passed(t, nil) },
			Retired: func() *Article {
				x := h.passed(t, nil)
				check(t, k.Retire(h.As(h.Checker), x.Province, x.ID, "政策已经取消"))
				return x
			},
		}
		for state, make := range states {
			for verb, do := range verbs {
				who := h.Writer
				for _, r := range Flow.Rules {
					if r.Verb == verb && r.Who == Reviewing {
						who = h.Checker
					}
				}
				err := do(h.As(who), make())
				if _, allowed := Flow.Next(state, verb); (allowed == nil) != (err == nil) {
					t.Errorf("%s in %s: %v, the table says %v", verb, state, err, allowed)
				}
			}
		}
	})
}

// saves is how often the version under way was saved.
func (h *house) saves(t *testing.T, x *Article) (n int) {
	h.Read(t, func(tx *db.Tx) error {
		x, err := articleByID(tx, x.Province, x.ID, "")
		if err != nil || x.Working == 0 {
			return err
		}
		v, err := versionOf(tx, x.Province, x.ID, x.Working)
		if err == nil {
			n = v.Saves
		}
		return err
	})
	return n
}

// Another natural person lets a version pass: not its author, not one who saved
// it once, not the substitute of either.
func TestNobodyLetsHisOwnWordsPass(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		k, text := h.k, h.text("生育登记怎么办")
		x, err := k.Start(h.As(h.Both), h.County.ID, h.County.Division, text)
		check(t, err)
		check(t, k.Save(h.As(h.Writer), x.Province, x.ID, 1, text))
		check(t, k.Submit(h.As(h.Second), x.Province, x.ID, 2, text))
		refused(t, k.Approve(h.As(h.Both), x.Province, x.ID, 3), fault.Conflict, "knowledge.same_person")
		refused(t, k.Approve(h.For(h.Writer, h.Checker), x.Province, x.ID, 3), fault.Conflict, "knowledge.same_person")
		refused(t, k.Approve(h.As(h.Checker), x.Province, x.ID, 2), fault.Conflict, "knowledge.saved_meanwhile")
		refused(t, k.Approve(h.As(h.Writer), x.Province, x.ID, 3), fault.Forbidden, "knowledge.no_grant_review")
		refused(t, k.Approve(h.As(h.Village), x.Province, x.ID, 3), fault.NotFound, "fault.not_found")
		refused(t, k.Recall(h.As(h.Writer), x.Province, x.ID), fault.Conflict, "knowledge.not_own")
		check(t, k.Approve(h.As(h.Checker), x.Province, x.ID, 3))
		refused(t, k.Confirm(h.As(h.Both), x.Province, x.ID, clock.DateOf(h.Clock.Now()).AddDays(90)), fault.Conflict, "knowledge.same_person")
		var lines int
		h.Read(t, func(tx *db.Tx) error {
			return tx.Row("select count(*) from audit where verb like 'knowledge.%'").Scan(&lines)
		})
		if lines != 4 {
			t.Errorf("%d acts are in the book, want 4", lines)
		}
	})
}

// Two officers at once: the second is told, and overwrites nothing.
func TestASavingIsNotOverwritten(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		text := h.text("生育登记怎么办")
		x, err := h.k.Start(h.As(h.Writer), h.County.ID, h.County.Division, text)
		check(t, err)
		check(t, h.k.Save(h.As(h.Second), x.Province, x.ID, 1, text))
		refused(t, h.k.Save(h.As(h.Writer), x.Province, x.ID, 1, text), fault.Conflict, "knowledge.saved_meanwhile")
	})
}

func TestWhatDoesNotFitIsRefusedBesideItsField(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		for name, c := range map[string]struct {
			change func(*Text)
			want   string
		}{
			"no question":              {func(x *Text) { x.Title = "短" }, "title:knowledge.need_title"},
			"no other way to ask":      {func(x *Text) { x.Questions = nil }, "questions:knowledge.need_questions"},
			"a question without end":   {func(x *Text) { x.Questions = []string{strings.Repeat("问", 101)} }, "questions:knowledge.need_questions"},
			"an answer without end":    {func(x *Text) { x.Answer = strings.Repeat("答", MaxAnswer+1) }, "answer:knowledge.too_long"},
			"no legal basis":           {func(x *Text) { x.Law = "" }, "law:knowledge.need_law"},
			"an unknown topic":         {func(x *Text) { x.Topic = "weather" }, "topic:knowledge.unfit_topic"},
			"an unknown audience":      {func(x *Text) { x.Audience = "all" }, "audience:knowledge.unfit_audience"},
			"over before it begins":    {func(x *Text) { x.To = x.From.AddDays(-1) }, "to:knowledge.unfit_to"},
			"no review date":           {func(x *Text) { x.Review = clock.Date{} }, "review:knowledge.unfit_review"},
			"a basis that is no page":  {func(x *Text) { x.LawURL = "javascript:alert(1)" }, "law_url:knowledge.unfit_law_url"},
			"a link out of the site":   {func(x *Text) { x.Link = "//evil.example" }, "link:knowledge.unfit_link"},
			"somebody's identity card": {func(x *Text) { x.Answer = "请联系王小明，身份证号110101199003070011办理登记。" }, "answer:knowledge.personal"},
		} {
			text := h.text("生育登记怎么办")
			c.change(&text)
			_, err := h.k.Start(h.As(h.Writer), h.County.ID, h.County.Division, text)
			if !fault.Is(err, fault.Invalid) || !slices.ContainsFunc(fault.FieldsOf(err), func(f fault.Field) bool { return f.Name+":"+f.Key == c.want }) {
				t.Errorf("%s: %v %v, want %s", name, err, fault.FieldsOf(err), c.want)
			}
		}
		text := h.text("生育登记怎么办")
		_, err := h.k.Start(h.As(h.Writer), h.County.ID, agencytest.Province, text)
		refused(t, err, fault.Invalid, "holds:knowledge.not_within")
		_, err = h.k.Start(h.As(h.Writer), h.Institution.ID, h.County.Division, text)
		refused(t, err, fault.NotFound, "fault.not_found")
		text.Review = clock.DateOf(h.Clock.Now())
		x, err := h.k.Start(h.As(h.Writer), h.County.ID, h.County.Division, text)
		check(t, err)
		refused(t, h.k.Submit(h.As(h.Writer), x.Province, x.ID, 1, text), fault.Invalid, "review:knowledge.review_passed")
	})
}

// A revision holds nothing until it passes; then the version before is kept.
func TestARevisionTakesThePlaceOnlyWhenItPasses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		k, x := h.k, h.passed(t, nil)
		check(t, k.Revise(h.As(h.Second), x.Province, x.ID))
		refused(t, k.Revise(h.As(h.Writer), x.Province, x.ID), fault.Conflict, "knowledge.being_revised")
		text := h.text("三孩生育政策（修订）")
		check(t, k.Submit(h.As(h.Second), x.Province, x.ID, 1, text))
		if got := h.read(t, x); got.Standing != 1 || got.Working != 2 || got.Title != "三孩生育政策是什么" || !got.InForce(clock.DateOf(h.Clock.Now())) {
			t.Fatalf("before it passed: %+v", got)
		}
		check(t, k.Return(h.As(h.Checker), x.Province, x.ID, "还差一句依据"))
		check(t, k.Submit(h.As(h.Second), x.Province, x.ID, 2, text))
		check(t, k.Approve(h.As(h.Checker), x.Province, x.ID, 3))
		if got := h.read(t, x); got.Standing != 2 || got.Working != 0 || got.Title != text.Title {
			t.Fatalf("after it passed: %+v", got)
		}
		h.Read(t, func(tx *db.Tx) error {
			all, err := versionsOf(tx, x)
			check(t, err)
			if len(all) != 2 || all[1].State != Revised || all[1].Hash == "" || all[0].Hash == all[1].Hash {
				t.Errorf("the versions are %+v", all)
			}
			return nil
		})
		check(t, k.Revise(h.As(h.Writer), x.Province, x.ID))
		gone, err := k.Discard(h.As(h.Writer), x.Province, x.ID)
		if check(t, err); gone || h.read(t, x).Working != 0 {
			t.Error("giving up a revision took the article with it")
		}
	})
}

func (h *house) quote(t *testing.T, x *Article, number int, at time.Time) (q Quotation, err error) {
	t.Helper()
	err = h.DB.Write(h.As(h.Writer), func(tx *db.Tx) error {
		q, err = h.k.Quote(tx, x.Province, x.ID, number, at)
		return err
	})
	return q, err
}

// What is not in force cannot be quoted, and the refusal says why.
func TestOnlyWhatIsInForceIsQuoted(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		k, now := h.k, h.Clock.Now()
		x := h.passed(t, nil)
		q, err := h.quote(t, x, 1, now)
		check(t, err)
		if q.Article != x.ID || q.Version != 1 || len(q.Hash) != 64 || !strings.Contains(q.Answer, "三个子女") || q.Basis != "中华人民共和国人口与计划生育法 第十八条" {
			t.Errorf("quoted %+v", q)
		}
		again, err := h.quote(t, x, 1, now)
		if check(t, err); again.Hash != q.Hash {
			t.Error("the same text has two hashes")
		}
		_, err = h.quote(t, x, 1, now.AddDate(0, 0, -31))
		refused(t, err, fault.Conflict, "knowledge.quote_early")
		_, err = h.quote(t, x, 1, now.AddDate(0, 0, 335))
		check(t, err) // its last day counts
		_, err = h.quote(t, x, 1, now.AddDate(0, 0, 336))
		refused(t, err, fault.Conflict, "knowledge.quote_expired")
		if _, args, _ := fault.Sentence(err); args[0] != (i18n.Text{Zh: "2027年10月24日", En: "24 October 2027"}) {
			t.Errorf("the refusal tells %v", args)
		}
		check(t, k.Revise(h.As(h.Writer), x.Province, x.ID))
		_, err = h.quote(t, x, 2, now)
		refused(t, err, fault.Conflict, "knowledge.quote_draft")
		check(t, k.Submit(h.As(h.Writer), x.Province, x.ID, 1, h.text("三孩生育政策（修订）")))
		check(t, k.Approve(h.As(h.Checker), x.Province, x.ID, 2))
		_, err = h.quote(t, x, 1, now)
		refused(t, err, fault.Conflict, "knowledge.quote_revised")
		_, err = h.quote(t, x, 9, now)
		refused(t, err, fault.NotFound, "fault.not_found")
		check(t, k.Retire(h.As(h.Checker), x.Province, x.ID, "政策已经取消"))
		_, err = h.quote(t, x, 2, now)
		refused(t, err, fault.Conflict, "knowledge.quote_retired")
		staff := h.passed(t, func(x *Text) { x.Audience = ForStaff })
		_, err = h.quote(t, staff, 1, now)
		refused(t, err, fault.Conflict, "knowledge.quote_staff")
		other := h.passed(t, nil)
		check(t, h.DB.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec("update knowledge_version set answer = $1 where province = $2 and article = $3", "改过的答复，没有人审核。", other.Province, other.ID)
			return err
		}))
		_, err = h.quote(t, other, 1, now)
		refused(t, err, fault.Conflict, "knowledge.quote_changed")
		h.Read(t, func(tx *db.Tx) error {
			c, err := countsOf(tx, x)
			if c.Used != 3 {
				t.Errorf("used %d times, want 3", c.Used)
			}
			return err
		})
	})
}

// An article of the province holds for everything below; a lower unit's own
// stands first there, and nowhere else.
func TestTheNearestLevelStandsFirst(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		everywhere := h.Everybody.Within(agency.Nation, Writing)
		checker := h.Checker.Within(agency.Nation, Reviewing)
		for _, x := range []struct {
			u     agency.Agency
			holds agency.Code
			title string
		}{{h.Province, agencytest.Province, "生育登记，省里的说明"}, {h.County, agencytest.County, "生育登记，县里的说明"}, {h.Township, agencytest.Township, "生育登记，镇里的说明"}} {
			h.passedAt(t, everywhere, checker, x.u, x.holds, h.text(x.title))
		}
		titles := func(place agency.Code, words string) (out []string) {
			h.Read(t, func(tx *db.Tx) error {
				rows, err := holding(tx, query{place: place, words: words, limit: 10})
				for _, x := range rows {
					out = append(out, x.Title)
				}
				return err
			})
			return out
		}
		for name, c := range map[string]struct {
			place agency.Code
			words string
			want  []string
		}{
			"in the village":    {agencytest.Village, "", []string{"生育登记，镇里的说明", "生育登记，县里的说明", "生育登记，省里的说明"}},
			"found there":       {agencytest.Village, "生育登记", []string{"生育登记，镇里的说明", "生育登记，县里的说明", "生育登记，省里的说明"}},
			"by a way to ask":   {agencytest.County, "三个孩子", []string{"生育登记，县里的说明", "生育登记，省里的说明"}},
			"in the prefecture": {agencytest.Prefecture, "生育登记", []string{"生育登记，省里的说明"}},
			"in the nation":     {agency.Nation, "生育登记", nil},
			"not found":         {agencytest.Village, "天气预报", nil},
		} {
			if diff := cmp.Diff(c.want, titles(c.place, c.words)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
		spoken, err := h.k.Spoken(t.Context(), agencytest.Township, "registration")
		check(t, err)
		if len(spoken) != 3 || spoken[0].Title != "生育登记，镇里的说明" || len(spoken[0].Text) != 2 || spoken[0].Hash == "" {
			t.Errorf("a voice reads %+v", spoken)
		}
		if spoken, err = h.k.Spoken(t.Context(), agencytest.Township, "leave"); err != nil || len(spoken) != 0 {
			t.Errorf("on another topic it reads %+v, %v", spoken, err)
		}
	})
}

// Expired, retired and not yet valid articles are neither found nor read aloud.
func TestWhatIsNotInForceIsNotFound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		on := clock.DateOf(h.Clock.Now())
		h.passed(t, func(x *Text) { x.Title, x.To = "甲：明天到期", on.AddDays(1) })
		h.passed(t, func(x *Text) { x.Title, x.From = "乙：三天以后生效", on.AddDays(3) })
		gone := h.passed(t, func(x *Text) { x.Title = "丙：已经停用" })
		check(t, h.k.Retire(h.As(h.Checker), gone.Province, gone.ID, "政策已经取消"))
		found := func(words string) (out []string) {
			h.Read(t, func(tx *db.Tx) error {
				rows, err := holding(tx, query{place: agencytest.County, words: words, limit: 10})
				for _, x := range rows {
					out = append(out, x.Title)
				}
				return err
			})
			slices.Sort(out)
			return out
		}
		for _, words := range []string{"", "三个孩子"} {
			if diff := cmp.Diff([]string{"甲：明天到期"}, found(words)); diff != "" {
				t.Errorf("today, %q (-want +got):\n%s", words, diff)
			}
		}
		h.Clock.Advance(4 * 24 * time.Hour)
		for _, words := range []string{"", "三个孩子"} {
			if diff := cmp.Diff([]string{"乙：三天以后生效"}, found(words)); diff != "" {
				t.Errorf("four days later, %q (-want +got):\n%s", words, diff)
			}
		}
	})
}

// The night's job lists what is due within 30 days and what is overdue, once;
// confirming by another person takes it off.
func TestWhatIsDueForReviewIsListed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		on := clock.DateOf(h.Clock.Now())
		soon := h.passed(t, func(x *Text) { x.Title, x.Review = "二十天后复核", on.AddDays(20) })
		h.passed(t, func(x *Text) { x.Title = "半年后复核" })
		waiting := func() (works []string, late int) {
			groups, err := h.k.Waiting(h.As(h.Writer))
			check(t, err)
			for _, g := range groups {
				for _, w := range g.Works {
					works = append(works, w.Title)
					if w.Late {
						late++
					}
				}
			}
			return works, late
		}
		check(t, h.k.ListDue(t.Context()))
		check(t, h.k.ListDue(t.Context()))
		if works, late := waiting(); len(works) != 1 || works[0] != "二十天后复核" || late != 0 {
			t.Fatalf("waiting are %v, %d late", works, late)
		}
		h.Clock.Advance(21 * 24 * time.Hour)
		if works, late := waiting(); len(works) != 1 || late != 1 {
			t.Fatalf("three weeks later %v, %d late", works, late)
		}
		if groups, err := h.k.Waiting(h.As(h.Stranger)); err != nil || len(groups) != 0 {
			t.Errorf("a stranger's inbox has %v, %v", groups, err)
		}
		refused(t, h.k.Confirm(h.As(h.Checker), soon.Province, soon.ID, on), fault.Invalid, "next:knowledge.bad_next")
		refused(t, h.k.Confirm(h.As(h.Writer), soon.Province, soon.ID, on.AddDays(200)), fault.Forbidden, "knowledge.no_grant_review")
		check(t, h.k.Confirm(h.As(h.Checker), soon.Province, soon.ID, on.AddDays(200)))
		if works, _ := waiting(); len(works) != 0 {
			t.Errorf("after it was confirmed %v wait", works)
		}
		if got := h.read(t, soon); got.Review != on.AddDays(200) || got.Standing != 1 {
			t.Errorf("confirmed: %+v", got)
		}
	})
}

// Staff say with words what is wrong; readers with a code that is counted. The
// owner has five working days.
func TestReportsGoToTheOwnerWithADay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		k, x := h.k, h.passed(t, nil)
		check(t, k.Report(h.As(h.Stranger), x.Province, x.ID, "outdated", "第十八条已经修改"))
		refused(t, k.Report(h.As(h.Stranger), x.Province, x.ID, "boring", "第十八条已经修改"), fault.Invalid, "kind:knowledge.need_kind")
		refused(t, k.Report(h.As(h.Stranger), x.Province, x.ID, "wrong", "王小明110101199003070011打过电话"), fault.Invalid, "note:knowledge.personal")
		for range 3 {
			check(t, k.ReportPublic(t.Context(), x.ID, "wrong"))
		}
		var all []Report
		h.Read(t, func(tx *db.Tx) (err error) {
			all, err = reportsOf(tx, x)
			return err
		})
		if len(all) != 2 {
			t.Fatalf("%d reports, want one of the staff and one of the public", len(all))
		}
		for _, r := range all {
			if r.DueOn != clock.MustDate("2026-11-30") {
				t.Errorf("due on %s", r.DueOn)
			}
			if want := map[string]int{ofStaff: 1, ofPublic: 3}[r.Source]; r.Times != want || (r.Note == "") != (r.Source == ofPublic) {
				t.Errorf("%s: %d times, %q", r.Source, r.Times, r.Note)
			}
			refused(t, k.Close(h.As(h.Stranger), r.Province, r.ID, "right", "已经核对依据"), fault.NotFound, "fault.not_found")
			refused(t, k.Close(h.As(h.Checker), r.Province, r.ID, "right", "已经核对依据"), fault.Forbidden, "knowledge.no_grant_write")
			refused(t, k.Close(h.As(h.Writer), r.Province, r.ID, "", "已经核对依据"), fault.Invalid, "outcome:knowledge.need_outcome")
			check(t, k.Close(h.As(h.Writer), r.Province, r.ID, "right", "已经核对依据"))
			refused(t, k.Close(h.As(h.Writer), r.Province, r.ID, "right", "已经核对依据"), fault.Conflict, "flow.not_now")
		}
		check(t, k.ReportPublic(t.Context(), x.ID, "wrong"))
		h.Read(t, func(tx *db.Tx) (err error) {
			all, err = reportsOf(tx, x)
			if len(all) != 1 || all[0].Times != 1 {
				t.Errorf("after both were closed: %+v", all)
			}
			return err
		})
	})
}

func TestReadersAreCountedWithTheirReasons(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		k, x := h.k, h.passed(t, nil)
		check(t, k.Said(t.Context(), x.ID, true, ""))
		check(t, k.Said(t.Context(), x.ID, true, ""))
		check(t, k.Said(t.Context(), x.ID, false, "unclear"))
		refused(t, k.Said(t.Context(), x.ID, false, "because"), fault.Invalid, "reason:knowledge.need_no_reason")
		refused(t, k.Said(t.Context(), x.ID+1, true, ""), fault.NotFound, "fault.not_found")
		staff := h.passed(t, func(x *Text) { x.Audience = ForStaff })
		refused(t, k.Said(t.Context(), staff.ID, true, ""), fault.NotFound, "fault.not_found")
		refused(t, k.ReportPublic(t.Context(), staff.ID, "wrong"), fault.NotFound, "fault.not_found")
		h.Read(t, func(tx *db.Tx) error {
			c, err := countsOf(tx, x)
			if diff := cmp.Diff(counts{Solved: 2, Unsolved: 1, Why: map[string]int{"unclear": 1}}, c); diff != "" {
				t.Errorf("counted (-want +got):\n%s", diff)
			}
			return err
		})
	})
}

// The index holds what is for the public and what is for the staff under kinds of
// their own; giving an article up takes it out.
func TestTheIndexKeepsTheKindsApart(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		x := h.passed(t, func(x *Text) {
			x.Audience, x.Answer = ForStaff, "口径丙七五三：遇到这样的来电先转业务股。"
		})
		n := func(kind string) (n int) {
			h.Read(t, func(tx *db.Tx) (err error) {
				n, err = search.Count(tx, search.Q{Text: "口径丙七五三", Kinds: []string{kind}}, 10)
				return err
			})
			return n
		}
		if n(publicKind) != 0 || n("item") != 0 || n(staffKind) != 1 {
			t.Errorf("found as public %d, as an item %d, as the staff's %d", n(publicKind), n("item"), n(staffKind))
		}
		check(t, h.k.Retire(h.As(h.Checker), x.Province, x.ID, "口径已经取消"))
		if n(staffKind) != 0 {
			t.Error("a retired article is still found")
		}
	})
}
