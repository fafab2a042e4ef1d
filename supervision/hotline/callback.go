package hotline

import (
	"context"
	"slices"
	"time"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// MaxTries is how often somebody is called back who does not answer.
const MaxTries = 3

// tryAgain is how much later the next try is, times those made.
const tryAgain = 30 * time.Minute

// keepTaken is how long a call-back somebody took may stay without a result.
const keepTaken = 2 * time.Hour

// Results lists what may become of a call-back.
var Results = []string{"reached", "unreached", "not_needed", "wrong_number"}

// CallBack is somebody to be called back.
type CallBack struct {
	Province int
	ID       int64
	Agency   int64
	Region   agency.Code
	Line     int64
	Call     int64
	Private  bool
	Sealed   bool
	About    int64
	Wants    []Skill
	Reason   string // abandoned, asked, interrupted, message
	First    bool   // before everybody else: a failure of ours cut him off
	State    string // open, taken, done
	QueuedAt time.Time
	DueAt    time.Time
	Tries    int
	TriedAt  time.Time
	Seat     int64
	Person   int64
	TakenAt  time.Time
	DoneAt   time.Time
	Result   string
	number   []byte
	caller   []byte
}

// Ref is the call-back's key.
func (b *CallBack) Ref() Ref { return Ref{b.Province, b.ID} }

const callBackCols = `province, id, agency, region, line, call, number, caller, private, sealed, about, wants, reason, first, state, queued_at, due_at, tries, tried_at, seat, person, taken_at, done_at, result`

func scanCallBack(r *db.Rows, b *CallBack) error {
	var wants string
	err := r.Scan(&b.Province, &b.ID, &b.Agency, &b.Region, &b.Line, &b.Call, &b.number, &b.caller, &b.Private, &b.Sealed, db.OrZero(&b.About), &wants, &b.Reason, &b.First, &b.State, db.OrZero(&b.QueuedAt), db.OrZero(&b.DueAt),
		&b.Tries, db.OrZero(&b.TriedAt), db.OrZero(&b.Seat), db.OrZero(&b.Person), db.OrZero(&b.TakenAt), db.OrZero(&b.DoneAt), &b.Result)
	b.Wants = parseWants(wants)
	return err
}

func lockCallBack(tx *db.Tx, r Ref) (*CallBack, error) {
	return db.Only(db.List(tx, scanCallBack, "select "+callBackCols+" from hotline_callback where province = $1 and id = $2"+tx.ForUpdate(), r.Province, r.ID))
}

// AskCallBack has a waiting caller called back when his turn comes: he hangs up
// and keeps his place.
func (h *Hotline) AskCallBack(ctx context.Context, call Ref) error {
	return h.change(ctx, call, "AskCallBack", func(tx *db.Tx, c *Call) error {
		if !c.HasNumber {
			return fault.Say(fault.Conflict, "hotline.no_number")
		}
		return h.callBack(tx, c, "asked")
	})
}

// callBack makes a call-back for a call. There is one live to a caller, and the
// constraint says so: he who has one gets no second, but a failure of ours moves
// him before everybody.
func (h *Hotline) callBack(tx *db.Tx, c *Call, reason string) error {
	number, err := h.openNumber(c)
	if err != nil || number == "" {
		return err
	}
	draft, err := h.draftIn(tx, c)
	if err != nil {
		return err
	}
	first := reason == "interrupted"
	queued := c.QueuedAt
	if queued.IsZero() {
		queued = tx.Now
	}
	for range 3 {
		id := tx.ID(c.Province)
		n, err := tx.Exec(`insert into hotline_callback (province, id, prefecture, county, region, agency, line, call, number, caller, private, sealed, about, wants, reason, first, queued_at, due_at, draft, at)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $18) on conflict (province, caller) where state in ('open', 'taken') do nothing`,
			c.Province, id, c.Region.Prefecture(), c.Region.County(), c.Region, c.Agency, c.Line, c.ID, h.Keys.Seal(purposeNumber, placeOf(id), []byte(number)), c.caller, c.Private, c.Sealed, db.OrNull(c.About), formatWants(c.Wants),
			reason, first, clock.Millis(queued), clock.Millis(tx.Now), h.sealDraft(id, draft))
		if err != nil {
			return err
		}
		if n == 1 {
			tx.After(h.Bell.Ring)
			return note(tx, c, evCallBack, 0, reason, 0)
		}
		if !first {
			return nil
		}
		live, err := db.List(tx, db.One[int64], "select id from hotline_callback where province = $1 and caller = $2 and state in ('open', 'taken')", c.Province, c.caller)
		if err != nil {
			return err
		}
		if len(live) == 0 {
			continue // done meanwhile
		}
		n, err = tx.Exec("update hotline_callback set first = $3, reason = 'interrupted', due_at = $4, draft = coalesce($5, draft) where province = $1 and id = $2 and state in ('open', 'taken')",
			c.Province, live[0], true, clock.Millis(tx.Now), h.sealDraft(live[0], draft))
		if err != nil || n == 1 {
			tx.After(h.Bell.Ring)
			return err
		}
	}
	return nil
}

func (h *Hotline) sealDraft(id int64, draft []byte) any {
	if len(draft) == 0 {
		return nil
	}
	return h.Keys.Seal(purposeDraft, placeOf(id), draft)
}

func (h *Hotline) draftIn(tx *db.Tx, c *Call) ([]byte, error) {
	var sealed []byte
	if err := tx.Row("select draft from hotline_call where province = $1 and id = $2", c.Province, c.ID).Scan(&sealed); err != nil || sealed == nil {
		return nil, err
	}
	return h.Keys.Open(purposeDraft, placeOf(c.ID), sealed)
}

// callOf takes a call-back for a seat and makes the call that is to be dialled;
// nil when somebody else took it.
func (h *Hotline) callOf(tx *db.Tx, b *CallBack, s *Seat) (*Call, error) {
	n, err := tx.Exec("update hotline_callback set state = 'taken', seat = $3, person = $4, taken_at = $5 where province = $1 and id = $2 and state = 'open'", b.Province, b.ID, s.ID, s.Person, clock.Millis(tx.Now))
	if err != nil || n == 0 {
		return nil, err
	}
	number, err := h.Keys.Open(purposeNumber, placeOf(b.ID), b.number)
	if err != nil {
		return nil, err
	}
	c := &Call{Province: b.Province, ID: tx.ID(b.Province), Agency: b.Agency, Region: b.Region, Line: b.Line, Way: "out", Private: b.Private, Sealed: b.Sealed, About: b.About, Wants: b.Wants,
		State: Offered, Node: h.atOne(s), ArrivedAt: tx.Now, QueuedAt: b.QueuedAt, CallBack: b.ID, caller: b.caller}
	if s.Reach == "phone" { // the process the telephone is registered at rings it, and calls out
		p, err := phoneByID(tx, Ref{s.Province, s.Phone})
		if err != nil {
			return nil, err
		}
		c.Node = p.Node
	}
	c.number = h.Keys.Seal(purposeNumber, placeOf(c.ID), number)
	if err := insertCall(tx, c, ""); err != nil {
		return nil, err
	}
	var draft []byte
	var matter int64 // somebody of a matter is called
	if err := tx.Row("select draft, matter from hotline_callback where province = $1 and id = $2", b.Province, b.ID).Scan(&draft, db.OrZero(&matter)); err != nil {
		return nil, err
	}
	if matter != 0 {
		if _, err := tx.Exec("update hotline_call set matter = $3 where province = $1 and id = $2", c.Province, c.ID, matter); err != nil {
			return nil, err
		}
	}
	if draft != nil {
		plain, err := h.Keys.Open(purposeDraft, placeOf(b.ID), draft)
		if err != nil {
			return nil, err
		}
		if _, err := tx.Exec("update hotline_call set draft = $3 where province = $1 and id = $2", c.Province, c.ID, h.sealDraft(c.ID, plain)); err != nil {
			return nil, err
		}
	}
	return c, note(tx, c, evArrived, 0, "", 1)
}

// calledBack says what a call to somebody came to: reached, to be tried again,
// or given up after MaxTries. Where no seat took it, it was no try.
func (h *Hotline) calledBack(tx *db.Tx, c *Call, was string) error {
	b, err := lockCallBack(tx, Ref{c.Province, c.CallBack})
	if err != nil || b.State != "taken" {
		return err
	}
	switch {
	case c.Why == "interrupted":
		draft, err := h.draftIn(tx, c)
		if err != nil {
			return err
		}
		_, err = tx.Exec("update hotline_callback set state = 'open', first = $3, reason = 'interrupted', due_at = $4, seat = null, person = null, taken_at = null, draft = coalesce($5, draft) where province = $1 and id = $2",
			b.Province, b.ID, true, clock.Millis(tx.Now), h.sealDraft(b.ID, draft))
		return err
	case was == Talking:
		return finishCallBack(tx, b, "reached")
	case c.Seat == 0:
		_, err = tx.Exec("update hotline_callback set state = 'open', seat = null, person = null, taken_at = null where province = $1 and id = $2", b.Province, b.ID)
		return err
	case b.Tries+1 >= MaxTries:
		if _, err := tx.Exec("update hotline_callback set tries = tries + 1, tried_at = $3 where province = $1 and id = $2", b.Province, b.ID, clock.Millis(tx.Now)); err != nil {
			return err
		}
		return finishCallBack(tx, b, "unreached")
	}
	return h.again(tx, b)
}

// again leaves a call-back for a later try.
func (h *Hotline) again(tx *db.Tx, b *CallBack) error {
	_, err := tx.Exec("update hotline_callback set state = 'open', first = $5, tries = tries + 1, tried_at = $3, due_at = $4, seat = null, person = null, taken_at = null where province = $1 and id = $2",
		b.Province, b.ID, clock.Millis(tx.Now), clock.Millis(tx.Now.Add(time.Duration(b.Tries+1)*tryAgain)), false)
	return err
}

func finishCallBack(tx *db.Tx, b *CallBack, result string) error {
	_, err := tx.Exec("update hotline_callback set state = 'done', done_at = $3, result = $4, draft = null where province = $1 and id = $2", b.Province, b.ID, clock.Millis(tx.Now), result)
	return err
}

// mayCallBack refuses whoever answers nowhere the call-back belongs; a sealed one
// needs a seat with the skill, and is not found by the unit complained of.
func (h *Hotline) mayCallBack(tx *db.Tx, b *CallBack) error {
	a := account.From(tx.Ctx)
	at := account.Target{Agency: b.Agency, Division: int64(b.Region)}
	no := fault.Say(fault.NotFound, "fault.not_found")
	if !a.May(Answering, at) && !a.May(Leading, at) || b.About != 0 && (a.Home.Agency == b.About || a.Behalf().Agency == b.About) {
		return no
	}
	if !b.Sealed {
		return nil
	}
	s, err := seatOf(tx, a.Person)
	if err != nil || s.level("report", "") == 0 {
		return no
	}
	return nil
}

// TakeCallBack gives an open call-back to the person acting, once.
func (h *Hotline) TakeCallBack(ctx context.Context, ref Ref) (err error) {
	defer fault.Wrap(&err, "hotline.TakeCallBack(%d)", ref.ID)
	return h.DB.Write(ctx, func(tx *db.Tx) error {
		b, err := lockCallBack(tx, ref)
		if err != nil {
			return err
		}
		if err := h.mayCallBack(tx, b); err != nil {
			return err
		}
		n, err := tx.Exec("update hotline_callback set state = 'taken', person = $3, taken_at = $4 where province = $1 and id = $2 and state = 'open'", ref.Province, ref.ID, actor(tx).Person, clock.Millis(tx.Now))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Say(fault.Conflict, "hotline.callback_taken")
		}
		tx.After(h.Bell.Ring)
		return record(tx, b.Province, b.Agency, "callback_take", object("callback", b.ID), b.Reason)
	})
}

