package desk

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"yangguang/disclosure"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// maxBelow bounds the units one page lists; those with most overdue come first.
const (
	maxBelow = 1000
	fewBelow = 40 // before the reader asks for all
)

// belowPage is what a superior watches: units, doubts, reports, what is about
// to be published.
type belowPage struct {
	Stats     []ui.Figure
	Units     []unitRow
	Doubts    []ui.Work
	Reports   []ui.Work
	Scheduled []ui.Work
	Action    string
	All       string // address that lists every unit
	More      bool
}

type unitRow struct {
	ID, Name, Href             string
	Owed, Met, Overdue, Missed int
}

func (d *Desk) below(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	ranges := reach(account.From(ctx), disclosure.Overseeing)
	most := fewBelow
	if r.URL.Query().Has("all") {
		most = maxBelow
	}
	var us []standing
	var total totals
	var ws []word
	var soonPublic []listed
	err := d.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if us, err = standings(tx, ranges, most); err != nil {
			return err
		}
		if total, err = totalsOf(tx, ranges); err != nil {
			return err
		}
		if ws, err = words(tx, ranges, "open", maxWords); err != nil {
			return err
		}
		soonPublic, err = listItems(tx, listQuery{Ranges: ranges, State: disclosure.Approved, Limit: maxWords})
		return err
	})
	if err != nil {
		return err
	}
	tasks, err := d.Disclosure.Inbox(ctx)
	if err != nil {
		return err
	}
	p := belowPage{Action: web.URL(ctx, "/desk/below/inspection"), All: web.URL(ctx, "/desk/below") + "?all=1", More: total.Units > len(us)}
	for _, t := range tasks[disclosure.TaskRule] {
		p.Doubts = append(p.Doubts, d.work(ctx, disclosure.TaskRule, t, clock.Date{}))
	}
	for _, x := range ws {
		p.Reports = append(p.Reports, d.wordWork(ctx, x))
	}
	for _, x := range soonPublic {
		p.Scheduled = append(p.Scheduled, d.listedWork(ctx, x, true))
	}
	d.standingRows(ctx, &p, us, total)
	f := d.frame(r, i18n.T(ctx, "desk.below"), ui.Link{Text: i18n.T(ctx, "desk.below")})
	f.Lead = i18n.T(ctx, "desk.below_lead")
	return d.show(w, r, http.StatusOK, f, belowView(p))
}

func (d *Desk) standingRows(ctx context.Context, p *belowPage, us []standing, total totals) {
	for _, u := range us {
		p.Units = append(p.Units, unitRow{ID: strconv.FormatInt(u.Agency, 10), Name: u.Unit, Href: web.URL(ctx, "/"+u.Region.Short()+"/"+u.Slug),
			Owed: u.Owed, Met: u.Met, Overdue: u.Overdue, Missed: u.Missed})
	}
	kind := ""
	if total.Overdue > 0 {
		kind = "danger"
	}
	n := func(i int) string { return i18n.Number(ctx, int64(i)) }
	p.Stats = []ui.Figure{{Label: i18n.T(ctx, "desk.units_below"), Value: n(total.Units)}, {Label: i18n.T(ctx, "desk.units_late"), Value: n(total.LateUnits), Kind: kind},
		{Label: i18n.T(ctx, "desk.overdue_count"), Value: n(total.Overdue), Kind: kind}, {Label: i18n.T(ctx, "desk.doubts"), Value: n(len(p.Doubts))},
		{Label: i18n.T(ctx, "desk.reports_open"), Value: n(len(p.Reports))}}
}

// inspectionPage is a list to take along: what each chosen unit owes.
type inspectionPage struct {
	On    string
	Units []inspected
}

type inspected struct {
	Name string
	Grid ui.Grid
}

// inspection makes the list for an inspection of the chosen units. It keeps
// nothing: the address carries the choice, so that it can be sent on.
func (d *Desk) inspection(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), r.URL.Query()
	on := d.today()
	if x, err := clock.ParseDate(ui.JoinDate(v.Get, "on")); err == nil {
		on = x
	}
	var due []owed
	err := d.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
		due, err = unmet(tx, reach(account.From(ctx), disclosure.Overseeing), on, 1000)
		return err
	})
	if err != nil {
		return err
	}
	p := inspectionPage{On: i18n.DateWeekday(ctx, on)}
	at := map[int64]int{}
	for _, x := range due {
		if !slices.Contains(v["unit"], strconv.FormatInt(x.Agency, 10)) {
			continue
		}
		i, ok := at[x.Agency]
		if !ok {
			i = len(p.Units)
			at[x.Agency] = i
			p.Units = append(p.Units, inspected{Name: x.Unit, Grid: ui.Grid{Caption: i18n.T(ctx, "desk.inspect_unit", x.Unit), Cards: true,
				Columns: []ui.Column{{Title: i18n.T(ctx, "desk.category")}, {Title: i18n.T(ctx, "desk.period")}, {Title: i18n.T(ctx, "desk.due")},
					{Title: i18n.T(ctx, "desk.times_asked"), Number: true}, {Title: i18n.T(ctx, "desk.seen")}}}})
		}
		p.Units[i].Grid.Rows = append(p.Units[i].Grid.Rows, []ui.Cell{{Text: d.categoryTitle(ctx, x.Category)}, {Text: d.periodTitle(ctx, x.Category, x.Period)},
			{Text: i18n.DateWeekday(ctx, x.DueOn)}, {Text: i18n.Number(ctx, int64(x.Asked))}, {Text: "□"}})
	}
	f := d.frame(r, i18n.T(ctx, "desk.inspection"), ui.Link{Text: i18n.T(ctx, "desk.below"), Href: web.URL(ctx, "/desk/below")}, ui.Link{Text: i18n.T(ctx, "desk.inspection")})
	f.Lead = i18n.T(ctx, "desk.inspection_lead", p.On)
	return d.show(w, r, http.StatusOK, f, inspectionView(p))
}
