package manage

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/hotline"
)

// boardPage is the wallboard: figures, and the table each stands for.
type boardPage struct {
	Place  ui.Input
	Filter ui.Filter
	Live   string
	At     string // when it was so
	Kiosk  bool
	Stats  []ui.Figure
	Seats  ui.Share
	Days   ui.Series
	Means  []ui.Pair // what each word means
	Grid   ui.Grid
	Screen ui.Link
}

// placesOf are what the person acting may see the board of.
func placesOf(a *account.Actor) (out []hotline.Place) {
	seen := map[hotline.Place]bool{}
	for _, v := range []string{hotline.Leading, hotline.Managing} {
		for _, x := range a.Scope(v) {
			at := hotline.Place{Agency: x.Agency}
			if x.Agency == 0 {
				c, ok := (agency.Scope{Lo: agency.Code(x.Lo), Hi: agency.Code(x.Hi)}).Division()
				if !ok {
					continue
				}
				at.Division = c
			}
			if !seen[at] {
				seen[at] = true
				out = append(out, at)
			}
		}
	}
	return out
}

func keyOf(at hotline.Place) string {
	if at.Agency != 0 {
		return "a" + num(at.Agency)
	}
	return "d" + num(int64(at.Division))
}

// placeOf is the place of an address, of those the person acting may see.
func placeOf(r *http.Request) (at hotline.Place, all []hotline.Place, err error) {
	all = placesOf(account.From(r.Context()))
	if len(all) == 0 {
		return at, nil, fault.Say(fault.Forbidden, "fault.forbidden")
	}
	at = all[0]
	for _, x := range all {
		if keyOf(x) == r.URL.Query().Get("place") {
			at = x
		}
	}
	return at, all, nil
}

func (p *Pages) board(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, all, err := placeOf(r)
	if err != nil {
		return err
	}
	b, err := p.Hotline.Board(ctx, at)
	if err != nil {
		return err
	}
	now := today(p.now())
	days, err := p.Hotline.ByDay(ctx, at, now.AddDays(-29), now)
	if err != nil {
		return err
	}
	v := boardPage{Kiosk: r.URL.Query().Get("screen") == "1", Live: href(ctx, board, "/events?place=", keyOf(at)), At: word(ctx, "board_at", i18n.Time(ctx, b.At)), Filter: ui.Filter{Action: href(ctx, board)},
		Screen: ui.Link{Text: word(ctx, "screen"), Href: href(ctx, board, "?screen=1&place=", keyOf(at))}}
	opts, err := p.placeOptions(ctx, all)
	if err != nil {
		return err
	}
	v.Place = ui.Input{Name: "place", Label: word(ctx, "f_at"), Value: keyOf(at), Options: opts, Free: true}
	v.Stats = stats(ctx, b)
	v.Seats = ui.Share{Title: word(ctx, "seats_now"), Unit: word(ctx, "unit_seats")}
	for _, s := range hotline.SeatStates {
		v.Seats.Parts = append(v.Seats.Parts, ui.Part{Label: word(ctx, "seat_"+s), N: int64(b.Seats[s]), Kind: seatColours[s]})
	}
	v.fill(ctx, days)
	f := p.Frame(r, word(ctx, "board"))
	if v.Kiosk {
		f.Side, f.Crumbs, f.Nav, f.Footer = nil, nil, nil, nil
	}
	return web.Render(w, r, http.StatusOK, boardView(f, v))
}

func (p *Pages) placeOptions(ctx context.Context, all []hotline.Place) (out []ui.Option, err error) {
	var ids []int64
	for _, x := range all {
		ids = append(ids, x.Agency)
	}
	units, _, err := p.names(ctx, ids, nil)
	for _, x := range all {
		name := units[x.Agency]
		if x.Agency == 0 {
			name = word(ctx, "all_of", x.Division.Short())
		}
		out = append(out, ui.Option{Value: keyOf(x), Text: name})
	}
	return out, err
}

