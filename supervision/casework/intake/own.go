package intake

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"yangguang/internal/flow"
	"yangguang/internal/i18n"
	"yangguang/internal/secret"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
)

// ratePart asks whether the matter is solved.
type ratePart struct {
	Contacted, Solved, Satisfied, Discontent, Note ui.Input
	Again                                          bool // unsolved, it is taken up again
}

// releasePart is the text the unit complained of may see, for the person to decide on.
type releasePart struct {
	State string
	Unit  string
	Text  ui.Input
}

// remedyPart asks the unit above for a review.
type remedyPart struct {
	Stage, Until, Token string
	Reasons             ui.Input
}

// asks fills in what the person may do now, with what he typed.
func (i *Intake) asks(ctx context.Context, p *casePage, c *casework.Case, r *http.Request) {
	in := func(name, label string, most int) ui.Input {
		return ui.Input{Name: name, Label: t(ctx, label), Value: r.PostFormValue(name), Error: p.Errors.Of(ctx, name), MaxLen: most}
	}
	p.Text = in("text", "add_label", casework.MaxText)
	p.Text.Rows = 5
	p.AddFile = fileInput(ctx, p.Errors)
	switch c.State {
	case casework.Supplementing:
		p.Text.Label = t(ctx, "supplement_label")
		for _, e := range slices.Backward(c.Entries) {
			if e.Kind == "ask" {
				p.Asked, p.AskedBy = e.Note, t(ctx, "supplement_by", i18n.DateWeekday(ctx, last(c.StepDue)))
				break
			}
		}
	default:
		p.Adding = c.Open() || c.State == casework.Merged
	}
	if c.State == casework.Callback || c.State == casework.Closed && (c.Rated == "" || c.Rated == "unreached") && c.Refusal == "" && c.Result != "withdrawn" && !c.DeliveredAt.IsZero() {
		p.Rate = i.rating(ctx, c, in)
	}
	if x := c.Release; x != nil && (x.State == "proposed" || x.State == "released") {
		p.Release = &releasePart{State: x.State, Unit: c.AboutIt.Name, Text: in("release", "release_label", casework.MaxText)}
		if p.Release.Text.Value == "" {
			p.Release.Text.Value = x.Text
		}
		p.Release.Text.Help = t(ctx, "release_help")
	}
	switch {
	case c.Remedy != "":
		p.Remedy = &remedyPart{Stage: i18n.T(ctx, "casework.stage_"+c.Remedy), Until: i18n.DateWeekday(ctx, c.Until), Reasons: in("reasons", "remedy_label", casework.MaxText)}
		if p.Remedy.Token = r.PostFormValue("token"); !tokenFits(p.Remedy.Token) {
			p.Remedy.Token, _ = secret.NewToken()
		}
	case c.State == casework.Closed && c.Refusal == "" && c.Result != "withdrawn" && len(i.Cases.Kind(&c.Matter).Remedies) == 0:
		p.NoRemedy = t(ctx, "remedy_none")
	}
}

func (i *Intake) rating(ctx context.Context, c *casework.Case, in func(name, label string, most int) ui.Input) *ratePart {
	of := func(name string, values ...string) ui.Input {
		x := in(name, name, 0)
		for _, v := range values {
			x.Options = append(x.Options, ui.Option{Value: v, Text: t(ctx, name+"_"+v)})
		}
		return x
	}
	p := &ratePart{Contacted: of("contacted", "yes", "no"), Solved: of("solved", "yes", "partly", "no"), Satisfied: of("satisfied", "yes", "fair", "no"), Discontent: in("discontent", "discontent", 0),
		Note: in("note", "rate_note", 2000), Again: c.Reopened == 0 && !c.AcceptedAt.IsZero() && c.Result != "referred"}
	p.Contacted.Optional, p.Note.Optional, p.Note.Rows = true, true, 3
	p.Discontent.Optional, p.Discontent.Help = true, t(ctx, "discontent_help")
	p.Discontent.Options = []ui.Option{{Value: "", Text: t(ctx, "discontent_choose")}}
	for _, x := range i.norm().Discontents {
		p.Discontent.Options = append(p.Discontent.Options, ui.Option{Value: x.ID, Text: x.Title.In(ctx)})
	}
	return p
}

