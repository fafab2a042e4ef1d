package desk

import (
	"context"

	"yangguang/internal/ui"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/seatwire"
)

// fillCall adds what rings and what is talked.
func (d *Desk) fillCall(ctx context.Context, p *phonePart, s *hotline.Seat, st seatwire.State) error {
	c, err := d.Hotline.CallAt(ctx, s.Ref())
	if err != nil {
		return err
	}
	if st.Offer != nil && (c == nil || c.Ref() != st.Offer.Call) { // told by the telephone before the store
		if c, err = d.Hotline.Find(ctx, st.Offer.Call); err != nil {
			return err
		}
	}
	if c == nil {
		return d.fillBeside(ctx, p, st.Beside)
	}
	facts, err := d.facts(ctx, c)
	if err != nil {
		return err
	}
	if c.Seat != s.ID || c.State != hotline.Talking {
		p.Ring = &ringPart{Facts: facts}
		if st.Offer != nil {
			p.Ring.Offer, p.Ring.Until = keyOf(st.Offer.Ref), st.Offer.Until
			if p.Ring.By, err = d.seatName(ctx, st.Offer.By); err != nil {
				return err
			}
		}
		if st.Offer == nil && (s.State == hotline.Busy || s.Reach == "browser") { // taken and not yet connected, or not yet told to the browser
			p.Ring = nil
		}
		if p.Ring != nil || st.Call == nil {
			return nil
		}
	}
	k := talkPart{AtPhone: s.Reach == "phone", Call: keyOf(c.Ref()), Facts: facts, Since: c.AnsweredAt, Sealed: c.Sealed}
	if k.Since.IsZero() {
		k.Since = s.Since
	}
	if st.Call != nil && *st.Call == c.Ref() {
		k.Voice, k.Held, k.Consult, k.Three, k.Recording = true, st.Held, st.Consult, st.Three, st.Recording
		if st.With != "" {
			k.With = t(ctx, "with_"+st.With)
		}
		if k.To, err = d.targets(ctx, c, s); err != nil {
			return err
		}
		if !c.Sealed {
			if k.About, err = d.near(ctx, c.Agency); err != nil {
				return err
			}
		}
	}
	p.Talk = &k
	return nil
}

// facts are what a seat may know of a call.
func (d *Desk) facts(ctx context.Context, c *hotline.Call) ([]ui.Pair, error) {
	l, err := d.Hotline.Line(ctx, hotline.Ref{Province: c.Province, ID: c.Line})
	if err != nil {
		return nil, err
	}
	out := []ui.Pair{{Term: words(ctx, "f_line"), Text: l.Name}, {Term: words(ctx, "f_caller"), Text: callerOf(ctx, c.Sealed, d.Hotline.Masked(c))}}
	if c.Way == "out" {
		out = append(out, ui.Pair{Term: t(ctx, "kind"), Text: t(ctx, "kind_out")})
	}
	if !c.QueuedAt.IsZero() {
		to := c.AnsweredAt
		if to.IsZero() {
			to = d.now()
		}
		out = append(out, ui.Pair{Term: words(ctx, "f_wait"), Text: span(to.Sub(c.QueuedAt))})
	}
	b, err := d.Hotline.Before(ctx, c)
	if b.Calls+b.Backs > 0 {
		out = append(out, ui.Pair{Term: t(ctx, "lately"), Text: t(ctx, "lately_is", b.Calls, b.Backs)})
	}
	return out, err
}

// callerOf is how a page names a caller it may not show.
func callerOf(ctx context.Context, sealed bool, masked string) string {
	switch {
	case sealed:
		return words(ctx, "caller_sealed")
	case masked == "":
		return words(ctx, "caller_private")
	}
	return masked
}

// fillBeside adds the call of another seat that asked this one.
func (d *Desk) fillBeside(ctx context.Context, p *phonePart, b *seatwire.Beside) error {
	if b == nil {
		return nil
	}
	c, err := d.Hotline.Find(ctx, b.Call)
	if err != nil {
		return err
	}
	p.Beside = &besidePart{Three: b.Three}
	if p.Beside.Facts, err = d.facts(ctx, c); err != nil {
		return err
	}
	p.Beside.By, err = d.seatName(ctx, &b.By)
	return err
}

// seatName is a seat's label and who sits there, "" for none.
func (d *Desk) seatName(ctx context.Context, seat *hotline.Ref) (string, error) {
	if seat == nil {
		return "", nil
	}
	s, err := d.Hotline.Seat(ctx, *seat)
	if err != nil {
		return "", err
	}
	who, err := d.personNames(ctx, []int64{s.Person})
	return t(ctx, "to_seat", s.Label, who[s.Person]), err
}
