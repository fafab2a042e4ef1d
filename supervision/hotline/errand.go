package hotline

import (
	"context"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Errand is a person of a matter whom an office calls: for the call-back after a
// reply, or to ask something.
type Errand struct {
	Province int
	Matter   int64
	Number   string // of the matter
	Region   agency.Code
}

// CallPerson puts a person of a matter on the list of who is to be called, in the
// hands of the person acting, who calls from his seat. The telephone number is
// asked for when everything else is right, is sealed at once, and is dialled by
// the machine: nobody sees it. Conflict says that he has no seat, his office no
// line, or that somebody calls this person already.
func (h *Hotline) CallPerson(ctx context.Context, e Errand, number func() (string, error)) (err error) {
	defer fault.Wrap(&err, "hotline.CallPerson(%d)", e.Matter)
	var s *Seat
	var line *Line
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		if s, err = seatOf(tx, actor(tx).Person); err != nil {
			return err
		}
		lines, err := db.List(tx, scanLine, "select "+lineCols+" from hotline_line where province = $1 and agency = $2 and active = $3 and sealed = $4 order by id limit 1", s.Province, s.Agency, true, false)
		if len(lines) > 0 {
			line = &lines[0]
		}
		return err
	})
	if fault.Is(err, fault.NotFound) || err == nil && (line == nil || s.Province != e.Province) {
		return fault.Say(fault.Conflict, "hotline.errand_no_seat")
	}
	if err != nil {
		return err
	}
	told, err := number()
	if err != nil {
		return err
	}
	if told = tidyNumber(told); !numberForm.MatchString(told) {
		return fault.Say(fault.Conflict, "hotline.errand_no_number")
	}
	return h.DB.Write(ctx, func(tx *db.Tx) error {
		id := tx.ID(e.Province)
		n, err := tx.Exec(`insert into hotline_callback (province, id, prefecture, county, region, agency, line, call, number, caller, reason, state, queued_at, due_at, person, taken_at, matter, at)
 values ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, 'asked', 'taken', $10, $10, $11, $10, $12, $10) on conflict (province, caller) where state in ('open', 'taken') do nothing`,
			e.Province, id, e.Region.Prefecture(), e.Region.County(), e.Region, s.Agency, line.ID, h.Keys.Seal(purposeNumber, placeOf(id), []byte(told)), h.callerKey(told, false), clock.Millis(tx.Now), s.Person, e.Matter)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Say(fault.Conflict, "hotline.errand_twice")
		}
		tx.After(h.Bell.Ring)
		return record(tx, e.Province, s.Agency, "callback_matter", object("callback", id), e.Number)
	})
}
