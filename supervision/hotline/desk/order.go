package desk

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/seatwire"
)

// voice joins the seat's browser: its offer is passed on, the answer is ours.
// It is asked by a script and answers to one.
func (d *Desk) voice(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), account.From(r.Context())
	s, err := d.mine(ctx)
	if err == nil && (s.State == hotline.Off || s.Reach != "browser") {
		err = fault.Say(fault.Conflict, "hotline.seat_state")
	}
	if err == nil && d.Exchange == nil {
		err = fault.Say(fault.Conflict, "hotdesk.not_connected")
	}
	var sdp string
	if err == nil {
		sdp, err = d.Exchange.Offer(ctx, r.PostFormValue("at"), s.Ref(), a.Person, r.PostFormValue("sdp"))
	}
	if err == nil {
		return web.JSON(w, http.StatusOK, map[string]string{"sdp": sdp})
	}
	if said, status, ok := refusal(ctx, err); ok {
		return web.JSON(w, status, map[string]string{"message": said})
	}
	if key, args, ok := fault.Sentence(err); ok {
		return web.JSON(w, fault.KindOf(err).Status(), map[string]string{"message": i18n.T(ctx, key, args...)})
	}
	return err
}

// recorded are the orders others may ask about later.
var recorded = []string{seatwire.Transfer, seatwire.Consult, seatwire.Three, seatwire.Complete, seatwire.Pause, seatwire.Unpause, seatwire.Seal}

// order has the telephone do something with the call of the person's own seat.
func (d *Desk) order(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, err := d.mine(ctx)
	if err == nil {
		err = d.give(ctx, r, s)
	}
	if said, status, ok := refusal(ctx, err); ok {
		return d.render(w, r, status, shown{refused: said})
	}
	if err != nil {
		return err
	}
	return web.See(w, r, root)
}

func (d *Desk) give(ctx context.Context, r *http.Request, s *hotline.Seat) error {
	if d.Exchange == nil {
		return fault.Say(fault.Conflict, "hotdesk.not_connected")
	}
	st, err := d.Exchange.State(ctx, s.Ref())
	if err != nil {
		return err
	}
	c, err := d.command(ctx, r, s, st)
	if err != nil {
		return err
	}
	if slices.Contains(recorded, c.Act) {
		detail := c.To
		if c.Target != nil {
			detail = "seat"
		}
		if err := d.Hotline.Ordered(ctx, *st.Call, c.Act, detail); err != nil {
			return err
		}
	}
	return d.Exchange.Do(ctx, s.Ref(), c)
}

// command reads an order and refuses what does not fit the call as it stands:
// a page may be older than what it shows.
func (d *Desk) command(ctx context.Context, r *http.Request, s *hotline.Seat, st seatwire.State) (c seatwire.Command, err error) {
	c.Act = r.PostFormValue("do")
	gone := fault.Say(fault.Conflict, "hotline.seat_state")
	switch c.Act {
	case seatwire.Take, seatwire.Decline:
		ref := refOf(r.PostFormValue("offer"))
		if st.Offer == nil || st.Offer.Ref != ref {
			return c, fault.Say(fault.Conflict, "hotline.offer_gone")
		}
		c.Offer = &ref
		return c, nil
	case seatwire.Dial:
		ref := refOf(r.PostFormValue("callback"))
		c.Target = &ref
		return c, d.takeBack(ctx, s, ref)
	case seatwire.StepOut:
		if st.Beside == nil {
			return c, gone
		}
		return c, nil
	}
	if st.Call == nil || *st.Call != refOf(r.PostFormValue("call")) {
		return c, gone
	}
	switch c.Act {
	case seatwire.Hangup, seatwire.Hold, seatwire.Resume, seatwire.Complete, seatwire.Three, seatwire.Back, seatwire.Pause, seatwire.Unpause:
		return c, nil
	case seatwire.Key:
		c.Digit = r.PostFormValue("digit")
		if len(c.Digit) != 1 || !strings.Contains("0123456789*#", c.Digit) {
			return c, fault.Say(fault.Invalid, "fault.invalid")
		}
		return c, nil
	case seatwire.Transfer, seatwire.Consult:
		return d.passTo(ctx, c, r.PostFormValue("to"), s, *st.Call)
	case seatwire.Seal:
		return d.handOver(ctx, c, r, *st.Call)
	}
	return c, fault.Say(fault.Invalid, "fault.invalid")
}

