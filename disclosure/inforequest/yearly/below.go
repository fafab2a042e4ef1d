package yearly

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// mostBelow is how many units directly below one are summed up.
const mostBelow = 2000

// below is what a superior sees of the units below it: the published reports
// together, and who is missing.
type below struct {
	u        agency.Agency
	units    []agency.Agency // those that owe a report, or wrote one
	reports  map[int64]Revision
	total    Figures
	today    clock.Date
	withOwn  bool
	problems []Violation
}

// readBelow adds up the published reports of the units directly below one, or
// with deep of all below it.
func (y *Yearly) readBelow(ctx context.Context, unit int64, year int, deep bool) (b below, err error) {
	err = y.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if b.u, err = agency.Find(tx, unit); err != nil {
			return err
		}
		if _, err := mayRead(tx, b.u); err != nil {
			return err
		}
		b.today = today(tx)
		all, err := subordinates(tx, unit, deep)
		if err != nil {
			return err
		}
		if b.reports, err = y.publishedOf(tx, append(slices.Clone(all), b.u), year); err != nil {
			return err
		}
		for _, u := range all {
			if _, wrote := b.reports[u.ID]; wrote || !dueOn(u.Kind, year).IsZero() {
				b.units = append(b.units, u)
			}
		}
		return nil
	})
	if err != nil {
		return b, err
	}
	y.addUp(&b)
	return b, nil
}

// addUp sums the unit's own report, where it is public, and the children's.
func (y *Yearly) addUp(b *below) {
	var children []Figures
	for _, u := range b.units {
		if v, ok := b.reports[u.ID]; ok {
			children = append(children, v.Figures)
		}
	}
	own := y.Form().Empty()
	if v, ok := b.reports[b.u.ID]; ok {
		own, b.withOwn = v.Figures, true
	}
	b.total = Roll(own, children...)
	b.problems = append(b.total.Check(nil), CheckRoll(b.total, own, children...)...)
}

// subordinates are the units directly below one, or with deep everything
// further below too, without the villages, which owe no report.
func subordinates(tx *db.Tx, unit int64, deep bool) (out []agency.Agency, err error) {
	for next := []int64{unit}; len(next) > 0 && len(out) < mostBelow; next = next[1:] {
		for after := int64(0); len(out) < mostBelow; {
			us, err := agency.Subordinates(tx, next[0], after, agency.MaxPage)
			if err != nil {
				return nil, err
			}
			if len(us) == 0 {
				break
			}
			after = us[len(us)-1].ID
			for _, u := range us {
				if u.Kind == agency.Village {
					continue
				}
				if out = append(out, u); deep {
					next = append(next, u.ID)
				}
			}
		}
	}
	return out[:min(len(out), mostBelow)], nil
}

// publishedOf reads the public reports of units, which may lie in several
// provinces, in pieces a statement can take.
func (y *Yearly) publishedOf(tx *db.Tx, units []agency.Agency, year int) (map[int64]Revision, error) {
	byProvince := map[int][]int64{}
	for _, u := range units {
		byProvince[u.Province()] = append(byProvince[u.Province()], u.ID)
	}
	out := map[int64]Revision{}
	for province, ids := range byProvince {
		for part := range slices.Chunk(ids, 400) {
			vs, err := currentOf(tx, province, year, part)
			if err != nil {
				return nil, err
			}
			for _, v := range vs {
				out[v.Agency] = v
			}
		}
	}
	return out, nil
}

type belowPage struct {
	Unit, Year ui.Input
	Reach      ui.Input
	Filter     ui.Filter
	Units      ui.Grid
	Count      string
	Tables     []printed
	Violations []string
	Book       string
	Due        string
	WithOwn    bool
}

// asked reads which unit and year a page is about; without a unit, the first
// the person may read.
func (y *Yearly) asked(r *http.Request) (unit int64, year int, units []agency.Agency, now clock.Date, err error) {
	ctx := r.Context()
	ranges, err := scope(ctx)
	if err != nil {
		return 0, 0, nil, now, err
	}
	err = y.DB.Read(ctx, func(tx *db.Tx) (err error) {
		now = today(tx)
		units, err = unitsIn(tx, ranges, shownUnits)
		return err
	})
	if err != nil {
		return 0, 0, nil, now, err
	}
	if unit, err = strconv.ParseInt(r.URL.Query().Get("unit"), 10, 64); err != nil || unit < 1 {
		if len(units) == 0 {
			return 0, 0, nil, now, notFound()
		}
		unit = units[0].ID
	}
	if year, err = strconv.Atoi(r.URL.Query().Get("year")); err != nil || year < firstYear || year > now.Year() {
		year = now.Year() - 1
	}
	return unit, year, units, now, nil
}

