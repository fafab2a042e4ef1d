package handling

import (
	"context"
	"net/http"
	"slices"

	"yangguang/disclosure/inforequest"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// actPage is one step.
type actPage struct {
	Errors ui.Errors
	Facts  []ui.Pair
	Asked  string
	Fields []field
	Send   string
	Danger bool
	Upload bool
	Back   string
	Draft  string // what is to be approved
	Frame  []ui.Pair
}

func (d *Desk) actForm(a act) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error { return d.showAct(w, r, a, http.StatusOK, nil) }
}

func (d *Desk) showAct(w http.ResponseWriter, r *http.Request, a act, status int, bad ui.Errors) error {
	province, id, err := numbers(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	c, err := d.Requests.Open(ctx, province, id)
	if err != nil {
		return err
	}
	if !a.offered(c) {
		return fault.Say(fault.Conflict, "flow.not_now")
	}
	fs, err := a.fields(ctx, d, c)
	if err != nil {
		return err
	}
	p := actPage{Errors: bad, Facts: d.clockFacts(ctx, c), Asked: c.Asked.Subject, Send: t(ctx, "do_"+a.name), Danger: a.danger, Upload: a.upload, Back: web.URL(ctx, pathOf(province, id, "")),
		Fields: filled(r, fs, bad)}
	if a.name == "approve" || a.name == "return" {
		if p.Frame, err = d.draftPairs(ctx, c); err != nil {
			return err
		}
		p.Draft = web.URL(ctx, pathOf(province, id, "/letters/0/pdf"))
	}
	f := d.frame(r, t(ctx, "do_"+a.name), ui.Link{Text: c.Number, Href: p.Back}, ui.Link{Text: t(ctx, "do_"+a.name)})
	f.Lead, f.Narrow = t(ctx, "do_"+a.name+"_lead"), true
	return web.Render(w, r, status, actView(f, p))
}

// filled puts words, what was typed and refusals to the questions.
func filled(r *http.Request, fs []field, bad ui.Errors) []field {
	ctx := r.Context()
	out := slices.Clone(fs)
	for i := range out {
		f := &out[i]
		f.Label = t(ctx, "f_"+f.Name)
		if i18n.Has(i18n.ZH, "handling.f_"+f.Name+"_help") {
			f.Help = t(ctx, "f_"+f.Name+"_help")
		}
		f.Error = bad.Of(ctx, f.Name)
		if r.Method == http.MethodPost {
			f.Value = r.PostFormValue(f.Name)
			if f.kind == "date" {
				f.Value = ui.JoinDate(r.PostForm.Get, f.Name)
			}
		}
		if f.kind == "check" {
			f.Options, f.Label = []ui.Option{{Value: "1", Text: f.Label, Help: f.Help}}, t(ctx, "of_"+f.Name)
			f.Help, f.Optional = "", true
		} else if f.Attrs["data-named"] == nil {
			f.Options = slices.Clone(f.Options)
			for j := range f.Options {
				key := f.Options[j].Text
				f.Options[j].Text = t(ctx, key)
				if i18n.Has(i18n.ZH, "handling."+key+"_help") {
					f.Options[j].Help = t(ctx, key+"_help")
				}
			}
		}
		f.Attrs = nil
		switch f.kind {
		case "number":
			f.Type = "number"
		case "area":
			f.Rows, f.MaxLen = 5, inforequest.MaxDetail
		}
	}
	return out
}

func (d *Desk) act(a act) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		province, id, err := numbers(r)
		if err != nil {
			return err
		}
		ctx := r.Context()
		c, err := d.Requests.Open(ctx, province, id)
		if err != nil {
			return err
		}
		switch a.name { // these answer with what is told once, not with a redirect
		case "identity":
			return d.openIdentity(w, r, a, c)
		case "archive":
			return d.archive(w, r, a, c)
		case "renew":
			return d.renew(w, r, a, c)
		case "split":
			return d.split(w, r, a, c)
		}
		err = a.do(ctx, d, c, input{r})
		if bad := ui.ErrorsOf(err); len(bad) > 0 {
			return d.showAct(w, r, a, http.StatusUnprocessableEntity, bad)
		}
		if err != nil {
			return err
		}
		return web.See(w, r, pathOf(province, id, ""))
	}
}

// openIdentity shows who asks once, on the answer itself: it stands in no address.
func (d *Desk) openIdentity(w http.ResponseWriter, r *http.Request, a act, c *inforequest.Case) error {
	who, err := d.Requests.OpenIdentity(r.Context(), c.Province, c.ID, input{r}.text("reason"))
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return d.showAct(w, r, a, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return d.showCase(w, r, &who)
}

func identityPairs(ctx context.Context, w inforequest.Identity) []ui.Pair {
	var out []ui.Pair
	for _, x := range []struct{ key, text string }{{"who_name", w.Name}, {"who_id", w.IDNumber}, {"who_representative", w.Representative}, {"who_phone", w.Phone}, {"who_email", w.Email},
		{"who_address", w.Address}, {"who_helper", w.Helper}, {"who_helper_tie", w.HelperTie}} {
		if x.text != "" {
			out = append(out, ui.Pair{Term: t(ctx, x.key), Text: x.text})
		}
	}
	return out
}

func (d *Desk) renew(w http.ResponseWriter, r *http.Request, a act, c *inforequest.Case) error {
	ctx := r.Context()
	code, err := d.Requests.Renew(ctx, c.Province, c.ID, input{r}.text("id_number"))
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return d.showAct(w, r, a, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	return d.slip(w, r, c.Number, code, t(ctx, "renewed"))
}

func (d *Desk) split(w http.ResponseWriter, r *http.Request, a act, c *inforequest.Case) error {
	ctx, in := r.Context(), input{r}
	two, code, err := d.Requests.Split(ctx, c.Province, c.ID, inforequest.Asked{Subject: in.text("subject"), Detail: in.text("detail")},
		inforequest.Asked{Subject: in.text("second_subject"), Detail: in.text("second_detail")})
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return d.showAct(w, r, a, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	return d.slip(w, r, two.Number, code, t(ctx, "splitted"))
}
