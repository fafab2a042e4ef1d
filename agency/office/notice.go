package office

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// calendars is the administrator's page: what is loaded, what is missing, and
// the file to hand in.
func (o *Office) calendars(w http.ResponseWriter, r *http.Request) error {
	return o.askNotice(w, r, nil, nil)
}

func (o *Office) askNotice(w http.ResponseWriter, r *http.Request, vals url.Values, err error) error {
	ctx := r.Context()
	status, errs, top, ok := refusal(ctx, err)
	if !ok {
		return err
	}
	at, e := o.noticePlace(r, r.FormValue("division"))
	if e != nil {
		if at, e = o.noticePlace(r, ""); e != nil {
			return e
		}
	}
	year, missing, err := o.Calendars.NextYearMissing(ctx, o.Clock.Now())
	if err != nil {
		return err
	}
	alarm := nothing
	if missing {
		alarm = notice("danger", i18n.T(ctx, "calendar.next_year_missing", strconv.Itoa(year)))
	}
	editions, err := o.editions(ctx, at)
	if err != nil {
		return err
	}
	if vals == nil {
		vals = url.Values{"division": {at.Short()}}
	}
	a := ask{ctx, vals, errs}
	f := o.frame(r, say(ctx, "nav_calendar"))
	f.Lead = say(ctx, "calendars_lead")
	return o.desk(w, r, status, f, top, o.flash(r), alarm, editions, section(say(ctx, "notice_upload"), words(say(ctx, "notice_formats")),
		formView(form{Action: "/desk/calendar/check", Files: true, Send: say(ctx, "notice_check"), Fields: []templ.Component{
			a.text("division", short, func(in *ui.Input) { in.Help = say(ctx, "h_notice_division") }), a.file("file", ".json,.csv"), a.text("source", optional), a.text("notice", optional), a.text("url", optional)}})))
}

// noticePlace is whose calendar the page is about: the one asked for, the
// nation where the actor may keep it, else his own division.
func (o *Office) noticePlace(r *http.Request, in string) (agency.Code, error) {
	who := account.From(r.Context())
	if in = strings.TrimSpace(in); in == "" {
		if o.keepsCalendar(who, agency.Nation) {
			return agency.Nation, nil
		}
		return within(who.Scope(Calendar)[0]), nil // the route asks for the right
	}
	c, err := agency.ParseCode(in)
	if err != nil {
		return 0, fault.Fields(fault.Field{Name: "division", Key: "agency.code_malformed"})
	}
	if !o.keepsCalendar(who, c) {
		return 0, fault.Fields(fault.Field{Name: "division", Key: "agency.outside_scope"})
	}
	return c, nil
}

// keepsCalendar answers whether somebody publishes a division's notices. A right
// for one unit is a right for its division; and whoever keeps the calendar of the
// division whose installation this is keeps the nation's copy here as well.
func (o *Office) keepsCalendar(who *account.Actor, c agency.Code) bool {
	for _, r := range who.Scope(Calendar) {
		if r.Lo <= int64(c) && int64(c) <= r.Hi || c == agency.Nation && r.Lo <= int64(o.Front.Home) && int64(o.Front.Home) <= r.Hi {
			return true
		}
	}
	return false
}

