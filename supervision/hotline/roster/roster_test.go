package roster_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
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
	"yangguang/internal/notify"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework/caseworktest"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/hotlinetest"
	"yangguang/supervision/hotline/roster"
)

var (
	check   = disclosuretest.Check
	refused = disclosuretest.Refused
)

func TestMain(m *testing.M) {
	hotlinetest.LoadLocales()
	i18n.MustLoad(front.Locale, ui.Locale, web.Locale, roster.Locale)
	os.Exit(m.Run())
}

func TestLocale(t *testing.T) {
	for _, p := range i18n.Check(roster.Locale) {
		t.Error(p)
	}
}

var line = hotline.Ref{Province: 35, ID: 5}

type house struct {
	*caseworktest.House
	hl                          *hotlinetest.House
	s                           *roster.Rosters
	app                         *web.App
	writer, head, first, second caseworktest.Person
}

func each(t *testing.T, f func(t *testing.T, h house)) {
	for name, open := range map[string]func(testing.TB, clock.Clock, ...fs.FS) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(disclosuretest.Now)
			hl := hotlinetest.Over(t, open(t, c, append(slices.Clone(hotlinetest.Migrations), roster.Migrations)...), c)
			h := house{House: hl.House, hl: hl}
			fr := &front.Front{Site: front.Site{Home: agencytest.County, Name: i18n.Text{Zh: "示例站", En: "Example"}, Organiser: i18n.Text{Zh: "办公室", En: "Office"}, Demo: true}}
			of := func(context.Context, hotline.Ref) (hotline.Line, error) {
				return hotline.Line{Province: 35, ID: 5, Agency: h.County.ID, Region: h.County.Division, Name: "热线", Fallback: "0595000111"}, nil
			}
			h.s = &roster.Rosters{DB: h.DB, Keys: h.Cases.Keys, Cases: h.Cases, Outbox: h.Cases.Outbox, Calendars: h.Disclosure.Calendars, Front: fr, Line: of, Lines: func(ctx context.Context) ([]hotline.Line, error) {
				l, err := of(ctx, line)
				return []hotline.Line{l}, err
			}}
			h.app = web.New(web.Options{DB: h.DB, Clock: h.Clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: func(w http.ResponseWriter, _ *http.Request, err error) {
				http.Error(w, err.Error(), fault.KindOf(err).Status())
			}}, h.s.Routes())
			h.s.Join(fr)
			h.writer = h.Hire(t, "排班员甲", h.County, roster.Writing, roster.Publishing)
			h.head = h.Hire(t, "审核人乙", h.County, roster.Publishing)
			h.first = h.Hire(t, "局长丙", h.County, roster.OnDutyVerb)
			h.second = h.Hire(t, "副局长丁", h.County, roster.OnDutyVerb)
			f(t, h)
		})
	}
}

func (h house) at(ctx context.Context, path string, pairs ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if len(pairs) > 0 {
		v := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	h.app.ServeHTTP(w, r.WithContext(ctx))
	return w
}

func (h house) begin(t *testing.T) *roster.Roster {
	t.Helper()
	x, err := h.s.Begin(h.As(h.writer), line, "2026-11")
	check(t, err)
	return x
}

func day(d, hour int) time.Time { return time.Date(2026, 11, d, hour, 0, 0, 0, clock.Shanghai) }

func (h house) slot(d int) roster.Slot {
	return roster.Slot{Begins: day(d, 9), Ends: day(d, 11), Person: h.first.ID, Post: "局长", Place: roster.AtPhone, Phone: "13800000000", Deputy: h.second.ID, DeputyPhone: "13800000001"}
}

func (h house) put(t *testing.T, x *roster.Roster, in roster.Slot) int64 {
	t.Helper()
	id, err := h.s.Put(h.As(h.writer), x.Province, x.ID, in)
	check(t, err)
	return id
}

// 3.1.5: the month is published ahead by another than who wrote it; only then
// does a call go to the leader.
func TestALeaderIsOnDutyOnceTheMonthIsPublished(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		x := h.begin(t)
		refused(t, h.s.Publish(h.As(h.head), x.Province, x.ID), fault.Conflict, "roster.not_now")
		h.put(t, x, h.slot(25))
		if _, ok, err := h.s.OnDuty(t.Context(), line, day(25, 10)); ok || err != nil {
			t.Errorf("a draft rings: %v, %v", ok, err)
		}
		refused(t, h.s.Publish(h.As(h.writer), x.Province, x.ID), fault.Forbidden, "roster.own")
		refused(t, h.s.Publish(h.For(h.head, h.writer), x.Province, x.ID), fault.Forbidden, "roster.own")
		refused(t, h.s.Publish(h.As(h.Stranger), x.Province, x.ID), fault.NotFound, "fault.not_found")
		check(t, h.s.Publish(h.As(h.head), x.Province, x.ID))
		want := roster.Duty{Until: day(25, 11), Person: h.first.ID, Place: roster.AtPhone, Phone: "13800000000", Deputy: h.second.ID, DeputyPhone: "13800000001", Fallback: "0595000111"}
		for at, on := range map[time.Time]bool{day(25, 9).Add(-time.Second): false, day(25, 9): true, day(25, 11).Add(-time.Second): true, day(25, 11): false} {
			d, ok, err := h.s.OnDuty(t.Context(), line, at)
			check(t, err)
			d.Slot, d.Until = 0, d.Until.In(clock.Shanghai)
			if ok != on || ok && d != want {
				t.Errorf("at %v: %v %+v", at, ok, d)
			}
		}
	})
}

