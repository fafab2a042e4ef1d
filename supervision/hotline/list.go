package hotline

import (
	"context"
	"slices"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// perPage is how many rows of a list a page shows.
const perPage = 50

// reach is where the person acting holds one of the verbs.
func reach(a *account.Actor, verbs ...string) (out []account.Range) {
	for _, v := range verbs {
		out = append(out, a.Scope(v)...)
	}
	return out
}

// Lines lists the lines the person acting manages or leads.
func (h *Hotline) Lines(ctx context.Context) (out []Line, err error) {
	defer fault.Wrap(&err, "hotline.Lines")
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		var w db.Where
		account.In(&w, reach(account.From(ctx), Managing, Leading), "agency", "region")
		limit := " order by region, number, id limit " + w.Next(500)
		where, args := w.SQL()
		out, err = db.List(tx, scanLine, "select "+lineCols+" from hotline_line"+where+limit, args...)
		return err
	})
	return out, err
}

// PublicLines lists the lines in use of a division, those above it and those
// below: what the public may call.
func (h *Hotline) PublicLines(ctx context.Context, c agency.Code) (out []Line, err error) {
	defer fault.Wrap(&err, "hotline.PublicLines")
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		var w db.Where
		lo, hi := c.Range()
		w.And("active = ?", true)
		above := []int64{0}
		for _, a := range c.Ancestors() {
			above = append(above, int64(a))
		}
		cond, vals := "(region between ? and ?", []any{int64(lo), int64(hi)}
		for _, a := range above {
			cond, vals = cond+" or region = ?", append(vals, a)
		}
		w.And(cond+")", vals...)
		limit := " order by region, number, id limit " + w.Next(200)
		where, args := w.SQL()
		out, err = db.List(tx, scanLine, "select "+lineCols+" from hotline_line"+where+limit, args...)
		return err
	})
	return out, err
}

// Seats lists the seats the person acting manages or leads, with their skills.
func (h *Hotline) Seats(ctx context.Context) (out []Seat, err error) {
	defer fault.Wrap(&err, "hotline.Seats")
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		var w db.Where
		account.In(&w, reach(account.From(ctx), Managing, Leading), "agency", "region")
		limit := " order by region, agency, label, id limit " + w.Next(1000)
		where, args := w.SQL()
		if out, err = db.List(tx, scanSeat, "select "+seatCols+" from hotline_seat"+where+limit, args...); err != nil {
			return err
		}
		for i := range out { // skills are asked by province
			one := out[i : i+1]
			if err := withSkills(tx, one[0].Province, one); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// Phones lists the desk phones the person acting manages.
func (h *Hotline) Phones(ctx context.Context) (out []Phone, err error) {
	defer fault.Wrap(&err, "hotline.Phones")
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		var w db.Where
		account.In(&w, reach(account.From(ctx), Managing), "agency", "region")
		limit := " order by agency, id limit " + w.Next(1000)
		where, args := w.SQL()
		out, err = db.List(tx, scanPhone, "select "+phoneCols+" from hotline_phone"+where+limit, args...)
		return err
	})
	return out, err
}

// CallBacks lists call-backs in a state, as far as the person acting may do
// them; the next to be called first, the done the newest first.
func (h *Hotline) CallBacks(ctx context.Context, state string) (out []CallBack, err error) {
	defer fault.Wrap(&err, "hotline.CallBacks")
	if !slices.Contains([]string{"open", "taken", "done"}, state) {
		state = "open"
	}
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		var w db.Where
		account.In(&w, reach(account.From(ctx), Leading, Answering), "agency", "region")
		w.And("state = ?", state)
		order := " order by first desc, queued_at, id"
		if state == "done" {
			order = " order by id desc"
		}
		limit := order + " limit " + w.Next(perPage)
		where, args := w.SQL()
		all, err := db.List(tx, scanCallBack, "select "+callBackCols+" from hotline_callback"+where+limit, args...)
		for i := range all {
			switch no := h.mayCallBack(tx, &all[i]); {
			case no == nil:
				out = append(out, all[i])
			case !fault.Is(no, fault.NotFound):
				return no
			}
		}
		return err
	})
	return out, err
}

