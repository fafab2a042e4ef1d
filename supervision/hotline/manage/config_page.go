package manage

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/hotline"
)

// listPage is a table with what may be done above it.
type listPage struct {
	Actions []ui.Action
	Grid    ui.Grid
}

func columns(r *http.Request, keys ...string) (out []ui.Column) {
	for _, k := range keys {
		out = append(out, ui.Column{Title: word(r.Context(), k)})
	}
	return out
}

func (p *Pages) lines(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	all, err := p.Hotline.Lines(ctx)
	if err != nil {
		return err
	}
	var ids []int64
	for _, l := range all {
		ids = append(ids, l.Agency)
	}
	units, _, err := p.names(ctx, ids, nil)
	if err != nil {
		return err
	}
	v := listPage{Actions: []ui.Action{{Text: word(ctx, "line_new"), Href: href(ctx, lines, "/new")}},
		Grid: ui.Grid{Caption: word(ctx, "lines"), Columns: columns(r, "f_name", "f_number", "f_unit", "f_mode", "f_sealed", "f_state"), Cards: true, Nothing: word(ctx, "lines_none")}}
	for _, l := range all {
		kind, state := ui.TagPublished, "open"
		if !l.Open {
			kind, state = ui.TagWithdrawn, "closed"
		}
		sealed := "no"
		if l.Sealed {
			sealed = "yes"
		}
		v.Grid.Rows = append(v.Grid.Rows, []ui.Cell{{Text: l.Name, Href: href(ctx, pathOf(lines, l.Ref(), ""))}, {Text: l.Number}, {Text: units[l.Agency]}, {Text: word(ctx, "mode_"+l.Mode)}, {Text: word(ctx, sealed)},
			{Text: word(ctx, "line_"+state), Tag: kind}})
	}
	f := p.Frame(r, word(ctx, "lines"))
	f.Lead = word(ctx, "lines_lead")
	return web.Render(w, r, http.StatusOK, listView(f, v))
}

// formPage is one form.
type formPage struct {
	Errors ui.Errors
	Action string
	Texts  []question
	Send   string
	Back   string
}

// question is one field, with the control it takes.
type question struct {
	Kind string // text, area, select, checks; head stands over those that follow
	ui.Input
}

func (p *Pages) lineForm(w http.ResponseWriter, r *http.Request) error {
	l := hotline.Line{Mode: hotline.Own, OverflowAfter: 30 * time.Second, WrapUp: 30 * time.Second, Ring: 20 * time.Second, Open: true}
	if r.PathValue("line") != "" {
		ref, err := refOf(r, "line")
		if err != nil {
			return err
		}
		if l, err = p.lineAt(r, ref); err != nil {
			return err
		}
	}
	return p.showLine(w, r, http.StatusOK, l, nil)
}

// lineAt is a line the person acting manages.
func (p *Pages) lineAt(r *http.Request, ref hotline.Ref) (hotline.Line, error) {
	l, err := p.Hotline.Line(r.Context(), ref)
	if err == nil && !account.From(r.Context()).May(hotline.Managing, account.Target{Agency: l.Agency, Division: int64(l.Region)}) {
		err = fault.Say(fault.NotFound, "fault.not_found")
	}
	return l, err
}