// SettleCallBack says what came of a call-back the person acting took; "" leaves
// it for a later try.
func (h *Hotline) SettleCallBack(ctx context.Context, ref Ref, result string) (err error) {
	defer fault.Wrap(&err, "hotline.SettleCallBack(%d)", ref.ID)
	if result != "" && !slices.Contains(Results, result) {
		return fault.Fields(fault.Field{Name: "result", Key: "hotline.need_result"})
	}
	return h.DB.Write(ctx, func(tx *db.Tx) error {
		b, err := lockCallBack(tx, ref)
		if err != nil {
			return err
		}
		if err := h.mayCallBack(tx, b); err != nil {
			return err
		}
		if b.State != "taken" || b.Person != actor(tx).Person && !actor(tx).May(Leading, account.Target{Agency: b.Agency, Division: int64(b.Region)}) {
			return fault.Say(fault.Conflict, "hotline.callback_not_yours")
		}
		if result == "" && b.Tries+1 >= MaxTries {
			result = "unreached"
		}
		if result == "" {
			err = h.again(tx, b)
		} else {
			err = finishCallBack(tx, b, result)
		}
		if err != nil {
			return err
		}
		tx.After(h.Bell.Ring)
		return record(tx, b.Province, b.Agency, "callback_settle", object("callback", b.ID), result)
	})
}

