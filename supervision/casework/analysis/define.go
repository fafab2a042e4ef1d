package analysis

import (
	"context"
	"net/http"

	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// definition is what a figure is made of.
type definition struct {
	ID    string
	Title string
	Pairs []ui.Pair
}

// define gives the definitions in the reader's language; page, workbook and
// report show the same.
func define(ctx context.Context) (out []definition) {
	for _, x := range indicators {
		d := definition{ID: "i_" + x.id, Title: word(ctx, "i_"+x.id)}
		small := word(ctx, "def_few_say", few)
		if x.good {
			small += word(ctx, "def_bands", x.top, x.mid)
		}
		for _, part := range [][2]string{{"num", word(ctx, "d_"+string(x.num))}, {"den", word(ctx, "d_"+string(x.den))}, {"date", word(ctx, "a_"+string(x.den))}, {"out", word(ctx, "out_"+x.id)}, {"few", small}} {
			d.Pairs = append(d.Pairs, ui.Pair{Term: word(ctx, "def_"+part[0]), Text: part[1]})
		}
		out = append(out, version(ctx, d))
	}
	d := definition{ID: "duration", Title: word(ctx, "duration")}
	for _, part := range []string{"what", "date", "open", "flat", "mean"} {
		d.Pairs = append(d.Pairs, ui.Pair{Term: word(ctx, "def_"+part), Text: word(ctx, "duration_"+part)})
	}
	out = append(out, version(ctx, d))
	for _, m := range way {
		out = append(out, version(ctx, definition{ID: string(m), Title: word(ctx, "m_"+string(m)), Pairs: []ui.Pair{{Term: word(ctx, "def_what"), Text: word(ctx, "d_"+string(m))}, {Term: word(ctx, "def_date"), Text: word(ctx, "a_"+string(m))}}}))
	}
	return out
}

func version(ctx context.Context, d definition) definition {
	d.Pairs = append(d.Pairs, ui.Pair{Term: word(ctx, "def_version"), Text: Version})
	return d
}

type definitionsPage struct {
	Of      []definition
	General []string
}

func (s *Analysis) definitions(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	pg := definitionsPage{Of: define(ctx)}
	for _, id := range []string{"rollup", "na", "change", "hidden", "small", "unranked", "hot"} {
		pg.General = append(pg.General, word(ctx, "rule_"+id, s.Norm.Coverage.Small))
	}
	f := s.Front.Page(r, word(ctx, "definitions"), ui.Link{Text: word(ctx, "home"), Href: web.URL(ctx, "/")}, ui.Link{Text: word(ctx, "title_short"), Href: web.URL(ctx, "/matters/statistics")}, ui.Link{Text: word(ctx, "definitions")})
	f.Lead, f.Narrow = word(ctx, "definitions_lead"), true
	return web.Render(w, r, http.StatusOK, definitionsView(f, pg))
}
