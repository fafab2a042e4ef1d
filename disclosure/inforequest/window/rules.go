package window

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"yangguang/disclosure/inforequest"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"
)

// rulesPage is the law in figures, from the norm that is kept here.
type rulesPage struct {
	Spans, Decisions, Case, Page ui.Grid
	Ladder, N                    ui.Input
	Fee                          []string // the calculator's answer
}

// spans are the lengths of time, in the order a request meets them.
var spans = []string{"confirm", "supplement_notice", "supplement", "answer", "extension", "third_party", "other_agency", "payment", "reassess", "review", "lawsuit"}

func (w *Window) rules(rw http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q := &w.Requests.Norm.Requests
	p := rulesPage{Spans: w.spanGrid(ctx), Decisions: w.decisionGrid(ctx)}
	p.Case, p.Page = feeGrids(ctx, q.Fees)
	w.reckon(r, &p)
	f := w.page(r, t(ctx, "rules"))
	f.Lead, f.Narrow, f.NoIndex = t(ctx, "rules_lead", q.Law.Title), false, r.URL.RawQuery != ""
	if len(p.Fee) > 0 {
		f.Of = p.Fee[:1]
	}
	return web.Render(rw, r, http.StatusOK, rulesView(f, p))
}

func spanWords(ctx context.Context, s norm.Span) string { return t(ctx, "span_"+s.Unit, s.N) }

func (w *Window) spanGrid(ctx context.Context) ui.Grid {
	g := ui.Grid{Caption: t(ctx, "spans"), Cards: true, Columns: []ui.Column{{Title: t(ctx, "span")}, {Title: t(ctx, "span_long")}, {Title: t(ctx, "span_basis")}}}
	for _, id := range spans {
		g.Rows = append(g.Rows, ui.Text(t(ctx, "span_of_"+id), spanWords(ctx, w.Requests.Norm.Requests.Spans[id]), t(ctx, "span_by_"+id)))
	}
	return g
}

func (w *Window) decisionGrid(ctx context.Context) ui.Grid {
	q := &w.Requests.Norm.Requests
	groups := map[string]string{}
	for _, c := range q.Groups {
		groups[c.ID] = c.Title.In(ctx)
	}
	g := ui.Grid{Caption: t(ctx, "decisions", len(q.Decisions)), Cards: true, Columns: []ui.Column{{Title: t(ctx, "decision")}, {Title: t(ctx, "group")}, {Title: t(ctx, "span_basis")}, {Title: t(ctx, "remedy")}}}
	for i := range q.Decisions {
		d := &q.Decisions[i]
		remedy := d.Remedy
		if remedy == "" {
			remedy = "either"
		}
		g.Rows = append(g.Rows, ui.Text(d.Title.In(ctx), groups[d.Group], article(ctx, w.Requests.Norm, q.Basis(d)), t(ctx, "by_"+remedy)))
	}
	return g
}

// article is the article alone: the page names the law.
func article(ctx context.Context, p *norm.Profile, b norm.Basis) string {
	whole, title := p.Cite(b), p.Cite(norm.Basis{Title: b.Title})
	return strings.TrimLeft(strings.TrimPrefix(whole.In(ctx), title.In(ctx)), ", ")
}

// feeGrids are the two ladders, band by band; of the one that goes on without
// end, the first band beyond.
func feeGrids(ctx context.Context, f norm.Fees) (byCase, byPage ui.Grid) {
	bands := func(caption, unit string, bs []norm.Band) ui.Grid {
		g := ui.Grid{Caption: t(ctx, caption), Cards: true, Columns: []ui.Column{{Title: t(ctx, unit)}, {Title: t(ctx, unit+"_each"), Number: true}}}
		from := 1
		for _, b := range bs {
			words := t(ctx, "band", from, b.Upto)
			if b.Upto == 0 {
				words = t(ctx, "band_open", from)
			}
			g.Rows = append(g.Rows, ui.Text(words, yuan(ctx, b.Yuan)))
			from = b.Upto + 1
		}
		return g
	}
	byCase, byPage = bands("fees_case", "cases", f.Case), bands("fees_page", "pages", f.Page)
	if n := len(f.Case); n > 0 && f.CaseThen.Every > 0 {
		last := f.Case[n-1]
		byCase.Rows = append(byCase.Rows, ui.Text(t(ctx, "band", last.Upto+1, last.Upto+f.CaseThen.Every), yuan(ctx, last.Yuan+f.CaseThen.Yuan)),
			ui.Text(t(ctx, "band_then", f.CaseThen.Every), t(ctx, "band_more", f.CaseThen.Yuan)))
	}
	return byCase, byPage
}

func yuan(ctx context.Context, n int) string {
	if n == 0 {
		return t(ctx, "free")
	}
	return t(ctx, "fee_yuan", n)
}

// mostReckoned bounds what the calculator counts.
const mostReckoned = 10_000

// reckon answers the calculator: the address asks, so that it works without
// scripts and can be sent to others.
func (w *Window) reckon(r *http.Request, p *rulesPage) {
	ctx, q, fees := r.Context(), r.URL.Query(), w.Requests.Norm.Requests.Fees
	p.Ladder = ui.Input{Name: "ladder", Label: t(ctx, "ladder"), Value: q.Get("ladder"), Free: true, Options: []ui.Option{{Value: "case", Text: t(ctx, "fees_case")}, {Value: "page", Text: t(ctx, "fees_page")}}}
	if p.Ladder.Value != "page" {
		p.Ladder.Value = "case"
	}
	p.N = ui.Input{Name: "n", Label: t(ctx, "how_many"), Value: strings.TrimSpace(q.Get("n")), Type: "number", Free: true, MaxLen: 5}
	if p.N.Value == "" {
		return
	}
	n, err := strconv.Atoi(p.N.Value)
	if err != nil || n < 1 || n > mostReckoned {
		p.N.Error = t(ctx, "how_many_wrong", mostReckoned)
		return
	}
	if p.Ladder.Value == "page" {
		p.Fee = []string{t(ctx, "fee_pages", n, yuan(ctx, inforequest.PageFee(fees, n)))}
		return
	}
	all := 0
	for i := 1; i <= n; i++ {
		all += inforequest.CaseFee(fees, i)
	}
	p.Fee = []string{t(ctx, "fee_case", n, yuan(ctx, inforequest.CaseFee(fees, n))), t(ctx, "fee_cases", n, yuan(ctx, all))}
}
