package exchange

import (
	"context"
	"net/http"
	"strconv"

	"yangguang/internal/account"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
)

func manages(r *http.Request) bool { return account.From(r.Context()).Holds(Managing) }

// exports answers whether the person acting has a worklist at all.
func exports(r *http.Request) bool {
	a := account.From(r.Context())
	for _, v := range casework.Verbs() {
		if a.Holds(v) {
			return true
		}
	}
	return false
}

type keysPage struct {
	Errors                ui.Errors
	Unit, Kind, Name, Per ui.Input
	Keys                  []keyRow
	Told                  *ui.Slip
}

type keyRow struct {
	Facts  []ui.Pair
	Title  string
	Revoke string
}

func (e *Exchange) keys(w http.ResponseWriter, r *http.Request) error {
	return e.showKeys(w, r, http.StatusOK, nil, nil)
}

func (e *Exchange) showKeys(w http.ResponseWriter, r *http.Request, status int, told *ui.Slip, bad ui.Errors) error {
	ctx, t := r.Context(), word(r)
	ks, units, err := e.Keys(ctx)
	if err != nil {
		return err
	}
	get := r.PostFormValue
	p := keysPage{Errors: bad, Told: told, Unit: unitInput("unit", t("unit"), units, get("unit"), bad.Of(ctx, "unit")),
		Kind: ui.Input{Name: "kind", Label: t("key_kind"), Value: get("kind"), Error: bad.Of(ctx, "kind")},
		Name: ui.Input{Name: "name", Label: t("key_name"), Help: t("key_name_help"), Value: get("name"), MaxLen: maxKeyName, Error: bad.Of(ctx, "name")},
		Per:  ui.Input{Name: "per_minute", Label: t("key_rate"), Type: "number", Value: or(get("per_minute"), "60"), Error: bad.Of(ctx, "per_minute")}}
	for _, k := range []string{ForOrders, ForOpen311} {
		p.Kind.Options = append(p.Kind.Options, ui.Option{Value: k, Text: t("key_" + k), Help: t("key_" + k + "_help")})
	}
	names := map[int64]string{}
	for _, u := range units {
		names[u.ID] = u.Name
	}
	for _, k := range ks {
		row := keyRow{Title: k.Name, Facts: []ui.Pair{{Term: t("unit"), Text: names[k.Agency]}, {Term: t("key_kind"), Text: t("key_" + k.Kind)}, {Term: t("key_rate"), Text: strconv.Itoa(k.PerMinute)},
			{Term: t("key_made"), Text: i18n.Time(ctx, k.At)}, {Term: t("key_used"), Text: or(k.UsedOn, t("never"))}}}
		if k.Works() {
			row.Revoke = web.URL(ctx, keysPath+"/"+itoa(k.ID)+"/revoke")
		} else {
			row.Facts = append(row.Facts, ui.Pair{Term: t("key_revoked"), Text: i18n.Time(ctx, k.RevokedAt)})
		}
		p.Keys = append(p.Keys, row)
	}
	w.Header().Set("Cache-Control", "no-store")
	f := e.frame(r, t("keys"), ui.Link{Text: t("keys")})
	f.Lead = t("keys_lead")
	return web.Render(w, r, status, keysView(f, p))
}

// makeKey answers with the key itself and not with a redirect: it is told once.
func (e *Exchange) makeKey(w http.ResponseWriter, r *http.Request) error {
	get, t := r.PostForm.Get, word(r)
	unit, err := web.Int64(get("unit"))
	if err != nil {
		return e.showKeys(w, r, http.StatusUnprocessableEntity, nil, ui.Errors{{Name: "unit", Key: "exchange.need_unit"}})
	}
	per, _ := strconv.Atoi(get("per_minute")) // no number is none that is allowed
	k, told, err := e.MakeKey(r.Context(), unit, get("kind"), get("name"), per)
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return e.showKeys(w, r, http.StatusUnprocessableEntity, nil, bad)
	}
	if err != nil {
		return err
	}
	return e.showKeys(w, r, http.StatusOK, &ui.Slip{Title: t("key_told"), Text: t("key_told_text"), Pairs: []ui.Pair{{Term: t("key_name"), Text: k.Name}, {Term: t("key"), Text: told}}}, nil)
}

func (e *Exchange) revoke(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "key")
	if err != nil {
		return err
	}
	if err := e.Revoke(r.Context(), id); err != nil {
		return err
	}
	return web.See(w, r, keysPath)
}

type mailPage struct {
	Boxes, Mails ui.Grid
	Filters      []ui.Link
}

