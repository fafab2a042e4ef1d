package casedesk

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"yangguang/disclosure/inforequest/letter"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
)

// order shows a matter as a work order 工单, ready for the printer. It holds no
// contact: that is opened with a reason, on its own.
func (d *Desk) order(w http.ResponseWriter, r *http.Request) error {
	k, err := d.caseOf(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	f := d.frame(r, t(ctx, "order"), ui.Link{Text: k.Number, Href: web.URL(ctx, pathOf(&k.Matter, ""))}, ui.Link{Text: t(ctx, "order")})
	return web.Render(w, r, http.StatusOK, orderView(f, d.paper(ctx, k), web.URL(ctx, pathOf(&k.Matter, "/order.pdf"))))
}

func (d *Desk) orderPDF(w http.ResponseWriter, r *http.Request) error {
	k, err := d.caseOf(r)
	if err != nil {
		return err
	}
	b, err := d.pdf(r.Context(), d.today().Start(), k)
	if err != nil {
		return err
	}
	return web.Download(w, t(r.Context(), "order")+" "+k.Number+".pdf", "application/pdf", b)
}

// printMany prints the work orders of several matters as one file.
func (d *Desk) printMany(w http.ResponseWriter, r *http.Request, refs []ref) error {
	ctx := r.Context()
	var ks []*casework.Case
	for _, x := range refs {
		k, err := d.Cases.Open(ctx, x.Province, x.ID)
		if err != nil {
			return err
		}
		ks = append(ks, k)
	}
	b, err := d.pdf(ctx, d.today().Start(), ks...)
	if err != nil {
		return err
	}
	return web.Download(w, t(ctx, "orders")+" "+d.today().String()+".pdf", "application/pdf", b)
}

// pdf prints work orders, each on pages of its own.
func (d *Desk) pdf(ctx context.Context, at time.Time, ks ...*casework.Case) ([]byte, error) {
	var ls []letter.Letter
	for _, k := range ks {
		ls = append(ls, d.paper(ctx, k))
	}
	var b bytes.Buffer
	err := letter.Print(&b, at, ls...)
	return b.Bytes(), err
}

// paper is the work order of a matter.
func (d *Desk) paper(ctx context.Context, k *casework.Case) letter.Letter {
	l := letter.Letter{Lang: i18n.LangOf(ctx), Plain: true, Title: t(ctx, "order_title", k.Unit.Name), Demo: k.Unit.Demo || d.Front.Demo}
	wide := []float64{3, 9}
	table := func(title string, rows [][]string, head bool, widths ...float64) {
		if len(rows) == 0 || head && len(rows) == 1 {
			return
		}
		if title != "" {
			l.Body = append(l.Body, letter.Block{Text: title, Heading: true})
		}
		l.Body = append(l.Body, letter.Block{Rows: rows, Widths: widths, Head: head})
	}
	facts := pairRows(append(d.facts(ctx, k), ui.Pair{Term: t(ctx, "state"), Text: words(ctx, "state_"+k.State)}))
	table("", append(facts, pairRows(plain(d.clockFacts(ctx, k)))...), false, wide...)
	told := append([][]string{{t(ctx, "subject"), k.Told.Subject}, {t(ctx, "told"), k.Told.Text}}, pairRows(toldFacts(ctx, k))...)
	table(t(ctx, "told"), told, false, wide...)
	hops := [][]string{{t(ctx, "hop_at"), t(ctx, "hop_what")}}
	for _, e := range hopEvents(ctx, k)[1:] {
		hops = append(hops, []string{e.When, e.Title + "\n" + e.Text})
	}
	table(t(ctx, "chain"), hops, true, wide...)
	for i := range k.Replies {
		x := &k.Replies[i]
		table(t(ctx, "reply_"+x.State), append(pairRows(d.replyFacts(ctx, k, x)), []string{t(ctx, "f_reply"), x.Text}), false, wide...)
	}
	past := [][]string{{t(ctx, "hop_at"), t(ctx, "happened")}}
	for _, e := range d.timeline(ctx, k) {
		text := e.Title
		if e.Text != "" {
			text += "\n" + e.Text
		}
		past = append(past, []string{e.When, text})
	}
	table(t(ctx, "timeline"), past, true, wide...)
	return l
}

// plain leaves out what only a screen shows.
func plain(ps []ui.Pair) (out []ui.Pair) {
	for _, p := range ps {
		if p.Of == nil {
			out = append(out, p)
		}
	}
	return out
}

func pairRows(ps []ui.Pair) (out [][]string) {
	for _, p := range ps {
		out = append(out, []string{p.Term, p.Text})
	}
	return out
}