func TestWhatCannotStandInARoster(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		x := h.begin(t)
		h.put(t, x, h.slot(25))
		for name, c := range map[string]struct {
			field, key string
			change     func(*roster.Slot)
		}{
			"another month":              {"begins", "roster.not_this_month", func(s *roster.Slot) { s.Begins, s.Ends = s.Begins.AddDate(0, 1, 0), s.Ends.AddDate(0, 1, 0) }},
			"an end before the start":    {"ends", "roster.bad_end", func(s *roster.Slot) { s.Ends = s.Begins }},
			"nobody who may be on duty":  {"person", "roster.no_leader", func(s *roster.Slot) { s.Person = h.writer.ID }},
			"himself as substitute":      {"deputy", "roster.deputy_same", func(s *roster.Slot) { s.Deputy = s.Person }},
			"a telephone with words":     {"phone", "roster.need_phone", func(s *roster.Slot) { s.Phone = "sip:a@b" }},
			"no post":                    {"post", "roster.need_post", func(s *roster.Slot) { s.Post = "" }},
			"the line is taken then":     {"begins", "roster.taken", func(s *roster.Slot) { s.Begins, s.Ends = day(25, 10), day(25, 12) }},
			"a phone slot without phone": {"phone", "roster.need_phone", func(s *roster.Slot) { s.Phone = "" }},
		} {
			in := h.slot(26)
			c.change(&in)
			_, err := h.s.Put(h.As(h.writer), x.Province, x.ID, in)
			fields := fault.FieldsOf(err)
			if len(fields) != 1 || fields[0].Name != c.field || fields[0].Key != c.key {
				t.Errorf("%s: %v %v", name, fields, err)
			}
		}
		other, err := h.s.Begin(h.As(h.writer), hotline.Ref{Province: 35, ID: 6}, "2026-11")
		check(t, err)
		in := h.slot(25)
		in.Person, in.Deputy, in.DeputyPhone = h.second.ID, 0, ""
		_, err = h.s.Put(h.As(h.writer), other.Province, other.ID, in)
		if f := fault.FieldsOf(err); len(f) != 1 || f[0].Key != "roster.elsewhere" {
			t.Errorf("a substitute of one line leads another at once: %v", f)
		}
	})
}

