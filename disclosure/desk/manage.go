package desk

import (
	"context"
	"net/http"
	"slices"

	"yangguang/disclosure"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// publishedPage is the care of a published item.
type publishedPage struct {
	S                  *disclosure.Sheet // of what is public, or of the newest version
	Tag                ui.TagKind
	TagWords           string
	Pairs              []ui.Pair
	Public             string // where the public reads it
	History            []ui.Event
	Versions           ui.Grid
	Open               string // a correction under way
	MayCorrect, MayEnd bool
	Validity           ui.Input
	Reason             ui.Input
	MayClose           bool // an earlier text can still be read
	Bad                ui.Errors
	Message            string
	Path               func(more string) string
	underWay           bool // the newest version is not yet decided
}

// openItem reads an item by the version that is public, or the newest one.
func (d *Desk) openItem(r *http.Request) (s *disclosure.Sheet, newest int64, err error) {
	province, id, err := target(r, "item")
	if err != nil {
		return nil, 0, err
	}
	var current int64
	err = d.Disclosure.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		newest, current, err = newestOf(tx, province, id)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	s, err = d.Disclosure.Open(r.Context(), province, current)
	return s, newest, err
}

func (d *Desk) published(w http.ResponseWriter, r *http.Request) error {
	return d.showPublished(w, r, http.StatusOK, publishedPage{})
}

func (d *Desk) showPublished(w http.ResponseWriter, r *http.Request, status int, p publishedPage) error {
	ctx := r.Context()
	s, newest, err := d.openItem(r)
	if err != nil {
		return err
	}
	p.S = s
	p.Path = func(more string) string { return web.URL(ctx, pathOf("published", s.Item.Province, s.Item.ID, more)) }
	if err := d.history(ctx, &p); err != nil {
		return err
	}
	a, to := account.From(ctx), account.Target{Agency: s.Unit.ID, Division: int64(s.Unit.Division)}
	public := s.Item.State == disclosure.ItemPublished
	p.MayCorrect, p.MayEnd = public && a.May(disclosure.Drafting, to), public && a.May(disclosure.TakingDown, to)
	if newest != s.Version.ID && p.underWay {
		p.Open, p.MayCorrect = web.URL(ctx, versionPath(s.Item.Province, newest, "")), false
	}
	d.describe(ctx, &p)
	title := first(s.Item.Title, s.Version.Title, d.categoryTitle(ctx, s.Item.Category))
	f := d.frame(r, title, ui.Link{Text: i18n.T(ctx, "desk.items"), Href: web.URL(ctx, "/desk/items")}, ui.Link{Text: title})
	return d.show(w, r, status, f, publishedView(p))
}

func (d *Desk) history(ctx context.Context, p *publishedPage) error {
	it := p.S.Item
	var events []disclosure.Event
	var all []past
	err := d.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if events, err = eventsOf(tx, it.Province, it.ID); err != nil {
			return err
		}
		all, err = pastOf(tx, it.Province, it.ID)
		return err
	})
	if err != nil {
		return err
	}
	for _, e := range events {
		p.History = append(p.History, ui.Event{When: i18n.Time(ctx, e.At), WhenISO: e.At.Format("2006-01-02T15:04Z07:00"),
			Title: i18n.T(ctx, "disclosure.event_"+e.Verb), Text: e.Reason, Kind: eventKind(e.Verb)})
	}
	p.Versions = ui.Grid{Caption: i18n.T(ctx, "desk.versions"), Cards: true, Columns: []ui.Column{{Title: i18n.T(ctx, "desk.version")},
		{Title: i18n.T(ctx, "desk.state")}, {Title: i18n.T(ctx, "desk.published_on")}, {Title: i18n.T(ctx, "desk.reason")}}}
	p.underWay = len(all) > 0 && slices.Contains([]string{disclosure.Drafted, disclosure.InReview, disclosure.Referred, disclosure.Approved}, all[0].State)
	for _, v := range all {
		p.MayClose = p.MayClose || v.State == disclosure.Superseded && v.Closed == ""
		when := ""
		if !v.PublishedAt.IsZero() {
			when = i18n.Time(ctx, v.PublishedAt)
		}
		p.Versions.Rows = append(p.Versions.Rows, []ui.Cell{{Text: i18n.T(ctx, "desk.version_n", v.Number), Href: web.URL(ctx, versionPath(it.Province, v.ID, ""))},
			{Text: i18n.T(ctx, "disclosure.state_"+v.State), Tag: tagOf(v.State)}, {Text: when}, {Text: v.Reason}})
	}
	return nil
}

