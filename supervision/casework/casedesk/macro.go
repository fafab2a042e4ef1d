package casedesk

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"yangguang/agency"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
)

// Macro is what using a canned text does besides (常用处理).
type Macro struct {
	Topic    string // the topic the matter is given
	Note     string // a remark of the office's own
	Accept   bool   // the text is told to the person
	Dispatch bool   // or goes with the matter; without either it becomes the draft of a reply
	Lead     int64  // the unit it is passed on to; 0: the one the dispatch catalogue names
	Version  string // changes with what it does
}

// allowed answers whether its first steps may be taken now; the use case asks
// for each again.
func (m *Macro) allowed(k *casework.Case) bool {
	verb := "save"
	switch {
	case m.Accept:
		verb = "accept"
	case m.Dispatch:
		verb = "dispatch"
	}
	return k.May(verb) && (m.Topic == "" || m.Topic == k.Topic || k.May("reclassify"))
}

// macros are those a person may carry out on a matter now.
func (d *Desk) macros(ctx context.Context, k *casework.Case) ([]Canned, error) {
	if d.Canned == nil || len(k.Verbs) == 0 {
		return nil, nil
	}
	all, err := d.Canned(ctx, k)
	return slices.DeleteFunc(all, func(c Canned) bool { return c.Macro == nil || !c.Macro.allowed(k) }), err
}

func (d *Desk) macroOf(r *http.Request, k *casework.Case) (*Canned, error) {
	all, err := d.macros(r.Context(), k)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if c.ID == r.PathValue("macro") {
			return &c, nil
		}
	}
	return nil, fault.Say(fault.Conflict, "flow.not_now")
}

// macroPage is what a macro would do, before it does.
type macroPage struct {
	Subject string
	Steps   []ui.Pair
	Refused string
	Seen    string // what was looked at; "" where it cannot be carried out
	Back    string
}

func (d *Desk) macro(w http.ResponseWriter, r *http.Request) error {
	k, err := d.caseOf(r)
	if err != nil {
		return err
	}
	return d.showMacro(w, r, k, http.StatusOK, "")
}

func (d *Desk) showMacro(w http.ResponseWriter, r *http.Request, k *casework.Case, status int, refused string) error {
	ctx := r.Context()
	c, err := d.macroOf(r, k)
	if err != nil {
		return err
	}
	p := macroPage{Subject: k.Told.Subject, Refused: refused, Back: web.URL(ctx, pathOf(&k.Matter, ""))}
	x, err := d.prepared(ctx, k, c)
	if fault.Is(err, fault.Conflict) {
		p.Refused = refusal(ctx, err)
	} else if err != nil {
		return err
	} else {
		p.Seen = seenOf(k, c, x)
	}
	if p.Steps, err = d.macroSteps(ctx, x); err != nil {
		return err
	}
	f := d.frame(r, c.Name, ui.Link{Text: k.Number, Href: p.Back}, ui.Link{Text: c.Name})
	f.Lead, f.Narrow = t(ctx, "macro_lead"), true
	return web.Render(w, r, status, macroView(f, p))
}

// prepared is a macro made ready for a matter.
func (d *Desk) prepared(ctx context.Context, k *casework.Case, c *Canned) (x casework.Macro, err error) {
	m := c.Macro
	x = casework.Macro{Note: m.Note, Accept: m.Accept}
	if m.Topic != k.Topic {
		x.Topic, x.Why = m.Topic, t(ctx, "macro_why")
	}
	switch {
	case m.Accept:
		x.Told = c.Text
	case m.Dispatch:
		x.SendWith = c.Text
	default:
		r := draftOf(k)
		x.Reply = &casework.Reply{Result: r.Result, PromiseOn: r.PromiseOn, Quotes: r.Quotes, Text: strings.TrimSpace(r.Text + "\n\n" + c.Text)}
	}
	if m.Dispatch {
		err = d.aim(ctx, k, m, &x)
	}
	return x, err
}

// aim finds the unit a matter goes to, under the topic it will have.
func (d *Desk) aim(ctx context.Context, k *casework.Case, m *Macro, x *casework.Macro) error {
	if x.Lead = m.Lead; x.Lead != 0 {
		return nil
	}
	as := k.Matter
	if m.Topic != "" {
		as.Topic = m.Topic
	}
	route, err := d.Cases.Suggested(ctx, &as, k.HolderRegion)
	if err != nil {
		return err
	}
	if route == nil {
		return fault.Say(fault.Conflict, "casedesk.no_route")
	}
	x.Lead, x.Co = route.Unit, route.Co
	if x.SendWith == "" {
		x.SendWith = route.Note
	}
	return nil
}

// macroSteps says what will be done, in its order.
func (d *Desk) macroSteps(ctx context.Context, x casework.Macro) (out []ui.Pair, err error) {
	add := func(when bool, key, text string) {
		if when {
			out = append(out, ui.Pair{Term: t(ctx, key), Text: text})
		}
	}
	add(x.Topic != "", "macro_topic", d.topicName(ctx, x.Topic))
	add(x.Note != "", "macro_note", x.Note)
	add(x.Accept, "macro_accept", x.Told)
	if x.Lead != 0 {
		var names []string
		err = d.Cases.DB.Read(ctx, func(tx *db.Tx) error {
			for _, id := range append([]int64{x.Lead}, x.Co...) {
				u, err := agency.Find(tx, id)
				if err != nil {
					return err
				}
				names = append(names, u.Name)
			}
			return nil
		})
		add(true, "macro_dispatch", strings.Join(names, t(ctx, "and")))
		add(x.SendWith != "", "macro_with", x.SendWith)
	}
	if x.Reply != nil {
		add(true, "macro_reply", x.Reply.Text)
	}
	return out, err
}

// seenOf names what a person looked at before he said yes.
func seenOf(k *casework.Case, c *Canned, x casework.Macro) string {
	return strings.Join([]string{c.Macro.Version, k.State, k.Topic, baseOf(k), num(x.Lead)}, "|")
}

func (d *Desk) carryOut(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	k, err := d.caseOf(r)
	if err != nil {
		return err
	}
	c, err := d.macroOf(r, k)
	if err != nil {
		return err
	}
	x, err := d.prepared(ctx, k, c)
	if err == nil && seenOf(k, c, x) != r.PostFormValue("seen") {
		err = fault.Say(fault.Conflict, "casedesk.macro_changed")
	}
	if err == nil {
		err = d.Cases.CarryOut(ctx, k.Province, k.ID, x)
	}
	switch kind := fault.KindOf(err); {
	case err == nil:
		return d.afterAct(w, r, k)
	case kind == fault.Conflict || kind == fault.Invalid || kind == fault.Forbidden:
		return d.showMacro(w, r, k, kind.Status(), refusal(ctx, err))
	}
	return err
}
