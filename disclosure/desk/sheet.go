package desk

import (
	"context"
	"net/http"
	"slices"

	"yangguang/disclosure"
	"yangguang/disclosure/form"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"
)

// content is what the public will read, for the preview and the review screen.
type content struct {
	Title, Summary string
	Pairs          []ui.Pair
	Body           string // cleaned HTML
	View           *form.View
	Files          []fileRow
}

// sheetPage is the review screen: everything one signs for, on one page.
type sheetPage struct {
	S         *disclosure.Sheet
	Content   content
	Where     string
	Steps     []ui.Step
	Record    []ui.Event
	Lines     []ui.DiffLine // against what is public now
	Changes   []form.Change
	Spots     []spot
	Doubtful  []fileRow
	Opinion   opinion
	Step      *norm.ReviewStep // the step waited for
	Blocked   []string
	Bad       ui.Errors
	Message   string
	Path      func(more string) string
	Back      string
	MaySign   bool
	MayDecide bool // on findings and files
	Public    string
	Hidden    *hiddenPart
}

// opinion is what a reviewer typed.
type opinion struct {
	Checks               []string
	Basis, Note          string
	PublishOn, PublishAt string
}

func (d *Desk) sheet(w http.ResponseWriter, r *http.Request) error {
	s, err := d.open(r)
	if err != nil {
		return err
	}
	return d.showSheet(w, r, http.StatusOK, sheetPage{S: s})
}

func (d *Desk) showSheet(w http.ResponseWriter, r *http.Request, status int, p sheetPage) error {
	ctx, v := r.Context(), p.S.Version
	names, err := d.names(ctx, p.S)
	if err != nil {
		return err
	}
	t, err := d.typedOf(ctx, p.S)
	if err != nil {
		return err
	}
	p.Path = func(more string) string { return web.URL(ctx, versionPath(v.Province, v.ID, more)) }
	p.Spots = d.stored(ctx, p.S, t, names)
	p.Content = d.content(ctx, p.S, t, p.Spots)
	p.Hidden = d.hidden(ctx, p.S)
	for _, f := range p.Content.Files {
		if f.Doubt != "" {
			p.Doubtful = append(p.Doubtful, f)
		}
	}
	if p.S.Rule != nil && (v.State == disclosure.InReview || v.ReviewOwed) {
		p.Step = p.S.Rule.Step(v.Step)
	}
	p.MaySign = p.S.May("pass") || p.S.May("approve") || p.S.May("return") || p.S.May("pass_after") || p.S.May("approve_after")
	p.MayDecide = p.MaySign && v.State == disclosure.InReview
	d.compare(ctx, &p, t)
	p.Where, p.Steps, p.Record = d.where(ctx, p.S, names), d.steps(ctx, p.S, names), d.record(ctx, p.S, names)
	p.Blocked = blocked(ctx, p.S)
	if p.S.Item.State != disclosure.ItemUnpublished {
		p.Public = web.URL(ctx, pathOf("published", v.Province, p.S.Item.ID, ""))
	}
	title := first(v.Title, d.categoryTitle(ctx, p.S.Item.Category))
	f := d.frame(r, title, ui.Link{Text: i18n.T(ctx, "desk.items"), Href: web.URL(ctx, "/desk/items")}, ui.Link{Text: title})
	f.Side = nil // what is signed has the room
	f.Lead = p.S.Unit.Name + i18n.T(ctx, "desk.between") + d.categoryTitle(ctx, p.S.Item.Category)
	return d.show(w, r, status, f, sheetView(p))
}

// names are the persons in a version's record.
func (d *Desk) names(ctx context.Context, s *disclosure.Sheet) (names map[int64]string, err error) {
	ids := []int64{s.Version.Author}
	for _, st := range s.Steps {
		ids = append(ids, st.Person, st.Principal)
	}
	for _, f := range s.Findings {
		ids = append(ids, f.Person)
	}
	slices.Sort(ids)
	ids = slices.DeleteFunc(slices.Compact(ids), func(id int64) bool { return id == 0 })
	err = d.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
		names, err = account.Names(tx, ids)
		return err
	})
	return names, err
}

