package window

import (
	"net/http"
	"strings"

	"yangguang/agency"
	"yangguang/internal/db"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// homePage says what a request is and leads to the agency to be asked.
type homePage struct {
	Parts   []ui.Pair // term and text: how long, what it costs, what cannot be asked here
	Search  ui.Search
	Asked   bool
	Units   []ui.Entry
	Most    bool // more are listed in the guide
	Status  string
	Rules   string
	Answers string
	Place   ui.Link
}

// unitsShown bounds the list of agencies.
const unitsShown = 60

func (w *Window) home(rw http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	spans := w.Requests.Norm.Requests.Spans
	p := homePage{Asked: q != "", Status: href(ctx, statusPath), Rules: href(ctx, "/requests/rules"), Answers: href(ctx, "/requests/answers"), Place: ui.Link{Text: t(ctx, "all_places"), Href: href(ctx, "/", w.Front.Home.Short())}}
	p.Parts = []ui.Pair{{Term: t(ctx, "long_head"), Text: t(ctx, "long_text", spans["answer"].N, spans["extension"].N)}, {Term: t(ctx, "free_head"), Text: t(ctx, "free_text")},
		{Term: t(ctx, "reason_head"), Text: t(ctx, "reason_text")}, {Term: t(ctx, "ways_head"), Text: t(ctx, "ways_text")}, {Term: t(ctx, "not_here_head"), Text: t(ctx, "not_here_text")}}
	p.Search = ui.Search{Action: href(ctx, "/requests"), Value: q, Label: t(ctx, "find_unit"), Placeholder: t(ctx, "find_unit_hint")}
	if err := w.read(ctx, func(tx *db.Tx) (err error) {
		p.Units, p.Most, err = w.units(tx, q)
		return err
	}); err != nil {
		return err
	}
	f := w.Front.Page(r, t(ctx, "nav"), append(w.Front.Crumbs(r, nil, nil), ui.Link{Text: t(ctx, "nav")})...)
	f.Lead, f.Description = t(ctx, "lead"), t(ctx, "lead")
	f.Meta = append(f.Meta, ui.Meta{Name: "ColumnName", Content: f.Title}, ui.Meta{Name: "ColumnType", Content: columnType})
	return web.Render(rw, r, http.StatusOK, homeView(f, p))
}

// units are those a request may be put to: by name, or all that sit in the
// installation's own division.
func (w *Window) units(tx *db.Tx, q string) (out []ui.Entry, more bool, err error) {
	var found []agency.Agency
	if q != "" {
		ms, err := agency.Search(tx, w.Front.Home, q, unitsShown)
		if err != nil {
			return nil, false, err
		}
		for _, m := range ms {
			found = append(found, m.Agency)
		}
	}
	// A nation's site may have no units of its own: then the first below it.
	for _, here := range []bool{true, false} {
		if q == "" && len(found) == 0 {
			if found, err = agency.List(tx, agency.Filter{Within: w.Front.Home, Here: here, Limit: unitsShown}); err != nil {
				return nil, false, err
			}
		}
	}
	for _, u := range found {
		out = append(out, ui.Entry{Title: u.Name, Href: href(tx.Ctx, "/", u.Path(), "/request"), Meta: meta(tx.Ctx, u)})
	}
	return out, len(found) == unitsShown, nil
}
