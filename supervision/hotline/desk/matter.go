package desk

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/secret"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
	"yangguang/supervision/casework/casedesk"
	"yangguang/supervision/hotline"
)

// callOf is the call an address names, for whoever holds it.
func (d *Desk) callOf(r *http.Request) (*hotline.Call, error) {
	return d.Hotline.OwnCall(r.Context(), refOf(r.URL.Query().Get("call")))
}

// keepDraft keeps the form as it stands, sealed with the call.
func (d *Desk) keepDraft(w http.ResponseWriter, r *http.Request) error {
	c, err := d.callOf(r)
	if err != nil {
		return err
	}
	form := url.Values{}
	for k, v := range r.PostForm {
		if k != "do" {
			form[k] = v
		}
	}
	b, err := json.Marshal(form)
	if err != nil {
		return err
	}
	if err := d.Hotline.SaveDraft(r.Context(), c.Ref(), b); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// withDraft is the request as if what was kept had just been typed.
func (d *Desk) withDraft(r *http.Request, c *hotline.Call) (*http.Request, error) {
	b, err := d.Hotline.Draft(r.Context(), c.Ref())
	if err != nil || b == nil {
		return r, err
	}
	form := url.Values{}
	if err := json.Unmarshal(b, &form); err != nil {
		return r, err
	}
	typed := r.WithContext(r.Context())
	typed.Method, typed.PostForm, typed.Form, typed.MultipartForm = http.MethodPost, form, form, nil
	return typed, nil
}

// form is the form of a call's matter. The channel is known, and files come
// later: somebody speaks.
func (d *Desk) form(r *http.Request, c *hotline.Call, bad ui.Errors) (p casedesk.Intake, err error) {
	if p, err = d.Intake.Form(r, bad); err != nil {
		return p, err
	}
	p.Action = web.URL(r.Context(), root+"/matter?call="+keyOf(c.Ref()))
	p.Drop("channel", "file")
	return p, nil
}

// file makes a matter of what a call was about, and tells the call so.
func (d *Desk) file(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.callOf(r)
	if err != nil {
		return err
	}
	f, err := d.Intake.Filed(r)
	if err != nil {
		return err
	}
	f.Channel = "phone"
	if c.Sealed { // what comes by the report line is kept like a report
		if f.Secret = true; f.About == 0 {
			f.About = c.About
		}
	}
	if err := d.Intake.MayRegister(ctx, f.Agency); err != nil {
		return err
	}
	if r.PostFormValue("do") == "alike" {
		p, err := d.form(r, c, nil)
		if err == nil {
			err = d.Intake.Likes(ctx, f, &p)
		}
		if err != nil {
			return err
		}
		return d.render(w, r, http.StatusOK, shown{call: c, form: &p})
	}
	m, code, err := d.Hotline.Cases.FileWith(ctx, f, func(tx *db.Tx, m *casework.Matter, _ string) error {
		return d.Hotline.Became(tx, c.Ref(), m.ID, m.Number)
	})
	bad := ui.ErrorsOf(err)
	if said, status, ok := refusal(ctx, err); len(bad) > 0 || ok {
		p, ferr := d.form(r, c, bad)
		if ferr != nil {
			return ferr
		}
		if len(bad) > 0 {
			status, said = http.StatusUnprocessableEntity, ""
		}
		return d.render(w, r, status, shown{call: c, form: &p, refused: said})
	}
	if err != nil {
		return err
	}
	return d.render(w, r, http.StatusOK, shown{call: c, slip: &slip{Slip: ui.Slip{Title: t(ctx, "filed"), Text: t(ctx, "filed_text"),
		Pairs: []ui.Pair{{Term: t(ctx, "number"), Text: m.Number}, {Term: t(ctx, "code"), Text: secret.Group(code)}}}, Open: d.readable(ctx, m.Province, m.ID)}})
}

// slip is what the caller is told, once.
type slip struct {
	Slip ui.Slip
	Open string // the matter at the desk, where the person may read it
}

// readable is the address of a matter at the desk; "" where the person acting
// may not read it.
func (d *Desk) readable(ctx context.Context, province int, id int64) string {
	if _, err := d.Hotline.Cases.Open(ctx, province, id); err != nil {
		return ""
	}
	return web.URL(ctx, "/desk/matters/"+strconv.Itoa(province)+"/"+num(id))
}

// earlier shows a matter the caller gave number and code of, and no other.
func (d *Desk) earlier(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	e := earlierPart{Number: r.PostFormValue("number")}
	k, err := d.Hotline.Cases.Follow(ctx, e.Number, r.PostFormValue("code"))
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		e.Wrong = i18n.T(ctx, bad[0].Key, bad[0].Args...)
		return d.render(w, r, http.StatusUnprocessableEntity, shown{earlier: e})
	}
	if err != nil {
		return err
	}
	if c, err := d.callOf(r); err == nil {
		if err := d.Hotline.Ordered(ctx, c.Ref(), "earlier", ""); err != nil {
			return err
		}
	} else if !fault.Is(err, fault.NotFound) {
		return err
	}
	e.Facts = []ui.Pair{{Term: t(ctx, "number"), Text: k.Number}, {Term: t(ctx, "earlier_state"), Text: i18n.T(ctx, "casework.state_"+k.State)}, {Term: t(ctx, "earlier_at"), Text: k.At.Name}}
	if k.Running() {
		e.Facts = append(e.Facts, ui.Pair{Term: t(ctx, "earlier_due"), Text: i18n.Date(ctx, clock.DateOf(k.DueAt.Add(-1)))})
	}
	e.Open = d.readable(ctx, k.Province, k.ID)
	return d.render(w, r, http.StatusOK, shown{earlier: e})
}
