package yearly

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// shownUnits is how many units the desk lists; an office has a few.
const shownUnits = 60

func deskPath(v *Revision, more string) string {
	return "/desk/yearly/reports/" + strconv.Itoa(v.Province) + "/" + strconv.FormatInt(v.ID, 10) + more
}

// numbers reads province and revision of a path.
func numbers(r *http.Request) (province int, revision int64, err error) {
	p, err := web.PathID(r, "province")
	if err != nil || p > 99 {
		return 0, 0, notFound()
	}
	revision, err = web.PathID(r, "revision")
	return int(p), revision, err
}

func (y *Yearly) desk(r *http.Request, title string, crumbs ...ui.Link) ui.Frame {
	ctx := r.Context()
	return y.Front.Desk(r, title, append([]ui.Link{{Text: i18n.T(ctx, "yearly.desk"), Href: web.URL(ctx, "/desk")}, {Text: word(ctx, "nav"), Href: web.URL(ctx, "/desk/yearly")}}, crumbs...)...)
}

// scope is where a person has any part in reports.
func scope(ctx context.Context) (out []account.Range, err error) {
	a := account.From(ctx)
	for _, v := range Verbs() {
		out = append(out, a.Scope(v)...)
	}
	if len(out) == 0 {
		return nil, fault.Say(fault.Forbidden, "yearly.no_grant_write")
	}
	return out, nil
}

type minePage struct {
	Reports    ui.Grid
	Unit, Year ui.Input
	May        bool // begin a report
	Errors     ui.Errors
	Below      string
	Check      string
}

func (y *Yearly) mine(w http.ResponseWriter, r *http.Request) error {
	return y.showMine(w, r, http.StatusOK, nil)
}

func (y *Yearly) showMine(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx := r.Context()
	ranges, err := scope(ctx)
	if err != nil {
		return err
	}
	p := minePage{Errors: bad, May: account.From(ctx).Holds(Writing), Below: web.URL(ctx, "/desk/yearly/below"), Check: web.URL(ctx, "/desk/yearly/check")}
	p.Reports = ui.Grid{Caption: word(ctx, "reports"), Cards: true, Nothing: word(ctx, "no_units"), Columns: []ui.Column{{Title: word(ctx, "unit")}, {Title: word(ctx, "year")}, {Title: word(ctx, "state")}, {Title: word(ctx, "due")}}}
	p.Unit = ui.Input{Name: "unit", Label: word(ctx, "unit"), Value: r.PostFormValue("unit"), Error: bad.Of(ctx, "unit")}
	err = y.DB.Read(ctx, func(tx *db.Tx) error {
		units, err := unitsIn(tx, ranges, shownUnits)
		if err != nil {
			return err
		}
		for _, u := range units {
			if account.From(ctx).May(Writing, target(u)) {
				p.Unit.Options = append(p.Unit.Options, ui.Option{Value: strconv.FormatInt(u.ID, 10), Text: u.Name})
			}
			for _, year := range []int{today(tx).Year(), today(tx).Year() - 1} {
				row, err := y.standing(tx, u, year)
				if err != nil {
					return err
				}
				p.Reports.Rows = append(p.Reports.Rows, row)
			}
		}
		p.Year = yearInput(ctx, r, today(tx), bad)
		return nil
	})
	if err != nil {
		return err
	}
	f := y.desk(r, word(ctx, "nav"))
	f.Lead = word(ctx, "desk_lead")
	return web.Render(w, r, status, mineView(f, p))
}

func yearInput(ctx context.Context, r *http.Request, now clock.Date, bad ui.Errors) ui.Input {
	in := ui.Input{Name: "year", Label: word(ctx, "year"), Value: r.FormValue("year"), Error: bad.Of(ctx, "year"), Short: true}
	for year := now.Year(); year > now.Year()-6; year-- {
		in.Options = append(in.Options, ui.Option{Value: strconv.Itoa(year), Text: word(ctx, "year_n", strconv.Itoa(year))})
	}
	if in.Value == "" {
		in.Value = strconv.Itoa(now.Year() - 1)
	}
	return in
}

