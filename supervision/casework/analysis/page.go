package analysis

import (
	"context"
	"net/http"
	"time"

	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// Join adds the figures to the navigation of the staff.
func (s *Analysis) Join(f *front.Front) {
	f.DeskNav(front.Casework, "analysis.nav", "/desk/analysis", Verbs()...)
}

// fileRate is how often one caller may have a file made.
var fileRate = web.Rate{N: 30, Per: time.Minute}

const reportPath = "/desk/analysis/reports/{province}/{report}"

// Routes are the sub-room's pages. Whose figures a person may read the use
// cases decide.
func (s *Analysis) Routes() []web.Route {
	read, lead := web.May(Reading), web.May(Instructing)
	return []web.Route{
		{Pattern: "GET /matters/statistics", Access: web.Public, Handler: s.statistics},
		{Pattern: "GET /matters/statistics/definitions", Access: web.Public, Handler: s.definitions, Cached: true},
		{Pattern: "GET /matters/statistics.xlsx", Access: web.Public, Handler: s.statisticsBook, Limit: fileRate},
		{Pattern: "GET /desk/analysis", Access: web.SignedIn, Handler: s.figures},
		{Pattern: "GET /desk/analysis/list", Access: read, Handler: s.list},
		{Pattern: "GET /desk/analysis.xlsx", Access: read, Handler: s.figuresBook, Limit: fileRate},
		{Pattern: "GET /desk/analysis/hot", Access: read, Handler: s.hotPage},
		{Pattern: "POST /desk/analysis/hot/{province}/{hot}/seen", Access: read, Handler: s.hotSeen},
		{Pattern: "GET /desk/analysis/reports", Access: web.SignedIn, Handler: s.reports},
		{Pattern: "POST /desk/analysis/reports", Access: read, Handler: s.startReport},
		{Pattern: "GET " + reportPath, Access: web.SignedIn, Handler: s.showReport},
		{Pattern: "GET " + reportPath + "/revisions/{number}", Access: web.SignedIn, Handler: s.showReport},
		{Pattern: "GET " + reportPath + "/report.docx", Access: web.SignedIn, Handler: s.reportDocument, Limit: fileRate},
		{Pattern: "GET " + reportPath + "/report.pdf", Access: web.SignedIn, Handler: s.reportPDF, Limit: fileRate},
		{Pattern: "GET " + reportPath + "/edit", Access: read, Handler: s.editReport},
		{Pattern: "POST " + reportPath + "/edit", Access: read, Handler: s.saveReport},
		{Pattern: "POST " + reportPath + "/submit", Access: read, Handler: s.doSubmit},
		{Pattern: "POST " + reportPath + "/revise", Access: read, Handler: s.doRevise},
		{Pattern: "POST " + reportPath + "/instruct", Access: lead, Handler: s.doInstruct},
		{Pattern: "POST " + reportPath + "/instructions/{instruction}/answer", Access: web.SignedIn, Handler: s.doAnswer},
		{Pattern: "POST " + reportPath + "/instructions/{instruction}/settle", Access: lead, Handler: s.doSettle},
		{Pattern: "POST " + reportPath + "/close", Access: lead, Handler: s.doClose},
	}
}

func (s *Analysis) desk(r *http.Request, title string, crumbs ...ui.Link) ui.Frame {
	ctx := r.Context()
	return s.Front.Desk(r, title, append([]ui.Link{{Text: word(ctx, "desk"), Href: web.URL(ctx, "/desk")}, {Text: word(ctx, "nav"), Href: web.URL(ctx, "/desk/analysis")}}, crumbs...)...)
}

// boardPage is a page of figures.
type boardPage struct {
	*board
	Period  ui.Input
	Action  string
	Hidden  []ui.Pair
	Desk    bool
	Masked  bool
	K       int64
	Few     int
	Hot     ui.Grid
	HotAll  string
	Up      []ui.Link
	Links   []ui.Link
	Changed []string
}

func (s *Analysis) statistics(w http.ResponseWriter, r *http.Request) error {
	v, err := s.publicView(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	pg := s.page(ctx, v)
	pg.Action = web.URL(ctx, "/matters/statistics")
	pg.Links = []ui.Link{{Text: word(ctx, "definitions"), Href: web.URL(ctx, "/matters/statistics/definitions")}, {Text: word(ctx, "xlsx"), Href: web.URL(ctx, "/matters/statistics.xlsx") + "?" + v.query() + "&period=" + v.p.key()}, {Text: word(ctx, "to_matters"), Href: web.URL(ctx, "/matters")}}
	f := s.Front.Page(r, word(ctx, "title", v.name), append([]ui.Link{{Text: word(ctx, "home"), Href: web.URL(ctx, "/")}}, s.crumbs(ctx, v)...)...)
	f.Lead, f.Of, f.Description = word(ctx, "public_lead", v.p.said(ctx)), []string{v.p.said(ctx)}, word(ctx, "description", v.name)
	return web.Render(w, r, http.StatusOK, boardView(f, pg))
}

// publicView reads the published figures of a division or unit within the
// installation's own: those of one month that is over.
func (s *Analysis) publicView(r *http.Request) (v *view, err error) {
	q := r.URL.Query()
	err = s.DB.Read(r.Context(), func(tx *db.Tx) error {
		at, err := findPlace(tx, q.Get("place"), q.Get("unit"), s.Front.Home)
		if err != nil {
			return err
		}
		if !s.Front.Home.Contains(at.code) {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		p, err := endedMonth(q.Get("period"), clock.DateOf(tx.Now))
		if err != nil {
			return err
		}
		v, err = s.look(tx, at, p, false, true)
		return err
	})
	return v, err
}

// endedMonth reads a period that is one month and over; the last one by itself.
func endedMonth(s string, today clock.Date) (period, error) {
	last := addMonths(monthOf(today), -1)
	if s == "" {
		return period{last, last}, nil
	}
	p, ok := parsePeriod(s, today)
	if !ok || p.months() != 1 || !p.over(today) {
		return p, fault.Say(fault.NotFound, "fault.not_found")
	}
	return p, nil
}

// page makes a page of a view, with what every such page has.
func (s *Analysis) page(ctx context.Context, v *view) boardPage {
	pg := boardPage{board: s.board(ctx, v), Desk: v.desk, Masked: !v.exact, K: v.k, Few: few}
	pg.Period = ui.Input{Name: "period", Label: word(ctx, "period"), Value: v.p.key(), Short: true, Free: true}
	for _, p := range choices(v.today, !v.exact) {
		pg.Period.Options = append(pg.Period.Options, ui.Option{Value: p.key(), Text: p.said(ctx)})
	}
	if v.unit != 0 {
		pg.Hidden = []ui.Pair{{Term: "unit", Text: v.query()[len("unit="):]}}
	} else {
		pg.Hidden = []ui.Pair{{Term: "place", Text: v.code.Short()}}
	}
	return pg
}

// crumbs is the way down through the figures of the divisions above.
func (s *Analysis) crumbs(ctx context.Context, v *view) (out []ui.Link) {
	base := web.URL(ctx, map[bool]string{true: "/desk/analysis", false: "/matters/statistics"}[v.desk])
	for _, d := range v.above {
		if s.Front.Home.Contains(d.Code) {
			out = append(out, ui.Link{Text: d.Name, Href: base + "?" + place{code: d.Code}.query() + "&period=" + v.p.key()})
		}
	}
	return append(out, ui.Link{Text: v.name})
}

// deskView reads the figures of a place for whoever may read them there.
func (s *Analysis) deskView(r *http.Request) (v *view, err error) {
	ctx := r.Context()
	a, q := account.From(ctx), r.URL.Query()
	if !a.Holds(Reading) && !a.Holds(Instructing) {
		return nil, fault.Say(fault.Forbidden, "analysis.no_grant")
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		var at place
		if q.Get("place")+q.Get("unit") == "" {
			at, err = ownPlace(tx, ctx, s.Front.Home)
		} else {
			at, err = findPlace(tx, q.Get("place"), q.Get("unit"), s.Front.Home)
		}
		if err != nil {
			return err
		}
		if !at.may(a, Reading) && !at.may(a, Instructing) {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		today := clock.DateOf(tx.Now)
		exact := at.exact(a)
		p := usualPeriod(today)
		if s := q.Get("period"); s != "" && exact {
			var ok bool
			if p, ok = parsePeriod(s, today); !ok {
				return fault.Say(fault.NotFound, "fault.not_found")
			}
		}
		if !exact {
			if p, err = endedMonth(q.Get("period"), today); err != nil {
				return err
			}
		}
		v, err = s.look(tx, at, p, exact, false)
		return err
	})
	if v != nil {
		v.desk = true
	}
	return v, err
}

// usualPeriod is what the desk shows unasked: this month, or the last one while
// this has hardly begun.
func usualPeriod(today clock.Date) period {
	m := monthOf(today)
	if today.Day() < 10 {
		m = addMonths(m, -1)
	}
	return period{m, m}
}

func (s *Analysis) figures(w http.ResponseWriter, r *http.Request) error {
	v, err := s.deskView(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	pg := s.page(ctx, v)
	pg.Action = web.URL(ctx, "/desk/analysis")
	pg.Links = []ui.Link{{Text: word(ctx, "reports"), Href: web.URL(ctx, "/desk/analysis/reports")}, {Text: word(ctx, "definitions"), Href: web.URL(ctx, "/matters/statistics/definitions")},
		{Text: word(ctx, "xlsx"), Href: web.URL(ctx, "/desk/analysis.xlsx") + "?" + v.query() + "&period=" + v.p.key()}, {Text: word(ctx, "public_page"), Href: web.URL(ctx, "/matters/statistics") + "?" + v.query()}}
	if v.unit == 0 {
		if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) { pg.Hot, err = s.hotGrid(tx, v.code, 10); return err }); err != nil {
			return err
		}
		pg.HotAll = web.URL(ctx, "/desk/analysis/hot")
	}
	f := s.desk(r, word(ctx, "title", v.name), s.crumbs(ctx, v)...)
	f.Lead = word(ctx, "desk_lead", v.p.said(ctx))
	return web.Render(w, r, http.StatusOK, boardView(f, pg))
}