func stats(ctx context.Context, b hotline.Wallboard) []ui.Figure {
	f := b.Today
	rate := func(label string, perMille int, ok bool, good int) ui.Figure {
		x := ui.Figure{Label: word(ctx, label), Value: percent(perMille, ok), Note: word(ctx, label+"_is")}
		switch {
		case !ok:
			x.Value, x.Note = "—", word(ctx, "no_calls_yet")
		case perMille < good:
			x.Kind = "danger"
		default:
			x.Kind = "good"
		}
		return x
	}
	c, ok := f.Connected()
	s, ok2 := f.InTime()
	return []ui.Figure{
		{Label: word(ctx, "waiting"), Value: strconv.Itoa(b.Waiting), Unit: word(ctx, "unit_people")},
		{Label: word(ctx, "longest"), Value: span(b.Longest)},
		{Label: word(ctx, "talking"), Value: strconv.Itoa(b.Talking), Unit: word(ctx, "unit_calls")},
		rate("connected", c, ok, 950), rate("in_time", s, ok2, 950),
		{Label: word(ctx, "backs"), Value: strconv.Itoa(b.Backs), Unit: word(ctx, "unit_people")},
	}
}

// fill adds the last thirty days and what each word means.
func (v *boardPage) fill(ctx context.Context, days []hotline.DayFigures) {
	keys := []string{"n_arrived", "n_offered", "n_answered", "n_swift", "n_abandoned", "n_quick", "n_chosen", "n_outside"}
	v.Grid = ui.Grid{Caption: word(ctx, "days"), Columns: []ui.Column{{Title: word(ctx, "f_day")}}, Nothing: word(ctx, "days_none")}
	for _, k := range keys {
		v.Grid.Columns = append(v.Grid.Columns, ui.Column{Title: word(ctx, k), Number: true})
		v.Means = append(v.Means, ui.Pair{Term: word(ctx, k), Text: word(ctx, k+"_is")})
	}
	v.Grid.Columns = append(v.Grid.Columns, ui.Column{Title: word(ctx, "connected"), Number: true}, ui.Column{Title: word(ctx, "in_time"), Number: true})
	v.Means = append(v.Means, ui.Pair{Term: word(ctx, "connected"), Text: word(ctx, "connected_is")}, ui.Pair{Term: word(ctx, "in_time"), Text: word(ctx, "in_time_is")})
	v.Days = ui.Series{Title: word(ctx, "connected_days"), Says: word(ctx, "connected_days_says"), Unit: "%", What: word(ctx, "f_day"), Most: 100}
	for i, d := range days {
		name := d.Day
		if date, err := clock.ParseDate(d.Day); err == nil {
			name = i18n.Date(ctx, date)
		}
		row := []ui.Cell{{Text: name}}
		for _, n := range []int64{d.Arrived, d.Offered, d.Answered, d.Swift, d.Abandoned, d.Quick, d.Chosen, d.Outside} {
			row = append(row, ui.Cell{Text: num(n)})
		}
		c, ok := d.Connected()
		s, ok2 := d.InTime()
		v.Grid.Rows = append(v.Grid.Rows, append(row, ui.Cell{Text: percent(c, ok)}, ui.Cell{Text: percent(s, ok2)}))
		last := days[len(days)-1-i] // the picture goes from left to right
		c, ok = last.Connected()
		v.Days.Data = append(v.Days.Data, ui.Point{Label: last.Day[len(last.Day)-5:], N: float64(c) / 10, None: !ok})
	}
}

// lookEvery is how often a page that follows live is shown anew: waits grow
// although nothing rings.
const lookEvery = 5 * time.Second

// seatColours tell the states of seats apart; their names stand beside them.
var seatColours = map[string]string{hotline.Ready: "good", hotline.Ringing: "main", hotline.Busy: "main", hotline.WrapUp: "late", hotline.Away: "bad", hotline.Off: "none"}

// Hush ends the boards that follow live, so that the server can stop.
func (p *Pages) Hush() { p.streams.Hush() }

// events tells a board to ask for itself again, when something of its place is
// otherwise than before.
func (p *Pages) events(w http.ResponseWriter, r *http.Request) error {
	at, _, err := placeOf(r)
	if err != nil {
		return err
	}
	bell, silence := p.Hotline.Bell.Listen()
	defer silence()
	p.streams.Follow(w, r, bell, lookEvery, "", func(ctx context.Context) (string, error) {
		b, err := p.Hotline.Board(ctx, at)
		return stampOf(b), err
	})
	return nil
}

// stampOf is what a board shows, in one line.
func stampOf(b hotline.Wallboard) string {
	out := []string{strconv.Itoa(b.Waiting), span(b.Longest), strconv.Itoa(b.Talking), strconv.Itoa(b.Backs), num(b.Today.Arrived)}
	for _, s := range hotline.SeatStates {
		out = append(out, strconv.Itoa(b.Seats[s]))
	}
	return strings.Join(out, " ")
}
