package knowledge

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// cannedGroup is the canned replies of one unit, or the person's own.
type cannedGroup struct {
	Title string
	Rows  []cannedRow
}

type cannedRow struct {
	Name, Body, Href, Meta string
	Macro                  bool
}

// cannedList is the canned replies a person may use.
type cannedListPage struct {
	Filter ui.Filter
	Suit   ui.Input
	Groups []cannedGroup
	New    string
}

func (k *Knowledge) cannedList(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), account.From(r.Context())
	suit := r.URL.Query().Get("suits")
	if !slices.Contains(suits, suit) {
		suit = ""
	}
	p := cannedListPage{Filter: ui.Filter{Action: href(ctx, cannedRoot)}, New: href(ctx, cannedRoot, "/new"),
		Suit: ui.Input{Name: "suits", Label: word(ctx, "f_suits_one"), Value: suit, Free: true, Options: options(ctx, "all", "suits_", suits...)}}
	if suit != "" {
		p.Filter.Reset = p.Filter.Action
	}
	err := k.DB.Read(ctx, func(tx *db.Tx) error {
		units, err := k.cannedUnits(tx, a)
		if err != nil {
			return err
		}
		var own cannedGroup
		for _, u := range units {
			var moments []string
			if suit != "" {
				moments = []string{suit}
			}
			all, err := k.Usable(tx, a, u, moments...)
			if err != nil {
				return err
			}
			g := cannedGroup{Title: u.Name}
			for _, c := range all {
				row := k.cannedRow(ctx, &c)
				if c.Person != 0 {
					own.Rows = append(own.Rows, row)
				} else {
					g.Rows = append(g.Rows, row)
				}
			}
			if len(g.Rows) > 0 {
				p.Groups = append(p.Groups, g)
			}
		}
		if own.Title = word(ctx, "canned_own"); len(own.Rows) > 0 {
			p.Groups = append([]cannedGroup{own}, p.Groups...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	f := k.deskFrame(r, word(ctx, "show_canned"), ui.Link{Text: word(ctx, "show_canned")})
	f.Lead = word(ctx, "canned_lead")
	f.Side = k.deskSide(r, a, "canned")
	return web.Render(w, r, http.StatusOK, cannedListView(f, p))
}

// cannedUnits are the unit a person works at, and those he writes for.
func (k *Knowledge) cannedUnits(tx *db.Tx, a *account.Actor) (out []agency.Agency, err error) {
	if id := a.Behalf().Agency; id != 0 {
		u, err := agency.Find(tx, id)
		if err != nil {
			return nil, err
		}
		out = append(out, u)
	}
	more, err := unitsOf(tx, ranges(a))
	for _, u := range more {
		if !slices.ContainsFunc(out, func(o agency.Agency) bool { return o.ID == u.ID }) {
			out = append(out, u)
		}
	}
	return out, err
}

func (k *Knowledge) cannedRow(ctx context.Context, c *Canned) cannedRow {
	meta := word(ctx, "suits_any")
	if len(c.Suits) > 0 {
		meta = ""
		for i, s := range c.Suits {
			if i > 0 {
				meta += word(ctx, "comma")
			}
			meta += word(ctx, "suits_"+s)
		}
	}
	return cannedRow{Name: c.Name, Body: excerpt(c.Body), Href: href(ctx, cannedPath(c)), Meta: meta, Macro: c.Macro()}
}

// cannedPage is one canned reply.
type cannedPage struct {
	In      map[string]ui.Input
	Whose   *ui.Input // of a new one
	Saves   string
	Action  string
	Drop    string
	Errors  ui.Errors
	Refused string
	May     bool
	Shown   *Canned
	Preview []string
	Steps   []ui.Pair
	Facts   []ui.Pair
}

func (k *Knowledge) cannedNew(w http.ResponseWriter, r *http.Request) error {
	return k.showCanned(w, r, http.StatusOK, nil, nil, "")
}

func (k *Knowledge) canned(w http.ResponseWriter, r *http.Request) error {
	return k.showOneCanned(w, r, http.StatusOK, nil, "")
}

func (k *Knowledge) showOneCanned(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors, refused string) error {
	province, id, err := numbers(r, "canned")
	if err != nil {
		return err
	}
	var c *Canned
	if err := k.DB.Read(r.Context(), func(tx *db.Tx) error {
		if c, err = cannedByID(tx, province, id, ""); err == nil && !seesCanned(account.From(r.Context()), c) {
			err = notFound()
		}
		return err
	}); err != nil {
		return err
	}
	return k.showCanned(w, r, status, c, bad, refused)
}

// showCanned shows the form of a canned reply, a new one when there is none.
func (k *Knowledge) showCanned(w http.ResponseWriter, r *http.Request, status int, c *Canned, bad ui.Errors, refused string) error {
	ctx, a := r.Context(), account.From(r.Context())
	p := cannedPage{Errors: bad, Refused: refused, May: true, Action: href(ctx, cannedRoot, "/new")}
	title := word(ctx, "canned_new")
	has := &Canned{}
	var below []ui.Option
	err := k.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if below, err = k.leads(tx, a, c); err != nil {
			return err
		}
		if c == nil {
			return k.whose(tx, r, a, &p)
		}
		has, title = c, c.Name
		p.Action, p.May, p.Saves, p.Shown = href(ctx, cannedPath(c)), keepsCanned(a, c), strconv.Itoa(c.Saves), c
		if p.May {
			p.Drop = p.Action + "/drop"
		}
		return k.fillCanned(tx, c, &p)
	})
	if err != nil {
		return err
	}
	p.In = k.cannedInputs(ctx, r, has, below, bad)
	f := k.deskFrame(r, title, ui.Link{Text: word(ctx, "show_canned"), Href: href(ctx, cannedRoot)}, ui.Link{Text: title})
	f.Narrow = true
	return web.Render(w, r, status, cannedView(f, p))
}

func (k *Knowledge) cannedInputs(ctx context.Context, r *http.Request, c *Canned, below []ui.Option, bad ui.Errors) map[string]ui.Input {
	out := map[string]ui.Input{}
	for name, has := range map[string]string{"name": c.Name, "body": c.Body, "topic": c.Topic, "note": c.Note, "suits": "", "does": c.Does, "lead": ""} {
		in := ui.Input{Name: name, Label: word(ctx, "c_"+name), Value: has, Error: bad.Of(ctx, name)}
		if r.Method == http.MethodPost {
			in.Value = r.PostForm.Get(name)
		}
		if i18n.Has(i18n.ZH, "knowledge.c_"+name+"_help") {
			in.Help = word(ctx, "c_"+name+"_help")
		}
		out[name] = in
	}
	set := func(name string, f func(in *ui.Input)) {
		in := out[name]
		f(&in)
		out[name] = in
	}
	set("name", func(in *ui.Input) { in.MaxLen = maxName })
	set("body", func(in *ui.Input) { in.MaxLen, in.Rows = maxCanned, 8 })
	set("topic", func(in *ui.Input) { in.Optional, in.Options = true, k.topicOptions(ctx, "topic_none") })
	set("note", func(in *ui.Input) { in.Optional, in.MaxLen, in.Rows = true, maxReason, 2 })
	set("does", func(in *ui.Input) { in.Optional, in.Options = true, options(ctx, "does_none", "does_", does...) })
	set("lead", func(in *ui.Input) {
		in.Optional, in.Options = true, append([]ui.Option{{Text: word(ctx, "lead_catalogue")}}, below...)
		if in.Value == "" && c.Lead != 0 {
			in.Value = itoa(c.Lead)
		}
	})
	set("suits", func(in *ui.Input) {
		in.Optional, in.Value, in.Options, in.Values = true, "", options(ctx, "", "suits_", suits...), c.Suits
		if r.Method == http.MethodPost {
			in.Values = r.PostForm["suits"]
		}
	})
	return out
}

// leads are the units a macro may pass matters on to: those below the unit it
// belongs to or, of a new one, below the units the person keeps replies for.
func (k *Knowledge) leads(tx *db.Tx, a *account.Actor, c *Canned) (out []ui.Option, err error) {
	var units []agency.Agency
	if c == nil {
		units, err = k.cannedUnits(tx, a)
	} else {
		units = []agency.Agency{{ID: c.Agency, Division: c.Seat}}
	}
	for _, u := range units {
		if err != nil {
			return nil, err
		}
		var found []agency.Agency
		found, err = agency.List(tx, agency.Filter{Within: u.Division, Limit: unitsLooked})
		for _, x := range found {
			if x.ID != u.ID && !slices.ContainsFunc(out, func(o ui.Option) bool { return o.Value == itoa(x.ID) }) {
				out = append(out, ui.Option{Value: itoa(x.ID), Text: x.Name})
			}
		}
	}
	return out, err
}

// whose asks whether a new reply is the person's own or a unit's.
func (k *Knowledge) whose(tx *db.Tx, r *http.Request, a *account.Actor, p *cannedPage) error {
	ctx := tx.Ctx
	p.Whose = &ui.Input{Name: "whose", Label: word(ctx, "c_whose"), Value: r.PostFormValue("whose"), Error: p.Errors.Of(ctx, "whose")}
	if a.Behalf().Agency != 0 {
		p.Whose.Options = append(p.Whose.Options, ui.Option{Value: "own", Text: word(ctx, "canned_own"), Help: word(ctx, "canned_own_help")})
	}
	units, err := unitsOf(tx, a.Scope(Writing))
	for _, u := range units {
		p.Whose.Options = append(p.Whose.Options, ui.Option{Value: itoa(u.ID), Text: u.Name, Help: word(ctx, "canned_unit_help")})
	}
	if len(p.Whose.Options) > 0 && p.Whose.Value == "" {
		p.Whose.Value = p.Whose.Options[0].Value
	}
	return err
}

// fillCanned shows a reply as it will read, with examples in its places.
func (k *Knowledge) fillCanned(tx *db.Tx, c *Canned, p *cannedPage) error {
	ctx := tx.Ctx
	u, err := agency.Find(tx, c.Agency)
	if err != nil {
		return err
	}
	whose := u.Name
	if c.Person != 0 {
		whose = word(ctx, "canned_own")
	}
	p.Facts = []ui.Pair{{Term: word(ctx, "c_whose"), Text: whose}, {Term: word(ctx, "changed"), Text: i18n.Date(ctx, clock.DateOf(c.Changed))}}
	text, err := Fill(c.Body, map[string]string{"number": word(ctx, "sample_number"), "unit": u.Name, "date": i18n.Date(ctx, today(tx)), "due": i18n.DateWeekday(ctx, today(tx).AddDays(15)), "topic": k.sampleTopic(ctx, c)})
	if err != nil {
		return err
	}
	p.Preview = lines(text)
	for _, s := range c.Steps() {
		if with := s.With; s.Verb != "reply" {
			switch {
			case s.Verb == "set_topic":
				with = k.topic(ctx, with)
			case c.passes() && s.Verb == c.Does:
				if with, err = k.leadName(tx, c); err != nil {
					return err
				}
			case s.Verb == Accept:
				with = word(ctx, "step_accept_with")
			}
			p.Steps = append(p.Steps, ui.Pair{Term: word(ctx, "step_"+s.Verb), Text: with})
		}
	}
	return nil
}

func (k *Knowledge) leadName(tx *db.Tx, c *Canned) (string, error) {
	if c.Lead == 0 {
		return word(tx.Ctx, "lead_catalogue"), nil
	}
	u, err := agency.Find(tx, c.Lead)
	return u.Name, err
}

// sampleTopic is the topic a preview names.
func (k *Knowledge) sampleTopic(ctx context.Context, c *Canned) string {
	if c.Topic == "" && len(k.Topics) > 0 {
		return k.Topics[0].Title.In(ctx)
	}
	return k.topic(ctx, cmp.Or(c.Topic, "—"))
}

func cannedOf(r *http.Request) *Canned {
	get := r.PostForm.Get
	lead, _ := web.Int64(get("lead")) // none: by the catalogue
	return &Canned{Does: get("does"), Lead: lead, Name: get("name"), Body: get("body"), Topic: get("topic"), Note: get("note"), Suits: r.PostForm["suits"]}
}

func (k *Knowledge) cannedCreate(w http.ResponseWriter, r *http.Request) error {
	c, a := cannedOf(r), account.From(r.Context())
	if whose := r.PostForm.Get("whose"); whose == "own" {
		c.Agency, c.Person = a.Behalf().Agency, a.Person
	} else {
		id, err := web.Int64(whose)
		if err != nil {
			return err
		}
		c.Agency = id
	}
	err := k.KeepCanned(r.Context(), c)
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return k.showCanned(w, r, http.StatusUnprocessableEntity, nil, bad, "")
	}
	if err != nil {
		return err
	}
	return web.See(w, r, cannedPath(c))
}

func (k *Knowledge) cannedSave(w http.ResponseWriter, r *http.Request) error {
	province, id, err := numbers(r, "canned")
	if err != nil {
		return err
	}
	c := cannedOf(r)
	c.Province, c.ID = province, id
	c.Saves, _ = strconv.Atoi(r.PostForm.Get("saves"))
	err = k.KeepCanned(r.Context(), c)
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return k.showOneCanned(w, r, http.StatusUnprocessableEntity, bad, "")
	}
	if fault.Is(err, fault.Conflict) {
		key, args, _ := fault.Sentence(err)
		return k.showOneCanned(w, r, http.StatusConflict, nil, i18n.T(r.Context(), key, args...))
	}
	if err != nil {
		return err
	}
	return web.See(w, r, cannedPath(c))
}

func (k *Knowledge) cannedDrop(w http.ResponseWriter, r *http.Request) error {
	province, id, err := numbers(r, "canned")
	if err != nil {
		return err
	}
	if err := k.DropCanned(r.Context(), province, id); err != nil {
		return err
	}
	return web.See(w, r, cannedRoot)
}
