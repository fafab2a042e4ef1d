package casedesk

import (
	"net/http"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
)

// releasedPage is what the unit complained of sees: texts the persons let it
// have, and what it said to them.
type releasedPage struct {
	Errors ui.Errors
	Units  ui.Input
	Filter ui.Filter
	Texts  []releasedText
}

type releasedText struct {
	Title, When string
	Text        []string
	Answers     []string
	Action      string
	Field       ui.Input
}

func (d *Desk) released(w http.ResponseWriter, r *http.Request) error {
	return d.showReleased(w, r, http.StatusOK, 0, nil)
}

// showReleased lists the texts; bad belongs to the statement about one of them.
func (d *Desk) showReleased(w http.ResponseWriter, r *http.Request, status int, of int64, bad ui.Errors) error {
	ctx := r.Context()
	p := releasedPage{Errors: bad, Filter: ui.Filter{Action: web.URL(ctx, root+"/released")}}
	var us []agency.Agency
	if err := d.Cases.DB.Read(ctx, func(tx *db.Tx) (err error) {
		us, err = unitsFor(tx, account.From(ctx), casework.Handling, casework.Reviewing)
		return err
	}); err != nil {
		return err
	}
	if len(us) == 0 {
		return fault.Say(fault.Forbidden, "fault.forbidden")
	}
	unit := us[0].ID
	for _, u := range us {
		if num(u.ID) == r.FormValue("unit") {
			unit = u.ID
		}
	}
	p.Units = ui.Input{Name: "unit", Label: t(ctx, "unit"), Value: num(unit), Options: unitOptions(us), Free: true}
	seen, err := d.Cases.Released(ctx, unit)
	if err != nil {
		return err
	}
	for _, x := range seen {
		m := casework.Matter{Province: x.Province, ID: x.ID, Type: x.Type}
		row := releasedText{Title: d.typeName(ctx, &m), When: t(ctx, "released_on", i18n.Time(ctx, clock.FromMillis(x.Released))), Text: paragraphs(x.Text), Answers: x.Answers,
			Action: web.URL(ctx, pathOf(&m, "/statement")), Field: ui.Input{Name: "statement", Label: t(ctx, "f_statement"), Rows: 4, MaxLen: 2000}}
		if name := d.topicName(ctx, x.Topic); name != "" {
			row.Title += " · " + name
		}
		if x.ID == of {
			row.Field.Value, row.Field.Error = r.PostFormValue("statement"), bad.Of(ctx, "statement")
		}
		p.Texts = append(p.Texts, row)
	}
	f := d.frame(r, t(ctx, "released"), ui.Link{Text: t(ctx, "released")})
	f.Lead, f.Narrow = t(ctx, "released_lead"), true
	return web.Render(w, r, status, releasedView(f, p))
}

// state is the word of the unit complained of.
func (d *Desk) state(w http.ResponseWriter, r *http.Request) error {
	province, id, err := numbers(r)
	if err != nil {
		return err
	}
	err = d.Cases.State(r.Context(), province, id, r.PostFormValue("statement"))
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return d.showReleased(w, r, http.StatusUnprocessableEntity, id, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, root+"/released")
}
