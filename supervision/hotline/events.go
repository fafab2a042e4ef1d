package hotline

import (
	"context"
	"regexp"
	"slices"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// The events that change what a call is; only the room's own acts write them.
const (
	evArrived     = "arrived"     // n: 0 in, 1 out
	evQueued      = "queued"      // again when a seat did not answer; the first counts
	evOffered     = "offered"     // to a seat
	evDeclined    = "declined"    // by a seat; code: why
	evExpired     = "expired"     // no answer
	evTaken       = "taken"       // a seat took it
	evAnswered    = "answered"    // the two are connected
	evHeld        = "held"        //
	evResumed     = "resumed"     //
	evTransferred = "transferred" // code: where to, never a number
	evSealed      = "sealed"      // handed to the report line
	evCallBack    = "callback"    // code: why he is called back
	evMessage     = "message"     // left one
	evRated       = "rated"       // n: 1 to 5
	evMatter      = "matter"      // became a matter
	evEnded       = "ended"       // code: why; n: 1 in self-service by choice
)

// told are the events that others may write: of the voice service and the media.
// greeted, menu (code: the menu), key (code: the entry chosen, never what was
// typed), status (a matter's state was told), information, prompt, moderated,
// position, recording, paused, unpaused (recording), merged (three-party),
// listened, whispered, barged (by the lead; the seat sees it), crisis, police,
// ambulance (passed on), fallback, codec, quality (n: lost per thousand), failed.
var told = []string{"greeted", "menu", "key", "status", "information", "prompt", "position", "recording", "paused", "unpaused", "merged", "listened", "whispered", "barged",
	"crisis", "police", "ambulance", "fallback", "codec", "quality", "failed", "consulted", "leader"}

// plainCode is what a code may be: a word of ours, never a number that was dialled.
var plainCode = regexp.MustCompile(`^([a-z][a-z0-9_.:-]{0,39}|[0-9]{0,2})$`)

// Event records something about a call that changes nothing else.
func (h *Hotline) Event(ctx context.Context, call Ref, kind, code string, n int) (err error) {
	defer fault.Wrap(&err, "hotline.Event(%d)", call.ID)
	if !slices.Contains(told, kind) || !plainCode.MatchString(code) {
		return fault.Say(fault.Invalid, "fault.invalid")
	}
	return h.write(ctx, func(tx *db.Tx) error {
		c, err := callByID(tx, call)
		if err != nil {
			return err
		}
		return note(tx, c, kind, 0, code, n)
	})
}

// note writes an event of a call; what is told late, once.
func note(tx *db.Tx, c *Call, kind string, seat int64, code string, n int) error {
	if again, err := toldBefore(tx, c, kind, code, n); err != nil || again {
		return err
	}
	_, err := tx.Exec("insert into hotline_event (province, call, id, line, kind, at, seat, person, code, n) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		c.Province, c.ID, tx.ID(c.Province), c.Line, kind, clock.Millis(tx.Now), db.OrNull(seat), db.OrNull(actor(tx).Person), code, n)
	return err
}

// CallEvent is a line of a call's history.
type CallEvent struct {
	Call   int64
	Kind   string
	At     int64 // milliseconds
	Seat   int64
	Person int64
	Code   string
	N      int
}

func scanEvent(r *db.Rows, e *CallEvent) error {
	return r.Scan(&e.Call, &e.Kind, &e.At, db.OrZero(&e.Seat), db.OrZero(&e.Person), &e.Code, &e.N)
}

// maxEvents is more than any call has.
const maxEvents = 1000
