package knowledge

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// editPage is the form of an article, a new one or a draft.
type editPage struct {
	Units   []ui.Link // to choose whose it is to be
	Holds   *ui.Input // of a new one
	Unit    string
	In      map[string]ui.Input
	Saves   string
	Base    string
	Action  string
	Old     bool // a draft there is
	Errors  ui.Errors
	Refused string
	Note    string // why it was sent back
	Saved   bool
}

// newForm asks whose the article is to be, then for the article.
func (k *Knowledge) newForm(w http.ResponseWriter, r *http.Request) error {
	return k.showNew(w, r, http.StatusOK, nil)
}

func (k *Knowledge) showNew(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx := r.Context()
	p := editPage{Errors: bad, Action: href(ctx, deskRoot, "/new"), Unit: r.FormValue("unit")}
	f := k.deskFrame(r, word(ctx, "new"), ui.Link{Text: word(ctx, "new")})
	f.Lead, f.Narrow = word(ctx, "new_lead"), true
	err := k.DB.Read(ctx, func(tx *db.Tx) error {
		units, err := unitsOf(tx, account.From(ctx).Scope(Writing))
		if err != nil {
			return err
		}
		i := slices.IndexFunc(units, func(u agency.Agency) bool { return itoa(u.ID) == p.Unit })
		if len(units) == 1 {
			i = 0
		}
		if i < 0 {
			for _, u := range units {
				p.Units = append(p.Units, ui.Link{Text: u.Name, Href: href(ctx, deskRoot, "/new?unit=", itoa(u.ID))})
			}
			return nil
		}
		u := units[i]
		p.Unit = itoa(u.ID)
		f.Of = append(f.Of, u.Name)
		places, err := placeOptions(tx, u.Division, u.Division)
		p.Holds = &ui.Input{Name: "holds", Label: word(ctx, "f_holds"), Help: word(ctx, "f_holds_help"), Value: r.PostFormValue("holds"), Options: places, Error: bad.Of(ctx, "holds")}
		in := today(tx)
		p.In = k.inputs(ctx, r, Text{Audience: ForPublic, Lang: "zh", From: in, Review: in.AddMonths(12)}, bad)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, status, editView(f, p))
}

// inputs are the questions of the form, with what was typed or else the text.
func (k *Knowledge) inputs(ctx context.Context, r *http.Request, t Text, bad ui.Errors) map[string]ui.Input {
	has := map[string]string{"title": t.Title, "questions": strings.Join(t.Questions, "\n"), "answer": t.Answer, "topic": t.Topic, "audience": t.Audience, "lang": t.Lang, "law": t.Law, "law_article": t.LawArticle, "law_url": t.LawURL,
		"from": t.From.String(), "to": t.To.String(), "review": t.Review.String(), "link": t.Link}
	out := map[string]ui.Input{}
	for _, name := range fields {
		in := ui.Input{Name: name, Label: word(ctx, "f_"+name), Value: has[name], Error: bad.Of(ctx, name)}
		if r.Method == http.MethodPost {
			in.Value = posted(r)(name)
		}
		if i18n.Has(i18n.ZH, "knowledge.f_"+name+"_help") {
			in.Help = word(ctx, "f_"+name+"_help")
		}
		switch name {
		case "title":
			in.MaxLen = MaxTitle
		case "questions":
			in.Rows = 4
		case "answer":
			in.Rows, in.MaxLen = 10, MaxAnswer
		case "topic":
			in.Options = k.topicOptions(ctx, "choose")
		case "audience":
			in.Options = []ui.Option{{Value: ForPublic, Text: word(ctx, "audience_public"), Help: word(ctx, "audience_public_help")}, {Value: ForStaff, Text: word(ctx, "audience_staff"), Help: word(ctx, "audience_staff_help")}}
		case "lang":
			in.Options = options(ctx, "", "lang_", "zh", "en")
		case "law_article", "to", "law_url", "link":
			in.Optional = true
		}
		out[name] = in
	}
	return out
}

// posted reads a field of the form; days come in three boxes.
func posted(r *http.Request) func(name string) string {
	return func(name string) string {
		if name == "from" || name == "to" || name == "review" {
			return ui.JoinDate(r.PostForm.Get, name)
		}
		return r.PostForm.Get(name)
	}
}

func (k *Knowledge) create(w http.ResponseWriter, r *http.Request) error {
	unit, err := web.Int64(r.PostForm.Get("unit"))
	if err != nil {
		return err
	}
	holds, err := agency.ParseCode(r.PostForm.Get("holds"))
	if err != nil {
		return notFound()
	}
	t, bad := k.readText(posted(r))
	if len(bad) > 0 {
		return k.showNew(w, r, http.StatusUnprocessableEntity, append(bad, without(k.wrong(t), bad)...))
	}
	x, err := k.Start(r.Context(), unit, holds, t)
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return k.showNew(w, r, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, deskPath(x.Province, x.ID)+"/edit?said=saved")
}

// without leaves out what is refused already for the same field.
func without(more, had []fault.Field) []fault.Field {
	return slices.DeleteFunc(more, func(f fault.Field) bool {
		return slices.ContainsFunc(had, func(h fault.Field) bool { return h.Name == f.Name })
	})
}

func (k *Knowledge) editForm(w http.ResponseWriter, r *http.Request) error {
	return k.showEdit(w, r, http.StatusOK, nil, "")
}

func (k *Knowledge) showEdit(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors, refused string) error {
	ctx, a := r.Context(), account.From(r.Context())
	province, id, err := numbers(r, "article")
	if err != nil {
		return err
	}
	base := href(ctx, deskPath(province, id))
	p := editPage{Errors: bad, Refused: refused, Base: base, Action: base + "/edit", Old: true, Saved: r.URL.Query().Get("said") == "saved"}
	var v *Version
	err = k.DB.Read(ctx, func(tx *db.Tx) error {
		x, err := articleByID(tx, province, id, "")
		if err != nil {
			return err
		}
		if !writes(a, x.target()) {
			return notFound()
		}
		if x.Working == 0 {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		if v, err = versionOf(tx, province, id, x.Working); err == nil && v.State != Draft {
			err = fault.Say(fault.Conflict, "flow.not_now")
		}
		return err
	})
	if err != nil {
		return err
	}
	p.Note, p.Saves, p.In = v.Note, strconv.Itoa(v.Saves), k.inputs(ctx, r, v.Text, bad)
	f := k.deskFrame(r, word(ctx, "edit_title", v.Title), ui.Link{Text: v.Title, Href: base}, ui.Link{Text: word(ctx, "edit")})
	f.Narrow = true
	return web.Render(w, r, status, editView(f, p))
}

// edit saves a draft or sends it to review, as the button says.
func (k *Knowledge) edit(w http.ResponseWriter, r *http.Request) error {
	then, use := "/edit?said=saved", k.Save
	if r.PostForm.Get("do") == "submit" {
		then, use = "", k.Submit
	}
	return k.acted(w, r, func(ctx context.Context, r *http.Request, province int, id int64) error {
		t, bad := k.readText(posted(r))
		if len(bad) > 0 {
			return fault.Fields(append(bad, without(k.wrong(t), bad)...)...)
		}
		saves, _ := strconv.Atoi(r.PostForm.Get("saves"))
		return use(ctx, province, id, saves, t)
	}, then, func(bad ui.Errors, status int, refused string) error {
		return k.showEdit(w, r, status, bad, refused)
	})
}

func (k *Knowledge) discard(w http.ResponseWriter, r *http.Request) error {
	province, id, err := numbers(r, "article")
	if err != nil {
		return err
	}
	gone, err := k.Discard(r.Context(), province, id)
	if err != nil {
		return err
	}
	if gone {
		return web.See(w, r, deskRoot+"?show="+showMine)
	}
	return web.See(w, r, deskPath(province, id))
}