func (p *Pages) showLine(w http.ResponseWriter, r *http.Request, status int, l hotline.Line, bad ui.Errors) error {
	ctx := r.Context()
	us, err := p.units(ctx)
	if err != nil {
		return err
	}
	others, err := p.Hotline.Lines(ctx)
	if err != nil {
		return err
	}
	over := []ui.Option{{Text: word(ctx, "overflow_none")}}
	for _, o := range others {
		if o.ID != l.ID {
			over = append(over, ui.Option{Value: num(o.ID), Text: o.Name + " " + o.Number})
		}
	}
	v := formPage{Errors: bad, Action: href(ctx, lines, "/new"), Send: word(ctx, "save"), Back: href(ctx, lines)}
	title := word(ctx, "line_new")
	if l.ID != 0 {
		v.Action, title = href(ctx, pathOf(lines, l.Ref(), "")), l.Name
	}
	var modes []ui.Option
	for _, m := range hotline.Modes {
		modes = append(modes, ui.Option{Value: m, Text: word(ctx, "mode_"+m)})
	}
	var flags []string
	for name, on := range map[string]bool{"sealed": l.Sealed, "record": l.Record, "open": l.Open} {
		if on {
			flags = append(flags, name)
		}
	}
	ask := func(kind, name, value string, optional bool, opts []ui.Option) {
		help := ""
		if slices.Contains([]string{"number", "hours", "overflow", "fallback", "crisis", "target", "wrapup", "ring", "lang"}, name) {
			help = word(ctx, "help_"+name)
		}
		v.Texts = append(v.Texts, question{kind, ui.Input{Name: name, Label: word(ctx, "f_"+name), Value: value, Help: help, Optional: optional, Options: opts, Error: bad.Of(ctx, name),
			Short: slices.Contains([]string{"number", "target", "overflow_after", "ring", "wrapup", "fallback", "crisis", "police", "ambulance"}, name)}})
	}
	seconds := func(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }
	head := func(key string) {
		v.Texts = append(v.Texts, question{"head", ui.Input{Label: word(ctx, key)}})
	}
	ask("select", "unit", num(l.Agency), false, options(us))
	ask("text", "name", l.Name, false, nil)
	ask("text", "number", l.Number, false, nil)
	ask("select", "mode", l.Mode, false, modes)
	ask("text", "target", l.Target, true, nil)
	ask("text", "hours", l.Hours, true, nil)
	ask("select", "lang", l.Lang, true, tongues(ctx))
	ask("area", "purpose", l.Purpose, true, nil)
	head("head_queue")
	ask("select", "overflow", num(l.Overflow), true, over)
	ask("text", "overflow_after", seconds(l.OverflowAfter), false, nil)
	ask("text", "ring", seconds(l.Ring), false, nil)
	ask("text", "wrapup", seconds(l.WrapUp), false, nil)
	head("head_pass")
	ask("text", "fallback", l.Fallback, true, nil)
	ask("text", "crisis", l.Crisis, true, nil)
	ask("text", "police", l.Police, true, nil)
	ask("text", "ambulance", l.Ambulance, true, nil)
	v.Texts = append(v.Texts, question{"checks", ui.Input{Name: "flags", Label: word(ctx, "f_flags"), Values: flags, Optional: true, Error: bad.Of(ctx, "record"),
		Options: []ui.Option{{Value: "open", Text: word(ctx, "flag_open")}, {Value: "sealed", Text: word(ctx, "flag_sealed"), Help: word(ctx, "flag_sealed_help")}, {Value: "record", Text: word(ctx, "flag_record")}}}})
	f := p.Frame(r, title, ui.Link{Text: word(ctx, "lines"), Href: href(ctx, lines)})
	f.Narrow = true
	return web.Render(w, r, status, formView(f, v))
}

func (p *Pages) saveLine(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var l hotline.Line
	if r.PathValue("line") != "" {
		ref, err := refOf(r, "line")
		if err != nil {
			return err
		}
		if l, err = p.lineAt(r, ref); err != nil {
			return err
		}
	}
	get := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	seconds := func(name string) time.Duration {
		n, err := strconv.Atoi(get(name))
		if err != nil || n < 0 || n > 1e6 {
			n = 1e6 // refused beside its field
		}
		return time.Duration(n) * time.Second
	}
	l.Agency, _ = strconv.ParseInt(get("unit"), 10, 64)
	l.Overflow, _ = strconv.ParseInt(get("overflow"), 10, 64)
	l.Name, l.Number, l.Mode, l.Target, l.Hours, l.Purpose, l.Fallback = get("name"), get("number"), get("mode"), get("target"), get("hours"), get("purpose"), get("fallback")
	l.Crisis, l.Police, l.Ambulance = get("crisis"), get("police"), get("ambulance")
	l.Lang = tongue(get("lang"))
	l.OverflowAfter, l.Ring, l.WrapUp = seconds("overflow_after"), seconds("ring"), seconds("wrapup")
	flags := r.PostForm["flags"]
	l.Open, l.Sealed, l.Record = slices.Contains(flags, "open"), slices.Contains(flags, "sealed"), slices.Contains(flags, "record")
	if _, err := p.Hotline.SaveLine(ctx, l); err != nil {
		if fs := ui.ErrorsOf(err); len(fs) > 0 {
			return p.showLine(w, r, http.StatusUnprocessableEntity, l, fs)
		}
		return err
	}
	return web.See(w, r, lines)
}

