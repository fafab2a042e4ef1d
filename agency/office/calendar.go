package office

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"yangguang/agency"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// month is one month of the public calendar.
type month struct {
	Title string
	Weeks [][7]dayCell
	Work  int
}

// dayCell is one day; the zero value is a blank at the edge of a month.
type dayCell struct {
	Number int
	Mark   string // 休 or 班, "" for what the plain week says
	Rest   bool
	Say    string // why, for those who cannot see the mark
}

// publicCalendar shows which days of a year are worked, and by which notice.
func (o *Office) publicCalendar(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	year, err := yearOf(r.URL.Query().Get("year"), o.today().Year())
	if err != nil {
		return err
	}
	at, err := divisionOf(r.URL.Query(), o.Front.Home)
	if err != nil {
		return err
	}
	c, err := o.Calendars.For(ctx, int64(at))
	if err != nil {
		return err
	}
	f := o.Front.Page(r, say(ctx, "calendar_title", strconv.Itoa(year)), ui.Link{Text: say(ctx, "home_page"), Href: web.URL(ctx, "/")}, ui.Link{Text: say(ctx, "calendar")})
	f.Lead = say(ctx, "calendar_lead")
	top := nothing
	if !c.Covers(year) {
		top = notice("waiting", say(ctx, "calendar_provisional"))
	}
	link := func(y int) string {
		return web.URL(ctx, "/calendar?"+url.Values{"year": {strconv.Itoa(y)}, "division": {at.Short()}}.Encode())
	}
	acts := []ui.Action{{Text: say(ctx, "deadline_title"), Href: web.URL(ctx, "/calendar/deadline"), Icon: "calendar"}, {Text: strconv.Itoa(year - 1), Kind: "secondary", Href: link(year - 1)}, {Text: strconv.Itoa(year + 1), Kind: "secondary", Href: link(year + 1)}}
	return o.open(w, r, http.StatusOK, f, top, buttons(acts...), legend(), months(monthsOf(ctx, c, year)), section(say(ctx, "departures"), ui.Table(departures(ctx, c, year))), o.sources(ctx, c, year))
}

func yearOf(s string, otherwise int) (int, error) {
	if s == "" {
		return otherwise, nil
	}
	y, err := strconv.Atoi(s)
	if err != nil || y < 2000 || y > 2100 {
		return 0, fault.Say(fault.NotFound, "fault.not_found")
	}
	return y, nil
}

func divisionOf(q url.Values, home agency.Code) (agency.Code, error) {
	if q.Get("division") == "" {
		return home, nil
	}
	c, err := agency.ParseCode(q.Get("division"))
	if err != nil {
		return 0, fault.Say(fault.NotFound, "fault.not_found")
	}
	return c, nil
}

func monthsOf(ctx context.Context, c *calendar.Calendar, year int) (ms []month) {
	for m := time.January; m <= time.December; m++ {
		first := clock.NewDate(year, m, 1)
		x := month{Title: say(ctx, "month_"+strconv.Itoa(int(m)))}
		var week [7]dayCell
		for d := first; d.Month() == m && d.Year() == year; d = d.AddDays(1) {
			at := (int(d.Weekday()) + 6) % 7
			worked, why := c.Workday(d)
			cell := dayCell{Number: d.Day(), Rest: !worked}
			if worked {
				x.Work++
			}
			if why.Kind != calendar.Weekday && why.Kind != calendar.Weekend {
				cell.Mark, cell.Say = say(ctx, "mark_rest"), why.In(ctx)
				if worked {
					cell.Mark = say(ctx, "mark_work")
				}
			}
			week[at] = cell
			if at == 6 {
				x.Weeks, week = append(x.Weeks, week), [7]dayCell{}
			}
		}
		if week != ([7]dayCell{}) {
			x.Weeks = append(x.Weeks, week)
		}
		ms = append(ms, x)
	}
	return ms
}

// departures lists the days on which a notice departs from the plain week.
func departures(ctx context.Context, c *calendar.Calendar, year int) ui.Grid {
	g := ui.Grid{Caption: say(ctx, "departures_of", strconv.Itoa(year)), Cards: true, Columns: columns(ctx, "day", "what", "notice"), Nothing: say(ctx, "departures_none")}
	var run struct {
		from, to clock.Date
		why      calendar.Reason
	}
	flush := func() {
		if !run.from.IsZero() {
			days := i18n.DateWeekday(ctx, run.from)
			if run.to != run.from {
				days = say(ctx, "from_to", days, i18n.DateWeekday(ctx, run.to))
			}
			g.Rows = append(g.Rows, ui.Text(days, run.why.In(ctx), run.why.Notice))
		}
		run.from = clock.Date{}
	}
	for d := clock.NewDate(year, time.January, 1); d.Year() == year; d = d.AddDays(1) {
		_, why := c.Workday(d)
		if !run.from.IsZero() && why == run.why {
			run.to = d
			continue
		}
		flush()
		if why.Kind != calendar.Weekday && why.Kind != calendar.Weekend {
			run.from, run.to, run.why = d, d, why
		}
	}
	flush()
	return g
}

