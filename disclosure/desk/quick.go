package desk

import (
	"net/http"
	"strconv"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/catalogue"
	"yangguang/disclosure/form"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// quickPage is one of the three pages of the clerk's short path: choose,
// photograph, send.
type quickPage struct {
	Step       string // "1", "2", "3"
	Units      []ui.Entry
	Unit       agency.Agency
	Categories []newCategory
	Action     string
	Skip       string
	Photo      ui.Input
	Files      []fileRow
	T          typed
	Period     ui.Input
	Editor     *form.Editor
	Bad        ui.Errors
	Message    string
	Spots      []spot
	Full       string // the full editor
	Autosave   string
}

func (d *Desk) quick(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := quickPage{Step: "1", Action: web.URL(ctx, "/desk/quick")}
	var us []agency.Agency
	var due []catalogue.Due
	err := d.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if us, err = units(tx, reach(account.From(ctx), disclosure.Drafting)); err != nil {
			return err
		}
		if p.Unit = choose(us, r.URL.Query().Get("unit")); p.Unit.ID != 0 {
			due, err = d.Disclosure.Catalogue.Of(tx, p.Unit)
		}
		return err
	})
	if err != nil {
		return err
	}
	if p.Unit.ID == 0 {
		if r.URL.Query().Get("unit") != "" {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		for _, u := range us {
			p.Units = append(p.Units, ui.Entry{Title: u.Name, Href: p.Action + "?unit=" + strconv.FormatInt(u.ID, 10)})
		}
	}
	for _, c := range d.newCategories(ctx, p.Unit, due, "/desk/quick") {
		if n := d.Disclosure.Norm.Category(c.ID); n != nil && !n.Inherited {
			p.Categories = append(p.Categories, c)
		}
	}
	return d.showQuick(w, r, http.StatusOK, p)
}

func (d *Desk) showQuick(w http.ResponseWriter, r *http.Request, status int, p quickPage) error {
	ctx := r.Context()
	f := d.frame(r, i18n.T(ctx, "desk.quick_"+p.Step), ui.Link{Text: i18n.T(ctx, "desk.quick")})
	f.Side, f.Narrow = nil, true // a telephone shows one thing
	if p.Step == "2" {
		f.Scripts = []string{"blur.js"}
	}
	return d.show(w, r, status, f, quickView(p))
}

// quickStart begins the draft with what the telephone need not ask: the period
// owed now, formed today.
func (d *Desk) quickStart(w http.ResponseWriter, r *http.Request) error {
	v, err := d.begin(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	title := d.categoryTitle(ctx, r.PostForm.Get("category"))
	period := ""
	if c := d.Disclosure.Norm.Category(r.PostForm.Get("category")); c != nil && c.Periodic() {
		period = r.PostForm.Get("period")
		title = d.periodTitle(ctx, c.ID, period) + title
	}
	if _, err := d.Disclosure.Save(ctx, v.Province, v.ID, disclosure.Text{Title: title, Form: v.Form, Openness: "proactive", FormedOn: d.today(), Period: period}); err != nil {
		return err
	}
	return web.See(w, r, pathOf("quick", v.Province, v.ID, "/photo"))
}

func (d *Desk) quickPhotoForm(w http.ResponseWriter, r *http.Request) error {
	return d.showPhoto(w, r, http.StatusOK, nil)
}

func (d *Desk) showPhoto(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx := r.Context()
	s, err := d.openDraft(r)
	if err != nil {
		return err
	}
	path := func(more string) string {
		return web.URL(ctx, pathOf("quick", s.Version.Province, s.Version.ID, more))
	}
	p := quickPage{Step: "2", Action: path("/photo"), Skip: path("/send"), Files: d.fileRows(ctx, s, nil), Bad: bad}
	p.Photo = ui.Input{Name: "file", Label: i18n.T(ctx, "desk.photo"), Help: i18n.T(ctx, "desk.photo_help"), Optional: true, Error: bad.Of(ctx, "file")}
	return d.showQuick(w, r, status, p)
}

func (d *Desk) quickPhoto(w http.ResponseWriter, r *http.Request) error {
	s, err := d.openDraft(r)
	if err != nil {
		return err
	}
	if hasFile(r) {
		if err := d.attach(r, s.Version); err != nil {
			if bad := ui.ErrorsOf(err); len(bad) > 0 {
				return d.showPhoto(w, r, http.StatusUnprocessableEntity, bad)
			}
			return err
		}
	}
	more := "/send"
	if r.PostForm.Get("do") == "another" {
		more = "/photo"
	}
	return web.See(w, r, pathOf("quick", s.Version.Province, s.Version.ID, more))
}

func (d *Desk) quickForm(w http.ResponseWriter, r *http.Request) error {
	s, err := d.openDraft(r)
	if err != nil {
		return err
	}
	t, err := d.typedOf(r.Context(), s)
	if err != nil {
		return err
	}
	return d.showShort(w, r, http.StatusOK, s, quickPage{T: t})
}

func (d *Desk) showShort(w http.ResponseWriter, r *http.Request, status int, s *disclosure.Sheet, p quickPage) error {
	ctx, v := r.Context(), s.Version
	p.Step, p.Action = "3", web.URL(ctx, pathOf("quick", v.Province, v.ID, "/send"))
	p.Full, p.Autosave = web.URL(ctx, versionPath(v.Province, v.ID, "/edit")), web.URL(ctx, versionPath(v.Province, v.ID, "/autosave"))
	p.Period = d.periodInput(ctx, s.Item.Category, p.T.Period, p.Bad)
	if s.Item.State != disclosure.ItemUnpublished {
		p.Period.Options = nil
	}
	if f := d.normForm(p.T.Form); f != nil {
		e := form.NewEditor(ctx, *f, p.T.Data, p.Bad, form.Blanks(r.PostForm))
		p.Editor, p.Bad = &e, form.Labelled(ctx, *f, p.Bad)
	}
	p.Files, p.Spots = d.fileRows(ctx, s, nil), d.spots(ctx, p.T)
	return d.showQuick(w, r, status, p)
}

// quickSend saves the short form and hands it to the first reviewer.
func (d *Desk) quickSend(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, err := d.openDraft(r)
	if err != nil {
		return err
	}
	t, text, bad, err := d.read(r, s)
	if err != nil {
		return err
	}
	p := quickPage{T: t, Bad: bad}
	do := r.PostForm.Get("do")
	if r.PostForm.Has(form.MoreRows) && do == "" {
		return d.showShort(w, r, http.StatusOK, s, p)
	}
	if len(bad) > 0 {
		return d.showShort(w, r, http.StatusUnprocessableEntity, s, p)
	}
	v, err := d.Disclosure.Save(ctx, s.Version.Province, s.Version.ID, text)
	if err == nil && do != "save" {
		p.T.Revision = v.Revision
		err = d.Disclosure.Submit(ctx, v.Province, v.ID)
	}
	if k := fault.KindOf(err); err != nil && (k == fault.Invalid || k == fault.Conflict) {
		if p.Bad = ui.ErrorsOf(err); len(p.Bad) == 0 {
			p.Message = sentence(ctx, err)
		}
		return d.showShort(w, r, k.Status(), s, p)
	}
	if err != nil {
		return err
	}
	if do == "save" {
		return web.See(w, r, "/desk/items?did=saved")
	}
	return web.See(w, r, versionPath(v.Province, v.ID, "?did=submitted"))
}
