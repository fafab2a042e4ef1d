package studio_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"yangguang/agency/agencytest"
	"yangguang/agency/front"
	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ivr"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework/caseworktest"
	"yangguang/supervision/hotline/studio"
)

var (
	check   = disclosuretest.Check
	refused = disclosuretest.Refused
)

func TestMain(m *testing.M) {
	caseworktest.LoadLocales()
	i18n.MustLoad(front.Locale, ui.Locale, web.Locale, studio.Locale)
	os.Exit(m.Run())
}

func TestLocale(t *testing.T) {
	for _, p := range i18n.Check(studio.Locale) {
		t.Error(p)
	}
	for _, x := range ivr.Deeds {
		if !i18n.Has(i18n.ZH, "studio.do_"+x) {
			t.Errorf("the page of the script has no words for %q", x)
		}
	}
}

type house struct {
	*caseworktest.House
	s                        *studio.Studio
	app                      *web.App
	writer, reviewer, both   caseworktest.Person
	above, aboveHead, nobody caseworktest.Person
}

type engines map[string]func(testing.TB, clock.Clock, ...fs.FS) *db.DB

func each(t *testing.T, f func(t *testing.T, h house)) {
	run(t, engines{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres}, f)
}

// once is for what no store decides.
func once(t *testing.T, f func(t *testing.T, h house)) {
	run(t, engines{"sqlite": dbtest.SQLite}, f)
}

func run(t *testing.T, on engines, f func(t *testing.T, h house)) {
	for name, open := range on {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(disclosuretest.Now)
			h := house{House: caseworktest.Over(t, open(t, c, append(slices.Clone(caseworktest.Migrations), studio.Migrations)...), c)}
			fr := &front.Front{Site: front.Site{Home: agencytest.County, Name: i18n.Text{Zh: "示例站", En: "Example"}, Organiser: i18n.Text{Zh: "办公室", En: "Office"}, Demo: true}}
			h.s = &studio.Studio{DB: h.DB, Front: fr, Dir: t.TempDir()}
			h.app = web.New(web.Options{DB: h.DB, Clock: h.Clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: func(w http.ResponseWriter, _ *http.Request, err error) {
				http.Error(w, err.Error(), fault.KindOf(err).Status())
			}}, h.s.Routes())
			h.writer = h.Hire(t, "编写人甲", h.County, studio.Writing)
			h.reviewer = h.Hire(t, "审核人乙", h.County, studio.Reviewing)
			h.both = h.Hire(t, "两权人丙", h.County, studio.Writing, studio.Reviewing)
			h.above = h.Hire(t, "市级编写丁", h.Superior, studio.Writing)
			h.aboveHead = h.Hire(t, "市级审核戊", h.Superior, studio.Reviewing)
			h.nobody = h.Hire(t, "无权人己", h.County)
			f(t, h)
		})
	}
}

// tone is a WAV file of a tone as a browser makes it.
func tone(hz int, seconds, loud float64) []byte {
	const rate = 48000
	le := binary.LittleEndian
	n := int(seconds * rate)
	b := append([]byte("RIFF\x00\x00\x00\x00WAVEfmt "), 16, 0, 0, 0)
	b = le.AppendUint16(le.AppendUint16(b, 1), 1)
	b = le.AppendUint32(le.AppendUint32(b, rate), 2*rate)
	b = le.AppendUint16(le.AppendUint16(b, 2), 16)
	b = le.AppendUint32(append(b, "data"...), uint32(2*n))
	for i := range n {
		x := loud * math.Sin(2*math.Pi*float64(hz)*float64(i)/rate)
		b = le.AppendUint16(b, uint16(int16(max(-32768, min(32767, x)))))
	}
	return b
}

// loudest is the tone a WAV file of 8 kHz holds, of some.
func loudest(t *testing.T, file []byte, among ...int) (best int) {
	t.Helper()
	if string(file[:4]) != "RIFF" || binary.LittleEndian.Uint32(file[24:]) != 8000 {
		t.Fatalf("no WAV of 8 kHz: %q", file[:44])
	}
	most := 0.0
	for _, hz := range among {
		var re, im float64
		for i := 44; i+1 < len(file); i += 2 {
			a := 2 * math.Pi * float64(hz) * float64((i-44)/2) / 8000
			s := float64(int16(binary.LittleEndian.Uint16(file[i:])))
			re, im = re+s*math.Cos(a), im+s*math.Sin(a)
		}
		if p := math.Hypot(re, im); p > most {
			best, most = hz, p
		}
	}
	return best
}

