package recording_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
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
	"yangguang/supervision/hotline/recording"
)

func init() {
	caseworktest.LoadLocales()
	i18n.MustLoad(front.Locale, ui.Locale, web.Locale, recording.Locale)
}

type house struct {
	*caseworktest.House
	rec                       *recording.Recordings
	app                       *web.App
	lead, agent, other, above caseworktest.Person
}

func each(t *testing.T, f func(t *testing.T, h house)) {
	for name, open := range map[string]func(testing.TB, clock.Clock, ...fs.FS) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(disclosuretest.Now)
			h := house{House: caseworktest.Over(t, open(t, c, append(slices.Clone(caseworktest.Migrations), recording.Migrations)...), c)}
			fr := &front.Front{Site: front.Site{Home: agencytest.County, Name: i18n.Text{Zh: "示例站", En: "Example"}, Organiser: i18n.Text{Zh: "办公室", En: "Office"}, Demo: true}}
			h.rec = &recording.Recordings{DB: h.DB, Keys: h.Cases.Keys, Blobs: h.Cases.Blobs, Dir: filepath.Join(t.TempDir(), "recordings"), Front: fr}
			h.app = web.New(web.Options{DB: h.DB, Clock: h.Clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: func(w http.ResponseWriter, _ *http.Request, err error) {
				http.Error(w, err.Error(), fault.KindOf(err).Status())
			}}, h.rec.Routes())
			h.lead = h.Hire(t, "班长甲", h.County, recording.Listening)
			h.agent = h.Hire(t, "接话员乙", h.County)
			h.other = h.Hire(t, "接话员丙", h.County)
			h.above = h.Hire(t, "乡镇班长丁", h.Township, recording.Listening)
			f(t, h)
		})
	}
}

func (h house) at(ctx context.Context, path, part string, pairs ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if len(pairs) > 0 {
		v := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if part != "" {
		r.Header.Set("Range", part)
	}
	w := httptest.NewRecorder()
	h.app.ServeHTTP(w, r.WithContext(ctx))
	return w
}

var call = hotline.Ref{Province: 35, ID: 77}

func (h house) recorded(t *testing.T) string {
	t.Helper()
	w, err := h.rec.Begin(t.Context(), call, recording.Meta{Line: 5, Agency: h.County.ID, Region: h.County.Division, Seat: 2, Person: h.agent.ID}, false)
	if err != nil {
		t.Fatal(err)
	}
	_, e := w.Write([]byte(strings.Repeat("ab", 20000)))
	if err := errors.Join(e, w.Close()); err != nil {
		t.Fatal(err)
	}
	if n, err := h.rec.Adopt(t.Context()); n != 1 || err != nil {
		t.Fatalf("Adopt = %d, %v", n, err)
	}
	found := regexp.MustCompile(`/desk/hotline/recordings/35/[0-9]+`).FindString(h.at(h.As(h.lead), "/desk/hotline/recordings", "").Body.String())
	if found == "" {
		t.Fatal("the lead's list is empty")
	}
	return found
}

// Whoever listens says why first; the agent sees it; others find nothing.
func TestNobodyListensWithoutAReasonOnRecord(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		one := h.recorded(t)
		for name, p := range map[string]caseworktest.Person{"another agent": h.other, "a lead of another unit": h.above} {
			if w := h.at(h.As(p), one, ""); w.Code != http.StatusNotFound {
				t.Errorf("%s: %d", name, w.Code)
			}
			if w := h.at(h.As(p), "/desk/hotline/recordings", ""); w.Code != http.StatusOK || strings.Contains(w.Body.String(), one) {
				t.Errorf("%s lists it: %d", name, w.Code)
			}
		}
		if w := h.at(h.As(h.agent), one+"/listen", "", "reason", "自己想听一听"); w.Code != http.StatusForbidden {
			t.Errorf("the agent asks to listen: %d", w.Code)
		}
		if w := h.at(h.As(h.lead), one+"/sound/1", ""); w.Code != http.StatusNotFound {
			t.Errorf("no reason given: %d", w.Code)
		}
		if w := h.at(h.As(h.lead), one+"/listen", "", "reason", "听"); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("a reason of one character: %d", w.Code)
		}
		if w := h.at(h.As(h.lead), one+"/listen", "", "reason", "核对诉求登记"); w.Code != http.StatusSeeOther {
			t.Fatalf("a reason: %d %s", w.Code, w.Body)
		}
		if body := h.at(h.As(h.agent), one, "").Body.String(); !strings.Contains(body, "核对诉求登记") || !strings.Contains(body, "班长甲") || strings.Contains(body, "<audio") {
			t.Error("the agent does not see who listened and why, or may listen")
		}
		sound := regexp.MustCompile(one + `/sound/[0-9]+`).FindString(h.at(h.As(h.lead), one, "").Body.String())
		w := h.at(h.As(h.lead), sound, "")
		if w.Code != http.StatusOK || w.Body.Len() != 58+40000 || w.Header().Get("Content-Type") != "audio/wav" || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("the sound: %d, %d bytes, %v", w.Code, w.Body.Len(), w.Header())
		}
		if w := h.at(h.As(h.lead), sound, "bytes=58-61"); w.Code != http.StatusPartialContent || w.Body.String() != "abab" {
			t.Errorf("a part: %d %q", w.Code, w.Body)
		}
		second := h.Hire(t, "班长戊", h.County, recording.Listening)
		if w := h.at(h.As(second), sound, ""); w.Code != http.StatusNotFound {
			t.Errorf("another lead with the same address: %d", w.Code)
		}
		h.Clock.Advance(31 * time.Minute)
		if w := h.at(h.As(h.lead), sound, ""); w.Code != http.StatusNotFound {
			t.Errorf("half an hour later: %d", w.Code)
		}
	})
}

func TestACallThatBecameSealedLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		one := h.recorded(t)
		if err := h.rec.Forget(t.Context(), call); err != nil {
			t.Fatal(err)
		}
		if w := h.at(h.As(h.lead), one, ""); w.Code != http.StatusNotFound {
			t.Errorf("a sealed call's recording: %d", w.Code)
		}
		w, err := h.rec.Begin(t.Context(), call, recording.Meta{Agency: h.County.ID, Region: h.County.Division}, false)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Discard(); err != nil {
			t.Fatal(err)
		}
		if n, err := h.rec.Adopt(t.Context()); n != 0 || err != nil {
			t.Errorf("Adopt after Discard = %d, %v", n, err)
		}
	})
}