// standing is how a unit's report of a year stands.
func (y *Yearly) standing(tx *db.Tx, u agency.Agency, year int) ([]ui.Cell, error) {
	ctx := tx.Ctx
	due := dueOn(u.Kind, year)
	row := []ui.Cell{{Text: u.Name}, {Text: word(ctx, "year_n", strconv.Itoa(year))}, {Text: word(ctx, "state_none"), Tag: ui.TagWithdrawn}, {Text: word(ctx, "owes_none")}}
	if !due.IsZero() {
		row[3].Text = i18n.Date(ctx, due)
	}
	x, err := reportOf(tx, u, year)
	late := !due.IsZero() && due.Before(today(tx))
	if fault.Is(err, fault.NotFound) {
		if late {
			row[2] = ui.Cell{Text: word(ctx, "state_late"), Tag: ui.TagDanger}
		}
		return row, nil
	}
	if err != nil {
		return nil, err
	}
	var v *Revision
	if err := y.newest(tx, x, &v); err != nil {
		return nil, err
	}
	row[1].Href = web.URL(ctx, deskPath(v, ""))
	row[2] = ui.Cell{Text: word(ctx, "state_"+v.State), Tag: tagKind(v.State)}
	if late && x.current == 0 {
		row[2] = ui.Cell{Text: word(ctx, "state_"+v.State) + word(ctx, "and_late"), Tag: ui.TagDanger}
	}
	return row, nil
}

func tagKind(state string) ui.TagKind {
	return map[string]ui.TagKind{Draft: ui.TagWithdrawn, Submitted: ui.TagWaiting, Published: ui.TagPublished}[state]
}

func (y *Yearly) start(w http.ResponseWriter, r *http.Request) error {
	unit, err := web.Int64(r.PostForm.Get("unit"))
	if err != nil {
		return y.showMine(w, r, http.StatusUnprocessableEntity, ui.Errors{{Name: "unit", Key: "yearly.need_unit"}})
	}
	year, _ := strconv.Atoi(r.PostForm.Get("year"))
	v, err := y.Start(r.Context(), unit, year)
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return y.showMine(w, r, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, deskPath(v, ""))
}

// opened is a revision as those who work on it see it.
type opened struct {
	u      agency.Agency
	v      *Revision
	before *Revision
	last   *Figures
	names  map[int64]string
	wrote  bool // the person acting had a hand in it
	ended  bool // the year is over
}

// openDesk reads a revision for those who write or approve it. A draft's figures
// are counted afresh, so that it shows what it would be submitted with.
func (y *Yearly) openDesk(ctx context.Context, province int, revision int64) (o opened, err error) {
	err = y.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if o.v, err = findRevision(tx, province, revision); err != nil {
			return err
		}
		if o.u, err = agency.Find(tx, o.v.Agency); err != nil {
			return err
		}
		a, err := mayRead(tx, o.u)
		if err != nil {
			return err
		}
		if o.v.State == Draft {
			if err := y.count(tx, o.v); err != nil {
				return err
			}
		}
		if o.last, err = y.lastYear(tx, o.u, o.v.Year); err != nil {
			return err
		}
		if o.before, err = beforeOf(tx, o.v); err != nil {
			return err
		}
		wrote, err := writers(tx, o.v)
		if err != nil {
			return err
		}
		for _, p := range wrote {
			o.wrote = o.wrote || a.Is(p)
		}
		o.ended = today(tx).Year() > o.v.Year
		o.names, err = account.Names(tx, []int64{o.v.Author, o.v.Submitter, o.v.Approver})
		return err
	})
	return o, err
}

// beforeOf is the published revision before one; nil for the first.
func beforeOf(tx *db.Tx, v *Revision) (*Revision, error) {
	x, err := findReport(tx, v.Province, v.Report, "")
	if err != nil {
		return nil, err
	}
	all, err := revisionsOf(tx, x, true)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Number < v.Number {
			return &all[i], nil
		}
	}
	return nil, nil
}

type reviewPage struct {
	Report     reportPage
	State      []ui.Pair
	Violations []string
	NoFacts    bool
	Doubtful   []string // what may be about a person
	Note       string   // why it was sent back
	Base       string
	Public     string
	MayEdit    bool
	MaySubmit  bool
	MayDiscard bool
	MayDecide  bool
	MayCorrect bool
	Wait       string // why the person acting may not decide or submit
	Errors     ui.Errors
	Message    string
	Reason     ui.Input
	SendBack   ui.Input
}

func (y *Yearly) review(w http.ResponseWriter, r *http.Request) error {
	return y.showReview(w, r, http.StatusOK, nil, "")
}

