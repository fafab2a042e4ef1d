package review_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"yangguang/agency/agencytest"
	"yangguang/agency/front"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework/caseworktest"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/hotlinetest"
	"yangguang/supervision/hotline/recording"
	"yangguang/supervision/hotline/review"
)

var (
	check   = disclosuretest.Check
	refused = disclosuretest.Refused
)

func TestMain(m *testing.M) {
	hotlinetest.LoadLocales()
	i18n.MustLoad(front.Locale, ui.Locale, web.Locale, recording.Locale, review.Locale)
	os.Exit(m.Run())
}

func TestLocale(t *testing.T) {
	for _, p := range i18n.Check(review.Locale) {
		t.Error(p)
	}
}

type house struct {
	*hotlinetest.House
	s                                      *review.Reviews
	app                                    *web.App
	agent, second, reviewer, lead, nowhere caseworktest.Person
}

// each founds a county in which five calls of each of two seats were recorded in
// October; one of the first seat's became a sealed one, one of the second's is
// too short to judge, and one is of September.
func each(t *testing.T, f func(t *testing.T, h *house)) {
	for name, open := range map[string]func(testing.TB, clock.Clock, ...fs.FS) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(disclosuretest.Now)
			h := &house{House: hotlinetest.Over(t, open(t, c, append(slices.Clone(hotlinetest.Migrations), recording.Migrations, review.Migrations)...), c)}
			fr := &front.Front{Site: front.Site{Home: agencytest.County, Name: i18n.Text{Zh: "示例站", En: "Example"}, Organiser: i18n.Text{Zh: "办公室", En: "Office"}, Demo: true}}
			h.s = &review.Reviews{DB: h.Hotline.DB, Front: fr, Recordings: &recording.Recordings{DB: h.Hotline.DB, Keys: h.Hotline.Keys}}
			h.app = web.New(web.Options{DB: h.Hotline.DB, Clock: h.Clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: func(w http.ResponseWriter, _ *http.Request, err error) {
				http.Error(w, err.Error(), fault.KindOf(err).Status())
			}}, h.s.Routes())
			h.reviewer = h.Hire(t, "质检员甲", h.County, review.Scoring, recording.Listening)
			h.lead = h.Hire(t, "质检组长乙", h.County, review.Scoring, review.Ruling, recording.Listening)
			h.nowhere = h.Hire(t, "外单位丙", h.Township, review.Scoring, review.Ruling, recording.Listening)
			l := h.Line(t, nil)
			var seats []hotline.Ref
			for i := range 2 {
				seat, p := h.Seat(t, h.County)
				seats = append(seats, seat)
				if i == 0 {
					h.agent = p.With(h.County, review.Scoring, review.Ruling, recording.Listening)
				} else {
					h.second = p
				}
			}
			for i := range 10 {
				call, err := h.Hotline.Arrive(t.Context(), hotline.Arrival{Line: l})
				check(t, err)
				if i == 0 {
					check(t, h.Hotline.Seal(t.Context(), call.Ref(), 0))
				}
				person, seconds, at := h.agent.ID, 60, time.Date(2026, 10, 5+i, 9, 0, 0, 0, clock.Shanghai)
				if i%2 == 1 {
					person = h.second.ID
				}
				if i == 1 {
					seconds = 4
				}
				if i == 3 {
					at = at.AddDate(0, -1, 0)
				}
				check(t, h.Hotline.DB.Write(t.Context(), func(tx *db.Tx) error {
					_, err := tx.Exec(`insert into recording (province, id, prefecture, county, region, agency, call, line, seat, person, started_at, day, file, hash, place, seconds) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'kept', $15)`,
						35, tx.ID(35), h.County.Division.Prefecture(), h.County.Division.County(), h.County.Division, h.County.ID, call.ID, l.ID, seats[i%2].ID, person, clock.Millis(at), clock.DateOf(at).String(), fmt.Sprintf("%032d", i), "hash", seconds)
					return err
				}))
			}
			f(t, h)
		})
	}
}

// drawn lists the samples: file, seat and review of each.
func (h *house) drawn(t *testing.T) (files []string, reviews []int64) {
	t.Helper()
	type row struct {
		file   string
		review int64
	}
	h.Read(t, func(tx *db.Tx) error {
		all, err := db.List(tx, func(r *db.Rows, x *row) error { return r.Scan(&x.file, &x.review) }, "select r.file, v.id from review v join recording r on r.province = v.province and r.id = v.recording order by r.file")
		for _, x := range all {
			files, reviews = append(files, x.file), append(reviews, x.review)
		}
		return err
	})
	return files, reviews
}

func (h *house) at(ctx context.Context, path string, pairs ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if len(pairs) > 0 {
		v := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			v.Add(pairs[i], pairs[i+1])
		}
		r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	h.app.ServeHTTP(w, r.WithContext(ctx))
	return w
}