func eventKind(verb string) ui.TagKind {
	switch verb {
	case "published", "valid":
		return ui.TagPublished
	case "taken_down", "abolished":
		return ui.TagDanger
	}
	return ui.TagWaiting
}

func (d *Desk) describe(ctx context.Context, p *publishedPage) {
	it := p.S.Item
	p.Tag, p.TagWords = ui.TagPublished, i18n.T(ctx, "disclosure.state_published")
	switch it.State {
	case disclosure.ItemTakenDown:
		p.Tag, p.TagWords = ui.TagWithdrawn, i18n.T(ctx, "disclosure.state_taken_down")
	case disclosure.ItemUnpublished:
		p.Tag, p.TagWords = tagOf(p.S.Version.State), i18n.T(ctx, "disclosure.state_"+p.S.Version.State)
	}
	if it.Number != "" {
		p.Public = web.URL(ctx, it.Path(p.S.Unit))
	}
	add := func(key, text string) {
		if text != "" {
			p.Pairs = append(p.Pairs, ui.Pair{Term: i18n.T(ctx, "desk."+key), Text: text})
		}
	}
	add("unit", p.S.Unit.Name)
	add("category", d.categoryTitle(ctx, it.Category))
	add("period", d.periodTitle(ctx, it.Category, it.Period))
	add("index", it.Number)
	add("doc_number", p.S.Version.DocNumber)
	add("validity", i18n.T(ctx, "disclosure.validity_"+it.Validity))
	if !it.PublishedAt.IsZero() {
		add("published_on", i18n.Time(ctx, it.PublishedAt))
	}
	if it.Timely != nil && !*it.Timely {
		add("timely", i18n.T(ctx, "desk.published_late"))
	}
	if words := it.NoticeWords(ctx, d.today()); words != "" {
		add("ends_on", i18n.T(ctx, "desk.marked", day(ctx, it.EndsOn), words))
		if p.TagWords = words; it.NoticeOver(d.today()) {
			p.Tag = ui.TagWithdrawn
		}
	} else {
		add("ends_on", day(ctx, it.EndsOn))
	}
	if it.State == disclosure.ItemTakenDown {
		add("ended_on", i18n.Time(ctx, it.EndedAt))
		add("end_kind", it.EndWords(ctx))
		add("end_reason", it.EndReason)
	}
	p.Validity = ui.Input{Name: "validity", Label: i18n.T(ctx, "desk.validity_new"), Value: first(p.Validity.Value, it.Validity), Error: p.Bad.Of(ctx, "validity")}
	for _, v := range disclosure.Validities {
		p.Validity.Options = append(p.Validity.Options, ui.Option{Value: v, Text: i18n.T(ctx, "disclosure.validity_"+v)})
	}
	p.Reason = ui.Input{Name: "reason", Label: i18n.T(ctx, "desk.public_reason"), Help: i18n.T(ctx, "desk.public_reason_help"), Value: p.Reason.Value, Rows: 3,
		MaxLen: disclosure.MaxSummary, Error: p.Bad.Of(ctx, "reason")}
}

func (d *Desk) correct(w http.ResponseWriter, r *http.Request) error {
	province, id, err := target(r, "item")
	if err != nil {
		return err
	}
	v, err := d.Disclosure.Correct(r.Context(), province, id)
	if fault.Is(err, fault.Conflict) {
		return d.showPublished(w, r, http.StatusConflict, publishedPage{Message: sentence(r.Context(), err)})
	}
	if err != nil {
		return err
	}
	return web.See(w, r, versionPath(v.Province, v.ID, "/edit"))
}

func (d *Desk) validity(w http.ResponseWriter, r *http.Request) error {
	province, id, err := target(r, "item")
	if err != nil {
		return err
	}
	err = d.Disclosure.SetValidity(r.Context(), province, id, r.PostForm.Get("validity"), r.PostForm.Get("reason"))
	if k := fault.KindOf(err); err != nil && (k == fault.Invalid || k == fault.Conflict) {
		p := publishedPage{Bad: ui.ErrorsOf(err), Validity: ui.Input{Value: r.PostForm.Get("validity")}, Reason: ui.Input{Value: r.PostForm.Get("reason")}}
		if len(p.Bad) == 0 {
			p.Message = sentence(r.Context(), err)
		}
		return d.showPublished(w, r, k.Status(), p)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, pathOf("published", province, id, "?did=validity"))
}

