package account

import (
	"context"
	"strconv"
	"strings"
	"time"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// HandoverHook moves what a room holds of one person to another, in the hand-over's transaction, and says what it moved,
// a line each: numbers and titles of the office's own papers, nothing personal. Nobody (0) takes over when the leaver
// has no successor: what he held is then the unit's, and the room lists it.
type HandoverHook func(tx *db.Tx, from, to int64) (listed []string, err error)

// OnHandover registers a room's part of every hand-over: its drafts, reviews, inbox, keys.
func (a *Accounts) OnHandover(h HandoverHook) { a.hooks = append(a.hooks, h) }

// Handover is the list of what passed from the leaver to the successor (交接清单), for both to sign.
type Handover struct {
	ID              int64
	Leaver          int64
	Successor       int64 // who receives; without a successor the manager, for the unit
	MadeBy          int64
	Reason          string
	At              time.Time
	LeaverSigned    time.Time // zero until then
	SuccessorSigned time.Time
	Lines           []string
}

// ToUnit answers whether nobody took over: rights ended, and drafts and reviews went back to the unit.
func (h Handover) ToUnit() bool { return h.Successor == h.MadeBy }

// HandOver does it in one act: the leaver's logins are frozen and his sessions end, his open grants pass to the successor,
// arrangements for substitutes end, and every room moves what it holds. The actor administers both accounts and the whole
// range of every grant that moves; he is neither of the two.
//
// Without a successor (to is 0) nobody gets the leaver's rights: they end, what he had under way goes back to the unit, and
// the actor receives the list for it.
func (a *Accounts) HandOver(ctx context.Context, from, to int64, reason string) (h Handover, err error) {
	defer fault.Wrap(&err, "account.HandOver(%d, %d)", from, to)
	err = a.act(ctx, func(tx *db.Tx, who *Actor) error {
		leaver, successor, err := a.mayHandOver(tx, who, from, to, reason)
		if err != nil {
			return err
		}
		receiver := to
		if to == 0 {
			receiver = who.Person
		}
		h = Handover{ID: tx.ID(provinceOf(leaver.Home.Division)), Leaver: from, Successor: receiver, MadeBy: who.Person, Reason: reason, At: tx.Now}
		if h.Lines, err = a.moveAll(tx, who, leaver, successor); err != nil {
			return err
		}
		if err := insertHandover(tx, h); err != nil {
			return err
		}
		return record(tx, who, leaver, "hand_over", reason, "to person "+strconv.FormatInt(to, 10)+", "+strconv.Itoa(len(h.Lines))+" lines")
	})
	return h, err
}

func (a *Accounts) mayHandOver(tx *db.Tx, who *Actor, from, to int64, reason string) (leaver, successor Person, err error) {
	if leaver, err = managed(tx, who, Managing, from); err != nil {
		return leaver, successor, err
	}
	if to != 0 {
		if successor, err = managed(tx, who, Managing, to); err != nil {
			return leaver, successor, err
		}
	}
	switch {
	case from == to:
		err = fault.Say(fault.Invalid, "account.handover_self")
	case who.Is(from) || who.Is(to):
		err = fault.Say(fault.Forbidden, "account.not_to_oneself")
	case leaver.State != PersonActive || to != 0 && successor.State != PersonActive:
		err = fault.Say(fault.Conflict, "account.person_left")
	case strings.TrimSpace(reason) == "":
		err = errReason
	}
	return leaver, successor, err
}

// moveAll passes everything on and lists it.
func (a *Accounts) moveAll(tx *db.Tx, who *Actor, leaver, successor Person) (lines []string, err error) {
	if lines, err = a.moveGrants(tx, who, leaver, successor); err != nil {
		return nil, err
	}
	if _, err := endSubstitutesOf(tx, leaver.ID); err != nil {
		return nil, err
	}
	for _, hook := range a.hooks {
		listed, err := hook(tx, leaver.ID, successor.ID)
		if err != nil {
			return nil, err
		}
		lines = append(lines, listed...)
	}
	ls, err := listLogins(tx, leaver.ID)
	if err != nil {
		return nil, err
	}
	for _, l := range ls {
		if err := a.freeze(tx, l); err != nil {
			return nil, err
		}
	}
	return lines, setLeft(tx, leaver.ID, tx.Now)
}

func (a *Accounts) moveGrants(tx *db.Tx, who *Actor, leaver, successor Person) (lines []string, err error) {
	gs, err := openGrants(tx, leaver.ID, tx.Now)
	if err != nil {
		return nil, err
	}
	for _, g := range gs {
		if err := endGrant(tx, g, who.Person); err != nil {
			return nil, err
		}
		lines = append(lines, grantDetail(g))
		if successor.ID == 0 { // the unit's manager grants it anew to whom he chooses
			if !who.covers(Managing, g.Range()) {
				return nil, fault.Say(fault.Forbidden, "account.grant_beyond")
			}
			continue
		}
		if g.Since.Before(tx.Now) {
			g.Since = tx.Now
		}
		if _, err := a.grant(tx, who, successor, g); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// FindHandover reads a list, for the two it concerns and for whoever administers the leaver's account.
func (a *Accounts) FindHandover(ctx context.Context, id int64) (h Handover, err error) {
	defer fault.Wrap(&err, "account.FindHandover(%d)", id)
	who, err := must(ctx)
	if err != nil {
		return h, err
	}
	err = a.db.Read(ctx, func(tx *db.Tx) error {
		if h, err = findHandover(tx, id); err != nil {
			return err
		}
		if who.Person != h.Leaver && who.Person != h.Successor {
			_, err = managed(tx, who, Managing, h.Leaver)
		}
		return err
	})
	return h, err
}

// Handovers lists the hand-overs in which a person left or received, the newest first, without their lines.
func (a *Accounts) Handovers(ctx context.Context, person int64) (hs []Handover, err error) {
	defer fault.Wrap(&err, "account.Handovers(%d)", person)
	err = a.readOf(ctx, person, func(tx *db.Tx) error {
		hs, err = listHandovers(tx, person)
		return err
	})
	return hs, err
}

// SignHandover signs the list. The successor signs by himself; the leaver, whose login is frozen, signs the printed list, and
// whoever administers his account, and is not the successor, notes it here.
func (a *Accounts) SignHandover(ctx context.Context, id int64) (err error) {
	defer fault.Wrap(&err, "account.SignHandover(%d)", id)
	return a.act(ctx, func(tx *db.Tx, who *Actor) error {
		h, err := findHandover(tx, id)
		if err != nil {
			return err
		}
		leaver, err := findPerson(tx, h.Leaver)
		if err != nil {
			return err
		}
		column, signed := "leaver", h.LeaverSigned
		if who.Person == h.Successor && who.Principal == 0 {
			column, signed = "successor", h.SuccessorSigned
		} else if !who.May(Managing, leaver.Home) || who.Is(h.Successor) {
			return fault.Say(fault.NotFound, "account.handover_not_found")
		}
		if !signed.IsZero() {
			return fault.Say(fault.Conflict, "account.handover_signed")
		}
		if err := signHandover(tx, id, column); err != nil {
			return err
		}
		return record(tx, who, leaver, "sign_hand_over", "", column)
	})
}
