package answers

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/search"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// perPage is how many answers a page lists; unitsShown bounds the list of units.
const (
	perPage    = 30
	unitsShown = 100
)

// columnType is the column of the guideline for government websites.
const columnType = "依申请公开"

// logPage is the public log.
type logPage struct {
	Filter         ui.Filter
	Q              ui.Input
	Unit, Decision ui.Input
	Entries        []ui.Entry
	Pages          ui.Pages
	Narrowed       bool
	Ask            string
}

// log lists what is published, the newest first.
func (s *Answers) log(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := r.URL.Query()
	p := logPage{Filter: ui.Filter{Action: href(ctx, publicRoot)}, Ask: href(ctx, "/requests")}
	q := strings.TrimSpace(v.Get("q"))
	p.Narrowed = q != "" || v.Get("agency") != "" || v.Get("decision") != ""
	if p.Narrowed {
		p.Filter.Reset = p.Filter.Action
	}
	p.Q = ui.Input{Name: "q", Label: word(ctx, "words"), Value: q, Free: true, MaxLen: 100}
	p.Decision = ui.Input{Name: "decision", Label: word(ctx, "decision"), Value: v.Get("decision"), Free: true, Options: []ui.Option{{Text: word(ctx, "all")}}}
	f := s.Front.Page(r, word(ctx, "title"), append(s.Front.Crumbs(r, nil, nil), ui.Link{Text: word(ctx, "requests"), Href: href(ctx, "/requests")}, ui.Link{Text: word(ctx, "title")})...)
	if err := s.read(ctx, func(tx *db.Tx) error { return s.fillLog(tx, &p, &f, v, q) }); err != nil {
		return err
	}
	f.Lead, f.Description, f.NoIndex = word(ctx, "lead"), word(ctx, "lead"), f.NoIndex || p.Narrowed || v.Get("after") != ""
	f.Feeds = []ui.Feed{{Title: word(ctx, "title"), Type: "application/atom+xml", Href: href(ctx, publicRoot, "/feed.atom")}}
	f.Meta = append(f.Meta, ui.Meta{Name: "ColumnName", Content: f.Title}, ui.Meta{Name: "ColumnType", Content: columnType})
	return web.Render(w, r, http.StatusOK, logView(f, p))
}

func (s *Answers) fillLog(tx *db.Tx, p *logPage, f *ui.Frame, v url.Values, q string) error {
	ctx := tx.Ctx
	ids, err := agenciesIn(tx, s.Front.Home, unitsShown)
	if err != nil {
		return err
	}
	told, err := decisionsIn(tx, s.Front.Home)
	if err != nil {
		return err
	}
	for _, d := range s.Requests.Norm.Requests.Decisions { // in the norm's order
		if slices.Contains(told, d.ID) || d.ID == v.Get("decision") {
			p.Decision.Options = append(p.Decision.Options, ui.Option{Value: d.ID, Text: d.Title.In(ctx)})
		}
	}
	units := map[int64]agency.Agency{}
	p.Unit = ui.Input{Name: "agency", Label: word(ctx, "unit"), Value: v.Get("agency"), Free: true, Options: []ui.Option{{Text: word(ctx, "all")}}}
	ask := Query{Within: s.Front.Home, Decision: v.Get("decision"), Limit: perPage + 1, After: keyOf(v.Get("after"))}
	for _, id := range ids {
		u, err := agency.Find(tx, id)
		if err != nil {
			return err
		}
		units[id] = u
		p.Unit.Options = append(p.Unit.Options, ui.Option{Value: u.Path(), Text: u.Name})
	}
	if asked := v.Get("agency"); asked != "" {
		u, err := unitAt(tx, asked)
		if fault.Is(err, fault.NotFound) {
			return nil // a unit that is none has no answers
		}
		if err != nil {
			return err
		}
		ask.Agency = u.ID
		if units[u.ID].ID == 0 { // one without an answer was asked for: it stays chosen
			p.Unit.Options = append(p.Unit.Options, ui.Option{Value: u.Path(), Text: u.Name})
		}
		f.Of = append(f.Of, u.Name)
	}
	if d := s.Requests.Norm.Requests.Decision(ask.Decision); d != nil {
		f.Of = append(f.Of, d.Title.In(ctx))
	}
	var found []Answer
	next := ""
	if q == "" {
		if found, err = list(tx, ask); err == nil && len(found) > perPage {
			found = found[:perPage]
			last := found[perPage-1]
			next = last.Published + "_" + itoa(last.ID)
		}
	} else {
		f.Of = append(f.Of, q)
		found, next, err = find(tx, q, ask, v.Get("after"))
	}
	if err != nil {
		return err
	}
	if next != "" {
		older := url.Values{}
		for _, k := range []string{"q", "agency", "decision"} {
			if v.Get(k) != "" {
				older.Set(k, v.Get(k))
			}
		}
		older.Set("after", next)
		p.Pages.Older = p.Filter.Action + "?" + older.Encode()
	}
	p.Entries, err = s.entries(tx, found)
	return err
}

