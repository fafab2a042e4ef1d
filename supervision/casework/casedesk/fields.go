package casedesk

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/supervision/casework"
)

// field is one question of a step. Its label is f_<name>, its help
// f_<name>_help where there is one.
type field struct {
	ui.Input
	kind string // text, area, number, date, select, radios, checks, file, tel
}

// input is what was typed.
type input struct{ r *http.Request }

func (in input) text(name string) string { return strings.TrimSpace(in.r.PostFormValue(name)) }
func (in input) number(name string) int  { n, _ := strconv.Atoi(in.text(name)); return n }
func (in input) id(name string) int64    { n, _ := strconv.ParseInt(in.text(name), 10, 64); return n }

func (in input) ids(name string) (out []int64) {
	for _, s := range in.r.PostForm[name] {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil && n != 0 {
			out = append(out, n)
		}
	}
	return out
}

func (in input) date(name string) clock.Date {
	d, err := clock.ParseDate(ui.JoinDate(in.r.PostForm.Get, name))
	if err != nil {
		return clock.Date{}
	}
	return d
}

// files are the uploads of a field, whole; the room bounds them again.
func (in input) files(name string) (out []casework.FiledFile, err error) {
	if in.r.MultipartForm == nil {
		return nil, nil
	}
	for _, head := range in.r.MultipartForm.File[name][:min(len(in.r.MultipartForm.File[name]), casework.MaxFiledFiles+1)] {
		f, err := head.Open()
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(io.LimitReader(f, casework.MaxFiledFile+1))
		if err := errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
		out = append(out, casework.FiledFile{Name: head.Filename, Bytes: b})
	}
	return out, nil
}

func of(kind, name string) field { return field{kind: kind, Input: ui.Input{Name: name}} }

func optional(f field) field { f.Optional = true; return f }

func preset(f field, value string) field { f.Value = value; return f }

// choose asks for one of a few; the words of a choice are its prefix and id.
func choose(name, prefix string, ids ...string) field {
	f := of("radios", name)
	for _, id := range ids {
		f.Options = append(f.Options, ui.Option{Value: id, Text: prefix + id})
	}
	return f
}

// named are choices whose words are there already, not keys.
func named(kind, name string, options []ui.Option) field {
	f := of(kind, name)
	f.Options = options
	f.Attrs = map[string]any{"data-named": true}
	return f
}

// questions makes the fields of a step.
type questions func(ctx context.Context, d *Desk, k *casework.Case) ([]field, error)

func ask(fs ...field) questions {
	return func(context.Context, *Desk, *casework.Case) ([]field, error) { return slices.Clone(fs), nil }
}

// filled puts words, what was typed and refusals to the questions.
func filled(r *http.Request, fs []field, bad ui.Errors) []field {
	ctx := r.Context()
	out := slices.Clone(fs)
	for i := range out {
		f := &out[i]
		f.Label = t(ctx, "f_"+f.Name)
		if i18n.Has(i18n.ZH, "casedesk.f_"+f.Name+"_help") && f.Help == "" {
			f.Help = t(ctx, "f_"+f.Name+"_help")
		}
		f.Error = bad.Of(ctx, f.Name)
		if r.Method == http.MethodPost {
			f.Value, f.Values = r.PostFormValue(f.Name), nil
			switch f.kind {
			case "date":
				f.Value = ui.JoinDate(r.PostForm.Get, f.Name)
			case "checks":
				f.Value, f.Values = "", r.PostForm[f.Name]
			}
		}
		if f.Attrs["data-named"] == nil {
			f.Options = slices.Clone(f.Options)
			for j := range f.Options {
				f.Options[j].Text = t(ctx, f.Options[j].Text)
			}
		}
		delete(f.Attrs, "data-named")
		switch f.kind {
		case "number":
			f.Type = "number"
		case "area":
			f.Rows = max(f.Rows, 5)
			if f.MaxLen == 0 {
				f.MaxLen = 2000
			}
		}
	}
	return out
}

// belowOptions are the units a matter can be passed to.
func belowOptions(tx *db.Tx, k *casework.Case) (out []ui.Option, err error) {
	us, err := casework.Below(tx, k.Holder)
	for _, u := range us {
		if !k.Hidden || u.ID != k.About {
			out = append(out, ui.Option{Value: num(u.ID), Text: u.Name})
		}
	}
	return out, err
}