func (h house) send(ctx context.Context, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.app.ServeHTTP(w, r.WithContext(ctx))
	return w
}

func (h house) get(ctx context.Context, path string) *httptest.ResponseRecorder {
	return h.send(ctx, httptest.NewRequest(http.MethodGet, path, nil))
}

func (h house) post(ctx context.Context, path string, pairs ...string) *httptest.ResponseRecorder {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return h.send(ctx, r)
}

func (h house) upload(t *testing.T, ctx context.Context, path, name string, file []byte) *httptest.ResponseRecorder {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	f, err := m.CreateFormFile(name, "a.bin")
	check(t, err)
	_, _ = f.Write(file)
	check(t, m.Close())
	r := httptest.NewRequest(http.MethodPost, path, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return h.send(ctx, r)
}

var greeting = studio.Name{Lang: "zh", Key: "greeting"}

const page = "/desk/hotline/studio/prompts/zh/greeting"

// after is what stands behind some words of a page, up to the quote.
func after(t *testing.T, page, words string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, words)
	if !ok {
		t.Fatalf("the page does not say %q", words)
	}
	return rest[:strings.IndexByte(rest, '"')]
}

func (h house) seen(t *testing.T, who caseworktest.Person) string {
	t.Helper()
	return after(t, h.get(h.As(who), page).Body.String(), `name="seen" value="`)
}

// use records a tone, sends it and has it approved.
func (h house) use(t *testing.T, writer, head caseworktest.Person, hz int) {
	t.Helper()
	check(t, h.s.Record(h.As(writer), greeting, bytes.NewReader(tone(hz, 0.5, 12000))))
	check(t, h.s.Send(h.As(writer), greeting))
	check(t, h.s.Approve(h.As(head), greeting, h.seen(t, head)))
}

// 3.1.1: what a caller hears was passed by another person than whoever worded
// and whoever spoke it, and is what that person saw.
func TestAPromptIsPassedByAnotherPerson(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		w := h.As(h.writer)
		refused(t, h.s.Send(w, greeting), fault.NotFound, "fault.not_found")
		check(t, h.s.Word(w, greeting, "您好。", "nin2 hao3."))
		if got := field(h.s.Send(w, greeting)); got != "sound studio.need_sound" {
			t.Errorf("nothing recorded: %s", got)
		}
		check(t, h.s.Record(h.As(h.both), greeting, bytes.NewReader(tone(1000, 0.5, 12000))))
		check(t, h.s.Send(w, greeting))
		refused(t, h.s.Word(w, greeting, "您好呀。", "nin2 hao3 ya5."), fault.Conflict, "studio.is_sent")
		saw := h.seen(t, h.reviewer)
		refused(t, h.s.Approve(w, greeting, saw), fault.Forbidden, "studio.no_grant")
		refused(t, h.s.Approve(h.As(h.both), greeting, saw), fault.Forbidden, "studio.own_work")
		refused(t, h.s.Approve(h.As(h.aboveHead), greeting, saw), fault.NotFound, "fault.not_found")
		check(t, h.s.TakeBack(w, greeting))
		h.Clock.Advance(1e9)
		check(t, h.s.Send(w, greeting))
		refused(t, h.s.Approve(h.As(h.reviewer), greeting, saw), fault.Conflict, "studio.changed")
		if got := field(h.s.Return(h.As(h.reviewer), greeting, h.seen(t, h.reviewer), "")); got != "remark studio.need_remark" {
			t.Errorf("no remark: %s", got)
		}
		check(t, h.s.Return(h.As(h.reviewer), greeting, h.seen(t, h.reviewer), "请读得慢一些"))
		for who, want := range map[string]int{"writer": 1, "both": 1, "reviewer": 0} {
			got, err := h.s.Waiting(h.As(map[string]caseworktest.Person{"writer": h.writer, "both": h.both, "reviewer": h.reviewer}[who]))
			check(t, err)
			if len(got) != want {
				t.Errorf("%s has %d groups waiting after the return", who, len(got))
			}
		}
		check(t, h.s.Send(w, greeting))
		if got, err := h.s.Waiting(h.As(h.reviewer)); err != nil || len(got) != 1 {
			t.Errorf("the reviewer is not told: %v, %v", got, err)
		}
		check(t, h.s.Approve(h.As(h.reviewer), greeting, h.seen(t, h.reviewer)))
		refused(t, h.s.TakeBack(w, greeting), fault.NotFound, "fault.not_found")
		html := h.get(w, page).Body.String()
		if !strings.Contains(html, "正在使用") || strings.Contains(html, "等待审核") {
			t.Error("the version is not in use")
		}
		refused(t, h.s.Withdraw(w, greeting, "不再使用了"), fault.Forbidden, "studio.no_grant")
		check(t, h.s.Withdraw(h.As(h.reviewer), greeting, "不再使用了"))
		if html := h.get(w, page).Body.String(); !strings.Contains(html, "已停用") || !strings.Contains(html, "不再使用了") {
			t.Error("the history does not say that the version was taken out of use")
		}
	})
}

