package training_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/training"
)

// 3.1.2: a unit that gives qualifications lets nobody answer without, unless it
// says otherwise; one that gives none only warns.
func TestWhetherAUnitInsistsOnAQualification(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		asks := func(person int64, day string) hotline.Qualified {
			q, err := h.s.MayAnswer(t.Context(), person, h.County.ID, on(day))
			check(t, err)
			return q
		}
		if q := asks(h.agent.ID, "2026-11-25"); q.Required || q.OK || q.Refused() {
			t.Errorf("a unit without records: %+v", q)
		}
		ctx := h.As(h.manager)
		check(t, h.s.Examine(ctx, h.result(h.agent, "2026-11-22", 60)))
		check(t, h.s.Qualify(ctx, h.qualification(h.agent)))
		if q := asks(h.agent.ID, "2026-11-25"); !q.OK || q.Refused() || q.Until != on("2026-12-20") {
			t.Errorf("who is qualified: %+v", q)
		}
		for _, day := range []string{"2026-11-23", "2026-12-21"} {
			if q := asks(h.agent.ID, day); !q.Refused() {
				t.Errorf("before or after his time, %s: %+v", day, q)
			}
		}
		if q := asks(h.other.ID, "2026-11-25"); !q.Refused() {
			t.Errorf("who is not: %+v", q)
		}
		if w := h.post(h.As(h.agent), "/desk/hotline/training/rule", "required", "no"); w.Code != http.StatusForbidden {
			t.Errorf("an agent changes the rule: %d", w.Code)
		}
		if w := h.post(ctx, "/desk/hotline/training/rule", "required", "perhaps"); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("neither yes nor no: %d", w.Code)
		}
		if w := h.post(ctx, "/desk/hotline/training/rule", "required", "no"); w.Code != http.StatusSeeOther {
			t.Fatalf("only a warning: %d %s", w.Code, w.Body)
		}
		if q := asks(h.other.ID, "2026-11-25"); q.Refused() || q.OK {
			t.Errorf("with a warning alone: %+v", q)
		}
		check(t, h.s.Require(ctx, true))
		if q := asks(h.other.ID, "2026-11-25"); !q.Refused() {
			t.Errorf("insisted again: %+v", q)
		}
	})
}

// A year is planned ahead; what is held fulfils the plan once, what is given up
// stays with its reason, and what is late is told.
func TestAYearOfTrainingIsPlanned(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := h.As(h.manager)
		for name, c := range map[string]struct {
			in   training.Planned
			want string
		}{
			"a year gone":      {training.Planned{Year: 2025, Month: 3, Subject: "接听规范", Minutes: 90}, "year training.bad_year"},
			"no such month":    {training.Planned{Year: 2026, Month: 13, Subject: "接听规范", Minutes: 90}, "month training.bad_month"},
			"without a length": {training.Planned{Year: 2026, Month: 3, Subject: "接听规范"}, "minutes training.bad_minutes"},
		} {
			if got := field(h.s.Plan(ctx, c.in)); got != c.want {
				t.Errorf("%s: %s, want %s", name, got, c.want)
			}
		}
		plan := training.Planned{Year: 2026, Month: 11, Subject: "接听规范", Minutes: 90, Note: "全体"}
		if w := h.post(ctx, "/desk/hotline/training/plan", "year", "2026", "month", "11", "subject", "接听规范", "minutes", "90", "note", "全体"); w.Code != http.StatusSeeOther {
			t.Fatalf("plan: %d %s", w.Code, w.Body)
		}
		if got := field(h.s.Plan(ctx, plan)); got != "subject training.planned_twice" {
			t.Errorf("planned twice: %s", got)
		}
		for _, more := range []training.Planned{{Year: 2026, Month: 12, Subject: "政策更新", Minutes: 60}, {Year: 2027, Month: 1, Subject: "方言接听", Minutes: 60}} {
			check(t, h.s.Plan(ctx, more))
		}
		due := func() (titles []string) {
			w, err := h.s.Waiting(ctx)
			check(t, err)
			for _, g := range w {
				for _, x := range g.Works {
					titles = append(titles, x.Title)
				}
			}
			return titles
		}
		if got := due(); len(got) != 1 || !strings.Contains(got[0], "接听规范") {
			t.Errorf("in November: %v", got)
		}
		ids := map[string]string{}
		h.Read(t, func(tx *db.Tx) error {
			for _, s := range []string{"接听规范", "政策更新"} {
				id := int64(0)
				if err := tx.Row("select id from training_planned where subject = $1", s).Scan(&id); err != nil {
					return err
				}
				ids[s] = strconv.FormatInt(id, 10)
			}
			return nil
		})
		held := func() int {
			return h.post(ctx, "/desk/hotline/training/sessions", "subject", "接听规范", "day", "2026-11-20", "minutes", "90", "material", "", "persons", strconv.FormatInt(h.agent.ID, 10), "planned", ids["接听规范"]).Code
		}
		if code := held(); code != http.StatusSeeOther {
			t.Fatalf("held: %d", code)
		}
		if code := held(); code != http.StatusUnprocessableEntity {
			t.Errorf("a plan fulfilled twice: %d", code)
		}
		if got := due(); len(got) != 0 {
			t.Errorf("after it was held: %v", got)
		}
		if err := h.s.Drop(ctx, mustInt(t, ids["接听规范"]), "没有讲课人"); !fault.Is(err, fault.NotFound) {
			t.Errorf("what was held is given up: %v", err)
		}
		h.Clock.Set(time.Date(2027, 1, 4, 9, 0, 0, 0, clock.Shanghai))
		body := h.get(ctx, "/desk/hotline/training/plan?year=2026").Body.String()
		for _, want := range []string{"已举办（2026年11月20日）", "过期未办", "计划 2 场，已办 1 场", "3 名接话人员中 1 人"} {
			if !strings.Contains(body, want) {
				t.Errorf("the plan lacks %q", want)
			}
		}
		if w := h.post(ctx, "/desk/hotline/training/plan/"+ids["政策更新"]+"/drop", "why", "并入一月的培训"); w.Code != http.StatusSeeOther {
			t.Fatalf("drop: %d %s", w.Code, w.Body)
		}
		if body := h.get(ctx, "/desk/hotline/training/plan?year=2026").Body.String(); !strings.Contains(body, "已取消：并入一月的培训") || strings.Contains(body, "过期未办") {
			t.Error("what was given up is late, or has no reason")
		}
		if w := h.get(h.As(h.agent), "/desk/hotline/training/plan"); w.Code != http.StatusForbidden {
			t.Errorf("an agent opens the plan: %d", w.Code)
		}
	})
}

func mustInt(t *testing.T, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s, 10, 64)
	check(t, err)
	return n
}