func (y *Yearly) showReview(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors, message string) error {
	ctx := r.Context()
	province, id, err := numbers(r)
	if err != nil {
		return err
	}
	o, err := y.openDesk(ctx, province, id)
	if err != nil {
		return err
	}
	v, a := o.v, account.From(ctx)
	p := reviewPage{Report: y.page(ctx, o.u, v, o.before, o.last), NoFacts: y.Facts == nil, Base: web.URL(ctx, deskPath(v, "")), Errors: bad, Message: message}
	if v.State == Draft {
		p.Note = v.Note
	}
	if v.State == Published {
		p.Public = href(ctx, yearPath(o.u, v.Year))
	}
	for _, x := range v.Figures.Check(o.last) {
		p.Violations = append(p.Violations, y.Form().Words(ctx, x))
	}
	write, approve := a.May(Writing, target(o.u)), a.May(Approving, target(o.u))
	p.MayEdit, p.MayDiscard, p.MayCorrect = write && v.State == Draft, write && v.State == Draft && v.Number > 1, write && v.State == Published
	p.MaySubmit = p.MayEdit && o.ended
	p.MayDecide = approve && v.State == Submitted && !o.wrote
	switch {
	case p.MayEdit && !o.ended:
		p.Wait = word(ctx, "year_not_over", strconv.Itoa(v.Year))
	case approve && v.State == Submitted && o.wrote:
		p.Wait = word(ctx, "same_person")
	}
	if v.State != Published {
		p.Doubtful = doubtful(ctx, v.Text)
	}
	p.State = y.stateOf(ctx, o)
	p.Reason = ui.Input{Name: "reason", Label: word(ctx, "correct_reason"), Help: word(ctx, "correct_reason_help"), Value: r.PostFormValue("reason"), Error: bad.Of(ctx, "reason"), MaxLen: maxReason, Rows: 3}
	p.SendBack = ui.Input{Name: "note", Label: word(ctx, "return_note"), Value: r.PostFormValue("note"), Error: bad.Of(ctx, "note"), MaxLen: maxReason, Rows: 3}
	f := y.desk(r, word(ctx, "title_year", strconv.Itoa(v.Year), o.u.Name), ui.Link{Text: word(ctx, "year_n", strconv.Itoa(v.Year))})
	return web.Render(w, r, status, reviewView(f, p))
}

func (y *Yearly) stateOf(ctx context.Context, o opened) []ui.Pair {
	v := o.v
	out := []ui.Pair{{Term: word(ctx, "state"), Of: ui.Tag(tagKind(v.State), word(ctx, "state_"+v.State))}, {Term: word(ctx, "revision"), Text: strconv.Itoa(v.Number)}}
	for _, s := range []struct {
		key    string
		person int64
	}{{"author", v.Author}, {"submitter", v.Submitter}, {"approver", v.Approver}} {
		if name := o.names[s.person]; name != "" {
			out = append(out, ui.Pair{Term: word(ctx, s.key), Text: name})
		}
	}
	if due := dueOn(o.u.Kind, v.Year); !due.IsZero() {
		out = append(out, ui.Pair{Term: word(ctx, "due"), Text: i18n.Date(ctx, due)})
	}
	if v.Reason != "" {
		out = append(out, ui.Pair{Term: word(ctx, "correct_reason"), Text: v.Reason})
	}
	return out
}

// act runs one use case on a revision and leads to where it stands; a refusal
// is shown on the page itself, with what was typed.
func (y *Yearly) act(do func(r *http.Request, province int, revision int64) (string, error)) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		province, id, err := numbers(r)
		if err != nil {
			return err
		}
		path, err := do(r, province, id)
		if bad := ui.ErrorsOf(err); len(bad) > 0 {
			return y.showReview(w, r, http.StatusUnprocessableEntity, bad, "")
		}
		if fault.Is(err, fault.Conflict) {
			key, args, _ := fault.Sentence(err)
			return y.showReview(w, r, http.StatusConflict, nil, i18n.T(r.Context(), key, args...))
		}
		if err != nil {
			return err
		}
		return web.See(w, r, path)
	}
}

func (y *Yearly) doSubmit(r *http.Request, p int, v int64) (string, error) {
	err := y.Submit(r.Context(), p, v)
	if len(ui.ErrorsOf(err)) > 0 { // shown beside their fields
		return deskPath(&Revision{Province: p, ID: v}, "/edit?check=1"), nil
	}
	return deskPath(&Revision{Province: p, ID: v}, ""), err
}

func (y *Yearly) doReturn(r *http.Request, p int, v int64) (string, error) {
	return deskPath(&Revision{Province: p, ID: v}, ""), y.Return(r.Context(), p, v, r.PostForm.Get("note"))
}

