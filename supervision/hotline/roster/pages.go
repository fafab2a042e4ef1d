package roster

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/hotline"
)

const (
	root     = "/desk/hotline/roster"
	oneMonth = root + "/{province}/{roster}"
	oneSlot  = root + "/slots/{province}/{slot}"
	public   = "/hotline/roster"
)

// Join adds the page to the staff navigation.
func (s *Rosters) Join(f *front.Front) {
	f.DeskNav(front.Hotline, "roster.nav", root, Writing, Publishing)
}

// Routes are the room's pages; what a person may do to a month is asked again by
// the use case.
func (s *Rosters) Routes() []web.Route {
	write, pass := web.May(Writing), web.May(Publishing)
	return []web.Route{
		{Pattern: "GET " + public, Access: web.Public, Handler: s.public, Cached: true},
		{Pattern: "GET " + public + ".ics", Access: web.Public, Handler: s.feed, Cached: true},
		{Pattern: "GET " + root, Access: web.SignedIn, Handler: s.list},
		{Pattern: "POST " + root, Access: write, Handler: s.begin},
		{Pattern: "GET " + root + "/figures", Access: web.SignedIn, Handler: s.figures},
		{Pattern: "GET " + oneMonth, Access: web.SignedIn, Handler: s.month},
		{Pattern: "POST " + oneMonth + "/slots", Access: write, Handler: s.put},
		{Pattern: "POST " + oneMonth + "/publish", Access: pass, Handler: s.pass},
		{Pattern: "GET " + oneSlot, Access: write, Handler: s.slot},
		{Pattern: "POST " + oneSlot + "/change", Access: write, Handler: s.change},
		{Pattern: "POST " + oneSlot + "/cancel", Access: write, Handler: s.cancel},
		{Pattern: "POST " + oneSlot + "/record", Access: write, Handler: s.record},
	}
}

func word(ctx context.Context, key string, args ...any) string {
	return i18n.T(ctx, "roster."+key, args...)
}

func href(ctx context.Context, parts ...string) string { return web.URL(ctx, strings.Join(parts, "")) }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func monthPath(province int, id int64) string {
	return root + "/" + strconv.Itoa(province) + "/" + itoa(id)
}

func slotPath(province int, id int64) string {
	return root + "/slots/" + strconv.Itoa(province) + "/" + itoa(id)
}

func ids(r *http.Request, name string) (province int, id int64, err error) {
	p, err := web.PathID(r, "province")
	if err != nil {
		return 0, 0, err
	}
	id, err = web.PathID(r, name)
	return int(p), id, err
}

func (s *Rosters) frame(r *http.Request, title string, more ...ui.Link) ui.Frame {
	return s.Front.Desk(r, title, s.Front.Way(r, front.Hotline, "roster.nav", root, more...)...)
}

// monthOf shows 2026-12.
func monthOf(ctx context.Context, m string) string {
	year, mm, _ := strings.Cut(m, "-")
	return word(ctx, "month_of", year, strings.TrimPrefix(mm, "0"))
}

func hours(x *Slot) string {
	return x.Begins.In(clock.Shanghai).Format("15:04") + "–" + x.Ends.In(clock.Shanghai).Format("15:04")
}

// listPage is the list of months.
type listPage struct {
	Errors  ui.Errors
	Grid    ui.Grid
	Line    ui.Input
	Month   ui.Input
	Action  string
	Figures string
	May     bool
}

func (s *Rosters) list(w http.ResponseWriter, r *http.Request) error {
	return s.listing(w, r, http.StatusOK, nil)
}