// 3.1.2: the sample of a month is random, n of each seat, the same for the same
// seed; neither sealed calls nor what is too short is in it.
func TestASampleIsDrawnAgainTheSame(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, err := h.s.DrawMonth(t.Context(), h.County.ID, "2026-11", "")
		refused(t, err, fault.Conflict, "review.month_runs")
		d, err := h.s.DrawMonth(t.Context(), h.County.ID, "2026-10", "seed-one")
		check(t, err)
		if d.Pool != 7 || d.PerSeat != 3 || d.Drawn != 6 {
			t.Errorf("drawn: %+v, want 3 of each seat out of 7", d)
		}
		first, _ := h.drawn(t)
		for _, f := range first {
			if f == fmt.Sprintf("%032d", 0) || f == fmt.Sprintf("%032d", 1) || f == fmt.Sprintf("%032d", 3) {
				t.Errorf("%s was drawn", f)
			}
		}
		check(t, h.s.DrawAll(t.Context())) // it was drawn
		if again, _ := h.drawn(t); !slices.Equal(first, again) {
			t.Errorf("drawn twice: %v", again)
		}
		redraw := func(seed string) []string {
			check(t, h.Hotline.DB.Write(t.Context(), func(tx *db.Tx) error {
				if _, err := tx.Exec("delete from review where province = 35"); err != nil {
					return err
				}
				_, err := tx.Exec("delete from review_draw where province = 35")
				return err
			}))
			_, err := h.s.DrawMonth(t.Context(), h.County.ID, "2026-10", seed)
			check(t, err)
			got, _ := h.drawn(t)
			return got
		}
		if got := redraw("seed-one"); !slices.Equal(first, got) {
			t.Errorf("the same seed drew %v, before %v", got, first)
		}
		differs := false
		for i := range 8 {
			differs = differs || !slices.Equal(first, redraw(fmt.Sprint("another ", i)))
		}
		if !differs {
			t.Error("every seed draws the same")
		}
	})
}

func marks(n int) review.Judgement {
	in := review.Judgement{Marks: map[string]int{"greeting": 10, "attitude": n, "language": 10, "listening": 15, "policy": 25, "record": 10, "next": 10}, Note: "解答清楚，登记完整"}
	return in
}

