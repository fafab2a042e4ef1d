package studio

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

const (
	root   = "/desk/hotline/studio"
	one    = root + "/prompts/{lang}/{key}"
	sounds = root + "/sounds/{province}/{version}"
	folder = root + "/folder/{lang}/{key}"
)

// maxUpload is two minutes of 48 kHz, 24 bits, in stereo, and the form around it.
const maxUpload = mostSeconds*48000*6 + 1<<20

// Join adds the page to the staff navigation.
func (s *Studio) Join(f *front.Front) { f.DeskNav(front.Hotline, "studio.nav", root, Verbs()...) }

// Routes are the room's pages. Whose prompts a person works on is asked again by
// the use case: those of the unit he works at.
func (s *Studio) Routes() []web.Route {
	write, review := web.May(Writing), web.May(Reviewing)
	return []web.Route{
		{Pattern: "GET " + root, Access: web.SignedIn, Handler: s.list},
		{Pattern: "GET " + root + "/script", Access: web.SignedIn, Handler: s.script},
		{Pattern: "GET " + root + "/prompts.zip", Access: web.SignedIn, Handler: s.export},
		{Pattern: "POST " + root + "/prompts.zip", Access: write, Handler: s.doImport, Upload: maxPack + 1<<20},
		{Pattern: "GET " + one, Access: web.SignedIn, Handler: s.one, Voice: true},
		{Pattern: "POST " + one + "/words", Access: write, Handler: s.do(s.word), Voice: true},
		{Pattern: "POST " + one + "/sound", Access: write, Handler: s.do(s.record), Voice: true, Upload: maxUpload},
		{Pattern: "POST " + one + "/send", Access: write, Handler: s.do(func(r *http.Request, n Name) error { return s.Send(r.Context(), n) }), Voice: true},
		{Pattern: "POST " + one + "/back", Access: write, Handler: s.do(func(r *http.Request, n Name) error { return s.TakeBack(r.Context(), n) })},
		{Pattern: "POST " + one + "/discard", Access: write, Handler: s.do(func(r *http.Request, n Name) error { return s.Discard(r.Context(), n) })},
		{Pattern: "POST " + one + "/approve", Access: review, Handler: s.do(func(r *http.Request, n Name) error { return s.Approve(r.Context(), n, r.PostFormValue("seen")) })},
		{Pattern: "POST " + one + "/return", Access: review, Handler: s.do(func(r *http.Request, n Name) error {
			return s.Return(r.Context(), n, r.PostFormValue("seen"), r.PostFormValue("remark"))
		})},
		{Pattern: "POST " + one + "/withdraw", Access: review, Handler: s.do(func(r *http.Request, n Name) error { return s.Withdraw(r.Context(), n, r.PostFormValue("remark")) })},
		{Pattern: "GET " + sounds, Access: web.SignedIn, Handler: s.sound},
		{Pattern: "GET " + folder, Access: web.SignedIn, Handler: s.folderSound},
	}
}

func word(ctx context.Context, key string, args ...any) string {
	return i18n.T(ctx, "studio."+key, args...)
}

func href(ctx context.Context, parts ...string) string { return web.URL(ctx, strings.Join(parts, "")) }

func (n Name) path() string { return root + "/prompts/" + n.Lang + "/" + n.Key }

func (v *Version) soundPath() string {
	return root + "/sounds/" + strconv.Itoa(v.Province) + "/" + strconv.FormatInt(v.ID, 10)
}

func (s *Studio) frame(r *http.Request, title string, more ...ui.Link) ui.Frame {
	return s.Front.Desk(r, title, s.Front.Way(r, front.Hotline, "studio.nav", root, more...)...)
}

// seconds is a length as people read it.
func seconds(ctx context.Context, d time.Duration) string {
	return word(ctx, "seconds", strconv.FormatFloat(d.Seconds(), 'f', 1, 64))
}

