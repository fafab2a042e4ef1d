package switchboard

import (
	"context"

	"yangguang/internal/rtp"
	"yangguang/internal/sip"
	"yangguang/supervision/hotline"
)

// leader rings the telephone of the leader on duty, then of who stands in, before
// any seat, and joins the caller with whoever answers. It returns false when
// nobody does: the caller waits on, with the place he has had since.
func (c *call) leader(ctx context.Context) (over bool) {
	h := c.s.Hotline
	d, ok, err := h.ToLeader(ctx, c.ref, hotline.Want{})
	if err != nil || !ok {
		return false
	}
	music := c.s.media.Play(c.v, true, c.s.music())
	p, person := c.leaderAt(ctx, d.Phone), d.Person
	if p == nil {
		p = c.leaderAt(ctx, d.Stand)
		if d.Deputy != 0 { // a telephone without a name answers for the leader
			person = d.Deputy
		}
	}
	music.Stop()
	if p == nil {
		_ = h.LeaderMissed(ctx, c.ref) // where the store is away, the hold ends by itself
		return false
	}
	defer p.close()
	if err := h.LeaderTook(ctx, c.ref, person); err != nil {
		_ = h.LeaderMissed(ctx, c.ref)
		return false
	}
	p.person = person
	taping := c.record(p)
	defer taping.stop()
	bridge := rtp.NewBridge(c.v, p.v, taping.tap())
	select {
	case <-c.gone():
		bridge.Close()
	case <-p.leg.Done():
		bridge.Close()
		c.rate(ctx)
		c.leave("seat", "hangup")
	}
	return true
}

// leaderAt calls one of their telephones, for a bounded time; nil: nobody answered.
func (c *call) leaderAt(ctx context.Context, number string) *party {
	if number == "" {
		return nil
	}
	p, err := c.s.dial(ctx, c.gone(), c.target(number), hotline.LeaderRing, sip.DialOptions{From: c.line.Number})
	if err != nil {
		return nil
	}
	return p
}