// What the public reads is name and post: no telephone in page, calendar or
// database; a change keeps its reason in sight.
func TestThePublicReadsNameAndPostAndEveryChange(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		x := h.begin(t)
		first, second := h.put(t, x, h.slot(25)), h.put(t, x, h.slot(26))
		for _, path := range []string{"/hotline/roster", "/hotline/roster.ics"} {
			if body := h.at(h.Anyone(), path).Body.String(); strings.Contains(body, "局长丙") {
				t.Errorf("%s shows a draft", path)
			}
		}
		check(t, h.s.Publish(h.As(h.head), x.Province, x.ID))
		in := h.slot(25)
		in.ID, in.Person, in.Post, in.Deputy, in.DeputyPhone = first, h.second.ID, "副局长", 0, ""
		_, err := h.s.Put(h.As(h.writer), x.Province, x.ID, in)
		if f := fault.FieldsOf(err); len(f) != 1 || f[0].Key != "roster.need_reason" {
			t.Errorf("a change without a reason: %v", f)
		}
		in.Reason = "局长外出开会"
		h.put(t, x, in)
		_, err = h.s.Cancel(h.As(h.writer), x.Province, second, "线路检修停用")
		check(t, err)
		page := h.at(h.Anyone(), "/hotline/roster").Body.String()
		for _, want := range []string{"副局长丁", "原为局长丙", "局长外出开会", "线路检修停用"} {
			if !strings.Contains(page, want) {
				t.Errorf("the public page lacks %q", want)
			}
		}
		w := h.at(h.Anyone(), "/hotline/roster.ics")
		ics := w.Body.String()
		if w.Header().Get("Content-Type") != "text/calendar; charset=utf-8" || w.Header().Get("ETag") == "" || strings.Count(ics, "BEGIN:VEVENT") != 2 || !strings.Contains(ics, "STATUS:CANCELLED\r\n") {
			t.Errorf("calendar: %v\n%s", w.Header(), ics)
		}
		for l := range strings.SplitSeq(ics, "\r\n") {
			if len(l) > 75 {
				t.Errorf("a line of %d bytes", len(l))
			}
		}
		h.Read(t, func(tx *db.Tx) error {
			dump, err := disclosuretest.Dump(tx, "roster_slot")
			for _, hidden := range []string{"13800000000", "13800000001"} {
				if strings.Contains(page+ics, hidden) || bytes.Contains(dump, []byte(hidden)) {
					t.Error("a leader's telephone is in the open")
				}
			}
			return err
		})
		if d, ok, err := h.s.OnDuty(t.Context(), line, day(26, 10)); ok || err != nil {
			t.Errorf("a cancelled slot rings: %+v, %v", d, err)
		}
	})
}

func TestTheRecordOfASlotIsCounted(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		x := h.begin(t)
		id := h.put(t, x, h.slot(25))
		check(t, h.s.Publish(h.As(h.head), x.Province, x.ID))
		rec := roster.Record{Held: true, Calls: 3, Note: "已交办", Matters: []string{"350525-202611-0001-7"}}
		_, err := h.s.Keep(h.As(h.writer), x.Province, id, rec)
		refused(t, err, fault.Conflict, "roster.not_now")
		h.Clock.Set(day(25, 12))
		path := "/desk/hotline/roster/slots/35/" + strconv.FormatInt(id, 10)
		if w := h.at(h.As(h.writer), path+"/record", "held", "no", "calls", "2", "matters", "", "note", ""); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("calls in a slot that was not held: %d", w.Code)
		}
		if w := h.at(h.As(h.writer), path+"/record", "held", "yes", "calls", "3", "matters", "350525-202611-0001-7", "note", "已交办"); w.Code != http.StatusSeeOther {
			t.Fatalf("record: %d %s", w.Code, w.Body)
		}
		body := h.at(h.As(h.head), "/desk/hotline/roster/figures").Body.String()
		if !strings.Contains(body, "局长丙") || !strings.Contains(body, "<svg") {
			t.Error("the figures lack the leader or the picture")
		}
		if w := h.at(h.As(h.head), path); w.Code != http.StatusForbidden && w.Code != http.StatusNotFound {
			t.Errorf("who may not write opens a slot: %d", w.Code)
		}
		for _, p := range []string{"/desk/hotline/roster", "/desk/hotline/roster/35/" + strconv.FormatInt(x.ID, 10), path} {
			if w := h.at(h.As(h.writer), p); w.Code != http.StatusOK {
				t.Errorf("%s: %d", p, w.Code)
			} else if !strings.Contains(w.Body.String(), `<a href="/desk/hotline/roster" aria-current="page"`) {
				t.Errorf("%s is not marked in the navigation", p)
			}
		}
	})
}

// queued lists the notices a roster had sent: to whom, masked.
func (h house) queued(t *testing.T) (out []string) {
	t.Helper()
	h.Read(t, func(tx *db.Tx) error {
		ns, err := notify.List(tx, notify.Filter{Province: 35})
		for _, n := range ns {
			if n.Template == "roster.remind" {
				out = append(out, n.Masked)
			}
		}
		return err
	})
	return out
}