// keyOf reads where a page begins: 2026-11_123.
func keyOf(v string) (k Key) {
	month, id, _ := strings.Cut(v, "_")
	if n, err := strconv.ParseInt(id, 10, 64); err == nil && len(month) == 7 {
		k = Key{Month: month, ID: n}
	}
	return k
}

// unitAt finds a unit by its path: 350525/wsj.
func unitAt(tx *db.Tx, path string) (u agency.Agency, err error) {
	division, slug, _ := strings.Cut(path, "/")
	c, err := agency.ParseCode(division)
	if err != nil {
		return u, notFound()
	}
	return agency.FindByPath(tx, c, slug)
}

// find asks the index; the rows decide what is shown.
func find(tx *db.Tx, words string, q Query, after string) (out []Answer, next string, err error) {
	ask := search.Q{Text: words, Kinds: []string{"answer"}, Limit: q.Limit}
	ask.Before, _ = strconv.ParseInt(after, 10, 64)
	if q.Within != agency.Nation {
		ask.Scopes = append(ask.Scopes, "d"+q.Within.Short())
	}
	if q.Agency != 0 {
		ask.Scopes = append(ask.Scopes, "u"+itoa(q.Agency))
	}
	if q.Decision != "" {
		ask.Scopes = append(ask.Scopes, "c"+q.Decision)
	}
	hits, err := search.Find(tx.Of(allTag), ask)
	if err != nil {
		return nil, "", err
	}
	if len(hits) == q.Limit {
		hits = hits[:q.Limit-1]
		next = itoa(hits[len(hits)-1].Key)
	}
	byProvince := map[int64][]int64{}
	for _, h := range hits {
		byProvince[h.Province] = append(byProvince[h.Province], h.ID)
	}
	rows := map[int64]Answer{}
	for province, ids := range byProvince {
		some, err := byIDs(tx, int(province), ids)
		if err != nil {
			return nil, "", err
		}
		for _, w := range some {
			rows[w.ID] = w
		}
	}
	for _, h := range hits {
		if w, ok := rows[h.ID]; ok {
			out = append(out, w)
		}
	}
	return out, next, nil
}

func (s *Answers) entries(tx *db.Tx, all []Answer) (out []ui.Entry, err error) {
	ctx := tx.Ctx
	units := map[int64]agency.Agency{}
	for _, w := range all {
		u, ok := units[w.Agency]
		if !ok {
			if u, err = agency.Find(tx, w.Agency); err != nil {
				return nil, err
			}
			units[w.Agency] = u
		}
		out = append(out, ui.Entry{Title: w.Text.Title, Href: href(ctx, pathOf(u, w.ID)), Meta: word(ctx, "entry_meta", u.Name, s.decision(ctx, w.Decision)),
			When: monthWords(ctx, w.Month), WhenISO: w.Month})
	}
	return out, nil
}

func pathOf(u agency.Agency, id int64) string { return "/" + u.Path() + "/answers/" + itoa(id) }

// Found is what the log holds on a question at a unit's place, for whoever is
// about to ask for it.
func (s *Answers) Found(tx *db.Tx, u agency.Agency, words string, most int) ([]ui.Entry, error) {
	return s.Search(tx, words, u.Division, most)
}

// Search is what the log holds on words, in a place: the newest few.
func (s *Answers) Search(tx *db.Tx, words string, within agency.Code, most int) ([]ui.Entry, error) {
	all, _, err := find(tx, words, Query{Within: within, Limit: most + 1}, "")
	if err != nil {
		return nil, err
	}
	return s.entries(tx, all)
}

// Of is the public answer made of a request, for its applicant: its address, ""
// when none is public.
func (s *Answers) Of(tx *db.Tx, province int, request int64) (string, error) {
	id, err := s.tied(tx, province, request)
	if err != nil || id == 0 {
		return "", err
	}
	w, err := answerByID(tx, province, id, "")
	if err != nil || w.State != Published {
		return "", err
	}
	u, err := agency.Find(tx, w.Agency)
	return pathOf(u, id), err
}

