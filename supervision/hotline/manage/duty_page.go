package manage

import (
	"context"
	"net/http"
	"slices"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/hotline"
)

// dutyPage is where somebody who answers says how his seat stands.
type dutyPage struct {
	Refused string
	Warn    string // of his qualification
	Record  ui.Link
	Facts   []ui.Pair
	Acts    []dutyAct
	Call    []ui.Pair // of the call there is
	File    string    // where its matter is written down
}

// dutyAct is a button.
type dutyAct struct{ Do, Text, Kind string }

// dutyActs are what can be done in each state of a seat; a call in hand ends at
// the telephone.
var dutyActs = map[string][]string{
	hotline.Off: {"sign_on"}, hotline.Away: {"ready", "sign_off"}, hotline.Ready: {"away_break", "away_meal", "away_training", "sign_off"},
	hotline.WrapUp: {"ready", "longer", "away_break"},
}

func (p *Pages) duty(w http.ResponseWriter, r *http.Request) error {
	return p.showDuty(w, r, http.StatusOK, "")
}

func (p *Pages) showDuty(w http.ResponseWriter, r *http.Request, status int, refused string) error {
	ctx, a := r.Context(), account.From(r.Context())
	f := p.frame(r, word(ctx, "duty"))
	f.Lead = word(ctx, "duty_lead")
	v := dutyPage{Refused: refused, File: href(ctx, "/desk/matters/new")}
	s, err := p.Hotline.SeatOf(ctx, a.Person)
	if fault.Is(err, fault.NotFound) {
		return web.Render(w, r, status, dutyView(f, v))
	}
	if err != nil {
		return err
	}
	q, err := p.Hotline.QualifiedAt(ctx, s)
	if err != nil {
		return err
	}
	v.Warn, v.Record = qualification(ctx, q, today(p.now())), ui.Link{Text: word(ctx, "qualification_see"), Href: href(ctx, root, "/training/mine")}
	v.Facts = []ui.Pair{{Term: word(ctx, "f_label"), Text: s.Label}, {Term: word(ctx, "f_state"), Text: word(ctx, "seat_"+s.State)}, {Term: word(ctx, "duty_since"), Text: moment(ctx, s.Since)}}
	if s.State == hotline.WrapUp {
		v.Facts = append(v.Facts, ui.Pair{Term: word(ctx, "duty_until"), Text: moment(ctx, s.WrapUntil)})
	}
	for i, do := range dutyActs[s.State] {
		kind := "secondary"
		if i == 0 && s.State != hotline.Ready {
			kind = ""
		}
		v.Acts = append(v.Acts, dutyAct{do, word(ctx, "do_"+do), kind})
	}
	if v.Call, err = p.callOf(ctx, r, s.Ref()); err != nil {
		return err
	}
	return web.Render(w, r, status, dutyView(f, v))
}

// endingSoon is how many days before its end a qualification is brought to mind.
const endingSoon = 30

// qualification says what is wrong with somebody's qualification, "" when nothing is.
func qualification(ctx context.Context, q hotline.Qualified, day clock.Date) string {
	switch {
	case q.Refused():
		return word(ctx, "not_qualified")
	case !q.OK:
		return word(ctx, "not_qualified_warn")
	case !q.Until.IsZero() && q.Until.Sub(day) <= endingSoon:
		return word(ctx, "qualified_until", i18n.Date(ctx, q.Until))
	}
	return ""
}

// callOf is what a seat may know of the call it has.
func (p *Pages) callOf(ctx context.Context, r *http.Request, seat hotline.Ref) ([]ui.Pair, error) {
	c, err := p.Hotline.CallAt(ctx, seat)
	if err != nil || c == nil {
		return nil, err
	}
	line, err := p.Hotline.Line(ctx, hotline.Ref{Province: c.Province, ID: c.Line})
	if err != nil {
		return nil, err
	}
	return []ui.Pair{{Term: word(ctx, "f_line"), Text: line.Name}, {Term: word(ctx, "f_caller"), Text: p.caller(r, c.Sealed, p.Hotline.Masked(c))}, {Term: word(ctx, "duty_since"), Text: moment(ctx, c.ArrivedAt)}}, nil
}

// longer is how much a write-up is put off at once.
const longer = 5 * time.Minute

func (p *Pages) dutyDo(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), account.From(r.Context())
	s, err := p.Hotline.SeatOf(ctx, a.Person)
	if err != nil {
		return err
	}
	do := r.PostFormValue("do")
	if !slices.Contains(dutyActs[s.State], do) {
		return p.showDuty(w, r, http.StatusConflict, word(ctx, "seat_state"))
	}
	switch do {
	case "sign_on":
		_, err = p.Hotline.SignOn(ctx, a.Person, "phone")
	case "sign_off":
		err = p.Hotline.SignOff(ctx, s.Ref())
	case "ready":
		err = p.Hotline.Ready(ctx, s.Ref())
	case "longer":
		err = p.Hotline.WrapUp(ctx, s.Ref(), p.now().Add(longer))
	default:
		err = p.Hotline.Away(ctx, s.Ref(), do[len("away_"):])
	}
	if fault.Is(err, fault.Invalid) {
		return p.showDuty(w, r, http.StatusUnprocessableEntity, word(ctx, "duty_no_phone"))
	}
	if fault.Is(err, fault.Conflict) {
		said := word(ctx, "seat_state")
		if key, _, _ := fault.Sentence(err); key == "hotline.not_qualified" {
			said = word(ctx, "not_qualified")
		}
		return p.showDuty(w, r, http.StatusConflict, said)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, href(ctx, root), http.StatusSeeOther)
	return nil
}
