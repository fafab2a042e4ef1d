package hotline

import (
	"context"
	"slices"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// AtNode says that a seat's browser speaks with a process, and renews its lease
// there. It may speak with several: whichever holds a caller rings it.
func (h *Hotline) AtNode(ctx context.Context, seat Ref, node string) (err error) {
	defer fault.Wrap(&err, "hotline.AtNode(%d)", seat.ID)
	return h.DB.Write(ctx, func(tx *db.Tx) error {
		until := clock.Millis(tx.Now.Add(seatLease))
		n, err := tx.Exec("update hotline_seat set lease_until = $3, node = case when node = '' then $4 else node end where province = $1 and id = $2 and state <> 'off' and reach = 'browser'", seat.Province, seat.ID, until, node)
		if err != nil || n == 0 {
			return err
		}
		_, err = tx.Exec("insert into hotline_seat_at (province, seat, node, lease_until) values ($1, $2, $3, $4) on conflict (province, seat, node) do update set lease_until = excluded.lease_until", seat.Province, seat.ID, node, until)
		return err
	})
}

// whole fills in what is not in the seats' rows: skills, and where they are.
func whole(tx *db.Tx, province int, seats []Seat) error {
	if err := withSkills(tx, province, seats); err != nil {
		return err
	}
	return withPlaces(tx, province, seats)
}

// withPlaces fills in which processes the seats' browsers speak with: as long
// as none has gone and no lease was found to be over (Sweep).
func withPlaces(tx *db.Tx, province int, seats []Seat) error {
	return beside(tx, province, seats, "seat, node from hotline_seat_at", "node", func(r *db.Rows, p *ofSeat[string]) error {
		return r.Scan(&p.seat, &p.of)
	}, func(s *Seat, node string) { s.Nodes = append(s.Nodes, node) })
}

// atOne is the process a call out is made by for a seat's browser: this one
// where it is among them.
func (h *Hotline) atOne(s *Seat) string {
	if len(s.Nodes) == 0 || slices.Contains(s.Nodes, h.Node) {
		return h.Node
	}
	return s.Nodes[0]
}

// notAt says that a process does not reach a seat's browser any more. It gives
// the seat as it is then: Nodes are the others that reach it.
func notAt(tx *db.Tx, seat Ref, node string) (*Seat, error) {
	if _, err := tx.Exec("delete from hotline_seat_at where province = $1 and seat = $2 and node = $3", seat.Province, seat.ID, node); err != nil {
		return nil, err
	}
	s, err := seatByID(tx, seat)
	if err != nil {
		return nil, err
	}
	one := []Seat{*s}
	return &one[0], withPlaces(tx, seat.Province, one)
}

// leftBy takes a process that is gone from the seats it spoke with. Who speaks
// with another one stays as he is, but for a seat the dead one had engaged; the
// others are away.
func (h *Hotline) leftBy(ctx context.Context, name string) error {
	if name == "" {
		return nil
	}
	if err := h.lapsed(ctx); err != nil {
		return err
	}
	var seats []Seat
	err := h.DB.Read(ctx, func(tx *db.Tx) (err error) {
		seats, err = db.List(tx, scanSeat, "select "+seatCols+" from hotline_seat where state <> 'off' and (node = $1 or (province, id) in (select province, seat from hotline_seat_at where node = $1)) order by id limit 5000", name)
		return err
	})
	for i := range seats {
		if err == nil {
			err = h.leftSeat(ctx, seats[i].Ref(), name)
		}
	}
	if err != nil {
		return err
	}
	return h.DB.Write(ctx, func(tx *db.Tx) error { // of seats that went off duty meanwhile
		_, err := tx.Exec("delete from hotline_seat_at where node = $1", name)
		return err
	})
}

// lapsed takes seats from the processes their browsers have not spoken with for
// longer than a lease.
func (h *Hotline) lapsed(ctx context.Context) error {
	return h.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec("delete from hotline_seat_at where lease_until < $1", clock.Millis(tx.Now))
		return err
	})
}

func (h *Hotline) leftSeat(ctx context.Context, seat Ref, name string) error {
	return h.DB.Write(ctx, func(tx *db.Tx) error {
		s, err := notAt(tx, seat, name)
		if err != nil {
			return err
		}
		tx.After(h.Bell.Ring)
		if len(s.Nodes) == 0 {
			_, err = setSeat(tx, seat, Away, "node_lost", time.Time{}, Ready, WrapUp, Busy, Ringing)
			return err
		}
		if s.Node != name {
			return nil
		}
		if s.State == Busy && s.Reason == consulted {
			if _, err := setSeat(tx, seat, Ready, "", time.Time{}, Busy); err != nil {
				return err
			}
		}
		_, err = tx.Exec("update hotline_seat set node = $3 where province = $1 and id = $2", seat.Province, seat.ID, s.Nodes[0])
		return err
	})
}
