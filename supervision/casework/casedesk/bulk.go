package casedesk

import (
	"context"
	"net/http"
	"net/url"

	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// bulkPage says of each chosen matter what became of it.
type bulkPage struct {
	Grid ui.Grid
	Back string
}

// bulk does one thing to the chosen matters. What one of them refuses is told;
// the others are done.
func (d *Desk) bulk(w http.ResponseWriter, r *http.Request) error {
	ctx, in := r.Context(), input{r}
	refs, err := refsOf(r.PostForm["matter"])
	if err != nil {
		return err
	}
	back, err := url.ParseQuery(in.text("query"))
	if err != nil {
		return fault.As(fault.Invalid, err)
	}
	if len(refs) == 0 {
		return d.showList(w, r, back, http.StatusUnprocessableEntity, ui.Errors{{Name: "handler", Key: "casedesk.choose_some"}})
	}
	what := in.text("do")
	if what == "print" {
		return d.printMany(w, r, refs)
	}
	do := map[string]func(x ref) error{
		"accept":   func(x ref) error { return d.Cases.Accept(ctx, x.Province, x.ID, "") },
		"assign":   func(x ref) error { return d.Cases.Assign(ctx, x.Province, x.ID, in.id("handler"), "") },
		"dispatch": func(x ref) error { return d.dispatchByCatalogue(ctx, x) },
	}[what]
	if do == nil {
		return fault.Say(fault.NotFound, "fault.not_found")
	}
	return d.each(w, r, t(ctx, "bulk_"+what), refs, do, root+"?"+kept(back))
}

// each does something to several matters, and shows what became of each.
func (d *Desk) each(w http.ResponseWriter, r *http.Request, title string, refs []ref, do func(x ref) error, back string) error {
	ctx := r.Context()
	p := bulkPage{Back: web.URL(ctx, back), Grid: ui.Grid{Caption: title, Cards: true, Columns: cols(ctx, "subject", "number", "became")}}
	done := 0
	for _, x := range refs {
		k, err := d.Cases.Open(ctx, x.Province, x.ID) // who may not know of one is told nothing of it
		if err != nil {
			return err
		}
		cell := ui.Cell{Text: t(ctx, "bulk_done"), Tag: ui.TagPublished}
		if err := do(x); err != nil {
			if fault.KindOf(err) == fault.Internal || fault.KindOf(err) == fault.Unavailable {
				return err
			}
			cell = ui.Cell{Text: refusal(ctx, err), Tag: ui.TagDanger}
		} else {
			done++
		}
		p.Grid.Rows = append(p.Grid.Rows, []ui.Cell{{Text: d.Cases.Title(ctx, &k.Matter), Href: web.URL(ctx, pathOf(&k.Matter, ""))}, {Text: k.Number}, cell})
	}
	f := d.frame(r, title, ui.Link{Text: title})
	f.Lead = t(ctx, "bulk_lead", done, len(refs)-done)
	return web.Render(w, r, http.StatusOK, bulkView(f, p))
}

// refusal is the sentence of a refusal; beside a field, the field's.
func refusal(ctx context.Context, err error) string {
	if fs := fault.FieldsOf(err); len(fs) > 0 {
		return i18n.T(ctx, fs[0].Key, fs[0].Args...)
	}
	key, args, _ := fault.Sentence(err)
	return i18n.T(ctx, key, args...)
}

// dispatchByCatalogue passes a matter on as the catalogue has it.
func (d *Desk) dispatchByCatalogue(ctx context.Context, x ref) error {
	k, err := d.Cases.Open(ctx, x.Province, x.ID)
	if err != nil {
		return err
	}
	route, err := d.Cases.Suggested(ctx, &k.Matter, k.HolderRegion)
	if err != nil {
		return err
	}
	if route == nil {
		return fault.Say(fault.Conflict, "casedesk.no_route")
	}
	return d.Cases.Dispatch(ctx, x.Province, x.ID, route.Unit, route.Co, route.Note)
}

func cols(ctx context.Context, keys ...string) []ui.Column {
	out := make([]ui.Column, len(keys))
	for i, k := range keys {
		out[i].Title = t(ctx, k)
	}
	return out
}