// placeOf is where a matter happened, as far as its words name a part of the
// area of the unit that has it; otherwise that area.
func placeOf(tx *db.Tx, k *casework.Case) (agency.Code, error) {
	at := k.HolderRegion
	for range 2 {
		children, err := agency.Children(tx, at, 0, 500)
		if err != nil {
			return at, err
		}
		i := slices.IndexFunc(children, func(c agency.Division) bool {
			return strings.Contains(k.Told.Place, c.Name) || strings.Contains(k.Told.Text, c.Name)
		})
		if i < 0 {
			break
		}
		at = children[i].Code
	}
	return at, nil
}

// dispatchFields offer what the catalogue suggests first.
func dispatchFields(ctx context.Context, d *Desk, k *casework.Case) ([]field, error) {
	var options []ui.Option
	place := k.HolderRegion
	if err := d.Cases.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if options, err = belowOptions(tx, k); err != nil {
			return err
		}
		place, err = placeOf(tx, k)
		return err
	}); err != nil {
		return nil, err
	}
	lead := named("select", "lead", append([]ui.Option{{Text: t(ctx, "choose")}}, options...))
	co := optional(named("checks", "co", options))
	note := optional(of("area", "note"))
	route, err := d.Cases.Suggested(ctx, &k.Matter, place)
	if err != nil {
		return nil, err
	}
	if route != nil {
		lead.Value, note.Value = num(route.Unit), route.Note
		lead.Help = t(ctx, "suggested_by_catalogue", d.topicName(ctx, route.Topic))
		for _, id := range route.Co {
			co.Values = append(co.Values, num(id))
		}
	}
	if len(options) == 0 {
		lead.Help = t(ctx, "nobody_below")
	}
	return []field{lead, co, note}, nil
}

// colleagues are those who handle at the unit that has a matter.
func (d *Desk) colleagues(ctx context.Context, k *casework.Case, verbs ...string) (out []ui.Option, err error) {
	seen := map[int64]bool{}
	err = d.Cases.DB.Read(ctx, func(tx *db.Tx) error {
		for _, v := range verbs {
			for _, at := range []account.Target{{Agency: k.Holder, Division: int64(k.HolderRegion)}, {Agency: k.Agency, Division: int64(k.Region)}} {
				if v == casework.Handling && at.Agency != k.Holder && len(verbs) == 1 {
					continue
				}
				ps, err := account.Holders(tx, v, at, 100)
				if err != nil {
					return err
				}
				for _, p := range ps {
					if !seen[p.ID] {
						seen[p.ID] = true
						out = append(out, ui.Option{Value: num(p.ID), Text: p.Name})
					}
				}
			}
		}
		return nil
	})
	return out, err
}

func assignFields(ctx context.Context, d *Desk, k *casework.Case) ([]field, error) {
	people, err := d.colleagues(ctx, k, casework.Handling)
	h := named("select", "handler", append([]ui.Option{{Text: t(ctx, "choose")}}, people...))
	if k.Handler != 0 {
		h.Value = num(k.Handler)
	}
	return []field{h, optional(preset(of("text", "section"), k.Section))}, err
}

func recuseFields(ctx context.Context, d *Desk, k *casework.Case) ([]field, error) {
	a := account.From(ctx)
	options := []ui.Option{{Value: num(a.Person), Text: t(ctx, "myself", a.Name)}}
	if mayAt(ctx, k, casework.Accepting, casework.Reviewing) {
		people, err := d.colleagues(ctx, k, casework.Verbs()...)
		if err != nil {
			return nil, err
		}
		for _, p := range people {
			if p.Value != num(a.Person) {
				options = append(options, p)
			}
		}
	}
	who := named("select", "person", options)
	who.Value = num(a.Person)
	return []field{who, of("text", "reason")}, nil
}

// refuseFields tell the remedy of each reason beside it.
func refuseFields(ctx context.Context, d *Desk, _ *casework.Case) ([]field, error) {
	var options []ui.Option
	for _, x := range d.norm().Refusals {
		options = append(options, ui.Option{Value: x.ID, Text: x.Title.In(ctx), Help: t(ctx, "remedy_told", x.Remedy.In(ctx))})
	}
	return []field{named("radios", "reason", options), of("area", "explain")}, nil
}