// listPage is every prompt of a language.
type listPage struct {
	Errors   ui.Errors
	Problems []string
	Filter   ui.Filter
	Lang     ui.Input
	State    ui.Input
	Covered  ui.Figure
	Share    ui.Share
	Grid     ui.Grid
	Links    []ui.Link
	May      bool
	File     ui.Input
	Action   string
}

// standTags are how a stand is shown: its tag, and its colour in the picture.
var standTags = map[string]struct {
	tag  ui.TagKind
	kind string
}{Heard: {ui.TagPublished, "good"}, InFolder: {ui.TagReview, "main"}, Outdated: {ui.TagDanger, "bad"}, Robotic: {ui.TagWaiting, "late"}, NotSpoken: {ui.TagWithdrawn, "none"}}

var stateTags = map[string]ui.TagKind{Draft: ui.TagWithdrawn, Sent: ui.TagReview, Used: ui.TagPublished, Past: ui.TagWithdrawn, Withdrawn: ui.TagWithdrawn}

// states are what the list may be narrowed to.
var states = []string{"missing", "outdated", Draft, Sent, Heard}

func (s *Studio) list(w http.ResponseWriter, r *http.Request) error {
	return s.showList(w, r, http.StatusOK, nil, nil)
}

func (s *Studio) showList(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors, problems []Problem) error {
	ctx, v := r.Context(), r.URL.Query()
	t, known := tongueOf(v.Get("lang"))
	if !known {
		t = Tongues()[0]
	}
	p := listPage{Errors: bad, Filter: ui.Filter{Action: href(ctx, root)}, Action: href(ctx, root, "/prompts.zip"),
		File: ui.Input{Name: "file", Label: word(ctx, "f_file"), Help: word(ctx, "file_help"), Accept: ".zip", Error: bad.Of(ctx, "file")}}
	for _, x := range problems {
		p.Problems = append(p.Problems, word(ctx, "row", x.Row, i18n.T(ctx, x.Key, x.Args...)))
	}
	p.Lang = ui.Input{Name: "lang", Label: word(ctx, "lang"), Value: t.Code, Free: true}
	for _, x := range Tongues() {
		p.Lang.Options = append(p.Lang.Options, ui.Option{Value: x.Code, Text: x.Name.In(ctx)})
	}
	p.State = ui.Input{Name: "state", Label: word(ctx, "state"), Value: v.Get("state"), Free: true, Options: []ui.Option{{Text: word(ctx, "all")}}}
	for _, x := range states {
		p.State.Options = append(p.State.Options, ui.Option{Value: x, Text: word(ctx, "filter_"+x)})
	}
	if v.Get("state") != "" || t.Code != Tongues()[0].Code {
		p.Filter.Reset = p.Filter.Action
	}
	p.Links = []ui.Link{{Text: word(ctx, "export"), Href: href(ctx, root, "/prompts.zip?", url.Values{"lang": {t.Code}}.Encode())}, {Text: word(ctx, "script"), Href: href(ctx, root, "/script")}}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		u, a, err := unit(tx, Verbs()...)
		if err != nil {
			return err
		}
		p.May = a.May(Writing, account.Target{Agency: u.ID, Division: int64(u.Division)})
		rows, err := s.shelf(tx, u, t)
		if err != nil {
			return err
		}
		p.cover(ctx, rows)
		p.fill(ctx, u, rows, v.Get("state"))
		return nil
	})
	if err != nil {
		return err
	}
	f := s.frame(r, word(ctx, "nav"))
	f.Lead = word(ctx, "lead")
	return web.Render(w, r, status, listView(f, p))
}

// cover counts how the prompts stand.
func (p *listPage) cover(ctx context.Context, rows []Row) {
	n := map[string]int64{}
	for _, r := range rows {
		n[r.Stands]++
	}
	said := n[Heard] + n[InFolder]
	p.Covered = ui.Figure{Label: word(ctx, "covered"), Value: i18n.Percent(ctx, said, int64(len(rows))), Note: word(ctx, "covered_note", said, len(rows))}
	p.Share = ui.Share{Title: word(ctx, "how_stand"), Unit: word(ctx, "prompts")}
	for _, x := range stands {
		p.Share.Parts = append(p.Share.Parts, ui.Part{Label: word(ctx, "stand_"+x), N: n[x], Kind: standTags[x].kind})
	}
}