func field(err error) string {
	if f := fault.FieldsOf(err); len(f) == 1 {
		return f[0].Name + " " + f[0].Key
	}
	return "other"
}

// The nearest unit's recording is heard, then that of a unit above, then the
// folder's; a dialect falls back to the language it is worded in.
func TestWhoseRecordingIsHeard(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		set := &studio.Set{DB: h.DB, Folder: &studio.Voice{Dir: h.s.Dir}, Units: func(context.Context) ([]int64, error) { return []int64{h.County.ID, h.Superior.ID}, nil }, Log: slog.Default()}
		lasts := func(unit int64, lang string) float64 {
			t.Helper()
			check(t, set.Renew(t.Context()))
			if p := set.Of(unit, lang).Prompt("zh", "greeting"); p != nil {
				return p.Duration().Seconds()
			}
			return 0
		}
		if got := lasts(h.County.ID, "zh"); got != 0 {
			t.Errorf("nothing is recorded, and %.2f s are heard", got)
		}
		check(t, os.MkdirAll(h.s.Dir+"/zh", 0o755))
		check(t, os.WriteFile(h.s.Dir+"/zh/greeting.wav", tone(500, 0.25, 12000), 0o600))
		if got := lasts(h.County.ID, "zh"); got != 0.25 {
			t.Errorf("the folder's file lasts %.2f s", got)
		}
		h.use(t, h.above, h.aboveHead, 700) // half a second
		if a, b := lasts(h.County.ID, "zh"), lasts(h.Superior.ID, "yue"); a != 0.5 || b != 0.5 {
			t.Errorf("the recording above lasts %.2f and %.2f s", a, b)
		}
		if html := h.get(h.As(h.writer), "/desk/hotline/studio").Body.String(); !strings.Contains(html, h.Superior.Name) {
			t.Error("the list does not say whose recording is heard")
		}
		check(t, h.s.Record(h.As(h.writer), greeting, bytes.NewReader(tone(900, 1, 12000))))
		if got := lasts(h.County.ID, "zh"); got != 0.5 {
			t.Errorf("a draft is heard: %.2f s", got)
		}
		check(t, h.s.Send(h.As(h.writer), greeting))
		check(t, h.s.Approve(h.As(h.reviewer), greeting, h.seen(t, h.reviewer)))
		if a, b := lasts(h.County.ID, "zh"), lasts(h.Superior.ID, "zh"); a != 1 || b != 0.5 {
			t.Errorf("own %.2f s, the superior's %.2f s", a, b)
		}
		yue := studio.Name{Lang: "yue", Key: "greeting"}
		check(t, h.s.Record(h.As(h.writer), yue, bytes.NewReader(tone(900, 2, 12000))))
		check(t, h.s.Send(h.As(h.writer), yue))
		html := h.get(h.As(h.reviewer), "/desk/hotline/studio/prompts/yue/greeting").Body.String()
		check(t, h.s.Approve(h.As(h.reviewer), yue, after(t, html, `name="seen" value="`)))
		if a, b := lasts(h.County.ID, "yue"), lasts(h.County.ID, "zh"); a != 2 || b != 1 {
			t.Errorf("in the dialect %.2f s, otherwise %.2f s", a, b)
		}
	})
}

// Words that change after the recording are shown, and do not go to review.
func TestWordsThatChangedAfterTheRecordingAreShown(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		w := h.As(h.writer)
		h.use(t, h.writer, h.reviewer, 700)
		check(t, h.s.Word(w, greeting, "您好，这里是示例县。", "nin2 hao3, zhe4 li3 shi4 shi4 li4 xian4."))
		if got := field(h.s.Send(w, greeting)); got != "sound studio.is_outdated" {
			t.Errorf("sent: %s", got)
		}
		for _, path := range []string{page, "/desk/hotline/studio?lang=zh&state=outdated"} {
			if html := h.get(w, path).Body.String(); !strings.Contains(html, "文字已改，录音未改") {
				t.Errorf("%s does not say that the recording is outdated", path)
			}
		}
		if html := h.get(w, "/desk/hotline/studio?lang=zh&state=sent").Body.String(); strings.Contains(html, page) {
			t.Error("a draft is listed among those that wait")
		}
		check(t, h.s.Record(w, greeting, bytes.NewReader(tone(800, 0.5, 12000))))
		check(t, h.s.Send(w, greeting))
		check(t, h.s.Approve(h.As(h.reviewer), greeting, h.seen(t, h.reviewer)))
		html := h.get(w, page+"?compare=2").Body.String()
		if !strings.Contains(html, `<ins>`) || !strings.Contains(html, "示例县") || !strings.Contains(html, "已被替换") {
			t.Error("the versions are not compared")
		}
	})
}