func (o *Office) editions(ctx context.Context, at agency.Code) (templ.Component, error) {
	place := ""
	nation, err := o.Calendars.History(ctx, 0)
	local := []calendar.Published(nil)
	if err == nil && at != agency.Nation {
		local, err = o.Calendars.History(ctx, int64(at))
	}
	if err == nil {
		err = o.DB.Read(ctx, func(tx *db.Tx) error { place = newNames(tx).place(at); return nil })
	}
	if err != nil {
		return nil, err
	}
	g := ui.Grid{Caption: say(ctx, "editions"), Cards: true, Long: true, Columns: columns(ctx, "whose", "year", "version", "notice", "source", "published", "file")}
	covered := map[int]bool{}
	for _, p := range append(local, nation...) {
		whose := say(ctx, "range_nation")
		if p.Division != 0 {
			whose = place
		} else {
			covered[p.Year] = true
		}
		file := "/desk/calendar/file?" + url.Values{"division": {agency.Code(p.Division).Short()}, "year": {strconv.Itoa(p.Year)}, "version": {strconv.Itoa(p.Version)}}.Encode()
		g.Rows = append(g.Rows, []ui.Cell{{Text: whose}, {Text: strconv.Itoa(p.Year)}, {Text: strconv.Itoa(p.Version)}, {Text: p.Notice}, {Text: p.Source}, {Text: i18n.Date(ctx, clock.DateOf(p.At))}, {Text: say(ctx, "download"), Href: web.URL(ctx, file)}})
	}
	gaps := nothing
	if missing := gapYears(covered, o.today().Year()); missing != "" {
		gaps = notice("waiting", say(ctx, "gaps", missing))
	}
	return many(gaps, ui.Table(g)), nil
}

// gapYears are the years between the first notice and the present year that
// have none.
func gapYears(covered map[int]bool, until int) (out string) {
	first := until
	for y := range covered {
		first = min(first, y)
	}
	for y := first; y <= until; y++ {
		if !covered[y] {
			out += " " + strconv.Itoa(y)
		}
	}
	return out
}

// editionFile is a published edition as it can be changed and handed in again.
func (o *Office) editionFile(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	at, err := divisionOf(q, agency.Nation)
	if err != nil {
		return err
	}
	ps, err := o.Calendars.History(r.Context(), int64(at))
	if err != nil {
		return err
	}
	for _, p := range ps {
		if strconv.Itoa(p.Year) == q.Get("year") && strconv.Itoa(p.Version) == q.Get("version") {
			return web.Download(w, "calendar-"+at.Short()+"-"+strconv.Itoa(p.Year)+".json", "application/json", p.Encode())
		}
	}
	return fault.Say(fault.NotFound, "fault.not_found")
}

// handedIn reads the form: a file, and whose calendar it is for.
func (o *Office) handedIn(r *http.Request) (f calendar.File, err error) {
	at, err := o.noticePlace(r, r.PostForm.Get("division"))
	if err != nil {
		return f, err
	}
	name, b, err := uploaded(r, calendar.MaxFile)
	v := r.PostForm
	return calendar.File{Division: int64(at), Name: name, Body: b, Source: v.Get("source"), Notice: v.Get("notice"), URL: v.Get("url"), By: person(r)}, err
}

// checkNotice lists the mistakes of a file with their lines, or what would
// change day by day. It publishes nothing.
func (o *Office) checkNotice(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	in, err := o.handedIn(r)
	if err != nil {
		return o.askNotice(w, r, r.PostForm, err)
	}
	editions, problems := calendar.Parse(in.Name, in.Body, in.Division)
	if len(problems) > 0 {
		return o.showMistakes(w, r, problems)
	}
	old, err := o.Calendars.For(ctx, in.Division)
	if err != nil {
		return err
	}
	changes := changesOf(ctx, old, editions)
	f := o.frame(r, say(ctx, "notice_preview"), up(ctx, "nav_calendar", "/desk/calendar"))
	if len(changes.Rows) == 0 {
		return o.desk(w, r, http.StatusOK, f, notice("", say(ctx, "notice_same")), ui.Table(changes), buttons(ui.Action{Text: say(ctx, "cancel"), Kind: "secondary", Href: web.URL(ctx, "/desk/calendar")}))
	}
	hidden := append(keepFile(in.Name, in.Body), ui.Pair{Term: "division", Text: agency.Code(in.Division).Short()})
	for _, k := range []string{"source", "notice", "url"} {
		hidden = append(hidden, ui.Pair{Term: k, Text: r.PostForm.Get(k)})
	}
	return o.desk(w, r, http.StatusOK, f, notice("waiting", say(ctx, "notice_follows")), ui.Table(changes),
		formView(form{Action: "/desk/calendar/publish", Files: true, Hidden: hidden, Send: say(ctx, "notice_publish"), Back: "/desk/calendar"}))
}