func reclassifyFields(ctx context.Context, d *Desk, k *casework.Case) ([]field, error) {
	var types, topics []ui.Option
	for _, x := range d.norm().Types {
		types = append(types, ui.Option{Value: x.ID, Text: x.Title.In(ctx)})
	}
	for _, x := range d.norm().Topics {
		topics = append(topics, ui.Option{Value: x.ID, Text: x.Title.In(ctx)})
	}
	about := []ui.Option{{Value: "0", Text: t(ctx, "about_unchanged")}}
	if err := d.Cases.DB.Read(ctx, func(tx *db.Tx) error {
		us, err := around(tx, k.Unit)
		about = append(about, unitOptions(us)...)
		return err
	}); err != nil {
		return nil, err
	}
	topic := named("select", "topic", topics)
	topic.Value = k.Topic
	if topic.Value == "" {
		topic.Options = append([]ui.Option{{Text: t(ctx, "choose")}}, topic.Options...)
	}
	return []field{preset(named("radios", "type", types), k.Type), topic, preset(named("radios", "class", choices(ctx, d.norm().Classes)), k.Class),
		preset(named("select", "about", about), num(k.About)), optional(preset(of("text", "subject"), k.Told.Subject)), of("text", "reason")}, nil
}

// around are the units a person may mean near one: itself, those below, its superior.
func around(tx *db.Tx, u agency.Agency) ([]agency.Agency, error) {
	out := []agency.Agency{u}
	below, err := casework.Below(tx, u.ID)
	if err != nil {
		return nil, err
	}
	out = append(out, below...)
	if u.Superior != 0 {
		above, err := agency.Find(tx, u.Superior)
		if err != nil {
			return nil, err
		}
		out = append(out, above)
	}
	return out, nil
}

func mergeFields(ctx context.Context, d *Desk, k *casework.Case) ([]field, error) {
	likes, err := d.Cases.Alike(ctx, k.Province, k.ID)
	if err != nil {
		return nil, err
	}
	var options []ui.Option
	for _, x := range likes {
		if x.Open() {
			options = append(options, ui.Option{Value: num(x.ID), Text: t(ctx, "like", x.Number, d.Cases.Title(ctx, &x.Matter)), Help: t(ctx, "like_share", x.Alike, words(ctx, "state_"+x.State))})
		}
	}
	fs := []field{}
	if len(options) > 0 {
		f := named("radios", "into", options)
		f.Value = options[0].Value
		fs = append(fs, f)
	}
	return append(fs, optional(of("text", "into_number")), of("text", "reason")), nil
}

func groupFields(ctx context.Context, d *Desk, k *casework.Case) ([]field, error) {
	all, err := d.Cases.Commons(ctx, k.Agency)
	if err != nil {
		return nil, err
	}
	options := []ui.Option{{Value: "0", Text: t(ctx, "no_common")}}
	for _, x := range all {
		if x.ClosedAt == 0 || x.ID == k.Common {
			options = append(options, ui.Option{Value: num(x.ID), Text: t(ctx, "common_of", x.Title, x.Matters)})
		}
	}
	return []field{preset(named("radios", "common", options), num(k.Common)), optional(of("text", "title")), optional(of("area", "note"))}, nil
}

func deliverFields(ctx context.Context, d *Desk, k *casework.Case) ([]field, error) {
	var options []ui.Option
	for _, x := range casework.Ways {
		options = append(options, ui.Option{Value: x, Text: t(ctx, "way_by_"+x)})
	}
	for _, x := range d.norm().Undelivered {
		if x.ID != "anonymous" || !k.HasContact {
			options = append(options, ui.Option{Value: x.ID, Text: t(ctx, "undelivered", x.Title.In(ctx))})
		}
	}
	f := named("radios", "way", options)
	if k.Ack != "" {
		f.Value = k.Ack
	}
	return []field{f, of("text", "proof")}, nil
}

func callFields(ctx context.Context, d *Desk, _ *casework.Case) ([]field, error) {
	return []field{preset(choose("reached", "reached_", "yes", "no"), "yes"), optional(choose("contacted", "answer_", "yes", "no")), optional(choose("solved", "solved_", "yes", "partly", "no")),
		optional(choose("satisfied", "satisfied_", "yes", "fair", "no")), optional(named("radios", "discontent", choices(ctx, d.norm().Discontents))), optional(of("area", "note"))}, nil
}

func extendFields(ctx context.Context, d *Desk, k *casework.Case) ([]field, error) {
	_, most := d.extension(ctx, k)
	n := of("number", "n")
	n.Help = t(ctx, "extension_most", most)
	return []field{n, of("area", "reason")}, nil
}

// releaseFields propose what was told, with whoever is recognised masked.
func releaseFields(_ context.Context, _ *Desk, k *casework.Case) ([]field, error) {
	f := of("area", "release")
	f.Rows, f.MaxLen, f.Value = 12, casework.MaxText, masked(k)
	return []field{f}, nil
}