func TestPinyinIsChecked(t *testing.T) {
	once(t, func(t *testing.T, h house) {
		for _, c := range []struct{ text, pinyin, want string }{
			{"", "", "text studio.need_text"},
			{"两\n行", "liang3 hang2", "text studio.need_text"},
			{"您好", "", "pinyin studio.need_pinyin"},
			{"您好", "nin2 hao", "pinyin studio.bad_syllable"},
			{"您好", "nin2 hxo3", "pinyin studio.bad_syllable"},
			{"您好", "nin2 hao6", "pinyin studio.bad_syllable"},
			{"您好", "nin2 hao3 ma5", "pinyin studio.count_pinyin"},
			{"您好，请按9键", "nin2 hao3, qing3 an4 jiu3 jian4", "other"}, // figures are read in more ways than one
		} {
			if got := field(h.s.Word(h.As(h.writer), greeting, c.text, c.pinyin)); got != c.want {
				t.Errorf("%q, %q: %s, want %s", c.text, c.pinyin, got, c.want)
			}
		}
		// Every built-in prompt is spelt right.
		out, err := h.s.Export(h.As(h.writer), "zh")
		check(t, err)
		z, err := zip.NewReader(bytes.NewReader(out), int64(len(out)))
		check(t, err)
		f, err := z.Open("prompts.tsv")
		check(t, err)
		b, err := io.ReadAll(f)
		check(t, err)
		for i, line := range strings.Split(strings.TrimSpace(string(b)), "\r\n")[1:] {
			c := strings.Split(line, "\t")
			if err := h.s.Word(h.As(h.writer), studio.Name{Lang: c[1], Key: c[0]}, c[2], c[3]); err != nil {
				t.Errorf("row %s: %v %v", strconv.Itoa(i+2), c, fault.FieldsOf(err))
			}
		}
	})
}

// What is uploaded is checked, converted, and heard as it was said.
func TestARecordingIsCheckedAndHeard(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		w := h.As(h.writer)
		for _, c := range []struct {
			name, want string
			file       []byte
		}{
			{"a text", "不是 WAV 文件", []byte("not a sound")},
			{"silent", "录音没有声音", tone(1000, 0.5, 0)},
			{"too short", "不到 0.2 秒", tone(1000, 0.1, 12000)},
			{"clipped", "录音过响", tone(1000, 0.5, 60000)},
		} {
			got := h.upload(t, w, page+"/sound", "sound", c.file)
			if html := got.Body.String(); got.Code != http.StatusUnprocessableEntity || !strings.Contains(html, `id="f-sound-error"`) || !strings.Contains(html, c.want) {
				t.Errorf("%s: %d", c.name, got.Code)
			}
		}
		if got := h.upload(t, w, page+"/sound", "other", nil); got.Code != http.StatusUnprocessableEntity {
			t.Errorf("no file: %d", got.Code)
		}
		if got := h.upload(t, w, page+"/sound", "sound", tone(1000, 0.5, 20000)); got.Code != http.StatusSeeOther {
			t.Fatalf("a good recording: %d %s", got.Code, got.Body)
		}
		html := h.get(w, page).Body.String()
		src := after(t, html, `src="/desk/hotline/studio/sounds/`)
		sound := h.get(w, "/desk/hotline/studio/sounds/"+src)
		if got := loudest(t, sound.Body.Bytes(), 500, 900, 1000, 1100, 2000); got != 1000 || sound.Header().Get("Content-Type") != "audio/wav" {
			t.Errorf("the tone of 1000 Hz became %d Hz, %s", got, sound.Header().Get("Content-Type"))
		}
		for who, want := range map[string]int{"above": http.StatusNotFound, "nobody": http.StatusForbidden} {
			ctx := h.As(map[string]caseworktest.Person{"above": h.above, "nobody": h.nobody}[who])
			if got := h.get(ctx, "/desk/hotline/studio/sounds/"+src).Code; got != want {
				t.Errorf("%s hears a draft of the county: %d, want %d", who, got, want)
			}
		}
		check(t, h.s.Discard(w, greeting))
		if got := h.get(w, "/desk/hotline/studio/sounds/"+src).Code; got != http.StatusNotFound {
			t.Errorf("a discarded recording: %d", got)
		}
	})
}