func (o *Office) showMistakes(w http.ResponseWriter, r *http.Request, problems []calendar.Problem) error {
	ctx := r.Context()
	g := ui.Grid{Caption: say(ctx, "notice_mistakes"), Cards: true, Columns: columns(ctx, "line", "problem")}
	for _, p := range problems {
		g.Rows = append(g.Rows, ui.Text(strconv.Itoa(p.Line), i18n.T(ctx, "calendar."+trimRoom(p.Key), append([]any{p.Line}, p.Args...)...)))
	}
	f := o.frame(r, say(ctx, "notice_preview"), up(ctx, "nav_calendar", "/desk/calendar"))
	return o.desk(w, r, http.StatusUnprocessableEntity, f, notice("danger", say(ctx, "notice_bad", len(problems))), ui.Table(g), buttons(ui.Action{Text: say(ctx, "notice_again"), Href: web.URL(ctx, "/desk/calendar")}))
}

func trimRoom(key string) string {
	if len(key) > 9 && key[:9] == "calendar." {
		return key[9:]
	}
	return key
}

// changesOf compares every day of the years a file speaks of.
func changesOf(ctx context.Context, old *calendar.Calendar, editions []calendar.Edition) ui.Grid {
	g := ui.Grid{Caption: say(ctx, "notice_changes"), Cards: true, Columns: columns(ctx, "day", "before", "after"), Nothing: say(ctx, "notice_same")}
	next := calendar.New(layers(old, editions)...)
	for _, e := range editions {
		for d := clock.NewDate(e.Year-1, time.December, 20); d.Year() <= e.Year; d = d.AddDays(1) {
			was, why := old.Workday(d)
			is, because := next.Workday(d)
			if was != is || why.Kind != because.Kind || why.Name != because.Name {
				g.Rows = append(g.Rows, ui.Text(i18n.DateWeekday(ctx, d), why.In(ctx), because.In(ctx)))
			}
		}
	}
	return g
}

// layers are the editions of a calendar with some replaced, division by
// division, the nation first.
func layers(old *calendar.Calendar, editions []calendar.Edition) (out [][]calendar.Edition) {
	fresh := map[int]bool{}
	for _, e := range editions {
		fresh[e.Year] = true
	}
	type layer struct {
		norm     string
		division int64
	}
	var order []layer
	by := map[layer][]calendar.Edition{}
	add := func(e calendar.Edition) {
		l := layer{e.Norm, e.Division}
		if _, ok := by[l]; !ok {
			order = append(order, l)
		}
		by[l] = append(by[l], e)
	}
	for _, e := range old.Editions() {
		if len(editions) == 0 || e.Norm != "" || e.Division != editions[0].Division || !fresh[e.Year] {
			add(e)
		}
	}
	for _, e := range editions {
		add(e)
	}
	for _, d := range order {
		out = append(out, by[d])
	}
	return out
}

// publishNotice publishes; open deadlines are counted anew soon after.
func (o *Office) publishNotice(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	in, err := o.handedIn(r)
	if err != nil {
		return o.askNotice(w, r, r.PostForm, err)
	}
	if _, err := o.Calendars.Import(ctx, in); err != nil {
		return o.askNotice(w, r, r.PostForm, err)
	}
	return web.See(w, r, "/desk/calendar?done=notice&division="+agency.Code(in.Division).Short())
}

// noteNotice writes the audit row of a calendar a person published.
func noteNotice(tx *db.Tx, c calendar.Change) error {
	who := account.From(tx.Ctx)
	if who == nil { // the program's own, at its start
		return nil
	}
	at := agency.Code(c.Division)
	e := audit.Entry{Province: int64(at.Province()), Verb: "office.publish_calendar", Object: at.Short(), Person: who.Person, Login: who.Login}
	for _, x := range c.Editions {
		e.Reason = x.Notice
		e.Detail += " " + strconv.Itoa(x.Year) + "v" + strconv.Itoa(x.Version)
	}
	return audit.Append(tx, e)
}
