package handling

import (
	"bytes"
	"net/http"
	"strconv"

	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/letter"
	"yangguang/internal/fault"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// numbersOfLetter reads the letter of an address.
func numbersOfLetter(r *http.Request) (province int, id, n int64, err error) {
	if province, id, err = numbers(r); err == nil {
		n, err = web.PathID(r, "letter")
	}
	return province, id, n, err
}

// deliveryForm prints the proof of delivery that goes with a letter. It is
// posted, since it may read the applicant's address.
func (d *Desk) deliveryForm(w http.ResponseWriter, r *http.Request) error {
	province, id, n, err := numbersOfLetter(r)
	if err != nil {
		return err
	}
	l, number, err := d.Requests.Delivery(r.Context(), province, id, n)
	if err != nil {
		return err
	}
	form := "pdf"
	if len(l.Lacks()) > 0 {
		form = "docx"
	}
	b, kind, err := l.As(form, d.today().Start())
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.Download(w, t(r.Context(), "delivery_form")+" "+number+"."+form, kind, b)
}

// envelope prints the face of a letter's envelope.
func (d *Desk) envelope(w http.ResponseWriter, r *http.Request) error {
	province, id, n, err := numbersOfLetter(r)
	if err != nil {
		return err
	}
	e, number, err := d.Requests.Envelope(r.Context(), province, id, n)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := letter.Envelopes(&b, d.today().Start(), e); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.Download(w, t(r.Context(), "envelope")+" "+number+".pdf", "application/pdf", b.Bytes())
}

// lacksPage tells which answers cannot be printed from a PDF.
type lacksPage struct {
	Grid   ui.Grid
	Rest   []string // those that can
	Action string
	Back   string
}

// printMany prints the answers of the chosen requests as one file.
func (d *Desk) printMany(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return fault.Say(fault.Invalid, "handling.upload_broken")
	}
	refs, err := refsOf(r.PostForm["request"])
	if err != nil {
		return err
	}
	ps, err := d.Requests.Batch(ctx, refs)
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return d.showList(w, r, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	ls := make([]letter.Letter, len(ps))
	for i, p := range ps {
		if ls[i] = p.Merged; p.Lacks != "" {
			return d.showLacks(w, r, ps)
		}
	}
	var b bytes.Buffer
	if err := letter.Print(&b, d.today().Start(), ls...); err != nil {
		return err
	}
	return web.Download(w, t(ctx, "batch_name")+" "+d.today().String()+".pdf", "application/pdf", b.Bytes())
}

func (d *Desk) showLacks(w http.ResponseWriter, r *http.Request, ps []inforequest.Printed) error {
	ctx := r.Context()
	p := lacksPage{Action: web.URL(ctx, root+"/letters"), Back: web.URL(ctx, root) + "?state=deliver"}
	p.Grid = ui.Grid{Caption: t(ctx, "lacks"), Cards: true, Columns: cols(ctx, "letter_number", "lacks_chars", "print")}
	for _, x := range ps {
		if x.Lacks == "" {
			p.Rest = append(p.Rest, strconv.Itoa(x.Province)+"-"+strconv.FormatInt(x.Request, 10))
			continue
		}
		at := pathOf(x.Province, x.Request, "/letters/"+strconv.FormatInt(x.Letter, 10)+"/docx")
		p.Grid.Rows = append(p.Grid.Rows, []ui.Cell{{Text: x.Number}, {Text: x.Lacks}, {Text: "Word", Href: web.URL(ctx, at)}})
	}
	f := d.frame(r, t(ctx, "lacks"), ui.Link{Text: t(ctx, "lacks")})
	f.Lead = t(ctx, "lacks_lead")
	return web.Render(w, r, http.StatusOK, lacksView(f, p))
}
