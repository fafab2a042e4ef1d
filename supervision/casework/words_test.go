package casework_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"yangguang/agency"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/caseworktest"
)

// overseer may see all of a division.
func overseer(ctx context.Context, p caseworktest.Person, c agency.Code) context.Context {
	lo, hi := c.Range()
	return account.With(ctx, &account.Actor{Person: p.ID, Rights: []account.Right{{Verb: casework.Overseeing, Range: account.Range{Lo: int64(lo), Hi: int64(hi)}}}})
}

// TestASearchFindsWhatAWalkWouldFind: words lead to the same matters, in the
// same order, as asking each row of the list does; hidden ones do not come out.
func TestASearchFindsWhatAWalkWouldFind(t *testing.T) {
	caseworktest.Each(t, func(t *testing.T, h *caseworktest.House) {
		subjects := []string{"奖励扶助金没有发到", "独生子女证怎么办", "Abc办事大厅100%没人", "计划生育服务证补办", "窗口_态度不好", "奖励扶助金标准是多少"}
		var all []*casework.Matter
		for i := range 36 {
			f := h.Filing([]string{"complaint", "enquiry", "petition"}[i%3])
			f.Told.Subject = subjects[i%len(subjects)]
			if i%6 == 2 {
				f.About = h.Township.ID
			}
			if i%9 == 4 {
				f.Outside = fmt.Sprintf("WX%d号", i)
			}
			m, code := h.File(t, f)
			all = append(all, m)
			if i%4 == 1 {
				check(t, h.Cases.Withdraw(h.Anyone(), m.Number, code))
			}
		}
		accused := h.Hire(t, "双重身份", h.Township, casework.Verbs()...).With(h.County, casework.Verbs()...)
		found := 0
		for _, ctx := range []context.Context{h.As(h.Front), h.As(accused), overseer(t.Context(), h.Above, h.County.Division), overseer(t.Context(), h.Above, h.County.Division.At(agency.LevelProvince))} {
			for _, view := range []string{casework.All, casework.Late, casework.Done} {
				for _, q := range []string{"奖励", "扶助金", "没有", "服务", "0%", "_态", "abc", "BC办", "WX4号", "号", "没有的词", all[5].Number, all[0].Number, "励发"} {
					f := casework.Filter{View: view, Limit: 7, Text: q}
					for page := range 6 {
						got, err := h.Cases.List(ctx, f)
						check(t, err)
						var want []casework.Matter
						check(t, unindexed(t, h, func() error { want, err = h.Cases.List(ctx, f); return err }))
						if g, w := numbers(got), numbers(want); !slices.Equal(g, w) {
							t.Fatalf("%s %q, page %d: found %v, a walk %v", view, q, page, g, w)
						}
						if found += len(got); len(got) < f.Limit {
							break
						}
						last := got[len(got)-1]
						if f.After = last.Key(); view == casework.Done {
							f.After = last.DoneKey()
						}
					}
				}
			}
			ms, err := h.Cases.List(h.As(accused), casework.Filter{View: casework.All, Limit: 100, Text: "大厅"})
			check(t, err)
			if slices.ContainsFunc(ms, func(m casework.Matter) bool { return m.About == h.Township.ID }) {
				t.Error("the search leads the unit complained of to what is hidden from it")
			}
		}
		if found < 100 {
			t.Errorf("only %d found over all: nothing is shown", found)
		}
		wellWorded(t, h)
	})
}

func numbers(ms []casework.Matter) (out []string) {
	for _, m := range ms {
		out = append(out, m.Number)
	}
	return out
}

// unindexed runs f while one matter says that its words are still to be made,
// which has every list walk.
func unindexed(t *testing.T, h *caseworktest.House, f func() error) error {
	t.Helper()
	mark := func(as string) {
		check(t, h.Cases.DB.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec("update casework set worded = "+as+" where province = $1 and id = (select min(id) from casework where province = $1)", h.County.Province())
			return err
		}))
	}
	mark("7")
	defer mark("case when state in ('closed', 'merged') then 2 else 1 end")
	return f()
}