// forgotten gives back call-backs taken long ago whose call does not go on.
func (h *Hotline) forgotten(ctx context.Context) error {
	var old []CallBack
	err := h.DB.Read(ctx, func(tx *db.Tx) (err error) {
		old, err = db.List(tx, scanCallBack, "select "+callBackCols+" from hotline_callback where state = 'taken' and taken_at < $1 order by taken_at, id limit $2", clock.Millis(tx.Now.Add(-keepTaken)), perRound)
		return err
	})
	for i := range old {
		b := &old[i]
		if err != nil {
			return err
		}
		err = h.DB.Write(ctx, func(tx *db.Tx) error {
			live := 0
			if err := tx.Row("select count(*) from hotline_call where province = $1 and caller = $2 and callback = $3 and state <> 'ended'", b.Province, b.caller, b.ID).Scan(&live); err != nil || live > 0 {
				return err
			}
			tx.After(h.Bell.Ring)
			_, err := tx.Exec("update hotline_callback set state = 'open', seat = null, person = null, taken_at = null where province = $1 and id = $2 and state = 'taken' and taken_at = $3", b.Province, b.ID, clock.Millis(b.TakenAt))
			return err
		})
	}
	return err
}

// Message keeps that a caller left a message, and where its sealed sound lies;
// he is called back when his number is known. Who listens makes it a matter.
func (h *Hotline) Message(ctx context.Context, call Ref, audio string) error {
	if audio == "" || len(audio) > 100 {
		return fault.Say(fault.Invalid, "fault.invalid")
	}
	return h.change(ctx, call, "Message", func(tx *db.Tx, c *Call) error {
		if again, err := toldBefore(tx, c, evMessage, "", 0); err != nil || again {
			return err
		}
		if _, err := tx.Exec("update hotline_call set message = $3 where province = $1 and id = $2", c.Province, c.ID, audio); err != nil {
			return err
		}
		if err := note(tx, c, evMessage, 0, "", 0); err != nil {
			return err
		}
		return h.callBack(tx, c, "message")
	})
}