func (p *listPage) fill(ctx context.Context, u agency.Agency, rows []Row, state string) {
	p.Grid = ui.Grid{Caption: word(ctx, "prompts"), Cards: true, Nothing: word(ctx, "none"), Columns: []ui.Column{{Title: word(ctx, "text")}, {Title: word(ctx, "key")}, {Title: word(ctx, "heard")}, {Title: word(ctx, "whose")}, {Title: word(ctx, "length"), Number: true}, {Title: word(ctx, "in_work")}}}
	for _, r := range rows {
		if !r.wants(state) {
			continue
		}
		row := []ui.Cell{{Text: short(r.Text), Href: href(ctx, r.path())}, {Of: code(r.Key)}, {Text: word(ctx, "stand_"+r.Stands), Tag: standTags[r.Stands].tag}, {Text: r.whose(ctx, u)}, {}, {}}
		if r.Use != nil {
			row[4].Text = seconds(ctx, r.Use.Length)
		}
		if r.Open != nil {
			row[5] = ui.Cell{Text: word(ctx, "state_"+r.Open.State), Tag: stateTags[r.Open.State]}
			if r.Open.Outdated() {
				row[5] = ui.Cell{Text: word(ctx, "outdated_draft"), Tag: ui.TagDanger}
			}
		}
		p.Grid.Rows = append(p.Grid.Rows, row)
	}
}

// whose names the unit whose recording is heard.
func (r *Row) whose(ctx context.Context, u agency.Agency) string {
	switch {
	case r.Use == nil:
		return ""
	case r.Of.ID == u.ID:
		return word(ctx, "own")
	}
	return r.Of.Name
}

// shortest of a text a list shows, in characters.
const shown = 40

func short(s string) string {
	if c := []rune(s); len(c) > shown {
		return string(c[:shown]) + "…"
	}
	return s
}

// do takes one step with a prompt and shows it again.
func (s *Studio) do(step func(r *http.Request, n Name) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		n := nameOf(r)
		err := step(r, n)
		if bad := ui.ErrorsOf(err); len(bad) > 0 {
			return s.showOne(w, r, http.StatusUnprocessableEntity, bad)
		}
		if err != nil {
			return err
		}
		return web.See(w, r, n.path())
	}
}

func nameOf(r *http.Request) Name { return Name{r.PathValue("lang"), r.PathValue("key")} }

func (s *Studio) word(r *http.Request, n Name) error {
	return s.Word(r.Context(), n, r.PostFormValue("text"), r.PostFormValue("pinyin"))
}

func (s *Studio) record(r *http.Request, n Name) error {
	f, _, err := r.FormFile("sound")
	if err != nil {
		return fault.Fields(fault.Field{Name: "sound", Key: "studio.need_file"})
	}
	defer func() { _ = f.Close() }()
	return s.Record(r.Context(), n, f)
}

// sound sends a version's recording.
func (s *Studio) sound(w http.ResponseWriter, r *http.Request) error {
	province, err := web.PathID(r, "province")
	if err != nil {
		return err
	}
	id, err := web.PathID(r, "version")
	if err != nil {
		return err
	}
	b, err := s.Hear(r.Context(), int(province), id)
	if err != nil {
		return err
	}
	return send(w, r, b)
}

// folderSound sends what lies in the folder: the operator's file, or the placeholder.
func (s *Studio) folderSound(w http.ResponseWriter, r *http.Request) error {
	n := nameOf(r)
	if _, _, err := find(n); err != nil {
		return err
	}
	err := s.DB.Read(r.Context(), func(tx *db.Tx) error {
		_, _, err := unit(tx, Verbs()...)
		return err
	})
	if err != nil {
		return err
	}
	b, err := s.fromFolder(n)
	if err != nil {
		return err
	}
	return send(w, r, b)
}