func (s *Rosters) listing(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx := r.Context()
	a := account.From(ctx)
	p := listPage{Errors: bad, Action: href(ctx, root), Figures: href(ctx, root, "/figures"), May: a.Holds(Writing),
		Grid: ui.Grid{Caption: word(ctx, "nav"), Cards: true, Nothing: word(ctx, "none"), Columns: []ui.Column{{Title: word(ctx, "month")}, {Title: word(ctx, "unit")}, {Title: word(ctx, "state")}}}}
	next := s.DB.Clock().Now().In(clock.Shanghai).Format("2006-01")
	p.Month = ui.Input{Name: "month", Label: word(ctx, "month"), Help: word(ctx, "month_help"), Value: next, Short: true, MaxLen: 7, Error: bad.Of(ctx, "month")}
	p.Line = ui.Input{Name: "line", Label: word(ctx, "line"), Value: r.PostFormValue("line"), Error: bad.Of(ctx, "line")}
	if p.May && s.Lines != nil {
		lines, err := s.Lines(ctx)
		if err != nil {
			return err
		}
		for _, l := range lines {
			if !a.May(Writing, account.Target{Agency: l.Agency, Division: int64(l.Region)}) {
				continue
			}
			p.Line.Options = append(p.Line.Options, ui.Option{Value: strconv.Itoa(l.Province) + "-" + itoa(l.ID), Text: l.Name})
		}
	}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := mine(tx, append(append([]account.Range(nil), a.Scope(Writing)...), a.Scope(Publishing)...), 100)
		if err != nil {
			return err
		}
		for _, x := range found {
			u, err := agency.Find(tx, x.Agency)
			if err != nil {
				return err
			}
			p.Grid.Rows = append(p.Grid.Rows, []ui.Cell{{Text: monthOf(ctx, x.Month), Href: href(ctx, monthPath(x.Province, x.ID))}, {Text: u.Name}, {Text: word(ctx, "is_"+x.State), Tag: tagOf(x.State)}})
		}
		return nil
	})
	if err != nil {
		return err
	}
	f := s.frame(r, word(ctx, "nav"))
	f.Lead = word(ctx, "lead")
	return web.Render(w, r, status, listView(f, p))
}

func tagOf(state string) ui.TagKind {
	return map[string]ui.TagKind{draft: ui.TagReview, published: ui.TagPublished}[state]
}

func (s *Rosters) begin(w http.ResponseWriter, r *http.Request) error {
	province, line, _ := strings.Cut(r.PostFormValue("line"), "-")
	p, e1 := strconv.Atoi(province)
	id, e2 := strconv.ParseInt(line, 10, 64)
	var bad ui.Errors
	if e1 != nil || e2 != nil {
		bad = ui.Errors{{Name: "line", Key: "roster.need_line"}}
	} else {
		x, err := s.Begin(r.Context(), hotline.Ref{Province: p, ID: id}, r.PostFormValue("month"))
		if bad = ui.ErrorsOf(err); err == nil {
			return web.See(w, r, monthPath(x.Province, x.ID))
		} else if len(bad) == 0 {
			return err
		}
	}
	return s.listing(w, r, http.StatusUnprocessableEntity, bad)
}

// slotForm is the questions of a slot.
type slotForm struct {
	Action      string
	Day         ui.Input
	Begins      ui.Input
	Ends        ui.Input
	Person      ui.Input
	Post        ui.Input
	Place       ui.Input
	Phone       ui.Input
	Deputy      ui.Input
	DeputyPhone ui.Input
	Reason      ui.Input
	AskReason   bool
}

// monthPage is one month of one line.
type monthPage struct {
	Errors  ui.Errors
	Refused string
	Facts   []ui.Pair
	Grid    ui.Grid
	Form    slotForm
	Write   bool
	Pass    bool
	Own     bool
	Publish string
}

func (s *Rosters) month(w http.ResponseWriter, r *http.Request) error {
	return s.showMonth(w, r, http.StatusOK, nil, "")
}

func (s *Rosters) showMonth(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors, refused string) error {
	ctx := r.Context()
	province, id, err := ids(r, "roster")
	if err != nil {
		return err
	}
	a := account.From(ctx)
	p := monthPage{Errors: bad, Refused: refused, Publish: href(ctx, monthPath(province, id), "/publish")}
	title := ""
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		x, err := rosterByID(tx, province, id)
		if err != nil {
			return err
		}
		if err := may(a, x, ""); err != nil && !fault.Is(err, fault.Forbidden) {
			return err
		}
		title = word(ctx, "title_of", monthOf(ctx, x.Month))
		p.Write, p.Own = a.May(Writing, x.target()), a.Is(x.Author) || a.Is(x.AuthorFor)
		p.Pass = x.State == draft && a.May(Publishing, x.target())
		u, err := agency.Find(tx, x.Agency)
		if err != nil {
			return err
		}
		p.Facts = []ui.Pair{{Term: word(ctx, "state"), Of: ui.Tag(tagOf(x.State), word(ctx, "is_"+x.State))}, {Term: word(ctx, "unit"), Text: u.Name}}
		slots, err := slotsOf(tx, province, id)
		if err != nil {
			return err
		}
		if p.Grid, err = s.grid(tx, slots, p.Write); err != nil {
			return err
		}
		p.Form, err = s.form(tx, x, typed(r), bad)
		p.Form.Action = href(ctx, monthPath(province, id), "/slots")
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, status, monthView(s.frame(r, title, ui.Link{Text: title}), p))
}

