package handling

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/disclosure/inforequest"
	"yangguang/internal/account"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

const pageSize = 50

// openStates are those of a request still to be worked on.
var openStates = []string{inforequest.Filed, inforequest.Open, inforequest.Clarifying, inforequest.Paying, inforequest.InReview, inforequest.Decided}

// groups are what the list can be narrowed to.
var groups = map[string][]string{"open": openStates, "filed": {inforequest.Filed}, "handling": {inforequest.Open}, "waiting": {inforequest.Clarifying, inforequest.Paying},
	"review": {inforequest.InReview}, "deliver": {inforequest.Decided}, "closed": {inforequest.Closed}}

var groupOrder = []string{"open", "filed", "handling", "waiting", "review", "deliver", "closed"}

type listPage struct {
	Group, Q, Mine ui.Input
	Filter         ui.Filter
	Grid           ui.Grid
	Bulk           bool
	Assign, Print  bool // something to assign, answers to print
	PrintURL       string
	Handler        ui.Input
	Action         string
	Pages          ui.Pages
	MayNew         bool
	MayOffice      bool
	New, Sheet     string
	Statistics     string
	Office         string
	Templates      string
	Errors         ui.Errors
	Rows           []listRow
}

// listRow is a request in the list.
type listRow struct {
	Key, Number, Href, Subject, Unit, Due, DueISO, Handler string
	Tag                                                    ui.TagKind
	TagWords                                               string
	Late                                                   bool
	Choose                                                 bool
}

// filterOf reads how a list is narrowed.
func filterOf(r *http.Request) (group string, f inforequest.Filter) {
	v := r.URL.Query()
	group = v.Get("state")
	if groups[group] == nil {
		group = "open"
	}
	f = inforequest.Filter{States: groups[group], Text: strings.TrimSpace(v.Get("q")), Limit: pageSize + 1}
	if v.Get("mine") == "1" {
		f.Handler = account.From(r.Context()).Person
	}
	on, id, _ := strings.Cut(v.Get("after"), "_")
	if n, err := strconv.ParseInt(id, 10, 64); err == nil {
		f.After = inforequest.Key{On: on, ID: n}
	}
	return group, f
}

func (d *Desk) list(w http.ResponseWriter, r *http.Request) error {
	return d.showList(w, r, http.StatusOK, nil)
}

func (d *Desk) showList(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx := r.Context()
	a := account.From(ctx)
	group, f := filterOf(r)
	qs, err := d.Requests.List(ctx, f)
	if err != nil {
		return err
	}
	p := listPage{Errors: bad, MayNew: a.Holds(inforequest.Registering), MayOffice: a.Holds(inforequest.Deciding), New: web.URL(ctx, root+"/new"), Statistics: web.URL(ctx, root+"/statistics"),
		Office: web.URL(ctx, root+"/office"), Templates: web.URL(ctx, templates), Sheet: web.URL(ctx, root+"/list.xlsx") + "?" + r.URL.RawQuery, Action: web.URL(ctx, root+"/assign"), PrintURL: web.URL(ctx, root+"/letters"),
		Filter: ui.Filter{Action: web.URL(ctx, root)}}
	if r.URL.RawQuery != "" {
		p.Filter.Reset = p.Filter.Action
	}
	p.Group = ui.Input{Name: "state", Label: t(ctx, "state"), Value: group, Free: true}
	for _, g := range groupOrder {
		p.Group.Options = append(p.Group.Options, ui.Option{Value: g, Text: t(ctx, "group_"+g)})
	}
	p.Q = ui.Input{Name: "q", Label: t(ctx, "words"), Value: f.Text, Free: true, MaxLen: 100}
	p.Mine = ui.Input{Name: "mine", Label: t(ctx, "whose"), Value: r.URL.Query().Get("mine"), Free: true, Options: []ui.Option{{Text: t(ctx, "everybodys")}, {Value: "1", Text: t(ctx, "mine")}}}
	if len(qs) > pageSize {
		qs = qs[:pageSize]
		p.Pages.Older = after(ctx, r.URL.Query(), qs[pageSize-1])
	}
	if err := d.rows(ctx, &p, a, qs); err != nil {
		return err
	}
	fr := d.frame(r, t(ctx, "nav"))
	fr.Lead = t(ctx, "list_lead")
	return web.Render(w, r, status, listView(fr, p))
}