// Somebody else scores after he listened; the agent reads it, objects once, and a
// third person rules.
func TestACallIsScoredObjectedToAndRuledOn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		check(t, h.s.DrawAll(t.Context()))
		var id int64
		var mine int
		h.Read(t, func(tx *db.Tx) error {
			if err := tx.Row("select id from review where agent = $1 order by id limit 1", h.agent.ID).Scan(&id); err != nil {
				return err
			}
			return tx.Row("select count(*) from review where agent = $1", h.agent.ID).Scan(&mine)
		})
		path := fmt.Sprintf("/desk/hotline/review/35/%d", id)
		refused(t, h.s.Score(h.As(h.reviewer), 35, id, marks(20)), fault.Conflict, "review.not_heard")
		refused(t, h.s.Score(h.As(h.agent), 35, id, marks(20)), fault.NotFound, "fault.not_found")
		refused(t, h.s.Score(h.As(h.nowhere), 35, id, marks(20)), fault.NotFound, "fault.not_found")
		refused(t, h.s.Score(h.As(h.second), 35, id, marks(20)), fault.NotFound, "fault.not_found")
		if w := h.at(h.As(h.agent), path); w.Code != http.StatusNotFound {
			t.Errorf("the agent sees what is to be scored: %d", w.Code)
		}
		if w := h.at(h.As(h.reviewer), path+"/listen", "x", ""); w.Code != http.StatusSeeOther {
			t.Fatalf("listen: %d %s", w.Code, w.Body)
		}
		if w := h.at(h.As(h.reviewer), path); !strings.Contains(w.Body.String(), "<audio") {
			t.Error("the page has no sound")
		}
		low := marks(5)
		low.Marks["attitude"] = 21
		err := h.s.Score(h.As(h.reviewer), 35, id, low)
		if fs := fault.FieldsOf(err); len(fs) != 1 || fs[0].Name != "mark_attitude" {
			t.Errorf("more points than there are: %v", err)
		}
		fatal := marks(20)
		fatal.Fatal = []string{"leak"}
		check(t, h.s.Score(h.As(h.reviewer), 35, id, fatal))
		refused(t, h.s.Score(h.As(h.lead), 35, id, marks(20)), fault.Conflict, "review.not_now")
		if body := h.at(h.As(h.agent), path).Body.String(); !strings.Contains(body, "不合格") || !strings.Contains(body, "泄露") {
			t.Error("the agent does not read his result")
		}
		if w := h.at(h.As(h.second), path); w.Code != http.StatusNotFound {
			t.Errorf("another agent reads it: %d", w.Code)
		}
		refused(t, h.s.Object(h.As(h.reviewer), 35, id, "没有泄露信息"), fault.Forbidden, "review.no_grant")
		check(t, h.s.Object(h.As(h.agent), 35, id, "没有泄露信息，来电人自己说的"))
		refused(t, h.s.Object(h.As(h.agent), 35, id, "再提一次异议"), fault.Conflict, "review.not_now")
		anew := marks(18)
		refused(t, h.s.Rule(h.As(h.reviewer), 35, id, &anew, "复听后改正"), fault.Forbidden, "review.no_grant")
		refused(t, h.s.Rule(h.As(h.agent), 35, id, &anew, "复听后改正"), fault.Forbidden, "review.no_grant")
		check(t, h.s.Rule(h.As(h.lead), 35, id, &anew, "复听后改正：系来电人自述"))
		body := h.at(h.As(h.lead), "/desk/hotline/review/figures?month=2026-10").Body.String()
		if !strings.Contains(body, "98.0") || !strings.Contains(body, "100%") {
			t.Error("the figures lack the points as ruled")
		}
		// Each agent reads his own in the list, and nothing of it before it is scored.
		if body := h.at(h.As(h.agent), "/desk/hotline/review").Body.String(); strings.Count(body, path) != 1 {
			t.Error("the agent's list is not his one result")
		}
		if w, err := h.s.Waiting(h.As(h.reviewer)); err != nil || len(w) != 1 || len(w[0].Works) != 5 {
			t.Errorf("the reviewer's inbox: %+v %v", w, err)
		}
		// Late: nobody objects after ten days.
		_, all := h.drawn(t)
		for _, other := range all {
			if other == id {
				continue
			}
			check(t, h.Hotline.DB.Write(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec("update review set state = 'scored', reviewer = $2, score = 50, scored_at = $3 where province = 35 and id = $1 and agent = $4", other, h.reviewer.ID, clock.Millis(h.Clock.Now()), h.agent.ID)
				return err
			}))
		}
		h.Clock.Advance(11 * 24 * time.Hour)
		h.Read(t, func(tx *db.Tx) error {
			return tx.Row("select id from review where agent = $1 and state = 'scored' order by id limit 1", h.agent.ID).Scan(&id)
		})
		refused(t, h.s.Object(h.As(h.agent), 35, id, "过了十天才提出"), fault.Conflict, "review.not_now")
	})
}

// A unit writes its own sheet; what was drawn before is judged by the old one,
// and what can no longer be heard is taken off.
func TestASheetOfOnesOwn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		check(t, h.s.DrawAll(t.Context()))
		for name, c := range map[string]struct{ items, field string }{"99 points": {"60 态度\n39 政策", "items"}, "no points": {"态度", "items"}, "a word too long": {"100 " + strings.Repeat("长", 61), "items"}} {
			err := h.s.SaveSheet(h.As(h.lead), c.items, "", 80, 3)
			if fs := fault.FieldsOf(err); len(fs) != 1 || fs[0].Name != c.field {
				t.Errorf("%s: %v", name, err)
			}
		}
		refused(t, h.s.SaveSheet(h.As(h.reviewer), "100 态度", "", 80, 3), fault.Forbidden, "review.no_grant")
		if w := h.at(h.As(h.lead), "/desk/hotline/review/sheet", "items", "60 态度\n40 政策", "fatal", "推诿", "pass", "70", "per_month", "1"); w.Code != http.StatusSeeOther {
			t.Fatalf("save: %d %s", w.Code, w.Body)
		}
		if body := h.at(h.As(h.second), "/desk/hotline/review/sheet").Body.String(); !strings.Contains(body, "推诿") || strings.Contains(body, "<textarea") {
			t.Error("an agent does not read the sheet, or may change it")
		}
		_, all := h.drawn(t)
		path := fmt.Sprintf("/desk/hotline/review/35/%d", all[0])
		if body := h.at(h.As(h.reviewer), path).Body.String(); !strings.Contains(body, "mark_greeting") || strings.Contains(body, "mark_i1") {
			t.Error("a call drawn before is judged by the new sheet")
		}
		check(t, h.Hotline.DB.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec("update recording set place = 'none', destroyed_at = 1 where province = 35 and id = (select recording from review where province = 35 and id = $1)", all[0])
			return err
		}))
		check(t, h.s.DrawAll(t.Context()))
		if body := h.at(h.As(h.reviewer), path).Body.String(); !strings.Contains(body, "录音已不存在") || strings.Contains(body, "mark_greeting") {
			t.Error("what cannot be heard waits to be scored")
		}
	})
}