// grid shows slots; a day off in the calendar is told beside it.
func (s *Rosters) grid(tx *db.Tx, slots []Slot, link bool) (ui.Grid, error) {
	ctx := tx.Ctx
	g := ui.Grid{Caption: word(ctx, "slots"), Cards: true, Nothing: word(ctx, "slots_none"), Columns: []ui.Column{{Title: word(ctx, "day")}, {Title: word(ctx, "hours")}, {Title: word(ctx, "leader")}, {Title: word(ctx, "post")}, {Title: word(ctx, "remark")}}}
	for i := range slots {
		x := &slots[i]
		day := clock.DateOf(x.Begins)
		remark := remarks(ctx, x)
		if s.Calendars != nil {
			c, err := s.Calendars.In(tx, int64(x.Region))
			if err != nil {
				return g, err
			}
			if work, _ := c.Workday(day); !work {
				remark = append(remark, word(ctx, "day_off"))
			}
		}
		first := ui.Cell{Text: i18n.DateWeekday(ctx, day)}
		if link {
			first.Href = href(ctx, slotPath(x.Province, x.ID))
		}
		g.Rows = append(g.Rows, append([]ui.Cell{first}, ui.Text(hours(x), x.Name, x.Post, strings.Join(remark, word(ctx, "and")))...))
	}
	return g, nil
}

// remarks are what became of a slot since it was published.
func remarks(ctx context.Context, x *Slot) (out []string) {
	switch {
	case x.State == cancelled:
		out = append(out, word(ctx, "cancelled_why", x.Reason))
	case x.Was != "":
		out = append(out, word(ctx, "was_why", x.Was, x.Reason))
	case !x.Changed.IsZero():
		out = append(out, word(ctx, "changed_why", x.Reason))
	}
	return out
}

// typedSlot is a form as it was typed.
type typedSlot struct {
	Slot
	Day, From, To string
}

func typed(r *http.Request) typedSlot {
	v := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	id := func(name string) int64 {
		n, _ := strconv.ParseInt(v(name), 10, 64)
		return n
	}
	t := typedSlot{Day: v("day"), From: v("begins"), To: v("ends")}
	t.Person, t.Post, t.Place, t.Phone, t.Deputy, t.DeputyPhone, t.Reason = id("person"), v("post"), v("place"), v("phone"), id("deputy"), v("deputy_phone"), v("reason")
	t.Begins, _ = time.ParseInLocation("2006-01-02 15:04", t.Day+" "+t.From, clock.Shanghai)
	t.Ends, _ = time.ParseInLocation("2006-01-02 15:04", t.Day+" "+t.To, clock.Shanghai)
	return t
}