// sources says what the calendar of a year rests on.
func (o *Office) sources(ctx context.Context, c *calendar.Calendar, year int) templ.Component {
	g := ui.Grid{Caption: say(ctx, "sources_table"), Cards: true, Columns: columns(ctx, "whose", "notice", "source", "version"), Nothing: say(ctx, "sources_none")}
	for _, e := range c.Editions() {
		if e.Year == year {
			whose := say(ctx, "range_nation")
			switch {
			case e.Norm != "":
				whose = say(ctx, "range_norm")
			case e.Division != 0:
				whose = agency.Code(e.Division).Short()
			}
			g.Rows = append(g.Rows, []ui.Cell{{Text: whose}, {Text: e.Notice}, {Text: e.Source, Href: e.URL}, {Text: strconv.Itoa(e.Version)}})
		}
	}
	return section(say(ctx, "sources"), ui.Table(g))
}

// maxSpan bounds the spans the calculator takes: days, or months.
const maxSpan = 400

// deadline is the calculator anybody may check us with.
func (o *Office) deadline(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	f := o.Front.Page(r, say(ctx, "deadline_title"), ui.Link{Text: say(ctx, "home_page"), Href: web.URL(ctx, "/")}, up(ctx, "calendar", "/calendar"), ui.Link{Text: say(ctx, "deadline_title")})
	f.Narrow, f.NoIndex, f.Lead = true, len(q) > 0, say(ctx, "deadline_lead")
	top, result := nothing, nothing
	status, errs := http.StatusOK, ui.Errors(nil)
	if len(q) > 0 {
		res, err := o.explained(ctx, q)
		var ok bool
		if status, errs, top, ok = refusal(ctx, err); !ok {
			return err
		}
		if err == nil {
			result = res
		}
	} else {
		q = url.Values{"from": {o.today().String()}, "days": {"20"}}
	}
	a := ask{ctx, q, errs}
	units := []ui.Option{{Value: "working_days", Text: say(ctx, "working_days")}, {Value: "calendar_days", Text: say(ctx, "calendar_days")}, {Value: "months", Text: say(ctx, "unit_months")}}
	return o.open(w, r, status, f, top, formView(form{Action: "/calendar/deadline", Get: true, Send: say(ctx, "deadline_do"),
		Fields: []templ.Component{a.date("from"), a.text("days", typed("number", "off")), a.choose("unit", units)}}), result)
}

func (o *Office) explained(ctx context.Context, q url.Values) (templ.Component, error) {
	from, ok := day(q, "from")
	n, err := strconv.Atoi(q.Get("days"))
	units := map[string]calendar.Unit{"": calendar.WorkingDays, "working_days": calendar.WorkingDays, "calendar_days": calendar.CalendarDays, "months": calendar.Months}
	unit, known := units[q.Get("unit")]
	switch {
	case !ok || from.IsZero() || from.Year() < 1950 || from.Year() > 2100:
		return nil, wrong("from", "date_wrong")
	case err != nil || n < 1 || n > maxSpan || unit == calendar.Months && n > 36:
		return nil, wrong("days", "days_wrong", maxSpan)
	case !known:
		return nil, wrong("unit", "unit_wrong")
	}
	at, err := divisionOf(q, o.Front.Home)
	if err != nil {
		return nil, err
	}
	var c *calendar.Calendar
	err = o.DB.Read(ctx, func(tx *db.Tx) error { c, err = o.Calendars.In(tx, int64(at)); return err })
	if err != nil {
		return nil, err
	}
	rows := calendar.ExplainRows(ctx, c.Explain(from, calendar.Span{N: n, Unit: unit}, nil))
	g := ui.Grid{Caption: say(ctx, "explanation"), Cards: true, Columns: columns(ctx, "day", "nth", "why")}
	due, provisional := clock.Date{}, false
	for _, x := range rows {
		number := ""
		if x.Counted {
			number = strconv.Itoa(x.Number)
		}
		if x.Due {
			due = x.Date
		}
		provisional = provisional || x.Reason.Provisional
		g.Rows = append(g.Rows, ui.Text(x.Day, number, x.Text))
	}
	lines := []string{say(ctx, "deadline_is", i18n.DateWeekday(ctx, due))}
	if provisional {
		lines = append(lines, say(ctx, "calendar_provisional"))
	}
	return many(notice("good", lines...), ui.Table(g)), nil
}
