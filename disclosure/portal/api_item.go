package portal

import (
	"net/http"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/form"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/web"
)

func (p *Portal) apiItems(w http.ResponseWriter, r *http.Request) error {
	q, err := p.apiQuery(r)
	if err != nil {
		return err
	}
	out := apiPage[apiItem]{Items: []apiItem{}}
	err = p.read(r.Context(), func(tx *db.Tx) error {
		if s := r.URL.Query().Get("agency"); s != "" {
			u, err := unitOfPath(tx, s)
			if err != nil {
				return bad("agency")
			}
			q.Agency, q.Within = u.ID, agency.Nation
		}
		rows, err := disclosure.List(tx, q)
		for i := range rows {
			out.Items = append(out.Items, apiItemOf(&rows[i], today(tx)))
		}
		if len(rows) == q.Limit {
			out.Next = cursorWord(rows[len(rows)-1].After())
		}
		return err
	})
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, out)
}

func (p *Portal) apiQuery(r *http.Request) (q disclosure.Query, err error) {
	if q, err = p.apiFilter(r); err != nil {
		return q, err
	}
	if q.Before = cursor(r); r.URL.Query().Get("before") != "" && q.Before.ID == 0 {
		return q, bad("before")
	}
	return q, nil
}

// apiFilter reads what narrows a list, without the place in it.
func (p *Portal) apiFilter(r *http.Request) (q disclosure.Query, err error) {
	if q.Within, err = p.codeParam(r, "within"); err != nil {
		return q, err
	}
	if q.Limit, err = limitParam(r); err != nil {
		return q, err
	}
	get := r.URL.Query().Get
	if s := get("category"); s != "" {
		if p.Disclosure.Norm.Category(s) == nil {
			return q, bad("category")
		}
		q.Category = s
	}
	for name, d := range map[string]*clock.Date{"from": &q.From, "to": &q.To} {
		if s := get(name); s != "" {
			if *d, err = clock.ParseDate(s); err != nil {
				return q, bad(name)
			}
		}
	}
	return q, nil
}

func (p *Portal) apiItem(w http.ResponseWriter, r *http.Request) error {
	year, serial, err := number(r.PathValue("number"))
	if err != nil {
		return err
	}
	var u agency.Agency
	err = p.read(r.Context(), func(tx *db.Tx) (err error) {
		u, err = apiUnit(tx, r)
		return err
	})
	if err != nil {
		return err
	}
	pg, err := p.Disclosure.Public(r.Context(), u, year, serial)
	if err != nil {
		return err
	}
	row := disclosure.Row{Item: *pg.Item, Unit: u.Name, UnitPath: u.Path()}
	out := apiWhole{apiItem: apiItemOf(&row, p.today()), Files: []apiFile{}}
	if out.Log, err = p.apiLogOf(r.Context(), pg, row.Href()); err != nil {
		return err
	}
	if pg.Version == nil {
		out.EndedAt, out.EndKind, out.EndReason = stamp(pg.Item.EndedAt), pg.Item.EndKind, pg.Item.EndReason
		return web.JSON(w, http.StatusGone, out)
	}
	v := pg.Version
	out.Summary, out.DocNumber, out.HTML, out.Form, out.Version = v.Summary, v.DocNumber, v.Body, v.Form, v.Number
	if v.Form != "" {
		data, err := form.Decode([]byte(v.Data))
		if err != nil {
			return err
		}
		out.Data = &data
	}
	for _, f := range pg.Files {
		out.Files = append(out.Files, apiFile{Name: f.Name, Type: f.Kind, Size: f.Size, Path: row.Href() + "/f/" + itoa(f.ID) + "/" + pathEscape(f.Name)})
	}
	return web.JSON(w, http.StatusOK, out)
}
