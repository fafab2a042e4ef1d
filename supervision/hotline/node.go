package hotline

import (
	"context"
	"strings"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Start enters this process as one that carries calls. Calls it held in an
// earlier life are gone with it and are closed first.
func (h *Hotline) Start(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "hotline.Start")
	if _, err := h.clear(ctx, h.Node); err != nil {
		return err
	}
	return h.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`insert into hotline_node (name, beat_at, started_at, draining, address) values ($1, $2, $2, $3, $4)
 on conflict (name) do update set beat_at = excluded.beat_at, started_at = excluded.started_at, draining = excluded.draining, swept_at = null, address = excluded.address`, h.Node, clock.Millis(tx.Now), false, h.Address)
		return err
	})
}

// Beat says that this process lives. alive is false when others have taken it
// for dead and closed its calls: it must hang them up and Start again.
func (h *Hotline) Beat(ctx context.Context) (alive bool, err error) {
	defer fault.Wrap(&err, "hotline.Beat")
	err = h.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec("update hotline_node set beat_at = $2 where name = $1 and swept_at is null", h.Node, clock.Millis(tx.Now))
		alive = n == 1
		return err
	})
	return alive, err
}

// Drain says that this process takes no new calls; it may stop when left is 0.
func (h *Hotline) Drain(ctx context.Context) (left int, err error) {
	defer fault.Wrap(&err, "hotline.Drain")
	err = h.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec("update hotline_node set draining = $2 where name = $1", h.Node, true); err != nil {
			return err
		}
		return tx.Row("select count(*) from hotline_call where node = $1 and state <> 'ended'", h.Node).Scan(&left)
	})
	return left, err
}

// Stop takes this process out, after its calls have ended: nobody sweeps it.
func (h *Hotline) Stop(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "hotline.Stop")
	if _, err := h.clear(ctx, h.Node); err != nil {
		return err
	}
	return h.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec("delete from hotline_node where name = $1", h.Node)
		return err
	})
}

// Node is a process that carries calls.
type Node struct {
	Name     string
	Address  string // where other machines' pages speak with it; of Peers alone
	BeatAt   time.Time
	Started  time.Time
	Draining bool
	Dead     bool
	Calls    int
}

// Nodes lists them.
func (h *Hotline) Nodes(ctx context.Context) (out []Node, err error) {
	defer fault.Wrap(&err, "hotline.Nodes")
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = db.List(tx, func(r *db.Rows, n *Node) error {
			var swept time.Time
			err := r.Scan(&n.Name, db.OrZero(&n.BeatAt), db.OrZero(&n.Started), &n.Draining, db.OrZero(&swept))
			n.Dead = !swept.IsZero()
			return err
		}, "select name, beat_at, started_at, draining, swept_at from hotline_node order by name limit 200")
		for i := range out {
			if err == nil {
				err = tx.Row("select count(*) from hotline_call where node = $1 and state <> 'ended'", out[i].Name).Scan(&out[i].Calls)
			}
		}
		return err
	})
	return out, err
}

// Peers lists the processes that live. Those without an address are spoken with by
// their own machine's pages alone: seats of others are not rung for their callers.
func (h *Hotline) Peers(ctx context.Context) (out []Node, err error) {
	defer fault.Wrap(&err, "hotline.Peers")
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = db.List(tx, func(r *db.Rows, n *Node) error { return r.Scan(&n.Name, &n.Address) },
			"select name, address from hotline_node where swept_at is null order by name limit 200")
		return err
	})
	return out, err
}

// Sweep looks for processes silent longer than Silence: their calls are closed
// as interrupted, each with one call-back before everybody else and the draft
// saved so far; seats that were connected there are away. It also sends away
// seats whose browser is gone, and gives back call-backs somebody took and left.
// Two sweepers at once close each call once: a call ends under its lock.
func (h *Hotline) Sweep(ctx context.Context) (n int, err error) {
	defer fault.Wrap(&err, "hotline.Sweep")
	ctx = withoutActor(ctx)
	var dead []string
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		dead, err = db.List(tx, db.One[string], "select name from hotline_node where swept_at is null and beat_at < $1 order by name limit 200", clock.Millis(tx.Now.Add(-Silence)))
		return err
	})
	for _, name := range dead {
		if err != nil {
			return n, err
		}
		n, err = h.sweep(ctx, name, n)
	}
	if err != nil {
		return n, err
	}
	// A sweeper may itself have died half way.
	var half []string
	if err := h.DB.Read(ctx, func(tx *db.Tx) error {
		half, err = db.List(tx, db.One[string], "select name from hotline_node where swept_at > $1 order by name limit 200", clock.Millis(tx.Now.Add(-time.Hour)))
		return err
	}); err != nil {
		return n, err
	}
	for _, name := range half {
		k, err := h.clear(ctx, name)
		if n += k; err != nil {
			return n, err
		}
	}
	if err := h.lost(ctx); err != nil {
		return n, err
	}
	return n, h.forgotten(ctx)
}

func (h *Hotline) sweep(ctx context.Context, name string, n int) (int, error) {
	// First the mark, so that the process, should it come back, hears of it at its next beat.
	won := false
	err := h.DB.Write(ctx, func(tx *db.Tx) error {
		k, err := tx.Exec("update hotline_node set swept_at = $2 where name = $1 and swept_at is null and beat_at < $3", name, clock.Millis(tx.Now), clock.Millis(tx.Now.Add(-Silence)))
		won = k == 1
		return err
	})
	if err != nil || !won {
		return n, err
	}
	k, err := h.clear(ctx, name)
	return n + k, err
}

// clear closes what a dead process held.
func (h *Hotline) clear(ctx context.Context, name string) (n int, err error) {
	ctx = withoutActor(ctx)
	for {
		var calls []Call
		err := h.DB.Read(ctx, func(tx *db.Tx) (err error) {
			calls, err = db.List(tx, scanCall, "select "+callCols+" from hotline_call where node = $1 and state <> 'ended' order by id limit $2", name, perRound)
			return err
		})
		if err != nil {
			return n, err
		}
		for i := range calls {
			if err := h.Ended(ctx, calls[i].Ref(), Ending{By: "system", Why: "interrupted"}); err != nil {
				return n, err
			}
			n++
		}
		if len(calls) < perRound {
			break
		}
	}
	k, err := h.dropped(ctx, name)
	if n += k; err != nil {
		return n, err
	}
	return n, h.leftBy(ctx, name)
}

// lost sends seats away whose browser has not been heard of, and takes those
// heard of elsewhere from the processes they speak with no more.
func (h *Hotline) lost(ctx context.Context) error {
	if err := h.lapsed(ctx); err != nil {
		return err
	}
	return h.seatsAway(ctx, "lost", "reach = 'browser' and lease_until < $1", clock.Millis(h.DB.Clock().Now()))
}

// seatsAway sends away the seats a condition names, on duty and not in a call.
func (h *Hotline) seatsAway(ctx context.Context, why, cond string, arg any) error {
	from := []string{Ready, WrapUp}
	var seats []Seat
	err := h.DB.Read(ctx, func(tx *db.Tx) (err error) {
		seats, err = db.List(tx, scanSeat, "select "+seatCols+" from hotline_seat where state in ('"+strings.Join(from, "', '")+"') and "+cond+" order by id limit 5000", arg)
		return err
	})
	for i := range seats {
		if err != nil {
			return err
		}
		err = h.DB.Write(ctx, func(tx *db.Tx) error {
			tx.After(h.Bell.Ring)
			_, err := setSeat(tx, seats[i].Ref(), Away, why, time.Time{}, from...)
			return err
		})
	}
	return err
}
