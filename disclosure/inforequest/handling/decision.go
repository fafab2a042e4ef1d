package handling

import (
	"context"
	"net/http"
	"slices"

	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/letter"
	"yangguang/internal/fault"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// decisionPage is the draft of a decision: first which, then what its letter says.
type decisionPage struct {
	Errors  ui.Errors
	Groups  []decisionGroup
	Chosen  *chosen
	Asked   string
	Detail  []string
	Clock   []ui.Pair
	Files   ui.Grid
	Action  string
	Submit  string
	Preview string
	Saved   string
	Back    string
	Attach  string
	Redact  string
}

type decisionGroup struct {
	Title   string
	Entries []ui.Entry
}

type chosen struct {
	Decision, Variant string
	Title, Law        string
	Remedy            string
	Fields            []field
	Other             string // choose another
	Variants          []ui.Link
}

// standing are the values a letter has without anybody typing them.
var standing = []string{"applicant", "number", "received_on", "received_by", "asked", "agency", "agency_address", "agency_phone", "handler_phone", "letter_number", "date", "grounds", "decision",
	"reassess_on", "review_body", "review_online", "court", "review_days", "lawsuit_months", "follow_up", "due_on", "reply_to", "supplement_to", "pay_how", "you"}

func (d *Desk) decision(w http.ResponseWriter, r *http.Request) error {
	return d.showDecision(w, r, http.StatusOK, nil)
}

func (d *Desk) showDecision(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	province, id, err := numbers(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	c, err := d.Requests.Open(ctx, province, id)
	if err != nil {
		return err
	}
	if !c.May("save") {
		return fault.Say(fault.Conflict, "flow.not_now")
	}
	here := func(rest string) string { return web.URL(ctx, pathOf(province, id, rest)) }
	p := decisionPage{Errors: bad, Asked: c.Asked.Subject, Detail: paragraphs(c.Asked.Detail), Clock: d.clockFacts(ctx, c), Action: here("/decision"), Submit: here("/submit"), Back: here(""),
		Attach: here("/attach")}
	if len(sources(c)) > 0 {
		p.Redact = here("/redact")
	}
	tables := casePage{}
	d.tables(ctx, c, &tables)
	p.Files = tables.Files
	id0, variant := r.FormValue("decision"), r.FormValue("variant")
	if id0 == "" && c.Draft != nil && c.Draft.State != "approved" && r.URL.Query().Get("other") == "" {
		id0, variant = c.Draft.Decision, c.Draft.Variant
	}
	if p.Chosen, err = d.chosen(r, c, id0, variant, bad); err != nil {
		return err
	}
	if p.Chosen == nil {
		p.Groups = d.decisionGroups(ctx, here("/decision"))
	} else if c.Draft != nil && c.Draft.State != "approved" {
		p.Preview, p.Saved = here("/letters/0/pdf"), t(ctx, "draft_saved")
	}
	f := d.frame(r, t(ctx, "do_decision"), ui.Link{Text: c.Number, Href: p.Back}, ui.Link{Text: t(ctx, "do_decision")})
	f.Lead = t(ctx, "do_decision_lead")
	return web.Render(w, r, status, decisionView(f, p))
}

// decisionGroups lists what may be decided, with the article of each.
func (d *Desk) decisionGroups(ctx context.Context, base string) (out []decisionGroup) {
	q := &d.Requests.Norm.Requests
	for _, g := range q.Groups {
		group := decisionGroup{Title: g.Title.In(ctx)}
		for i := range q.Decisions {
			x := &q.Decisions[i]
			if x.Group != g.ID || x.ID == "closed_unclarified" || x.ID == "closed_unpaid" {
				continue
			}
			group.Entries = append(group.Entries, ui.Entry{Title: x.Title.In(ctx), Href: base + "?decision=" + x.ID, Meta: d.Requests.Norm.Cite(q.Basis(x)).In(ctx)})
		}
		out = append(out, group)
	}
	return out
}

// chosen asks what the letter of a decision needs.
func (d *Desk) chosen(r *http.Request, c *inforequest.Case, id, variant string, bad ui.Errors) (*chosen, error) {
	ctx := r.Context()
	q := &d.Requests.Norm.Requests
	x := q.Decision(id)
	if x == nil {
		return nil, nil
	}
	kind, err := letter.ForDecision(id, variant)
	if err != nil {
		return nil, err
	}
	out := &chosen{Decision: id, Variant: variant, Title: x.Title.In(ctx), Law: d.Requests.Norm.Cite(q.Basis(x)).In(ctx), Other: web.URL(ctx, pathOf(c.Province, c.ID, "/decision")) + "?other=1"}
	out.Remedy = t(ctx, "remedy_either")
	if x.Remedy != "" {
		out.Remedy = t(ctx, "remedy_is_"+x.Remedy)
	}
	for _, v := range letter.Variants(id) {
		if len(letter.Variants(id)) > 1 {
			out.Variants = append(out.Variants, ui.Link{Text: t(ctx, "variant_"+id+"_"+v), Href: web.URL(ctx, pathOf(c.Province, c.ID, "/decision")) + "?decision=" + id + "&variant=" + v, Current: v == variant})
		}
	}
	must, may := letter.Needs(kind, letter.WayOf(x, letter.Channel(c.Delivery), c.Applicant != "natural"))
	ask := func(ids []string, free bool) {
		for _, pid := range ids {
			if slices.Contains(standing, pid) || pid == "means" {
				continue
			}
			out.Fields = append(out.Fields, d.valueField(r, c, pid, free, bad))
		}
	}
	ask(must, false)
	ask(may, true)
	reviewed := field{kind: "area", Input: ui.Input{Name: "reviewed", Label: t(ctx, "f_reviewed"), Help: t(ctx, "f_reviewed_help"), Rows: 3, MaxLen: 1000, Error: bad.Of(ctx, "reviewed"), Value: r.PostFormValue("reviewed")}}
	if r.Method != http.MethodPost && c.Draft != nil {
		reviewed.Value = c.Draft.Reviewed
	}
	out.Fields = append(out.Fields, reviewed)
	return out, nil
}

// valueField asks for one value of a letter.
func (d *Desk) valueField(r *http.Request, c *inforequest.Case, id string, free bool, bad ui.Errors) field {
	ctx := r.Context()
	f := field{kind: "text", Input: ui.Input{Name: id, Optional: free, Error: bad.Of(ctx, id), Value: r.PostFormValue(id), MaxLen: 200}}
	for _, p := range letter.Placeholders() {
		if p.ID == id {
			f.Label = p.Title.In(ctx)
			if p.Long {
				f.kind, f.Rows, f.MaxLen = "area", 4, inforequest.MaxDetail
			}
		}
	}
	if r.Method != http.MethodPost && c.Draft != nil {
		f.Value = c.Draft.Values[id]
	}
	if id == "attachments" && f.Value == "" && r.Method != http.MethodPost {
		for _, x := range c.Files {
			if x.Purpose == inforequest.Release {
				f.Value += x.Name + "\n"
			}
		}
	}
	return f
}

// draft reads what was typed.
func (d *Desk) draft(r *http.Request) inforequest.Draft {
	in := input{r}
	out := inforequest.Draft{Decision: in.text("decision"), Variant: in.text("variant"), Reviewed: in.text("reviewed"), Values: letter.Values{}}
	for _, p := range letter.Placeholders() {
		if v := in.text(p.ID); v != "" && p.ID != "decision" && !slices.Contains(standing, p.ID) {
			out.Values[p.ID] = v
		}
	}
	return out
}

func (d *Desk) save(w http.ResponseWriter, r *http.Request) error {
	return d.keep(w, r, d.Requests.Save, "/decision")
}

func (d *Desk) submit(w http.ResponseWriter, r *http.Request) error {
	return d.keep(w, r, d.Requests.Submit, "")
}

func (d *Desk) keep(w http.ResponseWriter, r *http.Request, do func(context.Context, int, int64, inforequest.Draft) error, next string) error {
	province, id, err := numbers(r)
	if err != nil {
		return err
	}
	err = do(r.Context(), province, id, d.draft(r))
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return d.showDecision(w, r, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, pathOf(province, id, next))
}

// draftPairs are what whoever approves reads beside the letter.
func (d *Desk) draftPairs(ctx context.Context, c *inforequest.Case) ([]ui.Pair, error) {
	if c.Draft == nil {
		return nil, fault.Say(fault.Conflict, "flow.not_now")
	}
	out := []ui.Pair{{Term: t(ctx, "decision"), Text: d.decisionTitle(ctx, c.Draft.Decision)}, {Term: t(ctx, "author"), Text: c.People[c.Draft.Author]}, {Term: t(ctx, "f_reviewed"), Text: c.Draft.Reviewed}}
	for _, p := range letter.Placeholders() {
		if v := c.Draft.Values[p.ID]; v != "" {
			out = append(out, ui.Pair{Term: p.Title.In(ctx), Text: v})
		}
	}
	return out, nil
}

// officePage is what an agency writes in every letter.
type officePage struct {
	Errors ui.Errors
	Units  ui.Input
	Fields []field
	Own    bool
	Action string
}

func (d *Desk) officeForm(w http.ResponseWriter, r *http.Request) error {
	return d.showOffice(w, r, http.StatusOK, nil)
}