// takeDownPage asks for the ground, then shows what the public will see.
type takeDownPage struct {
	S      *disclosure.Sheet
	Kind   ui.Input
	Reason ui.Input
	Bad    ui.Errors
	Action string
	Back   string
	Check  *ui.Check // the second page
	Tomb   tombstone
}

// tombstone is what the public sees in place of what was taken down.
type tombstone struct{ Title, Number, Kind, Reason, Unit, When string }

func (d *Desk) takeDownForm(w http.ResponseWriter, r *http.Request) error {
	return d.showTakeDown(w, r, http.StatusOK, takeDownPage{})
}

func (d *Desk) showTakeDown(w http.ResponseWriter, r *http.Request, status int, p takeDownPage) error {
	ctx := r.Context()
	s, _, err := d.openItem(r)
	if err != nil {
		return err
	}
	if s.Item.State != disclosure.ItemPublished {
		return fault.Say(fault.Conflict, "disclosure.not_published")
	}
	if a := account.From(ctx); !a.May(disclosure.TakingDown, account.Target{Agency: s.Unit.ID, Division: int64(s.Unit.Division)}) {
		return fault.Say(fault.Forbidden, "disclosure.no_grant_takedown")
	}
	kind, reason := r.PostForm.Get("kind"), r.PostForm.Get("reason")
	p.S, p.Action = s, web.URL(ctx, pathOf("published", s.Item.Province, s.Item.ID, "/take-down"))
	p.Back = web.URL(ctx, pathOf("published", s.Item.Province, s.Item.ID, ""))
	p.Kind = ui.Input{Name: "kind", Label: i18n.T(ctx, "desk.end_kind"), Value: kind, Error: p.Bad.Of(ctx, "kind")}
	for _, k := range disclosure.EndKinds {
		p.Kind.Options = append(p.Kind.Options, ui.Option{Value: k, Text: i18n.T(ctx, "disclosure.end_"+k)})
	}
	p.Reason = ui.Input{Name: "reason", Label: i18n.T(ctx, "desk.public_reason"), Help: i18n.T(ctx, "desk.public_reason_help"), Value: reason, Rows: 4,
		MaxLen: disclosure.MaxSummary, Error: p.Bad.Of(ctx, "reason")}
	if p.Check != nil {
		p.Tomb = tombstone{Title: d.Disclosure.TombTitle(s.Item, kind), Number: s.Item.Number, Kind: i18n.T(ctx, "disclosure.end_"+kind), Reason: reason, Unit: s.Unit.Name, When: i18n.Date(ctx, d.today())}
		*p.Check = ui.Check{Action: p.Action, Send: i18n.T(ctx, "desk.take_down_now"), Danger: true, Back: p.Action,
			Hidden: []ui.Pair{{Term: "kind", Text: kind}, {Term: "reason", Text: reason}, {Term: "confirm", Text: "yes"}}}
	}
	f := d.frame(r, i18n.T(ctx, "desk.take_down"), ui.Link{Text: s.Item.Title, Href: p.Back}, ui.Link{Text: i18n.T(ctx, "desk.take_down")})
	f.Side, f.Lead, f.Narrow = nil, s.Item.Title, true
	return d.show(w, r, status, f, takeDownView(p))
}

// takeDown first shows what the public will see, and ends the publication only
// when that was confirmed.
func (d *Desk) takeDown(w http.ResponseWriter, r *http.Request) error {
	province, id, err := target(r, "item")
	if err != nil {
		return err
	}
	kind, reason := r.PostForm.Get("kind"), r.PostForm.Get("reason")
	if r.PostForm.Get("confirm") == "" {
		var bad []fault.Field
		if !slices.Contains(disclosure.EndKinds, kind) {
			bad = append(bad, fault.Field{Name: "kind", Key: "disclosure.need_end_kind"})
		}
		if first(reason) == "" {
			bad = append(bad, fault.Field{Name: "reason", Key: "disclosure.need_reason"})
		}
		if len(bad) > 0 {
			return d.showTakeDown(w, r, http.StatusUnprocessableEntity, takeDownPage{Bad: bad})
		}
		return d.showTakeDown(w, r, http.StatusOK, takeDownPage{Check: &ui.Check{}})
	}
	err = d.Disclosure.TakeDown(r.Context(), province, id, kind, reason)
	if fs := ui.ErrorsOf(err); len(fs) > 0 {
		return d.showTakeDown(w, r, http.StatusUnprocessableEntity, takeDownPage{Bad: fs})
	}
	if err != nil {
		return err
	}
	return web.See(w, r, pathOf("published", province, id, "?did=taken_down"))
}