func done(r *http.Request, err error, key string) string {
	if err != nil {
		return ""
	}
	return t(r.Context(), key)
}

func (i *Intake) supplement(rw http.ResponseWriter, r *http.Request) error {
	return i.more(rw, r, i.Cases.Supplement, "supplement_done")
}

func (i *Intake) add(rw http.ResponseWriter, r *http.Request) error {
	return i.more(rw, r, i.Cases.Add, "add_done")
}

// more is what the person sends after the filing.
func (i *Intake) more(rw http.ResponseWriter, r *http.Request, f func(ctx context.Context, number, code, text string, files []casework.FiledFile) error, said string) error {
	k := keyOf(r)
	files, err := filesOf(r, "file")
	if err != nil {
		return err
	}
	err = f(r.Context(), k.Number, k.Code, r.PostFormValue("text"), files)
	if err == nil {
		r.PostForm.Del("text")
		r.Form.Del("text")
	}
	return i.after(rw, r, err, done(r, err, said))
}

// withdraw asks once more before it ends the matter.
func (i *Intake) withdraw(rw http.ResponseWriter, r *http.Request) error {
	ctx, k := r.Context(), keyOf(r)
	if r.PostForm.Get("sure") == "yes" {
		err := i.Cases.Withdraw(ctx, k.Number, k.Code)
		return i.after(rw, r, err, done(r, err, "withdraw_done"))
	}
	c, err := i.Cases.Follow(ctx, k.Number, k.Code)
	if err != nil {
		return i.after(rw, r, err, "")
	}
	f := i.page(r, t(ctx, "withdraw_sure"))
	f.Lead = t(ctx, "withdraw_lead")
	private(rw, &f)
	at(ctx, &f, statusPath+"?number="+c.Number)
	return web.Render(rw, r, http.StatusOK, sureView(f, k, []ui.Pair{{Term: t(ctx, "number"), Text: c.Number}, {Term: t(ctx, "unit"), Text: c.Unit.Name}, {Term: t(ctx, "f_text"), Of: lines(c.Told.Text)}}))
}

func (i *Intake) rate(rw http.ResponseWriter, r *http.Request) error {
	k, get := keyOf(r), r.PostForm.Get
	err := i.Cases.Rate(r.Context(), k.Number, k.Code, casework.Rating{Channel: "web", Contacted: get("contacted"), Solved: get("solved"), Satisfied: get("satisfied"), Discontent: get("discontent"), Note: get("note")})
	return i.after(rw, r, err, done(r, err, "rate_done"))
}

func (i *Intake) release(rw http.ResponseWriter, r *http.Request) error {
	k, get := keyOf(r), r.PostForm.Get
	err := i.Cases.DecideRelease(r.Context(), k.Number, k.Code, get("decision"), get("release"))
	said := "release_done_refused"
	if d := get("decision"); d == "released" || d == "withdrawn" {
		said = "release_done_" + d
	}
	return i.after(rw, r, err, done(r, err, said))
}

// remedy asks for a review; it is a matter of its own, with a receipt.
func (i *Intake) remedy(rw http.ResponseWriter, r *http.Request) error {
	ctx, k := r.Context(), keyOf(r)
	reasons, token := strings.TrimSpace(r.PostFormValue("reasons")), r.PostFormValue("token")
	if tokenFits(token) {
		token = strings.Join([]string{token, reasons}, "\x00")
	} else {
		token = ""
	}
	m, code, err := i.Cases.Remedy(ctx, k.Number, k.Code, reasons, token)
	if err != nil {
		return i.after(rw, r, err, "")
	}
	u, err := i.unitOf(ctx, m.Agency)
	if err != nil {
		return err
	}
	return i.receipt(rw, r, u, u, m, code, "remedied")
}

func isWithdraw(x flow.Rule) bool { return x.Verb == "withdraw" }