func (s *Rosters) form(tx *db.Tx, x *Roster, t typedSlot, bad ui.Errors) (f slotForm, err error) {
	ctx := tx.Ctx
	leaders, err := account.Holders(tx, OnDutyVerb, x.target(), 200)
	if err != nil {
		return f, err
	}
	in := func(name, value string) ui.Input {
		return ui.Input{Name: name, Label: word(ctx, "f_"+name), Value: value, Error: bad.Of(ctx, name)}
	}
	people := func(name string, chosen int64, nobody string) ui.Input {
		i := in(name, "")
		if chosen != 0 {
			i.Value = itoa(chosen)
		}
		i.Options = []ui.Option{{Text: nobody}}
		for _, p := range leaders {
			i.Options = append(i.Options, ui.Option{Value: itoa(p.ID), Text: p.Name})
		}
		return i
	}
	f.Day, f.Begins, f.Ends = in("day", t.Day), in("begins", t.From), in("ends", t.To)
	f.Day.Placeholder, f.Day.Short, f.Begins.Short, f.Ends.Short, f.Begins.Placeholder, f.Ends.Placeholder = x.Month+"-01", true, true, true, "09:00", "11:00"
	f.Person, f.Deputy = people("person", t.Person, word(ctx, "choose")), people("deputy", t.Deputy, word(ctx, "nobody"))
	f.Deputy.Optional = true
	f.Post = in("post", t.Post)
	f.Post.MaxLen = maxPost
	f.Place = in("place", t.Place)
	f.Place.Options = []ui.Option{{Value: AtDesk, Text: word(ctx, "at_desk")}, {Value: AtPhone, Text: word(ctx, "at_phone")}}
	f.Phone, f.DeputyPhone = in("phone", t.Phone), in("deputy_phone", t.DeputyPhone)
	f.Phone.Help, f.Phone.Type, f.Phone.Optional, f.DeputyPhone.Type, f.DeputyPhone.Optional = word(ctx, "phone_help"), "tel", true, "tel", true
	f.Reason, f.AskReason = in("reason", t.Reason), x.State == published
	f.Reason.MaxLen, f.Reason.Help = maxReason, word(ctx, "reason_help")
	return f, nil
}

func (s *Rosters) put(w http.ResponseWriter, r *http.Request) error {
	province, id, err := ids(r, "roster")
	if err != nil {
		return err
	}
	_, err = s.Put(r.Context(), province, id, typed(r).Slot)
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return s.showMonth(w, r, http.StatusUnprocessableEntity, bad, "")
	}
	if err != nil {
		return err
	}
	return web.See(w, r, monthPath(province, id))
}

func (s *Rosters) pass(w http.ResponseWriter, r *http.Request) error {
	province, id, err := ids(r, "roster")
	if err != nil {
		return err
	}
	err = s.Publish(r.Context(), province, id)
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Forbidden) {
		return s.showMonth(w, r, http.StatusConflict, nil, sentence(r.Context(), err))
	}
	if err != nil {
		return err
	}
	return web.See(w, r, monthPath(province, id))
}

func sentence(ctx context.Context, err error) string {
	key, args, _ := fault.Sentence(err)
	return i18n.T(ctx, key, args...)
}

// slotPage changes a slot, takes it off, or keeps its record.
type slotPage struct {
	Errors  ui.Errors
	Refused string
	Form    slotForm
	Cancel  string
	Record  string
	Held    ui.Input
	Calls   ui.Input
	Matters ui.Input
	Note    ui.Input
	May     bool // its record may be kept
	Gone    string
	Taken   ui.Grid
	Matter  ui.Grid
}

func (s *Rosters) slot(w http.ResponseWriter, r *http.Request) error {
	return s.showSlot(w, r, http.StatusOK, nil, "")
}