// DeskOf is the desk's page of the answer made of a request, "" without one.
func (s *Answers) DeskOf(ctx context.Context, province int, request int64) (path string, err error) {
	err = s.read(ctx, func(tx *db.Tx) error {
		id, err := s.tied(tx, province, request)
		if err == nil && id != 0 {
			path = deskPath(province, id)
		}
		return err
	})
	return path, err
}

// answerPage is one answer.
type answerPage struct {
	Asked, Summary []string
	Facts          []ui.Pair
	Files          []ui.File
	Gone           string
	All            ui.Link
	AskAgain       string
}

// open reads the answer of an address, published or taken down.
func (s *Answers) open(tx *db.Tx, r *http.Request) (w *Answer, u agency.Agency, crumbs []ui.Link, err error) {
	id, err := web.PathID(r, "answer")
	if err != nil {
		return nil, u, nil, err
	}
	ctx := tx.Ctx
	if u, crumbs, err = s.Portal.UnitOf(tx, r, ui.Link{Text: word(ctx, "title"), Href: href(ctx, publicRoot)}); err != nil {
		return nil, u, nil, err
	}
	if w, err = answerByID(tx, u.Province(), id, ""); err != nil {
		return nil, u, nil, err
	}
	if w.Agency != u.ID || w.State != Published && w.State != TakenDown {
		return nil, u, nil, notFound()
	}
	return w, u, crumbs, nil
}

func (s *Answers) show(rw http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var w *Answer
	var u agency.Agency
	var crumbs []ui.Link
	if err := s.read(ctx, func(tx *db.Tx) (err error) {
		w, u, crumbs, err = s.open(tx, r)
		return err
	}); err != nil {
		return err
	}
	p := answerPage{All: ui.Link{Text: word(ctx, "all_answers"), Href: href(ctx, publicRoot)}, AskAgain: href(ctx, "/", u.Path(), "/request")}
	if w.State == TakenDown {
		p.Gone = w.Reason
		f := s.Front.Page(r, word(ctx, "gone"), append(crumbs, ui.Link{Text: word(ctx, "gone")})...)
		f.NoIndex, f.Narrow = true, true
		return web.Render(rw, r, http.StatusGone, goneView(f, p))
	}
	p.Asked, p.Summary, p.Facts = lines(w.Text.Asked), lines(w.Text.Summary), s.facts(ctx, w, u)
	for _, x := range w.Files {
		p.Files = append(p.Files, ui.File{Name: x.Name, Kind: strings.ToUpper(x.Kind), Size: x.Size, Href: href(ctx, pathOf(u, w.ID), "/files/", itoa(x.ID))})
	}
	f := s.Front.Page(r, w.Text.Title, append(crumbs, ui.Link{Text: w.Text.Title})...)
	f.Description, f.Narrow = word(ctx, "one_description", u.Name, w.Text.Title), true
	f.Meta = append(f.Meta, ui.Meta{Name: "ColumnName", Content: word(ctx, "title")}, ui.Meta{Name: "ColumnType", Content: columnType})
	return web.Render(rw, r, http.StatusOK, answerView(f, p))
}

func (s *Answers) facts(ctx context.Context, w *Answer, u agency.Agency) []ui.Pair {
	return []ui.Pair{{Term: word(ctx, "unit"), Text: u.Name, Href: href(ctx, "/", u.Path())}, {Term: word(ctx, "decision"), Text: s.decision(ctx, w.Decision)},
		{Term: word(ctx, "answered"), Text: monthWords(ctx, w.Month)}}
}

// file gives a file of a published answer.
func (s *Answers) file(rw http.ResponseWriter, r *http.Request) error {
	var w *Answer
	if err := s.read(r.Context(), func(tx *db.Tx) (err error) {
		w, _, _, err = s.open(tx, r)
		return err
	}); err != nil {
		return err
	}
	return s.send(rw, r, w)
}

func (s *Answers) send(rw http.ResponseWriter, r *http.Request, w *Answer) error {
	id, err := web.PathID(r, "file")
	if err != nil {
		return err
	}
	i := slices.IndexFunc(w.Files, func(f File) bool { return f.ID == id })
	if i < 0 {
		return notFound()
	}
	b, err := s.bytesOf(r.Context(), w.Files[i])
	if err != nil {
		return err
	}
	return web.Download(rw, w.Files[i].Name, "application/octet-stream", b)
}
