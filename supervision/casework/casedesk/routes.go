package casedesk

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
)

// cataloguePage is the dispatch catalogue 派单目录 of a unit.
type cataloguePage struct {
	Errors ui.Errors
	Units  ui.Input
	Filter ui.Filter
	Rows   []routeRow
	Fields []field
	Action string
	End    string
	Sheet  string
	Import string
	File   ui.Input
}

type routeRow struct {
	ID                                      string
	Topic, Place, Unit, Co, Note, From, Tag string
	Kind                                    ui.TagKind
	Ended                                   bool
}

// maxSheet bounds a workbook, in bytes.
const maxSheet = 4 << 20

func (d *Desk) catalogue(w http.ResponseWriter, r *http.Request) error {
	return d.showCatalogue(w, r, http.StatusOK, nil)
}

// catalogueOf is the unit the page is about, of those the person accepts for.
func catalogueOf(tx *db.Tx, r *http.Request) (u agency.Agency, in ui.Input, err error) {
	ctx := r.Context()
	us, err := unitsFor(tx, account.From(ctx), casework.Accepting)
	if err != nil {
		return u, in, err
	}
	if len(us) == 0 {
		return u, in, fault.Say(fault.NotFound, "fault.not_found")
	}
	u = us[0]
	for _, x := range us {
		if num(x.ID) == r.FormValue("unit") {
			u = x
		}
	}
	return u, ui.Input{Name: "unit", Label: t(ctx, "unit"), Value: num(u.ID), Options: unitOptions(us), Free: true}, nil
}

// area are the divisions of a unit's area a route may hold for.
func area(tx *db.Tx, u agency.Agency) ([]agency.Division, error) {
	here, err := agency.FindDivision(tx, u.Division)
	if err != nil {
		return nil, err
	}
	below, err := agency.Children(tx, u.Division, 0, 500)
	return append([]agency.Division{here}, below...), err
}

func (d *Desk) showCatalogue(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx := r.Context()
	p := cataloguePage{Errors: bad, Action: web.URL(ctx, root+"/catalogue"), End: web.URL(ctx, root+"/catalogue/end"), Import: web.URL(ctx, root+"/catalogue/import"),
		Filter: ui.Filter{Action: web.URL(ctx, root+"/catalogue")}}
	var u agency.Agency
	var below []agency.Agency
	var places []agency.Division
	if err := d.Cases.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if u, p.Units, err = catalogueOf(tx, r); err != nil {
			return err
		}
		if places, err = area(tx, u); err != nil {
			return err
		}
		below, err = casework.Below(tx, u.ID)
		return err
	}); err != nil {
		return err
	}
	all, err := d.Cases.Routes(ctx, u.ID)
	if err != nil {
		return err
	}
	for _, x := range all {
		p.Rows = append(p.Rows, d.routeRow(ctx, x, below, places))
	}
	d.routeFields(r, &p, below, places, bad)
	p.Sheet = web.URL(ctx, root+"/catalogue/routes.xlsx") + "?unit=" + num(u.ID)
	p.File = ui.Input{Name: "file", Label: t(ctx, "f_sheet"), Help: t(ctx, "f_sheet_help"), Accept: ".xlsx", Error: bad.Of(ctx, "file")}
	f := d.frame(r, t(ctx, "catalogue"), ui.Link{Text: t(ctx, "catalogue")})
	f.Lead = t(ctx, "catalogue_lead")
	return web.Render(w, r, status, catalogueView(f, p))
}

func (d *Desk) routeFields(r *http.Request, p *cataloguePage, below []agency.Agency, places []agency.Division, bad ui.Errors) {
	ctx := r.Context()
	topics, regions := []ui.Option{{Text: t(ctx, "choose")}}, []ui.Option{}
	for _, x := range d.norm().Topics {
		topics = append(topics, ui.Option{Value: x.ID, Text: x.Title.In(ctx)})
	}
	for _, x := range places {
		regions = append(regions, ui.Option{Value: x.Code.String(), Text: x.Name})
	}
	lead := named("select", "lead", append([]ui.Option{{Text: t(ctx, "choose")}}, unitOptions(below)...))
	p.Fields = filled(r, []field{named("select", "topic", topics), named("select", "region", regions), lead, optional(named("checks", "co", unitOptions(below))),
		optional(of("text", "route_note")), preset(of("date", "valid_from"), d.today().String())}, bad)
}