func reachOf(r *http.Request) string {
	if deep(r) {
		return "all"
	}
	return "direct"
}

// deep answers whether everything below is asked for.
func deep(r *http.Request) bool { return r.URL.Query().Get("reach") == "all" }

func (y *Yearly) below(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	unit, year, units, now, err := y.asked(r)
	if err != nil {
		return err
	}
	b, err := y.readBelow(ctx, unit, year, deep(r))
	if err != nil {
		return err
	}
	p := belowPage{Filter: ui.Filter{Action: web.URL(ctx, "/desk/yearly/below")}, Year: yearInput(ctx, r, now, nil), Tables: y.Form().printed(ctx, b.total), WithOwn: b.withOwn,
		Unit: ui.Input{Name: "unit", Label: word(ctx, "unit"), Value: strconv.FormatInt(unit, 10), Free: true}, Due: i18n.Date(ctx, dueDays().Government.of(year)),
		Book: web.URL(ctx, "/desk/yearly/below/report.xlsx") + "?unit=" + strconv.FormatInt(unit, 10) + "&year=" + strconv.Itoa(year) + "&reach=" + reachOf(r)}
	p.Reach = ui.Input{Name: "reach", Label: word(ctx, "reach"), Value: reachOf(r), Free: true, Options: []ui.Option{{Value: "direct", Text: word(ctx, "reach_direct")}, {Value: "all", Text: word(ctx, "reach_all")}}}
	p.Year.Value, p.Year.Free = strconv.Itoa(year), true
	for _, u := range units {
		p.Unit.Options = append(p.Unit.Options, ui.Option{Value: strconv.FormatInt(u.ID, 10), Text: u.Name})
	}
	p.Units, p.Count = y.belowGrid(ctx, b, year)
	for _, v := range b.problems {
		p.Violations = append(p.Violations, y.Form().Words(ctx, v))
	}
	f := y.desk(r, word(ctx, "below_title", strconv.Itoa(year), b.u.Name), ui.Link{Text: word(ctx, "below")})
	f.Lead = word(ctx, "below_lead")
	return web.Render(w, r, http.StatusOK, belowView(f, p))
}

// belowGrid lists the units, those that are missing first.
func (y *Yearly) belowGrid(ctx context.Context, b below, year int) (g ui.Grid, words string) {
	g = ui.Grid{Caption: word(ctx, "below_units"), Cards: true, Nothing: word(ctx, "below_none"), Columns: []ui.Column{{Title: word(ctx, "unit")}, {Title: word(ctx, "state")}, {Title: word(ctx, "due")}, {Title: word(ctx, "row_new"), Number: true}, {Title: word(ctx, "row_done"), Number: true}}}
	var missing, there [][]ui.Cell
	for _, u := range b.units {
		due, dueWords := dueOn(u.Kind, year), word(ctx, "owes_none")
		if !due.IsZero() {
			dueWords = i18n.Date(ctx, due)
		}
		v, ok := b.reports[u.ID]
		if !ok {
			cell := ui.Cell{Text: word(ctx, "state_missing"), Tag: ui.TagWaiting}
			if due.Before(b.today) {
				cell = ui.Cell{Text: word(ctx, "state_late"), Tag: ui.TagDanger}
			}
			missing = append(missing, []ui.Cell{{Text: u.Name}, cell, {Text: dueWords}, {}, {}})
			continue
		}
		there = append(there, []ui.Cell{{Text: u.Name, Href: href(ctx, yearPath(u, year))}, {Text: word(ctx, "state_published"), Tag: ui.TagPublished}, {Text: dueWords},
			{Text: i18n.Number(ctx, v.Figures.Three.At(New, Total))}, {Text: i18n.Number(ctx, v.Figures.Three.At(Done, Total))}})
	}
	g.Rows = append(missing, there...)
	return g, word(ctx, "below_count", len(b.units), len(there), len(missing))
}

func (y *Yearly) belowBook(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	unit, year, _, _, err := y.asked(r)
	if err != nil {
		return err
	}
	b, err := y.readBelow(ctx, unit, year, deep(r))
	if err != nil {
		return err
	}
	title := word(ctx, "below_title", strconv.Itoa(year), b.u.Name)
	out, err := book(ctx, title, y.mark(ctx), y.Form().printed(ctx, b.total))
	if err != nil {
		return err
	}
	return web.Download(w, title+".xlsx", xlsxType, out)
}