// 3.1.5: what a leader answered in his slot, and how far the matters are that he
// took over, are counted from the hotline's rows; he is reminded of the slot twice.
func TestALeadersSlotIsRemindedOfAndCounted(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		l := h.hl.Line(t, nil)
		h.s.Line = h.hl.Hotline.Line
		x, err := h.s.Begin(h.As(h.writer), l.Ref(), "2026-11")
		check(t, err)
		id := h.put(t, x, h.slot(25))
		check(t, h.s.Publish(h.As(h.head), x.Province, x.ID))
		h.Clock.Set(day(24, 8))
		check(t, h.s.Remind(t.Context()))
		if got := h.queued(t); len(got) != 0 {
			t.Errorf("reminded more than a day before: %v", got)
		}
		for _, at := range []time.Time{day(24, 10), day(24, 11), day(25, 8), day(25, 8).Add(10 * time.Minute)} {
			h.Clock.Set(at)
			check(t, h.s.Remind(t.Context()))
		}
		if got := h.queued(t); len(got) != 4 || got[0] != "138****0001" && got[0] != "138****0000" {
			t.Errorf("reminded %v, want leader and substitute the day before and an hour before", got)
		}
		if w, err := h.s.Waiting(h.As(h.first)); err != nil || len(w) != 1 || len(w[0].Works) != 1 {
			t.Errorf("the leader's inbox: %+v, %v", w, err)
		}
		if w, err := h.s.Waiting(h.As(h.writer)); err != nil || len(w) != 0 {
			t.Errorf("somebody else's inbox: %+v, %v", w, err)
		}
		h.hl.Hotline.Leader = func(ctx context.Context, line hotline.Ref, at time.Time) (hotline.Duty, bool, error) {
			d, ok, err := h.s.OnDuty(ctx, line, at)
			return hotline.Duty{Slot: d.Slot, Person: d.Person, Deputy: d.Deputy, Phone: d.Phone}, ok, err
		}
		h.Clock.Set(day(25, 10))
		m, _ := h.File(t, h.Filing("enquiry"))
		for i, caller := range []string{"13800000011", "13800000012"} {
			c, err := h.hl.Hotline.Arrive(t.Context(), hotline.Arrival{Line: l, Caller: caller})
			check(t, err)
			if _, ok, err := h.hl.Hotline.ToLeader(t.Context(), c.Ref(), hotline.Want{}); !ok || err != nil {
				t.Fatalf("to the leader: %v %v", ok, err)
			}
			check(t, h.hl.Hotline.LeaderTook(t.Context(), c.Ref(), h.first.ID))
			if i == 0 {
				check(t, h.DB.Write(t.Context(), func(tx *db.Tx) error { return h.hl.Hotline.Became(tx, c.Ref(), m.ID, m.Number) }))
			}
			h.hl.End(t, c.Ref())
		}
		path := "/desk/hotline/roster/slots/35/" + strconv.FormatInt(id, 10)
		if body := h.at(h.As(h.writer), path).Body.String(); !strings.Contains(body, m.Number) || !strings.Contains(body, "待受理") || !strings.Contains(body, `value="2"`) {
			t.Error("the page of the slot lacks the calls, the matter or its state")
		}
		h.Clock.Set(day(25, 12))
		check(t, h.s.Settle(t.Context()))
		figures := func() string { return h.at(h.As(h.head), "/desk/hotline/roster/figures").Body.String() }
		if strings.Contains(figures(), ">2<") {
			t.Error("counted while matters are still written down")
		}
		h.Clock.Set(day(25, 13).Add(time.Minute))
		check(t, h.s.Settle(t.Context()))
		check(t, h.s.Settle(t.Context()))
		if !strings.Contains(figures(), ">2<") {
			t.Errorf("the figures lack the two calls: %s", figures())
		}
		h.Read(t, func(tx *db.Tx) error {
			n := 0
			err := tx.Row("select count(*) from roster_matter where province = 35 and slot = $1 and number = $2", id, m.Number).Scan(&n)
			if n != 1 {
				t.Errorf("%d matters taken over", n)
			}
			return err
		})
	})
}