// content is a version as the public will read it.
func (d *Desk) content(ctx context.Context, s *disclosure.Sheet, t typed, all []spot) content {
	v := s.Version
	c := content{Title: first(v.Title, d.categoryTitle(ctx, s.Item.Category)), Summary: v.Summary, Body: v.Body, Files: d.fileRows(ctx, s, all)}
	add := func(key, text string) {
		if text != "" {
			c.Pairs = append(c.Pairs, ui.Pair{Term: i18n.T(ctx, "desk."+key), Text: text})
		}
	}
	add("unit", s.Unit.Name)
	add("category", d.categoryTitle(ctx, s.Item.Category))
	add("period", d.periodTitle(ctx, s.Item.Category, s.Item.Period))
	add("index", s.Item.Number)
	add("doc_number", v.DocNumber)
	add("formed_on", day(ctx, v.FormedOn))
	add("ends_on", day(ctx, v.EndsOn))
	add("keywords", v.Keywords)
	add("openness", i18n.T(ctx, "disclosure.openness_"+v.Openness))
	add("openness_ground", v.OpennessGround)
	add("explains", t.Explains)
	add("reason", v.Reason)
	if f := d.normForm(v.Form); f != nil {
		view := form.Table(ctx, *f, form.Hide(*f, form.FillSums(*f, dataOf(v)), disclosure.Marks(s.Hidden)))
		c.View = &view
	}
	return c
}

func day(ctx context.Context, on clock.Date) string {
	if on.IsZero() {
		return ""
	}
	return i18n.Date(ctx, on)
}

// compare sets the version against what the public reads now.
func (d *Desk) compare(ctx context.Context, p *sheetPage, t typed) {
	b := p.S.Before
	if b == nil {
		return
	}
	old := typed{Title: b.Title, Summary: b.Summary, Body: b.Body, Keywords: b.Keywords, Ground: b.OpennessGround,
		FormedOn: b.FormedOn.String(), DocNumber: b.DocNumber}
	now := t
	now.Form, now.Reason, now.Explains = "", "", ""
	p.Lines = ui.Compare(d.asText(ctx, old), d.asText(ctx, now))
	if f := d.normForm(p.S.Version.Form); f != nil && b.Form == p.S.Version.Form {
		p.Changes = form.Diff(ctx, *f, dataOf(b), dataOf(p.S.Version))
	}
}

// blocked says, for what the state allows and this person's grant too, why it
// is not for him; what belongs to another step is not worth a word.
func blocked(ctx context.Context, s *disclosure.Sheet) []string {
	var out []string
	for _, err := range s.Blocked {
		if isKey(err, "flow.not_now") || isKey(err, "disclosure.no_emergency") {
			continue
		}
		if words := sentence(ctx, err); !slices.Contains(out, words) {
			out = append(out, words)
		}
	}
	slices.Sort(out)
	return out
}

// preview is the version as the public will see it.
func (d *Desk) preview(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, err := d.open(r)
	if err != nil {
		return err
	}
	t, err := d.typedOf(ctx, s)
	if err != nil {
		return err
	}
	c := d.content(ctx, s, t, nil)
	f := d.Front.Page(r, c.Title, ui.Link{Text: s.Unit.Name}, ui.Link{Text: d.categoryTitle(ctx, s.Item.Category)})
	f.NoIndex, f.Lead = true, c.Summary
	back := versionPath(s.Version.Province, s.Version.ID, "")
	if s.May("save") {
		back += "/edit"
	}
	f.Notice = previewNotice(web.URL(ctx, back))
	w.Header().Set("Cache-Control", "no-store")
	return web.Render(w, r, http.StatusOK, previewView(f, c))
}

// act makes a handler of a use case on a version: a refusal that belongs to
// the page comes back with the page and everything typed.
func (d *Desk) act(do func(r *http.Request, v *disclosure.Version, o disclosure.Opinion) (deed string, err error)) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		s, err := d.open(r)
		if err != nil {
			return err
		}
		o := opinionOf(r)
		deed, err := do(r, s.Version, o)
		if err == nil {
			return web.See(w, r, afterDeed(s, deed))
		}
		k := fault.KindOf(err)
		if k != fault.Invalid && k != fault.Conflict && k != fault.Forbidden {
			return err
		}
		if s, e := d.open(r); e == nil { // as it stands now
			p := sheetPage{S: s, Bad: ui.ErrorsOf(err), Opinion: opinion{Checks: o.Checks, Basis: o.Basis, Note: o.Note,
				PublishOn: ui.JoinDate(r.PostForm.Get, "publish_on"), PublishAt: r.PostForm.Get("publish_at")}}
			if len(p.Bad) == 0 {
				p.Message = sentence(r.Context(), err)
			}
			return d.showSheet(w, r, k.Status(), p)
		}
		return err
	}
}

func afterDeed(s *disclosure.Sheet, deed string) string {
	if deed == "discarded" {
		return "/desk/items?did=discarded"
	}
	return versionPath(s.Version.Province, s.Version.ID, "?did="+deed)
}