// after is the address of the rows that follow.
func after(ctx context.Context, v url.Values, last inforequest.Request) string {
	next := url.Values{}
	for k := range v {
		next.Set(k, v.Get(k))
	}
	on := last.NextOn().String()
	if on == "" {
		on = "9999-12-31"
	}
	next.Set("after", on+"_"+strconv.FormatInt(last.ID, 10))
	return web.URL(ctx, root) + "?" + next.Encode()
}

// rows fills the list, and for who registers the form that assigns several.
func (d *Desk) rows(ctx context.Context, p *listPage, a *account.Actor, qs []inforequest.Request) error {
	return d.Requests.DB.Read(ctx, func(tx *db.Tx) error {
		names, units, err := known(tx, qs)
		if err != nil {
			return err
		}
		for i := range qs {
			q := &qs[i]
			row := listRow{Key: strconv.Itoa(q.Province) + "-" + strconv.FormatInt(q.ID, 10), Number: q.Number, Href: web.URL(ctx, pathOf(q.Province, q.ID, "")), Subject: q.Subject,
				Unit: units[q.Agency], Handler: names[q.Handler], Late: q.Overdue(d.today()), Choose: (q.State == inforequest.Open || q.State == inforequest.Decided) && a.May(inforequest.Registering, account.Target{Agency: q.Agency, Division: int64(q.Region)})}
			row.Tag, row.TagWords = d.tagOf(ctx, q)
			if on := q.NextOn(); !on.IsZero() {
				row.Due, row.DueISO = i18n.Date(ctx, on), on.String()
			}
			p.Rows = append(p.Rows, row)
			p.Bulk = p.Bulk || row.Choose
			p.Assign = p.Assign || row.Choose && q.State == inforequest.Open
			p.Print = p.Print || row.Choose && q.State == inforequest.Decided
		}
		if !p.Bulk {
			return nil
		}
		p.Handler, err = handlers(tx, a.Scope(inforequest.Registering), qs)
		p.Handler.Name, p.Handler.Label, p.Handler.Free = "handler", t(ctx, "f_handler"), true
		return err
	})
}

// known are the names of handlers and units in a list.
func known(tx *db.Tx, qs []inforequest.Request) (names map[int64]string, units map[int64]string, err error) {
	units = map[int64]string{}
	var people []int64
	for _, q := range qs {
		if q.Handler != 0 && !slices.Contains(people, q.Handler) {
			people = append(people, q.Handler)
		}
		if units[q.Agency] == "" {
			u, err := agency.Find(tx, q.Agency)
			if err != nil {
				return nil, nil, err
			}
			units[q.Agency] = u.Name
		}
	}
	names, err = account.Names(tx, people)
	return names, units, err
}

// handlers are who can be given a request of the list.
func handlers(tx *db.Tx, _ []account.Range, qs []inforequest.Request) (in ui.Input, err error) {
	seen := map[int64]bool{}
	for _, q := range qs {
		if seen[-q.Agency] {
			continue
		}
		seen[-q.Agency] = true
		ps, err := account.Holders(tx, inforequest.Handling, account.Target{Agency: q.Agency, Division: int64(q.Region)}, 100)
		if err != nil {
			return in, err
		}
		for _, x := range ps {
			if !seen[x.ID] {
				seen[x.ID] = true
				in.Options = append(in.Options, ui.Option{Value: strconv.FormatInt(x.ID, 10), Text: x.Name})
			}
		}
	}
	return in, nil
}

// assignMany gives the chosen requests to one handler; what one of them refuses
// is told, the others stay assigned.
func (d *Desk) assignMany(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	chosen := r.PostForm["request"]
	handler, _ := strconv.ParseInt(r.PostForm.Get("handler"), 10, 64)
	if len(chosen) == 0 {
		return d.showList(w, r, http.StatusUnprocessableEntity, ui.Errors{{Name: "handler", Key: "handling.choose_some"}})
	}
	refs, err := refsOf(chosen)
	if err != nil {
		return err
	}
	for _, x := range refs {
		err := d.Requests.Assign(ctx, x.Province, x.ID, handler, "")
		if bad := ui.ErrorsOf(err); len(bad) > 0 {
			return d.showList(w, r, http.StatusUnprocessableEntity, bad)
		}
		if err != nil {
			return err
		}
	}
	return web.See(w, r, root+"?state=handling")
}

