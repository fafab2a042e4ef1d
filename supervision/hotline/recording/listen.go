package recording

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// hearing is how long one reason is good for.
const hearing = 30 * time.Minute

const maxReason = 200

// access is one time somebody asked to listen.
type access struct {
	ID     int64
	Person int64
	At     time.Time
	Until  time.Time
	Reason string
	Remote string
}

func (x *Recording) target() account.Target {
	return account.Target{Agency: x.Agency, Division: int64(x.Region)}
}

// maySee lets the lead see a recording in his scope, and an agent his own; for
// everybody else there is none.
func maySee(a *account.Actor, x *Recording) error {
	if a == nil || !a.May(Listening, x.target()) && a.Person != x.Person {
		return fault.Say(fault.NotFound, "fault.not_found")
	}
	return nil
}

func mayListen(a *account.Actor, x *Recording) error {
	if err := maySee(a, x); err != nil {
		return err
	}
	if !a.May(Listening, x.target()) {
		return fault.Say(fault.Forbidden, "recording.no_grant")
	}
	return nil
}

// Ask writes down who wants to listen and why, before any sound goes out.
func (s *Recordings) Ask(ctx context.Context, province int, id int64, reason, remote string) (access int64, err error) {
	defer fault.Wrap(&err, "recording.Ask(%d)", id)
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 4 || n > maxReason {
		return 0, fault.Fields(fault.Field{Name: "reason", Key: "recording.need_reason", Args: []any{maxReason}})
	}
	a := account.From(ctx)
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		x, err := byID(tx, province, id)
		if err != nil {
			return err
		}
		if err := mayListen(a, x); err != nil {
			return err
		}
		if x.Place != Kept {
			return fault.Say(fault.Conflict, "recording.not_yet")
		}
		access = tx.ID(province)
		if err := insertAccess(tx, province, access, id, a.Person, tx.Now.Add(hearing), reason, remote); err != nil {
			return err
		}
		return audit.Append(tx, audit.Entry{Province: int64(province), Person: a.Person, Login: a.Login, Agency: x.Agency, Verb: "recording.listen", Object: "recording " + strconv.FormatInt(id, 10)})
	})
	return access, err
}

// admitted answers whose listening an access allows, while it lasts.
func (s *Recordings) admitted(ctx context.Context, province int, id, which int64) (x *Recording, err error) {
	a := account.From(ctx)
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if x, err = byID(tx, province, id); err != nil {
			return err
		}
		if err := mayListen(a, x); err != nil {
			return err
		}
		all, err := accesses(tx, province, id)
		if err != nil {
			return err
		}
		for _, y := range all {
			if y.ID == which && y.Person == a.Person && tx.Now.Before(y.Until) {
				return nil
			}
		}
		return fault.Say(fault.NotFound, "fault.not_found")
	})
	return x, err
}

func insertAccess(tx *db.Tx, province int, id, recording, person int64, until time.Time, reason, remote string) error {
	_, err := tx.Exec("insert into recording_access (province, id, recording, person, at, until, reason, remote) values ($1, $2, $3, $4, $5, $6, $7, $8)",
		province, id, recording, person, clock.Millis(tx.Now), clock.Millis(until), reason, remote)
	return err
}

func accesses(tx *db.Tx, province int, recording int64) ([]access, error) {
	return db.List(tx, func(r *db.Rows, y *access) error {
		return r.Scan(&y.ID, &y.Person, db.OrZero(&y.At), db.OrZero(&y.Until), &y.Reason, &y.Remote)
	}, "select id, person, at, until, reason, remote from recording_access where province = $1 and recording = $2 order by id desc limit 200", province, recording)
}