// CallFilter chooses calls of the log.
type CallFilter struct {
	Line   int64
	Result string // answered, abandoned, self, outside, live
	From   clock.Date
	To     clock.Date
	Before int64 // calls below this id: the page's key
}

// CallResults lists what a call can be filtered by.
var CallResults = []string{"live", "answered", "abandoned", "self", "outside"}

// Calls is the log of calls the person acting leads, newest first. Callers are
// never in it but masked (Masked); of sealed calls, not even that.
func (h *Hotline) Calls(ctx context.Context, f CallFilter) (out []Call, older int64, err error) {
	defer fault.Wrap(&err, "hotline.Calls")
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		a := account.From(ctx)
		var w db.Where
		account.In(&w, reach(a, Leading), "agency", "region")
		w.If(f.Line != 0, "line = ?", f.Line).If(f.Before != 0, "id < ?", f.Before)
		w.If(!f.From.IsZero(), "arrived_at >= ?", clock.Millis(f.From.Start())).If(!f.To.IsZero(), "arrived_at < ?", clock.Millis(f.To.End()))
		switch f.Result {
		case "live":
			w.And("state <> 'ended'")
		case "answered":
			w.And("answered_at is not null")
		case "abandoned":
			w.And("state = 'ended' and queued_at is not null and answered_at is null and chosen = ?", false)
		case "self":
			w.And("chosen = ?", true)
		case "outside":
			w.And("state = 'ended' and queued_at is null and chosen = ?", false)
		}
		if a.Home.Agency != 0 { // nobody finds a sealed call about his own unit
			w.And("(about is null or about <> ?)", a.Home.Agency)
		}
		limit := " order by id desc limit " + w.Next(perPage+1)
		where, args := w.SQL()
		out, err = db.List(tx, scanCall, "select "+callCols+" from hotline_call"+where+limit, args...)
		if len(out) > perPage {
			out = out[:perPage]
			older = out[perPage-1].ID
		}
		return err
	})
	return out, older, err
}

// Masked is a caller as a list may show him: "138****0000"; "" where the call is
// sealed, he asked not to be shown, or no number is known.
func (h *Hotline) Masked(c *Call) string {
	if c.Sealed || c.Private {
		return ""
	}
	n, err := h.openNumber(c)
	if err != nil {
		return ""
	}
	return mask(n)
}

// MaskedOf is Masked for a call-back.
func (h *Hotline) MaskedOf(b *CallBack) string {
	if b.Sealed || b.Private {
		return ""
	}
	n, err := h.Keys.Open(purposeNumber, placeOf(b.ID), b.number)
	if err != nil {
		return ""
	}
	return mask(string(n))
}

// mask leaves what lets a colleague tell two callers apart, and no more.
func mask(n string) string {
	switch r := []rune(n); {
	case len(r) >= 11:
		return string(r[:3]) + strings.Repeat("*", len(r)-7) + string(r[len(r)-4:])
	case len(r) >= 7:
		return strings.Repeat("*", len(r)-2) + string(r[len(r)-2:])
	default:
		return strings.Repeat("*", len(r))
	}
}

// History is what happened to a call, for whoever leads the shift there.
func (h *Hotline) History(ctx context.Context, call Ref) (c *Call, out []CallEvent, err error) {
	defer fault.Wrap(&err, "hotline.History(%d)", call.ID)
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		if c, err = callByID(tx, call); err != nil {
			return err
		}
		a := account.From(ctx)
		if !a.May(Leading, account.Target{Agency: c.Agency, Division: int64(c.Region)}) || c.About != 0 && a.Home.Agency == c.About {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		out, err = db.List(tx, scanEvent, "select call, kind, at, seat, person, code, n from hotline_event where province = $1 and call = $2 order by at, id limit $3", call.Province, call.ID, maxEvents)
		return err
	})
	return c, out, err
}

// Took is how long a call was talked, 0 when it was not.
func (c *Call) Took() time.Duration {
	if c.AnsweredAt.IsZero() || c.EndedAt.IsZero() {
		return 0
	}
	return c.EndedAt.Sub(c.AnsweredAt)
}