// refsOf are the requests that were chosen in the list.
func refsOf(chosen []string) (out []inforequest.Ref, err error) {
	for _, key := range chosen {
		p, id, _ := strings.Cut(key, "-")
		province, err1 := strconv.Atoi(p)
		request, err2 := strconv.ParseInt(id, 10, 64)
		if errors.Join(err1, err2) != nil {
			return nil, fault.Say(fault.NotFound, "fault.not_found")
		}
		out = append(out, inforequest.Ref{Province: province, ID: request})
	}
	return out, nil
}

// maxSheet is how many rows a workbook holds.
const maxSheet = 5000

// workbook is the list as a workbook, without any name of an applicant.
func (d *Desk) workbook(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	_, f := filterOf(r)
	f.Limit, f.After = maxSheet, inforequest.Key{}
	qs, err := d.Requests.List(ctx, f)
	if err != nil {
		return err
	}
	var names, units map[int64]string
	if err := d.Requests.DB.Read(ctx, func(tx *db.Tx) (err error) {
		names, units, err = known(tx, qs)
		return err
	}); err != nil {
		return err
	}
	rows := [][]string{{t(ctx, "number"), t(ctx, "subject"), t(ctx, "unit"), t(ctx, "state"), t(ctx, "channel"), t(ctx, "received"), t(ctx, "due"), t(ctx, "handler"), t(ctx, "decision"), t(ctx, "closed")}}
	for i := range qs {
		q := &qs[i]
		_, words := d.tagOf(ctx, q)
		rows = append(rows, []string{q.Number, q.Subject, units[q.Agency], words, i18n.T(ctx, "inforequest.channel_"+q.Channel), q.ReceivedOn.String(), q.NextOn().String(), names[q.Handler], d.decisionTitle(ctx, q.Decision), q.ClosedOn.String()})
	}
	b, err := sheetOf(t(ctx, "nav"), rows, d.mark(ctx))
	if err != nil {
		return err
	}
	return web.Download(w, t(ctx, "nav")+" "+d.today().String()+".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b)
}

// mark says on every sheet of a demonstration that it is one.
func (d *Desk) mark(ctx context.Context) string {
	if d.Front.Demo {
		return i18n.T(ctx, "ui.demo")
	}
	return ""
}

// sheetOf writes rows of text; text stays text, never a formula.
func sheetOf(name string, rows [][]string, mark string) (out []byte, err error) {
	x := excelize.NewFile()
	defer func() { err = errors.Join(err, x.Close()) }()
	if err := x.SetSheetName("Sheet1", name); err != nil {
		return nil, err
	}
	if mark != "" {
		rows = append([][]string{{mark}}, rows...)
	}
	for i, row := range rows {
		for j, s := range row {
			cell, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				return nil, err
			}
			if err := x.SetCellStr(name, cell, s); err != nil {
				return nil, err
			}
		}
	}
	var b bytes.Buffer
	err = x.Write(&b)
	return b.Bytes(), err
}

// waiting are the groups of the inbox, and whose step each is.
var waiting = []struct {
	key    string
	states []string
	verb   string
	mine   bool // only what the person handles himself
}{
	{"confirm", []string{inforequest.Filed}, inforequest.Registering, false},
	{"handle", []string{inforequest.Open}, inforequest.Handling, true},
	{"approve", []string{inforequest.InReview}, inforequest.Deciding, false},
	{"deliver", []string{inforequest.Decided}, inforequest.Registering, false},
}

// Waiting is what the room has for the inbox of the person acting: what is to be
// confirmed, handled, approved, delivered, and for a superior what is late below.
func (d *Desk) Waiting(ctx context.Context) (out []front.Waiting, err error) {
	defer fault.Wrap(&err, "handling.Waiting")
	a := account.From(ctx)
	for _, g := range waiting {
		if !a.Holds(g.verb) {
			continue
		}
		f := inforequest.Filter{States: g.states, Limit: pageSize}
		if g.mine {
			f.Handler = a.Person
		}
		qs, err := d.Requests.List(ctx, f)
		if err != nil {
			return nil, err
		}
		qs = slices.DeleteFunc(qs, func(q inforequest.Request) bool {
			return !a.May(g.verb, account.Target{Agency: q.Agency, Division: int64(q.Region)})
		})
		if out, err = d.wait(ctx, out, "handling.wait_"+g.key, qs); err != nil {
			return nil, err
		}
	}
	return d.warned(ctx, a, out)
}