func (d *Desk) routeRow(ctx context.Context, x casework.Route, below []agency.Agency, places []agency.Division) routeRow {
	name := func(id int64) string {
		for _, u := range below {
			if u.ID == id {
				return u.Name
			}
		}
		return num(id)
	}
	out := routeRow{ID: num(x.ID), Topic: d.topicName(ctx, x.Topic), Place: x.Region.String(), Unit: name(x.Unit), Note: x.Note, From: i18n.Date(ctx, x.ValidFrom), Kind: ui.TagPublished, Tag: t(ctx, "route_holds")}
	for _, p := range places {
		if p.Code == x.Region {
			out.Place = p.Name
		}
	}
	var co []string
	for _, id := range x.Co {
		co = append(co, name(id))
	}
	out.Co = strings.Join(co, t(ctx, "and"))
	switch {
	case !x.ValidTo.IsZero():
		out.Ended, out.Kind, out.Tag = true, ui.TagWithdrawn, t(ctx, "route_until", i18n.Date(ctx, x.ValidTo))
	case x.ValidFrom.After(d.today()):
		out.Kind, out.Tag = ui.TagWaiting, t(ctx, "route_later")
	}
	return out
}

func (d *Desk) addRoute(w http.ResponseWriter, r *http.Request) error {
	in := input{r}
	region, _ := agency.ParseCode(in.text("region"))
	err := d.Cases.SetRoute(r.Context(), casework.Route{Agency: in.id("unit"), Topic: in.text("topic"), Region: region, Unit: in.id("lead"), Co: in.ids("co"), Note: in.text("route_note"), ValidFrom: in.date("valid_from")})
	return d.afterRoute(w, r, err)
}

// endRoute ends an entry today; matters passed on by it stay where they are.
func (d *Desk) endRoute(w http.ResponseWriter, r *http.Request) error {
	in := input{r}
	return d.afterRoute(w, r, d.Cases.SetRoute(r.Context(), casework.Route{ID: in.id("route"), Agency: in.id("unit"), ValidTo: d.today().AddDays(-1)}))
}

func (d *Desk) afterRoute(w http.ResponseWriter, r *http.Request, err error) error {
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return d.showCatalogue(w, r, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, root+"/catalogue?unit="+num(input{r}.id("unit")))
}

// The columns of the workbook; addresses name units and codes places, so that it
// can be read back in any language.
var routeColumns = []string{"topic", "region", "lead_path", "co_paths", "note", "valid_from", "valid_to"}

func (d *Desk) routesSheet(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var u agency.Agency
	var rows [][]string
	if err := d.Cases.DB.Read(ctx, func(tx *db.Tx) (err error) {
		u, _, err = catalogueOf(tx, r)
		return err
	}); err != nil {
		return err
	}
	all, err := d.Cases.Routes(ctx, u.ID)
	if err != nil {
		return err
	}
	err = d.Cases.DB.Read(ctx, func(tx *db.Tx) error {
		path := func(id int64) (string, error) {
			x, err := agency.Find(tx, id)
			return x.Path(), err
		}
		for _, x := range all {
			lead, err := path(x.Unit)
			if err != nil {
				return err
			}
			var co []string
			for _, id := range x.Co {
				s, err := path(id)
				if err != nil {
					return err
				}
				co = append(co, s)
			}
			rows = append(rows, []string{x.Topic, x.Region.Short(), lead, strings.Join(co, " "), x.Note, x.ValidFrom.String(), x.ValidTo.String()})
		}
		return nil
	})
	if err != nil {
		return err
	}
	b, err := sheetOf(append([][]string{routeColumns}, rows...))
	if err != nil {
		return err
	}
	return web.Download(w, t(ctx, "catalogue")+" "+d.today().String()+".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b)
}

// sheetOf writes rows of text; text stays text, never a formula.
func sheetOf(rows [][]string) (out []byte, err error) {
	x := excelize.NewFile()
	defer func() { err = errors.Join(err, x.Close()) }()
	for i, row := range rows {
		for j, s := range row {
			cell, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				return nil, err
			}
			if err := x.SetCellStr("Sheet1", cell, s); err != nil {
				return nil, err
			}
		}
	}
	var b bytes.Buffer
	err = x.Write(&b)
	return b.Bytes(), err
}