func TestWhoSeesTheStudio(t *testing.T) {
	once(t, func(t *testing.T, h house) {
		for _, path := range []string{"", "/script", "/prompts.zip?lang=zh", "/prompts/zh/greeting"} {
			for who, want := range map[string]int{"writer": http.StatusOK, "reviewer": http.StatusOK, "nobody": http.StatusForbidden} {
				p := map[string]caseworktest.Person{"writer": h.writer, "reviewer": h.reviewer, "nobody": h.nobody}[who]
				if got := h.get(h.As(p), "/desk/hotline/studio"+path).Code; got != want {
					t.Errorf("%s at %q: %d, want %d", who, path, got, want)
				}
			}
		}
		for path, want := range map[string]string{page: "microphone=(self)", "/desk/hotline/studio": "microphone=()"} {
			if got := h.get(h.As(h.writer), path).Header().Get("Permissions-Policy"); !strings.Contains(got, want) {
				t.Errorf("%s allows %s", path, got)
			}
		}
		if got := h.post(h.As(h.reviewer), page+"/words", "text", "您好").Code; got != http.StatusForbidden {
			t.Errorf("a reviewer words: %d", got)
		}
		for _, path := range []string{"/prompts/zh/nothing", "/prompts/fr/greeting", "/prompts/zh/month.1", "/folder/zh/greeting", "/sounds/35/1"} {
			if got := h.get(h.As(h.writer), "/desk/hotline/studio"+path).Code; got != http.StatusNotFound {
				t.Errorf("%s: %d", path, got)
			}
		}
		html := h.get(h.As(h.writer), "/desk/hotline/studio/script").Body.String()
		for _, x := range []string{"到人工最多按 2 个键", "转心理援助", `id="node-waiting"`, "/prompts/zh/offers"} {
			if !strings.Contains(html, x) {
				t.Errorf("the script's page does not say %s", x)
			}
		}
	})
}

// What goes out comes back: unchanged it makes nothing, a new recording makes a
// draft, and one bad row keeps all out.
func TestAPackGoesOutAndComesBack(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		w := h.As(h.writer)
		h.use(t, h.writer, h.reviewer, 700)
		out, err := h.s.Export(w, "zh")
		check(t, err)
		if n, bad, err := h.s.Import(w, out); n != 0 || len(bad) != 0 || err != nil {
			t.Fatalf("unchanged: %d, %v, %v", n, bad, err)
		}
		back := repack(t, out, func(name string, b []byte) []byte {
			if name == "zh/greeting.wav" {
				return tone(440, 1, 12000)
			}
			return bytes.Replace(b, []byte("再见"), []byte("再会"), 1)
		})
		n, bad, err := h.s.Import(w, back)
		if n < 1 || len(bad) != 0 || err != nil {
			t.Fatalf("a new recording: %d, %v, %v", n, bad, err)
		}
		check(t, h.s.Send(w, greeting))
		broken := repack(t, out, func(name string, b []byte) []byte {
			if name == "zh/greeting.wav" {
				return tone(440, 1, 0)
			}
			return bytes.Replace(b, []byte("bye\t"), []byte("byebye\t"), 1)
		})
		n, bad, err = h.s.Import(w, broken)
		if n != 0 || len(bad) != 2 || err != nil {
			t.Errorf("two bad rows: %d, %v, %v", n, bad, err)
		}
		if got := h.upload(t, w, "/desk/hotline/studio/prompts.zip", "file", broken); got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body.String(), "录音没有声音") {
			t.Errorf("the page of a broken pack: %d", got.Code)
		}
		if got := h.upload(t, w, "/desk/hotline/studio/prompts.zip", "file", []byte("no pack")); got.Code != http.StatusUnprocessableEntity {
			t.Errorf("no pack: %d", got.Code)
		}
		if _, _, err := h.s.Import(h.As(h.reviewer), back); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a reviewer imports: %v", err)
		}
	})
}

func repack(t *testing.T, b []byte, change func(name string, b []byte) []byte) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	check(t, err)
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range in.File {
		r, err := f.Open()
		check(t, err)
		body, err := io.ReadAll(r)
		check(t, err)
		w, err := z.Create(f.Name)
		check(t, err)
		_, _ = w.Write(change(f.Name, body))
	}
	check(t, z.Close())
	return out.Bytes()
}
