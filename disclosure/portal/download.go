package portal

import (
	"bytes"
	"net/http"

	"yangguang/disclosure/form"
	"yangguang/internal/i18n"
	"yangguang/internal/web"
)

// xlsx is the media type of a workbook.
const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// download answers an item as a file to keep: its page, or where it has a
// form, the table.
func (p *Portal) download(w http.ResponseWriter, r *http.Request, name string) error {
	ctx := r.Context()
	found, _, err := p.find(r)
	if err != nil {
		return err
	}
	if found.Version == nil {
		return notFound()
	}
	v := found.Version
	keep := found.Item.Slug() + " " + v.Title
	if name == "item.html" {
		pg := itemPage{Page: found, Facts: p.itemFacts(ctx, found), Content: p.content(ctx, v)}
		var b bytes.Buffer
		if err := keepView(p.Front.Demo, string(i18n.LangOf(ctx)), p.absolute(href(ctx, found.Item.Path(found.Unit))), pg).Render(ctx, &b); err != nil {
			return err
		}
		return web.Download(w, keep+".html", "text/html; charset=utf-8", b.Bytes())
	}
	f := p.Disclosure.Norm.Form(v.Form)
	if f == nil {
		return notFound()
	}
	data, err := form.Decode([]byte(v.Data))
	if err != nil {
		return err
	}
	switch name {
	case "item.xlsx":
		b, err := form.Write(*f, data, i18n.LangOf(ctx), form.Meta{Title: v.Title, Agency: found.Unit.Name, IndexNumber: found.Item.Number, Demo: p.Front.Demo})
		if err != nil {
			return err
		}
		return web.Download(w, keep+".xlsx", xlsx, b)
	case "item.csv":
		var b bytes.Buffer
		if err := form.CSV(ctx, &b, *f, data); err != nil {
			return err
		}
		if p.Front.Demo { // below the figures, so that programs still find the heads in the first line
			b.WriteString(`"` + t(ctx, "ui.demo") + "\"\r\n")
		}
		return web.Download(w, keep+".csv", "text/csv; charset=utf-8", b.Bytes())
	}
	return notFound()
}