// warned adds what is due soon or late to the inbox of whoever the warning has
// reached: the head of the office, then the superior, one level up per step.
func (d *Desk) warned(ctx context.Context, a *account.Actor, out []front.Waiting) (_ []front.Waiting, err error) {
	for _, x := range []struct{ verb, kind string }{{inforequest.Deciding, "handling.wait_soon"}, {inforequest.Overseeing, "handling.wait_late"}} {
		if !a.Holds(x.verb) {
			continue
		}
		qs, err := d.Requests.List(ctx, inforequest.Filter{States: []string{inforequest.Open, inforequest.InReview}, Due: d.today().AddDays(7), Limit: pageSize})
		if err != nil {
			return nil, err
		}
		var reached []inforequest.Request
		if err := d.Requests.DB.Read(ctx, func(tx *db.Tx) error {
			for _, q := range qs {
				if !a.May(x.verb, account.Target{Agency: q.Agency, Division: int64(q.Region)}) {
					continue
				}
				yes, err := d.reaches(tx, a, x.verb, &q)
				if err != nil {
					return err
				}
				if yes {
					reached = append(reached, q)
				}
			}
			return nil
		}); err != nil {
			return nil, err
		}
		if out, err = d.wait(ctx, out, x.kind, reached); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// reaches answers whether the warning about a request has come up to the person:
// to the head of its own office, to the n-th agency above it.
func (d *Desk) reaches(tx *db.Tx, a *account.Actor, verb string, q *inforequest.Request) (bool, error) {
	cal, err := d.Requests.Calendars.In(tx, int64(q.Region))
	if err != nil {
		return false, err
	}
	level := inforequest.WarningLevel(cal.WorkingDaysBetween(d.today(), q.DueOn))
	if verb == inforequest.Deciding {
		return level >= inforequest.WarnHead, nil
	}
	up, err := agency.Superiors(tx, q.Agency)
	if err != nil {
		return false, err
	}
	above := max(0, slices.IndexFunc(up, func(u agency.Agency) bool { return u.ID == a.Home.Agency }))
	return level >= inforequest.WarnSuperior+above, nil
}

func (d *Desk) wait(ctx context.Context, out []front.Waiting, kind string, qs []inforequest.Request) ([]front.Waiting, error) {
	if len(qs) == 0 {
		return out, nil
	}
	w := front.Waiting{Kind: kind, Mine: true}
	err := d.Requests.DB.Read(ctx, func(tx *db.Tx) error {
		_, units, err := known(tx, qs)
		for i := range qs {
			q := &qs[i]
			x := ui.Work{Href: web.URL(ctx, pathOf(q.Province, q.ID, "")), Title: q.Subject, Meta: []string{t(ctx, "request_word"), units[q.Agency], q.Number}, Next: t(ctx, "next_"+q.State), Spent: -1, Late: q.Overdue(d.today())}
			x.Tag, x.TagWords = d.tagOf(ctx, q)
			if on := q.NextOn(); !on.IsZero() {
				x.Due, x.DueISO = i18n.Date(ctx, on), on.String()
			}
			if cal, err := d.Requests.Calendars.In(tx, int64(q.Region)); err == nil && !q.DueOn.IsZero() {
				x.Spent = spent(cal, q, d.today())
			}
			w.Works = append(w.Works, x)
		}
		return err
	})
	return append(out, w), err
}

// spent is how much of the time to answer has gone, in percent.
func spent(cal *calendar.Calendar, q *inforequest.Request, today clock.Date) int {
	all := cal.WorkingDaysBetween(q.ReceivedOn, q.DueOn)
	if all <= 0 {
		return 100
	}
	return min(100, max(0, cal.WorkingDaysBetween(q.ReceivedOn, today)*100/all))
}
