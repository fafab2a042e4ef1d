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
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework/caseworktest"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/roster"
)

var (
	check   = disclosuretest.Check
	refused = disclosuretest.Refused
)

func TestMain(m *testing.M) {
	caseworktest.LoadLocales()
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
	s                           *roster.Rosters
	app                         *web.App
	writer, head, first, second caseworktest.Person
}

func each(t *testing.T, f func(t *testing.T, h house)) {
	for name, open := range map[string]func(testing.TB, clock.Clock, ...fs.FS) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(disclosuretest.Now)
			h := house{House: caseworktest.Over(t, open(t, c, append(slices.Clone(caseworktest.Migrations), roster.Migrations)...), c)}
			fr := &front.Front{Site: front.Site{Home: agencytest.County, Name: i18n.Text{Zh: "示例站", En: "Example"}, Organiser: i18n.Text{Zh: "办公室", En: "Office"}, Demo: true}}
			of := func(context.Context, hotline.Ref) (hotline.Line, error) {
				return hotline.Line{Province: 35, ID: 5, Agency: h.County.ID, Region: h.County.Division, Name: "热线", Fallback: "0595000111"}, nil
			}
			h.s = &roster.Rosters{DB: h.DB, Keys: h.Cases.Keys, Calendars: h.Disclosure.Calendars, Front: fr, Line: of, Lines: func(ctx context.Context) ([]hotline.Line, error) {
				l, err := of(ctx, line)
				return []hotline.Line{l}, err
			}}
			h.app = web.New(web.Options{DB: h.DB, Clock: h.Clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: func(w http.ResponseWriter, _ *http.Request, err error) {
				http.Error(w, err.Error(), fault.KindOf(err).Status())
			}}, h.s.Routes())
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
		path := "/desk/hotline/roster-slot/35/" + strconv.FormatInt(id, 10)
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
			}
		}
	})
}