var seatTag = map[string]ui.TagKind{hotline.Ready: ui.TagPublished, hotline.Ringing: ui.TagWaiting, hotline.Busy: ui.TagReview, hotline.WrapUp: ui.TagReview, hotline.Away: ui.TagWithdrawn, hotline.Off: ui.TagWithdrawn}

func (p *Pages) seats(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := needs(ctx, hotline.Leading, hotline.Managing); err != nil {
		return err
	}
	all, err := p.Hotline.Seats(ctx)
	if err != nil {
		return err
	}
	var us, ps []int64
	for _, s := range all {
		us, ps = append(us, s.Agency), append(ps, s.Person)
	}
	units, who, err := p.names(ctx, us, ps)
	if err != nil {
		return err
	}
	v := listPage{Grid: ui.Grid{Caption: word(ctx, "seats"), Columns: columns(r, "f_label", "f_person", "f_unit", "f_skills", "f_state", "f_since"), Cards: true, Nothing: word(ctx, "seats_none")}}
	manages := account.From(ctx).Holds(hotline.Managing)
	if manages {
		v.Actions = []ui.Action{{Text: word(ctx, "seat_new"), Href: href(ctx, seats, "/new")}}
	}
	for _, s := range all {
		first := ui.Cell{Text: s.Label}
		if manages {
			first.Href = href(ctx, pathOf(seats, s.Ref(), ""))
		}
		v.Grid.Rows = append(v.Grid.Rows, []ui.Cell{first, {Text: who[s.Person]}, {Text: units[s.Agency]}, {Text: skillWords(ctx, s.Skills)}, {Text: word(ctx, "seat_"+s.State), Tag: seatTag[s.State]}, {Text: moment(ctx, s.Since)}})
	}
	f := p.Frame(r, word(ctx, "seats"))
	f.Lead = word(ctx, "seats_lead")
	return web.Render(w, r, http.StatusOK, listView(f, v))
}

// formatSkills writes skills as the form takes them: "dialect:minnan=5 leader".
func formatSkills(ks []hotline.Skill) string {
	out := make([]string, len(ks))
	for i, k := range ks {
		out[i] = k.Kind
		if k.Code != "" {
			out[i] += ":" + k.Code
		}
		if k.Level != 1 {
			out[i] += "=" + strconv.Itoa(k.Level)
		}
	}
	return strings.Join(out, " ")
}

func parseSkills(s string) (out []hotline.Skill) {
	for _, f := range strings.Fields(s) {
		f, level, _ := strings.Cut(f, "=")
		kind, code, _ := strings.Cut(f, ":")
		n := 1
		if level != "" {
			n, _ = strconv.Atoi(level) // 0 is refused beside the field
		}
		out = append(out, hotline.Skill{Kind: kind, Code: code, Level: n})
	}
	return out
}

func (p *Pages) seatForm(w http.ResponseWriter, r *http.Request) error {
	s := hotline.Seat{Active: true}
	if r.PathValue("seat") != "" {
		one, err := p.seatAt(r)
		if err != nil {
			return err
		}
		s = *one
	}
	return p.showSeat(w, r, http.StatusOK, s, formatSkills(s.Skills), "", nil)
}

// seatAt is the seat of an address, for whoever manages it.
func (p *Pages) seatAt(r *http.Request) (*hotline.Seat, error) {
	ref, err := refOf(r, "seat")
	if err != nil {
		return nil, err
	}
	s, err := p.Hotline.Seat(r.Context(), ref)
	if err == nil && !account.From(r.Context()).May(hotline.Managing, account.Target{Agency: s.Agency, Division: int64(s.Region)}) {
		err = fault.Say(fault.NotFound, "fault.not_found")
	}
	return s, err
}

