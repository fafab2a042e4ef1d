package roster

import (
	"context"
	"slices"
	"strconv"
	"time"

	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/jobs"
	"yangguang/internal/notify"
	"yangguang/internal/ui"
	"yangguang/supervision/casework"
	"yangguang/supervision/hotline"
)

const (
	// aDay and anHour are how long before his slot a leader is reminded.
	aDay   = 24 * time.Hour
	anHour = time.Hour
	// writeUp is how long after a slot its calls are counted: matters are written
	// down after the call.
	writeUp = 2 * time.Hour
	// lately is how far back a slot may lie that nobody counted yet.
	lately  = 31 * 24 * time.Hour
	perTurn = 200
	ahead   = 7 * 24 * time.Hour // what the inbox shows
)

// Register names the jobs that remind leaders and count what they took.
func (s *Rosters) Register(r *jobs.Runner) {
	r.Every("roster.follow", jobs.Each(10*time.Minute), func(ctx context.Context, _ jobs.Job) error {
		if err := s.Remind(ctx); err != nil {
			return err
		}
		return s.Settle(ctx)
	})
}

// Remind tells the leaders whose slots are near, the day before and an hour
// before, each once. Who has no mobile telephone in the roster sees it among what
// waits for him.
func (s *Rosters) Remind(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "roster.Remind")
	var near []Slot
	if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		near, err = soonSlots(tx, aDay, anHour)
		return err
	}); err != nil {
		return err
	}
	for i := range near {
		if err := s.DB.Write(ctx, func(tx *db.Tx) error { return s.remind(tx, &near[i]) }); err != nil {
			return err
		}
	}
	return nil
}

func (s *Rosters) remind(tx *db.Tx, x *Slot) error {
	ours, err := markTold(tx, x, x.Begins.Sub(tx.Now) <= anHour)
	if err != nil || !ours || s.Outbox == nil {
		return err
	}
	for _, p := range []struct {
		sealed []byte
		column string
	}{{x.phone, "phone"}, {x.deputyPhone, "deputy"}} {
		number, err := s.number(p.sealed, x.ID, p.column)
		if err != nil {
			return err
		}
		if number == "" {
			continue
		}
		// What cannot be written to, such as a telephone of the house, is reminded by the inbox alone.
		text := i18n.T(tx.Ctx, "roster.remind_text", i18n.DateWeekday(tx.Ctx, clock.DateOf(x.Begins)), hours(x), x.Name)
		_, err = s.Outbox.Queue(tx, notify.Message{Province: int64(x.Province), Agency: x.Agency, Channel: notify.SMS, Address: number, Template: "roster.remind", Text: text})
		if err != nil && !fault.Is(err, fault.Invalid) {
			return err
		}
	}
	return nil
}

// Settle counts the calls of slots that are over, and takes up the matters they
// became. A record the office wrote meanwhile stays, with what it lacked.
func (s *Rosters) Settle(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "roster.Settle")
	var over []Slot
	if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		over, err = overSlots(tx, tx.Now.Add(-lately), tx.Now.Add(-writeUp))
		return err
	}); err != nil {
		return err
	}
	for i := range over {
		if err := s.DB.Write(ctx, func(tx *db.Tx) error { return settle(tx, over[i].Province, over[i].ID) }); err != nil {
			return err
		}
	}
	return nil
}

func settle(tx *db.Tx, province int, id int64) error {
	x, err := slotByID(tx, province, id)
	if err != nil {
		return err
	}
	calls, err := taken(tx, x)
	if err != nil {
		return err
	}
	x.Calls = max(x.Calls, len(calls))
	x.Held = x.Held || len(calls) > 0
	if err := addMatters(tx, x, numbersOf(calls)); err != nil {
		return err
	}
	return settled(tx, x)
}

// taken are the calls the leader, or who stood in for him, answered in a slot.
func taken(tx *db.Tx, x *Slot) ([]hotline.Taken, error) {
	who := []int64{x.Person}
	if x.Deputy != 0 {
		who = append(who, x.Deputy)
	}
	return hotline.TakenBy(tx, hotline.Ref{Province: x.Province, ID: x.Line}, who, x.Begins, x.Ends)
}

func numbersOf(calls []hotline.Taken) (out []string) {
	for _, c := range calls {
		if c.Number != "" && !slices.Contains(out, c.Number) {
			out = append(out, c.Number)
		}
	}
	return out
}

// followed shows matters with how far each is at the time of reading.
func (s *Rosters) followed(tx *db.Tx, province int, numbers []string) (g ui.Grid, err error) {
	ctx := tx.Ctx
	g = ui.Grid{Caption: word(ctx, "followed"), Cards: true, Nothing: word(ctx, "followed_none"), Columns: []ui.Column{{Title: word(ctx, "matter")}, {Title: word(ctx, "state")}, {Title: word(ctx, "solved")}}}
	at := map[string]casework.Standing{}
	if s.Cases != nil && len(numbers) > 0 {
		if at, err = s.Cases.Standings(tx, province, numbers); err != nil {
			return g, err
		}
	}
	for _, n := range numbers {
		x, known := at[n]
		row := []ui.Cell{{Text: n}, {Text: word(ctx, "not_shown")}, {}}
		if known {
			row[1].Text = i18n.T(ctx, "casework.state_"+x.State)
			row[2].Text = word(ctx, "rated_"+map[string]string{"": "open"}[x.Rated]+x.Rated)
		}
		g.Rows = append(g.Rows, row)
	}
	return g, nil
}

// takenGrid shows the calls of a slot.
func takenGrid(ctx context.Context, calls []hotline.Taken, names map[int64]string) ui.Grid {
	g := ui.Grid{Caption: word(ctx, "taken_calls"), Cards: true, Nothing: word(ctx, "taken_none"), Columns: []ui.Column{{Title: word(ctx, "answered")}, {Title: word(ctx, "by")}, {Title: word(ctx, "minutes"), Number: true}, {Title: word(ctx, "matter")}}}
	for _, c := range calls {
		g.Rows = append(g.Rows, ui.Text(i18n.Time(ctx, c.At), names[c.Person], strconv.Itoa(int((c.Took+time.Minute-1)/time.Minute)), c.Number))
	}
	return g
}

// Waiting reminds a leader of the slots of the next seven days.
func (s *Rosters) Waiting(ctx context.Context) (out []front.Waiting, err error) {
	a := account.From(ctx)
	if a == nil || !a.Holds(OnDutyVerb) {
		return nil, nil
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		mine, err := slotsOfPerson(tx, a.Person, tx.Now, tx.Now.Add(ahead))
		if err != nil || len(mine) == 0 {
			return err
		}
		group := front.Waiting{Kind: "roster.wait", Mine: true}
		for i := range mine {
			x := &mine[i]
			d := clock.DateOf(x.Begins)
			group.Works = append(group.Works, ui.Work{Href: href(ctx, public), Title: word(ctx, "wait_title", i18n.DateWeekday(ctx, d), hours(x)), Meta: []string{word(ctx, "at_"+x.Place)}, Tag: ui.TagWaiting, TagWords: word(ctx, "wait"),
				Next: word(ctx, "wait_next"), Due: i18n.DateWeekday(ctx, d), DueISO: d.String(), Spent: -1})
		}
		out = append(out, group)
		return nil
	})
	return out, err
}