// maxRoutes is how many rows a workbook may bring.
const maxRoutes = 1000

// importRoutes adds the rows of a workbook; those that stand in the catalogue
// already are passed over, what one row refuses is told, the others are added.
func (d *Desk) importRoutes(w http.ResponseWriter, r *http.Request) error {
	ctx, in := r.Context(), input{r}
	bad := func(key string) error {
		return d.showCatalogue(w, r, http.StatusUnprocessableEntity, ui.Errors{{Name: "file", Key: key, Args: []any{maxRoutes}}})
	}
	f, _, err := r.FormFile("file")
	if err != nil {
		return bad("casedesk.need_sheet")
	}
	defer f.Close() //nolint:errcheck // it was read
	x, err := excelize.OpenReader(f, excelize.Options{RawCellValue: true, UnzipSizeLimit: 16 << 20, UnzipXMLSizeLimit: 16 << 20})
	if err != nil {
		return bad("casedesk.need_sheet")
	}
	defer x.Close() //nolint:errcheck // it was read
	rows, err := x.GetRows(x.GetSheetName(0))
	if err != nil || len(rows) < 2 || !slices.Equal(rows[0], routeColumns) {
		return bad("casedesk.need_columns")
	}
	if len(rows) > maxRoutes+1 {
		return bad("casedesk.rows_many")
	}
	unit := in.id("unit")
	have, err := d.Cases.Routes(ctx, unit)
	if err != nil {
		return err
	}
	p := bulkPage{Back: web.URL(ctx, root+"/catalogue") + "?unit=" + num(unit), Grid: ui.Grid{Caption: t(ctx, "catalogue_import"), Cards: true, Columns: cols(ctx, "row", "topic", "became")}}
	for i, cells := range rows[1:] {
		cell, err := d.importRoute(ctx, unit, cells, have)
		if err != nil {
			return err
		}
		p.Grid.Rows = append(p.Grid.Rows, []ui.Cell{{Text: strconv.Itoa(i + 2)}, {Text: d.topicName(ctx, at(cells, 0))}, cell})
	}
	fr := d.frame(r, t(ctx, "catalogue_import"), ui.Link{Text: t(ctx, "catalogue"), Href: p.Back}, ui.Link{Text: t(ctx, "catalogue_import")})
	return web.Render(w, r, http.StatusOK, bulkView(fr, p))
}

func at(cells []string, i int) string {
	if i < len(cells) {
		return strings.TrimSpace(cells[i])
	}
	return ""
}

func (d *Desk) importRoute(ctx context.Context, unit int64, cells []string, have []casework.Route) (ui.Cell, error) {
	x := casework.Route{Agency: unit, Topic: at(cells, 0), Note: at(cells, 4)}
	x.Region, _ = agency.ParseCode(at(cells, 1))
	x.ValidFrom, _ = clock.ParseDate(at(cells, 5))
	if err := d.Cases.DB.Read(ctx, func(tx *db.Tx) error {
		for i, path := range append([]string{at(cells, 2)}, strings.Fields(at(cells, 3))...) {
			code, slug, _ := strings.Cut(path, "/")
			division, _ := agency.ParseCode(code)
			u, err := agency.FindByPath(tx, division, slug)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			if i == 0 {
				x.Unit = u.ID
			} else {
				x.Co = append(x.Co, u.ID)
			}
		}
		return nil
	}); err != nil {
		return ui.Cell{}, err
	}
	if slices.ContainsFunc(have, func(o casework.Route) bool {
		return o.Topic == x.Topic && o.Region == x.Region && o.Unit == x.Unit && o.ValidFrom == x.ValidFrom && slices.Equal(o.Co, x.Co)
	}) {
		return ui.Cell{Text: t(ctx, "route_there")}, nil
	}
	if at(cells, 6) != "" {
		return ui.Cell{Text: t(ctx, "route_ended")}, nil
	}
	err := d.Cases.SetRoute(ctx, x)
	switch {
	case err == nil:
		return ui.Cell{Text: t(ctx, "bulk_done"), Tag: ui.TagPublished}, nil
	case fault.KindOf(err) == fault.Invalid || fault.KindOf(err) == fault.Conflict:
		return ui.Cell{Text: refusal(ctx, err), Tag: ui.TagDanger}, nil
	}
	return ui.Cell{}, err
}