// wellWorded compares the words of the store with those of the subjects.
func wellWorded(t *testing.T, h *caseworktest.House) {
	t.Helper()
	h.Read(t, func(tx *db.Tx) error {
		type row struct {
			id, region int64
			subject    string
			done       int
		}
		rows, err := db.List(tx, func(r *db.Rows, x *row) error { return r.Scan(&x.id, &x.region, &x.subject, &x.done) },
			"select id, region, subject, case when state in ('closed', 'merged') then 2 else 1 end from casework where province = $1 order by id limit 10000", h.County.Province())
		if err != nil {
			return err
		}
		want := map[string]bool{}
		for _, x := range rows {
			rs := []rune(strings.ToLower(x.subject))
			for i := range len(rs) - 1 {
				want[fmt.Sprint(x.done, int64(rs[i])<<21|int64(rs[i+1]), x.region, x.id)] = true
			}
		}
		got, err := db.List(tx, func(r *db.Rows, s *string) error {
			var done, word, region, matter int64
			err := r.Scan(&done, &word, &region, &matter)
			*s = fmt.Sprint(done, word, region, matter)
			return err
		}, "select done, word, region, matter from casework_word where province = $1 order by done, word, region, matter limit 100000", h.County.Province())
		if err != nil {
			return err
		}
		for _, s := range got {
			if !want[s] {
				t.Errorf("the words hold %s, which no matter has", s)
			}
			delete(want, s)
		}
		if len(want) > 0 || len(got) == 0 {
			t.Errorf("%d words are missing among %d: %v", len(want), len(got), want)
		}
		return nil
	})
}

// TestWordsFollowTheMatter into a new subject, another unit and the end; what an
// older release wrote is caught up with.
func TestWordsFollowTheMatter(t *testing.T) {
	caseworktest.Each(t, func(t *testing.T, h *caseworktest.House) {
		c, front := h.Cases, h.As(h.Front)
		one, _ := h.File(t, h.Filing("complaint"))
		two, _ := h.Answered(t, "complaint", casework.Reply{Result: "explained", Text: "已经向来件人逐项说明标准和发放时间。"})
		check(t, c.Accept(front, one.Province, one.ID, ""))
		check(t, c.Reclassify(front, one.Province, one.ID, casework.Change{Subject: "换了一个标题", Reason: "原标题不清楚"}))
		wellWorded(t, h)
		check(t, c.Merge(front, one.Province, one.ID, two.ID, "同一件事"))
		wellWorded(t, h)
		check(t, h.Cases.DB.Write(t.Context(), func(tx *db.Tx) error { // as an older release leaves them
			if _, err := tx.Exec("update casework set worded = 0 where province = $1", one.Province); err != nil {
				return err
			}
			_, err := tx.Exec("delete from casework_word where province = $1", one.Province)
			return err
		}))
		n, err := c.Word(t.Context())
		check(t, err)
		if n != 2 {
			t.Errorf("the words of %d matters were made, want 2", n)
		}
		wellWorded(t, h)
		if n, err := c.Word(t.Context()); n != 0 || err != nil {
			t.Errorf("and again of %d, %v", n, err)
		}
	})
}

// TestASearchTakesTheWords, not a walk through what is done or open.
func TestASearchTakesTheWords(t *testing.T) {
	t.Parallel()
	h := caseworktest.New(t)
	h.File(t, h.Filing("complaint"))
	province, county := overseer(t.Context(), h.Above, h.County.Division.At(agency.LevelProvince)), overseer(t.Context(), h.Above, h.County.Division)
	for view, ctx := range map[string]context.Context{casework.All: province, casework.Done: county, casework.Late: h.As(h.Front)} {
		plan := dbtest.PlanIn(t, h.DB, ctx, func(ctx context.Context) error {
			_, err := h.Cases.List(ctx, casework.Filter{View: view, Text: "扶助", Limit: 30, After: casework.Key{At: 1 << 50, ID: 7}})
			return err
		})
		var lines []string
		for _, p := range plan {
			if strings.Contains(p.Query, "casework m") || strings.Contains(p.Query, "casework_word") {
				lines = append(lines, p.Line)
			}
		}
		all := strings.Join(lines, "\n")
		for _, part := range []string{"casework_unworded", "(province=? AND done=? AND word=? AND region>? AND region<?)", "SEARCH m USING INDEX sqlite_autoindex_casework_1 (province=? AND id=?)"} {
			if !strings.Contains(all, part) {
				t.Errorf("%s: no %q in\n%s", view, part, all)
			}
		}
		for _, part := range []string{"SCAN m", "casework_province_open", "casework_county_open", "casework_done", "casework_agency", "casework_holder", "_casework_1 (province=?)"} {
			if strings.Contains(all, part) {
				t.Errorf("%s: %q in\n%s", view, part, all)
			}
		}
	}
	_, err := h.Cases.List(t.Context(), casework.Filter{View: casework.All, Text: "扶助"})
	disclosuretest.Refused(t, err, fault.Unauthenticated, "account.nobody")
}
