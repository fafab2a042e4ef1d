package desk

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"yangguang/disclosure"
	"yangguang/disclosure/form"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/ui"
	"yangguang/norm"
)

// typed is a draft as it stands on the page: what was saved, or what was
// posted and could not be taken. Dates are text, so that nothing typed is lost.
type typed struct {
	Revision                                      int
	Title, Summary, Body, Openness, Ground        string
	FormedOn, EndsOn, DocNumber, Keywords, Period string
	Explains                                      string // index number of the document explained
	Reason                                        string
	Form                                          string
	Data                                          form.Data
}

// typedOf is a saved version as its page shows it.
func (d *Desk) typedOf(ctx context.Context, s *disclosure.Sheet) (typed, error) {
	v := s.Version
	t := typed{Revision: v.Revision, Title: v.Title, Summary: v.Summary, Body: typeable(v), Openness: v.Openness, Ground: v.OpennessGround,
		FormedOn: v.FormedOn.String(), EndsOn: v.EndsOn.String(), DocNumber: v.DocNumber, Keywords: v.Keywords, Period: s.Item.Period,
		Reason: v.Reason, Form: v.Form, Data: dataOf(v)}
	if v.FormedOn.IsZero() {
		t.FormedOn = ""
	}
	if v.EndsOn.IsZero() {
		t.EndsOn = ""
	}
	if v.Explains == 0 {
		return t, nil
	}
	err := d.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
		t.Explains, err = numberOf(tx, v.Province, v.Explains)
		return err
	})
	return t, err
}

// typeable is a body as people type it: paragraphs are lines. What has headings
// or tables stays HTML, since lines would lose them.
func typeable(v *disclosure.Version) string {
	plain := strings.NewReplacer("<p>", "", "</p>", "").Replace(v.Body)
	if strings.ContainsRune(plain, '<') || strings.ContainsRune(v.BodyText, '<') {
		return v.Body
	}
	return v.BodyText
}

// dataOf is what was filled into a version's form; nothing when there is none.
func dataOf(v *disclosure.Version) form.Data {
	if v.Form == "" || v.Data == "" {
		return form.Data{}
	}
	data, err := form.Decode([]byte(v.Data))
	if err != nil {
		return form.Data{} // an empty form is offered again; Save wrote what it could encode
	}
	return data
}

// read takes what was posted, with what cannot be understood beside its field.
func (d *Desk) read(r *http.Request, s *disclosure.Sheet) (t typed, text disclosure.Text, bad ui.Errors, err error) {
	p := r.PostForm
	t = typed{Title: p.Get("title"), Summary: p.Get("summary"), Body: p.Get("body"), Openness: p.Get("openness"), Ground: p.Get("openness_ground"),
		FormedOn: ui.JoinDate(p.Get, "formed_on"), EndsOn: ui.JoinDate(p.Get, "ends_on"), DocNumber: p.Get("doc_number"), Keywords: p.Get("keywords"),
		Period: p.Get("period"), Explains: strings.TrimSpace(p.Get("explains")), Reason: p.Get("reason"), Form: d.formOf(s, p)}
	t.Revision, _ = strconv.Atoi(p.Get("version"))
	if f := d.Disclosure.Norm.Form(t.Form); f != nil {
		t.Data = form.Parse(*f, p)
	}
	text = disclosure.Text{Revision: t.Revision, Title: t.Title, Summary: t.Summary, Form: t.Form, Data: t.Data, Body: t.Body, Openness: t.Openness,
		OpennessGround: t.Ground, DocNumber: t.DocNumber, Keywords: t.Keywords, Period: s.Item.Period, Reason: t.Reason}
	say := func(name, key string) { bad = append(bad, fault.Field{Name: name, Key: key}) }
	if text.FormedOn, err = date(t.FormedOn); err != nil {
		say("formed_on", "desk.bad_date")
	}
	if text.EndsOn, err = date(t.EndsOn); err != nil {
		say("ends_on", "desk.bad_date")
	}
	if text.Openness != "proactive" && text.Openness != "" && strings.TrimSpace(t.Ground) == "" {
		say("openness_ground", "desk.need_ground") // never silently published instead
	}
	if c := s.Category; c != nil && c.Periodic() && t.Period != "" {
		if _, ok := d.Disclosure.Catalogue.Window(c.ID, t.Period, d.today()); ok {
			text.Period = t.Period
		} else {
			say("period", "disclosure.need_period")
		}
	}
	if t.Explains != "" {
		err = d.Disclosure.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
			text.Explains, err = itemNumbered(tx, s.Item.Province, t.Explains)
			return err
		})
		if fault.Is(err, fault.NotFound) {
			say("explains", "desk.no_such_number")
			err = nil
		}
		return t, text, bad, err
	}
	return t, text, bad, nil
}

func date(s string) (clock.Date, error) {
	if s == "" {
		return clock.Date{}, nil
	}
	return clock.ParseDate(s)
}

// formOf is the form the author chose among those of the category.
func (d *Desk) formOf(s *disclosure.Sheet, p url.Values) string {
	if s.Category == nil {
		return s.Version.Form
	}
	ids := s.Category.FormIDs()
	if chosen, ok := p["form"]; ok && len(chosen) > 0 {
		for _, id := range ids {
			if id == chosen[0] {
				return id
			}
		}
	}
	return ids[0]
}

// normForm is the version's form, nil for rich text.
func (d *Desk) normForm(id string) *norm.Form { return d.Disclosure.Norm.Form(id) }
