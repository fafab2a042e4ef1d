package manage

import (
	"net/http"

	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/hotline"
)

// publicPage says which number to call, when, and what for (3.1.1).
type publicPage struct {
	Lines   []publicLine
	Matters string
	Leaders string // when leaders answer (3.1.5)
	Demo    bool
}

type publicLine struct {
	Name, Number, Dial, Unit, Hours, Purpose, Target, Text string
	Tag                                                    ui.TagKind
	State                                                  string
	Sealed                                                 bool
}

func (p *Pages) public(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	all, err := p.Hotline.PublicLines(ctx, p.Front.Home)
	if err != nil {
		return err
	}
	var ids []int64
	for _, l := range all {
		ids = append(ids, l.Agency)
	}
	units, _, err := p.names(ctx, ids, nil)
	if err != nil {
		return err
	}
	v := publicPage{Matters: href(ctx, "/matters"), Leaders: href(ctx, public, "/roster"), Demo: p.Front.Demo}
	for _, l := range all {
		x, err := p.publicLine(r, l)
		if err != nil {
			return err
		}
		x.Unit = units[l.Agency]
		v.Lines = append(v.Lines, x)
	}
	f := p.Front.Page(r, word(ctx, "public_title"), append(p.Front.Crumbs(r, nil, nil), ui.Link{Text: word(ctx, "public_title")})...)
	f.Lead, f.Description = word(ctx, "public_lead"), word(ctx, "public_lead")
	return web.Render(w, r, http.StatusOK, publicView(f, v))
}

func (p *Pages) publicLine(r *http.Request, l hotline.Line) (x publicLine, err error) {
	ctx := r.Context()
	x = publicLine{Name: l.Name, Number: spaced(l.Number), Dial: "tel:" + l.Number, Purpose: l.Purpose, Sealed: l.Sealed, Hours: l.Hours, Tag: ui.TagPublished, State: word(ctx, "open_now")}
	switch l.Mode {
	case hotline.Transfer:
		x.Target = word(ctx, "public_transfer", spaced(l.Target))
	case hotline.SubCentre: // whom people call is the centre
		x.Number, x.Dial, x.Target = spaced(l.Target), "tel:"+l.Target, word(ctx, "public_subcentre", spaced(l.Target))
	}
	switch l.Hours {
	case "always":
		x.Hours = word(ctx, "hours_always")
	case "":
		x.Hours = word(ctx, "hours_office")
	default:
		x.Hours = word(ctx, "hours_daily", l.Hours)
	}
	if p.TextNumber != nil && !l.Sealed {
		n, err := p.TextNumber(ctx, l.Ref())
		if err != nil {
			return x, err
		}
		x.Text = spaced(n)
	}
	open, next, err := p.Hotline.OpenNow(ctx, l)
	if err == nil && !open {
		x.Tag, x.State = ui.TagWithdrawn, word(ctx, "closed_now")
		if !next.IsZero() {
			x.State = word(ctx, "opens_at", moment(ctx, next))
		}
	}
	return x, err
}

// spaced writes a long number in groups of four, as people read it out.
func spaced(n string) string {
	if len(n) < 9 {
		return n
	}
	out := ""
	for i, c := range n {
		if i > 0 && i%4 == 0 {
			out += " "
		}
		out += string(c)
	}
	return out
}