// takeBack gives an open call-back to the person acting; one he has is his.
func (d *Desk) takeBack(ctx context.Context, s *hotline.Seat, ref hotline.Ref) error {
	if s.State == hotline.Off || s.State == hotline.Busy || s.State == hotline.Ringing {
		return fault.Say(fault.Conflict, "hotline.seat_state")
	}
	own, err := d.Hotline.CallBacks(ctx, "taken")
	if err != nil {
		return err
	}
	if slices.ContainsFunc(own, func(b hotline.CallBack) bool { return b.Ref() == ref && b.Person == account.From(ctx).Person }) {
		return nil
	}
	return d.Hotline.TakeCallBack(ctx, ref)
}

const seatPrefix = "seat:"

// passTo reads where a call is to be passed: one of those its line names, or a
// seat that is ready.
func (d *Desk) passTo(ctx context.Context, c seatwire.Command, to string, s *hotline.Seat, call hotline.Ref) (seatwire.Command, error) {
	x, err := d.Hotline.OwnCall(ctx, call)
	if err != nil {
		return c, err
	}
	choices, err := d.targets(ctx, x, s)
	if err != nil {
		return c, err
	}
	if !slices.ContainsFunc(choices, func(o ui.Option) bool { return o.Value == to }) {
		return c, fault.Say(fault.Conflict, "hotdesk.no_target")
	}
	if key, seat := strings.CutPrefix(to, seatPrefix); seat {
		ref := refOf(key)
		c.Target = &ref
		return c, nil
	}
	c.To = to
	return c, nil
}

// targets are where a call can be passed to.
func (d *Desk) targets(ctx context.Context, c *hotline.Call, own *hotline.Seat) (out []ui.Option, err error) {
	l, err := d.Hotline.Line(ctx, hotline.Ref{Province: c.Province, ID: c.Line})
	if err != nil {
		return nil, err
	}
	leader := ""
	if d.Leader != nil {
		on, err := d.Leader(ctx, l.Ref())
		if err != nil {
			return nil, err
		}
		if on {
			leader = "on duty"
		}
	}
	for _, x := range [][2]string{{seatwire.Crisis, l.Crisis}, {seatwire.Police, l.Police}, {seatwire.Ambulance, l.Ambulance}, {seatwire.Leader, leader}, {seatwire.Centre, l.Target}, {seatwire.Fallback, l.Fallback}} {
		if x[1] != "" {
			out = append(out, ui.Option{Value: x[0], Text: t(ctx, "to_"+x[0])})
		}
	}
	seats, err := d.Hotline.Partners(ctx, c, own.Ref())
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, s := range seats {
		ids = append(ids, s.Person)
	}
	who, err := d.personNames(ctx, ids)
	for _, s := range seats {
		out = append(out, ui.Option{Value: seatPrefix + keyOf(s.Ref()), Text: t(ctx, "to_seat", s.Label, who[s.Person])})
	}
	return out, err
}

// handOver reads the hand-over to the report line: it must be meant, and the
// unit complained of is one near.
func (d *Desk) handOver(ctx context.Context, c seatwire.Command, r *http.Request, call hotline.Ref) (seatwire.Command, error) {
	x, err := d.Hotline.OwnCall(ctx, call)
	if err != nil {
		return c, err
	}
	if x.Sealed {
		return c, fault.Say(fault.Conflict, "hotdesk.sealed_already")
	}
	if r.PostFormValue("sure") != "yes" {
		return c, fault.Say(fault.Invalid, "hotdesk.need_sure")
	}
	c.About, _ = strconv.ParseInt(cmp.Or(r.PostFormValue("about"), "0"), 10, 64)
	near, err := d.near(ctx, x.Agency)
	if err != nil {
		return c, err
	}
	if !slices.ContainsFunc(near, func(o ui.Option) bool { return o.Value == num(c.About) }) {
		return c, fault.Say(fault.Invalid, "fault.invalid")
	}
	return c, nil
}

// near are the units a caller may complain of to a line: its own, those above
// and below; or none of them.
func (d *Desk) near(ctx context.Context, unit int64) (out []ui.Option, err error) {
	out = []ui.Option{{Value: "0", Text: t(ctx, "about_nobody")}}
	err = d.Hotline.DB.Read(ctx, func(tx *db.Tx) error {
		u, err := agency.Find(tx, unit)
		if err != nil {
			return err
		}
		all := []agency.Agency{u}
		above, err := agency.Superior(tx, unit)
		if err == nil && above.ID != unit {
			all = append(all, above)
		} else if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		below, err := casework.Below(tx, unit)
		for _, x := range append(all, below...) {
			out = append(out, ui.Option{Value: num(x.ID), Text: x.Name})
		}
		return err
	})
	return out, err
}