func (y *Yearly) doApprove(r *http.Request, p int, v int64) (string, error) {
	return deskPath(&Revision{Province: p, ID: v}, ""), y.Approve(r.Context(), p, v)
}

func (y *Yearly) doDiscard(r *http.Request, p int, v int64) (string, error) {
	return "/desk/yearly", y.Discard(r.Context(), p, v)
}

func (y *Yearly) doCorrect(r *http.Request, p int, v int64) (string, error) {
	next, err := y.Correct(r.Context(), p, v, r.PostForm.Get("reason"))
	if err != nil {
		return "", err
	}
	return deskPath(next, "/edit"), nil
}

// mostWaiting is how many lines of each kind the inbox shows.
const mostWaiting = 50

// Waiting is the room's part of the inbox: reports to approve, drafts that were
// sent back, and after the year reports to begin.
func (y *Yearly) Waiting(ctx context.Context) (out []front.Waiting, err error) {
	defer fault.Wrap(&err, "yearly.Waiting")
	a := account.From(ctx)
	if a == nil || a.MustChange {
		return nil, nil
	}
	err = y.DB.Read(ctx, func(tx *db.Tx) error {
		for _, k := range []struct{ verb, state, key, kind string }{{Approving, Submitted, "to_approve", "to_approve"}, {Writing, Draft, "sent_back", "sent_back_works"}} {
			if !a.Holds(k.verb) {
				continue
			}
			vs, err := openIn(tx, a.Scope(k.verb), k.state, mostWaiting)
			if err != nil {
				return err
			}
			w := front.Waiting{Kind: "yearly." + k.kind, Mine: true}
			for i := range vs {
				if work, ok, err := y.work(tx, a, &vs[i], k.key); err != nil {
					return err
				} else if ok {
					w.Works = append(w.Works, work)
				}
			}
			if len(w.Works) > 0 {
				out = append(out, w)
			}
		}
		return y.owed(tx, a, &out)
	})
	return out, err
}

// owed adds, once a year is over, the units whose report of it nobody has begun.
func (y *Yearly) owed(tx *db.Tx, a *account.Actor, out *[]front.Waiting) error {
	ctx, year := tx.Ctx, today(tx).Year()-1
	if !a.Holds(Writing) || dueDays().Government.of(year).Before(today(tx)) {
		return nil
	}
	units, err := unitsIn(tx, a.Scope(Writing), mostWaiting)
	if err != nil {
		return err
	}
	w := front.Waiting{Kind: "yearly.to_begin", Mine: true}
	for _, u := range units {
		due := dueOn(u.Kind, year)
		if due.IsZero() {
			continue
		}
		if _, err := reportOf(tx, u, year); err == nil {
			continue
		} else if !fault.Is(err, fault.NotFound) {
			return err
		}
		w.Works = append(w.Works, ui.Work{Href: web.URL(ctx, "/desk/yearly"), Title: word(ctx, "title_year", strconv.Itoa(year), u.Name), Meta: []string{u.Name}, Tag: ui.TagWithdrawn, TagWords: word(ctx, "state_none"),
			Next: word(ctx, "begin"), Due: i18n.Date(ctx, due), DueISO: due.String(), Late: due.Before(today(tx)), Spent: -1})
	}
	if len(w.Works) > 0 {
		*out = append(*out, w)
	}
	return nil
}

// work is one line of the inbox; false when it does not wait for this person.
func (y *Yearly) work(tx *db.Tx, a *account.Actor, v *Revision, key string) (w ui.Work, ok bool, err error) {
	wrote, err := writers(tx, v)
	if err != nil {
		return w, false, err
	}
	mine := slices.ContainsFunc(wrote, a.Is)
	if v.State == Submitted && mine || v.State == Draft && v.Note == "" {
		return w, false, nil
	}
	u, err := agency.Find(tx, v.Agency)
	if err != nil {
		return w, false, err
	}
	ctx := tx.Ctx
	w = ui.Work{Href: web.URL(ctx, deskPath(v, "")), Title: word(ctx, "title_year", strconv.Itoa(v.Year), u.Name), Meta: []string{u.Name}, Tag: tagKind(v.State),
		TagWords: word(ctx, "state_"+v.State), Next: word(ctx, "next_"+key), Spent: -1}
	if due := dueOn(u.Kind, v.Year); !due.IsZero() {
		w.Due, w.DueISO, w.Late = i18n.Date(ctx, due), due.String(), due.Before(today(tx))
	}
	return w, true, nil
}