func (p *Pages) showSeat(w http.ResponseWriter, r *http.Request, status int, s hotline.Seat, skills, person string, bad ui.Errors) error {
	ctx := r.Context()
	us, err := p.units(ctx)
	if err != nil {
		return err
	}
	ph, err := p.Hotline.Phones(ctx)
	if err != nil {
		return err
	}
	desk := []ui.Option{{Text: word(ctx, "phone_none")}}
	for _, x := range ph {
		if x.Active {
			desk = append(desk, ui.Option{Value: num(x.ID), Text: x.Name + " " + x.Label})
		}
	}
	v := formPage{Errors: bad, Action: href(ctx, seats, "/new"), Send: word(ctx, "save"), Back: href(ctx, seats)}
	title := word(ctx, "seat_new")
	if s.ID != 0 {
		v.Action, title = href(ctx, pathOf(seats, s.Ref(), "")), word(ctx, "seat_of", s.Label)
	} else {
		who, err := p.people(r)
		if err != nil {
			return err
		}
		v.Texts = append(v.Texts, question{"select", ui.Input{Name: "unit", Label: word(ctx, "f_unit"), Value: num(s.Agency), Options: options(us), Error: bad.Of(ctx, "unit")}},
			question{"select", ui.Input{Name: "person", Label: word(ctx, "f_person"), Value: person, Options: who, Help: word(ctx, "help_person"), Error: bad.Of(ctx, "person")}})
	}
	var flags []string
	for name, on := range map[string]bool{"pool": s.Pool, "active": s.Active} {
		if on {
			flags = append(flags, name)
		}
	}
	v.Texts = append(v.Texts, question{"text", ui.Input{Name: "label", Label: word(ctx, "f_label"), Value: s.Label, Help: word(ctx, "help_label"), Error: bad.Of(ctx, "label"), MaxLen: 20}},
		question{"text", ui.Input{Name: "skills", Label: word(ctx, "f_skills"), Value: skills, Help: word(ctx, "help_skills"), Optional: true, Error: bad.Of(ctx, "skills")}},
		question{"select", ui.Input{Name: "phone", Label: word(ctx, "f_phone"), Value: num(s.Phone), Options: desk, Optional: true, Error: bad.Of(ctx, "phone")}},
		question{"checks", ui.Input{Name: "flags", Label: word(ctx, "f_flags"), Values: flags, Optional: true, Options: []ui.Option{{Value: "active", Text: word(ctx, "flag_active")}, {Value: "pool", Text: word(ctx, "flag_pool"), Help: word(ctx, "flag_pool_help")}}}})
	f := p.Frame(r, title, ui.Link{Text: word(ctx, "seats"), Href: href(ctx, seats)})
	f.Narrow = true
	return web.Render(w, r, status, formView(f, v))
}

// people are who may be given a seat: whoever holds the verb at a unit managed.
func (p *Pages) people(r *http.Request) (out []ui.Option, err error) {
	ctx := r.Context()
	us, err := p.units(ctx)
	if err != nil {
		return nil, err
	}
	seen := map[int64]bool{}
	err = p.Hotline.DB.Read(ctx, func(tx *db.Tx) error {
		for _, u := range us {
			ps, err := account.Holders(tx, hotline.Answering, account.Target{Agency: u.ID, Division: int64(u.Division)}, 100)
			if err != nil {
				return err
			}
			for _, x := range ps {
				if !seen[x.ID] {
					seen[x.ID] = true
					out = append(out, ui.Option{Value: num(x.ID), Text: x.Name})
				}
			}
		}
		return nil
	})
	return out, err
}

func (p *Pages) saveSeat(w http.ResponseWriter, r *http.Request) error {
	s := hotline.Seat{}
	if r.PathValue("seat") != "" {
		one, err := p.seatAt(r)
		if err != nil {
			return err
		}
		s = *one
	} else {
		s.Agency, _ = strconv.ParseInt(r.PostFormValue("unit"), 10, 64)
		s.Person, _ = strconv.ParseInt(r.PostFormValue("person"), 10, 64)
	}
	s.Label, s.Skills = r.PostFormValue("label"), parseSkills(r.PostFormValue("skills"))
	s.Phone, _ = strconv.ParseInt(r.PostFormValue("phone"), 10, 64)
	s.Pool, s.Active = slices.Contains(r.PostForm["flags"], "pool"), slices.Contains(r.PostForm["flags"], "active")
	if _, err := p.Hotline.SaveSeat(r.Context(), s); err != nil {
		if fs := ui.ErrorsOf(err); len(fs) > 0 {
			return p.showSeat(w, r, http.StatusUnprocessableEntity, s, r.PostFormValue("skills"), r.PostFormValue("person"), fs)
		}
		return err
	}
	return web.See(w, r, seats)
}

// phonesPage lists desk phones, with the slip of the one just made.
type phonesPage struct {
	Errors ui.Errors
	Slip   *ui.Slip
	Form   formPage
	Grid   ui.Grid
}

