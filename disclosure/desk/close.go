package desk

import (
	"net/http"

	"yangguang/disclosure"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// closePage asks before earlier texts are closed: which, why, and that nothing
// brings them back.
type closePage struct {
	Bad     ui.Errors
	Message string
	Reason  ui.Input
	Check   ui.Check
}

func (d *Desk) closeForm(w http.ResponseWriter, r *http.Request) error {
	return d.showClose(w, r, http.StatusOK, closePage{})
}

func (d *Desk) showClose(w http.ResponseWriter, r *http.Request, status int, p closePage) error {
	ctx := r.Context()
	s, _, err := d.openItem(r)
	if err != nil {
		return err
	}
	it := s.Item
	if a := account.From(ctx); !a.May(disclosure.TakingDown, account.Target{Agency: s.Unit.ID, Division: int64(s.Unit.Division)}) {
		return fault.Say(fault.Forbidden, "disclosure.no_grant_takedown")
	}
	var all []past
	if err := d.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
		all, err = pastOf(tx, it.Province, it.ID)
		return err
	}); err != nil {
		return err
	}
	back := web.URL(ctx, pathOf("published", it.Province, it.ID, ""))
	p.Check = ui.Check{Action: back + "/close-earlier", Send: i18n.T(ctx, "desk.close_do"), Danger: true, Back: back,
		Pairs: []ui.Pair{{Term: i18n.T(ctx, "desk.index"), Text: it.Number}, {Term: i18n.T(ctx, "desk.unit"), Text: s.Unit.Name}}}
	n := 0
	for _, v := range all {
		if v.State == disclosure.Superseded && v.Closed == "" {
			n++
			p.Check.Pairs = append(p.Check.Pairs, ui.Pair{Term: i18n.T(ctx, "desk.version_n", v.Number), Text: i18n.T(ctx, "desk.close_text", v.Title, i18n.Time(ctx, v.PublishedAt))})
		}
	}
	if n == 0 && p.Message == "" {
		p.Message = i18n.T(ctx, "disclosure.nothing_to_close")
	}
	if n == 0 { // closed meanwhile by a colleague, or never corrected
		p.Check.Send = ""
	}
	p.Reason = ui.Input{Name: "close_reason", Label: i18n.T(ctx, "desk.public_reason"), Help: i18n.T(ctx, "desk.close_help"), Value: r.PostForm.Get("close_reason"), Rows: 3,
		MaxLen: disclosure.MaxSummary, Error: p.Bad.Of(ctx, "close_reason")}
	f := d.frame(r, i18n.T(ctx, "desk.close_earlier"), ui.Link{Text: it.Title, Href: back}, ui.Link{Text: i18n.T(ctx, "desk.close_earlier")})
	f.Side, f.Lead, f.Narrow = nil, it.Title, true
	return d.show(w, r, status, f, closeView(p))
}

// closeEarlier closes what was readable before a correction.
func (d *Desk) closeEarlier(w http.ResponseWriter, r *http.Request) error {
	province, id, err := target(r, "item")
	if err != nil {
		return err
	}
	err = d.Disclosure.CloseEarlier(r.Context(), province, id, r.PostForm.Get("close_reason"))
	if k := fault.KindOf(err); err != nil && (k == fault.Invalid || k == fault.Conflict) {
		p := closePage{Bad: ui.ErrorsOf(err)}
		if len(p.Bad) == 0 {
			p.Message = sentence(r.Context(), err)
		}
		return d.showClose(w, r, k.Status(), p)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, pathOf("published", province, id, "?did=closed"))
}