func (s *Rosters) showSlot(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors, refused string) error {
	ctx := r.Context()
	province, id, err := ids(r, "slot")
	if err != nil {
		return err
	}
	base := href(ctx, slotPath(province, id))
	p := slotPage{Errors: bad, Refused: refused, Cancel: base + "/cancel", Record: base + "/record"}
	var back, title string
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		y, err := slotByID(tx, province, id)
		if err != nil {
			return err
		}
		x, err := rosterByID(tx, province, y.Roster)
		if err != nil {
			return err
		}
		if err := may(account.From(ctx), x, Writing); err != nil {
			return err
		}
		t := typed(r)
		if t.Day == "" {
			t = typedSlot{Slot: *y, Day: clock.DateOf(y.Begins).String(), From: y.Begins.In(clock.Shanghai).Format("15:04"), To: y.Ends.In(clock.Shanghai).Format("15:04")}
			t.Reason = r.PostFormValue("reason")
		}
		if p.Form, err = s.form(tx, x, t, bad); err != nil {
			return err
		}
		p.Form.Action, back, title = base+"/change", monthPath(province, x.ID), i18n.Date(ctx, clock.DateOf(y.Begins))+" "+hours(y)
		if y.State == cancelled {
			p.Gone = word(ctx, "cancelled_why", y.Reason)
		}
		p.May = x.State == published && y.State == planned && !tx.Now.Before(y.Begins)
		numbers, err := matters(tx, province, id)
		if err != nil {
			return err
		}
		calls := y.Calls
		if p.May {
			got, err := taken(tx, y)
			if err != nil {
				return err
			}
			names, err := account.Names(tx, []int64{y.Person, y.Deputy})
			if err != nil {
				return err
			}
			p.Taken, calls = takenGrid(ctx, got, names), max(calls, len(got))
			for _, n := range numbersOf(got) {
				if !slices.Contains(numbers, n) {
					numbers = append(numbers, n)
				}
			}
			y.Held = y.Held || len(got) > 0
			if p.Matter, err = s.followed(tx, province, numbers); err != nil {
				return err
			}
		}
		p.Held = ui.Input{Name: "held", Label: word(ctx, "f_held"), Value: map[bool]string{true: "yes", false: "no"}[y.Held], Options: []ui.Option{{Value: "yes", Text: word(ctx, "held_yes")}, {Value: "no", Text: word(ctx, "held_no")}}}
		p.Calls = ui.Input{Name: "calls", Label: word(ctx, "f_calls"), Value: strconv.Itoa(calls), Type: "number", Short: true, Error: bad.Of(ctx, "calls")}
		p.Matters = ui.Input{Name: "matters", Label: word(ctx, "f_matters"), Help: word(ctx, "matters_help"), Value: strings.Join(numbers, "\n"), Rows: 3, Optional: true, Error: bad.Of(ctx, "matters")}
		p.Note = ui.Input{Name: "note", Label: word(ctx, "f_note"), Value: y.Note, Rows: 4, MaxLen: maxNote, Optional: true, Error: bad.Of(ctx, "note")}
		return nil
	})
	if err != nil {
		return err
	}
	f := s.frame(r, title, ui.Link{Text: word(ctx, "slots"), Href: href(ctx, back)}, ui.Link{Text: title})
	f.Narrow = true
	return web.Render(w, r, status, slotView(f, p))
}

// onOne takes a step with a slot and goes back to its month.
func (s *Rosters) onOne(w http.ResponseWriter, r *http.Request, step func(province int, slot int64) (int64, error)) error {
	province, id, err := ids(r, "slot")
	if err != nil {
		return err
	}
	roster, err := step(province, id)
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return s.showSlot(w, r, http.StatusUnprocessableEntity, bad, "")
	}
	if fault.Is(err, fault.Conflict) {
		return s.showSlot(w, r, http.StatusConflict, nil, sentence(r.Context(), err))
	}
	if err != nil {
		return err
	}
	return web.See(w, r, monthPath(province, roster))
}

func (s *Rosters) change(w http.ResponseWriter, r *http.Request) error {
	return s.onOne(w, r, func(province int, id int64) (roster int64, err error) {
		if err := s.DB.Read(r.Context(), func(tx *db.Tx) error {
			y, err := slotByID(tx, province, id)
			if err == nil {
				roster = y.Roster
			}
			return err
		}); err != nil {
			return 0, err
		}
		in := typed(r).Slot
		in.ID = id
		_, err = s.Put(r.Context(), province, roster, in)
		return roster, err
	})
}

func (s *Rosters) cancel(w http.ResponseWriter, r *http.Request) error {
	return s.onOne(w, r, func(province int, id int64) (int64, error) {
		return s.Cancel(r.Context(), province, id, r.PostFormValue("reason"))
	})
}

var matterNumber = regexp.MustCompile(`^[0-9A-Za-z-]{6,40}$`)

func (s *Rosters) record(w http.ResponseWriter, r *http.Request) error {
	return s.onOne(w, r, func(province int, id int64) (int64, error) {
		n, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("calls")))
		if err != nil {
			return 0, fault.Fields(fault.Field{Name: "calls", Key: "roster.bad_calls"})
		}
		numbers := strings.Fields(r.PostFormValue("matters"))
		for _, m := range numbers {
			if !matterNumber.MatchString(m) {
				return 0, fault.Fields(fault.Field{Name: "matters", Key: "roster.bad_matter"})
			}
		}
		return s.Keep(r.Context(), province, id, Record{Held: r.PostFormValue("held") == "yes", Calls: n, Note: r.PostFormValue("note"), Matters: numbers})
	})
}