func (p *Pages) phones(w http.ResponseWriter, r *http.Request) error {
	return p.showPhones(w, r, http.StatusOK, nil, nil)
}

func (p *Pages) showPhones(w http.ResponseWriter, r *http.Request, status int, slip *ui.Slip, bad ui.Errors) error {
	ctx := r.Context()
	all, err := p.Hotline.Phones(ctx)
	if err != nil {
		return err
	}
	us, err := p.units(ctx)
	if err != nil {
		return err
	}
	var ids []int64
	for _, x := range all {
		ids = append(ids, x.Agency)
	}
	units, _, err := p.names(ctx, ids, nil)
	if err != nil {
		return err
	}
	v := phonesPage{Errors: bad, Slip: slip, Grid: ui.Grid{Caption: word(ctx, "phones"), Columns: columns(r, "slip_user", "f_place", "f_unit", "f_state", "f_registered", "f_do"), Cards: true}, Form: formPage{Action: href(ctx, phones), Send: word(ctx, "phone_create"), Texts: []question{
		{"select", ui.Input{Name: "unit", Label: word(ctx, "f_unit"), Value: r.PostFormValue("unit"), Options: options(us), Error: bad.Of(ctx, "unit")}},
		{"text", ui.Input{Name: "label", Label: word(ctx, "f_place"), Value: r.PostFormValue("label"), Help: word(ctx, "help_place"), Error: bad.Of(ctx, "label"), MaxLen: 40}}}}}
	if slip != nil {
		v.Form.Texts[1].Value = ""
	}
	for _, x := range all {
		kind, state := ui.TagWithdrawn, "phone_gone"
		switch {
		case !x.Active:
			state = "phone_closed"
		case x.Reachable(p.now()):
			kind, state = ui.TagPublished, "phone_here"
		}
		row := []ui.Cell{{Text: x.Name}, {Text: x.Label}, {Text: units[x.Agency]}, {Text: word(ctx, state), Tag: kind}, {Text: moment(ctx, x.Registered)}, {}}
		if x.Active {
			row[5].Of = phoneActs(href(ctx, pathOf(phones, x.Ref(), "/renew")), href(ctx, pathOf(phones, x.Ref(), "/close")))
		}
		v.Grid.Rows = append(v.Grid.Rows, row)
	}
	f := p.Frame(r, word(ctx, "phones"))
	f.Lead = word(ctx, "phones_lead")
	return web.Render(w, r, status, phonesView(f, v))
}

// slipOf is what the phone is set up with. The answer to the post itself shows
// it: it is in no address, and a second look does not find it.
func (p *Pages) slipOf(r *http.Request, x *hotline.Phone, told string) *ui.Slip {
	ctx := r.Context()
	return &ui.Slip{Title: word(ctx, "slip_title"), Text: word(ctx, "slip_text"), Pairs: []ui.Pair{{Term: word(ctx, "slip_user"), Text: x.Name}, {Term: word(ctx, "slip_secret"), Text: told}, {Term: word(ctx, "slip_realm"), Text: hotline.Realm}, {Term: word(ctx, "f_place"), Text: x.Label}}}
}

func (p *Pages) createPhone(w http.ResponseWriter, r *http.Request) error {
	unit, _ := strconv.ParseInt(r.PostFormValue("unit"), 10, 64)
	x, told, err := p.Hotline.CreatePhone(r.Context(), unit, strings.TrimSpace(r.PostFormValue("label")))
	if fs := ui.ErrorsOf(err); len(fs) > 0 {
		return p.showPhones(w, r, http.StatusUnprocessableEntity, nil, fs)
	}
	if err != nil {
		return err
	}
	return p.showPhones(w, r, http.StatusOK, p.slipOf(r, x, told), nil)
}

func (p *Pages) renewPhone(w http.ResponseWriter, r *http.Request) error {
	ref, err := refOf(r, "phone")
	if err != nil {
		return err
	}
	x, told, err := p.Hotline.RenewPhone(r.Context(), ref)
	if err != nil {
		return err
	}
	return p.showPhones(w, r, http.StatusOK, p.slipOf(r, x, told), nil)
}

func (p *Pages) closePhone(w http.ResponseWriter, r *http.Request) error {
	ref, err := refOf(r, "phone")
	if err != nil {
		return err
	}
	if err := p.Hotline.ClosePhone(r.Context(), ref); err != nil {
		return err
	}
	return web.See(w, r, phones)
}