func (e *Exchange) mail(w http.ResponseWriter, r *http.Request) error {
	ctx, t := r.Context(), word(r)
	outcome := r.URL.Query().Get("outcome")
	if !i18n.Has(i18n.ZH, "exchange.outcome_"+outcome) {
		outcome = ""
	}
	ms, boxes, err := e.Mails(ctx, outcome)
	if err != nil {
		return err
	}
	p := mailPage{Boxes: ui.Grid{Caption: t("boxes"), Cards: true, Nothing: t("no_boxes"), Columns: []ui.Column{{Title: t("box")}, {Title: t("state")}, {Title: t("reached")}, {Title: t("tried")}}},
		Mails: ui.Grid{Caption: t("mails"), Cards: true, Nothing: t("no_mails"), Columns: []ui.Column{{Title: t("at")}, {Title: t("outcome")}, {Title: t("number")}, {Title: t("problem")}, {Title: t("seen")}}}}
	for _, b := range boxes {
		state, kind, reached := t("box_works"), ui.TagPublished, t("never")
		if b.Fault != "" {
			state, kind = t("box_"+b.Fault), ui.TagDanger
		}
		if !b.ReachedAt.IsZero() {
			reached = i18n.Time(ctx, b.ReachedAt)
		}
		p.Boxes.Rows = append(p.Boxes.Rows, []ui.Cell{{Text: b.Name}, {Text: state, Tag: kind}, {Text: reached}, {Text: i18n.Time(ctx, b.TriedAt)}})
	}
	for _, m := range ms {
		kind := map[string]ui.TagKind{mailFiled: ui.TagPublished, mailAdded: ui.TagReview, mailLeftOut: ui.TagWithdrawn, mailFailed: ui.TagDanger}[m.Outcome]
		why := ""
		if m.Reason != "" {
			why = t("mail_" + m.Reason)
		}
		p.Mails.Rows = append(p.Mails.Rows, []ui.Cell{{Text: i18n.Time(ctx, m.At)}, {Text: t("outcome_" + m.Outcome), Tag: kind}, {Text: m.Number}, {Text: why}, seenCell(ctx, &m)})
	}
	for _, o := range []string{"", mailFailed, mailLeftOut, mailFiled, mailAdded} {
		text := t("all")
		if o != "" {
			text = t("outcome_" + o)
		}
		p.Filters = append(p.Filters, ui.Link{Text: text, Href: web.URL(ctx, mailPath) + "?outcome=" + o, Current: o == outcome})
	}
	f := e.frame(r, t("mail"), ui.Link{Text: t("mail")})
	f.Lead = t("mail_lead")
	return web.Render(w, r, http.StatusOK, mailView(f, p))
}

// seenCell is when somebody looked after a letter, or the button to say so.
func seenCell(ctx context.Context, m *Mail) ui.Cell {
	switch {
	case m.Waits():
		return ui.Cell{Of: seenButton(web.URL(ctx, mailPath+"/"+itoa(int64(m.Province))+"/"+itoa(m.ID)+"/seen"))}
	case !m.SeenAt.IsZero():
		return ui.Cell{Text: i18n.Time(ctx, m.SeenAt)}
	}
	return ui.Cell{}
}

func (e *Exchange) seen(w http.ResponseWriter, r *http.Request) error {
	province, id, err := numbers(r, "mail")
	if err != nil {
		return err
	}
	if err := e.Seen(r.Context(), province, id); err != nil {
		return err
	}
	return web.See(w, r, mailPath+"?outcome="+mailFailed)
}

type aboutPage struct {
	Services, Paths ui.Grid
	Description     string
}

// about describes the open interface to whoever writes a program.
func (e *Exchange) about(w http.ResponseWriter, r *http.Request) error {
	ctx, t := r.Context(), word(r)
	p := aboutPage{Description: "/open311/openapi.yaml",
		Services: ui.Grid{Caption: t("geo_services"), Cards: true, Columns: []ui.Column{{Title: "service_code"}, {Title: t("geo_name")}, {Title: t("geo_listed")}}},
		Paths:    ui.Grid{Caption: t("geo_paths"), Cards: true, Columns: []ui.Column{{Title: t("geo_path")}, {Title: t("geo_what")}}}}
	shown := map[string]bool{}
	for _, s := range e.shown() {
		shown[s] = true
	}
	for _, s := range e.services() {
		listed := t("geo_not_listed")
		if shown[s.ID] {
			listed = t("geo_is_listed")
		}
		p.Services.Rows = append(p.Services.Rows, ui.Text(s.ID, s.Title.In(ctx), listed))
	}
	for _, x := range [][2]string{{"GET " + geoPath + "/services.json", "geo_do_services"}, {"POST " + geoPath + "/requests.json", "geo_do_post"}, {"GET " + geoPath + "/requests.json", "geo_do_list"},
		{"GET " + geoPath + "/requests/{service_request_id}.json", "geo_do_one"}, {"GET " + geoPath + "/tokens/{token}.json", "geo_do_token"}, {"GET /open311/discovery.json", "geo_do_discovery"},
		{"POST " + ordersAPI, "geo_do_order"}, {"GET " + ordersAPI, "geo_do_orders"}} {
		p.Paths.Rows = append(p.Paths.Rows, ui.Text(x[0], t(x[1])))
	}
	f := e.Front.Page(r, t("about"), ui.Link{Text: t("home"), Href: web.URL(ctx, "/")}, ui.Link{Text: t("about")})
	f.Lead = t("about_lead")
	return web.Render(w, r, http.StatusOK, aboutView(f, p))
}
